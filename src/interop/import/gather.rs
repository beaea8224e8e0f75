//! All rows of all files of an import, put in the order in which they are planned: that of what they say.
//!
//! By case, in the order of their intake; within a case the intake first, then by day, by the order in which the mapping
//! declares the activities, and by identity. So neither the order of the rows nor of the files has a part in the result.
//! Memory: all rows at once, about 200 bytes each.

use std::collections::HashMap;
use std::io::{self, BufRead};

use thads_cases::date::Date;

use super::identity::{FileId, Identity};
use super::mapping::{Mapping, Place};
use super::reject::Reject;
use super::rows::{RawRow, ReadError, Row, Rows};

/// The most that the rows of an import may take in memory.
const HELD_BYTES_MAX: usize = 4 << 30;
/// The most rows of an import that cannot be read.
const UNREADABLE_MAX: u64 = 10_000_000;

/// A file of an import.
#[derive(Debug)]
pub struct Input<R> {
    /// How it is called where its rows are named.
    pub name: String,
    /// Its bytes, unpacked.
    pub bytes: R,
}

/// A row that can be read.
#[derive(Debug)]
pub struct Kept {
    /// The place of its file.
    pub file: usize,
    /// The line on which it begins.
    pub line: u64,
    /// Where it goes among the rows of its case.
    place: Place,
    case: usize,
    /// The texts of its mapped columns, one after the other, and where each ends.
    text: Box<str>,
    ends: Box<[u32]>,
}

impl Kept {
    /// The row as it was read.
    pub fn raw(&self) -> RawRow {
        let mut start = 0;
        let cells = self.ends.iter().map(|end| {
            let end = usize::try_from(*end).unwrap_or(usize::MAX);
            let cell = self.text.get(start..end).unwrap_or_default().to_owned();
            start = end;
            cell
        });
        RawRow { line: self.line, cells: cells.collect() }
    }

    /// What it says.
    pub const fn identity(&self) -> Identity {
        self.place.identity
    }

    /// Whether it is of the same case.
    pub const fn same_case(&self, other: &Kept) -> bool {
        self.case == other.case
    }
}

/// Why the rows cannot be gathered; nothing was recorded.
#[derive(Debug, thiserror::Error)]
pub enum GatherError {
    /// A file.
    #[error("{name}: {error}")]
    Read {
        /// Which.
        name: String,
        /// Why.
        error: ReadError,
    },
    /// Too much at once.
    #[error(
        "the rows take more than {} bytes of memory; split them by case and import one part after the other",
        HELD_BYTES_MAX
    )]
    TooMuch,
    /// A file of another kind.
    #[error("more than {} rows cannot be read; is it the right file for this mapping?", UNREADABLE_MAX)]
    Unreadable,
    /// A row that cannot be read cannot be noted down.
    #[error("the rejects cannot be written: {0}")]
    Rejects(io::Error),
}

/// All rows that can be read, in order, and what is known of their files.
#[derive(Debug)]
pub struct Gathered {
    /// The names of the files.
    pub names: Vec<String>,
    /// Those of them that hold a header and no row.
    pub without_rows: Vec<String>,
    /// What the files say.
    pub files: Vec<FileId>,
    /// How many rows were read, those that cannot be taken included.
    pub read: u64,
    /// How many of them cannot be read.
    pub unreadable: u64,
    /// The others.
    pub rows: Vec<Kept>,
}

/// Reads all files to their ends. `today` is the last day that a row may have; `rejected` is told each row that cannot be
/// read, in the order of the files.
///
/// # Errors
/// A file that cannot be read to its end, or is none of this mapping; or more than memory should hold.
pub fn gather<R: BufRead>(
    inputs: Vec<Input<R>>,
    mapping: &Mapping,
    today: Date,
    mut rejected: impl FnMut(Reject, u64) -> io::Result<()>,
) -> Result<Gathered, GatherError> {
    let mut all = Gathered {
        names: Vec::new(),
        without_rows: Vec::new(),
        files: Vec::new(),
        read: 0,
        unreadable: 0,
        rows: Vec::new(),
    };
    let mut cases: HashMap<String, usize> = HashMap::new();
    let mut held = 0_usize;
    for (file, input) in inputs.into_iter().enumerate() {
        let name = input.name;
        let mut identities = Vec::new();
        let before = all.read;
        let refuse = |error| GatherError::Read { name: name.clone(), error };
        let mut rows = Rows::open(input.bytes, mapping).map_err(refuse)?;
        while let Some(row) = rows.read().map_err(refuse)? {
            all.read = all.read.saturating_add(1);
            let read = row.and_then(|raw| match Row::check(&raw, mapping, today) {
                Ok(row) => Ok((raw, row)),
                Err(reject) => Err(reject.with(raw.cells)),
            });
            let (raw, row) = match read {
                Ok(read) => read,
                Err(reject) => {
                    all.unreadable = all.unreadable.saturating_add(1);
                    if all.unreadable > UNREADABLE_MAX {
                        return Err(GatherError::Unreadable);
                    }
                    let reject = Reject { file: name.clone(), ..reject };
                    rejected(reject, all.read).map_err(GatherError::Rejects)?;
                    continue;
                }
            };
            let next = cases.len();
            let case = match cases.get(row.case()) {
                Some(case) => *case,
                None => *cases.entry(row.case().to_owned()).or_insert(next),
            };
            let place = mapping.place(&row);
            identities.push(place.identity);
            let kept = Kept {
                file,
                line: row.line,
                place,
                case,
                ends: ends(&raw.cells),
                text: raw.cells.concat().into_boxed_str(),
            };
            held =
                held.saturating_add(size_of::<Kept>() + kept.text.len() + kept.ends.len() * size_of::<u32>());
            if held > HELD_BYTES_MAX {
                return Err(GatherError::TooMuch);
            }
            all.rows.push(kept);
        }
        if all.read == before {
            all.without_rows.push(name.clone());
        }
        all.names.push(name);
        all.files.push(FileId::of(identities));
    }
    all.sort(cases);
    Ok(all)
}

fn ends(cells: &[String]) -> Box<[u32]> {
    let mut end = 0_usize;
    let ends = cells.iter().map(|cell| {
        end += cell.len();
        u32::try_from(end).unwrap_or(u32::MAX)
    });
    ends.collect()
}

impl Gathered {
    fn sort(&mut self, cases: HashMap<String, usize>) {
        // Cases by the day of their intake, or of their first row where it is not here, then by their id in the source.
        let mut begin = vec![(true, Date::MAX); cases.len()];
        for row in &self.rows {
            if let Some(first) = begin.get_mut(row.case) {
                *first = (*first).min((row.place.behind_intake, row.place.day));
            }
        }
        let mut order: Vec<(bool, Date, String, usize)> = cases
            .into_iter()
            .filter_map(|(id, case)| begin.get(case).map(|(behind, day)| (*behind, *day, id, case)))
            .collect();
        order.sort_unstable();
        let mut place = vec![0; order.len()];
        for (at, (_, _, _, case)) in order.into_iter().enumerate() {
            if let Some(place) = place.get_mut(case) {
                *place = at;
            }
        }
        for row in &mut self.rows {
            row.case = place.get(row.case).copied().unwrap_or_default();
        }
        let files = &self.files;
        self.rows.sort_unstable_by_key(|row| (row.case, row.place, files.get(row.file), row.file, row.line));
    }
}
