//! What goes wrong in a round: drawn from the seed, told to the journal before the committer is asked.

use std::time::Duration;

use thads_ledger::journal::{Fault, Faulty, Moment, OwnedBlock, ReadFault};

use super::rng::{Counts, SimRng};

/// Draws what happens at the next appends, and tells it to the journal; `rival` is a block that another committer has
/// ready. Often nothing happens.
pub(crate) fn plan(rng: &mut SimRng, journal: &Faulty, storm: u64, rival: Option<OwnedBlock>) {
    if let Some(rival) = rival {
        journal.then(Fault::Rival(rival));
    }
    if !rng.one_in(storm) {
        return;
    }
    // A bulk takes several blocks: not always the first is hit.
    for _ in 0..rng.below(5).saturating_sub(2) {
        journal.then(Fault::None);
    }
    match rng.below(24) {
        0..6 => undecided(rng, journal),
        6 => journal.then(Fault::Full),
        7 => journal.set_full(true),
        8 => journal.then(Fault::WriteFails),
        9 => journal.then(Fault::Torn),
        10 => journal.then(Fault::SyncFails),
        11 => journal.then(Fault::Slow(Duration::from_millis(1 + rng.below(90_000)))),
        12 => journal.then(Fault::Dies(Moment::Due)),
        13 => journal.then(Fault::Dies(Moment::Written)),
        14 => journal.then(Fault::Dies(Moment::Synced)),
        15 => never_decided(rng, journal),
        _ => read_badly(rng, journal, 12),
    }
}

/// One to three tries without a decision, and then perhaps something worse.
fn undecided(rng: &mut SimRng, journal: &Faulty) {
    for _ in 0..1 + rng.below(3) {
        journal.then(one_undecided(rng));
    }
    match rng.below(8) {
        0 => journal.then(Fault::Full),
        1 => journal.then(Fault::WriteFails),
        2 => journal.then(Fault::SyncFails),
        3 => journal.then(Fault::Dies(Moment::Due)),
        4 => journal.then(Fault::Dies(Moment::Synced)),
        _ => {}
    }
}

/// No decision for longer than the committer asks.
fn never_decided(rng: &mut SimRng, journal: &Faulty) {
    let late = rng.one_in(2);
    for _ in 0..20 {
        journal.then(if late { Fault::Late } else { Fault::UnknownLost });
    }
}

fn one_undecided(rng: &mut SimRng) -> Fault {
    rng.pick(&[Fault::UnknownWritten, Fault::UnknownLost, Fault::UnknownLost, Fault::Late]).clone()
}

/// One of the next readings fails, or gives other bytes than were written.
pub(crate) fn read_badly(rng: &mut SimRng, journal: &Faulty, within: u64) {
    for _ in 0..rng.below(within) {
        journal.then_read(ReadFault::None);
    }
    let fault = if rng.one_in(2) {
        ReadFault::Fails
    } else {
        ReadFault::Damaged { run: rng.index(6), bit: rng.index(40_000) }
    };
    journal.then_read(fault);
}

/// Returns whether a step went as if nothing ever failed.
pub(crate) fn is_calm(happened: &[Fault]) -> bool {
    happened.iter().all(|fault| matches!(fault, Fault::None | Fault::Slow(_)))
}

/// Counts what happened.
pub(crate) fn count(counts: &mut Counts, happened: &[Fault]) {
    for fault in happened {
        let name = match fault {
            Fault::None => continue,
            Fault::Full => "full",
            Fault::WriteFails => "write fails",
            Fault::Torn => "torn",
            Fault::SyncFails => "sync fails",
            Fault::UnknownWritten => "unknown, written",
            Fault::UnknownLost => "unknown, lost",
            Fault::Late => "late",
            Fault::Rival(_) => "rival",
            Fault::Slow(_) => "slow",
            Fault::Dies(_) => "dies in an append",
        };
        counts.one("faults", name);
    }
}
