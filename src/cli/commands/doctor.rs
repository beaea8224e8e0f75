//! `doctor`: says what is wrong and what it will do, mends each copy from the better one, and verifies everything.

use std::path::Path;

use serde_json::json;
use thads_ledger::{OpenError, Reader, Sentence};
use thads_service::ledger_service::LedgerService;

use crate::failure::Failure;
use crate::output::{Output, both};

/// Arguments of `doctor`.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Only say what is wrong and what would be done; write nothing. Exit status 3 when something is wrong.
    #[arg(long)]
    dry_run: bool,
}

pub(crate) fn run(data: &Path, output: &Output, args: &Args) -> Result<(), Failure> {
    let found = super::verify::verify(data, output)?;
    let mut would = found.plan();
    if LedgerService::is_short_of_room(data) {
        would.push(Sentence {
            vi: "Đĩa đầy: phần dự phòng (ballast) sẽ được giải phóng, nếu còn.".into(),
            en: "The disk is full: the ballast would be released, if it is there.".into(),
        });
    }
    if args.dry_run {
        let said = if output.json {
            output.json(&json!({ "would": both(&would), "verified": found.json() }))
        } else {
            found.print(output).and_then(|()| say_or_nothing(output, &would))
        };
        // That something is wrong counts for more than that it could not be mended, and that for more than what could not be
        // written.
        return found.result(output).and_then(|()| Ok(would_open(data)?)).and(said);
    }
    if !output.json && !found.is_good() {
        found.print(output)?;
        output.lines(would.iter().map(|sentence| Ok(output.sentence(sentence))))?;
    }
    let (service, report) = LedgerService::repair(data)?;
    service.close()?;
    let verified = super::verify::verify(data, output)?;
    if output.json {
        let found = found.json();
        let (would, done) = (both(&would), both(report.sentences()));
        let said = output
            .json(&json!({ "found": found, "would": would, "done": done, "verified": verified.json() }));
        return verified.result(output).and(said);
    }
    let said = say_or_nothing(output, report.sentences()).and_then(|()| output.line(&verified.line(output)));
    verified.result(output).and(said)
}

/// Refuses what opening refuses although nothing is wrong with the records.
fn would_open(data: &Path) -> Result<(), OpenError> {
    thads_ledger::refuse_strange(data, true)?;
    Reader::open_to_rehearse(data).map(drop)
}

fn say_or_nothing(output: &Output, sentences: &[Sentence]) -> Result<(), Failure> {
    if sentences.is_empty() {
        return output.line(output.say("Không có gì phải sửa.", "Nothing had to be mended."));
    }
    output.lines(sentences.iter().map(|sentence| Ok(output.sentence(sentence))))
}
