//! The ground truth: what was sent and what was answered, noted apart from the ledger, each line synced before the harness
//! goes on. A ledger is judged against it and never against itself.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, MutexGuard};

use serde_json::{Value, json};

/// What became of a request, as far as its sender was told.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Outcome {
    /// No answer, or that the outcome is not known: recorded whole or not at all.
    InFlight,
    /// Recorded: the receipt.
    Acknowledged(Value),
    /// Refused by the law, or stale: not recorded, and never will be. Status and body.
    Refused(u16, String),
    /// The ledger could not write and says that nothing was recorded: to be asked again. What it said.
    Denied(String),
}

/// A request that was sent.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    /// By whom.
    pub(crate) writer: usize,
    /// In which order he sent it: he waits for each answer.
    pub(crate) nth: u64,
    /// The action.
    pub(crate) body: Value,
    /// Whether the law allows it.
    pub(crate) lawful: bool,
    /// How often it was sent over HTTP.
    pub(crate) asked: u64,
    /// What became of it.
    pub(crate) outcome: Outcome,
}

/// Everything that was sent to one ledger, by request id.
pub(crate) struct Truth {
    file: Mutex<File>,
    all: Mutex<BTreeMap<String, Sent>>,
}

impl Truth {
    /// Begins a new file.
    pub(crate) fn new(path: &Path) -> Truth {
        Truth { file: Mutex::new(File::create(path).unwrap()), all: Mutex::new(BTreeMap::new()) }
    }

    fn note(&self, line: &Value) {
        let mut file = self.file.lock().unwrap();
        writeln!(file, "{line}").unwrap();
        file.sync_data().unwrap();
    }

    /// Everything so far.
    pub(crate) fn all(&self) -> MutexGuard<'_, BTreeMap<String, Sent>> {
        self.all.lock().unwrap()
    }

    /// Notes that a request is about to be sent; for one that was sent before, nothing changes.
    pub(crate) fn sending(&self, request: &str, (writer, nth): (usize, u64), body: &Value, lawful: bool) {
        let mut all = self.all();
        if all.contains_key(request) {
            return;
        }
        let sent = Sent { writer, nth, body: body.clone(), lawful, asked: 0, outcome: Outcome::InFlight };
        all.insert(request.to_owned(), sent);
        drop(all);
        self.note(&json!({ "sent": body, "writer": writer }));
    }

    /// Notes a receipt. Returns what is wrong with it: a second one must be the first again.
    pub(crate) fn acknowledged(&self, request: &str, receipt: &Value) -> Result<(), String> {
        let mut all = self.all();
        let sent = all.get_mut(request).unwrap();
        match &sent.outcome {
            Outcome::Acknowledged(first) if first == receipt => return Ok(()),
            Outcome::Acknowledged(first) => {
                return Err(format!("request {request} has two receipts: {first} and {receipt}"));
            }
            Outcome::Refused(status, text) => {
                return Err(format!(
                    "request {request} was refused ({status} {text}) and then recorded: {receipt}"
                ));
            }
            Outcome::InFlight | Outcome::Denied(_) => {}
        }
        if receipt["request"] != request {
            return Err(format!("request {request} was answered with another's receipt: {receipt}"));
        }
        if !sent.lawful {
            return Err(format!("request {request} is against the law and was recorded: {receipt}"));
        }
        sent.outcome = Outcome::Acknowledged(receipt.clone());
        drop(all);
        self.note(&json!({ "acknowledged": receipt }));
        Ok(())
    }

    /// Returns what is sent, and counts that.
    pub(crate) fn asking(&self, request: &str) -> Value {
        let mut all = self.all();
        let sent = all.get_mut(request).unwrap();
        sent.asked += 1;
        sent.body.clone()
    }

    /// Notes that the ledger could not write. Of a request that was sent before this says nothing: it may be recorded
    /// since then, and a ledger that has stopped does not look.
    pub(crate) fn denied(&self, request: &str, text: &str) {
        let mut all = self.all();
        let sent = all.get_mut(request).unwrap();
        if sent.asked > 1 {
            return;
        }
        sent.outcome = Outcome::Denied(text.to_owned());
        drop(all);
        self.note(&json!({ "denied": request, "why": text }));
    }

    /// Notes a refusal. Returns what is wrong with it: what is lawful, or was recorded, must not be refused.
    pub(crate) fn refused(&self, request: &str, status: u16, text: &str) -> Result<(), String> {
        let mut all = self.all();
        let sent = all.get_mut(request).unwrap();
        if let Outcome::Acknowledged(receipt) = &sent.outcome {
            return Err(format!(
                "request {request} was recorded ({receipt}) and then refused: {status} {text}"
            ));
        }
        let lawful = sent.lawful;
        sent.outcome = Outcome::Refused(status, text.to_owned());
        drop(all);
        self.note(&json!({ "refused": request, "status": status }));
        if lawful {
            return Err(format!("request {request} is lawful and was refused: {status} {text}"));
        }
        Ok(())
    }
}
