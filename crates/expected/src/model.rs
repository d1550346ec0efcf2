//! A model as declared: which spending, of whom, explained by what, and how.

use std::collections::BTreeMap;

use population::Text;
use population::toml_reader::Source;

/// A model of expected spending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// The name, which is that of its file.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// Where it comes from.
    pub sources: Vec<Source>,
    /// The spending that is explained.
    pub outcome: Outcome,
    /// The patients.
    pub who: Who,
    /// How the highest spenders are cut.
    pub truncation: Truncation,
    /// What explains spending, most important first.
    pub covariates: Vec<Covariate>,
    /// Pairs of covariates, by place, whose levels explain together what they do not explain apart.
    pub interactions: Vec<(usize, usize)>,
    /// How the mean is estimated.
    pub method: Method,
    /// Decimals of released amounts, in the currency of the source.
    pub decimals: u32,
    /// Cells of fewer patients take the mean of a wider group (cell means only).
    pub fewest_patients: u64,
}

/// Which spending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What it is called.
    pub label: Text,
    /// The column of each table: `spent_cents` or `reimbursed_cents`.
    pub amount: String,
    /// The rows that count; a row that two parts keep counts twice.
    pub parts: Vec<Part>,
}

/// Rows of one canonical table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The table.
    pub table: String,
    /// The column that dates its rows.
    pub date: String,
    /// Rows that do not fit all of these do not count.
    pub keep: Vec<Filter>,
    /// Rows that fit any of these do not count.
    pub leave: Vec<Filter>,
}

/// A column and the values that fit, as SQL literals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// The column.
    pub column: String,
    /// At least one literal.
    pub literals: Vec<String>,
}

/// Which patients, and what each weighs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Who {
    /// Patients of the view who do not fit all of these do not count.
    pub keep: Vec<Filter>,
    /// Whose spending the model is fitted on.
    pub reference: Reference,
    /// What a patient weighs.
    pub weight: Weight,
    /// Patients with fewer days do not count.
    pub fewest_days: i64,
}

/// Whose spending a model is fitted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    /// Everybody, teams included.
    Everybody,
    /// Only patients outside the teams that are compared.
    OutsideTeams,
}

/// What a patient weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// The part of the year during which he could spend.
    PatientYears,
    /// One.
    Patients,
}

/// How the highest spenders are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truncation {
    /// Not at all.
    None,
    /// At this place among yearly spendings, in ten-thousandths: 9900 is the 99th percentile.
    At10000(i64),
    /// At this yearly amount.
    AtCents(i64),
}

/// One thing that explains spending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covariate {
    /// The name.
    pub name: String,
    /// What it is called.
    pub label: Text,
    /// Where its value comes from.
    pub source: CovariateSource,
    /// How values become levels.
    pub levels: Levels,
    /// The level that the others are compared with; `*` for the largest of levels that are found.
    pub reference: String,
    /// The level of patients whose value is missing; without it they are left out and counted.
    pub missing: Option<String>,
    /// Labels of levels.
    pub labels: BTreeMap<String, Text>,
}

/// Where the value of a covariate comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CovariateSource {
    /// A column of the view.
    Column(String),
    /// A scalar expression over columns of the view, as `v.<column>`.
    Sql(String),
    /// Whether a condition in force has a diagnosis that begins with one of these.
    Diagnoses(Vec<String>),
}

/// How values become levels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Levels {
    /// A number is cut at these values, each of which begins a level.
    Breaks(Vec<i64>),
    /// These codes; another one counts as missing.
    Listed(Vec<String>),
    /// `true` and `false`.
    Truth,
    /// Whatever codes are found.
    Found,
}

/// How the mean is estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// The mean of each combination of levels.
    CellMeans,
    /// A sum of coefficients, by least squares.
    LeastSquares,
    /// The exponential of a sum, variance growing with the mean.
    Poisson,
    /// The exponential of a sum, variance growing with the square of the mean.
    Gamma,
}

impl Covariate {
    /// Returns the levels that are known before any data, in order; none for a list that is found.
    pub fn known_levels(&self) -> Vec<String> {
        match &self.levels {
            Levels::Breaks(breaks) => break_levels(breaks),
            Levels::Listed(levels) => levels.clone(),
            Levels::Truth => vec!["false".to_owned(), "true".to_owned()],
            Levels::Found => Vec::new(),
        }
    }

    /// Returns the level of a number that is cut.
    pub fn level_of_number(&self, number: i64) -> Option<String> {
        let Levels::Breaks(breaks) = &self.levels else { return None };
        let place = breaks.iter().filter(|start| **start <= number).count();
        break_levels(breaks).into_iter().nth(place)
    }
}

/// Returns the names of the levels between breaks: `<16`, `16-29`, `30+`.
fn break_levels(breaks: &[i64]) -> Vec<String> {
    let mut levels = Vec::new();
    if let Some(first) = breaks.first() {
        levels.push(format!("<{first}"));
    }
    for (place, start) in breaks.iter().enumerate() {
        levels.push(match breaks.get(place + 1) {
            Some(next) if next - 1 == *start => start.to_string(),
            Some(next) => format!("{start}-{}", next - 1),
            None => format!("{start}+"),
        });
    }
    levels
}
