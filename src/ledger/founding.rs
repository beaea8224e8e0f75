//! Founding: where a ledger may be made, and its first record.

use std::fs;
use std::path::{Path, PathBuf};

use thads_proof::block::Builder;
use thads_proof::genesis::Genesis;
use thads_proof::hash;
use thads_proof::record::{Leaf, LedgerId, Position, RequestId};
use thads_proof::segment;
use thads_proof::tree::Frontier;

use crate::clock::Clock;
use crate::journal::{Listing, OwnedBlock};
use crate::open::OpenError;
use crate::randomness::Randomness;
use crate::reader::CopiedStore;
use crate::storage::Storage;
use crate::{cache, files, survey, vault};

/// Refuses where a ledger is, or what is left of one. What a founding has left that was cut off before its genesis was
/// durable is neither, and of that only a block that was never finished is in the way: its segment is set aside.
pub(crate) fn make_way(dir: &Path, storage: &Storage) -> Result<(), OpenError> {
    for path in unfinished(dir, storage)? {
        files::set_aside(&path)?;
    }
    Ok(())
}

/// Returns why a directory without a log cannot be read: there never was one, a founding that was cut off included, or there
/// is what is left of one.
pub fn no_log(dir: &Path) -> OpenError {
    match unfinished(dir, &Storage::default()) {
        Err(error @ (OpenError::Remains(_) | OpenError::Io(_))) => error,
        Ok(_) | Err(_) => OpenError::NotALedger(dir.to_path_buf()),
    }
}

/// Returns the segments that a founding has left that was cut off.
///
/// # Errors
/// Where a ledger is, or what is left of one.
fn unfinished(dir: &Path, storage: &Storage) -> Result<Vec<PathBuf>, OpenError> {
    let wal = dir.join(files::WAL);
    let listing = Listing::read(&wal)?;
    let mut never_finished = Vec::new();
    let numbers =
        listing.used.iter().map(|used| used.number).chain(listing.bad.iter().map(|(number, _)| *number));
    for number in numbers {
        let (judged, path) = (survey::judge(&wal, number)?, wal.join(segment::file_name(number)));
        match judged.ending {
            _ if judged.tip.is_some() => return Err(OpenError::AlreadyThere(dir.to_path_buf())),
            survey::Ending::Torn => never_finished.push(path),
            survey::Ending::Clean | survey::Ending::Damaged(_) => return Err(OpenError::Remains(path)),
        }
    }
    if holds_records(dir, storage) {
        return Err(OpenError::AlreadyThere(dir.to_path_buf()));
    }
    let filled =
        |path: &PathBuf| fs::symlink_metadata(path).is_ok_and(|file| !file.is_file() || file.len() > 0);
    let heads = dir.join(files::SNAPSHOTS).join(cache::HEADS);
    let left = [dir.join(vault::ENTRIES), dir.join(vault::KEYRING), heads].into_iter().find(filled);
    if let Some(file) = left {
        return Err(OpenError::Remains(file));
    }
    Ok(never_finished)
}

/// Returns whether the sled of `dir` may hold records. Only a copy is opened: it may be all that is left of a ledger.
fn holds_records(dir: &Path, storage: &Storage) -> bool {
    let sled = dir.join(files::SLED);
    if files::is_missing(&sled) {
        return false;
    }
    let copy = CopiedStore::open(&sled, storage.sled_deadline);
    copy.and_then(|copy| copy.store.known_end()).map_or(true, |end| end > 0)
}

/// Makes record 0 and its block. The ledger's id is drawn first, then the blind.
pub(crate) fn genesis_block(
    genesis: &Genesis,
    clock: &mut dyn Clock,
    randomness: &mut dyn Randomness,
) -> Result<(LedgerId, OwnedBlock), OpenError> {
    let wrong = |error: &dyn std::fmt::Display| OpenError::Genesis(error.to_string());
    let mut id = LedgerId([0; 16]);
    let mut blind = [0; 16];
    randomness.serve(Position::GENESIS);
    randomness.fill(&mut id.0)?;
    randomness.fill(&mut blind)?;
    let record = genesis.record(id, clock.now(), RequestId([0; 16]), blind).map_err(|error| wrong(&error))?;
    let bytes = record.encode().map_err(|error| wrong(&error))?;
    let leaf = hash::leaf(&bytes);
    let mut frontier = Frontier::new();
    frontier.push(leaf);
    let mut builder = Builder::new(Position::GENESIS, Leaf::ZERO);
    builder.push(&bytes, leaf).map_err(|error| wrong(&error))?;
    let parts = builder.finish(frontier.root()).map_err(|error| wrong(&error))?;
    Ok((id, OwnedBlock::new(parts)))
}
