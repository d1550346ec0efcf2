//! The population of a territory, as data and as plain reference code.
//!
//! Canonical tables with their schema, metadata of measures, gate rules, checks of mappings, attribution, reference
//! measures and masking. Pure: no file, no clock, no query engine. Speed is the business of the engine over claims, which
//! is compared with what stands here.

pub mod finding;
pub mod schema;
mod words;

pub use finding::{Code, Finding, Severity, has_errors};
pub use schema::{ColumnSchema, ColumnType, Layout, Schema, TableSchema};
pub use words::{Language, Text};
