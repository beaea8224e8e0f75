//! Kinds of assignment: who is in charge, and the time to pay of one's own will.

use serde::{Deserialize, Serialize};

use super::intake::last_day;
use super::{EventMeta, Kind, KindInfo, KindOf, RuleContext};
use crate::case::Case;
use crate::check::{exactly, not_before, open, own_case};
use crate::date::Date;
use crate::ids::OfficerNo;
use crate::organisation::Role;
use crate::personal::Personal;
use crate::refusal::{Code, Refusal};
use crate::rules::Parameter;

/// `enforcer_assigned` (phân công chấp hành viên); again for a change.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnforcerAssigned {
    /// Who.
    pub enforcer: OfficerNo,
    /// Why, where it is a change.
    #[serde(default)]
    pub reason: Option<Personal>,
}

impl Kind for EnforcerAssigned {
    const INFO: KindInfo = KindInfo {
        code: 48,
        revision: 1,
        name: "enforcer_assigned",
        vi: "phân công chấp hành viên",
        article: "36.2",
        by: &[Role::Head, Role::ProvincialHead],
    };

    fn personal(&mut self) -> Vec<&mut Personal> {
        self.reason.iter_mut().collect()
    }
}

impl KindOf<Case> for EnforcerAssigned {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        open(case, "36.2")?;
        let Some(officer) = on.reference_data.organisation.officers.get(&self.enforcer) else {
            return Err(Refusal::new(
                Code::Unknown,
                "36.2",
                "enforcer",
                self.enforcer,
                "an officer appointed before",
                "officer_appointed first",
            ));
        };
        if officer.office != case.office {
            let given = format!("{} of office {}", self.enforcer, officer.office);
            return Err(Refusal::new(
                Code::Competence,
                "36.2",
                "enforcer",
                given,
                format!("office {}", case.office),
                "an enforcer of the case's office",
            ));
        }
        not_before(on.at.on, officer.from, "36.2", "enforcer", "the enforcer's appointment")?;
        match officer.role {
            Role::Enforcer | Role::Head | Role::ProvincialHead => Ok(()),
            Role::Examiner
            | Role::Clerk
            | Role::Accountant
            | Role::Cashier
            | Role::Procurator
            | Role::Auditor
            | Role::Administrator => Err(Refusal::new(
                Code::Role,
                "36.2",
                "enforcer",
                self.enforcer,
                "an enforcer",
                "an officer with the role enforcer",
            )),
        }
    }

    fn apply(&self, case: &mut Case, _: &EventMeta) {
        if let Some(open) = case.open_mut() {
            open.enforcer = Some(self.enforcer);
            case.last_enforcer = Some(self.enforcer);
        }
    }
}

/// `voluntary_period_started` (thời hạn tự nguyện thi hành án).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VoluntaryPeriodStarted {
    /// Its last day.
    pub until: Date,
}

impl Kind for VoluntaryPeriodStarted {
    const INFO: KindInfo = KindInfo {
        code: 50,
        revision: 1,
        name: "voluntary_period_started",
        vi: "thời hạn tự nguyện thi hành án",
        article: "45",
        by: &[Role::Enforcer],
    };
}

impl KindOf<Case> for VoluntaryPeriodStarted {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        open(case, "45")?;
        own_case(case, on)?;
        let Some(served) = case.served else {
            return Err(Refusal::new(
                Code::TooEarly,
                "45",
                "effective",
                on.at.on,
                "the debtor's notice of the order",
                "notice_served first",
            ));
        };
        match last_day(
            &on.reference_data.calendar,
            served,
            on.reference_data.rules.span(Parameter::Voluntary, served),
        ) {
            Some(last) => exactly(self.until, last, "45", "until"),
            None => not_before(self.until, served, "45", "until", "the debtor's notice"),
        }
    }

    fn apply(&self, case: &mut Case, _: &EventMeta) {
        case.voluntary_until = Some(self.until);
    }
}
