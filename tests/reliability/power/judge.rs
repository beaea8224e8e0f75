//! Opens an image with the real program and asks for everything that was acknowledged.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::workload;
use crate::support::{Program, Ran};

/// Seconds after which a child counts as hanging.
const DEADLINE: &str = "60";
/// Unanswered requests that are sent again.
const AGAIN: usize = 3;

/// What an image must still hold.
#[derive(Clone, Default)]
pub(super) struct Promises {
    /// The founding was acknowledged.
    pub(super) founded: bool,
    /// Acknowledged actions by number, each with its receipt as it was answered.
    pub(super) receipts: BTreeMap<usize, String>,
    /// Actions that may have been sent and have no answer.
    pub(super) unanswered: Vec<usize>,
    /// An action that was never sent and must be taken once some of the unanswered are.
    pub(super) fresh: usize,
    /// Nothing was cut off: sled must be as sound as the segments.
    pub(super) sled_sound: bool,
}

impl Promises {
    /// What the answers promise: the founding's first. Of a workload of one writer, which sends the actions from 0 on to
    /// before `alone`, at most one action has no answer; then `writers` send notes side by side.
    pub(super) fn of(answers: &[String], alone: usize, writers: usize) -> Result<Promises, String> {
        let mut promises = Promises { founded: !answers.is_empty(), ..Promises::default() };
        for answer in answers.iter().skip(1) {
            let number = receipt(answer).and_then(|receipt| workload::number(receipt["request"].as_str()?));
            let number = number.ok_or_else(|| format!("an answer that is no receipt: {answer}"))?;
            promises.receipts.insert(number, answer.clone());
        }
        let done = promises.receipts.range(..workload::NOTES_FROM).count();
        if done < alone {
            promises.unanswered = vec![done];
            promises.fresh = done + 1;
        } else {
            let notes = workload::NOTES_FROM..workload::NOTES_FROM + writers;
            promises.unanswered =
                notes.clone().filter(|note| !promises.receipts.contains_key(note)).collect();
            promises.fresh = notes.end;
        }
        Ok(promises)
    }

    pub(super) fn count(&self) -> usize {
        self.receipts.len() + usize::from(self.founded)
    }
}

fn receipt(text: &str) -> Option<Value> {
    let mut receipt: Value = serde_json::from_str(text).ok()?;
    // Which line it was, and whether it was asked before, is no part of it.
    let fields = receipt.as_object_mut()?;
    for beside in ["line", "outcome"] {
        fields.remove(beside);
    }
    Some(receipt)
}

/// Runs the program on a directory to its end, or kills it after a deadline. `folder`: a place for what it reads and says;
/// `defect`: the one that is planted in it.
pub(super) fn ask(folder: &Path, data: &Path, defect: Option<&str>, arguments: &[&str], input: &str) -> Ran {
    let file = |name: &str| folder.join(name);
    fs::write(file("in"), input).unwrap();
    let mut command = Command::new("timeout");
    command.args(["-s", "KILL", DEADLINE]).arg(Program::Testing.path());
    if let Some(defect) = defect {
        command.env("THADS_DEFECT", defect);
    } else {
        command.env_remove("THADS_DEFECT");
    }
    let status = command
        .arg("--data")
        .arg(data)
        .args(["--json", "--lang", "en"])
        .args(arguments)
        .env("THADS_STORAGE", workload::STORAGE_TO_JUDGE)
        .env("TMPDIR", folder)
        .stdin(fs::File::open(file("in")).unwrap())
        .stdout(Stdio::from(fs::File::create(file("out")).unwrap()))
        .stderr(Stdio::from(fs::File::create(file("err")).unwrap()))
        .status()
        .unwrap();
    let read = |name: &str| String::from_utf8_lossy(&fs::read(file(name)).unwrap()).into_owned();
    Ran { status: status.code(), out: read("out"), err: read("err") }
}

/// Judges one image. Half of them are opened by `doctor` first, which checks all of both copies; the others as they are.
pub(super) struct Judge<'a> {
    /// A place for what the children say.
    pub(super) folder: &'a Path,
    pub(super) data: &'a Path,
    pub(super) doctor_first: bool,
    pub(super) defect: Option<&'a str>,
}

impl Judge<'_> {
    fn ask(&self, arguments: &[&str], input: &str) -> Ran {
        ask(self.folder, self.data, self.defect, arguments, input)
    }

    /// Returns what is wrong with the image.
    pub(super) fn judge(&self, promises: &Promises) -> Result<(), String> {
        if !promises.founded {
            self.found_again()?;
        }
        self.keys()?;
        let mut said = String::new();
        if self.doctor_first {
            said += &self.expect(&["doctor"], "", "doctor")?.out;
        }
        // Every request again, some that have no answer too, and a new one.
        let again =
            promises.receipts.keys().chain(promises.unanswered.iter().take(AGAIN)).chain([&promises.fresh]);
        let lines: Vec<String> = again.map(|number| workload::action(*number).to_string() + "\n").collect();
        let recorded = self.expect(&["record", "-"], &lines.concat(), "asking for every receipt again")?;
        let answers: Vec<&str> = recorded.out.lines().collect();
        said += &recorded.err;
        if answers.len() != lines.len() {
            return Err(format!("{} answers to {} requests", answers.len(), lines.len()));
        }
        for ((number, acknowledged), answer) in promises.receipts.iter().zip(&answers) {
            if receipt(acknowledged) != receipt(answer) {
                return Err(format!("action {number} has another receipt: {acknowledged} became {answer}"));
            }
        }
        if promises.sled_sound
            && ["corruption", "set aside", "does not open"].iter().any(|bad| said.contains(bad))
        {
            return Err(format!("nothing was cut off, but sled was refused: {said}"));
        }
        if !self.doctor_first {
            self.expect(&["verify"], "", "verify")?; // else doctor has verified
        }
        self.nothing_else(promises)
    }

    fn expect(&self, arguments: &[&str], input: &str, what: &str) -> Result<Ran, String> {
        let ran = self.ask(arguments, input);
        match ran.status {
            Some(0) => Ok(ran),
            status => {
                let last = ran.out.lines().last().unwrap_or_default();
                Err(format!("{what}: exit {status:?}: {} {last:.600}", ran.err.trim()))
            }
        }
    }

    /// The founding was not acknowledged: asking for it again founds the ledger, finishes it, or says that it is there.
    fn found_again(&self) -> Result<(), String> {
        let asked = self.ask(&workload::INIT, "");
        match asked.status {
            Some(0) => Ok(()),
            Some(1) if asked.err.contains("holds a ledger already") => Ok(()),
            status => Err(format!("founding again: exit {status:?}: {}", asked.err.trim())),
        }
    }

    /// Both keys of a founded ledger are there.
    fn keys(&self) -> Result<(), String> {
        for name in ["log.key", "root.key"] {
            let key = fs::read_to_string(self.data.join("keys").join(name)).unwrap_or_default();
            if key.trim().len() != 64 {
                return Err(format!("the ledger is founded, and keys/{name} is not there"));
            }
        }
        Ok(())
    }

    /// Every record is the founding's or was sent, none twice, each as it was sent.
    fn nothing_else(&self, promises: &Promises) -> Result<(), String> {
        let log = self.expect(&["log"], "", "log")?;
        let mut allowed: BTreeSet<usize> = promises.receipts.keys().copied().collect();
        allowed.extend(promises.unanswered.iter().chain([&promises.fresh]));
        for (position, line) in (0_u64..).zip(log.out.lines()) {
            let record: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
            if record["position"] != position {
                return Err(format!("record {position} says {}", record["position"]));
            }
            if position < workload::FOUNDED {
                continue;
            }
            let known = record["request"].as_str().and_then(workload::number);
            let Some(number) = known else {
                return Err(format!("nobody sent record {position}: {line:.300}"));
            };
            if !allowed.remove(&number) {
                return Err(format!("action {number} is recorded twice, or was never sent: {line:.300}"));
            }
            let sent = workload::action(number);
            if record["kind"] != sent["kind"]
                || record["stream"] != format!("case:{}", sent["case"].as_str().unwrap())
            {
                return Err(format!("record {position} is not action {number} as it was sent: {line:.300}"));
            }
        }
        Ok(())
    }
}
