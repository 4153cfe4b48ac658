//! The `cotmoc` program.

fn main() {}
