//! The commands, one file each: `run(data, output, args)`.

use std::path::Path;

use serde_json::Value;
use thads_ledger::{OpenError, OpenReport};
use thads_service::answers::Asked;
use thads_service::house::{House, HouseError};

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
    /// Of this office and those below it, by code; default: the whole ledger.
    #[arg(long, value_name = "CODE")]
    office: Option<String>,
    /// As known at this tree size, or at the end of this day.
    #[arg(long, value_name = "K")]
    as_known: Option<String>,
}

impl Question {
    fn asked(&self) -> Asked<'_> {
        Asked { period: &self.period, office: self.office.as_deref(), as_known: self.as_known.as_deref() }
    }
}

/// Opens a directory's ledger to write to it; `None` where there is none, or where its founding was cut off before
/// the first record.
fn opened(data: &Path, output: &Output) -> Result<Option<House>, Failure> {
    if !data.join("wal").exists() && !data.join("sled").exists() {
        return Ok(None);
    }
    match House::open(data) {
        Ok((house, report)) => {
            say_opened(output, &report);
            Ok(Some(house))
        }
        Err(HouseError::Open(OpenError::NotALedger(_))) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Says what opening had to mend.
fn say_opened(output: &Output, report: &OpenReport) {
    for sentence in report.sentences() {
        output.remark(output.sentence(sentence));
    }
}

/// Says above an answer in text that nothing is real, where that is so.
fn say_practice(output: &Output, answer: &Value) -> Result<(), Failure> {
    let practice = answer.get("ledger").and_then(|ledger| ledger.get("practice"));
    mark_practice(output, practice == Some(&Value::Bool(true)))
}

/// Says above a list in text that nothing is real, where that is so. JSON says it in every row.
fn mark_practice(output: &Output, practice: bool) -> Result<(), Failure> {
    if practice && !output.json {
        output.line("*** SỔ THỰC HÀNH ***")?;
    }
    Ok(())
}

/// Says that a list was cut.
fn say_full(output: &Output, found: usize, limit: usize) {
    if found == limit {
        output.remark(&format!(
            "{} {limit}; {}",
            output.say("Danh sách dừng ở", "The list stops at"),
            output.say("tiếp tục bằng --after VIỆC", "go on with --after CASE")
        ));
    }
}

/// A number of an answer as digits: a number, or a text where 64 bits do not hold it.
fn digits(number: &serde_json::Value) -> String {
    number.as_str().map_or_else(|| number.to_string(), str::to_owned)
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

    use super::{digits, grouped};

    #[test]
    fn numbers_of_any_size_are_grouped_alike() {
        let shown = |value| grouped(&digits(&value));
        assert_eq!(shown(json!(-1_234_567)), "-1.234.567");
        assert_eq!(shown(json!("18446744073713051614")), "18.446.744.073.713.051.614");
        assert_eq!(shown(json!("-18446744073713051614")), "-18.446.744.073.713.051.614");
    }
}
