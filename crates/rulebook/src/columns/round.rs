//! Rounds columns to decimals.

use exact::RoundingMode;

use super::numbers::{Cells, Denominator, Numbers, TooLarge, map, zip};
use super::span::Span;
use super::whole::Whole;
use crate::model::Rounding;

impl<T: Whole> Numbers<T> {
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
        let divisor = self.denominator.same().unwrap_or(T::ONE);
        let span = match self.span.scaled(power) {
            Some(scaled) => scaled.over(divisor),
            None => {
                let whole = self.span.over(divisor).size().plus(T::ONE).ok_or(TooLarge)?;
                Span::around(whole.times(power).ok_or(TooLarge)?)
            }
        };
        if let Some(numerators) = self.rounded_in_one(power, rounding.mode) {
            return match self.denominator {
                Denominator::Same(_) => Ok(Self { numerators, denominator: Denominator::Same(power), span }),
                // Nothing is known of the quotients of two columns but themselves.
                Denominator::Each(..) => Self::new(numerators, Denominator::Same(power)),
            };
        }
        let round = |numerator: T, denominator: T| round_one(numerator, denominator, power, rounding.mode);
        let numerators = match (&self.numerators, &self.denominator) {
            (cells, Denominator::Same(denominator)) => map(cells, |numerator| round(numerator, *denominator)),
            (cells, Denominator::Each(denominators, _)) => {
                let rows = denominators.iter().enumerate();
                rows.map(|(row, denominator)| round(cells.at(row), *denominator)).collect()
            }
        };
        Ok(Self { numerators, denominator: Denominator::Same(power), span })
    }

    /// Rounds with one division for each row, in the usual modes and where all of it fits.
    fn rounded_in_one(&self, power: T, mode: RoundingMode) -> Option<Cells<T>> {
        let below = self.denominator.bound();
        below.plus(below)?;
        let scaled = self.span.scaled(power)?.size();
        scaled.plus(scaled)?.plus(below)?;
        Some(match mode {
            RoundingMode::HalfAwayFromZero => self.each_ratio(|numerator, below| {
                let scaled = numerator.multiply_fitting(power);
                let half = if scaled < T::ZERO { below.minus_self() } else { below };
                scaled.add_fitting(scaled).add_fitting(half).quotient(below.add_fitting(below)).0
            }),
            RoundingMode::Truncate => {
                self.each_ratio(|numerator, below| numerator.multiply_fitting(power).quotient(below).0)
            }
            RoundingMode::Floor => self.each_ratio(|numerator, below| {
                let (whole, rest) = numerator.multiply_fitting(power).quotient(below);
                if rest < T::ZERO { whole.add_fitting(T::ONE.minus_self()) } else { whole }
            }),
            _ => return None,
        })
    }

    fn each_ratio(&self, apply: impl Fn(T, T) -> T) -> Cells<T> {
        match &self.denominator {
            Denominator::Same(below) => map(&self.numerators, |numerator| apply(numerator, *below)),
            Denominator::Each(..) => zip(&self.numerators, &self.denominator.cells(), apply),
        }
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
