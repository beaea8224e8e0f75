//! Progress on standard error: a bar on a terminal, a line every ten seconds elsewhere.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output::Output;

/// How far something has come.
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Starts at nothing of `total`.
    pub(crate) fn new(output: &Output, what: &str, total: usize) -> Progress {
        let bar = ProgressBar::new(u64::try_from(total).unwrap_or(u64::MAX));
        if output.quiet {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        if let Ok(style) = ProgressStyle::with_template("{msg} {bar:30} {pos}/{len} {per_sec} {eta}") {
            bar.set_style(style);
        }
        bar.set_message(what.to_owned());
        bar.enable_steady_tick(Duration::from_millis(500));
        Progress { bar }
    }

    /// So much more is done.
    pub(crate) fn add(&self, done: usize) {
        self.bar.inc(u64::try_from(done).unwrap_or(0));
    }

    /// It is over.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
