//! One world: a committer on a journal that fails, a vault, a clock that jumps, writers, readers and read model, all of one
//! seed and one thread. It has no file and no real time.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use thads_cases::date::Date;
use thads_ledger::journal::{Died, Fault, Faulty, Head, Journal, Memory, Outcome};
use thads_ledger::testing;
use thads_ledger::{Append, Committer, MemoryVault, Seeded, SimulatedClock, Vault};
use thads_proof::checkpoint::LogKey;
use thads_proof::genesis::{self, Genesis, Unit};
use thads_proof::record::{LedgerId, Micros, RequestId};

use super::expect;
use super::faults;
use super::folds::Folds;
use super::judge::{Broken, Judge};
use super::rng::{Counts, SimRng, Trace};
use super::workload::{View, config};
use super::writers::{Rival, WRITERS, Writer};

/// 2019-01-01T00:00Z.
const START: i64 = 1_546_300_800_000_000;
pub(super) const DAY: i64 = 86_400_000_000;

/// How a round went.
pub(super) struct Round {
    /// How many records the committer had seen when it was asked.
    pub(super) seen: u64,
    /// How many there were.
    pub(super) before: u64,
    /// Whether nothing went wrong, so that there is one right answer.
    pub(super) calm: bool,
}

/// A simulated ledger and everybody around it.
pub(crate) struct World {
    pub(crate) rng: SimRng,
    pub(crate) trace: Trace,
    pub(crate) counts: Counts,
    pub(crate) judge: Judge,
    pub(crate) folds: Folds,
    pub(crate) journal: Arc<Faulty>,
    pub(crate) committer: Committer,
    pub(super) id: LedgerId,
    pub(super) seed: u64,
    pub(super) clock: SimulatedClock,
    pub(super) vault: Arc<dyn Vault>,
    pub(super) writers: Vec<Writer>,
    /// Appends that are to be recorded together, and of which it is not known whether they are.
    pub(super) together: Vec<Vec<Append>>,
    kept_state: Option<Vec<u8>>,
    /// In one of so many rounds something goes wrong.
    pub(super) storm: u64,
}

/// The simulated log's own key.
pub(super) fn log_key() -> LogKey {
    LogKey::from_seed("thads/simulated", &[7; 32]).unwrap()
}

impl World {
    /// Returns a world that holds a genesis and an office or three.
    pub(crate) fn new(seed: u64, shown: bool) -> Result<World, Broken> {
        let mut rng = SimRng::new(seed);
        let clock = SimulatedClock::new(Micros::new(START));
        let genesis = Genesis {
            name: "Simulated".into(),
            origin: "thads/simulated".into(),
            unit: Unit { code: "VND".into(), exponent: 0 },
            log_key: log_key().vkey().to_string(),
            root_key: "root".into(),
            clock: genesis::Clock::Simulated { seed },
            practice: true,
        };
        let mut randomness = Seeded::new(seed);
        let (id, block) = testing::genesis_block(&genesis, &mut clock.clone(), &mut randomness).unwrap();
        let journal = Arc::new(Faulty::timed(Memory::new(), clock.clone()));
        assert_eq!(journal.append(&Head::empty(), &block).unwrap(), Outcome::Committed);
        journal.take_happened();
        let vault: Arc<dyn Vault> = Arc::new(MemoryVault::new());
        let committer = Committer::new(
            id,
            Arc::<Faulty>::clone(&journal),
            Arc::clone(&vault),
            Box::new(clock.clone()),
            Box::new(Seeded::new(seed)),
        )
        .map_err(|error| error.to_string())?;
        let storm = *rng.pick(&[2, 3, 5, 12, 1_000]);
        let mut world = World {
            rng,
            trace: Trace::new(shown),
            counts: Counts::default(),
            judge: Judge::default(),
            folds: Folds::default(),
            journal,
            committer,
            id,
            seed,
            clock,
            vault,
            writers: (0..WRITERS).map(|_| Writer::default()).collect(),
            together: Vec::new(),
            kept_state: None,
            storm,
        };
        world.look(false, &HashSet::new())?;
        world.found()?;
        Ok(world)
    }

    fn found(&mut self) -> Result<(), Broken> {
        for (tag, key, body) in config(&mut self.rng) {
            self.folds.catch_up(&self.judge, self.committer.head().size)?;
            let on = Date::new(2010, 1, 1).unwrap();
            let view = View {
                model: self.folds.model(),
                today: self.today(),
                log: self.judge.log(),
                vault: self.vault.as_ref(),
            };
            let part = view.organise(&mut self.rng, tag, &key, on, body).ok_or("the founding is refused")?;
            let request = RequestId(self.rng.id());
            self.ask(vec![(0, Append { request, moment: None, streams: vec![part] })], Rival::default())?;
        }
        Ok(())
    }

    pub(super) fn today(&self) -> Date {
        Date::of_instant(self.clock.peek().get())
    }

    /// Lets one thing happen, and judges.
    pub(crate) fn step(&mut self) -> Result<(), Broken> {
        self.trace.next_step();
        self.turn_the_clock();
        if self.journal.is_under_way() && self.rng.one_in(3) {
            self.late_blocks_arrive()?;
        }
        match self.rng.below(38) {
            0..28 => self.round()?,
            28 | 29 => self.read()?,
            30..33 => {
                self.folds.catch_up(&self.judge, self.committer.head().size)?;
                self.trace.line(&format!("books are folded to {}", self.folds.model().position().0));
            }
            33 => self.folds.check(&mut self.rng, &mut self.counts, &self.judge)?,
            34 => {
                self.folds.keep(&mut self.counts, &self.judge)?;
                self.trace.line("a snapshot of the books is kept");
            }
            35 => {
                self.kept_state = Some(testing::state_of(&self.committer, &log_key()));
                self.counts.one("snapshots", "of the state kept");
                self.trace.line(&format!("the state at {} is kept", self.committer.head().size));
            }
            _ => self.dies("at rest")?,
        }
        self.check()
    }

    fn turn_the_clock(&mut self) {
        let now = self.clock.peek().get();
        let then = match self.rng.below(12) {
            0..6 => now + self.rng.between(1, 5_000_000),
            6 | 7 => now + self.rng.between(1, 2 * DAY),
            8 => now - self.rng.between(1, DAY),
            9 if self.rng.one_in(8) => {
                self.counts.one("faults", "clock jumps");
                now + self.rng.between(-10 * 365 * DAY, 2 * 365 * DAY)
            }
            _ => now,
        };
        if then < now {
            self.counts.one("faults", "clock goes back");
        }
        // From 2011, when the offices are there, to 2040.
        self.clock.set(Micros::new(then.clamp(START - 8 * 365 * DAY, START + 21 * 365 * DAY)));
    }

    fn round(&mut self) -> Result<(), Broken> {
        if self.rng.one_in(7) {
            return self.round_together();
        }
        let mut asks = self.gather();
        if asks.is_empty() {
            return Ok(());
        }
        let rival = if self.storm < 100 && asks.len() > 1 && self.rng.one_in(4 * self.storm) {
            self.rival(&mut asks)
        } else {
            Rival::default()
        };
        faults::plan(&mut self.rng, &self.journal, self.storm, rival.block.clone());
        self.ask(asks, rival)?;
        self.journal.set_full(false);
        Ok(())
    }

    /// Asks the committer, and judges every answer.
    fn ask(&mut self, asks: Vec<(usize, Append)>, rival: Rival) -> Result<(), Broken> {
        let appends: Vec<Append> = asks.iter().map(|(_, append)| append.clone()).collect();
        let expected = expect::answers(&self.judge, &appends);
        let (answers, Round { seen, before, calm }) =
            self.commit(&asks, rival, |committer| committer.commit(&appends))?;
        let Some(answers) = answers else {
            for (writer, append) in asks {
                self.judge.leaves_open(&append.request);
                self.writers[writer].waiting = Some(append);
            }
            return self.dies("in an append");
        };
        for (index, answer) in answers.into_iter().enumerate() {
            let (writer, append) = &asks[index];
            self.trace.line(&format!("{}: {}", append.request, expect::brief(&answer)));
            if calm && !expected[index].is(&answer) {
                let said = expect::brief(&answer);
                return Err(format!("request {}: {:?} is due, told {said}", append.request, expected[index]));
            }
            // Refused at first, and recorded where it is asked once more behind what it waited for: both are true.
            let later = asks[index + 1..].iter().any(|(_, other)| other.request == append.request);
            let head = self.committer.head().size;
            let known = if later { before.min(head) } else { head };
            self.answer(*writer, append, answer, seen..known)?;
        }
        self.after(before, calm)
    }

    /// Has the committer do something about what is asked, among whatever goes wrong, and looks at what the log holds then.
    /// No answer: it died.
    pub(super) fn commit<T>(
        &mut self,
        asks: &[(usize, Append)],
        rival: Rival,
        commit: impl FnOnce(&mut Committer) -> T,
    ) -> Result<(Option<T>, Round), Broken> {
        let asking: HashSet<RequestId> =
            rival.asked.iter().chain(asks).map(|(_, append)| append.request).collect();
        for (writer, append) in rival.asked.iter().chain(asks) {
            self.judge.sends(append);
            let count: usize = append.streams.iter().map(|part| part.events.len()).sum();
            let streams = append.streams.len();
            self.trace.line(&format!("writer {writer} asks {}: {count} in {streams}", append.request));
        }
        self.counts.add("asked", "appends", u64::try_from(asks.len()).unwrap());
        let (seen, before) = (self.committer.head().size, self.judge.size());
        let (read_badly, full) = (self.journal.read_badly(), self.journal.is_full());
        let answers = catch_unwind(AssertUnwindSafe(|| commit(&mut self.committer)));
        self.journal.clear();
        let happened = self.journal.take_happened();
        faults::count(&mut self.counts, &happened);
        let read_well = self.journal.read_badly() == read_badly;
        self.counts.add("faults", "reads", self.journal.read_badly() - read_badly);
        self.counts.add("faults", "no room", u64::from(full));
        self.trace.line(&format!("{} happen, read badly: {}", short(&happened), !read_well));
        let calm = seen == before && read_well && !full && faults::is_calm(&happened);
        self.look(false, &asking)?;
        let won = happened.iter().any(|fault| matches!(fault, Fault::Rival(_)));
        self.rival_answers(rival, won)?;
        let round = Round { seen, before, calm };
        match answers {
            Ok(answers) => Ok((Some(answers), round)),
            Err(cause) if cause.is::<Died>() => Ok((None, round)),
            Err(cause) => std::panic::resume_unwind(cause),
        }
    }

    /// Counts what was recorded; a committer that has stopped is dead.
    pub(super) fn after(&mut self, before: u64, calm: bool) -> Result<(), Broken> {
        self.counts.add("events", "recorded", self.judge.size() - before);
        if self.committer.stopped().is_some() {
            if calm {
                return Err("the committer stops although nothing failed".into());
            }
            self.dies("stopped by a failure")?;
        }
        Ok(())
    }

    fn late_blocks_arrive(&mut self) -> Result<(), Broken> {
        let arrived = self.journal.arrive();
        self.counts.add("faults", "late block arrives", u64::try_from(arrived).unwrap());
        self.trace.line(&format!("{arrived} late blocks arrive"));
        self.look(false, &HashSet::new())
    }

    /// The process dies, and perhaps the power fails: what was not durable is there or not. Then all begins anew.
    pub(super) fn dies(&mut self, how: &'static str) -> Result<(), Broken> {
        let power = self.rng.one_in(2);
        let kept = !power || self.rng.one_in(2);
        self.counts.one("deaths", how);
        self.counts.one("power", if power { "failed" } else { "stayed" });
        self.trace.line(&format!("the process dies {how}; unsynced blocks stay: {kept}"));
        let under_way = self.journal.take_under_way();
        let left = self.journal.crash(kept);
        self.journal = Arc::new(Faulty::timed(left, self.clock.clone()));
        self.journal.put_under_way(under_way);
        self.look(true, &HashSet::new())?;
        self.judge.check_acknowledged()?;
        for writer in &self.writers {
            if let Some(waiting) = &writer.waiting {
                self.judge.leaves_open(&waiting.request);
            }
        }
        for append in self.together.iter().flatten() {
            self.judge.leaves_open(&append.request);
        }
        self.start()?;
        self.folds.restart(&mut self.rng, &mut self.counts, &self.judge)
    }

    /// Starts a committer on what is left, from a kept state or from nothing; readings may go wrong, and then it is tried
    /// again.
    fn start(&mut self) -> Result<(), Broken> {
        for calm in [false, false, true] {
            if !calm && self.rng.one_in(3) {
                faults::read_badly(&mut self.rng, &self.journal, 2);
            }
            let bad = self.journal.read_badly();
            let started = self.try_start();
            self.journal.clear();
            let bad = self.journal.read_badly() > bad;
            match started {
                Ok(committer) => {
                    let (head, size) = (committer.head(), self.judge.size());
                    if head.size != size || !self.judge.is_an_end(&head) {
                        return Err(format!("it starts at {}, the log ends at {size}", head.size));
                    }
                    self.committer = committer;
                    self.trace.line(&format!("it starts at {size}"));
                    return Ok(());
                }
                Err(_) if bad => self.counts.one("refused", "starts"),
                Err(why) => return Err(format!("it does not start: {why}")),
            }
        }
        Err("it never starts".into())
    }

    fn try_start(&mut self) -> Result<Committer, String> {
        let seam = || -> Arc<dyn Journal> { Arc::<Faulty>::clone(&self.journal) };
        let (clock, randomness) = (|| Box::new(self.clock.clone()), || Box::new(Seeded::new(self.seed)));
        let vault = || Arc::clone(&self.vault);
        if let Some(kept) = self.kept_state.clone().filter(|_| self.rng.one_in(2)) {
            let mut kept = kept;
            let damaged = self.rng.one_in(4);
            if damaged {
                let at = self.rng.index(kept.len());
                kept[at] ^= 1 << self.rng.below(8);
            }
            let resumed =
                testing::resume(&kept, log_key().vkey(), self.id, seam(), vault(), clock(), randomness());
            match resumed {
                Some(_) if damaged => return Err("a damaged snapshot of the state is believed".into()),
                Some(started) => {
                    self.counts.one("snapshots", "of the state taken up");
                    return started.map_err(|error| error.to_string());
                }
                None if damaged => self.counts.one("snapshots", "of the state refused"),
                None if self.journal.read_badly() == 0 => {
                    return Err("a whole snapshot of the state is not believed".into());
                }
                None => {}
            }
        }
        Committer::new(self.id, seam(), vault(), clock(), randomness()).map_err(|error| error.to_string())
    }

    /// Reads some of the log as a reader does.
    fn read(&mut self) -> Result<(), Broken> {
        let size = self.committer.head().size;
        let from = self.rng.below(size);
        let to = from + 1 + self.rng.below(size - from);
        if self.rng.one_in(3) {
            faults::read_badly(&mut self.rng, &self.journal, 1);
        }
        let bad = self.journal.read_badly();
        let mut at = from;
        let mut failed = false;
        let mut records = testing::records(self.journal.as_ref(), from..to);
        while let Some(stored) = records.next_stored() {
            let Ok(stored) = stored else {
                failed = true;
                break;
            };
            let ours = &self.judge.log()[usize::try_from(at).unwrap()];
            // The last one has no successor that could tell.
            if stored.bytes != ours.bytes && self.journal.read_badly() == bad {
                return Err(format!("record {at} reads other than it was written"));
            }
            failed |= stored.bytes != ours.bytes && at + 1 == to;
            at += 1;
        }
        drop(records);
        self.journal.clear();
        let badly = self.journal.read_badly() > bad;
        self.counts.add("faults", "reads", u64::from(badly));
        self.counts.one("read", "ranges");
        self.trace.line(&format!("{from}..{to} is read to {at}, badly: {badly}"));
        if (at != to || failed) && !badly {
            return Err(format!("{from}..{to} is read to {at} only"));
        }
        Ok(())
    }

    /// Looks at what the journal holds now.
    fn look(&mut self, may_shrink: bool, asking: &HashSet<RequestId>) -> Result<(), Broken> {
        let known = self.judge.blocks().len();
        self.judge.see(&self.journal.blocks(), may_shrink, asking, self.vault.as_ref())?;
        let blocks = self.judge.blocks().len();
        if blocks > known && self.rng.one_in(6) {
            self.counts.one("checked", "roots");
            self.judge.check_root(blocks - 1)?;
        }
        Ok(())
    }

    /// What the committer says of itself is true.
    fn check(&mut self) -> Result<(), Broken> {
        let head = self.committer.head();
        if !self.judge.is_an_end(&head) {
            return Err(format!("the committer's head at {} is no end of the log", head.size));
        }
        if head.size == self.judge.size() {
            let stream =
                self.judge.log().last().map(|logged| logged.record.stream.clone()).ok_or("no log")?;
            let (said, is) = (testing::version(&self.committer, &stream), self.judge.version(&stream));
            if said != is {
                return Err(format!("{stream} is said to be at version {said}, and is at {is}"));
            }
        }
        Ok(())
    }

    /// The end: nothing fails any more, everybody is answered, and everything is looked at again.
    pub(crate) fn settle(&mut self) -> Result<(), Broken> {
        self.trace.next_step();
        self.late_blocks_arrive()?;
        self.dies("at the end")?;
        self.journal.take_under_way();
        let waiting: Vec<(usize, Append)> =
            (0..WRITERS).filter_map(|writer| Some((writer, self.writers[writer].waiting.take()?))).collect();
        self.ask(waiting, Rival::default())?;
        for appends in std::mem::take(&mut self.together) {
            self.ask_together(appends, Rival::default())?;
        }
        let done: Vec<(usize, Append)> = (0..WRITERS)
            .flat_map(|writer| self.writers[writer].done.iter().map(move |append| (writer, append.clone())))
            .collect();
        for part in done.chunks(64) {
            self.ask(part.to_vec(), Rival::default())?;
        }
        self.judge.check_acknowledged()?;
        self.judge.check_root(self.judge.blocks().len() - 1)?;
        self.folds.settle(&mut self.rng, &mut self.counts, &self.judge, self.committer.head().size)?;
        super::evidence::check(&self.judge, self.id)?;
        self.counts.one("checked", "logs");
        let head = self.committer.head();
        self.trace.line(&format!("it ends at {} with leaf {} and root {}", head.size, head.leaf, head.root));
        self.check()
    }
}

/// What happened, in few words.
fn short(happened: &[Fault]) -> String {
    let one = |fault: &Fault| match fault {
        Fault::Rival(_) => "Rival".to_owned(),
        other => format!("{other:?}"),
    };
    format!("[{}]", happened.iter().map(one).collect::<Vec<_>>().join(", "))
}
