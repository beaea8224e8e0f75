//! Tests of the ledger's promises, and what they share: a seeded ledger in a temporary folder, and short appends.

mod alone;
mod append;
mod caches;
mod conforming;
mod cut;
mod doubtful;
mod exchanged;
mod faults;
mod founding;
mod mending;
mod opening;
mod personal;
mod properties;
mod reading;
mod syscalls;
mod together;
mod verifying;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;
use thads_proof::checkpoint::LogKey;
use thads_proof::genesis::{self, Genesis, Unit};
use thads_proof::record::{LedgerId, Micros, Position, Provenance, Record, RequestId, Stream, StreamTag};
use thads_proof::verify::Options;

use crate::genesis::genesis_block;
use crate::journal::{Head, Journal, Memory};
use crate::{
    Append, Committer, DirectoryReport, Ledger, LedgerHead, MemoryVault, NewEvent, NoReferences, OpenOptions,
    OpenReport, Personal, Piece, Reference, References, Seeded, Setup, SimulatedClock, Storage, StreamAppend,
    Vault, verify_directory,
};

const SEED: u64 = 8271;
const START: Micros = Micros::new(1_546_300_800_000_000);

fn log_seed() -> [u8; 32] {
    genesis::from_seed(SEED, "log key")
}

fn genesis() -> Genesis {
    let key = LogKey::from_seed("thads/test", &log_seed()).unwrap().vkey().to_string();
    Genesis {
        name: "Test".into(),
        origin: "thads/test".into(),
        unit: Unit { code: "VND".into(), exponent: 0 },
        log_key: key.clone(),
        root_key: key,
        clock: genesis::Clock::Simulated { seed: SEED },
        practice: true,
    }
}

fn clock() -> SimulatedClock {
    let clock = SimulatedClock::new(START);
    clock.set_step(1000);
    clock
}

/// A folder with a ledger in it.
struct Place {
    _folder: TempDir,
    dir: PathBuf,
}

fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("data");
    Place { _folder: folder, dir }
}

fn setup() -> Setup {
    let mut setup = Setup::new(Box::new(clock()), Box::new(Seeded::new(SEED)), log_seed());
    setup.storage = Storage::small();
    setup
}

fn create(dir: &Path) -> Ledger {
    Ledger::create(dir, genesis(), setup()).unwrap().0
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new(Box::new(clock()), Box::new(Seeded::new(SEED)));
    options.storage = Storage::small();
    options
}

/// Opens as `doctor` does: everything of both copies is looked at and mended.
fn repair(dir: &Path) -> (Ledger, OpenReport) {
    let mut options = options();
    options.storage.repair = true;
    Ledger::open(dir, options).unwrap()
}

fn open(dir: &Path) -> (Ledger, OpenReport) {
    Ledger::open(dir, options()).unwrap()
}

fn reopen(dir: &Path) -> Ledger {
    let (ledger, report) = open(dir);
    assert!(report.sentences().is_empty(), "{report}");
    ledger
}

fn stream(key: &str) -> Stream {
    Stream::new(StreamTag::Case, key.as_bytes()).unwrap()
}

fn request(number: u64) -> RequestId {
    let mut id = [0; 16];
    id[8..].copy_from_slice(&number.to_be_bytes());
    RequestId(id)
}

fn event(payload: &[u8]) -> NewEvent {
    NewEvent {
        kind: 14,
        kind_revision: 1,
        effective: 17_897,
        office: 3,
        actor: 5,
        provenance: Provenance::Practice,
        rule_set: 1,
        corrects: None,
        payload: payload.to_vec(),
        personal: Vec::new(),
    }
}

/// An event whose payload holds a reference and whose vault entry is `plaintext`.
fn personal_event(reference: u8, plaintext: &str) -> NewEvent {
    let reference = [reference; 16];
    let mut payload = b"name=".to_vec();
    payload.extend(reference);
    payload.extend(b";");
    let personal = vec![Personal { reference, plaintext: plaintext.as_bytes().to_vec() }];
    NewEvent { personal, ..event(&payload) }
}

fn append(number: u64, key: &str, expected_version: u64, events: Vec<NewEvent>) -> Append {
    let streams = vec![StreamAppend { stream: stream(key), expected_version, events }];
    Append { request: request(number), moment: None, streams }
}

/// One append with one event.
fn one(number: u64, key: &str, expected_version: u64) -> Append {
    append(number, key, expected_version, vec![event(format!("event {number}").as_bytes())])
}

/// Appends `count` single events, each in a block of its own, to streams in turn.
fn fill(ledger: &Ledger, from: u64, count: u64) {
    for number in from..from + count {
        let key = format!("C{}", number % 7);
        let version = ledger.version(&stream(&key));
        ledger.append(one(number, &key, version)).unwrap();
    }
}

/// A closed ledger of so many records behind its genesis.
fn filled(count: u64) -> Place {
    let place = place();
    let ledger = create(&place.dir);
    fill(&ledger, 1, count);
    ledger.close().unwrap();
    place
}

/// The law of these tests; words that begin with `?` are none.
const REFERENCES: References = References { of: references, are_words: |bytes| !bytes.starts_with(b"?") };

/// A payload names what stands behind each `name=`, and nothing else. Revision 255 is of later.
fn references(kind: u16, revision: u8, payload: &[u8]) -> Result<Vec<Reference>, NoReferences> {
    if revision == u8::MAX {
        return Err(NoReferences::Unknown { kind, revision });
    }
    let mut named = Vec::new();
    let mut rest = payload;
    while let Some(after) = rest.strip_prefix(b"name=") {
        let (reference, after) =
            after.split_first_chunk().ok_or_else(|| NoReferences::Malformed("it ends too early".into()))?;
        named.push(*reference);
        rest = after.strip_prefix(b";").unwrap_or(after);
    }
    Ok(named)
}

/// Verifies a directory.
fn verify(place: &Place) -> DirectoryReport {
    verify_directory(&place.dir, &Options::default(), REFERENCES).unwrap()
}

/// What is said of the persons of a record: their words, or `None` where these are lost.
fn said(vault: &dyn Vault, record: &Record) -> Vec<Option<String>> {
    let pieces = vault.read_record(record, REFERENCES).unwrap();
    let words = |piece: Piece| Some(String::from_utf8(piece.plaintext.ok()?.to_vec()).unwrap());
    pieces.into_iter().map(words).collect()
}

/// Every record's stored bytes.
fn stored(ledger: &Ledger) -> Vec<Vec<u8>> {
    let mut records = ledger.read(Position::GENESIS);
    std::iter::from_fn(|| records.next_stored()).map(|stored| stored.unwrap().bytes).collect()
}

/// A journal in memory that holds the genesis, and its ledger's id.
fn memory() -> (Memory, LedgerId) {
    let memory = Memory::new();
    let (id, block) = genesis_block(&genesis(), &mut clock(), &mut Seeded::new(SEED)).unwrap();
    memory.append(&Head::empty(), &block).unwrap();
    (memory, id)
}

/// A journal as the committer takes it.
fn seam<J: Journal + 'static>(journal: &Arc<J>) -> Arc<dyn Journal> {
    let journal: Arc<J> = Arc::clone(journal);
    journal
}

fn committer(id: LedgerId, journal: Arc<dyn Journal>) -> Committer {
    committer_with(id, journal, Arc::new(MemoryVault::new()))
}

fn committer_with(id: LedgerId, journal: Arc<dyn Journal>, vault: Arc<dyn Vault>) -> Committer {
    let clock = clock();
    clock.set(START.checked_add(1000).unwrap()); // the genesis has read it once
    Committer::new(id, journal, vault, Box::new(clock), Box::new(Seeded::new(SEED))).unwrap()
}

fn same(left: &LedgerHead, right: &LedgerHead) -> bool {
    (left.size, left.leaf, left.root) == (right.size, right.leaf, right.root)
}
