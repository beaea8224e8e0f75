//! `contents`: what belongs to a backup. A line that says the form; a line for each file besides the segments (its hash, the
//! name that it has in the backup, the name that it has in a ledger); an empty line; the signed checkpoint.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use thads_proof::{hash, hex, plain};

use super::BackupError;
use crate::{files, keys, vault};

const FILE: &str = "contents";
const FORM: &str = "thads backup 2";
/// Most bytes of it that are read.
const BYTES_MAX: u64 = 64 << 10;
/// What stands for the name in a ledger where a copy is kept beside the one that is brought back.
const BESIDE: &str = "-";
const CONTEXT: &str = "thads 2026 backup file v1";

/// The files of a ledger that a backup keeps beside the segments, and the most bytes that each may have. No other is
/// copied, nor brought back.
pub(super) const PLACES: [(&str, u64); 4] = [
    (vault::ENTRIES, vault::ENTRIES_BYTES_MAX),
    (vault::KEYRING, vault::KEYRING_BYTES_MAX),
    (keys::LOG_KEY, keys::BYTES_MAX),
    (keys::ROOT_KEY, keys::BYTES_MAX),
];

/// A file of the backup.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Kept {
    /// Its name in a ledger's directory, one of [`PLACES`].
    pub(super) place: &'static str,
    /// Whether it is kept beside the copy that is brought back, for what only it has.
    pub(super) is_beside: bool,
    /// Its name in the backup.
    pub(super) copy: String,
    /// The hash of its bytes.
    pub(super) hash: String,
}

impl Kept {
    /// Describes a file.
    pub(super) fn of(place: &'static str, copy: String, bytes: &[u8]) -> Kept {
        Kept { place, is_beside: false, copy, hash: hex::encode(&hash::derive(CONTEXT, bytes)) }
    }

    /// Reads its copy, if that is what was written.
    pub(super) fn read(&self, backup: &Path) -> Result<Vec<u8>, BackupError> {
        let path = backup.join(&self.copy);
        let at_most = PLACES.iter().find(|(place, _)| *place == self.place).map_or(0, |(_, most)| *most);
        let bytes = match plain::read(&path, at_most) {
            Ok(bytes) => bytes,
            Err(error) => {
                return Err(BackupError::Damaged { path, position: 0, what: error.to_string() });
            }
        };
        if Kept::of(self.place, self.copy.clone(), &bytes).hash != self.hash {
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
        let text = match plain::read_text(&path, BYTES_MAX) {
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
        let kept = kept.ok_or_else(damaged.clone())?;
        let is_double = |one: &Kept, other: &Kept| {
            one.copy == other.copy || one.place == other.place && !one.is_beside && !other.is_beside
        };
        let doubled = kept.iter().enumerate();
        if doubled.clone().any(|(at, one)| kept[..at].iter().any(|other| is_double(one, other))) {
            return Err(damaged());
        }
        Ok(Some(Contents { kept, note: note.to_owned() }))
    }

    /// Writes them in one step, and removes the copies that belong to the backup no more. What no backup has made stays.
    pub(super) fn write(&self, backup: &Path) -> Result<(), BackupError> {
        let place = |kept: &Kept| if kept.is_beside { BESIDE } else { kept.place };
        let lines = self.kept.iter().map(|kept| format!("{} {} {}\n", kept.hash, kept.copy, place(kept)));
        let text = format!("{FORM}\n{}\n{}", lines.collect::<String>(), self.note);
        files::write_whole(&backup.join(FILE), text.as_bytes(), 0o600)?;
        for folder in [files::VAULT, files::KEYS] {
            let Ok(entries) = fs::read_dir(backup.join(folder)) else { continue };
            for entry in entries {
                let name = format!("{folder}/{}", entry?.file_name().to_string_lossy());
                if is_copy(&name) && !self.kept.iter().any(|kept| kept.copy == name) {
                    files::remove_if_there(&backup.join(name))?;
                }
            }
        }
        Ok(())
    }
}

/// Whether a name is one that a backup gives.
fn is_copy(name: &str) -> bool {
    place_of(name.strip_suffix(".new").unwrap_or(name)).is_some()
}

/// Returns of which file a copy is: its name is that file's, `@`, the size that the log had, and `-N` where such a copy was
/// there already.
fn place_of(copy: &str) -> Option<&'static str> {
    let (place, size) = copy.rsplit_once('@')?;
    let (size, more) = size.split_once('-').unwrap_or((size, "1"));
    let is_number =
        |text: &str| !text.is_empty() && text.len() <= 20 && text.bytes().all(|digit| digit.is_ascii_digit());
    let known = PLACES.iter().find(|(known, _)| *known == place).map(|(known, _)| *known);
    known.filter(|_| is_number(size) && is_number(more))
}

/// Reads a line. Its names are from a closed list, never paths: a backup may come from anywhere.
fn kept(line: &str) -> Option<Kept> {
    let mut parts = line.split(' ');
    let (hash, copy, given) = (parts.next()?, parts.next()?, parts.next()?);
    let place = place_of(copy)?;
    let is_beside = given == BESIDE;
    let is_whole = parts.next().is_none() && (is_beside || given == place);
    is_whole.then(|| Kept { place, is_beside, copy: copy.to_owned(), hash: hash.to_owned() })
}
