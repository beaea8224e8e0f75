//! Segments as a source: finds the blocks' extents, leaves their content to the examiners.

use std::sync::Arc;

use super::examine::{self, Group, offset_of};
use super::finding::{Place, What};
use super::parallel::{Unit, Work};
use crate::block::{Header as BlockHeader, SECTOR};
use crate::record::LedgerId;
use crate::segment::{self, BLOCKS_AT, Header, HeaderError, Step};

/// What must stand at the beginning of a segment that holds something.
const WRITTEN: &str = "the segment header that was written";

/// Bytes of blocks that one thread takes at a time.
const WORK_BYTES: usize = 1 << 20;

/// Hands out one segment's blocks in the order in which they stand.
pub(super) fn split(number: u64, bytes: Vec<u8>, ledger: &mut Option<LedgerId>, give: &mut dyn FnMut(Unit)) {
    let place = |offset: usize| Place { segment: Some(number), offset: offset_of(offset) };
    let header = Header::decode(&bytes);
    match &header {
        Ok(Some(header)) => {
            if let Some(other) = ledger.filter(|ledger| *ledger != header.ledger) {
                let found = format!("ledger {}", header.ledger);
                give(remark(What::SegmentHeader, place(0), &format!("ledger {other}"), &found));
            }
            ledger.get_or_insert(header.ledger);
            if header.number != number {
                let (expected, found) = (format!("number {number}"), format!("number {}", header.number));
                give(remark(What::SegmentHeader, place(0), &expected, &found));
            }
        }
        Ok(None) if segment::is_zero(&bytes) => return,
        // The next segment, cut off; without one before it, it may as well be what is left of the log.
        Err(HeaderError::Short(_)) if ledger.is_some() && segment::is_zero(&bytes) => return,
        // It is written together with the first block, which can only be one that was cut off.
        Ok(None) if matches!(segment::step(&bytes, BLOCKS_AT), Step::Torn) => {}
        Ok(None) => give(remark(What::SegmentHeader, place(0), WRITTEN, "zeros")),
        Err(error) => {
            let found = error.to_string();
            give(remark(What::SegmentHeader, place(0), WRITTEN, &found));
        }
    }
    give(Unit::Segment(*ledger));
    let first = header.ok().flatten().map(|header| header.first);
    let opening = bytes.get(BLOCKS_AT..).and_then(|rest| BlockHeader::decode(rest).ok());
    if let Some((first, opening)) = first.zip(opening).filter(|(first, opening)| *first != opening.first) {
        let (expected, found) =
            (format!("first position {}", opening.first), format!("first position {first}"));
        give(remark(What::SegmentHeader, place(0), &expected, &found));
    }
    let bytes = Arc::new(bytes);
    let mut extents = Vec::new();
    let (mut offset, mut gathered) = (BLOCKS_AT, 0);
    let work = |extents: &mut Vec<(usize, usize)>| {
        let extents = std::mem::take(extents);
        Unit::Work(Work::Blocks { bytes: Arc::clone(&bytes), number, ledger: *ledger, extents })
    };
    while offset < bytes.len() {
        let rest = &bytes[offset..];
        let mut end = match BlockHeader::decode(rest) {
            Ok(header) => offset.saturating_add(header.stored_length()).min(bytes.len()),
            Err(_) if segment::is_zero(rest) => {
                if matches!(segment::step(&bytes, offset), Step::Torn) {
                    give(Unit::Torn(place(offset)));
                }
                break;
            }
            Err(_) => examine::next_start(&bytes, offset),
        };
        // Only the last block can be torn, and only it is looked at twice.
        if is_last(&bytes[end..]) && matches!(segment::step(&bytes, offset), Step::Torn) {
            give(work(&mut extents));
            give(Unit::Torn(place(offset)));
            end = bytes.len();
        } else {
            extents.push((offset, end));
        }
        gathered += end - offset;
        if gathered >= WORK_BYTES {
            give(work(&mut extents));
            gathered = 0;
        }
        offset = end;
    }
    if !extents.is_empty() {
        give(work(&mut extents));
    }
}

fn is_last(rest: &[u8]) -> bool {
    segment::is_zero(&rest[..rest.len().min(SECTOR)]) && segment::is_zero(rest)
}

fn remark(what: What, place: Place, expected: &str, found: &str) -> Unit {
    Unit::Work(Work::Done(Group::remark(what, Some(place), expected, found)))
}
