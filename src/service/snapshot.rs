//! The cache of the read model, kept beside the log. Deleting it changes no answer.
//!
//! How it is signed, and when it is believed: see [`thads_ledger::cache`].

use thads_ledger::cache::{BOOKS, Fold};
use thads_ledger::{Ledger, Reader};
use thads_projections::read_model::ReadModel;
use thads_projections::snapshot;

use crate::log::Log;

/// What made it: the form of the entries that this build writes; a read model of another form is not looked at.
pub(crate) fn fold() -> Fold {
    Fold::new(concat!("thads ", env!("CARGO_PKG_VERSION"), " books 3"))
}

/// The read model that was kept beside a log, if it may be believed.
pub(crate) fn of_log(log: &impl Log) -> Option<ReadModel> {
    let (size, content) = log.cached(BOOKS, fold())?;
    decode(&content, size)
}

/// The read model that was kept beside a reader's log, `kept`, if it may be believed.
pub(crate) fn of_reader(reader: &Reader, kept: &[u8]) -> Option<ReadModel> {
    let (size, content) = reader.believes(kept, fold()).ok()?;
    decode(content, size)
}

/// The read model in a cache of so many records.
pub(crate) fn decode(content: &[u8], size: u64) -> Option<ReadModel> {
    snapshot::load(content).ok().filter(|model| model.position().0 == size)
}

/// Keeps the read model beside the log. What goes wrong is not worth an error.
pub(crate) fn save(ledger: &Ledger, model: &ReadModel) {
    if let Ok(content) = snapshot::save(model) {
        let _ = ledger.keep(BOOKS, fold(), model.position().0, &content);
    }
}
