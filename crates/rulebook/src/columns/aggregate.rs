//! Aggregates over columns: the rows below each row stand together.

use std::ops::Range;

use super::numbers::{Cells, Denominator, Numbers, TooLarge};
use super::register::{Bad, Column, Filled};
use super::whole::Whole;
use crate::book::AggregateKind;

/// What an aggregate reads: the values below, and which of them count.
struct Members<'a, T: Whole> {
    value: Option<&'a Filled<T>>,
    filter: Option<&'a Filled<T>>,
    groups: &'a [Range<usize>],
}

/// Computes one value for each group of rows.
pub(super) fn aggregate<T: Whole>(
    kind: AggregateKind,
    value: Option<&Filled<T>>,
    filter: Option<&Filled<T>>,
    groups: &[Range<usize>],
) -> Result<Filled<T>, TooLarge> {
    let members = Members { value, filter, groups };
    let zero = Numbers::zero();
    let numbers = match value {
        // A register without any value matters only where somebody reads it.
        Some(value) => value.numbers().unwrap_or(&zero),
        None => &zero,
    };
    let mut bad = Bad::None;
    let column = match kind {
        AggregateKind::Count => members.counts(&mut bad)?,
        AggregateKind::Sum => members.sums(numbers, &mut bad)?,
        AggregateKind::Mean => {
            let counts = members.counts(&mut bad)?.inverse(|row| bad.mark(row, groups.len()))?;
            members.sums(numbers, &mut bad)?.times(&counts)?
        }
        AggregateKind::Min => members.extremes(numbers, std::cmp::Ordering::Less, &mut bad)?,
        AggregateKind::Max => members.extremes(numbers, std::cmp::Ordering::Greater, &mut bad)?,
    };
    Ok(Filled { column: Column::Numbers(column), bad })
}

impl<T: Whole> Members<'_, T> {
    /// Calls `visit` with each row that counts; a group with a row that has no value is bad.
    fn each(
        &self,
        group: usize,
        bad: &mut Bad,
        mut visit: impl FnMut(usize) -> Option<()>,
    ) -> Result<(), TooLarge> {
        for member in self.groups[group].clone() {
            if let Some(filter) = self.filter {
                if filter.bad.at(member) {
                    bad.mark(Some(group), self.groups.len());
                    continue;
                }
                if !filter.truth(member) {
                    continue;
                }
            }
            if self.value.is_some_and(|value| value.bad.at(member)) {
                bad.mark(Some(group), self.groups.len());
                continue;
            }
            visit(member).ok_or(TooLarge)?;
        }
        Ok(())
    }

    fn counts(&self, bad: &mut Bad) -> Result<Numbers<T>, TooLarge> {
        let mut counts = Vec::with_capacity(self.groups.len());
        for group in 0..self.groups.len() {
            let mut count = T::ZERO;
            self.each(group, bad, |_| {
                count = count.plus(T::ONE)?;
                Some(())
            })?;
            counts.push(count);
        }
        Numbers::new(Cells::Each(counts.into()), Denominator::Same(T::ONE))
    }

    fn sums(&self, numbers: &Numbers<T>, bad: &mut Bad) -> Result<Numbers<T>, TooLarge> {
        // Sums of ratios over many denominators are left to the big rationals.
        let Denominator::Same(below) = numbers.denominator else { return Err(TooLarge) };
        let mut sums = Vec::with_capacity(self.groups.len());
        for group in 0..self.groups.len() {
            let mut sum = T::ZERO;
            self.each(group, bad, |member| {
                sum = sum.plus(numbers.numerators.at(member))?;
                Some(())
            })?;
            sums.push(sum);
        }
        Numbers::new(Cells::Each(sums.into()), Denominator::Same(below))
    }

    fn extremes(
        &self,
        numbers: &Numbers<T>,
        wanted: std::cmp::Ordering,
        bad: &mut Bad,
    ) -> Result<Numbers<T>, TooLarge> {
        let (mut above, mut below) = (Vec::new(), Vec::new());
        let mut top = T::ONE;
        for group in 0..self.groups.len() {
            let mut best: Option<(T, T)> = None;
            self.each(group, bad, |member| {
                let ratio = (numbers.numerators.at(member), numbers.denominator.at(member));
                let better = match best {
                    None => true,
                    Some((numerator, denominator)) => {
                        T::compare_ratios(ratio.0, ratio.1, numerator, denominator)? == wanted
                    }
                };
                if better {
                    best = Some(ratio);
                }
                Some(())
            })?;
            let (numerator, denominator) = best.unwrap_or_else(|| {
                bad.mark(Some(group), self.groups.len());
                (T::ZERO, T::ONE)
            });
            top = top.max(denominator);
            above.push(numerator);
            below.push(denominator);
        }
        Numbers::new(Cells::Each(above.into()), Denominator::Each(below.into(), top))
    }
}
