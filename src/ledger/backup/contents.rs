//! `contents`: what belongs to a backup. A line that says the form; a line for each file besides the segments (its hash, the
//! name that it has in the backup, the name that it has in a ledger); an empty line; the signed checkpoint.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use thads_proof::{hash, hex};

use super::BackupError;
use crate::files;

const FILE: &str = "contents";
const FORM: &str = "thads backup 1";
const CONTEXT: &str = "thads 2026 backup file v1";

/// Ends a copy's name where one of the same size is kept until `contents` is replaced.
pub(super) const ONCE_MORE: &str = "-1";

/// A file of the backup.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Kept {
    /// Its name in a ledger's directory.
    pub(super) place: String,
    /// Its name in the backup.
    pub(super) copy: String,
    /// The hash of its bytes.
    pub(super) hash: String,
}

impl Kept {
    /// Describes a file.
    pub(super) fn of(place: String, copy: String, bytes: &[u8]) -> Kept {
        Kept { place, copy, hash: hex::encode(&hash::derive(CONTEXT, bytes)) }
    }

    /// Reads its copy, if that is what was written.
    pub(super) fn read(&self, backup: &Path) -> Result<Vec<u8>, BackupError> {
        let path = backup.join(&self.copy);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) => {
                return Err(BackupError::Damaged { path, position: 0, what: error.to_string() });
            }
        };
        if Kept::of(self.place.clone(), self.copy.clone(), &bytes) != *self {
            let what = "the copy is not what was written".into();
            return Err(BackupError::Damaged { path, position: 0, what });
        }
        Ok(bytes)
    }
}

/// What belongs to a backup.
pub(super) struct Contents {
    pub(super) kept: Vec<Kept>,
    pub(super) note: String,
}

impl Contents {
    /// Reads those of a backup; `None` where there is none.
    pub(super) fn read(backup: &Path) -> Result<Option<Contents>, BackupError> {
        let path = backup.join(FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let damaged = || BackupError::Damaged {
            path,
            position: 0,
            what: "it does not say what the backup holds".into(),
        };
        let (head, note) = text.split_once("\n\n").ok_or_else(damaged.clone())?;
        let mut lines = head.lines();
        if lines.next() != Some(FORM) {
            return Err(damaged());
        }
        let kept: Option<Vec<Kept>> = lines.map(kept).collect();
        Ok(Some(Contents { kept: kept.ok_or_else(damaged)?, note: note.to_owned() }))
    }

    /// Writes them in one step, and removes the copies that belong to the backup no more. What no backup has made stays.
    pub(super) fn write(&self, backup: &Path) -> Result<(), BackupError> {
        let lines = self.kept.iter().map(|kept| format!("{} {} {}\n", kept.hash, kept.copy, kept.place));
        let text = format!("{FORM}\n{}\n{}", lines.collect::<String>(), self.note);
        files::write_whole(&backup.join(FILE), text.as_bytes(), 0o600)?;
        for folder in [files::VAULT, files::KEYS] {
            let Ok(entries) = fs::read_dir(backup.join(folder)) else { continue };
            for entry in entries {
                let name = format!("{folder}/{}", entry?.file_name().to_string_lossy());
                if is_copy(&name) && !self.kept.iter().any(|kept| kept.copy == name) {
                    fs::remove_file(backup.join(name))?;
                }
            }
        }
        Ok(())
    }
}

/// Whether a name is one that a backup gives: of a file and the size that the log had.
fn is_copy(name: &str) -> bool {
    let name = name.strip_suffix(".new").unwrap_or(name);
    let size = name.rsplit_once('@').map(|(_, size)| size.strip_suffix(ONCE_MORE).unwrap_or(size));
    size.is_some_and(|size| !size.is_empty() && size.bytes().all(|digit| digit.is_ascii_digit()))
}

/// Reads a line. Its names stay within their folders: a backup may come from anywhere.
fn kept(line: &str) -> Option<Kept> {
    let mut parts = line.split(' ').map(str::to_owned);
    let (hash, copy, place) = (parts.next()?, parts.next()?, parts.next()?);
    let inside = |name: &str| {
        let name = name.strip_prefix("vault/").or_else(|| name.strip_prefix("keys/"));
        name.is_some_and(|name| !name.is_empty() && !name.contains('/') && name != "." && name != "..")
    };
    (parts.next().is_none() && inside(&copy) && inside(&place)).then_some(Kept { place, copy, hash })
}
