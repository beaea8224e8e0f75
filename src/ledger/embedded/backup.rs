//! A backup: the segments byte for byte, the vault, and the checkpoint that it was made at; and a ledger from it again.
//!
//! A full segment never changes, so it is its own increment: what the backup has, it keeps. `contents` says what belongs to
//! the backup and is replaced last, in one step: a backup that is cut off leaves the one before it, or what is missing
//! shows. Sled and snapshots are not in it: opening makes them anew.

mod contents;
mod draft;
mod left;
mod restore;
mod walk;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use thads_proof::checkpoint::{Checkpoint, CheckpointError};
use thads_proof::genesis::Genesis;
use thads_proof::note::Vkey;
use thads_proof::plain;
use thads_proof::segment;
use thads_proof::tree::Root;

use crate::embedded::Listing;
use crate::embedded::lock::FolderLock;
use crate::embedded::open::OpenError;
use crate::embedded::reader::Reader;
use crate::embedded::vault;
use crate::embedded::vault::compare::{self, Difference, Keys};
use crate::embedded::verify::{VaultCheck, check_vault};
use crate::embedded::{files, keys};
use crate::sentence::Sentence;
use crate::vault::References;
pub(super) use contents::FILE as CONTENTS;
use contents::{Contents, Kept};
pub use restore::{Restored, Until, restore};
use walk::Walk;

/// The checkpoint of a backup, for people and for `verify`; `contents` holds it as well.
pub(super) const CHECKPOINT: &str = "checkpoint";

/// Stands in a folder until its first backup is whole, and tells it from a folder that is no backup.
pub(super) const UNFINISHED: &str = "backup-unfinished";

/// Why there is no backup, or none can be brought back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The ledger cannot be read.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// What is there does not allow it.
    #[error("{0}")]
    Refused(String),
    /// Ledger and backup tell different histories, or the ledger is the shorter: evidence.
    #[error("{0}")]
    Contradiction(String),
    /// What was to be copied is damaged: evidence. Nothing was put in place.
    #[error("{}: {}{what}", path.display(), from(*position))]
    Damaged {
        /// The file or folder.
        path: PathBuf,
        /// The first position that it concerns.
        position: u64,
        /// What is wrong.
        what: String,
    },
    /// The file that says what belongs to a backup is not what a backup wrote: evidence. Nothing was put in place.
    #[error("{}: {what}", path.display())]
    Contents {
        /// The file.
        path: PathBuf,
        /// Which line is wrong, and what is.
        what: String,
    },
    /// The file system failed.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

fn from(position: u64) -> String {
    if position == 0 { String::new() } else { format!("from position {position} on: ") }
}

impl BackupError {
    /// Returns whether this is evidence of damage or tampering, not only a failure.
    pub fn is_evidence(&self) -> bool {
        match self {
            BackupError::Open(error) => error.is_evidence(),
            BackupError::Contradiction(_) | BackupError::Damaged { .. } | BackupError::Contents { .. } => {
                true
            }
            BackupError::Refused(_) | BackupError::Io(_) => false,
        }
    }
}

/// What a backup holds and what was copied for it.
#[derive(Debug)]
pub struct Backup {
    /// Records in it.
    pub size: u64,
    /// The root over them.
    pub root: Root,
    /// Segments that were copied.
    pub segments: u64,
    /// Bytes that were copied.
    pub bytes: u64,
    /// Files of the earlier backup that were no longer what had been written, or gone, and were copied again.
    pub mended: u64,
    /// The checkpoint that it was made at; signed unless the log's key is not here.
    pub note: String,
    /// Why nothing signed it.
    pub unsigned: Option<Unsigned>,
    /// What is wrong with the root key, which need not be here.
    pub root_key: Option<Sentence>,
    /// Keys that were to be copied and are not there; without the root key, which need not be here.
    pub no_keys: Vec<&'static str>,
    /// Copies that the backup keeps because they hold what the ledger's own files cannot give any more.
    pub lacking: Vec<String>,
    /// What the ledger's own vault holds of what its records commit to.
    pub personal: VaultCheck,
}

/// Why a backup is not signed.
#[derive(Debug)]
pub enum Unsigned {
    /// `keys/log.key` is not there.
    Missing,
    /// It is not the log's key: what is wrong with it.
    Wrong(Sentence),
}

/// Copies what the backup in `target` lacks of the ledger in `dir`, also while a server writes to it: to the last whole
/// block. Everything is verified as it is copied. The keys are copied only `with_keys`. `references`: how to read those of
/// a payload.
///
/// # Errors
/// See [`BackupError`]: the target holds something else or a longer history, the ledger is damaged.
pub fn backup(
    dir: &Path,
    target: &Path,
    with_keys: bool,
    references: References,
) -> Result<Backup, BackupError> {
    let reader = Reader::open_whole(dir)?;
    if reader.is_second_copy() {
        return Err(OpenError::Gone { end: reader.head().size }.into());
    }
    let (head, genesis) = (reader.head(), reader.genesis().clone());
    let unsigned = match keys::look(dir, keys::LOG_KEY, &genesis)? {
        keys::Found::Right => None,
        keys::Found::Missing => Some(Unsigned::Missing),
        keys::Found::Wrong(what) => Some(Unsigned::Wrong(what)),
    };
    let root_key = match keys::look(dir, keys::ROOT_KEY, &genesis)? {
        keys::Found::Wrong(what) => Some(what),
        keys::Found::Right | keys::Found::Missing => None,
    };
    let note = match unsigned {
        None => reader.checkpoint()?,
        // What is worth most is copied all the same.
        Some(_) => {
            unsigned_note(&Checkpoint { origin: genesis.origin.clone(), size: head.size, root: head.root })
        }
    };
    refuse_strange(target)?;
    refuse_within(target, dir)?;
    // What is not there yet is locked when it is made.
    let lock = match fs::metadata(target) {
        Ok(there) if there.is_dir() => Some(FolderLock::to_fill(target)?.ok_or_else(|| busy(target))?),
        Ok(_) | Err(_) => None,
    };
    let before = look(target, &genesis)?;
    if let Some((_, earlier)) = &before
        && earlier.size > head.size
    {
        return Err(BackupError::Contradiction(format!(
            "the backup goes to {} records and the ledger to {}: the ledger was put back to an earlier state or cut short",
            earlier.size, head.size
        )));
    }
    let mut segments = Listing::read(&dir.join(files::WAL))?.used;
    segments.retain(|used| used.first.get() < head.size);
    // All of the log is read before anything is copied: a ledger that is damaged or another's leaves the backup alone.
    let there = Listing::read(&target.join(files::WAL))?;
    // Where no backup was ever finished, nothing tells which history its segments are of; the last of one may have grown.
    let last = there.used.last().map(|last| last.number);
    let is_full = |number| before.is_some() && last.is_some_and(|last| number < last);
    let mut walk = Walk::of(reader.id());
    let mut due = Vec::new();
    let mut fork = None;
    let mut mended = 0;
    for used in &segments {
        let name = segment::file_name(used.number);
        let (path, copy) = (dir.join(files::WAL).join(&name), target.join(files::WAL).join(&name));
        let bytes = plain::read(&path, segment::FILE_BYTES_MAX)?;
        let copy = is_full(used.number).then(|| plain::read(&copy, segment::FILE_BYTES_MAX));
        let is_kept = copy.is_some_and(|copy| copy.is_ok_and(|copy| copy == bytes));
        if !is_kept {
            mended += u64::from(is_full(used.number));
            due.push((used.number, walk.clone()));
        }
        walk.segment(&path, used.number, &bytes, head.size, |tree| {
            if let Some((_, earlier)) = &before
                && earlier.size == tree.size()
                && earlier.root != tree.root()
            {
                fork = Some(earlier.size);
            }
        })?;
    }
    if (walk.size(), walk.root()) != (head.size, head.root) {
        return Err(walk.short(&dir.join(files::WAL), head.size));
    }
    if let Some(size) = fork {
        return Err(BackupError::Contradiction(format!(
            "ledger and backup tell different histories below {size} records: the root that the backup was made with is not the ledger's"
        )));
    }
    if there.ledger.is_some_and(|ledger| ledger != reader.id()) {
        return Err(BackupError::Refused(another_ledger(target)));
    }
    files::make_folder(target)?;
    let _lock = match lock {
        Some(lock) => lock,
        None => lock_new(target)?,
    };
    if before.is_none() {
        files::write_whole(&target.join(UNFINISHED), b"", 0o600)?;
    }
    files::make_folder(&target.join(files::WAL))?;
    let (size, root) = (head.size, head.root);
    let personal = check_vault(dir, references);
    let lacking = Vec::new();
    let mut done = Backup {
        size,
        root,
        segments: 0,
        bytes: 0,
        mended,
        note: note.clone(),
        unsigned,
        root_key,
        no_keys: Vec::new(),
        lacking,
        personal,
    };
    for (number, mut walk) in due {
        let name = segment::file_name(number);
        let path = dir.join(files::WAL).join(&name);
        let mut bytes = plain::read(&path, segment::FILE_BYTES_MAX)?;
        let end = walk.segment(&path, number, &bytes, head.size, |_| {})?;
        let last = walk.size() == head.size;
        if last {
            bytes.truncate(end);
        }
        let mode = if last { 0o600 } else { 0o400 };
        files::write_whole(&target.join(files::WAL).join(&name), &bytes, mode)?;
        done.segments += 1;
        done.bytes += crate::count::to_u64(bytes.len());
    }
    let mut kept = before.map(|(contents, _)| contents.kept).unwrap_or_default();
    kept.extend(contents::unnamed(target, &kept)?);
    let kept = copy_files(dir, target, &kept, with_keys, &genesis, &mut done)?;
    Contents { kept, note: note.clone() }.write(target)?;
    // The last one that was signed stays.
    if done.unsigned.is_none() {
        files::write_whole(&target.join(CHECKPOINT), note.as_bytes(), 0o600)?;
    }
    files::remove_if_there(&target.join(UNFINISHED))?;
    Ok(done)
}

/// Locks a folder that was not there when it was looked for: another backup may have made it since.
fn lock_new(target: &Path) -> Result<FolderLock, BackupError> {
    let lock = FolderLock::to_fill(target)?.ok_or_else(|| busy(target))?;
    let mut entries = fs::read_dir(target).map_err(plain::of(target))?;
    if entries.next().is_some() { Err(busy(target)) } else { Ok(lock) }
}

/// Says that another command is at a folder.
fn busy(folder: &Path) -> BackupError {
    BackupError::Refused(format!(
        "{}: another thads fills this folder or reads it (backup, restore); run it again when that has ended, or name another folder",
        folder.display()
    ))
}

/// What a backup keeps of personal data.
pub(crate) enum KeptPersonal {
    /// The copies that it promises, as they were written.
    Whole,
    /// It promises none.
    None,
    /// A copy that it promises is not there, or is not what was written: why.
    Broken(String),
    /// It cannot be looked at now: why.
    Unreadable(String),
}

/// Returns what a folder keeps of personal data if it is a whole backup, and no ledger's own directory. Cost: every copy is
/// read whole.
pub(crate) fn kept_personal(dir: &Path) -> Option<KeptPersonal> {
    let is_there = |name: &str| dir.join(name).exists();
    if is_there("LOCK") || is_there(files::SLED) {
        return None;
    }
    let contents = match Contents::read(dir) {
        Ok(contents) => contents?,
        Err(error @ BackupError::Io(_)) => return Some(KeptPersonal::Unreadable(error.to_string())),
        Err(_) => return None,
    };
    let promised = |place: &str| contents.kept.iter().any(|kept| kept.place == place && !kept.is_beside);
    let vault = contents.kept.iter().filter(|kept| [vault::ENTRIES, vault::KEYRING].contains(&kept.place));
    let broken = vault.filter_map(|kept| kept.open(dir).err()).next();
    Some(match broken {
        Some(error @ BackupError::Io(_)) => KeptPersonal::Unreadable(error.to_string()),
        Some(error) => KeptPersonal::Broken(error.to_string()),
        None if promised(vault::ENTRIES) => KeptPersonal::Whole,
        None => KeptPersonal::None,
    })
}

/// Refuses a backup whose folders are links, or no folders: what is written goes into the backup, and what is read is its own.
fn refuse_strange(target: &Path) -> Result<(), BackupError> {
    for folder in [files::WAL, files::VAULT, files::KEYS] {
        match plain::folder(&target.join(folder)) {
            Err(error) if plain::is_of_the_system(&error) => return Err(error.into()),
            Err(error) if !matches!(error.kind(), ErrorKind::NotFound) => {
                return Err(BackupError::Refused(error.to_string()));
            }
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

/// Refuses a backup within the ledger's own directory, and a ledger within its backup: whatever befalls the one befalls the
/// other.
fn refuse_within(target: &Path, dir: &Path) -> Result<(), BackupError> {
    let dir = dir.canonicalize().map_err(|error| plain::named(dir, &error))?;
    // What is not there yet lies in the nearest folder that is.
    let there = std::path::absolute(target)?;
    let nearest = there.ancestors().find_map(|path| path.canonicalize().ok());
    // The directory itself is no backup; that is said elsewhere.
    if nearest.is_none_or(|path| !path.starts_with(&dir) || path == dir && there.exists()) {
        return Ok(());
    }
    let (target, dir) = (target.display(), dir.display());
    Err(BackupError::Refused(format!(
        "{target} lies within {dir}, and would be lost with it; name another folder"
    )))
}

/// Reads what a target holds. `None`: nothing yet, or what the first backup of this ledger left when it was cut off.
fn look(target: &Path, genesis: &Genesis) -> Result<Option<(Contents, Checkpoint)>, BackupError> {
    let refused = |what: &str| Err(BackupError::Refused(format!("{}: {what}", target.display())));
    let mut entries = match fs::read_dir(target) {
        Ok(entries) => entries.collect::<Result<Vec<_>, _>>()?,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(plain::named(target, &error).into()),
    };
    entries.retain(|entry| entry.file_name() != files::LOST_AND_FOUND);
    let is_there = |name: &str| entries.iter().any(|entry| entry.file_name() == name);
    if is_there("LOCK") || is_there(files::SLED) {
        return refused("this is a ledger's own directory, not a backup");
    }
    let Some(contents) = Contents::read(target)? else {
        // The first thing that a backup makes is the mark, under another name.
        let only_begun =
            entries.iter().all(|entry| entry.file_name() == format!("{UNFINISHED}.new").as_str());
        if only_begun || is_there(UNFINISHED) {
            return Ok(None);
        }
        return refused("it is not empty and holds no backup; name another folder");
    };
    let key = key_of(&genesis.log_key)?;
    match open_note(&contents.note, &genesis.origin, &key) {
        Ok((checkpoint, _)) => Ok(Some((contents, checkpoint))),
        Err(_) => Err(BackupError::Refused(another_ledger(target))),
    }
}

/// What stands in place of the signatures where the log's key was not there.
const UNSIGNED: &str = "unsigned\n";

fn unsigned_note(checkpoint: &Checkpoint) -> String {
    format!("{checkpoint}\n{UNSIGNED}")
}

/// Reads the checkpoint that a backup was made at, and returns whether the log's key signed it.
fn open_note(note: &str, origin: &str, key: &Vkey) -> Result<(Checkpoint, bool), CheckpointError> {
    let Some(text) = note.strip_suffix(UNSIGNED).and_then(|note| note.strip_suffix('\n')) else {
        return Checkpoint::open(note, origin, std::slice::from_ref(key))
            .map(|(checkpoint, _)| (checkpoint, true));
    };
    let checkpoint: Checkpoint = text.parse()?;
    if checkpoint.origin != origin {
        return Err(CheckpointError::Origin { expected: origin.to_owned(), found: checkpoint.origin });
    }
    Ok((checkpoint, false))
}

fn another_ledger(target: &Path) -> String {
    format!(
        "{} holds the backup of another ledger, or its checkpoint was changed; name another folder",
        target.display()
    )
}

/// Copies vault and keys where they have changed, each under a name of its own; returns what now belongs to the backup.
///
/// A copy that the backup has is given up only where the ledger's file gives all that it gives, reference by reference.
/// Otherwise both are kept: that one is brought back which has more that the other lacks, the other stays beside it. A key that
/// is not the one that the genesis names takes no other's place and is not brought back.
fn copy_files(
    dir: &Path,
    target: &Path,
    before: &[Kept],
    with_keys: bool,
    genesis: &Genesis,
    done: &mut Backup,
) -> Result<Vec<Kept>, BackupError> {
    let mut all = Vec::new();
    let opens_all = done.personal.opens_all();
    for (place, at_most) in contents::PLACES {
        let mut kept: Vec<Kept> = before.iter().filter(|kept| kept.place == place).cloned().collect();
        if !with_keys && place.starts_with(files::KEYS) {
            for kept in &kept {
                kept.open(target).map_err(|error| match error {
                    BackupError::Io(_) => error,
                    error => BackupError::Refused(format!(
                        "{error}; make the backup with --keys to copy the keys again"
                    )),
                })?;
            }
            all.append(&mut kept);
            continue;
        }
        let ours = match plain::open(&dir.join(place), at_most) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                // The root key is meant to be taken off the machine.
                if place != keys::ROOT_KEY {
                    done.lacking.extend(kept.iter().map(|kept| kept.copy.clone()));
                    done.no_keys.extend(keys::ALL.contains(&place).then_some(place));
                }
                all.append(&mut kept);
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        // It may grow meanwhile; what the records up to the head name is in it.
        let length = files::written_end(&ours)?;
        files::make_folder(&target.join(place).with_file_name(""))?;
        let mut now = Kept::of(place, format!("{place}@{}", done.size), &ours, length)?;
        let is_signing_key = [keys::LOG_KEY, keys::ROOT_KEY].contains(&place);
        let is_wrong = is_signing_key && !is_right_key(&dir.join(place), place, genesis)?;
        let (mut stay, mut first) = (Vec::new(), !is_wrong);
        for mut kept in kept {
            if kept.hash == now.hash {
                // The name of a keyring says up to which record the keys are due.
                if place != vault::KEYRING || kept.copied_at() == Some(done.size) {
                    now.copy.clone_from(&kept.copy);
                }
                continue;
            }
            let keys = match (with_keys, before.iter().any(|kept| kept.place == vault::KEYRING)) {
                (false, true) => Keys::Stay,
                // A copy that stands beside another, or is not what was written, is not the one that keys were kept for.
                (false, false) if opens_all && !kept.is_beside && kept.open(target).is_ok() => {
                    Keys::Elsewhere
                }
                (true, _) | (false, false) => Keys::Copied,
            };
            let difference = if is_signing_key {
                let is_lost = is_wrong && is_right_key(&target.join(&kept.copy), place, genesis)?;
                Difference { lost: u64::from(is_lost), gained: 0 }
            } else {
                difference(dir, target, before, &kept, opens_all, keys)?
            };
            if difference.lost > 0 {
                done.lacking.push(kept.copy.clone());
                kept.is_beside |= keys != Keys::Elsewhere && difference.gained >= difference.lost;
                first &= kept.is_beside;
                stay.push(kept);
            }
        }
        now.is_beside = !first;
        let is_there = before.iter().find(|kept| kept.copy == now.copy && kept.hash == now.hash);
        if is_there.is_none_or(|kept| kept.open(target).is_err()) {
            done.mended += u64::from(is_there.is_some());
            let mut more = 0_u64;
            // Until `contents` is replaced, the copies before must stay.
            while is_there.is_none() && before.iter().any(|kept| kept.copy == now.copy) {
                more += 1;
                now.copy = format!("{place}@{}-{more}", done.size);
            }
            now.write(&ours, length, &target.join(&now.copy))?;
            done.bytes += length;
        }
        all.append(&mut stay);
        all.push(now);
    }
    Ok(all)
}

/// Returns whether a file holds the key that the genesis names for `place`.
fn is_right_key(path: &Path, place: &str, genesis: &Genesis) -> Result<bool, BackupError> {
    match plain::read(path, keys::BYTES_MAX) {
        Ok(bytes) => Ok(keys::is_right(&bytes, place, genesis)),
        Err(error) if plain::is_of_the_system(&error) => Err(BackupError::Io(error)),
        Err(_) => Ok(false),
    }
}

/// Says what a copy of entries or keyring in the backup can give that the ledger's own file cannot. `opens_all`: that one
/// opens all that the records commit to.
fn difference(
    dir: &Path,
    target: &Path,
    before: &[Kept],
    kept: &Kept,
    opens_all: bool,
    keys: Keys,
) -> Result<Difference, BackupError> {
    let there = |place: &str| {
        let in_place = before.iter().find(|other| other.place == place && !other.is_beside);
        target.join(in_place.map_or(place, |other| other.copy.as_str()))
    };
    let (entries, keyring) = (dir.join(vault::ENTRIES), dir.join(vault::KEYRING));
    let (other_entries, other_keyring) = (there(vault::ENTRIES), there(vault::KEYRING));
    let copy = target.join(&kept.copy);
    let ours = compare::Files { entries: &entries, keyring: &keyring };
    let compared = match kept.place {
        vault::ENTRIES => {
            let other = compare::Files { entries: &copy, keyring: &other_keyring };
            compare::entries(ours, other, opens_all, keys)
        }
        vault::KEYRING => {
            let other = compare::Files { entries: &other_entries, keyring: &copy };
            compare::keyring(ours, other, opens_all)
        }
        _ => return Ok(Difference::default()),
    };
    compared.map_err(|error| BackupError::Open(error.into()))
}

fn key_of(text: &str) -> Result<Vkey, BackupError> {
    text.parse().map_err(|error: thads_proof::note::VkeyError| BackupError::Refused(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Between looking and locking another may have begun in a new folder, and ended.
    #[test]
    fn a_folder_that_was_filled_since_it_was_looked_for_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let lock = lock_new(folder.path()).unwrap();
        assert!(matches!(lock_new(folder.path()), Err(BackupError::Refused(_))));
        drop(lock);
        fs::write(folder.path().join(UNFINISHED), "").unwrap();
        assert!(matches!(lock_new(folder.path()), Err(BackupError::Refused(_))));
        assert!(draft::Draft::begin(folder.path(), |_| Ok(())).is_err());
        assert!(folder.path().join(UNFINISHED).exists());
    }
}
