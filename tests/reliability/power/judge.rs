//! Opens an image with the real program and asks for everything that was acknowledged.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::workload;

/// Seconds after which a child counts as hanging.
const DEADLINE: &str = "60";

/// What an image must still hold.
#[derive(Clone, Default)]
pub(super) struct Promises {
    /// The founding was acknowledged.
    pub(super) founded: bool,
    /// Each acknowledged action as it was sent, and its receipt as it was answered.
    pub(super) receipts: Vec<(String, String)>,
    /// Actions numbered below were sent by then, the last of them without an answer.
    pub(super) sent: usize,
    /// Nothing was cut off: sled must be as sound as the segments.
    pub(super) sled_sound: bool,
}

impl Promises {
    pub(super) fn count(&self) -> usize {
        self.receipts.len() + usize::from(self.founded)
    }
}

struct Ran {
    status: Option<i32>,
    out: String,
    err: String,
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
        let file = |name: &str| self.folder.join(name);
        fs::write(file("in"), input).unwrap();
        let mut command = Command::new("timeout");
        command.args(["-s", "KILL", DEADLINE]).arg(super::recording::program());
        if let Some(defect) = self.defect {
            command.env("THADS_DEFECT", defect);
        } else {
            command.env_remove("THADS_DEFECT");
        }
        let status = command
            .arg("--data")
            .arg(self.data)
            .arg("--json")
            .args(arguments)
            .env("THADS_STORAGE", workload::STORAGE_TO_JUDGE)
            .env("TMPDIR", self.folder)
            .stdin(fs::File::open(file("in")).unwrap())
            .stdout(Stdio::from(fs::File::create(file("out")).unwrap()))
            .stderr(Stdio::from(fs::File::create(file("err")).unwrap()))
            .status()
            .unwrap();
        let read = |name: &str| String::from_utf8_lossy(&fs::read(file(name)).unwrap()).into_owned();
        Ran { status: status.code(), out: read("out"), err: read("err") }
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
        // Every request again, the unanswered one too, and a new one.
        let more = workload::actions(promises.receipts.len(), promises.sent + 1);
        let sent = promises.receipts.iter().map(|(sent, _)| sent).chain(&more);
        let lines: String = sent.map(|line| format!("{line}\n")).collect();
        let recorded = self.expect(&["record", "-"], &lines, "asking for every receipt again")?;
        let answers: Vec<&str> = recorded.out.lines().collect();
        said += &recorded.err;
        let asked = promises.receipts.len() + more.len();
        if answers.len() != asked {
            return Err(format!("{} answers to {asked} requests", answers.len()));
        }
        for ((sent, receipt), answer) in promises.receipts.iter().zip(&answers) {
            if receipt != answer {
                return Err(format!(
                    "an acknowledged action has another receipt: {receipt} became {answer} ({sent:.120})"
                ));
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
        let numbers: BTreeMap<String, usize> =
            (0..=promises.sent).map(|number| (workload::request(number), number)).collect();
        let mut seen = vec![false; promises.sent + 1];
        for (position, line) in (0_u64..).zip(log.out.lines()) {
            let record: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
            if record["position"] != position {
                return Err(format!("record {position} says {}", record["position"]));
            }
            if position < workload::FOUNDED {
                continue;
            }
            let known = record["request"].as_str().and_then(|request| numbers.get(request));
            let Some(number) = known else {
                return Err(format!("nobody sent record {position}: {line:.300}"));
            };
            if std::mem::replace(&mut seen[*number], true) {
                return Err(format!("request {number} is recorded twice"));
            }
            let sent: Value = serde_json::from_str(&workload::actions(*number, number + 1)[0]).unwrap();
            if record["kind"] != sent["kind"]
                || record["stream"] != format!("case:{}", sent["case"].as_str().unwrap())
            {
                return Err(format!("record {position} is not what was sent as {number}: {line:.300}"));
            }
        }
        Ok(())
    }
}
