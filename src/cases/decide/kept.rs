//! The state of a history, kept while it grows: what goes behind all that stands is decided without folding it again.
//!
//! The answers are those of [`decide`](super::decide), [`audit`](super::audit()) and [`other_ends`] on the whole history.
//! An entry that repairs another, or takes effect before one that stands, is judged from nothing, as by them.

use super::judge::{Violation, broken_behind};
use super::{
    Action, Breach, Decision, DecisionContext, OtherEnds, RecordedEvent, State, at, audit, decided,
    other_ends,
};
use crate::case::Case;
use crate::date::Date;
use crate::event::{EventMeta, HeldIn, States};
use crate::history::{Counted, EffectiveEvent, timeline};
use crate::ids::Position;
use crate::refusal::Refusal;

/// What the first entries of a history fold into.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    /// How many entries were folded, and which was the last.
    entries: usize,
    last: Option<Position>,
    /// The highest position among them.
    highest: Option<Position>,
    /// The last day on which one takes effect.
    until: Option<Date>,
    /// Whether one of them sends a case to another office.
    sends: bool,
    /// What was counted of all entries.
    counted: Counted,
    states: States,
}

impl Kept {
    /// Goes on with the entries that a history says more than it did. Cost: those entries; the whole history where it is
    /// another one, or one of them repairs another or takes effect before one that stands.
    pub fn go_on(&mut self, history: &[RecordedEvent]) {
        self.go_on_showing(history, |_| ());
    }

    /// The same; shows each entry that is folded with the case after it, and `None` before all are folded anew.
    pub fn go_on_showing(
        &mut self,
        history: &[RecordedEvent],
        mut show: impl FnMut(Option<(&EffectiveEvent<'_>, &Case)>),
    ) {
        let begun = history.get(..self.entries).map(|begun| begun.last().map(|entry| entry.position));
        let is_behind = |until: &mut Option<Date>, entry: &RecordedEvent| {
            let is_behind = entry.event.body.repairs().is_none() && *until <= Some(entry.effective);
            *until = Some(entry.effective);
            is_behind
        };
        let mut until = self.until;
        let new = history.get(self.entries..).unwrap_or_default();
        let goes_on = begun == Some(self.last) && new.iter().all(|entry| is_behind(&mut until, entry));
        if goes_on {
            for entry in new {
                let at = EventMeta { nth: self.counted.number(&entry.event.body), ..entry.at() };
                self.fold(&EffectiveEvent { at, event: &entry.event, corrected_by: None }, &mut show);
            }
        } else {
            *self = Kept::default();
            show(None);
            history.iter().for_each(|entry| {
                self.counted.number(&entry.event.body);
            });
            for live in timeline(history) {
                self.fold(&live, &mut show);
            }
        }
        let new = history.get(self.entries..).unwrap_or_default();
        self.highest = self.highest.max(new.iter().map(|entry| entry.position).max());
        self.sends |= new.iter().any(|entry| entry.event.body.sends());
        self.entries = history.len();
        self.last = history.last().map(|entry| entry.position);
    }

    fn fold(
        &mut self,
        live: &EffectiveEvent<'_>,
        show: &mut impl FnMut(Option<(&EffectiveEvent<'_>, &Case)>),
    ) {
        self.states.apply(live.event, &live.at);
        self.until = Some(live.at.on);
        show(Some((live, &self.states.case)));
    }

    /// The state of a case after all that was folded.
    pub fn case(&self) -> &Case {
        &self.states.case
    }

    /// The state of a case at the end of a day; `None` where something takes effect after it.
    pub fn case_at(&self, day: Date) -> Option<&Case> {
        (self.until <= Some(day)).then_some(&self.states.case)
    }

    /// As [`decide`](super::decide): decides whether an action may be recorded on this history.
    ///
    /// # Errors
    /// The same.
    pub fn decide(
        &self,
        history: &[RecordedEvent],
        action: &Action,
        context: &DecisionContext<'_>,
    ) -> Result<Decision, Refusal> {
        decided(history, self.behind(history, action, context.next).as_ref(), action, context)
    }

    /// As [`audit`](super::audit()): everything that an entry breaks where it stands.
    pub fn audit(
        &self,
        history: &[RecordedEvent],
        action: &Action,
        context: &DecisionContext<'_>,
    ) -> Vec<Breach> {
        audit::audited(history, self.behind(history, action, context.next).as_ref(), action, context)
    }

    /// As [`other_ends`]: which cases at the other ends of moves a decision needs.
    pub fn other_ends(&self, history: &[RecordedEvent], action: &Action, next: Position) -> OtherEnds {
        match self.behind(history, action, next) {
            Some(_) => OtherEnds { sender: super::moved::comes_from(action), receiver: self.sends },
            None => other_ends(history, action, next),
        }
    }

    /// Whether it has folded all of this history.
    pub fn is_of(&self, history: &[RecordedEvent]) -> bool {
        self.entries == history.len() && self.last == history.last().map(|entry| entry.position)
    }

    /// An action that goes behind all that is folded here.
    fn behind<'a>(
        &'a self,
        history: &[RecordedEvent],
        action: &'a Action,
        next: Position,
    ) -> Option<Behind<'a>> {
        let is_last = action.event.body.repairs().is_none()
            && self.until <= Some(action.effective)
            && self.highest < Some(next);
        let nth = { self.counted }.number(&action.event.body);
        let at = EventMeta { nth, ..at(action, next) };
        let live = EffectiveEvent { at, event: &action.event, corrected_by: None };
        (is_last && self.is_of(history)).then_some(Behind { kept: self, live })
    }
}

/// An entry that goes behind all others and changes none of them: the rules that break because of it break at it.
pub(super) struct Behind<'a> {
    kept: &'a Kept,
    pub(super) live: EffectiveEvent<'a>,
}

impl Behind<'_> {
    pub(super) fn broken_in<S: State + HeldIn>(&self, context: &DecisionContext<'_>) -> Vec<Violation> {
        broken_behind(S::of(&self.kept.states), &self.live, context)
    }

    /// The case before and after it, where the case sends something to another office.
    pub(super) fn moved(&self) -> Option<(Case, Case)> {
        self.kept.sends.then(|| {
            let before = self.kept.states.case.clone();
            let mut after = before.clone();
            self.live.event.body.apply_to(&mut after, &self.live.at);
            (before, after)
        })
    }
}
