//! The ledger as its callers see it: appends from many threads, one committer on a thread of its own, reads that never
//! wait for writing.

use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;

use thads_proof::checkpoint::LogKey;
use thads_proof::genesis::Genesis;
use thads_proof::record::{LedgerId, Position, Record, RequestId, Stream};

use crate::append::{Append, AppendError, NotTogether};
use crate::clock::Clock;
use crate::commit::{Committer, read};
use crate::embedded::Found;
use crate::embedded::cache::{self, Fold, Log, Statement};
use crate::embedded::create::{self, Ground};
use crate::embedded::lock::Lock;
use crate::embedded::open::{self, OpenError, OpenReport};
use crate::embedded::opened::Opened;
use crate::embedded::{files, keys, settle_sled, space};
use crate::journal::{Embedded, Head, Journal, JournalError, Outcome, Progress};
use crate::queue::{self, Answer, Answers, Core, Job, PIECE_APPENDS};
use crate::randomness::Randomness;
use crate::receipt::Receipt;
use crate::records::Records;
use crate::rehearsal::{self, Rehearsed};
use crate::setup::{OpenOptions, Setup};
use crate::state::{LedgerHead, State, StreamHead};
use crate::vault::{self, Vault, VaultError};
use crate::{idempotency, snapshot};

/// An open ledger: the only writer of its data directory.
pub struct Ledger {
    dir: PathBuf,
    core: Arc<Core>,
    journal: Arc<Embedded>,
    vault: Arc<Vault>,
    state: Arc<RwLock<State>>,
    genesis: Genesis,
    id: LedgerId,
    log_key: Arc<LogKey>,
    thread: Mutex<Option<JoinHandle<()>>>,
    lock: Arc<Lock>,
    keys_set_aside: Vec<PathBuf>,
}

impl Ledger {
    /// Makes a ledger in `dir`, which must not hold one, and records its genesis. Where that fails, nothing is left that was
    /// not there before.
    ///
    /// # Errors
    /// When there is one already, the genesis does not name the key of `log_seed`, the disk has too little room, or the file
    /// system fails.
    pub fn create(dir: &Path, genesis: Genesis, setup: Setup) -> Result<Ledger, OpenError> {
        keys::log_key(&genesis.origin, &setup.log_seed, &genesis.log_key)?;
        let mut ground = Ground::look(dir);
        ground.has_room(&setup.storage)?;
        let lock = match create::take(dir) {
            Ok(lock) => Arc::new(lock),
            Err(error) => {
                ground.remove_folders();
                return Err(error);
            }
        };
        ground.look_again();
        Ledger::found(dir, &lock, &genesis, setup).map_err(|error| {
            ground.clear();
            if lock.followed_order {
                // As the last writer left it.
                let _ = lock.ended_in_order();
            }
            match error {
                OpenError::Write(JournalError::Stopped(why)) => OpenError::NotFounded(why),
                error => error,
            }
        })
    }

    /// Founds a ledger in `dir`, whose lock is held.
    fn found(dir: &Path, lock: &Arc<Lock>, genesis: &Genesis, setup: Setup) -> Result<Ledger, OpenError> {
        let Setup { mut clock, mut randomness, log_seed, root_seed, storage } = setup;
        create::make_way(dir, &storage)?;
        for folder in [files::WAL, files::SNAPSHOTS, files::VAULT, files::KEYS] {
            files::make_folder(&dir.join(folder))?;
        }
        let wal = dir.join(files::WAL);
        lock.hold_wal(&wal).map_err(|error| OpenError::lock(&wal, error))?;
        let (id, block) = create::genesis_block(genesis, clock.as_mut(), randomness.as_mut())?;
        // Before the genesis: a ledger whose keys are lost is worth nothing, a key without a ledger does no harm.
        let mut keys_set_aside = Vec::from_iter(keys::write_log_key(dir, &log_seed)?);
        keys_set_aside.extend(match root_seed {
            Some(seed) => keys::write_root_key(dir, &seed)?,
            None => keys::set_other_root_key_aside(dir, genesis)?,
        });
        space::take_ballast(dir, storage.ballast_bytes)?;
        files::sync_folder(dir)?;
        let found = Found {
            ledger: id,
            head: Head::empty(),
            used: Vec::new(),
            current: None,
            next: 0,
            store: None,
            no_sled: None,
            moved: 0,
        };
        let journal = Embedded::start(dir, Arc::clone(lock), found, storage.clone())?;
        match journal.append(&Head::empty(), &block)? {
            Outcome::Committed => {}
            Outcome::Conflict(_) | Outcome::Indeterminate(_) => {
                return Err(OpenError::AlreadyThere(dir.to_path_buf()));
            }
        }
        drop(journal);
        // sled is made once the genesis is durable: one that is half made, without a segment, could not be told from all
        // that is left of a ledger.
        let mut report = OpenReport::default();
        let (journal, id) = open::open_journal(dir, lock, &storage, &mut report)?;
        let mut ledger =
            Ledger::start(dir, Arc::clone(lock), journal, id, clock, randomness, true, &mut report)?;
        ledger.keys_set_aside = keys_set_aside;
        Ok(ledger)
    }

    /// Returns where other keys that sign lie now which stood in the directory when this ledger was founded there: nothing
    /// says what they still sign. None where it was opened.
    pub fn keys_set_aside(&self) -> &[PathBuf] {
        &self.keys_set_aside
    }

    /// Opens the ledger in `dir` for writing, and says what had to be done.
    ///
    /// # Errors
    /// When another process writes to it, there is none, or both its copies are damaged.
    pub fn open(dir: &Path, options: OpenOptions) -> Result<(Ledger, OpenReport), OpenError> {
        Opened::open(dir, &options.storage)?.start(options.clock, options.randomness)
    }

    /// `anew`: no cache is looked at.
    #[allow(clippy::too_many_arguments, reason = "all that a ledger consists of")]
    pub(crate) fn start(
        dir: &Path,
        lock: Arc<Lock>,
        journal: Embedded,
        id: LedgerId,
        clock: Box<dyn Clock>,
        randomness: Box<dyn Randomness>,
        anew: bool,
        report: &mut OpenReport,
    ) -> Result<Ledger, OpenError> {
        let size = journal.head()?.size;
        refuse_without_vault(dir, || Records::new(journal.read(0..size)))?;
        let (vault, odd) = Vault::open(dir, lock.followed_order)?;
        report.extend(odd);
        let (vault, journal) = (Arc::new(vault), Arc::new(journal));
        let genesis = genesis_of(journal.as_ref())?;
        let log_key = keys::read_log_key(dir, &genesis.origin, &genesis.log_key)?;
        let log_key = Arc::new(log_key);
        let state = if anew { None } else { known_state(dir, &id, &genesis, journal.as_ref()) };
        let state = state.unwrap_or_else(|| State::new(id));
        let kept = state.size();
        let seam: Arc<dyn Journal> = Arc::<Embedded>::clone(&journal);
        let committer = Committer::with_state(state, seam, Arc::clone(&vault), clock, randomness)?;
        let state = Arc::clone(committer.state());
        let core = Arc::new(Core::default());
        let thread = {
            let (core, dir, key) = (Arc::clone(&core), dir.to_path_buf(), Arc::clone(&log_key));
            std::thread::Builder::new()
                .name("thads-committer".into())
                .spawn(move || queue::run(&core, committer, &dir, kept, &key))?
        };
        let dir = dir.to_path_buf();
        Ok(Ledger {
            dir,
            core,
            journal,
            vault,
            state,
            genesis,
            id,
            log_key,
            thread: Mutex::new(Some(thread)),
            lock,
            keys_set_aside: Vec::new(),
        })
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
            None => rehearsal::rehearse(self.journal.as_ref(), &self.vault, &read(&self.state), append),
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
        let bytes = cache::read(&self.dir, name)?;
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
        cache::write(&self.dir, name, &sealed)
    }

    /// Returns the log's end as it was with `size` records, where a block ended there.
    fn end_of(&self, size: u64) -> Option<Head> {
        let header = self.journal.header(Position::new(size.checked_sub(1)?)).ok()??;
        Some(Head::after(&header))
    }

    /// Returns the vault.
    pub fn vault(&self) -> &Vault {
        &self.vault
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

    /// Returns the data directory.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Returns how far sled is behind the segments.
    pub fn progress(&self) -> Progress {
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
        let in_place = self.lock.refuse_if_moved();
        let whole = in_place.is_ok() && self.stopped().is_none_or(|why| why == queue::CLOSED);
        let closed = self.journal.close();
        if whole {
            // One that cannot be written is only missing.
            let _ = snapshot::write(&self.dir, &read(&self.state), &self.log_key);
        }
        // Where sled is not durable nothing is lost: the next opening compares it.
        if whole && closed.is_ok() && settle_sled(&self.dir.join(files::SLED)).is_ok() {
            self.lock.ended_in_order()?;
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

/// Refuses where a file of the vault is not there and some record commits to personal data: a new one would hide that the
/// old one is lost, and stand in its way when it is brought back.
pub(crate) fn refuse_without_vault<'a>(
    dir: &Path,
    all: impl FnOnce() -> Records<'a>,
) -> Result<(), OpenError> {
    let Some(gone) = [vault::ENTRIES, vault::KEYRING]
        .map(|file| dir.join(file))
        .into_iter()
        .find(|file| files::is_missing(file))
    else {
        return Ok(());
    };
    for record in all() {
        if !record?.commitments.is_empty() {
            return Err(VaultError::Gone(gone).into());
        }
    }
    Ok(())
}

/// Reads the genesis from record 0.
pub(crate) fn genesis_of(journal: &dyn Journal) -> Result<Genesis, OpenError> {
    let record = Records::new(journal.read(0..1)).next().transpose()?;
    let record = record.ok_or_else(|| OpenError::Genesis("there is no record".into()))?;
    Ok(Genesis::from_record(&record)?)
}

/// Returns the state that was kept, if it is to be believed.
fn known_state(dir: &Path, id: &LedgerId, genesis: &Genesis, journal: &dyn Journal) -> Option<State> {
    let log = Log { ledger: *id, key: &genesis.log_key, size: journal.head().ok()?.size };
    snapshot::believed(&cache::read(dir, cache::HEADS)?, &log, journal)
}
