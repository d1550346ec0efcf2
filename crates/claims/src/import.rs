//! A source becomes canonical Parquet files: its tables are read, queried by the mapping, numbered, typed, sorted, written.
//!
//! Keys are numbered from 0 in the order of their bytes. A row that lacks something required is refused with its reason
//! and kept apart, so that what comes in is what goes out and what is refused.

use std::collections::BTreeMap;
use std::path::Path;

use datafusion::arrow::array::{Array as _, AsArray as _, RecordBatch};
use datafusion::arrow::compute::{cast, filter_record_batch, is_null, not};
use datafusion::arrow::datatypes::DataType;
use population::mapping::{MappedTable, Mapping};
use population::{ColumnSchema, ColumnType, Finding, Schema, TableSchema};

use crate::parts::{Neighbours, order_of, runs_by_name};
use crate::steps::{Step, Steps};
use crate::tables::{default_in_sql, list, sql_type};
use crate::write::{TableWriter, count};
use crate::{ClaimsError, Engine, Outcome};

/// What became of a source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// The tables of the source with their rows.
    pub sources: Vec<(String, u64)>,
    /// The canonical tables that were written.
    pub tables: Vec<ImportedTable>,
    /// The rows of the source that enter no table: the name of each list, and its rows by reason.
    pub lists: Vec<(String, Vec<Refused>)>,
    /// What the mapping counts in the source itself: the name of the count and the number.
    pub traps: Vec<(String, i64)>,
}

/// A canonical table that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedTable {
    /// Its name.
    pub name: String,
    /// The rows written.
    pub rows: u64,
    /// The rows kept apart, by reason.
    pub refused: Vec<Refused>,
    /// The cells left empty because they name something unknown, by column; the rows are written.
    pub emptied: Vec<Refused>,
    /// Whether it was seen that no two rows share a grain.
    pub one_row_per_grain: bool,
}

/// Rows with something in common that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What: `empty`, `unknown` or `value`, a colon, and the column.
    pub reason: String,
    /// How many rows.
    pub rows: u64,
}

impl Engine {
    /// Reads a source through a mapping and writes canonical tables into a folder that exists.
    ///
    /// `step` is told what begins, and how far it is.
    pub fn import(
        &self,
        mapping: &Mapping,
        source: &Path,
        target: &Path,
        mut step: impl FnMut(Step<'_>),
    ) -> Outcome<Imported> {
        let mut imported =
            Imported { sources: self.open_source(mapping, source, target)?, ..Imported::default() };
        let mut steps = Steps::of(mapping, target);
        // Tables that others name by a key come first.
        let schema = Schema::canonical();
        let (keyed, others): (Vec<_>, Vec<_>) = mapping
            .tables
            .iter()
            .filter_map(|(name, table)| Some((schema.table(name)?, table)))
            .partition(|(table, _)| own_key(table).is_some());
        let ordered: Vec<_> = by_need(keyed).into_iter().chain(others).collect();
        let mut numbered: Vec<&str> = Vec::new();
        for (table, mapped) in ordered {
            steps.prepare(self, &numbered, &mut step)?;
            step(Step::Begins(&table.name));
            imported.tables.push(self.import_table(
                mapping,
                table,
                mapped,
                (&steps, &mut step),
                &numbered,
            )?);
            self.forget(&format!("mapped_{}", table.name))?;
            if let Some(key) = own_key(table) {
                self.number_keys(table, key, target)?;
                numbered.push(&table.name);
            }
        }
        steps.prepare(self, &numbered, &mut step)?;
        for list in &mapping.lists {
            step(Step::Begins(&list.name));
            imported.lists.push((list.name.clone(), self.write_list(list, target)?));
        }
        for check in &mapping.checks {
            let count = self
                .number(&check.sql)
                .map_err(|error| error.in_file(&format!("{} (mapping.toml)", check.id)))?;
            imported.traps.push((check.id.clone(), count.unwrap_or(0)));
        }
        Ok(imported)
    }

    fn import_table(
        &self,
        mapping: &Mapping,
        table: &TableSchema,
        source: &MappedTable,
        (steps, step): (&Steps<'_>, &mut impl FnMut(Step<'_>)),
        numbered: &[&str],
    ) -> Outcome<ImportedTable> {
        let target = steps.target();
        let file = format!("{}.sql", table.name);
        let failed = |error: ClaimsError| error.in_file(&file);
        let mut writing = Writing::begin(table, target);
        let parts = match &source.part_of {
            Some(view) => steps.parts(view)?,
            None => Vec::new(),
        };
        let Some((view, parts)) =
            source.part_of.as_ref().zip(Some(parts)).filter(|(_, parts)| parts.len() > 1)
        else {
            // Groups come as pieces of one large batch, and sorting counts each piece as the whole: its rows are read anew.
            let (name, found) =
                (format!("found_{}", table.name), target.join(format!("{}.found", table.name)));
            self.keep(&source.sql, &found).map_err(failed)?;
            self.name_files(&name, std::slice::from_ref(&found))?;
            let sql = format!("SELECT * FROM {name}");
            let query = self.typed(mapping, table, source, &sql, numbered).map_err(failed)?;
            self.each(&query, |batch| {
                let fine = writing.judge(&batch)?;
                writing.accept(&fine)
            })
            .map_err(failed)?;
            let done = writing.end(self.plan(&query)?.schema().as_arrow());
            // A name whose rows are gone would be read as an empty table.
            self.forget(&name)?;
            let _gone = std::fs::remove_file(&found);
            return done;
        };
        // Each part in order, then all of them.
        let runs = target.join("runs").join(&table.name);
        let mut folders = Vec::new();
        let mut schema = None;
        for ((number, part), done) in parts.iter().enumerate().zip(1..) {
            self.name_files(view, std::slice::from_ref(part))?;
            let query = self.typed(mapping, table, source, &source.sql, numbered).map_err(failed)?;
            schema = Some(self.plan(&query)?.schema().as_arrow().clone());
            let folder = runs.join(format!("{number:04}"));
            let mut run = TableWriter::new(&folder, &table.name, writing.year_of);
            self.each(&query, |batch| run.add(&writing.judge(&batch)?)).map_err(failed)?;
            run.close_if_any()?;
            step(Step::Done { done, of: i64::try_from(parts.len()).unwrap_or(i64::MAX) });
            folders.push(if writing.year_of.is_some() { folder.join(&table.name) } else { folder });
        }
        self.name_files(view, &parts)?;
        for files in runs_by_name(&folders)?.values() {
            self.each_in_order(files, &order_of(table), |batch| writing.accept(&batch)).map_err(failed)?;
        }
        // What was merged is needed no more, and is large; a folder that is not there is no fault.
        let _gone = std::fs::remove_dir_all(&runs);
        match schema {
            Some(schema) => writing.end(&schema),
            None => Err(ClaimsError::Bug(format!("no part of {view}"))),
        }
    }

    /// Returns the query that types, judges and sorts the rows that a query gives for a mapped table.
    fn typed(
        &self,
        mapping: &Mapping,
        table: &TableSchema,
        source: &MappedTable,
        sql: &str,
        numbered: &[&str],
    ) -> Outcome<String> {
        let mapped = format!("mapped_{}", table.name);
        let plan = self.plan(sql)?;
        let found: BTreeMap<String, DataType> = plan
            .schema()
            .fields()
            .iter()
            .map(|field| (field.name().clone(), field.data_type().clone()))
            .collect();
        let findings: Vec<Finding> =
            mapping.check_output(&table.name, &found.keys().cloned().collect::<Vec<_>>());
        if !findings.is_empty() {
            return Err(ClaimsError::Findings(findings));
        }
        self.forget(&mapped)?;
        self.context.register_table(mapped.as_str(), plan.into_view())?;
        Ok(typed_query(table, source, &found, numbered))
    }

    /// Names the numbers of a table's keys, so that other tables can find them.
    fn number_keys(&self, table: &TableSchema, key: &str, target: &Path) -> Outcome<()> {
        let file = target.join(format!("{}.parquet", table.name));
        let files = if file.is_file() { vec![file] } else { list(&target.join(&table.name))? };
        let name = &table.name;
        let written = format!("written_{name}");
        self.forget(&written)?;
        self.context.register_table(written.as_str(), self.parquet(&files)?.into_view())?;
        self.name(
            &format!("key_{name}"),
            &format!("SELECT DISTINCT source_key, {key} AS key_number FROM {written}"),
        )
    }
}

/// A canonical table while it is written: rows are judged, then accepted in their order.
struct Writing {
    columns: usize,
    year_of: Option<usize>,
    accepted: TableWriter,
    kept_apart: TableWriter,
    neighbours: Neighbours,
    refused: BTreeMap<String, u64>,
    emptied: BTreeMap<String, u64>,
    done: ImportedTable,
}

impl Writing {
    fn begin(table: &TableSchema, target: &Path) -> Self {
        let year_of = table.layout.year_of.as_deref().and_then(|name| table.position(name));
        Self {
            columns: table.columns.len(),
            year_of,
            accepted: TableWriter::new(target, &table.name, year_of),
            kept_apart: TableWriter::new(&target.join("refused"), &table.name, None),
            neighbours: Neighbours::of(table),
            refused: BTreeMap::new(),
            emptied: BTreeMap::new(),
            done: ImportedTable {
                name: table.name.clone(),
                rows: 0,
                refused: Vec::new(),
                emptied: Vec::new(),
                one_row_per_grain: false,
            },
        }
    }

    /// Keeps the refused rows apart and returns the others.
    fn judge(&mut self, batch: &RecordBatch) -> Outcome<RecordBatch> {
        tally(batch, self.columns, &mut self.refused)?;
        tally(batch, self.columns + 1, &mut self.emptied)?;
        let cells: Vec<usize> = (0..self.columns).collect();
        let refusals = batch.column(self.columns);
        let fine = batch.project(&cells)?;
        if refusals.null_count() == batch.num_rows() {
            return Ok(fine);
        }
        let is_fine = is_null(refusals)?;
        let with_reason: Vec<usize> = (0..=self.columns).collect();
        self.kept_apart.add(&filter_record_batch(&batch.project(&with_reason)?, &not(&is_fine)?)?)?;
        Ok(filter_record_batch(&fine, &is_fine)?)
    }

    fn accept(&mut self, fine: &RecordBatch) -> Outcome<()> {
        self.done.rows += count(fine);
        self.neighbours.see(fine)?;
        self.accepted.add(fine)
    }

    fn end(mut self, schema: &datafusion::arrow::datatypes::Schema) -> Outcome<ImportedTable> {
        let schema = schema.project(&(0..self.columns).collect::<Vec<_>>())?;
        self.accepted.close(schema.into())?;
        self.kept_apart.close_if_any()?;
        self.done.refused = listed(self.refused);
        self.done.emptied = listed(self.emptied);
        self.done.one_row_per_grain = self.neighbours.all_differ();
        Ok(self.done)
    }
}

/// Returns the column of a table that holds keys of its own, which are numbered.
fn own_key(table: &TableSchema) -> Option<&str> {
    table.column("source_key")?;
    table.grain.first().filter(|_| table.grain.len() == 1).map(String::as_str)
}

/// Puts tables after those whose keys they name.
fn by_need<T>(mut waiting: Vec<(&TableSchema, T)>) -> Vec<(&TableSchema, T)> {
    let mut ordered: Vec<(&TableSchema, T)> = Vec::new();
    while !waiting.is_empty() {
        let names: Vec<String> = waiting.iter().map(|(table, _)| table.name.clone()).collect();
        let ready = waiting.iter().position(|(table, _)| {
            let mut wanted = table.columns.iter().filter(|column| column.kind == ColumnType::Key);
            !wanted.any(|column| {
                column.references.as_ref().is_some_and(|other| *other != table.name && names.contains(other))
            })
        });
        ordered.push(waiting.remove(ready.unwrap_or(0)));
    }
    ordered
}

/// The pieces of the query that numbers, types and judges the rows of a mapped table.
#[derive(Default)]
struct TypedQuery {
    /// What each column becomes, and what is judged of it.
    cells: Vec<String>,
    /// Where the numbers of keys are found.
    joins: Vec<String>,
    /// When a row is refused.
    refusals: Vec<String>,
    /// When a cell is left empty.
    notes: Vec<String>,
}

impl TypedQuery {
    /// Adds a column that the source gives, or not (`data`).
    fn add(&mut self, column: &ColumnSchema, data: Option<&DataType>, numbered: &[&str]) {
        let name = &column.name;
        let kind = sql_type(column.kind);
        let default = default_in_sql(column).map(|default| format!("CAST({default} AS {kind})"));
        let cell = match data {
            None => default.unwrap_or_else(|| format!("CAST(NULL AS {kind})")),
            Some(data) => {
                let typed = match numbered_reference(column, numbered) {
                    Some(other) => self.number_of(column, other),
                    None => typed_cell(column, data),
                };
                match default {
                    Some(default) => format!("COALESCE({typed}, {default})"),
                    None => typed,
                }
            }
        };
        self.cells.push(format!("{cell} AS {name}"));
        if column.required {
            self.refusals.push(format!("WHEN {name} IS NULL THEN 'empty:{name}'"));
        }
        let values = Schema::canonical().values(column);
        if data.is_some() && !values.is_empty() {
            let known: Vec<String> = values.keys().map(|value| format!("'{value}'")).collect();
            self.refusals.push(format!("WHEN {name} NOT IN ({}) THEN 'value:{name}'", known.join(", ")));
        }
    }

    /// Returns the number of a key of another table; a key that this table lacks is noted, or refuses its row.
    fn number_of(&mut self, column: &ColumnSchema, other: &str) -> String {
        let name = &column.name;
        let key = format!("k_{name}");
        self.joins
            .push(format!("LEFT JOIN key_{other} {key} ON {key}.source_key = CAST(m.{name} AS VARCHAR)"));
        self.cells.push(format!("m.{name} IS NOT NULL AND {key}.key_number IS NULL AS unknown_{name}"));
        let judged = if column.required { &mut self.refusals } else { &mut self.notes };
        judged.push(format!("WHEN unknown_{name} THEN 'unknown:{name}'"));
        format!("{key}.key_number")
    }
}

/// Returns the query that numbers, types, judges and sorts the rows of a mapped table.
fn typed_query(
    table: &TableSchema,
    source: &MappedTable,
    found: &BTreeMap<String, DataType>,
    numbered: &[&str],
) -> String {
    let mut query = TypedQuery::default();
    for column in &table.columns {
        let name = &column.name;
        match own_key(table) {
            Some(key) if key == name => query.cells.push(format!(
                "CAST(DENSE_RANK() OVER (ORDER BY CAST(m.{name} AS VARCHAR)) AS BIGINT) - 1 AS {name}"
            )),
            Some(key) if name == "source_key" => {
                query.cells.push(format!("NULLIF(CAST(m.{key} AS VARCHAR), '') AS source_key"));
                query.refusals.push(format!("WHEN source_key IS NULL THEN 'empty:{key}'"));
            }
            _ => {
                // A number that a view has found already is looked for no more.
                let to_find = if source.numbered.contains(name) { &[] } else { numbered };
                query.add(column, found.get(name), to_find);
            }
        }
    }
    let case = |judged: &[String]| {
        if judged.is_empty() {
            "CAST(NULL AS VARCHAR)".to_owned()
        } else {
            format!("CASE {} END", judged.join(" "))
        }
    };
    let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    format!(
        "SELECT {}, {} AS refusal, {} AS note FROM (SELECT {} FROM mapped_{} m {}) ORDER BY {}",
        names.join(", "),
        case(&query.refusals),
        case(&query.notes),
        query.cells.join(", "),
        table.name,
        query.joins.join(" "),
        order_of(table).join(", "),
    )
}

fn numbered_reference<'a>(column: &'a ColumnSchema, numbered: &[&str]) -> Option<&'a str> {
    let other = column.references.as_deref().filter(|_| column.kind == ColumnType::Key)?;
    numbered.contains(&other).then_some(other)
}

fn typed_cell(column: &ColumnSchema, data: &DataType) -> String {
    let name = &column.name;
    match column.kind {
        ColumnType::Date if *data == DataType::Date32 => format!("m.{name}"),
        ColumnType::Date => format!("day(m.{name})"),
        ColumnType::Integer => format!("TRY_CAST(m.{name} AS INT)"),
        ColumnType::Truth => format!("CAST(m.{name} AS BOOLEAN)"),
        ColumnType::Text | ColumnType::Code => format!("NULLIF(CAST(m.{name} AS VARCHAR), '')"),
        // An amount that is not whole is not cents yet: `cents` reads it.
        ColumnType::Key | ColumnType::Cents => format!("whole(m.{name})"),
    }
}

/// Returns counts by reason as rows with something in common.
pub(crate) fn listed(counts: BTreeMap<String, u64>) -> Vec<Refused> {
    counts.into_iter().map(|(reason, rows)| Refused { reason, rows }).collect()
}

/// Counts the rows of a batch by the text of a column; rows without one are not counted.
pub(crate) fn tally(batch: &RecordBatch, column: usize, counts: &mut BTreeMap<String, u64>) -> Outcome<()> {
    let reasons = cast(batch.column(column), &DataType::Utf8)?;
    for reason in reasons.as_string::<i32>().iter().flatten() {
        match counts.get_mut(reason) {
            Some(count) => *count += 1,
            None => {
                counts.insert(reason.to_owned(), 1);
            }
        }
    }
    Ok(())
}
