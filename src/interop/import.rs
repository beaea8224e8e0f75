//! `import`: a case-action log of another program becomes history of this ledger.
//!
//! In: a CSV file (gzip is read as it is) and a mapping that its users wrote. Out: one append a row. Knows no source:
//! every header, activity and word of one stands in the mapping. All rows of all files are read first and planned in the
//! order of what they say, so that the order of rows and files has no part in the result; the ledger's request ids say
//! what is there already, so that an import may be broken off and repeated at any time.
//! Start at [`take_in`].

use std::collections::BTreeMap;
use std::io::{self, BufRead};
use std::path::Path;

use serde::Serialize;
use thads_cases::event::Body;
use thads_cases::ids::Position;
use thads_cases::refusal::Code;
use thads_cases::text::normal;
use thads_proof::record::RequestId;
use thads_service::words::is_readable;

use self::gather::{GatherError, Gathered, Input, Kept, gather};
use self::identity::{FileId, Identity};
use self::mapping::{Columns, Mapping};
use self::planner::{Order, Planner};
use self::reject::{Problem, Reject, Taken};
use self::rows::Row;
use self::target::{ImportedEvent, RowAppend, Target};

pub mod agree;
pub mod amount;
mod anew;
pub mod day;
pub mod earlier;
pub mod file;
mod fold;
pub mod gather;
pub mod identity;
pub mod mapping;
pub mod memory;
mod organisation;
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
    /// Rows of the files, without headers and blank lines.
    pub rows: u64,
    /// Files with a header and no row, by their names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without_rows: Vec<String>,
    /// Rows that were recorded, or would be.
    pub recorded: u64,
    /// Rows that stood in the ledger before.
    pub already_there: u64,
    /// Rows that were not taken.
    pub rejected: u64,
    /// Those of the rejected whose case has not come.
    pub case_not_yet: u64,
    /// Those of the rejected that change what another case took over.
    pub taken_over: u64,
    /// Those of the rejected that say the same as a row that was taken.
    pub doubtful: u64,
    /// Recorded rows that say the same as another, and were counted again as was asked.
    pub counted_again: u64,
    /// Recorded rows that go before rows of their cases which were recorded already: what followed from those (a completion,
    /// a sum paid over) was derived anew.
    pub derived_anew: u64,
    /// Recorded rows that go before such rows, where what followed from those stands as it was recorded: somebody has acted
    /// on the case, or its rows are not all there or say something else by this mapping.
    pub came_late: u64,
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
    /// Whether more than half of the rows were rejected.
    pub const fn mostly_rejected(&self) -> bool {
        self.rejected > self.rows / 2
    }

    /// How many rows were dealt with.
    pub const fn done(&self) -> u64 {
        self.recorded.saturating_add(self.already_there).saturating_add(self.rejected)
    }

    /// The closing line in English.
    pub fn en(&self) -> String {
        let (rows, already, rejected, flagged) = (self.rows, self.already_there, self.rejected, self.flagged);
        let recorded = if self.dry_run { "would be recorded" } else { "recorded" };
        format!(
            "{rows} rows read: {} {recorded} ({} events, {} new cases), {already} there already, {rejected} rejected{}; {flagged} flagged",
            self.recorded,
            self.events,
            self.cases,
            of_these([
                (self.doubtful, "doubtful"),
                (self.case_not_yet, "case not yet taken in"),
                (self.taken_over, "taken over by another case")
            ])
        )
    }

    /// The closing line in Vietnamese.
    pub fn vi(&self) -> String {
        let (rows, already, rejected, flagged) = (self.rows, self.already_there, self.rejected, self.flagged);
        let recorded = if self.dry_run { "sẽ được ghi" } else { "đã ghi" };
        format!(
            "đọc {rows} dòng: {} {recorded} ({} sự kiện, {} việc mới), {already} đã có trong sổ, {rejected} bị từ chối{}; {flagged} có cảnh báo",
            self.recorded,
            self.events,
            self.cases,
            of_these([
                (self.doubtful, "chưa rõ có trùng không"),
                (self.case_not_yet, "việc chưa thụ lý"),
                (self.taken_over, "việc khác đã nhận")
            ])
        )
    }
}

fn of_these(counts: [(u64, &str); 3]) -> String {
    let some: Vec<String> = counts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    if some.is_empty() { String::new() } else { format!(" ({})", some.join(", ")) }
}

/// Why an import stopped. What was recorded before stands, and the same import again adds the rest.
#[derive(Debug, thiserror::Error)]
pub enum ImportError<E: std::error::Error + 'static> {
    /// The files; nothing was recorded.
    #[error(transparent)]
    Gather(#[from] GatherError),
    /// The ledger.
    #[error("the ledger took no more: {0}")]
    Target(#[source] E),
    /// The file of rejects holds rows that are not of this import; nothing was recorded.
    #[error("it holds {0} rejects of another import, or corrected by hand, which would be lost")]
    LostRejects(usize),
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

    /// All rows are read, and none is recorded yet. Returns how many rows of the file of rejects would be lost.
    fn gathered(&mut self, _: &Gathered) -> usize {
        0
    }

    /// Some rows more were dealt with.
    fn went_on(&mut self, so_far: &Summary);
}

/// How rows are taken in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Manner {
    /// Plan, and record nothing.
    pub dry_run: bool,
    /// Count a row that says the same as another that was taken as another act.
    pub count_doubtful: bool,
}

/// Imports the rows of some files, together, into a target.
///
/// # Errors
/// The files', the target's or the watcher's. Where a file cannot be read nothing was recorded; else rows before stand,
/// and the same import again adds the rest.
pub fn take_in<R: BufRead, T: Target>(
    inputs: Vec<Input<R>>,
    mapping: &Mapping,
    target: &mut T,
    manner: Manner,
    watch: &mut impl Watch,
) -> Result<Summary, ImportError<T::Error>> {
    let mut summary = Summary { dry_run: manner.dry_run, ..Summary::default() };
    let all = gather(inputs, mapping, target.today(), |reject, read| {
        summary.rows = read;
        summary.rejected = summary.rejected.saturating_add(1);
        watch.rejected(&reject)
    })?;
    summary.rows = all.read;
    summary.without_rows.clone_from(&all.without_rows);
    match watch.gathered(&all) {
        0 => {}
        lost => return Err(ImportError::LostRejects(lost)),
    }
    let noted: Result<Vec<_>, _> = all.files.iter().map(|file| target.place(&file.request())).collect();
    let noted = noted.map_err(ImportError::Target)?;
    let mut planner = Planner::new(mapping, target).map_err(ImportError::Target)?;
    let first = planner.begin_import(notes(&all, &noted));
    let mut taking = Taking { all: &all, mapping, manner, planner, first, batch: Vec::new(), summary };
    let rejects = taking.take(target, watch)?;
    let summary = taking.summary;
    for (row, problem) in rejects {
        let raw = row.raw();
        let reject = match problem {
            Refused::Row(reject) => reject,
            Refused::Doubtful(taken) => {
                Reject::new(row.line, None, &raw.cells.join(" | "), Problem::Doubtful(taken))
            }
        };
        let file = all.names.get(row.file).cloned().unwrap_or_default();
        watch.rejected(&Reject { file, ..reject.with(raw.cells) }).map_err(ImportError::Rejects)?;
    }
    Ok(summary)
}

/// A note of each file that was not noted before, under the request id by which its import is known again.
fn notes(all: &Gathered, noted: &[Option<Position>]) -> Vec<(RequestId, String)> {
    let mut notes: BTreeMap<RequestId, String> = BTreeMap::new();
    for ((file, name), noted) in all.files.iter().zip(&all.names).zip(noted) {
        // Its own name: the folders that it lay in are nobody's business.
        let name = Path::new(name).file_name().map_or(String::new(), |name| normal(&name.to_string_lossy()));
        let name = if is_readable(&name) { name.as_str() } else { "?" };
        if noted.is_none() {
            notes.insert(file.request(), format!("import: {name}, BLAKE3 {}", file.hex()));
        }
    }
    notes.into_iter().collect()
}

/// Rows that are being taken in.
struct Taking<'a, 'm> {
    all: &'a Gathered,
    mapping: &'m Mapping,
    manner: Manner,
    planner: Planner<'m>,
    /// What goes before the first row that is taken.
    first: Vec<RowAppend>,
    batch: Vec<RowAppend>,
    summary: Summary,
}

/// Why a row that can be read is not taken.
enum Refused {
    Row(Reject),
    Doubtful(Taken),
}

/// Rows that say the same.
struct Equals {
    identity: Identity,
    /// The row that was taken of them, and what its file is known by.
    taken: Option<(Taken, String)>,
    /// That the file at hand is that one, read again: its first such row is that row.
    own: bool,
    /// How many there were of the file at hand.
    file: usize,
    of_file: u64,
    /// Under which ids others of them were counted again by now.
    again: Vec<RequestId>,
}

impl<'a> Taking<'a, '_> {
    /// Takes the rows one after the other, and returns those that were refused, in the order of the files.
    fn take<T: Target>(
        &mut self,
        target: &mut T,
        watch: &mut impl Watch,
    ) -> Result<Vec<(&'a Kept, Refused)>, ImportError<T::Error>> {
        let mut refused = Vec::new();
        let mut equals: Option<Equals> = None;
        let mut before: Option<&Kept> = None;
        for row in &self.all.rows {
            let forgets = self.manner.dry_run || self.batch.is_empty();
            if before.is_some_and(|before| !before.same_case(row)) && forgets {
                self.planner.done_with_case();
            }
            before = Some(row);
            let mut known = match equals.take().filter(|known| known.identity == row.identity()) {
                Some(known) if known.file == row.file => {
                    Equals { of_file: known.of_file.saturating_add(1), ..known }
                }
                Some(known) => {
                    let own = known.taken.as_ref().is_some_and(|(_, file)| self.is_of(row, file));
                    Equals { own, file: row.file, of_file: 0, ..known }
                }
                None => self.equals(row, target).map_err(ImportError::Target)?,
            };
            match self.take_row(row, &mut known, target).map_err(ImportError::Target)? {
                Ok(()) => {}
                Err(why) => {
                    self.summary.rejected = self.summary.rejected.saturating_add(1);
                    let count = match &why {
                        Refused::Doubtful(_) => Some(&mut self.summary.doubtful),
                        Refused::Row(reject) => match reject.problem {
                            Problem::CaseNotYet => Some(&mut self.summary.case_not_yet),
                            Problem::TakenOver { .. } | Problem::TakenBefore { .. } => {
                                Some(&mut self.summary.taken_over)
                            }
                            _ => None,
                        },
                    };
                    if let Some(count) = count {
                        *count = count.saturating_add(1);
                    }
                    refused.push((row, why));
                }
            }
            equals = Some(known);
            if self.batch.len() >= BATCH_ROWS {
                self.hand_over(target)?;
            }
            watch.went_on(&self.summary);
        }
        self.hand_over(target)?;
        refused.sort_by_key(|(row, _)| (row.file, row.line));
        Ok(refused)
    }

    /// The first of rows that say the same: whether the ledger has one.
    fn equals<T: Target>(&mut self, row: &Kept, target: &T) -> Result<Equals, T::Error> {
        let place = target.place(&row.identity().request())?;
        let taken = place.map(|place| {
            let case = row.raw().cells.into_iter().nth(Columns::CASE).unwrap_or_default();
            let file = self.planner.file_of(&normal(&case), place, target);
            (Taken::Before(place.0), file.unwrap_or_default())
        });
        let own = taken.as_ref().is_some_and(|(_, file)| self.is_of(row, file));
        Ok(Equals { identity: row.identity(), taken, own, file: row.file, of_file: 0, again: Vec::new() })
    }

    /// Whether a row is of a file, or of one that says the same.
    fn is_of(&self, row: &Kept, file: &str) -> bool {
        self.file(row).short() == file
    }

    fn file(&self, row: &Kept) -> FileId {
        self.all.files.get(row.file).copied().unwrap_or_else(|| FileId::of(Vec::new()))
    }

    fn take_row<T: Target>(
        &mut self,
        row: &Kept,
        known: &mut Equals,
        target: &T,
    ) -> Result<Result<(), Refused>, T::Error> {
        let file = self.file(row);
        if let Some((taken, _)) = &known.taken {
            let again = row.identity().again(&file, known.of_file);
            let counted = known.again.contains(&again) || target.place(&again)?.is_some();
            if std::mem::take(&mut known.own) || counted {
                self.summary.already_there = self.summary.already_there.saturating_add(1);
                return Ok(Ok(()));
            }
            if !self.manner.count_doubtful {
                return Ok(Err(Refused::Doubtful(taken.clone())));
            }
            let planned = self.plan(row, again, &file, target)?;
            if planned.is_ok() {
                known.again.push(again);
                self.summary.counted_again = self.summary.counted_again.saturating_add(1);
            }
            return Ok(planned);
        }
        let planned = self.plan(row, row.identity().request(), &file, target)?;
        if planned.is_ok() {
            let name = self.all.names.get(row.file).cloned().unwrap_or_default();
            known.taken = Some((Taken::Now { file: name, line: row.line }, file.short()));
        }
        Ok(planned)
    }

    fn plan<T: Target>(
        &mut self,
        row: &Kept,
        request: RequestId,
        file: &FileId,
        target: &T,
    ) -> Result<Result<(), Refused>, T::Error> {
        let planned = match Row::check(&row.raw(), self.mapping, target.today()) {
            Ok(read) => self.planner.plan(&read, request, file, target)?,
            Err(reject) => Err(reject),
        };
        Ok(planned.map_err(Refused::Row).map(|planned| {
            self.summary.add(&planned);
            self.batch.push(planned.append);
        }))
    }

    fn hand_over<T: Target>(&mut self, target: &mut T) -> Result<(), ImportError<T::Error>> {
        if !self.manner.dry_run && !self.batch.is_empty() {
            // One by one: a stream of the organisation takes one append a batch.
            for append in self.first.drain(..) {
                target.submit(&[append]).map_err(ImportError::Target)?;
            }
            target.submit(&self.batch).map_err(ImportError::Target)?;
            self.planner.handed_over(target);
        }
        self.batch.clear();
        Ok(())
    }
}

impl Summary {
    fn add(&mut self, planned: &planner::Planned) {
        self.recorded = self.recorded.saturating_add(1);
        self.flagged = self.flagged.saturating_add(u64::from(!planned.flags.is_empty()));
        for flag in &planned.flags {
            let count = self.flags.entry(flag.code).or_insert(0);
            *count = count.saturating_add(1);
        }
        match planned.order {
            Order::Last => {}
            Order::Anew => self.derived_anew = self.derived_anew.saturating_add(1),
            Order::Late => self.came_late = self.came_late.saturating_add(1),
        }
        self.cases = self.cases.saturating_add(u64::from(planned.new_case));
        // The row that is kept beside them is no event of the source.
        let became = |imported: &&ImportedEvent| !matches!(imported.event.body, Body::RowImported(_));
        let events = planned.append.streams.iter().flat_map(|stream| &stream.events).filter(became).count();
        self.events = self.events.saturating_add(u64::try_from(events).unwrap_or(u64::MAX));
    }
}
