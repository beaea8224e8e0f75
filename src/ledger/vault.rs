//! The vault: personal data outside the log, encrypted under a key of its own for every reference.
//!
//! A record holds only a salted commitment and, in its payload, a random reference. A vault holds the rest: salt and words in
//! one XChaCha20-Poly1305 ciphertext (associated data: the reference), and apart from it the key. A salt in the clear would let
//! whoever holds it guess the words from the commitment. What is sealed and how it is opened stands here; where it is kept is
//! a [`Vault`]'s to say: the files of a data directory, memory, or something else.
//!
//! No vault is evidence of anything. What stands under a reference is given out only against the commitment of the very
//! record that names it (`read`, `read_record`): whoever can write a vault can
//! destroy words, and cannot have others shown in their place. A reference has one entry and one key; a second one is never
//! written, and never read.

mod check;
mod memory;
mod read;

use std::collections::HashSet;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce};
use thads_proof::{hash, hex};
use zeroize::Zeroizing;

use crate::randomness::Randomness;
pub(crate) use check::Check;
pub use check::VaultReport;
pub use memory::MemoryVault;
pub use read::{NoReferences, Piece, ReadReferences, References, Unopened, Unpaired, WhyLost};

/// Longest plaintext of one entry, in bytes.
pub const PLAINTEXT_BYTES_MAX: usize = 64 * 1024;

pub(crate) const REFERENCE_BYTES: usize = 16;
pub(crate) const KEY_BYTES: usize = 32;
pub(crate) const SALT_BYTES: usize = 32;
pub(crate) const NONCE_BYTES: usize = 24;
pub(crate) const TAG_BYTES: usize = 16;
/// Bytes of a sealed entry beside its plaintext.
pub(crate) const SEALED_EXTRA_BYTES: usize = SALT_BYTES + NONCE_BYTES + TAG_BYTES;
/// Bytes that an entry and its key take beside what is sealed, where they are kept in files: of these the room is asked for.
const KEPT_EXTRA_BYTES: usize = 32 + 56;

/// A random name of one piece of personal data, as it stands in a payload.
pub type Reference = [u8; REFERENCE_BYTES];

/// Why the vault cannot give or take an entry.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The file system failed.
    #[error("vault: {0}")]
    Io(#[from] std::io::Error),
    /// A file of the vault is not there, although records commit to personal data.
    #[error("{} is gone, and records commit to personal data", .0.display())]
    Gone(std::path::PathBuf),
    /// What a record commits to is not there, or is not what it commits to.
    #[error(transparent)]
    Lost(#[from] Unopened),
    /// A file of the vault has nothing of what records commit to, and something else.
    #[error(
        "{0} holds nothing of the personal data that the first and the last records commit to, and something else: it is another ledger's"
    )]
    Strange(&'static str),
    /// Other content already stands under this reference.
    #[error("vault reference {} already stands for other content", hex::encode(.0))]
    ReferenceTaken(Reference),
    /// Longer than an entry may be.
    #[error("personal data of {given} bytes; at most {PLAINTEXT_BYTES_MAX} are taken")]
    TooLong {
        /// Bytes given.
        given: usize,
    },
}

/// A piece of personal data as a vault keeps it.
#[derive(Clone)]
pub struct SealedEntry {
    /// What the record calls it.
    pub reference: Reference,
    /// Nonce of 24 bytes, then the ciphertext of salt (32 bytes) and words, with its tag of 16.
    pub sealed: Vec<u8>,
    /// What opens it. Kept apart: who destroys the key destroys the words.
    pub key: Zeroizing<[u8; KEY_BYTES]>,
}

/// What a vault has under a reference.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Held {
    /// An entry, or a part of one.
    pub entry: bool,
    /// A key.
    pub key: bool,
}

/// Keeps the personal data of one ledger. Many threads may read; only the committer writes. What it gives back is a claim:
/// whoever reads it holds it against the record.
pub trait Vault: Send + Sync {
    /// Returns what it has under a reference, of a record or left of a write that was cut off.
    fn held(&self, reference: &Reference) -> Held;

    /// Returns the entry under a reference, with its key: of several the first.
    ///
    /// # Errors
    /// [`WhyLost::NoEntry`], [`WhyLost::NoKey`], [`WhyLost::Damaged`] where only a part is there, or
    /// [`WhyLost::Unreadable`].
    fn get(&self, reference: &Reference) -> Result<SealedEntry, WhyLost>;

    /// Takes in what a block names, under references that it has nothing under, and makes it durable before it returns. Also
    /// asked with nothing: it then only refuses where [`Vault::look`] would.
    ///
    /// # Errors
    /// When it is not as this process left it, or cannot be written; part of the entries may be there then.
    fn write(&self, entries: &[SealedEntry]) -> Result<(), VaultError>;

    /// Calls `each` for every reference under which it has something.
    fn for_each(&self, each: &mut dyn FnMut(&Reference, Held));

    /// Returns the references under which there is more than one entry or key: somebody else has added to it.
    fn doubled(&self) -> Vec<Reference> {
        Vec::new()
    }

    /// Looks whether it is as this process left it.
    ///
    /// # Errors
    /// What is not.
    fn look(&self) -> std::io::Result<()> {
        Ok(())
    }

    /// Returns the part of it that holds something and nothing under any of these references, of which there is at least one:
    /// it is another ledger's. An empty part is what is put in the place of one that is lost for good.
    fn strange(&self, _references: &[Reference]) -> Option<&'static str> {
        None
    }
}

/// Entries sealed for one block and not yet written.
#[derive(Default)]
pub(crate) struct Batch {
    entries: Vec<SealedEntry>,
    references: HashSet<Reference>,
}

/// How far a batch had come.
pub(crate) struct Mark(usize);

impl Batch {
    /// Returns the entries.
    pub(crate) fn entries(&self) -> &[SealedEntry] {
        &self.entries
    }

    /// Returns how many bytes will be written.
    pub(crate) fn bytes(&self) -> usize {
        self.entries.iter().map(|entry| entry.sealed.len().saturating_add(KEPT_EXTRA_BYTES)).sum()
    }

    /// Returns a mark to go back to.
    pub(crate) fn mark(&self) -> Mark {
        Mark(self.entries.len())
    }

    /// Forgets what was sealed since `mark`.
    pub(crate) fn undo(&mut self, mark: &Mark) {
        for undone in self.entries.drain(mark.0.min(self.entries.len())..) {
            self.references.remove(&undone.reference);
        }
    }
}

impl dyn Vault + '_ {
    /// Seals `plaintext` into `batch` and returns its commitment. The same content under the same reference again (an append
    /// that is placed anew, because another committer was first) gives the commitment that it has already.
    pub(crate) fn seal(
        &self,
        batch: &mut Batch,
        reference: &Reference,
        plaintext: &[u8],
        randomness: &mut dyn Randomness,
    ) -> Result<[u8; 32], VaultError> {
        if plaintext.len() > PLAINTEXT_BYTES_MAX {
            return Err(VaultError::TooLong { given: plaintext.len() });
        }
        if batch.references.contains(reference) {
            return Err(VaultError::ReferenceTaken(*reference));
        }
        if self.holds(reference) {
            return match self.salted(reference) {
                Ok(salted) if salted.plaintext() == plaintext => Ok(salted.commitment()),
                Err(WhyLost::Unreadable(error)) => Err(VaultError::Io(error)),
                Ok(_) | Err(_) => Err(VaultError::ReferenceTaken(*reference)),
            };
        }
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        let mut salt = [0; SALT_BYTES];
        let mut nonce = [0; NONCE_BYTES];
        randomness.fill(&mut key[..])?;
        randomness.fill(&mut salt)?;
        randomness.fill(&mut nonce)?;
        let mut salted = Zeroizing::new(Vec::with_capacity(SALT_BYTES + plaintext.len()));
        salted.extend_from_slice(&salt);
        salted.extend_from_slice(plaintext);
        let ciphertext = XChaCha20Poly1305::new(&Key::from(*key))
            .encrypt(&XNonce::from(nonce), Payload { msg: &salted, aad: reference })
            .map_err(|_| VaultError::TooLong { given: plaintext.len() })?;
        let mut sealed = Vec::with_capacity(NONCE_BYTES + ciphertext.len());
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(&ciphertext);
        batch.references.insert(*reference);
        batch.entries.push(SealedEntry { reference: *reference, sealed, key });
        Ok(hash::commitment(&salt, plaintext))
    }

    /// Returns whether these words may be given this reference: nothing stands under it, or these very words, as a write that
    /// was cut off left them. Whoever draws references from a seed draws the same one when he goes on.
    pub fn takes(&self, reference: &Reference, plaintext: &[u8]) -> bool {
        !self.holds(reference) || self.salted(reference).is_ok_and(|salted| salted.plaintext() == plaintext)
    }

    /// Returns whether an entry or a key stands under this reference: of a record, or left of a write that was cut off.
    fn holds(&self, reference: &Reference) -> bool {
        self.held(reference) != Held::default()
    }

    /// Returns how many of these references lack an entry or a key.
    pub fn count_missing(&self, references: &[Reference]) -> usize {
        let whole = Held { entry: true, key: true };
        references.iter().filter(|reference| self.held(reference) != whole).count()
    }

    /// Returns how many references have an entry or a key.
    pub fn count(&self) -> usize {
        let mut count = 0;
        self.for_each(&mut |_, _| count += 1);
        count
    }
}
