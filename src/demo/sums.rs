//! Sums: what each case is about, drawn log-normal and scaled so that every office has its share of the money.

use super::amounts::{LogNormal, parts, rounded, share, shares};
use super::intake::Sort;
use super::outcomes::{CaseOutcome, Group, Origin, Spec};
use super::quotas::Quota;
use super::rng::DemoRng;

const BILLION: i64 = 1_000_000_000;

/// The sums of one office's cases: drawn, then scaled so that the office has its share of the money.
pub(super) fn draw(specs: &mut [Spec], site: usize, quota: &Quota, rng: &mut DemoRng) {
    let of = |outcomes: &[CaseOutcome], specs: &[Spec]| -> Vec<usize> {
        (0..specs.len())
            .filter(|at| specs[*at].site == site && outcomes.contains(&specs[*at].outcome))
            .collect()
    };
    let finished = of(&[CaseOutcome::Completed, CaseOutcome::Terminated], specs);
    let open: Vec<usize> = of(&[CaseOutcome::Open, CaseOutcome::OnSale], specs);
    let (later, open): (Vec<usize>, Vec<usize>) =
        open.into_iter().partition(|at| specs[*at].origin == Origin::Later);
    let not_yet = of(&[CaseOutcome::NotYet], specs);
    let instalments = share(quota.money_finished, rng.between(110, 160), 1000);
    let money_finished = quota.money_finished - instalments;
    fit(specs, &finished, Group::Finished, money_finished, 220, rng);
    fit(specs, &open, Group::Open, quota.money_enforceable - money_finished, 560, rng);
    fit(specs, &not_yet, Group::NotYet, quota.money_not_yet, 460, rng);
    pay_in_part(specs, &open, instalments, rng);
    for at in of(&[CaseOutcome::Book], specs) {
        specs[at].amount = drawn(Group::Book, specs[at].sort, rng);
    }
    for at in later.into_iter().chain(of(&[CaseOutcome::Unordered], specs)) {
        specs[at].amount = drawn(Group::Later, specs[at].sort, rng);
    }
}

/// A sum of a group.
pub(super) fn drawn(group: Group, sort: Sort, rng: &mut DemoRng) -> i64 {
    floor(law(group, sort).draw(rng), sort, rng)
}

/// Court fees are not less than what the list of fees says; other sums are worth an order.
fn floor(amount: i64, sort: Sort, rng: &mut DemoRng) -> i64 {
    match sort {
        Sort::Proactive if amount < 200_000 => 200_000,
        Sort::Proactive if amount < 420_000 => 300_000,
        Sort::Proactive => rounded(amount, rng),
        Sort::Private => rounded(amount.max(1_200_000), rng),
        Sort::Bank => rounded(amount.max(15_000_000), rng),
    }
}

/// Draws sums for a group and scales those that are not the budget's so that all add up to `whole`.
fn fit(specs: &mut [Spec], list: &[usize], group: Group, whole: i64, bank: i64, rng: &mut DemoRng) {
    for at in list {
        let sort = specs[*at].sort;
        specs[*at].amount = drawn(group, sort, rng);
    }
    let of = |sort: Sort, specs: &[Spec]| -> Vec<usize> {
        list.iter().copied().filter(|at| specs[*at].sort == sort).collect()
    };
    let sum = |list: &[usize], specs: &[Spec]| list.iter().map(|at| specs[*at].amount).sum::<i64>();
    let (proactive, private, banks) =
        (of(Sort::Proactive, specs), of(Sort::Private, specs), of(Sort::Bank, specs));
    let most = whole * 2 / 5;
    if sum(&proactive, specs) > most {
        scale(specs, &proactive, most, rng);
    }
    let left = whole - sum(&proactive, specs);
    let bank =
        if banks.is_empty() { 0 } else { share(left, rng.between(bank * 9 / 10, bank * 11 / 10), 1000) };
    scale(specs, &banks, bank, rng);
    let left = whole - sum(&proactive, specs) - sum(&banks, specs);
    scale(specs, &private, left, rng);
}

/// Scales sums so that they add up to `whole`; what rounding leaves is given to, or taken from, the largest.
fn scale(specs: &mut [Spec], list: &[usize], whole: i64, rng: &mut DemoRng) {
    let before: i64 = list.iter().map(|at| specs[*at].amount).sum();
    for at in list {
        specs[*at].amount = floor(share(specs[*at].amount, whole, before), specs[*at].sort, rng);
    }
    let mut missing = whole - list.iter().map(|at| specs[*at].amount).sum::<i64>();
    let mut largest = list.to_vec();
    largest.sort_by_key(|at| (-specs[*at].amount, *at));
    for at in largest {
        let change = missing.max(-specs[at].amount / 2);
        specs[at].amount += change;
        missing -= change;
    }
}

/// Some of the open cases are paid in part within the period, to `whole` in all.
fn pay_in_part(specs: &mut [Spec], open: &[usize], whole: i64, rng: &mut DemoRng) {
    let mut payers: Vec<usize> = open
        .iter()
        .copied()
        .filter(|at| specs[*at].outcome == CaseOutcome::Open && specs[*at].amount > 1_000_000)
        .collect();
    rng.shuffle(&mut payers);
    let reserve = payers.split_off(payers.len() * 2 / 5);
    let weights: Vec<i64> = payers
        .iter()
        .map(|at| share(specs[*at].amount, rng.between(20, 500), 1000).min(4 * BILLION))
        .collect();
    let mut left = whole;
    for (at, part) in payers.iter().zip(shares(whole, &weights)) {
        let part = part.min(most_in_part(&specs[*at]));
        specs[*at].paid = part - part % 1_000;
        left -= specs[*at].paid;
    }
    // What was more than a case can bear, or lost in rounding, is paid by those who owe most, and then by others.
    payers.sort_by_key(|at| specs[*at].paid - specs[*at].amount);
    for at in payers.into_iter().chain(reserve) {
        let more = left.min(most_in_part(&specs[at]) - specs[at].paid);
        specs[at].paid += more;
        left -= more;
    }
}

/// The most that is paid while a case stays open.
fn most_in_part(spec: &Spec) -> i64 {
    share(spec.amount, 9, 10)
}

/// Instalments: when a sum is paid in parts, the parts.
pub(super) fn instalments(amount: i64, rng: &mut DemoRng) -> Vec<i64> {
    let count = match amount {
        ..1_000_000 => 1,
        1_000_000..10_000_000 => rng.index(3) + 1,
        _ => rng.index(5) + 1,
    };
    parts(amount, count, rng)
}

/// How the sums of a group are distributed.
fn law(group: Group, sort: Sort) -> LogNormal {
    let (median, spread) = match (group, sort) {
        (Group::Finished, Sort::Proactive) => (2_000_000, 205),
        (Group::Finished, Sort::Private) => (10_000_000, 205),
        (Group::Finished, Sort::Bank) => (160_000_000, 150),
        (Group::Open | Group::Later, Sort::Proactive) => (3_900_000, 245),
        (Group::Open | Group::Later, Sort::Private) => (22_000_000, 260),
        (Group::Open | Group::Later, Sort::Bank) => (680_000_000, 200),
        (Group::NotYet, Sort::Proactive) => (4_200_000, 230),
        (Group::NotYet, Sort::Private) => (29_000_000, 285),
        (Group::NotYet, Sort::Bank) => (1_050_000_000, 205),
        (Group::Book, Sort::Proactive) => (4_500_000, 180),
        (Group::Book, Sort::Private | Sort::Bank) => (14_000_000, 200),
    };
    LogNormal { median, spread }
}
