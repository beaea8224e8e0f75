//! Histories made anew by somebody who knows the formats: records removed, swapped, doubled, and what hashes can be redone.

use std::collections::HashMap;

use thads_proof::block::Builder;
use thads_proof::hash;
use thads_proof::record::{Leaf, Position, Record};
use thads_proof::tree::Frontier;

/// What is done to the records.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Attempt {
    Remove,
    Swap,
    Insert,
}

pub(crate) const ATTEMPTS: [Attempt; 3] = [Attempt::Remove, Attempt::Swap, Attempt::Insert];

impl Attempt {
    pub(crate) fn on<T: Clone>(self, records: &mut Vec<T>, at: usize) {
        match self {
            Attempt::Remove => {
                records.remove(at);
            }
            Attempt::Swap => records.swap(at, at + 1),
            Attempt::Insert => records.insert(at + 1, records[at].clone()),
        }
    }
}

/// Blocks of the given records, made as the ledger makes them: index, hashes and roots over the records as they are given.
/// `counts`: how many records each block holds; what is left over gets blocks of one.
pub(crate) fn blocks_of(records: &[Vec<u8>], counts: &[usize]) -> Vec<Vec<u8>> {
    let mut blocks = Vec::new();
    let (mut frontier, mut previous, mut rest, mut first) = (Frontier::new(), Leaf::ZERO, records, 0);
    let mut counts = counts.iter().copied();
    while !rest.is_empty() {
        let count = counts.next().unwrap_or(1).min(rest.len());
        let (block, after) = rest.split_at(count);
        let mut builder = Builder::new(Position::new(first), previous);
        for record in block {
            previous = hash::leaf(record);
            builder.push(record, previous).unwrap();
            frontier.push(previous);
        }
        blocks.push(builder.finish(frontier.root()).unwrap().1);
        first += u64::try_from(count).unwrap();
        rest = after;
    }
    blocks
}

/// Gives records the positions, times, versions and leaves that their new order asks for.
pub(crate) fn chain_anew(records: &mut [Record]) {
    let mut streams = HashMap::new();
    let (mut previous, mut recorded_at) = (Leaf::ZERO, records[0].recorded_at);
    for (index, record) in records.iter_mut().enumerate() {
        record.position = Position::new(u64::try_from(index).unwrap());
        record.previous_leaf = previous;
        recorded_at = recorded_at.max(record.recorded_at);
        record.recorded_at = recorded_at;
        let (version, leaf) = streams.get(&record.stream).copied().unwrap_or((0, Leaf::ZERO));
        record.stream_version = version + 1;
        record.stream_previous_leaf = leaf;
        previous = hash::leaf(&record.encode().unwrap());
        streams.insert(record.stream.clone(), (record.stream_version, previous));
    }
}
