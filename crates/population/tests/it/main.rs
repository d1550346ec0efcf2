//! Integration tests of the crate, one file per feature.

#![expect(clippy::expect_used, reason = "a test that cannot go on says so and stops")]

mod documentation;
mod measures;
mod schema;
mod support;
