//! Which rows of the facts some rows stand for.

use std::ops::Range;

/// Rows of the facts, in an order.
#[derive(Debug, Clone)]
pub enum FactRows {
    /// They stand together.
    Together(Range<usize>),
    /// Anywhere.
    Scattered(Vec<usize>),
}

impl Default for FactRows {
    fn default() -> Self {
        Self::Together(0..0)
    }
}

impl FactRows {
    /// Returns how many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Together(rows) => rows.len(),
            Self::Scattered(rows) => rows.len(),
        }
    }

    /// Returns whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns one of them.
    ///
    /// # Panics
    /// When `index` is not less than [`Self::len`].
    pub fn row(&self, index: usize) -> usize {
        match self {
            Self::Together(rows) => {
                assert!(index < rows.len(), "row {index} of {}", rows.len());
                rows.start + index
            }
            Self::Scattered(rows) => rows[index],
        }
    }

    /// Returns them one by one.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        (0..self.len()).map(|index| self.row(index))
    }

    /// Adds one.
    pub(crate) fn push(&mut self, row: usize) {
        match self {
            Self::Together(rows) if rows.start == rows.end => *rows = row..row + 1,
            Self::Together(rows) if rows.end == row => rows.end += 1,
            Self::Together(rows) => *self = Self::Scattered(rows.clone().chain([row]).collect()),
            Self::Scattered(rows) => rows.push(row),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_in_their_order() {
        for given in [vec![], vec![7], vec![7, 8, 9], vec![7, 8, 3], vec![4, 2, 3, 4], vec![0, 0]] {
            let mut rows = FactRows::default();
            given.iter().for_each(|row| rows.push(*row));
            assert_eq!(rows.iter().collect::<Vec<_>>(), given);
            assert_eq!((rows.len(), rows.is_empty()), (given.len(), given.is_empty()));
        }
    }
}
