//! A ledger that is served, killed and looked at, again and again.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Found;
use crate::judge::{InFlight, Judge};
use crate::office;
use crate::server::{self, Ended, Server};
use crate::support::{Chance, Program};
use crate::truth::{Outcome, Sent, Truth};
use crate::writers::{CASES, Progress, Writer};

/// How often a step is tried for before it counts as not reached.
const TRIES: u64 = 4;

/// A ledger with its writers, its truth and its judge.
pub(crate) struct Served {
    program: Program,
    data: PathBuf,
    truth: Truth,
    writers: Vec<Writer>,
    rng: Chance,
    judge: Judge,
}

/// How a life of a server ends.
enum End {
    /// Killed some microseconds after so many answers.
    Kill(u64, Duration),
    /// It dies by itself, at the latest when it is asked to end after so many answers.
    Itself(u64),
    /// Asked to end once what was in flight is settled.
    Settle,
}

impl Served {
    /// Founds a ledger of a run.
    pub(crate) fn found(folder: &Path, program: Program, seed: u64, number: u64) -> Served {
        let data = folder.join(format!("ledger-{number}")).join("data");
        fs::create_dir(data.parent().unwrap()).unwrap();
        office::found(&data, CASES, || {
            let mut command = small(program, &data, 0);
            command.env_remove("THADS_DEFECT"); // what is founded is sound; what comes after is judged
            command
        });
        Served {
            program,
            truth: Truth::new(&data.with_extension("truth")),
            writers: Writer::all(seed, number),
            rng: Chance::new(seed, number * 1000),
            judge: Judge::new(&data),
            data,
        }
    }

    fn command(&mut self) -> Command {
        small(self.program, &self.data, 20 * self.rng.below(3))
    }

    /// Deletes what may be deleted: everything must come again from the segments.
    pub(crate) fn forget_copies(&self, found: &mut Found) {
        fs::remove_dir_all(self.data.join("sled")).unwrap();
        fs::remove_dir_all(self.data.join("snapshots")).unwrap();
        found.say("sled and snapshots deleted");
    }

    /// Kills the server at a random moment: now and then while it opens, else under the writers.
    pub(crate) fn kill_at_any_moment(&mut self, found: &mut Found) {
        if self.rng.below(4) == 0 {
            let mut command = self.command();
            let mut child = server::serving(&mut command).stdout(quiet()).stderr(quiet()).spawn().unwrap();
            spin(Duration::from_micros(self.rng.below(80_000)));
            child.kill().unwrap();
            child.wait().unwrap();
            found.counts.kills += 1;
            self.judge.look(&self.truth, false, &mut found.broken);
            found.say("any moment of opening");
            return;
        }
        let moment = Duration::from_micros(self.rng.below(3_000));
        let mut command = self.command();
        let answers = if self.rng.below(2) == 0 { self.rng.below(12) } else { self.rng.below(200) };
        self.live(&mut command, &End::Kill(answers, moment), found);
        self.look(false, found);
        found.say("any moment of serving");
    }

    /// Lets the server die at a step; tries again where it was not reached.
    pub(crate) fn kill_at_step(&mut self, step: &'static str, found: &mut Found) {
        // How often it is reached before the death, and after how many answers the server is asked to end all the same.
        let (often, answers) = match step {
            "block-due" | "block-written" | "block-synced" | "vault-written" => (12, 600),
            "segment-drafted" | "segment-named" => (1, 2_500),
            "snapshot-drafted" | "snapshot-named" => (2, 40),
            "mover-due" | "mover-flushed" => (4, 600),
            _ => (1, 40),
        };
        if step.starts_with("segment") && self.rng.below(3) > 0 {
            self.remove_spare();
        }
        for attempt in 0..TRIES {
            let times = if attempt == 0 { 1 + self.rng.below(often) } else { 1 };
            let mut command = self.command();
            command.env("THADS_DIE_AT", format!("{step}:{times}"));
            let ended = self.live(&mut command, &End::Itself(answers), found);
            self.look(false, found);
            if ended.is_some_and(|ended| ended.killed()) {
                found.hit(step);
                return;
            }
        }
        found.say(&format!("({step} was not reached)"));
    }

    /// Removes the segment that was made in advance, as a crash just before it was made leaves it: opening makes it anew.
    fn remove_spare(&self) {
        let wal = fs::read_dir(self.data.join("wal")).unwrap();
        let last = wal.map(|entry| entry.unwrap().path()).max().unwrap();
        if fs::read(&last).unwrap().iter().all(|byte| *byte == 0) {
            fs::remove_file(last).unwrap();
        }
    }

    /// One life of a server. Returns how it ended; nothing where it did not begin, which is broken.
    fn live(&mut self, command: &mut Command, end: &End, found: &mut Found) -> Option<Ended> {
        let server = match Server::start(command) {
            Ok(server) => server,
            Err(ended) if ended.killed() && matches!(end, End::Itself(_)) => {
                found.counts.kills += 1;
                return Some(ended);
            }
            Err(ended) => {
                found.broken.push(format!("the server does not start: {ended}"));
                return None;
            }
        };
        let (truth, address) = (&self.truth, server.address());
        let progress = Progress::new();
        let settle = matches!(end, End::Settle);
        let before = tally(truth);
        let ended = std::thread::scope(|scope| {
            let progress = &progress;
            for writer in &mut self.writers {
                scope.spawn(move || writer.write(address, truth, progress, settle));
            }
            match end {
                End::Kill(answers, moment) => {
                    progress.wait(*answers);
                    spin(*moment);
                    server.kill()
                }
                End::Itself(answers) => {
                    if progress.wait(*answers) {
                        progress.end();
                    }
                    server.stop()
                }
                End::Settle => {
                    progress.end();
                    read_back(address, truth, &mut found.broken);
                    server.stop()
                }
            }
        });
        found.broken.extend(progress.done());
        let after = tally(&self.truth);
        found.counts.acknowledged += after.0 - before.0;
        found.counts.refused += after.1 - before.1;
        found.counts.kills += u64::from(ended.killed());
        Some(ended)
    }

    /// Opens the ledger once more without a kill: what was in flight is asked again and recorded exactly once, names are
    /// read back, and the server ends in order; then both copies and the projections are verified.
    pub(crate) fn settle(&mut self, found: &mut Found) {
        let mut command = small(self.program, &self.data, 0);
        let ended = self.live(&mut command, &End::Settle, found);
        if let Some(ended) = ended
            && ended.status.code() != Some(0)
        {
            found.broken.push(format!("the server did not end in order: {ended}"));
        }
        let InFlight { recorded, absent } = self.judge.look(&self.truth, true, &mut found.broken);
        if recorded + absent > 0 {
            let open = recorded + absent;
            found.broken.push(format!("{open} requests are still in flight after they were asked again"));
        }
        self.judge.verify(true, &mut found.broken);
        found.counts.verified += 1;
    }

    /// Tells the judge four lies about this ledger, which nobody uses after that; each must be found. Returns how many were.
    pub(crate) fn lie(&mut self, found: &mut Found) -> usize {
        let known: Vec<String> = self.truth.all().iter().filter_map(acknowledged).take(3).collect();
        let [forgotten, altered, denied] = &known[..] else {
            found.broken.push("too few acknowledgements to lie about".into());
            return 0;
        };
        let unheard = "f".repeat(32);
        let receipt = json!({ "request": unheard, "first": 1, "last": 1, "leaf": "0".repeat(64) });
        self.truth.sending(&unheard, (0, u64::MAX), &office::note(&unheard, &office::case(1), ""), true);
        let _ = self.truth.acknowledged(&unheard, &receipt);
        let mut all = self.truth.all();
        all.remove(forgotten);
        if let Some(Outcome::Acknowledged(receipt)) = all.get_mut(altered).map(|sent| &mut sent.outcome) {
            receipt["leaf"] = json!("0".repeat(64));
        }
        if let Some(sent) = all.get_mut(denied) {
            sent.outcome = Outcome::Denied("the ledger has stopped".into());
        }
        drop(all);
        let mut said = Vec::new();
        self.judge.look(&self.truth, true, &mut said);
        let lies = [
            (unheard.as_str(), "acknowledged and lost"),
            (forgotten, "was never sent"),
            (altered, "acknowledged as"),
            (denied, "was answered with"),
        ];
        let heard = |(request, what): &(&str, &str)| {
            said.iter().any(|said| said.contains(request) && said.contains(what))
        };
        for lie in lies.iter().filter(|lie| !heard(lie)) {
            found.broken.push(format!("the judge does not notice that {} {}: {said:?}", lie.0, lie.1));
        }
        lies.iter().filter(|lie| heard(lie)).count()
    }

    /// Looks at what a kill under the writers left, before anything is mended.
    fn look(&mut self, all: bool, found: &mut Found) {
        let seen = self.judge.look(&self.truth, all, &mut found.broken);
        found.counts.in_flight_recorded += seen.recorded;
        found.counts.in_flight_absent += seen.absent;
    }
}

/// A command on a ledger; a test build lays it out small, so that segments roll and the archiver works.
fn small(program: Program, data: &Path, archiver_pause: u64) -> Command {
    let mut command = program.on(data);
    command.env("THADS_STORAGE", format!("32768,2048,5,{archiver_pause}"));
    command
}

fn quiet() -> Stdio {
    Stdio::null()
}

/// Lets a random time pass, as exactly as it can be had.
pub(super) fn spin(time: Duration) {
    let begun = Instant::now();
    while begun.elapsed() < time {
        std::hint::spin_loop();
    }
}

fn acknowledged((request, sent): (&String, &Sent)) -> Option<String> {
    matches!(sent.outcome, Outcome::Acknowledged(_)).then(|| request.clone())
}

/// Acknowledged and refused requests.
fn tally(truth: &Truth) -> (u64, u64) {
    truth.all().values().fold((0, 0), |(acknowledged, refused), sent| match sent.outcome {
        Outcome::Acknowledged(_) => (acknowledged + 1, refused),
        Outcome::Refused(..) => (acknowledged, refused + 1),
        Outcome::InFlight | Outcome::Denied(_) => (acknowledged, refused),
    })
}

/// Reads every case's history back: an acknowledged action is shown with its words.
fn read_back(address: SocketAddr, truth: &Truth, broken: &mut Vec<String>) {
    let mut shown: BTreeMap<u64, Value> = BTreeMap::new();
    for number in 1..=CASES {
        let path = format!("/api/v1/cases/{}/history", office::case(number).replace('/', "-"));
        let answer = server::get(address, &path).map(|answer| answer.json());
        let Some(history) = answer.as_ref().ok().and_then(|answer| answer["history"].as_array()) else {
            broken.push(format!("{path}: {answer:?}"));
            continue;
        };
        let place = |entry: &Value| Some((entry["position"].as_u64()?, entry["fields"].clone()));
        shown.extend(history.iter().filter_map(place));
    }
    for (request, sent) in truth.all().iter() {
        let Outcome::Acknowledged(receipt) = &sent.outcome else { continue };
        let there = receipt["first"].as_u64().and_then(|position| shown.get(&position));
        for field in ["text", "amount"] {
            if let Some(given) = sent.body.get(field)
                && there.and_then(|there| there.get(field)) != Some(given)
            {
                broken.push(format!("request {request} sent {given} and reads back as {there:?}"));
            }
        }
    }
}
