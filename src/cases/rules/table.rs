//! The form in which a regime's file writes its values: constant rows, in the order of the law.

use super::parameter::{Certainty, Parameter};
use super::value::{ExemptionBand, FeeStep, Ground, Span, Value};
use crate::date::Date;
use crate::money::{Amount, Ratio};

/// A value as a constant; [`Value`] is what it becomes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fixed {
    Unset,
    None,
    Span(Span),
    Amount(Amount),
    Ratio(Ratio),
    Count(u32),
    Flag(bool),
    Choice(&'static str),
    /// Letter and name of each.
    Grounds(&'static [(&'static str, &'static str)]),
    Numbers(&'static [u32]),
    FeeSteps(&'static [FeeStep]),
    ExemptionBands(&'static [ExemptionBand]),
}

impl From<Fixed> for Value {
    fn from(fixed: Fixed) -> Value {
        match fixed {
            Fixed::Unset => Value::Unset,
            Fixed::None => Value::None,
            Fixed::Span(span) => Value::Span(span),
            Fixed::Amount(amount) => Value::Amount(amount),
            Fixed::Ratio(ratio) => Value::Ratio(ratio),
            Fixed::Count(count) => Value::Count(count),
            Fixed::Flag(flag) => Value::Flag(flag),
            Fixed::Choice(word) => Value::Choice(word.to_owned()),
            Fixed::Grounds(list) => {
                Value::Grounds(list.iter().map(|&(letter, name)| Ground::new(letter, name)).collect())
            }
            Fixed::Numbers(list) => Value::Numbers(list.to_vec()),
            Fixed::FeeSteps(steps) => Value::FeeSteps(steps.to_vec()),
            Fixed::ExemptionBands(bands) => Value::ExemptionBands(bands.to_vec()),
        }
    }
}

/// One value from one day on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) parameter: Parameter,
    /// `None`: the first day of the file.
    pub(super) from: Option<Date>,
    /// `None`: the value as before, only its certainty changes.
    pub(super) value: Option<Fixed>,
    /// `None`: as the registry says.
    pub(super) certainty: Option<Certainty>,
}

/// A value from the first day of the file.
pub(super) const fn row(parameter: Parameter, value: Fixed) -> Row {
    Row { parameter, from: None, value: Some(value), certainty: None }
}

/// The value as before, known as the registry says from here on.
pub(super) const fn as_before(parameter: Parameter) -> Row {
    Row { parameter, from: None, value: None, certainty: None }
}

/// No longer known.
pub(super) const fn unset(parameter: Parameter) -> Row {
    row(parameter, Fixed::Unset)
}

/// No such limit, act or ground.
pub(super) const fn none(parameter: Parameter) -> Row {
    row(parameter, Fixed::None)
}

impl Row {
    /// The same from another day on.
    pub(super) const fn at(self, year: i32, month: u32, day: u32) -> Row {
        Row { from: Some(date(year, month, day)), ..self }
    }

    /// The same, likely.
    pub(super) const fn likely(self) -> Row {
        Row { certainty: Some(Certainty::Medium), ..self }
    }

    /// The same, unsure.
    pub(super) const fn unsure(self) -> Row {
        Row { certainty: Some(Certainty::Low), ..self }
    }
}

pub(super) const AT_ONCE: Fixed = Fixed::Span(Span::AtOnce);

/// A list of grounds with the letters (or numbers) of the article: `grounds!["a" => "no_means"]`.
macro_rules! grounds {
    ($($letter:literal => $name:literal),* $(,)?) => {
        Fixed::Grounds(const { &[$(($letter, $name)),*] })
    };
}

/// A list of grounds, kinds or modes to which no letter belongs.
macro_rules! words {
    ($($name:literal),* $(,)?) => { grounds![$("" => $name),*] };
}

pub(super) use {grounds, words};

pub(super) const fn hours(count: u16) -> Fixed {
    Fixed::Span(Span::Hours(count))
}

pub(super) const fn working_days(count: u16) -> Fixed {
    Fixed::Span(Span::WorkingDays(count))
}

pub(super) const fn days(count: u16) -> Fixed {
    Fixed::Span(Span::Days(count))
}

pub(super) const fn months(count: u16) -> Fixed {
    Fixed::Span(Span::Months(count))
}

pub(super) const fn years(count: u16) -> Fixed {
    Fixed::Span(Span::Years(count))
}

pub(super) const fn before_day(day: u16) -> Fixed {
    Fixed::Span(Span::BeforeDayOfNextMonth(day))
}

pub(super) const fn amount(amount: i64) -> Fixed {
    Fixed::Amount(dong(amount))
}

pub(super) const fn ratio(numerator: i64, denominator: i64) -> Fixed {
    Fixed::Ratio(exact(numerator, denominator))
}

pub(super) const fn count(number: u32) -> Fixed {
    Fixed::Count(number)
}

pub(super) const fn flag(yes: bool) -> Fixed {
    Fixed::Flag(yes)
}

pub(super) const fn choice(word: &'static str) -> Fixed {
    Fixed::Choice(word)
}

pub(super) const fn numbers(list: &'static [u32]) -> Fixed {
    Fixed::Numbers(list)
}

pub(super) const fn fee_steps(list: &'static [FeeStep]) -> Fixed {
    Fixed::FeeSteps(list)
}

pub(super) const fn bands(list: &'static [ExemptionBand]) -> Fixed {
    Fixed::ExemptionBands(list)
}

/// A line of the conditions of an exemption: remainder from and below, years since the first order, share paid, share
/// and most that may be waived.
pub(super) const fn band(
    from: i64,
    below: Option<i64>,
    years: u16,
    paid: Ratio,
    share: Ratio,
    most: Option<i64>,
) -> ExemptionBand {
    let below = match below {
        Some(below) => Some(dong(below)),
        None => None,
    };
    let most = match most {
        Some(most) => Some(dong(most)),
        None => None,
    };
    ExemptionBand { from: dong(from), below, years, paid, share, most }
}

pub(super) const fn dong(amount: i64) -> Amount {
    match Amount::new(amount) {
        Some(amount) => amount,
        None => panic!("a table's amount is negative"),
    }
}

pub(super) const fn exact(numerator: i64, denominator: i64) -> Ratio {
    match Ratio::new(numerator, denominator) {
        Some(ratio) => ratio,
        None => panic!("a table's ratio has no positive denominator"),
    }
}

/// A date of the proleptic Gregorian calendar, at compile time; a wrong one stops the build.
pub(super) const fn date(year: i32, month: u32, day: u32) -> Date {
    const DAYS_BEFORE: [i32; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    assert!(year >= 1970 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= 31);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    // Counted up, since constants know no conversion from u32 to an index.
    let mut days = 365 * (year - 1970) + (year - 1969) / 4 - (year - 1901) / 100 + (year - 1601) / 400;
    let mut at = 0;
    let mut number = 1;
    while number < month {
        at += 1;
        number += 1;
    }
    days += DAYS_BEFORE[at];
    if leap && month > 2 {
        days += 1;
    }
    number = 1;
    while number < day {
        days += 1;
        number += 1;
    }
    match Date::from_days(days) {
        Some(date) => date,
        None => panic!("a table's date cannot be written"),
    }
}
