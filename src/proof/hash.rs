//! Named hashes. Each use has a context string of its own, so that no value of one can stand for another.

use std::sync::LazyLock;

use crate::id::Leaf;

/// Context of a record's leaf.
pub const RECORD_CONTEXT: &str = "thads 2026 record v1";
/// Context of a commitment to personal data.
pub const COMMITMENT_CONTEXT: &str = "thads 2026 pii v1";

static RECORD: LazyLock<blake3::Hasher> = LazyLock::new(|| blake3::Hasher::new_derive_key(RECORD_CONTEXT));
static COMMITMENT: LazyLock<blake3::Hasher> =
    LazyLock::new(|| blake3::Hasher::new_derive_key(COMMITMENT_CONTEXT));

/// Returns the leaf of a record from its stored bytes: BLAKE3 in `derive_key` mode under [`RECORD_CONTEXT`].
///
/// The bytes hold the previous record's leaf, so this is the head of the hash chain as well.
pub fn leaf(record_bytes: &[u8]) -> Leaf {
    Leaf(*RECORD.clone().update(record_bytes).finalize().as_bytes())
}

/// Returns the commitment to one piece of personal data: it hides `plaintext` as long as `salt` is secret.
pub fn commitment(salt: &[u8; 32], plaintext: &[u8]) -> [u8; 32] {
    *COMMITMENT.clone().update(salt).update(plaintext).finalize().as_bytes()
}

/// Returns BLAKE3 of `bytes` in `derive_key` mode under `context`.
pub fn derive(context: &str, bytes: &[u8]) -> [u8; 32] {
    blake3::derive_key(context, bytes)
}

/// Returns the same of all that a reader gives. Cost: its bytes, never all of them in memory.
///
/// # Errors
/// When it cannot be read.
pub fn derive_of(context: &str, reader: impl std::io::Read) -> std::io::Result<[u8; 32]> {
    Ok(*blake3::Hasher::new_derive_key(context).update_reader(reader)?.finalize().as_bytes())
}

static BLOCK: LazyLock<blake3::Hasher> =
    LazyLock::new(|| blake3::Hasher::new_derive_key("thads 2026 block v1"));
static BLOCK_HEADER: LazyLock<blake3::Hasher> =
    LazyLock::new(|| blake3::Hasher::new_derive_key("thads 2026 block header v1"));
static SEGMENT_HEADER: LazyLock<blake3::Hasher> =
    LazyLock::new(|| blake3::Hasher::new_derive_key("thads 2026 segment header v1"));

/// The hash that ends a block, over all of it before.
pub(crate) fn block(bytes: &[u8]) -> [u8; 32] {
    *BLOCK.clone().update(bytes).finalize().as_bytes()
}

/// The checksum of a block's header.
pub(crate) fn block_header(bytes: &[u8]) -> [u8; 8] {
    first_eight(&BLOCK_HEADER, bytes)
}

/// The checksum of a segment's header.
pub(crate) fn segment_header(bytes: &[u8]) -> [u8; 8] {
    first_eight(&SEGMENT_HEADER, bytes)
}

fn first_eight(hasher: &blake3::Hasher, bytes: &[u8]) -> [u8; 8] {
    let mut sum = [0; 8];
    hasher.clone().update(bytes).finalize_xof().fill(&mut sum);
    sum
}

static EXPORT_HEADER: LazyLock<blake3::Hasher> =
    LazyLock::new(|| blake3::Hasher::new_derive_key("thads 2026 export header v1"));

/// The checksum of an export's header.
pub(crate) fn export_header(bytes: &[u8]) -> [u8; 8] {
    first_eight(&EXPORT_HEADER, bytes)
}
