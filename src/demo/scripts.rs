//! Scripts: from what is decided of a case to its steps, up to the day before the period and through it.

use thads_cases::date::Date;
use thads_cases::event::money::Means;
use thads_cases::event::notice::{NoticeOf, Recipient};
use thads_cases::ids::OfficeNo;

use super::amounts::share;
use super::case_script::CaseScript;
use super::days::date;
use super::intake::Sort;
use super::moves::brought;
use super::outcomes::{CaseOutcome, Origin, Spec};
use super::sums::instalments;

/// Months of coming in, by year: the older, the fewer.
const OLD_STOCK: &[(u32, (i32, u32, u32))] = &[(18, (2016, 1, 12)), (40, (2017, 1, 12)), (42, (2018, 1, 7))];
const RECENT_STOCK: &[(u32, (i32, u32, u32))] =
    &[(9, (2016, 1, 12)), (24, (2017, 1, 12)), (67, (2018, 1, 9))];
const BOOK_STOCK: &[(u32, (i32, u32, u32))] = &[(52, (2016, 1, 12)), (48, (2017, 1, 7))];

/// What is known of the sender when a receiver's script is written.
pub(super) struct Sent<'s> {
    /// The sender's script.
    pub(super) script: &'s CaseScript<'s>,
    /// Whether it was pulled up.
    pub(super) pulled_up: bool,
}

/// Writes the whole script of a case.
pub(super) fn write(script: &mut CaseScript<'_>, spec: &Spec, sent: Option<&Sent<'_>>) {
    script.prompt = spec.to.is_some();
    match (spec.origin, sent) {
        (_, Some(sent)) => receive(script, spec, sent),
        (Origin::Carried | Origin::Returned, None) => begin_before(script, spec),
        (Origin::New, None) => begin_in_period(script, spec),
        (Origin::Later, None) => begin_after(script, spec),
    }
    if script.case.open().is_none() {
        return;
    }
    if spec.origin == Origin::Returned {
        back_from_book(script);
    }
    match spec.outcome {
        CaseOutcome::Completed => super::endings::complete(script, spec),
        CaseOutcome::MetAndEntrusted => super::endings::meet_and_entrust(script, spec),
        CaseOutcome::Terminated => super::endings::terminate(script, spec),
        CaseOutcome::Open => super::suspension::open(script, spec),
        CaseOutcome::OnSale => super::suspension::on_sale(script),
        CaseOutcome::NotYet => super::suspension::not_yet(script, spec),
        CaseOutcome::Book => super::suspension::book(script),
        CaseOutcome::Entrusted | CaseOutcome::OnTheWay | CaseOutcome::PulledUp | CaseOutcome::Withdrawn => {
            super::endings::leave(script, spec)
        }
        CaseOutcome::Unordered => {}
    }
}

/// A day of a stock: a year by weight, a day of its months.
fn day_of(script: &mut CaseScript<'_>, stock: &[(u32, (i32, u32, u32))]) -> Date {
    let (year, first, last) = script.rng.weighted(stock);
    // What comes in just before the period has had its first notices when it begins.
    let end = date(year, last, 1).plus_months(1).previous().min(date(2018, 9, 12));
    script.land.days.between(date(year, first, 12), end, &mut script.rng)
}

/// Comes in before the period; what was paid before comes on top of the sum it enters the period with.
fn begin_before(script: &mut CaseScript<'_>, spec: &Spec) {
    let last = script.land.days.on_or_before(script.land.days.from.previous());
    script.limit = last;
    let stock = match spec.outcome {
        CaseOutcome::NotYet => OLD_STOCK,
        CaseOutcome::Book => BOOK_STOCK,
        CaseOutcome::OnSale => &OLD_STOCK[..2],
        _ if spec.origin == Origin::Returned => BOOK_STOCK,
        CaseOutcome::Completed
        | CaseOutcome::MetAndEntrusted
        | CaseOutcome::Terminated
        | CaseOutcome::Open
        | CaseOutcome::Entrusted
        | CaseOutcome::OnTheWay
        | CaseOutcome::PulledUp
        | CaseOutcome::Withdrawn
        | CaseOutcome::Unordered => RECENT_STOCK,
    };
    let ordered = day_of(script, stock);
    let paid = paid_before(script, spec, ordered);
    let claims = match spec.outcome {
        CaseOutcome::MetAndEntrusted => script.claims_met_first(spec.amount, spec.moved),
        _ => script.claims(spec.sort, spec.amount + paid),
    };
    script.open(claims, ordered);
    script.assign();
    script.serve();
    if spec.origin == Origin::Returned || matches!(spec.outcome, CaseOutcome::NotYet | CaseOutcome::Book) {
        return;
    }
    let small = script.is_small();
    if !small || spec.outcome != CaseOutcome::Completed || script.rng.percent(55) {
        script.verify_first(true);
        script.pass(0, 4);
        if script.rng.percent(if small { 60 } else { 88 }) {
            script.classify_enforceable();
            script.tell_of_class();
        }
    }
    script.remark(if small { 10 } else { 30 });
    pay_before(script, paid);
    if spec.outcome != CaseOutcome::Entrusted && script.rng.percent(7) {
        script.pass(5, 60);
        script.reassign();
    }
}

/// How much was paid over in the years before.
fn paid_before(script: &mut CaseScript<'_>, spec: &Spec, ordered: Date) -> i64 {
    let may = matches!(spec.outcome, CaseOutcome::Completed | CaseOutcome::Open | CaseOutcome::OnSale)
        && spec.origin == Origin::Carried
        && spec.amount > 2_000_000
        && ordered < date(2018, 5, 1);
    if !may || !script.rng.percent(24) {
        return 0;
    }
    let paid = share(spec.amount, script.rng.between(50, 900), 1000);
    paid - paid % 1_000
}

/// Pays that in instalments between the first year in which the fee is known and the end of the last year.
fn pay_before(script: &mut CaseScript<'_>, paid: i64) {
    if paid <= 0 {
        return;
    }
    script.go_to(script.land.days.pays);
    for part in instalments(paid, &mut script.rng) {
        let room = (script.limit.since(script.day) / 3).clamp(1, 160);
        let wait = script.rng.days(1, room);
        let day = script.day.plus_days(wait);
        script.wait_for(day);
        let means = means(script);
        script.settle(part, means);
    }
}

/// How somebody pays.
pub(super) fn means(script: &mut CaseScript<'_>) -> Means {
    script.rng.weighted(&[(72, Means::Cash), (28, Means::Transfer)])
}

/// Comes in within the period, early enough for its end.
fn begin_in_period(script: &mut CaseScript<'_>, spec: &Spec) {
    let days = &script.land.days;
    let last = days.on_or_before(days.to);
    let (low, high) = match spec.outcome {
        CaseOutcome::Completed | CaseOutcome::Terminated => (days.from, date(2019, 3, 4)),
        CaseOutcome::Open if spec.paid > 0 => (days.from, date(2019, 1, 25)),
        CaseOutcome::NotYet => (days.from, date(2019, 2, 14)),
        CaseOutcome::OnSale => (days.from, date(2018, 10, 16)),
        CaseOutcome::Entrusted | CaseOutcome::OnTheWay | CaseOutcome::PulledUp | CaseOutcome::Withdrawn => {
            (days.from, date(2019, 1, 15))
        }
        CaseOutcome::MetAndEntrusted | CaseOutcome::Open | CaseOutcome::Book | CaseOutcome::Unordered => {
            (days.from, last)
        }
    };
    let ordered = days.between(low, high, &mut script.rng);
    let claims = script.claims(spec.sort, spec.amount);
    script.limit = last;
    script.open(claims, ordered);
    script.assign();
    script.serve();
}

/// Comes in after the period: ordered, or not yet, or never.
fn begin_after(script: &mut CaseScript<'_>, spec: &Spec) {
    let days = &script.land.days;
    let low = days.plus(days.to, 0);
    script.limit = days.last;
    let claims = script.claims(spec.sort, spec.amount);
    if spec.outcome == CaseOutcome::Unordered {
        let received = days.between(date(2019, 3, 20), days.last, &mut script.rng);
        script.register(&claims, received);
        if script.rng.percent(20) && script.case.requested.is_some() {
            script.refuse();
        }
        return;
    }
    let ordered = days.between(low, days.plus(days.last, -1), &mut script.rng);
    script.open(claims, ordered);
    script.assign();
    script.serve();
}

/// Comes from another office.
fn receive(script: &mut CaseScript<'_>, spec: &Spec, sent: &Sent<'_>) {
    let Some(brought) = brought(&sent.script.case) else { return };
    let Some(last) = sent.script.steps.last() else { return };
    script.limit = script.land.days.last;
    script.day = last.effective;
    script.pass(2, 5);
    let recorded = last.recorded;
    script.go_to(recorded.next());
    if spec.origin == Origin::Later {
        script.go_to(script.land.days.to.next());
    }
    script.receive(brought, sent.script.index, sent.pulled_up);
    script.assign();
    script.serve();
}

/// Was in the tracking book when the period began, and comes back.
fn back_from_book(script: &mut CaseScript<'_>) {
    super::suspension::into_book(script, script.land.days.from.previous());
    script.limit = script.land.days.on_or_before(script.land.days.to);
    let back = script.land.days.between(date(2018, 10, 8), date(2019, 2, 20), &mut script.rng);
    script.wait_for(back);
    script.return_from_book();
    script.pass(1, 6);
}

/// The office that a case goes to.
pub(super) fn destination(spec: &Spec) -> OfficeNo {
    spec.to.unwrap_or(OfficeNo(1))
}

/// The creditor is told that the case goes on.
pub(super) fn tell_creditor(script: &mut CaseScript<'_>, of: NoticeOf) {
    if !script.case.creditors.is_empty() {
        script.notice(Recipient::Creditor(None), of);
    }
}

/// Whether it is about the budget's money.
pub(super) fn is_proactive(spec: &Spec) -> bool {
    spec.sort == Sort::Proactive
}
