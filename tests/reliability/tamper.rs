//! The group tamper: bytes, records, files and folders are changed, removed, doubled, put back. Each attempt is found, or is
//! mended from the other copy and said, or changes nothing that anybody could read.
//!
//! The ledgers are made by the program itself: one stopped cleanly, one killed. Files are changed on copies.

#[path = "../end_to_end/forge.rs"]
mod forge;
#[path = "../end_to_end/layout.rs"]
mod layout;
#[path = "../end_to_end/poison.rs"]
mod poison;
#[path = "../end_to_end/random.rs"]
#[allow(dead_code, reason = "seed and rounds come as options here")]
mod random;
#[path = "../end_to_end/small.rs"]
#[allow(dead_code, reason = "not every officer acts here")]
mod small;

mod bytes;
mod caches;
mod judge;
mod ledgers;
mod others;
mod records;
mod repair;
mod store;

use clap::Args;

use crate::{Verdict, support};
use ledgers::Ledgers;

/// What to try.
#[derive(Args)]
pub(crate) struct Options {
    /// Seed of everything that is random.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Flips in sled's files after a kill, and again after a clean stop; other parts are scaled by it.
    #[arg(long, default_value_t = 400)]
    rounds: u64,
}

/// Runs the group.
pub(crate) fn run(options: &Options) -> Verdict {
    println!("seed {}, {} rounds", options.seed, options.rounds);
    judge::quiet_sled();
    let ledgers = Ledgers::make();
    let mut broken = Vec::new();
    let mut tried = Vec::new();
    let mut part = |name: &str, found: Vec<String>, said: String| {
        println!("{name}: {said}; {} broken", found.len());
        found.iter().for_each(|what| support::say_broken(what));
        broken.extend(found.into_iter().map(|what| format!("{name}: {what} (seed {})", options.seed)));
        tried.push(format!("{name} {said}"));
    };
    let (found, said) = bytes::every(&ledgers.tiny, options.seed);
    part("bytes", found, said);
    let (found, said) = bytes::some(&[&ledgers.clean, &ledgers.killed], options.seed, options.rounds);
    part("bytes of many segments", found, said);
    let (found, said) = bytes::by_program(&ledgers.tiny, options.seed, 24);
    part("bytes, by the program", found, said);
    let (found, said) = bytes::without_sled(&ledgers.killed, options.seed, options.rounds / 4);
    part("bytes without sled, opened", found, said);
    for ledger in [&ledgers.killed, &ledgers.clean] {
        let (found, said) = store::flips(ledger, options.seed, options.rounds);
        part(&format!("sled {}", ledger.name), found, said);
    }
    let (found, said) = records::moved(&ledgers.tiny, options.seed, options.rounds / 8);
    part("records", found, said);
    let (found, said) = records::rolled_back(&ledgers);
    part("old copies", found, said);
    let (found, said) = repair::lost(&ledgers.clean);
    part("lost", found, said);
    let (found, said) = repair::damaged_sled(&ledgers.clean, options.seed, options.rounds / 8);
    part("sled damaged", found, said);
    let (found, said) = repair::damaged_segment(&ledgers.clean, options.seed, options.rounds / 8);
    part("segment damaged", found, said);
    let (found, said) = others::flips(&ledgers.clean, options.seed, options.rounds / 16);
    part("other files", found, said);
    let (found, said) = caches::poisoned(&ledgers.clean, options.seed, options.rounds / 200);
    part("caches", found, said);
    let (found, said) = caches::exchanged(&ledgers.clean, options.seed, options.rounds / 16);
    part("words", found, said);
    let (found, said) = repair::both(&ledgers.clean, options.seed, options.rounds / 16);
    part("both damaged", found, said);
    Verdict { broken, tried: format!("tamper: {}", tried.join("; ")) }
}
