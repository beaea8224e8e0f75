//! Appends: numbering, versions, request ids, limits, threads.

use std::sync::Arc;

use thads_proof::record::{Micros, Position, RequestId};

use super::*;
use crate::{Append, AppendError, Clock, Malformed, Moment, Records};

#[test]
fn records_are_numbered_chained_and_answered_with_their_receipt() {
    let place = place();
    let ledger = create(&place.dir);
    let receipt = ledger.append(append(1, "A", 0, vec![event(b"a"), event(b"b")])).unwrap();
    assert_eq!((receipt.first(), receipt.last(), receipt.count()), (Position::new(1), Position::new(2), 2));
    assert_eq!((receipt.size(), receipt.root(), receipt.leaf()), (3, ledger.head().root, ledger.head().leaf));
    assert!(!receipt.repeated());
    let records: Vec<_> = ledger.read(Position::new(1)).map(Result::unwrap).collect();
    assert_eq!(records.iter().map(|record| record.stream_version).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(records[1].stream_previous_leaf, records[1].previous_leaf);
    assert_eq!(ledger.version(&stream("A")), 2);
    assert_eq!(ledger.record(Position::new(2)).unwrap().unwrap(), records[1]);
    assert_eq!(ledger.record(Position::new(3)).unwrap(), None);
}

#[test]
fn a_stale_version_is_refused_with_the_current_one_and_nothing_of_the_append_is_written() {
    let place = place();
    let ledger = create(&place.dir);
    ledger.append(one(1, "A", 0)).unwrap();
    let mut both = one(2, "B", 0);
    both.streams.push(crate::StreamAppend { stream: stream("A"), expected_version: 0, events: vec![] });
    match ledger.append(both.clone()) {
        Err(AppendError::Stale { stream: of, expected: 0, current: 1 }) => assert_eq!(of, stream("A")),
        other => panic!("{other:?}"),
    }
    assert_eq!((ledger.head().size, ledger.version(&stream("B"))), (2, 0));
    both.streams[1].expected_version = 1; // a check that holds
    assert_eq!(ledger.append(both).unwrap().count(), 1);
    assert_eq!(ledger.version(&stream("A")), 1);
    // The refused request id was not used up; a version too high is stale as well.
    assert!(matches!(ledger.append(one(3, "A", 2)), Err(AppendError::Stale { current: 1, .. })));
}

#[test]
fn a_request_id_is_answered_with_its_first_receipt_for_ever_or_refused() {
    let place = place();
    let ledger = create(&place.dir);
    let first = ledger.append(append(1, "A", 0, vec![event(b"a"), event(b"b")])).unwrap();
    ledger.append(one(2, "A", 2)).unwrap();
    let ask = |ledger: &Ledger| {
        let again = ledger.append(append(1, "A", 0, vec![event(b"a"), event(b"b")])).unwrap();
        assert!(again.repeated());
        assert_eq!(
            (again.first(), again.last(), again.leaf(), again.size(), again.root(), again.recorded_at()),
            (first.first(), first.last(), first.leaf(), first.size(), first.root(), first.recorded_at())
        );
        let (receipt, records) = ledger.repeated(&request(1)).unwrap().unwrap();
        assert_eq!((receipt, records.len()), (again, 2));
        assert_eq!(ledger.repeated(&request(99)).unwrap(), None);
        for other in [
            append(1, "A", 2, vec![event(b"a")]),
            append(1, "B", 0, vec![event(b"a"), event(b"b")]),
            append(1, "A", 2, vec![event(b"a"), event(b"c")]),
            append(1, "A", 2, vec![event(b"a"), NewEvent { actor: 6, ..event(b"b") }]),
            append(1, "A", 2, vec![event(b"a"), NewEvent { effective: 1, ..event(b"b") }]),
        ] {
            match ledger.append(other) {
                Err(AppendError::RequestReused { position, .. }) => assert_eq!(position, first.first()),
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(ledger.head().size, 4);
    };
    ask(&ledger);
    ledger.close().unwrap();
    ask(&reopen(&place.dir)); // from sled, with the snapshot
    std::fs::remove_file(place.dir.join("snapshots/heads")).unwrap();
    ask(&reopen(&place.dir)); // folded anew
}

#[test]
fn a_request_id_twice_in_one_call_is_recorded_once() {
    let place = place();
    let ledger = create(&place.dir);
    let answers = ledger.append_many(vec![one(1, "A", 0), one(1, "A", 0), one(2, "A", 1), one(2, "B", 0)]);
    let [first, again, second, reused] = answers.as_slice() else { panic!() };
    assert_eq!(first.as_ref().unwrap().first(), again.as_ref().unwrap().first());
    assert!(again.as_ref().unwrap().repeated());
    assert_eq!(second.as_ref().unwrap().first(), Position::new(2));
    assert!(matches!(reused, Err(AppendError::RequestReused { .. })));
    assert_eq!(ledger.head().size, 3);
}

#[test]
fn the_genesis_request_id_is_taken() {
    let place = place();
    let ledger = create(&place.dir);
    let answer = ledger.append(Append { request: RequestId([0; 16]), ..one(0, "A", 0) });
    assert!(
        matches!(answer, Err(AppendError::RequestReused { position: Position::GENESIS, .. })),
        "{answer:?}"
    );
}

#[test]
fn what_is_not_well_formed_is_refused() {
    let (journal, id) = memory();
    let mut committer = committer(id, Arc::new(journal));
    let mut refuse = |append: Append| match committer.commit(&[append]).pop() {
        Some(Err(AppendError::Malformed(why))) => why,
        other => panic!("{other:?}"),
    };
    assert_eq!(refuse(append(1, "A", 0, vec![])), Malformed::NoEvent);
    let mut twice = one(1, "A", 0);
    twice.streams.push(twice.streams[0].clone());
    assert_eq!(refuse(twice), Malformed::StreamTwice(stream("A")));
    let corrects = Some(Position::new(1));
    let early = append(1, "A", 0, vec![NewEvent { corrects, ..event(b"a") }]);
    assert_eq!(refuse(early), Malformed::CorrectsNothing(Position::new(1)));
    let mut missing = personal_event(7, "An");
    missing.payload = b"no reference".to_vec();
    assert_eq!(refuse(append(1, "A", 0, vec![missing])), Malformed::ReferenceMissing(0));
    let long = vec![0; 65_537];
    assert_eq!(refuse(append(1, "A", 0, vec![event(&long)])), Malformed::PayloadTooLong { given: 65_537 });
    let many: Vec<_> = (0..4097).map(|_| event(b"")).collect();
    let answer = committer.commit(&[append(1, "A", 0, many)]).pop();
    assert!(matches!(answer, Some(Err(AppendError::TooLarge { records: 4097, .. }))), "{answer:?}");
    let heavy: Vec<_> = (0..9).map(|_| event(&[1; 65_000])).collect();
    let answer = committer.commit(&[append(1, "A", 0, heavy)]).pop();
    assert!(matches!(answer, Some(Err(AppendError::TooLarge { records: 9, .. }))), "{answer:?}");
    assert_eq!(committer.head().size, 1);
}

#[test]
fn the_largest_append_fits_and_an_append_never_spans_blocks() {
    let (journal, id) = memory();
    let journal = Arc::new(journal);
    let mut committer = committer(id, seam(&journal));
    let half: Vec<_> = (0..1300).map(|_| event(&[1; 20])).collect();
    let answers = committer.commit(&[append(1, "A", 0, half.clone()), append(2, "B", 0, half)]);
    let sizes: Vec<_> = answers.iter().map(|answer| answer.as_ref().unwrap().size()).collect();
    assert_eq!(sizes, [1301, 2601]);
    assert_eq!(journal.blocks().len(), 3);
}

#[test]
fn recorded_at_never_decreases_whatever_the_clock_does() {
    let (journal, id) = memory();
    let journal = Arc::new(journal);
    let handle = SimulatedClock::new(START);
    let mut committer = Committer::new(
        id,
        seam(&journal),
        Arc::new(crate::MemoryVault::new()),
        Box::new(handle.clone()),
        Box::new(Seeded::new(SEED)),
    )
    .unwrap();
    for (number, at) in [(1, 500), (2, 100), (3, 400), (4, 600), (5, i64::MIN)] {
        handle.set(START.checked_add(at).unwrap_or(Micros::new(at)));
        committer.commit(&[one(number, "A", number - 1)]);
    }
    let times: Vec<i64> = Records::new(journal.read(1..6))
        .map(|record| record.unwrap().recorded_at.get() - START.get())
        .collect();
    assert_eq!(times, [500, 500, 500, 600, 600]);
    assert!(crate::SystemClock.now() > START);
}

/// An append that says when it was decided is recorded then, or with the head where that is later, as long as its day lasts.
#[test]
fn an_append_is_recorded_when_it_was_decided_or_not_at_all() {
    let (journal, id) = memory();
    let mut committer = committer(id, Arc::new(journal));
    let mut size = committer.head().size;
    let start = committer.head().recorded_at.get();
    let mut tell = |number: u64, at: i64, before: i64| {
        let moment = Moment { at: Micros::new(start + at), before: Micros::new(start + before) };
        let append = Append { moment: Some(moment), ..one(number, &format!("S{number}"), 0) };
        let answer = committer.commit(&[append]).remove(0);
        size += u64::from(answer.is_ok());
        assert_eq!(committer.head().size, size);
        answer.map(|receipt| receipt.recorded_at().get() - start)
    };
    assert_eq!(tell(1, 500, 900).unwrap(), 500);
    assert_eq!(tell(2, 100, 900).unwrap(), 500);
    for (at, before) in [(100, 500), (100, 400), (900, 900)] {
        let answer = tell(3, at, before);
        assert!(matches!(answer, Err(AppendError::Outdated { .. })), "{answer:?}");
    }
    assert_eq!(tell(3, 899, 900).unwrap(), 899);
}

#[test]
fn many_threads_lose_nothing_and_double_nothing() {
    let place = place();
    let ledger = create(&place.dir);
    let answers: Vec<_> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..8_u64)
            .map(|writer| {
                let ledger = &ledger;
                scope.spawn(move || {
                    let key = format!("W{writer}");
                    (0..50)
                        .map(|n| ledger.append(one(1000 * writer + n + 1, &key, n)).unwrap())
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });
    let mut positions: Vec<_> = answers.iter().map(|receipt| receipt.first().get()).collect();
    positions.sort_unstable();
    assert_eq!(positions, (1..=400).collect::<Vec<_>>());
    assert_eq!(ledger.read(Position::GENESIS).map(Result::unwrap).count(), 401);
}

#[test]
fn followers_see_every_record_and_end_when_the_ledger_is_closed() {
    let place = place();
    let ledger = Arc::new(create(&place.dir));
    let follower = {
        let ledger = Arc::clone(&ledger);
        std::thread::spawn(move || {
            let mut seen = 0;
            for record in ledger.follow(Position::GENESIS) {
                assert_eq!(record.unwrap().position.get(), seen);
                seen += 1;
                if seen == 31 {
                    break;
                }
            }
            seen
        })
    };
    fill(&ledger, 1, 30);
    assert_eq!(follower.join().unwrap(), 31);
    let mut rest = ledger.follow(Position::new(31));
    ledger.shut_down().unwrap();
    assert!(rest.next().is_none());
    assert!(matches!(ledger.append(one(99, "Z", 0)), Err(AppendError::Stopped(_))));
}

#[test]
fn submit_answers_from_the_committers_thread() {
    let place = place();
    let ledger = create(&place.dir);
    let (send, answers) = std::sync::mpsc::channel();
    ledger.submit(one(1, "A", 0), move |answer| send.send(answer).unwrap());
    assert_eq!(answers.recv().unwrap().unwrap().first(), Position::new(1));
}
