//! `rebuild`: every projection folded from nothing; with `--check` compared with a fold in parts.

use std::path::Path;

use serde_json::json;
use thads_projections::books::Books;
use thads_proof::record::Position;

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
    let reader = thads_ledger::Reader::open(data)?;
    let size = reader.head().size;
    let progress = Progress::new(
        output,
        output.say("Dựng lại", "Rebuilding"),
        usize::try_from(size).unwrap_or(usize::MAX),
    );
    let mut books = Books::default();
    for record in reader.read(Position::new(0)) {
        books.fold(&record?).map_err(thads_service::house::HouseError::from)?;
        progress.add(1);
    }
    progress.finish();
    if args.check {
        let view = thads_service::view::View::open(data)?;
        let same = thads_service::view::Source::with_books(&view, |other| *other == books);
        if !same {
            return Err(Failure::Damage {
                message: "the snapshot and the fold from nothing differ".to_owned(),
                hint: Some("delete the folder snapshots: it is a cache".to_owned()),
            });
        }
    }
    if output.json {
        output.json(&json!({ "position": size, "cases": books.case_count(), "checked": args.check }));
    } else {
        output.line(&format!(
            "{size} {}, {} {}",
            output.say("bản ghi", "records"),
            books.case_count(),
            output.say("việc", "cases")
        ));
    }
    Ok(())
}
