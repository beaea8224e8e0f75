//! The rejects of an earlier import that lie where those of this one shall: they may have been corrected by hand.

use std::collections::HashSet;
use std::io;
use std::path::Path;

use thads_proof::hash;

use super::gather::Gathered;
use super::mapping::Mapping;
use super::reject::Reject;
use super::reject_file::{bare, header_for};

const CONTEXT: &str = "thads 2026 import rejects that lie there v1";

/// Rows of a file of rejects that are not met again among the rows of this import. About 50 bytes each.
#[derive(Debug, Default)]
pub struct Earlier {
    rows: HashSet<[u8; 32]>,
}

impl Earlier {
    /// Reads what lies at a path; nothing where nothing does. A row of another mapping is met by none.
    ///
    /// # Errors
    /// Where it cannot be read as CSV.
    pub fn read(path: &Path, mapping: &Mapping) -> io::Result<Earlier> {
        let mut earlier = Earlier::default();
        if !path.exists() {
            return Ok(earlier);
        }
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(mapping.dialect.delimiter)
            .from_path(path);
        let header = header_for(mapping);
        let mut ours = true;
        for (at, row) in reader?.byte_records().enumerate() {
            let cells: Vec<String> =
                row?.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
            if at == 0 {
                ours = cells == header;
                continue;
            }
            let mut cells: Vec<String> = cells.into_iter().map(bare).collect();
            let own =
                cells.split_off(cells.len().min(header.len().saturating_sub(mapping.columns.all().len())));
            let key = match (cells.first(), cells.get(2)) {
                _ if !ours => of(&[&at.to_string(), path.to_string_lossy().as_ref()]),
                (Some(line), Some(value)) if own.iter().all(String::is_empty) => of(&[line, value]),
                _ => of(&own.iter().map(String::as_str).collect::<Vec<_>>()),
            };
            earlier.rows.insert(key);
        }
        Ok(earlier)
    }

    /// A row of this import that cannot be read.
    pub fn met_reject(&mut self, reject: &Reject) {
        if self.rows.is_empty() {
            return;
        }
        let key = if reject.cells.iter().all(String::is_empty) {
            of(&[&reject.line.to_string(), &reject.value])
        } else {
            of(&reject.cells.iter().map(String::as_str).collect::<Vec<_>>())
        };
        self.rows.remove(&key);
    }

    /// The rows of this import that can be read. Returns how many rows are met by none: writing there would lose them.
    pub fn met_all(&mut self, all: &Gathered) -> usize {
        for row in &all.rows {
            if self.rows.is_empty() {
                break;
            }
            self.rows.remove(&of(&row.raw().cells.iter().map(String::as_str).collect::<Vec<_>>()));
        }
        self.rows.len()
    }
}

fn of(texts: &[&str]) -> [u8; 32] {
    let mut bytes = Vec::new();
    for text in texts {
        bytes.extend_from_slice(&u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        bytes.extend_from_slice(text.as_bytes());
    }
    hash::derive(CONTEXT, &bytes)
}
