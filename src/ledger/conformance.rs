//! What every journal and every vault must do, whoever wrote it: suites to run on an implementation (feature `conformance`).
//!
//! Each suite is given a way to make an empty one, and panics at the first promise that is not kept. What only files can
//! break, such as power cuts, is not in it.

#![allow(clippy::unwrap_used, reason = "a suite of tests")]

use std::ops::Range;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use thads_proof::block::Builder;
use thads_proof::hash;
use thads_proof::record::{
    Leaf, LedgerId, Micros, Position, Provenance, Record, RequestId, Stream, StreamTag,
};
use thads_proof::tree::Frontier;

use crate::journal::{Head, Journal, JournalError, Outcome, OwnedBlock};
use crate::records::Records;
use crate::vault::{Held, SealedEntry, Vault, WhyLost};

/// Longer than anything here takes; nothing waits for it to pass.
const LONG: Duration = Duration::from_secs(120);

/// Blocks that follow each other, and their records' bytes.
struct Log {
    blocks: Vec<OwnedBlock>,
    records: Vec<Vec<u8>>,
}

/// Makes a log of blocks with so many records each. `of`: what its payloads begin with, so that two logs differ.
fn log(of: u8, sizes: &[usize]) -> Log {
    let (mut frontier, mut leaf) = (Frontier::new(), Leaf::ZERO);
    let (mut blocks, mut records) = (Vec::new(), Vec::new());
    let stream = Stream::new(StreamTag::Case, b"C").unwrap();
    let mut of_stream = Leaf::ZERO;
    for size in sizes {
        let mut builder = Builder::new(Position::new(frontier.size()), leaf);
        for _ in 0..*size {
            let position = frontier.size();
            let record = Record {
                ledger: LedgerId([9; 16]),
                position: Position::new(position),
                previous_leaf: leaf,
                recorded_at: Micros::new(i64::try_from(position).unwrap()),
                stream: stream.clone(),
                stream_version: position + 1,
                stream_previous_leaf: of_stream,
                effective: 17_897,
                office: 1,
                actor: 1,
                provenance: Provenance::Practice,
                rule_set: 1,
                request: RequestId([of; 16]),
                corrects: None,
                kind: 14,
                kind_revision: 1,
                blind: [of; 16],
                payload: vec![of; 1 + usize::try_from(position * 97 % 3_000).unwrap()],
                commitments: Vec::new(),
            };
            let bytes = record.encode().unwrap();
            leaf = hash::leaf(&bytes);
            of_stream = leaf;
            builder.push(&bytes, leaf).unwrap();
            frontier.push(leaf);
            records.push(bytes);
        }
        blocks.push(OwnedBlock::new(builder.finish(frontier.root()).unwrap()));
    }
    Log { blocks, records }
}

/// Appends all blocks of a log.
fn fill(journal: &dyn Journal, log: &Log) {
    for block in &log.blocks {
        let end = journal.head().unwrap();
        assert_eq!(journal.append(&end, block).unwrap(), Outcome::Committed);
    }
}

/// The records of a range, as the journal gives them.
fn read(journal: &dyn Journal, range: Range<u64>) -> Vec<Vec<u8>> {
    let (mut next, mut all) = (range.start, Vec::new());
    for run in journal.read(range) {
        for (position, bytes) in run.unwrap().records() {
            assert_eq!(position.get(), next, "records come in the order of their positions, none left out");
            all.push(bytes.to_vec());
            next += 1;
        }
    }
    all
}

/// Holds a journal against what [`Journal`] promises. `make` returns an empty one, each time another.
///
/// # Panics
/// At the first promise that is not kept.
pub fn journal(make: &dyn Fn() -> Arc<dyn Journal>) {
    is_empty_at_first(make().as_ref());
    keeps_what_it_is_given(make().as_ref());
    answers_the_same_append_alike(make().as_ref());
    refuses_what_does_not_follow(make().as_ref());
    lets_one_of_two_win(&make());
    wakes_who_waits(&make());
    gives_followers_all_that_comes(&make());
    takes_nothing_once_closed(make().as_ref());
}

fn is_empty_at_first(journal: &dyn Journal) {
    assert_eq!(journal.head().unwrap(), Head::empty());
    assert_eq!(journal.header(Position::GENESIS).unwrap(), None);
    assert!(read(journal, 0..10).is_empty());
    assert_eq!(journal.wait(0, Duration::ZERO), (Head::empty(), false));
    journal.room(4_096).unwrap();
    journal.look().unwrap();
    journal.refuse_if_moved().unwrap();
}

fn keeps_what_it_is_given(journal: &dyn Journal) {
    let log = log(1, &[1, 2, 3, 40, 1, 7]);
    fill(journal, &log);
    let size = log.records.len();
    let last = log.blocks.last().unwrap();
    assert_eq!(journal.head().unwrap(), Head::after(last.header()));
    for start in 0..=size + 1 {
        for end in [start, start + 1, start + 5, size, size + 9] {
            let wanted = log.records.get(start..end.min(size)).unwrap_or_default();
            let range = u64::try_from(start).unwrap()..u64::try_from(end).unwrap();
            assert_eq!(read(journal, range), wanted, "records {start}..{end}");
        }
    }
    for block in &log.blocks {
        for position in block.header().first.get()..block.header().end().get() {
            let header = journal.header(Position::new(position)).unwrap();
            assert_eq!(header.as_ref(), Some(block.header()), "position {position}");
        }
    }
    assert_eq!(journal.header(last.header().end()).unwrap(), None);
    assert_eq!(journal.header(Position::new(u64::MAX)).unwrap(), None);
    journal.look().unwrap();
    // Checked on the way, as every reader does.
    let checked = Records::new(journal.read(0..journal.head().unwrap().size));
    assert_eq!(checked.map(Result::unwrap).count(), size);
}

fn answers_the_same_append_alike(journal: &dyn Journal) {
    let log = log(1, &[1, 2, 3]);
    fill(journal, &log);
    let end = journal.head().unwrap();
    let mut before = Head::empty();
    for block in &log.blocks {
        assert_eq!(journal.append(&before, block).unwrap(), Outcome::Committed, "the same again");
        before = Head::after(block.header());
    }
    assert_eq!(journal.head().unwrap(), end);
    assert_eq!(read(journal, 0..end.size), log.records);
}

fn refuses_what_does_not_follow(journal: &dyn Journal) {
    let (log, other) = (log(1, &[2, 2, 2]), self::log(2, &[2, 2, 2]));
    fill(journal, &log);
    let end = journal.head().unwrap();
    // Another block where one stands.
    assert_eq!(journal.append(&Head::empty(), &other.blocks[0]).unwrap(), Outcome::Conflict(end));
    let first = Head::after(log.blocks[0].header());
    let again = Head::after(other.blocks[0].header());
    assert!(
        matches!(journal.append(&again, &other.blocks[1]).unwrap(), Outcome::Conflict(head) if head == end)
    );
    // A block that is not behind what is expected.
    for (expected, block) in [
        (Head::empty(), &log.blocks[1]),
        (first, &log.blocks[2]),
        (end, &log.blocks[2]),
        (first, &other.blocks[1]),
    ] {
        let refused = journal.append(&expected, block);
        assert!(matches!(refused, Err(JournalError::NotContiguous(_))), "{refused:?}");
    }
    assert_eq!(journal.head().unwrap(), end);
    assert_eq!(read(journal, 0..end.size + 2), log.records);
}

/// Many writers at the same end: one block stands, and the others hear what stands there.
fn lets_one_of_two_win(journal: &Arc<dyn Journal>) {
    let logs: Vec<Log> = (1..=8).map(|of| log(of, &[1])).collect();
    let outcomes: Vec<Outcome> = thread::scope(|scope| {
        let append = |log| scope.spawn(move || journal.append(&Head::empty(), log).unwrap());
        let writers: Vec<_> = logs.iter().map(|log: &Log| append(&log.blocks[0])).collect();
        writers.into_iter().map(|writer| writer.join().unwrap()).collect()
    });
    let won: Vec<usize> = (0..8).filter(|one| outcomes[*one] == Outcome::Committed).collect();
    assert_eq!(won.len(), 1, "{outcomes:?}");
    let end = Head::after(logs[won[0]].blocks[0].header());
    let lost = |outcome: &Outcome| *outcome == Outcome::Conflict(end);
    assert_eq!(outcomes.iter().filter(|outcome| lost(outcome)).count(), 7, "{outcomes:?}");
    assert_eq!(read(journal.as_ref(), 0..9), logs[won[0]].records);
}

fn wakes_who_waits(journal: &Arc<dyn Journal>) {
    let log = log(1, &[1, 1]);
    thread::scope(|scope| {
        let waiting = scope.spawn(|| journal.wait(0, LONG));
        fill(journal.as_ref(), &log);
        let (head, closed) = waiting.join().unwrap();
        assert!(head.size > 0 && !closed);
        let waiting = scope.spawn(|| journal.wait(2, LONG));
        journal.close().unwrap();
        assert_eq!(waiting.join().unwrap(), (journal.head().unwrap(), true));
    });
}

fn gives_followers_all_that_comes(journal: &Arc<dyn Journal>) {
    let log = log(1, &[1, 30, 2, 5]);
    let follow = |from: u64| {
        let runs = journal.follow(Position::new(from));
        let records = runs.flat_map(|run| {
            let run = run.unwrap();
            run.records().map(|(position, bytes)| (position.get(), bytes.to_vec())).collect::<Vec<_>>()
        });
        records.collect::<Vec<_>>()
    };
    thread::scope(|scope| {
        let followers = [0, 3, 38, 40].map(|from| (from, scope.spawn(move || follow(from))));
        fill(journal.as_ref(), &log);
        journal.close().unwrap();
        for (from, follower) in followers {
            let wanted: Vec<(u64, Vec<u8>)> = (0..).zip(log.records.iter().cloned()).collect();
            let wanted = wanted.get(usize::try_from(from).unwrap()..).unwrap_or_default();
            assert_eq!(follower.join().unwrap(), wanted, "from {from}");
        }
    });
}

fn takes_nothing_once_closed(journal: &dyn Journal) {
    let log = log(1, &[1, 1]);
    assert_eq!(journal.append(&Head::empty(), &log.blocks[0]).unwrap(), Outcome::Committed);
    journal.close().unwrap();
    let end = journal.head().unwrap();
    let refused = journal.append(&end, &log.blocks[1]);
    assert!(matches!(refused, Err(JournalError::Stopped(_))), "{refused:?}");
    assert_eq!(journal.head().unwrap(), end);
    assert_eq!(read(journal, 0..9), log.records[..1], "what is durable is read as before");
    journal.end_in_order().unwrap();
}

/// Holds a vault against what [`Vault`] promises. `make` returns an empty one, each time another.
///
/// # Panics
/// At the first promise that is not kept.
pub fn vault(make: &dyn Fn() -> Arc<dyn Vault>) {
    let vault = make();
    let entry = |number: u8, length: usize| SealedEntry {
        reference: [number; 16],
        sealed: vec![number; 72 + length],
        key: [number.wrapping_mul(3); 32].into(),
    };
    let whole = Held { entry: true, key: true };
    let same = |one: &SealedEntry, other: &SealedEntry| {
        assert_eq!((one.reference, &one.sealed, *one.key), (other.reference, &other.sealed, *other.key));
    };
    vault.look().unwrap();
    vault.write(&[]).unwrap();
    assert_eq!((vault.count(), vault.held(&[1; 16])), (0, Held::default()));
    assert!(matches!(vault.get(&[1; 16]), Err(WhyLost::NoEntry)));
    let batches = [vec![entry(1, 0)], vec![entry(2, 5), entry(3, 64 * 1024)], vec![], vec![entry(4, 100)]];
    for batch in &batches {
        vault.write(batch).unwrap();
        for written in batch {
            same(&vault.get(&written.reference).unwrap(), written);
            assert_eq!(vault.held(&written.reference), whole);
        }
    }
    let mut seen = Vec::new();
    vault.for_each(&mut |reference, held| seen.push((*reference, held)));
    seen.sort_unstable_by_key(|(reference, _)| *reference);
    assert_eq!(seen, [1, 2, 3, 4].map(|number| ([number; 16], whole)));
    batches.iter().flatten().for_each(|written| same(&vault.get(&written.reference).unwrap(), written));
    assert!(vault.doubled().is_empty());
    assert_eq!(vault.count_missing(&[[1; 16], [9; 16]]), 1);
    vault.look().unwrap();
    assert_eq!(make().count(), 0, "each is another one");
}
