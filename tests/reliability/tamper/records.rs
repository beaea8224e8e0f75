//! Records removed, swapped, doubled and inserted, with as many hashes redone as the forger cares for; and old copies put
//! back. What the files themselves cannot show, a kept checkpoint shows.

use std::fs;
use std::path::Path;

use thads_proof::block::Header;
use thads_proof::record::{Record, RequestId};
use thads_proof::verify::{Options, What, verify_segments};

use super::forge::{ATTEMPTS, Attempt, blocks_of, chain_anew};
use super::judge;
use super::ledgers::{Ledger, Ledgers, cases, record};
use super::random::Random;
use crate::support::{Program, copy, each, ran};

/// How much the forger makes anew.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Redone {
    /// Nothing: whole blocks are moved.
    Nothing,
    /// The blocks around the records.
    Blocks,
    /// Every hash of the log.
    Chain,
}

/// What is done to the records: as in the end-to-end tests, and one that was never recorded is inserted.
#[derive(Clone, Copy, Debug)]
enum Doing {
    Known(Attempt),
    Foreign,
}

impl Doing {
    fn all() -> impl Iterator<Item = Doing> {
        ATTEMPTS.into_iter().map(Doing::Known).chain([Doing::Foreign])
    }

    fn on(self, records: &mut Vec<Vec<u8>>, at: usize) {
        match self {
            Doing::Known(attempt) => attempt.on(records, at),
            Doing::Foreign => {
                let mut record = Record::decode(&records[at]).unwrap();
                record.request = RequestId([7; 16]);
                record.blind = [9; 16];
                records.insert(at + 1, record.encode().unwrap());
            }
        }
    }
}

fn wide(number: usize) -> u64 {
    u64::try_from(number).unwrap()
}

/// The blocks of a segment, each with its padding.
fn blocks(segment: &[u8]) -> Vec<Vec<u8>> {
    let mut blocks = Vec::new();
    let mut at = 512;
    while let Ok(header) = Header::decode(&segment[at..]) {
        blocks.push(segment[at..at + header.stored_length()].to_vec());
        at += header.stored_length();
    }
    blocks
}

/// The options that rely on a ledger's checkpoints.
fn relying(on: &[&Ledger]) -> Options {
    let mut options = Options { threads: 1, ..Options::default() };
    for ledger in on {
        let genesis = thads_ledger::Reader::open(&ledger.data).unwrap().genesis().clone();
        let key = genesis.log_key.parse().unwrap();
        options.rely_on_note(&ledger.note, &genesis.origin, &[key]).unwrap();
    }
    options
}

/// Tampers with the records of a ledger of one segment.
pub(crate) fn moved(ledger: &Ledger, seed: u64, rounds: u64) -> (Vec<String>, String) {
    let path = &ledger.segments()[0];
    let whole = fs::read(path).unwrap();
    let counts: Vec<usize> =
        blocks(&whole).iter().map(|block| Header::decode(block).unwrap().records()).collect();
    assert!(counts.iter().all(|count| *count == 1), "each action was recorded alone");
    let mut tries = Vec::new();
    for round in 0..rounds.max(1) {
        for doing in Doing::all() {
            for redone in [Redone::Nothing, Redone::Blocks, Redone::Chain] {
                tries.push((round, doing, redone));
            }
        }
    }
    let found = each(wide(tries.len()), |number| {
        let (round, doing, redone) = tries[usize::try_from(number).unwrap()];
        let mut random = Random::new(seed, &format!("records {round}"));
        let at = random.of(1..ledger.records.len() - 2);
        let mut records = ledger.records.clone();
        let changed: Vec<Vec<u8>> = match redone {
            Redone::Nothing => {
                let mut moved = blocks(&whole);
                match doing {
                    Doing::Known(attempt) => attempt.on(&mut moved, at),
                    Doing::Foreign => {
                        doing.on(&mut records, at);
                        moved.insert(at + 1, blocks_of(&records, &[]).remove(at + 1));
                    }
                }
                moved
            }
            Redone::Blocks => {
                doing.on(&mut records, at);
                blocks_of(&records, &[])
            }
            Redone::Chain => {
                doing.on(&mut records, at);
                let mut decoded: Vec<_> =
                    records.iter().map(|record| Record::decode(record).unwrap()).collect();
                chain_anew(&mut decoded);
                let encoded: Vec<_> = decoded.iter().map(|record| record.encode().unwrap()).collect();
                blocks_of(&encoded, &[])
            }
        };
        let mut bytes = whole[..512].to_vec();
        bytes.extend(changed.concat());
        bytes.resize(whole.len(), 0);
        let copied = ledger.copy();
        fs::write(copied.file(ledger, path), &bytes).unwrap();
        let broken = match redone {
            Redone::Nothing | Redone::Blocks => shown(&copied.data, ledger, at),
            Redone::Chain => made_anew(&copied.data, ledger),
        };
        broken.map(|what| format!("round {round}: {doing:?} at {at}, {redone:?} redone: {what}"))
    });
    let said = format!("{} times removed, swapped, doubled or inserted", tries.len());
    (found.into_iter().flatten().collect(), said)
}

/// The files show it by themselves, from the position `at` on; opening mends it or refuses.
fn shown(data: &Path, ledger: &Ledger, at: usize) -> Option<String> {
    let options = Options { threads: 1, ..Options::default() };
    let report = verify_segments(&data.join("wal"), &options).unwrap();
    let first = report.first().map(|finding| finding.position.get());
    if first != Some(wide(at)) {
        return Some(format!("the first finding is at {first:?}, not {at}"));
    }
    match judge::open(data, true) {
        Ok(seen) => judge::differs(data, ledger, &seen),
        Err(error) if error.is_evidence() => None,
        Err(error) => Some(error.to_string()),
    }
}

/// The segments are whole: the other copy shows it, and where there is none a kept checkpoint.
fn made_anew(data: &Path, ledger: &Ledger) -> Option<String> {
    let verified = judge::verify(data);
    if verified.is_good() {
        return Some("sled does not speak against it".into());
    }
    fs::remove_dir_all(data.join("sled")).unwrap();
    fs::remove_dir_all(data.join("snapshots")).unwrap();
    let wal = data.join("wal");
    let alone = verify_segments(&wal, &Options { threads: 1, ..Options::default() }).unwrap();
    if !alone.is_good() {
        return Some(format!("the forgery is not as good as it should be: {:?}", alone.first()));
    }
    let report = verify_segments(&wal, &relying(&[ledger])).unwrap();
    let found = report.findings.iter().any(|finding| matches!(finding.what, What::Checkpoint | What::Short));
    (!found).then(|| format!("the kept checkpoint does not speak against it: {:?}", report.findings))
}

/// Old copies are put back in place of newer ones.
pub(crate) fn rolled_back(ledgers: &Ledgers) -> (Vec<String>, String) {
    let (clean, earlier) = (&ledgers.clean, &ledgers.earlier);
    let mut broken = Vec::new();
    let mut check =
        |name: &str, wrong: Option<String>| broken.extend(wrong.map(|what| format!("{name}: {what}")));

    // All of the directory: only what is kept elsewhere can tell.
    let copied = earlier.copy();
    check("its own checkpoint", verified_by_program(&copied.data, &[&earlier.note], 0, ""));
    check(
        "a later checkpoint",
        verified_by_program(&copied.data, &[&clean.note], 3, "shorter than what was signed"),
    );

    // Gone on from there with other records, longer than what it replaces.
    record(&copied.data, &cases(160..240));
    check(
        "a fork",
        verified_by_program(&copied.data, &[&clean.note], 3, "the tree's root differs from the signed one"),
    );
    check("a fork and its start", verified_by_program(&copied.data, &[&earlier.note], 0, ""));

    // One copy of the two.
    for (folder, words) in [("wal", "The last segments were missing"), ("sled", "behind the segments")] {
        let copied = clean.copy();
        fs::remove_dir_all(copied.data.join(folder)).unwrap();
        copy(&earlier.data.join(folder), &copied.data.join(folder));
        if folder == "wal" {
            check("old segments", verified_by_program(&copied.data, &[], 3, "segments"));
        }
        let wrong = match judge::open(&copied.data, true) {
            Ok(seen) if !seen.said.iter().any(|said| said.contains(words)) => {
                Some(format!("{:?}", seen.said))
            }
            Ok(seen) => judge::differs(&copied.data, clean, &seen),
            Err(error) => Some(error.to_string()),
        };
        check(&format!("old {folder}"), wrong);
    }

    // Caches of another time.
    for (ledger, other, is_later) in [(clean, earlier, false), (earlier, clean, true)] {
        let copied = ledger.copy();
        fs::remove_dir_all(copied.data.join("snapshots")).unwrap();
        copy(&other.data.join("snapshots"), &copied.data.join("snapshots"));
        let wrong = match judge::report(&copied.data) {
            Ok(report) if !is_later && report == ledger.report => None,
            // The log's key signed more than is there.
            Err(error) if is_later && error.contains("signed snapshots/") => None,
            other => Some(format!("{other:?}")),
        };
        check(&format!("{}'s snapshots in {}", other.name, ledger.name), wrong);
    }
    (broken, "8 put back".into())
}

/// What the program's `verify` says against kept checkpoints: its exit status, and words.
fn verified_by_program(data: &Path, notes: &[&str], status: i32, words: &str) -> Option<String> {
    let mut verify = Program::Testing.on(data);
    verify.args(["--lang", "en", "verify"]);
    for (number, note) in notes.iter().enumerate() {
        let file = data.with_file_name(format!("note-{number}"));
        fs::write(&file, note).unwrap();
        verify.arg("--checkpoint").arg(file);
    }
    let ran = ran(&mut verify);
    let said = format!("{}{}", ran.out, ran.err);
    (ran.status != Some(status) || !said.contains(words)).then(|| format!("exit {:?}: {said}", ran.status))
}
