//! Judging: which rules break at which entries of a history. An entry may break several, and each is judged by itself.

use super::{DecisionContext, Receiver, RecordedEvent, Sender, State, pays_out, stream_of, subject_of};
use crate::case::{Case, Pot};
use crate::event::{Aggregate, Body, EventMeta, HeldIn, RuleContext, StateVisitor};
use crate::history::{EffectiveEvent, known_at, timeline};
use crate::ids::{OfficerNo, Position};
use crate::money::Total;
use crate::reference_data::ReferenceData;
use crate::refusal;
use crate::refusal::{Code, Refusal};
use crate::stream::StreamKind;
use crate::words::{Value, Words};

/// Refuses the new entry where a rule breaks at it, or breaks at another because of it.
pub(super) fn check_violations(broken: Vec<Violation>) -> Result<(), Refusal> {
    // The new entry itself; else money that was paid out, which is not to be had back by a stroke of the pen; else the
    // first.
    let (mut new, mut later): (Vec<Violation>, Vec<Violation>) = broken.into_iter().partition(|one| one.new);
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
pub(super) fn new_violations<S: State>(
    without: &[RecordedEvent],
    with: &[RecordedEvent],
    context: &DecisionContext<'_>,
) -> Vec<Violation> {
    let undone = with.last().and_then(|last| match &last.event.body {
        Body::EntryVoided(void) => Some(void.entry),
        _ => None,
    });
    let changed =
        subject_of(with, context.next).map(|position| Changed { position, restores: undone.is_some() });
    let (before, after) = (timeline(without), timeline(with));
    let same = before.iter().zip(&after).take_while(|(one, other)| same_entry(one, other)).count();
    let mut state = S::default();
    for live in after.iter().take(same) {
        live.event.body.apply_to(&mut state, &live.at);
    }
    let start = state.clone();
    let mut broken = violations::<S>(state, after.get(same..).unwrap_or_default(), context, changed);
    if broken.iter().any(|one| !one.new) {
        // Not the new entry itself: a rule that did not hold before either, and is broken no further, is no fault of it.
        let old = violations::<S>(start, before.get(same..).unwrap_or_default(), context, None);
        broken.retain(|one| one.new || !old.iter().any(|known| known.covers(one)));
    }
    if let (Some(undone), true) = (undone, broken.iter().any(|one| one.new)) {
        let excused = broken_as_imported::<S>(without, undone, context);
        broken.retain(|one| !(one.new && excused.iter().any(|known| known.covers(one))));
    }
    broken
}

/// The same of an entry that goes behind all others, repairs none of them, and finds this state: what it breaks, it breaks
/// at itself.
pub(super) fn broken_behind<S: State>(
    state: &S,
    live: &EffectiveEvent<'_>,
    context: &DecisionContext<'_>,
) -> Vec<Violation> {
    let changed = Changed { position: live.at.position, restores: false };
    violations::<S>(state.clone(), std::slice::from_ref(live), context, Some(changed))
}

/// What imported history broke before the repair that is undone now: it was recorded whatever it broke, and may stand again
/// as it stood. What it breaks beyond that is the fault of what was recorded since.
fn broken_as_imported<S: State>(
    entries: &[RecordedEvent],
    undone: Position,
    context: &DecisionContext<'_>,
) -> Vec<Violation> {
    let stood = known_at(entries, undone);
    let imported =
        |at: Position| stood.iter().find(|entry| entry.position == at).is_some_and(|entry| entry.imported);
    let mut broken = violations::<S>(S::default(), &timeline(stood), context, None);
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
pub(super) struct Violation {
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

impl Violation {
    /// Whether another break is this one, and goes no further.
    fn covers(&self, other: &Violation) -> bool {
        self.position == other.position
            && match (self.rule, other.rule) {
                (Rule::Money(pot, known), Rule::Money(other, found)) => pot == other && found <= known,
                (one, other) => one == other,
            }
    }
}

fn same_entry(one: &EffectiveEvent<'_>, other: &EffectiveEvent<'_>) -> bool {
    one.at == other.at && one.corrected_by == other.corrected_by
}

/// The rules that break at the entries of a timeline, in order. Entries of imported history may break rules; the caller
/// tells them apart, for they broke them before as well. Money is judged at every entry apart from what its kind
/// may, so that no other fault hides it.
fn violations<S: State>(
    mut state: S,
    timeline: &[EffectiveEvent<'_>],
    context: &DecisionContext<'_>,
    changed: Option<Changed>,
) -> Vec<Violation> {
    let mut broken = Vec::new();
    let mut excess = state.excess();
    for live in timeline {
        let officer = context.reference_data.organisation.officers.get(&live.at.actor);
        let position = live.at.position;
        let this = changed.filter(|changed| changed.position == position);
        let new = this.is_some();
        // Where this ledger may not know the sender of imported history, it need not when it is restored.
        let as_imported = live.at.imported && this.is_some_and(|this| this.restores);
        let sender = match context.sender {
            _ if !new => Sender::NotAsked,
            Sender::Missing if as_imported => Sender::NotAsked,
            sender => sender,
        };
        let on = RuleContext { at: live.at, officer, reference_data: context.reference_data, sender };
        let paid_out = pays_out(&live.event.body);
        let mut refused: Vec<Refusal> = state.allowed(live.event, &on).err().into_iter().collect();
        if as_imported && let Err(refusal) = live.event.body.follows_sender(&on) {
            // Another fault of it, which it may always have had, does not hide that another case took it over meanwhile.
            refused.push(refusal);
            refused.dedup();
        }
        for refusal in refused {
            let rule = rule_of(&refusal);
            broken.push(Violation { position, new, paid_out, rule, refusal });
        }
        live.event.body.apply_to(&mut state, &live.at);
        let now = state.excess();
        for ((pot, before), (_, after)) in excess.into_iter().zip(now) {
            if after > before {
                let missing = after - before;
                let rule = Rule::Money(pot, missing);
                broken.push(Violation {
                    position,
                    new,
                    paid_out,
                    rule,
                    refusal: not_there(live, pot, missing),
                });
            }
        }
        excess = now;
    }
    broken
}

/// Money that an entry takes without its being there.
fn not_there(live: &EffectiveEvent<'_>, pot: Pot, missing: Total) -> Refusal {
    let info = live.event.info();
    refusal!(Money, info.article, "amount" => Words::TooMuch { kind: info.into(), missing };
        pot;
        Words::LessOrRest { missing })
}

pub(super) fn breaks_later(position: Position, cause: Refusal) -> Refusal {
    Refusal {
        code: Code::Later,
        given: Box::new(Words::AtEntry {
            entry: position,
            field: Value::Field(cause.field),
            given: cause.given,
        }),
        limit: cause.limit,
        accepted: Box::new(Words::RepairFirst { entry: position }),
        breaks: Some(position),
        ..cause
    }
}

/// The rules that the entries of a case break as they stand: what imported history is flagged with.
pub fn broken_rules(history: &[RecordedEvent], reference_data: &ReferenceData) -> Vec<(Position, Refusal)> {
    let next = Position(u64::MAX);
    let context =
        DecisionContext { reference_data, next, sender: Sender::NotAsked, receiver: Receiver::NotAsked };
    let broken = violations::<Case>(Case::default(), &timeline(history), &context, None);
    broken.into_iter().map(|one| (one.position, one.refusal)).collect()
}

/// The rules that break at entries of a stream as the world is now, and did not as it was before it: what a change of a
/// parameter or of the organisation leaves behind. Of the organisation's own history: who acted there without being one
/// who may.
///
/// No sum can be among them: folding a history asks neither rules nor organisation ([`Event`](crate::event::Event)s apply to a state alone).
pub fn newly_broken(
    history: &[RecordedEvent],
    before: &ReferenceData,
    after: &ReferenceData,
) -> Vec<(Position, Refusal)> {
    struct Newly<'a>(&'a [RecordedEvent], &'a ReferenceData, &'a ReferenceData);
    impl StateVisitor for Newly<'_> {
        type Out = Vec<(Position, Refusal)>;

        fn visit<S: State + HeldIn>(self) -> Self::Out {
            newly_broken_in::<S>(self.0, self.1, self.2)
        }
    }
    match stream_of(history) {
        StreamKind::Any => Vec::new(),
        kind => kind
            .with_state(Newly(history, before, after))
            .unwrap_or_else(|| newly_broken_in::<Acts>(history, before, after)),
    }
}

fn newly_broken_in<S: State>(
    history: &[RecordedEvent],
    before: &ReferenceData,
    after: &ReferenceData,
) -> Vec<(Position, Refusal)> {
    let mut state = S::default();
    let mut broken = Vec::new();
    for live in timeline(history) {
        let allowed = |reference_data: &ReferenceData| {
            let officer = reference_data.organisation.officers.get(&live.at.actor);
            state.allowed(
                live.event,
                &RuleContext { at: live.at, officer, reference_data, sender: Sender::NotAsked },
            )
        };
        let by_whom = |reference_data: &ReferenceData| by_whom(history, &live, reference_data);
        // Who acts, and what is done: neither hides the other.
        let both = [newly(by_whom, before, after), newly(allowed, before, after)];
        broken.extend(both.into_iter().flatten().map(|refusal| (live.at.position, refusal)));
        live.event.body.apply_to(&mut state, &live.at);
    }
    broken
}

/// How a rule breaks as the world is now, where it did not break so before.
fn newly(
    rule: impl Fn(&ReferenceData) -> Result<(), Refusal>,
    before: &ReferenceData,
    after: &ReferenceData,
) -> Option<Refusal> {
    let broken = rule(after).err()?;
    (!rule(before).is_err_and(|known| rule_of(&known) == rule_of(&broken))).then_some(broken)
}

/// Whether who recorded an entry that stands may do so, as the organisation is known.
fn by_whom(
    history: &[RecordedEvent],
    live: &EffectiveEvent<'_>,
    reference_data: &ReferenceData,
) -> Result<(), Refusal> {
    // The ledger itself founds, and is nobody who could lose a role.
    if live.at.actor == OfficerNo(0) {
        return Ok(());
    }
    super::may_act(history, live.event, &live.at, &reference_data.organisation)?;
    if live.event.body.repairs().is_none() {
        return Ok(());
    }
    let Ok(place) = history.binary_search_by_key(&live.at.position, |entry| entry.position) else {
        return Ok(());
    };
    super::repair::may_repair(&history[..place], &history[place], reference_data)
}

/// The organisation's history, of which only who acts is judged.
#[derive(Clone, Default)]
struct Acts;

impl Aggregate for Acts {
    fn allows(&self, _: &Body, _: &RuleContext<'_>) -> Result<(), Refusal> {
        Ok(())
    }

    fn apply(&mut self, _: &Body, _: &EventMeta) {}
}

impl State for Acts {}
