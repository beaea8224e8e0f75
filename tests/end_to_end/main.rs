//! End-to-end tests: the table of contents.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "in tests a panic is the answer"
)]

mod answers;
mod api;
mod appended;
mod backup;
mod batch;
mod caches;
mod copies;
mod demo;
mod dry_runs;
mod elsewhere;
mod ending;
mod evidence;
mod figures;
mod fines;
mod forge;
mod founding;
mod golden;
mod held_against;
mod import;
mod import_files;
mod keeping;
mod layout;
mod lost_keys;
mod meaning;
mod no_access;
mod output;
mod places;
mod poison;
mod questions;
mod random;
mod refusals;
mod restored_again;
mod rooms;
mod small;
mod strange_files;
mod structure;
mod support;
mod tour;
mod trouble;
mod wrong_clock;
