//! Acting: the only way by which an action becomes an event. Who, asked before?, read, decide, append, fold.

use std::sync::{Arc, PoisonError};

use serde_json::{Map, Value};
use thads_cases::date::Date;
use thads_cases::decide::{Action, DecisionContext};
use thads_cases::event::Event;
use thads_cases::history::RecordedEvent;
use thads_cases::ids::{OfficeNo, OfficerNo, Position};
use thads_cases::refusal;
use thads_cases::refusal::Refusal;
use thads_cases::stream::{StreamId, StreamKind};
use thads_cases::words::Words as Said;
use thads_ledger::{Append, AppendError, NewEvent, Receipt, Rehearsed, StreamAppend, Vault, VaultError};
use thads_projections::read_model::{ReadModel, reference_data_of};
use thads_projections::streams::stream_of;
use thads_proof::days::Days;
use thads_proof::record::{Provenance, Record, RequestId, Stream, StreamError};

use crate::admission::{
    belongs, named_case_exists, number_follows, office_stands, organisation_stream, replacement_belongs,
    year_fits,
};
use crate::clock::{ClockOff, clock_fits, decided_on};
use crate::idempotency::{self, Sent};
use crate::json::{self, JsonError, Request, What};
use crate::judged_again::{judges_again, left_behind};
use crate::ledger_service::{LedgerService, ServiceError};
use crate::log::Log;
use crate::payees::paid_persons_stay;
use crate::pending::Pending;
use crate::persons::Words;
use crate::seal::{self, SealError};
use crate::transfers::{ends_of, parties_are_those_sent, rests_on_others};
use crate::words;

/// How often an action is decided again because somebody else was quicker.
const TRIES: usize = 1000;

/// Why an action was not recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The law says no.
    #[error("{}", json::refusal_text(.0, json::Language::En))]
    Refused(Box<Refusal>),
    /// The action cannot be read.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// The ledger says no, or could not.
    #[error(transparent)]
    Append(#[from] AppendError),
    /// The event does not fit its bytes.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The machine's clock is too far from the head.
    #[error(transparent)]
    Clock(#[from] ClockOff),
    /// The log could not be read or folded.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// The ledger could not be closed.
    #[error(transparent)]
    Close(thads_ledger::journal::JournalError),
}

impl From<StreamError> for RecordError {
    fn from(error: StreamError) -> RecordError {
        let given = "a key that is too long";
        JsonError::new("stream", given, &error.to_string(), "a shorter one").into()
    }
}

impl From<Refusal> for RecordError {
    fn from(refusal: Refusal) -> RecordError {
        RecordError::Refused(Box::new(refusal))
    }
}

impl RecordError {
    /// Whether it says no to this action alone, so that others may still be recorded; else it is the ledger that fails.
    pub fn is_about_the_action(&self) -> bool {
        match self {
            RecordError::Refused(_) | RecordError::Json(_) => true,
            RecordError::Append(error) => match error {
                AppendError::Stale { .. }
                | AppendError::Outdated { .. }
                | AppendError::RequestReused { .. }
                | AppendError::TooLarge { .. }
                | AppendError::Contended { .. }
                | AppendError::Malformed(_) => true,
                AppendError::Vault(error) => {
                    !matches!(error, VaultError::Io(_) | VaultError::Gone(_) | VaultError::Strange(_))
                }
                AppendError::DiskFull { .. }
                | AppendError::Unreadable(_)
                | AppendError::Randomness(_)
                | AppendError::Unknown(_)
                | AppendError::Stopped(_) => false,
            },
            RecordError::Seal(error) => !matches!(error, SealError::Randomness(_)),
            RecordError::Clock(_) | RecordError::Service(_) | RecordError::Close(_) => false,
        }
    }
}

/// What came of an action that was recorded, or that would be.
#[derive(Debug)]
pub struct Done {
    /// The receipt; `None` for a dry run.
    pub receipt: Option<Receipt>,
    /// The version of the stream after it.
    pub version: u64,
    /// The day that it takes effect.
    pub effective: Date,
    /// For imported history: the rules that it breaks.
    pub flags: Vec<Refusal>,
}

impl Done {
    /// Whether it was recorded before, and this is the first receipt again.
    pub fn is_repeated(&self) -> bool {
        self.receipt.is_some_and(|receipt| receipt.repeated())
    }
}

/// Actions that are recorded together or not at all, under one request id.
#[derive(Clone, Debug)]
pub struct Group {
    /// Unique for ever; `None`: one is given.
    pub request: Option<RequestId>,
    /// When it is recorded, µs since 1970 UTC, where the ledger lives by a simulated clock; `None`: now.
    pub at: Option<i64>,
    /// What is to be recorded, each with its history.
    pub parts: Vec<Part>,
}

/// One event of a group.
#[derive(Clone, Debug)]
pub struct Part {
    /// Whose history it belongs to.
    pub subject: StreamId,
    /// The version that the stream must have; `None`: whatever it has.
    pub expected_version: Option<u64>,
    /// When it takes effect; `None`: today.
    pub effective: Option<Date>,
    /// By whom.
    pub actor: OfficerNo,
    /// Where it comes from.
    pub provenance: Provenance,
    /// What happened, with personal data in words.
    pub event: Event,
}

/// A group that the law allows, in the ledger's words.
pub(crate) struct Prepared {
    append: Append,
    entries: Vec<(StreamId, RecordedEvent)>,
    /// What is answered once it is recorded.
    done: Done,
}

impl<L: Log> LedgerService<L> {
    /// Records one action and answers when it is durable. Safe to call again with the same request id.
    ///
    /// # Errors
    /// The law's refusal; a stale version; a request id used for something else; a ledger that cannot write.
    pub fn record(&self, request: Request) -> Result<Done, RecordError> {
        let organises = request.subject.is_organisation();
        let mut tries = 0;
        loop {
            let others = rests_on_others(&self.model(), &request);
            let _alone = others.then(|| self.alone.lock().unwrap_or_else(PoisonError::into_inner));
            let _changes =
                organises.then(|| self.organisation.write().unwrap_or_else(PoisonError::into_inner));
            let _rests =
                (!organises).then(|| self.organisation.read().unwrap_or_else(PoisonError::into_inner));
            tries += 1;
            let alone = others || organises;
            if let Some(done) = self.decide_and(&request, tries, alone, |prepared| self.append(prepared))? {
                return Ok(done);
            }
        }
    }

    /// Answers an action that was recorded already, or decides it and does with it what `record` does. `None`: somebody
    /// else was quicker, and the sender did not say which version he saw, or the day has ended; it is to be decided again.
    /// `tries`: how often it was decided, with this time; `alone`: nobody records meanwhile what it may rest on in other
    /// streams.
    pub(crate) fn decide_and(
        &self,
        request: &Request,
        tries: usize,
        alone: bool,
        record: impl FnOnce(Prepared) -> Result<Done, RecordError>,
    ) -> Result<Option<Done>, RecordError> {
        self.keep_up()?;
        if let Some(first) = self.said_before(request)? {
            return Ok(Some(self.flagged_again(first, request)));
        }
        let prepared = {
            let model = self.model();
            // What it rests on may have come into its history since it was asked whether it rests on others.
            if !alone && rests_on_others(&model, request) {
                return Ok(None);
            }
            let group = self.group_of(&model, request)?;
            self.prepare(&model, &mut Pending::default(), &group, Position(model.position().0))
        };
        let done = match prepared.and_then(record) {
            Err(RecordError::Append(AppendError::Stale { stream, expected, current }))
                if request.expected_version.is_none() =>
            {
                self.catch_up()?;
                // Or nobody was, and a read model that was kept says what the log does not: deciding again would not end.
                let goes_on = self.agrees(&stream, expected, current) || self.fold_anew()?;
                if goes_on && tries < TRIES {
                    return Ok(None);
                }
                return Err(AppendError::Contended { tries }.into());
            }
            Err(RecordError::Append(AppendError::Outdated { .. })) if tries < TRIES => {
                self.catch_up()?;
                return Ok(None);
            }
            done => done,
        };
        // The same id may have been recorded between the look and the answer: then what was sent is compared.
        let met = match &done {
            Ok(done) => done.is_repeated(),
            Err(
                RecordError::Refused(_)
                | RecordError::Append(AppendError::Stale { .. } | AppendError::RequestReused { .. }),
            ) => true,
            Err(_) => false,
        };
        match met.then(|| self.said_before(request)).transpose()?.flatten() {
            Some(first) => Ok(Some(self.flagged_again(first, request))),
            None => done.map(Some),
        }
    }
}

impl LedgerService {
    /// Says what [`LedgerService::record`] would answer now, decided and judged by the same code, and records nothing.
    ///
    /// # Errors
    /// As [`LedgerService::record`].
    pub fn dry_run(&self, request: &Request) -> Result<Done, RecordError> {
        let mut tries = 0;
        loop {
            tries += 1;
            // Nothing is recorded, so nobody need wait.
            let rehearsed = self.decide_and(request, tries, true, |prepared| {
                let receipt = match self.ledger.rehearse(&prepared.append)? {
                    Rehearsed::New => None,
                    Rehearsed::Repeated(receipt) => Some(receipt),
                };
                Ok(Done { receipt, ..prepared.done })
            })?;
            if let Some(done) = rehearsed {
                return Ok(Done { receipt: None, ..done });
            }
        }
    }

    /// Records many groups in order, each by itself, in as few blocks as they fit; for the demo and for imports.
    /// Each is decided on what the ones before it leave. Cost: some µs a group, and a disk sync a block.
    pub fn record_batch(&self, groups: Vec<Group>) -> Vec<Result<Done, RecordError>> {
        let _alone = self.alone.lock().unwrap_or_else(PoisonError::into_inner);
        let _changes = self.organisation.write().unwrap_or_else(PoisonError::into_inner);
        let mut answers = Vec::with_capacity(groups.len());
        let mut groups = groups.into_iter().peekable();
        while groups.peek().is_some() {
            self.record_some(&mut groups, &mut answers);
        }
        answers
    }

    /// Decides groups until one changes the organisation or the bulk is full, then appends and folds them.
    fn record_some(
        &self,
        groups: &mut std::iter::Peekable<std::vec::IntoIter<Group>>,
        answers: &mut Vec<Result<Done, RecordError>>,
    ) {
        const BULK: usize = 2048;
        let mut appends = Vec::new();
        let mut waiting = Vec::new();
        {
            let model = self.model();
            let mut pending = Pending::default();
            let mut next = model.position().0;
            while appends.len() < BULK {
                let organises = |group: &Group| {
                    group.parts.iter().any(|part| part.event.body.stream_kind() == StreamKind::Organisation)
                };
                let Some(group) = groups.next() else { break };
                let alone = organises(&group);
                match self.repeated(&model, &group) {
                    Ok(None) => {}
                    Ok(Some(first)) => {
                        answers.push(Ok(first));
                        continue;
                    }
                    Err(error) => {
                        answers.push(Err(error));
                        continue;
                    }
                }
                match self.prepare(&model, &mut pending, &group, Position(next)) {
                    Ok(prepared) => {
                        next += count(&prepared.entries);
                        pending.take();
                        waiting.push((answers.len(), prepared.done));
                        appends.push(prepared.append);
                        // Its place in the answers; filled in below.
                        answers
                            .push(Err(RecordError::Append(AppendError::Stopped("not appended".to_owned()))));
                    }
                    Err(error) => {
                        pending.drop_group();
                        answers.push(Err(error));
                    }
                }
                if alone || groups.peek().is_some_and(organises) {
                    break;
                }
            }
        }
        let receipts = self.ledger.append_many(appends);
        for ((place, done), receipt) in waiting.into_iter().zip(receipts) {
            if let Some(answer) = answers.get_mut(place) {
                *answer = match receipt {
                    Ok(receipt) => Ok(Done { receipt: Some(receipt), ..done }),
                    Err(error) => Err(error.into()),
                };
            }
        }
        if let (Err(error), Some(last)) = (self.catch_up(), answers.last_mut()) {
            *last = Err(error.into());
        }
    }
}

impl<L: Log> LedgerService<L> {
    /// Where what was recorded under a request id begins; `None` where the ledger has no such id.
    ///
    /// # Errors
    /// A record that cannot be read.
    pub fn place_of(&self, request: RequestId) -> Result<Option<Position>, RecordError> {
        let repeated = self.ledger.repeated(&request).map_err(ServiceError::Read)?;
        Ok(repeated.map(|(receipt, _)| Position(receipt.first().get())))
    }

    pub(crate) fn append(&self, prepared: Prepared) -> Result<Done, RecordError> {
        let receipt = self.ledger.append(prepared.append)?;
        match self.catch_up() {
            // It is recorded, which is what its sender asks; who asks next hears that the log cannot be read.
            Ok(()) | Err(ServiceError::Read(_)) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(Done { receipt: Some(receipt), ..prepared.done })
    }

    /// A single action as a group of one, with the fields that it leaves to the entry that it corrects.
    pub(crate) fn group_of(&self, model: &ReadModel, request: &Request) -> Result<Group, RecordError> {
        let event = match &request.what {
            What::Event(event) => (**event).clone(),
            What::Changes { entry, changes, rest } => {
                self.correction(model.history(&request.subject), *entry, changes, rest)?
            }
        };
        let part = Part {
            subject: request.subject.clone(),
            expected_version: request.expected_version,
            effective: request.effective,
            actor: request.actor,
            provenance: request.provenance,
            event,
        };
        Ok(Group { request: request.request, at: None, parts: vec![part] })
    }

    /// The first receipt, where the action's request id stands in the log with what is sent now: what was allowed once is
    /// not decided again, whatever was recorded since.
    fn said_before(&self, request: &Request) -> Result<Option<Done>, RecordError> {
        let stream = stream_of(&request.subject)?;
        let days = || Arc::clone(self.model().days());
        self.answered(request.request, 1, days, |records, decided_on, vault| {
            let [record] = records else { return Ok(false) };
            let sent = Sent {
                stream: &stream,
                expected_version: request.expected_version,
                effective: request.effective,
                actor: request.actor.0,
                provenance: self.provenance(request.provenance),
            };
            idempotency::says_request(record, decided_on(record), &sent, request, vault)
        })
    }

    /// An answer that is given again, with what the change left behind when it was recorded.
    fn flagged_again(&self, mut done: Done, request: &Request) -> Done {
        let Some(receipt) = done.receipt.filter(|_| request.subject.is_organisation()) else { return done };
        let recorded_on = decided_on(self.model().days(), receipt.last(), receipt.recorded_at());
        let judged = match &request.what {
            What::Event(event) => judges_again(&event.body, done.effective, recorded_on),
            What::Changes { .. } => true,
        };
        if judged {
            let (model, known) = (self.model(), Position(receipt.first().get()));
            let after = Position(receipt.last().get().saturating_add(1));
            done.flags =
                left_behind(&model, known, &model.reference_data_at(known), &model.reference_data_at(after));
        }
        done
    }

    /// The same for a group.
    fn repeated(&self, model: &ReadModel, group: &Group) -> Result<Option<Done>, RecordError> {
        let parts = in_stream_order(&group.parts);
        let streams = parts.iter().map(|part| stream_of(&part.subject)).collect::<Result<Vec<_>, _>>()?;
        let of_first = streams.iter().take_while(|stream| Some(*stream) == streams.first()).count();
        self.answered(
            group.request,
            of_first,
            || Arc::clone(model.days()),
            |records, decided_on, vault| {
                if records.len() != parts.len() {
                    return Ok(false);
                }
                for ((record, part), stream) in records.iter().zip(&parts).zip(&streams) {
                    let sent = Sent {
                        stream,
                        expected_version: None,
                        effective: part.effective,
                        actor: part.actor.0,
                        provenance: self.provenance(part.provenance),
                    };
                    if !idempotency::says_event(record, decided_on(record), &sent, &part.event, vault)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            },
        )
    }

    /// Looks a request id up; `says_the_same` is given what it recorded, and tells the day on which a record was decided.
    /// `of_first`: how many of its records belong to its first stream; `days`: asked where there are some. The ledger's committer is not asked: one that has
    /// stopped denies everything, and what was acknowledged before is known all the same.
    fn answered(
        &self,
        request: Option<RequestId>,
        of_first: usize,
        days: impl FnOnce() -> Arc<Days>,
        says_the_same: impl FnOnce(&[Record], &dyn Fn(&Record) -> Date, &dyn Vault) -> Result<bool, VaultError>,
    ) -> Result<Option<Done>, RecordError> {
        let Some(request) = request else { return Ok(None) };
        let Some((first, records)) = self.ledger.repeated(&request).map_err(ServiceError::Read)? else {
            return Ok(None);
        };
        let days = days();
        let decided_on = |record: &Record| decided_on(&days, record.position, record.recorded_at);
        if !says_the_same(&records, &decided_on, self.ledger.vault()).map_err(AppendError::Vault)? {
            return Err(AppendError::RequestReused { request, position: first.first() }.into());
        }
        let version = of_first.checked_sub(1).and_then(|last| records.get(last));
        let effective = records.first().and_then(|record| Date::from_days(record.effective));
        Ok(Some(Done {
            receipt: Some(first),
            version: version.map_or(0, |record| record.stream_version),
            effective: effective.unwrap_or(Date::MIN),
            flags: Vec::new(),
        }))
    }

    /// The whole correction from the fields that change: what the entry says now, with those replaced.
    fn correction(
        &self,
        entries: &[RecordedEvent],
        entry: Position,
        changes: &Map<String, Value>,
        rest: &Map<String, Value>,
    ) -> Result<Event, RecordError> {
        let Some(at) = entries.iter().position(|known| known.position == entry) else {
            let known = thads_cases::words::Value::list(entries.iter().map(|entry| entry.position));
            return Err(refusal!(Unknown, "–", "entry" => entry; Said::EntryOfStream; known).into());
        };
        let target = &entries[at];
        let (event, took_effect) = match thads_cases::history::repairs(entries).get(at).copied().flatten() {
            Some(thads_cases::history::Repair::Corrected { event, took_effect, .. }) => (event, took_effect),
            Some(thads_cases::history::Repair::Voided { .. }) | None => (&*target.event, target.effective),
        };
        let mut words = Words::of(self, entries.iter().map(|entry| (entry.position, &*entry.event)));
        let opened = words.event(event)?;
        let mut fields = json::fields_of(&opened);
        fields.extend(changes.clone());
        if let Some((name, value)) = fields.iter().find(|(_, value)| json::holds_lost_words(value)) {
            let why = "it holds words about persons that are lost here, or others stand in their place: they cannot be said again";
            let ways = "the whole field in changes; thads verify names what is lost";
            return Err(JsonError::new(name, &value.to_string(), why, ways).into());
        }
        let replacement = json::event_of(event.info().name, fields)?;
        let names = idempotency::given(changes, rest);
        Ok(json::correction(replacement, &took_effect.to_string(), names, rest.clone())?)
    }

    /// Decides a group on the read model and on what is pending, and puts it into the ledger's words.
    pub(crate) fn prepare(
        &self,
        model: &ReadModel,
        pending: &mut Pending,
        group: &Group,
        next: Position,
    ) -> Result<Prepared, RecordError> {
        let reading = self.reading(model, group)?;
        let today = reading.today;
        let mut entries: Vec<(StreamId, RecordedEvent)> = Vec::new();
        let mut streams: Vec<StreamAppend> = Vec::new();
        let mut flags = Vec::new();
        let mut randomness = self.randomness(group, thads_proof::record::Position::new(next.0));
        let mut request = [0; 16];
        if group.request.is_none() {
            randomness.fill(&mut request).map_err(SealError::Randomness)?;
        }
        for part in in_stream_order(&group.parts) {
            pending.go_on(model, &part.subject);
            let (known, kept) = pending.going(&part.subject);
            let position = Position(next.0 + count(&entries));
            let office = office_of(model, &part.subject, known, part.actor);
            let sealed = seal::seal(part.event.clone(), &mut **randomness, self.ledger.vault())?;
            let event = Arc::new(sealed.event.clone());
            let action = Action {
                effective: part.effective.unwrap_or(today),
                recorded_on: today,
                office,
                actor: part.actor,
                imported: part.provenance == Provenance::Imported,
                event,
            };
            belongs(model, &part.subject, &part.event)?;
            replacement_belongs(model, &part.subject, &part.event)?;
            organisation_stream(model, pending, &part.subject, &part.event, &entries)?;
            office_stands(model, &part.subject, office)?;
            number_follows(model, pending, &part.subject, known, &entries)?;
            named_case_exists(model, pending, &part.event)?;
            let ends = ends_of(model, pending, &part.subject, kept.other_ends(known, &action, position));
            let (sender, receiver) = (ends.sender(), ends.receiver());
            let context =
                DecisionContext { reference_data: model.reference_data(), next: position, sender, receiver };
            let decision = kept.decide(known, &action, &context)?;
            clock_fits(model, &part.event.body, part.effective, action.imported)?;
            words::all_readable(&part.event)?;
            words::all_short(&part.event)?;
            year_fits(&part.subject, known, &action)?;
            flags.extend(decision.flags);
            let entry = RecordedEvent {
                position,
                effective: action.effective,
                recorded_on: today,
                office,
                actor: part.actor,
                imported: action.imported,
                event: Arc::clone(&action.event),
            };
            if !entry.imported {
                parties_are_those_sent(self, model, &ends, known, &entry, &part.event)?;
            }
            if !entry.imported && matches!(part.subject, StreamId::Case(_)) {
                paid_persons_stay(self, model, known, &action, &entry, &part.event)?;
            }
            if part.subject.is_organisation() && judges_again(&entry.event.body, entry.effective, today) {
                let after = reference_data_of(&known.iter().chain([&entry]).cloned().collect::<Vec<_>>());
                flags.extend(left_behind(model, position, model.reference_data(), &after));
            }
            let new = seal::new_event(
                &sealed,
                entry.effective,
                office.0,
                part.actor.0,
                self.provenance(part.provenance),
            )?;
            let stream = stream_of(&part.subject)?;
            let decided_on = match part.subject.numbered() {
                Some(_) => count(known),
                None => model.version(&stream),
            };
            // Where the sender names a version, it is the one that was judged: a later one, which the log may have reached
            // meanwhile, would let through what nobody judged.
            if let Some(expected) = part.expected_version.filter(|expected| *expected != decided_on) {
                return Err(AppendError::Stale { stream, expected, current: decided_on }.into());
            }
            add(&mut streams, stream, decided_on, new);
            if let Some((subject, expected_version)) = ends.rests_on() {
                let stream = stream_of(subject)?;
                streams.push(StreamAppend { stream, expected_version, events: Vec::new() });
            }
            pending.add(&part.subject, entry.clone());
            entries.push((part.subject.clone(), entry));
        }
        let request = group.request.unwrap_or(RequestId(request));
        let append = Append { request, moment: Some(reading.moment()), streams };
        let done = done(&append, &entries, flags);
        Ok(Prepared { append, entries, done })
    }

    /// On a practice ledger nothing is live.
    fn provenance(&self, asked: Provenance) -> Provenance {
        match asked {
            Provenance::Live if self.practice() => Provenance::Practice,
            Provenance::Live | Provenance::Imported | Provenance::Practice => asked,
        }
    }
}

/// Adds an event to its stream's part of an append; where the stream is new to it, at the version that was decided on.
fn add(streams: &mut Vec<StreamAppend>, stream: Stream, decided_on: u64, event: NewEvent) {
    match streams.iter_mut().find(|known| known.stream == stream) {
        Some(known) => known.events.push(event),
        None => streams.push(StreamAppend { stream, expected_version: decided_on, events: vec![event] }),
    }
}

/// What is answered for a group that is not recorded yet.
fn done(append: &Append, entries: &[(StreamId, RecordedEvent)], flags: Vec<Refusal>) -> Done {
    let version = append
        .streams
        .first()
        .map_or(0, |stream| stream.expected_version.saturating_add(count(&stream.events)));
    let effective = entries.first().map_or(Date::MIN, |(_, entry)| entry.effective);
    Done { receipt: None, version, effective, flags }
}

/// How many there are; a length in memory always fits 64 bits.
pub(crate) fn count<T>(all: &[T]) -> u64 {
    u64::try_from(all.len()).unwrap_or(u64::MAX)
}

/// The parts with those of one stream beside each other, as they will stand in the log.
fn in_stream_order(parts: &[Part]) -> Vec<&Part> {
    let mut order: Vec<&StreamId> = Vec::new();
    for part in parts {
        if !order.contains(&&part.subject) {
            order.push(&part.subject);
        }
    }
    order.iter().flat_map(|subject| parts.iter().filter(move |part| part.subject == **subject)).collect()
}

/// The office for which an action is recorded: the one whose history it is; for the organisation the officer's own, where it
/// stands.
pub(crate) fn office_of(
    model: &ReadModel,
    subject: &StreamId,
    known: &[RecordedEvent],
    actor: OfficerNo,
) -> OfficeNo {
    let organisation = &model.reference_data().organisation;
    let by_code = |code| organisation.office_by_code(code).map(|office| office.number);
    let first = known.first().map(|entry| entry.office);
    let office = match subject.numbered() {
        Some(numbered) => first.or_else(|| by_code(numbered.office)),
        None => {
            let own = organisation.officers.get(&actor).map(|officer| officer.office);
            own.filter(|office| organisation.offices.contains_key(office))
        }
    };
    office.unwrap_or_default()
}
