//! Columns of exact numbers: numerators over one denominator, or over a column of them.
//!
//! Every column carries a bound on the size of its numerators. An operation first computes the bound of its
//! result: when it fits, the loop needs no check; when it does not, the whole chunk is done again with wider integers.

use exact::RoundingMode;

use super::whole::Whole;
use crate::model::Rounding;

/// The chunk does not fit these integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLarge;

/// Numbers of one register.
#[derive(Debug, Clone)]
pub(super) struct Numbers<T> {
    /// One for each row, or a single one for all.
    pub(super) numerators: Cells<T>,
    /// Positive.
    pub(super) denominator: Denominator<T>,
    /// At least the size of every numerator.
    pub(super) bound: T,
}

/// One value for each row, or one for all.
#[derive(Debug, Clone)]
pub(super) enum Cells<T> {
    Same(T),
    Each(Vec<T>),
}

/// What numerators stand over.
#[derive(Debug, Clone)]
pub(super) enum Denominator<T> {
    Same(T),
    /// One for each row, with a bound.
    Each(Vec<T>, T),
}

impl<T: Copy> Cells<T> {
    pub(super) fn at(&self, row: usize) -> T {
        match self {
            Self::Same(value) => *value,
            Self::Each(values) => values[row],
        }
    }
}

impl<T: Whole> Denominator<T> {
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

    fn bound(&self) -> T {
        match self {
            Self::Same(value) => *value,
            Self::Each(_, bound) => *bound,
        }
    }
}

/// Combines two sets of cells row by row; one value for all stays one.
fn zip<T: Copy>(a: &Cells<T>, b: &Cells<T>, apply: impl Fn(T, T) -> T) -> Cells<T> {
    match (a, b) {
        (Cells::Same(a), Cells::Same(b)) => Cells::Same(apply(*a, *b)),
        (Cells::Same(a), Cells::Each(b)) => Cells::Each(b.iter().map(|b| apply(*a, *b)).collect()),
        (Cells::Each(a), Cells::Same(b)) => Cells::Each(a.iter().map(|a| apply(*a, *b)).collect()),
        (Cells::Each(a), Cells::Each(b)) => {
            Cells::Each(a.iter().zip(b).map(|(a, b)| apply(*a, *b)).collect())
        }
    }
}

fn map<T: Copy>(cells: &Cells<T>, apply: impl Fn(T) -> T) -> Cells<T> {
    match cells {
        Cells::Same(value) => Cells::Same(apply(*value)),
        Cells::Each(values) => Cells::Each(values.iter().map(|value| apply(*value)).collect()),
    }
}

impl<T: Whole> Numbers<T> {
    /// Returns one number for all rows.
    pub(super) fn same(numerator: T, denominator: T) -> Result<Self, TooLarge> {
        let bound = numerator.size().ok_or(TooLarge)?;
        Ok(Self { numerators: Cells::Same(numerator), denominator: Denominator::Same(denominator), bound })
    }

    pub(super) fn zero() -> Self {
        Self { numerators: Cells::Same(T::ZERO), denominator: Denominator::Same(T::ONE), bound: T::ZERO }
    }

    /// Finds the bound anew and divides by what all have in common: both may have grown beyond need.
    pub(super) fn tighter(&self) -> Self {
        let denominator = match &self.denominator {
            Denominator::Same(denominator) => *denominator,
            Denominator::Each(denominators, _) => return self.reduced(denominators),
        };
        let mut common = denominator;
        let mut largest = T::ZERO;
        let mut note = |value: T| {
            largest = largest.max(value.size().unwrap_or(self.bound));
            if common != T::ONE {
                common = common.common_divisor(value);
            }
        };
        match &self.numerators {
            Cells::Same(value) => note(*value),
            Cells::Each(values) => values.iter().for_each(|value| note(*value)),
        }
        if common <= T::ONE {
            return Self { bound: largest, ..self.clone() };
        }
        Self {
            numerators: map(&self.numerators, |value| value.quotient(common).0),
            denominator: Denominator::Same(denominator.quotient(common).0),
            bound: largest.quotient(common).0,
        }
    }

    /// Reduces each ratio by itself.
    fn reduced(&self, denominators: &[T]) -> Self {
        let (mut above, mut below) =
            (Vec::with_capacity(denominators.len()), Vec::with_capacity(denominators.len()));
        let (mut bound, mut top) = (T::ZERO, T::ONE);
        for (row, denominator) in denominators.iter().enumerate() {
            let numerator = self.numerators.at(row);
            let common = numerator.common_divisor(*denominator).max(T::ONE);
            let (numerator, denominator) = (numerator.quotient(common).0, denominator.quotient(common).0);
            bound = bound.max(numerator.size().unwrap_or(self.bound));
            top = top.max(denominator);
            above.push(numerator);
            below.push(denominator);
        }
        Self { numerators: Cells::Each(above), denominator: Denominator::Each(below, top), bound }
    }

    /// Multiplies numerators and denominators by the same number.
    fn scaled(&self, factor: T) -> Result<Self, TooLarge> {
        if factor == T::ONE {
            return Ok(self.clone());
        }
        let bound = self.bound.times(factor).ok_or(TooLarge)?;
        let denominator = match &self.denominator {
            Denominator::Same(value) => Denominator::Same(value.times(factor).ok_or(TooLarge)?),
            Denominator::Each(values, top) => {
                let top = top.times(factor).ok_or(TooLarge)?;
                Denominator::Each(values.iter().map(|value| value.multiply_fitting(factor)).collect(), top)
            }
        };
        Ok(Self {
            numerators: map(&self.numerators, |value| value.multiply_fitting(factor)),
            denominator,
            bound,
        })
    }

    /// Adds, or subtracts when `minus`.
    pub(super) fn plus(&self, other: &Self, minus: bool) -> Result<Self, TooLarge> {
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
        let bound = left.bound.plus(right.bound).ok_or(TooLarge)?;
        let numerators = if minus {
            zip(&left.numerators, &right.numerators, |a, b| a.add_fitting(b.minus_self()))
        } else {
            zip(&left.numerators, &right.numerators, T::add_fitting)
        };
        Ok(Self { numerators, denominator: left.denominator, bound })
    }

    /// Multiplies numerators and denominators by another column's denominators.
    fn over(&self, other: &Denominator<T>) -> Result<Self, TooLarge> {
        match other {
            Denominator::Same(factor) => self.scaled(*factor),
            Denominator::Each(values, top) => {
                let bound = self.bound.times(*top).ok_or(TooLarge)?;
                let below = self.denominator.bound().times(*top).ok_or(TooLarge)?;
                let numerators = zip(&self.numerators, &Cells::Each(values.clone()), T::multiply_fitting);
                let denominators = values
                    .iter()
                    .enumerate()
                    .map(|(row, value)| self.denominator.at(row).multiply_fitting(*value));
                Ok(Self { numerators, denominator: Denominator::Each(denominators.collect(), below), bound })
            }
        }
    }

    pub(super) fn times(&self, other: &Self) -> Result<Self, TooLarge> {
        self.try_times(other).or_else(|_| {
            let (mut left, mut right) = (self.tighter(), other.tighter());
            left.cancel(&mut right);
            right.cancel(&mut left);
            left.try_times(&right).map(|product| product.tighter())
        })
    }

    /// Cancels what this single numerator and the other's denominator have in common.
    fn cancel(&mut self, other: &mut Self) {
        if let (Cells::Same(numerator), Denominator::Same(denominator)) =
            (&mut self.numerators, &mut other.denominator)
        {
            let common = numerator.common_divisor(*denominator);
            if common > T::ONE {
                *numerator = numerator.quotient(common).0;
                *denominator = denominator.quotient(common).0;
                self.bound = self.bound.quotient(common).0;
            }
        }
    }

    fn try_times(&self, other: &Self) -> Result<Self, TooLarge> {
        let bound = self.bound.times(other.bound).ok_or(TooLarge)?;
        let denominator = match (&self.denominator, &other.denominator) {
            (Denominator::Same(a), Denominator::Same(b)) => Denominator::Same(a.times(*b).ok_or(TooLarge)?),
            (Denominator::Same(a), Denominator::Each(b, top))
            | (Denominator::Each(b, top), Denominator::Same(a)) => {
                let top = top.times(*a).ok_or(TooLarge)?;
                Denominator::Each(b.iter().map(|b| b.multiply_fitting(*a)).collect(), top)
            }
            (Denominator::Each(a, a_top), Denominator::Each(b, b_top)) => {
                let top = a_top.times(*b_top).ok_or(TooLarge)?;
                Denominator::Each(a.iter().zip(b).map(|(a, b)| a.multiply_fitting(*b)).collect(), top)
            }
        };
        Ok(Self {
            numerators: zip(&self.numerators, &other.numerators, T::multiply_fitting),
            denominator,
            bound,
        })
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
        let bound = self.denominator.bound();
        let top = self.bound.max(T::ONE);
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
                Ok(Self { numerators: Cells::Each(above), denominator: Denominator::Each(below, top), bound })
            }
        }
    }

    pub(super) fn absolute(&self) -> Self {
        let size = |value: T| if value < T::ZERO { value.minus_self() } else { value };
        Self { numerators: map(&self.numerators, size), ..self.clone() }
    }

    /// Rounds to decimals, without ever multiplying the whole number by a power of ten.
    pub(super) fn rounded(&self, rounding: Rounding) -> Result<Self, TooLarge> {
        let mut power = T::ONE;
        for _ in 0..rounding.decimals {
            power = power.times(T::of_i64(10)).ok_or(TooLarge)?;
        }
        // What is already a multiple of the last decimal stays as it is.
        if let Denominator::Same(denominator) = self.denominator
            && power.quotient(denominator).1 == T::ZERO
        {
            return Ok(self.clone());
        }
        let below = self.denominator.bound();
        below.times(power).and_then(|top| top.plus(top)).ok_or(TooLarge)?;
        let bound = self.bound.times(power).or_else(|| {
            let (whole, _) = self.bound.quotient(match self.denominator {
                Denominator::Same(value) => value,
                Denominator::Each(..) => T::ONE,
            });
            whole.plus(T::ONE)?.times(power)
        });
        let bound = bound.and_then(|bound| bound.plus(T::ONE)).ok_or(TooLarge)?;
        if let Some(numerators) = self.rounded_in_one(power, rounding.mode) {
            return Ok(Self { numerators, denominator: Denominator::Same(power), bound });
        }
        let round = |numerator: T, denominator: T| round_one(numerator, denominator, power, rounding.mode);
        let numerators = match (&self.numerators, &self.denominator) {
            (cells, Denominator::Same(denominator)) => map(cells, |numerator| round(numerator, *denominator)),
            (cells, Denominator::Each(denominators, _)) => Cells::Each(
                denominators
                    .iter()
                    .enumerate()
                    .map(|(row, denominator)| round(cells.at(row), *denominator))
                    .collect(),
            ),
        };
        Ok(Self { numerators, denominator: Denominator::Same(power), bound })
    }
}

impl<T: Whole> Numbers<T> {
    /// Rounds with one division for each row, in the usual modes and where all of it fits.
    fn rounded_in_one(&self, power: T, mode: RoundingMode) -> Option<Cells<T>> {
        let below = self.denominator.same()?;
        let twice_below = below.plus(below)?;
        let scaled = self.bound.times(power)?;
        scaled.plus(scaled)?.plus(below)?;
        Some(match mode {
            RoundingMode::HalfAwayFromZero => map(&self.numerators, |numerator| {
                let scaled = numerator.multiply_fitting(power);
                let half = if scaled < T::ZERO { below.minus_self() } else { below };
                scaled.add_fitting(scaled).add_fitting(half).quotient(twice_below).0
            }),
            RoundingMode::Truncate => {
                map(&self.numerators, |numerator| numerator.multiply_fitting(power).quotient(below).0)
            }
            RoundingMode::Floor => map(&self.numerators, |numerator| {
                let (whole, rest) = numerator.multiply_fitting(power).quotient(below);
                if rest < T::ZERO { whole.add_fitting(T::ONE.minus_self()) } else { whole }
            }),
            _ => return None,
        })
    }
}

/// Rounds one ratio to units of 1 / power.
fn round_one<T: Whole>(numerator: T, denominator: T, power: T, mode: RoundingMode) -> T {
    let (whole, rest) = numerator.quotient(denominator);
    let scaled = rest.multiply_fitting(power);
    let (part, left) = scaled.quotient(denominator);
    let base = whole.multiply_fitting(power).add_fitting(part);
    if left == T::ZERO {
        return base;
    }
    let negative = numerator < T::ZERO;
    let size = if left < T::ZERO { left.minus_self() } else { left };
    let twice = size.add_fitting(size).cmp(&denominator);
    let odd = base.quotient(T::ONE.add_fitting(T::ONE)).1 != T::ZERO;
    let away = match mode {
        RoundingMode::HalfAwayFromZero => twice.is_ge(),
        RoundingMode::HalfEven => twice.is_gt() || (twice.is_eq() && odd),
        RoundingMode::HalfUp => twice.is_gt() || (twice.is_eq() && !negative),
        RoundingMode::HalfDown => twice.is_gt(),
        RoundingMode::Truncate => false,
        RoundingMode::Floor => negative,
        RoundingMode::Ceiling => !negative,
        RoundingMode::AwayFromZero => true,
    };
    match (away, negative) {
        (false, _) => base,
        (true, false) => base.add_fitting(T::ONE),
        (true, true) => base.add_fitting(T::ONE.minus_self()),
    }
}
