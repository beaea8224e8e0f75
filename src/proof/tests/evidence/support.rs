//! A small ledger to verify and to damage: records, their blocks and segments, and what stands at every offset.

use std::convert::Infallible;
use std::fs;
use std::ops::Range;
use std::path::Path;

use thads_proof::block::{Builder, ENTRY_LENGTH, HASH_LENGTH, HEADER_LENGTH};
use thads_proof::checkpoint::LogKey;
use thads_proof::export;
use thads_proof::genesis::{Clock, Genesis, Unit};
use thads_proof::hash;
use thads_proof::record::{
    Leaf, LedgerId, Micros, Position, Provenance, Record, RequestId, Stream, StreamTag,
};
use thads_proof::segment;
use thads_proof::tree::{Frontier, Root};
use thads_proof::verify::{Options, Report, verify_segment_bytes};

pub(crate) const LEDGER: LedgerId = LedgerId(*b"ledger for tests");
pub(crate) const ORIGIN: &str = "thads.example/test";

/// Records in the order of their positions, chained.
pub(crate) struct Log {
    pub(crate) records: Vec<Record>,
}

impl Log {
    /// A genesis and `count - 1` records on three streams.
    pub(crate) fn new(count: u64) -> Log {
        let genesis = Genesis {
            name: "Sổ thử".to_owned(),
            origin: ORIGIN.to_owned(),
            unit: Unit { code: "VND".to_owned(), exponent: 0 },
            log_key: log_key().vkey().to_string(),
            root_key: String::new(),
            clock: Clock::Simulated { seed: 1 },
            practice: true,
        };
        let start = Micros::new(1_538_352_000_000_000);
        let first = genesis.record(LEDGER, start, RequestId([1; 16]), [2; 16]).unwrap();
        let mut log = Log { records: vec![first] };
        for number in 1..count {
            let byte = u8::try_from(number % 251).unwrap();
            let key = [b"DT03/2018/0001", b"DT03/2018/0002", b"DT03/2018/0003"][usize::from(byte % 3)];
            log.records.push(Record {
                ledger: LEDGER,
                position: Position::new(number),
                previous_leaf: Leaf::ZERO,
                recorded_at: start.checked_add(i64::try_from(number / 2).unwrap()).unwrap(),
                stream: Stream::new(StreamTag::Case, key).unwrap(),
                stream_version: 0,
                stream_previous_leaf: Leaf::ZERO,
                effective: 17_805,
                office: 3,
                actor: 7,
                provenance: Provenance::Practice,
                rule_set: 1,
                request: RequestId([byte; 16]),
                corrects: (number % 7 == 3).then_some(Position::new(number - 1)),
                kind: 100 + u16::from(byte % 5),
                kind_revision: 1,
                blind: [byte ^ 0x5a; 16],
                payload: vec![byte; usize::from(byte % 40)],
                commitments: vec![[byte; 32]; usize::from(byte % 3)],
            });
        }
        log.chain_from(1, true);
        log
    }

    /// Makes positions, leaves and stream chains anew from record `from` on; versions only if asked for.
    pub(crate) fn chain_from(&mut self, from: usize, versions: bool) {
        for index in from..self.records.len() {
            let (before, rest) = self.records.split_at_mut(index);
            let record = &mut rest[0];
            let leaf_of = |record: &Record| hash::leaf(&record.encode().unwrap());
            record.position = Position::new(u64::try_from(index).unwrap());
            record.previous_leaf = before.last().map_or(Leaf::ZERO, leaf_of);
            let last = before.iter().rev().find(|other| other.stream == record.stream);
            record.stream_previous_leaf = last.map_or(Leaf::ZERO, leaf_of);
            if versions {
                record.stream_version = last.map_or(1, |last| last.stream_version + 1);
            }
        }
    }

    pub(crate) fn encoded(&self) -> Vec<(Position, Vec<u8>)> {
        self.records.iter().map(|record| (record.position, record.encode().unwrap())).collect()
    }

    pub(crate) fn root_at(&self, size: usize) -> Root {
        let mut frontier = Frontier::new();
        self.encoded()[..size].iter().for_each(|(_, bytes)| frontier.push(hash::leaf(bytes)));
        frontier.root()
    }
}

pub(crate) fn log_key() -> LogKey {
    LogKey::from_seed(ORIGIN, &[3; 32]).unwrap()
}

/// What stands at some bytes of a segment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Part {
    SegmentHeader,
    BlockHeader,
    Entry,
    Record,
    Hash,
    Padding,
    Unused,
}

/// A segment's bytes and what stands in them, with the position that it concerns.
pub(crate) struct Segment {
    pub(crate) bytes: Vec<u8>,
    pub(crate) parts: Vec<(Range<usize>, Part, Position)>,
}

impl Segment {
    pub(crate) fn at(&self, offset: usize) -> (Part, Position) {
        let (_, part, position) = self.parts.iter().find(|(range, ..)| range.contains(&offset)).unwrap();
        (*part, *position)
    }
}

/// Writes records into blocks of the given counts (the last count repeats), and blocks into segments of `size` bytes,
/// as the ledger does: header with the first block, a block that does not fit goes into the next segment.
pub(crate) fn segments(records: &[(Position, Vec<u8>)], counts: &[usize], size: usize) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    let mut frontier = Frontier::new();
    let mut previous_leaf = Leaf::ZERO;
    let (mut rest, mut round) = (records, 0);
    let mut end = size;
    while !rest.is_empty() {
        let count = counts[round.min(counts.len() - 1)].min(rest.len());
        round += 1;
        let (block, after) = rest.split_at(count);
        let first = block[0].0;
        let mut builder = Builder::new(first, previous_leaf);
        for (_, bytes) in block {
            previous_leaf = hash::leaf(bytes);
            builder.push(bytes, previous_leaf).unwrap();
            frontier.push(previous_leaf);
        }
        let (header, bytes) = builder.finish(frontier.root()).unwrap();
        if end + bytes.len() > size {
            let number = u64::try_from(segments.len()).unwrap();
            let mut zeros = vec![0; size];
            zeros[..512].copy_from_slice(&segment::Header { ledger: LEDGER, number, first }.encode());
            if let Some(full) = segments.last_mut() {
                full.parts.push((end..size, Part::Unused, first));
            }
            segments.push(Segment { bytes: zeros, parts: vec![(0..512, Part::SegmentHeader, first)] });
            end = 512;
        }
        let segment = segments.last_mut().unwrap();
        segment.bytes[end..end + bytes.len()].copy_from_slice(&bytes);
        let mut at = end;
        let mut part = |length: usize, part: Part, position: Position| {
            segment.parts.push((at..at + length, part, position));
            at += length;
        };
        part(HEADER_LENGTH, Part::BlockHeader, first);
        block.iter().for_each(|(position, _)| part(ENTRY_LENGTH, Part::Entry, *position));
        block.iter().for_each(|(position, bytes)| part(bytes.len(), Part::Record, *position));
        part(HASH_LENGTH, Part::Hash, first);
        part(header.stored_length() - header.length(), Part::Padding, first);
        end += bytes.len();
        rest = after;
    }
    let next = records.last().unwrap().0.next();
    segments.last_mut().unwrap().parts.push((end..size, Part::Unused, next));
    segments
}

pub(crate) fn write(folder: &Path, segments: &[Segment]) {
    for (number, segment) in (0..).zip(segments) {
        fs::write(folder.join(segment::file_name(number)), &segment.bytes).unwrap();
    }
}

/// Verifies segments that lie in memory, numbered from 0.
pub(crate) fn verify_files(files: &[Vec<u8>], options: &Options) -> Report {
    let numbered = (0..).zip(files.iter().cloned()).map(Ok::<_, Infallible>);
    match verify_segment_bytes(numbered, options) {
        Ok(report) => report,
    }
}

pub(crate) fn export(records: &[(Position, Vec<u8>)]) -> Vec<u8> {
    let count = records.last().map_or(0, |(position, _)| position.get() + 1);
    let head = records.last().map_or(Leaf::ZERO, |(_, bytes)| hash::leaf(bytes));
    let mut bytes = export::Header { ledger: LEDGER, count, head }.encode().to_vec();
    records.iter().for_each(|(_, record)| bytes.extend(record));
    bytes
}
