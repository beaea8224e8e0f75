//! What clients do to the API over a socket.

pub(crate) mod clients;
mod questions;
mod refused;
