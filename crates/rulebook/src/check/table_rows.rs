//! Checks the rows of tables: types, sources, order; completeness is checked day by day in `dates`.

use std::collections::BTreeMap;

use exact::Rational;
use jiff::civil::Date;

use super::compile::value;
use super::items::{competing, vouched_for};
use super::symbols::{Symbols, TableShape};
use crate::book::{Key, Row, Rulebook, Table, TableVersion};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Dated, Edge, Enumeration, Provenance, RowDecl, Status, TableDecl, TableKind, Validity};
use crate::{Place, Type, Value, text};

/// The largest number of combinations of a decision table.
const COMBINATIONS_MAX: usize = 200_000;

pub(super) fn table(
    decl: &TableDecl,
    shape: &TableShape,
    symbols: &Symbols,
    findings: &mut Vec<Diagnostic>,
) -> Table {
    let mut versions = Vec::new();
    for version in &decl.versions {
        let mut rows = Vec::new();
        for decl in &version.rows {
            rows.extend(row(decl, version.validity, &version.provenance, shape, symbols, findings));
        }
        // One missing source is one finding for the version, not one for each row.
        if version.rows.iter().any(|row| row.provenance.source.is_none())
            && version.provenance.source.is_none()
            || version.rows.iter().any(|row| row.provenance.status.is_none())
                && version.provenance.status.is_none()
        {
            vouched_for(&version.provenance, true, &version.place, findings);
        }
        let unknown = rows.is_empty() && version.provenance.status == Some(Status::Unknown);
        if unknown {
            vouched_for(&version.provenance, false, &version.place, findings);
        } else if version.rows.is_empty() {
            findings.push(Diagnostic::error(
                Code::INCOMPLETE_TABLE,
                version.place.clone(),
                text!(
                    "la table n'a pas de ligne (`rows` ou `file`)",
                    "the table has no row (`rows` or `file`)"
                ),
            ));
        }
        let declared_rows = version.rows.len();
        versions.push(TableVersion { validity: version.validity, rows, unknown, declared_rows });
    }
    let places: Vec<&Place> = decl.versions.iter().map(|version| &version.place).collect();
    competing(&versions.iter().map(|version| version.validity).collect::<Vec<_>>(), &places, findings);
    Table {
        named: decl.named.clone(),
        kind: decl.kind,
        keys: shape.keys.clone(),
        over: shape.over.clone(),
        value: shape.value.clone(),
        percent: decl.declared.percent,
        versions,
    }
}

fn row(
    decl: &RowDecl,
    version: Validity,
    common: &Provenance,
    shape: &TableShape,
    symbols: &Symbols,
    findings: &mut Vec<Diagnostic>,
) -> Option<Row> {
    let provenance = Provenance {
        source: decl.provenance.source.clone().or_else(|| common.source.clone()),
        page: decl.provenance.page.clone().or_else(|| common.page.clone()),
        status: decl.provenance.status.or(common.status),
        note: decl.provenance.note.clone().or_else(|| common.note.clone()),
    };
    if provenance.source.is_some() && provenance.status.is_some() {
        vouched_for(&provenance, decl.value.is_some(), &decl.place, findings);
    }
    // A key that is not one was reported where the table names it.
    if shape.keys.len() != decl.keys.len() {
        return None;
    }
    let mut keys = Vec::new();
    for (raw, key) in decl.keys.iter().zip(&shape.keys) {
        keys.push(if raw.text == "*" { None } else { Some(value(raw, &key.kind, symbols, findings)?) });
    }
    let bound = match &decl.bound {
        Some((edge, raw)) => {
            let kind = Type::Number(shape.over.clone());
            Some((*edge, value(raw, &kind, symbols, findings)?.as_number()?.clone()))
        }
        None => None,
    };
    let found = match &decl.value {
        Some(raw) => Some(value(raw, &shape.value, symbols, findings)?),
        None => None,
    };
    let validity = Validity {
        from: decl.validity.from.max(version.from),
        to: match (decl.validity.to, version.to) {
            (Some(row), Some(version)) => Some(row.min(version)),
            (row, version) => row.or(version),
        },
        published: decl.validity.published.or(version.published),
    };
    Some(Row { keys, bound, dated: Dated { value: found, validity, provenance }, place: decl.place.clone() })
}

/// Returns whether the version of a table in force on a day is known to nobody.
pub(crate) fn is_unknown(table: &Table, day: Date, known_at: Option<Date>) -> bool {
    crate::in_force::in_force(&table.versions, |v| v.validity, day, known_at)
        .is_some_and(|version| version.unknown)
}

/// Returns the rows of a table in force on a day; of two rows for one key the later one wins.
pub(crate) fn rows_in_force(table: &Table, day: Date, known_at: Option<Date>) -> Vec<&Row> {
    let Some(version) = crate::in_force::in_force(&table.versions, |v| v.validity, day, known_at) else {
        return Vec::new();
    };
    let mut rows: Vec<&Row> = version
        .rows
        .iter()
        .filter(|row| row.dated.validity.contains(day) && row.dated.validity.known_at(known_at))
        .collect();
    rows.sort_by(|a, b| a.bound.as_ref().map(order).cmp(&b.bound.as_ref().map(order)));
    rows
}

/// Brackets sort by their bound; at one bound "at least" begins before "above".
fn order(bound: &(Edge, Rational)) -> (&Rational, bool) {
    (&bound.1, bound.0 == Edge::Above)
}

/// Reports a table that is incomplete or contradictory on a day.
pub(super) fn check_on(book: &Rulebook, table: &Table, day: Date, findings: &mut Vec<Diagnostic>) {
    let rows = rows_in_force(table, day, None);
    // Without rows, or with rows that could not be read, everything was said already.
    if rows.is_empty() || table.versions.iter().any(|version| version.rows.len() < version.declared_rows) {
        return;
    }
    if table.kind == TableKind::Decision {
        decision_complete(book, table, &rows, day, findings);
        return;
    }
    for pair in rows.windows(2) {
        let [lower, upper] = pair else { continue };
        if lower.bound.as_ref().map(|bound| &bound.1) == upper.bound.as_ref().map(|bound| &bound.1) {
            findings.push(
                Diagnostic::error(
                    Code::BAD_BRACKETS,
                    upper.place.clone(),
                    text!("deux lignes ont la même borne", "two rows have the same bound"),
                )
                .label(lower.place.clone(), text!("l'autre est ici", "the other is here")),
            );
        }
    }
    if table.kind == TableKind::Linear && rows.len() < 2 {
        findings.push(Diagnostic::error(
            Code::INCOMPLETE_TABLE,
            table.named.place.clone(),
            text!("une droite demande au moins deux points", "a line takes at least two points"),
        ));
    }
}

/// Returns every value that a key may take on a day.
fn domain(key: &Key, enums: &[Enumeration], day: Date) -> Vec<Value> {
    match &key.kind {
        Type::Bool => vec![Value::Bool(true), Value::Bool(false)],
        Type::Enum(id) => {
            let values = &enums[id.0].values;
            let known = values.iter().enumerate().filter(|(_, value)| value.validity.contains(day));
            known.map(|(index, _)| Value::Enum(index)).collect()
        }
        Type::Number(_) => {
            let (min, max) = key.range.unwrap_or((0, -1));
            (min..=max).map(|number| Value::Number(Rational::from(number))).collect()
        }
        Type::Date => Vec::new(),
    }
}

/// The rows of each combination of keys.
pub(crate) type Combinations<'r> = BTreeMap<Vec<Cell>, Vec<&'r Row>>;

/// Expands the rows of a decision table into one entry for each combination.
///
/// Returns none when there are too many combinations.
pub(crate) fn combinations<'r>(
    table: &Table,
    rows: &[&'r Row],
    enums: &[Enumeration],
    day: Date,
) -> Option<(usize, Combinations<'r>)> {
    let domains: Vec<Vec<Value>> = table.keys.iter().map(|key| domain(key, enums, day)).collect();
    let mut total = 1_usize;
    for values in &domains {
        total = total.checked_mul(values.len()).filter(|total| *total <= COMBINATIONS_MAX)?;
    }
    let mut found: BTreeMap<Vec<Cell>, Vec<&Row>> = BTreeMap::new();
    let mut entries = 0_usize;
    for row in rows {
        let wide = row.keys.iter().zip(&domains).filter(|(cell, _)| cell.is_none());
        entries = entries.saturating_add(wide.map(|(_, values)| values.len()).product());
        // Rows of `*` that overlap multiply, however few combinations there are.
        if entries > COMBINATIONS_MAX * 2 {
            return None;
        }
        let mut expanded: Vec<Vec<Cell>> = vec![Vec::new()];
        for (cell, values) in row.keys.iter().zip(&domains) {
            let choices: Vec<Cell> = match cell {
                Some(value) => vec![Cell::of(value)],
                None => values.iter().map(Cell::of).collect(),
            };
            expanded = expanded
                .iter()
                .flat_map(|start| {
                    choices
                        .iter()
                        .map(move |choice| [start.as_slice(), std::slice::from_ref(choice)].concat())
                })
                .collect();
        }
        for key in expanded {
            found.entry(key).or_default().push(row);
        }
    }
    Some((total, found))
}

/// A key cell that can be ordered.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Cell {
    /// A truth value.
    Bool(bool),
    /// The index of an enumeration's value.
    Enum(usize),
    /// A number.
    Number(Rational),
    /// A date, which no key can be.
    Other,
}

impl Cell {
    pub(crate) fn of(value: &Value) -> Self {
        match value {
            Value::Bool(truth) => Self::Bool(*truth),
            Value::Enum(index) => Self::Enum(*index),
            Value::Number(number) => Self::Number(number.clone()),
            Value::Date(_) => Self::Other,
        }
    }
}

fn decision_complete(
    book: &Rulebook,
    table: &Table,
    rows: &[&Row],
    day: Date,
    findings: &mut Vec<Diagnostic>,
) {
    let name = &table.named.name;
    let Some((total, found)) = combinations(table, rows, &book.enums, day) else {
        findings.push(Diagnostic::error(
            Code::INCOMPLETE_TABLE,
            table.named.place.clone(),
            text!(
                "la table `{name}` a plus de {COMBINATIONS_MAX} combinaisons",
                "the table `{name}` has more than {COMBINATIONS_MAX} combinations"
            ),
        ));
        return;
    };
    for rows in found.values() {
        if let [first, second, ..] = rows.as_slice()
            && first.place != second.place
        {
            findings.push(
                Diagnostic::error(
                    Code::DUPLICATE_ROW,
                    second.place.clone(),
                    text!(
                        "une combinaison a deux lignes dans `{name}`",
                        "one combination has two rows in `{name}`"
                    ),
                )
                .label(first.place.clone(), text!("la première est ici", "the first is here")),
            );
        }
    }
    let domains: Vec<Vec<Value>> = table.keys.iter().map(|key| domain(key, &book.enums, day)).collect();
    let present = found
        .keys()
        .filter(|key| {
            key.iter().zip(&domains).all(|(cell, values)| values.iter().any(|value| Cell::of(value) == *cell))
        })
        .count();
    if present == total {
        return;
    }
    let missing = total - present;
    let examples = missing_combinations(table, &domains, &found, &book.enums, 3).join(" ; ");
    findings.push(
        Diagnostic::error(
            Code::INCOMPLETE_TABLE,
            table.named.place.clone(),
            text!(
                "il manque {missing} combinaison(s) sur {total} dans `{name}` au {day} : {examples}",
                "{missing} of {total} combinations are missing in `{name}` on {day}: {examples}"
            ),
        )
        .help(text!(
            "ajouter ces lignes ; `*` dans une case veut dire toute valeur",
            "add these rows; `*` in a cell is any value"
        )),
    );
}

fn missing_combinations(
    table: &Table,
    domains: &[Vec<Value>],
    found: &BTreeMap<Vec<Cell>, Vec<&Row>>,
    enums: &[Enumeration],
    most: usize,
) -> Vec<String> {
    let mut all: Vec<Vec<&Value>> = vec![Vec::new()];
    for values in domains {
        all = all
            .iter()
            .flat_map(|start| values.iter().map(move |value| [start.as_slice(), &[value]].concat()))
            .collect();
    }
    all.iter()
        .filter(|key| !found.contains_key(&key.iter().map(|value| Cell::of(value)).collect::<Vec<_>>()))
        .take(most)
        .map(|key| {
            let words: Vec<String> = key
                .iter()
                .zip(&table.keys)
                .map(|(value, key)| {
                    let shown = match (value, &key.kind) {
                        (Value::Enum(index), Type::Enum(id)) => enums[id.0].values[*index].name.clone(),
                        (Value::Bool(truth), _) => truth.to_string(),
                        (Value::Number(number), _) => number.to_string(),
                        _ => String::new(),
                    };
                    format!("{} = {shown}", key.name)
                })
                .collect();
            words.join(", ")
        })
        .collect()
}
