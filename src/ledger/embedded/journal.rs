//! The journal of one machine: segments that make a block durable, sled behind them to read from.
//!
//! A block is acknowledged after its fdatasync in a segment. Reads of a few records come from sled as far as the archiver
//! has come, everything else from the segments; where one copy cannot be read the other serves.

use std::collections::VecDeque;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;
use std::time::Duration;

use thads_proof::block::Header;
use thads_proof::record::{LedgerId, Position};
use thads_proof::segment::BLOCKS_AT;

use super::archiver;
use super::archiver::{Recent, Shared};
use super::cursor;
use super::cursor::{Cursor, Segments, Used};
use super::segment::SegmentWriter;
use super::sled_files::InPlace;
use super::store::{Store, settle_sled};
use crate::count::to_u64;
use crate::embedded::lock::Lock;
use crate::embedded::storage::Storage;
use crate::embedded::{files, space};
use crate::journal::{
    Head, Journal, JournalError, Outcome, OwnedBlock, Progress, RecordBatch, RecordBatches, Watch,
    check_contiguous, follow,
};

/// Reads of at most so many records are looked up in sled.
const LOOKUP_RECORDS: u64 = 256;

/// Segments and sled.
pub struct Embedded {
    dir: PathBuf,
    wal: PathBuf,
    settings: Storage,
    segments: Segments,
    shared: Arc<Shared>,
    store: RwLock<Option<Store>>,
    writer: Mutex<Writer>,
    archiver: Mutex<Option<JoinHandle<()>>>,
    lock: Arc<Lock>,
    /// A position that neither copy let be read.
    unread: Mutex<Option<u64>>,
}

struct Writer {
    segments: SegmentWriter,
    stopped: Option<String>,
}

/// What opening has found: where the log ends, and how far sled has come.
pub(crate) struct Found {
    pub(crate) ledger: LedgerId,
    pub(crate) head: Head,
    pub(crate) used: Vec<Used>,
    /// Segment and offset behind the last block; `None`: the log goes on in a new segment.
    pub(crate) current: Option<(u64, u64)>,
    /// Number of the next segment.
    pub(crate) next: u64,
    pub(crate) store: Option<Store>,
    /// Why there is no store, where that is known.
    pub(crate) no_sled: Option<String>,
    pub(crate) moved: u64,
}

impl Embedded {
    /// Starts the journal of `dir`, which `lock` holds, from what opening has found.
    pub(crate) fn start(
        dir: &Path,
        lock: Arc<Lock>,
        found: Found,
        settings: Storage,
    ) -> Result<Embedded, JournalError> {
        let wal = dir.join(files::WAL);
        let segments: Segments = Arc::new(RwLock::new(found.used));
        let recent = unmoved(&wal, &segments, found.moved, found.head.size)?;
        let why = found.no_sled.unwrap_or_else(|| "sled is not open".to_owned());
        let failed = found.store.is_none().then_some(why);
        let in_place = found.store.is_some().then(|| InPlace::of(&dir.join(files::SLED))).transpose()?;
        let shared = Arc::new(Shared {
            watch: Watch::new(found.head),
            progress: Mutex::new(Progress { moved: found.moved, failed }),
            in_place,
            recent: Mutex::new(recent),
            abandon: AtomicBool::new(false),
        });
        let writer =
            SegmentWriter::new(&wal, found.ledger, settings.segment_bytes, found.current, found.next)?;
        let archiver = match &found.store {
            Some(store) => Some(archiver::start(
                wal.clone(),
                dir.join(files::SLED),
                Arc::clone(&segments),
                store.clone(),
                Arc::clone(&shared),
                settings.clone(),
            )?),
            None => None,
        };
        Ok(Embedded {
            dir: dir.to_path_buf(),
            wal,
            settings,
            segments,
            shared,
            store: RwLock::new(found.store),
            writer: Mutex::new(Writer { segments: writer, stopped: None }),
            archiver: Mutex::new(archiver),
            lock,
            unread: Mutex::new(None),
        })
    }

    /// Notes what neither copy let be read, for [`Journal::look`].
    fn note_unread(&self, position: u64) {
        *self.unread.lock().unwrap_or_else(PoisonError::into_inner) = Some(position);
    }

    /// Returns a cursor at the block that holds `position`, quickly if sled does not have it yet.
    fn cursor(&self, position: u64, until: u64) -> Cursor {
        let recent = self.recent(position);
        match recent {
            Some(recent) => Cursor::at(&self.wal, &self.segments, position, until, recent.placed),
            None => Cursor::new(&self.wal, &self.segments, position, until),
        }
    }

    fn recent(&self, position: u64) -> Option<Recent> {
        let recent = self.shared.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let index = recent.partition_point(|block| block.end <= position);
        recent.get(index).copied().filter(|block| block.first <= position)
    }

    fn store(&self) -> Option<Store> {
        self.store.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the run that sled holds at a position, if it serves.
    fn stored(&self, position: u64) -> Option<RecordBatch> {
        if position >= self.shared.moved() {
            return None;
        }
        self.store()?.run(Position::new(position)).ok().flatten()
    }

    fn settle_earlier(&self, expected: &Head, block: &OwnedBlock, head: Head) -> Outcome {
        let there = self.cursor(expected.size, head.size).next_block();
        match there {
            Some(Ok(there)) if there == *block => Outcome::Committed,
            _ => Outcome::Conflict(head),
        }
    }
}

/// Returns the places of the blocks that sled does not have.
fn unmoved(wal: &Path, segments: &Segments, from: u64, until: u64) -> Result<VecDeque<Recent>, JournalError> {
    let mut cursor = Cursor::new(wal, segments, from, until);
    let mut recent = VecDeque::new();
    while let Some(next) = cursor.next_header() {
        let (header, placed) = next?;
        recent.push_back(Recent { first: header.first.get(), end: header.end().get(), placed });
    }
    Ok(recent)
}

impl Journal for Embedded {
    fn head(&self) -> Result<Head, JournalError> {
        Ok(self.shared.watch.head())
    }

    fn room(&self, bytes: usize) -> Result<(), JournalError> {
        if let Some(why) = &self.writer.lock().unwrap_or_else(PoisonError::into_inner).stopped {
            return Err(JournalError::Stopped(why.clone()));
        }
        space::room(&self.dir, &self.settings, bytes)
    }

    fn append(&self, expected: &Head, block: &OwnedBlock) -> Result<Outcome, JournalError> {
        check_contiguous(expected, block)?;
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(why) = &writer.stopped {
            return Err(JournalError::Stopped(why.clone()));
        }
        let head = self.shared.watch.head();
        if head != *expected {
            return Ok(self.settle_earlier(expected, block, head));
        }
        let header = block.header();
        // Whoever is not alone, or does not find the medium as it was left, writes nothing more.
        let alone = self.lock.refuse_if_moved();
        if let Err(error) = alone.and_then(|()| writer.segments.refuse_if_changed(block.bytes().len())) {
            let why = error.to_string();
            writer.stopped = Some(why.clone());
            return Err(JournalError::Stopped(why));
        }
        let placed = match writer.segments.append(header.first, block.bytes()) {
            Ok(placed) => placed,
            Err(error) => {
                writer.stopped = Some(error.to_string());
                return Err(JournalError::Io(error));
            }
        };
        if placed.offset == to_u64(BLOCKS_AT) {
            let used = Used { number: placed.number, first: header.first };
            self.segments.write().unwrap_or_else(PoisonError::into_inner).push(used);
        }
        let recent = Recent { first: header.first.get(), end: header.end().get(), placed };
        self.shared.recent.lock().unwrap_or_else(PoisonError::into_inner).push_back(recent);
        self.shared.watch.advance(Head::after(header));
        Ok(Outcome::Committed)
    }

    fn read(&self, range: Range<u64>) -> RecordBatches<'_> {
        let end = range.end.min(self.shared.watch.head().size);
        let lookup = end.saturating_sub(range.start) <= LOOKUP_RECORDS;
        let mut next = range.start;
        let mut cursor: Option<Cursor> = None;
        Box::new(std::iter::from_fn(move || {
            if next >= end {
                return None;
            }
            if lookup && let Some(run) = self.stored(next) {
                cursor = None; // the archiver may have come this far since it was placed
                let run = run.cut(&(next..end));
                next = super::store::end_of(&run);
                return Some(Ok(run));
            }
            let reading = cursor.get_or_insert_with(|| self.cursor(next, end));
            match reading.next_block()? {
                Ok(block) => {
                    let run = block.run().cut(&(next..end));
                    next = block.header().end().get();
                    Some(Ok(run))
                }
                Err(damage) => {
                    cursor = None;
                    let Some(run) = self.stored(next) else {
                        self.note_unread(next);
                        next = end;
                        return Some(Err(damage));
                    };
                    let run = run.cut(&(next..end));
                    next = super::store::end_of(&run);
                    Some(Ok(run))
                }
            }
        }))
    }

    fn header(&self, position: Position) -> Result<Option<Header>, JournalError> {
        let head = self.shared.watch.head();
        if position.get() >= head.size {
            return Ok(None);
        }
        if position.get() < self.shared.moved()
            && let Some(Ok(Some(header))) = self.store().map(|store| store.header(position))
        {
            return Ok(Some(header));
        }
        let found = self.cursor(position.get(), head.size).next_header().transpose();
        if found.is_err() {
            self.note_unread(position.get());
        }
        found.map(|found| found.map(|(header, _)| header))
    }

    fn wait(&self, size: u64, at_most: Duration) -> (Head, bool) {
        self.shared.watch.wait(size, at_most)
    }

    fn follow(&self, from: Position) -> RecordBatches<'_> {
        follow(self, from)
    }

    fn close(&self) -> Result<(), JournalError> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        writer.stopped.get_or_insert_with(|| "it was closed".into());
        drop(writer);
        self.shared.watch.close();
        let archiver = self.archiver.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(archiver) = archiver
            && archiver.join().is_err()
        {
            self.shared.progress.lock().unwrap_or_else(PoisonError::into_inner).failed =
                Some("the mover has panicked".into());
        }
        let store = self.store.write().unwrap_or_else(PoisonError::into_inner).take();
        let flushed = store.map_or(Ok(()), Store::close);
        match self.shared.progress().failed {
            Some(failed) => Err(JournalError::Stopped(failed)),
            None => flushed.map_err(|error| JournalError::Stopped(error.to_string())),
        }
    }

    fn end_in_order(&self) -> Result<(), JournalError> {
        // Where sled is not durable nothing is lost: the next opening compares it.
        if settle_sled(&self.dir.join(files::SLED)).is_ok() {
            self.lock.ended_in_order()?;
        }
        Ok(())
    }

    fn refuse_if_moved(&self) -> std::io::Result<()> {
        self.lock.refuse_if_moved()
    }

    fn look(&self) -> Result<(), JournalError> {
        self.lock.refuse_if_moved()?;
        cursor::refuse_unreadable(&self.wal, &self.segments)?;
        // Who is writing now has looked itself.
        if let Ok(writer) = self.writer.try_lock() {
            writer.segments.look()?;
        }
        let unread = *self.unread.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(position) = unread {
            self.read(position..position.saturating_add(1)).try_for_each(|run| run.map(drop))?;
            *self.unread.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        Ok(())
    }

    fn dir(&self) -> Option<&Path> {
        Some(&self.dir)
    }

    fn progress(&self) -> Option<Progress> {
        Some(self.shared.progress())
    }
}

impl Drop for Embedded {
    /// Ends the threads without waiting for the archiver to catch up: what it has not archived, the next open does.
    fn drop(&mut self) {
        self.shared.abandon.store(true, Ordering::SeqCst);
        self.shared.watch.close();
        if let Some(archiver) = self.archiver.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = archiver.join();
        }
    }
}
