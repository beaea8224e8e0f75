//! Proof by faults, one subcommand a group of `tests/run`: what each does to a ledger, and what must still hold.
//!
//! Every group prints the seed that replays it, its counts, and one closing line; it exits with 1 when a promise was
//! broken. `THADS_DEFECT=NAME` plants a defect in the program under test: then the group must exit with 1.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a harness talks to whoever runs it")]
#![allow(clippy::unwrap_used, reason = "a harness that cannot go on stops")]

mod crash;
mod faults;
mod judge;
mod office;
mod power;
mod server;
mod simulate;
mod support;
mod tamper;
mod truth;
mod writers;

use std::process::ExitCode;

use clap::Parser;

/// Proof by faults.
#[derive(Parser)]
enum Group {
    /// Kills the server and the importer at random moments and at every named step.
    Crash(crash::Options),
    /// Cuts the power: images of what a disk may hold, made from recorded system calls.
    Power(power::Options),
    /// One seeded world, one thread: committer, journal, projections, writers, readers.
    Simulate(simulate::Options),
    /// Changes, removes, doubles and inserts bytes, records, files and folders.
    Tamper(tamper::Options),
    /// Lets each system call fail, fills the disk, takes away the right to write, turns the clock.
    Faults(faults::Options),
}

/// What a group found.
pub(crate) struct Verdict {
    /// Promises that were broken, each in one line that names the round or seed.
    pub(crate) broken: Vec<String>,
    /// The closing line: what was tried.
    pub(crate) tried: String,
}

fn main() -> ExitCode {
    let verdict = match Group::parse() {
        Group::Crash(options) => crash::run(&options),
        Group::Power(options) => power::run(&options),
        Group::Simulate(options) => simulate::run(&options),
        Group::Tamper(options) => tamper::run(&options),
        Group::Faults(options) => faults::run(&options),
    };
    for broken in verdict.broken.iter().take(20) {
        println!("BROKEN: {broken:.400}");
    }
    println!("{}: {} broken", verdict.tried, verdict.broken.len());
    ExitCode::from(u8::from(!verdict.broken.is_empty()))
}
