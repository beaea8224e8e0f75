//! Two copies of the vault, reference by reference: what one of them has that the other could not give any more.

use std::path::Path;

use super::{ENTRIES_BYTES_MAX, ENTRY_HEAD_BYTES, FileVault, KEYRING_BYTES_MAX, SLOT_BYTES, Store, scan};
use crate::count::to_u64;
use crate::vault::{KEY_BYTES, REFERENCE_BYTES, Reference, SEALED_EXTRA_BYTES, Vault, VaultError, WhyLost};

/// Files of entries and keys, of one copy; one that is not there holds nothing.
#[derive(Clone, Copy)]
pub(crate) struct Files<'a> {
    pub(crate) entries: &'a Path,
    pub(crate) keyring: &'a Path,
}

/// How two files of one kind differ, in references.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Difference {
    /// What the earlier file can give and the later cannot.
    pub(crate) lost: u64,
    /// What only the later has.
    pub(crate) gained: u64,
}

/// Where the keys of the later entries will be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Keys {
    /// They are copied with the entries.
    Copied,
    /// The earlier keyring stays as it is.
    Stay,
    /// There is no keyring, and the one that is kept elsewhere opens what it opened: an entry that is sealed anew, under
    /// whichever key, is another one.
    Elsewhere,
}

/// Both copies, and each one's entries under the other's keys: keys and entries may have been damaged apart.
struct Both {
    /// The later entries, under the later keys and under the earlier ones.
    later: [FileVault; 2],
    /// The earlier entries, under the earlier keys and under the later ones.
    earlier: [FileVault; 2],
}

impl Both {
    fn open(later: Files<'_>, earlier: Files<'_>) -> Result<Both, VaultError> {
        let vault = |entries: &Path, keyring: &Path| {
            let entries = Store::open_read_only(entries, ENTRIES_BYTES_MAX)?;
            Ok::<_, VaultError>(
                FileVault::load(entries, Store::open_read_only(keyring, KEYRING_BYTES_MAX)?)?.0,
            )
        };
        Ok(Both {
            later: [vault(later.entries, later.keyring)?, vault(later.entries, earlier.keyring)?],
            earlier: [vault(earlier.entries, earlier.keyring)?, vault(earlier.entries, later.keyring)?],
        })
    }
}

/// Returns the commitment that a reference opens under any of some keys: the word itself is not held.
fn word(vaults: &[&FileVault], reference: &Reference) -> Result<Option<[u8; 32]>, VaultError> {
    for vault in vaults {
        let vault: &dyn Vault = *vault;
        match vault.salted(reference) {
            Ok(salted) => return Ok(Some(salted.commitment())),
            Err(WhyLost::Unreadable(error)) => return Err(error.into()),
            Err(WhyLost::NoEntry | WhyLost::NoKey | WhyLost::Damaged | WhyLost::Other | WhyLost::NoWords) => {
            }
        }
    }
    Ok(None)
}

/// Whether something is lost with what gave `before`, where only what gives `now` is left. What opens under no key that is
/// here may open under one that is kept elsewhere, and whatever stands in its place now is no proof that it said the same:
/// only the records are. `opens_all`: the later copy opens all that they commit to.
fn is_lost(before: Option<[u8; 32]>, now: Option<[u8; 32]>, opens_all: bool) -> bool {
    match before {
        _ if opens_all => now.is_none(),
        Some(word) => now != Some(word),
        None => true,
    }
}

/// Compares the entries of an earlier copy with those of a later one. Entries that are the same, byte for byte, need no key.
/// `opens_all`: the later copy opens, under its own keys, all that the records commit to.
pub(crate) fn entries(
    later: Files<'_>,
    earlier: Files<'_>,
    opens_all: bool,
    keys: Keys,
) -> Result<Difference, VaultError> {
    let both = Both::open(later, earlier)?;
    let (now, before) = (&both.later[0], &both.earlier[0]);
    let mut difference = Difference::default();
    for reference in before.references() {
        let is_same = match now.sealed(&reference)? {
            Some(sealed) => before.sealed(&reference)? == Some(sealed),
            None => false,
        };
        let lost = || {
            let stays = match keys {
                Keys::Elsewhere => return Ok(true),
                Keys::Stay => word(&[&both.earlier[0]], &reference)?,
                Keys::Copied => None,
            };
            if stays.is_some() {
                return Ok(word(&[&both.later[1]], &reference)? != stays);
            }
            let had = word(&[&both.earlier[0], &both.earlier[1]], &reference)?;
            Ok::<_, VaultError>(is_lost(had, word(&[&both.later[0], &both.later[1]], &reference)?, opens_all))
        };
        difference.lost += u64::from(!is_same && lost()?);
    }
    let had: std::collections::HashSet<Reference> = before.references().into_iter().collect();
    let gained = now.references().into_iter().filter(|reference| !had.contains(reference)).count();
    Ok(Difference { gained: to_u64(gained), ..difference })
}

/// Compares the keys of an earlier copy with those of a later one, likewise.
pub(crate) fn keyring(
    later: Files<'_>,
    earlier: Files<'_>,
    opens_all: bool,
) -> Result<Difference, VaultError> {
    let both = Both::open(later, earlier)?;
    let (now, before) = (both.later[0].slots()?, both.earlier[0].slots()?);
    let mut difference = Difference::default();
    for (reference, slot) in &before {
        if now.get(reference) == Some(slot) || slot.is_erased() {
            continue;
        }
        // What the earlier key opens, and what the later one does, in whichever entries.
        let had = word(&[&both.earlier[0], &both.later[1]], reference)?;
        let now = word(&[&both.later[0], &both.earlier[1]], reference)?;
        difference.lost += u64::from(is_lost(had, now, opens_all));
    }
    let gained = now.keys().filter(|reference| !before.contains_key(*reference)).count();
    Ok(Difference { gained: to_u64(gained), ..difference })
}

/// A slot's key, as it stands.
#[derive(PartialEq, Eq)]
struct Slot(zeroize::Zeroizing<[u8; SLOT_BYTES]>);

impl Slot {
    fn is_erased(&self) -> bool {
        self.0[REFERENCE_BYTES..REFERENCE_BYTES + KEY_BYTES].iter().all(|byte| *byte == 0)
    }
}

impl FileVault {
    fn references(&self) -> Vec<Reference> {
        let index = self.index.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        index.iter().filter(|(_, place)| place.entry.is_some()).map(|(reference, _)| *reference).collect()
    }

    /// Returns an entry as it stands.
    fn sealed(&self, reference: &Reference) -> Result<Option<Vec<u8>>, VaultError> {
        let index = self.index.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        let Some(place) = index.get(reference).copied() else { return Ok(None) };
        drop(index);
        let Some((at, length)) = place.entry else { return Ok(None) };
        let mut bytes = vec![0; ENTRY_HEAD_BYTES + SEALED_EXTRA_BYTES + length];
        match self.entries.read_at(&mut bytes, at) {
            Ok(()) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Returns the whole slots of the keyring.
    fn slots(&self) -> Result<std::collections::HashMap<Reference, Slot>, VaultError> {
        let (places, _, _) = scan::scan_keyring(&self.keyring, &mut Vec::new())?;
        let mut slots = std::collections::HashMap::new();
        for (reference, place) in places {
            let Some(at) = place.slot else { continue };
            let mut slot = zeroize::Zeroizing::new([0; SLOT_BYTES]);
            self.keyring.read_at(&mut slot[..], at)?;
            slots.insert(reference, Slot(slot));
        }
        Ok(slots)
    }
}
