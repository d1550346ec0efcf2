//! The canonical tables are what they say.

use population::schema::CANONICAL_TOML;
use population::{ColumnType, Schema};

#[test]
fn the_shipped_tables_can_be_read() {
    let schema = Schema::read(CANONICAL_TOML).expect("a valid schema");
    assert_eq!(&schema, Schema::canonical());
    assert_eq!(schema.version, 1);
}

#[test]
fn every_code_is_closed_or_says_how_many_there_are() {
    let schema = Schema::canonical();
    for table in &schema.tables {
        for column in &table.columns {
            let closed = !schema.values(column).is_empty();
            let name = format!("{}.{}", table.name, column.name);
            match column.kind {
                ColumnType::Code => assert!(closed != column.distinct.is_some(), "{name}"),
                _ => assert!(!closed && column.distinct.is_none(), "{name}"),
            }
            if column.name.ends_with("_cents") {
                assert_eq!(column.kind, ColumnType::Cents, "{name}");
            }
            if let Some(population::schema::DefaultCell::Code(code)) = &column.default {
                assert!(schema.values(column).contains_key(code), "{name}");
            }
        }
    }
}

#[test]
fn a_reference_leads_to_a_key_of_that_name_or_type() {
    let schema = Schema::canonical();
    for table in &schema.tables {
        for column in &table.columns {
            if let Some(target) = &column.references {
                let target = schema.table(target).expect("a table");
                let [key] = target.grain.as_slice() else { panic!("{} has no single key", target.name) };
                assert_eq!(target.column(key).map(|key| key.kind), Some(column.kind), "{}", column.name);
            }
        }
    }
}

#[test]
fn a_faulty_schema_is_refused() {
    for (from, to) in [
        ("grain = [\"patient\"]", "grain = [\"person\"]"),
        ("values_of = \"practitioner.profession\"", "values_of = \"practitioner.trade\""),
        ("references = \"territory\"", "references = \"land\""),
        ("name = \"coverage\"", "name = \"patient\""),
        ("version = 1", "version = 1\nother = 2"),
    ] {
        assert!(CANONICAL_TOML.contains(from));
        assert!(Schema::read(&CANONICAL_TOML.replacen(from, to, 1)).is_err(), "{to}");
    }
}
