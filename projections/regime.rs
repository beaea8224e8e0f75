//! The rules of the statistics in force on a day, read from the law's parameters: which columns there are.
//!
//! A parameter that is unset leaves the figures that need it unset ([`crate::figures`]); counting itself goes on by
//! what held before, so that nothing stops.

use thads_cases::date::Date;
use thads_cases::rules::{Ground, Limit, Parameter, RuleSet, Rules};

/// The rules of the statistics.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Regime {
    /// The regime's name.
    pub rule_set: RuleSet,
    /// What next year takes over: without what stands in the tracking book at the end.
    pub(crate) without_book: bool,
    /// Entrusted cases have a column and are taken from the total.
    pub(crate) entrusted: bool,
    /// Pulled-up cases.
    pub(crate) pulled_up: bool,
    /// Withdrawn cases.
    pub(crate) withdrawn: bool,
    /// Open cases that are neither enforceable nor not yet have a column of their own.
    pub(crate) other_standing: bool,
    /// Grounds of postponement that count as enforceable; `None` for all.
    pub(crate) postponed: Option<Vec<Ground>>,
    /// Money counts as soon as it is collected, not only when it is paid over.
    pub(crate) when_collected: bool,
    /// Which of the parameters are unset.
    pub(crate) unset: Vec<Parameter>,
}

/// The parameters that the statistics read and cannot do without.
const NEEDED: &[Parameter] =
    &[Parameter::StatCarried, Parameter::StatToExecute, Parameter::StatSum, Parameter::StatCredit];

impl Regime {
    /// The rules of the statistics in force on a day.
    pub fn on(rules: &Rules, day: Date) -> Regime {
        let has = |parameter, word: &str| {
            rules.grounds(parameter, day).set().map(|list| list.iter().any(|one| one.name == word))
        };
        let postponed = match rules.grounds(Parameter::StatPostponedEnforceable, day) {
            Limit::Set(list) => Some(list.to_vec()),
            Limit::None => Some(Vec::new()),
            Limit::Unset => None,
        };
        Regime {
            rule_set: RuleSet::in_force(day),
            without_book: rules.choice(Parameter::StatCarried, day).set() != Some("carried_out"),
            entrusted: has(Parameter::StatToExecute, "entrusted").unwrap_or(true),
            pulled_up: has(Parameter::StatToExecute, "pulled_up").unwrap_or(false),
            withdrawn: has(Parameter::StatToExecute, "withdrawn").unwrap_or(true),
            other_standing: has(Parameter::StatSum, "other_standing").unwrap_or(true),
            postponed,
            when_collected: rules.choice(Parameter::StatCredit, day).set() == Some("collected"),
            unset: NEEDED.iter().copied().filter(|&one| is_unset(rules, one, day)).collect(),
        }
    }

    /// Whether a postponement on that ground counts as enforceable. The ground is a name or the article's letter.
    pub(crate) fn postponed_counts(&self, ground: &str) -> bool {
        self.postponed.as_ref().is_none_or(|list| list.iter().any(|one| one.is(ground)))
    }
}

fn is_unset(rules: &Rules, parameter: Parameter, day: Date) -> bool {
    matches!(rules.value(parameter, day), thads_cases::rules::Value::Unset)
}
