//! What a register holds: a column of one type, and the rows in which it has no value.

use std::cmp::Ordering;

use exact::Rational;
use jiff::civil::Date;

use super::numbers::{Cells, Denominator, Numbers, TooLarge};
use super::whole::Whole;
use crate::{Comparison, Value};

/// A register of a chunk.
#[derive(Debug, Clone)]
pub(super) struct Filled<T> {
    pub(super) column: Column<T>,
    pub(super) bad: Bad,
}

/// The values of a register.
#[derive(Debug, Clone)]
pub(super) enum Column<T> {
    Numbers(Numbers<T>),
    Bools(Cells<bool>),
    Dates(Cells<Date>),
    Enums(Cells<usize>),
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
            Value::Date(date) => Column::Dates(Cells::Same(*date)),
            Value::Enum(index) => Column::Enums(Cells::Same(*index)),
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
                    (Some(numerator), Some(denominator)) => Value::Number(Rational::ratio(numerator, denominator)?),
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
            Column::Dates(cells) => Value::Date(cells.at(row)),
            Column::Enums(cells) => Value::Enum(cells.at(row)),
        })
    }
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
    let cells = |order: &dyn Fn(usize) -> Ordering, same: bool| {
        if same {
            Cells::Same(comparison.holds(order(0)))
        } else {
            Cells::Each((0..rows).map(|row| comparison.holds(order(row))).collect())
        }
    };
    match (a, b) {
        (Column::Numbers(a), Column::Numbers(b)) => compare_numbers(comparison, a, b, rows),
        (Column::Bools(a), Column::Bools(b)) => Ok(cells(&|row| a.at(row).cmp(&b.at(row)), is_same(a) && is_same(b))),
        (Column::Dates(a), Column::Dates(b)) => Ok(cells(&|row| a.at(row).cmp(&b.at(row)), is_same(a) && is_same(b))),
        (Column::Enums(a), Column::Enums(b)) => Ok(cells(&|row| a.at(row).cmp(&b.at(row)), is_same(a) && is_same(b))),
        // One of them has no value at all: what is said of its rows is never used.
        _ => Ok(Cells::Same(false)),
    }
}

fn is_same<V>(cells: &Cells<V>) -> bool {
    matches!(cells, Cells::Same(_))
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
        if a.bound.times(scale_a).is_some() && b.bound.times(scale_b).is_some() {
            let left = |row| a.numerators.at(row).multiply_fitting(scale_a);
            let right = |row| b.numerators.at(row).multiply_fitting(scale_b);
            if is_same(&a.numerators) && is_same(&b.numerators) {
                return Ok(Cells::Same(comparison.holds(left(0).cmp(&right(0)))));
            }
            return Ok(Cells::Each((0..rows).map(|row| comparison.holds(left(row).cmp(&right(row)))).collect()));
        }
    }
    let mut truths = Vec::with_capacity(rows);
    for row in 0..rows {
        let order = ordering(a, b, row).ok_or(TooLarge)?;
        truths.push(comparison.holds(order));
    }
    Ok(Cells::Each(truths))
}

/// Compares two numbers of one row.
pub(super) fn ordering<T: Whole>(a: &Numbers<T>, b: &Numbers<T>, row: usize) -> Option<Ordering> {
    T::compare_ratios(a.numerators.at(row), a.denominator.at(row), b.numerators.at(row), b.denominator.at(row))
}

/// Takes each row from one of several registers.
pub(super) fn select<T: Whole>(
    sources: &[&Filled<T>],
    choice: impl Fn(usize) -> usize,
    rows: usize,
) -> Filled<T> {
    let any_bad = sources.iter().any(|source| source.bad != Bad::None);
    let bad = if any_bad {
        Bad::of((0..rows).map(|row| sources[choice(row)].bad.at(row)).collect())
    } else {
        Bad::None
    };
    let first = sources.iter().find(|source| source.bad != Bad::All).map(|source| &source.column);
    let column = match first {
        None => return Filled::bad(),
        Some(Column::Numbers(_)) => Column::Numbers(select_numbers(sources, &choice, rows)),
        Some(Column::Bools(_)) => Column::Bools(Cells::Each(
            (0..rows).map(|row| sources[choice(row)].truth(row)).collect(),
        )),
        Some(Column::Dates(_)) => Column::Dates(Cells::Each(
            (0..rows)
                .map(|row| match &sources[choice(row)].column {
                    Column::Dates(cells) => cells.at(row),
                    _ => Date::ZERO,
                })
                .collect(),
        )),
        Some(Column::Enums(_)) => Column::Enums(Cells::Each(
            (0..rows)
                .map(|row| match &sources[choice(row)].column {
                    Column::Enums(cells) => cells.at(row),
                    _ => 0,
                })
                .collect(),
        )),
    };
    Filled { column, bad }
}

fn select_numbers<T: Whole>(
    sources: &[&Filled<T>],
    choice: &impl Fn(usize) -> usize,
    rows: usize,
) -> Numbers<T> {
    let zero = Numbers::zero();
    let numbers: Vec<&Numbers<T>> = sources.iter().map(|source| source.numbers().unwrap_or(&zero)).collect();
    let mut common = Some(T::ONE);
    for number in &numbers {
        common = match (common, &number.denominator) {
            (Some(common), Denominator::Same(below)) => {
                common.times(below.quotient(common.common_divisor(*below)).0)
            }
            _ => None,
        };
    }
    if let Some(common) = common {
        let scales: Vec<T> = numbers.iter().map(|number| common.quotient(number.denominator.at(0)).0).collect();
        let bounds: Option<Vec<T>> =
            numbers.iter().zip(&scales).map(|(number, scale)| number.bound.times(*scale)).collect();
        if let Some(bounds) = bounds {
            let bound = bounds.into_iter().max().unwrap_or(T::ZERO);
            let numerators = (0..rows).map(|row| {
                let source = choice(row);
                numbers[source].numerators.at(row).multiply_fitting(scales[source])
            });
            return Numbers {
                numerators: Cells::Each(numerators.collect()),
                denominator: Denominator::Same(common),
                bound,
            };
        }
    }
    let (mut above, mut below) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
    let (mut bound, mut top) = (T::ZERO, T::ONE);
    for row in 0..rows {
        let number = numbers[choice(row)];
        above.push(number.numerators.at(row));
        let denominator = number.denominator.at(row);
        top = top.max(denominator);
        bound = bound.max(number.bound);
        below.push(denominator);
    }
    Numbers { numerators: Cells::Each(above), denominator: Denominator::Each(below, top), bound }
}
