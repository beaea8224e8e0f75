//! The request id of a line that carries none: the same line of the same batch has the same, wherever it stands.

use std::collections::HashMap;

use thads_proof::hash;
use thads_proof::record::RequestId;

const CONTEXT: &str = "thads 2026 batch line v1";

/// Gives ids to the lines of one batch.
pub(super) struct Identities {
    /// The batch's name, with its length before it.
    name: Vec<u8>,
    /// How many lines there were, by the hash of their bytes.
    met: HashMap<[u8; 32], u64>,
}

impl Identities {
    pub(super) fn new(name: &[u8]) -> Identities {
        let length = u64::try_from(name.len()).unwrap_or(u64::MAX);
        Identities { name: [&length.to_be_bytes(), name].concat(), met: HashMap::new() }
    }

    /// The id of the next line: the first 16 bytes of BLAKE3 (`derive_key`) over the batch's name, after its length in 8 bytes,
    /// over how many equal lines came before, in 8 bytes, and over the line.
    pub(super) fn next(&mut self, line: &[u8]) -> RequestId {
        let before = self.met.entry(hash::derive(CONTEXT, line)).or_insert(0);
        let bytes = [&self.name, before.to_be_bytes().as_slice(), line].concat();
        *before = before.saturating_add(1);
        let mut id = [0; 16];
        id.iter_mut().zip(hash::derive(CONTEXT, &bytes)).for_each(|(to, from)| *to = from);
        RequestId(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(name: &str, lines: &[&str]) -> Vec<RequestId> {
        let mut identities = Identities::new(name.as_bytes());
        lines.iter().map(|line| identities.next(line.as_bytes())).collect()
    }

    /// Order changes no id, equal lines have one each, and name and line cannot run into each other.
    #[test]
    fn a_line_has_one_id_in_its_batch() {
        let [a, b, again] = ids("x", &["a", "b", "a"])[..] else { panic!("three") };
        assert_eq!(ids("x", &["b", "a", "a"]), [b, a, again]);
        let mut all =
            [ids("x", &["a", "b", "a"]), ids("y", &["a"]), ids("xa", &[""]), ids("", &["xa"])].concat();
        all.sort_unstable_by_key(|id| id.0);
        all.dedup();
        assert_eq!(all.len(), 6);
    }
}
