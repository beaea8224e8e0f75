//! The clock that the committer is given: the system's, or a simulated one.
//!
//! It is read once an append: by who decided it (its `Moment`), else by the committer. What is written down never decreases,
//! whatever the clock does.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use thads_proof::record::Micros;

use crate::testing;

/// Tells the time in microseconds since 1970-01-01 UTC. It may jump: the committer does not rely on it.
pub trait Clock: Send {
    /// Returns the present time.
    fn now(&mut self) -> Micros;
}

/// The operating system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

/// What is said where the system's clock shows a time before 1970, of which nothing is recorded and by which sled does not run.
pub const BEFORE_1970: &str = "this machine's clock shows a time before 1970; set it";

impl SystemClock {
    /// Whether the clock shows a time before 1970.
    pub fn is_before_1970(mut self) -> bool {
        self.now().get() < 0
    }
}

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the one place where the ledger reads the time")]
    fn now(&mut self) -> Micros {
        let micros = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_micros()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_micros()).map_or(i64::MIN, |micros| -micros),
        };
        Micros::new(micros.saturating_add(testing::clock_shift()))
    }
}

/// A clock that stands where it is put, and moves on by a fixed step at each reading. Clones share one time, so that
/// a simulation keeps a handle while the committer owns another.
#[derive(Clone, Debug)]
pub struct SimulatedClock {
    time: Arc<AtomicI64>,
    step: Arc<AtomicI64>,
}

impl SimulatedClock {
    /// Returns a clock that shows `at` until it is set again.
    pub fn new(at: Micros) -> SimulatedClock {
        SimulatedClock { time: Arc::new(AtomicI64::new(at.get())), step: Arc::new(AtomicI64::new(0)) }
    }

    /// Puts the clock at `at`; the next reading shows it.
    pub fn set(&self, at: Micros) {
        self.time.store(at.get(), Ordering::SeqCst);
    }

    /// Makes every reading move the clock on by `micros` afterwards.
    pub fn set_step(&self, micros: i64) {
        self.step.store(micros, Ordering::SeqCst);
    }

    /// Returns what the next reading will show, without moving the clock.
    pub fn peek(&self) -> Micros {
        Micros::new(self.time.load(Ordering::SeqCst))
    }
}

impl Clock for SimulatedClock {
    fn now(&mut self) -> Micros {
        let step = self.step.load(Ordering::SeqCst);
        Micros::new(self.time.fetch_add(step, Ordering::SeqCst))
    }
}
