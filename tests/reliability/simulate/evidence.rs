//! The auditor's look at the end of a world: what `thads_proof` says of the records and of the blocks.

use std::convert::Infallible;

use thads_proof::record::{LedgerId, Position};
use thads_proof::segment;
use thads_proof::verify::{Options, Report, verify_records, verify_segment_bytes};

use super::judge::{Broken, Judge};

/// The chain verifies, from the records alone and from the blocks as a segment holds them, against every receipt.
pub(crate) fn check(judge: &Judge, ledger: LedgerId) -> Result<(), Broken> {
    let receipts = judge.acknowledged().iter().map(|one| (one.receipt.last(), one.receipt.leaf()));
    let options =
        Options { threads: 1, ledger: Some(ledger), known: receipts.collect(), ..Options::default() };
    let records = judge.log().iter().map(|logged| (logged.record.position, logged.bytes.clone()));
    let report = verify_records(records, &options);
    good(&report, judge)?;
    let header = segment::Header { ledger, number: 0, first: Position::GENESIS };
    let mut bytes = header.encode().to_vec();
    for block in judge.blocks() {
        bytes.extend(block.bytes());
    }
    let Ok(report) = verify_segment_bytes([Ok::<_, Infallible>((0, bytes))], &options);
    good(&report, judge)
}

fn good(report: &Report, judge: &Judge) -> Result<(), Broken> {
    match report.first() {
        Some(finding) => Err(format!("verification: {finding}")),
        None if report.summary.size != judge.size() => {
            Err(format!("verification: {} records of {}", report.summary.size, judge.size()))
        }
        None => Ok(()),
    }
}
