//! What a verification says: which record is bad, where it lies, what was expected there and what was found.

use std::fmt;

use serde::Serialize;

use crate::genesis::Genesis;
use crate::record::{Leaf, LedgerId, Micros, Position};
use crate::segment::file_name;
use crate::tree::Root;

/// Where bytes lie.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
pub struct Place {
    /// The segment's running number; `None` in an export.
    pub segment: Option<u64>,
    /// Offset in the file.
    pub offset: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.segment {
            Some(segment) => write!(f, "wal/{}, offset {}", file_name(segment), self.offset),
            None => write!(f, "offset {}", self.offset),
        }
    }
}

/// What is wrong.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Bytes that belong to no block stand where a block or zeros must be.
    Leftover,
    /// The segment's header is not what was written.
    SegmentHeader,
    /// The block's header is not what was written; its records were found again from the index.
    BlockHeader,
    /// The block's index entry of this record is not what was written; the record is.
    BlockIndex,
    /// The hash at the block's end is not what was written; all else is.
    BlockHash,
    /// Something stands in the padding after the block.
    BlockPadding,
    /// The block's header is intact and does not fit the records: first position, previous or last leaf.
    BlockChain,
    /// The bytes are not those that were written: the block's index or the neighbours in the chain say so.
    RecordDamaged,
    /// The bytes agree with the block's index, and the chain was made over other bytes: the record was edited.
    RecordEdited,
    /// Records that the chain goes over are not there.
    RecordMissing,
    /// Records stand in another order than the chain's.
    RecordReordered,
    /// The position was taken before: a record was inserted or repeated.
    RecordRepeated,
    /// The record's place is not the one that it says.
    RecordPosition,
    /// The record belongs to another ledger.
    Ledger,
    /// The first record is no genesis.
    Genesis,
    /// The record's number in its stream does not follow.
    StreamVersion,
    /// The record's stream goes on from another record than the stream's last.
    StreamLeaf,
    /// It was recorded before the record that it follows.
    RecordedAt,
    /// It corrects a record that is not before it.
    Corrects,
    /// The tree's root after the block is not the block's.
    Root,
    /// The tree's root is not the signed one: history below that size was made anew.
    Checkpoint,
    /// The record is not the one that a receipt names.
    Receipt,
    /// The log ends before a size that was signed or receipted.
    Short,
}

impl What {
    fn sentence(self) -> &'static str {
        match self {
            What::Leftover => "bytes that belong to no block",
            What::SegmentHeader => "the segment's header is wrong",
            What::BlockHeader => "the block's header is damaged",
            What::BlockIndex => "the block's index entry is damaged, the record is whole",
            What::BlockHash => "the block's hash is damaged, its records are whole",
            What::BlockPadding => "the padding after the block is not zero",
            What::BlockChain => "the block's header does not fit its records",
            What::RecordDamaged => "the record is damaged",
            What::RecordEdited => "the record was edited",
            What::RecordMissing => "records are missing",
            What::RecordReordered => "records are in another order",
            What::RecordRepeated => "a record was inserted or repeated",
            What::RecordPosition => "the record stands in another place than it says",
            What::Ledger => "the record belongs to another ledger",
            What::Genesis => "the first record is no genesis",
            What::StreamVersion => "the stream's versions have a gap",
            What::StreamLeaf => "the stream's chain is broken",
            What::RecordedAt => "it was recorded before the record that it follows",
            What::Corrects => "it corrects a record that is not before it",
            What::Root => "the tree's root differs from the block's",
            What::Checkpoint => "the tree's root differs from the signed one",
            What::Receipt => "the record is not the one that a receipt names",
            What::Short => "the log is shorter than what was signed or receipted",
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}

/// One thing that is wrong.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Finding {
    /// The first record that it concerns; for a block or a segment, its first record.
    pub position: Position,
    /// How many records it concerns from there on.
    pub count: u64,
    /// What is wrong.
    pub what: What,
    /// Where the bytes lie; `None` if they come from no file, or are not there.
    pub place: Option<Place>,
    /// What must stand there.
    pub expected: String,
    /// What stands there.
    pub found: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.position.get().saturating_add(self.count.saturating_sub(1));
        match self.count {
            0 | 1 => write!(f, "record {}", self.position)?,
            _ => write!(f, "records {} to {last}", self.position)?,
        }
        if let Some(place) = self.place {
            write!(f, " ({place})")?;
        }
        write!(f, ": {}: expected {}, found {}", self.what, self.expected, self.found)
    }
}

/// The remains of a write that was cut off: such a block was never acknowledged.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Torn {
    /// Where it begins.
    pub place: Place,
    /// The position that its first record would have had.
    pub position: Position,
}

/// What was read, whether it is good or not.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Summary {
    /// The ledger.
    pub ledger: Option<LedgerId>,
    /// What the genesis record says.
    pub genesis: Option<Genesis>,
    /// Size of the log: positions below it.
    pub size: u64,
    /// Records read.
    pub records: u64,
    /// Blocks read; 0 if the source has none.
    pub blocks: u64,
    /// Segments with blocks; 0 if the source has none.
    pub segments: u64,
    /// Bytes of the records.
    pub bytes: u64,
    /// Root of the tree over all records.
    pub root: Root,
    /// Leaf of the last record.
    pub head: Leaf,
    /// When the last record was recorded.
    pub recorded_at: Option<Micros>,
}

/// The result of a verification.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Report {
    /// What was read.
    pub summary: Summary,
    /// What is wrong, by position; empty if all is well.
    pub findings: Vec<Finding>,
    /// How many more findings there were than are listed.
    pub more: u64,
    /// Remains of writes that were cut off. Not wrong by themselves.
    pub torn: Vec<Torn>,
}

impl Report {
    /// Whether nothing is wrong.
    pub fn is_good(&self) -> bool {
        self.findings.is_empty()
    }

    /// Returns the finding with the lowest position.
    pub fn first(&self) -> Option<&Finding> {
        self.findings.first()
    }
}
