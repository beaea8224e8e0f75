//! `figure`: one figure of a period, or the cases or events that it counts.

use std::path::Path;

use thads_service::answers;
use thads_service::view::{Source, View};

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
    let view = View::open(data)?;
    let asked = args.question.asked();
    if !args.cases && !args.events {
        let answer = answers::figure(&view, &args.id, &asked, None)?;
        if output.json {
            output.json(&answer)?;
        } else {
            super::say_practice(output, &answer)?;
            output.line(&super::report::shown(&answer))?;
        }
        return Ok(());
    }
    answers::figure_about(&args.id)?;
    let question = view.with_books(|books| asked.read(books))?;
    super::mark_practice(output, view.genesis().practice)?;
    let rows = if args.cases {
        answers::figure_cases(&view, &args.id, &question)?
    } else {
        answers::figure_events(&view, &args.id, &question)?
    };
    let lines = rows.iter().map(|row| {
        if output.json {
            return row.to_string();
        }
        let text = |value: &serde_json::Value| value.to_string().replace('"', "");
        row.as_object().map(|row| row.values().map(text).collect::<Vec<_>>().join("\t")).unwrap_or_default()
    });
    output.lines(lines.map(Ok))
}
