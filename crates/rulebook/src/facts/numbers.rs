//! A column of exact numbers in little room.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use exact::Rational;

use crate::stretch::Buffer;

/// Stands for a row without a number: no numerator is so small.
const ABSENT: i64 = i64::MIN;
/// Stands for a row whose number is kept apart.
const APART: i64 = i64::MIN + 1;
/// Below it, what bounds all numbers of a column bounds any of them well enough.
const BITS_MAX: i64 = 1 << 40;
/// The largest denominator of a column: a number that would need a larger one is kept apart.
const DENOMINATOR_MAX: i64 = 1_000_000_000;

/// Exact numbers, one for each row or none: numerators over one denominator, eight bytes each.
///
/// What does not fit (a third, a number of twenty digits) is kept apart, exactly.
#[derive(Debug, Clone)]
pub(crate) struct NumberCells {
    numerators: Arc<Buffer<i64>>,
    /// The bits that any numerator has: negative when one is, or when a row has none.
    bits: i64,
    denominator: i64,
    apart: BTreeMap<usize, Rational>,
}

/// What a row of a column of numbers holds.
pub(crate) enum NumberCell<'a> {
    Absent,
    /// A numerator over the denominator of the column.
    Numerator(i64),
    Apart(&'a Rational),
}

impl Default for NumberCells {
    fn default() -> Self {
        Self { numerators: Arc::default(), bits: 0, denominator: 1, apart: BTreeMap::new() }
    }
}

impl NumberCells {
    pub(crate) fn len(&self) -> usize {
        self.numerators.0.len()
    }

    pub(crate) fn push(&mut self, number: Option<Rational>) {
        let Some(number) = number else { return self.push_numerator(ABSENT) };
        let numerator = number.small_parts().and_then(|(above, below)| self.numerator(above, below));
        let numerator = numerator.unwrap_or_else(|| {
            self.apart.insert(self.numerators.0.len(), number);
            APART
        });
        self.push_numerator(numerator);
    }

    fn push_numerator(&mut self, numerator: i64) {
        self.bits |= numerator;
        Arc::make_mut(&mut self.numerators).0.push(numerator);
    }

    /// Adds `above / below`; returns false, and adds nothing, when it does not fit.
    pub(crate) fn push_ratio(&mut self, above: i64, below: i64) -> bool {
        let numerator = self.numerator(above, below);
        numerator.map(|numerator| self.push_numerator(numerator)).is_some()
    }

    /// Returns the numerator of a ratio over the denominator of the column, which grows when it must.
    fn numerator(&mut self, above: i64, below: i64) -> Option<i64> {
        if below <= 0 {
            return None;
        }
        if self.denominator % below != 0 {
            self.grow(below)?;
        }
        above.checked_mul(self.denominator / below).filter(|numerator| *numerator > APART)
    }

    /// Makes the denominator a multiple of another, if it stays small and all numerators still fit.
    fn grow(&mut self, below: i64) -> Option<()> {
        let factor = below / common_divisor(self.denominator, below);
        let denominator = self.denominator.checked_mul(factor).filter(|grown| *grown <= DENOMINATOR_MAX)?;
        let fits = |numerator: &i64| {
            *numerator <= APART || numerator.checked_mul(factor).is_some_and(|grown| grown > APART)
        };
        if !self.numerators.0.iter().all(fits) {
            return None;
        }
        let all = Arc::make_mut(&mut self.numerators).0.iter_mut();
        all.filter(|numerator| **numerator > APART).for_each(|numerator| *numerator *= factor);
        self.bits = self.numerators.0.iter().fold(0, |bits, numerator| bits | numerator);
        self.denominator = denominator;
        Some(())
    }

    pub(crate) fn cell(&self, row: usize) -> NumberCell<'_> {
        match self.numerators.0.get(row) {
            None | Some(&ABSENT) => NumberCell::Absent,
            Some(&APART) => self.apart.get(&row).map_or(NumberCell::Absent, NumberCell::Apart),
            Some(numerator) => NumberCell::Numerator(*numerator),
        }
    }

    pub(crate) fn number(&self, row: usize) -> Option<Rational> {
        match self.cell(row) {
            NumberCell::Absent => None,
            NumberCell::Numerator(numerator) => Rational::ratio(numerator, self.denominator),
            NumberCell::Apart(number) => Some(number.clone()),
        }
    }

    /// Returns the numerators, in which rows without one are below every number, and their denominator.
    pub(crate) fn numerators(&self) -> (&Arc<Buffer<i64>>, i64) {
        (&self.numerators, self.denominator)
    }

    /// Returns whether every one of some rows has a number.
    pub(crate) fn are_present(&self, rows: Range<usize>) -> bool {
        self.numerators.0.get(rows).is_some_and(|found| !found.contains(&ABSENT))
    }

    /// Returns numbers between which these of its numerators are, not always the nearest; none when one is no
    /// numerator.
    pub(crate) fn span(&self, found: &[i64]) -> Option<(i64, i64)> {
        // The bits that any of them has: at least the greatest, at most twice that, and quicker to find.
        if (0..BITS_MAX).contains(&self.bits) {
            return Some((0, self.bits));
        }
        let bits = found.iter().fold(0, |bits, numerator| bits | numerator);
        if bits >= 0 {
            return Some((0, bits));
        }
        let low = found.iter().copied().min()?;
        (low > APART).then_some((low, found.iter().copied().max()?))
    }
}

fn common_divisor(a: i64, b: i64) -> i64 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(words: &[&str], apart: usize) {
        let numbers: Vec<Option<Rational>> = words.iter().map(|words| Rational::parse(words).ok()).collect();
        let mut cells = NumberCells::default();
        numbers.iter().for_each(|number| cells.push(number.clone()));
        let read: Vec<Option<Rational>> = (0..cells.len()).map(|row| cells.number(row)).collect();
        assert_eq!(read, numbers, "{words:?}");
        assert_eq!(cells.apart.len(), apart, "{words:?}");
        assert_eq!(cells.number(words.len()), None);
    }

    #[test]
    fn every_number_comes_back_as_it_went_in() {
        check(&[], 0);
        check(&["1", "", "0.5", "-3", "0.000001", "2/3"], 0);
        check(&["9223372036854775807", "0.5", "1"], 1);
        check(&["0.5", "9223372036854775807", "1"], 1);
        check(&["-9223372036854775807", "-9223372036854775808", "-9223372036854775806"], 2);
        check(&["1/1000000007", "123456789012345678901234567890"], 2);
    }
}
