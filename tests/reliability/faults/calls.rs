//! Each system call of a short run fails once. What was acknowledged is there after a restart, what was denied is not,
//! and the same run again, undisturbed, records the rest.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::point::{self, Point};
use super::preload::Preload;
use super::room::{Room, small};
use super::{Found, Options};
use crate::judge::Judge;
use crate::office;
use crate::server::Server;
use crate::support::{Chance, Program, Progress, Ran, ran, say_broken};
use crate::truth::Truth;

/// Calls of the serving process after whose failure it must stop: on each, answers of the first writers rest.
const MUST_STOP: [&str; 4] = [
    "pwrite wal/0000000000.seg 5 ENOSPC",
    "fdatasync wal/0000000000.seg 5 EIO",
    "pwrite vault/entries 5 EIO",
    "fdatasync keys/keyring 5 ENOSPC",
];

/// Events of the run.
const EVENTS: usize = 200;
/// Payments that stand there before it.
const FILLING: usize = 200;
/// Runs side by side.
const LANES: usize = 2;
/// Runs with sixteen writers over HTTP, beside those.
const SERVED: usize = 4;

/// A founded ledger, and the actions that are recorded in every run.
struct Template {
    data: PathBuf,
    file: PathBuf,
    actions: Vec<Value>,
    judge: Judge,
}

/// What a run with a failing call came to.
#[derive(Default)]
struct Tally {
    fired: usize,
    succeeded: usize,
    failed: usize,
    broken: Vec<String>,
}

/// Runs this part.
pub(crate) fn run(options: &Options, folder: &Path, found: &mut Found) {
    let preload = match Preload::build(folder) {
        Ok(preload) => preload,
        Err(why) => {
            found.skipped.push(format!("system calls that fail: {why}"));
            return;
        }
    };
    let template = Template::new(folder, options.seed);
    let points = match template.count(&preload) {
        Ok(points) => points,
        Err(why) => return found.broken(format!("the undisturbed run: {why}")),
    };
    let mut rng = Chance::new(options.seed, 1);
    let chosen = match &options.only {
        Some(only) => vec![only.parse().unwrap()],
        None if options.all => points.clone(),
        None => point::sample(&points, options.calls, &mut rng),
    };
    let next = AtomicUsize::new(0);
    let tally = Mutex::new(Tally::default());
    let progress = Progress::new("failing calls", u64::try_from(chosen.len()).unwrap());
    std::thread::scope(|scope| {
        for _ in 0..LANES {
            scope.spawn(|| {
                while let Some(point) = chosen.get(next.fetch_add(1, Ordering::SeqCst)) {
                    template.disturb(&preload, point, &tally);
                    progress.one();
                }
            });
        }
    });
    let mut tally = tally.into_inner().unwrap();
    found.broken.append(&mut tally.broken);
    let (of, runs) = (points.len(), chosen.len());
    let Tally { fired, succeeded, failed, .. } = tally;
    found.check(fired > 0, || "no call failed".into());
    found.tried.push(format!(
        "{runs} of {of} failing calls ({fired} came, {succeeded} runs succeeded all the same, {failed} said an error)"
    ));
    if options.only.is_none() {
        serve(options, &preload, folder, &point::decisive(&points), &mut rng, found);
    }
}

impl Template {
    fn new(folder: &Path, seed: u64) -> Template {
        let data = folder.join("template");
        office::found(&data, 2, || {
            let mut command = small(Program::Testing, &data);
            command.env_remove("THADS_DEFECT");
            command
        });
        let mut rng = Chance::new(seed, 2);
        let long = |nth: usize| format!("{nth}{}", "ệ".repeat(190));
        let payment = |id: &str, case: &str, amount: u64, nth: usize| {
            let mut payment = office::payment(id, case, amount, &long(nth));
            payment["document"] = json!({ "number": long(nth), "date": "2015-11-09" });
            payment
        };
        // So many before, that the run fills a segment and needs the next.
        let before: String = (0..FILLING)
            .map(|nth| format!("{}\n", payment(&rng.id(), &office::case(nth % 2 + 1), 1, nth)))
            .collect();
        let filling = folder.join("filling.jsonl");
        fs::write(&filling, before).unwrap();
        let mut command = small(Program::Testing, &data);
        command.env_remove("THADS_DEFECT").args(["--json", "record"]).arg(&filling);
        let filled = ran(&mut command);
        assert_eq!(filled.status, Some(0), "{filled:?}");
        let actions: Vec<Value> = (0..EVENTS)
            .map(|nth| {
                let (id, case) = (rng.id(), office::case(nth % 2 + 1));
                match nth % 10 {
                    0 => payment(&id, &case, 1_000, nth),
                    1..=4 => office::payment(&id, &case, 1_000, &nth.to_string()),
                    _ => office::note(&id, &case, &format!("Ghi chú {nth}")),
                }
            })
            .collect();
        let file = folder.join("actions.jsonl");
        fs::write(&file, actions.iter().map(|action| format!("{action}\n")).collect::<String>()).unwrap();
        Template { judge: Judge::new(&data), data, file, actions }
    }

    /// A copy to record into.
    fn copy(&self) -> PathBuf {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let copy = self.data.with_file_name(format!("copy-{}", NUMBER.fetch_add(1, Ordering::SeqCst)));
        let done = ran(Command::new("cp").args(["-r", "--sparse=always"]).arg(&self.data).arg(&copy));
        assert_eq!(done.status, Some(0), "{done:?}");
        copy
    }

    /// `record` of all actions; a run that hangs is killed, with status 137.
    fn record(&self, data: &Path, prepare: impl FnOnce(&mut Command)) -> Ran {
        let mut command = Command::new("timeout");
        command.args(["-s", "KILL", "100"]).arg(Program::Testing.path());
        command.env("THADS_STORAGE", "524800,2048,5,0").env_remove("THADS_DATA");
        command.arg("--data").arg(data).args(["--json", "--lang", "en", "record"]).arg(&self.file);
        prepare(&mut command);
        ran(&mut command)
    }

    /// Counts the calls of an undisturbed run.
    fn count(&self, preload: &Preload) -> Result<Vec<Point>, String> {
        let (copy, notes) = (self.copy(), self.data.with_file_name("notes"));
        let ran = self.record(&copy, |command| preload.note(command, &copy, &notes));
        if ran.status != Some(0) || receipts(&ran).len() != EVENTS {
            return Err(format!("{ran:?}"));
        }
        fs::remove_dir_all(copy).unwrap();
        Ok(point::all(&fs::read_to_string(notes).unwrap()))
    }

    /// One run in which one call fails, and what must hold after it.
    fn disturb(&self, preload: &Preload, point: &Point, tally: &Mutex<Tally>) {
        let copy = self.copy();
        let fired = copy.with_extension("fired");
        let ran = self.record(&copy, |command| preload.fail(command, &copy, point, &fired));
        let mut broken = Vec::new();
        self.judge_run(&copy, &ran, &mut broken);
        let mut tally = tally.lock().unwrap();
        if fired.exists() {
            tally.fired += 1;
            tally.succeeded += usize::from(ran.status == Some(0));
            tally.failed += usize::from(ran.status != Some(0));
        }
        if broken.is_empty() {
            fs::remove_dir_all(&copy).unwrap();
        }
        for broken in broken {
            let broken = format!("{point} ({}): {broken}", copy.display());
            say_broken(&broken);
            tally.broken.push(broken);
        }
    }

    fn judge_run(&self, data: &Path, ran: &Ran, broken: &mut Vec<String>) {
        let told = receipts(ran);
        let clear = match ran.status {
            Some(0) => told.len() == EVENTS,
            Some(1 | 3) => ran.err.contains("thads: "),
            _ => false,
        };
        if !clear {
            broken.push(format!("neither success nor a clear error: {:?} {}", ran.status, ran.err));
        }
        let truth = Truth::new(&data.with_extension("truth"));
        let mut judge = self.judge.of_copy(data);
        let request = |nth: usize| self.actions[nth]["request"].as_str().unwrap();
        let sending = |nth: usize| {
            let order = u64::try_from(nth).unwrap();
            truth.sending(request(nth), (0, order), &self.actions[nth], true);
        };
        for (nth, receipt) in told.iter().enumerate() {
            sending(nth);
            broken.extend(truth.acknowledged(request(nth), receipt).err());
        }
        if told.len() < EVENTS {
            sending(told.len());
            // Of these errors the program says that nothing was written.
            if ["the ledger has stopped", "bytes are free", "vault", "an earlier record cannot be read"]
                .iter()
                .any(|said| ran.err.contains(said))
            {
                truth.denied(request(told.len()), &ran.err);
            }
        }
        judge.look(&truth, true, broken);
        let again = self.record(data, |_| {});
        let receipts = receipts(&again);
        if again.status != Some(0) || receipts.len() != EVENTS {
            broken.push(format!("the same again without a fault: {:?} {}", again.status, again.err));
            return;
        }
        for (nth, receipt) in receipts.iter().enumerate() {
            sending(nth);
            broken.extend(truth.acknowledged(request(nth), receipt).err());
        }
        judge.look(&truth, true, broken);
        judge.verify(true, broken);
    }
}

/// The receipts that a run printed, in its order.
fn receipts(ran: &Ran) -> Vec<Value> {
    let lines = ran.out.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut receipts: Vec<Value> = lines.filter(|line| line.get("leaf").is_some()).collect();
    // Which line it was, and whether it was asked before, is no part of a receipt.
    for fields in receipts.iter_mut().filter_map(Value::as_object_mut) {
        for beside in ["line", "outcome"] {
            fields.remove(beside);
        }
    }
    receipts
}

/// The calls on which acknowledgements rest, under sixteen writers.
fn serve(
    options: &Options,
    preload: &Preload,
    folder: &Path,
    points: &[Point],
    rng: &mut Chance,
    found: &mut Found,
) {
    let mut room = Room::found(&folder.join("served"), folder, Program::Testing, options.seed, 900);
    let (mut fired_times, mut stopped_times) = (0, 0);
    let chosen = if options.all { SERVED * 10 } else { SERVED };
    let chosen: Vec<&Point> = (0..chosen).map(|_| &points[rng.index(points.len())]).collect();
    let must_stop = MUST_STOP.map(|point| point.parse::<Point>().unwrap());
    let runs = must_stop.len() + chosen.len();
    for (number, point) in must_stop.iter().chain(chosen).enumerate() {
        let fired = folder.join(format!("served-{number}.fired"));
        let mut command = room.command();
        preload.fail(&mut command, &room.data, point, &fired);
        let mut broken = Vec::new();
        match Server::start(&mut command) {
            Ok(server) => {
                room.write(&server, 400, &mut broken);
                let reads = crate::server::get(server.address(), "/api/v1/cases").map(|answer| answer.status);
                if !matches!(reads, Ok(200)) {
                    broken.push(format!("reads do not go on: {reads:?}"));
                }
                let stopped = ends_as_it_says(server, &mut broken);
                stopped_times += usize::from(stopped);
                if number < must_stop.len() && !stopped {
                    broken.push(format!("it did not stop; the call came: {}", fired.exists()));
                }
            }
            Err(ended) => {
                if ended.status.code() != Some(1) && ended.status.code() != Some(3) {
                    broken.push(format!("no clear error: {ended}"));
                }
            }
        }
        fired_times += usize::from(fired.exists());
        room.look(&mut broken);
        room.settle(&mut broken);
        broken.iter().for_each(|broken| found.broken(format!("sixteen writers, {point}: {broken}")));
    }
    let acknowledged = room.outcomes()[0];
    found.tried.push(format!(
        "{fired_times} of {runs} calls under 16 writers ({acknowledged} acknowledgements), {stopped_times} servers stopped \
         and said so"
    ));
}

/// Whether a server has stopped; then its readiness, its words and its exit status say so, and else none of them. A server
/// whose files cannot be read at the moment is not ready either, and goes on.
fn ends_as_it_says(server: Server, broken: &mut Vec<String>) -> bool {
    let ready = crate::server::get(server.address(), "/readyz");
    let ended = server.stop();
    let ready = match ready {
        Ok(ready) => ready,
        Err(error) => {
            broken.push(format!("/readyz: {error}"));
            return false;
        }
    };
    let state: Value = serde_json::from_str(&ready.text).unwrap_or_default();
    let stopped = !state["stopped"].is_null();
    let said = ended.said.contains("records nothing more");
    let unread = !state["files"].is_null();
    let wanted = if stopped || unread { (503, Some(false)) } else { (200, Some(true)) };
    let status = ended.status.code();
    if (ready.status, state["ready"].as_bool()) != wanted || said != stopped || stopped && status != Some(1) {
        broken.push(format!("stopped: {stopped}, but {} {}; it ended: {ended}", ready.status, ready.text));
    }
    stopped
}
