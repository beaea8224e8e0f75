//! Tampering with the files of a ledger, as the program sees it: every attempt is found, and what is named is what
//! docs/format.md places there.
//!
//! `tests/run tamper --rounds N` tries N bytes; `THADS_SEED` tries others.

use std::convert::Infallible;
use std::fs;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use serde_json::Value;
use thads_proof::record::Record;
use thads_proof::verify::{Options, verify_segment_bytes};

use crate::fines;
use crate::forge::{ATTEMPTS, Attempt, blocks_of, chain_anew};
use crate::layout::{Layout, Part, segments};
use crate::random::{self, Random};
use crate::support::{Folder, Ran, thads};

/// A copy of the ledger of fines, with its one segment.
struct Victim {
    folder: Folder,
    segment: PathBuf,
    whole: Vec<u8>,
    layout: Layout,
}

impl Victim {
    fn new() -> Victim {
        let folder = Folder::copy_of(&fines::ledger().data);
        let segment = segments(&folder.data).remove(0);
        let whole = fs::read(&segment).unwrap();
        let layout = Layout::of(&whole);
        assert!(layout.end() > 2_000_000, "{} bytes", layout.end());
        Victim { folder, segment, whole, layout }
    }

    fn data(&self) -> &Path {
        &self.folder.data
    }

    fn verify(&self, more: &[String]) -> Ran {
        let mut args = ["--json", "--lang", "en", "verify"].map(str::to_owned).to_vec();
        args.extend_from_slice(more);
        thads(self.data(), &args)
    }

    fn records(&self) -> Vec<Vec<u8>> {
        self.layout.records().into_iter().map(|range| self.whole[range].to_vec()).collect()
    }

    /// Replaces the segment's blocks by those of other records, made as the ledger makes them: index, hashes and roots
    /// over the records as they are given.
    fn write_blocks_of(&self, records: &[Vec<u8>]) {
        let mut bytes = self.whole[..512].to_vec();
        bytes.extend(blocks_of(records, &self.layout.counts).concat());
        assert!(bytes.len() <= self.whole.len());
        bytes.resize(self.whole.len(), 0);
        fs::write(&self.segment, bytes).unwrap();
    }

    /// Removes everything that was derived from the segments.
    fn forget_copies(&self) {
        for copy in ["sled", "snapshots"] {
            fs::remove_dir_all(self.data().join(copy)).unwrap();
        }
    }
}

/// What `verify` found, in order and each once: position, count, what.
fn findings(ran: &Ran) -> Vec<(u64, u64, String)> {
    let all = ran.json();
    let of = |finding: &Value| {
        let number = |key: &str| finding[key].as_u64().unwrap();
        (number("position"), number("count"), finding["what"].as_str().unwrap().to_owned())
    };
    let mut found: Vec<_> = all["findings"].as_array().unwrap().iter().map(of).collect();
    found.dedup(); // either copy says what a checkpoint says against both
    found
}

/// A byte to change in the blocks: where, and what to exclusive-or it with.
fn changes(layout: &Layout, seed: u64, rounds: u64) -> impl Iterator<Item = (usize, u8)> {
    let mut random = Random::new(seed, "one changed byte");
    let blocks = 512..layout.end();
    (0..rounds).map(move |_| (random.of(blocks.clone()), random.change()))
}

#[test]
fn one_changed_byte_is_found_by_the_program_and_its_record_named() {
    let (seed, rounds) = (random::seed(), random::rounds(60));
    println!("THADS_SEED={seed} THADS_ROUNDS={rounds}");
    let victim = Victim::new();
    victim.verify(&[]).ok();
    let file = fs::File::options().write(true).open(&victim.segment).unwrap();
    for (at, change) in changes(&victim.layout, seed, rounds) {
        let offset = u64::try_from(at).unwrap();
        file.write_all_at(&[victim.whole[at] ^ change], offset).unwrap();
        let ran = victim.verify(&[]);
        file.write_all_at(&victim.whole[at..=at], offset).unwrap();

        let place = victim.layout.at(at);
        let wanted = [(place.position, 1, place.part.damaged().to_owned())];
        let said = format!("seed {seed}, byte {at} by {change:#04x} ({place:?}): {}{}", ran.out, ran.err);
        assert_eq!((ran.status, &findings(&ran)[..]), (3, &wanted[..]), "{said}");
        let shown = &ran.json()["findings"][0];
        let there = victim.layout.at(usize::try_from(shown["offset"].as_u64().unwrap()).unwrap());
        assert_eq!((shown["segment"].as_u64(), there.part), (Some(0), place.part), "{said}");
        assert_eq!(there.position, place.position, "{said}");
        assert!(ran.err.contains(&format!("record {}", place.position)), "{said}");
    }
    victim.verify(&[]).ok();
    println!("tamper: {rounds} bytes changed, each found by the program and its record named");
}

#[test]
fn one_changed_byte_of_a_thousand_is_found_and_its_record_named() {
    let (seed, rounds) = (random::seed(), random::rounds(1_000).max(1_000));
    println!("THADS_SEED={seed} THADS_ROUNDS={rounds}");
    let victim = Victim::new();
    let options = Options { threads: 1, ..Options::default() };
    let verify = |bytes: &[u8]| {
        let Ok(report) = verify_segment_bytes([Ok::<_, Infallible>((0, bytes.to_vec()))], &options);
        report
    };
    let mut bytes = victim.whole[..victim.layout.end() + 4096].to_vec();
    assert!(verify(&bytes).is_good());
    let mut hit = 0_u64;
    for (at, change) in changes(&victim.layout, seed.wrapping_add(1), rounds) {
        bytes[at] ^= change;
        let report = verify(&bytes);
        bytes[at] ^= change;
        let place = victim.layout.at(at);
        let found: Vec<_> = report
            .findings
            .iter()
            .map(|finding| (finding.position.get(), finding.count, finding.what.to_string()))
            .collect();
        let wanted = [(place.position, 1, place.part.damaged().to_owned())];
        assert_eq!(found, wanted, "seed {seed}, byte {at} by {change:#04x} ({place:?})");
        hit += u64::from(place.part == Part::Record);
    }
    println!(
        "tamper: {rounds} bytes changed in memory, {hit} of them in records, each found and its record named"
    );
}

/// The row that ends an append and is followed by another case's record, in the second part of the ledger; and not at a
/// block's end.
fn target(victim: &Victim, seed: u64) -> usize {
    let fines = fines::ledger();
    let [first, end] = [0, 1].map(|part| usize::try_from(fines.checkpoints[part].1).unwrap());
    let records: Vec<Record> = victim.records().iter().map(|bytes| Record::decode(bytes).unwrap()).collect();
    let mut ends = Vec::new();
    victim.layout.counts.iter().fold(0, |sum, count| {
        ends.push(sum + count);
        sum + count
    });
    let kind = thads_cases::event::KindCode::named("row_imported").unwrap().code;
    let fits = |at: &usize| {
        let (this, next) = (&records[*at], &records[at + 1]);
        this.kind == kind && this.stream != next.stream && !ends.iter().any(|end| (*at..at + 3).contains(end))
    };
    let all: Vec<usize> = (first + 10..end - 10).filter(fits).collect();
    all[Random::new(seed, "target").of(0..all.len())]
}

fn wide(number: usize) -> u64 {
    u64::try_from(number).unwrap()
}

/// Bytes are moved within their block, and nothing else is touched.
#[test]
fn bytes_of_records_removed_swapped_or_inserted_are_found() {
    let seed = random::seed();
    println!("THADS_SEED={seed}");
    let victim = Victim::new();
    let at = target(&victim, seed);
    let ranges = victim.layout.records();
    let block_end = victim
        .layout
        .places
        .iter()
        .find(|place| place.part == Part::Hash && place.range.start >= ranges[at].end)
        .unwrap()
        .range
        .start;
    for attempt in ATTEMPTS {
        let mut records: Vec<&[u8]> = ranges
            .iter()
            .filter(|range| (ranges[at].start..block_end).contains(&range.start))
            .map(|range| &victim.whole[range.clone()])
            .collect();
        attempt.on(&mut records, 0);
        let mut moved = records.concat();
        moved.resize(block_end - ranges[at].start, 0);
        let mut bytes = victim.whole.clone();
        bytes[ranges[at].start..block_end].copy_from_slice(&moved);
        fs::write(&victim.segment, bytes).unwrap();
        let ran = victim.verify(&[]);
        let wanted = if attempt == Attempt::Insert { at + 1 } else { at };
        let first = findings(&ran).remove(0).0;
        assert_eq!((ran.status, first), (3, wide(wanted)), "{attempt:?} at {at}: {:.3000}", ran.out);
    }
}

/// Blocks are made anew around the records, whose own links are left as they were.
#[test]
fn records_removed_swapped_or_inserted_in_blocks_made_anew_are_found() {
    let seed = random::seed();
    println!("THADS_SEED={seed}");
    let victim = Victim::new();
    let at = target(&victim, seed);
    for attempt in ATTEMPTS {
        let mut records = victim.records();
        attempt.on(&mut records, at);
        victim.write_blocks_of(&records);
        let ran = victim.verify(&[]);
        let what = match attempt {
            Attempt::Remove => "records are missing",
            Attempt::Swap => "records are in another order",
            Attempt::Insert => "a record was inserted or repeated",
        };
        let first = findings(&ran).remove(0);
        assert_eq!(
            (ran.status, first.0, first.2.as_str()),
            (3, wide(at), what),
            "{attempt:?}: {:.3000}",
            ran.out
        );
    }
}

/// All hashes are made anew: the other copy tells; where it was made anew too, a checkpoint that was kept does.
#[test]
fn history_made_anew_is_found_by_the_other_copy_and_by_a_checkpoint_that_was_kept() {
    let seed = random::seed();
    println!("THADS_SEED={seed}");
    let fines = fines::ledger();
    Victim::new().verify(&fines.rely_on(&[0, 1, 2])).ok();
    for attempt in ATTEMPTS {
        let victim = Victim::new();
        let at = target(&victim, seed);
        let mut records: Vec<Record> =
            victim.records().iter().map(|bytes| Record::decode(bytes).unwrap()).collect();
        attempt.on(&mut records, at);
        chain_anew(&mut records);
        let records: Vec<_> = records.iter().map(|record| record.encode().unwrap()).collect();
        victim.write_blocks_of(&records);
        let ran = victim.verify(&[]);
        assert_eq!(ran.status, 3, "{attempt:?}: {}", ran.out);

        victim.forget_copies();
        let ran = thads(victim.data(), &["--lang", "en", "doctor"]);
        // Where the records of one request do not stand together in one block any more, what they mean still tells.
        let tells = victim.verify(&[]).json()["meaning"]["count"] != 0;
        let status = if tells { 3 } else { 0 };
        assert_eq!((ran.status, victim.verify(&[]).status), (status, status), "{attempt:?}: {ran:?}");
        assert!(ran.out.contains(&format!("{} records behind", records.len())), "{ran:?}");

        let [before, after] = [0, 1].map(|part| fines.checkpoints[part].1);
        let wanted = (before, after - before, "the tree's root differs from the signed one".to_owned());
        for (relied, wanted) in [(&[0, 1][..], wanted.clone()), (&[1], (0, after, wanted.2.clone()))] {
            let ran = victim.verify(&fines.rely_on(relied));
            assert_eq!((ran.status, findings(&ran)), (3, vec![wanted]), "{attempt:?}: {}", ran.err);
        }
        let ran = victim.verify(&fines.rely_on(&[0]));
        assert_eq!(ran.status, status, "the history below the first checkpoint is as it was: {}", ran.err);
    }
}

#[test]
fn a_log_cut_off_at_its_end_is_found_by_a_checkpoint_that_was_kept() {
    let fines = fines::ledger();
    let victim = Victim::new();
    let last = victim.layout.places.iter().rfind(|place| place.part == Part::BlockHeader).unwrap();
    let mut bytes = victim.whole.clone();
    bytes[last.range.start..].fill(0);
    fs::write(&victim.segment, bytes).unwrap();
    let ran = victim.verify(&[]);
    assert_eq!(ran.status, 3, "sled has the records that are gone: {}", ran.out);
    victim.forget_copies();
    victim.verify(&[]).ok();
    let ran = victim.verify(&fines.rely_on(&[0, 2]));
    let size = fines.checkpoints[2].1;
    let what = "the log is shorter than what was signed or receipted".to_owned();
    assert_eq!(
        (ran.status, findings(&ran)),
        (3, vec![(last.position, size - last.position, what)]),
        "{}",
        ran.err
    );
    victim.verify(&fines.rely_on(&[0])).ok();
}

#[test]
fn a_checkpoint_that_was_changed_or_is_anothers_is_no_checkpoint() {
    let fines = fines::ledger();
    let victim = Victim::new();
    let note = fs::read_to_string(&fines.checkpoints[1].0).unwrap();
    let size = fines.checkpoints[1].1;
    let own = victim.data().join("changed");
    let verified = |key: &[&str]| {
        let mut args = vec!["--checkpoint".to_owned(), own.display().to_string()];
        args.extend(key.iter().map(|part| (*part).to_owned()));
        victim.verify(&args)
    };
    // A digit that is another, and a signature under a name of nobody: void, and no word against the log.
    let renamed = note.replace("— fines.example", "— lines.example");
    for changed in [note.replace(&size.to_string(), &(size - 1).to_string()), renamed] {
        assert_ne!(changed, note);
        fs::write(&own, &changed).unwrap();
        let ran = verified(&[]);
        assert_eq!(ran.status, 1, "{changed}\n{}{}", ran.out, ran.err);
        assert!(ran.err.contains("is void: no signature of the log's key"), "{}", ran.err);
    }
    // What is no checkpoint at all, or another log's, says nothing against this one, which is looked at all the same.
    for none in [
        note.replace("fines.example", "fines.invalid"),
        note.lines().take(4).map(|line| format!("{line}\n")).collect(),
        String::new(),
        "{}".to_owned(),
        note.replace('\n', "\r\n"),
        format!("\u{feff}{note}"),
        note.trim_end().to_owned(),
        "x".repeat(2 << 20),
    ] {
        assert_ne!(none, note);
        fs::write(&own, &none).unwrap();
        let ran = verified(&[]);
        assert_eq!(ran.status, 1, "{}{}", ran.out, ran.err);
        let is = if none.contains("fines.invalid") { "of another log" } else { "no checkpoint" };
        assert!(ran.err.contains(is), "{none:.40}: {}", ran.err);
        assert!(ran.out.contains("root"), "the history was not looked at: {}{}", ran.out, ran.err);
    }
    fs::remove_file(&own).unwrap();
    fs::create_dir(&own).unwrap();
    assert_eq!(verified(&[]).status, 1);
    fs::remove_dir(&own).unwrap();
    fs::write(&own, &note).unwrap();
    assert_eq!(verified(&[]).status, 0);
}

/// The key that a reader kept counts with a checkpoint and without one.
#[test]
fn another_key_than_the_genesis_names_is_another_log_s_history() {
    let fines = fines::ledger();
    let victim = Victim::new();
    let genesis = &thads(&fines.data, &["--json", "log", "--to", "1"]).ok().json_lines()[0]["fields"];
    let [log, root] = ["log_key", "root_key"].map(|name| genesis[name].as_str().unwrap().to_owned());
    for (key, status) in [(log.as_str(), 0), (root.as_str(), 3), ("nonsense", 1)] {
        let ran = victim.verify(&["--key".to_owned(), key.to_owned()]);
        assert_eq!(ran.status, status, "{key}: {}{}", ran.out, ran.err);
        let mut args = fines.rely_on(&[0]);
        args.extend(["--key".to_owned(), key.to_owned()]);
        assert_eq!(victim.verify(&args).status, status, "{key}, with a checkpoint");
    }
}

/// A genesis of a later revision is what a later program wrote: named and not checked by every command alike, and no damage.
/// One of no revision is.
#[test]
fn a_genesis_of_a_later_program_is_named_by_every_command() {
    for (revision, status, words) in
        [(2, 1, "kind 1 revision 2, which a later program wrote"), (0, 3, "genesis")]
    {
        let victim = Victim::new();
        let copied = victim.data().with_extension("copied");
        thads(victim.data(), &["backup", copied.to_str().unwrap()]).ok();
        let mut records: Vec<Record> =
            victim.records().iter().map(|bytes| Record::decode(bytes).unwrap()).collect();
        records[0].kind_revision = revision;
        chain_anew(&mut records);
        let records: Vec<_> = records.iter().map(|record| record.encode().unwrap()).collect();
        victim.write_blocks_of(&records);
        victim.forget_copies();
        let ran = thads(victim.data(), &["--lang", "en", "verify"]);
        assert_eq!((ran.status, ran.err.contains(words)), (status, true), "{revision}: {ran:.3000?}");
        if status == 3 {
            continue;
        }
        let backup = victim.data().with_extension("backup").display().to_string();
        for command in [
            &["doctor", "--dry-run"][..],
            &["doctor"],
            &["report", "--period", fines::PERIOD],
            &["log"],
            &["checkpoint"],
            &["backup", &backup],
            &["record", "-"],
            &["rebuild"],
        ] {
            let ran = thads(victim.data(), &[&["--lang", "en"], command].concat());
            let is_named = ran.err.contains(words) && ran.err.contains("use a newer thads");
            assert_eq!((ran.status, is_named), (1, true), "{command:?}: {ran:.3000?}");
        }
        // A backup by a later program, as far as this one reads it.
        let segment = "wal/0000000000.seg";
        std::fs::copy(victim.data().join(segment), copied.join(segment)).unwrap();
        let back = victim.data().with_extension("back");
        let ran = thads(&back, &["--lang", "en", "restore", copied.to_str().unwrap()]);
        let is_named = ran.err.contains(words) && ran.err.contains("use a newer thads");
        assert_eq!((ran.status, is_named, back.exists()), (1, true, false), "{ran:.3000?}");
    }
}
