//! Where a ledger is brought back: a draft within the data directory, whose parts get their names once all of it is there.
//!
//! Within, so that the directory may be one that has to stay: where a disk is mounted, the current one, a link's target.

use std::ffi::OsString;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use thads_proof::plain;

use super::left::{Left, foreign};
use super::{BackupError, busy};
use crate::embedded::lock::FolderLock;
use crate::embedded::scratch::Held;
use crate::embedded::{files, scratch};
use crate::testing::{Defect, planted};

/// The draft's name in the data directory.
pub(super) const DRAFT: &str = ".restoring";
/// What is named first; without the log there is no ledger.
pub(super) const BEFORE_THE_LOG: [&str; 3] = [files::SNAPSHOTS, files::VAULT, files::KEYS];

/// A ledger that is being brought back. What it has made is removed when it is dropped unfinished.
pub(super) struct Draft {
    dir: PathBuf,
    path: PathBuf,
    /// Whether the data directory was not there before.
    is_new: bool,
    /// The parts that have their names, with the files that were put into each.
    named: Vec<(&'static str, Vec<OsString>)>,
    is_named: bool,
    /// What is removed where a signal ends the process before it is named.
    held: Vec<Held>,
    /// Where that lies which an earlier try has left and which cannot be known any more.
    aside: Option<PathBuf>,
    /// While it stands no other restoring begins there.
    _lock: FolderLock,
}

/// Refuses a data directory in which anything stands but what, by its name, a restoring has left that was cut off.
pub(super) fn refuse_if_used(dir: &Path) -> Result<(), BackupError> {
    let mut names = match fs::read_dir(dir) {
        Ok(entries) => entries.map(|entry| Ok(entry?.file_name())).collect::<std::io::Result<Vec<_>>>()?,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => {
            return Err(BackupError::Refused(format!("{}: {error}", dir.display())));
        }
    };
    let is_aside = |name: &OsString| name.to_string_lossy().starts_with(&format!("{DRAFT}.aside-"));
    names.retain(|name| name != files::LOST_AND_FOUND && !is_aside(name));
    names.sort_unstable();
    let was_cut_off = names.iter().any(|name| name == DRAFT);
    let ours = |name: &OsString| name == DRAFT || BEFORE_THE_LOG.iter().any(|part| name == part);
    let Some(used) = names.iter().find(|name| !(was_cut_off && ours(name))) else { return Ok(()) };
    Err(BackupError::Refused(format!(
        "{} is not empty: {} is there, and nothing is overwritten; name a directory that is new or empty, or move it away (keys and vault of your own go back into their places after the restore)",
        dir.display(),
        used.display()
    )))
}

impl Draft {
    /// Begins in `dir`, which [`refuse_if_used`] does not refuse. `know` holds what an earlier try has left against what is put
    /// there.
    pub(super) fn begin(
        dir: &Path,
        know: impl FnOnce(&mut Left) -> Result<(), BackupError>,
    ) -> Result<Draft, BackupError> {
        let is_new = !dir.exists();
        if let Some(parent) = dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            fs::create_dir_all(parent).map_err(plain::of(parent))?;
        }
        let path = dir.join(DRAFT);
        // Somebody may put keys there meanwhile: a directory that was made goes only where nothing is in it.
        let mut held = if is_new { vec![Held::Empty(dir.to_path_buf())] } else { Vec::new() };
        let lock = scratch::hold(&held, || {
            files::make_folder(dir)?;
            let lock = FolderLock::to_fill(dir)?.ok_or_else(|| busy(dir))?;
            // Another restoring may have ended there since it was looked at.
            refuse_if_used(dir)?;
            Ok::<_, BackupError>(lock)
        })?;
        let mut aside = None;
        if let Some(mut left) = Left::look(dir)? {
            know(&mut left)?;
            aside = left.remove()?;
        }
        let whole = Held::Whole(path.clone());
        scratch::hold(std::slice::from_ref(&whole), || files::make_folder(&path))?;
        held.push(whole);
        let (named, dir) = (Vec::new(), dir.to_path_buf());
        let draft = Draft { dir, path, is_new, named, is_named: false, held, aside, _lock: lock };
        for part in BEFORE_THE_LOG.iter().chain([&files::WAL]) {
            files::make_folder(&draft.path.join(part))?;
        }
        Ok(draft)
    }

    /// Returns where the ledger is made.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives everything its name, the log last: then there is a ledger, and it survives a power cut. Returns where that lies
    /// which an earlier try has left and which could not be known any more.
    pub(super) fn name(mut self) -> Result<Option<PathBuf>, BackupError> {
        let held = std::mem::take(&mut self.held);
        scratch::release(&held, || self.name_all())?;
        Ok(self.aside.take())
    }

    fn name_all(&mut self) -> Result<(), BackupError> {
        for part in BEFORE_THE_LOG {
            let files = fs::read_dir(self.path.join(part))?;
            let files = files.map(|entry| Ok(entry?.file_name())).collect::<std::io::Result<Vec<_>>>()?;
            self.name_part(part)?;
            self.named.push((part, files));
        }
        self.sync()?;
        self.is_named = true;
        self.name_part(files::WAL)?;
        if !planted(Defect::RestoredNotSynced) {
            self.sync()?;
            fs::remove_dir(&self.path).map_err(plain::of(&self.path))?;
            files::sync_folder(&self.dir)?;
        }
        Ok(())
    }

    /// Gives a part its name, where nothing has it or an empty folder.
    fn name_part(&self, part: &str) -> Result<(), BackupError> {
        let to = self.dir.join(part);
        fs::rename(self.path.join(part), &to).map_err(|error| match error.kind() {
            ErrorKind::DirectoryNotEmpty | ErrorKind::AlreadyExists | ErrorKind::NotADirectory => {
                foreign(&self.dir, &to)
            }
            _ => plain::of(&to)(error).into(),
        })
    }

    fn sync(&self) -> std::io::Result<()> {
        files::sync_folder(&self.path)?;
        files::sync_folder(&self.dir)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if self.is_named {
            return;
        }
        scratch::release(&self.held, || {
            // What cannot be removed now is recognised by the next restoring. Only what this one has put there is its own: files
            // of somebody else may stand beside them by now.
            for (part, files) in &self.named {
                let part = self.dir.join(part);
                for file in files {
                    let _ = fs::remove_file(part.join(file));
                }
                let _ = fs::remove_dir(part);
            }
            let _ = fs::remove_dir_all(&self.path);
            if self.is_new {
                let _ = fs::remove_dir(&self.dir);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What somebody puts there while a ledger is being brought back is his.
    #[test]
    fn what_has_come_meanwhile_stays() {
        for (place, is_folder) in
            [("keys/keyring", true), ("vault/entries", true), ("keys", false), ("snapshots", false)]
        {
            let folder = tempfile::tempdir().unwrap();
            let dir = folder.path().join("data");
            let draft = Draft::begin(&dir, |_| Ok(())).unwrap();
            let path = dir.join(place);
            if is_folder {
                fs::create_dir(path.parent().unwrap()).unwrap();
            }
            fs::write(&path, "mine").unwrap();
            let said = draft.name().unwrap_err().to_string();
            assert!(said.contains(&dir.display().to_string()) && said.contains("away"), "{said}");
            assert_eq!(fs::read(&path).unwrap(), b"mine", "{place}");
            let all = fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().file_name());
            let first = place.split('/').next().unwrap();
            assert_eq!(all.collect::<Vec<_>>(), [first], "{place}");
        }
        // Beside what has its name by then, too.
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("data");
        let mut draft = Draft::begin(&dir, |_| Ok(())).unwrap();
        fs::write(draft.path().join("vault/entries"), "made").unwrap();
        fs::create_dir(dir.join("keys")).unwrap();
        fs::write(dir.join("keys/keyring"), "mine").unwrap();
        draft.name_all().unwrap_err();
        fs::write(dir.join("vault/last-week"), "mine").unwrap();
        drop(draft);
        assert!(!dir.join("vault/entries").exists() && !dir.join(DRAFT).exists());
        for file in ["vault/last-week", "keys/keyring"] {
            assert_eq!(fs::read(dir.join(file)).unwrap(), b"mine", "{file}");
        }
        // A signal takes the draft, and the directory only where it is empty.
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path().join("data");
        let draft = Draft::begin(&dir, |_| Ok(())).unwrap();
        assert_eq!(draft.held, [Held::Empty(dir.clone()), Held::Whole(dir.join(DRAFT))]);
    }
}
