//! Figures: from the rows of a measure to one figure for each team and one for all, with intervals.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, AsArray as _, Float64Array, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Int64Type};
use population::measure::{MeasureKind, Population};
use population::release::{FEWEST_SHOWN, share};
use population::{Measure, Period};

use crate::attribution::literal;
use crate::interval::{self, Estimate};
use crate::{Engine, Outcome};

/// A figure of a team, or of all.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// The key of the team; none for all patients, with or without team.
    pub team: Option<i64>,
    /// How many different patients are in the denominator.
    pub patients: i64,
    /// The rows, or for a rate per patient the events, that are counted above.
    pub numerator: i64,
    /// What is counted below.
    pub denominator: i64,
    /// The figure; none without anything below.
    pub estimate: Option<Estimate>,
}

impl Figure {
    /// Returns the figure in a few digits if it may be shown: nobody under the threshold can be worked out of it.
    pub fn rounded(&self, kind: MeasureKind) -> Option<String> {
        let count = |number: i64| u64::try_from(number).unwrap_or(0);
        let is_large = |number: i64| count(number) >= FEWEST_SHOWN;
        let may = match kind {
            MeasureKind::Share => {
                share(count(self.numerator), count(self.denominator), FEWEST_SHOWN).is_some()
            }
            MeasureKind::PerPatient | MeasureKind::Mean => is_large(self.numerator),
            MeasureKind::Median | MeasureKind::Declared => true,
        };
        let estimate = self.estimate.filter(|_| may && is_large(self.patients))?;
        Some(match estimate.interval {
            Some((low, high)) => format!("{:.3} [{low:.3} ; {high:.3}]", estimate.value),
            None => format!("{:.1}", estimate.value),
        })
    }
}

/// What counts: rows in the denominator that are not excluded.
const COUNTED: &str = "r.denominator AND r.exclusion IS NULL";

impl Engine {
    /// Computes the figures of a measure whose rows are known to the session, first that of all, then by team.
    ///
    /// Lists are the table `attribution` of the session.
    pub fn figures(&self, measure: &Measure, period: Period) -> Outcome<Vec<Figure>> {
        let team = match measure.population {
            Population::List => "JOIN attribution t ON t.patient = r.patient".to_owned(),
            Population::Territory => {
                let end = literal(period.end);
                format!(
                    "JOIN (SELECT DISTINCT c.area, c.team FROM catchment c WHERE c.from_date <= {end} \
                     AND (c.to_date IS NULL OR c.to_date >= {end})) t ON t.area = r.area"
                )
            }
        };
        self.figures_of(measure, &team, "attribution")
    }

    /// Computes the figures of a measure for whatever `team` joins its rows to as `t.team`; `lists` is the table that says
    /// how many patients are of each.
    pub(crate) fn figures_of(&self, measure: &Measure, team: &str, lists: &str) -> Outcome<Vec<Figure>> {
        let rows = format!("rows_{}", measure.id);
        let outcome = match measure.kind {
            MeasureKind::Mean | MeasureKind::Median => "CAST(r.value AS BIGINT)",
            _ => "CASE WHEN r.numerator THEN 1 ELSE 0 END",
        };
        let mut by_team: BTreeMap<Option<i64>, Counted> = BTreeMap::new();
        for (source, key) in
            [(String::new(), "CAST(NULL AS BIGINT)"), (format!("{team} AND t.team IS NOT NULL"), "t.team")]
        {
            let from = format!("FROM {rows} r {source} WHERE {COUNTED}");
            self.triples(
                &format!("SELECT {key}, {outcome}, COUNT(*) {from} GROUP BY 1, 2"),
                |team, value, times| {
                    by_team.entry(team).or_default().values.push((value, times));
                },
            )?;
            self.triples(
                &format!("SELECT {key}, COUNT(DISTINCT r.patient), 0 {from} GROUP BY 1"),
                |team, patients, _| {
                    by_team.entry(team).or_default().patients = patients;
                },
            )?;
        }
        if measure.kind == MeasureKind::PerPatient {
            let listed = format!(
                "SELECT CAST(NULL AS BIGINT), COUNT(*), 0 FROM {lists} UNION ALL \
                 SELECT team, COUNT(*), 0 FROM {lists} WHERE team IS NOT NULL GROUP BY team"
            );
            self.triples(&listed, |team, patients, _| {
                by_team.entry(team).or_default().listed = patients;
            })?;
        }
        Ok(by_team.into_iter().map(|(team, counted)| counted.figure(measure.kind, team)).collect())
    }

    /// Writes figures as a Parquet working file, one row for each measure and team; that of all has no team.
    pub fn write_figures(
        &self,
        figures: &[(&Measure, Vec<Figure>)],
        year: i16,
        notes: &[(&str, String)],
        out: &mut (dyn Write + Send),
    ) -> Outcome<u64> {
        let flat: Vec<(&str, &Figure)> = figures
            .iter()
            .flat_map(|(measure, found)| found.iter().map(|figure| (measure.id.as_str(), figure)))
            .collect();
        let whole = |of: fn(&Figure) -> Option<i64>| -> ArrayRef {
            Arc::new(flat.iter().map(|(_, figure)| of(figure)).collect::<Int64Array>())
        };
        let real = |of: fn(&Estimate) -> Option<f64>| -> ArrayRef {
            Arc::new(
                flat.iter()
                    .map(|(_, figure)| figure.estimate.as_ref().and_then(of))
                    .collect::<Float64Array>(),
            )
        };
        let ids: ArrayRef = Arc::new(flat.iter().map(|(id, _)| Some(*id)).collect::<StringArray>());
        let years: ArrayRef = Arc::new(flat.iter().map(|_| Some(i64::from(year))).collect::<Int64Array>());
        let batch = RecordBatch::try_from_iter_with_nullable([
            ("measure", ids, false),
            ("year", years, false),
            ("team", whole(|figure| figure.team), true),
            ("patients", whole(|figure| Some(figure.patients)), false),
            ("numerator", whole(|figure| Some(figure.numerator)), false),
            ("denominator", whole(|figure| Some(figure.denominator)), false),
            ("value", real(|estimate| Some(estimate.value)), true),
            ("low", real(|estimate| Some(estimate.interval?.0)), true),
            ("high", real(|estimate| Some(estimate.interval?.1)), true),
        ])?;
        self.forget("figures")?;
        self.context.register_batch("figures", batch)?;
        self.write_parquet(
            "SELECT f.*, t.source_key AS team_source_key FROM figures f LEFT JOIN team t ON t.team = f.team \
             ORDER BY f.measure, f.team NULLS FIRST",
            notes,
            out,
        )
    }

    /// Writes the rows of measures as one Parquet working file, so that every figure can be opened.
    pub fn write_measure_rows(
        &self,
        measures: &[&Measure],
        notes: &[(&str, String)],
        out: &mut (dyn Write + Send),
    ) -> Outcome<u64> {
        let mut parts = Vec::new();
        for measure in measures {
            let given = measure.columns();
            let cell = |name: &str, kind: &str| {
                if given.contains(&name) {
                    format!("CAST(r.{name} AS {kind}) AS {name}")
                } else {
                    format!("CAST(NULL AS {kind}) AS {name}")
                }
            };
            parts.push(format!(
                "SELECT '{}' AS measure, {}, {}, {}, {}, {}, {}, {}, {}, t.team FROM rows_{} r LEFT JOIN attribution t ON t.patient = r.patient",
                measure.id,
                cell("patient", "BIGINT"),
                cell("stay", "BIGINT"),
                cell("visit", "BIGINT"),
                cell("area", "VARCHAR"),
                cell("denominator", "BOOLEAN"),
                cell("numerator", "BOOLEAN"),
                cell("value", "BIGINT"),
                cell("exclusion", "VARCHAR"),
                measure.id,
            ));
        }
        if parts.is_empty() {
            parts.push("SELECT '' AS measure, CAST(NULL AS BIGINT) AS patient, CAST(NULL AS BIGINT) AS stay, CAST(NULL AS BIGINT) AS visit WHERE FALSE".to_owned());
        }
        self.write_parquet(
            &format!("SELECT * FROM ({}) ORDER BY measure, patient, stay, visit", parts.join(" UNION ALL ")),
            notes,
            out,
        )
    }

    fn triples(&self, sql: &str, mut take: impl FnMut(Option<i64>, i64, i64)) -> Outcome<()> {
        for batch in self.rows(sql)? {
            let columns: Result<Vec<_>, _> =
                batch.columns().iter().map(|column| cast(column, &DataType::Int64)).collect();
            let columns = columns?;
            let [first, second, third] = columns.as_slice() else { continue };
            let cells = first.as_primitive::<Int64Type>().iter();
            let others = second.as_primitive::<Int64Type>().iter().zip(third.as_primitive::<Int64Type>());
            for (key, (value, times)) in cells.zip(others) {
                // A row without a value has none to count: it stays in no figure.
                if let (Some(value), Some(times)) = (value, times) {
                    take(key, value, times);
                }
            }
        }
        Ok(())
    }
}

#[derive(Debug, Default)]
struct Counted {
    patients: i64,
    listed: i64,
    values: Vec<(i64, i64)>,
}

impl Counted {
    fn figure(self, kind: MeasureKind, team: Option<i64>) -> Figure {
        let rows: i64 = self.values.iter().map(|(_, times)| times).sum();
        let weighted = || {
            self.values.iter().map(|(value, times)| value.saturating_mul(*times)).fold(0, i64::saturating_add)
        };
        let (patients, numerator, denominator, estimate) = match kind {
            MeasureKind::Mean => (self.patients, weighted(), rows, interval::mean(&self.values)),
            MeasureKind::Median => (self.patients, rows, rows, interval::median(&self.values)),
            MeasureKind::PerPatient => {
                (self.listed, weighted(), self.listed, interval::per_patient(weighted(), self.listed))
            }
            MeasureKind::Share | MeasureKind::Declared => {
                (self.patients, weighted(), rows, interval::share(weighted(), rows))
            }
        };
        Figure { team, patients, numerator, denominator, estimate }
    }
}
