//! A journal that fails on purpose.

/// Placeholder.
pub struct Faulty;
/// Placeholder.
pub struct Fault;
