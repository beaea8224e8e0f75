//! The single committer: whatever waits becomes one block, durable before anyone is answered.
//!
//! In: appends, in order. Out: one answer each, in order. It is given clock, randomness, vault and journal; it starts no
//! thread and knows no law. Order of writes, and what a crash between any two of them leaves: see [`Committer::commit`].

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use thads_proof::record::LedgerId;

use crate::append::{Append, AppendError, Malformed, NotTogether};
use crate::block_builder::{self, BlockBuilder, Finished};
use crate::clock::Clock;
use crate::journal::{Head, Journal, JournalError, Outcome, OwnedBlock};
use crate::judge::{self, Admission, Judged, NoBlock};
use crate::randomness::Randomness;
use crate::receipt::Receipt;
use crate::refold;
use crate::state::{Discontinuity, LedgerHead, State};
use crate::vault::Vault;

/// How often an undecided append is repeated before the ledger stops.
const SETTLE_TRIES: usize = 16;
/// How many blocks in a row may be lost to another committer before the appends in them are denied.
const LOST_TRIES: usize = 64;

/// Why the committer cannot start, or cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum CatchUpError {
    /// The journal cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A record does not continue the log.
    #[error(transparent)]
    Discontinuity(#[from] Discontinuity),
    /// The journal says another end than its records give.
    #[error("the records give {found} at size {size}, the last block's header says {expected}")]
    End {
        /// Number of records.
        size: u64,
        /// Leaf and root in the header.
        expected: String,
        /// Leaf and root of the records.
        found: String,
    },
}

/// Numbers, chains and hashes what is appended; one per ledger.
pub struct Committer {
    journal: Arc<dyn Journal>,
    vault: Arc<dyn Vault>,
    state: Arc<RwLock<State>>,
    clock: Box<dyn Clock>,
    randomness: Box<dyn Randomness>,
    stopped: Option<String>,
    /// How many blocks in a row another committer was quicker with.
    lost: usize,
}

type Answer = Result<Receipt, AppendError>;

impl Committer {
    /// Starts on a journal, folding all that it holds. The ledger id is the genesis record's.
    ///
    /// # Errors
    /// When the journal cannot be read or its records do not form one log.
    pub fn new(
        ledger: LedgerId,
        journal: Arc<dyn Journal>,
        vault: Arc<dyn Vault>,
        clock: Box<dyn Clock>,
        randomness: Box<dyn Randomness>,
    ) -> Result<Committer, CatchUpError> {
        Committer::with_state(State::new(ledger), journal, vault, clock, randomness)
    }

    /// Starts from a state that was kept, folding what came after it.
    pub(crate) fn with_state(
        state: State,
        journal: Arc<dyn Journal>,
        vault: Arc<dyn Vault>,
        clock: Box<dyn Clock>,
        randomness: Box<dyn Randomness>,
    ) -> Result<Committer, CatchUpError> {
        let state = Arc::new(RwLock::new(state));
        let mut committer = Committer { journal, vault, state, clock, randomness, stopped: None, lost: 0 };
        committer.catch_up()?;
        Ok(committer)
    }

    /// Returns the state, which others may read.
    pub(crate) fn state(&self) -> &Arc<RwLock<State>> {
        &self.state
    }

    /// Returns the head.
    pub fn head(&self) -> LedgerHead {
        read(&self.state).head()
    }

    /// Returns why it has stopped, if it has.
    pub fn stopped(&self) -> Option<&str> {
        self.stopped.as_deref()
    }

    /// Folds what the journal holds beyond the state.
    fn catch_up(&mut self) -> Result<(), CatchUpError> {
        let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
        refold::catch_up(&mut state, self.journal.as_ref())
    }

    /// Folds all of the log, in place of a state that came from a cache and says something else.
    fn fold_anew(&mut self) -> Result<(), CatchUpError> {
        let anew = refold::anew(&read(&self.state), self.journal.as_ref())?;
        *self.state.write().unwrap_or_else(PoisonError::into_inner) = anew;
        Ok(())
    }

    /// Records appends, in order, in as few blocks as they fit into; each is in one block, or nowhere.
    ///
    /// For every block: keys and entries are written to the vault and synced; then the journal makes the block durable;
    /// then the state moves on; then the answers are there. A crash after the vault leaves entries that no block names:
    /// harmless. A crash after the journal leaves a block whose writers were not answered: they ask again with the same
    /// request id and are given its receipt. There is no third place.
    pub fn commit(&mut self, appends: &[Append]) -> Vec<Answer> {
        self.lost = 0;
        let mut answers: Vec<Option<Answer>> = appends.iter().map(|_| None).collect();
        let mut draft = self.draft();
        for (index, append) in appends.iter().enumerate() {
            self.place(index, append, &mut draft, &mut answers, appends);
        }
        let last = draft;
        self.finish(last, &mut answers, appends);
        let lost = || AppendError::Stopped("the append was not reached".into());
        answers.into_iter().map(|answer| answer.unwrap_or_else(|| Err(lost()))).collect()
    }

    fn draft(&self) -> BlockBuilder {
        BlockBuilder::new(&read(&self.state))
    }

    /// Answers an append at once, or puts it into the draft; a full draft is finished first.
    fn place(
        &mut self,
        index: usize,
        append: &Append,
        draft: &mut BlockBuilder,
        answers: &mut [Option<Answer>],
        appends: &[Append],
    ) {
        loop {
            if let Some(why) = &self.stopped {
                answers[index] = Some(Err(AppendError::Stopped(why.clone())));
                return;
            }
            if !draft.holds(&append.request) {
                match self.judge(index, append, draft) {
                    Ok(Judged::Repeated(receipt)) => {
                        answers[index] = Some(Ok(receipt));
                        return;
                    }
                    Ok(Judged::In) => return,
                    Ok(Judged::Full) => {}
                    Ok(Judged::Contradicted(what)) => {
                        if let Err(error) = self.fold_anew() {
                            answers[index] = Some(Err(cannot_fold(&what, &error)));
                            return;
                        }
                        // Once: from here on nothing comes from a cache. What was judged before it was may be wrong.
                        let judged = std::mem::replace(draft, self.draft()).judged();
                        for index in judged {
                            self.place(index, &appends[index], draft, answers, appends);
                        }
                        continue;
                    }
                    Err(error) => {
                        draft.refuse(index);
                        answers[index] = Some(Err(error));
                        return;
                    }
                }
            }
            let full = std::mem::replace(draft, self.draft());
            self.finish(full, answers, appends);
            *draft = self.draft();
        }
    }

    fn judge(
        &mut self,
        index: usize,
        append: &Append,
        draft: &mut BlockBuilder,
    ) -> Result<Judged, AppendError> {
        let Committer { journal, vault, state, clock, randomness, .. } = self;
        let (state, clock, randomness) = (&*read(state), clock.as_mut(), randomness.as_mut());
        Admission { journal: journal.as_ref(), vault: vault.as_ref(), state, clock, randomness }
            .judge(index, append, draft)
    }

    /// Records appends all in one block, or none of them. Each is judged on top of the ones before it. Where all of them are
    /// recorded already, their first receipts are the answer.
    ///
    /// # Errors
    /// See [`NotTogether`]: the first that is denied, or what is the matter with all of them.
    pub fn commit_together(&mut self, appends: &[Append]) -> Result<Vec<Receipt>, NotTogether> {
        self.lost = 0;
        loop {
            if let Some(why) = &self.stopped {
                return Err(NotTogether::All(AppendError::Stopped(why.clone())));
            }
            let mut draft = self.draft();
            let mut receipts = Vec::with_capacity(appends.len());
            for (index, append) in appends.iter().enumerate() {
                let denied = |error| NotTogether::One { index, error };
                if draft.holds(&append.request) {
                    let twice = Malformed::RequestTwice(append.request);
                    return Err(denied(AppendError::Malformed(twice)));
                }
                match self.judge(index, append, &mut draft).map_err(denied)? {
                    Judged::Repeated(receipt) => receipts.push((index, receipt)),
                    Judged::In => {}
                    Judged::Full => return Err(NotTogether::All(block_builder::too_large(appends))),
                    Judged::Contradicted(what) => {
                        self.fold_anew().map_err(|error| denied(cannot_fold(&what, &error)))?;
                        return self.commit_together(appends); // once: nothing comes from a cache any more
                    }
                }
            }
            if draft.is_empty() {
                return Ok(receipts.into_iter().map(|(_, receipt)| receipt).collect());
            }
            if let Some((index, receipt)) = receipts.first() {
                let (index, position) = (*index, receipt.first());
                return Err(NotTogether::Partly { recorded: receipts.len(), index, position });
            }
            match self.commit_block(draft) {
                Ok(receipts) => {
                    self.lost = 0;
                    return Ok(receipts.into_iter().map(|(_, receipt)| receipt).collect());
                }
                Err(Failure::Lost) if self.lost < LOST_TRIES => self.lost += 1,
                Err(failure) => {
                    self.lost = 0;
                    return Err(NotTogether::All(failure.answer()));
                }
            }
        }
    }

    /// Makes a draft durable and answers its appends; where another committer was first, they are placed anew, and with
    /// them those that were refused on top of the draft: the block that stands there may hold them.
    fn finish(&mut self, draft: BlockBuilder, answers: &mut [Option<Answer>], appends: &[Append]) {
        let mut draft = draft;
        while !draft.is_empty() {
            let (indexes, judged) = (draft.indexes(), draft.judged());
            match self.commit_block(draft) {
                Ok(receipts) => {
                    self.lost = 0;
                    for (index, receipt) in receipts {
                        answers[index] = Some(Ok(receipt));
                    }
                    return;
                }
                Err(Failure::Lost) if self.lost < LOST_TRIES => {
                    self.lost += 1;
                    draft = self.draft();
                    for index in judged {
                        self.place(index, &appends[index], &mut draft, answers, appends);
                    }
                }
                Err(failure) => {
                    self.lost = 0;
                    for index in indexes {
                        answers[index] = Some(Err(failure.answer()));
                    }
                    return;
                }
            }
        }
    }

    /// Writes one block: vault, then journal, then state. After a failed write or sync the committer stops.
    fn commit_block(&mut self, draft: BlockBuilder) -> Result<Vec<(usize, Receipt)>, Failure> {
        let expected = draft.expected;
        let (block, batch, finished) = match judge::finish(draft, self.journal.as_ref()) {
            Ok(parts) => parts,
            Err(NoBlock::Full { free, least }) => return Err(Failure::Full { free, least }),
            Err(NoBlock::Stopped(why)) => return Err(self.stop(Failure::Stopped(why))),
        };
        if let Err(error) = self.vault.write(batch.entries()) {
            return Err(self.stop(Failure::Stopped(error.to_string())));
        }
        self.make_durable(&expected, &block, finished)
    }

    fn make_durable(
        &mut self,
        expected: &Head,
        block: &OwnedBlock,
        finished: Finished,
    ) -> Result<Vec<(usize, Receipt)>, Failure> {
        // A try without an answer may have written the block: from then on no failure says that nothing was written.
        let mut undecided: Option<String> = None;
        for _ in 0..SETTLE_TRIES {
            match self.journal.append(expected, block) {
                Ok(Outcome::Committed) => {
                    let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
                    return Ok(finished.absorb(&mut state));
                }
                Ok(Outcome::Conflict(_)) => {
                    return Err(match self.catch_up() {
                        Ok(()) => Failure::Lost,
                        Err(error) => self.stop(Failure::Stopped(error.to_string())),
                    });
                }
                Ok(Outcome::Indeterminate(why)) => undecided = Some(why),
                Err(JournalError::Full { .. }) if undecided.is_some() => {}
                Err(JournalError::Full { free, least }) => return Err(Failure::Full { free, least }),
                Err(error) if undecided.is_some() || matches!(error, JournalError::Io(_)) => {
                    return Err(self.stop(Failure::Unknown(error.to_string())));
                }
                Err(error) => return Err(self.stop(Failure::Stopped(error.to_string()))),
            }
        }
        Err(self.stop(Failure::Unknown(undecided.unwrap_or_default())))
    }

    fn stop(&mut self, failure: Failure) -> Failure {
        let why = match &failure {
            Failure::Unknown(why) | Failure::Stopped(why) => why.clone(),
            Failure::Lost | Failure::Full { .. } => "it was told to stop".into(),
        };
        self.stopped.get_or_insert(why);
        failure
    }
}

/// A cache has misled, and the log, which decides, cannot be folded.
fn cannot_fold(what: &str, error: &CatchUpError) -> AppendError {
    AppendError::Unreadable(format!("{what}; and the log cannot be folded: {error}"))
}

/// Why a block did not become durable.
enum Failure {
    /// Another block stands there; the state has caught up.
    Lost,
    /// The disk has too little room; nothing was written.
    Full { free: u64, least: u64 },
    /// It may be durable; the committer has stopped.
    Unknown(String),
    /// It is not durable; the committer has stopped.
    Stopped(String),
}

impl Failure {
    fn answer(&self) -> AppendError {
        match self {
            Failure::Lost => AppendError::Contended { tries: LOST_TRIES },
            Failure::Full { free, least } => AppendError::DiskFull { free: *free, least: *least },
            Failure::Unknown(why) => AppendError::Unknown(why.clone()),
            Failure::Stopped(why) => AppendError::Stopped(why.clone()),
        }
    }
}

/// Reads the state, whatever became of a thread that held it.
pub(crate) fn read(state: &RwLock<State>) -> RwLockReadGuard<'_, State> {
    state.read().unwrap_or_else(PoisonError::into_inner)
}
