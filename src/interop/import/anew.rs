//! Deriving a case anew: a row comes that goes before rows of its case which are recorded already.
//!
//! What the rows of a case come to depends on all of them in their order: a payment that comes late may complete it sooner.
//! So what its rows came to without this one is derived again, and must be what stands; then what they come to with it is
//! derived, and what differs is voided and recorded as it is now, in the append of the row that came late. Where what
//! stands is not what the rows come to (somebody has acted on the case, the mapping says something else now), the row
//! is added with what it says by itself, and nothing is voided.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use thads_cases::case::Case;
use thads_cases::date::Date;
use thads_cases::decide::went_the_same;
use thads_cases::event::repair::EntryVoided;
use thads_cases::event::{Body, Event};
use thads_cases::history::{EffectiveEvent, RecordedEvent, case_at, timeline};
use thads_cases::ids::{CaseId, ComplaintId, OfficerNo, Position};
use thads_cases::personal::Personal;
use thads_cases::refusal::Refusal;
use thads_proof::record::{RequestId, StreamTag};

use super::fold::{Fold, Told};
use super::identity::FileId;
use super::mapping::Mapping;
use super::planner::{
    Order, Plan, Planned, PlannedComplaint, Planner, events_of, number, streams_of, version, year_of,
};
use super::reject::{Problem, Reject};
use super::rows::Row;
use super::target::{RowAppend, Target};

/// On whose authority entries are voided that follow from rows no more.
const AUTHORITY: &str = "import";

/// The rows of a case around a new one.
pub(super) enum Around {
    /// They all go before it, and each came behind those before it.
    Before,
    /// The case's history says more than its rows, and goes on behind the new one's day.
    Unknown,
    /// They are known, and not all of them in their order.
    Known(Known),
}

/// What is recorded of a case's rows.
pub(super) struct Known {
    /// In their order.
    rows: Vec<Row>,
    /// The case's entries in words.
    case: Vec<RecordedEvent>,
    /// The complaints that were begun with a row.
    complaints: Vec<ComplaintId>,
    /// Whether some go behind the new one.
    pub(super) is_late: bool,
}

/// What rows come to.
struct Derived {
    case: Vec<RecordedEvent>,
    complaints: Vec<Begun>,
    /// The rules that the row breaks that was asked about.
    flags: Vec<Refusal>,
}

/// A complaint that a row begins.
struct Begun {
    /// The row, and the how-manieth complaint of it.
    by: (usize, usize),
    received: bool,
    entries: Vec<RecordedEvent>,
}

/// A stream as it stands: as recorded, and in words.
struct Standing {
    recorded: Vec<RecordedEvent>,
    read: Vec<RecordedEvent>,
}

/// What a row changes that came late.
struct Anew {
    late: bool,
    flags: Vec<Refusal>,
    case: Change,
    complaints: Vec<ComplaintChange>,
}

/// What becomes of a complaint.
struct ComplaintChange {
    id: ComplaintId,
    /// Whether it is known as a complaint about the case.
    received: bool,
    /// Its entries, in the ledger's words.
    recorded: Vec<RecordedEvent>,
    change: Change,
}

/// What makes of a stream as it stands what it should be.
struct Change {
    voided: Vec<Position>,
    added: Vec<RecordedEvent>,
}

impl Planner<'_> {
    /// The rows of the case that are there, as far as their order matters to a new one.
    pub(super) fn rows_around<T: Target>(
        &self,
        row: &Row,
        plan: &Plan,
        target: &T,
    ) -> Result<Around, T::Error> {
        let came_late =
            |entry: &RecordedEvent| matches!(&entry.event.body, Body::RowImported(kept) if kept.late);
        let entries = &plan.case_entries;
        let there =
            |entry: &&RecordedEvent| entry.position < self.began && entry.event.body.repairs().is_none();
        if plan.fold.is_in_order(row.day) {
            return Ok(Around::Before);
        }
        let case = target.read(entries)?;
        let Some((mut rows, complaints)) = kept_rows(&case, self.mapping) else {
            let goes_on = entries.iter().filter(there).any(|entry| entry.effective > row.day);
            return Ok(if goes_on { Around::Unknown } else { Around::Before });
        };
        let place = self.mapping.place(row);
        let acted = |entry: &RecordedEvent| !entry.imported && entry.effective > row.day;
        let is_late = rows.iter().any(|kept| self.mapping.place(kept) > place)
            || entries.iter().filter(there).any(acted);
        if !is_late && !entries.iter().any(came_late) {
            return Ok(Around::Before);
        }
        rows.sort_by_key(|kept| self.mapping.place(kept));
        Ok(Around::Known(Known { rows, case, complaints, is_late }))
    }

    /// Plans a row and what it changes of what its case came to before. `None` where that is not what its rows come to.
    pub(super) fn plan_anew<T: Target>(
        &mut self,
        row: &Row,
        request: RequestId,
        file: &FileId,
        plan: &Plan,
        known: &Known,
        target: &T,
    ) -> Result<Option<Result<Planned, Reject>>, T::Error> {
        let case = &plan.case;
        let Ok(before) = self.derive(case, &known.rows, None, target) else { return Ok(None) };
        if !are_the_same(&acts(&known.case), &acts(&before.case)) {
            return Ok(None);
        }
        let mut status = BTreeMap::new();
        for id in &known.complaints {
            let recorded = self.complaint_entries.get(id).cloned().unwrap_or_else(|| target.complaint(id));
            let read = target.read(&recorded)?;
            status.insert(id.clone(), Standing { recorded, read });
        }
        let Some(ids) = ids_of(&before.complaints, &status) else { return Ok(None) };

        let place = self.mapping.place(row);
        let at = known.rows.partition_point(|kept| self.mapping.place(kept) <= place);
        let mut rows = known.rows.clone();
        rows.insert(at, row.clone());
        let due = match self.derive(case, &rows, Some(at), target) {
            Ok(due) => due,
            Err((of, reject)) if of == at => return Ok(Some(Err(reject))),
            Err(_) => return Ok(None),
        };
        let change = Change::between(&acts(&known.case), &acts(&due.case));
        if let Some(reject) = taken_over(case, row, &case_at(&known.case, Date::MAX), &due.case, target) {
            return Ok(Some(Err(reject)));
        }
        let known_as = |(of, nth): (usize, usize)| match of.cmp(&at) {
            Ordering::Less => ids.get(&(of, nth)),
            Ordering::Equal => None,
            Ordering::Greater => ids.get(&(of - 1, nth)),
        };
        let mut complaints = Vec::new();
        for begun in due.complaints {
            let known = known_as(begun.by).and_then(|id| status.remove_entry(id));
            let (id, stands) = match known {
                Some(known) => known,
                None => (self.next_complaint(&begun.entries, &complaints, target), Standing::nothing()),
            };
            let change = Change::between(&acts(&stands.read), &acts(&begun.entries));
            let (received, recorded) = (begun.received, stands.recorded);
            complaints.push(ComplaintChange { id, received, recorded, change });
        }
        // What was begun with rows that begin nothing any more.
        for (id, stands) in status {
            let change = Change::between(&acts(&stands.read), &[]);
            complaints.push(ComplaintChange { id, received: false, recorded: stands.recorded, change });
        }
        let anew = Anew { late: known.is_late, flags: due.flags, case: change, complaints };
        Ok(Some(Ok(self.commit_anew(row, request, file, plan, anew))))
    }

    fn commit_anew(
        &mut self,
        row: &Row,
        request: RequestId,
        file: &FileId,
        plan: &Plan,
        anew: Anew,
    ) -> Planned {
        let mut streams = Vec::new();
        if let Some((name, event)) = plan.appointed.clone() {
            streams.push(self.appoint(plan.actor, name, event));
        }
        let before = plan.case_entries.len();
        let mut case_entries = plan.case_entries.clone();
        case_entries.extend(self.entries_of(anew.case));
        let mut planned = Vec::new();
        for ComplaintChange { id, received, recorded: mut entries, change } in anew.complaints {
            let before = entries.len();
            entries.extend(self.entries_of(change));
            planned.push(PlannedComplaint { id, entries, before, received });
        }
        let kept = self.kept(row, file, anew.late, planned.iter().filter(|planned| planned.begun()));
        case_entries.push(self.unplaced(plan.actor, row.day, kept));
        number(&mut case_entries, before, &mut self.next);
        let events = events_of(&case_entries, before);
        streams.push((StreamTag::Case, plan.case.to_string(), version(before), events));
        let mut order = Vec::new();
        for planned in &mut planned {
            number(&mut planned.entries, planned.before, &mut self.next);
            if planned.received {
                order.push(planned.id.clone());
            }
            if planned.entries.len() > planned.before {
                let events = events_of(&planned.entries, planned.before);
                let stream = planned.id.to_string();
                streams.push((StreamTag::Complaint, stream, version(planned.before), events));
            }
        }
        let (case, next) = (plan.case.clone(), self.next);
        let (actor, appointed, case_before) = (plan.actor, None, before);
        self.remember(Plan {
            actor,
            appointed,
            case: case.clone(),
            case_entries,
            fold: plan.fold.clone(),
            case_before,
            complaints: planned,
            next,
        });
        self.complaints.insert(case, order);
        let append = RowAppend { request, streams: streams_of(streams) };
        Planned { append, flags: anew.flags, new_case: false, order: Order::Anew }
    }

    /// The repairs and the entries of a change.
    fn entries_of(&self, change: Change) -> Vec<RecordedEvent> {
        let voids = change.voided.into_iter().map(|entry| {
            let void = EntryVoided { entry, authority: AUTHORITY.to_owned(), reason: None };
            self.unplaced(OfficerNo(0), self.today, Event::bare(Body::EntryVoided(void)))
        });
        voids.chain(change.added).collect()
    }

    /// What rows of a case come to, one after the other, as if nothing of it were there. `asked`: the row whose flags are
    /// told.
    ///
    /// # Errors
    /// The row that cannot be taken, and why.
    fn derive<T: Target>(
        &mut self,
        case: &CaseId,
        rows: &[Row],
        asked: Option<usize>,
        target: &T,
    ) -> Result<Derived, (usize, Reject)> {
        let told = self.case_entries.insert(case.clone(), Told::default());
        let complaints = self.complaints.insert(case.clone(), Vec::new());
        let complaint_entries = std::mem::take(&mut self.complaint_entries);
        let numbers = std::mem::take(&mut self.complaint_numbers);
        let next = self.next;
        let derived = self.act_out_all(case, rows, asked, target);
        self.next = next;
        self.complaint_numbers = numbers;
        self.complaint_entries = complaint_entries;
        self.complaints.insert(case.clone(), complaints.unwrap_or_default());
        match told {
            Some(told) => self.case_entries.insert(case.clone(), told),
            None => self.case_entries.remove(case),
        };
        derived
    }

    fn act_out_all<T: Target>(
        &mut self,
        case: &CaseId,
        rows: &[Row],
        asked: Option<usize>,
        target: &T,
    ) -> Result<Derived, (usize, Reject)> {
        let mut begun = Vec::new();
        let mut flags = Vec::new();
        for (of, row) in rows.iter().enumerate() {
            let mut plan = self.begin(row, target);
            self.act_out(&mut plan, row, Order::Anew, target).map_err(|reject| (of, reject))?;
            if asked == Some(of) {
                self.judge(&mut plan.fold, &plan.case_entries, plan.case_before, &mut flags);
                for planned in &plan.complaints {
                    self.judge(&mut Fold::default(), &planned.entries, planned.before, &mut flags);
                }
            }
            let new = plan.complaints.iter().filter(|planned| planned.begun());
            begun.extend(new.enumerate().map(|(nth, new)| (new.id.clone(), (of, nth), new.received)));
            self.next = plan.next;
            self.remember(plan);
        }
        let entries = self.case_entries.remove(case).unwrap_or_default().entries;
        let complaints = begun.into_iter().map(|(id, by, received)| {
            let entries = self.complaint_entries.remove(&id).unwrap_or_default();
            Begun { by, received, entries }
        });
        Ok(Derived { case: entries, complaints: complaints.collect(), flags })
    }

    /// A number for a complaint that is begun, beside others that are.
    fn next_complaint<T: Target>(
        &self,
        entries: &[RecordedEvent],
        others: &[ComplaintChange],
        target: &T,
    ) -> ComplaintId {
        let year = entries.first().map_or(0, |entry| year_of(entry.effective));
        let office = self.mapping.office.code.clone();
        let first = self.complaint_numbers.get(&year).copied();
        let first = first.unwrap_or_else(|| target.next_complaint(&office, year));
        let taken = others.iter().filter(|one| one.recorded.is_empty() && one.id.year == year).count();
        let number = first.saturating_add(u32::try_from(taken).unwrap_or(u32::MAX));
        ComplaintId { office, year, number }
    }
}

/// Why a row cannot be taken that changes what the case has sent away, where another case took that over: it would stand there as
/// it was, and here as it is now. `before`: the case as it stands; `after`: its entries with what the row comes to.
pub(super) fn taken_over<T: Target>(
    case: &CaseId,
    row: &Row,
    before: &Case,
    after: &[RecordedEvent],
    target: &T,
) -> Option<Reject> {
    before.sent_to?;
    let problem = Problem::TakenOver { by: target.taken_over_by(case)? };
    let changes = !went_the_same(before, &case_at(after, Date::MAX));
    changes.then(|| Reject::new(row.line, None, row.activity(), problem))
}

impl Standing {
    fn nothing() -> Standing {
        Standing { recorded: Vec::new(), read: Vec::new() }
    }
}

impl Change {
    /// Of each day that which is alike at its beginning stays; the rest is voided, the last first, and what is due is recorded
    /// behind it. Days follow each other whatever was recorded first.
    fn between(status: &[EffectiveEvent<'_>], due: &[EffectiveEvent<'_>]) -> Change {
        let mut days: BTreeMap<Date, [Vec<&EffectiveEvent<'_>>; 2]> = BTreeMap::new();
        for live in status {
            days.entry(live.at.on).or_default()[0].push(live);
        }
        for live in due {
            days.entry(live.at.on).or_default()[1].push(live);
        }
        let mut change = Change { voided: Vec::new(), added: Vec::new() };
        for [status, due] in days.into_values() {
            let alike = status.iter().zip(&due).take_while(|(one, other)| is_the_same(one, other)).count();
            change.voided.extend(status.iter().skip(alike).map(|live| live.at.position));
            change.added.extend(due.iter().skip(alike).map(|live| RecordedEvent {
                position: live.at.position,
                effective: live.at.on,
                recorded_on: live.at.recorded_on,
                office: live.at.office,
                actor: live.at.actor,
                imported: true,
                event: Arc::new(live.event.clone()),
            }));
        }
        change.voided.reverse();
        change
    }
}

/// The rows that are kept in a case's entries, and the complaints that were begun with them; `None` where some words are
/// lost, or are no row of this mapping.
fn kept_rows(case: &[RecordedEvent], mapping: &Mapping) -> Option<(Vec<Row>, Vec<ComplaintId>)> {
    let (mut rows, mut complaints) = (Vec::new(), Vec::new());
    for live in timeline(case) {
        let Body::RowImported(kept) = &live.event.body else { continue };
        let Personal::Text(text) = &kept.row else { return None };
        rows.push(Row::again(text, mapping)?);
        complaints.extend(kept.complaints.iter().cloned());
    }
    Some((rows, complaints))
}

/// The entries that stand, in the order in which they take effect; without repairs and the rows that are kept.
fn acts(entries: &[RecordedEvent]) -> Vec<EffectiveEvent<'_>> {
    let mut acts = timeline(entries);
    acts.retain(|live| {
        live.event.body.repairs().is_none() && !matches!(live.event.body, Body::RowImported(_))
    });
    acts
}

fn is_the_same(one: &EffectiveEvent<'_>, other: &EffectiveEvent<'_>) -> bool {
    let what = |live: &EffectiveEvent<'_>| (live.at.on, live.at.office, live.at.actor, live.at.imported);
    what(one) == what(other) && one.event == other.event
}

fn are_the_same(some: &[EffectiveEvent<'_>], others: &[EffectiveEvent<'_>]) -> bool {
    some.len() == others.len() && some.iter().zip(others).all(|(one, other)| is_the_same(one, other))
}

/// Which complaint that stands is which that rows begin; `None` where one of either is no other.
fn ids_of(
    begun: &[Begun],
    status: &BTreeMap<ComplaintId, Standing>,
) -> Option<BTreeMap<(usize, usize), ComplaintId>> {
    let mut left: Vec<_> = status.iter().map(|(id, stands)| (id, acts(&stands.read))).collect();
    left.retain(|(_, acts)| !acts.is_empty());
    let mut ids = BTreeMap::new();
    for one in begun {
        let due = acts(&one.entries);
        let at = left.iter().position(|(_, acts)| are_the_same(acts, &due))?;
        ids.insert(one.by, left.remove(at).0.clone());
    }
    left.is_empty().then_some(ids)
}
