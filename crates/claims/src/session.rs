//! The session: bounded memory, a number of partitions, our functions. Everything else asks it queries.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::arrow::array::{AsArray as _, RecordBatch};
use datafusion::arrow::datatypes::Int64Type;
use datafusion::dataframe::DataFrame;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::logical_expr::AggregateUDF;
use datafusion::prelude::{SessionConfig, SessionContext};

use crate::sum::CheckedSum;
use crate::{ClaimsError, Outcome, fractions, functions};

/// How much of the machine may be used. No result depends on it.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Bytes that sorts, joins and groups may hold before they go to the disk.
    pub memory_bytes: usize,
    /// Threads, and parts in which a table is worked on.
    pub partitions: usize,
    /// Where what does not fit in memory is put meanwhile; the system's temporary folder if none is given.
    pub spill: Option<PathBuf>,
    /// How many rows of a source are joined at a time where a mapping works by months: whole months, until there are so many.
    pub rows_at_a_time: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self { memory_bytes: 2 << 30, partitions: 2, spill: None, rows_at_a_time: 4_000_000 }
    }
}

/// A session over the tables of one folder.
pub struct Engine {
    runtime: tokio::runtime::Runtime,
    pub(crate) context: SessionContext,
    pub(crate) rows_at_a_time: i64,
    /// The tables that the gate has changed.
    corrected: Mutex<BTreeSet<String>>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").finish_non_exhaustive()
    }
}

impl Engine {
    /// Opens a session without tables.
    pub fn new(settings: &Settings) -> Outcome<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(settings.partitions.max(1))
            .build()
            .map_err(|error| ClaimsError::Bug(error.to_string()))?;
        let mut builder =
            RuntimeEnvBuilder::new().with_memory_pool(Arc::new(FairSpillPool::new(settings.memory_bytes)));
        if let Some(folder) = &settings.spill {
            let mode = DiskManagerMode::Directories(vec![folder.clone()]);
            builder = builder.with_disk_manager_builder(DiskManagerBuilder::default().with_mode(mode));
        }
        let mut config = SessionConfig::new()
            .with_target_partitions(settings.partitions.max(1))
            .with_information_schema(false);
        // Codes are compared and grouped as they are kept; filters that skip rows are worth it on tables sorted by what is asked.
        config.options_mut().execution.parquet.pushdown_filters = true;
        config.options_mut().execution.parquet.reorder_filters = true;
        let context = SessionContext::new_with_config_rt(config, Arc::new(builder.build()?));
        context.register_udaf(AggregateUDF::from(CheckedSum::new()));
        for function in functions::all().into_iter().chain(fractions::all()) {
            context.register_udf(function);
        }
        Ok(Self {
            runtime,
            context,
            rows_at_a_time: settings.rows_at_a_time,
            corrected: Mutex::new(BTreeSet::new()),
        })
    }

    /// Waits for the engine.
    pub(crate) fn wait<T>(&self, work: impl Future<Output = datafusion::common::Result<T>>) -> Outcome<T> {
        Ok(self.runtime.block_on(work)?)
    }

    /// Returns a session with the same memory in which each query is one stream.
    pub(crate) fn one_at_a_time(&self) -> SessionContext {
        let mut config = self.context.copied_config().with_target_partitions(1);
        // Files keep the types that they were written with.
        config.options_mut().execution.parquet.schema_force_view_types = false;
        SessionContext::new_with_config_rt(config, self.context.runtime_env())
    }

    /// Remembers that a table is no more as its files are.
    pub(crate) fn note_corrected(&self, table: &str) {
        self.corrected.lock().unwrap_or_else(PoisonError::into_inner).insert(table.to_owned());
    }

    /// Forgets what the gate has changed, before other tables are opened.
    pub(crate) fn forget_corrections(&self) {
        self.corrected.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Returns whether the gate has changed a table.
    pub(crate) fn is_corrected(&self, table: &str) -> bool {
        self.corrected.lock().unwrap_or_else(PoisonError::into_inner).contains(table)
    }

    /// Plans a query.
    pub(crate) fn plan(&self, sql: &str) -> Outcome<DataFrame> {
        self.wait(self.context.sql(sql))
    }

    /// Names a query, so that others can read it as a table.
    pub fn name(&self, table: &str, sql: &str) -> Outcome<()> {
        let view = self.plan(sql)?.into_view();
        self.forget(table)?;
        self.context.register_table(table, view)?;
        Ok(())
    }

    /// Forgets a table, if it is known.
    pub(crate) fn forget(&self, table: &str) -> Outcome<()> {
        self.context.deregister_table(table)?;
        Ok(())
    }

    /// Returns the rows of a query.
    pub fn rows(&self, sql: &str) -> Outcome<Vec<RecordBatch>> {
        let plan = self.plan(sql)?;
        self.wait(plan.collect())
    }

    /// Returns the one number that a query gives; nothing when it is empty.
    pub fn number(&self, sql: &str) -> Outcome<Option<i64>> {
        let rows = self.rows(sql)?;
        let first = rows.iter().find(|batch| batch.num_rows() > 0);
        Ok(first.and_then(|batch| {
            let cells = datafusion::arrow::compute::cast(
                batch.column(0),
                &datafusion::arrow::datatypes::DataType::Int64,
            )
            .ok()?;
            cells.as_primitive::<Int64Type>().iter().next().flatten()
        }))
    }
}
