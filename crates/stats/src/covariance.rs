//! How sure coefficients are.

use std::collections::BTreeMap;

use crate::{Fit, StatsError};

/// A square matrix.
#[derive(Debug, Clone, PartialEq)]
pub struct Matrix {
    size: usize,
    values: Vec<f64>,
}

/// Which variance of coefficients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Covariance<'a> {
    /// As if the family were right.
    Model,
    /// Robust to unequal variance, without correction.
    Hc0,
    /// The same times units / (units − columns).
    Hc1,
    /// Robust to anything shared inside a cluster, without correction; one cluster number for each row.
    Cr0(&'a [usize]),
    /// The same times G / (G − 1) × (units − 1) / (units − columns), for G clusters.
    Cr1(&'a [usize]),
}

impl Matrix {
    pub(crate) fn zeros(size: usize) -> Self {
        Self { size, values: vec![0.0; size * size] }
    }

    pub(crate) fn from_fn(size: usize, value: impl Fn(usize, usize) -> f64) -> Self {
        let values = (0..size * size).map(|place| value(place / size, place % size)).collect();
        Self { size, values }
    }

    /// Returns how many rows and columns there are.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Returns the value in a row and a column, from 0; 0 outside the matrix.
    pub fn at(&self, row: usize, column: usize) -> f64 {
        if column >= self.size {
            return 0.0;
        }
        self.values.get(row * self.size + column).copied().unwrap_or(0.0)
    }

    pub(crate) fn set(&mut self, row: usize, column: usize, value: f64) {
        self.values[row * self.size + column] = value;
    }

    /// Adds `weight` × v v'.
    fn add_square(&mut self, vector: &[f64], weight: f64) {
        for (row, left) in vector.iter().enumerate().filter(|(_, value)| **value != 0.0) {
            let slots = self.values[row * self.size..(row + 1) * self.size].iter_mut();
            for (slot, right) in slots.zip(vector) {
                *slot += weight * left * right;
            }
        }
    }

    /// Returns M v.
    pub fn times(&self, vector: &[f64]) -> Vec<f64> {
        self.values
            .chunks_exact(self.size.max(1))
            .map(|row| row.iter().zip(vector).map(|(left, right)| left * right).sum())
            .collect()
    }

    /// Returns v' M v: the variance of a weighted sum of coefficients.
    pub fn along(&self, vector: &[f64]) -> f64 {
        self.times(vector).iter().zip(vector).map(|(left, right)| left * right).sum()
    }

    /// Returns the square roots of the diagonal: standard errors.
    pub fn roots(&self) -> Vec<f64> {
        (0..self.size).map(|place| self.at(place, place).max(0.0).sqrt()).collect()
    }

    fn scaled(&self, factor: f64) -> Self {
        Self { size: self.size, values: self.values.iter().map(|value| value * factor).collect() }
    }

    fn product(&self, other: &Self) -> Self {
        let mut product = Self::zeros(self.size);
        for row in 0..self.size {
            for inner in 0..self.size {
                let factor = self.at(row, inner);
                for column in 0..self.size {
                    let slot = row * self.size + column;
                    product.values[slot] += factor * other.values[inner * self.size + column];
                }
            }
        }
        product
    }
}

impl Fit<'_> {
    /// Returns the covariance of the coefficients.
    pub fn covariance(&self, kind: Covariance<'_>) -> Result<Matrix, StatsError> {
        match kind {
            Covariance::Model => Ok(self.inverse.scaled(self.dispersion()?)),
            Covariance::Hc0 => Ok(self.between(&self.unit_scores())),
            Covariance::Hc1 => Ok(self.between(&self.unit_scores()).scaled(self.units / self.freedom()?)),
            Covariance::Cr0(clusters) => Ok(self.between(&self.cluster_scores(clusters)?.0)),
            Covariance::Cr1(clusters) => {
                let (scores, count) = self.cluster_scores(clusters)?;
                let count = count as f64;
                let factor = count / (count - 1.0) * (self.units - 1.0) / self.freedom()?;
                Ok(self.between(&scores).scaled(factor))
            }
        }
    }

    fn between(&self, scores: &Matrix) -> Matrix {
        self.inverse.product(scores).product(&self.inverse)
    }

    /// Σ over units of score × score'.
    fn unit_scores(&self) -> Matrix {
        let mut scores = Matrix::zeros(self.coefficients.len());
        for ((row, cell), mean) in self.design.iter().zip(self.cells).zip(&self.fitted) {
            let factor = self.score_factor(*mean);
            scores.add_square(row, cell.squares_around(*mean) * factor * factor);
        }
        scores
    }

    /// Σ over clusters of score × score', and how many clusters there are.
    fn cluster_scores(&self, clusters: &[usize]) -> Result<(Matrix, usize), StatsError> {
        if clusters.len() != self.cells.len() {
            return Err(StatsError::Shape {
                what: "cluster numbers",
                given: clusters.len(),
                needed: self.cells.len(),
            });
        }
        let size = self.coefficients.len();
        let mut sums: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        let rows = self.design.iter().zip(self.cells).zip(&self.fitted).zip(clusters);
        for (((row, cell), mean), cluster) in rows.filter(|(((_, cell), _), _)| cell.exposure > 0.0) {
            let score = cell.residual(*mean) * self.score_factor(*mean);
            let sum = sums.entry(*cluster).or_insert_with(|| vec![0.0; size]);
            for (slot, value) in sum.iter_mut().zip(row) {
                *slot += value * score;
            }
        }
        if sums.len() < 2 {
            return Err(StatsError::TooFew { what: "clusters", given: sums.len(), needed: 2 });
        }
        let mut scores = Matrix::zeros(size);
        for sum in sums.values() {
            scores.add_square(sum, 1.0);
        }
        Ok((scores, sums.len()))
    }
}
