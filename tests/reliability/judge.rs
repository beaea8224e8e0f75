//! The judge: what a ledger's directory holds, against what was sent and acknowledged. It reads with the product's own
//! commands, which take no lock, so that nothing is mended before it was looked at.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::Program;
use crate::truth::{Outcome, Sent, Truth};

/// What is in flight, as a look at the log shows it.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct InFlight {
    /// Requests that turned out recorded.
    pub(crate) recorded: usize,
    /// Requests that turned out absent.
    pub(crate) absent: usize,
}

/// Judges one ledger from look to look.
#[derive(Clone)]
pub(crate) struct Judge {
    data: PathBuf,
    /// Records of the founding.
    config: usize,
    /// Leaf of every record seen so far: what a reader was shown stays.
    leaves: Vec<String>,
    /// Where each request was seen.
    places: HashMap<String, Place>,
}

/// A record, as far as a receipt tells of it.
#[derive(Clone)]
struct Place {
    position: usize,
    leaf: String,
    recorded_at: String,
    version: u64,
}

impl Judge {
    /// Begins with a ledger that was just founded.
    pub(crate) fn new(data: &Path) -> Judge {
        let mut judge =
            Judge { data: data.to_path_buf(), config: 0, leaves: Vec::new(), places: HashMap::new() };
        let log = judge.log(0).unwrap();
        judge.leaves = log.iter().map(|record| text(record, "leaf")).collect();
        judge.config = judge.leaves.len();
        judge
    }

    /// Judges a copy of the ledger, as far as this one has come.
    pub(crate) fn of_copy(&self, data: &Path) -> Judge {
        Judge { data: data.to_path_buf(), ..self.clone() }
    }

    fn log(&self, from: usize) -> Result<Vec<Value>, String> {
        let ran = Program::Thads.run(&self.data, &["--json", "log", "--from", &from.to_string()]);
        match ran.status {
            Some(0) => Ok(ran.json_lines()),
            status => Err(format!("the log cannot be read: {status:?} {}", ran.err)),
        }
    }

    /// Compares the log with the truth: acknowledged is there, byte for byte, in order, once; nothing that was not sent
    /// or was refused; what a reader saw stays. Reads what came since the last look, or `all` of it anew.
    pub(crate) fn look(&mut self, truth: &Truth, all: bool, broken: &mut Vec<String>) -> InFlight {
        let from = if all { 0 } else { self.leaves.len() - 1 };
        let log = match self.log(from) {
            Ok(log) => log,
            Err(error) => {
                broken.push(error);
                return InFlight::default();
            }
        };
        let leaves: Vec<String> = log.iter().map(|record| text(record, "leaf")).collect();
        let known = &self.leaves[from..];
        let same = known.iter().zip(&leaves).take_while(|(old, new)| old == new).count();
        if same < known.len() {
            let (seen, other) = (self.leaves.len(), from + same);
            broken.push(format!(
                "a reader saw {seen} records; from position {other} on they are others, or gone"
            ));
        }
        self.leaves.truncate(from);
        self.leaves.extend(leaves);
        self.places.retain(|_, place| place.position < from);
        let sent = truth.all();
        let mut before = String::new();
        for (place, record) in (from..).zip(&log) {
            self.look_at(place, record, &mut before, &sent, broken);
        }
        self.look_for(&sent, broken)
    }

    /// Judges one record of the log.
    fn look_at(
        &mut self,
        at: usize,
        record: &Value,
        before: &mut String,
        sent: &BTreeMap<String, Sent>,
        broken: &mut Vec<String>,
    ) {
        if record["position"].as_u64() != u64::try_from(at).ok() {
            broken.push(format!("position {} stands in place {at}", record["position"]));
        }
        let recorded_at = text(record, "recorded_at");
        if recorded_at < *before {
            broken
                .push(format!("position {at} was recorded at {recorded_at}, the one before it at {before}"));
        }
        before.clone_from(&recorded_at);
        if at < self.config {
            return;
        }
        let request = text(record, "request");
        match sent.get(&request) {
            None => broken.push(format!("position {at}: request {request} was never sent")),
            Some(sent) => {
                if let Outcome::Refused(_, said) | Outcome::Denied(said) = &sent.outcome {
                    broken.push(format!("position {at}: request {request} was answered with {said:?}"));
                }
                if let Some(other) = differing(&sent.body, record) {
                    broken.push(format!("position {at}: {other} is not as sent: {} {record}", sent.body));
                }
            }
        }
        let version = record["version"].as_u64().unwrap_or_default();
        let place = Place { position: at, leaf: text(record, "leaf"), recorded_at, version };
        match self.places.get(&request) {
            Some(first) if first.position != at => {
                broken.push(format!("position {at}: request {request} stands at {} already", first.position));
            }
            _ => {
                self.places.insert(request, place);
            }
        }
    }

    /// Judges every request that was sent.
    fn look_for(&self, sent: &BTreeMap<String, Sent>, broken: &mut Vec<String>) -> InFlight {
        let mut in_flight = InFlight::default();
        let mut lost = Vec::new();
        let mut order: BTreeMap<(usize, u64), usize> = BTreeMap::new();
        for (request, sent) in sent {
            let place = self.places.get(request);
            if let Some(place) = place {
                order.insert((sent.writer, sent.nth), place.position);
            }
            match (&sent.outcome, place) {
                (Outcome::Acknowledged(receipt), None) => {
                    lost.push(format!("acknowledged and lost: {receipt}"));
                }
                (Outcome::Acknowledged(receipt), Some(place)) => {
                    if !place.is_of(receipt) {
                        let Place { position, leaf, .. } = place;
                        lost.push(format!(
                            "acknowledged as {receipt}, stands at {position} with leaf {leaf}"
                        ));
                    }
                }
                (Outcome::InFlight, Some(_)) => in_flight.recorded += 1,
                (Outcome::InFlight, None) => in_flight.absent += 1,
                (Outcome::Refused(..) | Outcome::Denied(_), _) => {}
            }
        }
        for ((one, first), (other, second)) in order.iter().zip(order.iter().skip(1)) {
            if one.0 == other.0 && first > second {
                broken.push(format!(
                    "writer {} sent number {} before {}, they stand at {first} and {second}",
                    one.0, one.1, other.1
                ));
            }
        }
        if lost.len() > 3 {
            lost.insert(
                0,
                format!("{} acknowledged requests are not as acknowledged, among them:", lost.len()),
            );
            lost.truncate(4);
        }
        broken.append(&mut lost);
        in_flight
    }

    /// `verify` and `rebuild --check` of a ledger that nobody writes to; `sled` says that it must hold all of it.
    pub(crate) fn verify(&self, sled: bool, broken: &mut Vec<String>) {
        let verified = Program::Thads.run(&self.data, &["--json", "verify"]);
        if verified.status != Some(0) {
            broken.push(format!("verify: {:?} {} {}", verified.status, verified.out, verified.err));
            return;
        }
        let wanted = format!("sled: {} records, nothing wrong.", self.leaves.len());
        if sled && !verified.out.contains(&wanted) {
            broken.push(format!("sled does not hold the {} records: {}", self.leaves.len(), verified.out));
        }
        let rebuilt = Program::Thads.run(&self.data, &["--json", "rebuild", "--check"]);
        if rebuilt.status != Some(0) {
            broken.push(format!("rebuild --check: {:?} {}", rebuilt.status, rebuilt.err));
        }
    }
}

impl Place {
    /// Whether a receipt tells of this record: position, bytes (their leaf), instant, version.
    fn is_of(&self, receipt: &Value) -> bool {
        receipt["first"].as_u64() == u64::try_from(self.position).ok()
            && receipt["last"] == receipt["first"]
            && receipt["leaf"] == self.leaf
            && receipt["recorded_at"] == self.recorded_at
            && receipt["stream_version"] == self.version
    }
}

fn text(record: &Value, field: &str) -> String {
    record[field].as_str().unwrap_or_default().to_owned()
}

/// The first field that is in the log otherwise than it was sent. Words about persons are in the vault: not here.
fn differing(body: &Value, record: &Value) -> Option<String> {
    for (name, given) in body.as_object()? {
        let same = match name.as_str() {
            "request" | "expected_version" | "text" => true,
            "case" => record["stream"] == format!("case:{}", given.as_str().unwrap_or_default()),
            "kind" | "effective" | "actor" | "stream" => record[name] == *given,
            _ => record["fields"][name] == *given,
        };
        if !same {
            return Some(name.clone());
        }
    }
    None
}
