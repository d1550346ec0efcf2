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
        let round =
            move |numerator: T, denominator: T| round_one(numerator, denominator, power, rounding.mode);
        let numerators = match (&self.numerators, &self.denominator) {
            (cells, Denominator::Same(denominator)) => {
                let denominator = *denominator;
                map(cells, move |numerator| round(numerator, denominator))
            }
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
        let toward_zero = |scaled: T, _| scaled;
        Some(match mode {
            RoundingMode::HalfAwayFromZero => self.quotients(
                power,
                T::ONE.add_fitting(T::ONE),
                |scaled, below| {
                    let half = if scaled < T::ZERO { below.minus_self() } else { below };
                    scaled.add_fitting(scaled).add_fitting(half)
                },
                |whole, _| whole,
            ),
            RoundingMode::Truncate => self.quotients(power, T::ONE, toward_zero, |whole, _| whole),
            RoundingMode::Floor => self.quotients(power, T::ONE, toward_zero, |whole, rest| {
                if rest < T::ZERO { whole.add_fitting(T::ONE.minus_self()) } else { whole }
            }),
            _ => return None,
        })
    }

    /// Divides what `dividend` makes of each scaled numerator and its denominator by `times` that denominator, and
    /// makes a number of the quotient toward zero and its rest.
    fn quotients(
        &self,
        power: T,
        times: T,
        dividend: impl Fn(T, T) -> T,
        rounded: impl Fn(T, T) -> T,
    ) -> Cells<T> {
        match &self.denominator {
            Denominator::Same(below) => {
                let by = below.multiply_fitting(times);
                let divisor = by.divisor();
                let below = *below;
                map(&self.numerators, move |numerator| {
                    let dividend = dividend(numerator.multiply_fitting(power), below);
                    let whole = dividend.over(&divisor);
                    rounded(whole, dividend.add_fitting(whole.multiply_fitting(by).minus_self()))
                })
            }
            Denominator::Each(..) => {
                zip(&self.numerators, &self.denominator.cells(), move |numerator, below| {
                    let dividend = dividend(numerator.multiply_fitting(power), below);
                    let (whole, rest) = dividend.quotient(below.multiply_fitting(times));
                    rounded(whole, rest)
                })
            }
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
