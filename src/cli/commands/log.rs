//! `log`: the records, decoded, one JSON object a line: what an outsider recounts from.

use std::cell::Cell;
use std::path::Path;

use thads_ledger::{Reader, Stored};
use thads_projections::read_model::FoldError;
use thads_proof::record::{Position, Stream};
use thads_service::json::{JsonError, record_json};
use thads_service::ledger_service::ServiceError;

use crate::failure::Failure;
use crate::output::Output;

/// Arguments of `log`.
#[derive(clap::Args, Debug)]
pub(crate) struct Args {
    /// The first position.
    #[arg(long, default_value_t = 0, value_name = "POS")]
    from: u64,
    /// The position before which to stop.
    #[arg(long, value_name = "POS")]
    to: Option<u64>,
    /// Only this stream, for instance `case:DT03/2018/0412`.
    #[arg(long, value_name = "S")]
    stream: Option<String>,
}

pub(crate) fn run(data: &Path, output: &Output, args: &Args) -> Result<(), Failure> {
    let reader = Reader::open(data)?;
    let only: Option<Stream> = match &args.stream {
        None => None,
        Some(text) => Some(text.parse().map_err(|error| {
            Failure::new(format!("stream {text:?}: {error}"), "for instance case:DT03/2018/0412")
        })?),
    };
    let size = reader.head().size;
    let to = args.to.unwrap_or(size);
    if args.from > to || to > size {
        return Err(JsonError::new(
            "--from, --to",
            &format!("{}, {to}", args.from),
            "positions of the log, the first not behind the end",
            &format!("0 to {size}"),
        )
        .into());
    }
    if reader.genesis().practice && !output.json {
        output.line("*** SỔ THỰC HÀNH ***")?;
    }
    let mut records = reader.read(Position::new(args.from));
    let asked = |stored: &Stored| only.as_ref().is_none_or(|only| *only == stored.record.stream);
    let before_end = |stored: &Stored| stored.record.position.get() < to;
    let found = Cell::new(false);
    output.lines(
        std::iter::from_fn(|| records.next_stored())
            .take_while(|stored| stored.as_ref().map_or(true, before_end))
            .filter(|stored| stored.as_ref().map_or(true, asked))
            .inspect(|_| found.set(true))
            .map(|stored| line(output, &stored?)),
    )?;
    if let (Some(only), false) = (only, found.get()) {
        output.remark(output.say(
            &format!("{only}: không có bản ghi nào từ vị trí {} đến trước {to}", args.from),
            &format!("{only}: it has no record from position {} to before {to}", args.from),
        ));
    }
    Ok(())
}

fn line(output: &Output, Stored { record, leaf, .. }: &Stored) -> Result<String, Failure> {
    let entry = thads_projections::entry::entry_of(record)
        .map_err(|error| ServiceError::Fold(FoldError::Decode(error)))?;
    if output.json {
        let event = entry.as_ref().map(|entry| &*entry.event);
        return Ok(record_json(record, &leaf.to_string(), event).to_string());
    }
    let kind = entry.as_ref().map_or("genesis", |entry| entry.event.info().name);
    let effective = entry.as_ref().map_or_else(String::new, |entry| entry.effective.to_string());
    Ok(format!("{:>9} {effective} {} {kind}", record.position, record.stream))
}
