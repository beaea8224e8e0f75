//! The ledger as its callers see it: appends from many threads, one committer on a thread of its own, reads that never
//! wait for writing. It works on any journal and any vault.

use std::path::Path;
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;

use thads_proof::checkpoint::LogKey;
use thads_proof::genesis::{Genesis, GenesisError};
use thads_proof::record::{LedgerId, Position, Record, RequestId, Stream};

use crate::append::{Append, AppendError, NotTogether};
use crate::cache::{self, Caches, Fold, Log, Statement};
use crate::clock::Clock;
use crate::commit::{CatchUpError, Committer, read};
use crate::genesis::{genesis_block, genesis_of};
use crate::journal::{Head, Journal, JournalError, Outcome, Progress};
use crate::queue::{self, Answer, Answers, Core, Job, PIECE_APPENDS};
use crate::randomness::Randomness;
use crate::receipt::Receipt;
use crate::records::Records;
use crate::rehearsal::{self, Rehearsed};
use crate::state::{LedgerHead, State, StreamHead};
use crate::vault::Vault;
use crate::{idempotency, snapshot};

/// What a ledger is started with beside its journal and its vault.
pub struct Start {
    /// Its clock.
    pub clock: Box<dyn Clock>,
    /// Its randomness.
    pub randomness: Box<dyn Randomness>,
    /// The key that signs its checkpoints and caches: the one that the genesis names.
    pub log_key: LogKey,
    /// Where its caches are kept.
    pub caches: Arc<dyn Caches>,
    /// Whether no cache is looked at and everything is folded anew.
    pub anew: bool,
}

/// Why a ledger cannot be started on a journal.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The journal cannot be read, or its records do not form one log.
    #[error(transparent)]
    Log(#[from] CatchUpError),
    /// The genesis record is a later program's.
    #[error(transparent)]
    Later(GenesisError),
    /// The genesis record is none, or cannot be made.
    #[error("the genesis record is wrong: {0}")]
    NotGenesis(String),
    /// The key is not the one that the genesis names.
    #[error("the log's key is {found}, and the genesis names {expected}")]
    Key {
        /// The verifier key in the genesis.
        expected: String,
        /// That of the key given.
        found: String,
    },
    /// The journal holds a log already, so that none can be founded in it.
    #[error("the journal holds {0} records already")]
    AlreadyThere(u64),
    /// The machine gives no randomness, or no thread.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl From<JournalError> for StartError {
    fn from(error: JournalError) -> StartError {
        StartError::Log(error.into())
    }
}

/// An open ledger: the only writer of its journal and its vault.
pub struct Ledger {
    core: Arc<Core>,
    journal: Arc<dyn Journal>,
    vault: Arc<dyn Vault>,
    caches: Arc<dyn Caches>,
    state: Arc<RwLock<State>>,
    genesis: Genesis,
    id: LedgerId,
    log_key: Arc<LogKey>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Ledger {
    /// Founds a ledger in a journal that holds nothing, and starts it.
    ///
    /// # Errors
    /// When the journal holds something, the genesis does not name the key, or the journal fails.
    pub fn found(
        journal: Arc<dyn Journal>,
        vault: Arc<dyn Vault>,
        genesis: &Genesis,
        mut start: Start,
    ) -> Result<Ledger, StartError> {
        refuse_other_key(genesis, &start.log_key)?;
        let (_, block) = genesis_block(genesis, start.clock.as_mut(), start.randomness.as_mut())?;
        match journal.append(&Head::empty(), &block)? {
            Outcome::Committed => Ledger::start(journal, vault, start),
            Outcome::Conflict(head) => Err(StartError::AlreadyThere(head.size)),
            Outcome::Indeterminate(why) => Err(JournalError::Stopped(why).into()),
        }
    }

    /// Starts a ledger on what a journal and a vault hold. Cost: folds the log, from a cache on where one is believed.
    ///
    /// # Errors
    /// When the journal cannot be read, its records do not form one log, or the genesis does not name the key.
    pub fn start(
        journal: Arc<dyn Journal>,
        vault: Arc<dyn Vault>,
        start: Start,
    ) -> Result<Ledger, StartError> {
        let Start { clock, randomness, log_key, caches, anew } = start;
        let (genesis, id) = genesis_of(journal.as_ref())?;
        refuse_other_key(&genesis, &log_key)?;
        let log_key = Arc::new(log_key);
        let known = if anew { None } else { known_state(caches.as_ref(), &id, &genesis, journal.as_ref()) };
        let state = known.unwrap_or_else(|| State::new(id));
        let kept = state.size();
        let committer =
            Committer::with_state(state, Arc::clone(&journal), Arc::clone(&vault), clock, randomness)?;
        let state = Arc::clone(committer.state());
        let core = Arc::new(Core::default());
        let thread = {
            let (core, caches, key) = (Arc::clone(&core), Arc::clone(&caches), Arc::clone(&log_key));
            std::thread::Builder::new()
                .name("thads-committer".into())
                .spawn(move || queue::run(&core, committer, caches.as_ref(), kept, &key))?
        };
        let thread = Mutex::new(Some(thread));
        Ok(Ledger { core, journal, vault, caches, state, genesis, id, log_key, thread })
    }

    /// Records an append; returns when it is durable. Many threads may call: what waits together is committed together.
    ///
    /// # Errors
    /// See [`AppendError`]: each says whether anything was written.
    pub fn append(&self, append: Append) -> Result<Receipt, AppendError> {
        self.append_many(vec![append]).pop().unwrap_or_else(|| Err(AppendError::Unknown("no answer".into())))
    }

    /// Records appends in order, each by itself in one block or nowhere, in as few blocks as they fit into.
    pub fn append_many(&self, appends: Vec<Append>) -> Answers {
        let count = appends.len();
        let (send, answers) = mpsc::channel();
        let mut rest = appends.into_iter();
        let mut jobs = Vec::new();
        while rest.len() > 0 {
            let send = send.clone();
            let answer: Answer = Box::new(move |answers| {
                let _ = send.send(answers);
            });
            jobs.push(Job::Each { appends: rest.by_ref().take(PIECE_APPENDS).collect(), answer });
        }
        drop(send);
        self.core.enqueue(jobs);
        let mut all: Answers = Vec::with_capacity(count);
        all.extend(answers.iter().flatten());
        all.resize_with(count, || Err(AppendError::Unknown("the committer ended without an answer".into())));
        all
    }

    /// Records an append and calls `answer` from the committer's thread once it is durable or denied; returns at once.
    pub fn submit(&self, append: Append, answer: impl FnOnce(Result<Receipt, AppendError>) + Send + 'static) {
        let answer: Answer = Box::new(move |mut answers| {
            answer(answers.pop().unwrap_or_else(|| Err(AppendError::Unknown("no answer".into()))));
        });
        self.core.enqueue(vec![Job::Each { appends: vec![append], answer }]);
    }

    /// Records appends all in one block, or none of them, each judged on top of the ones before it. Where all of them are
    /// recorded already, their first receipts are the answer.
    ///
    /// # Errors
    /// See [`NotTogether`]: each says whether anything was written.
    pub fn append_together(&self, appends: Vec<Append>) -> Result<Vec<Receipt>, NotTogether> {
        let (send, answer) = mpsc::channel();
        let told = move |together| {
            let _ = send.send(together);
        };
        self.core.enqueue(vec![Job::Together { appends, answer: Box::new(told) }]);
        let lost = || AppendError::Unknown("the committer ended without an answer".into());
        answer.recv().unwrap_or_else(|_| Err(lost().into()))
    }

    /// Says what [`Ledger::append`] would answer now, and writes nothing.
    ///
    /// # Errors
    /// As [`Ledger::append`].
    pub fn rehearse(&self, append: &Append) -> Result<Rehearsed, AppendError> {
        match self.stopped() {
            Some(why) => Err(AppendError::Stopped(why)),
            None => {
                rehearsal::rehearse(self.journal.as_ref(), self.vault.as_ref(), &read(&self.state), append)
            }
        }
    }

    /// Returns the first receipt of a request and what it recorded; `None` when the request is new.
    ///
    /// # Errors
    /// When what may be its records cannot be read.
    pub fn repeated(&self, request: &RequestId) -> Result<Option<(Receipt, Vec<Record>)>, JournalError> {
        let (candidates, cached) = {
            let state = read(&self.state);
            (state.requests.candidates(&self.id, request), state.cached > 0)
        };
        match idempotency::recorded(self.journal.as_ref(), &self.id, &candidates, request) {
            // A cache has led to another record: the committer, who is asked next, folds the log anew.
            Err(JournalError::Damaged { .. }) if cached => Ok(None),
            recorded => recorded,
        }
    }

    /// Returns the head: what is durable.
    pub fn head(&self) -> LedgerHead {
        read(&self.state).head()
    }

    /// Returns the version of a stream: the number of its records.
    pub fn version(&self, stream: &Stream) -> u64 {
        read(&self.state).stream(stream).0
    }

    /// Returns the end of a stream, if it has a record.
    pub fn stream(&self, stream: &Stream) -> Option<StreamHead> {
        read(&self.state).streams.get(stream).copied()
    }

    /// Returns the records from `from` to the present head, each checked to follow on the one before it.
    pub fn read(&self, from: Position) -> Records<'_> {
        let until = self.head().size;
        Records::new(self.journal.read(from.get()..until))
    }

    /// Returns one record, as stored.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn record(&self, position: Position) -> Result<Option<Record>, JournalError> {
        let mut records = Records::new(self.journal.read(position.get()..position.get().saturating_add(1)));
        records.next().transpose()
    }

    /// Returns the records from `from` on as they come; waits for the next, and ends when the ledger is closed.
    pub fn follow(&self, from: Position) -> Records<'_> {
        Records::new(self.journal.follow(from))
    }

    /// Returns the content of the cache `name` and for how many records it stands, if `fold` made it of this very log.
    pub fn cached(&self, name: &str, fold: Fold) -> Option<(u64, Vec<u8>)> {
        let log = Log { ledger: self.id, key: &self.genesis.log_key, size: self.head().size };
        let bytes = self.caches.read(name)?;
        let (log_end, content) = cache::believed(&bytes, fold, &log, |size| self.end_of(size)).ok()?;
        Some((log_end.size, content.to_vec()))
    }

    /// Writes the cache `name`, made by `fold` of the first `size` records, signed by the log's key. Where no block ends
    /// there, or the key is not the log's own, there is none.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(&self, name: &str, fold: Fold, size: u64, content: &[u8]) -> std::io::Result<()> {
        let Some(log_end) = self.end_of(size) else { return Ok(()) };
        let sealed = cache::seal(&Statement { ledger: self.id, fold, head: log_end }, content, &self.log_key);
        self.caches.write(name, &sealed)
    }

    /// Returns the log's end as it was with `size` records, where a block ended there.
    fn end_of(&self, size: u64) -> Option<Head> {
        let header = self.journal.header(Position::new(size.checked_sub(1)?)).ok()??;
        Some(Head::after(&header))
    }

    /// Returns the vault.
    pub fn vault(&self) -> &dyn Vault {
        self.vault.as_ref()
    }

    /// Returns the signed checkpoint of the present head, as a note.
    pub fn checkpoint(&self) -> String {
        let head = self.head();
        self.log_key.sign(head.size, head.root)
    }

    /// Returns the key that signs checkpoints.
    pub fn log_key(&self) -> &LogKey {
        &self.log_key
    }

    /// Returns the genesis.
    pub fn genesis(&self) -> &Genesis {
        &self.genesis
    }

    /// Returns the ledger's id.
    pub fn id(&self) -> LedgerId {
        self.id
    }

    /// Returns the folder on this machine that it lies in, if it lies in one.
    pub fn dir(&self) -> Option<&Path> {
        self.journal.dir()
    }

    /// Returns how far the second copy of the log is behind the first, where there is one.
    pub fn progress(&self) -> Option<Progress> {
        self.journal.progress()
    }

    /// Looks whether the files that it reads by are there and as this process left them, and whether what could not be read
    /// before can be now. Cost: some µs a segment; waits for no writer but that of the vault.
    ///
    /// # Errors
    /// The first that is not, by name.
    pub fn look(&self) -> Result<(), JournalError> {
        self.journal.look()?;
        Ok(self.vault.look()?)
    }

    /// Returns why the ledger takes no more appends, if it has stopped.
    pub fn stopped(&self) -> Option<String> {
        self.core.stopped()
    }

    /// Commits what waits, lets the archiver catch up, writes the cache of the stream heads, and closes sled.
    ///
    /// # Errors
    /// When the archiver or sled failed: nothing acknowledged is lost, the next opening mends it.
    pub fn close(self) -> Result<(), JournalError> {
        self.shut_down()
    }

    /// As [`Ledger::close`], for those who share the ledger: it takes no more appends, followers end, and what is durable
    /// can still be read.
    ///
    /// # Errors
    /// As [`Ledger::close`].
    pub fn shut_down(&self) -> Result<(), JournalError> {
        self.end();
        let in_place = self.journal.refuse_if_moved();
        let whole = in_place.is_ok() && self.stopped().is_none_or(|why| why == queue::CLOSED);
        let closed = self.journal.close();
        if whole {
            // One that cannot be written is only missing.
            let _ = snapshot::write(self.caches.as_ref(), &read(&self.state), &self.log_key);
        }
        if whole && closed.is_ok() {
            self.journal.end_in_order()?;
        }
        in_place?;
        closed
    }

    fn end(&self) {
        self.core.close();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }
}

impl Drop for Ledger {
    fn drop(&mut self) {
        self.end();
    }
}

/// Refuses a key whose signatures nobody could verify.
fn refuse_other_key(genesis: &Genesis, log_key: &LogKey) -> Result<(), StartError> {
    let found = log_key.vkey().to_string();
    if found == genesis.log_key {
        return Ok(());
    }
    Err(StartError::Key { expected: genesis.log_key.clone(), found })
}

/// Returns the state that was kept, if it is to be believed.
fn known_state(
    caches: &dyn Caches,
    id: &LedgerId,
    genesis: &Genesis,
    journal: &dyn Journal,
) -> Option<State> {
    let log = Log { ledger: *id, key: &genesis.log_key, size: journal.head().ok()?.size };
    snapshot::believed(&caches.read(cache::HEADS)?, &log, journal)
}
