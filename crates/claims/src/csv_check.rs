//! A text file is read through once before it is used, so that what is wrong has a line and a column, and nothing is guessed.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use population::ColumnType;
use population::mapping::SourceType;

use crate::functions::{day, scaled};
use crate::{ClaimsError, Outcome};

/// Digits that a decimal number of a source may have after its point.
const DIGITS_MAX: usize = 6;

/// Returns the names in the first line of a file.
pub(crate) fn header(file: &Path, delimiter: u8) -> Outcome<Vec<String>> {
    let mut reader = reader(file, delimiter)?;
    let names = reader.byte_headers().map_err(|error| unreadable(file, &error))?;
    let names: Result<Vec<String>, _> =
        names.iter().map(|name| std::str::from_utf8(name).map(str::to_owned)).collect();
    let mut names = names.map_err(|_| ClaimsError::NotUtf8 { file: file.to_owned(), line: 1 })?;
    if let Some(first) = names.first_mut() {
        // Spreadsheets write a mark before the first name.
        *first = first.trim_start_matches('\u{feff}').to_owned();
    }
    Ok(names)
}

/// Checks every cell of a file: UTF-8, as many cells as names, and the types given for some columns.
///
/// Returns the number of rows.
pub(crate) fn check(file: &Path, delimiter: u8, types: &[Option<Expected<'_>>]) -> Outcome<u64> {
    let mut reader = reader(file, delimiter)?;
    let mut record = csv::ByteRecord::new();
    let mut rows = 0_u64;
    loop {
        let more = reader.read_byte_record(&mut record).map_err(|error| unreadable(file, &error))?;
        if !more {
            return Ok(rows);
        }
        rows += 1;
        let line = record.position().map_or(rows + 1, csv::Position::line);
        for (index, cell) in record.iter().enumerate() {
            let Ok(cell) = std::str::from_utf8(cell) else {
                return Err(ClaimsError::NotUtf8 { file: file.to_owned(), line });
            };
            if let Some(Some(expected)) = types.get(index)
                && !expected.fits(cell)
            {
                let (file, column) = (file.to_owned(), expected.column.to_owned());
                let expected = expected.holds.name().to_owned();
                return Err(ClaimsError::BadCell { file, line, column, expected });
            }
        }
    }
}

/// What the cells of a column must be.
pub(crate) struct Expected<'a> {
    pub(crate) column: &'a str,
    pub(crate) holds: Holds,
    pub(crate) required: bool,
}

/// What a cell may hold.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Holds {
    /// A cell of a canonical table.
    Canonical(ColumnType),
    /// A cell of a source.
    Source(SourceType),
}

impl Holds {
    fn name(self) -> &'static str {
        match self {
            Self::Canonical(kind) => kind.name(),
            Self::Source(kind) => kind.name(),
        }
    }
}

impl Expected<'_> {
    fn fits(&self, cell: &str) -> bool {
        if cell.trim().is_empty() {
            return !self.required;
        }
        let is_whole = || scaled(cell, 0).is_some() && !cell.contains('.');
        match self.holds {
            Holds::Canonical(ColumnType::Text | ColumnType::Code) | Holds::Source(SourceType::Text) => true,
            Holds::Canonical(ColumnType::Key | ColumnType::Cents) | Holds::Source(SourceType::Whole) => {
                is_whole()
            }
            Holds::Canonical(ColumnType::Integer) => {
                is_whole() && scaled(cell, 0).is_some_and(|value| i32::try_from(value).is_ok())
            }
            Holds::Source(SourceType::Decimal) => scaled(cell, DIGITS_MAX).is_some(),
            Holds::Canonical(ColumnType::Date) | Holds::Source(SourceType::Date) => day(cell).is_some(),
            Holds::Canonical(ColumnType::Truth) => matches!(cell.trim(), "true" | "false"),
        }
    }
}

fn reader(file: &Path, delimiter: u8) -> Outcome<csv::Reader<impl Read>> {
    let opened = File::open(file).map_err(|error| ClaimsError::disk(file, &error))?;
    Ok(csv::ReaderBuilder::new().delimiter(delimiter).from_reader(BufReader::with_capacity(1 << 20, opened)))
}

fn unreadable(file: &Path, error: &csv::Error) -> ClaimsError {
    // The words of the reader give places and lengths, never the cells.
    ClaimsError::Unreadable { file: file.to_owned(), why: error.to_string() }
}
