//! Writing segments: `wal/NNNNNNNNNN.seg`, made of zeros one ahead, filled front to back, never used again.
//!
//! A new segment appears under its name only when it is whole: written as zeros under another name, synced, renamed,
//! and its folder synced. So a commit only overwrites bytes that the file system has already placed, and one fdatasync
//! of the file is all that a block needs.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{Error, ErrorKind, Result, Write};
use std::ops::Range;
use std::os::unix::fs::{FileExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread::JoinHandle;

use thads_proof::record::{LedgerId, Position};
use thads_proof::segment::{self, BLOCKS_AT, Header};

use crate::count::{narrow, wide};
use crate::files;
use crate::testing::{Defect, Step, planted, reached};

/// Smallest segment: it must hold a block of any size.
pub(crate) const SEGMENT_BYTES_MIN: usize = BLOCKS_AT + thads_proof::block::BYTES_MAX;

const ZEROS_BYTES: usize = 1 << 20;

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
    bytes: u64,
    current: Option<Current>,
    /// Number of the next segment to begin.
    next: u64,
    maker: Maker,
}

struct Current {
    file: File,
    length: u64,
    number: u64,
    offset: u64,
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
        let bytes = wide(bytes.max(SEGMENT_BYTES_MIN));
        let current = match current {
            Some((number, offset)) => {
                let path = wal.join(segment::file_name(number));
                if fs::metadata(&path)?.permissions().readonly() {
                    // It was full until the segments behind it were lost.
                    fs::set_permissions(&path, Permissions::from_mode(0o600))?;
                }
                let file = OpenOptions::new().read(true).write(true).open(path)?;
                let length = file.metadata()?.len();
                Some(Current { file, length, number, offset })
            }
            None => None,
        };
        let mut maker = Maker::start(wal.to_path_buf(), bytes)?;
        maker.ask(next);
        Ok(SegmentWriter { ledger, bytes, current, next, maker })
    }

    /// Writes a block and makes it durable; returns where it stands. After an error nothing more may be written.
    pub(crate) fn append(&mut self, first: Position, block: &[u8]) -> Result<Placed> {
        let length = wide(block.len());
        match &mut self.current {
            Some(current) if current.offset + length <= current.length => {
                let placed = Placed { number: current.number, offset: current.offset };
                write_durably(&current.file, block, current.offset)?;
                current.offset += length;
                Ok(placed)
            }
            _ => self.begin(first, block, length),
        }
    }

    /// Begins the next segment: its header and the block go out in one write.
    fn begin(&mut self, first: Position, block: &[u8], length: u64) -> Result<Placed> {
        let number = self.next;
        let file = self.maker.take(number)?;
        self.next += 1;
        self.maker.ask(self.next);
        let header = Header { ledger: self.ledger, number, first };
        let mut bytes = Vec::with_capacity(BLOCKS_AT + block.len());
        bytes.extend(header.encode());
        bytes.extend(block);
        write_durably(&file, &bytes, 0)?;
        let offset = wide(BLOCKS_AT);
        self.current = Some(Current { file, length: self.bytes, number, offset: offset + length });
        Ok(Placed { number, offset })
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
/// `pwrite64(keyring)`, `pwrite64(entries)`, `fdatasync(keyring)`, `fdatasync(entries)` before that. The file holds
/// zeros there, which were synced when it was made, so no metadata changes and fdatasync covers everything.
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
                if done.send((number, make(&wal, number, bytes))).is_err() {
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
    match OpenOptions::new().read(true).write(true).open(&path) {
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
    let mut file =
        OpenOptions::new().read(true).write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
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
        let part = narrow(left).min(ZEROS_BYTES);
        file.write_all(&zeros[..part])?;
        left -= wide(part);
    }
    Ok(())
}

/// Returns whether a segment file holds nothing but zeros.
pub(crate) fn is_unused(file: &File) -> Result<bool> {
    let length = file.metadata()?.len();
    let mut piece = vec![0; ZEROS_BYTES];
    let mut at = 0;
    while at < length {
        let part = narrow(length - at).min(ZEROS_BYTES);
        file.read_exact_at(&mut piece[..part], at)?;
        if !segment::is_zero(&piece[..part]) {
            return Ok(false);
        }
        at += wide(part);
    }
    Ok(true)
}

/// Writes a whole segment of the given blocks in place of `path` (which may be there: it stays under another name, which
/// is returned). The file appears under its name only when it is whole and synced.
pub(crate) fn finish_segment_file(
    path: &Path,
    header: &Header,
    blocks: &[super::OwnedBlock],
    bytes: u64,
) -> Result<Option<PathBuf>> {
    let draft = path.with_extension("seg.new");
    let mut file =
        OpenOptions::new().read(true).write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
    file.write_all(&header.encode())?;
    let mut length = wide(BLOCKS_AT);
    for block in blocks {
        file.write_all(block.bytes())?;
        length += wide(block.bytes().len());
    }
    write_zeros(&mut file, bytes.saturating_sub(length))?;
    file.sync_all()?;
    let kept = if path.exists() {
        let aside = files::aside(path);
        fs::hard_link(path, &aside)?;
        Some(aside)
    } else {
        None
    };
    fs::rename(&draft, path)?;
    files::sync_parent(path)?;
    Ok(kept)
}

/// Makes durable what stands in a range of a segment, the last block of the log. A full segment, read-only by now, was
/// synced before it was made so.
pub(crate) fn settle(path: &Path, range: Range<u64>) -> Result<()> {
    if fs::metadata(path)?.permissions().readonly() {
        return File::open(path)?.sync_data();
    }
    files::write_again(&OpenOptions::new().read(true).write(true).open(path)?, range)
}

/// Removes what an interrupted making of a segment left: files that never got their name.
pub(crate) fn remove_drafts(wal: &Path) -> Result<usize> {
    let mut removed = 0;
    for entry in fs::read_dir(wal)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "new") {
            fs::remove_file(&path)?;
            removed += 1;
        }
    }
    Ok(removed)
}
