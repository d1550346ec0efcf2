//! The kept corpus of the fuzz targets, and mutations of a real ledger: nothing panics, everything comes back.

use crate::entry;
use crate::model::random_ledger;
use crate::support::Random;

#[track_caller]
fn each(target: &str, feed: fn(&[u8])) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let mut count = 0;
    for file in std::fs::read_dir(&folder).expect("the corpus is part of the project") {
        let bytes = std::fs::read(file.expect("an entry").path()).expect("a readable file");
        feed(&bytes);
        // And cut in the middle: what a fuzzer does first.
        feed(&bytes[..bytes.len() / 2]);
        count += 1;
    }
    assert!(count >= 5, "{target} has {count} files");
}

#[test]
fn ledgers() {
    each("ledger", entry::ledger);
    each("ledger", entry::left);
    entry::ledger("[".repeat(100_000).as_bytes());
}

#[test]
fn statements() {
    each("statement", entry::statement);
    entry::statement("[".repeat(100_000).as_bytes());
}

/// A stretch of a real ledger is dropped, doubled, turned over or written over: reading it always comes back.
#[test]
fn mutations_of_a_ledger() {
    let ledger = settlement::ledger::encode_lines(&random_ledger(3)).expect("lines").into_bytes();
    let start = &ledger[..ledger.len().min(6_000)];
    let mut random = Random(11);
    for _ in 0..200 {
        let mut bytes = start.to_vec();
        let (one, other) = (random.index(bytes.len()), random.index(bytes.len()));
        let (from, to) = (one.min(other), one.max(other).min(one.min(other) + 40));
        match random.below(4) {
            0 => drop(bytes.drain(from..to)),
            1 => {
                let stretch = bytes[from..to].to_vec();
                bytes.splice(from..from, stretch);
            }
            2 => bytes[from..to].reverse(),
            _ => bytes[from] = u8::try_from(random.below(256)).expect("a byte"),
        }
        entry::ledger(&bytes);
        entry::left(&bytes);
    }
}
