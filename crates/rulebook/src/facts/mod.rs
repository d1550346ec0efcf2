//! Facts: typed rows of each entity.

mod cells;
mod columns;
mod from_csv;
mod from_json;
mod from_toml;
pub(crate) mod numbers;
pub(crate) mod plain;
mod rows;
mod stream;
mod tables;
mod typing;

use std::ops::Range;
use std::sync::Arc;

use crate::period::{date_of, day_number};
use crate::refusal::Refusal;
use crate::{EntityId, InputId, Rulebook, Type, Value};

use numbers::{NumberCell, NumberCells};
use plain::PlainCells;

pub(crate) use cells::check_bounds;
pub use from_csv::read_csv;
pub use from_json::read_json;
pub use from_toml::read_toml;
pub use stream::{CsvBlock, CsvLayout, CsvScan};
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
pub struct Cells(pub(crate) CellsOf);

/// The cells by their type.
#[derive(Debug, Clone)]
pub(crate) enum CellsOf {
    Numbers(NumberCells),
    Bools(PlainCells<bool>),
    /// By their [`day_number`].
    Dates(PlainCells<i32>),
    /// By the index of the value in its enumeration.
    Enums(PlainCells<u32>),
}

impl Cells {
    /// Returns no cells of a type yet.
    pub fn of(kind: &Type) -> Self {
        Self(match kind {
            Type::Number(_) => CellsOf::Numbers(NumberCells::default()),
            Type::Bool => CellsOf::Bools(PlainCells::default()),
            Type::Date => CellsOf::Dates(PlainCells::default()),
            Type::Enum(_) => CellsOf::Enums(PlainCells::default()),
        })
    }

    /// Adds a cell; a value of another type counts as absent.
    pub fn push(&mut self, value: Option<Value>) {
        match (&mut self.0, value) {
            (CellsOf::Numbers(cells), Some(Value::Number(number))) => cells.push(Some(number)),
            (CellsOf::Bools(cells), Some(Value::Bool(truth))) => cells.push(Some(truth)),
            (CellsOf::Dates(cells), Some(Value::Date(date))) => cells.push(Some(day_number(date))),
            (CellsOf::Enums(cells), Some(Value::Enum(index))) => cells.push(u32::try_from(index).ok()),
            (CellsOf::Numbers(cells), _) => cells.push(None),
            (CellsOf::Bools(cells), _) => cells.push(None),
            (CellsOf::Dates(cells), _) => cells.push(None),
            (CellsOf::Enums(cells), _) => cells.push(None),
        }
    }

    /// Returns how many rows there are.
    pub fn len(&self) -> usize {
        match &self.0 {
            CellsOf::Numbers(cells) => cells.len(),
            CellsOf::Bools(cells) => cells.len(),
            CellsOf::Dates(cells) => cells.len(),
            CellsOf::Enums(cells) => cells.len(),
        }
    }

    /// Returns whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the value of a row; none when it is absent.
    pub fn value(&self, row: usize) -> Option<Value> {
        match &self.0 {
            CellsOf::Numbers(cells) => cells.number(row).map(Value::Number),
            CellsOf::Bools(cells) => cells.get(row).map(Value::Bool),
            CellsOf::Dates(cells) => cells.get(row).map(|day| Value::Date(date_of(day))),
            CellsOf::Enums(cells) => Some(Value::Enum(usize::try_from(cells.get(row)?).ok()?)),
        }
    }

    /// Returns whether every one of some rows has a value.
    pub(crate) fn are_present(&self, rows: Range<usize>) -> bool {
        match &self.0 {
            CellsOf::Numbers(cells) => cells.are_present(rows),
            CellsOf::Bools(cells) => cells.are_present(rows),
            CellsOf::Dates(cells) => cells.are_present(rows),
            CellsOf::Enums(cells) => cells.are_present(rows),
        }
    }

    /// Returns whether a row has no value.
    pub fn is_absent(&self, row: usize) -> bool {
        match &self.0 {
            CellsOf::Numbers(cells) => matches!(cells.cell(row), NumberCell::Absent),
            CellsOf::Bools(cells) => cells.get(row).is_none(),
            CellsOf::Dates(cells) => cells.get(row).is_none(),
            CellsOf::Enums(cells) => cells.get(row).is_none(),
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
