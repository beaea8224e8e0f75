//! Snapshots of the books: a cache beside the log. Deleting them changes no answer.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use thads_ledger::testing::{Step, reached};
use thads_projections::books::Books;
use thads_projections::snapshot::{self, Header};
use thads_proof::plain;
use thads_proof::record::Leaf;

/// The form of the entries that this build writes; a snapshot of another form is not looked at.
const CODE: &str = concat!("thads ", env!("CARGO_PKG_VERSION"), " books 1");

/// Most bytes of it that are read.
const BYTES_MAX: u64 = 1 << 30;

fn path(directory: &Path) -> PathBuf {
    directory.join("snapshots").join("books")
}

/// The books of the snapshot, if there is one that belongs to this log; else empty books. `leaf_before` gives the leaf
/// of the record before a position: the snapshot must have been made on the same chain.
pub(crate) fn load(directory: &Path, size: u64, leaf_before: impl FnOnce(u64) -> Option<Leaf>) -> Books {
    let path = path(directory);
    let is_own = path.parent().is_some_and(|folder| plain::folder(folder).is_ok());
    let Some(bytes) = is_own.then(|| plain::read(&path, BYTES_MAX).ok()).flatten() else {
        return Books::default();
    };
    let Ok(header) = snapshot::header(&bytes) else { return Books::default() };
    if header.position == 0 || header.position > size {
        return Books::default();
    }
    let Some(leaf) = leaf_before(header.position) else { return Books::default() };
    let wanted = Header { position: header.position, head: leaf.0, code: CODE.to_owned() };
    snapshot::load(&bytes, &wanted).unwrap_or_default()
}

/// Writes the books beside the log, whole or not at all: a new file is renamed over the old one. It is a cache, so
/// what goes wrong is not worth an error.
pub(crate) fn save(directory: &Path, books: &Books, head: Leaf) {
    let Ok(bytes) = snapshot::save(books, head.0, CODE) else { return };
    let (path, new) = (path(directory), path(directory).with_extension("new"));
    let _ = fs::remove_file(&new);
    let mut private = fs::OpenOptions::new();
    private.write(true).create_new(true).mode(0o600);
    let written = private.open(&new).and_then(|mut file| file.write_all(&bytes));
    if written.is_ok() {
        reached(Step::SnapshotDrafted);
        let _ = fs::rename(new, path);
        reached(Step::SnapshotNamed);
    }
}
