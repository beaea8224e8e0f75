//! The archiver: a thread that takes finished blocks from the segments to sled, behind the writer's back.
//!
//! It reads the segments, so nothing queues in memory. Nobody waits for it and nothing acknowledged depends on it: where
//! sled fails, the archiver says so in [`Progress`] and ends, and the ledger goes on from the segments.

use std::collections::VecDeque;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use thads_proof::block::Header;
use thads_proof::record::Position;
use thads_proof::segment;

use super::cursor::{Cursor, Segments};
use super::segment::Placed;
use super::sled_files::InPlace;
use super::store::{Store, end_of};
use crate::embedded::storage::Storage;
use crate::journal::{Progress, RecordBatch, Watch};
use crate::testing::{Step, reached};

/// Runs that go to sled between two flushes.
const RUNS_A_BATCH: usize = 64;

/// A block that is not in sled yet, and where it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Recent {
    pub(super) first: u64,
    pub(super) end: u64,
    pub(super) placed: Placed,
}

/// What the archiver shares with the journal.
pub(super) struct Shared {
    pub(super) watch: Watch,
    pub(super) progress: Mutex<Progress>,
    /// Where sled is, if it is open.
    pub(super) in_place: Option<InPlace>,
    pub(super) recent: Mutex<VecDeque<Recent>>,
    /// Set when the process is about to end without a close: the archiver ends at once.
    pub(super) abandon: AtomicBool,
}

impl Shared {
    /// How far sled is; looks whether its names still lead to what is open.
    pub(super) fn progress(&self) -> Progress {
        let moved = self.look_at_sled().err();
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        if progress.failed.is_none() {
            progress.failed = moved;
        }
        progress.clone()
    }

    fn look_at_sled(&self) -> Result<(), String> {
        let look = self.in_place.as_ref().map_or(Ok(()), InPlace::refuse_if_moved);
        look.map_err(|error| error.to_string())
    }

    pub(super) fn moved(&self) -> u64 {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).moved
    }
}

/// Starts the archiver.
pub(super) fn start(
    wal: PathBuf,
    sled: PathBuf,
    segments: Segments,
    store: Store,
    shared: Arc<Shared>,
    settings: Storage,
) -> std::io::Result<JoinHandle<()>> {
    std::thread::Builder::new().name("thads-mover".into()).spawn(move || {
        let from = shared.moved();
        let mut archiver = Archiver {
            cursor: Cursor::new(&wal, &segments, from, from),
            wal,
            segments,
            sealed: 0,
            sled,
            store,
            shared: Arc::clone(&shared),
            settings,
            pending: RecordBatch { first: Position::new(from), bytes: Vec::new() },
            since: None,
            headers: Vec::new(),
            runs: Vec::new(),
        };
        if let Err(error) = archiver.work() {
            shared.progress.lock().unwrap_or_else(PoisonError::into_inner).failed = Some(error);
        }
    })
}

struct Archiver {
    cursor: Cursor,
    wal: PathBuf,
    segments: Segments,
    /// How many segments, from the first on, are full and in sled, and so read-only.
    sealed: usize,
    sled: PathBuf,
    store: Store,
    shared: Arc<Shared>,
    settings: Storage,
    /// Records that make no whole run yet.
    pending: RecordBatch,
    /// Since when something is pending.
    since: Option<Instant>,
    headers: Vec<Header>,
    runs: Vec<RecordBatch>,
}

impl Archiver {
    fn work(&mut self) -> Result<(), String> {
        loop {
            let wait = match self.since {
                Some(since) => self.settings.run_wait.saturating_sub(since.elapsed()),
                None => Duration::from_secs(60),
            };
            let (head, closed) = self.shared.watch.wait(self.cursor.position(), wait);
            if self.shared.abandon.load(Ordering::SeqCst) {
                return Ok(());
            }
            self.cursor.extend(head.size);
            self.take_blocks()?;
            let due = self.since.is_some_and(|since| since.elapsed() >= self.settings.run_wait);
            if (closed || due) && self.cursor.position() == head.size {
                self.end_run();
                self.write()?;
                if closed {
                    return Ok(());
                }
            }
        }
    }

    /// Reads what is there, and writes whenever a batch is full or whole runs are left over.
    fn take_blocks(&mut self) -> Result<(), String> {
        while let Some(block) = self.cursor.next_block() {
            let block = block.map_err(|error| error.to_string())?;
            self.headers.push(block.header().clone());
            let moved = self.shared.moved();
            for (position, record) in block.run().records() {
                if position.get() < moved {
                    continue; // moved by an earlier run of the program
                }
                if self.pending.bytes.is_empty() {
                    self.pending.first = position;
                    self.since.get_or_insert_with(Instant::now);
                }
                self.pending.bytes.extend(record);
                if self.pending.bytes.len() >= self.settings.run_bytes {
                    self.end_run();
                }
            }
            if self.runs.len() >= RUNS_A_BATCH {
                self.write()?;
            }
            if self.shared.abandon.load(Ordering::SeqCst) {
                return Ok(());
            }
        }
        self.write()
    }

    fn end_run(&mut self) {
        if self.pending.bytes.is_empty() {
            return;
        }
        let next = Position::new(end_of(&self.pending));
        self.runs.push(std::mem::replace(&mut self.pending, RecordBatch { first: next, bytes: Vec::new() }));
        self.since = None;
    }

    /// Writes the whole runs, and every header so far: sled may hold a header before its records, never the reverse.
    fn write(&mut self) -> Result<(), String> {
        let Some(last) = self.runs.last() else { return Ok(()) };
        let moved = end_of(last);
        reached(Step::MoverDue);
        // What is written to a sled that was moved away is in no ledger.
        self.shared.look_at_sled()?;
        self.store.put(&self.headers, &self.runs).map_err(|error| error.to_string())?;
        reached(Step::MoverFlushed);
        self.seal(moved)?;
        self.headers.clear();
        self.runs.clear();
        self.shared.progress.lock().unwrap_or_else(PoisonError::into_inner).moved = moved;
        let mut recent = self.shared.recent.lock().unwrap_or_else(PoisonError::into_inner);
        while recent.front().is_some_and(|block| block.end <= moved) {
            recent.pop_front();
        }
        drop(recent);
        if !self.settings.archiver_pause.is_zero() {
            std::thread::sleep(self.settings.archiver_pause);
        }
        Ok(())
    }
    /// Makes the segments read-only that are full and that sled has up to `moved`: nobody writes to them again.
    fn seal(&mut self, moved: u64) -> Result<(), String> {
        let segments = self.segments.read().unwrap_or_else(PoisonError::into_inner);
        let next = segments.partition_point(|used| used.first.get() <= moved);
        let full: Vec<u64> = segments.iter().take(next.saturating_sub(1)).map(|used| used.number).collect();
        drop(segments);
        let Some(full) = full.get(self.sealed..).filter(|full| !full.is_empty()) else { return Ok(()) };
        // sled's flush alone is not durable.
        let folder = File::open(&self.sled).map_err(|error| error.to_string())?;
        rustix::fs::syncfs(&folder).map_err(|error| error.to_string())?;
        for number in full {
            // Where the file system knows no modes, the segment stays as it is: nothing relies on it.
            let path = self.wal.join(segment::file_name(*number));
            let _ = fs::set_permissions(path, Permissions::from_mode(0o400));
        }
        self.sealed += full.len();
        Ok(())
    }
}
