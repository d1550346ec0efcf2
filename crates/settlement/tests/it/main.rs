//! Integration tests of the crate, one file per feature.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so and stops")]
#![expect(clippy::print_stderr, reason = "a test says what it counted and what it skipped")]

mod corpus;
mod entry;
mod export;
mod from_run;
mod ledger;
mod lines;
mod model;
mod statement;
mod support;
