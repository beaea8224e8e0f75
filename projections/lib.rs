//! The folds: from the records of the log to the state of every case and every figure of the statistics.
//!
//! Deterministic: same log, same answer. Knows no store, no clock, no files. The way through: [`entry`] (bytes to
//! events), [`books`] (everything folded), `statistics.rs` (what one case gives a period), [`report`] (the figures).

pub mod books;
pub mod entry;
pub mod period;
pub mod scope;
