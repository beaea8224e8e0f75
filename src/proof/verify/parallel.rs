//! Examines the work of a source and hands the results to the chain in the order of the source.

#[cfg(feature = "threads")]
mod threads;

use std::sync::Arc;

use super::chain::Chain;
use super::examine::{self, Examined, Group};
use super::finding::Place;
use crate::record::{LedgerId, Position};

/// What a source hands out, in its order.
pub(super) enum Unit {
    /// Something to be examined.
    Work(Work),
    /// A segment with blocks begins; the ledger that it says.
    Segment(Option<LedgerId>),
    /// The remains of a write that was cut off.
    Torn(Place),
}

/// Something to be examined, without its neighbours.
pub(super) enum Work {
    /// Blocks of a segment, as start and end.
    Blocks { bytes: Arc<Vec<u8>>, number: u64, ledger: Option<LedgerId>, extents: Vec<(usize, usize)> },
    /// Records.
    Records(Vec<(Option<Place>, Option<Position>, Vec<u8>)>),
    /// Nothing that is left to do.
    Done(Group),
}

impl Work {
    fn examine(self) -> Vec<Group> {
        match self {
            Work::Blocks { bytes, number, ledger, extents } => extents
                .into_iter()
                .map(|(start, end)| examine::block(&bytes, start, end, number, ledger))
                .collect(),
            Work::Records(records) => {
                let examine = |(place, claim, bytes): (_, _, Vec<u8>)| Examined::new(&bytes, place, claim);
                vec![Group { records: records.into_iter().map(examine).collect(), ..Group::default() }]
            }
            Work::Done(group) => vec![group],
        }
    }
}

/// Runs `source` with a function to hand units to; at most `threads` of them are examined at a time.
pub(super) fn run<E>(
    threads: usize,
    chain: &mut Chain<'_>,
    source: impl FnOnce(&mut dyn FnMut(Unit)) -> Result<(), E>,
) -> Result<(), E> {
    #[cfg(feature = "threads")]
    if threads > 1 {
        return threads::run(threads, chain, source);
    }
    debug_assert!(threads <= 1, "without the feature there is the caller's thread");
    source(&mut |unit| take(chain, unit))
}

/// Examines a unit on this thread and hands it on.
fn take(chain: &mut Chain<'_>, unit: Unit) {
    match unit {
        Unit::Work(work) => work.examine().into_iter().for_each(|group| chain.add(group)),
        Unit::Segment(ledger) => chain.segment(ledger),
        Unit::Torn(place) => chain.torn(place),
    }
}
