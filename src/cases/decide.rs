//! Decide: may this be recorded? Today's entry, a late entry and a correction are one mechanism.
//!
//! The new entry is put at its place in the order of effect, the history is folded again, and it is refused if a rule
//! breaks there, or at a later live entry that held without it, which is named. Pure: no clock, no input, no output.

mod repair;

use std::sync::Arc;

use crate::case::{Basis, Case, JudgmentKind, Party, Pot, SentOver, Standing};
use crate::check::named_enforcer;
use crate::complaint::Complaint;
use crate::date::Date;
use crate::event::{About, At, Body, Circumstances, Event, Receiver, Sender, Subject};
use crate::history::{Entry, Live, timeline};
use crate::ids::{CaseId, OfficeNo, OfficerNo, Position};
use crate::money::Total;
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
    /// The case from which this one comes; [`other_ends`] says whether a decision needs it.
    pub sender: Sender<'a>,
    /// The case that took over what this one sent; [`other_ends`] says whether a decision needs it.
    pub receiver: Receiver<'a>,
}

/// Which cases at the other ends of moves a decision needs in its [`Scene`].
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct OtherEnds {
    /// The sender's case, as it stands on that day, where the action makes this case come from it.
    pub sender: Option<(CaseId, Date)>,
    /// Whether a case may have come from this one, which what is recorded may change behind its back.
    pub receiver: bool,
}

/// Which cases at the other ends of moves are needed to decide about an action on a stream with this history.
///
/// A repair is what it makes of the entry that it is about in the end: undoing the voiding of an `entrusted_in` takes the
/// case over again.
pub fn other_ends(history: &[Entry], action: &Action, next: Position) -> OtherEnds {
    let receiver = history.iter().any(|entry| entry.event.body.sends());
    let from = |body: &Body, on: Date| body.comes_from().map(|from| (from.clone(), on));
    let sender = if action.event.body.repairs().is_none() {
        from(&action.event.body, action.effective)
    } else if history.iter().any(|entry| entry.event.body.comes_from().is_some()) {
        let with = with_action(history, action, next);
        let changed = subject_of(&with, next);
        let after = timeline(&with);
        let live = after.iter().find(|live| Some(live.at.position) == changed);
        live.and_then(|live| from(&live.event.body, live.at.on))
    } else {
        None
    };
    OtherEnds { sender, receiver }
}

/// The entry that the last of these entries is about in the end: itself, or what it repairs, also through the repairs
/// that it undoes.
fn subject_of(entries: &[Entry], last: Position) -> Option<Position> {
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

/// A stream holds events of one sort, and begins with one that may begin it ([`Body::begins`]). The streams of the
/// organisation share one history: whether each has begun is for whoever knows them apart.
fn check_stream(history: &[Entry], action: &Action, _: &Scene<'_>) -> Result<(), Refusal> {
    let about = action.event.about();
    let subject = action.event.body.subject();
    if history.is_empty() && subject != Subject::Organisation && !action.event.body.begins() {
        return Err(not_begun(about, subject));
    }
    match (stream_of(history), subject) {
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

/// The refusal of a kind that does not begin a stream where none has begun.
pub fn not_begun(about: &About, subject: Subject) -> Refusal {
    let first = match subject {
        Subject::Case => "judgment_received, entrusted_in or taken_from_below first",
        Subject::Complaint => "complaint_received or denunciation_received first",
        Subject::Organisation => "office_opened, officer_appointed or parameter_set first",
        Subject::Any => "judgment_received, complaint_received, office_opened, officer_appointed, … first",
    };
    Refusal::new(Code::Unknown, about.article, "stream", about.name, "a stream that has begun", first)
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
    let with = with_action(history, action, scene.next);
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

fn with_action(history: &[Entry], action: &Action, next: Position) -> Vec<Entry> {
    let mut with: Vec<Entry> = Vec::with_capacity(history.len() + 1);
    with.extend_from_slice(history);
    with.push(Entry {
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

/// What was moved to another office stays as it was while a case there rests on it.
fn check_moved(without: &[Entry], with: &[Entry], imported: bool, scene: &Scene<'_>) -> Result<(), Refusal> {
    if !without.iter().any(|entry| entry.event.body.sends()) {
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
    match scene.receiver {
        Receiver::Nobody => Ok(()),
        Receiver::NotAsked if imported => Ok(()),
        Receiver::NotAsked => refuse("the receiver was not asked for".to_owned()),
        Receiver::Took(case) => refuse(format!("taken over as {case}")),
    }
}

fn folded(entries: &[Entry]) -> Case {
    let mut case = Case::default();
    for live in timeline(entries) {
        live.event.body.apply_to_case(&mut case, &live.at);
    }
    case
}

/// What a receiver relies on: to whom, how and when the case went, of what judgment, and everything that went with it.
#[derive(PartialEq)]
struct Sent<'a> {
    to: Option<OfficeNo>,
    standing: &'a Standing,
    judgment: Option<JudgmentKind>,
    basis: Option<Basis>,
    debtors: &'a [Party],
    creditors: &'a [Party],
    obligations: Vec<SentOver>,
}

fn sent(case: &Case) -> Sent<'_> {
    Sent {
        to: case.sent_to,
        standing: &case.standing,
        judgment: case.judgment,
        basis: case.order.basis,
        debtors: &case.debtors,
        creditors: &case.creditors,
        obligations: case.sent_over(),
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
    /// What was taken that was not there.
    fn excess(&self) -> [(Pot, Total); 7];
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

    fn excess(&self) -> [(Pot, Total); 7] {
        Case::excess(self)
    }
}

impl State for Complaint {
    fn allowed(&self, event: &Event, on: &Circumstances<'_>) -> Result<(), Refusal> {
        event.body.allowed_in_complaint(self, on)
    }

    fn apply(&mut self, event: &Event, at: &At) {
        event.body.apply_to_complaint(self, at);
    }

    fn excess(&self) -> [(Pot, Total); 7] {
        Case::default().excess()
    }
}

/// Folds the history with and without the new entry and compares which rules hold at which entries.
fn held<S: State>(without: &[Entry], with: &[Entry], scene: &Scene<'_>) -> Result<(), Refusal> {
    let changed = subject_of(with, scene.next);
    let (before, after) = (timeline(without), timeline(with));
    let same = before.iter().zip(&after).take_while(|(one, other)| same_entry(one, other)).count();
    let mut state = S::default();
    for live in after.iter().take(same) {
        state.apply(live.event, &live.at);
    }
    let start = state.clone();
    let mut broken = breaks::<S>(state, after.get(same..).unwrap_or_default(), scene, changed);
    if broken.iter().any(|one| !one.new) {
        // Not the new entry itself: a rule that did not hold before either, and is broken no further, is no fault of it.
        let old = breaks::<S>(start, before.get(same..).unwrap_or_default(), scene, None);
        broken.retain(|one| one.new || !old.iter().any(|known| known.covers(one)));
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

/// A rule that breaks at an entry.
struct Broken {
    position: Position,
    /// Whether it is the new entry, or what the new entry changes.
    new: bool,
    /// Whether money left by it.
    paid_out: bool,
    rule: Rule,
    refusal: Refusal,
}

/// Which rule is broken. An entry may break several.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rule {
    /// What its kind may: the first that it breaks, by what the refusal names.
    Kind(Code, &'static str, &'static str),
    /// Money that was not there, and how much of it.
    Money(Pot, Total),
}

impl Broken {
    /// Whether another break is this one, and goes no further.
    fn covers(&self, other: &Broken) -> bool {
        self.position == other.position
            && match (self.rule, other.rule) {
                (Rule::Money(pot, known), Rule::Money(other, found)) => pot == other && found <= known,
                (one, other) => one == other,
            }
    }
}

fn same_entry(one: &Live<'_>, other: &Live<'_>) -> bool {
    one.at == other.at && one.corrected_by == other.corrected_by
}

/// The rules that break at the entries of a timeline, in order. Entries of imported history may break rules; they are
/// told apart by [`held`] because they broke them before as well. Money is judged at every entry apart from what its kind
/// may, so that no other fault hides it.
fn breaks<S: State>(
    mut state: S,
    timeline: &[Live<'_>],
    scene: &Scene<'_>,
    changed: Option<Position>,
) -> Vec<Broken> {
    let mut broken = Vec::new();
    let mut excess = state.excess();
    for live in timeline {
        let officer = scene.world.organisation.officers.get(&live.at.actor);
        let position = live.at.position;
        let new = Some(position) == changed;
        let sender = if new { scene.sender } else { Sender::NotAsked };
        let on = Circumstances { at: live.at, officer, world: scene.world, sender };
        let paid_out = pays_out(&live.event.body);
        if let Err(refusal) = state.allowed(live.event, &on) {
            let rule = Rule::Kind(refusal.code, refusal.article, refusal.field);
            broken.push(Broken { position, new, paid_out, rule, refusal });
        }
        state.apply(live.event, &live.at);
        let now = state.excess();
        for ((pot, before), (_, after)) in excess.into_iter().zip(now) {
            if after > before {
                let missing = after - before;
                let rule = Rule::Money(pot, missing);
                broken.push(Broken { position, new, paid_out, rule, refusal: not_there(live, pot, missing) });
            }
        }
        excess = now;
    }
    broken
}

/// Money that an entry takes without its being there.
fn not_there(live: &Live<'_>, pot: Pot, missing: Total) -> Refusal {
    let about = live.event.about();
    Refusal::new(
        Code::Money,
        about.article,
        "amount",
        format!("{}: {missing} too much", about.name),
        pot.words(),
        format!("{missing} less, or what it rests on first"),
    )
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
    let next = Position(u64::MAX);
    let scene = Scene { world, next, sender: Sender::NotAsked, receiver: Receiver::NotAsked };
    let broken = breaks::<Case>(Case::default(), &timeline(history), &scene, None);
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
