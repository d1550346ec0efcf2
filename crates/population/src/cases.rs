//! Cases of measures: a few canonical rows, and the rows that the measure must give.
//!
//! Keys in a case are names; they are numbered in their order, as a reader numbers the keys of a source. What a case leaves
//! out has the default of its column, an amount is 0, and `source_key` is the name itself.

use std::collections::{BTreeMap, BTreeSet};

use toml::Value;

use crate::choices::{ChoiceValue, value_of};
use crate::finding::{Code, Finding, has_errors};
use crate::key::{PatientKey, StayKey, VisitKey};
use crate::query::Period;
use crate::reference::{MeasureRow, Outcome};
use crate::rows::{Cell, Rows, Tables};
use crate::schema::{ColumnSchema, ColumnType, DefaultCell, Schema, TableSchema};
use crate::toml_reader::{Reader, day, parse};
use crate::{Text, words};

/// A case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// What it shows.
    pub title: Text,
    /// The period.
    pub period: Period,
    /// The choices that it makes otherwise.
    pub choices: Vec<(String, ChoiceValue)>,
    /// The canonical rows.
    pub tables: Tables<'static>,
    /// The rows that the measure must give, sorted.
    pub expected: Vec<MeasureRow>,
    /// The names of keys by table, in the order of their numbers.
    pub names: BTreeMap<String, Vec<String>>,
}

/// The keys of a case besides its tables.
const HEADS: &[&str] = &["title", "year", "choices", "expect"];

impl Case {
    /// Reads a case, to the end of the file.
    pub fn read(file: &str, text: &str) -> (Option<Self>, Vec<Finding>) {
        let mut findings = Vec::new();
        let case = parse(file, text, &mut findings)
            .and_then(|table| Self::from_reader(&Reader::new(file, &table), &mut findings));
        (case.filter(|_| !has_errors(&findings)), findings)
    }

    fn from_reader(reader: &Reader<'_>, findings: &mut Vec<Finding>) -> Option<Self> {
        let schema = Schema::canonical();
        let known: Vec<&str> =
            HEADS.iter().copied().chain(schema.tables.iter().map(|table| table.name.as_str())).collect();
        reader.only(&known, findings);
        let names = names(reader, schema, findings);
        let mut tables = Tables::empty(schema);
        for table in &schema.tables {
            let rows = reader
                .tables(&table.name, findings)
                .iter()
                .map(|row| cells(row, table, &names, findings))
                .collect();
            tables.0.insert(table.name.clone(), Rows { table, rows });
        }
        let choices = reader.inside("choices", findings).map_or_else(Vec::new, |inside| {
            inside.keys().filter_map(|name| Some((name.to_owned(), value_of(inside.value(name)?)?))).collect()
        });
        let mut expected = Vec::new();
        for row in reader.tables("expect", findings) {
            match expected_row(&row, &names, findings) {
                Some(row) => expected.push(row),
                None => bad_cell(&row, "expect", findings),
            }
        }
        if expected.is_empty() {
            reader.missing("expect", findings);
        }
        expected.sort();
        let year = reader.integer("year", findings).and_then(|year| i16::try_from(year).ok());
        let title = reader.words("title", findings);
        Some(Self { title, period: Period::year(year?)?, choices, tables, expected, names })
    }
}

/// Returns the table whose keys a column holds.
fn keyed_table<'a>(table: &'a TableSchema, column: &'a ColumnSchema) -> &'a str {
    column.references.as_deref().unwrap_or(&table.name)
}

/// Collects the names of keys by table.
fn names(reader: &Reader<'_>, schema: &Schema, findings: &mut Vec<Finding>) -> BTreeMap<String, Vec<String>> {
    let mut names: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for table in &schema.tables {
        let keys = table.columns.iter().filter(|column| column.kind == ColumnType::Key);
        let keys: Vec<&ColumnSchema> = keys.collect();
        for row in reader.tables(&table.name, findings) {
            for column in &keys {
                if let Some(Value::String(name)) = row.value(&column.name) {
                    names.entry(keyed_table(table, column).to_owned()).or_default().insert(name.clone());
                }
            }
        }
    }
    names.into_iter().map(|(table, names)| (table, names.into_iter().collect())).collect()
}

fn number(names: &BTreeMap<String, Vec<String>>, table: &str, name: &str) -> Option<i64> {
    let position = names.get(table)?.iter().position(|known| known == name)?;
    i64::try_from(position).ok()
}

/// Types the cells of one row.
fn cells(
    row: &Reader<'_>,
    table: &TableSchema,
    names: &BTreeMap<String, Vec<String>>,
    findings: &mut Vec<Finding>,
) -> Vec<Cell> {
    let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    row.only(&columns, findings);
    let mut cells = Vec::new();
    for column in &table.columns {
        let cell = match row.value(&column.name) {
            Some(value) => typed(value, column.kind, keyed_table(table, column), names),
            None => Some(default(row, table, column)),
        };
        let cell = cell.unwrap_or_else(|| {
            bad_cell(row, &column.name, findings);
            Cell::Empty
        });
        if cell == Cell::Empty && column.required {
            row.missing(&column.name, findings);
        }
        let values = Schema::canonical().values(column);
        if let Cell::Text(code) = &cell
            && !values.is_empty()
            && !values.contains_key(code)
        {
            bad_cell(row, &column.name, findings);
        }
        cells.push(cell);
    }
    cells
}

fn bad_cell(row: &Reader<'_>, column: &str, findings: &mut Vec<Finding>) {
    findings.push(Finding::error(
        Code::BAD_CASE,
        row.file,
        row.key(column),
        words!(
            "la valeur ne convient pas à la colonne `{column}`",
            "the value does not suit the column `{column}`"
        ),
        words!("voir la table dans docs/reference/claims.md", "see the table in docs/reference/claims.md"),
    ));
}

fn default(row: &Reader<'_>, table: &TableSchema, column: &ColumnSchema) -> Cell {
    match &column.default {
        Some(DefaultCell::Truth(truth)) => Cell::Truth(*truth),
        Some(DefaultCell::Integer(number)) => Cell::Integer(*number),
        Some(DefaultCell::Code(code)) => Cell::Text(code.clone()),
        None if column.kind == ColumnType::Cents => Cell::Integer(0),
        None if column.name == "source_key" => {
            let key = table.grain.first().and_then(|key| row.value(key)).and_then(Value::as_str);
            key.map_or(Cell::Empty, |key| Cell::Text(key.to_owned()))
        }
        None => Cell::Empty,
    }
}

fn typed(
    value: &Value,
    kind: ColumnType,
    table: &str,
    names: &BTreeMap<String, Vec<String>>,
) -> Option<Cell> {
    match kind {
        ColumnType::Key => number(names, table, value.as_str()?).map(Cell::Key),
        ColumnType::Text | ColumnType::Code => value.as_str().map(|text| Cell::Text(text.to_owned())),
        ColumnType::Date => day(value).map(Cell::Date),
        ColumnType::Integer | ColumnType::Cents => value.as_integer().map(Cell::Integer),
        ColumnType::Truth => value.as_bool().map(Cell::Truth),
    }
}

fn expected_row(
    row: &Reader<'_>,
    names: &BTreeMap<String, Vec<String>>,
    findings: &mut Vec<Finding>,
) -> Option<MeasureRow> {
    row.only(
        &["patient", "stay", "visit", "area", "denominator", "numerator", "value", "exclusion"],
        findings,
    );
    let key = |column: &str, table: &str| match row.value(column) {
        Some(value) => number(names, table, value.as_str()?).map(Some),
        None => Some(None),
    };
    let outcome = match (row.truth("numerator", findings), row.integer("value", findings)) {
        (Some(is_in), None) => Outcome::Numerator(is_in),
        (None, Some(value)) => Outcome::Value(value),
        _ => return None,
    };
    Some(MeasureRow {
        patient: PatientKey(key("patient", "patient")??),
        stay: key("stay", "stay")?.map(StayKey),
        visit: key("visit", "emergency_visit")?.map(VisitKey),
        area: row.text_if_there("area", findings).map(str::to_owned),
        denominator: row.truth("denominator", findings)?,
        outcome,
        exclusion: row.text_if_there("exclusion", findings).map(str::to_owned),
    })
}
