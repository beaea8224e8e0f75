//! Where an import goes: what the planner asks of a ledger, and what it hands over.
//!
//! The planner knows neither log nor store. Whoever has them implements [`Target`]: the ledger's service for the
//! command, a few maps for the tests.

use std::error::Error;
use std::sync::Arc;

use thads_cases::date::Date;
use thads_cases::event::Event;
use thads_cases::history::RecordedEvent;
use thads_cases::ids::{CaseId, ComplaintId, OfficeCode, OfficeNo, OfficerNo, Position};
use thads_cases::reference_data::ReferenceData;
use thads_proof::record::{RequestId, Stream};

/// A ledger that history is imported into. Nobody else may write to it while an import runs.
pub trait Target {
    /// What can go wrong with it.
    type Error: Error + Send + Sync + 'static;

    /// Rules, calendar and organisation as known at the head. Asked once, at the start.
    fn reference_data(&self) -> Result<ReferenceData, Self::Error>;

    /// The tree size: the position that the next record would get.
    fn next(&self) -> Position;

    /// The day on which a record made now counts as recorded.
    fn today(&self) -> Date;

    /// Where what was recorded under a request id begins. This alone says which rows are there already.
    fn place(&self, request: &RequestId) -> Result<Option<Position>, Self::Error>;

    /// Shows every case with its entries, in the order of the log. Asked once, at the start.
    fn each_case(&self, show: &mut dyn FnMut(&CaseId, &[RecordedEvent]));

    /// Shows every complaint with its entries, in the order of the log. Asked once, at the start.
    fn each_complaint(&self, show: &mut dyn FnMut(&ComplaintId, &[RecordedEvent]));

    /// The entries of a case, as many as its stream has records; none where there is no such case.
    fn case(&self, case: &CaseId) -> Vec<RecordedEvent>;

    /// The entries of a complaint, as many as its stream has records; none where there is no such complaint.
    fn complaint(&self, complaint: &ComplaintId) -> Vec<RecordedEvent>;

    /// Entries with their personal data in words; what is lost stays so.
    fn read(&self, entries: &[RecordedEvent]) -> Result<Vec<RecordedEvent>, Self::Error>;

    /// The case that took over what this one sent away.
    fn taken_over_by(&self, case: &CaseId) -> Option<CaseId>;

    /// The next intake number of an office and year, from 1.
    fn next_intake(&self, office: &OfficeCode, year: u16) -> u32;

    /// The next complaint number of an office and year, from 1.
    fn next_complaint(&self, office: &OfficeCode, year: u16) -> u32;

    /// The names of the officers, out of the vault, as they were given.
    /// Asked once, at the start.
    fn officer_names(&self) -> Result<Vec<(OfficerNo, String)>, Self::Error>;

    /// Records a batch in its order. Each append is recorded whole or not at all. After an error some of the first
    /// appends may stand in the ledger: the import stops, and a later one finds them by their request ids.
    /// Afterwards [`Target::case`] and the like must know the new entries.
    fn submit(&mut self, batch: &[RowAppend]) -> Result<(), Self::Error>;
}

/// What one row becomes: one append under one request id, whole or not at all.
#[derive(Clone, PartialEq, Debug)]
pub struct RowAppend {
    /// The row's identity.
    pub request: RequestId,
    /// The streams in the order in which they are to be appended.
    pub streams: Vec<StreamEvents>,
}

/// What a row adds to one stream.
#[derive(Clone, PartialEq, Debug)]
pub struct StreamEvents {
    /// Which stream.
    pub stream: Stream,
    /// The stream's version before; 0 = it must be new; `None` = whatever it is.
    pub expected_version: Option<u64>,
    /// The events, all of them imported history.
    pub events: Vec<ImportedEvent>,
}

/// An event of imported history; its personal data is still in plain words, to be sealed in the vault.
#[derive(Clone, PartialEq, Debug)]
pub struct ImportedEvent {
    /// When it took effect.
    pub effective: Date,
    /// The office that acted.
    pub office: OfficeNo,
    /// The officer who acted; 0 where the source names none.
    pub actor: OfficerNo,
    /// What happened.
    pub event: Arc<Event>,
}
