//! Endings within the period: paid in many ways, sold up, let go, sent elsewhere, taken back.

use thads_cases::case::{Basis, Class};
use thads_cases::date::Date;
use thads_cases::distribution::ObligationKind;
use thads_cases::event::coercion::Measure;
use thads_cases::event::money::Means;

use super::amounts::{parts, share};
use super::auction::Sale;
use super::days::date;
use super::fates::{Fate, Origin, Spec};
use super::intake::Sort;
use super::life::Life;
use super::lives::{destination, is_proactive, means, tell_creditor};
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
pub(super) fn complete(life: &mut Life<'_>, spec: &Spec) {
    let days = &life.land.days;
    let last = days.on_or_before(days.to);
    let started = life.day.max(days.from);
    let finish = days.finishing(started.plus_days(6), &mut life.chance);
    let room = finish.since(started);
    life.limit = last;
    let way = way(life, spec, room);
    match way {
        Way::Sold => sell_up(life, finish),
        Way::Parts => in_parts(life, finish),
        _ => {
            // Who is called and does not come has fifteen days.
            let lead = if way == Way::PutAside { life.chance.days(20, 40) } else { life.chance.days(2, 5) };
            let pays = days.plus(finish, -lead);
            until(life, pays.max(days.plus(started, 1)));
            pay(life, way);
        }
    }
    if life.case.open().is_some() {
        life.complete();
    }
}

fn way(life: &mut Life<'_>, spec: &Spec, room: i32) -> Way {
    let old = spec.origin == Origin::Carried
        && life.day < date(2018, 8, 1)
        && life.day.plus_days(SALE_DAYS + 20 - room) < life.land.days.from;
    let chance = &mut life.chance;
    let long = room > 50;
    let budget_only = life.case.creditors.is_empty();
    let can_be_let_off = life
        .case
        .obligations
        .iter()
        .all(|one| matches!(one.kind, ObligationKind::CourtFee | ObligationKind::Fine));
    match spec.sort {
        Sort::Proactive if budget_only => chance.weighted(&[
            (58, Way::Once),
            (if room > 30 { 11 } else { 0 }, Way::Coerced),
            (if long { 17 } else { 0 }, Way::Parts),
            (4, Way::Kept),
            (if long && old && can_be_let_off { 4 } else { 0 }, Way::Exempted),
            (3, Way::TooMuch),
        ]),
        Sort::Proactive => chance.weighted(&[
            (60, Way::Once),
            (20, Way::Kept),
            (if room > 40 { 14 } else { 0 }, Way::PutAside),
        ]),
        Sort::Private | Sort::Bank => chance.weighted(&[
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
fn until(life: &mut Life<'_>, day: Date) {
    let room = life.case.voluntary_until.map_or(0, |voluntary| day.since(voluntary));
    let looks = match (life.is_small(), room) {
        (true, _) => 42,
        (false, ..20) => 50,
        (false, _) => 90,
    };
    if life.case.verified.is_empty() && room > 6 && life.chance.percent(looks) {
        life.verify_first(true);
        if room > 14 && life.chance.percent(70) {
            life.pass(0, 3);
            life.classify_enforceable();
        }
        life.remark(25);
    }
    if day.since(life.day) > 120 && life.chance.percent(10) {
        stand_still(life);
    }
    life.wait_for(day);
    if matches!(life.case.open().map(|open| &open.class), Some(Class::NotYet { .. })) {
        life.classify_enforceable();
    }
}

/// Nothing can be done for a while: the debtor has nothing, or the creditor agrees to wait.
fn stand_still(life: &mut Life<'_>) {
    life.pass(8, 25);
    if life.case.verified.is_empty() {
        life.verify(true);
    }
    let creditor = !life.case.creditors.is_empty();
    if creditor && life.chance.percent(45) {
        let until = life.day.plus_days(life.chance.days(30, 60));
        life.postpone("consent", Some(until));
        life.go_to(until);
        life.pass(1, 4);
        life.go_on();
    } else {
        life.pass(0, 3);
        let ground = life.not_yet_ground();
        life.verify(false);
        life.pass(0, 3);
        life.classify_not_yet(ground);
        life.pass(25, 40);
        life.verify(true);
        life.pass(0, 3);
        life.classify_enforceable();
    }
}

fn pay(life: &mut Life<'_>, way: Way) {
    let owes = life.owes();
    let how = means(life);
    match way {
        Way::Once | Way::Parts | Way::Sold => life.settle(owes, how),
        Way::Coerced if life.case.voluntary_until.is_some_and(|until| life.day > until) => coerce(life),
        Way::Coerced => life.settle(owes, how),
        Way::Directly => settle_directly(life, how),
        Way::Kept => {
            let resolved = life.land.days.plus(life.day, life.chance.days(1, 5));
            life.hold_then_settle(owes, resolved);
        }
        Way::Exempted => {
            let part = share(owes, life.chance.between(30, 450), 1000).max(50_000).min(owes - 10_000);
            life.settle(part - part % 1000, how);
            life.pass(3, 12);
            life.verify(true);
            life.pass(1, 4);
            life.exempt();
        }
        Way::Waived => {
            let part = share(owes, life.chance.between(300, 900), 1000);
            life.settle(part - part % 1000, how);
            life.pass(1, 6);
            tell_creditor(life, "waiver");
            life.terminate("waiver_or_agreement");
        }
        Way::PutAside => life.put_aside(owes, how),
        Way::TooMuch => {
            let more = (life.chance.between(1, 40) * 5_000).min(owes);
            life.settle(owes + more, how);
        }
    }
}

/// Money or income is taken under a decision; a creditor's case is looked into once more before.
fn coerce(life: &mut Life<'_>) {
    if life.case.open().is_some_and(|open| open.class == Class::Pending) && life.chance.percent(80) {
        if life.case.verified.is_empty() {
            life.verify(true);
        }
        life.classify_enforceable();
    }
    let requested = life.case.order.basis == Some(Basis::OnRequest);
    if requested {
        life.verify(true);
        life.pass(1, 3);
        tell_creditor(life, "conditions");
        life.pass(0, 1);
    }
    let (measure, means) = life
        .chance
        .weighted(&[(6, (Measure::Money, Means::Deduction)), (4, (Measure::Income, Means::Income))]);
    life.coerce(measure);
    life.pass(2, 6);
    if requested && life.chance.percent(45) {
        let costs = life.chance.between(3, 20) * 100_000;
        life.costs(costs, "xác minh, tổ chức cưỡng chế");
    }
    let owes = life.owes();
    if owes > 3_000_000 && life.chance.percent(40) {
        let part = share(owes, life.chance.between(250, 700), 1000);
        life.settle(part - part % 1000, means);
        life.pass(1, 5);
    }
    life.settle(life.owes(), means);
}

/// The parties settle it between themselves, now and then in two steps.
fn settle_directly(life: &mut Life<'_>, how: Means) {
    let owes = life.owes();
    if life.chance.percent(25) && owes > 4_000_000 {
        let part = share(owes, life.chance.between(20, 70), 100);
        life.settle_directly(part - part % 1000);
        life.pass(1, 5);
    }
    life.settle_directly(life.owes());
    if life.owes() > 0 {
        life.settle(life.owes(), how);
    }
}

/// Pays in parts over the period, the last on the day it finishes.
fn in_parts(life: &mut Life<'_>, finish: Date) {
    let days = &life.land.days;
    let owes = life.owes();
    let sums = instalments(owes, &mut life.chance);
    let sums = if sums.len() == 1 && owes > 400_000 { parts(owes, 2, &mut life.chance) } else { sums };
    let started = days.plus(life.day.max(days.from), 1);
    let count = i32::try_from(sums.len()).unwrap_or(1);
    let step = (finish.since(started) / count).max(1);
    let first = started.plus_days(life.chance.days(0, step / 2));
    until(life, first);
    for (sum, at) in sums.into_iter().zip(1..) {
        let day = if at == count { days.plus(finish, -3) } else { started.plus_days(step * at - step / 3) };
        life.wait_for(day);
        let how = means(life);
        life.settle(sum, how);
        life.remark(8);
    }
}

/// Seized and sold, in as many rounds as it takes; what is got settles the case.
fn sell_up(life: &mut Life<'_>, finish: Date) {
    let days = &life.land.days;
    let rounds = life.chance.weighted(&[(22, 0), (24, 1), (22, 2), (16, 3), (10, 4), (6, 5)]);
    let room = (finish.since(life.day) - SALE_DAYS).max(0) / ROUND_DAYS;
    let rounds = rounds.min(room);
    let failures = usize::try_from(rounds).unwrap_or(0);
    let start = finish.plus_days(-SALE_DAYS - ROUND_DAYS * rounds);
    until(life, start.max(life.day));
    if life.case.verified.is_empty() {
        life.verify(true);
    }
    life.classify_enforceable();
    let costs = life.chance.between(15, 90) * 100_000;
    let owes = life.owes() + costs;
    let price = owes + share(owes, life.chance.between(0, 250), 1000) / 1000 * 1000;
    let sale = Sale::aiming_at(price, failures, &mut life.chance);
    life.seize(&sale, costs);
    for (percent, to_follow) in sale.reductions.iter().zip((1..=failures).rev()) {
        life.pass(4, 8);
        life.fail_round(&sale, to_follow);
        life.lower_price(*percent);
    }
    life.pass(3, 8);
    life.sell(&sale, price);
    life.hand_over(price);
    life.go_to(days.plus(days.from, 1));
    life.pay_over();
}

/// Let go within the period: nothing was ever paid.
pub(super) fn terminate(life: &mut Life<'_>, spec: &Spec) {
    let days = &life.land.days;
    life.limit = days.on_or_before(days.to);
    let started = life.day.max(days.from);
    let day = days.finishing(started.plus_days(12), &mut life.chance);
    until(life, day);
    let ground = if is_proactive(spec) {
        life.chance.weighted(&[(75, "debtor_dead_no_estate"), (12, "annulled"), (8, "dissolved")])
    } else {
        life.chance.weighted(&[
            (68, "waiver_or_agreement"),
            (14, "debtor_dead_no_estate"),
            (6, "creditor_dead_no_heir"),
            (6, "annulled"),
            (3, "dissolved"),
            (3, "child_dead_or_adult"),
        ])
    };
    life.pass(0, 3);
    life.terminate(ground);
}

/// One obligation is met, the rest goes to another office: the case is completed.
pub(super) fn meet_and_entrust(life: &mut Life<'_>, spec: &Spec) {
    let days = &life.land.days;
    life.limit = days.on_or_before(days.to);
    let day = days.between(date(2018, 10, 10), date(2018, 12, 20), &mut life.chance);
    until(life, day);
    let how = means(life);
    life.settle(spec.amount, how);
    life.pass(2, 6);
    life.verify(true);
    life.pass(1, 4);
    life.entrust(destination(spec));
}

/// Leaves the office within the period: entrusted, pulled up, or its order taken back.
pub(super) fn leave(life: &mut Life<'_>, spec: &Spec) {
    let days = &life.land.days;
    life.limit = days.on_or_before(days.to);
    let started = life.day.max(days.from);
    let (low, high) = match spec.fate {
        Fate::OnTheWay => (date(2019, 3, 25), date(2019, 3, 28)),
        Fate::Withdrawn => (started.plus_days(8), date(2019, 3, 20)),
        _ => (started.plus_days(14), started.plus_days(90).min(date(2019, 2, 12))),
    };
    let day = days.between(low, high.max(low), &mut life.chance);
    until(life, day);
    match spec.fate {
        Fate::PulledUp => life.pull_up(),
        Fate::Withdrawn => life.withdraw(),
        _ => {
            if life.case.verified.is_empty() || life.chance.percent(80) {
                life.verify(true);
            }
            life.pass(1, 5);
            life.entrust(destination(spec));
        }
    }
}
