//! What a command says to whoever ran it. Results go to standard output, so that they can be piped; everything else is
//! a log line on standard error.

/// Writes a result, as it is.
#[expect(clippy::print_stdout, reason = "the one place where a command prints its result")]
pub fn result(text: &str) {
    print!("{text}");
}

/// Writes a line about what went wrong, for the time before there is a log.
#[expect(clippy::print_stderr, reason = "a bad setting is told before logging starts, since it may be the log's own")]
pub fn complaint(text: &str) {
    eprintln!("cotmoc: {text}");
}
