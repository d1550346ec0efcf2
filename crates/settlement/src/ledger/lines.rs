//! The written form of a ledger: one entry of JSON on each line, ended by a line feed.
//!
//! A line counts only with its line feed: a writer that stops midway leaves a last line without one, and nobody
//! was told that it was done. So it is dropped, and asking for the same command again writes it anew.

use super::entry::Entry;
use super::fault::{Fault, FaultKind, Where};

/// What was found in a written ledger.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recovered {
    /// The entries, in their order; they are not verified.
    pub entries: Vec<Entry>,
    /// A last line that was not finished.
    pub torn: Option<TornTail>,
    /// Lines that are no entries: somebody else wrote into the file.
    pub faults: Vec<Fault>,
}

/// A last line that was not finished: a writer cuts the file there before it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TornTail {
    /// The number of the line, from 1.
    pub line: usize,
    /// Where it begins: how many bytes are to be kept.
    pub kept_bytes: usize,
    /// How many bytes it has.
    pub torn_bytes: usize,
}

impl TornTail {
    /// Returns what to tell people.
    pub fn text(&self) -> rulebook::Text {
        let Self { line, torn_bytes, .. } = self;
        rulebook::text!(
            "la ligne {line} n'a pas été écrite en entier ({torn_bytes} octets) : elle est abandonnée, rien de confirmé n'est perdu",
            "line {line} was not written to its end ({torn_bytes} bytes): it is dropped, nothing confirmed is lost"
        )
    }
}

/// Writes an entry as one line, with its line feed.
///
/// # Errors
/// None that is known: an entry is plain data. The error of the JSON writer is passed on all the same.
pub fn encode_line(entry: &Entry) -> Result<String, serde_json::Error> {
    let mut line = serde_json::to_string(entry)?;
    line.push('\n');
    Ok(line)
}

/// Writes entries one after the other.
pub fn encode_lines(entries: &[Entry]) -> Result<String, serde_json::Error> {
    entries.iter().map(encode_line).collect()
}

/// Reads lines to the end, whatever they hold; the entries are still to be replayed.
pub fn decode_lines(bytes: &[u8]) -> Recovered {
    let mut recovered = Recovered::default();
    let mut start = 0;
    for (line, piece) in (1..).zip(bytes.split_inclusive(|byte| *byte == b'\n')) {
        let Some(content) = piece.strip_suffix(b"\n") else {
            recovered.torn = Some(TornTail { line, kept_bytes: start, torn_bytes: piece.len() });
            break;
        };
        start += piece.len();
        match serde_json::from_slice::<Entry>(content) {
            Ok(entry) => recovered.entries.push(entry),
            Err(error) => {
                let kind = FaultKind::Unreadable { cause: error.to_string() };
                recovered.faults.push(Fault { at: Where::Line(line), kind });
            }
        }
    }
    recovered
}
