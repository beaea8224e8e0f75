//! End-to-end tests: the table of contents.
