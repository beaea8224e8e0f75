//! Judging: which rules break at which entries of a history. An entry may break several, and each is judged by itself.

use super::{Entry, Receiver, Scene, Sender, pays_out, subject_of};
use crate::case::{Case, Pot};
use crate::check::named_enforcer;
use crate::complaint::Complaint;
use crate::event::{At, Body, Circumstances, Event, Subject};
use crate::history::{Live, known_at, timeline};
use crate::ids::{OfficerNo, Position};
use crate::money::Total;
use crate::organisation::Role;
use crate::refusal::{Code, Refusal};
use crate::world::World;

/// A state that a stream's events fold into.
pub(super) trait State: Default + Clone {
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

/// Refuses the new entry where a rule breaks at it, or breaks at another because of it.
pub(super) fn held(broken: Vec<Broken>) -> Result<(), Refusal> {
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

/// Folds the history with and without the new entry and compares which rules hold at which entries: every rule that the
/// new entry breaks, at itself or at another.
pub(super) fn broken<S: State>(without: &[Entry], with: &[Entry], scene: &Scene<'_>) -> Vec<Broken> {
    let undone = with.last().and_then(|last| match &last.event.body {
        Body::EntryVoided(void) => Some(void.entry),
        _ => None,
    });
    let changed =
        subject_of(with, scene.next).map(|position| Changed { position, restores: undone.is_some() });
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
    if let (Some(undone), true) = (undone, broken.iter().any(|one| one.new)) {
        let excused = broken_as_imported::<S>(without, undone, scene);
        broken.retain(|one| !(one.new && excused.iter().any(|known| known.covers(one))));
    }
    broken
}

/// The same of an entry that goes behind all others, repairs none of them, and finds this state: what it breaks, it breaks
/// at itself.
pub(super) fn broken_behind<S: State>(state: &S, live: &Live<'_>, scene: &Scene<'_>) -> Vec<Broken> {
    let changed = Changed { position: live.at.position, restores: false };
    breaks::<S>(state.clone(), std::slice::from_ref(live), scene, Some(changed))
}

/// What imported history broke before the repair that is undone now: it was recorded whatever it broke, and may stand again
/// as it stood. What it breaks beyond that is the fault of what was recorded since.
fn broken_as_imported<S: State>(entries: &[Entry], undone: Position, scene: &Scene<'_>) -> Vec<Broken> {
    let stood = known_at(entries, undone);
    let imported =
        |at: Position| stood.iter().find(|entry| entry.position == at).is_some_and(|entry| entry.imported);
    let mut broken = breaks::<S>(S::default(), &timeline(stood), scene, None);
    broken.retain(|one| imported(one.position));
    broken
}

/// The entry that a new one is or changes.
#[derive(Clone, Copy)]
struct Changed {
    position: Position,
    /// Whether it says again what it once said: a repair of it was undone.
    restores: bool,
}

/// A rule that breaks at an entry.
pub(super) struct Broken {
    pub(super) position: Position,
    /// Whether it is the new entry, or what the new entry changes.
    pub(super) new: bool,
    /// Whether money left by it.
    paid_out: bool,
    pub(super) rule: Rule,
    pub(super) refusal: Refusal,
}

/// Which rule is broken. An entry may break several.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// What its kind may: the first that it breaks, by what the refusal names.
    Kind(Code, &'static str, &'static str),
    /// Money that was not there, and how much of it.
    Money(Pot, Total),
}

fn rule_of(refusal: &Refusal) -> Rule {
    Rule::Kind(refusal.code, refusal.article, refusal.field)
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
    changed: Option<Changed>,
) -> Vec<Broken> {
    let mut broken = Vec::new();
    let mut excess = state.excess();
    for live in timeline {
        let officer = scene.world.organisation.officers.get(&live.at.actor);
        let position = live.at.position;
        let this = changed.filter(|changed| changed.position == position);
        let new = this.is_some();
        // Where this ledger may not know the sender of imported history, it need not when it is restored.
        let as_imported = live.at.imported && this.is_some_and(|this| this.restores);
        let sender = match scene.sender {
            _ if !new => Sender::NotAsked,
            Sender::Missing if as_imported => Sender::NotAsked,
            sender => sender,
        };
        let on = Circumstances { at: live.at, officer, world: scene.world, sender };
        let paid_out = pays_out(&live.event.body);
        let mut refused: Vec<Refusal> = state.allowed(live.event, &on).err().into_iter().collect();
        if as_imported && let Err(refusal) = live.event.body.follows_sender(&on) {
            // Another fault of it, which it may always have had, does not hide that another case took it over meanwhile.
            refused.push(refusal);
            refused.dedup();
        }
        for refusal in refused {
            let rule = rule_of(&refusal);
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

pub(super) fn breaks_later(position: Position, cause: Refusal) -> Refusal {
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

/// The rules that break at entries of a stream as the world is now, and did not as it was before it: what a change of a
/// parameter or of the organisation leaves behind. Of the organisation's own history: who acted there without being one
/// who may.
///
/// No sum can be among them: folding a history asks neither rules nor organisation ([`Event`]s apply to a state alone).
pub fn newly_broken(history: &[Entry], before: &World, after: &World) -> Vec<(Position, Refusal)> {
    match super::stream_of(history) {
        Subject::Case => newly_broken_in::<Case>(history, before, after),
        Subject::Complaint => newly_broken_in::<Complaint>(history, before, after),
        Subject::Organisation => newly_broken_in::<Acts>(history, before, after),
        Subject::Any => Vec::new(),
    }
}

fn newly_broken_in<S: State>(history: &[Entry], before: &World, after: &World) -> Vec<(Position, Refusal)> {
    let mut state = S::default();
    let mut broken = Vec::new();
    for live in timeline(history) {
        let allowed = |world: &World| {
            let officer = world.organisation.officers.get(&live.at.actor);
            state
                .allowed(live.event, &Circumstances { at: live.at, officer, world, sender: Sender::NotAsked })
        };
        let by_whom = |world: &World| by_whom(history, &live, world);
        // Who acts, and what is done: neither hides the other.
        let both = [newly(by_whom, before, after), newly(allowed, before, after)];
        broken.extend(both.into_iter().flatten().map(|refusal| (live.at.position, refusal)));
        state.apply(live.event, &live.at);
    }
    broken
}

/// How a rule breaks as the world is now, where it did not break so before.
fn newly(rule: impl Fn(&World) -> Result<(), Refusal>, before: &World, after: &World) -> Option<Refusal> {
    let broken = rule(after).err()?;
    (!rule(before).is_err_and(|known| rule_of(&known) == rule_of(&broken))).then_some(broken)
}

/// Whether who recorded an entry that stands may do so, as the organisation is known.
fn by_whom(history: &[Entry], live: &Live<'_>, world: &World) -> Result<(), Refusal> {
    // The ledger itself founds, and is nobody who could lose a role.
    if live.at.actor == OfficerNo(0) {
        return Ok(());
    }
    super::may_act(history, live.event, &live.at, &world.organisation)?;
    if live.event.body.repairs().is_none() {
        return Ok(());
    }
    let Ok(place) = history.binary_search_by_key(&live.at.position, |entry| entry.position) else {
        return Ok(());
    };
    super::repair::may_repair(&history[..place], &history[place], world)
}

/// The organisation's history, of which only who acts is judged.
#[derive(Clone, Default)]
struct Acts;

impl State for Acts {
    fn allowed(&self, _: &Event, _: &Circumstances<'_>) -> Result<(), Refusal> {
        Ok(())
    }

    fn apply(&mut self, _: &Event, _: &At) {}

    fn excess(&self) -> [(Pot, Total); 7] {
        Case::default().excess()
    }
}
