//! Moves between offices: what stands at the other end, where a decision needs it.

use thads_cases::case::Case;
use thads_cases::date::Date;
use thads_cases::decide::{OtherEnd, other_end};
use thads_cases::event::{Body, Sender};
use thads_cases::history::{Entry, case_at, timeline};
use thads_cases::ids::CaseId;
use thads_projections::books::Books;

use crate::act::{Part, history};
use crate::house::Pending;
use crate::wire::{Subject, What};

/// What stands at the other end of a move between offices.
pub(crate) enum Found {
    NotAsked,
    Missing,
    Case { subject: Subject, case: Box<Case>, version: u64 },
    Taken(CaseId),
}

/// Looks up the other end of a move, where a decision needs it.
pub(crate) fn other_end_of(
    books: &Books,
    pending: &Pending,
    part: &Part,
    known: &[Entry],
    on: Date,
) -> Found {
    let Subject::Case(own) = &part.subject else { return Found::NotAsked };
    let from = match other_end(known, &part.event) {
        OtherEnd::None => return Found::NotAsked,
        OtherEnd::Receiver => return taken_by(books, pending, own, own).map_or(Found::Missing, Found::Taken),
        OtherEnd::Sender(from) => from,
    };
    if let Some(other) = taken_by(books, pending, from, own) {
        return Found::Taken(other);
    }
    let subject = Subject::Case(from.clone());
    let entries = pending.get(&subject).map_or_else(|| history(books, &subject), Vec::as_slice);
    if entries.is_empty() {
        return Found::Missing;
    }
    let version = u64::try_from(entries.len()).unwrap_or(u64::MAX);
    Found::Case { subject, case: Box::new(case_at(entries, on)), version }
}

/// The case, other than `own`, that took over what `from` sent, as repairs leave it.
fn taken_by(books: &Books, pending: &Pending, from: &CaseId, own: &CaseId) -> Option<CaseId> {
    let takes =
        |entries: &[Entry]| timeline(entries).iter().any(|live| live.event.body.comes_from() == Some(from));
    let waiting = pending.iter().find_map(|(subject, entries)| match subject {
        Subject::Case(id) if id != own && takes(entries) => Some(id),
        _ => None,
    });
    // A case that is pending as well was looked at with what is pending.
    let folded = || {
        books.receivers(from).iter().find(|id| {
            let subject = Subject::Case((*id).clone());
            *id != own && !pending.contains_key(&subject) && takes(history(books, &subject))
        })
    };
    waiting.or_else(folded).cloned()
}

pub(crate) fn as_sender(found: &Found) -> Sender<'_> {
    match found {
        Found::NotAsked => Sender::NotAsked,
        Found::Missing => Sender::Missing,
        Found::Case { case, .. } => Sender::Found(case),
        Found::Taken(other) => Sender::Taken(other),
    }
}

/// Whether a decision about an action may rest on what stands at another end.
pub(crate) fn has_two_ends(what: &What) -> bool {
    match what {
        What::Event(event) => {
            event.body.comes_from().is_some()
                || matches!(event.body, Body::FactCorrected(_) | Body::EntryVoided(_))
        }
        What::Changes { .. } => true,
    }
}
