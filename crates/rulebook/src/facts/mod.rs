//! Facts: typed rows of each entity.

mod cells;
mod columns;
mod from_csv;
mod from_json;
mod from_toml;
mod rows;
mod tables;
mod typing;

use std::sync::Arc;

use crate::refusal::Refusal;
use crate::{EntityId, InputId, Rulebook, Value};

pub use from_csv::read_csv;
pub use from_json::read_json;
pub use from_toml::read_toml;
pub use tables::{RawTable, Unreadable, UnreadableKind};
pub use typing::{FactFile, Options, collect};

/// The facts of every entity of a rulebook.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The rows of each entity, in the order of the rulebook's entities.
    pub entities: Vec<Rows>,
    /// Rows that cannot be used, with the reason.
    pub refused: Vec<Refusal>,
}

/// The rows of one entity, column by column.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// The ids.
    pub ids: Vec<String>,
    /// The row of the entity above, for each row.
    pub parents: Vec<Option<usize>>,
    /// The columns.
    pub columns: Vec<Column>,
    /// The file the rows come from.
    pub file: Option<Arc<str>>,
    /// The line of each row in it.
    pub lines: Vec<u64>,
}

/// The values of one input.
#[derive(Debug, Clone)]
pub struct Column {
    /// The input.
    pub input: InputId,
    /// One cell for each row; none when absent.
    pub cells: Vec<Option<Value>>,
}

impl Facts {
    /// Returns facts without any row.
    pub fn empty(book: &Rulebook) -> Self {
        Self { entities: vec![Rows::default(); book.entities.len()], refused: Vec::new() }
    }

    /// Returns the rows of an entity.
    pub fn rows(&self, entity: EntityId) -> &Rows {
        &self.entities[entity.0]
    }
}

impl Rows {
    /// Returns the cell of an input.
    pub fn cell(&self, input: InputId, row: usize) -> Option<&Value> {
        self.columns.iter().find(|column| column.input == input)?.cells.get(row)?.as_ref()
    }

    /// Returns the file and line of a row.
    pub fn place(&self, row: usize) -> Option<(Arc<str>, u64)> {
        Some((self.file.clone()?, *self.lines.get(row)?))
    }
}
