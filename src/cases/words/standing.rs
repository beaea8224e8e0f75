//! Where a case or a complaint stands, what there must be enough of, and what a stream is about, as words of a refusal.

use super::{Value, Words};
use crate::case::{Activity, CaseStatus, Class, Finish, Pot, SentOver};
use crate::complaint::Complaint;
use crate::event::KindName;
use crate::stream::StreamKind;

impl From<&CaseStatus> for Words {
    fn from(status: &CaseStatus) -> Words {
        match status {
            CaseStatus::Unknown => Words::CaseUnknown,
            CaseStatus::Registered => Words::CaseRegistered,
            CaseStatus::Open(open) => match (&open.class, &open.activity) {
                (Class::NotYet { tracking_book: true, .. }, _) => Words::CaseInTrackingBook,
                (_, Activity::Postponed { .. }) => Words::CasePostponed,
                (_, Activity::Suspended { .. }) => Words::CaseSuspended,
                (_, Activity::Paused) => Words::CasePaused,
                (Class::NotYet { .. }, Activity::Active) => Words::CaseNotYetEnforceable,
                (Class::Enforceable, Activity::Active) => Words::CaseEnforceable,
                (Class::Pending, Activity::Active) => Words::CaseNotClassified,
            },
            CaseStatus::Finished { how, .. } => match how {
                Finish::Completed => Words::CaseCompleted,
                Finish::Terminated => Words::CaseTerminated,
                Finish::EntrustedOut => Words::CaseEntrustedOut,
                Finish::PulledUp => Words::CasePulledUp,
                Finish::Withdrawn => Words::CaseWithdrawn,
            },
            CaseStatus::Refused { .. } => Words::CaseRequestRefused,
        }
    }
}

impl From<&Complaint> for Words {
    fn from(complaint: &Complaint) -> Words {
        match (&complaint.sort, &complaint.accepted, &complaint.ended) {
            (None, _, _) => Words::NotReceived,
            (Some(_), _, Some(_)) => Words::ComplaintEnded,
            (Some(_), Some(_), None) => Words::ComplaintAccepted,
            (Some(_), None, None) => Words::ComplaintReceived,
        }
    }
}

impl From<Pot> for Words {
    fn from(pot: Pot) -> Words {
        match pot {
            Pot::Held => Words::PotHeld,
            Pot::Owed => Words::PotOwed,
            Pot::Approved => Words::PotApproved,
            Pot::ApprovedOfHeld => Words::PotApprovedOfHeld,
            Pot::ApprovedOfOwed => Words::PotApprovedOfOwed,
            Pot::HeldAtEnd => Words::PotHeldAtEnd,
            Pot::OwedAtEnd => Words::PotOwedAtEnd,
        }
    }
}

impl From<&SentOver> for Words {
    fn from(sent: &SentOver) -> Words {
        let SentOver { kind, payee, secured, amount } = *sent;
        match secured {
            true => Words::SentOverSecured { kind, payee, amount },
            false => Words::SentOver { kind, payee, amount },
        }
    }
}

impl From<StreamKind> for Words {
    fn from(kind: StreamKind) -> Words {
        match kind {
            StreamKind::Case => Words::SortCase,
            StreamKind::Complaint => Words::SortComplaint,
            StreamKind::Inspection => Words::SortInspection,
            StreamKind::Organisation => Words::SortOrganisation,
            StreamKind::Any => Words::SortAny,
        }
    }
}

impl StreamKind {
    /// Returns which kinds begin a stream of this sort.
    pub(crate) fn first(self) -> Words {
        use KindName::{
            ComplaintReceived, DenunciationReceived, EntrustedIn, InspectionOpened, JudgmentReceived,
            OfficeOpened, OfficerAppointed, ParameterSet, TakenFromBelow,
        };
        match self {
            StreamKind::Case => Words::first([JudgmentReceived, EntrustedIn, TakenFromBelow]),
            StreamKind::Complaint => Words::first([ComplaintReceived, DenunciationReceived]),
            StreamKind::Inspection => Words::first([InspectionOpened]),
            StreamKind::Organisation => Words::first([OfficeOpened, OfficerAppointed, ParameterSet]),
            StreamKind::Any => Words::FirstOrOther {
                kinds: Value::list([JudgmentReceived, ComplaintReceived, OfficeOpened, OfficerAppointed]),
            },
        }
    }
}
