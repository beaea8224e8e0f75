//! What a decision is taken against besides its own stream: law, calendar and organisation, as known.

use crate::calendar::Calendar;
use crate::organisation::Organisation;
use crate::rules::Rules;

/// Rules, calendar and organisation as known at one moment.
#[derive(Clone, Debug, Default)]
pub struct ReferenceData {
    /// Limits, amounts and grounds by date.
    pub rules: Rules,
    /// Working days.
    pub calendar: Calendar,
    /// Offices, officers, targets.
    pub organisation: Organisation,
}
