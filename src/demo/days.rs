//! Days: the working days of the simulated years, and when in them things happen.

use thads_cases::calendar::Calendar;
use thads_cases::date::Date;

use super::rng::DemoRng;

/// A date that is written here and exists.
pub(super) fn date(year: i32, month: u32, day: u32) -> Date {
    Date::new(year, month, day).unwrap_or(Date::MIN)
}

/// The working days from the first entry to the last, in order.
pub(super) struct Days {
    working: Vec<Date>,
    /// For every day since the first: how many working days come before it.
    before: Vec<usize>,
    /// The simulated clock starts on this day.
    pub(super) first: Date,
    /// The day the report was published: nothing is recorded after it.
    pub(super) last: Date,
    /// The first day of the period.
    pub(super) from: Date,
    /// The last day of the period.
    pub(super) to: Date,
    /// The day from which the fee is known: nothing is paid over before.
    pub(super) pays: Date,
    /// Finishing days of the period, each as often as its weight.
    finishing: Vec<Date>,
}

impl Days {
    /// The days of the demo.
    pub(super) fn new(calendar: &Calendar) -> Days {
        let (first, last) = (date(2016, 1, 4), date(2019, 4, 12));
        let (mut working, mut before) = (Vec::new(), Vec::new());
        let mut day = first;
        while day <= last.plus_days(200) {
            before.push(working.len());
            if calendar.is_working_day(day) == Ok(true) {
                working.push(day);
            }
            day = day.next();
        }
        let (from, to) = (date(2018, 10, 1), date(2019, 3, 31));
        let mut days =
            Days { working, before, first, last, from, to, pays: date(2017, 1, 3), finishing: Vec::new() };
        days.finishing = days.weighted_finishing_days();
        days
    }

    /// Few cases are finished in the first month, fewest about Tết, most in the last days of a quarter.
    fn weighted_finishing_days(&self) -> Vec<Date> {
        let mut weighted = Vec::new();
        let mut day = self.on_or_after(self.from);
        while day <= self.to {
            let month_ends = day.plus_days(10).month() != day.month();
            let weight = match (day.month(), month_ends) {
                (10, false) => 4,
                (10, true) | (11, false) => 6,
                (12, false) | (1, false) => 9,
                (11, true) => 10,
                (12, true) => 14,
                (1, true) => 11,
                (2, false) => 4,
                (2, true) => 9,
                (_, false) => 9,
                (_, true) => 21,
            };
            weighted.extend(std::iter::repeat_n(day, weight));
            day = self.plus(day, 1);
        }
        weighted
    }

    fn working_before(&self, day: Date) -> usize {
        let at = usize::try_from(day.since(self.first)).unwrap_or(0);
        self.before[at.min(self.before.len() - 1)]
    }

    fn nth(&self, at: usize) -> Date {
        self.working[at.min(self.working.len() - 1)]
    }

    /// The day itself when it is worked, else the next working day.
    pub(super) fn on_or_after(&self, day: Date) -> Date {
        self.nth(self.working_before(day))
    }

    /// The day itself when it is worked, else the last working day before it.
    pub(super) fn on_or_before(&self, day: Date) -> Date {
        let after = self.on_or_after(day);
        if after == day { day } else { self.nth(self.working_before(day).saturating_sub(1)) }
    }

    /// How many working days come after one day up to another.
    pub(super) fn worked_between(&self, from: Date, to: Date) -> i32 {
        let count = self.working_before(to.next()).saturating_sub(self.working_before(from.next()));
        i32::try_from(count).unwrap_or(0)
    }

    /// That many working days later (earlier when negative).
    pub(super) fn plus(&self, day: Date, count: i32) -> Date {
        let at = self.working_before(day);
        let by = usize::try_from(count.unsigned_abs()).unwrap_or(0);
        self.nth(if count < 0 { at.saturating_sub(by) } else { at + by })
    }

    /// A working day from `low` to `high`, both included; `low` rolled on where there is none.
    pub(super) fn between(&self, low: Date, high: Date, rng: &mut DemoRng) -> Date {
        let (first, end) = (self.working_before(low), self.working_before(high.next()));
        self.nth(first + rng.index(end.saturating_sub(first).max(1)))
    }

    /// The day itself when it is worked, else a working day of the weeks about it.
    pub(super) fn near(&self, day: Date, rng: &mut DemoRng) -> Date {
        let after = self.on_or_after(day);
        if after == day { day } else { self.plus(after, rng.days(-5, 4)) }
    }

    /// A day more than a week later on which what was left lying is entered: often one of the month's last.
    pub(super) fn entered_late(&self, day: Date, rng: &mut DemoRng) -> Date {
        let first = day.plus_days(1 - i32::try_from(day.day()).unwrap_or(1));
        let month_ends = self.on_or_before(first.plus_months(1).previous());
        if month_ends.since(day) > 12 && rng.percent(60) {
            self.plus(month_ends, -rng.days(0, 4)).max(self.on_or_after(day.plus_days(8)))
        } else {
            self.plus(day, rng.days(6, 23))
        }
    }

    /// A day on which a case is finished in the period, not before `low`.
    pub(super) fn finishing(&self, low: Date, rng: &mut DemoRng) -> Date {
        let start = self.finishing.partition_point(|day| *day < low);
        let left = self.finishing.len() - start;
        if left == 0 { self.on_or_before(self.to) } else { self.finishing[start + rng.index(left)] }
    }
}
