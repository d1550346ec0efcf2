//! Standard output for data, standard error for everything else.

use std::io::{ErrorKind, Write as _};

use rulebook::text;

use crate::failure::{Failure, Outcome};

/// Writes data to standard output.
pub(crate) fn data(words: &str) -> Outcome<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(words.as_bytes()).and_then(|()| out.flush()).map_err(|error| match error.kind() {
        ErrorKind::BrokenPipe => Failure::BrokenPipe,
        _ => Failure::io(&text!("impossible d'écrire sur la sortie", "cannot write to the output"), &error),
    })
}

/// Writes a message to standard error; when nobody can read it there is nobody to tell.
pub(crate) fn note(words: &str) {
    let mut out = std::io::stderr().lock();
    let _unread = out.write_all(words.as_bytes()).and_then(|()| out.flush());
}
