//! Estimators against published figures, independent software and what must always hold.
#![expect(
    clippy::float_arithmetic,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::expect_used,
    reason = "helpers of tests compute in floats and stop at the first surprise"
)]

mod bayes;
mod models;
mod noise;
mod refusals;
mod resample;
mod support;
