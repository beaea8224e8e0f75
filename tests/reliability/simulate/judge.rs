//! The judge: a plain list of what the log holds and of what was acknowledged, kept beside the ledger and compared with it
//! after every step.
//!
//! It shares no code with the committer: streams, versions, positions and times are counted here again.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use thads_ledger::journal::OwnedBlock;
use thads_ledger::{Append, LedgerHead, NewEvent, Receipt, Reference, Vault};
use thads_proof::hash;
use thads_proof::record::{Leaf, Micros, Record, RequestId, Stream};
use thads_proof::tree::{Node, Root, leaf_node, parent};

/// A promise that was broken, in words.
pub(crate) type Broken = String;

/// A record as it stands in the log.
pub(crate) struct Logged {
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
    /// The hash of the bytes.
    pub(crate) leaf: Leaf,
    /// What they say.
    pub(crate) record: Record,
}

/// Where a request stands in the log.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    /// Position of its first record.
    pub(crate) first: u64,
    /// Position of its last record.
    pub(crate) last: u64,
    /// Which of the appends that were sent under its id.
    attempt: usize,
}

/// What was sent under one request id.
#[derive(Default)]
struct Sent {
    attempts: Vec<Append>,
    /// Whether an attempt was left without a definite answer: it may be recorded at any time.
    open: bool,
}

/// An answer that a writer relies on.
pub(crate) struct Acknowledged {
    /// The first receipt.
    pub(crate) receipt: Receipt,
    /// The records' bytes at that time, one after the other.
    bytes: Vec<u8>,
}

/// What the log holds and what was said about it.
#[derive(Default)]
pub(crate) struct Judge {
    blocks: Vec<Arc<OwnedBlock>>,
    log: Vec<Logged>,
    places: HashMap<RequestId, Place>,
    versions: HashMap<Stream, (u64, Leaf)>,
    acknowledged: Vec<Acknowledged>,
    by_request: HashMap<RequestId, usize>,
    sent: HashMap<RequestId, Sent>,
    /// What was asked to be recorded together, and of which of these an id is.
    groups: Vec<Vec<RequestId>>,
    group_of: HashMap<RequestId, usize>,
}

impl Judge {
    /// Returns the log.
    pub(crate) fn log(&self) -> &[Logged] {
        &self.log
    }

    /// Returns the log's blocks.
    pub(crate) fn blocks(&self) -> &[Arc<OwnedBlock>] {
        &self.blocks
    }

    /// Returns how many records there are.
    pub(crate) fn size(&self) -> u64 {
        wide(self.log.len())
    }

    /// Returns a stream's version.
    pub(crate) fn version(&self, stream: &Stream) -> u64 {
        self.versions.get(stream).map_or(0, |(version, _)| *version)
    }

    /// Returns what was acknowledged.
    pub(crate) fn acknowledged(&self) -> &[Acknowledged] {
        &self.acknowledged
    }

    /// Returns where a request stands.
    pub(crate) fn place(&self, request: &RequestId) -> Option<Place> {
        self.places.get(request).copied()
    }

    /// Returns what is recorded under a request id, as it was sent.
    pub(crate) fn recorded(&self, request: &RequestId) -> Option<&Append> {
        let place = self.places.get(request)?;
        self.sent.get(request)?.attempts.get(place.attempt)
    }

    /// Takes note that an append is sent.
    pub(crate) fn sends(&mut self, append: &Append) {
        let sent = self.sent.entry(append.request).or_default();
        if !sent.attempts.contains(append) {
            sent.attempts.push(append.clone());
        }
    }

    /// Takes note that appends are sent to be recorded together: those that are not recorded yet stand in one block or
    /// nowhere. None of them is sent otherwise until it is recorded.
    pub(crate) fn sends_together(&mut self, appends: &[Append]) {
        let new =
            |request: &RequestId| !self.places.contains_key(request) && !self.group_of.contains_key(request);
        let group: Vec<RequestId> = appends.iter().map(|append| append.request).filter(new).collect();
        for request in &group {
            self.group_of.insert(*request, self.groups.len());
        }
        self.groups.push(group);
    }

    /// Takes note that an append was left without a definite answer.
    pub(crate) fn leaves_open(&mut self, request: &RequestId) {
        if let Some(sent) = self.sent.get_mut(request) {
            sent.open = true;
        }
    }

    /// Looks at all blocks: those known must still be there, unless they were never acknowledged and `may_shrink`; what is
    /// new must have been sent, by one of `asking` or earlier without an answer, and must follow on what is there.
    pub(crate) fn see(
        &mut self,
        blocks: &[Arc<OwnedBlock>],
        may_shrink: bool,
        asking: &HashSet<RequestId>,
        vault: &dyn Vault,
    ) -> Result<(), Broken> {
        let same = self.blocks.iter().zip(blocks).take_while(|(ours, theirs)| ours == theirs).count();
        if same < self.blocks.len() {
            let left = self.blocks[same].header().first.get();
            if !may_shrink {
                return Err(format!("the blocks from position {left} on are gone or others"));
            }
            let lost = self.acknowledged.iter().find(|one| one.receipt.last().get() >= left);
            if let Some(lost) = lost {
                return Err(format!(
                    "acknowledged request {} at position {} is lost: the log is cut at {left}",
                    lost.receipt.request(),
                    lost.receipt.first()
                ));
            }
            self.cut(same);
        }
        for block in &blocks[same..] {
            self.take(block, asking, vault)?;
        }
        Ok(())
    }

    /// Forgets all blocks from `count` on.
    fn cut(&mut self, count: usize) {
        self.blocks.truncate(count);
        let size = self.blocks.last().map_or(0, |block| block.header().end().get());
        self.log.truncate(usize::try_from(size).unwrap());
        self.places.retain(|_, place| place.last < size);
        self.versions.clear();
        for logged in &self.log {
            let record = &logged.record;
            self.versions.insert(record.stream.clone(), (record.stream_version, logged.leaf));
        }
    }

    fn take(
        &mut self,
        block: &Arc<OwnedBlock>,
        asking: &HashSet<RequestId>,
        vault: &dyn Vault,
    ) -> Result<(), Broken> {
        let parsed =
            OwnedBlock::parse(block.bytes().to_vec()).map_err(|error| format!("a block: {error}"))?;
        let from = self.log.len();
        for (_, bytes) in parsed.run().records() {
            self.take_record(bytes)?;
        }
        let here: HashSet<RequestId> = self.log[from..].iter().map(|logged| logged.record.request).collect();
        for request in &here {
            let group = self.group_of.get(request).map(|group| &self.groups[*group]);
            if let Some(missing) = group.and_then(|group| group.iter().find(|other| !here.contains(other))) {
                return Err(format!("{request} is recorded without {missing}, which was to stand beside it"));
            }
        }
        let mut at = from;
        while at < self.log.len() {
            let request = self.log[at].record.request;
            let more = self.log[at..].iter().take_while(|logged| logged.record.request == request).count();
            if at > 0 {
                self.take_request(&request, at, more, asking, vault)?;
            }
            at += more;
        }
        let header = block.header();
        let last = self.log.last().map(|logged| logged.leaf);
        if header.first.get() != wide(from)
            || header.end().get() != self.size()
            || Some(header.last_leaf) != last
        {
            return Err(format!("the header of the block at {from} does not fit its records"));
        }
        self.blocks.push(Arc::clone(block));
        Ok(())
    }

    /// A record follows on the one before it in every respect.
    fn take_record(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        let position = self.size();
        let record = Record::decode(bytes).map_err(|error| format!("record {position}: {error}"))?;
        let wrong = |what: &str| Err(format!("record {position}: {what}"));
        if record.position.get() != position {
            return wrong("its position leaves a gap or comes twice");
        }
        let before = self
            .log
            .last()
            .map_or((Leaf::ZERO, Micros::new(i64::MIN)), |logged| (logged.leaf, logged.record.recorded_at));
        if record.previous_leaf != before.0 {
            return wrong("it does not hold the leaf before it");
        }
        if record.recorded_at < before.1 {
            return wrong("it was recorded before the record that it follows");
        }
        let (version, leaf) = self.versions.get(&record.stream).copied().unwrap_or((0, Leaf::ZERO));
        if record.stream_version != version + 1 || record.stream_previous_leaf != leaf {
            return wrong("it does not go on with its stream");
        }
        let leaf = hash::leaf(bytes);
        self.versions.insert(record.stream.clone(), (record.stream_version, leaf));
        self.log.push(Logged { bytes: bytes.to_vec(), leaf, record });
        Ok(())
    }

    /// The records of a request are one of the appends that were sent under its id, once.
    fn take_request(
        &mut self,
        request: &RequestId,
        first: usize,
        count: usize,
        asking: &HashSet<RequestId>,
        vault: &dyn Vault,
    ) -> Result<(), Broken> {
        if let Some(place) = self.places.get(request) {
            return Err(format!("request {request} is recorded twice: at {} and at {first}", place.first));
        }
        let Some(sent) = self.sent.get(request) else {
            return Err(format!("record {first}: nobody sent request {request}"));
        };
        if !sent.open && !asking.contains(request) {
            return Err(format!(
                "record {first}: request {request} was told that nothing was written, and did not ask again"
            ));
        }
        let records = &self.log[first..first + count];
        let is = |append: &Append| {
            let events = events(append);
            events.len() == count
                && events.iter().zip(records).all(|(event, logged)| event.is(&logged.record))
        };
        let Some(attempt) = sent.attempts.iter().position(is) else {
            return Err(format!("record {first}: request {request} never sent this"));
        };
        for (event, logged) in events(&sent.attempts[attempt]).iter().zip(records) {
            check_commitments(event.event, &logged.record, vault)?;
        }
        let place = Place { first: wide(first), last: wide(first + count - 1), attempt };
        self.places.insert(*request, place);
        Ok(())
    }

    /// A receipt says where its request stands, what it said the first time, and that it is a repetition where the committer
    /// had seen its records, those below `seen`, before it was asked.
    pub(crate) fn receipt(&mut self, append: &Append, receipt: &Receipt, seen: u64) -> Result<(), Broken> {
        let request = append.request;
        let wrong =
            |what: &str| Err(format!("the receipt of request {request} at {}: {what}", receipt.first()));
        let Some(place) = self.place(&request) else { return wrong("it is not in the log") };
        if receipt.request() != request {
            return wrong("it is another's");
        }
        if (receipt.first().get(), receipt.last().get()) != (place.first, place.last) {
            return wrong("it stands elsewhere");
        }
        let recorded = self.recorded(&request).ok_or("no attempt")?;
        if !same(recorded, append) {
            return wrong("other content stands there");
        }
        let last = &self.log[usize::try_from(place.last).unwrap()];
        let block = self.blocks.iter().find(|block| block.header().end().get() > place.last);
        let header = block.ok_or("no block")?.header();
        if (receipt.leaf(), receipt.recorded_at()) != (last.leaf, last.record.recorded_at) {
            return wrong("leaf or time differ from the record's");
        }
        if (receipt.size(), receipt.root()) != (header.end().get(), header.root) {
            return wrong("size or root differ from the block's");
        }
        // Of two committers that make the very same block, which stands there once, both may say that it is new.
        if !receipt.repeated() && place.first < seen {
            return wrong("it stood there before it was asked for, and this says that it is new");
        }
        match self.by_request.get(&request).map(|index| &self.acknowledged[*index]) {
            Some(first) if !same_receipt(&first.receipt, receipt) => {
                wrong("the first one said something else")
            }
            Some(_) => Ok(()),
            None => {
                self.by_request.insert(request, self.acknowledged.len());
                let bytes = self.bytes_of(place);
                self.acknowledged.push(Acknowledged { receipt: *receipt, bytes });
                Ok(())
            }
        }
    }

    /// All that was acknowledged stands where it stood, with the bytes that it had.
    pub(crate) fn check_acknowledged(&self) -> Result<(), Broken> {
        for one in &self.acknowledged {
            let request = one.receipt.request();
            match self.place(&request) {
                Some(place)
                    if place.first == one.receipt.first().get() && self.bytes_of(place) == one.bytes => {}
                Some(_) => return Err(format!("acknowledged request {request} is not as it was")),
                None => return Err(format!("acknowledged request {request} is lost")),
            }
        }
        Ok(())
    }

    fn bytes_of(&self, place: Place) -> Vec<u8> {
        let range = usize::try_from(place.first).unwrap()..=usize::try_from(place.last).unwrap();
        self.log[range].iter().flat_map(|logged| logged.bytes.iter().copied()).collect()
    }

    /// Whether a head is the end of some block, or of an empty log.
    pub(crate) fn is_an_end(&self, head: &LedgerHead) -> bool {
        self.blocks.iter().rev().map(|block| block.header()).any(|header| {
            (header.end().get(), header.last_leaf, header.root) == (head.size, head.leaf, head.root)
        })
    }

    /// The root of a block is the root of the tree as RFC 6962 defines it, hashed from the leaves.
    pub(crate) fn check_root(&self, index: usize) -> Result<(), Broken> {
        let header = self.blocks[index].header();
        let size = usize::try_from(header.end().get()).unwrap();
        let leaves: Vec<Node> = self.log[..size].iter().map(|logged| leaf_node(&logged.leaf)).collect();
        let root = Root::from(plain_root(&leaves));
        if root == header.root { Ok(()) } else { Err(format!("the root at size {size} is not the tree's")) }
    }
}

/// Whether two appends say the same: all but versions, and personal data by its words.
pub(crate) fn same(recorded: &Append, asked: &Append) -> bool {
    let (ours, theirs) = (events(recorded), events(asked));
    ours.len() == theirs.len()
        && ours.iter().zip(&theirs).all(|(one, other)| {
            let words = one.event.personal.iter().zip(&other.event.personal);
            let words = words.into_iter().all(|(known, said)| known.plaintext == said.plaintext);
            one.stream == other.stream
                && one.event.personal.len() == other.event.personal.len()
                && words
                && plain(one.event) == plain(other.event)
        })
}

/// An event of an append, with its stream and the version that it gets.
struct Asked<'a> {
    stream: &'a Stream,
    version: u64,
    event: &'a NewEvent,
}

impl Asked<'_> {
    fn is(&self, record: &Record) -> bool {
        let event = self.event;
        (&record.stream, record.stream_version) == (self.stream, self.version)
            && (record.kind, record.kind_revision) == (event.kind, event.kind_revision)
            && (record.effective, record.office, record.actor) == (event.effective, event.office, event.actor)
            && (record.provenance, record.rule_set) == (event.provenance, event.rule_set)
            && (record.corrects, &record.payload) == (event.corrects, &event.payload)
            && record.commitments.len() == event.personal.len()
    }
}

fn events(append: &Append) -> Vec<Asked<'_>> {
    let mut events = Vec::new();
    for part in &append.streams {
        for (event, version) in part.events.iter().zip(part.expected_version + 1..) {
            events.push(Asked { stream: &part.stream, version, event });
        }
    }
    events
}

/// An event without the names of its personal data.
fn plain(event: &NewEvent) -> NewEvent {
    let mut plain = event.clone();
    for personal in &event.personal {
        replace(&mut plain.payload, &personal.reference, &[0; 16]);
    }
    plain.personal.clear();
    plain
}

/// Puts one name in the place of another wherever it stands in a payload.
pub(crate) fn replace(payload: &mut [u8], old: &Reference, new: &Reference) {
    let mut at = 0;
    while at + old.len() <= payload.len() {
        if payload[at..at + old.len()] == *old {
            payload[at..at + old.len()].copy_from_slice(new);
            at += old.len();
        } else {
            at += 1;
        }
    }
}

/// What the vault keeps opens the record's commitments, and says what was sent.
fn check_commitments(event: &NewEvent, record: &Record, vault: &dyn Vault) -> Result<(), Broken> {
    for (personal, commitment) in event.personal.iter().zip(&record.commitments) {
        match vault.read(&personal.reference, commitment) {
            Ok(plaintext) if *plaintext == personal.plaintext => {}
            Ok(_) => return Err(format!("record {}: the vault says other words", record.position)),
            Err(lost) => return Err(format!("record {}: {lost}", record.position)),
        }
    }
    Ok(())
}

/// Whether two receipts say the same, one of them perhaps as a repetition.
fn same_receipt(one: &Receipt, other: &Receipt) -> bool {
    (one.first(), one.last(), one.leaf(), one.recorded_at())
        == (other.first(), other.last(), other.leaf(), other.recorded_at())
        && (one.size(), one.root()) == (other.size(), other.root())
}

/// MTH of RFC 6962, section 2.1, over nodes of single entries: split at the largest power of two below the size.
fn plain_root(leaves: &[Node]) -> Node {
    match leaves {
        [] => Node(Root::empty().0),
        [one] => *one,
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            parent(&plain_root(left), &plain_root(right))
        }
    }
}

fn wide(number: usize) -> u64 {
    u64::try_from(number).unwrap()
}
