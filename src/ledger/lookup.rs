//! Finding what a request id has recorded.

use thads_proof::hash;
use thads_proof::record::{Leaf, LedgerId, Position, Record, RequestId};

use crate::journal::{Journal, JournalError};
use crate::receipt::Receipt;
use crate::state::fingerprint;

/// Returns the receipt and the records of a request; `None` when it recorded nothing. `candidates` are the positions at which
/// it may first be recorded: those of its fingerprint. What the journal gives is verified, not believed: bytes that are not
/// those that were recorded would have the request recorded again, or its receipt say another leaf.
pub(crate) fn recorded(
    journal: &dyn Journal,
    ledger: &LedgerId,
    candidates: &[Position],
    request: &RequestId,
) -> Result<Option<(Receipt, Vec<Record>)>, JournalError> {
    for position in candidates {
        let damaged = |what: &str| JournalError::Damaged { first: *position, what: what.into() };
        let mut records = verified(journal, *position, request)?;
        let other = records.pop_if(|(record, _)| record.request != *request);
        let Some((last, leaf)) = records.last() else {
            // Two requests may share a fingerprint; nothing else can have brought another one here.
            let shared = |other: &RequestId| fingerprint(ledger, other) == fingerprint(ledger, request);
            if other.is_some_and(|(record, _)| shared(&record.request)) {
                continue;
            }
            return Err(damaged("what the request recorded is not there"));
        };
        let header = journal.header(last.position)?.ok_or_else(|| damaged("no block holds it"))?;
        let receipt = Receipt {
            request: *request,
            first: *position,
            last: last.position,
            leaf: *leaf,
            size: header.end().get(),
            root: header.root,
            recorded_at: last.recorded_at,
            repeated: true,
        };
        return Ok(Some((receipt, records.into_iter().map(|(record, _)| record).collect())));
    }
    Ok(None)
}

/// Reads the records of `request` that begin at `position`, and the one behind them, with their leaves. Each is held by a
/// record that follows on it, or is the last of its block and held by the block's header.
fn verified(
    journal: &dyn Journal,
    position: Position,
    request: &RequestId,
) -> Result<Vec<(Record, Leaf)>, JournalError> {
    let mut read: Vec<(Record, Leaf)> = Vec::new();
    // Most requests have a few records; a small range is looked up quickly.
    let mut range = position.get()..position.get().saturating_add(16);
    loop {
        let before = read.len();
        for run in journal.read(range.clone()) {
            for (at, bytes) in run?.records() {
                let record = decode(at, bytes)?;
                if let Some((last, leaf)) = read.last() {
                    if last.position.next() != at || record.previous_leaf != *leaf {
                        let what = format!("it does not follow on record {}", last.position);
                        return Err(JournalError::Damaged { first: at, what });
                    }
                    if last.request != *request {
                        return Ok(read);
                    }
                }
                read.push((record, hash::leaf(bytes)));
            }
        }
        if read.len() == before {
            break;
        }
        range = range.end..range.end.saturating_add(4096);
    }
    if let Some((last, leaf)) = read.last() {
        let header = journal.header(last.position)?;
        if !header.is_some_and(|header| header.end() == last.position.next() && header.last_leaf == *leaf) {
            let what = "nothing follows on it, and it does not end its block".into();
            return Err(JournalError::Damaged { first: last.position, what });
        }
    }
    Ok(read)
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
