//! What a ledger is made and opened with: clock, randomness, key, sizes.

use zeroize::Zeroizing;

use crate::clock::{Clock, SystemClock};
use crate::embedded::storage::Storage;
use crate::randomness::{OsRandom, Randomness};

/// What a new ledger is given.
pub struct Setup {
    /// Its clock.
    pub clock: Box<dyn Clock>,
    /// Its randomness.
    pub randomness: Box<dyn Randomness>,
    /// Seed of the log's signing key; the genesis names its public key.
    pub log_seed: Zeroizing<[u8; 32]>,
    /// Seed of the root key, where it is to be kept as `keys/root.key` until it is taken off the machine.
    pub root_seed: Option<Zeroizing<[u8; 32]>>,
    /// How it lies on disk.
    pub storage: Storage,
}

impl Setup {
    /// Returns the setup of a real ledger: the system's clock and randomness.
    pub fn real(log_seed: [u8; 32]) -> Setup {
        Setup::new(Box::new(SystemClock), Box::new(OsRandom::default()), log_seed)
    }

    /// Returns a setup with the given clock and randomness.
    pub fn new(clock: Box<dyn Clock>, randomness: Box<dyn Randomness>, log_seed: [u8; 32]) -> Setup {
        let log_seed = Zeroizing::new(log_seed);
        Setup { clock, randomness, log_seed, root_seed: None, storage: Storage::default() }
    }
}

/// What an existing ledger is opened with.
pub struct OpenOptions {
    /// Its clock.
    pub clock: Box<dyn Clock>,
    /// Its randomness. A seeded ledger goes on with its own seed.
    pub randomness: Box<dyn Randomness>,
    /// How it lies on disk.
    pub storage: Storage,
}

impl Default for OpenOptions {
    fn default() -> OpenOptions {
        OpenOptions::new(Box::new(SystemClock), Box::new(OsRandom::default()))
    }
}

impl OpenOptions {
    /// Returns options with the given clock and randomness.
    pub fn new(clock: Box<dyn Clock>, randomness: Box<dyn Randomness>) -> OpenOptions {
        OpenOptions { clock, randomness, storage: Storage::default() }
    }
}
