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
    match (a, b) {
        (Column::Numbers(a), Column::Numbers(b)) => compare_numbers(comparison, a, b, rows),
        (Column::Bools(a), Column::Bools(b)) => Ok(each_pair(a, b, |a, b| comparison.holds(a.cmp(&b)))),
        (Column::Dates(a), Column::Dates(b)) => Ok(each_pair(a, b, |a, b| comparison.holds(a.cmp(&b)))),
        (Column::Enums(a), Column::Enums(b)) => Ok(each_pair(a, b, |a, b| comparison.holds(a.cmp(&b)))),
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
        if a.bound.times(scale_a).is_some() && b.bound.times(scale_b).is_some() {
            let left = |value: T| value.multiply_fitting(scale_a);
            let right = |value: T| value.multiply_fitting(scale_b);
            let (a, b) = (&a.numerators, &b.numerators);
            // One loop for each comparison, so that none of them asks which it is.
            return Ok(match comparison {
                Comparison::Equal => each_pair(a, b, |x, y| left(x) == right(y)),
                Comparison::NotEqual => each_pair(a, b, |x, y| left(x) != right(y)),
                Comparison::Less => each_pair(a, b, |x, y| left(x) < right(y)),
                Comparison::LessOrEqual => each_pair(a, b, |x, y| left(x) <= right(y)),
                Comparison::Greater => each_pair(a, b, |x, y| left(x) > right(y)),
                Comparison::GreaterOrEqual => each_pair(a, b, |x, y| left(x) >= right(y)),
            });
        }
    }
    let mut truths = Vec::with_capacity(rows);
    for row in 0..rows {
        let order = ordering(a, b, row).ok_or(TooLarge)?;
        truths.push(comparison.holds(order));
    }
    Ok(Cells::Each(truths))
}

/// Applies a test to each pair of cells.
fn each_pair<V: Copy>(a: &Cells<V>, b: &Cells<V>, test: impl Fn(V, V) -> bool) -> Cells<bool> {
    match (a, b) {
        (Cells::Same(a), Cells::Same(b)) => Cells::Same(test(*a, *b)),
        (Cells::Same(a), Cells::Each(b)) => Cells::Each(b.iter().map(|b| test(*a, *b)).collect()),
        (Cells::Each(a), Cells::Same(b)) => Cells::Each(a.iter().map(|a| test(*a, *b)).collect()),
        (Cells::Each(a), Cells::Each(b)) => Cells::Each(a.iter().zip(b).map(|(a, b)| test(*a, *b)).collect()),
    }
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

/// Takes each row from one of several registers: `choices` holds the index of one for each row.
pub(super) fn select<T: Whole>(sources: &[&Filled<T>], choices: &[usize]) -> Filled<T> {
    let any_bad = sources.iter().any(|source| source.bad != Bad::None);
    let bad = if any_bad {
        Bad::of(choices.iter().enumerate().map(|(row, choice)| sources[*choice].bad.at(row)).collect())
    } else {
        Bad::None
    };
    let first = sources.iter().find(|source| source.bad != Bad::All).map(|source| &source.column);
    let column = match first {
        None => return Filled::bad(),
        Some(Column::Numbers(_)) => Column::Numbers(select_numbers(sources, choices)),
        Some(Column::Bools(_)) => {
            Column::Bools(select_cells(sources, choices, false, |column| match column {
                Column::Bools(cells) => Some(cells),
                _ => None,
            }))
        }
        Some(Column::Dates(_)) => {
            Column::Dates(select_cells(sources, choices, Date::ZERO, |column| match column {
                Column::Dates(cells) => Some(cells),
                _ => None,
            }))
        }
        Some(Column::Enums(_)) => Column::Enums(select_cells(sources, choices, 0, |column| match column {
            Column::Enums(cells) => Some(cells),
            _ => None,
        })),
    };
    Filled { column, bad }
}

fn select_cells<T, V: Copy>(
    sources: &[&Filled<T>],
    choices: &[usize],
    filler: V,
    cells: impl Fn(&Column<T>) -> Option<&Cells<V>>,
) -> Cells<V> {
    let mut chosen = vec![filler; choices.len()];
    for (index, source) in sources.iter().enumerate() {
        if let Some(cells) = cells(&source.column) {
            copy_chosen(&mut chosen, choices, index, cells, |value| value);
        }
    }
    Cells::Each(chosen)
}

/// Copies the rows that chose one source.
fn copy_chosen<V: Copy>(
    chosen: &mut [V],
    choices: &[usize],
    index: usize,
    cells: &Cells<V>,
    change: impl Fn(V) -> V,
) {
    match cells {
        Cells::Same(value) => {
            let value = change(*value);
            for (slot, choice) in chosen.iter_mut().zip(choices) {
                *slot = if *choice == index { value } else { *slot };
            }
        }
        Cells::Each(values) => {
            for ((slot, choice), value) in chosen.iter_mut().zip(choices).zip(values) {
                *slot = if *choice == index { change(*value) } else { *slot };
            }
        }
    }
}

fn select_numbers<T: Whole>(sources: &[&Filled<T>], choices: &[usize]) -> Numbers<T> {
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
        let scales: Vec<T> =
            numbers.iter().map(|number| common.quotient(number.denominator.at(0)).0).collect();
        let bounds: Option<Vec<T>> =
            numbers.iter().zip(&scales).map(|(number, scale)| number.bound.times(*scale)).collect();
        if let Some(bounds) = bounds {
            let mut chosen = vec![T::ZERO; choices.len()];
            for (index, (number, scale)) in numbers.iter().zip(&scales).enumerate() {
                copy_chosen(&mut chosen, choices, index, &number.numerators, |value| {
                    value.multiply_fitting(*scale)
                });
            }
            let bound = bounds.into_iter().max().unwrap_or(T::ZERO);
            return Numbers {
                numerators: Cells::Each(chosen),
                denominator: Denominator::Same(common),
                bound,
            };
        }
    }
    let (mut above, mut below) = (Vec::with_capacity(choices.len()), Vec::with_capacity(choices.len()));
    let (mut bound, mut top) = (T::ZERO, T::ONE);
    for (row, choice) in choices.iter().enumerate() {
        let number = numbers[*choice];
        above.push(number.numerators.at(row));
        let denominator = number.denominator.at(row);
        top = top.max(denominator);
        bound = bound.max(number.bound);
        below.push(denominator);
    }
    Numbers { numerators: Cells::Each(above), denominator: Denominator::Each(below, top), bound }
}
