//! What entries took that was not there: always nothing in a history that the law let come about.
//!
//! The fold measures it for every kind in the same way, so that money is judged apart from all other rules: whatever
//! else an entry broke, and whatever its kind allows.

use serde::{Deserialize, Serialize};

use super::{Case, CaseStatus, Finish};
use crate::money::Total;

/// Money that was not there and was taken all the same, in đồng; each a sum over the history so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Taken {
    /// Paid out, given back or put aside beyond what the pot held.
    pub beyond_held: Total,
    /// Paid over, let off or ended beyond what was owed, and what an amendment took from what was met already.
    pub beyond_owed: Total,
    /// Paid over beyond what another officer approved.
    pub beyond_approved: Total,
}

/// A pot out of which more was taken, or more is promised, than there is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Pot {
    /// What the case's account holds.
    Held,
    /// What the obligation owes.
    Owed,
    /// What another officer approved for paying out.
    Approved,
    /// What is held for distribution, out of which approvals are promised.
    ApprovedOfHeld,
    /// What is owed, for which approvals are promised.
    ApprovedOfOwed,
    /// What a finished case still holds.
    HeldAtEnd,
    /// What a finished case still owes; a withdrawn order leaves its debts unsettled.
    OwedAtEnd,
}

impl Case {
    /// How much is missing in each pot; all nothing in a lawful history.
    pub fn excess(&self) -> [(Pot, Total); 7] {
        let over_owed = |one: &super::Obligation| {
            let lines = self.approved.iter().filter(|line| line.obligation == one.number);
            let approved: Total = lines.map(|line| line.amount.total()).sum();
            (approved - one.remaining().total()).max(0)
        };
        let approved_of_owed =
            if self.approved.is_empty() { 0 } else { self.obligations.iter().map(over_owed).sum() };
        let (held_at_end, owed_at_end) = match self.status {
            CaseStatus::Finished { how: Finish::Withdrawn, .. } => (self.unsettled(), 0),
            CaseStatus::Finished { .. } => (self.unsettled(), self.remaining()),
            CaseStatus::Unknown
            | CaseStatus::Registered
            | CaseStatus::Open(_)
            | CaseStatus::Refused { .. } => (0, 0),
        };
        [
            (Pot::Held, self.taken.beyond_held),
            (Pot::Owed, self.taken.beyond_owed),
            (Pot::Approved, self.taken.beyond_approved),
            (Pot::ApprovedOfHeld, (-self.unapproved()).max(0)),
            (Pot::ApprovedOfOwed, approved_of_owed),
            (Pot::HeldAtEnd, held_at_end),
            (Pot::OwedAtEnd, owed_at_end),
        ]
    }
}
