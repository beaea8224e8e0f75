//! Why a ledger cannot be opened: a failure, or evidence that both copies are damaged or that they contradict each other.

use std::path::{Path, PathBuf};

use thads_proof::genesis::GenesisError;

use crate::commit::CatchUpError;
use crate::embedded::keys::KeyError;
use crate::embedded::lock::LockError;
use crate::embedded::rebuild::RebuildError;
use crate::journal::JournalError;
use crate::ledger::StartError;
use crate::vault::VaultError;

/// Why a ledger cannot be opened or made.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process writes to it.
    #[error("another process (pid {pid}) is writing to {}", dir.display())]
    Locked {
        /// The data directory.
        dir: PathBuf,
        /// Its process id, as far as known.
        pid: String,
    },
    /// There is no ledger.
    #[error("{} holds no ledger", .0.display())]
    NotALedger(PathBuf),
    /// There is a ledger already.
    #[error("{} holds a ledger already", .0.display())]
    AlreadyThere(PathBuf),
    /// There is what is left of a ledger, this file, and neither copy of its log: evidence.
    #[error("{} is left of a ledger whose log is not here", .0.display())]
    Remains(PathBuf),
    /// A ledger that was founded there could not be written to for want of room. Nothing was made.
    #[error("{} has {free} bytes free on its disk, and founding a ledger takes {needed}", dir.display())]
    NoRoom {
        /// A folder on the disk that is too full.
        dir: PathBuf,
        /// Bytes free.
        free: u64,
        /// Bytes that must be: the mark below which writes are refused, and what is made.
        needed: u64,
    },
    /// A ledger could not be founded, and nothing of it was left.
    #[error("no ledger was founded: {0}")]
    NotFounded(String),
    /// Both copies are damaged: evidence. Nothing was appended and nothing will be.
    #[error("records from position {first} on{} are damaged in both copies: {what}", until(.end))]
    Damaged {
        /// The first position that neither copy has.
        first: u64,
        /// The position after the last one, where that is known.
        end: Option<u64>,
        /// What was found.
        what: String,
    },
    /// The segments are damaged: evidence. Opening the ledger for writing looks at the other copy as well.
    #[error("the segments are damaged from position {first} on: {what}")]
    Segments {
        /// The first position that they do not have.
        first: u64,
        /// What was found.
        what: String,
    },
    /// Both copies end before records that the log's own key signed in a cache: evidence.
    #[error(
        "the log ends with {size} records, and its key signed snapshots/{cache} when there were {known}: the rest is gone"
    )]
    Short {
        /// How many records there are.
        size: u64,
        /// How many there were.
        known: u64,
        /// Which cache says so.
        cache: &'static str,
    },
    /// The log's own key signed a cache for other records than the first of the log: evidence.
    #[error(
        "the log's key signed snapshots/{cache} for another history: the root of the first {signed} records is not the log's"
    )]
    OtherHistory {
        /// For how many records.
        signed: u64,
        /// Which cache says so.
        cache: &'static str,
    },
    /// There are no segments, and sled need not have everything: evidence.
    #[error(
        "there are no segments, and the last writer did not end in order: sled, which ends with {end} records, may lack what was acknowledged last"
    )]
    OutOfOrder {
        /// How many records sled has.
        end: u64,
    },
    /// There are no segments, and sled has everything: evidence, and what opening the ledger for writing mends.
    #[error(
        "the segments in wal/, which are the log, are gone; sled, its second copy, has all of its {end} records"
    )]
    Gone {
        /// How many records sled has.
        end: u64,
    },
    /// The two copies are whole and do not tell the same: evidence.
    #[error("segments and sled tell different histories from position {first} on: {what}")]
    Fork {
        /// The first position at which they differ.
        first: u64,
        /// What was found.
        what: String,
    },
    /// The records do not form one log: evidence.
    #[error("the log is not continuous: {0}")]
    Log(CatchUpError),
    /// What had to be written could not be: no evidence, but a failure.
    #[error(transparent)]
    Write(JournalError),
    /// The vault's files cannot be read.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The signing key is missing, unreadable, or another's.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The genesis record is a later program's: no evidence, but nothing can be read without it.
    #[error(transparent)]
    Later(GenesisError),
    /// The genesis record is not one.
    #[error("the genesis record is wrong: {0}")]
    Genesis(String),
    /// The file system failed.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

fn until(end: &Option<u64>) -> String {
    end.map_or_else(String::new, |end| format!(" to {}", end.saturating_sub(1)))
}

impl OpenError {
    /// Returns whether this is evidence of damage or tampering, not only a failure.
    pub fn is_evidence(&self) -> bool {
        matches!(
            self,
            OpenError::Damaged { .. }
                | OpenError::Segments { .. }
                | OpenError::Short { .. }
                | OpenError::OtherHistory { .. }
                | OpenError::OutOfOrder { .. }
                | OpenError::Gone { .. }
                | OpenError::Remains(_)
                | OpenError::Fork { .. }
                | OpenError::Log(_)
                | OpenError::Vault(VaultError::Gone(_) | VaultError::Strange(_))
                | OpenError::Key(KeyError::Form | KeyError::Other { .. })
        )
    }
}

impl From<CatchUpError> for OpenError {
    fn from(error: CatchUpError) -> OpenError {
        match error {
            CatchUpError::Journal(JournalError::Io(error)) => OpenError::Io(error),
            CatchUpError::Journal(JournalError::Damaged { first, what }) => {
                OpenError::Damaged { first: first.get(), end: None, what }
            }
            CatchUpError::Journal(error @ (JournalError::Full { .. } | JournalError::Stopped(_))) => {
                OpenError::Write(error)
            }
            error @ (CatchUpError::Journal(JournalError::NotContiguous(_))
            | CatchUpError::Discontinuity(_)
            | CatchUpError::End { .. }) => OpenError::Log(error),
        }
    }
}

impl From<StartError> for OpenError {
    fn from(error: StartError) -> OpenError {
        match error {
            StartError::Log(error) => error.into(),
            StartError::Later(error) => OpenError::Later(error),
            StartError::NotGenesis(why) => OpenError::Genesis(why),
            StartError::Key { expected, found } => KeyError::Other { expected, found }.into(),
            error @ StartError::AlreadyThere(_) => OpenError::Genesis(error.to_string()),
            StartError::Io(error) => OpenError::Io(error),
        }
    }
}

impl From<GenesisError> for OpenError {
    fn from(error: GenesisError) -> OpenError {
        match error {
            later @ GenesisError::Later(_) => OpenError::Later(later),
            error => OpenError::Genesis(error.to_string()),
        }
    }
}

impl From<JournalError> for OpenError {
    fn from(error: JournalError) -> OpenError {
        OpenError::from(CatchUpError::Journal(error))
    }
}

impl From<RebuildError> for OpenError {
    fn from(error: RebuildError) -> OpenError {
        match error {
            RebuildError::Damaged(range) => {
                OpenError::Damaged { first: range.first, end: range.end, what: range.what }
            }
            RebuildError::Io(error) => OpenError::Io(error),
        }
    }
}

impl OpenError {
    pub(crate) fn lock(dir: &Path, error: LockError) -> OpenError {
        match error {
            LockError::Held(pid) => OpenError::Locked { dir: dir.to_path_buf(), pid },
            LockError::Io(error) => OpenError::Io(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_that_could_not_write_is_no_evidence() {
        for (error, evidence) in [
            (JournalError::Stopped("wal/0000000000.seg: no space".to_owned()), false),
            (JournalError::Full { free: 1, least: 2 }, false),
            (JournalError::Io(std::io::Error::other("x")), false),
            (JournalError::NotContiguous("position 2".to_owned()), true),
        ] {
            let error = OpenError::from(error);
            assert_eq!(error.is_evidence(), evidence, "{error}");
        }
    }
}
