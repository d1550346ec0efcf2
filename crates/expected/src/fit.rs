//! The fit of a model on cells.

use std::collections::{BTreeMap, BTreeSet};

use exact::{Rational, RoundingMode};
use stats::{Cell, Covariance, Design, Family, Matrix};

use crate::model::{Covariate, Levels, Method, Model, Reference};
use crate::moments::{Moments, yearly};
use crate::{CellRow, ExpectedError, Release, ReleasedRow, Sums};

/// A covariate by place, and one of its levels.
pub(crate) type Term = Vec<(usize, String)>;

/// A fitted model: what a release and a comparison are made from.
#[derive(Debug, Clone)]
pub struct Fitted {
    pub(crate) model: Model,
    pub(crate) year: i64,
    /// Everybody the model was fitted on, by levels.
    pub(crate) groups: BTreeMap<Vec<String>, Group>,
    pub(crate) inner: Inner,
    /// Patients left out because a value is missing.
    pub left_out: i128,
    /// Patients the model was fitted on.
    pub patients: i128,
    /// The share of the variance of spending between patients that the model explains.
    pub r_squared: Option<f64>,
    /// How many times least squares were solved; 0 for cell means.
    pub iterations: usize,
}

#[derive(Debug, Clone)]
pub(crate) struct Group {
    pub(crate) sums: Sums,
    pub(crate) moments: Moments,
}

#[derive(Debug, Clone)]
pub(crate) enum Inner {
    /// For each group, how many of its levels were kept to find enough patients.
    Means { kept: BTreeMap<Vec<String>, usize>, pools: BTreeMap<Vec<String>, Sums> },
    Regression {
        family: Family,
        terms: Vec<Term>,
        coefficients: Vec<f64>,
        covariance: Matrix,
        inverse: Matrix,
    },
}

/// Fits a model on cells. `year` is the exposure of a whole year ([`crate::query::year_length`]).
///
/// Cells with a missing level are left out and counted; the cells of teams count or not as the model says.
pub fn fit(model: &Model, cells: &[CellRow], year: i64) -> Result<Fitted, ExpectedError> {
    if year < 1 {
        return Err(ExpectedError::NoYear);
    }
    let mut sums: BTreeMap<Vec<String>, Sums> = BTreeMap::new();
    let (mut left_out, mut patients) = (0, 0);
    for cell in cells {
        check(model, cell)?;
        if model.who.reference == Reference::OutsideTeams && cell.team.is_some() {
            continue;
        }
        if cell.levels.iter().any(String::is_empty) {
            left_out += cell.sums.patients;
            continue;
        }
        patients += cell.sums.patients;
        let group = sums.entry(cell.levels.clone()).or_default();
        *group = group.plus(&cell.sums)?;
    }
    let mut groups = BTreeMap::new();
    for (levels, sums) in sums.into_iter().filter(|(_, sums)| sums.exposure > 0) {
        groups.insert(levels, Group { moments: Moments::of(&sums, year)?, sums });
    }
    if groups.is_empty() {
        return Err(ExpectedError::Nobody);
    }
    let (inner, r_squared, iterations) = match model.method {
        Method::CellMeans => means(model, &groups, year)?,
        Method::LeastSquares => regression(model, &groups, Family::Normal)?,
        Method::Poisson => regression(model, &groups, Family::Poisson)?,
        Method::Gamma => regression(model, &groups, Family::Gamma)?,
    };
    Ok(Fitted { model: model.clone(), year, groups, inner, left_out, patients, r_squared, iterations })
}

pub(crate) fn check(model: &Model, cell: &CellRow) -> Result<(), ExpectedError> {
    if cell.levels.len() != model.covariates.len() {
        return Err(ExpectedError::Levels { given: cell.levels.len(), needed: model.covariates.len() });
    }
    for (covariate, level) in model.covariates.iter().zip(&cell.levels) {
        let known = covariate.known_levels();
        if !level.is_empty() && !known.is_empty() && !known.contains(level) {
            return Err(ExpectedError::UnknownLevel {
                covariate: covariate.name.clone(),
                level: level.clone(),
            });
        }
    }
    if cell.sums.is_possible() { Ok(()) } else { Err(ExpectedError::Sums { levels: cell.levels.clone() }) }
}

/// The reference of a covariate whose levels are found: the level that most patients have.
const LARGEST: &str = "*";

type Estimated = (Inner, Option<f64>, usize);

/// Means of cells; a cell of few patients takes the mean of all who share its first levels.
fn means(
    model: &Model,
    groups: &BTreeMap<Vec<String>, Group>,
    year: i64,
) -> Result<Estimated, ExpectedError> {
    let mut pools: BTreeMap<Vec<String>, Sums> = BTreeMap::new();
    for (levels, group) in groups {
        for kept in 0..=levels.len() {
            let pool = pools.entry(levels.iter().take(kept).cloned().collect()).or_default();
            *pool = pool.plus(&group.sums)?;
        }
    }
    let enough = |levels: &[String]| {
        pools.get(levels).is_some_and(|pool| pool.patients >= i128::from(model.fewest_patients))
    };
    let mut kept = BTreeMap::new();
    let (mut residual, mut total) = (0.0, 0.0);
    let everybody =
        pools.get(&Vec::new()).and_then(|pool| yearly(pool, year)).unwrap_or_default().approximate();
    for (levels, group) in groups {
        let long_enough =
            (0..=levels.len()).rev().find(|count| enough(levels.get(..*count).unwrap_or_default()));
        let count = long_enough.unwrap_or(0);
        let pool = pools.get(levels.get(..count).unwrap_or_default());
        let mean = pool.and_then(|pool| yearly(pool, year)).unwrap_or_default().approximate();
        residual += group.moments.cell().squares_around(mean);
        total += group.moments.cell().squares_around(everybody);
        kept.insert(levels.clone(), count);
    }
    let r_squared = (total > 0.0).then(|| 1.0 - residual / total);
    Ok((Inner::Means { kept, pools }, r_squared, 0))
}

fn regression(
    model: &Model,
    groups: &BTreeMap<Vec<String>, Group>,
    family: Family,
) -> Result<Estimated, ExpectedError> {
    let terms = terms(model, groups)?;
    let mut design = Design::new(terms.iter().map(|term| term_name(model, term)).collect());
    let mut cells: Vec<Cell> = Vec::with_capacity(groups.len());
    for (levels, group) in groups {
        design.push(&row(&terms, levels))?;
        cells.push(group.moments.cell());
    }
    let fitted = stats::fit(&design, &cells, family)?;
    let covariance = fitted.covariance(Covariance::Hc1)?;
    let inner = Inner::Regression {
        family,
        terms,
        coefficients: fitted.coefficients.clone(),
        covariance,
        inverse: fitted.inverse.clone(),
    };
    Ok((inner, fitted.r_squared(), fitted.iterations))
}

/// Returns the row of the design of some levels.
pub(crate) fn row(terms: &[Term], levels: &[String]) -> Vec<f64> {
    let has = |(place, level): &(usize, String)| levels.get(*place) == Some(level);
    terms.iter().map(|term| f64::from(u8::from(term.iter().all(has)))).collect()
}

/// Returns the columns of the design: a constant, levels but the reference, and pairs of them that somebody has.
fn terms(model: &Model, groups: &BTreeMap<Vec<String>, Group>) -> Result<Vec<Term>, ExpectedError> {
    let mut terms: Vec<Term> = vec![Vec::new()];
    let references = references(model, groups)?;
    for ((place, covariate), reference) in model.covariates.iter().enumerate().zip(&references) {
        let seen: BTreeSet<&String> = groups.keys().filter_map(|levels| levels.get(place)).collect();
        let levels = in_order(covariate, &seen);
        terms.extend(levels.into_iter().filter(|level| level != reference).map(|level| vec![(place, level)]));
    }
    for (left, right) in &model.interactions {
        let is_other =
            |place: usize, level: &String| references.get(place).is_some_and(|reference| reference != level);
        let pairs: BTreeSet<(&String, &String)> = groups
            .keys()
            .filter_map(|levels| Some((levels.get(*left)?, levels.get(*right)?)))
            .filter(|(one, other)| is_other(*left, one) && is_other(*right, other))
            .collect();
        terms.extend(
            pairs.into_iter().map(|(one, other)| vec![(*left, one.clone()), (*right, other.clone())]),
        );
    }
    Ok(terms)
}

/// Returns the level that the others of each covariate are compared with.
fn references(model: &Model, groups: &BTreeMap<Vec<String>, Group>) -> Result<Vec<String>, ExpectedError> {
    let one = |(place, covariate): (usize, &Covariate)| {
        let mut patients: BTreeMap<&String, i128> = BTreeMap::new();
        for (levels, group) in groups {
            if let Some(level) = levels.get(place) {
                *patients.entry(level).or_default() += group.sums.patients;
            }
        }
        if covariate.levels == Levels::Found && covariate.reference == LARGEST {
            let most = patients.values().max();
            let largest = patients.iter().find(|(_, count)| Some(*count) == most);
            return Ok(largest.map(|(level, _)| (*level).clone()).unwrap_or_default());
        }
        if patients.contains_key(&covariate.reference) {
            return Ok(covariate.reference.clone());
        }
        let (covariate, level) = (covariate.name.clone(), covariate.reference.clone());
        Err(ExpectedError::ReferenceUnseen { covariate, level })
    };
    model.covariates.iter().enumerate().map(one).collect()
}

fn in_order(covariate: &Covariate, seen: &BTreeSet<&String>) -> Vec<String> {
    if covariate.levels == Levels::Found {
        return seen.iter().map(|level| (*level).clone()).collect();
    }
    covariate.known_levels().into_iter().filter(|level| seen.contains(level)).collect()
}

fn term_name(model: &Model, term: &Term) -> String {
    if term.is_empty() {
        return "constant".to_owned();
    }
    let part = |(place, level): &(usize, String)| {
        let name = model.covariates.get(*place).map_or("", |covariate| covariate.name.as_str());
        format!("{name}={level}")
    };
    term.iter().map(part).collect::<Vec<_>>().join(" & ")
}

impl Fitted {
    /// Returns the mean yearly spending that the fit gives some levels, unrounded; none for levels it cannot place.
    pub(crate) fn mean(&self, levels: &[String]) -> Option<f64> {
        match &self.inner {
            Inner::Means { kept, pools } => {
                let pool = pools.get(levels.get(..*kept.get(levels)?)?)?;
                Some(yearly(pool, self.year)?.approximate())
            }
            Inner::Regression { family, terms, coefficients, .. } => {
                let sum: f64 =
                    row(terms, levels).iter().zip(coefficients).map(|(value, each)| value * each).sum();
                Some(if *family == Family::Normal { sum } else { sum.exp() })
            }
        }
    }

    /// Rounds to the decimals that the model declares. `run` names the run that the table belongs to.
    ///
    /// Least squares release their coefficients, and prediction is their exact sum; other methods release the amount of
    /// each cell.
    pub fn release(&self, run: &str) -> Release {
        let rows = match &self.inner {
            Inner::Regression { family: Family::Normal, terms, coefficients, .. } => {
                self.coefficient_rows(terms, coefficients)
            }
            Inner::Regression { .. } | Inner::Means { .. } => self.cell_rows(),
        };
        let covariates = self.model.covariates.iter().map(|covariate| covariate.name.clone()).collect();
        Release {
            model: self.model.id.clone(),
            run: run.to_owned(),
            method: self.model.method,
            covariates,
            factor: Rational::from(1_i64),
            rows,
        }
    }

    fn coefficient_rows(&self, terms: &[Term], coefficients: &[f64]) -> Vec<ReleasedRow> {
        let count = self.model.covariates.len();
        let references = references(&self.model, &self.groups).unwrap_or_default().into_iter().enumerate();
        let references = references.map(|place_and_level| (vec![place_and_level], 0.0));
        let estimated = terms.iter().cloned().zip(coefficients.iter().copied());
        estimated
            .chain(references)
            .map(|(term, amount)| {
                let mut levels = vec![String::new(); count];
                for (place, level) in &term {
                    if let Some(slot) = levels.get_mut(*place) {
                        slot.clone_from(level);
                    }
                }
                let having = self.groups.iter().filter(|(levels, _)| {
                    term.iter().all(|(place, level)| levels.get(*place) == Some(level))
                });
                let patients = having.map(|(_, group)| group.sums.patients).sum();
                ReleasedRow { levels, amount: rounded(amount, self.model.decimals), patients: Some(patients) }
            })
            .collect()
    }

    fn cell_rows(&self) -> Vec<ReleasedRow> {
        let row = |(levels, group): (&Vec<String>, &Group)| {
            let exact = match &self.inner {
                Inner::Means { kept, pools } => kept
                    .get(levels)
                    .and_then(|count| pools.get(levels.get(..*count)?))
                    .and_then(|pool| yearly(pool, self.year)),
                Inner::Regression { .. } => None,
            };
            let amount = match exact {
                Some(exact) => exact.round(self.model.decimals, RoundingMode::HalfAwayFromZero),
                None => rounded(self.mean(levels).unwrap_or(0.0), self.model.decimals),
            };
            ReleasedRow { levels: levels.clone(), amount, patients: Some(group.sums.patients) }
        };
        self.groups.iter().map(row).collect()
    }
}

/// Rounds an estimate to some decimals; from here on it is exact. An estimate that is not finite becomes 0.
pub(crate) fn rounded(estimate: f64, decimals: u32) -> Rational {
    // The shortest text that gives the float back, with all its digits.
    let exact: Rational = format!("{estimate:.20}").parse().unwrap_or_default();
    exact.round(decimals, RoundingMode::HalfAwayFromZero)
}
