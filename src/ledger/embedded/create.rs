//! Founding: where a ledger may be made, and its first record.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thads_proof::genesis::Genesis;
use thads_proof::plain;
use thads_proof::segment;

use crate::cache;
use crate::embedded::lock::{self, Lock};
use crate::embedded::open::{self, OpenError, OpenReport};
use crate::embedded::opened::start;
use crate::embedded::reader::CopiedStore;
use crate::embedded::storage::Storage;
use crate::embedded::vault;
use crate::embedded::{Embedded, Found, Listing};
use crate::embedded::{files, keys, scan, space};
use crate::genesis::genesis_block;
use crate::journal::{Head, Journal, JournalError, Outcome};
use crate::ledger::Ledger;
use crate::setup::Setup;

/// What a founding makes in the data directory; its lock last, for it guards the others.
const MADE: [&str; 7] =
    [space::BALLAST, files::WAL, files::SLED, files::SNAPSHOTS, files::VAULT, files::KEYS, lock::LOCK];

/// The place of a founding as it was before: one that fails leaves it so.
pub(crate) struct Ground {
    dir: PathBuf,
    /// The folders on the way to it, and it itself, that were not there; the innermost first.
    missing: Vec<PathBuf>,
    /// What stood there of what a founding makes, and in those folders.
    there: BTreeSet<PathBuf>,
    /// Bytes of the files among them.
    bytes: u64,
}

impl Ground {
    /// Looks at `dir`, which need not be there, before anything is made.
    pub(crate) fn look(dir: &Path) -> Ground {
        let missing = dir.ancestors().filter(|folder| !folder.as_os_str().is_empty());
        let missing = missing.take_while(|folder| files::is_missing(folder)).map(Path::to_path_buf).collect();
        let there = BTreeSet::from_iter(status(dir));
        let length = |path: &PathBuf| fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file);
        let bytes = there.iter().filter_map(length).map(|file| file.len()).sum();
        Ground { dir: dir.to_path_buf(), missing, there, bytes }
    }

    /// Refuses where the disk has no room for what is yet to be made; where a ledger is, that counts for more.
    pub(crate) fn has_room(&self, storage: &Storage) -> Result<(), OpenError> {
        let Err(no_room) = space::room_to_found(&self.dir, storage, self.bytes) else { return Ok(()) };
        unfinished(&self.dir, storage)?;
        Err(no_room)
    }

    /// Looks again now that the directory is locked: another founding may have ended meanwhile.
    pub(crate) fn look_again(&mut self) {
        let locked = self.dir.join(lock::LOCK);
        let was_there = self.there.contains(&locked);
        self.there = BTreeSet::from_iter(status(&self.dir));
        if !was_there {
            self.there.remove(&locked);
        }
    }

    /// Removes, as far as it can, what a founding makes and was not there before, and gives what was set aside its name back.
    pub(crate) fn clear(&self) {
        for path in status(&self.dir) {
            if self.there.contains(&path) {
                continue;
            }
            let _ = match files::set_aside_from(&path) {
                Some(name) => fs::rename(&path, name),
                None if path.is_dir() => fs::remove_dir(&path),
                None if is_made(&self.dir, &path) => fs::remove_file(&path),
                None => Ok(()),
            };
        }
        self.remove_folders();
    }

    /// Removes the folders that were not there before and hold nothing.
    pub(crate) fn remove_folders(&self) {
        for folder in &self.missing {
            let _ = fs::remove_dir(folder);
        }
        if let Some(parent) = self.missing.last().and_then(|folder| folder.parent()) {
            let _ = files::sync_folder(parent);
        }
    }
}

/// Returns what stands in `dir` of what a founding makes: what lies in its folders, then the folders and files themselves.
fn status(dir: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for path in MADE.map(|name| dir.join(name)) {
        let inside = fs::read_dir(&path).into_iter().flatten().flatten();
        all.extend(inside.map(|entry| entry.path()));
        if !files::is_missing(&path) {
            all.push(path);
        }
    }
    all
}

/// Whether a founding makes a file of that name in `dir`.
fn is_made(dir: &Path, path: &Path) -> bool {
    let within = path.strip_prefix(dir).ok().and_then(Path::to_str).unwrap_or_default();
    let within = within.strip_suffix(".new").unwrap_or(within);
    match within.split_once('/') {
        None => MADE.contains(&within),
        Some((files::WAL, name)) => segment::file_number(name).is_some(),
        Some((files::SLED, name)) => ["db", "conf"].contains(&name) || name.starts_with("snap."),
        Some((files::SNAPSHOTS, name)) => cache::ALL.contains(&name),
        Some(_) => [vault::ENTRIES, vault::KEYRING, keys::LOG_KEY, keys::ROOT_KEY].contains(&within),
    }
}

/// Makes the folder `dir`, with those that it lies in, and locks it.
pub(crate) fn take(dir: &Path) -> Result<Lock, OpenError> {
    if let Some(parent) = dir.parent()
        && !parent.as_os_str().is_empty()
        && !parent.exists()
    {
        fs::create_dir_all(parent).map_err(plain::of(parent))?;
    }
    files::make_folder(dir)?;
    lock::lock(dir).map_err(|error| OpenError::lock(dir, error))
}

/// Refuses where a ledger is, or what is left of one. What a founding has left that was cut off before its genesis was
/// durable is neither, and of that only a block that was never finished is in the way: its segment is set aside.
pub(crate) fn make_way(dir: &Path, storage: &Storage) -> Result<(), OpenError> {
    for path in unfinished(dir, storage)? {
        files::set_aside(&path)?;
    }
    Ok(())
}

/// Returns why a directory without a log cannot be read: there never was one, a founding that was cut off included, or there
/// is what is left of one.
pub fn no_log(dir: &Path) -> OpenError {
    match unfinished(dir, &Storage::default()) {
        Err(error @ (OpenError::Remains(_) | OpenError::Io(_))) => error,
        Ok(_) | Err(_) => OpenError::NotALedger(dir.to_path_buf()),
    }
}

/// Returns the segments that a founding has left that was cut off.
///
/// # Errors
/// Where a ledger is, or what is left of one.
fn unfinished(dir: &Path, storage: &Storage) -> Result<Vec<PathBuf>, OpenError> {
    let wal = dir.join(files::WAL);
    let listing = Listing::read(&wal)?;
    let mut never_finished = Vec::new();
    let numbers =
        listing.used.iter().map(|used| used.number).chain(listing.bad.iter().map(|(number, _)| *number));
    for number in numbers {
        let (judged, path) = (scan::scan_segment(&wal, number)?, wal.join(segment::file_name(number)));
        match judged.ending {
            _ if judged.head.is_some() => return Err(OpenError::AlreadyThere(dir.to_path_buf())),
            scan::Ending::Torn => never_finished.push(path),
            scan::Ending::Clean | scan::Ending::Damaged(_) => return Err(OpenError::Remains(path)),
        }
    }
    if holds_records(dir, storage) {
        return Err(OpenError::AlreadyThere(dir.to_path_buf()));
    }
    let filled =
        |path: &PathBuf| fs::symlink_metadata(path).is_ok_and(|file| !file.is_file() || file.len() > 0);
    let heads = dir.join(files::SNAPSHOTS).join(cache::HEADS);
    let left = [dir.join(vault::ENTRIES), dir.join(vault::KEYRING), heads].into_iter().find(filled);
    if let Some(file) = left {
        return Err(OpenError::Remains(file));
    }
    Ok(never_finished)
}

/// Returns whether the sled of `dir` may hold records. Only a copy is opened: it may be all that is left of a ledger.
fn holds_records(dir: &Path, storage: &Storage) -> bool {
    let sled = dir.join(files::SLED);
    if files::is_missing(&sled) {
        return false;
    }
    let copy = CopiedStore::open(&sled, storage.sled_deadline);
    copy.and_then(|copy| copy.store.known_end()).map_or(true, |end| end > 0)
}

impl Ledger {
    /// Makes a ledger in `dir`, which must not hold one, and records its genesis. Where that fails, nothing is left that was
    /// not there before. With it comes where other keys that sign lie now which stood in the directory: nothing says what they
    /// still sign.
    ///
    /// # Errors
    /// When there is one already, the genesis does not name the key of `log_seed`, the disk has too little room, or the file
    /// system fails.
    pub fn create(dir: &Path, genesis: Genesis, setup: Setup) -> Result<(Ledger, Vec<PathBuf>), OpenError> {
        keys::log_key(&genesis.origin, &setup.log_seed, &genesis.log_key)?;
        let mut ground = Ground::look(dir);
        ground.has_room(&setup.storage)?;
        let lock = match take(dir) {
            Ok(lock) => Arc::new(lock),
            Err(error) => {
                ground.remove_folders();
                return Err(error);
            }
        };
        ground.look_again();
        found(dir, &lock, &genesis, setup).map_err(|error| {
            ground.clear();
            if lock.followed_order {
                // As the last writer left it.
                let _ = lock.ended_in_order();
            }
            match error {
                OpenError::Write(JournalError::Stopped(why)) => OpenError::NotFounded(why),
                error => error,
            }
        })
    }
}

/// Founds a ledger in `dir`, whose lock is held.
fn found(
    dir: &Path,
    lock: &Arc<Lock>,
    genesis: &Genesis,
    setup: Setup,
) -> Result<(Ledger, Vec<PathBuf>), OpenError> {
    let Setup { mut clock, mut randomness, log_seed, root_seed, storage } = setup;
    make_way(dir, &storage)?;
    for folder in [files::WAL, files::SNAPSHOTS, files::VAULT, files::KEYS] {
        files::make_folder(&dir.join(folder))?;
    }
    let wal = dir.join(files::WAL);
    lock.hold_wal(&wal).map_err(|error| OpenError::lock(&wal, error))?;
    let (id, block) = genesis_block(genesis, clock.as_mut(), randomness.as_mut())?;
    // Before the genesis: a ledger whose keys are lost is worth nothing, a key without a ledger does no harm.
    let mut keys_set_aside = Vec::from_iter(keys::write_log_key(dir, &log_seed)?);
    keys_set_aside.extend(match root_seed {
        Some(seed) => keys::write_root_key(dir, &seed)?,
        None => keys::set_other_root_key_aside(dir, genesis)?,
    });
    space::take_ballast(dir, storage.ballast_bytes)?;
    files::sync_folder(dir)?;
    let found = Found {
        ledger: id,
        head: Head::empty(),
        used: Vec::new(),
        current: None,
        next: 0,
        store: None,
        no_sled: None,
        moved: 0,
    };
    let journal = Embedded::start(dir, Arc::clone(lock), found, storage.clone())?;
    match journal.append(&Head::empty(), &block)? {
        Outcome::Committed => {}
        Outcome::Conflict(_) | Outcome::Indeterminate(_) => {
            return Err(OpenError::AlreadyThere(dir.to_path_buf()));
        }
    }
    drop(journal);
    // sled is made once the genesis is durable: one that is half made, without a segment, could not be told from all
    // that is left of a ledger.
    let mut report = OpenReport::default();
    let opened = open::open_journal(dir, lock, &storage, &mut report)?;
    let ledger = start(dir, lock, opened, clock, randomness, true, &mut report)?;
    Ok((ledger, keys_set_aside))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_founding_does_not_make_is_not_taken_back() {
        let all = tempfile::tempdir().unwrap();
        let dir = all.path().join("new");
        let ground = Ground::look(&dir);
        let made =
            ["LOCK", "ballast", "wal/0000000000.seg", "wal/0000000001.seg.new", "sled/db", "keys/log.key"];
        let others = ["keys/mine", "sled/blobs/mine", "wal/mine.seg"];
        for name in made.iter().chain(&others) {
            let path = dir.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
        }
        fs::create_dir(dir.join("vault")).unwrap();
        ground.clear();
        assert!(others.iter().all(|name| dir.join(name).exists()));
        assert!(!made.iter().chain(&["vault"]).any(|name| dir.join(name).exists()));
    }
}
