//! The days on which records were recorded, as corrections of the clock leave them.
//!
//! A record keeps the time that the clock showed. Where the clock was wrong, a `clock_corrected` says from which position
//! on, and what day it truly was there: from there on the true time is the recorded one less whole days.

use crate::record::{Micros, Position};

/// Kind code of `clock_corrected`.
pub const CLOCK_CORRECTED: u16 = 2;

/// A day in microseconds.
pub const DAY: i64 = 86_400_000_000;

/// Local time (UTC+7) before universal time, in microseconds.
const LOCAL: i64 = 7 * 3_600_000_000;

/// Returns the local day (UTC+7) of an instant, in days since 1970-01-01.
pub fn day_of(at: Micros) -> i32 {
    let days = at.get().saturating_add(LOCAL).div_euclid(DAY);
    i32::try_from(days).unwrap_or(if days < 0 { i32::MIN } else { i32::MAX })
}

/// What a `clock_corrected` says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Correction {
    /// The first record whose time was wrong.
    pub from: Position,
    /// The day on which that was truly recorded, in days since 1970-01-01.
    pub day: i32,
}

/// A correction that holds from a position on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Offset {
    from: Position,
    /// Days by which the recorded time is ahead of the true one.
    days: i32,
}

/// The days of a log's records. Equal for equal records.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Days {
    /// The first position of each day, as recorded.
    recorded: Vec<(i32, Position)>,
    /// Every correction, under the position that it was recorded at.
    corrected: Vec<(Position, Offset)>,
    /// Those that stand, in the order of their positions, one for each: the last that was said of it.
    standing: Vec<Offset>,
    /// The first position of each true day.
    truly: Vec<(i32, Position)>,
}

impl Days {
    /// Returns the days without corrections of which `recorded` are the first positions, in order.
    pub fn of(recorded: Vec<(i32, Position)>) -> Days {
        Days { truly: recorded.clone(), recorded, ..Days::default() }
    }

    /// Returns the first position of each day, as recorded.
    pub fn recorded(&self) -> &[(i32, Position)] {
        &self.recorded
    }

    /// Returns the first position of each true day.
    pub fn truly(&self) -> &[(i32, Position)] {
        &self.truly
    }

    /// Takes in the next record, and what it says of the clock.
    pub fn enter(&mut self, position: Position, recorded_at: Micros, correction: Option<Correction>) {
        let day = day_of(recorded_at);
        begin(&mut self.recorded, day, position);
        if let Some(correction) = correction {
            self.correct(position, correction);
        }
        let truly = day.saturating_sub(self.offset());
        begin(&mut self.truly, truly, position);
    }

    /// Takes in what the record at `position` says of the clock. Where that names no record before it, it says nothing.
    pub fn correct(&mut self, position: Position, correction: Correction) {
        let Some(offset) = self.said(position, correction) else { return };
        self.corrected.push((position, offset));
        let place = self.standing.partition_point(|one| one.from < offset.from);
        match self.standing.get_mut(place).filter(|one| one.from == offset.from) {
            Some(one) => *one = offset,
            None => self.standing.insert(place, offset),
        }
        self.truly.clear();
        let begins = self.standing.iter().map(|one| one.from);
        let mut begins: Vec<Position> = begins.chain(self.recorded.iter().map(|(_, first)| *first)).collect();
        begins.sort_unstable();
        for position in begins {
            let day = self.recorded_on(position).unwrap_or_default();
            let day = day.saturating_sub(self.offset_at(position));
            begin(&mut self.truly, day, position);
        }
    }

    fn said(&self, position: Position, Correction { from, day }: Correction) -> Option<Offset> {
        let recorded = self.recorded_on(from).filter(|_| from < position)?;
        Some(Offset { from, days: recorded.saturating_sub(day) })
    }

    /// Returns what [`Days::offset`] will be after a record at `position` that says this of the clock.
    pub fn offset_with(&self, position: Position, correction: Option<Correction>) -> i32 {
        let said = correction.and_then(|correction| self.said(position, correction));
        last_of(self.standing.iter().chain(&said))
    }

    /// Returns by how many days the clock is ahead of the true time now, by the correction of the last record of which there is
    /// one.
    pub fn offset(&self) -> i32 {
        last_of(&self.standing)
    }

    /// Returns the first record behind `position` of which a correction stands, and its true day.
    pub fn corrected_behind(&self, position: Position) -> Option<(Position, i32)> {
        let next = self.standing.partition_point(|one| one.from <= position);
        let from = self.standing.get(next)?.from;
        Some((from, self.recorded_on(from)?.saturating_sub(self.offset_at(from))))
    }

    /// Returns by how many days the time of the record at `position` is ahead of the true one, by all that is known.
    pub fn offset_at(&self, position: Position) -> i32 {
        let after = self.standing.partition_point(|one| one.from <= position);
        after.checked_sub(1).and_then(|last| self.standing.get(last)).map_or(0, |one| one.days)
    }

    /// Returns the same by what was known when that record was recorded, itself included: what it was decided by.
    pub fn offset_then(&self, position: Position) -> i32 {
        let known = self.corrected.iter().take_while(|(at, _)| *at <= position);
        last_of(known.map(|(_, offset)| offset))
    }

    /// Returns the day that stands in the record at a position; `None` before the first.
    pub fn recorded_on(&self, position: Position) -> Option<i32> {
        day_at(&self.recorded, position)
    }

    /// Returns the day on which the record at a position was truly recorded; `None` before the first.
    pub fn truly_on(&self, position: Position) -> Option<i32> {
        day_at(&self.truly, position)
    }

    /// Returns the first position that was truly recorded after a day; `None` where none was.
    pub fn first_after(&self, day: i32) -> Option<Position> {
        let after = self.truly.partition_point(|(known, _)| *known <= day);
        self.truly.get(after).map(|(_, first)| *first)
    }
}

/// Returns the days of the offset that begins last; of those that begin together, of the one that was said last.
fn last_of<'o>(offsets: impl IntoIterator<Item = &'o Offset>) -> i32 {
    offsets.into_iter().max_by_key(|offset| offset.from).map_or(0, |offset| offset.days)
}

/// Notes the day of a position; days never go back.
fn begin(days: &mut Vec<(i32, Position)>, day: i32, position: Position) {
    if days.last().is_none_or(|(last, _)| *last < day) {
        days.push((day, position));
    }
}

fn day_at(days: &[(i32, Position)], position: Position) -> Option<i32> {
    let after = days.partition_point(|(_, first)| *first <= position);
    after.checked_sub(1).and_then(|last| days.get(last)).map(|(day, _)| *day)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Days of records at positions 0, 1, 2, … by their recorded days.
    fn days(recorded: &[i32]) -> Days {
        let mut days = Days::default();
        for (position, day) in (0..).zip(recorded) {
            days.enter(Position::new(position), at(*day), None);
        }
        days
    }

    /// Noon of a day.
    fn at(day: i32) -> Micros {
        Micros::new(i64::from(day) * DAY + DAY / 2 - LOCAL)
    }

    fn correct(days: &mut Days, position: u64, recorded: i32, from: u64, day: i32) {
        let correction = Correction { from: Position::new(from), day };
        days.enter(Position::new(position), at(recorded), Some(correction));
    }

    /// How many records are known by the end of each day from `first` on.
    fn known(days: &Days, first: i32, size: u64) -> Vec<u64> {
        (first..first + 8).map(|day| days.first_after(day).map_or(size, Position::get)).collect()
    }

    #[test]
    fn without_corrections_days_are_those_recorded() {
        let days = days(&[10, 10, 11, 14]);
        assert_eq!(known(&days, 9, 4), [0, 2, 3, 3, 3, 4, 4, 4]);
        assert_eq!(days.offset(), 0);
    }

    /// A clock that jumped by 3,650 days at position 2: before the correction all of it is known only then, after it on the
    /// true days; what comes later goes on by the same offset.
    #[test]
    fn a_wrong_clock_spoils_no_later_day() {
        let mut days = days(&[10, 10, 3661, 3662]);
        assert_eq!(known(&days, 9, 4), [0, 2, 2, 2, 2, 2, 2, 2]);
        correct(&mut days, 4, 3663, 2, 11);
        assert_eq!((days.offset(), days.truly_on(Position::new(4))), (3650, Some(13)));
        assert_eq!(known(&days, 9, 5), [0, 2, 3, 4, 5, 5, 5, 5]);
        days.enter(Position::new(5), at(3665), None);
        assert_eq!(known(&days, 9, 6), [0, 2, 3, 4, 5, 5, 6, 6]);
        assert_eq!(days.recorded_on(Position::new(2)), Some(3661), "what is recorded stays");
        // What was decided before the correction was decided by the clock as it was.
        let then = [3, 4, 5].map(|position| days.offset_then(Position::new(position)));
        assert_eq!(then, [0, 3650, 3650]);
    }

    #[test]
    fn each_correction_holds_until_the_record_of_the_next() {
        let mut days = days(&[10, 20, 30, 40]);
        correct(&mut days, 4, 41, 3, 33);
        assert_eq!(days.truly(), [(10, 0), (20, 1), (30, 2), (33, 3), (34, 4)].map(at_position));
        assert_eq!(days.corrected_behind(Position::new(2)), Some((Position::new(3), 33)));
        correct(&mut days, 5, 42, 2, 21);
        assert_eq!(days.truly(), [(10, 0), (20, 1), (21, 2), (33, 3), (34, 4), (35, 5)].map(at_position));
        // Of the same record the last word counts.
        correct(&mut days, 6, 43, 3, 31);
        assert_eq!(
            days.truly(),
            [(10, 0), (20, 1), (21, 2), (31, 3), (32, 4), (33, 5), (34, 6)].map(at_position)
        );
        let then = [3, 4, 5, 6].map(|position| days.offset_then(Position::new(position)));
        assert_eq!(then, [0, 7, 7, 9]);
    }

    /// A clock that went wrong in two steps, by 10 and by 20 days, all on day 10: the last record is corrected first, whatever
    /// still stands before it, and then that.
    #[test]
    fn a_clock_that_went_wrong_in_steps_is_corrected_step_by_step() {
        let mut days = days(&[10, 20, 30]);
        correct(&mut days, 3, 30, 2, 10);
        assert_eq!((days.offset(), days.truly_on(Position::new(2))), (20, Some(20)));
        correct(&mut days, 4, 30, 1, 10);
        assert_eq!((days.offset(), days.truly()), (20, [(10, 0)].map(at_position).as_slice()));
    }

    fn at_position((day, position): (i32, u64)) -> (i32, Position) {
        (day, Position::new(position))
    }

    /// No correction makes a day go back, whatever it says, and one that names no earlier record says nothing.
    #[test]
    fn days_never_go_back() {
        let mut days = days(&[10, 20, 30]);
        correct(&mut days, 3, 31, 2, 5);
        assert!(days.truly().is_sorted());
        assert_eq!(days.truly_on(Position::new(3)), Some(20));
        for from in [4, 9] {
            let before = days.clone();
            let correction = Correction { from: Position::new(from), day: 1 };
            days.correct(Position::new(4), correction);
            assert_eq!(days, before);
        }
    }
}
