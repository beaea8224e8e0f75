//! What the system does not let be read: a failure that names the file and a way out, never damage, and never "no ledger".

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::json;

use crate::small::{action, officer};
use crate::support::{THADS, ledger_with, lines, thads};

const CASE: &str = "DT03/2018/0001";
/// Who owns nothing else.
const NOBODY: &str = "65534";

/// Runs a copy of the program that anybody may run, as somebody who may not pass over permissions; a test may run as root.
fn run(program: &Path, data: &Path, args: &[&str]) -> Output {
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    let mut command = Command::new(if is_root { Path::new("setpriv") } else { program });
    if is_root {
        command.args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"]).arg(program);
    }
    command.env_remove("THADS_DATA").env("TMPDIR", data.parent().unwrap());
    command.arg("--data").arg(data).args(["--lang", "en"]).args(args).output().unwrap()
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
    let program = parent.join("program");
    fs::copy(THADS, &program).unwrap();
    Command::new("chown").args(["-R", NOBODY]).arg(parent).status().unwrap();
    if !Command::new("setpriv").arg("--version").output().is_ok_and(|ran| ran.status.success())
        || !run(&program, &folder.data, &["checkpoint"]).status.success()
    {
        println!("SKIPPED: nobody else may run the program here");
        return;
    }
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
