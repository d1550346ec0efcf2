//! Many estimates of the same kind, each with its own noise: how much they truly differ, and what each most likely is.
//!
//! The model is normal in two steps: true effects are normal with mean μ and standard deviation τ, and each estimate is
//! normal around its true effect with a known standard error.

use crate::{StatsError, normal_below};

/// An estimated effect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The effect.
    pub effect: f64,
    /// Its standard error, positive.
    pub error: f64,
}

/// How true effects vary.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// τ², the variance of true effects.
    pub variance: f64,
    /// μ, their mean.
    pub mean: f64,
    /// The standard error of the mean.
    pub mean_error: f64,
}

/// What an effect most likely is, all estimates known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Posterior {
    /// The mean.
    pub mean: f64,
    /// The standard deviation.
    pub deviation: f64,
    /// The probability that the true effect is zero or less.
    pub nil_or_negative: f64,
}

/// How τ² is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// The method of `DerSimonian` and Laird (1986): one step of moments.
    DerSimonianLaird,
    /// Paule and Mandel (1982): the τ² at which the weighted squares equal their expectation.
    PauleMandel,
}

/// Points of the quadrature over τ.
const POINTS: u32 = 600;

/// Estimates how much true effects vary.
pub fn spread(estimates: &[Estimate], method: Method) -> Result<Spread, StatsError> {
    check(estimates, 2)?;
    let variance = match method {
        Method::DerSimonianLaird => der_simonian_laird(estimates),
        Method::PauleMandel => paule_mandel(estimates),
    };
    let (mean, precision) = pooled(estimates, variance);
    Ok(Spread { variance, mean, mean_error: precision.sqrt().recip() })
}

/// Returns what each effect most likely is, for a given τ², the uncertainty of the mean being taken into account.
pub fn posteriors_at(estimates: &[Estimate], variance: f64) -> Result<Vec<Posterior>, StatsError> {
    check(estimates, 1)?;
    let (mean, precision) = pooled(estimates, variance.max(0.0));
    let one = |estimate: &Estimate| {
        let (centre, spread) = shrunk(estimate, variance.max(0.0), mean, precision);
        let deviation = spread.sqrt();
        Posterior { mean: centre, deviation, nil_or_negative: at_most_zero(centre, deviation) }
    };
    Ok(estimates.iter().map(one).collect())
}

/// Returns what each effect most likely is, the uncertainty of μ *and* of τ being taken into account.
///
/// Both have flat priors (Gelman, *Bayesian Data Analysis*, section 5.4); τ is integrated over numerically, without chance.
/// At least three estimates are needed: with fewer a flat prior of τ has no posterior.
///
/// `common` is the standard error of something that all estimates were compared with, and that their own errors leave
/// out. Data cannot tell it from μ, so that it widens what is known of each effect and is not drawn to anything.
pub fn posteriors(estimates: &[Estimate], common: f64) -> Result<Vec<Posterior>, StatsError> {
    check(estimates, 3)?;
    let mut errors: Vec<f64> = estimates.iter().map(|estimate| estimate.error).collect();
    errors.sort_by(f64::total_cmp);
    let (mean, _) = pooled(estimates, 0.0);
    let width = estimates.iter().map(|estimate| (estimate.effect - mean).abs()).fold(0.0, f64::max);
    let scale = errors[errors.len() / 2].max(width / 4.0);
    let points: Vec<(f64, f64)> = (0..POINTS)
        .map(|point| {
            // τ runs from 0 to infinity as the point runs from 0 to 1.
            let at = (f64::from(point) + 0.5) / f64::from(POINTS);
            let deviation = scale * at / (1.0 - at);
            (deviation * deviation, log_likelihood(estimates, deviation * deviation) - 2.0 * (1.0 - at).ln())
        })
        .collect();
    let best = points.iter().map(|(_, density)| *density).fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = points.iter().map(|(_, density)| (density - best).exp()).sum();

    let mut sums = vec![(0.0, 0.0, 0.0); estimates.len()];
    for (variance, density) in points {
        let weight = (density - best).exp() / total;
        let (mean, precision) = pooled(estimates, variance);
        for (sum, estimate) in sums.iter_mut().zip(estimates) {
            let (centre, spread) = shrunk(estimate, variance, mean, precision);
            let spread = spread + common * common;
            sum.0 += weight * centre;
            sum.1 += weight * (spread + centre * centre);
            sum.2 += weight * at_most_zero(centre, spread.sqrt());
        }
    }
    let one = |(mean, squares, nil): (f64, f64, f64)| Posterior {
        mean,
        deviation: (squares - mean * mean).max(0.0).sqrt(),
        nil_or_negative: nil.clamp(0.0, 1.0),
    };
    Ok(sums.into_iter().map(one).collect())
}

fn check(estimates: &[Estimate], needed: usize) -> Result<(), StatsError> {
    if estimates.len() < needed {
        return Err(StatsError::TooFew { what: "estimates", given: estimates.len(), needed });
    }
    for (row, estimate) in estimates.iter().enumerate() {
        if !estimate.effect.is_finite() || !estimate.error.is_finite() {
            return Err(StatsError::NotFinite { row });
        }
        if estimate.error <= 0.0 {
            return Err(StatsError::NegativeWeight { row });
        }
    }
    Ok(())
}

/// Returns the mean for a given τ², and its precision.
fn pooled(estimates: &[Estimate], variance: f64) -> (f64, f64) {
    let (mut sum, mut precision) = (0.0, 0.0);
    for estimate in estimates {
        let weight = 1.0 / (estimate.error * estimate.error + variance);
        sum += weight * estimate.effect;
        precision += weight;
    }
    (sum / precision, precision)
}

/// Returns mean and variance of one effect for a given τ².
fn shrunk(estimate: &Estimate, variance: f64, mean: f64, precision: f64) -> (f64, f64) {
    let noise = estimate.error * estimate.error;
    let share = variance / (variance + noise);
    let centre = mean + share * (estimate.effect - mean);
    (centre, share * noise + (1.0 - share).powi(2) / precision)
}

fn at_most_zero(mean: f64, deviation: f64) -> f64 {
    if deviation > 0.0 {
        normal_below(-mean / deviation)
    } else if mean <= 0.0 {
        1.0
    } else {
        0.0
    }
}

/// The logarithm of the likelihood of τ², μ integrated out.
fn log_likelihood(estimates: &[Estimate], variance: f64) -> f64 {
    let (mean, precision) = pooled(estimates, variance);
    let each = estimates.iter().map(|estimate| {
        let total = estimate.error * estimate.error + variance;
        -0.5 * (total.ln() + (estimate.effect - mean).powi(2) / total)
    });
    each.sum::<f64>() - 0.5 * precision.ln()
}

fn squares(estimates: &[Estimate], variance: f64) -> f64 {
    let (mean, _) = pooled(estimates, variance);
    let each = estimates.iter();
    each.map(|estimate| (estimate.effect - mean).powi(2) / (estimate.error * estimate.error + variance)).sum()
}

fn der_simonian_laird(estimates: &[Estimate]) -> f64 {
    let (mut first, mut second) = (0.0, 0.0);
    for estimate in estimates {
        let weight = 1.0 / (estimate.error * estimate.error);
        first += weight;
        second += weight * weight;
    }
    let freedom = (estimates.len() - 1) as f64;
    ((squares(estimates, 0.0) - freedom) / (first - second / first)).max(0.0)
}

fn paule_mandel(estimates: &[Estimate]) -> f64 {
    let freedom = (estimates.len() - 1) as f64;
    if squares(estimates, 0.0) <= freedom {
        return 0.0;
    }
    let mut high = 1.0;
    while squares(estimates, high) > freedom && high < 1e300 {
        high *= 2.0;
    }
    let mut low = 0.0;
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if squares(estimates, middle) > freedom {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}
