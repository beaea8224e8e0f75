//! A ledger from a backup: all of it, or as it was at some size or at some moment. Everything is verified against the
//! backup's checkpoint before a ledger appears, and that appears in one step.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};

use thads_proof::block::{Block, Builder};
use thads_proof::checkpoint::Checkpoint;
use thads_proof::days::{Correction, DAY, Days};
use thads_proof::genesis::Genesis;
use thads_proof::hash;
use thads_proof::plain;
use thads_proof::record::{Micros, Position, Record};
use thads_proof::segment::{self, BLOCKS_AT};
use thads_proof::tree::Root;
use thads_proof::verify::{Options, verify_segment_bytes, verify_segments};

use super::contents::Contents;
use super::draft::{self, Draft};
use super::walk::Walk;
use super::{BackupError, busy, key_of, open_note, refuse_strange, refuse_within};
use crate::embedded::Listing;
use crate::embedded::lock::FolderLock;
use crate::embedded::open::OpenError;
use crate::embedded::vault::KEYRING;
use crate::embedded::verify::{VaultCheck, check_vault_with_keys_of};
use crate::embedded::{files, keys, scan};
use crate::journal::OwnedBlock;
use crate::vault::References;

/// How far a ledger is brought back.
#[derive(Clone, Copy, Debug)]
pub enum Until {
    /// To the checkpoint of the backup.
    End,
    /// To so many records.
    Size(u64),
    /// To what was recorded before an instant, as all that the backup holds corrects the clock.
    Recorded {
        /// The instant.
        before: Micros,
        /// What a record says of the clock.
        corrections: fn(&Record) -> Option<Correction>,
    },
}

/// What was brought back.
#[derive(Debug)]
pub struct Restored {
    /// Records.
    pub size: u64,
    /// The root over them.
    pub root: Root,
    /// Whether the log's key signed the checkpoint that all of it was verified against.
    pub is_signed: bool,
    /// The keys that the backup did not hold, by their names in a ledger's directory: of keyring, log key and root key.
    pub no_keys: Vec<&'static str>,
    /// What the vault and the keyring of the backup open; `None` where it has no keys, and all that they are to open.
    pub personal: Option<VaultCheck>,
    /// Copies in the backup, beside those that were brought back, that hold what these do not.
    pub beside: Vec<String>,
    /// Segments in the backup behind its checkpoint, which were not brought back.
    pub left_out: Vec<String>,
    /// Where that lies now which an earlier try had left half written, and of which nothing tells whose it is.
    pub aside: Option<PathBuf>,
}

/// Makes the data directory `dir`, which must be empty or not there, from the backup in `backup`. `key`: the log's verifier
/// key, where it is kept elsewhere; else the one that the backup's genesis names. `references`: how to read those of a
/// payload.
///
/// # Errors
/// See [`BackupError`]: the directory is not empty, the backup is not what its checkpoint says.
pub fn restore(
    backup: &Path,
    dir: &Path,
    until: Until,
    key: Option<&str>,
    references: References,
) -> Result<Restored, BackupError> {
    draft::refuse_if_used(dir)?;
    refuse_strange(backup)?;
    let _lock = match fs::metadata(backup) {
        Ok(there) if there.is_dir() => Some(FolderLock::to_read(backup)?.ok_or_else(|| busy(backup))?),
        Ok(_) | Err(_) => None,
    };
    let Some(contents) = Contents::read(backup)? else {
        return Err(BackupError::Refused(format!("{} holds no backup", backup.display())));
    };
    refuse_within(dir, backup)?;
    let wal = backup.join(files::WAL);
    let mut segments = segments(&wal)?;
    let (checkpoint, genesis, is_signed) = checkpoint(&wal, &segments, &contents.note, key)?;
    let options = Options { checkpoints: vec![checkpoint.clone()], ..Options::default() };
    let mut used = 0;
    let report = verify_segment_bytes(up_to(checkpoint.size, &segments, &mut used), &options)?;
    let left_out =
        segments.split_off(used).into_iter().map(|(number, _)| segment::file_name(number)).collect();
    if let Some(first) = report.first() {
        let position = first.position.get();
        return Err(BackupError::Damaged { path: wal, position, what: first.to_string() });
    }
    let brought = contents.kept.iter().filter(|kept| !kept.is_beside);
    let kept: Result<Vec<_>, _> =
        brought.map(|kept| Ok::<_, BackupError>((kept, kept.open(backup)?))).collect();
    let (kept, size) = (kept?, size(&segments, &checkpoint, until)?);

    let each = |put: &mut dyn FnMut(&str, &[u8]) -> std::io::Result<()>| {
        each_segment(&segments, &genesis, size, put)
    };
    let draft = Draft::begin(dir, |left| {
        for (kept, copy) in &kept {
            left.hold_against(kept.place, copy)?;
        }
        if left.holds(files::WAL) {
            each(&mut |place, bytes| left.hold_against(place, Cursor::new(bytes)))?;
        }
        Ok(())
    })?;
    let walk = each(&mut |place, bytes| files::write_whole(&draft.path().join(place), bytes, 0o600))?;
    let is_end = size == checkpoint.size;
    if walk.size() != size || (is_end && walk.root() != checkpoint.root) {
        return Err(walk.short(&wal, size));
    }
    for (kept, copy) in &kept {
        kept.write(copy, copy.metadata()?.len(), &draft.path().join(kept.place))?;
    }
    let root = walk.root();
    let again = verify_segments(&draft.path().join(files::WAL), &Options::default());
    let same =
        again.is_ok_and(|again| again.is_good() && (again.summary.size, again.summary.root) == (size, root));
    if !same {
        let what = "what was written is not what was read".into();
        return Err(BackupError::Damaged { path: draft.path().to_path_buf(), position: 0, what });
    }
    let aside = draft.name()?;
    let beside = contents.kept.iter().filter(|kept| kept.is_beside).map(|kept| kept.copy.clone()).collect();
    let in_place = |place: &str| contents.kept.iter().find(|kept| kept.place == place && !kept.is_beside);
    let no_keys: Vec<&'static str> =
        keys::ALL.into_iter().filter(|place| in_place(place).is_none()).collect();
    // Of a backup without any, which are kept apart, none is due. Where others came, the keyring is lost if it did not.
    let is_without = no_keys.len() == keys::ALL.len();
    let keys_at = match in_place(KEYRING) {
        Some(kept) => kept.copied_at().unwrap_or(0),
        None if is_without => 0,
        None => u64::MAX,
    };
    let personal = match check_vault_with_keys_of(dir, references, keys_at) {
        VaultCheck::Checked(report) if is_without && report.findings == report.without_key => None,
        check => Some(check),
    };
    Ok(Restored { size, root, is_signed, no_keys, personal, beside, left_out, aside })
}

/// Hands over each segment of the backup, by its name in a ledger's directory, as it is when the log has `size` records.
fn each_segment(
    segments: &[(u64, PathBuf)],
    genesis: &Record,
    size: u64,
    put: &mut dyn FnMut(&str, &[u8]) -> std::io::Result<()>,
) -> Result<Walk, BackupError> {
    let mut walk = Walk::of(genesis.ledger);
    for (number, path) in segments {
        if walk.size() >= size {
            break;
        }
        let bytes = cut(&mut walk, path, *number, plain::read(path, segment::FILE_BYTES_MAX)?, size)?;
        put(&format!("{}/{}", files::WAL, segment::file_name(*number)), &bytes)?;
    }
    Ok(walk)
}

/// Reads segments one after the other until the log has so many records; counts them. What stands behind belongs to a
/// backup that was cut off, or is somebody else's.
fn up_to<'a>(
    size: u64,
    segments: &'a [(u64, PathBuf)],
    used: &'a mut usize,
) -> impl Iterator<Item = std::io::Result<(u64, Vec<u8>)>> + use<'a> {
    let mut reached = 0;
    segments.iter().map_while(move |(number, path)| {
        if reached >= size {
            return None;
        }
        *used += 1;
        Some(plain::read(path, segment::FILE_BYTES_MAX).map(|bytes| {
            reached = scan::scan_bytes(&bytes, false).head.map_or(reached, |head| head.size);
            (*number, bytes)
        }))
    })
}

/// Reads the genesis of a backup, the checkpoint that it is held against, and whether that is signed.
fn checkpoint(
    wal: &Path,
    segments: &[(u64, PathBuf)],
    note: &str,
    key: Option<&str>,
) -> Result<(Checkpoint, Record, bool), BackupError> {
    let damaged = |what: String| BackupError::Damaged { path: wal.to_path_buf(), position: 0, what };
    let first = segments.first().ok_or_else(|| damaged("there are no segments".into()))?;
    let bytes = plain::read(&first.1, segment::FILE_BYTES_MAX)?;
    let block = Block::parse(bytes.get(BLOCKS_AT..).unwrap_or_default())
        .map_err(|error| damaged(error.to_string()))?;
    let record = block.records().next().and_then(|(_, bytes)| Record::decode(bytes).ok());
    let record = record.ok_or_else(|| damaged("there is no genesis".into()))?;
    let genesis = Genesis::from_record(&record).map_err(|error| match OpenError::from(error) {
        later @ OpenError::Later(_) => BackupError::Open(later),
        error => damaged(error.to_string()),
    })?;
    let given = key.is_some();
    let key = key_of(key.unwrap_or(&genesis.log_key))?;
    let (checkpoint, is_signed) = open_note(note, key.name(), &key)
        .map_err(|error| damaged(format!("the checkpoint is not one of this log: {error}")))?;
    if given && !is_signed {
        return Err(BackupError::Refused(format!(
            "the backup is not signed, for the log's key was not there when it was made: nothing in it can be held against {key}; without --key it is brought back, and that is said"
        )));
    }
    Ok((checkpoint, record, is_signed))
}

/// Returns the segments in which something stands, whatever it is, by number.
fn segments(wal: &Path) -> Result<Vec<(u64, PathBuf)>, BackupError> {
    let listing = Listing::read(wal)?;
    let bad = listing.bad.into_iter().map(|(number, _)| number);
    let mut numbers: Vec<u64> = listing.used.iter().map(|used| used.number).chain(bad).collect();
    numbers.sort_unstable();
    Ok(numbers.into_iter().map(|number| (number, wal.join(segment::file_name(number)))).collect())
}

/// Returns how many records are brought back.
fn size(segments: &[(u64, PathBuf)], checkpoint: &Checkpoint, until: Until) -> Result<u64, BackupError> {
    let refused = |what: String| Err(BackupError::Refused(what));
    match until {
        Until::End => Ok(checkpoint.size),
        Until::Size(0) => refused("a ledger has its first record at least".into()),
        Until::Size(size) if size <= checkpoint.size => Ok(size),
        Until::Size(size) => refused(format!("the backup goes to {} records, not {size}", checkpoint.size)),
        Until::Recorded { before, corrections } => {
            let mut days = Days::default();
            each_record(segments, checkpoint.size, |record| {
                days.enter(record.position, record.recorded_at, corrections(record))
            })?;
            let (mut size, mut ended) = (0_u64, false);
            each_record(segments, checkpoint.size, |record| {
                let ahead = i64::from(days.offset_at(record.position)).saturating_mul(DAY);
                ended |= record.recorded_at.get().saturating_sub(ahead) >= before.get();
                size += u64::from(!ended);
            })?;
            match size {
                0 => refused("nothing was recorded before that moment".into()),
                size => Ok(size),
            }
        }
    }
}

/// Looks at the first `size` records, which were verified.
fn each_record(
    segments: &[(u64, PathBuf)],
    size: u64,
    mut look: impl FnMut(&Record),
) -> Result<(), BackupError> {
    for (_, path) in segments {
        let bytes = plain::read(path, segment::FILE_BYTES_MAX)?;
        let mut offset = BLOCKS_AT;
        while let segment::Step::Block(block) = segment::step(&bytes, offset) {
            let records = block.records().filter_map(|(_, bytes)| Record::decode(bytes).ok());
            records.filter(|record| record.position.get() < size).for_each(|record| look(&record));
            offset += block.header().stored_length();
        }
    }
    Ok(())
}

/// Returns a segment as it is when the log has `size` records: all of it, or the blocks before that, the last of which may
/// have to be made anew of fewer records.
fn cut(
    walk: &mut Walk,
    path: &Path,
    number: u64,
    mut bytes: Vec<u8>,
    size: u64,
) -> Result<Vec<u8>, BackupError> {
    let end = walk.segment(path, number, &bytes, size, |_| {})?;
    let damaged =
        |position: u64, what: String| BackupError::Damaged { path: path.to_path_buf(), position, what };
    let following = match segment::step(&bytes, end) {
        segment::Step::Block(block) => block.header().stored_length(),
        segment::Step::Unused | segment::Step::Torn => 0,
        segment::Step::Damaged(error) => return Err(damaged(walk.size(), error.to_string())),
    };
    let first = walk.size();
    if following == 0 && first < size {
        return Ok(bytes); // the log goes on in the next one
    }
    let whole = bytes.get(end..end + following).unwrap_or_default().to_vec();
    bytes.truncate(end);
    if first < size {
        let block = OwnedBlock::parse(whole).map_err(|error| damaged(first, error.to_string()))?;
        let last = shortened(walk, &block, size).map_err(|what| damaged(first, what))?;
        bytes.extend(last.bytes());
    }
    Ok(bytes)
}

/// Makes a block of the records of `block` that the log has at `size`.
fn shortened(walk: &mut Walk, block: &OwnedBlock, size: u64) -> Result<OwnedBlock, String> {
    let first = walk.size();
    let run = block.run().cut(&(first..size));
    let mut builder = Builder::new(Position::new(first), walk.leaf());
    for (_, record) in run.records() {
        builder.push(record, hash::leaf(record)).map_err(|error| error.to_string())?;
    }
    let root = walk.root_with(&run);
    let block = OwnedBlock::new(builder.finish(root).map_err(|error| error.to_string())?);
    walk.take(&block, &mut |_| {})?;
    Ok(block)
}
