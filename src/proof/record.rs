//! One record of the ledger and its exact bytes, revision 1.
//!
//! Big endian, fields in one order, nothing elided: the leaf is the hash of exactly these stored bytes. Drawn byte
//! by byte in `docs/format.md`.

pub use crate::id::{
    Leaf, LedgerId, Micros, Position, Provenance, RequestId, Stream, StreamError, StreamTag,
};

/// The revision written into a record's first byte.
pub const REVISION: u8 = 1;
/// Largest payload, in bytes.
pub const PAYLOAD_MAX: usize = 64 << 10;
/// Most commitments of one record.
pub const COMMITMENTS_MAX: usize = 64;
/// Bytes of a record without its stream's key, its payload and its commitments.
pub const FIXED_LENGTH: usize = 170;
/// Bytes of the smallest record: a key of one byte, no payload, no commitment.
pub const LENGTH_MIN: usize = FIXED_LENGTH + 1;
/// Bytes of the largest record.
pub const LENGTH_MAX: usize = FIXED_LENGTH + Stream::KEY_MAX + PAYLOAD_MAX + 32 * COMMITMENTS_MAX;

/// Offset of the position in a record.
pub const POSITION_AT: usize = 17;
/// Offset of the previous leaf in a record.
pub const PREVIOUS_LEAF_AT: usize = 25;
/// Offset of the stream key's length in a record.
pub const KEY_LENGTH_AT: usize = 66;

/// What was recorded, with all that ties it to what was recorded before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// The ledger that it belongs to.
    pub ledger: LedgerId,
    /// Its place in the log.
    pub position: Position,
    /// The leaf of the record before it; [`Leaf::ZERO`] at genesis.
    pub previous_leaf: Leaf,
    /// When the ledger recorded it; never earlier than the record before it.
    pub recorded_at: Micros,
    /// The stream that it belongs to.
    pub stream: Stream,
    /// Its number in its stream, from 1.
    pub stream_version: u64,
    /// The leaf of the stream's record before it; [`Leaf::ZERO`] at the first.
    pub stream_previous_leaf: Leaf,
    /// The day on which it takes effect: days since 1970-01-01, local date UTC+7.
    pub effective: i32,
    /// The office that acted; 0 is the ledger itself.
    pub office: u32,
    /// The officer who acted; 0 is the ledger itself.
    pub actor: u32,
    /// How it came to be.
    pub provenance: Provenance,
    /// The rule set in force at the effective date.
    pub rule_set: u8,
    /// The request that asked for it.
    pub request: RequestId,
    /// The record that it corrects or voids.
    pub corrects: Option<Position>,
    /// What the payload is; codes are assigned in `docs/format.md`.
    pub kind: u16,
    /// The form of the payload.
    pub kind_revision: u8,
    /// Random: makes the published leaf impossible to guess.
    pub blind: [u8; 16],
    /// The event's content, at most 64 KiB.
    pub payload: Vec<u8>,
    /// Salted commitments to personal data, at most 64.
    pub commitments: Vec<[u8; 32]>,
}

/// Why a record has no bytes, or bytes are no record.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// The bytes end before the field does.
    #[error("the record ends inside its {field}")]
    Short {
        /// The field that is cut.
        field: &'static str,
    },
    /// Bytes follow the record.
    #[error("the record ends after {used} of {length} bytes")]
    Trailing {
        /// Bytes that the record takes.
        used: usize,
        /// Bytes given.
        length: usize,
    },
    /// The revision is not known here.
    #[error("record revision {0} is unknown; revision {REVISION} is known")]
    Revision(u8),
    /// The position is the number that stands for none.
    #[error("position {0} is out of range")]
    Position(u64),
    /// The stream's tag is not known.
    #[error("stream tag {0} is unknown")]
    StreamTag(u8),
    /// The stream's key has no bytes.
    #[error("the stream's key is empty")]
    StreamKey,
    /// The stream version is 0.
    #[error("stream version 0: the first is 1")]
    StreamVersion,
    /// The provenance is not known.
    #[error("provenance {0} is unknown")]
    Provenance(u8),
    /// The payload is too long.
    #[error("the payload has {0} bytes; at most {PAYLOAD_MAX} are allowed")]
    Payload(usize),
    /// There are too many commitments.
    #[error("{0} commitments; at most {COMMITMENTS_MAX} are allowed")]
    Commitments(usize),
}

impl Record {
    /// Returns how many bytes [`Record::encode`] gives.
    pub fn length(&self) -> usize {
        FIXED_LENGTH + self.stream.key().len() + self.payload.len() + 32 * self.commitments.len()
    }

    /// Returns the record's bytes, or which limit it breaks.
    pub fn encode(&self) -> Result<Vec<u8>, RecordError> {
        let key_length = u8::try_from(self.stream.key().len()).map_err(|_| RecordError::StreamKey)?;
        let payload_length = u32::try_from(self.payload.len())
            .ok()
            .filter(|_| self.payload.len() <= PAYLOAD_MAX)
            .ok_or(RecordError::Payload(self.payload.len()))?;
        let commitments = u16::try_from(self.commitments.len())
            .ok()
            .filter(|_| self.commitments.len() <= COMMITMENTS_MAX)
            .ok_or(RecordError::Commitments(self.commitments.len()))?;
        check_position(self.position.get())?;
        let corrects = match self.corrects {
            Some(position) => check_position(position.get())?.get(),
            None => u64::MAX,
        };
        if self.stream_version == 0 {
            return Err(RecordError::StreamVersion);
        }
        let mut bytes = Vec::with_capacity(self.length());
        bytes.push(REVISION);
        bytes.extend(self.ledger.0);
        bytes.extend(self.position.get().to_be_bytes());
        bytes.extend(self.previous_leaf.0);
        bytes.extend(self.recorded_at.get().to_be_bytes());
        bytes.extend([self.stream.tag().code(), key_length]);
        bytes.extend(self.stream.key());
        bytes.extend(self.stream_version.to_be_bytes());
        bytes.extend(self.stream_previous_leaf.0);
        bytes.extend(self.effective.to_be_bytes());
        bytes.extend(self.office.to_be_bytes());
        bytes.extend(self.actor.to_be_bytes());
        bytes.extend([self.provenance.code(), self.rule_set]);
        bytes.extend(self.request.0);
        bytes.extend(corrects.to_be_bytes());
        bytes.extend(self.kind.to_be_bytes());
        bytes.push(self.kind_revision);
        bytes.extend(self.blind);
        bytes.extend(payload_length.to_be_bytes());
        bytes.extend(&self.payload);
        bytes.extend(commitments.to_be_bytes());
        bytes.extend(self.commitments.iter().flatten());
        Ok(bytes)
    }

    /// Returns the record that `bytes` are, all of which it must use.
    pub fn decode(bytes: &[u8]) -> Result<Record, RecordError> {
        let (record, used) = Record::decode_prefix(bytes)?;
        if used != bytes.len() {
            return Err(RecordError::Trailing { used, length: bytes.len() });
        }
        Ok(record)
    }

    /// Returns the record that `bytes` begin with, and how many of them it takes.
    pub fn decode_prefix(bytes: &[u8]) -> Result<(Record, usize), RecordError> {
        View::decode_prefix(bytes).map(|(view, used)| (view.to_record(), used))
    }
}

/// A record in the bytes that it was read from: the same fields, nothing copied.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct View<'a> {
    /// The ledger that it belongs to.
    pub ledger: LedgerId,
    /// Its place in the log.
    pub position: Position,
    /// The leaf of the record before it.
    pub previous_leaf: Leaf,
    /// When the ledger recorded it.
    pub recorded_at: Micros,
    /// What its stream is about.
    pub stream_tag: StreamTag,
    /// Its stream's key, 1 to 255 bytes.
    pub stream_key: &'a [u8],
    /// Its number in its stream, from 1.
    pub stream_version: u64,
    /// The leaf of the stream's record before it.
    pub stream_previous_leaf: Leaf,
    /// The day on which it takes effect.
    pub effective: i32,
    /// The office that acted.
    pub office: u32,
    /// The officer who acted.
    pub actor: u32,
    /// How it came to be.
    pub provenance: Provenance,
    /// The rule set in force at the effective date.
    pub rule_set: u8,
    /// The request that asked for it.
    pub request: RequestId,
    /// The record that it corrects or voids.
    pub corrects: Option<Position>,
    /// What the payload is.
    pub kind: u16,
    /// The form of the payload.
    pub kind_revision: u8,
    /// Random.
    pub blind: [u8; 16],
    /// The event's content.
    pub payload: &'a [u8],
    /// Salted commitments to personal data.
    pub commitments: &'a [[u8; 32]],
}

impl<'a> View<'a> {
    /// Returns the record that `bytes` are, all of which it must use.
    pub fn decode(bytes: &'a [u8]) -> Result<View<'a>, RecordError> {
        let (view, used) = View::decode_prefix(bytes)?;
        if used != bytes.len() {
            return Err(RecordError::Trailing { used, length: bytes.len() });
        }
        Ok(view)
    }

    /// Returns the record that `bytes` begin with, and how many of them it takes.
    pub fn decode_prefix(bytes: &'a [u8]) -> Result<(View<'a>, usize), RecordError> {
        let mut rest = Rest(bytes);
        let [revision] = rest.array("revision")?;
        if revision != REVISION {
            return Err(RecordError::Revision(revision));
        }
        let ledger = LedgerId(rest.array("ledger id")?);
        let position = check_position(u64::from_be_bytes(rest.array("position")?))?;
        let previous_leaf = Leaf(rest.array("previous leaf")?);
        let recorded_at = Micros::new(i64::from_be_bytes(rest.array("recorded at")?));
        let [tag, key_length] = rest.array("stream")?;
        let stream_tag = StreamTag::from_code(tag).ok_or(RecordError::StreamTag(tag))?;
        let stream_key = rest.slice(usize::from(key_length), "stream")?;
        if stream_key.is_empty() {
            return Err(RecordError::StreamKey);
        }
        let stream_version = u64::from_be_bytes(rest.array("stream version")?);
        if stream_version == 0 {
            return Err(RecordError::StreamVersion);
        }
        let stream_previous_leaf = Leaf(rest.array("stream's previous leaf")?);
        let effective = i32::from_be_bytes(rest.array("effective date")?);
        let office = u32::from_be_bytes(rest.array("office")?);
        let actor = u32::from_be_bytes(rest.array("actor")?);
        let [provenance, rule_set] = rest.array("provenance and rule set")?;
        let provenance = Provenance::from_code(provenance).ok_or(RecordError::Provenance(provenance))?;
        let request = RequestId(rest.array("request id")?);
        let corrects = match u64::from_be_bytes(rest.array("corrected position")?) {
            u64::MAX => None,
            number => Some(Position::new(number)),
        };
        let kind = u16::from_be_bytes(rest.array("kind")?);
        let [kind_revision] = rest.array("kind revision")?;
        let blind = rest.array("blind")?;
        let payload_length = length(u32::from_be_bytes(rest.array("payload length")?));
        if payload_length > PAYLOAD_MAX {
            return Err(RecordError::Payload(payload_length));
        }
        let payload = rest.slice(payload_length, "payload")?;
        let count = usize::from(u16::from_be_bytes(rest.array("commitment count")?));
        if count > COMMITMENTS_MAX {
            return Err(RecordError::Commitments(count));
        }
        let (commitments, _) = rest.slice(32 * count, "commitments")?.as_chunks();
        let view = View {
            ledger,
            position,
            previous_leaf,
            recorded_at,
            stream_tag,
            stream_key,
            stream_version,
            stream_previous_leaf,
            effective,
            office,
            actor,
            provenance,
            rule_set,
            request,
            corrects,
            kind,
            kind_revision,
            blind,
            payload,
            commitments,
        };
        Ok((view, bytes.len() - rest.0.len()))
    }

    /// Returns the stream's name.
    pub fn stream(&self) -> Stream {
        Stream::of(self.stream_tag, self.stream_key)
    }

    /// Copies the record.
    pub fn to_record(&self) -> Record {
        Record {
            ledger: self.ledger,
            position: self.position,
            previous_leaf: self.previous_leaf,
            recorded_at: self.recorded_at,
            stream: self.stream(),
            stream_version: self.stream_version,
            stream_previous_leaf: self.stream_previous_leaf,
            effective: self.effective,
            office: self.office,
            actor: self.actor,
            provenance: self.provenance,
            rule_set: self.rule_set,
            request: self.request,
            corrects: self.corrects,
            kind: self.kind,
            kind_revision: self.kind_revision,
            blind: self.blind,
            payload: self.payload.to_vec(),
            commitments: self.commitments.to_vec(),
        }
    }
}

/// Returns how many bytes the record takes that `bytes` begin with, from its length fields alone; `None` if they
/// are cut or out of range.
pub fn length_of(bytes: &[u8]) -> Option<usize> {
    let key = usize::from(*bytes.get(KEY_LENGTH_AT)?);
    let payload_length_at = KEY_LENGTH_AT + 1 + key + 97;
    let payload = length(u32::from_be_bytes(*bytes.get(payload_length_at..)?.first_chunk()?));
    if key == 0 || payload > PAYLOAD_MAX {
        return None;
    }
    let count_at = payload_length_at + 4 + payload;
    let count = usize::from(u16::from_be_bytes(*bytes.get(count_at..)?.first_chunk()?));
    let end = count_at + 2 + 32 * count;
    (count <= COMMITMENTS_MAX && end <= bytes.len()).then_some(end)
}

fn check_position(number: u64) -> Result<Position, RecordError> {
    if number == u64::MAX { Err(RecordError::Position(number)) } else { Ok(Position::new(number)) }
}

/// A `u32` as a length in memory; saturates where memory is smaller, which every limit refuses.
fn length(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// The bytes that are still to be read.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], RecordError> {
        let (array, rest) = self.0.split_first_chunk().ok_or(RecordError::Short { field })?;
        self.0 = rest;
        Ok(*array)
    }

    fn slice(&mut self, length: usize, field: &'static str) -> Result<&'a [u8], RecordError> {
        let (slice, rest) = self.0.split_at_checked(length).ok_or(RecordError::Short { field })?;
        self.0 = rest;
        Ok(slice)
    }
}

#[cfg(test)]
mod tests;
