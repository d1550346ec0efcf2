//! The session: bounded memory, a number of partitions, our functions. Everything else asks it queries.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::arrow::array::{AsArray as _, RecordBatch};
use datafusion::arrow::datatypes::Int64Type;
use datafusion::dataframe::DataFrame;
use datafusion::execution::disk_manager::{DiskManagerBuilder, DiskManagerMode};
use datafusion::execution::memory_pool::{FairSpillPool, GreedyMemoryPool, MemoryPool};
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::execution::session_state::SessionStateBuilder;
use datafusion::logical_expr::AggregateUDF;
use datafusion::prelude::{SessionConfig, SessionContext};

use crate::known::{Form, Known};
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

fn runtime_env(settings: &Settings, memory: impl MemoryPool + 'static) -> Outcome<Arc<RuntimeEnv>> {
    let mut builder = RuntimeEnvBuilder::new().with_memory_pool(Arc::new(memory));
    if let Some(folder) = &settings.spill {
        let mode = DiskManagerMode::Directories(vec![folder.clone()]);
        builder = builder.with_disk_manager_builder(DiskManagerBuilder::default().with_mode(mode));
    }
    Ok(Arc::new(builder.build()?))
}

/// A session over the tables of one folder.
pub struct Engine {
    runtime: tokio::runtime::Runtime,
    pub(crate) context: SessionContext,
    /// Memory for what is grouped by patient; see [`Engine::by_patient`].
    undivided: Arc<RuntimeEnv>,
    pub(crate) rows_at_a_time: i64,
    pub(crate) known: Mutex<Known>,
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
        let fair = runtime_env(settings, FairSpillPool::new(settings.memory_bytes))?;
        let undivided = runtime_env(settings, GreedyMemoryPool::new(settings.memory_bytes))?;
        let mut config = SessionConfig::new()
            .with_target_partitions(settings.partitions.max(1))
            .with_information_schema(false);
        // Row groups that hold nothing asked for are skipped. Inside a group, to decide row by row before other columns are
        // read costs more than it saves: most filters keep most rows of the groups that are left.
        config.options_mut().execution.parquet.pushdown_filters = false;
        // Keys are numbers from 0 up: even where one patient in a hundred is looked for, an array by number is quicker than
        // hashes, and never longer than there are patients.
        config.options_mut().execution.perfect_hash_join_min_key_density = 0.01;
        // Rows are grouped before they are shared out only where that leaves one in ten: the groups of a first pass over millions
        // of patients fit no cache, and are made again by the second.
        config.options_mut().execution.skip_partial_aggregation_probe_ratio_threshold = 0.1;
        let context = SessionContext::new_with_config_rt(config, fair);
        context.register_udaf(AggregateUDF::from(CheckedSum::new()));
        for function in functions::all().into_iter().chain(fractions::all()) {
            context.register_udf(function);
        }
        Ok(Self {
            runtime,
            context,
            undivided,
            rows_at_a_time: settings.rows_at_a_time,
            known: Mutex::default(),
            corrected: Mutex::default(),
        })
    }

    /// Waits for the engine.
    pub(crate) fn wait<T>(&self, work: impl Future<Output = datafusion::common::Result<T>>) -> Outcome<T> {
        Ok(self.runtime.block_on(work)?)
    }

    /// Does work in a session that is made for rows grouped by patient: measures, contacts, spending.
    ///
    /// The tables that are joined there have a row or few for each patient: one side is put in memory whole, rather than
    /// both be shared out by key. Groups may take all the memory, since few steps hold any at the same time; divided among all
    /// that might, it sends groups to the disk that would fit. Work for which it is not enough is done again with divided memory.
    pub(crate) fn by_patient<T>(&self, work: impl Fn(&SessionContext) -> Outcome<T>) -> Outcome<T> {
        let state = self.context.state();
        let mut config = state.config().clone().with_create_default_catalog_and_schema(false);
        config.options_mut().optimizer.repartition_joins = false;
        let builder = SessionStateBuilder::new_from_existing(state).with_config(config);
        let undivided = builder.with_runtime_env(Arc::clone(&self.undivided)).build();
        match work(&SessionContext::new_with_state(undivided)) {
            Err(ClaimsError::Memory(_)) => work(&self.context),
            done => done,
        }
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
        let reads = self.reads(sql)?;
        if self.has(table, sql, &reads, &[Form::View, Form::Rows]) {
            return Ok(());
        }
        let view = self.plan(sql)?.into_view();
        self.forget(table)?;
        self.context.register_table(table, view)?;
        self.remember(table, sql, reads, Form::View);
        Ok(())
    }

    /// Forgets a table, if it is known.
    pub(crate) fn forget(&self, table: &str) -> Outcome<()> {
        self.context.deregister_table(table)?;
        self.known.lock().unwrap_or_else(PoisonError::into_inner).forget(table);
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
