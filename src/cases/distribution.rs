//! Sharing out what was collected (Art. 47): from proceeds, costs and claims to exact lines, to the đồng.
//!
//! In: the proceeds, the claims on them, and the day of paying over, whose rules give classes and ranks (T11). Out: a
//! line for each claim that gets something, in the order of rank, and what is left for the debtor. Never rounds a sum
//! away: lines and rest always add up to the proceeds. Start at [`distribute`] for one case, [`share_out`] for more.

mod kind;
mod split;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

pub use kind::{ObligationKind, PriorityClass, UnknownObligationKind};
pub use split::{Inside, inside_obligation, split};

use crate::case::Line;
use crate::date::Date;
use crate::ids::ObligationNo;
use crate::money::{Amount, Total};
use crate::rules::{Limit, Parameter, Rules};

/// A claim on money: what an obligation may still demand.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The obligation; ties in rounding go to the lowest number.
    pub obligation: ObligationNo,
    /// What it is for; [`ObligationKind::Cost`] is repaid first of all.
    pub kind: ObligationKind,
    /// What may still be demanded.
    pub outstanding: Amount,
    /// Whether the very asset secures it of which the proceeds come.
    pub secured: bool,
}

/// A claim, and what else ranks it where more than one judgment, secured creditor or time of claiming shares in the
/// proceeds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RankedClaim {
    /// The claim.
    pub claim: Claim,
    /// Which judgment it is of; any number that tells them apart.
    pub judgment: u32,
    /// Rank among the claims that the asset secures, the lowest first; of no meaning for others.
    pub security_rank: u8,
    /// Whether it was a claim when the coercion was decided whose money this is (47.2b); `true` where the money comes
    /// of no coercion.
    pub at_decision: bool,
}

impl From<Claim> for RankedClaim {
    /// A claim of the case's own judgment, of the first rank where it is secured, that was one when coercion was
    /// decided.
    fn from(claim: Claim) -> RankedClaim {
        RankedClaim { claim, judgment: 0, security_rank: 1, at_decision: true }
    }
}

/// A sum that is paid before the claims and is no obligation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deduction {
    /// Rent left to a debtor whose sole home was sold (115.5).
    SoleHomeRent,
    /// Fees and taxes of the transfer (from Law 106/2025).
    TransferFeesTaxes,
}

impl Deduction {
    /// The word in the rules' tables.
    pub const fn id(self) -> &'static str {
        match self {
            Deduction::SoleHomeRent => "sole_home_rent",
            Deduction::TransferFeesTaxes => "transfer_fees_taxes",
        }
    }
}

/// What is to be shared out.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proceeds {
    /// The sum collected.
    pub amount: Amount,
    /// Sums that are no obligations and go first.
    pub deductions: Vec<(Deduction, Amount)>,
    /// Costs and claims.
    pub claims: Vec<RankedClaim>,
    /// The day of paying over.
    pub on: Date,
}

/// Whose line it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recipient {
    /// The creditor (or the budget) of an obligation.
    Obligation(ObligationNo),
    /// Not an obligation.
    Deduction(Deduction),
}

/// By what right a line is paid where it is.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rank {
    /// Before all claims (47.1).
    First,
    /// The court fee of the judgment under which a secured creditor is paid (47.3).
    CourtFeeBeforeSecured,
    /// Secured by the asset sold (47.3).
    Secured,
    /// By class; the letter of the article.
    Class(String),
}

/// One line of a distribution; never of nothing.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RankedLine {
    /// Whose it is.
    pub to: Recipient,
    /// By what right.
    pub rank: Rank,
    /// How much.
    pub amount: Amount,
}

/// The lines, in the order of rank, and what is left.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Distribution {
    /// Who gets what.
    pub lines: Vec<RankedLine>,
    /// What no claim takes: the debtor's.
    pub left: Amount,
}

impl Distribution {
    /// What an obligation gets, over all its lines.
    pub fn amount_for(&self, obligation: ObligationNo) -> Total {
        let lines = self.lines.iter().filter(|line| line.to == Recipient::Obligation(obligation));
        lines.map(|line| line.amount.total()).sum()
    }

    /// All lines together.
    pub fn shared(&self) -> Total {
        self.lines.iter().map(|line| line.amount.total()).sum()
    }
}

/// Why proceeds cannot be shared out.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DistributionRefusal {
    /// The rules of that day do not say.
    #[error("{parameter} is not known on {on}; record it with parameter_set and its document")]
    Unset {
        /// What is not known.
        parameter: Parameter,
        /// On which day.
        on: Date,
    },
    /// Two claims of one number.
    #[error("obligation {obligation} stands twice among the claims")]
    Twice {
        /// The number.
        obligation: ObligationNo,
    },
    /// A claim to a thing or an act.
    #[error("obligation {obligation} ({kind}) is not one of money")]
    NotMoney {
        /// The number.
        obligation: ObligationNo,
        /// What it is for.
        kind: ObligationKind,
    },
    /// A sum that the law of that day does not put before the claims.
    #[error("{given} does not go before the claims on {on}; accepted: {}", accepted.join(", "))]
    NotFirst {
        /// What was to go first.
        given: &'static str,
        /// On which day.
        on: Date,
        /// What does.
        accepted: Vec<String>,
    },
}

/// The lines that a sum makes among the claims of one case, by the rules of the day of paying over; lines of nothing
/// are left out, and claims to a thing or an act take no part.
///
/// # Errors
/// As [`share_out`].
pub fn distribute(
    amount: Amount,
    claims: &[Claim],
    rules: &Rules,
    on: Date,
) -> Result<Vec<Line>, DistributionRefusal> {
    let claims =
        claims.iter().copied().filter(|claim| claim.kind.is_money()).map(RankedClaim::from).collect();
    let shared = share_out(&Proceeds { amount, deductions: Vec::new(), claims, on }, rules)?;
    let lines = shared.lines.into_iter().filter_map(|line| match line.to {
        Recipient::Obligation(obligation) => Some(Line { obligation, amount: line.amount }),
        Recipient::Deduction(_) => None,
    });
    Ok(lines.collect())
}

/// Shares proceeds out by the rules of the day of paying over.
///
/// # Errors
/// The rules of that day are not known, or a claim cannot stand among the claims.
pub fn share_out(proceeds: &Proceeds, rules: &Rules) -> Result<Distribution, DistributionRefusal> {
    let on = proceeds.on;
    let first = ids(rules, Parameter::PriorityFirst, on)?;
    let before_secured = ids(rules, Parameter::PrioritySecured, on)?;
    let claimants = match rules.choice(Parameter::PriorityClaimants, on) {
        Limit::Set(word) => word,
        Limit::Unset | Limit::None => {
            return Err(DistributionRefusal::Unset { parameter: Parameter::PriorityClaimants, on });
        }
    };
    let classes = classes(proceeds, rules)?;
    if let Some((deduction, _)) =
        proceeds.deductions.iter().find(|(deduction, _)| !first.contains(&deduction.id()))
    {
        let accepted = first.iter().map(|&id| id.to_owned()).collect();
        return Err(DistributionRefusal::NotFirst { given: deduction.id(), on, accepted });
    }

    let mut sharing = Sharing::new(proceeds, classes);
    for id in first {
        sharing.pay_first(id);
    }
    if proceeds.claims.iter().any(|ranked| ranked.claim.secured) {
        if before_secured.contains(&"court_fee") {
            sharing.pay_court_fees_before_secured();
        }
        sharing.pay_secured();
    }
    if claimants == "decision_then_payment" {
        sharing.pay_classes(true);
    }
    sharing.pay_classes(false);
    Ok(Distribution { lines: sharing.lines, left: sharing.left })
}

/// The words of a list of the rules, in their order.
fn ids(rules: &Rules, parameter: Parameter, on: Date) -> Result<Vec<&str>, DistributionRefusal> {
    match rules.grounds(parameter, on) {
        Limit::Set(list) => Ok(list.iter().map(|ground| ground.name.as_str()).collect()),
        Limit::Unset | Limit::None => Err(DistributionRefusal::Unset { parameter, on }),
    }
}

/// The class of every claim, the claims in the order of their numbers; costs have none.
fn classes<'a>(proceeds: &'a Proceeds, rules: &'a Rules) -> Result<Vec<Ranked<'a>>, DistributionRefusal> {
    let on = proceeds.on;
    let mut seen = BTreeSet::new();
    let mut ranked = Vec::with_capacity(proceeds.claims.len());
    for of in &proceeds.claims {
        let claim = &of.claim;
        if !seen.insert(claim.obligation) {
            return Err(DistributionRefusal::Twice { obligation: claim.obligation });
        }
        let class = match claim.kind.priority_class(rules, on) {
            _ if claim.kind == ObligationKind::Cost => None,
            Limit::Set(class) => Some(class),
            Limit::Unset => return Err(DistributionRefusal::Unset { parameter: Parameter::Priority, on }),
            Limit::None => {
                let (obligation, kind) = (claim.obligation, claim.kind);
                return Err(DistributionRefusal::NotMoney { obligation, kind });
            }
        };
        ranked.push(Ranked { of, class, unpaid: claim.outstanding });
    }
    ranked.sort_by_key(|ranked| ranked.of.claim.obligation);
    Ok(ranked)
}

struct Ranked<'a> {
    of: &'a RankedClaim,
    class: Option<PriorityClass<'a>>,
    unpaid: Amount,
}

/// A distribution under way.
struct Sharing<'a> {
    proceeds: &'a Proceeds,
    claims: Vec<Ranked<'a>>,
    lines: Vec<RankedLine>,
    left: Amount,
}

impl<'a> Sharing<'a> {
    fn new(proceeds: &'a Proceeds, claims: Vec<Ranked<'a>>) -> Sharing<'a> {
        Sharing { proceeds, claims, lines: Vec::new(), left: proceeds.amount }
    }

    /// Pays what a word of `priority_first` names.
    fn pay_first(&mut self, id: &str) {
        if id == "costs" {
            self.pay(&Rank::First, |ranked| ranked.of.claim.kind == ObligationKind::Cost);
            return;
        }
        for &(deduction, amount) in
            self.proceeds.deductions.iter().filter(|(deduction, _)| deduction.id() == id)
        {
            let paid = amount.min(self.left);
            self.line(Recipient::Deduction(deduction), Rank::First, paid);
        }
    }

    /// Pays the court fees of the judgments under which secured creditors are paid.
    fn pay_court_fees_before_secured(&mut self) {
        let claims = self.proceeds.claims.iter();
        let judgments: BTreeSet<u32> =
            claims.filter(|ranked| ranked.claim.secured).map(|ranked| ranked.judgment).collect();
        self.pay(&Rank::CourtFeeBeforeSecured, |ranked| {
            ranked.of.claim.kind == ObligationKind::CourtFee && judgments.contains(&ranked.of.judgment)
        });
    }

    /// Pays those secured by the asset, rank by rank.
    fn pay_secured(&mut self) {
        let secured = self.proceeds.claims.iter().filter(|ranked| ranked.claim.secured);
        let ranks: BTreeSet<u8> = secured.map(|ranked| ranked.security_rank).collect();
        for rank in ranks {
            self.pay(&Rank::Secured, |ranked| ranked.of.claim.secured && ranked.of.security_rank == rank);
        }
    }

    /// Pays class by class, of all claims or of those only that stood when coercion was decided.
    fn pay_classes(&mut self, at_decision_only: bool) {
        let classes: BTreeSet<PriorityClass<'a>> =
            self.claims.iter().filter_map(|ranked| ranked.class).collect();
        for class in classes {
            self.pay(&Rank::Class(class.letter.to_owned()), |ranked| {
                ranked.class == Some(class) && (ranked.of.at_decision || !at_decision_only)
            });
        }
    }

    /// Shares what is left among the claims that are meant, in proportion to what of them is unpaid.
    fn pay(&mut self, rank: &Rank, meant: impl Fn(&Ranked<'_>) -> bool) {
        let unpaid: Vec<Amount> = self
            .claims
            .iter()
            .map(|ranked| if meant(ranked) { ranked.unpaid } else { Amount::ZERO })
            .collect();
        let shares = split(self.left, &unpaid);
        let mut paid = Vec::new();
        for (ranked, share) in self.claims.iter_mut().zip(shares) {
            ranked.unpaid.take(share);
            paid.push((ranked.of.claim.obligation, share));
        }
        for (obligation, share) in paid {
            self.line(Recipient::Obligation(obligation), rank.clone(), share);
        }
    }

    fn line(&mut self, to: Recipient, rank: Rank, amount: Amount) {
        self.left.take(amount);
        if amount > Amount::ZERO {
            self.lines.push(RankedLine { to, rank, amount });
        }
    }
}

#[cfg(test)]
mod tests;
