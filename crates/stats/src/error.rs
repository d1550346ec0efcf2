//! What can stop an estimation.

/// Why something cannot be estimated.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StatsError {
    /// No row, or no exposure at all.
    #[error("estimate from nothing: no row has any exposure")]
    Empty,
    /// Two things that should have the same length have not.
    #[error("match {given} {what} with {needed}")]
    Shape {
        /// What was counted.
        what: &'static str,
        /// How many there are.
        given: usize,
        /// How many there should be.
        needed: usize,
    },
    /// A number is infinite, or not a number.
    #[error("use row {row}: it has a number that is not finite")]
    NotFinite {
        /// The row, from 0.
        row: usize,
    },
    /// A count, an exposure or a variance is negative.
    #[error("use row {row}: it has a negative weight")]
    NegativeWeight {
        /// The row, from 0.
        row: usize,
    },
    /// A model with a log link met a negative mean.
    #[error("take the logarithm of the negative mean of row {row}")]
    NegativeMean {
        /// The row, from 0.
        row: usize,
    },
    /// A column says nothing that the columns before it do not say.
    #[error("tell the column `{column}` from a sum of {with:?}")]
    Collinear {
        /// The column.
        column: String,
        /// The columns that it is a sum of; empty for a column of zeros.
        with: Vec<String>,
    },
    /// There are fewer rows than columns.
    #[error("estimate {columns} columns from {rows} rows")]
    TooFewRows {
        /// Rows with exposure.
        rows: usize,
        /// Columns.
        columns: usize,
    },
    /// A coefficient runs away to minus infinity, because nothing was observed where its column is set.
    #[error("estimate the column `{column}`: every row that it sets apart has an outcome of zero")]
    Separated {
        /// The column.
        column: String,
    },
    /// The iterations did not settle.
    #[error("converge in {iterations} iterations")]
    NotConverged {
        /// How many were made.
        iterations: usize,
    },
    /// Too few units or groups for what was asked.
    #[error("estimate from {given} {what}: {needed} are needed")]
    TooFew {
        /// What was counted.
        what: &'static str,
        /// How many there are.
        given: usize,
        /// How many there should be at least.
        needed: usize,
    },
}
