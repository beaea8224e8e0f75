//! Idempotency: what a request id has recorded, and whether an append says it again.
//!
//! Compared is what was sent: streams, kinds, dates, office, officer, what is corrected, payload and personal data. A
//! payload holds a fresh reference wherever personal data belongs; there the payloads may differ, and what the vault
//! keeps under the first reference, and what opens the record's commitment, must be what is sent under the new one; where
//! that is lost it cannot be said whether they are the same. Versions are not compared: they were right when the request
//! was recorded.

use thads_proof::hash;
use thads_proof::record::{Leaf, LedgerId, Position, Record, RequestId, Stream};

use crate::append::{Append, AppendError, NewEvent};
use crate::journal::{Journal, JournalError};
use crate::receipt::Receipt;
use crate::records::decode;
use crate::state::fingerprint;
use crate::vault::{REFERENCE_BYTES, Reference, Vault, VaultError};

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

/// Answers an append whose request is recorded, as `records` and with the receipt `first`: with that receipt, if it says the
/// same.
pub(crate) fn answer(
    first: Receipt,
    records: &[Record],
    append: &Append,
    vault: &dyn Vault,
) -> Result<Receipt, AppendError> {
    if says_the_same(records, append, vault).map_err(AppendError::Vault)? {
        return Ok(first);
    }
    Err(AppendError::RequestReused { request: append.request, position: first.first })
}

/// Returns whether `append` has the content that was recorded as `records`.
fn says_the_same(records: &[Record], append: &Append, vault: &dyn Vault) -> Result<bool, VaultError> {
    let sent =
        || append.streams.iter().flat_map(|part| part.events.iter().map(|event| (&part.stream, event)));
    if records.len() != sent().count() {
        return Ok(false);
    }
    for (record, (stream, event)) in records.iter().zip(sent()) {
        if !same_event(record, stream, event, vault)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn same_event(
    record: &Record,
    stream: &Stream,
    event: &NewEvent,
    vault: &dyn Vault,
) -> Result<bool, VaultError> {
    let same = record.stream == *stream
        && (record.kind, record.kind_revision) == (event.kind, event.kind_revision)
        && record.effective == event.effective
        && (record.office, record.actor) == (event.office, event.actor)
        && record.corrects == event.corrects
        && record.commitments.len() == event.personal.len()
        && record.payload.len() == event.payload.len();
    if !same {
        return Ok(false);
    }
    let mut masked = event.payload.clone();
    for (personal, commitment) in event.personal.iter().zip(&record.commitments) {
        let mut from = 0;
        while let Some(at) = find(&event.payload, &personal.reference, from) {
            let mut first: Reference = [0; REFERENCE_BYTES];
            first.copy_from_slice(&record.payload[at..at + REFERENCE_BYTES]);
            if *vault.read(&first, commitment)? != personal.plaintext {
                return Ok(false);
            }
            masked[at..at + REFERENCE_BYTES].copy_from_slice(&first);
            from = at + REFERENCE_BYTES;
        }
    }
    Ok(masked == record.payload)
}

/// Returns where `reference` stands in `payload`, at `from` or behind.
pub(crate) fn find(payload: &[u8], reference: &Reference, from: usize) -> Option<usize> {
    payload.get(from..)?.windows(REFERENCE_BYTES).position(|window| window == reference).map(|at| from + at)
}
