//! The scan of the segments: which there are, where the log ends in them, and the first thing that is wrong with them.

use std::collections::BTreeMap;
use std::io::Result;
use std::ops::{Range, RangeInclusive};
use std::os::unix::fs::FileExt;
use std::path::Path;

use thads_proof::block::{self, BYTES_MAX, Block, Header, SECTOR};
use thads_proof::record::{LedgerId, Position};
use thads_proof::segment::{self, BLOCKS_AT, Step};

use crate::count::{to_u64, to_usize};
use crate::embedded::{Listing, SEGMENT_BYTES_MIN, Used, verify_chain};
use crate::journal::{Head, OwnedBlock};
use crate::testing::{Defect, planted};

/// What the segments are like.
#[derive(Debug)]
pub(crate) struct SegmentsScan {
    pub(crate) ledger: Option<LedgerId>,
    pub(crate) used: Vec<Used>,
    pub(crate) head: Head,
    /// Segment and offset behind the last block, where the log may go on.
    pub(crate) current: Option<(u64, u64)>,
    /// The segment of the last block, and where that stands.
    pub(crate) last: Option<(u64, Range<u64>)>,
    /// Number of the next new segment.
    pub(crate) next: u64,
    pub(crate) trouble: Option<Trouble>,
}

/// The first thing that is wrong.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// No segment holds anything.
    Empty,
    /// The log's last block shows zeros where bytes never came.
    Torn { number: u64, offset: u64, position: u64 },
    /// A segment is not what was written, from this position on.
    Damaged { number: u64, position: u64, what: String },
    /// Segments are not there: these numbers; records from the first to before the second position.
    Missing { numbers: RangeInclusive<u64>, first: u64, until: Option<u64> },
}

/// What one segment holds, read front to back.
#[derive(Debug)]
pub(crate) struct SegmentScan {
    /// The end after the last whole block that continues the one before; `None` when there is no block.
    pub(crate) head: Option<Head>,
    /// Offset behind that block.
    pub(crate) offset: u64,
    /// Where that block stands, with the segment's header if it is the first; empty when there is none.
    pub(crate) last: Range<u64>,
    pub(crate) ending: Ending,
}

/// What stands behind the last whole block of a segment.
#[derive(Debug)]
pub(crate) enum Ending {
    /// Zeros to the end, or no room.
    Clean,
    Torn,
    Damaged(String),
}

/// Reads a whole segment.
pub(crate) fn scan_segment(wal: &Path, number: u64) -> Result<SegmentScan> {
    let bytes = segment::read(wal, number)?;
    Ok(scan_bytes(&bytes, false))
}

/// Reads the blocks of a segment; the chain of the records within them as well if `all`.
pub(crate) fn scan_bytes(bytes: &[u8], all: bool) -> SegmentScan {
    let mut log_end: Option<Head> = None;
    let mut offset = BLOCKS_AT;
    let mut last = 0..0;
    let expected = segment::Header::decode(bytes).ok().flatten().map(|header| header.first);
    let ending = loop {
        if offset >= bytes.len() {
            // The header is written together with the first block, into a file of its full length.
            break match (&log_end, expected) {
                (None, Some(_)) => Ending::Damaged("the file ends behind its header".into()),
                (Some(_), _) | (None, None) => Ending::Clean,
            };
        }
        match segment::step(bytes, offset) {
            Step::Block(block) => {
                if let Err(what) = follows(block.header(), log_end.as_ref(), expected) {
                    break Ending::Damaged(what);
                }
                let stored = offset..offset + block.header().stored_length();
                if all
                    && let Some(stored) = bytes.get(stored.clone())
                    && let Err(what) = chained(stored)
                {
                    break Ending::Damaged(what);
                }
                log_end = Some(Head::after(block.header()));
                last = to_u64(if offset == BLOCKS_AT { 0 } else { offset })..to_u64(stored.end);
                offset += block.header().stored_length();
            }
            Step::Unused => break Ending::Clean,
            Step::Torn => break Ending::Torn,
            Step::Damaged(_) if planted(Defect::AlwaysTorn) => break Ending::Torn,
            Step::Damaged(error) => break Ending::Damaged(error.to_string()),
        }
    };
    SegmentScan { head: log_end, offset: to_u64(offset), last, ending }
}

fn chained(block: &[u8]) -> std::result::Result<(), String> {
    let block = OwnedBlock::parse(block.to_vec()).map_err(|error| error.to_string())?;
    verify_chain(&block)
}

fn follows(
    header: &Header,
    head: Option<&Head>,
    expected: Option<Position>,
) -> std::result::Result<(), String> {
    match head {
        Some(head) if header.first.get() != head.size || header.previous_leaf != head.leaf => {
            Err(format!("the block of position {} does not follow on the one before it", header.first))
        }
        None if expected.is_some_and(|expected| expected != header.first) => {
            Err(format!("its first block begins at position {}, not where its header says", header.first))
        }
        _ => Ok(()),
    }
}

/// A segment in which something stands.
struct Numbered {
    number: u64,
    /// Position of its first record, if its header can be read.
    first: Option<Position>,
    /// What is wrong with its header.
    bad: Option<String>,
}

/// Surveys `wal`. The last segment with a block is read whole, and the one before it; all of them if `all`. `torn` holds
/// ends that are known to have never been acknowledged.
pub(crate) fn scan(wal: &Path, all: bool, torn: &BTreeMap<u64, u64>) -> Result<SegmentsScan> {
    let listing = Listing::read(wal)?;
    let mut segments: Vec<Numbered> = listing
        .used
        .iter()
        .map(|used| Numbered { number: used.number, first: Some(used.first), bad: None })
        .collect();
    segments.extend(listing.bad.into_iter().map(|(number, bad)| Numbered { number, first: None, bad }));
    segments.sort_unstable_by_key(|segment| segment.number);
    let mut scan = SegmentsScan {
        ledger: listing.ledger,
        used: listing.used,
        head: Head::empty(),
        current: None,
        last: None,
        next: segments.last().map_or(0, |last| last.number + 1),
        trouble: None,
    };
    scan.trouble = if segments.is_empty() { Some(Trouble::Empty) } else { gap(wal, &segments)? };
    let from = if all { 0 } else { start(wal, &segments)? };
    let mut end: Option<Head> = None;
    for (index, segment) in segments.iter().enumerate().skip(from) {
        if scan.trouble.is_some() {
            break;
        }
        let judged = scan_bytes(&segment::read(wal, segment.number)?, all);
        scan.trouble = trouble(segment, segments.get(index + 1), &judged, end.as_ref(), torn);
        if judged.head.is_some() {
            scan.last = Some((segment.number, judged.last.clone()));
        }
        end = judged.head.or(end);
        scan.current = matches!(judged.ending, Ending::Clean).then_some((segment.number, judged.offset));
    }
    scan.head = end.unwrap_or(scan.head);
    if scan.trouble.is_none() {
        // A segment of which only the torn beginning is there holds nothing.
        scan.used.retain(|used| used.first.get() < scan.head.size);
    }
    Ok(scan)
}

/// Returns what is wrong with one segment, given where the one before it ended and which comes next.
fn trouble(
    segment: &Numbered,
    next: Option<&Numbered>,
    judged: &SegmentScan,
    end: Option<&Head>,
    torn: &BTreeMap<u64, u64>,
) -> Option<Trouble> {
    let number = segment.number;
    let position =
        judged.head.as_ref().or(end).map_or_else(|| segment.first.map_or(0, Position::get), |head| head.size);
    let damaged = |position, what: String| Some(Trouble::Damaged { number, position, what });
    if let (Some(first), Some(end)) = (segment.first, end)
        && first.get() != end.size
    {
        return damaged(end.size, format!("it begins at position {first}, not {}", end.size));
    }
    let begin = end.map_or(0, |end| end.size);
    match &judged.ending {
        Ending::Damaged(what) => return damaged(position, what.clone()),
        Ending::Torn if segment.bad.is_some() => {}
        Ending::Torn if torn.get(&number) == Some(&judged.offset) => return None,
        Ending::Torn => match next {
            // The log went on in a new segment.
            Some(next) if next.first == Some(Position::new(position)) => return None,
            Some(_) => {
                return damaged(
                    position,
                    "a block is cut by zeros although the log goes on behind it".into(),
                );
            }
            None => return Some(Trouble::Torn { number, offset: judged.offset, position }),
        },
        Ending::Clean => {}
    }
    if segment.first.is_none() {
        return damaged(begin, segment.bad.clone().unwrap_or_else(|| "its header is missing".into()));
    }
    match next.and_then(|next| next.first) {
        Some(first) if first.get() != position => {
            damaged(position, format!("the next segment begins at position {first}"))
        }
        _ => None,
    }
}

/// Returns whether what stands behind the whole blocks of a segment, from `offset` on, cannot be what is left of a block:
/// where the next one must begin the sector is as good as zero, so that its write never came, and no sector behind it
/// begins as a block does. Then nothing that was acknowledged stood there. Not for a file that was cut short.
pub(crate) fn is_stray(bytes: &[u8], offset: usize) -> bool {
    /// More bytes than rot may be thought to change in a sector, and far fewer than a header has.
    const FEW: usize = 16;
    let few = |sector: &[u8]| sector.iter().filter(|byte| **byte != 0).count() <= FEW;
    let begins = |sector: &[u8], magic: &[u8]| {
        sector.iter().zip(magic).filter(|(found, magic)| found == magic).count() * 2 > magic.len()
    };
    let Some((before, rest)) = bytes.split_at_checked(offset) else { return false };
    let never_begun = || few(before) && !begins(before, &segment::MAGIC);
    bytes.len() >= SEGMENT_BYTES_MIN
        && (offset > BLOCKS_AT || never_begun() || segment::Header::decode(before).is_ok())
        && rest.chunks(SECTOR).next().is_some_and(few)
        && !rest.chunks(SECTOR).any(|sector| begins(sector, &block::MAGIC))
}

/// Returns the index from which segments are read: the last that holds a block, and the one before that does. Between
/// them there may be segments whose first block was never finished; where they begin, only the one before them says.
fn start(wal: &Path, segments: &[Numbered]) -> Result<usize> {
    let mut found = 0;
    for (index, segment) in segments.iter().enumerate().rev() {
        if begins_whole(wal, segment.number)? {
            found += 1;
            if found == 2 {
                return Ok(index);
            }
        }
    }
    Ok(0)
}

/// Returns whether a segment begins with its header and a whole block: they are written together.
fn begins_whole(wal: &Path, number: u64) -> Result<bool> {
    let file = segment::open(wal, number)?;
    let length = file.metadata()?.len();
    let mut bytes = vec![0; to_usize(length).min(BLOCKS_AT + BYTES_MAX)];
    file.read_exact_at(&mut bytes, 0)?;
    let (header, rest) = bytes.split_at(BLOCKS_AT.min(bytes.len()));
    Ok(!segment::is_zero(header) && Block::parse(rest).is_ok())
}

/// Looks for numbers that are not there although records are missing.
fn gap(wal: &Path, segments: &[Numbered]) -> Result<Option<Trouble>> {
    let mut expected = 0;
    for (index, segment) in segments.iter().enumerate() {
        if segment.number != expected {
            let first = end_before(wal, segments, index)?;
            let until = segment.first.map(Position::get);
            if until != Some(first) {
                let numbers = expected..=segment.number.saturating_sub(1);
                return Ok(Some(Trouble::Missing { numbers, first, until }));
            }
        }
        expected = segment.number + 1;
    }
    Ok(None)
}

/// Returns the position after the last record before segment `index`.
fn end_before(wal: &Path, segments: &[Numbered], index: usize) -> Result<u64> {
    for segment in segments.iter().take(index).rev() {
        if let Some(head) = scan_segment(wal, segment.number)?.head {
            return Ok(head.size);
        }
    }
    Ok(0)
}
