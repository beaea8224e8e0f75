//! Reading records in order, each checked against the one before it.

use thads_proof::hash;
use thads_proof::record::{Leaf, Position, Record};

use crate::journal::{JournalError, RecordBatch, RecordBatches};

/// Records in order of their positions. What a journal gives is verified, not believed: every record must name the leaf of
/// the one before it; the first error ends the iteration.
pub struct Records<'a> {
    runs: RecordBatches<'a>,
    ready: std::vec::IntoIter<(Position, Vec<u8>)>,
    previous: Option<(Position, Leaf)>,
    ended: bool,
    /// Whether a run is a block.
    blocks: bool,
    /// Whether the next record is the first of a run.
    begins: bool,
}

impl<'a> Records<'a> {
    pub(crate) fn new(runs: RecordBatches<'a>) -> Records<'a> {
        let ready = Vec::new().into_iter();
        Records { runs, ready, previous: None, ended: false, blocks: false, begins: false }
    }

    /// Records of which each run is a block.
    pub(crate) fn of_blocks(runs: RecordBatches<'a>) -> Records<'a> {
        Records { blocks: true, ..Records::new(runs) }
    }

    /// Returns the next record, and whether it is known to be the first of its block: sled keeps no blocks.
    pub fn next_of_block(&mut self) -> Option<Result<(Record, bool), JournalError>> {
        let stored = self.next_stored()?;
        let begins = std::mem::take(&mut self.begins) && self.blocks;
        Some(stored.map(|stored| (stored.record, begins)))
    }

    /// Returns the next record with its leaf and its stored bytes.
    pub fn next_stored(&mut self) -> Option<Result<Stored, JournalError>> {
        if self.ended {
            return None;
        }
        loop {
            if let Some((position, bytes)) = self.ready.next() {
                let checked = self.check(position, bytes);
                self.ended = checked.is_err();
                return Some(checked);
            }
            match self.runs.next()? {
                Ok(run) => {
                    self.ready = split(&run);
                    self.begins = true;
                }
                Err(error) => {
                    self.ended = true;
                    return Some(Err(error));
                }
            }
        }
    }

    fn check(&mut self, position: Position, bytes: Vec<u8>) -> Result<Stored, JournalError> {
        let record = decode(position, &bytes)?;
        if let Some((before, leaf)) = self.previous
            && (before.next() != position || record.previous_leaf != leaf)
        {
            let what = format!("it does not follow on record {before}");
            return Err(JournalError::Damaged { first: position, what });
        }
        let leaf = hash::leaf(&bytes);
        self.previous = Some((position, leaf));
        Ok(Stored { record, leaf, bytes })
    }
}

fn split(run: &RecordBatch) -> std::vec::IntoIter<(Position, Vec<u8>)> {
    run.records().map(|(position, bytes)| (position, bytes.to_vec())).collect::<Vec<_>>().into_iter()
}

impl Iterator for Records<'_> {
    type Item = Result<Record, JournalError>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.next_stored()?.map(|stored| stored.record))
    }
}

/// A record with what it is hashed from and to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stored {
    /// The record.
    pub record: Record,
    /// Its leaf.
    pub leaf: Leaf,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Decodes a record that stands at `position`.
pub(crate) fn decode(position: Position, bytes: &[u8]) -> Result<Record, JournalError> {
    let record = Record::decode(bytes)
        .map_err(|error| JournalError::Damaged { first: position, what: error.to_string() })?;
    if record.position != position {
        let what = format!("the record there says that it stands at {}", record.position);
        return Err(JournalError::Damaged { first: position, what });
    }
    Ok(record)
}
