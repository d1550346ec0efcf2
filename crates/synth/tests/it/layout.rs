//! The tables are the official ones: every name and type is compared with the published schemas.

use std::collections::BTreeMap;

use serde_json::Value;
use synth::{Layout, Stored};

use crate::support;

#[test]
fn every_column_is_official() {
    let Some(folder) = support::official("schemas") else { return };
    let layout = Layout::embedded().expect("read");
    let mut columns = 0;
    for table in layout.tables.iter().filter(|table| !table.reference) {
        let text = std::fs::read_to_string(folder.join(format!("{}.json", table.name))).expect("a schema");
        let schema: Value = serde_json::from_str(&text).expect("JSON");
        let fields: BTreeMap<&str, &Value> = schema["fields"]
            .as_array()
            .expect("fields")
            .iter()
            .map(|field| (field["name"].as_str().expect("a name"), field))
            .collect();
        for column in &table.columns {
            let place = format!("{}.{}", table.name, column.name);
            let field = fields.get(column.name.as_str()).unwrap_or_else(|| panic!("{place} is not official"));
            assert_eq!(field["type"].as_str(), column.kind.as_deref(), "{place}");
            let stored = match column.stored {
                Stored::String => "string",
                Stored::Number => "number",
                Stored::Date => "date",
                Stored::Datetime => "datetime",
            };
            assert_eq!(field["type_oracle"].as_str(), Some(stored), "{place}");
            let format = field["format"].as_str().filter(|format| *format != "default");
            assert_eq!(format, column.format.as_deref(), "{place}");
            assert!(field["dateDeleted"].as_str().is_none_or(str::is_empty), "{place} is no longer there");
            columns += 1;
        }
        // The whole key of each table is written.
        for key in schema["primaryKey"].as_array().into_iter().flatten() {
            let key = key.as_str().expect("a name");
            assert!(table.columns.iter().any(|column| column.name == key), "{}.{key}", table.name);
        }
    }
    assert!(columns > 200, "{columns}");
}

#[test]
fn names_of_columns_are_unique_in_a_table() {
    for table in Layout::embedded().expect("read").tables {
        let mut names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), table.columns.len(), "{}", table.name);
    }
}
