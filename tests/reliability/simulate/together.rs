//! Appends that are to be recorded together: all in one block, or none, whatever goes wrong.

use std::collections::HashMap;

use thads_ledger::{Append, AppendError, NotTogether, Receipt};
use thads_proof::record::{RequestId, Stream};

use super::asks;
use super::expect;
use super::faults;
use super::judge::Broken;
use super::world::{Round, World};
use super::writers::{Rival, WRITERS};

impl World {
    /// Somebody wants some appends together: new ones, those of which he does not know, or some that are recorded already.
    pub(super) fn round_together(&mut self) -> Result<(), Broken> {
        let waits = !self.together.is_empty() && self.rng.one_in(2);
        let appends = if waits {
            let which = self.rng.index(self.together.len());
            self.together.swap_remove(which)
        } else {
            self.gather_together()
        };
        let rival = if self.storm < 100 && self.rng.one_in(2 * self.storm) {
            let mut others = self.gather();
            self.rival(&mut others)
        } else {
            Rival::default()
        };
        faults::plan(&mut self.rng, &self.journal, self.storm, rival.block.clone());
        self.ask_together(appends, rival)?;
        self.journal.set_full(false);
        Ok(())
    }

    /// One to twelve appends, as a rule each on what the one before it leaves; sometimes one of them twice, or one among
    /// them that is recorded.
    fn gather_together(&mut self) -> Vec<Append> {
        let mut versions: HashMap<Stream, u64> = HashMap::new();
        let mut appends: Vec<Append> = Vec::new();
        for _ in 0..1 + self.rng.below(12) {
            let request = RequestId(self.rng.id());
            let mut append = asks::plain(&mut self.rng, &self.judge, request);
            if append.streams.iter().all(|part| part.events.is_empty()) && !self.rng.one_in(8) {
                continue;
            }
            for part in &mut append.streams {
                let version = versions.entry(part.stream.clone()).or_insert(self.judge.version(&part.stream));
                if !self.rng.one_in(40) {
                    part.expected_version = *version;
                }
                *version += u64::try_from(part.events.len()).unwrap();
            }
            appends.push(append);
        }
        let done = &self.writers[self.rng.index(WRITERS)].done;
        if !done.is_empty() && self.rng.one_in(6) {
            let known = done[self.rng.index(done.len())].clone();
            let place = self.rng.index(appends.len() + 1);
            appends.insert(place, known);
        }
        if !appends.is_empty() && self.rng.one_in(15) {
            let twice = appends[self.rng.index(appends.len())].clone();
            appends.push(twice);
        }
        appends
    }

    /// Asks the committer for all of them or none, and judges the answer.
    pub(super) fn ask_together(&mut self, appends: Vec<Append>, rival: Rival) -> Result<(), Broken> {
        let writer = self.rng.index(WRITERS);
        let asks: Vec<(usize, Append)> = appends.iter().map(|append| (writer, append.clone())).collect();
        self.judge.sends_together(&appends);
        self.counts.one("asked", "together");
        let due = expect::together(&self.judge, &appends);
        let (answer, Round { seen, before, calm }) =
            self.commit(&asks, rival, |committer| committer.commit_together(&appends))?;
        let Some(answer) = answer else {
            self.not_known(appends);
            return self.dies("in an append");
        };
        self.trace.line(&format!("{} together: {}", appends.len(), brief(&answer)));
        if calm && !due.is(&answer) {
            return Err(format!("of {} together {due:?} is due, told {}", appends.len(), brief(&answer)));
        }
        match answer {
            Ok(receipts) => self.recorded_together(writer, &appends, &receipts, seen)?,
            Err(NotTogether::Partly { recorded, index, position }) => {
                let places = appends.iter().filter_map(|append| self.judge.place(&append.request)).count();
                let place = self.judge.place(&appends[index].request).map(|place| place.first);
                if recorded != places || places == appends.len() || place != Some(position.get()) {
                    return Err(format!("{recorded} of {} are called recorded, {places} are", appends.len()));
                }
                self.counts.one("refused", "partly recorded");
            }
            Err(NotTogether::One { error, .. } | NotTogether::All(error)) => {
                self.denied_together(appends, &error)?;
            }
        }
        self.after(before, calm)
    }

    fn recorded_together(
        &mut self,
        writer: usize,
        appends: &[Append],
        receipts: &[Receipt],
        seen: u64,
    ) -> Result<(), Broken> {
        if receipts.len() != appends.len() {
            return Err(format!("{} receipts for {} together", receipts.len(), appends.len()));
        }
        let new = receipts.iter().filter(|receipt| !receipt.repeated()).count();
        if new != 0 && new != appends.len() {
            return Err(format!("{new} of {} together are called new", appends.len()));
        }
        for (append, receipt) in appends.iter().zip(receipts) {
            self.counts.one("acknowledged", if receipt.repeated() { "again" } else { "new" });
            self.judge.receipt(append, receipt, seen)?;
            if !receipt.repeated() {
                self.writers[writer].done.push(append.clone());
            }
        }
        Ok(())
    }

    fn denied_together(&mut self, appends: Vec<Append>, error: &AppendError) -> Result<(), Broken> {
        self.counts.one("refused", expect::name(error));
        match error {
            AppendError::Unknown(_) => self.not_known(appends),
            AppendError::DiskFull { .. }
            | AppendError::Contended { .. }
            | AppendError::Stopped(_)
            | AppendError::Unreadable(_) => self.together.push(appends),
            // Not asked again; that nothing of it is recorded later is the judge's affair.
            AppendError::RequestReused { .. }
            | AppendError::Stale { .. }
            | AppendError::TooLarge { .. }
            | AppendError::Malformed(_) => {}
            AppendError::Vault(_) | AppendError::Randomness(_) | AppendError::Outdated { .. } => {
                return Err(format!("together: {error}"));
            }
        }
        Ok(())
    }

    fn not_known(&mut self, appends: Vec<Append>) {
        for append in &appends {
            self.judge.leaves_open(&append.request);
        }
        self.together.push(appends);
    }
}

fn brief(answer: &Result<Vec<Receipt>, NotTogether>) -> String {
    match answer {
        Ok(receipts) => match receipts.first() {
            Some(first) => format!("recorded from {}, again: {}", first.first(), first.repeated()),
            None => "nothing to record".to_owned(),
        },
        Err(NotTogether::One { index, error }) => format!("number {index}: {}", expect::name(error)),
        Err(NotTogether::Partly { recorded, .. }) => format!("{recorded} are recorded already"),
        Err(NotTogether::All(error)) => expect::name(error).to_owned(),
    }
}
