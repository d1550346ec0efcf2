//! Rows of canonical tables, untyped: what a gate looks at and what cases are read into.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::schema::{Schema, TableSchema};

/// One cell. A code is a text; an integer and an amount in cents are both whole numbers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cell {
    /// No value.
    Empty,
    /// The number of a key.
    Key(i64),
    /// A text or a code.
    Text(String),
    /// A day.
    Date(Date),
    /// A whole number, or cents.
    Integer(i64),
    /// True or false.
    Truth(bool),
}

/// Rows of one table, with the cells in the order of its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows<'a> {
    /// The table.
    pub table: &'a TableSchema,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
}

/// Tables by name. A table that is not there has no rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tables<'a>(pub BTreeMap<String, Rows<'a>>);

/// One row with the names of its columns.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    table: &'a TableSchema,
    cells: &'a [Cell],
}

impl<'a> Tables<'a> {
    /// Returns tables without rows, one for each of the schema.
    pub fn empty(schema: &'a Schema) -> Self {
        let tables = schema.tables.iter();
        Self(tables.map(|table| (table.name.clone(), Rows { table, rows: Vec::new() })).collect())
    }

    /// Returns the rows of a table; none if it is not there.
    pub fn rows(&self, table: &str) -> impl Iterator<Item = Row<'_>> {
        self.0.get(table).into_iter().flat_map(Rows::iter)
    }
}

impl Rows<'_> {
    /// Returns the rows with the names of their columns.
    pub fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().map(|cells| Row { table: self.table, cells })
    }
}

impl<'a> Row<'a> {
    /// Returns a cell; empty if there is no such column.
    pub fn cell(&self, column: &str) -> &'a Cell {
        self.table.position(column).and_then(|index| self.cells.get(index)).unwrap_or(&Cell::Empty)
    }

    /// Returns the number of a key.
    pub fn key(&self, column: &str) -> Option<i64> {
        if let Cell::Key(key) = self.cell(column) { Some(*key) } else { None }
    }

    /// Returns a text or a code.
    pub fn text(&self, column: &str) -> Option<&'a str> {
        if let Cell::Text(text) = self.cell(column) { Some(text) } else { None }
    }

    /// Returns a day.
    pub fn date(&self, column: &str) -> Option<Date> {
        if let Cell::Date(date) = self.cell(column) { Some(*date) } else { None }
    }

    /// Returns a whole number or an amount in cents.
    pub fn integer(&self, column: &str) -> Option<i64> {
        if let Cell::Integer(number) = self.cell(column) { Some(*number) } else { None }
    }

    /// Returns true or false.
    pub fn truth(&self, column: &str) -> Option<bool> {
        if let Cell::Truth(truth) = self.cell(column) { Some(*truth) } else { None }
    }

    /// Returns the cells of some columns, in their order.
    pub fn cells(&self, columns: &[String]) -> Vec<Cell> {
        columns.iter().map(|column| self.cell(column).clone()).collect()
    }
}
