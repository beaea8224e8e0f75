//! Reading the vault's files from front to back at open: what is there, and where the next entry goes.
//!
//! Nothing is cut off and nothing is rewritten here. A torn tail was never named by a block; it is stepped over, and the
//! next entry goes behind whatever the torn one claims.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use thads_proof::hash;
use zeroize::Zeroizing;

use super::store::Store;
use super::{CHECK_BYTES, ENTRY_CONTEXT, ENTRY_HEAD_BYTES, ENTRY_MAGIC, SLOT_BYTES, SLOT_CONTEXT};
use crate::count::{to_u64, to_usize};
use crate::sentence::Sentence;
use crate::vault::{
    Held, KEY_BYTES, PLAINTEXT_BYTES_MAX, REFERENCE_BYTES, Reference, SEALED_EXTRA_BYTES, VaultError,
};

const WINDOW_BYTES: usize = 1024 * 1024;
/// So many bytes are searched at a time.
const SEARCH_BYTES: usize = 64 * 1024;

/// Where an entry and its key lie.
#[derive(Clone, Copy, Default)]
pub(super) struct Place {
    /// Offset of the entry's head, and bytes of plaintext, if there is an entry.
    pub(super) entry: Option<(u64, usize)>,
    /// Offset of the slot in the keyring, if there is one.
    pub(super) slot: Option<u64>,
}

impl Place {
    /// Whether there is an entry, and a key.
    pub(super) fn held(&self) -> Held {
        Held { entry: self.entry.is_some(), key: self.slot.is_some() }
    }
}

/// What the files hold.
pub(super) struct Scan {
    /// The first entry and the first slot of every reference.
    pub(super) index: HashMap<Reference, Place>,
    /// References under which there is more than one entry or slot.
    pub(super) doubled: Vec<Reference>,
    pub(super) entries_end: u64,
    pub(super) keyring_end: u64,
    /// About bytes that are no entry.
    pub(super) odd: Vec<Sentence>,
}

/// Returns the head of an entry.
pub(super) fn entry_head(reference: &Reference, length: usize) -> [u8; ENTRY_HEAD_BYTES] {
    let mut head = [0; ENTRY_HEAD_BYTES];
    head[..4].copy_from_slice(&ENTRY_MAGIC);
    head[4..8].copy_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
    head[8..8 + REFERENCE_BYTES].copy_from_slice(reference);
    let check = hash::derive(ENTRY_CONTEXT, &head[..8 + REFERENCE_BYTES]);
    head[8 + REFERENCE_BYTES..].copy_from_slice(&check[..CHECK_BYTES]);
    head
}

/// Returns a slot of the keyring.
pub(super) fn slot(reference: &Reference, key: &[u8; KEY_BYTES]) -> Zeroizing<[u8; SLOT_BYTES]> {
    let mut slot = Zeroizing::new([0; SLOT_BYTES]);
    slot[..REFERENCE_BYTES].copy_from_slice(reference);
    slot[REFERENCE_BYTES..REFERENCE_BYTES + KEY_BYTES].copy_from_slice(key);
    let check = hash::derive(SLOT_CONTEXT, &slot[..REFERENCE_BYTES + KEY_BYTES]);
    slot[REFERENCE_BYTES + KEY_BYTES..].copy_from_slice(&check[..CHECK_BYTES]);
    slot
}

/// Reads both files.
pub(super) fn scan(entries: &Store, keyring: &Store) -> Result<Scan, VaultError> {
    let mut odd = Vec::new();
    let (mut index, mut doubled, keyring_end) = scan_keyring(keyring, &mut odd)?;
    let length = entries.len()?;
    let mut window = Window::new(entries, length);
    let mut at = 0;
    let mut end = length;
    let mut skipped = 0_u64;
    while at < length {
        match entry_at(&mut window, at)? {
            Some((reference, plaintext)) => {
                // One that is incomplete takes its reference as well: it is not used for anything else.
                let place = index.entry(reference).or_default();
                match place.entry {
                    None => place.entry = Some((at, plaintext)),
                    Some(_) => doubled.push(reference),
                }
                let next = at + to_u64(ENTRY_HEAD_BYTES + SEALED_EXTRA_BYTES + plaintext);
                if next > length {
                    odd.push(Sentence::new(
                        format!(
                            "vault: mục cuối, ở byte {at}, chưa đủ: ghi dở dang, hoặc bị cắt ngắn (thads verify xem có thiếu gì)"
                        ),
                        format!(
                            "vault: the last entry, at byte {at}, is incomplete: of a write that was cut off, or cut short \
                             (thads verify says whether anything is missing)"
                        ),
                    ));
                    end = next;
                    break;
                }
                at = next;
            }
            None => {
                let next = window.magic(at + 1)?;
                skipped += next - at;
                at = next;
            }
        }
    }
    if skipped > 0 {
        odd.push(Sentence::new(
            format!("vault: {skipped} byte không thuộc mục nào và được bỏ qua"),
            format!("vault: {skipped} bytes belong to no entry and were stepped over"),
        ));
    }
    doubled.sort_unstable();
    doubled.dedup();
    Ok(Scan { index, doubled, entries_end: end, keyring_end, odd })
}

fn entry_at(window: &mut Window<'_>, at: u64) -> Result<Option<(Reference, usize)>, VaultError> {
    let Some(head) = window.get(at, ENTRY_HEAD_BYTES)? else { return Ok(None) };
    if head[..4] != ENTRY_MAGIC {
        return Ok(None);
    }
    let mut length = [0; 4];
    length.copy_from_slice(&head[4..8]);
    let mut reference = [0; REFERENCE_BYTES];
    reference.copy_from_slice(&head[8..8 + REFERENCE_BYTES]);
    let length = to_usize(u64::from(u32::from_be_bytes(length)));
    if length > PLAINTEXT_BYTES_MAX || *head != entry_head(&reference, length) {
        return Ok(None);
    }
    Ok(Some((reference, length)))
}

/// The places of the first slots, the references that have more than one, and where the next slot goes.
pub(super) type Slots = (HashMap<Reference, Place>, Vec<Reference>, u64);

/// Reads the keyring.
pub(super) fn scan_keyring(keyring: &Store, odd: &mut Vec<Sentence>) -> Result<Slots, VaultError> {
    let length = keyring.len()?;
    let stride = to_u64(SLOT_BYTES);
    let mut index = HashMap::new();
    let mut doubled = Vec::new();
    let mut window = Window::new(keyring, length);
    let mut bad = 0_u64;
    let mut at = 0;
    while at + stride <= length {
        let here = at;
        at += stride;
        let Some(found) = window.get(here, SLOT_BYTES)? else { break };
        if found.iter().all(|byte| *byte == 0) {
            // What was never written holds no slot; nor does this one.
            at = at.max(keyring.next_written(at)?.min(length) / stride * stride);
            bad += (at - here) / stride;
            continue;
        }
        let mut reference = [0; REFERENCE_BYTES];
        reference.copy_from_slice(&found[..REFERENCE_BYTES]);
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        key.copy_from_slice(&found[REFERENCE_BYTES..REFERENCE_BYTES + KEY_BYTES]);
        if *found == slot(&reference, &key)[..] {
            match index.entry(reference) {
                Entry::Vacant(place) => {
                    place.insert(Place { entry: None, slot: Some(here) });
                }
                Entry::Occupied(_) => doubled.push(reference),
            }
        } else {
            bad += 1;
        }
    }
    let torn = length % stride;
    if bad > 0 || torn > 0 {
        odd.push(Sentence::new(
            format!("keyring: {bad} ô không còn nguyên, và {torn} byte đứng sau ô cuối; được bỏ qua"),
            format!(
                "keyring: {bad} slots are not whole, and {torn} bytes stand behind the last; stepped over"
            ),
        ));
    }
    Ok((index, doubled, length.div_ceil(stride) * stride))
}

/// A piece of a store, read ahead.
struct Window<'a> {
    store: &'a Store,
    length: u64,
    from: u64,
    bytes: Zeroizing<Vec<u8>>,
}

impl<'a> Window<'a> {
    fn new(store: &'a Store, length: u64) -> Window<'a> {
        Window { store, length, from: 0, bytes: Zeroizing::new(Vec::new()) }
    }

    /// Returns where the magic of an entry stands next, from `at` on; the store's end where it stands nowhere. Cost: the
    /// bytes between that were written.
    fn magic(&mut self, mut at: u64) -> Result<u64, VaultError> {
        while at + to_u64(ENTRY_MAGIC.len()) <= self.length {
            let count = to_usize(self.length - at).min(SEARCH_BYTES);
            let bytes = self.get(at, count)?.unwrap_or_default();
            if let Some(found) = bytes.windows(ENTRY_MAGIC.len()).position(|bytes| bytes == ENTRY_MAGIC) {
                return Ok(at + to_u64(found));
            }
            // The last bytes may begin one.
            at = self.store.next_written(at + to_u64(count - ENTRY_MAGIC.len() + 1))?;
        }
        Ok(self.length)
    }

    /// Returns `count` bytes at `at`; `None` when the store ends before.
    fn get(&mut self, at: u64, count: usize) -> Result<Option<&[u8]>, VaultError> {
        if at + to_u64(count) > self.length {
            return Ok(None);
        }
        if at < self.from || at + to_u64(count) > self.from + to_u64(self.bytes.len()) {
            let size = to_usize(self.length - at).min(WINDOW_BYTES.max(count));
            self.bytes.resize(size, 0);
            self.store.read_at(&mut self.bytes, at)?;
            self.from = at;
        }
        let start = to_usize(at - self.from);
        Ok(self.bytes.get(start..start + count))
    }
}
