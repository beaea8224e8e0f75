//! A civil date in Vietnam (UTC+7, no daylight saving), as whole days.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A civil date: days since 1970-01-01, in Vietnamese local time (UTC+7).
///
/// Written `2019-03-31` in JSON and on the command line, as one integer in bytes. Years 1900 to 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Date(i32);

/// A day of the week.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Weekday {
    /// thứ hai
    Monday,
    /// thứ ba
    Tuesday,
    /// thứ tư
    Wednesday,
    /// thứ năm
    Thursday,
    /// thứ sáu
    Friday,
    /// thứ bảy
    Saturday,
    /// chủ nhật
    Sunday,
}

const DAYS_MIN: i32 = -25_567;
const DAYS_MAX: i32 = 2_932_896;

impl Date {
    /// The first date that can be written, 1900-01-01.
    pub const MIN: Date = Date(DAYS_MIN);
    /// The last date that can be written, 9999-12-31.
    pub const MAX: Date = Date(DAYS_MAX);

    /// The date that many days after 1970-01-01; `None` outside 1900 to 9999.
    pub const fn from_days(days: i32) -> Option<Date> {
        if days >= DAYS_MIN && days <= DAYS_MAX { Some(Date(days)) } else { None }
    }

    /// The Vietnamese date on which an instant falls, in µs since 1970-01-01 UTC; clamped to the dates there are.
    pub fn of_instant(micros: i64) -> Date {
        const DAY: i64 = 86_400_000_000;
        const OFFSET: i64 = 7 * 3_600_000_000;
        Date::nearest(micros.saturating_add(OFFSET).div_euclid(DAY))
    }

    /// The date that many days after 1970-01-01, or the first or last there is where it lies outside these.
    pub fn nearest(days: i64) -> Date {
        let end = if days < 0 { Date::MIN } else { Date::MAX };
        i32::try_from(days).ok().and_then(Date::from_days).unwrap_or(end)
    }

    /// The instant at which this date begins in Vietnam, in µs since 1970-01-01 UTC.
    pub fn begins_at(self) -> i64 {
        i64::from(self.0) * 86_400_000_000 - 7 * 3_600_000_000
    }

    /// The date of a calendar year, month and day; `None` where there is none.
    pub fn new(year: i32, month: u32, day: u32) -> Option<Date> {
        let civil = jiff::civil::Date::new(
            i16::try_from(year).ok()?,
            i8::try_from(month).ok()?,
            i8::try_from(day).ok()?,
        )
        .ok()?;
        Date::from_civil(civil)
    }

    fn from_civil(civil: jiff::civil::Date) -> Option<Date> {
        let days = civil.duration_since(jiff::civil::date(1970, 1, 1)).as_hours() / 24;
        Date::from_days(i32::try_from(days).ok()?)
    }

    fn civil(self) -> jiff::civil::Date {
        jiff::civil::date(1970, 1, 1).saturating_add(jiff::Span::new().days(self.0))
    }

    /// Days since 1970-01-01.
    pub const fn days(self) -> i32 {
        self.0
    }

    /// The calendar year.
    pub fn year(self) -> i32 {
        i32::from(self.civil().year())
    }

    /// The month, 1 to 12.
    pub fn month(self) -> u32 {
        u32::from(self.civil().month().unsigned_abs())
    }

    /// The day of the month, 1 to 31.
    pub fn day(self) -> u32 {
        u32::from(self.civil().day().unsigned_abs())
    }

    /// The day of the week.
    pub fn weekday(self) -> Weekday {
        match self.0.rem_euclid(7) {
            0 => Weekday::Thursday,
            1 => Weekday::Friday,
            2 => Weekday::Saturday,
            3 => Weekday::Sunday,
            4 => Weekday::Monday,
            5 => Weekday::Tuesday,
            _ => Weekday::Wednesday,
        }
    }

    /// The date that many days later (earlier when negative), clamped to the dates there are.
    pub fn plus_days(self, days: i32) -> Date {
        Date(self.0.saturating_add(days).clamp(DAYS_MIN, DAYS_MAX))
    }

    /// The same day that many months later; the month's last day where it is shorter.
    pub fn plus_months(self, months: i32) -> Date {
        let civil = self.civil().saturating_add(jiff::Span::new().months(months.clamp(-12_000, 12_000)));
        Date::from_civil(civil).unwrap_or(if months < 0 { Date::MIN } else { Date::MAX })
    }

    /// The day before.
    pub fn previous(self) -> Date {
        self.plus_days(-1)
    }

    /// The day after.
    pub fn next(self) -> Date {
        self.plus_days(1)
    }

    /// Days from `earlier` to this date; negative where `earlier` is the later one.
    pub const fn since(self, earlier: Date) -> i32 {
        self.0 - earlier.0
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let civil = self.civil();
        write!(f, "{:04}-{:02}-{:02}", civil.year(), civil.month(), civil.day())
    }
}

/// Why a text is not a date.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0:?} is not a date; write year-month-day, for instance 2019-03-31")]
pub struct NotADate(pub String);

impl FromStr for Date {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Date, NotADate> {
        let refuse = || NotADate(text.chars().take(40).collect());
        let well_formed = text.len() == 10
            && text.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !well_formed {
            return Err(refuse());
        }
        let civil: jiff::civil::Date = text.parse().map_err(|_| refuse())?;
        Date::from_civil(civil).ok_or_else(refuse)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            serializer.serialize_i32(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
        if deserializer.is_human_readable() {
            let text = String::deserialize(deserializer)?;
            text.parse().map_err(de::Error::custom)
        } else {
            let days = i32::deserialize(deserializer)?;
            Date::from_days(days)
                .ok_or_else(|| de::Error::custom(format_args!("{days} days is outside 1900 to 9999")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_read_back_as_written() {
        for text in ["1970-01-01", "2018-10-01", "2019-03-31", "2016-02-29", "1900-01-01", "9999-12-31"] {
            assert_eq!(text.parse::<Date>().unwrap().to_string(), text);
        }
        for text in ["2019-02-29", "2019-3-31", "31/03/2019", "", "2019-03-31T00", "1899-12-31", "+019-03-31"]
        {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_calendar_is_known() {
        let friday: Date = "2019-02-01".parse().unwrap();
        assert_eq!(friday.weekday(), Weekday::Friday);
        assert_eq!(friday.plus_months(1).to_string(), "2019-03-01");
        assert_eq!("2019-01-31".parse::<Date>().unwrap().plus_months(1).to_string(), "2019-02-28");
        assert_eq!(Date::of_instant(friday.begins_at()), friday);
        assert_eq!(Date::of_instant(friday.begins_at() - 1), friday.previous());
        assert_eq!((Date::of_instant(i64::MIN), Date::of_instant(i64::MAX)), (Date::MIN, Date::MAX));
    }
}
