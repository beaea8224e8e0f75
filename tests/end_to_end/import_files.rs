//! The files of an import: what is read is never written, whatever its name, and nothing is left behind.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::fines::{HEADER, mapping};
use crate::support::{Folder, Ran, THADS, thads};

const ROW: &str = "A1,Create Fine,2008-01-02,1,3500,,,157,NIL,A,\n";

fn rows(folder: &Folder) -> PathBuf {
    let path = folder.data.with_extension("csv");
    fs::write(&path, format!("{HEADER}{ROW}")).unwrap();
    path
}

fn import(data: &Path, rows: &Path, mapping: &Path, rejects: &Path) -> Ran {
    let [rows, mapping, rejects] = [rows, mapping, rejects].map(|path| path.display().to_string());
    let args = ["--lang", "en", "--quiet", "import", &rows, "--mapping", &mapping, "--rejects", &rejects];
    thads(data, &args)
}

/// A pipe without a writer, by the shell: the tests link no library that makes one.
fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn the_rejects_never_take_the_place_of_what_is_read() {
    let folder = Folder::new();
    let at = |name: &str| folder.data.with_file_name(name);
    let (rows, own_mapping) = (rows(&folder), at("mapping.toml"));
    fs::copy(mapping(), &own_mapping).unwrap();
    fs::write(at("letter"), "Dear all,\n").unwrap();
    symlink(&rows, at("link")).unwrap();
    symlink(at("nowhere"), at("dangling")).unwrap();
    fs::hard_link(&rows, at("hard")).unwrap();
    fs::hard_link(&own_mapping, at("hard.toml")).unwrap();
    pipe(&at("pipe"));
    let before = [&rows, &own_mapping, &at("letter")].map(|path| fs::read(path).unwrap());
    let names = ["link", "dangling", "hard", "mapping.toml", "hard.toml", "letter", "pipe", "no/folder"];
    let all = names.iter().map(|name| at(name)).chain([rows.clone()]);
    for rejects in all {
        for dry in [&[][..], &["--dry-run"]] {
            let [rows, mapping, rejects] =
                [&rows, &own_mapping, &rejects].map(|path| path.display().to_string());
            let mut args =
                vec!["--lang", "en", "import", &rows, "--mapping", &mapping, "--rejects", &rejects];
            args.extend(dry);
            let ran = thads(&folder.data, &args);
            assert_eq!((ran.status, ran.out.as_str()), (1, ""), "{rejects}: {ran:?}");
            assert!(ran.err.contains("--rejects") && ran.err.contains("Hint:"), "{}", ran.err);
            assert!(!folder.data.exists(), "{rejects}: nothing is founded");
        }
    }
    let after = [&rows, &own_mapping, &at("letter")].map(|path| fs::read(path).unwrap());
    assert_eq!(before, after);
    // Rejects of an earlier import are replaced.
    import(&folder.data, &rows, &own_mapping, &at("rejects")).ok();
    import(&folder.data, &rows, &own_mapping, &at("rejects")).ok();
    // A file of the ledger is none, by its own name or another.
    let segment = fs::read_dir(folder.data.join("wal")).unwrap().next().unwrap().unwrap().path();
    fs::hard_link(&segment, at("segment")).unwrap();
    for rejects in [segment, at("segment"), folder.data.join("rejects"), folder.data.join("wal/rejects")] {
        let ran = import(&folder.data, &rows, &own_mapping, &rejects);
        assert!(ran.status == 1 && ran.err.contains("ledger"), "{rejects:?}: {ran:?}");
    }
    thads(&folder.data, &["verify"]).ok();
}

#[test]
fn a_pipe_is_read_once_and_one_that_nobody_writes_to_is_refused() {
    let folder = Folder::new();
    let at = |name: &str| folder.data.with_file_name(name);
    pipe(&at("rows"));
    let writer = {
        let (path, text) = (at("rows"), format!("{HEADER}{ROW}"));
        std::thread::spawn(move || fs::write(path, text).unwrap())
    };
    import(&folder.data, &at("rows"), &mapping(), &at("rejects")).ok();
    writer.join().unwrap();
    assert_eq!(thads(&folder.data, &["--quiet", "cases"]).ok().out.lines().count(), 1);
    for (rows, mapping) in
        [(at("rows"), mapping()), (rows(&folder), at("rows")), ("/dev/zero".into(), mapping())]
    {
        let ran = import(&at("none"), &rows, &mapping, &at("rejects"));
        assert!(ran.status == 1 && ran.err.contains("Hint:"), "{rows:?}: {ran:?}");
        assert!(!at("none").exists());
    }
}

#[test]
fn an_import_that_is_broken_off_leaves_nothing_among_the_temporary_files() {
    let folder = Folder::new();
    let at = |name: &str| folder.data.with_file_name(name);
    fs::create_dir(at("tmp")).unwrap();
    pipe(&at("rows"));
    let mut importing = Command::new(THADS)
        .env("TMPDIR", at("tmp"))
        .arg("--data")
        .arg(&folder.data)
        .arg("import")
        .arg(at("rows"))
        .arg("--mapping")
        .arg(mapping())
        .arg("--rejects")
        .arg(at("rejects"))
        .arg("--dry-run")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Held open: the import waits for more rows.
    let held = fs::OpenOptions::new().write(true).open(at("rows")).unwrap();
    let left = || fs::read_dir(at("tmp")).unwrap().count();
    while left() == 0 {
        assert_eq!(importing.try_wait().unwrap(), None);
        std::thread::yield_now();
    }
    let id = importing.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    importing.wait().unwrap();
    drop(held);
    assert_eq!((left(), at("rejects").exists(), folder.data.exists()), (0, false, false));
}

#[test]
fn an_import_that_takes_no_row_founds_nothing() {
    let folder = Folder::new();
    let at = |name: &str| folder.data.with_file_name(name);
    let text = |rows: &str| format!("{HEADER}{rows}");
    for (text, said) in [
        (String::new(), "empty"),
        ("a,b\n1,2\n".to_owned(), "no column"),
        (text("A1,Payment,2008-01-02,,,,100,,,,\n"), "more than half"),
        (text("A1,Create Fine,2008-01-02,1,,,,157,NIL,A,\n"), "more than half"),
    ] {
        fs::write(at("rows"), text).unwrap();
        let ran = import(&folder.data, &at("rows"), &mapping(), &at("rejects"));
        assert!(ran.status == 1 && ran.err.contains(said), "{ran:?}");
        assert!(!folder.data.exists());
    }
    let init = [
        "init",
        "--name",
        "Sổ",
        "--origin",
        "o.example/x",
        "--office",
        "A",
        "--office-name",
        "B",
        "--head",
        "C",
    ];
    thads(&folder.data, &init).ok();
}

#[test]
fn a_ledger_that_an_import_founded_goes_on_by_its_head_and_its_administrator() {
    let folder = Folder::new();
    let at = |name: &str| folder.data.with_file_name(name);
    let [rows, mapping] = [rows(&folder), mapping()].map(|path| path.display().to_string());
    let args = ["import", &rows, "--mapping", &mapping, "--administrator", "Quản Trị"];
    thads(&folder.data, &args).ok();
    // The staff of the mapping is appointed first: the head is 1, the administrator 2.
    let mut actions = String::new();
    for (number, actor) in [(20, 1), (21, 2)] {
        actions += &format!(
            r#"{{"stream":"officer:{number}","kind":"officer_appointed","number":{number},"office":1,"role":"enforcer","person":{{"name":"Ân"}},"actor":{actor}}}"#
        );
        actions.push('\n');
    }
    actions += r#"{"case":"POLIZIA/2008/0001","kind":"note_added","text":"x","actor":20}"#;
    fs::write(at("actions"), actions).unwrap();
    thads(&folder.data, &["record", &at("actions").display().to_string()]).ok();
    thads(&folder.data, &["verify"]).ok();
}
