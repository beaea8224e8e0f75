//! The group crash: the real server and the importer are killed at random moments and at every named step, under sixteen
//! writers; after each kill the ledger is judged against what was sent and acknowledged.

mod found;
mod import;
mod killing;

use std::path::Path;

use clap::Args;
use thads_ledger::testing::Step;

use self::found::Found;
use self::import::Importing;
use self::killing::Served;
use crate::Verdict;
use crate::office;
use crate::support::{Program, ran, say_broken};

/// What to try.
#[derive(Args)]
pub(crate) struct Options {
    /// Seed of everything that is random.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Rounds, each of several kills.
    #[arg(long, default_value_t = 50)]
    rounds: u64,
    /// Keep the ledgers and the truth files of this run.
    #[arg(long)]
    keep: bool,
}

/// Rounds after which every step must have been hit.
const ROUNDS_FOR_ALL: u64 = 10;
/// A ledger lives so many rounds: long enough to grow, short enough that every look at all of it stays quick.
const ROUNDS_A_LEDGER: u64 = 25;

/// What is killed in a round, side by side: two small ledgers of the test build, and by turns the product with a ledger
/// of its own and an import.
struct Victims {
    small: [Served; 2],
    product: Served,
}

impl Victims {
    fn found(folder: &Path, seed: u64, round: u64) -> Victims {
        let of = |program, number| Served::found(folder, program, seed, 1 + round * 3 + number);
        Victims { small: [of(Program::Testing, 0), of(Program::Testing, 1)], product: of(Program::Thads, 2) }
    }

    fn round(&mut self, round: u64, importing: &mut Importing) -> Found {
        let [first, second] = &mut self.small;
        let product = &mut self.product;
        std::thread::scope(|scope| {
            let first = scope.spawn(move || {
                let mut found = Found::default();
                if round % 10 == 9 {
                    first.forget_copies(&mut found);
                }
                first.kill_at_any_moment(&mut found);
                first.kill_at_step(step(round * 3), &mut found);
                first.settle(&mut found);
                found
            });
            let second = scope.spawn(move || {
                let mut found = Found::default();
                second.kill_at_step(step(round * 3 + 1), &mut found);
                second.kill_at_step(step(round * 3 + 2), &mut found);
                if round % 2 == 1 {
                    second.settle(&mut found);
                }
                found
            });
            let mut found = Found::default();
            if round.is_multiple_of(4) {
                product.kill_at_any_moment(&mut found);
                found.say("(product)");
                product.settle(&mut found);
            } else if round % 2 == 1 {
                importing.kill(usize::try_from(round / 2).unwrap(), &mut found);
            }
            let mut all = first.join().unwrap();
            all.add(second.join().unwrap());
            all.add(found);
            all
        })
    }
}

fn step(nth: u64) -> &'static str {
    Step::ALL[usize::try_from(nth).unwrap() % Step::ALL.len()].1
}

/// Runs the group.
pub(crate) fn run(options: &Options) -> Verdict {
    println!("seed {}", options.seed);
    let mut all = Found::default();
    switches(&mut all.broken);
    let folder = tempfile::tempdir().unwrap();
    let mut importing = Importing::new(&folder.path().join("import"), options.seed, &mut all.broken);
    let mut victims = None;
    for round in 0..options.rounds {
        if round.is_multiple_of(ROUNDS_A_LEDGER) {
            victims = Some(Victims::found(folder.path(), options.seed, round));
        }
        let Some(victims) = &mut victims else { continue };
        let mut found = victims.round(round, &mut importing);
        println!(
            "round {}: {} acknowledgements; {}",
            round + 1,
            found.counts.acknowledged,
            found.said.join(", ")
        );
        for broken in &mut found.broken {
            *broken = format!("round {}: {broken}", round + 1);
            say_broken(broken);
        }
        all.add(found);
    }
    importing.finish(&mut all);
    let lies = victims.map_or(0, |mut victims| victims.small[1].lie(&mut all));
    println!("\nstep                 times hit");
    for (_, step) in Step::ALL {
        let times = all.hits.get(step).copied().unwrap_or_default();
        println!("{step:20} {times:9}");
        if times == 0 && options.rounds >= ROUNDS_FOR_ALL {
            all.broken.push(format!("step {step} was never hit"));
        }
    }
    if options.keep || !all.broken.is_empty() {
        println!("kept: {}", folder.keep().display());
    }
    let tried = format!(
        "crash: seed {}, {} rounds, {}, {lies} of 4 lies found",
        options.seed, options.rounds, all.counts
    );
    Verdict { tried, broken: all.broken }
}

/// The product must not obey the switches that kill, and the test build must.
fn switches(broken: &mut Vec<String>) {
    for (program, wanted) in [(Program::Thads, false), (Program::Testing, true)] {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        office::found(&data, 0, || Program::Thads.on(&data));
        let nothing = folder.path().join("nothing.jsonl");
        std::fs::write(&nothing, "").unwrap();
        let mut command = program.on(&data);
        command.env("THADS_DIE_AT", "open-locked:1").arg("record").arg(&nothing);
        let died = ran(&mut command).status.is_none();
        if died != wanted {
            broken.push(format!("{program:?} dies at a step when told: {died}; must: {wanted}"));
        }
    }
}
