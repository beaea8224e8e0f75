//! Histories: entries of one stream, what corrections leave of them, and folding them at two times.
//!
//! Everything known at K is the entries with position < K. The state at (T, K) is the fold of those that take effect
//! at or before T, in order of (effective date, position), where a `fact_corrected` or `entry_voided` below K replaces
//! or removes the entry that it names.

use std::sync::Arc;

use crate::case::Case;
use crate::complaint::Complaint;
use crate::date::Date;
use crate::event::{Body, Event, EventMeta};
use crate::ids::{OfficeNo, OfficerNo, Position};

/// An event as it stands in the log.
#[derive(Clone, PartialEq, Debug)]
pub struct RecordedEvent {
    /// Its place in the log.
    pub position: Position,
    /// The date that it was given as taking effect.
    pub effective: Date,
    /// The day on which it was recorded.
    pub recorded_on: Date,
    /// The office that acts.
    pub office: OfficeNo,
    /// The officer who recorded it.
    pub actor: OfficerNo,
    /// Whether it is imported history.
    pub imported: bool,
    /// What happened.
    pub event: Arc<Event>,
}

impl RecordedEvent {
    /// Where and when it happens, as it was recorded.
    pub const fn at(&self) -> EventMeta {
        EventMeta {
            position: self.position,
            on: self.effective,
            recorded_on: self.recorded_on,
            office: self.office,
            actor: self.actor,
            nth: 0,
            imported: self.imported,
        }
    }
}

/// What a case counts, each sort by itself, in the order in which it is recorded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Counted {
    assets: u32,
    kept: u32,
}

impl Counted {
    /// Counts an entry and returns its number; 0 where nothing is named by one.
    pub fn number(&mut self, body: &Body) -> u32 {
        let count = match body {
            Body::AssetDistrained(_) => &mut self.assets,
            Body::HeldTemporarily(_) => &mut self.kept,
            _ => return 0,
        };
        *count = count.saturating_add(1);
        *count
    }
}

/// An entry as corrections leave it.
#[derive(Clone, PartialEq, Debug)]
pub struct EffectiveEvent<'a> {
    /// Where and when it happens, by its last correction.
    pub at: EventMeta,
    /// What happens, by its last correction.
    pub event: &'a Event,
    /// The correction, if there is one.
    pub corrected_by: Option<Position>,
}

/// What became of the entries of a stream: who voided or corrected each.
///
/// Corrections apply in the order of their positions, and voiding one undoes it. Entries are in the order of the log.
pub fn repairs(entries: &[RecordedEvent]) -> Vec<Option<Repair<'_>>> {
    let mut repairs: Vec<Option<Repair<'_>>> = vec![None; entries.len()];
    // From the last to the first: whether a repair itself still stands is settled before what it names.
    for at in (0..entries.len()).rev() {
        let entry = &entries[at];
        let (named, repair) = match &entry.event.body {
            Body::EntryVoided(void) => (void.entry, Repair::Voided { by: entry.position }),
            Body::FactCorrected(fact) => (
                fact.entry,
                Repair::Corrected {
                    by: entry.position,
                    took_effect: fact.took_effect,
                    event: &fact.replacement,
                },
            ),
            _ => continue,
        };
        if matches!(repairs[at], Some(Repair::Voided { .. })) {
            continue;
        }
        let Ok(target) = entries[..at].binary_search_by_key(&named, |earlier| earlier.position) else {
            continue;
        };
        match (&repairs[target], &repair) {
            // A void stands over every correction; of corrections the latest, met first, stands.
            (None, _) | (Some(Repair::Corrected { .. }), Repair::Voided { .. }) => {
                repairs[target] = Some(repair)
            }
            (Some(_), _) => {}
        }
    }
    repairs
}

/// What a later entry made of an earlier one.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Repair<'a> {
    /// It is no longer there.
    Voided {
        /// By which entry.
        by: Position,
    },
    /// It says something else.
    Corrected {
        /// By which entry.
        by: Position,
        /// When it really took effect.
        took_effect: Date,
        /// What it should have said.
        event: &'a Event,
    },
}

/// The entries as corrections leave them, in the order in which they take effect.
pub fn timeline(entries: &[RecordedEvent]) -> Vec<EffectiveEvent<'_>> {
    let repaired = entries.iter().any(|entry| entry.event.body.repairs().is_some());
    let repairs = if repaired { repairs(entries) } else { Vec::new() };
    let mut live: Vec<EffectiveEvent<'_>> = Vec::with_capacity(entries.len());
    let mut counted = Counted::default();
    for (at, entry) in entries.iter().enumerate() {
        let mut this = EffectiveEvent { at: entry.at(), event: &entry.event, corrected_by: None };
        // Of all that was recorded, what is voided by now as well.
        this.at.nth = counted.number(&entry.event.body);
        match repairs.get(at) {
            Some(Some(Repair::Voided { .. })) => continue,
            Some(Some(Repair::Corrected { by, took_effect, event })) => {
                this.at.on = *took_effect;
                this.event = event;
                this.corrected_by = Some(*by);
            }
            Some(None) | None => {}
        }
        live.push(this);
    }
    let in_order = live.windows(2).all(|pair| pair[0].at.on <= pair[1].at.on);
    if !in_order {
        // Stable: entries of one day keep the order of the log.
        live.sort_by_key(|entry| entry.at.on);
    }
    live
}

/// The entries known at K: those with position < K. Entries are in the order of the log.
pub fn known_at(entries: &[RecordedEvent], known: Position) -> &[RecordedEvent] {
    &entries[..entries.partition_point(|entry| entry.position < known)]
}

/// The state of a case at the end of a day, from its entries as known.
pub fn case_at(entries: &[RecordedEvent], day: Date) -> Case {
    let mut case = Case::default();
    for live in timeline(entries).iter().take_while(|live| live.at.on <= day) {
        live.event.body.apply_to(&mut case, &live.at);
    }
    case
}

/// The state of a complaint at the end of a day, from its entries as known.
pub fn complaint_at(entries: &[RecordedEvent], day: Date) -> Complaint {
    let mut complaint = Complaint::default();
    for live in timeline(entries).iter().take_while(|live| live.at.on <= day) {
        live.event.body.apply_to(&mut complaint, &live.at);
    }
    complaint
}
