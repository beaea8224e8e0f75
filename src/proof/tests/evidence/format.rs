//! `docs/format.md` and the golden files, held against the code: what was once written is read and written for ever.
//!
//! A golden file is never refreshed: another form of the bytes is another revision, with a golden file of its own.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use thads_proof::block::{Block, Builder, Header};
use thads_proof::genesis::{Clock, Genesis, Unit};
use thads_proof::record::{
    Leaf, LedgerId, Micros, Position, Provenance, Record, RequestId, Stream, StreamTag,
};
use thads_proof::tree::Frontier;
use thads_proof::verify::{Options, verify_export};
use thads_proof::{export, hash, hex, note, segment};

use crate::support;

const LEDGER: LedgerId = LedgerId([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
const SIZE: usize = 2048;

fn room(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn vkey(name: &str, seed: u8) -> String {
    note::NoteKey::from_seed(name, note::Algorithm::Ed25519, &[seed; 32]).unwrap().vkey().to_string()
}

/// The two records of the worked example.
fn records() -> [Record; 2] {
    let start = Micros::new(1_538_352_000_000_000);
    let genesis = Genesis {
        name: "Sổ thử".to_owned(),
        origin: "thads.example/thu".to_owned(),
        unit: Unit { code: "VND".to_owned(), exponent: 0 },
        log_key: vkey("thads.example/thu", 1),
        root_key: vkey("thads.example/thu/root", 2),
        clock: Clock::Simulated { seed: 7 },
        practice: true,
    };
    let first = genesis.record(LEDGER, start, RequestId([0x11; 16]), [0x22; 16]).unwrap();
    let second = Record {
        ledger: LEDGER,
        position: Position::new(1),
        previous_leaf: hash::leaf(&first.encode().unwrap()),
        recorded_at: Micros::new(1_538_352_000_250_000),
        stream: Stream::new(StreamTag::Case, b"DT03/2018/0001").unwrap(),
        stream_version: 1,
        stream_previous_leaf: Leaf::ZERO,
        effective: 17_805,
        office: 3,
        actor: 41,
        provenance: Provenance::Practice,
        rule_set: 2,
        request: RequestId([0x33; 16]),
        corrects: None,
        kind: 65_535,
        kind_revision: 1,
        blind: [0x55; 16],
        payload: thads_codec::encode(&("án phí", 5_000_000u64, Some(-3i64), 250u16, true)).unwrap(),
        commitments: vec![hash::commitment(&[0x44; 32], "Nguyễn Văn A".as_bytes())],
    };
    [first, second]
}

/// The segment of the worked example: its header, one block of both records, zeros.
fn segment_bytes() -> (Header, Vec<u8>) {
    let mut frontier = Frontier::new();
    let mut builder = Builder::new(Position::GENESIS, Leaf::ZERO);
    for record in records() {
        let bytes = record.encode().unwrap();
        frontier.push(hash::leaf(&bytes));
        builder.push(&bytes, hash::leaf(&bytes)).unwrap();
    }
    let (header, block) = builder.finish(frontier.root()).unwrap();
    let mut bytes = segment::Header { ledger: LEDGER, number: 0, first: Position::GENESIS }.encode().to_vec();
    bytes.extend(block);
    bytes.resize(SIZE, 0);
    (header, bytes)
}

/// The fields of the worked example in their order, with their lengths.
fn fields(header: &Header) -> Vec<(String, usize)> {
    let mut fields: Vec<(String, usize)> = Vec::new();
    let mut add = |of: &str, list: &[(&str, usize)]| {
        fields.extend(list.iter().map(|(name, length)| (format!("{of}{name}"), *length)));
    };
    add("segment: ", &[("magic, revision", 8), ("ledger id", 16), ("number", 8), ("first position", 8)]);
    add("segment: ", &[("checksum", 8), ("zeros", 464)]);
    add("block: ", &[("magic, revision", 8), ("length", 4), ("count", 4), ("first position", 8)]);
    add("block: ", &[("previous leaf", 32), ("last leaf", 32), ("root", 32), ("header checksum", 8)]);
    for record in 0..2 {
        add(&format!("index {record}: "), &[("length", 4), ("mark", 8)]);
    }
    for (number, record) in records().iter().enumerate() {
        let of = format!("record {number}: ");
        add(
            &of,
            &[("revision", 1), ("ledger id", 16), ("position", 8), ("previous leaf", 32), ("recorded at", 8)],
        );
        add(&of, &[("stream tag", 1), ("key length", 1), ("key", record.stream.key().len())]);
        add(&of, &[("stream version", 8), ("stream's previous leaf", 32), ("effective", 4), ("office", 4)]);
        add(&of, &[("actor", 4), ("provenance", 1), ("rule set", 1), ("request id", 16), ("corrects", 8)]);
        add(&of, &[("kind", 2), ("kind revision", 1), ("blind", 16), ("payload length", 4)]);
        add(&of, &[("payload", record.payload.len()), ("commitments", 2)]);
        add(&of, &vec![("commitment", 32); record.commitments.len()]);
    }
    add("block: ", &[("hash", 32), ("padding", header.stored_length() - header.length())]);
    fields
}

/// The worked example as `docs/format.md` shows it: offset, bytes, field; sixteen bytes a line.
fn drawn(header: &Header, bytes: &[u8]) -> String {
    let mut text = String::new();
    let mut offset = 0;
    for (name, length) in fields(header) {
        let field = &bytes[offset..offset + length];
        if length > 64 && segment::is_zero(field) || name.ends_with("padding") {
            assert!(segment::is_zero(field));
            writeln!(text, "{offset:04x}  {:<48}  {name}", format!("00 × {length}")).unwrap();
        } else {
            for (line, chunk) in field.chunks(16).enumerate() {
                let pairs: Vec<String> = chunk.iter().map(|byte| hex::encode(&[*byte])).collect();
                let name = if line == 0 { format!("  {name}") } else { String::new() };
                let row = format!("{:04x}  {:<48}{name}", offset + 16 * line, pairs.join(" "));
                writeln!(text, "{}", row.trim_end()).unwrap();
            }
        }
        offset += length;
    }
    writeln!(text, "{offset:04x}  {:<48}  unused", format!("00 × {}", bytes.len() - offset)).unwrap();
    text
}

/// Reads what [`drawn`] shows back into bytes, checking the offsets.
fn read_back(text: &str) -> Vec<u8> {
    let mut bytes: Vec<u8> = Vec::new();
    for line in text.lines() {
        let (offset, rest) = line.split_once("  ").unwrap();
        assert_eq!(usize::from_str_radix(offset, 16), Ok(bytes.len()), "{line}");
        let shown = rest.trim_start().split("  ").next().unwrap();
        match shown.strip_prefix("00 × ") {
            Some(count) => bytes.resize(bytes.len() + count.trim().parse::<usize>().unwrap(), 0),
            None => bytes.extend(shown.split(' ').flat_map(|pair| hex::decode(pair).unwrap())),
        }
    }
    bytes
}

#[test]
fn the_worked_example_is_what_the_code_writes_and_reads() {
    let page = fs::read_to_string(room("../../docs/format.md")).unwrap();
    let example = page.split("```hex\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap_or_default();
    let (header, bytes) = segment_bytes();
    let drawn = drawn(&header, &bytes);
    assert!(example == drawn, "docs/format.md must show:\n{drawn}");

    let read = read_back(example);
    assert_eq!(read, bytes);
    let block = Block::parse(&read[segment::BLOCKS_AT..]).unwrap();
    assert_eq!(*block.header(), header);
    let decoded: Vec<Record> = block.records().map(|(_, bytes)| Record::decode(bytes).unwrap()).collect();
    assert_eq!(decoded, records());
    let report = support::verify_files(&[read], &Options::default());
    assert!(report.is_good(), "{:?}", report.findings);
    for shown in [header.last_leaf.to_string(), header.root.to_string(), records()[0].stream.to_string()] {
        assert!(page.contains(&shown), "docs/format.md must name {shown}");
    }
}

fn golden(name: &str) -> Vec<u8> {
    let path = room("golden").join(name);
    let text = fs::read_to_string(&path).unwrap_or_default();
    hex::decode(&text.split_whitespace().collect::<String>()).unwrap()
}

fn assert_golden(name: &str, bytes: &[u8]) {
    let lines: Vec<String> = bytes.chunks(32).map(hex::encode).collect();
    assert!(golden(name) == bytes, "golden/{name} differs; the code writes:\n{}", lines.join("\n"));
}

#[test]
fn golden_record_of_revision_1() {
    let [_, record] = records();
    assert_golden("record-1.hex", &record.encode().unwrap());
    assert_eq!(Record::decode(&golden("record-1.hex")), Ok(record));
}

#[test]
fn golden_genesis_of_revision_1() {
    let [genesis, _] = records();
    assert_golden("genesis-1.hex", &genesis.encode().unwrap());
    let decoded = Record::decode(&golden("genesis-1.hex")).unwrap();
    let payload = Genesis::from_record(&decoded).unwrap();
    assert_eq!((payload.clock, payload.name.as_str()), (Clock::Simulated { seed: 7 }, "Sổ thử"));
}

/// Nothing in the header of a founding is free: who makes it anew cannot make it say more.
#[test]
fn a_genesis_says_nothing_in_its_header_but_what_founds() {
    let [genesis, _] = records();
    Genesis::from_record(&genesis).unwrap();
    let changes: [fn(&mut Record); 7] = [
        |record| record.effective += 1,
        |record| record.office = 5,
        |record| record.actor = 5,
        |record| record.provenance = Provenance::Live,
        |record| record.rule_set = 3,
        |record| record.corrects = Some(Position::GENESIS),
        |record| record.commitments.push([0; 32]),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let mut changed = genesis.clone();
        change(&mut changed);
        assert!(Genesis::from_record(&changed).is_err(), "{number}");
    }
}

#[test]
fn golden_segment_of_revision_1() {
    assert_golden("segment-1.hex", &segment_bytes().1);
    assert!(support::verify_files(&[golden("segment-1.hex")], &Options::default()).is_good());
}

#[test]
fn golden_export_of_revision_1() {
    let encoded = records().map(|record| record.encode().unwrap());
    let header = export::Header { ledger: LEDGER, count: 2, head: hash::leaf(&encoded[1]) };
    let bytes = [&header.encode()[..], &encoded[0], &encoded[1]].concat();
    assert_golden("export-1.hex", &bytes);
    assert!(verify_export(golden("export-1.hex").as_slice(), &Options::default()).unwrap().is_good());
}

#[test]
fn golden_frontier_of_revision_1() {
    let mut frontier = Frontier::new();
    records().iter().for_each(|record| frontier.push(hash::leaf(&record.encode().unwrap())));
    frontier.push(Leaf([7; 32]));
    assert_golden("frontier-1.hex", &frontier.encode());
    assert_eq!(Frontier::decode(&golden("frontier-1.hex")).unwrap().root(), frontier.root());
}
