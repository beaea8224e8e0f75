//! The identity of a row: what it says, whatever its spelling, its place and its file.
//!
//! A row says a value a mapped column: a text in its normal form, an amount, a day or a number as it was read. Rows that
//! say the same are equal: whether the second is the same act written twice, or another like it, no row can tell.

use thads_proof::hash;
use thads_proof::record::RequestId;

use super::rows::Row;

const ROW_CONTEXT: &str = "thads 2026 import row v1";
const AGAIN_CONTEXT: &str = "thads 2026 import row counted again v1";
const FILE_CONTEXT: &str = "thads 2026 import file v1";
const OFFICE_CONTEXT: &str = "thads 2026 import office v1";
const OFFICER_CONTEXT: &str = "thads 2026 import officer v1";

/// What a row says, for an office.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Identity(RequestId);

impl Identity {
    /// Of a row that is imported for an office: BLAKE3 over the office and what each mapped column says, each with its
    /// length before it.
    pub fn of(office: &str, row: &Row) -> Identity {
        let mut bytes = Vec::with_capacity(128);
        put(&mut bytes, office);
        row.said().for_each(|text| put(&mut bytes, text));
        // Earlier builds counted equal rows here.
        bytes.extend_from_slice(&0_u64.to_be_bytes());
        Identity(request(ROW_CONTEXT, &bytes))
    }

    /// The request id under which a row that says this is recorded first.
    pub const fn request(self) -> RequestId {
        self.0
    }

    /// The request id under which an equal row is counted again: the how-manieth of its file it is, from 0.
    pub fn again(self, file: &FileId, of_file: u64) -> RequestId {
        let mut bytes = [self.0.0.as_slice(), file.0.as_slice()].concat();
        bytes.extend_from_slice(&of_file.to_be_bytes());
        request(AGAIN_CONTEXT, &bytes)
    }
}

/// What a file says: all of its rows, in whatever order and spelling.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct FileId([u8; 32]);

impl FileId {
    /// Of a file with these rows.
    pub fn of(mut rows: Vec<Identity>) -> FileId {
        rows.sort_unstable();
        let bytes: Vec<u8> = rows.iter().flat_map(|row| row.0.0).collect();
        FileId(hash::derive(FILE_CONTEXT, &bytes))
    }

    /// The request id under which its import is noted.
    pub fn request(&self) -> RequestId {
        request(FILE_CONTEXT, &self.0)
    }

    /// What a row keeps of it: its first 32 hexadecimal digits.
    pub fn short(&self) -> String {
        self.hex().chars().take(32).collect()
    }

    /// As hexadecimal digits.
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// The request id under which an import opens an office.
pub fn office(code: &str) -> RequestId {
    let mut bytes = Vec::new();
    put(&mut bytes, code);
    request(OFFICE_CONTEXT, &bytes)
}

/// The request id under which an import appoints an officer of the mapping to an office.
pub fn officer(code: &str, name: &str) -> RequestId {
    let mut bytes = Vec::new();
    put(&mut bytes, code);
    put(&mut bytes, name);
    request(OFFICER_CONTEXT, &bytes)
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
    fn the_border_between_cells_is_part_of_what_a_row_says() {
        let (mut one, mut other) = (Vec::new(), Vec::new());
        ["ab", "c"].iter().for_each(|text| put(&mut one, text));
        ["a", "bc"].iter().for_each(|text| put(&mut other, text));
        assert_ne!(request(ROW_CONTEXT, &one), request(ROW_CONTEXT, &other));
    }

    #[test]
    fn a_file_is_known_by_its_rows_in_whatever_order_and_each_counts() {
        let [a, b] = [1, 2].map(|byte| Identity(RequestId([byte; 16])));
        assert_eq!(FileId::of(vec![a, b, a]), FileId::of(vec![b, a, a]));
        assert_ne!(FileId::of(vec![a, b, a]), FileId::of(vec![a, b]));
        assert_ne!(a.again(&FileId::of(vec![a]), 0), a.again(&FileId::of(vec![a]), 1));
        assert_ne!(a.again(&FileId::of(vec![a]), 0), a.again(&FileId::of(vec![b]), 0));
    }
}
