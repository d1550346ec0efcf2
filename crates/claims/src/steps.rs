//! What a mapping computes between its sources and its tables: shared queries, once or span by span, and lists of rows
//! that enter no table.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::AsArray as _;
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Int64Type};
use jiff::civil::Date;
use population::Period;
use population::mapping::{MappedList, MappedView, Mapping};
use population::query::fill_days;

use crate::import::{Refused, listed, tally};
use crate::parts::{PartWriter, parts_of};
use crate::tables::list;
use crate::write::TableWriter;
use crate::{ClaimsError, Engine, Outcome};

/// How far a long reading is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'a> {
    /// A table, view or list begins.
    Begins(&'a str),
    /// So much of it is done.
    Done {
        /// Rows, or parts.
        done: i64,
        /// Of how many.
        of: i64,
    },
}

/// The views of a mapping that are still to be prepared.
pub(crate) struct Steps<'a> {
    waiting: Vec<&'a MappedView>,
    target: PathBuf,
    folder: PathBuf,
}

impl<'a> Steps<'a> {
    /// Begins with all views; rows that are kept go into a folder inside `work`.
    pub(crate) fn of(mapping: &'a Mapping, work: &Path) -> Self {
        Self { waiting: mapping.views.iter().collect(), target: work.to_owned(), folder: work.join("kept") }
    }

    /// Returns the folder in which all is written.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// Returns the files of the parts of a view; one when its rows are not kept apart, or few.
    pub(crate) fn parts(&self, view: &str) -> Outcome<Vec<PathBuf>> {
        list(&self.folder.join(view))
    }

    /// Prepares, in their order, the views whose tables are numbered.
    pub(crate) fn prepare(
        &mut self,
        engine: &Engine,
        numbered: &[&str],
        step: &mut impl FnMut(Step<'_>),
    ) -> Outcome<()> {
        let is_ready = |view: &&MappedView| view.after.iter().all(|table| numbered.contains(&table.as_str()));
        let (ready, waiting): (Vec<_>, Vec<_>) = self.waiting.drain(..).partition(is_ready);
        self.waiting = waiting;
        for view in ready {
            if view.keep {
                step(Step::Begins(&view.name));
                engine.keep_view(view, &self.folder.join(&view.name), step)
            } else {
                engine.name(&view.name, &view.sql)
            }
            .map_err(|error| error.in_file(&format!("{}.sql", view.name)))?;
        }
        Ok(())
    }
}

impl Engine {
    /// Computes a view into files of a folder, and names them as a table.
    fn keep_view(&self, view: &MappedView, folder: &Path, step: &mut impl FnMut(Step<'_>)) -> Outcome<()> {
        std::fs::create_dir_all(folder).map_err(|error| ClaimsError::disk(folder, &error))?;
        match &view.months_of {
            None => self.keep(&view.sql, &folder.join("all.parquet"))?,
            Some((source, column)) => self.keep_by_months(view, (source, column), folder, step)?,
        }
        self.name_files(&view.name, &list(folder)?)
    }

    /// Computes a view span by span: a file of rows for each span, or the rows of all spans in the files of their parts.
    fn keep_by_months(
        &self,
        view: &MappedView,
        (source, column): (&str, &str),
        folder: &Path,
        step: &mut impl FnMut(Step<'_>),
    ) -> Outcome<()> {
        let mut spans = self.spans(source, column)?;
        if spans.is_empty() {
            // The columns are there all the same.
            let day = jiff::civil::date(1970, 1, 1);
            spans.push((Period { start: day, end: day }, 0));
        }
        let rows = spans.iter().map(|(_, rows)| rows).sum();
        let mut parts = view
            .apart_by
            .as_ref()
            .map(|number| PartWriter::new(folder, number, parts_of(rows, self.rows_at_a_time)));
        let mut schema = None;
        let mut done = 0;
        for (span, rows_of_span) in spans {
            let days = [("first_day", span.start), ("last_day", span.end)];
            let sql = fill_days(&view.sql, &days).map_err(|error| ClaimsError::Query {
                file: format!("{}.sql", view.name),
                why: error.to_string(),
            })?;
            match &mut parts {
                None => self.keep(&sql, &folder.join(format!("{}.parquet", span.start)))?,
                Some(parts) => {
                    schema = Some(Arc::new(self.plan(&sql)?.schema().as_arrow().clone()));
                    self.each(&sql, |batch| parts.add(batch))?;
                }
            }
            done += rows_of_span;
            step(Step::Done { done, of: rows });
        }
        match parts.zip(schema) {
            Some((parts, schema)) => parts.close(&schema),
            None => Ok(()),
        }
    }

    /// Names files that look alike as a table.
    pub(crate) fn name_files(&self, name: &str, files: &[PathBuf]) -> Outcome<()> {
        self.forget(name)?;
        self.context.register_table(name, self.parquet(files)?.into_view())?;
        Ok(())
    }

    /// Writes the rows of a query into a file.
    pub(crate) fn keep(&self, sql: &str, path: &Path) -> Outcome<()> {
        let mut file = File::create(path).map_err(|error| ClaimsError::disk(path, &error))?;
        self.write_parquet(sql, &[], &mut file)?;
        Ok(())
    }

    /// Cuts a table at the months of a column of dates, so that each span has about as many rows as are joined at a time, and
    /// says how many each has.
    fn spans(&self, table: &str, column: &str) -> Outcome<Vec<(Period, i64)>> {
        let sql = format!(
            "SELECT EXTRACT(YEAR FROM day) AS y, EXTRACT(MONTH FROM day) AS m, SUM(n) AS n \
             FROM (SELECT {column} AS day, COUNT(*) AS n FROM {table} WHERE {column} IS NOT NULL GROUP BY {column}) \
             GROUP BY y, m ORDER BY y, m"
        );
        let mut spans: Vec<(Period, i64)> = Vec::new();
        for batch in self.rows(&sql)? {
            let numbers = |place: usize| Ok::<_, ClaimsError>(cast(batch.column(place), &DataType::Int64)?);
            let (years, months, counts) = (numbers(0)?, numbers(1)?, numbers(2)?);
            let counts = counts.as_primitive::<Int64Type>().iter().flatten();
            let pairs = years.as_primitive::<Int64Type>().iter().zip(months.as_primitive::<Int64Type>());
            for ((year, month), count) in pairs.zip(counts) {
                let year = year.and_then(|year| i16::try_from(year).ok());
                let month = month.and_then(|month| i8::try_from(month).ok());
                let first = year.zip(month).and_then(|(year, month)| Date::new(year, month, 1).ok());
                let start = first.ok_or_else(|| ClaimsError::Bug(format!("a month of {table}.{column}")))?;
                let end = start.last_of_month();
                match spans.last_mut() {
                    Some((span, rows)) if *rows + count <= self.rows_at_a_time => {
                        span.end = end;
                        *rows += count;
                    }
                    _ => spans.push((Period { start, end }, count)),
                }
            }
        }
        Ok(spans)
    }

    /// Writes the rows of a list, and returns how many there are for each reason.
    pub(crate) fn write_list(&self, list: &MappedList, target: &Path) -> Outcome<Vec<Refused>> {
        let file = format!("{}.sql", list.name);
        let plan = self.plan(&list.sql).map_err(|error| error.in_file(&file))?;
        let place = plan.schema().fields().iter().position(|field| field.name() == "reason");
        let place = place.ok_or_else(|| ClaimsError::Query {
            file: file.clone(),
            why: "no column is named `reason`".to_owned(),
        })?;
        let mut counts = BTreeMap::new();
        let mut writer = TableWriter::new(&target.join("refused"), &list.name, None);
        self.each(&list.sql, |batch| {
            tally(&batch, place, &mut counts)?;
            writer.add(&batch)
        })
        .map_err(|error| error.in_file(&file))?;
        writer.close_if_any()?;
        if let Some(unknown) = counts.keys().find(|reason| !list.reasons.contains_key(*reason)) {
            let known = list.reasons.keys().cloned().collect::<Vec<_>>().join(", ");
            return Err(ClaimsError::UnknownName { name: unknown.clone(), known });
        }
        Ok(listed(counts))
    }
}
