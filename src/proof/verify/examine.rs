//! What one block's bytes, or one record's, say by themselves: everything that needs no neighbour, so that blocks are
//! examined in parallel. A damaged block is taken apart with what is left of it.

use super::finding::{Place, What};
use crate::block::{
    self, Block, BlockError, ENTRY_LENGTH, Entry, HASH_LENGTH, HEADER_LENGTH, Header, RECORDS_MAX,
};
use crate::genesis::{Genesis, GenesisError};
use crate::hash;
use crate::record::{
    LENGTH_MIN, Leaf, LedgerId, Micros, PREVIOUS_LEAF_AT, Position, REVISION, RecordError, View, length_of,
};
use crate::segment;
use crate::tree::{Node, leaf_node};

/// A record by itself.
#[derive(Debug)]
pub(super) struct Examined {
    pub(super) place: Option<Place>,
    /// Where the block's index entry lies, and what it says.
    pub(super) entry: Option<(Place, Entry)>,
    /// The position that the source gives it.
    pub(super) claim: Option<Position>,
    pub(super) length: usize,
    pub(super) leaf: Leaf,
    pub(super) node: Node,
    /// As it stands in the bytes, even if the rest of them is no record.
    pub(super) previous_leaf: Option<Leaf>,
    pub(super) fields: Result<Fields, RecordError>,
}

/// What the chain is checked with.
#[derive(Debug)]
pub(super) struct Fields {
    pub(super) ledger: LedgerId,
    pub(super) position: Position,
    pub(super) recorded_at: Micros,
    /// The stream's tag and key.
    pub(super) stream: Box<[u8]>,
    pub(super) stream_version: u64,
    pub(super) stream_previous_leaf: Leaf,
    pub(super) corrects: Option<Position>,
    /// What the record at position 0 says.
    pub(super) genesis: Option<Result<Genesis, GenesisError>>,
}

impl Examined {
    pub(super) fn new(bytes: &[u8], place: Option<Place>, claim: Option<Position>) -> Examined {
        let leaf = hash::leaf(bytes);
        let previous_leaf = bytes.get(PREVIOUS_LEAF_AT..).and_then(<[u8]>::first_chunk).copied().map(Leaf);
        let fields = View::decode(bytes).map(|view| Fields {
            ledger: view.ledger,
            position: view.position,
            recorded_at: view.recorded_at,
            stream: std::iter::once(view.stream_tag.code()).chain(view.stream_key.iter().copied()).collect(),
            stream_version: view.stream_version,
            stream_previous_leaf: view.stream_previous_leaf,
            corrects: view.corrects,
            genesis: (view.position == Position::GENESIS).then(|| Genesis::from_record(&view.to_record())),
        });
        let node = leaf_node(&leaf);
        Examined { place, entry: None, claim, length: bytes.len(), leaf, node, previous_leaf, fields }
    }

    /// Whether the block's index marks these bytes; `None` if there is no index.
    pub(super) fn marked(&self) -> Option<bool> {
        self.entry.map(|(_, entry)| entry.marks(&self.leaf))
    }
}

/// Records that stand together in a source: a block, or a run without one.
#[derive(Debug, Default)]
pub(super) struct Group {
    /// The block's header, if it is intact.
    pub(super) header: Option<Header>,
    pub(super) place: Option<Place>,
    pub(super) is_block: bool,
    pub(super) remarks: Vec<Remark>,
    pub(super) records: Vec<Examined>,
}

/// Something wrong with a group besides its records; the position is known once the group is in its place.
#[derive(Debug)]
pub(super) struct Remark {
    /// Index of the record that it concerns; 0 if it is about the whole group.
    pub(super) record: usize,
    pub(super) what: What,
    pub(super) place: Option<Place>,
    pub(super) expected: String,
    pub(super) found: String,
}

impl Group {
    /// A group that is only a remark.
    pub(super) fn remark(what: What, place: Option<Place>, expected: &str, found: &str) -> Group {
        let mut group = Group { place, ..Group::default() };
        group.add(0, what, place, expected, found);
        group
    }

    fn add(&mut self, record: usize, what: What, place: Option<Place>, expected: &str, found: &str) {
        let (expected, found) = (expected.to_owned(), found.to_owned());
        self.remarks.push(Remark { record, what, place, expected, found });
    }
}

/// Examines the block that starts at `start` of a segment's bytes and ends, with its padding, before `end`.
pub(super) fn block(bytes: &[u8], start: usize, end: usize, number: u64, ledger: Option<LedgerId>) -> Group {
    let extent = bytes.get(start..end).unwrap_or_default();
    let at = |offset: usize| Place { segment: Some(number), offset: offset_of(start + offset) };
    let mut group = Group { place: Some(at(0)), is_block: true, ..Group::default() };
    let parsed = Block::parse(extent);
    let header = Header::decode(extent);
    let (count, records_end) = match (&header, find_count(extent, ledger)) {
        (Ok(header), _) if header.length() <= extent.len() => {
            (header.records(), header.length() - HASH_LENGTH)
        }
        (Ok(_), _) => {
            group.add(0, What::Leftover, Some(at(0)), "a whole block", "the beginning of one");
            return group;
        }
        (Err(error), Some((count, records_end))) => {
            group.add(0, What::BlockHeader, Some(at(0)), "the header that was written", &error.to_string());
            (count, records_end)
        }
        (Err(error), None) => {
            let first = extent.iter().position(|byte| *byte != 0).unwrap_or(0);
            group.add(0, What::Leftover, Some(at(first)), "a block, or zeros to the end", &error.to_string());
            return group;
        }
    };
    let entries_end = HEADER_LENGTH + ENTRY_LENGTH * count;
    let Some(entries) = extent.get(HEADER_LENGTH..entries_end) else { return group };
    let entries: Vec<Entry> = entries.as_chunks().0.iter().map(Entry::decode).collect();
    let records = extent.get(entries_end..records_end).unwrap_or_default();
    let lengths = lengths(&entries, records);
    let mut index_is_whole = true;
    let mut offset = entries_end;
    let first = header.as_ref().ok().map(|header| header.first);
    for (index, entry) in entries.iter().enumerate() {
        let Some(length) = lengths.get(index).copied() else {
            let rest = "records that can be told apart";
            group.add(index, What::Leftover, Some(at(offset)), rest, "lengths that do not fit");
            index_is_whole = false;
            break;
        };
        let place = at(offset);
        let entry_place = at(HEADER_LENGTH + ENTRY_LENGTH * index);
        if length != entry.length {
            let (expected, found) = (format!("length {length}"), format!("length {}", entry.length));
            group.add(index, What::BlockIndex, Some(entry_place), &expected, &found);
            index_is_whole = false;
        }
        let claim = first.and_then(|first| first.checked_add(u64::try_from(index).ok()?));
        let record = extent.get(offset..offset + length).unwrap_or_default();
        let mut examined = Examined::new(record, Some(place), claim);
        examined.entry = Some((entry_place, *entry));
        index_is_whole &= entry.marks(&examined.leaf);
        group.records.push(examined);
        offset += length;
    }
    if matches!(parsed, Err(BlockError::Hash)) && index_is_whole {
        group.add(0, What::BlockHash, Some(at(records_end)), "the hash of the block", "another");
    }
    let padding = extent.get(records_end + HASH_LENGTH..).unwrap_or_default();
    if let Some(padded) = padding.iter().position(|byte| *byte != 0) {
        let place = at(records_end + HASH_LENGTH + padded);
        group.add(0, What::BlockPadding, Some(place), "zeros", &format!("byte {:#04x}", padding[padded]));
    }
    group.header = header.ok();
    group
}

/// Finds the count of a block whose header is damaged, and where its records end: the only count whose index gives
/// the block's extent, with a record of this ledger right behind it.
fn find_count(extent: &[u8], ledger: Option<LedgerId>) -> Option<(usize, usize)> {
    let mut record_bytes = 0usize;
    let entries = extent.get(HEADER_LENGTH..)?.as_chunks::<ENTRY_LENGTH>().0;
    for (index, entry) in entries.iter().enumerate().take(RECORDS_MAX) {
        record_bytes = record_bytes.checked_add(Entry::decode(entry).length)?;
        let count = index + 1;
        let length = block::length(count, record_bytes);
        if length > block::BYTES_MAX {
            return None;
        }
        let records_at = HEADER_LENGTH + ENTRY_LENGTH * count;
        let starts = extent.get(records_at..).is_some_and(|records| starts_record(records, ledger));
        if starts && block::stored_length(length) == extent.len().next_multiple_of(block::SECTOR) {
            return Some((count, length - HASH_LENGTH));
        }
    }
    None
}

fn starts_record(bytes: &[u8], ledger: Option<LedgerId>) -> bool {
    let Some((revision, rest)) = bytes.split_first() else { return false };
    *revision == REVISION && ledger.is_none_or(|ledger| rest.starts_with(&ledger.0))
}

/// Where each record ends: as the index says if that adds up; else as the records themselves say; else as far as
/// either agrees with the marks.
fn lengths(entries: &[Entry], records: &[u8]) -> Vec<usize> {
    let sum = entries.iter().try_fold(0usize, |sum, entry| sum.checked_add(entry.length));
    if sum == Some(records.len()) {
        return entries.iter().map(|entry| entry.length).collect();
    }
    let own = walk(entries, records, |rest, _| length_of(rest));
    if own.len() == entries.len() && own.iter().sum::<usize>() == records.len() {
        return own;
    }
    walk(entries, records, |rest, entry| {
        let marked = |length: &usize| {
            *length >= LENGTH_MIN
                && rest.get(..*length).is_some_and(|record| entry.marks(&hash::leaf(record)))
        };
        length_of(rest).filter(marked).or(Some(entry.length).filter(marked))
    })
}

fn walk(entries: &[Entry], records: &[u8], length: impl Fn(&[u8], &Entry) -> Option<usize>) -> Vec<usize> {
    let mut rest = records;
    let mut lengths = Vec::with_capacity(entries.len());
    for entry in entries {
        let Some(length) = length(rest, entry) else { break };
        let Some(after) = rest.get(length..) else { break };
        lengths.push(length);
        rest = after;
    }
    lengths
}

/// Where the next block may start after a header that cannot be read: at the next header, or where only zeros follow.
pub(super) fn next_start(bytes: &[u8], start: usize) -> usize {
    let mut last = start + block::SECTOR;
    for offset in (start + block::SECTOR..bytes.len()).step_by(block::SECTOR) {
        let rest = &bytes[offset..];
        if Header::decode(rest).is_ok() {
            return offset;
        }
        if !segment::is_zero(&rest[..rest.len().min(block::SECTOR)]) {
            last = offset + block::SECTOR;
        }
    }
    last.min(bytes.len())
}

pub(super) fn offset_of(offset: usize) -> u64 {
    u64::try_from(offset).unwrap_or(u64::MAX)
}
