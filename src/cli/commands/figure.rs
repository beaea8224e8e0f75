//! `figure`: one figure of a period, or the cases or events that it counts.

use std::path::Path;

use serde_json::Value;
use thads_service::answers;
use thads_service::read_only::{ReadOnlyLedger, Source};

use crate::failure::Failure;
use crate::output::Output;

/// Arguments of `figure`.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The figure, for instance cases.finished.
    id: String,
    #[command(flatten)]
    question: super::Question,
    /// List the cases that it counts.
    #[arg(long, conflicts_with = "events")]
    cases: bool,
    /// List the events that it counts.
    #[arg(long)]
    events: bool,
}

pub(crate) fn run(data: &Path, output: &Output, args: &Args) -> Result<(), Failure> {
    let (asked, info) = (args.question.asked()?, answers::figure_about(&args.id)?);
    let view = ReadOnlyLedger::open(data)?;
    if !args.cases && !args.events {
        let answer = answers::figure(&super::asked(&view), info.id, &asked, None)?;
        if output.json {
            return output.json(&answer);
        }
        super::say_practice(output, &answer)?;
        return output.line(&super::report::shown(&answer));
    }
    let question = view.with_model(|model| asked.read(model))?;
    let rows = if args.cases {
        answers::figure_cases(&super::asked(&view), info.id, &question)?
    } else {
        answers::figure_events(&super::asked(&view), info.id, &question)?
    };
    super::print_rows(output, &view, question.known, rows, |row| {
        let text = |value: &Value| super::digits(value);
        row.as_object().map(|row| row.values().map(text).collect::<Vec<_>>().join("\t")).unwrap_or_default()
    })
}
