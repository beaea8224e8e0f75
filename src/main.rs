//! The front door: runs the command line and turns its answer into an exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    thads_cli::run()
}
