//! From exact sums to centred moments, in the currency and in years: the only place where exact sums become floats.

use exact::Rational;

use crate::{ExpectedError, Sums};

/// Moments of a group of patients around its own mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Moments {
    pub(crate) patients: f64,
    pub(crate) years: f64,
    pub(crate) years_squares: f64,
    /// Per patient-year.
    pub(crate) mean: f64,
    /// Σ (y − e × mean)².
    pub(crate) within: f64,
    /// Σ e × (y − e × mean).
    pub(crate) slip: f64,
    /// Σ (y − e × mean)³.
    pub(crate) third: f64,
}

impl Moments {
    /// Centres sums exactly, then rounds once.
    pub(crate) fn of(sums: &Sums, year: i64) -> Result<Self, ExpectedError> {
        let whole = |number: i128| Rational::from(number);
        let mean = whole(sums.outcome).checked_div(&whole(sums.exposure)).unwrap_or_default();
        let year_length = Rational::from(year);
        let squared = &mean * &mean;
        let within = whole(sums.outcome_squares) - whole(2) * &mean * whole(sums.cross)
            + &squared * whole(sums.exposure_squares);
        let slip = whole(sums.cross) - &mean * whole(sums.exposure_squares);
        let third = whole(sums.outcome_cubes) - whole(3) * &mean * whole(sums.cross_outcome)
            + whole(3) * &squared * whole(sums.cross_exposure)
            - &squared * &mean * whole(sums.exposure_cubes);
        let years = |number: &Rational, power: u32| {
            let scale = (0..power).fold(Rational::from(1_i64), |scale, _| scale * &year_length);
            number.checked_div(&scale).ok_or(ExpectedError::NoYear)
        };
        let hundred = Rational::from(100_i64);
        let euros = |number: Rational, power: u32| {
            let scale = (0..power).fold(Rational::from(1_i64), |scale, _| scale * &hundred);
            number.checked_div(&scale).unwrap_or_default().approximate()
        };
        Ok(Self {
            patients: whole(sums.patients).approximate(),
            years: years(&whole(sums.exposure), 1)?.approximate(),
            years_squares: years(&whole(sums.exposure_squares), 2)?.approximate(),
            mean: euros(&mean * &year_length, 1),
            within: euros(within, 2).max(0.0),
            slip: euros(years(&slip, 1)?, 1),
            third: euros(third, 3),
        })
    }

    pub(crate) fn cell(&self) -> stats::Cell {
        stats::Cell {
            count: self.patients,
            exposure: self.years,
            exposure_squares: self.years_squares,
            mean: self.mean,
            within: self.within,
            slip: self.slip,
        }
    }
}

/// Returns Σ outcome over Σ exposure, exactly, in the currency per patient-year; none without exposure.
pub(crate) fn yearly(sums: &Sums, year: i64) -> Option<Rational> {
    let hundred = Rational::from(100_i64);
    let per_year = Rational::from(sums.outcome) * Rational::from(year);
    per_year.checked_div(&(Rational::from(sums.exposure) * hundred))
}
