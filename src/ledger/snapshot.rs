//! A snapshot of the committer's state, so that opening need not read the whole log again.
//!
//! It is a cache: a missing, torn, old or foreign one changes no answer, only how long opening takes. So it is not synced,
//! and it is believed only where its hash holds and its size, leaf and root are those of a block in the log.

use std::fs;
use std::io::{Result, Write};
use std::path::Path;

use thads_proof::hash;
use thads_proof::plain;
use thads_proof::record::{Leaf, LedgerId, Micros, Position, RequestId, Stream, StreamTag};
use thads_proof::tree::Frontier;

use crate::count::wide;
use crate::files::{self, SNAPSHOTS};
use crate::state::{State, StreamHead};
use crate::testing::{Step, reached};

/// File of the stream heads, in the data directory's `snapshots`.
pub(crate) const FILE: &str = "heads";
/// Most bytes of it that are read.
const BYTES_MAX: u64 = 1 << 30;
const MAGIC: [u8; 8] = *b"thadshd\x01";
const CONTEXT: &str = "thads 2026 heads snapshot v1";
const HASH_BYTES: usize = 32;

/// Writes the state into the data directory `dir`.
pub(crate) fn write(dir: &Path, state: &State) -> Result<()> {
    let folder = dir.join(SNAPSHOTS);
    let draft = folder.join("heads.new");
    files::new_file(&draft)?.write_all(&encode(state))?;
    reached(Step::SnapshotDrafted);
    fs::rename(&draft, folder.join(FILE))?;
    reached(Step::SnapshotNamed);
    Ok(())
}

/// Reads the state of ledger `ledger` from `dir`; `None` when there is none that can be believed so far.
pub(crate) fn read(dir: &Path, ledger: &LedgerId) -> Option<State> {
    peek(dir).filter(|state| state.ledger == *ledger)
}

/// Reads what `dir` holds, of whichever ledger.
pub(crate) fn peek(dir: &Path) -> Option<State> {
    let folder = dir.join(SNAPSHOTS);
    plain::folder(&folder).ok()?;
    decode(&plain::read(&folder.join(FILE), BYTES_MAX).ok()?)
}

/// Returns the bytes of a state.
pub(crate) fn encode(state: &State) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(128 * state.streams.len() + 16 * state.requests.len() + 4096);
    bytes.extend(MAGIC);
    bytes.extend(state.ledger.0);
    bytes.extend(state.leaf.0);
    bytes.extend(state.recorded_at.get().to_be_bytes());
    bytes.extend(state.last_request.map_or([0; 16], |request| request.0));
    let frontier = state.frontier.encode();
    bytes.extend(wide(frontier.len()).to_be_bytes());
    bytes.extend(frontier);
    bytes.extend(wide(state.streams.len()).to_be_bytes());
    for (stream, head) in &state.streams {
        bytes.extend([stream.tag().code(), u8::try_from(stream.key().len()).unwrap_or(u8::MAX)]);
        bytes.extend(stream.key());
        bytes.extend(head.version.to_be_bytes());
        bytes.extend(head.leaf.0);
        bytes.extend(head.position.get().to_be_bytes());
    }
    bytes.extend(wide(state.requests.len()).to_be_bytes());
    for (fingerprint, position) in state.requests.iter() {
        bytes.extend(fingerprint.to_be_bytes());
        bytes.extend(position.to_be_bytes());
    }
    let digest = hash::derive(CONTEXT, &bytes);
    bytes.extend(digest);
    bytes
}

/// Returns the state that `bytes` hold; `None` where a byte of them is another.
pub(crate) fn decode(bytes: &[u8]) -> Option<State> {
    let (content, digest) = bytes.split_at_checked(bytes.len().checked_sub(HASH_BYTES)?)?;
    if hash::derive(CONTEXT, content) != digest {
        return None;
    }
    let mut rest = Rest(content);
    if rest.array::<8>()? != MAGIC {
        return None;
    }
    let mut state = State::new(LedgerId(rest.array()?));
    state.leaf = Leaf(rest.array()?);
    state.recorded_at = Micros::new(i64::from_be_bytes(rest.array()?));
    state.last_request = Some(RequestId(rest.array()?));
    let length = rest.count()?;
    state.frontier = Frontier::decode(rest.slice(length)?).ok()?;
    let streams = rest.count()?;
    for _ in 0..streams {
        let [tag, length] = rest.array()?;
        let stream = Stream::new(StreamTag::from_code(tag)?, rest.slice(usize::from(length))?).ok()?;
        let version = u64::from_be_bytes(rest.array()?);
        let leaf = Leaf(rest.array()?);
        let position = Position::new(u64::from_be_bytes(rest.array()?));
        state.streams.insert(stream, StreamHead { version, leaf, position });
    }
    let requests = rest.count()?;
    for _ in 0..requests {
        let fingerprint = u64::from_be_bytes(rest.array()?);
        let position = u64::from_be_bytes(rest.array()?);
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
    use super::*;

    #[test]
    fn a_state_reads_back_as_it_was_and_a_changed_byte_is_refused() {
        let mut state = State::new(LedgerId([7; 16]));
        state.leaf = Leaf([9; 32]);
        state.frontier.push(Leaf([9; 32]));
        state.last_request = Some(RequestId([3; 16]));
        state.requests.insert(&LedgerId([7; 16]), &RequestId([3; 16]), Position::new(0));
        let head = StreamHead { version: 1, leaf: Leaf([9; 32]), position: Position::new(0) };
        state.streams.insert(Stream::new(StreamTag::Case, b"a").unwrap(), head);
        let bytes = encode(&state);
        let back = decode(&bytes).unwrap();
        assert_eq!((back.head(), &back.streams), (state.head(), &state.streams));
        assert_eq!(back.requests.iter().collect::<Vec<_>>(), state.requests.iter().collect::<Vec<_>>());
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(decode(&changed).is_none(), "byte {at}");
        }
    }
}
