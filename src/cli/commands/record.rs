//! `record`: actions from JSON lines, each decided and appended by itself, or all together; an outcome for each line.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use thads_cases::text::normal;
use thads_service::json::{JsonError, parse_action};
use thads_service::ledger_service::LedgerService;
use thads_service::record::RecordError;
use thads_service::rehearse::Rehearsing;
use thads_service::words::is_readable;

use crate::failure::Failure;
use crate::output::Output;

mod identity;
mod lines;
mod outcome;
mod together;

use identity::Identities;
use lines::{Line, Lines};
use outcome::{LineError, Outcome, Tally};

/// Arguments of `record`.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// A file of actions, one JSON object a line; `-` is standard input.
    pub(crate) file: PathBuf,
    /// Decide each line on what the lines before it would leave, and say what would happen; write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Record all lines in one block, or none.
    #[arg(long)]
    atomic: bool,
    /// What the lines are a batch of: a line without a request id gets one from this name, its own bytes, and how many equal
    /// lines come before it, so that the batch may be sent again. Default: the file's name; of standard input and of a pipe
    /// every id is a new one.
    #[arg(long, value_name = "NAME")]
    batch: Option<String>,
}

impl Args {
    /// The batch's name, in the one form of text: a file that went over another system keeps its name.
    fn identities(&self, lines: &Lines) -> Result<Option<Identities>, Failure> {
        if self.batch.as_deref().is_some_and(|name| !is_readable(name)) {
            let rule = "a name says something that can be read";
            return Err(JsonError::new("batch", "", rule, "--batch NAME, or nothing").into());
        }
        let given = self.batch.as_ref().map(|name| normal(name).into_bytes());
        let of_file = |name: &OsString| match name.to_str() {
            Some(name) => normal(name).into_bytes(),
            None => name.as_encoded_bytes().to_vec(),
        };
        Ok(given.or_else(|| lines.name.as_ref().map(of_file)).map(|name| Identities::new(&name)))
    }
}

pub(crate) fn run(data: &Path, output: &Output, args: &Args) -> Result<(), Failure> {
    let lines = Lines::open(&args.file).map_err(|fault| fault.failure(output))?;
    let mut tally = Tally::new(output, args.dry_run, args.atomic, args.identities(&lines)?);
    if args.atomic {
        return together::run(data, lines, &mut tally);
    }
    if args.dry_run {
        let rehearsal = Rehearsing::rehearse(data)?;
        each(lines, &mut tally, |line, identities| {
            let done = record_with(line, identities, |request| rehearsal.record(request))?;
            Ok(Outcome::of_rehearsal(done))
        })?;
        return tally.end();
    }
    let (service, report) = LedgerService::open(data)?;
    super::say_opened(output, &report);
    let recorded = each(lines, &mut tally, |line, identities| {
        let done = record_with(line, identities, |request| service.record(request))?;
        Ok(Outcome::of(done))
    });
    service.close()?;
    recorded?;
    tally.end()
}

/// Says the outcome of each line; ends at one that the ledger, and not the line, is to blame for.
fn each(
    lines: Lines,
    tally: &mut Tally<'_>,
    mut outcome: impl FnMut(&Line, Option<&mut Identities>) -> Result<Outcome, LineError>,
) -> Result<(), Failure> {
    for line in lines {
        let line = line?;
        match outcome(&line, tally.identities.as_mut()) {
            Ok(outcome) => tally.say(line.number, outcome)?,
            Err(error) if error.is_about_the_line() => tally.say(line.number, Outcome::Refused(error))?,
            Err(error) => return Err(tally.broken_off(line.number, error)),
        }
    }
    Ok(())
}

/// Reads a line as an action and does with it what `record` does.
fn record_with<T>(
    line: &Line,
    identities: Option<&mut Identities>,
    record: impl FnOnce(thads_service::json::Request) -> Result<T, RecordError>,
) -> Result<T, LineError> {
    let mut request = parse_action(line.document()?, None).map_err(RecordError::from)?;
    if let (None, Some(identities)) = (request.request, identities) {
        request.request = Some(identities.next(line.bytes()));
    }
    Ok(record(request)?)
}
