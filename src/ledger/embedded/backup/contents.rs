//! `contents`: what belongs to a backup. A line that says the form; a line for each file besides the segments (its hash, the
//! name that it has in the backup, the name that it has in a ledger); an empty line; the signed checkpoint.

use std::fs::{self, File};
use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom};
use std::path::Path;

use thads_proof::{hash, hex, plain};

use super::BackupError;
use crate::count::to_usize;
use crate::embedded::vault;
use crate::embedded::{files, keys};

/// Its name in a backup.
pub(in crate::embedded) const FILE: &str = "contents";
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
    /// Describes the first bytes of a file.
    pub(super) fn of(place: &'static str, copy: String, file: &File, length: u64) -> Result<Kept> {
        (&mut &*file).seek(SeekFrom::Start(0))?;
        let hash = hex::encode(&hash::derive_of(CONTEXT, file.take(length))?);
        Ok(Kept { place, is_beside: false, copy, hash })
    }

    /// Returns how many records the log had when it was copied, as its name says.
    pub(super) fn copied_at(&self) -> Option<u64> {
        let (_, at) = self.copy.rsplit_once('@')?;
        at.split('-').next()?.parse().ok()
    }

    /// Opens its copy, if that is what was written. Cost: all of it is read.
    pub(super) fn open(&self, backup: &Path) -> std::result::Result<File, BackupError> {
        let path = backup.join(&self.copy);
        let opened = || {
            let file = plain::open(&path, bytes_max(self.place))?;
            let length = file.metadata()?.len();
            Ok::<_, Error>((Kept::of(self.place, self.copy.clone(), &file, length)?.hash == self.hash, file))
        };
        let what = match opened() {
            Ok((true, file)) => return Ok(file),
            Ok((false, _)) => "the copy is not what was written".to_owned(),
            Err(error) if plain::is_of_the_system(&error) => return Err(plain::of(&path)(error).into()),
            Err(error) => error.to_string(),
        };
        Err(BackupError::Damaged { path, position: 0, what })
    }

    /// Writes the first bytes of a file to a path, and holds what was written against this.
    pub(super) fn write(&self, source: &File, length: u64, path: &Path) -> Result<()> {
        // Only a backup gives this name, and only in a folder that has its mark.
        files::remove_if_there(&files::draft(path))?;
        files::fill_whole(path, 0o600, |file| {
            files::copy_written(source, length, file)?;
            let written = Kept::of(self.place, self.copy.clone(), file, length)?;
            if written.hash == self.hash {
                return Ok(());
            }
            let path = path.display();
            Err(Error::other(format!("{path}: what was written is not what was read: it changed meanwhile")))
        })
    }
}

/// Returns the most bytes that a file of a ledger may have.
pub(super) fn bytes_max(place: &str) -> u64 {
    PLACES.iter().find(|(known, _)| *known == place).map_or(0, |(_, most)| *most)
}

/// Returns the copies that stand in a backup and that `contents` does not name: of a backup that was cut off, perhaps with
/// what the ledger has lost since. They are kept beside.
pub(super) fn unnamed(backup: &Path, named: &[Kept]) -> Result<Vec<Kept>> {
    let mut found = Vec::new();
    for folder in [files::VAULT, files::KEYS] {
        let path = backup.join(folder);
        let entries = match fs::read_dir(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            entries => entries.map_err(plain::of(&path))?,
        };
        for entry in entries {
            let copy = format!("{folder}/{}", entry?.file_name().to_string_lossy());
            let Some(place) = place_of(&copy).filter(|_| named.iter().all(|kept| kept.copy != copy)) else {
                continue;
            };
            let file = plain::open(&backup.join(&copy), bytes_max(place))?;
            let length = file.metadata()?.len();
            found.push((Kept { is_beside: true, ..Kept::of(place, copy, &file, length)? }, length));
        }
    }
    // Where `contents` names none at all, the longest is the one to bring back: these files only grow.
    found.sort_by(|(one, _), (other, _)| one.copy.cmp(&other.copy));
    for (place, _) in PLACES {
        if named.iter().all(|kept| kept.place != place) {
            let longest =
                found.iter_mut().filter(|(kept, _)| kept.place == place).max_by_key(|(_, length)| *length);
            longest.into_iter().for_each(|(kept, _)| kept.is_beside = false);
        }
    }
    Ok(found.into_iter().map(|(kept, _)| kept).collect())
}

/// What belongs to a backup.
pub(super) struct Contents {
    pub(super) kept: Vec<Kept>,
    pub(super) note: String,
}

impl Contents {
    /// Reads those of a backup; `None` where there is none.
    pub(super) fn read(backup: &Path) -> std::result::Result<Option<Contents>, BackupError> {
        let path = backup.join(FILE);
        let text = match plain::read_text(&path, BYTES_MAX) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let wrong = |at: usize, what: &str| {
            let what = format!("line {} {what}", at.saturating_add(1));
            BackupError::Contents { path: path.clone(), what }
        };
        if let Some((before, _)) = text.split_once('\r') {
            let line = before.matches('\n').count();
            return Err(wrong(line, "has a carriage return: another program has changed the line ends"));
        }
        let first = text.lines().next().unwrap_or_default();
        if first != FORM {
            return Err(wrong(0, &format!("is not {FORM:?}")));
        }
        let Some((head, note)) = text.split_once("\n\n") else {
            return Err(wrong(text.lines().count(), "should be empty, and the checkpoint stand behind it"));
        };
        let is_double = |one: &Kept, other: &Kept| {
            one.copy == other.copy || one.place == other.place && !one.is_beside && !other.is_beside
        };
        let mut all: Vec<Kept> = Vec::new();
        for (at, line) in head.lines().enumerate().skip(1) {
            let one = kept(line).ok_or_else(|| wrong(at, "is not a hash, a copy's name and its place"))?;
            if all.iter().any(|other| is_double(&one, other)) {
                return Err(wrong(at, "names what a line before it names"));
            }
            all.push(one);
        }
        Ok(Some(Contents { kept: all, note: note.to_owned() }))
    }

    /// Writes them in one step, and removes the copies that belong to the backup no more. What no backup has made stays.
    pub(super) fn write(&self, backup: &Path) -> std::result::Result<(), BackupError> {
        let place = |kept: &Kept| if kept.is_beside { BESIDE } else { kept.place };
        let lines = self.kept.iter().map(|kept| format!("{} {} {}\n", kept.hash, kept.copy, place(kept)));
        let text = format!("{FORM}\n{}\n{}", lines.collect::<String>(), self.note);
        if text.len() > to_usize(BYTES_MAX) {
            let what = format!(
                "{}: it keeps too many copies of vault and keys; take some of them away",
                backup.display()
            );
            return Err(BackupError::Refused(what));
        }
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
