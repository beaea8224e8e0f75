//! Holding the vault against the records: what they commit to must be there and open, but for what was erased.

use std::collections::HashSet;
use std::sync::PoisonError;

use thads_proof::hash;

use super::{Reference, Vault, VaultError};
use crate::count::wide;

/// Most references that are named.
const NAMED_MAX: usize = 20;

/// What the vault was found to hold of what the records commit to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct VaultReport {
    /// Commitments that were opened.
    pub opened: u64,
    /// Entries that were erased: nobody can open their commitments any more.
    pub erased: u64,
    /// Entries that open no commitment: of writes that were cut off, or behind the end of a log that was brought back to
    /// an earlier state.
    pub unnamed: u64,
    /// Commitments that nothing opens and that no erasure explains.
    pub missing: u64,
    /// Entries that do not open: which, at most 20, and why.
    pub damaged: Vec<String>,
}

impl VaultReport {
    /// Returns whether all that is committed to can be opened or was erased.
    pub fn is_good(&self) -> bool {
        self.missing == 0
    }
}

impl Vault {
    /// Opens every entry and holds it against the commitments of the records, each of which is made by one entry.
    ///
    /// # Errors
    /// When the files cannot be read.
    pub(crate) fn check(&self, mut commitments: HashSet<[u8; 32]>) -> Result<VaultReport, VaultError> {
        let references: Vec<Reference> =
            self.index.read().unwrap_or_else(PoisonError::into_inner).keys().copied().collect();
        let mut report = VaultReport::default();
        for reference in references {
            // Another process may be erasing it: then its key is gone before its content is.
            match self.opening(&reference).or_else(|_| self.opening(&reference)) {
                Ok(Some(opening)) => {
                    if commitments.remove(&hash::commitment(&opening.salt, &opening.plaintext)) {
                        report.opened += 1;
                    } else {
                        report.unnamed += 1;
                    }
                }
                Ok(None) => report.erased += 1,
                Err(error @ (VaultError::Damaged(_) | VaultError::KeyMissing(_))) => {
                    if report.damaged.len() < NAMED_MAX {
                        report.damaged.push(error.to_string());
                    }
                }
                Err(error) => return Err(error),
            }
        }
        report.missing = wide(commitments.len()).saturating_sub(report.erased);
        report.damaged.sort_unstable();
        Ok(report)
    }
}
