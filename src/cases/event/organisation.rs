//! Kinds of the organisation: offices, officers, targets, values of rules.

use serde::{Deserialize, Serialize};

use super::{Body, EventMeta, Kind, KindInfo, KindOf, RuleContext};
use crate::check::not_after;
use crate::date::Date;
use crate::event::KindName;
use crate::ids::{OfficeCode, OfficeNo, OfficerNo};
use crate::money::Ratio;
use crate::organisation::{Level, Office, Officer, Organisation, Role, Target};
use crate::personal::Personal;
use crate::refusal::Refusal;
use crate::rules::ParameterSet as Parameter;
use crate::words::{Value, Words};
use crate::{refusal, refuse};

/// Who sets up offices and officers.
pub(super) const ABOVE: &[Role] = &[Role::ProvincialHead, Role::Administrator];

/// The greatest number of an officer: it names a stream, and identity numbers have nine digits or twelve.
const NUMBER_MAX: OfficerNo = OfficerNo(99_999_999);

/// Whether everything that somebody could set up before a change can still be set up by somebody after it: each office has a
/// head of the province or an administrator who may say who acts there. Else nobody could ever undo the change.
pub(crate) fn is_still_governed(before: &Organisation, after: &Organisation) -> bool {
    let governed = |organisation: &Organisation, office: OfficeNo| {
        organisation.officers.values().any(|officer| match officer.role {
            Role::Administrator => true,
            Role::ProvincialHead => organisation.covers(officer.office, office),
            _ => false,
        })
    };
    before.offices.keys().all(|office| !governed(before, *office) || governed(after, *office))
}

/// Whether who repairs an event of the organisation has his say where it belongs, as for recording it: what it repairs is as
/// much his affair as what he makes of it.
pub(crate) fn within_reach(
    body: &Body,
    organisation: &Organisation,
    on: &RuleContext<'_>,
) -> Result<(), Refusal> {
    let office = match body {
        Body::OfficeOpened(opened) => opened.number,
        Body::OfficerAppointed(appointed) => appointed.office,
        Body::TargetAssigned(target) => target.office,
        _ => return Ok(()),
    };
    within(office, organisation, on, body.info().article, "entry")
}

/// The head of a province has his say in his own Department and below it; the administrator sets up accounts anywhere.
fn within(
    office: OfficeNo,
    organisation: &Organisation,
    on: &RuleContext<'_>,
    article: &'static str,
    field: &'static str,
) -> Result<(), Refusal> {
    match on.officer {
        Some(officer)
            if officer.role == Role::ProvincialHead && !organisation.covers(officer.office, office) =>
        {
            let limit = Words::OfficeAndBelow { office: officer.office };
            Err(refusal!(Competence, article, field => office; limit.clone(); limit))
        }
        Some(_) | None => Ok(()),
    }
}

/// `office_opened` (thành lập cơ quan).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficeOpened {
    /// Its number; given once.
    pub number: OfficeNo,
    /// Its code; given once.
    pub code: OfficeCode,
    /// Its name.
    pub name: String,
    /// Department or SubDepartment.
    pub level: Level,
    /// The office above it.
    #[serde(default)]
    pub parent: Option<OfficeNo>,
}

impl Kind for OfficeOpened {
    const INFO: KindInfo = KindInfo {
        code: 16,
        revision: 1,
        name: "office_opened",
        vi: "thành lập cơ quan",
        article: "13",
        by: ABOVE,
    };
}

impl KindOf<Organisation> for OfficeOpened {
    fn allowed(&self, organisation: &Organisation, on: &RuleContext<'_>) -> Result<(), Refusal> {
        if self.number == OfficeNo(0) || organisation.offices.contains_key(&self.number) {
            let next = organisation.offices.keys().next_back().map_or(1, |last| last.0.saturating_add(1));
            refuse!(Duplicate, "13", "number" => self.number; Words::NumberGivenOnce; next);
        }
        // The code stands in the name of every case, for ever and in the open: what identifies a person is nine or twelve
        // digits.
        if !self.code.as_str().bytes().any(|byte| byte.is_ascii_uppercase()) {
            refuse!(Mismatch, "13", "code" => &self.code;
                Words::CodeWithLetter;
                Words::ForInstance { example: Value::typed("DT03") });
        }
        if organisation.office_by_code(&self.code).is_some() {
            refuse!(Duplicate, "13", "code" => &self.code; Words::CodeGivenOnce; Words::AnotherCode);
        }
        match self.parent {
            Some(parent) if !organisation.offices.contains_key(&parent) => {
                Err(refusal!(Unknown, "13", "parent" => parent;
                    Words::OfficeOpenedBefore;
                    Words::first([KindName::OfficeOpened])))
            }
            Some(parent) => within(parent, organisation, on, "13", "parent"),
            None => Ok(()),
        }
    }

    fn apply(&self, organisation: &mut Organisation, at: &EventMeta) {
        organisation.offices.insert(
            self.number,
            Office {
                number: self.number,
                code: self.code.clone(),
                name: self.name.clone(),
                level: self.level,
                parent: self.parent,
                from: at.on,
            },
        );
    }
}

/// `officer_appointed` (bổ nhiệm).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficerAppointed {
    /// The number; given once.
    pub number: OfficerNo,
    /// In which office.
    pub office: OfficeNo,
    /// As what.
    pub role: Role,
    /// Who.
    pub person: Personal,
}

impl Kind for OfficerAppointed {
    const INFO: KindInfo = KindInfo {
        code: 17,
        revision: 1,
        name: "officer_appointed",
        vi: "bổ nhiệm",
        article: "17",
        by: ABOVE,
    };

    fn personal(&mut self) -> Vec<&mut Personal> {
        vec![&mut self.person]
    }
}

impl KindOf<Organisation> for OfficerAppointed {
    fn allowed(&self, organisation: &Organisation, on: &RuleContext<'_>) -> Result<(), Refusal> {
        if self.number == OfficerNo(0) || organisation.officers.contains_key(&self.number) {
            let next = organisation.officers.keys().next_back().map_or(1, |last| last.0.saturating_add(1));
            refuse!(Duplicate, "17", "number" => self.number; Words::NumberGivenOnce; next);
        }
        if self.number > NUMBER_MAX {
            refuse!(Limit, "17", "number" => self.number; Words::EightDigits; Words::NextFreeNumber);
        }
        if !organisation.offices.contains_key(&self.office) {
            refuse!(Unknown, "17", "office" => self.office;
                Words::OfficeOpenedBefore;
                Words::first([KindName::OfficeOpened]));
        }
        within(self.office, organisation, on, "17", "office")
    }

    fn apply(&self, organisation: &mut Organisation, at: &EventMeta) {
        organisation.officers.insert(
            self.number,
            Officer {
                number: self.number,
                office: self.office,
                role: self.role,
                person: self.person.clone(),
                from: at.on,
            },
        );
    }
}

/// `target_assigned` (giao chỉ tiêu): what a unit should reach in a year.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TargetAssigned {
    /// The fiscal year.
    pub year: i32,
    /// The unit.
    pub office: OfficeNo,
    /// The figure: `rate.cases` or `rate.money`.
    pub figure: String,
    /// What it should reach, exactly: at most all.
    pub ratio: Ratio,
}

/// The figures for which a target can be assigned.
pub const TARGET_FIGURES: &[&str] = &["rate.cases", "rate.money"];

impl Kind for TargetAssigned {
    const INFO: KindInfo = KindInfo {
        code: 18,
        revision: 1,
        name: "target_assigned",
        vi: "giao chỉ tiêu",
        article: "166",
        by: &[Role::ProvincialHead],
    };
}

impl KindOf<Organisation> for TargetAssigned {
    fn allowed(&self, organisation: &Organisation, on: &RuleContext<'_>) -> Result<(), Refusal> {
        if !organisation.offices.contains_key(&self.office) {
            refuse!(Unknown, "166", "office" => self.office;
                Words::OfficeOpenedBefore;
                Words::first([KindName::OfficeOpened]));
        }
        within(self.office, organisation, on, "166", "office")?;
        if !TARGET_FIGURES.contains(&self.figure.as_str()) {
            refuse!(Unknown, "166", "figure" => Words::typed(&self.figure);
                Words::FiguresWithTargets;
                Value::typed_list(TARGET_FIGURES));
        }
        let years = Date::MIN.year()..=Date::MAX.year();
        if !years.contains(&self.year) {
            let limit = Words::YearOfDates { first: *years.start(), last: *years.end() };
            refuse!(Limit, "166", "year" => self.year; limit; Words::FiscalYear { example: 2019 });
        }
        // Both figures are a part of what is enforceable.
        if self.ratio.denominator <= 0 || !(0..=self.ratio.denominator).contains(&self.ratio.numerator) {
            let given = self.ratio;
            refuse!(Limit, "166", "ratio" => given; Words::RatioBounds; Words::typed("7300/10000"));
        }
        Ok(())
    }

    fn apply(&self, organisation: &mut Organisation, _: &EventMeta) {
        let target =
            Target { year: self.year, office: self.office, figure: self.figure.clone(), ratio: self.ratio };
        organisation.targets.insert((self.year, self.office, self.figure.clone()), target);
    }
}

/// `parameter_set` (quy định giá trị): a rule's value from a date, with the document that says so.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParameterSet {
    /// The rule, the date, the value, the document.
    pub set: Parameter,
}

impl Kind for ParameterSet {
    const INFO: KindInfo = KindInfo {
        code: 19,
        revision: 1,
        name: "parameter_set",
        vi: "quy định giá trị áp dụng",
        article: "–",
        by: ABOVE,
    };
}

impl KindOf<Organisation> for ParameterSet {
    fn allowed(&self, _: &Organisation, on: &RuleContext<'_>) -> Result<(), Refusal> {
        not_after(self.set.from, Date::MAX, "–", "from", Words::CalendarsEnd)?;
        let mut rules = on.reference_data.rules.clone();
        rules.set(&self.set).map_err(
            |error| refusal!(Limit, "–", "set" => Words::typed(&self.set.rule); error; Words::RuleAndValue),
        )
    }

    fn apply(&self, organisation: &mut Organisation, _: &EventMeta) {
        organisation.parameters.push(self.set.clone());
    }
}
