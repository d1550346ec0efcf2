//! Parquet out: a query streamed into one file, or into one file for each year.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::{AsArray as _, BooleanArray, RecordBatch};
use datafusion::arrow::compute::{DatePart, date_part, filter_record_batch};
use datafusion::arrow::datatypes::{Int32Type, Int64Type, SchemaRef};
use datafusion::dataframe::DataFrame;
use datafusion::error::DataFusionError;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::Compression;
use datafusion::parquet::file::metadata::KeyValue;
use datafusion::parquet::file::properties::WriterProperties;
use futures::StreamExt as _;
use population::{ColumnType, Schema, TableSchema};

use crate::parts::{order_of, parts_of};
use crate::tables::list;
use crate::{ClaimsError, Engine, Opened, Outcome};

/// Rows of a group: what statistics can skip at once.
const ROWS_PER_GROUP: usize = 128 * 1024;

/// What every working file says of itself.
const WORKING_FILE: &str = "Quotepart working file: rows of pseudonymous persons; it stays where it was made and is no release. \
                            Fichier de travail : lignes de personnes pseudonymes ; il reste où il a été fait et n'est pas diffusé.";

pub(crate) fn properties(notes: &[(&str, String)], rows_per_group: usize) -> WriterProperties {
    let mut metadata = vec![
        KeyValue::new("quotepart.privacy".to_owned(), WORKING_FILE.to_owned()),
        KeyValue::new("quotepart.schema_version".to_owned(), Schema::canonical().version.to_string()),
    ];
    metadata
        .extend(notes.iter().map(|(key, value)| KeyValue::new(format!("quotepart.{key}"), value.clone())));
    WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_max_row_group_row_count(Some(rows_per_group))
        .set_key_value_metadata(Some(metadata))
        .build()
}

impl Engine {
    /// Writes the rows of a query, in their order, as a Parquet working file.
    ///
    /// Returns how many there are. Putting the file in its place is the caller's.
    pub fn write_parquet(
        &self,
        sql: &str,
        notes: &[(&str, String)],
        out: &mut (dyn Write + Send),
    ) -> Outcome<u64> {
        self.write_plan(self.plan(sql)?, notes, out)
    }

    /// Writes the rows of a planned query, in their order, as a Parquet working file.
    pub(crate) fn write_plan(
        &self,
        plan: DataFrame,
        notes: &[(&str, String)],
        out: &mut (dyn Write + Send),
    ) -> Outcome<u64> {
        let schema: SchemaRef = Arc::new(plan.schema().as_arrow().clone());
        let mut writer = ArrowWriter::try_new(out, schema, Some(properties(notes, ROWS_PER_GROUP)))
            .map_err(DataFusionError::from)?;
        let mut rows = 0;
        self.each_of(plan, |batch| {
            rows += count(&batch);
            Ok(writer.write(&batch).map_err(DataFusionError::from)?)
        })?;
        writer.close().map_err(DataFusionError::from)?;
        Ok(rows)
    }

    /// Writes every canonical table of the session into a folder that exists, in the layout of working files.
    pub fn write_tables(&self, opened: &Opened, folder: &Path, mut step: impl FnMut(&str)) -> Outcome<()> {
        let tables = Schema::canonical().tables.iter().filter(|table| opened.has(&table.name));
        for table in tables {
            step(&table.name);
            if opened.in_layout && !self.is_corrected(&table.name) {
                take_over(&opened.folder, folder, &table.name)?;
                continue;
            }
            let year_of = table.layout.year_of.as_deref();
            let place = year_of.and_then(|name| table.position(name));
            let mut writer = TableWriter::new(folder, &table.name, place);
            // A year is sorted at a time.
            for years in self.years(&table.name, year_of)? {
                self.sorted(table, &years, &folder.join("runs"), |batch| writer.add(&batch))?;
            }
            let schema = self.plan(&format!("SELECT * FROM {}", table.name))?.schema().as_arrow().clone();
            writer.close(schema.into())?;
        }
        Ok(())
    }

    /// Hands over the rows of a table that fit a condition, in their order.
    ///
    /// Many rows are sorted part by part, each into a file of its own in a folder that is gone afterwards, then read as one.
    fn sorted(
        &self,
        table: &TableSchema,
        condition: &str,
        runs: &Path,
        take: impl FnMut(RecordBatch) -> Outcome<()>,
    ) -> Outcome<()> {
        let (name, order) = (&table.name, order_of(table));
        let by = order.join(", ");
        let rows = self.number(&format!("SELECT COUNT(*) FROM {name} WHERE {condition}"))?.unwrap_or(0);
        let parts = parts_of(rows, self.rows_at_a_time);
        let key = table.columns.iter().find(|column| column.kind == ColumnType::Key);
        let Some(key) = key.filter(|_| parts > 1) else {
            return self.each(&format!("SELECT * FROM {name} WHERE {condition} ORDER BY {by}"), take);
        };
        std::fs::create_dir_all(runs).map_err(|error| ClaimsError::disk(runs, &error))?;
        let mut files = Vec::new();
        for part in 0..parts {
            let of_part = format!("COALESCE({}, 0) % {parts} = {part}", key.name);
            let file = runs.join(format!("{part:04}"));
            self.keep(&format!("SELECT * FROM {name} WHERE {condition} AND {of_part} ORDER BY {by}"), &file)?;
            files.push(file);
        }
        self.each_in_order(&files, &order, take)?;
        // What was merged is needed no more; a folder that is not there is no fault.
        let _gone = std::fs::remove_dir_all(runs);
        Ok(())
    }

    /// Returns conditions that cut a table at the years of a date, or one that leaves it whole.
    fn years(&self, table: &str, year_of: Option<&str>) -> Outcome<Vec<String>> {
        let Some(date) = year_of else { return Ok(vec!["TRUE".to_owned()]) };
        let sql = format!(
            "SELECT DISTINCT CAST(EXTRACT(YEAR FROM day) AS BIGINT) AS year \
             FROM (SELECT DISTINCT {date} AS day FROM {table} WHERE {date} IS NOT NULL) ORDER BY year"
        );
        let mut years = Vec::new();
        for batch in self.rows(&sql)? {
            years.extend(batch.column(0).as_primitive::<Int64Type>().iter().flatten());
        }
        let literal = |year: i64| format!("{date} BETWEEN DATE '{year:04}-01-01' AND DATE '{year:04}-12-31'");
        Ok(years.into_iter().map(literal).collect())
    }

    /// Hands over the rows of a query, batch by batch, in their order.
    pub(crate) fn each(&self, sql: &str, take: impl FnMut(RecordBatch) -> Outcome<()>) -> Outcome<()> {
        self.each_of(self.plan(sql)?, take)
    }

    /// Hands over the rows of a planned query, batch by batch, in their order.
    pub(crate) fn each_of(
        &self,
        plan: DataFrame,
        mut take: impl FnMut(RecordBatch) -> Outcome<()>,
    ) -> Outcome<()> {
        let mut stream = self.wait(plan.execute_stream())?;
        while let Some(batch) = self.wait(async { stream.next().await.transpose() })? {
            take(batch)?;
        }
        Ok(())
    }
}

/// Puts the files of a table into another folder as they are.
fn take_over(from: &Path, to: &Path, table: &str) -> Outcome<()> {
    let name = format!("{table}.parquet");
    let single = from.join(&name);
    let mut files = vec![(single.clone(), to.join(name))];
    if !single.is_file() {
        files = list(&from.join(table))?
            .into_iter()
            .filter_map(|file| Some((file.clone(), to.join(table).join(file.file_name()?))))
            .collect();
        let folder = to.join(table);
        std::fs::create_dir_all(&folder).map_err(|error| ClaimsError::disk(&folder, &error))?;
    }
    for (file, target) in files {
        // On one disk nothing needs to be copied.
        std::fs::hard_link(&file, &target)
            .or_else(|_| std::fs::copy(&file, &target).map(|_bytes| ()))
            .map_err(|error| ClaimsError::disk(&target, &error))?;
    }
    Ok(())
}

pub(crate) fn count(batch: &RecordBatch) -> u64 {
    u64::try_from(batch.num_rows()).unwrap_or(u64::MAX)
}

/// The files of one table while they are written.
pub(crate) struct TableWriter {
    folder: PathBuf,
    table: String,
    year_of: Option<usize>,
    files: BTreeMap<i32, ArrowWriter<File>>,
}

impl TableWriter {
    /// Begins a table in a folder; `year_of` is the place of the date that cuts it by year.
    pub(crate) fn new(folder: &Path, table: &str, year_of: Option<usize>) -> Self {
        Self { folder: folder.to_owned(), table: table.to_owned(), year_of, files: BTreeMap::new() }
    }

    /// Adds rows.
    pub(crate) fn add(&mut self, batch: &RecordBatch) -> Outcome<()> {
        let Some(place) = self.year_of else { return self.add_to(0, batch) };
        let years = date_part(batch.column(place), DatePart::Year)?;
        let years = years.as_primitive::<Int32Type>();
        let mut distinct: Vec<i32> = years.iter().flatten().collect();
        distinct.sort_unstable();
        distinct.dedup();
        if let [year] = distinct.as_slice() {
            return self.add_to(*year, batch);
        }
        for year in distinct {
            let wanted: BooleanArray = years.iter().map(|found| Some(found == Some(year))).collect();
            self.add_to(year, &filter_record_batch(batch, &wanted)?)?;
        }
        Ok(())
    }

    fn add_to(&mut self, year: i32, batch: &RecordBatch) -> Outcome<()> {
        let writer = match self.files.entry(year) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(new) => {
                let path = if self.year_of.is_some() {
                    self.folder.join(&self.table).join(format!("{year:04}.parquet"))
                } else {
                    self.folder.join(format!("{}.parquet", self.table))
                };
                let parent = path.parent().unwrap_or(&self.folder);
                std::fs::create_dir_all(parent).map_err(|error| ClaimsError::disk(parent, &error))?;
                let file = File::create(&path).map_err(|error| ClaimsError::disk(&path, &error))?;
                let writer =
                    ArrowWriter::try_new(file, batch.schema(), Some(properties(&[], ROWS_PER_GROUP)));
                new.insert(writer.map_err(DataFusionError::from)?)
            }
        };
        Ok(writer.write(batch).map_err(DataFusionError::from)?)
    }

    /// Ends every file that was begun.
    pub(crate) fn close_if_any(self) -> Outcome<()> {
        for (_, writer) in self.files {
            writer.close().map_err(DataFusionError::from)?;
        }
        Ok(())
    }

    /// Ends every file; a table without rows still gets one, so that it is there.
    pub(crate) fn close(mut self, schema: SchemaRef) -> Outcome<()> {
        if self.files.is_empty() {
            self.year_of = None;
            self.add_to(0, &RecordBatch::new_empty(schema))?;
        }
        self.close_if_any()
    }
}
