//! Reading a ledger's directory without its lock, also while a server writes to it.
//!
//! A reader sees the log to the last whole block, and syncs the segment that holds it before it answers: what it has said
//! cannot be gone after a power loss. Where there are no segments it reads a copy of sled. It changes nothing.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};
use std::time::Duration;

use thads_proof::block::Header;
use thads_proof::checkpoint::LogKey;
use thads_proof::genesis::Genesis;
use thads_proof::record::{LedgerId, Position, Record};
use thads_proof::segment;

use crate::cache::{self, CacheCheck, Fold, Log, NotBelieved};
use crate::commit::CatchUpError;
use crate::embedded::caches::Beginnings;
use crate::embedded::create;
use crate::embedded::files;
use crate::embedded::keys;
use crate::embedded::lock;
use crate::embedded::open::OpenError;
use crate::embedded::opened::refuse_strange;
use crate::embedded::opened::refuse_without_vault;
use crate::embedded::scan::{self, SegmentsScan, Trouble};
use crate::embedded::scratch::Scratch;
use crate::embedded::storage::Storage;
use crate::embedded::vault::FileVault;
use crate::embedded::{Cursor, Listing, Segments, Store, StoreError, copy_sled, delete_drafts, end_of};
use crate::journal::{Head, JournalError, RecordBatches};
use crate::records::Records;
use crate::refold;
use crate::state::LedgerHead;
use crate::vault::{MemoryVault, Vault};

/// How often a tail that looks damaged is looked at again: a writer may be in the middle of it.
const LOOKS: usize = 20;
const LOOK_WAIT: Duration = Duration::from_millis(5);

/// Of a sled up to this size, every reader asks where the log ends if the last writer did not say it: a copy takes some ms.
const SMALL_SLED_BYTES: u64 = 64 << 20;

/// A read-only view of a ledger, as it was when it was opened.
pub struct Reader {
    dir: PathBuf,
    source: Source,
    head: LedgerHead,
    id: LedgerId,
    genesis: Genesis,
    vault: Arc<dyn Vault>,
}

enum Source {
    Segments { wal: PathBuf, segments: Segments },
    Sled(CopiedStore),
}

impl Reader {
    /// Opens the ledger in `dir` for reading.
    ///
    /// # Errors
    /// When there is none, its end is damaged, or its log is not what its own key signed in a cache.
    pub fn open(dir: &Path) -> Result<Reader, OpenError> {
        let signed = Beginnings::read(dir);
        // Where the last writer ended in order, it left caches that say how far the log goes.
        let is_said = lock::is_in_order(dir) && !signed.is_empty();
        let known = if is_said { None } else { known_to_sled(dir, SMALL_SLED_BYTES) };
        let reader = Reader::open_as_it_is(dir)?;
        reader.refuse_contradicted(&signed)?;
        reader.refuse_shorter(known)?;
        Ok(reader)
    }

    /// Opens the ledger in `dir` for what is signed, copied or decided of it: where no writer runs, sled is asked too how
    /// far the log goes. Cost: copies sled's files.
    ///
    /// # Errors
    /// As [`Reader::open`]; and when the segments end before sled does.
    pub fn open_whole(dir: &Path) -> Result<Reader, OpenError> {
        // Before the segments: what sled has, they had first.
        let known = known_to_sled(dir, u64::MAX);
        let reader = Reader::open(dir)?;
        reader.refuse_shorter(known)?;
        Ok(reader)
    }

    /// Opens the ledger in `dir` to try what would be recorded, which is refused where opening it for writing would be: without
    /// the vault that records commit to, or the log's key, or with something else in the place of `LOCK`.
    ///
    /// # Errors
    /// As [`Reader::open_whole`], and as [`crate::Ledger::open`] for these.
    pub fn open_to_rehearse(dir: &Path) -> Result<Reader, OpenError> {
        let reader = Reader::open_whole(dir)?;
        refuse_strange(dir, false)?;
        refuse_without_vault(dir, || reader.read(Position::GENESIS))?;
        reader.log_key()?;
        Ok(reader)
    }

    /// Opens the ledger in `dir` for reading, and holds its log against nothing: for those who say what is wrong with it.
    ///
    /// # Errors
    /// When there is none, or its end is damaged.
    pub(crate) fn open_as_it_is(dir: &Path) -> Result<Reader, OpenError> {
        let mut reader = Reader::open_log(dir)?;
        files::refuse_strange_folders(dir)?;
        reader.vault = Arc::new(FileVault::open_read_only(dir)?);
        Ok(reader)
    }

    /// Refuses a log that is not what its own key signed in a cache: whoever asks would hear, and sign, less than there was,
    /// or another history.
    fn refuse_contradicted(&self, signed: &Beginnings) -> Result<(), OpenError> {
        match signed.refuse(&self.log(), |size| self.end_of(size)) {
            // Who opens it for writing brings the rest back from there, if it has it.
            Err(OpenError::Short { size, known, cache })
                if !self.is_second_copy() && self.dir.join(files::SLED).is_dir() =>
            {
                let what = format!(
                    "they end there, and the log's key signed snapshots/{cache} when there were {known} records"
                );
                Err(OpenError::Segments { first: size, what })
            }
            result => result,
        }
    }

    /// Refuses segments that end before the sled of their ledger.
    fn refuse_shorter(&self, sled: Option<(LedgerId, u64)>) -> Result<(), OpenError> {
        let size = self.head.size;
        match sled {
            Some((ledger, known)) if !self.is_second_copy() && ledger == self.id && known > size => {
                let what = format!("they end there, and sled goes on to {known} records");
                Err(OpenError::Segments { first: size, what })
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Returns the end of the block that holds the last of so many records.
    fn end_of(&self, size: u64) -> Option<Head> {
        let header = self.header(Position::new(size.checked_sub(1)?)).ok()??;
        Some(Head::after(&header))
    }

    /// Opens the log in `dir` for reading, whatever stands beside it: the vault is an empty one.
    ///
    /// # Errors
    /// When there is none, or its end is damaged.
    pub fn open_log(dir: &Path) -> Result<Reader, OpenError> {
        let (source, log_end) = Source::open(dir)?;
        // Whether sled has it, was not asked.
        let unread = |error: JournalError| match (OpenError::from(error), &source) {
            (OpenError::Damaged { first, what, .. }, Source::Segments { .. }) => {
                OpenError::Segments { first, what }
            }
            (error, _) => error,
        };
        let first = |from: u64, until: u64| {
            let record = Records::new(source.read(from, until)).next().transpose().map_err(unread)?;
            record.ok_or_else(|| create::no_log(dir))
        };
        let last = first(log_end.size.saturating_sub(1), log_end.size)?;
        let genesis = first(0, 1.min(log_end.size))?;
        let genesis = Genesis::from_record(&genesis)?;
        let head = LedgerHead {
            size: log_end.size,
            leaf: log_end.leaf,
            root: log_end.root,
            recorded_at: last.recorded_at,
        };
        let vault = Arc::new(MemoryVault::new());
        Ok(Reader { dir: dir.to_path_buf(), source, head, id: last.ledger, genesis, vault })
    }

    /// Returns whether sled is read, for the segments are gone.
    pub fn is_second_copy(&self) -> bool {
        matches!(self.source, Source::Sled(_))
    }

    /// Returns the head at the time of opening.
    pub fn head(&self) -> LedgerHead {
        self.head
    }

    /// Returns the ledger's id.
    pub fn id(&self) -> LedgerId {
        self.id
    }

    /// Returns the genesis.
    pub fn genesis(&self) -> &Genesis {
        &self.genesis
    }

    /// Returns the vault as it was at the time of opening.
    pub fn vault(&self) -> &dyn Vault {
        self.vault.as_ref()
    }

    /// Returns what a cache is held against.
    pub(crate) fn log(&self) -> Log<'_> {
        Log { ledger: self.id, key: &self.genesis.log_key, size: self.head.size }
    }

    /// Returns the content of a cache and for how many records it stands, if `fold` made it of this very log.
    ///
    /// # Errors
    /// Why it is not believed.
    pub fn believes<'a>(&self, kept: &'a [u8], fold: Fold) -> Result<(u64, &'a [u8]), NotBelieved> {
        let (log_end, content) = cache::believed(kept, fold, &self.log(), |size| self.end_of(size))?;
        Ok((log_end.size, content))
    }

    /// Holds the cache of the stream heads, its bytes, against a fold of the log made anew.
    ///
    /// # Errors
    /// A record that cannot be read, or does not continue the log.
    pub fn check_heads(&self, kept: &[u8]) -> Result<CacheCheck, CatchUpError> {
        refold::check(self, kept)
    }

    /// Returns the data directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Returns the records from `from` to the head, each checked to follow on the one before it.
    pub fn read(&self, from: Position) -> Records<'_> {
        let runs = self.source.read(from.get(), self.head.size);
        match &self.source {
            Source::Segments { .. } => Records::of_blocks(runs),
            Source::Sled(_) => Records::new(runs),
        }
    }

    /// Returns one record.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn record(&self, position: Position) -> Result<Option<Record>, JournalError> {
        let until = position.next().get().min(self.head.size);
        Records::new(self.source.read(position.get(), until)).next().transpose()
    }

    /// Returns the end of the log at the time of opening, in the words of a journal.
    pub(crate) fn journal_head(&self) -> Head {
        Head { size: self.head.size, leaf: self.head.leaf, root: self.head.root }
    }

    /// Returns the records of a range, as they are stored.
    pub(crate) fn runs(&self, range: Range<u64>) -> RecordBatches<'_> {
        self.source.read(range.start, range.end.min(self.head.size))
    }

    /// Returns the header of the block that holds a position; `None` behind the end.
    pub(crate) fn header(&self, position: Position) -> Result<Option<Header>, JournalError> {
        if position.get() >= self.head.size {
            return Ok(None);
        }
        match &self.source {
            Source::Segments { wal, segments } => {
                let mut cursor = Cursor::new(wal, segments, position.get(), self.head.size);
                Ok(cursor.next_header().transpose()?.map(|(header, _)| header))
            }
            Source::Sled(copy) => copy.store.header(position).map_err(|error| unread(position, &error)),
        }
    }

    /// Returns the vault, to share.
    pub(crate) fn shared_vault(&self) -> Arc<dyn Vault> {
        Arc::clone(&self.vault)
    }

    /// Returns the signed checkpoint of the head, as a note. The signing key must be readable.
    ///
    /// # Errors
    /// When it is not.
    pub fn checkpoint(&self) -> Result<String, OpenError> {
        let key = self.log_key()?;
        Ok(key.sign(self.head.size, self.head.root))
    }

    /// Returns the key that signs checkpoints.
    ///
    /// # Errors
    /// When it cannot be read, or is not the one that the genesis names.
    pub fn log_key(&self) -> Result<LogKey, OpenError> {
        Ok(keys::read_log_key(&self.dir, &self.genesis.origin, &self.genesis.log_key)?)
    }
}

/// Returns whether the log in `dir` is read from sled, for the segments are gone.
pub fn is_second_copy_alone(dir: &Path) -> bool {
    dir.join(files::SLED).is_dir()
        && Listing::read(&dir.join(files::WAL)).is_ok_and(|listing| !listing.holds_something())
}

/// Surveys the segments; a tail that looks wrong is looked at again, for a writer may be at it.
fn settled(wal: &Path) -> Result<SegmentsScan, OpenError> {
    let none = std::collections::BTreeMap::new();
    let mut scan = scan::scan(wal, false, &none)?;
    for _ in 1..LOOKS {
        match scan.trouble {
            Some(Trouble::Damaged { .. } | Trouble::Missing { .. }) => {}
            None | Some(Trouble::Torn { .. } | Trouble::Empty) => break,
        }
        std::thread::sleep(LOOK_WAIT);
        scan = scan::scan(wal, false, &none)?;
    }
    Ok(scan)
}

/// Returns whose records sled has and how far it knows of them. `None` where a writer is at it, where its files have more
/// than `at_most` bytes, and where it does not say: then it speaks against nothing.
fn known_to_sled(dir: &Path, at_most: u64) -> Option<(LedgerId, u64)> {
    let sled = dir.join(files::SLED);
    if lock::is_held(dir) || files::bytes_in(&sled).ok()? > at_most {
        return None;
    }
    let copy = CopiedStore::open(&sled, Storage::default().sled_deadline).ok()?;
    Some((copy.store.ledger()?, copy.store.known_end().ok()?))
}

fn from_sled(dir: &Path) -> Result<(Source, Head), OpenError> {
    let sled = dir.join(files::SLED);
    if !files::holds_log(dir)? || !sled.is_dir() {
        return Err(create::no_log(dir));
    }
    let damaged = |error: StoreError| match error.of_the_system() {
        Some(error) => OpenError::Io(error),
        None => {
            OpenError::Damaged { first: 0, end: None, what: format!("there are no segments, and {error}") }
        }
    };
    let copy = CopiedStore::open(&sled, Storage::default().sled_deadline).map_err(damaged)?;
    let end = copy.store.blocks_end().map_err(damaged)?;
    let last = end.checked_sub(1).map(Position::new);
    let header = match last {
        Some(last) => copy.store.header(last).map_err(damaged)?,
        None => None,
    };
    let head = header.as_ref().map(Head::after).ok_or_else(|| create::no_log(dir))?;
    if !lock::is_in_order(dir) {
        return Err(OpenError::OutOfOrder { end });
    }
    Ok((Source::Sled(copy), head))
}

/// Why sled's records from `first` on cannot be read: what the system does not let be read now says nothing of them.
fn unread(first: Position, error: &StoreError) -> JournalError {
    match error.of_the_system() {
        Some(error) => JournalError::Io(error),
        None => JournalError::Damaged { first, what: error.to_string() },
    }
}

impl Source {
    fn open(dir: &Path) -> Result<(Source, Head), OpenError> {
        let wal = dir.join(files::WAL);
        let scan = settled(&wal)?;
        match scan.trouble {
            None | Some(Trouble::Torn { .. }) => {
                let last = scan.used.iter().rfind(|used| used.first.get() < scan.head.size);
                if let Some(last) = last {
                    segment::open(&wal, last.number)?.sync_data()?;
                }
                let segments = Arc::new(RwLock::new(scan.used));
                Ok((Source::Segments { wal, segments }, scan.head))
            }
            Some(Trouble::Empty) => from_sled(dir),
            Some(Trouble::Damaged { number, position, what }) => {
                let file = wal.join(segment::file_name(number));
                Err(OpenError::Segments { first: position, what: format!("{}: {what}", file.display()) })
            }
            Some(Trouble::Missing { first, numbers, .. }) => {
                let [from, to] = [numbers.start(), numbers.end()].map(|number| segment::file_name(*number));
                let what = format!("{}: {from} to {to} are missing", wal.display());
                Err(OpenError::Segments { first, what })
            }
        }
    }

    fn read(&self, from: u64, until: u64) -> RecordBatches<'_> {
        match self {
            Source::Segments { wal, segments } => {
                let mut cursor = Cursor::new(wal, segments, from, until);
                let mut ended = false;
                Box::new(std::iter::from_fn(move || {
                    if ended {
                        return None;
                    }
                    let block = cursor.next_block()?;
                    ended = block.is_err();
                    Some(block.map(|block| block.run().cut(&(from..until))))
                }))
            }
            Source::Sled(copy) => {
                let mut next = from;
                Box::new(std::iter::from_fn(move || {
                    if next >= until {
                        return None;
                    }
                    let position = Position::new(next);
                    let run = match copy.store.run(position) {
                        Ok(Some(run)) => run.cut(&(next..until)),
                        Ok(None) => {
                            next = until;
                            let what = "sled does not have it".into();
                            return Some(Err(JournalError::Damaged { first: position, what }));
                        }
                        Err(error) => {
                            next = until;
                            return Some(Err(unread(position, &error)));
                        }
                    };
                    next = end_of(&run);
                    Some(Ok(run))
                }))
            }
        }
    }
}

/// A copy of sled's files in the system's folder for temporary files, removed when it is no longer needed: sled writes
/// when it opens, and may shorten what it finds damaged.
pub(crate) struct CopiedStore {
    pub(crate) store: Store,
    /// After the store, which still writes when it is dropped.
    _folder: Scratch,
}

impl CopiedStore {
    /// Copies `sled` into a folder that did not exist and opens the copy.
    pub(crate) fn open(sled: &Path, deadline: Duration) -> Result<CopiedStore, StoreError> {
        let folder = Scratch::new("sled");
        let folder =
            folder.map_err(|error| StoreError::Unable(format!("a folder for a copy of it: {error}")))?;
        let copy = folder.path().join(files::SLED);
        copy_sled(sled, &copy)?;
        delete_drafts(&copy)?;
        Ok(CopiedStore { store: Store::open(&copy, deadline)?, _folder: folder })
    }
}
