//! Folding the committer's state from the log: on top of a cache, or anew where a cache is not what the log says.

use thads_proof::hash;
use thads_proof::record::{Leaf, Position, Record};

use crate::cache::{self, CacheCheck};
use crate::commit::CatchUpError;
use crate::embedded::reader::Reader;
use crate::journal::{Head, Journal, JournalError};
use crate::records::decode;
use crate::snapshot;
use crate::state::State;

/// Folds what `journal` holds beyond `state`, up to its end. A state that came from a cache and on which the records do not
/// follow is folded anew.
pub(crate) fn catch_up(state: &mut State, journal: &dyn Journal) -> Result<(), CatchUpError> {
    let head = journal.head()?;
    match go_on(state, journal, &head) {
        Err(CatchUpError::Discontinuity(_) | CatchUpError::End { .. }) if state.cached > 0 => {
            *state = anew(state, journal)?;
            Ok(())
        }
        done => done,
    }
}

/// Folds all of a ledger's log.
pub(crate) fn anew(state: &State, journal: &dyn Journal) -> Result<State, CatchUpError> {
    let mut anew = State::new(state.ledger);
    go_on(&mut anew, journal, &journal.head()?)?;
    Ok(anew)
}

fn go_on(state: &mut State, journal: &dyn Journal, log_end: &Head) -> Result<(), CatchUpError> {
    for run in journal.read(state.size()..log_end.size) {
        for (position, bytes) in run?.records() {
            let record = decode(position, bytes)?;
            state.fold(&record, hash::leaf(bytes))?;
        }
    }
    let head = state.head();
    if (head.size, head.leaf, head.root) != (log_end.size, log_end.leaf, log_end.root) {
        return Err(CatchUpError::End {
            size: log_end.size,
            expected: format!("leaf {} and root {}", log_end.leaf, log_end.root),
            found: format!("{} records, leaf {} and root {}", head.size, head.leaf, head.root),
        });
    }
    Ok(())
}

/// Reads one record and its leaf.
pub(crate) fn record_at(
    journal: &dyn Journal,
    position: Position,
) -> Result<Option<(Record, Leaf)>, JournalError> {
    for run in journal.read(position.get()..position.get().saturating_add(1)) {
        if let Some((at, bytes)) = run?.records().next() {
            return Ok(Some((decode(at, bytes)?, hash::leaf(bytes))));
        }
    }
    Ok(None)
}

/// Holds the stream heads that were kept, the bytes `kept`, against a fold of the whole log made anew.
///
/// # Errors
/// A record that cannot be read, or does not continue the log.
pub(crate) fn check(reader: &Reader, kept: &[u8]) -> Result<CacheCheck, CatchUpError> {
    let log = reader.log();
    let mut state = State::new(reader.id());
    let mut wrong = None;
    let end = |size| {
        let mut records = reader.read(Position::GENESIS);
        while state.size() < size {
            let folded = records.next_stored().map(|stored| {
                let stored = stored?;
                Ok(state.fold(&stored.record, stored.leaf)?)
            });
            match folded {
                Some(Ok(())) => {}
                Some(Err(error)) => {
                    wrong = Some(error);
                    return None;
                }
                None => return None,
            }
        }
        let head = state.head();
        Some(Head { size: head.size, leaf: head.leaf, root: head.root })
    };
    let believed = cache::believed(kept, snapshot::fold(), &log, end);
    if let Some(wrong) = wrong {
        return Err(wrong);
    }
    Ok(match believed {
        Err(why) => CacheCheck::NotBelieved(why),
        Ok((log_end, content)) => match snapshot::decode(content, state.ledger, &log_end) {
            Some(kept) if kept.says_the_same(&state) => CacheCheck::Agrees,
            Some(_) | None => CacheCheck::Differs,
        },
    })
}
