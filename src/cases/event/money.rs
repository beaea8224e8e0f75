//! Kinds of money that comes in, is kept, goes back, or is let off (Art. 45-46, 61-63).

use serde::{Deserialize, Serialize};

use super::{EventMeta, Kind, KindInfo, KindOf, RuleContext, info};
use crate::case::{Case, Held, Obligation, Payee, Receipt};
use crate::check::{
    at_most, before, no_overflow, not_blank, number_left, obligation, open, out_of_tracking_book, own_case,
    positive, unapproved,
};
use crate::event::KindName;
use crate::exemption::{self, ExemptionRefusal};
use crate::ids::ObligationNo;
use crate::money::Amount;
use crate::organisation::Role;
use crate::personal::Personal;
use crate::refusal::Refusal;
use crate::words::Words;
use crate::{refusal, refuse};

const ACCOUNTANT: &[Role] = &[Role::Accountant];

/// How money was paid.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Means {
    /// Tiền mặt.
    Cash,
    /// Chuyển khoản.
    Transfer,
    /// Khấu trừ tài khoản.
    Deduction,
    /// Trừ vào thu nhập.
    Income,
}

/// Who paid.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payer {
    /// The debtor of that number, 1, 2, … in the order's list.
    Debtor(u16),
    /// Someone else.
    Other(Personal),
}

/// `payment_collected` (thu tiền). Credits nothing yet: that is done by paying over.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentCollected {
    /// Who paid: `{"debtor": 1}` or `{"other": {"name": …}}`.
    pub payer: Payer,
    /// How much, đồng.
    pub amount: Amount,
    /// How.
    pub means: Means,
    /// The receipt's number.
    #[serde(default)]
    pub receipt: Option<String>,
}

impl Kind for PaymentCollected {
    const INFO: KindInfo = info(144, "payment_collected", "thu tiền thi hành án", "45, 46", ACCOUNTANT);

    fn personal(&mut self) -> Vec<&mut Personal> {
        match &mut self.payer {
            Payer::Other(person) => vec![person],
            Payer::Debtor(_) => Vec::new(),
        }
    }
}

impl KindOf<Case> for PaymentCollected {
    fn allowed(&self, case: &Case, _: &RuleContext<'_>) -> Result<(), Refusal> {
        open(case, "45")?;
        out_of_tracking_book(case)?;
        positive(self.amount, "45", "amount")?;
        no_overflow(case.cash.collected, self.amount, "45", "amount")?;
        match self.payer {
            Payer::Debtor(number) if number == 0 || usize::from(number) > case.debtors.len() => {
                let limit = Words::Range { first: 1_u8.into(), last: case.debtors.len().into() };
                Err(refusal!(Unknown, "45", "payer" => number; limit.clone(); limit))
            }
            Payer::Debtor(_) | Payer::Other(_) => Ok(()),
        }
    }

    fn apply(&self, case: &mut Case, at: &EventMeta) {
        let coerced = match self.means {
            Means::Cash | Means::Transfer => false,
            Means::Deduction | Means::Income => true,
        };
        case.cash.collected += self.amount.total();
        case.take_in(Receipt { on: at.on, amount: self.amount, coerced, secured: false });
    }
}

/// `paid_directly` (đương sự tự giao nhận): both confirm; credited at once, passes through no account of the office.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaidDirectly {
    /// Which obligation.
    pub obligation: ObligationNo,
    /// How much, đồng.
    pub amount: Amount,
}

impl Kind for PaidDirectly {
    const INFO: KindInfo = info(145, "paid_directly", "đương sự tự giao nhận", "6, 52", &[Role::Enforcer]);
}

impl KindOf<Case> for PaidDirectly {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        open(case, "6")?;
        own_case(case, on)?;
        out_of_tracking_book(case)?;
        positive(self.amount, "6", "amount")?;
        let one = obligation(case, self.obligation, "6")?;
        at_most(self.amount.total(), unapproved(case, one), "6", "amount", Words::OwedNotApprovedForPaying)?;
        at_most(self.amount.total(), case.outstanding(), "6", "amount", Words::OwedNotHeld)
    }

    fn apply(&self, case: &mut Case, _: &EventMeta) {
        case.settle(self.obligation, |one| &mut one.credited, self.amount);
    }
}

/// `held_temporarily` (tạm thu, tạm giữ): received, destination not settled.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldTemporarily {
    /// How much, đồng.
    pub amount: Amount,
    /// From whom, and why.
    pub why: Personal,
}

impl Kind for HeldTemporarily {
    const INFO: KindInfo = info(146, "held_temporarily", "tạm thu, tạm giữ tiền", "–", ACCOUNTANT);

    fn personal(&mut self) -> Vec<&mut Personal> {
        vec![&mut self.why]
    }
}

impl KindOf<Case> for HeldTemporarily {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        open(case, "–")?;
        positive(self.amount, "–", "amount")?;
        number_left(before(on.at.nth), 1, "–", "item")?;
        no_overflow(case.cash.held_in, self.amount, "–", "amount")
    }

    fn apply(&self, case: &mut Case, at: &EventMeta) {
        let number = u16::try_from(at.nth).unwrap_or(u16::MAX);
        case.cash.held_in += self.amount.total();
        case.held.push(Held { number, amount: self.amount, since: at.on });
    }
}

/// Where held money goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeldTo {
    /// Để thi hành án: it counts as collected and waits for distribution.
    Distribution,
    /// Back to whom it came from.
    Returned,
    /// Nộp ngân sách.
    Budget,
}

/// `held_money_resolved` (xử lý tiền tạm thu, tạm giữ).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldMoneyResolved {
    /// Which sum: 1, 2, … in the order in which they were recorded.
    pub item: u16,
    /// How much of it, đồng.
    pub amount: Amount,
    /// Where it goes.
    pub to: HeldTo,
}

impl Kind for HeldMoneyResolved {
    const INFO: KindInfo = info(147, "held_money_resolved", "xử lý tiền tạm thu, tạm giữ", "–", ACCOUNTANT);
}

impl KindOf<Case> for HeldMoneyResolved {
    fn allowed(&self, case: &Case, _: &RuleContext<'_>) -> Result<(), Refusal> {
        open(case, "–")?;
        positive(self.amount, "–", "amount")?;
        let held = case.held.iter().find(|held| held.number == self.item);
        let Some(held) = held else {
            refuse!(Unknown, "–", "item" => self.item;
                Words::Range { first: 1_u8.into(), last: case.held.len().into() };
                Words::first([KindName::HeldTemporarily]));
        };
        at_most(self.amount.total(), held.amount.total(), "–", "amount", Words::Held)?;
        match self.to {
            HeldTo::Distribution => {
                out_of_tracking_book(case)?;
                no_overflow(case.cash.collected, self.amount, "–", "amount")
            }
            HeldTo::Returned | HeldTo::Budget => Ok(()),
        }
    }

    fn apply(&self, case: &mut Case, at: &EventMeta) {
        let mut since = at.on;
        let mut missing = self.amount;
        if let Some(held) = case.held.iter_mut().find(|held| held.number == self.item) {
            let kept = held.amount.take(self.amount);
            missing.take(kept);
            since = held.since;
        }
        case.overdraw(missing.total());
        match self.to {
            HeldTo::Distribution => {
                case.cash.collected += self.amount.total();
                case.cash.held_in -= self.amount.total();
                case.take_in(Receipt { on: since, amount: self.amount, coerced: false, secured: false });
            }
            HeldTo::Returned | HeldTo::Budget => {
                case.cash.held_out += self.amount.total();
            }
        }
    }
}

/// `refunded` (hoàn trả): what was collected beyond the debt goes back.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refunded {
    /// How much, đồng.
    pub amount: Amount,
}

impl Kind for Refunded {
    const INFO: KindInfo = info(148, "refunded", "hoàn trả tiền thu thừa", "47", ACCOUNTANT);
}

impl KindOf<Case> for Refunded {
    fn allowed(&self, case: &Case, _: &RuleContext<'_>) -> Result<(), Refusal> {
        open(case, "47")?;
        positive(self.amount, "47", "amount")?;
        at_most(self.amount.total(), case.cash.refund_due, "47", "amount", Words::ToRefund)
    }

    fn apply(&self, case: &mut Case, _: &EventMeta) {
        case.give_back(self.amount);
        case.cash.refunded += self.amount.total();
    }
}

/// `exempted` (miễn, giảm): a court lets a debt to the budget off, in whole or in part.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exempted {
    /// Which obligation.
    pub obligation: ObligationNo,
    /// How much, đồng.
    pub amount: Amount,
    /// The court's decision.
    pub decision: String,
}

impl Kind for Exempted {
    const INFO: KindInfo = info(
        149,
        "exempted",
        "miễn, giảm nghĩa vụ thi hành án",
        "61-63",
        &[Role::Head, Role::ProvincialHead],
    );
}

impl Exempted {
    /// What the sums and the age of the order allow (Art. 61), by the widest ground: that of hardship, since the record
    /// does not say on which ground the court stood. What the order of another office began is not known here.
    fn within_the_law(&self, case: &Case, one: &Obligation, on: &RuleContext<'_>) -> Result<(), Refusal> {
        let (Some(first_ordered), None) = (case.order.on, &case.order.from) else { return Ok(()) };
        let budget = || case.obligations.iter().filter(|one| one.payee == Payee::Budget && one.counts());
        let request = exemption::Request {
            kind: one.kind,
            obligation: budget().map(|one| one.due.total()).sum(),
            paid: budget().map(|one| one.credited.total()).sum(),
            remaining: one.remaining(),
            first_ordered,
            hardship: true,
            on: on.at.on,
        };
        match exemption::allowed(&request, &on.reference_data.rules, &on.reference_data.calendar) {
            Ok(allowed) => {
                at_most(self.amount.total(), allowed.most.total(), "61", "amount", Words::LetOffNow)
            }
            Err(
                ExemptionRefusal::NotBudget { .. }
                | ExemptionRefusal::NotMet { .. }
                | ExemptionRefusal::NothingRemains,
            ) => {
                let limit = Words::ExemptionConditions;
                Err(refusal!(Limit, "61", "amount" => self.amount; limit; Words::LaterOrPart))
            }
            // What is not known stops nobody.
            Err(ExemptionRefusal::Unset { .. } | ExemptionRefusal::UnknownYear(_)) => Ok(()),
        }
    }
}

impl KindOf<Case> for Exempted {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        open(case, "61")?;
        out_of_tracking_book(case)?;
        positive(self.amount, "61", "amount")?;
        let one = obligation(case, self.obligation, "61")?;
        if one.payee != Payee::Budget || !one.counts() {
            refuse!(Mismatch, "61", "obligation" => self.obligation;
                Words::ObligationToState;
                Words::WaiverByCreditor { kind: KindName::Terminated.into() });
        }
        not_blank(&self.decision, "62", "decision")?;
        at_most(self.amount.total(), unapproved(case, one), "61", "amount", Words::OwedNotApprovedForPaying)?;
        at_most(self.amount.total(), case.outstanding(), "61", "amount", Words::OwedNotHeld)?;
        self.within_the_law(case, one, on)
    }

    fn apply(&self, case: &mut Case, _: &EventMeta) {
        case.settle(self.obligation, |one| &mut one.exempted, self.amount);
    }
}
