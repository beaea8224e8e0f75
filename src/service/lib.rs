//! The shell: one way for an action, and answers that name position and root. Holds no rule and no figure of its own.

mod admission;
mod anew;
pub mod answers;
pub mod audit;
#[cfg(test)]
mod checks;
pub mod clock;
pub mod document;
mod idempotency;
pub mod json;
mod judged_again;
pub mod ledger_service;
pub mod log;
mod payees;
mod pending;
pub mod persons;
pub mod principal;
pub mod read_only;
pub mod record;
pub mod rehearse;
pub mod seal;
mod snapshot;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod transfers;
pub mod words;
