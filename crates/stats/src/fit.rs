//! Least squares, Poisson and gamma models on cells.

use crate::qr::{Solution, solve};
use crate::{Cell, Design, Matrix, StatsError};

/// What is assumed of the mean and of how variance grows with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// The mean is a sum; variance does not depend on it. Weighted least squares.
    Normal,
    /// The logarithm of the mean is a sum; variance grows with the mean.
    Poisson,
    /// The logarithm of the mean is a sum; variance grows with the square of the mean.
    Gamma,
}

/// A fitted model.
#[derive(Debug, Clone)]
pub struct Fit<'a> {
    pub(crate) design: &'a Design,
    pub(crate) cells: &'a [Cell],
    /// The family.
    pub family: Family,
    /// One coefficient for each column of the design.
    pub coefficients: Vec<f64>,
    /// The fitted mean rate of each row.
    pub fitted: Vec<f64>,
    /// The inverse of the information, without dispersion.
    pub inverse: Matrix,
    /// How many times least squares were solved.
    pub iterations: usize,
    /// Units with exposure.
    pub units: f64,
}

const MOST_ITERATIONS: usize = 100;
/// A relative change of fitted means that is no change any more.
const SETTLED: f64 = 1e-11;
/// A fitted mean this far under the overall mean, as a logarithm, is on its way to zero.
const RUNAWAY: f64 = 30.0;

/// Fits a model on cells, each with its row of the design.
///
/// Rows without exposure weigh nothing. Variances, standard errors and the rest come from the methods of [`Fit`].
pub fn fit<'a>(design: &'a Design, cells: &'a [Cell], family: Family) -> Result<Fit<'a>, StatsError> {
    check(design, cells, family)?;
    let units = cells.iter().filter(|cell| cell.exposure > 0.0).map(|cell| cell.count).sum();
    let (solution, fitted, iterations) = match family {
        Family::Normal => least_squares(design, cells)?,
        Family::Poisson | Family::Gamma => log_link(design, cells, family)?,
    };
    let Solution { coefficients, inverse } = solution;
    Ok(Fit { design, cells, family, coefficients, fitted, inverse, iterations, units })
}

fn check(design: &Design, cells: &[Cell], family: Family) -> Result<(), StatsError> {
    if design.rows() != cells.len() {
        return Err(StatsError::Shape { what: "cells", given: cells.len(), needed: design.rows() });
    }
    for (row, cell) in cells.iter().enumerate() {
        if cell.numbers().iter().any(|number| !number.is_finite()) {
            return Err(StatsError::NotFinite { row });
        }
        if cell.count < 0.0 || cell.exposure < 0.0 || cell.exposure_squares < 0.0 || cell.within < 0.0 {
            return Err(StatsError::NegativeWeight { row });
        }
        if family != Family::Normal && cell.mean < 0.0 {
            return Err(StatsError::NegativeMean { row });
        }
    }
    if cells.iter().all(|cell| cell.exposure <= 0.0) {
        return Err(StatsError::Empty);
    }
    Ok(())
}

type Fitted = (Solution, Vec<f64>, usize);

fn least_squares(design: &Design, cells: &[Cell]) -> Result<Fitted, StatsError> {
    let weights: Vec<f64> = cells.iter().map(|cell| cell.exposure).collect();
    let means: Vec<f64> = cells.iter().map(|cell| cell.mean).collect();
    let solution = solve(design, &weights, &means)?;
    let fitted = linear(design, &solution.coefficients);
    Ok((solution, fitted, 1))
}

/// Iteratively reweighted least squares, with steps halved when they make things worse.
fn log_link(design: &Design, cells: &[Cell], family: Family) -> Result<Fitted, StatsError> {
    let overall = overall_mean(cells);
    if overall <= 0.0 {
        let column = design.names().first().cloned().unwrap_or_default();
        return Err(StatsError::Separated { column });
    }
    find_separated(design, cells)?;
    let mut fitted: Vec<f64> = cells.iter().map(|cell| f64::midpoint(cell.mean, overall)).collect();
    let mut loss = f64::INFINITY;
    let mut before: Option<Vec<f64>> = None;
    for iteration in 1..=MOST_ITERATIONS {
        let weights = working_weights(cells, &fitted, family);
        let target: Vec<f64> =
            cells.iter().zip(&fitted).map(|(cell, mean)| mean.ln() + (cell.mean - mean) / mean).collect();
        let mut solution = solve(design, &weights, &target)?;
        let mut next = exponential(&linear(design, &solution.coefficients));
        if let Some(before) = &before {
            let mut halvings = 0;
            while !improves(cells, &next, family, loss) && halvings < 40 {
                for (coefficient, old) in solution.coefficients.iter_mut().zip(before) {
                    *coefficient = f64::midpoint(*coefficient, *old);
                }
                next = exponential(&linear(design, &solution.coefficients));
                halvings += 1;
            }
        }
        if next.iter().any(|mean| !mean.is_finite()) {
            return Err(StatsError::NotConverged { iterations: iteration });
        }
        if let Some(row) = runaway(cells, &next, overall) {
            return Err(StatsError::Separated { column: heaviest(design, row, &solution.coefficients) });
        }
        let moved = cells.iter().zip(next.iter().zip(&fitted)).filter(|(cell, _)| cell.exposure > 0.0);
        let change = moved.map(|(_, (new, old))| (new / old - 1.0).abs()).fold(0.0, f64::max);
        loss = loss_of(cells, &next, family);
        fitted = next;
        if change < SETTLED {
            // The information at the solution, not one step before it.
            solution.inverse = solve(design, &working_weights(cells, &fitted, family), &target)?.inverse;
            return Ok((solution, fitted, iteration));
        }
        before = Some(solution.coefficients);
    }
    Err(StatsError::NotConverged { iterations: MOST_ITERATIONS })
}

fn working_weights(cells: &[Cell], fitted: &[f64], family: Family) -> Vec<f64> {
    let scale = |mean: f64| if family == Family::Poisson { mean } else { 1.0 };
    cells.iter().zip(fitted).map(|(cell, mean)| cell.exposure * scale(*mean)).collect()
}

fn improves(cells: &[Cell], fitted: &[f64], family: Family, loss: f64) -> bool {
    let new = loss_of(cells, fitted, family);
    new.is_finite() && new <= loss + 1e-9 * loss.abs().max(1.0)
}

/// Half the deviance but for a constant: it stays finite for a cell in which nothing was observed.
fn loss_of(cells: &[Cell], fitted: &[f64], family: Family) -> f64 {
    let used = cells.iter().zip(fitted).filter(|(cell, _)| cell.exposure > 0.0);
    used.map(|(cell, mean)| {
        cell.exposure
            * match family {
                Family::Normal => (cell.mean - mean).powi(2),
                Family::Poisson => mean - cell.mean * mean.ln(),
                Family::Gamma => mean.ln() + cell.mean / mean,
            }
    })
    .sum()
}

/// Finds a column that is set only where nothing was observed: its coefficient has no finite value.
fn find_separated(design: &Design, cells: &[Cell]) -> Result<(), StatsError> {
    let size = design.names().len();
    let mut one_sign = vec![true; size];
    let mut seen = vec![false; size];
    let mut observed = vec![false; size];
    for (row, cell) in design.iter().zip(cells).filter(|(_, cell)| cell.exposure > 0.0) {
        for (column, value) in row.iter().enumerate() {
            one_sign[column] &= *value >= 0.0;
            seen[column] |= *value > 0.0;
            observed[column] |= *value > 0.0 && cell.mean > 0.0;
        }
    }
    let separated = (0..size).find(|column| one_sign[*column] && seen[*column] && !observed[*column]);
    match separated.and_then(|column| design.names().get(column)) {
        Some(name) => Err(StatsError::Separated { column: name.clone() }),
        None => Ok(()),
    }
}

fn runaway(cells: &[Cell], fitted: &[f64], overall: f64) -> Option<usize> {
    let gone = |(cell, mean): (&Cell, &f64)| cell.exposure > 0.0 && (mean / overall).ln() < -RUNAWAY;
    cells.iter().zip(fitted).position(gone)
}

/// Returns the column that pulls a row down the most.
fn heaviest(design: &Design, row: usize, coefficients: &[f64]) -> String {
    let values = design.iter().nth(row).unwrap_or_default();
    let pulls = values.iter().zip(coefficients).map(|(value, coefficient)| value * coefficient);
    let lowest = pulls.enumerate().min_by(|(_, left), (_, right)| left.total_cmp(right));
    lowest.and_then(|(column, _)| design.names().get(column)).cloned().unwrap_or_default()
}

pub(crate) fn overall_mean(cells: &[Cell]) -> f64 {
    let total: f64 = cells.iter().map(|cell| cell.exposure * cell.mean).sum();
    total / cells.iter().map(|cell| cell.exposure).sum::<f64>()
}

fn linear(design: &Design, coefficients: &[f64]) -> Vec<f64> {
    design
        .iter()
        .map(|row| row.iter().zip(coefficients).map(|(value, coefficient)| value * coefficient).sum())
        .collect()
}

fn exponential(logarithms: &[f64]) -> Vec<f64> {
    logarithms.iter().map(|logarithm| logarithm.exp()).collect()
}

impl Fit<'_> {
    /// Returns the share of the variance between units that the model explains:
    /// 1 − Σ (y − e × fitted)² / Σ (y − e × mean)². None when outcomes do not vary.
    pub fn r_squared(&self) -> Option<f64> {
        let overall = overall_mean(self.cells);
        let total: f64 = self.cells.iter().map(|cell| cell.squares_around(overall)).sum();
        (total > 0.0).then(|| 1.0 - self.squares() / total)
    }

    /// Returns the deviance between cells: 0 for a model with as many columns as cells.
    ///
    /// None for a gamma model with a cell in which nothing was observed.
    pub fn deviance(&self) -> Option<f64> {
        let mut deviance = 0.0;
        for (cell, fitted) in self.cells.iter().zip(&self.fitted).filter(|(cell, _)| cell.exposure > 0.0) {
            let (mean, fitted) = (cell.mean, *fitted);
            let unit = match self.family {
                Family::Normal => (mean - fitted).powi(2),
                Family::Poisson if mean > 0.0 => 2.0 * (mean * (mean / fitted).ln() - mean + fitted),
                Family::Poisson => 2.0 * fitted,
                Family::Gamma if mean > 0.0 => 2.0 * ((mean - fitted) / fitted - (mean / fitted).ln()),
                Family::Gamma => return None,
            };
            deviance += cell.exposure * unit;
        }
        Some(deviance)
    }

    /// Returns the dispersion between units, by Pearson: the residual variance for least squares.
    pub fn dispersion(&self) -> Result<f64, StatsError> {
        let freedom = self.freedom()?;
        let exposure: f64 = self.cells.iter().map(|cell| cell.exposure).sum();
        let pairs = self.cells.iter().zip(&self.fitted);
        let pearson: f64 =
            pairs.map(|(cell, mean)| cell.squares_around(*mean) / self.variance_of(*mean)).sum();
        Ok(pearson / exposure * self.units / freedom)
    }

    /// Returns units less columns, at least one.
    pub(crate) fn freedom(&self) -> Result<f64, StatsError> {
        let columns = self.coefficients.len();
        let freedom = self.units - columns as f64;
        let too_few =
            StatsError::TooFew { what: "units", given: self.cells.len().min(columns), needed: columns + 1 };
        if freedom > 0.0 { Ok(freedom) } else { Err(too_few) }
    }

    fn squares(&self) -> f64 {
        self.cells.iter().zip(&self.fitted).map(|(cell, mean)| cell.squares_around(*mean)).sum()
    }

    fn variance_of(&self, mean: f64) -> f64 {
        match self.family {
            Family::Normal => 1.0,
            Family::Poisson => mean,
            Family::Gamma => mean * mean,
        }
    }

    /// Returns the factor that turns a residual Σ (y − e × fitted) into a score.
    pub(crate) fn score_factor(&self, mean: f64) -> f64 {
        if self.family == Family::Gamma { 1.0 / mean } else { 1.0 }
    }
}
