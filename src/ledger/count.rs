//! Lengths in memory and places in files: the same numbers in two types, converted in one place.

/// Returns a length in memory as a place in a file or a count of records.
pub(crate) fn to_u64(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// Returns a place in a file as a length in memory; more than memory can address saturates, and no read of it succeeds.
pub(crate) fn to_usize(length: u64) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}
