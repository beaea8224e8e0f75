//! What the system does not let be read: a failure that names the file and a way out, never damage, and never "no ledger".

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::json;

use crate::small::{action, officer};
use crate::support::{ACTIONS, Folder, Server, THADS, ledger_with, lines, note_on, problem, thads, with};

const CASE: &str = "DT03/2018/0001";
/// Who owns nothing else.
const NOBODY: &str = "65534";

/// Runs a copy of the program that anybody may run, as somebody who may not pass over permissions; a test may run as root.
fn run(program: &Path, data: &Path, args: &[&str]) -> Output {
    let mut command = as_nobody(program);
    command.env_remove("THADS_DATA").env("TMPDIR", data.parent().unwrap());
    command.arg("--data").arg(data).args(["--lang", "en"]).args(args).output().unwrap()
}

/// A command that begins the program as that one.
fn as_nobody(program: &Path) -> Command {
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    let mut command = Command::new(if is_root { Path::new("setpriv") } else { program });
    if is_root {
        command.args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"]).arg(program);
    }
    command
}

/// Gives a ledger's folder and a copy of the program, which is returned, to somebody else; `None`: nobody else may run it here.
fn given_away(data: &Path) -> Option<PathBuf> {
    let parent = data.parent().unwrap();
    let program = parent.join("program");
    fs::copy(THADS, &program).unwrap();
    Command::new("chown").args(["-R", NOBODY]).arg(parent).status().unwrap();
    let may_run = Command::new("setpriv").arg("--version").output().is_ok_and(|ran| ran.status.success())
        && run(&program, data, &["checkpoint"]).status.success();
    if !may_run {
        println!("SKIPPED: nobody else may run the program here");
    }
    may_run.then_some(program)
}

/// A folder and all that lies in it.
fn all_below(folder: &Path) -> Vec<PathBuf> {
    let mut all = vec![folder.to_path_buf()];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(all_below(&path)) } else { all.push(path) }
    }
    all
}

#[test]
fn what_may_not_be_read_is_named_with_a_way_out_and_is_no_damage() {
    let folder = ledger_with(CASE);
    let parent = folder.data.parent().unwrap();
    let [backup, new, file] = ["backup", "new", "actions"].map(|name| parent.join(name));
    let [backup_, new_, file_] = [&backup, &new, &file].map(|path| path.to_str().unwrap());
    thads(&folder.data, &["backup", backup_, "--keys"]).ok();
    let note = action(CASE, "note_added", "2019-01-11", officer::ENFORCER, json!({ "text": "x" }));
    fs::write(&file, lines(&[note])).unwrap();
    let Some(program) = given_away(&folder.data) else { return };
    let data = &folder.data;
    let of_ledger: &[(&PathBuf, &[&str])] = &[
        (data, &["checkpoint"]),
        (data, &["verify"]),
        (data, &["case", CASE]),
        (data, &["log"]),
        (data, &["backup", new_]),
        (data, &["backup", backup_]),
        (data, &["rebuild", "--check"]),
        (data, &["doctor", "--dry-run"]),
        (data, &["record", file_, "--dry-run"]),
        (data, &["doctor"]),
        (data, &["record", file_]),
    ];
    let of_backup: &[(&PathBuf, &[&str])] =
        &[(&new, &["restore", backup_]), (data, &["backup", backup_]), (&backup, &["verify"])];
    let (mut tried, mut failed) = (0, 0);
    for (place, commands) in [(data, of_ledger), (&backup, of_backup)] {
        for path in all_below(place) {
            for (of, args) in commands {
                let Ok(before) = fs::metadata(&path) else { continue };
                fs::set_permissions(&path, Permissions::from_mode(0o000)).unwrap();
                let ran = run(&program, of, args);
                fs::set_permissions(&path, before.permissions()).unwrap();
                let _ = fs::remove_dir_all(&new);
                tried += 1;
                let (status, said) = (ran.status.code(), String::from_utf8(ran.stderr).unwrap());
                if status == Some(0) {
                    continue;
                }
                failed += 1;
                let name = path.display().to_string();
                assert_eq!(status, Some(1), "{name} {args:?}: {said}");
                assert!(said.contains(&name) && said.contains("ermission denied"), "{name} {args:?}: {said}");
                assert!(
                    said.contains("Hint: ") && !said.contains("holds no ledger"),
                    "{name} {args:?}: {said}"
                );
            }
        }
    }
    assert!(tried > 150 && failed > 50, "{failed} of {tried}");
    thads(&folder.data, &["verify"]).ok();
}

/// What was recorded before that showed is acknowledged; every question and action behind it hears which file it is, for as
/// long as it lasts.
#[test]
fn a_server_that_may_not_read_its_segment_names_it_and_goes_on_when_it_may() {
    const SEGMENT: &str = "wal/0000000000.seg";
    let folder = ledger_with(CASE);
    let Some(program) = given_away(&folder.data) else { return };
    let server = Server::start_as(as_nobody(&program), &folder.data);
    let segment = folder.data.join(SEGMENT);
    let before = fs::metadata(&segment).unwrap().permissions();
    let note = |request: u32| with(note_on(CASE, "x"), "request", format!("{request:032x}")).to_string();
    fs::set_permissions(&segment, Permissions::from_mode(0o000)).unwrap();
    let recorded = server.post(ACTIONS, &note(1));
    assert_eq!(recorded.status, 201, "it is durable: {recorded:?}");
    let ready = server.get("/readyz");
    assert_eq!((ready.status, &ready.json()["ready"]), (503, &json!(false)), "{ready:?}");
    assert!(ready.json()["files"].as_str().unwrap().contains(segment.to_str().unwrap()), "{ready:?}");
    let case = "/api/v1/cases/DT03-2018-0001";
    let mut answers: Vec<_> = [
        "/",
        case,
        &format!("{case}/history"),
        "/api/v1/cases",
        "/api/v1/reports/2019-H1",
        "/api/v1/figures/cases.total?period=2019-H1&as_known=3",
    ]
    .map(|path| server.get(path))
    .into();
    answers.push(server.post(ACTIONS, &note(1)));
    answers.push(server.post(ACTIONS, &note(2)));
    answers.push(server.post(&format!("{ACTIONS}?dry_run=true"), &note(3)));
    for answer in answers {
        let problem = problem(&answer, 503, "unreadable");
        for sentence in [&problem["detail"], &problem["vi"]] {
            let sentence = sentence.as_str().unwrap();
            assert!(sentence.contains(SEGMENT) && sentence.contains("ermission denied"), "{problem}");
            assert!(!sentence.contains(folder.data.to_str().unwrap()), "{problem}");
        }
    }
    fs::set_permissions(&segment, before).unwrap();
    assert_eq!(server.get("/readyz").status, 200);
    let again = server.post(ACTIONS, &note(1));
    assert_eq!((again.status, again.json()), (200, recorded.json()));
    assert_eq!(server.post(ACTIONS, &note(2)).status, 201);
    assert_eq!(server.get(case).json()["version"], 18);
    server.stop();
    thads(&folder.data, &["verify"]).ok();
}

/// Moved away or cut short: the same for whoever may read everything, and words are not called lost.
#[test]
fn a_server_whose_files_are_gone_or_cut_is_not_ready_until_they_are_back() {
    let folder = ledger_with(CASE);
    let server = Server::start(&folder.data);
    for file in ["wal/0000000000.seg", "wal", "vault/entries", "vault", "keys/keyring"] {
        let path = folder.data.join(file);
        let away = path.with_extension("away");
        fs::rename(&path, &away).unwrap();
        let ready = server.get("/readyz");
        assert_eq!(ready.status, 503, "{file}: {ready:?}");
        assert!(ready.json()["files"].as_str().unwrap().contains(path.to_str().unwrap()), "{ready:?}");
        fs::rename(&away, &path).unwrap();
        assert_eq!(server.get("/readyz").status, 200, "{file}");
    }
    for file in ["vault/entries", "keys/keyring"] {
        let path = folder.data.join(file);
        let whole = fs::read(&path).unwrap();
        fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(50).unwrap();
        let said = problem(&server.get("/api/v1/cases/DT03-2018-0001"), 503, "unreadable");
        assert!(said["detail"].as_str().unwrap().contains(file), "{said}");
        assert_eq!(server.get("/readyz").status, 503, "{file}");
        fs::write(&path, &whole).unwrap();
        let case = server.get("/api/v1/cases/DT03-2018-0001");
        assert!(case.status == 200 && !case.text.contains("lost"), "{case:?}");
        assert_eq!(server.get("/readyz").status, 200, "{file}");
    }
    assert_eq!(server.post(ACTIONS, &note_on(CASE, "x").to_string()).status, 201);
    assert_eq!(server.stop(), 0);
}

#[test]
fn a_second_copy_for_which_there_is_no_room_now_is_no_damage() {
    let folder = ledger_with(CASE);
    fs::rename(folder.data.join("wal"), folder.data.with_file_name("wal.elsewhere")).unwrap();
    fs::create_dir(folder.data.join("wal")).unwrap();
    // sled is read as a copy in the folder for temporary files.
    let nowhere = folder.data.join("nowhere");
    let mut command = Command::new(THADS);
    command.env("TMPDIR", &nowhere).arg("--data").arg(&folder.data).args(["--lang", "en", "case", CASE]);
    let ran = command.output().unwrap();
    let err = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(1), "{err}");
    assert!(err.contains("cannot be opened now") && err.contains("Hint: "), "{err}");
}

/// Nor is a segment called lost whose header is cut, as long as sled cannot be asked.
#[test]
fn a_cut_header_is_no_damage_while_the_second_copy_may_not_be_read() {
    let folder = ledger_with(CASE);
    let Some(program) = given_away(&folder.data) else { return };
    let segment = folder.data.join("wal/0000000000.seg");
    fs::File::options().write(true).open(&segment).unwrap().set_len(100).unwrap();
    let sled = folder.data.join("sled/db");
    fs::set_permissions(&sled, Permissions::from_mode(0o000)).unwrap();
    let ran = run(&program, &folder.data, &["doctor"]);
    let said = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(1), "{said}");
    assert!(said.contains("ermission denied") && !said.contains("holds no ledger"), "{said}");
    fs::set_permissions(&sled, Permissions::from_mode(0o600)).unwrap();
    assert!(run(&program, &folder.data, &["doctor"]).status.success());
    thads(&folder.data, &["verify"]).ok();
}

/// Where its rejects may not be written, a dry run speaks of nothing recorded.
#[test]
fn a_dry_run_whose_rejects_may_not_be_written_has_recorded_nothing() {
    let folder = Folder::new();
    let [rows, mapping] = [("csv", "whole.csv"), ("toml", "notebook.toml")].map(|(extension, from)| {
        let path = folder.data.with_extension(extension);
        fs::copy(Path::new("tests/data/import").join(from), &path).unwrap();
        path.display().to_string()
    });
    let import = ["import", &rows, "--mapping", &mapping];
    thads(&folder.data, &import).ok();
    let whole = fs::read_to_string(&rows).unwrap();
    fs::write(&rows, whole + "no row\n").unwrap();
    let Some(program) = given_away(&folder.data) else { return };
    let elsewhere = Folder::new();
    fs::create_dir(&elsewhere.data).unwrap();
    fs::set_permissions(elsewhere.data.parent().unwrap(), Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(&elsewhere.data, Permissions::from_mode(0o555)).unwrap();
    let rejects = elsewhere.data.join("rejects").display().to_string();
    let ran = run(&program, &folder.data, &[&import[..], &["--dry-run", "--rejects", &rejects]].concat());
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.code() == Some(1) && said.contains("the rejects cannot be written"), "{said}");
    assert!(said.contains("nothing was recorded: a dry run") && !said.contains("stands"), "{said}");
}
