//! The ledger's own clock: from which record on its time was wrong, and what day it truly was.

use serde::{Deserialize, Serialize};

use super::organisation::ABOVE;
use super::{EventMeta, Kind, KindInfo, KindOf, RuleContext};
use crate::check::not_after;
use crate::date::Date;
use crate::ids::Position;
use crate::organisation::Organisation;
use crate::personal::Personal;
use crate::refusal::Refusal;
use crate::refuse;
use crate::words::Words;

/// `clock_corrected` (đính chính ngày ghi sổ): the times of recording from an entry on are wrong by whole days. They stay in
/// the log; what was known on a date follows the true days. It takes effect on the day of its recording, which whoever
/// records it says: where the clock has jumped, that is what confirms it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockCorrected {
    /// The first record whose time is wrong. Of one record the last correction counts, until the next that is corrected.
    pub from: Position,
    /// The day on which that was truly recorded.
    pub day: Date,
    /// Why.
    #[serde(default)]
    pub reason: Option<Personal>,
}

impl Kind for ClockCorrected {
    const INFO: KindInfo = KindInfo {
        code: 2,
        revision: 1,
        name: "clock_corrected",
        vi: "đính chính ngày ghi sổ",
        article: "–",
        by: ABOVE,
    };

    fn personal(&mut self) -> Vec<&mut Personal> {
        self.reason.as_mut().into_iter().collect()
    }
}

impl KindOf<Organisation> for ClockCorrected {
    fn allowed(&self, _: &Organisation, on: &RuleContext<'_>) -> Result<(), Refusal> {
        if self.from >= on.at.position {
            let (limit, accepted) = (Words::RecordOfLog, Words::Below { entry: on.at.position });
            refuse!(Unknown, "–", "from" => self.from; limit; accepted);
        }
        if on.at.on != on.at.recorded_on {
            let limit = Words::DayOfRecording { date: on.at.recorded_on };
            let accepted = Words::TrueDay;
            refuse!(Mismatch, "–", "effective" => on.at.on; limit; accepted);
        }
        not_after(self.day, on.at.recorded_on, "–", "day", Words::IsToday)
    }

    fn apply(&self, _: &mut Organisation, _: &EventMeta) {}
}
