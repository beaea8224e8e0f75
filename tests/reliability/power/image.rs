//! One thing that a disk may hold after the power went away: chosen by dice, and written out to be opened.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use super::dice::Dice;
use super::disk::{Disk, Node, ROOT, What};
use super::names::{Id, Model, Table};

/// What becomes of bytes that were written and not synced.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Data {
    /// Each page of so many bytes comes through in so many tenths of cases; lengths likewise.
    Pages { bytes: usize, tenths: u32 },
    /// In the order of the calls up to one of them, which is torn.
    Prefix,
}

/// How an image is chosen.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Choice {
    pub(super) names: Model,
    pub(super) name_tenths: u32,
    pub(super) data: Data,
    /// Room that a file newly got shows what lay there before, not zeros, until its bytes came through.
    pub(super) stale: bool,
}

impl Choice {
    /// Everything is kept: what a kill leaves.
    pub(super) const KILL: Choice = Choice {
        names: Model::Journal,
        name_tenths: 10,
        data: Data::Pages { bytes: 4096, tenths: 10 },
        stale: false,
    };

    pub(super) fn any(dice: &mut Dice) -> Choice {
        const TENTHS: [u32; 5] = [0, 1, 5, 9, 10];
        let names = dice.pick(&[Model::Journal, Model::Strict]);
        let data = match dice.below(6) {
            0 => Data::Prefix,
            _ => Data::Pages { bytes: dice.pick(&[512, 4096]), tenths: dice.pick(&TENTHS) },
        };
        Choice { names, name_tenths: dice.pick(&TENTHS), data, stale: dice.below(4) == 0 }
    }

    /// Whether nothing is lost, so that a restart sees what a killed process left.
    pub(super) fn keeps_all(&self) -> bool {
        self.name_tenths == 10 && matches!(self.data, Data::Pages { tenths: 10, .. })
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = match self.names {
            Model::Journal => "names in journal order",
            Model::Strict => "names each by itself",
        };
        write!(f, "{names} ({}/10), ", self.name_tenths)?;
        match self.data {
            Data::Pages { bytes, tenths } => write!(f, "pages of {bytes} ({tenths}/10)")?,
            Data::Prefix => write!(f, "writes in order, the last torn")?,
        }
        if self.stale { write!(f, ", new room shows old bytes") } else { Ok(()) }
    }
}

/// Folders (`None`) and files by path, parents first.
pub(super) type Image = BTreeMap<String, Option<Arc<Vec<u8>>>>;

/// Chooses what is left of the disk as it stands now.
pub(super) fn after_crash(disk: &Disk, choice: &Choice, dice: &mut Dice) -> Image {
    let table = disk.names(choice.names).after_crash(choice.names, choice.name_tenths, dice);
    let calls: BTreeSet<usize> =
        disk.nodes.iter().flat_map(|node| &node.pending).map(|change| change.call).collect();
    let torn = calls.iter().nth(dice.below(calls.len() + 1)).copied().unwrap_or(usize::MAX);
    let contents: Vec<Arc<Vec<u8>>> =
        disk.nodes.iter().map(|node| content(node, choice, torn, dice)).collect();
    let mut image = Image::new();
    list(disk, &table, &contents, ROOT, "", &mut image);
    image
}

fn list(disk: &Disk, table: &Table, contents: &[Arc<Vec<u8>>], folder: Id, path: &str, image: &mut Image) {
    for ((_, name), id) in table.range((folder, String::new())..(folder + 1, String::new())) {
        let path = if path.is_empty() { name.clone() } else { format!("{path}/{name}") };
        if disk.nodes[*id].folder {
            image.insert(path.clone(), None);
            list(disk, table, contents, *id, &path, image);
        } else {
            image.insert(path, Some(Arc::clone(&contents[*id])));
        }
    }
}

/// Chooses a file's bytes. A page shows the state after one of the changes that touched it: what came through last
/// carries all before it, since a page goes out whole. The length is chosen likewise, by itself.
fn content(node: &Node, choice: &Choice, torn: usize, dice: &mut Dice) -> Arc<Vec<u8>> {
    if node.pending.is_empty() {
        return Arc::clone(&node.durable);
    }
    let (page, tenths) = match choice.data {
        Data::Pages { bytes, tenths } => (bytes, tenths),
        Data::Prefix => (512, 5),
    };
    let mut came = |call: usize| match choice.data {
        Data::Pages { .. } => dice.rng(tenths),
        Data::Prefix => call < torn || (call == torn && dice.rng(tenths)),
    };
    let mut last_of_page: BTreeMap<usize, usize> = BTreeMap::new();
    let mut length = node.durable.len();
    let mut longest = length;
    let mut before = length;
    for (index, change) in node.pending.iter().enumerate() {
        let after = usize::try_from(change.length).unwrap();
        for touched in pages(&change.what, before, after, page) {
            let entry = last_of_page.entry(touched).or_default();
            if came(change.call) {
                *entry = index + 1;
            }
        }
        if after != before && came(change.call) {
            length = after;
        }
        before = after;
        longest = longest.max(after);
    }
    let mut bytes = node.durable.to_vec();
    bytes.resize(longest.next_multiple_of(page), 0);
    if choice.stale {
        for (touched, last) in &last_of_page {
            if *last == 0 && touched * page >= node.durable.len() {
                dice.fill(&mut bytes[touched * page..(touched + 1) * page]);
            }
        }
    }
    let mut before = node.durable.len();
    for (index, change) in node.pending.iter().enumerate() {
        let after = usize::try_from(change.length).unwrap();
        for touched in pages(&change.what, before, after, page) {
            if last_of_page[&touched] > index {
                show(&change.what, touched * page..(touched + 1) * page, before.min(after), &mut bytes);
            }
        }
        before = after;
    }
    bytes.truncate(length);
    Arc::new(bytes)
}

/// The pages that a change touches.
fn pages(what: &What, before: usize, after: usize, page: usize) -> std::ops::Range<usize> {
    let (from, to) = match what {
        What::Write { offset, bytes } => {
            let from = usize::try_from(*offset).unwrap();
            (from, from + bytes.len())
        }
        What::Length => (after.min(before), before.max(after)),
    };
    if from == to { 0..0 } else { from / page..to.div_ceil(page) }
}

/// Shows in one page what a change did there.
fn show(what: &What, page: std::ops::Range<usize>, shorter: usize, bytes: &mut [u8]) {
    match what {
        What::Write { offset, bytes: written } => {
            let at = usize::try_from(*offset).unwrap();
            let (from, to) = (page.start.max(at), page.end.min(at + written.len()));
            bytes[from..to].copy_from_slice(&written[from - at..to - at]);
        }
        What::Length => bytes[page.start.max(shorter)..page.end].fill(0),
    }
}

/// Writes an image into an empty folder; pages of zeros stay holes.
pub(super) fn write(image: &Image, root: &Path) {
    const HOLE: usize = 4096;
    for (path, content) in image {
        let path = root.join(path);
        let Some(bytes) = content else {
            fs::create_dir(path).unwrap();
            continue;
        };
        let file = File::create(path).unwrap();
        file.set_len(u64::try_from(bytes.len()).unwrap()).unwrap();
        for (index, page) in bytes.chunks(HOLE).enumerate() {
            if page.iter().any(|byte| *byte != 0) {
                file.write_all_at(page, u64::try_from(index * HOLE).unwrap()).unwrap();
            }
        }
    }
}
