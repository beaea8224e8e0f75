//! The demo: Đồng Tháp's thirteen offices and their six months to 31 March 2019, action by action.
//!
//! [`plan`] says what is recorded, by whom and when by the simulated clock; whoever runs it takes each action through
//! the law's `decide`, as any other. Fates and sums are chosen here, figures are not: they come out of the fold.
//! Deterministic: the same seed gives the same plan. No person in it exists.

mod amounts;
mod auction;
mod bands;
mod chance;
mod complaints;
mod corrections;
mod days;
mod endings;
mod fates;
mod intake;
mod life;
mod lives;
mod moves;
mod organisation;
mod payment;
mod people;
mod plan;
mod quotas;
mod standing;
mod sums;
#[cfg(test)]
mod tests;
mod transfers;
mod trial;
mod waiting;

use thads_cases::calendar::Calendar;
use thads_cases::rules::Rules;
use thads_cases::world::World;

use auction::Rounds;
use chance::Chance;
use days::Days;
use fates::{Fate, Spec};
use life::{Land, Life};
use lives::Sent;
use organisation::Unit;

pub use bands::{Band, BandUnit, bands};
pub use plan::{Plan, Planned};

/// How often a life is written anew before it is taken as it is.
const TRIALS: u64 = 20;

/// The plan of a seed: everything that is recorded from January 2016 to 12 April 2019.
pub fn plan(seed: u64) -> Plan {
    let (rules, calendar) = (Rules::built_in(), Calendar::built_in());
    let days = Days::new(&calendar);
    let mut chance = Chance::new(seed, 0);
    let (units, mut founding) = organisation::found(&days, &mut chance);
    let organisation = organisation::as_founded(&founding);
    let land = Land { days, world: World { rules, calendar, organisation } };
    let (targets, assigned) = organisation::targets(&units, &land.days, &mut chance);
    founding.extend(assigned);
    let specs = fates::draw(&targets, &mut chance);
    let lives = lives(seed, &land, &units, &specs);

    let mut cases: Vec<Vec<usize>> = vec![Vec::new(); units.len()];
    for (spec, lane) in specs.iter().zip(1..) {
        cases[spec.site].push(lane);
    }
    let complaints = complaints::draw(&land, &units, specs.len() + 1, &cases, &mut chance);
    let mut lanes = vec![founding];
    lanes.extend(lives.into_iter().map(|life| life.map(|life| life.steps).unwrap_or_default()));
    lanes.extend(complaints);
    let codes: Vec<_> = units.iter().map(|unit| unit.code.clone()).collect();
    plan::merge(lanes, &codes, seed)
}

/// The life of every case; that of spec `i` has lane `i + 1`, for lane 0 is the organisation's.
fn lives<'a>(seed: u64, land: &'a Land, units: &'a [Unit], specs: &[Spec]) -> Vec<Option<Life<'a>>> {
    let mut lives: Vec<Option<Life<'a>>> = specs.iter().map(|_| None).collect();
    // Senders come before receivers, and what is on sale last: how many rounds must fail follows from how many sold.
    let mut order: Vec<usize> = (0..specs.len()).collect();
    order.sort_by_key(|at| (specs[*at].fate == Fate::OnSale, specs[*at].from.is_some()));
    let mut rounds = Rounds::default();
    for (at, left) in order.into_iter().zip((1..=specs.len()).rev()) {
        let (spec, lane) = (&specs[at], at + 1);
        let sender = spec.from.and_then(|from| lives[from].as_ref().map(|life| (from, life)));
        let sent = sender.map(|(from, life)| Sent { life, pulled_up: specs[from].fate == Fate::PulledUp });
        let mut written = None;
        for trial in 0..TRIALS {
            let stream = (trial << 32) + u64::try_from(lane).unwrap_or(0) + 1_000;
            let mut life = Life::new(land, &units[spec.site], lane, Chance::new(seed, stream));
            life.rounds_due = rounds.due(left, &mut life.chance);
            lives::write(&mut life, spec, sent.as_ref());
            life.record();
            let holds = trial::holds(&life, spec);
            written = Some(life);
            if holds {
                break;
            }
        }
        if let Some(life) = &written {
            rounds.count(&life.steps, &land.days);
        }
        lives[at] = written;
    }
    lives
}
