//! The cache of the committer's state, so that opening need not read the whole log again.
//!
//! It holds what takes reading every record: the tree's frontier, the streams' heads, the requests. What the last record
//! says by itself is taken from there. How it is signed, and when it is believed: see [`crate::cache`].

use std::io::Result;

use thads_proof::checkpoint::LogKey;
use thads_proof::record::{Leaf, LedgerId, Position, Stream, StreamTag};
use thads_proof::tree::Frontier;

use crate::cache::{self, Caches, Fold, HEADS, Log, Statement};
use crate::count::to_u64;
use crate::journal::{Head, Journal};
use crate::refold;
use crate::state::{State, StreamHead};
use crate::testing::{Defect, planted};

/// What made it; to be raised with its form.
pub(crate) fn fold() -> Fold {
    Fold::new("thads heads 2")
}

/// Keeps the state, signed by the log's key.
pub(crate) fn write(caches: &dyn Caches, state: &State, key: &LogKey) -> Result<()> {
    caches.write(HEADS, &seal(state, key))
}

/// Returns the bytes of a state, signed.
pub(crate) fn seal(state: &State, key: &LogKey) -> Vec<u8> {
    let head = state.head();
    let log_end = Head { size: head.size, leaf: head.leaf, root: head.root };
    cache::seal(&Statement { ledger: state.ledger, fold: fold(), head: log_end }, &encode(state), key)
}

/// Returns the state that a cache's bytes hold, if they are to be believed of the log that `journal` holds.
pub(crate) fn believed(bytes: &[u8], log: &Log<'_>, journal: &dyn Journal) -> Option<State> {
    let end = |size: u64| {
        let header = journal.header(Position::new(size.checked_sub(1)?)).ok()??;
        Some(Head::after(&header))
    };
    let (head, content) = match cache::believed(bytes, fold(), log, end) {
        Ok(believed) => believed,
        Err(_) if planted(Defect::HeadsBelieved) => cache::unsigned(bytes)?,
        Err(_) => return None,
    };
    let mut state = decode(content, log.ledger, &head)?;
    let last = Position::new(head.size.checked_sub(1)?);
    let (record, leaf) = refold::record_at(journal, last).ok()??;
    state.recorded_at = record.recorded_at;
    state.last_request = Some(record.request);
    (leaf == head.leaf).then_some(state)
}

fn encode(state: &State) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(128 * state.streams.len() + 16 * state.requests.len() + 4096);
    let frontier = state.frontier.encode();
    bytes.extend(to_u64(frontier.len()).to_be_bytes());
    bytes.extend(frontier);
    bytes.extend(to_u64(state.streams.len()).to_be_bytes());
    for (stream, head) in &state.streams {
        bytes.extend([stream.tag().code(), u8::try_from(stream.key().len()).unwrap_or(u8::MAX)]);
        bytes.extend(stream.key());
        bytes.extend(head.version.to_be_bytes());
        bytes.extend(head.leaf.0);
        bytes.extend(head.position.get().to_be_bytes());
    }
    bytes.extend(to_u64(state.requests.len()).to_be_bytes());
    for (fingerprint, position) in state.requests.iter() {
        bytes.extend(fingerprint.to_be_bytes());
        bytes.extend(position.to_be_bytes());
    }
    bytes
}

/// Returns the state of `ledger` at `log_end` that `content` holds, but for what the last record says; `None` where it has
/// another form or points behind the end.
pub(crate) fn decode(content: &[u8], ledger: LedgerId, log_end: &Head) -> Option<State> {
    let mut rest = Rest(content);
    let mut state = State::new(ledger);
    let length = rest.count()?;
    state.frontier = Frontier::decode(rest.slice(length)?).ok()?;
    state.leaf = log_end.leaf;
    state.cached = log_end.size;
    if (state.frontier.size(), state.frontier.root()) != (log_end.size, log_end.root) {
        return None;
    }
    let is_there = |position: u64| position < log_end.size;
    let streams = rest.count()?;
    for _ in 0..streams {
        let [tag, length] = rest.array()?;
        let stream = Stream::new(StreamTag::from_code(tag)?, rest.slice(usize::from(length))?).ok()?;
        let version = u64::from_be_bytes(rest.array()?);
        let leaf = Leaf(rest.array()?);
        let position = Some(u64::from_be_bytes(rest.array()?)).filter(|position| is_there(*position))?;
        let head = StreamHead { version, leaf, position: Position::new(position) };
        if state.streams.insert(stream, head).is_some() {
            return None;
        }
    }
    let requests = rest.count()?;
    for _ in 0..requests {
        let fingerprint = u64::from_be_bytes(rest.array()?);
        let position = Some(u64::from_be_bytes(rest.array()?)).filter(|position| is_there(*position))?;
        state.requests.insert_fingerprint(fingerprint, position);
    }
    rest.0.is_empty().then_some(state)
}

struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*array)
    }

    fn slice(&mut self, length: usize) -> Option<&'a [u8]> {
        let (slice, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(slice)
    }

    fn count(&mut self) -> Option<usize> {
        usize::try_from(u64::from_be_bytes(self.array()?)).ok()
    }
}

#[cfg(test)]
mod tests {
    use thads_proof::record::RequestId;

    use super::*;

    #[test]
    fn a_state_reads_back_as_it_was_and_no_byte_of_it_can_be_changed() {
        let mut state = State::new(LedgerId([7; 16]));
        state.leaf = Leaf([9; 32]);
        state.frontier.push(Leaf([9; 32]));
        state.requests.insert(&LedgerId([7; 16]), &RequestId([3; 16]), Position::new(0));
        let head = StreamHead { version: 1, leaf: Leaf([9; 32]), position: Position::new(0) };
        state.streams.insert(Stream::new(StreamTag::Case, b"a").unwrap(), head);
        let key = LogKey::from_seed("thads/test", &[1; 32]).unwrap();
        let bytes = seal(&state, &key);
        let (statement, content) = cache::open(&bytes, key.vkey()).unwrap();
        let back = decode(content, statement.ledger, &statement.head).unwrap();
        assert_eq!((back.head().root, back.cached), (state.head().root, 1));
        assert!(back.says_the_same(&state));
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(cache::open(&changed, key.vkey()).is_err(), "byte {at}");
        }
        let another = LogKey::from_seed("thads/test", &[2; 32]).unwrap();
        assert_eq!(cache::open(&seal(&state, &another), key.vkey()), Err(cache::NotBelieved::Unsigned));
    }
}
