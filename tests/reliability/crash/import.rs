//! An import that is killed and begun again until it is done: it must end as one that was never disturbed.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use thads_ledger::testing::Step;

use super::Found;
use super::killing::spin;
use crate::support::{Chance, Program, Ran, ran};

/// Fines in the file; every fine has three or four rows.
const FINES: u32 = 600;
/// All rows lie in this period.
const PERIOD: &str = "2008-01-01..2008-12-31";
/// Kills after which an import is left to end.
const KILLS_MAX: u64 = 8;
const HEADER: &str = "case_id,activity,date,officer,amount,expense,payment,article,dismissal,vehicle_class,notification_type\n";

/// An import on its way, and what it must come to.
pub(crate) struct Importing {
    folder: PathBuf,
    /// Records of an import that was never killed.
    wanted: Vec<Value>,
    figures: Value,
    /// Records of each request there.
    events: HashMap<String, usize>,
    rng: Chance,
    number: u64,
    kills: u64,
}

impl Importing {
    /// Writes the file and imports it undisturbed.
    pub(crate) fn new(folder: &Path, seed: u64, broken: &mut Vec<String>) -> Importing {
        fs::create_dir(folder).unwrap();
        fs::write(folder.join("fines.csv"), format!("{HEADER}{}", rows())).unwrap();
        let mut importing = Importing {
            folder: folder.to_path_buf(),
            wanted: Vec::new(),
            figures: Value::Null,
            events: HashMap::new(),
            rng: Chance::new(seed, u64::MAX),
            number: 0,
            kills: 0,
        };
        let undisturbed = folder.join("undisturbed");
        let done = ran(&mut importing.command(&undisturbed));
        if let Some(wrong) = wrong_summary(&done) {
            broken.push(format!("import without a kill: {wrong}"));
        }
        importing.wanted = log(&undisturbed).1;
        importing.figures = figures(&undisturbed);
        for record in &importing.wanted {
            let request = record["request"].as_str().unwrap_or_default();
            *importing.events.entry(request.to_owned()).or_default() += 1;
        }
        importing
    }

    fn data(&self) -> PathBuf {
        self.folder.join(format!("data-{}", self.number))
    }

    fn command(&self, data: &Path) -> Command {
        let mapping = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/fines.toml");
        let mut command = Program::Testing.on(data);
        command.env("THADS_STORAGE", "1048576,8192,5,0");
        command.args(["--json", "--quiet", "import"]).arg(self.folder.join("fines.csv"));
        command.arg("--mapping").arg(mapping);
        command
    }

    /// Starts or goes on with an import and kills it, at a step or at a random moment.
    pub(crate) fn kill(&mut self, nth: usize, found: &mut Found) {
        let data = self.data();
        let mut command = self.command(&data);
        let (name, killed) = if nth.is_multiple_of(2) {
            let bytes = vault_bytes(&data) + 1 + self.rng.below(30_000);
            let output = (std::process::Stdio::null(), std::process::Stdio::piped());
            let mut child = command.stdout(output.0).stderr(output.1).spawn().unwrap();
            while vault_bytes(&data) < bytes && child.try_wait().unwrap().is_none() {
                std::thread::yield_now();
            }
            spin(Duration::from_micros(self.rng.below(20_000)));
            child.kill().unwrap();
            let output = child.wait_with_output().unwrap();
            if output.status.code().is_some_and(|code| code != 0) {
                found.broken.push(format!("an import failed: {}", String::from_utf8_lossy(&output.stderr)));
            }
            ("any moment", output.status.code().is_none())
        } else {
            let (_, step) = Step::ALL[nth / 2 % Step::ALL.len()];
            let often = if step.starts_with("open") || step.starts_with("seg") { 1 } else { 2 };
            command.env("THADS_DIE_AT", format!("{step}:{}", 1 + self.rng.below(often)));
            let done = ran(&mut command);
            if done.status.is_some_and(|status| status != 0) {
                found.broken.push(format!("an import failed: {done:?}"));
            }
            let killed = done.status.is_none();
            if killed {
                found.hit(step);
            }
            (step, killed)
        };
        found.say(&format!("(import: {name}{})", if killed { "" } else { ", which it outlived" }));
        if killed {
            found.counts.import_kills += 1;
            self.kills += 1;
            self.look(&data, &mut found.broken);
        }
        if !killed || self.kills >= KILLS_MAX {
            self.finish(found);
        }
    }

    /// What stands there after a kill is the beginning of the undisturbed import, and every row in it is whole.
    fn look(&self, data: &Path, broken: &mut Vec<String>) {
        let (ran, log) = log(data);
        if ran.status != Some(0) {
            // Killed before the first record: there is no ledger yet.
            if ran.status != Some(1) || !ran.err.contains("holds no ledger") {
                broken.push(format!("import: the log cannot be read: {ran:?}"));
            }
            return;
        }
        if let Some(at) = (0..log.len()).find(|at| self.wanted.get(*at) != Some(&log[*at])) {
            broken.push(format!(
                "import: position {at} is {}, undisturbed {:?}",
                log[at],
                self.wanted.get(at)
            ));
        }
        if let Some(last) = log.last().and_then(|record| record["request"].as_str()) {
            let there = log.iter().filter(|record| record["request"] == last).count();
            if self.events.get(last) != Some(&there) {
                broken.push(format!("import: {there} of {:?} events of a row", self.events.get(last)));
            }
        }
        let verified = Program::Thads.run(data, &["--json", "verify"]);
        if verified.status != Some(0) {
            broken.push(format!("import: verify: {verified:?}"));
        }
    }

    /// Lets the import end, and a second one find everything there; then the next begins anew.
    pub(crate) fn finish(&mut self, found: &mut Found) {
        let data = self.data();
        let broken = &mut found.broken;
        for _ in 0..2 {
            let done = ran(&mut self.command(&data));
            if let Some(wrong) = wrong_summary(&done) {
                broken.push(format!("import begun again: {wrong}"));
            }
        }
        let log = log(&data).1;
        if log != self.wanted {
            let (wanted, found) = (self.wanted.len(), log.len());
            broken.push(format!("import: {found} records, undisturbed {wanted}, or others"));
        }
        self.look(&data, broken);
        let figures = figures(&data);
        if figures != self.figures {
            broken.push(format!("import: other figures: {figures}, undisturbed {}", self.figures));
        }
        let rebuilt = Program::Thads.run(&data, &["rebuild", "--check"]);
        if rebuilt.status != Some(0) {
            broken.push(format!("import: rebuild --check: {rebuilt:?}"));
        }
        found.counts.imports += 1;
        if broken.is_empty() {
            fs::remove_dir_all(&data).unwrap();
        }
        self.number += 1;
        self.kills = 0;
    }
}

/// The rows: created, sent, notified, and two of three paid.
fn rows() -> String {
    let mut rows = String::new();
    for fine in 0..FINES {
        let (month, day) = (fine / 140 + 1, fine % 28 + 1);
        let amount = 3_500 + fine % 7 * 100;
        let officer = fine % 9 + 1;
        rows += &format!("F{fine},Create Fine,2008-{month:02}-{day:02},{officer},{amount},,,157,NIL,A,\n");
        rows += &format!("F{fine},Send Fine,2008-{:02}-{day:02},,,1350,,,,,\n", month + 1);
        rows += &format!("F{fine},Insert Fine Notification,2008-{:02}-{day:02},,,,,,,,P\n", month + 1);
        if fine % 3 != 0 {
            rows += &format!("F{fine},Payment,2008-{:02}-{day:02},,,,{},,,,\n", month + 2, amount + 1_350);
        }
    }
    rows
}

/// What is wrong with a finished import's count of rows.
fn wrong_summary(done: &Ran) -> Option<String> {
    let summary: Value = serde_json::from_str(&done.out).unwrap_or_default();
    let count = |name: &str| summary["import"][name].as_u64();
    let whole = done.status == Some(0)
        && count("rejected") == Some(0)
        && count("rows").is_some()
        && count("rows") == count("recorded").zip(count("already_there")).map(|(new, old)| new + old);
    (!whole).then(|| format!("{done:?}"))
}

/// The log without what is random or of the moment: leaves, times, references.
fn log(data: &Path) -> (Ran, Vec<Value>) {
    let ran = Program::Thads.run(data, &["--json", "log"]);
    let mut log = if ran.status == Some(0) { ran.json_lines() } else { Vec::new() };
    for record in &mut log {
        for field in ["leaf", "recorded_at"] {
            record[field].take();
        }
        without_references(record);
    }
    if let Some(genesis) = log.first_mut() {
        // Its keys are random.
        genesis["fields"].take();
        genesis["request"].take();
    }
    (ran, log)
}

fn without_references(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.remove("ref");
            fields.values_mut().for_each(without_references);
        }
        Value::Array(items) => items.iter_mut().for_each(without_references),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn figures(data: &Path) -> Value {
    let ran = Program::Thads.run(data, &["--json", "report", "--period", PERIOD]);
    let report: Value = serde_json::from_str(&ran.out).unwrap_or_default();
    report["figures"].clone()
}

/// Bytes of personal data that were written: they grow with every block.
fn vault_bytes(data: &Path) -> u64 {
    fs::metadata(data.join("vault/entries")).map_or(0, |entries| entries.len())
}
