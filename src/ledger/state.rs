//! What the committer must know of the past: the head, the tree's frontier, every stream's head, every request id.
//!
//! All of it follows from the records, by [`State::fold`]; a cache only spares reading them again.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::LazyLock;

use blake3::Hasher;
use thads_proof::record::{Leaf, LedgerId, Micros, Position, Record, RequestId, Stream};
use thads_proof::tree::{Frontier, Root};

/// The end of the log as it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LedgerHead {
    /// How many records there are; the next one's position.
    pub size: u64,
    /// Leaf of the last record.
    pub leaf: Leaf,
    /// Root of the tree over all of them.
    pub root: Root,
    /// When the last record was recorded.
    pub recorded_at: Micros,
}

/// The end of one stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StreamHead {
    /// Number of its records.
    pub version: u64,
    /// Leaf of its last record.
    pub leaf: Leaf,
    /// Position of its last record.
    pub position: Position,
}

/// A record does not continue the log: which one, and in what.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "the record at position {position} does not continue the log: {field} is {found}, expected {expected}"
)]
pub struct Discontinuity {
    /// The position that should come next.
    pub position: Position,
    /// The field that does not fit.
    pub field: &'static str,
    /// What it would have to be.
    pub expected: String,
    /// What it is.
    pub found: String,
}

/// Everything that a record's place depends on.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) ledger: LedgerId,
    pub(crate) leaf: Leaf,
    pub(crate) recorded_at: Micros,
    pub(crate) frontier: Frontier,
    pub(crate) streams: HashMap<Stream, StreamHead>,
    pub(crate) requests: Requests,
    /// The request of the last record: its records follow each other.
    pub(crate) last_request: Option<RequestId>,
    /// How many of the records a cache stands for; 0: all were folded here. What it says of a stream is held against the
    /// record that it names before anything is chained to it.
    pub(crate) cached: u64,
}

impl State {
    /// Returns the state before the first record.
    pub(crate) fn new(ledger: LedgerId) -> State {
        State {
            ledger,
            leaf: Leaf::ZERO,
            recorded_at: Micros::new(i64::MIN),
            frontier: Frontier::new(),
            streams: HashMap::new(),
            requests: Requests::default(),
            last_request: None,
            cached: 0,
        }
    }

    /// Returns the number of records.
    pub(crate) fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// Returns the head.
    pub(crate) fn head(&self) -> LedgerHead {
        LedgerHead {
            size: self.size(),
            leaf: self.leaf,
            root: self.frontier.root(),
            recorded_at: self.recorded_at,
        }
    }

    /// Takes in the next record; refuses one that does not continue the log in every respect.
    pub(crate) fn fold(&mut self, record: &Record, leaf: Leaf) -> Result<(), Discontinuity> {
        let position = Position::new(self.size());
        let differs = |field, expected: &dyn std::fmt::Display, found: &dyn std::fmt::Display| {
            Err(Discontinuity { position, field, expected: expected.to_string(), found: found.to_string() })
        };
        if record.position != position {
            return differs("position", &position, &record.position);
        }
        if record.ledger != self.ledger {
            return differs("ledger id", &self.ledger, &record.ledger);
        }
        if record.previous_leaf != self.leaf {
            return differs("previous leaf", &self.leaf, &record.previous_leaf);
        }
        if record.recorded_at < self.recorded_at {
            let expected = format!("{} or later", self.recorded_at);
            return differs("recorded at", &expected, &record.recorded_at);
        }
        let (version, stream_leaf) = self.stream(&record.stream);
        if record.stream_version != version + 1 {
            return differs("stream version", &(version + 1), &record.stream_version);
        }
        if record.stream_previous_leaf != stream_leaf {
            return differs("stream's previous leaf", &stream_leaf, &record.stream_previous_leaf);
        }
        if self.last_request != Some(record.request) {
            self.requests.insert(&self.ledger, &record.request, position);
            self.last_request = Some(record.request);
        }
        let head = StreamHead { version: record.stream_version, leaf, position };
        match self.streams.get_mut(&record.stream) {
            Some(known) => *known = head,
            None => {
                self.streams.insert(record.stream.clone(), head);
            }
        }
        self.leaf = leaf;
        self.recorded_at = record.recorded_at;
        self.frontier.push(leaf);
        Ok(())
    }

    /// Whether another state of as many records says the same of tree, streams and requests.
    pub(crate) fn says_the_same(&self, other: &State) -> bool {
        let requests = |state: &State| {
            let mut all: Vec<_> = state.requests.iter().collect();
            all.sort_unstable();
            all
        };
        self.frontier == other.frontier && self.streams == other.streams && requests(self) == requests(other)
    }

    /// Returns a stream's version and last leaf.
    pub(crate) fn stream(&self, stream: &Stream) -> (u64, Leaf) {
        self.streams.get(stream).map_or((0, Leaf::ZERO), |head| (head.version, head.leaf))
    }
}

/// 64-bit fingerprints of the request ids, each with the position of its first record. Two ids may share one: a hit is
/// settled by reading the record.
#[derive(Clone, Debug, Default)]
pub(crate) struct Requests {
    first: HashMap<u64, u64, BuildHasherDefault<Ready>>,
    /// Further positions of a fingerprint that is taken; empty in practice.
    more: Vec<(u64, u64)>,
}

impl Requests {
    /// Remembers a request that is first recorded at `position`.
    pub(crate) fn insert(&mut self, ledger: &LedgerId, request: &RequestId, position: Position) {
        self.insert_fingerprint(fingerprint(ledger, request), position.get());
    }

    /// Remembers a fingerprint that is known already.
    pub(crate) fn insert_fingerprint(&mut self, fingerprint: u64, position: u64) {
        match self.first.entry(fingerprint) {
            std::collections::hash_map::Entry::Vacant(vacant) => {
                vacant.insert(position);
            }
            std::collections::hash_map::Entry::Occupied(_) => self.more.push((fingerprint, position)),
        }
    }

    /// Returns the positions at which the request may first be recorded.
    pub(crate) fn candidates(&self, ledger: &LedgerId, request: &RequestId) -> Vec<Position> {
        self.candidates_of(fingerprint(ledger, request))
    }

    /// Returns the positions of a fingerprint.
    pub(crate) fn candidates_of(&self, fingerprint: u64) -> Vec<Position> {
        let Some(first) = self.first.get(&fingerprint) else { return Vec::new() };
        let more = self.more.iter().filter(|(taken, _)| *taken == fingerprint).map(|(_, position)| position);
        std::iter::once(first).chain(more).copied().map(Position::new).collect()
    }

    /// Returns all pairs of fingerprint and position, in no order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        self.first
            .iter()
            .map(|(fingerprint, position)| (*fingerprint, *position))
            .chain(self.more.iter().copied())
    }

    /// Returns how many there are.
    pub(crate) fn len(&self) -> usize {
        self.first.len() + self.more.len()
    }
}

/// Returns the fingerprint of a request id in this ledger: ids are chosen by callers, so they are hashed.
pub(crate) fn fingerprint(ledger: &LedgerId, request: &RequestId) -> u64 {
    static CONTEXT: LazyLock<Hasher> =
        LazyLock::new(|| Hasher::new_derive_key("thads 2026 request fingerprint v1"));
    let digest = CONTEXT.clone().update(&ledger.0).update(&request.0).finalize();
    let [a, b, c, d, e, f, g, h, ..] = *digest.as_bytes();
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// Passes a fingerprint through: it is a hash already.
#[derive(Clone, Copy, Debug, Default)]
struct Ready(u64);

impl std::hash::Hasher for Ready {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, fingerprint: u64) {
        self.0 = fingerprint;
    }
}
