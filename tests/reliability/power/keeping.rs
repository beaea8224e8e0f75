//! Power cuts while a backup is made, made again behind new records, and brought back: what was acknowledged of it is
//! there, and what was not can be asked for again.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::Options;
use super::dice::Dice;
use super::disk::Disk;
use super::image::{self, Choice, Image};
use super::judge;
use super::notes::Call;
use super::recording::{self, Recorder};
use super::workload;
use crate::support::{Ran, each, say_broken};

/// Actions before the first backup, and between it and the second: enough for several segments.
const FIRST: usize = 60;
const SECOND: usize = 100;

/// Records and root of a backup, as they were acknowledged.
type Kept = (u64, String);

/// One image.
struct Case {
    what: String,
    image: Image,
    /// How many acknowledgements there were when it was cut: of the first backup, the second, the bringing back.
    answered: usize,
}

/// What was recorded.
struct Recorded {
    calls: Vec<Call>,
    /// Where it is cut: in the first backup, in the second, in the bringing back.
    points: Vec<usize>,
    /// The point behind the first backup.
    first_done: usize,
}

/// Records, cuts and judges; returns for each image what is wrong with it.
pub(super) fn run(options: &Options, scratch: &Path, library: &Path) -> Result<Vec<Option<String>>, String> {
    let recorded = record(&scratch.join("keeping"), library)?;
    let answers = recorded.answers(recorded.calls.len());
    let [first, second, back] = answers.as_slice() else {
        return Err(format!("not three answers: {answers:?}"));
    };
    if first.0 >= second.0 || second != back {
        return Err(format!("first {first:?}, then {second:?}, brought back {back:?}"));
    }
    let cases = cut(options, &recorded)?;
    let judged = each(u64::try_from(cases.len()).unwrap(), |number| {
        let case = &cases[usize::try_from(number).unwrap()];
        let folder = scratch.join(format!("kept-{number}"));
        fs::create_dir(&folder).unwrap();
        image::write(&case.image, &folder);
        let found = Judge { folder: &folder }.judge(case.answered, [first, second]);
        fs::remove_dir_all(folder).unwrap();
        found.err().map(|why| format!("{}: {why}", case.what)).inspect(|broken| say_broken(broken))
    });
    let behind = |answers| cases.iter().filter(|case| case.answered >= answers).count();
    let broken = judged.iter().flatten().count();
    println!(
        "power: images of backups: {}, of which {} were cut behind the first, {} behind the second, {} behind the bringing \
         back; {} acknowledgements at stake; {broken} broken",
        cases.len(),
        behind(1),
        behind(2),
        behind(3),
        behind(1) + behind(2) + behind(3),
    );
    Ok(judged)
}

/// Records two backups of a ledger that grows between them, and the bringing back of the second.
fn record(folder: &Path, library: &Path) -> Result<Recorded, String> {
    fs::create_dir(folder).unwrap();
    let recorder = Recorder::new(folder, library, false);
    let (backup, again) = (recorder.disk.join("backup"), recorder.disk.join("again"));
    let backup = backup.to_str().unwrap();
    let here = || recorder.notes().map(|notes| notes.calls.len());
    recorder.run(&workload::INIT, &[])?;
    recorder.run(&["record", "-"], &workload::actions(0, FIRST))?;
    let from = here()?;
    recorder.run(&["backup", "--keys", backup], &[])?;
    let first_done = here()?;
    recorder.run(&["record", "-"], &workload::actions(FIRST, SECOND))?;
    let again_from = here()?;
    recorder.run(&["backup", "--keys", backup], &[])?;
    recorder.run_on(&again, &["restore", backup], &[])?;
    let calls = recorder.notes()?.calls;
    fs::remove_dir_all(folder).unwrap();
    let points = (from..=first_done).chain(again_from..=calls.len()).collect();
    Ok(Recorded { calls, points, first_done })
}

impl Recorded {
    /// What backups and bringing back had said after the first `until` calls.
    fn answers(&self, until: usize) -> Vec<Kept> {
        let answers = recording::acknowledged(&self.calls, until);
        let kept = answers.iter().filter_map(|answer| kept(&serde_json::from_str(answer).unwrap()));
        kept.collect()
    }
}

/// Records and root, where an answer says them.
fn kept(answer: &Value) -> Option<Kept> {
    Some((answer["records"].as_u64()?, answer["root"].as_str()?.to_owned()))
}

/// Makes the images. Of eight, two are cut where all was acknowledged that was begun: after the first backup, and at the end.
fn cut(options: &Options, recorded: &Recorded) -> Result<Vec<Case>, String> {
    let Recorded { calls, points, first_done } = recorded;
    let dice =
        |index: usize, purpose: u64| Dice::new(options.seed, u64::try_from(index).unwrap() + (purpose << 32));
    let place = |index| match index % 8 {
        0 => *first_done,
        1 => calls.len(),
        _ => dice(index, 4).pick(points),
    };
    let mut places: Vec<(usize, usize)> = (0..options.backups).map(|index| (place(index), index)).collect();
    places.sort_unstable();
    let mut disk = Disk::empty();
    let mut cases = Vec::new();
    for (point, index) in places {
        for call in &calls[disk.calls..point] {
            disk.apply(call)?;
        }
        let mut dice = dice(index, 5);
        let choice = if index % 8 == 2 { Choice::KILL } else { Choice::any(&mut dice) };
        let what = format!("image {index} of backups ({choice}, after call {point})");
        let image = image::after_crash(&disk, &choice, &mut dice);
        cases.push(Case { what, image, answered: recorded.answers(point).len() });
    }
    Ok(cases)
}

struct Judge<'a> {
    folder: &'a Path,
}

impl Judge<'_> {
    fn run(&self, data: &str, arguments: &[&str]) -> Ran {
        judge::ask(self.folder, &self.folder.join(data), None, arguments, "")
    }

    /// Runs a command that must succeed and say records and root.
    fn kept(&self, data: &str, arguments: &[&str]) -> Result<Kept, String> {
        let done = self.run(data, arguments);
        let said = serde_json::from_str::<Value>(&done.out).unwrap_or_default();
        let kept = kept(&said).or_else(|| kept(&said["summary"])).filter(|_| done.status == Some(0));
        kept.ok_or_else(|| format!("{} on {data}: {done:?}", arguments[0]))
    }

    fn judge(&self, answered: usize, [first, second]: [&Kept; 2]) -> Result<(), String> {
        let backup = self.folder.join("backup");
        let backup = backup.to_str().unwrap();
        // The ledger that was brought back is there whole, or not at all; and then it can be asked for.
        let again = self.run("again", &["restore", backup]);
        let is_there = again.status == Some(1) && again.err.contains("is not empty");
        if answered > 2 && !is_there {
            return Err(format!("what was brought back is gone: {again:?}"));
        }
        if is_there {
            let found = self.kept("again", &["verify"])?;
            if found != *second {
                return Err(format!("brought back were {found:?} instead of {second:?}"));
            }
        }
        // The backup is the last that was acknowledged, or the one that was being made.
        let copy = self.folder.join("copy");
        match (answered, self.kept("copy", &["restore", backup])) {
            (0, Ok(found)) if found == *first => {}
            (0, Err(_)) if !copy.exists() => {}
            (1, Ok(found)) if found == *first || found == *second => {}
            (2.., Ok(found)) if found == *second => {}
            (_, found) => return Err(format!("the backup is {found:?}; {answered} were acknowledged")),
        }
        if copy.exists() {
            self.kept("copy", &["verify"])?;
        }
        // It can be made again, whatever the cut has left, and is then the whole ledger.
        let now = self.kept("data", &["verify"])?;
        let made = self.kept("data", &["backup", "--keys", backup])?;
        let back = self.kept("last", &["restore", backup])?;
        if made != now || back != now {
            return Err(format!("the ledger is {now:?}, its backup {made:?}, brought back {back:?}"));
        }
        Ok(())
    }
}
