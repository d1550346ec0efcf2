//! What teams spent against what was expected of them, and how sure the difference is.

use std::collections::BTreeMap;

use exact::Rational;
use population::release::FEWEST_SHOWN;
use stats::bayes::{Centre, Estimate, Method as SpreadMethod, Spread, posteriors, spread};
use stats::{Family, Noise, normal_quantile};

use crate::fit::{Fitted, Inner, check, row};
use crate::model::Reference;
use crate::moments::{Moments, yearly};
use crate::{CellRow, ExpectedError, Release, Sums};

/// Where the noise of a team's mean is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NoiseFrom {
    /// From everybody alike, with its lean: steady for small lists and long tails.
    #[default]
    Pooled,
    /// From the team's own patients around the means of those alike, without lean.
    Own,
}

/// The results of all teams.
#[derive(Debug, Clone, PartialEq)]
pub struct TeamResults {
    /// One for each team, in the order of their names.
    pub teams: Vec<TeamResult>,
    /// Teams that cannot be compared, with the patients that could be placed: too few of them to be shown.
    pub too_small: Vec<String>,
    /// How true effects vary between teams; none with fewer than two.
    pub spread: Option<Spread>,
}

/// One team.
#[derive(Debug, Clone, PartialEq)]
pub struct TeamResult {
    /// The team.
    pub team: String,
    /// Patients that were compared.
    pub patients: i128,
    /// Patients that could not be: a value is missing, or nobody alike was ever seen.
    pub not_placed: i128,
    /// Patient-years that were compared, exactly.
    pub years: Rational,
    /// Spending per patient-year, exactly.
    pub observed: Rational,
    /// Expected spending per patient-year, exactly, from the released table.
    pub expected: Rational,
    /// Expected less observed: positive when the team spent less. Exact.
    pub gain: Rational,
    /// The standard error of the gain: chance between patients, and what is not known of the coefficients.
    pub error: f64,
    /// The part of the error that comes from the coefficients alone.
    pub error_of_expected: f64,
    /// The lower end of the interval that holds the true effect 95 times in 100.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// First number about luck: how often a team without any effect would show such a gain or more.
    pub chance: f64,
    /// Second number: the probability that the true effect is nil or negative, given the gains of all teams.
    /// None with fewer than three teams.
    pub nil_or_negative: Option<f64>,
    /// The most likely effect given the gains of all teams; none with fewer than three.
    pub likely: Option<f64>,
}

/// Patients of a cell that stand in for what is not known of its own spread.
const BORROWED: f64 = 10.0;
/// No team is surer than this of its luck, so that its normal score stays finite.
const SUREST: f64 = 1e-9;
/// The least share of the variance of a gain that is the team's own.
const LEAST_OWN: f64 = 1e-3;
/// The least share of its own noise that the gain of a team must show: one that is nearly alone among those alike is compared
/// with itself, and a small error would say that it is sure of what it cannot know.
const LEAST_SHOWN: f64 = 0.05;

/// Compares teams with what a released table expects of them.
///
/// `cells` are those of the year that is paid, with their teams; `fitted` gives the spread of spending among patients
/// alike and the uncertainty of the coefficients, `release` the exact amounts, `year` what a whole year of exposure is in
/// these cells: a year of 366 days may be compared with amounts of one of 365.
pub fn teams(
    fitted: &Fitted,
    release: &Release,
    cells: &[CellRow],
    year: i64,
    noise_from: NoiseFrom,
) -> Result<TeamResults, ExpectedError> {
    let spreads = Spreads::of(fitted);
    let mut predictor = release.predictor();
    let mut tallies: BTreeMap<&str, Tally> = BTreeMap::new();
    for cell in cells {
        check(&fitted.model, cell)?;
        let Some(team) = &cell.team else { continue };
        let tally = tallies.entry(team).or_insert_with(|| Tally::new(fitted, year));
        match predictor.predict(&cell.levels) {
            Some(amount) => tally.add(fitted, &spreads, cell, &amount, noise_from)?,
            None => tally.not_placed += cell.sums.patients,
        }
    }
    let (mut teams, mut too_small) = (Vec::new(), Vec::new());
    let (mut shared, mut compared) = (Weights::none(fitted), 0.0);
    for (team, tally) in tallies {
        let is_shown = tally.sums.patients >= i128::from(FEWEST_SHOWN);
        match tally.result(fitted, release, team).filter(|_| is_shown) {
            Some(result) => {
                shared.add(&tally.weights, 1.0 / result.years.approximate());
                compared += 1.0;
                teams.push(result);
            }
            None => too_small.push(team.to_owned()),
        }
    }
    // What is not known of the coefficients moves all teams together: no number of teams averages it out. It is as large as
    // the error of what is expected of teams on average.
    let common = shared.variance(fitted).sqrt() * release.factor.approximate() / f64::max(compared, 1.0);
    let estimates: Vec<Estimate> = teams.iter().map(|team| estimate(team, common)).collect();
    if let Ok(posteriors) = posteriors(&estimates, common, Centre::NearZero) {
        for (team, posterior) in teams.iter_mut().zip(posteriors) {
            team.nil_or_negative = Some(posterior.nil_or_negative);
            team.likely = Some(posterior.mean);
        }
    }
    let spread = spread(&estimates, SpreadMethod::PauleMandel).ok();
    Ok(TeamResults { teams, too_small, spread })
}

/// Returns the gain as if its noise did not lean (the normal score of the first number about luck), with its own error.
fn estimate(team: &TeamResult, common: f64) -> Estimate {
    let chance = team.chance.clamp(SUREST, 1.0 - SUREST);
    let (all, of_expected) = (team.error * team.error, team.error_of_expected.min(common));
    let own = (all - of_expected * of_expected).max(all * LEAST_OWN);
    Estimate { effect: team.error * normal_quantile(1.0 - chance), error: own.sqrt() }
}

/// Variance and third moment per patient-year of patients alike, from everybody.
struct Spreads {
    cells: BTreeMap<Vec<String>, (f64, f64)>,
    /// Variance over squared mean, and third moment over variance to the power 1.5, of everybody.
    overall: (f64, f64),
}

impl Spreads {
    fn of(fitted: &Fitted) -> Self {
        let (mut squares, mut scale, mut third) = (0.0, 0.0, 0.0);
        for group in fitted.groups.values() {
            let Moments { patients, years, mean, .. } = group.moments;
            squares += group.moments.within;
            scale += mean * mean * years * (1.0 - 1.0 / patients.max(1.0));
            third += group.moments.third;
        }
        let years: f64 = fitted.groups.values().map(|group| group.moments.years).sum();
        let relative = if scale > 0.0 { squares / scale } else { 0.0 };
        let lean = if squares > 0.0 { third / years / (squares / years).powf(1.5) } else { 0.0 };
        let overall = (relative, lean);
        let cell = |group: &crate::fit::Group| {
            let Moments { patients, years, mean, within, third, .. } = group.moments;
            let borrowed = BORROWED * years / patients * relative * mean * mean;
            let variance = (within + borrowed) / (years * (patients - 1.0 + BORROWED) / patients);
            (variance, if patients > BORROWED { third / years } else { lean * variance.powf(1.5) })
        };
        let cells = fitted.groups.iter().map(|(levels, group)| (levels.clone(), cell(group))).collect();
        Self { cells, overall }
    }

    /// Returns variance and third moment per patient-year of some levels.
    fn at(&self, levels: &[String], mean: f64) -> (f64, f64) {
        self.cells.get(levels).copied().unwrap_or_else(|| {
            let variance = self.overall.0 * mean * mean;
            (variance, self.overall.1 * variance.powf(1.5))
        })
    }
}

/// The sums of a team while its cells go by.
struct Tally {
    /// What a whole year of exposure is.
    year: i64,
    sums: Sums,
    not_placed: i128,
    /// Σ exposure × amount, in the unit of exposure.
    expected: Rational,
    variance: f64,
    third: f64,
    weights: Weights,
    /// For regressions: Σ of x × score × variance, how the coefficients moved with the team's own patients.
    own: Vec<f64>,
    /// For means: the variance of the team's own patients by pool.
    own_pools: BTreeMap<Vec<String>, f64>,
}

/// How an expected total hangs on what was fitted.
struct Weights {
    /// For regressions: how it moves with each coefficient.
    slope: Vec<f64>,
    /// For means: years by pool.
    pools: BTreeMap<Vec<String>, f64>,
}

impl Weights {
    fn none(fitted: &Fitted) -> Self {
        let size = match &fitted.inner {
            Inner::Means { .. } => 0,
            Inner::Regression { terms, .. } => terms.len(),
        };
        Self { slope: vec![0.0; size], pools: BTreeMap::new() }
    }

    /// Adds so many times another total.
    fn add(&mut self, other: &Self, times: f64) {
        for (sum, slope) in self.slope.iter_mut().zip(&other.slope) {
            *sum += slope * times;
        }
        for (pool, years) in &other.pools {
            *self.pools.entry(pool.clone()).or_insert(0.0) += years * times;
        }
    }

    /// Returns the variance of the total that comes from what was fitted.
    fn variance(&self, fitted: &Fitted) -> f64 {
        let variance = match &fitted.inner {
            Inner::Regression { covariance, .. } => covariance.along(&self.slope),
            Inner::Means { pools, .. } => {
                let of_pool = |(pool, years): (&Vec<String>, &f64)| {
                    let moments = Moments::of(pools.get(pool)?, fitted.year).ok()?;
                    Some((years / moments.years).powi(2) * moments.within)
                };
                self.pools.iter().filter_map(of_pool).sum()
            }
        };
        variance.max(0.0)
    }
}

impl Tally {
    fn new(fitted: &Fitted, year: i64) -> Self {
        let weights = Weights::none(fitted);
        Self {
            year,
            sums: Sums::default(),
            not_placed: 0,
            expected: Rational::default(),
            variance: 0.0,
            third: 0.0,
            own: vec![0.0; weights.slope.len()],
            own_pools: BTreeMap::new(),
            weights,
        }
    }

    fn add(
        &mut self,
        fitted: &Fitted,
        spreads: &Spreads,
        cell: &CellRow,
        amount: &Rational,
        noise_from: NoiseFrom,
    ) -> Result<(), ExpectedError> {
        self.sums = self.sums.plus(&cell.sums)?;
        self.expected += &(amount * &Rational::from(cell.sums.exposure));
        let years =
            Rational::from(cell.sums.exposure).approximate() / Rational::from(self.year).approximate();
        let (per_year, third_per_year) = spreads.at(&cell.levels, amount.approximate());
        let (variance, third) = match noise_from {
            NoiseFrom::Pooled => (per_year * years, third_per_year * years),
            NoiseFrom::Own => {
                let moments = Moments::of(&cell.sums, self.year)?;
                let around = fitted.groups.get(&cell.levels).map_or(moments.mean, |group| group.moments.mean);
                (moments.cell().squares_around(around), 0.0)
            }
        };
        self.variance += variance;
        self.third += third;
        match &fitted.inner {
            Inner::Means { kept, .. } => {
                let count = kept.get(&cell.levels).copied().unwrap_or(0);
                let pool: Vec<String> = cell.levels.iter().take(count).cloned().collect();
                *self.own_pools.entry(pool.clone()).or_insert(0.0) += variance;
                *self.weights.pools.entry(pool).or_insert(0.0) += years;
            }
            Inner::Regression { family, terms, .. } => {
                let mean = fitted.mean(&cell.levels).unwrap_or(0.0);
                let by_coefficient = if *family == Family::Normal { 1.0 } else { mean };
                let score = if *family == Family::Gamma && mean > 0.0 { 1.0 / mean } else { 1.0 };
                for (place, value) in row(terms, &cell.levels).into_iter().enumerate() {
                    self.weights.slope[place] += value * by_coefficient * years;
                    self.own[place] += value * score * variance;
                }
            }
        }
        Ok(())
    }

    /// Returns the covariance of the expected total with the team's own spending.
    fn shared_with_expected(&self, fitted: &Fitted) -> f64 {
        if fitted.model.who.reference != Reference::Everybody {
            return 0.0;
        }
        match &fitted.inner {
            Inner::Regression { inverse, .. } => {
                let moved = inverse.times(&self.own);
                self.weights.slope.iter().zip(moved).map(|(slope, moved)| slope * moved).sum()
            }
            Inner::Means { pools, .. } => {
                let of_pool = |(pool, own): (&Vec<String>, &f64)| {
                    let moments = Moments::of(pools.get(pool)?, fitted.year).ok()?;
                    Some(self.weights.pools.get(pool)? / moments.years * own)
                };
                self.own_pools.iter().filter_map(of_pool).sum()
            }
        }
    }

    fn result(&self, fitted: &Fitted, release: &Release, team: &str) -> Option<TeamResult> {
        let years_exact = Rational::from(self.sums.exposure).checked_div(&Rational::from(self.year))?;
        let years = years_exact.approximate();
        let observed = yearly(&self.sums, self.year)?;
        let expected = self.expected.checked_div(&Rational::from(self.sums.exposure))?;
        let gain = &expected - &observed;
        let (of_expected, shared) = (self.weights.variance(fitted), self.shared_with_expected(fitted));
        // Coefficients carried by a trend move with it.
        let factor = release.factor.approximate();
        let of_expected = of_expected * factor * factor;
        let seen = self.variance + of_expected - 2.0 * factor * shared;
        let variance =
            if seen < LEAST_SHOWN * self.variance { self.variance + of_expected } else { seen.max(0.0) };
        let error = variance.sqrt() / years;
        // Spending leans to the right, so that gains lean to the left.
        let skewness = if variance > 0.0 { -self.third / variance.powf(1.5) } else { 0.0 };
        let noise = Noise { deviation: error, skewness };
        let found = gain.approximate();
        Some(TeamResult {
            team: team.to_owned(),
            patients: self.sums.patients,
            not_placed: self.not_placed,
            years: years_exact,
            observed,
            expected,
            gain,
            error,
            error_of_expected: of_expected.sqrt() / years,
            low: found - noise.quantile(0.975),
            high: found - noise.quantile(0.025),
            chance: 1.0 - noise.below(found),
            nil_or_negative: None,
            likely: None,
        })
    }
}
