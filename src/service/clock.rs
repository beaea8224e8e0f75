//! The clock of a service: one reading an action gives the day that it is judged by and the time that is recorded.
//!
//! A real ledger reads the machine's clock, a simulated one goes on from its head. No reading is behind the head. Where
//! the machine's clock is far from the head, one of the two is wrong, and nothing is recorded until somebody has set the
//! one or corrected the other (`clock_corrected`).

use std::sync::{Mutex, PoisonError};

use thads_cases::date::Date;
use thads_cases::event::Body;
use thads_cases::refusal;
use thads_cases::refusal::Refusal;
use thads_cases::words::{Value, Words};
use thads_ledger::{Clock, Moment, Sentence};
use thads_projections::entry::correction;
use thads_projections::read_model::ReadModel;
use thads_proof::days::{Correction, DAY, Days};
use thads_proof::genesis;
use thads_proof::record::{Micros, Position};

use crate::json::rfc3339;
use crate::ledger_service::LedgerService;
use crate::log::Log;
use crate::read_only::{ReadOnlyLedger, Source};
use crate::record::Group;

/// How far the machine's clock may be behind the head, µs: clocks of machines that keep them differ by less.
const BEHIND_MAX: i64 = DAY;
/// How far it may be ahead of the head, in days: an office records something in every quarter.
const AHEAD_DAYS_MAX: i32 = 90;

/// Where a service takes its times from.
pub(crate) enum ServiceClock {
    /// The machine's clock.
    Machine(Mutex<Box<dyn Clock>>),
    /// None: each action comes a second after the head, unless it says when.
    Simulated,
}

/// The clock as it was read for one action.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Reading {
    at: Micros,
    /// The day by which the action is judged.
    pub(crate) today: Date,
}

impl Reading {
    /// A reading of the ledger's time, which is ahead of the true one by so many days.
    fn new(at: Micros, ahead: i32) -> Reading {
        Reading { at, today: Date::of_instant(at.get()).plus_days(ahead.saturating_neg()) }
    }

    /// When the action is recorded.
    pub(crate) fn moment(&self) -> Moment {
        Moment { at: self.at, before: Micros::new(Date::of_instant(self.at.get()).next().begins_at()) }
    }
}

/// The machine's clock is too far from the head for both to be right.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "this machine's clock says {}, but the last record was made at {}: one of them is wrong, and nothing is recorded; set this machine's clock, or where it is right record clock_corrected on ledger:clock, with today's date in effective and, from the first record whose time is wrong, its true day (where none is wrong: the last record and its day; where the clock went wrong in several steps: the last record first, then those before it)",
    rfc3339(.machine.get()),
    rfc3339(.head.get())
)]
pub struct ClockOff {
    /// What the machine's clock says.
    pub machine: Micros,
    /// When the last record was made, as the clock was corrected.
    pub head: Micros,
}

impl ClockOff {
    /// The same in Vietnamese.
    pub fn vi(&self) -> String {
        let (machine, head) = (rfc3339(self.machine.get()), rfc3339(self.head.get()));
        format!(
            "đồng hồ máy này chỉ {machine}, mà bản ghi cuối được ghi lúc {head}: một trong hai sai, nên không ghi gì; hãy chỉnh đồng hồ máy, hoặc nếu đồng hồ máy đúng thì ghi clock_corrected vào ledger:clock, với effective là ngày hôm nay, from là bản ghi đầu tiên có giờ sai và day là ngày đúng của nó (nếu không bản ghi nào sai: bản ghi cuối và ngày của nó; nếu đồng hồ sai dần nhiều lần: đính chính bản ghi cuối trước, rồi các bản ghi trước nó)"
        )
    }
}

/// Reads a machine's clock for a ledger whose last record was made at `head` and whose time is ahead of the true one by so many
/// days. `confirmed`: whoever acts says what day it is, so that the head may lie far behind.
fn read(machine: Micros, head: Micros, ahead: i32, confirmed: bool) -> Result<Reading, ClockOff> {
    let shift = i64::from(ahead).saturating_mul(DAY);
    let at = machine.get().saturating_add(shift);
    let since = at.saturating_sub(head.get());
    if since < -BEHIND_MAX || (since > i64::from(AHEAD_DAYS_MAX) * DAY && !confirmed) {
        return Err(ClockOff { machine, head: Micros::new(head.get().saturating_sub(shift)) });
    }
    Ok(Reading::new(Micros::new(at).max(head), ahead))
}

impl<L: Log> LedgerService<L> {
    /// Reads the clock for an action. What corrects the clock is read by it as it will be corrected.
    pub(crate) fn reading(&self, model: &ReadModel, group: &Group) -> Result<Reading, ClockOff> {
        let corrects = group.parts.iter().find_map(|part| correction(&part.event.body));
        let next = Position::new(model.position().0);
        let ahead = model.days().offset_with(next, corrects);
        match (group.at, &self.clock) {
            (Some(at), ServiceClock::Simulated) => {
                Ok(Reading::new(Micros::new(at).max(self.ledger.head().recorded_at), ahead))
            }
            (_, clock) => {
                // A word that it is that day counts where the clock is off, and not to put off a clock that is right: the
                // days that such a correction leaves behind nobody could correct again.
                let is_off = || self.read_clock(clock, model.days().offset(), false).is_err();
                self.read_clock(clock, ahead, corrects.is_some() && is_off())
            }
        }
    }

    fn read_clock(&self, clock: &ServiceClock, ahead: i32, confirmed: bool) -> Result<Reading, ClockOff> {
        let head = self.ledger.head().recorded_at;
        match clock {
            ServiceClock::Machine(clock) => {
                let machine = clock.lock().unwrap_or_else(PoisonError::into_inner).now();
                read(machine, head, ahead, confirmed)
            }
            ServiceClock::Simulated => {
                Ok(Reading::new(Micros::new(head.get().saturating_add(1_000_000)), ahead))
            }
        }
    }

    /// Why nothing is recorded now, where it is the clock.
    pub fn clock_off(&self) -> Option<ClockOff> {
        let ahead = self.model().days().offset();
        self.read_clock(&self.clock, ahead, false).err()
    }

    /// Today: the day by which an action is judged now.
    pub fn today(&self) -> Date {
        let ahead = self.model().days().offset();
        let head = self.ledger.head().recorded_at;
        self.read_clock(&self.clock, ahead, true).unwrap_or(Reading::new(head, ahead)).today
    }
}

/// The day by which a record was decided: that of its time, as the clock was corrected until then.
pub(crate) fn decided_on(days: &Days, position: Position, recorded_at: Micros) -> Date {
    let ahead = days.offset_then(position);
    Date::of_instant(recorded_at.get()).plus_days(ahead.saturating_neg())
}

/// Refuses a correction of the clock that is imported, that makes days go back, or that does not say what day it is.
pub(crate) fn clock_fits(
    model: &ReadModel,
    body: &Body,
    effective: Option<Date>,
    imported: bool,
) -> Result<(), Refusal> {
    let Some(Correction { from, day }) = correction(body) else { return Ok(()) };
    let refuse = |limit: Words, accepted: Words| {
        Err(refusal!(TooEarly, "–", "day" => Date::nearest(day.into()); limit; accepted))
    };
    let entry = |position: Position| thads_cases::ids::Position(position.get());
    if imported {
        let limit = Words::OwnClock;
        let accepted = Words::RecordLive;
        return Err(refusal!(Mismatch, "–", "provenance" => Words::typed("imported"); limit; accepted));
    }
    let Some(today) = effective else {
        let limit = Words::SaysDay;
        let accepted = Words::TrueToday;
        return Err(refusal!(TooEarly, "–", "effective" => Words::Nothing; limit; accepted));
    };
    let before = from.previous().and_then(|before| model.days().truly_on(before));
    // A day after today is wrong itself, and its record is corrected next.
    if let Some(before) = before.filter(|before| day < *before && *before <= today.days()) {
        let before = Date::nearest(before.into());
        let limit = Words::DayOfRecordBefore { date: before, entry: entry(from) };
        return refuse(limit, Words::LaterOrEarlierFrom { date: before, field: Value::Field("from") });
    }
    match model.days().corrected_behind(from).filter(|(_, behind)| *behind < day) {
        None => Ok(()),
        Some((next, behind)) => {
            let behind = Date::nearest(behind.into());
            let limit = Words::CorrectedTo { date: behind, entry: entry(next) };
            refuse(limit, Words::EarlierOrCorrect { date: behind, entry: entry(next) })
        }
    }
}

impl ReadOnlyLedger {
    /// What of the times of recording is to be looked at by a person on a machine whose clock shows `machine`: days between two records that nobody said were idle, and
    /// a head ahead of this machine's clock. A simulated clock shows what it was told.
    pub fn clock_notices(&self, machine: Micros) -> Vec<Sentence> {
        if self.genesis().clock != genesis::Clock::Real {
            return Vec::new();
        }
        self.with_model(|model| {
            let ahead = read(machine, self.recorded_at(), model.days().offset(), true).err();
            jumps(model).chain(ahead.map(ahead_of_machine)).collect()
        })
    }
}

fn jumps(model: &ReadModel) -> impl Iterator<Item = Sentence> {
    let confirmed = |at: Position| {
        let entries = model.organisation();
        let found = entries.binary_search_by_key(&at.get(), |entry| entry.position.0).ok();
        found.and_then(|at| entries.get(at)).is_some_and(|entry| correction(&entry.event.body).is_some())
    };
    let days = model.days().truly().windows(2).filter_map(|pair| match pair {
        [(before, _), (day, first)] => Some((day.saturating_sub(*before), *first)),
        _ => None,
    });
    days.filter(move |(days, first)| *days > AHEAD_DAYS_MAX && !confirmed(*first)).map(|(days, first)| {
        Sentence::new(
            format!("Bản ghi {first} được ghi {days} ngày sau bản ghi trước nó, và không clock_corrected nào nói vì sao: đồng hồ khi đó có đúng không?"),
            format!("Record {first} was recorded {days} days after the record before it, and no clock_corrected says why: was the clock right then?"),
        )
    })
}

fn ahead_of_machine(off: ClockOff) -> Sentence {
    let (machine, head) = (rfc3339(off.machine.get()), rfc3339(off.head.get()));
    Sentence::new(
        format!("Bản ghi cuối được ghi lúc {head}, sau giờ của máy này ({machine}): một trong hai sai."),
        format!(
            "The last record was made at {head}, after what this machine's clock says ({machine}): one of them is wrong."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000_000;

    /// 2019-04-01, 9 o'clock in Vietnam.
    fn head() -> Micros {
        Micros::new("2019-04-01".parse::<Date>().unwrap().begins_at() + 9 * HOUR)
    }

    fn after(hours: i64) -> Micros {
        Micros::new(head().get() + hours * HOUR)
    }

    /// The ledger's time at each reading, in hours after the head, and the day that is judged by; or that it is off.
    fn says(machine: i64, ahead: i32, confirmed: bool) -> Option<(i64, String)> {
        let reading = read(after(machine), head(), ahead, confirmed).ok()?;
        Some(((reading.moment().at.get() - head().get()) / HOUR, reading.today.to_string()))
    }

    #[test]
    fn the_ledgers_time_is_never_behind_its_head_and_never_far_from_it() {
        let said = |hours, day: &str| Some((hours, day.to_owned()));
        assert_eq!(says(0, 0, false), said(0, "2019-04-01"));
        assert_eq!(says(15, 0, false), said(15, "2019-04-02"));
        assert_eq!(says(-15, 0, false), said(0, "2019-04-01"), "the machine is still in March");
        assert_eq!(says(-24, 0, false), said(0, "2019-04-01"));
        assert_eq!(says(-25, 0, false), None);
        assert_eq!(says(-25, 0, true), None, "no word makes a time that is before the head");
        assert_eq!(says(90 * 24, 0, false), said(2160, "2019-06-30"));
        assert_eq!(says(90 * 24 + 1, 0, false), None);
        assert_eq!(says(91 * 24, 0, true), said(2184, "2019-07-01"));
    }

    /// The ledger's clock is three days ahead: the machine, which is right, shows three days less than the head.
    #[test]
    fn a_corrected_clock_is_read_with_its_days() {
        assert_eq!(says(-72, 3, false), Some((0, "2019-03-29".to_owned())));
        assert_eq!(says(-72 + 30, 3, false), Some((30, "2019-03-30".to_owned())));
        assert_eq!(says(-72 - 25, 3, false), None);
        let off = read(after(-72 - 25), head(), 3, false).unwrap_err();
        assert_eq!((off.machine, off.head), (after(-97), after(-72)));
    }

    #[test]
    fn a_decision_holds_until_the_day_ends() {
        let moment = read(after(14), head(), 0, false).unwrap().moment();
        assert_eq!(moment.before, after(15));
        assert_eq!(read(after(15), head(), 0, false).unwrap().moment().before, after(39));
    }
}
