//! A founding that does not come about leaves nothing of its own, and says so before it writes where the disk is too full.

use std::fs;

use super::*;
use crate::{OpenError, no_log};

/// What stands in a folder, at any depth.
fn status(dir: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        all.extend(status(&entry.path()));
        all.push(entry.path());
    }
    all.sort();
    all
}

fn full() -> Setup {
    let mut setup = setup();
    setup.storage.free_bytes_least = u64::MAX >> 1;
    setup
}

#[test]
fn without_room_nothing_is_made_and_a_ledger_that_is_there_counts_for_more() {
    let place = place();
    let above = place.dir.parent().unwrap();
    let dir = place.dir.join("a/b");
    for there in [false, true] {
        if there {
            fs::create_dir_all(&dir).unwrap();
        }
        let before = status(above);
        let error = Ledger::create(&dir, genesis(), full()).err().unwrap();
        assert!(matches!(&error, OpenError::NoRoom { free, needed, .. } if free < needed), "{error}");
        assert_eq!(status(above), before);
    }
    create(&dir).close().unwrap();
    assert!(matches!(Ledger::create(&dir, genesis(), full()), Err(OpenError::AlreadyThere(_))));
}

/// Reserve, segments and sled are part of what a founding takes, as far as they are not there yet.
#[test]
fn what_is_made_must_have_room_above_the_mark() {
    let place = place();
    let free = crate::embedded::space::free(place.dir.parent().unwrap()).unwrap();
    let mut setup = setup();
    setup.storage.ballast_bytes = free;
    let error = Ledger::create(&place.dir, genesis(), setup).err().unwrap();
    assert!(matches!(error, OpenError::NoRoom { .. }), "{error}");
}

#[test]
fn a_founding_that_fails_on_the_way_takes_back_what_it_has_made() {
    let place = place();
    let above = place.dir.parent().unwrap();
    let dir = place.dir.join("a/b");
    let mut unreadable = genesis();
    unreadable.name = "x".repeat(1 << 20);
    let error = Ledger::create(&dir, unreadable, setup()).err().unwrap();
    assert!(matches!(error, OpenError::Genesis(_)), "{error}");
    assert_eq!(status(above), Vec::<PathBuf>::new());
    // What was there stays: a key of another's, and what stands in the way.
    fs::create_dir_all(dir.join("keys")).unwrap();
    fs::create_dir_all(dir.join("wal/0000000000.seg.new")).unwrap();
    fs::write(dir.join("keys/log.key"), "another").unwrap();
    fs::write(dir.join("note"), "mine").unwrap();
    assert!(Ledger::create(&dir, genesis(), setup()).is_err());
    let left: Vec<_> = status(&dir).iter().map(|path| path.strip_prefix(&dir).unwrap().to_owned()).collect();
    let kept = ["keys", "keys/log.key", "note", "wal", "wal/0000000000.seg.new"].map(PathBuf::from);
    assert_eq!(left, kept);
    assert_eq!(fs::read_to_string(dir.join("keys/log.key")).unwrap(), "another");
    assert!(matches!(no_log(&dir), OpenError::NotALedger(_)));
}

/// Who may not found there has not written there either: the ledger is as its last writer left it.
#[test]
fn a_founding_in_a_ledger_leaves_it_ended_in_order() {
    let place = place();
    create(&place.dir).close().unwrap();
    let before = status(&place.dir);
    assert!(matches!(Ledger::create(&place.dir, genesis(), setup()), Err(OpenError::AlreadyThere(_))));
    assert_eq!(status(&place.dir), before);
    assert!(crate::embedded::lock::is_in_order(&place.dir));
}
