//! Places that a user names: a data directory that is none, and output that leads into the files of a ledger or a backup. Every
//! command refuses them before it reads or writes anything.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::json;

use crate::support::{Folder, THADS, action, distraint_case, lines, officer, real_ledger, record, thads};

const CASE: &str = "DT03/2018/0001";

/// Every command, with the least that it takes; words in braces stand for paths.
const COMMANDS: [&str; 19] = [
    "init --name A --origin a.b/c --office X1 --office-name o --head h --since 2018-01-01",
    "demo --no-serve",
    "serve --listen 127.0.0.1:0",
    "log",
    "verify",
    "case DT03/2018/0001",
    "cases",
    "report --period 2019-H1",
    "figure cases.total --period 2019-H1",
    "replay --period 2019-M09",
    "checkpoint",
    "rebuild",
    "doctor --dry-run",
    "doctor",
    "record {actions} --dry-run",
    "record {actions}",
    "import {rows} --mapping {mapping}",
    "backup {backup}",
    "restore {backup}",
];

/// A ledger with a case, and beside it a backup and what else the commands take.
fn ledger() -> Folder {
    let folder = real_ledger();
    record(&folder.data, &distraint_case(CASE)).ok();
    let beside = |name: &str| folder.data.with_file_name(name);
    thads(&folder.data, &["backup", &beside("backup").display().to_string(), "--keys"]).ok();
    let note = action(CASE, "note_added", "2019-01-11", officer::ENFORCER, json!({ "text": "x" }));
    fs::write(beside("actions"), lines(&[note])).unwrap();
    fs::write(
        beside("rows"),
        format!("{}A1,Create Fine,2008-01-02,1,3500,,,157,NIL,A,\n", crate::fines::HEADER),
    )
    .unwrap();
    fs::copy(crate::fines::mapping(), beside("mapping")).unwrap();
    folder
}

/// The program at a command, with a bound on its time: who waits for a pipe breaks it.
fn program(folder: &Folder, data: &Path, command: &str) -> Command {
    let mut program = Command::new("timeout");
    program.args(["60", THADS]).env_remove("THADS_DATA").stdin(Stdio::null());
    program.arg("--data").arg(data).args(["--lang", "en"]);
    program.args(command.split(' ').map(|word| match word.strip_prefix('{') {
        Some(name) => folder.data.with_file_name(name.trim_end_matches('}')).display().to_string(),
        None => word.to_owned(),
    }));
    program
}

#[test]
fn a_data_directory_that_is_none_is_refused_by_every_command() {
    let folder = ledger();
    let beside = |name: &str| folder.data.with_file_name(name);
    assert!(Command::new("mkfifo").arg(beside("pipe")).status().unwrap().success());
    std::os::unix::fs::symlink(beside("pipe"), beside("link")).unwrap();
    fs::write(beside("file"), "").unwrap();
    for command in COMMANDS {
        for name in ["pipe", "link", "file"] {
            let ran = program(&folder, &beside(name), command).output().unwrap();
            let said = String::from_utf8(ran.stderr).unwrap();
            assert_eq!(ran.status.code(), Some(1), "{command} --data {name}: {said}");
            assert!(said.contains(&format!("{name} is no folder")), "{command} --data {name}: {said}");
        }
    }
}

/// The bytes of every file below a folder.
fn bytes(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(bytes(&path))
        } else {
            all.push((path.clone(), fs::read(path).unwrap()))
        }
    }
    all.sort();
    all
}

#[test]
fn no_output_goes_into_a_file_of_the_ledger_of_a_backup_or_that_is_read() {
    let folder = ledger();
    let beside = |name: &str| folder.data.with_file_name(name);
    fs::hard_link(folder.data.join("keys/log.key"), beside("hard")).unwrap();
    fs::rename(folder.data.join("wal"), beside("disk")).unwrap();
    std::os::unix::fs::symlink(beside("disk"), folder.data.join("wal")).unwrap();
    let try_out = |command: &str, place: &Path| {
        for of_errors in [false, true] {
            let before = (
                bytes(&folder.data),
                bytes(&beside("backup")),
                bytes(&beside("disk")),
                fs::read(place).unwrap(),
            );
            let to = || Stdio::from(File::options().append(true).open(place).unwrap());
            let mut program = program(&folder, &folder.data, command);
            let ran = if of_errors { program.stderr(to()) } else { program.stdout(to()) }.output().unwrap();
            let said = String::from_utf8(ran.stderr).unwrap();
            let shown = place.display();
            assert_eq!(ran.status.code(), Some(1), "{command} into {shown}: {said}");
            assert!(
                of_errors || said.contains("this program's output goes there"),
                "{command} into {shown}: {said}"
            );
            let after = (
                bytes(&folder.data),
                bytes(&beside("backup")),
                bytes(&beside("disk")),
                fs::read(place).unwrap(),
            );
            assert!(before == after, "{command} into {shown}");
        }
    };
    for command in COMMANDS {
        try_out(command, &folder.data.join("vault/entries"));
    }
    for name in ["wal/0000000000.seg", "keys/keyring", "snapshots/heads", "sled/conf", "LOCK", "ballast"] {
        try_out("log", &folder.data.join(name));
    }
    try_out("log", &beside("hard"));
    for name in ["contents", "checkpoint", "wal/0000000000.seg"] {
        for command in ["backup {backup}", "restore {backup}"] {
            try_out(command, &beside("backup").join(name));
        }
    }
    fs::copy(beside("backup").join("checkpoint"), beside("signed")).unwrap();
    for (command, name) in [
        ("verify --checkpoint {signed}", "signed"),
        ("record {actions}", "actions"),
        ("import {rows} --mapping {mapping}", "rows"),
        ("import {rows} --mapping {mapping}", "mapping"),
    ] {
        try_out(command, &beside(name));
    }
    // What others have put there is no file of the ledger.
    let own = File::create(folder.data.join("answer.txt")).unwrap();
    assert!(program(&folder, &folder.data, "checkpoint").stdout(own).status().unwrap().success());
}

/// What only looks like a plain file is neither waited for nor written over, and is named.
#[test]
fn what_only_looks_like_a_plain_file_is_named() {
    let folder = ledger();
    for (command, input, says) in [
        ("import {rows} --mapping {mapping} --rejects /proc/kmsg", "/dev/null", "/proc/kmsg: "),
        (
            "import {rows} --mapping {mapping} --rejects /proc/version",
            "/dev/null",
            "--rejects /proc/version: ",
        ),
        ("record /proc/self/mem", "/dev/null", "/proc/self/mem: "),
        ("record --atomic /proc/self/mem", "/dev/null", "/proc/self/mem: "),
        ("record -", "/", "-: "),
    ] {
        let mut program = program(&folder, &folder.data, command);
        let ran = program.stdin(File::open(input).unwrap()).output().unwrap();
        let said = String::from_utf8(ran.stderr).unwrap();
        assert_eq!(ran.status.code(), Some(1), "{command}: {said}");
        assert!(said.contains(says), "{command}: {said}");
    }
}
