//! One file of the vault, read and written at places, synced when asked; one that is not there is an empty one in memory.

use crate::count::{to_u64, to_usize};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Result};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use thads_proof::plain;

use crate::embedded::files;
use crate::embedded::lock::Inode;
use crate::testing::{Defect, planted};

/// Bytes that can be read and written at any place.
pub(super) enum Store {
    File(File, PathBuf),
    /// A file that only this process writes to.
    Written(Written),
    Memory(Mutex<Vec<u8>>),
}

/// A file, and how this process has left it.
pub(super) struct Written {
    file: File,
    path: PathBuf,
    inode: Inode,
    length: AtomicU64,
    /// The most bytes that it may have: a longer one would not be read.
    at_most: u64,
}

impl Written {
    fn of(file: File, path: &Path, at_most: u64) -> Result<Store> {
        let (inode, length) = (Inode::of(&file)?, AtomicU64::new(file.metadata()?.len()));
        Ok(Store::Written(Written { file, path: path.to_path_buf(), inode, length, at_most }))
    }
}

impl Store {
    /// Opens `path`, of at most so many bytes, for reading and writing; a new file is readable by its owner only, and its
    /// folder is synced.
    pub(super) fn open(path: &Path, at_most: u64) -> Result<Store> {
        match plain::open_as(path, OpenOptions::new().read(true).write(true), at_most) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let file = files::new_file(path)?;
                file.sync_all()?;
                files::sync_parent(path)?;
                Written::of(file, path, at_most)
            }
            opened => Written::of(opened?, path, at_most),
        }
    }

    /// Opens `path`, of at most so many bytes, for reading; a missing file is empty.
    pub(super) fn open_read_only(path: &Path, at_most: u64) -> Result<Store> {
        match plain::open(path, at_most) {
            Ok(file) => Ok(Store::File(file, path.to_path_buf())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Store::memory()),
            Err(error) => Err(error),
        }
    }

    /// Makes durable what was written last.
    pub(super) fn settle(&self) -> Result<()> {
        /// What is written between two syncs, and more: the personal data of a block.
        const LAST_BYTES: u64 = 4 << 20;
        let length = self.len()?;
        match self {
            Store::File(file, _) => files::write_again(file, length.saturating_sub(LAST_BYTES)..length),
            Store::Written(Written { file, path, .. }) => {
                files::write_again(file, length.saturating_sub(LAST_BYTES)..length).map_err(plain::of(path))
            }
            Store::Memory(_) => Ok(()),
        }
    }

    /// Refuses where the file is not as this process left it: its name leads to another, or its length has changed. Then
    /// somebody else writes as well, or has put another file in its place.
    pub(super) fn refuse_if_changed(&self) -> Result<()> {
        let Store::Written(Written { file, path, inode, length, .. }) = self else { return Ok(()) };
        if planted(Defect::LockByName) {
            return Ok(());
        }
        inode.refuse_elsewhere(path, std::fs::symlink_metadata(path))?;
        path.parent().map_or(Ok(()), plain::folder)?;
        let (found, left) = (file.metadata()?.len(), length.load(Ordering::Relaxed));
        if found != left {
            let path = path.display();
            let what =
                format!("{path}: it has {found} bytes where it had {left}, and this process did not do that");
            return Err(std::io::Error::other(what));
        }
        Ok(())
    }

    /// Returns an empty store in memory.
    pub(super) fn memory() -> Store {
        Store::Memory(Mutex::new(Vec::new()))
    }

    /// Returns the length in bytes.
    pub(super) fn len(&self) -> Result<u64> {
        match self {
            Store::File(file, _) | Store::Written(Written { file, .. }) => Ok(file.metadata()?.len()),
            Store::Memory(bytes) => Ok(to_u64(bytes.lock().unwrap_or_else(PoisonError::into_inner).len())),
        }
    }

    /// Returns where bytes stand next that were written, from `at` on; the length where there are none.
    pub(super) fn next_written(&self, at: u64) -> Result<u64> {
        match self {
            Store::File(file, _) | Store::Written(Written { file, .. }) => {
                let length = file.metadata()?.len();
                Ok(files::written(file, at)?.map_or(length, |range| range.start))
            }
            Store::Memory(_) => Ok(at),
        }
    }

    /// Fills `bytes` from `at`.
    pub(super) fn read_at(&self, bytes: &mut [u8], at: u64) -> Result<()> {
        match self {
            Store::File(file, path) => file.read_exact_at(bytes, at).map_err(plain::of(path)),
            Store::Written(Written { file, path, length, .. }) => {
                file.read_exact_at(bytes, at).map_err(|error| {
                    let left = length.load(Ordering::Relaxed);
                    let was_there = at.saturating_add(to_u64(bytes.len())) <= left;
                    match error.kind() {
                        // Cut short behind this process's back: that says nothing of what stood there.
                        ErrorKind::UnexpectedEof if was_there => std::io::Error::other(format!(
                            "{}: it was cut short, it had {left} bytes",
                            path.display()
                        )),
                        _ => plain::named(path, &error),
                    }
                })
            }
            Store::Memory(held) => {
                let held = held.lock().unwrap_or_else(PoisonError::into_inner);
                let from = to_usize(at);
                let part =
                    held.get(from..from.saturating_add(bytes.len())).ok_or(ErrorKind::UnexpectedEof)?;
                bytes.copy_from_slice(part);
                Ok(())
            }
        }
    }

    /// Writes `bytes` at `at`, beyond the end as well.
    pub(super) fn write_at(&self, bytes: &[u8], at: u64) -> Result<()> {
        match self {
            Store::File(file, _) => file.write_all_at(bytes, at),
            Store::Written(Written { file, path, length, .. }) => {
                file.write_all_at(bytes, at).map_err(plain::of(path))?;
                length.fetch_max(at + to_u64(bytes.len()), Ordering::Relaxed);
                Ok(())
            }
            Store::Memory(held) => {
                let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
                let from = to_usize(at);
                let end = from.saturating_add(bytes.len());
                if held.len() < end {
                    held.resize(end, 0);
                }
                held[from..end].copy_from_slice(bytes);
                Ok(())
            }
        }
    }

    /// Refuses to make a file longer than it may be: what is written behind that would be read by nobody.
    pub(super) fn refuse_beyond(&self, count: usize, at: u64) -> Result<()> {
        let Store::Written(Written { path, at_most, .. }) = self else { return Ok(()) };
        if at.saturating_add(to_u64(count)) <= *at_most {
            return Ok(());
        }
        let what = format!("{}: it has {at} bytes, and more than {at_most} are not read", path.display());
        Err(std::io::Error::new(ErrorKind::FileTooLarge, what))
    }

    /// Makes everything written so far durable.
    pub(super) fn sync(&self) -> Result<()> {
        match self {
            Store::File(file, _) => file.sync_data(),
            Store::Written(Written { file, path, .. }) => file.sync_data().map_err(plain::of(path)),
            Store::Memory(_) => Ok(()),
        }
    }
}
