//! The committer's thread: appends from many threads wait in a queue, and what waits together is committed together.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use thads_proof::checkpoint::LogKey;

use crate::append::{Append, AppendError, NotTogether};
use crate::cache::Caches;
use crate::commit::{Committer, read};
use crate::receipt::Receipt;
use crate::snapshot;

/// Appends of one caller that go to the committer at a time, so that others get in between.
pub(crate) const PIECE_APPENDS: usize = 4096;
/// Records between two snapshots of the stream heads.
const SNAPSHOT_RECORDS: u64 = 1_000_000;

/// Why nothing is taken after an end in order.
pub(crate) const CLOSED: &str = "it was closed";

/// An answer for each append.
pub(crate) type Answers = Vec<Result<Receipt, AppendError>>;
/// Who is told.
pub(crate) type Answer = Box<dyn FnOnce(Answers) + Send>;

/// What became of appends that are recorded together.
pub(crate) type Together = Result<Vec<Receipt>, NotTogether>;

/// Appends of one caller, and who is told what became of them.
pub(crate) enum Job {
    /// Each by itself.
    Each { appends: Vec<Append>, answer: Answer },
    /// All in one block, or none.
    Together { appends: Vec<Append>, answer: Box<dyn FnOnce(Together) + Send> },
}

impl Job {
    fn len(&self) -> usize {
        match self {
            Job::Each { appends, .. } | Job::Together { appends, .. } => appends.len(),
        }
    }

    fn deny(self, why: &str) {
        let stopped = || AppendError::Stopped(why.to_owned());
        match self {
            Job::Each { appends, answer } => answer(appends.iter().map(|_| Err(stopped())).collect()),
            Job::Together { answer, .. } => answer(Err(stopped().into())),
        }
    }
}

/// What callers and the committer's thread share.
#[derive(Default)]
pub(crate) struct Core {
    queue: Mutex<Queue>,
    wake: Condvar,
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Job>,
    closed: bool,
    stopped: Option<String>,
}

impl Core {
    /// Takes no more jobs once those that wait are done.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.wake.notify_all();
    }

    /// Returns why nothing is taken any more.
    pub(crate) fn stopped(&self) -> Option<String> {
        self.lock().stopped.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts jobs into the queue; a ledger that has stopped denies them at once.
    pub(crate) fn enqueue(&self, jobs: Vec<Job>) {
        let mut queue = self.lock();
        if let Some(why) = queue.stopped.clone() {
            drop(queue);
            jobs.into_iter().for_each(|job| job.deny(&why));
            return;
        }
        queue.jobs.extend(jobs);
        drop(queue);
        self.wake.notify_one();
    }

    /// Waits for jobs; returns as many as make about a piece. None: the ledger was closed and nothing waits.
    fn take(&self) -> Vec<Job> {
        let queue = self.lock();
        let mut queue = self
            .wake
            .wait_while(queue, |queue| queue.jobs.is_empty() && !queue.closed)
            .unwrap_or_else(PoisonError::into_inner);
        let mut jobs = Vec::new();
        let mut appends = 0;
        while appends < PIECE_APPENDS {
            let Some(job) = queue.jobs.pop_front() else { break };
            appends += job.len();
            jobs.push(job);
        }
        jobs
    }

    /// Denies everything from now on.
    fn stop(&self, why: &str) {
        let mut queue = self.lock();
        queue.stopped.get_or_insert_with(|| why.to_owned());
        let jobs: Vec<Job> = queue.jobs.drain(..).collect();
        drop(queue);
        jobs.into_iter().for_each(|job| job.deny(why));
    }
}

/// The committer's thread: takes what waits, commits it, answers.
/// `key` signs the cache of the stream heads, where one is to be written.
pub(crate) fn run(core: &Core, mut committer: Committer, caches: &dyn Caches, kept: u64, key: &LogKey) {
    let mut kept = kept;
    loop {
        let jobs = core.take();
        if jobs.is_empty() {
            break;
        }
        // A broken invariant stops the ledger: better stopped than wrong. Its callers find their answer missing.
        if catch_unwind(AssertUnwindSafe(|| work(core, &mut committer, jobs))).is_err() {
            core.stop("the committer has panicked");
            return;
        }
        let state = read(committer.state());
        if state.size() >= kept + SNAPSHOT_RECORDS {
            kept = state.size();
            // One that cannot be written is only missing.
            let _ = snapshot::write(caches, &state, key);
        }
    }
    core.stop(CLOSED);
}

/// Commits jobs in their order: those whose appends stand each by itself as they wait together.
fn work(core: &Core, committer: &mut Committer, jobs: Vec<Job>) {
    let mut waiting = Vec::new();
    let mut appends = Vec::new();
    for job in jobs {
        match job {
            Job::Each { appends: mut more, answer } => {
                waiting.push((more.len(), answer));
                appends.append(&mut more);
            }
            Job::Together { appends: together, answer } => {
                commit(core, committer, std::mem::take(&mut appends), std::mem::take(&mut waiting));
                let done = committer.commit_together(&together);
                tell_stop(core, committer);
                answer(done);
            }
        }
    }
    commit(core, committer, appends, waiting);
}

fn commit(core: &Core, committer: &mut Committer, appends: Vec<Append>, waiting: Vec<(usize, Answer)>) {
    if waiting.is_empty() {
        return;
    }
    let mut done = committer.commit(&appends).into_iter();
    tell_stop(core, committer);
    for (count, answer) in waiting {
        answer(done.by_ref().take(count).collect());
    }
}

/// Whoever is told that the committer has stopped finds that the ledger says so.
fn tell_stop(core: &Core, committer: &Committer) {
    if let Some(why) = committer.stopped() {
        core.stop(why);
    }
}
