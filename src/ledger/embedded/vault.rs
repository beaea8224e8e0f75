//! The vault of a data directory: `vault/entries` the salts and words, each entry sealed; `keys/keyring` the keys.
//!
//! Both only grow, and both are synced before the block that names them: an entry that no block names is harmless, the
//! other way round would be a loss. Neither file is evidence of anything: see [`crate::vault`].

pub(crate) mod compare;
mod scan;
mod store;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError, RwLock};

use zeroize::Zeroizing;

use crate::count::to_u64;
use crate::sentence::Sentence;
use crate::testing::{Defect, Step, planted, reached};
use crate::vault::{
    Held, KEY_BYTES, REFERENCE_BYTES, Reference, SEALED_EXTRA_BYTES, SealedEntry, Vault, VaultError, WhyLost,
};
use scan::{Place, Scan};
use store::Store;

/// Folder and file of the entries, in the data directory.
pub(crate) const ENTRIES: &str = "vault/entries";
/// Folder and file of the keys, in the data directory.
pub(crate) const KEYRING: &str = "keys/keyring";

/// Most bytes that the entries may have: some hundred million names.
pub(crate) const ENTRIES_BYTES_MAX: u64 = 64 << 30;
/// Most bytes that the keyring may have: a slot for each of these.
pub(crate) const KEYRING_BYTES_MAX: u64 = 16 << 30;

const CHECK_BYTES: usize = 8;

/// Entry: magic 4, plaintext length u32, reference 16, check 8 of these; then nonce 24, ciphertext of salt 32 and
/// plaintext, tag 16.
const ENTRY_MAGIC: [u8; 4] = *b"thve";
const ENTRY_HEAD_BYTES: usize = 4 + 4 + REFERENCE_BYTES + CHECK_BYTES;
/// Keyring slot: reference 16, key 32, check 8 of these.
const SLOT_BYTES: usize = REFERENCE_BYTES + KEY_BYTES + CHECK_BYTES;

const ENTRY_CONTEXT: &str = "thads 2026 vault entry v1";
const SLOT_CONTEXT: &str = "thads 2026 keyring slot v1";

/// The vault of one ledger's directory.
pub(crate) struct FileVault {
    entries: Store,
    keyring: Store,
    index: RwLock<HashMap<Reference, Place>>,
    /// References under which there is more than one entry or slot.
    doubled: Vec<Reference>,
    /// Where the next entry and the next slot go. Owned by the committer; the lock is never contended.
    ends: Mutex<Ends>,
}

#[derive(Clone, Copy)]
struct Ends {
    entries: u64,
    keyring: u64,
}

impl FileVault {
    /// Opens, or makes, the vault of the data directory `dir` for reading and adding. Returns what was found odd. Where the
    /// writer before did not end in order, what it wrote last is made durable, for it may be named now.
    pub(crate) fn open(dir: &Path, in_order: bool) -> Result<(FileVault, Vec<Sentence>), VaultError> {
        let (entries, keyring) = (
            Store::open(&dir.join(ENTRIES), ENTRIES_BYTES_MAX)?,
            Store::open(&dir.join(KEYRING), KEYRING_BYTES_MAX)?,
        );
        if !in_order {
            keyring.settle()?;
            entries.settle()?;
        }
        FileVault::load(entries, keyring)
    }

    /// Opens the vault of `dir` for reading only; entries added later are not seen.
    pub(crate) fn open_read_only(dir: &Path) -> Result<FileVault, VaultError> {
        let (vault, _) = FileVault::load(
            Store::open_read_only(&dir.join(ENTRIES), ENTRIES_BYTES_MAX)?,
            Store::open_read_only(&dir.join(KEYRING), KEYRING_BYTES_MAX)?,
        )?;
        Ok(vault)
    }

    fn load(entries: Store, keyring: Store) -> Result<(FileVault, Vec<Sentence>), VaultError> {
        let Scan { index, doubled, entries_end, keyring_end, odd } = scan::scan(&entries, &keyring)?;
        let ends = Ends { entries: entries_end, keyring: keyring_end };
        let (index, ends) = (RwLock::new(index), Mutex::new(ends));
        Ok((FileVault { entries, keyring, index, doubled, ends }, odd))
    }

    fn place(&self, reference: &Reference) -> Place {
        let index = self.index.read().unwrap_or_else(PoisonError::into_inner);
        index.get(reference).copied().unwrap_or_default()
    }
}

impl Vault for FileVault {
    fn held(&self, reference: &Reference) -> Held {
        self.place(reference).held()
    }

    fn get(&self, reference: &Reference) -> Result<SealedEntry, WhyLost> {
        let Place { entry: Some((entry, length)), slot } = self.place(reference) else {
            return Err(WhyLost::NoEntry);
        };
        let Some(slot) = slot else { return Err(WhyLost::NoKey) };
        let unreadable = |error: std::io::Error| match error.kind() {
            // Of a write that was cut off, or the file was cut short since.
            std::io::ErrorKind::UnexpectedEof => WhyLost::Damaged,
            _ => WhyLost::Unreadable(error),
        };
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        self.keyring.read_at(&mut key[..], slot + to_u64(REFERENCE_BYTES)).map_err(unreadable)?;
        let mut sealed = vec![0; SEALED_EXTRA_BYTES + length];
        self.entries.read_at(&mut sealed, entry + to_u64(ENTRY_HEAD_BYTES)).map_err(unreadable)?;
        Ok(SealedEntry { reference: *reference, sealed, key })
    }

    /// First the keys, then what they open. Of a block that has none the files are looked at all the same: nothing is
    /// recorded beside a vault that commands would refuse.
    fn write(&self, batch: &[SealedEntry]) -> Result<(), VaultError> {
        let mut ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner);
        self.keyring.refuse_if_changed()?;
        self.entries.refuse_if_changed()?;
        if batch.is_empty() {
            return Ok(());
        }
        let (mut entries, mut slots) = (Vec::new(), Zeroizing::new(Vec::new()));
        let mut places = Vec::with_capacity(batch.len());
        for SealedEntry { reference, sealed, key } in batch {
            let length = sealed.len().saturating_sub(SEALED_EXTRA_BYTES);
            let entry = Some((ends.entries + to_u64(entries.len()), length));
            places.push((*reference, Place { entry, slot: Some(ends.keyring + to_u64(slots.len())) }));
            entries.extend_from_slice(&scan::entry_head(reference, length));
            entries.extend_from_slice(sealed);
            slots.extend_from_slice(&scan::slot(reference, key)[..]);
        }
        // Before a byte is out in either.
        self.keyring.refuse_beyond(slots.len(), ends.keyring)?;
        self.entries.refuse_beyond(entries.len(), ends.entries)?;
        self.keyring.write_at(&slots, ends.keyring)?;
        self.entries.write_at(&entries, ends.entries)?;
        reached(Step::VaultWritten);
        if !planted(Defect::VaultNotSynced) {
            self.keyring.sync()?;
            self.entries.sync()?;
        }
        self.index.write().unwrap_or_else(PoisonError::into_inner).extend(places);
        ends.entries += to_u64(entries.len());
        ends.keyring += to_u64(slots.len());
        Ok(())
    }

    fn for_each(&self, each: &mut dyn FnMut(&Reference, Held)) {
        let index = self.index.read().unwrap_or_else(PoisonError::into_inner);
        index.iter().for_each(|(reference, place)| each(reference, place.held()));
    }

    fn doubled(&self) -> Vec<Reference> {
        self.doubled.clone()
    }

    fn look(&self) -> std::io::Result<()> {
        let _ends = self.ends.lock().unwrap_or_else(PoisonError::into_inner); // nobody is writing
        self.keyring.refuse_if_changed()?;
        self.entries.refuse_if_changed()
    }

    fn strange(&self, references: &[Reference]) -> Option<&'static str> {
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
}
