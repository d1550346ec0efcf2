//! Models, fits, releases and comparisons of teams, on small territories.
#![expect(
    clippy::float_arithmetic,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "helpers of tests compute in floats and stop at the first surprise"
)]

mod fits;
mod luck;
mod models;
mod releases;
mod support;
mod territory;
