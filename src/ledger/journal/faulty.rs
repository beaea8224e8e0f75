//! A journal that fails on purpose, by script or by seed: full, failing, torn, lost before the sync, undecided, slow, or
//! taken by a rival. [`Faulty::crash`] gives what a power loss leaves.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use thads_proof::block::Header;
use thads_proof::record::Position;

use super::{Journal, JournalError, Memory, Outcome, OwnedBlock, Runs, Tip, fits, follow};

/// What happens at one append.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fault {
    /// Nothing: the block is durable.
    None,
    /// The disk is full: nothing is written.
    Full,
    /// The write fails before a byte is out; the journal stops.
    WriteFails,
    /// The write stops in the middle, and the journal with it: no power loss leaves the block.
    Torn,
    /// The block is out and its sync fails: a power loss leaves it or not. The journal stops.
    SyncFails,
    /// The outcome is unknown, and the block is durable.
    UnknownWritten,
    /// The outcome is unknown, and nothing was written.
    UnknownLost,
    /// Another committer's block is there first.
    Rival(OwnedBlock),
    /// It takes this long, and succeeds.
    Slow(Duration),
}

/// A journal in memory that obeys a script, then a seed.
pub struct Faulty {
    memory: Memory,
    plan: Mutex<Plan>,
}

struct Plan {
    script: VecDeque<Fault>,
    /// Draws faults once the script is through; `None`: no more faults.
    rng: Option<ChaCha20Rng>,
    /// How many of the blocks survive a power loss for certain.
    durable: usize,
    stopped: Option<String>,
    /// What happened at each append so far.
    happened: Vec<Fault>,
}

impl Faulty {
    /// Returns an empty journal at whose first appends this happens; all later ones succeed.
    pub fn script(faults: impl IntoIterator<Item = Fault>) -> Faulty {
        Faulty::over(Memory::new(), faults.into_iter().collect(), None)
    }

    /// Returns a journal that holds what `memory` holds and draws its faults from `seed`: about every fourth append fails
    /// in some way that does not stop the journal, every sixteenth in one that does.
    pub fn seeded(memory: Memory, seed: u64) -> Faulty {
        Faulty::over(memory, VecDeque::new(), Some(ChaCha20Rng::seed_from_u64(seed)))
    }

    fn over(memory: Memory, script: VecDeque<Fault>, rng: Option<ChaCha20Rng>) -> Faulty {
        let durable = memory.blocks().len();
        Faulty {
            memory,
            plan: Mutex::new(Plan { script, rng, durable, stopped: None, happened: Vec::new() }),
        }
    }

    /// Adds to the script.
    pub fn then(&self, fault: Fault) {
        self.lock().script.push_back(fault);
    }

    /// Returns what a power loss leaves: all that was made durable, and what was written behind it if `kept`.
    pub fn crash(&self, kept: bool) -> Memory {
        let durable = self.lock().durable;
        let mut blocks: Vec<Arc<OwnedBlock>> = self.memory.blocks();
        if !kept {
            blocks.truncate(durable);
        }
        Memory::holding(blocks)
    }

    /// Returns what happened at each append so far.
    pub fn happened(&self) -> Vec<Fault> {
        self.lock().happened.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Plan {
    fn next(&mut self) -> Fault {
        let fault = self.script.pop_front().unwrap_or_else(|| self.rng.as_mut().map_or(Fault::None, draw));
        self.happened.push(fault.clone());
        fault
    }

    fn stop(&mut self, why: &str) -> JournalError {
        self.stopped = Some(why.to_owned());
        JournalError::Io(std::io::Error::other(why.to_owned()))
    }
}

fn draw(rng: &mut ChaCha20Rng) -> Fault {
    match rng.next_u32() % 48 {
        0..4 => Fault::UnknownWritten,
        4..8 => Fault::UnknownLost,
        8..12 => Fault::Full,
        12 => Fault::WriteFails,
        13 => Fault::Torn,
        14 => Fault::SyncFails,
        _ => Fault::None,
    }
}

impl Journal for Faulty {
    fn head(&self) -> Result<Tip, JournalError> {
        self.memory.head()
    }

    fn room(&self, _bytes: usize) -> Result<(), JournalError> {
        match &self.lock().stopped {
            Some(why) => Err(JournalError::Stopped(why.clone())),
            None => Ok(()),
        }
    }

    fn append(&self, expected: &Tip, block: &OwnedBlock) -> Result<Outcome, JournalError> {
        fits(expected, block)?;
        let mut plan = self.lock();
        if let Some(why) = &plan.stopped {
            return Err(JournalError::Stopped(why.clone()));
        }
        if self.memory.head()? != *expected {
            return self.memory.append(expected, block);
        }
        match plan.next() {
            Fault::Full => return Err(JournalError::Full { free: 0, least: 1 }),
            Fault::WriteFails => return Err(plan.stop("the write failed")),
            Fault::Torn => return Err(plan.stop("the write was cut off")),
            Fault::UnknownLost => return Ok(Outcome::Unknown("no answer".into())),
            Fault::SyncFails => {
                self.memory.append(expected, block)?;
                return Err(plan.stop("the sync failed"));
            }
            Fault::UnknownWritten => {
                self.memory.append(expected, block)?;
                plan.durable += 1;
                return Ok(Outcome::Unknown("no answer".into()));
            }
            Fault::Rival(rival) => {
                self.memory.append(expected, &rival)?;
                plan.durable += 1;
                return self.memory.append(expected, block);
            }
            Fault::Slow(time) => std::thread::sleep(time),
            Fault::None => {}
        }
        plan.durable += 1;
        self.memory.append(expected, block)
    }

    fn read(&self, range: Range<u64>) -> Runs<'_> {
        self.memory.read(range)
    }

    fn header(&self, position: Position) -> Result<Option<Header>, JournalError> {
        self.memory.header(position)
    }

    fn wait(&self, size: u64, at_most: Duration) -> (Tip, bool) {
        self.memory.wait(size, at_most)
    }

    fn follow(&self, from: Position) -> Runs<'_> {
        follow(self, from)
    }

    fn close(&self) -> Result<(), JournalError> {
        self.memory.close()
    }
}
