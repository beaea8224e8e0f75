//! Folders for what is needed only while the program runs: mostly in the system's folder for temporary files, readable by
//! their owner only, gone when they are no longer needed, also where the program is ended by a signal or killed.
//!
//! Whoever uses one holds a lock on the folder itself, and puts a mark into it that says whose it is. One with its own mark
//! that nobody holds was left by a process that was killed, and the next that makes one of its kind removes it; a name alone
//! says nothing of whose a folder is. At a signal [`remove_scratch`] removes those of this process.

use std::fs::{self, File, Permissions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use thads_proof::plain;

use crate::embedded::files;

/// The file in each folder that says whose it is.
const MARK: &str = "made-by-thads";
/// How many letters and digits are drawn for a name.
const DRAWN: usize = 16;
/// Most bytes of a mark that are read.
const MARK_BYTES_MAX: u64 = 4096;

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
    path: PathBuf,
    /// Locked: this process uses it.
    _held: File,
}

impl Scratch {
    /// Makes a folder named `thads-KIND-…` in the folder for temporary files, and removes those of the kind that were left.
    ///
    /// # Errors
    /// When the folder for temporary files cannot be written to.
    pub fn new(kind: &str) -> io::Result<Scratch> {
        Scratch::within(&std::env::temp_dir(), &format!("thads-{kind}-"))
    }

    /// The same in `place`, with a name that begins so.
    pub(crate) fn within(place: &Path, prefix: &str) -> io::Result<Scratch> {
        remove_left(place, prefix);
        for _ in 0..TRIES {
            // A signal that comes meanwhile finds the new folder among those that are held.
            let mut all = HELD.lock().unwrap_or_else(PoisonError::into_inner);
            let mut builder = tempfile::Builder::new();
            builder.prefix(prefix).rand_bytes(DRAWN).permissions(Permissions::from_mode(0o700));
            let path = builder.tempdir_in(place)?.keep();
            match take(&path) {
                Ok(Some(held)) => {
                    all.push(Held::Whole(path.clone()));
                    return Ok(Scratch { path, _held: held });
                }
                Ok(None) => {}
                Err(error) => {
                    let _ = fs::remove_dir(&path);
                    return Err(error);
                }
            }
        }
        Err(io::Error::other("other processes remove every new folder for temporary files"))
    }

    /// Returns where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Locks a new folder and marks it. `None`: until then another process took it for one that was left.
fn take(path: &Path) -> io::Result<Option<File>> {
    match fs::set_permissions(path, Permissions::from_mode(0o700)) {
        Ok(()) => {} // whatever the umask
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    }
    let Ok(held) = File::open(path) else { return Ok(None) };
    match held.try_lock() {
        // Where the file system knows no locks, nobody takes it for one that was left either.
        Ok(()) | Err(fs::TryLockError::Error(_)) if is_at(&held, path) => {}
        Ok(()) | Err(_) => return Ok(None),
    }
    let mark = path.join(MARK);
    let marked = File::create_new(&mark).and_then(|mut file| file.write_all(mark_of(path).as_bytes()));
    if let Err(error) = marked {
        let _ = fs::remove_file(&mark);
        return Err(error);
    }
    Ok(Some(held))
}

/// Returns what the mark of a folder says: a copy of it in another folder says nothing.
fn mark_of(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or_default().display();
    format!(
        "thads made the folder {name} for what it needs while it runs. Where no thads uses it any more it was left, and the \
         next one removes it with all that is in it.\n"
    )
}

/// Removes a folder with all that is in it; its mark last, so that one that is cut off can be gone on with.
fn remove(folder: &Path) -> io::Result<()> {
    plain::folder(folder)?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        match entry.file_type()? {
            _ if entry.file_name() == MARK => {}
            kind if kind.is_dir() => fs::remove_dir_all(entry.path())?,
            _ => fs::remove_file(entry.path())?,
        }
    }
    files::remove_if_there(&folder.join(MARK))?;
    fs::remove_dir(folder)
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let path = &self.path;
        // Held until it is gone, so that a signal that comes meanwhile waits for its removal.
        let mut all = HELD.lock().unwrap_or_else(PoisonError::into_inner);
        // A store that was just closed may still write there: what is not gone stays among those that a signal removes.
        if (0..TRIES).any(|_| remove(path).is_ok() || !path.exists()) {
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
            let _ = remove(folder);
        }
        std::thread::sleep(BETWEEN_LOOKS);
    }
    for folder in emptied {
        let _ = fs::remove_dir(folder);
    }
    all
}

/// Removes from `place` what processes of this user left that are gone. One that was cut off before it was marked holds
/// nothing; whatever else bears such a name is somebody's own.
pub(crate) fn remove_left(place: &Path, prefix: &str) {
    let user = rustix::process::geteuid().as_raw();
    let Ok(entries) = fs::read_dir(place) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let drawn =
            path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_prefix(prefix));
        let is_drawn =
            |drawn: &str| drawn.len() == DRAWN && drawn.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !drawn.is_some_and(is_drawn) || plain::folder(&path).is_err() {
            continue;
        }
        let Ok(folder) = File::open(&path) else { continue };
        let is_ours = folder.metadata().is_ok_and(|folder| folder.uid() == user) && is_at(&folder, &path);
        if !is_ours || folder.try_lock().is_err() {
            continue;
        }
        let mark = plain::read(&path.join(MARK), MARK_BYTES_MAX);
        let _ = if mark.is_ok_and(|mark| mark == mark_of(&path).as_bytes()) {
            remove(&path)
        } else {
            fs::remove_dir(&path)
        };
    }
}

/// Makes such a folder in `place` as a killed process leaves one: nobody holds it.
#[cfg(test)]
pub(crate) fn left_by_a_killed(place: &Path, name: &str) -> PathBuf {
    let folder = place.join(name);
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join(MARK), mark_of(&folder)).unwrap();
    folder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_process_left_is_removed_and_what_is_used_stays() {
        let used = Scratch::new("check").unwrap();
        let mode = fs::metadata(used.path()).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o700);
        fs::write(used.path().join("file"), "x").unwrap();
        let place = used.path().parent().unwrap();
        let left = |name: &str| {
            let folder = left_by_a_killed(place, &format!("thads-check-{name}"));
            fs::write(folder.join("file"), "x").unwrap();
            folder
        };
        let number = std::process::id();
        let (marked, empty) = (left(&format!("Marked{number:010}")), left(&format!("EmptyA{number:010}")));
        for name in ["file", MARK] {
            fs::remove_file(empty.join(name)).unwrap();
        }
        // What somebody else has made: without the mark, with one of another folder, under another name, behind a link.
        let kept = ["Nomark", "Copied"].map(|name| left(&format!("{name}{number:010}")));
        fs::remove_file(kept[0].join(MARK)).unwrap();
        fs::copy(marked.join(MARK), kept[1].join(MARK)).unwrap();
        let others = ["Longer", "2024"].map(|name| left(&format!("{name}-{number}")));
        let linked = used.path().with_file_name(format!("linked-{number}"));
        fs::create_dir(&linked).unwrap();
        let link = used.path().with_file_name(format!("thads-check-Linked{number:010}"));
        fs::write(linked.join(MARK), mark_of(&link)).unwrap();
        std::os::unix::fs::symlink(&linked, &link).unwrap();
        let another = Scratch::new("check").unwrap();
        assert!(!marked.exists() && !empty.exists() && another.path().exists());
        assert!(used.path().join("file").exists());
        for folder in kept.iter().chain(&others) {
            assert!(folder.join("file").exists(), "{}", folder.display());
            fs::remove_dir_all(folder).unwrap();
        }
        assert!(link.join(MARK).exists());
        fs::remove_file(link).unwrap();
        fs::remove_dir_all(linked).unwrap();
        let path = used.path().to_path_buf();
        drop(used);
        assert!(!path.exists());
    }

    /// In a process of its own: what is removed is everything that the process holds, and that of other tests is theirs.
    #[test]
    fn a_signal_takes_what_is_held() {
        const ALONE: &str = "THADS_TEST_REMOVES_SCRATCH";
        if std::env::var_os(ALONE).is_none() {
            let mut alone = std::process::Command::new(std::env::current_exe().unwrap());
            alone.args(["--exact", "embedded::scratch::tests::a_signal_takes_what_is_held"]).env(ALONE, "1");
            let ran = alone.output().unwrap();
            let said = String::from_utf8_lossy(&ran.stdout);
            assert!(ran.status.success() && said.contains("1 passed"), "{said}");
            return;
        }
        let held = Scratch::new("check").unwrap();
        let path = held.path().to_path_buf();
        let others = tempfile::tempdir().unwrap();
        let [filled, empty] = ["filled", "empty"].map(|name| others.path().join(name));
        for folder in [&filled, &empty] {
            fs::create_dir(folder).unwrap();
        }
        fs::write(filled.join("file"), "mine").unwrap();
        hold(&[Held::Empty(filled.clone()), Held::Empty(empty.clone())], || Ok::<_, ()>(())).unwrap();
        let at_the_end = remove_scratch();
        assert!(!path.exists());
        assert!(filled.join("file").exists() && !empty.exists());
        assert!(HELD.try_lock().is_err(), "another could be made, which nobody removes");
        drop(at_the_end);
    }
}
