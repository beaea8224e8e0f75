//! A rehearsal of a service: actions that build on each other, judged on what those before them would leave, and nothing
//! written. What it took can be recorded together.

use std::path::Path;

use thads_ledger::{NotTogether, OpenError, Reader, Receipt, Rehearsal, SystemClock};

use crate::ledger_service::{LedgerService, ServiceError, sources};
use crate::log::Log;

/// A rehearsal that is recorded in as in the service itself.
pub type Rehearsing = LedgerService<Rehearsal>;

impl Rehearsing {
    /// Begins a rehearsal of the ledger in a directory, as it is now. It takes no lock and writes nothing there.
    ///
    /// # Errors
    /// No ledger there, or one that cannot be read, folded, or opened for writing.
    pub fn rehearse(directory: &Path) -> Result<Rehearsing, ServiceError> {
        let reader = Reader::open_to_rehearse(directory)?;
        let (clock, _, references) = sources(reader.genesis().clock, Box::new(SystemClock));
        let rehearsal = Rehearsal::new(reader, Box::new(SystemClock)).map_err(OpenError::from)?;
        let service = LedgerService::fold(rehearsal, clock, references, false)?;
        service.look_at_vault()?;
        Ok(service)
    }

    /// Whether a receipt is of the ledger, and not of what this rehearsal took.
    pub fn was_there(&self, receipt: &Receipt) -> bool {
        receipt.first() < self.ledger().began_at()
    }
}

/// Why what was rehearsed is not recorded.
#[derive(Debug, thiserror::Error)]
pub enum TogetherError {
    /// The ledger does not take it; each says whether anything was written.
    #[error(transparent)]
    Append(#[from] NotTogether),
    /// Nothing was written: the ledger does not stand where the rehearsal began.
    #[error("the ledger has gone on to {size} records since the rehearsal began at {began}")]
    Moved {
        /// How many records there are.
        size: u64,
        /// How many there were.
        began: u64,
    },
    /// It is recorded, and cannot be folded.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl<L: Log> LedgerService<L> {
    /// Records what a rehearsal of this very ledger took: all of it in one block, or nothing. The receipts are in its order.
    ///
    /// # Errors
    /// Nothing is written, or what was written is unknown: each says.
    pub fn record_together(&self, rehearsed: Rehearsing) -> Result<Vec<Receipt>, TogetherError> {
        // What was decided rests on all that stood there.
        let _alone = self.alone.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let _changes = self.organisation.write().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (size, began) = (self.ledger().head().size, rehearsed.ledger().began_at().get());
        if size != began {
            return Err(TogetherError::Moved { size, began });
        }
        let receipts = self.ledger().append_together(rehearsed.ledger.into_taken())?;
        self.catch_up()?;
        Ok(receipts)
    }
}
