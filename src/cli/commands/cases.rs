//! `cases`: the cases that fit a filter.

use std::path::Path;

use thads_cases::ids::CaseId;
use thads_service::answers::{self, ListFilter};
use thads_service::view::{Source, View};

use crate::failure::Failure;
use crate::output::Output;

/// Arguments of `cases`.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Of this office, by code, and those below it.
    #[arg(long, value_name = "CODE")]
    office: Option<String>,
    /// registered, open, enforceable, not_yet_enforceable, completed, terminated, entrusted_out, pulled_up, withdrawn.
    #[arg(long)]
    standing: Option<String>,
    /// Of this enforcer, by number.
    #[arg(long)]
    enforcer: Option<u32>,
    /// Whose judgment's number contains this.
    #[arg(long, value_name = "TEXT")]
    judgment: Option<String>,
    /// Those after this case.
    #[arg(long, value_name = "CASE")]
    after: Option<CaseId>,
    /// How many at most.
    #[arg(long, default_value_t = 1000)]
    limit: usize,
    /// As known at this tree size, or at the end of this day.
    #[arg(long, value_name = "K")]
    as_known: Option<String>,
}

pub(crate) fn run(data: &Path, output: &Output, args: &Args) -> Result<(), Failure> {
    let view = View::open(data)?;
    let filter = ListFilter {
        office: args.office.clone(),
        standing: args.standing.clone(),
        enforcer: args.enforcer,
        judgment: args.judgment.clone(),
        after: args.after.clone(),
        limit: Some(args.limit),
        as_known: args.as_known.clone(),
    };
    let found = answers::cases(&view, &filter)?.rows;
    super::mark_practice(output, view.genesis().practice)?;
    super::say_full(output, found.len(), args.limit);
    let lines = found.iter().map(|case| {
        if output.json {
            return case.to_string();
        }
        let text =
            |key: &str| case.get(key).map(|value| value.to_string().replace('"', "")).unwrap_or_default();
        format!("{:<18} {:<20} {:>18}", text("case"), text("standing"), super::grouped(&text("remaining")))
    });
    output.lines(lines.map(Ok))
}
