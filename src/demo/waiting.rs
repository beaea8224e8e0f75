//! What happens between the first notices and the end: verification, classification, the tracking book, standstills.

use thads_cases::case::{Activity, Class};
use thads_cases::date::Date;
use thads_cases::event::Body;
use thads_cases::event::classification::{
    ClassifiedEnforceable, ClassifiedNotYetEnforceable, ConditionsVerified, MovedToTrackingBook,
    ReturnedFromTrackingBook,
};
use thads_cases::event::coercion::{BorneBy, CoercionCostRecorded, CoercionOrdered, Measure};
use thads_cases::event::notice::{NoticeOf, Recipient};
use thads_cases::event::suspension::{
    Postponed, PostponementEnded, Resumed, TemporarilySuspended, Terminated,
};
use thads_cases::personal::Personal;

use super::case_script::{By, CaseScript};
use super::intake::dong;

const FOUND: &[&str] = &[
    "có thu nhập từ lương",
    "có nhà, đất ở",
    "có đất trồng lúa",
    "có xe mô tô",
    "có ao nuôi cá",
    "hộ kinh doanh, có thu nhập",
    "có tiền gửi ngân hàng",
];
const NOTHING_FOUND: &[&str] = &[
    "không có tài sản, thu nhập chỉ đủ sinh hoạt",
    "đang chấp hành án phạt tù",
    "đã bỏ địa phương đi, không rõ địa chỉ",
    "hộ nghèo, không có tài sản",
    "tài sản giá trị nhỏ hơn chi phí kê biên",
];
const REMARKS: &[&str] = &[
    "đương sự hẹn nộp vào cuối tháng",
    "đã điện thoại nhắc đương sự",
    "đương sự vắng mặt theo giấy mời",
    "phối hợp UBND xã làm việc với đương sự",
    "đương sự xin trả dần",
    "chờ kết quả trả lời của văn phòng đăng ký đất đai",
    "gửi giấy triệu tập lần 2",
];

impl CaseScript<'_> {
    /// The enforcer finds out what the debtor has.
    pub(super) fn verify(&mut self, means_found: bool) {
        let texts = if means_found { FOUND } else { NOTHING_FOUND };
        let at = if self.rng.percent(15) { self.rng.index(texts.len()) } else { self.circumstances };
        let text = texts[at % texts.len()];
        let estimate = (means_found && self.rng.percent(40)).then(|| dong(self.owes() / 1000 * 1000));
        let findings = Some(Personal::Text(text.to_owned()));
        let body = Body::ConditionsVerified(ConditionsVerified { means_found, estimate, findings });
        let first = self.case.verified.is_empty();
        if first || self.case.verified.len() < 3 {
            self.act_by_hand(By::Enforcer, body)
        } else {
            self.aside(By::Enforcer, body)
        }
    }

    /// Whether it is about a small sum for the budget.
    pub(super) fn is_small(&self) -> bool {
        self.case.creditors.is_empty() && self.owes() < 3_000_000
    }

    /// Parties are told what the head decided on the case's class; the creditor more often than the debtor.
    pub(super) fn tell_of_class(&mut self) {
        if !self.case.creditors.is_empty() && self.rng.percent(55) {
            self.pass(1, 2);
            self.notice(Recipient::Creditor(None), NoticeOf::Classification);
        }
        if self.rng.percent(15) {
            self.pass(1, 2);
            self.notice(Recipient::Debtor(None), NoticeOf::Classification);
        }
    }

    /// A remark, now and then.
    pub(super) fn remark(&mut self, times_in_hundred: u64) {
        if self.rng.percent(times_in_hundred) {
            let text = *self.rng.pick(REMARKS);
            self.note(text);
        }
    }

    /// The first verification, when the voluntary period is over.
    pub(super) fn verify_first(&mut self, means_found: bool) {
        if let Some(until) = self.case.voluntary_until {
            self.go_to(until.next());
        }
        self.pass(0, 5);
        self.verify(means_found);
    }

    /// The head says that the case can be enforced.
    pub(super) fn classify_enforceable(&mut self) {
        let Some(open) = self.case.open() else { return };
        if open.class != Class::Enforceable {
            self.decide(By::Head, Body::ClassifiedEnforceable(ClassifiedEnforceable {}));
        }
    }

    /// The head says that it cannot yet.
    pub(super) fn classify_not_yet(&mut self, ground: &str) {
        let ground = ground.to_owned();
        self.decide(By::Head, Body::ClassifiedNotYetEnforceable(ClassifiedNotYetEnforceable { ground }));
    }

    /// A ground on which it cannot be enforced.
    pub(super) fn not_yet_ground(&mut self) -> &'static str {
        self.rng.weighted(&[(80, "a"), (4, "b"), (16, "c")])
    }

    /// Waits for a day; meanwhile the debtor's means are looked at again about every half year, and of one who has
    /// some the enforcer reminds him in between.
    pub(super) fn wait_for(&mut self, day: Date) {
        let means = !matches!(self.case.open().map(|open| &open.class), Some(Class::NotYet { .. }));
        // Nobody travels twice a year for a small fee.
        let small = means && self.is_small();
        let often = if small { 50 } else { 93 };
        let mut looked = self.case.verified.last().copied().unwrap_or(self.day).max(self.day.plus_days(-150));
        let mut next = looked.plus_days(self.rng.days(130, 184));
        loop {
            if means && !small && self.rng.percent(75) {
                let reminder = self.land.days.near(self.day.plus_days(self.rng.days(35, 85)), &mut self.rng);
                if reminder < next && reminder < day {
                    self.go_to(reminder);
                    self.remind();
                    continue;
                }
            }
            if next >= day || self.day >= self.limit {
                break;
            }
            looked = next;
            if self.rng.percent(often) {
                let near = self.land.days.near(looked, &mut self.rng);
                self.go_to(near.min(day));
                self.verify(means);
                self.remark(if means { 35 } else { 12 });
                if self.rng.percent(12) {
                    self.pass(1, 3);
                    self.tell_of(NoticeOf::Verification);
                }
            }
            next = looked.plus_days(self.rng.days(130, 184));
        }
        self.go_to(day);
    }

    /// The debtor is called, summoned or visited.
    fn remind(&mut self) {
        if self.rng.percent(45) {
            self.notice(Recipient::Debtor(None), NoticeOf::Summons);
        } else {
            self.remark(100);
        }
    }

    /// The creditor, where there is one, is told; else the debtor.
    fn tell_of(&mut self, of: NoticeOf) {
        let to =
            if self.case.creditors.is_empty() { Recipient::Debtor(None) } else { Recipient::Creditor(None) };
        self.notice(to, of);
    }

    /// The case goes into the tracking book.
    pub(super) fn move_to_book(&mut self) {
        self.decide(By::Head, Body::MovedToTrackingBook(MovedToTrackingBook {}));
    }

    /// Something was found: the case comes back from the tracking book.
    pub(super) fn return_from_book(&mut self) {
        self.verify(true);
        self.pass(0, 3);
        self.decide(By::Head, Body::ReturnedFromTrackingBook(ReturnedFromTrackingBook {}));
    }

    /// The head orders nothing to be done for a while.
    pub(super) fn postpone(&mut self, ground: &str, until: Option<Date>) {
        self.decide(By::Head, Body::Postponed(Postponed { ground: ground.to_owned(), until }));
    }

    /// A case that was postponed or suspended goes on.
    pub(super) fn go_on(&mut self) {
        let body = match self.case.open().map(|open| &open.activity) {
            Some(Activity::Postponed { .. }) => Body::PostponementEnded(PostponementEnded {}),
            Some(Activity::Suspended { .. }) => Body::Resumed(Resumed {}),
            Some(Activity::Active | Activity::Paused) | None => return,
        };
        self.decide(By::Head, body);
    }

    /// Suspended: by a protest, or because bankruptcy proceedings were opened.
    pub(super) fn suspend(&mut self) {
        let ground = *self.rng.pick(&["protest", "bankruptcy_accepted"]);
        self.decide(By::Head, Body::TemporarilySuspended(TemporarilySuspended { ground: ground.to_owned() }));
    }

    /// Everything that is still owed is let go, for a ground of the law.
    pub(super) fn terminate(&mut self, ground: &str) {
        let body = Terminated { ground: ground.to_owned(), obligations: Vec::new() };
        self.decide(By::Head, Body::Terminated(body));
    }

    /// Goes on to the first day after the voluntary period, unless the limit comes before it; says whether it is over.
    pub(super) fn voluntary_over(&mut self) -> bool {
        let Some(until) = self.case.voluntary_until else { return false };
        self.go_to(until.next());
        self.day > until
    }

    /// Coercion of money or income, once the debtor's time is over.
    pub(super) fn coerce(&mut self, measure: Measure) {
        if !self.voluntary_over() {
            return;
        }
        self.act(By::Enforcer, Body::CoercionOrdered(CoercionOrdered { measure, urgent: false }));
        if self.rng.percent(60) {
            self.pass(1, 3);
            self.notice(Recipient::Debtor(None), NoticeOf::Coercion);
        }
    }

    /// Costs that the debtor bears.
    pub(super) fn costs(&mut self, amount: i64, items: &str) {
        let body =
            CoercionCostRecorded { amount: dong(amount), borne_by: BorneBy::Debtor, items: items.to_owned() };
        self.act(By::Enforcer, Body::CoercionCostRecorded(body));
    }
}
