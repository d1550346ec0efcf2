//! Integration tests of the crate, one file per feature.

#![expect(clippy::expect_used, reason = "a test that cannot go on says so and stops")]

mod attribution;
mod chain;
mod documentation;
mod gate;
mod mapping;
mod measures;
mod release;
mod schema;
mod support;
