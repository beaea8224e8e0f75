//! Random numbers from a seed that a test prints: `THADS_SEED` sets it, `THADS_ROUNDS` how often something is tried.

use std::ops::Range;

/// The seed of this run.
pub(crate) fn seed() -> u64 {
    number_of("THADS_SEED").unwrap_or(1)
}

/// How many rounds to try; `otherwise` where the environment says nothing.
pub(crate) fn rounds(otherwise: u64) -> u64 {
    number_of("THADS_ROUNDS").unwrap_or(otherwise)
}

fn number_of(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|error| panic!("{variable}={text}: {error}")))
}

/// SplitMix64 (Steele, Lea, Flood 2014).
pub(crate) struct Random(u64);

impl Random {
    /// A stream of its own for each `purpose`.
    pub(crate) fn new(seed: u64, purpose: &str) -> Random {
        let mixed =
            purpose.bytes().fold(seed, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
        Random(mixed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number of the range.
    pub(crate) fn of(&mut self, range: Range<usize>) -> usize {
        let width = u64::try_from(range.len()).unwrap();
        range.start + usize::try_from(self.next() % width).unwrap()
    }

    /// What to exclusive-or a byte with so that it is another one.
    pub(crate) fn change(&mut self) -> u8 {
        u8::try_from(self.of(1..256)).unwrap()
    }
}
