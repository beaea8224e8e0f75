//! Verifying a directory: good is called good, and of two copies the bad one is named.

use std::fs;

use super::*;
use crate::SledReport;

fn closed() -> Place {
    let place = place();
    let ledger = create(&place.dir);
    fill(&ledger, 1, 40);
    ledger.close().unwrap();
    place
}

#[test]
fn a_whole_ledger_is_good_also_while_it_is_written() {
    let place = closed();
    let report = verify(&place);
    assert!(report.is_good(), "{:?}", report.sentences());
    assert_eq!(report.segments.unwrap().summary.size, 41);
    assert!(matches!(report.sled, SledReport::Checked(report, _) if report.summary.size == 41));
    let ledger = reopen(&place.dir);
    let report = verify(&place);
    assert!(report.is_good() && matches!(report.sled, SledReport::Busy), "{:?}", report.sentences());
    ledger.close().unwrap();
}

#[test]
fn the_bad_copy_is_named() {
    let place = closed();
    let segment = place.dir.join("wal/0000000000.seg");
    let whole = fs::read(&segment).unwrap();
    let mut changed = whole.clone();
    changed[512 * 20 + 250] ^= 1;
    fs::write(&segment, &changed).unwrap();
    let report = verify(&place);
    assert!(!report.is_good());
    assert!(
        report.sentences().iter().any(|said| said.en.contains("sled is good")),
        "{:?}",
        report.sentences()
    );
    fs::remove_dir_all(place.dir.join("wal")).unwrap();
    let report = verify(&place);
    assert!(!report.is_good());
    assert!(report.sentences()[0].en.contains("has all of its 41 records"), "{:?}", report.sentences());
    fs::create_dir(place.dir.join("wal")).unwrap();
    fs::write(&segment, &whole).unwrap();
    fs::remove_dir_all(place.dir.join("sled")).unwrap();
    assert!(verify(&place).is_good());
}

#[test]
fn copies_of_two_histories_are_told_apart() {
    let (ours, theirs) = (closed(), place());
    let ledger = create(&theirs.dir);
    fill(&ledger, 501, 40);
    ledger.close().unwrap();
    fs::remove_dir_all(ours.dir.join("sled")).unwrap();
    fs::rename(theirs.dir.join("sled"), ours.dir.join("sled")).unwrap();
    let report = verify(&ours);
    assert!(!report.is_good());
    assert!(
        report.sentences().iter().any(|said| said.en.contains("different histories")),
        "{:?}",
        report.sentences()
    );
}
