//! Decide: may this be recorded? Today's entry, a late entry and a correction are one mechanism.
//!
//! The new entry is put at its place in the order of effect, the history is folded again, and it is refused if a rule
//! breaks there, or at a later live entry that held without it, which is named. Pure: no clock, no input, no output.

mod repair;

use std::sync::Arc;

use crate::case::{Case, Standing};
use crate::check::named_enforcer;
use crate::complaint::Complaint;
use crate::date::Date;
use crate::event::{At, Body, Circumstances, Event, Sender, Subject};
use crate::history::{Entry, Live, timeline};
use crate::ids::{CaseId, ObligationNo, OfficeNo, OfficerNo, Position};
use crate::money::Dong;
use crate::organisation::{Officer, Organisation, Role};
use crate::refusal::{Code, Refusal};
use crate::world::World;

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
pub struct Scene<'a> {
    /// Rules, calendar and organisation, as known.
    pub world: &'a World,
    /// The tree size: the position that the first new entry would get.
    pub next: Position,
    /// The case at the other end of a move; [`other_end`] says which one a decision needs.
    pub sender: Sender<'a>,
}

/// Which case at the other end of a move a decision needs in [`Scene::sender`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OtherEnd<'a> {
    /// None.
    None,
    /// The sender's: [`Sender::Found`], [`Sender::Missing`], or [`Sender::Taken`] where another case took what it sent.
    Sender(&'a CaseId),
    /// The receiver's, since what was sent may change: [`Sender::Taken`], or [`Sender::Missing`] while nobody took it.
    Receiver,
}

/// Which case at the other end of a move is needed to decide about an event on a stream with this history.
pub fn other_end<'a>(history: &[Entry], event: &'a Event) -> OtherEnd<'a> {
    let body = match &event.body {
        Body::FactCorrected(fact) => &fact.replacement.body,
        body => body,
    };
    match body.comes_from() {
        Some(from) => OtherEnd::Sender(from),
        None if history.iter().any(|entry| sends(&entry.event.body)) => OtherEnd::Receiver,
        None => OtherEnd::None,
    }
}

fn sends(body: &Body) -> bool {
    matches!(body, Body::EntrustedOut(_) | Body::PulledUp(_))
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
pub fn decide(history: &[Entry], action: &Action, scene: &Scene<'_>) -> Result<Decision, Refusal> {
    let mut flags = Vec::new();
    for check in [check_dates, check_stream, check_actor, repair::check, check_rules] {
        match check(history, action, scene) {
            Ok(()) => {}
            Err(refusal) if action.imported => flags.push(refusal),
            Err(refusal) => return Err(refusal),
        }
    }
    Ok(Decision { events: vec![action.event.clone()], flags })
}

fn check_dates(_: &[Entry], action: &Action, _: &Scene<'_>) -> Result<(), Refusal> {
    if action.effective > action.recorded_on {
        let limit = format!("{} (today)", action.recorded_on);
        return Err(Refusal::new(
            Code::TooLate,
            "–",
            "effective",
            action.effective,
            limit,
            "today or earlier",
        ));
    }
    if let Some(document) =
        action.event.common.document.as_ref().filter(|document| document.date > action.recorded_on)
    {
        let limit = format!("{} (today)", action.recorded_on);
        return Err(Refusal::new(
            Code::TooLate,
            "–",
            "document.date",
            document.date,
            limit,
            "today or earlier",
        ));
    }
    match &action.event.body {
        Body::FactCorrected(fact) if fact.took_effect > action.recorded_on => {
            let limit = format!("{} (today)", action.recorded_on);
            Err(Refusal::new(Code::TooLate, "–", "took_effect", fact.took_effect, limit, "today or earlier"))
        }
        _ => Ok(()),
    }
}

/// A stream holds events of one sort, and begins with one of them: not with a note or a repair.
fn check_stream(history: &[Entry], action: &Action, _: &Scene<'_>) -> Result<(), Refusal> {
    let about = action.event.about();
    match (stream_of(history), action.event.body.subject()) {
        (Subject::Any, Subject::Any) => Err(Refusal::new(
            Code::Unknown,
            about.article,
            "stream",
            about.name,
            "a stream that has begun",
            "judgment_received, complaint_received, … first",
        )),
        (_, Subject::Any) | (Subject::Any, _) => Ok(()),
        (of, subject) if of == subject => Ok(()),
        (of, _) => {
            let limit = format!("a stream of {}", subject_name(of));
            Err(Refusal::new(
                Code::Mismatch,
                about.article,
                "kind",
                about.name,
                limit,
                "a kind of that sort, or the right stream",
            ))
        }
    }
}

fn subject_name(subject: Subject) -> &'static str {
    match subject {
        Subject::Case => "a case",
        Subject::Complaint => "a complaint or denunciation",
        Subject::Organisation => "the organisation",
        Subject::Any => "any sort",
    }
}

/// The role may record the kind, in an office that it belongs to or stands above.
fn check_actor(history: &[Entry], action: &Action, scene: &Scene<'_>) -> Result<(), Refusal> {
    let organisation = &scene.world.organisation;
    let about = action.event.about();
    if action.actor == OfficerNo(0) {
        let founding = action.event.body.subject() == Subject::Organisation && !organisation.has_head();
        return if founding || action.imported {
            Ok(())
        } else {
            Err(Refusal::new(
                Code::Role,
                about.article,
                "actor",
                0,
                "an officer",
                "the number of an officer (officer_appointed)",
            ))
        };
    }
    let Some(officer) = organisation.officers.get(&action.actor) else {
        return Err(Refusal::new(
            Code::Unknown,
            about.article,
            "actor",
            action.actor,
            "an officer appointed before",
            "officer_appointed first",
        ));
    };
    if officer.from > action.effective {
        return Err(Refusal::new(
            Code::TooEarly,
            about.article,
            "actor",
            action.actor,
            format!("in office since {}", officer.from),
            "an officer of that time",
        ));
    }
    if !about.by.is_empty() && !about.by.contains(&officer.role) {
        let by = about.by.iter().map(|role| role_name(*role)).collect::<Vec<_>>().join(", ");
        return Err(Refusal::new(
            Code::Role,
            about.article,
            "actor",
            role_name(officer.role),
            format!("{} is recorded by: {by}", about.name),
            by,
        ));
    }
    if let Some(enforcer) = action.event.common.on_behalf_of {
        check_named(enforcer, officer, organisation)?;
    }
    let office = history.first().map_or(action.office, |first| first.office);
    if [action.event.body.subject(), stream_of(history)].contains(&Subject::Organisation) {
        return Ok(());
    }
    if office != action.office {
        return Err(Refusal::new(
            Code::Competence,
            about.article,
            "office",
            action.office,
            format!("the case is of office {office}"),
            office,
        ));
    }
    let competent = officer.office == office
        || (matches!(officer.role, Role::ProvincialHead) && organisation.covers(officer.office, office));
    if !competent {
        return Err(Refusal::new(
            Code::Competence,
            about.article,
            "actor",
            format!("{} of office {}", action.actor, officer.office),
            format!("an officer of office {office}"),
            "an officer of that office",
        ));
    }
    Ok(())
}

/// Only a clerk records for another, and for an enforcer of his own office.
fn check_named(named: OfficerNo, officer: &Officer, organisation: &Organisation) -> Result<(), Refusal> {
    if officer.role != Role::Clerk {
        return Err(Refusal::new(
            Code::Role,
            "20",
            "on_behalf_of",
            named,
            "a clerk records for another",
            "no on_behalf_of",
        ));
    }
    match organisation.officers.get(&named) {
        Some(enforcer) if enforcer.office == officer.office && enforcer.role == Role::Enforcer => Ok(()),
        Some(_) | None => {
            let limit = format!("an enforcer of office {}", officer.office);
            Err(Refusal::new(
                Code::Competence,
                "20",
                "on_behalf_of",
                named,
                limit,
                "the enforcer of the case",
            ))
        }
    }
}

/// A role in the words of JSON.
pub fn role_name(role: Role) -> &'static str {
    match role {
        Role::Head => "head",
        Role::Enforcer => "enforcer",
        Role::Examiner => "examiner",
        Role::Clerk => "clerk",
        Role::Accountant => "accountant",
        Role::Cashier => "cashier",
        Role::ProvincialHead => "provincial_head",
        Role::Procurator => "procurator",
        Role::Auditor => "auditor",
        Role::Administrator => "administrator",
    }
}

/// The new entry's rule, and the rules of what comes after it.
fn check_rules(history: &[Entry], action: &Action, scene: &Scene<'_>) -> Result<(), Refusal> {
    let mut with: Vec<Entry> = Vec::with_capacity(history.len() + 1);
    with.extend_from_slice(history);
    with.push(Entry {
        position: scene.next,
        effective: action.effective,
        recorded_on: action.recorded_on,
        office: action.office,
        actor: action.actor,
        imported: action.imported,
        event: action.event.clone(),
    });
    match (stream_of(history), action.event.body.subject()) {
        (Subject::Case, _) | (Subject::Any, Subject::Case) => {
            held::<Case>(history, &with, scene)?;
            check_moved(history, &with, action.imported, scene)
        }
        (Subject::Complaint, _) | (Subject::Any, Subject::Complaint) => {
            held::<Complaint>(history, &with, scene)
        }
        (Subject::Organisation, _) | (Subject::Any, Subject::Organisation | Subject::Any) => {
            let officer = scene.world.organisation.officers.get(&action.actor);
            let at = at(action, scene.next);
            let on = Circumstances { at, officer, world: scene.world, sender: scene.sender };
            action.event.body.allowed_in_organisation(&scene.world.organisation, &on)
        }
    }
}

/// What was moved to another office stays as it was while a case there rests on it.
fn check_moved(without: &[Entry], with: &[Entry], imported: bool, scene: &Scene<'_>) -> Result<(), Refusal> {
    if !without.iter().any(|entry| sends(&entry.event.body)) {
        return Ok(());
    }
    let (before, after) = (folded(without), folded(with));
    if before.sent_to.is_none() || sent(&before) == sent(&after) {
        return Ok(());
    }
    let refuse = |given: String| {
        let limit = "what was moved out stays as it is while the receiver's case stands";
        Err(Refusal::new(
            Code::Later,
            "57",
            "entry",
            given,
            limit,
            "entry_voided of the receiver's entrusted_in or taken_from_below first",
        ))
    };
    match scene.sender {
        Sender::Missing => Ok(()),
        Sender::NotAsked if imported => Ok(()),
        Sender::NotAsked => refuse("the receiver was not asked for".to_owned()),
        Sender::Taken(case) => refuse(format!("taken over as {case}")),
        Sender::Found(case) => refuse(format!("taken over from office {}", case.office)),
    }
}

fn folded(entries: &[Entry]) -> Case {
    let mut case = Case::default();
    for live in timeline(entries) {
        live.event.body.apply_to_case(&mut case, &live.at);
    }
    case
}

/// What a receiver relies on: to whom, how and when the case went, and what of each obligation.
fn sent(case: &Case) -> (Option<OfficeNo>, &Standing, Vec<(ObligationNo, Dong)>) {
    let moved = case.obligations.iter().filter(|one| one.moved_out > Dong::ZERO);
    (case.sent_to, &case.standing, moved.map(|one| (one.number, one.moved_out)).collect())
}

fn at(action: &Action, position: Position) -> At {
    At {
        position,
        on: action.effective,
        recorded_on: action.recorded_on,
        office: action.office,
        actor: action.actor,
        imported: action.imported,
    }
}

/// Which sort of stream this is: that of its first entry that says so; [`Subject::Any`] before there is one.
fn stream_of(history: &[Entry]) -> Subject {
    history
        .iter()
        .map(|entry| entry.event.body.subject())
        .find(|subject| *subject != Subject::Any)
        .unwrap_or(Subject::Any)
}

/// A state that a stream's events fold into.
trait State: Default + Clone {
    fn allowed(&self, event: &Event, on: &Circumstances<'_>) -> Result<(), Refusal>;
    fn apply(&mut self, event: &Event, at: &At);
}

impl State for Case {
    fn allowed(&self, event: &Event, on: &Circumstances<'_>) -> Result<(), Refusal> {
        event.body.allowed_in_case(self, on)?;
        match on.officer {
            // What a clerk enters in an open case is the act of the enforcer whom he names.
            Some(officer)
                if officer.role == Role::Clerk
                    && event.body.subject() == Subject::Case
                    && self.open().is_some() =>
            {
                named_enforcer(self, event.common.on_behalf_of)
            }
            Some(_) | None => Ok(()),
        }
    }

    fn apply(&mut self, event: &Event, at: &At) {
        event.body.apply_to_case(self, at);
    }
}

impl State for Complaint {
    fn allowed(&self, event: &Event, on: &Circumstances<'_>) -> Result<(), Refusal> {
        event.body.allowed_in_complaint(self, on)
    }

    fn apply(&mut self, event: &Event, at: &At) {
        event.body.apply_to_complaint(self, at);
    }
}

/// Folds the history with and without the new entry and compares which entries hold.
fn held<S: State>(without: &[Entry], with: &[Entry], scene: &Scene<'_>) -> Result<(), Refusal> {
    let (before, after) = (timeline(without), timeline(with));
    let same = before.iter().zip(&after).take_while(|(one, other)| same_entry(one, other)).count();
    let mut state = S::default();
    for live in after.iter().take(same) {
        state.apply(live.event, &live.at);
    }
    let start = state.clone();
    let mut broken = breaks::<S>(state, after.get(same..).unwrap_or_default(), scene);
    let Some(first) = broken.first() else { return Ok(()) };
    if !first.new {
        // Not the new entry itself: what did not hold before either is no fault of it.
        let old = breaks::<S>(start, before.get(same..).unwrap_or_default(), scene);
        broken.retain(|one| one.new || !old.iter().any(|known| known.position == one.position));
    }
    // The new entry itself; else money that was paid out, which is not to be had back by a stroke of the pen; else the
    // first.
    let (mut new, mut later): (Vec<Broken>, Vec<Broken>) = broken.into_iter().partition(|one| one.new);
    if let Some(one) = new.drain(..).next() {
        return Err(one.refusal);
    }
    later.sort_by_key(|one| !one.paid_out);
    match later.into_iter().next() {
        None => Ok(()),
        Some(one) => Err(breaks_later(one.position, one.refusal)),
    }
}

/// An entry whose rule breaks.
struct Broken {
    position: Position,
    /// Whether it is the new entry, or what the new entry corrects.
    new: bool,
    /// Whether money left by it.
    paid_out: bool,
    refusal: Refusal,
}

fn same_entry(one: &Live<'_>, other: &Live<'_>) -> bool {
    one.at == other.at && one.corrected_by == other.corrected_by
}

/// The entries of a timeline whose rule breaks, in order. Imported entries may break rules; they are told apart by
/// [`held`] because they broke before as well.
fn breaks<S: State>(mut state: S, timeline: &[Live<'_>], scene: &Scene<'_>) -> Vec<Broken> {
    let mut broken = Vec::new();
    for live in timeline {
        let officer = scene.world.organisation.officers.get(&live.at.actor);
        let new = live.at.position == scene.next || live.corrected_by == Some(scene.next);
        let sender = if new { scene.sender } else { Sender::NotAsked };
        let on = Circumstances { at: live.at, officer, world: scene.world, sender };
        if let Err(refusal) = state.allowed(live.event, &on) {
            broken.push(Broken {
                position: live.at.position,
                new,
                paid_out: pays_out(&live.event.body),
                refusal,
            });
        }
        state.apply(live.event, &live.at);
    }
    broken
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

fn breaks_later(position: Position, cause: Refusal) -> Refusal {
    Refusal {
        code: Code::Later,
        given: format!("entry {position}: {} {}", cause.field, cause.given),
        limit: cause.limit,
        accepted: format!("correct or void entry {position} first"),
        breaks: Some(position),
        ..cause
    }
}

/// The rules that the entries of a case break as they stand: what imported history is flagged with.
pub fn broken_rules(history: &[Entry], world: &World) -> Vec<(Position, Refusal)> {
    let scene = Scene { world, next: Position(u64::MAX), sender: Sender::NotAsked };
    let broken = breaks::<Case>(Case::default(), &timeline(history), &scene);
    broken.into_iter().map(|one| (one.position, one.refusal)).collect()
}

/// The organisation as its entries fold, in the order of effect, as known.
pub fn organisation_of(entries: &[Entry], day: Date) -> Organisation {
    let mut organisation = Organisation::default();
    for live in timeline(entries).iter().take_while(|live| live.at.on <= day) {
        live.event.body.apply_to_organisation(&mut organisation, &live.at);
    }
    organisation
}
