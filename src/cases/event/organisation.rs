//! Kinds of the organisation: offices, officers, targets, values of rules.

use serde::{Deserialize, Serialize};

use super::{Body, EventMeta, Kind, KindInfo, KindOf, RuleContext};
use crate::check::not_after;
use crate::date::Date;
use crate::ids::{OfficeCode, OfficeNo, OfficerNo};
use crate::money::Ratio;
use crate::organisation::{Level, Office, Officer, Organisation, Role, Target};
use crate::personal::Personal;
use crate::refusal::{Code, Refusal};
use crate::rules::ParameterSet as Parameter;

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
            let limit = format!("office {} and those below it", officer.office);
            Err(Refusal::new(Code::Competence, article, field, office, &limit, limit.clone()))
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
            return Err(Refusal::new(
                Code::Duplicate,
                "13",
                "number",
                self.number,
                "a number given once, from 1",
                next,
            ));
        }
        // The code stands in the name of every case, for ever and in the open: what identifies a person is nine or twelve
        // digits.
        if !self.code.as_str().bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(Refusal::new(
                Code::Mismatch,
                "13",
                "code",
                &self.code,
                "a code with a letter: digits alone may be a person's number",
                "for instance DT03",
            ));
        }
        if organisation.office_by_code(&self.code).is_some() {
            return Err(Refusal::new(
                Code::Duplicate,
                "13",
                "code",
                &self.code,
                "a code given once",
                "another code",
            ));
        }
        match self.parent {
            Some(parent) if !organisation.offices.contains_key(&parent) => Err(Refusal::new(
                Code::Unknown,
                "13",
                "parent",
                parent,
                "an office opened before",
                "office_opened first",
            )),
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
            return Err(Refusal::new(
                Code::Duplicate,
                "17",
                "number",
                self.number,
                "a number given once, from 1",
                next,
            ));
        }
        if self.number > NUMBER_MAX {
            return Err(Refusal::new(
                Code::Limit,
                "17",
                "number",
                self.number,
                "at most 8 digits: more may be a person's number, and the name of this stream is in the open",
                "the next free number",
            ));
        }
        if !organisation.offices.contains_key(&self.office) {
            return Err(Refusal::new(
                Code::Unknown,
                "17",
                "office",
                self.office,
                "an office opened before",
                "office_opened first",
            ));
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
            return Err(Refusal::new(
                Code::Unknown,
                "166",
                "office",
                self.office,
                "an office opened before",
                "office_opened first",
            ));
        }
        within(self.office, organisation, on, "166", "office")?;
        if !TARGET_FIGURES.contains(&self.figure.as_str()) {
            return Err(Refusal::new(
                Code::Unknown,
                "166",
                "figure",
                &self.figure,
                "figures with targets",
                TARGET_FIGURES.join(", "),
            ));
        }
        let years = Date::MIN.year()..=Date::MAX.year();
        if !years.contains(&self.year) {
            let limit = format!("a year that dates can have: {} to {}", years.start(), years.end());
            return Err(Refusal::new(
                Code::Limit,
                "166",
                "year",
                self.year,
                limit,
                "the fiscal year, for instance 2019",
            ));
        }
        // Both figures are a part of what is enforceable.
        if self.ratio.denominator <= 0 || !(0..=self.ratio.denominator).contains(&self.ratio.numerator) {
            let given = format!("{}/{}", self.ratio.numerator, self.ratio.denominator);
            return Err(Refusal::new(
                Code::Limit,
                "166",
                "ratio",
                given,
                "numerator from 0 to the denominator, denominator from 1",
                "7300/10000",
            ));
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
        not_after(self.set.from, Date::MAX, "–", "from", "the calendar's end")?;
        let mut rules = on.reference_data.rules.clone();
        rules.set(&self.set).map_err(|error| {
            Refusal::new(
                Code::Limit,
                "–",
                "set",
                &self.set.rule,
                error.to_string(),
                "a rule's id and a value of its type",
            )
        })
    }

    fn apply(&self, organisation: &mut Organisation, _: &EventMeta) {
        organisation.parameters.push(self.set.clone());
    }
}
