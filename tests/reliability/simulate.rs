//! Simulation: whole ledgers, each of one seed and one thread, in which everything fails that can fail, and a plain list
//! that knows what must come of it.

mod asks;
mod evidence;
mod expect;
mod faults;
mod folds;
mod judge;
mod rng;
mod together;
mod workload;
mod world;
mod writers;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use clap::Args;

use crate::Verdict;
use crate::support::{Progress, say_broken};
use rng::Counts;
use world::World;

/// Every so many seeds one is run twice, and must go the same way.
const TWICE: u64 = 50;

/// What to try.
#[derive(Args)]
pub(crate) struct Options {
    /// How many seeds.
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 1)]
    first: u64,
    /// One seed alone, with its trace.
    #[arg(long)]
    seed: Option<u64>,
    /// Steps of each world.
    #[arg(long, default_value_t = 80)]
    steps: u64,
    /// Threads, each with worlds of its own.
    #[arg(long, default_value_t = 2)]
    threads: usize,
}

/// What became of a seed.
struct Lived {
    counts: Counts,
    digest: [u8; 32],
    broken: Option<String>,
}

/// Runs the group.
pub(crate) fn run(options: &Options) -> Verdict {
    let (first, count) = match options.seed {
        Some(seed) => (seed, 1),
        None => (options.first, options.seeds),
    };
    let next = AtomicU64::new(first);
    let progress = Progress::new("seeds", count);
    let all = Mutex::new((Counts::default(), Vec::new(), 0_u64));
    thread::scope(|scope| {
        for _ in 0..options.threads.max(1) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed - first >= count {
                        return;
                    }
                    let mut lived = live(seed, options.steps, options.seed.is_some());
                    let twice = seed.is_multiple_of(TWICE) && options.seed.is_none();
                    if twice && live(seed, options.steps, false).digest != lived.digest {
                        lived.broken.get_or_insert("it does not go the same way twice".to_owned());
                    }
                    let mut all = all.lock().unwrap();
                    all.0.add_all(&lived.counts);
                    all.2 += u64::from(twice);
                    progress.one();
                    if let Some(broken) = lived.broken {
                        let again = format!("tests/run simulate --seed {seed} --steps {}", options.steps);
                        let broken = format!("seed {seed}, {broken}; again: {again}");
                        say_broken(&broken);
                        all.1.push((seed, broken));
                    }
                }
            });
        }
    });
    let (counts, mut broken, twice) = all.into_inner().unwrap();
    broken.sort();
    for line in counts.lines() {
        println!("{line}");
    }
    let sums = ["events", "faults", "deaths", "acknowledged"].map(|sort| {
        let sum = counts.sum(sort);
        let tenths = sum * 10 / count.max(1);
        format!("{sum} {sort} ({}.{} a seed)", tenths / 10, tenths % 10)
    });
    let tried = format!("simulate: {count} seeds from {first} ({twice} run twice), {}", sums.join(", "));
    Verdict { broken: broken.into_iter().map(|(_, line)| line).collect(), tried }
}

/// Lives through one world, to its end or to the first promise that is broken.
fn live(seed: u64, steps: u64, shown: bool) -> Lived {
    let mut world = match World::new(seed, shown) {
        Ok(world) => world,
        Err(broken) => {
            let broken = Some(format!("at the founding: {broken}"));
            return Lived { counts: Counts::default(), digest: [0; 32], broken };
        }
    };
    let lived = catch_unwind(AssertUnwindSafe(|| {
        (0..steps).try_for_each(|_| world.step()).and_then(|()| world.settle())
    }));
    let broken = match lived {
        Ok(Ok(())) => None,
        Ok(Err(broken)) => Some(broken),
        Err(_) => Some("something panics".to_owned()),
    };
    let broken = broken.map(|what| format!("step {}: {what}", world.trace.step()));
    if let Some(broken) = &broken {
        world.trace.line(broken);
    }
    let digest = world.trace.digest();
    if shown {
        let hex: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        println!("trace {hex}");
    }
    Lived { counts: world.counts, digest, broken }
}
