//! Power cuts while a backup is made, made again behind new records, and brought back: what was acknowledged of it is
//! there, and what was not can be asked for again.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Options;
use super::dice::Dice;
use super::disk::Disk;
use super::image::{self, Choice, Image};
use super::recording::{self, Recorder};
use super::workload;
use crate::support::{Program, Ran, each, ran};

/// Actions before the first backup, and between it and the second: enough for several segments.
const FIRST: usize = 60;
const SECOND: usize = 100;

/// Records and root of a backup, as they were acknowledged.
type Kept = (u64, String);

/// One image, and what had been acknowledged when it was cut.
struct Case {
    what: String,
    image: Image,
    /// Backups that were acknowledged, of the two that are made.
    backups: Vec<Kept>,
    /// Whether the bringing back was.
    back: bool,
}

/// Records, cuts and judges; returns for each image what is wrong with it.
pub(super) fn run(options: &Options, scratch: &Path, library: &Path) -> Result<Vec<Option<String>>, String> {
    let folder = scratch.join("keeping");
    fs::create_dir(&folder).unwrap();
    let recorder = Recorder::new(&folder, library, false);
    let (backup, again) = (recorder.disk.join("backup"), recorder.disk.join("again"));
    let backup = backup.to_str().unwrap();
    recorder.run(&workload::INIT, &[])?;
    recorder.run(&["record", "-"], &workload::actions(0, FIRST))?;
    let here = || recorder.notes().map(|notes| notes.calls.len());
    let from = here()?;
    recorder.run(&["backup", "--keys", backup], &[])?;
    let first_done = here()?;
    let mut points: Vec<usize> = (from..=first_done).collect();
    recorder.run(&["record", "-"], &workload::actions(FIRST, SECOND))?;
    let from = here()?;
    recorder.run(&["backup", "--keys", backup], &[])?;
    recorder.run_on(&again, &["restore", backup], &[])?;
    let calls = recorder.notes()?.calls;
    points.extend(from..=calls.len());
    fs::remove_dir_all(&folder).unwrap();

    let answers = |until| -> Vec<Value> {
        let answers = recording::acknowledged(&calls, until);
        answers.iter().map(|answer| serde_json::from_str(answer).unwrap()).collect()
    };
    let kept =
        |answer: &Value| (answer["records"].as_u64().unwrap(), answer["root"].as_str().unwrap().to_owned());
    let whole: Vec<Kept> =
        answers(calls.len()).iter().filter(|one| one["records"].is_u64()).map(kept).collect();
    let [first, second, back] = whole.as_slice() else { return Err(format!("not three answers: {whole:?}")) };
    if first.0 >= second.0 || second != back {
        return Err(format!("first {first:?}, then {second:?}, brought back {back:?}"));
    }

    // Of eight images two are cut where all was acknowledged that was begun: after the first backup, and at the end.
    let mut places: Vec<(usize, usize)> = (0..options.backups)
        .map(|index| match index % 8 {
            0 => (first_done, index),
            1 => (calls.len(), index),
            _ => (Dice::new(options.seed, u64::try_from(index).unwrap() + (4 << 32)).pick(&points), index),
        })
        .collect();
    places.sort_unstable();
    let mut disk = Disk::empty();
    let mut cases = Vec::new();
    for (point, index) in places {
        for call in &calls[disk.calls..point] {
            disk.apply(call)?;
        }
        let mut dice = Dice::new(options.seed, u64::try_from(index).unwrap() + (5 << 32));
        let choice = if index % 8 == 2 { Choice::KILL } else { Choice::any(&mut dice) };
        let answered = answers(point);
        let mut backups: Vec<Kept> =
            answered.iter().filter(|one| one["records"].is_u64()).map(kept).collect();
        let back = backups.len() > 2;
        backups.truncate(2);
        let what = format!("image {index} of backups ({choice}, after call {point})");
        cases.push(Case { what, image: image::after_crash(&disk, &choice, &mut dice), backups, back });
    }
    let judged = each(u64::try_from(cases.len()).unwrap(), |number| {
        let case = &cases[usize::try_from(number).unwrap()];
        let folder = scratch.join(format!("kept-{number}"));
        fs::create_dir(&folder).unwrap();
        image::write(&case.image, &folder);
        let found = Judge { folder: folder.clone() }.judge(case, [first, second]);
        fs::remove_dir_all(folder).unwrap();
        found.err().map(|why| format!("{}: {why}", case.what))
    });
    let acknowledged = cases.iter().map(|case| case.backups.len() + usize::from(case.back)).sum::<usize>();
    println!(
        "power: images of backups: {}, of which {} were cut behind the first, {} behind the second, {} behind the bringing \
         back; {acknowledged} acknowledgements at stake; {} broken",
        cases.len(),
        cases.iter().filter(|case| !case.backups.is_empty()).count(),
        cases.iter().filter(|case| case.backups.len() > 1).count(),
        cases.iter().filter(|case| case.back).count(),
        judged.iter().flatten().count()
    );
    Ok(judged)
}

struct Judge {
    folder: PathBuf,
}

impl Judge {
    fn run(&self, data: &str, arguments: &[&str]) -> Ran {
        let mut command = Program::Testing.on(&self.folder.join(data));
        command.env_remove("THADS_DEFECT").env("THADS_STORAGE", workload::STORAGE_TO_JUDGE);
        ran(command.arg("--json").args(arguments))
    }

    /// Runs a command that must succeed and say records and root.
    fn kept(&self, data: &str, arguments: &[&str]) -> Result<Kept, String> {
        let done = self.run(data, arguments);
        let said = serde_json::from_str::<Value>(&done.out).unwrap_or_default();
        let said = if said["summary"].is_object() { &said["summary"] } else { &said };
        match (done.status, said["records"].as_u64(), said["root"].as_str()) {
            (Some(0), Some(records), Some(root)) => Ok((records, root.to_owned())),
            _ => Err(format!("{} on {data}: {done:?}", arguments[0])),
        }
    }

    fn judge(&self, case: &Case, [first, second]: [&Kept; 2]) -> Result<(), String> {
        let backup = self.folder.join("backup");
        let backup = backup.to_str().unwrap();
        // The ledger that was brought back is there whole, or not at all; and then it can be asked for.
        let again = self.run("again", &["restore", backup]);
        let is_there = again.status == Some(1) && again.err.contains("is not empty");
        if case.back && !is_there {
            return Err(format!("what was brought back is gone: {again:?}"));
        }
        if is_there {
            let found = self.kept("again", &["verify"])?;
            if found != *second {
                return Err(format!("brought back were {found:?} instead of {second:?}"));
            }
        }
        // The backup is the last that was acknowledged, or the one that was being made.
        match (case.backups.last(), self.kept("copy", &["restore", backup])) {
            (Some(last), Ok(found)) if found == *last || (last == first && found == *second) => {}
            (None, Ok(found)) if found == *first => {}
            (None, Err(_)) if !self.folder.join("copy").exists() => {}
            (Some(_), Err(why)) => return Err(format!("an acknowledged backup does not come back: {why}")),
            (last, found) => return Err(format!("the backup is {found:?}, acknowledged was {last:?}")),
        }
        if self.folder.join("copy").exists() {
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
