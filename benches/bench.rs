//! Speed and memory beside physical limits: every row is a ratio of two things measured in the same run.
//!
//! `cargo run --release -p thads-benches` prints the table of docs/performance.md. Rounds are interleaved, and the median
//! is shown; a time that is not a ratio says what this machine did, not what another will do.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a table is printed")]
#![allow(clippy::unwrap_used, reason = "a measurement that cannot go on stops")]

mod append;
mod measure;
mod mix;
mod whole;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

/// Speed and memory beside physical limits.
#[derive(Parser)]
struct Arguments {
    /// Events of the large ledger.
    #[arg(long, default_value_t = 1_000_000)]
    events: u64,
    /// Rounds of each measurement; the median is shown.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Where the ledgers are made: a folder of the disk that is to be measured.
    #[arg(long)]
    dir: Option<PathBuf>,
    #[command(subcommand)]
    part: Option<Part>,
}

/// One measurement in a process of its own, for its peak memory.
#[derive(Subcommand)]
enum Part {
    /// Runs one part on a ledger and prints its peak memory in KiB.
    Memory { part: whole::Part, data: PathBuf },
}

fn main() {
    let arguments = Arguments::parse();
    if let Some(Part::Memory { part, data }) = arguments.part {
        whole::run(part, &data);
        println!("{}", measure::peak_kib());
        return;
    }
    let folder = match &arguments.dir {
        Some(dir) => tempfile::tempdir_in(dir).unwrap(),
        None => tempfile::tempdir().unwrap(),
    };
    println!("| what | figure | beside | ratio |");
    println!("|---|---|---|---|");
    append::durable(folder.path(), arguments.rounds);
    let data = folder.path().join("large");
    mix::make(&data, arguments.events);
    whole::measured(&data, arguments.rounds);
}
