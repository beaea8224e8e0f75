//! Judging one append on top of a draft: was it recorded before, may it be recorded now. The committer asks this, and so
//! does a dry run.

use crate::append::{Append, AppendError};
use crate::clock::Clock;
use crate::draft::{Added, Draft};
use crate::journal::{Journal, JournalError, OwnedBlock};
use crate::lookup;
use crate::randomness::Randomness;
use crate::receipt::Receipt;
use crate::repeat;
use crate::state::{State, fingerprint};
use crate::testing::{Defect, planted};
use crate::vault::{Batch, Vault};
use crate::{draft, draft::Finished};

/// What is found of an append that is not refused.
pub(crate) enum Judged {
    /// It is recorded already, with this receipt.
    Repeated(Receipt),
    /// It is in the draft.
    In,
    /// It needs a block of its own behind the draft.
    Full,
}

/// What an append is judged by, and what it is given.
pub(crate) struct Bench<'a> {
    pub(crate) journal: &'a dyn Journal,
    pub(crate) vault: &'a Vault,
    pub(crate) state: &'a State,
    pub(crate) clock: &'a mut dyn Clock,
    pub(crate) randomness: &'a mut dyn Randomness,
}

impl Bench<'_> {
    /// Finds the first receipt of a repetition, or adds a new append to the draft under `index`.
    pub(crate) fn judge(
        &mut self,
        index: usize,
        append: &Append,
        draft: &mut Draft,
    ) -> Result<Judged, AppendError> {
        let Bench { journal, vault, state, clock, randomness } = self;
        let fingerprint = fingerprint(&state.ledger, &append.request);
        let candidates = state.requests.candidates_of(fingerprint);
        let recorded = lookup::recorded(*journal, &state.ledger, &candidates, &append.request)
            .map_err(|error| AppendError::Unreadable(error.to_string()))?;
        if let Some((first, records)) = recorded.filter(|_| !planted(Defect::RequestRepeated)) {
            return Ok(Judged::Repeated(repeat::answer(first, &records, append, vault)?));
        }
        match draft.add((index, fingerprint), append, state, vault, *clock, *randomness)? {
            Added::In => Ok(Judged::In),
            Added::Full => Ok(Judged::Full),
        }
    }
}

/// Why a draft becomes no block.
pub(crate) enum NoBlock {
    /// The disk has too little room.
    Full { free: u64, least: u64 },
    /// The journal takes nothing, or the block cannot be made.
    Stopped(String),
}

/// Ends a draft: the block, if the journal has room for it and for what goes to the vault.
pub(crate) fn finish(draft: Draft, journal: &dyn Journal) -> Result<(OwnedBlock, Batch, Finished), NoBlock> {
    let (block, batch, finished) = draft.finish().map_err(|error| NoBlock::Stopped(error.to_string()))?;
    match journal.room(draft::room(&block, &batch)) {
        Ok(()) => Ok((block, batch, finished)),
        Err(JournalError::Full { free, least }) => Err(NoBlock::Full { free, least }),
        Err(error) => Err(NoBlock::Stopped(error.to_string())),
    }
}
