//! A journal and a vault that the ledger's crate does not know: a vector and a map. They keep every promise, and the demo lives
//! in them, served over HTTP, with the root and the figures that it has in files.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use thads_cases::date::Date;
use thads_demo::{Planned, plan};
use thads_ledger::journal::{
    Head, Journal, JournalError, Outcome, OwnedBlock, RecordBatches, Watch, check_contiguous, follow,
};
use thads_ledger::{Held, Reader, Reference, SealedEntry, Vault, VaultError, WhyLost, conformance};
use thads_proof::block::Header;
use thads_proof::genesis;
use thads_proof::record::{Position, Provenance, RequestId};
use thads_service::answers::{self, Asked, Moment, Whose};
use thads_service::ledger_service::{LedgerConfig, LedgerService};
use thads_service::read_only::ReadOnlyLedger;
use thads_service::record::{Group, Part};
use thads_service::testing::asked;

use crate::support::{HALF_YEAR, demo, send};

/// Blocks in a vector.
struct Blocks {
    all: Mutex<Vec<OwnedBlock>>,
    watch: Watch,
}

impl Blocks {
    fn new() -> Blocks {
        Blocks { all: Mutex::default(), watch: Watch::new(Head::empty()) }
    }

    fn find<T>(&self, position: u64, of: impl FnOnce(&OwnedBlock) -> T) -> Option<T> {
        let all = self.all.lock().unwrap();
        let index = all.partition_point(|block| block.header().end().get() <= position);
        all.get(index).map(of)
    }
}

impl Journal for Blocks {
    fn head(&self) -> Result<Head, JournalError> {
        Ok(self.watch.head())
    }

    fn room(&self, _: usize) -> Result<(), JournalError> {
        Ok(())
    }

    fn append(&self, expected: &Head, block: &OwnedBlock) -> Result<Outcome, JournalError> {
        check_contiguous(expected, block)?;
        let mut all = self.all.lock().unwrap();
        if self.watch.is_closed() {
            return Err(JournalError::Stopped("it was closed".to_owned()));
        }
        let end = self.watch.head();
        if end != *expected {
            let is_there = all.iter().any(|there| there == block);
            return Ok(if is_there { Outcome::Committed } else { Outcome::Conflict(end) });
        }
        all.push(block.clone());
        self.watch.advance(Head::after(block.header()));
        Ok(Outcome::Committed)
    }

    fn read(&self, range: Range<u64>) -> RecordBatches<'_> {
        let mut next = range.start;
        Box::new(std::iter::from_fn(move || {
            if next >= range.end {
                return None;
            }
            let wanted = next..range.end;
            let (run, end) = self.find(next, |block| (block.run(), block.header().end().get()))?;
            next = end;
            Some(Ok(run.cut(&wanted)))
        }))
    }

    fn header(&self, position: Position) -> Result<Option<Header>, JournalError> {
        Ok(self.find(position.get(), |block| block.header().clone()))
    }

    fn wait(&self, size: u64, at_most: Duration) -> (Head, bool) {
        self.watch.wait(size, at_most)
    }

    fn follow(&self, from: Position) -> RecordBatches<'_> {
        follow(self, from)
    }

    fn close(&self) -> Result<(), JournalError> {
        self.watch.close();
        Ok(())
    }
}

/// Entries in a map.
#[derive(Default)]
struct Entries(Mutex<HashMap<Reference, SealedEntry>>);

impl Vault for Entries {
    fn held(&self, reference: &Reference) -> Held {
        let is_there = self.0.lock().unwrap().contains_key(reference);
        Held { entry: is_there, key: is_there }
    }

    fn get(&self, reference: &Reference) -> Result<SealedEntry, WhyLost> {
        self.0.lock().unwrap().get(reference).cloned().ok_or(WhyLost::NoEntry)
    }

    fn write(&self, entries: &[SealedEntry]) -> Result<(), VaultError> {
        self.0.lock().unwrap().extend(entries.iter().map(|entry| (entry.reference, entry.clone())));
        Ok(())
    }

    fn for_each(&self, each: &mut dyn FnMut(&Reference, Held)) {
        self.0.lock().unwrap().keys().for_each(|reference| each(reference, Held { entry: true, key: true }));
    }
}

#[test]
fn a_vector_is_a_journal_and_a_map_a_vault() {
    conformance::journal(&|| Arc::new(Blocks::new()));
    conformance::vault(&|| Arc::new(Entries::default()));
}

/// As the command `demo` hands it in.
fn group(planned: Planned) -> Group {
    let part = Part {
        subject: planned.stream,
        expected_version: None,
        effective: Some(planned.effective),
        actor: planned.actor,
        provenance: Provenance::Practice,
        event: planned.event,
    };
    Group { request: Some(RequestId(planned.request)), at: Some(planned.recorded_at), parts: vec![part] }
}

#[test]
fn the_demo_lives_there_as_it_does_in_files() {
    let there = Reader::open(&demo().data).unwrap();
    let genesis = there.genesis();
    let config = LedgerConfig {
        name: genesis.name.clone(),
        origin: genesis.origin.clone(),
        unit: genesis.unit.clone(),
        clock: genesis::Clock::Simulated { seed: 1 },
        practice: true,
    };
    let first = "2016-01-01".parse::<Date>().unwrap().begins_at();
    let (journal, vault) = (Arc::new(Blocks::new()), Arc::new(Entries::default()));
    let service = LedgerService::found_on(journal, vault, &config, first).unwrap();
    let mut actions = plan(1).actions.into_iter().peekable();
    while actions.peek().is_some() {
        let groups: Vec<Group> = actions.by_ref().take(8192).map(group).collect();
        service.record_batch(groups).into_iter().for_each(|answer| drop(answer.unwrap()));
    }
    let head = service.ledger().head();
    assert_eq!((head.size, head.root), (there.head().size, there.head().root));
    assert_eq!(service.ledger().vault().count(), there.vault().count());

    let question = Asked::new(HALF_YEAR, Whose::Ledger, Moment::Now).unwrap();
    let there = ReadOnlyLedger::open(&demo().data).unwrap();
    let report = answers::report(&asked(&there), &question, Some("office")).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let service = Arc::new(service);
    let (finish, orders) = tokio::sync::watch::channel(thads_web::Order::Serve);
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let authorities = thads_web::Authorities::new(address, Vec::new());
    let tell: thads_web::Tell = Arc::new(|cause| panic!("{cause}"));
    let limits = thads_web::Limits::default();
    std::thread::scope(|scope| {
        let all = Arc::clone(&service);
        let serve = || runtime.block_on(thads_web::serve(listener, all, authorities, limits, tell, orders));
        let served = scope.spawn(serve);
        let get = |path: &str| send(&address.to_string(), "GET", path, None);
        let answer = get(&format!("/api/v1/reports/{HALF_YEAR}?by=office"));
        let ready = get("/readyz");
        finish.send(thads_web::Order::Finish).unwrap();
        served.join().unwrap();
        assert_eq!(answer.json(), report);
        assert_eq!(ready.status, 200, "{ready:?}");
    });
    drop(runtime);
    Arc::into_inner(service).unwrap().close().unwrap();
}
