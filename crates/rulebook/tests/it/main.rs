//! Integration tests of the crate, one file per feature.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so and stops")]

mod change;
mod check;
mod columns;
mod compare;
mod corpus;
mod documentation;
mod entry;
mod explain;
mod facts;
mod invariance;
mod properties;
mod rulebooks;
mod semantics;
mod settled;
mod sharing;
mod stream;
mod support;
