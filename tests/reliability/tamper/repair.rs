//! Folders and segments are lost or damaged: from the other copy the same root and the same report come back, it is said, and
//! the damaged file is kept. Where both copies are damaged at one place that is named, and nothing is written.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use thads_ledger::OpenError;

use super::judge;
use super::layout::Layout;
use super::ledgers::{Copy, Ledger};
use super::random::Random;
use crate::support::{Program, each};

/// Every file of a folder with its bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.filter(|path| path.is_file()).map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

/// Whether a folder holds a file with these bytes that was set aside.
fn is_kept(folder: &Path, bytes: &[u8]) -> bool {
    let aside = |path: &PathBuf| path.to_string_lossy().contains(".aside-");
    files(folder).into_iter().any(|(path, kept)| aside(&path) && kept == bytes)
}

/// Folders and files are deleted, and the program's `doctor` is asked.
pub(crate) fn lost(ledger: &Ledger) -> (Vec<String>, String) {
    let segments = ledger.segments();
    let (first, middle, last) = (&segments[0], &segments[segments.len() / 2], &segments[segments.len() - 1]);
    assert!(segments.len() > 2);
    let losses: [(&str, Vec<PathBuf>, &str); 7] = [
        ("sled", vec![ledger.data.join("sled")], "behind the segments"),
        ("snapshots", vec![ledger.data.join("snapshots")], ""),
        ("the first segment", vec![first.clone()], "restored from sled"),
        ("a middle segment", vec![middle.clone()], "restored from sled"),
        ("the last segment", vec![last.clone()], "restored from sled"),
        ("all segments", segments.clone(), "restored from sled"),
        ("the folder of segments", vec![ledger.data.join("wal")], "restored from sled"),
    ];
    let tried = losses.len();
    let found = each(u64::try_from(tried).unwrap(), |number| {
        let (name, paths, words) = &losses[usize::try_from(number).unwrap()];
        let copy = ledger.copy();
        for path in paths {
            let path = copy.file(ledger, path);
            if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.unwrap();
        }
        let doctor = Program::Testing.run(&copy.data, &["--lang", "en", "doctor"]);
        if doctor.status != Some(0) || !doctor.out.contains(words) {
            return Some(format!("{name}: exit {:?}: {}{}", doctor.status, doctor.out, doctor.err));
        }
        let seen = match judge::open(&copy.data, true) {
            Ok(seen) => seen,
            Err(error) => return Some(format!("{name}: {error}")),
        };
        if !seen.said.is_empty() {
            return Some(format!("{name}: opened again: {:?}", seen.said));
        }
        judge::differs(&copy.data, ledger, &seen).map(|what| format!("{name}: {what}"))
    });
    (found.into_iter().flatten().collect(), format!("{tried} deleted and restored"))
}

/// Overwrites some bytes of a file, as a bad sector or a stray write would: other bytes, or zeros.
fn scribble(path: &Path, end: usize, random: &mut Random) -> (Vec<u8>, String) {
    let mut bytes = fs::read(path).unwrap();
    let length = 1 << random.of(0..13);
    let at = random.of(0..end);
    let zeros = random.of(0..3) == 0;
    let until = (at + length).min(bytes.len());
    for byte in &mut bytes[at..until] {
        *byte = if zeros { 0 } else { *byte ^ random.change() };
    }
    fs::write(path, &bytes).unwrap();
    (bytes, format!("{} bytes {at}..{until}{}", path.display(), if zeros { " zeroed" } else { "" }))
}

/// sled's files are scribbled over, cut or deleted.
pub(crate) fn damaged_sled(ledger: &Ledger, seed: u64, rounds: u64) -> (Vec<String>, String) {
    let found = each(rounds, |round| {
        let mut random = Random::new(seed, &format!("sled damaged {round}"));
        let copy = ledger.copy();
        let paths: Vec<PathBuf> = files(&copy.data.join("sled")).into_keys().collect();
        let path = &paths[random.of(0..paths.len())];
        let bytes = fs::read(path).unwrap();
        let end = bytes.iter().rposition(|byte| *byte != 0).map_or(1, |last| last + 1);
        let place = match round % 5 {
            3 => {
                let length = random.of(0..end);
                fs::write(path, &bytes[..length]).unwrap();
                format!("{} cut to {length} bytes", path.display())
            }
            4 => {
                fs::remove_file(path).unwrap();
                format!("{} deleted", path.display())
            }
            _ => scribble(path, end, &mut random).1,
        };
        let wrong = match judge::open(&copy.data, true) {
            Ok(seen) => judge::differs(&copy.data, ledger, &seen),
            Err(error) => Some(error.to_string()),
        };
        wrong.map(|what| format!("round {round}: {place}: {what}"))
    });
    (found.into_iter().flatten().collect(), format!("{rounds} times"))
}

/// A segment is scribbled over.
pub(crate) fn damaged_segment(ledger: &Ledger, seed: u64, rounds: u64) -> (Vec<String>, String) {
    let segments = ledger.segments();
    let found = each(rounds, |round| {
        let mut random = Random::new(seed, &format!("segment damaged {round}"));
        let copy = ledger.copy();
        let segment = &segments[random.of(0..segments.len())];
        let whole = fs::read(segment).unwrap();
        let path = copy.file(ledger, segment);
        let (damaged, place) = scribble(&path, Layout::of(&whole).end(), &mut random);
        if damaged == whole {
            return None;
        }
        let wrong = match judge::open(&copy.data, true) {
            Ok(seen) if seen.said.is_empty() => Some("not said".into()),
            Ok(_) if fs::read(&path).unwrap() != whole => Some("not restored byte for byte".into()),
            Ok(_) if !is_kept(&copy.data.join("wal"), &damaged) => {
                Some("the damaged file is not kept".into())
            }
            Ok(seen) => judge::differs(&copy.data, ledger, &seen),
            Err(error) => Some(error.to_string()),
        };
        wrong.map(|what| format!("round {round}: {place}: {what}"))
    });
    (found.into_iter().flatten().collect(), format!("{rounds} times"))
}

/// Changes bytes of a record wherever sled's files hold it; returns how often that was.
fn flip_in_sled(copy: &Copy, needle: &[u8]) -> usize {
    let mut found = 0;
    for (path, mut bytes) in files(&copy.data.join("sled")) {
        let places: Vec<usize> = bytes
            .windows(needle.len())
            .enumerate()
            .filter(|(_, at)| *at == needle)
            .map(|(at, _)| at)
            .collect();
        for at in &places {
            bytes[at + 5] ^= 0x10;
        }
        if !places.is_empty() {
            fs::write(path, bytes).unwrap();
        }
        found += places.len();
    }
    found
}

/// Where each record lies: its segment, and its range there.
fn places(ledger: &Ledger) -> Vec<(PathBuf, std::ops::Range<usize>)> {
    let of = |path: PathBuf| {
        let records = Layout::of(&fs::read(&path).unwrap()).records();
        records.into_iter().map(move |range| (path.clone(), range)).collect::<Vec<_>>()
    };
    ledger.segments().into_iter().flat_map(of).collect()
}

/// Both copies are damaged, at one place and at two.
pub(crate) fn both(ledger: &Ledger, seed: u64, rounds: u64) -> (Vec<String>, String) {
    let places = places(ledger);
    let found = each(2 * rounds, |round| {
        let mut random = Random::new(seed, &format!("both {round}"));
        let position = random.of(1..places.len());
        let same = round % 2 == 0;
        // Far away, so that it lies on another page of sled.
        let other = if same { position } else { (position + places.len() / 2) % places.len() };
        let copy = ledger.copy();
        let (segment, range) = &places[position];
        let path = copy.file(ledger, segment);
        let mut bytes = fs::read(&path).unwrap();
        bytes[range.start + 30] ^= 0x10;
        fs::write(&path, &bytes).unwrap();
        // Its previous leaf and what follows: bytes that stand nowhere else.
        let record = &ledger.records[other];
        if flip_in_sled(&copy, &record[25..60]) == 0 {
            return Some(format!("sled does not hold record {other}"));
        }
        let before = files(&copy.data.join("wal"));
        let wrong = match judge::open(&copy.data, true) {
            Ok(seen) if same => Some(format!("opened: {:?}", seen.said)),
            Ok(seen) => judge::differs(&copy.data, ledger, &seen),
            Err(OpenError::Damaged { first, end, .. }) if same => {
                let position = u64::try_from(position).unwrap();
                let named = first <= position && end.is_none_or(|end| position < end);
                let touched = files(&copy.data.join("wal")) != before;
                (!named || touched).then(|| format!("named {first} to {end:?}, files changed: {touched}"))
            }
            Err(error) => Some(error.to_string()),
        };
        wrong.map(|what| format!("round {round}: record {position} and in sled {other}: {what}"))
    });
    (found.into_iter().flatten().collect(), format!("{rounds} times at one place, {rounds} at two"))
}
