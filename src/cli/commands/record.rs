//! `record`: actions from JSON lines, each decided and appended; the first refusal stops the file.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use thads_service::document::Document;
use thads_service::house::House;
use thads_service::wire::parse_action;

use crate::failure::Failure;
use crate::output::Output;

/// Arguments of `record`.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// A file of actions, one JSON object a line; `-` is standard input.
    file: PathBuf,
    /// Decide and say what would happen; record nothing.
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(data: &Path, output: &Output, args: &Args) -> Result<(), Failure> {
    let (house, report) = House::open(data)?;
    super::say_opened(output, &report);
    let reader: Box<dyn BufRead> = if args.file.as_os_str() == "-" {
        Box::new(BufReader::new(std::io::stdin()))
    } else {
        let file = std::fs::File::open(&args.file).map_err(|error| {
            Failure::new(format!("{}: {error}", args.file.display()), "name a file that exists, or -")
        })?;
        Box::new(BufReader::new(file))
    };
    let recorded = record_lines(&house, output, reader, args.dry_run);
    house.close()?;
    recorded
}

fn record_lines(
    house: &House,
    output: &Output,
    lines: Box<dyn BufRead>,
    dry_run: bool,
) -> Result<(), Failure> {
    for (number, line) in lines.lines().enumerate() {
        let line = line?;
        // Editors of some systems begin a file with a mark of its encoding.
        let line = if number == 0 { line.strip_prefix('\u{feff}').unwrap_or(&line) } else { &line };
        if line.trim().is_empty() {
            continue;
        }
        record_line(house, output, line, dry_run).map_err(|failure| at_line(failure, number + 1, output))?;
    }
    Ok(())
}

fn record_line(house: &House, output: &Output, line: &str, dry_run: bool) -> Result<(), Failure> {
    let Document(value) = serde_json::from_str(line)
        .map_err(|error| Failure::new(format!("not JSON: {error}"), "one JSON object a line"))?;
    let request = parse_action(value, None)?;
    let done = if dry_run { house.dry_run(&request)? } else { house.act(request)? };
    let answer = thads_service::answers::done(&done);
    if output.json {
        output.json(&answer)?;
    } else if dry_run {
        output.line(output.say("Được phép; không ghi gì.", "Allowed; nothing recorded."))?;
    } else {
        let text = |key: &str| {
            answer.get(key).map_or_else(String::new, |value| match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            })
        };
        output.line(&format!(
            "{} {} {} {}",
            text("first"),
            text("stream_version"),
            text("request"),
            text("leaf")
        ))?;
    }
    Ok(())
}

fn at_line(failure: Failure, number: usize, output: &Output) -> Failure {
    output.remark(&format!("{} {number}", output.say("Dòng", "Line")));
    if output.json {
        output.remark(&json!({ "line": number }).to_string());
    }
    failure
}
