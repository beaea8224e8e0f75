//! The vault: personal data outside the log, encrypted under a key of its own for every reference.
//!
//! A record holds only a salted commitment and, in its payload, a random reference. The vault holds the rest:
//! `vault/entries` the salt and the data, both in an XChaCha20-Poly1305 ciphertext (associated data: the reference);
//! `keys/keyring` the key. A salt in the clear would let whoever holds it guess the data from the commitment.
//! Both only grow, and both are synced before the block that names them: an entry that no block names is harmless, the
//! other way round would be a loss.
//!
//! Neither file is evidence of anything. What stands under a reference is given out only against the commitment of the very
//! record that names it ([`Vault::read`], [`Vault::read_record`]): whoever can write these files can destroy words, and cannot
//! have others shown in their place. A reference has one entry and one slot; a second one is never written, and never read.

mod check;
pub(crate) mod compare;
mod read;
mod scan;
mod store;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{Key, KeyInit, XChaCha20Poly1305, XNonce};
use thads_proof::hash;
use zeroize::Zeroizing;

use crate::count::to_u64;
use crate::randomness::Randomness;
use crate::sentence::Sentence;
use crate::testing::{Defect, Step, planted, reached};
pub(crate) use check::Check;
pub use check::VaultReport;
pub use read::{NoReferences, Piece, ReadReferences, References, Unopened, Unpaired, WhyLost};
use scan::{Place, Scan};
use store::Store;

/// Longest plaintext of one entry, in bytes.
pub const PLAINTEXT_BYTES_MAX: usize = 64 * 1024;

/// Folder and file of the entries, in the data directory.
pub(crate) const ENTRIES: &str = "vault/entries";
/// Folder and file of the keys, in the data directory.
pub(crate) const KEYRING: &str = "keys/keyring";

/// Most bytes that the entries may have: some hundred million names.
pub(crate) const ENTRIES_BYTES_MAX: u64 = 64 << 30;
/// Most bytes that the keyring may have: a slot for each of these.
pub(crate) const KEYRING_BYTES_MAX: u64 = 16 << 30;

pub(crate) const REFERENCE_BYTES: usize = 16;
const KEY_BYTES: usize = 32;
const SALT_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;
const CHECK_BYTES: usize = 8;

/// Entry: magic 4, plaintext length u32, reference 16, check 8 of these; then nonce 24, ciphertext of salt 32 and
/// plaintext, tag 16.
const ENTRY_MAGIC: [u8; 4] = *b"thve";
const ENTRY_HEAD_BYTES: usize = 4 + 4 + REFERENCE_BYTES + CHECK_BYTES;
const ENTRY_EXTRA_BYTES: usize = SALT_BYTES + NONCE_BYTES + TAG_BYTES;
/// Keyring slot: reference 16, key 32, check 8 of these.
const SLOT_BYTES: usize = REFERENCE_BYTES + KEY_BYTES + CHECK_BYTES;

const ENTRY_CONTEXT: &str = "thads 2026 vault entry v1";
const SLOT_CONTEXT: &str = "thads 2026 keyring slot v1";

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
    #[error("vault reference {} already stands for other content", hex(.0))]
    ReferenceTaken(Reference),
    /// Longer than an entry may be.
    #[error("personal data of {given} bytes; at most {PLAINTEXT_BYTES_MAX} are taken")]
    TooLong {
        /// Bytes given.
        given: usize,
    },
}

/// The vault of one ledger. Many threads may read; only the committer adds.
pub struct Vault {
    entries: Store,
    keyring: Store,
    index: RwLock<HashMap<Reference, Place>>,
    /// References under which there is more than one entry or slot.
    doubled: Vec<Reference>,
    /// Where the next entry and the next slot go. Owned by the committer; the lock is never contended.
    ends: Mutex<Ends>,
    /// What this vault, in memory, lies upon: what stands there stands here too.
    below: Option<Arc<Vault>>,
}

#[derive(Clone, Copy)]
struct Ends {
    entries: u64,
    keyring: u64,
}

/// Entries sealed for one block and not yet written.
#[derive(Default)]
pub(crate) struct Batch {
    entries: Vec<u8>,
    slots: Zeroizing<Vec<u8>>,
    sealed: HashMap<Reference, Sealed>,
}

/// How far a batch had come.
pub(crate) struct Mark {
    entries: usize,
    slots: usize,
}

struct Sealed {
    /// Bytes of plaintext.
    length: usize,
    entry: usize,
    slot: usize,
}

impl Batch {
    /// Returns whether there is nothing to write.
    pub(crate) fn is_empty(&self) -> bool {
        self.sealed.is_empty()
    }

    /// Returns how many bytes will be written.
    pub(crate) fn bytes(&self) -> usize {
        self.entries.len() + self.slots.len()
    }

    /// Returns a mark to go back to.
    pub(crate) fn mark(&self) -> Mark {
        Mark { entries: self.entries.len(), slots: self.slots.len() }
    }

    /// Forgets what was sealed since `mark`.
    pub(crate) fn undo(&mut self, mark: &Mark) {
        self.entries.truncate(mark.entries);
        self.slots.truncate(mark.slots);
        self.sealed.retain(|_, sealed| sealed.entry < mark.entries);
    }
}

impl Vault {
    /// Opens, or makes, the vault of the data directory `dir` for reading and adding. Returns what was found odd. Where the
    /// writer before did not end in order, what it wrote last is made durable, for it may be named now.
    pub(crate) fn open(dir: &Path, in_order: bool) -> Result<(Vault, Vec<Sentence>), VaultError> {
        let (entries, keyring) = (
            Store::open(&dir.join(ENTRIES), ENTRIES_BYTES_MAX)?,
            Store::open(&dir.join(KEYRING), KEYRING_BYTES_MAX)?,
        );
        if !in_order {
            keyring.settle()?;
            entries.settle()?;
        }
        Vault::load(entries, keyring)
    }

    /// Opens the vault of `dir` for reading only; entries added later are not seen.
    pub(crate) fn open_read_only(dir: &Path) -> Result<Vault, VaultError> {
        let (vault, _) = Vault::load(
            Store::open_read_only(&dir.join(ENTRIES), ENTRIES_BYTES_MAX)?,
            Store::open_read_only(&dir.join(KEYRING), KEYRING_BYTES_MAX)?,
        )?;
        Ok(vault)
    }

    /// Returns an empty vault that lives in memory, for simulations.
    pub fn memory() -> Vault {
        Vault {
            entries: Store::memory(),
            keyring: Store::memory(),
            index: RwLock::new(HashMap::new()),
            doubled: Vec::new(),
            ends: Mutex::new(Ends { entries: 0, keyring: 0 }),
            below: None,
        }
    }

    /// Returns a vault that holds what `below` holds, and keeps in memory what is added: for a rehearsal.
    pub(crate) fn upon(below: Arc<Vault>) -> Vault {
        Vault { below: Some(below), ..Vault::memory() }
    }

    fn load(entries: Store, keyring: Store) -> Result<(Vault, Vec<Sentence>), VaultError> {
        let Scan { index, doubled, entries_end, keyring_end, odd } = scan::scan(&entries, &keyring)?;
        let ends = Ends { entries: entries_end, keyring: keyring_end };
        let (index, ends) = (RwLock::new(index), Mutex::new(ends));
        Ok((Vault { entries, keyring, index, doubled, ends, below: None }, odd))
    }

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
        if batch.sealed.contains_key(reference) {
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
        let commitment = hash::commitment(&salt, plaintext);
        let (entry, slot) = (batch.entries.len(), batch.slots.len());
        batch.entries.extend_from_slice(&scan::entry_head(reference, plaintext.len()));
        batch.entries.extend_from_slice(&nonce);
        batch.entries.extend_from_slice(&ciphertext);
        batch.slots.extend_from_slice(&scan::slot(reference, &key)[..]);
        batch.sealed.insert(*reference, Sealed { length: plaintext.len(), entry, slot });
        Ok(commitment)
    }

    /// Writes and syncs a block's entries: first the keys, then what they open. Of a block that has none the files are looked
    /// at all the same: nothing is recorded beside a vault that commands would refuse.
    pub(crate) fn write(&self, batch: Batch) -> Result<(), VaultError> {
        let mut ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        self.keyring.refuse_if_changed()?;
        self.entries.refuse_if_changed()?;
        if batch.is_empty() {
            return Ok(());
        }
        self.keyring.write_at(&batch.slots, ends.keyring)?;
        self.entries.write_at(&batch.entries, ends.entries)?;
        reached(Step::VaultWritten);
        if !planted(Defect::VaultNotSynced) {
            self.keyring.sync()?;
            self.entries.sync()?;
        }
        let mut index = self.index.write().unwrap_or_else(PoisonError::into_inner);
        for (reference, sealed) in &batch.sealed {
            let entry = Some((ends.entries + to_u64(sealed.entry), sealed.length));
            let place = Place { entry, slot: Some(ends.keyring + to_u64(sealed.slot)) };
            index.insert(*reference, place);
        }
        ends.entries += to_u64(batch.entries.len());
        ends.keyring += to_u64(batch.slots.len());
        Ok(())
    }

    /// Looks whether both files are as this process left them.
    ///
    /// # Errors
    /// What is not.
    pub(crate) fn look(&self) -> std::io::Result<()> {
        let _ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner); // nobody is writing
        self.keyring.refuse_if_changed()?;
        self.entries.refuse_if_changed()
    }

    /// Returns whether these words may be given this reference: nothing stands under it, or these very words, as a write that
    /// was cut off left them. Whoever draws references from a seed draws the same one when he goes on.
    pub fn takes(&self, reference: &Reference, plaintext: &[u8]) -> bool {
        !self.holds(reference) || self.salted(reference).is_ok_and(|salted| salted.plaintext() == plaintext)
    }

    /// Returns whether an entry or a key stands under this reference: of a record, or left of a write that was cut off.
    fn holds(&self, reference: &Reference) -> bool {
        self.index.read().unwrap_or_else(PoisonError::into_inner).contains_key(reference)
            || self.below.as_ref().is_some_and(|below| below.holds(reference))
    }

    /// Returns the file that holds something and nothing under any of these references, of which there is at least one: it is
    /// another ledger's. An empty one is what is put in the place of one that is lost for good.
    pub fn strange(&self, references: &[Reference]) -> Option<&'static str> {
        if let Some(below) = &self.below {
            return below.strange(references);
        }
        let index = self.index.read().unwrap_or_else(PoisonError::into_inner);
        let is_strange = |has: fn(&Place) -> bool| {
            let named = || references.iter().filter_map(|reference| index.get(reference));
            !references.is_empty() && !named().any(has) && index.values().any(has)
        };
        if is_strange(|place| place.entry.is_some()) {
            Some(ENTRIES)
        } else if is_strange(|place| place.slot.is_some()) {
            Some(KEYRING)
        } else {
            None
        }
    }

    /// Returns how many of these references lack an entry or a key.
    pub fn count_missing(&self, references: &[Reference]) -> usize {
        if let Some(below) = &self.below {
            return below.count_missing(references);
        }
        let index = self.index.read().unwrap_or_else(PoisonError::into_inner);
        let is_whole = |place: &Place| place.entry.is_some() && place.slot.is_some();
        references.iter().filter(|reference| !index.get(*reference).is_some_and(is_whole)).count()
    }

    /// Returns how many references have an entry or a key.
    pub fn count(&self) -> usize {
        let below = self.below.as_ref().map_or(0, |below| below.count());
        self.index.read().unwrap_or_else(PoisonError::into_inner).len() + below
    }
}

/// Writes a reference as hexadecimal digits.
fn hex(reference: &Reference) -> String {
    reference.iter().map(|byte| format!("{byte:02x}")).collect()
}
