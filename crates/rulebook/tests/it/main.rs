//! Integration tests of the crate, one file per feature.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so and stops")]

mod check;
mod columns;
mod documentation;
mod facts;
mod rulebooks;
mod support;
