//! Verifying a data directory: both copies, each alone, and whether they tell the same; and the vault, against what the
//! records commit to.
//!
//! It only reads. Segments are verified while a server writes as well; sled is verified as a copy of its files, and only
//! when no writer runs.

use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, RwLock};

use thads_proof::hash;
use thads_proof::record::{Leaf, Position};
use thads_proof::segment;
use thads_proof::verify::{Finding, Options, Report, VerifyError, What, verify_records, verify_segments};

use crate::files;
use crate::journal::{Cursor, Listing};
use crate::lock;
use crate::reader::{CopiedStore, Reader};
use crate::snapshot;
use crate::state::State;
use crate::storage::Storage;
use crate::vault::{KEYRING, VaultReport};

/// What was found in a data directory.
#[derive(Debug)]
pub struct DirectoryReport {
    /// The segments; `None` when there is none with a record.
    pub segments: Option<Report>,
    /// The event store.
    pub sled: SledReport,
    /// What the copies, and the stream heads that were written down beside them, say against each other, in sentences.
    pub disagreements: Vec<String>,
    /// The vault.
    pub vault: VaultCheck,
    /// How many records were signed or receipted, as far as that was given: fewer are too few.
    wanted: u64,
}

/// What was found in the event store.
#[derive(Debug)]
pub enum SledReport {
    /// There is none.
    Absent,
    /// A writer runs: its files cannot be copied as a whole.
    Busy,
    /// It cannot be opened or read.
    Unreadable(String),
    /// Its records were verified. What is wrong besides them is in the sentences.
    Checked(Box<Report>, Vec<String>),
}

/// What was found in the vault.
#[derive(Debug)]
pub enum VaultCheck {
    /// It was not looked at: why.
    Skipped(String),
    /// Every entry was opened and held against the records.
    Checked(VaultReport),
}

impl VaultCheck {
    /// Returns whether nothing is lost, as far as it was looked at.
    pub fn is_good(&self) -> bool {
        match self {
            VaultCheck::Skipped(_) => true,
            VaultCheck::Checked(report) => report.is_good(),
        }
    }

    fn sentences(&self) -> Vec<String> {
        let report = match self {
            VaultCheck::Skipped(why) => return vec![format!("Personal data was not looked at: {why}.")],
            VaultCheck::Checked(report) => report,
        };
        let VaultReport { opened, erased, missing, damaged, .. } = report;
        let mut sentences = Vec::new();
        if opened + erased + missing > 0 {
            sentences.push(format!(
                "Personal data that records commit to: {opened} open, {erased} erased, {missing} lost."
            ));
        }
        if *missing > 0 {
            sentences.extend(damaged.iter().cloned());
            sentences.push("What is lost of it has no second copy here; a backup may have it.".into());
        }
        sentences
    }
}

impl SledReport {
    fn is_good(&self) -> bool {
        match self {
            SledReport::Absent | SledReport::Busy => true,
            SledReport::Unreadable(_) => false,
            SledReport::Checked(report, wrong) => report.is_good() && wrong.is_empty(),
        }
    }
}

impl DirectoryReport {
    /// Returns whether the records are good and the vault holds what they commit to. A damaged sled is evidence as well.
    pub fn is_good(&self) -> bool {
        self.records_are_good() && self.vault.is_good()
    }

    /// Returns whether the segments are whole and nothing speaks against their records.
    pub fn records_are_good(&self) -> bool {
        self.segments.as_ref().is_some_and(Report::is_good)
            && self.sled.is_good()
            && self.disagreements.is_empty()
    }

    /// Says of each copy whether it is good, and which one is to be mended from the other.
    pub fn sentences(&self) -> Vec<String> {
        let segments = self.segments.as_ref().is_some_and(Report::is_good);
        let mut sentences = Vec::new();
        match &self.segments {
            None => sentences.push("There are no segments.".into()),
            Some(report) => {
                sentences.push(verdict("The segments", report));
                sentences.extend(report.torn.iter().map(|torn| {
                    let (place, position) = (torn.place, torn.position);
                    format!("What stands at {place} (position {position}) was never finished and so never acknowledged.")
                }));
            }
        }
        match &self.sled {
            SledReport::Absent => {
                sentences.push("There is no sled store; it can be rebuilt from the segments.".into())
            }
            SledReport::Busy => {
                sentences.push("sled was not verified: another process writes to the ledger.".into())
            }
            SledReport::Unreadable(why) => sentences.push(format!("sled cannot be read: {why}.")),
            SledReport::Checked(report, wrong) => {
                sentences.push(verdict("sled", report));
                sentences.extend(wrong.iter().cloned());
            }
        }
        sentences.extend(self.disagreements.iter().cloned());
        match (segments, self.sled_serves()) {
            (true, _) if !self.sled.is_good() => {
                sentences.push("The segments are good: sled can be rebuilt from them.".into());
            }
            (false, true) => sentences.push("sled is good: the segments can be restored from it.".into()),
            (false, false) => sentences.push("Neither copy is good by itself.".into()),
            (true, _) => {}
        }
        sentences.extend(self.vault.sentences());
        sentences
    }

    /// Returns the first thing that is wrong, in a sentence.
    pub fn first_wrong(&self) -> Option<String> {
        let of_records = self.segments.as_ref().and_then(Report::first).map(ToString::to_string);
        let of_sled = || match &self.sled {
            SledReport::Absent | SledReport::Busy => None,
            SledReport::Unreadable(why) => Some(format!("sled cannot be read: {why}")),
            SledReport::Checked(report, wrong) => {
                report.first().map(|finding| format!("sled: {finding}")).or_else(|| wrong.first().cloned())
            }
        };
        let of_vault = || match &self.vault {
            VaultCheck::Checked(report) if !report.is_good() => {
                Some(format!("{} pieces of personal data that records commit to are lost", report.missing))
            }
            VaultCheck::Checked(_) | VaultCheck::Skipped(_) => None,
        };
        of_records.or_else(of_sled).or_else(|| self.disagreements.first().cloned()).or_else(of_vault)
    }

    /// Returns whether sled holds all that the segments should, and nothing is wrong with it.
    fn sled_serves(&self) -> bool {
        let due = self.segments.as_ref().map_or(0, |report| report.summary.size).max(self.wanted);
        match &self.sled {
            SledReport::Checked(report, _) => self.sled.is_good() && report.summary.size >= due,
            SledReport::Absent | SledReport::Busy | SledReport::Unreadable(_) => false,
        }
    }

    /// Says what opening the ledger for writing would do with what was found.
    pub fn plan(&self) -> Vec<String> {
        let mut plan = Vec::new();
        let Some(segments) = &self.segments else {
            let from = if self.sled_serves() { "would be" } else { "cannot be" };
            return vec![format!("The segments {from} restored from sled.")];
        };
        let is_gone = |finding: &&Finding| matches!(finding.what, What::RecordMissing | What::Short);
        let (gone, damaged): (Vec<_>, Vec<_>) = segments.findings.iter().partition(is_gone);
        let mut damaged: Vec<u64> = damaged.iter().filter_map(|finding| finding.place?.segment).collect();
        damaged.dedup();
        for number in damaged {
            let name = segment::file_name(number);
            plan.push(format!(
                "Segment {name} would be put together again from its whole blocks and from what sled has; the damaged one \
                 would be kept beside it. If neither has a block, nothing would be written."
            ));
        }
        for finding in gone {
            let last = finding.position.get().saturating_add(finding.count.saturating_sub(1));
            let position = finding.position;
            plan.push(format!("Records {position} to {last} would be restored from sled, if it has them."));
        }
        for torn in &segments.torn {
            let place = torn.place;
            plan.push(format!("The log would go on in a new segment, not at {place}."));
        }
        match &self.sled {
            SledReport::Absent => plan.push("sled would be made anew from the segments.".into()),
            SledReport::Busy => {}
            SledReport::Checked(report, _) if self.sled.is_good() => {
                match segments.summary.size.checked_sub(report.summary.size) {
                    Some(0) => {}
                    Some(behind) => {
                        plan.push(format!("{behind} records would be moved to sled."));
                    }
                    None => plan.push("The last segments would be restored from sled.".into()),
                }
            }
            SledReport::Unreadable(_) | SledReport::Checked(..) => {
                plan.push("sled would be refilled from the segments; where it does not open, its files would be set aside.".into());
            }
        }
        if !self.vault.is_good() {
            plan.push(
                "Nothing would be done for the personal data: bring vault/entries and keys/keyring back from a backup."
                    .into(),
            );
        }
        plan
    }
}

fn verdict(name: &str, report: &Report) -> String {
    let size = report.summary.size;
    match report.first() {
        None => format!("{name}: {size} records, nothing wrong."),
        Some(first) => {
            format!("{name}: {} findings in {size} records; the first is {first}.", report.findings.len())
        }
    }
}

/// Verifies both copies in the data directory `dir`.
///
/// # Errors
/// When the segments' files cannot be read.
pub fn verify_directory(dir: &Path, options: &Options) -> Result<DirectoryReport, VerifyError> {
    let wal = dir.join(files::WAL);
    // Read before the log: a writer may be at work, and the log only grows.
    let heads = snapshot::peek(dir);
    let segments = if wal.is_dir() {
        let report = verify_segments(&wal, options)?;
        (report.summary.records > 0 || !report.is_good()).then_some(report)
    } else {
        None
    };
    let size = segments.as_ref().map_or(0, |report| report.summary.size);
    let (sled, mut disagreements) = verify_sled(dir, &wal, size, options);
    if let (Some(heads), Some(report)) = (heads, &segments)
        && report.is_good()
    {
        disagreements.extend(contradiction(&heads, &wal, report));
    }
    let signed = options.checkpoints.iter().map(|checkpoint| checkpoint.size);
    let receipted = options.known.iter().map(|(position, _)| position.next().get());
    let wanted = signed.chain(receipted).max().unwrap_or(0);
    let vault = match &segments {
        Some(report) if report.is_good() => check_vault(dir),
        Some(_) | None => VaultCheck::Skipped("the segments are not whole".into()),
    };
    Ok(DirectoryReport { segments, sled, disagreements, vault, wanted })
}

/// Holds the vault against the commitments of all records.
fn check_vault(dir: &Path) -> VaultCheck {
    if !dir.join(KEYRING).exists() {
        return VaultCheck::Skipped(format!("{KEYRING} is not here"));
    }
    let checked = || {
        let reader = Reader::open(dir).map_err(|error| error.to_string())?;
        let mut commitments = HashSet::new();
        for record in reader.read(Position::GENESIS) {
            commitments.extend(record.map_err(|error| error.to_string())?.commitments);
        }
        reader.vault().check(commitments).map_err(|error| error.to_string())
    };
    checked().map_or_else(VaultCheck::Skipped, VaultCheck::Checked)
}

/// Says where the stream heads that were written down beside a whole log speak of another.
fn contradiction(heads: &State, wal: &Path, report: &Report) -> Option<String> {
    let (head, size) = (heads.head(), report.summary.size);
    if Some(heads.ledger) != report.summary.ledger {
        return None; // of another ledger: a cache that nobody looks at
    }
    if head.size > size {
        let written = head.size;
        return Some(format!(
            "The log ends with {size} records, and snapshots/heads was written when there were {written}: the rest is gone from both copies."
        ));
    }
    let leaf = Ends::new(wal, size).leaf(head.size.checked_sub(1)?)?;
    (leaf != head.leaf).then(|| {
        format!(
            "snapshots/heads was written of another history: its record {} has another leaf.",
            head.size - 1
        )
    })
}

fn verify_sled(dir: &Path, wal: &Path, size: u64, options: &Options) -> (SledReport, Vec<String>) {
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
        Err(error) => return (SledReport::Unreadable(error.to_string()), Vec::new()),
    };
    let mut wrong = Vec::new();
    let mut leaves = Ends::new(wal, size);
    let records = copy.store.scan().flat_map(|run| match run {
        Ok((run, whole)) => {
            if let Err(error) = whole {
                wrong.push(error.to_string());
            }
            run.records().map(|(position, bytes)| (position, bytes.to_vec())).collect::<Vec<_>>()
        }
        Err(error) => {
            wrong.push(error.to_string());
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
            Some(leaf) if leaf != report.summary.head => disagreements.push(format!(
                "Segments and sled tell different histories: record {last} has leaf {leaf} in the segments, {} in sled.",
                report.summary.head
            )),
            None if size > 0 && last >= size => disagreements.push(format!(
                "sled holds records to position {last}; the segments end before position {size}: the last segments are missing."
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
    segments: crate::journal::Segments,
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
    fn compare_headers(&self, copy: &CopiedStore) -> Option<String> {
        let end = match copy.store.end() {
            Ok(end) => end.min(self.size),
            Err(error) => return Some(error.to_string()),
        };
        let mut cursor = Cursor::new(self.wal, &self.segments, 0, end);
        while let Some(Ok((header, _))) = cursor.next_header() {
            let position = header.first;
            match copy.store.header(position) {
                Ok(Some(ours)) if ours == header => {}
                Ok(_) => {
                    return Some(format!("sled's block header of position {position} is not the segments'."));
                }
                Err(error) => return Some(error.to_string()),
            }
        }
        None
    }
}
