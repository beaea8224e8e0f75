//! `replay`: a period day by day, each day's figures from the period's first day to it.

use std::path::Path;

use serde_json::json;
use thads_service::answers::{self, figures_json};
use thads_service::read_only::ReadOnlyLedger;

use super::report::shown;
use crate::failure::Failure;
use crate::output::Output;

/// Arguments of `replay`.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    question: super::Question,
}

pub(crate) fn run(data: &Path, output: &Output, args: &Args) -> Result<(), Failure> {
    let asked = args.question.asked()?;
    let view = ReadOnlyLedger::open(data)?;
    let (head, days) = answers::replay(&super::asked(&view), &asked)?;
    super::say_practice(output, &head)?;
    let ledger = head.get("ledger").cloned().unwrap_or_default();
    let lines = days.iter().map(|(day, report)| {
        let figures = figures_json(report);
        if output.json {
            return json!({ "day": day, "ledger": ledger, "figures": figures }).to_string();
        }
        let of = |id: &str| figures.get(id).map(shown).unwrap_or_default();
        format!(
            "{day} {:>8} {:>8} {:>7} {:>20} {:>20} {:>7}",
            of("cases.enforceable"),
            of("cases.finished"),
            of("rate.cases"),
            of("money.enforceable"),
            of("money.finished"),
            of("rate.money")
        )
    });
    output.lines(lines.map(Ok))
}
