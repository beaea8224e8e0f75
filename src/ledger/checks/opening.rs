//! Opening and closing: the same head, the lock, snapshots, readers, a second ledger in the same place.

use std::fs;

use thads_proof::block::Builder;
use thads_proof::checkpoint::{Checkpoint, LogKey};
use thads_proof::hash;
use thads_proof::record::Position;

use super::*;
use crate::{OpenError, Reader};

/// A block whose hashes are right and whose last record is none was made by somebody: evidence, and no missing ledger.
#[test]
fn a_last_record_that_is_none_is_damage() {
    let place = filled(3);
    let reader = Reader::open(&place.dir).unwrap();
    let head = reader.head();
    let mut none = reader.read(Position::new(3)).next_stored().unwrap().unwrap().bytes;
    none[66] = 0; // the length of its stream's key
    let mut builder = Builder::new(Position::new(head.size), head.leaf);
    builder.push(&none, hash::leaf(&none)).unwrap();
    let (_, block) = builder.finish(head.root).unwrap();
    let path = place.dir.join("wal/0000000000.seg");
    let mut bytes = fs::read(&path).unwrap();
    let end = (bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1).next_multiple_of(512);
    bytes[end..end + block.len()].copy_from_slice(&block);
    fs::write(&path, bytes).unwrap();
    let error = Reader::open(&place.dir).err().unwrap();
    assert!(error.is_evidence() && error.to_string().contains("position 4"), "{error}");
    let error = Ledger::open(&place.dir, options()).err().unwrap();
    assert!(error.is_evidence(), "{error}");
}

#[test]
fn a_ledger_opens_as_it_was_left_closed_or_dropped() {
    let place = place();
    let ledger = create(&place.dir);
    fill(&ledger, 1, 40);
    let (head, records) = (ledger.head(), stored(&ledger));
    ledger.close().unwrap();
    let ledger = reopen(&place.dir);
    assert_eq!((ledger.head(), stored(&ledger)), (head, records));
    fill(&ledger, 41, 40);
    let (head, records) = (ledger.head(), stored(&ledger));
    drop(ledger); // the archiver is cut off
    let (ledger, report) = open(&place.dir);
    assert_eq!(report.sentences().len(), 1, "{report}");
    assert!(report.sentences()[0].en.contains("behind the segments"), "{report}");
    assert_eq!((ledger.head(), stored(&ledger)), (head, records));
    ledger.close().unwrap();
    reopen(&place.dir).close().unwrap();
}

#[test]
fn the_same_seed_and_appends_give_the_same_root_in_one_run_or_many() {
    let appends: Vec<Append> = (1..60)
        .map(|number| {
            append(number, "A", number - 1, vec![personal_event(u8::try_from(number).unwrap(), "An")])
        })
        .collect();
    let whole = place();
    let ledger = create(&whole.dir);
    assert!(ledger.append_many(appends.clone()).iter().all(Result::is_ok));
    let head = ledger.head();
    let pieces = place();
    create(&pieces.dir).close().unwrap();
    let clock = clock();
    clock.set(START.checked_add(1000).unwrap());
    for piece in appends.chunks(7) {
        let mut options = OpenOptions::new(Box::new(clock.clone()), Box::new(Seeded::new(SEED)));
        options.storage = Storage::small();
        let (ledger, _) = Ledger::open(&pieces.dir, options).unwrap();
        for append in piece {
            ledger.append(append.clone()).unwrap();
        }
        assert!(ledger.version(&stream("A")) < 59 || ledger.head() == head);
        ledger.close().unwrap();
    }
    assert_eq!(Reader::open(&pieces.dir).unwrap().head(), head);
}

#[test]
fn a_second_writer_is_refused_with_the_firsts_process_id_and_readers_are_not() {
    let place = place();
    let ledger = create(&place.dir);
    fill(&ledger, 1, 3);
    match Ledger::open(&place.dir, options()) {
        Err(OpenError::Locked { pid, .. }) => assert_eq!(pid, std::process::id().to_string()),
        other => panic!("{:?}", other.err()),
    }
    assert!(matches!(Ledger::create(&place.dir, genesis(), setup()), Err(OpenError::Locked { .. })));
    let reader = Reader::open(&place.dir).unwrap();
    assert_eq!(reader.head(), ledger.head());
    fill(&ledger, 4, 3);
    assert_eq!(reader.read(Position::GENESIS).count(), 4);
    assert_eq!(Reader::open(&place.dir).unwrap().read(Position::GENESIS).count(), 7);
    ledger.close().unwrap();
    assert!(matches!(Ledger::create(&place.dir, genesis(), setup()), Err(OpenError::AlreadyThere(_))));
}

#[test]
fn what_holds_no_ledger_is_said_and_left_alone() {
    let place = place();
    assert!(matches!(Ledger::open(&place.dir, options()), Err(OpenError::NotALedger(_))));
    assert!(!place.dir.exists());
    fs::create_dir(&place.dir).unwrap();
    assert!(matches!(Ledger::open(&place.dir, options()), Err(OpenError::NotALedger(_))));
    assert!(matches!(Reader::open(&place.dir), Err(OpenError::NotALedger(_))));
    let mut other = setup();
    other.log_seed = zeroize::Zeroizing::new([1; 32]);
    assert!(matches!(Ledger::create(&place.dir, genesis(), other), Err(OpenError::Key(_))));
    create(&place.dir).close().unwrap(); // what an interrupted making left is no obstacle
}

#[test]
fn a_snapshot_is_a_cache() {
    let place = filled(20);
    let path = place.dir.join("snapshots/heads");
    let old = fs::read(&path).unwrap();
    let ledger = reopen(&place.dir);
    fill(&ledger, 21, 20);
    let (head, version) = (ledger.head(), ledger.version(&stream("C3")));
    ledger.close().unwrap();
    let mut torn = old.clone();
    torn.truncate(old.len() / 2);
    for content in [Some(old), Some(torn), Some(Vec::new()), None] {
        match content {
            Some(bytes) => fs::write(&path, bytes).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        let ledger = reopen(&place.dir);
        assert_eq!((ledger.head(), ledger.version(&stream("C3"))), (head, version));
    }
}

/// A snapshot of a history that is not the log's: same ledger, other records.
#[test]
fn a_snapshot_of_another_history_is_evidence_and_stays() {
    let (one_place, other_place) = (place(), place());
    let (ours, theirs) = (create(&one_place.dir), create(&other_place.dir));
    fill(&ours, 1, 20);
    fill(&theirs, 101, 20);
    ours.close().unwrap();
    theirs.close().unwrap();
    let kept = fs::read(other_place.dir.join("snapshots/heads")).unwrap();
    fs::write(one_place.dir.join("snapshots/heads"), &kept).unwrap();
    let refused = Ledger::open(&one_place.dir, options()).err();
    assert!(matches!(refused, Some(OpenError::OtherHistory { .. })), "{refused:?}");
    assert_eq!(fs::read(one_place.dir.join("snapshots/heads")).unwrap(), kept);
    fs::rename(one_place.dir.join("snapshots"), one_place.dir.join("kept")).unwrap();
    reopen(&one_place.dir).close().unwrap();
}

#[test]
fn the_checkpoint_is_signed_by_the_key_that_the_genesis_names() {
    let place = place();
    let ledger = create(&place.dir);
    fill(&ledger, 1, 5);
    let key = LogKey::from_seed("thads/test", &log_seed()).unwrap();
    let known = [key.vkey().clone()];
    let (checkpoint, _) = Checkpoint::open(&ledger.checkpoint(), "thads/test", &known).unwrap();
    assert_eq!((checkpoint.size, checkpoint.root), (6, ledger.head().root));
    assert_eq!(Reader::open(&place.dir).unwrap().checkpoint().unwrap(), ledger.checkpoint());
}

/// Nothing is signed with a key that the genesis does not name, neither here nor by a reader.
#[test]
fn another_key_signs_nothing() {
    let place = place();
    create(&place.dir).close().unwrap();
    for (key, is_other) in [("07".repeat(32), true), ("07".to_owned(), false)] {
        fs::write(place.dir.join("keys/log.key"), key).unwrap();
        let refused = Ledger::open(&place.dir, options()).map(|_| ()).unwrap_err();
        assert!(refused.is_evidence() && matches!(refused, OpenError::Key(_)), "{refused}");
        assert_eq!(refused.to_string().contains("cannot be verified"), is_other, "{refused}");
        let refused = Reader::open(&place.dir).unwrap().checkpoint().unwrap_err();
        assert!(refused.is_evidence() && matches!(refused, OpenError::Key(_)), "{refused}");
    }
}

#[test]
fn many_segments_are_written_read_and_reopened() {
    let place = place();
    let ledger = create(&place.dir);
    let payload = vec![7; 60_000];
    for number in 1..60 {
        ledger.append(append(number, "A", number - 1, vec![event(&payload)])).unwrap();
    }
    let (head, records) = (ledger.head(), stored(&ledger));
    assert_eq!(ledger.record(Position::new(30)).unwrap().unwrap().payload, payload);
    ledger.close().unwrap();
    assert!(fs::read_dir(place.dir.join("wal")).unwrap().count() >= 4);
    let ledger = reopen(&place.dir);
    assert_eq!((ledger.head(), stored(&ledger)), (head, records));
    assert_eq!(ledger.progress().unwrap().moved, 60);
    for position in [0, 1, 17, 59] {
        let record = ledger.record(Position::new(position)).unwrap().unwrap();
        assert_eq!(record.position, Position::new(position));
    }
}

#[test]
fn below_the_free_space_mark_writes_are_refused_and_reads_go_on() {
    let place = place();
    let ledger = create(&place.dir);
    fill(&ledger, 1, 3);
    ledger.close().unwrap();
    let mut options = options();
    options.storage.free_bytes_least = u64::MAX / 2;
    let (ledger, _) = Ledger::open(&place.dir, options).unwrap();
    let refused = ledger.append(append(9, "A", 0, vec![personal_event(1, "An")]));
    assert!(matches!(refused, Err(crate::AppendError::DiskFull { .. })), "{refused:?}");
    assert_eq!((stored(&ledger).len(), ledger.vault().count(), ledger.stopped()), (4, 0, None));
}

#[test]
fn a_repair_gives_a_full_disk_the_ballast_and_takes_it_again() {
    let place = place();
    let mut setup = setup();
    setup.storage.ballast_bytes = 1 << 20;
    let roomy = Storage { repair: true, ..setup.storage.clone() };
    Ledger::create(&place.dir, genesis(), setup).unwrap().0.close().unwrap();
    let opened = |storage: &Storage| {
        let (ledger, report) =
            Ledger::open(&place.dir, OpenOptions { storage: storage.clone(), ..options() }).unwrap();
        ledger.close().unwrap();
        (report.to_string(), place.dir.join("ballast").exists())
    };
    let full = Storage { free_bytes_least: u64::MAX / 2, ..roomy.clone() };
    let serving = Storage { repair: false, ..full.clone() };
    assert_eq!(opened(&serving), (String::new(), true)); // only a repair may
    assert_eq!(opened(&full), ("The disk is full: the ballast of 1 MiB was released.\n".into(), false));
    assert_eq!(opened(&full), (String::new(), false));
    assert_eq!(opened(&Storage { repair: false, ..roomy.clone() }), (String::new(), false));
    assert_eq!(opened(&roomy), ("The ballast of 1 MiB was taken again.\n".into(), true));
    // What holds something is no ballast.
    fs::write(place.dir.join("ballast"), "mine").unwrap();
    assert!(opened(&full).1);
    assert_eq!(fs::read(place.dir.join("ballast")).unwrap(), b"mine");
    assert_eq!(opened(&roomy), (String::new(), true));
}

/// A founding that a power cut has torn is made again, whichever sectors of its block came.
#[test]
fn a_founding_that_was_torn_can_be_made_again() {
    let whole = {
        let place = place();
        create(&place.dir).close().unwrap();
        fs::read(place.dir.join("wal/0000000000.seg")).unwrap()
    };
    let end = whole.iter().rposition(|byte| *byte != 0).unwrap().next_multiple_of(512);
    assert!(end >= 1024, "{end}");
    for came in 0..1 << (end / 512) {
        let place = place();
        fs::create_dir_all(place.dir.join("wal")).unwrap();
        let mut torn = whole.clone();
        for sector in (0..end / 512).filter(|sector| came >> sector & 1 == 0) {
            torn[512 * sector..512 * (sector + 1)].fill(0);
        }
        fs::write(place.dir.join("wal/0000000000.seg"), torn).unwrap();
        let opened = Ledger::open(&place.dir, options()).map(|_| ());
        if came == (1 << (end / 512)) - 1 {
            continue; // all of it
        }
        assert!(matches!(opened, Err(OpenError::NotALedger(_))), "{came:b}: {opened:?}");
        create(&place.dir).close().unwrap();
        reopen(&place.dir).close().unwrap();
    }
}

#[test]
fn what_has_the_wrong_form_is_said_before_anything_is_recorded() {
    let place = filled(5);
    let snapshots = place.dir.join("snapshots");
    fs::remove_dir_all(&snapshots).unwrap();
    fs::write(&snapshots, "").unwrap();
    let (ledger, report) = open(&place.dir);
    assert!(report.to_string().contains("snapshots is a plain file, not a folder"), "{report}");
    assert!(place.dir.join("snapshots.aside-1").is_file());
    ledger.close().unwrap();
    let sled = place.dir.join("sled");
    fs::remove_dir_all(&sled).unwrap();
    fs::write(&sled, "mine").unwrap();
    let (ledger, report) = open(&place.dir);
    assert!(report.to_string().contains("sled is a plain file, not a folder"), "{report}");
    assert_eq!(fs::read(place.dir.join("sled.aside-1")).unwrap(), b"mine");
    ledger.close().unwrap();
    let pipe = place.dir.join("wal/0000000007.seg");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let refused = Ledger::open(&place.dir, options()).map(|_| ()).unwrap_err().to_string();
    assert!(refused.contains("0000000007.seg is a named pipe, not a plain file"), "{refused}");
    let refused =
        verify_directory(&place.dir, &Default::default(), REFERENCES).map(|_| ()).unwrap_err().to_string();
    assert!(refused.contains("0000000007.seg"), "{refused}");
}

#[test]
fn a_making_that_was_cut_off_can_be_made_again_and_a_ledger_of_sled_alone_cannot() {
    let place = place();
    create(&place.dir).close().unwrap();
    fs::remove_dir_all(place.dir.join("wal")).unwrap();
    assert!(matches!(Ledger::create(&place.dir, genesis(), setup()), Err(OpenError::AlreadyThere(_))));
    fs::remove_dir_all(place.dir.join("sled")).unwrap();
    // Nor over what is left of one: its keys are as they were.
    let keys = || fs::read(place.dir.join("keys/log.key")).unwrap();
    let (before, another) = (keys(), Setup { log_seed: [8; 32].into(), ..setup() });
    let mut other = genesis();
    other.log_key =
        thads_proof::checkpoint::LogKey::from_seed(&other.origin, &[8; 32]).unwrap().vkey().to_string();
    assert!(matches!(Ledger::create(&place.dir, other.clone(), another), Err(OpenError::Remains(_))));
    assert_eq!(keys(), before);
    fs::remove_dir_all(place.dir.join("snapshots")).unwrap();
    fs::create_dir_all(place.dir.join("wal")).unwrap();
    let damaged = place.dir.join("wal/0000000000.seg");
    fs::write(&damaged, [b'X'; 1 << 20]).unwrap();
    let another = Setup { log_seed: [8; 32].into(), ..setup() };
    assert!(
        matches!(Ledger::create(&place.dir, other, another), Err(OpenError::Remains(file)) if file == damaged)
    );
    assert_eq!(keys(), before);
    fs::remove_file(damaged).unwrap();
    drop(crate::embedded::Store::open(&place.dir.join("sled"), Storage::small().sled_deadline).unwrap());
    create(&place.dir).close().unwrap();
    reopen(&place.dir).close().unwrap();
}
