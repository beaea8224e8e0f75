//! `checkpoint`: the head, signed by the log's key, as a C2SP signed note.

use std::path::Path;

use crate::failure::Failure;
use crate::output::Output;

pub(crate) fn run(data: &Path, output: &Output) -> Result<(), Failure> {
    let reader = thads_ledger::Reader::open_whole(data)?;
    let (note, key) = (reader.checkpoint()?, reader.log_key()?.vkey().to_string());
    if output.json {
        output.json(&serde_json::json!({ "checkpoint": note, "key": key }))?;
    } else {
        output.line(note.trim_end())?;
        let says = output.say("Khóa kiểm chứng của sổ:", "The log's verifier key:");
        output.remark(&format!("{says} {key}"));
    }
    Ok(())
}
