//! One changed byte, at every offset: the verifier names exactly the record (or the part of a block) that
//! `docs/format.md` places there, and nothing else.

use crate::support::{self, Log, Part};
use thads_proof::record::Position;
use thads_proof::verify::{Options, What, verify_export, verify_records};

fn options() -> Options {
    Options { threads: 1, ..Options::default() }
}

/// A change that differs from offset to offset, and is never none.
fn change(offset: usize) -> u8 {
    let mixed = offset.wrapping_mul(0x9e37_79b9) >> 7;
    u8::try_from(mixed % 255).unwrap() + 1
}

#[test]
fn in_segments() {
    let log = Log::new(19);
    let segments = support::segments(&log.encoded(), &[1, 4, 1, 3, 6], 4 << 10);
    assert!(segments.len() > 1);
    let files: Vec<Vec<u8>> = segments.iter().map(|segment| segment.bytes.clone()).collect();
    let verify = |files: &[Vec<u8>]| support::verify_files(files, &options());
    let whole = verify(&files);
    assert!(whole.is_good() && whole.torn.is_empty(), "{:?}", whole.findings);
    assert_eq!((whole.summary.size, whole.summary.segments), (19, u64::try_from(segments.len()).unwrap()));

    for (number, segment) in segments.iter().enumerate() {
        let mut damaged = files.clone();
        for offset in 0..segment.bytes.len() {
            let (part, position) = segment.at(offset);
            let what = match part {
                Part::SegmentHeader => What::SegmentHeader,
                Part::BlockHeader => What::BlockHeader,
                Part::Entry => What::BlockIndex,
                Part::Record => What::RecordDamaged,
                Part::Hash => What::BlockHash,
                Part::Padding => What::BlockPadding,
                Part::Unused => continue,
            };
            damaged[number][offset] ^= change(offset);
            let report = verify(&damaged);
            damaged[number][offset] ^= change(offset);
            let found: Vec<_> =
                report.findings.iter().map(|finding| (finding.position, finding.what)).collect();
            assert_eq!(
                found,
                [(position, what)],
                "segment {number}, offset {offset}: {:#?}",
                report.findings
            );
            let place = report.findings[0].place.unwrap();
            assert_eq!(place.segment, u64::try_from(number).ok());
            let same_part = segment.at(usize::try_from(place.offset).unwrap());
            assert_eq!(same_part, (part, position), "offset {offset} shown as {place}");
        }
    }
}

/// A sector that reads as zeros is found wherever it held something; the log's last block, alone in its segment or not, may
/// be one that was never finished, and that is said.
#[test]
fn a_sector_of_zeros() {
    let log = Log::new(19);
    let segments = support::segments(&log.encoded(), &[1, 4, 1, 3, 6], 4 << 10);
    assert!(segments.len() > 1);
    let files: Vec<Vec<u8>> = segments.iter().map(|segment| segment.bytes.clone()).collect();
    let last_block = |segment: &support::Segment| {
        let header = segment.parts.iter().rfind(|(_, part, _)| *part == Part::BlockHeader);
        header.map(|(range, ..)| range.start).unwrap()
    };
    for (number, segment) in segments.iter().enumerate() {
        let is_last_segment = number + 1 == segments.len();
        for start in (0..segment.bytes.len()).step_by(512) {
            let sector = start..start + 512;
            if segment.bytes[sector.clone()].iter().all(|byte| *byte == 0) {
                continue;
            }
            let mut damaged = files.clone();
            damaged[number][sector].fill(0);
            let report = support::verify_files(&damaged, &options());
            let wrong = (report.findings.first()).map(|finding| (finding.position, finding.what));
            let (part, position) = segment.at(start);
            if is_last_segment && start >= last_block(segment) {
                assert!(wrong.is_some() || !report.torn.is_empty(), "segment {number}, sector at {start}");
            } else if part == Part::SegmentHeader {
                assert_eq!(wrong, Some((position, What::SegmentHeader)), "segment {number}");
            } else {
                assert!(wrong.is_some(), "segment {number}, sector at {start}");
            }
        }
    }
}

#[test]
fn in_records() {
    let records = Log::new(9).encoded();
    let (head, _) =
        records.last().map(|(position, bytes)| (thads_proof::hash::leaf(bytes), position)).unwrap();
    let options = Options { known: vec![(Position::new(8), head)], ..options() };
    assert!(verify_records(records.clone(), &options).is_good());
    for (index, (position, record)) in records.iter().enumerate() {
        for offset in 0..record.len() {
            let mut damaged = records.clone();
            damaged[index].1[offset] ^= change(offset);
            let report = verify_records(damaged, &options);
            let found: Vec<_> = report.findings.iter().map(|finding| finding.position).collect();
            assert_eq!(found, [*position], "offset {offset}: {:#?}", report.findings);
        }
    }
}

#[test]
fn in_an_export() {
    let records = Log::new(9).encoded();
    let export = support::export(&records);
    assert!(verify_export(export.as_slice(), &options()).unwrap().is_good());
    let mut start = 72;
    for (position, record) in &records {
        for offset in start..start + record.len() {
            let mut damaged = export.clone();
            damaged[offset] ^= change(offset);
            let report = verify_export(damaged.as_slice(), &options()).unwrap();
            let found: Vec<_> = report
                .findings
                .iter()
                .map(|finding| (finding.position, finding.place.unwrap().offset))
                .collect();
            let start = u64::try_from(start).unwrap();
            assert_eq!(found, [(*position, start)], "offset {offset}: {:#?}", report.findings);
        }
        start += record.len();
    }
    for offset in 0..72 {
        let mut damaged = export.clone();
        damaged[offset] ^= change(offset);
        assert!(verify_export(damaged.as_slice(), &options()).is_err(), "offset {offset}");
    }
}
