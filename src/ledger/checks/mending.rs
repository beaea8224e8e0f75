//! Mending at open: torn ends, damage, lost files, a sled that is behind, ahead, gone or broken.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use thads_proof::block::{Builder, Header};
use thads_proof::hash;
use thads_proof::record::{Position, Record};
use thads_proof::segment::BLOCKS_AT;

use super::*;
use crate::journal::OwnedBlock;
use crate::{OpenError, Reader};

/// A ledger of 40 records, closed, and what it was.
pub(super) fn closed() -> (Place, LedgerHead, Vec<Vec<u8>>) {
    let place = place();
    let ledger = create(&place.dir);
    fill(&ledger, 1, 40);
    let kept = (ledger.head(), stored(&ledger));
    ledger.close().unwrap();
    (place, kept.0, kept.1)
}

/// A ledger of 40 records of which sled has none, for the archiver was cut off, and what it was.
fn unmoved() -> (Place, LedgerHead, Vec<Vec<u8>>) {
    let place = place();
    let ledger = create(&place.dir);
    fill(&ledger, 1, 40);
    let kept = (ledger.head(), stored(&ledger));
    drop(ledger);
    fs::remove_dir_all(place.dir.join("sled")).unwrap();
    (place, kept.0, kept.1)
}

pub(super) fn segment(place: &Place, number: u64) -> PathBuf {
    place.dir.join("wal").join(thads_proof::segment::file_name(number))
}

/// Offsets and stored lengths of a segment's blocks.
pub(super) fn blocks(path: &Path) -> Vec<(usize, usize)> {
    let bytes = fs::read(path).unwrap();
    let mut at = BLOCKS_AT;
    let mut blocks = Vec::new();
    while let Ok(header) = Header::decode(&bytes[at..]) {
        blocks.push((at, header.stored_length()));
        at += header.stored_length();
    }
    blocks
}

pub(super) fn change(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap(); // full segments are read-only
    fs::write(path, bytes).unwrap();
}

/// Opens, expects the words in the report and all records, appends, and expects the next opening to be silent.
fn mended(place: &Place, words: &str, head: &LedgerHead, records: &[Vec<u8>]) {
    let (ledger, report) = open(&place.dir);
    assert!(report.to_string().contains(words), "{report}");
    assert!(same(&ledger.head(), head), "{report}");
    assert_eq!(stored(&ledger), records);
    fill(&ledger, 1001, 3);
    let head = ledger.head();
    ledger.close().unwrap();
    let ledger = reopen(&place.dir);
    assert!(same(&ledger.head(), &head));
    ledger.close().unwrap();
    assert!(verify(place).is_good());
}

#[test]
fn sled_is_rebuilt_from_the_segments() {
    let (place, head, records) = closed();
    fs::remove_dir_all(place.dir.join("sled")).unwrap();
    mended(&place, "41 records behind the segments", &head, &records);
}

#[test]
fn a_broken_sled_is_set_aside_and_rebuilt() {
    let (place, head, records) = closed();
    change(&place.dir.join("sled/conf"), |bytes| bytes.fill(0x55));
    mended(&place, "set aside as", &head, &records);
    assert!(place.dir.join("sled.aside-1").is_dir());
}

#[test]
fn a_sled_whose_lock_a_child_still_holds_is_waited_for() {
    let (place, head, records) = closed();
    let held = fs::File::open(place.dir.join("sled/db")).unwrap();
    held.lock().unwrap();
    let opening = std::thread::spawn({
        let dir = place.dir.clone();
        move || {
            let (ledger, report) = open(&dir);
            ledger.close().unwrap();
            report.to_string()
        }
    });
    std::thread::sleep(std::time::Duration::from_millis(200));
    held.unlock().unwrap();
    assert_eq!(opening.join().unwrap(), "");
    let ledger = reopen(&place.dir);
    assert!(same(&ledger.head(), &head));
    assert_eq!(stored(&ledger), records);
}

#[test]
fn a_sled_of_another_history_is_set_aside() {
    let (place, head, records) = closed();
    let other = super::place();
    let ledger = create(&other.dir);
    fill(&ledger, 501, 40);
    ledger.close().unwrap();
    fs::remove_dir_all(place.dir.join("sled")).unwrap();
    fs::rename(other.dir.join("sled"), place.dir.join("sled")).unwrap();
    mended(&place, "they differ from the segments'", &head, &records);
}

#[test]
fn half_written_snapshots_of_sled_are_deleted_before_it_opens() {
    let (place, head, records) = closed();
    fs::write(place.dir.join("sled/snap.00000000FFFFFFFF.generating"), b"torn").unwrap();
    fs::write(place.dir.join("sled/snap.before-mending.generating"), b"mine").unwrap();
    let own = crate::embedded::delete_drafts(&place.dir.join("sled")).unwrap();
    assert_eq!(own, 1, "only names of sled's own");
    assert!(place.dir.join("sled/snap.before-mending.generating").exists());
    fs::remove_file(place.dir.join("sled/snap.before-mending.generating")).unwrap();
    fs::write(place.dir.join("sled/snap.00000000FFFFFFFF.generating"), b"torn").unwrap();
    mended(&place, "half-written snapshots", &head, &records);
}

/// Before mending, a careful hand copies sled, and gives the copy whatever name.
#[test]
fn what_stands_beside_sled_stays_while_segments_are_mended_from_a_copy_of_it() {
    let (place, head, records) = closed();
    let own = ["sled.copy", "sled.copy-2024-06-01-whole", "sled.copy-beforeMending123"];
    for name in own {
        let copy = place.dir.join(name);
        fs::create_dir(&copy).unwrap();
        fs::copy(place.dir.join("sled/db"), copy.join("db")).unwrap();
    }
    let db = fs::read(place.dir.join("sled/db")).unwrap();
    let left = crate::embedded::scratch::left_by_a_killed(&place.dir, "sled.copy-0123456789abcdef");
    let (at, _) = blocks(&segment(&place, 0))[5];
    change(&segment(&place, 0), |bytes| bytes[at + 300] ^= 1);
    mended(&place, "restored from sled", &head, &records);
    for name in own {
        assert!(fs::read(place.dir.join(name).join("db")).unwrap() == db, "{name}");
    }
    assert!(!left.exists(), "a killed mending left it");
    let copies = fs::read_dir(&place.dir).unwrap().flatten();
    let copies = copies.filter(|entry| entry.file_name().to_string_lossy().contains(".copy"));
    assert_eq!(copies.count(), own.len());
}

/// What bears the name of a segment that is being made is removed only where nothing stands in it.
#[test]
fn a_file_with_the_name_of_a_draft_of_a_segment_is_kept() {
    let (place, head, records) = closed();
    let whole = fs::read(segment(&place, 0)).unwrap();
    let wal = place.dir.join("wal");
    for (name, bytes) in
        [("0000000000.seg.new", &whole[..]), ("0000000007.seg.new", &[0; 4096]), ("mine.new", b"x")]
    {
        fs::write(wal.join(name), bytes).unwrap();
    }
    let (ledger, report) = open(&place.dir);
    ledger.close().unwrap();
    let report = report.to_string();
    assert!(report.contains("1 segments that were never finished were removed"), "{report}");
    assert!(report.contains("is kept as ") && report.contains("0000000000.seg.new.aside-1"), "{report}");
    assert!(fs::read(wal.join("0000000000.seg.new.aside-1")).unwrap() == whole);
    assert!(wal.join("mine.new").exists());
    assert!(!wal.join("0000000000.seg.new").exists() && !wal.join("0000000007.seg.new").exists());
    let ledger = reopen(&place.dir);
    assert!(same(&ledger.head(), &head));
    assert_eq!(stored(&ledger), records);
}

#[test]
fn all_segments_are_rebuilt_from_sled() {
    let (place, head, records) = closed();
    fs::remove_dir_all(place.dir.join("wal")).unwrap();
    let reader = Reader::open(&place.dir).unwrap(); // reads a copy of sled meanwhile
    assert!(same(&reader.head(), &head));
    assert_eq!(reader.read(Position::GENESIS).map(Result::unwrap).count(), records.len());
    mended(&place, "All segments were missing: 41 records were restored", &head, &records);
}

/// Fills three segments and more; returns the records.
pub(super) fn large() -> (Place, LedgerHead, Vec<Vec<u8>>) {
    let place = place();
    let ledger = create(&place.dir);
    for number in 1..60 {
        ledger.append(append(number, "A", number - 1, vec![event(&[7; 60_000])])).unwrap();
    }
    let kept = (ledger.head(), stored(&ledger));
    ledger.close().unwrap();
    (place, kept.0, kept.1)
}

#[test]
fn a_missing_segment_is_rebuilt_byte_for_byte_wherever_it_was() {
    let (place, head, records) = large();
    for number in [0, 1, 2, 3] {
        let whole = fs::read(segment(&place, number)).unwrap();
        fs::remove_file(segment(&place, number)).unwrap();
        let (ledger, report) = open(&place.dir);
        assert!(report.to_string().contains("restored from sled"), "{number}: {report}");
        assert!(same(&ledger.head(), &head));
        assert_eq!(stored(&ledger), records);
        ledger.close().unwrap();
        assert!(fs::read(segment(&place, number)).unwrap() == whole, "segment {number}");
    }
}

#[test]
fn segments_missing_at_the_end_are_rebuilt_with_their_successors() {
    let (place, head, records) = large();
    for number in 2..6 {
        let _ = fs::remove_file(segment(&place, number));
    }
    let (ledger, report) = open(&place.dir);
    assert!(report.to_string().contains("The last segments were missing"), "{report}");
    assert!(same(&ledger.head(), &head));
    assert_eq!(stored(&ledger), records);
}

#[test]
fn a_torn_last_block_was_never_acknowledged_and_the_log_goes_on_in_a_new_segment() {
    let (place, _, records) = unmoved();
    let path = segment(&place, 0);
    let whole = fs::read(&path).unwrap();
    let (at, length) = *blocks(&path).last().unwrap();
    assert_eq!(length, 512);
    // One block is one sector here: it is there or not. So the tail is made of a larger one.
    let tail = {
        let other = super::place();
        let ledger = create(&other.dir);
        fill(&ledger, 1, 40);
        ledger.append(append(900, "Z", 0, vec![event(&[9; 3000])])).unwrap();
        ledger.close().unwrap();
        let path = segment(&other, 0);
        let (start, length) = *blocks(&path).last().unwrap();
        fs::read(path).unwrap()[start..start + length].to_vec()
    };
    for missing in 0..tail.len() / 512 {
        let place = super::place();
        fs::create_dir_all(place.dir.join("wal")).unwrap();
        copy(&place, &whole);
        change(&segment(&place, 0), |bytes| {
            let start = at + length;
            bytes[start..start + tail.len()].copy_from_slice(&tail);
            bytes[start + 512 * missing..start + 512 * (missing + 1)].fill(0);
        });
        keys_of(&place);
        // A reader in the meantime sees what is whole.
        assert_eq!(Reader::open(&place.dir).unwrap().head().size, 41, "sector {missing}");
        let (ledger, report) = open(&place.dir);
        assert!(report.to_string().contains("never acknowledged"), "{missing}: {report}");
        assert_eq!(stored(&ledger), records);
        fill(&ledger, 1001, 3);
        let head = ledger.head();
        drop(ledger);
        let (ledger, report) = open(&place.dir);
        assert!(!report.to_string().contains("never acknowledged"), "{missing}: {report}");
        assert_eq!(ledger.head(), head);
        ledger.close().unwrap();
        let report = verify(&place);
        assert!(report.is_good(), "{missing}: {:?}", report.sentences());
    }
}

fn copy(place: &Place, segment_bytes: &[u8]) {
    fs::write(segment(place, 0), segment_bytes).unwrap();
}

fn keys_of(place: &Place) {
    fs::create_dir_all(place.dir.join("keys")).unwrap();
    fs::write(place.dir.join("keys/log.key"), thads_proof::hex::encode(&log_seed())).unwrap();
}

#[test]
fn a_torn_first_block_of_a_segment_leaves_the_segment_before_it_as_the_last() {
    let parts = [BLOCKS_AT + 1024..usize::MAX, 0..BLOCKS_AT, BLOCKS_AT..BLOCKS_AT + 512];
    for missing in parts {
        let (place, _, records) = large();
        // Cut the log where a segment begins: its first block is torn, and sled does not have it.
        let first = Header::decode(&fs::read(segment(&place, 3)).unwrap()[BLOCKS_AT..]).unwrap().first;
        let _ = fs::remove_file(segment(&place, 4));
        fs::remove_dir_all(place.dir.join("snapshots")).unwrap();
        fs::remove_dir_all(place.dir.join("sled")).unwrap();
        let (at, length) = blocks(&segment(&place, 3))[0];
        change(&segment(&place, 3), |bytes| {
            bytes[at + length..].fill(0);
            let end = missing.end.min(bytes.len());
            bytes[missing.start..end].fill(0);
        });
        let (ledger, report) = open(&place.dir);
        assert!(report.to_string().contains("never acknowledged"), "{missing:?}: {report}");
        assert_eq!(ledger.head().size, first.get(), "{missing:?}");
        assert_eq!(stored(&ledger), records[..usize::try_from(first.get()).unwrap()]);
        fill(&ledger, 1001, 3);
        let head = ledger.head();
        ledger.close().unwrap();
        assert_eq!(Reader::open(&place.dir).unwrap().head(), head, "{missing:?}");
        let (ledger, report) = open(&place.dir);
        assert_eq!((ledger.head(), report.to_string()), (head, String::new()), "{missing:?}");
        ledger.close().unwrap();
        assert!(verify(&place).is_good());
    }
}

#[test]
fn a_torn_block_that_sled_has_was_acknowledged_and_is_restored() {
    let place = place();
    let ledger = create(&place.dir);
    fill(&ledger, 1, 10);
    ledger.append(append(900, "Z", 0, vec![event(&[9; 3000])])).unwrap();
    let (head, records) = (ledger.head(), stored(&ledger));
    ledger.close().unwrap();
    let path = segment(&place, 0);
    let whole = fs::read(&path).unwrap();
    let (at, length) = *blocks(&path).last().unwrap();
    change(&path, |bytes| bytes[at + length - 512..at + length].fill(0));
    let (ledger, report) = open(&place.dir);
    assert!(report.to_string().contains("1 blocks of it were restored from sled"), "{report}");
    assert_eq!((ledger.head(), stored(&ledger)), (head, records));
    ledger.close().unwrap();
    assert!(fs::read(&path).unwrap() == whole);
    assert!(path.with_file_name("0000000000.seg.aside-1").is_file());
}

/// Any byte of any block, flipped: found at open, named, and mended from sled; or, without sled, never passed over.
#[test]
fn a_damaged_segment_is_restored_from_sled_and_without_sled_nothing_is_appended() {
    let (place, head, records) = closed();
    let path = segment(&place, 0);
    let whole = fs::read(&path).unwrap();
    let end = blocks(&path).last().map(|(at, length)| at + length).unwrap();
    let hold = tempfile::tempdir().unwrap();
    for at in (0..end).step_by(1777) {
        change(&path, |bytes| bytes[at] ^= 0x40);
        let changed = fs::read(&path).unwrap();
        let (ledger, report) = open(&place.dir);
        assert!(report.to_string().contains("was damaged"), "byte {at}: {report}");
        assert!(same(&ledger.head(), &head));
        assert_eq!(stored(&ledger), records);
        ledger.close().unwrap();
        assert!(fs::read(&path).unwrap() == whole, "byte {at}");
        // The same damage without sled.
        fs::rename(place.dir.join("sled"), hold.path().join("sled")).unwrap();
        fs::write(&path, &changed).unwrap();
        match Ledger::open(&place.dir, options()) {
            Err(error @ OpenError::Damaged { .. }) => assert!(error.is_evidence()),
            // Where no record and no block's header was hit, nothing else is needed.
            Ok((ledger, report)) => {
                assert!(report.to_string().contains("from its own records"), "byte {at}: {report}");
                assert!(same(&ledger.head(), &head));
                drop(ledger);
                fs::remove_dir_all(place.dir.join("sled")).unwrap();
            }
            Err(error) => panic!("byte {at}: {error}"),
        }
        fs::write(&path, &whole).unwrap();
        let _ = fs::remove_dir_all(place.dir.join("sled"));
        fs::rename(hold.path().join("sled"), place.dir.join("sled")).unwrap();
    }
}

#[test]
fn where_both_copies_are_damaged_the_range_is_named_and_nothing_is_changed() {
    let (place, _, _) = unmoved();
    let path = segment(&place, 0);
    let at = blocks(&path)[20].0;
    change(&path, |bytes| bytes[at + 200] ^= 1);
    let before = fs::read(&path).unwrap();
    match Ledger::open(&place.dir, options()) {
        Err(OpenError::Damaged { first: 20, end: Some(41), what }) => {
            assert!(what.contains("sled does not have it"), "{what}");
        }
        other => panic!("{:?}", other.err()),
    }
    assert!(fs::read(&path).unwrap() == before);
}

#[test]
fn damage_in_an_old_segment_is_found_by_a_full_check_and_mended() {
    let (place, head, records) = large();
    let path = segment(&place, 0);
    let whole = fs::read(&path).unwrap();
    change(&path, |bytes| bytes[200_000] ^= 1);
    // A plain opening does not read it; reading does, and takes the record from sled.
    let ledger = reopen(&place.dir);
    assert_eq!(stored(&ledger), records);
    ledger.close().unwrap();
    let report = verify(&place);
    assert!(!report.is_good());
    assert!(
        report.sentences().iter().any(|said| said.en.contains("sled is good")),
        "{:?}",
        report.sentences()
    );
    let (ledger, report) = repair(&place.dir);
    assert!(report.to_string().contains("0000000000.seg was damaged"), "{report}");
    assert!(same(&ledger.head(), &head));
    ledger.close().unwrap();
    assert!(fs::read(&path).unwrap() == whole);
}

/// Segments of an older backup with the newer sled: where sled continues them, they are lengthened.
#[test]
fn a_sled_that_is_ahead_lengthens_the_segments_or_is_called_a_fork() {
    let (place, _, _) = closed();
    let old = fs::read(segment(&place, 0)).unwrap();
    let ledger = reopen(&place.dir);
    fill(&ledger, 41, 20);
    let (head, records) = (ledger.head(), stored(&ledger));
    ledger.close().unwrap();
    fs::write(segment(&place, 0), &old).unwrap();
    mended(&place, "The last segments were missing", &head, &records);
    // Now with an end that sled's records do not follow on.
    let other = super::place();
    let theirs = create(&other.dir);
    fill(&theirs, 501, 10);
    theirs.close().unwrap();
    fs::remove_dir_all(place.dir.join("wal")).unwrap();
    fs::rename(other.dir.join("wal"), place.dir.join("wal")).unwrap();
    assert!(matches!(Ledger::open(&place.dir, options()), Err(OpenError::Fork { first: 11, .. })));
}

#[test]
fn a_full_check_finds_an_old_run_of_sled_that_differs_and_rebuilds_it() {
    let place = place();
    let other = super::place();
    for (place, byte) in [(&place, 7), (&other, 8)] {
        let ledger = create(&place.dir);
        ledger.append(append(1, "A", 0, vec![event(&[byte; 60_000])])).unwrap();
        ledger.close().unwrap();
    }
    // sled of another history up to here, ours behind it: only its first runs differ.
    let theirs =
        crate::embedded::Store::open(&other.dir.join("sled"), std::time::Duration::from_secs(60)).unwrap();
    let ledger = reopen(&place.dir);
    ledger.append(append(2, "A", 1, vec![event(&[9; 60_000])])).unwrap();
    let (head, records) = (ledger.head(), stored(&ledger));
    ledger.close().unwrap();
    let ours =
        crate::embedded::Store::open(&place.dir.join("sled"), std::time::Duration::from_secs(60)).unwrap();
    let run = theirs.run(Position::new(1)).unwrap().unwrap();
    ours.put(&[], &[run]).unwrap();
    drop((ours, theirs));
    reopen(&place.dir).close().unwrap(); // the last run agrees
    let (ledger, report) = repair(&place.dir);
    assert!(report.to_string().contains("set aside as"), "{report}");
    assert_eq!((ledger.head(), stored(&ledger)), (head, records));
}

#[test]
fn full_segments_that_sled_has_become_read_only() {
    let (place, head, records) = large();
    let last = (0..).take_while(|number| segment(&place, *number).exists()).last().unwrap();
    let modes: Vec<u32> = (0..=last)
        .map(|number| fs::metadata(segment(&place, number)).unwrap().permissions().mode() & 0o777)
        .collect();
    let (full, open) = modes.split_at(modes.len() - 2);
    assert!(full.len() > 1 && full.iter().all(|mode| *mode == 0o400), "{modes:?}");
    assert!(open.iter().all(|mode| *mode == 0o600), "the last, and the one made ahead: {modes:?}");
    // Where those behind a full one are lost in both copies, the log goes on in it.
    let end = Header::decode(&fs::read(segment(&place, 1)).unwrap()[BLOCKS_AT..]).unwrap().first.get();
    (1..=last).for_each(|number| fs::remove_file(segment(&place, number)).unwrap());
    for folder in ["sled", "snapshots"] {
        fs::remove_dir_all(place.dir.join(folder)).unwrap();
    }
    let (ledger, _) = super::open(&place.dir);
    assert_eq!(ledger.head().size, end);
    fill(&ledger, 1001, 3);
    assert_eq!(stored(&ledger)[..usize::try_from(end).unwrap()], records[..usize::try_from(end).unwrap()]);
    assert!(head.size > end);
    ledger.close().unwrap();
}

/// sled does not open; the record stands in its files all the same.
#[test]
fn a_damaged_segment_is_restored_from_what_a_broken_sled_still_holds() {
    let (place, head, records) = closed();
    let path = segment(&place, 0);
    let at = blocks(&path)[20].0;
    change(&path, |bytes| bytes[at + 200] ^= 1);
    change(&place.dir.join("sled/conf"), |bytes| bytes.fill(0x55));
    let (ledger, report) = super::open(&place.dir);
    assert!(report.to_string().contains("1 blocks of it were restored from sled"), "{report}");
    assert_eq!(stored(&ledger), records);
    assert!(same(&ledger.head(), &head));
}

/// A block of one record made anew, with another officer in the record.
pub(super) fn forged(header: &Header, record: &[u8]) -> OwnedBlock {
    let mut record = Record::decode(record).unwrap();
    record.actor += 1;
    let record = record.encode().unwrap();
    let mut builder = Builder::new(header.first, header.previous_leaf);
    builder.push(&record, hash::leaf(&record)).unwrap();
    OwnedBlock::new(builder.finish(header.root).unwrap())
}

/// The forger has made the block anew, and the chain goes on from the old one, which sled has.
#[test]
fn a_record_edited_in_a_block_made_anew_is_restored() {
    let (place, head, records) = closed();
    let path = segment(&place, 0);
    let (at, length) = blocks(&path)[20];
    change(&path, |bytes| {
        let header = Header::decode(&bytes[at..]).unwrap();
        let block = forged(&header, &records[20]);
        assert_eq!(block.bytes().len(), length);
        bytes[at..at + length].copy_from_slice(block.bytes());
    });
    let (ledger, report) = super::open(&place.dir);
    assert!(report.to_string().contains("1 blocks of it were restored from sled"), "{report}");
    assert_eq!(stored(&ledger), records);
    assert!(same(&ledger.head(), &head));
}

/// Segments and sled are cut at the same place; the stream heads remember more.
#[test]
fn a_log_cut_short_in_both_copies_is_not_taken_for_whole() {
    let (place, _, _) = closed();
    let path = segment(&place, 0);
    let at = blocks(&path)[30].0;
    change(&path, |bytes| bytes[at..].fill(0));
    fs::remove_dir_all(place.dir.join("sled")).unwrap();
    let report = verify(&place);
    let said = report.sentences().iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    assert!(!report.is_good() && said.contains("before the 41 records that its key signed"), "{said}");
    let refused = Ledger::open(&place.dir, options()).err().unwrap();
    assert!(matches!(refused, OpenError::Short { size: 30, known: 41, cache: "heads" }), "{refused}");
    fs::remove_dir_all(place.dir.join("snapshots")).unwrap();
    assert!(verify(&place).is_good());
}
