//! The law's values by date: from a parameter and a day to the value in force.
//!
//! [`Rules`] is the built-in tables, one file a regime, with what `parameter_set` added as known at some position of
//! the log. An act takes the value of its effective date; a period that of the day it starts (see [`transition`]).
//! Nothing is guessed: what is not known is unset, and what the law does not have is none.

mod parameter;
mod r2013;
mod r2019;
mod r2024;
mod r2026;
mod set;
mod table;
pub mod transition;
mod value;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use parameter::{Certainty, Parameter, UnknownParameter};
pub use set::{ParameterRefusal, ParameterSet};
pub use value::{ExemptionBand, FeeStep, Form, Ground, Span, Value};

use crate::date::Date;
use crate::money::{Amount, Ratio};

/// The rules of the statistics in force on a day, and the name of the regime in records.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleSet {
    /// Circular 01/2013 as amended by 08/2015; to 4 January 2020.
    R2013 = 1,
    /// Circular 06/2019; to 25 July 2024.
    R2019 = 2,
    /// Circular 05/2024; to 30 June 2026.
    R2024 = 3,
    /// Law 106/2025; from 1 July 2026.
    R2026 = 4,
}

impl RuleSet {
    /// Every rule set, oldest first.
    pub const ALL: [RuleSet; 4] = [RuleSet::R2013, RuleSet::R2019, RuleSet::R2024, RuleSet::R2026];

    /// The rule set in force on a day.
    pub fn in_force(on: Date) -> RuleSet {
        if on < r2019::FIRST {
            RuleSet::R2013
        } else if on < r2024::FIRST {
            RuleSet::R2019
        } else if on < r2026::FIRST {
            RuleSet::R2024
        } else {
            RuleSet::R2026
        }
    }

    /// The number in a record.
    pub const fn code(self) -> u8 {
        match self {
            RuleSet::R2013 => 1,
            RuleSet::R2019 => 2,
            RuleSet::R2024 => 3,
            RuleSet::R2026 => 4,
        }
    }

    /// The rule set of a number in a record; `None` for a number that is not given out.
    pub const fn from_code(code: u8) -> Option<RuleSet> {
        match code {
            1 => Some(RuleSet::R2013),
            2 => Some(RuleSet::R2019),
            3 => Some(RuleSet::R2024),
            4 => Some(RuleSet::R2026),
            _ => None,
        }
    }

    /// Whether a record of that day with this number may be a later program's: of a rule set that is not known here, which began
    /// behind all that are.
    pub fn is_later(code: u8, on: Date) -> bool {
        let last = RuleSet::in_force(Date::MAX);
        code > last.code() && RuleSet::in_force(on) == last
    }

    /// The name, for instance `r2013`.
    pub const fn id(self) -> &'static str {
        match self {
            RuleSet::R2013 => "r2013",
            RuleSet::R2019 => "r2019",
            RuleSet::R2024 => "r2024",
            RuleSet::R2026 => "r2026",
        }
    }
}

impl fmt::Display for RuleSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// What the rules say of a limit, an amount or a list on a day.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Limit<T> {
    /// It has this value.
    Set(T),
    /// It is not known: it stops nobody, and a figure or an amount that needs it is refused.
    Unset,
    /// The law has no such limit, act or ground.
    None,
}

impl<T> Limit<T> {
    /// The value, when there is one.
    pub fn set(self) -> Option<T> {
        match self {
            Limit::Set(value) => Some(value),
            Limit::Unset | Limit::None => None,
        }
    }

    /// The same of the value in another form.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Limit<U> {
        match self {
            Limit::Set(value) => Limit::Set(change(value)),
            Limit::Unset => Limit::Unset,
            Limit::None => Limit::None,
        }
    }

    /// Whether it is not known.
    pub const fn is_unset(&self) -> bool {
        matches!(self, Limit::Unset)
    }
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Entry {
    /// `None`: the value of the entry before.
    value: Option<Value>,
    certainty: Certainty,
    document: Option<String>,
}

/// The values of all parameters by date: the built-in tables, and what was set since.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rules {
    entries: BTreeMap<Parameter, BTreeMap<Date, Entry>>,
}

impl Default for Rules {
    fn default() -> Rules {
        Rules::built_in()
    }
}

impl Rules {
    /// The built-in tables, with nothing set.
    pub fn built_in() -> Rules {
        let mut rules = Rules { entries: BTreeMap::new() };
        for (first, rows) in [
            (Date::MIN, r2013::EARLIER),
            (r2013::FIRST, r2013::ROWS),
            (r2019::FIRST, r2019::ROWS),
            (r2024::FIRST, r2024::ROWS),
            (r2026::FIRST, r2026::ROWS),
        ] {
            for row in rows {
                let entry = Entry {
                    value: row.value.map(Value::from),
                    certainty: row.certainty.unwrap_or(row.parameter.certainty()),
                    document: None,
                };
                rules.enter(row.parameter, row.from.unwrap_or(first), entry);
            }
        }
        rules
    }

    /// Enters what `parameter_set` says. From its day on the value counts until the next day on which the tables, or
    /// another `parameter_set`, have one; a later word on the same day replaces an earlier.
    ///
    /// # Errors
    /// Id, form of the value or document will not do; nothing is changed then.
    pub fn set(&mut self, set: &ParameterSet) -> Result<(), ParameterRefusal> {
        let parameter = set.check()?;
        let entry = Entry {
            value: Some(set.value.clone()),
            certainty: Certainty::High,
            document: Some(set.document.clone()),
        };
        self.enter(parameter, set.from, entry);
        Ok(())
    }

    /// The built-in tables with what `parameter_set` said, in the order of the log.
    ///
    /// # Errors
    /// The first of them that will not do.
    pub fn with<'a>(sets: impl IntoIterator<Item = &'a ParameterSet>) -> Result<Rules, ParameterRefusal> {
        let mut rules = Rules::built_in();
        for set in sets {
            rules.set(set)?;
        }
        Ok(rules)
    }

    /// The value in force on a day.
    pub fn value(&self, parameter: Parameter, on: Date) -> &Value {
        self.valued(parameter, on).map_or(&Value::Unset, |(_, value, _)| value)
    }

    /// The day from which the value in force on a day counts; `None` when nothing was ever said before it.
    pub fn since(&self, parameter: Parameter, on: Date) -> Option<Date> {
        self.valued(parameter, on).map(|(since, _, _)| since)
    }

    /// The document that set the value in force on a day; `None` for a value of the built-in tables.
    pub fn document(&self, parameter: Parameter, on: Date) -> Option<&str> {
        self.valued(parameter, on).and_then(|(_, _, entry)| entry.document.as_deref())
    }

    /// How sure the value in force on a day is; what a document set is sure.
    pub fn certainty(&self, parameter: Parameter, on: Date) -> Certainty {
        let latest = self.entries.get(&parameter).and_then(|dated| dated.range(..=on).next_back());
        match (self.document(parameter, on), latest) {
            (Some(_), _) => Certainty::High,
            (None, Some((_, entry))) => entry.certainty,
            (None, None) => parameter.certainty(),
        }
    }

    /// Every value that a parameter has or will have, with the day from which it counts, oldest first.
    pub fn history(&self, parameter: Parameter) -> impl Iterator<Item = (Date, &Value)> {
        let dated = self.entries.get(&parameter).into_iter().flatten();
        dated.filter_map(|(&from, entry)| Some((from, entry.value.as_ref()?)))
    }

    /// A length of time.
    pub fn span(&self, parameter: Parameter, on: Date) -> Limit<Span> {
        self.read(parameter, on, Form::Span, |value| match value {
            Value::Span(span) => Some(*span),
            _ => None,
        })
    }

    /// An amount of money.
    pub fn amount(&self, parameter: Parameter, on: Date) -> Limit<Amount> {
        self.read(parameter, on, Form::Amount, |value| match value {
            Value::Amount(amount) => Some(*amount),
            _ => None,
        })
    }

    /// An exact ratio.
    pub fn ratio(&self, parameter: Parameter, on: Date) -> Limit<Ratio> {
        self.read(parameter, on, Form::Ratio, |value| match value {
            Value::Ratio(ratio) => Some(*ratio),
            _ => None,
        })
    }

    /// A number of times, or a month.
    pub fn count(&self, parameter: Parameter, on: Date) -> Limit<u32> {
        self.read(parameter, on, Form::Count, |value| match value {
            Value::Count(count) => Some(*count),
            _ => None,
        })
    }

    /// Yes or no.
    pub fn flag(&self, parameter: Parameter, on: Date) -> Limit<bool> {
        self.read(parameter, on, Form::Flag, |value| match value {
            Value::Flag(flag) => Some(*flag),
            _ => None,
        })
    }

    /// One of a few words.
    pub fn choice(&self, parameter: Parameter, on: Date) -> Limit<&str> {
        self.read(parameter, on, Form::Choice, |value| match value {
            Value::Choice(word) => Some(word.as_str()),
            _ => None,
        })
    }

    /// A list of grounds, kinds, modes or columns, in the order of the article.
    pub fn grounds(&self, parameter: Parameter, on: Date) -> Limit<&[Ground]> {
        self.read(parameter, on, Form::Grounds, |value| match value {
            Value::Grounds(list) => Some(list.as_slice()),
            _ => None,
        })
    }

    /// A list of numbers.
    pub fn numbers(&self, parameter: Parameter, on: Date) -> Limit<&[u32]> {
        self.read(parameter, on, Form::Numbers, |value| match value {
            Value::Numbers(list) => Some(list.as_slice()),
            _ => None,
        })
    }

    /// The steps of the fee, lowest first.
    pub fn fee_steps(&self, on: Date) -> Limit<&[FeeStep]> {
        self.read(Parameter::FeeSteps, on, Form::FeeSteps, |value| match value {
            Value::FeeSteps(steps) => Some(steps.as_slice()),
            _ => None,
        })
    }

    /// The conditions of an exemption ([`Parameter::ExemptWhole`], [`Parameter::ReducePart`]).
    pub fn exemption_bands(&self, parameter: Parameter, on: Date) -> Limit<&[ExemptionBand]> {
        self.read(parameter, on, Form::ExemptionBands, |value| match value {
            Value::ExemptionBands(bands) => Some(bands.as_slice()),
            _ => None,
        })
    }

    /// The ground of a list that a code names, by its name or by the letter (number) that the article gives it on
    /// that day; `None` when there is none such, or no list.
    pub fn ground(&self, parameter: Parameter, code: &str, on: Date) -> Option<&Ground> {
        self.grounds(parameter, on).set()?.iter().find(|ground| ground.is(code))
    }

    /// Whether the law of that day has the ground (kind, mode, power) that a code names, by name or by letter. A list
    /// that is unset stops nobody; one that the law does not have allows nothing.
    pub fn ground_allowed(&self, parameter: Parameter, code: &str, on: Date) -> bool {
        match self.grounds(parameter, on) {
            Limit::Set(list) => list.iter().any(|ground| ground.is(code)),
            Limit::Unset => true,
            Limit::None => false,
        }
    }

    fn enter(&mut self, parameter: Parameter, from: Date, entry: Entry) {
        self.entries.entry(parameter).or_default().insert(from, entry);
    }

    fn valued(&self, parameter: Parameter, on: Date) -> Option<(Date, &Value, &Entry)> {
        let mut dated = self.entries.get(&parameter)?.range(..=on).rev();
        dated.find_map(|(&from, entry)| Some((from, entry.value.as_ref()?, entry)))
    }

    /// A value in the form that is asked for. Asking for another form than the registry has is a fault of the caller:
    /// debug builds stop at it, others answer as if nothing were known.
    fn read<'a, T>(
        &'a self,
        parameter: Parameter,
        on: Date,
        form: Form,
        take: impl FnOnce(&'a Value) -> Option<T>,
    ) -> Limit<T> {
        debug_assert_eq!(parameter.form(), form, "{parameter} has another form");
        match self.value(parameter, on) {
            Value::None => Limit::None,
            value => take(value).map_or(Limit::Unset, Limit::Set),
        }
    }
}

#[cfg(test)]
mod tests;
