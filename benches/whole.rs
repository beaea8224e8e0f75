//! Everything at once: reading all, folding all, verifying, opening; memory and bytes on disk.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;

use thads_ledger::Reader;
use thads_proof::record::Position;
use thads_proof::verify::Options;
use thads_service::ledger_service::LedgerService;
use thads_service::persons::REFERENCES;
use thads_service::read_only::ReadOnlyLedger;

use crate::measure::{grouped, median, per_second, ratio, row, time};

/// What is measured on a ledger that is there.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum Part {
    /// Read and decode every record.
    Read,
    /// Fold every projection from nothing.
    Fold,
    /// Verify both copies.
    Verify,
    /// Open to write, from snapshots.
    Open,
}

/// Runs one part.
pub(crate) fn run(part: Part, data: &Path) {
    match part {
        Part::Read => {
            let reader = Reader::open(data).unwrap();
            let records = reader.read(Position::GENESIS).map(Result::unwrap).count();
            assert_eq!(u64::try_from(records).unwrap(), reader.head().size);
        }
        Part::Fold => drop(ReadOnlyLedger::open_anew(data, |_, _| {}).unwrap()),
        Part::Verify => {
            let report = thads_ledger::verify_directory(data, &Options::default(), REFERENCES).unwrap();
            assert!(report.is_good(), "{:?}", report.sentences());
        }
        Part::Open => drop(LedgerService::open(data).unwrap()),
    }
}

/// Measures all parts and prints their rows.
pub(crate) fn measured(data: &Path, rounds: usize) {
    // The first opening folds the read model; closing leaves the snapshots from which later ones begin.
    LedgerService::open(data).unwrap().0.close().unwrap();
    let size = Reader::open(data).unwrap().head().size;
    let segments = files(&data.join("wal"));
    let mut times: [Vec<_>; 7] = Default::default();
    for _ in 0..rounds {
        times[0].push(time(|| segments.iter().for_each(|file| drop(fs::read(file).unwrap()))).0);
        times[1].push(time(|| run(Part::Read, data)).0);
        times[2].push(time(|| run(Part::Fold, data)).0);
        let bytes: Vec<Vec<u8>> = segments.iter().map(|file| fs::read(file).unwrap()).collect();
        times[3].push(time(|| bytes.iter().map(|bytes| blake3::hash(bytes)).collect::<Vec<_>>()).0);
        drop(bytes);
        times[4].push(time(|| run(Part::Verify, data)).0);
        times[5].push(time(|| run(Part::Open, data)).0);
        fs::remove_dir_all(data.join("snapshots")).unwrap();
        let (took, service) = time(|| LedgerService::open(data).unwrap().0);
        times[6].push(took);
        service.close().unwrap();
    }
    let [raw, read, fold, hash, verify, open, bare] = times.map(median);
    let speed = |time| format!("{} events/s", grouped(per_second(size, time)));
    let millis = |time: std::time::Duration| format!("{} ms", grouped(time.as_millis()));
    row(
        "read and decode every record",
        &speed(read),
        &format!("reading the files: {}", speed(raw)),
        &format!("{} × its time", ratio(read, raw)),
    );
    row(
        "rebuild every projection",
        &speed(fold),
        &format!("reading every record: {}", speed(read)),
        &format!("{} × its time", ratio(fold, read)),
    );
    row(
        "verify both copies",
        &speed(verify),
        &format!("BLAKE3 of the segments, one thread: {}", speed(hash)),
        &format!("{} × its time", ratio(verify, hash)),
    );
    row(
        "open to write, from snapshots",
        &millis(open),
        &format!("without snapshots: {}", millis(bare)),
        &format!("{} of its time", ratio(open, bare)),
    );
    memory(data);
    bytes(data, size);
}

/// Prints the peak memory of each part, in a process of its own.
fn memory(data: &Path) {
    for (part, what) in
        [("read", "reading all"), ("fold", "rebuilding"), ("verify", "verifying"), ("open", "opening")]
    {
        let program = std::env::current_exe().unwrap();
        let output = Command::new(program).args(["memory", part]).arg(data).output().unwrap();
        let kib: u64 = String::from_utf8(output.stdout).unwrap().trim().parse().unwrap();
        row(&format!("peak memory, {what}"), &format!("{} MiB", grouped((kib / 1024).into())), "–", "–");
    }
}

/// Prints the bytes on disk of each folder.
fn bytes(data: &Path, size: u64) {
    for folder in ["wal", "sled", "vault", "snapshots"] {
        let bytes: u64 =
            files(&data.join(folder)).iter().map(|file| fs::metadata(file).unwrap().blocks() * 512).sum();
        let each = bytes / size.max(1);
        row(
            &format!("on disk, {folder}"),
            &format!("{} MiB", grouped((bytes >> 20).into())),
            &format!("{each} bytes an event"),
            "–",
        );
    }
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}
