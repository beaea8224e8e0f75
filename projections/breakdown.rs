//! A report by a dimension: the same figures for each office, enforcer, basis, year of the order, …
//!
//! A dimension that overlaps (tags, creditors, obligations) counts a case in every row that it belongs to, so its
//! rows do not add up to the whole. Money adds up by kind of obligation too, or is not known by kind ([`Value::Uncounted`]).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use thads_cases::case::{Basis, Case, JudgmentKind, PartyKind, Payee, Tag};
use thads_cases::distribution::ObligationKind;
use thads_cases::ids::{OfficeCode, OfficeNo, OfficerNo, Position};
use thads_cases::money::Total;

use crate::columns::{Cells, Column};
use crate::figures::{FIGURES, FigureInfo, Measure, Unit, Value};
use crate::period::Period;
use crate::query::{CaseWindow, Query};
use crate::read_model::ReadModel;
use crate::report::{OfficeRow, Report, assemble};
use crate::scope::Scope;
use crate::statistics::contributions_of_kind;

macro_rules! dimensions {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {
        /// By what a report is broken down.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Dimension { $($(#[$doc])* $name,)* }

        impl Dimension {
            /// Every dimension.
            pub const ALL: &'static [Dimension] = &[$(Dimension::$name),*];

            /// Its word on the command line.
            pub const fn word(self) -> &'static str {
                match self { $(Dimension::$name => $word,)* }
            }
        }
    };
}

dimensions! {
    /// Each office by itself.
    Office = "office";
    /// The enforcer at the end of the period, or the last one.
    Enforcer = "enforcer";
    /// On request or proactive.
    Basis = "basis";
    /// Kind of judgment.
    Judgment = "judgment";
    /// Tags of the order; overlaps.
    Tag = "tag";
    /// Who is owed; overlaps.
    Creditor = "creditor";
    /// Calendar year of the order.
    OrderYear = "order_year";
    /// By what is owed in all.
    Amount = "amount";
    /// Carried or new.
    Entry = "entry";
    /// Kind of obligation; overlaps for cases. Money adds up where it is known by kind.
    Obligation = "obligation";
}

impl Dimension {
    /// Whether one case may stand in several rows.
    pub const fn overlaps(self) -> bool {
        matches!(self, Dimension::Tag | Dimension::Creditor | Dimension::Obligation)
    }
}

/// A word that names no dimension.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0:?} is no dimension; accepted: {list}", list = words())]
pub struct UnknownDimension(pub String);

fn words() -> String {
    Dimension::ALL.iter().map(|one| one.word()).collect::<Vec<_>>().join(", ")
}

impl FromStr for Dimension {
    type Err = UnknownDimension;

    fn from_str(text: &str) -> Result<Dimension, UnknownDimension> {
        let found = Dimension::ALL.iter().copied().find(|one| one.word() == text);
        found.ok_or_else(|| UnknownDimension(text.chars().take(40).collect()))
    }
}

/// A row of a breakdown.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Key {
    /// An office.
    Office(OfficeCode),
    /// An office that was never opened, and so has no code.
    OfficeWithoutCode(OfficeNo),
    /// An enforcer.
    Enforcer(OfficerNo),
    /// A calendar year.
    Year(i32),
    /// A word, with its place in the order of rows.
    Word(u8, &'static str),
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::Office(code) => code.fmt(f),
            Key::OfficeWithoutCode(number) => number.fmt(f),
            Key::Enforcer(number) => number.fmt(f),
            Key::Year(year) => year.fmt(f),
            Key::Word(_, word) => f.write_str(word),
        }
    }
}

/// What has no value in the dimension: no enforcer, no tag.
const NONE: Key = Key::Word(u8::MAX, "none");

/// A row as it is added up: what each office has in it, and the figures that one case at least has not by this dimension.
#[derive(Default)]
struct Row {
    offices: BTreeMap<OfficeNo, Cells>,
    unknown: BTreeSet<&'static str>,
}

impl Row {
    fn add(&mut self, office: OfficeNo, cells: &Cells) {
        self.offices.entry(office).or_default().add_all(cells);
    }
}

/// Returns the figures for each row of a dimension, in the order of the rows. Complaints and units are counted in the
/// rows of offices only, and of an obligation the tables alone, as far as its money is known by kind; elsewhere such a
/// figure is [`Value::Uncounted`].
pub fn report_by(
    model: &ReadModel,
    period: &Period,
    scope: Scope,
    known: Position,
    dimension: Dimension,
) -> Vec<(Key, Report)> {
    let query = Query::new(model, period, scope, known);
    if dimension == Dimension::Office {
        return by_office(&query);
    }
    type Rows = BTreeMap<Key, Row>;
    let parts = query.each_case(|rows: &mut Rows, seen, case| {
        if dimension == Dimension::Obligation {
            by_obligation(&query, &seen, &case, rows);
            return;
        }
        let cells = query.cells(seen.id, &seen.opening, &case);
        if cells.entries().next().is_some() {
            for key in keys(dimension, &seen, &case) {
                rows.entry(key).or_default().add(seen.office, &cells);
            }
        }
    });
    let mut rows = Rows::new();
    for (key, part) in parts.into_iter().flatten() {
        let row = rows.entry(key).or_default();
        row.unknown.extend(part.unknown);
        for (office, cells) in part.offices {
            row.add(office, &cells);
        }
    }
    rows.into_iter()
        .map(|(key, row)| {
            let report = assemble(&query, period, &query.regime, &row.offices);
            (key, as_counted(dimension, &row.unknown, report))
        })
        .collect()
}

fn by_office(query: &Query<'_>) -> Vec<(Key, Report)> {
    let whole = crate::report::report(query.model, &query.period, query.scope, query.known);
    let row_of = |row: &OfficeRow| {
        let key = row.code.clone().map_or(Key::OfficeWithoutCode(row.office), Key::Office);
        let mut alone = query.clone();
        alone.scope = Scope::OfficeAlone(row.office);
        let rows = BTreeMap::from([(row.office, row.cells().clone())]);
        (key, assemble(&alone, &query.period, &query.regime, &rows))
    };
    whole.offices.iter().map(row_of).collect()
}

/// A row is no unit: its cases are only some of an office's, and no target is for them. What it does not count is not 0.
fn as_counted(dimension: Dimension, unknown: &BTreeSet<&'static str>, mut report: Report) -> Report {
    report.targets.clear();
    for figure in &mut report.figures {
        if !counts(dimension, figure.info) || unknown.contains(figure.info.id) {
            figure.value = Value::Uncounted;
        }
    }
    report
}

/// Whether the rows of a dimension other than the office count a figure.
fn counts(dimension: Dimension, info: &FigureInfo) -> bool {
    let Some((one, other)) = columns(info) else { return false };
    // Of a kind of obligation, the tables of cases and of money: the rest of a case has no kind.
    let of_tables =
        |column: &Column| (CASES.0..=CASES.1).contains(column) || (MONEY.0..=MONEY.1).contains(column);
    let tables_alone = || one.iter().chain(other).all(of_tables);
    info.unit != Unit::Complaints && (dimension != Dimension::Obligation || tables_alone())
}

/// The table of cases, from its first column to its last.
const CASES: (Column, Column) = (Column::CasesCarried, Column::CasesTrackingBook);
/// The table of money.
const MONEY: (Column, Column) = (Column::MoneyCarried, Column::MoneyTrackingBook);

/// The two sums of columns that a figure is made of.
fn columns(info: &FigureInfo) -> Option<(&'static [Column], &'static [Column])> {
    match info.measure {
        Measure::Sum(one, other) | Measure::Rate(one, other) => Some((one, other)),
        Measure::Reaching(_) | Measure::Targeted(_) => None,
    }
}

/// Adds a case to the rows of the kinds that it owes. A figure of its money is known by kind where there is one share that
/// each kind can have, and the shares add up to what the case gives the whole; else it is unknown in the row of each kind.
fn by_obligation(query: &Query<'_>, seen: &CaseWindow<'_>, case: &Case, rows: &mut BTreeMap<Key, Row>) {
    let mut before = Case::default();
    for one in &seen.live[..seen.before] {
        one.event.body.apply_to(&mut before, &one.at);
    }
    let kinds: BTreeSet<ObligationKind> = case.obligations.iter().map(|one| one.kind).collect();
    let possible: Vec<(ObligationKind, Vec<Cells>)> = kinds
        .into_iter()
        .map(|kind| (kind, contributions_of_kind(&before, case, &query.regime, kind)))
        .collect();
    let whole = query.cells(seen.id, &seen.opening, case);
    let mut together = Cells::default();
    for cells in possible.iter().filter_map(|(_, possible)| possible.first()) {
        together.add_all(cells);
    }
    let unknown: BTreeSet<&'static str> = FIGURES
        .iter()
        .filter(|info| {
            let Some((one, other)) = columns(info) else { return false };
            let of_money = one.iter().chain(other).all(|column| (MONEY.0..=MONEY.1).contains(column));
            let sums = |cells: &Cells| (cells.sum(one), cells.sum(other));
            let one_share = |(_, possible): &(_, Vec<Cells>)| {
                possible.windows(2).all(|pair| matches!(pair, [this, next] if sums(this) == sums(next)))
            };
            of_money && !(possible.iter().all(one_share) && sums(&together) == sums(&whole))
        })
        .map(|info| info.id)
        .collect();
    for (kind, possible) in possible {
        let counted = possible.iter().any(|cells| cells.entries().next().is_some());
        let Some(cells) = possible.first().filter(|_| counted) else { continue };
        let at = ObligationKind::ALL.iter().position(|one| *one == kind);
        let place = at.and_then(|at| u8::try_from(at).ok()).unwrap_or(u8::MAX);
        let row = rows.entry(Key::Word(place, kind.id())).or_default();
        row.add(seen.office, cells);
        row.unknown.extend(&unknown);
    }
}

fn keys(dimension: Dimension, seen: &CaseWindow<'_>, case: &Case) -> Vec<Key> {
    let one = |key: Option<Key>| vec![key.unwrap_or(NONE)];
    match dimension {
        Dimension::Office | Dimension::Obligation => Vec::new(),
        Dimension::Enforcer => {
            let enforcer = case.open().map_or(case.last_enforcer, |open| open.enforcer);
            one(enforcer.map(Key::Enforcer))
        }
        Dimension::Basis => one(case.order.basis.map(|basis| match basis {
            Basis::OnRequest => Key::Word(0, "on_request"),
            Basis::Proactive => Key::Word(1, "proactive"),
        })),
        Dimension::Judgment => one(case.judgment.map(judgment)),
        Dimension::Tag => some(case.order.tags.iter().map(|tag| tag_key(*tag)).collect()),
        Dimension::Creditor => creditors(case),
        Dimension::OrderYear => one(case.order.on.map(|on| Key::Year(on.year()))),
        Dimension::Amount => vec![band(case)],
        Dimension::Entry => {
            vec![if seen.opening.carried() { Key::Word(0, "carried") } else { Key::Word(1, "new") }]
        }
    }
}

fn some(mut keys: Vec<Key>) -> Vec<Key> {
    keys.sort();
    keys.dedup();
    if keys.is_empty() { vec![NONE] } else { keys }
}

fn creditors(case: &Case) -> Vec<Key> {
    let parties = case.creditors.iter().map(|party| match party.kind {
        PartyKind::Individual => Key::Word(0, "individual"),
        PartyKind::CreditInstitution => Key::Word(1, "credit_institution"),
        PartyKind::StateBody => Key::Word(2, "state_body"),
        PartyKind::Organisation => Key::Word(3, "organisation"),
    });
    let to_budget = case.obligations.iter().any(|one| one.counts() && one.payee == Payee::Budget);
    some(parties.chain(to_budget.then_some(Key::Word(4, "state_budget"))).collect())
}

fn judgment(kind: JudgmentKind) -> Key {
    match kind {
        JudgmentKind::Civil => Key::Word(0, "civil"),
        JudgmentKind::Criminal => Key::Word(1, "criminal"),
        JudgmentKind::MarriageFamily => Key::Word(2, "marriage_family"),
        JudgmentKind::Business => Key::Word(3, "business"),
        JudgmentKind::Labour => Key::Word(4, "labour"),
        JudgmentKind::Bankruptcy => Key::Word(5, "bankruptcy"),
        JudgmentKind::AdministrativePart => Key::Word(6, "administrative_part"),
        JudgmentKind::Competition => Key::Word(7, "competition"),
        JudgmentKind::Arbitration => Key::Word(8, "arbitration"),
    }
}

fn tag_key(tag: Tag) -> Key {
    match tag {
        Tag::BankCredit => Key::Word(0, "bank_credit"),
        Tag::Corruption => Key::Word(1, "corruption"),
        Tag::Economic => Key::Word(2, "economic"),
        Tag::StateBudget => Key::Word(3, "state_budget"),
        Tag::ForeignElement => Key::Word(4, "foreign_element"),
        Tag::Compensation => Key::Word(5, "compensation"),
    }
}

/// Bands of domain.md 5.2, in đồng.
fn band(case: &Case) -> Key {
    let due: Total = case.obligations.iter().filter(|one| one.counts()).map(|one| one.due.total()).sum();
    match due {
        ..10_000_000 => Key::Word(0, "under_10_million"),
        10_000_000..100_000_000 => Key::Word(1, "10_to_100_million"),
        100_000_000..1_000_000_000 => Key::Word(2, "100_million_to_1_billion"),
        1_000_000_000..10_000_000_000 => Key::Word(3, "1_to_10_billion"),
        10_000_000_000.. => Key::Word(4, "from_10_billion"),
    }
}
