//! `log`: the records, decoded, one JSON object a line: what an outsider recounts from.

use std::io::{BufWriter, Write};
use std::path::Path;

use thads_ledger::{Reader, Stored};
use thads_proof::record::{Position, Stream};
use thads_service::wire::record_json;

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
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut records = reader.read(Position::new(args.from));
    while let Some(stored) = records.next_stored() {
        let Stored { record, leaf, .. } = stored?;
        if args.to.is_some_and(|to| record.position.get() >= to) {
            break;
        }
        if only.as_ref().is_some_and(|only| *only != record.stream) {
            continue;
        }
        let entry = thads_projections::entry::entry_of(&record)
            .map_err(|error| Failure::new(error, "this build is older than the ledger: use a newer thads"))?;
        let line = if output.json {
            record_json(&record, &leaf.to_string(), entry.as_ref().map(|entry| &*entry.event)).to_string()
        } else {
            let kind = entry.as_ref().map_or("genesis", |entry| entry.event.about().name);
            let effective = entry.as_ref().map_or_else(String::new, |entry| entry.effective.to_string());
            format!("{:>9} {effective} {} {kind}", record.position, record.stream)
        };
        // A reader that is gone (`thads log | head`) ends the listing and is no failure.
        if writeln!(out, "{line}").is_err() {
            return Ok(());
        }
    }
    let _ = out.flush();
    Ok(())
}
