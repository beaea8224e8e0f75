//! Putting segments together again: from what is whole in a damaged one, and from sled.

mod salvage;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use thads_proof::block::SECTOR;
use thads_proof::plain;
use thads_proof::record::{Leaf, LedgerId, Position, Record};
use thads_proof::segment::{self, BLOCKS_AT, Header};

use crate::count::{to_u64, to_usize};
use crate::embedded::files;
use crate::embedded::scan;
use crate::embedded::{Listing, SEGMENT_BYTES_MIN, Store, StoreError, finish_segment_file, verify_chain};
use crate::journal::{Head, OwnedBlock};
use salvage::Salvage;

/// Records whose positions are looked for together where sled does not give them.
const SALVAGE_RECORDS: u64 = 1 << 16;

/// Records that neither copy has.
#[derive(Debug)]
pub(crate) struct DamagedRange {
    pub(crate) first: u64,
    pub(crate) end: Option<u64>,
    pub(crate) what: String,
}

/// Why nothing was put together again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RebuildError {
    #[error("records from position {} on: {}", .0.first, .0.what)]
    Damaged(DamagedRange),
    /// The file system failed: no evidence.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl RebuildError {
    fn damaged(first: u64, end: Option<u64>, what: impl Into<String>) -> RebuildError {
        RebuildError::Damaged(DamagedRange { first, end, what: what.into() })
    }

    /// The same, known to end there.
    fn until(self, end: Option<u64>) -> RebuildError {
        match self {
            RebuildError::Damaged(range) => RebuildError::Damaged(DamagedRange { end, ..range }),
            RebuildError::Io(error) => RebuildError::Io(error),
        }
    }
}

/// Where blocks come from that the segments have lost: sled, opened on a copy of its files, and else what the files hold.
pub(crate) struct Source {
    store: Result<Store, StoreError>,
    /// The ledger that sled was held against.
    ledger: Option<LedgerId>,
    dir: PathBuf,
    salvage: Option<Salvage>,
}

impl Source {
    /// Returns the source of the data directory `dir`, given sled as far as it opens.
    pub(crate) fn new(dir: &Path, store: Result<Store, StoreError>) -> Source {
        Source { store, ledger: None, dir: dir.to_path_buf(), salvage: None }
    }

    /// Returns sled, or why it does not open.
    pub(crate) fn store(&self) -> Result<&Store, &StoreError> {
        self.store.as_ref()
    }

    /// Returns why sled cannot be asked now, where nothing speaks against it.
    fn unable(&self) -> Option<std::io::Error> {
        self.store.as_ref().err().and_then(StoreError::of_the_system)
    }

    /// Lets go of a sled that holds another ledger.
    fn keep_to(&mut self, ledger: &LedgerId) {
        if self.ledger.replace(*ledger) == Some(*ledger) {
            return;
        }
        if let Ok(store) = &self.store
            && let Some(other) = store.ledger().filter(|other| other != ledger)
        {
            self.store = Err(StoreError::foreign(&other, ledger));
        }
    }

    /// Returns whether it has a block that holds a position.
    pub(crate) fn holds(&mut self, ledger: &LedgerId, position: u64) -> bool {
        self.keep_to(ledger);
        let header = self.store.as_ref().map(|store| store.header(Position::new(position)));
        match header {
            Ok(Ok(header)) => header.is_some(),
            Ok(Err(_)) | Err(_) => {
                self.salvage(ledger, position, &[]).is_ok_and(|salvage| salvage.holds(position))
            }
        }
    }

    /// Returns the block that begins at a position. `damaged`: the bytes of the segment that has lost it.
    fn block(
        &mut self,
        ledger: &LedgerId,
        position: u64,
        damaged: &[u8],
    ) -> Result<Option<OwnedBlock>, RebuildError> {
        self.keep_to(ledger);
        let stored = match &self.store {
            Ok(store) => store.block(Position::new(position)),
            Err(_) => Ok(None),
        };
        if let Ok(Some(block)) = stored {
            return Ok(Some(block));
        }
        let salvaged = self.salvage(ledger, position, damaged)?.block(position);
        match stored {
            Err(error) if salvaged.is_none() => Err(RebuildError::damaged(position, None, error.to_string())),
            Ok(_)
                if salvaged.is_none()
                    && let Some(error) = self.unable() =>
            {
                Err(error.into())
            }
            Ok(_) | Err(_) => Ok(salvaged),
        }
    }

    fn salvage(&mut self, ledger: &LedgerId, position: u64, damaged: &[u8]) -> std::io::Result<&Salvage> {
        let salvage = match self.salvage.take() {
            Some(salvage) if salvage.covers(position) => salvage,
            _ => {
                let mut salvage = Salvage::of(position..position.saturating_add(SALVAGE_RECORDS));
                for folder in files::with_asides(&self.dir.join(files::SLED))? {
                    salvage.read_folder(&folder, ledger)?;
                }
                salvage.read(damaged, ledger);
                salvage
            }
        };
        Ok(self.salvage.insert(salvage))
    }
}

/// How a segment was put together again.
pub(crate) struct Restored {
    /// Under which name the damaged one is kept.
    pub(crate) kept: Option<PathBuf>,
    /// Blocks that came from sled; of the others the records were whole in the damaged one.
    pub(crate) from_sled: usize,
    /// Whether its blocks were whole, and what was wrong stood behind them, where nothing was ever written.
    pub(crate) was_stray: bool,
}

/// Restores segment `number`, which is damaged from `position` on.
pub(crate) fn segment(
    wal: &Path,
    ledger: LedgerId,
    number: u64,
    position: u64,
    what: &str,
    source: &mut Source,
) -> Result<Restored, RebuildError> {
    let path = wal.join(segment::file_name(number));
    let bytes = segment::read(wal, number)?;
    let whole = whole_blocks(&bytes);
    let listing = Listing::read(wal)?;
    let until = listing.used.iter().find(|used| used.number > number).map(|used| used.first.get());
    let before = match number.checked_sub(1) {
        Some(before) => scan::scan_segment(wal, before).ok().and_then(|judged| judged.head),
        None => Some(Head::empty()),
    };
    let first = match segment::Header::decode(&bytes) {
        Ok(Some(header)) if header.number == number => header.first.get(),
        _ => before.as_ref().map_or(0, |head| head.size),
    };
    // Where the segment before cannot say it, whatever the first block holds is taken.
    let leaf = before.filter(|head| head.size == first).map(|head| head.leaf);
    let mut own = Salvage::of(first..until.unwrap_or(u64::MAX));
    own.read(&bytes, &ledger);
    let mut pieces = Pieces { ledger, whole: &whole, own: &own, source, damaged: &bytes };
    let judged = scan::scan_bytes(&bytes, false);
    let stray = until.is_none() && scan::is_stray(&bytes, to_usize(judged.offset));
    // What is damaged was acknowledged, so that the log goes on behind it; what is stray was never written.
    let may_end = position.saturating_add(u64::from(!stray));
    let blocks = collect((first, leaf), until, may_end, what, &mut pieces)?;
    let is_own = |block: &OwnedBlock| {
        let first = block.header().first.get();
        whole.get(&first) == Some(block) || own.block(first).as_ref() == Some(block)
    };
    let from_sled = blocks.iter().filter(|block| !is_own(block)).count();
    let header = Header { ledger, number, first: Position::new(first) };
    let kept = if blocks.is_empty() {
        Some(files::set_aside(&path)?) // a spare, and as such not needed
    } else {
        finish_segment_file(&path, &header, &blocks, to_u64(bytes.len().max(SEGMENT_BYTES_MIN)))?
    };
    let was_stray = stray && blocks.last().map_or(first, |last| last.header().end().get()) == position;
    Ok(Restored { kept, from_sled, was_stray })
}

/// Returns the ledger that the whole blocks of the segments belong to, where no segment's header says it.
pub(crate) fn ledger_in_blocks(wal: &Path) -> std::io::Result<Option<LedgerId>> {
    for (number, _) in Listing::read(wal)?.bad {
        let whole = whole_blocks(&segment::read(wal, number)?);
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

/// What a segment is put together from.
struct Pieces<'a> {
    ledger: LedgerId,
    /// The whole blocks of the damaged segment, by first position.
    whole: &'a HashMap<u64, OwnedBlock>,
    /// What else is whole in it: records whose block's index or hash was hit.
    own: &'a Salvage,
    source: &'a mut Source,
    /// The damaged segment's bytes.
    damaged: &'a [u8],
}

impl Pieces<'_> {
    /// Returns the block at a position that follows on a leaf, from whichever copy has it.
    fn next(&mut self, position: u64, leaf: Option<Leaf>) -> Result<Option<OwnedBlock>, RebuildError> {
        let follows = |block: &OwnedBlock| leaf.is_none_or(|leaf| block.header().previous_leaf == leaf);
        if let Some(block) = self.whole.get(&position).filter(|block| follows(block)) {
            return Ok(Some(block.clone()));
        }
        if let Some(block) = self.own.block(position).filter(follows) {
            return Ok(Some(block));
        }
        Ok(self.source.block(&self.ledger, position, self.damaged)?.filter(follows))
    }

    /// Returns, in place of a block that was made anew, the one that the log goes on from with `after`.
    fn instead(&mut self, block: &OwnedBlock, after: Leaf) -> Result<Option<OwnedBlock>, RebuildError> {
        let (first, before) = (block.header().first.get(), block.header().previous_leaf);
        let other = self.source.block(&self.ledger, first, self.damaged)?;
        Ok(other.filter(|other| {
            let header = other.header();
            (header.end(), header.previous_leaf, header.last_leaf) == (block.header().end(), before, after)
        }))
    }
}

/// Gathers the blocks of a segment that begins at a position, behind a leaf as far as that is known, each from whichever
/// copy has it. `may_end`: the first position at which the log may end.
fn collect(
    (first, before): (u64, Option<Leaf>),
    until: Option<u64>,
    may_end: u64,
    what: &str,
    pieces: &mut Pieces<'_>,
) -> Result<Vec<OwnedBlock>, RebuildError> {
    let mut blocks: Vec<OwnedBlock> = Vec::new();
    let mut next = first;
    let last = until.or_else(|| pieces.whole.values().map(|block| block.header().end().get()).max());
    while until.is_none_or(|until| next < until) {
        let leaf = blocks.last().map(|block| block.header().last_leaf).or(before);
        let found = pieces.next(next, leaf).map_err(|error| error.until(last))?;
        if let Some(block) = found {
            next = block.header().end().get();
            blocks.push(block);
            continue;
        }
        // A whole block here that does not follow: the one before it was made anew, and the other copy has the old one.
        if let Some(block) = pieces.whole.get(&next)
            && let Some(before) = blocks.last()
        {
            match pieces.instead(before, block.header().previous_leaf)? {
                Some(old) => {
                    blocks.pop();
                    blocks.push(old);
                    continue;
                }
                None => {
                    let what = "the copies' blocks do not follow on each other";
                    return Err(RebuildError::damaged(next, last, what));
                }
            }
        }
        if until.is_none() && next >= may_end && last.is_none_or(|last| next >= last) {
            break;
        }
        let end = last.filter(|last| *last > next);
        return Err(RebuildError::damaged(next, end, format!("{what}; sled does not have it")));
    }
    Ok(blocks)
}

/// Writes new segments, from `number` on, of the blocks that sled holds from the first position of `range` to before the
/// second, or to its end. Returns the position after the last.
pub(crate) fn missing(
    wal: &Path,
    ledger: LedgerId,
    number: u64,
    range: (u64, Option<u64>),
    source: &mut Source,
    segment_bytes: usize,
) -> Result<u64, RebuildError> {
    let (first, until) = range;
    let size = to_u64(segment_bytes.max(SEGMENT_BYTES_MIN));
    let mut number = number;
    let mut next = first;
    let mut blocks: Vec<OwnedBlock> = Vec::new();
    let mut length = to_u64(BLOCKS_AT);
    loop {
        let block = match until {
            Some(until) if next >= until => None,
            _ => source.block(&ledger, next, &[]).map_err(|error| error.until(until))?,
        };
        let full = block.as_ref().is_none_or(|block| length + to_u64(block.bytes().len()) > size);
        if full && let Some(begin) = blocks.first() {
            let header = Header { ledger, number, first: begin.header().first };
            write(wal, &header, &blocks, size)?;
            number += 1;
            blocks.clear();
            length = to_u64(BLOCKS_AT);
        }
        match block {
            Some(block) => {
                next = block.header().end().get();
                length += to_u64(block.bytes().len());
                blocks.push(block);
            }
            None => break,
        }
    }
    let due = match (until, source.store()) {
        (Some(until), _) => until,
        (None, Ok(store)) => {
            store.known_end().map_err(|error| RebuildError::damaged(next, None, error.to_string()))?
        }
        (None, Err(error)) => {
            if let Some(error) = error.of_the_system() {
                return Err(error.into());
            }
            return Err(RebuildError::damaged(next, None, error.to_string()));
        }
    };
    if next < due || next == first {
        let what = "the segment is missing, and sled does not have it all";
        return Err(RebuildError::damaged(next, (due > next).then_some(due), what));
    }
    Ok(next)
}

fn write(wal: &Path, header: &Header, blocks: &[OwnedBlock], size: u64) -> Result<(), RebuildError> {
    let path = wal.join(segment::file_name(header.number));
    match plain::open(&path, segment::FILE_BYTES_MAX) {
        // An unused one, made ahead; anything else stays under another name.
        Ok(there) if files::holds_nothing(&there) => files::remove_if_there(&path)?,
        Ok(_) | Err(_) => {}
    }
    finish_segment_file(&path, header, blocks, size)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_new_segment_takes_the_place_of_an_unused_one_only() {
        let wal = tempfile::tempdir().unwrap();
        let header = Header { ledger: LedgerId([1; 16]), number: 3, first: Position::new(9) };
        let (path, kept) = (wal.path().join("0000000003.seg"), wal.path().join("0000000003.seg.aside-1"));
        for (there, is_kept) in [(&[0; 4096][..], false), (b"mine", true)] {
            fs::write(&path, there).unwrap();
            write(wal.path(), &header, &[], to_u64(SEGMENT_BYTES_MIN)).unwrap();
            assert_eq!(Header::decode(&fs::read(&path).unwrap()).unwrap(), Some(header));
            assert_eq!(fs::read(&kept).ok(), is_kept.then(|| there.to_vec()));
        }
    }
}
