//! A view: the books folded from a directory that somebody else may be writing to. Reads, and takes no lock.

use std::path::Path;

use thads_cases::ids::Position;
use thads_ledger::{Reader, Records, Vault};
use thads_projections::books::Books;
use thads_proof::genesis::Genesis;
use thads_proof::record::{Leaf, Record};
use thads_proof::tree::{Frontier, Root};

use crate::house::{House, HouseError};
use crate::log::Log;
use crate::snapshot;

const START: thads_proof::record::Position = thads_proof::record::Position::new(0);

/// The books up to the last whole block, with the head that they stand for.
pub struct View {
    reader: Reader,
    books: Books,
}

impl View {
    /// Reads and folds the whole log.
    ///
    /// # Errors
    /// No ledger there, or one that cannot be read or folded.
    pub fn open(directory: &Path) -> Result<View, HouseError> {
        let reader = Reader::open(directory)?;
        let mut books = snapshot_of(&reader);
        let next = thads_proof::record::Position::new(books.position().0);
        fold(&mut books, reader.read(next), &mut |_| {})?;
        Ok(View { reader, books })
    }

    /// Reads and folds the whole log and looks at no snapshot: for those who verify. `went_on` is told the log's size
    /// and how many records more are folded.
    ///
    /// # Errors
    /// As [`View::open`].
    pub fn open_anew(directory: &Path, mut went_on: impl FnMut(u64, usize)) -> Result<View, HouseError> {
        let reader = Reader::open(directory)?;
        let size = reader.head().size;
        let mut books = Books::default();
        fold(&mut books, reader.read(START), &mut |more| went_on(size, more))?;
        Ok(View { reader, books })
    }

    /// Whether the snapshot, where there is one, says what these books say of the same log: to be asked of books that
    /// were folded anew.
    ///
    /// # Errors
    /// As [`View::open`].
    pub fn agrees_with_snapshot(&self) -> Result<bool, HouseError> {
        let mut books = snapshot_of(&self.reader);
        if books.position() == Position(0) {
            return Ok(true);
        }
        let next = thads_proof::record::Position::new(books.position().0);
        fold(&mut books, self.reader.read(next), &mut |_| {})?;
        Ok(books == self.books)
    }
}

/// The books of the snapshot that belongs to a reader's log; empty where there is none.
fn snapshot_of(reader: &Reader) -> Books {
    snapshot::load(reader.dir(), reader.head().size, |position| leaf_before(reader.read(before(position))))
}

/// The position before one.
pub(crate) fn before(position: u64) -> thads_proof::record::Position {
    thads_proof::record::Position::new(position.saturating_sub(1))
}

/// The leaf of the first of some records.
pub(crate) fn leaf_before(mut records: Records<'_>) -> Option<Leaf> {
    records.next_stored()?.ok().map(|stored| stored.leaf)
}

/// Folds records in order, reading them on several threads; `went_on` is told how many more are folded.
///
/// # Errors
/// A record that cannot be read or folded; those before it are folded.
pub(crate) fn fold(
    books: &mut Books,
    mut records: Records<'_>,
    went_on: &mut dyn FnMut(usize),
) -> Result<(), HouseError> {
    const AT_ONCE: usize = 1 << 14;
    loop {
        let some = records.by_ref().take(AT_ONCE).collect::<Result<Vec<_>, _>>()?;
        if some.is_empty() {
            return Ok(());
        }
        books.fold_many(&some)?;
        went_on(some.len());
    }
}

/// What answers are made from: a house that writes, or a view of somebody else's.
pub trait Source {
    /// Calls back with the books.
    fn with_books<T>(&self, answer: impl FnOnce(&Books) -> T) -> T;
    /// The first record's content.
    fn genesis(&self) -> &Genesis;
    /// The vault.
    fn vault(&self) -> &Vault;
    /// A record.
    ///
    /// # Errors
    /// When it cannot be read.
    fn record(&self, position: thads_proof::record::Position) -> Result<Option<Record>, HouseError>;
    /// The root of the tree of the first `size` records; `None` beyond the head. Cost: the head's is at hand, any other
    /// hashes every record below it.
    ///
    /// # Errors
    /// A record that cannot be read.
    fn root_at(&self, size: u64) -> Result<Option<Root>, HouseError>;
}

impl Source for View {
    fn with_books<T>(&self, answer: impl FnOnce(&Books) -> T) -> T {
        answer(&self.books)
    }

    fn genesis(&self) -> &Genesis {
        self.reader.genesis()
    }

    fn vault(&self) -> &Vault {
        self.reader.vault()
    }

    fn record(&self, position: thads_proof::record::Position) -> Result<Option<Record>, HouseError> {
        Ok(self.reader.record(position)?)
    }

    fn root_at(&self, size: u64) -> Result<Option<Root>, HouseError> {
        let head = self.reader.head();
        if size == head.size {
            return Ok(Some(head.root));
        }
        root_of(self.reader.read(START), size)
    }
}

impl<L: Log> Source for House<L> {
    fn with_books<T>(&self, answer: impl FnOnce(&Books) -> T) -> T {
        // A clone shares what it does not change: who asks for much keeps nobody from recording meanwhile.
        let books = self.books().clone();
        answer(&books)
    }

    fn genesis(&self) -> &Genesis {
        self.ledger().genesis()
    }

    fn vault(&self) -> &Vault {
        self.ledger().vault()
    }

    fn record(&self, position: thads_proof::record::Position) -> Result<Option<Record>, HouseError> {
        Ok(self.ledger().record(position)?)
    }

    fn root_at(&self, size: u64) -> Result<Option<Root>, HouseError> {
        let head = self.ledger().head();
        if size == head.size {
            return Ok(Some(head.root));
        }
        if let Some(root) = self.root_at_hand(size) {
            return Ok(Some(root));
        }
        let root = root_of(self.ledger().read(START), size)?;
        if let Some(root) = root {
            self.remember_root(size, root);
        }
        Ok(root)
    }
}

fn root_of(mut records: Records<'_>, size: u64) -> Result<Option<Root>, HouseError> {
    let mut frontier = Frontier::new();
    while frontier.size() < size {
        match records.next_stored() {
            Some(stored) => frontier.push(stored?.leaf),
            None => return Ok(None),
        }
    }
    Ok(Some(frontier.root()))
}
