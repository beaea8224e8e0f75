//! The read model as bytes, so that a start need not fold everything. A cache: with or without it, every answer is the same.
//!
//! Frames, each with its length before it: everything but the numbered streams, and these some hundred a frame, in the encoding of
//! payloads. Of which log they are, and who says so, is for those to hold against it who keep them.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use serde::ser::SerializeTuple;
use serde::{Deserialize, Serialize, Serializer};
use thads_cases::date::Date;
use thads_cases::event::Event;
use thads_cases::history::RecordedEvent;
use thads_cases::ids::{OfficeNo, OfficerNo, Position};
use thads_cases::stream::StreamId;
use thads_codec::CodecError;
use thads_proof::days::Days;
use thads_proof::record::Stream;

use crate::entry::correction;
use crate::read_model::ReadModel;

const STREAMS_PER_FRAME: usize = 512;

/// Why bytes are no read model.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// They are cut, or of another form.
    #[error("no books: the frames differ")]
    Form,
    /// They cannot be written or read.
    #[error(transparent)]
    Codec(#[from] CodecError),
}

/// Returns the bytes of the read model.
///
/// # Errors
/// An entry holds personal data in plain words: it was never in a record.
pub fn save(model: &ReadModel) -> Result<Vec<u8>, SnapshotError> {
    let mut bytes = Vec::new();
    let days: Vec<_> = model.days.recorded().iter().map(|(day, first)| (*day, first.get())).collect();
    let organisation = (Entries(&model.organisation), &*model.organisation_streams);
    frame(&mut bytes, &(model.head.0, organisation, &*model.versions, days))?;
    let streams: Vec<_> = model.streams().map(|(id, entries)| (id, Entries(entries))).collect();
    for part in streams.chunks(STREAMS_PER_FRAME) {
        frame(&mut bytes, part)?;
    }
    Ok(bytes)
}

fn frame<T: Serialize + ?Sized>(bytes: &mut Vec<u8>, content: &T) -> Result<(), SnapshotError> {
    let content = thads_codec::encode(content)?;
    bytes.extend(u64::try_from(content.len()).unwrap_or(u64::MAX).to_le_bytes());
    bytes.extend(content);
    Ok(())
}

/// Returns the read model that [`save`] wrote.
///
/// # Errors
/// They are none.
pub fn load(bytes: &[u8]) -> Result<ReadModel, SnapshotError> {
    let mut rest = bytes;
    let mut frames = Vec::new();
    while !rest.is_empty() {
        let (frame, after) = next_frame(rest).ok_or(SnapshotError::Form)?;
        frames.push(frame);
        rest = after;
    }
    let [body, stream_frames @ ..] = frames.as_slice() else { return Err(SnapshotError::Form) };
    let (head, (organisation, organisation_streams), versions, days): Body = thads_codec::decode(body)?;
    if organisation.len() != organisation_streams.len() {
        return Err(SnapshotError::Form);
    }
    let mut model = ReadModel::new();
    model.streams = read_streams(stream_frames)?.into_iter().flatten().collect();
    model.index_receivers();
    model.head = Position(head);
    model.organisation = Arc::new(organisation.into_iter().map(RecordedEvent::from).collect());
    model.organisation_streams = Arc::new(organisation_streams);
    model.versions = Arc::new(versions);
    let first = |(day, first)| (day, thads_proof::record::Position::new(first));
    let mut days = Days::of(days.into_iter().map(first).collect());
    for entry in &*model.organisation {
        if let Some(correction) = correction(&entry.event.body) {
            days.correct(thads_proof::record::Position::new(entry.position.0), correction);
        }
    }
    model.days = Arc::new(days);
    Ok(model)
}

type Organisation = (Vec<EntryIn>, Vec<Stream>);

type Body = (u64, Organisation, BTreeMap<Stream, u64>, Vec<(i32, u64)>);

/// A stream as it is read back.
type Stored = (StreamId, Vec<RecordedEvent>);

/// Reads the frames of streams on several threads; they come back in order.
fn read_streams(frames: &[&[u8]]) -> Result<Vec<Vec<Stored>>, CodecError> {
    let read = |frame: &&[u8]| {
        let read: Vec<(StreamId, Vec<EntryIn>)> = thads_codec::decode(frame)?;
        let entries = |read: Vec<EntryIn>| read.into_iter().map(RecordedEvent::from).collect();
        Ok(read.into_iter().map(|(id, read)| (id, entries(read))).collect())
    };
    // Collected in two steps: which error a parallel iterator of results ends with is chance, and here it is the first.
    frames.par_iter().map(read).collect::<Vec<_>>().into_iter().collect()
}

fn next_frame(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    rest.split_at_checked(usize::try_from(u64::from_le_bytes(*length)).ok()?)
}

struct Entries<'a>(&'a [RecordedEvent]);

impl Serialize for Entries<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(EntryOut))
    }
}

struct EntryOut<'a>(&'a RecordedEvent);

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

impl From<EntryIn> for RecordedEvent {
    fn from(
        EntryIn(position, effective, recorded_on, office, actor, imported, event): EntryIn,
    ) -> RecordedEvent {
        RecordedEvent { position, effective, recorded_on, office, actor, imported, event: Arc::new(event) }
    }
}
