//! A cache is no authority: whoever wrote it, the log decides. And nothing is tried for ever.

use std::fs;
use std::ops::Range;
use std::time::Duration;

use thads_proof::block::Header;
use thads_proof::record::Leaf;
use thads_proof::tree::Frontier;

use super::*;
use crate::cache::{self, BOOKS, CacheCheck, Fold, HEADS, NotBelieved, Statement};
use crate::embedded::caches;
use crate::journal::{JournalError, Outcome, OwnedBlock, RecordBatches};
use crate::state::State;
use crate::{AppendError, OpenError, Reader, snapshot};

fn own_key() -> LogKey {
    LogKey::from_seed("thads/test", &log_seed()).unwrap()
}

fn another_key() -> LogKey {
    LogKey::from_seed("thads/test", &[9; 32]).unwrap()
}

/// The stream heads that a closed ledger has kept.
fn kept(place: &Place) -> State {
    let bytes = caches::read_cache(&place.dir, HEADS).unwrap();
    let (statement, content) = cache::open(&bytes, own_key().vkey()).unwrap();
    snapshot::decode(content, statement.ledger, &statement.head).unwrap()
}

fn keep(place: &Place, state: &State, key: &LogKey) {
    snapshot::write(&caches::Folder(place.dir.clone()), state, key).unwrap();
}

/// What somebody may say in a cache that is not so: name, how, and whether the log itself contradicts it once it is used.
type Lie = (&'static str, fn(&mut State), bool);

const LIES: [Lie; 7] = [
    ("a stream's version is higher", |state| head(state).version += 1, true),
    ("a stream ends in another leaf", |state| head(state).leaf = Leaf::ZERO, true),
    ("a stream ends in another's record", |state| head(state).position = Position::new(1), true),
    (
        "a stream is at an earlier record of its own",
        |state| {
            let earlier = state.streams[&stream("earlier")];
            *head(state) = earlier;
        },
        true,
    ),
    ("a stream is not there", |state| state.streams.retain(|of, _| *of != stream("C3")), true),
    (
        "the requests are at other records",
        |state| {
            let all: Vec<_> = state.requests.iter().collect();
            state.requests = Default::default();
            all.iter().for_each(|(print, at)| state.requests.insert_fingerprint(*print, (at + 5) % 30));
        },
        true,
    ),
    ("the requests are not there", |state| state.requests = Default::default(), false),
];

fn head(state: &mut State) -> &mut crate::StreamHead {
    state.streams.get_mut(&stream("C3")).unwrap()
}

/// A closed ledger of 40 records behind its genesis; its stream C3 is at version 6.
fn office() -> Place {
    filled(40)
}

/// The stream heads of [`office`], with C3 as it was at version 5 beside it.
fn state_of(place: &Place) -> State {
    let mut state = kept(place);
    let ledger = reopen(&place.dir);
    let records: Vec<Record> = ledger.read(Position::GENESIS).map(Result::unwrap).collect();
    let of_c3: Vec<&Record> = records.iter().filter(|record| record.stream == stream("C3")).collect();
    let [.., before, last] = of_c3.as_slice() else { panic!() };
    let earlier = crate::StreamHead {
        version: before.stream_version,
        leaf: last.stream_previous_leaf,
        position: before.position,
    };
    state.streams.insert(stream("earlier"), earlier);
    ledger.close().unwrap();
    state
}

/// Goes on as somebody does who knows what was recorded: the next of a stream, and an old request again.
fn goes_on(place: &Place, what: &str) {
    let (ledger, _) = open(&place.dir);
    let again = ledger.append(one(3, "C3", 0)).unwrap();
    assert!(again.repeated() && again.first() == Position::new(3), "{what}: {again:?}");
    let next = ledger.append(one(99, "C3", 6)).unwrap();
    assert_eq!(next.first(), Position::new(41), "{what}");
    assert_eq!((ledger.version(&stream("C3")), ledger.stopped()), (7, None), "{what}");
    ledger.close().unwrap();
    let report = verify(place);
    assert!(report.is_good() && report.heads == CacheCheck::Agrees, "{what}: {:?}", report.sentences());
}

#[test]
fn what_another_key_signed_is_folded_anew_and_changes_nothing() {
    for (what, lie, _) in LIES {
        let place = office();
        let mut state = state_of(&place);
        lie(&mut state);
        state.streams.remove(&stream("earlier"));
        keep(&place, &state, &another_key());
        let report = verify(&place);
        assert_eq!(report.heads, CacheCheck::NotBelieved(NotBelieved::Unsigned), "{what}");
        let said = report.sentences().iter().map(ToString::to_string).collect::<String>();
        assert!(report.is_good() && said.contains("snapshots/heads is not believed"), "{what}: {said}");
        goes_on(&place, what);
    }
}

/// A signature is one witness, the record another.
#[test]
fn what_the_logs_own_key_signed_is_held_against_the_records_and_verify_says_what_is_wrong() {
    for (what, lie, is_contradicted) in LIES {
        let place = office();
        let mut state = state_of(&place);
        lie(&mut state);
        state.streams.remove(&stream("earlier"));
        keep(&place, &state, &own_key());
        let report = verify(&place);
        assert_eq!(report.heads, CacheCheck::Differs, "{what}");
        assert!(!report.is_good() && report.records_are_good(), "{what}");
        let wrong = report.first_wrong().unwrap().to_string();
        assert!(wrong.contains("snapshots/heads was signed by the log's own key"), "{what}: {wrong}");
        if is_contradicted {
            goes_on(&place, what);
        } else {
            // Nothing in the log says that a request is missing from a cache; who mends folds it anew.
            let (ledger, _) = repair(&place.dir);
            ledger.close().unwrap();
            goes_on(&place, what);
        }
    }
}

/// A head that a log is said to have reached: what another key signed shows nothing, what its own did is evidence.
#[test]
fn only_the_logs_own_key_can_say_that_it_was_cut_short() {
    for (name, fold) in [(HEADS, snapshot::fold()), (BOOKS, Fold::new("some books"))] {
        let place = office();
        let mut ahead = kept(&place);
        ahead.frontier.push(Leaf([5; 32]));
        let log_end = Head { size: 42, leaf: Leaf([5; 32]), root: ahead.frontier.root() };
        let write = |key: &LogKey| {
            let statement = Statement { ledger: ahead.ledger, fold, head: log_end };
            caches::write(&place.dir, name, &cache::seal(&statement, b"", key)).unwrap();
        };
        write(&another_key());
        assert!(verify(&place).is_good(), "{name}");
        let (ledger, _) = open(&place.dir);
        assert_eq!(ledger.head().size, 41);
        drop(ledger);
        write(&own_key());
        match Ledger::open(&place.dir, options()) {
            Err(OpenError::Short { size: 41, known: 42, cache }) => assert_eq!(cache, name),
            other => panic!("{name}: {:?}", other.err()),
        }
        // What only reads, and signs or copies what it read, as well.
        let words = format!("snapshots/{name} when there were 42 records");
        match Reader::open(&place.dir) {
            Err(OpenError::Segments { first: 41, what }) => assert!(what.contains(&words), "{what}"),
            other => panic!("{name}: {:?}", other.err()),
        }
        let sled = place.dir.join("sled");
        fs::rename(&sled, place.dir.join("away")).unwrap();
        assert!(matches!(Reader::open(&place.dir), Err(OpenError::Short { size: 41, known: 42, .. })));
        fs::rename(place.dir.join("away"), &sled).unwrap();
        if name == HEADS {
            let report = verify(&place);
            assert!(!report.is_good() && !report.records_are_good());
            assert_eq!(report.heads, CacheCheck::NotBelieved(NotBelieved::Ahead(42)));
        }
    }
}

#[test]
fn a_cache_of_another_history_is_evidence_only_where_the_logs_key_signed_it() {
    let place = office();
    let mut other = kept(&place);
    other.frontier = Frontier::new();
    (0..other.cached).for_each(|_| other.frontier.push(Leaf([5; 32])));
    keep(&place, &other, &another_key());
    assert!(verify(&place).is_good());
    keep(&place, &other, &own_key());
    let report = verify(&place);
    assert_eq!(report.heads, CacheCheck::NotBelieved(NotBelieved::OtherHistory(41)));
    assert!(!report.is_good(), "{:?}", report.sentences());
    // Written on, its own caches would take that one's place; and whoever reads could have a second head signed.
    let bytes = fs::read(place.dir.join("snapshots/heads")).unwrap();
    let refused = |error| matches!(error, Some(OpenError::OtherHistory { signed: 41, cache: HEADS }));
    assert!(refused(Ledger::open(&place.dir, options()).err()));
    assert!(refused(Reader::open(&place.dir).err()));
    let mut mending = options();
    mending.storage.repair = true;
    assert!(refused(Ledger::open(&place.dir, mending).err()));
    assert_eq!(fs::read(place.dir.join("snapshots/heads")).unwrap(), bytes);
}

#[test]
fn a_cache_of_an_earlier_form_of_another_build_or_of_another_ledger_is_folded_anew() {
    let earlier = b"thadshd\x01 of the form before";
    let state = kept(&office());
    let log_end = {
        let head = state.head();
        Head { size: head.size, leaf: head.leaf, root: head.root }
    };
    let sealed = |ledger, fold, content: &[u8]| {
        cache::seal(&Statement { ledger, fold, head: log_end }, content, &own_key())
    };
    let whole = snapshot::seal(&state, &own_key());
    let mut cut = whole.clone();
    cut.truncate(whole.len() - 1);
    for (bytes, why) in [
        (earlier.to_vec(), NotBelieved::Form),
        (sealed(LedgerId([1; 16]), snapshot::fold(), b""), NotBelieved::Foreign),
        (sealed(state.ledger, Fold::new("thads heads 3"), b""), NotBelieved::OtherFold),
        (cut, NotBelieved::Damaged),
    ] {
        let place = office();
        caches::write(&place.dir, HEADS, &bytes).unwrap();
        assert_eq!(verify(&place).heads, CacheCheck::NotBelieved(why));
        goes_on(&place, "another form");
    }
}

/// A journal on which somebody else is always first, without ever getting further.
struct NeverFirst(Memory);

impl Journal for NeverFirst {
    fn head(&self) -> Result<Head, JournalError> {
        self.0.head()
    }

    fn room(&self, bytes: usize) -> Result<(), JournalError> {
        self.0.room(bytes)
    }

    fn append(&self, _: &Head, _: &OwnedBlock) -> Result<Outcome, JournalError> {
        Ok(Outcome::Conflict(self.0.head()?))
    }

    fn read(&self, range: Range<u64>) -> RecordBatches<'_> {
        self.0.read(range)
    }

    fn header(&self, position: Position) -> Result<Option<Header>, JournalError> {
        self.0.header(position)
    }

    fn wait(&self, size: u64, at_most: Duration) -> (Head, bool) {
        self.0.wait(size, at_most)
    }

    fn follow(&self, from: Position) -> RecordBatches<'_> {
        self.0.follow(from)
    }

    fn close(&self) -> Result<(), JournalError> {
        self.0.close()
    }
}

#[test]
fn a_block_that_never_comes_first_is_not_tried_for_ever() {
    let (journal, id) = memory();
    let mut committer = committer(id, Arc::new(NeverFirst(journal)));
    let answers = committer.commit(&[one(1, "A", 0), one(2, "B", 0)]);
    for answer in answers {
        assert!(matches!(answer, Err(AppendError::Contended { .. })), "{answer:?}");
    }
    assert_eq!(committer.stopped(), None);
}
