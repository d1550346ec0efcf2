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

/// What is assumed of μ before the estimates are seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Centre {
    /// Nothing: every value is as likely as any other.
    Anywhere,
    /// That it is of the order of τ: Cauchy around zero with scale τ/2, so that it is as likely as not to be within half of τ.
    /// It draws the mean of few or unsure estimates towards zero, and lets go of it where they say otherwise.
    NearZero,
}

/// The scale of [`Centre::NearZero`], in units of τ: a choice of ours, which no source gives. Of 1 and ½, it was better calibrated
/// in the simulations of `docs/benchmarks.md`.
const NEAR: f64 = 0.5;

/// Points of the quadrature over τ, and over the scale of μ at each τ.
const POINTS: (u32, u32) = (600, 40);
/// Points whose density is under this share of the highest change nothing that is shown.
const NEGLIGIBLE: f64 = 1e-10;

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
    let shift = Shift::of(pooled(estimates, variance.max(0.0)), 0.0, None);
    let one = |estimate: &Estimate| {
        let (centre, spread) = shrunk(estimate, variance.max(0.0), &shift);
        let deviation = spread.sqrt();
        Posterior { mean: centre, deviation, nil_or_negative: at_most_zero(centre, deviation) }
    };
    Ok(estimates.iter().map(one).collect())
}

/// Returns what each effect most likely is, the uncertainty of μ *and* of τ being taken into account.
///
/// τ has a flat prior (Gelman, *Bayesian Data Analysis*, section 5.4), μ the one of `centre`; a Cauchy prior in units of the
/// spread is that of Jeffreys (1961) and of Zellner and Siow (1980). Both are integrated over numerically, without chance.
/// At least three estimates are needed: with fewer a flat prior of τ has no posterior.
///
/// `common` is the standard error of something that all estimates were compared with, and that their own errors leave
/// out. Data cannot tell it from μ: with [`Centre::Anywhere`] it widens what is known of each effect and moves none, with
/// [`Centre::NearZero`] the mean of the estimates is put down to either as far as each may reach.
pub fn posteriors(estimates: &[Estimate], common: f64, centre: Centre) -> Result<Vec<Posterior>, StatsError> {
    check(estimates, 3)?;
    let mut sums = vec![(0.0, 0.0, 0.0); estimates.len()];
    for Point { variance, shift, weight } in points(estimates, common, centre) {
        for (sum, estimate) in sums.iter_mut().zip(estimates) {
            let (mean, spread) = shrunk(estimate, variance, &shift);
            sum.0 += weight * mean;
            sum.1 += weight * (spread + mean * mean);
            sum.2 += weight * at_most_zero(mean, spread.sqrt());
        }
    }
    let one = |(mean, squares, nil): (f64, f64, f64)| Posterior {
        mean,
        deviation: (squares - mean * mean).max(0.0).sqrt(),
        nil_or_negative: nil.clamp(0.0, 1.0),
    };
    Ok(sums.into_iter().map(one).collect())
}

/// What is known of what all estimates share, μ and the common error, for a given τ and a given scale of μ.
struct Shift {
    /// The mean of their sum.
    mean: f64,
    /// Its variance.
    variance: f64,
    /// The share of the sum that is μ.
    of_effect: f64,
    /// The variance of μ when the sum is known.
    left: f64,
}

impl Shift {
    /// From the pooled mean of the estimates and its precision; `scale` is the variance of μ before, none without limit.
    fn of(pooled: (f64, f64), common: f64, scale: Option<f64>) -> Self {
        let (mean, precision) = pooled;
        let noise = common * common;
        match scale {
            None => Self { mean, variance: 1.0 / precision, of_effect: 1.0, left: noise },
            Some(scale) => {
                let prior = scale + noise;
                let share = precision * prior / (precision * prior + 1.0);
                let of_effect = if prior > 0.0 { scale / prior } else { 1.0 };
                Self { mean: mean * share, variance: share / precision, of_effect, left: of_effect * noise }
            }
        }
    }
}

/// A point of the quadrature.
struct Point {
    /// τ².
    variance: f64,
    shift: Shift,
    /// The probability of being near this point; all add up to one.
    weight: f64,
}

fn points(estimates: &[Estimate], common: f64, centre: Centre) -> Vec<Point> {
    let mut errors: Vec<f64> = estimates.iter().map(|estimate| estimate.error).collect();
    errors.sort_by(f64::total_cmp);
    let (mean, _) = pooled(estimates, 0.0);
    let width = estimates.iter().map(|estimate| (estimate.effect - mean).abs()).fold(0.0, f64::max);
    let scale = errors[errors.len() / 2].max(width / 4.0);
    // From 0 to infinity as `at` runs from 0 to 1.
    let middles = |count: u32| (0..count).map(move |place| (f64::from(place) + 0.5) / f64::from(count));
    let mut points = Vec::new();
    for at in middles(POINTS.0) {
        let deviation = scale * at / (1.0 - at);
        let variance = deviation * deviation;
        let pooled = pooled(estimates, variance);
        let density = log_likelihood(estimates, variance) - 2.0 * (1.0 - at).ln();
        let mut add = |scale: Option<f64>, weight: f64| {
            points.push(Point { variance, shift: Shift::of(pooled, common, scale), weight });
        };
        match centre {
            Centre::Anywhere => add(None, density),
            // Cauchy is normal with a standard deviation of its scale over the size of a normal number.
            Centre::NearZero => {
                for at in middles(POINTS.1) {
                    let size = (1.0 - at) / at;
                    let scale = (NEAR / size).powi(2) * variance;
                    let seen = pooled.1.recip() + scale + common * common;
                    let density = density
                        - 0.5 * (size * size + pooled.0 * pooled.0 / seen + seen.ln())
                        - 2.0 * at.ln();
                    add(Some(scale), density);
                }
            }
        }
    }
    let best = points.iter().map(|point| point.weight).fold(f64::NEG_INFINITY, f64::max);
    for point in &mut points {
        point.weight = (point.weight - best).exp();
    }
    points.retain(|point| point.weight > NEGLIGIBLE);
    let total: f64 = points.iter().map(|point| point.weight).sum();
    for point in &mut points {
        point.weight /= total;
    }
    points
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
fn shrunk(estimate: &Estimate, variance: f64, shift: &Shift) -> (f64, f64) {
    let noise = estimate.error * estimate.error;
    let own = variance / (variance + noise);
    let centre = shift.of_effect * shift.mean + own * (estimate.effect - shift.mean);
    (centre, own * noise + (shift.of_effect - own).powi(2) * shift.variance + shift.left)
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
