//! The Merkle tree over the leaves: RFC 6962 with SHA-256, which the world's witnesses and tile readers speak.
//!
//! Entry n of the tree is the 32 bytes of record n's leaf, so tree leaf n is `SHA-256(0x00 || leaf)` and a node is
//! `SHA-256(0x01 || left || right)`. A [`Frontier`] is all that appending needs; proofs are made from complete
//! subtrees ([`Nodes`] in memory, tiles on disk) and checked from nothing but roots.

mod proof;

pub use proof::{
    ProofError, consistency_proof, inclusion_proof, root_at, verify_consistency, verify_inclusion,
};

use sha2::{Digest, Sha256};

use crate::hex::bytes_id;
use crate::record::Leaf;

bytes_id! {
    /// A node of the tree: the hash of a complete or incomplete subtree.
    Node, 32, hex
}
bytes_id! {
    /// The hash of a whole tree of some size.
    Root, 32, hex
}

impl Root {
    /// The root of the tree that holds nothing: SHA-256 of no bytes.
    pub fn empty() -> Root {
        Root(Sha256::digest([]).into())
    }
}

impl From<Node> for Root {
    fn from(node: Node) -> Root {
        Root(node.0)
    }
}

/// Returns the tree's leaf node for a record's leaf.
pub fn leaf_node(leaf: &Leaf) -> Node {
    entry_node(&leaf.0)
}

/// Returns the tree's leaf node for any entry, as foreign logs have them.
pub fn entry_node(entry: &[u8]) -> Node {
    Node(Sha256::new().chain_update([0]).chain_update(entry).finalize().into())
}

/// Returns the node above two nodes.
pub fn parent(left: &Node, right: &Node) -> Node {
    Node(Sha256::new().chain_update([1]).chain_update(left.0).chain_update(right.0).finalize().into())
}

/// What must be kept of a tree to append to it and know its root: one node for each bit set in its size.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Frontier {
    size: u64,
    /// Roots of the complete subtrees that the tree falls into, largest first.
    peaks: Vec<Node>,
}

/// Why bytes are no frontier.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a frontier has 8 bytes and 32 for each bit set in its size; these are {0} bytes")]
pub struct FrontierError(usize);

impl Frontier {
    /// Returns the frontier of the empty tree.
    pub const fn new() -> Frontier {
        Frontier { size: 0, peaks: Vec::new() }
    }

    /// Appends a record's leaf; a hash or two on average.
    pub fn push(&mut self, leaf: Leaf) {
        self.push_node(leaf_node(&leaf));
    }

    /// Appends an entry whose leaf node is known.
    pub fn push_node(&mut self, node: Node) {
        let mut node = node;
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                node = parent(&left, &node);
            }
        }
        self.peaks.push(node);
        self.size = self.size.saturating_add(1);
    }

    /// Returns how many entries the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Returns the root of the tree; one hash for each bit set in the size but one.
    pub fn root(&self) -> Root {
        self.peaks
            .iter()
            .copied()
            .rev()
            .reduce(|right, left| parent(&left, &right))
            .map_or_else(Root::empty, Root::from)
    }

    /// Returns its bytes: the size, big endian, then the nodes, largest subtree first.
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = self.size.to_be_bytes().to_vec();
        bytes.extend(self.peaks.iter().flat_map(|peak| peak.0));
        bytes
    }

    /// Reads the bytes of [`Frontier::encode`].
    pub fn decode(bytes: &[u8]) -> Result<Frontier, FrontierError> {
        let error = FrontierError(bytes.len());
        let (size, rest) = bytes.split_first_chunk::<8>().ok_or(error)?;
        let size = u64::from_be_bytes(*size);
        let (peaks, cut) = rest.as_chunks::<32>();
        if !cut.is_empty() || u32::try_from(peaks.len()) != Ok(size.count_ones()) {
            return Err(error);
        }
        Ok(Frontier { size, peaks: peaks.iter().copied().map(Node).collect() })
    }
}

/// Every complete subtree of a tree, in memory: 64 bytes an entry. Makes any proof of any size so far.
#[derive(Clone, Debug, Default)]
pub struct Nodes {
    /// `levels[l][i]` is the root of entries `i << l .. (i + 1) << l`.
    levels: Vec<Vec<Node>>,
}

impl Nodes {
    /// Returns the empty tree.
    pub const fn new() -> Nodes {
        Nodes { levels: Vec::new() }
    }

    /// Appends a record's leaf.
    pub fn push(&mut self, leaf: Leaf) {
        self.push_node(leaf_node(&leaf));
    }

    /// Appends an entry whose leaf node is known.
    pub fn push_node(&mut self, node: Node) {
        let mut node = node;
        for level in 0.. {
            if level == self.levels.len() {
                self.levels.push(Vec::new());
            }
            self.levels[level].push(node);
            match self.levels[level].as_slice() {
                [.., left, right] if self.levels[level].len().is_multiple_of(2) => node = parent(left, right),
                _ => return,
            }
        }
    }

    /// Returns how many entries the tree has.
    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| u64::try_from(leaves.len()).unwrap_or(u64::MAX))
    }

    /// Returns the root of the complete subtree `index` of `level`, if the tree has it.
    pub fn node(&self, level: u8, index: u64) -> Option<Node> {
        self.levels.get(usize::from(level))?.get(usize::try_from(index).ok()?).copied()
    }

    /// Returns the root of the first `size` entries.
    pub fn root_at(&self, size: u64) -> Result<Root, ProofError> {
        root_at(size, self.reader())
    }

    /// Proves entry `index` to the root of the first `size` entries.
    pub fn inclusion_proof(&self, index: u64, size: u64) -> Result<Vec<Node>, ProofError> {
        inclusion_proof(index, size, self.reader())
    }

    /// Proves that the first `old` entries of the first `new` are unchanged.
    pub fn consistency_proof(&self, old: u64, new: u64) -> Result<Vec<Node>, ProofError> {
        consistency_proof(old, new, self.reader())
    }

    fn reader(&self) -> impl FnMut(u8, u64) -> Result<Node, ProofError> + '_ {
        |level, index| self.node(level, index).ok_or(ProofError::Missing { level, index })
    }
}

#[cfg(test)]
mod tests;
