//! The population of a territory, as data and as plain reference code.
//!
//! Canonical tables with their schema, metadata of measures, gate rules, checks of mappings, attribution, reference
//! measures and masking. Pure: no file, no clock, no query engine. Speed is the business of the engine over claims, which
//! is compared with what stands here.

pub mod cases;
pub mod chain;
pub mod choices;
pub mod finding;
pub mod gate;
pub mod key;
pub mod mapping;
pub mod measure;
pub mod query;
pub mod records;
pub mod reference;
pub mod release;
pub mod rows;
pub mod schema;
pub mod toml_reader;
pub mod value_set;
mod words;

pub use chain::Chain;
pub use choices::{Choice, ChoiceValue, Choices};
pub use finding::{Code, Finding, Severity, has_errors};
pub use mapping::Mapping;
pub use measure::{Measure, View};
pub use query::Period;
pub use records::Records;
pub use rows::{Cell, Rows, Tables};
pub use schema::{ColumnSchema, ColumnType, Layout, Schema, TableSchema};
pub use value_set::ValueSet;
pub use words::{Language, Text};
