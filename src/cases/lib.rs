//! The law of civil-judgment enforcement as data and pure functions: same arguments, same answer.
//!
//! Knows no bytes, clock, files, threads or randomness, and no other room of this project. The way through:
//! [`event`] (what can happen), [`history`] (folding at two times), [`decide`] (may it happen), [`rules`] (limits by date).

pub mod calendar;
pub mod case;
mod check;
pub mod complaint;
pub mod date;
pub mod deadline;
pub mod decide;
pub mod distribution;
pub mod event;
pub mod exemption;
pub mod fee;
pub mod history;
pub mod ids;
pub mod money;
pub mod organisation;
pub mod personal;
pub mod reference_data;
pub mod refusal;
pub mod rules;
pub mod stream;
pub mod text;
pub mod words;
