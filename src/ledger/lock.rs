//! The writer's lock: one process at a time may write to a data directory. The file holds the writer's process id until the
//! writer has ended in order.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Name of the lock file in the data directory.
const LOCK: &str = "LOCK";

/// Holds the lock as long as it lives; the operating system lets go of it when the process ends.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
    /// Whether the writer before this one ended in order, or there was none.
    pub(crate) followed_order: bool,
}

impl Lock {
    /// Notes that this writer has ended in order: both copies have everything.
    pub(crate) fn ended_in_order(&self) -> std::io::Result<()> {
        self.file.set_len(0)
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing alone would leave it to a child that was forked meanwhile and has not yet reached its exec.
        let _ = self.file.unlock();
    }
}

/// Why the lock was not taken.
#[derive(Debug)]
pub(crate) enum LockError {
    /// Another writer has it; its process id, as far as the file can be read.
    Held(String),
    /// The file system failed, or knows no locks.
    Io(std::io::Error),
}

/// Takes the lock of `dir` and writes this process's id into it.
pub(crate) fn lock(dir: &Path) -> Result<Lock, LockError> {
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(dir.join(LOCK))
        .map_err(LockError::Io)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut pid = String::new();
            let read = file.read_to_string(&mut pid);
            let pid = pid.trim();
            let known = read.is_ok() && !pid.is_empty();
            return Err(LockError::Held(if known { pid.to_owned() } else { "not known".to_owned() }));
        }
        Err(TryLockError::Error(error)) => return Err(LockError::Io(error)),
    }
    let followed_order = file.metadata().map_err(LockError::Io)?.len() == 0;
    write_pid(&mut file).map_err(LockError::Io)?;
    Ok(Lock { file, followed_order })
}

/// Returns whether a writer holds the lock of `dir` now.
pub(crate) fn is_held(dir: &Path) -> bool {
    match File::open(dir.join(LOCK)) {
        Ok(file) => matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)),
        Err(_) => false,
    }
}

/// Returns whether the last writer of `dir` ended in order, or there was none.
pub(crate) fn is_in_order(dir: &Path) -> bool {
    std::fs::metadata(dir.join(LOCK)).map_or(true, |file| file.len() == 0)
}

fn write_pid(file: &mut File) -> std::io::Result<()> {
    // Never empty on the way: that would say that the one before had ended in order.
    let pid = format!("{}\n", std::process::id());
    file.seek(SeekFrom::Start(0))?;
    file.write_all(pid.as_bytes())?;
    file.set_len(crate::count::wide(pid.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_forked_child_has_inherited_does_not_hold_it() {
        let dir = tempfile::tempdir().unwrap();
        let first = lock(dir.path()).unwrap();
        let inherited = first.file.try_clone().unwrap();
        drop(first);
        lock(dir.path()).unwrap();
        drop(inherited);
    }

    #[test]
    fn a_second_writer_is_told_the_first_ones_process_id() {
        let dir = tempfile::tempdir().unwrap();
        let first = lock(dir.path()).unwrap();
        match lock(dir.path()) {
            Err(LockError::Held(pid)) => assert_eq!(pid, std::process::id().to_string()),
            other => panic!("{other:?}"),
        }
        drop(first);
        let second = lock(dir.path()).unwrap();
        assert!(!second.followed_order && !is_in_order(dir.path()));
        second.ended_in_order().unwrap();
        drop(second);
        assert!(is_in_order(dir.path()) && lock(dir.path()).unwrap().followed_order);
    }
}
