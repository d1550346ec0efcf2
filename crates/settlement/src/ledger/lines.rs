//! The written form of a ledger: one entry of JSON on each line, ended by a line feed.
//!
//! A line counts only with its line feed: a writer that stops midway leaves a last line without one, and nobody
//! was told that it was done. So it is dropped, and asking for the same command again writes it anew.

use std::ops::ControlFlow;

use rulebook::in_order;

use super::entry::Entry;
use super::fault::{Fault, FaultKind, Where};

/// A thread that reads less is not worth its beginning.
const PIECE_BYTES_MIN: usize = 64 * 1024;

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
///
/// Much is read on several threads, which changes nothing but the time.
pub fn decode_lines_on(threads: usize, bytes: &[u8]) -> Recovered {
    let pieces = pieces(bytes, threads);
    let mut whole = Recovered::default();
    let (mut lines, mut start) = (0, 0);
    in_order(pieces.len(), threads, &|index| decode_lines(pieces[index]), &mut |index, part| {
        let lines_of_part = part.entries.len() + part.faults.len();
        whole.entries.extend(part.entries);
        whole.faults.extend(part.faults.into_iter().map(|fault| match fault.at {
            Where::Line(line) => Fault { at: Where::Line(lines + line), ..fault },
            _ => fault,
        }));
        whole.torn = part.torn.map(|torn| TornTail {
            line: lines + torn.line,
            kept_bytes: start + torn.kept_bytes,
            ..torn
        });
        lines += lines_of_part;
        start += pieces[index].len();
        ControlFlow::Continue(())
    });
    whole
}

/// Cuts bytes into about equal pieces, each of which ends with a line.
fn pieces(bytes: &[u8], count: usize) -> Vec<&[u8]> {
    let wanted = (bytes.len() / count.max(1)).max(PIECE_BYTES_MIN);
    let mut pieces = Vec::new();
    let mut rest = bytes;
    while let Some(after) = rest.get(wanted..) {
        let Some(end) = after.iter().position(|byte| *byte == b'\n') else { break };
        let (piece, next) = rest.split_at(wanted + end + 1);
        pieces.push(piece);
        rest = next;
    }
    pieces.push(rest);
    pieces
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
