//! The `cotmoc` program.

use std::process::ExitCode;

// A third faster than the system's on pages of GraphQL, which are many small values.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    api::cli::main()
}
