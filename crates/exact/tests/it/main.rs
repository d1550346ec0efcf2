//! Laws of the crate, checked over many generated inputs.
//!
//! Seeds are fixed so that a run is the same everywhere; a failure prints the
//! smallest input that shows it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may panic; clippy.toml knows only functions marked as tests"
)]

mod number_text;
mod rational;
mod rounding;
mod split;
mod unit;

use exact::{BigInt, Rational};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed};

/// Returns the settings of every property: a fixed seed and nothing on disk.
fn config(cases: u32) -> Config {
    Config { cases, failure_persistence: None, rng_seed: RngSeed::Fixed(20_260_801), ..Config::default() }
}

/// Generates integers where the small form of a rational begins to break.
fn edgy_i64() -> impl Strategy<Value = i64> {
    prop_oneof![
        3 => -100_i64..100,
        2 => any::<i64>(),
        2 => (0_i64..4).prop_map(|step| i64::MAX - step),
        2 => (0_i64..4).prop_map(|step| i64::MIN + step),
        2 => (0_u32..63, -1_i64..2).prop_map(|(power, step)| (1 << power) + step),
        1 => (0_u32..19).prop_map(|power| 10_i64.pow(power)),
        1 => (i64::from(u32::MAX) - 3)..(i64::from(u32::MAX) + 3),
    ]
}

/// Generates numerator and non-zero denominator, some beyond 64 bits.
fn edgy_parts() -> impl Strategy<Value = (BigInt, BigInt)> {
    let small = (edgy_i64(), edgy_i64())
        .prop_filter("denominator", |(_, den)| *den != 0)
        .prop_map(|(num, den)| (BigInt::from(num), BigInt::from(den)));
    let big = (any::<i128>(), any::<i128>())
        .prop_filter("denominator", |(_, den)| *den != 0)
        .prop_map(|(num, den)| (BigInt::from(num), BigInt::from(den)));
    let whole = edgy_i64().prop_map(|num| (BigInt::from(num), BigInt::from(1)));
    prop_oneof![6 => small, 1 => big, 2 => whole]
}

/// Generates rationals of every kind.
fn edgy_rational() -> impl Strategy<Value = Rational> {
    edgy_parts().prop_map(|(num, den)| Rational::big_ratio(num, den).unwrap())
}
