//! The answer to an append, given after its block is durable and never before.

use thads_proof::record::{Leaf, Micros, Position, RequestId};
use thads_proof::tree::Root;

/// Says where a request was recorded. Only the committer makes one, after the journal says that the block is durable.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Receipt {
    pub(crate) request: RequestId,
    pub(crate) first: Position,
    pub(crate) last: Position,
    pub(crate) leaf: Leaf,
    pub(crate) size: u64,
    pub(crate) root: Root,
    pub(crate) recorded_at: Micros,
    pub(crate) repeated: bool,
}

impl Receipt {
    /// Returns the request's id.
    pub fn request(&self) -> RequestId {
        self.request
    }

    /// Returns the position of its first record.
    pub fn first(&self) -> Position {
        self.first
    }

    /// Returns the position of its last record; all between belong to it.
    pub fn last(&self) -> Position {
        self.last
    }

    /// Returns how many records it has.
    pub fn count(&self) -> u64 {
        self.last.get() - self.first.get() + 1
    }

    /// Returns the leaf of its last record.
    pub fn leaf(&self) -> Leaf {
        self.leaf
    }

    /// Returns the tree's size after its block.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Returns the tree's root at [`Receipt::size`].
    pub fn root(&self) -> Root {
        self.root
    }

    /// Returns when it was recorded.
    pub fn recorded_at(&self) -> Micros {
        self.recorded_at
    }

    /// Returns whether this answers a repetition: nothing new was recorded.
    pub fn repeated(&self) -> bool {
        self.repeated
    }
}
