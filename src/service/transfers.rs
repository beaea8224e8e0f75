//! Moves between offices: what stands at the other end, where a decision needs it.

use thads_cases::case::Case;
use thads_cases::decide::{OtherEnds, took_over};
use thads_cases::event::{Event, Receiver, Sender};
use thads_cases::history::{RecordedEvent, case_at, timeline};
use thads_cases::ids::CaseId;
use thads_cases::stream::StreamId;
use thads_projections::read_model::ReadModel;

use crate::json::{Request, What};
use crate::pending::Pending;
use crate::persons::{open_parties, own_words};
use crate::read_only::Source;
use crate::record::{RecordError, count};

/// What stands at the other ends of moves between offices, where a decision needs it.
pub(crate) struct Ends {
    sender: FoundSender,
    receiver: FoundReceiver,
}

enum FoundSender {
    NotAsked,
    Missing,
    Case { subject: StreamId, case: Box<Case>, version: u64 },
    Taken(CaseId),
}

enum FoundReceiver {
    NotAsked,
    Nobody,
    Took(CaseId),
}

/// Looks up the other ends of moves, as far as a decision needs them.
pub(crate) fn ends_of(model: &ReadModel, pending: &Pending, subject: &StreamId, needed: OtherEnds) -> Ends {
    let StreamId::Case(own) = subject else {
        return Ends { sender: FoundSender::NotAsked, receiver: FoundReceiver::NotAsked };
    };
    let receiver = match needed.receiver.then(|| taken_by(model, pending, own, own)) {
        None => FoundReceiver::NotAsked,
        Some(None) => FoundReceiver::Nobody,
        Some(Some(case)) => FoundReceiver::Took(case),
    };
    let sender = needed.sender.map_or(FoundSender::NotAsked, |(from, on)| {
        if let Some(other) = taken_by(model, pending, &from, own) {
            return FoundSender::Taken(other);
        }
        let subject = StreamId::Case(from);
        let entries = pending.get(&subject).unwrap_or_else(|| model.history(&subject));
        if entries.is_empty() {
            return FoundSender::Missing;
        }
        let version = count(entries);
        FoundSender::Case { subject, case: Box::new(case_at(entries, on)), version }
    });
    Ends { sender, receiver }
}

impl Ends {
    pub(crate) fn sender(&self) -> Sender<'_> {
        match &self.sender {
            FoundSender::NotAsked => Sender::NotAsked,
            FoundSender::Missing => Sender::Missing,
            FoundSender::Case { case, .. } => Sender::Found(case),
            FoundSender::Taken(other) => Sender::Taken(other),
        }
    }

    pub(crate) fn receiver(&self) -> Receiver<'_> {
        match &self.receiver {
            FoundReceiver::NotAsked => Receiver::NotAsked,
            FoundReceiver::Nobody => Receiver::Nobody,
            FoundReceiver::Took(case) => Receiver::Took(case),
        }
    }

    /// The sender's case and the version at which it was looked at: an action that rests on it fails where it has moved on.
    pub(crate) fn rests_on(&self) -> Option<(&StreamId, u64)> {
        match &self.sender {
            FoundSender::Case { subject, version, .. } => Some((subject, *version)),
            FoundSender::NotAsked | FoundSender::Missing | FoundSender::Taken(_) => None,
        }
    }
}

/// Whether the parties of a case that comes over have the names and identity numbers that its sender recorded: where it is taken over, where that is
/// corrected, and where a repair of it is undone, for the sender may have corrected its own meanwhile. `known`: the case's
/// entries; `entry`: the new one, sealed, and `words` what it says in words. What is only pending is in no record yet, and is not
/// asked. Cost: reads the records of both that name parties.
///
/// # Errors
/// The refusal of other names, or of words that are lost; a record that cannot be read.
pub(crate) fn parties_are_those_sent(
    source: &impl Source,
    model: &ReadModel,
    ends: &Ends,
    known: &[RecordedEvent],
    entry: &RecordedEvent,
    words: &Event,
) -> Result<(), RecordError> {
    let FoundSender::Case { subject, case, .. } = &ends.sender else { return Ok(()) };
    let with: Vec<RecordedEvent> = known.iter().chain([entry]).cloned().collect();
    let timeline = timeline(&with);
    let Some(brought) = timeline.iter().find_map(|live| live.event.body.brought()) else { return Ok(()) };
    let own = own_words(entry, words);
    let mut brought = brought.clone();
    let mut sender = Case::clone(case);
    open_parties(source, model, brought.debtors.iter_mut().chain(&mut brought.creditors), known, &own)?;
    let there = model.history(subject);
    open_parties(source, model, sender.debtors.iter_mut().chain(&mut sender.creditors), there, &own)?;
    Ok(brought.has_the_parties_sent(&sender)?)
}

/// The case, other than `own`, that took over what `from` sent, as repairs leave it.
fn taken_by(model: &ReadModel, pending: &Pending, from: &CaseId, own: &CaseId) -> Option<CaseId> {
    let waiting = pending.iter().find_map(|(subject, entries)| match subject {
        StreamId::Case(id) if id != own && took_over(entries, from) => Some(id),
        _ => None,
    });
    // A case that is pending as well was looked at with what is pending.
    let folded = || {
        model.taken_over_by(from).find(|id| *id != own && !pending.contains(&StreamId::Case((*id).clone())))
    };
    waiting.or_else(folded).cloned()
}

/// Whether a decision about an action may rest on another stream than its own, so that the version of its own says too little:
/// it takes a case over, repairs one, or belongs to a case that sent something away. The streams of the organisation are
/// judged as one history as well; whoever acts there is alone in any case.
pub(crate) fn rests_on_others(model: &ReadModel, request: &Request) -> bool {
    let by_kind = match &request.what {
        What::Event(event) => event.body.comes_from().is_some() || event.body.repairs().is_some(),
        What::Changes { .. } => true,
    };
    by_kind
        || (matches!(request.subject, StreamId::Case(_))
            && model.history(&request.subject).iter().any(|entry| entry.event.body.sends()))
}
