//! What the fuzz targets and the corpus tests feed: each takes any bytes and must come back.

#![allow(dead_code, reason = "each fuzz target uses one of them")]

use settlement::export::{beancount, entries_csv, lines_csv, postings_csv, subjects_csv};
use settlement::ledger::{
    Command, Redo, apply, decode_lines, decode_lines_on, encode_lines, redo, replay, verify,
};
use settlement::{Digest, Statement};

/// Reads a ledger, whatever it holds; what is believed holds together.
pub(crate) fn ledger(bytes: &[u8]) {
    let recovered = decode_lines(bytes);
    assert_eq!(decode_lines_on(3, bytes), recovered);
    let entries = &recovered.entries;
    // Exports take entries as they are.
    for text in [beancount(entries), entries_csv(entries), lines_csv(entries), postings_csv(entries)] {
        assert!(!text.is_empty());
    }
    let replayed = replay(entries);
    match verify(entries) {
        Ok(state) => {
            assert_eq!(replayed.as_ref(), Ok(&state));
            assert_eq!(state.balances().values().sum::<i128>(), 0);
            assert!(!subjects_csv(&state).is_empty());
            let written = encode_lines(entries).expect("entries that were read");
            assert_eq!(&decode_lines(written.as_bytes()).entries, entries);
            let Some(day) = state.head().recorded else { return };
            let paid = apply(&state, &Command::Pay { due: day }, day).expect("a payment is never refused");
            let mut after = state;
            for entry in &paid.entries {
                after.advance(entry).expect("what is written may follow");
            }
            let again = apply(&after, &Command::Pay { due: day }, day).expect("a payment is never refused");
            assert!(again.entries.is_empty());
        }
        Err(faults) => assert!(replayed.is_err() && !faults.is_empty()),
    }
}

/// Reads a ledger and what a writer left beside it, cut anywhere; what is finished is finished once.
pub(crate) fn left(bytes: &[u8]) {
    for cut in [0, bytes.len() / 3, bytes.len() / 2, bytes.len()] {
        let (before, after) = bytes.split_at(cut);
        for written in [before, bytes] {
            let Ok(Redo::Append { kept_bytes }) = redo(written, after) else { continue };
            let whole = [&written[..kept_bytes], after].concat();
            assert_eq!(redo(&whole, after), Ok(Redo::Done));
        }
    }
}

/// Reads a statement and a hash.
pub(crate) fn statement(bytes: &[u8]) {
    if let Ok(statement) = serde_json::from_slice::<Statement>(bytes) {
        let written = serde_json::to_vec(&statement).expect("a statement that was read");
        let again: Statement = serde_json::from_slice(&written).expect("what was written");
        assert_eq!(again, statement);
        assert_eq!(again.content(), statement.content());
    }
    if let Ok(digest) = std::str::from_utf8(bytes).unwrap_or_default().parse::<Digest>() {
        assert_eq!(digest.to_string().as_bytes(), bytes);
    }
}
