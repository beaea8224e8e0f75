//! A dry run ends as the real run would, whatever stands in the place of the files that only writing needs.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::support::{Folder, action, distraint_case, lines, officer, real_ledger, record, thads};

const CASE: &str = "DT03/2018/0001";

/// Each command as a dry run, and as the real one.
const COMMANDS: [[&str; 2]; 4] = [
    ["record {actions} --dry-run", "record {actions}"],
    ["record {actions} --dry-run --atomic", "record {actions} --atomic"],
    ["import {rows} --mapping {mapping} --dry-run", "import {rows} --mapping {mapping}"],
    ["doctor --dry-run", "doctor"],
];

fn remove(path: &Path) {
    if path.is_dir() { fs::remove_dir_all(path).unwrap() } else { fs::remove_file(path).unwrap() }
}

/// Runs a command on a copy of a ledger in which something was done.
fn run(ledger: &Folder, files: &Path, spoil: &dyn Fn(&Path), command: &str) -> (i32, String) {
    let copy = Folder::copy_of(&ledger.data);
    spoil(&copy.data);
    let fill = |word: &str| match word.strip_prefix('{') {
        Some(name) => files.join(name.trim_end_matches('}')).display().to_string(),
        None => word.to_owned(),
    };
    let args: Vec<String> = command.split(' ').map(fill).collect();
    let ran = thads(&copy.data, &args);
    (ran.status, ran.err)
}

#[test]
fn a_dry_run_ends_as_the_real_one_would() {
    let files = tempfile::tempdir().unwrap();
    let note = action(CASE, "note_added", "2019-01-11", officer::ENFORCER, json!({ "text": "x" }));
    fs::write(files.path().join("actions"), lines(&[note])).unwrap();
    // Rows of a ledger of its own: in the other one an import is refused, and in a dry run likewise.
    let rows = format!("{}A1,Create Fine,2008-01-02,1,3500,,,157,NIL,A,\n", crate::fines::HEADER);
    fs::write(files.path().join("rows"), rows).unwrap();
    fs::copy(crate::fines::mapping(), files.path().join("mapping")).unwrap();
    let recorded = real_ledger();
    record(&recorded.data, &distraint_case(CASE)).ok();
    let imported = Folder::new();
    let names = ["rows", "mapping"].map(|name| files.path().join(name).display().to_string());
    thads(&imported.data, &["import", &names[0], "--mapping", &names[1], "--head", "A"]).ok();

    type Spoil = Box<dyn Fn(&Path)>;
    let mut states: Vec<(String, Spoil)> = vec![("as it is".to_owned(), Box::new(|_| {}))];
    for name in ["keys/log.key", "keys/keyring", "vault", "LOCK", "ballast"] {
        states.push((format!("no {name}"), Box::new(move |data| remove(&data.join(name)))));
    }
    for name in ["keys/log.key", "LOCK", "ballast"] {
        let instead = |how: &str, make: fn(&Path)| -> (String, Spoil) {
            let spoil = move |data: &Path| {
                remove(&data.join(name));
                make(&data.join(name));
            };
            (format!("{how} as {name}"), Box::new(spoil))
        };
        states.push(instead("a folder", |path| fs::create_dir(path).unwrap()));
        states.push(instead("a pipe", |path| {
            assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
        }));
        states.push(instead("a link", |path| symlink("nowhere", path).unwrap()));
    }
    let another = |data: &Path| fs::write(data.join("keys/log.key"), "ab".repeat(32)).unwrap();
    states.push(("another log.key".to_owned(), Box::new(another)));

    let mut others = Vec::new();
    for (state, spoil) in states {
        for [dry, real] in COMMANDS {
            let ledger = if dry.starts_with("import") { &imported } else { &recorded };
            let [dried, done] = [dry, real].map(|command| run(ledger, files.path(), spoil.as_ref(), command));
            if dried.0 != done.0 {
                others.push(format!("{state}: {dry}: {}, {real}: {}", dried.0, done.0));
            }
            assert!(done.0 == 0 || !done.1.is_empty(), "{state}: {real}");
        }
    }
    assert!(others.is_empty(), "{others:#?}");
}

/// Where there is no ledger yet, as the founding would.
#[test]
fn a_dry_run_of_an_import_that_founds_ends_as_the_founding_would() {
    let all = tempfile::tempdir().unwrap();
    let rows = all.path().join("rows");
    fs::write(&rows, format!("{}A1,Create Fine,2008-01-02,1,3500,,,157,NIL,A,\n", crate::fines::HEADER))
        .unwrap();
    let (rows, mapping) = (rows.display().to_string(), crate::fines::mapping().display().to_string());
    for name in ["LOCK", "ballast", "other"] {
        let statuses = [&["--dry-run"][..], &[]].map(|more| {
            let data = all.path().join(format!("{name}-{}", more.len()));
            fs::create_dir_all(data.join(name)).unwrap();
            thads(&data, &[&["import", &rows, "--mapping", &mapping][..], more].concat()).status
        });
        let expected = i32::from(name != "other");
        assert_eq!(statuses, [expected; 2], "{name}");
    }
}

/// Where nothing is rejected a dry run leaves no file of rejects; where something is, it does.
#[test]
fn a_dry_run_without_rejects_leaves_no_file_of_them() {
    let all = tempfile::tempdir().unwrap();
    let at = |name: &str| all.path().join(name).display().to_string();
    let good = "A1,Create Fine,2008-01-02,1,3500,,,157,NIL,A,\n";
    fs::write(at("good"), format!("{}{good}", crate::fines::HEADER)).unwrap();
    let bad = "A1,Create Fine,2008-13-02,1,3500,,,157,NIL,A,\n";
    fs::write(at("bad"), format!("{}{good}{bad}", crate::fines::HEADER)).unwrap();
    let mapping = crate::fines::mapping().display().to_string();
    for (rows, is_there) in [("good", false), ("bad", true)] {
        let (rows, rejects) = (at(rows), at(&format!("{rows}.rejects")));
        let args = ["import", &rows, "--mapping", &mapping, "--rejects", &rejects, "--dry-run"];
        thads(&all.path().join("data"), &args).ok();
        assert_eq!(Path::new(&rejects).exists(), is_there, "{rows}");
    }
}
