//! The randomness that the committer is given: the operating system's, or a seeded stream.
//!
//! A seeded ledger draws every key, salt, nonce and blind from its seed and from the position that they serve, so the same
//! seed and the same appends give the same root, however often the ledger was closed and opened in between. Names that must
//! be nobody else's before they have a position (request ids, references) come from the operating system.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use thads_proof::record::Position;

/// A source of random bytes.
pub trait Randomness: Send {
    /// Fills `bytes`.
    ///
    /// # Errors
    /// When the operating system has no randomness to give.
    fn fill(&mut self, bytes: &mut [u8]) -> std::io::Result<()>;

    /// Says that what is drawn next serves the record at `position`. Seeded sources seek there; others need not listen.
    fn serve(&mut self, position: Position) {
        let _ = position;
    }
}

/// The operating system's randomness, drawn in larger pieces.
pub struct OsRandom {
    pool: zeroize::Zeroizing<[u8; OsRandom::POOL]>,
    used: usize,
}

impl OsRandom {
    const POOL: usize = 1024;
}

impl Default for OsRandom {
    fn default() -> OsRandom {
        OsRandom { pool: zeroize::Zeroizing::new([0; OsRandom::POOL]), used: OsRandom::POOL }
    }
}

impl Randomness for OsRandom {
    fn fill(&mut self, bytes: &mut [u8]) -> std::io::Result<()> {
        if bytes.len() > OsRandom::POOL {
            return getrandom::fill(bytes).map_err(std::io::Error::other);
        }
        if self.used + bytes.len() > OsRandom::POOL {
            getrandom::fill(&mut self.pool[..]).map_err(std::io::Error::other)?;
            self.used = 0;
        }
        let drawn = &mut self.pool[self.used..self.used + bytes.len()];
        bytes.copy_from_slice(drawn);
        drawn.fill(0); // never given twice
        self.used += bytes.len();
        Ok(())
    }
}

/// ChaCha8 from a seed, one stream a position. For practice ledgers and simulations: who knows the seed knows the keys.
pub struct Seeded {
    rng: ChaCha8Rng,
}

impl Seeded {
    /// Returns the source for a practice ledger's seed.
    pub fn new(seed: u64) -> Seeded {
        Seeded { rng: ChaCha8Rng::seed_from_u64(seed) }
    }

    /// Returns the source for a whole 256-bit seed.
    pub fn from_key(seed: [u8; 32]) -> Seeded {
        Seeded { rng: ChaCha8Rng::from_seed(seed) }
    }
}

impl Randomness for Seeded {
    fn fill(&mut self, bytes: &mut [u8]) -> std::io::Result<()> {
        self.rng.fill_bytes(bytes);
        Ok(())
    }

    fn serve(&mut self, position: Position) {
        self.rng.set_stream(position.get());
        self.rng.set_word_pos(0);
    }
}
