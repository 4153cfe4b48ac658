//! The program as a process of its own, built along with the tests that start and stop it.

use std::process::ExitCode;

fn main() -> ExitCode {
    api::cli::main()
}
