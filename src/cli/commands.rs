//! The commands, one file each: `run(data, output, args)`.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use thads_cases::ids::Position;
use thads_ledger::{OpenError, OpenReport};
use thads_service::answers::{self, Asked, Moment, Whose};
use thads_service::ledger_service::{LedgerService, ServiceError};
use thads_service::principal::{Principal, Session};
use thads_service::read_only::{ReadOnlyLedger, Source};

use crate::failure::Failure;
use crate::output::Output;

pub(crate) mod backup;
pub(crate) mod case;
pub(crate) mod cases;
pub(crate) mod checkpoint;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod figure;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod log;
pub(crate) mod rebuild;
pub(crate) mod record;
pub(crate) mod replay;
pub(crate) mod report;
pub(crate) mod restore;
pub(crate) mod serve;
pub(crate) mod verify;

/// The arguments of a question about a period.
#[derive(clap::Args, Debug)]
pub(crate) struct Question {
    /// 2019-H1, 2019-Q3, 2019-M09, 2019, or FROM..TO of two dates.
    #[arg(long, value_name = "P")]
    period: String,
    #[command(flatten)]
    of: Of,
}

/// Whose cases a question is about, and the moment of knowledge.
#[derive(clap::Args, Debug)]
pub(crate) struct Of {
    /// Of this office and those below it, by code; default: the whole ledger.
    #[arg(long, value_name = "CODE")]
    office: Option<String>,
    /// Of the office's own, without those below it.
    #[arg(long, requires = "office")]
    own: bool,
    #[command(flatten)]
    known: Known,
}

/// The moment of knowledge that a question is about.
#[derive(clap::Args, Debug)]
pub(crate) struct Known {
    /// As known at this tree size, or at the end of this day.
    #[arg(long, value_name = "K")]
    as_known: Option<String>,
}

impl Question {
    fn asked(&self) -> Result<Asked, Failure> {
        Ok(Asked::new(&self.period, self.of.whose()?, self.of.moment()?)?)
    }
}

impl Of {
    fn whose(&self) -> Result<Whose, Failure> {
        Ok(Whose::read(self.office.as_deref(), self.own)?)
    }

    fn moment(&self) -> Result<Moment, Failure> {
        self.known.moment()
    }
}

impl Known {
    fn moment(&self) -> Result<Moment, Failure> {
        Ok(Moment::read(self.as_known.as_deref())?)
    }
}

/// Opens a directory's ledger to write to it; `None` where there is none, or where its founding was cut off before
/// the first record.
fn opened(data: &Path, output: &Output) -> Result<Option<LedgerService>, Failure> {
    if !thads_ledger::holds_log(data)? {
        return Ok(None);
    }
    match LedgerService::open(data) {
        Ok((service, report)) => {
            say_opened(output, &report);
            Ok(Some(service))
        }
        Err(ServiceError::Open(OpenError::NotALedger(_))) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Says where an answer comes from sled alone.
pub(crate) fn say_second_copy(data: &Path, output: &Output) {
    if thads_ledger::is_second_copy_alone(data) {
        output.remark(output.say(
            "Các đoạn trong wal/, tức chính nhật ký, đã mất: câu trả lời lấy từ sled, bản thứ hai; thads doctor khôi phục các đoạn từ đó.",
            "The segments in wal/, which are the log, are gone: the answer comes from sled, its second copy; thads doctor brings them back from there.",
        ));
    }
}

/// Says what opening had to mend.
fn say_opened(output: &Output, report: &OpenReport) {
    for sentence in report.sentences() {
        output.remark(output.sentence(sentence));
    }
}

/// Says where a founding has put keys that stood in its way: they may be all that signs for another ledger.
fn say_keys_set_aside(output: &Output, set_aside: &[PathBuf]) {
    for aside in set_aside {
        let (vi, en) = (
            "Ở đây đã có khóa ký khác, có thể của một sổ khác; nó được để riêng ra và giữ ở",
            "Another signing key was there, perhaps another ledger's; it was set aside and is kept as",
        );
        output.remark(&format!("{} {}", output.say(vi, en), aside.display()));
    }
}

/// Says above an answer in text that nothing is real, where that is so. JSON says it in every answer and row.
fn say_practice(output: &Output, answer: &Value) -> Result<(), Failure> {
    let practice = answer.get("ledger").and_then(|ledger| ledger.get("practice"));
    if practice == Some(&Value::Bool(true)) && !output.json {
        output.line("*** SỔ THỰC HÀNH ***")?;
    }
    Ok(())
}

/// Prints a list: in JSON each row names the log that it was made from, for rows are read apart from each other.
/// A ledger as whoever has its directory asks it.
fn asked<S: Source>(source: &S) -> Session<'_, S> {
    Session::new(source, Principal::local())
}

fn print_rows(
    output: &Output,
    view: &ReadOnlyLedger,
    known: Position,
    rows: Vec<Value>,
    text: impl Fn(&Value) -> String,
) -> Result<(), Failure> {
    let ledger = answers::ledger(&asked(view), Some(known))?;
    say_practice(output, &json!({ "ledger": ledger }))?;
    output.lines(rows.into_iter().map(|mut row| {
        if !output.json {
            return Ok(text(&row));
        }
        row["ledger"] = ledger.clone();
        Ok(row.to_string())
    }))
}

/// A number of an answer as digits: a number, or a text where 64 bits do not hold it.
fn digits(number: &Value) -> String {
    number.as_str().map_or_else(|| number.to_string(), str::to_owned)
}

/// A number of an answer as Vietnamese forms print it; a dash where it is not known.
fn shown(number: Option<&Value>) -> String {
    number
        .filter(|number| !number.is_null())
        .map_or_else(|| "–".to_owned(), |number| grouped(&digits(number)))
}

/// A whole number with dots between groups of three digits, as Vietnamese forms print it.
fn grouped(digits: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
    let mut out = String::from(sign);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at) % 3 == 0 {
            out.push('.');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn numbers_of_any_size_are_grouped_alike() {
        let shown = |value| super::shown(Some(&value));
        assert_eq!(shown(json!(-1_234_567)), "-1.234.567");
        assert_eq!(shown(json!("18446744073713051614")), "18.446.744.073.713.051.614");
        assert_eq!(shown(json!("-18446744073713051614")), "-18.446.744.073.713.051.614");
    }
}
