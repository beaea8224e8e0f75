//! Whether an append says again what its request id has recorded before.
//!
//! Compared is what was sent: streams, kinds, dates, office, officer, what is corrected, payload and personal data. A
//! payload holds a fresh reference wherever personal data belongs; there the payloads may differ, and what the vault
//! keeps under the first reference, and what opens the record's commitment, must be what is sent under the new one; where
//! that is lost it cannot be said whether they are the same. Versions are not compared: they were right when the request
//! was recorded.

use thads_proof::record::{Record, Stream};

use crate::append::{Append, AppendError, NewEvent};
use crate::receipt::Receipt;
use crate::vault::{REFERENCE_BYTES, Reference, Vault, VaultError};

/// Answers an append whose request is recorded, as `records` and with the receipt `first`: with that receipt, if it says the
/// same.
pub(crate) fn answer(
    first: Receipt,
    records: &[Record],
    append: &Append,
    vault: &Vault,
) -> Result<Receipt, AppendError> {
    if says_the_same(records, append, vault).map_err(AppendError::Vault)? {
        return Ok(first);
    }
    Err(AppendError::RequestReused { request: append.request, position: first.first })
}

/// Returns whether `append` has the content that was recorded as `records`.
fn says_the_same(records: &[Record], append: &Append, vault: &Vault) -> Result<bool, VaultError> {
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

fn same_event(record: &Record, stream: &Stream, event: &NewEvent, vault: &Vault) -> Result<bool, VaultError> {
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
