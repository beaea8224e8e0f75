//! The ledgers that are tampered with: founded, filled, and stopped or killed by the program itself.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use thads_proof::record::Position;

use super::judge::{self, PERIOD};
use super::small::{FOUNDING, distraint_case, fine_case, organisation};
use crate::support::{Program, copy, fed, folder};

/// Segments of the smallest size that may be, runs of 4 KiB, and an archiver that is never far behind.
const STORAGE: &str = "524800,4096,20,0";

/// A ledger, as the program left it.
pub(crate) struct Ledger {
    _all: TempDir,
    pub(crate) name: &'static str,
    pub(crate) data: PathBuf,
    /// How many records were acknowledged.
    pub(crate) size: u64,
    /// The root over all of them.
    pub(crate) root: String,
    pub(crate) report: Value,
    /// The bytes of every record.
    pub(crate) records: Vec<Vec<u8>>,
    /// A signed checkpoint of its end.
    pub(crate) note: String,
}

/// All of them.
pub(crate) struct Ledgers {
    /// One segment of some ten kilobytes.
    pub(crate) tiny: Ledger,
    /// Several segments, stopped cleanly and opened once more.
    pub(crate) clean: Ledger,
    /// The same history, killed after the last answer.
    pub(crate) killed: Ledger,
    /// The clean one before its last cases.
    pub(crate) earlier: Ledger,
}

impl Ledgers {
    /// Makes them all.
    pub(crate) fn make() -> Ledgers {
        let tiny = folder();
        let data = tiny.path().join("data");
        found(&data);
        record(&data, &cases(0..3));
        let tiny = Ledger::of(tiny, "tiny");

        let clean = folder();
        let data = clean.path().join("data");
        found(&data);
        record(&data, &cases(0..160));
        let earlier = folder();
        copy(&data, &earlier.path().join("data"));
        let earlier = Ledger::of(earlier, "earlier");
        record(&data, &cases(160..220));
        // Opening writes sled's snapshot: what it covers is not read from its log any more.
        done(&data, &["doctor"], "");
        let clean = Ledger::of(clean, "clean");

        let killed = folder();
        let data = killed.path().join("data");
        found(&data);
        record_and_kill(&data, &cases(0..220));
        let killed = Ledger::of(killed, "killed");
        for ledger in [&tiny, &clean, &killed] {
            println!("{}: {} records, {} segments", ledger.name, ledger.size, ledger.segments().len());
        }
        Ledgers { tiny, clean, killed, earlier }
    }
}

impl Ledger {
    fn of(all: TempDir, name: &'static str) -> Ledger {
        let data = all.path().join("data");
        let reader = thads_ledger::Reader::open(&data).unwrap();
        let mut records = reader.read(Position::GENESIS);
        let records =
            std::iter::from_fn(|| records.next_stored()).map(|stored| stored.unwrap().bytes).collect();
        let note = reader.checkpoint().unwrap();
        let head = reader.head();
        let report = judge::report(&data).unwrap();
        assert!(report["figures"]["cases.new"]["value"].as_u64() > Some(2), "{PERIOD}: {report}");
        Ledger { _all: all, name, data, size: head.size, root: head.root.to_string(), report, records, note }
    }

    /// Its segments, without the one that was made ahead.
    pub(crate) fn segments(&self) -> Vec<PathBuf> {
        let used = |path: &PathBuf| fs::read(path).unwrap().starts_with(b"thadssg");
        super::layout::segments(&self.data).into_iter().filter(used).collect()
    }

    /// A copy to tamper with.
    pub(crate) fn copy(&self) -> Copy {
        let all = folder();
        let data = all.path().join("data");
        copy(&self.data, &data);
        Copy { _all: all, data }
    }
}

/// A copy of a ledger's directory, gone when dropped.
pub(crate) struct Copy {
    _all: TempDir,
    pub(crate) data: PathBuf,
}

impl Copy {
    /// The file of the copy that stands where `path` stands in the ledger.
    pub(crate) fn file(&self, ledger: &Ledger, path: &Path) -> PathBuf {
        self.data.join(path.strip_prefix(&ledger.data).unwrap())
    }
}

/// Cases with these numbers, from 0: seized goods and fines in turn.
pub(crate) fn cases(numbers: std::ops::Range<u32>) -> Vec<Value> {
    let of = |number: u32| {
        let id = format!("DT03/2018/{:04}", number + 1);
        if number.is_multiple_of(2) { distraint_case(&id) } else { fine_case(&id) }
    };
    numbers.flat_map(of).collect()
}

fn lines(actions: &[Value]) -> String {
    actions.iter().map(|action| format!("{action}\n")).collect()
}

/// The program with small storage and without a planted defect: what is tampered with was made as it should be.
fn whole(data: &Path) -> Command {
    let mut command = Program::Testing.on(data);
    command.env("THADS_STORAGE", STORAGE).env_remove("THADS_DEFECT");
    command
}

/// Runs the program to its end, which must be a good one.
fn done(data: &Path, args: &[&str], input: &str) {
    let ran = fed(whole(data).args(args), input);
    assert_eq!(ran.status, Some(0), "{args:?}: {} {}", ran.out, ran.err);
}

fn found(data: &Path) {
    done(data, &FOUNDING, "");
    record(data, &organisation());
}

/// Records actions.
pub(crate) fn record(data: &Path, actions: &[Value]) {
    done(data, &["--json", "record", "-"], &lines(actions));
}

/// Records actions and kills the program once the last is answered.
fn record_and_kill(data: &Path, actions: &[Value]) {
    let mut child = whole(data)
        .args(["--json", "record", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = lines(actions);
    let feeding = std::thread::spawn(move || {
        stdin.write_all(input.as_bytes()).unwrap();
        stdin // open until the program is killed: it must not see an end
    });
    let answers = BufReader::new(child.stdout.take().unwrap()).lines().take(actions.len()).count();
    assert_eq!(answers, actions.len());
    child.kill().unwrap();
    child.wait().unwrap();
    drop(feeding.join().unwrap());
}
