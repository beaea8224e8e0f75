//! A ledger in one file, for handing over: a header, then all records from the genesis on, one after the other.
//!
//! A record says its own length and starts with its revision, its ledger and its position, so that the next one is
//! found again behind a damaged length. Drawn byte by byte in `docs/format.md`.

use std::io::{self, Read};

use crate::hash;
use crate::record::{
    LENGTH_MAX, LENGTH_MIN, Leaf, LedgerId, PREVIOUS_LEAF_AT, Position, REVISION as RECORD_REVISION,
    length_of,
};

/// What an export starts with, before its revision.
pub const MAGIC: [u8; 7] = *b"thadsxp";
/// The revision written after the magic.
pub const REVISION: u8 = 1;
/// Bytes of the header.
pub const HEADER_LENGTH: usize = 72;

const CHECKSUM_AT: usize = HEADER_LENGTH - 8;
const READ_BYTES: usize = 1 << 20;
/// Bytes that must be at hand to find where a record ends.
const WINDOW: usize = 2 * LENGTH_MAX;

/// An export's first bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Header {
    /// The ledger.
    pub ledger: LedgerId,
    /// How many records follow.
    pub count: u64,
    /// The leaf of the last of them; [`Leaf::ZERO`] if there is none.
    pub head: Leaf,
}

/// Why a file is no export, or cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// Reading failed.
    #[error("the export cannot be read")]
    Read(#[from] io::Error),
    /// The file is something else.
    #[error("the file is no export: it does not start as one")]
    Magic,
    /// The revision is not known here.
    #[error("export revision {0} is unknown; revision {REVISION} is known")]
    Revision(u8),
    /// The header is damaged.
    #[error("the export's header is damaged: its checksum differs")]
    Checksum,
}

impl Header {
    /// Returns the header's bytes; the records follow, from the genesis on.
    pub fn encode(&self) -> [u8; HEADER_LENGTH] {
        let mut bytes = [0; HEADER_LENGTH];
        bytes[..7].copy_from_slice(&MAGIC);
        bytes[7] = REVISION;
        bytes[8..24].copy_from_slice(&self.ledger.0);
        bytes[24..32].copy_from_slice(&self.count.to_be_bytes());
        bytes[32..CHECKSUM_AT].copy_from_slice(&self.head.0);
        let checksum = hash::export_header(&bytes[..CHECKSUM_AT]);
        bytes[CHECKSUM_AT..].copy_from_slice(&checksum);
        bytes
    }

    /// Reads the header.
    pub fn decode(bytes: &[u8; HEADER_LENGTH]) -> Result<Header, ExportError> {
        if bytes[..7] != MAGIC {
            return Err(ExportError::Magic);
        }
        if hash::export_header(&bytes[..CHECKSUM_AT]) != bytes[CHECKSUM_AT..] {
            return Err(ExportError::Checksum);
        }
        if bytes[7] != REVISION {
            return Err(ExportError::Revision(bytes[7]));
        }
        Ok(Header {
            ledger: LedgerId(std::array::from_fn(|index| bytes[8 + index])),
            count: u64::from_be_bytes(std::array::from_fn(|index| bytes[24 + index])),
            head: Leaf(std::array::from_fn(|index| bytes[32 + index])),
        })
    }
}

/// Reads an export's records, damaged ones too.
#[derive(Debug)]
pub struct Reader<R> {
    reader: R,
    header: Header,
    buffer: Vec<u8>,
    used: usize,
    offset: u64,
    position: Position,
    ended: bool,
}

impl<R: Read> Reader<R> {
    /// Reads the header.
    pub fn new(mut reader: R) -> Result<Reader<R>, ExportError> {
        let mut header = [0; HEADER_LENGTH];
        reader.read_exact(&mut header).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => ExportError::Magic,
            _ => ExportError::Read(error),
        })?;
        let header = Header::decode(&header)?;
        let offset = u64::try_from(HEADER_LENGTH).unwrap_or(0);
        let position = Position::GENESIS;
        Ok(Reader { reader, header, buffer: Vec::new(), used: 0, offset, position, ended: false })
    }

    /// Returns the header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Returns the next record's bytes and their offset in the file; what cannot be told apart comes as one.
    pub fn next_record(&mut self) -> Result<Option<(u64, Vec<u8>)>, ExportError> {
        self.fill()?;
        let rest = &self.buffer[self.used..];
        if rest.is_empty() {
            return Ok(None);
        }
        let length = self.length(rest);
        let record = rest[..length].to_vec();
        let offset = self.offset;
        self.used += length;
        self.offset += u64::try_from(length).unwrap_or(0);
        self.position = self.position.next();
        Ok(Some((offset, record)))
    }

    /// Where the first record of `rest` ends: where it says so itself, if there the file ends, or a record starts or
    /// holds its leaf; else where the next record starts, or any; else where it says.
    fn length(&self, rest: &[u8]) -> usize {
        let any = self.any_start();
        let own = length_of(rest);
        if let Some(length) = own {
            let (record, after) = rest.split_at(length);
            let holds_leaf = || {
                let leaf = after.get(PREVIOUS_LEAF_AT..PREVIOUS_LEAF_AT + 32);
                leaf.is_some_and(|leaf| hash::leaf(record).0 == *leaf)
            };
            if after.is_empty() || after.starts_with(&any) || holds_leaf() {
                return length;
            }
        }
        let next = [&any[..], &self.position.next().get().to_be_bytes()].concat();
        let search = |start: &[u8]| {
            let mut windows =
                rest.get(LENGTH_MIN..).unwrap_or_default().windows(start.len()).take(LENGTH_MAX);
            windows.position(|window| window == start).map(|at| LENGTH_MIN + at)
        };
        search(&next).or_else(|| search(&any)).or(own).unwrap_or(rest.len())
    }

    /// What every record starts with: its revision and the ledger.
    fn any_start(&self) -> [u8; 17] {
        let mut start = [RECORD_REVISION; 17];
        start[1..].copy_from_slice(&self.header.ledger.0);
        start
    }

    fn fill(&mut self) -> Result<(), ExportError> {
        if self.ended || self.buffer.len() - self.used >= WINDOW {
            return Ok(());
        }
        self.buffer.drain(..self.used);
        self.used = 0;
        let wanted = u64::try_from(READ_BYTES).unwrap_or(0);
        while !self.ended && self.buffer.len() < WINDOW {
            let read = self.reader.by_ref().take(wanted).read_to_end(&mut self.buffer)?;
            self.ended = read < READ_BYTES;
        }
        Ok(())
    }
}
