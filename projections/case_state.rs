//! One case for readers: its state on a day as known at a moment, and every entry with both its dates and what became of it.

use std::sync::Arc;

use thads_cases::case::Case;
use thads_cases::complaint::Complaint;
use thads_cases::date::Date;
use thads_cases::event::Event;
use thads_cases::history::{RecordedEvent, Repair, case_at, complaint_at, known_at, repairs};
use thads_cases::ids::{CaseId, ComplaintId, OfficeNo, OfficerNo, Position};
use thads_cases::reference_data::ReferenceData;

use crate::read_model::ReadModel;

/// What later entries made of an entry.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mark {
    /// It stands as it was recorded.
    Stands,
    /// Another entry says what it should have said, and when that took effect.
    Corrected {
        /// Which entry.
        by: Position,
        /// When it really took effect.
        took_effect: Date,
    },
    /// Another entry says that it should not be; a voided repair no longer repairs.
    Voided {
        /// Which entry.
        by: Position,
    },
}

/// An entry of a history, with what became of it.
#[derive(Clone, PartialEq, Debug)]
pub struct EntryView {
    /// Its place in the log.
    pub position: Position,
    /// When it took effect, as it was recorded.
    pub effective: Date,
    /// When it was recorded.
    pub recorded_on: Date,
    /// Days between the two.
    pub days_late: i32,
    /// Working days between the two; `None` where the calendar does not hold the year.
    pub working_days_late: Option<u32>,
    /// The office that acted.
    pub office: OfficeNo,
    /// The officer who recorded it.
    pub actor: OfficerNo,
    /// Whether it is imported history.
    pub imported: bool,
    /// What was recorded.
    pub event: Arc<Event>,
    /// What it says by its last correction; `None` where nobody corrected it.
    pub says_now: Option<Arc<Event>>,
    /// What became of it.
    pub mark: Mark,
    /// Whether it bears on the state on the day asked for: it stands (or its correction does) and has taken effect.
    pub counts: bool,
}

impl EntryView {
    /// When it takes effect, by its last correction.
    pub fn takes_effect(&self) -> Date {
        match self.mark {
            Mark::Corrected { took_effect, .. } => took_effect,
            Mark::Stands | Mark::Voided { .. } => self.effective,
        }
    }
}

/// A stream's state on a day, as known at a moment, with its entries.
#[derive(Clone, PartialEq, Debug)]
pub struct View<State> {
    /// At the end of this day.
    pub on: Date,
    /// As known at this size of the log.
    pub known: Position,
    /// The state.
    pub state: State,
    /// Every entry known then, in the order of the log.
    pub entries: Vec<EntryView>,
}

/// Returns a case at the end of a day, as known at a moment; `None` when nothing was known of it then.
pub fn case_view(model: &ReadModel, id: &CaseId, on: Date, known: Position) -> Option<View<Case>> {
    view(model, model.case(id)?, on, known, case_at)
}

/// Returns a complaint at the end of a day, as known at a moment; `None` when nothing was known of it then.
pub fn complaint_view(
    model: &ReadModel,
    id: &ComplaintId,
    on: Date,
    known: Position,
) -> Option<View<Complaint>> {
    view(model, model.complaint(id)?, on, known, complaint_at)
}

fn view<State>(
    model: &ReadModel,
    entries: &[RecordedEvent],
    on: Date,
    known: Position,
    at: fn(&[RecordedEvent], Date) -> State,
) -> Option<View<State>> {
    let known = known.min(model.position());
    let entries = known_at(entries, known);
    if entries.is_empty() {
        return None;
    }
    let reference_data = model.reference_data_at(known);
    Some(View { on, known, state: at(entries, on), entries: entry_views(entries, on, &reference_data) })
}

/// Returns entries (of one stream, as known) with what became of each.
fn entry_views(entries: &[RecordedEvent], on: Date, reference_data: &ReferenceData) -> Vec<EntryView> {
    let fates = repairs(entries);
    entries
        .iter()
        .zip(fates)
        .map(|(entry, fate)| {
            let (mark, says_now) = match fate {
                None => (Mark::Stands, None),
                Some(Repair::Corrected { by, took_effect, event }) => {
                    (Mark::Corrected { by, took_effect }, Some(Arc::new(event.clone())))
                }
                Some(Repair::Voided { by }) => (Mark::Voided { by }, None),
            };
            let mut view = EntryView {
                position: entry.position,
                effective: entry.effective,
                recorded_on: entry.recorded_on,
                days_late: entry.recorded_on.since(entry.effective),
                working_days_late: reference_data
                    .calendar
                    .working_days_between(entry.effective, entry.recorded_on)
                    .ok(),
                office: entry.office,
                actor: entry.actor,
                imported: entry.imported,
                event: Arc::clone(&entry.event),
                says_now,
                mark,
                counts: false,
            };
            view.counts = !matches!(mark, Mark::Voided { .. }) && view.takes_effect() <= on;
            view
        })
        .collect()
}
