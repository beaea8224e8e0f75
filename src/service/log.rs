//! What a service records in: the ledger, or a rehearsal of it. The way of an action is one for both.

use thads_ledger::cache::Fold;
use thads_ledger::journal::JournalError;
use thads_ledger::{
    Append, AppendError, Ledger, LedgerHead, NotTogether, Receipt, Records, Rehearsal, Vault,
};
use thads_proof::genesis::Genesis;
use thads_proof::record::{Position, Record, RequestId};

/// A log that is written to and read.
pub trait Log {
    /// Records an append; returns when it stands.
    ///
    /// # Errors
    /// Each says whether anything was written.
    fn append(&self, append: Append) -> Result<Receipt, AppendError>;
    /// Records appends all in one block, or none of them.
    ///
    /// # Errors
    /// Each says whether anything was written.
    fn append_together(&self, appends: Vec<Append>) -> Result<Vec<Receipt>, NotTogether>;
    /// Returns the first receipt of a request and what it recorded; `None` when the request is new.
    ///
    /// # Errors
    /// When what may be its records cannot be read.
    fn repeated(&self, request: &RequestId) -> Result<Option<(Receipt, Vec<Record>)>, JournalError>;
    /// Returns the head.
    fn head(&self) -> LedgerHead;
    /// Returns the records from `from` to the head.
    fn read(&self, from: Position) -> Records<'_>;
    /// Returns one record.
    ///
    /// # Errors
    /// When it cannot be read.
    fn record(&self, position: Position) -> Result<Option<Record>, JournalError>;
    /// Returns the content of the cache `name` and for how many records it stands, if `fold` made it of this very log.
    fn cached(&self, name: &str, fold: Fold) -> Option<(u64, Vec<u8>)>;
    /// Returns the genesis.
    fn genesis(&self) -> &Genesis;
    /// Returns the vault.
    fn vault(&self) -> &dyn Vault;
}

macro_rules! log {
    ($($of:ty),*) => {$(
        impl Log for $of {
            fn append(&self, append: Append) -> Result<Receipt, AppendError> {
                <$of>::append(self, append)
            }

            fn append_together(&self, appends: Vec<Append>) -> Result<Vec<Receipt>, NotTogether> {
                <$of>::append_together(self, appends)
            }

            fn repeated(&self, request: &RequestId) -> Result<Option<(Receipt, Vec<Record>)>, JournalError> {
                <$of>::repeated(self, request)
            }

            fn head(&self) -> LedgerHead {
                <$of>::head(self)
            }

            fn read(&self, from: Position) -> Records<'_> {
                <$of>::read(self, from)
            }

            fn record(&self, position: Position) -> Result<Option<Record>, JournalError> {
                <$of>::record(self, position)
            }

            fn cached(&self, name: &str, fold: Fold) -> Option<(u64, Vec<u8>)> {
                <$of>::cached(self, name, fold)
            }

            fn genesis(&self) -> &Genesis {
                <$of>::genesis(self)
            }

            fn vault(&self) -> &dyn Vault {
                <$of>::vault(self)
            }
        }
    )*};
}

log!(Ledger, Rehearsal);
