//! Kinds that decide how a case stands: postponed, suspended, terminated, completed (Art. 48-50, 52).

use serde::{Deserialize, Serialize};

use super::intake::{last_day, settled};
use super::{EventMeta, Kind, KindInfo, KindOf, RuleContext};
use crate::case::{Activity, Case, Finish};
use crate::check::{
    active, ground, not_after, not_before, obligation, open, out_of_tracking_book, own_case, wrong_standing,
};
use crate::date::Date;
use crate::event::KindName;
use crate::ids::ObligationNo;
use crate::money::Amount;
use crate::organisation::Role;
use crate::refusal::Refusal;
use crate::refuse;
use crate::rules::Parameter;
use crate::words::Words;

const HEAD: &[Role] = &[Role::Head, Role::ProvincialHead];

/// `postponed` (hoãn thi hành án).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Postponed {
    /// The ground of Art. 48.1-2; `authority` = by request of who may protest.
    pub ground: String,
    /// Until when, where the decision says.
    #[serde(default)]
    pub until: Option<Date>,
}

impl Kind for Postponed {
    const INFO: KindInfo = KindInfo {
        code: 80,
        revision: 1,
        name: "postponed",
        vi: "hoãn thi hành án",
        article: "48",
        by: HEAD,
    };
}

impl KindOf<Case> for Postponed {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        active(case, "48")?;
        ground(on, Parameter::PostponeGrounds, "48.1", &self.ground)?;
        let personal = on
            .reference_data
            .rules
            .grounds(Parameter::PostponeGroundsPersonal, on.at.on)
            .set()
            .unwrap_or_default();
        if personal.iter().any(|ground| ground.is(&self.ground)) && !case.has_personal_duty() {
            refuse!(Ground, "48.1", "ground" => Words::typed(&self.ground);
                Words::PersonalDutiesOnly;
                Words::AnotherGround);
        }
        if let Some(until) = self.until {
            not_before(until, on.at.on, "48", "until", Words::DayOfDecision)?;
        }
        if self.ground != "authority" {
            return Ok(());
        }
        let Some(until) = self.until else {
            refuse!(Unknown, "48.2", "until" => Words::None; Words::ADate; Words::ThreeMonthsMost);
        };
        if case.postponed_by_request {
            refuse!(Duplicate, "48.2", "ground" => Words::typed("authority");
                Words::OnceACase;
                Words::AnotherGround);
        }
        match last_day(
            &on.reference_data.calendar,
            on.at.on,
            on.reference_data.rules.span(Parameter::PostponeByRequest, on.at.on),
        ) {
            Some(last) => not_after(until, last, "48.2", "until", Words::ThreeMonths),
            None => Ok(()),
        }
    }

    fn apply(&self, case: &mut Case, _: &EventMeta) {
        if let Some(open) = case.open_mut() {
            open.activity = Activity::Postponed { ground: self.ground.clone(), until: self.until };
            case.postponed_by_request |= self.ground == "authority";
        }
    }
}

/// `postponement_ended` (hết hoãn).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PostponementEnded {}

impl Kind for PostponementEnded {
    const INFO: KindInfo = KindInfo {
        code: 81,
        revision: 1,
        name: "postponement_ended",
        vi: "tiếp tục sau khi hoãn",
        article: "48.3",
        by: HEAD,
    };
}

impl KindOf<Case> for PostponementEnded {
    fn allowed(&self, case: &Case, _: &RuleContext<'_>) -> Result<(), Refusal> {
        match open(case, "48.3")?.activity {
            Activity::Postponed { .. } => Ok(()),
            Activity::Active | Activity::Suspended { .. } | Activity::Paused => {
                Err(wrong_standing(case, "48.3", Words::MustBePostponed, Words::first([KindName::Postponed])))
            }
        }
    }

    fn apply(&self, case: &mut Case, _: &EventMeta) {
        if let Some(open) = case.open_mut() {
            open.activity = Activity::Active;
        }
    }
}

/// `temporarily_suspended` (tạm đình chỉ).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemporarilySuspended {
    /// The ground of Art. 49: `protest` or `bankruptcy_accepted`.
    pub ground: String,
}

impl Kind for TemporarilySuspended {
    const INFO: KindInfo = KindInfo {
        code: 82,
        revision: 1,
        name: "temporarily_suspended",
        vi: "tạm đình chỉ thi hành án",
        article: "49",
        by: HEAD,
    };
}

impl KindOf<Case> for TemporarilySuspended {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        // A postponed case is suspended as well as one that goes on.
        if let Activity::Suspended { .. } = open(case, "49")?.activity {
            return Err(wrong_standing(case, "49", Words::MustNotBeSuspended, Words::ItIsSuspended));
        }
        ground(on, Parameter::SuspendGrounds, "49", &self.ground)
    }

    fn apply(&self, case: &mut Case, _: &EventMeta) {
        if let Some(open) = case.open_mut() {
            open.activity = Activity::Suspended { ground: self.ground.clone() };
        }
    }
}

/// `resumed` (tiếp tục thi hành án).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resumed {}

impl Kind for Resumed {
    const INFO: KindInfo = KindInfo {
        code: 83,
        revision: 1,
        name: "resumed",
        vi: "tiếp tục thi hành án",
        article: "49.3",
        by: HEAD,
    };
}

impl KindOf<Case> for Resumed {
    fn allowed(&self, case: &Case, _: &RuleContext<'_>) -> Result<(), Refusal> {
        match open(case, "49.3")?.activity {
            Activity::Suspended { .. } => Ok(()),
            Activity::Active | Activity::Postponed { .. } | Activity::Paused => Err(wrong_standing(
                case,
                "49.3",
                Words::MustBeSuspended,
                Words::first([KindName::TemporarilySuspended]),
            )),
        }
    }

    fn apply(&self, case: &mut Case, _: &EventMeta) {
        if let Some(open) = case.open_mut() {
            open.activity = Activity::Active;
        }
    }
}

/// `terminated` (đình chỉ thi hành án): of all obligations, or of those named.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terminated {
    /// The ground of Art. 50.1.
    pub ground: String,
    /// Which obligations; none named = all.
    #[serde(default)]
    pub obligations: Vec<ObligationNo>,
}

impl Kind for Terminated {
    const INFO: KindInfo = KindInfo {
        code: 84,
        revision: 1,
        name: "terminated",
        vi: "đình chỉ thi hành án",
        article: "50",
        by: HEAD,
    };
}

impl Terminated {
    fn concerns(&self, number: ObligationNo) -> bool {
        self.obligations.is_empty() || self.obligations.contains(&number)
    }
}

impl KindOf<Case> for Terminated {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        open(case, "50")?;
        out_of_tracking_book(case)?;
        ground(on, Parameter::TerminateGrounds, "50.1", &self.ground)?;
        for (at, number) in self.obligations.iter().enumerate() {
            let one = obligation(case, *number, "50")?;
            if self.obligations.iter().take(at).any(|earlier| earlier == number) {
                refuse!(Duplicate, "50", "obligations" => *number; Words::EachOnce; Words::WithoutIt);
            }
            if one.kind.is_money() && one.remaining() == Amount::ZERO {
                refuse!(Money, "50", "obligations" => *number;
                    Words::SomethingOwed;
                    Words::AnotherObligation);
            }
        }
        settled(case, on, "50")
    }

    fn apply(&self, case: &mut Case, at: &EventMeta) {
        if case.open().is_none() {
            return;
        }
        for one in &mut case.obligations {
            if self.concerns(one.number) {
                one.settle(|one| &mut one.terminated, one.remaining());
                one.ended = true;
            }
        }
        let duties_end = case.obligations.iter().all(|one| one.kind.is_money() || one.ended);
        if case.remaining() == 0 && duties_end {
            // Met in part and the rest terminated: completed (domain.md 3.4).
            let how = if case.credited() > 0 { Finish::Completed } else { Finish::Terminated };
            case.finish(how, at.on, at.position);
        }
    }
}

/// `completed` (thi hành xong).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Completed {}

impl Kind for Completed {
    const INFO: KindInfo = KindInfo {
        code: 85,
        revision: 1,
        name: "completed",
        vi: "thi hành xong",
        article: "52",
        by: &[Role::Head, Role::ProvincialHead, Role::Enforcer],
    };
}

impl KindOf<Case> for Completed {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        open(case, "52")?;
        own_case(case, on)?;
        out_of_tracking_book(case)?;
        match case.remaining() {
            0 => {}
            left => {
                refuse!(Money, "52", "case" => Words::StillOwedSum { amount: left };
                    Words::ZeroOwed;
                    Words::PayFirst);
            }
        }
        settled(case, on, "52")
    }

    fn apply(&self, case: &mut Case, at: &EventMeta) {
        case.finish(Finish::Completed, at.on, at.position);
    }
}
