//! An import of files on disk: packed or not, with the file of rejects.

use std::fs::File;
use std::io;
use std::path::Path;

use super::earlier::Earlier;
use super::gather::{GatherError, Gathered, Input};
use super::mapping::Mapping;
use super::reject::{Reject, RejectLine};
use super::reject_file::RejectFile;
use super::rows::{ReadError, unpacked};
use super::target::Target;
use super::{ImportError, Manner, Summary, Watch, take_in};

/// What an import was asked to do.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// The files with the rows, at their beginnings, by their names.
    pub rows: &'a [(String, File)],
    /// What their columns mean.
    pub mapping: &'a Mapping,
    /// Where rows that cannot be taken are noted down; a file that is there is replaced once the new one is whole, unless it
    /// holds rows that are not of this import.
    pub rejects: Option<&'a Path>,
    /// How rows are taken in.
    pub manner: Manner,
    /// The language of rejects: [`Reject::in_english`] or [`Reject::in_vietnamese`].
    pub describe: fn(&Reject) -> RejectLine,
}

/// What came of an import, with the first rows that cannot be taken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// The counts.
    pub summary: Summary,
    /// The first rejects, at most [`SHOWN_MAX`].
    pub first_rejects: Vec<RejectLine>,
}

/// How many rejects an [`Outcome`] holds.
pub const SHOWN_MAX: usize = 20;

impl Outcome {
    /// Whether rows were refused that are noted down nowhere: then the command has not done what it was asked.
    pub fn lost_rejects(&self, job: &Job<'_>) -> bool {
        self.summary.rejected > 0 && job.rejects.is_none()
    }
}

/// Imports files, together, into a target. `went_on` hears after every row how far it has come.
///
/// # Errors
/// As [`take_in`]; and where the rejects cannot be written.
pub fn run<T: Target>(
    job: &Job<'_>,
    target: &mut T,
    went_on: &mut dyn FnMut(&Summary),
) -> Result<Outcome, ImportError<T::Error>> {
    let mut inputs = Vec::new();
    for (name, file) in job.rows {
        let bytes = file.try_clone().and_then(unpacked).map_err(|error| GatherError::Read {
            name: name.clone(),
            error: ReadError::Io { line: 0, error },
        })?;
        inputs.push(Input { name: name.clone(), bytes });
    }
    let earlier = job.rejects.map(|path| Earlier::read(path, job.mapping)).transpose();
    let earlier = earlier.map_err(ImportError::Rejects)?.unwrap_or_default();
    let rejects = job.rejects.map(|path| RejectFile::create(path, job.mapping)).transpose();
    let rejects = rejects.map_err(ImportError::Rejects)?;
    let mut desk = Desk { rejects, earlier, went_on, describe: job.describe, first: Vec::new() };
    let summary = take_in(inputs, job.mapping, target, job.manner, &mut desk);
    // What lies there is replaced only once all rows were held against it.
    if matches!(summary, Err(ImportError::Gather(_) | ImportError::LostRejects(_))) {
        desk.rejects = None;
    }
    // A dry run leaves no file where it has nothing to note down.
    let is_new = |path: &Path| std::fs::symlink_metadata(path).is_err();
    if job.manner.dry_run
        && summary.as_ref().is_ok_and(|summary| summary.rejected == 0)
        && job.rejects.is_some_and(is_new)
    {
        desk.rejects = None;
    }
    let written = desk.close().map_err(ImportError::Rejects);
    let outcome = Outcome { summary: summary?, first_rejects: desk.first };
    written.map(|()| outcome)
}

/// Where rejects and progress go.
struct Desk<'a> {
    rejects: Option<RejectFile>,
    earlier: Earlier,
    went_on: &'a mut dyn FnMut(&Summary),
    describe: fn(&Reject) -> RejectLine,
    first: Vec<RejectLine>,
}

impl Desk<'_> {
    fn close(&mut self) -> io::Result<()> {
        self.rejects.take().map_or(Ok(()), RejectFile::finish)
    }
}

impl Watch for Desk<'_> {
    fn rejected(&mut self, reject: &Reject) -> io::Result<()> {
        let line = (self.describe)(reject);
        self.earlier.met_reject(reject);
        if let Some(rejects) = &mut self.rejects {
            rejects.write(&line)?;
        }
        if self.first.len() < SHOWN_MAX {
            self.first.push(line);
        }
        Ok(())
    }

    fn gathered(&mut self, all: &Gathered) -> usize {
        self.earlier.met_all(all)
    }

    fn went_on(&mut self, so_far: &Summary) {
        (self.went_on)(so_far);
    }
}
