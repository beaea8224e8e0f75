//! From one law to the next (Law 106/2025 Art. 115-116): which day's values govern an act, a period, a complaint.
//!
//! An act takes the values of its effective date (T2): [`Rules`](super::Rules) asked on that day. What was done under
//! the old law is not done again (T3): nothing here. The rest is below.

use super::{Parameter, r2026};
use crate::date::Date;

/// The first day of Law 106/2025.
pub const LAW_2025: Date = r2026::FIRST;

/// The last day of Law 26/2008.
pub fn last_day_before() -> Date {
    LAW_2025.previous()
}

/// The day whose values a period has that starts on a day: the start itself, so that a period which ran when the new
/// law came keeps its old length (T4, `transition_periods` = `start_date`).
pub const fn period_values_on(start: Date) -> Date {
    start
}

/// The day whose values govern a complaint, denunciation, protest or petition in a period that starts on a day.
///
/// The old law goes on for what concerns a case that was finished (completed, terminated) before the new law, whenever
/// it is made (T1), and for what was received before the new law (T4). Only the limit of a protest is the new one:
/// [`Parameter::ProtestLimitClosure`] also runs from a notice of closure given under the old law (T1), which under
/// that law itself had the shorter limits alone. `received` is `None` where nothing was received yet.
pub fn oversight_values_on(
    parameter: Parameter,
    start: Date,
    received: Option<Date>,
    case_finished: Option<Date>,
) -> Date {
    if parameter == Parameter::ProtestLimitClosure {
        return start.max(LAW_2025);
    }
    let before = |day: Option<Date>| day.is_some_and(|day| day < LAW_2025);
    if before(case_finished) || before(received) { start.min(last_day_before()) } else { start }
}
