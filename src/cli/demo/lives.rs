//! Lives: from what is decided of a case to its steps, up to the day before the period and through it.

use thads_cases::date::Date;
use thads_cases::event::assignment::Addressee;
use thads_cases::event::money::Means;
use thads_cases::ids::OfficeNo;

use super::amounts::share;
use super::days::date;
use super::fates::{Fate, Origin, Spec};
use super::intake::Sort;
use super::life::Life;
use super::moves::brought;
use super::sums::instalments;

/// Months of coming in, by year: the older, the fewer.
const OLD_STOCK: &[(u32, (i32, u32, u32))] = &[(18, (2016, 1, 12)), (40, (2017, 1, 12)), (42, (2018, 1, 7))];
const RECENT_STOCK: &[(u32, (i32, u32, u32))] =
    &[(9, (2016, 1, 12)), (24, (2017, 1, 12)), (67, (2018, 1, 9))];
const BOOK_STOCK: &[(u32, (i32, u32, u32))] = &[(52, (2016, 1, 12)), (48, (2017, 1, 7))];

/// What is known of the sender when a receiver's life is written.
pub(super) struct Sent<'s> {
    /// The sender's life.
    pub(super) life: &'s Life<'s>,
    /// Whether it was pulled up.
    pub(super) pulled_up: bool,
}

/// Writes the whole life of a case.
pub(super) fn write(life: &mut Life<'_>, spec: &Spec, sent: Option<&Sent<'_>>) {
    life.prompt = spec.to.is_some();
    match (spec.origin, sent) {
        (_, Some(sent)) => receive(life, spec, sent),
        (Origin::Carried | Origin::Returned, None) => begin_before(life, spec),
        (Origin::New, None) => begin_in_period(life, spec),
        (Origin::Later, None) => begin_after(life, spec),
    }
    if life.case.open().is_none() {
        return;
    }
    if spec.origin == Origin::Returned {
        back_from_book(life);
    }
    match spec.fate {
        Fate::Completed => super::endings::complete(life, spec),
        Fate::MetAndEntrusted => super::endings::meet_and_entrust(life, spec),
        Fate::Terminated => super::endings::terminate(life, spec),
        Fate::Open => super::standing::open(life, spec),
        Fate::OnSale => super::standing::on_sale(life),
        Fate::NotYet => super::standing::not_yet(life, spec),
        Fate::Book => super::standing::book(life),
        Fate::Entrusted | Fate::OnTheWay | Fate::PulledUp | Fate::Withdrawn => {
            super::endings::leave(life, spec)
        }
        Fate::Unordered => {}
    }
}

/// A day of a stock: a year by weight, a day of its months.
fn day_of(life: &mut Life<'_>, stock: &[(u32, (i32, u32, u32))]) -> Date {
    let (year, first, last) = life.chance.weighted(stock);
    // What comes in just before the period has had its first notices when it begins.
    let end = date(year, last, 1).plus_months(1).previous().min(date(2018, 9, 12));
    life.land.days.between(date(year, first, 12), end, &mut life.chance)
}

/// Comes in before the period; what was paid before comes on top of the sum it enters the period with.
fn begin_before(life: &mut Life<'_>, spec: &Spec) {
    let last = life.land.days.on_or_before(life.land.days.from.previous());
    life.limit = last;
    let stock = match spec.fate {
        Fate::NotYet => OLD_STOCK,
        Fate::Book => BOOK_STOCK,
        Fate::OnSale => &OLD_STOCK[..2],
        _ if spec.origin == Origin::Returned => BOOK_STOCK,
        Fate::Completed
        | Fate::MetAndEntrusted
        | Fate::Terminated
        | Fate::Open
        | Fate::Entrusted
        | Fate::OnTheWay
        | Fate::PulledUp
        | Fate::Withdrawn
        | Fate::Unordered => RECENT_STOCK,
    };
    let ordered = day_of(life, stock);
    let paid = paid_before(life, spec, ordered);
    let claims = match spec.fate {
        Fate::MetAndEntrusted => life.claims_met_first(spec.amount, spec.moved),
        _ => life.claims(spec.sort, spec.amount + paid),
    };
    life.open(claims, ordered);
    life.assign();
    life.serve();
    if spec.origin == Origin::Returned || matches!(spec.fate, Fate::NotYet | Fate::Book) {
        return;
    }
    let small = life.is_small();
    if !small || spec.fate != Fate::Completed || life.chance.percent(55) {
        life.verify_first(true);
        life.pass(0, 4);
        if life.chance.percent(if small { 60 } else { 88 }) {
            life.classify_enforceable();
            life.tell_of_class();
        }
    }
    life.remark(if small { 10 } else { 30 });
    pay_before(life, paid);
    if spec.fate != Fate::Entrusted && life.chance.percent(7) {
        life.pass(5, 60);
        life.reassign();
    }
}

/// How much was paid over in the years before.
fn paid_before(life: &mut Life<'_>, spec: &Spec, ordered: Date) -> i64 {
    let may = matches!(spec.fate, Fate::Completed | Fate::Open | Fate::OnSale)
        && spec.origin == Origin::Carried
        && spec.amount > 2_000_000
        && ordered < date(2018, 5, 1);
    if !may || !life.chance.percent(24) {
        return 0;
    }
    let paid = share(spec.amount, life.chance.between(50, 900), 1000);
    paid - paid % 1_000
}

/// Pays that in instalments between the first year in which the fee is known and the end of the last year.
fn pay_before(life: &mut Life<'_>, paid: i64) {
    if paid <= 0 {
        return;
    }
    life.go_to(life.land.days.pays);
    for part in instalments(paid, &mut life.chance) {
        let room = (life.limit.since(life.day) / 3).clamp(1, 160);
        let wait = life.chance.days(1, room);
        let day = life.day.plus_days(wait);
        life.wait_for(day);
        let means = means(life);
        life.settle(part, means);
    }
}

/// How somebody pays.
pub(super) fn means(life: &mut Life<'_>) -> Means {
    life.chance.weighted(&[(72, Means::Cash), (28, Means::Transfer)])
}

/// Comes in within the period, early enough for its end.
fn begin_in_period(life: &mut Life<'_>, spec: &Spec) {
    let days = &life.land.days;
    let last = days.on_or_before(days.to);
    let (low, high) = match spec.fate {
        Fate::Completed | Fate::Terminated => (days.from, date(2019, 3, 4)),
        Fate::Open if spec.paid > 0 => (days.from, date(2019, 1, 25)),
        Fate::NotYet => (days.from, date(2019, 2, 14)),
        Fate::OnSale => (days.from, date(2018, 10, 16)),
        Fate::Entrusted | Fate::OnTheWay | Fate::PulledUp | Fate::Withdrawn => (days.from, date(2019, 1, 15)),
        Fate::MetAndEntrusted | Fate::Open | Fate::Book | Fate::Unordered => (days.from, last),
    };
    let ordered = days.between(low, high, &mut life.chance);
    let claims = life.claims(spec.sort, spec.amount);
    life.limit = last;
    life.open(claims, ordered);
    life.assign();
    life.serve();
}

/// Comes in after the period: ordered, or not yet, or never.
fn begin_after(life: &mut Life<'_>, spec: &Spec) {
    let days = &life.land.days;
    let low = days.plus(days.to, 0);
    life.limit = days.last;
    let claims = life.claims(spec.sort, spec.amount);
    if spec.fate == Fate::Unordered {
        let received = days.between(date(2019, 3, 20), days.last, &mut life.chance);
        life.register(&claims, received);
        if life.chance.percent(20) && life.case.requested.is_some() {
            life.refuse();
        }
        return;
    }
    let ordered = days.between(low, days.plus(days.last, -1), &mut life.chance);
    life.open(claims, ordered);
    life.assign();
    life.serve();
}

/// Comes from another office.
fn receive(life: &mut Life<'_>, spec: &Spec, sent: &Sent<'_>) {
    let Some(brought) = brought(&sent.life.case) else { return };
    let Some(last) = sent.life.steps.last() else { return };
    life.limit = life.land.days.last;
    life.day = last.effective;
    life.pass(2, 5);
    let recorded = last.recorded;
    life.go_to(recorded.next());
    if spec.origin == Origin::Later {
        life.go_to(life.land.days.to.next());
    }
    life.receive(brought, sent.life.index, sent.pulled_up);
    life.assign();
    life.serve();
}

/// Was in the tracking book when the period began, and comes back.
fn back_from_book(life: &mut Life<'_>) {
    super::standing::into_book(life, life.land.days.from.previous());
    life.limit = life.land.days.on_or_before(life.land.days.to);
    let back = life.land.days.between(date(2018, 10, 8), date(2019, 2, 20), &mut life.chance);
    life.wait_for(back);
    life.return_from_book();
    life.pass(1, 6);
}

/// The office that a case goes to.
pub(super) fn destination(spec: &Spec) -> OfficeNo {
    spec.to.unwrap_or(OfficeNo(1))
}

/// The creditor is told that the case goes on.
pub(super) fn tell_creditor(life: &mut Life<'_>, of: &str) {
    if !life.case.creditors.is_empty() {
        life.notice(Addressee::Creditor, of);
    }
}

/// Whether it is about the budget's money.
pub(super) fn is_proactive(spec: &Spec) -> bool {
    spec.sort == Sort::Proactive
}
