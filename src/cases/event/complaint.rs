//! Kinds of complaints (Art. 140-153) and denunciations (Art. 154-159), from receipt to outcome.

use serde::{Deserialize, Serialize};

use super::{EventMeta, Kind, KindInfo, KindName, KindOf, RuleContext, info};
use crate::complaint::{Complaint, Ending, Outcome, Sort};
use crate::ids::CaseId;
use crate::organisation::Role;
use crate::personal::Personal;
use crate::refusal::Refusal;
use crate::words::{Value, Words};
use crate::{refusal, refuse};

const HEAD: &[Role] = &[Role::Head, Role::ProvincialHead];
const DESK: &[Role] = &[Role::Clerk, Role::Examiner, Role::Head, Role::ProvincialHead];

fn must_be(
    complaint: &Complaint,
    sort: Sort,
    status: Words,
    article: &'static str,
    first: Words,
) -> Result<(), Refusal> {
    if complaint.sort.is_some_and(|is| is != sort) {
        refuse!(Mismatch, article, "kind" => Words::OtherSort;
            Words::AsReceived { one: Value::typed("complaint_…"), other: Value::typed("denunciation_…") };
            Words::OtherKind);
    }
    if Words::from(complaint) == status {
        return Ok(());
    }
    Err(refusal!(Standing, article, "stream" => complaint; status; first))
}

/// `complaint_received` (nhận khiếu nại).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComplaintReceived {
    /// Who complains.
    pub complainant: Personal,
    /// The case that it concerns, if it concerns one.
    #[serde(default)]
    pub case: Option<CaseId>,
    /// 1 before coercion, 2 security measure, 3 coercion, 4 after coercion (Art. 140).
    pub class: u8,
    /// 1, or 2 (final).
    pub level: u8,
    /// Against which decision or act.
    #[serde(default)]
    pub against: Option<Personal>,
    /// Complex, or from a remote place: 30 days more.
    #[serde(default)]
    pub complex: bool,
}

impl Kind for ComplaintReceived {
    const INFO: KindInfo = info(192, "complaint_received", "nhận đơn khiếu nại", "140-141", DESK);

    fn personal(&mut self) -> Vec<&mut Personal> {
        std::iter::once(&mut self.complainant).chain(self.against.as_mut()).collect()
    }

    fn named_cases(&self) -> Vec<&CaseId> {
        self.case.iter().collect()
    }
}

impl KindOf<Complaint> for ComplaintReceived {
    fn allowed(&self, complaint: &Complaint, _: &RuleContext<'_>) -> Result<(), Refusal> {
        must_be(complaint, Sort::Complaint, Words::NotReceived, "141", Words::AnotherNumber)?;
        if !(1..=4).contains(&self.class) {
            refuse!(Limit, "140", "class" => self.class;
                Words::Range { first: 1_u8.into(), last: 4_u8.into() };
                Words::from(Value::either([1_u8, 2, 3, 4])));
        }
        if !(1..=2).contains(&self.level) {
            refuse!(Limit, "142", "level" => self.level;
                Words::from(Value::either([1_u8, 2]));
                Words::from(Value::either([1_u8, 2])));
        }
        if self.class == 2 && self.level == 2 {
            refuse!(Limit, "142", "level" => self.level; Words::LevelOneFinal; 1_u8);
        }
        Ok(())
    }

    fn apply(&self, complaint: &mut Complaint, at: &EventMeta) {
        complaint.sort = Some(Sort::Complaint);
        complaint.office = at.office;
        complaint.case = self.case.clone();
        complaint.class = self.class;
        complaint.level = self.level;
        complaint.complex = self.complex;
        complaint.received = Some(at.on);
        complaint.received_at = Some(at.position);
    }
}

macro_rules! steps {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fdoc:meta])* $field:ident: $type:ty),* } = $info:expr, $sort:ident, $status:ident, $first:ident, |$this:ident, $complaint:ident, $at:ident| $apply:block)*) => { $(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($(#[$fdoc])* pub $field: $type),* }

        impl Kind for $name {
            const INFO: KindInfo = $info;
        }

        impl KindOf<Complaint> for $name {
            fn allowed(&self, complaint: &Complaint, _: &RuleContext<'_>) -> Result<(), Refusal> {
                must_be(complaint, Sort::$sort, Words::$status, Self::INFO.article, Words::first([KindName::$first]))
            }

            fn apply(&self, $complaint: &mut Complaint, $at: &EventMeta) {
                let $this = self;
                let _ = $this;
                // Imported history may begin in the middle: then this says what it is, and nothing when it came in.
                $complaint.sort.get_or_insert(Sort::$sort);
                $apply
            }
        }
    )* };
}

fn end(complaint: &mut Complaint, ending: Ending, at: &EventMeta) {
    if complaint.ended.is_none() {
        complaint.ended = Some((ending, at.on));
        complaint.ended_at = Some(at.position);
    }
}

steps! {
    /// `complaint_accepted` (thụ lý khiếu nại).
    ComplaintAccepted {} = info(193, "complaint_accepted", "thụ lý khiếu nại", "148", HEAD),
        Complaint, ComplaintReceived, ComplaintReceived, |this, complaint, at| { complaint.accepted = Some(at.on); }
    /// `complaint_rejected` (không thụ lý khiếu nại).
    ComplaintRejected {
        /// The ground of Art. 141.
        ground: String
    } = info(194, "complaint_rejected", "không thụ lý khiếu nại", "141", HEAD),
        Complaint, ComplaintReceived, ComplaintReceived, |this, complaint, at| { end(complaint, Ending::Rejected, at); }
    /// `complaint_resolved` (giải quyết khiếu nại).
    ComplaintResolved {
        /// How it came out.
        outcome: Outcome
    } = info(195, "complaint_resolved", "quyết định giải quyết khiếu nại", "150-151", HEAD),
        Complaint, ComplaintAccepted, ComplaintAccepted, |this, complaint, at| { end(complaint, Ending::Resolved(this.outcome), at); }
    /// `denunciation_accepted` (thụ lý tố cáo).
    DenunciationAccepted {} = info(198, "denunciation_accepted", "thụ lý tố cáo", "157", HEAD),
        Denunciation, ComplaintReceived, DenunciationReceived, |this, complaint, at| { complaint.accepted = Some(at.on); }
    /// `denunciation_not_accepted` (không thụ lý tố cáo).
    DenunciationNotAccepted {
        /// Why not.
        ground: String
    } = info(199, "denunciation_not_accepted", "không thụ lý tố cáo", "157", HEAD),
        Denunciation, ComplaintReceived, DenunciationReceived, |this, complaint, at| { end(complaint, Ending::Rejected, at); }
    /// `denunciation_concluded` (kết luận nội dung tố cáo).
    DenunciationConcluded {
        /// How it came out.
        outcome: Outcome
    } = info(200, "denunciation_concluded", "kết luận nội dung tố cáo", "157.2", HEAD),
        Denunciation, ComplaintAccepted, DenunciationAccepted, |this, complaint, at| { end(complaint, Ending::Resolved(this.outcome), at); }
}

/// `complaint_withdrawn` (rút khiếu nại).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComplaintWithdrawn {}

impl Kind for ComplaintWithdrawn {
    const INFO: KindInfo = info(196, "complaint_withdrawn", "rút đơn khiếu nại", "143", DESK);
}

impl KindOf<Complaint> for ComplaintWithdrawn {
    fn allowed(&self, complaint: &Complaint, _: &RuleContext<'_>) -> Result<(), Refusal> {
        if Words::from(complaint) == Words::ComplaintAccepted && complaint.sort == Some(Sort::Complaint) {
            return Ok(());
        }
        must_be(complaint, Sort::Complaint, Words::ComplaintReceived, "143", Words::NotEnded)
    }

    fn apply(&self, complaint: &mut Complaint, at: &EventMeta) {
        end(complaint, Ending::Withdrawn, at);
    }
}

/// `denunciation_received` (nhận tố cáo): the author's identity is secret and stays in the vault.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DenunciationReceived {
    /// Who denounces.
    pub author: Personal,
    /// Whom, and of what.
    pub against: Personal,
    /// The case that it concerns, if it concerns one.
    #[serde(default)]
    pub case: Option<CaseId>,
    /// Complex: 90 days instead of 60.
    #[serde(default)]
    pub complex: bool,
}

impl Kind for DenunciationReceived {
    const INFO: KindInfo = info(197, "denunciation_received", "nhận đơn tố cáo", "154-155", DESK);

    fn personal(&mut self) -> Vec<&mut Personal> {
        vec![&mut self.author, &mut self.against]
    }

    fn named_cases(&self) -> Vec<&CaseId> {
        self.case.iter().collect()
    }
}

impl KindOf<Complaint> for DenunciationReceived {
    fn allowed(&self, complaint: &Complaint, _: &RuleContext<'_>) -> Result<(), Refusal> {
        must_be(complaint, Sort::Denunciation, Words::NotReceived, "155", Words::AnotherNumber)
    }

    fn apply(&self, complaint: &mut Complaint, at: &EventMeta) {
        complaint.sort = Some(Sort::Denunciation);
        complaint.office = at.office;
        complaint.case = self.case.clone();
        complaint.complex = self.complex;
        complaint.received = Some(at.on);
        complaint.received_at = Some(at.position);
    }
}
