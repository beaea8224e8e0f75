//! Names in the data directory, and what it takes to make a new file or folder survive a power loss.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Result, Write};
use std::ops::Range;
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::count::narrow;
use crate::testing::{Defect, planted};

/// Folder of the segments.
pub(crate) const WAL: &str = "wal";
/// Folder of the event store.
pub(crate) const SLED: &str = "sled";
/// Folder of the caches.
pub(crate) const SNAPSHOTS: &str = "snapshots";
/// Folder of personal data.
pub(crate) const VAULT: &str = "vault";
/// Folder of the keys.
pub(crate) const KEYS: &str = "keys";

/// What a file system of its own begins with: it makes no folder used.
pub(crate) const LOST_AND_FOUND: &str = "lost+found";

/// Makes the folder `path` (mode 0700) if it is not there, and syncs it and its parent.
pub(crate) fn make_folder(path: &Path) -> Result<()> {
    match fs::DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_dir() => return Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let what = format!("{} is not a folder: move it away", path.display());
            return Err(std::io::Error::new(ErrorKind::NotADirectory, what));
        }
        Err(error) => return Err(error),
    }
    sync_folder(path)?;
    sync_parent(path)
}

/// Makes the names in the folder `path` durable.
pub(crate) fn sync_folder(path: &Path) -> Result<()> {
    File::open(path)?.sync_all()
}

/// Makes the name of `path` durable.
pub(crate) fn sync_parent(path: &Path) -> Result<()> {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => sync_folder(Path::new(".")),
        Some(parent) => sync_folder(parent),
        None => Ok(()),
    }
}

/// Writes a file that is there whole or not at all, in place of what was there: under another name, `path.new`, synced,
/// renamed; then its folder is synced. `mode`: the file's permissions.
pub(crate) fn write_whole(path: &Path, bytes: &[u8], mode: u32) -> Result<()> {
    let mut draft = path.as_os_str().to_owned();
    draft.push(".new");
    remove_if_there(Path::new(&draft))?; // of a run that was cut off, perhaps with its permissions already
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    file.write_all(bytes)?;
    file.set_permissions(fs::Permissions::from_mode(mode))?;
    file.sync_all()?;
    fs::rename(&draft, path)?;
    sync_parent(path)
}

/// Removes a file, which need not be there.
pub(crate) fn remove_if_there(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Writes a range of a file once more and makes it durable: the process that wrote it may have been killed before it synced
/// it, and after a sync that failed the system may take pages for synced that are not.
pub(crate) fn write_again(file: &File, range: Range<u64>) -> Result<()> {
    if planted(Defect::OpenedUnsynced) {
        return Ok(());
    }
    let mut bytes = Zeroizing::new(vec![0; narrow(range.end.saturating_sub(range.start))]);
    file.read_exact_at(&mut bytes, range.start)?;
    file.write_all_at(&bytes, range.start)?;
    file.sync_data()
}

/// Returns a name beside `path` that is not taken: `path.aside-1`, `-2`, …
pub(crate) fn aside(path: &Path) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut number = 1_u32;
    loop {
        let candidate = path.with_file_name(format!("{name}.aside-{number}"));
        if !candidate.exists() {
            return candidate;
        }
        number += 1;
    }
}

/// Returns `path` and what was set aside from it, as far as they are folders.
pub(crate) fn with_asides(path: &Path) -> Result<Vec<PathBuf>> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut all = Vec::new();
    for entry in fs::read_dir(path.parent().unwrap_or(path))? {
        let entry = entry?;
        let other = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() && (other == name || other.starts_with(&format!("{name}.aside-"))) {
            all.push(entry.path());
        }
    }
    Ok(all)
}

/// Gives `path` another name beside it, and makes that durable. Returns the name.
pub(crate) fn set_aside(path: &Path) -> Result<PathBuf> {
    let to = aside(path);
    fs::rename(path, &to)?;
    sync_parent(path)?;
    Ok(to)
}

/// Copies the folder `from` with all its files to `to`.
pub(crate) fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
