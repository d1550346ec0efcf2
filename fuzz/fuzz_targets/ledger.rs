//! Feeds anything to `entry::ledger`: it must come back, with findings or without.
#![no_main]

#[path = "../../crates/settlement/tests/it/entry.rs"]
mod entry;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    entry::ledger(bytes);
    entry::left(bytes);
});
