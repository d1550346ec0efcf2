//! The territory as its readers see it.

#![expect(clippy::expect_used, reason = "a test that cannot go on says so and stops")]

mod dirt;
mod integrity;
mod layout;
mod plausible;
mod same_bytes;
mod support;
