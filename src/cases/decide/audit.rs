//! Auditing: what an entry that stands in the log breaks where it stands. What no history holds that came about entry by
//! entry is told apart from rules of entry, which tighten over time while history stays.

use super::judge::{Rule, breaks_later};
use super::kept::Behind;
use super::{
    Action, DecisionContext, at, broken_in, check_actor, check_begins, check_dates, founds, kind_in, moved,
    repair,
};
use super::{RecordedEvent, subject_of, with_action};
use crate::case::Pot;
use crate::event::{Body, RuleContext, Sender};
use crate::history::{EffectiveEvent, timeline};
use crate::ids::{OfficerNo, Position};
use crate::money::Total;
use crate::refusal::{Code, Refusal};
use crate::words::Words;

/// What an entry breaks where it stands.
#[derive(Clone, PartialEq, Debug)]
pub enum Breach {
    /// Who acts, or for whom, is no officer that is known there.
    Officer {
        /// The field that names him.
        field: &'static str,
        /// His number.
        number: OfficerNo,
    },
    /// It repairs what is no entry of its stream.
    Entry(Position),
    /// It takes money that is not there, or has another entry take it.
    Money {
        /// Out of what.
        pot: Pot,
        /// How much is not there.
        missing: Total,
        /// At which entry.
        at: Position,
    },
    /// A debt of two offices: what comes over is not what was sent, or was sent and taken over and is changed behind that.
    Debt(Refusal),
    /// A number or code that is given once is given again or changed, or an office stands below one that is none or below
    /// itself: since the first program nothing in the organisation was taken in that does.
    Organisation(Refusal),
    /// A case or complaint begins with what begins none.
    Begins(Refusal),
    /// It corrects the clock as no correction does: from a record that is none, or on another day than its own.
    Clock(Refusal),
    /// A rule of entry.
    Rule(Refusal),
}

/// Judges an entry as [`decide`](super::decide) would have it where it stands: `history` are the entries of its stream before it,
/// `context` what was known then. Everything that it breaks is said, not only the first. Imported history is taken in whatever
/// it breaks: all of that counts as rules of entry.
pub fn audit(history: &[RecordedEvent], action: &Action, context: &DecisionContext<'_>) -> Vec<Breach> {
    audited(history, None, action, context)
}

/// The same; `behind`: that it goes behind all that stands, and what that folds into.
pub(super) fn audited(
    history: &[RecordedEvent],
    behind: Option<&Behind<'_>>,
    action: &Action,
    context: &DecisionContext<'_>,
) -> Vec<Breach> {
    let mut breaches = officers(action, context);
    if breaches.is_empty() {
        breaches.extend(check_actor(history, action, context).err().map(Breach::Rule));
    }
    breaches.extend(check_dates(history, action, context).err().map(Breach::Rule));
    breaches.extend(check_begins(history, action, context).err().map(Breach::Begins));
    match action.event.body.repairs() {
        Some(named) if !history.iter().any(|entry| entry.position == named) => {
            breaches.push(Breach::Entry(named));
        }
        _ => match changes_what_is_given(history, action, context) {
            Err(refusal) => breaches.push(Breach::Organisation(refusal)),
            Ok(()) => breaches.extend(repair::check(history, action, context).err().map(Breach::Rule)),
        },
    }
    breaches.extend(of_state(history, behind, action, context));
    if action.imported {
        breaches = breaches.into_iter().map(|breach| breach.into_rule(action)).collect();
    }
    breaches
}

/// Refuses a correction that gives an office or officer another number, or sets an office above itself.
fn changes_what_is_given(
    history: &[RecordedEvent],
    action: &Action,
    context: &DecisionContext<'_>,
) -> Result<(), Refusal> {
    let Body::FactCorrected(fact) = &action.event.body else { return Ok(()) };
    let Some(target) = history.iter().find(|entry| entry.position == fact.entry) else { return Ok(()) };
    repair::given_for_ever(&target.event.body, &fact.replacement.body, &context.reference_data.organisation)
}

/// Whether a refusal of the organisation is of what is given once, or of an office that is none.
fn is_of_what_is_given(body: &Body, refusal: &Refusal) -> bool {
    match body {
        Body::OfficeOpened(_) | Body::OfficerAppointed(_) => {
            matches!(refusal.code, Code::Duplicate | Code::Unknown)
        }
        _ => false,
    }
}

/// Who acts and for whom must be known; the ledger itself acts only where it is founded.
fn officers(action: &Action, context: &DecisionContext<'_>) -> Vec<Breach> {
    let organisation = &context.reference_data.organisation;
    let mut breaches = Vec::new();
    let known = match action.actor {
        OfficerNo(0) => action.imported || founds(&action.event.body, organisation),
        number => organisation.officers.contains_key(&number),
    };
    if !known {
        breaches.push(Breach::Officer { field: "actor", number: action.actor });
    }
    let named = action.event.common.on_behalf_of;
    if let Some(number) = named.filter(|number| !organisation.officers.contains_key(number)) {
        breaches.push(Breach::Officer { field: "on_behalf_of", number });
    }
    breaches
}

/// What it breaks in the state that the stream folds into.
fn of_state(
    history: &[RecordedEvent],
    behind: Option<&Behind<'_>>,
    action: &Action,
    context: &DecisionContext<'_>,
) -> Vec<Breach> {
    let broken = match broken_in(kind_in(history, &action.event), history, behind, action, context) {
        Some(broken) => broken,
        None => {
            let officer = context.reference_data.organisation.officers.get(&action.actor);
            let on = RuleContext {
                at: at(action, context.next),
                officer,
                reference_data: context.reference_data,
                sender: Sender::NotAsked,
            };
            let allowed = action.event.body.allowed_in(&context.reference_data.organisation, &on);
            let breach = |refusal: Refusal| match &action.event.body {
                Body::ClockCorrected(_) => Breach::Clock(refusal),
                body if is_of_what_is_given(body, &refusal) => Breach::Organisation(refusal),
                _ => Breach::Rule(refusal),
            };
            return allowed.err().map(breach).into_iter().collect();
        }
    };
    let mut debts: Vec<Refusal> = sender_differs(history, behind, action, context).into_iter().collect();
    debts.extend(moved::check_moved(history, behind, action, context).err());
    let mut breaches = Vec::new();
    for one in broken {
        match one.rule {
            Rule::Money(pot, missing) => breaches.push(Breach::Money { pot, missing, at: one.position }),
            Rule::Kind(..) if debts.contains(&one.refusal) => {}
            Rule::Kind(..) if one.new => breaches.push(Breach::Rule(one.refusal)),
            Rule::Kind(..) => breaches.push(Breach::Rule(breaks_later(one.position, one.refusal))),
        }
    }
    let debt = |refusal: Refusal| match refusal.code {
        // The order of days is a rule of entry.
        Code::TooEarly => Breach::Rule(refusal),
        _ => Breach::Debt(refusal),
    };
    breaches.extend(debts.into_iter().map(debt));
    breaches
}

/// Where the entry takes a case over, or has one taken over again, and what comes is not what was sent.
fn sender_differs(
    history: &[RecordedEvent],
    behind: Option<&Behind<'_>>,
    action: &Action,
    context: &DecisionContext<'_>,
) -> Option<Refusal> {
    if matches!(context.sender, Sender::NotAsked) {
        return None;
    }
    if let Some(behind) = behind {
        return follows_sender(&behind.live, context);
    }
    let with = with_action(history, action, context.next);
    let changed = subject_of(&with, context.next)?;
    let live = timeline(&with);
    follows_sender(live.iter().find(|live| live.at.position == changed)?, context)
}

fn follows_sender(live: &EffectiveEvent<'_>, context: &DecisionContext<'_>) -> Option<Refusal> {
    // Imported history may come from where no ledger was kept.
    let sender = match context.sender {
        Sender::Missing if live.at.imported => Sender::NotAsked,
        sender => sender,
    };
    let on = RuleContext { at: live.at, officer: None, reference_data: context.reference_data, sender };
    live.event.body.follows_sender(&on).err()
}

impl Breach {
    /// The same as a rule of entry.
    fn into_rule(self, action: &Action) -> Breach {
        let info = action.event.info();
        let rule = |code, field, given: Words, limit: Words| {
            Breach::Rule(Refusal::new(code, info.article, field, given, limit, Words::typed("–")))
        };
        match self {
            Breach::Officer { field, number } => {
                rule(Code::Unknown, field, number.into(), Words::OfficerAppointedBefore)
            }
            Breach::Entry(named) => rule(Code::Unknown, "entry", named.into(), Words::EntryOfStream),
            Breach::Money { pot, missing, at } => {
                rule(Code::Money, "amount", Words::TooMuchAt { missing, entry: at }, pot.into())
            }
            Breach::Debt(refusal)
            | Breach::Organisation(refusal)
            | Breach::Begins(refusal)
            | Breach::Rule(refusal) => Breach::Rule(refusal),
            // No import says anything of this ledger's clock.
            Breach::Clock(refusal) => Breach::Clock(refusal),
        }
    }
}
