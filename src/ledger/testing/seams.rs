//! What a simulation needs of the inside: a ledger's first block, and a committer's state, kept and taken up again.

use std::ops::Range;
use std::sync::Arc;

use thads_proof::checkpoint::LogKey;
use thads_proof::genesis::Genesis;
use thads_proof::note::Vkey;
use thads_proof::record::{LedgerId, Stream};

use crate::cache::Log;
use crate::clock::Clock;
use crate::commit::{CatchUpError, Committer, read};
use crate::journal::{Journal, OwnedBlock};
use crate::ledger::StartError;
use crate::randomness::Randomness;
use crate::records::Records;
use crate::snapshot;
use crate::vault::Vault;

/// Returns the id and the first block of a ledger.
///
/// # Errors
/// When the genesis cannot be written.
pub fn genesis_block(
    genesis: &Genesis,
    clock: &mut dyn Clock,
    randomness: &mut dyn Randomness,
) -> Result<(LedgerId, OwnedBlock), StartError> {
    crate::genesis::genesis_block(genesis, clock, randomness)
}

/// Returns the records of a range, each checked to follow on the one before it.
pub fn records(journal: &dyn Journal, range: Range<u64>) -> Records<'_> {
    Records::new(journal.read(range))
}

/// Returns a stream's version, as the committer knows it.
pub fn version(committer: &Committer, stream: &Stream) -> u64 {
    read(committer.state()).stream(stream).0
}

/// Returns the cache of the committer's state, signed by `key`.
pub fn state_of(committer: &Committer, key: &LogKey) -> Vec<u8> {
    snapshot::seal(&read(committer.state()), key)
}

/// Starts a committer from a cache's bytes. `None`: they are not believed, as opening a ledger would not.
///
/// # Errors
/// As [`Committer::new`].
pub fn resume(
    bytes: &[u8],
    key: &Vkey,
    ledger: LedgerId,
    journal: Arc<dyn Journal>,
    vault: Arc<dyn Vault>,
    clock: Box<dyn Clock>,
    randomness: Box<dyn Randomness>,
) -> Option<Result<Committer, CatchUpError>> {
    let (key, size) = (key.to_string(), journal.head().ok()?.size);
    let state = snapshot::believed(bytes, &Log { ledger, key: &key, size }, journal.as_ref())?;
    Some(Committer::with_state(state, journal, vault, clock, randomness))
}
