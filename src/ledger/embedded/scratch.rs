//! Folders for what is needed only while the program runs: in the system's folder for temporary files, readable by their
//! owner only, gone when they are no longer needed, also where the program is ended by a signal or killed.
//!
//! Whoever uses one holds a lock on the folder itself. One that nobody holds was left by a process that was killed, and
//! the next that makes one of its kind removes it. At a signal [`remove_scratch`] removes those of this process.

use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tempfile::TempDir;
use thads_proof::plain;

/// How often a name is drawn where another process takes the new folder for one that was left.
const TRIES: usize = 16;

/// How often a folder must be found gone, and the time between, before it is taken for gone for good.
const LOOKS: usize = 20;
const BETWEEN_LOOKS: Duration = Duration::from_millis(10);

/// Those of this process.
static HELD: Mutex<Vec<Held>> = Mutex::new(Vec::new());

/// What is removed where a signal ends this process.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Held {
    /// A folder that only this process fills: with all that is in it.
    Whole(PathBuf),
    /// A folder into which others may put something meanwhile: where nothing is in it.
    Empty(PathBuf),
}

/// A folder that is removed when it is dropped.
#[derive(Debug)]
pub struct Scratch {
    folder: TempDir,
    /// Locked: this process uses it.
    _held: File,
}

impl Scratch {
    /// Makes a folder named `thads-KIND-…`, and removes those of the kind that were left.
    ///
    /// # Errors
    /// When the folder for temporary files cannot be written to.
    pub fn new(kind: &str) -> io::Result<Scratch> {
        let prefix = format!("thads-{kind}-");
        remove_left(&prefix);
        for _ in 0..TRIES {
            // A signal that comes meanwhile finds the new folder among those that are held.
            let mut all = HELD.lock().unwrap_or_else(PoisonError::into_inner);
            let mut builder = tempfile::Builder::new();
            builder.prefix(&prefix).permissions(Permissions::from_mode(0o700));
            let folder = builder.tempdir()?;
            // Until it is locked another process may take it for one that was left, and remove it.
            match fs::set_permissions(folder.path(), Permissions::from_mode(0o700)) {
                Ok(()) => {} // whatever the umask
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(error),
            }
            let Ok(held) = File::open(folder.path()) else { continue };
            match held.try_lock() {
                // Where the file system knows no locks, nobody takes it for one that was left either.
                Ok(()) | Err(fs::TryLockError::Error(_)) if is_at(&held, folder.path()) => {
                    all.push(Held::Whole(folder.path().to_path_buf()));
                    return Ok(Scratch { folder, _held: held });
                }
                Ok(()) | Err(_) => {}
            }
        }
        Err(io::Error::other("other processes remove every new folder for temporary files"))
    }

    /// Returns where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let path = self.folder.path();
        // Held until it is gone, so that a signal that comes meanwhile waits for its removal.
        let mut all = HELD.lock().unwrap_or_else(PoisonError::into_inner);
        // A store that was just closed may still write there: what is not gone stays among those that a signal removes.
        if (0..TRIES).any(|_| fs::remove_dir_all(path).is_ok() || !path.exists()) {
            all.retain(|held| !matches!(held, Held::Whole(held) if held == path));
        }
    }
}

/// Adds to what [`remove_scratch`] removes: folders that are of no use if this process ends now. They are its own once
/// `begin` has succeeded; a signal that comes meanwhile waits for it.
pub(crate) fn hold<T, E>(folders: &[Held], begin: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let mut all = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    let begun = begin()?;
    all.extend_from_slice(folders);
    Ok(begun)
}

/// Does what makes them of use, or removes them; a signal that comes meanwhile waits for it.
pub(crate) fn release<T>(folders: &[Held], done: impl FnOnce() -> T) -> T {
    let mut all = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    let done = done();
    all.retain(|held| !folders.contains(held));
    done
}

/// Whether what is open still has that name.
fn is_at(open: &File, path: &Path) -> bool {
    match (open.metadata(), fs::metadata(path)) {
        (Ok(open), Ok(named)) => (open.dev(), open.ino()) == (named.dev(), named.ino()),
        (Err(_), _) | (_, Err(_)) => false,
    }
}

/// Removes every [`Scratch`] of this process, and what it holds besides; it is about to end without dropping them. While the caller keeps what is
/// returned none is made or dropped: a thread that wants to waits. Takes a fifth of a second where there are any.
pub fn remove_scratch() -> impl Drop {
    let mut all = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    let (mut folders, mut emptied) = (Vec::new(), Vec::new());
    for held in all.drain(..) {
        match held {
            Held::Whole(folder) => folders.push(folder),
            Held::Empty(folder) => emptied.push(folder),
        }
    }
    let mut gone = if folders.is_empty() { LOOKS } else { 0 };
    // Another thread may still be writing there, and one that opens a store there makes the folder again.
    for _ in 0..TRIES * TRIES {
        if gone >= LOOKS {
            break;
        }
        let came_back: Vec<&PathBuf> = folders.iter().filter(|folder| folder.exists()).collect();
        gone = if came_back.is_empty() { gone + 1 } else { 0 };
        for folder in came_back {
            let _ = fs::remove_dir_all(folder);
        }
        std::thread::sleep(BETWEEN_LOOKS);
    }
    for folder in emptied {
        let _ = fs::remove_dir(folder);
    }
    all
}

/// Removes what processes of this user left that are gone.
fn remove_left(prefix: &str) {
    let user = rustix::process::geteuid().as_raw();
    let Ok(entries) = fs::read_dir(std::env::temp_dir()) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let named =
            path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(prefix));
        if !named || plain::folder(&path).is_err() {
            continue;
        }
        let Ok(folder) = File::open(&path) else { continue };
        if folder.metadata().is_ok_and(|folder| folder.uid() == user) && folder.try_lock().is_ok() {
            let _ = fs::remove_dir_all(&path);
        }
    }
}

/// A test that removes what this process holds, and one that needs what it holds, take turns.
#[cfg(test)]
pub(crate) static ONE_TEST: Mutex<()> = Mutex::new(());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_process_left_is_removed_and_what_is_used_stays() {
        let _alone = ONE_TEST.lock().unwrap_or_else(PoisonError::into_inner);
        let used = Scratch::new("check").unwrap();
        let mode = fs::metadata(used.path()).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o700);
        fs::write(used.path().join("file"), "x").unwrap();
        let left = used.path().with_file_name(format!("thads-check-left-{}", std::process::id()));
        fs::create_dir(&left).unwrap();
        fs::write(left.join("file"), "x").unwrap();
        let another = Scratch::new("check").unwrap();
        assert!(!left.exists() && used.path().join("file").exists() && another.path().exists());
        let paths = [used.path().to_path_buf(), another.path().to_path_buf()];
        drop(used);
        assert!(!paths[0].exists());
        let others = tempfile::tempdir().unwrap();
        let [filled, empty] = ["filled", "empty"].map(|name| others.path().join(name));
        for folder in [&filled, &empty] {
            fs::create_dir(folder).unwrap();
        }
        fs::write(filled.join("file"), "mine").unwrap();
        hold(&[Held::Empty(filled.clone()), Held::Empty(empty.clone())], || Ok::<_, ()>(())).unwrap();
        let at_the_end = remove_scratch();
        assert!(!paths[1].exists());
        assert!(filled.join("file").exists() && !empty.exists());
        assert!(HELD.try_lock().is_err(), "another could be made, which nobody removes");
        drop(at_the_end);
    }
}
