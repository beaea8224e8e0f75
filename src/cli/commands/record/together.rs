//! `record --atomic`: all lines in one block, or none. All are judged first, each on what those before it would leave.

use std::collections::HashMap;
use std::path::Path;

use thads_ledger::{AppendError, NotTogether};
use thads_proof::block;
use thads_service::ledger_service::LedgerService;
use thads_service::log::Log;
use thads_service::record::{Done, RecordError};
use thads_service::rehearse::{Rehearsing, TogetherError};

use super::lines::Lines;
use super::outcome::{LineError, Outcome, Tally};
use crate::failure::Failure;

/// A line and what was found of it.
type Judged = (usize, Result<Done, LineError>);

/// Records the lines together, or says why not and records none.
pub(super) fn run(data: &Path, lines: Lines, tally: &mut Tally<'_>) -> Result<(), Failure> {
    if tally.dry_run {
        // Another rehearsal is given what the first one took, as the ledger would be.
        return record(data, lines, tally, &Rehearsing::rehearse(data)?);
    }
    // Opened first: nobody writes between the judgement and the record.
    let (service, report) = LedgerService::open(data)?;
    crate::commands::say_opened(tally.output, &report);
    let recorded = record(data, lines, tally, &service);
    service.close()?;
    recorded
}

fn record<L: Log>(
    data: &Path,
    lines: Lines,
    tally: &mut Tally<'_>,
    service: &LedgerService<L>,
) -> Result<(), Failure> {
    let rehearsal = Rehearsing::rehearse(data)?;
    let judged = judge(lines, tally, &rehearsal)?;
    let done = || judged.iter().filter_map(|(number, done)| Some((*number, done.as_ref().ok()?)));
    // Lines that carry one request id between them are recorded once.
    let new = || done().filter(|(_, done)| !done.is_repeated());
    let there = done().filter(|(_, done)| done.receipt.is_some_and(|receipt| rehearsal.was_there(&receipt)));
    let (first_there, there_count, new_count) = (there.clone().next(), there.count(), new().count());
    if new_count > block::RECORDS_MAX {
        let message = format!("more than {} lines; so many fit a block", block::RECORDS_MAX);
        return Err(nothing(tally, message, IN_PARTS));
    }
    if judged.iter().any(|(_, judged)| judged.is_err()) {
        return say(judged, tally);
    }
    if let (Some((number, first)), true) = (first_there, new_count > 0) {
        let position = first.receipt.map_or(0, |receipt| receipt.first().get());
        let message = format!(
            "{there_count} of {} lines are recorded already (line {number} at position {position}): the batch cannot be recorded as one any more",
            judged.len()
        );
        say(judged, tally)?;
        return Err(nothing(tally, message, "without --atomic the other lines are recorded, each by itself"));
    }
    let numbers: Vec<usize> = new().map(|(number, _)| number).collect();
    let receipts = match new_count {
        0 => Vec::new(),
        _ => service.record_together(rehearsal).map_err(|error| failure(tally, error, &numbers))?,
    };
    let receipts: HashMap<_, _> = receipts.into_iter().map(|receipt| (receipt.request(), receipt)).collect();
    let recorded = |done: Done| match done.receipt.and_then(|first| receipts.get(&first.request())) {
        _ if tally.dry_run => Outcome::of_rehearsal(done),
        Some(receipt) if done.is_repeated() => Outcome::Repeated(Done { receipt: Some(*receipt), ..done }),
        Some(receipt) => Outcome::Recorded(Done { receipt: Some(*receipt), ..done }),
        None => Outcome::Repeated(done),
    };
    let outcomes: Vec<_> =
        judged.into_iter().filter_map(|(number, done)| Some((number, recorded(done.ok()?)))).collect();
    for (number, outcome) in outcomes {
        tally.say(number, outcome)?;
    }
    tally.end()
}

/// Judges all lines, each on what those before it would leave; of a file that cannot fit a block, no more than shows it.
fn judge(lines: Lines, tally: &mut Tally<'_>, rehearsal: &Rehearsing) -> Result<Vec<Judged>, Failure> {
    let mut judged = Vec::new();
    let mut new = 0;
    for line in lines {
        let line = line?;
        let done = super::record_with(&line, tally.identities.as_mut(), |request| rehearsal.record(request));
        match done {
            Err(error) if !error.is_about_the_line() => return Err(tally.broken_off(line.number, error)),
            done => {
                new += usize::from(done.as_ref().is_ok_and(|done| !done.is_repeated()));
                judged.push((line.number, done));
            }
        }
        if new > block::RECORDS_MAX {
            break;
        }
    }
    Ok(judged)
}

/// Says what was found of each line where none is recorded.
fn say(judged: Vec<Judged>, tally: &mut Tally<'_>) -> Result<(), Failure> {
    for (number, done) in judged {
        tally.say(number, done.map_or_else(Outcome::Refused, Outcome::of_rehearsal))?;
    }
    tally.end()
}

/// The way out of a batch that fits no block.
const IN_PARTS: &str = "cut the batch in parts that may each stand alone, or leave --atomic out";

fn failure(tally: &Tally<'_>, error: TogetherError, numbers: &[usize]) -> Failure {
    match error {
        TogetherError::Append(NotTogether::One { index, error }) => {
            let number = numbers.get(index).copied().unwrap_or_default();
            nothing(tally, format!("line {number}: {error}"), "mend it and send the batch again")
        }
        TogetherError::Append(NotTogether::All(error @ AppendError::TooLarge { .. })) => {
            nothing(tally, error.to_string(), IN_PARTS)
        }
        TogetherError::Append(NotTogether::All(error)) => RecordError::from(error).into(),
        TogetherError::Service(error) => error.into(),
        error @ (TogetherError::Append(NotTogether::Partly { .. }) | TogetherError::Moved { .. }) => {
            nothing(tally, error.to_string(), "send the batch again")
        }
    }
}

fn nothing(tally: &Tally<'_>, message: impl std::fmt::Display, hint: &str) -> Failure {
    let nothing = tally.output.say("không dòng nào được ghi", "no line was recorded");
    Failure::new(format!("{message}: {nothing}"), hint)
}
