//! One bit of a byte of a segment is flipped: verification finds it and names the record that docs/format.md places there.

use std::convert::Infallible;
use std::fs;
use std::path::PathBuf;

use thads_ledger::OpenError;
use thads_proof::segment;
use thads_proof::verify::{Options, Report, verify_segment_bytes};

use super::judge;
use super::layout::{Layout, Part};
use super::ledgers::Ledger;
use super::random::Random;
use crate::support::{Program, each};

/// Bytes of the zero tail of a segment that are tried.
const TAIL_SAMPLE: usize = 200;

fn wide(number: usize) -> u64 {
    u64::try_from(number).unwrap()
}

/// One bit.
fn bit(random: &mut Random) -> u8 {
    1 << random.of(0..8)
}

/// What must be said of a byte: position and what is wrong with it.
fn expected(layout: &Layout, at: usize) -> (u64, String) {
    if at < 512 {
        return (layout.places[0].position, "the segment's header is wrong".into());
    }
    if at >= layout.end() {
        let records = layout.places.iter().filter(|place| place.part == Part::Record);
        return (
            records.map(|place| place.position).max().unwrap() + 1,
            "bytes that belong to no block".into(),
        );
    }
    let place = layout.at(at);
    (place.position, place.part.damaged().to_owned())
}

/// What is not as it must be in a report on one flipped bit. Behind the last block a flipped bit may also be taken for what is
/// left of a block that was never finished: no record is touched, and it is said.
fn misjudged(report: &Report, layout: &Layout, number: u64, at: usize, bit: u8) -> Option<String> {
    let found: Vec<_> =
        report.findings.iter().map(|finding| (finding.position.get(), finding.what.to_string())).collect();
    let torn: Vec<_> = report.torn.iter().map(|torn| torn.position.get()).collect();
    let wanted = expected(layout, at);
    let unfinished = at >= layout.end() && found.is_empty() && torn == [wanted.0];
    (!unfinished && found != [wanted.clone()])
        .then(|| format!("segment {number}, byte {at}, bit {bit:#04x}: found {found:?}, not {wanted:?}"))
}

/// Every byte of a ledger of one segment.
pub(crate) fn every(ledger: &Ledger, seed: u64) -> (Vec<String>, String) {
    let whole = fs::read(&ledger.segments()[0]).unwrap();
    let layout = Layout::of(&whole);
    let mut random = Random::new(seed, "every byte");
    let used = layout.end();
    let mut flips: Vec<(usize, u8)> = (0..used).map(|at| (at, bit(&mut random))).collect();
    flips.extend((0..TAIL_SAMPLE).map(|_| (random.of(used..whole.len()), bit(&mut random))));
    let options = Options { threads: 1, ..Options::default() };
    const AT_ONCE: usize = 1024;
    let broken = each(wide(flips.len().div_ceil(AT_ONCE)), |piece| {
        let piece = flips.chunks(AT_ONCE).nth(usize::try_from(piece).unwrap()).unwrap();
        let mut broken = Vec::new();
        for &(at, bit) in piece {
            // The tail is read as far as the flip; the rest of it is zeros in any case.
            let mut bytes = whole[..(at + 1).next_multiple_of(512).max(used + 512)].to_vec();
            bytes[at] ^= bit;
            let Ok(report) = verify_segment_bytes([Ok::<_, Infallible>((0, bytes))], &options);
            broken.extend(misjudged(&report, &layout, 0, at, bit));
        }
        broken
    });
    let said = format!("all {used} and {TAIL_SAMPLE} of the zeros behind them flipped");
    (broken.into_iter().flatten().collect(), said)
}

/// Some bytes of ledgers of several segments.
pub(crate) fn some(ledgers: &[&Ledger], seed: u64, rounds: u64) -> (Vec<String>, String) {
    let mut broken = Vec::new();
    for ledger in ledgers {
        let segments: Vec<(PathBuf, Vec<u8>, Layout)> = ledger
            .segments()
            .into_iter()
            .map(|path| {
                let bytes = fs::read(&path).unwrap();
                let layout = Layout::of(&bytes);
                (path, bytes, layout)
            })
            .collect();
        let found = each(rounds, |round| {
            let mut random = Random::new(seed, &format!("{} byte {round}", ledger.name));
            let index = random.of(0..segments.len());
            let (path, whole, layout) = &segments[index];
            let (at, bit) = (random.of(0..layout.end()), bit(&mut random));
            let copied = segments.iter().map(|(other, bytes, _)| {
                let mut bytes = bytes.clone();
                if other == path {
                    bytes[at] ^= bit;
                }
                bytes
            });
            let numbered = (0..).zip(copied).map(Ok::<_, Infallible>);
            let Ok(report) = verify_segment_bytes(numbered, &Options { threads: 1, ..Options::default() });
            assert!(whole.len() > at);
            misjudged(&report, layout, wide(index), at, bit)
        });
        broken.extend(found.into_iter().flatten().map(|what| format!("{}: {what}", ledger.name)));
    }
    (broken, format!("{} flipped in several segments", rounds * wide(ledgers.len())))
}

/// Some bytes of a ledger's only segment, and what the program without switches says of them.
pub(crate) fn by_program(ledger: &Ledger, seed: u64, rounds: u64) -> (Vec<String>, String) {
    let copy = ledger.copy();
    let path = copy.file(ledger, &ledger.segments()[0]);
    let whole = fs::read(&path).unwrap();
    let layout = Layout::of(&whole);
    let mut random = Random::new(seed, "by the program");
    let mut broken = Vec::new();
    for round in 0..rounds {
        let end = if round % 8 == 7 { whole.len() } else { layout.end() };
        let (at, bit) = (random.of(0..end), bit(&mut random));
        let mut bytes = whole.clone();
        bytes[at] ^= bit;
        fs::write(&path, bytes).unwrap();
        let ran = Program::Thads.run(&copy.data, &["--json", "verify"]);
        let said: serde_json::Value = serde_json::from_str(&ran.out).unwrap_or_default();
        let found = &said["findings"][0];
        let found = (found["position"].as_u64(), found["what"].as_str().map(str::to_owned));
        let (position, what) = expected(&layout, at);
        let unfinished = at >= layout.end() && ran.status == Some(0) && ran.out.contains("never finished");
        if !unfinished && (ran.status, found.clone()) != (Some(3), (Some(position), Some(what.clone()))) {
            broken.push(format!(
                "byte {at}, bit {bit:#04x}: exit {:?}, {found:?}, not {what} at {position}",
                ran.status
            ));
        }
    }
    (broken, format!("{rounds} flipped"))
}

/// Bytes of the log's end are flipped where no second copy is: opening for writing puts together what is whole, says so and
/// keeps the damaged file, or it refuses; nothing is ever taken for unfinished, and nothing is appended.
pub(crate) fn without_sled(ledger: &Ledger, seed: u64, rounds: u64) -> (Vec<String>, String) {
    let last = ledger.segments().pop().unwrap();
    let whole = fs::read(&last).unwrap();
    let layout = Layout::of(&whole);
    let found = each(rounds, |round| {
        let mut random = Random::new(seed, &format!("without sled {round}"));
        // Half of them in the last block, the only one that could be taken for one that was never finished.
        let block = layout.places.iter().rfind(|place| place.part == Part::BlockHeader).unwrap();
        let from = if round % 2 == 0 { block.range.start } else { 0 };
        let (at, bit) = (random.of(from..layout.end()), bit(&mut random));
        let copy = ledger.copy();
        fs::remove_dir_all(copy.data.join("sled")).unwrap();
        let path = copy.file(ledger, &last);
        let mut bytes = whole.clone();
        bytes[at] ^= bit;
        fs::write(&path, &bytes).unwrap();
        // Index and hash are made anew from whole records; a header says what the records cannot.
        let content = at >= 512 && matches!(layout.at(at).part, Part::Record | Part::BlockHeader);
        let place = format!("byte {at}, bit {bit:#04x} ({})", expected(&layout, at).1);
        match judge::open(&copy.data, round % 4 < 2) {
            Ok(seen) if content => Some(format!("{place}: opened: {:?}", seen.said)),
            Ok(seen) => judge::differs(&copy.data, ledger, &seen)
                .or_else(|| {
                    let aside = path.with_file_name(format!(
                        "{}.aside-1",
                        segment::file_name(wide(ledger.segments().len() - 1))
                    ));
                    let kept = fs::read(aside).is_ok_and(|kept| kept == bytes);
                    (!kept || seen.said.is_empty()).then(|| format!("not kept or not said: {:?}", seen.said))
                })
                .map(|what| format!("{place}: {what}")),
            Err(OpenError::Damaged { first, .. }) if content => {
                let block = layout
                    .places
                    .iter()
                    .rfind(|place| place.part == Part::BlockHeader && place.range.start <= at);
                let named = block.is_some_and(|block| block.position == first);
                let touched = fs::read(&path).unwrap() != bytes;
                (!named || touched).then(|| format!("{place}: record {first} named, file changed: {touched}"))
            }
            Err(error) => Some(format!("{place}: {error}")),
        }
    });
    (found.into_iter().flatten().collect(), format!("{rounds} flipped, half of them in the last block"))
}
