//! sled's files: which there are, whether all of them are plain files, and a copy of them.
//!
//! sled opens its own files by name. So its folder is looked at before: a pipe or a link among them would make it wait for
//! ever, or read and write elsewhere.

use std::fs::{self, File};
use std::io::{Error, ErrorKind, Result};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use thads_proof::plain;

use super::StoreError;
use crate::embedded::lock::Inode;
use crate::embedded::{files, space};

/// Most bytes of one of sled's files.
pub(crate) const FILE_BYTES_MAX: u64 = 1 << 40;
/// Most bytes of it that need not have been written.
const HOLES_BYTES_MAX: u64 = 256 << 20;
/// sled's log, in which everything is.
const LOG: &str = "db";
/// sled's folder of large values.
const BLOBS: &str = "blobs";
/// Room that must be left beside a copy.
const ROOM_BYTES: u64 = 64 << 20;

/// Returns the files of the folder `sled` that sled itself would open: `db`, `conf`, `snap.…`, and those in `blobs`. A
/// folder that is not there has none; other names are none of its own.
///
/// # Errors
/// When one of them is no plain file.
pub(crate) fn list(sled: &Path) -> Result<Vec<PathBuf>> {
    match plain::folder(sled) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        there => there?,
    }
    let mut all = Vec::new();
    for entry in fs::read_dir(sled).map_err(plain::of(sled))? {
        let (name, path) = entry.map(|entry| (entry.file_name(), entry.path()))?;
        match name.to_str() {
            Some(BLOBS) => {
                plain::folder(&path)?;
                for blob in fs::read_dir(&path).map_err(plain::of(&path))? {
                    all.push(blob?.path());
                }
            }
            Some(name) if name == LOG || name == "conf" || name.starts_with("snap.") => all.push(path),
            _ => {}
        }
    }
    for path in &all {
        refuse_hollow(path, &plain::open(path, FILE_BYTES_MAX)?)?;
    }
    Ok(all)
}

/// sled's folder and its log, as they were when sled was opened. It reads and writes what it has open, whatever stands under
/// their names by now.
pub(crate) struct InPlace(Vec<(PathBuf, Inode)>);

impl InPlace {
    /// Notes what the names lead to now.
    pub(crate) fn of(sled: &Path) -> Result<InPlace> {
        let note = |path: PathBuf| {
            let file = File::open(&path).map_err(plain::of(&path))?;
            Ok((path, Inode::of(&file)?))
        };
        [sled.to_path_buf(), sled.join(LOG)].map(note).into_iter().collect::<Result<_>>().map(InPlace)
    }

    /// Refuses where a name leads elsewhere or nowhere.
    pub(crate) fn refuse_if_moved(&self) -> Result<()> {
        self.0.iter().try_for_each(|(path, inode)| inode.refuse_elsewhere(path, fs::metadata(path)))
    }
}

/// Takes from everybody but their owner what they may do with sled's files: sled makes them as the umask says.
pub(crate) fn make_private(sled: &Path) -> Result<()> {
    let blobs = sled.join(BLOBS);
    if blobs.exists() {
        files::make_private(&blobs)?;
    }
    for path in list(sled)? {
        let file = plain::open(&path, FILE_BYTES_MAX)?;
        if file.metadata()?.permissions().mode() & 0o777 != 0o600 {
            file.set_permissions(fs::Permissions::from_mode(0o600))?;
        }
    }
    Ok(())
}

/// Copies sled's files from the folder `from` to the folder `to`, which is made if it is not there.
pub(crate) fn copy_to(from: &Path, to: &Path) -> std::result::Result<(), StoreError> {
    let all = list(from)?;
    files::make_folder(to)?;
    let mut bytes = ROOM_BYTES;
    for path in &all {
        bytes = bytes.saturating_add(fs::metadata(path).map_err(plain::of(path))?.len());
    }
    let free = space::free(to)?;
    if bytes > free {
        let to = to.display();
        let what = format!(
            "a copy of it needs {bytes} bytes, and {free} are free for {to} (TMPDIR names another place)"
        );
        return Err(StoreError::Unable(what));
    }
    for path in &all {
        let within = path.strip_prefix(from).map_err(std::io::Error::other)?;
        if within.parent().is_some_and(|folder| folder == Path::new(BLOBS)) {
            files::make_folder(&to.join(BLOBS))?;
        }
        let (source, target) = (plain::open(path, FILE_BYTES_MAX)?, files::new_file(&to.join(within))?);
        files::copy_written(&source, source.metadata()?.len(), &target)?;
    }
    Ok(())
}

/// Refuses a file that was never written for the most part: sled reads it from front to back, and one that only looks large
/// would keep it busy for hours. sled itself leaves no holes.
fn refuse_hollow(path: &Path, file: &File) -> Result<()> {
    let length = file.metadata()?.len();
    let (mut at, mut hollow) = (0, 0);
    while length > HOLES_BYTES_MAX && at < length {
        let range = files::written(file, at)?.unwrap_or(length..length);
        hollow += range.start - at;
        at = range.end;
    }
    if hollow <= HOLES_BYTES_MAX {
        return Ok(());
    }
    let path = path.display();
    let what = format!("{path} has {length} bytes, of which {hollow} were never written: move it away");
    Err(Error::new(ErrorKind::InvalidInput, what))
}
