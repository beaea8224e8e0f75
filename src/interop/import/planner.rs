//! From rows to appends: which case, which events, under which request id.
//!
//! Pure but for its [`Target`]: no file, no clock. What it knows of the ledger is what the target says and what it
//! planned itself and has not yet handed over; so a row is planned the same whether the rows before it came in this
//! run or in an earlier one.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use thads_cases::case::Case;
use thads_cases::date::Date;
use thads_cases::decide::{Action as Wanted, DecisionContext};
use thads_cases::event::source_row::RowImported;
use thads_cases::event::{Body, Event, Receiver, Sender};
use thads_cases::history::{RecordedEvent, complaint_at};
use thads_cases::ids::{CaseId, ComplaintId, OfficeNo, OfficerNo, Position};
use thads_cases::personal::Personal;
use thads_cases::reference_data::ReferenceData;
use thads_cases::refusal::Refusal;
use thads_cases::stream::StreamKind;
use thads_cases::text::normal;
use thads_proof::record::{RequestId, Stream, StreamTag};

use super::anew::{Around, taken_over};
use super::fold::{Fold, Told};
use super::identity::FileId;
use super::mapping::{Columns, Mapping};
use super::reject::{Problem, Reject};
use super::rows::{KEPT_BYTES_MAX, Row};
use super::target::{ImportedEvent, RowAppend, StreamEvents, Target};
use super::template::{Action, NoValue, Source, When};

/// Plans rows one after the other, and remembers what it planned until it is handed over.
pub struct Planner<'m> {
    pub(super) mapping: &'m Mapping,
    pub(super) reference_data: ReferenceData,
    pub(super) today: Date,
    pub(super) next: Position,
    /// Where the import began.
    pub(super) began: Position,
    pub(super) office: OfficeNo,
    /// The day from which officers are appointed: that on which the office was opened.
    pub(super) appointed: Date,
    /// The numbers of all offices that the mapping names, by code.
    pub(super) offices: BTreeMap<String, OfficeNo>,
    /// Cases by their id in the source.
    cases: HashMap<String, CaseId>,
    /// The complaints about each case, in the order of receipt.
    pub(super) complaints: HashMap<CaseId, Vec<ComplaintId>>,
    /// Which case took over what a case sent away, of what was planned.
    taking: HashMap<CaseId, CaseId>,
    /// Officers by their name in the source.
    pub(super) officers: HashMap<String, OfficerNo>,
    intake: HashMap<u16, u32>,
    pub(super) complaint_numbers: HashMap<u16, u32>,
    /// The entries of cases that were touched since the last hand-over, those of the ledger included.
    pub(super) case_entries: HashMap<CaseId, Told>,
    pub(super) complaint_entries: HashMap<ComplaintId, Vec<RecordedEvent>>,
}

/// A row as it was planned.
#[derive(Clone, PartialEq, Debug)]
pub struct Planned {
    /// What to append.
    pub append: RowAppend,
    /// The rules that it breaks, which are recorded as flags.
    pub flags: Vec<Refusal>,
    /// Whether the row takes a case in.
    pub new_case: bool,
    /// Where it goes among the rows of its case that are there.
    pub order: Order,
}

/// Where a row goes among the rows of its case that are there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Order {
    /// Behind them all.
    Last,
    /// Before some, or behind such rows: what follows from all of them was derived anew.
    Anew,
    /// Before some, and what followed from those stands.
    Late,
}

/// The row at hand: what it adds to which stream.
pub(super) struct Plan {
    pub(super) actor: OfficerNo,
    pub(super) appointed: Option<(String, Event)>,
    pub(super) case: CaseId,
    pub(super) case_entries: Vec<RecordedEvent>,
    /// What the entries fold into that were there before.
    pub(super) fold: Fold,
    /// How many of the case's entries were there before.
    pub(super) case_before: usize,
    pub(super) complaints: Vec<PlannedComplaint>,
    pub(super) next: Position,
}

pub(super) struct PlannedComplaint {
    pub(super) id: ComplaintId,
    pub(super) entries: Vec<RecordedEvent>,
    pub(super) before: usize,
    /// Whether it is known as a complaint about the case from now on.
    pub(super) received: bool,
}

impl PlannedComplaint {
    fn untouched(&self) -> bool {
        self.entries.len() == self.before
    }

    /// Whether the row at hand begins it.
    pub(super) fn begun(&self) -> bool {
        self.before == 0 && !self.untouched()
    }
}

impl<'m> Planner<'m> {
    /// Asks a target for what stands in it.
    ///
    /// # Errors
    /// The target's own.
    pub fn new<T: Target>(mapping: &'m Mapping, target: &T) -> Result<Planner<'m>, T::Error> {
        let reference_data = target.reference_data()?;
        let mut planner = Planner {
            mapping,
            today: target.today(),
            next: target.next(),
            began: target.next(),
            office: OfficeNo(0),
            appointed: mapping.office.opened,
            offices: BTreeMap::new(),
            cases: HashMap::new(),
            complaints: HashMap::new(),
            taking: HashMap::new(),
            officers: HashMap::new(),
            intake: HashMap::new(),
            complaint_numbers: HashMap::new(),
            case_entries: HashMap::new(),
            complaint_entries: HashMap::new(),
            reference_data,
        };
        target.each_case(&mut |id, entries| {
            let judgment =
                entries.iter().filter(|entry| entry.imported).find_map(|entry| match &entry.event.body {
                    Body::JudgmentReceived(judgment) => Some(&judgment.number),
                    _ => None,
                });
            if let (Some(number), true) = (judgment, id.office == mapping.office.code) {
                planner.cases.entry(normal(number)).or_insert_with(|| id.clone());
            }
        });
        let mut received: Vec<(Position, CaseId, ComplaintId)> = Vec::new();
        target.each_complaint(&mut |id, entries| {
            received.extend(entries.iter().find_map(|entry| {
                let case = match &entry.event.body {
                    Body::ComplaintReceived(complaint) => complaint.case.clone(),
                    Body::DenunciationReceived(denunciation) => denunciation.case.clone(),
                    _ => None,
                };
                Some((entry.position, case?, id.clone()))
            }));
        });
        received.sort_unstable_by_key(|(position, _, _)| *position);
        for (_, case, complaint) in received {
            planner.complaints.entry(case).or_default().push(complaint);
        }
        let own = planner
            .reference_data
            .organisation
            .office_by_code(&mapping.office.code)
            .map(|office| office.number);
        for (number, name) in target.officer_names()? {
            let of = planner.reference_data.organisation.officers.get(&number).map(|officer| officer.office);
            if of.is_some() && of == own {
                planner.officers.entry(normal(&name)).or_insert(number);
            }
        }
        Ok(planner)
    }

    /// Plans a row. After a reject everything is as it was before.
    ///
    /// # Errors
    /// The target's own; within, why the row cannot be taken.
    pub fn plan<T: Target>(
        &mut self,
        row: &Row,
        request: RequestId,
        file: &FileId,
        target: &T,
    ) -> Result<Result<Planned, Reject>, T::Error> {
        let mut plan = self.begin(row, target);
        let order = match self.rows_around(row, &plan, target)? {
            Around::Before => Order::Last,
            Around::Unknown => Order::Late,
            Around::Known(known) => match self.plan_anew(row, request, file, &plan, &known, target)? {
                Some(Ok(planned)) => return Ok(Ok(planned)),
                Some(Err(reject)) => {
                    self.give_back(plan);
                    return Ok(Err(reject));
                }
                None if known.is_late => Order::Late,
                None => Order::Last,
            },
        };
        let acted = self.act_out(&mut plan, row, order, target).and_then(|()| {
            let new = plan.case_entries.get(plan.case_before..).unwrap_or_default();
            let reject = taken_over(&plan.case, row, plan.fold.kept.case(), &plan.case_entries, target);
            reject.or_else(|| self.takes_again(&plan.case, row, new, target)).map_or(Ok(()), Err)
        });
        Ok(match acted {
            Ok(()) => Ok(self.commit(plan, row, request, file, order)),
            Err(reject) => {
                self.give_back(plan);
                Err(reject)
            }
        })
    }

    /// Adds to a plan what its row becomes. Where it came late, and what followed stands, nothing is made up that depends on
    /// how the case stood: what was held on the row's day may have been paid over since.
    pub(super) fn act_out<T: Target>(
        &self,
        plan: &mut Plan,
        row: &Row,
        order: Order,
        target: &T,
    ) -> Result<(), Reject> {
        let mut fold = plan.fold.clone();
        let actions =
            self.mapping.activities.get(row.activity()).map_or(&[][..], |activity| &activity.actions);
        for action in actions.iter().filter(|action| order != Order::Late || !action.rests_on_the_case()) {
            fold.go_on(&plan.case_entries, self.began);
            let case = fold.case_at(&plan.case_entries, row.day);
            if !holds(action, row, &case, &fold) {
                continue;
            }
            let day = row.day;
            let source = Source { row, case: &case, offices: &self.offices };
            let known_as = match action.stream_kind {
                StreamKind::Complaint => plan.case.to_string(),
                _ => row.case().to_owned(),
            };
            let event = action.event(&source, &known_as).map_err(|no| self.reject(row, action, no))?;
            match action.stream_kind {
                StreamKind::Complaint => self.add_to_complaint(plan, day, event, target),
                _ => {
                    let entry = self.entry(plan, day, event);
                    plan.case_entries.push(entry);
                }
            }
        }
        let first = plan.case_entries.first().map(|entry| &entry.event.body);
        if plan.case_before == 0 && !matches!(first, Some(Body::JudgmentReceived(_))) {
            return Err(row.reject(Columns::CASE, &self.mapping.columns, Problem::CaseNotYet));
        }
        if row.is_too_long_to_keep(&self.mapping.columns) {
            let problem = Problem::TooLong { bytes_max: KEPT_BYTES_MAX };
            return Err(Reject::new(row.line, None, row.activity(), problem));
        }
        Ok(())
    }

    /// What the file of a row of a case is known by that was recorded from a position on.
    pub fn file_of<T: Target>(&mut self, case: &str, place: Position, target: &T) -> Option<String> {
        let id = self.cases.get(case)?;
        if !self.case_entries.contains_key(id) {
            self.case_entries.insert(id.clone(), Told::of(target.case(id)));
        }
        let entries = &self.case_entries.get(id)?.entries;
        let from = entries.partition_point(|entry| entry.position < place);
        entries.iter().skip(from).find_map(|entry| match &entry.event.body {
            Body::RowImported(kept) => Some(kept.file.clone()),
            _ => None,
        })
    }

    /// Why a row cannot be taken that takes over what another case took over already: the debt would stand twice. `new`: what the
    /// row comes to.
    fn takes_again<T: Target>(
        &self,
        case: &CaseId,
        row: &Row,
        new: &[RecordedEvent],
        target: &T,
    ) -> Option<Reject> {
        let taken = new.iter().filter_map(|entry| entry.event.body.comes_from());
        let by = |from| self.taking.get(from).cloned().or_else(|| target.taken_over_by(from));
        let (from, by) = taken.filter_map(|from| Some((from, by(from)?))).find(|(_, by)| by != case)?;
        let problem = Problem::TakenBefore { from: from.clone(), by };
        Some(Reject::new(row.line, None, row.activity(), problem))
    }

    /// Forgets what was planned of a case that no row of the import names any more.
    pub fn done_with_case(&mut self) {
        self.case_entries.clear();
        self.complaint_entries.clear();
    }

    /// Forgets what was planned: it stands in the target now.
    pub fn handed_over<T: Target>(&mut self, target: &T) {
        self.case_entries.clear();
        self.complaint_entries.clear();
        self.next = target.next();
    }

    /// Begins a plan; what is known of the case goes into it, and comes back with [`Planner::remember`] or
    /// [`Planner::give_back`].
    pub(super) fn begin<T: Target>(&mut self, row: &Row, target: &T) -> Plan {
        let year = year_of(row.day);
        let office = &self.mapping.office.code;
        let case = self.cases.get(row.case()).cloned().unwrap_or_else(|| {
            let number = self.intake.get(&year).copied().unwrap_or_else(|| target.next_intake(office, year));
            CaseId { office: office.clone(), year, number }
        });
        let told = self.case_entries.remove(&case);
        let told = told.unwrap_or_else(|| Told { entries: target.case(&case), fold: Fold::default() });
        let Told { entries: case_entries, mut fold } = told;
        fold.go_on(&case_entries, self.began);
        let name = self.mapping.columns.officer.map_or("", |column| row.text(column));
        let (mut actor, mut appointed, mut next) = (OfficerNo(0), None, self.next);
        match (self.officers.get(name), self.mapping.officer_role) {
            (Some(number), _) => actor = *number,
            (None, Some(role)) if !name.is_empty() => {
                let (number, event) = self.appointment(name, role);
                actor = number;
                appointed = Some((name.to_owned(), event));
                next = after(next, 1);
            }
            (None, _) => {}
        }
        let case_before = case_entries.len();
        Plan { actor, appointed, case, case_entries, fold, case_before, complaints: Vec::new(), next }
    }

    /// Puts back what a plan took that comes to nothing.
    fn give_back(&mut self, plan: Plan) {
        let Plan { case, case_entries: mut entries, case_before, fold, .. } = plan;
        entries.truncate(case_before);
        self.case_entries.insert(case, Told { entries, fold });
    }

    fn reject(&self, row: &Row, action: &Action, no: NoValue) -> Reject {
        match no {
            NoValue::Word { column, known } => {
                row.reject(column, &self.mapping.columns, Problem::Word { known })
            }
            NoValue::Empty { column } => {
                row.reject(column, &self.mapping.columns, Problem::Empty { kind: action.kind })
            }
            NoValue::Long(long) => Reject::new(row.line, None, row.activity(), Problem::Long(long)),
            NoValue::Event(why) => {
                Reject::new(row.line, None, row.activity(), Problem::Event { kind: action.kind, why })
            }
        }
    }

    fn entry(&self, plan: &mut Plan, effective: Date, event: Event) -> RecordedEvent {
        let position = plan.next;
        plan.next = after(plan.next, 1);
        RecordedEvent { position, ..self.unplaced(plan.actor, effective, event) }
    }

    /// An entry that has no position yet.
    pub(super) fn unplaced(&self, actor: OfficerNo, effective: Date, event: Event) -> RecordedEvent {
        RecordedEvent {
            position: self.next,
            effective,
            recorded_on: self.today,
            office: self.office,
            actor,
            imported: true,
            event: Arc::new(event),
        }
    }

    /// Adds to the complaint that the event is about: a new one for a receipt, else the case's first open one, else
    /// its last one. Where none is known the event stands alone, with the case in its note.
    fn add_to_complaint<T: Target>(&self, plan: &mut Plan, day: Date, mut event: Event, target: &T) {
        for id in self.complaints.get(&plan.case).into_iter().flatten() {
            if !plan.complaints.iter().any(|planned| planned.id == *id) {
                let entries = match self.complaint_entries.get(id) {
                    Some(entries) => entries.clone(),
                    None => target.complaint(id),
                };
                let before = entries.len();
                plan.complaints.push(PlannedComplaint { id: id.clone(), entries, before, received: true });
            }
        }
        let receipt = matches!(event.body, Body::ComplaintReceived(_) | Body::DenunciationReceived(_));
        let open = |planned: &PlannedComplaint| complaint_at(&planned.entries, Date::MAX).ended.is_none();
        let known = if receipt {
            None
        } else {
            let first_open = plan.complaints.iter().position(|planned| planned.received && open(planned));
            first_open.or_else(|| plan.complaints.iter().rposition(|planned| planned.received))
        };
        if known.is_none() && !receipt && event.common.note.is_none() {
            event.common.note = Some(Personal::Text(plan.case.to_string()));
        }
        let entry = self.entry(plan, day, event);
        if let Some(planned) = known.and_then(|at| plan.complaints.get_mut(at)) {
            planned.entries.push(entry);
            return;
        }
        let (office, year) = (&self.mapping.office.code, year_of(day));
        let first = self.complaint_numbers.get(&year).copied();
        let first = first.unwrap_or_else(|| target.next_complaint(office, year));
        let taken =
            plan.complaints.iter().filter(|planned| planned.before == 0 && planned.id.year == year).count();
        let number = first.saturating_add(u32::try_from(taken).unwrap_or(u32::MAX));
        let id = ComplaintId { office: office.clone(), year, number };
        plan.complaints.push(PlannedComplaint { id, entries: vec![entry], before: 0, received: receipt });
    }

    /// Takes a plan over into what is known, and asks the law about each event.
    fn commit(
        &mut self,
        mut plan: Plan,
        row: &Row,
        request: RequestId,
        file: &FileId,
        order: Order,
    ) -> Planned {
        let kept =
            self.kept(row, file, order == Order::Late, plan.complaints.iter().filter(|one| one.begun()));
        let kept = self.entry(&mut plan, row.day, kept);
        plan.case_entries.push(kept);
        plan.complaints.retain(|planned| !planned.untouched());
        let mut streams = Vec::new();
        let mut flags = Vec::new();
        let new_case = plan.case_before == 0;
        if let Some((name, event)) = plan.appointed.take() {
            streams.push(self.appoint(plan.actor, name, event));
        }
        for entry in plan.case_entries.iter().skip(plan.case_before) {
            if let Some(from) = entry.event.body.comes_from() {
                self.taking.insert(from.clone(), plan.case.clone());
            }
        }
        // As they will stand in the log: a later row may void them.
        number(&mut plan.case_entries, plan.case_before, &mut self.next);
        for planned in &mut plan.complaints {
            number(&mut planned.entries, planned.before, &mut self.next);
        }
        let events = self.judge(&mut plan.fold, &plan.case_entries, plan.case_before, &mut flags);
        streams.push((StreamTag::Case, plan.case.to_string(), version(plan.case_before), events));
        if new_case {
            self.cases.insert(row.case().to_owned(), plan.case.clone());
            self.intake.insert(plan.case.year, plan.case.number.saturating_add(1));
        }
        for planned in &plan.complaints {
            let events = self.judge(&mut Fold::default(), &planned.entries, planned.before, &mut flags);
            streams.push((StreamTag::Complaint, planned.id.to_string(), version(planned.before), events));
        }
        self.remember(plan);
        Planned { append: RowAppend { request, streams: streams_of(streams) }, flags, new_case, order }
    }

    /// Remembers the entries of a plan.
    pub(super) fn remember(&mut self, plan: Plan) {
        for planned in plan.complaints.into_iter().filter(|planned| !planned.untouched()) {
            if planned.before == 0 {
                self.complaint_numbers.insert(planned.id.year, planned.id.number.saturating_add(1));
                if planned.received {
                    self.complaints.entry(plan.case.clone()).or_default().push(planned.id.clone());
                }
            }
            self.complaint_entries.insert(planned.id, planned.entries);
        }
        let told = Told { entries: plan.case_entries, fold: plan.fold };
        self.case_entries.insert(plan.case, told);
    }

    /// What is kept of a row of a file.
    pub(super) fn kept<'p>(
        &self,
        row: &Row,
        file: &FileId,
        late: bool,
        begun: impl Iterator<Item = &'p PlannedComplaint>,
    ) -> Event {
        let complaints = begun.map(|planned| planned.id.clone()).collect();
        let row = Personal::Text(row.kept(&self.mapping.columns));
        Event::bare(Body::RowImported(RowImported { row, late, file: file.short(), complaints }))
    }

    /// The events after the first ones, with the rules that they break. `fold`: of the entries before them, or of fewer.
    pub(super) fn judge(
        &self,
        fold: &mut Fold,
        entries: &[RecordedEvent],
        before: usize,
        flags: &mut Vec<Refusal>,
    ) -> Vec<ImportedEvent> {
        for (at, entry) in entries.iter().enumerate().skip(before) {
            let action = Wanted {
                effective: entry.effective,
                recorded_on: entry.recorded_on,
                office: entry.office,
                actor: entry.actor,
                imported: true,
                event: entry.event.clone(),
            };
            let context = DecisionContext {
                reference_data: &self.reference_data,
                next: entry.position,
                sender: Sender::NotAsked,
                receiver: Receiver::NotAsked,
            };
            let before = entries.get(..at).unwrap_or_default();
            fold.go_on(before, self.began);
            match fold.kept.decide(before, &action, &context) {
                Ok(decision) => flags.extend(decision.flags),
                Err(refusal) => flags.push(refusal),
            }
        }
        events_of(entries, before)
    }
}

/// Whether an action happens.
fn holds(action: &Action, row: &Row, case: &Case, fold: &Fold) -> bool {
    action.when.iter().all(|when| match when {
        When::Open => case.open().is_some(),
        When::NotOpen => case.open().is_none(),
        When::MoneyHeld => case.cash.undistributed > 0,
        When::PaidInFull => fold.is_paid_in_full(),
        When::Present(column) => !row.text(*column).is_empty(),
        When::Absent(column) => row.text(*column).is_empty(),
        When::Is(column, words) => words.iter().any(|word| word == row.text(*column)),
        When::IsNot(column, words) => words.iter().all(|word| word != row.text(*column)),
    })
}

/// The events of the entries after the first ones.
pub(super) fn events_of(entries: &[RecordedEvent], before: usize) -> Vec<ImportedEvent> {
    let events = entries.iter().skip(before).map(|entry| ImportedEvent {
        effective: entry.effective,
        office: entry.office,
        actor: entry.actor,
        event: Arc::clone(&entry.event),
    });
    events.collect()
}

/// Gives the entries after the first ones the next positions.
pub(super) fn number(entries: &mut [RecordedEvent], before: usize, next: &mut Position) {
    for entry in entries.iter_mut().skip(before) {
        entry.position = *next;
        *next = after(*next, 1);
    }
}

pub(super) fn year_of(day: Date) -> u16 {
    u16::try_from(day.year()).unwrap_or(u16::MAX)
}

pub(super) fn after(position: Position, count: u64) -> Position {
    Position(position.0.saturating_add(count))
}

pub(super) fn version(entries: usize) -> Option<u64> {
    Some(u64::try_from(entries).unwrap_or(u64::MAX))
}

pub(super) type StreamParts = (StreamTag, String, Option<u64>, Vec<ImportedEvent>);

pub(super) fn streams_of(parts: impl IntoIterator<Item = StreamParts>) -> Vec<StreamEvents> {
    let streams = parts.into_iter().filter_map(|(tag, key, expected_version, events)| {
        // Keys are ids of a few dozen bytes: always a stream's name.
        let stream = Stream::new(tag, key.as_bytes()).ok()?;
        Some(StreamEvents { stream, expected_version, events })
    });
    streams.collect()
}
