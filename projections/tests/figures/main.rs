//! Figures against worked histories: every event goes through `decide`, into a record, and back out of its bytes.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod acts;
mod ledger_writer;
mod lists;
mod properties;
mod regimes;
mod vectors;
