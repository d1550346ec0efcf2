//! Sums over the units that share a row of the design.

/// The sums of one cell, centred on its own mean so that floats lose nothing.
///
/// A unit `i` has an exposure `e_i` (1 when all count the same) and an outcome `y_i` over that exposure. Its rate
/// `y_i / e_i` is modelled with the weight `e_i`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    /// How many units.
    pub count: f64,
    /// Σ e.
    pub exposure: f64,
    /// Σ e².
    pub exposure_squares: f64,
    /// The mean rate, Σ y / Σ e; 0 without exposure.
    pub mean: f64,
    /// Σ (y − e × mean)².
    pub within: f64,
    /// Σ e × (y − e × mean); 0 when all exposures are equal.
    pub slip: f64,
}

impl Cell {
    /// Returns the cell of units that all have exposure 1, from their number, sum and sum of squares.
    pub fn of_units(count: f64, sum: f64, squares: f64) -> Self {
        Self::of_exposed(count, count, count, sum, sum, squares)
    }

    /// Returns the cell of `n` units from Σ e, Σ e², Σ y, Σ e y and Σ y².
    ///
    /// Exact integers of any size are better centred before they become floats: then fill the fields.
    pub fn of_exposed(
        count: f64,
        exposure: f64,
        exposure_squares: f64,
        sum: f64,
        cross: f64,
        squares: f64,
    ) -> Self {
        let mean = if exposure > 0.0 { sum / exposure } else { 0.0 };
        let within = squares - mean * (2.0 * cross - mean * exposure_squares);
        let slip = cross - mean * exposure_squares;
        Self { count, exposure, exposure_squares, mean, within: within.max(0.0), slip }
    }

    /// Returns Σ (y − e × rate)², for any rate.
    pub fn squares_around(&self, rate: f64) -> f64 {
        let gap = rate - self.mean;
        (self.within - 2.0 * gap * self.slip + gap * gap * self.exposure_squares).max(0.0)
    }

    /// Returns Σ (y − e × rate), for any rate.
    pub fn residual(&self, rate: f64) -> f64 {
        self.exposure * (self.mean - rate)
    }

    pub(crate) fn numbers(&self) -> [f64; 6] {
        [self.count, self.exposure, self.exposure_squares, self.mean, self.within, self.slip]
    }
}
