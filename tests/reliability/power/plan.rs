//! Which images are made and judged: of the workload, and of recoveries that are cut in their turn.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, mpsc};

use super::dice::Dice;
use super::disk::Disk;
use super::image::{self, Choice, Data, Image};
use super::judge::{Judge, Promises};
use super::names::Model;
use super::notes::{self, Call, Notes};
use super::recording::{self, Recorder};
use super::{Options, keeping, tally, workload, writers};
use crate::Verdict;
use crate::support::{self, Progress};

/// Actions of the workload: founding, then so many, then after a reopening up to so many.
const FIRST: usize = 150;
const SECOND: usize = 240;
/// Notes that writers send side by side after that.
const NOTES: usize = 160;
/// Actions of the workload that is recorded under strace, or judged at every call.
const FEW: usize = 12;
/// Images that are cut from one recorded recovery.
const CUTS: usize = 5;
/// Actions that a recorded recovery takes.
const AFTERWARDS: usize = 3;

/// One image to judge.
struct Case {
    index: String,
    choice: Choice,
    point: usize,
    image: Image,
    promises: Promises,
    doctor_first: bool,
}

/// What was judged.
#[derive(Default)]
struct Tally {
    judged: usize,
    acknowledgements: usize,
    by_names: BTreeMap<Model, usize>,
    by_data: BTreeMap<String, usize>,
    stale: usize,
    nothing_cut: usize,
    broken: Vec<String>,
}

/// Records, makes images, judges.
pub(super) fn run(options: &Options) -> Result<Verdict, String> {
    let scratch = support::folder();
    let library = recording::compile(scratch.path())?;
    compare_counts(scratch.path(), &library)?;
    let notes = match &options.notes {
        Some(file) => notes::read(&fs::read(file).map_err(|error| error.to_string())?)?,
        None => record_workload(scratch.path(), &library, options.every_call)?,
    };
    println!(
        "power: {} calls recorded, {} acknowledgements: {}",
        notes.calls.len(),
        recording::acknowledged(&notes.calls, notes.calls.len()).len(),
        notes.counts.iter().map(|(sort, count)| format!("{sort} {count}")).collect::<Vec<_>>().join(", ")
    );
    let places = if options.every_call { every_call(&notes) } else { at_random(options, &notes) };
    let mut main = judge_all(scratch.path(), places.len(), |send| walk(options, &notes, &places, send))?;
    let mut nested = Tally::default();
    if !options.every_call && options.only.is_none() && options.nested > 0 {
        nested = judge_all(scratch.path(), options.nested, |send| {
            cut_recoveries(options, &notes, scratch.path(), &library, send)
        })?;
    }
    say("of the workload", &main);
    say("of recoveries", &nested);
    let kept = if options.every_call || options.only.is_some() || options.backups == 0 {
        Vec::new()
    } else {
        keeping::run(options, scratch.path(), &library)?
    };
    let failing = main.broken.len() + nested.broken.len();
    if failing > 0 && options.notes.is_none() {
        let kept = std::env::temp_dir().join(format!("thads-power-{}.notes", options.seed));
        fs::copy(scratch.path().join("workload").join("notes"), &kept).map_err(|error| error.to_string())?;
        println!(
            "power: the calls are kept; --seed {} --notes {} --only INDEX judges an image again",
            options.seed,
            kept.display()
        );
    }
    let tried = format!(
        "power, seed {}: {} images, {} acknowledgements at stake; {} nested images, {} at stake; {} images of backups; {} images \
         broken",
        options.seed,
        main.judged,
        main.acknowledgements,
        nested.judged,
        nested.acknowledgements,
        kept.len(),
        failing + kept.iter().flatten().count()
    );
    main.broken.append(&mut nested.broken);
    main.broken.extend(kept.into_iter().flatten());
    Ok(Verdict { broken: main.broken, tried })
}

/// Records a small workload under strace too; the counts must be equal.
fn compare_counts(scratch: &Path, library: &Path) -> Result<(), String> {
    if Command::new("strace").arg("-V").output().is_err() {
        println!("power: SKIPPED: no strace, so nobody counts the recorder's calls again");
        return Ok(());
    }
    let folder = scratch.join("counted");
    fs::create_dir(&folder).unwrap();
    let recorder = Recorder::new(&folder, library, true);
    recorder.run(&workload::INIT, &[])?;
    recorder.run(&["record", "-"], &workload::actions(0, FEW))?;
    recorder.run(&["doctor"], &[])?;
    let (count, different) =
        tally::differences(&recorder.notes()?, &recorder.traced(), recorder.disk.to_str().unwrap());
    fs::remove_dir_all(&folder).unwrap();
    if !different.is_empty() {
        return Err(different.join("; "));
    }
    println!("power: {count} calls on the data directory, counted alike by the recorder and strace");
    if count == 0 { Err("strace saw no call at all".into()) } else { Ok(()) }
}

/// How much is recorded.
#[derive(Clone, Copy)]
struct Work {
    first: usize,
    alone: usize,
    notes: usize,
}

fn work(few: bool) -> Work {
    if few {
        Work { first: FEW, alone: FEW + 6, notes: 0 }
    } else {
        Work { first: FIRST, alone: SECOND, notes: NOTES }
    }
}

fn record_workload(scratch: &Path, library: &Path, few: bool) -> Result<Notes, String> {
    let folder = scratch.join("workload");
    fs::create_dir(&folder).unwrap();
    let recorder = Recorder::new(&folder, library, false);
    let work = work(few);
    recorder.run(&workload::INIT, &[])?;
    recorder.run(&["record", "-"], &workload::actions(0, work.first))?;
    recorder.run(&["record", "-"], &workload::actions(work.first, work.alone))?;
    if work.notes > 0 {
        writers::run(&recorder, work.notes)?;
    }
    let notes = recorder.notes()?;
    let acknowledged = recording::acknowledged(&notes.calls, notes.calls.len()).len();
    if acknowledged != 1 + work.alone + work.notes {
        return Err(format!("the recorder noted {acknowledged} acknowledgements"));
    }
    fs::remove_dir_all(&recorder.disk).unwrap();
    Ok(notes)
}

/// Crash points (calls that happened) and choices, by the image's number. One of ten falls into the founding.
fn at_random(options: &Options, notes: &Notes) -> Vec<(usize, Choice)> {
    let places = (0..options.images).map(|index| {
        let mut dice = Dice::new(options.seed, number(index));
        let calls = if index % 10 == 0 { founded(notes) } else { notes.calls.len() };
        (dice.below(calls + 1), Choice::any(&mut dice))
    });
    places.collect()
}

/// How many calls it took until the founding was acknowledged.
fn founded(notes: &Notes) -> usize {
    let is_founding = |call: &Call| matches!(call, Call::Acknowledge { .. });
    notes.calls.iter().position(is_founding).map_or(0, |call| call + 1)
}

fn every_call(notes: &Notes) -> Vec<(usize, Choice)> {
    let nothing = Choice {
        names: Model::Strict,
        name_tenths: 0,
        data: Data::Pages { bytes: 512, tenths: 0 },
        stale: false,
    };
    (0..=notes.calls.len()).flat_map(|point| [(point, nothing), (point, Choice::KILL)]).collect()
}

fn number(index: usize) -> u64 {
    u64::try_from(index).unwrap()
}

/// Walks through the calls once and makes each image where its crash point is reached.
fn walk(
    options: &Options,
    notes: &Notes,
    places: &[(usize, Choice)],
    send: &mpsc::SyncSender<Case>,
) -> Result<Vec<String>, String> {
    let mut order: Vec<usize> = (0..places.len()).collect();
    order.retain(|index| options.only.is_none_or(|only| only == *index));
    order.sort_by_key(|index| places[*index].0);
    let work = work(options.every_call);
    let mut disk = Disk::empty();
    for index in order {
        let (point, choice) = places[index];
        for call in &notes.calls[disk.calls..point] {
            disk.apply(call)?;
        }
        let mut dice = Dice::new(options.seed, number(index) + (1 << 32));
        let image = image::after_crash(&disk, &choice, &mut dice);
        let answers = recording::acknowledged(&notes.calls, point);
        let mut promises = Promises::of(&answers, work.alone, work.notes)?;
        promises.sled_sound = choice.keeps_all();
        let case =
            Case { index: index.to_string(), choice, point, image, promises, doctor_first: index % 2 == 1 };
        send.send(case).map_err(|_| "the judges have ended")?;
    }
    Ok(Vec::new())
}

/// What an image whose recovery is cut was left by, and what it is cut by.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Twice {
    /// Two kills, the second before the ledger is open: there sled must be sound as well.
    Kills,
    /// A kill, then a power cut: what the killed process had not synced is still not durable.
    KillThenCut,
    /// Two power cuts.
    Cuts,
}

impl Twice {
    fn of(base: usize) -> Twice {
        [Twice::Kills, Twice::Cuts, Twice::KillThenCut][base % 3]
    }
}

/// The next point at which a block is written and not yet synced.
fn behind_a_write(notes: &Notes, point: usize) -> usize {
    let is_block = |call: &Call| {
        matches!(call, Call::Write { offset, bytes, .. }
            if offset.is_multiple_of(512) && !bytes.is_empty() && bytes.len().is_multiple_of(512)
                && bytes.starts_with(&thads_proof::block::MAGIC))
    };
    notes.calls[point..].iter().position(is_block).map_or(point, |behind| point + behind + 1)
}

/// Records the recoveries of images, and cuts them.
fn cut_recoveries(
    options: &Options,
    notes: &Notes,
    scratch: &Path,
    library: &Path,
    send: &mpsc::SyncSender<Case>,
) -> Result<Vec<String>, String> {
    let mut disk = Disk::empty();
    let bases = options.nested.div_ceil(CUTS);
    let founded = founded(notes);
    let rest = notes.calls.len() - founded;
    let mut points: Vec<(usize, usize)> = (0..bases)
        .map(|base| {
            let within = Dice::new(options.seed, number(base) + (2 << 32)).below(rest + 1);
            let point = founded + (rest * base + within) / bases;
            let point =
                if Twice::of(base) == Twice::KillThenCut { behind_a_write(notes, point) } else { point };
            (point, base)
        })
        .collect();
    points.sort_unstable();
    let mut broken = Vec::new();
    for (point, base) in points {
        for call in &notes.calls[disk.calls..point] {
            disk.apply(call)?;
        }
        let mut dice = Dice::new(options.seed, number(base) + (3 << 32));
        let twice = Twice::of(base);
        let choice = if twice == Twice::Cuts { Choice::any(&mut dice) } else { Choice::KILL };
        let before = recording::acknowledged(&notes.calls, point);
        let folder = scratch.join("recovery");
        fs::create_dir_all(folder.join("disk")).unwrap();
        image::write(&image::after_crash(&disk, &choice, &mut dice), &folder.join("disk"));
        let mut inner = match twice {
            Twice::KillThenCut => disk.after_kill(&folder.join("disk")),
            Twice::Kills | Twice::Cuts => Disk::of_folder(&folder.join("disk")),
        };
        let begun = inner.calls;
        let recorder = Recorder::new(&folder, library, false);
        let work = work(false);
        let next = Promises::of(&before, work.alone, work.notes)?;
        let more = match next.unanswered.first() {
            Some(number) if *number < work.alone => (*number..work.alone).take(AFTERWARDS).collect(),
            _ => next.unanswered.iter().copied().take(AFTERWARDS).collect::<Vec<_>>(),
        };
        let more: Vec<String> = more.into_iter().map(|number| workload::action(number).to_string()).collect();
        if let Err(error) = recorder.run(&["record", "-"], &more) {
            broken.push(format!("recovery {base} ({choice}, after call {point}): {error}"));
            fs::remove_dir_all(&folder).unwrap();
            continue;
        }
        let recovery = recorder.notes()?;
        fs::remove_dir_all(&folder).unwrap();
        let opening = recovery.calls.iter().position(|call| matches!(call, Call::Acknowledge { .. }));
        let all = recovery.calls.len();
        let end = if twice == Twice::Kills { opening.unwrap_or(all) } else { all };
        // Spread, so that no stretch of a few calls is missed by all of them.
        let mut cuts: Vec<usize> =
            (0..CUTS).map(|which| (end * which + dice.below(end + 1)) / CUTS).collect();
        if let (Twice::KillThenCut, Some(opening)) = (twice, opening) {
            cuts[0] = opening + 1; // the first answer may be about what the killed process wrote
            cuts.sort_unstable();
        }
        for (which, cut) in cuts.into_iter().enumerate() {
            for call in &recovery.calls[inner.calls - begun..cut] {
                inner.apply(call)?;
            }
            let choice = if twice == Twice::Kills { Choice::KILL } else { Choice::any(&mut dice) };
            let image = image::after_crash(&inner, &choice, &mut dice);
            let mut answers = before.clone();
            answers.extend(recording::acknowledged(&recovery.calls, cut));
            let mut promises = Promises::of(&answers, work.alone, work.notes)?;
            promises.sled_sound = twice == Twice::Kills;
            let index = format!("{base}.{which}");
            let case = Case { index, choice, point: cut, image, promises, doctor_first: which % 2 == 1 };
            send.send(case).map_err(|_| "the judges have ended")?;
        }
    }
    Ok(broken)
}

/// Makes images in this thread and judges them in others. `make` returns what it found broken itself.
fn judge_all(
    scratch: &Path,
    images: usize,
    make: impl FnOnce(&mpsc::SyncSender<Case>) -> Result<Vec<String>, String>,
) -> Result<Tally, String> {
    let defect = std::env::var("THADS_DEFECT").ok().filter(|name| name == "generating-kept");
    let judges = std::thread::available_parallelism().map_or(2, usize::from).min(8);
    let tally = Mutex::new(Tally::default());
    let progress = Progress::new("images", number(images));
    let (send, cases) = mpsc::sync_channel::<Case>(2);
    let cases = Mutex::new(cases);
    let made = std::thread::scope(|scope| {
        for judge in 0..judges {
            let folder = scratch.join(format!("judge-{judge}"));
            let (cases, tally, progress, defect) = (&cases, &tally, &progress, defect.as_deref());
            scope.spawn(move || {
                loop {
                    let Ok(case) = cases.lock().unwrap().recv() else { return };
                    let found = judge_one(&folder, &case, defect);
                    tally.lock().unwrap().add(&case, found);
                    progress.one();
                }
            });
        }
        let made = make(&send);
        drop(send);
        made
    });
    let mut tally = tally.into_inner().unwrap();
    tally.broken.extend(made?);
    Ok(tally)
}

fn judge_one(folder: &Path, case: &Case, defect: Option<&str>) -> Result<(), String> {
    let disk = folder.join("disk");
    fs::create_dir_all(&disk).unwrap();
    image::write(&case.image, &disk);
    let data = disk.join("data");
    let judge = Judge { folder, data: &data, doctor_first: case.doctor_first, defect };
    let found = judge.judge(&case.promises);
    fs::remove_dir_all(folder).unwrap();
    found
}

impl Tally {
    fn add(&mut self, case: &Case, found: Result<(), String>) {
        self.judged += 1;
        self.acknowledgements += case.promises.count();
        *self.by_names.entry(case.choice.names).or_default() += 1;
        let data = match case.choice.data {
            Data::Pages { tenths, .. } => format!("pages kept {tenths}/10"),
            Data::Prefix => "torn prefix".to_owned(),
        };
        *self.by_data.entry(data).or_default() += 1;
        self.stale += usize::from(case.choice.stale);
        self.nothing_cut += usize::from(case.promises.sled_sound);
        if let Err(why) = found {
            let broken = format!("image {} ({}, after call {}): {why}", case.index, case.choice, case.point);
            support::say_broken(&broken);
            self.broken.push(broken);
        }
    }
}

fn say(which: &str, tally: &Tally) {
    if tally.judged == 0 {
        return;
    }
    let names = |model| tally.by_names.get(&model).copied().unwrap_or(0);
    let data: Vec<String> = tally.by_data.iter().map(|(data, count)| format!("{data}: {count}")).collect();
    println!(
        "power: images {which}: {}; names in journal order {}, each by itself {}; {}; old bytes in new room {}; nothing \
         cut off {}; {} acknowledgements at stake; {} broken",
        tally.judged,
        names(Model::Journal),
        names(Model::Strict),
        data.join(", "),
        tally.stale,
        tally.nothing_cut,
        tally.acknowledgements,
        tally.broken.len()
    );
}
