//! One group commit: what becomes durable together, or not at all.
//!
//! A header with a checksum of its own, an index (length and mark of every record), the records whole, a hash over
//! it all, zeros up to the next multiple of 512. A block starts at a multiple of 512, so that its header lies within
//! one sector and no sector holds bytes of two blocks: writing one never touches an acknowledged one. Drawn byte by
//! byte in `docs/format.md`.

use crate::hash;
use crate::record::{self, Leaf, Position};
use crate::tree::Root;

/// What a block starts with, before its revision.
pub const MAGIC: [u8; 7] = *b"thadsbk";
/// The revision written after the magic.
pub const REVISION: u8 = 1;
/// Most records of one block.
pub const RECORDS_MAX: usize = 4096;
/// Largest block, in bytes.
pub const BYTES_MAX: usize = 512 << 10;
/// Blocks start at multiples of this; the unit that the medium writes whole or not at all.
pub const SECTOR: usize = 512;
/// Bytes of a header.
pub const HEADER_LENGTH: usize = 128;
/// Bytes of one index entry: the record's length and the first eight bytes of its leaf.
pub const ENTRY_LENGTH: usize = 12;
/// Bytes of the hash at the end.
pub const HASH_LENGTH: usize = 32;

const CHECKSUM_AT: usize = HEADER_LENGTH - 8;

const _: () = assert!(BYTES_MAX.is_multiple_of(SECTOR) && RECORDS_MAX <= 4096);
const _: () = assert!(length(1, record::LENGTH_MAX) <= BYTES_MAX);

/// Returns the length of a block of `count` records of `record_bytes` bytes together, without padding.
pub const fn length(count: usize, record_bytes: usize) -> usize {
    HEADER_LENGTH + ENTRY_LENGTH * count + record_bytes + HASH_LENGTH
}

/// Returns the bytes that a block of this length takes in a segment.
pub const fn stored_length(length: usize) -> usize {
    length.next_multiple_of(SECTOR)
}

/// A block's first bytes: which records it holds and what the chain and the tree are after them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Header {
    /// Bytes from the magic to the end of the hash.
    pub length: u32,
    /// Records.
    pub count: u32,
    /// Position of the first record.
    pub first: Position,
    /// Leaf of the record before the first.
    pub previous_leaf: Leaf,
    /// Leaf of the last record.
    pub last_leaf: Leaf,
    /// Root of the tree after the last record.
    pub root: Root,
}

/// Why bytes are no block header.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    /// There are too few bytes.
    #[error("{0} bytes are left where a header needs {HEADER_LENGTH}")]
    Short(usize),
    /// Another beginning.
    #[error("no header starts here")]
    Magic,
    /// The revision is not known here.
    #[error("block revision {0} is unknown; revision {REVISION} is known")]
    Revision(u8),
    /// The checksum is another.
    #[error("the header's checksum differs")]
    Checksum,
    /// A number is out of range although the checksum holds.
    #[error("the header's {0} is out of range")]
    Range(&'static str),
}

impl Header {
    /// Returns the header's bytes.
    pub fn encode(&self) -> [u8; HEADER_LENGTH] {
        let mut bytes = [0; HEADER_LENGTH];
        bytes[..7].copy_from_slice(&MAGIC);
        bytes[7] = REVISION;
        bytes[8..12].copy_from_slice(&self.length.to_be_bytes());
        bytes[12..16].copy_from_slice(&self.count.to_be_bytes());
        bytes[16..24].copy_from_slice(&self.first.get().to_be_bytes());
        bytes[24..56].copy_from_slice(&self.previous_leaf.0);
        bytes[56..88].copy_from_slice(&self.last_leaf.0);
        bytes[88..CHECKSUM_AT].copy_from_slice(&self.root.0);
        let checksum = hash::block_header(&bytes[..CHECKSUM_AT]);
        bytes[CHECKSUM_AT..].copy_from_slice(&checksum);
        bytes
    }

    /// Reads the header that `bytes` begin with, and checks its checksum and ranges.
    pub fn decode(bytes: &[u8]) -> Result<Header, HeaderError> {
        let header: &[u8; HEADER_LENGTH] = bytes.first_chunk().ok_or(HeaderError::Short(bytes.len()))?;
        if header[..7] != MAGIC {
            return Err(HeaderError::Magic);
        }
        if hash::block_header(&header[..CHECKSUM_AT]) != header[CHECKSUM_AT..] {
            return Err(HeaderError::Checksum);
        }
        if header[7] != REVISION {
            return Err(HeaderError::Revision(header[7]));
        }
        let decoded = Header::fields(header);
        let (count, total) = (decoded.records(), decoded.length());
        if !(1..=RECORDS_MAX).contains(&count) {
            return Err(HeaderError::Range("count"));
        }
        if total > BYTES_MAX || total < length(count, count * record::LENGTH_MIN) {
            return Err(HeaderError::Range("length"));
        }
        if decoded.first.checked_add(u64::from(decoded.count)).is_none() {
            return Err(HeaderError::Range("first position"));
        }
        Ok(decoded)
    }

    /// Reads the fields and believes them.
    pub(crate) fn fields(bytes: &[u8; HEADER_LENGTH]) -> Header {
        let array = |at: usize| -> [u8; 32] { std::array::from_fn(|index| bytes[at + index]) };
        let four = |at: usize| u32::from_be_bytes(std::array::from_fn(|index| bytes[at + index]));
        Header {
            length: four(8),
            count: four(12),
            first: Position::new(u64::from_be_bytes(std::array::from_fn(|index| bytes[16 + index]))),
            previous_leaf: Leaf(array(24)),
            last_leaf: Leaf(array(56)),
            root: Root(array(88)),
        }
    }

    /// Returns the number of records.
    pub fn records(&self) -> usize {
        usize::try_from(self.count).unwrap_or(usize::MAX)
    }

    /// Returns the block's length without padding.
    pub fn length(&self) -> usize {
        usize::try_from(self.length).unwrap_or(usize::MAX)
    }

    /// Returns the bytes that the block takes in a segment.
    pub fn stored_length(&self) -> usize {
        stored_length(self.length())
    }

    /// Returns the position after the last record, which is the tree's size after the block.
    pub fn end(&self) -> Position {
        Position::new(self.first.get().saturating_add(u64::from(self.count)))
    }
}

/// Why bytes are no block, or records make none.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BlockError {
    /// The header is wrong.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// The bytes end before the block does.
    #[error("the block has {length} bytes, of which {found} are there")]
    Short {
        /// Bytes that the header says.
        length: usize,
        /// Bytes there.
        found: usize,
    },
    /// The hash over the whole block is another.
    #[error("the block's hash differs")]
    Hash,
    /// The index does not add up to the records' bytes although the hash holds.
    #[error("the index gives {index} bytes of records where the block has {found}")]
    Index {
        /// Bytes that the index says.
        index: usize,
        /// Bytes that the block has for records.
        found: usize,
    },
    /// Something stands where zeros must be, after the block.
    #[error("byte {0} after the block's start must be zero")]
    Padding(usize),
    /// There is no record.
    #[error("a block holds at least one record")]
    Empty,
    /// There are too many records, or too many bytes.
    #[error("a block holds at most {RECORDS_MAX} records and {BYTES_MAX} bytes")]
    Full,
}

/// A block whose header, hash and index were checked; its records' bytes are those that were written.
///
/// Whether they are the right records, chained to those before, is for [`crate::verify`] to say.
#[derive(Clone, Debug)]
pub struct Block<'a> {
    header: Header,
    bytes: &'a [u8],
}

impl<'a> Block<'a> {
    /// Reads the block that `bytes` begin with. What follows it, padding too, is not looked at.
    pub fn parse(bytes: &'a [u8]) -> Result<Block<'a>, BlockError> {
        let header = Header::decode(bytes)?;
        let length = header.length();
        let bytes = bytes.get(..length).ok_or(BlockError::Short { length, found: bytes.len() })?;
        let (hashed, hash) = bytes.split_at(length - HASH_LENGTH);
        if hash::block(hashed) != hash {
            return Err(BlockError::Hash);
        }
        let block = Block { header, bytes };
        let index = block.entries().map(|entry| entry.length).sum();
        let found = length - self::length(block.header.records(), 0);
        if index != found {
            return Err(BlockError::Index { index, found });
        }
        Ok(block)
    }

    /// Returns the header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Returns the block's bytes without padding.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Returns the index.
    pub fn entries(&self) -> impl Iterator<Item = Entry> + use<'a> {
        let entries = &self.bytes[HEADER_LENGTH..][..ENTRY_LENGTH * self.header.records()];
        entries.as_chunks::<ENTRY_LENGTH>().0.iter().map(Entry::decode)
    }

    /// Returns the records' bytes with their positions.
    pub fn records(&self) -> impl Iterator<Item = (Position, &'a [u8])> + use<'a> {
        let mut rest = &self.bytes[length(self.header.records(), 0) - HASH_LENGTH..];
        let mut position = self.header.first;
        self.entries().map(move |entry| {
            let (record, after) = rest.split_at(entry.length);
            rest = after;
            let at = position;
            position = position.next();
            (at, record)
        })
    }
}

/// One index entry of a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Entry {
    /// The record's length in bytes.
    pub length: usize,
    /// The first eight bytes of the record's leaf.
    pub mark: [u8; 8],
}

impl Entry {
    pub(crate) fn decode(bytes: &[u8; ENTRY_LENGTH]) -> Entry {
        let [a, b, c, d, mark @ ..] = *bytes;
        let length = u32::from_be_bytes([a, b, c, d]);
        Entry { length: usize::try_from(length).unwrap_or(usize::MAX), mark }
    }

    /// Whether a record with this leaf may be the one that the entry marks.
    pub fn marks(&self, leaf: &Leaf) -> bool {
        leaf.0[..8] == self.mark
    }
}

/// Gathers records into a block.
#[derive(Debug)]
pub struct Builder {
    first: Position,
    previous_leaf: Leaf,
    last_leaf: Leaf,
    index: Vec<u8>,
    records: Vec<u8>,
}

impl Builder {
    /// Starts a block whose first record stands at `first`, after the record with `previous_leaf`.
    pub fn new(first: Position, previous_leaf: Leaf) -> Builder {
        Builder { first, previous_leaf, last_leaf: previous_leaf, index: Vec::new(), records: Vec::new() }
    }

    /// Returns how many records it has.
    pub fn count(&self) -> usize {
        self.index.len() / ENTRY_LENGTH
    }

    /// Returns the leaf of its last record, or of the record before it.
    pub fn last_leaf(&self) -> Leaf {
        self.last_leaf
    }

    /// Whether `count` more records of `bytes` bytes together still fit.
    pub fn fits(&self, count: usize, bytes: usize) -> bool {
        let count = self.count() + count;
        count <= RECORDS_MAX && length(count, self.records.len() + bytes) <= BYTES_MAX
    }

    /// Adds the next record, given its bytes and their leaf.
    pub fn push(&mut self, record: &[u8], leaf: Leaf) -> Result<(), BlockError> {
        if !self.fits(1, record.len()) {
            return Err(BlockError::Full);
        }
        let length = u32::try_from(record.len()).map_err(|_| BlockError::Full)?;
        self.index.extend(length.to_be_bytes());
        self.index.extend(&leaf.0[..8]);
        self.records.extend(record);
        self.last_leaf = leaf;
        Ok(())
    }

    /// Ends the block: returns its header and its bytes with padding, `root` being the tree's after its last record.
    pub fn finish(self, root: Root) -> Result<(Header, Vec<u8>), BlockError> {
        let count = self.count();
        if count == 0 {
            return Err(BlockError::Empty);
        }
        let length = length(count, self.records.len());
        let header = Header {
            length: u32::try_from(length).map_err(|_| BlockError::Full)?,
            count: u32::try_from(count).map_err(|_| BlockError::Full)?,
            first: self.first,
            previous_leaf: self.previous_leaf,
            last_leaf: self.last_leaf,
            root,
        };
        let mut bytes = Vec::with_capacity(stored_length(length));
        bytes.extend(header.encode());
        bytes.extend(self.index);
        bytes.extend(self.records);
        bytes.extend(hash::block(&bytes));
        bytes.resize(stored_length(length), 0);
        Ok((header, bytes))
    }
}
