//! Bits of sled's files are flipped. Plain sled shortens such a log without a word; the ledger finds it or loses nothing.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use super::judge;
use super::ledgers::Ledger;
use super::random::Random;
use crate::support::{copy, each, folder};

/// What sled alone makes of its files.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Plain {
    /// Everything is there.
    Nothing,
    /// It opens without a word, and so many of its entries are gone or others.
    Shortened(usize),
    /// It panics when it opens or is read.
    Panic,
    /// It says that something is wrong when it opens or is read.
    Refused,
    /// It neither opens nor fails.
    Hung,
}

/// What is in sled: keys and values of its two trees, sorted.
type Entries = Vec<(Vec<u8>, Vec<u8>)>;

fn entries(path: &Path) -> sled::Result<Entries> {
    let config = sled::Config::new().path(path).mode(sled::Mode::LowSpace).segment_size(16 << 20);
    let db = config.cache_capacity(16 << 20).flush_every_ms(None).open()?;
    let mut all = Vec::new();
    for tree in ["runs", "headers"] {
        for entry in &db.open_tree(tree)? {
            let (key, value) = entry?;
            all.push((key.to_vec(), value.to_vec()));
        }
    }
    all.sort();
    Ok(all)
}

/// Opens sled's files with sled alone, in a thread of its own.
fn plain(path: &Path, whole: &Entries) -> Plain {
    let (done, opened) = mpsc::channel();
    let path = path.to_path_buf();
    std::thread::spawn(move || {
        let _ = done.send(catch_unwind(AssertUnwindSafe(|| entries(&path))));
    });
    match opened.recv_timeout(Duration::from_secs(60)) {
        Ok(Ok(Ok(found))) if found == *whole => Plain::Nothing,
        Ok(Ok(Ok(found))) => {
            let lost = whole.iter().filter(|entry| found.binary_search(entry).is_err()).count();
            Plain::Shortened(lost)
        }
        Ok(Ok(Err(_))) => Plain::Refused,
        Ok(Err(_)) => Plain::Panic,
        Err(_) => Plain::Hung,
    }
}

/// sled's files, with the number of bytes of each up to the last that is not zero.
fn files(sled: &Path) -> Vec<(PathBuf, usize)> {
    let mut files = Vec::new();
    for entry in fs::read_dir(sled).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = fs::read(&path).unwrap();
            let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            files.push((path, end));
        }
    }
    files.sort();
    files
}

/// Flips bits of a ledger's sled, one a round.
pub(crate) fn flips(ledger: &Ledger, seed: u64, rounds: u64) -> (Vec<String>, String) {
    let sled = ledger.data.join("sled");
    let files = files(&sled);
    let bytes: usize = files.iter().map(|(_, end)| end).sum();
    let whole = {
        let copied = folder();
        copy(&sled, &copied.path().join("sled"));
        entries(&copied.path().join("sled")).unwrap()
    };
    let results = each(rounds, |round| {
        let mut random = Random::new(seed, &format!("sled {} {round}", ledger.name));
        let (mut at, bit) = (random.of(0..bytes), 1_u8 << random.of(0..8));
        let mut which = 0;
        while at >= files[which].1 {
            at -= files[which].1;
            which += 1;
        }
        let copied = ledger.copy();
        let path = copied.file(ledger, &files[which].0);
        let mut changed = fs::read(&path).unwrap();
        changed[at] ^= bit;
        fs::write(&path, changed).unwrap();
        let alone = folder();
        copy(&copied.data.join("sled"), &alone.path().join("sled"));
        let plain = plain(&alone.path().join("sled"), &whole);

        let found = match judge::open(&copied.data, round % 2 == 0) {
            Ok(seen) => {
                let said = !seen.said.is_empty();
                judge::differs(&copied.data, ledger, &seen).map_or(Ok(said), Err)
            }
            Err(error) => Err(format!("refused: {error}")),
        };
        let place = format!("{} byte {at} bit {bit:#04x}", files[which].0.file_name().unwrap().display());
        (plain, found.map_err(|what| format!("{place} (plain sled: {plain:?}): {what}")))
    });
    let count = |wanted: fn(Plain) -> bool| results.iter().filter(|(plain, _)| wanted(*plain)).count();
    let shortened = count(|plain| matches!(plain, Plain::Shortened(_)));
    let most = results.iter().map(|(plain, _)| match plain {
        Plain::Shortened(lost) => *lost,
        Plain::Nothing | Plain::Panic | Plain::Refused | Plain::Hung => 0,
    });
    let said = results.iter().filter(|(_, found)| *found == Ok(true)).count();
    let nothing = results.iter().filter(|(_, found)| *found == Ok(false)).count();
    println!("  {} flips in sled's {bytes} bytes ({})", results.len(), ledger.name);
    println!("    plain sled: nothing {}", count(|plain| plain == Plain::Nothing));
    println!(
        "    plain sled: shortened without a word {shortened} (most: {} of {} entries)",
        most.max().unwrap_or(0),
        whole.len()
    );
    println!("    plain sled: panic {}", count(|plain| plain == Plain::Panic));
    println!("    plain sled: refused {}", count(|plain| plain == Plain::Refused));
    println!("    plain sled: hung {}", count(|plain| plain == Plain::Hung));
    println!("    the ledger: nothing to do {nothing}, found, said and mended {said}");
    let mut broken: Vec<String> = results.into_iter().filter_map(|(_, found)| found.err()).collect();
    if ledger.name == "killed" && u64::try_from(shortened).unwrap() * 8 < rounds {
        broken.push(format!(
            "plain sled was shortened by {shortened} of {rounds} flips only: this proves nothing"
        ));
    }
    (broken, format!("{rounds} flips, {shortened} of which shorten plain sled, {said} found and mended"))
}
