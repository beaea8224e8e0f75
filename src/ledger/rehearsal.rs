//! A rehearsal: what appends would come to, judged as the committer judges them, with nothing written.
//!
//! One append is judged on the ledger as it stands ([`rehearse`]). Appends that build on each other go to a [`Rehearsal`]:
//! the committer itself, on a journal and a vault that hold what the ledger's hold, and keep in memory what comes on top.

use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use thads_proof::block::Header;
use thads_proof::genesis::Genesis;
use thads_proof::record::{LedgerId, Micros, Position, Record, RequestId};

use crate::append::{Append, AppendError, NotTogether};
use crate::block_builder::{self, BlockBuilder};
use crate::cache::Fold;
use crate::clock::Clock;
use crate::commit::{CatchUpError, Committer, read};
use crate::embedded::caches;
use crate::embedded::reader::Reader;
use crate::embedded::space;
use crate::embedded::storage::Storage;
use crate::idempotency;
use crate::journal::{Head, Journal, JournalError, Memory, Outcome, OwnedBlock, RecordBatches, follow};
use crate::judge::{self, Admission, Judged, NoBlock};
use crate::randomness::OsRandom;
use crate::receipt::Receipt;
use crate::records::Records;
use crate::refold;
use crate::state::{LedgerHead, State};
use crate::vault::{MemoryVault, Vault};

/// What an append would come to that is not refused.
#[derive(Clone, Copy, Debug)]
pub enum Rehearsed {
    /// It would be recorded.
    New,
    /// It is recorded already, with this receipt.
    Repeated(Receipt),
}

/// Judges one append on top of the state, as the committer would, up to the block and the room for it.
pub(crate) fn rehearse(
    journal: &dyn Journal,
    vault: &dyn Vault,
    state: &State,
    append: &Append,
) -> Result<Rehearsed, AppendError> {
    let (mut draft, mut clock) = (BlockBuilder::new(state), Standing(state.recorded_at));
    let (clock, randomness) = (&mut clock, &mut OsRandom::default());
    match (Admission { journal, vault, state, clock, randomness }).judge(0, append, &mut draft)? {
        Judged::Repeated(receipt) => return Ok(Rehearsed::Repeated(receipt)),
        Judged::In => {}
        Judged::Full => return Err(block_builder::too_large(std::slice::from_ref(append))),
        Judged::Contradicted(what) => {
            let anew = refold::anew(state, journal);
            let anew = anew.map_err(|error| AppendError::Unreadable(format!("{what}; {error}")))?;
            return rehearse(journal, vault, &anew, append);
        }
    }
    match judge::finish(draft, journal) {
        Ok(_) => Ok(Rehearsed::New),
        Err(NoBlock::Full { free, least }) => Err(AppendError::DiskFull { free, least }),
        Err(NoBlock::Stopped(why)) => Err(AppendError::Stopped(why)),
    }
}

/// A clock that is not moved on by a question.
struct Standing(Micros);

impl Clock for Standing {
    fn now(&mut self) -> Micros {
        self.0
    }
}

/// A ledger on top of another that is only read: what it records is kept in memory and gone with it. It takes no lock, so
/// that it is of the ledger as it was when the reader was opened.
pub struct Rehearsal {
    committer: Mutex<Committer>,
    /// What it took, in order.
    taken: Mutex<Vec<Append>>,
    state: Arc<RwLock<State>>,
    journal: Arc<Upon>,
    vault: Arc<dyn Vault>,
    genesis: Genesis,
    id: LedgerId,
}

impl Rehearsal {
    /// Begins where a reader's log ends. Cost: reads the whole log once.
    ///
    /// # Errors
    /// When its records do not form one log.
    pub fn new(reader: Reader, clock: Box<dyn Clock>) -> Result<Rehearsal, CatchUpError> {
        let (genesis, id) = (reader.genesis().clone(), reader.id());
        let vault: Arc<dyn Vault> = Arc::new(MemoryVault::upon(reader.shared_vault()));
        let journal = Arc::new(Upon { added: Memory::behind(reader.journal_head()), below: reader });
        let seam: Arc<dyn Journal> = Arc::<Upon>::clone(&journal);
        let randomness = Box::new(OsRandom::default());
        let committer = Committer::new(id, seam, Arc::clone(&vault), clock, randomness)?;
        let state = Arc::clone(committer.state());
        let (committer, taken) = (Mutex::new(committer), Mutex::default());
        Ok(Rehearsal { committer, taken, state, journal, vault, genesis, id })
    }

    /// Records an append in the rehearsal.
    ///
    /// # Errors
    /// As [`crate::Ledger::append`].
    pub fn append(&self, append: Append) -> Result<Receipt, AppendError> {
        let mut committer = self.committer.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = committer.commit(std::slice::from_ref(&append)).pop();
        let receipt = answer.unwrap_or_else(|| Err(AppendError::Unknown("no answer".into())))?;
        if !receipt.repeated() {
            self.taken.lock().unwrap_or_else(PoisonError::into_inner).push(append);
        }
        Ok(receipt)
    }

    /// Records appends in the rehearsal all in one block, or none of them.
    ///
    /// # Errors
    /// As [`crate::Ledger::append_together`].
    pub fn append_together(&self, appends: Vec<Append>) -> Result<Vec<Receipt>, NotTogether> {
        let mut committer = self.committer.lock().unwrap_or_else(PoisonError::into_inner);
        let receipts = committer.commit_together(&appends)?;
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).extend(appends);
        Ok(receipts)
    }

    /// Returns what it took, in order: to be recorded in the ledger, if that still stands where the rehearsal began.
    pub fn into_taken(self) -> Vec<Append> {
        self.taken.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns how many records there were when it began: what has a lower position is recorded in the ledger.
    pub fn began_at(&self) -> Position {
        Position::new(self.journal.below.head().size)
    }

    /// Returns the first receipt of a request and what it recorded, in the ledger or here; `None` when the request is new.
    ///
    /// # Errors
    /// When what may be its records cannot be read.
    pub fn repeated(&self, request: &RequestId) -> Result<Option<(Receipt, Vec<Record>)>, JournalError> {
        let candidates = read(&self.state).requests.candidates(&self.id, request);
        idempotency::recorded(self.journal.as_ref(), &self.id, &candidates, request)
    }

    /// Returns the content of the cache `name` and for how many records it stands, if `fold` made it of the ledger's log.
    pub fn cached(&self, name: &str, fold: Fold) -> Option<(u64, Vec<u8>)> {
        let kept = caches::read_cache(self.dir(), name)?;
        let (size, content) = self.journal.below.believes(&kept, fold).ok()?;
        Some((size, content.to_vec()))
    }

    /// Returns the head.
    pub fn head(&self) -> LedgerHead {
        read(&self.state).head()
    }

    /// Returns the records from `from` on.
    pub fn read(&self, from: Position) -> Records<'_> {
        Records::new(self.journal.read(from.get()..self.head().size))
    }

    /// Returns one record.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn record(&self, position: Position) -> Result<Option<Record>, JournalError> {
        let runs = self.journal.read(position.get()..position.get().saturating_add(1));
        Records::new(runs).next().transpose()
    }

    /// Returns the genesis.
    pub fn genesis(&self) -> &Genesis {
        &self.genesis
    }

    /// Returns the vault.
    pub fn vault(&self) -> &dyn Vault {
        self.vault.as_ref()
    }

    /// Returns the data directory of the ledger.
    pub fn dir(&self) -> &Path {
        self.journal.below.dir()
    }
}

/// A reader's log with blocks behind it that are kept in memory.
struct Upon {
    below: Reader,
    added: Memory,
}

impl Journal for Upon {
    fn head(&self) -> Result<Head, JournalError> {
        self.added.head()
    }

    fn room(&self, bytes: usize) -> Result<(), JournalError> {
        space::room(self.below.dir(), &Storage::default(), bytes)
    }

    fn append(&self, expected: &Head, block: &OwnedBlock) -> Result<Outcome, JournalError> {
        self.added.append(expected, block)
    }

    fn read(&self, range: Range<u64>) -> RecordBatches<'_> {
        let seam = self.below.journal_head().size;
        let added = range.start.max(seam)..range.end;
        Box::new(self.below.runs(range).chain(self.added.read(added)))
    }

    fn header(&self, position: Position) -> Result<Option<Header>, JournalError> {
        if position.get() < self.below.journal_head().size {
            return self.below.header(position);
        }
        self.added.header(position)
    }

    fn wait(&self, size: u64, at_most: Duration) -> (Head, bool) {
        self.added.wait(size, at_most)
    }

    fn follow(&self, from: Position) -> RecordBatches<'_> {
        follow(self, from)
    }

    fn close(&self) -> Result<(), JournalError> {
        self.added.close()
    }
}
