//! Blocks from what the files still hold, where sled does not open or does not give them: record by record.
//!
//! Records and block headers stand in sled's files as they are, byte for byte. What is found proves itself: a header by its
//! checksum, and the records under it by their chain from the leaf before the block to its last leaf.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Result};
use std::ops::Range;
use std::path::Path;

use thads_proof::block::{Builder, HEADER_LENGTH, Header, MAGIC, REVISION};
use thads_proof::hash;
use thads_proof::plain;
use thads_proof::record::{self, Leaf, LedgerId, POSITION_AT, PREVIOUS_LEAF_AT, Position, length_of};

use crate::embedded::{SLED_FILE_BYTES_MAX, verify_chain};
use crate::journal::OwnedBlock;

/// Bytes of a file that are looked through at a time.
const PIECE_BYTES: u64 = 16 << 20;
/// More than the largest record or header has.
const OVERLAP_BYTES: usize = 1 << 18;

/// Block headers and records of some positions, wherever they were found.
#[derive(Default)]
pub(super) struct Salvage {
    positions: Range<u64>,
    headers: BTreeMap<u64, Vec<Header>>,
    records: BTreeMap<u64, Vec<Vec<u8>>>,
}

impl Salvage {
    /// Gathers what concerns the positions of a range.
    pub(super) fn of(positions: Range<u64>) -> Salvage {
        Salvage { positions, ..Salvage::default() }
    }

    /// Whether the range includes a position.
    pub(super) fn covers(&self, position: u64) -> bool {
        self.positions.contains(&position)
    }

    /// Reads every file of a folder.
    pub(super) fn read_folder(&mut self, folder: &Path, ledger: &LedgerId) -> Result<()> {
        for entry in fs::read_dir(folder).map_err(plain::of(folder))? {
            let Ok(mut file) = plain::open(&entry?.path(), SLED_FILE_BYTES_MAX) else { continue };
            let mut piece = Vec::new();
            loop {
                // What a record or header may be cut of at the end of one piece begins the next.
                let from = piece.len().saturating_sub(OVERLAP_BYTES);
                piece.drain(..from);
                let kept = piece.len();
                (&mut file).take(PIECE_BYTES).read_to_end(&mut piece)?;
                if piece.len() == kept {
                    break;
                }
                self.read(&piece, ledger);
            }
        }
        Ok(())
    }

    /// Reads some bytes.
    pub(super) fn read(&mut self, bytes: &[u8], ledger: &LedgerId) {
        let mut needle = [record::REVISION; 17];
        needle[1..].copy_from_slice(&ledger.0);
        for at in 0..bytes.len() {
            if bytes[at] == needle[0] && bytes[at..].starts_with(&needle) {
                self.take_record(&bytes[at..]);
            }
            if bytes[at] == MAGIC[0]
                && bytes[at..].starts_with(&MAGIC)
                && bytes.get(at + MAGIC.len()) == Some(&REVISION)
                && let Ok(header) = Header::decode(&bytes[at..bytes.len().min(at + HEADER_LENGTH)])
                && self.covers(header.first.get())
            {
                let same = self.headers.entry(header.first.get()).or_default();
                if !same.contains(&header) {
                    same.push(header);
                }
            }
        }
    }

    fn take_record(&mut self, bytes: &[u8]) {
        let Some(position) = bytes.get(POSITION_AT..POSITION_AT + 8).and_then(|eight| eight.try_into().ok())
        else {
            return;
        };
        let position = u64::from_be_bytes(position);
        // The record after the range tells the last one's leaf.
        if !self.covers(position) && !self.covers(position.saturating_sub(1)) {
            return;
        }
        let Some(found) = length_of(bytes).and_then(|length| bytes.get(..length)) else { return };
        let same = self.records.entry(position).or_default();
        if !same.iter().any(|known| known == found) {
            same.push(found.to_vec());
        }
    }

    /// Whether a block that holds a position is known of.
    pub(super) fn holds(&self, position: u64) -> bool {
        let before = self.headers.range(..=position).next_back();
        before.is_some_and(|(_, headers)| headers.iter().any(|header| position < header.end().get()))
    }

    /// Puts the block that begins at a position together, if all of it was found.
    pub(super) fn block(&self, first: u64) -> Option<OwnedBlock> {
        self.headers.get(&first)?.iter().find_map(|header| self.under(header))
    }

    fn under(&self, header: &Header) -> Option<OwnedBlock> {
        let mut builder = Builder::new(header.first, header.previous_leaf);
        let mut position = header.first;
        while position < header.end() {
            let last = position.next() == header.end();
            let before = builder.last_leaf();
            let fits = |bytes: &&Vec<u8>| {
                let leaf = hash::leaf(bytes);
                let leads =
                    if last { leaf == header.last_leaf } else { self.is_named(position.next(), &leaf) };
                leads && previous_leaf(bytes) == Some(before)
            };
            let bytes = self.records.get(&position.get())?.iter().find(fits)?;
            builder.push(bytes, hash::leaf(bytes)).ok()?;
            position = position.next();
        }
        let block = OwnedBlock::new(builder.finish(header.root).ok()?);
        (block.header() == header && verify_chain(&block).is_ok()).then_some(block)
    }

    /// Whether a record at a position names a leaf as that of the one before it.
    fn is_named(&self, position: Position, leaf: &Leaf) -> bool {
        let named = |bytes: &Vec<u8>| previous_leaf(bytes) == Some(*leaf);
        self.records.get(&position.get()).is_some_and(|records| records.iter().any(named))
    }
}

fn previous_leaf(record: &[u8]) -> Option<Leaf> {
    let leaf = record.get(PREVIOUS_LEAF_AT..)?.first_chunk::<32>()?;
    Some(Leaf(*leaf))
}
