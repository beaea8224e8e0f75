//! Everything folded: for each stream its entries in the order of the log, and the world as known.
//!
//! In: records, one after the other without a gap. Out: entries of cases, complaints and the organisation, the world
//! as known at any position, the next free numbers, the versions of streams. A clone shares what it does not change.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use thads_cases::calendar::Calendar;
use thads_cases::date::Date;
use thads_cases::decide::{organisation_of, took_over};
use thads_cases::event::Body;
use thads_cases::history::{RecordedEvent, known_at};
use thads_cases::ids::{CaseId, ComplaintId, OfficeCode, Position};
use thads_cases::reference_data::ReferenceData;
use thads_cases::rules::Rules;
use thads_cases::stream::{StreamId, StreamKind};
use thads_proof::days::Days;
use thads_proof::record::{Record, Stream, StreamTag};

use crate::entry::{DecodeError, correction, entry_of};
use crate::streams::{Streams, stream_id};

/// Below so many records one thread is faster than two.
const RECORDS_PER_THREAD_MIN: usize = 512;

/// The folded ledger. Equal read models come of equal logs.
#[derive(Clone, Debug)]
pub struct ReadModel {
    pub(crate) head: Position,
    /// Cases, complaints and all other streams that are numbered.
    pub(crate) streams: Streams,
    /// For each case that another says it comes from, those others; a hint, to be checked against their state.
    receivers: Arc<BTreeMap<CaseId, Vec<CaseId>>>,
    /// Offices, officers, parameters and the clock: the entries of all their streams.
    pub(crate) organisation: Arc<Vec<RecordedEvent>>,
    /// The stream of each of them.
    pub(crate) organisation_streams: Arc<Vec<Stream>>,
    /// Versions of the streams that are not numbered.
    pub(crate) versions: Arc<BTreeMap<Stream, u64>>,
    /// How many records of numbered streams were passed over.
    passed_over: BTreeMap<Stream, u64>,
    /// The days on which something was recorded, and what was said of the clock.
    pub(crate) days: Arc<Days>,
    reference_data: OnceLock<Arc<ReferenceData>>,
}

impl PartialEq for ReadModel {
    /// World and receivers follow from the rest and are not compared.
    fn eq(&self, other: &ReadModel) -> bool {
        self.head == other.head
            && self.streams == other.streams
            && self.organisation == other.organisation
            && self.organisation_streams == other.organisation_streams
            && self.versions == other.versions
            && self.passed_over == other.passed_over
            && self.days == other.days
    }
}

impl Default for ReadModel {
    fn default() -> ReadModel {
        ReadModel::new()
    }
}

/// Why a record cannot be folded. The read model is as it was before it.
#[derive(Debug, thiserror::Error)]
pub enum FoldError {
    /// The record is not the next one.
    #[error("record {found} was given, but {expected} is next")]
    Gap {
        /// The position that is next.
        expected: u64,
        /// The record's.
        found: u64,
    },
    /// The record is not the next of its stream.
    #[error("record {position}: version {found} of stream {stream}, but {expected} is next")]
    Version {
        /// Which record.
        position: u64,
        /// Its stream.
        stream: Stream,
        /// The version that is next.
        expected: u64,
        /// The record's.
        found: u64,
    },
    /// The stream's key is not an identity of its sort.
    #[error("record {position}: {stream} names no {what}")]
    Stream {
        /// Which record.
        position: u64,
        /// Its stream.
        stream: Stream,
        /// What its key should name.
        what: &'static str,
    },
    /// The record is no entry.
    #[error(transparent)]
    Decode(#[from] DecodeError),
}

impl FoldError {
    /// Whether a later program may read it: nothing is wrong with the record then.
    pub fn is_later(&self) -> bool {
        matches!(self, FoldError::Decode(DecodeError::Later { .. } | DecodeError::LaterRules { .. }))
    }
}

/// Where a record's entry goes.
enum Place {
    /// Into the history of a numbered stream.
    Stream(StreamId),
    /// Into the one that offices, officers, parameters and the clock share.
    Organisation,
    /// Nowhere: it is not the law's.
    Other,
}

/// A record as read: where it belongs, and what it says.
struct Read {
    place: Place,
    entry: Option<RecordedEvent>,
}

impl Read {
    fn of(record: &Record) -> Result<Read, FoldError> {
        let place = place_of(&record.stream, record.position.get())?;
        Ok(Read { place, entry: entry_of(record)? })
    }
}

impl ReadModel {
    /// The read model of an empty log.
    pub fn new() -> ReadModel {
        ReadModel {
            head: Position(0),
            streams: Streams::default(),
            receivers: Arc::default(),
            organisation: Arc::default(),
            organisation_streams: Arc::default(),
            versions: Arc::default(),
            passed_over: BTreeMap::new(),
            days: Arc::default(),
            reference_data: OnceLock::new(),
        }
    }

    /// Folds the next record.
    ///
    /// # Errors
    /// It is not the next, or cannot be read; nothing has changed then.
    pub fn fold(&mut self, record: &Record) -> Result<(), FoldError> {
        self.check_next(record)?;
        let read = Read::of(record)?;
        self.take(record, read)
    }

    /// Folds the next records, reading them on several threads. The same as folding one after the other.
    ///
    /// # Errors
    /// The first record that cannot be folded; those before it are.
    pub fn fold_many(&mut self, records: &[Record]) -> Result<(), FoldError> {
        if records.len() <= RECORDS_PER_THREAD_MIN {
            return records.iter().try_for_each(|record| self.fold(record));
        }
        for (record, read) in records.iter().zip(read_many(records)) {
            self.check_next(record)?;
            self.take(record, read?)?;
        }
        Ok(())
    }

    /// Folds the next records as [`ReadModel::fold_many`] does, and shows each before that: the read model of all before it, and its
    /// entry, or why it is none. Where `look` says no it is passed over: this read model is then that of a log in which its
    /// stream goes on without what it says.
    ///
    /// # Errors
    /// A record that is not the next of the log or of its stream, or that cannot be folded and `look` says yes to.
    pub fn fold_shown(
        &mut self,
        records: &[Record],
        mut look: impl FnMut(&ReadModel, &Record, Result<Option<&RecordedEvent>, &FoldError>) -> bool,
    ) -> Result<(), FoldError> {
        for (record, read) in records.iter().zip(read_many(records)) {
            self.check_next(record)?;
            let mut shown = read.as_ref().map(|read| read.entry.clone());
            if let Ok(Some(entry)) = &mut shown {
                self.set_day(entry, record);
            }
            if look(self, record, shown.as_ref().map(Option::as_ref).map_err(|error| *error)) {
                self.take(record, read?)?;
            } else {
                self.pass_over(record);
            }
        }
        Ok(())
    }

    /// Goes on behind a record as if it said nothing.
    fn pass_over(&mut self, record: &Record) {
        if matches!(place_of(&record.stream, record.position.get()), Ok(Place::Stream(_))) {
            let passed = self.passed_over.entry(record.stream.clone()).or_insert(0);
            *passed = passed.saturating_add(1);
        } else {
            self.count(&record.stream);
        }
        Arc::make_mut(&mut self.days).enter(record.position, record.recorded_at, None);
        self.head = Position(record.position.get().saturating_add(1));
    }

    fn check_next(&self, record: &Record) -> Result<(), FoldError> {
        let (expected, found) = (self.head.0, record.position.get());
        if found == expected { Ok(()) } else { Err(FoldError::Gap { expected, found }) }
    }

    /// Sets the day on which the next record's entry was recorded, by what was said of the clock.
    fn set_day(&self, entry: &mut RecordedEvent, record: &Record) {
        let ahead = self.days.offset_with(record.position, correction(&entry.event.body));
        entry.recorded_on = entry.recorded_on.plus_days(ahead.saturating_neg());
    }

    /// Takes in a record that was read.
    fn take(&mut self, record: &Record, Read { place, mut entry }: Read) -> Result<(), FoldError> {
        let position = record.position.get();
        let passed = self.passed_over.get(&record.stream).copied().unwrap_or(0);
        let version = |next: u64| match (record.stream_version, next.saturating_add(passed)) {
            (found, expected) if found == expected => Ok(()),
            (found, expected) => {
                Err(FoldError::Version { position, stream: record.stream.clone(), expected, found })
            }
        };
        let corrected = entry.as_ref().and_then(|entry| correction(&entry.event.body));
        if let Some(entry) = &mut entry {
            self.set_day(entry, record);
        }
        match (place, entry) {
            (Place::Stream(id), Some(entry)) => {
                let from = came_from(&entry.event.body).cloned();
                let Some(numbered) = id.numbered() else { return Err(unnamed(&record.stream, position)) };
                let fits = |entries| version(after(count(entries)));
                self.streams.push(id.clone(), numbered.office, entry, fits)?;
                if let (Some(from), StreamId::Case(id)) = (from, &id) {
                    index_receiver(Arc::make_mut(&mut self.receivers), &from, id);
                }
            }
            (place, entry) => {
                version(after(self.version_of(&place, &record.stream)))?;
                self.count(&record.stream);
                if let (Place::Organisation, Some(entry)) = (place, entry) {
                    Arc::make_mut(&mut self.organisation_streams).push(record.stream.clone());
                    self.organise(entry);
                }
            }
        }
        Arc::make_mut(&mut self.days).enter(record.position, record.recorded_at, corrected);
        self.head = Position(position.saturating_add(1));
        Ok(())
    }

    /// How many records are folded: the size of the tree that this read model stands for.
    pub fn position(&self) -> Position {
        self.head
    }

    /// Rules, calendar and organisation as known now.
    pub fn reference_data(&self) -> &ReferenceData {
        self.reference_data.get_or_init(|| Arc::new(reference_data_of(&self.organisation)))
    }

    /// Rules, calendar and organisation as known at a position.
    pub fn reference_data_at(&self, known: Position) -> Arc<ReferenceData> {
        let seen = known_at(&self.organisation, known);
        if seen.len() == self.organisation.len() {
            return Arc::clone(self.reference_data.get_or_init(|| Arc::new(reference_data_of(seen))));
        }
        Arc::new(reference_data_of(seen))
    }

    /// The entries of a stream, in the order of the log: its own where it is numbered, and those of all the organisation
    /// where it is one of these, for each looks at the others.
    pub fn history(&self, stream: &StreamId) -> &[RecordedEvent] {
        match stream.numbered() {
            Some(_) => self.streams.get(stream).unwrap_or_default(),
            None => &self.organisation,
        }
    }

    /// The entries of a case, in the order of the log.
    pub fn case(&self, id: &CaseId) -> Option<&[RecordedEvent]> {
        self.streams.get(&StreamId::Case(id.clone()))
    }

    /// The entries of a complaint or denunciation, in the order of the log.
    pub fn complaint(&self, id: &ComplaintId) -> Option<&[RecordedEvent]> {
        self.streams.get(&StreamId::Complaint(id.clone()))
    }

    /// Every numbered stream with its entries, in the order of offices and ids.
    pub fn streams(&self) -> impl Iterator<Item = (&StreamId, &[RecordedEvent])> {
        self.streams.iter()
    }

    /// Every case with its entries, in the order of their ids.
    pub fn cases(&self) -> impl Iterator<Item = (&CaseId, &[RecordedEvent])> {
        self.streams.iter().filter_map(|(id, entries)| match id {
            StreamId::Case(id) => Some((id, entries)),
            _ => None,
        })
    }

    /// Every complaint and denunciation with its entries, in the order of their ids.
    pub fn complaints(&self) -> impl Iterator<Item = (&ComplaintId, &[RecordedEvent])> {
        self.streams.iter().filter_map(|(id, entries)| match id {
            StreamId::Complaint(id) => Some((id, entries)),
            _ => None,
        })
    }

    /// The entries of offices, officers, parameters and the clock together, in the order of the log.
    pub fn organisation(&self) -> &[RecordedEvent] {
        &self.organisation
    }

    /// The stream of an entry of the organisation; `None` where there is no such entry.
    pub fn organisation_stream(&self, entry: Position) -> Option<&Stream> {
        let at = self.organisation.binary_search_by_key(&entry, |known| known.position).ok()?;
        self.organisation_streams.get(at)
    }

    /// How many cases there are.
    pub fn case_count(&self) -> usize {
        self.cases().count()
    }

    /// The number that the office's next stream of a sort gets in a year: a case its intake number, a complaint its own.
    pub fn next_number(&self, kind: StreamKind, office: &OfficeCode, year: u16) -> u32 {
        self.streams.next_number(kind, office, year)
    }

    /// How many records a stream has; 0 when there is no such stream.
    pub fn version(&self, stream: &Stream) -> u64 {
        place_of(stream, self.head.0).map_or(0, |place| self.version_of(&place, stream))
    }

    /// The position as which a date is known: what was truly recorded before the next midnight (UTC+7).
    pub fn known_on(&self, date: Date) -> Position {
        self.days.first_after(date.days()).map_or(self.head, |first| Position(first.get()))
    }

    /// The days on which something was recorded, and by how much the clock was off.
    pub fn days(&self) -> &Arc<Days> {
        &self.days
    }

    fn version_of(&self, place: &Place, stream: &Stream) -> u64 {
        match place {
            Place::Stream(id) => {
                let entries = self.streams.get(id).map_or(0, |entries| count(entries.len()));
                entries.saturating_add(self.passed_over.get(stream).copied().unwrap_or(0))
            }
            Place::Organisation | Place::Other => self.versions.get(stream).copied().unwrap_or(0),
        }
    }

    /// Finds the receivers anew, for a read model whose cases did not come through [`ReadModel::fold`].
    pub(crate) fn index_receivers(&mut self) {
        let mut receivers = BTreeMap::new();
        for (id, entries) in self.cases() {
            for from in entries.iter().filter_map(|entry| came_from(&entry.event.body)) {
                index_receiver(&mut receivers, from, id);
            }
        }
        self.receivers = Arc::new(receivers);
    }

    /// The cases that may have come from a case, by what some entry of theirs says.
    pub fn receivers(&self, of: &CaseId) -> &[CaseId] {
        self.receivers.get(of).map_or(&[], Vec::as_slice)
    }

    /// The cases that took over what a case sent away, as repairs leave their histories.
    pub fn taken_over_by(&self, sender: &CaseId) -> impl Iterator<Item = &CaseId> {
        self.receivers(sender).iter().filter(|id| took_over(self.case(id).unwrap_or_default(), sender))
    }

    fn count(&mut self, stream: &Stream) {
        let version = Arc::make_mut(&mut self.versions).entry(stream.clone()).or_insert(0);
        *version = version.saturating_add(1);
    }

    /// Enters what changes the organisation. Where it only goes on from what is known, the world goes on with it.
    fn organise(&mut self, entry: RecordedEvent) {
        let goes_on = match &entry.event.body {
            Body::FactCorrected(_) | Body::EntryVoided(_) => false,
            // In the order of effect it is the last one: no entry, as corrections leave it, takes effect later.
            _ => self.organisation.iter().all(|known| takes_effect(known) <= entry.effective),
        };
        match self.reference_data.get_mut() {
            Some(reference_data) if goes_on => {
                let reference_data = Arc::make_mut(reference_data);
                let at = entry.at();
                entry.event.body.apply_to(&mut reference_data.organisation, &at);
                if let Body::ParameterSet(set) = &entry.event.body {
                    reference_data.rules = rules_of(&reference_data.organisation.parameters);
                    debug_assert!(
                        reference_data.organisation.parameters.last() == Some(&set.set),
                        "applied just now"
                    );
                }
            }
            Some(_) => drop(self.reference_data.take()),
            None => {}
        }
        Arc::make_mut(&mut self.organisation).push(entry);
    }
}

/// Reads records on several threads, in their order.
fn read_many(records: &[Record]) -> Vec<Result<Read, FoldError>> {
    records.par_iter().with_min_len(RECORDS_PER_THREAD_MIN).map(Read::of).collect()
}

fn place_of(stream: &Stream, position: u64) -> Result<Place, FoldError> {
    if let Some(id) = stream_id(stream) {
        return Ok(if id.numbered().is_some() { Place::Stream(id) } else { Place::Organisation });
    }
    match stream.tag() {
        // Rules come and go with the law: an old ledger may hold one that this program does not know.
        StreamTag::Parameter if stream.key_text().is_some_and(may_be_rule) => Ok(Place::Organisation),
        StreamTag::Ledger | StreamTag::Period | StreamTag::Key | StreamTag::Import => Ok(Place::Other),
        _ => Err(unnamed(stream, position)),
    }
}

fn may_be_rule(id: &str) -> bool {
    id.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'.'))
}

fn unnamed(stream: &Stream, position: u64) -> FoldError {
    FoldError::Stream { position, stream: stream.clone(), what: stream.tag().word() }
}

/// The case from which an entry says that its own comes.
fn came_from(body: &Body) -> Option<&CaseId> {
    match body {
        Body::FactCorrected(fact) => came_from(&fact.replacement.body),
        body => body.comes_from(),
    }
}

fn index_receiver(receivers: &mut BTreeMap<CaseId, Vec<CaseId>>, from: &CaseId, id: &CaseId) {
    let of = receivers.entry(from.clone()).or_default();
    if !of.contains(id) {
        of.push(id.clone());
    }
}

/// The last day on which an entry, or what it corrects, takes effect.
fn takes_effect(entry: &RecordedEvent) -> Date {
    match &entry.event.body {
        Body::FactCorrected(fact) => entry.effective.max(fact.took_effect),
        _ => entry.effective,
    }
}

/// The version that follows; nothing follows the last that 64 bits can hold, and 0 is no record's.
fn after(version: u64) -> u64 {
    version.checked_add(1).unwrap_or(0)
}

/// A length in memory always fits 64 bits.
fn count(entries: usize) -> u64 {
    u64::try_from(entries).unwrap_or(u64::MAX)
}

/// Rules, calendar and organisation as the entries of the organisation make them.
pub fn reference_data_of(entries: &[RecordedEvent]) -> ReferenceData {
    let organisation = organisation_of(entries, Date::MAX);
    ReferenceData { rules: rules_of(&organisation.parameters), calendar: Calendar::built_in(), organisation }
}

/// The rules with what was set; a value that cannot count (imported history may hold one) counts as not said.
fn rules_of(sets: &[thads_cases::rules::ParameterSet]) -> Rules {
    let mut rules = Rules::built_in();
    for set in sets {
        let _ = rules.set(set);
    }
    rules
}
