//! Periods: `2019-H1`, `2019-Q3`, `2019-M09`, `2019`, or any `FROM..TO` with both days included.
//!
//! A named period is cumulative: it runs from the first day of the statistical year to the end of its n-th half, quarter or
//! month (domain.md part 5). When that year begins is a rule of the law by date (`stat_year`): 1 October of the year before, by
//! what holds today.

use std::fmt;
use std::str::FromStr;

use thads_cases::date::Date;
use thads_cases::rules::{Parameter, Rules};

/// A period of the statistics, both days included.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Period {
    from: Date,
    to: Date,
    name: String,
}

/// A period as it is written; which days it has is for the rules to say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PeriodName {
    /// The first months of a statistical year, 1 to 12.
    OfYear {
        /// The year by which it is called.
        year: i32,
        /// How many months.
        months: u32,
        /// As it was written.
        name: String,
    },
    /// Its days themselves.
    Days(Period),
}

/// Why a text is not a period.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0:?} is not a period; write 2019-H1, 2019-Q3, 2019-M09, 2019, or 2018-10-01..2019-03-31")]
pub struct NotAPeriod(pub String);

/// Returns the first day of the statistical year that is called by a calendar year: by the rule in force on that year's first
/// of January. `None` where the rule is unset, or there is no such date.
pub fn first_day(rules: &Rules, year: i32) -> Option<Date> {
    let month = rules.count(Parameter::StatYear, Date::new(year, 1, 1)?).set()?;
    let begins = if month == 1 { year } else { year.checked_sub(1)? };
    Date::new(begins, month, 1)
}

/// Returns the statistical year that holds a day, by the calendar year that it is called by.
pub fn year_of(rules: &Rules, day: Date) -> Option<i32> {
    let year = day.year();
    let holds = |year: &i32| first_day(rules, *year).is_some_and(|first| first <= day);
    [year + 1, year, year - 1].into_iter().find(holds)
}

/// Returns how many months of its statistical year have come by a day, that of the day among them: 1 to 12.
pub fn months_of(rules: &Rules, day: Date) -> Option<u32> {
    let first = first_day(rules, year_of(rules, day)?)?;
    let months = |day: Date| u32::try_from(day.year()).ok().map(|year| year * 12 + day.month());
    Some((months(day)? - months(first)? + 1).min(12))
}

impl PeriodName {
    /// Returns its days by the rules; `None` where there are none: no such dates, or no rule for when the year begins.
    pub fn by(&self, rules: &Rules) -> Option<Period> {
        match self {
            PeriodName::Days(period) => Some(period.clone()),
            PeriodName::OfYear { year, months, name } => {
                let from = first_day(rules, *year)?;
                let months = i32::try_from(*months).ok()?;
                Some(Period { from, to: from.plus_months(months).previous(), name: name.clone() })
            }
        }
    }
}

impl Period {
    /// The period of those two days; `None` when the first is after the last.
    pub fn between(from: Date, to: Date) -> Option<Period> {
        (from <= to).then(|| Period { from, to, name: format!("{from}..{to}") })
    }

    /// The whole of a statistical year.
    pub fn of_year(rules: &Rules, year: i32) -> Option<Period> {
        PeriodName::OfYear { year, months: 12, name: year.to_string() }.by(rules)
    }

    /// The first day.
    pub fn from(&self) -> Date {
        self.from
    }

    /// The last day.
    pub fn to(&self) -> Date {
        self.to
    }

    /// The name under which it was asked for.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same first day, another last day; `None` when that is earlier.
    pub fn until(&self, to: Date) -> Option<Period> {
        Period::between(self.from, to)
    }
}

impl fmt::Display for PeriodName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PeriodName::OfYear { name, .. } => name,
            PeriodName::Days(period) => &period.name,
        })
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl FromStr for PeriodName {
    type Err = NotAPeriod;

    fn from_str(text: &str) -> Result<PeriodName, NotAPeriod> {
        let parsed = match text.split_once("..") {
            Some((from, to)) => match (from.parse(), to.parse()) {
                (Ok(from), Ok(to)) => Period::between(from, to).map(PeriodName::Days),
                _ => None,
            },
            None => named(text),
        };
        parsed.ok_or_else(|| NotAPeriod(text.chars().take(40).collect()))
    }
}

fn named(text: &str) -> Option<PeriodName> {
    let (year, part) = match text.split_once('-') {
        Some((year, part)) => (year, Some(part)),
        None => (text, None),
    };
    let year = number(year, 4)?;
    let months = match part {
        None => 12,
        Some(part) => {
            let (letter, digits) = part.split_at_checked(1)?;
            match letter {
                "H" => number(digits, 1)?.checked_mul(6)?,
                "Q" => number(digits, 1)?.checked_mul(3)?,
                "M" => number(digits, 2)?,
                _ => return None,
            }
        }
    };
    let year = i32::try_from(year).ok().filter(|year| *year > 0)?;
    (1..=12).contains(&months).then(|| PeriodName::OfYear { year, months, name: text.to_owned() })
}

fn number(text: &str, digits: usize) -> Option<u32> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(text: &str) -> Period {
        text.parse::<PeriodName>().unwrap().by(&Rules::built_in()).unwrap()
    }

    #[test]
    fn a_period_is_cumulative_from_1_october() {
        for (text, from, to) in [
            ("2019-H1", "2018-10-01", "2019-03-31"),
            ("2019-Q1", "2018-10-01", "2018-12-31"),
            ("2019-Q3", "2018-10-01", "2019-06-30"),
            ("2019-M05", "2018-10-01", "2019-02-28"),
            ("2019-M06", "2018-10-01", "2019-03-31"),
            ("2019-M12", "2018-10-01", "2019-09-30"),
            ("2019", "2018-10-01", "2019-09-30"),
            ("2018-11-05..2018-11-05", "2018-11-05", "2018-11-05"),
        ] {
            let period = period(text);
            assert_eq!(
                (period.from().to_string().as_str(), period.to().to_string().as_str()),
                (from, to),
                "{text}"
            );
            assert_eq!(period.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_period_is_refused() {
        for text in [
            "",
            "2019-",
            "2019-H3",
            "2019-H0",
            "2019-Q5",
            "2019-M13",
            "2019-M00",
            "2019-M9",
            "19",
            "2019-h1",
            "2019-X1",
            "2019-03-31..2018-10-01",
            "2019-03-31",
            "2019..2020",
            "2019-Hồ",
            "0000",
            "2018-10-01..2019-02-30",
        ] {
            assert_eq!(text.parse::<PeriodName>(), Err(NotAPeriod(text.to_owned())));
        }
    }

    #[test]
    fn the_year_has_come_so_many_months() {
        let rules = Rules::built_in();
        for (text, year, months) in [
            ("2019-Q1", 2019, 3),
            ("2019-H1", 2019, 6),
            ("2019", 2019, 12),
            ("2018-10-01..2018-10-01", 2019, 1),
            ("2018-10-01..2018-09-30", 0, 0),
        ] {
            let Ok(name) = text.parse::<PeriodName>() else { continue };
            let to = name.by(&rules).unwrap().to();
            assert_eq!((year_of(&rules, to), months_of(&rules, to)), (Some(year), Some(months)), "{text}");
        }
    }
}
