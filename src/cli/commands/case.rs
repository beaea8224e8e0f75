//! `case`: one case, as it stood at the end of a day, as known.

use std::path::Path;

use serde_json::Value;
use thads_cases::ids::CaseId;
use thads_service::answers;
use thads_service::read_only::ReadOnlyLedger;

use crate::failure::Failure;
use crate::output::Output;

/// Arguments of `case`.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The case, for instance DT03/2018/0412.
    id: CaseId,
    /// With every entry.
    #[arg(long)]
    history: bool,
    /// As it stood at the end of this day.
    #[arg(long, value_name = "DATE")]
    at: Option<String>,
    #[command(flatten)]
    known: super::Known,
}

pub(crate) fn run(data: &Path, output: &Output, args: &Args) -> Result<(), Failure> {
    let (at, moment) = (answers::day("at", args.at.as_deref())?, args.known.moment()?);
    let answer =
        answers::case(&super::asked(&ReadOnlyLedger::open(data)?), &args.id, at, moment, args.history)?;
    if output.json {
        output.json(&answer)?;
        return Ok(());
    }
    super::say_practice(output, &answer)?;
    let Value::Object(fields) = &answer else { return Ok(()) };
    for (key, value) in fields {
        match (key.as_str(), value) {
            ("ledger" | "history", _) | (_, Value::Null) => {}
            (_, Value::Array(items)) => {
                for item in items {
                    output.line(&format!("{key:<12} {item}"))?;
                }
            }
            (_, Value::String(text)) => output.line(&format!("{key:<12} {text}"))?,
            (_, other) => output.line(&format!("{key:<12} {other}"))?,
        }
    }
    let Some(Value::Array(history)) = fields.get("history") else { return Ok(()) };
    for entry in history {
        output.line(&history_line(output, entry))?;
    }
    Ok(())
}

fn history_line(output: &Output, entry: &Value) -> String {
    let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let number = |key: &str| entry.get(key).map(ToString::to_string).unwrap_or_default();
    let mark = match (entry.get("voided_by"), entry.get("corrected_by")) {
        (Some(by), _) => format!(" [{} {by}]", output.say("hủy bởi", "voided by")),
        (None, Some(by)) => format!(" [{} {by}]", output.say("sửa bởi", "corrected by")),
        (None, None) => String::new(),
    };
    let name = if output.say("vi", "en") == "vi" { text("vi") } else { text("kind") };
    format!(
        "{:>8} {} ({} {}) {name}{mark} {}",
        number("position"),
        text("effective"),
        output.say("ghi", "recorded"),
        text("recorded_on"),
        number("fields")
    )
}
