//! What commands print on standard output.

use crate::failure::Failure;
use std::fmt;
use std::io::{ErrorKind, Write};

/// Prints a text and a line break.
///
/// # Errors
/// When standard output cannot be written to. Whoever stops reading has seen enough, as `head` does: that is none.
pub fn print(text: impl fmt::Display) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::fault("cannot write to standard output", error, "Send it to another place"))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}
