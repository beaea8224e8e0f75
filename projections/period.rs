//! Periods: `2019-H1`, `2019-Q3`, `2019-M09`, `2019`, or any `FROM..TO` with both days included.
//!
//! A named period is cumulative: it runs from 1 October of the year before to the end of its n-th half, quarter or
//! month of the statistical year (domain.md part 5).

use std::fmt;
use std::str::FromStr;

use thads_cases::date::Date;

/// A period of the statistics, both days included.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Period {
    from: Date,
    to: Date,
    name: String,
}

/// Why a text is not a period.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0:?} is not a period; write 2019-H1, 2019-Q3, 2019-M09, 2019, or 2018-10-01..2019-03-31")]
pub struct NotAPeriod(pub String);

impl Period {
    /// The period of those two days; `None` when the first is after the last.
    pub fn between(from: Date, to: Date) -> Option<Period> {
        (from <= to).then(|| Period { from, to, name: format!("{from}..{to}") })
    }

    /// The first `months` months of a statistical year, 1 to 12, under the shortest name.
    pub fn of_year(year: i32, months: u32) -> Option<Period> {
        let name = match months {
            12 => format!("{year}"),
            6 => format!("{year}-H1"),
            3 | 9 => format!("{year}-Q{}", months / 3),
            _ => format!("{year}-M{months:02}"),
        };
        Period::cumulative(year, months, name)
    }

    fn cumulative(year: i32, months: u32, name: String) -> Option<Period> {
        let months = i32::try_from(months).ok().filter(|months| (1..=12).contains(months))?;
        let from = Date::new(year.checked_sub(1)?, 10, 1)?;
        Some(Period { from, to: from.plus_months(months).previous(), name })
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

    /// The statistical year of its end, whose targets hold for it.
    pub fn year(&self) -> i32 {
        self.to.fiscal_year()
    }

    /// Months of the statistical year up to the month of its end, 1 to 12: how far the year has come.
    pub fn months(&self) -> u32 {
        (self.to.month() + 2) % 12 + 1
    }

    /// The same first day, another last day; `None` when that is earlier.
    pub fn until(&self, to: Date) -> Option<Period> {
        Period::between(self.from, to)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl FromStr for Period {
    type Err = NotAPeriod;

    fn from_str(text: &str) -> Result<Period, NotAPeriod> {
        let parsed = match text.split_once("..") {
            Some((from, to)) => match (from.parse(), to.parse()) {
                (Ok(from), Ok(to)) => Period::between(from, to),
                _ => None,
            },
            None => named(text),
        };
        parsed.ok_or_else(|| NotAPeriod(text.chars().take(40).collect()))
    }
}

fn named(text: &str) -> Option<Period> {
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
    Period::cumulative(i32::try_from(year).ok()?, months, text.to_owned())
}

fn number(text: &str, digits: usize) -> Option<u32> {
    (text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let period: Period = text.parse().unwrap();
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
            assert_eq!(text.parse::<Period>(), Err(NotAPeriod(text.to_owned())));
        }
    }

    #[test]
    fn the_year_has_come_so_many_months() {
        for (text, months) in [("2019-Q1", 3), ("2019-H1", 6), ("2019", 12), ("2018-10-01..2018-10-01", 1)] {
            assert_eq!(text.parse::<Period>().unwrap().months(), months, "{text}");
        }
        assert_eq!(Period::of_year(2019, 6).unwrap().name(), "2019-H1");
        assert_eq!(Period::of_year(2019, 13), None);
    }
}
