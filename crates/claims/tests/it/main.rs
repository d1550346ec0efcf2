//! Tests of the engine over claims, against the plain loops of `population` and against published data.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so and stops")]

mod attribution;
mod bad_input;
mod desynpuf;
mod gate;
mod measures;
mod snds;
mod snds_bad_input;
mod snds_measures;
mod snds_official;
mod sums;
mod support;
mod territory;
