//! A target in memory: for a dry run where there is no ledger yet, and for tests.

use std::collections::BTreeMap;
use std::sync::Arc;

use thads_cases::date::Date;
use thads_cases::decide::{organisation_of, took_over};
use thads_cases::event::Body;
use thads_cases::history::RecordedEvent;
use thads_cases::ids::{CaseId, ComplaintId, NotAnId, OfficeCode, OfficerNo, Position};
use thads_cases::personal::Personal;
use thads_cases::reference_data::ReferenceData;
use thads_proof::record::{RequestId, Stream, StreamTag};

use super::target::{RowAppend, StreamEvents, Target};

/// A ledger that forgets: entries by stream and the request ids.
#[derive(Debug)]
pub struct Memory {
    today: Date,
    next: u64,
    /// How many appends it takes before it refuses all.
    left: usize,
    requests: BTreeMap<RequestId, Position>,
    cases: BTreeMap<CaseId, Vec<RecordedEvent>>,
    complaints: BTreeMap<ComplaintId, Vec<RecordedEvent>>,
    organisation: BTreeMap<String, Vec<RecordedEvent>>,
}

/// Why an append is refused: as a ledger would.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    /// The stream is not at the version that was expected.
    #[error("stream {stream} is at version {current}, not {expected}")]
    Stale {
        /// Which stream.
        stream: Stream,
        /// The version that was expected.
        expected: u64,
        /// The version that it has.
        current: usize,
    },
    /// The request id stands there already.
    #[error("request {0} stands there already")]
    Repeated(RequestId),
    /// It was told to take no more: see [`Memory::stop_after`].
    #[error("it takes no more")]
    Stopped,
    /// The stream's key is no id of its sort.
    #[error(transparent)]
    Key(#[from] NotAnId),
}

impl Memory {
    /// An empty ledger; its genesis is at position 0.
    pub fn new(today: Date) -> Memory {
        Memory {
            today,
            next: 1,
            left: usize::MAX,
            requests: BTreeMap::new(),
            cases: BTreeMap::new(),
            complaints: BTreeMap::new(),
            organisation: BTreeMap::new(),
        }
    }

    /// Takes that many appends more and then none: as a process that is killed.
    pub fn stop_after(&mut self, appends: usize) {
        self.left = appends;
    }

    /// Every case with its entries.
    pub fn cases(&self) -> &BTreeMap<CaseId, Vec<RecordedEvent>> {
        &self.cases
    }

    /// Every complaint with its entries.
    pub fn complaints(&self) -> &BTreeMap<ComplaintId, Vec<RecordedEvent>> {
        &self.complaints
    }

    /// Records one append, whole or not at all.
    ///
    /// # Errors
    /// As a ledger would refuse it.
    pub fn append(&mut self, append: &RowAppend) -> Result<(), MemoryError> {
        self.left = self.left.checked_sub(1).ok_or(MemoryError::Stopped)?;
        if self.requests.contains_key(&append.request) {
            return Err(MemoryError::Repeated(append.request));
        }
        for stream in &append.streams {
            let current = self.entries(&stream.stream)?.len();
            let Some(expected) = stream.expected_version else { continue };
            if u64::try_from(current) != Ok(expected) {
                let stream = stream.stream.clone();
                return Err(MemoryError::Stale { stream, expected, current });
            }
        }
        let first = Position(self.next);
        for stream in &append.streams {
            self.add(stream)?;
        }
        self.requests.insert(append.request, first);
        Ok(())
    }

    /// Somebody acts on a case on the day itself.
    #[cfg(test)]
    pub fn act(&mut self, case: &CaseId, kind: &str, fields: serde_json::Value) {
        use serde::de::DeserializeSeed;
        use thads_cases::event::{Event, KindCode};
        use thads_cases::ids::OfficeNo;
        let event = Event::bare(KindCode::named(kind).unwrap().deserialize(fields).unwrap());
        let entry = RecordedEvent {
            position: Position(self.next),
            effective: self.today,
            recorded_on: self.today,
            office: OfficeNo(1),
            actor: OfficerNo(1),
            imported: false,
            event: Arc::new(event),
        };
        self.cases.entry(case.clone()).or_default().push(entry);
        self.next = self.next.saturating_add(1);
    }

    fn add(&mut self, stream: &StreamEvents) -> Result<(), MemoryError> {
        let (mut next, today) = (self.next, self.today);
        let entries = self.entries(&stream.stream)?;
        for imported in &stream.events {
            entries.push(RecordedEvent {
                position: Position(next),
                effective: imported.effective,
                recorded_on: today,
                office: imported.office,
                actor: imported.actor,
                imported: true,
                event: Arc::clone(&imported.event),
            });
            next = next.saturating_add(1);
        }
        self.next = next;
        Ok(())
    }

    fn entries(&mut self, stream: &Stream) -> Result<&mut Vec<RecordedEvent>, MemoryError> {
        let key = stream.key_text().unwrap_or_default();
        Ok(match stream.tag() {
            StreamTag::Case => self.cases.entry(key.parse()?).or_default(),
            StreamTag::Complaint => self.complaints.entry(key.parse()?).or_default(),
            _ => self.organisation.entry(stream.to_string()).or_default(),
        })
    }

    fn organisation_entries(&self) -> Vec<RecordedEvent> {
        let mut entries: Vec<RecordedEvent> = self.organisation.values().flatten().cloned().collect();
        entries.sort_by_key(|entry| entry.position);
        entries
    }
}

impl Target for Memory {
    type Error = MemoryError;

    fn reference_data(&self) -> Result<ReferenceData, MemoryError> {
        Ok(ReferenceData {
            organisation: organisation_of(&self.organisation_entries(), Date::MAX),
            ..ReferenceData::default()
        })
    }

    fn next(&self) -> Position {
        Position(self.next)
    }

    fn today(&self) -> Date {
        self.today
    }

    fn place(&self, request: &RequestId) -> Result<Option<Position>, MemoryError> {
        Ok(self.requests.get(request).copied())
    }

    fn each_case(&self, show: &mut dyn FnMut(&CaseId, &[RecordedEvent])) {
        self.cases.iter().for_each(|(id, entries)| show(id, entries));
    }

    fn each_complaint(&self, show: &mut dyn FnMut(&ComplaintId, &[RecordedEvent])) {
        self.complaints.iter().for_each(|(id, entries)| show(id, entries));
    }

    fn case(&self, case: &CaseId) -> Vec<RecordedEvent> {
        self.cases.get(case).cloned().unwrap_or_default()
    }

    fn complaint(&self, complaint: &ComplaintId) -> Vec<RecordedEvent> {
        self.complaints.get(complaint).cloned().unwrap_or_default()
    }

    fn read(&self, entries: &[RecordedEvent]) -> Result<Vec<RecordedEvent>, MemoryError> {
        Ok(entries.to_vec())
    }

    fn taken_over_by(&self, case: &CaseId) -> Option<CaseId> {
        let says = |entry: &RecordedEvent| entry.event.body.comes_from() == Some(case);
        let took = |entries: &[RecordedEvent]| entries.iter().any(says) && took_over(entries, case);
        self.cases.iter().find(|(_, entries)| took(entries)).map(|(id, _)| id.clone())
    }

    fn next_intake(&self, office: &OfficeCode, year: u16) -> u32 {
        let of = self.cases.keys().filter(|id| id.office == *office && id.year == year);
        of.map(|id| id.number).max().unwrap_or(0).saturating_add(1)
    }

    fn next_complaint(&self, office: &OfficeCode, year: u16) -> u32 {
        let of = self.complaints.keys().filter(|id| id.office == *office && id.year == year);
        of.map(|id| id.number).max().unwrap_or(0).saturating_add(1)
    }

    fn officer_names(&self) -> Result<Vec<(OfficerNo, String)>, MemoryError> {
        let entries = self.organisation.values().flatten();
        let named = entries.filter_map(|entry| match &entry.event.body {
            Body::OfficerAppointed(officer) => match &officer.person {
                Personal::Person(person) => Some((officer.number, person.name.clone())),
                Personal::Text(name) => Some((officer.number, name.clone())),
                Personal::Sealed(_) | Personal::Lost(_) | Personal::Withheld => None,
            },
            _ => None,
        });
        Ok(named.collect())
    }

    fn submit(&mut self, batch: &[RowAppend]) -> Result<(), MemoryError> {
        batch.iter().try_for_each(|append| self.append(append))
    }
}
