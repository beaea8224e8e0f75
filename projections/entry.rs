//! From a record of the log to an entry that the law can fold: the payload's bytes become an event.
//!
//! Every kind is one but the genesis; one that is not known here is a later program's, also among the codes that are the ledger's
//! own. Bytes that are not the one encoding of their event are refused: they cannot have been written by this ledger.

use std::sync::Arc;

use thads_cases::date::Date;
use thads_cases::event::repair::{FactCorrected, FactCorrectedStart};
use thads_cases::event::{Body, Event, Kind, KindCode, PayloadIn, PayloadOf};
use thads_cases::history::RecordedEvent;
use thads_cases::ids::{OfficeNo, OfficerNo, Position};
use thads_cases::personal::VaultRef;
use thads_cases::rules::RuleSet;
use thads_codec::CodecError;
use thads_proof::days::{CLOCK_CORRECTED, Correction};
use thads_proof::genesis;
use thads_proof::record::{Provenance, Record};

/// Whether a record of this kind is an entry.
const fn is_entry(kind: u16) -> bool {
    kind != genesis::KIND
}

/// Why a record is no entry.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The payload cannot be read as its kind, or is not its one encoding.
    #[error("record {position}: payload of kind {kind} revision {revision}")]
    Payload {
        /// Which record.
        position: u64,
        /// Its kind.
        kind: u16,
        /// The revision of its payload.
        revision: u8,
        /// What is wrong.
        #[source]
        source: CodecError,
    },
    /// A later program has written it: the kind, or the revision of it, is not known here; in a correction that of what
    /// stands in place of the entry.
    #[error("record {position}: kind {kind} revision {revision} is of a later program")]
    Later {
        /// Which record.
        position: u64,
        /// The kind that is not known.
        kind: u16,
        /// Its revision.
        revision: u8,
    },
    /// The effective date is outside 1900 to 9999.
    #[error("record {position}: effective date of {days} days is outside 1900 to 9999")]
    Date {
        /// Which record.
        position: u64,
        /// The date, in days since 1970-01-01.
        days: i32,
    },
    /// A later program has written it: by a rule set that is not known here.
    #[error("record {position}: rule set {rule_set} is of a later program")]
    LaterRules {
        /// Which record.
        position: u64,
        /// The number of its rule set.
        rule_set: u8,
    },
    /// The header names another record to correct than the payload does.
    #[error("record {position}: the header corrects {header:?}, the payload {payload:?}")]
    Corrects {
        /// Which record.
        position: u64,
        /// What the header names.
        header: Option<u64>,
        /// What the payload names.
        payload: Option<u64>,
    },
}

/// Returns the references to personal data in a payload, in the order of the record's commitments; `None` where a later
/// program has written it.
///
/// # Errors
/// The payload cannot be read, or is not the one encoding of its event.
pub fn references(kind: u16, revision: u8, payload: &[u8]) -> Result<Option<Vec<VaultRef>>, CodecError> {
    if !is_entry(kind) {
        return Ok(Some(Vec::new()));
    }
    let code = KindCode { code: kind, revision };
    match event_of(code, payload) {
        Ok(event) => Ok(Some(event.references())),
        Err(_) if later(code, payload).is_some() => Ok(None),
        Err(error) => Err(error),
    }
}

/// What of a payload that cannot be read a later program has written: the kind itself, or in a correction what stands in
/// place of the entry, with the entry that it names.
fn later(code: KindCode, payload: &[u8]) -> Option<(KindCode, Option<Position>)> {
    if code.is_later() {
        return Some((code, None));
    }
    if code.code != FactCorrected::INFO.code || !code.is_known() {
        return None;
    }
    let start: FactCorrectedStart = thads_codec::decode_start(payload).ok()?;
    let replacement = KindCode { code: start.code, revision: start.revision };
    (is_entry(replacement.code) && replacement.is_later()).then_some((replacement, Some(start.entry)))
}

fn event_of(code: KindCode, payload: &[u8]) -> Result<Event, CodecError> {
    let event = thads_codec::decode_seed(PayloadOf(code), payload)?;
    thads_codec::check_canonical(&PayloadIn(&event, code.revision), payload)?;
    Ok(event)
}

/// What an event says of the clock; only `clock_corrected` does.
pub fn correction(body: &Body) -> Option<Correction> {
    match body {
        Body::ClockCorrected(corrected) => Some(Correction {
            from: thads_proof::record::Position::new(corrected.from.0),
            day: corrected.day.days(),
        }),
        _ => None,
    }
}

/// What a record says of the clock; one that cannot be read says nothing. Cost: no more than a look at its kind for all
/// others.
pub fn correction_of(record: &Record) -> Option<Correction> {
    if record.kind != CLOCK_CORRECTED {
        return None;
    }
    correction(&entry_of(record).ok().flatten()?.event.body)
}

/// Returns the entry that a record holds, recorded on the day that its time says; `None` for the genesis.
///
/// # Errors
/// The payload cannot be read, or header and payload do not agree.
pub fn entry_of(record: &Record) -> Result<Option<RecordedEvent>, DecodeError> {
    if !is_entry(record.kind) {
        return Ok(None);
    }
    let position = record.position.get();
    let code = KindCode { code: record.kind, revision: record.kind_revision };
    let corrects = |payload: Option<Position>| {
        let (header, payload) =
            (record.corrects.map(|corrects| corrects.get()), payload.map(|entry| entry.0));
        if header == payload { Ok(()) } else { Err(DecodeError::Corrects { position, header, payload }) }
    };
    let event = match event_of(code, &record.payload) {
        Ok(event) => event,
        Err(source) => {
            let Some((KindCode { code: kind, revision }, corrected)) = later(code, &record.payload) else {
                let (kind, revision) = (record.kind, record.kind_revision);
                return Err(DecodeError::Payload { position, kind, revision, source });
            };
            if corrected.is_some() {
                corrects(corrected)?;
            }
            return Err(DecodeError::Later { position, kind, revision });
        }
    };
    corrects(event.body.repairs())?;
    let effective =
        Date::from_days(record.effective).ok_or(DecodeError::Date { position, days: record.effective })?;
    if RuleSet::is_later(record.rule_set, effective) {
        return Err(DecodeError::LaterRules { position, rule_set: record.rule_set });
    }
    Ok(Some(RecordedEvent {
        position: Position(position),
        effective,
        recorded_on: Date::of_instant(record.recorded_at.get()),
        office: OfficeNo(record.office),
        actor: OfficerNo(record.actor),
        imported: record.provenance == Provenance::Imported,
        event: Arc::new(event),
    }))
}
