//! Inspections (kiểm tra, tự kiểm tra): one is opened, and concluded in writing (Circular 04/2023, Art. 20 and 25).

use serde::{Deserialize, Serialize};

use super::{EventMeta, Kind, KindInfo, KindOf, RuleContext, info};
use crate::date::Date;
use crate::decide::State;
use crate::event::KindName;
use crate::ids::{CaseId, OfficeNo, numbered_id};
use crate::organisation::Role;
use crate::personal::Personal;
use crate::refusal::Refusal;
use crate::words::Words;
use crate::{refusal, refuse};

numbered_id! {
    /// An inspection by the office that conducts it, written `DT03/2019/T0003`.
    InspectionId, "T", "an inspection", "DT03/2019/T0003"
}

const BY: &[Role] = &[Role::Examiner, Role::Head, Role::ProvincialHead];

/// An inspection as its events fold.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Inspection {
    /// Which office is inspected, and when that was opened.
    pub opened: Option<(OfficeNo, Date)>,
    /// When it was concluded.
    pub concluded: Option<Date>,
}

impl State for Inspection {}

/// `inspection_opened` (mở cuộc kiểm tra).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InspectionOpened {
    /// The office that is inspected: its own, or one below it.
    pub inspected: OfficeNo,
    /// What is looked at.
    pub scope: Personal,
    /// Acts from this day on.
    pub from: Date,
    /// Acts to this day.
    pub until: Date,
}

impl Kind for InspectionOpened {
    const INFO: KindInfo = info(208, "inspection_opened", "mở cuộc kiểm tra", "–", BY);

    fn personal(&mut self) -> Vec<&mut Personal> {
        vec![&mut self.scope]
    }
}

impl KindOf<Inspection> for InspectionOpened {
    fn allowed(&self, inspection: &Inspection, on: &RuleContext<'_>) -> Result<(), Refusal> {
        if inspection.opened.is_some() {
            refuse!(Standing, "–", "stream" => Words::Opened; Words::NotOpened; Words::AnotherNumber);
        }
        let organisation = &on.reference_data.organisation;
        if self.inspected != on.at.office && !organisation.covers(on.at.office, self.inspected) {
            let limit = Words::OfficeOrBelow { office: on.at.office };
            let accepted = Words::OfficeItIsOver;
            refuse!(Competence, "–", "inspected" => self.inspected; limit; accepted);
        }
        if self.until < self.from || self.from > on.at.on {
            let limit = Words::FromAndBy { from: self.from, by: on.at.on };
            refuse!(TooEarly, "–", "until" => self.until; limit; Words::DaysLookedAt);
        }
        Ok(())
    }

    fn apply(&self, inspection: &mut Inspection, at: &EventMeta) {
        inspection.opened.get_or_insert((self.inspected, at.on));
    }
}

/// Something that an inspection found.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InspectionFinding {
    /// In which case, if in one.
    #[serde(default)]
    pub case: Option<CaseId>,
    /// What.
    pub text: Personal,
}

/// What is to be done about it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recommendation {
    /// What.
    pub text: Personal,
    /// By when.
    pub due: Date,
}

/// `inspection_concluded` (kết luận kiểm tra).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InspectionConcluded {
    /// The conclusion.
    pub conclusion: Personal,
    /// What was found.
    #[serde(default)]
    pub findings: Vec<InspectionFinding>,
    /// What is to be done.
    #[serde(default)]
    pub recommendations: Vec<Recommendation>,
}

impl Kind for InspectionConcluded {
    const INFO: KindInfo = info(209, "inspection_concluded", "kết luận kiểm tra", "–", BY);

    fn personal(&mut self) -> Vec<&mut Personal> {
        let findings = self.findings.iter_mut().map(|one| &mut one.text);
        let recommendations = self.recommendations.iter_mut().map(|one| &mut one.text);
        std::iter::once(&mut self.conclusion).chain(findings).chain(recommendations).collect()
    }

    fn named_cases(&self) -> Vec<&CaseId> {
        self.findings.iter().filter_map(|one| one.case.as_ref()).collect()
    }
}

impl KindOf<Inspection> for InspectionConcluded {
    fn allowed(&self, inspection: &Inspection, on: &RuleContext<'_>) -> Result<(), Refusal> {
        match (inspection.opened, inspection.concluded) {
            (None, _) => {
                let accepted = Words::first([KindName::InspectionOpened]);
                refuse!(Standing, "–", "stream" => Words::NotOpened; Words::Opened; accepted);
            }
            (Some(_), Some(concluded)) => {
                let given = Words::ConcludedOn { date: concluded };
                let accepted = Words::CorrectConclusion { kind: KindName::FactCorrected.into() };
                refuse!(Duplicate, "–", "stream" => given; Words::NotConcluded; accepted);
            }
            (Some(_), None) => {}
        }
        match self.recommendations.iter().find(|one| one.due <= on.at.on) {
            None => Ok(()),
            Some(late) => {
                let limit = Words::AfterConclusion { date: on.at.on };
                Err(refusal!(TooEarly, "–", "recommendations.due" => late.due; limit; Words::ALaterDay))
            }
        }
    }

    fn apply(&self, inspection: &mut Inspection, at: &EventMeta) {
        inspection.concluded.get_or_insert(at.on);
    }
}
