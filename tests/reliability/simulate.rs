//! The group simulate.

use clap::Args;

use crate::Verdict;

/// What to try.
#[derive(Args)]
pub(crate) struct Options {
    /// Seed of everything that is random.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Runs the group.
pub(crate) fn run(options: &Options) -> Verdict {
    Verdict {
        broken: vec![format!("nothing is tried yet (seed {})", options.seed)],
        tried: "simulate".into(),
    }
}
