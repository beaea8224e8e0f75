//! The demo: Đồng Tháp's thirteen offices and their six months to 31 March 2019, action by action.
//!
//! [`plan()`] says what is recorded, by whom and when by the simulated clock; whoever runs it takes each action through
//! the law's `decide`, as any other. Outcomes and sums are chosen here, figures are not: they come out of the fold.
//! Deterministic: the same seed gives the same plan. No person in it exists.

mod amounts;
mod auction;
mod calibration;
mod case_script;
mod complaints;
mod corrections;
mod days;
mod endings;
mod intake;
mod moves;
mod organisation;
mod outcomes;
mod payment;
mod people;
mod plan;
mod quotas;
mod rng;
mod scripts;
mod sums;
mod suspension;
#[cfg(test)]
mod tests;
mod transfers;
mod trial;
mod waiting;

use thads_cases::calendar::Calendar;
use thads_cases::reference_data::ReferenceData;
use thads_cases::rules::Rules;

use auction::Rounds;
use case_script::{CaseScript, Land};
use days::Days;
use organisation::Unit;
use outcomes::{CaseOutcome, Spec};
use rng::DemoRng;
use scripts::Sent;

pub use calibration::{Band, BandUnit, bands};
pub use plan::{Plan, Planned};

/// How often a script is written anew before it is taken as it is.
const TRIALS: u64 = 20;

/// The plan of a seed: everything that is recorded from January 2016 to 12 April 2019.
pub fn plan(seed: u64) -> Plan {
    let (rules, calendar) = (Rules::built_in(), Calendar::built_in());
    let days = Days::new(&calendar);
    let mut rng = DemoRng::new(seed, 0);
    let (units, mut founding) = organisation::found(&days, &mut rng);
    let organisation = organisation::as_founded(&founding);
    let land = Land { days, reference_data: ReferenceData { rules, calendar, organisation } };
    let (targets, assigned) = organisation::targets(&units, &land.days, &mut rng);
    founding.extend(assigned);
    let specs = outcomes::draw(&targets, &mut rng);
    let scripts = scripts(seed, &land, &units, &specs);

    let mut cases: Vec<Vec<usize>> = vec![Vec::new(); units.len()];
    for (spec, lane) in specs.iter().zip(1..) {
        cases[spec.site].push(lane);
    }
    let complaints = complaints::draw(&land, &units, specs.len() + 1, &cases, &mut rng);
    let mut lanes = vec![founding];
    lanes.extend(scripts.into_iter().map(|script| script.map(|script| script.steps).unwrap_or_default()));
    lanes.extend(complaints);
    let codes: Vec<_> = units.iter().map(|unit| unit.code.clone()).collect();
    plan::merge(lanes, &codes, seed)
}

/// The script of every case; that of spec `i` has lane `i + 1`, for lane 0 is the organisation's.
fn scripts<'a>(seed: u64, land: &'a Land, units: &'a [Unit], specs: &[Spec]) -> Vec<Option<CaseScript<'a>>> {
    let mut scripts: Vec<Option<CaseScript<'a>>> = specs.iter().map(|_| None).collect();
    // Senders come before receivers, and what is on sale last: how many rounds must fail follows from how many sold.
    let mut order: Vec<usize> = (0..specs.len()).collect();
    order.sort_by_key(|at| (specs[*at].outcome == CaseOutcome::OnSale, specs[*at].from.is_some()));
    let mut rounds = Rounds::default();
    for (at, left) in order.into_iter().zip((1..=specs.len()).rev()) {
        let (spec, lane) = (&specs[at], at + 1);
        let sender = spec.from.and_then(|from| scripts[from].as_ref().map(|script| (from, script)));
        let sent = sender
            .map(|(from, script)| Sent { script, pulled_up: specs[from].outcome == CaseOutcome::PulledUp });
        let mut written = None;
        for trial in 0..TRIALS {
            let stream = (trial << 32) + u64::try_from(lane).unwrap_or(0) + 1_000;
            let mut script = CaseScript::new(land, &units[spec.site], lane, DemoRng::new(seed, stream));
            script.rounds_due = rounds.due(left, &mut script.rng);
            scripts::write(&mut script, spec, sent.as_ref());
            script.record();
            let holds = trial::holds(&script, spec);
            written = Some(script);
            if holds {
                break;
            }
        }
        if let Some(script) = &written {
            rounds.count(&script.steps, &land.days);
        }
        scripts[at] = written;
    }
    scripts
}
