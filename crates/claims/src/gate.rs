//! The gate over tables of any size: the rules of `population`, as queries. Each rule sees what those before it left.

use std::collections::BTreeSet;

use population::gate::{Gate, GateAction, GateCheck, GateRule};
use population::{Period, Schema, TableSchema};

use crate::attribution::literal;
use crate::tables::Opened;
use crate::{Engine, Outcome};

/// What a rule found in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The rule.
    pub rule: String,
    /// The table.
    pub table: String,
    /// How many rows, or months.
    pub count: i64,
}

/// The rows that a rule looks at, and which of them it finds.
struct Look {
    /// What is joined to the table, which is named `r`.
    joins: String,
    /// True for the rows found.
    hit: String,
}

impl Engine {
    /// Runs the rules over the tables of the session and corrects these as the rules say; what found nothing is left out.
    ///
    /// Months are looked for in `period`, if one is given. `step` is told each table before it is looked at.
    pub fn gate(
        &self,
        opened: &Opened,
        rules: &Gate,
        period: Option<Period>,
        mut step: impl FnMut(&str),
    ) -> Outcome<Vec<Found>> {
        let mut found = Vec::new();
        let mut unique = opened.one_row_per_grain.clone();
        for rule in &rules.rules {
            let tables = Schema::canonical().tables.iter();
            for table in tables.filter(|table| rule.looks_at(table) && opened.has(&table.name)) {
                step(&table.name);
                let count = self.run_rule(rule, table, opened, period, &mut unique)?;
                if count > 0 {
                    found.push(Found { rule: rule.id.clone(), table: table.name.clone(), count });
                }
            }
        }
        Ok(found)
    }

    /// Counts the months of a period that have no row, for the tables whose months the rules look for.
    pub fn missing_months(
        &self,
        opened: &Opened,
        rules: &Gate,
        tables: &[String],
        period: Period,
    ) -> Outcome<Vec<Found>> {
        let mut found = Vec::new();
        for rule in rules.rules.iter().filter(|rule| rule.check == GateCheck::MissingMonth) {
            let Some(column) = rule.columns.first() else { continue };
            for table in rule.tables.iter().filter(|table| tables.contains(table) && opened.has(table)) {
                let count = self.months_missing(table, column, period)?;
                if count > 0 {
                    found.push(Found { rule: rule.id.clone(), table: table.clone(), count });
                }
            }
        }
        Ok(found)
    }

    fn run_rule(
        &self,
        rule: &GateRule,
        table: &TableSchema,
        opened: &Opened,
        period: Option<Period>,
        unique: &mut BTreeSet<String>,
    ) -> Outcome<i64> {
        let name = &table.name;
        match rule.check {
            GateCheck::MissingMonth => {
                let Some((column, period)) = rule.columns.first().zip(period) else { return Ok(0) };
                return self.months_missing(name, column, period);
            }
            GateCheck::Overlap => return self.cut_overlaps(rule, table),
            // Where no two rows share a grain there are neither copies nor second persons.
            GateCheck::DuplicateRow | GateCheck::SecondPerson | GateCheck::Grain if unique.contains(name) => {
                return Ok(0);
            }
            GateCheck::DuplicateRow => {
                let shared = format!("SELECT COUNT(*) FROM ({})", shared_grains(table));
                if self.number(&shared)?.unwrap_or(0) == 0 {
                    unique.insert(name.clone());
                    return Ok(0);
                }
                let count = self.number(&format!(
                    "SELECT (SELECT COUNT(*) FROM {name}) - (SELECT COUNT(*) FROM (SELECT DISTINCT * FROM {name}))"
                ))?;
                self.correct(table, &format!("SELECT DISTINCT * FROM {name}"))?;
                return Ok(count.unwrap_or(0));
            }
            _ => {}
        }
        let Some(look) = self.look(rule, table, opened)? else { return Ok(0) };
        let from = format!("FROM {name} r {}", look.joins);
        let count = self.number(&format!("SELECT COUNT(*) {from} WHERE {}", look.hit))?.unwrap_or(0);
        let goes =
            matches!(rule.action, GateAction::DropRows | GateAction::RefuseRows | GateAction::KeepFirst);
        if count > 0 && goes {
            let cells: Vec<String> =
                table.columns.iter().map(|column| format!("r.{}", column.name)).collect();
            self.correct(
                table,
                &format!("SELECT {} {from} WHERE ({}) IS NOT TRUE", cells.join(", "), look.hit),
            )?;
        }
        Ok(count)
    }

    /// Puts the corrected rows in the place of a table.
    ///
    /// Tables that others refer to are computed once and kept: they have as many rows as persons or fewer. The large ones,
    /// which are cut by year, stay queries over their files.
    fn correct(&self, table: &TableSchema, sql: &str) -> Outcome<()> {
        self.note_corrected(&table.name);
        if table.layout.year_of.is_some() {
            return self.name(&table.name, sql);
        }
        let plan = self.plan(sql)?;
        let kept = self.wait(plan.cache())?;
        self.forget(&table.name)?;
        self.context.register_table(table.name.as_str(), kept.into_view())?;
        Ok(())
    }

    fn look(&self, rule: &GateRule, table: &TableSchema, opened: &Opened) -> Outcome<Option<Look>> {
        let columns = rule.columns.iter().filter(|name| table.column(name).is_some());
        let plain = |tests: Vec<String>| {
            (!tests.is_empty()).then(|| Look { joins: String::new(), hit: tests.join(" OR ") })
        };
        Ok(match rule.check {
            GateCheck::EmptyRequired => {
                let required = table.columns.iter().filter(|column| column.required);
                plain(required.map(|column| format!("r.{} IS NULL", column.name)).collect())
            }
            GateCheck::UnknownCode => {
                let tests = table.columns.iter().filter_map(|column| {
                    let values = Schema::canonical().values(column);
                    let known: Vec<String> = values.keys().map(|value| format!("'{value}'")).collect();
                    (!known.is_empty()).then(|| format!("r.{} NOT IN ({})", column.name, known.join(", ")))
                });
                plain(tests.collect())
            }
            GateCheck::Negative => plain(columns.map(|name| format!("r.{name} < 0")).collect()),
            GateCheck::ReversedDates => match rule.columns.as_slice() {
                [from, to] => plain(vec![format!("r.{to} < r.{from}")]),
                _ => None,
            },
            GateCheck::AfterDeath => beyond(rule, "r.{} > p.death_date"),
            GateCheck::BeforeBirth => beyond(rule, "r.{} < p.birth_date"),
            GateCheck::Grain => Some(joined_to(table, &shared_grains(table))),
            GateCheck::SecondPerson => {
                let grain = table.grain.join(", ");
                let identity = rule.columns.join(", ");
                let several = format!(
                    "SELECT {grain} FROM (SELECT DISTINCT {grain}, {identity} FROM {}) GROUP BY {grain} HAVING COUNT(*) > 1",
                    table.name
                );
                Some(joined_to(table, &several))
            }
            GateCheck::UnknownReference => self.unknown_references(table, opened)?,
            GateCheck::DuplicateRow | GateCheck::Overlap | GateCheck::MissingMonth => None,
        })
    }

    fn unknown_references(&self, table: &TableSchema, opened: &Opened) -> Outcome<Option<Look>> {
        let (mut joins, mut tests) = (Vec::new(), Vec::new());
        for column in &table.columns {
            let target = column.references.as_deref().and_then(|name| Schema::canonical().table(name));
            let Some((target, key)) = target.and_then(|target| Some((target, target.grain.first()?))) else {
                continue;
            };
            let rows = format!("SELECT COUNT(*) FROM {}", target.name);
            if !opened.has(&target.name) || self.number(&rows)?.unwrap_or(0) == 0 {
                continue;
            }
            let (name, other) = (&column.name, &target.name);
            joins.push(format!(
                "LEFT JOIN (SELECT DISTINCT {key} AS known FROM {other}) known_{name} ON known_{name}.known = r.{name}"
            ));
            tests.push(format!("(r.{name} IS NOT NULL AND known_{name}.known IS NULL)"));
        }
        Ok((!tests.is_empty()).then(|| Look { joins: joins.join(" "), hit: tests.join(" OR ") }))
    }

    /// Counts the months of a period in which a table has no row. Its days are read once, for all periods.
    fn months_missing(&self, table: &str, column: &str, period: Period) -> Outcome<i64> {
        let days = format!("days_of_{table}");
        self.compute(&days, &format!("SELECT DISTINCT {column} AS day FROM {table}"))?;
        let (start, end) = (literal(period.start), literal(period.end));
        let months = (i32::from(period.end.year()) - i32::from(period.start.year())) * 12
            + i32::from(period.end.month())
            - i32::from(period.start.month())
            + 1;
        let sql = format!(
            "SELECT {months} - COUNT(DISTINCT EXTRACT(YEAR FROM day) * 12 + EXTRACT(MONTH FROM day)) \
             FROM {days} WHERE day BETWEEN {start} AND {end}"
        );
        Ok(self.number(&sql)?.unwrap_or(0))
    }

    fn cut_overlaps(&self, rule: &GateRule, table: &TableSchema) -> Outcome<i64> {
        let [patient, tie, from, to] = rule.columns.as_slice() else { return Ok(0) };
        let name = &table.name;
        let followed = format!(
            "SELECT r.*, LEAD(r.{from}) OVER (PARTITION BY r.{patient} ORDER BY r.{from}, r.{tie} DESC, r.{to} NULLS FIRST) AS next_start FROM {name} r"
        );
        let hit = format!("next_start IS NOT NULL AND ({to} IS NULL OR {to} >= next_start)");
        let count = self.number(&format!("SELECT COUNT(*) FROM ({followed}) WHERE {hit}"))?.unwrap_or(0);
        if count > 0 && rule.action == GateAction::CutEarlier {
            let cells: Vec<String> = table
                .columns
                .iter()
                .map(|column| match &column.name {
                    last if last == to => {
                        format!("CASE WHEN {hit} THEN next_start - INTERVAL '1 day' ELSE {to} END")
                    }
                    other => other.clone(),
                })
                .zip(&table.columns)
                .map(
                    |(cell, column)| {
                        if column.name == *to { format!("CAST({cell} AS DATE) AS {to}") } else { cell }
                    },
                )
                .collect();
            let left = format!(
                "SELECT {} FROM ({followed}) WHERE ({hit} AND next_start <= {from}) IS NOT TRUE",
                cells.join(", ")
            );
            self.correct(table, &left)?;
        }
        Ok(count)
    }
}

fn shared_grains(table: &TableSchema) -> String {
    let grain = table.grain.join(", ");
    format!("SELECT {grain} FROM {} GROUP BY {grain} HAVING COUNT(*) > 1", table.name)
}

/// Finds the rows whose grain is among those of a query; an empty cell is a value like another.
fn joined_to(table: &TableSchema, grains: &str) -> Look {
    let equal: Vec<String> =
        table.grain.iter().map(|name| format!("(r.{name} IS NOT DISTINCT FROM g.{name})")).collect();
    Look {
        joins: format!("LEFT JOIN (SELECT *, 1 AS hit FROM ({grains})) g ON {}", equal.join(" AND ")),
        hit: "g.hit = 1".to_owned(),
    }
}

fn beyond(rule: &GateRule, test: &str) -> Option<Look> {
    let column = rule.columns.first()?;
    Some(Look {
        joins: "LEFT JOIN patient p ON p.patient = r.patient".to_owned(),
        hit: test.replace("{}", column),
    })
}
