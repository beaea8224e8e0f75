//! Durable appends beside a bare loop of pwrite and fdatasync that writes the same bytes to the same disk.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Duration;

use thads_ledger::Append;
use thads_proof::segment::{BLOCKS_AT, Step, step};

use crate::measure::{grouped, median, per_second, ratio, row, time};
use crate::mix;

/// Appends of a round, one writer.
const ALONE: usize = 3_000;
/// Writers at once, and appends of each.
const WRITERS: usize = 64;
const EACH: usize = 400;

/// Measures one writer and 64, each event an append of its own that waits for its receipt.
pub(crate) fn durable(folder: &Path, rounds: usize) {
    let mut versions = mix::Versions::default();
    // A repair names a position, and 64 writers do not keep to the plan's.
    let events = mix::events().filter(|(_, event)| event.corrects.is_none());
    let appends: Vec<Append> =
        events.take(WRITERS * EACH).map(|(stream, event)| versions.append(stream, event)).collect();
    for (name, writers, count) in [("×1", 1, ALONE), ("×64", WRITERS, WRITERS * EACH)] {
        let (mut ours, mut bare, mut blocks) = (Vec::new(), Vec::new(), 0);
        for round in 0..rounds {
            let dir = folder.join(format!("append-{writers}-{round}"));
            ours.push(appended(&dir, &appends[..count], writers));
            let written = blocks_of(&dir);
            blocks = written.len();
            bare.push(written_bare(&folder.join("bare"), &written));
            fs::remove_dir_all(&dir).unwrap();
        }
        let (ours, bare) = (median(ours), median(bare));
        let count = u64::try_from(count).unwrap();
        row(
            &format!("durable appends {name}"),
            &format!("{} events/s", grouped(per_second(count, ours))),
            &format!(
                "pwrite + fdatasync of the same {} blocks: {} events/s",
                grouped(u128::try_from(blocks).unwrap()),
                grouped(per_second(count, bare))
            ),
            &format!("{} × its time", ratio(ours, bare)),
        );
    }
}

/// Appends with so many writers, each taking its turn of the streams; returns how long they took.
fn appended(dir: &Path, appends: &[Append], writers: usize) -> Duration {
    let ledger = mix::empty(dir);
    let mut shares: Vec<Vec<Append>> = vec![Vec::new(); writers];
    let mut owners = std::collections::HashMap::new();
    for append in appends {
        // A stream's events keep their order: one writer has all of them.
        let next = owners.len() % writers;
        let owner = *owners.entry(append.streams[0].stream.clone()).or_insert(next);
        shares[owner].push(append.clone());
    }
    let (took, ()) = time(|| {
        std::thread::scope(|scope| {
            for share in shares {
                let ledger = &ledger;
                scope.spawn(move || {
                    for append in share {
                        ledger.append(append).unwrap();
                    }
                });
            }
        });
    });
    ledger.close().unwrap();
    took
}

/// Returns the blocks of a ledger as they were written.
fn blocks_of(dir: &Path) -> Vec<Vec<u8>> {
    let mut names: Vec<_> =
        fs::read_dir(dir.join("wal")).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    let mut blocks = Vec::new();
    for name in names {
        let bytes = fs::read(name).unwrap();
        let mut at = BLOCKS_AT;
        while let Step::Block(block) = step(&bytes, at) {
            let end = at + block.header().stored_length();
            blocks.push(bytes[at..end].to_vec());
            at = end;
        }
    }
    blocks
}

/// Writes blocks one behind the other into a file of synced zeros, each synced before the next.
fn written_bare(path: &Path, blocks: &[Vec<u8>]) -> Duration {
    let length: usize = blocks.iter().map(Vec::len).sum();
    fs::write(path, vec![0; length]).unwrap();
    let file = File::options().read(true).write(true).open(path).unwrap();
    file.sync_all().unwrap();
    let (took, ()) = time(|| {
        let mut at = 0;
        for block in blocks {
            file.write_all_at(block, at).unwrap();
            file.sync_data().unwrap();
            at += u64::try_from(block.len()).unwrap();
        }
    });
    fs::remove_file(path).unwrap();
    took
}
