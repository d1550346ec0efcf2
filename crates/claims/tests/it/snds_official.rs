//! The SNDS as it is published: names and types of columns, and fictitious rows, of which none is lost.

use std::collections::BTreeMap;

use population::mapping::SourceType;
use serde_json::Value;

use crate::support::{engine, mapping, shared_data};
use crate::territory::imported;

/// Returns the official tables that the mapping reads, with their columns and types.
fn read_columns() -> BTreeMap<String, Vec<(String, SourceType)>> {
    let mapping = mapping("snds");
    let official = mapping.sources.values().filter_map(|source| {
        let name = source.files.last()?.trim_end_matches('*').replace("??", "aa");
        let columns = source.columns.iter().map(|column| Some((column.name.clone(), column.kind?)));
        // Files beside the SNDS have names of ours, in small letters.
        (name.to_uppercase().starts_with(name.get(..2)?))
            .then_some((name, columns.collect::<Option<Vec<_>>>()?))
    });
    official.collect()
}

/// Returns what a column of a type holds in the warehouse.
fn holds(kind: &str, stored: &str) -> SourceType {
    match (stored, kind) {
        ("string", _) => SourceType::Text,
        ("date" | "datetime", _) => SourceType::Date,
        (_, "number") => SourceType::Decimal,
        _ => SourceType::Whole,
    }
}

#[test]
fn every_column_that_is_read_is_published_with_its_type() {
    let Some(schemas) = shared_data("snds/schemas") else { return };
    let tables = read_columns();
    assert_eq!(tables.len(), 13, "{:?}", tables.keys());
    for (table, columns) in &tables {
        let text = std::fs::read_to_string(schemas.join(format!("{table}.json"))).expect("a schema");
        let schema: Value = serde_json::from_str(&text).expect("JSON");
        let fields = schema["fields"].as_array().expect("fields");
        for (column, kind) in columns {
            let field = fields.iter().find(|field| field["name"] == column.as_str());
            let field = field.unwrap_or_else(|| panic!("{table} has no {column}"));
            let (official, stored) = (field["type"].as_str(), field["type_oracle"].as_str());
            let expected = holds(official.expect("a type"), stored.expect("a type"));
            assert_eq!(*kind, expected, "{table}.{column}");
        }
    }
}

#[test]
fn every_column_that_is_read_is_drawn_with_its_type() {
    let layout = synth::Layout::embedded().expect("a layout");
    for (table, columns) in read_columns() {
        let drawn = layout.tables.iter().find(|one| one.name == table).unwrap_or_else(|| panic!("{table}"));
        for (column, kind) in columns {
            let found = drawn.columns.iter().find(|one| one.name == column);
            let found = found.unwrap_or_else(|| panic!("{table} has no {column}"));
            let stored = format!("{:?}", found.stored).to_lowercase();
            let expected = holds(found.kind.as_deref().expect("a type"), &stored);
            assert_eq!(kind, expected, "{table}.{column}");
        }
    }
}

#[test]
fn official_rows_are_read_or_refused_with_a_reason() {
    let Some(rows) = shared_data("snds/rows") else { return };
    let (engine, work) = (engine(2), tempfile::tempdir().expect("a folder"));
    let imported = imported(&engine, &rows, work.path());
    let number = |sql: &str| engine.number(sql).unwrap_or_else(|error| panic!("{error}")).unwrap_or(0);
    let apart = |list: &str| -> i64 {
        let lists = imported.lists.iter().filter(|(name, _)| name == list);
        i64::try_from(lists.flat_map(|(_, reasons)| reasons).map(|one| one.rows).sum::<u64>()).expect("small")
    };
    let table = |name: &str| -> i64 {
        let table = imported.tables.iter().find(|table| table.name == name).expect("a table");
        i64::try_from(table.rows + table.refused.iter().map(|one| one.rows).sum::<u64>()).expect("small")
    };
    let source = |name: &str| {
        let found = imported.sources.iter().find(|(source, _)| source == name).expect("a source");
        i64::try_from(found.1).expect("small")
    };
    assert_eq!(source("er_prs_f"), 10);
    // No line of these is repeated, so that one that is counted is one row.
    let used = number("SELECT COUNT(*) FROM line WHERE reason IS NULL");
    assert_eq!(
        used + apart("lines_apart") - number("SELECT COUNT(*) FROM billed_stay"),
        source("er_prs_f"),
        "{imported:?}"
    );
    assert_eq!(table("patient"), number("SELECT COUNT(DISTINCT identity) FROM person_key"), "{imported:?}");
    let about_persons = source("ir_mtt_r") + source("ir_imb_r");
    assert_eq!(
        table("registration") + table("condition") + apart("persons_apart"),
        about_persons,
        "{imported:?}"
    );
    let records =
        number("SELECT COUNT(*) FROM hospital_record") + number("SELECT COUNT(*) FROM outpatient_record");
    let visits = number("SELECT COUNT(*) FROM outpatient_record WHERE reason IS NULL");
    assert_eq!(table("stay") + visits + apart("stays_apart"), records, "{imported:?}");
    for (list, reasons) in &imported.lists {
        let file = work.path().join(format!("refused/{list}.parquet"));
        assert_eq!(file.is_file(), !reasons.is_empty(), "{list}");
    }
    let opened = engine.open(work.path()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(opened.warnings, []);
}
