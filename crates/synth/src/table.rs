//! One table being written: cells into columns, columns into Parquet, and into CSV beside it when that is wanted.
//!
//! Rows are handed to Parquet in chunks of one size, so that the bytes depend on the rows alone and not on how they came.

use std::fmt::Write as _;
use std::io::Write;
use std::sync::Arc;

use arrow_array::builder::{
    Date32Builder, Decimal128Builder, Int64Builder, StringBuilder, TimestampMillisecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field as ArrowField, Schema, SchemaRef, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use crate::Error;
use crate::calendar;
use crate::cells::Cell;
use crate::layout::{Column, Field, Stored, Table};

/// How many rows are handed to Parquet at a time.
const CHUNK_ROWS: usize = 4096;

/// How many rows a row group has: enough to compress, little enough that many open files fit in memory.
const GROUP_ROWS: usize = 32_768;

const DAY_MS: i64 = 86_400_000;

/// A column being filled.
#[derive(Debug)]
enum Builder {
    Text(StringBuilder),
    Whole(Int64Builder),
    /// With the power of ten that one is stored as.
    Decimal(Decimal128Builder, i128),
    Day(Date32Builder),
    Moment(TimestampMillisecondBuilder),
}

/// What fills a column.
#[derive(Debug, Clone)]
enum Source {
    Field(Field),
    Text(String),
    Whole(i64),
}

impl Source {
    fn of(column: &Column) -> Self {
        match (&column.from, &column.value) {
            (Some(field), _) => Self::Field(*field),
            (None, Some(value)) if column.stored == Stored::Number => Self::Whole(value.parse().unwrap_or(0)),
            (None, value) => Self::Text(value.clone().unwrap_or_default()),
        }
    }
}

/// A table that takes rows.
pub(crate) struct TableFile<W: Write + Send> {
    schema: SchemaRef,
    sources: Vec<Source>,
    formats: Vec<Option<String>>,
    builders: Vec<Builder>,
    in_chunk: usize,
    parquet: ArrowWriter<W>,
    csv: Option<csv::Writer<W>>,
    scratch: String,
    rows: u64,
}

impl<W: Write + Send> TableFile<W> {
    /// Begins a table over one or two places to write to.
    pub(crate) fn new(table: &Table, parquet: W, csv: Option<W>) -> Result<Self, Error> {
        let fields: Vec<ArrowField> = table
            .columns
            .iter()
            .map(|column| ArrowField::new(&column.name, data_type(column), true))
            .collect();
        let schema = Arc::new(Schema::new(fields));
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            // An open page keeps eight bytes for each of its values, and hundreds of files are open.
            .set_data_page_row_count_limit(CHUNK_ROWS)
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_created_by("quotepart".to_owned())
            .build();
        let parquet = ArrowWriter::try_new(parquet, Arc::clone(&schema), Some(properties))?;
        let mut csv = csv.map(csv::Writer::from_writer);
        if let Some(csv) = &mut csv {
            csv.write_record(table.columns.iter().map(|column| column.name.as_str())).map_err(Error::csv)?;
        }
        Ok(Self {
            builders: table.columns.iter().map(builder).collect(),
            sources: table.columns.iter().map(Source::of).collect(),
            formats: table.columns.iter().map(|column| column.format.clone()).collect(),
            schema,
            in_chunk: 0,
            parquet,
            csv,
            scratch: String::new(),
            rows: 0,
        })
    }

    /// Adds a row.
    pub(crate) fn put<'a>(&mut self, cell: impl Fn(Field) -> Cell<'a>) -> Result<(), Error> {
        for ((builder, source), format) in self.builders.iter_mut().zip(&self.sources).zip(&self.formats) {
            let cell = match source {
                Source::Field(field) => cell(*field),
                Source::Text(text) => Cell::Text(text),
                Source::Whole(number) => Cell::Whole(*number),
            };
            fill(builder, cell, format.as_deref(), &mut self.scratch);
            if let Some(csv) = &mut self.csv {
                self.scratch.clear();
                write_text(&mut self.scratch, cell, format.as_deref(), builder);
                csv.write_field(&self.scratch).map_err(Error::csv)?;
            }
        }
        if let Some(csv) = &mut self.csv {
            csv.write_record(None::<&[u8]>).map_err(Error::csv)?;
        }
        self.rows += 1;
        self.in_chunk += 1;
        if self.in_chunk == CHUNK_ROWS {
            self.hand_over()?;
        }
        Ok(())
    }

    fn hand_over(&mut self) -> Result<(), Error> {
        let columns: Vec<ArrayRef> = self.builders.iter_mut().map(finish).collect();
        let batch = RecordBatch::try_new(Arc::clone(&self.schema), columns)
            .map_err(|error| Error::parquet(error.into()))?;
        self.parquet.write(&batch)?;
        self.in_chunk = 0;
        Ok(())
    }

    /// Ends the table; returns how many rows it has and the places that were written to.
    pub(crate) fn close(mut self) -> Result<(u64, W, Option<W>), Error> {
        if self.in_chunk > 0 {
            self.hand_over()?;
        }
        let csv = match self.csv {
            Some(csv) => Some(csv.into_inner().map_err(|error| Error::Write(error.into_error()))?),
            None => None,
        };
        Ok((self.rows, self.parquet.into_inner()?, csv))
    }
}

/// Returns the Arrow type of a column.
fn data_type(column: &Column) -> DataType {
    match (column.stored, column.precision()) {
        (Stored::String, _) => DataType::Utf8,
        (Stored::Number, None) => DataType::Int64,
        (Stored::Number, Some((before, after))) => {
            DataType::Decimal128(before.saturating_add(after), i8::try_from(after).unwrap_or(0))
        }
        (Stored::Date, _) => DataType::Date32,
        (Stored::Datetime, _) => DataType::Timestamp(TimeUnit::Millisecond, None),
    }
}

fn builder(column: &Column) -> Builder {
    match data_type(column) {
        DataType::Int64 => Builder::Whole(Int64Builder::new()),
        DataType::Decimal128(precision, scale) => {
            let power = 10_i128.pow(u32::from(scale.unsigned_abs()));
            let kind = DataType::Decimal128(precision, scale);
            Builder::Decimal(Decimal128Builder::new().with_data_type(kind), power)
        }
        DataType::Date32 => Builder::Day(Date32Builder::new()),
        DataType::Timestamp(..) => Builder::Moment(TimestampMillisecondBuilder::new()),
        _ => Builder::Text(StringBuilder::new()),
    }
}

fn finish(builder: &mut Builder) -> ArrayRef {
    match builder {
        Builder::Text(builder) => Arc::new(builder.finish()),
        Builder::Whole(builder) => Arc::new(builder.finish()),
        Builder::Decimal(builder, _) => Arc::new(builder.finish()),
        Builder::Day(builder) => Arc::new(builder.finish()),
        Builder::Moment(builder) => Arc::new(builder.finish()),
    }
}

fn fill(builder: &mut Builder, cell: Cell<'_>, format: Option<&str>, scratch: &mut String) {
    match builder {
        Builder::Text(texts) => match cell {
            Cell::Nothing => texts.append_null(),
            Cell::Text(text) => texts.append_value(text),
            other => {
                scratch.clear();
                write_plain(scratch, other, format);
                texts.append_value(scratch.as_str());
            }
        },
        Builder::Whole(numbers) => numbers.append_option(whole(cell)),
        Builder::Decimal(numbers, power) => numbers.append_option(match cell {
            Cell::Cents(cents) => Some(i128::from(cents) * *power / 100),
            other => whole(other).map(|number| i128::from(number) * *power),
        }),
        Builder::Day(days) => days.append_option(match cell {
            Cell::Day(day) => i32::try_from(day).ok(),
            _ => None,
        }),
        Builder::Moment(moments) => moments.append_option(match cell {
            Cell::Day(day) => Some(day * DAY_MS),
            _ => None,
        }),
    }
}

fn whole(cell: Cell<'_>) -> Option<i64> {
    match cell {
        Cell::Whole(number) | Cell::Padded(number, _) | Cell::Coded(number, _) => Some(number),
        Cell::Cents(cents) => Some(cents),
        Cell::Text(text) => text.parse().ok(),
        Cell::Nothing | Cell::Day(_) => None,
    }
}

/// Writes a cell as CSV has it; decimals with their point, moments with their hour.
fn write_text(text: &mut String, cell: Cell<'_>, format: Option<&str>, builder: &Builder) {
    let money = matches!(builder, Builder::Decimal(..));
    match cell {
        Cell::Cents(cents) if money => {
            let sign = if cents < 0 { "-" } else { "" };
            let (euros, rest) = (cents.abs() / 100, cents.abs() % 100);
            let _written = write!(text, "{sign}{euros}.{rest:02}");
        }
        Cell::Day(_) if matches!(builder, Builder::Moment(_)) => {
            write_plain(text, cell, None);
            text.push_str("T00:00:00Z");
        }
        // The format of a date that is stored as a date is for the official text files.
        Cell::Day(_) if matches!(builder, Builder::Day(_)) => write_plain(text, cell, None),
        other => write_plain(text, other, format),
    }
}

/// Writes a cell as text; writing to a text cannot fail.
fn write_plain(text: &mut String, cell: Cell<'_>, format: Option<&str>) {
    let _written = match cell {
        Cell::Nothing => Ok(()),
        Cell::Text(value) => text.write_str(value),
        Cell::Whole(number) | Cell::Cents(number) => write!(text, "{number}"),
        Cell::Padded(number, width) => write!(text, "{number:0width$}"),
        Cell::Coded(number, width) => {
            let mut left = number.unsigned_abs();
            let mut letters = vec!['0'; width];
            for letter in letters.iter_mut().rev() {
                let digit = u32::try_from(left % 36).unwrap_or(0);
                *letter = char::from_digit(digit, 36).unwrap_or('0').to_ascii_uppercase();
                left /= 36;
            }
            text.extend(letters);
            Ok(())
        }
        Cell::Day(day) => {
            let civil = calendar::civil(day);
            match format {
                Some("%d%m%Y") => write!(text, "{:02}{:02}{:04}", civil.day, civil.month, civil.year),
                _ => write!(text, "{:04}-{:02}-{:02}", civil.year, civil.month, civil.day),
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cell: Cell<'_>, format: Option<&str>, expected: &str) {
        let mut text = String::new();
        write_plain(&mut text, cell, format);
        assert_eq!(text, expected);
    }

    #[test]
    fn cells_are_written_as_the_layout_says() {
        let day = calendar::day(2020, 2, 9);
        check(Cell::Day(day), None, "2020-02-09");
        check(Cell::Day(day), Some("%d%m%Y"), "09022020");
        check(Cell::Padded(7, 2), None, "07");
        check(Cell::Coded(35 * 36 + 10, 4), None, "00ZA");
        check(Cell::Nothing, None, "");
        let mut text = String::new();
        let decimals = Builder::Decimal(Decimal128Builder::new(), 100);
        write_text(&mut text, Cell::Cents(-2505), None, &decimals);
        assert_eq!(text, "-25.05");
    }
}
