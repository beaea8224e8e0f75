//! A report: every figure of a period, a scope and a moment of knowledge, with each office's row and its targets.
//!
//! Known at K means everything at K: the cases' entries, the tree of offices, the rules and the targets.

use std::collections::BTreeMap;

use thads_cases::ids::{OfficeCode, OfficeNo, Position};
use thads_cases::money::{Ratio, Total};
use thads_cases::organisation::Organisation;
use thads_cases::reference_data::ReferenceData;
use thads_cases::rules::{Parameter, RuleSet};

use crate::columns::{Cells, Column};
use crate::figures::{FIGURES, FigureInfo, Measure, Unit, Value, figure};
use crate::period::{Period, months_of, year_of};
use crate::query::Query;
use crate::read_model::ReadModel;
use crate::regime::Regime;
use crate::scope::Scope;

/// The figures of a period.
#[derive(Clone, PartialEq, Debug)]
pub struct Report {
    /// Which period.
    pub period: Period,
    /// Whose cases.
    pub scope: Scope,
    /// As known at this size of the log.
    pub known: Position,
    /// The rules of the statistics on the period's last day.
    pub rule_set: RuleSet,
    /// Whether money counts as soon as it is collected: then an amendment may take back what was counted.
    pub counts_when_collected: bool,
    /// Every figure, in the order of the registry.
    pub figures: Vec<Figure>,
    /// Each office of the scope by itself, in the order of the offices' numbers.
    pub offices: Vec<OfficeRow>,
    /// Each office's targets of the year.
    pub targets: Vec<TargetRow>,
}

/// A figure and its value.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Figure {
    /// Which figure.
    pub info: &'static FigureInfo,
    /// Its value.
    pub value: Value,
}

/// The figures of one office by itself, without those below it.
#[derive(Clone, PartialEq, Debug)]
pub struct OfficeRow {
    /// Its number.
    pub office: OfficeNo,
    /// Its code; `None` for an office of imported history that was never opened.
    pub code: Option<OfficeCode>,
    cells: Cells,
    unset: Vec<Parameter>,
}

impl OfficeRow {
    pub(crate) fn cells(&self) -> &Cells {
        &self.cells
    }

    /// The value of a figure; `None` for an unknown id and for figures that count units.
    pub fn value(&self, id: &str) -> Option<Value> {
        value_of(figure(id)?, &self.cells, &self.unset)
    }
}

/// A unit's target of the period's year, and how far it has come.
#[derive(Clone, PartialEq, Debug)]
pub struct TargetRow {
    /// The unit.
    pub office: OfficeNo,
    /// The figure's id, for instance `rate.cases`.
    pub figure: String,
    /// What it should reach in the whole year.
    pub target: Ratio,
    /// Its own rate.
    pub rate: Value,
    /// Whether the whole year's target is reached already; `None` where its rate is not known.
    pub reached: Option<bool>,
    /// The target's share of the months gone by: target × months / 12, as numerator and denominator.
    pub pace: (Total, Total),
    /// Whether it has come at least as far as that.
    pub on_pace: Option<bool>,
}

impl Report {
    /// The value of a figure; `None` for an unknown id.
    pub fn value(&self, id: &str) -> Option<Value> {
        self.figures.iter().find(|figure| figure.info.id == id).map(|figure| figure.value)
    }

    /// The amount of a figure that is a count or a sum of money.
    pub fn amount(&self, id: &str) -> Option<Total> {
        self.value(id).and_then(Value::amount)
    }
}

/// The figures of a period.
pub fn report(model: &ReadModel, period: &Period, scope: Scope, known: Position) -> Report {
    let query = Query::new(model, period, scope, known);
    let parts = query.each_case(|rows: &mut BTreeMap<OfficeNo, Cells>, seen, case| {
        rows.entry(seen.office).or_default().add_all(&query.cells(seen.id, &seen.opening, &case));
    });
    let mut rows = BTreeMap::new();
    for (office, cells) in parts.into_iter().flatten() {
        rows.entry(office).or_insert_with(Cells::default).add_all(&cells);
    }
    for seen in query.complaints() {
        let cells = query.complaint_cells(&seen, &seen.complaint);
        rows.entry(seen.office).or_default().add_all(&cells);
    }
    assemble(&query, period, &query.regime, &rows)
}

/// Makes a report of the rows of the offices.
pub(crate) fn assemble(
    query: &Query<'_>,
    period: &Period,
    regime: &Regime,
    rows: &BTreeMap<OfficeNo, Cells>,
) -> Report {
    let organisation = &query.reference_data.organisation;
    let mut sum = Cells::default();
    for cells in rows.values() {
        sum.add_all(cells);
    }
    let offices = office_rows(query.scope, organisation, regime, rows);
    let targets = target_rows(&query.reference_data, period, &offices);
    let figures = FIGURES
        .iter()
        .map(|info| Figure { info, value: figure_value(info, &sum, &regime.unset, &targets) })
        .collect();
    Report {
        period: period.clone(),
        scope: query.scope,
        known: query.known,
        rule_set: regime.rule_set,
        counts_when_collected: regime.when_collected,
        figures,
        offices,
        targets,
    }
}

fn office_rows(
    scope: Scope,
    organisation: &Organisation,
    regime: &Regime,
    rows: &BTreeMap<OfficeNo, Cells>,
) -> Vec<OfficeRow> {
    let mut offices = scope.offices(organisation);
    let unknown = rows.iter().filter(|(office, _)| !organisation.offices.contains_key(office));
    offices.extend(unknown.filter(|(_, cells)| cells.entries().next().is_some()).map(|(office, _)| office));
    offices.sort();
    offices
        .into_iter()
        .map(|office| {
            let mut cells = rows.get(&office).cloned().unwrap_or_default();
            // Inside one office nothing is counted twice.
            cells.clear(Column::CasesDoubled);
            cells.clear(Column::MoneyDoubled);
            let code = organisation.offices.get(&office).map(|office| office.code.clone());
            OfficeRow { office, code, cells, unset: regime.unset.clone() }
        })
        .collect()
}

/// The targets of the statistical year of the period's end.
fn target_rows(known: &ReferenceData, period: &Period, offices: &[OfficeRow]) -> Vec<TargetRow> {
    let mut targets = Vec::new();
    let of = (year_of(&known.rules, period.to()), months_of(&known.rules, period.to()));
    let (Some(year), Some(months)) = of else { return targets };
    for row in offices {
        for info in FIGURES.iter().filter(|info| info.unit == Unit::Rate) {
            let Some(target) = known.organisation.target(year, row.office, info.id) else { continue };
            let rate = value_of(info, &row.cells, &row.unset).unwrap_or(Value::Uncounted);
            let months = Total::from(months);
            let pace = (Total::from(target.numerator) * months, Total::from(target.denominator) * 12);
            targets.push(TargetRow {
                office: row.office,
                figure: info.id.to_owned(),
                target,
                rate,
                reached: of_rate(rate, |above, below| target.reached_by(above, below)),
                pace,
                on_pace: of_rate(rate, |above, below| below > 0 && reaches(above, below, pace)),
            });
        }
    }
    targets
}

fn of_rate(rate: Value, says: impl FnOnce(Total, Total) -> bool) -> Option<bool> {
    match rate {
        Value::Rate { numerator, denominator } => Some(says(numerator, denominator)),
        Value::Count(_) | Value::Money(_) | Value::Unset(_) | Value::Uncounted => None,
    }
}

fn reaches(numerator: Total, denominator: Total, pace: (Total, Total)) -> bool {
    match (numerator.checked_mul(pace.1), pace.0.checked_mul(denominator)) {
        (Some(left), Some(right)) => left >= right,
        _ => false,
    }
}

fn figure_value(
    info: &'static FigureInfo,
    cells: &Cells,
    unset: &[Parameter],
    targets: &[TargetRow],
) -> Value {
    let count = |reached_only: bool, id: &str| {
        let rows =
            targets.iter().filter(|row| row.figure == id && (row.reached == Some(true) || !reached_only));
        Value::Count(Total::try_from(rows.count()).unwrap_or(Total::MAX))
    };
    match (info.measure, missing(info, unset)) {
        (_, Some(parameter)) => Value::Unset(parameter),
        (Measure::Reaching(id), None) => count(true, id),
        (Measure::Targeted(id), None) => count(false, id),
        (Measure::Sum(..) | Measure::Rate(..), None) => {
            value_of(info, cells, unset).unwrap_or(Value::Uncounted)
        }
    }
}

fn missing(info: &FigureInfo, unset: &[Parameter]) -> Option<Parameter> {
    info.needs.iter().copied().find(|parameter| unset.contains(parameter))
}

/// The value of a figure of columns; `None` for figures that count units.
pub(crate) fn value_of(info: &FigureInfo, cells: &Cells, unset: &[Parameter]) -> Option<Value> {
    if let Some(parameter) = missing(info, unset) {
        return Some(Value::Unset(parameter));
    }
    match info.measure {
        Measure::Sum(plus, minus) => {
            let amount = cells.sum(plus) - cells.sum(minus);
            Some(if info.unit == Unit::Money { Value::Money(amount) } else { Value::Count(amount) })
        }
        // Where more was taken back than was finished, nothing was finished: a rate is never below nothing.
        Measure::Rate(above, below) => {
            Some(Value::Rate { numerator: cells.sum(above).max(0), denominator: cells.sum(below).max(0) })
        }
        Measure::Reaching(_) | Measure::Targeted(_) => None,
    }
}
