//! Appends that are recorded together: one block or nothing, each judged on the ones before it; and rehearsals, which judge
//! as the committer does and write nothing.

use super::*;
use crate::{AppendError, Malformed, NotTogether, Reader, Rehearsal, Rehearsed};

/// Two that build on each other, and one of another stream.
fn three() -> Vec<Append> {
    vec![one(1, "A", 0), one(2, "B", 0), one(3, "A", 1)]
}

#[test]
fn appends_are_recorded_in_one_block_and_answered_again_with_their_receipts() {
    let place = place();
    let ledger = create(&place.dir);
    let receipts = ledger.append_together(three()).unwrap();
    let firsts: Vec<u64> = receipts.iter().map(|receipt| receipt.first().get()).collect();
    assert_eq!(firsts, [1, 2, 3]);
    for receipt in &receipts {
        assert_eq!((receipt.size(), receipt.root()), (4, ledger.head().root));
    }
    let again = ledger.append_together(three()).unwrap();
    assert!(again.iter().all(|receipt| receipt.repeated()));
    let places = |receipts: &[crate::Receipt]| {
        receipts.iter().map(|receipt| (receipt.first(), receipt.leaf())).collect::<Vec<_>>()
    };
    assert_eq!(places(&again), places(&receipts));
    assert_eq!(ledger.head().size, 4);
    assert!(ledger.append_together(Vec::new()).unwrap().is_empty());
}

/// One that is denied denies all, whatever it is denied for; what is not written is not half written.
#[test]
fn of_appends_of_which_one_is_denied_none_is_recorded() {
    let place = place();
    let ledger = create(&place.dir);
    ledger.append(one(9, "C", 0)).unwrap();
    let (head, words) = (ledger.head(), ledger.vault().count());
    let denied = |at: usize, other: Append, says: &str| {
        let mut appends = three();
        appends.insert(at, other);
        match ledger.append_together(appends) {
            Err(NotTogether::One { index, error }) if index == at => {
                assert!(error.to_string().contains(says), "{error}");
            }
            other => panic!("{says}: {other:?}"),
        }
        assert_eq!((ledger.head(), ledger.vault().count()), (head, words), "{says}");
    };
    denied(0, one(4, "A", 7), "is at version 0, not 7");
    denied(3, one(4, "A", 0), "is at version 2, not 0");
    denied(2, append(9, "C", 0, vec![event(b"other")]), "with other content");
    denied(1, append(4, "D", 0, Vec::new()), "no event");
    denied(3, one(1, "D", 0), "twice");
    let partly = ledger.append_together([vec![one(9, "C", 0)], three()].concat());
    assert!(matches!(partly, Err(NotTogether::Partly { recorded: 1, index: 0, .. })), "{partly:?}");
    let many = (10..4200).map(|number| one(number, &number.to_string(), 0)).collect();
    let large = ledger.append_together(many);
    let Err(NotTogether::All(AppendError::TooLarge { records, records_max, .. })) = large else {
        panic!("{large:?}")
    };
    assert_eq!((records, records_max), (4190, thads_proof::block::RECORDS_MAX));
    assert_eq!(ledger.head(), head);
    // The control: without the one that is denied they are taken.
    assert_eq!(ledger.append_together(three()).unwrap().len(), 3);
    ledger.close().unwrap();
    let closed = reopen(&place.dir);
    closed.shut_down().unwrap();
    let stopped = closed.append_together(vec![one(5, "E", 0)]);
    assert!(matches!(stopped, Err(NotTogether::All(AppendError::Stopped(_)))), "{stopped:?}");
}

/// What the ledger says of each append, the rehearsal has said before, and nothing stands there for it.
#[test]
fn a_rehearsal_says_what_the_ledger_says() {
    let place = place();
    let ledger = create(&place.dir);
    ledger.append(append(1, "A", 0, vec![event(b"a")])).unwrap();
    let lost = NewEvent { corrects: Some(Position::new(99)), ..event(b"a") };
    let appends = [
        append(2, "A", 1, vec![event(b"b")]),
        append(1, "A", 0, vec![event(b"a")]),
        append(1, "A", 0, vec![event(b"b")]),
        append(3, "A", 7, vec![event(b"b")]),
        append(4, "A", 1, Vec::new()),
        append(5, "A", 1, vec![lost]),
        append(6, "A", 1, vec![event(&vec![1; 70_000])]),
        append(7, "A", 1, vec![event(&[1; 60_000]); 9]),
        append(8, "A", 1, vec![event(b"b"); 5000]),
        append(10, "A", 1, vec![personal_event(3, "words")]),
        append(11, "A", 1, vec![personal_event(4, &"w".repeat(70_000))]),
    ];
    for asked in appends {
        let head = ledger.head();
        let said = ledger.rehearse(&asked).map(|rehearsed| matches!(rehearsed, Rehearsed::Repeated(_)));
        assert_eq!((ledger.head(), ledger.version(&stream("A"))), (head, 1));
        let other = Rehearsal::new(Reader::open(&place.dir).unwrap(), Box::new(clock())).unwrap();
        let rehearsed = other.append(asked.clone());
        // On a copy, so that what is recorded changes nothing for the next one.
        let copy = super::place();
        assert!(
            std::process::Command::new("cp")
                .arg("-r")
                .args([&place.dir, &copy.dir])
                .status()
                .unwrap()
                .success()
        );
        let (writing, _) = open(&copy.dir);
        let real = writing.append(asked);
        let text = |answer: &Result<_, AppendError>| answer.as_ref().map_err(ToString::to_string).copied();
        let repeated = |answer: &Result<crate::Receipt, AppendError>| {
            answer.as_ref().map(|receipt| receipt.repeated()).map_err(ToString::to_string)
        };
        assert_eq!(text(&said), repeated(&real));
        assert_eq!(repeated(&rehearsed), repeated(&real));
    }
    // The committer's own words, where it does not write at all.
    ledger.shut_down().unwrap();
    assert!(matches!(ledger.rehearse(&one(9, "A", 1)), Err(AppendError::Stopped(_))));
}

/// A rehearsal goes on from what it took, with the words about persons that only it has, over many blocks.
#[test]
fn a_rehearsal_builds_on_what_it_took() {
    let place = place();
    let ledger = create(&place.dir);
    ledger.append(one(1, "A", 0)).unwrap();
    let head = ledger.head();
    let rehearsal = Rehearsal::new(Reader::open(&place.dir).unwrap(), Box::new(clock())).unwrap();
    assert_eq!(rehearsal.began_at(), Position::new(2));
    let taken: Vec<Append> = (2..20).map(|number| one(number, "A", number - 1)).collect();
    for append in &taken {
        assert!(!rehearsal.append(append.clone()).unwrap().repeated());
    }
    assert_eq!(rehearsal.head().size, 20);
    for append in taken.iter().chain([&one(1, "A", 0)]) {
        assert!(rehearsal.append(append.clone()).unwrap().repeated());
    }
    assert_eq!(rehearsal.read(Position::GENESIS).map(Result::unwrap).count(), 20);
    assert!(matches!(rehearsal.append(one(99, "A", 1)), Err(AppendError::Stale { current: 19, .. })));
    assert_eq!(ledger.head(), head);
    assert_eq!(rehearsal.into_taken(), taken);
    let Err(AppendError::Malformed(twice)) =
        ledger.append_together(vec![one(2, "A", 1), one(2, "A", 1)]).map_err(|error| match error {
            NotTogether::One { error, .. } => error,
            other => panic!("{other:?}"),
        })
    else {
        panic!("taken")
    };
    assert_eq!(twice, Malformed::RequestTwice(request(2)));
}

/// Where another committer was first, all are judged anew on what it left: taken behind it, or denied for it.
#[test]
fn appends_together_that_lose_their_place_are_judged_anew() {
    let (memory, id) = memory();
    let journal = Arc::new(memory);
    let vault: Arc<dyn Vault> = Arc::new(crate::MemoryVault::new());
    let rival = || committer_with(id, seam(&journal), Arc::clone(&vault));
    let recorded =
        |answers: Vec<Result<crate::Receipt, AppendError>>| answers.into_iter().all(|one| one.is_ok());
    let (mut ours, mut theirs) = (rival(), rival());
    assert!(recorded(theirs.commit(&[one(9, "C", 0)])));
    let receipts = ours.commit_together(&three()).unwrap();
    assert_eq!((receipts[0].first(), receipts[2].size()), (Position::new(2), 5));
    // It has one of them already, which is not all of them.
    assert!(recorded(theirs.commit(&[one(4, "D", 0)])));
    let head = journal.head().unwrap();
    let partly = ours.commit_together(&[one(4, "D", 0), one(5, "E", 0)]);
    assert!(matches!(partly, Err(NotTogether::Partly { recorded: 1, index: 0, .. })), "{partly:?}");
    // It has moved a stream on.
    assert!(recorded(theirs.commit(&[one(6, "E", 0)])));
    let stale = ours.commit_together(&[one(7, "F", 0), one(8, "E", 0)]);
    assert!(
        matches!(stale, Err(NotTogether::One { index: 1, error: AppendError::Stale { current: 1, .. } })),
        "{stale:?}"
    );
    assert_eq!(journal.head().unwrap().size, head.size + 1);
}

/// How often others were first is counted for each time that something is asked: who was denied on what they left has not lost
/// the next race yet.
#[test]
fn lost_races_of_what_was_denied_are_not_counted_on() {
    let (memory, id) = memory();
    let journal = Arc::new(memory);
    let vault: Arc<dyn Vault> = Arc::new(crate::MemoryVault::new());
    let rival = || committer_with(id, seam(&journal), Arc::clone(&vault));
    let (mut ours, mut theirs) = (rival(), rival());
    for version in 0..70 {
        let first = theirs.commit(&[one(2 * version + 1, "E", version)]);
        assert!(first[0].is_ok(), "{first:?}");
        let stale = one(2 * version + 2, "E", version);
        let denied = match version % 2 {
            0 => matches!(ours.commit_together(&[stale]), Err(NotTogether::One { .. })),
            _ => matches!(ours.commit(&[stale])[0], Err(AppendError::Stale { .. })),
        };
        assert!(denied, "{version}");
    }
    assert!(theirs.commit(&[one(200, "C", 0)])[0].is_ok());
    let answer = ours.commit_together(&[one(201, "D", 0)]);
    assert!(answer.is_ok(), "{answer:?}");
    assert!(theirs.commit(&[one(202, "C", 1)])[0].is_ok());
    let answer = ours.commit(&[one(203, "D", 1)]);
    assert!(answer[0].is_ok(), "{answer:?}");
}
