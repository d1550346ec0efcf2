//! Canonical tables in a folder: found, compared with their schema, and named in the session.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema as ArrowSchema};
use datafusion::dataframe::DataFrame;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use datafusion::prelude::{CsvReadOptions, ParquetReadOptions};
use population::query::quoted;
use population::schema::DefaultCell;
use population::{ColumnSchema, ColumnType, Schema, TableSchema, Text, words};

use crate::csv_check::{Expected, Holds};
use crate::{ClaimsError, Engine, Imported, Outcome, csv_check};

/// The tables of a folder, named in the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The folder.
    pub folder: PathBuf,
    /// The names of the tables that are there, in the order of the schema.
    pub present: Vec<String>,
    /// What is odd, but stops nothing.
    pub warnings: Vec<Text>,
    /// Whether the files are in the layout of working files.
    pub(crate) in_layout: bool,
    /// The tables in which no two rows share a grain, as far as it is known without asking.
    pub(crate) one_row_per_grain: BTreeSet<String>,
}

impl Opened {
    /// Takes for granted what was seen of the tables while they were written here.
    #[must_use]
    pub fn written_by(mut self, imported: &Imported) -> Self {
        let sure = imported.tables.iter().filter(|table| table.one_row_per_grain);
        self.one_row_per_grain.extend(sure.map(|table| table.name.clone()));
        self.in_layout = true;
        self
    }

    /// Returns whether a table is there.
    pub fn has(&self, table: &str) -> bool {
        self.present.iter().any(|present| present == table)
    }

    /// Refuses to go on without a table.
    pub fn need(&self, table: &str, needed_by: &str) -> Outcome<()> {
        if self.has(table) {
            return Ok(());
        }
        Err(ClaimsError::MissingTable {
            table: table.to_owned(),
            folder: self.folder.clone(),
            needed_by: needed_by.to_owned(),
        })
    }
}

/// The files of one table.
pub(crate) enum Form {
    /// Parquet files with the same columns.
    Parquet(Vec<PathBuf>),
    /// One text file.
    Csv(PathBuf),
}

impl Engine {
    /// Names every canonical table of a folder in the session, after comparing it with the schema.
    pub fn open(&self, folder: &Path) -> Outcome<Opened> {
        if !folder.is_dir() {
            return Err(ClaimsError::NoFolder(folder.to_owned()));
        }
        self.forget_corrections();
        let mut opened = Opened {
            folder: folder.to_owned(),
            present: Vec::new(),
            warnings: Vec::new(),
            in_layout: false,
            one_row_per_grain: BTreeSet::new(),
        };
        for table in &Schema::canonical().tables {
            let Some(form) = find(folder, &table.name)? else {
                // Whoever cannot do without asks by `need`.
                self.name(&table.name, &without_rows(table))?;
                continue;
            };
            let (read, columns) = self.read(table, &form)?;
            let (sql, unknown) = view(table, &form, &columns)?;
            for column in unknown {
                let name = &table.name;
                opened.warnings.push(words!(
                    "la colonne `{column}` de `{name}` n'est pas connue ; elle n'est pas lue",
                    "the column `{column}` of `{name}` is unknown; it is not read"
                ));
            }
            let source = format!("file_{}", table.name);
            self.forget(&source)?;
            self.context.register_table(source.as_str(), read.into_view())?;
            self.name(&table.name, &sql)?;
            opened.present.push(table.name.clone());
        }
        Ok(opened)
    }

    /// Reads the files of a table and returns their columns with their types.
    fn read(&self, table: &TableSchema, form: &Form) -> Outcome<(DataFrame, BTreeMap<String, DataType>)> {
        match form {
            Form::Parquet(files) => {
                let mut columns = BTreeMap::new();
                for file in files {
                    for field in parquet_schema(file)?.fields() {
                        check_type(table, field, file)?;
                        columns.insert(field.name().clone(), field.data_type().clone());
                    }
                }
                let read = self.parquet(files)?;
                // The engine may read a text in another form than the file keeps it.
                for field in read.schema().fields() {
                    columns.insert(field.name().clone(), field.data_type().clone());
                }
                Ok((read, columns))
            }
            Form::Csv(file) => {
                let names = csv_check::header(file, b',')?;
                let types: Vec<_> = names
                    .iter()
                    .map(|name| {
                        let known = table.column(name)?;
                        Some(Expected {
                            column: name,
                            holds: Holds::Canonical(known.kind),
                            required: known.required,
                        })
                    })
                    .collect();
                csv_check::check(file, b',', &types)?;
                let read = self.csv(file, &names, b',')?;
                Ok((read, names.into_iter().map(|name| (name, DataType::Utf8)).collect()))
            }
        }
    }

    /// Reads Parquet files that have the same columns.
    pub(crate) fn parquet(&self, files: &[PathBuf]) -> Outcome<DataFrame> {
        let paths: Vec<String> = files.iter().map(|file| file.to_string_lossy().into_owned()).collect();
        let options = ParquetReadOptions { file_extension: "", ..ParquetReadOptions::default() };
        self.wait(self.context.read_parquet(paths, options))
    }

    /// Reads a text file that was looked through; every cell is a text.
    pub(crate) fn csv(&self, file: &Path, names: &[String], delimiter: u8) -> Outcome<DataFrame> {
        let fields: Vec<Field> = names.iter().map(|name| Field::new(name, DataType::Utf8, true)).collect();
        let schema = ArrowSchema::new(fields);
        let mut options = CsvReadOptions::new().has_header(true).delimiter(delimiter).schema(&schema);
        options.file_extension = "";
        options.newlines_in_values = true;
        let path = file.to_string_lossy().into_owned();
        self.wait(self.context.read_csv(path, options))
    }
}

fn without_rows(table: &TableSchema) -> String {
    let cells = table
        .columns
        .iter()
        .map(|column| format!("CAST(NULL AS {}) AS {}", sql_type(column.kind), column.name));
    format!("SELECT {} WHERE FALSE", cells.collect::<Vec<_>>().join(", "))
}

/// Finds the files of a table: `table.parquet`, the Parquet files of the folder `table`, or `table.csv`.
fn find(folder: &Path, table: &str) -> Outcome<Option<Form>> {
    let mut forms = Vec::new();
    let single = folder.join(format!("{table}.parquet"));
    if single.is_file() {
        forms.push(Form::Parquet(vec![single]));
    }
    let parts = folder.join(table);
    if parts.is_dir() {
        let files = list(&parts)?;
        let files: Vec<PathBuf> =
            files.into_iter().filter(|file| file.extension().is_some_and(|end| end == "parquet")).collect();
        if !files.is_empty() {
            forms.push(Form::Parquet(files));
        }
    }
    let text = folder.join(format!("{table}.csv"));
    if text.is_file() {
        forms.push(Form::Csv(text));
    }
    if forms.len() > 1 {
        return Err(ClaimsError::TwoForms { table: table.to_owned(), folder: folder.to_owned() });
    }
    Ok(forms.pop())
}

/// Returns whether a folder has a canonical table.
pub(crate) fn has_canonical_table(folder: &Path) -> bool {
    let mut tables = Schema::canonical().tables.iter();
    tables.any(|table| find(folder, &table.name).is_ok_and(|form| form.is_some()))
}

/// Returns the files of a folder, in the order of their names.
pub(crate) fn list(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let failed = |error: std::io::Error| ClaimsError::disk(folder, &error);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Reads the footer of a Parquet file.
pub(crate) fn parquet_schema(file: &Path) -> Outcome<Arc<ArrowSchema>> {
    let opened = File::open(file).map_err(|error| ClaimsError::disk(file, &error))?;
    match ParquetRecordBatchReaderBuilder::try_new(opened) {
        Ok(reader) => Ok(Arc::clone(reader.schema())),
        Err(error) => Err(ClaimsError::Unreadable { file: file.to_owned(), why: error.to_string() }),
    }
}

/// Returns whether a type of a file is one that a kind of column may have.
fn accepts(kind: ColumnType, found: &DataType) -> bool {
    match (kind, found) {
        (ColumnType::Text | ColumnType::Code, DataType::Dictionary(_, value)) => value.is_string(),
        (ColumnType::Text | ColumnType::Code, found) => found.is_string(),
        (ColumnType::Key | ColumnType::Integer | ColumnType::Cents, found) => found.is_integer(),
        (ColumnType::Date, found) => *found == DataType::Date32,
        (ColumnType::Truth, found) => *found == DataType::Boolean,
    }
}

pub(crate) fn check_type(table: &TableSchema, field: &Field, file: &Path) -> Outcome<()> {
    match table.column(field.name()) {
        Some(column) if !accepts(column.kind, field.data_type()) => Err(ClaimsError::WrongType {
            file: file.to_owned(),
            column: column.name.clone(),
            expected: column.kind.name().to_owned(),
            found: field.data_type().to_string(),
        }),
        _ => Ok(()),
    }
}

/// Returns the name of a type in SQL.
pub(crate) fn sql_type(kind: ColumnType) -> &'static str {
    match kind {
        ColumnType::Key | ColumnType::Cents => "BIGINT",
        ColumnType::Integer => "INT",
        ColumnType::Date => "DATE",
        ColumnType::Text | ColumnType::Code => "VARCHAR",
        ColumnType::Truth => "BOOLEAN",
    }
}

/// Returns what is written for a silent source, in SQL.
pub(crate) fn default_in_sql(column: &ColumnSchema) -> Option<String> {
    Some(match column.default.as_ref()? {
        DefaultCell::Truth(truth) => truth.to_string(),
        DefaultCell::Integer(number) => number.to_string(),
        DefaultCell::Code(code) => quoted(code),
    })
}

/// Returns the query that gives a table its columns and types, and the columns of the file that nobody knows.
fn view(
    table: &TableSchema,
    form: &Form,
    found: &BTreeMap<String, DataType>,
) -> Outcome<(String, Vec<String>)> {
    let mut cells = Vec::new();
    for column in &table.columns {
        let name = &column.name;
        let kind = sql_type(column.kind);
        let cell = match (found.get(name), default_in_sql(column)) {
            // What is said of a person, a team or a place is joined to many rows, and each batch of these would carry on all the
            // buffers that texts in view form share: the time of joins upon joins would grow with the square of the rows.
            (Some(DataType::Utf8View), _) if table.layout.year_of.is_none() => {
                format!("arrow_cast(\"{name}\", 'Utf8')")
            }
            (Some(data), _) => as_kind(column, data, matches!(form, Form::Csv(_))),
            (None, Some(default)) => format!("CAST({default} AS {kind})"),
            (None, None) if column.required => {
                let file = match form {
                    Form::Parquet(files) => files.first().cloned().unwrap_or_default(),
                    Form::Csv(file) => file.clone(),
                };
                return Err(ClaimsError::MissingColumn { file, column: name.clone() });
            }
            (None, None) => format!("CAST(NULL AS {kind})"),
        };
        cells.push(format!("{cell} AS {name}"));
    }
    let unknown = found.keys().filter(|name| table.column(name).is_none()).cloned().collect();
    Ok((format!("SELECT {} FROM file_{}", cells.join(", "), table.name), unknown))
}

fn as_kind(column: &ColumnSchema, data: &DataType, text: bool) -> String {
    let name = &column.name;
    let kind = sql_type(column.kind);
    let cell = format!("\"{name}\"");
    match column.kind {
        ColumnType::Text | ColumnType::Code if text => format!("NULLIF({cell}, '')"),
        ColumnType::Date if text => format!("day({cell})"),
        ColumnType::Key | ColumnType::Cents if text => format!("whole({cell})"),
        ColumnType::Integer if text => format!("CAST(whole({cell}) AS INT)"),
        ColumnType::Truth if text => format!("CAST(NULLIF(TRIM({cell}), '') AS BOOLEAN)"),
        ColumnType::Key | ColumnType::Cents if *data == DataType::Int64 => cell,
        ColumnType::Integer if *data == DataType::Int32 => cell,
        ColumnType::Text | ColumnType::Code | ColumnType::Date | ColumnType::Truth => cell,
        _ => format!("CAST({cell} AS {kind})"),
    }
}
