//! What a directory says after it was tampered with: opened for writing, read, reported and verified, in this process.

use std::path::Path;

use serde_json::Value;
use thads_ledger::{
    DirectoryReport, OpenError, Opened, OsRandom, SledReport, Storage, SystemClock, verify_directory,
};
use thads_proof::record::Position;
use thads_proof::tree::Frontier;
use thads_proof::verify::Options;
use thads_service::answers::{self, Asked, Moment, Whose};
use thads_service::persons::REFERENCES;
use thads_service::principal::{Principal, Session};
use thads_service::read_only::ReadOnlyLedger;

use super::ledgers::Ledger;

/// What the reports are about.
pub(crate) const PERIOD: &str = "2018-10-01..2019-03-31";

/// Keeps sled's panics, which the ledger catches, from filling the screen.
pub(crate) fn quiet_sled() {
    let otherwise = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !panic.location().is_some_and(|place| place.file().contains("sled")) {
            otherwise(panic);
        }
    }));
}

/// The report of a directory, as `thads report` gives it.
pub(crate) fn report(data: &Path) -> Result<Value, String> {
    let view = ReadOnlyLedger::open(data).map_err(|error| error.to_string())?;
    let asked = Asked::new(PERIOD, Whose::Ledger, Moment::Now).map_err(|error| error.to_string())?;
    answers::report(&Session::new(&view, Principal::local()), &asked, Some("office"))
        .map_err(|error| error.to_string())
}

/// What a directory held once it was opened for writing and closed again.
pub(crate) struct Seen {
    pub(crate) size: u64,
    /// The root over the bytes of all records as they were read.
    pub(crate) root: String,
    /// What opening said that it had done.
    pub(crate) said: Vec<String>,
}

/// Opens a directory for writing as `doctor` does (`all`) or as any other command, reads every record, and closes it.
pub(crate) fn open(data: &Path, all: bool) -> Result<Seen, OpenError> {
    let storage = Storage { segment_bytes: 1, run_bytes: 4096, repair: all, ..Storage::small() };
    let opened = Opened::open(data, &storage)?;
    let (ledger, said) = opened.start(Box::new(SystemClock), Box::new(OsRandom::default()))?;
    let mut frontier = Frontier::new();
    let mut records = ledger.read(Position::GENESIS);
    while let Some(stored) = records.next_stored() {
        frontier.push(stored?.leaf);
    }
    drop(records);
    let size = ledger.head().size;
    let closed = ledger.close();
    let mut said: Vec<String> = said.sentences().iter().map(ToString::to_string).collect();
    said.extend(closed.err().map(|error| format!("closing: {error}")));
    Ok(Seen { size, root: frontier.root().to_string(), said })
}

/// Verifies both copies of a directory.
pub(crate) fn verify(data: &Path) -> DirectoryReport {
    let options = Options { threads: 1, ..Options::default() };
    // Another thread's child inherits this one's locks until it begins its own program.
    (0..1000)
        .map(|_| verify_directory(data, &options, REFERENCES).unwrap())
        .find(|report| !matches!(report.sled, SledReport::Busy))
        .unwrap_or_else(|| verify_directory(data, &options, REFERENCES).unwrap())
}

/// What is not as it was in a directory that was opened and mended: records, root, report, either copy, personal data.
/// `None`: nothing.
pub(crate) fn differs(data: &Path, ledger: &Ledger, seen: &Seen) -> Option<String> {
    compare(data, ledger, seen, DirectoryReport::is_good)
}

/// The same where personal data, which has no second copy, was changed: all but that must be as it was.
pub(crate) fn records_differ(data: &Path, ledger: &Ledger, seen: &Seen) -> Option<String> {
    compare(data, ledger, seen, DirectoryReport::records_are_good)
}

fn compare(
    data: &Path,
    ledger: &Ledger,
    seen: &Seen,
    is_good: fn(&DirectoryReport) -> bool,
) -> Option<String> {
    if (seen.size, &seen.root) != (ledger.size, &ledger.root) {
        return Some(format!(
            "{} records with root {}, not {}: {:?}",
            seen.size, seen.root, ledger.size, seen.said
        ));
    }
    let words = seen.said.iter().flat_map(|sentence| sentence.split_whitespace());
    let mut aside =
        words.filter(|word| word.contains(".aside-")).map(|word| word.trim_end_matches(['.', ',', ':', ';']));
    if let Some(gone) = aside.find(|path| !Path::new(path).exists()) {
        return Some(format!("{gone} was set aside and is not there: {:?}", seen.said));
    }
    match report(data) {
        Ok(report) if report == ledger.report => {}
        Ok(_) => return Some(format!("another report: {:?}", seen.said)),
        Err(error) => return Some(format!("no report: {error}: {:?}", seen.said)),
    }
    let verified = verify(data);
    if !is_good(&verified) {
        return Some(format!("not good when verified: {:?} after {:?}", verified.sentences(), seen.said));
    }
    match &verified.sled {
        SledReport::Checked(sled, _) if sled.summary.size == ledger.size => None,
        SledReport::Checked(sled, _) => {
            Some(format!("sled holds {} of {} records after {:?}", sled.summary.size, ledger.size, seen.said))
        }
        other => Some(format!("sled: {other:?} after {:?}", seen.said)),
    }
}
