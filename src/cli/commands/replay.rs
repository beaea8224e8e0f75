//! `replay`: a period day by day, each day's figures from the period's first day to it.

use std::path::Path;

use serde_json::json;
use thads_service::answers::{self, Asked, figures_json};
use thads_service::view::View;

use super::report::shown;
use crate::failure::Failure;
use crate::output::Output;

/// Arguments of `replay`.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
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

pub(crate) fn run(data: &Path, output: &Output, args: &Args) -> Result<(), Failure> {
    let view = View::open(data)?;
    let asked =
        Asked { period: &args.period, office: args.office.as_deref(), as_known: args.as_known.as_deref() };
    let (head, days) = answers::replay(&view, &asked)?;
    if !output.json {
        super::say_practice(output, &head);
    }
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
    output.lines(lines)?;
    Ok(())
}
