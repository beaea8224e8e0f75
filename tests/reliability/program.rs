//! The program as it is, built with the switches of `thads_ledger::testing`.

use std::process::ExitCode;

fn main() -> ExitCode {
    thads_cli::run()
}
