//! Where an action belongs: the stream of its kind, the number of a new case, the case that a complaint names.

use thads_cases::date::Date;
use thads_cases::decide::{Action, not_begun};
use thads_cases::event::KindName;
use thads_cases::event::{Body, Event};
use thads_cases::history::RecordedEvent;
use thads_cases::ids::{CaseId, OfficeNo};
use thads_cases::refusal;
use thads_cases::refusal::Refusal;
use thads_cases::stream::{Numbered, StreamId, StreamKind};
use thads_cases::words::{Value, Words};
use thads_projections::read_model::ReadModel;
use thads_projections::streams::stream_of;
use thads_proof::record::Stream;

use crate::json::JsonError;
use crate::pending::Pending;
use crate::record::RecordError;

/// A kind belongs to one sort of stream, and an office, an officer or a rule to the stream of its own name.
pub(crate) fn belongs(model: &ReadModel, subject: &StreamId, event: &Event) -> Result<(), JsonError> {
    let fits = match (&event.body, subject) {
        (Body::OfficeOpened(opened), StreamId::Office(code)) => opened.code == *code,
        (Body::TargetAssigned(target), StreamId::Office(code)) => {
            let office = model.reference_data().organisation.office_by_code(code);
            office.is_some_and(|office| office.number == target.office)
        }
        (Body::OfficerAppointed(appointed), StreamId::Officer(number)) => appointed.number == *number,
        (Body::ParameterSet(value), StreamId::Parameter(rule)) => value.set.rule == rule.id(),
        // Nothing else stands there: a correction of the clock is corrected by another.
        (body, StreamId::Clock) => matches!(body, Body::ClockCorrected(_)),
        (body, subject) => match body.stream_kind() {
            StreamKind::Any => true,
            StreamKind::Organisation => false,
            kind => kind == subject.kind(),
        },
    };
    if fits {
        return Ok(());
    }
    let given = subject.to_string();
    let ways = "a case's kinds on case:…, a complaint's on complaint:…, office:CODE, officer:NUMBER and parameter:ID of what is opened, appointed or set, clock_corrected on ledger:clock";
    Err(JsonError::new("stream", &given, &format!("{} is not recorded there", event.info().name), ways))
}

/// What a correction puts in an entry's place belongs to the stream as the entry did: not a target of another office, not the
/// value of another rule.
pub(crate) fn replacement_belongs(
    model: &ReadModel,
    subject: &StreamId,
    event: &Event,
) -> Result<(), Refusal> {
    let Body::FactCorrected(corrected) = &event.body else { return Ok(()) };
    belongs(model, subject, &corrected.replacement).map_err(|_| {
        let given = corrected.replacement.info();
        let limit = Words::NotRecordedThere { kind: given.into() };
        let ways = Words::SameKindThere { void: KindName::EntryVoided.into() };
        refusal!(Mismatch, "–", "replacement" => given; limit; ways)
    })
}

/// The stream of an office, an officer or a rule begins with what opens, appoints or sets it, and a repair there is of an
/// entry of that stream: they share one history, but each is its own.
pub(crate) fn organisation_stream(
    model: &ReadModel,
    pending: &Pending,
    subject: &StreamId,
    event: &Event,
    group: &[(StreamId, RecordedEvent)],
) -> Result<(), RecordError> {
    if !subject.is_organisation() {
        return Ok(());
    }
    let stream = stream_of(subject)?;
    let begun = model.version(&stream) > 0
        || pending.contains(subject)
        || group.iter().any(|(known, _)| known == subject);
    Ok(goes_on(model, &stream, begun, event)?)
}

/// The same of a stream of the organisation that has `begun`, or not.
pub(crate) fn goes_on(model: &ReadModel, stream: &Stream, begun: bool, event: &Event) -> Result<(), Refusal> {
    if !begun && !event.body.begins() {
        return Err(not_begun(event.info(), event.body.stream_kind()));
    }
    match event.body.repairs() {
        Some(entry) if model.organisation_stream(entry).is_some_and(|of| of != stream) => {
            let of = model.organisation_stream(entry).map_or_else(String::new, ToString::to_string);
            let limit = Words::EntryOfStream;
            Err(refusal!(Unknown, "–", "entry" => entry; limit; Words::StreamIs { stream: Value::typed(of) }))
        }
        Some(_) | None => Ok(()),
    }
}

/// A case or complaint goes on only while the office that has it stands: `verify` calls a record of an office that is none
/// damage, so none is made.
pub(crate) fn office_stands(
    model: &ReadModel,
    subject: &StreamId,
    office: OfficeNo,
) -> Result<(), RecordError> {
    let has_begun = subject.numbered().is_some() && !model.history(subject).is_empty();
    if !has_begun || model.reference_data().organisation.offices.contains_key(&office) {
        return Ok(());
    }
    let limit = Words::OfficeStands;
    let ways = Words::OfficeBackFirst { command: Value::typed("thads log --stream office:CODE") };
    Err(refusal!(Unknown, "–", "office" => office; limit; ways).into())
}

/// A new case takes the next intake number of its office and year, so that an omitted case shows as a gap.
pub(crate) fn number_follows(
    model: &ReadModel,
    pending: &Pending,
    subject: &StreamId,
    known: &[RecordedEvent],
    group: &[(StreamId, RecordedEvent)],
) -> Result<(), RecordError> {
    if !known.is_empty() {
        return Ok(());
    }
    let Some(Numbered { office, year, number }) = subject.numbered() else { return Ok(()) };
    let is_new = |other: &&StreamId| {
        let of = other.numbered();
        other.kind() == subject.kind()
            && of.is_some_and(|of| of.office == office && of.year == year)
            && model.history(other).is_empty()
    };
    let more = count_new(pending, group, is_new);
    let (given, next) = (number, model.next_number(subject.kind(), office, year).saturating_add(more));
    if model.reference_data().organisation.office_by_code(office).is_none() {
        let limit = Words::OfficesOpened { kind: KindName::OfficeOpened.into() };
        let ways = Words::first([KindName::OfficeOpened]);
        return Err(refusal!(Unknown, article(subject), subject.tag() => office; limit; ways).into());
    }
    if given != next {
        let limit = Words::NumbersFollow;
        let (given, accepted) = (Words::NumberIs { number: given }, Words::NumberIs { number: next });
        return Err(refusal!(Mismatch, article(subject), subject.tag() => given; limit; accepted).into());
    }
    Ok(())
}

/// The year of a new case's number is the one in which it came in, or in which that was written down.
pub(crate) fn year_fits(subject: &StreamId, known: &[RecordedEvent], action: &Action) -> Result<(), Refusal> {
    let Some(Numbered { year, .. }) = subject.numbered() else { return Ok(()) };
    let years = [action.effective, action.recorded_on].map(Date::year);
    if !known.is_empty() || years.contains(&i32::from(year)) {
        return Ok(());
    }
    let limit = Words::YearItCameIn;
    let accepted = Value::list(years);
    Err(refusal!(Mismatch, article(subject), subject.tag() => Words::YearIs { year }; limit; accepted))
}

/// By which article a stream has its number: a case is entered in the intake book, other numbers are this ledger's rule.
const fn article(subject: &StreamId) -> &'static str {
    match subject.kind() {
        StreamKind::Case => "28",
        StreamKind::Complaint | StreamKind::Inspection | StreamKind::Organisation | StreamKind::Any => "–",
    }
}

/// Who names another case names one that there is.
pub(crate) fn named_case_exists(model: &ReadModel, pending: &Pending, event: &Event) -> Result<(), Refusal> {
    let body = match &event.body {
        Body::FactCorrected(fact) => &fact.replacement.body,
        body => body,
    };
    let is_missing =
        |id: &&CaseId| model.case(id).is_none() && !pending.contains(&StreamId::Case((*id).clone()));
    match body.named_cases().into_iter().find(is_missing) {
        None => Ok(()),
        Some(id) => {
            let article = event.info().article;
            let accepted = Words::CaseOrNone;
            Err(refusal!(Unknown, article, "case" => id; Words::CasesOfLedger; accepted))
        }
    }
}

fn count_new<'a>(
    pending: &'a Pending,
    group: &'a [(StreamId, RecordedEvent)],
    new: impl Fn(&&'a StreamId) -> bool,
) -> u32 {
    let mut subjects: Vec<&StreamId> = pending
        .iter()
        .map(|(subject, _)| subject)
        .chain(group.iter().map(|(subject, _)| subject))
        .filter(new)
        .collect();
    subjects.sort_unstable();
    subjects.dedup();
    u32::try_from(subjects.len()).unwrap_or(u32::MAX)
}
