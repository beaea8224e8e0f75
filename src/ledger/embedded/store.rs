//! The event store behind the segments: sled 0.34, which nothing acknowledged depends on.
//!
//! Tree `runs`: records of about 32 KB by their first position. Tree `headers`: the blocks' headers by theirs. Together
//! they give every block back, byte for byte. sled may panic on damage and may take long to open; so it is opened in a
//! thread of its own with a deadline, and every call is guarded.

use std::fs::{self, TryLockError};
use std::io::{ErrorKind, Result as IoResult};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use thads_proof::block::{Builder, HASH_LENGTH, Header};
use thads_proof::hash;
use thads_proof::plain;
use thads_proof::record::{Leaf, LedgerId, Position, Record};

use super::sled_files;
use crate::clock::{BEFORE_1970, SystemClock};
use crate::embedded::files;
use crate::journal::{OwnedBlock, RecordBatch};
use crate::testing::{Defect, planted};

const RUN_CONTEXT: &str = "thads 2026 run v1";
/// Fixed when a store is made. At 16 MiB no value of ours ever becomes a blob file, which sled would not sync.
const SEGMENT_BYTES: usize = 16 << 20;
const CACHE_BYTES: u64 = 16 << 20;
/// How long, and how often, sled's lock is waited for.
const LOCK_WAIT: Duration = Duration::from_secs(5);
const LOCK_LOOK: Duration = Duration::from_millis(10);

/// Why the store does not serve. None of it loses an acknowledged record.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum StoreError {
    /// sled says that its files are damaged.
    #[error("sled reports corruption: {0}")]
    Corruption(String),
    /// sled panicked.
    #[error("sled panicked: {0}")]
    Panicked(String),
    /// sled did not open in time.
    #[error("sled did not open within {0} seconds")]
    Deadline(u64),
    /// The system does not let it be opened now: no room on the disk, no right, too many open files. No reason to distrust it.
    #[error("sled cannot be opened now: {0}")]
    Unable(String),
    /// Any other error of sled.
    #[error("sled: {0}")]
    Sled(String),
    /// What sled returned is not what was written.
    #[error("sled's records at position {position} are wrong: {what}")]
    Wrong {
        /// The first position of the run or block.
        position: Position,
        /// What is wrong.
        what: String,
    },
}

impl From<sled::Error> for StoreError {
    fn from(error: sled::Error) -> StoreError {
        match error {
            sled::Error::Corruption { .. } => StoreError::Corruption(error.to_string()),
            sled::Error::Io(cause) => StoreError::from(cause),
            sled::Error::CollectionNotFound(_)
            | sled::Error::Unsupported(_)
            | sled::Error::ReportableBug(_) => StoreError::Sled(error.to_string()),
        }
    }
}

impl From<std::io::Error> for StoreError {
    fn from(error: std::io::Error) -> StoreError {
        /// Too many open files, of this process or of all.
        const OPEN_FILES: [i32; 2] = [24, 23];
        let of_the_moment = matches!(
            error.kind(),
            ErrorKind::StorageFull
                | ErrorKind::QuotaExceeded
                | ErrorKind::PermissionDenied
                | ErrorKind::ReadOnlyFilesystem
                | ErrorKind::OutOfMemory
        ) || plain::system_number(&error)
            .is_some_and(|number| OPEN_FILES.contains(&number));
        if of_the_moment {
            StoreError::Unable(error.to_string())
        } else {
            StoreError::Sled(error.to_string())
        }
    }
}

impl StoreError {
    /// It is another ledger's.
    pub(crate) fn foreign(found: &LedgerId, wanted: &LedgerId) -> StoreError {
        let what = format!("they belong to ledger {found}, not {wanted}");
        StoreError::Wrong { position: Position::GENESIS, what }
    }

    /// Returns the failure of the system that this is; `None` where it speaks against sled's files.
    pub(crate) fn of_the_system(&self) -> Option<std::io::Error> {
        matches!(self, StoreError::Unable(_)).then(|| std::io::Error::other(self.to_string()))
    }
}

/// An open store. Letting go of the last handle makes sled sync its file, and sled panics where that fails: a handle is
/// let go of behind the same guard as every call.
#[derive(Clone)]
pub(crate) struct Store(Option<Trees>);

#[derive(Clone)]
struct Trees {
    db: sled::Db,
    runs: sled::Tree,
    headers: sled::Tree,
}

impl Drop for Store {
    fn drop(&mut self) {
        let trees = self.0.take();
        // Nothing acknowledged depends on what sled could not write: its end is compared at the next opening.
        let _ = guarded(move || {
            drop(trees);
            Ok(())
        });
    }
}

/// Deletes half-written snapshots, which would make sled refuse its own whole log. Before every open.
pub(crate) fn delete_drafts(path: &Path) -> IoResult<usize> {
    if planted(Defect::GeneratingKept) {
        return Ok(0);
    }
    let mut deleted = 0;
    if files::is_missing(path) {
        return Ok(0);
    }
    for entry in fs::read_dir(path).map_err(plain::of(path))? {
        let entry = entry?;
        let name = entry.file_name();
        if name.to_str().is_some_and(is_draft) {
            fs::remove_file(entry.path()).map_err(plain::of(&entry.path()))?;
            deleted += 1;
        }
    }
    Ok(deleted)
}

/// Whether a name is one that sled gives to a snapshot while it writes it.
fn is_draft(name: &str) -> bool {
    let number = name.strip_prefix("snap.").and_then(|name| name.strip_suffix(".generating"));
    number.is_some_and(|number| number.len() == 16 && number.bytes().all(|digit| digit.is_ascii_hexdigit()))
}

/// Moves every snapshot into the folder `aside`; sled makes them anew from its log.
pub(crate) fn set_snapshots_aside(path: &Path, aside: &Path) -> IoResult<()> {
    fs::create_dir_all(aside).map_err(plain::of(aside))?;
    for entry in fs::read_dir(path).map_err(plain::of(path))? {
        let entry = entry?;
        if entry.file_name().to_str().is_some_and(|name| name.starts_with("snap.")) {
            let to = aside.join(entry.file_name());
            fs::rename(entry.path(), &to).map_err(plain::of(&to))?;
        }
    }
    Ok(())
}

/// Waits, `at_most` so long, until nobody holds the lock on sled's file. The directory is ours alone, so what holds it is a
/// child of ours that has not yet reached its exec; sled itself would not wait, and a sled that is whole would be set aside.
fn wait_for_lock(path: &Path, at_most: Duration) {
    let Ok(file) = plain::open(&path.join("db"), sled_files::FILE_BYTES_MAX) else { return };
    let mut waited = Duration::ZERO;
    while waited < at_most && matches!(file.try_lock(), Err(TryLockError::WouldBlock)) {
        std::thread::sleep(LOCK_LOOK);
        waited += LOCK_LOOK;
    }
    // Closing alone would leave it to a child that is forked now.
    let _ = file.unlock();
}

fn guarded<T>(call: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
            .unwrap_or_else(|| "without a word".into());
        Err(StoreError::Panicked(text))
    })
}

impl Store {
    /// Opens, or makes, the store at `path` in a thread of its own; gives up after `deadline`.
    pub(crate) fn open(path: &Path, deadline: Duration) -> Result<Store, StoreError> {
        // sled panics there, which says nothing of its files.
        if SystemClock.is_before_1970() {
            return Err(StoreError::Unable(BEFORE_1970.into()));
        }
        let (done, opened) = mpsc::channel();
        let path = path.to_path_buf();
        std::thread::Builder::new()
            .name("thads-sled-open".into())
            .spawn(move || {
                let opened = guarded(|| {
                    sled_files::list(&path)?;
                    wait_for_lock(&path, deadline.min(LOCK_WAIT));
                    Store::open_here(&path)
                });
                let _ = done.send(opened);
            })
            .map_err(|error| StoreError::Unable(error.to_string()))?;
        opened.recv_timeout(deadline).unwrap_or(Err(StoreError::Deadline(deadline.as_secs())))
    }

    fn open_here(path: &Path) -> Result<Store, StoreError> {
        files::make_folder(path)?; // sled would make it as the umask says
        let db = sled::Config::new()
            .path(path)
            .mode(sled::Mode::LowSpace)
            .segment_size(SEGMENT_BYTES)
            .cache_capacity(CACHE_BYTES)
            .flush_every_ms(None)
            .open()?;
        let runs = db.open_tree("runs")?;
        let headers = db.open_tree("headers")?;
        sled_files::make_private(path)?;
        Ok(Store(Some(Trees { db, runs, headers })))
    }

    fn trees(&self) -> Result<&Trees, StoreError> {
        self.0.as_ref().ok_or_else(|| StoreError::Sled("it is closed".into()))
    }

    /// Returns how far it goes: the position after the last record that it holds with its block's header.
    pub(crate) fn end(&self) -> Result<u64, StoreError> {
        let run = self.last_run()?.map_or(0, |run| end_of(&run));
        let header = self.last_header()?.map_or(0, |header| header.end().get());
        Ok(run.min(header))
    }

    /// Returns how far it knows of records, whether it has them all or not.
    pub(crate) fn known_end(&self) -> Result<u64, StoreError> {
        let run = self.last_run()?.map_or(0, |run| end_of(&run));
        let header = self.last_header()?.map_or(0, |header| header.end().get());
        Ok(run.max(header))
    }

    /// Returns the position after the last whole block that it holds.
    pub(crate) fn blocks_end(&self) -> Result<u64, StoreError> {
        let end = self.end()?;
        match end.checked_sub(1) {
            None => Ok(0),
            Some(last) => match self.header(Position::new(last))? {
                Some(header) if header.end().get() <= end => Ok(header.end().get()),
                Some(header) => Ok(header.first.get()),
                None => Ok(0),
            },
        }
    }

    /// Returns the ledger whose records it holds; `None` where it holds none that can be read.
    pub(crate) fn ledger(&self) -> Option<LedgerId> {
        let run = self.run(Position::GENESIS).ok().flatten().or_else(|| self.last_run().ok().flatten())?;
        let (_, first) = run.records().next()?;
        Record::decode(first).ok().map(|record| record.ledger)
    }

    /// Returns the last run.
    pub(crate) fn last_run(&self) -> Result<Option<RecordBatch>, StoreError> {
        guarded(|| self.trees()?.runs.last()?.map(|(key, value)| decode_run(&key, &value)).transpose())
    }

    fn last_header(&self) -> Result<Option<Header>, StoreError> {
        guarded(|| self.trees()?.headers.last()?.map(|(key, value)| decode_header(&key, &value)).transpose())
    }

    /// Returns the run that holds a position.
    pub(crate) fn run(&self, position: Position) -> Result<Option<RecordBatch>, StoreError> {
        guarded(|| {
            let before = self.trees()?.runs.range(..=key(position)).next_back().transpose()?;
            let run = before.map(|(key, value)| decode_run(&key, &value)).transpose()?;
            Ok(run.filter(|run| position.get() < end_of(run)))
        })
    }

    /// Returns the header of the block that holds a position.
    pub(crate) fn header(&self, position: Position) -> Result<Option<Header>, StoreError> {
        guarded(|| {
            let before = self.trees()?.headers.range(..=key(position)).next_back().transpose()?;
            let header = before.map(|(key, value)| decode_header(&key, &value)).transpose()?;
            Ok(header.filter(|header| position < header.end()))
        })
    }

    /// Returns the block that begins at a position, put together again and verified; `None` when it is not all there.
    pub(crate) fn block(&self, first: Position) -> Result<Option<OwnedBlock>, StoreError> {
        let wrong = |what: String| StoreError::Wrong { position: first, what };
        let Some(header) = self.header(first)? else { return Ok(None) };
        if header.first != first {
            return Ok(None);
        }
        let mut builder = Builder::new(header.first, header.previous_leaf);
        let mut next = first;
        while next < header.end() {
            let Some(run) = self.run(next)? else { return Ok(None) };
            let run = run.cut(&(next.get()..header.end().get()));
            for (_, record) in run.records() {
                builder.push(record, hash::leaf(record)).map_err(|error| wrong(error.to_string()))?;
                next = next.next();
            }
        }
        let block = OwnedBlock::new(builder.finish(header.root).map_err(|error| wrong(error.to_string()))?);
        if *block.header() != header {
            return Err(wrong("its records do not have the leaves that its header names".into()));
        }
        verify_chain(&block).map_err(wrong)?;
        Ok(Some(block))
    }

    /// Returns every run in order, those whose hash differs as well (with the error). A panic of sled ends it.
    ///
    /// sled looks for pages to evict only after 64 accesses to one of its shards; so every run is asked for a few times
    /// more, without which a scan would leave the whole store in memory, whatever the cache's size.
    pub(crate) fn scan(
        &self,
    ) -> impl Iterator<Item = Result<(RecordBatch, Result<(), StoreError>), StoreError>> + '_ {
        const NUDGES: usize = 4;
        let mut next = Some(0_u64);
        std::iter::from_fn(move || {
            let from = next?;
            let found = guarded(|| {
                let Some((found, value)) =
                    self.trees()?.runs.range(from.to_be_bytes()..).next().transpose()?
                else {
                    return Ok(None);
                };
                for _ in 0..NUDGES {
                    self.trees()?.runs.get(&found)?;
                }
                let first = decode_key(&found)?;
                let whole = decode_run(&found, &value);
                let bytes = value.get(..value.len().saturating_sub(HASH_LENGTH)).unwrap_or_default().to_vec();
                Ok(Some((RecordBatch { first, bytes }, whole.map(drop))))
            });
            match found {
                Ok(Some((run, whole))) => {
                    next = run.first.get().checked_add(1);
                    Some(Ok((run, whole)))
                }
                Ok(None) => {
                    next = None;
                    None
                }
                Err(error) => {
                    next = None;
                    Some(Err(error))
                }
            }
        })
    }

    /// Writes headers and runs, makes sled flush them, reads them back and compares.
    pub(crate) fn put(&self, headers: &[Header], runs: &[RecordBatch]) -> Result<(), StoreError> {
        guarded(|| {
            let trees = self.trees()?;
            for header in headers {
                trees.headers.insert(key(header.first), &header.encode()[..])?;
            }
            for run in runs {
                trees.runs.insert(key(run.first), encode_run(run))?;
            }
            trees.db.flush()?;
            for header in headers {
                let back = trees.headers.get(key(header.first))?;
                if back.is_none_or(|back| back[..] != header.encode()[..]) {
                    let what = "the block's header was read back otherwise than written".into();
                    return Err(StoreError::Wrong { position: header.first, what });
                }
            }
            for run in runs {
                let back = trees.runs.get(key(run.first))?;
                if back.is_none_or(|back| back.get(..run.bytes.len()) != Some(&run.bytes[..])) {
                    let what = "the run was read back otherwise than written".into();
                    return Err(StoreError::Wrong { position: run.first, what });
                }
            }
            Ok(())
        })
    }

    /// Makes sled write out all that it holds, and lets go of it.
    pub(crate) fn close(self) -> Result<(), StoreError> {
        guarded(|| Ok(self.trees()?.db.flush().map(drop)?))
    }
}

fn key(position: Position) -> [u8; 8] {
    position.get().to_be_bytes()
}

/// Makes durable what sled has written in its folder, by name and content: its own flush does neither. Only then may it be said
/// that the writer has ended in order, for then a sled that lacks something is damage.
pub(crate) fn settle_sled(path: &Path) -> IoResult<()> {
    for entry in fs::read_dir(path).map_err(plain::of(path))? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            plain::open(&entry.path(), u64::MAX)?.sync_all().map_err(plain::of(&entry.path()))?;
        }
    }
    files::sync_folder(path)?;
    files::sync_parent(path)
}

/// Returns the position after a run's last record.
pub(crate) fn end_of(run: &RecordBatch) -> u64 {
    run.records().last().map_or(run.first.get(), |(position, _)| position.get() + 1)
}

/// A run's value: the records, then a hash over key and records.
fn encode_run(run: &RecordBatch) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(8 + run.bytes.len() + HASH_LENGTH);
    bytes.extend(key(run.first));
    bytes.extend(&run.bytes);
    let digest = hash::derive(RUN_CONTEXT, &bytes);
    bytes.drain(..8);
    bytes.extend(digest);
    bytes
}

fn decode_run(key: &[u8], value: &[u8]) -> Result<RecordBatch, StoreError> {
    let first = decode_key(key)?;
    let wrong = || StoreError::Wrong { position: first, what: "the run's hash differs".into() };
    let (records, digest) =
        value.split_at_checked(value.len().wrapping_sub(HASH_LENGTH)).ok_or_else(wrong)?;
    let mut hashed = Vec::with_capacity(8 + records.len());
    hashed.extend(key);
    hashed.extend(records);
    if hash::derive(RUN_CONTEXT, &hashed) != digest {
        return Err(wrong());
    }
    hashed.drain(..8);
    Ok(RecordBatch { first, bytes: hashed })
}

fn decode_header(key: &[u8], value: &[u8]) -> Result<Header, StoreError> {
    let position = decode_key(key)?;
    let header =
        Header::decode(value).map_err(|error| StoreError::Wrong { position, what: error.to_string() })?;
    if header.first != position {
        return Err(StoreError::Wrong { position, what: format!("a header of position {}", header.first) });
    }
    Ok(header)
}

fn decode_key(key: &[u8]) -> Result<Position, StoreError> {
    key.try_into()
        .map(|bytes| Position::new(u64::from_be_bytes(bytes)))
        .map_err(|_| StoreError::Corruption(format!("a key of {} bytes", key.len())))
}

/// Checks that every record of a block names the leaf of the one before it, and the place that it has.
pub(crate) fn verify_chain(block: &OwnedBlock) -> Result<(), String> {
    let mut previous: Leaf = block.header().previous_leaf;
    for (position, bytes) in block.run().records() {
        let record = thads_proof::record::Record::decode(bytes)
            .map_err(|error| format!("record {position}: {error}"))?;
        if record.position != position {
            return Err(format!("record {position} says that it stands at {}", record.position));
        }
        if record.previous_leaf != previous {
            return Err(format!("record {position} does not follow on the one before it"));
        }
        previous = hash::leaf(bytes);
    }
    if previous == block.header().last_leaf { Ok(()) } else { Err("its last leaf is another".into()) }
}
