//! Feeds anything to `entry::rulebook`: it must come back, with findings or without.
#![no_main]

#[path = "../../crates/rulebook/tests/it/entry.rs"]
mod entry;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| entry::rulebook(bytes));
