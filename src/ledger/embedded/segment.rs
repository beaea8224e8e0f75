//! Writing segments: `wal/NNNNNNNNNN.seg`, made of zeros one ahead, filled front to back, never used again.
//!
//! A new segment appears under its name only when it is whole: written as zeros under another name, synced, renamed,
//! and its folder synced. So a commit only overwrites bytes that the file system has already placed, and one fdatasync
//! of the file is all that a block needs.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{Error, ErrorKind, Result, Write};
use std::ops::Range;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread::JoinHandle;

use thads_proof::block::SECTOR;
use thads_proof::plain;
use thads_proof::record::{LedgerId, Position};
use thads_proof::segment::{self, BLOCKS_AT, Header};

use crate::count::{to_u64, to_usize};
use crate::embedded::files;
use crate::embedded::lock::Inode;
use crate::testing::{Defect, Step, planted, reached};

/// Smallest segment: it must hold a block of any size.
pub(crate) const SEGMENT_BYTES_MIN: usize = BLOCKS_AT + thads_proof::block::BYTES_MAX;

const ZEROS_BYTES: usize = 1 << 20;
/// Bytes before the next block that are compared with what was written: with the hash of the last block among them.
const END_BYTES: usize = 2 * SECTOR;

/// Where a block was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Placed {
    /// Number of the segment.
    pub(crate) number: u64,
    /// Offset of the block.
    pub(crate) offset: u64,
}

/// Writes blocks behind each other. One thread owns it.
pub(crate) struct SegmentWriter {
    ledger: LedgerId,
    wal: PathBuf,
    current: Option<Current>,
    /// The next segment, taken from its maker and not yet written to.
    begun: Option<Segment>,
    /// Number of the next segment to begin.
    next: u64,
    maker: Maker,
}

struct Current {
    segment: Segment,
    number: u64,
    offset: u64,
}

/// A segment that is open for writing, and how this writer has left it.
struct Segment {
    file: File,
    path: PathBuf,
    inode: Inode,
    length: u64,
    /// Its header; empty where none was written.
    head: Vec<u8>,
    /// What stands before the place of the next block: the end of the last one.
    end: Vec<u8>,
}

impl Segment {
    /// Takes an open segment as it is, up to `offset`.
    fn of(file: File, path: PathBuf, offset: u64) -> Result<Segment> {
        let (inode, length) = (Inode::of(&file)?, file.metadata()?.len());
        let kept = to_usize(offset).min(END_BYTES);
        let mut end = vec![0; kept];
        file.read_exact_at(&mut end, offset.saturating_sub(to_u64(kept)))?;
        let mut head = vec![0; to_usize(offset).min(BLOCKS_AT)];
        file.read_exact_at(&mut head, 0)?;
        Ok(Segment { file, path, inode, length, head, end })
    }

    /// Refuses where the segment is not as this writer left it: its name leads to another file, its length, its header or its
    /// last block has changed, or something stands in the `room` bytes from `offset` on, where the next block belongs. Then
    /// somebody else writes as well, or has put another file in its place.
    fn refuse_if_changed(&self, offset: u64, room: usize) -> Result<()> {
        if planted(Defect::LockByName) || planted(Defect::AnswerBeforeWrite) {
            return Ok(());
        }
        self.inode.refuse_elsewhere(&self.path, fs::symlink_metadata(&self.path))?;
        let changed = |what: String| {
            Err(Error::other(format!("{}: {what}, and this process did not do that", self.path.display())))
        };
        let length = self.file.metadata()?.len();
        if length != self.length {
            return changed(format!("it has {length} bytes where it had {}", self.length));
        }
        let mut head = vec![0; self.head.len()];
        self.file.read_exact_at(&mut head, 0)?;
        if head != self.head {
            return changed("its header is another".to_owned());
        }
        let mut there = vec![0; self.end.len() + room];
        self.file.read_exact_at(&mut there, offset.saturating_sub(to_u64(self.end.len())))?;
        let (end, place) = there.split_at(self.end.len());
        if end != self.end {
            return changed(format!("the last block before byte {offset} is another"));
        }
        if !segment::is_zero(place) {
            return changed(format!("something stands from byte {offset} on, where the next block belongs"));
        }
        Ok(())
    }

    /// Notes what was written last.
    fn ends_with(&mut self, block: &[u8]) {
        self.end.extend(&block[block.len().saturating_sub(END_BYTES)..]);
        self.end.drain(..self.end.len().saturating_sub(END_BYTES));
    }
}

impl SegmentWriter {
    /// Starts behind the last block: at `offset` of segment `number`, or in a new segment, whose number is `next`.
    pub(crate) fn new(
        wal: &Path,
        ledger: LedgerId,
        bytes: usize,
        current: Option<(u64, u64)>,
        next: u64,
    ) -> Result<SegmentWriter> {
        let bytes = to_u64(bytes.max(SEGMENT_BYTES_MIN)).min(segment::FILE_BYTES_MAX);
        let current = match current {
            Some((number, offset)) => {
                let path = wal.join(segment::file_name(number));
                if fs::metadata(&path).map_err(plain::of(&path))?.permissions().readonly() {
                    // It was full until the segments behind it were lost.
                    fs::set_permissions(&path, Permissions::from_mode(0o600)).map_err(plain::of(&path))?;
                }
                let segment = Segment::of(open(&path)?, path, offset)?;
                Some(Current { segment, number, offset })
            }
            None => None,
        };
        let mut maker = Maker::start(wal.to_path_buf(), bytes)?;
        maker.ask(next);
        Ok(SegmentWriter { ledger, wal: wal.to_path_buf(), current, begun: None, next, maker })
    }

    /// Writes a block, of whose length [`SegmentWriter::refuse_if_changed`] was just asked, and makes it durable; returns
    /// where it stands. After an error nothing more may be written.
    pub(crate) fn append(&mut self, first: Position, block: &[u8]) -> Result<Placed> {
        match &mut self.current {
            Some(current) if current.has_room(block.len()) => {
                let placed = Placed { number: current.number, offset: current.offset };
                write_durably(&current.segment.file, block, current.offset)
                    .map_err(plain::of(&current.segment.path))?;
                current.segment.ends_with(block);
                current.offset += to_u64(block.len());
                Ok(placed)
            }
            _ => self.begin(first, block),
        }
    }

    /// Refuses, before anything is written, where a block of so many bytes does not go where this writer left off: see
    /// [`Segment::refuse_if_changed`].
    pub(crate) fn refuse_if_changed(&mut self, block: usize) -> Result<()> {
        if let Some(current) = &self.current {
            let room = if current.has_room(block) { block } else { 0 };
            current.segment.refuse_if_changed(current.offset, room)?;
            if room > 0 {
                return Ok(());
            }
        }
        let number = self.next;
        let next = match self.begun.take() {
            Some(next) => next,
            None => Segment::of(self.maker.take(number)?, self.wal.join(segment::file_name(number)), 0)?,
        };
        self.begun.insert(next).refuse_if_changed(0, BLOCKS_AT + block)
    }

    /// Refuses where what was written last is not as this writer left it.
    pub(crate) fn look(&self) -> Result<()> {
        let left = |current: &Current| current.segment.refuse_if_changed(current.offset, 0);
        self.current.as_ref().map_or(Ok(()), left)
    }

    /// Begins the next segment: its header and the block go out in one write.
    fn begin(&mut self, first: Position, block: &[u8]) -> Result<Placed> {
        let number = self.next;
        let mut segment = self.begun.take().ok_or_else(|| Error::other("no segment was begun"))?;
        self.next += 1;
        self.maker.ask(self.next);
        let header = Header { ledger: self.ledger, number, first };
        let mut bytes = Vec::with_capacity(BLOCKS_AT + block.len());
        bytes.extend(header.encode());
        segment.head.clone_from(&bytes);
        bytes.extend(block);
        write_durably(&segment.file, &bytes, 0).map_err(plain::of(&segment.path))?;
        segment.ends_with(&bytes);
        self.current = Some(Current { segment, number, offset: to_u64(bytes.len()) });
        Ok(Placed { number, offset: to_u64(BLOCKS_AT) })
    }
}

impl Current {
    fn has_room(&self, block: usize) -> bool {
        self.offset + to_u64(block) <= self.segment.length
    }
}

/// Writes a block and makes it durable. The whole of one commit, as the operating system sees it, is
///
/// ```text
/// pwrite64(segment, block, length, offset) = length
/// fdatasync(segment)                       = 0
/// ```
///
/// with `statfs` of the data directory before it (the free-space mark), and, when the block carries personal data,
/// `pwrite64(keyring)`, `pwrite64(entries)`, `fdatasync(keyring)`, `fdatasync(entries)` before that. Before each of these
/// files is written to, `stat` and `pread` look whether it is as this process left it. The file holds zeros there, which were synced when it was made, so no metadata changes and fdatasync covers everything.
fn write_durably(file: &File, bytes: &[u8], offset: u64) -> Result<()> {
    if planted(Defect::AnswerBeforeWrite) {
        return late(file, bytes.to_vec(), offset);
    }
    reached(Step::BlockDue);
    file.write_all_at(bytes, offset)?;
    reached(Step::BlockWritten);
    if planted(Defect::NoSync) {
        return Ok(());
    }
    if planted(Defect::AnswerBeforeSync) {
        return late(file, Vec::new(), offset);
    }
    match file.sync_data() {
        Err(error) if !planted(Defect::FailedSyncIgnored) => return Err(error),
        _ => {}
    }
    reached(Step::BlockSynced);
    Ok(())
}

/// What a test build with a planted defect does after its answer: writes and syncs, a little later.
fn late(file: &File, bytes: Vec<u8>, offset: u64) -> Result<()> {
    let file = file.try_clone()?;
    std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(20));
        let _ = file.write_all_at(&bytes, offset).and_then(|()| file.sync_data());
    });
    Ok(())
}

/// Makes the next segment in a thread of its own, one ahead.
struct Maker {
    ask: Option<mpsc::Sender<u64>>,
    made: mpsc::Receiver<(u64, Result<File>)>,
    thread: Option<JoinHandle<()>>,
}

impl Maker {
    fn start(wal: PathBuf, bytes: u64) -> Result<Maker> {
        let (ask, asked) = mpsc::channel::<u64>();
        let (done, made) = mpsc::channel();
        let thread = std::thread::Builder::new().name("thads-segments".into()).spawn(move || {
            while let Ok(number) = asked.recv() {
                let path = wal.join(segment::file_name(number));
                let made = make(&wal, number, bytes).map_err(plain::of(&path));
                if done.send((number, made)).is_err() {
                    return;
                }
            }
        })?;
        Ok(Maker { ask: Some(ask), made, thread: Some(thread) })
    }

    fn ask(&mut self, number: u64) {
        if let Some(ask) = &self.ask {
            // A maker that is gone shows when its segment is taken.
            let _ = ask.send(number);
        }
    }

    fn take(&mut self, number: u64) -> Result<File> {
        match self.made.recv() {
            Ok((made, file)) if made == number => file,
            Ok((made, _)) => Err(Error::other(format!("segment {made} was made where {number} was due"))),
            Err(_) => Err(Error::other("the thread that makes segments has ended")),
        }
    }
}

impl Drop for Maker {
    fn drop(&mut self) {
        self.ask = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Returns the segment `number`, whole and all zero: an unused one that is there, or a new one.
fn make(wal: &Path, number: u64, bytes: u64) -> Result<File> {
    if number > segment::NUMBER_MAX {
        return Err(Error::other("segment numbers are used up"));
    }
    let path = wal.join(segment::file_name(number));
    match open(&path) {
        Ok(file) if is_unused(&file)? => {
            if file.metadata()?.len() == bytes {
                return Ok(file);
            }
        }
        Ok(_) => return Err(Error::new(ErrorKind::AlreadyExists, format!("{} is in use", path.display()))),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let draft = path.with_extension("seg.new");
    let mut file = files::new_file(&draft)?;
    write_zeros(&mut file, bytes)?;
    if !planted(Defect::ZerosNotSynced) {
        file.sync_all()?;
    }
    reached(Step::SegmentDrafted);
    fs::rename(&draft, &path)?;
    reached(Step::SegmentNamed);
    if !planted(Defect::FolderNotSynced) {
        files::sync_folder(wal)?;
    }
    Ok(file)
}

fn write_zeros(file: &mut File, bytes: u64) -> Result<()> {
    let zeros = vec![0; ZEROS_BYTES];
    let mut left = bytes;
    while left > 0 {
        let part = to_usize(left).min(ZEROS_BYTES);
        file.write_all(&zeros[..part])?;
        left -= to_u64(part);
    }
    Ok(())
}

/// Returns whether a segment file holds nothing but zeros.
pub(crate) fn is_unused(file: &File) -> Result<bool> {
    let length = file.metadata()?.len();
    let mut piece = vec![0; ZEROS_BYTES];
    let mut at = 0;
    while at < length {
        let part = to_usize(length - at).min(ZEROS_BYTES);
        file.read_exact_at(&mut piece[..part], at)?;
        if !segment::is_zero(&piece[..part]) {
            return Ok(false);
        }
        at += to_u64(part);
    }
    Ok(true)
}

/// Writes a whole segment of the given blocks in place of `path` (which may be there: it stays under another name, which
/// is returned). The file appears under its name only when it is whole and synced.
pub(crate) fn finish_segment_file(
    path: &Path,
    header: &Header,
    blocks: &[crate::journal::OwnedBlock],
    bytes: u64,
) -> Result<Option<PathBuf>> {
    let draft = path.with_extension("seg.new");
    let written = || {
        let mut file = files::new_file(&draft)?;
        file.write_all(&header.encode())?;
        let mut length = to_u64(BLOCKS_AT);
        for block in blocks {
            file.write_all(block.bytes())?;
            length += to_u64(block.bytes().len());
        }
        write_zeros(&mut file, bytes.saturating_sub(length))?;
        file.sync_all()
    };
    written().map_err(plain::of(&draft))?;
    let kept = if path.exists() {
        let aside = files::aside(path);
        fs::hard_link(path, &aside).map_err(plain::of(path))?;
        Some(aside)
    } else {
        None
    };
    fs::rename(&draft, path).map_err(plain::of(path))?;
    files::sync_parent(path)?;
    Ok(kept)
}

/// Makes durable what stands in a range of a segment, the last block of the log. A full segment, read-only by now, was
/// synced before it was made so.
pub(crate) fn settle(path: &Path, range: Range<u64>) -> Result<()> {
    if fs::metadata(path).map_err(plain::of(path))?.permissions().readonly() {
        return plain::open(path, segment::FILE_BYTES_MAX)?.sync_data().map_err(plain::of(path));
    }
    files::write_again(&open(path)?, range).map_err(plain::of(path))
}

/// Opens a segment for writing.
fn open(path: &Path) -> Result<File> {
    plain::open_as(path, OpenOptions::new().read(true).write(true), segment::FILE_BYTES_MAX)
}

/// What became of drafts: files that never got their name as segments.
#[derive(Default)]
pub(crate) struct Drafts {
    /// How many were removed, for nothing stood in them.
    pub(crate) removed: usize,
    /// Under which names the others are kept: of a mending that was cut off, or what somebody else has put there.
    pub(crate) kept: Vec<PathBuf>,
}

/// Clears away what an interrupted making of a segment left.
pub(crate) fn clear_drafts(wal: &Path) -> Result<Drafts> {
    let mut cleared = Drafts::default();
    for entry in fs::read_dir(wal).map_err(plain::of(wal))? {
        let entry = entry?;
        let name = entry.file_name();
        let named = name.to_str().and_then(|name| name.strip_suffix(".new"));
        if named.and_then(segment::file_number).is_none() {
            continue;
        }
        match files::make_way(&entry.path())? {
            None => cleared.removed += 1,
            Some(kept) => cleared.kept.push(kept),
        }
    }
    Ok(cleared)
}
