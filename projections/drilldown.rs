//! What a figure counts: its cases, the events that made it, and the events between two moments of knowledge.
//!
//! The amounts of a list always add up to the figure; those of a restatement to the difference of two.

use std::fmt;

use thads_cases::case::Case;
use thads_cases::complaint::Complaint;
use thads_cases::date::Date;
use thads_cases::event::Body;
use thads_cases::history::{EffectiveEvent, RecordedEvent, known_at, timeline};
use thads_cases::ids::{CaseId, ComplaintId, OfficeCode, OfficeNo, Position};
use thads_cases::money::Total;
use thads_cases::rules::Parameter;

use crate::columns::{Cells, Column};
use crate::figures::{FigureInfo, Measure, Unit, Value, figure};
use crate::period::{Period, year_of};
use crate::query::{CaseWindow, ComplaintWindow, Query};
use crate::read_model::ReadModel;
use crate::report::{TargetRow, report};
use crate::scope::Scope;
use crate::statistics::Opening;

/// What a line of a list is about.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Subject {
    /// A case.
    Case(CaseId),
    /// A complaint or denunciation.
    Complaint(ComplaintId),
    /// An office, where units are counted.
    Office(OfficeCode),
    /// Offices, rules and targets, or what else is no one case's.
    Organisation,
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Case(id) => id.fmt(f),
            Subject::Complaint(id) => id.fmt(f),
            Subject::Office(code) => code.fmt(f),
            Subject::Organisation => f.write_str("organisation"),
        }
    }
}

/// Why a figure has no list.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FigureError {
    /// No figure has that id.
    #[error("{0:?} is no figure")]
    Unknown(String),
    /// It needs a parameter that is not set on the period's last day.
    #[error("{id} needs {parameter}, which is not set on {day}")]
    Unset {
        /// Which figure.
        id: &'static str,
        /// Which parameter.
        parameter: Parameter,
        /// The period's last day.
        day: Date,
    },
    /// It counts units, whose numbers follow from their rates.
    #[error("{0} counts units: ask for the units' rates")]
    OfUnits(&'static str),
}

/// One case (complaint, office) that a figure counts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Counted {
    /// Which.
    pub subject: Subject,
    /// Its office.
    pub office: OfficeNo,
    /// Under which columns, in a word; joined by `+` where money stands in several.
    pub how: String,
    /// When the event took effect that last changed what it gives the figure.
    pub on: Date,
    /// That event.
    pub position: Position,
    /// What it gives the figure.
    pub amount: Total,
}

/// One event that moved a figure.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Moved {
    /// Of which case.
    pub subject: Subject,
    /// Its office.
    pub office: OfficeNo,
    /// The event.
    pub position: Position,
    /// When it took effect.
    pub on: Date,
    /// When it was recorded.
    pub recorded_on: Date,
    /// Its kind, for instance `disbursed`.
    pub kind: &'static str,
    /// By how much the figure moved.
    pub delta: Total,
    /// It stood before the period: the case came into it with this amount.
    pub opening: bool,
}

/// Returns the cases that a figure counts, in the order of their ids; for a rate, those below its line.
///
/// # Errors
/// No such figure, or it has no value.
pub fn figure_cases(
    model: &ReadModel,
    id: &str,
    period: &Period,
    scope: Scope,
    known: Position,
) -> Result<Vec<Counted>, FigureError> {
    let query = Query::new(model, period, scope, known);
    let info = info(&query, id)?;
    let Some(list) = List::of(info) else { return Ok(units(&query, info)) };
    let counted = |subject, office, cells: &Cells, steps: Vec<Step<'_>>| {
        let amount = list.amount(cells);
        let last = steps.last()?;
        (amount != 0).then(|| Counted {
            subject,
            office,
            how: list.how(cells),
            on: last.live.at.on,
            position: last.live.at.position,
            amount,
        })
    };
    if info.unit == Unit::Complaints {
        let all = query.complaints();
        return Ok(all
            .filter_map(|seen| {
                let cells = query.complaint_cells(&seen, &seen.complaint);
                let subject = Subject::Complaint(seen.id.clone());
                counted(subject, seen.office, &cells, complaint_steps(&query, list, &seen))
            })
            .collect());
    }
    let parts = query.each_case(|into: &mut Vec<Counted>, seen, case| {
        let cells = query.cells(seen.id, &seen.opening, &case);
        if list.amount(&cells) != 0 {
            let steps = case_steps(&query, list, &seen);
            into.extend(counted(Subject::Case(seen.id.clone()), seen.office, &cells, steps));
        }
    });
    Ok(parts.into_iter().flatten().collect())
}

/// Returns the events that made a figure what it is, case by case in the order of effect. Their deltas add up to the
/// figure (for a rate, to what stands below its line).
///
/// # Errors
/// No such figure, it has no value, or it counts units.
pub fn figure_events(
    model: &ReadModel,
    id: &str,
    period: &Period,
    scope: Scope,
    known: Position,
) -> Result<Vec<Moved>, FigureError> {
    let query = Query::new(model, period, scope, known);
    let info = info(&query, id)?;
    let list = List::of(info).ok_or(FigureError::OfUnits(info.id))?;
    if info.unit == Unit::Complaints {
        return Ok(query
            .complaints()
            .flat_map(|seen| {
                let subject = Subject::Complaint(seen.id.clone());
                moves(&subject, seen.office, complaint_steps(&query, list, &seen))
            })
            .collect());
    }
    let parts = query.each_case(|into: &mut Vec<Moved>, seen, _| {
        into.extend(moves(&Subject::Case(seen.id.clone()), seen.office, case_steps(&query, list, &seen)));
    });
    Ok(parts.into_iter().flatten().collect())
}

/// One event recorded between two moments of knowledge, of a case whose part of the figure it or another changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Restated {
    /// Of which case.
    pub subject: Subject,
    /// Its office.
    pub office: OfficeNo,
    /// The event.
    pub position: Position,
    /// Its effective date.
    pub effective: Date,
    /// When it was recorded.
    pub recorded_on: Date,
    /// Its kind.
    pub kind: &'static str,
    /// The entry that it corrects or voids.
    pub corrects: Option<Position>,
    /// By how much the figure moved when it became known; may be nothing.
    pub delta: Total,
}

/// Returns the events that explain why a figure as known at `later` differs from the same as known at `earlier`, in
/// the order of the log. Their deltas add up to the difference.
///
/// What no case's event explains (a rule or the tree of offices became another) stands as one line of the
/// organisation.
///
/// # Errors
/// No such figure, it has no value at one of the two, or it is a rate or counts units.
pub fn restatement(
    model: &ReadModel,
    id: &str,
    period: &Period,
    scope: Scope,
    earlier: Position,
    later: Position,
) -> Result<Vec<Restated>, FigureError> {
    let (earlier, later) = (earlier.min(later), later.max(earlier).min(model.position()));
    let query = Query::new(model, period, scope, earlier);
    let info = info(&query, id)?;
    let list = match info.measure {
        Measure::Sum(plus, minus) => List { plus, minus },
        Measure::Rate(..) | Measure::Reaching(_) | Measure::Targeted(_) => {
            return Err(FigureError::OfUnits(info.id));
        }
    };
    let mut lines = Vec::new();
    for (id, entries) in model.cases() {
        let subject = || Subject::Case(id.clone());
        step_by_step(entries, earlier, later, subject, &mut lines, |known| {
            let seen = query.case_as_known(id, entries, known);
            seen.map_or(0, |(opening, case)| list.amount(&query.cells(id, &opening, &case)))
        });
    }
    for (id, entries) in model.complaints() {
        let subject = || Subject::Complaint(id.clone());
        step_by_step(entries, earlier, later, subject, &mut lines, |known| {
            let seen = query.complaint_as_known(id, entries, known);
            seen.map_or(0, |seen| list.amount(&query.complaint_cells(&seen, &seen.complaint)))
        });
    }
    let amount = |known| match report(model, period, scope, known).value(info.id) {
        Some(Value::Count(amount) | Value::Money(amount)) => Ok(amount),
        Some(Value::Unset(parameter)) => Err(FigureError::Unset { id: info.id, parameter, day: period.to() }),
        Some(Value::Rate { .. } | Value::Uncounted) | None => Err(FigureError::OfUnits(info.id)),
    };
    let explained: Total = lines.iter().map(|line| line.delta).sum();
    let rest = amount(later)? - amount(earlier)? - explained;
    let between = |entry: &&RecordedEvent| earlier <= entry.position && entry.position < later;
    if rest != 0 {
        let last = model.organisation().iter().rfind(between);
        lines.push(Restated {
            subject: Subject::Organisation,
            office: last.map_or(OfficeNo(0), |entry| entry.office),
            position: last.map_or(Position(later.0.saturating_sub(1)), |entry| entry.position),
            effective: last.map_or(period.to(), |entry| entry.effective),
            recorded_on: last.map_or(period.to(), |entry| entry.recorded_on),
            kind: last.map_or("organisation", |entry| entry.event.info().name),
            corrects: last.and_then(corrected),
            delta: rest,
        });
    }
    lines.sort_by_key(|line| line.position);
    Ok(lines)
}

/// Reckons a stream's amount at every position between, and lists its entries if it ever changes.
fn step_by_step(
    entries: &[RecordedEvent],
    earlier: Position,
    later: Position,
    subject: impl Fn() -> Subject,
    lines: &mut Vec<Restated>,
    amount: impl Fn(Position) -> Total,
) {
    let first = entries.partition_point(|entry| entry.position < earlier);
    let between = known_at(entries, later).get(first..).unwrap_or_default();
    if between.is_empty() {
        return;
    }
    let mut last = amount(earlier);
    let mut moved = false;
    let start = lines.len();
    for entry in between {
        let now = amount(Position(entry.position.0.saturating_add(1)));
        moved |= now != last;
        lines.push(Restated {
            subject: subject(),
            office: entry.office,
            position: entry.position,
            effective: entry.effective,
            recorded_on: entry.recorded_on,
            kind: entry.event.info().name,
            corrects: corrected(entry),
            delta: now - last,
        });
        last = now;
    }
    if !moved {
        lines.truncate(start);
    }
}

fn corrected(entry: &RecordedEvent) -> Option<Position> {
    match &entry.event.body {
        Body::FactCorrected(fact) => Some(fact.entry),
        Body::EntryVoided(void) => Some(void.entry),
        _ => None,
    }
}

fn info(query: &Query<'_>, id: &str) -> Result<&'static FigureInfo, FigureError> {
    let info = figure(id).ok_or_else(|| FigureError::Unknown(id.chars().take(60).collect()))?;
    match info.needs.iter().copied().find(|parameter| query.regime.unset.contains(parameter)) {
        Some(parameter) => Err(FigureError::Unset { id: info.id, parameter, day: query.period.to() }),
        None => Ok(info),
    }
}

/// The columns that a figure lists.
#[derive(Clone, Copy)]
struct List {
    plus: &'static [Column],
    minus: &'static [Column],
}

impl List {
    fn of(info: &FigureInfo) -> Option<List> {
        match info.measure {
            Measure::Sum(plus, minus) => Some(List { plus, minus }),
            Measure::Rate(_, below) => Some(List { plus: below, minus: &[] }),
            Measure::Reaching(_) | Measure::Targeted(_) => None,
        }
    }

    fn amount(self, cells: &Cells) -> Total {
        cells.sum(self.plus) - cells.sum(self.minus)
    }

    fn how(self, cells: &Cells) -> String {
        let words: Vec<&str> =
            self.plus.iter().filter(|&&column| cells.get(column) != 0).map(|column| column.word()).collect();
        words.join("+")
    }
}

/// An event that changed what its case gives the columns of a figure; their sum may stay the same.
struct Step<'a> {
    live: EffectiveEvent<'a>,
    delta: Total,
    opening: bool,
}

/// The steps of one case or complaint, as its cells come in the order of effect.
struct Steps<'a> {
    list: List,
    last: Cells,
    steps: Vec<Step<'a>>,
}

impl<'a> Steps<'a> {
    fn new(list: List) -> Steps<'a> {
        Steps { list, last: Cells::default(), steps: Vec::new() }
    }

    fn next(&mut self, live: &EffectiveEvent<'a>, cells: Cells, opening: bool) {
        let listed = |column: &Column| self.list.plus.contains(column) || self.list.minus.contains(column);
        if self.last.changes(&cells).any(|(column, _)| listed(&column)) {
            let delta = self.list.amount(&cells) - self.list.amount(&self.last);
            self.steps.push(Step { live: live.clone(), delta, opening });
        }
        self.last = cells;
    }
}

/// The events of a case that changed its part of a figure. What it had at the opening is its order's.
fn case_steps<'a>(query: &Query<'_>, list: List, seen: &CaseWindow<'a>) -> Vec<Step<'a>> {
    let mut case = Case::default();
    for one in &seen.live[..seen.before] {
        one.event.body.apply_to(&mut case, &one.at);
    }
    let mut steps = Steps::new(list);
    let order = seen.live[..seen.before].iter().find(|one| Some(one.at.position) == case.order.at);
    if let Some(order) = order.or(seen.live[..seen.before].first()) {
        steps.next(order, query.cells(seen.id, &seen.opening, &case), true);
    }
    for one in &seen.live[seen.before..] {
        one.event.body.apply_to(&mut case, &one.at);
        steps.next(one, query.cells(seen.id, &seen.opening, &case), false);
    }
    steps.steps
}

fn complaint_steps<'a>(query: &Query<'_>, list: List, seen: &ComplaintWindow<'a>) -> Vec<Step<'a>> {
    let mut complaint = Complaint::default();
    let mut steps = Steps::new(list);
    for one in &seen.live {
        one.event.body.apply_to(&mut complaint, &one.at);
        let opening = one.at.on < query.period.from();
        steps.next(one, query.complaint_cells(seen, &complaint), opening);
    }
    steps.steps
}

fn moves(subject: &Subject, office: OfficeNo, steps: Vec<Step<'_>>) -> Vec<Moved> {
    let moved = |step: Step<'_>| Moved {
        subject: subject.clone(),
        office,
        position: step.live.at.position,
        on: step.live.at.on,
        recorded_on: step.live.at.recorded_on,
        kind: step.live.event.info().name,
        delta: step.delta,
        opening: step.opening,
    };
    steps.into_iter().filter(|step| step.delta != 0).map(moved).collect()
}

/// The units that a figure counts, each with the event that assigned its target.
fn units(query: &Query<'_>, info: &FigureInfo) -> Vec<Counted> {
    let (id, reached_only) = match info.measure {
        Measure::Reaching(id) => (id, true),
        Measure::Targeted(id) => (id, false),
        Measure::Sum(..) | Measure::Rate(..) => return Vec::new(),
    };
    let Some(year) = year_of(&query.reference_data.rules, query.period.to()) else { return Vec::new() };
    let report = report(query.model, &query.period, query.scope, query.known);
    let rows =
        report.targets.iter().filter(|row| row.figure == id && (row.reached == Some(true) || !reached_only));
    let live = timeline(known_at(query.model.organisation(), query.known));
    let assigned = |row: &TargetRow| {
        live.iter().rfind(|one| match &one.event.body {
            Body::TargetAssigned(target) => {
                (target.year, target.office, target.figure.as_str()) == (year, row.office, id)
            }
            _ => false,
        })
    };
    let mut counted: Vec<Counted> = rows
        .filter_map(|row| {
            let code = query.reference_data.organisation.offices.get(&row.office)?.code.clone();
            let at = assigned(row)?.at;
            let how = match row.reached {
                Some(true) => "reached",
                Some(false) => "not_reached",
                None => "not_known",
            };
            let subject = Subject::Office(code);
            Some(Counted {
                subject,
                office: row.office,
                how: how.to_owned(),
                on: at.on,
                position: at.position,
                amount: 1,
            })
        })
        .collect();
    counted.sort_by(|one, other| one.subject.cmp(&other.subject));
    counted
}

impl<'a> Query<'a> {
    /// A case's opening and its state at the period's end, from its entries as known at another moment.
    fn case_as_known(
        &self,
        id: &CaseId,
        entries: &[RecordedEvent],
        known: Position,
    ) -> Option<(Opening, Case)> {
        let mut found = None;
        self.fold_case(id, known_at(entries, known), |seen, case| found = Some((seen.opening, case)));
        found
    }
}
