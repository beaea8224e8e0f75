//! Endings within the period: paid in many ways, sold up, let go, sent elsewhere, taken back.

use thads_cases::case::{Basis, Class};
use thads_cases::date::Date;
use thads_cases::distribution::ObligationKind;
use thads_cases::event::coercion::Measure;
use thads_cases::event::money::Means;
use thads_cases::event::notice::NoticeOf;

use super::amounts::{parts, share};
use super::auction::Sale;
use super::case_script::CaseScript;
use super::days::date;
use super::intake::Sort;
use super::outcomes::{CaseOutcome, Origin, Spec};
use super::scripts::{destination, is_proactive, means, tell_creditor};
use super::sums::instalments;

/// How long a sale in the first round takes from the decision to distrain, and how long every failed round, in days.
const SALE_DAYS: i32 = 118;
const ROUND_DAYS: i32 = 57;

/// How a case is paid.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// At once.
    Once,
    /// Under a decision on accounts or income.
    Coerced,
    /// In parts.
    Parts,
    /// The parties settle it themselves.
    Directly,
    /// From money that was kept.
    Kept,
    /// In part; the court lets the rest off.
    Exempted,
    /// In part; the creditor lets the rest off.
    Waived,
    /// The payee does not come.
    PutAside,
    /// Too much comes in.
    TooMuch,
    /// From what is sold.
    Sold,
}

/// Finishes the case within the period.
pub(super) fn complete(script: &mut CaseScript<'_>, spec: &Spec) {
    let days = &script.land.days;
    let last = days.on_or_before(days.to);
    let started = script.day.max(days.from);
    let finish = days.finishing(started.plus_days(6), &mut script.rng);
    let room = finish.since(started);
    script.limit = last;
    let way = way(script, spec, room);
    match way {
        Way::Sold => sell_up(script, finish),
        Way::Parts => in_parts(script, finish),
        _ => {
            // Who is called and does not come has fifteen days.
            let lead = if way == Way::PutAside { script.rng.days(20, 40) } else { script.rng.days(2, 5) };
            let pays = days.plus(finish, -lead);
            until(script, pays.max(days.plus(started, 1)));
            pay(script, way);
        }
    }
    if script.case.open().is_some() {
        script.complete();
    }
}

fn way(script: &mut CaseScript<'_>, spec: &Spec, room: i32) -> Way {
    let old = spec.origin == Origin::Carried
        && script.day < date(2018, 8, 1)
        && script.day.plus_days(SALE_DAYS + 20 - room) < script.land.days.from;
    let rng = &mut script.rng;
    let long = room > 50;
    let budget_only = script.case.creditors.is_empty();
    let can_be_let_off = script
        .case
        .obligations
        .iter()
        .all(|one| matches!(one.kind, ObligationKind::CourtFee | ObligationKind::Fine));
    match spec.sort {
        Sort::Proactive if budget_only => rng.weighted(&[
            (58, Way::Once),
            (if room > 30 { 11 } else { 0 }, Way::Coerced),
            (if long { 17 } else { 0 }, Way::Parts),
            (4, Way::Kept),
            (if long && old && can_be_let_off { 4 } else { 0 }, Way::Exempted),
            (3, Way::TooMuch),
        ]),
        Sort::Proactive => {
            rng.weighted(&[(60, Way::Once), (20, Way::Kept), (if room > 40 { 14 } else { 0 }, Way::PutAside)])
        }
        Sort::Private | Sort::Bank => rng.weighted(&[
            (34, Way::Once),
            (if room > 30 { 13 } else { 0 }, Way::Coerced),
            (if long { 17 } else { 0 }, Way::Parts),
            (16, Way::Directly),
            (if room > 20 { 6 } else { 0 }, Way::Waived),
            (if room > 40 { 2 } else { 0 }, Way::PutAside),
            (2, Way::TooMuch),
            (if old && spec.amount > 15_000_000 { 34 } else { 0 }, Way::Sold),
        ]),
    }
}

/// Waits for the day of payment; on the way the enforcer does what there is time for.
fn until(script: &mut CaseScript<'_>, day: Date) {
    let room = script.case.voluntary_until.map_or(0, |voluntary| day.since(voluntary));
    let looks = match (script.is_small(), room) {
        (true, _) => 42,
        (false, ..20) => 50,
        (false, _) => 90,
    };
    if script.case.verified.is_empty() && room > 6 && script.rng.percent(looks) {
        script.verify_first(true);
        if room > 14 && script.rng.percent(70) {
            script.pass(0, 3);
            script.classify_enforceable();
        }
        script.remark(25);
    }
    if day.since(script.day) > 120 && script.rng.percent(10) {
        stand_still(script);
    }
    script.wait_for(day);
    if matches!(script.case.open().map(|open| &open.class), Some(Class::NotYet { .. })) {
        script.classify_enforceable();
    }
}

/// Nothing can be done for a while: the debtor has nothing, or the creditor agrees to wait.
fn stand_still(script: &mut CaseScript<'_>) {
    script.pass(8, 25);
    if script.case.verified.is_empty() {
        script.verify(true);
    }
    let creditor = !script.case.creditors.is_empty();
    if creditor && script.rng.percent(45) {
        let until = script.day.plus_days(script.rng.days(30, 60));
        script.postpone("consent", Some(until));
        script.go_to(until);
        script.pass(1, 4);
        script.go_on();
    } else {
        script.pass(0, 3);
        let ground = script.not_yet_ground();
        script.verify(false);
        script.pass(0, 3);
        script.classify_not_yet(ground);
        script.pass(25, 40);
        script.verify(true);
        script.pass(0, 3);
        script.classify_enforceable();
    }
}

fn pay(script: &mut CaseScript<'_>, way: Way) {
    let owes = script.owes();
    let how = means(script);
    match way {
        Way::Once | Way::Parts | Way::Sold => script.settle(owes, how),
        Way::Coerced if script.case.voluntary_until.is_some_and(|until| script.day > until) => coerce(script),
        Way::Coerced => script.settle(owes, how),
        Way::Directly => settle_directly(script, how),
        Way::Kept => {
            let resolved = script.land.days.plus(script.day, script.rng.days(1, 5));
            script.hold_then_settle(owes, resolved);
        }
        Way::Exempted => {
            let part = share(owes, script.rng.between(30, 450), 1000).max(50_000).min(owes - 10_000);
            script.settle(part - part % 1000, how);
            script.pass(3, 12);
            script.verify(true);
            script.pass(1, 4);
            script.exempt();
        }
        Way::Waived => {
            let part = share(owes, script.rng.between(300, 900), 1000);
            script.settle(part - part % 1000, how);
            script.pass(1, 6);
            tell_creditor(script, NoticeOf::Termination);
            script.terminate("waiver_or_agreement");
        }
        Way::PutAside => script.put_aside(owes, how),
        Way::TooMuch => {
            let more = (script.rng.between(1, 40) * 5_000).min(owes);
            script.settle(owes + more, how);
        }
    }
}

/// Money or income is taken under a decision; a creditor's case is looked into once more before.
fn coerce(script: &mut CaseScript<'_>) {
    if script.case.open().is_some_and(|open| open.class == Class::Pending) && script.rng.percent(80) {
        if script.case.verified.is_empty() {
            script.verify(true);
        }
        script.classify_enforceable();
    }
    let requested = script.case.order.basis == Some(Basis::OnRequest);
    if requested {
        script.verify(true);
        script.pass(1, 3);
        tell_creditor(script, NoticeOf::Verification);
        script.pass(0, 1);
    }
    let (measure, means) = script
        .rng
        .weighted(&[(6, (Measure::Money, Means::Deduction)), (4, (Measure::Income, Means::Income))]);
    script.coerce(measure);
    script.pass(2, 6);
    if requested && script.rng.percent(45) {
        let costs = script.rng.between(3, 20) * 100_000;
        script.costs(costs, "xác minh, tổ chức cưỡng chế");
    }
    let owes = script.owes();
    if owes > 3_000_000 && script.rng.percent(40) {
        let part = share(owes, script.rng.between(250, 700), 1000);
        script.settle(part - part % 1000, means);
        script.pass(1, 5);
    }
    script.settle(script.owes(), means);
}

/// The parties settle it between themselves, now and then in two steps.
fn settle_directly(script: &mut CaseScript<'_>, how: Means) {
    let owes = script.owes();
    if script.rng.percent(25) && owes > 4_000_000 {
        let part = share(owes, script.rng.between(20, 70), 100);
        script.settle_directly(part - part % 1000);
        script.pass(1, 5);
    }
    script.settle_directly(script.owes());
    if script.owes() > 0 {
        script.settle(script.owes(), how);
    }
}

/// Pays in parts over the period, the last on the day it finishes.
fn in_parts(script: &mut CaseScript<'_>, finish: Date) {
    let days = &script.land.days;
    let owes = script.owes();
    let sums = instalments(owes, &mut script.rng);
    let sums = if sums.len() == 1 && owes > 400_000 { parts(owes, 2, &mut script.rng) } else { sums };
    let started = days.plus(script.day.max(days.from), 1);
    let count = i32::try_from(sums.len()).unwrap_or(1);
    let step = (finish.since(started) / count).max(1);
    let first = started.plus_days(script.rng.days(0, step / 2));
    until(script, first);
    for (sum, at) in sums.into_iter().zip(1..) {
        let day = if at == count { days.plus(finish, -3) } else { started.plus_days(step * at - step / 3) };
        script.wait_for(day);
        let how = means(script);
        script.settle(sum, how);
        script.remark(8);
    }
}

/// Seized and sold, in as many rounds as it takes; what is got settles the case.
fn sell_up(script: &mut CaseScript<'_>, finish: Date) {
    let days = &script.land.days;
    let rounds = script.rng.weighted(&[(22, 0), (24, 1), (22, 2), (16, 3), (10, 4), (6, 5)]);
    let room = (finish.since(script.day) - SALE_DAYS).max(0) / ROUND_DAYS;
    let rounds = rounds.min(room);
    let failures = usize::try_from(rounds).unwrap_or(0);
    let start = finish.plus_days(-SALE_DAYS - ROUND_DAYS * rounds);
    until(script, start.max(script.day));
    if script.case.verified.is_empty() {
        script.verify(true);
    }
    script.classify_enforceable();
    let costs = script.rng.between(15, 90) * 100_000;
    let owes = script.owes() + costs;
    let price = owes + share(owes, script.rng.between(0, 250), 1000) / 1000 * 1000;
    let sale = Sale::aiming_at(price, failures, &mut script.rng);
    script.seize(&sale, costs);
    for (percent, to_follow) in sale.reductions.iter().zip((1..=failures).rev()) {
        script.pass(4, 8);
        script.fail_round(&sale, to_follow);
        script.lower_price(*percent);
    }
    script.pass(3, 8);
    script.sell(&sale, price);
    script.hand_over(price);
    script.go_to(days.plus(days.from, 1));
    script.pay_over();
}

/// Let go within the period: nothing was ever paid.
pub(super) fn terminate(script: &mut CaseScript<'_>, spec: &Spec) {
    let days = &script.land.days;
    script.limit = days.on_or_before(days.to);
    let started = script.day.max(days.from);
    let day = days.finishing(started.plus_days(12), &mut script.rng);
    until(script, day);
    let ground = if is_proactive(spec) {
        script.rng.weighted(&[(75, "debtor_dead_no_estate"), (12, "annulled"), (8, "dissolved")])
    } else {
        script.rng.weighted(&[
            (68, "waiver_or_agreement"),
            (14, "debtor_dead_no_estate"),
            (6, "creditor_dead_no_heir"),
            (6, "annulled"),
            (3, "dissolved"),
            (3, "child_dead_or_adult"),
        ])
    };
    script.pass(0, 3);
    script.terminate(ground);
}

/// One obligation is met, the rest goes to another office: the case is completed.
pub(super) fn meet_and_entrust(script: &mut CaseScript<'_>, spec: &Spec) {
    let days = &script.land.days;
    script.limit = days.on_or_before(days.to);
    let day = days.between(date(2018, 10, 10), date(2018, 12, 20), &mut script.rng);
    until(script, day);
    let how = means(script);
    script.settle(spec.amount, how);
    script.pass(2, 6);
    script.verify(true);
    script.pass(1, 4);
    script.entrust(destination(spec));
}

/// Leaves the office within the period: entrusted, pulled up, or its order taken back.
pub(super) fn leave(script: &mut CaseScript<'_>, spec: &Spec) {
    let days = &script.land.days;
    script.limit = days.on_or_before(days.to);
    let started = script.day.max(days.from);
    let (low, high) = match spec.outcome {
        CaseOutcome::OnTheWay => (date(2019, 3, 25), date(2019, 3, 28)),
        CaseOutcome::Withdrawn => (started.plus_days(8), date(2019, 3, 20)),
        _ => (started.plus_days(14), started.plus_days(90).min(date(2019, 2, 12))),
    };
    let day = days.between(low, high.max(low), &mut script.rng);
    until(script, day);
    match spec.outcome {
        CaseOutcome::PulledUp => script.pull_up(),
        CaseOutcome::Withdrawn => script.withdraw(),
        _ => {
            if script.case.verified.is_empty() || script.rng.percent(80) {
                script.verify(true);
            }
            script.pass(1, 5);
            script.entrust(destination(spec));
        }
    }
}
