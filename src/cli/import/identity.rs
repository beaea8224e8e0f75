//! The identity of a row: what it says, and the how-manieth such row of the file it is.
//!
//! Never its line number: a file that was sorted anew, cut in two or read again holds the same rows. Two equal
//! payments in one file are two payments, the first and the second such row.

use std::collections::HashMap;

use thads_proof::hash;
use thads_proof::record::RequestId;

const ROW_CONTEXT: &str = "thads 2026 import row v1";
const OFFICE_CONTEXT: &str = "thads 2026 import office v1";

/// Gives rows their request ids, in the order of the file.
#[derive(Debug, Default)]
pub struct Identities {
    office: String,
    met: HashMap<[u8; 32], u64>,
}

impl Identities {
    /// For the rows of one file that are imported for one office.
    pub fn new(office: &str) -> Identities {
        Identities { office: office.to_owned(), met: HashMap::new() }
    }

    /// The request id of the next row: BLAKE3 over the office and the mapped columns, each with its length before
    /// it, and over how many such rows came before in this file.
    pub fn next<'a>(&mut self, cells: impl Iterator<Item = &'a str>) -> RequestId {
        let mut bytes = Vec::with_capacity(128);
        put(&mut bytes, &self.office);
        cells.for_each(|text| put(&mut bytes, text));
        let before = self.met.entry(hash::derive(ROW_CONTEXT, &bytes)).or_insert(0);
        bytes.extend_from_slice(&before.to_be_bytes());
        *before = before.saturating_add(1);
        request(ROW_CONTEXT, &bytes)
    }
}

/// The request id under which an import opens an office.
pub fn office(code: &str) -> RequestId {
    let mut bytes = Vec::new();
    put(&mut bytes, code);
    request(OFFICE_CONTEXT, &bytes)
}

fn put(bytes: &mut Vec<u8>, text: &str) {
    let length = u64::try_from(text.len()).unwrap_or(u64::MAX);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(text.as_bytes());
}

fn request(context: &str, bytes: &[u8]) -> RequestId {
    let mut id = [0; 16];
    id.iter_mut().zip(hash::derive(context, bytes)).for_each(|(to, from)| *to = from);
    RequestId(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_rows_are_told_apart_by_how_many_came_before() {
        let mut first = Identities::new("A");
        let rows = [["1", "paid", "5"], ["1", "paid", "5"], ["1", "paid", "55"], ["1", "paid", "5"]];
        let ids: Vec<RequestId> = rows.iter().map(|row| first.next(row.iter().copied())).collect();
        let mut again = Identities::new("A");
        let reversed: Vec<RequestId> = rows.iter().rev().map(|row| again.next(row.iter().copied())).collect();
        let sorted = |mut ids: Vec<RequestId>| {
            ids.sort();
            ids
        };
        assert_eq!(sorted(ids.clone()), sorted(reversed), "the order of the file is no part of it");
        let mut distinct = sorted(ids);
        distinct.dedup();
        assert_eq!(distinct.len(), 4);
    }

    #[test]
    fn the_border_between_cells_is_part_of_what_a_row_says() {
        let one = Identities::new("A").next(["ab", "c"].into_iter());
        assert_ne!(one, Identities::new("A").next(["a", "bc"].into_iter()));
        assert_ne!(one, Identities::new("B").next(["ab", "c"].into_iter()));
    }
}
