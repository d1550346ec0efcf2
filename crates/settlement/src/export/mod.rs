//! What leaves the ledger: CSV for people and their tools, beancount for accountants.

mod beancount;
mod csv;

pub use beancount::beancount;
pub use csv::{balances_csv, entries_csv, lines_csv, postings_csv, subjects_csv};

/// Prints cents as units of the currency with two decimals.
pub fn units(cents: i128) -> String {
    let sign = if cents < 0 { "-" } else { "" };
    let size = cents.unsigned_abs();
    format!("{sign}{}.{:02}", size / 100, size % 100)
}
