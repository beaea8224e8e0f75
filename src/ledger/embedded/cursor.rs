//! Reading segments: which there are, and the blocks from a position on.

use std::fs::{self, File};
use std::io::{ErrorKind, Result};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use thads_proof::block::{self, SECTOR};
use thads_proof::plain;
use thads_proof::record::{LedgerId, Position};
use thads_proof::segment::{self, BLOCKS_AT};

use super::segment::{Placed, is_unused};
use crate::count::to_u64;
use crate::journal::{JournalError, OwnedBlock};

/// A segment that holds at least one block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Used {
    /// Its number.
    pub(crate) number: u64,
    /// Position of its first record.
    pub(crate) first: Position,
}

/// Every segment file of a folder, by its first sector.
#[derive(Debug, Default)]
pub(crate) struct Listing {
    /// Those that hold blocks, in order.
    pub(crate) used: Vec<Used>,
    /// Those that are all zero, in order.
    pub(crate) unused: Vec<u64>,
    /// Those whose first sector is neither, with what is wrong; `None`: the sector is zero, and something follows.
    pub(crate) bad: Vec<(u64, Option<String>)>,
    /// The ledger that they name.
    pub(crate) ledger: Option<LedgerId>,
}

impl Listing {
    /// Returns whether there is more than spares.
    pub(crate) fn holds_something(&self) -> bool {
        !self.used.is_empty() || !self.bad.is_empty()
    }

    /// Lists `wal`; a folder that is not there holds none.
    pub(crate) fn read(wal: &Path) -> Result<Listing> {
        let mut listing = Listing::default();
        let entries = match fs::read_dir(wal) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(listing),
            Err(error) => return Err(plain::named(wal, &error)),
        };
        let mut numbers = Vec::new();
        for entry in entries {
            numbers.extend(entry?.file_name().to_str().and_then(segment::file_number));
        }
        numbers.sort_unstable();
        for number in numbers {
            let file = segment::open(wal, number)?;
            let length = file.metadata()?.len();
            let mut sector = vec![0; SECTOR.min(crate::count::to_usize(length))];
            file.read_exact_at(&mut sector, 0)?;
            match segment::Header::decode(&sector) {
                Ok(Some(header)) if header.number == number => match listing.ledger {
                    Some(ledger) if ledger != header.ledger => {
                        let what = format!("it belongs to ledger {}, not {ledger}", header.ledger);
                        listing.bad.push((number, Some(what)));
                    }
                    _ => {
                        listing.ledger = Some(header.ledger);
                        listing.used.push(Used { number, first: header.first });
                    }
                },
                Ok(Some(header)) => {
                    let what = format!("its header says that it is number {}", header.number);
                    listing.bad.push((number, Some(what)));
                }
                Ok(None) if is_unused(&file)? => listing.unused.push(number),
                // The next segment, cut off; without one before it, it may as well be what is left of the log.
                Err(segment::HeaderError::Short(_)) if listing.ledger.is_some() && is_unused(&file)? => {
                    listing.unused.push(number);
                }
                Ok(None) => listing.bad.push((number, None)),
                Err(error) => listing.bad.push((number, Some(error.to_string()))),
            }
        }
        Ok(listing)
    }
}

/// Segments that hold blocks, shared between the writer and those who read.
pub(crate) type Segments = Arc<RwLock<Vec<Used>>>;

/// Looks whether every segment can be opened by its name and begins with its own header. Cost: some µs a segment.
///
/// # Errors
/// The first that cannot, or does not.
pub(crate) fn refuse_unreadable(wal: &Path, segments: &Segments) -> Result<()> {
    let all = segments.read().unwrap_or_else(PoisonError::into_inner).clone();
    for used in all {
        let path = wal.join(segment::file_name(used.number));
        let mut sector = [0; SECTOR];
        let file = segment::open(wal, used.number).map_err(plain::of(&path))?;
        file.read_exact_at(&mut sector, 0).map_err(plain::of(&path))?;
        let is_own = segment::Header::decode(&sector).is_ok_and(|header| {
            header.is_some_and(|header| (header.number, header.first) == (used.number, used.first))
        });
        if !is_own {
            return Err(std::io::Error::other(format!("{}: its header is another", path.display())));
        }
    }
    Ok(())
}

/// Reads blocks in order of their positions.
pub(crate) struct Cursor {
    wal: PathBuf,
    segments: Segments,
    /// Position that the next block begins with, or holds if the cursor was just placed.
    next: u64,
    /// Records from here on are not read.
    until: u64,
    at: Option<At>,
}

struct At {
    file: File,
    number: u64,
    offset: u64,
}

impl Cursor {
    /// Places a cursor before the block that holds `from`; it ends at `until`, which must be durable.
    pub(crate) fn new(wal: &Path, segments: &Segments, from: u64, until: u64) -> Cursor {
        Cursor { wal: wal.to_path_buf(), segments: Arc::clone(segments), next: from, until, at: None }
    }

    /// Places a cursor at a block whose place is known; it holds `from`.
    pub(crate) fn at(wal: &Path, segments: &Segments, from: u64, until: u64, placed: Placed) -> Cursor {
        let file = segment::open(wal, placed.number).ok();
        let at = file.map(|file| At { file, number: placed.number, offset: placed.offset });
        Cursor { wal: wal.to_path_buf(), segments: Arc::clone(segments), next: from, until, at }
    }

    /// Lets the cursor read on to a later end.
    pub(crate) fn extend(&mut self, until: u64) {
        self.until = self.until.max(until);
    }

    /// Returns the position that is read next.
    pub(crate) fn position(&self) -> u64 {
        self.next
    }

    /// Returns the next block.
    pub(crate) fn next_block(&mut self) -> Option<std::result::Result<OwnedBlock, JournalError>> {
        if self.next >= self.until {
            return None;
        }
        Some(self.locate().and_then(|(header, sector)| self.take(&header, sector)))
    }

    /// Returns the next block's header and place without reading the block.
    pub(crate) fn next_header(
        &mut self,
    ) -> Option<std::result::Result<(block::Header, Placed), JournalError>> {
        if self.next >= self.until {
            return None;
        }
        Some(self.locate().map(|(header, _)| {
            let placed = self.at.as_ref().map_or(Placed { number: 0, offset: 0 }, |at| Placed {
                number: at.number,
                offset: at.offset,
            });
            self.pass(&header);
            (header, placed)
        }))
    }

    fn take(
        &mut self,
        header: &block::Header,
        sector: Vec<u8>,
    ) -> std::result::Result<OwnedBlock, JournalError> {
        let damaged = |what: String| JournalError::Damaged { first: Position::new(self.next), what };
        let Some(at) = &self.at else { return Err(damaged("no segment is open".into())) };
        let mut bytes = sector;
        bytes.resize(header.stored_length(), 0);
        if bytes.len() > SECTOR {
            at.file
                .read_exact_at(&mut bytes[SECTOR..], at.offset + to_u64(SECTOR))
                .map_err(|error| self.unread(at, &error))?;
        }
        let block = OwnedBlock::parse(bytes)
            .map_err(|error| damaged(format!("{} at byte {}: {error}", self.file(at.number), at.offset)))?;
        self.pass(header);
        Ok(block)
    }

    /// Steps over a block.
    fn pass(&mut self, header: &block::Header) {
        self.next = header.end().get();
        if let Some(at) = &mut self.at {
            at.offset += to_u64(header.stored_length());
        }
    }

    /// Finds the block that holds the next position; returns its header and first sector.
    fn locate(&mut self) -> std::result::Result<(block::Header, Vec<u8>), JournalError> {
        // Where a segment begins at this position, the block is there: what stands at the end of the one before it, were
        // it a whole header, was never finished.
        let segments = self.segments.read().unwrap_or_else(PoisonError::into_inner);
        let count = segments.partition_point(|used| used.first.get() <= self.next);
        let used = count.checked_sub(1).and_then(|index| segments.get(index).copied());
        drop(segments);
        let here = self.at.as_ref().map(|at| at.number);
        if here.is_none()
            || used.is_some_and(|used| used.first.get() == self.next && here != Some(used.number))
        {
            self.enter(used)?;
        }
        loop {
            match self.look() {
                Ok((header, _)) if header.end().get() <= self.next => {
                    // Only on the way from a segment's start to the place where reading begins.
                    if let Some(at) = &mut self.at {
                        at.offset += to_u64(header.stored_length());
                    }
                    continue;
                }
                Ok((header, sector)) if header.first.get() <= self.next => return Ok((header, sector)),
                Ok((header, _)) => {
                    return Err(self.damaged(format!("position {} follows there", header.first)));
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The path of a segment, for people.
    fn file(&self, number: u64) -> String {
        self.wal.join(segment::file_name(number)).display().to_string()
    }

    fn damaged(&self, what: String) -> JournalError {
        JournalError::Damaged { first: Position::new(self.next), what }
    }

    /// A file that ends too early is damaged; what the system could not read says nothing of what the file holds.
    fn unread(&self, at: &At, error: &std::io::Error) -> JournalError {
        let what = format!("{} at byte {}: {error}", self.file(at.number), at.offset);
        match error.kind() {
            ErrorKind::UnexpectedEof => self.damaged(what),
            kind => JournalError::Io(std::io::Error::new(kind, what)),
        }
    }

    fn enter(&mut self, used: Option<Used>) -> std::result::Result<(), JournalError> {
        let first = Position::new(self.next);
        let Some(used) = used else {
            return Err(JournalError::Damaged { first, what: "no segment holds it".into() });
        };
        let file = segment::open(&self.wal, used.number).map_err(|error| {
            let what = format!("{} cannot be opened: {error}", self.file(used.number));
            match error.kind() {
                ErrorKind::NotFound => JournalError::Damaged { first, what },
                kind => JournalError::Io(std::io::Error::new(kind, what)),
            }
        })?;
        self.at = Some(At { file, number: used.number, offset: to_u64(BLOCKS_AT) });
        Ok(())
    }

    /// Reads the header where the cursor stands.
    fn look(&self) -> std::result::Result<(block::Header, Vec<u8>), JournalError> {
        let Some(at) = &self.at else { return Err(self.damaged("no segment is open".into())) };
        let mut sector = vec![0; SECTOR];
        at.file.read_exact_at(&mut sector, at.offset).map_err(|error| self.unread(at, &error))?;
        let header = block::Header::decode(&sector).map_err(|error| {
            self.damaged(format!("{} at byte {}: {error}", self.file(at.number), at.offset))
        })?;
        Ok((header, sector))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the system does not let be read is a failure of the moment; a file that ends too early is damaged.
    #[test]
    fn what_the_system_does_not_let_be_read_is_no_damage() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(segment::file_name(0));
        std::fs::write(&path, [0; SECTOR]).unwrap();
        let unread = |file: File| {
            let mut cursor = Cursor::new(folder.path(), &Segments::default(), 0, 1);
            cursor.at = Some(At { file, number: 0, offset: to_u64(BLOCKS_AT) });
            cursor.next_header().unwrap().map(drop).unwrap_err()
        };
        let write_only = File::options().write(true).open(&path).unwrap();
        assert!(matches!(unread(write_only), JournalError::Io(_)));
        assert!(matches!(unread(File::open(&path).unwrap()), JournalError::Damaged { .. }));
    }
}
