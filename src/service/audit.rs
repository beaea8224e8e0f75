//! Auditing a log: what its records mean, each judged where it stands on the read model of those before it.
//!
//! In: every record, in order, with the read model as it was before it. Out: what no honest log says, what a later program has
//! written, and which rules of entry break. Pure: the same records give the same answer. It judges with the functions by
//! which actions are taken in; where a record cannot be read, what rests on it is left undecided and not accused. Memory: 24
//! bytes a request and the state of each case of many entries, beside the read model.

mod found;
mod header;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use thads_cases::decide::{Action, Breach, DecisionContext, Kept};
use thads_cases::event::{Body, Event, Receiver, Sender};
use thads_cases::history::RecordedEvent;
use thads_cases::ids::{CaseId, OfficeCode, OfficeNo, OfficerNo, Position};
use thads_cases::refusal::Refusal;
use thads_cases::stream::{Numbered, StreamId};
use thads_ledger::Sentence;
use thads_projections::entry::DecodeError;
use thads_projections::read_model::{FoldError, ReadModel};
use thads_projections::streams::{stream_id, stream_of};
use thads_proof::genesis::Genesis;
use thads_proof::record::{Record, RequestId, Stream, StreamTag};
use thads_texts::Language;

use self::found::NAMED_MAX;
pub use self::found::{Finding, Flag, Flags, Found, Later, What};
use crate::admission::{belongs, goes_on, named_case_exists, replacement_belongs, year_fits};
use crate::clock::clock_fits;
use crate::pending::Pending;
use crate::record::office_of;
use crate::transfers::ends_of;

/// An audit under way.
#[derive(Default)]
pub struct Audit {
    found: Found,
    /// Where each request id was recorded first.
    requests: HashMap<[u8; 16], u64>,
    /// The request of the record before, and the streams that it wrote to so far.
    group: Option<(RequestId, Vec<Stream>)>,
    /// The last number that was given, by sort of stream, office and year.
    numbers: BTreeMap<(StreamTag, OfficeCode, u16), u32>,
    /// Streams that hold a record that could not be read.
    unread: BTreeSet<Stream>,
    /// Whether the genesis founds a practice ledger.
    practice: Option<bool>,
    kept: Long,
}

/// What long histories fold into, so that each of their records is judged without folding them again.
#[derive(Default)]
struct Long {
    by_stream: HashMap<Stream, Kept>,
    /// The last of another history.
    short: Kept,
}

/// From how many entries on what a history folds into is kept.
const LONG: usize = 256;

impl Long {
    /// What a stream's history folds into.
    fn going_on(&mut self, stream: &Stream, known: &[RecordedEvent]) -> &Kept {
        // The streams of the organisation share one history.
        let is_its_own = matches!(stream.tag(), StreamTag::Case | StreamTag::Complaint);
        let kept = if is_its_own && known.len() >= LONG {
            self.by_stream.entry(stream.clone()).or_default()
        } else {
            self.short = Kept::default();
            &mut self.short
        };
        kept.go_on(known);
        kept
    }
}

impl Audit {
    /// Judges the next record on the read model of those before it. `read`: its entry, or why it is none. `begins_block`: it is
    /// known to be the first of its block. Returns whether it can be folded.
    pub fn record(
        &mut self,
        model: &ReadModel,
        record: &Record,
        read: Result<Option<&RecordedEvent>, &FoldError>,
        begins_block: bool,
    ) -> bool {
        self.request(record, begins_block);
        self.number(record, !read.as_ref().is_err_and(|error| error.is_later()));
        let is_read = match read {
            Ok(None) => self.founding(record),
            Ok(Some(entry)) => self.entry(model, record, entry),
            Err(error) if error.is_later() => {
                self.later(record, error);
                false
            }
            Err(error) => {
                self.found.add(unread(record, error));
                false
            }
        };
        if !is_read {
            self.found.passed_over = self.found.passed_over.saturating_add(1);
            self.unread.insert(record.stream.clone());
            let organises =
                matches!(record.stream.tag(), StreamTag::Office | StreamTag::Officer | StreamTag::Parameter);
            if organises && self.found.unsure_from.is_none() {
                self.found.unsure_from = Some(record.position.get());
            }
        }
        is_read
    }

    /// Ends the audit.
    pub fn finish(self) -> Found {
        self.found
    }

    /// A request records once, in one block: its records stand together, those of one stream beside each other.
    fn request(&mut self, record: &Record, begins_block: bool) {
        let (position, request) = (record.position.get(), record.request);
        if let Some((_, streams)) = self.group.as_mut().filter(|(of, _)| *of == request && !begins_block) {
            let goes_on = streams.last() == Some(&record.stream);
            if goes_on || !streams.contains(&record.stream) {
                if !goes_on {
                    streams.push(record.stream.clone());
                }
                return;
            }
        }
        self.group = Some((request, vec![record.stream.clone()]));
        let first = *self.requests.entry(request.0).or_insert(position);
        if first != position {
            let expected = Sentence::new("mã chưa dùng bao giờ", "an id that was never used");
            let found = Sentence::new(
                format!("{request}, đã ghi ở vị trí {first}"),
                format!("{request}, recorded at position {first}"),
            );
            self.found.add(Finding::of(record, What::Request, expected, found));
        }
    }

    /// A new case or complaint takes the next number of its office and year, so that one that is left out shows. What is
    /// not known is not accused.
    fn number(&mut self, record: &Record, is_known: bool) {
        if record.stream_version != 1 {
            return;
        }
        let id = stream_id(&record.stream);
        let Some(Numbered { office, year, number }) = id.as_ref().and_then(StreamId::numbered) else {
            return;
        };
        let last = self.numbers.entry((record.stream.tag(), office.clone(), year)).or_insert(0);
        let next = last.saturating_add(1);
        *last = number.max(*last);
        if number != next && is_known {
            let expected = Sentence::new(format!("số {next}"), format!("number {next}"));
            let found = Sentence::new(format!("số {number}"), format!("number {number}"));
            self.found.add(Finding::of(record, What::Number, expected, found));
        }
    }

    /// The genesis stands once, at the beginning.
    fn founding(&mut self, record: &Record) -> bool {
        let stands = record.position.get() == 0 && record.stream == Stream::genesis();
        if stands {
            self.practice = Genesis::from_record(record).ok().map(|genesis| genesis.practice);
            header::of_founding(record).into_iter().for_each(|finding| self.found.add(finding));
        } else {
            let expected = Sentence::new("một lần, ở vị trí 0", "once, at position 0");
            let found = Sentence::new("lập lại ở đây", "founded again here");
            self.found.add(Finding::of(record, What::Founding, expected, found));
        }
        stands
    }

    fn later(&mut self, record: &Record, error: &FoldError) {
        let (kind, revision) = match error {
            FoldError::Decode(DecodeError::Later { kind, revision, .. }) => (*kind, *revision),
            _ => (record.kind, record.kind_revision),
        };
        let later = &mut self.found.later;
        later.count = later.count.saturating_add(1);
        if later.first.len() < NAMED_MAX {
            later.first.push((record.position.get(), kind, revision));
        }
    }

    /// An entry of the law, judged as an action was that stands there.
    fn entry(&mut self, model: &ReadModel, record: &Record, entry: &RecordedEvent) -> bool {
        let subject = stream_id(&record.stream);
        header::of_entry(record, entry.effective, self.practice)
            .into_iter()
            .for_each(|finding| self.found.add(finding));
        if !self.fits(model, record, subject.as_ref(), entry) {
            return false;
        }
        if self.unread.contains(&record.stream) {
            self.found.undecided = self.found.undecided.saturating_add(1);
            // The entries before it that could be read are not all that there were.
            return true;
        }
        let known = match &subject {
            Some(subject) => model.history(subject),
            None => model.organisation(),
        };
        self.office(model, record, subject.as_ref(), known);
        self.begun(model, record, entry);
        self.breaches(model, record, entry, subject.as_ref(), known);
        true
    }

    /// Whether it stands in a stream of its sort; else that is a finding. `subject`: whose history the stream is; none for a
    /// rule of the law that is not known here.
    fn fits(
        &mut self,
        model: &ReadModel,
        record: &Record,
        subject: Option<&StreamId>,
        entry: &RecordedEvent,
    ) -> bool {
        let unsure = self.found.unsure_from.is_some();
        let may_stand = |event: &Event| match (subject, &event.body) {
            // Which office a number is cannot be told.
            (Some(StreamId::Office(_)), Body::TargetAssigned(_)) if unsure => true,
            (Some(subject), _) => belongs(model, subject, event).is_ok(),
            // A rule that came and went: its values are kept under its name, and count for nothing.
            (None, body) if record.stream.tag() == StreamTag::Parameter => match body {
                Body::ParameterSet(value) => record.stream.key_text() == Some(value.set.rule.as_str()),
                body => body.repairs().is_some() || matches!(body, Body::NoteAdded(_)),
            },
            (None, _) => false,
        };
        // What a correction puts in an entry's place stands there as well. Targets and values of the law were once corrected
        // to another office or rule: that is flagged.
        let instead = match &entry.event.body {
            Body::FactCorrected(corrected) => Some(&corrected.replacement)
                .filter(|event| !matches!(event.body, Body::TargetAssigned(_) | Body::ParameterSet(_))),
            _ => None,
        };
        let fits = may_stand(&entry.event) && instead.is_none_or(|event| may_stand(event));
        if !fits {
            let expected = Sentence::new("dòng của chính nó", "the stream that it belongs to");
            let found = Sentence::as_given(&record.stream);
            self.found.add(Finding::of(record, What::Stream, expected, found));
        }
        fits
    }

    /// The header's office is the one that has the case or complaint; of the organisation's entries it is one that is known.
    fn office(
        &mut self,
        model: &ReadModel,
        record: &Record,
        subject: Option<&StreamId>,
        known: &[RecordedEvent],
    ) {
        let (given, offices) = (OfficeNo(record.office), &model.reference_data().organisation.offices);
        let is_known = given == OfficeNo(0) || offices.contains_key(&given);
        let expected = match subject {
            Some(subject) if subject.numbered().is_some() => {
                let has_it = office_of(model, subject, known, OfficerNo(record.actor));
                if given == has_it && given != OfficeNo(0) && is_known {
                    return;
                }
                has_it
            }
            Some(_) | None if is_known => return,
            Some(_) | None => OfficeNo(0),
        };
        if self.found.unsure_from.is_some() {
            return;
        }
        let expected = match expected {
            OfficeNo(0) => Sentence::new(
                "một cơ quan đã thành lập trước đó (office_opened)",
                "an office that was opened before (office_opened)",
            ),
            number => Sentence::new(format!("cơ quan {number}"), format!("office {number}")),
        };
        let found = Sentence::new(format!("cơ quan {given}"), format!("office {given}"));
        self.found.add(Finding::of(record, What::Office, expected, found));
    }

    /// A stream of the organisation begins with what begins one, and a repair there is of an entry of that stream. Imported
    /// history may break it.
    fn begun(&mut self, model: &ReadModel, record: &Record, entry: &RecordedEvent) {
        let organises =
            matches!(record.stream.tag(), StreamTag::Office | StreamTag::Officer | StreamTag::Parameter);
        if !organises || self.found.unsure_from.is_some() {
            return;
        }
        let begun = model.version(&record.stream) > 0;
        let Err(refusal) = goes_on(model, &record.stream, begun, &entry.event) else { return };
        if entry.imported {
            self.found.flags.add(record, refusal);
            return;
        }
        let (what, expected, found) = refused(if begun { What::Entry } else { What::Begins }, &refusal);
        self.found.add(Finding::of(record, what, expected, found));
    }

    fn breaches(
        &mut self,
        model: &ReadModel,
        record: &Record,
        entry: &RecordedEvent,
        subject: Option<&StreamId>,
        known: &[RecordedEvent],
    ) {
        let action = Action {
            effective: entry.effective,
            recorded_on: entry.recorded_on,
            office: entry.office,
            actor: entry.actor,
            imported: entry.imported,
            event: entry.event.clone(),
        };
        let pending = Pending::default();
        let next = entry.position;
        let kept = self.kept.going_on(&record.stream, known);
        let needed = kept.other_ends(known, &action, next);
        let ends = subject.map(|subject| ends_of(model, &pending, subject, needed.clone()));
        let (mut sender, mut receiver) = match &ends {
            Some(ends) => (ends.sender(), ends.receiver()),
            None => (Sender::NotAsked, Receiver::NotAsked),
        };
        // The cases at the other ends, as far as they could be read.
        let from = needed.sender.map(|(from, _)| from);
        let by = [
            match sender {
                Sender::Taken(by) => Some(by),
                Sender::NotAsked | Sender::Missing | Sender::Found(_) => None,
            },
            match receiver {
                Receiver::Took(by) => Some(by),
                Receiver::NotAsked | Receiver::Nobody => None,
            },
        ];
        let is_unread = |id: &CaseId| {
            stream_of(&StreamId::Case(id.clone())).is_ok_and(|stream| self.unread.contains(&stream))
        };
        let half = from.iter().chain(by.into_iter().flatten()).any(is_unread);
        if half {
            (sender, receiver) = (Sender::NotAsked, Receiver::Nobody);
            self.found.undecided = self.found.undecided.saturating_add(1);
        }
        let context = DecisionContext { reference_data: model.reference_data(), next, sender, receiver };
        let unsure = self.found.unsure_from.is_some();
        let mut breaches = kept.audit(known, &action, &context);
        if !breaches.iter().any(|breach| matches!(breach, Breach::Clock(_))) {
            let fits = clock_fits(model, &entry.event.body, Some(entry.effective), entry.imported);
            breaches.extend(fits.err().map(Breach::Clock));
        }
        for breach in breaches {
            match breach {
                Breach::Rule(_) if unsure || half => {}
                Breach::Rule(refusal) => self.found.flags.add(record, refusal),
                Breach::Officer { .. } | Breach::Organisation(_) if unsure => {}
                Breach::Debt(_) if half => {}
                breach => self.found.add(broken(record, breach)),
            }
        }
        if let (Some(subject), false) = (subject, unsure) {
            for refusal in rules_of_place(model, &pending, subject, known, &action) {
                self.found.flags.add(record, refusal);
            }
        }
    }
}

/// The rules of entry that say where an action belongs and what it may name.
fn rules_of_place(
    model: &ReadModel,
    pending: &Pending,
    subject: &StreamId,
    known: &[RecordedEvent],
    action: &Action,
) -> impl Iterator<Item = Refusal> {
    let case = named_case_exists(model, pending, &action.event).err();
    let year = year_fits(subject, known, action).err();
    let instead = replacement_belongs(model, subject, &action.event).err();
    [case, year, instead].into_iter().flatten()
}

/// The finding of what an entry breaks that no honest log breaks.
fn broken(record: &Record, breach: Breach) -> Finding {
    let (what, expected, found) = match breach {
        Breach::Officer { field, number } => (
            What::Officer,
            Sentence::new(
                "một người đã được bổ nhiệm trước đó (officer_appointed)",
                "an officer who was appointed before (officer_appointed)",
            ),
            Sentence::as_given(format!("{field} {number}")),
        ),
        Breach::Entry(named) => (
            What::Entry,
            Sentence::new("một mục của dòng này, trước đó", "an entry of this stream, before it"),
            Sentence::new(format!("vị trí {named}"), format!("position {named}")),
        ),
        Breach::Money { pot, missing, at } => {
            let elsewhere = at != Position(record.position.get());
            let (vi, en) = if elsewhere {
                (format!(", ở mục {at}"), format!(", at entry {at}"))
            } else {
                Default::default()
            };
            (
                What::Money,
                both(|language| thads_texts::words(&pot.into(), language)),
                Sentence::new(
                    format!("{missing} quá số có{vi}"),
                    format!("{missing} more than there is{en}"),
                ),
            )
        }
        Breach::Debt(refusal) | Breach::Rule(refusal) => refused(What::Debt, &refusal),
        Breach::Organisation(refusal) => refused(What::Organisation, &refusal),
        Breach::Begins(refusal) => refused(What::Begins, &refusal),
        Breach::Clock(refusal) => refused(What::Clock, &refusal),
    };
    Finding::of(record, what, expected, found)
}

fn refused(what: What, refusal: &Refusal) -> (What, Sentence, Sentence) {
    let found =
        both(|language| format!("{} {}", refusal.field, thads_texts::words(&refusal.given, language)));
    (what, both(|language| thads_texts::held_against(&refusal.limit, language)), found)
}

/// The finding of a record that is no entry.
fn unread(record: &Record, error: &FoldError) -> Finding {
    let said = |number: Option<u64>| number.map_or_else(|| "–".to_owned(), |number| number.to_string());
    let (what, expected, found) = match error {
        FoldError::Decode(DecodeError::Corrects { header, payload, .. }) => (
            What::Corrects,
            Sentence::new(
                format!("như nội dung: {}", said(*payload)),
                format!("as the payload: {}", said(*payload)),
            ),
            Sentence::new(
                format!("đầu bản ghi: {}", said(*header)),
                format!("the header: {}", said(*header)),
            ),
        ),
        FoldError::Stream { what, stream, .. } => {
            (What::Stream, Sentence::as_given(format!("{what}:…")), Sentence::as_given(stream))
        }
        FoldError::Decode(_) | FoldError::Gap { .. } | FoldError::Version { .. } => (
            What::Malformed,
            Sentence::new("nội dung theo docs/format.md", "a payload as docs/format.md has it"),
            Sentence::as_given(why(error)),
        ),
    };
    Finding::of(record, what, expected, found)
}

/// The same in both languages.
fn both(say: impl Fn(Language) -> String) -> Sentence {
    Sentence::new(say(Language::Vi), say(Language::En))
}

/// An error with its causes.
fn why(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |said, cause| format!("{said}: {cause}"))
}
