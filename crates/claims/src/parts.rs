//! Rows kept apart by a number, so that what is made of them is made part by part in bounded memory; and files of rows in
//! order, read as one in that order.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::{AsArray as _, BooleanArray, RecordBatch, UInt32Array};
use datafusion::arrow::compute::kernels::cmp::not_distinct;
use datafusion::arrow::compute::{and, cast, concat_batches, take_record_batch};
use datafusion::arrow::datatypes::{DataType, Int64Type, SchemaRef};
use datafusion::error::DataFusionError;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::physical_expr::expressions::col;
use datafusion::physical_expr::{LexOrdering, PhysicalSortExpr};
use datafusion::physical_plan::execute_stream;
use datafusion::physical_plan::sorts::sort_preserving_merge::SortPreservingMergeExec;
use datafusion::physical_plan::union::UnionExec;
use datafusion::prelude::ParquetReadOptions;
use futures::StreamExt as _;
use population::TableSchema;

use crate::write::properties;
use crate::{ClaimsError, Engine, Outcome};

/// Files that are written, or read in order, at the same time at most.
const MOST_PARTS: i64 = 128;

/// Rows that are parted at a time: few enough to be held, and enough for each part to receive many.
const ROWS_PARTED: usize = 64 * 1024;

/// Rows of a group in the file of a part; one group of each part is held.
const ROWS_PER_GROUP: usize = 32 * 1024;

/// Returns how many parts so many rows make.
pub(crate) fn parts_of(rows: i64, rows_at_a_time: i64) -> i64 {
    (rows / rows_at_a_time.max(1) + 1).clamp(1, MOST_PARTS)
}

/// The files of the parts of a view, while they are written. A part has all rows of a number.
pub(crate) struct PartWriter {
    folder: PathBuf,
    column: String,
    parts: i64,
    waiting: Vec<RecordBatch>,
    rows: usize,
    files: Vec<ArrowWriter<File>>,
}

impl PartWriter {
    /// Begins the parts in a folder that exists.
    pub(crate) fn new(folder: &Path, column: &str, parts: i64) -> Self {
        Self {
            folder: folder.to_owned(),
            column: column.to_owned(),
            parts,
            waiting: Vec::new(),
            rows: 0,
            files: Vec::new(),
        }
    }

    /// Adds rows.
    pub(crate) fn add(&mut self, batch: RecordBatch) -> Outcome<()> {
        self.rows += batch.num_rows();
        self.waiting.push(batch);
        if self.rows >= ROWS_PARTED { self.part() } else { Ok(()) }
    }

    /// Writes the rows that wait into the files of their parts. Rows without a number are in the first.
    fn part(&mut self) -> Outcome<()> {
        let Some(first) = self.waiting.first() else { return Ok(()) };
        let all = concat_batches(&first.schema(), &self.waiting)?;
        self.waiting.clear();
        self.rows = 0;
        if self.files.is_empty() {
            self.begin(&all.schema())?;
        }
        let place = all.schema().index_of(&self.column)?;
        let numbers = cast(all.column(place), &DataType::Int64)?;
        let mut rows: Vec<Vec<u32>> = self.files.iter().map(|_| Vec::new()).collect();
        for (row, number) in numbers.as_primitive::<Int64Type>().iter().enumerate() {
            let part = number.unwrap_or(0).rem_euclid(self.parts);
            let part = usize::try_from(part).ok().and_then(|part| rows.get_mut(part));
            if let Some((part, row)) = part.zip(u32::try_from(row).ok()) {
                part.push(row);
            }
        }
        for (file, rows) in self.files.iter_mut().zip(rows) {
            if !rows.is_empty() {
                let rows = take_record_batch(&all, &UInt32Array::from(rows))?;
                file.write(&rows).map_err(DataFusionError::from)?;
            }
        }
        Ok(())
    }

    fn begin(&mut self, schema: &SchemaRef) -> Outcome<()> {
        for part in 0..self.parts {
            let path = self.folder.join(format!("{part:04}.parquet"));
            let file = File::create(&path).map_err(|error| ClaimsError::disk(&path, &error))?;
            let writer =
                ArrowWriter::try_new(file, Arc::clone(schema), Some(properties(&[], ROWS_PER_GROUP)));
            self.files.push(writer.map_err(DataFusionError::from)?);
        }
        Ok(())
    }

    /// Ends every file; without any row there is one part.
    pub(crate) fn close(mut self, schema: &SchemaRef) -> Outcome<()> {
        self.part()?;
        if self.files.is_empty() {
            self.parts = 1;
            self.begin(schema)?;
        }
        for file in self.files {
            file.close().map_err(DataFusionError::from)?;
        }
        Ok(())
    }
}

impl Engine {
    /// Hands over the rows of files that are each in the order of some columns, in this order.
    ///
    /// Each file is read by itself, so that there is one batch of each in memory.
    pub(crate) fn each_in_order(
        &self,
        files: &[PathBuf],
        order: &[String],
        mut take: impl FnMut(RecordBatch) -> Outcome<()>,
    ) -> Outcome<()> {
        let narrow = self.one_at_a_time();
        let mut inputs = Vec::new();
        for file in files {
            let options = ParquetReadOptions { file_extension: "", ..ParquetReadOptions::default() };
            let path = file.to_string_lossy().into_owned();
            inputs.push(
                self.wait(async { narrow.read_parquet(path, options).await?.create_physical_plan().await })?,
            );
        }
        let all = UnionExec::try_new(inputs)?;
        let mut by = Vec::new();
        for column in order {
            let options = datafusion::arrow::compute::SortOptions { descending: false, nulls_first: false };
            by.push(PhysicalSortExpr::new(col(column, &all.schema())?, options));
        }
        let by =
            LexOrdering::new(by).ok_or_else(|| ClaimsError::Bug("an order without columns".to_owned()))?;
        let merged = Arc::new(SortPreservingMergeExec::new(by, all));
        // Reading begins here, on the threads of the runtime.
        let mut rows = self.wait(async { execute_stream(merged, narrow.task_ctx()) })?;
        while let Some(batch) = self.wait(async { rows.next().await.transpose() })? {
            take(batch)?;
        }
        Ok(())
    }
}

/// Returns the columns that order the rows of a table: those of its layout, then its grain, then all others, so that nothing
/// is left to chance.
pub(crate) fn order_of(table: &TableSchema) -> Vec<String> {
    let columns = table.columns.iter().map(|column| &column.name);
    let mut order: Vec<String> = Vec::new();
    for name in table.layout.sort.iter().chain(&table.grain).chain(columns) {
        if !order.contains(name) {
            order.push(name.clone());
        }
    }
    order
}

/// Looks whether rows that come in order share the grain of their table.
pub(crate) struct Neighbours {
    /// The places of the columns of the grain; none when neighbours say nothing.
    grain: Vec<usize>,
    last: Option<RecordBatch>,
    shared: bool,
}

impl Neighbours {
    /// Begins with a table whose rows come as [`order_of`] says, year by year.
    pub(crate) fn of(table: &TableSchema) -> Self {
        let in_grain = |name: &String| table.grain.contains(name);
        let stand_together =
            table.layout.sort.iter().all(in_grain) && table.layout.year_of.as_ref().is_none_or(in_grain);
        let grain = if stand_together {
            table.grain.iter().filter_map(|name| table.position(name)).collect()
        } else {
            Vec::new()
        };
        Self { grain, last: None, shared: false }
    }

    /// Looks at the next rows.
    pub(crate) fn see(&mut self, batch: &RecordBatch) -> Outcome<()> {
        let rows = batch.num_rows();
        if self.grain.is_empty() || self.shared || rows == 0 {
            return Ok(());
        }
        if let Some(last) = &self.last {
            self.shared = self.are_alike(last, &batch.slice(0, 1))?;
        }
        if rows > 1 && !self.shared {
            self.shared = self.are_alike(&batch.slice(0, rows - 1), &batch.slice(1, rows - 1))?;
        }
        self.last = Some(batch.slice(rows - 1, 1));
        Ok(())
    }

    /// Returns whether it is known that no two rows share a grain.
    pub(crate) fn all_differ(&self) -> bool {
        !self.grain.is_empty() && !self.shared
    }

    fn are_alike(&self, these: &RecordBatch, those: &RecordBatch) -> Outcome<bool> {
        let mut alike: Option<BooleanArray> = None;
        for place in &self.grain {
            let same = not_distinct(these.column(*place), those.column(*place))?;
            alike = Some(match alike {
                None => same,
                Some(alike) => and(&alike, &same)?,
            });
        }
        Ok(alike.is_some_and(|alike| alike.has_true()))
    }
}

/// Returns the runs of one file: the files of that name in the folders of the parts.
pub(crate) fn runs_by_name(folders: &[PathBuf]) -> Outcome<BTreeMap<String, Vec<PathBuf>>> {
    let mut runs: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        for file in crate::tables::list(folder)? {
            let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            runs.entry(name).or_default().push(file);
        }
    }
    Ok(runs)
}
