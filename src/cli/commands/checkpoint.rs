//! `checkpoint`: the head, signed by the log's key, as a C2SP signed note.

use std::path::Path;

use crate::failure::Failure;
use crate::output::Output;

pub(crate) fn run(data: &Path, output: &Output) -> Result<(), Failure> {
    let note = thads_ledger::Reader::open(data)?.checkpoint()?;
    if output.json {
        output.json(&serde_json::json!({ "checkpoint": note }));
    } else {
        output.line(note.trim_end());
    }
    Ok(())
}
