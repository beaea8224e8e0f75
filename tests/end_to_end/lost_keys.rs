//! The keys that sign, lost or changed: what a ledger is worth is backed up all the same, what is wrong is said, and the good
//! key in the backup's folder stays.

use std::fs;
use std::path::Path;

use serde_json::json;

use crate::support::{Folder, Ran, head, ledger_with, record, thads};

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

/// The keys are looked at one by one, whichever of them the backup lacks.
#[test]
fn of_keys_that_did_not_come_each_is_named_and_a_lost_keyring_is_no_success() {
    const KEYS: [(&str, &str, &str); 3] = [
        ("keys/keyring", "opens names", "mở tên người"),
        ("keys/log.key", "signs: nothing is recorded without it", "thiếu nó thì không ghi được gì"),
        ("keys/root.key", "vouches for later log keys", "chứng nhận khóa sau này"),
    ];
    let honest = ledger_with("DT03/2018/0001");
    for lost in 0..8_usize {
        let is_lost = |at: usize| lost >> at & 1 == 1;
        let folder = Folder::copy_of(&honest.data);
        let to = folder.data.with_file_name("backup").display().to_string();
        // With a key of its own the backup is signed, so that of the log's key alone nothing else is said.
        thads(&folder.data, &["backup", &to, "--keys"]).ok();
        let contents = folder.data.with_file_name("backup").join("contents");
        let text = fs::read_to_string(&contents).unwrap();
        let lines = text.lines().filter(|line| {
            !KEYS.iter().enumerate().any(|(at, (key, ..))| is_lost(at) && line.ends_with(key))
        });
        fs::write(&contents, lines.map(|line| format!("{line}\n")).collect::<String>()).unwrap();
        let case = |ran: &Ran| format!("{lost:03b}: {ran:?}");
        for (language, at_word) in [("en", 1), ("vi", 2)] {
            let back = Folder::new();
            let ran = thads(&back.data, &["--lang", language, "restore", &to]);
            // Without any the keys are kept apart; without the keyring alone nothing opens the words any more.
            assert_eq!(ran.status, if is_lost(0) && lost != 7 { 3 } else { 0 }, "{}", case(&ran));
            let is_said = is_lost(0) || is_lost(1);
            for (at, key) in KEYS.iter().enumerate() {
                let named = format!("{} ({}", key.0, if at_word == 1 { key.1 } else { "" });
                assert_eq!(ran.err.contains(&named), is_said && is_lost(at), "{} {}", key.0, case(&ran));
                assert!(
                    at_word == 1 || !is_said || !is_lost(at) || ran.err.contains(key.2),
                    "{}",
                    case(&ran)
                );
            }
            let is_damage = ran.err.contains("it holds other keys and no keys/keyring");
            assert_eq!(is_damage, ran.status == 3, "{}", case(&ran));
            assert!(ran.status == 0 || ran.err.contains("pieces are lost in the backup"), "{}", case(&ran));
        }
        let back = Folder::new();
        let ran = thads(&back.data, &["--json", "restore", &to]);
        let missing: Vec<_> =
            KEYS.iter().enumerate().filter(|(at, _)| is_lost(*at)).map(|(_, key)| key.0).collect();
        assert_eq!(ran.json()["keys_missing"], json!(missing), "{}", case(&ran));
        assert_eq!(ran.json()["has_keys"], !is_lost(0) && !is_lost(1), "{}", case(&ran));
    }
}

/// What the ledger had lost when it was backed up with its keys is lost in what comes back, whichever file it was.
#[test]
fn a_vault_or_keyring_that_was_gone_is_lost_in_what_comes_back() {
    let honest = ledger_with("DT03/2018/0001");
    for (gone, keys) in
        [("keys/keyring", &["--keys"][..]), ("vault/entries", &["--keys"]), ("vault/entries", &[])]
    {
        let folder = Folder::copy_of(&honest.data);
        let to = folder.data.with_file_name("backup").display().to_string();
        fs::remove_file(folder.data.join(gone)).unwrap();
        let mut args = vec!["--lang", "en", "backup", &to];
        args.extend(keys);
        assert_eq!(thads(&folder.data, &args).status, 3, "{gone} {keys:?}");
        let back = Folder::new();
        let ran = thads(&back.data, &["--lang", "en", "restore", &to]);
        assert!(
            ran.status == 3 && ran.err.contains("pieces are lost in the backup"),
            "{gone} {keys:?}: {ran:?}"
        );
        assert!(ran.err.contains(&format!("no {gone}")), "{gone} {keys:?}: {ran:?}");
    }
    // Some words are gone and the keys are kept apart: of the rest nobody knows, of these everybody.
    let folder = Folder::copy_of(&honest.data);
    let to = folder.data.with_file_name("backup").display().to_string();
    let entries = folder.data.join("vault/entries");
    let bytes = fs::read(&entries).unwrap();
    fs::write(&entries, &bytes[..bytes.len() / 2]).unwrap();
    assert_eq!(thads(&folder.data, &["backup", &to]).status, 3);
    let back = Folder::new();
    let ran = thads(&back.data, &["--lang", "en", "restore", &to]);
    // The sixth, which was cut in its middle, shows only under its key.
    assert!(ran.status == 3 && ran.err.contains(" 5 pieces are lost in the backup"), "{ran:?}");
    assert!(ran.err.contains("does not hold these keys") && !ran.err.contains("older"), "{ran:?}");
}

/// That nothing signed a backup is said whatever else is, in both languages, and when it is brought back.
#[test]
fn that_a_backup_is_not_signed_is_said_beside_every_other_loss() {
    type Also = (&'static str, fn(&Path), i32, &'static str);
    let also: [Also; 5] = [
        ("nothing", |_| {}, 1, "keys/log.key is not there"),
        (
            "keyring",
            |dir| fs::remove_file(dir.join("keys/keyring")).unwrap(),
            3,
            "pieces are lost in the ledger",
        ),
        ("all keys", |dir| fs::remove_dir_all(dir.join("keys")).unwrap(), 3, "pieces are lost in the ledger"),
        (
            "vault",
            |dir| fs::remove_file(dir.join("vault/entries")).unwrap(),
            3,
            "pieces are lost in the ledger",
        ),
        (
            "vault changed",
            |dir| {
                let path = dir.join("vault/entries");
                let bytes = fs::read(&path).unwrap();
                fs::write(&path, bytes.repeat(2)).unwrap();
            },
            3,
            "vault or keyring was changed",
        ),
    ];
    let honest = ledger_with("DT03/2018/0001");
    for (what, damage, status, words) in also {
        for keys in [&[][..], &["--keys"]] {
            let folder = Folder::copy_of(&honest.data);
            let to = folder.data.with_file_name("backup").display().to_string();
            damage(&folder.data);
            let _ = fs::remove_file(folder.data.join("keys/log.key"));
            for (more, says) in [
                (&["--lang", "en"][..], "This backup is not signed: keys/log.key is not there."),
                (&["--lang", "vi"], "Bản sao này không được ký: không có keys/log.key ở đây."),
                (&["--quiet"], "this backup is not signed"),
                (&["--json"], "this backup is not signed"),
            ] {
                let args = [more, &["backup", &to], keys].concat();
                let ran = thads(&folder.data, &args);
                let case = format!("{what} {args:?}: {ran:?}");
                assert_eq!(ran.status, status, "{case}");
                assert!(ran.err.contains(says) && ran.err.contains(words), "{case}");
                let not_copied = ["Keys that were not copied", "Các khóa không được chép"];
                let is_text = more[0] == "--lang";
                let is_said = not_copied.iter().any(|said| ran.err.contains(said));
                assert_eq!(is_said, is_text && !keys.is_empty(), "{case}");
                if is_said {
                    let is_keyring = ["keyring", "all keys"].contains(&what);
                    assert_eq!(ran.err.contains(": keys/keyring, keys/log.key"), is_keyring, "{case}");
                }
            }
            let back = Folder::new();
            let ran = thads(&back.data, &["--lang", "en", "restore", &to]);
            assert!(ran.status > 0 && ran.err.contains("nothing vouches for it"), "{what} {keys:?}: {ran:?}");
        }
    }
    // What is wrong with the root key is said beside it as well.
    let folder = Folder::copy_of(&honest.data);
    let to = folder.data.with_file_name("backup").display().to_string();
    fs::remove_file(folder.data.join("keys/log.key")).unwrap();
    another(&folder.data.join("keys/root.key"));
    let ran = thads(&folder.data, &["--lang", "en", "backup", &to]);
    assert!(ran.status == 3 && ran.err.contains("this backup is not signed; keys/root.key"), "{ran:?}");
}
