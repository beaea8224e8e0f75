//! The group power: images of what a disk may hold after the power went away, each opened by the real program.
//!
//! record.c notes every call of a workload in one order; disk.rs knows what of it is durable at each call; image.rs
//! chooses what is left of the rest; judge.rs opens that and asks for everything that had been acknowledged before. The
//! recovery of some images is recorded as well and cut again (nested). A failed image can be replayed: its notes are kept.

mod dice;
mod disk;
mod image;
mod judge;
mod keeping;
mod names;
mod notes;
mod plan;
mod recording;
mod tally;
mod workload;

pub(crate) use self::workload::INIT;
mod writers;

use std::path::PathBuf;

use clap::Args;

use crate::Verdict;

/// What to try.
#[derive(Args)]
pub(crate) struct Options {
    /// Seed of everything that is random.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Images of the workload.
    #[arg(long, default_value_t = 200)]
    images: usize,
    /// Images of recoveries that were cut in their turn.
    #[arg(long, default_value_t = 50)]
    nested: usize,
    /// Images of backups and of ledgers that are brought back from them.
    #[arg(long, default_value_t = 40)]
    backups: usize,
    /// Judge every call point of a small workload, once with nothing kept and once with everything, instead.
    #[arg(long)]
    every_call: bool,
    /// Judge the image of this number alone; with --notes the same one again.
    #[arg(long, value_name = "INDEX")]
    only: Option<usize>,
    /// Take the calls from this file of an earlier run instead of recording.
    #[arg(long, value_name = "FILE")]
    notes: Option<PathBuf>,
}

/// Runs the group.
pub(crate) fn run(options: &Options) -> Verdict {
    println!("power: seed {}", options.seed);
    match plan::run(options) {
        Ok(verdict) => verdict,
        Err(error) => {
            Verdict { broken: vec![error], tried: format!("power, seed {}: not judged", options.seed) }
        }
    }
}
