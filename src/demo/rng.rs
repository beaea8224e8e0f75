//! Chance: every draw of the generator, from one seed; the same seed and stream give the same draws everywhere.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// A stream of draws. Streams of one seed are independent, so that one case's script does not depend on another's.
pub(super) struct DemoRng(ChaCha8Rng);

impl DemoRng {
    /// The draws of a stream of a seed.
    pub(super) fn new(seed: u64, stream: u64) -> DemoRng {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(stream);
        DemoRng(generator)
    }

    /// A number from 0 to `count - 1`; 0 when there is none.
    pub(super) fn below(&mut self, count: u64) -> u64 {
        let product = u128::from(self.0.next_u64()) * u128::from(count);
        u64::try_from(product >> 64).unwrap_or(0)
    }

    /// An index of a list of that length.
    pub(super) fn index(&mut self, length: usize) -> usize {
        let count = u64::try_from(length).unwrap_or(u64::MAX);
        usize::try_from(self.below(count)).unwrap_or(0)
    }

    /// A number from `low` to `high`, both included.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let count = u64::try_from(high.saturating_sub(low)).map_or(1, |span| span.saturating_add(1));
        low.saturating_add(i64::try_from(self.below(count)).unwrap_or(0))
    }

    /// A number of days from `low` to `high`, both included.
    pub(super) fn days(&mut self, low: i32, high: i32) -> i32 {
        i32::try_from(self.between(i64::from(low), i64::from(high))).unwrap_or(low)
    }

    /// Whether something happens that happens so many times in a hundred.
    pub(super) fn percent(&mut self, times: u64) -> bool {
        self.below(100) < times
    }

    /// Whether something happens that happens so many times in a thousand.
    pub(super) fn per_mille(&mut self, times: u64) -> bool {
        self.below(1000) < times
    }

    /// One of a list that is not empty.
    pub(super) fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.index(list.len())]
    }

    /// One of a list whose items come with their weights.
    pub(super) fn weighted<T: Copy>(&mut self, list: &[(u32, T)]) -> T {
        let sum: u64 = list.iter().map(|(weight, _)| u64::from(*weight)).sum();
        let mut drawn = self.below(sum);
        for (weight, item) in list {
            match drawn.checked_sub(u64::from(*weight)) {
                Some(rest) => drawn = rest,
                None => return *item,
            }
        }
        list[list.len() - 1].1
    }

    /// Puts a list into a random order.
    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        for last in (1..list.len()).rev() {
            let other = self.index(last + 1);
            list.swap(last, other);
        }
    }

    /// Sixteen bytes.
    pub(super) fn bytes(&mut self) -> [u8; 16] {
        let mut bytes = [0; 16];
        self.0.fill_bytes(&mut bytes);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_stay_in_their_bounds_and_come_again() {
        let mut rng = DemoRng::new(1, 2);
        for _ in 0..1000 {
            assert!((3..=7).contains(&rng.between(3, 7)));
            assert!(rng.index(5) < 5);
        }
        assert_eq!(rng.between(4, 4), 4);
        let (mut one, mut other) = (DemoRng::new(9, 1), DemoRng::new(9, 1));
        assert_eq!(one.bytes(), other.bytes());
        assert_ne!(DemoRng::new(9, 2).bytes(), DemoRng::new(9, 1).bytes());
    }
}
