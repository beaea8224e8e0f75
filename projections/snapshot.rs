//! Books as bytes, so that a start need not fold everything. A cache: with or without it, every answer is the same.
//!
//! Eight bytes of magic, the length of the header, the header (log position, root, revision of the code), the entries
//! of every stream in the encoding of payloads, and a hash over all of it. A snapshot that does not fit is not used.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::ser::SerializeTuple;
use serde::{Deserialize, Serialize, Serializer};
use thads_cases::date::Date;
use thads_cases::event::Event;
use thads_cases::history::Entry;
use thads_cases::ids::{CaseId, ComplaintId, OfficeNo, OfficerNo, Position};
use thads_proof::codec::{self, CodecError};
use thads_proof::hash;
use thads_proof::record::Stream;

use crate::books::{Books, Streams, push};

const MAGIC: &[u8; 8] = b"thadsbk1";
const HASH_CONTEXT: &str = "thads 2026 books snapshot v1";
const HASH_LENGTH: usize = 32;

/// What a snapshot stands for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Header {
    /// How many records are folded.
    pub position: u64,
    /// The root of the tree of that size.
    pub root: [u8; 32],
    /// The revision of the code that wrote it.
    pub code: String,
}

/// Why bytes are no snapshot that can be used.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// They are not a snapshot, or of another form.
    #[error("no snapshot of books: the first bytes differ")]
    Magic,
    /// They were cut or changed.
    #[error("the snapshot is damaged: its hash differs")]
    Damaged,
    /// It stands for something else.
    #[error("the snapshot is of position {} and code {:?}", .0.position, .0.code)]
    Other(Header),
    /// It cannot be written or read.
    #[error(transparent)]
    Codec(#[from] CodecError),
}

/// Returns the bytes of the books. `root` is that of the tree of their position.
///
/// # Errors
/// An entry holds personal data in plain words: it was never in a record.
pub fn save(books: &Books, root: [u8; 32], code: &str) -> Result<Vec<u8>, SnapshotError> {
    let header = codec::encode(&Header { position: books.head.0, root, code: code.to_owned() })?;
    let body = codec::encode(&(
        Nested(&books.cases),
        Nested(&books.complaints),
        Entries(&books.organisation),
        &*books.versions,
        books.days.iter().map(|(day, first)| (*day, first.0)).collect::<Vec<_>>(),
    ))?;
    let mut bytes = Vec::with_capacity(MAGIC.len() + 4 + header.len() + body.len() + HASH_LENGTH);
    bytes.extend(MAGIC);
    bytes.extend(u32::try_from(header.len()).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend(header);
    bytes.extend(body);
    let hash = hash::derive(HASH_CONTEXT, &bytes);
    bytes.extend(hash);
    Ok(bytes)
}

/// Reads what a snapshot stands for, without its entries and without checking its hash.
///
/// # Errors
/// It is no snapshot.
pub fn header(bytes: &[u8]) -> Result<Header, SnapshotError> {
    parts(bytes).and_then(|(header, _)| Ok(codec::decode(header)?))
}

/// Returns the books that a snapshot holds, if it is what is wanted.
///
/// # Errors
/// It is damaged, or stands for something else.
pub fn load(bytes: &[u8], wanted: &Header) -> Result<Books, SnapshotError> {
    let (header, body) = parts(bytes)?;
    let (content, hash) = bytes.split_at_checked(bytes.len() - HASH_LENGTH).ok_or(SnapshotError::Magic)?;
    if hash::derive(HASH_CONTEXT, content) != *hash {
        return Err(SnapshotError::Damaged);
    }
    let header: Header = codec::decode(header)?;
    if header != *wanted {
        return Err(SnapshotError::Other(header));
    }
    let (cases, complaints, organisation, versions, days): Body = codec::decode(body)?;
    let mut books = Books::new();
    for (id, entries) in cases.into_iter().flatten() {
        for entry in entries {
            books.push_case(id.clone(), entry.into());
        }
    }
    for (id, entries) in complaints.into_iter().flatten() {
        for entry in entries {
            push(&mut books.complaints, id.office.clone(), id.clone(), entry.into());
        }
    }
    books.head = Position(header.position);
    books.organisation = Arc::new(organisation.into_iter().map(Entry::from).collect());
    books.versions = Arc::new(versions);
    books.days = Arc::new(days.into_iter().map(|(day, first)| (day, Position(first))).collect());
    Ok(books)
}

fn parts(bytes: &[u8]) -> Result<(&[u8], &[u8]), SnapshotError> {
    let rest = bytes.strip_prefix(MAGIC).ok_or(SnapshotError::Magic)?;
    let (length, rest) = rest.split_first_chunk().ok_or(SnapshotError::Damaged)?;
    let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
    let (header, rest) = rest.split_at_checked(length).ok_or(SnapshotError::Damaged)?;
    let body = rest.len().checked_sub(HASH_LENGTH).and_then(|end| rest.get(..end));
    Ok((header, body.ok_or(SnapshotError::Damaged)?))
}

type Body = (
    Vec<Vec<(CaseId, Vec<EntryIn>)>>,
    Vec<Vec<(ComplaintId, Vec<EntryIn>)>>,
    Vec<EntryIn>,
    BTreeMap<Stream, u64>,
    Vec<(Date, u64)>,
);

/// Streams, office by office.
struct Nested<'a, Id>(&'a Streams<Id>);

impl<Id: Serialize> Serialize for Nested<'_, Id> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.values().map(|of| OfOffice(of)))
    }
}

struct OfOffice<'a, Id>(&'a BTreeMap<Id, Arc<Vec<Entry>>>);

impl<Id: Serialize> Serialize for OfOffice<'_, Id> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|(id, entries)| (id, Entries(entries))))
    }
}

struct Entries<'a>(&'a [Entry]);

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(EntryOut))
    }
}

struct EntryOut<'a>(&'a Entry);

impl Serialize for EntryOut<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entry = self.0;
        let mut parts = serializer.serialize_tuple(7)?;
        parts.serialize_element(&entry.position)?;
        parts.serialize_element(&entry.effective)?;
        parts.serialize_element(&entry.recorded_on)?;
        parts.serialize_element(&entry.office)?;
        parts.serialize_element(&entry.actor)?;
        parts.serialize_element(&entry.imported)?;
        parts.serialize_element(&*entry.event)?;
        parts.end()
    }
}

/// An entry as it is read back, in the order in which [`EntryOut`] writes it.
#[derive(Deserialize)]
struct EntryIn(Position, Date, Date, OfficeNo, OfficerNo, bool, Event);

impl From<EntryIn> for Entry {
    fn from(EntryIn(position, effective, recorded_on, office, actor, imported, event): EntryIn) -> Entry {
        Entry { position, effective, recorded_on, office, actor, imported, event: Arc::new(event) }
    }
}
