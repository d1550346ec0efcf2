//! Expected spending: what patients alike cost elsewhere, and what that says about a team.
//!
//! 1. A [`Model`] is a file of `models/`: which spending, of whom, explained by what, how.
//! 2. [`query`] turns it into SQL over the canonical tables; the engine over claims runs it and returns [`CellRow`]s.
//! 3. [`fit()`] estimates it on these cells: its cost grows with cells, not with patients.
//! 4. [`Fitted::release`] rounds to declared decimals. From there on [`Release::predict`] is exact on every machine.
//! 5. [`teams()`] compares what teams spent with what was expected, and says how sure that is.
//!
//! The crate does no I/O and knows no query engine.
#![expect(
    clippy::float_arithmetic,
    reason = "estimates are floats until they are rounded to declared decimals and released"
)]

pub mod cells;
mod diagnostics;
mod error;
mod fit;
mod model;
mod model_read;
mod moments;
pub mod query;
mod release;
mod sentences;
mod teams;
mod view;

pub use cells::{CellRow, PatientRow, Sums};
pub use diagnostics::{Calibration, Diagnostics, Ratio, diagnostics};
pub use error::ExpectedError;
pub use fit::{Fitted, fit};
pub use model::{
    Covariate, CovariateSource, Filter, Levels, Method, Model, Outcome, Part, Reference, Truncation, Weight,
    Who,
};
pub use release::{Release, ReleasedRow};
pub use sentences::{chance_sentence, nil_sentence};
pub use teams::{NoiseFrom, TeamResult, TeamResults, teams};
pub use view::{PatientView, ViewColumn};
