//! Chance from a seed, in whole numbers.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// The dice of one image, or of one purpose, of a run's seed.
    pub(super) fn new(seed: u64, purpose: u64) -> Dice {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&purpose.to_le_bytes());
        Dice(ChaCha8Rng::from_seed(key))
    }

    /// A number from 0 to before `end`, which is not 0.
    pub(super) fn below(&mut self, end: usize) -> usize {
        let wide = self.0.next_u64() % u64::try_from(end).unwrap();
        usize::try_from(wide).unwrap()
    }

    /// True in `tenths` of ten cases.
    pub(super) fn rng(&mut self, tenths: u32) -> bool {
        tenths >= 10 || (tenths > 0 && self.0.next_u32() % 10 < tenths)
    }

    pub(super) fn pick<T: Copy>(&mut self, among: &[T]) -> T {
        among[self.below(among.len())]
    }

    pub(super) fn fill(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }
}
