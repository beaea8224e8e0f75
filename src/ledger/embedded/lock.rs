//! The writer's lock: one process at a time may write to a data directory, and before every block it looks whether it still
//! is that process and the directory still is that directory.
//!
//! What is locked is the data directory itself and the folder of the segments, not a file in them: a file can be removed,
//! and whoever makes another of that name holds a lock as well. A folder that is renamed takes its lock with it; that its
//! name leads elsewhere now shows before the next block. The lock is the kernel's (flock) on the folder's inode, so it holds
//! across bind mounts and containers of one machine. File systems that lock no folders (NFS) are refused.
//!
//! The file `LOCK` excludes nobody. It says who writes, and whether the last writer ended in order: it holds the writer's
//! process id until then, and is empty after. Where it is missing nobody knows.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{Error, ErrorKind, Result, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use rustix::fs::OFlags;
use thads_proof::plain;

use crate::testing::{Defect, planted};

/// Name of the file in the data directory.
pub(crate) const LOCK: &str = "LOCK";
/// Most bytes of it that are read: a process id.
const BYTES_MAX: u64 = 64;
/// How long, and how often, a lock is waited for: who only looks whether it is held takes it for a moment.
const LOOKS: usize = 20;
const LOOK_WAIT: Duration = Duration::from_millis(10);

/// Holds the lock as long as it lives; the operating system lets go of it when the process ends.
#[derive(Debug)]
pub(crate) struct Lock {
    dir: Held,
    wal: OnceLock<Held>,
    /// Whether the writer before this one is known to have ended in order.
    pub(crate) followed_order: bool,
}

/// A file or folder, and which one its name led to when it was opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Inode {
    device: u64,
    number: u64,
}

impl Inode {
    /// Returns which one an open file is.
    pub(crate) fn of(file: &File) -> Result<Inode> {
        let metadata = file.metadata()?;
        Ok(Inode { device: metadata.dev(), number: metadata.ino() })
    }

    /// Refuses where `path` does not lead to it any more.
    pub(crate) fn refuse_elsewhere(&self, path: &Path, metadata: Result<fs::Metadata>) -> Result<()> {
        let path = path.display();
        match metadata {
            Ok(now) if (now.dev(), now.ino()) == (self.device, self.number) => Ok(()),
            Ok(_) => Err(Error::other(format!(
                "{path} was replaced while it was written to: what stands there now is another"
            ))),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Err(Error::other(format!("{path} was moved or removed while it was written to")))
            }
            Err(error) => Err(Error::new(error.kind(), format!("{path}: {error}"))),
        }
    }
}

/// A locked folder.
#[derive(Debug)]
struct Held {
    path: PathBuf,
    folder: File,
    inode: Inode,
}

impl Held {
    /// Locks what `path` leads to. `None`: another has it.
    fn take(path: &Path, file: File) -> Result<Option<Held>> {
        let taken = take_lock(|| file.try_lock()).map_err(|error| {
            let path = path.display();
            let what = "the file system does not lock folders (NFS?); a ledger that is written to belongs on a local disk";
            Error::new(error.kind(), format!("{path}: {what}: {error}"))
        })?;
        if !taken {
            return Ok(None);
        }
        let inode = Inode::of(&file)?;
        Ok(Some(Held { path: path.to_path_buf(), folder: file, inode }))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // Closing alone would leave it to a child that was forked meanwhile and has not yet reached its exec.
        let _ = self.folder.unlock();
    }
}

/// Takes a lock, and waits for it a moment. False: another has it.
fn take_lock(take: impl Fn() -> std::result::Result<(), TryLockError>) -> Result<bool> {
    for _ in 0..LOOKS {
        match take() {
            Ok(()) => return Ok(true),
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOOK_WAIT),
            Err(TryLockError::Error(error)) => return Err(error),
        }
    }
    Ok(false)
}

/// A folder that one command fills, or that several read and none fills: of a backup, or of a ledger that is brought back.
#[derive(Debug)]
pub(crate) struct FolderLock(File);

impl FolderLock {
    /// Locks a folder that is about to be filled. `None`: another command fills or reads it.
    ///
    /// Where the file system locks no folders nobody is excluded: a backup may lie on such a one.
    pub(crate) fn to_fill(path: &Path) -> Result<Option<FolderLock>> {
        let folder = open_folder(path)?;
        let is_free = take_lock(|| folder.try_lock()).unwrap_or(true);
        // Another may have removed what it had made there, and a third made it again.
        Inode::of(&folder)?.refuse_elsewhere(path, fs::metadata(path))?;
        Ok(is_free.then_some(FolderLock(folder)))
    }

    /// Locks a folder that is about to be read. `None`: another command fills it.
    pub(crate) fn to_read(path: &Path) -> Result<Option<FolderLock>> {
        let folder = open_folder(path)?;
        let is_free = take_lock(|| folder.try_lock_shared()).unwrap_or(true);
        Ok(is_free.then_some(FolderLock(folder)))
    }
}

impl Drop for FolderLock {
    fn drop(&mut self) {
        // As that of [`Held`].
        let _ = self.0.unlock();
    }
}

impl Lock {
    /// Locks the folder of the segments as well: two data directories may lead to one.
    pub(crate) fn hold_wal(&self, wal: &Path) -> std::result::Result<(), LockError> {
        if self.wal.get().is_some() || planted(Defect::LockByName) {
            return Ok(());
        }
        let folder = open_folder(wal).map_err(LockError::Io)?;
        match Held::take(wal, folder).map_err(LockError::Io)? {
            Some(held) => {
                self.wal.get_or_init(|| held);
                Ok(())
            }
            None => Err(LockError::Held("not known".to_owned())),
        }
    }

    /// Refuses where the names of the data directory and of the segments' folder do not lead to what is locked any more.
    pub(crate) fn refuse_if_moved(&self) -> Result<()> {
        if planted(Defect::LockByName) {
            return Ok(());
        }
        for held in std::iter::once(&self.dir).chain(self.wal.get()) {
            held.inode.refuse_elsewhere(&held.path, fs::metadata(&held.path))?;
        }
        Ok(())
    }

    /// Notes that this writer has ended in order: both copies have everything.
    pub(crate) fn ended_in_order(&self) -> Result<()> {
        self.refuse_if_moved()?;
        open_word(&self.dir.path)?.set_len(0)
    }
}

/// Why the lock was not taken.
#[derive(Debug)]
pub(crate) enum LockError {
    /// Another writer has it; its process id, as far as the file can be read.
    Held(String),
    /// The file system failed, or locks no folders.
    Io(Error),
}

/// Takes the lock of `dir` and writes this process's id into its file.
pub(crate) fn lock(dir: &Path) -> std::result::Result<Lock, LockError> {
    let folder = match planted(Defect::LockByName) {
        true => open_word(dir),
        false => open_folder(dir),
    };
    let held = Held::take(dir, folder.map_err(LockError::Io)?).map_err(LockError::Io)?;
    let Some(held) = held else {
        let pid = plain::read_text(&dir.join(LOCK), BYTES_MAX).unwrap_or_default();
        let pid = pid.trim();
        return Err(LockError::Held(if pid.is_empty() { "not known".to_owned() } else { pid.to_owned() }));
    };
    let followed_order = is_in_order(dir);
    open_word(dir).and_then(|mut word| write_pid(&mut word)).map_err(LockError::Io)?;
    Ok(Lock { dir: held, wal: OnceLock::new(), followed_order })
}

/// Opens a folder; a pipe in its place is not waited for.
fn open_folder(path: &Path) -> Result<File> {
    let flags = i32::try_from(OFlags::DIRECTORY.bits()).map_err(Error::other)?;
    let opened = OpenOptions::new().read(true).custom_flags(flags).open(path);
    opened.map_err(|error| plain::named(path, &error))
}

/// Opens the file that says who writes; makes it where it is not there, or where what is there has another name as well: nothing
/// that somebody else knows by that name is written to.
fn open_word(dir: &Path) -> Result<File> {
    let path = dir.join(LOCK);
    let open = || {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false).mode(0o600);
        plain::open_as(&path, &mut options, BYTES_MAX)
    };
    let word = open()?;
    if word.metadata()?.nlink() == 1 {
        return Ok(word);
    }
    fs::remove_file(&path)?;
    open()
}

/// Refuses where what stands in the place of that file is none. Writes nothing.
pub(crate) fn refuse_strange_word(dir: &Path) -> Result<()> {
    match plain::open(&dir.join(LOCK), BYTES_MAX) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Returns whether a writer holds the lock of `dir` now.
pub(crate) fn is_held(dir: &Path) -> bool {
    let looked = match planted(Defect::LockByName) {
        true => plain::open(&dir.join(LOCK), BYTES_MAX),
        false => open_folder(dir),
    };
    looked.is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// Returns whether the last writer of `dir` is known to have ended in order.
pub(crate) fn is_in_order(dir: &Path) -> bool {
    plain::read(&dir.join(LOCK), BYTES_MAX).is_ok_and(|word| word.is_empty())
}

fn write_pid(file: &mut File) -> Result<()> {
    // Never empty on the way: that would say that the one before had ended in order.
    let pid = format!("{}\n", std::process::id());
    file.seek(SeekFrom::Start(0))?;
    file.write_all(pid.as_bytes())?;
    file.set_len(crate::count::to_u64(pid.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_forked_child_has_inherited_does_not_hold_it() {
        let dir = tempfile::tempdir().unwrap();
        let first = lock(dir.path()).unwrap();
        let inherited = first.dir.folder.try_clone().unwrap();
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

    /// What is a file of somebody else by another name stays as it is.
    #[test]
    fn a_file_with_another_name_is_not_written_to() {
        let all = tempfile::tempdir().unwrap();
        let (dir, other) = (all.path().join("data"), all.path().join("other"));
        fs::create_dir(&dir).unwrap();
        fs::write(&other, "a token\n").unwrap();
        fs::hard_link(&other, dir.join(LOCK)).unwrap();
        let held = lock(&dir).unwrap();
        assert!(!held.followed_order);
        held.ended_in_order().unwrap();
        assert_eq!((fs::read(&other).unwrap(), is_in_order(&dir)), (b"a token\n".to_vec(), true));
    }

    /// Whatever is done to the file, and by whichever name the folder is reached.
    #[test]
    fn the_file_excludes_nobody_and_without_it_nobody_ended_in_order() {
        let all = tempfile::tempdir().unwrap();
        let (dir, link) = (all.path().join("data"), all.path().join("link"));
        fs::create_dir(&dir).unwrap();
        std::os::unix::fs::symlink(&dir, &link).unwrap();
        let first = lock(&dir).unwrap();
        let held = |dir: &Path| matches!(lock(dir), Err(LockError::Held(_))) && is_held(dir);
        assert!(held(&dir) && held(&link));
        fs::remove_file(dir.join(LOCK)).unwrap();
        assert!(held(&dir) && held(&link));
        fs::write(dir.join(LOCK), "1\n").unwrap();
        assert!(held(&dir) && held(&link));
        fs::rename(&dir, all.path().join("other")).unwrap();
        assert!(held(&all.path().join("other")));
        drop(first);
        fs::remove_file(all.path().join("other/LOCK")).unwrap();
        assert!(!lock(&all.path().join("other")).unwrap().followed_order);
    }

    #[test]
    fn two_directories_that_lead_to_the_same_segments_have_one_writer() {
        let all = tempfile::tempdir().unwrap();
        let wal = all.path().join("disk");
        let dirs = ["a", "b"].map(|name| all.path().join(name));
        fs::create_dir(&wal).unwrap();
        for dir in &dirs {
            fs::create_dir(dir).unwrap();
            std::os::unix::fs::symlink(&wal, dir.join("wal")).unwrap();
        }
        let first = lock(&dirs[0]).unwrap();
        first.hold_wal(&dirs[0].join("wal")).unwrap();
        let second = lock(&dirs[1]).unwrap();
        assert!(matches!(second.hold_wal(&dirs[1].join("wal")), Err(LockError::Held(_))));
        drop(first);
        second.hold_wal(&dirs[1].join("wal")).unwrap();
    }

    #[test]
    fn a_folder_whose_name_leads_elsewhere_is_noticed() {
        let all = tempfile::tempdir().unwrap();
        let dir = all.path().join("data");
        fs::create_dir_all(dir.join("wal")).unwrap();
        let lock = lock(&dir).unwrap();
        lock.hold_wal(&dir.join("wal")).unwrap();
        lock.refuse_if_moved().unwrap();
        fs::rename(dir.join("wal"), dir.join("away")).unwrap();
        let said = lock.refuse_if_moved().unwrap_err().to_string();
        assert!(said.contains("wal was moved or removed"), "{said}");
        fs::create_dir(dir.join("wal")).unwrap();
        assert!(lock.refuse_if_moved().unwrap_err().to_string().contains("wal was replaced"));
        fs::remove_dir(dir.join("wal")).unwrap();
        fs::rename(dir.join("away"), dir.join("wal")).unwrap();
        lock.refuse_if_moved().unwrap();
        fs::rename(&dir, all.path().join("away")).unwrap();
        fs::create_dir_all(dir.join("wal")).unwrap();
        assert!(lock.refuse_if_moved().unwrap_err().to_string().contains("data was replaced"));
        assert!(lock.ended_in_order().is_err() && !dir.join(LOCK).exists());
    }
}
