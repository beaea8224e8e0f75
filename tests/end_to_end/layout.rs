//! What docs/format.md places at each offset of a segment, read here from that page alone: no room has a part in it.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A part of a segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Part {
    BlockHeader,
    Index,
    Record,
    Hash,
    Padding,
}

impl Part {
    /// What `verify` says of it when its bytes are not those that were written.
    pub(crate) fn damaged(self) -> &'static str {
        match self {
            Part::BlockHeader => "the block's header is damaged",
            Part::Index => "the block's index entry is damaged, the record is whole",
            Part::Record => "the record is damaged",
            Part::Hash => "the block's hash is damaged, its records are whole",
            Part::Padding => "the padding after the block is not zero",
        }
    }
}

/// Where a part lies, and which record it belongs to; the first of the block where it belongs to them all.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) range: Range<usize>,
    pub(crate) part: Part,
    pub(crate) position: u64,
}

/// The blocks of one segment.
pub(crate) struct Layout {
    pub(crate) places: Vec<Place>,
    /// How many records each block holds.
    pub(crate) counts: Vec<usize>,
}

impl Layout {
    /// Reads the first segment of a ledger that has no more.
    pub(crate) fn of(segment: &[u8]) -> Layout {
        assert!(segment.starts_with(b"thadssg\x01"), "no segment");
        let mut layout = Layout { places: Vec::new(), counts: Vec::new() };
        let mut at = 512;
        while segment.get(at..at + 8) == Some(b"thadsbk\x01") {
            at = layout.block(segment, at);
        }
        assert!(segment[at..].iter().all(|byte| *byte == 0), "something stands after the last block");
        layout
    }

    fn block(&mut self, segment: &[u8], at: usize) -> usize {
        let (length, count) = (number(segment, at + 8, 4), number(segment, at + 12, 4));
        let first = u64::try_from(number(segment, at + 16, 8)).unwrap();
        let mut next = at;
        let mut place = |length: usize, part: Part, position: u64| {
            self.places.push(Place { range: next..next + length, part, position });
            next += length;
        };
        place(128, Part::BlockHeader, first);
        let positions = || (first..).take(count);
        positions().for_each(|position| place(12, Part::Index, position));
        for (index, position) in positions().enumerate() {
            place(number(segment, at + 128 + 12 * index, 4), Part::Record, position);
        }
        place(32, Part::Hash, first);
        place((512 - length % 512) % 512, Part::Padding, first);
        assert_eq!(next, at + length.next_multiple_of(512), "the block at {at} adds up");
        self.counts.push(count);
        next
    }

    /// Where the blocks end.
    pub(crate) fn end(&self) -> usize {
        self.places.last().unwrap().range.end
    }

    /// What stands at an offset.
    pub(crate) fn at(&self, offset: usize) -> &Place {
        let after = self.places.partition_point(|place| place.range.end <= offset);
        &self.places[after]
    }

    /// Where the records lie, by position.
    pub(crate) fn records(&self) -> Vec<Range<usize>> {
        let records = self.places.iter().filter(|place| place.part == Part::Record);
        let ranges: Vec<_> = records.map(|place| place.range.clone()).collect();
        ranges
    }
}

/// A big endian number of `bytes` bytes.
fn number(segment: &[u8], at: usize, bytes: usize) -> usize {
    segment[at..at + bytes].iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte))
}

/// A ledger's segments, in order.
pub(crate) fn segments(data: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(data.join("wal")).unwrap().map(|entry| entry.unwrap().path());
    let mut segments: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|ending| ending == "seg")).collect();
    segments.sort();
    segments
}
