//! The shell: one way for an action, and answers that name position and root. Holds no rule and no figure of its own.

pub mod act;
pub mod answers;
pub mod document;
pub mod house;
pub mod http;
mod moves;
mod place;
pub mod problem;
pub mod seal;
mod snapshot;
#[cfg(test)]
mod tests;
pub mod view;
pub mod wire;
