//! The states that streams fold into, as judging sees them.

use crate::case::{Case, Pot};
use crate::check::named_enforcer;
use crate::complaint::Complaint;
use crate::event::{Aggregate, Event, RuleContext};
use crate::money::Total;
use crate::organisation::Role;
use crate::refusal::Refusal;
use crate::stream::StreamKind;

/// A state that a stream's events fold into.
pub(crate) trait State: Aggregate + Default + Clone {
    /// Whether an event may happen to it.
    fn allowed(&self, event: &Event, on: &RuleContext<'_>) -> Result<(), Refusal> {
        self.allows(&event.body, on)
    }

    /// What was taken that was not there.
    fn excess(&self) -> [(Pot, Total); 7] {
        Case::default().excess()
    }
}

impl State for Case {
    fn allowed(&self, event: &Event, on: &RuleContext<'_>) -> Result<(), Refusal> {
        self.allows(&event.body, on)?;
        match on.officer {
            // What a clerk enters in an open case is the act of the enforcer whom he names.
            Some(officer)
                if officer.role == Role::Clerk
                    && event.body.stream_kind() == StreamKind::Case
                    && self.open().is_some() =>
            {
                named_enforcer(self, event.common.on_behalf_of)
            }
            Some(_) | None => Ok(()),
        }
    }

    fn excess(&self) -> [(Pot, Total); 7] {
        Case::excess(self)
    }
}

impl State for Complaint {}
