//! The plan: what is recorded, in the order of the simulated clock, and how drafts of many streams are merged into it.

use std::collections::BTreeMap;
use thads_cases::stream::StreamId;

use thads_cases::date::Date;
use thads_cases::event::{Body, Event};
use thads_cases::ids::{CaseId, ComplaintId, OfficeCode, OfficeNo, OfficerNo, Position};

use super::rng::DemoRng;

/// One action of the demo. Each becomes one record: the action at index `i` of a plan gets position `i + 1`.
#[derive(Clone, PartialEq, Debug)]
pub struct Planned {
    /// When it is recorded: µs since 1970 UTC by the simulated clock, strictly increasing, in office hours.
    pub recorded_at: i64,
    /// Where it is recorded.
    pub stream: StreamId,
    /// The office that acts.
    pub office: OfficeNo,
    /// Who records it.
    pub actor: OfficerNo,
    /// When it takes effect.
    pub effective: Date,
    /// What happened, with personal data in plain words.
    pub event: Event,
    /// The request's id.
    pub request: [u8; 16],
}

impl Planned {
    /// The position of the record that it repairs.
    pub fn corrects(&self) -> Option<Position> {
        match &self.event.body {
            Body::FactCorrected(fact) => Some(fact.entry),
            Body::EntryVoided(void) => Some(void.entry),
            _ => None,
        }
    }

    /// For a case that comes from another office: the sender's case.
    pub fn sender(&self) -> Option<&CaseId> {
        self.event.body.comes_from()
    }
}

/// Everything that the demo records, in order.
pub struct Plan {
    /// The actions.
    pub actions: Vec<Planned>,
}

impl IntoIterator for Plan {
    type Item = Planned;
    type IntoIter = std::vec::IntoIter<Planned>;

    fn into_iter(self) -> Self::IntoIter {
        self.actions.into_iter()
    }
}

/// A stream of drafts, before cases and complaints have their numbers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum DraftStream {
    /// The case of a lane.
    Case(usize),
    /// The complaint of a lane.
    Complaint(usize),
    /// An office.
    Office(OfficeCode),
    /// An officer.
    Officer(OfficerNo),
}

/// An action that has its days but not yet its time, numbers and position.
///
/// A repair names the index, in its lane, of the draft that it repairs.
#[derive(Clone, PartialEq, Debug)]
pub(super) struct Draft {
    /// Where it will be recorded.
    pub(super) stream: DraftStream,
    /// The office that acts.
    pub(super) office: OfficeNo,
    /// Who records it.
    pub(super) actor: OfficerNo,
    /// When it takes effect.
    pub(super) effective: Date,
    /// On which day it is recorded.
    pub(super) recorded: Date,
    /// What happened.
    pub(super) event: Event,
    /// Nothing after it rests on it.
    pub(super) aside: bool,
    /// The lane of the case that it names.
    pub(super) names: Option<usize>,
}

impl Draft {
    /// A draft that is recorded on the day it takes effect.
    pub(super) fn new(
        stream: DraftStream,
        office: OfficeNo,
        actor: OfficerNo,
        effective: Date,
        event: Event,
    ) -> Draft {
        Draft { stream, office, actor, effective, recorded: effective, event, aside: false, names: None }
    }

    /// The same of an event without common fields.
    pub(super) fn simple(
        stream: DraftStream,
        office: OfficeNo,
        actor: OfficerNo,
        effective: Date,
        body: Body,
    ) -> Draft {
        Draft::new(stream, office, actor, effective, Event::bare(body))
    }
}

/// The case that a draft names before cases have their numbers.
pub(super) fn no_case() -> Option<CaseId> {
    "DT00/2016/0001".parse().ok()
}

const SECOND: i64 = 1_000_000;
/// Morning and afternoon: from half past seven to half past eleven, and from half past one to five.
const MORNING: i64 = 4 * 3600;
const WORKED: i64 = MORNING + 3 * 3600 + 1800;

/// The instant of a worked second of a day.
fn instant(day: Date, worked: i64) -> i64 {
    let since_midnight = if worked < MORNING { 27_000 + worked } else { 48_600 + worked - MORNING };
    day.begins_at() + since_midnight * SECOND
}

/// Merges lanes into a plan. Drafts of one lane keep their order on each day; days are kept.
pub(super) fn merge(lanes: Vec<Vec<Draft>>, codes: &[OfficeCode], seed: u64) -> Plan {
    let mut order = times(&lanes, &mut DemoRng::new(seed, 1));
    order.sort_unstable();
    let mut positions: Vec<Vec<u64>> = lanes.iter().map(|lane| vec![0; lane.len()]).collect();
    for ((_, lane, at), position) in order.iter().zip(1u64..) {
        positions[*lane][*at] = position;
    }
    let mut lanes: Vec<Vec<Option<Draft>>> =
        lanes.into_iter().map(|lane| lane.into_iter().map(Some).collect()).collect();
    let mut numbering = Numbering { codes, cases: vec![None; lanes.len()], ..Numbering::default() };
    let mut requests = DemoRng::new(seed, 2);
    let mut actions: Vec<Planned> = Vec::with_capacity(order.len());
    let mut clock = i64::MIN;
    for (time, lane, at) in order {
        let Some(mut draft) = lanes[lane][at].take() else { continue };
        clock = time.max(clock.saturating_add(1));
        let stream = numbering.stream(&draft);
        numbering.fill_in(&mut draft, &positions[lane], positions[lane][at]);
        actions.push(Planned {
            recorded_at: clock,
            stream,
            office: draft.office,
            actor: draft.actor,
            effective: draft.effective,
            event: draft.event,
            request: requests.bytes(),
        });
    }
    Plan { actions }
}

/// For every draft its instant, lane and index; on one day the drafts of a lane in their order.
fn times(lanes: &[Vec<Draft>], rng: &mut DemoRng) -> Vec<(i64, usize, usize)> {
    let mut times = Vec::with_capacity(lanes.iter().map(Vec::len).sum());
    let (mut order, mut seconds): (Vec<usize>, Vec<i64>) = (Vec::new(), Vec::new());
    for (lane, drafts) in lanes.iter().enumerate() {
        order.clear();
        order.extend(0..drafts.len());
        order.sort_by_key(|at| drafts[*at].recorded);
        for of_day in order.chunk_by(|one, other| drafts[*one].recorded == drafts[*other].recorded) {
            seconds.clear();
            // The first lane is the organisation's, set up in one morning.
            let last = if lane == 0 { MORNING - 1 } else { WORKED - 1 };
            seconds.extend(of_day.iter().map(|_| rng.between(0, last)));
            seconds.sort_unstable();
            for (at, second) in of_day.iter().zip(&seconds) {
                let time = instant(drafts[*at].recorded, *second) + rng.between(0, SECOND - 1);
                times.push((time, lane, *at));
            }
        }
        // Microseconds must not turn two drafts of one second round.
        let from = times.len() - drafts.len();
        for at in from + 1..times.len() {
            times[at].0 = times[at].0.max(times[at - 1].0 + 1);
        }
    }
    times
}

/// Numbers that follow from the order of recording: of cases, complaints and documents.
#[derive(Default)]
struct Numbering<'a> {
    codes: &'a [OfficeCode],
    cases: Vec<Option<CaseId>>,
    complaints: BTreeMap<usize, ComplaintId>,
    last: BTreeMap<(u8, u32, i32), u32>,
    receipts: BTreeMap<u64, String>,
}

impl Numbering<'_> {
    fn next(&mut self, sort: u8, office: OfficeNo, year: i32) -> u32 {
        let last = self.last.entry((sort, office.0, year)).or_insert(0);
        *last += 1;
        *last
    }

    fn code(&self, office: OfficeNo) -> OfficeCode {
        let at = usize::try_from(office.0.saturating_sub(1)).unwrap_or(0);
        self.codes[at].clone()
    }

    fn stream(&mut self, draft: &Draft) -> StreamId {
        let year = draft.recorded.year();
        let (office, code) = (draft.office, self.code(draft.office));
        let short = u16::try_from(year).unwrap_or(0);
        match &draft.stream {
            DraftStream::Case(lane) => {
                if let Some(id) = &self.cases[*lane] {
                    return StreamId::Case(id.clone());
                }
                let number = self.next(0, office, year);
                let id = CaseId { office: code, year: short, number };
                self.cases[*lane] = Some(id.clone());
                StreamId::Case(id)
            }
            DraftStream::Complaint(lane) => {
                if let Some(id) = self.complaints.get(lane) {
                    return StreamId::Complaint(id.clone());
                }
                let number = self.next(1, office, year);
                let id = ComplaintId { office: code, year: short, number };
                self.complaints.insert(*lane, id.clone());
                StreamId::Complaint(id)
            }
            DraftStream::Office(code) => StreamId::Office(code.clone()),
            DraftStream::Officer(number) => StreamId::Officer(*number),
        }
    }

    /// Puts numbers where the draft has none yet: of the document, the receipt, the case and the record it names.
    fn fill_in(&mut self, draft: &mut Draft, positions: &[u64], own: u64) {
        let named = draft.names.and_then(|lane| self.cases[lane].clone());
        let (office, year) = (draft.office, draft.recorded.year());
        let position = |local: Position| {
            let at = usize::try_from(local.0).unwrap_or(usize::MAX);
            positions.get(at).copied().unwrap_or(0)
        };
        match &mut draft.event.body {
            Body::EntrustedIn(received) => {
                received.brought.from = named.unwrap_or_else(|| received.brought.from.clone())
            }
            Body::TakenFromBelow(taken) => {
                taken.brought.from = named.unwrap_or_else(|| taken.brought.from.clone())
            }
            Body::ComplaintReceived(received) => received.case = named,
            Body::DenunciationReceived(received) => received.case = named,
            Body::PaymentCollected(payment) if payment.receipt.is_some() => {
                let number = self.next(3, office, year);
                let receipt = format!("{number:06}");
                self.receipts.insert(own, receipt.clone());
                payment.receipt = Some(receipt);
            }
            Body::EntryVoided(void) => void.entry = Position(position(void.entry)),
            Body::FactCorrected(fact) => {
                fact.entry = Position(position(fact.entry));
                if let Body::PaymentCollected(payment) = &mut fact.replacement.body {
                    // The receipt in the debtor's hand was right from the start.
                    payment.receipt = self.receipts.get(&fact.entry.0).cloned();
                }
            }
            _ => {}
        }
        if let Some(document) = &mut draft.event.common.document {
            let number = self.next(2, office, year);
            let who = if office.0 == 1 { "CTHADS" } else { "CCTHADS" };
            document.number = format!("{number}/QĐ-{who}");
        }
    }
}
