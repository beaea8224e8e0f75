//! The cache of the books, kept beside the log. Deleting it changes no answer.
//!
//! How it is signed, and when it is believed: see [`thads_ledger::cache`].

use thads_ledger::cache::{BOOKS, Fold};
use thads_ledger::{Ledger, Reader};
use thads_projections::books::Books;
use thads_projections::snapshot;

use crate::log::Log;

/// What made it: the form of the entries that this build writes; books of another form are not looked at.
pub(crate) fn fold() -> Fold {
    Fold::new(concat!("thads ", env!("CARGO_PKG_VERSION"), " books 2"))
}

/// The books that were kept beside a log, if they may be believed.
pub(crate) fn of_log(log: &impl Log) -> Option<Books> {
    let (size, content) = log.cached(BOOKS, fold())?;
    decode(&content, size)
}

/// The books that were kept beside a reader's log, `kept`, if they may be believed.
pub(crate) fn of_reader(reader: &Reader, kept: &[u8]) -> Option<Books> {
    let (size, content) = reader.believes(kept, fold()).ok()?;
    decode(content, size)
}

/// The books in a cache of so many records.
pub(crate) fn decode(content: &[u8], size: u64) -> Option<Books> {
    snapshot::load(content).ok().filter(|books| books.position().0 == size)
}

/// Keeps the books beside the log. What goes wrong is not worth an error.
pub(crate) fn save(ledger: &Ledger, books: &Books) {
    if let Ok(content) = snapshot::save(books) {
        let _ = ledger.keep(BOOKS, fold(), books.position().0, &content);
    }
}
