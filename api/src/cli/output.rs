//! What a command says to whoever ran it. Results go to standard output, so that they can be piped; everything else is
//! a log line on standard error.

use std::io::{self, ErrorKind, Write as _};

/// Writes a result, as it is; false if it cannot be written whole. A reader who has seen enough (`| head`) is no failure.
pub fn result(text: &str) -> bool {
    let mut output = io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            complaint(&format!("the result cannot be written: {error}"));
            false
        }
        _ => true,
    }
}

/// Writes a line about what went wrong, for the time before there is a log.
#[expect(clippy::print_stderr, reason = "a bad setting is told before logging starts, since it may be the log's own")]
pub fn complaint(text: &str) {
    eprintln!("cotmoc: {text}");
}
