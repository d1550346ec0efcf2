//! Estimators on aggregated cells: the cost of a fit grows with cells, not with patients.
//!
//! A [`Cell`] carries sums over the units (patients) that share a row of the [`Design`]; they suffice for least squares,
//! Poisson and gamma models, and for variances that are robust to unequal variance and to clusters, *exactly* as if every
//! unit had its own row. Nothing here reads a file, a clock or a hidden source of randomness: seeds are parameters.
//! What cannot be estimated is an error that names the column or the row, never a silent NaN.
#![expect(
    clippy::float_arithmetic,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "this crate estimates; no amount of money passes through it, and counts stay below 2^53"
)]

pub mod bayes;
mod cell;
mod covariance;
mod design;
mod error;
mod fit;
mod noise;
mod qr;
pub mod resample;

pub use cell::Cell;
pub use covariance::{Covariance, Matrix};
pub use design::Design;
pub use error::StatsError;
pub use fit::{Family, Fit, fit};
pub use noise::{Noise, normal_below, normal_quantile, student_quantile};
