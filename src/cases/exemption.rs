//! Exemption (miễn, giảm) of an obligation to the budget: from its sums and its age to how much a court may waive.
//!
//! Conditions are those of the day of the decision. How often a year, and how fresh the verification must be, are
//! `exempt_often` and `exempt_verified`; they concern the judgment and the debtor, not the sums, and are not asked here.

use crate::calendar::{Calendar, UnknownYear};
use crate::date::Date;
use crate::distribution::ObligationKind;
use crate::money::{Amount, Total};
use crate::rules::{ExemptionBand, Limit, Parameter, Rules, Span};

/// An obligation of which something is to be waived.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Request {
    /// What it is for.
    pub kind: ObligationKind,
    /// The whole obligation, as ordered.
    pub obligation: Total,
    /// What of it was paid.
    pub paid: Total,
    /// What remains.
    pub remaining: Amount,
    /// The day of the first enforcement order.
    pub first_ordered: Date,
    /// Whether the debtor is in lasting hardship, or has great merit (61.4).
    pub hardship: bool,
    /// The day of the court's decision.
    pub on: Date,
}

/// The most that may be waived, and by which rule.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Allowed {
    /// At most this much of the remainder.
    pub most: Amount,
    /// `exempt_whole`, `reduce_part` or `exempt_hardship`.
    pub by: Parameter,
}

/// Why nothing may be waived.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ExemptionRefusal {
    /// It is not owed to the budget.
    #[error("{kind} is not owed to the budget; only what is may be waived")]
    NotBudget {
        /// What it is for.
        kind: ObligationKind,
    },
    /// Nothing remains.
    #[error("nothing remains to be waived")]
    NothingRemains,
    /// The rules of that day do not say.
    #[error("{parameter} is not known on {on}; record it with parameter_set and its document")]
    Unset {
        /// What is not known.
        parameter: Parameter,
        /// On which day.
        on: Date,
    },
    /// Too little time has passed for the sum, or too little was paid.
    #[error(
        "by {} {remaining} cannot be waived on {on}{}",
        Parameter::ExemptWhole.article(),
        earliest.map_or_else(String::new, |day| format!("; something of it can be from {day}"))
    )]
    NotMet {
        /// What remains.
        remaining: Amount,
        /// On which day.
        on: Date,
        /// From when something may be waived by the rules of that day, nothing more being paid; `None` also where the
        /// calendar does not reach so far.
        earliest: Option<Date>,
    },
    /// The end of the time since the first order lies in a year that the calendar does not hold.
    #[error(transparent)]
    UnknownYear(#[from] UnknownYear),
}

/// The most that a court may waive of an obligation on a day.
///
/// # Errors
/// Nothing may be waived: why, and from when it may.
pub fn allowed(request: &Request, rules: &Rules, calendar: &Calendar) -> Result<Allowed, ExemptionRefusal> {
    let Request { kind, remaining, on, .. } = *request;
    if !kind.to_budget() {
        return Err(ExemptionRefusal::NotBudget { kind });
    }
    if remaining == Amount::ZERO {
        return Err(ExemptionRefusal::NothingRemains);
    }
    if request.hardship && request.paid > 0 {
        match rules.grounds(Parameter::ExemptHardship, on) {
            Limit::Set(kinds) if kinds.iter().any(|ground| ground.is(kind.id())) => {
                return Ok(Allowed { most: remaining, by: Parameter::ExemptHardship });
            }
            Limit::Set(_) | Limit::None => {}
            Limit::Unset => return Err(ExemptionRefusal::Unset { parameter: Parameter::ExemptHardship, on }),
        }
    }
    let mut earliest: Option<Date> = None;
    let mut best: Option<Allowed> = None;
    for by in [Parameter::ExemptWhole, Parameter::ReducePart] {
        let bands = match rules.exemption_bands(by, on) {
            Limit::Set(bands) => bands,
            Limit::None => &[],
            Limit::Unset => return Err(ExemptionRefusal::Unset { parameter: by, on }),
        };
        for band in bands.iter().filter(|band| fits(band, request)) {
            let span = Span::Years(band.years);
            if calendar.is_over(request.first_ordered, span, on)? {
                // A share that is no amount waives nothing.
                let Some(share) = remaining.times(band.share) else { continue };
                let most = band.most.map_or(share, |most| most.min(share));
                if best.is_none_or(|best| most > best.most) {
                    best = Some(Allowed { most, by });
                }
            } else if let Ok(end) = calendar.due(request.first_ordered, span) {
                let from = end.next();
                earliest = Some(earliest.map_or(from, |earliest| earliest.min(from)));
            }
        }
    }
    best.ok_or(ExemptionRefusal::NotMet { remaining, on, earliest })
}

/// Whether the remainder lies in the band and enough was paid for it.
fn fits(band: &ExemptionBand, request: &Request) -> bool {
    let in_band = request.remaining >= band.from && band.below.is_none_or(|below| request.remaining < below);
    let paid = request.paid * Total::from(band.paid.denominator);
    in_band && paid >= request.obligation * Total::from(band.paid.numerator)
}

#[cfg(test)]
mod tests;
