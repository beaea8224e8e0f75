//! What holds for all records, bytes and trees: one sentence above each.

use std::convert::Infallible;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use thads_proof::block::{Block, Header};
use thads_proof::checkpoint::{Checkpoint, Note, Vkey};
use thads_proof::genesis::Genesis;
use thads_proof::record::{
    COMMITMENTS_MAX, Leaf, LedgerId, Micros, PAYLOAD_MAX, Position, Provenance, Record, RecordError,
    RequestId, Stream, StreamTag, View, length_of,
};
use thads_proof::tree::{Frontier, Node, Nodes, Root, leaf_node, verify_consistency, verify_inclusion};
use thads_proof::verify::{Options, verify_export, verify_records, verify_segment_bytes};
use thads_proof::{export, segment};

use crate::support::{self, Log};

fn any_stream() -> impl Strategy<Value = Stream> {
    (proptest::sample::select(StreamTag::ALL), vec(any::<u8>(), 1..=255))
        .prop_map(|(tag, key)| Stream::new(tag, &key).unwrap())
}

prop_compose! {
    fn any_record()(
        (ledger, position, previous_leaf, recorded_at) in any::<([u8; 16], u64, [u8; 32], i64)>(),
        (stream, stream_version, stream_previous_leaf) in (any_stream(), 1u64.., any::<[u8; 32]>()),
        (effective, office, actor, rule_set) in any::<(i32, u32, u32, u8)>(),
        provenance in proptest::sample::select(Provenance::ALL),
        (request, corrects, kind, kind_revision) in any::<([u8; 16], Option<u64>, u16, u8)>(),
        (blind, payload) in (any::<[u8; 16]>(), vec(any::<u8>(), 0..600)),
        commitments in vec(any::<[u8; 32]>(), 0..=COMMITMENTS_MAX),
    ) -> Record {
        let position_of = |number: u64| Position::new(number.min(u64::MAX - 1));
        Record {
            ledger: LedgerId(ledger),
            position: position_of(position),
            previous_leaf: Leaf(previous_leaf),
            recorded_at: Micros::new(recorded_at),
            stream,
            stream_version,
            stream_previous_leaf: Leaf(stream_previous_leaf),
            effective,
            office,
            actor,
            provenance,
            rule_set,
            request: RequestId(request),
            corrects: corrects.map(position_of),
            kind,
            kind_revision,
            blind,
            payload,
            commitments,
        }
    }
}

fn options() -> Options {
    Options { threads: 1, ..Options::default() }
}

/// A tree of some leaves, in memory.
fn tree(leaves: &[[u8; 32]]) -> Nodes {
    let mut nodes = Nodes::new();
    leaves.iter().for_each(|leaf| nodes.push(Leaf(*leaf)));
    nodes
}

/// Places of a proof's parts, all of which count.
fn alter(proof: &[Node], at: Index, bit: u8) -> Vec<Node> {
    let mut altered = proof.to_vec();
    let byte = at.index(32 * proof.len());
    altered[byte / 32].0[byte % 32] ^= 1 << (bit % 8);
    altered
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// A record reads back from its bytes, which are as long as it says and no other record's.
    #[test]
    fn a_record_reads_back(record in any_record(), behind in vec(any::<u8>(), 0..40)) {
        let bytes = record.encode().unwrap();
        prop_assert_eq!(bytes.len(), record.length());
        let decoded = Record::decode(&bytes).unwrap();
        prop_assert_eq!(decoded.encode().unwrap(), bytes.clone());
        prop_assert_eq!(&decoded, &record);
        let longer = [bytes.as_slice(), behind.as_slice()].concat();
        prop_assert_eq!(length_of(&longer), Some(bytes.len()));
        prop_assert_eq!(Record::decode_prefix(&longer).unwrap(), (record, bytes.len()));
    }

    /// Two records never have the same bytes: decoding what differs gives what differs, or nothing.
    #[test]
    fn a_changed_byte_is_never_the_same_record(record in any_record(), at in any::<Index>(), change in 1u8..) {
        let mut bytes = record.encode().unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= change;
        prop_assert_ne!(Record::decode(&bytes), Ok(record));
    }

    /// Whatever bytes are read, by whatever reader, the answer is a value or an error.
    #[test]
    fn reading_never_panics(bytes in vec(any::<u8>(), 0..1500), text in ".{0,200}") {
        let _ = View::decode_prefix(&bytes);
        let _ = length_of(&bytes);
        let _ = Block::parse(&bytes);
        let _ = Header::decode(&bytes);
        let _ = segment::Header::decode(&bytes);
        let _ = Frontier::decode(&bytes);
        let _ = Genesis::decode(&bytes);
        let _ = thads_codec::canonical::<(u64, String, Vec<(i64, Option<u8>)>)>(&bytes);
        let _ = thads_proof::tile::Bundle::new(0, 3).unwrap().decode(&bytes);
        let _ = verify_export(bytes.as_slice(), &options());
        let _ = verify_records([(Position::GENESIS, bytes.clone())], &options());
        let Ok(_) = verify_segment_bytes([Ok::<_, Infallible>((0, bytes))], &options());
        let _ = Note::parse(&text);
        let _ = text.parse::<Vkey>();
        let _ = text.parse::<Checkpoint>();
        let _ = text.parse::<Stream>();
        let _ = text.parse::<RequestId>();
        let _ = text.parse::<thads_proof::tile::Tile>();
    }

    /// Much damage in a segment is still told, without a panic.
    #[test]
    fn much_damage_is_told(places in vec((any::<Index>(), any::<u8>(), 1usize..40), 1..12)) {
        let segments = support::segments(&Log::new(20).encoded(), &[1, 6, 2], 8 << 10);
        let mut files: Vec<Vec<u8>> = segments.into_iter().map(|segment| segment.bytes).collect();
        let whole = files.clone();
        for (at, byte, length) in places {
            let at = at.index(files[0].len());
            let end = (at + length).min(files[0].len());
            files[0][at..end].fill(byte);
        }
        let report = support::verify_files(&files, &options());
        let short = report.summary.size < 20;
        prop_assert!(files == whole || !report.is_good() || !report.torn.is_empty() || short);
    }

    /// Any bit of any record in any source is found, and placed exactly.
    #[test]
    fn a_bit_is_placed(record in any::<Index>(), at in any::<Index>(), bit in 0u32..8, counts in vec(1usize..7, 1..4)) {
        let log = Log::new(16).encoded();
        let record = record.index(log.len());
        let position = Position::new(u64::try_from(record).unwrap());
        let length = log[record].1.len();
        let at = at.index(length);
        let mut segments = support::segments(&log, &counts, 8 << 10);
        for segment in &mut segments {
            let part = segment.parts.iter().find(|(_, part, of)| *part == support::Part::Record && *of == position);
            if let Some((range, ..)) = part {
                segment.bytes[range.start + at] ^= 1 << bit;
            }
        }
        let files: Vec<Vec<u8>> = segments.into_iter().map(|segment| segment.bytes).collect();
        let placed: Vec<Position> =
            support::verify_files(&files, &options()).findings.iter().map(|finding| finding.position).collect();
        prop_assert_eq!(placed, [position]);
        let start = export::HEADER_LENGTH + log[..record].iter().map(|(_, bytes)| bytes.len()).sum::<usize>();
        let mut export = support::export(&log);
        export[start + at] ^= 1 << bit;
        let report = verify_export(export.as_slice(), &options()).unwrap();
        let placed: Vec<Position> = report.findings.iter().map(|finding| finding.position).collect();
        prop_assert_eq!(placed, [position]);
    }

    /// Every entry of a tree is proved; no altered proof, leaf, index or root is.
    #[test]
    fn inclusion(leaves in vec(any::<[u8; 32]>(), 1..70), at in any::<Index>(), node in any::<Index>(), bit in any::<u8>()) {
        let (nodes, at) = (tree(&leaves), at.index(leaves.len()));
        let (index, size) = (u64::try_from(at).unwrap(), nodes.size());
        let (leaf, root) = (leaf_node(&Leaf(leaves[at])), nodes.root_at(size).unwrap());
        let proof = nodes.inclusion_proof(index, size).unwrap();
        prop_assert_eq!(verify_inclusion(index, size, &leaf, &proof, &root), Ok(()));
        let mut other = leaf;
        other.0[usize::from(bit % 32)] ^= 1;
        prop_assert!(verify_inclusion(index, size, &other, &proof, &root).is_err());
        prop_assert!(verify_inclusion(index, size, &leaf, &proof, &Root(other.0)).is_err());
        prop_assert!(verify_inclusion(index, size, &leaf, &[proof.as_slice(), &[other]].concat(), &root).is_err());
        if !proof.is_empty() {
            prop_assert!(verify_inclusion(index, size, &leaf, &alter(&proof, node, bit), &root).is_err());
            prop_assert!(verify_inclusion(index, size, &leaf, &proof[1..], &root).is_err());
            let wrong = (index + 1 + u64::from(bit)) % size;
            prop_assert!(wrong == index || verify_inclusion(wrong, size, &leaf, &proof, &root).is_err());
        }
    }

    /// Every earlier tree is proved to be the beginning of a later one; no altered proof or root is.
    #[test]
    fn consistency(leaves in vec(any::<[u8; 32]>(), 1..70), at in any::<Index>(), node in any::<Index>(), bit in any::<u8>()) {
        let nodes = tree(&leaves);
        let (new, old) = (nodes.size(), u64::try_from(at.index(leaves.len())).unwrap() + 1);
        let (old_root, new_root) = (nodes.root_at(old).unwrap(), nodes.root_at(new).unwrap());
        let proof = nodes.consistency_proof(old, new).unwrap();
        prop_assert_eq!(verify_consistency(old, new, &old_root, &new_root, &proof), Ok(()));
        let mut other = old_root;
        other.0[usize::from(bit % 32)] ^= 1;
        prop_assert!(verify_consistency(old, new, &other, &new_root, &proof).is_err());
        prop_assert!(verify_consistency(old, new, &old_root, &other, &proof).is_err());
        prop_assert!(verify_consistency(0, new, &Root::empty(), &new_root, &[]).is_err());
        if !proof.is_empty() {
            prop_assert!(verify_consistency(old, new, &old_root, &new_root, &alter(&proof, node, bit)).is_err());
            prop_assert!(verify_consistency(old, new, &old_root, &new_root, &proof[1..]).is_err());
        }
    }

    /// A frontier goes on from its bytes as if it had never stopped.
    #[test]
    fn a_frontier_goes_on(leaves in vec(any::<[u8; 32]>(), 0..70), cut in any::<Index>()) {
        let cut = cut.index(leaves.len() + 1);
        let mut frontier = Frontier::new();
        leaves[..cut].iter().for_each(|leaf| frontier.push(Leaf(*leaf)));
        let mut frontier = Frontier::decode(&frontier.encode()).unwrap();
        leaves[cut..].iter().for_each(|leaf| frontier.push(Leaf(*leaf)));
        prop_assert_eq!(frontier.root(), tree(&leaves).root_at(frontier.size()).unwrap());
    }
}

/// The limits hold on both sides: what may not be written is not read either.
#[test]
fn limits_at_both_sides() {
    let base = || Log::new(2).records.remove(1);
    let largest = Record {
        payload: vec![7; PAYLOAD_MAX],
        commitments: vec![[8; 32]; COMMITMENTS_MAX],
        stream: Stream::new(StreamTag::Import, &[9; 255]).unwrap(),
        ..base()
    };
    let bytes = largest.encode().unwrap();
    assert_eq!(bytes.len(), thads_proof::record::LENGTH_MAX);
    assert_eq!(Record::decode(&bytes), Ok(largest));
    let refused = [
        (Record { payload: vec![0; PAYLOAD_MAX + 1], ..base() }, RecordError::Payload(PAYLOAD_MAX + 1)),
        (Record { commitments: vec![[0; 32]; COMMITMENTS_MAX + 1], ..base() }, RecordError::Commitments(65)),
        (Record { stream_version: 0, ..base() }, RecordError::StreamVersion),
        (Record { position: Position::new(u64::MAX), ..base() }, RecordError::Position(u64::MAX)),
        (Record { corrects: Some(Position::new(u64::MAX)), ..base() }, RecordError::Position(u64::MAX)),
    ];
    for (record, error) in refused {
        assert_eq!(record.encode(), Err(error));
    }
    let bytes = base().encode().unwrap();
    let key = 14;
    let payload_length_at = 67 + key + 97;
    for (at, change, error) in [
        (0, vec![2], RecordError::Revision(2)),
        (17, vec![0xff; 8], RecordError::Position(u64::MAX)),
        (65, vec![10], RecordError::StreamTag(10)),
        (66, vec![0], RecordError::StreamKey),
        (67 + key, vec![0; 8], RecordError::StreamVersion),
        (67 + key + 8 + 32 + 12, vec![3], RecordError::Provenance(3)),
        (payload_length_at, vec![0, 1, 0, 1], RecordError::Payload(PAYLOAD_MAX + 1)),
        (payload_length_at + 4 + 1, vec![0, 65], RecordError::Commitments(65)),
    ] {
        let mut damaged = bytes.clone();
        damaged[at..at + change.len()].copy_from_slice(&change);
        assert_eq!(Record::decode(&damaged), Err(error));
    }
}
