//! Segments read in order, every block verified as it is met: it follows, its records are chained, its root is the tree's.

use std::path::Path;

use thads_proof::hash;
use thads_proof::record::{Leaf, LedgerId};
use thads_proof::segment::{self, BLOCKS_AT, Header, Step};
use thads_proof::tree::{Frontier, Root};

use super::BackupError;
use crate::embedded::verify_chain;
use crate::journal::{OwnedBlock, RecordBatch};

/// How far a log was read, and what it is up to there.
#[derive(Clone)]
pub(super) struct Walk {
    ledger: LedgerId,
    frontier: Frontier,
    leaf: Leaf,
}

impl Walk {
    /// Begins before the first record of a ledger.
    pub(super) fn of(ledger: LedgerId) -> Walk {
        Walk { ledger, frontier: Frontier::new(), leaf: Leaf::ZERO }
    }

    /// Returns how many records were read.
    pub(super) fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// Returns the root over them.
    pub(super) fn root(&self) -> Root {
        self.frontier.root()
    }

    /// Returns the leaf of the last of them.
    pub(super) fn leaf(&self) -> Leaf {
        self.leaf
    }

    /// Returns the root after some records more.
    pub(super) fn root_with(&self, run: &RecordBatch) -> Root {
        let mut frontier = self.frontier.clone();
        run.records().for_each(|(_, record)| frontier.push(hash::leaf(record)));
        frontier.root()
    }

    /// Says that the log ends too early.
    pub(super) fn short(&self, path: &Path, wanted: u64) -> BackupError {
        let what = format!("the log should have {wanted} records here");
        BackupError::Damaged { path: path.to_path_buf(), position: self.size(), what }
    }

    /// Reads the blocks of a segment that end at or before `until` records; tells the tree after each record. Returns
    /// the offset behind the last.
    pub(super) fn segment(
        &mut self,
        path: &Path,
        number: u64,
        bytes: &[u8],
        until: u64,
        mut seen: impl FnMut(&Frontier),
    ) -> Result<usize, BackupError> {
        let damaged = |position: u64, what: String| {
            Err(BackupError::Damaged { path: path.to_path_buf(), position, what })
        };
        match Header::decode(bytes) {
            Ok(Some(header)) if header.number == number && header.ledger == self.ledger => {}
            Ok(_) => return damaged(self.size(), "its header is another's".into()),
            Err(error) => return damaged(self.size(), error.to_string()),
        }
        let mut offset = BLOCKS_AT;
        while self.size() < until && offset < bytes.len() {
            let block = match segment::step(bytes, offset) {
                Step::Block(block) => block.header().stored_length(),
                Step::Unused | Step::Torn => break,
                Step::Damaged(error) => return damaged(self.size(), error.to_string()),
            };
            let block = match OwnedBlock::parse(bytes[offset..offset + block].to_vec()) {
                Ok(block) => block,
                Err(error) => return damaged(self.size(), error.to_string()),
            };
            if block.header().end().get() > until {
                break;
            }
            let first = self.size();
            if let Err(what) = self.take(&block, &mut seen) {
                return damaged(first, what);
            }
            offset += block.bytes().len();
        }
        Ok(offset)
    }

    /// Reads one block.
    pub(super) fn take(
        &mut self,
        block: &OwnedBlock,
        seen: &mut impl FnMut(&Frontier),
    ) -> Result<(), String> {
        let header = block.header();
        if (header.first.get(), header.previous_leaf) != (self.size(), self.leaf) {
            return Err(format!("the block of position {} does not follow", header.first));
        }
        verify_chain(block)?;
        for (_, record) in block.run().records() {
            self.frontier.push(hash::leaf(record));
            seen(&self.frontier);
        }
        self.leaf = header.last_leaf;
        if self.root() == header.root { Ok(()) } else { Err("the tree's root is not the block's".into()) }
    }
}
