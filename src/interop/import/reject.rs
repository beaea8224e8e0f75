//! A row that cannot be taken: which, what stands there, which rule it breaks, and what would do.

use std::fmt;

use serde::Serialize;
use thads_cases::date::Date;
use thads_cases::ids::CaseId;
use thads_service::json::JsonError;
use thads_service::words::{CLEAR_LENGTH_MAX, LongText};

use super::amount::NoAmount;

/// A row that was not recorded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reject {
    /// The line on which it begins; the header is on line 1.
    pub line: u64,
    /// The column's header, where one column is the reason.
    pub column: Option<String>,
    /// What stands there, shortened.
    pub value: String,
    /// The rule that it breaks.
    pub problem: Problem,
    /// The texts of the row's mapped columns, spelt as in the file; none where they cannot be told apart.
    pub cells: Vec<String>,
    /// The name of its file.
    pub file: String,
}

/// A line of the file of rejects.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct RejectLine {
    /// The line of the source on which the row begins.
    pub row: u64,
    /// The column's header.
    pub column: String,
    /// What stands there.
    pub value: String,
    /// Why it was not recorded.
    pub reason: String,
    /// What would do.
    pub way_out: String,
    /// The rule that it breaks, in one word for programs.
    pub code: &'static str,
    /// The source's name.
    pub file: String,
    /// The row's mapped columns; in the file of rejects alone.
    #[serde(skip)]
    pub cells: Vec<String>,
}

/// The row that an equal one was taken from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Taken {
    /// It stands in the ledger since an earlier import, at this position.
    Before(u64),
    /// It stands in this import.
    Now {
        /// The name of its file.
        file: String,
        /// The line on which it begins.
        line: u64,
    },
}

impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Taken::Before(position) => write!(f, "position {position}"),
            Taken::Now { file, line } => write!(f, "{file}:{line}"),
        }
    }
}

/// The rules that a row can break.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Problem {
    /// A quote that is not closed.
    #[error("a quote is opened and not closed on this line")]
    OpenQuote,
    /// Something between a closing quote and the next cell.
    #[error("something stands between a closing quote and the next cell")]
    AfterQuote,
    /// Too many or too few cells.
    #[error("the row has {found} cells, the header {expected}")]
    Width {
        /// As many as the header.
        expected: usize,
        /// As many as there are.
        found: usize,
    },
    /// A line or a cell is too long.
    #[error("it is longer than {bytes_max} bytes")]
    TooLong {
        /// The most that it may have.
        bytes_max: usize,
    },
    /// Bytes that are no letters in the encoding.
    #[error("these bytes are no text in the mapping's encoding")]
    Letters,
    /// No case id.
    #[error("the row names no case")]
    NoCase,
    /// No activity.
    #[error("the row says not what was done")]
    NoActivity,
    /// No date.
    #[error("the row has no date")]
    NoDate {
        /// How dates are written.
        pattern: String,
    },
    /// An activity that the mapping does not know.
    #[error("the mapping does not say what this activity becomes")]
    Activity,
    /// A date that is none.
    #[error("this is no date of the pattern {pattern}")]
    Date {
        /// How dates are written.
        pattern: String,
    },
    /// A date that is still to come.
    #[error("this day is after {today}, the day of the import")]
    Future {
        /// The day of the import.
        today: Date,
    },
    /// An amount that is none, or that can be read in more than one way.
    #[error("this is no amount: {0}")]
    Amount(NoAmount),
    /// A number that is none.
    #[error("this is no whole number from 0 to {}", i64::MAX)]
    Number,
    /// A word that the mapping does not explain.
    #[error("the mapping explains only: {known}")]
    Word {
        /// The words that it explains.
        known: String,
    },
    /// A cell is empty that the activity needs.
    #[error("the cell is empty, and {kind} needs it")]
    Empty {
        /// The kind of event.
        kind: &'static str,
    },
    /// A text without letters, or with control characters or such as mean nothing.
    #[error(
        "this is no text that can be read: it holds control characters, characters of private use, or nothing"
    )]
    Unreadable,
    /// A text that the log would keep in clear is too long for that.
    #[error(
        "the {field} that it makes up has {length} characters; the log keeps it in clear, and at most {CLEAR_LENGTH_MAX}", field = .0.field, length = .0.length
    )]
    Long(LongText),
    /// A case that was not taken in.
    #[error("case_not_yet: the case was not taken in, neither before nor by a row of this import")]
    CaseNotYet,
    /// A row that changes what its case sent away, where that was taken over as it was.
    #[error("taken_over: {by} took over what the case sent away, and the row changes that")]
    TakenOver {
        /// The case that took it over.
        by: CaseId,
    },
    /// A row that takes over what another case took over.
    #[error("taken_over: {by} took over already what {from} sent away")]
    TakenBefore {
        /// The case that sent it.
        from: CaseId,
        /// The case that took it over.
        by: CaseId,
    },
    /// A row that says what another said.
    #[error(
        "doubtful: it says the same as a row that was taken ({0}), and may be that row written twice or another"
    )]
    Doubtful(Taken),
    /// The fields do not make up an event.
    #[error("it makes up no {kind}: {why}")]
    Event {
        /// The kind of event.
        kind: &'static str,
        /// What is missing or wrong.
        why: Box<JsonError>,
    },
}

impl Problem {
    /// The rule in one word, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Problem::OpenQuote => "open_quote",
            Problem::AfterQuote => "after_quote",
            Problem::Width { .. } => "width",
            Problem::TooLong { .. } => "too_long",
            Problem::Letters => "letters",
            Problem::NoCase => "no_case",
            Problem::NoActivity => "no_activity",
            Problem::NoDate { .. } => "no_date",
            Problem::Activity => "activity",
            Problem::Date { .. } => "date",
            Problem::Future { .. } => "future",
            Problem::Amount(_) => "amount",
            Problem::Number => "number",
            Problem::Word { .. } => "word",
            Problem::Empty { .. } => "empty",
            Problem::Unreadable => "unreadable",
            Problem::Long(_) => "long",
            Problem::CaseNotYet => "case_not_yet",
            Problem::TakenOver { .. } | Problem::TakenBefore { .. } => "taken_over",
            Problem::Doubtful(_) => "doubtful",
            Problem::Event { .. } => "event",
        }
    }

    /// What would do.
    pub fn way_out(&self) -> String {
        match self {
            Problem::OpenQuote => "close the quote, or write two for one inside a quoted cell; where cells hold line breaks, set multiline = true in the mapping's [source]".to_owned(),
            Problem::AfterQuote => "put the whole cell in quotes, with two for one inside".to_owned(),
            Problem::Width { expected, .. } => format!("give it {expected} cells, empty ones included; a cell that holds the delimiter needs quotes"),
            Problem::TooLong { bytes_max } => format!("shorten it to {bytes_max} bytes"),
            Problem::Letters => "save the file as UTF-8, or name its encoding in the mapping's [source]".to_owned(),
            Problem::NoCase => "write the case's id".to_owned(),
            Problem::NoActivity => "write what was done, in the words of the mapping's activities".to_owned(),
            Problem::NoDate { pattern } | Problem::Date { pattern } => format!("write the day as {pattern}"),
            Problem::Activity => "correct the word, or add [[activities.\"…\"]] for it to the mapping".to_owned(),
            Problem::Future { today } => format!("write a day up to {today}"),
            Problem::Amount(no) => no.way_out(),
            Problem::Number => "write digits only".to_owned(),
            Problem::Word { .. } => "correct the word, or add it to words in the mapping".to_owned(),
            Problem::Empty { .. } => "fill it in, or say in the mapping when the action happens".to_owned(),
            Problem::Unreadable => "write the words without it".to_owned(),
            Problem::Long(_) => format!("shorten it to {CLEAR_LENGTH_MAX} characters, a number or a title; what is about persons belongs into a field that is kept in the vault, such as note"),
            Problem::CaseNotYet => "import the file with the row that takes the case in (judgment_received in the mapping), then this file of rejects".to_owned(),
            Problem::TakenBefore { by, .. } => format!("nothing, where {by} is the same case; where it is another, have its office void its taking over (entry_voided), then import this file of rejects"),
            Problem::TakenOver { by } => format!("have the office of {by} void its taking over (entry_voided), import this file of rejects, then take the case over as it is; where the act was done there, record it there"),
            Problem::Doubtful(_) => "nothing, where it is the same act; where it is another: --count-doubtful takes it".to_owned(),
            Problem::Event { .. } => "fill in the cells that it needs, or say in the mapping when it happens".to_owned(),
        }
    }

    /// Why, in Vietnamese.
    pub fn vi(&self) -> String {
        match self {
            Problem::OpenQuote => "có dấu ngoặc kép mở mà không đóng trên dòng này".to_owned(),
            Problem::AfterQuote => "có chữ giữa dấu ngoặc kép đóng và ô tiếp theo".to_owned(),
            Problem::Width { expected, found } => format!("dòng có {found} ô, dòng tiêu đề có {expected} ô"),
            Problem::TooLong { bytes_max } => format!("dài quá {bytes_max} byte"),
            Problem::Letters => "không phải là chữ theo bảng mã mà tệp ánh xạ quy định".to_owned(),
            Problem::NoCase => "dòng không ghi số hồ sơ".to_owned(),
            Problem::NoActivity => "dòng không ghi việc đã làm".to_owned(),
            Problem::NoDate { .. } => "dòng không ghi ngày".to_owned(),
            Problem::Activity => "tệp ánh xạ không quy định việc này".to_owned(),
            Problem::Date { pattern } => format!("không phải là ngày theo mẫu {pattern}"),
            Problem::Future { today } => format!("sau ngày {today} là ngày nhập dữ liệu"),
            Problem::Amount(no) => format!("không phải là số tiền: {}", no.vi()),
            Problem::Number => format!("không phải là số nguyên từ 0 đến {}", i64::MAX),
            Problem::Word { known } => format!("tệp ánh xạ chỉ giải thích: {known}"),
            Problem::Empty { kind } => format!("ô trống, mà {kind} cần ô này"),
            Problem::Unreadable => {
                "không phải là chữ đọc được: có ký tự điều khiển, ký tự riêng của phông chữ, hoặc không có gì"
                    .to_owned()
            }
            Problem::Long(LongText { field, length }) => format!(
                "{field} tạo ra từ dòng này có {length} ký tự; sổ giữ ở dạng đọc được, tối đa {CLEAR_LENGTH_MAX}"
            ),
            Problem::CaseNotYet => {
                "case_not_yet: việc chưa được thụ lý, trước đây cũng như trong lần nhập này".to_owned()
            }
            Problem::TakenBefore { from, by } => {
                format!("taken_over: {by} đã nhận những gì {from} chuyển đi")
            }
            Problem::TakenOver { by } => {
                format!("taken_over: {by} đã nhận những gì hồ sơ chuyển đi, mà dòng này làm thay đổi điều đó")
            }
            Problem::Doubtful(taken) => format!(
                "doubtful: giống hệt một dòng đã nhận ({taken}), có thể là dòng ấy ghi hai lần hoặc là một việc khác"
            ),
            Problem::Event { kind, why } => format!("không đủ để thành {kind}: {}", why.vi()),
        }
    }

    /// What would do, in Vietnamese.
    pub fn way_out_vi(&self) -> String {
        match self {
            Problem::OpenQuote => "đóng dấu ngoặc kép, hoặc viết hai dấu thay một trong ô; nếu ô có xuống dòng thì đặt multiline = true trong [source] của tệp ánh xạ".to_owned(),
            Problem::AfterQuote => "đặt cả ô trong dấu ngoặc kép, bên trong viết hai dấu thay một".to_owned(),
            Problem::Width { expected, .. } => format!("ghi đủ {expected} ô, kể cả ô trống; ô có dấu phân cách phải đặt trong dấu ngoặc kép"),
            Problem::TooLong { bytes_max } => format!("rút ngắn còn {bytes_max} byte"),
            Problem::Letters => "lưu tệp bằng UTF-8, hoặc ghi bảng mã trong [source] của tệp ánh xạ".to_owned(),
            Problem::NoCase => "ghi số hồ sơ".to_owned(),
            Problem::NoActivity => "ghi việc đã làm, bằng từ có trong tệp ánh xạ".to_owned(),
            Problem::NoDate { pattern } | Problem::Date { pattern } => format!("ghi ngày theo mẫu {pattern}"),
            Problem::Activity => "sửa từ, hoặc thêm [[activities.\"…\"]] vào tệp ánh xạ".to_owned(),
            Problem::Future { today } => format!("ghi ngày không sau {today}"),
            Problem::Amount(no) => no.way_out_vi(),
            Problem::Number => "chỉ ghi chữ số".to_owned(),
            Problem::Word { .. } => "sửa từ, hoặc thêm vào words trong tệp ánh xạ".to_owned(),
            Problem::Empty { .. } => "điền ô, hoặc ghi điều kiện when trong tệp ánh xạ".to_owned(),
            Problem::Unreadable => "viết lại không có ký tự ấy".to_owned(),
            Problem::Long(_) => format!("rút ngắn còn {CLEAR_LENGTH_MAX} ký tự, là số hoặc tên gọi; nội dung về cá nhân phải ghi vào trường được giữ trong kho mã hóa, như note"),
            Problem::CaseNotYet => "nhập tệp có dòng thụ lý (judgment_received trong tệp ánh xạ), rồi nhập tệp các dòng bị từ chối này".to_owned(),
            Problem::TakenBefore { by, .. } => format!("không cần làm gì nếu {by} là cùng một hồ sơ; nếu là hồ sơ khác: cơ quan của nó hủy việc nhận (entry_voided), rồi nhập tệp các dòng bị từ chối này"),
            Problem::TakenOver { by } => format!("cơ quan của {by} hủy việc nhận (entry_voided), nhập tệp các dòng bị từ chối này, rồi nhận lại hồ sơ như hiện có; nếu việc được làm ở đó thì ghi ở đó"),
            Problem::Doubtful(_) => "không cần làm gì nếu là cùng một việc; nếu là việc khác: --count-doubtful nhận dòng này".to_owned(),
            Problem::Event { .. } => "điền các ô cần thiết, hoặc ghi điều kiện when trong tệp ánh xạ".to_owned(),
        }
    }
}

impl Reject {
    /// A row that cannot be taken.
    pub fn new(line: u64, column: Option<&str>, value: &str, problem: Problem) -> Reject {
        let value = value.chars().take(200).collect();
        let column = column.map(str::to_owned);
        Reject { line, column, value, problem, cells: Vec::new(), file: String::new() }
    }

    /// The same, with the row's cells.
    #[must_use]
    pub fn with(self, cells: Vec<String>) -> Reject {
        Reject { cells, ..self }
    }

    /// The line that stands for it in the file of rejects, in English.
    pub fn in_english(&self) -> RejectLine {
        self.line_with(self.problem.to_string(), self.problem.way_out())
    }

    /// The line that stands for it in the file of rejects, in Vietnamese.
    pub fn in_vietnamese(&self) -> RejectLine {
        self.line_with(self.problem.vi(), self.problem.way_out_vi())
    }

    fn line_with(&self, reason: String, way_out: String) -> RejectLine {
        let (column, value) = (self.column.clone().unwrap_or_default(), self.value.clone());
        let (code, file, cells) = (self.problem.code(), self.file.clone(), self.cells.clone());
        RejectLine { row: self.line, column, value, reason, way_out, code, file, cells }
    }
}
