//! Folding the books anew, where those that were kept are not what the log says.

use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use thads_ledger::Reader;
use thads_projections::books::Books;
use thads_proof::record::{Position, Stream};

use crate::house::{House, HouseError};
use crate::log::Log;
use crate::{snapshot, view};

impl<L: Log> House<L> {
    /// Folds all of the log, if the books began with a cache; says whether they did.
    ///
    /// # Errors
    /// A record that cannot be read or folded.
    pub(crate) fn fold_anew(&self) -> Result<bool, HouseError> {
        let mut books = self.books.write().unwrap_or_else(PoisonError::into_inner);
        if !self.kept.load(Ordering::SeqCst) {
            return Ok(false);
        }
        let mut anew = Books::default();
        view::fold(&mut anew, self.ledger.read(Position::GENESIS), &mut |_| {})?;
        *books = anew;
        self.kept.store(false, Ordering::SeqCst);
        Ok(true)
    }

    /// Whether the books, which have caught up, say of a stream what the committer said: that it is at version `current`,
    /// or further by now, and not at `expected`.
    pub(crate) fn agrees(&self, stream: &Stream, expected: u64, current: u64) -> bool {
        expected < current && current <= self.books().version(stream)
    }
}

/// The books of a reader's log: what was kept of them, `kept`, and what came after.
///
/// # Errors
/// A record that cannot be read or folded.
pub(crate) fn books_of(reader: &Reader, kept: Option<&[u8]>) -> Result<Books, HouseError> {
    if let Some(mut books) = kept.and_then(|kept| snapshot::of_reader(reader, kept)) {
        let next = Position::new(books.position().0);
        match view::fold(&mut books, reader.read(next), &mut |_| {}) {
            Ok(()) => return Ok(books),
            Err(HouseError::Fold(_)) => {} // what was kept is not what the log goes on from
            Err(error) => return Err(error),
        }
    }
    let mut books = Books::default();
    view::fold(&mut books, reader.read(Position::GENESIS), &mut |_| {})?;
    Ok(books)
}
