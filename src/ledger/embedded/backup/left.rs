//! What an earlier try to bring a ledger back has left that was cut off: known by its bytes, never by its names alone, for
//! whoever brings a ledger back may have put keys or vault into its place meanwhile.

use std::fs;
use std::io::{ErrorKind, Read, Result, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use thads_proof::plain;

use super::BackupError;
use super::draft::{BEFORE_THE_LOG, DRAFT};
use crate::embedded::files;

/// What a file's name ends with while it is written.
const UNFINISHED: &str = ".new";
/// Bytes that are compared at once.
const AT_ONCE: u64 = 1 << 16;

/// What stands in a data directory that holds a draft and no log.
pub(super) struct Left {
    dir: PathBuf,
    files: Vec<LeftFile>,
    /// The folders of these files.
    folders: Vec<PathBuf>,
}

struct LeftFile {
    path: PathBuf,
    /// Its name in a ledger's directory.
    place: String,
    /// Whether it was still being written.
    is_unfinished: bool,
    /// Whether it was found to be what this restoring puts there.
    is_own: bool,
    /// Whether only the place is the one that this restoring writes to: after a power cut a file that was never synced may
    /// show anything.
    is_torn: bool,
}

/// How a file stands to what is put in its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Standing {
    Same,
    /// A part of it was not yet written: the end is missing, or zeros are in its place.
    Piece,
    Other,
}

impl Left {
    /// Looks at what is in `dir`; `None` where it holds no draft.
    ///
    /// # Errors
    /// Something stands there that no restoring makes.
    pub(super) fn look(dir: &Path) -> std::result::Result<Option<Left>, BackupError> {
        let draft = dir.join(DRAFT);
        if files::is_missing(&draft) {
            return Ok(None);
        }
        let mut left = Left { dir: dir.to_path_buf(), files: Vec::new(), folders: Vec::new() };
        for (path, is_folder) in entries(&draft)?.ok_or_else(|| foreign(dir, &draft))? {
            let name = path.file_name().and_then(|name| name.to_str());
            if !is_folder || !BEFORE_THE_LOG.iter().chain([&files::WAL]).any(|part| name == Some(part)) {
                return Err(foreign(dir, &path));
            }
            left.look_into(&path, true)?;
        }
        for part in BEFORE_THE_LOG.map(|part| dir.join(part)) {
            if !files::is_missing(&part) {
                left.look_into(&part, false)?;
            }
        }
        Ok(Some(left))
    }

    fn look_into(&mut self, folder: &Path, is_in_draft: bool) -> std::result::Result<(), BackupError> {
        let all = entries(folder)?.ok_or_else(|| foreign(&self.dir, folder))?;
        let part = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for (path, is_folder) in all {
            let name = path.file_name().and_then(|name| name.to_str()).filter(|_| !is_folder);
            let name = name.ok_or_else(|| foreign(&self.dir, &path))?;
            let unfinished = name.strip_suffix(UNFINISHED).filter(|_| is_in_draft);
            let place = format!("{part}/{}", unfinished.unwrap_or(name));
            let is_unfinished = unfinished.is_some();
            self.files.push(LeftFile { path, place, is_unfinished, is_own: false, is_torn: false });
        }
        self.folders.push(folder.to_path_buf());
        Ok(())
    }

    /// Returns whether it has files in the folder `part` of a ledger's directory.
    pub(super) fn holds(&self, part: &str) -> bool {
        self.files.iter().any(|file| file.place.split('/').next() == Some(part))
    }

    /// Holds what is left of the file `place` against what this restoring puts there.
    ///
    /// # Errors
    /// When one of the two cannot be read.
    pub(super) fn hold_against(&mut self, place: &str, mut put: impl Read + Seek) -> Result<()> {
        for file in self.files.iter_mut().filter(|file| file.place == place) {
            put.seek(SeekFrom::Start(0))?;
            let standing = match plain::open(&file.path, u64::MAX) {
                Ok(there) => compare(there, &mut put).map_err(plain::of(&file.path))?,
                Err(error) if plain::is_of_the_system(&error) => return Err(error),
                Err(_) => continue,
            };
            file.is_own = standing == Standing::Same || file.is_unfinished && standing == Standing::Piece;
            file.is_torn = file.is_unfinished && !file.is_own;
        }
        Ok(())
    }

    /// Removes it, but for the draft's own folder: while that stands, whatever is cut off is known as left. What cannot be
    /// known any more is set aside with its draft; returns where it lies then.
    ///
    /// # Errors
    /// Something is not what this restoring puts there; nothing was removed then.
    pub(super) fn remove(self) -> std::result::Result<Option<PathBuf>, BackupError> {
        if let Some(file) = self.files.iter().find(|file| !file.is_own && !file.is_torn) {
            return Err(foreign(&self.dir, &file.path));
        }
        let draft = self.dir.join(DRAFT);
        self.remove_where(|path| !path.starts_with(&draft))?;
        if self.files.iter().any(|file| file.is_torn) {
            files::sync_folder(&self.dir)?;
            return Ok(Some(files::set_aside(&draft)?));
        }
        self.remove_where(|path| path.starts_with(&draft))?;
        Ok(None)
    }

    /// Removes files one by one, and folders only once they are empty: what has come since it was looked at stays.
    fn remove_where(&self, is_meant: impl Fn(&Path) -> bool) -> std::result::Result<(), BackupError> {
        for file in self.files.iter().filter(|file| is_meant(&file.path)) {
            files::remove_if_there(&file.path)?;
        }
        for folder in self.folders.iter().filter(|folder| is_meant(folder)) {
            fs::remove_dir(folder).map_err(|error| match error.kind() {
                ErrorKind::DirectoryNotEmpty => foreign(&self.dir, folder),
                _ => plain::of(folder)(error).into(),
            })?;
        }
        Ok(())
    }
}

/// Refuses to bring a ledger back beside or over what is somebody's own.
pub(super) fn foreign(dir: &Path, path: &Path) -> BackupError {
    // The draft stays in its place: by it the parts that have their names are known as left.
    let part =
        path.strip_prefix(dir).ok().and_then(|below| below.iter().next()).filter(|part| *part != DRAFT);
    let part = part.map_or_else(|| path.to_path_buf(), |part| dir.join(part));
    let (path, part) = (path.display(), part.display());
    BackupError::Refused(format!(
        "{path} is not what this restore puts there, so no earlier try has left it, and nothing is overwritten: move {part} away and run this again, or name a new directory; keys and vault of your own go back into their places after the restore"
    ))
}

/// Returns what is in a folder, and whether each is a folder; `None` where it is no folder.
fn entries(folder: &Path) -> Result<Option<Vec<(PathBuf, bool)>>> {
    if !fs::symlink_metadata(folder).map_err(plain::of(folder))?.is_dir() {
        return Ok(None);
    }
    let listed = fs::read_dir(folder).map_err(plain::of(folder))?;
    let all = listed.map(|entry| entry.and_then(|entry| Ok((entry.path(), entry.file_type()?.is_dir()))));
    all.collect::<Result<_>>().map(Some)
}

fn compare(mut there: impl Read, put: &mut impl Read) -> Result<Standing> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let mut standing = Standing::Same;
    loop {
        theirs.clear();
        there.by_ref().take(AT_ONCE).read_to_end(&mut theirs)?;
        ours.clear();
        put.by_ref().take(AT_ONCE).read_to_end(&mut ours)?;
        if theirs.len() > ours.len() {
            return Ok(Standing::Other);
        }
        for (there, put) in theirs.iter().zip(&ours) {
            match there {
                _ if there == put => {}
                0 => standing = Standing::Piece,
                _ => return Ok(Standing::Other),
            }
        }
        if theirs.len() < ours.len() {
            return Ok(Standing::Piece);
        }
        if ours.is_empty() {
            return Ok(standing);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_every_byte_of_it() {
        let put: Vec<u8> = (0..150_000_u32).map(|at| u8::try_from(at % 251).unwrap()).collect();
        let with = |at: usize, byte: u8| {
            let mut bytes = put.clone();
            bytes[at] = byte;
            bytes
        };
        let longer = [put.as_slice(), &[0]].concat();
        for (there, standing) in [
            (put.clone(), Standing::Same),
            (put[..149_999].to_vec(), Standing::Piece),
            (Vec::new(), Standing::Piece),
            (with(140_000, 0), Standing::Piece),
            (with(140_000, 255), Standing::Other),
            (with(0, 255), Standing::Other),
            (longer, Standing::Other),
        ] {
            assert_eq!(compare(there.as_slice(), &mut put.as_slice()).unwrap(), standing, "{}", there.len());
        }
        assert_eq!(compare(&[][..], &mut &[][..]).unwrap(), Standing::Same);
    }
}
