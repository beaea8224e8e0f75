//! A writer that is not alone any more, or whose directory is not as it was left, stops before its next block.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::process::Command;

use super::*;
use crate::{AppendError, OpenError};

fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap().success());
}

/// Puts a copy in the place of a file or folder, as who "restores" it under a running writer does.
fn replace(path: &Path) {
    let away = path.with_extension("away");
    fs::rename(path, &away).unwrap();
    copy(&away, path);
}

fn lengthen(path: &Path) {
    OpenOptions::new().append(true).open(path).unwrap().write_all(b"more").unwrap();
}

fn segment(dir: &Path) -> PathBuf {
    dir.join("wal/0000000000.seg")
}

/// Where the next block of the only segment belongs.
fn end(dir: &Path) -> u64 {
    let bytes = fs::read(segment(dir)).unwrap();
    let last = bytes.iter().rposition(|byte| *byte != 0).unwrap();
    u64::try_from((last + 1).next_multiple_of(512)).unwrap()
}

fn write_at(path: &Path, bytes: &[u8], at: u64) {
    OpenOptions::new().write(true).open(path).unwrap().write_all_at(bytes, at).unwrap();
}

type Disturbance = (&'static str, fn(&Path));

const DISTURBED: [Disturbance; 19] = [
    ("the segment is replaced by a copy", |dir| replace(&segment(dir))),
    ("the segment is removed", |dir| fs::remove_file(segment(dir)).unwrap()),
    ("the segment is a link to itself", |dir| {
        let away = dir.join("wal/away");
        fs::rename(segment(dir), &away).unwrap();
        std::os::unix::fs::symlink(&away, segment(dir)).unwrap();
    }),
    ("another writes behind the last block", |dir| write_at(&segment(dir), b"thadsbk", end(dir))),
    ("another writes a little further", |dir| write_at(&segment(dir), b"x", end(dir) + 300)),
    ("the last block is changed", |dir| write_at(&segment(dir), b"changed", end(dir) - 600)),
    ("a bit of the header is changed", |dir| {
        let bit = fs::read(segment(dir)).unwrap()[40] ^ 1;
        write_at(&segment(dir), &[bit], 40);
    }),
    ("zeros stand over the header", |dir| write_at(&segment(dir), &[0; 512], 0)),
    ("the segment is cut", |dir| {
        OpenOptions::new().write(true).open(segment(dir)).unwrap().set_len(end(dir)).unwrap();
    }),
    ("the segment grows", |dir| lengthen(&segment(dir))),
    ("the segments' folder is renamed", |dir| fs::rename(dir.join("wal"), dir.join("w")).unwrap()),
    ("the segments' folder is replaced", |dir| replace(&dir.join("wal"))),
    ("the directory is renamed", |dir| fs::rename(dir, dir.with_extension("away")).unwrap()),
    ("the directory is replaced", replace),
    ("the vault is replaced", |dir| replace(&dir.join("vault/entries"))),
    ("the keyring is replaced", |dir| replace(&dir.join("keys/keyring"))),
    ("the vault's folder is a link", |dir| {
        fs::rename(dir.join("vault"), dir.join("v")).unwrap();
        std::os::unix::fs::symlink("v", dir.join("vault")).unwrap();
    }),
    ("another writes to the vault", |dir| lengthen(&dir.join("vault/entries"))),
    ("the vault is emptied", |dir| fs::write(dir.join("vault/entries"), "").unwrap()),
];

#[test]
fn nothing_is_written_where_the_directory_is_not_as_it_was_left() {
    for (name, disturb) in DISTURBED {
        let place = place();
        let ledger = create(&place.dir);
        for number in 1..4 {
            let known = append(number.into(), "A", u64::from(number - 1), vec![personal_event(number, "An")]);
            ledger.append(known).unwrap();
        }
        let known = stored(&ledger);
        disturb(&place.dir);
        let files = ["wal/0000000000.seg", "vault/entries", "keys/keyring"];
        let before = files.map(|file| fs::read(place.dir.join(file)).ok());
        let refused = ledger.append(append(9, "A", 3, vec![personal_event(9, "Bình")]));
        assert!(matches!(refused, Err(AppendError::Stopped(_))), "{name}: {refused:?}");
        let why = ledger.stopped().unwrap();
        assert!(why.contains(place.dir.to_str().unwrap()), "{name}: {why}");
        let after = files.map(|file| fs::read(place.dir.join(file)).ok());
        assert!(before[0] == after[0], "{name}: a segment was written to");
        let vault = name.contains("vault") || name.contains("keyring");
        assert!(!vault || before == after, "{name}: the vault was written to");
        drop(ledger);
        // Every acknowledged record is where it was: in what was moved away, or in the sled beside.
        if place.dir.with_extension("away").exists() {
            fs::rename(&place.dir, place.dir.with_extension("other")).ok();
            fs::rename(place.dir.with_extension("away"), &place.dir).unwrap();
            assert_eq!(stored(&open(&place.dir).0), known, "{name}");
        }
    }
}

/// Also where a block holds no personal data: commands would refuse the directory, and the next start as well.
#[test]
fn the_vault_is_looked_at_before_every_block() {
    let disturbed: [Disturbance; 3] = [
        ("a link", |dir| {
            fs::rename(dir.join("vault"), dir.join("v")).unwrap();
            std::os::unix::fs::symlink("v", dir.join("vault")).unwrap();
        }),
        ("removed", |dir| fs::remove_dir_all(dir.join("vault")).unwrap()),
        ("without its keys", |dir| fs::remove_file(dir.join("keys/keyring")).unwrap()),
    ];
    for (name, disturb) in disturbed {
        let place = place();
        let ledger = create(&place.dir);
        ledger.append(append(1, "A", 0, vec![personal_event(1, "An")])).unwrap();
        disturb(&place.dir);
        let refused = ledger.append(append(2, "A", 1, vec![event(b"no names")]));
        assert!(matches!(refused, Err(AppendError::Stopped(_))), "{name}: {refused:?}");
        assert_eq!(ledger.head().size, 2, "{name}");
    }
}

/// sled is a copy: that it is gone or replaced is said, recording goes on, and the next opening has one that is whole.
#[test]
fn a_sled_that_was_moved_or_replaced_is_said_and_stops_nothing() {
    let disturbed: [Disturbance; 5] = [
        ("removed", |dir| fs::remove_dir_all(dir.join("sled")).unwrap()),
        ("moved", |dir| fs::rename(dir.join("sled"), dir.join("other")).unwrap()),
        ("replaced", |dir| replace(&dir.join("sled"))),
        ("its log is removed", |dir| fs::remove_file(dir.join("sled/db")).unwrap()),
        ("its log is replaced", |dir| replace(&dir.join("sled/db"))),
    ];
    for (name, disturb) in disturbed {
        // Where it is looked at by who asks, and where the mover comes to write.
        for run_bytes in [Storage::small().run_bytes, 1] {
            let place = place();
            let mut setup = setup();
            setup.storage.run_bytes = run_bytes;
            let ledger = Ledger::create(&place.dir, genesis(), setup).unwrap().0;
            fill(&ledger, 1, 3);
            disturb(&place.dir);
            fill(&ledger, 4, 3);
            let why = ledger.progress().unwrap().failed.unwrap_or_else(|| panic!("{name}: nothing is said"));
            assert!(why.contains(place.dir.join("sled").to_str().unwrap()), "{name}: {why}");
            fill(&ledger, 7, 3);
            let known = stored(&ledger);
            assert_eq!(ledger.stopped(), None, "{name}");
            assert!(ledger.close().unwrap_err().to_string().contains("sled"), "{name}");
            let (ledger, report) = open(&place.dir);
            assert!(report.to_string().contains("refilled"), "{name}: {report}");
            assert_eq!(stored(&ledger), known, "{name}");
            ledger.close().unwrap();
            let verified = verify(&place);
            assert!(verified.is_good(), "{name}: {verified:?}");
        }
    }
}

/// Without a question the mover notices before it writes: nothing goes to a sled that is in no ledger any more.
#[test]
fn the_mover_writes_to_no_sled_that_was_moved_away() {
    let place = filled(3);
    let mut options = options();
    options.storage.run_bytes = 1;
    let (ledger, _) = Ledger::open(&place.dir, options).unwrap();
    let away = place.dir.join("other");
    fs::rename(place.dir.join("sled"), &away).unwrap();
    fill(&ledger, 4, 3);
    assert!(ledger.close().unwrap_err().to_string().contains("moved or removed"));
    fs::rename(&away, place.dir.join("sled")).unwrap();
    let (_, report) = open(&place.dir);
    assert!(report.to_string().contains("sled is 3 records behind"), "{report}");
}

/// Caches are never needed: one that cannot be written is no failure, and their folder is made anew.
#[test]
fn a_cache_that_cannot_be_written_is_only_missing() {
    let heads = |dir: &Path| dir.join("snapshots/heads");
    let disturbed: [Disturbance; 3] = [
        ("removed", |dir| fs::remove_dir_all(dir.join("snapshots")).unwrap()),
        ("a folder in its place", |dir| fs::create_dir_all(dir.join("snapshots/heads/x")).unwrap()),
        ("a folder in its draft's place", |dir| {
            fs::create_dir_all(dir.join("snapshots/heads.new/x")).unwrap()
        }),
    ];
    for (name, disturb) in disturbed {
        let place = place();
        let ledger = create(&place.dir);
        fill(&ledger, 1, 3);
        disturb(&place.dir);
        fill(&ledger, 4, 3);
        ledger.close().unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(heads(&place.dir).is_file(), name == "removed", "{name}");
        assert_eq!(open(&place.dir).0.head().size, 7, "{name}");
    }
}

#[test]
fn the_next_segment_is_looked_at_before_it_is_begun() {
    let disturbed: [Disturbance; 3] = [
        ("replaced", |spare| replace(spare)),
        ("removed", |spare| fs::remove_file(spare).unwrap()),
        ("written to", |spare| write_at(spare, b"x", 700)),
    ];
    for (name, disturb) in disturbed {
        // Where it was disturbed before its maker had opened it, it is another's from the beginning, and the next try counts.
        let tries = || {
            let place = place();
            let ledger = create(&place.dir);
            let spare = place.dir.join("wal/0000000001.seg");
            while !spare.exists() {
                std::thread::yield_now();
            }
            disturb(&spare);
            (1..100).find_map(|version| {
                let large = append(version, "A", version - 1, vec![event(&[b'x'; 60_000])]);
                let refused = ledger.append(large).err()?;
                Some((version, refused, ledger.stopped()))
            })
        };
        let (version, refused, stopped) =
            (0..50).find_map(|_| tries()).unwrap_or_else(|| panic!("{name}: it is never refused"));
        assert!(matches!(refused, AppendError::Stopped(_)), "{name}: {refused:?}");
        assert!(version > 11 && stopped.unwrap().contains("0000000001.seg"), "{name}");
    }
}

#[test]
fn without_its_file_the_lock_still_holds() {
    let place = place();
    let ledger = create(&place.dir);
    fill(&ledger, 1, 3);
    let second = || Ledger::open(&place.dir, options()).map(|_| ());
    assert!(matches!(second(), Err(OpenError::Locked { .. })));
    fs::remove_file(place.dir.join("LOCK")).unwrap();
    assert!(matches!(second(), Err(OpenError::Locked { .. })));
    fs::write(place.dir.join("LOCK"), "").unwrap();
    assert!(matches!(second(), Err(OpenError::Locked { .. })));
    fill(&ledger, 4, 3);
    let known = stored(&ledger);
    ledger.close().unwrap();
    assert_eq!(stored(&reopen(&place.dir)), known);
}
