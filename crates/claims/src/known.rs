//! What the session knows already: a query that is asked again over tables that have not changed is neither planned nor
//! computed a second time.
//!
//! Measures share views, and the figures of two lists share the rows of measures: without this each would compute its own.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::PoisonError;

use datafusion::config::Dialect;

use crate::{Engine, Outcome};

/// The queries behind the names of a session.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// How often something was put under a name.
    versions: BTreeMap<String, u64>,
    queries: BTreeMap<String, Query>,
}

#[derive(Debug, PartialEq, Eq)]
struct Query {
    sql: String,
    /// The names that it read, each with how often something had been put there by then.
    reads: Vec<(String, u64)>,
    form: Form,
}

/// In which form a name has its rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Form {
    /// A query, computed wherever it is read.
    View,
    /// Rows in memory.
    Rows,
    /// Rows in a file.
    File(PathBuf),
}

impl Known {
    fn version(&self, name: &str) -> u64 {
        self.versions.get(name).copied().unwrap_or(0)
    }

    /// Notes that a name stands for something else from now on.
    pub(crate) fn forget(&mut self, name: &str) {
        *self.versions.entry(name.to_owned()).or_default() += 1;
        self.queries.remove(name);
    }
}

impl Engine {
    /// Computes a query and names its rows; where the name has these rows already, nothing is done.
    pub(crate) fn compute(&self, name: &str, sql: &str) -> Outcome<()> {
        let reads = self.reads(sql)?;
        if self.has(name, sql, &reads, &[Form::Rows]) {
            return Ok(());
        }
        let kept = self.by_patient(|context| self.wait(async { context.sql(sql).await?.cache().await }))?;
        self.forget(name)?;
        self.context.register_table(name, kept.into_view())?;
        self.remember(name, sql, reads, Form::Rows);
        Ok(())
    }

    /// Forgets what names stand for, so that all is computed again when it is asked: for whoever measures how long that takes.
    pub fn forget_what_is_kept(&self) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).queries.clear();
    }

    /// Returns the tables that a query reads, each with how often something was put under its name.
    pub(crate) fn reads(&self, sql: &str) -> Outcome<Vec<(String, u64)>> {
        let state = self.context.state();
        let statement = state.sql_to_statement(sql, &Dialect::Generic)?;
        let tables = state.resolve_table_references(&statement)?;
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let with_version = |name: &str| (name.to_owned(), known.version(name));
        Ok(tables.iter().map(|table| with_version(table.table())).collect())
    }

    /// Returns whether a name has the rows of a query in one of these forms.
    pub(crate) fn has(&self, name: &str, sql: &str, reads: &[(String, u64)], forms: &[Form]) -> bool {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known
            .queries
            .get(name)
            .is_some_and(|query| query.sql == sql && query.reads == reads && forms.contains(&query.form))
    }

    /// Returns the file that holds the rows of a query already, under whatever name.
    pub(crate) fn file_of(&self, sql: &str, reads: &[(String, u64)]) -> Option<PathBuf> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut same = known.queries.values().filter(|query| query.sql == sql && query.reads == reads);
        same.find_map(|query| match &query.form {
            Form::File(path) => Some(path.clone()),
            Form::View | Form::Rows => None,
        })
    }

    /// Notes the query whose rows were put under a name.
    pub(crate) fn remember(&self, name: &str, sql: &str, reads: Vec<(String, u64)>, form: Form) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.queries.insert(name.to_owned(), Query { sql: sql.to_owned(), reads, form });
    }
}
