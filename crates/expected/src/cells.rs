//! Cells: sums of whole numbers over patients alike. A fit sees nothing else.

use std::collections::BTreeMap;

use crate::ExpectedError;

/// The sums over the patients of one team (or of none) who share all levels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellRow {
    /// The team; none for patients outside teams.
    pub team: Option<String>,
    /// One level for each covariate, in the order of the model; empty for a missing value.
    pub levels: Vec<String>,
    /// The sums.
    pub sums: Sums,
}

/// Exact sums over patients, each with an exposure `e` (days, or 1) and an outcome `y` (cents, already cut).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sums {
    /// How many.
    pub patients: i128,
    /// Σ e.
    pub exposure: i128,
    /// Σ e².
    pub exposure_squares: i128,
    /// Σ e³.
    pub exposure_cubes: i128,
    /// Σ y.
    pub outcome: i128,
    /// Σ e y.
    pub cross: i128,
    /// Σ e² y.
    pub cross_exposure: i128,
    /// Σ y².
    pub outcome_squares: i128,
    /// Σ e y².
    pub cross_outcome: i128,
    /// Σ y³.
    pub outcome_cubes: i128,
}

/// A patient, for the plain loops that an engine is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatientRow {
    /// The team; none for patients outside teams.
    pub team: Option<String>,
    /// One level for each covariate; empty for a missing value.
    pub levels: Vec<String>,
    /// Days, or 1.
    pub exposure: i64,
    /// Uncut spending over the exposure, in cents.
    pub outcome_cents: i64,
}

impl Sums {
    /// Returns the sums of one patient.
    pub fn of_patient(exposure: i64, outcome_cents: i64) -> Result<Self, ExpectedError> {
        let (e, y) = (i128::from(exposure), i128::from(outcome_cents));
        let product = |factors: [i128; 3]| {
            factors.into_iter().try_fold(1_i128, i128::checked_mul).ok_or(ExpectedError::TooLarge)
        };
        Ok(Self {
            patients: 1,
            exposure: e,
            exposure_squares: product([e, e, 1])?,
            exposure_cubes: product([e, e, e])?,
            outcome: y,
            cross: product([e, y, 1])?,
            cross_exposure: product([e, e, y])?,
            outcome_squares: product([y, y, 1])?,
            cross_outcome: product([e, y, y])?,
            outcome_cubes: product([y, y, y])?,
        })
    }

    /// Returns the sums over both.
    pub fn plus(&self, other: &Self) -> Result<Self, ExpectedError> {
        let add = |left: i128, right: i128| left.checked_add(right).ok_or(ExpectedError::TooLarge);
        Ok(Self {
            patients: add(self.patients, other.patients)?,
            exposure: add(self.exposure, other.exposure)?,
            exposure_squares: add(self.exposure_squares, other.exposure_squares)?,
            exposure_cubes: add(self.exposure_cubes, other.exposure_cubes)?,
            outcome: add(self.outcome, other.outcome)?,
            cross: add(self.cross, other.cross)?,
            cross_exposure: add(self.cross_exposure, other.cross_exposure)?,
            outcome_squares: add(self.outcome_squares, other.outcome_squares)?,
            cross_outcome: add(self.cross_outcome, other.cross_outcome)?,
            outcome_cubes: add(self.outcome_cubes, other.outcome_cubes)?,
        })
    }

    /// Tells whether patients could have these sums.
    pub fn is_possible(&self) -> bool {
        let squares = |sum: i128, of: i128| match sum.checked_mul(sum) {
            Some(square) => square <= of.saturating_mul(self.patients),
            None => true,
        };
        self.patients >= 0
            && self.exposure >= self.patients
            && squares(self.exposure, self.exposure_squares)
            && squares(self.outcome, self.outcome_squares)
    }
}

/// Sums patients into cells, in the order of teams and levels; the plain loop behind the query of cells.
///
/// `year` is the exposure of a whole year and `cap_cents` the yearly amount at which spending is cut.
pub fn aggregate(
    patients: &[PatientRow],
    year: i64,
    cap_cents: Option<i64>,
) -> Result<Vec<CellRow>, ExpectedError> {
    let mut cells: BTreeMap<(Option<String>, Vec<String>), Sums> = BTreeMap::new();
    for patient in patients {
        let one = Sums::of_patient(patient.exposure, cut(patient, year, cap_cents)?)?;
        let cell = cells.entry((patient.team.clone(), patient.levels.clone())).or_default();
        *cell = cell.plus(&one)?;
    }
    Ok(cells.into_iter().map(|((team, levels), sums)| CellRow { team, levels, sums }).collect())
}

/// Returns the smallest yearly spending with at least `per_10000` of the patients at or under it; none without patients.
pub fn percentile(patients: &[PatientRow], per_10000: i64, year: i64) -> Option<i64> {
    let mut rates: Vec<i64> = patients
        .iter()
        .filter_map(|patient| patient.outcome_cents.checked_mul(year)?.checked_div(patient.exposure))
        .collect();
    rates.sort_unstable();
    let count = i64::try_from(rates.len()).ok()?;
    let place = (1..).zip(&rates).find(|(place, _)| place * 10_000 >= count * per_10000);
    place.map(|(_, rate)| *rate)
}

fn cut(patient: &PatientRow, year: i64, cap_cents: Option<i64>) -> Result<i64, ExpectedError> {
    let Some(cap) = cap_cents else { return Ok(patient.outcome_cents) };
    let limit = i128::from(cap) * i128::from(patient.exposure);
    if i128::from(patient.outcome_cents) * i128::from(year) <= limit {
        return Ok(patient.outcome_cents);
    }
    let cut = limit.checked_div(i128::from(year)).ok_or(ExpectedError::NoYear)?;
    i64::try_from(cut).map_err(|_| ExpectedError::TooLarge)
}
