//! The first record of a log, and its block.

use thads_proof::block::Builder;
use thads_proof::genesis::{Genesis, GenesisError};
use thads_proof::hash;
use thads_proof::record::{Leaf, LedgerId, Position, RequestId};
use thads_proof::tree::Frontier;

use crate::clock::Clock;
use crate::journal::{Journal, OwnedBlock};
use crate::ledger::StartError;
use crate::randomness::Randomness;
use crate::records::Records;

/// Makes record 0 and its block. The ledger's id is drawn first, then the blind.
pub(crate) fn genesis_block(
    genesis: &Genesis,
    clock: &mut dyn Clock,
    randomness: &mut dyn Randomness,
) -> Result<(LedgerId, OwnedBlock), StartError> {
    let wrong = |error: &dyn std::fmt::Display| StartError::NotGenesis(error.to_string());
    let mut id = LedgerId([0; 16]);
    let mut blind = [0; 16];
    randomness.serve(Position::GENESIS);
    randomness.fill(&mut id.0)?;
    randomness.fill(&mut blind)?;
    let record = genesis.record(id, clock.now(), RequestId([0; 16]), blind).map_err(|error| wrong(&error))?;
    let bytes = record.encode().map_err(|error| wrong(&error))?;
    let leaf = hash::leaf(&bytes);
    let mut frontier = Frontier::new();
    frontier.push(leaf);
    let mut builder = Builder::new(Position::GENESIS, Leaf::ZERO);
    builder.push(&bytes, leaf).map_err(|error| wrong(&error))?;
    let parts = builder.finish(frontier.root()).map_err(|error| wrong(&error))?;
    Ok((id, OwnedBlock::new(parts)))
}

/// Reads the genesis and the ledger's id from record 0.
pub(crate) fn genesis_of(journal: &dyn Journal) -> Result<(Genesis, LedgerId), StartError> {
    let record = Records::new(journal.read(0..1)).next().transpose()?;
    let record = record.ok_or_else(|| StartError::NotGenesis("there is no record".into()))?;
    match Genesis::from_record(&record) {
        Ok(genesis) => Ok((genesis, record.ledger)),
        Err(later @ GenesisError::Later(_)) => Err(StartError::Later(later)),
        Err(error) => Err(StartError::NotGenesis(error.to_string())),
    }
}
