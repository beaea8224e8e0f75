//! Dates as other programs write them, read by a stated pattern.

use std::str::FromStr;

use thads_cases::date::Date;

/// How dates are written in a file.
///
/// A pattern of `YYYY`, `MM` or `M`, `DD` or `D` and what stands between them; `M` and `D` take one digit or two. A
/// `*` at the end lets anything follow, such as a time of day. The word `spreadsheet` means days since 30 December
/// 1899, which is what a spreadsheet's cell holds. Years of two digits have no pattern: their century is a guess.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DayPattern {
    text: String,
    parts: Vec<Part>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Part {
    Year,
    Month { both: bool },
    Day { both: bool },
    Exactly(char),
    Anything,
    Spreadsheet,
}

/// Why a text is no pattern of dates.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "{0:?} is no pattern of dates; write YYYY, MM or M, and DD or D once each, for instance \"DD/MM/YYYY\", or \"spreadsheet\""
)]
pub struct NoPattern(String);

impl FromStr for DayPattern {
    type Err = NoPattern;

    fn from_str(text: &str) -> Result<DayPattern, NoPattern> {
        if text == "spreadsheet" {
            return Ok(DayPattern { text: text.to_owned(), parts: vec![Part::Spreadsheet] });
        }
        let refuse = || NoPattern(text.to_owned());
        let (mut parts, mut rest) = (Vec::new(), text);
        let (mut years, mut months, mut days) = (0, 0, 0);
        while let Some(first) = rest.chars().next() {
            let run = rest.len() - rest.trim_start_matches(first).len();
            let (part, taken) = match (first, run) {
                ('Y', 4) => (Part::Year, 4),
                ('M', 1 | 2) => (Part::Month { both: run == 2 }, run),
                ('D', 1 | 2) => (Part::Day { both: run == 2 }, run),
                ('Y' | 'M' | 'D', _) => return Err(refuse()),
                ('*', 1) if rest == "*" => (Part::Anything, 1),
                ('*', _) => return Err(refuse()),
                (other, _) if other.is_ascii_digit() => return Err(refuse()),
                (other, _) => (Part::Exactly(other), other.len_utf8()),
            };
            match part {
                Part::Year => years += 1,
                Part::Month { .. } => months += 1,
                Part::Day { .. } => days += 1,
                Part::Exactly(_) | Part::Anything | Part::Spreadsheet => {}
            }
            parts.push(part);
            rest = rest.get(taken..).ok_or_else(refuse)?;
        }
        let ambiguous = parts.windows(2).any(|pair| {
            let short = |part: Part| matches!(part, Part::Month { both: false } | Part::Day { both: false });
            let number = |part: Part| matches!(part, Part::Year | Part::Month { .. } | Part::Day { .. });
            short(pair[0]) && number(pair[1])
        });
        if (years, months, days) != (1, 1, 1) || ambiguous {
            return Err(refuse());
        }
        Ok(DayPattern { text: text.to_owned(), parts })
    }
}

impl DayPattern {
    /// The pattern as the mapping has it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Reads a date; `None` where the text does not fit the pattern or there is no such day.
    pub fn read(&self, text: &str) -> Option<Date> {
        let (mut year, mut month, mut day, mut rest) = (0, 0, 0, text);
        for part in &self.parts {
            rest = match part {
                Part::Year => number(rest, 4, 4, &mut year)?,
                Part::Month { both } => number(rest, if *both { 2 } else { 1 }, 2, &mut month)?,
                Part::Day { both } => number(rest, if *both { 2 } else { 1 }, 2, &mut day)?,
                Part::Exactly(character) => rest.strip_prefix(*character)?,
                Part::Anything => "",
                Part::Spreadsheet => return spreadsheet(rest),
            };
        }
        if !rest.is_empty() {
            return None;
        }
        format!("{year:04}-{month:02}-{day:02}").parse().ok()
    }
}

/// Takes a number of `least` to `most` digits off the text.
fn number<'a>(text: &'a str, least: usize, most: usize, value: &mut u32) -> Option<&'a str> {
    let digits = text.bytes().take(most).take_while(u8::is_ascii_digit).count();
    if digits < least {
        return None;
    }
    let (own, rest) = text.split_at_checked(digits)?;
    *value = own.parse().ok()?;
    Some(rest)
}

/// Day 61 is 1 March 1900; before it spreadsheets disagree, since one of them knows a 29 February 1900.
fn spreadsheet(text: &str) -> Option<Date> {
    const DAYS_TO_1970: i32 = 25_569;
    let plain = (1..=7).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    let day: i32 = if plain { text.parse().ok()? } else { return None };
    if day < 61 { None } else { Date::from_days(day - DAYS_TO_1970) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_read_by_its_pattern_alone() {
        for (pattern, text, wanted) in [
            ("YYYY-MM-DD", "2019-03-31", Some("2019-03-31")),
            ("YYYY-MM-DD", "2019-02-29", None),
            ("YYYY-MM-DD", "2019-3-31", None),
            ("YYYY-MM-DD", "2019-03-31 10:00", None),
            ("YYYY-MM-DD*", "2019-03-31 10:00:00+07", Some("2019-03-31")),
            ("YYYY-MM-DD", "19-03-31", None),
            ("YYYY-MM-DD", "", None),
            ("DD/MM/YYYY", "04/03/2019", Some("2019-03-04")),
            ("MM/DD/YYYY", "04/03/2019", Some("2019-04-03")),
            ("DD/MM/YYYY", "31/13/2019", None),
            ("D/M/YYYY", "4/3/2019", Some("2019-03-04")),
            ("D/M/YYYY", "14/12/2019", Some("2019-12-14")),
            ("YYYYMMDD", "20190304", Some("2019-03-04")),
            ("D.M.YYYY r.", "4.3.2019 r.", Some("2019-03-04")),
            ("spreadsheet", "43555", Some("2019-03-31")),
            ("spreadsheet", "61", Some("1900-03-01")),
            ("spreadsheet", "60", None),
            ("spreadsheet", "43555.5", None),
            ("spreadsheet", "9999999", None),
        ] {
            let read = pattern.parse::<DayPattern>().unwrap().read(text).map(|day| day.to_string());
            assert_eq!(read.as_deref(), wanted, "{text:?} by {pattern:?}");
        }
    }

    #[test]
    fn a_pattern_names_each_part_once() {
        for text in [
            "",
            "DD/MM/YY",
            "DD/MM",
            "YYYY-MM-DD DD",
            "YYYY-MMM-DD",
            "YYYYMD",
            "*YYYY-MM-DD",
            "%Y-%m-%d",
            "YYYY-1-DD",
        ] {
            assert!(text.parse::<DayPattern>().is_err(), "{text:?}");
        }
    }
}
