//! The law in tables: history, action, answer, in the words of the domain; then vectors, properties and forms.
//!
//! Start at [`language`]: it is the only file here that touches the API.

#![allow(clippy::unwrap_used, reason = "helpers of tests, outside of test functions")]

mod auctions;
mod complaints;
mod intake;
mod json;
mod language;
mod money;
mod moves;
mod numbers;
mod organisation;
mod payouts;
mod properties;
mod repairs;
mod status;
mod vectors;
