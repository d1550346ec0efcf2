//! Expected spending over claims of any size: patients are summed into cells here, everything after them is `expected`'s.

use std::path::Path;
use std::sync::Arc;

use ::exact::Rational;
use ::expected::query::{self, SUMS};
use ::expected::{
    CellRow, Diagnostics, ExpectedError, Model, NoiseFrom, Release, Sums, TeamResults, diagnostics, fit,
    teams,
};
use datafusion::arrow::array::{
    Array as _, ArrayRef, AsArray as _, Float64Array, Int64Array, RecordBatch, StringArray,
};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Decimal128Type};
use population::Period;
use population::chain::{ChainExpected, of_care};

use crate::known::Form;
use crate::{ClaimsError, Engine, Opened, Outcome};

/// A model with the view of patients that it is written over.
#[derive(Debug, Clone)]
pub struct ModelWithView {
    /// The model.
    pub model: Model,
    /// The query of the view.
    pub view: String,
    /// The canonical tables that the view reads.
    pub needs: Vec<String>,
}

/// What was expected of the patients of a list, and what came of it.
#[derive(Debug, Clone)]
pub struct ExpectedRun {
    /// The released table.
    pub release: Release,
    /// How well it predicts.
    pub diagnostics: Diagnostics,
    /// Teams against what was expected of them.
    pub teams: TeamResults,
    /// How many cells the model was fitted on.
    pub cells: usize,
    /// Patients it was fitted on, and those left out because a value is missing.
    pub patients: (i128, i128),
    /// The yearly amount at which spending was cut, in cents.
    pub cap_cents: Option<i64>,
    /// Tables that the view of patients reads and the source lacks: what they would say of patients is empty.
    pub absent: Vec<String>,
}

impl Engine {
    /// Fits a model and compares the teams of a list with what it expects of them.
    ///
    /// The patients of both years are written as working files into `work`. Afterwards the session has `{name}` (teams),
    /// `{name}_release` (the released table) and `{name}_patients` (patients of the year that is expected, with levels).
    pub fn expect(
        &self,
        opened: &Opened,
        with_view: &ModelWithView,
        chain: &ChainExpected,
        year: i16,
        run: &str,
        work: &Path,
    ) -> Outcome<ExpectedRun> {
        let model = &with_view.model;
        opened.need("patient", &model.id)?;
        for part in &model.outcome.parts {
            opened.need(&part.table, &model.id)?;
        }
        self.name("attribution", &format!("SELECT * FROM {}", chain.list))?;
        let of_year = |year: i16| Period::year(year).ok_or(ClaimsError::NoYear(year));
        let compared_year = of_care(year, chain.year);
        let before = i16::from(chain.carried);
        let (fitted_on, period) = (of_year(compared_year.saturating_sub(before))?, of_year(compared_year)?);
        let fit_patients = format!("{}_fit_patients", chain.name);
        let patients = format!("{}_patients", chain.name);
        self.expected_patients(with_view, fitted_on, &fit_patients, work)?;
        let days = query::year_length(model, fitted_on);
        let cap_cents = match query::cap(model, days, &fit_patients) {
            Some(sql) => self.number(&sql)?,
            None => query::declared_cap(model),
        };
        let cells = self.expected_cells(model, days, cap_cents, &fit_patients)?;
        let fitted = fit(model, &cells, days).map_err(|error| cannot_fit(model, &error))?;
        let compared = if chain.carried {
            self.expected_patients(with_view, period, &patients, work)?;
            self.expected_cells(model, query::year_length(model, period), cap_cents, &patients)?
        } else {
            self.name(&patients, &format!("SELECT * FROM {fit_patients}"))?;
            cells.clone()
        };
        let compared_days = query::year_length(model, period);
        let mut release = fitted.release(run);
        if chain.carried {
            let mean =
                |cells: &[CellRow], days| yearly_mean(cells, days).map_err(|error| cannot_fit(model, &error));
            let (then, now) = (mean(&cells, days)?, mean(&compared, compared_days)?);
            release = then
                .zip(now)
                .and_then(|(then, now)| release.carried(&then, &now))
                .ok_or_else(|| cannot_fit(model, &ExpectedError::Nobody))?;
        }
        let found = teams(&fitted, &release, &compared, compared_days, NoiseFrom::default())
            .map_err(|error| cannot_fit(model, &error))?;
        let diagnostics = diagnostics(&fitted, &release, &compared, compared_days)
            .map_err(|error| cannot_fit(model, &error))?;
        self.name_expected(&chain.name, &found, &release)?;
        self.name_release(&format!("{}_release", chain.name), &release)?;
        Ok(ExpectedRun {
            release,
            diagnostics,
            teams: found,
            cells: cells.len(),
            patients: (fitted.patients, fitted.left_out),
            cap_cents,
            absent: with_view
                .needs
                .iter()
                .filter(|table| *table != "attribution" && !opened.has(table))
                .cloned()
                .collect(),
        })
    }

    /// Computes the patients of a year as a working file, and names it.
    ///
    /// What is known of them and what they spent is computed once for all models of the same list and year.
    fn expected_patients(
        &self,
        with_view: &ModelWithView,
        period: Period,
        name: &str,
        work: &Path,
    ) -> Outcome<()> {
        let model = &with_view.model;
        let file = format!("models/{}.toml", model.id);
        let spent = format!("spent_{}", period.start.year());
        self.compute(&spent, &query::outcome(model, period)).map_err(|error| error.in_file(&file))?;
        let view = format!("view_{}", period.start.year());
        let known = query::view(&with_view.view, period)
            .map_err(|error| ClaimsError::Query { file: file.clone(), why: error.to_string() })?;
        self.compute(&view, &known).map_err(|error| error.in_file(&file))?;
        let sql = query::patients(model, &view, &spent, period);
        let path = work.join(format!("{name}.parquet"));
        let reads = self.reads(&sql)?;
        let failed = |error: std::io::Error| ClaimsError::disk(&path, &error);
        // A file that is gone since, or the one that is about to be written, helps nobody.
        match self.file_of(&sql, &reads).filter(|same| *same != path && same.is_file()) {
            Some(same) => {
                std::fs::copy(same, &path).map_err(failed)?;
            }
            None => {
                let written = self.by_patient(|context| {
                    let plan = self.wait(context.sql(&sql))?;
                    let mut out = std::fs::File::create(&path).map_err(failed)?;
                    self.write_plan(plan, &[], &mut out)
                });
                written.map_err(|error| error.in_file(&file))?;
            }
        }
        self.open_file(name, &path)?;
        self.remember(name, &sql, reads, Form::File(path));
        Ok(())
    }

    fn expected_cells(
        &self,
        model: &Model,
        days: i64,
        cap_cents: Option<i64>,
        patients: &str,
    ) -> Outcome<Vec<CellRow>> {
        let mut cells = Vec::new();
        let sql = query::cells(model, days, cap_cents, patients);
        let batches =
            self.by_patient(|context| self.wait(async { context.sql(&sql).await?.collect().await }))?;
        for batch in batches {
            let texts: Vec<ArrayRef> = batch
                .columns()
                .iter()
                .take(1 + model.covariates.len())
                .map(|column| cast(column, &DataType::Utf8))
                .collect::<Result<_, _>>()?;
            let sums: Vec<ArrayRef> = SUMS
                .iter()
                .map(|(name, _)| {
                    let column = batch
                        .column_by_name(name)
                        .ok_or_else(|| ClaimsError::Bug(format!("no column {name}")))?;
                    Ok(cast(column, &DataType::Decimal128(38, 0))?)
                })
                .collect::<Outcome<_>>()?;
            for row in 0..batch.num_rows() {
                let text = |column: &ArrayRef| {
                    let column = column.as_string::<i32>();
                    (!column.is_null(row)).then(|| column.value(row).to_owned())
                };
                let [
                    patients,
                    exposure,
                    exposure_squares,
                    exposure_cubes,
                    outcome,
                    cross,
                    cross_exposure,
                    outcome_squares,
                    cross_outcome,
                    outcome_cubes,
                ] = sums
                    .iter()
                    .map(|column| column.as_primitive::<Decimal128Type>().value(row))
                    .collect::<Vec<i128>>()
                    .try_into()
                    .map_err(|_| ClaimsError::Bug("other sums than those of a cell".to_owned()))?;
                cells.push(CellRow {
                    team: texts.first().and_then(text),
                    levels: texts.iter().skip(1).map(|column| text(column).unwrap_or_default()).collect(),
                    sums: Sums {
                        patients,
                        exposure,
                        exposure_squares,
                        exposure_cubes,
                        outcome,
                        cross,
                        cross_exposure,
                        outcome_squares,
                        cross_outcome,
                        outcome_cubes,
                    },
                });
            }
        }
        Ok(cells)
    }

    /// Names the results of teams: `team` (its key here), `label` (that of the source), exact numbers as texts, estimates as
    /// floating-point numbers.
    fn name_expected(&self, name: &str, found: &TeamResults, release: &Release) -> Outcome<()> {
        let all = &found.teams;
        let text = |of: &dyn Fn(&::expected::TeamResult) -> String| -> ArrayRef {
            Arc::new(all.iter().map(|team| Some(of(team))).collect::<StringArray>())
        };
        let real = |of: &dyn Fn(&::expected::TeamResult) -> Option<f64>| -> ArrayRef {
            Arc::new(all.iter().map(of).collect::<Float64Array>())
        };
        let patients: ArrayRef =
            Arc::new(all.iter().map(|team| i64::try_from(team.patients).ok()).collect::<Int64Array>());
        let batch = RecordBatch::try_from_iter_with_nullable([
            ("team_text", text(&|team| team.team.clone()), false),
            ("patients", patients, true),
            ("years", text(&|team| team.years.to_string()), false),
            ("observed", text(&|team| team.observed.to_string()), false),
            ("expected", text(&|team| team.expected.to_string()), false),
            ("gain", text(&|team| team.gain.to_string()), false),
            ("factor", text(&|_| release.factor.to_string()), false),
            ("error", real(&|team| Some(team.error)), true),
            ("low", real(&|team| Some(team.low)), true),
            ("high", real(&|team| Some(team.high)), true),
            ("chance", real(&|team| Some(team.chance)), true),
            ("nil_or_negative", real(&|team| team.nil_or_negative), true),
            ("likely", real(&|team| team.likely), true),
        ])?;
        let given = format!("given_{name}");
        self.forget(&given)?;
        self.context.register_batch(given.as_str(), batch)?;
        self.name(
            name,
            &format!(
                "SELECT t.team, t.source_key AS label, g.* FROM {given} g JOIN team t ON CAST(t.team AS VARCHAR) = g.team_text"
            ),
        )
    }

    /// Names a released table: one text for each covariate, `amount`, and `patients` where they may be shown.
    fn name_release(&self, name: &str, release: &Release) -> Outcome<()> {
        let mut columns: Vec<(&str, ArrayRef, bool)> = Vec::new();
        for (place, covariate) in release.covariates.iter().enumerate() {
            let levels = release.rows.iter().map(|row| row.levels.get(place).map(String::as_str));
            columns.push((covariate, Arc::new(levels.collect::<StringArray>()), true));
        }
        let amounts: StringArray = release.rows.iter().map(|row| Some(row.amount.to_string())).collect();
        let patients =
            release.rows.iter().map(|row| row.patients.and_then(|count| i64::try_from(count).ok()));
        columns.push(("amount", Arc::new(amounts), false));
        columns.push(("patients", Arc::new(patients.collect::<Int64Array>()), true));
        self.forget(name)?;
        self.context.register_batch(name, RecordBatch::try_from_iter_with_nullable(columns)?)?;
        Ok(())
    }

    /// Names a Parquet file in the session.
    pub fn open_file(&self, name: &str, file: &Path) -> Outcome<()> {
        self.forget(name)?;
        self.context.register_table(name, self.parquet(&[file.to_owned()])?.into_view())?;
        Ok(())
    }
}

fn cannot_fit(model: &Model, error: &ExpectedError) -> ClaimsError {
    ClaimsError::Query { file: format!("models/{}.toml", model.id), why: error.to_string() }
}

/// Returns the mean yearly spending of everybody, exactly; none without exposure.
fn yearly_mean(cells: &[CellRow], days: i64) -> Result<Option<Rational>, ExpectedError> {
    let all = cells.iter().try_fold(Sums::default(), |all, cell| all.plus(&cell.sums))?;
    let yearly = Rational::from(all.outcome) * Rational::from(days);
    Ok(yearly.checked_div(&(Rational::from(all.exposure) * Rational::from(100_i64))))
}
