//! The read model beside the log: folded behind it, kept in snapshots, and compared with a fold from nothing.

use thads_cases::rules::Rules;
use thads_ledger::cache::{self, Fold, Statement};
use thads_ledger::journal::Head;
use thads_projections::period::PeriodName;
use thads_projections::read_model::ReadModel;
use thads_projections::report::report;
use thads_projections::scope::Scope;
use thads_projections::snapshot;
use thads_proof::record::LedgerId;
use thads_proof::tree::Root;

use super::asks;
use super::judge::{Broken, Judge};
use super::rng::{Counts, SimRng};
use super::world::log_key;

/// The read model of a process, and a snapshot that outlives it.
#[derive(Default)]
pub(crate) struct Folds {
    model: ReadModel,
    /// With the number of records that it stands for.
    kept: Option<(Vec<u8>, u64)>,
}

fn fold(model: &mut ReadModel, judge: &Judge, to: u64) -> Result<(), Broken> {
    let range = usize::try_from(model.position().0).unwrap()..usize::try_from(to).unwrap();
    for logged in &judge.log()[range] {
        let record = std::slice::from_ref(&logged.record);
        let folded = model.fold_shown(record, |_, record, _| !asks::is_opaque(record.kind));
        folded.map_err(|error| format!("the books: {error}"))?;
    }
    Ok(())
}

/// The read model that a cache holds, if it is one that was signed.
fn opened(bytes: &[u8]) -> Result<ReadModel, Broken> {
    let (_, content) = cache::open(bytes, log_key().vkey()).map_err(|why| format!("a snapshot: {why:?}"))?;
    snapshot::load(content).map_err(|error| format!("a snapshot: {error}"))
}

fn refolded(judge: &Judge, to: u64) -> Result<ReadModel, Broken> {
    let mut model = ReadModel::new();
    fold(&mut model, judge, to)?;
    Ok(model)
}

impl Folds {
    /// Returns the read model.
    pub(crate) fn model(&self) -> &ReadModel {
        &self.model
    }

    /// Folds what the ledger has beyond the read model.
    pub(crate) fn catch_up(&mut self, judge: &Judge, size: u64) -> Result<(), Broken> {
        fold(&mut self.model, judge, size)
    }

    /// The read model is that of a fold from nothing, and what it says as known at an earlier position is what the one of
    /// that position say.
    pub(crate) fn check(&self, rng: &mut SimRng, counts: &mut Counts, judge: &Judge) -> Result<(), Broken> {
        let here = self.model.position().0;
        if self.model != refolded(judge, here)? {
            return Err(format!("the books at {here} are not those of a fold from nothing"));
        }
        counts.one("checked", "books");
        let known = thads_cases::ids::Position(rng.below(here + 1));
        let then = refolded(judge, known.0)?;
        if self.model.reference_data_at(known).organisation != then.reference_data().organisation {
            return Err(format!("the organisation as known at {known} is another than it was then"));
        }
        let name: PeriodName = rng.pick(&["2018-10-01..2019-09-30", "2016", "2021-H1"]).parse().unwrap();
        let period = name.by(&Rules::built_in()).unwrap();
        let (now, then) = (
            report(&self.model, &period, Scope::Ledger, known),
            report(&then, &period, Scope::Ledger, known),
        );
        if now != then {
            return Err(format!("the report of {period} as known at {known} is another than it was then"));
        }
        counts.one("checked", "reports as known");
        Ok(())
    }

    /// Keeps a snapshot of the read model.
    pub(crate) fn keep(&mut self, counts: &mut Counts, judge: &Judge) -> Result<(), Broken> {
        let position = self.model.position().0;
        let Some(last) = position.checked_sub(1) else { return Ok(()) };
        let leaf = judge.log()[usize::try_from(last).unwrap()].leaf;
        let log_end = Head { size: position, leaf, root: Root::empty() };
        let content = snapshot::save(&self.model).map_err(|error| error.to_string())?;
        let statement = Statement { ledger: LedgerId([0; 16]), fold: Fold::new("simulated"), head: log_end };
        self.kept = Some((cache::seal(&statement, &content, &log_key()), position));
        counts.one("snapshots", "of the books kept");
        Ok(())
    }

    /// A new process begins with the snapshot, if there is one, or with nothing.
    pub(crate) fn restart(
        &mut self,
        rng: &mut SimRng,
        counts: &mut Counts,
        judge: &Judge,
    ) -> Result<(), Broken> {
        self.model = ReadModel::new();
        let Some((bytes, position)) = self.kept.as_ref().filter(|_| rng.one_in(2)) else { return Ok(()) };
        if rng.one_in(4) {
            let mut damaged = bytes.clone();
            let at = rng.index(damaged.len());
            damaged[at] ^= 1 << rng.below(8);
            if opened(&damaged).is_ok() {
                return Err("a damaged snapshot of the books is believed".into());
            }
            counts.one("snapshots", "of the books refused");
            return Ok(());
        }
        self.model = opened(bytes)?;
        if self.model != refolded(judge, *position)? {
            return Err(format!("the snapshot of the books at {position} is not what it was made of"));
        }
        counts.one("snapshots", "of the books taken up");
        Ok(())
    }

    /// At the end: all is folded, and looked at once more.
    pub(crate) fn settle(
        &mut self,
        rng: &mut SimRng,
        counts: &mut Counts,
        judge: &Judge,
        size: u64,
    ) -> Result<(), Broken> {
        self.catch_up(judge, size)?;
        self.check(rng, counts, judge)?;
        self.keep(counts, judge)?;
        let Some((bytes, _)) = &self.kept else { return Ok(()) };
        if opened(bytes)? == self.model { Ok(()) } else { Err("the last snapshot is not the books".into()) }
    }
}
