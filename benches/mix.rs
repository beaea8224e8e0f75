//! A ledger of any size with the demo's mix of events: its six months and what came before, again and again.
//!
//! Every repetition moves the years of its cases and the positions that its repairs name, so that each case is a case of
//! its own. Nothing is decided anew: what is measured is the log and the folds, and the law is the demo's.

use std::collections::HashMap;
use std::path::Path;

use thads_cases::event::{Body, Event};
use thads_cases::ids::{CaseId, Position};
use thads_cases::stream::StreamId;
use thads_demo::{Planned, plan};
use thads_ledger::{Append, Ledger, MemoryVault, NewEvent, Seeded, Setup, SimulatedClock, StreamAppend};
use thads_projections::streams::stream_of;
use thads_proof::checkpoint::LogKey;
use thads_proof::genesis::{Clock, Genesis, Unit};
use thads_proof::record::{Micros, Provenance, RequestId, Stream};
use thads_service::seal;

use crate::measure::{grouped, per_second, time};

/// Appends that are handed to the ledger at once.
const BULK: usize = 8192;
/// By how many years a repetition is moved.
const YEARS: u16 = 100;
const SEED: u64 = 1;

/// Returns an empty ledger with a simulated clock.
pub(crate) fn empty(dir: &Path) -> Ledger {
    let log_seed = [7; 32];
    let origin = "thads.practice/bench".to_owned();
    let log_key = LogKey::from_seed(&origin, &log_seed).unwrap().vkey().to_string();
    let genesis = Genesis {
        name: "bench".into(),
        origin,
        unit: Unit { code: "VND".into(), exponent: 0 },
        root_key: log_key.clone(),
        log_key,
        clock: Clock::Simulated { seed: SEED },
        practice: true,
    };
    let clock = SimulatedClock::new(Micros::new(1_451_610_000_000_000));
    clock.set_step(100_000_000);
    Ledger::create(dir, genesis, Setup::new(Box::new(clock), Box::new(Seeded::from_key([1; 32])), log_seed))
        .unwrap()
        .0
}

/// Returns the demo's events as the ledger takes them, in order, for ever.
pub(crate) fn events() -> impl Iterator<Item = (Stream, NewEvent)> {
    let actions = plan(SEED).actions;
    let count = actions.len();
    let mut randomness = Seeded::from_key([2; 32]);
    let nothing = MemoryVault::new();
    // Where the actions of this repetition went, by the position that the plan gives them.
    let mut places: HashMap<u64, u64> = HashMap::new();
    let mut next = 1;
    (0..).flat_map(move |round: u16| (0..count).map(move |at| (round, at))).filter_map(move |(round, at)| {
        let planned = moved(&actions[at], round, &places)?;
        places.insert(u64::try_from(at).ok()? + 1, next);
        next += 1;
        let sealed = seal::seal(planned.event, &mut randomness, &nothing).unwrap();
        let (office, actor) = (planned.office.0, planned.actor.0);
        let event = seal::new_event(&sealed, planned.effective, office, actor, Provenance::Practice).unwrap();
        Some((stream_of(&planned.stream).unwrap(), event))
    })
}

/// Returns an action as it stands in a repetition; `None`: the organisation is there already.
fn moved(planned: &Planned, round: u16, places: &HashMap<u64, u64>) -> Option<Planned> {
    let mut planned = planned.clone();
    let year = |id: &mut CaseId| id.year += YEARS * round;
    match &mut planned.stream {
        StreamId::Case(id) => year(id),
        StreamId::Complaint(id) => id.year += YEARS * round,
        stream if stream.is_organisation() && round > 0 => return None,
        _ => {}
    }
    let place = |position: Position| Position(places.get(&position.0).copied().unwrap_or(position.0));
    let names = |event: &mut Event| match &mut event.body {
        Body::EntrustedIn(received) => year(&mut received.brought.from),
        Body::TakenFromBelow(taken) => year(&mut taken.brought.from),
        Body::ComplaintReceived(received) => received.case.iter_mut().for_each(year),
        Body::DenunciationReceived(received) => received.case.iter_mut().for_each(year),
        _ => {}
    };
    names(&mut planned.event);
    match &mut planned.event.body {
        Body::EntryVoided(void) => void.entry = place(void.entry),
        Body::FactCorrected(fact) => {
            fact.entry = place(fact.entry);
            names(&mut fact.replacement);
        }
        _ => {}
    }
    Some(planned)
}

/// Gives every event the version that its stream has, and every append a request id.
#[derive(Default)]
pub(crate) struct Versions {
    streams: HashMap<Stream, u64>,
    requests: u128,
}

impl Versions {
    /// Returns one event as an append of its own.
    pub(crate) fn append(&mut self, stream: Stream, event: NewEvent) -> Append {
        let version = self.streams.entry(stream.clone()).or_default();
        let expected_version = *version;
        *version += 1;
        self.requests += 1;
        let request = RequestId(self.requests.to_be_bytes());
        Append {
            request,
            moment: None,
            streams: vec![StreamAppend { stream, expected_version, events: vec![event] }],
        }
    }
}

/// Makes a ledger of so many events, and says how fast that went.
pub(crate) fn make(dir: &Path, count: u64) {
    let ledger = empty(dir);
    let mut versions = Versions::default();
    let mut events = events().take(usize::try_from(count).unwrap()).peekable();
    let mut busy = std::time::Duration::ZERO;
    while events.peek().is_some() {
        let bulk: Vec<Append> =
            events.by_ref().take(BULK).map(|(stream, event)| versions.append(stream, event)).collect();
        let (took, answers) = time(|| ledger.append_many(bulk));
        busy += took;
        for answer in answers {
            answer.unwrap();
        }
    }
    ledger.close().unwrap();
    let speed = grouped(per_second(count, busy));
    crate::measure::row(
        &format!("{} appends in bulk, durable", grouped(count.into())),
        &format!("{speed} events/s"),
        "–",
        "–",
    );
}
