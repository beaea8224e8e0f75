//! In and out: what other programs wrote, taken into a ledger.

pub mod import;
