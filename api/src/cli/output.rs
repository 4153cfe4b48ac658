//! What a command says to whoever ran it. Results go to standard output, so that they can be piped; everything else is
//! a log line on standard error.

use std::{
    io::{self, ErrorKind, Write as _},
    sync::atomic::{AtomicBool, Ordering},
};

/// Whether a result could not be written: then the command has failed, whatever else it did.
static LOST: AtomicBool = AtomicBool::new(false);

/// Whether all results could be written.
pub fn is_whole() -> bool {
    !LOST.load(Ordering::Relaxed)
}

/// Writes a result, as it is. If it cannot be written whole, that is told, and the command fails; a reader who has seen enough
/// (`| head`) is no failure.
pub fn result(text: &str) {
    let mut output = io::stdout().lock();
    if let Err(error) = output.write_all(text.as_bytes()).and_then(|()| output.flush())
        && error.kind() != ErrorKind::BrokenPipe
    {
        LOST.store(true, Ordering::Relaxed);
        complaint(&format!("the result cannot be written: {error}"));
    }
}

/// Writes a line about what went wrong, for the time before there is a log.
pub fn complaint(text: &str) {
    // Where nobody hears it, that is no reason to stop.
    let _ = writeln!(io::stderr(), "cotmoc: {text}");
}
