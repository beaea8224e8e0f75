//! Room on the disk: the mark below which writes are refused, and the ballast that can be thrown off.

use std::fs;
use std::io::{ErrorKind, Result};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::fs::{FallocateFlags, fallocate, statvfs};
use thads_proof::plain;

use crate::count::to_u64;
use crate::embedded::SEGMENT_BYTES_MIN;
use crate::embedded::files;
use crate::embedded::open::OpenError;
use crate::embedded::storage::Storage;
use crate::journal::JournalError;

/// Name of the ballast in the data directory.
pub(crate) const BALLAST: &str = "ballast";
/// Bytes that sled takes for itself before anything is in it, and the vault, keys and caches of a new ledger.
const FIRST_FILES: u64 = 16 << 20;

/// Returns the bytes that are free for this process on the file system of `path`.
pub(crate) fn free(path: &Path) -> Result<u64> {
    let stat = statvfs(path).map_err(|error| plain::named(path, &error.into()))?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// Refuses where writing so many bytes would leave less free than the mark.
pub(crate) fn room(dir: &Path, storage: &Storage, bytes: usize) -> std::result::Result<(), JournalError> {
    let least = storage.free_bytes_least;
    if least == 0 {
        return Ok(());
    }
    let free = free(dir)?;
    if free < least.saturating_add(to_u64(bytes)) {
        return Err(JournalError::Full { free, least });
    }
    Ok(())
}

/// Refuses where a new ledger in `dir`, of which `held` bytes are there already, would not have the room for its first
/// files and be written to afterwards. Neither `dir` nor what it lies in need be there.
pub(crate) fn room_to_found(dir: &Path, storage: &Storage, held: u64) -> std::result::Result<(), OpenError> {
    let segments = to_u64(storage.segment_bytes.max(SEGMENT_BYTES_MIN)).saturating_mul(2);
    let (wal, place) = (dir.join(files::WAL), nearest(dir));
    // Where the segments lie on a disk of their own, it is that one which must have room for them.
    let apart = match fs::metadata(&wal) {
        Ok(wal) => wal.dev() != fs::metadata(place).map_err(plain::of(place))?.dev(),
        Err(_) => false,
    };
    let own = storage.ballast_bytes.saturating_add(FIRST_FILES);
    let own = if apart { own } else { own.saturating_add(segments) };
    let needed = storage.free_bytes_least.saturating_add(own.saturating_sub(held));
    for (place, needed) in [(place, needed)].into_iter().chain(apart.then_some((wal.as_path(), segments))) {
        let free = free(place)?;
        if free < needed {
            return Err(OpenError::NoRoom { dir: place.to_path_buf(), free, needed });
        }
    }
    Ok(())
}

/// Returns the folder of `path` that is there and nearest to it.
fn nearest(path: &Path) -> &Path {
    let there = path.ancestors().find(|folder| folder.exists());
    there.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Reserves `bytes` in the data directory, to be released when the disk is full. Where the room is not there, or the
/// file system cannot reserve, there is no ballast; that is no error. Returns whether there is one.
pub(crate) fn take_ballast(dir: &Path, bytes: u64) -> Result<bool> {
    let path = dir.join(BALLAST);
    if bytes == 0 || is_there(&path)? {
        return is_there(&path);
    }
    let file = files::new_file(&path)?;
    if fallocate(&file, FallocateFlags::empty(), 0, bytes).is_err() {
        files::remove_if_there(&path)?;
        return Ok(false);
    }
    file.sync_all().map_err(plain::of(&path))?;
    files::sync_folder(dir)?;
    Ok(true)
}

/// Returns whether there is a ballast; what is no plain file is none, and in its place.
fn is_there(path: &Path) -> Result<bool> {
    match plain::open(path, u64::MAX) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Refuses where what stands in the place of the ballast is none. Writes nothing.
pub(crate) fn refuse_strange_ballast(dir: &Path) -> Result<()> {
    is_there(&dir.join(BALLAST)).map(drop)
}

/// Releases the ballast of `dir` where less is free than the mark, so that a full disk can be written to again. Returns the
/// bytes freed, if any.
pub(crate) fn release_ballast(dir: &Path, storage: &Storage) -> Result<Option<u64>> {
    let path = dir.join(BALLAST);
    if !is_there(&path)? || !is_short_of_room(dir, storage)? {
        return Ok(None);
    }
    // Nothing is ever written to a ballast: what holds something is somebody's own.
    if !files::holds_nothing(&plain::open(&path, u64::MAX)?) {
        return Ok(None);
    }
    let bytes = fs::symlink_metadata(&path).map_err(plain::of(&path))?.len();
    files::remove_if_there(&path)?;
    files::sync_folder(dir)?;
    Ok(Some(bytes))
}

/// Takes the ballast that was released again, once there is room for it above the mark. Returns whether it did.
pub(crate) fn take_ballast_again(dir: &Path, storage: &Storage) -> Result<bool> {
    let wanted = storage.free_bytes_least.saturating_add(storage.ballast_bytes);
    if is_there(&dir.join(BALLAST))? || free(dir)? < wanted {
        return Ok(false);
    }
    take_ballast(dir, storage.ballast_bytes)
}

/// Returns whether fewer bytes are free than the mark below which writes are refused.
///
/// # Errors
/// When the file system does not say.
pub fn is_short_of_room(dir: &Path, storage: &Storage) -> Result<bool> {
    Ok(free(dir)? < storage.free_bytes_least)
}
