//! Where a ledger is brought back: a draft within the data directory, whose parts get their names once all of it is there.
//!
//! Within, so that the directory may be one that has to stay: where a disk is mounted, the current one, a link's target.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use thads_proof::plain;

use super::{BackupError, busy};
use crate::embedded::lock::FolderLock;
use crate::embedded::{files, scratch};
use crate::testing::{Defect, planted};

/// The draft's name in the data directory.
const DRAFT: &str = ".restoring";
/// What is named first; without the log there is no ledger.
const BEFORE_THE_LOG: [&str; 3] = [files::SNAPSHOTS, files::VAULT, files::KEYS];

/// A ledger that is being brought back. What it has made is removed when it is dropped unfinished.
pub(super) struct Draft {
    dir: PathBuf,
    path: PathBuf,
    /// Whether the data directory was not there before.
    is_new: bool,
    is_named: bool,
    /// What is removed where a signal ends the process before it is named.
    held: Vec<PathBuf>,
    /// While it stands no other restoring begins there.
    _lock: FolderLock,
}

/// Refuses a data directory in which anything stands but what a restoring has left that was cut off.
pub(super) fn refuse_if_used(dir: &Path) -> Result<(), BackupError> {
    let mut names = match fs::read_dir(dir) {
        Ok(entries) => entries.map(|entry| Ok(entry?.file_name())).collect::<std::io::Result<Vec<_>>>()?,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => {
            return Err(BackupError::Refused(format!("{}: {error}", dir.display())));
        }
    };
    names.retain(|name| name != files::LOST_AND_FOUND);
    let was_cut_off = names.iter().any(|name| name == DRAFT);
    let ours = |name: &std::ffi::OsString| name == DRAFT || BEFORE_THE_LOG.iter().any(|part| name == part);
    if names.is_empty() || was_cut_off && names.iter().all(ours) {
        return Ok(());
    }
    Err(BackupError::Refused(format!("{} is not empty: nothing is overwritten", dir.display())))
}

impl Draft {
    /// Begins in `dir`, which [`refuse_if_used`] does not refuse.
    pub(super) fn begin(dir: &Path) -> Result<Draft, BackupError> {
        let is_new = !dir.exists();
        if let Some(parent) = dir.parent().filter(|parent| !parent.as_os_str().is_empty()) {
            fs::create_dir_all(parent).map_err(plain::of(parent))?;
        }
        let path = dir.join(DRAFT);
        let parts = BEFORE_THE_LOG.map(|part| dir.join(part));
        let held = if is_new {
            vec![dir.to_path_buf()]
        } else {
            [parts.as_slice(), std::slice::from_ref(&path)].concat()
        };
        let lock = scratch::hold(&held, || {
            files::make_folder(dir)?;
            let lock = FolderLock::to_fill(dir)?.ok_or_else(|| busy(dir))?;
            // Another restoring may have ended there since it was looked at.
            refuse_if_used(dir)?;
            Ok::<_, BackupError>(lock)
        })?;
        if path.exists() {
            for part in BEFORE_THE_LOG.map(|part| dir.join(part)).iter().chain([&path]) {
                if part.exists() {
                    fs::remove_dir_all(part).map_err(plain::of(part))?;
                }
            }
        }
        files::make_folder(&path)?;
        let draft = Draft { dir: dir.to_path_buf(), path, is_new, is_named: false, held, _lock: lock };
        for part in BEFORE_THE_LOG.iter().chain([&files::WAL]) {
            files::make_folder(&draft.path.join(part))?;
        }
        Ok(draft)
    }

    /// Returns where the ledger is made.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Gives everything its name, the log last: then there is a ledger, and it survives a power cut.
    pub(super) fn name(mut self) -> Result<(), BackupError> {
        let held = std::mem::take(&mut self.held);
        scratch::release(&held, || self.name_all())
    }

    fn name_all(&mut self) -> Result<(), BackupError> {
        for part in BEFORE_THE_LOG {
            let to = self.dir.join(part);
            fs::rename(self.path.join(part), &to).map_err(plain::of(&to))?;
        }
        self.sync()?;
        self.is_named = true;
        let to = self.dir.join(files::WAL);
        fs::rename(self.path.join(files::WAL), &to).map_err(plain::of(&to))?;
        if !planted(Defect::RestoredNotSynced) {
            self.sync()?;
            fs::remove_dir(&self.path).map_err(plain::of(&self.path))?;
            files::sync_folder(&self.dir)?;
        }
        Ok(())
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
            // What cannot be removed now is recognised by the next restoring.
            for part in BEFORE_THE_LOG {
                let _ = fs::remove_dir_all(self.dir.join(part));
            }
            let _ = fs::remove_dir_all(&self.path);
            if self.is_new {
                let _ = fs::remove_dir(&self.dir);
            }
        });
    }
}
