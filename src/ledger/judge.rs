//! Judging one append on top of a draft: was it recorded before, may it be recorded now. The committer asks this, and so
//! does a dry run.

use crate::append::{Append, AppendError};
use crate::block_builder;
use crate::block_builder::Finished;
use crate::block_builder::{Added, BlockBuilder};
use crate::clock::Clock;
use crate::idempotency;
use crate::journal::{Journal, JournalError, OwnedBlock};
use crate::randomness::Randomness;
use crate::receipt::Receipt;
use crate::refold;
use crate::state::{State, fingerprint};
use crate::testing::{Defect, planted};
use crate::vault::{Batch, Vault};

/// What is found of an append that is not refused.
pub(crate) enum Judged {
    /// It is recorded already, with this receipt.
    Repeated(Receipt),
    /// It is in the draft.
    In,
    /// It needs a block of its own behind the draft.
    Full,
    /// The state came from a cache and does not say what the log says: why. The log is to be folded anew.
    Contradicted(String),
}

/// What an append is judged by, and what it is given.
pub(crate) struct Admission<'a> {
    pub(crate) journal: &'a dyn Journal,
    pub(crate) vault: &'a dyn Vault,
    pub(crate) state: &'a State,
    pub(crate) clock: &'a mut dyn Clock,
    pub(crate) randomness: &'a mut dyn Randomness,
}

impl Admission<'_> {
    /// Finds the first receipt of a repetition, or adds a new append to the draft under `index`.
    pub(crate) fn judge(
        &mut self,
        index: usize,
        append: &Append,
        draft: &mut BlockBuilder,
    ) -> Result<Judged, AppendError> {
        let Admission { journal, vault, state, clock, randomness } = self;
        let fingerprint = fingerprint(&state.ledger, &append.request);
        let candidates = state.requests.candidates_of(fingerprint);
        let recorded = match idempotency::recorded(*journal, &state.ledger, &candidates, &append.request) {
            Ok(recorded) => recorded,
            Err(error @ JournalError::Damaged { .. }) if state.cached > 0 => {
                return Ok(Judged::Contradicted(error.to_string()));
            }
            Err(error) => return Err(AppendError::Unreadable(error.to_string())),
        };
        if let Some((first, records)) = recorded.filter(|_| !planted(Defect::RequestRepeated)) {
            return Ok(Judged::Repeated(idempotency::answer(first, &records, append, *vault)?));
        }
        if !planted(Defect::HeadsBelieved)
            && let Some(wrong) = wrong_heads(append, state, *journal)?
        {
            return Ok(Judged::Contradicted(wrong));
        }
        match draft.add((index, fingerprint), append, state, *vault, *clock, *randomness)? {
            Added::In => Ok(Judged::In),
            Added::Full => Ok(Judged::Full),
        }
    }
}

/// Holds each head that an append goes on from, where it came from a cache, against the record that it names. A stream
/// of which somebody knows more than a cache does is one of which the cache knows too little. Returns what is wrong. Cost: one record a stream.
fn wrong_heads(append: &Append, state: &State, journal: &dyn Journal) -> Result<Option<String>, AppendError> {
    if state.cached == 0 {
        return Ok(None);
    }
    for part in &append.streams {
        let contradicted =
            |what: &str| Some(format!("the head of stream {} that was kept is wrong: {what}", part.stream));
        if part.expected_version > state.stream(&part.stream).0 {
            return Ok(contradicted("it was seen further"));
        }
        let Some(head) = state.streams.get(&part.stream) else { continue };
        if head.position.get() >= state.cached {
            continue;
        }
        let there = match refold::record_at(journal, head.position) {
            Ok(there) => there,
            Err(error @ JournalError::Damaged { .. }) => return Ok(contradicted(&error.to_string())),
            Err(error) => return Err(AppendError::Unreadable(error.to_string())),
        };
        let is_it = there.is_some_and(|(record, leaf)| {
            record.stream == part.stream && record.stream_version == head.version && leaf == head.leaf
        });
        if !is_it {
            return Ok(contradicted("the record that it names is another"));
        }
    }
    Ok(None)
}

/// Why a draft becomes no block.
pub(crate) enum NoBlock {
    /// The disk has too little room.
    Full { free: u64, least: u64 },
    /// The journal takes nothing, or the block cannot be made.
    Stopped(String),
}

/// Ends a draft: the block, if the journal has room for it and for what goes to the vault.
pub(crate) fn finish(
    draft: BlockBuilder,
    journal: &dyn Journal,
) -> Result<(OwnedBlock, Batch, Finished), NoBlock> {
    let (block, batch, finished) = draft.finish().map_err(|error| NoBlock::Stopped(error.to_string()))?;
    match journal.room(block_builder::room(&block, &batch)) {
        Ok(()) => Ok((block, batch, finished)),
        Err(JournalError::Full { free, least }) => Err(NoBlock::Full { free, least }),
        Err(error) => Err(NoBlock::Stopped(error.to_string())),
    }
}
