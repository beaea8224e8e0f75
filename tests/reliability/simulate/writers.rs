//! Those who ask: what they want, what they do with an answer, and another committer to whom some of them go.

use std::ops::Range;
use std::sync::Arc;

use thads_ledger::journal::{Journal, Memory, OwnedBlock};
use thads_ledger::{Append, AppendError, Committer, Receipt, Seeded, SimulatedClock};
use thads_proof::record::{Micros, RequestId};

use super::asks;
use super::expect;
use super::judge::{Broken, same};
use super::workload::View;
use super::world::{DAY, World};

/// How many there are.
pub(super) const WRITERS: usize = 5;

/// Somebody who writes: what he waits for, and what was done for him.
#[derive(Default)]
pub(super) struct Writer {
    /// What he has no definite answer to.
    pub(super) waiting: Option<Append>,
    /// What was recorded for him.
    pub(super) done: Vec<Append>,
    /// A request id that was refused for good, to be used again.
    refused: Option<RequestId>,
}

/// What another committer has ready: its block, and what its writers are told if it wins.
#[derive(Default)]
pub(super) struct Rival {
    /// The block.
    pub(super) block: Option<OwnedBlock>,
    /// Each with its writer.
    answers: Vec<(usize, Append, Receipt)>,
    /// All that it was asked.
    pub(super) asked: Vec<(usize, Append)>,
}

impl World {
    /// What writers want now: one to six of them, or one of them much at once.
    pub(super) fn gather(&mut self) -> Vec<(usize, Append)> {
        let mut asks: Vec<(usize, Append)> = Vec::new();
        if self.rng.one_in(25) {
            let writer = self.rng.index(WRITERS);
            for _ in 0..10 + self.rng.below(40) {
                if let Some(append) = self.new_ask(None) {
                    asks.push((writer, append));
                }
            }
            self.counts.one("asked", "bulks");
            return asks;
        }
        for _ in 0..1 + self.rng.below(6) {
            let writer = self.rng.index(WRITERS);
            if let Some(append) = self.ask_of(writer) {
                asks.push((writer, append));
            }
        }
        if self.rng.one_in(8)
            && let Some((writer, append)) = asks.last().cloned()
        {
            let twice = if self.rng.one_in(2) { asks::reworded(&mut self.rng, &append) } else { append };
            asks.push((writer, twice));
        }
        asks
    }

    fn ask_of(&mut self, writer: usize) -> Option<Append> {
        if let Some(waiting) = self.writers[writer].waiting.clone() {
            if self.rng.one_in(15) {
                // He gives up: what he asked is recorded once or never.
                self.writers[writer].waiting = None;
                return None;
            }
            self.counts.one("asked", "again after no answer");
            let fresh = self.rng.one_in(2);
            return Some(if fresh { asks::reworded(&mut self.rng, &waiting) } else { waiting });
        }
        if !self.writers[writer].done.is_empty() && self.rng.one_in(5) {
            return Some(self.repetition(writer));
        }
        let request = self.writers[writer].refused.take();
        self.new_ask(request)
    }

    /// Asks again what was answered: as it was, in other words, with other versions, or something else under its id.
    fn repetition(&mut self, writer: usize) -> Append {
        let index = self.rng.index(self.writers[writer].done.len());
        let done = self.writers[writer].done[index].clone();
        self.counts.one("asked", "again after an answer");
        match self.rng.below(5) {
            0 => done,
            1 => asks::reworded(&mut self.rng, &done),
            2 | 3 => {
                let fresh = asks::reworded(&mut self.rng, &done);
                asks::at_present(&self.judge, &fresh)
            }
            _ => asks::altered(&mut self.rng, &asks::at_present(&self.judge, &done)),
        }
    }

    fn new_ask(&mut self, request: Option<RequestId>) -> Option<Append> {
        let request = request.unwrap_or(RequestId(self.rng.id()));
        if self.rng.one_in(2) {
            return Some(asks::plain(&mut self.rng, &self.judge, request));
        }
        if self.rng.one_in(3) {
            self.folds.catch_up(&self.judge, self.committer.head().size).ok()?;
        }
        let view = View {
            model: self.folds.model(),
            today: self.today(),
            log: self.judge.log(),
            vault: self.vault.as_ref(),
        };
        match view.act(&mut self.rng) {
            Some(streams) => {
                self.counts.one("law", "allowed");
                Some(Append { request, moment: None, streams })
            }
            None => {
                self.counts.one("law", "refused");
                None
            }
        }
    }

    /// Another committer on the same log takes some of what is asked, and perhaps the same as ours; its block is ready.
    pub(super) fn rival(&mut self, asks: &mut Vec<(usize, Append)>) -> Rival {
        let mut theirs = asks.split_off(asks.len() / 2);
        if let Some(shared) = asks.first().filter(|_| self.rng.one_in(3)) {
            theirs.push(shared.clone());
        }
        let journal = Arc::new(Memory::holding(self.journal.blocks()));
        let before = journal.blocks().len();
        let seed = if self.rng.one_in(2) { self.seed } else { self.seed.wrapping_add(1) };
        let vault = Arc::clone(&self.vault);
        let clock = SimulatedClock::new(Micros::new(self.clock.peek().get() + self.rng.between(-DAY, DAY)));
        let seam: Arc<dyn Journal> = Arc::<Memory>::clone(&journal);
        let mut rival =
            Committer::new(self.id, seam, vault, Box::new(clock), Box::new(Seeded::new(seed))).unwrap();
        let appends: Vec<Append> = theirs.iter().map(|(_, append)| append.clone()).collect();
        let answers = rival.commit(&appends);
        let block = journal.blocks().get(before).map(|block| block.as_ref().clone());
        let size = block.as_ref().map_or(0, |block| block.header().end().get());
        let told = theirs.iter().zip(answers).filter_map(|((writer, append), answer)| {
            let receipt = answer.ok().filter(|receipt| receipt.size() <= size)?;
            Some((*writer, append.clone(), receipt))
        });
        Rival { block, answers: told.collect(), asked: theirs.clone() }
    }

    /// What the rival's writers are told, where its block was first; else they ask us.
    pub(super) fn rival_answers(&mut self, rival: Rival, won: bool) -> Result<(), Broken> {
        if won {
            for (writer, append, receipt) in rival.answers {
                self.trace.line(&format!("{}: the rival records it at {}", append.request, receipt.first()));
                self.answer(writer, &append, Ok(receipt), 0..0)?;
            }
        } else {
            for (writer, append) in rival.asked {
                self.writers[writer].waiting = Some(append);
            }
        }
        Ok(())
    }

    /// What a writer is told: the judge looks at it, and the writer goes on from there. The committer had seen the records below
    /// `seen.start` when it was asked and those below `seen.end` when it answered.
    pub(super) fn answer(
        &mut self,
        writer: usize,
        append: &Append,
        answer: Result<Receipt, AppendError>,
        seen: Range<u64>,
    ) -> Result<(), Broken> {
        let writer = &mut self.writers[writer];
        let ours = writer.waiting.as_ref().is_some_and(|waiting| waiting.request == append.request);
        match answer {
            Ok(receipt) => {
                self.counts.one("acknowledged", if receipt.repeated() { "again" } else { "new" });
                self.judge.receipt(append, &receipt, seen.start)?;
                if ours {
                    writer.waiting = None;
                }
                if !receipt.repeated() {
                    writer.done.push(append.clone());
                }
                return Ok(());
            }
            Err(error) => {
                self.counts.one("refused", expect::name(&error));
                match error {
                    AppendError::Unknown(_) => {
                        self.judge.leaves_open(&append.request);
                        writer.waiting = Some(append.clone());
                    }
                    AppendError::DiskFull { .. }
                    | AppendError::Contended { .. }
                    | AppendError::Stopped(_)
                    | AppendError::Unreadable(_) => {
                        writer.waiting = Some(append.clone());
                    }
                    AppendError::RequestReused { position, .. } => {
                        let request = append.request;
                        let place = self.judge.place(&request).filter(|place| place.first == position.get());
                        let recorded = self.judge.recorded(&request).filter(|_| place.is_some());
                        if recorded.is_none_or(|recorded| same(recorded, append)) {
                            return Err(format!("request {request} is called another's at {position}"));
                        }
                        writer.waiting = writer.waiting.take().filter(|_| !ours);
                    }
                    AppendError::Stale { .. } => {
                        if self.judge.place(&append.request).is_some_and(|place| place.last < seen.end) {
                            return Err(format!("request {} is recorded, and told stale", append.request));
                        }
                        writer.waiting = writer.waiting.take().filter(|_| !ours);
                        writer.refused = Some(append.request);
                    }
                    AppendError::TooLarge { .. } | AppendError::Malformed(_) => {
                        writer.waiting = writer.waiting.take().filter(|_| !ours);
                    }
                    // No writer here says by which day he decided.
                    AppendError::Vault(_) | AppendError::Randomness(_) | AppendError::Outdated { .. } => {
                        return Err(format!("request {}: {error}", append.request));
                    }
                }
            }
        }
        Ok(())
    }
}
