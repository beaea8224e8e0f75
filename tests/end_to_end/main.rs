//! End-to-end tests: the table of contents.

mod demo;
mod golden;
mod support;
