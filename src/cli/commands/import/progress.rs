//! How far an import has come: a bar on a terminal, a line every ten seconds elsewhere, nothing where it is soon over.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use thads_interop::import::Summary;

/// An import that takes less than this shows no progress.
const QUIET_FOR: Duration = Duration::from_secs(1);
/// How often a line is written where standard error is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Progress by the rows, once all are read.
pub(super) struct Progress {
    began: Instant,
    said: Instant,
    bar: Option<ProgressBar>,
}

impl Progress {
    pub(super) fn new() -> Progress {
        let now = Instant::now();
        Progress { began: now, said: now, bar: None }
    }

    /// So much is done.
    pub(super) fn went_on(&mut self, so_far: &Summary) {
        // Asking the clock at every row would cost more than the row.
        if !so_far.done().is_multiple_of(256) || self.began.elapsed() < QUIET_FOR {
            return;
        }
        if io::stderr().is_terminal() {
            let bar = self.bar.get_or_insert_with(|| bar(so_far.rows));
            bar.set_length(so_far.rows);
            bar.set_position(so_far.done());
        } else if self.said.elapsed() >= LINE_EVERY {
            self.said = Instant::now();
            let seconds = self.began.elapsed().as_secs();
            let line = format!("import: {} of {} rows, {seconds} s\n", so_far.done(), so_far.rows);
            // Progress that cannot be shown stops no import.
            let _ = io::stderr().write_all(line.as_bytes());
        }
    }

    /// It is over.
    pub(super) fn end(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(rows: u64) -> ProgressBar {
    let bar = ProgressBar::new(rows);
    if let Ok(style) =
        ProgressStyle::with_template("{wide_bar} {percent:>3} %  {pos} of {len} rows, {eta} left")
    {
        bar.set_style(style);
    }
    bar
}
