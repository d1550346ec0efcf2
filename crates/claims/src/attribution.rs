//! Lists of patients: who belongs to whom at a date, by the rules of `population`, over any number of acts.

use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{AsArray as _, Int32Array, RecordBatch};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Field, Int64Type, Schema as ArrowSchema};
use datafusion::datasource::MemTable;
use datafusion::prelude::SessionContext;
use jiff::ToSpan as _;
use jiff::civil::Date;
use population::Schema;
use population::query::quoted;
use population::reference::attribution::{AttributionRules, Method};

use crate::tables::{check_type, parquet_schema};
use crate::{ClaimsError, Engine, Outcome};

/// The query of the lists, once the ranking is known under its name.
const LISTS: &str = "SELECT * FROM attribution ORDER BY patient";

/// The query of the ranking.
const RANKING: &str = "SELECT * FROM attribution_rank ORDER BY patient, position";

/// Most acts, then the latest, then the smallest key.
const ORDER: &str = "f.contacts DESC, f.latest DESC, f.practitioner";

/// What attribution found, as counts of patients.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttributionReport {
    /// Alive at the date.
    pub alive: i64,
    /// By method, `none` included.
    pub by_method: Vec<(String, i64)>,
    /// With a team.
    pub with_team: i64,
    /// By key of the source of each team, largest first.
    pub by_team: Vec<(String, i64)>,
    /// Between whom the number of acts did not decide.
    pub equal_contacts: i64,
    /// Between whom only the key decided.
    pub equal_but_key: i64,
}

impl Engine {
    /// Computes lists and ranking and names them `attribution` and `attribution_rank` in the session.
    pub fn attribute(&self, rules: &AttributionRules) -> Outcome<()> {
        // Computed once: both lists and report read it. It has as many rows as patients have professionals.
        let competitors = competitors(rules);
        let ranking = self.by_patient(|context| self.numbered(context, &competitors))?;
        self.forget("attribution_rank")?;
        self.context.register_table("attribution_rank", Arc::new(ranking))?;
        let lists = lists(rules);
        let lists =
            self.by_patient(|context| self.wait(async { context.sql(&lists).await?.cache().await }))?;
        self.forget("attribution")?;
        self.context.register_table("attribution", lists.into_view())?;
        Ok(())
    }

    /// Sorts competitors and numbers those of each patient: what `ROW_NUMBER` says in [`ranking`].
    ///
    /// The engine's window begins anew for each patient, which costs more than all the rest of attribution.
    fn numbered(&self, context: &SessionContext, competitors: &str) -> Outcome<MemTable> {
        let sql = format!("SELECT * FROM ({competitors}) f ORDER BY f.patient, {ORDER}");
        let plan = self.wait(context.sql(&sql))?;
        let mut fields = plan.schema().as_arrow().fields().to_vec();
        fields.insert(1, Arc::new(Field::new("position", DataType::Int32, false)));
        let schema = Arc::new(ArrowSchema::new(fields));
        let mut batches = Vec::new();
        let mut last: (Option<i64>, i32) = (None, 0);
        self.each_of(plan, |batch| {
            let positions: Int32Array = (batch.column(0).as_primitive::<Int64Type>().iter())
                .map(|patient| {
                    last = if last.0 == patient { (patient, last.1 + 1) } else { (patient, 1) };
                    last.1
                })
                .collect::<Vec<i32>>()
                .into();
            let mut columns = batch.columns().to_vec();
            columns.insert(1, Arc::new(positions));
            batches.push(RecordBatch::try_new(Arc::clone(&schema), columns)?);
            Ok(())
        })?;
        let half = batches.len().div_ceil(2);
        let second = batches.split_off(half);
        Ok(MemTable::try_new(schema, vec![batches, second])?)
    }

    /// Returns the queries of ranking and lists: the second reads the first as `attribution_rank`.
    pub fn attribution_queries(rules: &AttributionRules) -> [String; 2] {
        [ranking(rules), lists(rules)]
    }

    /// Names lists that were written before as `attribution` in the session.
    pub fn open_lists(&self, file: &Path) -> Outcome<()> {
        let table = Schema::canonical()
            .table("attribution")
            .ok_or_else(|| ClaimsError::Bug("no table attribution".to_owned()))?;
        let found = parquet_schema(file)?;
        for column in &table.columns {
            let field = found.field_with_name(&column.name).map_err(|_| ClaimsError::MissingColumn {
                file: file.to_owned(),
                column: column.name.clone(),
            })?;
            check_type(table, field, file)?;
        }
        self.forget("attribution")?;
        self.context.register_table("attribution", self.parquet(&[file.to_owned()])?.into_view())?;
        Ok(())
    }

    /// Returns the query that gives the lists in the order of working files.
    pub fn lists_query(&self) -> &'static str {
        LISTS
    }

    /// Returns the query that gives the ranking in the order of working files.
    pub fn ranking_query(&self) -> &'static str {
        RANKING
    }

    /// Counts what attribution has found.
    pub fn attribution_report(&self) -> Outcome<AttributionReport> {
        let one = |sql: &str| -> Outcome<i64> { Ok(self.number(sql)?.unwrap_or(0)) };
        let tied = "SELECT COUNT(*) FROM attribution_rank a JOIN attribution_rank b ON b.patient = a.patient AND b.position = 2 \
                    WHERE a.position = 1 AND a.method = 'contacts' AND a.contacts = b.contacts";
        Ok(AttributionReport {
            alive: one("SELECT COUNT(*) FROM attribution")?,
            by_method: self
                .counts("SELECT method, COUNT(*) FROM attribution GROUP BY method ORDER BY method")?,
            with_team: one("SELECT COUNT(*) FROM attribution WHERE team IS NOT NULL")?,
            by_team: self.counts(
                "SELECT t.source_key, COUNT(*) AS patients FROM attribution a JOIN team t ON t.team = a.team \
                 GROUP BY t.source_key ORDER BY patients DESC, t.source_key",
            )?,
            equal_contacts: one(tied)?,
            equal_but_key: one(&format!("{tied} AND a.latest = b.latest"))?,
        })
    }

    /// Returns the rows of a query that gives a text and a number.
    pub(crate) fn counts(&self, sql: &str) -> Outcome<Vec<(String, i64)>> {
        let mut found = Vec::new();
        for batch in self.rows(sql)? {
            let names = cast(batch.column(0), &DataType::Utf8)?;
            let numbers = cast(batch.column(1), &DataType::Int64)?;
            let names = names.as_string::<i32>().iter().map(|name| name.unwrap_or_default().to_owned());
            found.extend(
                names.zip(numbers.as_primitive::<Int64Type>().iter().map(|number| number.unwrap_or(0))),
            );
        }
        Ok(found)
    }
}

/// Returns a day as a literal.
pub(crate) fn literal(day: Date) -> String {
    format!("DATE '{day}'")
}

fn in_force(table: &str, at: &str) -> String {
    format!("{table}.from_date <= {at} AND ({table}.to_date IS NULL OR {table}.to_date >= {at})")
}

fn list(codes: &[String]) -> String {
    let quoted: Vec<String> = codes.iter().map(|code| quoted(code)).collect();
    quoted.join(", ")
}

/// Alive at the date; who dies on the day is not attributed.
fn living(at: &str) -> String {
    format!(
        "SELECT p.patient FROM patient p WHERE p.birth_date <= {at} AND (p.death_date IS NULL OR p.death_date > {at})"
    )
}

/// Returns the query of the competitors of each patient with their places.
fn ranking(rules: &AttributionRules) -> String {
    format!(
        "SELECT f.patient, CAST(ROW_NUMBER() OVER (PARTITION BY f.patient ORDER BY {ORDER}) AS INT) AS position, \
         f.practitioner, f.method, f.contacts, f.latest FROM ({}) f",
        competitors(rules)
    )
}

/// Returns the query of the competitors under the method that decides for each patient.
fn competitors(rules: &AttributionRules) -> String {
    let at = literal(rules.at);
    let before = literal(rules.at.checked_sub(rules.months.months()).unwrap_or(Date::MIN));
    let mut steps = vec![format!("living AS ({})", living(&at))];
    let mut found: Vec<String> = Vec::new();
    for (index, method) in rules.methods.iter().enumerate() {
        let name = method.name();
        let rows = match method {
            Method::Declared => format!(
                "SELECT r.patient, r.practitioner, CAST(0 AS BIGINT) AS contacts, MAX(r.from_date) AS latest \
                 FROM registration r WHERE {} GROUP BY r.patient, r.practitioner",
                in_force("r", &at)
            ),
            Method::Contacts if rules.professions.is_empty() => {
                "SELECT patient, practitioner, CAST(0 AS BIGINT) AS contacts, date AS latest FROM contact WHERE FALSE".to_owned()
            }
            Method::Contacts => format!(
                "SELECT c.patient, c.practitioner, SUM(c.quantity) AS contacts, MAX(c.date) AS latest FROM contact c \
                 WHERE c.profession IN ({}) AND c.date > {before} AND c.date <= {at} \
                 AND c.practitioner IS NOT NULL AND c.quantity > 0 GROUP BY c.patient, c.practitioner",
                list(&rules.professions)
            ),
        };
        steps.push(format!("counted_{index} AS ({rows})"));
        // Whoever an earlier method has found is not looked for again.
        let earlier: Vec<String> = (0..index)
            .map(|other| {
                format!(" AND NOT EXISTS (SELECT 1 FROM counted_{other} e WHERE e.patient = c.patient)")
            })
            .collect();
        let earlier = earlier.concat();
        found.push(format!(
            "SELECT c.patient, '{name}' AS method, c.practitioner, c.contacts, c.latest FROM counted_{index} c \
             WHERE c.patient IN (SELECT patient FROM living){earlier}"
        ));
    }
    if found.is_empty() {
        found.push(
            "SELECT CAST(0 AS BIGINT) AS patient, 'none' AS method, CAST(0 AS BIGINT) AS practitioner, \
             CAST(0 AS BIGINT) AS contacts, CAST(NULL AS DATE) AS latest WHERE FALSE"
                .to_owned(),
        );
    }
    format!(
        "WITH {} SELECT f.patient, f.practitioner, f.method, CAST(f.contacts AS INT) AS contacts, f.latest FROM ({}) f",
        steps.join(", "),
        found.join(" UNION ALL ")
    )
}

/// Returns one row for each patient alive at the date.
fn lists(rules: &AttributionRules) -> String {
    let at = literal(rules.at);
    let kinds = if rules.team_kinds.is_empty() {
        String::new()
    } else {
        format!(" AND m.team IN (SELECT t.team FROM team t WHERE t.kind IN ({}))", list(&rules.team_kinds))
    };
    format!(
        "WITH member AS (SELECT m.practitioner, m.team, \
           ROW_NUMBER() OVER (PARTITION BY m.practitioner ORDER BY m.from_date DESC, m.team) AS place \
           FROM membership m WHERE {}{kinds}) \
         SELECT l.patient, {at} AS at, COALESCE(r.method, 'none') AS method, r.practitioner, m.team \
         FROM ({}) l LEFT JOIN (SELECT * FROM attribution_rank WHERE position = 1) r ON r.patient = l.patient \
         LEFT JOIN (SELECT practitioner, team FROM member WHERE place = 1) m ON m.practitioner = r.practitioner",
        in_force("m", &at),
        living(&at),
    )
}
