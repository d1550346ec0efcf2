//! Distributions: the normal, Student's, and noise that leans to one side.

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};
use statrs::function::gamma::checked_gamma_lr;

/// Returns the probability that a standard normal is at most `z`.
pub fn normal_below(z: f64) -> f64 {
    Normal::standard().cdf(z)
}

/// Returns the value under which a standard normal is with probability `p`, between 0 and 1.
pub fn normal_quantile(p: f64) -> f64 {
    Normal::standard().inverse_cdf(p.clamp(0.0, 1.0))
}

/// Returns the value under which Student's t is with probability `p`; the normal's for degrees of freedom that are not.
pub fn student_quantile(p: f64, freedom: f64) -> f64 {
    match StudentsT::new(0.0, 1.0, freedom) {
        Ok(distribution) if freedom < 1e6 => distribution.inverse_cdf(p.clamp(0.0, 1.0)),
        _ => normal_quantile(p),
    }
}

/// Noise with mean 0 that may lean: a shifted gamma (Pearson III), which is the normal when skewness is 0.
///
/// A sum of many spendings with a long tail is nearer to it than to a normal: it keeps the third moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Noise {
    /// The standard deviation, not negative.
    pub deviation: f64,
    /// The third standardised moment; positive when the long tail is on the right.
    pub skewness: f64,
}

/// Under this skewness the exact gamma brings nothing that its cube root does not (error under 3e-6).
const SLIGHT: f64 = 0.05;

impl Noise {
    /// Returns the probability that the noise is at most `value`.
    pub fn below(&self, value: f64) -> f64 {
        if self.deviation <= 0.0 {
            return if value >= 0.0 { 1.0 } else { 0.0 };
        }
        let z = value / self.deviation;
        if self.skewness < 0.0 {
            1.0 - right_leaning(-z, -self.skewness)
        } else {
            right_leaning(z, self.skewness)
        }
    }

    /// Returns the value under which the noise is with probability `p`, between 0 and 1.
    pub fn quantile(&self, p: f64) -> f64 {
        let p = p.clamp(1e-12, 1.0 - 1e-12);
        let (mut low, mut high) = (-60.0 * self.deviation, 60.0 * self.deviation);
        for _ in 0..200 {
            let middle = f64::midpoint(low, high);
            if middle <= low || middle >= high {
                break;
            }
            if self.below(middle) < p {
                low = middle;
            } else {
                high = middle;
            }
        }
        f64::midpoint(low, high)
    }
}

fn right_leaning(z: f64, skewness: f64) -> f64 {
    if skewness < 1e-6 {
        return normal_below(z);
    }
    let shape = 4.0 / (skewness * skewness);
    let point = shape + z * shape.sqrt();
    if point <= 0.0 {
        return 0.0;
    }
    if skewness >= SLIGHT
        && let Ok(below) = checked_gamma_lr(shape, point)
    {
        return below.clamp(0.0, 1.0);
    }
    // Wilson and Hilferty: the cube root of a gamma is almost normal.
    let centre = 1.0 - 1.0 / (9.0 * shape);
    normal_below(((point / shape).cbrt() - centre) * (9.0 * shape).sqrt())
}
