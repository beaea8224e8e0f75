//! An import of a file on disk: packed or not, with its file of rejects and its progress on standard error.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use super::mapping::Mapping;
use super::reject::{Reject, RejectLine};
use super::reject_file::RejectFile;
use super::rows::{ReadError, unpacked};
use super::target::Target;
use super::{ImportError, Summary, Watch, take_in};

/// An import that takes less than this shows no progress.
const QUIET_FOR: Duration = Duration::from_secs(1);
/// How often a line is written where standard error is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// What an import was asked to do.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// The file with the rows, at its beginning.
    pub rows: &'a File,
    /// What its columns mean.
    pub mapping: &'a Mapping,
    /// Where rows that cannot be taken are noted down; a file that is there is replaced once the new one is whole.
    pub rejects: Option<&'a Path>,
    /// Plan, and record nothing.
    pub dry_run: bool,
    /// Show no progress.
    pub quiet: bool,
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

/// Imports a file into a target.
///
/// # Errors
/// As [`take_in`]; and where a file cannot be opened.
pub fn run<T: Target>(job: &Job<'_>, target: &mut T) -> Result<Outcome, ImportError<T::Error>> {
    let unreadable = |error| ImportError::Read(ReadError::Io { line: 0, error });
    let file = job.rows.try_clone().map_err(unreadable)?;
    let bytes = file.metadata().map_err(unreadable)?.len();
    let read = Arc::new(AtomicU64::new(0));
    let input = unpacked(Counted { file, read: Arc::clone(&read) }).map_err(unreadable)?;
    let rejects = job.rejects.map(RejectFile::create).transpose().map_err(ImportError::Rejects)?;
    let progress = if job.quiet { None } else { Some(Progress::new(bytes, read)) };
    let mut desk = Desk { rejects, progress, describe: job.describe, first: Vec::new() };
    let summary = take_in(input, job.mapping, target, job.dry_run, &mut desk);
    let written = desk.close().map_err(ImportError::Rejects);
    let outcome = Outcome { summary: summary?, first_rejects: desk.first };
    written.map(|()| outcome)
}

/// A file that counts what was read of it.
struct Counted {
    file: File,
    read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.read.fetch_add(u64::try_from(count).unwrap_or(u64::MAX), Ordering::Relaxed);
        Ok(count)
    }
}

/// Where rejects and progress go.
struct Desk {
    rejects: Option<RejectFile>,
    progress: Option<Progress>,
    describe: fn(&Reject) -> RejectLine,
    first: Vec<RejectLine>,
}

impl Desk {
    fn close(&mut self) -> io::Result<()> {
        if let Some(progress) = &mut self.progress {
            progress.end();
        }
        self.rejects.take().map_or(Ok(()), RejectFile::finish)
    }
}

impl Watch for Desk {
    fn rejected(&mut self, reject: &Reject) -> io::Result<()> {
        let line = (self.describe)(reject);
        if let Some(rejects) = &mut self.rejects {
            rejects.write(&line)?;
        }
        if self.first.len() < SHOWN_MAX {
            self.first.push(line);
        }
        Ok(())
    }

    fn went_on(&mut self, so_far: &Summary) {
        if let Some(progress) = &mut self.progress {
            progress.went_on(so_far);
        }
    }
}

/// Progress by the bytes of the file, which is the one measure that is exact from the first row on.
struct Progress {
    began: Instant,
    said: Instant,
    bytes: u64,
    read: Arc<AtomicU64>,
    bar: Option<ProgressBar>,
}

impl Progress {
    fn new(bytes: u64, read: Arc<AtomicU64>) -> Progress {
        let now = Instant::now();
        Progress { began: now, said: now, bytes, read, bar: None }
    }

    fn went_on(&mut self, so_far: &Summary) {
        // Asking the clock at every row would cost more than the row.
        if !so_far.rows.is_multiple_of(256) || self.began.elapsed() < QUIET_FOR {
            return;
        }
        let read = self.read.load(Ordering::Relaxed).min(self.bytes);
        if io::stderr().is_terminal() {
            let bytes = self.bytes;
            let bar = self.bar.get_or_insert_with(|| bar(bytes));
            bar.set_position(read);
            bar.set_message(format!("{} rows", so_far.rows));
        } else if self.said.elapsed() >= LINE_EVERY {
            self.said = Instant::now();
            let seconds = self.began.elapsed().as_secs();
            let line = format!("import: {} rows, {read} of {} bytes, {seconds} s\n", so_far.rows, self.bytes);
            // Progress that cannot be shown stops no import.
            let _ = io::stderr().write_all(line.as_bytes());
        }
    }

    fn end(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(bytes: u64) -> ProgressBar {
    let bar = ProgressBar::new(bytes);
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {percent:>3} %  {msg}, {eta} left") {
        bar.set_style(style);
    }
    bar
}
