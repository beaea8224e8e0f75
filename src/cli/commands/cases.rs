//! `cases`: the cases that fit a filter.

use std::num::NonZero;
use std::path::Path;

use serde_json::Value;
use thads_cases::ids::CaseId;
use thads_service::answers::{self, CASES_DEFAULT, ListFilter};
use thads_service::read_only::ReadOnlyLedger;

use crate::failure::Failure;
use crate::output::Output;

/// Arguments of `cases`.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    #[command(flatten)]
    of: super::Of,
    /// registered, open, enforceable, not_yet_enforceable, completed, terminated, entrusted_out, pulled_up, withdrawn.
    #[arg(long = "standing", value_name = "STANDING")]
    status: Option<String>,
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
    #[arg(long, default_value_t = CASES_DEFAULT)]
    limit: NonZero<usize>,
}

pub(crate) fn run(data: &Path, output: &Output, args: &Args) -> Result<(), Failure> {
    let filter = ListFilter {
        whose: args.of.whose()?,
        status: args.status.clone(),
        enforcer: args.enforcer,
        judgment: args.judgment.clone(),
        after: args.after.clone(),
        limit: args.limit,
        moment: args.of.moment()?,
    };
    let view = ReadOnlyLedger::open(data)?;
    let found = answers::cases(&super::asked(&view), &filter)?;
    if let Some(last) = &found.next {
        output.remark(&format!(
            "{} {}; {} --after {last} --as-known {}",
            output.say("Danh sách dừng ở", "The list stops at"),
            args.limit,
            output.say("tiếp tục bằng", "go on with"),
            found.known
        ));
    }
    super::print_rows(output, &view, found.known, found.rows, |case| {
        let text = |key: &str| case.get(key).and_then(Value::as_str).unwrap_or_default();
        let remaining = super::shown(case.get("remaining"));
        format!("{:<18} {:<20} {remaining:>18}", text("case"), text("standing"))
    })
}
