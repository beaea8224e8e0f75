//! Kinds of paying over: the plan, the approval by another person, the payments, the fee (Art. 47, 60, 126).

use serde::{Deserialize, Serialize};

use super::intake::last_day;
use super::{EventMeta, Kind, KindInfo, KindOf, RuleContext, info};
use crate::case::{Approved, Basis, Case, Line, Obligation, Payee};
use crate::check::{
    at_most, exactly, not_before, not_blank, not_suspended, obligation, out_of_tracking_book, positive,
    unapproved,
};
use crate::date::Date;
use crate::distribution::{self, Claim, ObligationKind};
use crate::event::KindName;
use crate::fee::{self, FeeRefusal};
use crate::ids::{ObligationNo, OfficerNo};
use crate::money::{Amount, Total};
use crate::organisation::Role;
use crate::refusal::Refusal;
use crate::rules::Parameter;
use crate::words::{Value, Words};
use crate::{refusal, refuse};

const ACCOUNTANT: &[Role] = &[Role::Accountant];
const HEAD: &[Role] = &[Role::Head, Role::ProvincialHead];

fn sum(lines: &[Line]) -> Total {
    lines.iter().map(|line| line.amount.total()).sum()
}

fn check_lines(case: &Case, lines: &[Line], article: &'static str) -> Result<(), Refusal> {
    if lines.is_empty() {
        refuse!(Unknown, article, "lines" => Words::None; Words::AtLeastOne; Words::LineAnObligation);
    }
    for (at, line) in lines.iter().enumerate() {
        positive(line.amount, article, "lines.amount")?;
        let one = obligation(case, line.obligation, article)?;
        at_most(line.amount.total(), unapproved(case, one), article, "lines.amount", Words::OwedNotApproved)?;
        if lines.iter().take(at).any(|earlier| earlier.obligation == line.obligation) {
            refuse!(Duplicate, article, "lines.obligation" => line.obligation;
                Words::OneLine;
                Words::TheirSum);
        }
    }
    at_most(sum(lines), case.unapproved(), article, "lines.amount", Words::HeldNotApproved)
}

/// The lines that the law wants for a sum (Art. 47). What of it comes of the sale of mortgaged assets goes to the
/// secured creditors first (47.3), everything else by class.
pub fn lawful_lines(case: &Case, amount: Total, on: &RuleContext<'_>) -> Result<Vec<Line>, Refusal> {
    let mut claims: Vec<Claim> = case
        .obligations
        .iter()
        .filter_map(|one| {
            let outstanding = one.due.part(unapproved(case, one));
            (outstanding > Amount::ZERO).then_some(Claim {
                obligation: one.number,
                kind: one.kind,
                outstanding,
                secured: one.secured,
            })
        })
        .collect();
    let promised = case.cash.undistributed - case.unapproved();
    let of_assets = case.secured_part(promised, amount);
    let mut lines: Vec<Line> = Vec::new();
    for (part, of_asset) in [(of_assets, true), (amount - of_assets, false)] {
        for claim in claims.iter_mut().filter(|_| !of_asset) {
            claim.secured = false;
        }
        let shares = distribution::distribute(
            amount_of(part, "lines.amount")?,
            &claims,
            &on.reference_data.rules,
            on.at.on,
        )
        .map_err(|error| {
            refusal!(Unset, "47", "lines" => error;
                Words::LawsDistribution;
                Words::kinds([KindName::ParameterSet]))
        })?;
        for share in shares {
            for claim in claims.iter_mut().filter(|claim| claim.obligation == share.obligation) {
                claim.outstanding.take(share.amount);
            }
            match lines.iter_mut().find(|line| line.obligation == share.obligation) {
                Some(line) => {
                    line.amount = amount_of(line.amount.total() + share.amount.total(), "lines.amount")?
                }
                None => lines.push(share),
            }
        }
    }
    lines.retain(|line| line.amount > Amount::ZERO);
    Ok(lines)
}

/// A sum as the amount of one entry.
fn amount_of(sum: Total, field: &'static str) -> Result<Amount, Refusal> {
    Amount::of(sum).ok_or_else(|| {
        let limit = Words::Range { first: Value::Amount(0), last: Value::Amount(i64::MAX.into()) };
        refusal!(Limit, "47", field => sum; limit.clone(); limit)
    })
}

/// `distribution_planned` (phương án phân phối): who gets what of the money held.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DistributionPlanned {
    /// One line an obligation; exactly what Art. 47 gives for their sum.
    pub lines: Vec<Line>,
}

impl Kind for DistributionPlanned {
    const INFO: KindInfo = info(
        160,
        "distribution_planned",
        "phương án phân phối tiền",
        "47",
        &[Role::Enforcer, Role::Head, Role::ProvincialHead],
    );
}

impl KindOf<Case> for DistributionPlanned {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        not_suspended(case, "47")?;
        crate::check::own_case(case, on)?;
        check_lines(case, &self.lines, "47")?;
        let lawful = lawful_lines(case, sum(&self.lines), on)?;
        for wanted in &lawful {
            let given = self.lines.iter().find(|line| line.obligation == wanted.obligation);
            let given = given.map_or(Amount::ZERO, |line| line.amount);
            if given != wanted.amount {
                let line = |line: &Line| Words::LineIs { obligation: line.obligation, amount: line.amount };
                let limit = Value::list(lawful.iter().map(line));
                let given = Words::LineIs { obligation: wanted.obligation, amount: given };
                refuse!(Mismatch, "47.1", "lines" => given; Words::OrderOfArticle; limit);
            }
        }
        exactly(self.lines.len(), lawful.len(), "47.1", "lines")
    }

    fn apply(&self, case: &mut Case, _: &EventMeta) {
        case.planned = self.lines.clone();
    }
}

/// `payout_approved` (duyệt chi): by the head, for another person to pay.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayoutApproved {
    /// One line an obligation; within the plan where there is more than one claim.
    pub lines: Vec<Line>,
}

impl Kind for PayoutApproved {
    const INFO: KindInfo = info(161, "payout_approved", "duyệt chi tiền thi hành án", "47", HEAD);
}

impl KindOf<Case> for PayoutApproved {
    fn allowed(&self, case: &Case, _: &RuleContext<'_>) -> Result<(), Refusal> {
        not_suspended(case, "47")?;
        out_of_tracking_book(case)?;
        check_lines(case, &self.lines, "47")?;
        let claims = case.obligations.iter().filter(|one| one.remaining() > Amount::ZERO).count();
        if claims < 2 || sum(&self.lines) == case.remaining() {
            return Ok(());
        }
        for line in &self.lines {
            let planned = case.planned.iter().find(|plan| plan.obligation == line.obligation);
            let planned = planned.map_or(0, |plan| plan.amount.total());
            at_most(
                line.amount.total(),
                planned,
                "47",
                "lines.amount",
                Words::Planned { kind: KindName::DistributionPlanned.into() },
            )?;
        }
        Ok(())
    }

    fn apply(&self, case: &mut Case, at: &EventMeta) {
        for line in &self.lines {
            case.approved.push(Approved { obligation: line.obligation, amount: line.amount, by: at.actor });
            for plan in case.planned.iter_mut().filter(|plan| plan.obligation == line.obligation) {
                plan.amount.take(line.amount);
            }
        }
        case.planned.retain(|plan| plan.amount > Amount::ZERO);
    }
}

/// Checks that another officer approved so much for the obligation, and that it is held and owed.
fn approved(case: &Case, number: ObligationNo, amount: Amount, actor: OfficerNo) -> Result<(), Refusal> {
    let one = obligation(case, number, "47")?;
    at_most(amount.total(), case.cash.undistributed, "47", "amount", Words::Held)?;
    at_most(amount.total(), one.remaining().total(), "47", "amount", Words::StillOwed)?;
    let lines = || case.approved.iter().filter(|line| line.obligation == number);
    let by_another: Total = lines().filter(|line| line.by != actor).map(|line| line.amount.total()).sum();
    let in_all: Total = lines().map(|line| line.amount.total()).sum();
    if amount.total() > by_another && amount.total() <= in_all {
        refuse!(SamePerson, "47", "actor" => actor; Words::NotWhoApproved; Words::AnotherOfficer);
    }
    at_most(
        amount.total(),
        by_another,
        "47",
        "amount",
        Words::Approved { kind: KindName::PayoutApproved.into() },
    )
}

fn approved_for(case: &Case, number: ObligationNo) -> Total {
    case.approved.iter().filter(|line| line.obligation == number).map(|line| line.amount.total()).sum()
}

/// The fee on what a creditor received, no part of which was performed in the voluntary period: by the law of the day
/// on which it was paid over.
fn fee_on(case: &Case, one: &Obligation, base: Amount, on: &RuleContext<'_>) -> Result<Amount, FeeRefusal> {
    let day = one.uncharged_on.unwrap_or(on.at.on);
    let returned = case.order.basis == Some(Basis::Proactive)
        && one.kind == ObligationKind::ReturnMoney
        && on.reference_data.rules.ground_allowed(Parameter::FeeExempt, "proactive_return", day);
    let exemptions: &[&str] = if returned { &["proactive_return"] } else { &[] };
    fee::enforcement_fee(one.kind, base, exemptions, &on.reference_data.rules, day).map(|fee| fee.amount())
}

/// The fee that is still to be charged on what was paid to creditors; what is not known stops nobody.
pub(super) fn fee_left(case: &Case, on: &RuleContext<'_>) -> Option<(ObligationNo, Amount)> {
    let fees = case.obligations.iter().filter(|one| one.uncharged > Amount::ZERO).filter_map(|one| {
        let fee = fee_on(case, one, one.uncharged, on).ok()?;
        Some((one.number, fee))
    });
    fees.into_iter().find(|(_, fee)| *fee > Amount::ZERO)
}

/// Pays over out of what is held, and credits the obligation. A fee is kept back by whoever records it: its payer
/// is the ledger itself.
fn credit(case: &mut Case, number: ObligationNo, amount: Amount, payer: OfficerNo) {
    let settled = case.settle(number, |one| &mut one.credited, amount);
    if case.obligation(number).is_some_and(|one| !one.counts()) {
        case.cash.to_costs += settled.total();
    }
    case.pay_out(amount);
    case.use_approval(number, amount, payer);
}

/// `disbursed` (chi trả): paid to a creditor.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disbursed {
    /// For which obligation.
    pub obligation: ObligationNo,
    /// How much the creditor gets in hand, đồng.
    pub amount: Amount,
}

impl Kind for Disbursed {
    const INFO: KindInfo = info(162, "disbursed", "chi trả tiền thi hành án", "47.5", ACCOUNTANT);
}

impl KindOf<Case> for Disbursed {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        not_suspended(case, "47.5")?;
        out_of_tracking_book(case)?;
        positive(self.amount, "47.5", "amount")?;
        let one = obligation(case, self.obligation, "47.5")?;
        if one.payee == Payee::Budget {
            refuse!(Mismatch, "47.5", "obligation" => self.obligation;
                Words::ObligationToCreditor;
                Words::kinds([KindName::RemittedToBudget]));
        }
        approved(case, self.obligation, self.amount, on.at.actor)
    }

    fn apply(&self, case: &mut Case, at: &EventMeta) {
        case.cash.disbursed += self.amount.total();
        let owed =
            case.obligation(self.obligation).map_or(Amount::ZERO, |one| self.amount.min(one.remaining()));
        let bears = case.bears_fee(owed);
        credit(case, self.obligation, self.amount, at.actor);
        if let Some(one) = case.obligation_mut(self.obligation).filter(|one| one.counts()) {
            // Both are parts of what is credited, and so within what is due.
            one.uncharged = one.due.part(one.uncharged.total() + bears.total());
            one.uncharged_on = Some(at.on);
            one.free = one.due.part(one.free.total() + owed.total() - bears.total());
        }
    }
}

/// `remitted_to_budget` (nộp ngân sách nhà nước).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemittedToBudget {
    /// For which obligation; none = the budget's obligations in their order, costs first.
    #[serde(default)]
    pub obligation: Option<ObligationNo>,
    /// How much, đồng.
    pub amount: Amount,
}

impl RemittedToBudget {
    /// Shares the amount out over the obligations that it is for.
    fn shares(&self, case: &Case) -> Vec<(ObligationNo, Amount)> {
        if let Some(number) = self.obligation {
            return vec![(number, self.amount)];
        }
        let mut left = self.amount;
        let mut shares = Vec::new();
        for costs in [true, false] {
            for one in
                case.obligations.iter().filter(|one| one.payee == Payee::Budget && one.counts() != costs)
            {
                let share = left.take(one.remaining());
                if share > Amount::ZERO {
                    shares.push((one.number, share));
                }
            }
        }
        shares
    }
}

impl Kind for RemittedToBudget {
    const INFO: KindInfo = info(163, "remitted_to_budget", "nộp ngân sách nhà nước", "47", ACCOUNTANT);
}

impl KindOf<Case> for RemittedToBudget {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        not_suspended(case, "47")?;
        out_of_tracking_book(case)?;
        positive(self.amount, "47", "amount")?;
        let shares = self.shares(case);
        let total: Total = shares.iter().map(|(_, share)| share.total()).sum();
        at_most(self.amount.total(), total, "47", "amount", Words::OwedToBudget)?;
        for (number, share) in shares {
            let one = obligation(case, number, "47")?;
            if one.payee != Payee::Budget {
                refuse!(Mismatch, "47", "obligation" => number;
                    Words::ObligationToBudget;
                    Words::kinds([KindName::Disbursed]));
            }
            approved(case, number, share, on.at.actor)?;
        }
        Ok(())
    }

    fn apply(&self, case: &mut Case, at: &EventMeta) {
        case.cash.remitted += self.amount.total();
        let mut left = self.amount;
        for (number, share) in self.shares(case) {
            credit(case, number, share, at.actor);
            left.take(share);
        }
        // What no obligation to the budget takes has left the account all the same.
        case.taken.beyond_owed += left.total();
        case.pay_out(left);
    }
}

/// `enforcement_fee_charged` (thu phí thi hành án): kept back from what the creditor receives.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnforcementFeeCharged {
    /// For which obligation.
    pub obligation: ObligationNo,
    /// What the creditor received, the fee included, đồng.
    pub base: Amount,
    /// The fee, đồng.
    pub fee: Amount,
}

impl Kind for EnforcementFeeCharged {
    const INFO: KindInfo = info(
        164,
        "enforcement_fee_charged",
        "thu phí thi hành án",
        "60, TT216/2016",
        &[Role::Accountant, Role::Head, Role::ProvincialHead],
    );
}

impl KindOf<Case> for EnforcementFeeCharged {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        not_suspended(case, "60")?;
        let one = obligation(case, self.obligation, "60")?;
        if one.payee == Payee::Budget {
            refuse!(Mismatch, "60", "obligation" => self.obligation;
                Words::ObligationToCreditor;
                Words::NoFee);
        }
        let fee_on = |base: Amount| {
            fee_on(case, one, base, on).map_err(|error| {
                refusal!(Unset, "60", "fee" => self.fee;
                    error;
                    Words::SetWithDocument { kind: KindName::ParameterSet.into() })
            })
        };
        let received = amount_of(one.uncharged.total() + self.fee.total(), "fee")?;
        let untaxed = one.uncharged.total() + one.free.total();
        let nothing = self.fee == Amount::ZERO && self.base.total() == untaxed;
        if fee_on(received)? != self.fee || !(nothing || self.base == received) {
            // What is still to be paid out counts as received: the fee is kept back from it.
            let approved = amount_of(approved_for(case, self.obligation), "fee")?;
            let whole = amount_of(one.uncharged.total() + case.bears_fee(approved).total(), "fee")?;
            exactly(self.fee, fee_on(whole)?, "TT216 4", "fee")?;
            exactly(self.base, received, "TT216 4", "base")?;
        }
        approved(case, self.obligation, self.fee, OfficerNo(0))
    }

    fn apply(&self, case: &mut Case, _: &EventMeta) {
        case.cash.fees += self.fee.total();
        credit(case, self.obligation, self.fee, OfficerNo(0));
        if let Some(one) = case.obligation_mut(self.obligation) {
            // What is below the threshold goes on counting: sums paid in parts bear the fee of the whole.
            if self.fee > Amount::ZERO {
                one.uncharged = Amount::ZERO;
            }
            one.free = Amount::ZERO;
        }
    }
}

/// The last day on which a payee who was told may come for his money. One without a known address is told nothing.
fn told_until(case: &Case, payee: Payee, on: &RuleContext<'_>) -> Option<Date> {
    let himself = match payee {
        Payee::Creditor(number) => case.payees_told.get(&number).copied(),
        Payee::Budget => None,
    };
    let told = himself.max(case.payee_told)?;
    last_day(&on.reference_data.calendar, told, on.reference_data.rules.span(Parameter::DepositAfter, told))
}

/// `deposited_for_payee` (gửi tiết kiệm chờ người được thi hành án): the payee was called and did not come.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DepositedForPayee {
    /// For which obligation.
    pub obligation: ObligationNo,
    /// How much, đồng.
    pub amount: Amount,
    /// At which bank.
    pub bank: String,
}

impl Kind for DepositedForPayee {
    const INFO: KindInfo =
        info(165, "deposited_for_payee", "gửi tiết kiệm tiền chưa có người nhận", "126, D49.5", ACCOUNTANT);
}

impl KindOf<Case> for DepositedForPayee {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        not_suspended(case, "126")?;
        out_of_tracking_book(case)?;
        positive(self.amount, "126", "amount")?;
        not_blank(&self.bank, "126", "bank")?;
        let payee = obligation(case, self.obligation, "126")?.payee;
        if payee == Payee::Budget {
            refuse!(Mismatch, "126", "obligation" => self.obligation;
                Words::ObligationToCreditor;
                Words::kinds([KindName::RemittedToBudget]));
        }
        if let Some(last) = told_until(case, payee, on) {
            not_before(on.at.on, last.next(), "126", "effective", Words::PayeeTold)?;
        }
        approved(case, self.obligation, self.amount, on.at.actor)
    }

    fn apply(&self, case: &mut Case, at: &EventMeta) {
        case.cash.deposited += self.amount.total();
        credit(case, self.obligation, self.amount, at.actor);
    }
}
