//! Tampering by someone who can write every file: each attempt, and what is said of it.
//!
//! Blocks and segments are made anew around the altered records, so that only the chain, the streams, the tree, a
//! checkpoint or a receipt can tell. One row an attempt.

use thads_proof::hash;
use thads_proof::record::{LedgerId, Position};
use thads_proof::verify::{Options, Report, What, verify_export, verify_records, verify_segments};

use crate::support::{self, LEDGER, Log, ORIGIN, log_key};

const COUNT: u64 = 24;
const BLOCKS: &[usize] = &[1, 4, 2, 5];

type Said = (u64, u64, What);

fn said(report: &Report) -> Vec<Said> {
    report.findings.iter().map(|finding| (finding.position.get(), finding.count, finding.what)).collect()
}

/// What is said of altered records by the segments and by the export that hold them, with both numbers of threads.
fn judged(log: &[(Position, Vec<u8>)], options: &Options) -> Vec<Said> {
    let segments = support::segments(log, BLOCKS, 8 << 10);
    let files: Vec<_> = segments.into_iter().map(|segment| segment.bytes).collect();
    let [one, two] =
        [1, 3].map(|threads| said(&support::verify_files(&files, &Options { threads, ..options.clone() })));
    assert_eq!(one, two, "threads change nothing");
    let export = verify_export(support::export(log).as_slice(), &Options { threads: 1, ..options.clone() });
    let exported = said(&export.unwrap());
    let of_records = |said: &[Said]| -> Vec<(u64, u64)> {
        said.iter().map(|(position, count, _)| (*position, *count)).collect()
    };
    assert_eq!(of_records(&exported), of_records(&one), "{exported:?}");
    one
}

fn altered(alter: impl FnOnce(&mut Log)) -> Vec<Said> {
    let mut log = Log::new(COUNT);
    alter(&mut log);
    judged(&log.encoded(), &Options::default())
}

/// Changes a record so that nothing but its hash tells.
fn edit(log: &mut Log, index: usize) {
    log.records[index].actor += 1;
}

#[test]
fn nothing_altered() {
    assert_eq!(altered(|_| {}), []);
}

#[test]
fn a_record_edited_and_its_block_made_anew() {
    for index in 0..23 {
        let wanted = u64::try_from(index).unwrap();
        assert_eq!(altered(|log| edit(log, index)), [(wanted, 1, What::RecordEdited)]);
    }
}

#[test]
fn two_records_edited() {
    use What::RecordEdited;
    let said = |first, second| altered(|log| [first, second].into_iter().for_each(|index| edit(log, index)));
    assert_eq!(said(5, 15), [(5, 1, RecordEdited), (15, 1, RecordEdited)]);
    assert_eq!(said(8, 10), [(8, 1, RecordEdited), (10, 1, RecordEdited)]);
}

#[test]
fn neighbours_damaged_in_their_block() {
    let segments = support::segments(&Log::new(COUNT).encoded(), BLOCKS, 64 << 10);
    for width in 2..=5 {
        let mut bytes = segments[0].bytes.clone();
        for position in 7..7 + width {
            let (range, ..) = segments[0]
                .parts
                .iter()
                .find(|(_, part, at)| *part == support::Part::Record && at.get() == position)
                .unwrap();
            bytes[range.start + 30] ^= 1;
        }
        let said = said(&support::verify_files(&[bytes], &Options::default()));
        let wanted: Vec<Said> = (7..7 + width).map(|position| (position, 1, What::RecordDamaged)).collect();
        assert_eq!(said, wanted);
    }
}

#[test]
fn records_removed() {
    for (first, count) in [(5usize, 1usize), (1, 1), (9, 1), (12, 7), (0, 1), (0, 3)] {
        let log = Log::new(COUNT);
        let mut records = log.encoded();
        records.drain(first..first + count);
        let said = judged(&records, &Options::default());
        let [first, count] = [first, count].map(|number| u64::try_from(number).unwrap());
        assert_eq!(said[0], (first, count, What::RecordMissing), "{said:?}");
        assert!(said[1..].iter().all(|(_, _, what)| matches!(what, What::StreamVersion)), "{said:?}");
    }
}

#[test]
fn records_moved() {
    for (from, to) in [(5, 6), (6, 5), (4, 9), (9, 4), (21, 22)] {
        let mut records = Log::new(COUNT).encoded();
        let record = records.remove(from);
        records.insert(to, record);
        let said = judged(&records, &Options::default());
        let first = u64::try_from(from.min(to)).unwrap();
        assert_eq!((said[0].0, said[0].2), (first, What::RecordReordered), "{from} to {to}: {said:?}");
        assert!(said.iter().all(|(_, _, what)| matches!(
            what,
            What::RecordReordered | What::StreamVersion | What::RecordedAt
        )));
    }
}

#[test]
fn records_inserted() {
    let mut records = Log::new(COUNT).encoded();
    records.insert(8, records[7].clone());
    assert_eq!(judged(&records, &Options::default())[0], (7, 1, What::RecordRepeated));

    // A forged one, with the right place in the chain, before the one that stood there.
    let log = Log::new(COUNT);
    let mut forged = log.records[7].clone();
    forged.office += 1;
    let mut records = log.encoded();
    records.insert(7, (forged.position, forged.encode().unwrap()));
    let said = judged(&records, &Options::default());
    assert_eq!(said[0].0, 7, "{said:?}");
}

#[test]
fn a_field_that_does_not_follow_although_the_chain_was_made_anew() {
    let rechained = |index: usize, alter: &dyn Fn(&mut Log)| {
        altered(|log| {
            alter(log);
            let (stream, version) =
                (log.records[index].stream_previous_leaf, log.records[index].stream_version);
            log.chain_from(index, false);
            log.records[index].stream_version = version;
            if stream != Log::new(COUNT).records[index].stream_previous_leaf {
                log.records[index].stream_previous_leaf = stream;
                log.chain_from(index + 1, false);
            }
        })
    };
    let leaf = hash::leaf(b"another");
    assert_eq!(rechained(9, &|log| log.records[9].stream_previous_leaf = leaf), [(9, 1, What::StreamLeaf)]);
    let said = rechained(9, &|log| log.records[9].stream_version += 1);
    assert_eq!(said, [(9, 1, What::StreamVersion), (12, 1, What::StreamVersion)]);
    let back = |log: &mut Log| log.records[11].recorded_at = log.records[0].recorded_at;
    assert_eq!(rechained(11, &back), [(11, 1, What::RecordedAt)]);
    let other = |log: &mut Log| log.records[11].ledger = LedgerId([9; 16]);
    assert_eq!(rechained(11, &other), [(11, 1, What::Ledger)]);
    let ahead = |log: &mut Log| log.records[11].corrects = Some(Position::new(11));
    assert_eq!(rechained(11, &ahead), [(11, 1, What::Corrects)]);
    let kind = |log: &mut Log| log.records[0].kind = 2;
    assert_eq!(rechained(0, &kind), [(0, 1, What::Genesis)]);
}

#[test]
fn history_made_anew_is_told_by_a_checkpoint_or_a_receipt() {
    let honest = Log::new(COUNT);
    let key = log_key();
    let mut forged = Log::new(COUNT);
    edit(&mut forged, 9);
    forged.chain_from(10, true);
    assert_eq!(judged(&forged.encoded(), &Options::default()), [], "nothing else can tell");

    let mut options = Options::default();
    for size in [9usize, 20] {
        let note = key.sign(u64::try_from(size).unwrap(), honest.root_at(size));
        options.rely_on_note(&note, ORIGIN, &[key.vkey().clone()]).unwrap();
    }
    assert_eq!(judged(&honest.encoded(), &options), []);
    assert_eq!(judged(&forged.encoded(), &options), [(9, 11, What::Checkpoint)]);

    let receipt =
        |index: usize| (Position::new(u64::try_from(index).unwrap()), hash::leaf(&honest.encoded()[index].1));
    let options = Options { known: vec![receipt(4), receipt(9)], ..Options::default() };
    assert_eq!(judged(&honest.encoded(), &options), []);
    assert_eq!(judged(&forged.encoded(), &options)[0], (9, 1, What::Receipt));
}

/// The key has signed that nothing has another root than nothing has.
#[test]
fn a_root_of_no_records_is_held_against_none() {
    let honest = Log::new(COUNT);
    let of_nothing = |root| {
        let mut options = Options::default();
        options.rely_on_note(&log_key().sign(0, root), ORIGIN, &[log_key().vkey().clone()]).unwrap();
        judged(&honest.encoded(), &options)
    };
    assert_eq!(of_nothing(honest.root_at(0)), []);
    assert_eq!(of_nothing(honest.root_at(1)), [(0, 1, What::Checkpoint)]);
}

#[test]
fn a_cut_log_is_told_by_a_checkpoint_or_a_receipt() {
    let honest = Log::new(COUNT);
    let cut = &honest.encoded()[..20];
    assert_eq!(judged(cut, &Options::default()), []);
    let mut options = Options::default();
    options
        .rely_on_note(&log_key().sign(COUNT, honest.root_at(24)), ORIGIN, &[log_key().vkey().clone()])
        .unwrap();
    assert_eq!(judged(cut, &options), [(20, 4, What::Short)]);
    let last = hash::leaf(&honest.encoded()[21].1);
    let options = Options { known: vec![(Position::new(21), last)], ..Options::default() };
    assert_eq!(judged(cut, &options), [(20, 2, What::Short)]);
}

#[test]
fn segments_removed_swapped_or_of_another_ledger() {
    let segments = support::segments(&Log::new(COUNT).encoded(), BLOCKS, 3 << 10);
    assert!(segments.len() >= 4);
    let firsts: Vec<u64> = segments.iter().map(|segment| segment.parts[0].2.get()).collect();
    let folder = tempfile::tempdir().unwrap();
    let verify = || said(&verify_segments(folder.path(), &Options::default()).unwrap());
    support::write(folder.path(), &segments);
    assert_eq!(verify(), []);
    let path = |number: u64| folder.path().join(thads_proof::segment::file_name(number));

    std::fs::remove_file(path(1)).unwrap();
    assert_eq!(verify()[0], (firsts[1], firsts[2] - firsts[1], What::RecordMissing));

    support::write(folder.path(), &segments);
    std::fs::write(path(1), &segments[2].bytes).unwrap();
    std::fs::write(path(2), &segments[1].bytes).unwrap();
    let said = verify();
    assert!(said.contains(&(firsts[1], firsts[2] - firsts[1], What::RecordReordered)), "{said:?}");
    assert!(said.iter().any(|(_, _, what)| *what == What::SegmentHeader), "{said:?}");

    support::write(folder.path(), &segments);
    let other = Options { ledger: Some(LedgerId([9; 16])), ..Options::default() };
    let report = verify_segments(folder.path(), &other).unwrap();
    assert_eq!(report.first().map(|finding| finding.position.get()), Some(0));
    assert_eq!(
        verify_segments(folder.path(), &Options { ledger: Some(LEDGER), ..other }).unwrap().findings,
        []
    );
}

#[test]
fn a_source_that_gives_records_other_positions() {
    let mut records = Log::new(COUNT).encoded();
    let (left, right) = (records[5].1.clone(), records[6].1.clone());
    (records[5].1, records[6].1) = (right, left);
    let report = verify_records(records, &Options::default());
    assert_eq!(said(&report)[0], (5, 1, What::RecordReordered));
    let shifted = Log::new(COUNT).encoded().into_iter().map(|(position, bytes)| {
        let shift = u64::from(position.get() >= 20);
        (Position::new(position.get() + shift), bytes)
    });
    let report = verify_records(shifted, &Options::default());
    assert_eq!(said(&report)[0], (21, 1, What::RecordPosition));
}
