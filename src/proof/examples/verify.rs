//! An auditor's program: verifies a copy of a ledger's log against a checkpoint that was kept elsewhere.
//!
//! ```text
//! cargo run --package thads-proof --example verify -- WAL CHECKPOINT ORIGIN KEY
//! ```
//!
//! `WAL` is the folder `wal/` of a ledger, a backup or a copy; `CHECKPOINT` a file with a signed note; `ORIGIN` and `KEY`
//! the log's name and its verifier key, both from somebody who is trusted, not from the folder. Exit status 0: the log is whole
//! and has the signed root. 3: it is not, and each finding is named. 1: it could not be looked at.

use std::error::Error;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use thads_proof::checkpoint::Vkey;
use thads_proof::plain;
use thads_proof::verify::{Options, verify_segments};

/// A note is a few lines; what is longer is none.
const NOTE_BYTES_MAX: u64 = 64 << 10;

fn main() -> ExitCode {
    match verified() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(3),
        Err(error) => {
            let _ = writeln!(io::stderr(), "verify: {error}");
            ExitCode::FAILURE
        }
    }
}

fn verified() -> Result<bool, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [wal, checkpoint, origin, key] = arguments.as_slice() else {
        return Err("usage: verify WAL CHECKPOINT ORIGIN KEY".into());
    };
    let note = plain::read_text(Path::new(checkpoint), NOTE_BYTES_MAX)?;
    let key: Vkey = key.parse()?;

    let mut options = Options::default();
    options.rely_on_note(&note, origin, &[key])?;
    let report = verify_segments(Path::new(wal), &options)?;

    let mut out = io::stdout().lock();
    for finding in &report.findings {
        writeln!(out, "{finding}")?;
    }
    writeln!(
        out,
        "{} records, {} findings, root {}",
        report.summary.records,
        report.findings.len(),
        report.summary.root
    )?;
    Ok(report.is_good())
}
