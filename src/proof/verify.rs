//! Verification: from records, from a folder of segments, from an export. It shares no code with what wrote them.
//!
//! It reads only, and names the first bad record: position, place, what is wrong, what was expected and found. All
//! hashes are made anew: every record's leaf, the chain, every stream's chain, the tree's root after every block,
//! and, where given, signed checkpoints and receipts. Records are examined on several threads, the chain follows on
//! one. What it cannot see without a checkpoint, a receipt or a mirror is history that was made anew as a whole.

mod chain;
mod examine;
mod finding;
#[cfg(feature = "files")]
mod folder;
mod parallel;
mod segments;

pub use finding::{Finding, Place, Report, Summary, Torn, What};

use std::convert::Infallible;
use std::io::Read;
#[cfg(feature = "files")]
use std::path::{Path, PathBuf};
#[cfg(feature = "threads")]
use std::thread;

use crate::checkpoint::{Checkpoint, CheckpointError, Vkey};
use crate::export::{self, ExportError};
use crate::record::{Leaf, LedgerId, Position};
use chain::Chain;
use parallel::{Unit, Work};

/// Records that one thread takes at a time.
const WORK_RECORDS: usize = 2048;

/// What to verify against, and how.
#[derive(Clone, Debug)]
pub struct Options {
    /// Threads that examine records; 0 for as many as the machine has.
    #[cfg(feature = "threads")]
    pub threads: usize,
    /// The ledger that it must be.
    pub ledger: Option<LedgerId>,
    /// Heads that are relied on: their signatures were checked, or they are from elsewhere.
    pub checkpoints: Vec<Checkpoint>,
    /// Leaves that are relied on, for instance from receipts.
    pub known: Vec<(Position, Leaf)>,
    /// Most findings that are listed; the rest is counted.
    pub findings_max: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            #[cfg(feature = "threads")]
            threads: 0,
            ledger: None,
            checkpoints: Vec::new(),
            known: Vec::new(),
            findings_max: 1_000,
        }
    }
}

impl Options {
    /// Verifies against a signed note, once its signatures hold.
    pub fn rely_on_note(&mut self, note: &str, origin: &str, known: &[Vkey]) -> Result<(), CheckpointError> {
        self.checkpoints.push(Checkpoint::open(note, origin, known)?.0);
        Ok(())
    }

    /// On the caller's thread alone.
    #[cfg(not(feature = "threads"))]
    fn threads(&self) -> usize {
        1
    }

    #[cfg(feature = "threads")]
    fn threads(&self) -> usize {
        match self.threads {
            0 => thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        }
    }
}

/// Why nothing can be said: the bytes cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// A file or folder cannot be read.
    #[cfg(feature = "files")]
    #[error("{source}")]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why, with the name of the file.
        source: std::io::Error,
    },
    /// The export cannot be read, or is none.
    #[error(transparent)]
    Export(#[from] ExportError),
}

/// Verifies records from any source, each with the position that the source gives it; the first must be the genesis.
pub fn verify_records(records: impl IntoIterator<Item = (Position, Vec<u8>)>, options: &Options) -> Report {
    let mut chain = Chain::new(options);
    let done: Result<(), Infallible> = parallel::run(options.threads(), &mut chain, |give| {
        let mut gathered = Vec::new();
        for (position, bytes) in records {
            gathered.push((None, Some(position), bytes));
            if gathered.len() == WORK_RECORDS {
                give(Unit::Work(Work::Records(std::mem::take(&mut gathered))));
            }
        }
        give(Unit::Work(Work::Records(gathered)));
        Ok(())
    });
    match done {
        Ok(()) => chain.finish(),
    }
}

/// Verifies the segments in a folder (a ledger's `wal/`, or a copy of it). Needs no lock: it reads to the last whole
/// block, and takes an incomplete one behind that for a write under way.
#[cfg(feature = "files")]
pub fn verify_segments(folder: &Path, options: &Options) -> Result<Report, VerifyError> {
    verify_segment_bytes(folder::folder(folder)?, options)
}

/// Verifies segments from any source, each with its number, in the order of these; stops at the first error.
pub fn verify_segment_bytes<E>(
    segments: impl IntoIterator<Item = Result<(u64, Vec<u8>), E>>,
    options: &Options,
) -> Result<Report, E> {
    let mut chain = Chain::new(options);
    parallel::run(options.threads(), &mut chain, |give| {
        let mut ledger = options.ledger;
        for segment in segments {
            let (number, bytes) = segment?;
            segments::split(number, bytes, &mut ledger, give);
        }
        Ok(())
    })?;
    Ok(chain.finish())
}

/// Verifies an export from a reader; see [`crate::export`].
pub fn verify_export(reader: impl Read, options: &Options) -> Result<Report, VerifyError> {
    let mut reader = export::Reader::new(reader)?;
    let mut chain = Chain::new(options);
    let header = *reader.header();
    chain.ledger(header.ledger);
    if let Some(last) = header.count.checked_sub(1) {
        chain.witness(Position::new(last), header.head);
    }
    parallel::run(options.threads(), &mut chain, |give| {
        let mut gathered = Vec::new();
        while let Some((offset, bytes)) = reader.next_record()? {
            gathered.push((Some(Place { segment: None, offset }), None, bytes));
            if gathered.len() == WORK_RECORDS {
                give(Unit::Work(Work::Records(std::mem::take(&mut gathered))));
            }
        }
        give(Unit::Work(Work::Records(gathered)));
        Ok::<(), VerifyError>(())
    })?;
    Ok(chain.finish())
}
