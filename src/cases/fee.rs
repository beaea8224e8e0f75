//! The enforcement fee (phí thi hành án): from what a creditor receives to what of it the fee takes.
//!
//! Threshold, steps and exemptions are those of the day of paying over (T11). Before 1 January 2017 the fee is not
//! known, and asking for it is refused until `parameter_set` names the circular of that time.

use crate::date::Date;
use crate::distribution::ObligationKind;
use crate::money::Amount;
use crate::rules::transition::LAW_2025;
use crate::rules::{Limit, Parameter, Rules};

/// A fee, or why there is none.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fee {
    /// This much is due, rounded down to the đồng.
    Due(Amount),
    /// None: not more than the threshold was received.
    UpToThreshold {
        /// What may be received without a fee.
        threshold: Amount,
    },
    /// None: exempt by this word of `fee_exempt`.
    Exempt(String),
    /// None: the money goes to the budget, or repays costs.
    NoCreditor,
}

impl Fee {
    /// What is due.
    pub const fn amount(&self) -> Amount {
        match self {
            Fee::Due(amount) => *amount,
            Fee::UpToThreshold { .. } | Fee::Exempt(_) | Fee::NoCreditor => Amount::ZERO,
        }
    }
}

/// Why a fee cannot be computed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FeeRefusal {
    /// The rules of that day do not say.
    #[error("{parameter} is not known on {on}; record it with parameter_set and its document")]
    Unset {
        /// What is not known.
        parameter: Parameter,
        /// On which day.
        on: Date,
    },
    /// The law of that day knows no such exemption.
    #[error("{given:?} exempts from no fee on {on}; accepted: {}", accepted.join(", "))]
    NoExemption {
        /// The exemption that was claimed.
        given: String,
        /// On which day.
        on: Date,
        /// The words that exempt.
        accepted: Vec<String>,
    },
    /// The fee would not fit the amounts that there are.
    #[error("the fee on {received} cannot be computed with the steps of {on}")]
    Overflow {
        /// What was received.
        received: Amount,
        /// On which day.
        on: Date,
    },
}

/// The fee on what a creditor receives on a day.
///
/// `exemptions` are words of `fee_exempt` and `fee_exempt.debtor` (`in_voluntary_period`, `policy_bank`,
/// `proactive_return`, `before_order` …) that hold of this receipt beside what its kind says.
///
/// # Errors
/// A value is not known on that day, or an exemption is none.
pub fn enforcement_fee(
    kind: ObligationKind,
    received: Amount,
    exemptions: &[&str],
    rules: &Rules,
    on: Date,
) -> Result<Fee, FeeRefusal> {
    if kind.to_budget() || kind == ObligationKind::Cost {
        return Ok(Fee::NoCreditor);
    }
    let list = known(rules.grounds(Parameter::FeeExempt, on), Parameter::FeeExempt, on)?;
    let of_debtor = rules.grounds(Parameter::FeeExemptDebtor, on).set().unwrap_or_default();
    let list = || list.iter().chain(of_debtor);
    let accepted = |word: &&str| list().any(|ground| ground.is(word));
    if let Some(word) = exemptions.iter().find(|word| !accepted(word)) {
        return Err(FeeRefusal::NoExemption {
            given: word.chars().take(64).collect(),
            on,
            accepted: list().map(|ground| ground.name.clone()).collect(),
        });
    }
    let of_kind = kind.fee_words().iter().find(|word| accepted(word));
    if let Some(word) = exemptions.first().or(of_kind) {
        return Ok(Fee::Exempt((*word).to_owned()));
    }
    let threshold = fee_threshold(rules, on)?;
    if received <= threshold {
        return Ok(Fee::UpToThreshold { threshold });
    }
    stepped(received, rules, on).map(Fee::Due)
}

/// The fee on what a creditor receives on a day, of which nothing is known but whether it was performed in the
/// voluntary period; nothing where there is none.
///
/// # Errors
/// As [`enforcement_fee`].
pub fn fee(
    received: Amount,
    kind: ObligationKind,
    voluntary: bool,
    on: Date,
    rules: &Rules,
) -> Result<Amount, FeeRefusal> {
    let exemptions: &[&str] = if voluntary { &["in_voluntary_period"] } else { &[] };
    enforcement_fee(kind, received, exemptions, rules, on).map(|fee| fee.amount())
}

/// What a creditor may receive without a fee on a day: so many base salaries of that day.
///
/// # Errors
/// Base salary or multiple is not known on that day.
pub fn fee_threshold(rules: &Rules, on: Date) -> Result<Amount, FeeRefusal> {
    let multiple = known(rules.ratio(Parameter::FeeThreshold, on), Parameter::FeeThreshold, on)?;
    let salary = known(rules.amount(Parameter::BaseSalary, on), Parameter::BaseSalary, on)?;
    salary.times(multiple).ok_or(FeeRefusal::Overflow { received: salary, on })
}

fn stepped(received: Amount, rules: &Rules, on: Date) -> Result<Amount, FeeRefusal> {
    let steps = known(rules.fee_steps(on), Parameter::FeeSteps, on)?;
    let step = steps.iter().rev().find(|step| received > step.over);
    step.and_then(|step| received.checked_sub(step.over)?.times(step.rate)?.checked_add(step.base))
        .filter(|&fee| fee <= received)
        .ok_or(FeeRefusal::Overflow { received, on })
}

fn known<T>(limit: Limit<T>, parameter: Parameter, on: Date) -> Result<T, FeeRefusal> {
    limit.set().ok_or(FeeRefusal::Unset { parameter, on })
}

/// Who asked for the enforcement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Asker {
    /// The creditor.
    Creditor,
    /// The debtor.
    Debtor,
}

/// Who bears a fee that is due.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Payer {
    /// The creditor, from what is received.
    Creditor,
    /// The debtor who asked.
    Debtor,
    /// Nobody.
    Nobody,
}

/// Who bears the fee on what is paid over on a day, of an order made on an earlier day at somebody's request.
///
/// Under Law 106/2025 it is who asked; a debtor who asked before it was in force pays none (T8).
pub fn fee_payer(asker: Asker, ordered_on: Date, paid_on: Date, rules: &Rules) -> Limit<Payer> {
    rules.choice(Parameter::FeePayer, paid_on).map(|word| match (word, asker) {
        ("requester", Asker::Debtor) if ordered_on < LAW_2025 => Payer::Nobody,
        ("requester", Asker::Debtor) => Payer::Debtor,
        _ => Payer::Creditor,
    })
}

#[cfg(test)]
mod tests;
