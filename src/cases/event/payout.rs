//! Kinds of paying over: the plan, the approval by another person, the payments, the fee (Art. 47, 60, 126).

use serde::{Deserialize, Serialize};

use super::{About, At, CaseKind, Circumstances, Kind};
use crate::case::{Approved, Case, Line, Obligation, Payee};
use crate::check::{at_most, exactly, obligation, open, out_of_tracking_book, positive};
use crate::distribution::{self, Claim};
use crate::fee;
use crate::ids::{ObligationNo, OfficerNo};
use crate::money::{Dong, Total};
use crate::organisation::Role;
use crate::refusal::{Code, Refusal};

const ACCOUNTANT: &[Role] = &[Role::Accountant];
const HEAD: &[Role] = &[Role::Head, Role::ProvincialHead];

const fn about(
    code: u16,
    name: &'static str,
    vi: &'static str,
    article: &'static str,
    by: &'static [Role],
) -> About {
    About { code, revision: 1, name, vi, article, by }
}

fn sum(lines: &[Line]) -> Total {
    lines.iter().map(|line| line.amount.total()).sum()
}

/// What may still be approved for an obligation: what is owed less what is approved already.
fn unapproved(case: &Case, one: &Obligation) -> Total {
    let approved: Total = case
        .approved
        .iter()
        .filter(|line| line.obligation == one.number)
        .map(|line| line.amount.total())
        .sum();
    one.remaining().total() - approved
}

fn check_lines(case: &Case, lines: &[Line], article: &'static str) -> Result<(), Refusal> {
    if lines.is_empty() {
        return Err(Refusal::new(
            Code::Unknown,
            article,
            "lines",
            "none",
            "at least one",
            "a line an obligation",
        ));
    }
    for (at, line) in lines.iter().enumerate() {
        positive(line.amount, article, "lines.amount")?;
        let one = obligation(case, line.obligation, article)?;
        at_most(
            line.amount.total(),
            unapproved(case, one),
            article,
            "lines.amount",
            "owed and not approved already",
        )?;
        if lines.iter().take(at).any(|earlier| earlier.obligation == line.obligation) {
            return Err(Refusal::new(
                Code::Duplicate,
                article,
                "lines.obligation",
                line.obligation,
                "one line an obligation",
                "their sum",
            ));
        }
    }
    at_most(sum(lines), case.unapproved(), article, "lines.amount", "held and not approved already")
}

/// The lines that the law wants for a sum (Art. 47).
pub fn lawful_lines(case: &Case, amount: Total, on: &Circumstances<'_>) -> Result<Vec<Line>, Refusal> {
    let claims: Vec<Claim> = case
        .obligations
        .iter()
        .filter_map(|one| {
            let left = i64::try_from(unapproved(case, one)).ok().and_then(Dong::new)?;
            (left > Dong::ZERO).then_some(Claim {
                obligation: one.number,
                kind: one.kind,
                outstanding: left,
                secured: one.secured,
            })
        })
        .collect();
    let proceeds = i64::try_from(amount).ok().and_then(Dong::new).unwrap_or(Dong::ZERO);
    let shares = distribution::distribute(proceeds, &claims, &on.world.rules, on.at.on).map_err(|error| {
        Refusal::new(Code::Unset, "47", "lines", error.to_string(), "the law's distribution", "parameter_set")
    })?;
    Ok(shares.into_iter().filter(|line| line.amount > Dong::ZERO).collect())
}

/// `distribution_planned` (phương án phân phối): who gets what of the money held.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DistributionPlanned {
    /// One line an obligation; exactly what Art. 47 gives for their sum.
    pub lines: Vec<Line>,
}

impl Kind for DistributionPlanned {
    const ABOUT: About = about(
        160,
        "distribution_planned",
        "phương án phân phối tiền",
        "47",
        &[Role::Enforcer, Role::Head, Role::ProvincialHead],
    );
}

impl CaseKind for DistributionPlanned {
    fn allowed(&self, case: &Case, on: &Circumstances<'_>) -> Result<(), Refusal> {
        open(case, "47")?;
        crate::check::own_case(case, on, None)?;
        check_lines(case, &self.lines, "47")?;
        let lawful = lawful_lines(case, sum(&self.lines), on)?;
        for wanted in &lawful {
            let given = self.lines.iter().find(|line| line.obligation == wanted.obligation);
            let given = given.map_or(Dong::ZERO, |line| line.amount);
            if given != wanted.amount {
                let limit = lawful
                    .iter()
                    .map(|line| format!("{}: {}", line.obligation, line.amount))
                    .collect::<Vec<_>>()
                    .join(", ");
                let given = format!("{}: {given}", wanted.obligation);
                return Err(Refusal::new(
                    Code::Mismatch,
                    "47.1",
                    "lines",
                    given,
                    "the order of Art. 47",
                    limit,
                ));
            }
        }
        exactly(self.lines.len(), lawful.len(), "47.1", "lines")
    }

    fn apply(&self, case: &mut Case, _: &At) {
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
    const ABOUT: About = about(161, "payout_approved", "duyệt chi tiền thi hành án", "47", HEAD);
}

impl CaseKind for PayoutApproved {
    fn allowed(&self, case: &Case, _: &Circumstances<'_>) -> Result<(), Refusal> {
        open(case, "47")?;
        out_of_tracking_book(case)?;
        check_lines(case, &self.lines, "47")?;
        let claims = case.obligations.iter().filter(|one| one.remaining() > Dong::ZERO).count();
        if claims < 2 || sum(&self.lines) == case.remaining() {
            return Ok(());
        }
        for line in &self.lines {
            let planned = case.planned.iter().find(|plan| plan.obligation == line.obligation);
            let planned = planned.map_or(0, |plan| plan.amount.total());
            at_most(line.amount.total(), planned, "47", "lines.amount", "planned (distribution_planned)")?;
        }
        Ok(())
    }

    fn apply(&self, case: &mut Case, at: &At) {
        for line in &self.lines {
            case.approved.push(Approved { obligation: line.obligation, amount: line.amount, by: at.actor });
            for plan in case.planned.iter_mut().filter(|plan| plan.obligation == line.obligation) {
                plan.amount = plan.amount.saturating_sub(line.amount);
            }
        }
        case.planned.retain(|plan| plan.amount > Dong::ZERO);
    }
}

/// Checks that another officer approved so much for the obligation, and that it is held and owed.
fn approved(case: &Case, number: ObligationNo, amount: Dong, actor: OfficerNo) -> Result<(), Refusal> {
    let one = obligation(case, number, "47")?;
    at_most(amount.total(), case.cash.undistributed.total(), "47", "amount", "held")?;
    at_most(amount.total(), one.remaining().total(), "47", "amount", "still owed")?;
    let lines = || case.approved.iter().filter(|line| line.obligation == number);
    let by_another: Total = lines().filter(|line| line.by != actor).map(|line| line.amount.total()).sum();
    let in_all: Total = lines().map(|line| line.amount.total()).sum();
    if amount.total() > by_another && amount.total() <= in_all {
        return Err(Refusal::new(
            Code::SamePerson,
            "47",
            "actor",
            actor,
            "not the officer who approved",
            "another officer",
        ));
    }
    at_most(amount.total(), by_another, "47", "amount", "approved (payout_approved)")
}

fn credit(case: &mut Case, number: ObligationNo, amount: Dong) {
    if let Some(one) = case.obligation_mut(number) {
        one.credited = one.credited.saturating_add(amount.min(one.remaining()));
    }
    case.cash.undistributed = case.cash.undistributed.saturating_sub(amount);
    case.use_approval(number, amount);
}

/// `disbursed` (chi trả): paid to a creditor.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disbursed {
    /// For which obligation.
    pub obligation: ObligationNo,
    /// How much the creditor gets in hand, đồng.
    pub amount: Dong,
}

impl Kind for Disbursed {
    const ABOUT: About = about(162, "disbursed", "chi trả tiền thi hành án", "47.5", ACCOUNTANT);
}

impl CaseKind for Disbursed {
    fn allowed(&self, case: &Case, on: &Circumstances<'_>) -> Result<(), Refusal> {
        open(case, "47.5")?;
        out_of_tracking_book(case)?;
        positive(self.amount, "47.5", "amount")?;
        let one = obligation(case, self.obligation, "47.5")?;
        if one.payee == Payee::Budget {
            return Err(Refusal::new(
                Code::Mismatch,
                "47.5",
                "obligation",
                self.obligation,
                "an obligation to a creditor",
                "remitted_to_budget",
            ));
        }
        approved(case, self.obligation, self.amount, on.at.actor)
    }

    fn apply(&self, case: &mut Case, _: &At) {
        case.cash.disbursed = case.cash.disbursed.saturating_add(self.amount);
        credit(case, self.obligation, self.amount);
        let charged = case
            .obligation(self.obligation)
            .is_some_and(|one| one.kind != crate::distribution::ObligationKind::Cost);
        if let (true, Some(one)) = (charged, case.obligation_mut(self.obligation)) {
            one.uncharged = one.uncharged.saturating_add(self.amount);
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
    pub amount: Dong,
}

impl RemittedToBudget {
    /// Shares the amount out over the obligations that it is for.
    fn shares(&self, case: &Case) -> Vec<(ObligationNo, Dong)> {
        if let Some(number) = self.obligation {
            return vec![(number, self.amount)];
        }
        let mut left = self.amount;
        let mut shares = Vec::new();
        for costs in [true, false] {
            for one in
                case.obligations.iter().filter(|one| one.payee == Payee::Budget && one.counts() != costs)
            {
                let share = left.min(one.remaining());
                if share > Dong::ZERO {
                    shares.push((one.number, share));
                    left = left.saturating_sub(share);
                }
            }
        }
        shares
    }
}

impl Kind for RemittedToBudget {
    const ABOUT: About = about(163, "remitted_to_budget", "nộp ngân sách nhà nước", "47", ACCOUNTANT);
}

impl CaseKind for RemittedToBudget {
    fn allowed(&self, case: &Case, on: &Circumstances<'_>) -> Result<(), Refusal> {
        open(case, "47")?;
        out_of_tracking_book(case)?;
        positive(self.amount, "47", "amount")?;
        let shares = self.shares(case);
        let total: Total = shares.iter().map(|(_, share)| share.total()).sum();
        at_most(self.amount.total(), total, "47", "amount", "owed to the budget")?;
        for (number, share) in shares {
            let one = obligation(case, number, "47")?;
            if one.payee != Payee::Budget {
                return Err(Refusal::new(
                    Code::Mismatch,
                    "47",
                    "obligation",
                    number,
                    "an obligation to the budget",
                    "disbursed",
                ));
            }
            approved(case, number, share, on.at.actor)?;
        }
        Ok(())
    }

    fn apply(&self, case: &mut Case, _: &At) {
        case.cash.remitted = case.cash.remitted.saturating_add(self.amount);
        for (number, share) in self.shares(case) {
            credit(case, number, share);
        }
    }
}

/// `enforcement_fee_charged` (thu phí thi hành án): kept back from what the creditor receives.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnforcementFeeCharged {
    /// For which obligation.
    pub obligation: ObligationNo,
    /// What the creditor received, the fee included, đồng.
    pub base: Dong,
    /// The fee, đồng.
    pub fee: Dong,
}

impl Kind for EnforcementFeeCharged {
    const ABOUT: About = about(
        164,
        "enforcement_fee_charged",
        "thu phí thi hành án",
        "60, TT216/2016",
        &[Role::Accountant, Role::Head, Role::ProvincialHead],
    );
}

impl CaseKind for EnforcementFeeCharged {
    fn allowed(&self, case: &Case, on: &Circumstances<'_>) -> Result<(), Refusal> {
        open(case, "60")?;
        let one = obligation(case, self.obligation, "60")?;
        if one.payee == Payee::Budget {
            return Err(Refusal::new(
                Code::Mismatch,
                "60",
                "obligation",
                self.obligation,
                "an obligation to a creditor",
                "no fee",
            ));
        }
        let voluntary = case.voluntary_until.is_some_and(|until| on.at.on <= until);
        let fee = fee::fee(self.base, one.kind, voluntary, on.at.on, &on.world.rules).map_err(|error| {
            Refusal::new(
                Code::Unset,
                "60",
                "fee",
                self.fee,
                error.to_string(),
                "parameter_set with the document that says it",
            )
        })?;
        exactly(self.fee, fee, "TT216 4", "fee")?;
        let received = one.uncharged.saturating_add(self.fee);
        exactly(self.base, received, "TT216 4", "base")?;
        approved(case, self.obligation, self.fee, OfficerNo(0))
    }

    fn apply(&self, case: &mut Case, _: &At) {
        case.cash.fees = case.cash.fees.saturating_add(self.fee);
        credit(case, self.obligation, self.fee);
        if let Some(one) = case.obligation_mut(self.obligation) {
            one.uncharged = Dong::ZERO;
        }
    }
}

/// `deposited_for_payee` (gửi tiết kiệm chờ người được thi hành án): the payee was called and did not come.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DepositedForPayee {
    /// For which obligation.
    pub obligation: ObligationNo,
    /// How much, đồng.
    pub amount: Dong,
    /// At which bank.
    pub bank: String,
}

impl Kind for DepositedForPayee {
    const ABOUT: About =
        about(165, "deposited_for_payee", "gửi tiết kiệm tiền chưa có người nhận", "126, D49.5", ACCOUNTANT);
}

impl CaseKind for DepositedForPayee {
    fn allowed(&self, case: &Case, on: &Circumstances<'_>) -> Result<(), Refusal> {
        open(case, "126")?;
        out_of_tracking_book(case)?;
        positive(self.amount, "126", "amount")?;
        approved(case, self.obligation, self.amount, on.at.actor)
    }

    fn apply(&self, case: &mut Case, _: &At) {
        case.cash.deposited = case.cash.deposited.saturating_add(self.amount);
        credit(case, self.obligation, self.amount);
    }
}
