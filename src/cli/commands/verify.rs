//! `verify`: every record, chain, stream, block and root made anew, of both copies; what each record means; and the figures'
//! identities.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use thads_ledger::cache::{BOOKS, CacheCheck, HEADS};
use thads_ledger::{BEFORE_1970, Clock, DirectoryReport, Sentence, SledReport, SystemClock, VaultCheck};
use thads_projections::period::{Period, year_of};
use thads_projections::scope::Scope;
use thads_proof::checkpoint::{Checkpoint, CheckpointError};
use thads_proof::note::{Note, Vkey};
use thads_proof::plain;
use thads_proof::verify::{Finding, Options, Report};
use thads_service::audit::{Finding as Meant, Found};
use thads_service::persons::REFERENCES;
use thads_service::read_only::{ReadOnlyLedger, Source};

use thads_texts::Told;

use crate::failure::Failure;
use crate::output::{Output, both};
use crate::progress::Progress;

/// So many findings of a sort are printed.
const NAMED_MAX: usize = 20;

/// Arguments of `verify`.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Signed checkpoints kept from earlier: the history must still lead to each of them.
    #[arg(long, value_name = "FILE")]
    pub(crate) checkpoint: Vec<PathBuf>,
    /// The log's verifier key, kept from elsewhere; default: the one that the genesis names.
    #[arg(long, value_name = "VKEY")]
    key: Option<String>,
}

/// What was found.
pub(crate) struct Verified {
    directory: DirectoryReport,
    /// What the records mean; `None` where they are not whole.
    meaning: Option<Found>,
    /// What is wrong with the figures.
    identities: Vec<Sentence>,
    /// The cache of the read model, held against a fold made anew.
    model: CacheCheck,
    /// What is not wrong by itself, and a person should look at.
    notices: Vec<Sentence>,
    checkpoints: usize,
    /// Why it is not all good, where what was found is: a key of another log, a file that is no checkpoint, a clock before 1970.
    beside: Option<String>,
}

pub(crate) fn run(data: &Path, output: &Output, args: &Args) -> Result<(), Failure> {
    let Given { options, contradiction, unusable } = given(data, args)?;
    let mut verified = verify_against(data, output, &options)?;
    let clock = SystemClock.is_before_1970().then(|| {
        Failure::new(BEFORE_1970, "sled's copy was not looked at; set the clock, then verify again")
    });
    let beside: Vec<Failure> = contradiction.into_iter().chain(unusable).chain(clock).collect();
    verified.beside = beside.first().map(Failure::message);
    let said = if output.json {
        output.json(&verified.json())
    } else {
        let said = verified.print(output).and_then(|()| output.line(&verified.line(output)));
        for sentence in verified.not_checked() {
            let text = output.sentence(&sentence);
            output.remark(&format!("{}: {text}", output.say("Không kiểm", "Not checked")));
        }
        said
    };
    // Evidence counts for more than what could not be looked at, and that for more than what could not be written.
    let failures = verified.result(output).err().into_iter().chain(beside);
    let (evidence, others): (Vec<_>, Vec<_>) = failures.partition(Failure::is_evidence);
    evidence.into_iter().chain(others).next().map_or(said, Err)
}

/// Verifies a directory by itself.
pub(crate) fn verify(data: &Path, output: &Output) -> Result<Verified, Failure> {
    verify_against(data, output, &Options::default())
}

fn verify_against(data: &Path, output: &Output, options: &Options) -> Result<Verified, Failure> {
    if !thads_ledger::holds_log(data)? {
        return Err(thads_ledger::no_log(data).into());
    }
    let directory = thads_ledger::verify_directory(data, options, REFERENCES)?;
    if directory.holds_no_record() {
        return Err(thads_ledger::no_log(data).into());
    }
    let checkpoints = options.checkpoints.len();
    let mut verified = Verified {
        directory,
        meaning: None,
        identities: Vec::new(),
        model: CacheCheck::Unchecked,
        notices: Vec::new(),
        checkpoints,
        beside: None,
    };
    if verified.is_whole() {
        verified.look_at_meaning(data, output)?;
    }
    Ok(verified)
}

/// What the user holds against the log.
#[derive(Default)]
struct Given {
    /// The heads to verify against: notes that the log's key has signed.
    options: Options,
    /// What speaks against the log, that its genesis names another key: evidence, said when the history was looked at.
    contradiction: Option<Failure>,
    /// The first file that is no checkpoint of this log, or why none can be held against it, said likewise.
    unusable: Option<Failure>,
}

/// Reads what the user holds against the log.
///
/// # Errors
/// A key that is none.
fn given(data: &Path, args: &Args) -> Result<Given, Failure> {
    let mut given = Given::default();
    if args.checkpoint.is_empty() && args.key.is_none() {
        return Ok(given);
    }
    let genesis = thads_ledger::Reader::open_log(data).map(|reader| reader.genesis().clone());
    let key = match (&args.key, &genesis) {
        (Some(key), _) => key.clone(),
        (None, Ok(genesis)) => genesis.log_key.clone(),
        (None, Err(error)) => {
            // What is wrong with the log is said all the same.
            let way = "the genesis cannot be read: give the log's verifier key with --key";
            given.unusable = Some(Failure::new(error, way));
            return Ok(given);
        }
    };
    let key: Vkey = key.parse().map_err(|error: thads_proof::note::VkeyError| {
        Failure::new(error, "a verifier key reads NAME+HASH+BASE64; thads init and thads checkpoint tell it, and so does the genesis: thads log --json --to 1")
    })?;
    if let Ok(genesis) = &genesis
        && genesis.log_key != key.to_string()
    {
        let named = &genesis.log_key;
        given.contradiction = Some(Failure::Damage {
            message: format!("the genesis names the key {named}, not {key}: this is another log's history")
                .into(),
            hint: Some("is --data the directory that was meant, and --key this log's?".into()),
        });
    }
    for file in &args.checkpoint {
        match checkpoint(file, &key) {
            Ok(checkpoint) => given.options.checkpoints.push(checkpoint),
            Err(failure) => drop(given.unusable.get_or_insert(failure)),
        }
    }
    Ok(given)
}

/// Reads a checkpoint of the log that `key` signs for.
fn checkpoint(file: &Path, key: &Vkey) -> Result<Checkpoint, Failure> {
    /// A note with its most signatures has less.
    const NOTE_BYTES_MAX: u64 = 1 << 20;
    let name = file.display();
    let none = |why: &dyn Display| {
        Failure::new(
            format!("{name} is no checkpoint: {why}"),
            "name a file that thads checkpoint has printed, as it was printed, byte for byte",
        )
    };
    // The user names it, and may do so by a link.
    let place = std::fs::canonicalize(file).map_err(|error| none(&error))?;
    let there = std::fs::metadata(&place).map_err(|error| none(&error))?;
    crate::input::refuse_output(file, &there).map_err(|fault| none(&fault.why.en))?;
    let note = plain::read_text(&place, NOTE_BYTES_MAX).map_err(|error| none(&error))?;
    if note.starts_with('\u{feff}') {
        return Err(none(&"it begins with a byte order mark, which an editor has put before it"));
    }
    let parsed = Note::parse(&note).map_err(|error| none(&error))?;
    let said: Checkpoint = parsed.text().parse().map_err(|error: CheckpointError| none(&error))?;
    if said.origin != key.name() {
        return Err(Failure::new(
            format!("{name} is a checkpoint of another log: of {:?}, not of {:?}", said.origin, key.name()),
            "name a checkpoint of this log",
        ));
    }
    // A void note says nothing, so that it contradicts nothing.
    parsed.verify(std::slice::from_ref(key)).map_err(|error| {
        Failure::new(
            format!("{name} is void: no signature of the log's key {}+{:08x} verifies: {error}", key.name(), key.hash()),
            "the note is not a checkpoint of this log, or was changed or mistyped: name it as thads checkpoint has printed it, byte for byte",
        )
    })?;
    Ok(said)
}

/// The identities between columns, for every statistical year that the ledger touches.
fn identities(view: &ReadOnlyLedger) -> Vec<Sentence> {
    view.with_model(|model| {
        let ordered = model.cases().filter_map(|(_, entries)| entries.first()).map(|entry| entry.effective);
        let (first, last) = ordered.fold((None, None), |(first, last), day| {
            (
                Some(first.map_or(day, |first: thads_cases::date::Date| first.min(day))),
                Some(last.map_or(day, |last: thads_cases::date::Date| last.max(day))),
            )
        });
        let (Some(first), Some(last)) = (first, last) else { return Vec::new() };
        let mut broken = Vec::new();
        let rules = &model.reference_data().rules;
        let (Some(first), Some(last)) = (year_of(rules, first), year_of(rules, last)) else {
            return Vec::new();
        };
        for year in first..=last {
            let Some(period) = Period::of_year(rules, year) else { continue };
            let report = thads_projections::report::report(model, &period, Scope::Ledger, model.position());
            for one in thads_projections::identities::identities(&report) {
                let says = format!("{year}: {}: {} ≠ {}", one.identity, one.left, one.right);
                broken.push(Sentence { vi: says.clone(), en: says });
            }
        }
        broken
    })
}

impl Verified {
    /// Folds the records anew, asks of each what it means, and holds what was folded before and the columns against that, as
    /// far as every record could be read.
    fn look_at_meaning(&mut self, data: &Path, output: &Output) -> Result<(), Failure> {
        let mut progress = None;
        let (view, found) = ReadOnlyLedger::open_audited(data, |size, more| {
            let what = || output.say("Xem nội dung các bản ghi", "Judging what records mean");
            let size = usize::try_from(size).unwrap_or(usize::MAX);
            progress.get_or_insert_with(|| Progress::new(output, what(), size)).add(more);
        })?;
        if let Some(progress) = progress {
            progress.finish();
        }
        if found.is_all_read() {
            self.model = view.check_kept()?;
            self.identities = identities(&view);
            self.notices = view.clock_notices(SystemClock.now());
        }
        self.meaning = Some(found);
        Ok(())
    }

    fn reports(&self) -> impl Iterator<Item = &Report> {
        let sled = match &self.directory.sled {
            SledReport::Checked(report, _) => Some(&**report),
            SledReport::Absent | SledReport::Busy | SledReport::Skipped(_) | SledReport::Unreadable(_) => {
                None
            }
        };
        self.directory.segments.iter().chain(sled)
    }

    fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.reports().flat_map(|report| &report.findings)
    }

    /// Whether a whole history stands there: in the segments, or where these are gone in sled.
    fn is_whole(&self) -> bool {
        let alone = self.directory.segments.is_none()
            && matches!(&self.directory.sled, SledReport::Checked(report, wrong) if report.is_good() && wrong.is_empty())
            && self.directory.disagreements.is_empty();
        self.directory.records_are_good() || alone
    }

    /// Whether nothing is wrong.
    pub(crate) fn is_good(&self) -> bool {
        let means_well = self.meaning.as_ref().is_none_or(|found| found.count == 0);
        self.is_whole()
            && self.directory.segments.is_some()
            && self.directory.is_good_beside()
            && self.caches_are_good()
            && means_well
            && self.identities.is_empty()
    }

    /// Whether no cache that the log's key signed says anything else than the log.
    fn caches_are_good(&self) -> bool {
        self.directory.heads.is_good() && self.model.is_good()
    }

    /// Why personal data, or the signing key, could not be looked at.
    fn not_looked_at(&self) -> Option<&str> {
        match &self.directory.vault {
            VaultCheck::Unreadable(why) => Some(why),
            VaultCheck::Skipped(_)
            | VaultCheck::Broken(_)
            | VaultCheck::Gone(..)
            | VaultCheck::Checked(_) => self.directory.key_unread.as_deref(),
        }
    }

    /// Why personal data need not be looked at here.
    fn skipped(&self) -> Option<&Sentence> {
        match &self.directory.vault {
            VaultCheck::Skipped(why) => Some(why),
            VaultCheck::Unreadable(_)
            | VaultCheck::Broken(_)
            | VaultCheck::Gone(..)
            | VaultCheck::Checked(_) => None,
        }
    }

    /// How many records a later program has written.
    fn later(&self) -> u64 {
        self.meaning.as_ref().map_or(0, |found| found.later.count)
    }

    /// What verifying does not check.
    fn not_checked(&self) -> Vec<Sentence> {
        let mut all = vec![
            Sentence::new(
                "việc đã ghi có xảy ra hay không, và ai thật sự đã ghi: cho đến khi có đăng nhập, người thực hiện là lời khai của ai có quyền ghi.",
                "whether what was recorded happened, and who it was: until people sign in, an actor is a claim of whoever may write.",
            ),
            Sentence::new(
                "lịch sử nhập từ nơi khác có đúng quy tắc hay không: điều nó vi phạm chỉ được ghi chú.",
                "whether imported history keeps any rule: what it breaks is only flagged.",
            ),
        ];
        if self.checkpoints == 0 {
            all.push(Sentence::new(
                "sổ có bị cắt ngắn ở cuối, hay bị làm lại toàn bộ: chỉ điểm kiểm giữ ở nơi khác mới biết (--checkpoint).",
                "whether the log was cut short at its end, or made anew as a whole: only a checkpoint kept elsewhere can tell (--checkpoint).",
            ));
        }
        if let Some(why) = self.skipped() {
            all.push(Sentence::new(
                format!("dữ liệu cá nhân: {}.", why.vi),
                format!("personal data: {}.", why.en),
            ));
        }
        match &self.meaning {
            None => all.push(Sentence::new(
                "nội dung các bản ghi và số liệu: các bản ghi không còn nguyên.",
                "what the records mean, and the figures: the records are not whole.",
            )),
            Some(found) => {
                all.extend(found.not_checked_sentence());
                if !found.is_all_read() {
                    all.push(Sentence::new(
                        "số liệu và snapshots/books: không phải bản ghi nào cũng đọc được.",
                        "the figures and snapshots/books: not every record could be read.",
                    ));
                }
            }
        }
        all
    }

    /// Prints what was found of each copy.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn print(&self, output: &Output) -> Result<(), Failure> {
        for finding in self.findings().take(NAMED_MAX) {
            output.line(output.sentence(&finding.into()))?;
        }
        let meant = self.meaning.iter().flat_map(|found| found.sentences(NAMED_MAX));
        let notices = self.notices.iter().cloned();
        for sentence in self.directory.sentences().into_iter().chain(meant).chain(notices) {
            output.line(output.sentence(&sentence))?;
        }
        self.model.sentence(BOOKS).map_or(Ok(()), |sentence| output.line(output.sentence(&sentence)))
    }

    /// What opening the ledger for writing would do.
    pub(crate) fn plan(&self) -> Vec<Sentence> {
        self.directory.plan()
    }

    /// One document.
    pub(crate) fn json(&self) -> Value {
        let finding = |finding: &Finding| {
            json!({
                "position": finding.position.get(),
                "count": finding.count,
                "what": finding.what.to_string(),
                "segment": finding.place.and_then(|place| place.segment),
                "offset": finding.place.map(|place| place.offset),
                "expected": finding.expected,
                "found": finding.found,
            })
        };
        let summary = self.reports().next().map(|report| {
            json!({
                "records": report.summary.records,
                "blocks": report.summary.blocks,
                "bytes": report.summary.bytes,
                "root": report.summary.root.to_string(),
                "head": report.summary.head.to_string(),
            })
        });
        json!({
            "good": self.is_good() && self.not_looked_at().is_none() && self.later() == 0 && self.beside.is_none(),
            "beside": self.beside,
            "summary": summary,
            "checkpoints": self.checkpoints,
            "findings": self.findings().map(finding).collect::<Vec<_>>(),
            "sentences": both(&self.directory.sentences()),
            "caches": both(&self.caches()),
            "notices": both(&self.notices),
            "meaning": self.meaning.as_ref().map(Found::json),
            "identities_broken": both(&self.identities),
            "not_checked": both(&self.not_checked()),
        })
    }

    /// What is to be said of the caches.
    fn caches(&self) -> Vec<Sentence> {
        let said = [self.directory.heads.sentence(HEADS), self.model.sentence(BOOKS)];
        said.into_iter().flatten().collect()
    }

    /// The closing line.
    pub(crate) fn line(&self, output: &Output) -> String {
        let (records, root) = self
            .reports()
            .next()
            .map_or((0, String::new()), |report| (report.summary.records, report.summary.root.to_string()));
        if let (true, Some(beside)) = (self.is_good(), &self.beside) {
            let what =
                output.say("bản ghi, không có gì sai trong đó; nhưng", "records, nothing wrong in them; but");
            format!(
                "{}: {records} {what}: {beside}; {} {root}",
                output.say("Kiểm chứng chưa hết", "Verified in part"),
                output.say("gốc", "root")
            )
        } else if self.is_good() && self.not_looked_at().is_some() {
            let what = output.say(
                "bản ghi, không có gì sai; dữ liệu cá nhân chưa xem được; gốc",
                "records, nothing wrong; personal data could not be looked at; root",
            );
            format!("{}: {records} {what} {root}", output.say("Kiểm chứng chưa hết", "Verified in part"))
        } else if self.is_good() && self.later() > 0 {
            let what = output.say(
                "bản ghi, không có gì sai; có bản ghi mà bản cài này chưa biết; gốc",
                "records, nothing wrong; some are of kinds that this build does not know; root",
            );
            format!("{}: {records} {what} {root}", output.say("Kiểm chứng chưa hết", "Verified in part"))
        } else if self.is_good() && self.skipped().is_some() {
            let what = output.say(
                "bản ghi, không có gì sai; dữ liệu cá nhân chưa xem; gốc",
                "records, nothing wrong; personal data was not looked at; root",
            );
            format!("{}: {records} {what} {root}", output.say("Kiểm chứng chưa hết", "Verified in part"))
        } else if self.is_good() {
            let what = output.say("bản ghi, không có gì sai; gốc", "records, nothing wrong; root");
            format!("{}: {records} {what} {root}", output.say("Đã kiểm chứng", "Verified"))
        } else {
            let first = self
                .findings()
                .next()
                .map(|finding| finding.position.get())
                .or_else(|| self.meant_wrong().map(|finding| finding.position))
                .map(|position| format!("{} {position}", output.say("bản ghi", "record")));
            let first = first.unwrap_or_else(|| output.sentence(&self.first_wrong()).to_owned());
            format!("{}: {first}", output.say("SAI LỆCH, trước hết", "WRONG, first"))
        }
    }

    /// Exit status 3 where something is wrong.
    pub(crate) fn result(&self, output: &Output) -> Result<(), Failure> {
        if let (true, Some(why)) = (self.is_good(), self.not_looked_at()) {
            let way = output.say(
                "xem quyền đọc và loại của vault/entries, keys/keyring, keys/log.key và keys/root.key, rồi kiểm chứng lại",
                "look at the permissions and the type of vault/entries, keys/keyring, keys/log.key and keys/root.key, then verify again",
            );
            return Err(Failure::new(why, way));
        }
        if self.is_good() && self.later() > 0 {
            let why = self.meaning.as_ref().and_then(Found::not_checked_sentence);
            let why = why.map_or_else(String::new, |why| output.sentence(&why).to_owned());
            return Err(Failure::new(
                why,
                output.say(
                    "kiểm chứng lại bằng bản thads mới hơn, bản đã ghi chúng",
                    "verify again with a newer thads, such as wrote them",
                ),
            ));
        }
        if self.is_good() {
            return Ok(());
        }
        let hint = if self.directory.segments_gone().is_some() {
            &*Told::HintSegmentsGone.say(output.language)
        } else if self.is_whole() && !self.caches_are_good() && !self.model.is_evidence() {
            output.say(
                "các bản ghi còn nguyên; thads doctor lập lại các bộ nhớ đệm từ nhật ký",
                "the records are whole; thads doctor folds the caches anew from the log",
            )
        } else if self.is_whole() && !self.directory.keys.is_empty() {
            output.say("các bản ghi và mọi số liệu còn nguyên", "the records and every figure are whole")
        } else if self.is_whole() && !self.directory.vault.is_good() {
            output.say(
                "lấy lại vault/entries và keys/keyring từ bản sao lưu; các bản ghi và mọi số liệu còn nguyên",
                "bring vault/entries and keys/keyring back from a backup; the records and every figure are whole",
            )
        } else if self.is_whole() && self.meant_wrong().is_some() {
            output.say(
                "không do chương trình này ghi như thế: giữ nguyên thư mục làm chứng cứ; một điểm kiểm hay bản sao lưu trước đó cho biết từ đâu (thads verify --checkpoint)",
                "this program does not record such a thing: keep the directory as evidence; a checkpoint or a backup from before tells from where on (thads verify --checkpoint)",
            )
        } else {
            output.say(
                "giữ nguyên thư mục này; thads doctor sửa bản này từ bản kia",
                "keep the directory as it is; thads doctor mends one copy from the other",
            )
        };
        let message = output.sentence(&self.first_wrong()).into();
        Err(Failure::Damage { message, hint: Some(hint.into()) })
    }

    /// The first record that means what no honest log says.
    fn meant_wrong(&self) -> Option<&Meant> {
        self.meaning.as_ref().and_then(|found| found.findings.first())
    }

    fn first_wrong(&self) -> Sentence {
        let meant = || self.meant_wrong().map(Meant::sentence);
        let model = || self.model.sentence(BOOKS).filter(|_| !self.model.is_good());
        let identity = || self.identities.first().cloned();
        let first = self.directory.first_wrong().or_else(meant).or_else(model).or_else(identity);
        first.unwrap_or_else(|| {
            let said = self.directory.sentences();
            let all = |words: fn(&Sentence) -> &str| said.iter().map(words).collect::<Vec<_>>().join(" ");
            Sentence { vi: all(|sentence| &sentence.vi), en: all(|sentence| &sentence.en) }
        })
    }
}
