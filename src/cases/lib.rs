//! The law of civil-judgment enforcement as data and pure functions: same arguments, same answer.
//!
//! Knows no bytes, clock, files, threads or randomness, and no other room of this project.

pub mod calendar;
pub mod date;
pub mod deadline;
pub mod distribution;
pub mod money;
pub mod rules;
