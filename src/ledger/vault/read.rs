//! Opening personal data: each piece against the commitment of the record that names it, and never otherwise.
//!
//! A record's n-th commitment is to what stands behind the n-th reference of its payload. Which references a payload has is
//! the law's to say ([`References`]); the ledger holds what the vault has under each of them against the commitment.

use std::fmt;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce};
use thads_proof::record::Record;
use thads_proof::{hash, hex};
use zeroize::Zeroizing;

use super::{NONCE_BYTES, Reference, SALT_BYTES, SealedEntry, Vault};
use crate::sentence::Sentence;

/// Reads the references in a payload, given its kind and its revision, in the order of the record's commitments.
pub type ReadReferences = fn(kind: u16, revision: u8, payload: &[u8]) -> Result<Vec<Reference>, NoReferences>;

/// How references and what stands behind them are read. Who knows the law gives this to the ledger, which does not.
#[derive(Clone, Copy)]
pub struct References {
    /// Which references a payload has.
    pub of: ReadReferences,
    /// Whether a plaintext is in the one form of words: what is not would be shown to nobody.
    pub are_words: fn(plaintext: &[u8]) -> bool,
}

/// Why the references of a payload cannot be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoReferences {
    /// The kind, or its revision, is not known: perhaps of a later build.
    #[error("kind {kind} revision {revision} is unknown")]
    Unknown {
        /// The kind.
        kind: u16,
        /// The payload's revision.
        revision: u8,
    },
    /// The bytes are no payload of their kind.
    #[error("{0}")]
    Malformed(String),
}

/// One piece of a record's personal data.
#[derive(Debug)]
pub struct Piece {
    /// Where it should stand.
    pub reference: Reference,
    /// What opens the record's commitment, or why nothing does.
    pub plaintext: Result<Zeroizing<Vec<u8>>, Unopened>,
}

/// A commitment that nothing opens: what the record commits to is lost, or something else stands in its place.
#[derive(Debug)]
pub struct Unopened {
    /// The reference that the record names.
    pub reference: Reference,
    /// Why.
    pub why: WhyLost,
}

/// Why a commitment does not open.
#[derive(Debug)]
pub enum WhyLost {
    /// There is no entry under the reference.
    NoEntry,
    /// There is an entry and no key.
    NoKey,
    /// The entry does not open under its key: one of the two is damaged, or was changed.
    Damaged,
    /// The entry opens, and says something else than what the record commits to.
    Other,
    /// The entry opens to what the record commits to, and that is neither a text nor a person.
    NoWords,
    /// The files cannot be read.
    Unreadable(std::io::Error),
}

impl std::error::Error for Unopened {}

impl fmt::Display for Unopened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence().en)
    }
}

impl Unopened {
    /// Says it.
    pub fn sentence(&self) -> Sentence {
        let name = hex::encode(&self.reference);
        match &self.why {
            WhyLost::NoEntry => Sentence::new(
                format!("kho không có mục nào mang mã {name}"),
                format!("the vault has no entry under reference {name}"),
            ),
            WhyLost::NoKey => Sentence::new(
                format!("mục {name} của kho không có khóa"),
                format!("vault entry {name} has no key in the keyring"),
            ),
            WhyLost::Damaged => Sentence::new(
                format!("mục {name} của kho không mở được bằng khóa của nó: hỏng, hoặc đã bị sửa"),
                format!("vault entry {name} does not open under its key: it is damaged or was altered"),
            ),
            WhyLost::Other => Sentence::new(
                format!("mục {name} của kho không nói điều mà bản ghi cam kết: nội dung đã bị thay"),
                format!(
                    "vault entry {name} does not say what the record commits to: its words were exchanged"
                ),
            ),
            WhyLost::NoWords => Sentence::new(
                format!("mục {name} của kho không phải văn bản, cũng không phải một người"),
                format!("vault entry {name} is neither a text nor a person, as docs/format.md has them"),
            ),
            WhyLost::Unreadable(error) => Sentence::new(
                format!("không đọc được mục {name} của kho: {error}"),
                format!("vault entry {name} cannot be read: {error}"),
            ),
        }
    }
}

/// What stands under a reference, held against nothing yet.
pub(crate) struct Salted {
    /// Salt and plaintext, in one piece.
    bytes: Zeroizing<Vec<u8>>,
}

impl Salted {
    fn salt(&self) -> [u8; SALT_BYTES] {
        self.bytes.first_chunk().copied().unwrap_or_default()
    }

    pub(crate) fn plaintext(&self) -> &[u8] {
        self.bytes.get(SALT_BYTES..).unwrap_or_default()
    }

    pub(crate) fn commitment(&self) -> [u8; 32] {
        hash::commitment(&self.salt(), self.plaintext())
    }
}

impl dyn Vault + '_ {
    /// Returns the plaintext behind `reference`, if it opens `commitment`: the one that the record which names the
    /// reference made to it.
    ///
    /// # Errors
    /// Why it does not.
    pub fn read(&self, reference: &Reference, commitment: &[u8; 32]) -> Result<Zeroizing<Vec<u8>>, Unopened> {
        let lost = |why| Unopened { reference: *reference, why };
        let salted = self.salted(reference).map_err(lost)?;
        if salted.commitment() != *commitment {
            return Err(lost(WhyLost::Other));
        }
        Ok(Zeroizing::new(salted.plaintext().to_vec()))
    }

    /// Returns the personal data of a record: a piece for each reference of its payload, in their order.
    ///
    /// # Errors
    /// When it cannot be told which commitment is to which piece, so that none can be opened.
    pub fn read_record(&self, record: &Record, references: References) -> Result<Vec<Piece>, Unpaired> {
        let named = paired(record, references)?;
        let piece = |(reference, commitment): (Reference, &[u8; 32])| Piece {
            reference,
            plaintext: self.read(&reference, commitment),
        };
        Ok(named.into_iter().zip(&record.commitments).map(piece).collect())
    }

    /// Decrypts what stands under a reference.
    pub(crate) fn salted(&self, reference: &Reference) -> Result<Salted, WhyLost> {
        let SealedEntry { sealed, key, .. } = self.get(reference)?;
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(WhyLost::Damaged)?;
        let sealed = Payload { msg: sealed, aad: reference };
        let opened = XChaCha20Poly1305::new(&Key::from(*key)).decrypt(&XNonce::from(*nonce), sealed);
        let bytes = Zeroizing::new(opened.map_err(|_| WhyLost::Damaged)?);
        if bytes.len() < SALT_BYTES { Err(WhyLost::Damaged) } else { Ok(Salted { bytes }) }
    }
}

/// Why it cannot be told which of a record's commitments is to which reference.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unpaired {
    /// Which references the payload has cannot be read.
    Payload(NoReferences),
    /// There are more of the one than of the other.
    Count {
        /// References in the payload.
        references: usize,
        /// Commitments in the record.
        commitments: usize,
    },
}

impl Unpaired {
    /// Says it.
    pub fn sentence(&self) -> Sentence {
        match self {
            Unpaired::Payload(why) => Sentence::new(
                format!("không đọc được nội dung, nên không biết cam kết nào cho dữ liệu nào: {why}"),
                format!(
                    "its payload cannot be read, so that nothing tells which commitment is to what: {why}"
                ),
            ),
            Unpaired::Count { references, commitments } => Sentence::new(
                format!("nội dung nêu {references} dữ liệu cá nhân, còn bản ghi có {commitments} cam kết"),
                format!(
                    "its payload names {references} pieces of personal data, and it holds {commitments} commitments"
                ),
            ),
        }
    }
}

/// Returns the references of a record, of which the n-th belongs to the n-th commitment.
pub(super) fn paired(record: &Record, references: References) -> Result<Vec<Reference>, Unpaired> {
    let named =
        (references.of)(record.kind, record.kind_revision, &record.payload).map_err(Unpaired::Payload)?;
    if named.len() != record.commitments.len() {
        let (references, commitments) = (named.len(), record.commitments.len());
        return Err(Unpaired::Count { references, commitments });
    }
    Ok(named)
}
