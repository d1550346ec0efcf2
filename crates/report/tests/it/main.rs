//! Integration tests of the crate, one file per feature.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so and stops")]

mod comparison;
mod difference;
mod explanation;
mod html;
mod index;
mod ledger;
mod results;
mod run;
mod run_sample;
mod sample;
mod trees;
mod whatif;
