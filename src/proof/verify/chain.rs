//! The chain, followed record by record: what the records, their streams, blocks and the tree say of each other.
//!
//! Who is to blame where a link breaks is decided in `blame`. For a blamed record the chain goes on with the leaf that
//! its successor holds, so that nothing after it is blamed.

mod blame;

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use blame::{Waiting, changed};

use super::Options;
use super::examine::{Fields, Group, Remark};
use super::finding::{Finding, Place, Report, Summary, Torn, What};
use crate::checkpoint::Checkpoint;
use crate::genesis::{Genesis, GenesisError};
use crate::record::{Leaf, LedgerId, Micros, Position};
use crate::tree::{Frontier, Root, leaf_node};

/// The verification's state.
pub(super) struct Chain<'a> {
    options: &'a Options,
    waiting: VecDeque<Waiting>,
    frontier: Frontier,
    /// The leaf that the next record must hold.
    head: Leaf,
    /// The leaf of the last record's bytes as they are found.
    head_as_found: Leaf,
    /// The position of the record before.
    last: Option<Position>,
    /// The position behind the highest so far.
    next: Position,
    /// Positions passed over, by their first: the last of them, and the finding's index.
    gaps: BTreeMap<Position, (Position, usize)>,
    /// Each stream's version and leaf.
    streams: HashMap<Box<[u8]>, (u64, Leaf)>,
    /// The tree over the bytes as they are found, once these are not those that the chain was made over.
    as_found: Option<Frontier>,
    /// First bytes of the leaves of bad records: their streams go on from them.
    lost: HashSet<[u8; 8]>,
    known: BTreeMap<Position, Leaf>,
    /// Those that are still to be compared, the largest first.
    checkpoints: Vec<&'a Checkpoint>,
    agreed: u64,
    roots_agree: bool,
    ledger: Option<LedgerId>,
    genesis: Option<Genesis>,
    recorded_at: Option<Micros>,
    findings: Vec<Finding>,
    more: u64,
    torn: Vec<Torn>,
    records: u64,
    blocks: u64,
    segments: u64,
    bytes: u64,
}

impl<'a> Chain<'a> {
    pub(super) fn new(options: &'a Options) -> Chain<'a> {
        let mut checkpoints: Vec<_> = options.checkpoints.iter().collect();
        checkpoints.sort_by_key(|checkpoint| Reverse(checkpoint.size));
        Chain {
            options,
            waiting: VecDeque::new(),
            frontier: Frontier::new(),
            head: Leaf::ZERO,
            head_as_found: Leaf::ZERO,
            last: None,
            next: Position::GENESIS,
            gaps: BTreeMap::new(),
            streams: HashMap::new(),
            as_found: None,
            lost: HashSet::new(),
            known: options.known.iter().copied().collect(),
            checkpoints,
            agreed: 0,
            roots_agree: true,
            ledger: options.ledger,
            genesis: None,
            recorded_at: None,
            findings: Vec::new(),
            more: 0,
            torn: Vec::new(),
            records: 0,
            blocks: 0,
            segments: 0,
            bytes: 0,
        }
    }

    /// The position that a record would have behind all that were added.
    pub(super) fn end(&self) -> Position {
        let waiting = u64::try_from(self.waiting.len()).unwrap_or(0);
        Position::new(self.next.get().saturating_add(waiting))
    }

    /// Tells the ledger, from a source that says it.
    pub(super) fn ledger(&mut self, ledger: LedgerId) {
        self.ledger.get_or_insert(ledger);
    }

    /// Begins a segment; its header says the ledger if it is intact.
    pub(super) fn segment(&mut self, ledger: Option<LedgerId>) {
        self.segments += 1;
        if let Some(ledger) = ledger {
            self.ledger(ledger);
        }
    }

    /// Tells the leaf of the last record, from a source that says it.
    pub(super) fn witness(&mut self, position: Position, leaf: Leaf) {
        self.known.entry(position).or_insert(leaf);
    }

    pub(super) fn torn(&mut self, place: Place) {
        let position = self.end();
        self.torn.push(Torn { place, position });
    }

    /// Adds what stands next in the source.
    pub(super) fn add(&mut self, group: Group) {
        self.blocks += u64::from(group.is_block);
        if group.records.is_empty() {
            let position = self.end();
            for remark in group.remarks {
                self.report(position, 1, remark.what, remark.place, remark.expected, remark.found);
            }
            return;
        }
        let last = group.records.len() - 1;
        let mut remarks = group.remarks;
        let block = group.header;
        let header = |has: bool| block.as_ref().filter(|_| has).cloned().map(Box::new);
        for (index, examined) in group.records.into_iter().enumerate() {
            let own = |remark: &mut Remark| remark.record == index || index == last;
            self.waiting.push_back(Waiting {
                examined,
                opens: header(index == 0),
                closes: header(index == last),
                block_place: group.place,
                remarks: remarks.extract_if(.., own).collect(),
            });
            if self.waiting.len() > 2 {
                self.judge();
            }
        }
    }

    /// Judges what still waits, and says what was found.
    pub(super) fn finish(mut self) -> Report {
        while !self.waiting.is_empty() {
            self.judge();
        }
        let size = self.next.get();
        let receipts = self.known.keys().next_back().map_or(0, |position| position.next().get());
        let signed = self.options.checkpoints.iter().map(|checkpoint| checkpoint.size).max().unwrap_or(0);
        let wanted = signed.max(receipts);
        if wanted > size {
            let (expected, found) = (format!("size {wanted}"), format!("size {size}"));
            self.report(self.next, wanted - size, What::Short, None, expected, found);
        }
        let mut findings = self.findings;
        findings.sort_by_key(|finding| (finding.position, finding.what));
        Report {
            summary: Summary {
                ledger: self.ledger,
                genesis: self.genesis,
                size,
                records: self.records,
                blocks: self.blocks,
                segments: self.segments,
                bytes: self.bytes,
                root: self.frontier.root(),
                head: self.head,
                recorded_at: self.recorded_at,
            },
            findings,
            more: self.more,
            torn: self.torn,
        }
    }

    fn report(
        &mut self,
        position: Position,
        count: u64,
        what: What,
        place: Option<Place>,
        expected: String,
        found: String,
    ) {
        if self.findings.len() < self.options.findings_max {
            self.findings.push(Finding { position, count, what, place, expected, found });
        } else {
            self.more += 1;
        }
    }

    /// Takes the first of those that wait out of the queue, with a verdict.
    fn judge(&mut self) {
        let Some(record) = self.waiting.pop_front() else { return };
        self.records += 1;
        self.bytes += super::examine::offset_of(record.examined.length);
        let verdict = self.verdict(&record);
        let own = record.examined.leaf;
        let (position, leaf) = match verdict {
            Verdict::Good { position } => (position, own),
            Verdict::Bad { position, what } => (position, self.blame(&record, position, what)),
        };
        for remark in &record.remarks {
            let (expected, found) = (remark.expected.clone(), remark.found.clone());
            self.report(position, 1, remark.what, remark.place, expected, found);
        }
        self.open_block(&record, position);
        if leaf != own {
            self.as_found.get_or_insert_with(|| self.frontier.clone());
        }
        if let Some(as_found) = &mut self.as_found {
            as_found.push_node(record.examined.node);
        }
        self.frontier.push_node(if leaf == own { record.examined.node } else { leaf_node(&leaf) });
        (self.head, self.head_as_found) = (leaf, own);
        self.last = Some(position);
        self.next = self.next.max(position.next());
        if let (Verdict::Good { .. }, Ok(fields)) = (verdict, &record.examined.fields) {
            self.check_fields(fields, position, leaf, record.examined.place);
        } else {
            let entry = record.examined.entry.filter(|_| record.examined.marked() == Some(false));
            self.lost.insert(entry.map_or_else(|| first_bytes(&leaf), |(_, entry)| entry.mark));
        }
        self.close_block(&record, position);
        self.check_known(&record, position, leaf);
        self.check_checkpoints();
    }

    fn verdict(&mut self, record: &Waiting) -> Verdict {
        let expected = self.next;
        let damaged = Verdict::Bad { position: expected, what: What::RecordDamaged };
        let expected_or_own = record.position().unwrap_or(expected);
        let confirmed = self.is_confirmed(record, self.waiting.front(), expected_or_own);
        let Ok(fields) = &record.examined.fields else { return self.at_claim(record, damaged) };
        if record.examined.marked() == Some(false) && !confirmed {
            return self.at_claim(record, damaged);
        }
        let found = fields.position;
        let follows = record.examined.previous_leaf == Some(self.head);
        let is_consecutive = found == self.last.map_or(Position::GENESIS, Position::next);
        let leads_on = self.waiting.front().is_some_and(|next| record.leads_to(next));
        let position = match (follows, is_consecutive) {
            (true, true) | (false, false) => {
                self.placed(found, record);
                found
            }
            (true, false) if leads_on => {
                self.report_position(expected, found, record.examined.place);
                let next = self.waiting.front().and_then(Waiting::position);
                if next == Some(found.next()) { found } else { expected }
            }
            (true, false) => return damaged,
            (false, true) => return Verdict::Bad { position: found, what: changed(record) },
        };
        if let (Some(false), Some((place, entry))) = (record.examined.marked(), record.examined.entry) {
            let expected = format!("mark {}", crate::hex::encode(&record.examined.leaf.0[..8]));
            let found = format!("mark {}", crate::hex::encode(&entry.mark));
            self.report(position, 1, What::BlockIndex, Some(place), expected, found);
        }
        if self.is_to_blame(record, position) {
            return Verdict::Bad { position, what: changed(record) };
        }
        Verdict::Good { position }
    }

    /// A damaged record stands where its source says, if that is further on: those between are missing.
    fn at_claim(&mut self, record: &Waiting, verdict: Verdict) -> Verdict {
        match (record.examined.claim, verdict) {
            (Some(claim), Verdict::Bad { what, .. }) if claim > self.next => {
                self.misplaced(claim, record.examined.place);
                Verdict::Bad { position: claim, what }
            }
            _ => verdict,
        }
    }

    /// A sound record stands here: is it the one that is expected, and does its source say so too?
    fn placed(&mut self, found: Position, record: &Waiting) {
        if found != self.next {
            self.misplaced(found, record.examined.place);
            return;
        }
        let claim = record.examined.claim.filter(|_| record.block_place.is_none() && self.roots_agree);
        if let Some(claim) = claim.filter(|claim| *claim != found) {
            self.report_position(claim, found, record.examined.place);
        }
    }

    fn report_position(&mut self, expected: Position, found: Position, place: Option<Place>) {
        let position = expected;
        let (expected, found) = (format!("position {expected}"), format!("position {found}"));
        self.report(position, 1, What::RecordPosition, place, expected, found);
    }

    /// Another position stands where the next is expected: records before it are missing, or it was there before, or
    /// it is one of those that were passed over.
    fn misplaced(&mut self, found: Position, place: Option<Place>) {
        let expected = self.next;
        self.roots_agree = false;
        if found > expected {
            let last = Position::new(found.get() - 1);
            self.gaps.insert(expected, (last, self.findings.len()));
            let count = found.get() - expected.get();
            let text = if count == 1 {
                format!("position {expected}")
            } else {
                format!("positions {expected} to {last}")
            };
            self.report(expected, count, What::RecordMissing, place, text, format!("position {found}"));
            return;
        }
        let gap = self.gaps.range(..=found).next_back().map(|(first, gap)| (*first, *gap));
        match gap.filter(|(_, (last, _))| found <= *last) {
            Some((first, (last, finding))) => {
                self.gaps.remove(&first);
                if first < found {
                    self.gaps.insert(first, (Position::new(found.get() - 1), finding));
                }
                if found < last {
                    self.gaps.insert(found.next(), (last, finding));
                }
                if let Some(finding) = self.findings.get_mut(finding) {
                    finding.what = What::RecordReordered;
                }
            }
            None => {
                let (expected, text) = (format!("position {expected}"), format!("position {found}"));
                self.report(found, 1, What::RecordRepeated, place, expected, text);
            }
        }
    }

    fn check_fields(&mut self, fields: &Fields, position: Position, leaf: Leaf, place: Option<Place>) {
        let ledger = *self.ledger.get_or_insert(fields.ledger);
        if fields.ledger != ledger {
            self.report(position, 1, What::Ledger, place, ledger.to_string(), fields.ledger.to_string());
        }
        match &fields.genesis {
            Some(Ok(genesis)) => self.genesis = Some(genesis.clone()),
            // What it says is not known; the chains do not need it.
            Some(Err(GenesisError::Later(_))) | None => {}
            Some(Err(error)) => {
                self.report(position, 1, What::Genesis, place, "a genesis".into(), error.to_string())
            }
        }
        if let Some(before) = self.recorded_at.filter(|before| fields.recorded_at < *before) {
            let (expected, found) = (format!("{before} or later"), fields.recorded_at.to_string());
            self.report(position, 1, What::RecordedAt, place, expected, found);
        }
        self.recorded_at = self.recorded_at.max(Some(fields.recorded_at));
        if let Some(corrected) = fields.corrects.filter(|corrected| *corrected >= position) {
            let expected = format!("a position below {position}");
            self.report(position, 1, What::Corrects, place, expected, corrected.to_string());
        }
        let (version, last) = self.streams.get(&fields.stream).copied().unwrap_or((0, Leaf::ZERO));
        let found = fields.stream_previous_leaf;
        if !self.lost.contains(&first_bytes(&found)) {
            if fields.stream_version != version.saturating_add(1) {
                let expected = format!("version {}", version.saturating_add(1));
                let found = format!("version {}", fields.stream_version);
                self.report(position, 1, What::StreamVersion, place, expected, found);
            } else if found != last {
                let (expected, found) = (format!("leaf {last}"), format!("leaf {found}"));
                self.report(position, 1, What::StreamLeaf, place, expected, found);
            }
        }
        match self.streams.get_mut(&fields.stream) {
            Some(stream) => *stream = (fields.stream_version, leaf),
            None => drop(self.streams.insert(fields.stream.clone(), (fields.stream_version, leaf))),
        }
    }

    fn open_block(&mut self, record: &Waiting, position: Position) {
        let Some(header) = record.opens.as_ref().filter(|_| self.roots_agree) else { return };
        if header.first != position {
            let (expected, found) = (format!("first position {position}"), format!("{}", header.first));
            self.report(position, 1, What::BlockChain, record.block_place, expected, found);
        }
        if header.previous_leaf != self.head && header.previous_leaf != self.head_as_found {
            let (expected, found) =
                (format!("previous leaf {}", self.head), header.previous_leaf.to_string());
            self.report(position, 1, What::BlockChain, record.block_place, expected, found);
        }
    }

    /// Compares the header's last leaf and root; those over the bytes as they are found are no further finding, since
    /// the record that makes the difference was named.
    fn close_block(&mut self, record: &Waiting, position: Position) {
        let Some(header) = record.closes.as_ref().filter(|_| self.roots_agree) else { return };
        if header.last_leaf != self.head && header.last_leaf != self.head_as_found {
            let (expected, found) = (format!("last leaf {}", self.head), header.last_leaf.to_string());
            self.report(position, 1, What::BlockChain, record.block_place, expected, found);
        }
        let root = self.frontier.root();
        if header.root != root && self.as_found.as_ref().is_none_or(|found| found.root() != header.root) {
            self.roots_agree = false;
            let (expected, found) = (format!("root {root}"), format!("root {}", header.root));
            let first = header.first.min(position);
            self.report(first, u64::from(header.count), What::Root, record.block_place, expected, found);
        }
    }

    fn check_known(&mut self, record: &Waiting, position: Position, leaf: Leaf) {
        let Some(known) = self.known.get(&position).filter(|known| **known != leaf) else { return };
        let (expected, found) = (format!("leaf {known}"), format!("leaf {leaf}"));
        self.report(position, 1, What::Receipt, record.examined.place, expected, found);
    }

    fn check_checkpoints(&mut self) {
        let size = self.frontier.size();
        while let Some(checkpoint) = self.checkpoints.pop_if(|checkpoint| checkpoint.size <= size) {
            // Of no records there is one root, before any was added.
            let of_nothing = checkpoint.size == 0;
            let root = if of_nothing { Root::empty() } else { self.frontier.root() };
            if checkpoint.size < size && !of_nothing {
                continue;
            }
            if checkpoint.root == root {
                self.agreed = checkpoint.size;
                continue;
            }
            self.checkpoints.clear();
            let (first, count) = (Position::new(self.agreed), size - self.agreed);
            let size = checkpoint.size;
            let (expected, found) =
                (format!("root {} of size {size}", checkpoint.root), format!("root {root}"));
            self.report(first, count, What::Checkpoint, None, expected, found);
        }
    }
}

fn first_bytes(leaf: &Leaf) -> [u8; 8] {
    std::array::from_fn(|index| leaf.0[index])
}

#[derive(Clone, Copy)]
enum Verdict {
    Good { position: Position },
    Bad { position: Position, what: What },
}
