//! What became of each line, said as it is known, and of all of them together.

use serde_json::{Map, Value, json};
use thads_service::answers;
use thads_service::document::NotADocument;
use thads_service::json::{Language, refusal_json, refusal_text};
use thads_service::record::{Done, RecordError};
use thads_web::problem::Problem;

use super::identity::Identities;
use crate::failure::Failure;
use crate::output::Output;

/// Why a line is not recorded.
#[derive(Debug, thiserror::Error)]
pub(super) enum LineError {
    /// The action is denied, or the ledger fails.
    #[error(transparent)]
    Act(#[from] RecordError),
    /// The line is no document.
    #[error(transparent)]
    Document(#[from] NotADocument),
    /// The line is longer than an action may be.
    #[error("a line of more than {at_most} bytes; accepted: one JSON object of at most so many")]
    TooLong {
        /// The longest that is taken.
        at_most: usize,
    },
}

impl LineError {
    /// Whether other lines may still be recorded.
    pub(super) fn is_about_the_line(&self) -> bool {
        match self {
            LineError::Act(error) => error.is_about_the_action(),
            LineError::Document(_) | LineError::TooLong { .. } => true,
        }
    }

    /// One sentence.
    fn text(&self, output: &Output) -> String {
        match self {
            LineError::Act(RecordError::Refused(refusal)) => refusal_text(refusal, output.language),
            LineError::Act(RecordError::Json(error)) if output.language == Language::Vi => {
                format!("Từ chối: {}", error.vi())
            }
            LineError::Document(error) if output.language == Language::Vi => {
                format!("Từ chối: {}", error.vi())
            }
            LineError::TooLong { at_most } if output.language == Language::Vi => {
                format!("Từ chối: {}", too_long(*at_most))
            }
            error => format!("{}: {error}", output.say("Từ chối", "Refused")),
        }
    }

    /// What the API answers.
    fn into_json(self) -> (&'static str, Value) {
        match self {
            LineError::Act(RecordError::Refused(refusal)) => ("refused", refusal_json(&refusal)),
            LineError::Act(error) => ("problem", Problem::from(error).into_body()),
            LineError::Document(error) => {
                ("problem", Problem::bad_body(&error.to_string(), &error.vi()).into_body())
            }
            LineError::TooLong { at_most } => {
                ("problem", Problem::bad_body(&self.to_string(), &too_long(at_most)).into_body())
            }
        }
    }
}

/// The sentence about a line that is too long, in Vietnamese.
fn too_long(at_most: usize) -> String {
    format!("dòng dài hơn {at_most} byte; chấp nhận: một đối tượng JSON dài nhất chừng ấy")
}

/// What became of a line.
pub(super) enum Outcome {
    /// It is recorded now.
    Recorded(Done),
    /// It was recorded before.
    Repeated(Done),
    /// It would be recorded: nothing is.
    Allowed(Done),
    /// It is not recorded.
    Refused(LineError),
}

impl Outcome {
    pub(super) fn of(done: Done) -> Outcome {
        if done.is_repeated() { Outcome::Repeated(done) } else { Outcome::Recorded(done) }
    }

    pub(super) fn of_rehearsal(done: Done) -> Outcome {
        if done.is_repeated() { Outcome::Repeated(done) } else { Outcome::Allowed(done) }
    }
}

/// Says the outcome of every line, and counts.
pub(super) struct Tally<'a> {
    pub(super) output: &'a Output,
    pub(super) dry_run: bool,
    atomic: bool,
    /// Gives ids to the lines that have none; `None`: each gets a new one.
    pub(super) identities: Option<Identities>,
    recorded: usize,
    repeated: usize,
    allowed: usize,
    /// The numbers of the lines that are refused.
    refused: Vec<usize>,
}

impl<'a> Tally<'a> {
    pub(super) fn new(
        output: &'a Output,
        dry_run: bool,
        atomic: bool,
        identities: Option<Identities>,
    ) -> Tally<'a> {
        let (recorded, repeated, allowed, refused) = (0, 0, 0, Vec::new());
        Tally { output, dry_run, atomic, identities, recorded, repeated, allowed, refused }
    }

    /// Says what became of a line.
    pub(super) fn say(&mut self, number: usize, outcome: Outcome) -> Result<(), Failure> {
        match &outcome {
            Outcome::Recorded(_) => self.recorded += 1,
            Outcome::Repeated(_) => self.repeated += 1,
            Outcome::Allowed(_) => self.allowed += 1,
            Outcome::Refused(_) => self.refused.push(number),
        }
        if self.output.json {
            return self.output.json(&outcome_json(number, outcome));
        }
        let output = self.output;
        let line = output.say("Dòng", "Line");
        let text = match &outcome {
            Outcome::Recorded(done) => {
                format!(
                    "{}, {}",
                    at(output.say("đã ghi tại vị trí", "recorded at position"), done),
                    told(done, output)
                )
            }
            Outcome::Repeated(done) => {
                let what = output.say("đã được ghi từ trước tại vị trí", "already recorded at position");
                format!("{}, {}", at(what, done), told(done, output))
            }
            Outcome::Allowed(done) => {
                let what =
                    output.say("được phép, sẽ được ghi tại vị trí", "allowed, would be recorded at position");
                format!("{}; {}", at(what, done), output.say("không ghi gì", "nothing recorded"))
            }
            Outcome::Refused(error) => error.text(output),
        };
        // What was sent is shown again: nothing in it may steer a terminal.
        let text: String = text.chars().filter(|one| !one.is_control()).collect();
        output.line(&format!("{line} {number}: {text}"))
    }

    /// Ends at a line that the ledger, and not the line, is to blame for.
    pub(super) fn broken_off(&self, number: usize, error: LineError) -> Failure {
        let failure = match error {
            LineError::Act(error) => error.into(),
            LineError::Document(_) | LineError::TooLong { .. } => Failure::new(error, "mend the line"),
        };
        failure.at(&match self.output.language {
            Language::Vi => format!("hỏng ở dòng {number}, các dòng sau chưa được thử"),
            Language::En => format!("failed at line {number}, and the lines after it were not tried"),
        })
    }

    /// Says how many lines became what; refused ones are a failure.
    pub(super) fn end(&self) -> Result<(), Failure> {
        let output = self.output;
        let mut parts = Vec::new();
        let mut part = |count: usize, vi: &str, en: &str| {
            if count > 0 {
                parts.push(format!("{count} {}", output.say(vi, en)));
            }
        };
        part(self.recorded, "đã ghi", "recorded");
        part(self.repeated, "đã có từ trước", "already recorded");
        part(self.allowed, "được phép, không ghi gì", "allowed, nothing recorded");
        part(self.refused.len(), "bị từ chối", "refused");
        if parts.is_empty() {
            parts.push(output.say("không có dòng nào", "no line").to_owned());
        }
        // In JSON each line says it for itself.
        if !output.json {
            output.line(&format!("{}: {}", output.say("Tổng cộng", "Together"), parts.join(", ")))?;
        }
        if self.repeated > 0 && self.identities.is_some() {
            output.remark(output.say(
                "Dòng đã có từ trước không được ghi lần nữa; nếu đó là việc khác mà lời giống hệt, hãy đặt tên lô khác: --batch TÊN.",
                "What was already recorded is not recorded again; if it is another event in the same words, name another batch: --batch NAME.",
            ));
        }
        self.result()
    }

    fn result(&self) -> Result<(), Failure> {
        let Some(first) = self.refused.first() else { return Ok(()) };
        let (output, count) = (self.output, self.refused.len());
        let more = match count - 1 {
            0 => String::new(),
            more => format!(" (+ {more})"),
        };
        let said = match output.language {
            Language::Vi => format!("dòng {first}{more} bị từ chối"),
            Language::En => format!("line {first}{more} was refused"),
        };
        if self.atomic {
            let nothing = output.say("không dòng nào được ghi", "no line was recorded");
            return Err(Failure::new(format!("{said}: {nothing}"), "mend it and send the batch again"));
        }
        let hint = match (&self.identities, self.dry_run) {
            (_, true) => "mend it; nothing was recorded",
            (Some(_), false) => {
                "mend it and send the whole file again under the same name: what is recorded is not recorded twice"
            }
            (None, false) => {
                "mend it and send it alone: lines without a request id, of a batch without a name (--batch), would be recorded twice"
            }
        };
        Err(Failure::new(said, hint))
    }
}

fn at(what: &str, done: &Done) -> String {
    match &done.receipt {
        Some(receipt) => format!("{what} {}", receipt.first().get()),
        None => what.to_owned(),
    }
}

/// What else a receipt says, for whoever keeps it.
fn told(done: &Done, output: &Output) -> String {
    let version = format!("{} {}", output.say("phiên bản", "version"), done.version);
    match &done.receipt {
        Some(receipt) => {
            let (request, leaf) = (output.say("mã yêu cầu", "request"), output.say("lá", "leaf"));
            format!("{version}, {request} {}, {leaf} {}", receipt.request(), receipt.leaf())
        }
        None => version,
    }
}

fn outcome_json(number: usize, outcome: Outcome) -> Value {
    let mut answer = Map::new();
    answer.insert("line".to_owned(), json!(number));
    let (name, rest) = match outcome {
        Outcome::Recorded(done) => ("recorded", answers::done(&done)),
        Outcome::Repeated(done) => ("repeated", answers::done(&done)),
        Outcome::Allowed(done) => ("allowed", answers::rehearsed(&done)),
        Outcome::Refused(error) => {
            let (key, value) = error.into_json();
            ("refused", json!({ key: value }))
        }
    };
    answer.insert("outcome".to_owned(), json!(name));
    if let Value::Object(rest) = rest {
        answer.extend(rest);
    }
    Value::Object(answer)
}

#[cfg(test)]
mod tests {
    use thads_ledger::AppendError;

    use super::*;

    /// Where the ledger fails, the line is named also to who wants no remarks.
    #[test]
    fn the_line_at_which_the_ledger_fails_is_part_of_the_failure() {
        for (language, said) in [
            (Language::En, "failed at line 7, and the lines after it were not tried: "),
            (Language::Vi, "hỏng ở dòng 7, các dòng sau chưa được thử: "),
        ] {
            let output = Output { json: false, quiet: true, language };
            let tally = Tally::new(&output, false, false, None);
            let stopped = RecordError::Append(AppendError::Stopped("the disk is gone".to_owned()));
            let Failure::Failed { message, .. } = tally.broken_off(7, stopped.into()) else {
                panic!("failed")
            };
            let message = message.to_string();
            assert!(message.starts_with(said) && message.contains("the disk is gone"), "{message}");
        }
    }
}
