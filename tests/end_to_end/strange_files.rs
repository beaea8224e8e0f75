//! A directory that somebody hands over: pipes, devices and links where files belong, and files that only look large.
//! Every command ends, says which file it is, and follows nothing.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use serde_json::json;

use crate::small::{FOUNDING, organisation};
use crate::support::{
    Folder, Ran, THADS, action, ledger_with, lines, note_on, officer, real_ledger, record, thads,
};

/// Runs the program with a bound on time and memory: who waits for a pipe, or reads a device, breaks it.
fn bounded(data: &Path, args: &[&str]) -> Ran {
    let mut shell = Command::new("sh");
    shell.args(["-c", r#"ulimit -v 6000000; exec timeout 60 "$0" "$@""#, THADS]).env_remove("THADS_DATA");
    let output = shell.arg("--data").arg(data).args(["--lang", "en"]).args(args).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { status: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

/// Where the program may end with 0 all the same: what it does not need, or makes anew.
const CACHES: [&str; 9] = [
    "snapshots/heads",
    "snapshots/books",
    "snapshots",
    "sled",
    "sled/db",
    "sled/conf",
    "sled/x",
    "wal/x.seg",
    "wal/0000000001.seg.new",
];

fn try_all(data: &Path, name: &str, how: &str) {
    let actions = data.with_extension("jsonl");
    let fields = json!({ "court": "TAND", "number": "1/2018", "date": "2018-10-01", "judgment": "civil" });
    let judgment = action("DT03/2018/0001", "judgment_received", "2018-11-01", officer::CLERK, fields);
    fs::write(&actions, lines(&[judgment])).unwrap();
    let (actions, backup) = (actions.display().to_string(), data.with_extension("backup"));
    let backup = backup.display().to_string();
    let commands: [&[&str]; 6] = [
        &["verify"],
        &["report", "--period", "2018-M11"],
        &["checkpoint"],
        &["backup", &backup],
        &["doctor", "--dry-run"],
        &["record", &actions],
    ];
    for args in commands {
        let done = bounded(data, args);
        assert!([0, 1, 3].contains(&done.status), "{how} {name}, {args:?}: {done:?}");
        let last = name.rsplit('/').next().unwrap();
        let is_named = done.err.contains(last) || done.out.contains(last);
        assert!(done.status == 0 || is_named || CACHES.contains(&name), "{how} {name}, {args:?}: {done:?}");
        assert!(!done.err.contains("holds no ledger"), "{how} {name}, {args:?}: {done:?}");
    }
}

fn put(name: &str, how: &str, make: impl Fn(&Path)) {
    let folder = real_ledger();
    let path = folder.data.join(name);
    if path.is_dir() {
        fs::remove_dir_all(&path).unwrap();
    } else if path.exists() {
        fs::remove_file(&path).unwrap();
    }
    make(&path);
    try_all(&folder.data, name, how);
}

const EVERYWHERE: [&str; 16] = [
    "wal/0000000000.seg",
    "wal/0000000001.seg",
    "wal/0000000007.seg",
    "wal/x.seg",
    "wal/0000000001.seg.new",
    "vault/entries",
    "keys/keyring",
    "keys/log.key",
    "snapshots/heads",
    "snapshots/books",
    "LOCK",
    "ballast",
    "sled",
    "sled/db",
    "sled/conf",
    "sled/x",
];

#[test]
fn a_pipe_is_waited_for_by_nobody() {
    for name in EVERYWHERE {
        put(name, "pipe", |path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success()));
    }
}

#[test]
fn a_link_to_a_device_is_read_by_nobody() {
    for name in EVERYWHERE {
        put(name, "link", |path| symlink("/dev/zero", path).unwrap());
    }
}

/// What leads nowhere is there, and is not called gone.
#[test]
fn a_link_to_nothing_is_said_to_be_one() {
    for name in ["vault/entries", "keys/keyring", "sled", "wal/0000000000.seg", "LOCK"] {
        put(name, "dangling link", |path| symlink("nowhere", path).unwrap());
    }
    for name in ["vault/entries", "keys/keyring"] {
        let folder = real_ledger();
        let path = folder.data.join(name);
        fs::remove_file(&path).unwrap();
        symlink("nowhere", &path).unwrap();
        for args in [["checkpoint"].as_slice(), &["record", "-"]] {
            let done = bounded(&folder.data, args);
            assert!(done.status == 1 && done.err.contains("symbolic link"), "{name} {args:?}: {done:?}");
        }
    }
}

#[test]
fn a_file_that_only_looks_large_costs_neither_memory_nor_time() {
    for name in EVERYWHERE.into_iter().filter(|name| !["sled", "ballast"].contains(name)) {
        let sparse = |path: &Path| fs::File::create(path).unwrap().set_len(3 << 40).unwrap();
        put(name, "3 TiB", sparse);
    }
}

#[test]
fn personal_data_and_keys_are_read_from_the_ledgers_own_folders_and_segments_from_another_disk() {
    for name in ["vault", "keys"] {
        let folder = real_ledger();
        let away = folder.data.with_extension(name);
        fs::rename(folder.data.join(name), &away).unwrap();
        symlink(&away, folder.data.join(name)).unwrap();
        for args in [["checkpoint"].as_slice(), &["record", "-"]] {
            let refused = thads(&folder.data, args);
            assert_eq!(refused.status, 1, "{refused:?}");
            assert!(refused.err.contains(&format!("{name} is a symbolic link")), "{refused:?}");
        }
    }
    let folder = real_ledger();
    let away = folder.data.with_extension("disk");
    fs::rename(folder.data.join("wal"), &away).unwrap();
    symlink(&away, folder.data.join("wal")).unwrap();
    thads(&folder.data, &["verify"]).ok();
    thads(&folder.data, &["doctor"]).ok();
    let linked = Folder::new();
    symlink(&folder.data, &linked.data).unwrap();
    thads(&linked.data, &["verify"]).ok();
}

#[test]
fn a_vault_that_cannot_be_read_is_not_called_verified() {
    for name in ["vault/entries", "keys/keyring"] {
        let folder = real_ledger();
        let path = folder.data.join(name);
        fs::rename(&path, folder.data.with_extension("away")).unwrap();
        assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
        let verified = bounded(&folder.data, &["verify"]);
        assert_eq!(verified.status, 1, "{verified:?}");
        assert!(verified.err.contains(name), "{verified:?}");
    }
}

/// How something is put in a place.
type Place<'a> = (&'static str, &'a dyn Fn(&Path));

/// The caches' folder holds nothing that the log does not say: what stands in its place locks nobody out and is not lost.
#[test]
fn what_stands_in_place_of_the_caches_folder_is_set_aside() {
    let away = Folder::new();
    fs::create_dir(&away.data).unwrap();
    let places: [Place<'_>; 3] = [
        ("a file", &|path| fs::write(path, "mine").unwrap()),
        ("a link to nothing", &|path| symlink("nowhere", path).unwrap()),
        ("a link to a folder", &|path| symlink(&away.data, path).unwrap()),
    ];
    for (how, make) in places {
        for writes in [&["doctor"][..], &["record", "-"]] {
            let folder = real_ledger();
            let path = folder.data.join("snapshots");
            fs::remove_dir_all(&path).unwrap();
            make(&path);
            for reads in [&["checkpoint"][..], &["verify"], &["report", "--period", "2018-M11"]] {
                thads(&folder.data, reads).ok();
            }
            let ran = thads(&folder.data, &[&["--lang", "en"], writes].concat()).ok();
            let said = [ran.out, ran.err].concat();
            assert!(
                said.contains("snapshots is a") && said.contains("set aside as"),
                "{how} {writes:?}: {said}"
            );
            assert!(fs::symlink_metadata(folder.data.join("snapshots.aside-1")).is_ok(), "{how} {writes:?}");
            assert!(plain_folder(&path), "{how} {writes:?}");
            let again = thads(&folder.data, &["--lang", "en", "doctor"]).ok().out;
            assert!(again.contains("Nothing had to be mended"), "{how} {writes:?}: {again}");
        }
    }
    assert_eq!(fs::read_dir(&away.data).unwrap().count(), 0, "nothing is written through a link");
}

fn plain_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).unwrap().is_dir()
}

/// A name that leads round and round cannot be looked behind, whoever looks: nothing is founded over what may be there.
#[test]
fn what_cannot_be_seen_is_not_taken_for_missing() {
    let folder = Folder::new();
    fs::create_dir(&folder.data).unwrap();
    symlink("wal", folder.data.join("wal")).unwrap();
    let (rows, actions) = (folder.data.with_extension("csv"), folder.data.with_extension("jsonl"));
    fs::write(&rows, crate::fines::HEADER).unwrap();
    fs::write(&actions, "").unwrap();
    let (rows, actions) = (rows.display().to_string(), actions.display().to_string());
    let mapping = crate::fines::mapping().display().to_string();
    let commands: [&[&str]; 9] = [
        &crate::small::FOUNDING,
        &["demo", "--no-serve"],
        &["import", &rows, "--mapping", &mapping],
        &["import", &rows, "--mapping", &mapping, "--dry-run"],
        &["record", &actions],
        &["record", &actions, "--dry-run"],
        &["serve", "--listen", "127.0.0.1:0"],
        &["verify"],
        &["report", "--period", "2018-M11"],
    ];
    for args in commands {
        let refused = bounded(&folder.data, args);
        assert_eq!(refused.status, 1, "{args:?}: {refused:?}");
        assert!(refused.err.contains("/wal: "), "{args:?}: {refused:?}");
        assert!(!refused.err.contains("holds no ledger"), "{args:?}: {refused:?}");
        let left: Vec<_> =
            fs::read_dir(&folder.data).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["wal"], "{args:?}");
    }
}

/// A file that is whole and goes on with gigabytes that nobody wrote.
#[test]
fn a_file_that_goes_on_for_ever_behind_its_end_costs_neither_memory_nor_time() {
    let longer = [
        ("vault/entries", 60_u64 << 30),
        ("keys/keyring", 15 << 30),
        ("sled/db", 900 << 30),
        ("sled/blobs/1", 900 << 30),
        ("snapshots/heads", (1 << 30) - 1),
        ("snapshots/books", (1 << 30) - 1),
        ("wal/0000000009.seg", 60 << 20),
    ];
    for (name, bytes) in longer {
        let folder = real_ledger();
        let lengthen = || {
            let path = folder.data.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let file = fs::OpenOptions::new().append(true).create(true).open(path).unwrap();
            file.set_len(bytes).unwrap();
        };
        lengthen();
        try_all(&folder.data, name, "goes on");
        lengthen();
        let verified = thads(&folder.data, &["--lang", "en", "verify"]);
        // sled is a copy that would be made anew.
        let status = if name.starts_with("sled/") { 3 } else { 0 };
        assert!(verified.status == status && verified.out.contains(", 0 lost"), "{name}: {verified:?}");
    }
}

/// What is recorded beside another ledger's vault or keyring would be lost where the right one comes back: nothing is, and what
/// is wrong is said. An empty file stands for one that is lost for good.
#[test]
fn nothing_is_recorded_beside_another_ledgers_vault() {
    let (honest, other) = (ledger_with("DT03/2018/0001"), Folder::new());
    thads(&other.data, &FOUNDING).ok();
    record(&other.data, &organisation()).ok();
    for file in ["vault/entries", "keys/keyring"] {
        let folder = Folder::copy_of(&honest.data);
        let path = folder.data.join(file);
        fs::copy(other.data.join(file), &path).unwrap();
        let stood = fs::read(&path).unwrap();
        let actions = folder.data.with_file_name("actions");
        fs::write(&actions, lines(&[note_on("DT03/2018/0001", "x")])).unwrap();
        let actions = actions.display().to_string();
        for args in [
            &["record", &actions][..],
            &["record", "--dry-run", &actions],
            &["record", "--atomic", &actions],
            &["serve", "--listen", "127.0.0.1:0"],
        ] {
            let ran = bounded(&folder.data, args);
            assert_eq!(ran.status, 3, "{file} {args:?}: {ran:?}");
            assert!(ran.err.contains(file) && ran.err.contains("another ledger's"), "{file}: {ran:?}");
        }
        assert_eq!(fs::read(&path).unwrap(), stood, "{file}");
        fs::write(&path, "").unwrap();
        let lost = record(&folder.data, &[note_on("DT03/2018/0001", "x")]).ok();
        assert!(lost.err.contains("dữ liệu cá nhân sau cùng không có"), "{file}: {lost:?}");
    }
}

/// An older copy of the ledger's own keyring or vault is no other ledger's, however much was recorded since: that it lacks the
/// last pieces is said, what it opens stays open, and recording goes on.
#[test]
fn an_older_copy_of_its_own_is_gone_on_with() {
    let honest = ledger_with("DT03/2018/0001");
    for file in ["vault/entries", "keys/keyring"] {
        let folder = Folder::copy_of(&honest.data);
        let older = fs::read(folder.data.join(file)).unwrap();
        let notes: Vec<_> = (0..70).map(|nth| note_on("DT03/2018/0001", &format!("{nth}"))).collect();
        record(&folder.data, &notes).ok();
        fs::write(folder.data.join(file), &older).unwrap();
        let said = record(&folder.data, &[note_on("DT03/2018/0001", "x")]).ok();
        assert!(said.err.contains("dữ liệu cá nhân sau cùng không có"), "{file}: {said:?}");
        let read = fs::read(folder.data.join(file)).unwrap();
        assert!(read.len() > older.len() && read.starts_with(&older), "{file}");
    }
}
