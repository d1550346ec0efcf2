//! How well a released table predicts: shown with the run, never with fewer patients than may be shown.

use std::collections::BTreeMap;

use exact::Rational;
use population::release::FEWEST_SHOWN;

use crate::fit::{Fitted, check};
use crate::moments::{Moments, yearly};
use crate::{CellRow, ExpectedError, Release, Sums};

/// Figures about a fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostics {
    /// Patients that were predicted.
    pub patients: i128,
    /// Patients that were not: a value is missing, or nobody alike was ever seen.
    pub not_placed: i128,
    /// The share of the variance of spending between patients that released amounts explain.
    pub r_squared: Option<f64>,
    /// Predicted over observed, for each level of each covariate.
    pub ratios: Vec<Ratio>,
    /// Predicted and observed by tenth of predicted spending, lowest first.
    pub calibration: Vec<Calibration>,
}

/// A group of patients, by one level.
#[derive(Debug, Clone, PartialEq)]
pub struct Ratio {
    /// The covariate.
    pub covariate: String,
    /// The level.
    pub level: String,
    /// The figures; none when too few patients, or when another group could be told by difference.
    pub shown: Option<Calibration>,
}

/// Predicted and observed spending of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// Patients.
    pub patients: i128,
    /// Predicted spending per patient-year, exactly.
    pub predicted: Rational,
    /// Observed spending per patient-year, exactly.
    pub observed: Rational,
}

impl Calibration {
    /// Returns predicted over observed; none when nothing was observed.
    pub fn ratio(&self) -> Option<Rational> {
        self.predicted.checked_div(&self.observed)
    }
}

/// How many tenths there are.
const TENTHS: i128 = 10;

#[derive(Debug, Clone, Default)]
struct Tally {
    sums: Sums,
    predicted: Rational,
}

impl Tally {
    fn add(&mut self, sums: &Sums, amount: &Rational) -> Result<(), ExpectedError> {
        self.sums = self.sums.plus(sums)?;
        self.predicted += &(amount * &Rational::from(sums.exposure));
        Ok(())
    }

    fn calibration(&self, year: i64) -> Option<Calibration> {
        Some(Calibration {
            patients: self.sums.patients,
            predicted: self.predicted.checked_div(&Rational::from(self.sums.exposure))?,
            observed: yearly(&self.sums, year)?,
        })
    }
}

/// Compares a released table with cells: those of the fit, or those of another year; `year` is what a whole year of
/// exposure is in them.
pub fn diagnostics(
    fitted: &Fitted,
    release: &Release,
    cells: &[CellRow],
    year: i64,
) -> Result<Diagnostics, ExpectedError> {
    let mut predictor = release.predictor();
    let mut groups: BTreeMap<&[String], (Sums, Rational)> = BTreeMap::new();
    let (mut not_placed, mut all) = (0, Tally::default());
    for cell in cells {
        check(&fitted.model, cell)?;
        let Some(amount) = predictor.predict(&cell.levels) else {
            not_placed += cell.sums.patients;
            continue;
        };
        all.add(&cell.sums, &amount)?;
        let group = groups.entry(&cell.levels).or_insert_with(|| (Sums::default(), amount));
        group.0 = group.0.plus(&cell.sums)?;
    }
    let mut levels: BTreeMap<(usize, &str), Tally> = BTreeMap::new();
    let (mut residual, mut total) = (0.0, 0.0);
    let overall = yearly(&all.sums, year).unwrap_or_default().approximate();
    for (names, (sums, amount)) in &groups {
        let cell = Moments::of(sums, year)?.cell();
        residual += cell.squares_around(amount.approximate());
        total += cell.squares_around(overall);
        for (place, level) in names.iter().enumerate() {
            levels.entry((place, level)).or_default().add(sums, amount)?;
        }
    }
    Ok(Diagnostics {
        patients: all.sums.patients,
        not_placed,
        r_squared: (total > 0.0).then(|| 1.0 - residual / total),
        ratios: ratios(&release.covariates, &levels, year),
        calibration: tenths(groups.into_values().collect(), all.sums.exposure, year)?,
    })
}

/// Hides groups of too few patients, and the next smallest when only one of a covariate would be hidden.
fn ratios(covariates: &[String], levels: &BTreeMap<(usize, &str), Tally>, year: i64) -> Vec<Ratio> {
    let mut ratios = Vec::new();
    for (place, covariate) in covariates.iter().enumerate() {
        let own: Vec<(&str, &Tally)> = levels
            .iter()
            .filter(|((other, _), _)| *other == place)
            .map(|((_, level), tally)| (*level, tally))
            .collect();
        let mut order: Vec<usize> = (0..own.len()).collect();
        order.sort_by_key(|index| own.get(*index).map(|(_, tally)| tally.sums.patients));
        let few = |tally: &Tally| tally.sums.patients < i128::from(FEWEST_SHOWN);
        let hidden = match own.iter().filter(|(_, tally)| few(tally)).count() {
            0 => 0,
            1 => 2,
            many => many,
        };
        let hidden: Vec<usize> = order.into_iter().take(hidden).collect();
        ratios.extend(own.into_iter().enumerate().map(|(index, (level, tally))| Ratio {
            covariate: covariate.clone(),
            level: level.to_owned(),
            shown: if hidden.contains(&index) { None } else { tally.calibration(year) },
        }));
    }
    ratios
}

/// Cuts groups, by predicted spending, into tenths of about equal exposure. A group is never cut, so that a tenth may
/// be larger than another; tenths of too few patients are joined to the one before.
fn tenths(
    mut groups: Vec<(Sums, Rational)>,
    exposure: i128,
    year: i64,
) -> Result<Vec<Calibration>, ExpectedError> {
    groups.sort_by(|(_, left), (_, right)| left.cmp(right));
    let mut tenths: BTreeMap<i128, Tally> = BTreeMap::new();
    let mut before: i128 = 0;
    for (sums, amount) in &groups {
        // The middle of the group decides.
        let middle = before.saturating_mul(2).saturating_add(sums.exposure);
        let tenth = middle.saturating_mul(TENTHS).checked_div(exposure.saturating_mul(2)).unwrap_or(0);
        tenths.entry(tenth.min(TENTHS - 1)).or_default().add(sums, amount)?;
        before = before.saturating_add(sums.exposure);
    }
    let mut joined: Vec<Tally> = Vec::new();
    for tally in tenths.into_values() {
        let is_small = |tally: &Tally| tally.sums.patients < i128::from(FEWEST_SHOWN);
        match joined.last_mut() {
            Some(last) if is_small(&tally) || is_small(last) => {
                last.sums = last.sums.plus(&tally.sums)?;
                last.predicted += &tally.predicted;
            }
            _ => joined.push(tally),
        }
    }
    Ok(joined.iter().filter_map(|tally| tally.calibration(year)).collect())
}
