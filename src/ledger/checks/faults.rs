//! The committer on a journal that fails: an answer is never a lie, and a repetition settles what was unknown.

use std::sync::Arc;
use std::time::Duration;

use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use thads_proof::record::Position;

use super::*;
use crate::AppendError;
use crate::journal::{Fault, Faulty, OwnedBlock, ReadFault};

fn faulty(faults: impl IntoIterator<Item = Fault>) -> (Arc<Faulty>, LedgerId) {
    let journal = Arc::new(Faulty::script(std::iter::once(Fault::None).chain(faults)));
    let (id, block) = genesis_block(&genesis(), &mut clock(), &mut Seeded::new(SEED)).unwrap();
    journal.append(&Head::empty(), &block).unwrap();
    (journal, id)
}

fn only(mut answers: Vec<Result<crate::Receipt, AppendError>>) -> Result<crate::Receipt, AppendError> {
    answers.pop().unwrap()
}

#[test]
fn an_unknown_outcome_is_settled_by_the_same_append_and_recorded_once() {
    for unknown in [Fault::UnknownLost, Fault::UnknownWritten] {
        let (journal, id) = faulty([unknown.clone(), unknown]);
        let mut committer = committer(id, seam(&journal));
        assert_eq!(only(committer.commit(&[one(1, "A", 0)])).unwrap().first(), Position::new(1));
        assert_eq!(only(committer.commit(&[one(2, "A", 1)])).unwrap().first(), Position::new(2));
        assert_eq!(journal.head().unwrap().size, 3);
    }
}

#[test]
fn a_full_disk_refuses_and_writes_on_when_there_is_room() {
    let (journal, id) = faulty([Fault::Full]);
    let mut committer = committer(id, seam(&journal));
    assert!(matches!(only(committer.commit(&[one(1, "A", 0)])), Err(AppendError::DiskFull { .. })));
    assert_eq!((committer.head().size, committer.stopped()), (1, None));
    assert_eq!(only(committer.commit(&[one(1, "A", 0)])).unwrap().first(), Position::new(1));
}

#[test]
fn a_failed_write_or_sync_stops_the_committer_and_the_repetition_is_definite() {
    for (fault, kept) in [
        (Fault::WriteFails, false),
        (Fault::Torn, false),
        (Fault::SyncFails, false),
        (Fault::SyncFails, true),
    ] {
        let (journal, id) = faulty([Fault::None, fault.clone()]);
        let vault: Arc<dyn Vault> = Arc::new(crate::MemoryVault::new());
        let mut committer = committer_with(id, seam(&journal), Arc::clone(&vault));
        let acknowledged =
            only(committer.commit(&[append(1, "A", 0, vec![personal_event(1, "An")])])).unwrap();
        let failed = append(2, "A", 1, vec![personal_event(2, "Bình")]);
        assert!(matches!(
            only(committer.commit(std::slice::from_ref(&failed))),
            Err(AppendError::Unknown(_))
        ));
        assert!(matches!(only(committer.commit(&[one(3, "B", 0)])), Err(AppendError::Stopped(_))));
        assert!(committer.stopped().is_some());
        // After the power loss: what was acknowledged is there, and the repetition is answered once and for all.
        let left = Arc::new(journal.crash(kept));
        let mut committer = committer_with(id, seam(&left), vault);
        let again = only(committer.commit(&[append(1, "A", 0, vec![personal_event(9, "An")])])).unwrap();
        assert_eq!((again.first(), again.repeated()), (acknowledged.first(), true));
        let settled = only(committer.commit(&[failed])).unwrap();
        assert_eq!(
            (settled.first(), settled.repeated()),
            (Position::new(2), kept && fault == Fault::SyncFails)
        );
        assert_eq!(left.head().unwrap().size, 3);
    }
}

/// What another committer, of the same ledger, makes of its appends.
fn rival(id: LedgerId, before: &[Append], appends: &[Append]) -> OwnedBlock {
    let (journal, _) = memory();
    let journal = Arc::new(journal);
    let mut committer = committer(id, seam(&journal));
    committer.commit(before);
    committer.commit(appends);
    journal.blocks().last().unwrap().as_ref().clone()
}

#[test]
fn where_another_committer_was_first_the_appends_are_decided_anew_on_its_block() {
    let (_, id) = memory();
    let theirs = rival(id, &[], &[one(1, "A", 0), one(7, "B", 0)]);
    let (journal, _) = faulty([Fault::Rival(theirs)]);
    let mut committer = committer(id, seam(&journal));
    let answers = committer.commit(&[one(1, "A", 0), one(2, "A", 0), one(3, "C", 0), one(4, "A", 1)]);
    assert!(answers[0].as_ref().unwrap().repeated()); // the same request went through the other committer
    assert!(matches!(answers[1], Err(AppendError::Stale { current: 1, .. })));
    assert_eq!(answers[2].as_ref().unwrap().first(), Position::new(3));
    assert_eq!(answers[3].as_ref().unwrap().first(), Position::new(4));
    assert_eq!(committer.head().size, 5);
}

#[test]
fn what_was_refused_on_a_block_that_lost_is_judged_on_the_one_that_won() {
    // Their block holds a request that ours was about to refuse.
    let (_, id) = memory();
    let theirs = rival(id, &[], &[one(2, "A", 0), one(7, "B", 0)]);
    let (journal, _) = faulty([Fault::Rival(theirs)]);
    let mut committer = committer(id, seam(&journal));
    let answers = committer.commit(&[one(1, "A", 0), one(2, "A", 0)]);
    assert!(matches!(answers[0], Err(AppendError::Stale { current: 1, .. })));
    assert_eq!(answers[1].as_ref().unwrap().first(), Position::new(1));
    assert!(answers[1].as_ref().unwrap().repeated());
}

#[test]
fn no_failure_after_an_undecided_try_says_that_nothing_was_written() {
    for failure in [Fault::Full, Fault::WriteFails, Fault::Torn] {
        let (journal, id) = faulty([Fault::None, Fault::Late].into_iter().chain(vec![failure.clone(); 16]));
        let vault: Arc<dyn Vault> = Arc::new(crate::MemoryVault::new());
        let mut committer = committer_with(id, seam(&journal), Arc::clone(&vault));
        only(committer.commit(&[one(1, "A", 0)])).unwrap();
        assert!(matches!(only(committer.commit(&[one(2, "A", 1)])), Err(AppendError::Unknown(_))));
        assert!(committer.stopped().is_some());
        // The block was under way all the time, and arrives.
        let left = Arc::new(Faulty::timed(journal.crash(true), clock()));
        left.put_under_way(journal.take_under_way());
        assert_eq!(left.arrive(), 1);
        let mut committer = committer_with(id, seam(&left), vault);
        assert!(only(committer.commit(&[one(2, "A", 1)])).unwrap().repeated());
    }
}

#[test]
fn a_repetition_is_never_answered_from_bytes_that_were_not_recorded() {
    let (journal, id) = faulty([]);
    let mut committer = committer(id, seam(&journal));
    let asked = append(1, "A", 0, vec![event(b"x"), event(b"y")]);
    for filler in [None, Some(one(2, "B", 0))] {
        let appends: Vec<Append> = filler.into_iter().chain([asked.clone()]).collect();
        let first = committer.commit(&appends).pop().unwrap().unwrap();
        let block = journal.blocks().last().unwrap().run();
        for bit in 0..8 * block.bytes().len() {
            journal.then_read(ReadFault::Damaged { run: 0, bit });
            match only(committer.commit(std::slice::from_ref(&asked))) {
                Ok(again) => {
                    assert_eq!((again.first(), again.leaf()), (first.first(), first.leaf()), "bit {bit}")
                }
                Err(AppendError::Unreadable(_)) => {}
                Err(error) => panic!("bit {bit}: {error}"),
            }
        }
        assert_eq!(journal.head().unwrap().size, committer.head().size);
    }
    assert_eq!(committer.head().size, 4);
}

#[test]
fn a_slow_journal_gathers_what_waits() {
    let (journal, id) = faulty([Fault::Slow(Duration::from_millis(5))]);
    let mut committer = committer(id, seam(&journal));
    assert!(committer.commit(&[one(1, "A", 0), one(2, "B", 0)]).iter().all(Result::is_ok));
    assert_eq!(journal.happened().len(), 2);
}

/// A history of faults, crashes and repetitions: nothing acknowledged is lost, nothing is recorded twice, and the log folds.
fn live_through(seed: u64) {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let (memory, id) = memory();
    let mut journal = Arc::new(Faulty::seeded(memory, rng.next_u64()));
    let vault: Arc<dyn Vault> = Arc::new(crate::MemoryVault::new());
    let mut committer = committer_with(id, seam(&journal), Arc::clone(&vault));
    let mut acknowledged: Vec<(Append, Position)> = Vec::new();
    let mut open: Vec<Append> = Vec::new();
    for number in 1..60 {
        let key = format!("S{}", rng.next_u32() % 4);
        let version = committer.state().read().unwrap().stream(&stream(&key)).0;
        let plaintext = format!("person {number}");
        let reference = u8::try_from(number).unwrap();
        let asked = append(number, &key, version, vec![personal_event(reference, &plaintext), event(b"x")]);
        match only(committer.commit(std::slice::from_ref(&asked))) {
            Ok(receipt) => acknowledged.push((asked, receipt.first())),
            Err(AppendError::Unknown(_)) => open.push(asked),
            Err(AppendError::DiskFull { .. } | AppendError::Stopped(_)) => {}
            Err(error) => panic!("seed {seed}: {error}"),
        }
        if committer.stopped().is_some() {
            let left = journal.crash(rng.next_u32().is_multiple_of(2));
            journal = Arc::new(Faulty::seeded(left, rng.next_u64()));
            committer = committer_with(id, seam(&journal), Arc::clone(&vault));
        }
    }
    let left = Arc::new(journal.crash(false));
    let mut committer = committer_with(id, seam(&left), Arc::clone(&vault));
    for (append, first) in &acknowledged {
        let again = only(committer.commit(std::slice::from_ref(append))).unwrap();
        assert!(again.repeated() && again.first() == *first, "seed {seed}");
    }
    for append in &open {
        match only(committer.commit(std::slice::from_ref(append))) {
            Ok(_) | Err(AppendError::Stale { .. }) => {}
            Err(error) => panic!("seed {seed}: {error}"),
        }
    }
    let mut requests = std::collections::HashMap::new();
    for record in crate::Records::new(left.read(1..committer.head().size)) {
        *requests.entry(record.unwrap().request).or_insert(0) += 1;
    }
    assert!(requests.values().all(|count| *count == 2), "seed {seed}");
}

#[test]
fn whatever_fails_nothing_acknowledged_is_lost_and_nothing_is_doubled() {
    (0..60).for_each(live_through);
}
