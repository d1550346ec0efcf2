//! What a writer leaves beside the ledger while it appends: all the lines of its command, so that a command is
//! done wholly or not at all.
//!
//! A writer first writes its lines to a file of their own, in one piece, then appends the same lines to the ledger,
//! then removes the file. If it stops before the first step is done, nothing has happened; if it stops later,
//! whoever comes next finds the lines and appends what is missing.

use super::entry::Entry;
use super::fault::{Fault, FaultKind, Where};
use crate::Digest;

/// What is to be done with lines that a writer left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Redo {
    /// The ledger holds them all.
    Done,
    /// The ledger is to be cut after some bytes, and the lines appended there.
    Append {
        /// How many bytes of the ledger are kept.
        kept_bytes: usize,
    },
}

/// Compares a written ledger with the lines that a writer left beside it.
///
/// # Errors
/// When the lines do not belong to this ledger: they follow other entries, or other entries follow in their place.
pub fn redo(ledger: &[u8], left: &[u8]) -> Result<Redo, Box<Fault>> {
    let Some(first) = first_entry(left)? else { return Ok(Redo::Done) };
    let before = first.sequence.saturating_sub(1);
    let not_ours = || Box::new(Fault { at: Where::Entry(first.sequence), kind: FaultKind::Left });
    let (kept_bytes, last) = end_of(ledger, before).ok_or_else(not_ours)?;
    let previous = match last {
        None => Digest::NONE,
        Some(line) => serde_json::from_slice::<Entry>(line).map_err(|_| not_ours())?.hash,
    };
    if previous != first.previous {
        return Err(not_ours());
    }
    let rest = ledger.get(kept_bytes..).unwrap_or_default();
    if rest.starts_with(left) {
        return Ok(Redo::Done);
    }
    // After a power cut a file may be longer than what was written to it: the system fills it with zeros.
    let zeros = rest.iter().rev().take_while(|byte| **byte == 0).count();
    let written = rest.get(..rest.len() - zeros).unwrap_or_default();
    if left.starts_with(written) { Ok(Redo::Append { kept_bytes }) } else { Err(not_ours()) }
}

/// Reads the first of the lines that were left; none when there are no lines.
fn first_entry(left: &[u8]) -> Result<Option<Entry>, Box<Fault>> {
    if left.is_empty() {
        return Ok(None);
    }
    let unreadable =
        |cause: String| Box::new(Fault { at: Where::LeftLine(1), kind: FaultKind::Unreadable { cause } });
    if !left.ends_with(b"\n") {
        return Err(unreadable("it does not end".to_owned()));
    }
    let first = left.split(|byte| *byte == b'\n').next().unwrap_or_default();
    serde_json::from_slice(first).map(Some).map_err(|error| unreadable(error.to_string()))
}

/// Returns where the line of an entry ends, and the line; nothing when there is no such entry.
///
/// It is looked for from the end, where it is.
fn end_of(ledger: &[u8], sequence: u64) -> Option<(usize, Option<&[u8]>)> {
    if sequence == 0 {
        return Some((0, None));
    }
    let (mut end, mut line) = last_line(ledger)?;
    let last: Entry = serde_json::from_slice(line).ok()?;
    for _ in 0..last.sequence.checked_sub(sequence)? {
        (end, line) = last_line(ledger.get(..end - line.len() - 1)?)?;
    }
    Some((end, Some(line)))
}

/// Returns where the last whole line ends, and what it holds.
fn last_line(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let is_end = |byte: &u8| *byte == b'\n';
    let end = bytes.iter().rposition(is_end)?;
    let whole = bytes.get(..end)?;
    let start = whole.iter().rposition(is_end).map_or(0, |before| before + 1);
    Some((end + 1, whole.get(start..)?))
}
