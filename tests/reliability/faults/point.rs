//! Where a run can fail: a system call by its name, file and number, and an error that fits it.

use std::collections::BTreeMap;
use std::fmt;

use crate::support::Chance;

/// One failing call.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Point {
    name: String,
    /// Below the data directory.
    path: String,
    /// From 1.
    nth: usize,
    error: String,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} {}", self.name, self.path, self.nth, self.error)
    }
}

impl std::str::FromStr for Point {
    type Err = String;

    fn from_str(text: &str) -> Result<Point, String> {
        let parts: Vec<&str> = text.split(' ').collect();
        let [name, path, nth, error] = parts[..] else {
            return Err(format!("{text:?}: NAME PATH NTH ERROR"));
        };
        let nth = nth.parse().map_err(|error| format!("{nth}: {error}"))?;
        Ok(Point { name: name.into(), path: path.into(), nth, error: error.into() })
    }
}

/// The errors that a call of that name can have.
fn errors(name: &str) -> &'static [&'static str] {
    match name {
        "open" => &["EIO", "EMFILE", "ENOSPC", "EINTR"],
        "opendir" => &["EIO", "EMFILE"],
        "read" | "pread" => &["EIO", "SHORT", "EINTR"],
        "write" | "pwrite" => &["EIO", "ENOSPC", "SHORT", "EINTR"],
        "fsync" | "fdatasync" => &["EIO", "ENOSPC", "EINTR"],
        "syncfs" | "sync_file_range" | "rename" | "link" | "mkdir" | "ftruncate" | "fallocate"
        | "copy_file_range" => &["EIO", "ENOSPC"],
        "flock" => &["EIO", "EINTR"],
        _ => &["EIO"],
    }
}

/// Every point of a run, from its notes.
pub(crate) fn all(notes: &str) -> Vec<Point> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for line in notes.lines() {
        *counts.entry(line).or_default() += 1;
    }
    let mut points = Vec::new();
    for (line, count) in counts {
        let Some((name, path)) = line.split_once(' ') else { continue };
        for error in errors(name) {
            let at = |nth| Point { name: name.into(), path: path.into(), nth, error: (*error).into() };
            points.extend((1..=count).map(at));
        }
    }
    points
}

/// A sample: one of each call on each sort of file, of those that decide over an acknowledgement one with each error;
/// then evenly from sort to sort until there are `wanted`.
pub(crate) fn sample(points: &[Point], wanted: usize, rng: &mut Chance) -> Vec<Point> {
    let mut sorts: BTreeMap<(String, String, &str), Vec<&Point>> = BTreeMap::new();
    for point in points {
        let file = point.path.replace(|letter: char| letter.is_ascii_digit(), "");
        let error = if point.decides() { point.error.as_str() } else { "" };
        sorts.entry((point.name.clone(), file, error)).or_default().push(point);
    }
    let mut chosen = Vec::new();
    while chosen.len() < wanted && !sorts.is_empty() {
        for of_sort in sorts.values_mut() {
            chosen.push(of_sort.swap_remove(rng.index(of_sort.len())).clone());
        }
        sorts.retain(|_, of_sort| !of_sort.is_empty());
    }
    chosen
}

impl Point {
    /// Whether an acknowledgement rests on this call.
    fn decides(&self) -> bool {
        let file = self.path.as_str();
        let rests = file.ends_with(".seg") || ["vault/entries", "keys/keyring"].contains(&file);
        rests && ["pwrite", "fdatasync"].contains(&self.name.as_str())
    }
}

/// The calls on which an acknowledgement rests, for runs with many writers: these write in fewer blocks.
pub(crate) fn decisive(points: &[Point]) -> Vec<Point> {
    const NTH_MAX: usize = 25;
    let decides = |point: &&Point| {
        point.decides()
            && point.error != "EINTR"
            && point.nth <= NTH_MAX
            && (!point.path.ends_with(".seg") || point.path.ends_with("0000000000.seg"))
    };
    points.iter().filter(decides).cloned().collect()
}
