//! Idempotency: whether an action says again what its request id has recorded, as it was sent and not as it was resolved.
//!
//! All of it is decided by the records and the vault, however much was recorded since. What was sent stands in a record:
//! stream, kind, officer, the fields. What a record adds is told apart: a date that is left out is the day on which it was
//! first decided; a correction of some fields names them, and the others, taken from the entry as it stood then, are not
//! compared. A version that was asked for is the one that the stream had. Words about persons are compared through the
//! vault, where they open the commitments of the record; where they are lost it cannot be said whether they are the same.

use serde_json::{Map, Value};
use thads_cases::date::Date;
use thads_cases::event::{Body, Event};
use thads_cases::personal::Personal;
use thads_ledger::{Vault, VaultError};
use thads_projections::entry::entry_of;
use thads_proof::record::{Provenance, Record};

use crate::json::{self, Request, What};
use crate::seal;

/// What of an action stands beside its event.
pub(crate) struct Sent<'a> {
    /// The stream in the log.
    pub(crate) stream: &'a thads_proof::record::Stream,
    /// The version that the stream must have had before it; `None`: whatever it had.
    pub(crate) expected_version: Option<u64>,
    /// When it takes effect; `None`: on the day of its recording.
    pub(crate) effective: Option<Date>,
    /// By whom.
    pub(crate) actor: u32,
    /// Where it comes from.
    pub(crate) provenance: Provenance,
}

/// Whether a record holds an event that is sent again. `decided_on`: the day on which the record's action was decided.
pub(crate) fn says_event(
    record: &Record,
    decided_on: Date,
    sent: &Sent<'_>,
    event: &Event,
    vault: &dyn Vault,
) -> Result<bool, VaultError> {
    let Some(recorded) = envelope(record, decided_on, sent) else { return Ok(false) };
    same_event(&recorded, &record.commitments, event, vault)
}

/// Whether a record holds what a request says that is sent again.
pub(crate) fn says_request(
    record: &Record,
    decided_on: Date,
    sent: &Sent<'_>,
    request: &Request,
    vault: &dyn Vault,
) -> Result<bool, VaultError> {
    match &request.what {
        What::Event(event) => says_event(record, decided_on, sent, event, vault),
        What::Changes { changes, rest, .. } => {
            let Some(recorded) = envelope(record, decided_on, sent) else { return Ok(false) };
            match resolved_again(&recorded, changes, rest) {
                Some(event) => same_event(&recorded, &record.commitments, &event, vault),
                None => Ok(false),
            }
        }
    }
}

/// The event that a record holds, where all beside it is as it is sent.
fn envelope(record: &Record, decided_on: Date, sent: &Sent<'_>) -> Option<Event> {
    let version = record.stream_version.checked_sub(1);
    let effective = sent.effective.unwrap_or(decided_on);
    let same = record.stream == *sent.stream
        && sent.expected_version.is_none_or(|expected| Some(expected) == version)
        && record.effective == effective.days()
        && record.actor == sent.actor
        && record.provenance == sent.provenance;
    // A record of a kind that is not the law's, or that cannot be read, holds nothing that was sent.
    let entry = same.then(|| entry_of(record).ok()).flatten()??;
    Some((*entry.event).clone())
}

/// The correction that a record holds, with the fields that are sent again in their places. It names the fields that are
/// sent now, so that it equals the recorded one only where these were given then.
fn resolved_again(
    recorded: &Event,
    changes: &Map<String, Value>,
    rest: &Map<String, Value>,
) -> Option<Event> {
    let Body::FactCorrected(fact) = &recorded.body else { return None };
    let mut fields = json::fields_of(&fact.replacement);
    fields.extend(changes.clone());
    let replacement = json::event_of(fact.replacement.info().name, fields).ok()?;
    let took_effect = fact.took_effect.to_string();
    json::correction(replacement, &took_effect, given(changes, rest), rest.clone()).ok()
}

/// The names of the fields that a correction gives, in order.
pub(crate) fn given(changes: &Map<String, Value>, rest: &Map<String, Value>) -> Vec<String> {
    let took_effect = rest.keys().filter(|name| *name == "took_effect");
    let mut names: Vec<String> = changes.keys().chain(took_effect).cloned().collect();
    names.sort_unstable();
    names
}

/// Whether two events say the same, the second in words where the first holds references.
fn same_event(
    recorded: &Event,
    commitments: &[[u8; 32]],
    sent: &Event,
    vault: &dyn Vault,
) -> Result<bool, VaultError> {
    let (mut recorded, mut sent) = (recorded.clone(), sent.clone());
    let (kept, words) = (recorded.personal(), sent.personal());
    if kept.len() != words.len() || kept.len() != commitments.len() {
        return Ok(false);
    }
    for ((kept, words), commitment) in kept.into_iter().zip(words).zip(commitments) {
        let Personal::Sealed(reference) = kept else { return Ok(false) };
        let same = match seal::plaintext(words) {
            Some(plaintext) => *vault.read(&reference.0, commitment)? == plaintext,
            // A field that is not sent again stands there as it was recorded.
            None => words == kept,
        };
        if !same {
            return Ok(false);
        }
        *words = kept.clone();
    }
    Ok(recorded == sent)
}
