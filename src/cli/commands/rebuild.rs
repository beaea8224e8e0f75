//! `rebuild`: every projection folded from nothing; with `--check` compared with a fold in parts.

use std::path::Path;

use serde_json::json;
use thads_service::view::{Source, View};

use crate::failure::Failure;
use crate::output::Output;
use crate::progress::Progress;

/// Arguments of `rebuild`.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Compare with what the snapshot gives; exit status 3 where they differ.
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(data: &Path, output: &Output, args: &Args) -> Result<(), Failure> {
    let mut progress = None;
    let view = View::open_anew(data, |size, more| {
        let total = usize::try_from(size).unwrap_or(usize::MAX);
        let what = output.say("Dựng lại", "Rebuilding");
        progress.get_or_insert_with(|| Progress::new(output, what, total)).add(more);
    })?;
    if let Some(progress) = progress {
        progress.finish();
    }
    if args.check && !view.agrees_with_snapshot()? {
        return Err(Failure::Damage {
            message: "the snapshot and the fold from nothing differ".to_owned(),
            hint: Some("delete the folder snapshots: it is a cache".to_owned()),
        });
    }
    let (size, cases) = view.with_books(|books| (books.position().0, books.case_count()));
    if output.json {
        output.json(&json!({ "position": size, "cases": cases, "checked": args.check }))?;
    } else {
        output.line(&format!(
            "{size} {}, {} {}",
            output.say("bản ghi", "records"),
            cases,
            output.say("việc", "cases")
        ))?;
    }
    Ok(())
}
