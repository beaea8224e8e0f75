//! Told to stop at any moment from its beginning on, each command ends by itself, with a status that says so, and leaves
//! nothing that was only for the time being.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::fines;
use crate::small::FOUNDING;
use crate::support::{Folder, Server, THADS, heeding_signals, ledger_with, lines, note_on, thads};

const CASE: &str = "DT03/2018/0001";
/// Until when after its beginning a command is told, and in which steps, in ms.
const UNTIL: u64 = 300;
const STEP: usize = 20;

/// Runs a command, tells it to stop after so many ms, and returns how it ended.
fn told(data: &Path, temporary: &Path, args: &[&str], (signal, number): (&str, i32), after: u64) -> i32 {
    let child = heeding_signals()
        .env("TMPDIR", temporary)
        .env_remove("THADS_DATA")
        .arg("--data")
        .arg(data)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The moment is what is tried here; nothing is expected of how far the command has come by then.
    std::thread::sleep(Duration::from_millis(after));
    Command::new("kill").args([signal, &child.id().to_string()]).stderr(Stdio::null()).status().unwrap();
    let ended = child.wait_with_output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    // Before its first instruction the system ends it: then it has touched nothing.
    match (ended.status.code(), ended.status.signal()) {
        (None, by) if by == Some(number) && said.is_empty() => 128 + number,
        (Some(code), None) => {
            assert!(code == 0 || code == 128 + number, "{args:?} after {after} ms: {code}: {said}");
            code
        }
        other => panic!("{args:?} after {after} ms: {other:?}: {said}"),
    }
}

#[test]
fn a_signal_at_any_moment_ends_a_command_in_order() {
    let ledger = ledger_with(CASE);
    let place = Folder::new();
    let all = place.data.parent().unwrap();
    let [temporary, backup, file, rows] =
        ["temporary", "backup", "actions", "rows.csv"].map(|name| all.join(name));
    fs::create_dir(&temporary).unwrap();
    fs::write(&file, lines(&[note_on(CASE, "x"), note_on(CASE, "y")])).unwrap();
    fs::write(&rows, format!("{}{}", fines::HEADER, fines::rows(0..430))).unwrap();
    thads(&ledger.data, &["backup", backup.to_str().unwrap(), "--keys"]).ok();
    let [file, backup_, rows] = [&file, &backup, &rows].map(|path| path.to_str().unwrap());
    let mapping = fines::mapping().display().to_string();
    let new = all.join("new");
    let new_ = new.to_str().unwrap();
    let signals = [("-TERM", 15), ("-INT", 2), ("-HUP", 1)];
    let commands: [(&Path, &[&str]); 8] = [
        (&ledger.data, &["serve", "--listen", "127.0.0.1:0"]),
        (&ledger.data, &["record", file]),
        (&ledger.data, &["verify"]),
        (&ledger.data, &["backup", new_]),
        (&new, &["restore", backup_]),
        (&new, &FOUNDING),
        (&new, &["import", rows, "--mapping", &mapping]),
        (&new, &["demo", "--no-serve"]),
    ];
    for (data, args) in commands {
        let (mut in_order, mut ended) = (0, 0);
        for (nth, after) in (0..=UNTIL).step_by(STEP).enumerate() {
            let code = told(data, &temporary, args, signals[nth % signals.len()], after);
            let when = format!("{args:?} after {after} ms: {code}");
            *(if code == 0 { &mut in_order } else { &mut ended }) += 1;
            let left: Vec<_> =
                fs::read_dir(&temporary).unwrap().map(|one| one.unwrap().file_name()).collect();
            assert!(left.is_empty(), "{when}: {left:?}");
            match args[0] {
                // What a server has of its ledger it gives back in order: both copies have everything.
                "serve" if code == 0 => {
                    assert_eq!(fs::read(ledger.data.join("LOCK")).unwrap(), b"", "{when}");
                }
                "restore" => assert!(code == 0 || !new.exists() || new.join("wal").exists(), "{when}"),
                _ => {}
            }
            if new.join("wal").exists() && args[0] == "restore" {
                thads(&new, &["verify"]).ok();
            }
            let _ = fs::remove_dir_all(&new);
        }
        println!("{}: {in_order} ended in order, {ended} at once", args[0]);
        // Only a signal before its first instruction finds a server that does not end in order.
        assert!(args[0] != "serve" || in_order > ended, "{in_order} of {}", in_order + ended);
    }
    thads(&ledger.data, &["verify"]).ok();
}

/// What whoever began it lets it ignore, it ignores: a server under nohup outlives its terminal.
#[test]
fn a_signal_that_is_ignored_at_the_start_stays_ignored() {
    let ledger = ledger_with(CASE);
    for (trap, sent) in [("HUP", "-HUP"), ("INT", "-INT")] {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!(r#"trap '' {trap}; exec "$0" "$@""#), THADS]);
        let server = Server::start_as(shell, &ledger.data);
        for _ in 0..3 {
            let pid = server.pid().to_string();
            assert!(Command::new("kill").args([sent, &pid]).status().unwrap().success());
            assert_eq!(server.get("/healthz").status, 200, "{trap}");
        }
        assert_eq!(server.stop(), 0, "{trap}");
    }
}
