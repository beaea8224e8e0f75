//! What the audit of a log found: what no honest log says, what a later program has written, and which rules of entry break.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use thads_cases::event::KINDS;
use thads_cases::refusal::{Code, Refusal};
use thads_ledger::Sentence;
use thads_proof::record::{Record, Stream};

use crate::json::{Language, refusal_json, refusal_text};

/// So many findings, flags and positions are named; of the others it is said how many there are.
pub(super) const NAMED_MAX: usize = 100;

/// What no honest log says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    /// The genesis stands where it does not belong, or names keys that are none.
    Founding,
    /// The request id has recorded something else before.
    Request,
    /// Who acts, or for whom, is nobody.
    Officer,
    /// The office is none, or another than the one that has the case.
    Office,
    /// A number of a case or complaint is left out, or given late.
    Number,
    /// The header names another entry to repair than the payload.
    Corrects,
    /// What it repairs is no entry of its stream.
    Entry,
    /// The stream is none, or of another sort than what is recorded there.
    Stream,
    /// The header says what the ledger and the date of the record do not.
    Header,
    /// The bytes are no payload of their kind.
    Malformed,
    /// Money is taken that is not there.
    Money,
    /// What comes over from another office is not what was sent there.
    Debt,
    /// A number that is given once is given again or changed, or an office stands below one that is none, or below itself.
    Organisation,
    /// A stream begins with what begins none.
    Begins,
    /// The clock is corrected as no correction does: from a record that is none, or to days that go back.
    Clock,
}

impl What {
    /// Its word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            What::Founding => "founding",
            What::Request => "request",
            What::Officer => "officer",
            What::Office => "office",
            What::Number => "number",
            What::Corrects => "corrects",
            What::Entry => "entry",
            What::Stream => "stream",
            What::Header => "header",
            What::Malformed => "malformed",
            What::Money => "money",
            What::Debt => "debt",
            What::Organisation => "organisation",
            What::Begins => "begins",
            What::Clock => "clock",
        }
    }

    fn sentence(self) -> Sentence {
        match self {
            What::Founding => Sentence::new("việc lập sổ không đúng", "the founding is wrong"),
            What::Request => Sentence::new(
                "mã yêu cầu đã dùng cho việc khác",
                "its request id has recorded something else",
            ),
            What::Officer => Sentence::new("không có người thực hiện ấy", "there is no such officer"),
            What::Office => {
                Sentence::new("cơ quan không phải của việc này", "the office is not that of the case")
            }
            What::Organisation => Sentence::new(
                "tổ chức không thể đứng như thế: số và mã chỉ cấp một lần, cơ quan trực thuộc một cơ quan đã thành lập trước đó",
                "the organisation cannot stand so: numbers and codes are given once, an office stands below one that was opened before",
            ),
            What::Begins => Sentence::new(
                "dòng bắt đầu bằng việc không mở dòng nào",
                "its stream begins with what begins none",
            ),
            What::Clock => Sentence::new(
                "đính chính ngày ghi sổ không thể có",
                "it corrects the clock as no correction does",
            ),
            What::Number => Sentence::new("số thụ lý không liên tục", "the intake number does not follow"),
            What::Corrects => Sentence::new(
                "đầu bản ghi và nội dung sửa hai mục khác nhau",
                "header and payload repair different entries",
            ),
            What::Entry => Sentence::new(
                "sửa một mục không có trong dòng này",
                "it repairs what is no entry of its stream",
            ),
            What::Stream => Sentence::new(
                "ghi vào dòng không thuộc loại ấy",
                "it stands in a stream where it does not belong",
            ),
            What::Header => Sentence::new(
                "đầu bản ghi không phải của sổ này, ngày này",
                "its header is not of this ledger and this date",
            ),
            What::Malformed => {
                Sentence::new("nội dung không đọc được theo loại của nó", "its payload is none of its kind")
            }
            What::Money => Sentence::new("lấy tiền không có", "money is taken that is not there"),
            What::Debt => Sentence::new(
                "khoản chuyển đến không phải khoản đã chuyển đi",
                "what comes over is not what was sent",
            ),
        }
    }
}

/// One thing that is wrong: where, and what should stand there.
#[derive(Clone, PartialEq, Debug)]
pub struct Finding {
    /// The record.
    pub position: u64,
    /// Its stream.
    pub stream: Stream,
    /// What kind of event it is.
    pub event: String,
    /// What is wrong.
    pub what: What,
    /// What an honest log says there.
    pub expected: Sentence,
    /// What stands there.
    pub found: Sentence,
}

impl Finding {
    pub(super) fn of(record: &Record, what: What, expected: Sentence, found: Sentence) -> Finding {
        Finding {
            position: record.position.get(),
            stream: record.stream.clone(),
            event: event_name(record),
            what,
            expected,
            found,
        }
    }

    /// It in a sentence.
    pub fn sentence(&self) -> Sentence {
        let (position, event, what) = (self.position, &self.event, self.what.sentence());
        let stream = readable(&self.stream.to_string());
        let (expected, found) = (&self.expected, &self.found);
        Sentence::new(
            format!(
                "Bản ghi {position} ({event}, {stream}): {}; lẽ ra: {}; thấy: {}.",
                what.vi,
                readable(&expected.vi),
                readable(&found.vi)
            ),
            format!(
                "Record {position} ({event} on {stream}): {}; expected: {}; found: {}.",
                what.en,
                readable(&expected.en),
                readable(&found.en)
            ),
        )
    }

    fn json(&self) -> Value {
        json!({
            "position": self.position,
            "stream": self.stream.to_string(),
            "event": self.event,
            "what": self.what.word(),
            "expected": { "vi": self.expected.vi, "en": self.expected.en },
            "found": { "vi": self.found.vi, "en": self.found.en },
        })
    }
}

/// The kind's name, or its code and revision where it has none here.
pub(super) fn event_name(record: &Record) -> String {
    match record.kind {
        1 => "genesis".to_owned(),
        code => {
            let known = KINDS.iter().find(|(info, _)| info.code == code);
            known.map_or_else(
                || format!("kind {code}.{}", record.kind_revision),
                |(info, _)| info.name.to_owned(),
            )
        }
    }
}

/// A text out of a record that cannot steer a terminal.
fn readable(text: &str) -> String {
    let shown =
        |letter: char| if letter.is_control() { letter.escape_default().to_string() } else { letter.into() };
    text.chars().map(shown).collect()
}

/// A rule of entry that breaks at an entry.
#[derive(Clone, PartialEq, Debug)]
pub struct Flag {
    /// The record.
    pub position: u64,
    /// Its stream.
    pub stream: Stream,
    /// What kind of event it is.
    pub event: String,
    /// The rule.
    pub refusal: Refusal,
}

/// The rules of entry that break, as this program knows them.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Flags {
    /// How many.
    pub count: u64,
    /// Of each sort.
    pub by_code: BTreeMap<Code, u64>,
    /// The first.
    pub first: Vec<Flag>,
}

impl Flags {
    pub(super) fn add(&mut self, record: &Record, refusal: Refusal) {
        self.count = self.count.saturating_add(1);
        let of = self.by_code.entry(refusal.code).or_insert(0);
        *of = of.saturating_add(1);
        if self.first.len() < NAMED_MAX {
            let (position, stream) = (record.position.get(), record.stream.clone());
            self.first.push(Flag { position, stream, event: event_name(record), refusal });
        }
    }
}

/// Records of a later program.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Later {
    /// How many.
    pub count: u64,
    /// The first of them: position, code of the kind, revision.
    pub first: Vec<(u64, u16, u8)>,
}

/// What an audit found.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Found {
    /// How much is wrong.
    pub count: u64,
    /// The first of it.
    pub findings: Vec<Finding>,
    /// Records that a later program has written: not checked.
    pub later: Later,
    /// Records that are no entries and were passed over, those of a later program among them.
    pub passed_over: u64,
    /// Records whose meaning rests on one that could not be read: not checked.
    pub undecided: u64,
    /// From here on an officer or an office that could not be read may be known, so that who acts was not checked.
    pub unsure_from: Option<u64>,
    /// Rules of entry that break.
    pub flags: Flags,
}

impl Found {
    pub(super) fn add(&mut self, finding: Finding) {
        self.count = self.count.saturating_add(1);
        if self.findings.len() < NAMED_MAX {
            self.findings.push(finding);
        }
    }

    /// Whether every record could be read: figures can be counted then.
    pub fn is_all_read(&self) -> bool {
        self.passed_over == 0
    }

    /// What was found, in sentences; at most `most` of each sort are named.
    pub fn sentences(&self, most: usize) -> Vec<Sentence> {
        let mut all: Vec<Sentence> = self.findings.iter().take(most).map(Finding::sentence).collect();
        let named = u64::try_from(all.len()).unwrap_or(u64::MAX);
        if self.count > named {
            let more = self.count - named;
            all.push(Sentence::new(
                format!("… và {more} điểm sai nữa về nội dung."),
                format!("… and {more} more findings about what records mean."),
            ));
        }
        all.extend(self.not_checked_sentence());
        let Flags { count, first, .. } = &self.flags;
        if *count > 0 {
            all.push(Sentence::new(
                format!(
                    "{count} điều không theo quy tắc ghi sổ như hiện nay (ghi chú, không phải sai lệch: quy tắc chặt dần, lịch sử giữ nguyên)."
                ),
                format!(
                    "{count} rules of entry break, as they stand today (flags, no damage: rules tighten over time, history stays)."
                ),
            ));
            all.extend(first.iter().take(most / 4).map(flag_sentence));
        }
        all
    }

    /// What of the records could not be checked.
    pub fn not_checked_sentence(&self) -> Option<Sentence> {
        let Later { count, first } = &self.later;
        let undecided = self.undecided;
        if *count == 0 {
            return (undecided > 0).then(|| {
                Sentence::new(
                    format!("Chưa kiểm {undecided} bản ghi dựa vào những bản ghi sai ấy."),
                    format!("{undecided} records that rest on those were not checked."),
                )
            });
        }
        let list = |at: &str| {
            let named: Vec<_> = first
                .iter()
                .take(20)
                .map(|(position, kind, revision)| format!("{position} ({at} {kind}.{revision})"))
                .collect();
            let more = if u64::try_from(named.len()) == Ok(*count) { "" } else { ", …" };
            named.join(", ") + more
        };
        let (vi, en) = (list("loại"), list("kind"));
        let mut sentence = Sentence::new(
            format!(
                "Chưa kiểm {count} bản ghi thuộc loại, phiên bản hay bộ quy tắc mà bản cài này chưa biết: {vi}"
            ),
            format!(
                "{count} records are of kinds, revisions or rule sets that this build does not know: not checked: {en}"
            ),
        );
        if undecided > 0 {
            sentence.vi += &format!("; cùng {undecided} bản ghi dựa vào đó");
            sentence.en += &format!("; nor {undecided} records that rest on them");
        }
        if let Some(from) = self.unsure_from {
            sentence.vi += &format!("; từ vị trí {from}, chưa kiểm người và cơ quan thực hiện");
            sentence.en += &format!("; from position {from} on, who acts was not checked");
        }
        sentence.vi.push('.');
        sentence.en.push('.');
        Some(sentence)
    }

    /// It as one document.
    pub fn json(&self) -> Value {
        let flag = |flag: &Flag| {
            json!({
                "position": flag.position,
                "stream": flag.stream.to_string(),
                "event": flag.event,
                "refused": refusal_json(&flag.refusal),
            })
        };
        let later = |(position, kind, revision): &(u64, u16, u8)| json!({ "position": position, "kind": kind, "revision": revision });
        let by_code: Value =
            self.flags.by_code.iter().map(|(code, count)| json!({ "code": code, "count": count })).collect();
        json!({
            "count": self.count,
            "findings": self.findings.iter().map(Finding::json).collect::<Value>(),
            "later": {
                "count": self.later.count,
                "records": self.later.first.iter().map(later).collect::<Value>(),
                "undecided": self.undecided,
                "officers_unchecked_from": self.unsure_from,
            },
            "flags": {
                "count": self.flags.count,
                "by_code": by_code,
                "first": self.flags.first.iter().map(flag).collect::<Value>(),
            },
        })
    }
}

fn flag_sentence(flag: &Flag) -> Sentence {
    let Flag { position, stream, event, refusal } = flag;
    let stream = readable(&stream.to_string());
    let text = |language| readable(&refusal_text(refusal, language));
    Sentence::new(
        format!("  bản ghi {position} ({event}, {stream}): {}", text(Language::Vi)),
        format!("  record {position} ({event} on {stream}): {}", text(Language::En)),
    )
}
