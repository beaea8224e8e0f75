//! What verifying a data directory found, what of it is wrong, and what opening the ledger for writing would do.

use thads_proof::segment;
use thads_proof::verify::{Finding, Report, What};

use super::words::place_vi;
use crate::cache::{CacheCheck, HEADS};
use crate::sentence::Sentence;
use crate::vault::VaultReport;

/// What was found in a data directory.
#[derive(Debug)]
pub struct DirectoryReport {
    /// The segments; `None` when there is none with a record.
    pub segments: Option<Report>,
    /// The event store.
    pub sled: SledReport,
    /// What the copies say against each other.
    pub disagreements: Vec<Sentence>,
    /// The cache of the stream heads, held against a fold of the log made anew.
    pub heads: CacheCheck,
    /// The vault.
    pub vault: VaultCheck,
    /// What is wrong with the log's key and the root key, which need not be here.
    pub keys: Vec<Sentence>,
    /// Why one of them could not be looked at.
    pub key_unread: Option<String>,
    /// How many records were signed or receipted, as far as that was given: fewer are too few.
    pub(super) wanted: u64,
}

/// What was found in the event store.
#[derive(Debug)]
pub enum SledReport {
    /// There is none.
    Absent,
    /// A writer runs: its files cannot be copied as a whole.
    Busy,
    /// The system does not let it be looked at now: why.
    Skipped(String),
    /// It cannot be opened or read.
    Unreadable(String),
    /// Its records were verified. What is wrong besides them is in the sentences.
    Checked(Box<Report>, Vec<Sentence>),
}

/// What was found in the vault.
#[derive(Debug)]
pub enum VaultCheck {
    /// It was not looked at, for the records themselves are not whole: why.
    Skipped(Sentence),
    /// It, or the log, cannot be read: why.
    Unreadable(String),
    /// This is a backup, and a copy that it promises is not there as it was written: why.
    Broken(String),
    /// One of its files is not there, although records commit to so many pieces of personal data.
    Gone(&'static str, u64),
    /// Every commitment of every record was held against what stands behind its reference.
    Checked(VaultReport),
}

impl VaultCheck {
    /// Returns whether nothing is wrong, as far as it was looked at.
    pub fn is_good(&self) -> bool {
        match self {
            VaultCheck::Skipped(_) | VaultCheck::Unreadable(_) => true,
            VaultCheck::Gone(..) | VaultCheck::Broken(_) => false,
            VaultCheck::Checked(report) => report.is_good(),
        }
    }

    /// Returns whether it is known that the vault opens all that the records commit to.
    pub(crate) fn opens_all(&self) -> bool {
        match self {
            VaultCheck::Checked(report) => report.is_good() && report.unknown == 0,
            VaultCheck::Skipped(_)
            | VaultCheck::Unreadable(_)
            | VaultCheck::Broken(_)
            | VaultCheck::Gone(..) => false,
        }
    }

    /// Returns how many pieces of personal data that records commit to are lost, as far as it was looked at.
    pub fn lost(&self) -> u64 {
        match self {
            VaultCheck::Skipped(_) | VaultCheck::Unreadable(_) | VaultCheck::Broken(_) => 0,
            VaultCheck::Gone(_, lost) => *lost,
            VaultCheck::Checked(report) => report.lost,
        }
    }

    fn sentences(&self) -> Vec<Sentence> {
        let report = match self {
            VaultCheck::Skipped(why) => {
                return vec![Sentence::new(
                    format!("Chưa xem dữ liệu cá nhân: {}.", why.vi),
                    format!("Personal data was not looked at: {}.", why.en),
                )];
            }
            VaultCheck::Unreadable(why) => {
                return vec![Sentence::new(
                    format!("Chưa xem được dữ liệu cá nhân: {why}."),
                    format!("Personal data could not be looked at: {why}."),
                )];
            }
            VaultCheck::Broken(_) => return self.first_wrong().into_iter().collect(),
            VaultCheck::Gone(file, lost) => {
                return vec![Sentence::new(
                    format!("Không có {file}: {lost} dữ liệu cá nhân mà bản ghi cam kết không mở được."),
                    format!(
                        "{file} is gone: {lost} pieces of personal data that records commit to do not open."
                    ),
                )];
            }
            VaultCheck::Checked(report) => report,
        };
        let VaultReport { opened, lost, unnamed, unknown, named, .. } = report;
        let mut sentences = Vec::new();
        if opened + lost > 0 {
            sentences.push(Sentence::new(
                format!("Dữ liệu cá nhân mà bản ghi cam kết: {opened} mở được, {lost} bị mất."),
                format!("Personal data that records commit to: {opened} open, {lost} lost."),
            ));
        }
        if *unnamed > 0 {
            sentences.push(Sentence::new(
                format!("Kho có {unnamed} mục mà không bản ghi nào nêu; chúng không nói lên điều gì."),
                format!("The vault has {unnamed} entries that no record names; they say nothing."),
            ));
        }
        if *unknown > 0 {
            sentences.push(Sentence::new(
                format!("Chưa kiểm {unknown} dữ liệu cá nhân của các loại bản ghi mà bản cài này chưa biết."),
                format!("{unknown} pieces of personal data are of kinds that this build does not know: not checked."),
            ));
        }
        sentences.extend(named.iter().cloned());
        if report.findings > crate::count::to_u64(named.len()) {
            let more = report.findings - crate::count::to_u64(named.len());
            sentences.push(Sentence::new(format!("… và {more} điểm nữa."), format!("… and {more} more.")));
        }
        if *lost > 0 {
            sentences.push(Sentence::new(
                "Phần bị mất không có bản thứ hai ở đây; bản sao lưu có thể còn.",
                "What is lost of it has no second copy here; a backup may have it.",
            ));
        }
        sentences
    }

    fn first_wrong(&self) -> Option<Sentence> {
        let lost = self.lost();
        if self.is_good() {
            return None;
        }
        if lost > 0 {
            return Some(Sentence::new(
                format!("{lost} phần dữ liệu cá nhân mà bản ghi cam kết đã mất"),
                format!("{lost} pieces of personal data that records commit to are lost"),
            ));
        }
        match self {
            VaultCheck::Checked(report) => report.named.first().cloned(),
            VaultCheck::Broken(why) => Some(Sentence::new(
                format!("Dữ liệu cá nhân trong bản sao lưu này không còn như đã chép: {why}."),
                format!("The personal data of this backup is not there as it was copied: {why}."),
            )),
            VaultCheck::Skipped(_) | VaultCheck::Unreadable(_) | VaultCheck::Gone(..) => None,
        }
    }
}

impl SledReport {
    fn is_good(&self) -> bool {
        match self {
            SledReport::Absent | SledReport::Busy | SledReport::Skipped(_) => true,
            SledReport::Unreadable(_) => false,
            SledReport::Checked(report, wrong) => report.is_good() && wrong.is_empty(),
        }
    }

    fn sentences(&self) -> Vec<Sentence> {
        match self {
            SledReport::Absent => vec![Sentence::new(
                "Không có kho sled; có thể dựng lại từ các đoạn.",
                "There is no sled store; it can be rebuilt from the segments.",
            )],
            SledReport::Busy => vec![Sentence::new(
                "Chưa kiểm chứng sled: một tiến trình khác đang ghi vào sổ.",
                "sled was not verified: another process writes to the ledger.",
            )],
            SledReport::Skipped(why) => vec![Sentence::new(
                format!("Chưa kiểm chứng sled: {why}."),
                format!("sled was not verified: {why}."),
            )],
            SledReport::Unreadable(why) => vec![unreadable(why)],
            SledReport::Checked(report, wrong) => {
                let mut sentences = vec![verdict("sled", "sled", report)];
                sentences.extend(wrong.iter().cloned());
                sentences
            }
        }
    }
}

impl DirectoryReport {
    /// Returns whether the records are good and nothing is wrong beside them. A damaged sled is evidence as well.
    pub fn is_good(&self) -> bool {
        self.records_are_good() && self.is_good_beside() && self.heads.is_good()
    }

    /// Returns whether the vault holds what the records commit to, and the signing key is the log's: what no copy mends.
    pub fn is_good_beside(&self) -> bool {
        self.vault.is_good() && self.keys.is_empty()
    }

    /// Returns whether the segments are whole and nothing speaks against their records.
    pub fn records_are_good(&self) -> bool {
        self.segments.as_ref().is_some_and(Report::is_good)
            && self.sled.is_good()
            && self.disagreements.is_empty()
            && !self.heads.is_evidence()
    }

    /// Says of each copy whether it is good, and which one is to be mended from the other.
    pub fn sentences(&self) -> Vec<Sentence> {
        let segments = self.segments.as_ref().is_some_and(Report::is_good);
        let mut sentences = Vec::new();
        match &self.segments {
            None => sentences.push(
                self.segments_gone()
                    .unwrap_or_else(|| Sentence::new("Không có đoạn nào.", "There are no segments.")),
            ),
            Some(report) => {
                sentences.push(verdict("Các đoạn", "The segments", report));
                sentences.extend(report.torn.iter().map(|torn| {
                    let (place, position) = (torn.place, torn.position);
                    Sentence::new(
                        format!(
                            "Phần ở {} (vị trí {position}) chưa được ghi xong nên chưa từng được xác nhận.",
                            place_vi(&place)
                        ),
                        format!(
                            "What stands at {place} (position {position}) was never finished and so never acknowledged."
                        ),
                    )
                }));
            }
        }
        sentences.extend(self.sled.sentences());
        sentences.extend(self.disagreements.iter().cloned());
        sentences.extend(self.heads.sentence(HEADS));
        match (segments, self.sled_serves()) {
            (true, _) if !self.sled.is_good() => sentences.push(Sentence::new(
                "Các đoạn còn nguyên: có thể dựng lại sled từ đó.",
                "The segments are good: sled can be rebuilt from them.",
            )),
            (false, true) => sentences.push(Sentence::new(
                "sled còn nguyên: có thể khôi phục các đoạn từ đó.",
                "sled is good: the segments can be restored from it.",
            )),
            (false, false) => sentences
                .push(Sentence::new("Không bản nào tự nó còn nguyên.", "Neither copy is good by itself.")),
            (true, _) => {}
        }
        sentences.extend(self.vault.sentences());
        sentences.extend(self.keys.iter().cloned());
        sentences
    }

    /// Returns whether neither copy holds a record, and nothing is wrong with what there is of them.
    pub fn holds_no_record(&self) -> bool {
        let in_sled = match &self.sled {
            SledReport::Absent => false,
            SledReport::Checked(report, wrong) => {
                report.summary.records > 0 || !report.is_good() || !wrong.is_empty()
            }
            SledReport::Busy | SledReport::Skipped(_) | SledReport::Unreadable(_) => true,
        };
        self.segments.is_none() && !in_sled
    }

    /// Says that the segments, which are the log, are gone, where sled has all that stood in them.
    pub fn segments_gone(&self) -> Option<Sentence> {
        let SledReport::Checked(report, _) = &self.sled else { return None };
        let size = report.summary.size;
        let is_so =
            self.segments.is_none() && self.disagreements.is_empty() && self.sled_serves() && size > 0;
        is_so.then(|| {
            Sentence::new(
                format!(
                    "Các đoạn trong wal/, tức chính nhật ký, đã mất; sled, bản thứ hai, có đủ {size} bản ghi, và thads doctor khôi phục các đoạn từ đó."
                ),
                format!(
                    "The segments in wal/, which are the log, are gone; sled, its second copy, has all of its {size} records, and thads doctor brings them back from there."
                ),
            )
        })
    }

    /// Returns the first thing that is wrong.
    pub fn first_wrong(&self) -> Option<Sentence> {
        let of_records = self.segments.as_ref().and_then(Report::first).map(Sentence::from);
        let of_sled = || match &self.sled {
            SledReport::Absent | SledReport::Busy | SledReport::Skipped(_) => None,
            SledReport::Unreadable(why) => Some(unreadable(why)),
            SledReport::Checked(report, wrong) => report
                .first()
                .map(|finding| {
                    let said = Sentence::from(finding);
                    Sentence::new(format!("sled: {}", said.vi), format!("sled: {}", said.en))
                })
                .or_else(|| wrong.first().cloned()),
        };
        of_records
            .or_else(|| self.segments_gone())
            .or_else(of_sled)
            .or_else(|| self.disagreements.first().cloned())
            .or_else(|| self.heads.sentence(HEADS).filter(|_| !self.heads.is_good()))
            .or_else(|| self.vault.first_wrong())
            .or_else(|| self.keys.first().cloned())
    }

    /// Returns whether sled holds all that the segments should, and nothing is wrong with it.
    fn sled_serves(&self) -> bool {
        let due = self.segments.as_ref().map_or(0, |report| report.summary.size).max(self.wanted);
        match &self.sled {
            SledReport::Checked(report, _) => self.sled.is_good() && report.summary.size >= due,
            SledReport::Absent | SledReport::Busy | SledReport::Skipped(_) | SledReport::Unreadable(_) => {
                false
            }
        }
    }

    /// Says what opening the ledger for writing would do with what was found.
    pub fn plan(&self) -> Vec<Sentence> {
        let mut plan = self
            .segments
            .as_ref()
            .map_or_else(|| vec![self.plan_without_segments()], |segments| self.plan_for_segments(segments));
        if !self.vault.is_good() {
            plan.push(Sentence::new(
                "Không làm gì với dữ liệu cá nhân: lấy lại vault/entries và keys/keyring từ bản sao lưu.",
                "Nothing would be done for the personal data: bring vault/entries and keys/keyring back from a backup.",
            ));
        }
        plan.extend(self.keys.iter().cloned());
        plan
    }

    fn plan_without_segments(&self) -> Sentence {
        if self.sled_serves() {
            return Sentence::new(
                "Các đoạn sẽ được khôi phục từ sled.",
                "The segments would be restored from sled.",
            );
        }
        Sentence::new("Không thể khôi phục các đoạn từ sled.", "The segments cannot be restored from sled.")
    }

    fn plan_for_segments(&self, segments: &Report) -> Vec<Sentence> {
        let mut plan = Vec::new();
        let is_gone = |finding: &&Finding| matches!(finding.what, What::RecordMissing | What::Short);
        let (gone, damaged): (Vec<_>, Vec<_>) = segments.findings.iter().partition(is_gone);
        let mut damaged: Vec<u64> = damaged.iter().filter_map(|finding| finding.place?.segment).collect();
        damaged.dedup();
        for number in damaged {
            let name = segment::file_name(number);
            plan.push(Sentence::new(
                format!(
                    "Đoạn {name} sẽ được ghép lại từ các khối còn nguyên của nó và từ những gì sled có; đoạn hỏng được giữ \
                     bên cạnh. Nếu cả hai không có một khối nào đó thì không ghi gì."
                ),
                format!(
                    "Segment {name} would be put together again from its whole blocks and from what sled has; the damaged \
                     one would be kept beside it. If neither has a block, nothing would be written."
                ),
            ));
        }
        for finding in gone {
            let last = finding.position.get().saturating_add(finding.count.saturating_sub(1));
            let position = finding.position;
            plan.push(Sentence::new(
                format!("Các bản ghi từ {position} đến {last} sẽ được khôi phục từ sled, nếu sled có."),
                format!("Records {position} to {last} would be restored from sled, if it has them."),
            ));
        }
        for torn in &segments.torn {
            let place = torn.place;
            plan.push(Sentence::new(
                format!("Sổ sẽ được ghi tiếp trong một đoạn mới, không phải ở {}.", place_vi(&place)),
                format!("The log would go on in a new segment, not at {place}."),
            ));
        }
        plan.extend(self.plan_for_sled(segments));
        plan
    }

    fn plan_for_sled(&self, segments: &Report) -> Option<Sentence> {
        match &self.sled {
            SledReport::Busy | SledReport::Skipped(_) => None,
            SledReport::Absent => Some(Sentence::new(
                "sled sẽ được dựng mới từ các đoạn.",
                "sled would be made anew from the segments.",
            )),
            SledReport::Checked(report, _) if self.sled.is_good() => {
                match segments.summary.size.checked_sub(report.summary.size) {
                    Some(0) => None,
                    Some(behind) => Some(Sentence::new(
                        format!("{behind} bản ghi sẽ được chuyển sang sled."),
                        format!("{behind} records would be moved to sled."),
                    )),
                    None => Some(Sentence::new(
                        "Các đoạn cuối sẽ được khôi phục từ sled.",
                        "The last segments would be restored from sled.",
                    )),
                }
            }
            SledReport::Unreadable(_) | SledReport::Checked(..) => Some(Sentence::new(
                "sled sẽ được nạp lại từ các đoạn; nếu không mở được, các tệp của nó được để riêng ra.",
                "sled would be refilled from the segments; where it does not open, its files would be set aside.",
            )),
        }
    }
}

fn unreadable(why: &str) -> Sentence {
    Sentence::new(format!("Không đọc được sled: {why}."), format!("sled cannot be read: {why}."))
}

fn verdict(vi: &str, en: &str, report: &Report) -> Sentence {
    let (size, count) = (report.summary.size, report.findings.len());
    match report.first() {
        None => Sentence::new(
            format!("{vi}: {size} bản ghi, không có gì sai."),
            format!("{en}: {size} records, nothing wrong."),
        ),
        Some(first) => Sentence::new(
            format!(
                "{vi}: {count} điểm sai trong {size} bản ghi; trước hết là {}.",
                Sentence::from(first).vi
            ),
            format!("{en}: {count} findings in {size} records; the first is {first}."),
        ),
    }
}
