//! Kinds of assignment: who is in charge, and the time to pay of one's own will.

use serde::{Deserialize, Serialize};

use super::intake::last_day;
use super::{EventMeta, Kind, KindInfo, KindOf, RuleContext};
use crate::case::Case;
use crate::check::{exactly, not_before, open, own_case};
use crate::date::Date;
use crate::event::KindName;
use crate::ids::OfficerNo;
use crate::organisation::Role;
use crate::personal::Personal;
use crate::refusal::Refusal;
use crate::rules::Parameter;
use crate::words::Words;
use crate::{refusal, refuse};

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
            refuse!(Unknown, "36.2", "enforcer" => self.enforcer;
                Words::OfficerAppointedBefore;
                Words::first([KindName::OfficerAppointed]));
        };
        if officer.office != case.office {
            let given = Words::OfficerOfOffice { officer: self.enforcer.into(), office: officer.office };
            refuse!(Competence, "36.2", "enforcer" => given;
                Words::OfficeIs { office: case.office };
                Words::EnforcerOfCasesOffice);
        }
        not_before(on.at.on, officer.from, "36.2", "enforcer", Words::EnforcersAppointment)?;
        match officer.role {
            Role::Enforcer | Role::Head | Role::ProvincialHead => Ok(()),
            Role::Examiner
            | Role::Clerk
            | Role::Accountant
            | Role::Cashier
            | Role::Procurator
            | Role::Auditor
            | Role::Administrator => Err(refusal!(Role, "36.2", "enforcer" => self.enforcer;
                    Words::AnEnforcer;
                    Words::OfficerWithRole { role: Role::Enforcer })),
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
            refuse!(TooEarly, "45", "effective" => on.at.on;
                Words::NoticeOfOrder;
                Words::first([KindName::NoticeServed]));
        };
        match last_day(
            &on.reference_data.calendar,
            served,
            on.reference_data.rules.span(Parameter::Voluntary, served),
        ) {
            Some(last) => exactly(self.until, last, "45", "until"),
            None => not_before(self.until, served, "45", "until", Words::DebtorsNotice),
        }
    }

    fn apply(&self, case: &mut Case, _: &EventMeta) {
        case.voluntary_until = Some(self.until);
    }
}
