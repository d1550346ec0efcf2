//! Measures as queries: what the cases written by hand expect, and what the reference loops give on random rows.

use claims::{Engine, MeasureLibrary};
use datafusion::arrow::array::{Array as _, AsArray as _};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Int64Type};
use population::cases::Case;
use population::key::{PatientKey, StayKey, VisitKey};
use population::reference::{MeasureRow, Outcome, ReferenceInput, rows};
use population::{Choices, Measure, Period, Records, Schema};

use crate::support::{engine, files, library, opened};

const ALL: [&str; 10] = [
    "patient",
    "registration",
    "condition",
    "act",
    "dispensing",
    "stay",
    "emergency_visit",
    "membership",
    "team",
    "practitioner",
];

/// Reads the rows that a measure gave, sorted.
pub(crate) fn given(engine: &Engine, measure: &Measure) -> Vec<MeasureRow> {
    let columns = measure.columns();
    let batches = engine.rows(&format!("SELECT {} FROM rows_{}", columns.join(", "), measure.id));
    let mut found = Vec::new();
    for batch in batches.unwrap_or_else(|error| panic!("{}: {error}", measure.id)) {
        let numbers = |name: &str| {
            let cells = cast(batch.column_by_name(name)?, &DataType::Int64).expect("numbers");
            Some(cells.as_primitive::<Int64Type>().clone())
        };
        let texts = |name: &str| {
            let cells = cast(batch.column_by_name(name)?, &DataType::Utf8).expect("texts");
            Some(cells.as_string::<i32>().clone())
        };
        let (patients, stays, visits) =
            (numbers("patient").expect("patients"), numbers("stay"), numbers("visit"));
        let (areas, exclusions) = (texts("area"), texts("exclusion").expect("exclusions"));
        let (denominators, numerators, values) =
            (numbers("denominator").expect("denominators"), numbers("numerator"), numbers("value"));
        for row in 0..batch.num_rows() {
            let outcome = match (&numerators, &values) {
                (Some(numerators), _) => Outcome::Numerator(numerators.value(row) == 1),
                (_, Some(values)) => Outcome::Value(values.value(row)),
                _ => panic!("{}: neither numerator nor value", measure.id),
            };
            let text = |cells: &datafusion::arrow::array::StringArray| {
                cells.is_valid(row).then(|| cells.value(row).to_owned())
            };
            found.push(MeasureRow {
                patient: PatientKey(patients.value(row)),
                stay: stays.as_ref().map(|cells| StayKey(cells.value(row))),
                visit: visits.as_ref().map(|cells| VisitKey(cells.value(row))),
                area: areas.as_ref().and_then(text),
                denominator: denominators.value(row) == 1,
                outcome,
                exclusion: text(&exclusions),
            });
        }
    }
    found.sort();
    found
}

fn computed(
    library: &MeasureLibrary,
    measure: &Measure,
    tables: &population::Tables<'_>,
    period: Period,
    choices: &Choices,
) -> Vec<MeasureRow> {
    let engine = engine(2);
    let (_folder, opened) = opened(&engine, tables, &ALL);
    engine
        .measure(&opened, library, &measure.id, period, choices)
        .unwrap_or_else(|error| panic!("{}: {error}", measure.id));
    given(&engine, measure)
}

#[test]
fn queries_give_what_the_cases_expect() {
    let library = library();
    let cases = files("measures/cases");
    let mut tried = 0;
    for (measure, _) in &library.measures {
        let prefix = format!("{}/", measure.id);
        for (path, text) in cases.iter().filter(|(path, _)| path.starts_with(&prefix)) {
            let (case, _) = Case::read(path, text);
            let case = case.expect("a case");
            let mut choices = library.choices(measure);
            for (name, value) in &case.choices {
                assert!(choices.set(name, value.clone()), "{path}: {name}");
            }
            let found = computed(&library, measure, &case.tables, case.period, &choices);
            assert_eq!(found, case.expected, "{path}");
            tried += 1;
        }
    }
    assert!(tried >= 20, "{tried}");
}

#[test]
fn queries_give_what_the_reference_gives_on_random_rows() {
    let library = library();
    let period = Period::year(2019).expect("a year");
    for seed in 1..=6 {
        let tables = crate::attribution::random_tables(seed, Schema::canonical());
        let records = Records::from_tables(&tables);
        let engine = engine(2);
        let (_folder, opened) = opened(&engine, &tables, &ALL);
        for (measure, _) in &library.measures {
            let choices = library.choices(measure);
            let input = ReferenceInput {
                records: &records,
                period,
                choices: &choices,
                value_sets: &library.value_sets,
            };
            let expected = rows(measure.reference.as_deref().expect("a reference"), &input).expect("rows");
            engine
                .measure(&opened, &library, &measure.id, period, &choices)
                .unwrap_or_else(|error| panic!("{}: {error}", measure.id));
            assert_eq!(given(&engine, measure), expected, "{}, seed {seed}", measure.id);
        }
    }
}
