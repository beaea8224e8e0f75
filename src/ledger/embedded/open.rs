//! Opening: find where the log ends, compare its two copies, mend what one has from the other, and say so.
//!
//! Order: the lock; segments to the head; what is torn or damaged there; sled, opened in a thread of its own; what sled
//! lacks or has beyond. Repairs are made one at a time, and after each the scan begins anew, so that a crash in the middle
//! of an opening leaves nothing that the next opening does not understand. sled never opens the only copy of something
//! suspicious: then a copy of its files is opened instead.

mod error;

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, RwLock};

use thads_proof::genesis::Genesis;
use thads_proof::plain;
use thads_proof::record::{LedgerId, Position, Record};
use thads_proof::segment;

use crate::cache::Log;
use crate::embedded::caches::Beginnings;
use crate::embedded::create;
use crate::embedded::files;
use crate::embedded::lock::Lock;
use crate::embedded::rebuild::{self, Source};
use crate::embedded::scan::{self, SegmentsScan, Trouble};
use crate::embedded::scratch::{self, Scratch};
use crate::embedded::storage::Storage;
use crate::embedded::{
    Cursor, Found, Store, StoreError, clear_drafts, copy_sled, delete_drafts, end_of, set_snapshots_aside,
    settle,
};
use crate::journal::{Embedded, Head, RecordBatch};
use crate::sentence::Sentence;
use crate::testing::{Defect, Step, planted, reached};
pub use error::OpenError;

/// What the name begins with of the folder in the data directory in which a copy of sled is opened.
const SLED_COPY: &str = "sled.copy-";

/// Everything that opening did beyond reading, in sentences.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct OpenReport {
    sentences: Vec<Sentence>,
}

impl OpenReport {
    /// Returns the sentences, in the order of what was done. None: everything was as it should be.
    pub fn sentences(&self) -> &[Sentence] {
        &self.sentences
    }

    /// Adds a sentence, in both languages.
    pub fn say(&mut self, vi: impl Into<String>, en: impl Into<String>) {
        self.sentences.push(Sentence::new(vi, en));
    }

    pub(crate) fn extend(&mut self, sentences: Vec<Sentence>) {
        self.sentences.extend(sentences);
    }
}

impl fmt::Display for OpenReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sentences.iter().try_for_each(|sentence| writeln!(f, "{sentence}"))
    }
}

/// Opens the journal of `dir`, whose lock is held. Returns it and the ledger's id.
pub(crate) fn open_journal(
    dir: &Path,
    lock: &Arc<Lock>,
    settings: &Storage,
    report: &mut OpenReport,
) -> Result<(Embedded, LedgerId), OpenError> {
    let (wal, in_order) = (dir.join(files::WAL), lock.followed_order);
    files::make_folder(&wal)?;
    lock.hold_wal(&wal).map_err(|error| OpenError::lock(&wal, error))?;
    let mut opening = Opening {
        dir,
        wal,
        in_order,
        settings,
        report,
        source: None,
        copy: None,
        torn: BTreeMap::new(),
        no_sled: None,
    };
    let result = opening.run();
    opening.drop_source();
    let (found, ledger) = result?;
    refuse_contradicted(dir, &found)?;
    Ok((Embedded::start(dir, Arc::clone(lock), found, settings.clone())?, ledger))
}

/// Refuses a log that is not what its own key signed in a cache: the next one written would take that evidence away.
fn refuse_contradicted(dir: &Path, found: &Found) -> Result<(), OpenError> {
    let size = found.head.size;
    let (wal, segments) = (dir.join(files::WAL), Arc::new(RwLock::new(found.used.clone())));
    // A genesis that cannot be read is refused by who reads it next.
    let Some(Ok(block)) = Cursor::new(&wal, &segments, 0, 1).next_block() else {
        return Ok(());
    };
    let first = block.run().records().next().and_then(|(_, bytes)| Record::decode(bytes).ok());
    let Some(genesis) = first.and_then(|record| Genesis::from_record(&record).ok()) else { return Ok(()) };
    let log = Log { ledger: found.ledger, key: &genesis.log_key, size };
    let end = |size: u64| {
        let header = Cursor::new(&wal, &segments, size.checked_sub(1)?, size).next_header()?;
        header.ok().map(|(header, _)| Head::after(&header))
    };
    Beginnings::read(dir).refuse(&log, end)
}

struct Opening<'a> {
    dir: &'a Path,
    wal: PathBuf,
    /// Whether the last writer ended in order, so that sled has everything.
    in_order: bool,
    settings: &'a Storage,
    report: &'a mut OpenReport,
    /// A copy of sled's files, opened because the segments are not whole.
    source: Option<Source>,
    /// Where that copy lies; after the source, whose store still writes when it is let go of.
    copy: Option<Scratch>,
    /// Torn ends that neither copy has: never acknowledged. By segment, with the offset.
    torn: BTreeMap<u64, u64>,
    /// Why sled is not open.
    no_sled: Option<String>,
}

impl Opening<'_> {
    fn run(&mut self) -> Result<(Found, LedgerId), OpenError> {
        reached(Step::OpenLocked);
        scratch::remove_left(self.dir, SLED_COPY); // of a mending that was killed
        let drafts = clear_drafts(&self.wal)?;
        if drafts.removed > 0 {
            let removed = drafts.removed;
            self.report.say(
                format!("Đã bỏ {removed} đoạn chưa từng được tạo xong."),
                format!("{removed} segments that were never finished were removed."),
            );
        }
        for kept in drafts.kept {
            let kept = kept.display();
            self.report.say(
                format!("Một đoạn chưa được tạo xong, hoặc tệp khác mang tên như vậy, được giữ ở {kept}."),
                format!(
                    "A segment that was not finished, or another file with such a name, is kept as {kept}."
                ),
            );
        }
        files::sync_folder(&self.wal)?; // a name may have been given just before a crash
        loop {
            let scan = scan::scan(&self.wal, self.settings.repair, &self.torn)?;
            match &scan.trouble {
                Some(trouble) => self.repair(trouble, &scan)?,
                None => {
                    if let Some((number, range)) = &scan.last {
                        settle(&self.wal.join(segment::file_name(*number)), range.clone())?;
                    }
                    if let Some(found) = self.compare(scan)? {
                        let ledger = found.ledger;
                        return Ok((found, ledger));
                    }
                }
            }
        }
    }

    /// Mends one trouble of the segments from sled, or settles that nothing is lost.
    fn repair(&mut self, trouble: &Trouble, scan: &SegmentsScan) -> Result<(), OpenError> {
        match trouble {
            Trouble::Torn { number, offset, position } => {
                let ledger = self.ledger(scan)?;
                if self.source().holds(&ledger, *position) {
                    return self.restore_segment(*number, *position, "its last block is torn", scan);
                }
                let file = self.wal.join(segment::file_name(*number));
                let file = file.display();
                self.report.say(
                    format!(
                        "Khối cuối của {file}, ở byte {offset} (vị trí {position}), chưa được ghi xong nên chưa từng \
                         được xác nhận; sổ được ghi tiếp trong một đoạn mới."
                    ),
                    format!(
                        "The last block of {file}, at byte {offset} (position {position}), was never finished and \
                         so never acknowledged; the log goes on in a new segment."
                    ),
                );
                self.torn.insert(*number, *offset);
                Ok(())
            }
            Trouble::Damaged { number, position, what } => {
                let file = self.wal.join(segment::file_name(*number));
                self.restore_segment(*number, *position, &format!("{}: {what}", file.display()), scan)
            }
            Trouble::Missing { numbers, first, until } => {
                let ledger = self.ledger(scan)?;
                let (wal, segment_bytes) = (self.wal.clone(), self.settings.segment_bytes);
                let range = (*first, *until);
                let written =
                    rebuild::missing(&wal, ledger, *numbers.start(), range, self.source(), segment_bytes)?;
                let (number, last) = (numbers.start(), written.saturating_sub(1));
                self.report.say(
                    format!("Thiếu các đoạn từ số {number}: các bản ghi {first} đến {last} đã được khôi phục từ sled."),
                    format!(
                        "Segments from number {number} on were missing: records {first} to {last} were restored from sled."
                    ),
                );
                Ok(())
            }
            Trouble::Empty => {
                let end = self.source().store().map_err(StoreError::clone).and_then(Store::known_end);
                match end {
                    Ok(end) if end > 0 && !self.in_order && !self.settings.repair => {
                        return Err(OpenError::OutOfOrder { end });
                    }
                    Ok(end) if end > 0 => {}
                    Ok(_) => return Err(create::no_log(self.dir)),
                    Err(_) if files::is_missing(&self.dir.join(files::SLED)) => {
                        return Err(create::no_log(self.dir));
                    }
                    Err(error) => {
                        if let Some(error) = error.of_the_system() {
                            return Err(error.into());
                        }
                        let what = format!("there are no segments, and {error}");
                        return Err(OpenError::Damaged { first: 0, end: None, what });
                    }
                }
                let ledger = self.ledger(scan)?;
                let (wal, segment_bytes) = (self.wal.clone(), self.settings.segment_bytes);
                let end = rebuild::missing(&wal, ledger, 0, (0, None), self.source(), segment_bytes)?;
                self.report.say(
                    format!("Thiếu tất cả các đoạn: {end} bản ghi đã được khôi phục từ sled."),
                    format!("All segments were missing: {end} records were restored from sled."),
                );
                if !self.in_order {
                    self.report.extend(vec![out_of_order(end)]);
                }
                Ok(())
            }
        }
    }

    fn restore_segment(
        &mut self,
        number: u64,
        position: u64,
        what: &str,
        scan: &SegmentsScan,
    ) -> Result<(), OpenError> {
        let (ledger, wal) = (self.ledger(scan)?, self.wal.clone());
        let restored = rebuild::segment(&wal, ledger, number, position, what, self.source())?;
        let name = segment::file_name(number);
        let (how_vi, how) = match restored.from_sled {
            _ if restored.was_stray => (
                "không có gì từng được ghi ở chỗ đó, các khối trước đó còn nguyên".to_owned(),
                "nothing was ever written where that stands, and the blocks before it are whole".to_owned(),
            ),
            0 => (
                "đã được ghép lại từ chính các bản ghi của nó, tất cả còn nguyên".to_owned(),
                "it was put together again from its own records, all of which are whole".to_owned(),
            ),
            count => (
                format!("{count} khối của nó đã được khôi phục từ sled"),
                format!("{count} blocks of it were restored from sled"),
            ),
        };
        let (kept_vi, kept) = restored.kept.map_or_else(Default::default, |kept| {
            let kept = kept.display();
            (format!(" Đoạn hỏng được giữ ở {kept}."), format!(" The damaged one is kept as {kept}."))
        });
        self.report.say(
            format!("Đoạn {name} bị hỏng từ vị trí {position} ({what}): {how_vi}.{kept_vi}"),
            format!("Segment {name} was damaged from position {position} on ({what}): {how}.{kept}"),
        );
        Ok(())
    }

    fn ledger(&mut self, scan: &SegmentsScan) -> Result<LedgerId, OpenError> {
        if let Some(ledger) = scan.ledger {
            return Ok(ledger);
        }
        if let Some(ledger) = rebuild::ledger_in_blocks(&self.wal)? {
            return Ok(ledger);
        }
        let store = self.source().store();
        if let Some(error) = store.err().and_then(StoreError::of_the_system) {
            return Err(error.into());
        }
        let run = store.ok().and_then(|store| store.run(Position::GENESIS).ok().flatten());
        let genesis =
            run.and_then(|run| run.records().next().and_then(|(_, bytes)| Record::decode(bytes).ok()));
        genesis.map(|record| record.ledger).ok_or_else(|| self.nameless(scan))
    }

    /// Returns why no ledger is named: there is none, or what named it is damaged.
    fn nameless(&self, scan: &SegmentsScan) -> OpenError {
        let what = match &scan.trouble {
            // Of a founding that was cut off, unless something else is left of a ledger.
            None | Some(Trouble::Torn { .. }) => return create::no_log(self.dir),
            Some(Trouble::Damaged { number, what, .. }) => {
                let file = self.wal.join(segment::file_name(*number));
                format!("{}: {what}; sled does not have it", file.display())
            }
            Some(Trouble::Missing { .. } | Trouble::Empty) => "sled's first record cannot be read".into(),
        };
        OpenError::Damaged { first: 0, end: None, what }
    }

    /// Opens a copy of sled's files, once.
    fn source(&mut self) -> &mut Source {
        let source = self.source.take().unwrap_or_else(|| {
            let opened = self.open_copy();
            if let Err(error) = &opened {
                self.report.say(
                    format!("Bản chép các tệp của sled, để sửa các đoạn, không mở được: {error}."),
                    format!("A copy of sled's files, to mend the segments from, did not open: {error}."),
                );
            }
            Source::new(self.dir, opened)
        });
        self.source.insert(source)
    }

    /// Opens a copy within the data directory, where there is room for a second copy; its name was nobody's.
    fn open_copy(&mut self) -> Result<Store, StoreError> {
        let sled = self.dir.join(files::SLED);
        if files::is_missing(&sled) {
            return Err(StoreError::Sled("there is none".into()));
        }
        let folder = Scratch::within(self.dir, SLED_COPY).map_err(plain::of(self.dir))?;
        let copy = self.copy.insert(folder).path().join(files::SLED);
        copy_sled(&sled, &copy)?;
        delete_drafts(&copy)?;
        Store::open(&copy, self.settings.sled_deadline)
    }

    fn drop_source(&mut self) {
        self.source = None;
        self.copy = None;
    }

    /// Opens sled beside whole segments and compares. `None`: the segments were lengthened from it; look again.
    fn compare(&mut self, scan: SegmentsScan) -> Result<Option<Found>, OpenError> {
        self.drop_source();
        let Some(ledger) = scan.ledger else { return Err(create::no_log(self.dir)) };
        let log_end = scan.head;
        if log_end.size == 0 && files::is_missing(&self.dir.join(files::SLED)) {
            // Of a founding that was cut off: its block was never finished.
            return Err(create::no_log(self.dir));
        }
        reached(Step::OpenSegmentsRead);
        let mut store = self.open_store()?;
        let mut moved = 0;
        if let Some(open) = store.take() {
            match self.agree(&open, &scan) {
                Ok(Agreement::Behind(end)) => {
                    moved = end;
                    store = Some(open);
                }
                Ok(Agreement::Ahead) => {
                    let first = log_end.size;
                    let header = open.header(Position::new(first)).ok().flatten();
                    if let Some(header) = header
                        && header.previous_leaf != log_end.leaf
                    {
                        let what =
                            format!("sled's record {first} follows on another leaf than the segments' last");
                        return Err(OpenError::Fork { first, what });
                    }
                    let mut source = Source::new(self.dir, Ok(open));
                    let (range, segment_bytes) = ((first, None), self.settings.segment_bytes);
                    let (wal, next) = (&self.wal, scan.next);
                    let end = rebuild::missing(wal, ledger, next, range, &mut source, segment_bytes)?;
                    let last = end.saturating_sub(1);
                    self.report.say(
                        format!("Thiếu các đoạn cuối: các bản ghi {first} đến {last} đã được khôi phục từ sled."),
                        format!(
                            "The last segments were missing: records {first} to {last} were restored from sled."
                        ),
                    );
                    return Ok(None);
                }
                Err(error) => {
                    drop(open);
                    self.set_aside(&error)?;
                    store = self.open_store()?;
                }
            }
        }
        if log_end.size == 0 {
            return Err(create::no_log(self.dir));
        }
        reached(Step::OpenSledOpened);
        if planted(Defect::ShortSledTaken) {
            moved = log_end.size;
        }
        if moved < log_end.size && store.is_some() {
            let behind = log_end.size - moved;
            self.report.say(
                format!("sled chậm hơn các đoạn {behind} bản ghi và đang được nạp lại từ đó."),
                format!("sled is {behind} records behind the segments and is being refilled from them."),
            );
        }
        let used = scan.used;
        Ok(Some(Found {
            ledger,
            head: log_end,
            used,
            current: scan.current,
            next: scan.next,
            store,
            no_sled: self.no_sled.take(),
            moved,
        }))
    }

    /// Opens sled's own files; what refuses is set aside and begun anew. `None`: not even a new one opens.
    fn open_store(&mut self) -> Result<Option<Store>, OpenError> {
        let path = self.dir.join(files::SLED);
        if let Err(error) = plain::folder(&path)
            && error.kind() != ErrorKind::NotFound
        {
            self.set_aside(&StoreError::Sled(error.to_string()))?;
        }
        let drafts = delete_drafts(&path)?;
        if drafts > 0 {
            self.report.say(
                format!("Đã xóa {drafts} ảnh chụp viết dở của sled."),
                format!("{drafts} half-written snapshots of sled were deleted."),
            );
        }
        let deadline = self.settings.sled_deadline;
        let mut opened = Store::open(&path, deadline);
        if let Err(error @ StoreError::Corruption(_)) = &opened {
            let (error, aside) = (error.clone(), files::aside(&path));
            set_snapshots_aside(&path, &aside)?;
            opened = Store::open(&path, deadline);
            if opened.is_ok() {
                let aside = aside.display();
                self.report.say(
                    format!("{error}; đã mở được sau khi các ảnh chụp của nó được để riêng ra ở {aside}."),
                    format!("{error}; it opened after its snapshots were set aside in {aside}."),
                );
            }
        }
        let error = match opened {
            Ok(store) => return Ok(Some(store)),
            Err(error @ StoreError::Unable(_)) => {
                // Set aside, it would keep the room that a new one needs, and one more at every opening.
                self.report.say(
                    format!("{error}: sổ chạy không có sled."),
                    format!("{error}: the ledger runs without it."),
                );
                self.no_sled = Some(error.to_string());
                return Ok(None);
            }
            Err(error) => error,
        };
        self.set_aside(&error)?;
        match Store::open(&path, deadline) {
            Ok(store) => Ok(Some(store)),
            Err(error) => {
                self.report.say(
                    format!("sled mới cũng không mở được ({error}): sổ chạy không có sled."),
                    format!("A new sled does not open either ({error}): the ledger runs without it."),
                );
                self.no_sled = Some(error.to_string());
                Ok(None)
            }
        }
    }

    fn set_aside(&mut self, error: &StoreError) -> Result<(), OpenError> {
        let path = self.dir.join(files::SLED);
        if fs::symlink_metadata(&path).is_ok() {
            let aside = files::set_aside(&path)?;
            let aside = aside.display();
            self.report.say(
                format!("{error}: sled được để riêng ra ở {aside} và đang được dựng lại từ các đoạn."),
                format!("{error}: it was set aside as {aside} and is being rebuilt from the segments."),
            );
        }
        Ok(())
    }

    /// Compares sled's end with the segments.
    fn agree(&self, store: &Store, scan: &SegmentsScan) -> Result<Agreement, StoreError> {
        let known = store.known_end()?;
        let end = store.end()?;
        let log_end = scan.head;
        if let (Some(found), Some(wanted)) = (store.ledger(), &scan.ledger)
            && found != *wanted
        {
            return Err(StoreError::foreign(&found, wanted));
        }
        if known > log_end.size {
            return Ok(Agreement::Ahead);
        }
        if self.settings.repair {
            for run in store.scan() {
                let (run, whole) = run?;
                whole?;
                self.agree_on(&run, scan)?;
            }
        } else if let Some(run) = store.last_run()? {
            self.agree_on(&run, scan)?;
        }
        Ok(Agreement::Behind(end))
    }

    /// Compares one run of sled with the segments.
    fn agree_on(&self, run: &RecordBatch, scan: &SegmentsScan) -> Result<(), StoreError> {
        let first = run.first();
        let end = end_of(run);
        let segments = Arc::new(RwLock::new(scan.used.clone()));
        let mut cursor = Cursor::new(&self.wal, &segments, first.get(), end);
        let mut ours = Vec::new();
        while let Some(block) = cursor.next_block() {
            // A segment that cannot be read here is no reason to distrust sled.
            let Ok(block) = block else { return Ok(()) };
            ours.extend_from_slice(block.run().cut(&(first.get()..end)).bytes());
        }
        if ours != run.bytes() {
            let what = "they differ from the segments'".into();
            return Err(StoreError::Wrong { position: first, what });
        }
        Ok(())
    }
}

/// Says that nobody knows whether sled, of which alone the log was restored, had everything.
pub(crate) fn out_of_order(end: u64) -> Sentence {
    Sentence::new(
        format!(
            "Tiến trình ghi cuối cùng không kết thúc bình thường: những gì được xác nhận sau cùng có thể chưa vào sled, và đã mất từ vị trí {end}."
        ),
        format!(
            "The last writer did not end in order: what it acknowledged last may not have reached sled, and is then lost from position {end} on."
        ),
    )
}

enum Agreement {
    /// sled ends here, and as far as it goes agrees.
    Behind(u64),
    /// sled knows of records that the segments do not have.
    Ahead,
}
