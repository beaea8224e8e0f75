//! Transfers: which cases another office sends, which the Department pulls up, and which orders are taken back.

use thads_cases::ids::OfficeNo;

use super::intake::Sort;
use super::organisation::SITES;
use super::outcomes::{CaseOutcome, Group, Origin, Spec};
use super::rng::DemoRng;
use super::sums;

/// Cases that move between offices: who sends what is received, who is pulled up, what is taken back.
pub(super) fn draw(specs: &mut Vec<Spec>, rng: &mut DemoRng) {
    let count = usize::try_from(rng.between(296, 342)).unwrap_or(300);
    let mut receivers: Vec<usize> = (0..specs.len())
        .filter(|at| {
            let spec = &specs[*at];
            spec.origin == Origin::New
                && spec.paid == 0
                && matches!(spec.outcome, CaseOutcome::Completed | CaseOutcome::Open)
        })
        .collect();
    rng.shuffle(&mut receivers);
    // Three in four of those received are still open.
    receivers.sort_by_key(|at| specs[*at].outcome == CaseOutcome::Completed && at % 8 != 0);
    receivers.truncate(count);
    for (at, receiver) in receivers.into_iter().enumerate() {
        let outcome = if at < 6 && specs[receiver].sort == Sort::Private {
            CaseOutcome::MetAndEntrusted
        } else {
            CaseOutcome::Entrusted
        };
        send(specs, receiver, outcome, rng);
    }
    // On the way when the period ends.
    let on_the_way: Vec<usize> = (0..specs.len())
        .filter(|at| specs[*at].origin == Origin::Later && specs[*at].outcome == CaseOutcome::Open)
        .collect();
    for receiver in on_the_way.iter().take(4) {
        send(specs, *receiver, CaseOutcome::OnTheWay, rng);
    }
    let pulled: Vec<usize> = (0..specs.len())
        .filter(|at| {
            let spec = &specs[*at];
            spec.site == 0
                && spec.outcome == CaseOutcome::Open
                && spec.origin == Origin::New
                && spec.paid == 0
                && spec.sort != Sort::Proactive
        })
        .filter(|at| specs[*at].from.is_none())
        .take(5)
        .collect();
    for receiver in pulled {
        send(specs, receiver, CaseOutcome::PulledUp, rng);
    }
    for _ in 0..rng.between(18, 30) {
        let site = 1 + rng.index(SITES.len() - 1);
        let sort = if rng.percent(60) { Sort::Proactive } else { Sort::Private };
        let origin = if rng.percent(50) { Origin::Carried } else { Origin::New };
        let mut spec = Spec::new(site, sort, origin, CaseOutcome::Withdrawn);
        spec.amount = sums::drawn(Group::Open, sort, rng);
        specs.push(spec);
    }
}

/// Adds the case of another office that a receiver's case continues.
fn send(specs: &mut Vec<Spec>, receiver: usize, outcome: CaseOutcome, rng: &mut DemoRng) {
    let (site, sort, amount) = (specs[receiver].site, specs[receiver].sort, specs[receiver].amount);
    let others: Vec<(u32, usize)> = (0..SITES.len())
        .filter(|other| *other != site && (outcome != CaseOutcome::PulledUp || *other != 0))
        .map(|other| (u32::try_from(SITES[other].cases).unwrap_or(1), other))
        .collect();
    let origin = if rng.percent(55) { Origin::Carried } else { Origin::New };
    let mut sender = Spec::new(rng.weighted(&others), sort, origin, outcome);
    sender.amount = amount;
    sender.to = u32::try_from(site + 1).ok().map(OfficeNo);
    if outcome == CaseOutcome::MetAndEntrusted {
        // It stands for one of the cases that its own office completes, and brings that one's sum as what was met.
        let own = (0..specs.len()).find(|at| {
            let spec = &specs[*at];
            spec.site == sender.site
                && spec.sort == Sort::Private
                && spec.outcome == CaseOutcome::Completed
                && spec.origin == Origin::Carried
                && spec.amount > 2_000_000
        });
        match own {
            Some(own) => {
                specs[own].outcome = outcome;
                specs[own].moved = amount;
                specs[own].to = sender.to;
                specs[receiver].from = Some(own);
                return;
            }
            None => sender.outcome = CaseOutcome::Entrusted,
        }
    }
    specs[receiver].from = Some(specs.len());
    specs.push(sender);
}
