//! The one seam to storage: a journal keeps blocks, one after the other, and says when they are durable.
//!
//! Nothing above it knows which journal there is. What it reads back is a claim: whoever reads verifies the chain.
//! [`Embedded`] keeps segments with sled behind them, [`Memory`] keeps nothing, `Faulty` (feature `testing`) fails on
//! purpose.

#[cfg(any(test, feature = "testing"))]
mod faulty;
mod memory;

use std::ops::Range;
use std::path::Path;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use thads_proof::block::{Block, BlockError, Header};
use thads_proof::record::{Leaf, Position, length_of};
use thads_proof::tree::Root;

pub use crate::embedded::Embedded;
#[cfg(any(test, feature = "testing"))]
pub use faulty::{Died, Fault, Faulty, Moment, ReadFault};
pub use memory::Memory;

/// The end of a journal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Head {
    /// How many records it holds.
    pub size: u64,
    /// Leaf of the last one.
    pub leaf: Leaf,
    /// Root of the tree over all of them.
    pub root: Root,
}

impl Head {
    /// The end of a journal that holds nothing.
    pub fn empty() -> Head {
        Head { size: 0, leaf: Leaf::ZERO, root: Root::empty() }
    }

    /// The end after a block.
    pub fn after(header: &Header) -> Head {
        Head { size: header.end().get(), leaf: header.last_leaf, root: header.root }
    }
}

/// A finished block and its header; the bytes are padded to whole sectors.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnedBlock {
    header: Header,
    bytes: Vec<u8>,
}

impl OwnedBlock {
    /// Takes the parts that [`thads_proof::block::Builder::finish`] gives.
    pub(crate) fn new((header, bytes): (Header, Vec<u8>)) -> OwnedBlock {
        OwnedBlock { header, bytes }
    }

    /// Reads stored bytes, padding and all; header, hash and index are checked.
    ///
    /// # Errors
    /// When the bytes are no block.
    pub fn parse(bytes: Vec<u8>) -> Result<OwnedBlock, BlockError> {
        let header = Block::parse(&bytes)?.header().clone();
        Ok(OwnedBlock { header, bytes })
    }

    /// Returns its header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Returns its bytes, padded to whole sectors.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Makes the bytes behind its hash zeros again.
    pub(crate) fn clear_padding(&mut self) {
        let length = self.header.length();
        if let Some(padding) = self.bytes.get_mut(length..) {
            padding.fill(0);
        }
    }

    /// Returns its records.
    pub fn run(&self) -> RecordBatch {
        let records = thads_proof::block::length(self.header.records(), 0) - thads_proof::block::HASH_LENGTH;
        let end = self.header.length() - thads_proof::block::HASH_LENGTH;
        RecordBatch {
            first: self.header.first,
            bytes: self.bytes.get(records..end).unwrap_or_default().to_vec(),
        }
    }
}

/// Records that follow each other, as they are stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecordBatch {
    pub(crate) first: Position,
    pub(crate) bytes: Vec<u8>,
}

impl RecordBatch {
    /// What a journal gives back: `bytes` are records one behind the other, the first of them at `first`. A claim like all
    /// that a journal reads; who reads it checks it.
    pub fn new(first: Position, bytes: Vec<u8>) -> RecordBatch {
        RecordBatch { first, bytes }
    }

    /// Returns the position of its first record.
    pub fn first(&self) -> Position {
        self.first
    }

    /// Returns the records' bytes, one behind the other.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns its records with their positions. Bytes that are no record, and all behind them, are given as the last one:
    /// whoever reads it hears that it is none, and nothing is passed over in silence.
    pub fn records(&self) -> impl Iterator<Item = (Position, &[u8])> + '_ {
        let mut rest = self.bytes.as_slice();
        let mut next = self.first;
        std::iter::from_fn(move || {
            let length = length_of(rest).unwrap_or(rest.len());
            let (record, after) = rest.split_at_checked(length).filter(|(record, _)| !record.is_empty())?;
            let at = next;
            rest = after;
            next = next.next();
            Some((at, record))
        })
    }

    /// Returns the part from `range.start` on and before `range.end`.
    #[must_use]
    pub fn cut(self, range: &Range<u64>) -> RecordBatch {
        let mut start = self.bytes.len();
        let mut end = 0;
        let mut first = None;
        let mut offset = 0;
        for (position, record) in self.records() {
            if range.contains(&position.get()) {
                if first.is_none() {
                    first = Some(position);
                    start = offset;
                }
                end = offset + record.len();
            }
            offset += record.len();
        }
        match first {
            Some(first) if start == 0 && end == self.bytes.len() => RecordBatch { first, bytes: self.bytes },
            Some(first) => RecordBatch { first, bytes: self.bytes[start..end].to_vec() },
            None => RecordBatch { first: Position::new(range.start), bytes: Vec::new() },
        }
    }
}

/// What came of an append that did not fail outright.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The block is durable, now or since an earlier try.
    Committed,
    /// Another block stands there; this is the journal's end.
    Conflict(Head),
    /// Not decided. Only the same append again can tell: a read that shows nothing proves nothing.
    Indeterminate(String),
}

/// Why a journal cannot do what it is asked.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Too little room; nothing was written.
    #[error("{free} bytes are free; writes are refused below {least}")]
    Full {
        /// Bytes free.
        free: u64,
        /// Bytes below which writes are refused.
        least: u64,
    },
    /// The file system failed. After a failed write or sync the journal takes nothing more.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The block is none, or does not follow on the expected end.
    #[error("the block does not follow on {0}")]
    NotContiguous(String),
    /// What is stored is not what was written.
    #[error("the records from position {first} on are damaged: {what}")]
    Damaged {
        /// The first position that cannot be read.
        first: Position,
        /// What is wrong.
        what: String,
    },
    /// An earlier write failed, or the journal was closed.
    #[error("the journal has stopped: {0}")]
    Stopped(String),
}

/// Runs of records in order.
pub type RecordBatches<'a> = Box<dyn Iterator<Item = Result<RecordBatch, JournalError>> + Send + 'a>;

/// Keeps blocks. One committer appends; many threads read.
pub trait Journal: Send + Sync {
    /// Returns its end. A hint where the journal is far away; exact where this process writes.
    ///
    /// # Errors
    /// When the journal cannot be reached.
    fn head(&self) -> Result<Head, JournalError>;

    /// Says whether a block of `bytes` may be written at all, before anything is written for it elsewhere.
    ///
    /// # Errors
    /// [`JournalError::Full`], or [`JournalError::Stopped`].
    fn room(&self, bytes: usize) -> Result<(), JournalError>;

    /// Appends a block behind `expected` and makes it durable. The same append again is answered like the first.
    ///
    /// # Errors
    /// When nothing was written ([`JournalError::Full`], [`JournalError::NotContiguous`]), or the journal failed and has stopped.
    fn append(&self, expected: &Head, block: &OwnedBlock) -> Result<Outcome, JournalError>;

    /// Returns the records of `range`, as far as there are any, in runs.
    fn read(&self, range: Range<u64>) -> RecordBatches<'_>;

    /// Returns the header of the block that holds a position; `None` behind the end.
    ///
    /// # Errors
    /// When it cannot be read.
    fn header(&self, position: Position) -> Result<Option<Header>, JournalError>;

    /// Waits until the journal holds more than `size` records, or is closed, or `at_most` has passed. Returns its end,
    /// and whether it is closed.
    fn wait(&self, size: u64, at_most: Duration) -> (Head, bool);

    /// Returns the records from `from` on, those to come as well: waits for them, and ends when the journal is closed.
    fn follow(&self, from: Position) -> RecordBatches<'_>;

    /// Finishes what is done behind the writer's back, and takes nothing more.
    ///
    /// # Errors
    /// When it cannot be finished; nothing acknowledged is lost by that.
    fn close(&self) -> Result<(), JournalError>;

    /// Notes, once it is closed, that its writer has ended with nothing left undone.
    ///
    /// # Errors
    /// When that cannot be noted: the next opening looks at more.
    fn end_in_order(&self) -> Result<(), JournalError> {
        Ok(())
    }

    /// Refuses where what it was opened in is not there any more, or is another's by now: nothing is written beside it then.
    ///
    /// # Errors
    /// What has moved.
    fn refuse_if_moved(&self) -> std::io::Result<()> {
        Ok(())
    }

    /// Looks whether all is there that it reads by, and whether what could not be read before can be now. Waits for no writer.
    ///
    /// # Errors
    /// What cannot be read, or is not as it was left.
    fn look(&self) -> Result<(), JournalError> {
        Ok(())
    }

    /// Returns the folder on this machine that it lies in, if it lies in one.
    fn dir(&self) -> Option<&Path> {
        None
    }

    /// Says how far the second copy is behind, where the journal keeps one.
    fn progress(&self) -> Option<Progress> {
        None
    }
}

/// How far the second copy of a journal is behind the first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Progress {
    /// Records before this position are in the second copy as well.
    pub moved: u64,
    /// Why moving has ended, if it has failed.
    pub failed: Option<String>,
}

/// Reads on as the journal grows, by [`Journal::wait`]; what an implementation of [`Journal::follow`] returns.
pub fn follow(journal: &dyn Journal, from: Position) -> RecordBatches<'_> {
    let mut next = from.get();
    let mut ready: Option<RecordBatches<'_>> = None;
    Box::new(std::iter::from_fn(move || {
        loop {
            if let Some(runs) = &mut ready {
                match runs.next() {
                    Some(Ok(run)) => {
                        next = run.records().last().map_or(next, |(position, _)| position.get() + 1);
                        return Some(Ok(run));
                    }
                    Some(Err(error)) => return Some(Err(error)),
                    None => ready = None,
                }
            }
            let (head, closed) = journal.wait(next, Duration::from_secs(60));
            if head.size > next {
                ready = Some(journal.read(next..head.size));
            } else if closed {
                return None;
            }
        }
    }))
}

/// The durable end of a journal, and those who wait for it to move: what an implementation of [`Journal::wait`] asks.
pub struct Watch {
    end: Mutex<(Head, bool)>,
    moved: Condvar,
}

impl Watch {
    /// Begins at an end.
    pub fn new(head: Head) -> Watch {
        Watch { end: Mutex::new((head, false)), moved: Condvar::new() }
    }

    /// Returns the end.
    pub fn head(&self) -> Head {
        self.end.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    /// Moves the end on, and wakes who waits for that.
    pub fn advance(&self, head: Head) {
        self.end.lock().unwrap_or_else(PoisonError::into_inner).0 = head;
        self.moved.notify_all();
    }

    /// Says that the end will not move any more.
    pub fn close(&self) {
        self.end.lock().unwrap_or_else(PoisonError::into_inner).1 = true;
        self.moved.notify_all();
    }

    /// Returns whether it will not move any more.
    pub fn is_closed(&self) -> bool {
        self.end.lock().unwrap_or_else(PoisonError::into_inner).1
    }

    /// As [`Journal::wait`].
    pub fn wait(&self, size: u64, at_most: Duration) -> (Head, bool) {
        let end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = |end: &mut (Head, bool)| end.0.size <= size && !end.1;
        *self.moved.wait_timeout_while(end, at_most, waiting).unwrap_or_else(PoisonError::into_inner).0
    }
}

/// Checks that a block follows on `expected`; every implementation of [`Journal::append`] asks this first.
///
/// # Errors
/// [`JournalError::NotContiguous`].
pub fn check_contiguous(expected: &Head, block: &OwnedBlock) -> Result<(), JournalError> {
    let header = block.header();
    if header.first.get() != expected.size || header.previous_leaf != expected.leaf {
        return Err(JournalError::NotContiguous(format!(
            "position {}, leaf {}",
            expected.size, expected.leaf
        )));
    }
    Ok(())
}
