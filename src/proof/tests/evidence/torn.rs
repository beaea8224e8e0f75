//! A write that power cut off: whatever subset of its sectors arrived, it is taken for unfinished if it is the last
//! and a sector is missing, and for damage if anything follows it.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use thads_proof::block::SECTOR;
use thads_proof::segment::{Step, file_name, step};
use thads_proof::verify::{Options, What, verify_segments};

use crate::support::{self, Log, Part, Segment};

fn options() -> Options {
    Options { threads: 1, ..Options::default() }
}

/// Start and end of the blocks of a segment.
fn blocks(segment: &Segment) -> Vec<(usize, usize)> {
    let of = |wanted: Part| segment.parts.iter().filter(move |(_, part, _)| *part == wanted);
    let starts = of(Part::BlockHeader).map(|(range, ..)| range.start);
    let ends = of(Part::Padding).map(|(range, ..)| range.end);
    starts.zip(ends).collect()
}

fn zero(bytes: &mut [u8], sectors: impl Iterator<Item = usize>) {
    sectors.for_each(|sector| bytes[sector * SECTOR..(sector + 1) * SECTOR].fill(0));
}

fn one_segment() -> Segment {
    support::segments(&Log::new(16).encoded(), &[1, 3, 4, 8], 16 << 10).remove(0)
}

#[test]
fn any_part_of_the_last_block_may_be_missing() {
    let segment = one_segment();
    let (start, end) = *blocks(&segment).last().unwrap();
    let count = (end - start) / SECTOR;
    assert!(count >= 4);
    for missing in 1u32..1 << count {
        let mut bytes = segment.bytes.clone();
        zero(&mut bytes[start..end], (0..count).filter(|sector| missing >> sector & 1 == 1));
        let nothing_arrived = missing == (1 << count) - 1;
        match step(&bytes, start) {
            Step::Torn => assert!(!nothing_arrived),
            Step::Unused => assert!(nothing_arrived),
            other => panic!("sectors {missing:b} missing: {other:?}"),
        }
        let report = support::verify_files(&[bytes], &options());
        assert!(report.is_good(), "sectors {missing:b} missing: {:#?}", report.findings);
        assert_eq!(report.summary.size, 8);
        let torn: Vec<_> = report.torn.iter().map(|torn| torn.position.get()).collect();
        assert_eq!(torn, if nothing_arrived { vec![] } else { vec![8] });
    }
}

/// The segment's header is written with its first block.
#[test]
fn any_part_of_a_segments_first_write_may_be_missing() {
    let segment = support::segments(&Log::new(4).encoded(), &[4], 16 << 10).remove(0);
    let (start, end) = blocks(&segment)[0];
    assert_eq!(start, SECTOR);
    let count = end / SECTOR;
    for missing in 1u32..1 << count {
        let mut bytes = segment.bytes.clone();
        zero(&mut bytes, (0..count).filter(|sector| missing >> sector & 1 == 1));
        let nothing_arrived = missing == (1 << count) - 1;
        match step(&bytes, start) {
            Step::Torn => assert!(!nothing_arrived),
            Step::Unused => assert!(nothing_arrived),
            other => panic!("sectors {missing:b} missing: {other:?}"),
        }
        let report = support::verify_files(&[bytes], &options());
        assert!(report.is_good(), "sectors {missing:b} missing: {:#?}", report.findings);
        assert_eq!((report.summary.size, report.torn.is_empty()), (0, nothing_arrived));
    }
}

/// A sector model is what is assumed; a header that is cut within its sector is still no damage if sectors are missing.
#[test]
fn a_header_cut_by_zeros_is_torn_with_a_sector_missing() {
    let segment = one_segment();
    let (start, end) = *blocks(&segment).last().unwrap();
    for cut in 1..128 {
        let mut bytes = segment.bytes.clone();
        bytes[start + cut..end].fill(0);
        let torn = matches!(step(&bytes, start), Step::Torn);
        assert_eq!(torn, cut >= 12, "cut at {cut}: the length is needed to know that sectors are missing");
    }
}

#[test]
fn a_missing_part_before_a_whole_block_is_damage() {
    let segment = one_segment();
    for (start, end) in blocks(&segment).into_iter().rev().skip(1) {
        let sectors = (end - start) / SECTOR;
        for sector in 0..sectors {
            let mut bytes = segment.bytes.clone();
            zero(&mut bytes[start..end], [sector].into_iter());
            assert!(matches!(step(&bytes, start), Step::Damaged(_)), "block at {start}, sector {sector}");
            let report = support::verify_files(&[bytes], &options());
            assert!(!report.is_good() && report.torn.is_empty());
            assert_eq!(report.summary.size, 16, "what follows is read");
        }
    }
}

/// After a torn block the log goes on in a new segment.
#[test]
fn the_log_goes_on_behind_a_torn_block() {
    let records = Log::new(24).encoded();
    let mut first = support::segments(&records[..12], &[4, 8], 16 << 10).remove(0);
    let (start, end) = *blocks(&first).last().unwrap();
    zero(&mut first.bytes[start..end], [1].into_iter());
    let mut whole = support::segments(&records, &[4, 10], 4 << 10);
    let firsts: Vec<u64> = whole.iter().map(|segment| segment.parts[0].2.get()).collect();
    assert_eq!(firsts, [0, 4, 14], "the second segment starts where the torn block did");
    whole[0] = first;
    let files: Vec<_> = whole.iter().map(|segment| segment.bytes.clone()).collect();
    let report = support::verify_files(&files, &options());
    assert!(report.is_good(), "{:#?}", report.findings);
    assert_eq!((report.summary.size, report.torn.len()), (24, 1));

    // Were it not torn but lost, what follows would not continue.
    let report = support::verify_files(&[files[0].clone(), files[2].clone()], &options());
    assert!(
        report
            .findings
            .iter()
            .any(|finding| finding.what == What::RecordMissing && finding.position.get() == 4)
    );
}

/// A verification while a writer is at work sees a log that once was: no damage, no gap, whatever is being written.
#[test]
fn a_writer_at_work_does_no_harm() {
    let log = Log::new(400).encoded();
    let segments = support::segments(&log, &[1, 3, 12, 2], 16 << 10);
    let folder = tempfile::tempdir().unwrap();
    let path = |number: usize| folder.path().join(file_name(u64::try_from(number).unwrap()));
    (0..segments.len()).for_each(|number| fs::write(path(number), vec![0; 16 << 10]).unwrap());
    let written = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for (number, segment) in segments.iter().enumerate() {
                let file = File::options().write(true).open(path(number)).unwrap();
                let mut from = 0;
                for (_, end) in blocks(segment) {
                    let at = u64::try_from(from).unwrap();
                    file.write_all_at(&segment.bytes[from..end], at).unwrap();
                    from = end;
                }
            }
            written.store(true, Ordering::Release);
        });
        let mut size = 0;
        loop {
            let last = written.load(Ordering::Acquire);
            let report = verify_segments(folder.path(), &options()).unwrap();
            assert!(report.is_good(), "{:#?}", report.findings);
            assert!(report.summary.size >= size);
            size = report.summary.size;
            if last {
                break;
            }
        }
        assert_eq!(size, 400);
    });
}
