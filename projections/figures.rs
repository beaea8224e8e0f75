//! The registry of figures: one line a figure, with its unit, its names, and the columns that it sums.
//!
//! Ids are a promise to other programs. A figure that needs a parameter which is unset on the period's last day has
//! no value, and says which parameter that is.

use thads_cases::money::{Total, percent};
use thads_cases::rules::Parameter;

use crate::columns::Column::{self, *};

/// What a figure counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// việc
    Cases,
    /// đồng, or the ledger's unit of money
    Money,
    /// A ratio of two sums.
    Rate,
    /// Complaints and denunciations.
    Complaints,
    /// Rounds of auction.
    Rounds,
    /// Assets.
    Assets,
    /// Days.
    Days,
    /// Offices.
    Units,
}

impl Unit {
    /// Its word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Unit::Cases => "cases",
            Unit::Money => "money",
            Unit::Rate => "percent",
            Unit::Complaints => "complaints",
            Unit::Rounds => "rounds",
            Unit::Assets => "assets",
            Unit::Days => "days",
            Unit::Units => "units",
        }
    }
}

/// How a figure is reckoned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Measure {
    /// The sum of some columns, less others.
    Sum(&'static [Column], &'static [Column]),
    /// A ratio of two such sums.
    Rate(&'static [Column], &'static [Column]),
    /// How many units reach their target of the figure with that id.
    Reaching(&'static str),
    /// How many units have a target of the figure with that id.
    Targeted(&'static str),
}

/// What the registry says about a figure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FigureInfo {
    /// Its id, for instance `cases.finished`.
    pub id: &'static str,
    /// What it counts.
    pub unit: Unit,
    /// How it is reckoned.
    pub measure: Measure,
    /// Parameters without which it has no value.
    pub needs: &'static [Parameter],
    /// Its name in Vietnamese, as the forms have it where they do.
    pub vi: &'static str,
    /// Its name in English.
    pub en: &'static str,
    /// How it is reckoned, in words.
    pub formula: &'static str,
}

const FREE: &[Parameter] = &[];
const ENTRY: &[Parameter] = &[Parameter::StatCarried];
const OUT: &[Parameter] = &[Parameter::StatToExecute];
const STANDING: &[Parameter] = &[Parameter::StatSum];
const EXECUTE: &[Parameter] = &[Parameter::StatToExecute, Parameter::StatSum];
const CREDIT: &[Parameter] = &[Parameter::StatCredit];
const BOTH: &[Parameter] = &[Parameter::StatSum, Parameter::StatCredit];

const OPEN_CASES: &[Column] = &[
    CasesInProgress,
    CasesPostponed,
    CasesSuspended,
    CasesPaused,
    CasesOther,
    CasesNotYet,
    CasesOtherStanding,
];
const ENFORCEABLE_CASES: &[Column] = &[
    CasesCompleted,
    CasesTerminated,
    CasesInProgress,
    CasesPostponed,
    CasesSuspended,
    CasesPaused,
    CasesOther,
];
const EXECUTE_CASES: &[Column] = &[
    CasesCompleted,
    CasesTerminated,
    CasesInProgress,
    CasesPostponed,
    CasesSuspended,
    CasesPaused,
    CasesOther,
    CasesNotYet,
    CasesOtherStanding,
];
const FINISHED_CASES: &[Column] = &[CasesCompleted, CasesTerminated];
const OPEN_MONEY: &[Column] = &[
    MoneyInProgress,
    MoneyPostponed,
    MoneySuspended,
    MoneyPaused,
    MoneyOther,
    MoneyNotYet,
    MoneyOtherStanding,
];
const ENFORCEABLE_MONEY: &[Column] = &[
    MoneyCompleted,
    MoneyTerminated,
    MoneyExempted,
    MoneyInProgress,
    MoneyPostponed,
    MoneySuspended,
    MoneyPaused,
    MoneyOther,
];
const EXECUTE_MONEY: &[Column] = &[
    MoneyCompleted,
    MoneyTerminated,
    MoneyExempted,
    MoneyInProgress,
    MoneyPostponed,
    MoneySuspended,
    MoneyPaused,
    MoneyOther,
    MoneyNotYet,
    MoneyOtherStanding,
];
const FINISHED_MONEY: &[Column] = &[MoneyCompleted, MoneyTerminated, MoneyExempted];
const RESOLVED_COMPLAINTS: &[Column] = &[ComplaintsUpheld, ComplaintsPartly, ComplaintsDismissed];
const RESOLVED_DENUNCIATIONS: &[Column] = &[DenunciationsUpheld, DenunciationsPartly, DenunciationsDismissed];
const RESOLVED: &[Column] = &[
    ComplaintsUpheld,
    ComplaintsPartly,
    ComplaintsDismissed,
    DenunciationsUpheld,
    DenunciationsPartly,
    DenunciationsDismissed,
];
const ROUNDS: &[Column] = &[Round1, Round2, Round3, Round4, Round5];

type Row = (&'static str, Unit, Measure, &'static [Parameter], &'static str, &'static str, &'static str);

const fn row((id, unit, measure, needs, vi, en, formula): Row) -> FigureInfo {
    FigureInfo { id, unit, measure, needs, vi, en, formula }
}

const fn of(columns: &'static [Column]) -> Measure {
    Measure::Sum(columns, &[])
}

/// Every figure, in the order of the tables.
#[rustfmt::skip]
pub const FIGURES: &[FigureInfo] = &[
    row(("cases.total", Unit::Cases, of(&[CasesCarried, CasesNew]), ENTRY, "Tổng số thụ lý", "Cases in all", "carried + new")),
    row(("cases.carried", Unit::Cases, of(&[CasesCarried]), ENTRY, "Năm trước chuyển sang", "Carried over", "open the day before the period and out of the tracking book, and not unfinished in it at the end")),
    row(("cases.new", Unit::Cases, of(&[CasesNew]), ENTRY, "Thụ lý mới", "New", "ordered, entrusted in or taken from below in the period, or out of the tracking book since")),
    row(("cases.entrusted", Unit::Cases, of(&[CasesEntrusted]), OUT, "Ủy thác", "Entrusted out", "entrusted out in the period, no obligation met in full before")),
    row(("cases.pulled_up", Unit::Cases, of(&[CasesPulledUp]), OUT, "Cục rút lên thi hành", "Pulled up", "pulled up in the period (r2013)")),
    row(("cases.withdrawn", Unit::Cases, of(&[CasesWithdrawn]), OUT, "Thu hồi, hủy quyết định", "Withdrawn", "order withdrawn in the period (from r2019)")),
    row(("cases.to_execute", Unit::Cases, of(EXECUTE_CASES), EXECUTE, "Tổng số phải thi hành", "To execute", "total − entrusted − pulled_up (r2013) or − withdrawn (from r2019)")),
    row(("cases.enforceable", Unit::Cases, of(ENFORCEABLE_CASES), STANDING, "Có điều kiện thi hành", "Enforceable", "completed + terminated + in_progress + postponed + suspended + paused + other")),
    row(("cases.completed", Unit::Cases, of(&[CasesCompleted]), FREE, "Thi hành xong", "Completed", "completed in the period")),
    row(("cases.terminated", Unit::Cases, of(&[CasesTerminated]), FREE, "Đình chỉ", "Terminated", "terminated in the period, none met before")),
    row(("cases.in_progress", Unit::Cases, of(&[CasesInProgress]), STANDING, "Đang thi hành", "In progress", "enforceable or not yet classified, active at the end")),
    row(("cases.postponed", Unit::Cases, of(&[CasesPostponed]), STANDING, "Hoãn thi hành án", "Postponed", "postponed at the end (from r2019: by consent only)")),
    row(("cases.suspended", Unit::Cases, of(&[CasesSuspended]), STANDING, "Tạm đình chỉ thi hành án", "Suspended", "suspended at the end (r2013)")),
    row(("cases.paused", Unit::Cases, of(&[CasesPaused]), STANDING, "Tạm dừng để giải quyết khiếu nại", "Paused", "paused for a complaint at the end")),
    row(("cases.other", Unit::Cases, of(&[CasesOther]), STANDING, "Trường hợp khác", "Other", "enforceable, in no other column")),
    row(("cases.not_yet_enforceable", Unit::Cases, of(&[CasesNotYet]), STANDING, "Chưa có điều kiện thi hành", "Not yet enforceable", "not yet enforceable at the end, out of the tracking book")),
    row(("cases.other_standing", Unit::Cases, of(&[CasesOtherStanding]), STANDING, "Tình trạng khác", "Other standing", "open, neither enforceable nor not yet (from r2019)")),
    row(("cases.carried_out", Unit::Cases, of(OPEN_CASES), EXECUTE, "Chuyển kỳ sau", "Carried to the next period", "to_execute − finished")),
    row(("cases.finished", Unit::Cases, of(FINISHED_CASES), FREE, "Giải quyết xong", "Finished", "completed + terminated")),
    row(("rate.cases", Unit::Rate, Measure::Rate(FINISHED_CASES, ENFORCEABLE_CASES), STANDING, "Tỷ lệ thi hành xong về việc", "Rate of finished cases", "finished / enforceable")),
    row(("cases.tracking_book", Unit::Cases, of(&[CasesTrackingBook]), FREE, "Sổ theo dõi riêng", "Tracking book", "in the tracking book at the end, outside the total")),
    row(("cases.in_transit", Unit::Cases, of(&[CasesInTransit]), FREE, "Đang chuyển giao", "In transit", "sent to an office of this ledger, not yet taken over at the end")),
    row(("cases.distinct", Unit::Cases, Measure::Sum(&[CasesCarried, CasesNew], &[CasesDoubled]), ENTRY, "Tổng số thụ lý không trùng", "Distinct cases", "total − those moved inside the scope, which sender and receiver both count")),

    row(("money.total", Unit::Money, of(&[MoneyCarried, MoneyNew]), ENTRY, "Tổng số tiền thụ lý", "Money in all", "carried + new")),
    row(("money.carried", Unit::Money, of(&[MoneyCarried]), ENTRY, "Năm trước chuyển sang", "Carried over", "remaining of carried cases the day before the period, without costs")),
    row(("money.new", Unit::Money, of(&[MoneyNew]), ENTRY, "Thụ lý mới", "New", "owed by new cases, and what amendments and interest added")),
    row(("money.entrusted", Unit::Money, of(&[MoneyEntrusted]), OUT, "Ủy thác", "Entrusted out", "moved out by entrusting in the period")),
    row(("money.pulled_up", Unit::Money, of(&[MoneyPulledUp]), OUT, "Cục rút lên thi hành", "Pulled up", "moved out by pulling up in the period (r2013)")),
    row(("money.withdrawn", Unit::Money, of(&[MoneyWithdrawn]), OUT, "Thu hồi, hủy quyết định", "Withdrawn", "remaining of orders withdrawn in the period (from r2019)")),
    row(("money.to_execute", Unit::Money, of(EXECUTE_MONEY), EXECUTE, "Tổng số phải thi hành", "To execute", "total − entrusted − pulled_up (r2013) or − withdrawn (from r2019)")),
    row(("money.enforceable", Unit::Money, of(ENFORCEABLE_MONEY), BOTH, "Có điều kiện thi hành", "Enforceable", "completed + terminated + exempted + in_progress + postponed + suspended + paused + other")),
    row(("money.completed", Unit::Money, of(&[MoneyCompleted]), CREDIT, "Thi hành xong", "Completed", "credited in the period, of all cases, finished or not")),
    row(("money.terminated", Unit::Money, of(&[MoneyTerminated]), FREE, "Đình chỉ", "Terminated", "terminated in the period")),
    row(("money.exempted", Unit::Money, of(&[MoneyExempted]), FREE, "Giảm thi hành án", "Exempted", "exempted in the period")),
    row(("money.in_progress", Unit::Money, of(&[MoneyInProgress]), STANDING, "Đang thi hành", "In progress", "remaining at the end of cases in progress")),
    row(("money.postponed", Unit::Money, of(&[MoneyPostponed]), STANDING, "Hoãn thi hành án", "Postponed", "remaining at the end of postponed cases")),
    row(("money.suspended", Unit::Money, of(&[MoneySuspended]), STANDING, "Tạm đình chỉ thi hành án", "Suspended", "remaining at the end of suspended cases")),
    row(("money.paused", Unit::Money, of(&[MoneyPaused]), STANDING, "Tạm dừng để giải quyết khiếu nại", "Paused", "remaining at the end of paused cases")),
    row(("money.other", Unit::Money, of(&[MoneyOther]), STANDING, "Trường hợp khác", "Other", "remaining at the end that has no other place")),
    row(("money.not_yet_enforceable", Unit::Money, of(&[MoneyNotYet]), STANDING, "Chưa có điều kiện thi hành", "Not yet enforceable", "remaining at the end of cases not yet enforceable")),
    row(("money.other_standing", Unit::Money, of(&[MoneyOtherStanding]), STANDING, "Tình trạng khác", "Other standing", "remaining at the end of cases of other standing (from r2019)")),
    row(("money.carried_out", Unit::Money, of(OPEN_MONEY), EXECUTE, "Chuyển kỳ sau", "Carried to the next period", "to_execute − finished")),
    row(("money.finished", Unit::Money, of(FINISHED_MONEY), CREDIT, "Giải quyết xong", "Finished", "completed + terminated + exempted")),
    row(("rate.money", Unit::Rate, Measure::Rate(FINISHED_MONEY, ENFORCEABLE_MONEY), BOTH, "Tỷ lệ thi hành xong về tiền", "Rate of finished money", "finished / enforceable")),
    row(("money.tracking_book", Unit::Money, of(&[MoneyTrackingBook]), FREE, "Sổ theo dõi riêng", "Tracking book", "remaining of cases in the tracking book at the end, outside the total")),
    row(("money.in_transit", Unit::Money, of(&[MoneyInTransit]), FREE, "Đang chuyển giao", "In transit", "moved out to an office of this ledger, not yet taken over at the end")),
    row(("money.distinct", Unit::Money, Measure::Sum(&[MoneyCarried, MoneyNew], &[MoneyDoubled]), ENTRY, "Tổng số tiền không trùng", "Distinct money", "total − what moved inside the scope, which sender and receiver both count")),

    row(("money.collected", Unit::Money, of(&[Collected]), FREE, "Số tiền đã thu", "Collected", "came in in the period, auction proceeds included")),
    row(("money.disbursed", Unit::Money, of(&[Disbursed]), FREE, "Đã chi trả", "Disbursed", "paid to creditors in the period, fees kept back not included")),
    row(("money.remitted", Unit::Money, of(&[Remitted]), FREE, "Đã nộp ngân sách", "Remitted", "paid to the budget in the period")),
    row(("money.fees", Unit::Money, of(&[Fees]), FREE, "Phí thi hành án", "Fees", "kept back in the period")),
    row(("money.refunded", Unit::Money, of(&[Refunded]), FREE, "Đã hoàn trả", "Refunded", "given back in the period")),
    row(("money.costs_added", Unit::Money, of(&[CostsAdded]), FREE, "Chi phí cưỡng chế phát sinh", "Costs added", "costs that became owed in the period; in no column of the tables")),
    row(("money.costs_repaid", Unit::Money, of(&[CostsRepaid]), FREE, "Chi phí cưỡng chế đã thu hồi", "Costs repaid", "costs repaid in the period; in no column of the tables")),
    row(("money.held", Unit::Money, of(&[Undistributed]), FREE, "Tiền đã thu chưa chi trả", "Held for distribution", "collected and not paid over at the end")),
    row(("money.refund_due", Unit::Money, of(&[RefundDue]), FREE, "Tiền thu thừa chưa hoàn trả", "To be refunded", "collected beyond the debt and not given back at the end")),
    row(("money.deposited", Unit::Money, of(&[Deposited]), FREE, "Tiền gửi chờ người được thi hành án", "Deposited for payees", "put aside for payees who did not come, up to the end")),
    row(("held.opening", Unit::Money, of(&[HeldOpening]), FREE, "Tạm thu, tạm giữ đầu kỳ", "Temporarily held before", "in temporary keeping the day before the period")),
    row(("held.closing", Unit::Money, of(&[HeldClosing]), FREE, "Tạm thu, tạm giữ cuối kỳ", "Temporarily held", "in temporary keeping at the end")),
    row(("held.to_30_days", Unit::Money, of(&[HeldTo30]), FREE, "đến 30 ngày", "for up to 30 days", "of held.closing")),
    row(("held.31_to_90_days", Unit::Money, of(&[HeldTo90]), FREE, "31 đến 90 ngày", "for 31 to 90 days", "of held.closing")),
    row(("held.91_to_180_days", Unit::Money, of(&[HeldTo180]), FREE, "91 đến 180 ngày", "for 91 to 180 days", "of held.closing")),
    row(("held.181_to_365_days", Unit::Money, of(&[HeldTo365]), FREE, "181 đến 365 ngày", "for 181 to 365 days", "of held.closing")),
    row(("held.over_365_days", Unit::Money, of(&[HeldOver365]), FREE, "trên 365 ngày", "for more than 365 days", "of held.closing")),

    row(("complaints.carried", Unit::Complaints, of(&[ComplaintsCarried]), FREE, "Đơn kỳ trước chuyển sang", "Complaints carried over", "complaints and denunciations open the day before the period")),
    row(("complaints.received", Unit::Complaints, of(&[ComplaintsReceived, DenunciationsReceived]), FREE, "Đơn khiếu nại, tố cáo tiếp nhận", "Complaints and denunciations received", "received in the period")),
    row(("complaints.complaints_received", Unit::Complaints, of(&[ComplaintsReceived]), FREE, "Khiếu nại tiếp nhận", "Complaints received", "received in the period, complaints only")),
    row(("complaints.denunciations_received", Unit::Complaints, of(&[DenunciationsReceived]), FREE, "Tố cáo tiếp nhận", "Denunciations received", "received in the period, denunciations only")),
    row(("complaints.accepted", Unit::Complaints, of(&[ComplaintsAccepted]), FREE, "Đơn thụ lý", "Accepted", "accepted in the period")),
    row(("complaints.resolved", Unit::Complaints, of(RESOLVED), FREE, "Đơn đã giải quyết", "Complaints and denunciations resolved", "decided or concluded in the period")),
    row(("complaints.complaints_resolved", Unit::Complaints, of(RESOLVED_COMPLAINTS), FREE, "Khiếu nại đã giải quyết", "Complaints resolved", "decided in the period")),
    row(("complaints.denunciations_resolved", Unit::Complaints, of(RESOLVED_DENUNCIATIONS), FREE, "Tố cáo đã giải quyết", "Denunciations concluded", "concluded in the period")),
    row(("complaints.upheld", Unit::Complaints, of(&[ComplaintsUpheld, DenunciationsUpheld]), FREE, "Đúng toàn bộ", "Upheld", "of complaints.resolved")),
    row(("complaints.partly", Unit::Complaints, of(&[ComplaintsPartly, DenunciationsPartly]), FREE, "Đúng một phần", "Upheld in part", "of complaints.resolved")),
    row(("complaints.dismissed", Unit::Complaints, of(&[ComplaintsDismissed, DenunciationsDismissed]), FREE, "Không đúng", "Dismissed", "of complaints.resolved")),
    row(("complaints.rejected", Unit::Complaints, of(&[ComplaintsRejected]), FREE, "Không thụ lý", "Not accepted", "not accepted in the period")),
    row(("complaints.withdrawn", Unit::Complaints, of(&[ComplaintsWithdrawn]), FREE, "Rút đơn", "Withdrawn", "withdrawn by the author in the period")),
    row(("complaints.late", Unit::Complaints, of(&[ComplaintsLate]), FREE, "Quá hạn giải quyết", "Late", "resolved late in the period, or open and overdue at its end")),
    row(("complaints.pending", Unit::Complaints, of(&[ComplaintsPending]), FREE, "Đơn chuyển kỳ sau", "Pending", "open at the end")),

    row(("auctions.announced", Unit::Assets, of(&[Assets]), FREE, "Tài sản đưa ra đấu giá", "Assets offered", "assets with a round announced in the period")),
    row(("auctions.rounds", Unit::Rounds, of(ROUNDS), FREE, "Số lần đấu giá", "Rounds held", "sold or unsold in the period")),
    row(("auctions.round_1", Unit::Rounds, of(&[Round1]), FREE, "Lần 1", "First rounds", "of auctions.rounds")),
    row(("auctions.round_2", Unit::Rounds, of(&[Round2]), FREE, "Lần 2", "Second rounds", "of auctions.rounds")),
    row(("auctions.round_3", Unit::Rounds, of(&[Round3]), FREE, "Lần 3", "Third rounds", "of auctions.rounds")),
    row(("auctions.round_4", Unit::Rounds, of(&[Round4]), FREE, "Lần 4", "Fourth rounds", "of auctions.rounds")),
    row(("auctions.round_5_up", Unit::Rounds, of(&[Round5]), FREE, "Lần 5 trở đi", "Fifth and later rounds", "of auctions.rounds")),
    row(("auctions.sold", Unit::Rounds, of(&[Sold]), FREE, "Đấu giá thành", "Sold", "of auctions.rounds")),
    row(("auctions.unsold", Unit::Rounds, of(&[Unsold]), FREE, "Đấu giá không thành", "Unsold", "of auctions.rounds")),
    row(("auctions.start_price", Unit::Money, of(&[StartPrice]), FREE, "Giá khởi điểm", "Start prices", "start prices of the rounds that sold")),
    row(("auctions.price", Unit::Money, of(&[Price]), FREE, "Giá bán", "Prices got", "prices of the rounds that sold")),
    row(("auctions.appraised", Unit::Money, of(&[Appraised]), FREE, "Giá thẩm định", "Appraised values", "appraised values of what sold")),
    row(("rate.auction_sold", Unit::Rate, Measure::Rate(&[Sold], ROUNDS), FREE, "Tỷ lệ đấu giá thành", "Rounds that sold", "sold / rounds")),
    row(("rate.auction_price", Unit::Rate, Measure::Rate(&[Price], &[Appraised]), FREE, "Giá bán so với giá thẩm định", "Price to appraised value", "price / appraised")),
    row(("auctions.days_to_sale", Unit::Days, of(&[DaysToSale]), FREE, "Số ngày từ kê biên đến bán", "Days from distraint to sale", "summed over what sold")),
    row(("auctions.unsold_twice", Unit::Assets, of(&[UnsoldTwice]), FREE, "Tài sản đấu giá không thành từ 2 lần", "Assets unsold twice or more", "at the end, of open cases")),

    row(("units.over_case_target", Unit::Units, Measure::Reaching("rate.cases"), STANDING, "Đơn vị đạt, vượt chỉ tiêu về việc", "Units at or over their case target", "offices whose own rate.cases ≥ their target of the year")),
    row(("units.over_money_target", Unit::Units, Measure::Reaching("rate.money"), BOTH, "Đơn vị đạt, vượt chỉ tiêu về tiền", "Units at or over their money target", "offices whose own rate.money ≥ their target of the year")),
    row(("units.with_case_target", Unit::Units, Measure::Targeted("rate.cases"), FREE, "Đơn vị được giao chỉ tiêu về việc", "Units with a case target", "offices with a target of the year")),
    row(("units.with_money_target", Unit::Units, Measure::Targeted("rate.money"), FREE, "Đơn vị được giao chỉ tiêu về tiền", "Units with a money target", "offices with a target of the year")),
];

/// The figure with that id.
pub fn figure(id: &str) -> Option<&'static FigureInfo> {
    FIGURES.iter().find(|info| info.id == id)
}

/// The value of a figure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Value {
    /// Cases, complaints, rounds, assets, days, units: by the figure's unit.
    Count(Total),
    /// Money, in the ledger's unit.
    Money(Total),
    /// An exact ratio, unreduced.
    Rate {
        /// What is above the line.
        numerator: Total,
        /// What is below it.
        denominator: Total,
    },
    /// It needs this parameter, which is not set on the period's last day.
    Unset(Parameter),
    /// The row is of something by which it is not counted: no complaint is of an enforcer.
    Uncounted,
}

impl Value {
    /// The amount of a count or a sum of money.
    pub fn amount(self) -> Option<Total> {
        match self {
            Value::Count(amount) | Value::Money(amount) => Some(amount),
            Value::Rate { .. } | Value::Unset(_) | Value::Uncounted => None,
        }
    }

    /// A rate in percent with one decimal, half up; `None` where nothing is below the line.
    pub fn percent(self) -> Option<String> {
        match self {
            Value::Rate { numerator, denominator } => percent(numerator, denominator),
            Value::Count(_) | Value::Money(_) | Value::Unset(_) | Value::Uncounted => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_given_once() {
        for (at, info) in FIGURES.iter().enumerate() {
            assert!(FIGURES[..at].iter().all(|other| other.id != info.id), "{}", info.id);
        }
    }

    /// No column is summed by a figure of another unit, and every column is in some figure.
    #[test]
    fn every_column_is_shown() {
        for &column in Column::ALL {
            let shown = FIGURES.iter().any(|info| match info.measure {
                Measure::Sum(plus, minus) => plus.contains(&column) || minus.contains(&column),
                Measure::Rate(..) | Measure::Reaching(_) | Measure::Targeted(_) => false,
            });
            assert!(shown, "{column:?}");
        }
    }
}
