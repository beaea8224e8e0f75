//! A journal in memory: for tests, simulations and dry runs. It survives nothing.

use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use thads_proof::block::Header;
use thads_proof::record::Position;

use super::{Journal, JournalError, Outcome, OwnedBlock, Runs, Tip, Watch, fits, follow};

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
        Memory { blocks: RwLock::new(Vec::new()), watch: Watch::new(Tip::empty()) }
    }

    /// Returns an empty journal whose first block follows on `tip`: what is below stands elsewhere.
    pub(crate) fn behind(tip: Tip) -> Memory {
        Memory { blocks: RwLock::new(Vec::new()), watch: Watch::new(tip) }
    }

    /// Returns a journal that holds `blocks`, as found somewhere.
    pub fn holding(blocks: Vec<Arc<OwnedBlock>>) -> Memory {
        let tip = blocks.last().map_or_else(Tip::empty, |block| Tip::after(block.header()));
        Memory { blocks: RwLock::new(blocks), watch: Watch::new(tip) }
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
    fn head(&self) -> Result<Tip, JournalError> {
        Ok(self.watch.tip())
    }

    fn room(&self, _bytes: usize) -> Result<(), JournalError> {
        Ok(())
    }

    fn append(&self, expected: &Tip, block: &OwnedBlock) -> Result<Outcome, JournalError> {
        fits(expected, block)?;
        let mut blocks = self.blocks.write().unwrap_or_else(PoisonError::into_inner);
        let tip = self.watch.tip();
        if tip != *expected {
            let index = blocks.partition_point(|held| held.header().end().get() <= expected.size);
            let same = blocks.get(index).is_some_and(|held| **held == *block);
            return Ok(if same { Outcome::Won } else { Outcome::Lost(tip) });
        }
        blocks.push(Arc::new(block.clone()));
        drop(blocks);
        self.watch.advance(Tip::after(block.header()));
        Ok(Outcome::Won)
    }

    fn read(&self, range: Range<u64>) -> Runs<'_> {
        let mut next = range.start;
        let end = range.end.min(self.watch.tip().size);
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

    fn wait(&self, size: u64, at_most: Duration) -> (Tip, bool) {
        self.watch.wait(size, at_most)
    }

    fn follow(&self, from: Position) -> Runs<'_> {
        follow(self, from)
    }

    fn close(&self) -> Result<(), JournalError> {
        self.watch.close();
        Ok(())
    }
}
