//! Kinds of verification and classification: what the debtor has, and what follows from it (Art. 44, 44a).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{EventMeta, Kind, KindInfo, KindOf, RuleContext};
use crate::case::{Activity, Case, Class};
use crate::check::{ground, not_before, open, own_case, wrong_standing};
use crate::deadline::{Waited, waited};
use crate::event::KindName;
use crate::money::Amount;
use crate::organisation::Role;
use crate::personal::Personal;
use crate::refusal::Refusal;
use crate::rules::Parameter;
use crate::words::{Value, Words};
use crate::{refusal, refuse};

const HEAD: &[Role] = &[Role::Head, Role::ProvincialHead];

/// `conditions_verified` (xác minh điều kiện thi hành án).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConditionsVerified {
    /// Whether something was found with which the debtor can pay.
    pub means_found: bool,
    /// What it is worth by estimate, đồng.
    #[serde(default)]
    pub estimate: Option<Amount>,
    /// Where, and what was found.
    #[serde(default)]
    pub findings: Option<Personal>,
}

impl Kind for ConditionsVerified {
    const INFO: KindInfo = KindInfo {
        code: 64,
        revision: 1,
        name: "conditions_verified",
        vi: "xác minh điều kiện thi hành án",
        article: "44",
        by: &[Role::Enforcer],
    };

    fn personal(&mut self) -> Vec<&mut Personal> {
        self.findings.iter_mut().collect()
    }
}

impl KindOf<Case> for ConditionsVerified {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        open(case, "44")?;
        own_case(case, on)
    }

    fn apply(&self, case: &mut Case, at: &EventMeta) {
        case.verified.push(at.on);
    }
}

/// Whether a ground's code, its letter or its name, means this name on that day.
fn names(on: &RuleContext<'_>, parameter: Parameter, code: &str, name: &str) -> bool {
    on.reference_data.rules.ground(parameter, code, on.at.on).is_some_and(|ground| ground.name == name)
}

fn verified(case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
    if case.verified.is_empty() {
        refuse!(TooEarly, "44a", "effective" => on.at.on;
            Words::AVerification;
            Words::first([KindName::ConditionsVerified]));
    }
    Ok(())
}

/// `classified_enforceable` (có điều kiện thi hành).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassifiedEnforceable {}

impl Kind for ClassifiedEnforceable {
    const INFO: KindInfo = KindInfo {
        code: 65,
        revision: 1,
        name: "classified_enforceable",
        vi: "có điều kiện thi hành",
        article: "44a",
        by: HEAD,
    };
}

impl KindOf<Case> for ClassifiedEnforceable {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        let now = open(case, "44a")?;
        if now.class == Class::Enforceable {
            return Err(wrong_standing(case, "44a", Words::MustNotBeEnforceable, Words::ItIsEnforceable));
        }
        crate::check::out_of_tracking_book(case)?;
        if case.voluntary_until.is_some() { Ok(()) } else { verified(case, on) }
    }

    fn apply(&self, case: &mut Case, at: &EventMeta) {
        let Some(open) = case.open_mut() else { return };
        open.class = Class::Enforceable;
        case.enforceable_since = case.enforceable_since.or(Some(at.on));
    }
}

/// `classified_not_yet_enforceable` (chưa có điều kiện thi hành).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassifiedNotYetEnforceable {
    /// The ground of Art. 44a.1.
    pub ground: String,
}

impl Kind for ClassifiedNotYetEnforceable {
    const INFO: KindInfo = KindInfo {
        code: 66,
        revision: 1,
        name: "classified_not_yet_enforceable",
        vi: "chưa có điều kiện thi hành",
        article: "44a.1",
        by: HEAD,
    };
}

impl KindOf<Case> for ClassifiedNotYetEnforceable {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        let now = open(case, "44a.1")?;
        if let Class::NotYet { since, .. } = &now.class {
            refuse!(Duplicate, "44a.1", "case" => Words::NotYetSince { date: *since };
                Words::AnotherClass;
                Words::first([KindName::ClassifiedEnforceable]));
        }
        verified(case, on)?;
        ground(on, Parameter::NotYetGrounds, "44a.1", &self.ground)?;
        if !names(on, Parameter::NotYetGrounds, &self.ground, "address_unknown") || case.has_personal_duty() {
            return Ok(());
        }
        // Of a debt of money the debtor's own address alone is a ground only where the law says so (until r2026).
        let of = on.reference_data.rules.grounds(Parameter::NotYetGroundsAddressOf, on.at.on).set();
        match of {
            Some(of) if !of.iter().any(|of| of.is("debtor")) => {
                Err(refusal!(Ground, "44a.1c", "ground" => Words::typed(&self.ground);
                        Words::AddressUnknownOf { whose: Value::typed_list(of) };
                        Words::WhereThatIsSo { ground: Value::typed("a no_means") }))
            }
            Some(_) | None => Ok(()),
        }
    }

    fn apply(&self, case: &mut Case, at: &EventMeta) {
        if let Some(open) = case.open_mut() {
            open.class = Class::NotYet { ground: self.ground.clone(), since: at.on, tracking_book: false };
        }
    }
}

/// `moved_to_tracking_book` (chuyển sổ theo dõi riêng).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MovedToTrackingBook {}

impl Kind for MovedToTrackingBook {
    const INFO: KindInfo = KindInfo {
        code: 67,
        revision: 1,
        name: "moved_to_tracking_book",
        vi: "chuyển sổ theo dõi riêng",
        article: "D9.5",
        by: HEAD,
    };
}

impl KindOf<Case> for MovedToTrackingBook {
    fn allowed(&self, case: &Case, on: &RuleContext<'_>) -> Result<(), Refusal> {
        let now = open(case, "D9.5")?;
        let Class::NotYet { ground, since, tracking_book: false } = &now.class else {
            return Err(wrong_standing(
                case,
                "D9.5",
                Words::MustBeNotYetEnforceable,
                Words::first([KindName::ClassifiedNotYetEnforceable]),
            ));
        };
        if now.activity != Activity::Active && !matches!(now.activity, Activity::Postponed { .. }) {
            return Err(wrong_standing(
                case,
                "D9.5",
                Words::MustNotBePaused,
                Words::first([KindName::Resumed]),
            ));
        }
        let decided_under = on.reference_data.rules.ground(Parameter::NotYetGrounds, ground, *since);
        let longer = decided_under.is_some_and(|ground| ground.name == "address_unknown");
        let parameter = if longer { Parameter::TrackingAfterLong } else { Parameter::TrackingAfter };
        if let Waited::Until(last) =
            waited(parameter, *since, on.at.on, &on.reference_data.rules, &on.reference_data.calendar)
        {
            not_before(on.at.on, last.next(), "D9.5", "effective", Words::YearOver)?;
        }
        // Two entries of one day are one verification.
        let times = u32::try_from(case.verified.iter().collect::<BTreeSet<_>>().len()).unwrap_or(u32::MAX);
        match on.reference_data.rules.count(Parameter::TrackingAfterVerifications, on.at.on).set() {
            Some(wanted) if times < wanted => {
                refuse!(Limit, "D9.5", "case" => Words::Verifications { times };
                    Words::OrMore { value: wanted.into() };
                    Words::first([KindName::ConditionsVerified]));
            }
            Some(_) | None => {}
        }
        Ok(())
    }

    fn apply(&self, case: &mut Case, _: &EventMeta) {
        if let Some(Class::NotYet { tracking_book, .. }) = case.open_mut().map(|open| &mut open.class) {
            *tracking_book = true;
        }
    }
}

/// `returned_from_tracking_book` (đưa ra khỏi sổ theo dõi riêng): something was found; the case is enforceable.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReturnedFromTrackingBook {}

impl Kind for ReturnedFromTrackingBook {
    const INFO: KindInfo = KindInfo {
        code: 68,
        revision: 1,
        name: "returned_from_tracking_book",
        vi: "đưa ra khỏi sổ theo dõi riêng",
        article: "D9.6",
        by: HEAD,
    };
}

impl KindOf<Case> for ReturnedFromTrackingBook {
    fn allowed(&self, case: &Case, _: &RuleContext<'_>) -> Result<(), Refusal> {
        if case.in_tracking_book() {
            return Ok(());
        }
        Err(wrong_standing(
            case,
            "D9.6",
            Words::CaseInTrackingBook,
            Words::first([KindName::MovedToTrackingBook]),
        ))
    }

    fn apply(&self, case: &mut Case, at: &EventMeta) {
        if case.in_tracking_book() {
            if let Some(open) = case.open_mut() {
                open.class = Class::Enforceable;
            }
            case.enforceable_since = case.enforceable_since.or(Some(at.on));
        }
    }
}
