//! Measures: their queries run over the tables of the session, and the figures of teams and of all.
//!
//! Metadata, queries, views and value sets are the files of `measures/`, handed over as text.

use std::ffi::OsStr;
use std::path::Path;

use population::query::quoted;
use population::{Choices, Finding, Measure, Period, ValueSet, View, has_errors, query};

use crate::tables::Opened;
use crate::{ClaimsError, Engine, Outcome};

/// The derived table of the lists of codes.
const VALUE_SET: &str = "value_set";

/// The measures of a folder with what they share.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MeasureLibrary {
    /// Measures computed from claims, each with its query, in the order of their names.
    pub measures: Vec<(Measure, String)>,
    /// Views, each with its query.
    pub views: Vec<(View, String)>,
    /// Lists of codes.
    pub value_sets: Vec<ValueSet>,
}

impl MeasureLibrary {
    /// Reads the files of a folder of measures, given as paths inside it and texts.
    pub fn read(files: &[(String, String)]) -> Outcome<Self> {
        let mut library = Self::default();
        let mut findings = Vec::new();
        let query_of = |path: &str| {
            let wanted = path.replace(".toml", ".sql");
            files.iter().find(|(known, _)| *known == wanted).map(|(_, sql)| sql.clone())
        };
        for (path, text) in
            files.iter().filter(|(path, _)| Path::new(path).extension() == Some(OsStr::new("toml")))
        {
            if path.starts_with("value-sets/") {
                let (set, found) = ValueSet::read(path, text);
                findings.extend(found);
                library.value_sets.extend(set);
            } else if path.starts_with("views/") {
                let (view, found) = View::read(path, text);
                findings.extend(found);
                library.views.extend(view.zip(query_of(path)));
            } else if !path.contains('/') {
                let (measure, found) = Measure::read(path, text);
                findings.extend(found);
                let computed = measure.filter(Measure::is_from_claims);
                library.measures.extend(computed.zip(query_of(path)));
            }
        }
        findings.retain(|finding: &Finding| has_errors(std::slice::from_ref(finding)));
        if findings.is_empty() { Ok(library) } else { Err(ClaimsError::Findings(findings)) }
    }

    /// Returns a measure with its query.
    pub fn measure(&self, id: &str) -> Option<&(Measure, String)> {
        self.measures.iter().find(|(measure, _)| measure.id == id)
    }

    /// Returns the choices of the views.
    pub fn shared_choices(&self) -> Choices {
        self.views.iter().fold(Choices::default(), |all, (view, _)| all.overlaid(&view.choices))
    }

    /// Returns the tables of a source that a measure rests on, through the views that it reads.
    pub fn tables_of(&self, measure: &Measure) -> Vec<String> {
        let mut tables = Vec::new();
        for need in &measure.needs {
            match self.views.iter().find(|(view, _)| view.id == *need) {
                // A source may bring its own contacts instead of acts, so that nothing is asked of the tables behind a view
                // that is a table too.
                Some((view, _)) if view.id == "contact" => {}
                Some((view, _)) => tables.extend(view.needs.iter().cloned()),
                None => tables.push(need.clone()),
            }
        }
        let schema = population::Schema::canonical();
        tables.retain(|name| schema.table(name).is_some_and(|table| !table.derived));
        tables
    }

    /// Returns the query of a measure, and those of the views and value sets that it reads, each with its name, in their order;
    /// no view that the folder itself gives.
    pub fn queries(
        &self,
        opened: &Opened,
        id: &str,
        period: Period,
        choices: &Choices,
    ) -> Outcome<(Vec<(String, String)>, String)> {
        let views = self.view_queries(opened, period, choices)?;
        let (_, sql) = self.measure(id).ok_or_else(|| {
            let known: Vec<&str> = self.measures.iter().map(|(measure, _)| measure.id.as_str()).collect();
            ClaimsError::UnknownName { name: id.to_owned(), known: known.join(", ") }
        })?;
        Ok((views, filled(&format!("{id}.sql"), sql, period, choices)?))
    }

    fn view_queries(
        &self,
        opened: &Opened,
        period: Period,
        choices: &Choices,
    ) -> Outcome<Vec<(String, String)>> {
        let mut views = vec![(VALUE_SET.to_owned(), value_sets(self))];
        for (view, sql) in self.views.iter().filter(|(view, _)| !opened.has(&view.id)) {
            views.push((view.id.clone(), filled(&format!("views/{}.sql", view.id), sql, period, choices)?));
        }
        Ok(views)
    }

    /// Returns every choice that a measure can make: those of the views, then its own.
    pub fn choices(&self, measure: &Measure) -> Choices {
        self.shared_choices().overlaid(&measure.choices)
    }
}

impl Engine {
    /// Names the views and value sets that measures share, with the choices of one measure.
    ///
    /// A folder that has its own table `contact` keeps it.
    pub fn name_views(
        &self,
        opened: &Opened,
        library: &MeasureLibrary,
        period: Period,
        choices: &Choices,
    ) -> Outcome<()> {
        self.name_all(&library.view_queries(opened, period, choices)?, &[])
    }

    /// Names views, those of `kept` with their rows.
    fn name_all(&self, views: &[(String, String)], kept: &[&str]) -> Outcome<()> {
        for (name, sql) in views {
            let named =
                if kept.contains(&name.as_str()) { self.compute(name, sql) } else { self.name(name, sql) };
            named.map_err(|error| error.in_file(&format!("views/{name}.sql")))?;
        }
        Ok(())
    }

    /// Computes the rows of a measure over a period and names them `rows_` and its name in the session.
    ///
    /// `choices` replaces the choices of measure and views that it names. Rows that the session has already, of the same query
    /// over the same tables, are not computed again, nor are the views that say `keep`.
    pub fn measure(
        &self,
        opened: &Opened,
        library: &MeasureLibrary,
        id: &str,
        period: Period,
        choices: &Choices,
    ) -> Outcome<()> {
        let (views, sql) = library.queries(opened, id, period, choices)?;
        let mut kept = vec![VALUE_SET];
        if let Some((measure, _)) = library.measure(id) {
            for table in library.tables_of(measure) {
                opened.need(&table, id)?;
            }
            let read = library.views.iter().filter(|(view, _)| view.keep && measure.needs.contains(&view.id));
            kept.extend(read.map(|(view, _)| view.id.as_str()));
        }
        self.name_all(&views, &kept)?;
        self.compute(&format!("rows_{id}"), &sql).map_err(|error| error.in_file(&format!("{id}.sql")))
    }
}

fn filled(file: &str, sql: &str, period: Period, choices: &Choices) -> Outcome<String> {
    query::fill(sql, period, choices)
        .map_err(|error| ClaimsError::Query { file: file.to_owned(), why: error.to_string() })
}

fn value_sets(library: &MeasureLibrary) -> String {
    let mut rows = Vec::new();
    for set in &library.value_sets {
        for code in &set.codes {
            let length = code.starts.chars().count();
            rows.push(format!(
                "({}, {}, {}, {length}, {}, {})",
                quoted(&set.id),
                quoted(&code.system),
                quoted(&code.starts),
                quoted(&code.family),
                code.age_min
            ));
        }
    }
    if rows.is_empty() {
        return "SELECT '' AS value_set, '' AS system, '' AS code, 0 AS length, '' AS family, 0 AS age_min WHERE FALSE".to_owned();
    }
    format!(
        "SELECT * FROM (VALUES {}) AS v (value_set, system, code, length, family, age_min)",
        rows.join(", ")
    )
}
