//! Why a page cannot be written.

use std::fmt;

/// A reason for which a page cannot be written.
#[derive(Debug)]
pub enum ReportError {
    /// An explanation names a value that it does not hold.
    MissingNode {
        /// The index that was named.
        index: usize,
        /// How many values there are.
        count: usize,
    },
    /// An explanation has no output.
    NothingToExplain,
    /// A row of results has more or fewer cells than there are columns.
    RowWidth {
        /// The row, from 1.
        row: usize,
        /// Its cells.
        cells: usize,
        /// The columns.
        columns: usize,
    },
    /// A template could not be filled.
    Template(askama::Error),
}

impl fmt::Display for ReportError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingNode { index, count } => {
                write!(formatter, "write the page: the explanation names value {index} of {count}")
            }
            Self::NothingToExplain => write!(formatter, "write the page: the explanation has no output"),
            Self::RowWidth { row, cells, columns } => {
                write!(formatter, "write the page: row {row} has {cells} cells for {columns} columns")
            }
            Self::Template(_) => write!(formatter, "fill the template of a page"),
        }
    }
}

impl std::error::Error for ReportError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Template(error) => Some(error),
            Self::MissingNode { .. } | Self::NothingToExplain | Self::RowWidth { .. } => None,
        }
    }
}

impl From<askama::Error> for ReportError {
    fn from(error: askama::Error) -> Self {
        Self::Template(error)
    }
}
