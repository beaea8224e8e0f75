//! Verifying a data directory: both copies, each alone, and whether they tell the same; and the vault, against what the
//! records commit to.
//!
//! It only reads. Segments are verified while a server writes as well; sled is verified as a copy of its files, and only
//! when no writer runs.

mod found;
mod words;

use std::path::Path;
use std::sync::{Arc, RwLock};

use thads_proof::hash;
use thads_proof::record::{Leaf, Position};
use thads_proof::verify::{Options, Report, VerifyError, verify_records, verify_segments};

use crate::cache::{CacheCheck, HEADS, NotBelieved};
use crate::embedded::backup::{self, KeptPersonal};
use crate::embedded::caches;
use crate::embedded::files;
use crate::embedded::keys;
use crate::embedded::lock;
use crate::embedded::open::out_of_order;
use crate::embedded::reader::{CopiedStore, Reader};
use crate::embedded::storage::Storage;
use crate::embedded::vault::{ENTRIES, KEYRING};
use crate::embedded::{Cursor, Listing, StoreError};
use crate::sentence::Sentence;
use crate::vault::{Check, References};
pub use found::{DirectoryReport, SledReport, VaultCheck};

/// Verifies both copies in the data directory `dir`, and the vault. `references`: how to read those of a payload.
///
/// # Errors
/// When the segments' files cannot be read.
pub fn verify_directory(
    dir: &Path,
    options: &Options,
    references: References,
) -> Result<DirectoryReport, VerifyError> {
    let wal = dir.join(files::WAL);
    // Read before the log: a writer may be at work, and the log only grows.
    let kept = caches::read_cache(dir, HEADS);
    let segments = if wal.is_dir() {
        let report = verify_segments(&wal, options)?;
        (report.summary.records > 0 || !report.is_good()).then_some(report)
    } else {
        None
    };
    let size = segments.as_ref().map_or(0, |report| report.summary.size);
    let (sled, mut disagreements) = verify_sled(dir, &wal, size, options);
    if segments.is_none() && Listing::read(&wal).is_ok_and(|listing| listing.holds_something()) {
        disagreements.push(Sentence::new(
            "Có đoạn trong wal/, nhưng không có bản ghi nào trong đó.",
            "There are segments in wal/, and no record stands in them.",
        ));
    }
    let (heads, lost) = match (&segments, &sled) {
        (Some(report), _) if report.is_good() => (check_heads(dir, kept.as_deref()), None),
        (None, SledReport::Checked(report, _)) => {
            let lost = (!lock::is_in_order(dir)).then(|| out_of_order(report.summary.size));
            (check_heads(dir, kept.as_deref()), lost)
        }
        (Some(_) | None, _) => (CacheCheck::Unchecked, None),
    };
    disagreements.extend(lost);
    // sled alone has what was signed: that is said already.
    let heads = match (heads, &segments, &sled) {
        (CacheCheck::NotBelieved(NotBelieved::Ahead(signed)), Some(_), SledReport::Checked(sled, _))
            if signed <= sled.summary.size =>
        {
            CacheCheck::Unchecked
        }
        (heads, _, _) => heads,
    };
    let records = match (&segments, &sled) {
        (Some(report), _) => Some(report),
        (None, SledReport::Checked(report, _)) => Some(&**report),
        (None, _) => None,
    };
    let (keys, key_unread) = match records.map(|report| other_keys(dir, report)) {
        Some(Err(why)) => (Vec::new(), Some(why)),
        Some(Ok(wrong)) => (wrong, None),
        None => (Vec::new(), None),
    };
    let signed = options.checkpoints.iter().map(|checkpoint| checkpoint.size);
    let receipted = options.known.iter().map(|(position, _)| position.next().get());
    let wanted = signed.chain(receipted).max().unwrap_or(0);
    let sled_alone =
        matches!(&sled, SledReport::Checked(report, wrong) if report.is_good() && wrong.is_empty());
    let vault = match &segments {
        Some(report) if report.is_good() => check_vault(dir, references),
        None if sled_alone => check_vault(dir, references),
        Some(_) | None => {
            VaultCheck::Skipped(Sentence::new("các đoạn không còn nguyên", "the segments are not whole"))
        }
    };
    Ok(DirectoryReport { segments, sled, disagreements, heads, vault, keys, key_unread, wanted })
}

/// Holds the vault against the log: every commitment of every record must open by what stands behind its own reference.
pub(crate) fn check_vault(dir: &Path, references: References) -> VaultCheck {
    check_vault_with_keys_of(dir, references, u64::MAX)
}

/// The same where the keyring was copied when the log had `keys_at` records: those behind them may lack their keys.
pub(crate) fn check_vault_with_keys_of(dir: &Path, references: References, keys_at: u64) -> VaultCheck {
    const AT_ONCE: usize = 1 << 14;
    let checked = || {
        let reader = Reader::open_as_it_is(dir).map_err(|error| error.to_string())?;
        let mut check = Check::new(reader.vault(), references, keys_at);
        let mut records = reader.read(Position::GENESIS);
        loop {
            let some: Vec<_> = records
                .by_ref()
                .take(AT_ONCE)
                .collect::<Result<_, _>>()
                .map_err(|error| error.to_string())?;
            if some.is_empty() {
                break;
            }
            check.records(&some).map_err(|error| error.to_string())?;
        }
        Ok(check.finish())
    };
    match backup::kept_personal(dir) {
        // What keeps nothing is held against its records like a ledger.
        None | Some(KeptPersonal::None) => {}
        Some(KeptPersonal::Broken(why)) => return VaultCheck::Broken(why),
        Some(KeptPersonal::Unreadable(why)) => return VaultCheck::Unreadable(why),
        Some(KeptPersonal::Whole) => {
            return VaultCheck::Skipped(Sentence::new(
                "đây là bản sao lưu, giữ dữ liệu ấy dưới tên khác, còn đúng như đã chép; nó có mở được hay không thì thads restore mới kiểm",
                "this is a backup, which keeps it under other names, as it was copied; whether it opens is checked by thads restore",
            ));
        }
    }
    let gone = [ENTRIES, KEYRING].into_iter().find(|file| files::is_missing(&dir.join(file)));
    match checked() {
        Ok(report) => match gone.filter(|_| report.lost > 0 && report.without_key == 0) {
            Some(gone) => VaultCheck::Gone(gone, report.lost),
            None => VaultCheck::Checked(report),
        },
        Err(why) => VaultCheck::Unreadable(why),
    }
}

/// Holds the stream heads that were kept against a fold of the whole log. A log that cannot be read is said elsewhere.
fn check_heads(dir: &Path, kept: Option<&[u8]>) -> CacheCheck {
    let Some(kept) = kept else { return CacheCheck::Unchecked };
    let checked = Reader::open_as_it_is(dir).ok().and_then(|reader| reader.check_heads(kept).ok());
    checked.unwrap_or(CacheCheck::Unchecked)
}

/// Says what is wrong with the keys that are here: each must be the one that the genesis names.
///
/// # Errors
/// Why one cannot be looked at now.
fn other_keys(dir: &Path, report: &Report) -> Result<Vec<Sentence>, String> {
    let Some(genesis) = report.summary.genesis.as_ref() else { return Ok(Vec::new()) };
    let mut wrong = Vec::new();
    for place in [keys::LOG_KEY, keys::ROOT_KEY] {
        match keys::look(dir, place, genesis).map_err(|error| error.to_string())? {
            keys::Found::Wrong(what) => wrong.push(what),
            keys::Found::Right | keys::Found::Missing => {}
        }
    }
    Ok(wrong)
}

fn verify_sled(dir: &Path, wal: &Path, size: u64, options: &Options) -> (SledReport, Vec<Sentence>) {
    let path = dir.join(files::SLED);
    if !path.is_dir() {
        return (SledReport::Absent, Vec::new());
    }
    if lock::is_held(dir) {
        return (SledReport::Busy, Vec::new());
    }
    let copy = match CopiedStore::open(&path, Storage::default().sled_deadline) {
        _ if lock::is_held(dir) => return (SledReport::Busy, Vec::new()),
        Ok(copy) => copy,
        Err(StoreError::Unable(why)) => return (SledReport::Skipped(why), Vec::new()),
        Err(error) => return (SledReport::Unreadable(error.to_string()), Vec::new()),
    };
    let mut wrong = Vec::new();
    let mut leaves = Ends::new(wal, size);
    let records = copy.store.scan().flat_map(|run| match run {
        Ok((run, whole)) => {
            if let Err(error) = whole {
                wrong.push(Sentence::as_given(error));
            }
            run.records().map(|(position, bytes)| (position, bytes.to_vec())).collect::<Vec<_>>()
        }
        Err(error) => {
            wrong.push(Sentence::as_given(error));
            Vec::new()
        }
    });
    // sled may be behind the segments: what it does not have yet is not missing.
    let end = copy.store.end().unwrap_or(0);
    let checkpoints =
        options.checkpoints.iter().filter(|checkpoint| checkpoint.size <= end).cloned().collect();
    let known = options.known.iter().filter(|(position, _)| position.get() < end).copied().collect();
    let behind = Options { checkpoints, known, ..options.clone() };
    let report = verify_records(records, &behind);
    let mut disagreements = Vec::new();
    if let Some(last) = report.summary.size.checked_sub(1)
        && report.is_good()
    {
        match leaves.leaf(last) {
            Some(leaf) if leaf != report.summary.head => {
                let head = report.summary.head;
                disagreements.push(Sentence::new(
                    format!(
                        "Các đoạn và sled kể hai lịch sử khác nhau: bản ghi {last} có lá {leaf} trong các đoạn, {head} trong sled."
                    ),
                    format!(
                        "Segments and sled tell different histories: record {last} has leaf {leaf} in the segments, {head} in sled."
                    ),
                ));
            }
            None if size > 0 && last >= size => disagreements.push(Sentence::new(
                format!(
                    "sled có bản ghi đến vị trí {last}; các đoạn hết trước vị trí {size}: thiếu các đoạn cuối."
                ),
                format!(
                    "sled holds records to position {last}; the segments end before position {size}: the last segments are missing."
                ),
            )),
            _ => {}
        }
    }
    wrong.extend(leaves.compare_headers(&copy));
    (SledReport::Checked(Box::new(report), wrong), disagreements)
}

/// Reads the segments where they are compared with sled.
struct Ends<'a> {
    wal: &'a Path,
    segments: crate::embedded::Segments,
    size: u64,
}

impl<'a> Ends<'a> {
    fn new(wal: &'a Path, size: u64) -> Ends<'a> {
        let used = Listing::read(wal).map(|listing| listing.used).unwrap_or_default();
        Ends { wal, segments: Arc::new(RwLock::new(used)), size }
    }

    fn leaf(&mut self, position: u64) -> Option<Leaf> {
        if position >= self.size {
            return None;
        }
        let block = Cursor::new(self.wal, &self.segments, position, position + 1).next_block()?.ok()?;
        let run = block.run().cut(&(position..position + 1));
        run.records().next().map(|(_, bytes)| hash::leaf(bytes))
    }

    /// Compares the blocks' headers that sled holds with those in the segments, as far as both can be read.
    fn compare_headers(&self, copy: &CopiedStore) -> Option<Sentence> {
        let end = match copy.store.end() {
            Ok(end) => end.min(self.size),
            Err(error) => return Some(Sentence::as_given(error)),
        };
        let mut cursor = Cursor::new(self.wal, &self.segments, 0, end);
        while let Some(Ok((header, _))) = cursor.next_header() {
            let position = header.first;
            match copy.store.header(position) {
                Ok(Some(ours)) if ours == header => {}
                Ok(_) => {
                    return Some(Sentence::new(
                        format!("Đầu khối của vị trí {position} trong sled không phải của các đoạn."),
                        format!("sled's block header of position {position} is not the segments'."),
                    ));
                }
                Err(error) => return Some(Sentence::as_given(error)),
            }
        }
        None
    }
}
