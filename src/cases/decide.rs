//! Decide: may this be recorded? Today's entry, a late entry and a correction are one mechanism.
//!
//! The new entry is put at its place in the order of effect, the history is folded again, and it is refused if a rule
//! breaks there, or at a later live entry that held without it, which is named. Pure: no clock, no input, no output.

mod audit;
mod judge;
mod kept;
mod moved;
mod repair;
mod state;

pub use audit::{Breach, audit};
pub use judge::{broken_rules, newly_broken};
pub use kept::Kept;
pub use moved::{OtherEnds, other_ends, took_over, went_the_same};
pub use repair::{Paid, paid};
pub(crate) use state::State;

use std::sync::Arc;

use self::judge::Violation;
use self::kept::Behind;

use crate::case::Case;
use crate::date::Date;
use crate::event::KindName;
use crate::event::{Body, Event, EventMeta, HeldIn, KindInfo, Receiver, RuleContext, Sender, StateVisitor};
use crate::history::{RecordedEvent, timeline};
use crate::ids::{OfficeNo, OfficerNo, Position};
use crate::organisation::{Officer, Organisation, Role};
use crate::reference_data::ReferenceData;
use crate::refusal::Refusal;
use crate::stream::StreamKind;
use crate::words::{Value, Words};
use crate::{refusal, refuse};

/// An action that somebody wants recorded.
#[derive(Clone, PartialEq, Debug)]
pub struct Action {
    /// When it takes effect.
    pub effective: Date,
    /// The day on which it would be recorded.
    pub recorded_on: Date,
    /// For which office.
    pub office: OfficeNo,
    /// By whom.
    pub actor: OfficerNo,
    /// Whether it is imported history: recorded even where a rule breaks, with the breaks as flags.
    pub imported: bool,
    /// What happened.
    pub event: Arc<Event>,
}

/// What an action is decided against, besides its own history.
#[derive(Clone, Copy, Debug)]
pub struct DecisionContext<'a> {
    /// Rules, calendar and organisation, as known.
    pub reference_data: &'a ReferenceData,
    /// The tree size: the position that the first new entry would get.
    pub next: Position,
    /// The case from which this one comes; [`other_ends`] says whether a decision needs it.
    pub sender: Sender<'a>,
    /// The case that took over what this one sent; [`other_ends`] says whether a decision needs it.
    pub receiver: Receiver<'a>,
}

/// What may be recorded: the events, and for imported history the rules that they break.
#[derive(Clone, PartialEq, Debug)]
pub struct Decision {
    /// The events to append, in this order.
    pub events: Vec<Arc<Event>>,
    /// The rules that imported history broke; empty for everything else.
    pub flags: Vec<Refusal>,
}

/// Decides whether an action may be recorded on a stream with this history (entries in the order of the log).
///
/// # Errors
/// The refusal of the first rule that it breaks: article, field, value, limit, and what would do.
pub fn decide(
    history: &[RecordedEvent],
    action: &Action,
    context: &DecisionContext<'_>,
) -> Result<Decision, Refusal> {
    decided(history, None, action, context)
}

/// One of the checks of an action, in their order.
type Check<'a> = &'a dyn Fn(&[RecordedEvent], &Action, &DecisionContext<'_>) -> Result<(), Refusal>;

/// The same; `behind`: that it goes behind all that stands, and what that folds into.
fn decided(
    history: &[RecordedEvent],
    behind: Option<&Behind<'_>>,
    action: &Action,
    context: &DecisionContext<'_>,
) -> Result<Decision, Refusal> {
    let rules = |history: &[RecordedEvent], action: &Action, context: &DecisionContext<'_>| {
        check_rules(history, behind, action, context)
    };
    let checks: [Check<'_>; 6] =
        [&check_dates, &check_stream, &check_actor, &repair::check, &rules, &check_begins];
    let mut flags = Vec::new();
    for check in checks {
        match check(history, action, context) {
            Ok(()) => {}
            Err(refusal) if action.imported => flags.push(refusal),
            Err(refusal) => return Err(refusal),
        }
    }
    Ok(Decision { events: vec![action.event.clone()], flags })
}

fn check_dates(_: &[RecordedEvent], action: &Action, _: &DecisionContext<'_>) -> Result<(), Refusal> {
    if action.effective > action.recorded_on {
        let limit = Words::Today { date: action.recorded_on };
        refuse!(TooLate, "–", "effective" => action.effective; limit; Words::TodayOrEarlier);
    }
    if let Some(document) =
        action.event.common.document.as_ref().filter(|document| document.date > action.recorded_on)
    {
        let limit = Words::Today { date: action.recorded_on };
        refuse!(TooLate, "–", "document.date" => document.date; limit; Words::TodayOrEarlier);
    }
    match &action.event.body {
        Body::FactCorrected(fact) if fact.took_effect > action.recorded_on => {
            let limit = Words::Today { date: action.recorded_on };
            Err(refusal!(TooLate, "–", "took_effect" => fact.took_effect; limit; Words::TodayOrEarlier))
        }
        _ => Ok(()),
    }
}

/// A stream begins with what may begin it ([`Body::begins`]); what the rules of a kind say of a case that is not there
/// yet is said first. The streams of the organisation share one history: whether each has begun is for whoever knows
/// them apart.
fn check_begins(history: &[RecordedEvent], action: &Action, _: &DecisionContext<'_>) -> Result<(), Refusal> {
    let body = &action.event.body;
    if !history.is_empty() || body.stream_kind() == StreamKind::Organisation || body.begins() {
        return Ok(());
    }
    Err(not_begun(body.info(), body.stream_kind()))
}

/// A stream holds events of one sort.
fn check_stream(history: &[RecordedEvent], action: &Action, _: &DecisionContext<'_>) -> Result<(), Refusal> {
    let info = action.event.info();
    let kind = action.event.body.stream_kind();
    if history.is_empty() && kind == StreamKind::Any {
        return Err(not_begun(info, kind));
    }
    match (stream_of(history), kind) {
        (_, StreamKind::Any) | (StreamKind::Any, _) => Ok(()),
        (of, kind) if of == kind => Ok(()),
        (of, _) => {
            let limit = Words::StreamOf { sort: Box::new(of.into()) };
            Err(refusal!(Mismatch, info.article, "kind" => info; limit; Words::RightStream))
        }
    }
}

/// The refusal of a kind that does not begin a stream where none has begun.
pub fn not_begun(info: &'static KindInfo, kind: StreamKind) -> Refusal {
    refusal!(Unknown, info.article, "stream" => info; Words::StreamBegun; kind.first())
}

/// The role may record the kind, in an office that it belongs to or stands above.
fn check_actor(
    history: &[RecordedEvent],
    action: &Action,
    context: &DecisionContext<'_>,
) -> Result<(), Refusal> {
    may_act(history, &action.event, &at(action, context.next), &context.reference_data.organisation)
}

/// The same of what stands in a history or is to stand there.
fn may_act(
    history: &[RecordedEvent],
    event: &Event,
    at: &EventMeta,
    organisation: &Organisation,
) -> Result<(), Refusal> {
    let info = event.info();
    if at.actor == OfficerNo(0) {
        return if founds(&event.body, organisation) || at.imported {
            Ok(())
        } else {
            Err(refusal!(Role, info.article, "actor" => 0;
                    Words::AnOfficer;
                    Words::OfficerNumber { kind: KindName::OfficerAppointed.into() }))
        };
    }
    let Some(officer) = organisation.officers.get(&at.actor) else {
        refuse!(Unknown, info.article, "actor" => at.actor;
            Words::OfficerAppointedBefore;
            Words::first([KindName::OfficerAppointed]));
    };
    if officer.from > at.on {
        refuse!(TooEarly, info.article, "actor" => at.actor;
            Words::InOfficeSince { date: officer.from };
            Words::OfficerOfThatTime);
    }
    if !info.by.is_empty() && !info.by.contains(&officer.role) {
        let by = Value::list(info.by.iter().copied());
        refuse!(Role, info.article, "actor" => officer.role;
            Words::RecordedBy { kind: info.into(), roles: by.clone() };
            by);
    }
    if let Some(enforcer) = event.common.on_behalf_of {
        check_named(enforcer, officer, organisation)?;
    }
    let office = history.first().map_or(at.office, |first| first.office);
    if [event.body.stream_kind(), stream_of(history)].contains(&StreamKind::Organisation) {
        return Ok(());
    }
    if office != at.office {
        refuse!(Competence, info.article, "office" => at.office; Words::CaseOfOffice { office }; office);
    }
    let competent = officer.office == office
        || (matches!(officer.role, Role::ProvincialHead) && organisation.covers(officer.office, office));
    if !competent {
        let given = Words::OfficerOfOffice { officer: at.actor.into(), office: officer.office };
        refuse!(Competence, info.article, "actor" => given;
            Words::AnOfficerOfOffice { office };
            Words::AnOfficerOfThatOffice);
    }
    Ok(())
}

/// Whether the ledger itself may record it: what sets the organisation up, until there is a head.
fn founds(body: &Body, organisation: &Organisation) -> bool {
    body.stream_kind() == StreamKind::Organisation && !organisation.has_head()
}

/// Only a clerk records for another, and for an enforcer of his own office.
fn check_named(named: OfficerNo, officer: &Officer, organisation: &Organisation) -> Result<(), Refusal> {
    if officer.role != Role::Clerk {
        refuse!(Role, "20", "on_behalf_of" => named;
            Words::ClerkForAnother;
            Words::WithoutField { field: Value::Field("on_behalf_of") });
    }
    match organisation.officers.get(&named) {
        Some(enforcer) if enforcer.office == officer.office && enforcer.role == Role::Enforcer => Ok(()),
        Some(_) | None => {
            let limit = Words::EnforcerOfOffice { office: officer.office };
            Err(refusal!(Competence, "20", "on_behalf_of" => named; limit; Words::EnforcerOfCase))
        }
    }
}

/// The new entry's rule, and the rules of what comes after it.
fn check_rules(
    history: &[RecordedEvent],
    behind: Option<&Behind<'_>>,
    action: &Action,
    context: &DecisionContext<'_>,
) -> Result<(), Refusal> {
    let kind = kind_in(history, &action.event);
    match broken_in(kind, history, behind, action, context) {
        Some(broken) => {
            judge::check_violations(broken)?;
            match kind {
                StreamKind::Case => {
                    repair::check_obligations(history, action, context)?;
                    moved::check_moved(history, behind, action, context)
                }
                _ => Ok(()),
            }
        }
        None => {
            let officer = context.reference_data.organisation.officers.get(&action.actor);
            let at = at(action, context.next);
            let on =
                RuleContext { at, officer, reference_data: context.reference_data, sender: context.sender };
            action.event.body.allowed_in(&context.reference_data.organisation, &on)
        }
    }
}

/// The rules that break in a stream of this sort because of an action; `None` where such streams have no state of their own:
/// the organisation's.
fn broken_in(
    kind: StreamKind,
    history: &[RecordedEvent],
    behind: Option<&Behind<'_>>,
    action: &Action,
    context: &DecisionContext<'_>,
) -> Option<Vec<Violation>> {
    struct Broken<'a>(&'a [RecordedEvent], Option<&'a Behind<'a>>, &'a Action, &'a DecisionContext<'a>);
    impl StateVisitor for Broken<'_> {
        type Out = Vec<Violation>;

        fn visit<S: State + HeldIn>(self) -> Vec<Violation> {
            let Broken(history, behind, action, context) = self;
            match behind {
                Some(behind) => behind.broken_in::<S>(context),
                None => {
                    judge::new_violations::<S>(history, &with_action(history, action, context.next), context)
                }
            }
        }
    }
    kind.with_state(Broken(history, behind, action, context))
}

fn with_action(history: &[RecordedEvent], action: &Action, next: Position) -> Vec<RecordedEvent> {
    let mut with: Vec<RecordedEvent> = Vec::with_capacity(history.len() + 1);
    with.extend_from_slice(history);
    with.push(RecordedEvent {
        position: next,
        effective: action.effective,
        recorded_on: action.recorded_on,
        office: action.office,
        actor: action.actor,
        imported: action.imported,
        event: action.event.clone(),
    });
    with
}

fn folded(entries: &[RecordedEvent]) -> Case {
    let mut case = Case::default();
    for live in timeline(entries) {
        live.event.body.apply_to(&mut case, &live.at);
    }
    case
}

fn at(action: &Action, position: Position) -> EventMeta {
    EventMeta {
        nth: 0,
        position,
        on: action.effective,
        recorded_on: action.recorded_on,
        office: action.office,
        actor: action.actor,
        imported: action.imported,
    }
}

/// Which sort of stream this is: that of its first entry that says so; [`StreamKind::Any`] before there is one.
fn stream_of(history: &[RecordedEvent]) -> StreamKind {
    history
        .iter()
        .map(|entry| entry.event.body.stream_kind())
        .find(|kind| *kind != StreamKind::Any)
        .unwrap_or(StreamKind::Any)
}

/// Which sort of stream an event is to stand in: the history's, else its own.
fn kind_in(history: &[RecordedEvent], event: &Event) -> StreamKind {
    match stream_of(history) {
        StreamKind::Any => event.body.stream_kind(),
        kind => kind,
    }
}

/// The entry that the last of these entries is about in the end: itself, or what it repairs, also through the repairs
/// that it undoes.
fn subject_of(entries: &[RecordedEvent], last: Position) -> Option<Position> {
    let mut at = last;
    loop {
        let entry = entries.iter().find(|entry| entry.position == at)?;
        match entry.event.body.repairs() {
            None => return Some(at),
            Some(named) if named < at => at = named,
            Some(_) => return None,
        }
    }
}

/// Whether money leaves by it.
fn pays_out(body: &Body) -> bool {
    matches!(
        body,
        Body::Disbursed(_)
            | Body::RemittedToBudget(_)
            | Body::DepositedForPayee(_)
            | Body::Refunded(_)
            | Body::HeldMoneyResolved(_)
    )
}

/// The organisation as its entries fold, in the order of effect, as known.
pub fn organisation_of(entries: &[RecordedEvent], day: Date) -> Organisation {
    let mut organisation = Organisation::default();
    for live in timeline(entries).iter().take_while(|live| live.at.on <= day) {
        live.event.body.apply_to(&mut organisation, &live.at);
    }
    organisation
}
