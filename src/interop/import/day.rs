//! Dates as other programs write them, read by a stated pattern.

use std::str::FromStr;

use thads_cases::date::Date;

/// How dates are written in a file.
///
/// A pattern of `YYYY`, `MM` or `M`, `DD` or `D` and what stands between them; `M` and `D` take one digit or two. A
/// `*` at the end lets a time of day follow, with its zone or without (`10:00`, `T10:00:00.5Z`, ` 10:00:00+07`); where
/// it names a zone the date is that of the same instant in Vietnam. The word `spreadsheet` means days since 30 December
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
    TimeOfDay,
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
                ('*', 1) if rest == "*" => (Part::TimeOfDay, 1),
                ('*', _) => return Err(refuse()),
                (other, _) if other.is_ascii_digit() => return Err(refuse()),
                (other, _) => (Part::Exactly(other), other.len_utf8()),
            };
            match part {
                Part::Year => years += 1,
                Part::Month { .. } => months += 1,
                Part::Day { .. } => days += 1,
                Part::Exactly(_) | Part::TimeOfDay | Part::Spreadsheet => {}
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
        let mut shift = 0;
        for part in &self.parts {
            rest = match part {
                Part::Year => number(rest, 4, 4, &mut year)?,
                Part::Month { both } => number(rest, if *both { 2 } else { 1 }, 2, &mut month)?,
                Part::Day { both } => number(rest, if *both { 2 } else { 1 }, 2, &mut day)?,
                Part::Exactly(character) => rest.strip_prefix(*character)?,
                Part::TimeOfDay => {
                    shift = days_to_vietnam(rest)?;
                    ""
                }
                Part::Spreadsheet => return spreadsheet(rest),
            };
        }
        if !rest.is_empty() {
            return None;
        }
        let written = Date::new(i32::try_from(year).ok()?, month, day)?;
        Date::from_days(written.days() + shift)
    }
}

/// By how many days the date in Vietnam differs from the written one, at the time of day that follows it (ISO 8601, with
/// spaces allowed before the time and before the zone); 0 where no time or no zone is written. `None` where it is no time
/// of day.
fn days_to_vietnam(text: &str) -> Option<i32> {
    const VIETNAM: i32 = 7 * 60;
    if text.is_empty() {
        return Some(0);
    }
    let rest = text.strip_prefix(['T', 't', ' '])?.trim_start_matches(' ');
    let (mut hour, mut minute, mut second) = (0, 0, 0);
    let mut rest = number(rest, 2, 2, &mut hour)?.strip_prefix(':')?;
    rest = number(rest, 2, 2, &mut minute)?;
    if let Some(seconds) = rest.strip_prefix(':') {
        rest = number(seconds, 2, 2, &mut second)?;
        if let Some(fraction) = rest.strip_prefix(['.', ',']) {
            rest = fraction.trim_start_matches(|digit: char| digit.is_ascii_digit());
            if rest.len() == fraction.len() {
                return None;
            }
        }
    }
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let at = i32::try_from(hour * 60 + minute).ok()?;
    match offset(rest.trim_start_matches(' '))? {
        None => Some(0),
        Some(offset) => Some((at - offset + VIETNAM).div_euclid(24 * 60)),
    }
}

/// The minutes by which a zone is ahead of UTC: `Z`, `+07`, `+0700` or `+07:00`; nothing where none is written. `None`
/// where it is no zone.
fn offset(zone: &str) -> Option<Option<i32>> {
    let (ahead, zone) = match zone.chars().next() {
        None => return Some(None),
        Some('Z' | 'z') if zone.len() == 1 => return Some(Some(0)),
        Some('+') => (1, zone.strip_prefix('+')?),
        Some(minus @ ('-' | '−')) => (-1, zone.strip_prefix(minus)?),
        Some(_) => return None,
    };
    let (mut hours, mut minutes) = (0, 0);
    let rest = number(zone, 2, 2, &mut hours)?;
    let rest = if rest.is_empty() {
        rest
    } else {
        number(rest.strip_prefix(':').unwrap_or(rest), 2, 2, &mut minutes)?
    };
    // No zone is further from UTC than 14 hours.
    if !rest.is_empty() || minutes > 59 || hours * 60 + minutes > 14 * 60 {
        return None;
    }
    Some(Some(ahead * i32::try_from(hours * 60 + minutes).ok()?))
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
            ("YYYY-MM-DD*", "2019-03-31", Some("2019-03-31")),
            ("YYYY-MM-DD*", "2019-03-31 10:00:00+07", Some("2019-03-31")),
            ("YYYY-MM-DD*", "2019-03-31T23:59:60.999", Some("2019-03-31")),
            ("YYYY-MM-DD*", "2019-03-31 16:59Z", Some("2019-03-31")),
            ("YYYY-MM-DD*", "2019-03-31 17:00Z", Some("2019-04-01")),
            ("YYYY-MM-DD*", "2019-12-31T23:30:00-01:00", Some("2020-01-01")),
            ("YYYY-MM-DD*", "2019-03-31 00:30 +0900", Some("2019-03-30")),
            ("YYYY-MM-DD*", "2019-03-31 00:00:00,5 +07:00", Some("2019-03-31")),
            ("YYYY-MM-DD*", "9999-12-31 23:00Z", None),
            ("YYYY-MM-DD*", "2019-03-311", None),
            ("YYYY-MM-DD*", "2019-03-31 and later", None),
            ("YYYY-MM-DD*", "2019-03-31 24:00", None),
            ("YYYY-MM-DD*", "2019-03-31 10:60", None),
            ("YYYY-MM-DD*", "2019-03-31 10", None),
            ("YYYY-MM-DD*", "2019-03-31 10:00:", None),
            ("YYYY-MM-DD*", "2019-03-31 10:00:00.", None),
            ("YYYY-MM-DD*", "2019-03-31 10:00 CET", None),
            ("YYYY-MM-DD*", "2019-03-31 10:00+7", None),
            ("YYYY-MM-DD*", "2019-03-31 10:00+15:00", None),
            ("YYYY-MM-DD*", "2019-03-31 10:00+07:00 x", None),
            ("DD/MM/YYYY*", "04/03/2019 08:15", Some("2019-03-04")),
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
