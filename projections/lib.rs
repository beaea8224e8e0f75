//! The folds: from the records of the log to the state of every case and every figure of the statistics.
//!
//! Deterministic: same log, same answer. Knows no store, no clock, no files. The way through: [`entry`] (bytes to
//! events), [`read_model`] (everything folded), [`statistics`] (what one case gives a period), [`report`] (the figures).

mod auctions;
pub mod breakdown;
pub mod case_state;
pub mod columns;
pub mod complaints;
pub mod drilldown;
pub mod entry;
pub mod figures;
pub mod identities;
pub mod period;
mod query;
pub mod read_model;
pub mod regime;
pub mod replay;
pub mod report;
pub mod scope;
pub mod snapshot;
pub mod statistics;
pub mod streams;
