//! The working calendar: which days are worked, and on which day a period of the law ends.
//!
//! A period in days starts the day after the event and, when its last day is a day off, ends on the next working day
//! (Civil Code 2015 Art. 147-148). A period in working days counts working days only. Days come from a table of
//! 2016 to 2027, extended day by day; beyond it nothing is guessed: the answer is an error that names the year.

mod table;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::date::{Date, Weekday};
use crate::rules::Span;

/// Why a day is not what its weekday says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// A public holiday, its substitute, or a day off by exchange.
    DayOff,
    /// A day of a weekend (or a day off) that is worked in exchange.
    WorkingException,
}

/// A year that the calendar does not hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the calendar holds no days off of {year}; record them with calendar_day_set")]
pub struct UnknownYear {
    /// The year that is missing.
    pub year: i32,
}

/// The days off and worked exceptions that are known.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Calendar {
    days: BTreeMap<Date, DayKind>,
}

/// Days off on Monday to Friday that make a year outside the table known: as many as the Labour Code gives
/// (2012 Art. 115: ten; 2019 Art. 112: eleven), every one of which is on a weekday, or substituted by one.
const fn weekdays_off_min(year: i32) -> usize {
    if year < 2021 { 10 } else { 11 }
}

impl Default for Calendar {
    fn default() -> Calendar {
        Calendar::built_in()
    }
}

impl Calendar {
    /// The calendar of 2016 to 2027, as announced.
    pub fn built_in() -> Calendar {
        let date = |(year, month, day): table::Day| Date::new(year, month, day);
        let mut days = BTreeMap::new();
        for &(first, last) in table::DAYS_OFF {
            let (Some(first), Some(last)) = (date(first), date(last)) else { continue };
            let mut day = first;
            while day <= last {
                days.insert(day, DayKind::DayOff);
                day = day.next();
            }
        }
        days.extend(
            table::WORKING_EXCEPTIONS.iter().filter_map(|&day| Some((date(day)?, DayKind::WorkingException))),
        );
        Calendar { days }
    }

    /// The calendar in which that day, too, is known (`calendar_day_set`); a later word on a day replaces an earlier.
    #[must_use]
    pub fn with_day(mut self, date: Date, kind: DayKind) -> Calendar {
        self.set_day(date, kind);
        self
    }

    /// Enters a day (`calendar_day_set`); a later word on a day replaces an earlier.
    pub fn set_day(&mut self, date: Date, kind: DayKind) {
        self.days.insert(date, kind);
    }

    /// Whether the days off of a year are known: a year of the table, or one of which at least as many weekdays are
    /// set off as the Labour Code gives holidays.
    pub fn knows(&self, year: i32) -> bool {
        if table::YEARS.contains(&year) {
            return true;
        }
        let (Some(first), Some(last)) = (Date::new(year, 1, 1), Date::new(year, 12, 31)) else {
            return false;
        };
        let weekdays_off = self
            .days
            .range(first..=last)
            .filter(|&(&day, &kind)| kind == DayKind::DayOff && !is_weekend(day));
        weekdays_off.count() >= weekdays_off_min(year)
    }

    /// What a day is besides its weekday, when anything was said of it.
    pub fn day(&self, date: Date) -> Option<DayKind> {
        self.days.get(&date).copied()
    }

    /// Whether a day is worked.
    ///
    /// # Errors
    /// The days off of its year are not known.
    pub fn is_working_day(&self, date: Date) -> Result<bool, UnknownYear> {
        let year = date.year();
        if !self.knows(year) {
            return Err(UnknownYear { year });
        }
        Ok(match self.day(date) {
            Some(DayKind::DayOff) => false,
            Some(DayKind::WorkingException) => true,
            None => !is_weekend(date),
        })
    }

    /// The day itself when it is worked, else the next working day.
    ///
    /// # Errors
    /// The days off of a year on the way are not known.
    pub fn roll(&self, date: Date) -> Result<Date, UnknownYear> {
        let mut day = date;
        while !self.is_working_day(day)? {
            day = self.step(day, 1)?;
        }
        Ok(day)
    }

    /// The n-th working day after a day, which itself does not count; the day itself for none.
    ///
    /// # Errors
    /// The days off of a year on the way are not known.
    pub fn add_working_days(&self, from: Date, count: u16) -> Result<Date, UnknownYear> {
        self.walk_working_days(from, count, 1)
    }

    /// The n-th working day before a day, which itself does not count: by when a notice must be out that the law
    /// wants that many working days ahead; the day itself for none.
    ///
    /// # Errors
    /// The days off of a year on the way are not known.
    pub fn subtract_working_days(&self, before: Date, count: u16) -> Result<Date, UnknownYear> {
        self.walk_working_days(before, count, -1)
    }

    /// How many working days lie after `from`, up to and including `to`; 0 when `to` is not later.
    ///
    /// # Errors
    /// The days off of a year on the way are not known.
    pub fn working_days_between(&self, from: Date, to: Date) -> Result<u32, UnknownYear> {
        let mut count = 0;
        let mut day = from;
        while day < to {
            day = day.next();
            count += u32::from(self.is_working_day(day)?);
        }
        Ok(count)
    }

    /// The last day of a period that an event on `from` starts. Hours and "at once" run through days off; a period
    /// in months or years ends on the day of the same number.
    ///
    /// # Errors
    /// The days off of a year on the way are not known.
    pub fn due(&self, from: Date, span: Span) -> Result<Date, UnknownYear> {
        match span {
            Span::AtOnce => Ok(from),
            Span::Hours(hours) => Ok(from.plus_days(i32::from(hours.div_ceil(24)))),
            Span::WorkingDays(count) => self.add_working_days(from, count),
            Span::Days(count) => self.roll(from.plus_days(i32::from(count))),
            Span::Months(count) => self.roll(from.plus_months(i32::from(count))),
            Span::Years(count) => self.roll(from.plus_months(i32::from(count) * 12)),
            Span::BeforeDayOfNextMonth(day) => {
                let next = from.plus_months(1);
                let first = next.plus_days(1 - i32::try_from(next.day()).unwrap_or(1));
                self.roll(first.plus_days(i32::from(day) - 2))
            }
        }
    }

    /// Whether on a day a period that an event on `from` started is over, its last day included. Of long periods the
    /// answer does not hang on the days off of a year that is not known, unless the end is near: no run of days off
    /// lasts a month.
    ///
    /// # Errors
    /// The end is near, and the days off of its year are not known.
    pub fn is_over(&self, from: Date, span: Span, on: Date) -> Result<bool, UnknownYear> {
        let unknown = match self.due(from, span) {
            Ok(end) => return Ok(on > end),
            Err(unknown) => unknown,
        };
        let end = match span {
            Span::Days(count) => from.plus_days(i32::from(count)),
            Span::Months(count) => from.plus_months(i32::from(count)),
            Span::Years(count) => from.plus_months(i32::from(count) * 12),
            Span::AtOnce | Span::Hours(_) | Span::WorkingDays(_) | Span::BeforeDayOfNextMonth(_) => {
                return Err(unknown);
            }
        };
        if on <= end {
            Ok(false)
        } else if on > end.plus_days(31) {
            Ok(true)
        } else {
            Err(unknown)
        }
    }

    /// One day on or back, or the year that would be needed where dates end.
    fn step(&self, day: Date, by: i32) -> Result<Date, UnknownYear> {
        let stepped = day.plus_days(by);
        if stepped == day { Err(UnknownYear { year: day.year() + by }) } else { Ok(stepped) }
    }

    fn walk_working_days(&self, from: Date, count: u16, by: i32) -> Result<Date, UnknownYear> {
        let mut day = from;
        for _ in 0..count {
            day = self.step(day, by)?;
            while !self.is_working_day(day)? {
                day = self.step(day, by)?;
            }
        }
        Ok(day)
    }
}

fn is_weekend(date: Date) -> bool {
    matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday)
}

#[cfg(test)]
mod tests;
