//! From a record of the log to an entry that the law can fold: the payload's bytes become an event.
//!
//! Kinds below [`FIRST_CODE`] are the ledger's own and no entry, but for `clock_corrected`. Bytes that are not the one encoding
//! of their event are refused: they cannot have been written by this ledger.

use std::sync::Arc;

use thads_cases::date::Date;
use thads_cases::event::{Body, Event, KindCode, PayloadIn, PayloadOf};
use thads_cases::history::Entry;
use thads_cases::ids::{OfficeNo, OfficerNo, Position};
use thads_cases::personal::VaultRef;
use thads_proof::codec::{self, CodecError};
use thads_proof::days::{CLOCK_CORRECTED, Correction};
use thads_proof::record::{Provenance, Record};

/// The first code of the law's kinds.
pub const FIRST_CODE: u16 = 16;

/// Whether a record of this kind is an entry.
const fn is_entry(kind: u16) -> bool {
    kind >= FIRST_CODE || kind == CLOCK_CORRECTED
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
    /// The effective date is outside 1900 to 9999.
    #[error("record {position}: effective date of {days} days is outside 1900 to 9999")]
    Date {
        /// Which record.
        position: u64,
        /// The date, in days since 1970-01-01.
        days: i32,
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

/// Returns the references to personal data in a payload, in the order of the record's commitments; `None` for a kind, or a
/// revision of it, that is not known.
///
/// # Errors
/// The payload cannot be read, or is not the one encoding of its event.
pub fn references(kind: u16, revision: u8, payload: &[u8]) -> Result<Option<Vec<VaultRef>>, CodecError> {
    if !is_entry(kind) {
        return Ok(Some(Vec::new()));
    }
    let code = KindCode { code: kind, revision };
    if !code.is_known() {
        return Ok(None);
    }
    event_of(code, payload).map(|event| Some(event.references()))
}

fn event_of(code: KindCode, payload: &[u8]) -> Result<Event, CodecError> {
    let event = codec::decode_seed(PayloadOf(code), payload)?;
    codec::check_canonical(&PayloadIn(&event, code.revision), payload)?;
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

/// Returns the entry that a record holds, recorded on the day that its time says; `None` for the ledger's own kinds.
///
/// # Errors
/// The payload cannot be read, or header and payload do not agree.
pub fn entry_of(record: &Record) -> Result<Option<Entry>, DecodeError> {
    if !is_entry(record.kind) {
        return Ok(None);
    }
    let position = record.position.get();
    let damaged =
        |source| DecodeError::Payload { position, kind: record.kind, revision: record.kind_revision, source };
    let code = KindCode { code: record.kind, revision: record.kind_revision };
    let event = event_of(code, &record.payload).map_err(damaged)?;
    let payload = match &event.body {
        Body::FactCorrected(fact) => Some(fact.entry.0),
        Body::EntryVoided(void) => Some(void.entry.0),
        _ => None,
    };
    let header = record.corrects.map(|corrects| corrects.get());
    if header != payload {
        return Err(DecodeError::Corrects { position, header, payload });
    }
    let effective =
        Date::from_days(record.effective).ok_or(DecodeError::Date { position, days: record.effective })?;
    Ok(Some(Entry {
        position: Position(position),
        effective,
        recorded_on: Date::of_instant(record.recorded_at.get()),
        office: OfficeNo(record.office),
        actor: OfficerNo(record.actor),
        imported: record.provenance == Provenance::Imported,
        event: Arc::new(event),
    }))
}
