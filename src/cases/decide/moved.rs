//! Moves between offices: which cases at other ends a decision needs, and what a receiver relies on.

use super::kept::Behind;
use super::{Action, DecisionContext, RecordedEvent, folded, subject_of, with_action};
use crate::case::{Basis, Case, CaseStatus, JudgmentKind, Party, SentOver};
use crate::date::Date;
use crate::event::KindName;
use crate::event::{Body, Receiver};
use crate::history::timeline;
use crate::ids::{CaseId, OfficeNo, Position};
use crate::refusal;
use crate::refusal::Refusal;
use crate::words::{Value, Words};

/// Which cases at the other ends of moves a decision needs in its [`DecisionContext`].
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
pub fn other_ends(history: &[RecordedEvent], action: &Action, next: Position) -> OtherEnds {
    let receiver = history.iter().any(|entry| entry.event.body.sends());
    let sender = if action.event.body.repairs().is_none() {
        comes_from(action)
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

fn from(body: &Body, on: Date) -> Option<(CaseId, Date)> {
    body.comes_from().map(|from| (from.clone(), on))
}

/// The sender's case of an action that repairs nothing.
pub(super) fn comes_from(action: &Action) -> Option<(CaseId, Date)> {
    from(&action.event.body, action.effective)
}

/// What was moved to another office stays as it was while a case there rests on it.
pub(super) fn check_moved(
    history: &[RecordedEvent],
    behind: Option<&Behind<'_>>,
    action: &Action,
    context: &DecisionContext<'_>,
) -> Result<(), Refusal> {
    let (before, after) = match behind {
        Some(behind) => match behind.moved() {
            Some(cases) => cases,
            None => return Ok(()),
        },
        None if history.iter().any(|entry| entry.event.body.sends()) => {
            (folded(history), folded(&with_action(history, action, context.next)))
        }
        None => return Ok(()),
    };
    if went_the_same(&before, &after) {
        return Ok(());
    }
    let void = || Words::VoidTakeover {
        void: KindName::EntryVoided.into(),
        kinds: Value::either([KindName::EntrustedIn, KindName::TakenFromBelow]),
    };
    let refuse = |given: Words| {
        let limit = Words::MovedStays;
        Err(refusal!(Later, "57", "entry" => given;
                limit;
                void()))
    };
    match context.receiver {
        Receiver::Nobody => Ok(()),
        Receiver::NotAsked if action.imported => Ok(()),
        Receiver::NotAsked => refuse(Words::ReceiverNotAsked),
        Receiver::Took(case) => refuse(Words::TakenOverAs { case: case.clone() }),
    }
}

/// Whether a case with this history took over what `sender` sent away, as repairs leave the history.
pub fn took_over(history: &[RecordedEvent], sender: &CaseId) -> bool {
    timeline(history).iter().any(|live| live.event.body.comes_from() == Some(sender))
}

/// Whether nothing of what a receiver relies on is another than it was: all of it, where nothing had been sent away.
pub fn went_the_same(before: &Case, after: &Case) -> bool {
    before.sent_to.is_none() || sent(before) == sent(after)
}

/// What a receiver relies on: to whom, how and when the case went, of what judgment, and everything that went with it.
#[derive(PartialEq)]
struct Sent<'a> {
    to: Option<OfficeNo>,
    status: CaseStatus,
    judgment: Option<JudgmentKind>,
    basis: Option<Basis>,
    debtors: &'a [Party],
    creditors: &'a [Party],
    obligations: Vec<SentOver>,
}

fn sent(case: &Case) -> Sent<'_> {
    Sent {
        to: case.sent_to,
        // Which record says so may change: a sending that is recorded anew as it was.
        status: match &case.status {
            CaseStatus::Finished { how, on, at: _ } => {
                CaseStatus::Finished { how: *how, on: *on, at: Position(0) }
            }
            other => other.clone(),
        },
        judgment: case.judgment,
        basis: case.order.basis,
        debtors: &case.debtors,
        creditors: &case.creditors,
        obligations: case.sent_over(),
    }
}
