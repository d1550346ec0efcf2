//! What can stop a fit, a release or a comparison.

use stats::StatsError;

/// Why expected spending cannot be computed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ExpectedError {
    /// A row has more or fewer levels than the model has covariates.
    #[error("match {given} levels of a cell with {needed} covariates")]
    Levels {
        /// How many levels the row has.
        given: usize,
        /// How many covariates there are.
        needed: usize,
    },
    /// A level that a closed list does not have.
    #[error("find the level `{level}` of the covariate `{covariate}`")]
    UnknownLevel {
        /// The covariate.
        covariate: String,
        /// The level.
        level: String,
    },
    /// The reference level was not observed.
    #[error("compare with the level `{level}` of `{covariate}`: nobody has it")]
    ReferenceUnseen {
        /// The covariate.
        covariate: String,
        /// The reference level.
        level: String,
    },
    /// Sums that no patients could have.
    #[error("use the sums of the cell {levels:?}: they contradict one another")]
    Sums {
        /// The levels of the cell.
        levels: Vec<String>,
    },
    /// A sum beyond 128 bits.
    #[error("hold a sum: it is beyond 128 bits")]
    TooLarge,
    /// No patient is left.
    #[error("fit a model on nobody")]
    Nobody,
    /// The year has no day.
    #[error("use a year of no days")]
    NoYear,
    /// The estimator refused.
    #[error("{0}")]
    Stats(#[from] StatsError),
    /// A released table that cannot be read.
    #[error("read the released table, line {line}: {reason}")]
    Table {
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
}
