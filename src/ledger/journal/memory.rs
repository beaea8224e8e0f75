//! A journal in memory: for tests, simulations and dry runs. It survives nothing.

use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use thads_proof::block::Header;
use thads_proof::record::Position;

use super::{
    Head, Journal, JournalError, Outcome, OwnedBlock, RecordBatches, Watch, check_contiguous, follow,
};

/// Blocks in memory.
pub struct Memory {
    blocks: RwLock<Vec<Arc<OwnedBlock>>>,
    watch: Watch,
}

impl Default for Memory {
    fn default() -> Memory {
        Memory::new()
    }
}

impl Memory {
    /// Returns an empty journal.
    pub fn new() -> Memory {
        Memory { blocks: RwLock::new(Vec::new()), watch: Watch::new(Head::empty()) }
    }

    /// Returns an empty journal whose first block follows on `head`: what is below stands elsewhere.
    pub(crate) fn behind(head: Head) -> Memory {
        Memory { blocks: RwLock::new(Vec::new()), watch: Watch::new(head) }
    }

    /// Returns a journal that holds `blocks`, as found somewhere.
    pub fn holding(blocks: Vec<Arc<OwnedBlock>>) -> Memory {
        let head = blocks.last().map_or_else(Head::empty, |block| Head::after(block.header()));
        Memory { blocks: RwLock::new(blocks), watch: Watch::new(head) }
    }

    /// Returns all blocks.
    pub fn blocks(&self) -> Vec<Arc<OwnedBlock>> {
        self.blocks.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn at(&self, position: u64) -> Option<Arc<OwnedBlock>> {
        let blocks = self.blocks.read().unwrap_or_else(PoisonError::into_inner);
        let index = blocks.partition_point(|block| block.header().end().get() <= position);
        blocks.get(index).cloned()
    }
}

impl Journal for Memory {
    fn head(&self) -> Result<Head, JournalError> {
        Ok(self.watch.head())
    }

    fn room(&self, _bytes: usize) -> Result<(), JournalError> {
        Ok(())
    }

    fn append(&self, expected: &Head, block: &OwnedBlock) -> Result<Outcome, JournalError> {
        check_contiguous(expected, block)?;
        if self.watch.is_closed() {
            return Err(JournalError::Stopped("it was closed".into()));
        }
        let mut blocks = self.blocks.write().unwrap_or_else(PoisonError::into_inner);
        let head = self.watch.head();
        if head != *expected {
            let index = blocks.partition_point(|held| held.header().end().get() <= expected.size);
            let same = blocks.get(index).is_some_and(|held| **held == *block);
            return Ok(if same { Outcome::Committed } else { Outcome::Conflict(head) });
        }
        blocks.push(Arc::new(block.clone()));
        drop(blocks);
        self.watch.advance(Head::after(block.header()));
        Ok(Outcome::Committed)
    }

    fn read(&self, range: Range<u64>) -> RecordBatches<'_> {
        let mut next = range.start;
        let end = range.end.min(self.watch.head().size);
        Box::new(std::iter::from_fn(move || {
            if next >= end {
                return None;
            }
            let block = self.at(next)?;
            let run = block.run().cut(&(next..end));
            next = block.header().end().get();
            Some(Ok(run))
        }))
    }

    fn header(&self, position: Position) -> Result<Option<Header>, JournalError> {
        Ok(self.at(position.get()).map(|block| block.header().clone()))
    }

    fn wait(&self, size: u64, at_most: Duration) -> (Head, bool) {
        self.watch.wait(size, at_most)
    }

    fn follow(&self, from: Position) -> RecordBatches<'_> {
        follow(self, from)
    }

    fn close(&self) -> Result<(), JournalError> {
        self.watch.close();
        Ok(())
    }
}
