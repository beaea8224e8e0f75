//! Finding what a request id has recorded.

use thads_proof::hash;
use thads_proof::record::{Position, Record, RequestId};

use crate::journal::{Journal, JournalError};
use crate::receipt::Receipt;

/// Returns the receipt and the records of a request; `None` when it recorded nothing. `candidates` are the positions at which
/// it may first be recorded: those of its fingerprint.
pub(crate) fn recorded(
    journal: &dyn Journal,
    candidates: &[Position],
    request: &RequestId,
) -> Result<Option<(Receipt, Vec<Record>)>, JournalError> {
    for position in candidates {
        let records = records_of(journal, *position, request)?;
        let (Some(first), Some(last)) = (records.first(), records.last()) else { continue };
        let header = journal.header(last.position)?.ok_or_else(|| JournalError::Damaged {
            first: last.position,
            what: "no block holds it".into(),
        })?;
        let leaf = hash::leaf(&encode(last)?);
        let receipt = Receipt {
            request: *request,
            first: first.position,
            last: last.position,
            leaf,
            size: header.end().get(),
            root: header.root,
            recorded_at: last.recorded_at,
            repeated: true,
        };
        return Ok(Some((receipt, records)));
    }
    Ok(None)
}

/// Reads the records of `request` that begin at `position`: they follow each other. None if another's stand there.
fn records_of(
    journal: &dyn Journal,
    position: Position,
    request: &RequestId,
) -> Result<Vec<Record>, JournalError> {
    let mut records: Vec<Record> = Vec::new();
    // Most requests have a few records; a small range is looked up quickly.
    let mut range = position.get()..position.get().saturating_add(16);
    loop {
        let before = records.len();
        for run in journal.read(range.clone()) {
            for (at, bytes) in run?.records() {
                let record = decode(at, bytes)?;
                if record.request != *request {
                    return Ok(records);
                }
                records.push(record);
            }
        }
        if records.len() == before {
            return Ok(records);
        }
        range = range.end..range.end.saturating_add(4096);
    }
}

/// Decodes a record that stands at `position`.
pub(crate) fn decode(position: Position, bytes: &[u8]) -> Result<Record, JournalError> {
    let record = Record::decode(bytes)
        .map_err(|error| JournalError::Damaged { first: position, what: error.to_string() })?;
    if record.position != position {
        let what = format!("the record there says that it stands at {}", record.position);
        return Err(JournalError::Damaged { first: position, what });
    }
    Ok(record)
}

fn encode(record: &Record) -> Result<Vec<u8>, JournalError> {
    record.encode().map_err(|error| JournalError::Damaged { first: record.position, what: error.to_string() })
}
