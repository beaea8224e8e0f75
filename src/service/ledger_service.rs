//! The service: a ledger with everything folded from it. Opens, records, answers.
//!
//! Readers take the read model's lock for reading; writing never holds it while the disk works. The way of one action: [`LedgerService::record`].

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, RwLockReadGuard};

use thads_ledger::cache::NoCaches;
use thads_ledger::journal::Journal;
use thads_ledger::{
    Clock, Ledger, OpenError, OpenReport, Opened, OsRandom, Randomness, Reference, Scratch, Seeded, Sentence,
    Setup, SimulatedClock, Start, Storage, SystemClock, Vault, VaultError, is_short_of_room,
};
use thads_projections::read_model::ReadModel;
use thads_proof::checkpoint::LogKey;
use thads_proof::genesis::{self, Genesis};
use thads_proof::record::{Micros, Position};
use thads_proof::tree::Root;

use crate::clock::ServiceClock;
use crate::log::Log;
use crate::persons::{Doubled, REFERENCES};
use crate::record::{Group, RecordError};
use crate::snapshot;
use crate::words::is_readable;

/// A ledger with its read model; or a rehearsal, with what it would leave in it.
pub struct LedgerService<L = Ledger> {
    pub(crate) ledger: L,
    pub(crate) model: RwLock<ReadModel>,
    /// Whether the read model began with a cache.
    pub(crate) kept: AtomicBool,
    /// Whether records stand in the log that the books could not be given, for it could not be read.
    behind: AtomicBool,
    /// The references that more than one record names.
    pub(crate) doubled: OnceLock<Doubled>,
    /// The latest roots that read models stood for or somebody asked for, by size.
    roots: Mutex<VecDeque<(u64, Root)>>,
    pub(crate) clock: ServiceClock,
    /// What a simulated ledger's plan draws references from: by seed and position, so that one plan gives one root.
    scripted: Mutex<Box<dyn Randomness>>,
    /// What everybody else draws request ids and references from: never given twice, whoever asks and whatever the clock.
    fresh: Mutex<Box<dyn Randomness>>,
    /// One at a time: bulk writers, whose decisions build on each other before they are durable, and what looks at two
    /// cases at once, which no stream's version guards.
    pub(crate) alone: Mutex<()>,
    /// What is decided rests on offices, officers and rules as they stand: whoever changes them is alone from the look to the
    /// record, all others share it.
    pub(crate) organisation: RwLock<()>,
    keys_set_aside: Vec<PathBuf>,
}

/// Why a ledger cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The ledger.
    #[error(transparent)]
    Open(#[from] thads_ledger::OpenError),
    /// A record that cannot be read.
    #[error(transparent)]
    Read(#[from] thads_ledger::journal::JournalError),
    /// The machine gave no randomness.
    #[error("no randomness")]
    Randomness(#[source] std::io::Error),
    /// The ledger's name says nothing.
    #[error("a ledger has a name that can be read; name: nothing")]
    Name,
    /// The origin cannot name a key.
    #[error(transparent)]
    Origin(#[from] thads_proof::note::VkeyError),
    /// A record that this build cannot fold.
    #[error(transparent)]
    Fold(#[from] thads_projections::read_model::FoldError),
}

/// Which times and randomness a ledger lives by: a real one by the machine's, a simulated one by its seed.
pub(crate) fn sources(
    clock: genesis::Clock,
    machine: Box<dyn Clock>,
) -> (ServiceClock, Box<dyn Randomness>, Box<dyn Randomness>) {
    match clock {
        genesis::Clock::Real => (
            ServiceClock::Machine(Mutex::new(machine)),
            Box::new(OsRandom::default()),
            Box::new(OsRandom::default()),
        ),
        genesis::Clock::Simulated { seed } => (
            ServiceClock::Simulated,
            Box::new(Seeded::from_key(genesis::from_seed(seed, "committer"))),
            Box::new(Seeded::from_key(genesis::from_seed(seed, "references"))),
        ),
    }
}

/// What a ledger is founded with.
#[derive(Clone, Debug)]
pub struct LedgerConfig {
    /// Its name, for readers.
    pub name: String,
    /// Its identity for ever: no space, no plus sign.
    pub origin: String,
    /// The unit in which money is counted.
    pub unit: genesis::Unit,
    /// Real, or simulated from a seed.
    pub clock: genesis::Clock,
    /// Whether nothing in it is real.
    pub practice: bool,
}

/// What founding a ledger takes, whatever it is founded in.
struct Founding {
    genesis: Genesis,
    log_seed: [u8; 32],
    root_seed: [u8; 32],
    /// Gives the time of the genesis.
    first: Box<dyn Clock>,
    clock: ServiceClock,
    committer: Box<dyn Randomness>,
    references: Box<dyn Randomness>,
}

/// Draws the keys and writes the genesis of a ledger. `at`: the instant before the first of a simulated clock.
fn founding(config: &LedgerConfig, at: i64) -> Result<Founding, ServiceError> {
    if !is_readable(&config.name) {
        return Err(ServiceError::Name);
    }
    let (clock, committer, references) = sources(config.clock, Box::new(SystemClock));
    let mut seeds = [[0; 32]; 2];
    match config.clock {
        genesis::Clock::Real => {
            for seed in &mut seeds {
                OsRandom::default().fill(seed).map_err(ServiceError::Randomness)?;
            }
        }
        genesis::Clock::Simulated { seed } => {
            seeds = [genesis::from_seed(seed, "log key"), genesis::from_seed(seed, "root key")];
        }
    }
    let [log_seed, root_seed] = seeds;
    let vkey = |seed| LogKey::from_seed(&config.origin, seed).map(|key| key.vkey().to_string());
    let genesis = Genesis {
        name: config.name.clone(),
        origin: config.origin.clone(),
        unit: config.unit.clone(),
        log_key: vkey(&log_seed)?,
        root_key: vkey(&root_seed)?,
        clock: config.clock,
        practice: config.practice,
    };
    // It gives the time of the genesis; every later action brings its own.
    let first: Box<dyn Clock> = match config.clock {
        genesis::Clock::Real => Box::new(SystemClock),
        genesis::Clock::Simulated { .. } => {
            Box::new(SimulatedClock::new(Micros::new(at.saturating_add(1_000_000))))
        }
    };
    Ok(Founding { genesis, log_seed, root_seed, first, clock, committer, references })
}

impl LedgerService {
    /// Creates a ledger in a directory that holds none. `at`: the instant before the first of a simulated clock, µs since 1970
    /// UTC.
    /// A real ledger's root key lies in `keys/root.key` afterwards: it vouches for later log keys, and belongs off the machine.
    ///
    /// # Errors
    /// The directory holds a ledger already, its disk has too little room, or it cannot be written.
    pub fn create(directory: &Path, config: &LedgerConfig, at: i64) -> Result<LedgerService, ServiceError> {
        LedgerService::create_with(directory, config, at, Storage::default())
    }

    /// Creates a ledger that is thrown away: small, and without a reserve.
    ///
    /// # Errors
    /// As [`LedgerService::create`].
    pub fn create_to_try(scratch: &Scratch, config: &LedgerConfig) -> Result<LedgerService, ServiceError> {
        LedgerService::create_with(&scratch.path().join("ledger"), config, 0, Storage::small())
    }

    fn create_with(
        directory: &Path,
        config: &LedgerConfig,
        at: i64,
        storage: Storage,
    ) -> Result<LedgerService, ServiceError> {
        let Founding { genesis, log_seed, root_seed, first, clock, committer, references } =
            founding(config, at)?;
        let mut setup = Setup { storage, ..Setup::new(first, committer, log_seed) };
        if config.clock == genesis::Clock::Real {
            setup.root_seed = Some(root_seed.into());
        }
        let (ledger, keys_set_aside) = Ledger::create(directory, genesis, setup)?;
        let service = LedgerService::fold(ledger, clock, references, true)?;
        Ok(LedgerService { keys_set_aside, ..service })
    }

    /// Founds a ledger in a journal and a vault of any make, which hold nothing. Its log key lives as long as the service: who
    /// keeps the ledger keeps the seed as well. `at`: as for [`LedgerService::create`].
    ///
    /// # Errors
    /// The journal holds something, or fails.
    pub fn found_on(
        journal: Arc<dyn Journal>,
        vault: Arc<dyn Vault>,
        config: &LedgerConfig,
        at: i64,
    ) -> Result<LedgerService, ServiceError> {
        let Founding { genesis, log_seed, first, clock, committer, references, .. } = founding(config, at)?;
        let log_key = LogKey::from_seed(&config.origin, &log_seed)?;
        let start =
            Start { clock: first, randomness: committer, log_key, caches: Arc::new(NoCaches), anew: true };
        let ledger = Ledger::found(journal, vault, &genesis, start).map_err(OpenError::from)?;
        LedgerService::fold(ledger, clock, references, true)
    }

    /// Opens a ledger to write to it.
    ///
    /// # Errors
    /// Another writer has it, or it is damaged beyond what its two copies can mend.
    pub fn open(directory: &Path) -> Result<(LedgerService, OpenReport), ServiceError> {
        LedgerService::open_with(directory, &Storage::default(), Box::new(SystemClock))
    }

    /// Opens a ledger to write to it, after all of both copies was checked and mended.
    ///
    /// # Errors
    /// Another writer has it, or it is damaged beyond what its two copies can mend.
    pub fn repair(directory: &Path) -> Result<(LedgerService, OpenReport), ServiceError> {
        LedgerService::open_with(
            directory,
            &Storage { repair: true, ..Storage::default() },
            Box::new(SystemClock),
        )
    }

    /// Returns whether the disk of `directory` has too little room for a ledger to be written to.
    pub fn is_short_of_room(directory: &Path) -> bool {
        // What cannot be asked is found out by opening.
        is_short_of_room(directory, &Storage::default()).unwrap_or(false)
    }

    /// Opens a ledger to write to it, by a machine's clock.
    ///
    /// # Errors
    /// As [`LedgerService::open`].
    pub(crate) fn open_with(
        directory: &Path,
        storage: &Storage,
        machine: Box<dyn Clock>,
    ) -> Result<(LedgerService, OpenReport), ServiceError> {
        let opened = Opened::open(directory, storage)?;
        let (clock, committer, references) = sources(opened.genesis().clock, machine);
        let (ledger, mut report) = opened.start(Box::new(SystemClock), committer)?;
        let service = LedgerService::fold(ledger, clock, references, storage.repair)?;
        // What is mended need not be whole: the words are said to be lost.
        if !storage.repair
            && let Some(said) = service.look_at_vault()?
        {
            report.say(said.vi, said.en);
        }
        if let Some(off) = service.clock_off() {
            report.say(off.vi(), off.to_string());
        }
        Ok((service, report))
    }

    /// Looks whether the files are there by which it answers and records, and gives the books what they could not be given.
    ///
    /// # Errors
    /// Which cannot be read, or is not as this process left it.
    pub fn look(&self) -> Result<(), ServiceError> {
        self.ledger.look()?;
        self.keep_up()
    }

    /// Keeps the read model beside the log, so that the next start folds less.
    pub fn save_snapshot(&self) {
        let model = self.model().clone();
        snapshot::save(&self.ledger, &model);
    }

    /// Closes the ledger: the archiver has finished, the store is flushed.
    ///
    /// # Errors
    /// What could not be written.
    pub fn close(self) -> Result<(), RecordError> {
        self.save_snapshot();
        self.ledger.close().map_err(RecordError::Close)
    }
}

/// Of so many records at once it is asked whether the vault has what they name.
const RECORDS_LOOKED_AT: u64 = 64;

impl<L: Log> LedgerService<L> {
    /// Folds what a log holds. `anew`: no cache is looked at.
    pub(crate) fn fold(
        ledger: L,
        clock: ServiceClock,
        references: Box<dyn Randomness>,
        anew: bool,
    ) -> Result<LedgerService<L>, ServiceError> {
        let kept = if anew { None } else { snapshot::of_log(&ledger) };
        let service = LedgerService {
            ledger,
            kept: AtomicBool::new(kept.is_some()),
            model: RwLock::new(kept.unwrap_or_default()),
            behind: AtomicBool::new(false),
            doubled: OnceLock::new(),
            roots: Mutex::default(),
            clock,
            scripted: Mutex::new(references),
            fresh: Mutex::new(Box::new(OsRandom::default())),
            alone: Mutex::new(()),
            organisation: RwLock::new(()),
            keys_set_aside: Vec::new(),
        };
        match service.catch_up() {
            // What was kept is not what the log goes on from.
            Err(error @ ServiceError::Fold(_)) => service.fold_anew()?.then_some(service).ok_or(error),
            caught_up => caught_up.map(|()| service),
        }
    }

    /// Refuses a vault that has nothing of what the last records commit to, nor of what the first do, before anything is added to
    /// it: it is not this ledger's, and what would be recorded now is lost where the right one comes back. What it lacks of the
    /// last is said and stops nobody: an older copy, or damage. Cost: reads the last records that name any, and in that case the
    /// first, a look-up for each piece.
    pub(crate) fn look_at_vault(&self) -> Result<Option<Sentence>, ServiceError> {
        let (size, mut end, mut last) = (self.ledger.head().size, self.ledger.head().size, Vec::new());
        while last.is_empty() && end > 0 {
            let from = end.saturating_sub(RECORDS_LOOKED_AT);
            last = self.named_between(from, end)?;
            end = from;
        }
        let vault = self.ledger.vault();
        if vault.strange(&last).is_some() {
            // An older copy of its own has what the first records name.
            let (mut from, mut first) = (0, Vec::new());
            while first.is_empty() && from < size {
                let end = from.saturating_add(RECORDS_LOOKED_AT).min(size);
                first = self.named_between(from, end)?;
                from = end;
            }
            if let Some(file) = vault.strange(&first) {
                return Err(OpenError::from(VaultError::Strange(file)).into());
            }
        }
        let (missing, of) = (vault.count_missing(&last), last.len());
        Ok((missing > 0).then(|| {
            Sentence::new(
                format!("{missing} trong {of} dữ liệu cá nhân sau cùng không có trong vault/entries và keys/keyring: đó có phải bản sao cũ? thads verify cho biết những gì đã mất."),
                format!("{missing} of the last {of} pieces of personal data are not in vault/entries and keys/keyring: are these older copies? thads verify says what is lost."),
            )
        }))
    }

    /// The references that the records in `from..end` name; of a kind that is not known nothing is.
    fn named_between(&self, from: u64, end: u64) -> Result<Vec<Reference>, ServiceError> {
        let count = usize::try_from(end.saturating_sub(from)).unwrap_or(usize::MAX);
        let mut named = Vec::new();
        for record in self.ledger.read(Position::new(from)).take(count) {
            let record = record?;
            let references = (REFERENCES.of)(record.kind, record.kind_revision, &record.payload);
            named.extend(references.unwrap_or_default());
        }
        Ok(named)
    }

    /// Folds what the log has and the read model has not. The same function serves start-up and every append.
    ///
    /// # Errors
    /// A record that cannot be read or folded.
    pub fn catch_up(&self) -> Result<(), ServiceError> {
        let mut model = self.model.write().unwrap_or_else(PoisonError::into_inner);
        let from = Position::new(model.position().0);
        if from.get() < self.ledger.head().size {
            let folded = crate::read_only::fold(&mut model, self.ledger.read(from), &mut |_| {});
            self.behind.store(folded.is_err(), Ordering::SeqCst);
            folded?;
        }
        let head = self.ledger.head();
        if head.size == model.position().0 {
            self.remember_root(head.size, head.root);
        }
        Ok(())
    }

    /// Folds what could not be read when it was recorded, if there is such: nothing is decided or answered without it.
    ///
    /// # Errors
    /// It still cannot be read.
    pub fn keep_up(&self) -> Result<(), ServiceError> {
        if self.behind.load(Ordering::SeqCst) { self.catch_up() } else { Ok(()) }
    }

    /// The root at a size of the log, where it is at hand: answers name that of their moment, and hashing the whole log for
    /// it takes long.
    pub(crate) fn root_at_hand(&self, size: u64) -> Option<Root> {
        let roots = self.roots.lock().unwrap_or_else(PoisonError::into_inner);
        roots.iter().find(|(of, _)| *of == size).map(|(_, root)| *root)
    }

    pub(crate) fn remember_root(&self, size: u64, root: Root) {
        const ROOTS_MAX: usize = 256;
        let mut roots = self.roots.lock().unwrap_or_else(PoisonError::into_inner);
        if roots.iter().all(|(of, _)| *of != size) {
            roots.push_back((size, root));
        }
        while roots.len() > ROOTS_MAX {
            roots.pop_front();
        }
    }

    /// The read model, to read.
    pub fn model(&self) -> RwLockReadGuard<'_, ReadModel> {
        self.model.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where other keys that sign lie now which stood in the directory when this ledger was founded there: nothing says what
    /// they still sign. None where it was opened.
    pub fn keys_set_aside(&self) -> &[PathBuf] {
        &self.keys_set_aside
    }

    /// The ledger, to read.
    pub fn ledger(&self) -> &L {
        &self.ledger
    }

    /// The randomness for what is decided next. A plan's groups say when they are recorded and where: nobody writes beside
    /// them. All others may share the position that they expect with many, and its references would be shared as well.
    pub(crate) fn randomness(&self, group: &Group, next: Position) -> MutexGuard<'_, Box<dyn Randomness>> {
        let source = if group.at.is_some() { &self.scripted } else { &self.fresh };
        let mut randomness = source.lock().unwrap_or_else(PoisonError::into_inner);
        randomness.serve(next);
        randomness
    }

    /// Whether this is a practice ledger.
    pub fn practice(&self) -> bool {
        self.ledger.genesis().practice
    }
}
