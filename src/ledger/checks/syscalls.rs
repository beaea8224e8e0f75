//! The system calls of one commit, seen from outside: exactly those that stand above the function that syncs.

use std::fs;
use std::process::Command;

use super::*;

const CHILD: &str = "THADS_TEST_SYSCALLS";

/// What is watched: one commit without personal data between the first two marks, one with between the next two, and an
/// opening between the last two.
#[test]
fn watched() {
    let Ok(dir) = std::env::var(CHILD) else { return };
    let dir = PathBuf::from(dir);
    let ledger = create(&dir);
    fs::write(dir.join("mark-1"), "").unwrap();
    ledger.append(one(1, "A", 0)).unwrap();
    fs::write(dir.join("mark-2"), "").unwrap();
    ledger.append(append(2, "A", 1, vec![personal_event(1, "An")])).unwrap();
    fs::write(dir.join("mark-3"), "").unwrap();
    drop(ledger); // as a killed process leaves it
    fs::write(dir.join("mark-4"), "").unwrap();
    let (ledger, _) = open(&dir);
    fs::write(dir.join("mark-5"), "").unwrap();
    drop(ledger);
}

#[test]
fn a_commit_and_an_opening_are_these_calls() {
    let place = place();
    fs::create_dir_all(place.dir.parent().unwrap()).unwrap();
    let trace = place.dir.with_extension("trace");
    let calls = "trace=openat,write,pwrite64,writev,pwritev,fsync,fdatasync,syncfs,sync_file_range";
    let status = Command::new("strace")
        .args(["-f", "-y", "-qq", "-s", "0", "-e", calls, "-o"])
        .arg(&trace)
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "checks::syscalls::watched"])
        .env(CHILD, &place.dir)
        .status();
    if !status.is_ok_and(|status| status.success()) {
        println!("SKIPPED: strace does not run here");
        return;
    }
    let trace = fs::read_to_string(trace).unwrap();
    let between = |from: &str, to: &str| {
        let mut inside = false;
        let mut seen = Vec::new();
        for line in trace.lines() {
            if line.contains(to) {
                break;
            }
            inside |= line.contains(from);
            let file = ["/wal>", "0000000000.seg>", "/keyring>", "/entries>"]
                .into_iter()
                .find(|file| line.contains(file));
            let call = line.split_whitespace().nth(1).and_then(|call| call.split('(').next());
            if let (true, Some(file), Some(call)) = (inside, file, call)
                && call != "openat"
                && !line.contains("resumed>")
            {
                seen.push(format!("{call} {}", file.trim_matches(['/', '>'])));
            }
        }
        seen
    };
    let block = ["pwrite64 0000000000.seg", "fdatasync 0000000000.seg"];
    assert_eq!(between("mark-1", "mark-2"), block);
    let vault = ["pwrite64 keyring", "pwrite64 entries", "fdatasync keyring", "fdatasync entries"];
    assert_eq!(between("mark-2", "mark-3"), [vault.as_slice(), &block].concat());
    // Names, the last block and the vault's ends may be what a killed process had not made durable.
    let ends = ["pwrite64 keyring", "fdatasync keyring", "pwrite64 entries", "fdatasync entries"];
    assert_eq!(between("mark-4", "mark-5"), [&["fsync wal"], block.as_slice(), &ends].concat());
}
