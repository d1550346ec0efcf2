//! Columns of exact numbers: numerators over one denominator, or over a column of them.
//!
//! Every column carries the span of its numerators. An operation first computes the span of its result: when it
//! fits, the loop needs no check; when it does not, the step is done again with wider integers.

use super::span::Span;
use super::whole::Whole;
use crate::stretch::{Reused, Stretch, collected};

/// The chunk does not fit these integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLarge;

/// Numbers of one register.
#[derive(Debug, Clone)]
pub(super) struct Numbers<T: Reused> {
    /// One for each row, or a single one for all.
    pub(super) numerators: Cells<T>,
    /// Positive.
    pub(super) denominator: Denominator<T>,
    /// Between which every numerator is, those of rows without a value included.
    pub(super) span: Span<T>,
}

/// One value for each row, or one for all; copies share their rows.
#[derive(Debug, Clone)]
pub(super) enum Cells<T: Reused> {
    Same(T),
    Each(Stretch<T>),
}

/// What numerators stand over.
#[derive(Debug, Clone)]
pub(super) enum Denominator<T: Reused> {
    Same(T),
    /// One for each row, with a bound.
    Each(Stretch<T>, T),
}

impl<T: Reused> FromIterator<T> for Cells<T> {
    fn from_iter<I: IntoIterator<Item = T>>(rows: I) -> Self {
        Self::Each(rows.into_iter().collect())
    }
}

impl<T: Copy + Reused> Cells<T> {
    pub(super) fn at(&self, row: usize) -> T {
        match self {
            Self::Same(value) => *value,
            Self::Each(values) => values[row],
        }
    }

    /// Returns the one value of all rows, when there is one.
    pub(super) fn same(&self) -> Option<T> {
        match self {
            Self::Same(value) => Some(*value),
            Self::Each(_) => None,
        }
    }
}

impl<T: Whole> Denominator<T> {
    pub(super) fn each(rows: impl Iterator<Item = T>, bound: T) -> Self {
        Self::Each(rows.collect(), bound)
    }

    pub(super) fn at(&self, row: usize) -> T {
        match self {
            Self::Same(value) => *value,
            Self::Each(values, _) => values[row],
        }
    }

    /// Returns the one denominator of all rows, when there is one.
    pub(super) fn same(&self) -> Option<T> {
        match self {
            Self::Same(value) => Some(*value),
            Self::Each(..) => None,
        }
    }

    pub(super) fn bound(&self) -> T {
        match self {
            Self::Same(value) => *value,
            Self::Each(_, bound) => *bound,
        }
    }

    pub(super) fn cells(&self) -> Cells<T> {
        match self {
            Self::Same(value) => Cells::Same(*value),
            Self::Each(values, _) => Cells::Each(values.clone()),
        }
    }

    fn scaled(&self, factor: T) -> Result<Self, TooLarge> {
        let top = self.bound().times(factor).ok_or(TooLarge)?;
        Ok(match self {
            Self::Same(_) => Self::Same(top),
            Self::Each(values, _) if factor == T::ONE => Self::Each(values.clone(), top),
            Self::Each(values, _) => {
                Self::each(values.iter().map(move |value| value.multiply_fitting(factor)), top)
            }
        })
    }
}

impl<T: Whole> Denominator<T> {
    fn times(&self, other: &Self) -> Result<Self, TooLarge> {
        match (self, other) {
            (one, Self::Same(factor)) | (Self::Same(factor), one) => one.scaled(*factor),
            (Self::Each(a, a_top), Self::Each(b, b_top)) => {
                let top = a_top.times(*b_top).ok_or(TooLarge)?;
                Ok(Self::each(a.iter().zip(b.iter()).map(|(a, b)| a.multiply_fitting(*b)), top))
            }
        }
    }
}

/// Combines two sets of cells row by row; one value for all stays one.
///
/// Here and in all loops over rows, what a closure holds is moved into it: what it borrows would be read again for
/// each row, since what is written could be the same memory.
pub(super) fn zip<T: Copy + Reused, U: Reused>(
    a: &Cells<T>,
    b: &Cells<T>,
    apply: impl Fn(T, T) -> U,
) -> Cells<U> {
    match (a, b) {
        (Cells::Same(a), Cells::Same(b)) => Cells::Same(apply(*a, *b)),
        (Cells::Same(a), Cells::Each(b)) => {
            let a = *a;
            b.iter().map(move |b| apply(a, *b)).collect()
        }
        (Cells::Each(a), Cells::Same(b)) => {
            let b = *b;
            a.iter().map(move |a| apply(*a, b)).collect()
        }
        (Cells::Each(a), Cells::Each(b)) => a.iter().zip(b.iter()).map(move |(a, b)| apply(*a, *b)).collect(),
    }
}

pub(super) fn map<T: Copy + Reused, U: Reused>(cells: &Cells<T>, apply: impl Fn(T) -> U) -> Cells<U> {
    match cells {
        Cells::Same(value) => Cells::Same(apply(*value)),
        Cells::Each(values) => values.iter().map(move |value| apply(*value)).collect(),
    }
}

/// Multiplies cells where spans have shown that the products fit.
pub(super) fn multiplied<T: Whole>(cells: &Cells<T>, factor: T) -> Cells<T> {
    if factor == T::ONE {
        return cells.clone();
    }
    map(cells, move |value| value.multiply_fitting(factor))
}

/// Divides both by what they have in common.
fn cancel<T: Whole>(above: &mut Option<T>, below: &mut Option<T>) {
    if let (Some(above), Some(below)) = (above, below) {
        let common = above.common_divisor(*below);
        if common > T::ONE {
            *above = above.quotient(common).0;
            *below = below.quotient(common).0;
        }
    }
}

/// Returns the least number that both divide, if it fits.
pub(super) fn common_multiple<T: Whole>(a: T, b: T) -> Option<T> {
    if a == b { Some(a) } else { a.times(b.quotient(a.common_divisor(b)).0) }
}

impl<T: Whole> Numbers<T> {
    /// Returns one number for all rows.
    pub(super) fn same(numerator: T, denominator: T) -> Result<Self, TooLarge> {
        Self::new(Cells::Same(numerator), Denominator::Same(denominator))
    }

    /// Returns numbers whose numerators are looked through for their span.
    pub(super) fn new(numerators: Cells<T>, denominator: Denominator<T>) -> Result<Self, TooLarge> {
        let span = match &numerators {
            Cells::Same(value) => Span::one(*value),
            Cells::Each(values) => Span::of(values),
        };
        Ok(Self { numerators, denominator, span: span.ok_or(TooLarge)? })
    }

    pub(super) fn zero() -> Self {
        Self {
            numerators: Cells::Same(T::ZERO),
            denominator: Denominator::Same(T::ONE),
            span: Span::around(T::ZERO),
        }
    }

    /// Returns the one number of all rows, as numerator and denominator.
    fn single(&self) -> Option<(T, T)> {
        Some((self.numerators.same()?, self.denominator.same()?))
    }

    /// Returns the one numerator of all rows over a multiple of the denominator, if it fits.
    pub(super) fn scaled_to(&self, multiple: T) -> Option<T> {
        let (above, below) = self.single()?;
        let scaled = above.times(multiple.quotient(below).0)?;
        scaled.size()?;
        Some(scaled)
    }

    /// Returns the same with the nearest span: the one that was foreseen may be wider than the numbers.
    fn spanned(&self) -> Self {
        let span = match &self.numerators {
            Cells::Same(value) => Span::one(*value),
            Cells::Each(values) => Span::of(values),
        };
        Self { span: span.unwrap_or(self.span), ..self.clone() }
    }

    /// Finds the span anew and divides by what all have in common: both may have grown beyond need.
    pub(super) fn tighter(&self) -> Self {
        let denominator = match &self.denominator {
            Denominator::Same(denominator) => *denominator,
            Denominator::Each(denominators, _) => return self.reduced(denominators),
        };
        let mut common = denominator;
        let mut note = |value: T| {
            if common != T::ONE {
                common = common.common_divisor(value);
            }
        };
        let span = match &self.numerators {
            Cells::Same(value) => {
                note(*value);
                Span::one(*value)
            }
            Cells::Each(values) => {
                values.iter().for_each(|value| note(*value));
                Span::of(values)
            }
        };
        let span = span.unwrap_or(self.span);
        if common <= T::ONE {
            return Self { span, ..self.clone() };
        }
        Self {
            numerators: map(&self.numerators, move |value| value.quotient(common).0),
            denominator: Denominator::Same(denominator.quotient(common).0),
            span: Span { low: span.low.quotient(common).0, high: span.high.quotient(common).0 },
        }
    }

    /// Reduces each ratio by itself.
    fn reduced(&self, denominators: &[T]) -> Self {
        let (mut above, mut below) =
            (Vec::with_capacity(denominators.len()), Vec::with_capacity(denominators.len()));
        let mut top = T::ONE;
        for (row, denominator) in denominators.iter().enumerate() {
            let numerator = self.numerators.at(row);
            let common = numerator.common_divisor(*denominator).max(T::ONE);
            let denominator = denominator.quotient(common).0;
            top = top.max(denominator);
            above.push(numerator.quotient(common).0);
            below.push(denominator);
        }
        let span = Span::of(&above).unwrap_or(self.span);
        Self {
            numerators: Cells::Each(above.into()),
            denominator: Denominator::Each(below.into(), top),
            span,
        }
    }

    /// Multiplies numerators and denominators by the same positive number.
    fn scaled(&self, factor: T) -> Result<Self, TooLarge> {
        let span = self.span.scaled(factor).ok_or(TooLarge)?;
        let denominator = self.denominator.scaled(factor)?;
        Ok(Self { numerators: multiplied(&self.numerators, factor), denominator, span })
    }

    /// Adds up terms, those that are marked with a minus.
    pub(super) fn sum(terms: &[(bool, &Self)]) -> Result<Self, TooLarge> {
        if let Some(sum) = Self::sum_over_one(terms) {
            return Ok(sum);
        }
        let spanned: Vec<(bool, Self)> = terms.iter().map(|(minus, term)| (*minus, term.spanned())).collect();
        let terms: Vec<(bool, &Self)> = spanned.iter().map(|(minus, term)| (*minus, term)).collect();
        if let Some(sum) = Self::sum_over_one(&terms) {
            return Ok(sum);
        }
        terms.iter().try_fold(Self::zero(), |total, (minus, term)| total.plus(term, *minus))
    }

    /// Adds up all terms at once over one denominator; none when there is none, or it does not fit.
    fn sum_over_one(terms: &[(bool, &Self)]) -> Option<Self> {
        let mut common = T::ONE;
        for (_, term) in terms {
            common = common_multiple(common, term.denominator.same()?)?;
        }
        let mut span = Span::around(T::ZERO);
        // What is fitting in the end may leave the integers on the way there, and come back.
        let mut fixed = T::ZERO;
        let mut columns: Vec<(T, &Stretch<T>)> = Vec::with_capacity(terms.len());
        for (minus, term) in terms {
            let mut factor = common.quotient(term.denominator.same()?).0;
            let scaled = term.span.scaled(factor)?;
            span = span.plus(if *minus { scaled.minus_self() } else { scaled })?;
            if *minus {
                factor = factor.minus_self();
            }
            match &term.numerators {
                Cells::Same(value) => fixed = fixed.add_fitting(value.multiply_fitting(factor)),
                Cells::Each(values) => columns.push((factor, values)),
            }
        }
        Some(Self { numerators: weighted(fixed, &columns), denominator: Denominator::Same(common), span })
    }

    /// Adds, or subtracts when `minus`.
    pub(super) fn plus(&self, other: &Self, minus: bool) -> Result<Self, TooLarge> {
        if let Some(sum) = Self::sum_over_one(&[(false, self), (minus, other)]) {
            return Ok(sum);
        }
        self.try_plus(other, minus).or_else(|_| self.tighter().try_plus(&other.tighter(), minus))
    }

    fn try_plus(&self, other: &Self, minus: bool) -> Result<Self, TooLarge> {
        let (left, right) = match (&self.denominator, &other.denominator) {
            (Denominator::Same(a), Denominator::Same(b)) => {
                let common = a.common_divisor(*b);
                (self.scaled(b.quotient(common).0)?, other.scaled(a.quotient(common).0)?)
            }
            _ => (self.over(&other.denominator)?, other.over(&self.denominator)?),
        };
        let right_span = if minus { right.span.minus_self() } else { right.span };
        let span = left.span.plus(right_span).ok_or(TooLarge)?;
        let numerators = if minus {
            zip(&left.numerators, &right.numerators, |a, b| a.add_fitting(b.minus_self()))
        } else {
            zip(&left.numerators, &right.numerators, T::add_fitting)
        };
        Ok(Self { numerators, denominator: left.denominator, span })
    }

    /// Multiplies numerators and denominators by another column's denominators.
    fn over(&self, other: &Denominator<T>) -> Result<Self, TooLarge> {
        match other {
            Denominator::Same(factor) => self.scaled(*factor),
            Denominator::Each(values, top) => {
                let factors = Span { low: T::ONE, high: *top };
                let span = self.span.times(factors).ok_or(TooLarge)?;
                let factors = Cells::Each(values.clone());
                let denominator = self.denominator.times(other)?;
                Ok(Self {
                    numerators: zip(&self.numerators, &factors, T::multiply_fitting),
                    denominator,
                    span,
                })
            }
        }
    }

    pub(super) fn times(&self, other: &Self) -> Result<Self, TooLarge> {
        self.try_times(other)
            .or_else(|_| self.spanned().try_times(&other.spanned()))
            .or_else(|_| self.tighter().try_times(&other.tighter()).map(|product| product.tighter()))
    }

    fn try_times(&self, other: &Self) -> Result<Self, TooLarge> {
        let (mut above, mut below) = (self.numerators.same(), self.denominator.same());
        let (mut other_above, mut other_below) = (other.numerators.same(), other.denominator.same());
        // A single numerator cancels with the other's denominator: columns then are multiplied by little or nothing.
        cancel(&mut above, &mut other_below);
        cancel(&mut other_above, &mut below);
        let left = above.map_or(Some(self.span), Span::one).ok_or(TooLarge)?;
        let right = other_above.map_or(Some(other.span), Span::one).ok_or(TooLarge)?;
        let span = left.times(right).ok_or(TooLarge)?;
        let below = below.map_or_else(|| self.denominator.clone(), Denominator::Same);
        let other_below = other_below.map_or_else(|| other.denominator.clone(), Denominator::Same);
        let denominator = below.times(&other_below)?;
        let numerators = match (above, other_above) {
            (Some(a), Some(b)) => Cells::Same(a.multiply_fitting(b)),
            (Some(factor), None) => multiplied(&other.numerators, factor),
            (None, Some(factor)) => multiplied(&self.numerators, factor),
            (None, None) => zip(&self.numerators, &other.numerators, T::multiply_fitting),
        };
        Ok(Self { numerators, denominator, span })
    }

    /// Multiplies by numbers, and divides by those that are marked; rows with a zero below are told to `zero`.
    pub(super) fn product(
        factors: &[(bool, &Self)],
        mut zero: impl FnMut(Option<usize>),
    ) -> Result<Self, TooLarge> {
        // What is the same for all rows is multiplied first, so that the columns are touched less often.
        let mut fixed = Self::same(T::ONE, T::ONE)?;
        let mut column: Option<Self> = None;
        for (divides, factor) in factors {
            let inverse;
            let factor = if *divides {
                inverse = factor.inverse(&mut zero)?;
                &inverse
            } else {
                factor
            };
            if factor.single().is_some() {
                fixed = fixed.times(factor)?;
            } else {
                column = Some(match column {
                    Some(column) => column.times(factor)?,
                    None => factor.clone(),
                });
            }
        }
        match column {
            Some(column) => column.times(&fixed),
            None => Ok(fixed),
        }
    }

    /// Returns the inverses; rows that hold zero are told to `zero` and become one.
    pub(super) fn inverse(&self, mut zero: impl FnMut(Option<usize>)) -> Result<Self, TooLarge> {
        let flip = |numerator: T, denominator: T| {
            if numerator < T::ZERO {
                (denominator.minus_self(), numerator.minus_self())
            } else {
                (denominator, numerator)
            }
        };
        let top = self.span.size().max(T::ONE);
        match (&self.numerators, &self.denominator) {
            (Cells::Same(numerator), Denominator::Same(denominator)) => {
                if *numerator == T::ZERO {
                    zero(None);
                    return Self::same(T::ONE, T::ONE);
                }
                let (above, below) = flip(*numerator, *denominator);
                Self::same(above, below)
            }
            (numerators, denominators) => {
                if let (Cells::Each(values), Denominator::Same(above)) = (numerators, denominators)
                    && self.span.low >= T::ZERO
                {
                    let below = if values.contains(&T::ZERO) {
                        let zeros = values.iter().enumerate().filter(|(_, value)| **value == T::ZERO);
                        zeros.for_each(|(row, _)| zero(Some(row)));
                        values.iter().map(|value| (*value).max(T::ONE)).collect()
                    } else {
                        values.clone()
                    };
                    return Self::new(Cells::Same(*above), Denominator::Each(below, top));
                }
                let rows = match (numerators, denominators) {
                    (Cells::Each(values), _) | (_, Denominator::Each(values, _)) => values.len(),
                    _ => 0,
                };
                let (mut above, mut below) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
                for row in 0..rows {
                    let numerator = numerators.at(row);
                    if numerator == T::ZERO {
                        zero(Some(row));
                        above.push(T::ZERO);
                        below.push(T::ONE);
                    } else {
                        let (a, b) = flip(numerator, denominators.at(row));
                        above.push(a);
                        below.push(b);
                    }
                }
                let (above, below) = (Cells::Each(above.into()), Denominator::Each(below.into(), top));
                Self::new(above, below)
            }
        }
    }

    pub(super) fn absolute(&self) -> Self {
        let size = |value: T| if value < T::ZERO { value.minus_self() } else { value };
        Self {
            numerators: map(&self.numerators, size),
            denominator: self.denominator.clone(),
            span: self.span.absolute(),
        }
    }
}

/// Adds up columns, each multiplied by its factor, and one number.
fn weighted<T: Whole>(fixed: T, columns: &[(T, &Stretch<T>)]) -> Cells<T> {
    // Two columns at a time: the sum is read and written half as often.
    let (mut sum, rest) = match *columns {
        [] => return Cells::Same(fixed),
        [(factor, only)] if factor == T::ONE && fixed == T::ZERO => return Cells::Each(only.clone()),
        [(factor, only)] => {
            return only.iter().map(move |a| fixed.add_fitting(a.multiply_fitting(factor))).collect();
        }
        [(one, a), (other, b), ref rest @ ..] => (
            collected(a.iter().zip(b.iter()).map(move |(a, b)| fixed.add_fitting(two(one, *a, other, *b)))),
            rest,
        ),
    };
    let (pairs, last) = rest.as_chunks::<2>();
    for [(one, a), (other, b)] in pairs {
        let (one, other) = (*one, *other);
        for (sum, (a, b)) in sum.iter_mut().zip(a.iter().zip(b.iter())) {
            *sum = sum.add_fitting(two(one, *a, other, *b));
        }
    }
    for (factor, column) in last {
        let factor = *factor;
        for (sum, value) in sum.iter_mut().zip(column.iter()) {
            *sum = sum.add_fitting(value.multiply_fitting(factor));
        }
    }
    Cells::Each(sum.into())
}

/// Adds up two products.
fn two<T: Whole>(one: T, a: T, other: T, b: T) -> T {
    a.multiply_fitting(one).add_fitting(b.multiply_fitting(other))
}
