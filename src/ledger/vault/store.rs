//! One file of the vault, or its likeness in memory: read and written at places, synced when asked.

use crate::count::{narrow, wide};
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Result};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use crate::files;

/// Bytes that can be read and written at any place.
pub(super) enum Store {
    File(File),
    Memory(Mutex<Vec<u8>>),
}

impl Store {
    /// Opens `path` for reading and writing; a new file is readable by its owner only, and its folder is synced.
    pub(super) fn open(path: &Path) -> Result<Store> {
        let there = path.exists();
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)?;
        if !there {
            file.sync_all()?;
            if let Some(folder) = path.parent() {
                File::open(folder)?.sync_all()?;
            }
        }
        Ok(Store::File(file))
    }

    /// Opens `path` for reading; a missing file is empty.
    pub(super) fn open_read_only(path: &Path) -> Result<Store> {
        match File::open(path) {
            Ok(file) => Ok(Store::File(file)),
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
            Store::File(file) => files::write_again(file, length.saturating_sub(LAST_BYTES)..length),
            Store::Memory(_) => Ok(()),
        }
    }

    /// Returns an empty store in memory.
    pub(super) fn memory() -> Store {
        Store::Memory(Mutex::new(Vec::new()))
    }

    /// Returns the length in bytes.
    pub(super) fn len(&self) -> Result<u64> {
        match self {
            Store::File(file) => Ok(file.metadata()?.len()),
            Store::Memory(bytes) => Ok(wide(bytes.lock().unwrap_or_else(PoisonError::into_inner).len())),
        }
    }

    /// Fills `bytes` from `at`.
    pub(super) fn read_at(&self, bytes: &mut [u8], at: u64) -> Result<()> {
        match self {
            Store::File(file) => file.read_exact_at(bytes, at),
            Store::Memory(held) => {
                let held = held.lock().unwrap_or_else(PoisonError::into_inner);
                let from = narrow(at);
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
            Store::File(file) => file.write_all_at(bytes, at),
            Store::Memory(held) => {
                let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
                let from = narrow(at);
                let end = from.saturating_add(bytes.len());
                if held.len() < end {
                    held.resize(end, 0);
                }
                held[from..end].copy_from_slice(bytes);
                Ok(())
            }
        }
    }

    /// Makes everything written so far durable.
    pub(super) fn sync(&self) -> Result<()> {
        match self {
            Store::File(file) => file.sync_data(),
            Store::Memory(_) => Ok(()),
        }
    }
}
