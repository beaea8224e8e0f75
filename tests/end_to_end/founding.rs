//! Founding: `init` tells the keys, goes on where it was cut off, and founds a directory once; the demo goes on likewise.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::json;
use thads_proof::genesis;
use thads_service::ledger_service::{LedgerConfig, LedgerService};

use crate::support::{Folder, HALF_YEAR, THADS, ask, head, record, thads, value};

const NAME: &str = "Sổ thử";
const ORIGIN: &str = "thads.example/founding";

const INIT: [&str; 11] = [
    "init",
    "--name",
    NAME,
    "--origin",
    ORIGIN,
    "--office",
    "DT00",
    "--office-name",
    "Cục",
    "--head",
    "Người đứng đầu",
];

fn init(folder: &Folder) -> crate::support::Ran {
    thads(&folder.data, &[&["--json"][..], &INIT].concat())
}

#[test]
fn the_log_s_key_is_told_by_init_checkpoint_and_genesis_alike() {
    let folder = Folder::new();
    let told = init(&folder).ok().json();
    let key = told["log_key"].as_str().unwrap();
    assert!(key.starts_with(ORIGIN), "{key}");
    assert_eq!(ask(&folder.data, &["checkpoint"])["key"], key);
    let genesis = &thads(&folder.data, &["--json", "log", "--to", "1"]).ok().json_lines()[0]["fields"];
    assert_eq!((&genesis["log_key"], &genesis["root_key"]), (&told["log_key"], &told["root_key"]));
    assert_ne!(genesis["log_key"], genesis["root_key"]);
    let note = folder.data.with_file_name("note");
    std::fs::write(&note, thads(&folder.data, &["checkpoint"]).ok().out).unwrap();
    thads(&folder.data, &["verify", "--checkpoint", note.to_str().unwrap(), "--key", key]).ok();
    let seed = std::fs::read_to_string(folder.data.join("keys/root.key")).unwrap();
    assert_eq!(seed.trim().len(), 64);
}

#[test]
fn a_founding_cut_off_after_the_genesis_is_finished_by_the_same_command() {
    let folder = Folder::new();
    let founding = LedgerConfig {
        name: NAME.to_owned(),
        origin: ORIGIN.to_owned(),
        unit: genesis::Unit { code: "VND".to_owned(), exponent: 0 },
        clock: genesis::Clock::Real,
        practice: false,
    };
    LedgerService::create(&folder.data, &founding, 0).unwrap().close().unwrap();
    let (size, genesis) = head(&folder.data);
    assert_eq!(size, 1);
    assert!(folder.data.join("keys/root.key").exists(), "the root key is written before the genesis");
    let finished = init(&folder).ok().json();
    assert_eq!(finished["position"], 3);
    assert_ne!(head(&folder.data).1, genesis);
    // Founded is founded.
    let again = init(&folder);
    assert_eq!(again.status, 1, "{again:?}");
    assert!(again.err.contains("holds a ledger already"), "{}", again.err);
    assert_eq!(head(&folder.data).0, 3);
}

/// What `init` is refused leaves nothing, here or among the temporary files.
#[test]
fn a_founding_that_is_refused_leaves_nothing() {
    let folder = Folder::new();
    let temporary = folder.data.with_file_name("tmp");
    std::fs::create_dir(&temporary).unwrap();
    let long = "x".repeat(100_000);
    for (option, value) in [
        ("--since", "2099-01-01"),
        ("--head", long.as_str()),
        ("--head", " "),
        ("--office-name", long.as_str()),
        ("--origin", "a b"),
        ("--office", "a b"),
    ] {
        let mut args = vec!["--name", NAME];
        for (name, good) in [
            ("--origin", ORIGIN),
            ("--office", "DT00"),
            ("--office-name", "Cục"),
            ("--head", "Người đứng đầu"),
        ] {
            args.extend([name, if name == option { value } else { good }]);
        }
        if option == "--since" {
            args.extend([option, value]);
        }
        let ran = Command::new(THADS)
            .env("TMPDIR", &temporary)
            .arg("--data")
            .arg(&folder.data)
            .arg("init")
            .args(args)
            .output()
            .unwrap();
        let shown: String = value.chars().take(20).collect();
        assert!(matches!(ran.status.code(), Some(1 | 2)), "{option} {shown}: {ran:?}");
        assert!(!folder.data.exists(), "{option} {shown}");
        assert_eq!(std::fs::read_dir(&temporary).unwrap().count(), 0, "{option} {shown}");
    }
    init(&folder).ok();
}

/// A demo that is killed in the middle goes on from there; behind what somebody else recorded it does not, and says so.
#[test]
fn a_demo_cut_off_goes_on_unless_something_else_was_recorded() {
    let folder = Folder::new();
    let mut child = Command::new(THADS)
        .args(["--data", folder.data.to_str().unwrap(), "--quiet", "demo", "--no-serve"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let far_enough =
        || thads(&folder.data, &["checkpoint"]).out.lines().nth(1).is_some_and(|size| size.len() > 4);
    while !far_enough() {
        assert!(child.try_wait().unwrap().is_none(), "the demo ended before it could be killed");
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let cases = thads(&folder.data, &["--json", "cases", "--limit", "1"]).ok().json_lines();
    let case = cases[0]["case"].as_str().unwrap();
    // Without a date it takes the day that the ledger's simulated clock shows.
    let note = json!({ "case": case, "kind": "note_added", "actor": 1, "text": "chen vào" });
    let copy = Folder::copy_of(&folder.data);
    record(&copy.data, &[note]).ok();
    let (size, _) = head(&copy.data);
    let refused = thads(&copy.data, &["--quiet", "demo", "--no-serve"]);
    assert_eq!(refused.status, 1, "{refused:?}");
    assert!(refused.err.contains(&format!("position {}", size - 1)), "{}", refused.err);
    assert_eq!(head(&copy.data).0, size);
    let report = &ask(&folder.data, &["--quiet", "demo", "--no-serve"])["report"];
    let whole = head(&crate::support::demo().data);
    assert!(size < whole.0, "the demo was not cut off");
    assert_eq!(head(&folder.data), whole, "another ledger than the one that was not cut off");
    assert_eq!(value(report, "cases.finished"), 7668);
    assert_eq!(value(&ask(&folder.data, &["report", "--period", HALF_YEAR]), "complaints.resolved"), 38);
}

/// Runs the program where no file grows beyond so many blocks of the shell's: as on a disk that fills up on the way.
fn limited(blocks: u32, data: &std::path::Path, args: &[&str]) -> crate::support::Ran {
    let script = "trap '' XFSZ; ulimit -f $0; exec \"$@\"";
    let done = Command::new("sh")
        .args(["-c", script, &blocks.to_string(), THADS, "--lang", "en", "--data"])
        .arg(data)
        .args(args)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    crate::support::Ran {
        status: done.status.code().unwrap(),
        out: text(done.stdout),
        err: text(done.stderr),
    }
}

#[test]
fn a_founding_on_a_disk_that_fills_up_leaves_nothing_and_says_so() {
    let folder = Folder::new();
    let data = folder.data.join("a/ledger");
    let (rows, mapping) = ("tests/data/import/whole.csv", "tests/data/import/notebook.toml");
    let import = ["import", rows, "--mapping", mapping];
    for blocks in [1, 64, 4096, 8192] {
        for args in [&["demo", "--no-serve"][..], &import] {
            let done = limited(blocks, &data, args);
            assert_eq!(done.status, 1, "{blocks} {args:?}: {done:?}");
            assert!(!folder.data.exists(), "{blocks} {args:?}: {done:?}");
            assert!(!done.err.contains("stands"), "{done:?}");
            assert!(blocks < 8192 || done.err.contains("no ledger was founded"), "{args:?}: {done:?}");
        }
    }
    let done = limited(8192, &data, &import);
    assert!(done.err.contains("no ledger was founded, and nothing was recorded"), "{done:?}");
    thads(&data, &import).ok();
}

/// What a founding leaves that was killed before its first record is no ledger, whoever asks.
#[test]
fn a_founding_cut_off_before_the_genesis_is_no_ledger_to_anybody() {
    let folder = Folder::new();
    for name in ["wal", "keys", "vault", "snapshots"] {
        std::fs::create_dir_all(folder.data.join(name)).unwrap();
    }
    std::fs::write(folder.data.join("wal/0000000000.seg.new"), [0; 4096]).unwrap();
    for command in ["log", "verify", "doctor", "report"] {
        let args: &[&str] = if command == "report" { &["report", "--period", "2019-H1"] } else { &[command] };
        let done = thads(&folder.data, args);
        assert!(done.status == 1 && done.err.contains("holds no ledger"), "{command}: {done:?}");
    }
    init(&folder).ok();
}

/// Keys that stand where a ledger is founded may be all that signs for another one: they are kept, and it is said where.
#[test]
fn keys_of_another_ledger_are_kept_and_said_by_whatever_founds() {
    let other = Folder::new();
    init(&other).ok();
    let import = ["import", "tests/data/import/whole.csv", "--mapping", "tests/data/import/notebook.toml"];
    let words = [("en", "Another signing key was there"), ("vi", "Ở đây đã có khóa ký khác")];
    for (founding, (language, says)) in [(&INIT[..], words[0]), (&INIT, words[1]), (&import, words[0])] {
        for keys in [&["log.key"][..], &["root.key"], &["log.key", "root.key"]] {
            let folder = Folder::new();
            let place = folder.data.join("keys");
            std::fs::create_dir_all(&place).unwrap();
            for key in keys {
                std::fs::copy(other.data.join("keys").join(key), place.join(key)).unwrap();
            }
            let args = [&["--lang", language], founding].concat();
            let done = thads(&folder.data, &args).ok();
            assert_eq!(done.err.matches(says).count(), keys.len(), "{args:?}: {done:?}");
            for key in keys {
                let aside = place.join(format!("{key}.aside-1"));
                assert!(done.err.contains(&aside.display().to_string()), "{args:?}: {done:?}");
                let kept = std::fs::read(other.data.join("keys").join(key)).unwrap();
                assert_eq!(std::fs::read(aside).unwrap(), kept, "{args:?}");
            }
        }
        let folder = Folder::new();
        let done = thads(&folder.data, &[&["--lang", language], founding].concat()).ok();
        assert!(!done.err.contains(says), "{done:?}");
    }
    // The demo has no root key of its own, and another's is none of its.
    let folder = Folder::new();
    let place = folder.data.join("keys");
    std::fs::create_dir_all(&place).unwrap();
    for key in ["log.key", "root.key"] {
        std::fs::copy(other.data.join("keys").join(key), place.join(key)).unwrap();
    }
    let mut child = Command::new(THADS)
        .args(["--data", folder.data.to_str().unwrap(), "--lang", "en", "demo", "--no-serve"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let said: Vec<String> = lines.take(2).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    for (key, line) in ["log.key", "root.key"].into_iter().zip(&said) {
        let aside = place.join(format!("{key}.aside-1"));
        assert!(line.contains(words[0].1) && line.contains(&aside.display().to_string()), "{said:?}");
        let kept = std::fs::read(other.data.join("keys").join(key)).unwrap();
        assert_eq!(std::fs::read(aside).unwrap(), kept);
    }
    assert!(!place.join("root.key").exists());
}
