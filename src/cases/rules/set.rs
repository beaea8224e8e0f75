//! `parameter_set`: a value with the document that it stands in, checked against the registry before it counts.

use serde::{Deserialize, Serialize};

use super::parameter::{Parameter, UnknownParameter};
use super::value::{ExemptionBand, FeeStep, Form, Ground, Value};
use crate::date::Date;
use crate::money::Ratio;
use crate::words::Words;

/// The payload of `parameter_set`: from a day on, a parameter has this value, by that document.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParameterSet {
    /// The parameter's id, for instance `fee_threshold`.
    pub rule: String,
    /// The first day on which the value counts.
    pub from: Date,
    /// The value.
    pub value: Value,
    /// Number, date and article of the document that says so.
    pub document: String,
}

/// Why a `parameter_set` cannot count; says what would do.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ParameterRefusal {
    /// No such parameter.
    #[error(transparent)]
    Unknown(#[from] UnknownParameter),
    /// The value has another form than the parameter.
    #[error(
        "{parameter} is a {form}, not a {given}; write {}, or \"unset\", or \"none\"",
        form.example()
    )]
    Form {
        /// Whose value it is.
        parameter: Parameter,
        /// The form that it has.
        form: Form,
        /// The form that was given.
        given: Form,
    },
    /// A word to which the parameter gives no meaning.
    #[error("{parameter} knows no {given:?}; accepted: {}", accepted.join(", "))]
    Word {
        /// Whose value it is.
        parameter: Parameter,
        /// The word that was given.
        given: String,
        /// The words that have a meaning.
        accepted: &'static [&'static str],
    },
    /// The value has the right form but cannot be meant.
    #[error("{parameter}: {wanted:?}")]
    Bounds {
        /// Whose value it is.
        parameter: Parameter,
        /// What the value must be.
        wanted: Box<Words>,
    },
    /// No document, or one of more than 500 bytes.
    #[error("a parameter is set by a document; name it: number, date, article (1 to 500 bytes)")]
    Document,
}

impl ParameterRefusal {
    /// The field at which the fault lies: `rule`, `value` or `document`.
    pub const fn field(&self) -> &'static str {
        match self {
            ParameterRefusal::Unknown(_) => "rule",
            ParameterRefusal::Form { .. }
            | ParameterRefusal::Word { .. }
            | ParameterRefusal::Bounds { .. } => "value",
            ParameterRefusal::Document => "document",
        }
    }
}

impl ParameterSet {
    /// The parameter that is set, when id, value and document can count.
    ///
    /// # Errors
    /// What is wrong, and what would do.
    pub fn check(&self) -> Result<Parameter, ParameterRefusal> {
        let parameter: Parameter = self.rule.parse()?;
        if crate::text::is_silent(&self.document) || self.document.len() > 500 {
            return Err(ParameterRefusal::Document);
        }
        let form = parameter.form();
        if let Some(given) = self.value.form().filter(|&given| given != form) {
            return Err(ParameterRefusal::Form { parameter, form, given });
        }
        match bounds(parameter, &self.value) {
            Some(wanted) => Err(ParameterRefusal::Bounds { parameter, wanted: Box::new(wanted) }),
            None => words(parameter, &self.value).map(|()| parameter),
        }
    }
}

/// The first word of the value to which the parameter gives no meaning.
fn words(parameter: Parameter, value: &Value) -> Result<(), ParameterRefusal> {
    let Some(accepted) = parameter.words() else { return Ok(()) };
    let given: Vec<&str> = match value {
        Value::Choice(word) => vec![word.as_str()],
        Value::Grounds(list) => list.iter().map(|ground| ground.name.as_str()).collect(),
        Value::Unset
        | Value::None
        | Value::Span(_)
        | Value::Amount(_)
        | Value::Ratio(_)
        | Value::Count(_)
        | Value::Flag(_)
        | Value::Numbers(_)
        | Value::FeeSteps(_)
        | Value::ExemptionBands(_) => return Ok(()),
    };
    match given.into_iter().find(|word| !accepted.contains(word)) {
        Some(word) => {
            let given = word.chars().take(64).collect();
            Err(ParameterRefusal::Word { parameter, given, accepted })
        }
        None => Ok(()),
    }
}

/// What the value must be and is not; `None` when all is well.
fn bounds(parameter: Parameter, value: &Value) -> Option<Words> {
    let (good, wanted) = match value {
        Value::Unset | Value::None | Value::Amount(_) | Value::Flag(_) => return None,
        Value::Span(span) => (span.is_sensible(), Words::BoundSpan),
        Value::Ratio(ratio) => (
            is_share(*ratio) || parameter == Parameter::FeeThreshold && is_positive(*ratio),
            Words::BoundRatio,
        ),
        Value::Count(number) if parameter == Parameter::StatYear => {
            ((1..=12).contains(number), Words::BoundMonth)
        }
        Value::Count(number) => (*number <= 1000, Words::BoundCount),
        Value::Choice(word) => (Ground::new("", word).is_well_formed(), Words::BoundWord),
        Value::Grounds(list) if parameter == Parameter::Priority => {
            (well_formed(list) && list.last().is_some_and(|last| last.name == "rest"), Words::BoundClasses)
        }
        Value::Grounds(list) => (well_formed(list), Words::BoundList),
        Value::Numbers(list) => (
            (1..=12).contains(&list.len())
                && list.iter().all(|number| (1..=12).contains(number))
                && list.is_sorted_by(|a, b| a < b),
            Words::BoundPeriods,
        ),
        Value::FeeSteps(steps) => (are_steps(steps), Words::BoundSteps),
        Value::ExemptionBands(bands) => {
            ((1..=32).contains(&bands.len()) && bands.iter().all(is_band), Words::BoundBands)
        }
    };
    if good { None } else { Some(wanted) }
}

fn is_positive(ratio: Ratio) -> bool {
    ratio.denominator > 0 && ratio.numerator > 0
}

fn is_share(ratio: Ratio) -> bool {
    ratio.denominator > 0 && (0..=ratio.denominator).contains(&ratio.numerator)
}

fn well_formed(list: &[Ground]) -> bool {
    (1..=64).contains(&list.len())
        && list.iter().all(Ground::is_well_formed)
        && list
            .iter()
            .enumerate()
            .all(|(at, ground)| !list.iter().take(at).any(|earlier| earlier.name == ground.name))
}

fn are_steps(steps: &[FeeStep]) -> bool {
    steps.len() <= 32
        && steps.first().is_some_and(|first| first.over.get() == 0)
        && steps.is_sorted_by(|a, b| a.over < b.over && a.base <= b.base)
        && steps.iter().all(|step| is_share(step.rate))
}

fn is_band(band: &ExemptionBand) -> bool {
    band.below.is_none_or(|below| below > band.from)
        && (1..=100).contains(&band.years)
        && is_share(band.paid)
        && is_share(band.share)
}
