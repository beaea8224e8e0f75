//! What a rule may look at besides the state: the occasion, who acts, the world as known, the other end of a move.

use crate::case::Case;
use crate::date::Date;
use crate::ids::{CaseId, OfficeNo, OfficerNo, Position};
use crate::organisation::Officer;
use crate::reference_data::ReferenceData;

/// Where and when an event happens: what [`KindOf::apply`](super::KindOf::apply) may know besides the state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct EventMeta {
    /// Its place in the log.
    pub position: Position,
    /// Its effective date.
    pub on: Date,
    /// The day on which it was recorded.
    pub recorded_on: Date,
    /// The office that acts.
    pub office: OfficeNo,
    /// The officer who records.
    pub actor: OfficerNo,
    /// Of what is named by a number that its case counts (an asset, a sum in keeping): the number. It is given in the order in
    /// which those are recorded, whatever became of them since, so that it never comes to name another. 0 for all else.
    pub nth: u32,
    /// Whether it is imported history: then its limits may go unchecked (`limit_unknown`) and start no deadline.
    pub imported: bool,
}

/// The sender of a case that comes from another office, as far as it was asked for
/// ([`decide::other_ends`](crate::decide::other_ends)).
#[derive(Clone, Copy, Debug)]
pub enum Sender<'a> {
    /// Not asked: the case does not come from elsewhere, or this is a refold.
    NotAsked,
    /// This ledger has no such case.
    Missing,
    /// The sender's case as it stands.
    Found(&'a Case),
    /// This other case took over what was sent already.
    Taken(&'a CaseId),
}

/// The case that took over what a case sent to another office, as far as it was asked for
/// ([`decide::other_ends`](crate::decide::other_ends)).
#[derive(Clone, Copy, Debug)]
pub enum Receiver<'a> {
    /// Not asked: the case sent nothing.
    NotAsked,
    /// No case of this ledger took it over.
    Nobody,
    /// This case did.
    Took(&'a CaseId),
}

/// What a rule may look at besides the state: the occasion, the officer, and the law and the organisation as known.
#[derive(Clone, Copy, Debug)]
pub struct RuleContext<'a> {
    /// Where and when.
    pub at: EventMeta,
    /// The officer who records; `None` for the ledger itself and for unknown officers of imported history.
    pub officer: Option<&'a Officer>,
    /// Rules, calendar and organisation.
    pub reference_data: &'a ReferenceData,
    /// The sender, for a case that comes from another office.
    pub sender: Sender<'a>,
}
