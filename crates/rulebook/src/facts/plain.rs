//! A column of truths, days or places in an enumeration.

use std::ops::Range;
use std::sync::Arc;

use crate::stretch::{Buffer, Reused};

/// Values of a type that a machine knows, one for each row or none.
#[derive(Debug, Clone)]
pub(crate) struct PlainCells<V: Reused> {
    /// Any value where there is none.
    values: Arc<Buffer<V>>,
    /// Which rows have none; empty as long as every row has one.
    absent: Vec<bool>,
}

impl<V: Reused> Default for PlainCells<V> {
    fn default() -> Self {
        Self { values: Arc::default(), absent: Vec::new() }
    }
}

impl<V: Copy + Default + Reused> PlainCells<V> {
    pub(crate) fn len(&self) -> usize {
        self.values.0.len()
    }

    pub(crate) fn push(&mut self, value: Option<V>) {
        if value.is_none() && self.absent.is_empty() {
            self.absent = vec![false; self.values.0.len()];
        }
        if value.is_none() || !self.absent.is_empty() {
            self.absent.push(value.is_none());
        }
        Arc::make_mut(&mut self.values).0.push(value.unwrap_or_default());
    }

    pub(crate) fn get(&self, row: usize) -> Option<V> {
        self.values.0.get(row).copied().filter(|_| !self.absent.get(row).is_some_and(|absent| *absent))
    }

    /// Returns the values, in which rows without one have any.
    pub(crate) fn values(&self) -> &Arc<Buffer<V>> {
        &self.values
    }

    /// Returns whether these rows exist and have values.
    pub(crate) fn are_present(&self, rows: Range<usize>) -> bool {
        rows.end <= self.values.0.len() && self.absent.get(rows).is_none_or(|absent| !absent.contains(&true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_comes_back_as_it_went_in() {
        for values in [vec![], vec![Some(3), Some(0)], vec![None], vec![Some(1), None, Some(2), None]] {
            let mut cells = PlainCells::default();
            values.iter().for_each(|value| cells.push(*value));
            let read: Vec<Option<i32>> = (0..cells.len()).map(|row| cells.get(row)).collect();
            assert_eq!(read, values);
            assert_eq!(cells.get(values.len()), None);
            for start in 0..values.len() {
                for end in start..=values.len() {
                    let present = values[start..end].iter().all(Option::is_some);
                    assert_eq!(cells.are_present(start..end), present, "{values:?} {start}..{end}");
                }
            }
            assert!(!cells.are_present(0..values.len() + 1));
        }
    }
}
