//! A period day by day: the report of FROM..n for every day n, in one pass over every case.
//!
//! What a case gives changes only on the days of its own events, where the rules change, where held money grows into
//! the next band of age, and where a case that was sent away is taken over. Day n is the report of FROM..n exactly.

use std::collections::{BTreeMap, BTreeSet};

use thads_cases::case::Case;
use thads_cases::complaint::Complaint;
use thads_cases::date::Date;
use thads_cases::ids::{OfficeNo, Position};
use thads_cases::money::Total;

use crate::columns::{Cells, Column};
use crate::complaints;
use crate::period::Period;
use crate::query::{CaseWindow, ComplaintWindow, Query};
use crate::read_model::ReadModel;
use crate::regime::Regime;
use crate::report::{Report, assemble};
use crate::scope::Scope;
use crate::statistics::{BAND_STARTS, Opening};

/// A change of an office's row.
struct Change {
    day: Date,
    office: OfficeNo,
    column: Column,
    by: Total,
}

/// Returns the report of `from..n` for every day n from `from` to `to`; none when `from` is after `to`.
pub fn replay(model: &ReadModel, from: Date, to: Date, scope: Scope, known: Position) -> Vec<(Date, Report)> {
    let Some(period) = Period::between(from, to) else { return Vec::new() };
    let query = Query::new(model, &period, scope, known);
    let regimes = regimes(&query);
    let parts = query.each_case(|changes: &mut Vec<Change>, seen, case| {
        case_changes(&query, &regimes, &seen, &case, changes);
    });
    let mut changes: Vec<Change> = parts.into_iter().flatten().collect();
    for seen in query.complaints() {
        complaint_changes(&query, &seen, &mut changes);
    }
    changes.sort_by_key(|change| change.day);
    let mut rows: BTreeMap<OfficeNo, Cells> = BTreeMap::new();
    let mut left = changes.into_iter().peekable();
    let mut days = Vec::new();
    let mut day = from;
    loop {
        while let Some(change) = left.next_if(|change| change.day <= day) {
            rows.entry(change.office).or_default().add(change.column, change.by);
        }
        if let Some(until) = period.until(day) {
            days.push((day, assemble(&query, &until, in_force(&regimes, day), &rows)));
        }
        if day >= to {
            return days;
        }
        day = day.next();
    }
}

/// The rules of the statistics by the day from which they hold, the first from the period's first day.
fn regimes(query: &Query<'_>) -> Vec<(Date, Regime)> {
    let rules = &query.reference_data.rules;
    let mut regimes: Vec<(Date, Regime)> = Vec::new();
    let mut day = query.period.from();
    loop {
        let regime = Regime::on(rules, day);
        if regimes.last().is_none_or(|(_, last)| *last != regime) {
            regimes.push((day, regime));
        }
        if day >= query.period.to() {
            return regimes;
        }
        day = day.next();
    }
}

fn in_force(regimes: &[(Date, Regime)], day: Date) -> &Regime {
    let after = regimes.partition_point(|(from, _)| *from <= day);
    &regimes[after.saturating_sub(1)].1
}

fn case_changes(
    query: &Query<'_>,
    regimes: &[(Date, Regime)],
    seen: &CaseWindow<'_>,
    end: &Case,
    changes: &mut Vec<Change>,
) {
    let mut case = Case::default();
    for one in &seen.live[..seen.before] {
        one.event.body.apply_to(&mut case, &one.at);
    }
    let before = case.clone();
    let mut left = seen.live[seen.before..].iter().peekable();
    let mut last = Cells::default();
    for day in days_of_change(query, regimes, seen, end) {
        while let Some(one) = left.next_if(|one| one.at.on <= day) {
            one.event.body.apply_to(&mut case, &one.at);
        }
        let Some(until) = query.period.until(day) else { continue };
        let regime = in_force(regimes, day);
        let opening = if seen.before == 0 { Opening::default() } else { Opening::of(&before, regime) };
        let cells = query.cells_at(seen.id, &opening, &case, &until, regime);
        push_changes(changes, day, seen.office, &last, &cells);
        last = cells;
    }
}

fn days_of_change(
    query: &Query<'_>,
    regimes: &[(Date, Regime)],
    seen: &CaseWindow<'_>,
    end: &Case,
) -> BTreeSet<Date> {
    let mut days: BTreeSet<Date> = regimes.iter().map(|(from, _)| *from).collect();
    days.extend(seen.live[seen.before..].iter().map(|one| one.at.on));
    for held in &end.held {
        days.extend(BAND_STARTS.iter().map(|start| held.since.plus_days(*start)));
    }
    if end.sent_to.is_some() {
        days.extend(query.arrival(seen.id, query.period.to()).map(|(on, _)| on));
    }
    days.retain(|day| query.period.from() <= *day && *day <= query.period.to());
    days
}

/// Complaints are few: each is looked at on every day from its receipt on.
fn complaint_changes(query: &Query<'_>, seen: &ComplaintWindow<'_>, changes: &mut Vec<Change>) {
    let mut complaint = Complaint::default();
    let mut left = seen.live.iter().peekable();
    let mut last = Cells::default();
    let first = seen.complaint.received.map_or(query.period.from(), |on| on.max(query.period.from()));
    let mut day = first;
    while day <= query.period.to() {
        while let Some(one) = left.next_if(|one| one.at.on <= day) {
            one.event.body.apply_to(&mut complaint, &one.at);
        }
        if let Some(until) = query.period.until(day) {
            let finished = seen.case_finished.filter(|on| *on <= day);
            let cells = complaints::contribution(&complaint, &until, finished, &query.reference_data);
            push_changes(changes, day, seen.office, &last, &cells);
            last = cells;
        }
        if day == query.period.to() {
            return;
        }
        day = day.next();
    }
}

fn push_changes(changes: &mut Vec<Change>, day: Date, office: OfficeNo, last: &Cells, now: &Cells) {
    changes.extend(last.changes(now).map(|(column, by)| Change { day, office, column, by }));
}
