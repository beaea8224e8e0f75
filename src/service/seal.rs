//! Between the law's events and the ledger's: personal data goes to the vault, the rest becomes payload bytes.

use thads_cases::event::{Body, Event, Payload};
use thads_cases::ids::Position;
use thads_cases::personal::{Personal, VaultRef};
use thads_cases::rules::RuleSet;
use thads_ledger::{NewEvent, Randomness, Vault};
use thads_proof::record::Provenance;

/// Why an event cannot be put into bytes.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// Personal data that names an entry of the vault instead of saying what it is.
    #[error("personal data must be given in words, not by reference")]
    Reference,
    /// The machine gave no randomness.
    #[error("no randomness")]
    Randomness(#[source] std::io::Error),
    /// The payload does not fit its form.
    #[error(transparent)]
    Codec(#[from] thads_codec::CodecError),
}

/// An event with references in place of personal words, and the words themselves by reference.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// The event as it will stand in the record.
    pub event: Event,
    /// What goes to the vault, in the order of the record's commitments.
    pub personal: Vec<thads_ledger::Personal>,
}

/// Puts fresh references in place of personal words: such as no other words stand under in the vault, be it only what a write
/// that was cut off has left.
///
/// # Errors
/// A reference given where words are wanted, or no randomness.
pub fn seal(
    mut event: Event,
    randomness: &mut dyn Randomness,
    vault: &dyn Vault,
) -> Result<Sealed, SealError> {
    let mut personal = Vec::new();
    for field in event.personal() {
        let plaintext = plaintext(field).ok_or(SealError::Reference)?;
        let mut reference = [0; 16];
        loop {
            randomness.fill(&mut reference).map_err(SealError::Randomness)?;
            if vault.takes(&reference, &plaintext) {
                break;
            }
        }
        *field = Personal::Sealed(VaultRef(reference));
        personal.push(thads_ledger::Personal { reference, plaintext });
    }
    Ok(Sealed { event, personal })
}

/// The canonical bytes of personal words: one byte for what it is, then JSON with the keys in a fixed order.
pub(crate) fn plaintext(field: &Personal) -> Option<Vec<u8>> {
    match field {
        Personal::Sealed(_) | Personal::Lost(_) | Personal::Withheld => None,
        Personal::Text(_) | Personal::Person(_) => serde_json::to_vec(field).ok(),
    }
}

/// The ledger's form of a sealed event.
///
/// # Errors
/// A payload that does not fit its form.
pub fn new_event(
    sealed: &Sealed,
    effective: thads_cases::date::Date,
    office: u32,
    actor: u32,
    provenance: Provenance,
) -> Result<NewEvent, SealError> {
    let info = sealed.event.info();
    Ok(NewEvent {
        kind: info.code,
        kind_revision: info.revision,
        effective: effective.days(),
        office,
        actor,
        provenance,
        rule_set: RuleSet::in_force(effective).code(),
        corrects: corrects(&sealed.event).map(|position| thads_proof::record::Position::new(position.0)),
        payload: thads_codec::encode(&Payload(&sealed.event))?,
        personal: sealed.personal.clone(),
    })
}

fn corrects(event: &Event) -> Option<Position> {
    match &event.body {
        Body::FactCorrected(fact) => Some(fact.entry),
        Body::EntryVoided(void) => Some(void.entry),
        _ => None,
    }
}
