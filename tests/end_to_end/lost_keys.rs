//! The keys that sign, lost or changed: what a ledger is worth is backed up all the same, what is wrong is said, and the good
//! key in the backup's folder stays.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::support::{Folder, head, ledger_with, record, thads};

type Hit = (&'static str, &'static str, fn(&Path), i32, &'static str);

const HITS: [Hit; 6] = [
    ("missing", "keys/log.key", |path| fs::remove_file(path).unwrap(), 1, "keys/log.key is not there"),
    (
        "damaged",
        "keys/log.key",
        |path| fs::write(path, "5z\n").unwrap(),
        3,
        "keys/log.key does not hold a key",
    ),
    ("another's", "keys/log.key", another, 3, "and the genesis names"),
    (
        "no text",
        "keys/log.key",
        |path| fs::write(path, [0xFF; 65]).unwrap(),
        3,
        "keys/log.key does not hold a key",
    ),
    (
        "damaged",
        "keys/root.key",
        |path| fs::write(path, "5z\n").unwrap(),
        3,
        "keys/root.key does not hold a key",
    ),
    ("another's", "keys/root.key", another, 3, "and the genesis names"),
];

fn another(path: &Path) {
    fs::write(path, format!("{}\n", "5a".repeat(32))).unwrap();
}

#[test]
fn a_ledger_whose_key_is_lost_or_changed_is_backed_up_and_that_is_said() {
    let honest = ledger_with("DT03/2018/0001");
    let (size, _) = head(&honest.data);
    for (how, place, hit, status, words) in HITS {
        for (earlier, with_keys) in [(false, true), (true, true), (true, false)] {
            let case = format!("{place} {how}, an earlier backup: {earlier}, keys copied: {with_keys}");
            let folder = Folder::copy_of(&honest.data);
            let target = folder.data.with_file_name("backup");
            let to = target.display().to_string();
            if earlier {
                thads(&folder.data, &["backup", &to, "--keys"]).ok();
            }
            let good = fs::read(folder.data.join(place)).unwrap();
            hit(&folder.data.join(place));
            let verified = thads(&folder.data, &["--lang", "en", "verify"]);
            assert_eq!(verified.status, if how == "missing" { 0 } else { 3 }, "{case}: {verified:?}");

            let args = ["--lang", "en", "--json", "backup", &to, "--keys"];
            let done = thads(&folder.data, &args[..if with_keys { 6 } else { 5 }]);
            assert_eq!(done.status, status, "{case}: {done:?}");
            let is_signed = place == "keys/root.key";
            assert!(done.err.contains(words) && !done.err.contains("pieces"), "{case}: {done:?}");
            assert!(
                done.err.contains("an earlier backup") || done.err.contains("copy it back"),
                "{case}: {done:?}"
            );
            assert_eq!(done.json()["signed"], is_signed, "{case}: {done:?}");
            assert_eq!(done.json()["records"].as_u64(), Some(size), "{case}: {done:?}");

            let back = Folder::new();
            let restored = thads(&back.data, &["--lang", "en", "--json", "restore", &to]);
            assert_eq!(restored.status, i32::from(!is_signed), "{case}: {restored:?}");
            assert!(is_signed || restored.err.contains("nothing vouches for it"), "{case}: {restored:?}");
            assert_eq!(restored.json()["signed"], is_signed, "{case}: {restored:?}");
            assert_eq!(restored.json()["root"], done.json()["root"], "{case}: {restored:?}");
            // What opens without the keyring is checked elsewhere.
            let verified = thads(&back.data, &["verify"]);
            assert_eq!(verified.status, if earlier || with_keys { 0 } else { 3 }, "{case}: {verified:?}");
            // The good key stays, and no other takes its place.
            let brought = fs::read(back.data.join(place)).ok();
            assert_eq!(brought, earlier.then_some(good.clone()), "{case}");

            // Once the key is back, the backup is as any other.
            fs::write(folder.data.join(place), &good).unwrap();
            let done = thads(&folder.data, &["--json", "backup", &to, "--keys"]).ok().json();
            assert_eq!(
                (done["signed"].as_bool(), &done["kept_for_what_is_lost_here"]),
                (Some(true), &json!([])),
                "{case}"
            );
            let again = Folder::new();
            thads(&again.data, &["restore", &to]).ok();
            assert_eq!(fs::read(again.data.join(place)).unwrap(), good, "{case}");
        }
    }
}

/// What another key signs nobody can verify: nothing is recorded with it, and no checkpoint is signed.
#[test]
fn another_key_signs_nothing() {
    for (how, place, hit, _, words) in HITS {
        if place != "keys/log.key" || how == "missing" {
            continue;
        }
        let folder = ledger_with("DT03/2018/0001");
        let (before, good) = (head(&folder.data), fs::read(folder.data.join(place)).unwrap());
        hit(&folder.data.join(place));
        let note = json!({ "case": "DT03/2018/0001", "kind": "note_added", "text": "x", "actor": 3 });
        for refused in [thads(&folder.data, &["--lang", "en", "checkpoint"]), record(&folder.data, &[note])] {
            assert_eq!(refused.status, 3, "{how}: {refused:?}");
            assert!(refused.err.contains(words) && refused.err.contains("--keys"), "{how}: {refused:?}");
            assert_eq!(refused.out, "", "{how}: {refused:?}");
        }
        fs::write(folder.data.join(place), good).unwrap();
        assert_eq!(head(&folder.data), before, "{how}");
    }
}

/// A signature that was asked for is not done without, and none that was there is given up.
#[test]
fn an_unsigned_backup_is_not_taken_for_a_signed_one() {
    let folder = ledger_with("DT03/2018/0001");
    let target = folder.data.with_file_name("backup");
    let to = target.display().to_string();
    thads(&folder.data, &["backup", &to]).ok();
    let signed = fs::read(target.join("checkpoint")).unwrap();
    fs::remove_file(folder.data.join("keys/log.key")).unwrap();
    assert_eq!(thads(&folder.data, &["backup", &to]).status, 1);
    assert_eq!(fs::read(target.join("checkpoint")).unwrap(), signed);
    let genesis = thads(&folder.data, &["--json", "log", "--to", "1"]).ok().json_lines().remove(0);
    let key = genesis["fields"]["log_key"].as_str().unwrap();
    let back = Folder::new();
    let refused = thads(&back.data, &["restore", &to, "--key", key]);
    assert!(refused.status == 1 && refused.err.contains("is not signed"), "{refused:?}");
    assert!(!back.data.exists());
    // Another log's checkpoint makes no backup of this one, signed or not.
    let contents = fs::read_to_string(target.join("contents")).unwrap();
    let origin = key.split_once('+').unwrap().0;
    fs::write(target.join("contents"), contents.replace(&format!("\n{origin}\n"), "\nother.example\n"))
        .unwrap();
    let refused = thads(&back.data, &["restore", &to]);
    assert_eq!(refused.status, 3, "{refused:?}");
    let refused = thads(&folder.data, &["backup", &to]);
    assert!(refused.status == 1 && refused.err.contains("another ledger"), "{refused:?}");
    for command in [&["checkpoint"][..], &["record", "-"]] {
        let refused = thads(&folder.data, command);
        assert!(
            refused.status == 1 && refused.err.contains("keys/log.key back from a backup"),
            "{refused:?}"
        );
    }
}
