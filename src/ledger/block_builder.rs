//! A block in the making: appends are checked, numbered, chained, sealed and hashed on top of the state, which stays as
//! it is until the block is durable.

use std::collections::{HashMap, HashSet};

use thads_proof::block::{self, Builder};
use thads_proof::hash;
use thads_proof::record::{
    COMMITMENTS_MAX, FIXED_LENGTH, Leaf, LedgerId, Micros, PAYLOAD_MAX, Position, Record, RequestId, Stream,
};
use thads_proof::tree::Frontier;

use crate::append::{Append, AppendError, Malformed, NewEvent};
use crate::clock::Clock;
use crate::idempotency;
use crate::journal::{Head, OwnedBlock};
use crate::randomness::Randomness;
use crate::receipt::Receipt;
use crate::state::{State, StreamHead};
use crate::vault::{Batch, PLAINTEXT_BYTES_MAX, Vault, VaultError};

/// What became of an append that was added to a draft.
pub(crate) enum Added {
    /// It is in.
    In,
    /// It needs a block of its own behind this one.
    Full,
}

/// A block in the making.
pub(crate) struct BlockBuilder {
    /// The end that it stands on.
    pub(crate) expected: Head,
    builder: Builder,
    frontier: Frontier,
    leaf: Leaf,
    recorded_at: Micros,
    streams: HashMap<Stream, StreamHead>,
    members: Vec<Member>,
    /// The numbers of appends that were refused on top of it.
    refused: Vec<usize>,
    requests: HashSet<RequestId>,
    pub(crate) batch: Batch,
}

/// An append in the draft, and the number under which it is answered.
struct Member {
    index: usize,
    request: RequestId,
    fingerprint: u64,
    first: Position,
    last: Position,
    leaf: Leaf,
    recorded_at: Micros,
}

/// The records of one append, ready to be pushed.
#[derive(Default)]
struct Prepared {
    records: Vec<(Vec<u8>, Leaf)>,
    heads: Vec<(Stream, StreamHead)>,
}

impl BlockBuilder {
    /// Begins a block on top of `state`.
    pub(crate) fn new(state: &State) -> BlockBuilder {
        let head = state.head();
        BlockBuilder {
            expected: Head { size: head.size, leaf: head.leaf, root: head.root },
            builder: Builder::new(Position::new(head.size), head.leaf),
            frontier: state.frontier.clone(),
            leaf: state.leaf,
            recorded_at: state.recorded_at,
            streams: HashMap::new(),
            members: Vec::new(),
            refused: Vec::new(),
            requests: HashSet::new(),
            batch: Batch::default(),
        }
    }

    /// Returns whether nothing is in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Returns whether a request is in it already.
    pub(crate) fn holds(&self, request: &RequestId) -> bool {
        self.requests.contains(request)
    }

    /// Returns the numbers under which its appends are answered.
    pub(crate) fn indexes(&self) -> Vec<usize> {
        self.members.iter().map(|member| member.index).collect()
    }

    /// Notes that an append was refused, perhaps for what is in the draft.
    pub(crate) fn refuse(&mut self, index: usize) {
        self.refused.push(index);
    }

    /// Returns the numbers of all appends that were judged on top of the state: taken or refused, in their order.
    pub(crate) fn judged(&self) -> Vec<usize> {
        let mut judged = self.indexes();
        judged.extend(&self.refused);
        judged.sort_unstable();
        judged
    }

    /// Checks an append whose request id is new, and adds it. It is answered under `index`.
    pub(crate) fn add(
        &mut self,
        (index, fingerprint): (usize, u64),
        append: &Append,
        state: &State,
        vault: &dyn Vault,
        clock: &mut dyn Clock,
        randomness: &mut dyn Randomness,
    ) -> Result<Added, AppendError> {
        let size = self.frontier.size();
        let (records, bytes) = check_form(append, size).map_err(AppendError::Malformed)?;
        let mut ends = Vec::with_capacity(append.streams.len());
        for part in &append.streams {
            let (current, leaf) = self.stream(state, &part.stream);
            ends.push(leaf);
            if current != part.expected_version {
                return Err(AppendError::Stale {
                    stream: part.stream.clone(),
                    expected: part.expected_version,
                    current,
                });
            }
        }
        if !self.builder.fits(records, bytes) {
            return if self.is_empty() { Err(beyond_a_block(records, bytes)) } else { Ok(Added::Full) };
        }
        let read = append.moment.map_or_else(|| clock.now(), |moment| moment.at);
        let recorded_at = read.max(self.recorded_at);
        if append.moment.is_some_and(|moment| recorded_at >= moment.before) {
            return Err(AppendError::Outdated { head: recorded_at });
        }
        let mark = self.batch.mark();
        match self.prepare(append, &ends, state.ledger, recorded_at, vault, randomness) {
            Ok(prepared) => self.push(index, (append.request, fingerprint), recorded_at, prepared),
            Err(error) => {
                self.batch.undo(&mark);
                Err(error)
            }
        }
    }

    /// Seals, chains and encodes the records of an append, whose streams are at the expected versions and end in `ends`.
    fn prepare(
        &mut self,
        append: &Append,
        ends: &[Leaf],
        ledger: LedgerId,
        recorded_at: Micros,
        vault: &dyn Vault,
        randomness: &mut dyn Randomness,
    ) -> Result<Prepared, AppendError> {
        let mut prepared = Prepared::default();
        let mut previous_leaf = self.leaf;
        let mut position = Position::new(self.frontier.size());
        for (part, end) in append.streams.iter().zip(ends) {
            let (mut version, mut stream_leaf) = (part.expected_version, *end);
            let mut head = None;
            for event in &part.events {
                randomness.serve(position);
                let mut blind = [0; 16];
                randomness.fill(&mut blind).map_err(AppendError::Randomness)?;
                let commitments = self.seal(event, vault, randomness)?;
                version += 1;
                let record = Record {
                    ledger,
                    position,
                    previous_leaf,
                    recorded_at,
                    stream: part.stream.clone(),
                    stream_version: version,
                    stream_previous_leaf: stream_leaf,
                    effective: event.effective,
                    office: event.office,
                    actor: event.actor,
                    provenance: event.provenance,
                    rule_set: event.rule_set,
                    request: append.request,
                    corrects: event.corrects,
                    kind: event.kind,
                    kind_revision: event.kind_revision,
                    blind,
                    payload: event.payload.clone(),
                    commitments,
                };
                let bytes = record
                    .encode()
                    .map_err(|error| AppendError::Malformed(Malformed::Record(error.to_string())))?;
                let leaf = hash::leaf(&bytes);
                previous_leaf = leaf;
                stream_leaf = leaf;
                prepared.records.push((bytes, leaf));
                head = Some(StreamHead { version, leaf, position });
                position = position.next();
            }
            prepared.heads.extend(head.map(|head| (part.stream.clone(), head)));
        }
        Ok(prepared)
    }

    fn seal(
        &mut self,
        event: &NewEvent,
        vault: &dyn Vault,
        randomness: &mut dyn Randomness,
    ) -> Result<Vec<[u8; 32]>, AppendError> {
        let seal = |personal: &crate::append::Personal| {
            vault.seal(&mut self.batch, &personal.reference, &personal.plaintext, randomness)
        };
        event.personal.iter().map(seal).collect::<Result<_, VaultError>>().map_err(AppendError::Vault)
    }

    fn push(
        &mut self,
        index: usize,
        (request, fingerprint): (RequestId, u64),
        recorded_at: Micros,
        prepared: Prepared,
    ) -> Result<Added, AppendError> {
        let first = Position::new(self.frontier.size());
        for (bytes, leaf) in &prepared.records {
            self.builder
                .push(bytes, *leaf)
                .map_err(|error| AppendError::Malformed(Malformed::Record(error.to_string())))?;
            self.frontier.push(*leaf);
            self.leaf = *leaf;
        }
        self.streams.extend(prepared.heads);
        self.recorded_at = recorded_at;
        self.requests.insert(request);
        let last = Position::new(self.frontier.size().saturating_sub(1));
        self.members.push(Member { index, request, fingerprint, first, last, leaf: self.leaf, recorded_at });
        Ok(Added::In)
    }

    fn stream(&self, state: &State, stream: &Stream) -> (u64, Leaf) {
        match self.streams.get(stream) {
            Some(head) => (head.version, head.leaf),
            None => state.stream(stream),
        }
    }

    /// Ends the block.
    pub(crate) fn finish(self) -> Result<(OwnedBlock, Batch, Finished), block::BlockError> {
        let root = self.frontier.root();
        let block = OwnedBlock::new(self.builder.finish(root)?);
        let finished = Finished {
            frontier: self.frontier,
            leaf: self.leaf,
            recorded_at: self.recorded_at,
            streams: self.streams,
            members: self.members,
        };
        Ok((block, self.batch, finished))
    }
}

/// What the state takes over once the block is durable.
pub(crate) struct Finished {
    frontier: Frontier,
    leaf: Leaf,
    recorded_at: Micros,
    streams: HashMap<Stream, StreamHead>,
    members: Vec<Member>,
}

impl Finished {
    /// Puts the block's effect into the state, and returns the receipts. Only after the journal said that it is durable.
    pub(crate) fn absorb(self, state: &mut State) -> Vec<(usize, Receipt)> {
        let (size, root) = (self.frontier.size(), self.frontier.root());
        let mut receipts = Vec::with_capacity(self.members.len());
        for member in self.members {
            state.requests.insert_fingerprint(member.fingerprint, member.first.get());
            state.last_request = Some(member.request);
            let receipt = Receipt {
                request: member.request,
                first: member.first,
                last: member.last,
                leaf: member.leaf,
                size,
                root,
                recorded_at: member.recorded_at,
                repeated: false,
            };
            receipts.push((member.index, receipt));
        }
        state.streams.extend(self.streams);
        state.leaf = self.leaf;
        state.recorded_at = self.recorded_at;
        state.frontier = self.frontier;
        receipts
    }
}

/// What is said of appends that do not fit one block together.
pub(crate) fn too_large(appends: &[Append]) -> AppendError {
    let (mut records, mut bytes) = (0, 0);
    for part in appends.iter().flat_map(|append| &append.streams) {
        records += part.events.len();
        bytes += part.events.iter().map(|event| length(&part.stream, event)).sum::<usize>();
    }
    beyond_a_block(records, bytes)
}

fn beyond_a_block(records: usize, bytes: usize) -> AppendError {
    AppendError::TooLarge {
        records,
        bytes,
        records_max: block::RECORDS_MAX,
        bytes_max: block::BYTES_MAX - block::length(records.min(block::RECORDS_MAX), 0),
    }
}

/// Bytes of the record that an event becomes.
fn length(stream: &Stream, event: &NewEvent) -> usize {
    FIXED_LENGTH + stream.key().len() + event.payload.len() + 32 * event.personal.len()
}

/// Checks what can be seen of the append alone; returns its records and their bytes.
fn check_form(append: &Append, size: u64) -> Result<(usize, usize), Malformed> {
    let mut records = 0;
    let mut bytes = 0;
    let mut seen = HashSet::new();
    for part in &append.streams {
        if append.streams.len() > 1 && !seen.insert(&part.stream) {
            return Err(Malformed::StreamTwice(part.stream.clone()));
        }
        for event in &part.events {
            check_event(event, size)?;
            records += 1;
            bytes += length(&part.stream, event);
        }
    }
    if records == 0 { Err(Malformed::NoEvent) } else { Ok((records, bytes)) }
}

fn check_event(event: &NewEvent, size: u64) -> Result<(), Malformed> {
    if let Some(corrects) = event.corrects
        && corrects.get() >= size
    {
        return Err(Malformed::CorrectsNothing(corrects));
    }
    if event.payload.len() > PAYLOAD_MAX {
        return Err(Malformed::PayloadTooLong { given: event.payload.len() });
    }
    if event.personal.len() > COMMITMENTS_MAX {
        return Err(Malformed::TooManyPersonal { given: event.personal.len() });
    }
    for (number, personal) in event.personal.iter().enumerate() {
        if personal.plaintext.len() > PLAINTEXT_BYTES_MAX {
            return Err(Malformed::PersonalTooLong { given: personal.plaintext.len() });
        }
        if idempotency::find(&event.payload, &personal.reference, 0).is_none() {
            return Err(Malformed::ReferenceMissing(number));
        }
    }
    Ok(())
}

/// Bytes that a draft's batch will add to the vault, for the room that is asked of the disk.
pub(crate) fn room(block: &OwnedBlock, batch: &Batch) -> usize {
    block.bytes().len().saturating_add(batch.bytes())
}
