//! A segment: a file of the write-ahead log. A header of one sector, then blocks, then zeros.
//!
//! A segment is made of zeros and written once, front to back; its header is written together with its first block.
//! So what is missing from an incomplete last block shows as zeros, and [`step`] can tell a block that was never
//! finished (and so never acknowledged) from one that was damaged later.

#[cfg(feature = "files")]
use std::fs::File;
#[cfg(feature = "files")]
use std::path::Path;

use crate::block::{
    self, BYTES_MAX, Block, BlockError, HEADER_LENGTH, Header as BlockHeader, SECTOR, stored_length,
};
use crate::hash;
#[cfg(feature = "files")]
use crate::plain;
use crate::record::{LedgerId, Position};

/// What a segment starts with, before its revision.
pub const MAGIC: [u8; 7] = *b"thadssg";
/// The revision written after the magic.
pub const REVISION: u8 = 1;
/// Size of a segment file unless its ledger says otherwise.
pub const BYTES: usize = 16 << 20;
/// Largest segment file that is read: segments are read whole.
pub const FILE_BYTES_MAX: u64 = 64 << 20;
/// Largest running number: ten digits.
pub const NUMBER_MAX: u64 = 9_999_999_999;
/// Offset of the first block.
pub const BLOCKS_AT: usize = SECTOR;

const CHECKSUM_AT: usize = 40;

/// A segment's first sector.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Header {
    /// The ledger that it belongs to.
    pub ledger: LedgerId,
    /// Its running number, from 0; also its file's name.
    pub number: u64,
    /// Position of its first record.
    pub first: Position,
}

/// Why bytes are no segment header.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// There are too few bytes.
    #[error("{0} bytes are left where a segment's header needs {SECTOR}")]
    Short(usize),
    /// Another beginning.
    #[error("no segment starts here")]
    Magic,
    /// The revision is not known here.
    #[error("segment revision {0} is unknown; revision {REVISION} is known")]
    Revision(u8),
    /// The checksum is another.
    #[error("the segment header's checksum differs")]
    Checksum,
    /// Something stands where zeros must be.
    #[error("byte {0} of the segment's header must be zero")]
    Padding(usize),
}

impl Header {
    /// Returns the sector's bytes.
    pub fn encode(&self) -> [u8; SECTOR] {
        let mut bytes = [0; SECTOR];
        bytes[..7].copy_from_slice(&MAGIC);
        bytes[7] = REVISION;
        bytes[8..24].copy_from_slice(&self.ledger.0);
        bytes[24..32].copy_from_slice(&self.number.to_be_bytes());
        bytes[32..CHECKSUM_AT].copy_from_slice(&self.first.get().to_be_bytes());
        let checksum = hash::segment_header(&bytes[..CHECKSUM_AT]);
        bytes[CHECKSUM_AT..CHECKSUM_AT + 8].copy_from_slice(&checksum);
        bytes
    }

    /// Reads the sector that `bytes` begin with; `None` if it is all zero: nothing was written yet.
    pub fn decode(bytes: &[u8]) -> Result<Option<Header>, HeaderError> {
        let sector: &[u8; SECTOR] = bytes.first_chunk().ok_or(HeaderError::Short(bytes.len()))?;
        if is_zero(sector) {
            return Ok(None);
        }
        if sector[..7] != MAGIC {
            return Err(HeaderError::Magic);
        }
        if hash::segment_header(&sector[..CHECKSUM_AT]) != sector[CHECKSUM_AT..CHECKSUM_AT + 8] {
            return Err(HeaderError::Checksum);
        }
        if sector[7] != REVISION {
            return Err(HeaderError::Revision(sector[7]));
        }
        if let Some(at) = sector[CHECKSUM_AT + 8..].iter().position(|byte| *byte != 0) {
            return Err(HeaderError::Padding(CHECKSUM_AT + 8 + at));
        }
        let eight = |at: usize| u64::from_be_bytes(std::array::from_fn(|index| sector[at + index]));
        Ok(Some(Header {
            ledger: LedgerId(std::array::from_fn(|index| sector[8 + index])),
            number: eight(24),
            first: Position::new(eight(32)),
        }))
    }
}

/// Opens segment `number` of the folder `wal` for reading.
///
/// # Errors
/// As [`plain::open`].
#[cfg(feature = "files")]
pub fn open(wal: &Path, number: u64) -> std::io::Result<File> {
    plain::open(&wal.join(file_name(number)), FILE_BYTES_MAX)
}

/// Reads segment `number` of the folder `wal`.
///
/// # Errors
/// As [`plain::open`].
#[cfg(feature = "files")]
pub fn read(wal: &Path, number: u64) -> std::io::Result<Vec<u8>> {
    plain::read(&wal.join(file_name(number)), FILE_BYTES_MAX)
}

/// Returns the file name of a segment: ten digits and `.seg`.
pub fn file_name(number: u64) -> String {
    format!("{number:010}.seg")
}

/// Returns the number in a segment's file name; `None` for other files.
pub fn file_number(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".seg")?;
    if digits.len() != 10 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

/// What stands at an offset of a segment.
#[derive(Clone, Debug)]
pub enum Step<'a> {
    /// A whole block; the next step is at `offset` + its stored length.
    Block(Block<'a>),
    /// Zeros to the end: nothing was written here yet.
    Unused,
    /// The remains of a block that was perhaps never finished: nothing follows it, its header is valid or cut by
    /// zeros, and a sector that it covers is all zero. If it is the log's last and no other copy has it, it was never
    /// acknowledged; else this is damage.
    Torn,
    /// Neither: damage.
    Damaged(BlockError),
}

/// Reads what stands at `offset` of a segment's bytes (a multiple of 512 from [`BLOCKS_AT`] on).
///
/// At the first block, whose write carries the segment's header too, a header sector of zeros counts as a missing
/// part of the block.
pub fn step(segment: &[u8], offset: usize) -> Step<'_> {
    let rest = segment.get(offset..).unwrap_or_default();
    let first = offset == BLOCKS_AT;
    let header_missing = first && segment.get(..BLOCKS_AT).is_some_and(is_zero);
    if is_zero(rest) {
        return if first && !header_missing { Step::Torn } else { Step::Unused };
    }
    match Block::parse(rest) {
        Ok(block) if header_missing && is_zero(&rest[block.header().length()..]) => Step::Torn,
        Ok(block) => match padding_error(rest, block.header()) {
            Some(error) => Step::Damaged(error),
            None => Step::Block(block),
        },
        Err(_) if is_torn(rest, header_missing) => Step::Torn,
        Err(error) => Step::Damaged(error),
    }
}

/// Whether all bytes are zero.
pub fn is_zero(bytes: &[u8]) -> bool {
    let (words, rest) = bytes.as_chunks::<16>();
    words.iter().all(|word| u128::from_ne_bytes(*word) == 0) && rest.iter().all(|byte| *byte == 0)
}

/// What is wrong behind a whole block, up to the next sector. A file is made at its full length: one that ends there was
/// cut.
fn padding_error(rest: &[u8], header: &BlockHeader) -> Option<BlockError> {
    let Some(padding) = rest.get(header.length()..header.stored_length()) else {
        return Some(BlockError::Short { length: header.stored_length(), found: rest.len() });
    };
    let at = padding.iter().position(|byte| *byte != 0)?;
    Some(BlockError::Padding(header.length() + at))
}

/// Whether the invalid block at the start of `rest` can be one whose write was cut off.
fn is_torn(rest: &[u8], header_missing: bool) -> bool {
    let covered = match BlockHeader::decode(rest) {
        Ok(header) => Some(header.stored_length()),
        Err(_) => cut_length(rest),
    };
    let Some((block, after)) = covered.and_then(|covered| rest.split_at_checked(covered)) else {
        return false;
    };
    is_zero(after) && (header_missing || has_zero_sector(block))
}

/// If the header at the start of `rest` is cut by zeros (from some byte to the end of its sector), how many bytes the
/// block covers: as many as its length says where that is not cut, else up to the last sector that is not zero.
fn cut_length(rest: &[u8]) -> Option<usize> {
    let sector = rest.get(..SECTOR)?;
    let written = sector.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let magic = written.min(MAGIC.len());
    if written >= HEADER_LENGTH || sector[..magic] != block::MAGIC[..magic] {
        return None;
    }
    let last =
        rest.chunks(SECTOR).rposition(|sector| !is_zero(sector)).map_or(0, |sector| sector + 1) * SECTOR;
    let whole_block_behind = || {
        let offsets = (SECTOR..last).step_by(SECTOR);
        offsets.filter(|offset| Block::parse(&rest[*offset..]).is_ok()).count() > 0
    };
    if last > BYTES_MAX || whole_block_behind() {
        return None;
    }
    let said = if written >= 12 {
        sector[8..12].iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte))
    } else {
        0
    };
    Some(last.max(stored_length(said.min(BYTES_MAX))))
}

fn has_zero_sector(bytes: &[u8]) -> bool {
    bytes.chunks(SECTOR).any(is_zero)
}
