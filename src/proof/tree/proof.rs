//! Inclusion and consistency proofs: made from complete subtrees, checked from roots (RFC 9162, section 2.1).

use super::{Node, Root, parent};

/// Why there is no proof, or a proof proves nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProofError {
    /// The entry is not in a tree of that size.
    #[error("entry {index} is not in a tree of size {size}")]
    Index {
        /// The entry asked for.
        index: u64,
        /// The tree's size.
        size: u64,
    },
    /// The sizes are in the wrong order, or the older is 0: the empty tree is consistent with any and proves nothing.
    #[error("no consistency between sizes {old} and {new}: they must be 1 or more, in this order")]
    Sizes {
        /// Size of the older tree.
        old: u64,
        /// Size of the newer tree.
        new: u64,
    },
    /// The proof has the wrong number of nodes for these sizes.
    #[error("the proof has too many or too few nodes")]
    Length,
    /// The proof leads to another root of the newer (or only) tree.
    #[error("the proof leads to root {found}, not to {expected}")]
    Root {
        /// The root to be proved to.
        expected: Root,
        /// The root that the proof leads to.
        found: Root,
    },
    /// The proof leads to another root of the older tree.
    #[error("the proof leads to old root {found}, not to {expected}")]
    OldRoot {
        /// The older root to be proved from.
        expected: Root,
        /// The root that the proof leads to.
        found: Root,
    },
    /// A node that the proof needs is not at hand.
    #[error("the subtree {index} of level {level} is not at hand")]
    Missing {
        /// Height of the subtree.
        level: u8,
        /// Its number among those of its height.
        index: u64,
    },
}

/// Returns the root of the first `size` entries; `node(level, index)` gives complete subtrees' roots.
pub fn root_at<E>(size: u64, mut node: impl FnMut(u8, u64) -> Result<Node, E>) -> Result<Root, E> {
    if size == 0 { Ok(Root::empty()) } else { range(0, size, &mut node).map(Root::from) }
}

/// Proves entry `index` to the root of the first `size` entries: the nodes beside its way up, lowest first.
pub fn inclusion_proof<E: From<ProofError>>(
    index: u64,
    size: u64,
    mut node: impl FnMut(u8, u64) -> Result<Node, E>,
) -> Result<Vec<Node>, E> {
    if index >= size {
        return Err(ProofError::Index { index, size }.into());
    }
    let (mut start, mut end) = (0, size);
    let mut proof = Vec::new();
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            proof.push(range(middle, end, &mut node)?);
            end = middle;
        } else {
            proof.push(range(start, middle, &mut node)?);
            start = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// Proves that the tree of `old` entries is the beginning of the tree of `new` entries.
pub fn consistency_proof<E: From<ProofError>>(
    old: u64,
    new: u64,
    mut node: impl FnMut(u8, u64) -> Result<Node, E>,
) -> Result<Vec<Node>, E> {
    if old == 0 || old > new {
        return Err(ProofError::Sizes { old, new }.into());
    }
    let (mut start, mut end, mut whole) = (0, new, true);
    let mut proof = Vec::new();
    while end > old {
        let middle = start + split(end - start);
        if old <= middle {
            proof.push(range(middle, end, &mut node)?);
            end = middle;
        } else {
            proof.push(range(start, middle, &mut node)?);
            start = middle;
            whole = false;
        }
    }
    if !whole {
        proof.push(range(start, end, &mut node)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Checks that `leaf` is entry `index` of the tree of `size` entries under `root`.
pub fn verify_inclusion(
    index: u64,
    size: u64,
    leaf: &Node,
    proof: &[Node],
    root: &Root,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::Index { index, size });
    }
    let (mut at, mut last, mut node) = (index, size - 1, *leaf);
    for beside in proof {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if at & 1 == 1 || at == last {
            node = parent(beside, &node);
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            node = parent(&node, beside);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    if last != 0 {
        return Err(ProofError::Length);
    }
    same(*root, node.into(), |expected, found| ProofError::Root { expected, found })
}

/// Checks that the tree of `old` entries under `old_root` is the beginning of the one of `new` under `new_root`.
///
/// From the empty tree there is nothing to prove: sizes of 0 are refused (a witness treats them apart).
pub fn verify_consistency(
    old: u64,
    new: u64,
    old_root: &Root,
    new_root: &Root,
    proof: &[Node],
) -> Result<(), ProofError> {
    if old == 0 || old > new {
        return Err(ProofError::Sizes { old, new });
    }
    if old == new {
        if !proof.is_empty() {
            return Err(ProofError::Length);
        }
        return same(*new_root, *old_root, |expected, found| ProofError::Root { expected, found });
    }
    let whole = Node(old_root.0);
    let (first, rest) = if old.is_power_of_two() {
        (&whole, proof)
    } else {
        proof.split_first().ok_or(ProofError::Length)?
    };
    let (mut at, mut last) = (old - 1, new - 1);
    while at & 1 == 1 {
        (at, last) = (at >> 1, last >> 1);
    }
    let (mut old_node, mut new_node) = (*first, *first);
    for beside in rest {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if at & 1 == 1 || at == last {
            old_node = parent(beside, &old_node);
            new_node = parent(beside, &new_node);
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            new_node = parent(&new_node, beside);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    if last != 0 {
        return Err(ProofError::Length);
    }
    same(*old_root, old_node.into(), |expected, found| ProofError::OldRoot { expected, found })?;
    same(*new_root, new_node.into(), |expected, found| ProofError::Root { expected, found })
}

fn same(expected: Root, found: Root, error: impl FnOnce(Root, Root) -> ProofError) -> Result<(), ProofError> {
    if expected == found { Ok(()) } else { Err(error(expected, found)) }
}

/// The root of entries `start..end`, `start` being where a complete subtree of at least that many begins.
fn range<E>(start: u64, end: u64, node: &mut impl FnMut(u8, u64) -> Result<Node, E>) -> Result<Node, E> {
    let count = end - start;
    if count.is_power_of_two() {
        let level = count.trailing_zeros();
        return node(u8::try_from(level).unwrap_or(u8::MAX), start >> level);
    }
    let middle = start + split(count);
    let left = range(start, middle, node)?;
    let right = range(middle, end, node)?;
    Ok(parent(&left, &right))
}

/// The largest power of two below `count`, which is 2 or more.
fn split(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}
