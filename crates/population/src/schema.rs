//! The canonical tables as data: names, types, grains, meanings and layout.
//!
//! The tables are written in `schema/canonical.toml`, which the build embeds. Nothing here reads or writes rows.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::Text;

/// The shipped tables as text, so that a page of reference or a reader in another language can use them.
pub const CANONICAL_TOML: &str = include_str!("../schema/canonical.toml");

static CANONICAL: LazyLock<Schema> = LazyLock::new(|| Schema::read(CANONICAL_TOML).unwrap_or_default());

/// The canonical tables.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schema {
    /// The version, raised by any change that a reader could notice.
    pub version: u32,
    /// The tables, in the order of the file.
    #[serde(rename = "table")]
    pub tables: Vec<TableSchema>,
}

/// One canonical table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableSchema {
    /// The name, in singular.
    pub name: String,
    /// What it is called.
    pub title: Text,
    /// What a row is.
    pub meaning: Text,
    /// Whether the engine derives it, so that no source gives it.
    #[serde(default)]
    pub derived: bool,
    /// The columns that together occur once; an empty cell counts as a value.
    pub grain: Vec<String>,
    /// How working files are laid out.
    pub layout: Layout,
    /// The columns, in the order of working files.
    #[serde(rename = "column")]
    pub columns: Vec<ColumnSchema>,
}

/// How working files are laid out, for speed only: no result depends on it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layout {
    /// The columns by which rows are sorted.
    pub sort: Vec<String>,
    /// The date whose year names the part of the table that a row is in, if the table is cut by year.
    pub year_of: Option<String>,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnSchema {
    /// The name.
    pub name: String,
    /// What its cells are.
    #[serde(rename = "type")]
    pub kind: ColumnType,
    /// Whether a cell may not be empty.
    #[serde(default)]
    pub required: bool,
    /// What it means, with its unit.
    pub meaning: Text,
    /// The nomenclature of a code.
    pub system: Option<String>,
    /// The table whose key or code this is.
    pub references: Option<String>,
    /// The closed list of codes, with labels.
    #[serde(default)]
    pub values: BTreeMap<String, Text>,
    /// Another column, as `table.column`, whose closed list this one shares.
    pub values_of: Option<String>,
    /// How many distinct codes are expected at most.
    pub distinct: Option<u32>,
    /// What a reader writes when its source is silent.
    pub default: Option<DefaultCell>,
}

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnType {
    /// A number of 64 bits that stands for a key of the source, in the same order.
    Key,
    /// Any text.
    Text,
    /// A day.
    Date,
    /// A whole number of 32 bits.
    Integer,
    /// Integer cents, 64 bits.
    Cents,
    /// A short text out of a list, worth a dictionary.
    Code,
    /// True or false.
    Truth,
}

impl ColumnType {
    /// Returns the name used in the schema file.
    pub fn name(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::Text => "text",
            Self::Date => "date",
            Self::Integer => "integer",
            Self::Cents => "cents",
            Self::Code => "code",
            Self::Truth => "truth",
        }
    }
}

/// A value written for a silent source.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum DefaultCell {
    /// True or false.
    Truth(bool),
    /// A whole number.
    Integer(i64),
    /// A code.
    Code(String),
}

/// Why a schema cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SchemaError {
    /// The text is not a schema.
    #[error("read the schema: {0}")]
    Unreadable(String),
    /// A name is not that of a column.
    #[error("find the column `{column}` that table `{table}` names")]
    UnknownColumn {
        /// The table.
        table: String,
        /// The missing column.
        column: String,
    },
    /// A name is not that of a table.
    #[error("find the table `{0}`")]
    UnknownTable(String),
    /// Two tables or two columns of one table have the same name.
    #[error("tell apart two things named `{0}`")]
    Duplicate(String),
}

impl Schema {
    /// Returns the shipped tables.
    ///
    /// They are embedded and tested; a build whose tables were faulty would have none.
    pub fn canonical() -> &'static Self {
        &CANONICAL
    }

    /// Reads a schema and checks that the names in it lead somewhere.
    pub fn read(text: &str) -> Result<Self, SchemaError> {
        let schema: Self =
            toml::from_str(text).map_err(|error| SchemaError::Unreadable(error.to_string()))?;
        schema.check()?;
        Ok(schema)
    }

    /// Returns a table by its name.
    pub fn table(&self, name: &str) -> Option<&TableSchema> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// Returns the closed list of codes of a column: its own, or the one it shares. Empty for an open list.
    pub fn values<'a>(&'a self, column: &'a ColumnSchema) -> &'a BTreeMap<String, Text> {
        let shared = column.values_of.as_deref().and_then(|path| path.split_once('.'));
        shared
            .and_then(|(table, name)| self.table(table)?.column(name))
            .map_or(&column.values, |shared| &shared.values)
    }

    fn check(&self) -> Result<(), SchemaError> {
        for (index, table) in self.tables.iter().enumerate() {
            if self.tables.iter().take(index).any(|other| other.name == table.name) {
                return Err(SchemaError::Duplicate(table.name.clone()));
            }
            table.check()?;
            for column in &table.columns {
                if let Some(name) = &column.references
                    && self.table(name).is_none()
                {
                    return Err(SchemaError::UnknownTable(name.clone()));
                }
                if let Some(path) = &column.values_of
                    && self.values(column).is_empty()
                {
                    return Err(SchemaError::UnknownColumn {
                        table: table.name.clone(),
                        column: path.clone(),
                    });
                }
            }
        }
        Ok(())
    }
}

impl TableSchema {
    /// Returns a column by its name.
    pub fn column(&self, name: &str) -> Option<&ColumnSchema> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Returns the place of a column by its name.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    fn check(&self) -> Result<(), SchemaError> {
        let names = self.grain.iter().chain(&self.layout.sort).chain(&self.layout.year_of);
        for name in names {
            if self.column(name).is_none() {
                return Err(SchemaError::UnknownColumn { table: self.name.clone(), column: name.clone() });
            }
        }
        for (index, column) in self.columns.iter().enumerate() {
            if self.columns.iter().take(index).any(|other| other.name == column.name) {
                return Err(SchemaError::Duplicate(format!("{}.{}", self.name, column.name)));
            }
        }
        Ok(())
    }
}
