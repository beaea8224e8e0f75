//! The payload of record 0: what the ledger is, and which keys speak for it.

use std::fmt::Debug;

use serde::{Deserialize, Serialize};
use thads_codec::CodecError;

use crate::days;
use crate::hash;
use crate::record::{Leaf, LedgerId, Micros, Position, Provenance, Record, RequestId, Stream};

/// Kind code of the genesis event.
pub const KIND: u16 = 1;
/// Revision of its payload.
pub const KIND_REVISION: u8 = 1;

/// What is fixed for the whole life of a ledger.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Genesis {
    /// The ledger's name, for readers.
    pub name: String,
    /// The origin line of its checkpoints, `<ledger>/<province>`: no space, no `+`, never changed.
    pub origin: String,
    /// The unit in which money is counted.
    pub unit: Unit,
    /// The log's public key as a note verifier key (`name+hash+base64`).
    pub log_key: String,
    /// The root key's verifier key: it vouches for later log keys.
    pub root_key: String,
    /// Which clock gives the recorded times.
    pub clock: Clock,
    /// Whether this is a practice ledger: nothing in it is real.
    pub practice: bool,
}

/// A unit of money: integers count `10^-exponent` of the currency.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// ISO 4217 code.
    pub code: String,
    /// Decimal places that an integer counts; 0 where the currency has no parts.
    pub exponent: u8,
}

/// Which clock gives the recorded times.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Clock {
    /// The machine's clock.
    Real,
    /// A simulated clock; everything random is drawn from the seed.
    Simulated {
        /// The seed.
        seed: u64,
    },
}

/// Why a record is no genesis.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GenesisError {
    /// The payload cannot be read or written.
    #[error("the genesis payload is wrong")]
    Payload(#[from] CodecError),
    /// The record is not what stands at position 0.
    #[error("the record is no genesis: its {field} is {found}, not {expected}")]
    Record {
        /// The field that differs.
        field: &'static str,
        /// What it must be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// The record is the genesis of a later program: what it says is not known here.
    #[error(
        "the genesis record is of kind {KIND} revision {0}, which a later program wrote; this one knows revisions to {KIND_REVISION}"
    )]
    Later(u8),
    /// The origin cannot stand in a checkpoint.
    #[error("the origin {0:?} must not be empty or hold a space, a control character or +")]
    Origin(String),
}

impl Genesis {
    /// Returns the payload's bytes.
    pub fn encode(&self) -> Result<Vec<u8>, GenesisError> {
        if !crate::note::is_name(&self.origin) {
            return Err(GenesisError::Origin(self.origin.clone()));
        }
        Ok(thads_codec::encode(self)?)
    }

    /// Reads a payload; it must be canonical.
    pub fn decode(payload: &[u8]) -> Result<Genesis, GenesisError> {
        let genesis: Genesis = thads_codec::canonical(payload)?;
        if !crate::note::is_name(&genesis.origin) {
            return Err(GenesisError::Origin(genesis.origin));
        }
        Ok(genesis)
    }

    /// Returns record 0 of a new ledger; it takes effect on the local day (UTC+7) of `recorded_at`.
    pub fn record(
        &self,
        ledger: LedgerId,
        recorded_at: Micros,
        request: RequestId,
        blind: [u8; 16],
    ) -> Result<Record, GenesisError> {
        Ok(Record {
            ledger,
            position: Position::GENESIS,
            previous_leaf: Leaf::ZERO,
            recorded_at,
            stream: Stream::genesis(),
            stream_version: 1,
            stream_previous_leaf: Leaf::ZERO,
            effective: days::day_of(recorded_at),
            office: 0,
            actor: 0,
            provenance: if self.practice { Provenance::Practice } else { Provenance::Live },
            rule_set: 0,
            request,
            corrects: None,
            kind: KIND,
            kind_revision: KIND_REVISION,
            blind,
            payload: self.encode()?,
            commitments: Vec::new(),
        })
    }

    /// Reads the genesis from record 0.
    pub fn from_record(record: &Record) -> Result<Genesis, GenesisError> {
        let differs = |field, expected: &dyn std::fmt::Display, found: &dyn std::fmt::Display| {
            Err(GenesisError::Record { field, expected: expected.to_string(), found: found.to_string() })
        };
        if record.position != Position::GENESIS {
            return differs("position", &Position::GENESIS, &record.position);
        }
        if record.previous_leaf != Leaf::ZERO {
            return differs("previous leaf", &Leaf::ZERO, &record.previous_leaf);
        }
        if record.stream != Stream::genesis() {
            return differs("stream", &Stream::genesis(), &record.stream);
        }
        if record.kind == KIND && record.kind_revision > KIND_REVISION {
            return Err(GenesisError::Later(record.kind_revision));
        }
        if (record.kind, record.kind_revision) != (KIND, KIND_REVISION) {
            let found = format!("{} revision {}", record.kind, record.kind_revision);
            return differs("kind", &format_args!("{KIND} revision {KIND_REVISION}"), &found);
        }
        let genesis = Genesis::decode(&record.payload)?;
        // The rest of the header is what the founding wrote: nothing in it is free.
        let founded = genesis.record(record.ledger, record.recorded_at, record.request, record.blind)?;
        let pairs: [(_, &dyn Debug, &dyn Debug); 7] = [
            ("effective day", &founded.effective, &record.effective),
            ("office", &founded.office, &record.office),
            ("actor", &founded.actor, &record.actor),
            ("provenance", &founded.provenance, &record.provenance),
            ("rule set", &founded.rule_set, &record.rule_set),
            ("corrects", &founded.corrects, &record.corrects),
            ("commitments", &founded.commitments.len(), &record.commitments.len()),
        ];
        for (field, expected, found) in pairs {
            let [expected, found] = [expected, found].map(|value| format!("{value:?}"));
            if expected != found {
                return Err(GenesisError::Record { field, expected, found });
            }
        }
        Ok(genesis)
    }
}

/// Returns 32 bytes that a simulated ledger's `seed` gives for `purpose`: the same for ever, different per purpose.
pub fn from_seed(seed: u64, purpose: &str) -> [u8; 32] {
    let mut bytes = seed.to_be_bytes().to_vec();
    bytes.extend(purpose.as_bytes());
    hash::derive("thads 2026 simulated seed v1", &bytes)
}
