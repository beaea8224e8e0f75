//! The example of an auditor's program, run as one: what it says of a whole log, of a damaged one, and where it cannot look.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The log that is kept for ever in the golden files, with the key that its founding says.
const ORIGIN: &str = "thads.example/notices-1";
const KEY: &str = "thads.example/notices-1+a6ed9163+AaR4F5eCZvY+W1H/jAMGW7wu0gqCdKmgqa2IiOoeoOhe";

fn kept() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/notices-1")
}

fn verify(wal: &Path, checkpoint: &Path, origin: &str, key: &str) -> Output {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["run", "--quiet", "--package", "thads-proof", "--example", "verify", "--"])
        .args([wal, checkpoint])
        .args([origin, key])
        .output()
        .unwrap()
}

#[test]
fn an_auditors_program_verifies_a_log_and_names_damage() {
    let (wal, checkpoint) = (kept().join("wal"), kept().join("checkpoint"));
    let whole = verify(&wal, &checkpoint, ORIGIN, KEY);
    let said = String::from_utf8(whole.stdout).unwrap();
    assert_eq!(whole.status.code(), Some(0), "{said}{}", String::from_utf8_lossy(&whole.stderr));
    let root = fs::read_to_string(kept().join("../notices-1.answers.json")).unwrap();
    let root_said = said.trim_end().rsplit(' ').next().unwrap();
    assert!(said.contains(" 0 findings") && root.contains(root_said), "{said}");

    let mut bytes = fs::read(wal.join("0000000000.seg")).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    let copy = tempfile::tempdir().unwrap();
    fs::write(copy.path().join("0000000000.seg"), bytes).unwrap();
    let damaged = verify(copy.path(), &checkpoint, ORIGIN, KEY);
    assert_eq!(damaged.status.code(), Some(3), "{}", String::from_utf8_lossy(&damaged.stdout));

    for (wal, checkpoint, origin, key) in [
        (&wal, &checkpoint, "thads.example/other", KEY),
        (&wal, &checkpoint, ORIGIN, &KEY.replace("+W1H", "+W1G")),
        (&wal, &kept().join("no-such-file"), ORIGIN, KEY),
        (&kept().join("no-such-folder"), &checkpoint, ORIGIN, KEY),
    ] {
        let refused = verify(wal, checkpoint, origin, key);
        assert_eq!(refused.status.code(), Some(1), "{origin} {key}");
        assert!(String::from_utf8_lossy(&refused.stderr).starts_with("verify: "));
    }
}
