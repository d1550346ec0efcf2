//! What a register holds: a column of one type, and the rows in which it has no value.

use std::cmp::Ordering;

use exact::Rational;

use super::numbers::{Cells, Denominator, Numbers, TooLarge, zip};
use super::whole::Whole;
use crate::interpret::Values;
use crate::period::{date_of, day_number};
use crate::stretch::{Reused, Stretch};
use crate::{Comparison, Value};

/// A register of a chunk.
#[derive(Debug, Clone)]
pub(super) struct Filled<T: Reused> {
    pub(super) column: Column<T>,
    pub(super) bad: Bad,
}

/// The values of a register.
#[derive(Debug, Clone)]
pub(super) enum Column<T: Reused> {
    Numbers(Numbers<T>),
    Bools(Cells<bool>),
    /// By their day numbers.
    Dates(Cells<i32>),
    Enums(Cells<u32>),
}

/// Rows without a value: the interpreter says why, if anybody needs them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Bad {
    None,
    All,
    Some(Vec<bool>),
}

impl Bad {
    pub(super) fn at(&self, row: usize) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Some(rows) => rows[row],
        }
    }

    pub(super) fn or(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::All, _) | (_, Self::All) => Self::All,
            (Self::None, other) => other.clone(),
            (one, Self::None) => one.clone(),
            (Self::Some(a), Self::Some(b)) => Self::Some(a.iter().zip(b).map(|(a, b)| *a || *b).collect()),
        }
    }

    pub(super) fn mark(&mut self, row: Option<usize>, rows: usize) {
        match (row, &mut *self) {
            (None, _) => *self = Self::All,
            (_, Self::All) => {}
            (Some(row), Self::Some(marks)) => marks[row] = true,
            (Some(row), Self::None) => {
                let mut marks = vec![false; rows];
                marks[row] = true;
                *self = Self::Some(marks);
            }
        }
    }

    pub(super) fn of(marks: Vec<bool>) -> Self {
        if marks.contains(&true) { Self::Some(marks) } else { Self::None }
    }
}

impl<T: Whole> Filled<T> {
    pub(super) fn good(column: Column<T>) -> Self {
        Self { column, bad: Bad::None }
    }

    /// Returns a register in which no row has a value.
    pub(super) fn bad() -> Self {
        Self { column: Column::Numbers(Numbers::zero()), bad: Bad::All }
    }

    pub(super) fn constant(value: &Value) -> Result<Self, TooLarge> {
        let column = match value {
            Value::Number(number) => {
                let (numerator, denominator) = whole_parts::<T>(number).ok_or(TooLarge)?;
                Column::Numbers(Numbers::same(numerator, denominator)?)
            }
            Value::Bool(truth) => Column::Bools(Cells::Same(*truth)),
            Value::Date(date) => Column::Dates(Cells::Same(day_number(*date))),
            Value::Enum(index) => Column::Enums(Cells::Same(u32::try_from(*index).map_err(|_| TooLarge)?)),
        };
        Ok(Self::good(column))
    }

    pub(super) fn numbers(&self) -> Option<&Numbers<T>> {
        match &self.column {
            Column::Numbers(numbers) => Some(numbers),
            _ => None,
        }
    }

    /// Returns truth values; a register without any value counts as false, and is bad.
    pub(super) fn truth(&self, row: usize) -> bool {
        match &self.column {
            Column::Bools(cells) => cells.at(row),
            _ => false,
        }
    }

    /// Returns the one truth value of all rows, when there is one.
    pub(super) fn same_truth(&self) -> Option<bool> {
        match (&self.column, &self.bad) {
            (Column::Bools(Cells::Same(truth)), Bad::None) => Some(*truth),
            _ => None,
        }
    }

    /// Returns the value of a row.
    pub(super) fn value(&self, row: usize) -> Option<Value> {
        if self.bad.at(row) {
            return None;
        }
        Some(match &self.column {
            Column::Numbers(numbers) => {
                let (numerator, denominator) = (numbers.numerators.at(row), numbers.denominator.at(row));
                match (numerator.to_i64(), denominator.to_i64()) {
                    (Some(numerator), Some(denominator)) => {
                        Value::Number(Rational::ratio(numerator, denominator)?)
                    }
                    // Reduced by hand first: an i128 ratio often fits once it is.
                    _ => {
                        let common = numerator.common_divisor(denominator).max(T::ONE);
                        let above = numerator.quotient(common).0.to_i64()?;
                        let below = denominator.quotient(common).0.to_i64()?;
                        Value::Number(Rational::ratio(above, below)?)
                    }
                }
            }
            Column::Bools(cells) => Value::Bool(cells.at(row)),
            Column::Dates(cells) => Value::Date(date_of(cells.at(row))),
            Column::Enums(cells) => Value::Enum(usize::try_from(cells.at(row)).ok()?),
        })
    }
}

impl<T: Whole> Filled<T> {
    /// Returns the values of some rows, each of which has one; none when one of them is beyond 64 bits.
    pub(super) fn values(&self, rows: &Kept<'_>) -> Option<Values> {
        if let Column::Bools(Cells::Same(truth)) = &self.column {
            return Some(Values::Same(Value::Bool(*truth)));
        }
        if let Column::Bools(Cells::Each(truths)) = &self.column {
            return Some(Values::Bools(match rows {
                Kept::All(_) => truths.clone(),
                Kept::Some(rows) => rows.iter().map(|row| truths[*row]).collect(),
            }));
        }
        self.ratios(rows).or_else(|| {
            let each: Option<Vec<Value>> = match rows {
                Kept::All(rows) => (0..*rows).map(|row| self.value(row)).collect(),
                Kept::Some(rows) => rows.iter().map(|row| self.value(*row)).collect(),
            };
            each.map(Values::Each)
        })
    }

    /// Returns numerators as they are, over the one denominator that they have.
    fn ratios(&self, rows: &Kept<'_>) -> Option<Values> {
        let numbers = self.numbers()?;
        let denominator = numbers.denominator.same()?.to_i64()?;
        match &numbers.numerators {
            Cells::Same(numerator) => {
                Some(Values::Same(Value::Number(Rational::ratio(numerator.to_i64()?, denominator)?)))
            }
            Cells::Each(numerators) => {
                let taken = match rows {
                    Kept::All(_) => T::all_to_i64(numerators),
                    Kept::Some(rows) => rows.iter().map(|row| numerators[*row].to_i64()).collect(),
                };
                Some(Values::Ratios { numerators: taken?, denominator })
            }
        }
    }
}

/// The rows of a chunk whose values are wanted.
pub(super) enum Kept<'a> {
    /// So many, all of them.
    All(usize),
    /// By their indexes.
    Some(&'a [usize]),
}

/// Returns numerator and denominator as machine integers.
pub(super) fn whole_parts<T: Whole>(number: &Rational) -> Option<(T, T)> {
    if let Some((numerator, denominator)) = number.small_parts() {
        return Some((T::of_i64(numerator), T::of_i64(denominator)));
    }
    // Beyond 64 bits the interpreter is quick enough: such a number is an oddity.
    None
}

/// Compares two registers row by row.
pub(super) fn compare<T: Whole>(
    comparison: Comparison,
    a: &Column<T>,
    b: &Column<T>,
    rows: usize,
) -> Result<Cells<bool>, TooLarge> {
    match (a, b) {
        (Column::Numbers(a), Column::Numbers(b)) => compare_numbers(comparison, a, b, rows),
        (Column::Bools(a), Column::Bools(b)) => Ok(zip(a, b, move |a, b| comparison.holds(a.cmp(&b)))),
        (Column::Dates(a), Column::Dates(b)) => Ok(zip(a, b, move |a, b| comparison.holds(a.cmp(&b)))),
        (Column::Enums(a), Column::Enums(b)) => Ok(zip(a, b, move |a, b| comparison.holds(a.cmp(&b)))),
        // One of them has no value at all: what is said of its rows is never used.
        _ => Ok(Cells::Same(false)),
    }
}

fn compare_numbers<T: Whole>(
    comparison: Comparison,
    a: &Numbers<T>,
    b: &Numbers<T>,
    rows: usize,
) -> Result<Cells<bool>, TooLarge> {
    if let (Denominator::Same(below_a), Denominator::Same(below_b)) = (&a.denominator, &b.denominator) {
        let common = below_a.common_divisor(*below_b);
        let (scale_a, scale_b) = (below_b.quotient(common).0, below_a.quotient(common).0);
        // When both sides still fit after scaling, plain integers are compared.
        if a.span.scaled(scale_a).is_some() && b.span.scaled(scale_b).is_some() {
            let left = move |value: T| value.multiply_fitting(scale_a);
            let right = move |value: T| value.multiply_fitting(scale_b);
            let (a, b) = (&a.numerators, &b.numerators);
            // One loop for each comparison, so that none of them asks which it is.
            return Ok(match comparison {
                Comparison::Equal => zip(a, b, move |x, y| left(x) == right(y)),
                Comparison::NotEqual => zip(a, b, move |x, y| left(x) != right(y)),
                Comparison::Less => zip(a, b, move |x, y| left(x) < right(y)),
                Comparison::LessOrEqual => zip(a, b, move |x, y| left(x) <= right(y)),
                Comparison::Greater => zip(a, b, move |x, y| left(x) > right(y)),
                Comparison::GreaterOrEqual => zip(a, b, move |x, y| left(x) >= right(y)),
            });
        }
    }
    let truth = |row: usize| ordering(a, b, row).map(|order| comparison.holds(order));
    let truths: Option<Stretch<bool>> = (0..rows).map(truth).collect();
    Ok(Cells::Each(truths.ok_or(TooLarge)?))
}

/// Compares two numbers of one row.
pub(super) fn ordering<T: Whole>(a: &Numbers<T>, b: &Numbers<T>, row: usize) -> Option<Ordering> {
    T::compare_ratios(
        a.numerators.at(row),
        a.denominator.at(row),
        b.numerators.at(row),
        b.denominator.at(row),
    )
}
