//! The commands: one file a command; what they print goes through `output`.

use std::process::ExitCode;

pub mod demo;
pub mod import;

/// Runs the program with the process's own arguments and returns its exit code.
pub fn run() -> ExitCode {
    ExitCode::SUCCESS
}
