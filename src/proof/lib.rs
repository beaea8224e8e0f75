//! The evidence: records, their bytes and hashes, the tree, checkpoints, and the verification of them all.
//!
//! This is the whole of what an auditor links: it verifies what it did not write. It knows no store, no async
//! runtime and nothing of the law: a payload is bytes with a kind. The bytes are drawn in `docs/format.md`.

pub mod block;
pub mod checkpoint;
pub mod days;
pub mod export;
pub mod genesis;
pub mod hash;
pub mod hex;
mod id;
pub mod note;
#[cfg(feature = "files")]
pub mod plain;
pub mod record;
pub mod segment;
pub mod tile;
pub mod tree;
pub mod verify;
