//! What a committer must answer where nothing goes wrong, worked out from the judge's list alone.

use std::collections::HashMap;

use thads_ledger::{Append, AppendError, NotTogether, Receipt};
use thads_proof::block;
use thads_proof::record::{FIXED_LENGTH, RequestId, Stream};

use super::judge::{Judge, same};

/// The one right answer to an append.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Expected {
    /// It is recorded, from this position on, with so many records.
    New(u64, u64),
    /// It was recorded before, from this position on.
    Repeated(u64),
    /// Its id was used for something else, at this position.
    Reused(u64),
    /// A stream is at this version, not at the expected one.
    Stale(u64),
    /// It holds no event.
    Malformed,
    /// It fits no block.
    TooLarge,
}

/// Returns the right answers to appends that are asked in this order.
pub(crate) fn answers(judge: &Judge, appends: &[Append]) -> Vec<Expected> {
    let mut size = judge.size();
    let mut versions: HashMap<&Stream, u64> = HashMap::new();
    let mut new: HashMap<RequestId, (u64, &Append)> = HashMap::new();
    let mut answers = Vec::with_capacity(appends.len());
    for append in appends {
        let known = match judge.place(&append.request) {
            Some(place) => judge.recorded(&append.request).map(|recorded| (place.first, recorded)),
            None => new.get(&append.request).copied(),
        };
        answers.push(match known {
            Some((first, recorded)) if same(recorded, append) => Expected::Repeated(first),
            Some((first, _)) => Expected::Reused(first),
            None => {
                let answer = first_time(judge, append, &versions, size);
                if let Expected::New(first, count) = answer {
                    size += count;
                    new.insert(append.request, (first, append));
                    for part in &append.streams {
                        let version = part.expected_version + u64::try_from(part.events.len()).unwrap();
                        versions.insert(&part.stream, version);
                    }
                }
                answer
            }
        });
    }
    answers
}

fn first_time(judge: &Judge, append: &Append, versions: &HashMap<&Stream, u64>, size: u64) -> Expected {
    let events = || append.streams.iter().flat_map(|part| part.events.iter().map(move |event| (part, event)));
    let count = events().count();
    if count == 0 {
        return Expected::Malformed;
    }
    for part in &append.streams {
        let version = versions.get(&part.stream).copied().unwrap_or_else(|| judge.version(&part.stream));
        if version != part.expected_version {
            return Expected::Stale(version);
        }
    }
    if !fits(&[append]) {
        return Expected::TooLarge;
    }
    Expected::New(size, u64::try_from(count).unwrap())
}

/// Whether appends fit one block.
fn fits(appends: &[&Append]) -> bool {
    let streams = || appends.iter().flat_map(|append| &append.streams);
    let lengths = streams().flat_map(|part| {
        let key = part.stream.key().len();
        part.events
            .iter()
            .map(move |event| FIXED_LENGTH + key + event.payload.len() + 32 * event.personal.len())
    });
    let (count, bytes) = (lengths.clone().count(), lengths.sum());
    count <= block::RECORDS_MAX && block::length(count, bytes) <= block::BYTES_MAX
}

/// The one right answer to appends that are to be recorded together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Due {
    /// All are recorded, from this position on, with so many records.
    New(u64, u64),
    /// All were recorded before.
    Repeated,
    /// So many of them were recorded before, the first that was at this index, and the others are not.
    Partly(usize, usize),
    /// This one of them is denied.
    Denied(usize, Expected),
    /// They fit no block.
    TooLarge,
}

/// Returns the right answer to appends that are to be recorded together.
pub(crate) fn together(judge: &Judge, appends: &[Append]) -> Due {
    let (mut repeated, mut new) = (Vec::new(), Vec::new());
    let (mut begins, mut count) = (judge.size(), 0);
    for (index, (append, answer)) in appends.iter().zip(answers(judge, appends)).enumerate() {
        if new.iter().any(|known: &&Append| known.request == append.request) {
            return Due::Denied(index, Expected::Malformed);
        }
        match answer {
            Expected::Repeated(_) => repeated.push(index),
            Expected::New(first, more) => {
                begins = begins.min(first);
                count += more;
                new.push(append);
                if !fits(&new) {
                    return Due::TooLarge;
                }
            }
            denied => return Due::Denied(index, denied),
        }
    }
    match (new.is_empty(), repeated.first()) {
        (true, _) => Due::Repeated,
        (false, Some(first)) => Due::Partly(repeated.len(), *first),
        (false, None) => Due::New(begins, count),
    }
}

impl Due {
    /// Whether an answer is the right one.
    pub(crate) fn is(self, answer: &Result<Vec<Receipt>, NotTogether>) -> bool {
        match (self, answer) {
            (Due::New(first, count), Ok(receipts)) => {
                receipts.iter().all(|receipt| !receipt.repeated())
                    && receipts.first().is_some_and(|receipt| receipt.first().get() == first)
                    && receipts.iter().map(Receipt::count).sum::<u64>() == count
            }
            (Due::Repeated, Ok(receipts)) => receipts.iter().all(Receipt::repeated),
            (Due::Partly(count, first), Err(NotTogether::Partly { recorded, index, .. })) => {
                (*recorded, *index) == (count, first)
            }
            (Due::Denied(at, expected), Err(NotTogether::One { index, error })) => {
                *index == at && expected.denies(error)
            }
            (Due::TooLarge, Err(NotTogether::All(AppendError::TooLarge { .. }))) => true,
            _ => false,
        }
    }
}

impl Expected {
    /// Whether an answer is the right one.
    pub(crate) fn is(self, answer: &Result<Receipt, AppendError>) -> bool {
        match (self, answer) {
            (Expected::New(first, count), Ok(receipt)) => {
                !receipt.repeated() && (receipt.first().get(), receipt.count()) == (first, count)
            }
            (Expected::Repeated(first), Ok(receipt)) => receipt.repeated() && receipt.first().get() == first,
            (_, Err(error)) => self.denies(error),
            _ => false,
        }
    }

    /// Whether it is right to be denied so.
    fn denies(self, error: &AppendError) -> bool {
        match (self, error) {
            (Expected::Reused(first), AppendError::RequestReused { position, .. }) => position.get() == first,
            (Expected::Stale(version), AppendError::Stale { current, .. }) => *current == version,
            (Expected::Malformed, AppendError::Malformed(_))
            | (Expected::TooLarge, AppendError::TooLarge { .. }) => true,
            _ => false,
        }
    }
}

/// Returns an answer in few words.
pub(crate) fn brief(answer: &Result<Receipt, AppendError>) -> String {
    match answer {
        Ok(receipt) => {
            let again = if receipt.repeated() { " again" } else { "" };
            format!("recorded at {}..={}{again}", receipt.first(), receipt.last())
        }
        Err(error) => format!("{}: {error}", name(error)),
    }
}

/// Returns the name of a refusal.
pub(crate) fn name(error: &AppendError) -> &'static str {
    match error {
        AppendError::Stale { .. } => "stale",
        AppendError::Outdated { .. } => "outdated",
        AppendError::RequestReused { .. } => "reused",
        AppendError::TooLarge { .. } => "too large",
        AppendError::Malformed(_) => "malformed",
        AppendError::Contended { .. } => "contended",
        AppendError::DiskFull { .. } => "disk full",
        AppendError::Vault(_) => "vault",
        AppendError::Unreadable(_) => "unreadable",
        AppendError::Randomness(_) => "randomness",
        AppendError::Unknown(_) => "unknown",
        AppendError::Stopped(_) => "stopped",
    }
}
