//! Calibration: what the demo's ledger is like beside its figures, each value reckoned from the read model, with its bounds.
//!
//! A value outside its bounds says that the generator drifts from what real offices are like; no figure depends on it.

use std::collections::BTreeMap;

use serde::Serialize;
use thads_cases::case::{Basis, Case, CaseStatus, Finish, RoundResult, Tag};
use thads_cases::date::Date;
use thads_cases::event::Body;
use thads_cases::history::{RecordedEvent, case_at};
use thads_cases::money::Total;
use thads_cases::organisation::Role;
use thads_projections::period::{Period, PeriodName};
use thads_projections::read_model::ReadModel;
use thads_projections::report::{Report, report};
use thads_projections::scope::Scope;

use super::days::date;

/// In what a band is reckoned.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BandUnit {
    /// A number of things.
    Count,
    /// Hundredths of a percent.
    BasisPoints,
    /// Đồng.
    Dong,
    /// A calendar year.
    Year,
}

/// A value and the bounds within which it should lie, both included.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Band {
    /// Its id, for instance `proactive.cases`.
    pub id: &'static str,
    /// What it is, in Vietnamese.
    pub vi: &'static str,
    /// What it is.
    pub en: &'static str,
    /// In what it is reckoned.
    pub unit: BandUnit,
    /// The least.
    pub low: Total,
    /// The most.
    pub high: Total,
    /// What it is in this ledger.
    pub value: Total,
}

impl Band {
    /// Whether the value lies within the bounds.
    pub const fn holds(&self) -> bool {
        self.low <= self.value && self.value <= self.high
    }
}

fn basis_points(part: Total, whole: Total) -> Total {
    (part * 10_000).checked_div(whole).unwrap_or(0)
}

/// The middle one of many.
fn median(mut values: Vec<Total>) -> Total {
    values.sort_unstable();
    values.get(values.len() / 2).copied().unwrap_or(0)
}

/// The bands of a demo's read model, as known at its head.
pub fn bands(model: &ReadModel) -> Vec<Band> {
    let name = "2019-H1".parse::<PeriodName>().ok();
    let Some(period) = name.and_then(|name| name.by(&model.reference_data().rules)) else {
        return Vec::new();
    };
    let report = report(model, &period, Scope::Ledger, model.position());
    let mut seen = Seen::default();
    for (_, entries) in model.cases() {
        seen.entries(entries);
        seen.case(entries, &period);
    }
    for (_, entries) in model.complaints() {
        seen.entries(entries);
    }
    seen.entries(model.organisation());
    let mut bands = of_report(&report);
    bands.extend(of_cases(&seen));
    bands.extend(of_entries(&seen));
    bands.extend(of_staff(model));
    bands
}

type Row = (&'static str, &'static str, &'static str, Total, Total, Total);

fn rows(unit: BandUnit, rows: Vec<Row>) -> impl Iterator<Item = Band> {
    rows.into_iter().map(move |(id, vi, en, value, low, high)| Band { id, vi, en, unit, low, high, value })
}

fn of_report(report: &Report) -> Vec<Band> {
    let of = |id: &str| report.amount(id).unwrap_or(0);
    let share = |part: &str, whole: &str| basis_points(of(part), of(whole));
    let rounds = of("auctions.sold") + of("auctions.unsold");
    let counts = vec![
        ("cases.finished", "Giải quyết xong, việc", "finished cases", of("cases.finished"), 7_668, 7_668),
        (
            "cases.enforceable",
            "Có điều kiện, việc",
            "enforceable cases",
            of("cases.enforceable"),
            12_220,
            12_239,
        ),
        (
            "units.over_case_target",
            "Đơn vị đạt, vượt chỉ tiêu về việc",
            "units at or over their case target",
            of("units.over_case_target"),
            2,
            2,
        ),
        (
            "units.over_money_target",
            "Đơn vị đạt, vượt chỉ tiêu về tiền",
            "units at or over their money target",
            of("units.over_money_target"),
            3,
            3,
        ),
        (
            "complaints.received",
            "Đơn khiếu nại, tố cáo tiếp nhận",
            "complaints and denunciations received",
            of("complaints.received"),
            40,
            40,
        ),
        (
            "complaints.resolved",
            "Đơn đã giải quyết",
            "complaints and denunciations resolved",
            of("complaints.resolved"),
            38,
            38,
        ),
        ("cases.total", "Tổng số thụ lý", "cases in all", of("cases.total"), 18_000, 19_200),
        ("cases.carried", "Năm trước chuyển sang", "carried over", of("cases.carried"), 10_500, 11_500),
    ];
    let dong = vec![
        (
            "money.finished",
            "Giải quyết xong, tiền",
            "finished money",
            of("money.finished"),
            164_000_000_001,
            164_999_999_999,
        ),
        (
            "money.enforceable",
            "Có điều kiện, tiền",
            "enforceable money",
            of("money.enforceable"),
            884_100_000_000,
            894_300_000_000,
        ),
    ];
    // What rounds to 62.7 % and to 18.5 %.
    let shares = vec![
        (
            "rate.cases",
            "Tỷ lệ thi hành xong về việc",
            "rate of finished cases",
            share("cases.finished", "cases.enforceable"),
            6_265,
            6_274,
        ),
        (
            "rate.money",
            "Tỷ lệ thi hành xong về tiền",
            "rate of finished money",
            share("money.finished", "money.enforceable"),
            1_845,
            1_854,
        ),
        (
            "entrusted",
            "Ủy thác / tổng số",
            "entrusted of all",
            share("cases.entrusted", "cases.total"),
            150,
            200,
        ),
        (
            "not_yet.cases",
            "Chưa có điều kiện / phải thi hành, việc",
            "not yet enforceable of cases to execute",
            share("cases.not_yet_enforceable", "cases.to_execute"),
            2_700,
            3_500,
        ),
        (
            "not_yet.money",
            "Chưa có điều kiện / phải thi hành, tiền",
            "not yet enforceable of money to execute",
            share("money.not_yet_enforceable", "money.to_execute"),
            4_500,
            6_000,
        ),
        (
            "terminated",
            "Đình chỉ / giải quyết xong",
            "terminated of finished cases",
            share("cases.terminated", "cases.finished"),
            300,
            600,
        ),
        (
            "auction_sold",
            "Đấu giá thành / số lần",
            "auction rounds that sold",
            basis_points(of("auctions.sold"), rounds),
            1_800,
            2_000,
        ),
    ];
    rows(BandUnit::Count, counts)
        .chain(rows(BandUnit::Dong, dong))
        .chain(rows(BandUnit::BasisPoints, shares))
        .collect()
}

fn of_cases(seen: &Seen) -> Vec<Band> {
    let cases = seen.amounts.len();
    let whole: Total = seen.amounts.iter().sum();
    let count = |number: usize| Total::try_from(number).unwrap_or(Total::MAX);
    let most = seen.sequences.values().max().copied().unwrap_or(0);
    let finished: Total = seen.sequences.values().sum();
    let march = seen.months.get(&3).copied().unwrap_or(0);
    let other =
        seen.months.iter().filter(|(month, _)| **month != 3).map(|(_, count)| *count).max().unwrap_or(0);
    let over = seen.amounts.iter().filter(|amount| **amount > 10_000_000_000).count();
    let shares = vec![
        (
            "proactive.cases",
            "Chủ động, việc",
            "proactive, of cases",
            basis_points(seen.proactive.0, count(cases)),
            5_500,
            6_000,
        ),
        (
            "proactive.money",
            "Chủ động, tiền",
            "proactive, of money",
            basis_points(seen.proactive.1, whole),
            500,
            800,
        ),
        (
            "bank_credit.cases",
            "Tín dụng, ngân hàng, việc",
            "bank credit, of cases",
            basis_points(seen.bank.0, count(cases)),
            200,
            400,
        ),
        (
            "bank_credit.money",
            "Tín dụng, ngân hàng, tiền",
            "bank credit, of money",
            basis_points(seen.bank.1, whole),
            4_100,
            5_500,
        ),
        (
            "amount.over_10_billion",
            "Trên 10 tỷ đồng",
            "over 10 billion đồng",
            basis_points(count(over), count(cases)),
            4,
            20,
        ),
        (
            "one_sequence",
            "Chuỗi hành động thường gặp nhất",
            "most common sequence of kinds, of finished cases",
            basis_points(most, finished),
            0,
            3_000,
        ),
    ];
    let counts = vec![
        (
            "finished.march",
            "Xong trong tháng 3, hơn tháng nhiều thứ hai",
            "finished in March beyond any other month",
            march - other,
            1,
            7_668,
        ),
        ("sold.first_round", "Lần đấu giá thành sớm nhất", "earliest round that sold", seen.sold_in.0, 1, 1),
        ("sold.last_round", "Lần đấu giá thành muộn nhất", "latest round that sold", seen.sold_in.1, 4, 6),
        (
            "actions.small",
            "Số hành động, việc chủ động nhỏ",
            "actions of a small proactive case",
            median(seen.small.clone()),
            8,
            12,
        ),
        (
            "actions.whole_course",
            "Số hành động, việc qua cưỡng chế",
            "actions of a case that runs its course",
            median(seen.whole_course.clone()),
            20,
            28,
        ),
    ];
    let dong = vec![(
        "amount.median",
        "Trung vị số tiền",
        "median amount",
        median(seen.amounts.clone()),
        4_000_000,
        8_000_000,
    )];
    let years = vec![("oldest_order", "Quyết định cũ nhất", "oldest order", seen.oldest.into(), 2016, 2016)];
    rows(BandUnit::BasisPoints, shares)
        .chain(rows(BandUnit::Count, counts))
        .chain(rows(BandUnit::Dong, dong))
        .chain(rows(BandUnit::Year, years))
        .collect()
}

fn of_entries(seen: &Seen) -> Vec<Band> {
    let shares = vec![
        (
            "late",
            "Ghi chậm hơn một tuần",
            "entries more than a week late",
            basis_points(seen.late, seen.all),
            1_000,
            1_500,
        ),
        (
            "corrected",
            "Đã sửa, hủy",
            "entries corrected or voided",
            basis_points(seen.repairs, seen.all),
            40,
            60,
        ),
    ];
    let counts = vec![
        ("paid_before_2017", "Chi trả trước 2017", "paid over before 2017", seen.paid_early, 0, 0),
        ("tet", "Hành động trong tuần Tết", "actions in the week of Tết", seen.tet, 0, 60),
    ];
    rows(BandUnit::BasisPoints, shares).chain(rows(BandUnit::Count, counts)).collect()
}

fn of_staff(model: &ReadModel) -> Vec<Band> {
    let organisation = &model.reference_data().organisation;
    let count = |of: &dyn Fn(Role) -> bool| {
        Total::try_from(organisation.officers.values().filter(|one| of(one.role)).count())
            .unwrap_or(Total::MAX)
    };
    let counts = vec![
        ("offices", "Đơn vị", "units", Total::try_from(organisation.offices.len()).unwrap_or(0), 13, 13),
        ("enforcers", "Chấp hành viên", "enforcers", count(&|role| role == Role::Enforcer), 60, 70),
        ("staff", "Biên chế", "staff", count(&|_| true), 170, 185),
    ];
    rows(BandUnit::Count, counts).collect()
}

/// What is seen of the entries and the cases.
struct Seen {
    all: Total,
    late: Total,
    repairs: Total,
    paid_early: Total,
    tet: Total,
    oldest: i32,
    months: BTreeMap<u32, Total>,
    sequences: BTreeMap<Vec<u16>, Total>,
    sold_in: (Total, Total),
    proactive: (Total, Total),
    bank: (Total, Total),
    amounts: Vec<Total>,
    small: Vec<Total>,
    whole_course: Vec<Total>,
}

impl Default for Seen {
    fn default() -> Seen {
        Seen {
            all: 0,
            late: 0,
            repairs: 0,
            paid_early: 0,
            tet: 0,
            oldest: i32::MAX,
            months: BTreeMap::new(),
            sequences: BTreeMap::new(),
            sold_in: (Total::MAX, 0),
            proactive: (0, 0),
            bank: (0, 0),
            amounts: Vec::new(),
            small: Vec::new(),
            whole_course: Vec::new(),
        }
    }
}

impl Seen {
    fn entries(&mut self, entries: &[RecordedEvent]) {
        let tet = date(2019, 2, 2)..=date(2019, 2, 10);
        for entry in entries {
            self.all += 1;
            self.late += Total::from(entry.recorded_on.since(entry.effective) > 7);
            self.tet += Total::from(tet.contains(&entry.effective) || tet.contains(&entry.recorded_on));
            let body = &entry.event.body;
            self.repairs += Total::from(matches!(body, Body::FactCorrected(_) | Body::EntryVoided(_)));
            let paid = matches!(
                body,
                Body::Disbursed(_)
                    | Body::RemittedToBudget(_)
                    | Body::PaidDirectly(_)
                    | Body::DepositedForPayee(_)
            );
            self.paid_early += Total::from(paid && entry.effective.year() < 2017);
        }
    }

    fn case(&mut self, entries: &[RecordedEvent], period: &Period) {
        let case = case_at(entries, period.to());
        let Some(ordered) = case.order.on else { return };
        self.oldest = self.oldest.min(ordered.year());
        let before = case_at(entries, period.from().previous());
        if before.order.on.is_some() && before.open().is_none() {
            return;
        }
        if !case.in_tracking_book() {
            self.sum(&case, &before);
        }
        if let CaseStatus::Finished { how: Finish::Completed | Finish::Terminated, on, .. } = case.status {
            self.finished(&case, entries, on);
        }
        for round in case.assets.iter().flat_map(|asset| &asset.rounds) {
            if let RoundResult::Sold { .. } = round.result {
                let number = Total::from(round.number);
                self.sold_in = (self.sold_in.0.min(number), self.sold_in.1.max(number));
            }
        }
    }

    /// What the case was about when it entered the period.
    fn sum(&mut self, case: &Case, before: &Case) {
        let due: Total = case.obligations.iter().filter(|one| one.counts()).map(|one| one.due.total()).sum();
        let settled: Total = before
            .obligations
            .iter()
            .filter(|one| one.counts())
            .map(|one| one.due.total() - one.remaining().total())
            .sum();
        let amount = due - settled;
        self.amounts.push(amount);
        if case.order.basis == Some(Basis::Proactive) {
            self.proactive = (self.proactive.0 + 1, self.proactive.1 + amount);
        }
        if case.order.tags.contains(&Tag::BankCredit) {
            self.bank = (self.bank.0 + 1, self.bank.1 + amount);
        }
    }

    fn finished(&mut self, case: &Case, entries: &[RecordedEvent], on: Date) {
        *self.months.entry(on.month()).or_default() += 1;
        let kinds: Vec<u16> = entries.iter().map(|entry| entry.event.info().code).collect();
        let length = Total::try_from(kinds.len()).unwrap_or(0);
        let coerced = entries.iter().any(|entry| matches!(entry.event.body, Body::CoercionOrdered(_)));
        let due: Total = case.obligations.iter().map(|one| one.due.total()).sum();
        if case.order.basis == Some(Basis::Proactive) && due < 3_000_000 {
            self.small.push(length);
        }
        if case.order.basis == Some(Basis::OnRequest) && coerced {
            self.whole_course.push(length);
        }
        *self.sequences.entry(kinds).or_default() += 1;
    }
}
