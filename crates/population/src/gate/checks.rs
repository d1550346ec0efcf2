//! The checks of the gate, each a plain loop that returns the places of the rows it finds.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{GateCheck, GateRule};
use crate::query::Period;
use crate::rows::{Cell, Row, Rows, Tables};
use crate::schema::Schema;

/// Returns the places of the rows that a rule finds, in order.
pub(super) fn hits(rule: &GateRule, rows: &Rows<'_>, tables: &Tables<'_>) -> Vec<usize> {
    let where_row = |test: &dyn Fn(Row<'_>) -> bool| -> Vec<usize> {
        rows.iter().enumerate().filter(|(_, row)| test(*row)).map(|(index, _)| index).collect()
    };
    let column = |index: usize| rule.columns.get(index).map_or("", String::as_str);
    match rule.check {
        GateCheck::EmptyRequired => where_row(&|row| {
            let mut required = rows.table.columns.iter().filter(|column| column.required);
            required.any(|column| *row.cell(&column.name) == Cell::Empty)
        }),
        GateCheck::DuplicateRow => duplicates(rows),
        GateCheck::SecondPerson => second_persons(rows, &rule.columns),
        GateCheck::Grain => shared_grains(rows),
        GateCheck::UnknownCode => where_row(&|row| has_unknown_code(row, rows)),
        GateCheck::UnknownReference => unknown_references(rows, tables),
        GateCheck::ReversedDates => where_row(
            &|row| matches!((row.date(column(0)), row.date(column(1))), (Some(from), Some(to)) if to < from),
        ),
        GateCheck::Overlap => overlaps(rule, rows).into_iter().map(|(index, _)| index).collect(),
        GateCheck::AfterDeath => {
            let deaths = dates_of_patients(tables, "death_date");
            where_row(&|row| is_beyond(row, column(0), &deaths, |date, death| date > death))
        }
        GateCheck::BeforeBirth => {
            let births = dates_of_patients(tables, "birth_date");
            where_row(&|row| is_beyond(row, column(0), &births, |date, birth| date < birth))
        }
        GateCheck::Negative => where_row(&|row| {
            rule.columns.iter().any(|column| row.integer(column).is_some_and(|number| number < 0))
        }),
        GateCheck::MissingMonth => Vec::new(),
    }
}

fn duplicates(rows: &Rows<'_>) -> Vec<usize> {
    let mut seen: BTreeSet<&Vec<Cell>> = BTreeSet::new();
    rows.rows.iter().enumerate().filter(|(_, row)| !seen.insert(row)).map(|(index, _)| index).collect()
}

/// Finds rows whose grain occurs elsewhere; copies are gone by then, so that the rows differ.
fn shared_grains(rows: &Rows<'_>) -> Vec<usize> {
    let mut count: BTreeMap<Vec<Cell>, usize> = BTreeMap::new();
    for row in rows.iter() {
        *count.entry(row.cells(&rows.table.grain)).or_default() += 1;
    }
    let shared = |row: Row<'_>| count.get(&row.cells(&rows.table.grain)).is_some_and(|times| *times > 1);
    rows.iter().enumerate().filter(|(_, row)| shared(*row)).map(|(index, _)| index).collect()
}

/// Finds rows of one key that disagree about who it is.
fn second_persons(rows: &Rows<'_>, identity: &[String]) -> Vec<usize> {
    let mut persons: BTreeMap<Vec<Cell>, BTreeSet<Vec<Cell>>> = BTreeMap::new();
    for row in rows.iter() {
        persons.entry(row.cells(&rows.table.grain)).or_default().insert(row.cells(identity));
    }
    let several =
        |row: Row<'_>| persons.get(&row.cells(&rows.table.grain)).is_some_and(|persons| persons.len() > 1);
    rows.iter().enumerate().filter(|(_, row)| several(*row)).map(|(index, _)| index).collect()
}

fn has_unknown_code(row: Row<'_>, rows: &Rows<'_>) -> bool {
    rows.table.columns.iter().any(|column| {
        let known = Schema::canonical().values(column);
        !known.is_empty() && row.text(&column.name).is_some_and(|code| !known.contains_key(code))
    })
}

fn unknown_references(rows: &Rows<'_>, tables: &Tables<'_>) -> Vec<usize> {
    let mut hits = BTreeSet::new();
    for column in &rows.table.columns {
        let target = column.references.as_ref().and_then(|name| tables.0.get(name));
        let Some((target, key)) = target.and_then(|target| Some((target, target.table.grain.first()?)))
        else {
            continue;
        };
        let known: BTreeSet<&Cell> = target.iter().map(|row| row.cell(key)).collect();
        if known.is_empty() {
            continue;
        }
        for (index, row) in rows.iter().enumerate() {
            let cell = row.cell(&column.name);
            if *cell != Cell::Empty && !known.contains(cell) {
                hits.insert(index);
            }
        }
    }
    hits.into_iter().collect()
}

fn dates_of_patients(tables: &Tables<'_>, column: &str) -> BTreeMap<i64, Date> {
    tables.rows("patient").filter_map(|row| Some((row.key("patient")?, row.date(column)?))).collect()
}

fn is_beyond(
    row: Row<'_>,
    column: &str,
    bounds: &BTreeMap<i64, Date>,
    is_beyond: impl Fn(Date, Date) -> bool,
) -> bool {
    let bound = row.key("patient").and_then(|patient| bounds.get(&patient));
    matches!((row.date(column), bound), (Some(date), Some(bound)) if is_beyond(date, *bound))
}

/// Finds the stretches that still run when the next of the same patient begins, with the day before that.
fn overlaps(rule: &GateRule, rows: &Rows<'_>) -> Vec<(usize, Date)> {
    let [patient, tie, from, to] = rule.columns.as_slice() else { return Vec::new() };
    let mut by_patient: BTreeMap<&Cell, Vec<(usize, Row<'_>)>> = BTreeMap::new();
    for (index, row) in rows.iter().enumerate() {
        by_patient.entry(row.cell(patient)).or_default().push((index, row));
    }
    let mut hits = Vec::new();
    for stretches in by_patient.values_mut() {
        // Of two that begin together the larger key comes first and so is the one that ends.
        stretches.sort_by_key(|(_, row)| (row.date(from), Reverse(row.cell(tie)), row.date(to)));
        for ((index, row), (_, next)) in stretches.iter().zip(stretches.iter().skip(1)) {
            let begins = next.date(from).unwrap_or(Date::MAX);
            if row.date(to).is_none_or(|end| end >= begins) {
                hits.push((*index, begins.yesterday().unwrap_or(Date::MIN)));
            }
        }
    }
    hits.sort_unstable();
    hits
}

/// Returns the rows with earlier stretches cut; those of which nothing is left are gone.
pub(super) fn cut(rule: &GateRule, rows: &Rows<'_>) -> Vec<Vec<Cell>> {
    let ends: BTreeMap<usize, Date> = overlaps(rule, rows).into_iter().collect();
    let [.., from, to] = rule.columns.as_slice() else { return rows.rows.clone() };
    let mut kept = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let Some(cells) = rows.rows.get(index) else { continue };
        let mut cells = cells.clone();
        if let Some(end) = ends.get(&index) {
            if row.date(from).is_some_and(|from| *end < from) {
                continue;
            }
            if let Some(cell) = rows.table.position(to).and_then(|place| cells.get_mut(place)) {
                *cell = Cell::Date(*end);
            }
        }
        kept.push(cells);
    }
    kept
}

/// Counts the months of a period in which a column has no date.
pub(super) fn missing_months(rows: &Rows<'_>, column: &str, period: Period) -> usize {
    let dates = rows.iter().filter_map(|row| row.date(column));
    let present: BTreeSet<(i16, i8)> = dates.map(|date| (date.year(), date.month())).collect();
    let mut missing = 0;
    let mut month = period.start.first_of_month();
    while month <= period.end {
        if !present.contains(&(month.year(), month.month())) {
            missing += 1;
        }
        match month.last_of_month().tomorrow() {
            Ok(next) => month = next,
            Err(_) => break,
        }
    }
    missing
}
