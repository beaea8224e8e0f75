//! The group faults: each system call fails once, the disk is full, the right to write is taken away, a second writer
//! comes, the clock is turned. Each action is answered with success or a clear error, never with a lie.

mod calls;
mod clock;
mod full;
mod mount;
mod point;
mod preload;
mod readonly;
mod room;
mod second;

use std::fmt;
use std::path::Path;

use clap::Args;

use crate::{Verdict, support};

/// What to try.
#[derive(Args)]
pub(crate) struct Options {
    /// Seed of everything that is random.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Times that the disk is filled and freed, of each kind.
    #[arg(long, default_value_t = 3)]
    rounds: u64,
    /// How many system calls fail, one a run; one of each kind at least.
    #[arg(long, default_value_t = 120)]
    calls: usize,
    /// Let every system call of the run fail with every error that fits it.
    #[arg(long)]
    all: bool,
    /// Only this call: "NAME PATH NTH ERROR", as a broken promise names it.
    #[arg(long, value_name = "POINT")]
    only: Option<String>,
}

/// What was tried and found.
#[derive(Default)]
pub(crate) struct Found {
    /// Broken promises.
    pub(crate) broken: Vec<String>,
    /// What could not be tried here, and why.
    pub(crate) skipped: Vec<String>,
    /// Counts, for the closing line.
    pub(crate) tried: Vec<String>,
}

impl Found {
    /// Notes a broken promise.
    pub(crate) fn broken(&mut self, what: impl fmt::Display) {
        let what = what.to_string();
        support::say_broken(&what);
        self.broken.push(what);
    }

    /// Notes a broken promise unless it holds.
    pub(crate) fn check(&mut self, holds: bool, what: impl FnOnce() -> String) {
        if !holds {
            self.broken(what());
        }
    }
}

/// Runs the group.
pub(crate) fn run(options: &Options) -> Verdict {
    println!("seed {}", options.seed);
    let mut found = Found::default();
    // Where syncing costs nothing: what a failed sync loses is taken back by the interposer, not by the disk.
    let shm = Path::new("/dev/shm");
    let folder = if shm.is_dir() { tempfile::tempdir_in(shm) } else { tempfile::tempdir() }.unwrap();
    calls::run(options, folder.path(), &mut found);
    if options.only.is_none() {
        full::run(options, folder.path(), &mut found);
        readonly::run(folder.path(), &mut found);
        second::run(folder.path(), &mut found);
        clock::run(folder.path(), &mut found);
    }
    for skipped in &found.skipped {
        println!("SKIPPED: {skipped}");
    }
    if !found.broken.is_empty() {
        println!("kept: {}", folder.keep().display());
    }
    let tried = format!("faults: seed {}, {}", options.seed, found.tried.join("; "));
    Verdict { tried, broken: found.broken }
}
