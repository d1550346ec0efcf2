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

use exact::Rational;
use jiff::civil::Date;

use crate::refusal::Refusal;
use crate::{EntityId, InputId, Rulebook, Type, Value};

pub(crate) use cells::check_bounds;
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
    /// The cells.
    pub cells: Cells,
}

/// The cells of a column, of one type: one for each row, none when absent.
///
/// A million rows of forty facts must fit: a cell takes no more room than its type needs.
#[derive(Debug, Clone)]
pub enum Cells {
    /// Exact numbers.
    Numbers(Vec<Option<Rational>>),
    /// Truth values.
    Bools(Vec<Option<bool>>),
    /// Days.
    Dates(Vec<Option<Date>>),
    /// Values of an enumeration, by their index.
    Enums(Vec<Option<usize>>),
}

impl Cells {
    /// Returns no cells of a type yet.
    pub fn of(kind: &Type) -> Self {
        match kind {
            Type::Number(_) => Self::Numbers(Vec::new()),
            Type::Bool => Self::Bools(Vec::new()),
            Type::Date => Self::Dates(Vec::new()),
            Type::Enum(_) => Self::Enums(Vec::new()),
        }
    }

    /// Adds a cell; a value of another type counts as absent.
    pub fn push(&mut self, value: Option<Value>) {
        match (self, value) {
            (Self::Numbers(cells), Some(Value::Number(number))) => cells.push(Some(number)),
            (Self::Bools(cells), Some(Value::Bool(truth))) => cells.push(Some(truth)),
            (Self::Dates(cells), Some(Value::Date(date))) => cells.push(Some(date)),
            (Self::Enums(cells), Some(Value::Enum(index))) => cells.push(Some(index)),
            (Self::Numbers(cells), _) => cells.push(None),
            (Self::Bools(cells), _) => cells.push(None),
            (Self::Dates(cells), _) => cells.push(None),
            (Self::Enums(cells), _) => cells.push(None),
        }
    }

    /// Returns how many rows there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(cells) => cells.len(),
            Self::Bools(cells) => cells.len(),
            Self::Dates(cells) => cells.len(),
            Self::Enums(cells) => cells.len(),
        }
    }

    /// Returns whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the value of a row; none when it is absent.
    pub fn value(&self, row: usize) -> Option<Value> {
        match self {
            Self::Numbers(cells) => cells.get(row)?.clone().map(Value::Number),
            Self::Bools(cells) => cells.get(row)?.map(Value::Bool),
            Self::Dates(cells) => cells.get(row)?.map(Value::Date),
            Self::Enums(cells) => cells.get(row)?.map(Value::Enum),
        }
    }

    /// Returns whether a row has no value.
    pub fn is_absent(&self, row: usize) -> bool {
        match self {
            Self::Numbers(cells) => cells.get(row).is_none_or(Option::is_none),
            Self::Bools(cells) => cells.get(row).is_none_or(Option::is_none),
            Self::Dates(cells) => cells.get(row).is_none_or(Option::is_none),
            Self::Enums(cells) => cells.get(row).is_none_or(Option::is_none),
        }
    }
}

impl Column {
    /// Returns a column of values of a type.
    pub fn new(input: InputId, kind: &Type, values: impl IntoIterator<Item = Option<Value>>) -> Self {
        let mut cells = Cells::of(kind);
        values.into_iter().for_each(|value| cells.push(value));
        Self { input, cells }
    }
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
    pub fn cell(&self, input: InputId, row: usize) -> Option<Value> {
        self.column(input)?.cells.value(row)
    }

    /// Returns the column of an input, when it was given.
    pub fn column(&self, input: InputId) -> Option<&Column> {
        self.columns.iter().find(|column| column.input == input)
    }

    /// Returns the file and line of a row.
    pub fn place(&self, row: usize) -> Option<(Arc<str>, u64)> {
        Some((self.file.clone()?, *self.lines.get(row)?))
    }
}
