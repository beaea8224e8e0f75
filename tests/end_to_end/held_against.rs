//! What is held against a log in `verify`: several checkpoints, notes with several signatures, a forged one among them, and
//! personal data that cannot be looked at. Whatever is wrong with one, everything else is looked at and said.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::fines;
use crate::support::{Folder, Ran, ask, real_ledger, thads};

fn verify(data: &Path, files: &[&Path]) -> Ran {
    let mut args = ["--json", "--lang", "en", "verify"].map(str::to_owned).to_vec();
    args.extend(files.iter().flat_map(|file| ["--checkpoint".to_owned(), file.display().to_string()]));
    thads(data, &args)
}

/// Writes a note beside a ledger.
fn note(folder: &Folder, name: &str, text: &str) -> std::path::PathBuf {
    let path = folder.data.with_file_name(name);
    fs::write(&path, text).unwrap();
    path
}

/// The note of the second part with its size lowered: signed by nobody.
fn forged(folder: &Folder) -> std::path::PathBuf {
    let (path, size) = &fines::ledger().checkpoints[1];
    let good = fs::read_to_string(path).unwrap();
    note(folder, "forged", &good.replace(&size.to_string(), &(size - 1).to_string()))
}

#[test]
fn a_forged_note_among_several_does_not_end_the_look_at_the_history() {
    let fines = fines::ledger();
    let folder = Folder::copy_of(&fines.data);
    let forged = forged(&folder);
    let [first, second, third] = [0, 1, 2].map(|part| fines.checkpoints[part].0.as_path());
    for files in [[&forged, first, third], [first, &forged, second]] {
        let ran = verify(&folder.data, &files);
        assert_eq!(ran.status, 1, "{ran:?}");
        assert!(ran.err.contains("is void: no signature of the log's key"), "{}", ran.err);
        assert_eq!(
            (&ran.json()["checkpoints"], &ran.json()["good"]),
            (&2.into(), &false.into()),
            "{}",
            ran.out
        );
        assert!(ran.json()["beside"].as_str().unwrap().contains("is void"), "{}", ran.out);
        assert!(ran.json()["summary"]["root"].is_string(), "{}", ran.out);
    }
    // Nor does it hide what is wrong with the history, nor a file that is none hide it.
    let none = note(&folder, "none", "{}");
    assert_eq!(verify(&folder.data, &[&none, &forged]).status, 1);
    let segment = crate::layout::segments(&folder.data).remove(0);
    let mut bytes = fs::read(&segment).unwrap();
    bytes[100_000] ^= 1;
    fs::write(&segment, bytes).unwrap();
    let ran = verify(&folder.data, &[&forged, first]);
    assert_eq!(ran.status, 3, "{ran:?}");
    assert!(!ran.json()["findings"].as_array().unwrap().is_empty(), "{}", ran.out);
}

#[test]
fn several_checkpoints_and_several_signatures_are_each_held_against_the_log() {
    let fines = fines::ledger();
    let folder = Folder::copy_of(&fines.data);
    let all: Vec<&Path> = fines.checkpoints.iter().map(|(path, _)| path.as_path()).collect();
    let found = verify(&folder.data, &all).ok().json();
    assert_eq!(found["checkpoints"], 3, "{found}");
    // The same one twice is one more.
    assert_eq!(verify(&folder.data, &[all[0], all[0]]).ok().json()["checkpoints"], 2);

    let good = fs::read_to_string(all[1]).unwrap();
    let line = good.lines().last().unwrap();
    // A signature of somebody who is not known here says nothing; each of the log's must hold, or the note is void.
    let stranger = format!("{good}— witness.example/w {}=\n", "A".repeat(91));
    let (start, end) = line.split_at(line.len() - 20);
    let turned: String = end.chars().map(|letter| if letter == 'A' { 'B' } else { 'A' }).take(19).collect();
    for (text, status) in [
        (stranger, 0),
        (format!("{good}{start}{turned}=\n"), 1),
        (good.replace(line, &format!("{start}{turned}=\n{line}")), 1),
    ] {
        let path = note(&folder, "signed", &text);
        let ran = verify(&folder.data, &[all[0], &path]);
        assert_eq!(ran.status, status, "{text}{ran:?}");
        let held: u64 = if status == 0 { 2 } else { 1 };
        assert_eq!(ran.json()["checkpoints"], held, "{ran:?}");
    }
}

/// A vault that cannot be looked at says nothing about the genesis, nor against the records: those are verified.
#[test]
fn a_vault_that_cannot_be_looked_at_leaves_the_history_to_be_verified() {
    let fines = fines::ledger();
    let folder = Folder::copy_of(&fines.data);
    let entries = folder.data.join("vault/entries");
    fs::remove_file(&entries).unwrap();
    fs::create_dir(&entries).unwrap();
    let ran = verify(&folder.data, &[&fines.checkpoints[1].0]);
    assert_eq!(ran.status, 1, "{ran:?}");
    assert!(!ran.err.contains("--key"), "{}", ran.err);
    assert!(ran.err.contains("vault/entries"), "{}", ran.err);
    let found = ran.json();
    assert_eq!((&found["checkpoints"], &found["meaning"]["count"]), (&1.into(), &0.into()), "{found}");
    let ran = verify(&folder.data, &[&forged(&folder)]);
    assert_eq!(ran.status, 1, "{ran:?}");
}

/// What a backup keeps is held against what it promises; that it was not opened is said.
#[test]
fn a_backup_is_verified_as_far_as_it_promises() {
    let fines = fines::ledger();
    let folder = Folder::new();
    let backup = folder.data.clone();
    let answer: Value = ask(&fines.data, &["backup", &backup.display().to_string(), "--keys"]);
    assert!(answer.is_object());
    let said = thads(&backup, &["--lang", "en", "verify"]).ok();
    assert!(said.out.contains("Verified in part"), "{said:?}");
    assert!(said.err.contains("Not checked: personal data"), "{said:?}");

    let kept = fs::read_dir(backup.join("vault")).unwrap().next().unwrap().unwrap().path();
    let whole = fs::read(&kept).unwrap();
    fs::remove_file(&kept).unwrap();
    let ran = verify(&backup, &[]);
    assert_eq!((ran.status, &ran.json()["good"]), (3, &false.into()), "{ran:?}");
    let mut flipped = whole.clone();
    flipped[200] ^= 1;
    fs::write(&kept, flipped).unwrap();
    assert_eq!(verify(&backup, &[]).status, 3);
    fs::write(&kept, whole).unwrap();
    verify(&backup, &[]).ok();

    // A directory that only looks like a backup: nothing of its vault is promised, and its records name some.
    let contents = fs::read_to_string(backup.join("contents")).unwrap();
    let promises_none: String =
        contents.lines().filter(|line| !line.contains("vault/")).map(|line| format!("{line}\n")).collect();
    fs::write(backup.join("contents"), promises_none).unwrap();
    let ran = verify(&backup, &[]);
    assert_eq!((ran.status, &ran.json()["good"]), (3, &false.into()), "{ran:?}");
}

/// What is held against a history and does not fit makes the answer not good, in the document and in the closing line as in the
/// exit status.
#[test]
fn an_answer_is_good_where_its_status_is_0() {
    let fines = fines::ledger();
    let folder = Folder::new();
    let empty = note(&folder, "empty", "");
    let other = thads(&real_ledger().data, &["log", "--json", "--to", "1"]).ok().json_lines().remove(0);
    let strange = other["fields"]["log_key"].as_str().unwrap();
    let [empty, missing] = [empty.display().to_string(), folder.data.display().to_string()];
    for (args, status) in [
        (vec![], 0),
        (vec!["--key", strange], 3),
        (vec!["--checkpoint", &empty], 1),
        (vec!["--checkpoint", &missing], 1),
    ] {
        let run = |more: &[&str]| {
            let all = more.iter().copied().chain(["verify"]).chain(args.iter().copied());
            thads(&fines.data, &all.collect::<Vec<_>>())
        };
        let found = run(&["--json"]);
        assert_eq!((found.status, found.json()["good"] == true), (status, status == 0), "{args:?} {found:?}");
        assert_eq!(found.json()["beside"].is_null(), status == 0, "{args:?} {found:?}");
        let said = run(&["--lang", "en"]);
        let closes = said.out.lines().last().unwrap().starts_with("Verified:");
        assert_eq!((said.status, closes), (status, status == 0), "{args:?} {said:?}");
    }
}
