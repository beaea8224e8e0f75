//! What stands in a directory and need not be the log's: a segment cut down, another ledger's sled, a sled that need not be
//! whole, stray bytes.

use std::fs;

use thads_proof::block::BYTES_MAX;
use thads_proof::segment::BLOCKS_AT;

use super::mending::{blocks, change, closed, forged, large, segment};
use super::*;
use crate::OpenError;
use crate::embedded::{Store, StoreError};

/// An only segment that was cut down to nothing is no reason to say that there is no ledger.
#[test]
fn an_emptied_segment_is_restored_from_sled() {
    for length in [0, 100, 512, 600] {
        let (place, head, records) = closed();
        change(&segment(&place, 0), |bytes| bytes.truncate(length));
        let report = verify(&place);
        assert!(report.first_wrong().is_some(), "{length}: {:?}", report.sentences());
        let (ledger, report) = repair(&place.dir);
        assert!(report.to_string().contains("restored from sled"), "{length}: {report}");
        assert_eq!((ledger.head(), stored(&ledger)), (head, records));
        ledger.close().unwrap();
    }
}

/// Another ledger's sled is set aside, whether it goes further or not, and nothing of it gets into the log.
#[test]
fn a_sled_of_another_ledger_is_set_aside() {
    for (count, damaged) in [(20, false), (60, false), (20, true), (60, true)] {
        let (place, head, records) = closed();
        let other = super::place();
        let mut setup = setup();
        setup.randomness = Box::new(crate::Seeded::new(77));
        let ledger = Ledger::create(&other.dir, genesis(), setup).unwrap().0;
        fill(&ledger, 1, count);
        ledger.close().unwrap();
        fs::remove_dir_all(place.dir.join("sled")).unwrap();
        fs::rename(other.dir.join("sled"), place.dir.join("sled")).unwrap();
        let path = segment(&place, 0);
        if damaged {
            change(&path, |bytes| bytes[BLOCKS_AT + 300] ^= 1);
            let before = fs::read(&path).unwrap();
            let refused = Ledger::open(&place.dir, options());
            assert!(
                matches!(refused, Err(OpenError::Damaged { first: 0, .. })),
                "{count}: {:?}",
                refused.err()
            );
            assert!(fs::read(&path).unwrap() == before, "{count}");
            continue;
        }
        let (ledger, report) = open(&place.dir);
        assert!(report.to_string().contains("they belong to ledger"), "{count}: {report}");
        assert_eq!((ledger.head(), stored(&ledger)), (head, records));
        ledger.close().unwrap();
        assert!(place.dir.join("sled.aside-1").is_dir());
        assert!(verify(&place).is_good());
    }
}

/// sled holds, under a hash that fits, another record than the block's header names: no block is made of it.
#[test]
fn a_record_that_its_header_does_not_name_is_not_restored_from_sled() {
    let (place, head, records) = closed();
    let position = Position::new(20);
    let store = Store::open(&place.dir.join("sled"), Storage::small().sled_deadline).unwrap();
    let header = store.header(position).unwrap().unwrap();
    assert_eq!((header.first, header.records()), (position, 1));
    store.put(&[], &[forged(&header, &records[20]).run()]).unwrap();
    assert!(matches!(store.block(position), Err(StoreError::Wrong { .. })), "{:?}", store.block(position));
    drop(store);

    let path = segment(&place, 0);
    let at = blocks(&path)[20].0;
    change(&path, |bytes| bytes[at + 200] ^= 1);
    // What sled had before still lies in its files.
    let (ledger, report) = open(&place.dir);
    assert!(report.to_string().contains("1 blocks of it were restored from sled"), "{report}");
    assert_eq!((ledger.head(), stored(&ledger)), (head, records));
}

/// sled alone is taken for the log only where the last writer ended in order, so that sled has everything.
#[test]
fn without_segments_a_sled_that_need_not_be_whole_is_taken_only_by_a_repair() {
    let (place, head, _) = closed();
    let mut options = options();
    options.storage.run_wait = std::time::Duration::from_secs(3600);
    let (ledger, _) = Ledger::open(&place.dir, options).unwrap();
    fill(&ledger, 1001, 3);
    drop(ledger);
    fs::rename(place.dir.join("wal"), place.dir.join("away")).unwrap();
    let report = verify(&place);
    assert!(report.first_wrong().unwrap().en.contains("did not end in order"), "{:?}", report.sentences());
    let refused = Ledger::open(&place.dir, super::options());
    assert!(matches!(refused, Err(OpenError::OutOfOrder { end: 41 })), "{:?}", refused.err());
    let (ledger, report) = repair(&place.dir);
    assert!(report.to_string().contains("did not end in order"), "{report}");
    assert!(same(&ledger.head(), &head));
    ledger.close().unwrap();
    assert_eq!(open(&place.dir).1.to_string(), "");
}

/// The next segment holds nothing yet: cut to whatever length, or to none, it locks nobody out and is made anew.
#[test]
fn a_next_segment_that_was_cut_off_locks_nobody_out() {
    for length in [0, 1, 511, 512, 4096] {
        let (place, head, records) = large();
        for number in [4, 5] {
            fs::write(segment(&place, number), vec![0; length]).unwrap();
        }
        assert!(verify(&place).is_good(), "{length}");
        let (ledger, report) = open(&place.dir);
        assert_eq!(report.to_string(), "", "{length}");
        assert_eq!((ledger.head(), stored(&ledger)), (head, records.clone()), "{length}");
        fill(&ledger, 1000, 40);
        let longer = stored(&ledger);
        ledger.close().unwrap();
        assert!(verify(&place).is_good(), "{length}");
        assert_eq!(stored(&open(&place.dir).0), longer, "{length}");
    }
}

/// Bytes where nothing was written lock nobody out: no block can have stood there.
#[test]
fn stray_bytes_behind_the_log_are_set_aside_and_nothing_else_is() {
    let (place, head, records) = large();
    let last = segment(&place, 3);
    let (at, length) = *blocks(&last).last().unwrap();
    let (end, size) = (at + length, fs::read(&last).unwrap().len());
    let spare = segment(&place, 4);
    fs::write(&spare, vec![0; size]).unwrap();
    let mend = |path: &Path, at: usize, bytes: &[u8]| {
        let whole = fs::read(path).unwrap();
        change(path, |segment| {
            segment.resize(segment.len().max(at + bytes.len()), 0);
            segment[at..at + bytes.len()].copy_from_slice(bytes);
        });
        let damaged = fs::read(path).unwrap();
        assert!(!verify(&place).is_good());
        let (ledger, report) = open(&place.dir);
        assert!(report.to_string().contains("nothing was ever written"), "{at}: {report}");
        assert_eq!((ledger.head(), stored(&ledger)), (head, records.clone()), "{at}");
        ledger.close().unwrap();
        let aside = path.with_file_name(format!("{}.aside-1", path.file_name().unwrap().display()));
        assert!(fs::read(&aside).unwrap() == damaged, "{at}");
        fs::remove_file(aside).unwrap();
        assert!(verify(&place).is_good(), "{at}");
        fs::write(path, whole).unwrap();
    };
    // Further behind, as far as a block reaches, it may as well be what is left of one that was never finished.
    let far = end + BYTES_MAX;
    for at in [end, end + 100, end + 511, far, far + 777, size + BYTES_MAX] {
        mend(&last, at, b"X");
    }
    mend(&last, far.max(size), &[b'X'; 777]);
    for at in [0, 100, 511, 512, 600] {
        mend(&spare, at, b"X");
    }
    // What may be left of a block is not stray, wherever it is.
    let block = fs::read(&last).unwrap()[at..end].to_vec();
    fs::remove_dir_all(place.dir.join("sled")).unwrap();
    for to in [end, far.next_multiple_of(512)] {
        let whole = fs::read(&last).unwrap();
        change(&last, |segment| {
            segment.resize(segment.len().max(to + block.len()), 0);
            segment[to..to + block.len()].copy_from_slice(&block);
            segment[to + 200] ^= 1;
        });
        let refused = Ledger::open(&place.dir, options());
        assert!(matches!(refused, Err(OpenError::Damaged { .. })), "{to}: {:?}", refused.err());
        fs::write(&last, whole).unwrap();
    }
}
