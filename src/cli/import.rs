//! `import`: a case-action log of another program becomes history of this ledger.
//!
//! In: a CSV file (gzip is read as it is) and a mapping that its users wrote. Out: one append a row. Knows no source:
//! every header, activity and word of one stands in the mapping. Reading starts nowhere but at the file's first row
//! and the ledger's request ids say what is there already, so an import may be broken off and repeated at any time.
//! Start at [`take_in`].

use std::collections::BTreeMap;
use std::io::{self, BufRead};

use serde::Serialize;
use thads_cases::refusal::Code;

use self::identity::Identities;
use self::mapping::Mapping;
use self::planner::Planner;
use self::reject::Reject;
use self::rows::{ReadError, Rows};
use self::target::{RowAppend, Target};

pub mod amount;
pub mod day;
pub mod file;
pub mod files;
pub mod identity;
pub mod mapping;
pub mod memory;
pub mod planner;
pub mod reject;
pub mod reject_file;
pub mod rows;
pub mod target;
pub mod template;
#[cfg(test)]
mod tests;

/// How many rows are handed over at once.
const BATCH_ROWS: usize = 512;

/// What came of an import.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Summary {
    /// Nothing was recorded, on purpose.
    pub dry_run: bool,
    /// Rows of the file, without the header and blank lines.
    pub rows: u64,
    /// Rows that were recorded, or would be.
    pub recorded: u64,
    /// Rows that stood in the ledger before.
    pub already_there: u64,
    /// Rows that cannot be taken.
    pub rejected: u64,
    /// Recorded rows that break a rule of live entry.
    pub flagged: u64,
    /// Events of the recorded rows.
    pub events: u64,
    /// Cases that were taken in.
    pub cases: u64,
    /// How often each sort of rule was broken.
    pub flags: BTreeMap<Code, u64>,
}

impl Summary {
    /// The closing line in English.
    pub fn en(&self) -> String {
        let (rows, already, rejected, flagged) = (self.rows, self.already_there, self.rejected, self.flagged);
        let recorded = if self.dry_run { "would be recorded" } else { "recorded" };
        format!(
            "{rows} rows read: {} {recorded} ({} events, {} new cases), {already} there already, {rejected} rejected; {flagged} flagged",
            self.recorded, self.events, self.cases
        )
    }

    /// The closing line in Vietnamese.
    pub fn vi(&self) -> String {
        let (rows, already, rejected, flagged) = (self.rows, self.already_there, self.rejected, self.flagged);
        let recorded = if self.dry_run { "sẽ được ghi" } else { "đã ghi" };
        format!(
            "đọc {rows} dòng: {} {recorded} ({} sự kiện, {} việc mới), {already} đã có trong sổ, {rejected} bị từ chối; {flagged} có cảnh báo",
            self.recorded, self.events, self.cases
        )
    }
}

/// Why an import stopped. What was recorded before stands, and the same import again adds the rest.
#[derive(Debug, thiserror::Error)]
pub enum ImportError<E: std::error::Error + 'static> {
    /// The file.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// The ledger.
    #[error("the ledger took no more: {0}")]
    Target(#[source] E),
    /// The file of rejects.
    #[error("the rejects cannot be written: {0}")]
    Rejects(#[source] io::Error),
}

/// Who is told how an import goes.
pub trait Watch {
    /// A row cannot be taken.
    ///
    /// # Errors
    /// Where it cannot be noted down: the import stops.
    fn rejected(&mut self, reject: &Reject) -> io::Result<()>;

    /// Some rows more were dealt with.
    fn went_on(&mut self, so_far: &Summary);
}

/// Imports a file's rows into a target; with `dry_run` only plans them.
///
/// # Errors
/// The file's, the target's or the watcher's. Rows before stand; the same import again adds the rest.
pub fn take_in<T: Target>(
    input: impl BufRead,
    mapping: &Mapping,
    target: &mut T,
    dry_run: bool,
    watch: &mut impl Watch,
) -> Result<Summary, ImportError<T::Error>> {
    let mut rows = Rows::open(input, mapping, target.today())?;
    let mut planner = Planner::new(mapping, target).map_err(ImportError::Target)?;
    let mut identities = Identities::new(mapping.office.code.as_str());
    let mut summary = Summary { dry_run, ..Summary::default() };
    let mut batch = planner.open_offices();
    loop {
        let row = match rows.read() {
            Ok(row) => row,
            Err(error) => {
                hand_over(&mut batch, &mut planner, target, dry_run)?;
                return Err(error.into());
            }
        };
        let Some(row) = row else { break };
        summary.rows = summary.rows.saturating_add(1);
        let planned = match row {
            Ok(row) => {
                let request = identities.next(row.texts());
                if target.known(&request).map_err(ImportError::Target)? {
                    summary.already_there = summary.already_there.saturating_add(1);
                    watch.went_on(&summary);
                    continue;
                }
                planner.plan(&row, request, target)
            }
            Err(reject) => Err(reject),
        };
        match planned {
            Ok(planned) => {
                summary.add(&planned);
                batch.push(planned.append);
            }
            Err(reject) => {
                summary.rejected = summary.rejected.saturating_add(1);
                watch.rejected(&reject).map_err(ImportError::Rejects)?;
            }
        }
        if batch.len() >= BATCH_ROWS {
            hand_over(&mut batch, &mut planner, target, dry_run)?;
        }
        watch.went_on(&summary);
    }
    hand_over(&mut batch, &mut planner, target, dry_run)?;
    Ok(summary)
}

fn hand_over<T: Target>(
    batch: &mut Vec<RowAppend>,
    planner: &mut Planner<'_>,
    target: &mut T,
    dry_run: bool,
) -> Result<(), ImportError<T::Error>> {
    if !dry_run && !batch.is_empty() {
        target.submit(batch).map_err(ImportError::Target)?;
        planner.handed_over(target);
    }
    batch.clear();
    Ok(())
}

impl Summary {
    fn add(&mut self, planned: &planner::Planned) {
        self.recorded = self.recorded.saturating_add(1);
        self.flagged = self.flagged.saturating_add(u64::from(!planned.flags.is_empty()));
        for flag in &planned.flags {
            let count = self.flags.entry(flag.code).or_insert(0);
            *count = count.saturating_add(1);
        }
        self.cases = self.cases.saturating_add(u64::from(planned.new_case));
        let events: usize = planned.append.streams.iter().map(|stream| stream.events.len()).sum();
        self.events = self.events.saturating_add(u64::try_from(events).unwrap_or(u64::MAX));
    }
}
