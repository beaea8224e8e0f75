//! Cases that are not finished when the period ends: worked on, on sale, standing still, without means, in the book.

use thads_cases::case::Class;
use thads_cases::date::Date;
use thads_cases::event::Body;
use thads_cases::event::coercion::Measure;
use thads_cases::event::money::{HeldMoneyResolved, HeldTemporarily, HeldTo};
use thads_cases::personal::Personal;
use thads_cases::rules::Parameter;

use super::amounts::share;
use super::auction::Sale;
use super::case_script::{By, CaseScript};
use super::days::date;
use super::intake::dong;
use super::outcomes::{Origin, Spec};
use super::scripts::means;
use super::sums::instalments;

/// Open when the period ends, and counted as enforceable.
pub(super) fn open(script: &mut CaseScript<'_>, spec: &Spec) {
    let days = &script.land.days;
    let end = days.on_or_before(days.to);
    script.limit = days.last;
    if spec.origin == Origin::Later {
        if script.rng.percent(25) {
            script.pass(2, 5);
        }
        return;
    }
    look_first(script, end);
    if spec.paid > 0 {
        pay_in_part(script, spec);
    }
    let room = end.since(script.day.max(days.from));
    match script.rng.below(1000) {
        0..16 if room > 20 && script.rng.percent(85) => stand_still(script, end),
        16..21 if room > 20 => {
            let day = days.between(script.day.max(days.from).plus_days(3), end, &mut script.rng);
            script.wait_for(day);
            script.suspend();
        }
        21..34 if room > 5 => keep_for_later(script, end),
        34..60 if room > 8 && script.owes() > 0 => collect_late(script, end),
        _ => {}
    }
    after(script);
}

/// The first verification and the class, if there is time for them before the period ends.
fn look_first(script: &mut CaseScript<'_>, end: Date) {
    let room = script.case.voluntary_until.map_or(0, |until| end.since(until));
    if script.case.verified.is_empty() && room > 9 && script.rng.percent(88) {
        script.verify_first(true);
        if script.rng.percent(75) {
            script.pass(0, 4);
            script.classify_enforceable();
            script.tell_of_class();
        }
        script.remark(35);
    }
    let seen = !script.case.verified.is_empty();
    if seen && room > 40 && script.rng.percent(18) {
        let enforceable = script.case.open().is_some_and(|open| open.class == Class::Enforceable);
        if enforceable {
            script.pass(2, 9);
            let measure = if script.rng.percent(50) { Measure::Income } else { Measure::Money };
            script.coerce(measure);
        }
    }
}

/// Pays some of it within the period.
fn pay_in_part(script: &mut CaseScript<'_>, spec: &Spec) {
    let days = &script.land.days;
    let started = days.plus(script.day.max(days.from), 2);
    let last = days.plus(days.to, -14);
    let sums = instalments(spec.paid, &mut script.rng);
    let mut dates: Vec<Date> = sums.iter().map(|_| days.between(started, last, &mut script.rng)).collect();
    dates.sort_unstable();
    let limit = script.limit;
    script.limit = days.on_or_before(days.to);
    for (sum, day) in sums.into_iter().zip(dates) {
        script.wait_for(day);
        let how = means(script);
        script.settle(sum, how);
        script.remark(10);
    }
    script.limit = limit;
}

/// Postponed within the period and still so at its end.
fn stand_still(script: &mut CaseScript<'_>, end: Date) {
    let days = &script.land.days;
    let from = script.day.max(days.from).plus_days(2).max(end.plus_days(-75));
    let day = days.between(from, end.plus_days(-3), &mut script.rng);
    script.wait_for(day);
    if script.rng.percent(25) {
        let until = script.day.plus_months(3).previous();
        script.postpone("authority", Some(until));
    } else if !script.case.creditors.is_empty() {
        let until = script.day.plus_days(script.rng.days(90, 180));
        script.postpone("consent", Some(until));
    } else {
        script.postpone("awaiting_answer", None);
    }
    script.day = script.day.max(end);
}

/// Money comes whose destination is not settled.
fn keep_for_later(script: &mut CaseScript<'_>, end: Date) {
    let days = &script.land.days;
    let day = days.between(script.day.max(days.from).plus_days(1), end, &mut script.rng);
    script.wait_for(day);
    let amount = dong((share(script.owes(), script.rng.between(50, 900), 1000) / 1000 * 1000).max(200_000));
    let why = Personal::Text("tiền tạm giữ chờ xử lý".to_owned());
    script.act(By::Accountant, Body::HeldTemporarily(HeldTemporarily { amount, why }));
    if script.rng.percent(30) {
        script.pass(3, 15);
        let item = script.case.held.last().map_or(1, |held| held.number);
        let to = if script.rng.percent(60) { HeldTo::Returned } else { HeldTo::Budget };
        script.act(By::Accountant, Body::HeldMoneyResolved(HeldMoneyResolved { item, amount, to }));
    }
}

/// Money comes in the last days of the period and is paid over in April.
fn collect_late(script: &mut CaseScript<'_>, end: Date) {
    let days = &script.land.days;
    let day = days.between(end.plus_days(-9).max(script.day), end, &mut script.rng);
    script.wait_for(day);
    let owes = script.owes();
    let sum = if owes < 6_000_000 { owes } else { share(owes, script.rng.between(100, 1000), 1000) };
    let how = means(script);
    script.collect(sum, how);
    let later = end.plus_days(script.rng.days(2, 5));
    script.go_to(later);
    if script.rng.percent(80) {
        script.pay_over();
        if script.owes() == 0 && script.case.unsettled() == 0 {
            script.complete();
        }
    }
}

/// From the end of the period to the day the report was published.
fn after(script: &mut CaseScript<'_>) {
    let days = &script.land.days;
    if script.case.open().is_none() {
        return;
    }
    let active = script.case.open().is_some_and(|open| open.activity == thads_cases::case::Activity::Active);
    let settled = script.case.unsettled() == 0;
    if active && settled && script.owes() > 0 && script.owes() < 20_000_000 && script.rng.percent(7) {
        let day = days.between(days.to.plus_days(2), days.plus(days.last, -5), &mut script.rng);
        script.wait_for(day);
        let how = means(script);
        let owes = script.owes();
        script.settle(owes, how);
        if script.case.unsettled() == 0 {
            script.complete();
        }
    } else {
        script.wait_for(days.last);
    }
}

/// Seized and offered, and not sold when the period ends.
pub(super) fn on_sale(script: &mut CaseScript<'_>) {
    let days = &script.land.days;
    let end = days.on_or_before(days.to);
    script.limit = days.last;
    if script.case.verified.is_empty() {
        script.verify_first(true);
        script.pass(0, 3);
    }
    let before = script.rng.weighted(&[(40, 0), (30, 1), (20, 2), (10, 3)]);
    let first = days.from.plus_days(script.rng.days(10, 40));
    script.wait_for(first.plus_days(-75 - 56 * before));
    script.classify_enforceable();
    let costs = script.rng.between(15, 90) * 100_000;
    let price = share(script.owes(), script.rng.between(500, 1400), 1000).max(5_000_000);
    let sale = Sale::aiming_at(price, 7, &mut script.rng);
    script.seize(&sale, costs);
    let mut sold = false;
    for (percent, round) in sale.reductions.iter().zip(1..) {
        script.pass(4, 8);
        // A round takes about five weeks; none is begun that would be held after the last day.
        let in_period = script.day > days.from.plus_days(-30);
        if script.day > end.plus_days(-46) || round == 7 || in_period && script.rounds_due <= 0 {
            break;
        }
        script.rounds_due -= i64::from(in_period);
        if script.day > end.plus_days(-90) && script.rng.percent(4) {
            let price =
                script.case.assets.last().and_then(|asset| asset.offered_at).map_or(0, |price| price.get());
            script.sell(&sale, price + price / 50);
            sold = true;
            break;
        }
        script.fail_round(&sale, 0);
        script.lower_price(*percent);
    }
    if !sold {
        script.wait_for(days.last);
    }
}

/// Not yet enforceable when the period ends.
pub(super) fn not_yet(script: &mut CaseScript<'_>, spec: &Spec) {
    let days = &script.land.days;
    let end = days.on_or_before(days.to);
    script.limit = end;
    let ground = script.not_yet_ground();
    if spec.origin == Origin::Carried {
        script.limit = days.on_or_before(days.from.previous());
        // Enforceable for a while first, where the order is old.
        if script.rng.percent(35) {
            script.verify_first(true);
            script.pass(0, 4);
            script.classify_enforceable();
            script.remark(20);
            let wait = script.rng.days(60, 420);
            script.wait_for(script.day.plus_days(wait));
            script.verify(false);
        } else {
            script.verify_first(false);
        }
        script.pass(0, 4);
        script.classify_not_yet(ground);
        script.limit = days.last;
    } else {
        script.verify_first(false);
        script.pass(0, 4);
        let dressed = script.rng.per_mille(12);
        if dressed {
            let shortly_before = days.between(date(2019, 3, 22), end, &mut script.rng);
            script.wait_for(shortly_before);
        }
        script.classify_not_yet(ground);
        script.limit = days.last;
        if dressed {
            let shortly_after = days.between(date(2019, 4, 2), days.plus(days.last, -2), &mut script.rng);
            script.go_to(shortly_after);
            script.verify(true);
            script.classify_enforceable();
        }
    }
    script.tell_of_class();
    script.wait_for(days.last);
}

/// In the tracking book when the period ends.
pub(super) fn book(script: &mut CaseScript<'_>) {
    let days = &script.land.days;
    let (before, last) = (days.from.previous(), days.last);
    let moved = if script.rng.percent(70) {
        before
    } else {
        days.between(days.from, date(2019, 3, 20), &mut script.rng)
    };
    into_book(script, moved);
    script.limit = last;
    script.wait_for(last);
}

/// Goes through a year or two without means, and into the tracking book, at the latest on a day.
pub(super) fn into_book(script: &mut CaseScript<'_>, latest: Date) {
    let days = &script.land.days;
    script.limit = days.on_or_before(latest);
    script.verify_first(false);
    script.pass(0, 4);
    script.classify_not_yet("a");
    let over = script.over(Parameter::TrackingAfter, script.day);
    let moved = over.max(script.day.plus_months(12).plus_days(script.rng.days(1, 40)));
    script.wait_for(moved);
    if script.case.verified.len() < 2 {
        script.verify(false);
    }
    script.pass(0, 2);
    script.move_to_book();
}
