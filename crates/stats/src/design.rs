//! The rows of covariates, with a name for each column.

use crate::StatsError;

/// A matrix of covariates, one row per cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    names: Vec<String>,
    values: Vec<f64>,
}

impl Design {
    /// Returns a design without rows.
    pub fn new(names: Vec<String>) -> Self {
        Self { names, values: Vec::new() }
    }

    /// Adds a row.
    pub fn push(&mut self, row: &[f64]) -> Result<(), StatsError> {
        if row.len() != self.names.len() {
            return Err(StatsError::Shape {
                what: "values of a row",
                given: row.len(),
                needed: self.names.len(),
            });
        }
        if row.iter().any(|value| !value.is_finite()) {
            return Err(StatsError::NotFinite { row: self.rows() });
        }
        self.values.extend_from_slice(row);
        Ok(())
    }

    /// Returns the names of the columns.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Returns how many rows there are.
    pub fn rows(&self) -> usize {
        self.values.len().checked_div(self.names.len()).unwrap_or(0)
    }

    /// Returns the rows in order.
    pub fn iter(&self) -> impl Iterator<Item = &[f64]> {
        self.values.chunks_exact(self.names.len().max(1))
    }
}
