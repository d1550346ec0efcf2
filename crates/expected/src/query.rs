//! The SQL that makes the cells of a model, as text: standard SQL over the canonical tables and the view of patients.
//! A division of whole numbers is taken to truncate.
//!
//! Five queries, in order: [`view`], what is known of each patient, and [`outcome`], what each spent, which models of one
//! period may share; [`patients`], one row per patient, which the engine keeps as a table; [`cap`], the yearly amount at which the highest spenders are cut;
//! [`cells`], the sums that leave the data centre.

use jiff::civil::Date;
use population::query::{QueryError, fill, quoted};
use population::{Choices, Period};

use crate::model::{Covariate, CovariateSource, Filter, Levels, Model, Part, Truncation, Weight};

/// Sums of a cell, in the order of the columns of [`cells`].
pub const SUMS: &[(&str, &str)] = &[
    ("patients", "COUNT(*)"),
    ("exposure", "SUM(e)"),
    ("exposure_squares", "SUM(e * e)"),
    ("exposure_cubes", "SUM(e * e * e)"),
    ("outcome", "SUM(y)"),
    ("cross", "SUM(e * y)"),
    ("cross_exposure", "SUM(e * e * y)"),
    ("outcome_squares", "SUM(y * y)"),
    ("cross_outcome", "SUM(e * y * y)"),
    ("outcome_cubes", "SUM(y * y * y)"),
];

/// Returns what a whole year of exposure is, in the unit of the column `exposure`.
pub fn year_length(model: &Model, period: Period) -> i64 {
    match model.who.weight {
        Weight::Patients => 1,
        Weight::PatientYears => i64::from((period.end - period.start).get_days()) + 1,
    }
}

/// Returns the query of what patients spent: `patient`, `cents`; no row for who spent nothing.
pub fn outcome(model: &Model, period: Period) -> String {
    let parts: Vec<String> =
        model.outcome.parts.iter().map(|part| part_query(part, &model.outcome.amount, period)).collect();
    format!(
        "SELECT r.patient, SUM(r.cents) AS cents FROM (\n{}\n) r GROUP BY r.patient",
        parts.join("\nUNION ALL\n")
    )
}

/// Returns the query of a view of patients over a period.
pub fn view(sql: &str, period: Period) -> Result<String, QueryError> {
    fill(sql, period, &Choices::default())
}

/// Returns the query of patients: `patient`, `team`, `exposure`, `outcome_cents` (uncut) and one level for each covariate.
///
/// `view_table` has the rows of [`view`], `outcome_table` those of [`outcome`]; an empty level is a missing value.
pub fn patients(model: &Model, view_table: &str, outcome_table: &str, period: Period) -> String {
    let mut tables = Vec::new();
    let mut joins = format!("LEFT JOIN {outcome_table} o ON o.patient = v.patient\n");
    for covariate in &model.covariates {
        if let CovariateSource::Diagnoses(starts) = &covariate.source {
            let name = format!("having_{}", covariate.name);
            tables.push(format!("{name} AS ({})", diagnoses_query(starts, period)));
            joins.push_str(&format!("LEFT JOIN {name} ON {name}.patient = v.patient\n"));
        }
    }
    let exposure = match model.who.weight {
        Weight::Patients => "CAST(1 AS BIGINT)",
        Weight::PatientYears => "CAST(v.exposure_days AS BIGINT)",
    };
    let mut columns = vec![
        "v.patient".to_owned(),
        "v.team".to_owned(),
        format!("{exposure} AS exposure"),
        "CAST(COALESCE(o.cents, 0) AS BIGINT) AS outcome_cents".to_owned(),
    ];
    columns.extend(model.covariates.iter().map(level_expression));
    let mut conditions = vec![format!("v.exposure_days >= {}", model.who.fewest_days)];
    conditions.extend(model.who.keep.iter().map(|filter| fits("v", filter)));
    let with = if tables.is_empty() { String::new() } else { format!("WITH {}\n", tables.join(",\n")) };
    format!(
        "{with}SELECT {}\nFROM {view_table} v\n{joins}WHERE {}",
        columns.join(",\n       "),
        conditions.join("\n  AND "),
    )
}

/// Returns the query of the yearly amount in cents at which spending is cut: one row, one column, `cap_cents`.
///
/// It is the smallest yearly spending with at least the declared share of patients at or under it. None when the model
/// declares an amount or no cut; [`declared_cap`] gives the amount.
pub fn cap(model: &Model, year: i64, patients_table: &str) -> Option<String> {
    let Truncation::At10000(place) = model.truncation else { return None };
    Some(format!(
        "SELECT MIN(r.rate) AS cap_cents\nFROM (SELECT q.rate, ROW_NUMBER() OVER (ORDER BY q.rate) AS place, COUNT(*) OVER () AS patients\n      \
         FROM (SELECT p.outcome_cents * {year} / p.exposure AS rate FROM {patients_table} p) q) r\n\
         WHERE r.place * 10000 >= r.patients * {place}"
    ))
}

/// Returns the yearly amount in cents that the model itself declares.
pub fn declared_cap(model: &Model) -> Option<i64> {
    match model.truncation {
        Truncation::AtCents(cents) => Some(cents),
        Truncation::None | Truncation::At10000(_) => None,
    }
}

/// Returns the query of cells: `team`, one level for each covariate, and [`SUMS`].
///
/// Sums are decimals of 38 digits. With at most 10^8 patients, 10^10 cents each and 366 days, none needs more than 38;
/// the engine should still check them, by its own aggregate or by bounds.
pub fn cells(model: &Model, year: i64, cap_cents: Option<i64>, patients_table: &str) -> String {
    let list = |alias: &str| {
        let names = model.covariates.iter().map(|covariate| format!(", {alias}.{}", covariate.name));
        names.collect::<Vec<_>>().concat()
    };
    let (levels, inner) = (list("q"), list("p"));
    let outcome = match cap_cents {
        Some(cap) => format!(
            "CASE WHEN p.outcome_cents * {year} > {cap} * p.exposure THEN {cap} * p.exposure / {year} ELSE p.outcome_cents END"
        ),
        None => "p.outcome_cents".to_owned(),
    };
    let sums: Vec<String> = SUMS.iter().map(|(name, sum)| format!("{sum} AS {name}")).collect();
    format!(
        "SELECT q.team{levels},\n       {}\nFROM (SELECT p.team{inner},\n             CAST(p.exposure AS DECIMAL(3, 0)) AS e,\n             \
         CAST({outcome} AS DECIMAL(11, 0)) AS y\n      FROM {patients_table} p) q\nGROUP BY q.team{levels}",
        sums.join(",\n       "),
    )
}

fn part_query(part: &Part, amount: &str, period: Period) -> String {
    let Part { table, date, keep, leave } = part;
    let mut conditions = vec![format!("t.{date} BETWEEN {} AND {}", day(period.start), day(period.end))];
    conditions.extend(keep.iter().map(|filter| fits("t", filter)));
    conditions.extend(leave.iter().map(|filter| format!("NOT COALESCE({}, FALSE)", fits("t", filter))));
    format!(
        "SELECT t.patient, CAST(t.{amount} AS BIGINT) AS cents FROM {table} t WHERE {}",
        conditions.join(" AND ")
    )
}

fn diagnoses_query(starts: &[String], period: Period) -> String {
    let any: Vec<String> = starts
        .iter()
        .map(|start| format!("SUBSTR(c.diagnosis, 1, {}) = '{start}'", start.chars().count()))
        .collect();
    format!(
        "SELECT DISTINCT c.patient FROM condition c WHERE c.from_date <= {} AND (c.to_date IS NULL OR c.to_date >= {}) AND ({})",
        day(period.end),
        day(period.start),
        any.join(" OR "),
    )
}

fn fits(table: &str, filter: &Filter) -> String {
    format!("{table}.{} IN ({})", filter.column, filter.literals.join(", "))
}

fn level_expression(covariate: &Covariate) -> String {
    let name = &covariate.name;
    let value = match &covariate.source {
        CovariateSource::Column(column) => format!("v.{column}"),
        CovariateSource::Sql(sql) => format!("({sql})"),
        CovariateSource::Diagnoses(_) => format!("(having_{name}.patient IS NOT NULL)"),
    };
    let missing = quoted(covariate.missing.as_deref().unwrap_or_default());
    let level = match &covariate.levels {
        Levels::Breaks(breaks) => {
            let names = covariate.known_levels();
            let cuts: Vec<String> = breaks
                .iter()
                .zip(&names)
                .map(|(next, level)| format!(" WHEN {value} < {next} THEN '{level}'"))
                .collect();
            let cuts = cuts.concat();
            let last = names.last().cloned().unwrap_or_default();
            format!("CASE WHEN {value} IS NULL THEN {missing}{cuts} ELSE '{last}' END")
        }
        Levels::Listed(levels) => {
            let list: Vec<String> = levels.iter().map(|level| quoted(level)).collect();
            format!(
                "CASE WHEN CAST({value} AS VARCHAR) IN ({}) THEN CAST({value} AS VARCHAR) ELSE {missing} END",
                list.join(", ")
            )
        }
        Levels::Truth => {
            format!("CASE WHEN {value} THEN 'true' WHEN NOT {value} THEN 'false' ELSE {missing} END")
        }
        Levels::Found => format!("COALESCE(CAST({value} AS VARCHAR), {missing})"),
    };
    format!("{level} AS {name}")
}

fn day(date: Date) -> String {
    format!("DATE '{date}'")
}
