//! A row that cannot be taken: which, what stands there, which rule it breaks, and what would do.

use serde::Serialize;
use thads_cases::date::Date;

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
    /// A case that was not taken in.
    #[error("the case was not taken in before this row")]
    NoIntake,
    /// The fields do not make up an event.
    #[error("it makes up no {kind}: {message}")]
    Event {
        /// The kind of event.
        kind: &'static str,
        /// What is missing or wrong.
        message: String,
    },
}

impl Problem {
    /// What would do.
    pub fn way_out(&self) -> String {
        match self {
            Problem::OpenQuote => {
                "close the quote, or write two for one inside a quoted cell; where cells hold line breaks, set multiline = true in the mapping's [source]".to_owned()
            }
            Problem::AfterQuote => "put the whole cell in quotes, with two for one inside".to_owned(),
            Problem::Width { expected, .. } => format!("give it {expected} cells, empty ones included; a cell that holds the delimiter needs quotes"),
            Problem::TooLong { bytes_max } => format!("shorten it to {bytes_max} bytes"),
            Problem::Letters => "save the file as UTF-8, or name its encoding in the mapping's [source]".to_owned(),
            Problem::NoCase => "write the case's id".to_owned(),
            Problem::NoActivity => "write what was done, in the words of the mapping's activities".to_owned(),
            Problem::NoDate { pattern } | Problem::Date { pattern } => format!("write the day as {pattern}"),
            Problem::Activity => "correct the word, or add [[activities.\"…\"]] for it to the mapping".to_owned(),
            Problem::Future { today } => format!("write a day up to {today}"),
            Problem::Amount(no) => amount_way_out(no),
            Problem::Number => "write digits only".to_owned(),
            Problem::Word { .. } => "correct the word, or add it to words in the mapping".to_owned(),
            Problem::NoIntake => {
                "put the row that takes the case in (judgment_received in the mapping) before it, and import again".to_owned()
            }
            Problem::Event { .. } => "fill in the cells that it needs, or say in the mapping when it happens".to_owned(),
        }
    }
}

fn amount_way_out(no: &NoAmount) -> String {
    match no {
        NoAmount::Separator { .. } => {
            "write digits only, or name the separator under amounts in the mapping's [source]".to_owned()
        }
        NoAmount::Groups { .. } | NoAmount::Decimals { .. } => {
            "write it with the separators where the mapping has them".to_owned()
        }
        NoAmount::Negative => {
            "write the amount without a sign, and what was done as an activity of its own".to_owned()
        }
        NoAmount::Character(_) | NoAmount::Empty => {
            "write digits, with the separators that the mapping names".to_owned()
        }
        NoAmount::TooLarge => format!("write an amount up to {}", i64::MAX),
    }
}

impl Reject {
    /// A row that cannot be taken.
    pub fn new(line: u64, column: Option<&str>, value: &str, problem: Problem) -> Reject {
        let value = value.chars().take(200).collect();
        Reject { line, column: column.map(str::to_owned), value, problem }
    }

    /// The line that stands for it in the file of rejects.
    pub fn line(&self) -> RejectLine {
        RejectLine {
            row: self.line,
            column: self.column.clone().unwrap_or_default(),
            value: self.value.clone(),
            reason: self.problem.to_string(),
            way_out: self.problem.way_out(),
        }
    }
}
