//! What must hold between the figures of any report (domain.md 5.1), whatever the cases are.

use thads_cases::money::Total;

use crate::figures::{FIGURES, Unit, Value};
use crate::report::Report;

/// An identity that does not hold: a fault of this program.
#[derive(Clone, PartialEq, Debug)]
pub struct Broken {
    /// Which one, for instance `cases.total = cases.carried + cases.new`.
    pub identity: String,
    /// What stands left of it.
    pub left: Total,
    /// What stands right of it.
    pub right: Total,
}

/// Left ids, right ids; a leading `-` takes away.
type Identity = (&'static [&'static str], &'static [&'static str]);

const IDENTITIES: &[Identity] = &[
    (&["cases.total"], &["cases.carried", "cases.new"]),
    (&["cases.total", "-cases.entrusted", "-cases.pulled_up", "-cases.withdrawn"], &["cases.to_execute"]),
    (&["cases.to_execute"], &["cases.enforceable", "cases.not_yet_enforceable", "cases.other_standing"]),
    (&["cases.carried_out"], &["cases.to_execute", "-cases.finished"]),
    (&["cases.finished"], &["cases.completed", "cases.terminated"]),
    (&["money.total"], &["money.carried", "money.new"]),
    (&["money.total", "-money.entrusted", "-money.pulled_up", "-money.withdrawn"], &["money.to_execute"]),
    (&["money.to_execute"], &["money.enforceable", "money.not_yet_enforceable", "money.other_standing"]),
    (&["money.carried_out"], &["money.to_execute", "-money.finished"]),
    (&["money.finished"], &["money.completed", "money.terminated", "money.exempted"]),
    (
        &["complaints.carried", "complaints.received"],
        &["complaints.resolved", "complaints.rejected", "complaints.withdrawn", "complaints.pending"],
    ),
    (&["complaints.resolved"], &["complaints.complaints_resolved", "complaints.denunciations_resolved"]),
    (&["auctions.rounds"], &["auctions.sold", "auctions.unsold"]),
    (
        &["held.closing"],
        &[
            "held.to_30_days",
            "held.31_to_90_days",
            "held.91_to_180_days",
            "held.181_to_365_days",
            "held.over_365_days",
        ],
    ),
];

/// What an amendment may lower, and so make negative.
const MAY_BE_NEGATIVE: &[&str] = &["money.new"];

/// The same, where money counts as soon as it is collected (`stat_credit`): what was collected for a debt and counted may
/// be amended away, let off or paid to costs instead, and these columns take it back.
const MAY_BE_TAKEN_BACK: &[&str] = &[
    "money.total",
    "money.to_execute",
    "money.enforceable",
    "money.completed",
    "money.finished",
    "money.distinct",
];

/// Checks a report: the identities between its columns, that nothing is negative but what amendments lower, and that
/// each column is the sum of the offices'. Figures that are unset are left out.
pub fn identities(report: &Report) -> Vec<Broken> {
    let mut broken = Vec::new();
    for (left, right) in IDENTITIES {
        if let (Some(left_sum), Some(right_sum)) = (sum(report, left), sum(report, right))
            && left_sum != right_sum
        {
            let identity = format!("{} = {}", left.join(" + "), right.join(" + "));
            broken.push(Broken { identity, left: left_sum, right: right_sum });
        }
    }
    for figure in &report.figures {
        if let Value::Rate { numerator, denominator } = figure.value
            && (numerator < 0 || denominator < 0)
        {
            let identity = format!("{} ≥ 0", figure.info.id);
            broken.push(Broken { identity, left: numerator, right: denominator });
        }
        let Some(amount) = figure.value.amount() else { continue };
        let id = figure.info.id;
        let taken_back = report.counts_when_collected && MAY_BE_TAKEN_BACK.contains(&id);
        if amount < 0 && !MAY_BE_NEGATIVE.contains(&id) && !taken_back {
            broken.push(Broken { identity: format!("{id} ≥ 0"), left: amount, right: 0 });
        }
        let distinct = id.ends_with(".distinct");
        if figure.info.unit != Unit::Units && !distinct {
            let parts: Total =
                report.offices.iter().filter_map(|row| row.value(id).and_then(Value::amount)).sum();
            if parts != amount {
                broken.push(Broken { identity: format!("{id} = Σ offices"), left: amount, right: parts });
            }
        }
    }
    debug_assert!(IDENTITIES.iter().all(|(left, right)| left.iter().chain(*right).all(|id| known(id))));
    broken
}

fn known(id: &str) -> bool {
    FIGURES.iter().any(|info| info.id == id.trim_start_matches('-'))
}

fn sum(report: &Report, ids: &[&str]) -> Option<Total> {
    ids.iter()
        .map(|id| match id.strip_prefix('-') {
            Some(id) => report.amount(id).map(|amount| -amount),
            None => report.amount(id),
        })
        .sum()
}
