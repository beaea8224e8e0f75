//! Money: in from the debtor, shared out, approved by the head, paid over by the accountant, with the fee kept back.

use thads_cases::case::{Basis, Line, Payee};
use thads_cases::date::Date;
use thads_cases::distribution::ObligationKind;
use thads_cases::event::money::{
    Exempted, HeldMoneyResolved, HeldTemporarily, HeldTo, Means, PaidDirectly, Payer, PaymentCollected,
    Refunded,
};
use thads_cases::event::notice::{NoticeOf, Recipient};
use thads_cases::event::payout::{
    DepositedForPayee, Disbursed, DistributionPlanned, EnforcementFeeCharged, PayoutApproved,
    RemittedToBudget, lawful_lines,
};
use thads_cases::event::suspension::Completed;
use thads_cases::event::{Body, RuleContext, Sender};
use thads_cases::ids::{ObligationNo, OfficerNo};
use thads_cases::money::{Amount, Total};
use thads_cases::personal::Personal;
use thads_cases::rules::{Parameter, Rules};

use super::case_script::{By, CaseScript};
use super::intake::dong;
use super::people;

impl CaseScript<'_> {
    /// What is still owed, costs included.
    pub(super) fn owes(&self) -> i64 {
        i64::try_from(self.case.remaining()).unwrap_or(0)
    }

    /// Money comes in today.
    pub(super) fn collect(&mut self, amount: i64, means: Means) {
        let right = self.payment(amount, means);
        let mut mistyped = right.clone();
        if let Body::PaymentCollected(payment) = &mut mistyped {
            payment.amount = dong(if self.rng.percent(60) { amount * 10 } else { amount / 10 + 1 });
        }
        self.act_on_money(right, mistyped);
    }

    /// A payment by one of the debtors, now and then by a relative.
    fn payment(&mut self, amount: i64, means: Means) -> Body {
        let debtors = u64::try_from(self.case.debtors.len()).unwrap_or(1);
        let payer = if self.rng.percent(4) {
            Payer::Other(people::named(&mut self.rng))
        } else {
            Payer::Debtor(u16::try_from(1 + self.rng.below(debtors)).unwrap_or(1))
        };
        Body::PaymentCollected(PaymentCollected {
            payer,
            amount: dong(amount),
            means,
            receipt: Some(String::new()),
        })
    }

    /// What is held is paid over in a few days, and what is too much goes back.
    pub(super) fn pay_over(&mut self) {
        let lines = self.plan_out();
        if lines.is_empty() {
            return;
        }
        self.pass(0, 2);
        self.decide(By::Head, Body::PayoutApproved(PayoutApproved { lines: lines.clone() }));
        let to_creditor = lines
            .iter()
            .any(|line| self.case.obligation(line.obligation).is_some_and(|one| one.payee != Payee::Budget));
        if to_creditor && self.rng.percent(45) {
            self.pass(0, 1);
            self.notice(Recipient::Creditor(None), NoticeOf::Payout);
            self.pass(1, 2);
        } else {
            self.pass(0, 3);
        }
        for line in lines {
            self.pay_line(line);
        }
        self.give_back();
    }

    /// What came in beyond the debt goes back.
    pub(super) fn give_back(&mut self) {
        if let Some(amount) = Amount::of(self.case.cash.refund_due).filter(|amount| *amount > Amount::ZERO) {
            self.act(By::Accountant, Body::Refunded(Refunded { amount }));
        }
    }

    /// The lines of what is held and not approved, after a written plan where the law wants one.
    fn plan_out(&mut self) -> Vec<Line> {
        let sum = self.case.unapproved();
        if sum <= 0 {
            return Vec::new();
        }
        let claims: Vec<Line> = self
            .case
            .obligations
            .iter()
            .filter(|one| one.remaining() > Amount::ZERO)
            .map(|one| Line { obligation: one.number, amount: one.remaining() })
            .collect();
        let whole = sum == self.case.remaining();
        let several = claims.len() > 1;
        let lines = match claims.as_slice() {
            _ if whole => claims,
            [one] => vec![Line { amount: one.amount.part(sum), ..*one }],
            _ => self.lawful(sum),
        };
        if several && !whole || self.rng.percent(if several { 60 } else { 7 }) {
            self.pass(0, 3);
            let lines = lines.clone();
            self.act(By::Enforcer, Body::DistributionPlanned(DistributionPlanned { lines }));
        }
        lines
    }

    fn lawful(&self, sum: Total) -> Vec<Line> {
        let on = RuleContext {
            at: self.at(OfficerNo(0)),
            officer: None,
            reference_data: &self.land.reference_data,
            sender: Sender::NotAsked,
        };
        lawful_lines(&self.case, sum, &on).unwrap_or_default()
    }

    fn pay_line(&mut self, line: Line) {
        let Some(one) = self.case.obligation(line.obligation) else { return };
        if one.payee == Payee::Budget {
            let remitted = RemittedToBudget { obligation: Some(line.obligation), amount: line.amount };
            self.act(By::Accountant, Body::RemittedToBudget(remitted));
            return;
        }
        let base = one.due.part(one.uncharged.total() + self.case.bears_fee(line.amount).total());
        let fee = if self.returned(one.kind) {
            Amount::ZERO
        } else {
            fee(base, one.kind, self.day, &self.land.reference_data.rules)
        };
        let net = line.amount.part(line.amount.total() - fee.total());
        if fee == Amount::ZERO || net == Amount::ZERO {
            self.act(
                By::Accountant,
                Body::Disbursed(Disbursed { obligation: line.obligation, amount: line.amount }),
            );
            return;
        }
        self.act(By::Accountant, Body::Disbursed(Disbursed { obligation: line.obligation, amount: net }));
        let charged = EnforcementFeeCharged { obligation: line.obligation, base, fee };
        self.act(By::Accountant, Body::EnforcementFeeCharged(charged));
    }

    /// No fee on what is returned without being asked for.
    fn returned(&self, kind: ObligationKind) -> bool {
        self.case.order.basis == Some(Basis::Proactive) && kind == ObligationKind::ReturnMoney
    }

    /// Money comes in and is paid over.
    pub(super) fn settle(&mut self, amount: i64, means: Means) {
        self.collect(amount, means);
        // Now and then money lies longer than the ten days that the law gives.
        let (low, high) = if self.rng.percent(3) { (8, 22) } else { (0, 3) };
        self.pass(low, high);
        self.pay_over();
    }

    /// The parties settle a sum between themselves and both say so.
    pub(super) fn settle_directly(&mut self, mut amount: i64) {
        let owed: Vec<(ObligationNo, i64)> = self
            .case
            .obligations
            .iter()
            .filter(|one| matches!(one.payee, Payee::Creditor(_)) && one.remaining() > Amount::ZERO)
            .map(|one| (one.number, one.remaining().get()))
            .collect();
        for (obligation, left) in owed {
            let part = left.min(amount);
            if part > 0 {
                self.act(By::Enforcer, Body::PaidDirectly(PaidDirectly { obligation, amount: dong(part) }));
                amount -= part;
            }
        }
    }

    /// Money that came without a word is kept, then taken for the debt.
    pub(super) fn hold_then_settle(&mut self, amount: i64, until: Date) {
        let why = *self.rng.pick(&[
            "tiền do cơ quan điều tra chuyển",
            "tiền nộp thay, chưa rõ nghĩa vụ",
            "tiền tang vật",
        ]);
        let why = Personal::Text(why.to_owned());
        self.act(By::Accountant, Body::HeldTemporarily(HeldTemporarily { amount: dong(amount), why }));
        let item = self.case.held.last().map_or(1, |held| held.number);
        self.go_to(until);
        let to = HeldTo::Distribution;
        self.act(
            By::Accountant,
            Body::HeldMoneyResolved(HeldMoneyResolved { item, amount: dong(amount), to }),
        );
        self.pass(0, 2);
        self.pay_over();
    }

    /// The payee was told and does not come: the money is put aside for him.
    pub(super) fn put_aside(&mut self, amount: i64, means: Means) {
        self.collect(amount, means);
        self.pass(1, 2);
        self.notice(Recipient::Creditor(None), NoticeOf::Payout);
        let over = self.over(Parameter::DepositAfter, self.day);
        if over > self.limit {
            // He comes after all: his days would run beyond the time that there is.
            self.pay_over();
            return;
        }
        self.pass(11, 14);
        self.go_to(over);
        let lines = self.plan_out();
        if lines.is_empty() {
            return;
        }
        self.decide(By::Head, Body::PayoutApproved(PayoutApproved { lines: lines.clone() }));
        self.pass(0, 2);
        for line in lines {
            let creditor =
                self.case.obligation(line.obligation).is_some_and(|one| one.payee != Payee::Budget);
            if creditor {
                let bank = people::bank_name(&mut self.rng);
                let deposit = DepositedForPayee { obligation: line.obligation, amount: line.amount, bank };
                self.act(By::Accountant, Body::DepositedForPayee(deposit));
            } else {
                self.pay_line(line);
            }
        }
        self.give_back();
    }

    /// The first day on which a period that started on a day is over.
    pub(super) fn over(&self, limit: Parameter, started: Date) -> Date {
        let span = self.land.reference_data.rules.span(limit, started).set();
        let last = span.and_then(|span| self.land.reference_data.calendar.due(started, span).ok());
        last.unwrap_or(started).next()
    }

    /// A court lets the rest of what is owed to the budget off.
    pub(super) fn exempt(&mut self) {
        let rest: Vec<(ObligationNo, Amount)> = self
            .case
            .obligations
            .iter()
            .filter(|one| one.payee == Payee::Budget && one.counts() && one.remaining() > Amount::ZERO)
            .map(|one| (one.number, one.remaining()))
            .collect();
        for (obligation, amount) in rest {
            let decision = format!("{}/{}/QĐ-TA", self.rng.between(1, 60), self.day.year());
            self.decide(By::Head, Body::Exempted(Exempted { obligation, amount, decision }));
        }
    }

    /// The case is finished.
    pub(super) fn complete(&mut self) {
        self.pass(0, 2);
        let by = if self.rng.percent(75) { By::Enforcer } else { By::Head };
        self.decide(by, Body::Completed(Completed {}));
    }
}

/// The fee on what a creditor receives after the voluntary period; nothing where it is not known.
fn fee(base: Amount, kind: ObligationKind, on: Date, rules: &Rules) -> Amount {
    thads_cases::fee::fee(base, kind, false, on, rules).unwrap_or(Amount::ZERO)
}
