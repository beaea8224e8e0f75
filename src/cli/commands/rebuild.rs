//! `rebuild`: every projection folded from nothing, and every cache held against it.

use std::path::Path;

use serde_json::json;
use thads_ledger::Sentence;
use thads_ledger::cache::{BOOKS, HEADS};
use thads_service::read_only::{ReadOnlyLedger, Source};

use crate::failure::Failure;
use crate::output::{Output, both};
use crate::progress::Progress;

/// Arguments of `rebuild`.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// Exit status 3 where a cache that the log's key signed says anything else.
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(data: &Path, output: &Output, args: &Args) -> Result<(), Failure> {
    let mut progress = None;
    let view = ReadOnlyLedger::open_anew(data, |size, more| {
        let total = usize::try_from(size).unwrap_or(usize::MAX);
        let what = output.say("Dựng lại", "Rebuilding");
        progress.get_or_insert_with(|| Progress::new(output, what, total)).add(more);
    })?;
    if let Some(progress) = progress {
        progress.finish();
    }
    let checks = [(HEADS, view.check_heads()?), (BOOKS, view.check_kept()?)];
    let said: Vec<Sentence> = checks.iter().filter_map(|(name, check)| check.sentence(name)).collect();
    let wrong = checks.iter().find(|(_, check)| args.check && !check.is_good());
    if let Some(wrong) = wrong.and_then(|(name, check)| check.sentence(name)) {
        return Err(Failure::Damage {
            message: output.sentence(&wrong).into(),
            hint: Some("thads doctor folds the caches anew; thads verify looks at the whole ledger".into()),
        });
    }
    let (size, cases) = view.with_model(|model| (model.position().0, model.case_count()));
    if output.json {
        output.json(
            &json!({ "position": size, "cases": cases, "checked": args.check, "caches": both(&said) }),
        )?;
    } else {
        output.lines(said.iter().map(|sentence| Ok(output.sentence(sentence))))?;
        output.line(&format!(
            "{size} {}, {} {}",
            output.say("bản ghi", "records"),
            cases,
            output.say("việc", "cases")
        ))?;
    }
    Ok(())
}
