//! Decide: may this be recorded? Today's entry, a late entry and a correction are one mechanism.
//!
//! The new entry is put at its place in the order of effect, the history is folded again, and it is refused if a rule
//! breaks there, or at a later live entry that held without it, which is named. Pure: no clock, no input, no output.

use std::sync::Arc;

use crate::case::Case;
use crate::complaint::Complaint;
use crate::date::Date;
use crate::event::{At, Body, Circumstances, Event, Sender, Subject};
use crate::history::{Entry, Live, timeline};
use crate::ids::{OfficeNo, OfficerNo, Position};
use crate::organisation::{Organisation, Role};
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
    /// For a case that comes from another office: the sender's case.
    pub sender: Sender<'a>,
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
    for check in [check_dates, check_actor, check_target_of_repair, check_rules] {
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
    match &action.event.body {
        Body::FactCorrected(fact) if fact.took_effect > action.recorded_on => {
            let limit = format!("{} (today)", action.recorded_on);
            Err(Refusal::new(Code::TooLate, "–", "took_effect", fact.took_effect, limit, "today or earlier"))
        }
        _ => Ok(()),
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
    let office = history.first().map_or(action.office, |first| first.office);
    if action.event.body.subject() == Subject::Organisation {
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

/// A repair names an entry of its own stream; a correction replaces like by like.
fn check_target_of_repair(history: &[Entry], action: &Action, _: &Scene<'_>) -> Result<(), Refusal> {
    let named = match &action.event.body {
        Body::FactCorrected(fact) => fact.entry,
        Body::EntryVoided(void) => void.entry,
        _ => return Ok(()),
    };
    let Some(target) = history.iter().find(|entry| entry.position == named) else {
        return Err(Refusal::new(
            Code::Unknown,
            "–",
            "entry",
            named,
            "an entry of this stream",
            positions(history),
        ));
    };
    let Body::FactCorrected(fact) = &action.event.body else { return Ok(()) };
    if matches!(target.event.body, Body::FactCorrected(_) | Body::EntryVoided(_)) {
        return Err(Refusal::new(
            Code::Mismatch,
            "–",
            "entry",
            named,
            "an entry that is no repair itself",
            "entry_voided, to undo a repair",
        ));
    }
    let (given, wanted) = (fact.replacement.about().name, target.event.about().name);
    if given != wanted {
        return Err(Refusal::new(
            Code::Mismatch,
            "–",
            "replacement",
            given,
            wanted,
            "entry_voided, then the right kind",
        ));
    }
    if let (Body::EntrustedOut(_), Body::EntrustedOut(_)) = (&target.event.body, &fact.replacement.body) {
        return Ok(());
    }
    Ok(())
}

fn positions(history: &[Entry]) -> String {
    history.iter().map(|entry| entry.position.to_string()).collect::<Vec<_>>().join(", ")
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
    match stream_of(history, &action.event.body) {
        Subject::Case => held::<Case>(history, &with, scene),
        Subject::Complaint => held::<Complaint>(history, &with, scene),
        Subject::Organisation | Subject::Any => {
            let officer = scene.world.organisation.officers.get(&action.actor);
            let at = at(action, scene.next);
            let on = Circumstances { at, officer, world: scene.world, sender: scene.sender };
            action.event.body.allowed_in_organisation(&scene.world.organisation, &on)
        }
    }
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

/// Which sort of stream this is: by its first entry, or by what would be its first.
fn stream_of(history: &[Entry], body: &Body) -> Subject {
    history.first().map_or(body.subject(), |first| first.event.body.subject())
}

/// A state that a stream's events fold into.
trait State: Default + Clone {
    fn allowed(&self, event: &Event, on: &Circumstances<'_>) -> Result<(), Refusal>;
    fn apply(&mut self, event: &Event, at: &At);
}

impl State for Case {
    fn allowed(&self, event: &Event, on: &Circumstances<'_>) -> Result<(), Refusal> {
        event.body.allowed_in_case(self, on)
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
    let Some((at, _)) = broken.first() else { return Ok(()) };
    if *at != scene.next {
        // Not the new entry itself: what did not hold before either is no fault of it.
        let old = breaks::<S>(start, before.get(same..).unwrap_or_default(), scene);
        broken.retain(|(position, _)| {
            *position == scene.next || !old.iter().any(|(known, _)| known == position)
        });
    }
    match broken.into_iter().next() {
        None => Ok(()),
        Some((position, refusal)) if position == scene.next => Err(refusal),
        Some((position, refusal)) => Err(later(position, refusal)),
    }
}

fn same_entry(one: &Live<'_>, other: &Live<'_>) -> bool {
    one.at == other.at && one.corrected_by == other.corrected_by
}

/// The entries of a timeline whose rule breaks, in order. Imported entries may break rules; they are told apart by
/// [`held`] because they broke before as well.
fn breaks<S: State>(mut state: S, timeline: &[Live<'_>], scene: &Scene<'_>) -> Vec<(Position, Refusal)> {
    let mut broken = Vec::new();
    for live in timeline {
        let officer = scene.world.organisation.officers.get(&live.at.actor);
        let sender = if live.at.position == scene.next { scene.sender } else { Sender::NotAsked };
        let on = Circumstances { at: live.at, officer, world: scene.world, sender };
        if let Err(refusal) = state.allowed(live.event, &on) {
            broken.push((live.at.position, refusal));
        }
        state.apply(live.event, &live.at);
    }
    broken
}

fn later(position: Position, cause: Refusal) -> Refusal {
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
    breaks::<Case>(Case::default(), &timeline(history), &scene)
}

/// The organisation as its entries fold, in the order of effect, as known.
pub fn organisation_of(entries: &[Entry], day: Date) -> Organisation {
    let mut organisation = Organisation::default();
    for live in timeline(entries).iter().take_while(|live| live.at.on <= day) {
        live.event.body.apply_to_organisation(&mut organisation, &live.at);
    }
    organisation
}
