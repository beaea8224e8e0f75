//! A journal that fails on purpose, by script or by seed: full, failing, torn, lost before the sync, undecided, late, slow,
//! taken by a rival, read badly, or left in the middle by a process that dies. [`Faulty::crash`] gives what a power loss
//! leaves.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use thads_proof::block::Header;
use thads_proof::record::Position;

use super::{
    Head, Journal, JournalError, Memory, Outcome, OwnedBlock, RecordBatch, RecordBatches, check_contiguous,
    follow,
};
use crate::clock::SimulatedClock;

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
    /// The outcome is unknown, and the block is under way: it arrives at [`Faulty::arrive`], if nothing came before it.
    Late,
    /// Another committer's block is there first.
    Rival(OwnedBlock),
    /// It takes this long, and succeeds.
    Slow(Duration),
    /// The process dies at this moment: the call unwinds with [`Died`].
    Dies(Moment),
}

/// When, during an append, a process dies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Moment {
    /// Before a byte is out.
    Due,
    /// The block is out and not synced: a power loss leaves it or not.
    Written,
    /// The block is durable, and nobody was answered.
    Synced,
}

/// What a call unwinds with at [`Fault::Dies`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Died;

/// What happens at one reading.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReadFault {
    /// Nothing.
    None,
    /// It fails.
    Fails,
    /// One bit is another.
    Damaged {
        /// In which of the runs that are read; behind the last: in none.
        run: usize,
        /// The number of the bit, counted round.
        bit: usize,
    },
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
    /// What happens at the next readings.
    reads: VecDeque<ReadFault>,
    /// How many readings went wrong so far.
    read_badly: u64,
    /// Whether the disk has no room.
    full: bool,
    /// Blocks under way, each with the end that it was made for.
    under_way: Vec<(Head, OwnedBlock)>,
    /// Passes while an append is slow, instead of real time.
    clock: Option<SimulatedClock>,
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
            plan: Mutex::new(Plan {
                script,
                rng,
                durable,
                stopped: None,
                happened: Vec::new(),
                reads: VecDeque::new(),
                read_badly: 0,
                full: false,
                under_way: Vec::new(),
                clock: None,
            }),
        }
    }

    /// Returns a journal that holds what `memory` holds, obeys what it is told, and lets `clock` pass where it is slow.
    pub fn timed(memory: Memory, clock: SimulatedClock) -> Faulty {
        let faulty = Faulty::over(memory, VecDeque::new(), None);
        faulty.lock().clock = Some(clock);
        faulty
    }

    /// Adds to the script.
    pub fn then(&self, fault: Fault) {
        self.lock().script.push_back(fault);
    }

    /// Adds to what happens at the next readings.
    pub fn then_read(&self, fault: ReadFault) {
        self.lock().reads.push_back(fault);
    }

    /// Says whether the disk has no room.
    pub fn set_full(&self, full: bool) {
        self.lock().full = full;
    }

    /// Returns whether the disk has no room.
    pub fn is_full(&self) -> bool {
        self.lock().full
    }

    /// Forgets what was to happen at appends and readings to come.
    pub fn clear(&self) {
        let mut plan = self.lock();
        plan.script.clear();
        plan.reads.clear();
    }

    /// Returns how many readings went wrong so far.
    pub fn read_badly(&self) -> u64 {
        self.lock().read_badly
    }

    /// Returns all blocks, durable or not.
    pub fn blocks(&self) -> Vec<Arc<OwnedBlock>> {
        self.memory.blocks()
    }

    /// Takes the blocks that are under way, to be handed to the journal that takes this one's place.
    pub fn take_under_way(&self) -> Vec<(Head, OwnedBlock)> {
        std::mem::take(&mut self.lock().under_way)
    }

    /// Returns whether a block is under way.
    pub fn is_under_way(&self) -> bool {
        !self.lock().under_way.is_empty()
    }

    /// Puts blocks under way.
    pub fn put_under_way(&self, blocks: Vec<(Head, OwnedBlock)>) {
        self.lock().under_way.extend(blocks);
    }

    /// Lets the blocks arrive that are under way. Returns how many found their place; the others are too late for ever.
    pub fn arrive(&self) -> usize {
        let mut plan = self.lock();
        let mut arrived = 0;
        for (expected, block) in std::mem::take(&mut plan.under_way) {
            let before = self.memory.blocks().len();
            if plan.stopped.is_none()
                && self.memory.append(&expected, &block).is_ok()
                && self.memory.blocks().len() > before
            {
                plan.durable += 1;
                arrived += 1;
            }
        }
        arrived
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

    /// Returns what happened since the last call.
    pub fn take_happened(&self) -> Vec<Fault> {
        std::mem::take(&mut self.lock().happened)
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

    fn next_read(&mut self) -> ReadFault {
        let fault = self.reads.pop_front().unwrap_or(ReadFault::None);
        self.read_badly += u64::from(fault != ReadFault::None);
        fault
    }

    fn pass(&self, time: Duration) {
        match &self.clock {
            Some(clock) => {
                let micros = i64::try_from(time.as_micros()).unwrap_or(i64::MAX);
                clock.set(clock.peek().checked_add(micros).unwrap_or(clock.peek()));
            }
            None => std::thread::sleep(time),
        }
    }

    fn stop(&mut self, why: &str) -> JournalError {
        self.stopped = Some(why.to_owned());
        JournalError::Io(std::io::Error::other(why.to_owned()))
    }
}

fn unread() -> JournalError {
    JournalError::Io(std::io::Error::other("the reading failed"))
}

fn damage(run: RecordBatch, bit: usize) -> RecordBatch {
    let mut bytes = run.bytes;
    let length = bytes.len();
    if let Some(byte) = bytes.get_mut((bit / 8).checked_rem(length).unwrap_or(0)) {
        *byte ^= 1 << (bit % 8);
    }
    RecordBatch { first: run.first, bytes }
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
    fn head(&self) -> Result<Head, JournalError> {
        self.memory.head()
    }

    fn room(&self, _bytes: usize) -> Result<(), JournalError> {
        let plan = self.lock();
        match &plan.stopped {
            Some(why) => Err(JournalError::Stopped(why.clone())),
            None if plan.full => Err(JournalError::Full { free: 0, least: 1 }),
            None => Ok(()),
        }
    }

    fn append(&self, expected: &Head, block: &OwnedBlock) -> Result<Outcome, JournalError> {
        check_contiguous(expected, block)?;
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
            Fault::UnknownLost => return Ok(Outcome::Indeterminate("no answer".into())),
            Fault::SyncFails => {
                self.memory.append(expected, block)?;
                return Err(plan.stop("the sync failed"));
            }
            Fault::UnknownWritten => {
                self.memory.append(expected, block)?;
                plan.durable += 1;
                return Ok(Outcome::Indeterminate("no answer".into()));
            }
            Fault::Rival(rival) => {
                self.memory.append(expected, &rival)?;
                plan.durable += 1;
                return self.memory.append(expected, block);
            }
            Fault::Late => {
                plan.under_way.push((*expected, block.clone()));
                return Ok(Outcome::Indeterminate("no answer yet".into()));
            }
            Fault::Dies(moment) => {
                if moment != Moment::Due {
                    self.memory.append(expected, block)?;
                    plan.durable += usize::from(moment == Moment::Synced);
                }
                plan.stopped = Some("its process died".into());
                drop(plan);
                std::panic::resume_unwind(Box::new(Died));
            }
            Fault::Slow(time) => plan.pass(time),
            Fault::None => {}
        }
        plan.durable += 1;
        self.memory.append(expected, block)
    }

    fn read(&self, range: Range<u64>) -> RecordBatches<'_> {
        let fault = self.lock().next_read();
        let runs = self.memory.read(range);
        match fault {
            ReadFault::None => runs,
            ReadFault::Fails => Box::new(std::iter::once(Err(unread()))),
            ReadFault::Damaged { run: number, bit } => Box::new(
                runs.enumerate().map(
                    move |(at, run)| {
                        if at == number { run.map(|run| damage(run, bit)) } else { run }
                    },
                ),
            ),
        }
    }

    fn header(&self, position: Position) -> Result<Option<Header>, JournalError> {
        match self.lock().next_read() {
            // A header has a checksum of its own: where it is damaged, it cannot be read.
            ReadFault::Fails | ReadFault::Damaged { .. } => Err(unread()),
            ReadFault::None => self.memory.header(position),
        }
    }

    fn wait(&self, size: u64, at_most: Duration) -> (Head, bool) {
        self.memory.wait(size, at_most)
    }

    fn follow(&self, from: Position) -> RecordBatches<'_> {
        follow(self, from)
    }

    fn close(&self) -> Result<(), JournalError> {
        self.memory.close()
    }
}
