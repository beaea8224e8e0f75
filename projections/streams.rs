//! The numbered streams of the log, by office: cases, complaints and what else has a history of its own; and the streams of
//! records told from and to those of the law.

use std::collections::BTreeMap;
use std::sync::Arc;

use thads_cases::history::RecordedEvent;
use thads_cases::ids::OfficeCode;
use thads_cases::stream::{Numbered, StreamId, StreamKind};
use thads_proof::record::{Stream, StreamError};

/// Returns whose history the records of a stream are; `None` for the genesis's, and for a key that is not the one spelling of
/// what the law knows.
pub fn stream_id(stream: &Stream) -> Option<StreamId> {
    StreamId::from_parts(stream.tag().word(), stream.key_text()?).ok()
}

/// Returns the stream in which a history's records stand.
///
/// # Errors
/// A key longer than 255 bytes; no id has one.
pub fn stream_of(id: &StreamId) -> Result<Stream, StreamError> {
    id.to_string().parse()
}

type Entries = Arc<Vec<RecordedEvent>>;

/// The entries of numbered streams in the order of the log; a clone shares what it does not change.
#[derive(Clone, Default, PartialEq, Debug)]
pub(crate) struct Streams(BTreeMap<OfficeCode, Arc<BTreeMap<StreamId, Entries>>>);

impl Streams {
    /// Returns the entries of one stream.
    pub(crate) fn get(&self, id: &StreamId) -> Option<&[RecordedEvent]> {
        self.0.get(id.numbered()?.office)?.get(id).map(|entries| entries.as_slice())
    }

    /// Returns all streams with their entries, in the order of offices and ids.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&StreamId, &[RecordedEvent])> {
        self.0.values().flat_map(|of| of.iter().map(|(id, entries)| (id, entries.as_slice())))
    }

    /// Returns the number that an office's next stream of a sort gets in a year; 1 where streams of that sort have none.
    pub(crate) fn next_number(&self, kind: StreamKind, office: &OfficeCode, year: u16) -> u32 {
        let Some(last) = StreamId::with_number(kind, Numbered { office, year, number: u32::MAX }) else {
            return 1;
        };
        let taken = self.0.get(office).and_then(|of| of.range(..=&last).next_back());
        let taken = taken.filter(|(id, _)| id.kind() == kind).and_then(|(id, _)| id.numbered());
        taken.filter(|taken| taken.year == year).map_or(1, |taken| taken.number.saturating_add(1))
    }

    /// Adds an entry to a numbered stream if `fits` says that it may be the one after so many; else nothing changes.
    ///
    /// # Errors
    /// What `fits` says.
    pub(crate) fn push<E>(
        &mut self,
        id: StreamId,
        office: &OfficeCode,
        entry: RecordedEvent,
        fits: impl Fn(usize) -> Result<(), E>,
    ) -> Result<(), E> {
        fits(self.get(&id).map_or(0, <[_]>::len))?;
        let of = match self.0.get_mut(office) {
            Some(of) => of,
            None => self.0.entry(office.clone()).or_default(),
        };
        Arc::make_mut(Arc::make_mut(of).entry(id).or_default()).push(entry);
        Ok(())
    }
}

impl FromIterator<(StreamId, Vec<RecordedEvent>)> for Streams {
    /// Streams that are not numbered are left out.
    fn from_iter<I: IntoIterator<Item = (StreamId, Vec<RecordedEvent>)>>(all: I) -> Streams {
        let mut offices: BTreeMap<OfficeCode, BTreeMap<StreamId, Entries>> = BTreeMap::new();
        for (id, entries) in all {
            if let Some(numbered) = id.numbered() {
                offices.entry(numbered.office.clone()).or_default().insert(id, Arc::new(entries));
            }
        }
        Streams(offices.into_iter().map(|(code, of)| (code, Arc::new(of))).collect())
    }
}
