//! Weighted least squares by QR, with columns that say nothing found and named.

use faer::Mat;

use crate::{Design, Matrix, StatsError};

/// How short a column of norm 1 may become, once what the columns before it say is taken away.
const SHORTEST: f64 = 1e-10;

/// The solution of weighted least squares.
pub(crate) struct Solution {
    pub(crate) coefficients: Vec<f64>,
    /// (X'WX)⁻¹.
    pub(crate) inverse: Matrix,
}

/// Solves for the coefficients that bring X b nearest to `target` under `weights`.
pub(crate) fn solve(design: &Design, weights: &[f64], target: &[f64]) -> Result<Solution, StatsError> {
    let columns = design.names().len();
    let used: Vec<(&[f64], f64, f64)> = design
        .iter()
        .zip(weights.iter().zip(target))
        .filter(|(_, (weight, _))| **weight > 0.0)
        .map(|(row, (weight, target))| (row, weight.sqrt(), *target))
        .collect();
    if used.is_empty() {
        return Err(StatsError::Empty);
    }
    let mut norms = vec![0.0_f64; columns];
    for (row, root, _) in &used {
        for (norm, value) in norms.iter_mut().zip(*row) {
            *norm += (value * root).powi(2);
        }
    }
    for (norm, name) in norms.iter_mut().zip(design.names()) {
        *norm = norm.sqrt();
        if *norm == 0.0 {
            return Err(StatsError::Collinear { column: name.clone(), with: Vec::new() });
        }
    }
    if used.len() < columns {
        return Err(StatsError::TooFewRows { rows: used.len(), columns });
    }
    let scaled =
        Mat::from_fn(used.len(), columns, |row, column| used[row].0[column] * used[row].1 / norms[column]);
    let factors = scaled.qr();
    let upper = factors.thin_R();
    let upper =
        Matrix::from_fn(columns, |row, column| if row <= column { upper[(row, column)] } else { 0.0 });
    find_collinear(design, &upper)?;

    let orthogonal = factors.compute_thin_Q();
    let projected: Vec<f64> = (0..columns)
        .map(|column| {
            used.iter()
                .enumerate()
                .map(|(row, (_, root, target))| orthogonal[(row, column)] * root * target)
                .sum()
        })
        .collect();
    let mut coefficients = solve_upper(&upper, &projected, columns);
    for (coefficient, norm) in coefficients.iter_mut().zip(&norms) {
        *coefficient /= norm;
    }
    Ok(Solution { coefficients, inverse: inverse(&upper, &norms) })
}

fn find_collinear(design: &Design, upper: &Matrix) -> Result<(), StatsError> {
    for (column, name) in design.names().iter().enumerate() {
        if upper.at(column, column).abs() > SHORTEST {
            continue;
        }
        let right: Vec<f64> = (0..column).map(|row| upper.at(row, column)).collect();
        let parts = solve_upper(upper, &right, column);
        let named = design.names().iter().zip(&parts).filter(|(_, part)| part.abs() > 1e-6);
        return Err(StatsError::Collinear {
            column: name.clone(),
            with: named.map(|(other, _)| other.clone()).collect(),
        });
    }
    Ok(())
}

/// Solves R x = b for the first `size` columns.
fn solve_upper(upper: &Matrix, right: &[f64], size: usize) -> Vec<f64> {
    let mut solution = vec![0.0; size];
    for row in (0..size).rev() {
        let known: f64 = (row + 1..size).map(|column| upper.at(row, column) * solution[column]).sum();
        solution[row] = (right[row] - known) / upper.at(row, row);
    }
    solution
}

fn inverse(upper: &Matrix, norms: &[f64]) -> Matrix {
    let size = norms.len();
    let mut triangle = Matrix::zeros(size);
    for column in 0..size {
        let unit: Vec<f64> = (0..=column).map(|row| if row == column { 1.0 } else { 0.0 }).collect();
        for (row, value) in solve_upper(upper, &unit, column + 1).into_iter().enumerate() {
            triangle.set(row, column, value);
        }
    }
    Matrix::from_fn(size, |row, column| {
        let sum: f64 =
            (row.max(column)..size).map(|inner| triangle.at(row, inner) * triangle.at(column, inner)).sum();
        sum / (norms[row] * norms[column])
    })
}
