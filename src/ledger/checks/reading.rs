//! Files that cannot be read under a running writer: said by name as long as it lasts, and nothing need be opened again.

use std::fs;

use thads_proof::segment;

use super::*;
use crate::vault::WhyLost;
use crate::{OpenError, Reader};

/// Makes a file unreadable in some way, and undoes it.
type Fault = (&'static str, &'static str, fn(&Path), fn(&Path));

fn away(path: &Path) {
    fs::rename(path, path.with_extension("away")).unwrap();
}

fn back(path: &Path) {
    fs::rename(path.with_extension("away"), path).unwrap();
}

/// Leaves the file where it is, without its end.
fn cut(path: &Path) {
    let whole = fs::read(path).unwrap();
    fs::write(path.with_extension("whole"), &whole).unwrap();
    fs::OpenOptions::new().write(true).open(path).unwrap().set_len(40).unwrap();
}

fn whole(path: &Path) {
    fs::write(path, fs::read(path.with_extension("whole")).unwrap()).unwrap();
    fs::remove_file(path.with_extension("whole")).unwrap();
}

const FAULTS: [Fault; 7] = [
    ("a segment is moved away", "wal/0000000000.seg", away, back),
    ("a segment is cut", "wal/0000000000.seg", cut, whole),
    ("the segments' folder is moved away", "wal", away, back),
    ("the vault is moved away", "vault/entries", away, back),
    ("the vault is cut", "vault/entries", cut, whole),
    ("the keyring is moved away", "keys/keyring", away, back),
    ("the keyring is cut", "keys/keyring", cut, whole),
];

#[test]
fn what_cannot_be_read_is_named_as_long_as_it_lasts_and_then_goes_on() {
    for (name, file, disturb, undo) in FAULTS {
        let place = place();
        let ledger = create(&place.dir);
        for number in 1..4 {
            let known = append(number.into(), "A", u64::from(number - 1), vec![personal_event(number, "An")]);
            ledger.append(known).unwrap();
        }
        ledger.look().unwrap();
        let known = stored(&ledger);
        let path = place.dir.join(file);
        disturb(&path);
        let said = ledger.look().expect_err(name).to_string();
        assert!(said.contains(path.to_str().unwrap()), "{name}: {said}");
        undo(&path);
        ledger.look().unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(stored(&ledger), known, "{name}");
        ledger.append(append(9, "A", 3, vec![personal_event(9, "Bình")])).unwrap();
        assert_eq!(ledger.stopped(), None, "{name}");
    }
}

/// Also where the fault shows in no look at the files: a block that neither copy has whole.
#[test]
fn a_record_that_could_not_be_read_is_tried_again_at_every_look() {
    let place = place();
    let ledger = create(&place.dir);
    fill(&ledger, 1, 3);
    let path = place.dir.join("wal/0000000000.seg");
    let good = fs::read(&path).unwrap();
    let mut damaged = good.clone();
    damaged[segment::BLOCKS_AT + 512 + 100] ^= 1;
    fs::write(&path, &damaged).unwrap();
    ledger.look().unwrap();
    assert!(ledger.read(Position::GENESIS).any(|record| record.is_err()));
    let said = ledger.look().unwrap_err().to_string();
    assert!(said.contains(path.to_str().unwrap()), "{said}");
    fs::write(&path, &good).unwrap();
    ledger.look().unwrap();
    assert!(ledger.read(Position::GENESIS).all(|record| record.is_ok()));
}

#[test]
fn words_in_a_file_that_was_cut_short_are_not_called_lost() {
    for file in ["vault/entries", "keys/keyring"] {
        let place = place();
        let ledger = create(&place.dir);
        ledger.append(append(1, "A", 0, vec![personal_event(1, "An")])).unwrap();
        let record = ledger.record(Position::new(1)).unwrap().unwrap();
        let path = place.dir.join(file);
        cut(&path);
        let reference = personal_event(1, "An").personal[0].reference;
        let unopened = ledger.vault().read(&reference, &record.commitments[0]).unwrap_err();
        let WhyLost::Unreadable(why) = unopened.why else { panic!("{file}: {unopened}") };
        assert!(why.to_string().contains(path.to_str().unwrap()), "{why}");
        whole(&path);
        ledger.vault().read(&reference, &record.commitments[0]).unwrap();
    }
}

/// What only reads hears of records that the segments have lost, from sled where the caches do not say it.
#[test]
fn segments_that_end_before_sled_are_refused_by_what_only_reads() {
    let (place, _, _) = super::mending::closed();
    fs::remove_dir_all(place.dir.join("snapshots")).unwrap();
    let path = super::mending::segment(&place, 0);
    let at = super::mending::blocks(&path)[30].0;
    let whole = fs::read(&path).unwrap();
    let refused = |opened: Result<Reader, OpenError>, how: &str| match opened {
        Err(OpenError::Segments { first: 30, what }) => assert!(what.contains("to 41 records"), "{what}"),
        other => panic!("{how}: {:?}", other.err()),
    };
    for zeroed in [false, true] {
        super::mending::change(&path, |bytes| if zeroed { bytes[at..].fill(0) } else { bytes.truncate(at) });
        refused(Reader::open_whole(&place.dir), "in order");
        let copied = place.dir.with_file_name("copied");
        let refused_copy = crate::backup(&place.dir, &copied, false, REFERENCES);
        assert!(refused_copy.is_err() && !copied.join("contents").exists());
        // A writer that was killed left no caches either.
        fs::write(place.dir.join("LOCK"), "1\n").unwrap();
        refused(Reader::open(&place.dir), "killed");
        fs::write(place.dir.join("LOCK"), "").unwrap();
        fs::write(&path, &whole).unwrap();
        assert_eq!(Reader::open_whole(&place.dir).unwrap().head().size, 41);
    }
    // Beside a writer sled is left alone, and it never has more than the segments had.
    let ledger = reopen(&place.dir);
    fill(&ledger, 101, 3);
    assert_eq!(Reader::open_whole(&place.dir).unwrap().head().size, 44);
}

/// Each look by itself, where no other would notice: a segment behind the last, its header, the last block, the directory.
#[test]
fn each_thing_that_is_looked_at_is_noticed_alone() {
    let place = place();
    let ledger = create(&place.dir);
    for number in 1..60 {
        ledger.append(append(number, "A", number - 1, vec![event(&[7; 60_000])])).unwrap();
    }
    let [first, last] = [0, 3].map(|number| super::mending::segment(&place, number));
    let refused = |what: &str| {
        let said = ledger.look().expect_err(what).to_string();
        assert!(said.contains(what), "{said}");
    };
    ledger.look().unwrap();
    away(&first);
    refused("No such file");
    back(&first);
    super::mending::change(&first, |bytes| bytes[..512].fill(0));
    refused("its header is another");
    super::mending::change(&first, |bytes| {
        let header = segment::Header { ledger: ledger.id(), number: 0, first: Position::GENESIS };
        bytes[..512].copy_from_slice(&header.encode());
    });
    ledger.look().unwrap();
    let at = super::mending::blocks(&last).last().map(|(at, length)| at + length - 512).unwrap();
    let flip = || super::mending::change(&last, |bytes| bytes[at] ^= 1);
    flip();
    refused("is another");
    flip();
    ledger.look().unwrap();
    // All that lies in it goes on to another folder of its name.
    let moved = place.dir.with_file_name("moved");
    fs::rename(&place.dir, &moved).unwrap();
    fs::create_dir(&place.dir).unwrap();
    for entry in fs::read_dir(&moved).unwrap() {
        let entry = entry.unwrap();
        fs::rename(entry.path(), place.dir.join(entry.file_name())).unwrap();
    }
    refused(place.dir.to_str().unwrap());
}

/// Whether sled has what a segment lacks, was not asked by who reads the segments alone.
#[test]
fn who_reads_the_segments_says_nothing_of_both_copies() {
    let (place, _, _) = super::mending::large();
    super::mending::change(&super::mending::segment(&place, 0), |bytes| bytes[segment::BLOCKS_AT + 200] ^= 1);
    let refused = Reader::open(&place.dir).err().unwrap();
    assert!(matches!(refused, OpenError::Segments { first: 0, .. }), "{refused}");
}

/// A longer sled says nothing of the segments of another ledger.
#[test]
fn the_sled_of_another_ledger_speaks_against_no_segments() {
    let (place, other) = (filled(3), super::place());
    let setup = Setup { randomness: Box::new(Seeded::new(SEED + 1)), ..setup() };
    let ledger = Ledger::create(&other.dir, genesis(), setup).unwrap().0;
    fill(&ledger, 1, 9);
    ledger.close().unwrap();
    let sled = place.dir.join("sled");
    fs::remove_dir_all(&sled).unwrap();
    fs::rename(other.dir.join("sled"), &sled).unwrap();
    assert_eq!(Reader::open_whole(&place.dir).unwrap().head().size, 4);
}

/// Caches of before say less than sled: what is signed, copied or decided asks sled all the same.
#[test]
fn caches_of_before_do_not_spare_asking_sled() {
    let place = filled(20);
    let (caches, kept) = (place.dir.join("snapshots"), place.dir.with_file_name("kept"));
    let copy = |from: &Path, to: &Path| {
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    };
    fs::create_dir(&kept).unwrap();
    copy(&caches, &kept);
    let ledger = reopen(&place.dir);
    fill(&ledger, 101, 20);
    ledger.close().unwrap();
    fs::remove_dir_all(&caches).unwrap();
    fs::create_dir(&caches).unwrap();
    copy(&kept, &caches);
    let path = super::mending::segment(&place, 0);
    let at = super::mending::blocks(&path)[30].0;
    super::mending::change(&path, |bytes| bytes[at..].fill(0));
    assert_eq!(Reader::open(&place.dir).unwrap().head().size, 30);
    let refused = Reader::open_whole(&place.dir).err().unwrap();
    assert!(matches!(refused, OpenError::Segments { first: 30, .. }), "{refused}");
}
