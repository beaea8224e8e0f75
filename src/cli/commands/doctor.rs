//! `doctor`: says what is wrong and what it will do, mends each copy from the better one, and verifies everything.

use std::path::Path;

use serde_json::json;
use thads_service::house::House;

use crate::failure::Failure;
use crate::output::Output;

/// Arguments of `doctor`.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Only say what is wrong and what would be done; write nothing. Exit status 3 when something is wrong.
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(data: &Path, output: &Output, args: &Args) -> Result<(), Failure> {
    let found = super::verify::verify(data)?;
    let mut would = found.plan();
    if House::is_short_of_room(data) {
        would.push("The disk is full: the ballast would be released, if it is there.".into());
    }
    if args.dry_run {
        if output.json {
            output.json(&json!({ "would": would, "verified": found.json() }));
        } else {
            found.print(output);
            say_or_nothing(output, &would);
        }
        return found.result();
    }
    if !output.json && !found.is_good() {
        found.print(output);
        would.iter().for_each(|sentence| output.line(sentence));
    }
    let (house, report) = House::mend(data)?;
    house.close()?;
    let verified = super::verify::verify(data)?;
    if output.json {
        let found = found.json();
        let (done, verified_json) = (report.sentences(), verified.json());
        output.json(&json!({ "found": found, "would": would, "done": done, "verified": verified_json }));
        return verified.result();
    }
    say_or_nothing(output, report.sentences());
    output.line(&verified.line(output));
    verified.result()
}

fn say_or_nothing(output: &Output, sentences: &[String]) {
    sentences.iter().for_each(|sentence| output.line(sentence));
    if sentences.is_empty() {
        output.line(output.say("Không có gì phải sửa.", "Nothing had to be mended."));
    }
}
