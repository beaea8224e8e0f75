//! Examines work on several threads and hands the results to the chain in the order of the source.

use std::collections::VecDeque;
use std::panic;
use std::sync::Arc;
use std::thread;

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

enum Pending<'scope> {
    Running(thread::ScopedJoinHandle<'scope, Vec<Group>>),
    Ready(Unit),
}

/// Runs `source` with a function to hand units to; at most `threads` of them are examined at a time.
pub(super) fn run<E>(
    threads: usize,
    chain: &mut Chain<'_>,
    source: impl FnOnce(&mut dyn FnMut(Unit)) -> Result<(), E>,
) -> Result<(), E> {
    if threads < 2 {
        return source(&mut |unit| match unit {
            Unit::Work(work) => work.examine().into_iter().for_each(|group| chain.add(group)),
            unit => mark(chain, unit),
        });
    }
    thread::scope(|scope| {
        let mut pending = VecDeque::new();
        source(&mut |unit| {
            pending.push_back(match unit {
                Unit::Work(work) => Pending::Running(scope.spawn(move || work.examine())),
                unit => Pending::Ready(unit),
            });
            while pending.len() > threads {
                pending.pop_front().into_iter().for_each(|first| settle(chain, first));
            }
        })?;
        pending.into_iter().for_each(|rest| settle(chain, rest));
        Ok(())
    })
}

fn settle(chain: &mut Chain<'_>, pending: Pending<'_>) {
    match pending {
        Pending::Running(handle) => match handle.join() {
            Ok(groups) => groups.into_iter().for_each(|group| chain.add(group)),
            Err(cause) => panic::resume_unwind(cause),
        },
        Pending::Ready(unit) => mark(chain, unit),
    }
}

fn mark(chain: &mut Chain<'_>, unit: Unit) {
    match unit {
        Unit::Work(work) => work.examine().into_iter().for_each(|group| chain.add(group)),
        Unit::Segment(ledger) => chain.segment(ledger),
        Unit::Torn(place) => chain.torn(place),
    }
}
