//! The values that a parameter can have: spans of time, amounts, ratios, lists of grounds, tables of steps.
//!
//! A value is data that the ledger stores (the payload of `parameter_set`), so every form here is a promise:
//! a new form goes to the end of [`Value`].

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::money::{Amount, Ratio};

/// A length of time as the law writes it. How each runs: [`Calendar::due`](crate::calendar::Calendar::due).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// On the same day.
    AtOnce,
    /// That many hours; days off count.
    Hours(u16),
    /// That many working days (ngày làm việc).
    WorkingDays(u16),
    /// That many days; an end on a day off rolls on.
    Days(u16),
    /// That many months; an end on a day off rolls on.
    Months(u16),
    /// That many years; an end on a day off rolls on.
    Years(u16),
    /// Before that day of the next month (r2013's reporting calendar); an end on a day off rolls on.
    BeforeDayOfNextMonth(u16),
}

impl Span {
    /// Whether the number is one that a law could mean: at least 1, at most about a century, a day that months have.
    pub const fn is_sensible(self) -> bool {
        match self {
            Span::AtOnce => true,
            Span::Hours(n) => n >= 1 && n <= 8760,
            Span::WorkingDays(n) => n >= 1 && n <= 2500,
            Span::Days(n) => n >= 1 && n <= 36_500,
            Span::Months(n) => n >= 1 && n <= 1200,
            Span::Years(n) => n >= 1 && n <= 100,
            Span::BeforeDayOfNextMonth(n) => n >= 2 && n <= 28,
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, one, many) = match *self {
            Span::AtOnce => return f.write_str("at once"),
            Span::BeforeDayOfNextMonth(day) => return write!(f, "before day {day} of the next month"),
            Span::Hours(n) => (n, "hour", "hours"),
            Span::WorkingDays(n) => (n, "working day", "working days"),
            Span::Days(n) => (n, "day", "days"),
            Span::Months(n) => (n, "month", "months"),
            Span::Years(n) => (n, "year", "years"),
        };
        write!(f, "{number} {}", if number == 1 { one } else { many })
    }
}

/// One of the grounds, kinds or modes that a rule lists: a name, and the letter or number that the article gives it.
///
/// The letter may change from one regime to the next, so what is stored is the name.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ground {
    /// The letter (`a`, `đ`) or number (`3`) in the article; empty where the article gives none.
    pub letter: String,
    /// The name, in lower case with underscores: `no_means`.
    pub name: String,
}

impl Ground {
    /// A ground of that letter (empty for none) and name.
    pub fn new(letter: &str, name: &str) -> Ground {
        Ground { letter: letter.to_owned(), name: name.to_owned() }
    }

    /// Whether `code` is this ground's name or its letter.
    pub fn is(&self, code: &str) -> bool {
        self.name == code || (!self.letter.is_empty() && self.letter == code)
    }

    /// Whether name and letter are short, and the name is in lower case with underscores.
    pub fn is_well_formed(&self) -> bool {
        let name = self.name.as_str();
        (1..=64).contains(&name.len())
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
            && self.letter.chars().count() <= 3
            && self.letter.chars().all(char::is_alphanumeric)
    }
}

impl fmt::Display for Ground {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.letter.is_empty() {
            f.write_str(&self.name)
        } else {
            write!(f, "{} {}", self.letter, self.name)
        }
    }
}

/// A step of the enforcement fee: what is received above `over` costs `base`, and `rate` of the excess.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeeStep {
    /// The step holds for sums above this one.
    pub over: Amount,
    /// The fee on `over` itself.
    pub base: Amount,
    /// The share of what lies above `over`.
    pub rate: Ratio,
}

/// One line of the conditions under which a court may waive a budget obligation (Art. 61): for a remainder between
/// two amounts, how long ago the first order must be, what must have been paid, and how much may go.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExemptionBand {
    /// The least remainder; the bound itself belongs to the band.
    pub from: Amount,
    /// The remainder must be below this; `None` for no bound.
    pub below: Option<Amount>,
    /// Years since the first enforcement order.
    pub years: u16,
    /// The share of the obligation that must have been paid; `0/1` where nothing need be.
    pub paid: Ratio,
    /// The share of the remainder that may be waived each time; `1/1` for the whole.
    pub share: Ratio,
    /// The most that may be waived each time, whatever the share says.
    pub most: Option<Amount>,
}

/// A value of a parameter, from a day on.
///
/// In JSON an externally tagged enum: `{"span": {"working_days": 5}}`, `{"amount": 1390000}`, `"unset"`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Not known: a limit stops nobody, a figure or an amount that needs it is refused.
    Unset,
    /// The law has no such limit, act or ground.
    None,
    /// A length of time.
    Span(Span),
    /// An amount of money.
    Amount(Amount),
    /// An exact ratio.
    Ratio(Ratio),
    /// A number of times, verifications, reductions; a month.
    Count(u32),
    /// Yes or no.
    Flag(bool),
    /// One of a few words.
    Choice(String),
    /// A list of grounds, kinds, modes or columns.
    Grounds(Vec<Ground>),
    /// A list of numbers.
    Numbers(Vec<u32>),
    /// The steps of the fee, lowest first.
    FeeSteps(Vec<FeeStep>),
    /// The conditions of an exemption.
    ExemptionBands(Vec<ExemptionBand>),
}

impl Value {
    /// The form of the value; `None` for [`Value::Unset`] and [`Value::None`], which any parameter may have.
    pub const fn form(&self) -> Option<Form> {
        match self {
            Value::Unset | Value::None => None,
            Value::Span(_) => Some(Form::Span),
            Value::Amount(_) => Some(Form::Amount),
            Value::Ratio(_) => Some(Form::Ratio),
            Value::Count(_) => Some(Form::Count),
            Value::Flag(_) => Some(Form::Flag),
            Value::Choice(_) => Some(Form::Choice),
            Value::Grounds(_) => Some(Form::Grounds),
            Value::Numbers(_) => Some(Form::Numbers),
            Value::FeeSteps(_) => Some(Form::FeeSteps),
            Value::ExemptionBands(_) => Some(Form::ExemptionBands),
        }
    }
}

/// Which form of [`Value`] a parameter has.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Form {
    /// [`Value::Span`]
    Span,
    /// [`Value::Amount`]
    Amount,
    /// [`Value::Ratio`]
    Ratio,
    /// [`Value::Count`]
    Count,
    /// [`Value::Flag`]
    Flag,
    /// [`Value::Choice`]
    Choice,
    /// [`Value::Grounds`]
    Grounds,
    /// [`Value::Numbers`]
    Numbers,
    /// [`Value::FeeSteps`]
    FeeSteps,
    /// [`Value::ExemptionBands`]
    ExemptionBands,
}

impl Form {
    /// The tag of the form in JSON.
    pub const fn id(self) -> &'static str {
        match self {
            Form::Span => "span",
            Form::Amount => "amount",
            Form::Ratio => "ratio",
            Form::Count => "count",
            Form::Flag => "flag",
            Form::Choice => "choice",
            Form::Grounds => "grounds",
            Form::Numbers => "numbers",
            Form::FeeSteps => "fee_steps",
            Form::ExemptionBands => "exemption_bands",
        }
    }

    /// A value of this form, as JSON, for a refusal to show.
    pub const fn example(self) -> &'static str {
        match self {
            Form::Span => r#"{"span": {"working_days": 5}}"#,
            Form::Amount => r#"{"amount": 2530000}"#,
            Form::Ratio => r#"{"ratio": {"numerator": 1, "denominator": 10}}"#,
            Form::Count => r#"{"count": 2}"#,
            Form::Flag => r#"{"flag": true}"#,
            Form::Choice => r#"{"choice": "creditor"}"#,
            Form::Grounds => r#"{"grounds": [{"letter": "a", "name": "no_means"}]}"#,
            Form::Numbers => r#"{"numbers": [3, 6, 9, 12]}"#,
            Form::FeeSteps => {
                r#"{"fee_steps": [{"over": 0, "base": 0, "rate": {"numerator": 3, "denominator": 100}}]}"#
            }
            Form::ExemptionBands => {
                r#"{"exemption_bands": [{"from": 0, "below": 5000000, "years": 5, "paid": {"numerator": 0, "denominator": 1}, "share": {"numerator": 1, "denominator": 1}, "most": null}]}"#
            }
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}
