//! Putting segments together again: from what is whole in a damaged one, and from sled.

use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use thads_proof::block::SECTOR;
use thads_proof::record::{LedgerId, Position, Record};
use thads_proof::segment::{self, BLOCKS_AT, Header};

use crate::count::wide;
use crate::journal::{Listing, OwnedBlock, SEGMENT_BYTES_MIN, Store, finish_segment_file, verify_chain};
use crate::survey;

/// Records that neither copy has.
#[derive(Debug)]
pub(crate) struct DamagedRange {
    pub(crate) first: u64,
    pub(crate) end: Option<u64>,
    pub(crate) what: String,
}

impl From<std::io::Error> for DamagedRange {
    fn from(error: std::io::Error) -> DamagedRange {
        DamagedRange { first: 0, end: None, what: error.to_string() }
    }
}

/// How a segment was put together again.
pub(crate) struct Restored {
    /// Under which name the damaged one is kept.
    pub(crate) kept: Option<PathBuf>,
    /// Blocks that came from sled; the others were whole in the damaged one.
    pub(crate) from_sled: usize,
}

/// Restores segment `number`, which is damaged from `position` on.
pub(crate) fn segment(
    wal: &Path,
    ledger: LedgerId,
    number: u64,
    position: u64,
    what: &str,
    source: Option<&Store>,
) -> Result<Restored, DamagedRange> {
    let path = wal.join(segment::file_name(number));
    let bytes = fs::read(&path)?;
    let whole = whole_blocks(&bytes);
    let listing = Listing::read(wal)?;
    let until = listing.used.iter().find(|used| used.number > number).map(|used| used.first.get());
    let first = match segment::Header::decode(&bytes) {
        Ok(Some(header)) if header.number == number => header.first.get(),
        _ => number
            .checked_sub(1)
            .and_then(|before| survey::judge(wal, before).ok())
            .and_then(|judged| judged.tip)
            .map_or(0, |tip| tip.size),
    };
    let blocks = collect(first, until, position, what, &whole, source)?;
    let from_sled = blocks.iter().filter(|block| !whole.contains_key(&block.header().first.get())).count();
    let header = Header { ledger, number, first: Position::new(first) };
    let kept = finish_segment_file(&path, &header, &blocks, wide(bytes.len().max(SEGMENT_BYTES_MIN)))?;
    Ok(Restored { kept, from_sled })
}

/// Returns the ledger that the whole blocks of the segments belong to, where no segment's header says it.
pub(crate) fn ledger_in_blocks(wal: &Path) -> std::io::Result<Option<LedgerId>> {
    for (number, _) in Listing::read(wal)?.bad {
        let whole = whole_blocks(&fs::read(wal.join(segment::file_name(number)))?);
        let run = whole.values().next().map(OwnedBlock::run);
        let record =
            run.and_then(|run| run.records().next().and_then(|(_, bytes)| Record::decode(bytes).ok()));
        if let Some(record) = record {
            return Ok(Some(record.ledger));
        }
    }
    Ok(None)
}

/// Returns every whole block of a segment's bytes by its first position, wherever it stands.
fn whole_blocks(bytes: &[u8]) -> HashMap<u64, OwnedBlock> {
    let mut whole = HashMap::new();
    for offset in (BLOCKS_AT..bytes.len()).step_by(SECTOR) {
        let rest = &bytes[offset..];
        if let Ok(block) = thads_proof::block::Block::parse(rest)
            && let Some(stored) = rest.get(..block.header().stored_length())
            && let Ok(mut block) = OwnedBlock::parse(stored.to_vec())
        {
            block.clear_padding();
            if verify_chain(&block).is_ok() {
                whole.insert(block.header().first.get(), block);
            }
        }
    }
    whole
}

/// Gathers the blocks of a segment, each from whichever copy has it.
fn collect(
    first: u64,
    until: Option<u64>,
    damage: u64,
    what: &str,
    whole: &HashMap<u64, OwnedBlock>,
    source: Option<&Store>,
) -> Result<Vec<OwnedBlock>, DamagedRange> {
    let mut blocks: Vec<OwnedBlock> = Vec::new();
    let mut next = first;
    let last = until.or_else(|| whole.values().map(|block| block.header().end().get()).max());
    while until.is_none_or(|until| next < until) {
        let restored = match whole.get(&next) {
            Some(block) => Some(block.clone()),
            None => stored(source, next).map_err(|what| DamagedRange { first: next, end: last, what })?,
        };
        let follows = |block: &OwnedBlock| {
            blocks.last().is_none_or(|before| before.header().last_leaf == block.header().previous_leaf)
        };
        match restored {
            Some(block) if follows(&block) => {
                next = block.header().end().get();
                blocks.push(block);
            }
            Some(_) => {
                let what = "the copies' blocks do not follow on each other".into();
                return Err(DamagedRange { first: next, end: last, what });
            }
            None if until.is_none() && next > damage && last.is_none_or(|last| next >= last) => break,
            None => {
                let end = last.filter(|last| *last > next);
                return Err(DamagedRange {
                    first: next,
                    end,
                    what: format!("{what}; sled does not have it"),
                });
            }
        }
    }
    Ok(blocks)
}

fn stored(source: Option<&Store>, position: u64) -> Result<Option<OwnedBlock>, String> {
    match source {
        Some(store) => store.block(Position::new(position)).map_err(|error| error.to_string()),
        None => Ok(None),
    }
}

/// Writes new segments, from `number` on, of the blocks that sled holds from the first position of `range` to before the
/// second, or to its end. Returns the position after the last.
pub(crate) fn missing(
    wal: &Path,
    ledger: LedgerId,
    number: u64,
    range: (u64, Option<u64>),
    source: Option<&Store>,
    segment_bytes: usize,
) -> Result<u64, DamagedRange> {
    let (first, until) = range;
    let size = wide(segment_bytes.max(SEGMENT_BYTES_MIN));
    let mut number = number;
    let mut next = first;
    let mut blocks: Vec<OwnedBlock> = Vec::new();
    let mut length = wide(BLOCKS_AT);
    loop {
        let block = match until {
            Some(until) if next >= until => None,
            _ => stored(source, next).map_err(|what| DamagedRange { first: next, end: until, what })?,
        };
        let full = block.as_ref().is_none_or(|block| length + wide(block.bytes().len()) > size);
        if full && let Some(begin) = blocks.first() {
            let header = Header { ledger, number, first: begin.header().first };
            write(wal, &header, &blocks, size)?;
            number += 1;
            blocks.clear();
            length = wide(BLOCKS_AT);
        }
        match block {
            Some(block) => {
                next = block.header().end().get();
                length += wide(block.bytes().len());
                blocks.push(block);
            }
            None => break,
        }
    }
    let known = source.and_then(|store| store.known_end().ok()).unwrap_or(0);
    let due = until.unwrap_or(known);
    if next < due || next == first {
        let what = "the segment is missing, and sled does not have it all".into();
        return Err(DamagedRange { first: next, end: (due > next).then_some(due), what });
    }
    Ok(next)
}

fn write(wal: &Path, header: &Header, blocks: &[OwnedBlock], size: u64) -> Result<(), DamagedRange> {
    let path = wal.join(segment::file_name(header.number));
    match fs::remove_file(&path) {
        Ok(()) => {} // an unused one, made ahead
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error.into()),
    }
    finish_segment_file(&path, header, blocks, size)?;
    Ok(())
}
