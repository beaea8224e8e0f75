//! `report`: the tables of a period.

use std::path::Path;

use serde_json::Value;
use thads_projections::figures::FIGURES;
use thads_service::answers;
use thads_service::read_only::{ReadOnlyLedger, Source};

use crate::failure::Failure;
use crate::output::Output;

/// Arguments of `report`.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    question: super::Question,
    /// Rows by this dimension: office, enforcer, basis, judgment, tag, …
    #[arg(long, value_name = "DIMENSION")]
    by: Option<String>,
}

pub(crate) fn run(data: &Path, output: &Output, args: &Args) -> Result<(), Failure> {
    let asked = args.question.asked()?;
    let view = ReadOnlyLedger::open(data)?;
    let answer = answers::report(&super::asked(&view), &asked, args.by.as_deref())?;
    if output.json {
        output.json(&answer)?;
    } else {
        print(output, &view, &answer)?;
    }
    Ok(())
}

/// Prints a report as a table of text.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn print(output: &Output, source: &impl Source, answer: &Value) -> Result<(), Failure> {
    super::say_practice(output, answer)?;
    let text = |key: &str| answer.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let unit = &source.genesis().unit;
    let own = answer.get("own") == Some(&Value::Bool(true));
    output.line(&format!(
        "{} {} ({} – {}), {}{}",
        output.say("Kỳ", "Period"),
        text("period"),
        text("from"),
        text("to"),
        answer.get("scope").map(super::digits).unwrap_or_default(),
        if own { output.say(" (riêng cơ quan)", " (own)") } else { "" }
    ))?;
    output.line(&format!(
        "{}: {}{}",
        output.say("Đơn vị tiền", "Unit of money"),
        unit.code,
        if unit.exponent == 0 { String::new() } else { format!(" × 10^-{}", unit.exponent) }
    ))?;
    let figures = answer.get("figures").cloned().unwrap_or_default();
    for info in FIGURES {
        let Some(value) = figures.get(info.id) else { continue };
        let name = output.say(info.vi, info.en);
        output.line(&format!("{:<34} {:>22}  {name}", info.id, shown(value)))?;
    }
    if let Some(Value::Array(rows)) = answer.get("rows") {
        output.line("")?;
        for row in rows {
            let of = |id: &str| {
                row.get("figures").and_then(|figures| figures.get(id)).map(shown).unwrap_or_default()
            };
            let key = row.get("key").and_then(Value::as_str).unwrap_or_default();
            output.line(&format!(
                "{key:<24} {:>9} {:>9} {:>7} {:>20} {:>20} {:>7}",
                of("cases.enforceable"),
                of("cases.finished"),
                of("rate.cases"),
                of("money.enforceable"),
                of("money.finished"),
                of("rate.money")
            ))?;
        }
    }
    let ledger = answer.get("ledger").cloned().unwrap_or_default();
    output.line(&format!(
        "{} {} · {} {}",
        output.say("Sổ đến vị trí", "Log to position"),
        ledger.get("position").map(ToString::to_string).unwrap_or_default(),
        output.say("gốc", "root"),
        ledger.get("root").and_then(Value::as_str).unwrap_or_default()
    ))
}

/// A figure's value as text.
pub(crate) fn shown(figure: &Value) -> String {
    match figure.get("value") {
        Some(Value::Object(rate)) => rate
            .get("percent")
            .and_then(Value::as_str)
            .map_or_else(|| "–".to_owned(), |percent| format!("{} %", percent.replace('.', ","))),
        number => super::shown(number),
    }
}
