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
use super::days::date;
use super::fates::{Origin, Spec};
use super::intake::dong;
use super::life::{By, Life};
use super::lives::means;
use super::sums::instalments;

/// Open when the period ends, and counted as enforceable.
pub(super) fn open(life: &mut Life<'_>, spec: &Spec) {
    let days = &life.land.days;
    let end = days.on_or_before(days.to);
    life.limit = days.last;
    if spec.origin == Origin::Later {
        if life.chance.percent(25) {
            life.pass(2, 5);
        }
        return;
    }
    look_first(life, end);
    if spec.paid > 0 {
        pay_in_part(life, spec);
    }
    let room = end.since(life.day.max(days.from));
    match life.chance.below(1000) {
        0..16 if room > 20 && life.chance.percent(85) => stand_still(life, end),
        16..21 if room > 20 => {
            let day = days.between(life.day.max(days.from).plus_days(3), end, &mut life.chance);
            life.wait_for(day);
            life.suspend();
        }
        21..34 if room > 5 => keep_for_later(life, end),
        34..60 if room > 8 && life.owes() > 0 => collect_late(life, end),
        _ => {}
    }
    after(life);
}

/// The first verification and the class, if there is time for them before the period ends.
fn look_first(life: &mut Life<'_>, end: Date) {
    let room = life.case.voluntary_until.map_or(0, |until| end.since(until));
    if life.case.verified.is_empty() && room > 9 && life.chance.percent(88) {
        life.verify_first(true);
        if life.chance.percent(75) {
            life.pass(0, 4);
            life.classify_enforceable();
            life.tell_of_class();
        }
        life.remark(35);
    }
    let seen = !life.case.verified.is_empty();
    if seen && room > 40 && life.chance.percent(18) {
        let enforceable = life.case.open().is_some_and(|open| open.class == Class::Enforceable);
        if enforceable {
            life.pass(2, 9);
            let measure = if life.chance.percent(50) { Measure::Income } else { Measure::Money };
            life.coerce(measure);
        }
    }
}

/// Pays some of it within the period.
fn pay_in_part(life: &mut Life<'_>, spec: &Spec) {
    let days = &life.land.days;
    let started = days.plus(life.day.max(days.from), 2);
    let last = days.plus(days.to, -14);
    let sums = instalments(spec.paid, &mut life.chance);
    let mut dates: Vec<Date> = sums.iter().map(|_| days.between(started, last, &mut life.chance)).collect();
    dates.sort_unstable();
    let limit = life.limit;
    life.limit = days.on_or_before(days.to);
    for (sum, day) in sums.into_iter().zip(dates) {
        life.wait_for(day);
        let how = means(life);
        life.settle(sum, how);
        life.remark(10);
    }
    life.limit = limit;
}

/// Postponed within the period and still so at its end.
fn stand_still(life: &mut Life<'_>, end: Date) {
    let days = &life.land.days;
    let from = life.day.max(days.from).plus_days(2).max(end.plus_days(-75));
    let day = days.between(from, end.plus_days(-3), &mut life.chance);
    life.wait_for(day);
    if life.chance.percent(25) {
        let until = life.day.plus_months(3).previous();
        life.postpone("authority", Some(until));
    } else if !life.case.creditors.is_empty() {
        let until = life.day.plus_days(life.chance.days(90, 180));
        life.postpone("consent", Some(until));
    } else {
        life.postpone("awaiting_answer", None);
    }
    life.day = life.day.max(end);
}

/// Money comes whose destination is not settled.
fn keep_for_later(life: &mut Life<'_>, end: Date) {
    let days = &life.land.days;
    let day = days.between(life.day.max(days.from).plus_days(1), end, &mut life.chance);
    life.wait_for(day);
    let amount = dong((share(life.owes(), life.chance.between(50, 900), 1000) / 1000 * 1000).max(200_000));
    let why = Personal::Text("tiền tạm giữ chờ xử lý".to_owned());
    life.act(By::Accountant, Body::HeldTemporarily(HeldTemporarily { amount, why }));
    if life.chance.percent(30) {
        life.pass(3, 15);
        let item = life.case.held.last().map_or(1, |held| held.number);
        let to = if life.chance.percent(60) { HeldTo::Returned } else { HeldTo::Budget };
        life.act(By::Accountant, Body::HeldMoneyResolved(HeldMoneyResolved { item, amount, to }));
    }
}

/// Money comes in the last days of the period and is paid over in April.
fn collect_late(life: &mut Life<'_>, end: Date) {
    let days = &life.land.days;
    let day = days.between(end.plus_days(-9).max(life.day), end, &mut life.chance);
    life.wait_for(day);
    let owes = life.owes();
    let sum = if owes < 6_000_000 { owes } else { share(owes, life.chance.between(100, 1000), 1000) };
    let how = means(life);
    life.collect(sum, how);
    let later = end.plus_days(life.chance.days(2, 5));
    life.go_to(later);
    if life.chance.percent(80) {
        life.pay_over();
        if life.owes() == 0 && life.case.unsettled() == 0 {
            life.complete();
        }
    }
}

/// From the end of the period to the day the report was published.
fn after(life: &mut Life<'_>) {
    let days = &life.land.days;
    if life.case.open().is_none() {
        return;
    }
    let active = life.case.open().is_some_and(|open| open.activity == thads_cases::case::Activity::Active);
    let settled = life.case.unsettled() == 0;
    if active && settled && life.owes() > 0 && life.owes() < 20_000_000 && life.chance.percent(7) {
        let day = days.between(days.to.plus_days(2), days.plus(days.last, -5), &mut life.chance);
        life.wait_for(day);
        let how = means(life);
        let owes = life.owes();
        life.settle(owes, how);
        if life.case.unsettled() == 0 {
            life.complete();
        }
    } else {
        life.wait_for(days.last);
    }
}

/// Seized and offered, and not sold when the period ends.
pub(super) fn on_sale(life: &mut Life<'_>) {
    let days = &life.land.days;
    let end = days.on_or_before(days.to);
    life.limit = days.last;
    if life.case.verified.is_empty() {
        life.verify_first(true);
        life.pass(0, 3);
    }
    let before = life.chance.weighted(&[(40, 0), (30, 1), (20, 2), (10, 3)]);
    let first = days.from.plus_days(life.chance.days(10, 40));
    life.wait_for(first.plus_days(-75 - 56 * before));
    life.classify_enforceable();
    let costs = life.chance.between(15, 90) * 100_000;
    let price = share(life.owes(), life.chance.between(500, 1400), 1000).max(5_000_000);
    let sale = Sale::aiming_at(price, 7, &mut life.chance);
    life.seize(&sale, costs);
    let mut sold = false;
    for (percent, round) in sale.reductions.iter().zip(1..) {
        life.pass(4, 8);
        // A round takes about five weeks; none is begun that would be held after the last day.
        let in_period = life.day > days.from.plus_days(-30);
        if life.day > end.plus_days(-46) || round == 7 || in_period && life.rounds_due <= 0 {
            break;
        }
        life.rounds_due -= i64::from(in_period);
        if life.day > end.plus_days(-90) && life.chance.percent(4) {
            let price =
                life.case.assets.last().and_then(|asset| asset.offered_at).map_or(0, |price| price.get());
            life.sell(&sale, price + price / 50);
            sold = true;
            break;
        }
        life.fail_round(&sale, 0);
        life.lower_price(*percent);
    }
    if !sold {
        life.wait_for(days.last);
    }
}

/// Not yet enforceable when the period ends.
pub(super) fn not_yet(life: &mut Life<'_>, spec: &Spec) {
    let days = &life.land.days;
    let end = days.on_or_before(days.to);
    life.limit = end;
    let ground = life.not_yet_ground();
    if spec.origin == Origin::Carried {
        life.limit = days.on_or_before(days.from.previous());
        // Enforceable for a while first, where the order is old.
        if life.chance.percent(35) {
            life.verify_first(true);
            life.pass(0, 4);
            life.classify_enforceable();
            life.remark(20);
            let wait = life.chance.days(60, 420);
            life.wait_for(life.day.plus_days(wait));
            life.verify(false);
        } else {
            life.verify_first(false);
        }
        life.pass(0, 4);
        life.classify_not_yet(ground);
        life.limit = days.last;
    } else {
        life.verify_first(false);
        life.pass(0, 4);
        let dressed = life.chance.per_mille(12);
        if dressed {
            let shortly_before = days.between(date(2019, 3, 22), end, &mut life.chance);
            life.wait_for(shortly_before);
        }
        life.classify_not_yet(ground);
        life.limit = days.last;
        if dressed {
            let shortly_after = days.between(date(2019, 4, 2), days.plus(days.last, -2), &mut life.chance);
            life.go_to(shortly_after);
            life.verify(true);
            life.classify_enforceable();
        }
    }
    life.tell_of_class();
    life.wait_for(days.last);
}

/// In the tracking book when the period ends.
pub(super) fn book(life: &mut Life<'_>) {
    let days = &life.land.days;
    let (before, last) = (days.from.previous(), days.last);
    let moved = if life.chance.percent(70) {
        before
    } else {
        days.between(days.from, date(2019, 3, 20), &mut life.chance)
    };
    into_book(life, moved);
    life.limit = last;
    life.wait_for(last);
}

/// Goes through a year or two without means, and into the tracking book, at the latest on a day.
pub(super) fn into_book(life: &mut Life<'_>, latest: Date) {
    let days = &life.land.days;
    life.limit = days.on_or_before(latest);
    life.verify_first(false);
    life.pass(0, 4);
    life.classify_not_yet("a");
    let over = life.over(Parameter::TrackingAfter, life.day);
    let moved = over.max(life.day.plus_months(12).plus_days(life.chance.days(1, 40)));
    life.wait_for(moved);
    if life.case.verified.len() < 2 {
        life.verify(false);
    }
    life.pass(0, 2);
    life.move_to_book();
}
