//! A released table: amounts rounded to declared decimals, from which every prediction is exact.

use std::collections::{BTreeMap, BTreeSet};

use exact::{Rational, RoundingMode};
use population::release::FEWEST_SHOWN;

use crate::ExpectedError;
use crate::model::Method;

/// The released amounts of a fitted model.
#[derive(Debug, Clone, PartialEq)]
pub struct Release {
    /// The model.
    pub model: String,
    /// The run that the table belongs to.
    pub run: String,
    /// How amounts become a prediction: for least squares they are summed, else one row is looked up.
    pub method: Method,
    /// The names of the covariates, in the order of levels.
    pub covariates: Vec<String>,
    /// What predictions are multiplied by: 1, or the trend.
    pub factor: Rational,
    /// The rows.
    pub rows: Vec<ReleasedRow>,
}

/// A row of a released table.
#[derive(Debug, Clone, PartialEq)]
pub struct ReleasedRow {
    /// A level for each covariate; empty where the row does not look.
    pub levels: Vec<String>,
    /// In the currency of the source, per patient-year.
    pub amount: Rational,
    /// How many patients it was estimated on; none when too few to be shown.
    pub patients: Option<i128>,
}

const METHODS: &[(&str, Method)] = &[
    ("cell_means", Method::CellMeans),
    ("least_squares", Method::LeastSquares),
    ("poisson", Method::Poisson),
    ("gamma", Method::Gamma),
];
const BEFORE: [&str; 4] = ["model", "run", "method", "factor"];
const AFTER: [&str; 2] = ["amount", "patients"];
/// Decimals of the trend.
const FACTOR_DECIMALS: u32 = 6;

impl Release {
    /// Returns the expected spending per patient-year of some levels, exactly.
    ///
    /// None when a level was never seen; for all methods but least squares also when this combination was not.
    pub fn predict(&self, levels: &[String]) -> Option<Rational> {
        if levels.len() != self.covariates.len() || levels.iter().any(String::is_empty) {
            return None;
        }
        if self.method != Method::LeastSquares {
            let row = self.rows.iter().find(|row| row.levels == levels)?;
            return Some(&row.amount * &self.factor);
        }
        let mut sum = Rational::default();
        let mut placed: BTreeSet<usize> = BTreeSet::new();
        for row in &self.rows {
            let named = row.levels.iter().zip(levels).enumerate().filter(|(_, (own, _))| !own.is_empty());
            let mut places = Vec::new();
            let mut fits = true;
            for (place, (own, level)) in named {
                fits &= own == level;
                places.push(place);
            }
            if fits {
                sum += &row.amount;
                if let [place] = places[..] {
                    placed.insert(place);
                }
            }
        }
        (placed.len() == levels.len()).then(|| sum * &self.factor)
    }

    /// Predicts many rows at once, which is quicker than one by one.
    pub(crate) fn predictor(&self) -> Predictor<'_> {
        let rows = self.rows.iter().map(|row| (row.levels.as_slice(), &row.amount)).collect();
        Predictor { release: self, rows, known: BTreeMap::new() }
    }

    /// Returns the same amounts carried to another year: multiplied by the ratio of mean spendings, to six decimals.
    ///
    /// None when the mean of the year of the fit is zero.
    #[must_use]
    pub fn carried(&self, mean_of_fit: &Rational, mean_of_paid: &Rational) -> Option<Self> {
        let ratio = mean_of_paid.checked_div(mean_of_fit)?;
        let factor = ratio.round(FACTOR_DECIMALS, RoundingMode::HalfAwayFromZero);
        Some(Self { factor, ..self.clone() })
    }

    /// Writes the table as CSV. Counts under the fewest that may be shown are left empty.
    pub fn to_csv(&self) -> Result<String, ExpectedError> {
        let failed = |error: csv::Error| ExpectedError::Table { line: 0, reason: error.to_string() };
        let mut writer =
            csv::WriterBuilder::new().terminator(csv::Terminator::Any(b'\n')).from_writer(Vec::new());
        let names = BEFORE.into_iter().chain(self.covariates.iter().map(String::as_str)).chain(AFTER);
        writer.write_record(names).map_err(failed)?;
        let method = METHODS.iter().find(|(_, method)| *method == self.method).map_or("", |(name, _)| name);
        let factor = self.factor.to_decimal(FACTOR_DECIMALS).0;
        for row in &self.rows {
            let amount = row.amount.to_decimal(exact::MAX_DECIMALS).0;
            let shown =
                row.patients.filter(|patients| *patients == 0 || *patients >= i128::from(FEWEST_SHOWN));
            let patients = shown.map(|patients| patients.to_string()).unwrap_or_default();
            let mut fields = vec![self.model.clone(), self.run.clone(), method.to_owned(), factor.clone()];
            fields.extend(row.levels.iter().cloned().chain([amount, patients]));
            writer.write_record(fields).map_err(failed)?;
        }
        let bytes = writer
            .into_inner()
            .map_err(|error| ExpectedError::Table { line: 0, reason: error.to_string() })?;
        String::from_utf8(bytes).map_err(|error| ExpectedError::Table { line: 0, reason: error.to_string() })
    }

    /// Reads a table that [`Release::to_csv`] wrote.
    pub fn from_csv(text: &str) -> Result<Self, ExpectedError> {
        let wrong = |line: usize, reason: &str| ExpectedError::Table { line, reason: reason.to_owned() };
        let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
        let headers = reader.headers().map_err(|error| wrong(1, &error.to_string()))?.clone();
        let names: Vec<&str> = headers.iter().collect();
        let covariates = names
            .strip_prefix(BEFORE.as_slice())
            .and_then(|names| names.strip_suffix(AFTER.as_slice()))
            .ok_or_else(|| wrong(1, "the columns are not those of a released table"))?;
        let mut release: Option<Self> = None;
        for (place, record) in reader.records().enumerate() {
            let line = place + 2;
            let record = record.map_err(|error| wrong(line, &error.to_string()))?;
            let fields: Vec<&str> = record.iter().collect();
            let ([model, run, method, factor], rest) =
                fields.split_first_chunk().ok_or_else(|| wrong(line, "too few fields"))?;
            let (levels, [amount, patients]) =
                rest.split_last_chunk().ok_or_else(|| wrong(line, "too few fields"))?;
            let number = |text: &str| {
                text.parse::<Rational>().map_err(|error| wrong(line, &format!("`{text}`: {error}")))
            };
            let method = METHODS.iter().find(|(name, _)| name == method).map(|(_, method)| *method);
            let start = Self {
                model: (*model).to_owned(),
                run: (*run).to_owned(),
                method: method.ok_or_else(|| wrong(line, "unknown method"))?,
                covariates: covariates.iter().map(|name| (*name).to_owned()).collect(),
                factor: number(factor)?,
                rows: Vec::new(),
            };
            let table = release.get_or_insert_with(|| start.clone());
            if (&table.model, &table.run, table.method, &table.factor)
                != (&start.model, &start.run, start.method, &start.factor)
            {
                return Err(wrong(line, "two tables in one file"));
            }
            table.rows.push(ReleasedRow {
                levels: levels.iter().map(|level| (*level).to_owned()).collect(),
                amount: number(amount)?,
                patients: number(patients).ok().and_then(|patients| patients.to_i128()),
            });
        }
        release.ok_or_else(|| wrong(2, "the table has no row"))
    }
}

/// Predictions with memory.
pub(crate) struct Predictor<'a> {
    release: &'a Release,
    rows: BTreeMap<&'a [String], &'a Rational>,
    known: BTreeMap<Vec<String>, Option<Rational>>,
}

impl Predictor<'_> {
    pub(crate) fn predict(&mut self, levels: &[String]) -> Option<Rational> {
        if let Some(known) = self.known.get(levels) {
            return known.clone();
        }
        let predicted = if self.release.method == Method::LeastSquares {
            self.release.predict(levels)
        } else {
            self.rows.get(levels).map(|amount| *amount * &self.release.factor)
        };
        self.known.insert(levels.to_vec(), predicted.clone());
        predicted
    }
}
