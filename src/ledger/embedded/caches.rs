//! The folder of the caches: read, and written whole or not at all.

use std::fs;
use std::io::{Read, Result as IoResult, Write};
use std::path::{Path, PathBuf};

use thads_proof::plain;

use crate::cache::{ALL, Caches, Log, MAGIC, NotBelieved, SIGNATURE_BYTES, STATEMENT_BYTES, held};
use crate::count::to_u64;
use crate::embedded::files::{self, SNAPSHOTS};
use crate::embedded::open::OpenError;
use crate::journal::Head;
use crate::testing::{Step, reached};

/// Most bytes of one that are read.
const BYTES_MAX: u64 = 1 << 30;

/// The caches of a data directory.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Caches for Folder {
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        read_cache(&self.0, name)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> IoResult<()> {
        write(&self.0, name, bytes)
    }
}

/// Reads the cache `name` of the data directory `dir`; `None` where none can be read.
pub fn read_cache(dir: &Path, name: &str) -> Option<Vec<u8>> {
    let folder = dir.join(SNAPSHOTS);
    plain::folder(&folder).ok()?;
    plain::read(&folder.join(name), BYTES_MAX).ok()
}

/// What the caches of a directory begin with: what was signed of each, and by whom, without its content.
pub(crate) struct Beginnings(Vec<(&'static str, [u8; STATEMENT_BYTES + SIGNATURE_BYTES])>);

impl Beginnings {
    /// Reads them. Before the log is read: a writer may be at work, and the log only grows.
    pub(crate) fn read(dir: &Path) -> Beginnings {
        let folder = dir.join(SNAPSHOTS);
        let beginning = |name: &'static str| {
            plain::folder(&folder).ok()?;
            let mut head = [0; STATEMENT_BYTES + SIGNATURE_BYTES];
            plain::open(&folder.join(name), BYTES_MAX).ok()?.read_exact(&mut head).ok()?;
            Some((name, head))
        };
        Beginnings(ALL.into_iter().filter_map(beginning).collect())
    }

    /// Returns whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Refuses a log that is shorter than, or another than, what its own key signed. `end`: as for [`believed`](crate::cache::believed).
    ///
    /// # Errors
    /// [`OpenError::Short`] or [`OpenError::OtherHistory`].
    pub(crate) fn refuse(&self, log: &Log<'_>, end: impl Fn(u64) -> Option<Head>) -> Result<(), OpenError> {
        // A genesis that names no key is said elsewhere.
        let Ok(key) = log.key.parse() else { return Ok(()) };
        for (cache, head) in &self.0 {
            match held(head, &key, log, &end) {
                Err(NotBelieved::Ahead(known)) => {
                    return Err(OpenError::Short { size: log.size, known, cache });
                }
                Err(NotBelieved::OtherHistory(signed)) => {
                    return Err(OpenError::OtherHistory { signed, cache });
                }
                Ok(_) | Err(_) => {}
            }
        }
        Ok(())
    }
}

/// Puts the cache `name` into the data directory `dir`, whole or not at all. It is not synced: one that is torn is folded
/// anew.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn write(dir: &Path, name: &str, bytes: &[u8]) -> IoResult<()> {
    let folder = dir.join(SNAPSHOTS);
    // It may have been removed under a running server: a folder of caches is made anew.
    files::make_folder(&folder)?;
    plain::folder(&folder)?;
    let draft = folder.join(format!("{name}.new"));
    remove_draft(&draft)?;
    files::new_file(&draft)?.write_all(bytes)?;
    reached(Step::SnapshotDrafted);
    fs::rename(&draft, folder.join(name))?;
    reached(Step::SnapshotNamed);
    Ok(())
}

/// Removes what a run that was cut off has left of a cache: it begins as one does.
fn remove_draft(draft: &Path) -> IoResult<()> {
    let mut head = Vec::new();
    let read =
        plain::open(draft, u64::MAX).and_then(|file| file.take(to_u64(MAGIC.len())).read_to_end(&mut head));
    if read.is_ok() && MAGIC.starts_with(&head) { files::remove_if_there(draft) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cache::HEADS;

    #[test]
    fn only_the_draft_of_a_cache_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(SNAPSHOTS).join(name);
        fs::create_dir(dir.path().join(SNAPSHOTS)).unwrap();
        for (there, is_kept) in [(&b"thadsca\x01 a part"[..], false), (b"tha", false), (b"mine", true)] {
            fs::write(at("heads.new"), there).unwrap();
            write(dir.path(), HEADS, b"folded").unwrap();
            assert_eq!(fs::read(at(HEADS)).unwrap(), b"folded");
            assert_eq!(fs::read(at("heads.new.aside-1")).ok(), is_kept.then(|| there.to_vec()));
        }
    }
}
