//! The shell: one way for an action, and answers that name position and root. Holds no rule and no figure of its own.

pub mod act;
mod anew;
pub mod answers;
pub mod audit;
#[cfg(test)]
mod checks;
pub mod clock;
pub mod document;
pub mod house;
pub mod http;
mod judged_again;
pub mod log;
mod moves;
mod pending;
pub mod persons;
mod place;
pub mod problem;
pub mod rehearse;
mod repeat;
pub mod seal;
mod snapshot;
pub mod view;
pub mod wire;
pub mod words;
