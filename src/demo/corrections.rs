//! Mistakes: entries that were wrong, double, or on the wrong case, each put right before anything rests on it.

use thads_cases::date::Date;
use thads_cases::event::repair::{EntryVoided, FactCorrected};
use thads_cases::event::{Body, Event, EventMeta};
use thads_cases::ids::Position;
use thads_cases::personal::Personal;

use super::case_script::{By, CaseScript};

const AUTHORITY: &str = "thủ trưởng đơn vị";

impl CaseScript<'_> {
    /// A step that is first entered wrongly (`wrong`, as of some day) and then corrected to what really happened today.
    fn corrected(&mut self, by: By, wrong: (Date, Body), right: Body, reason: &str) {
        let actor = self.officer(by);
        let right = Event::bare(right);
        let at = EventMeta { nth: self.number(&right.body), ..self.at(actor) };
        right.body.apply_to(&mut self.case, &at);
        let entry = self.next_index();
        let today = self.day;
        self.day = wrong.0;
        self.push(actor, Event::bare(wrong.1), false);
        let correction = FactCorrected {
            entry,
            took_effect: today,
            replacement: right.into(),
            authority: AUTHORITY.to_owned(),
            reason: Some(Personal::Text(reason.to_owned())),
            changed: None,
        };
        self.day = self.day.max(today);
        self.push(actor, Event::bare(Body::FactCorrected(correction)), false);
        self.day = today;
    }

    /// An entry that should not be there, and its voiding.
    fn voided(&mut self, by: By, entered: Body, reason: &str) {
        let actor = self.officer(by);
        let entry = self.next_index();
        self.push(actor, Event::bare(entered), false);
        let void = EntryVoided {
            entry,
            authority: AUTHORITY.to_owned(),
            reason: Some(Personal::Text(reason.to_owned())),
        };
        self.push(actor, Event::bare(Body::EntryVoided(void)), false);
    }

    fn next_index(&self) -> Position {
        Position(u64::try_from(self.steps.len()).unwrap_or(0))
    }

    /// A step whose day is now and then mistyped, or which is entered twice.
    pub(super) fn act_by_hand(&mut self, by: By, body: Body) {
        match self.rng.below(1000) {
            0..10 => {
                let wrong = self.land.days.plus(self.day, self.rng.days(1, 2)).min(self.land.days.last);
                self.corrected(by, (wrong, body.clone()), body, "nhập sai ngày");
            }
            10..15 => {
                self.act(by, body.clone());
                self.voided(by, body, "nhập trùng");
            }
            _ => self.act(by, body),
        }
    }

    /// A payment whose sum is now and then mistyped, or which is entered twice.
    pub(super) fn act_on_money(&mut self, right: Body, mistyped: Body) {
        match self.rng.below(1000) {
            0..24 => self.corrected(By::Accountant, (self.day, mistyped), right, "nhập sai số tiền"),
            24..31 => {
                self.act(By::Accountant, right.clone());
                self.voided(By::Accountant, right, "nhập trùng biên lai");
            }
            _ => self.act(By::Accountant, right),
        }
    }

    /// A remark that belongs to another case.
    pub(super) fn mislaid(&mut self, remark: Body) {
        self.voided(By::Enforcer, remark, "nhập nhầm hồ sơ");
    }
}
