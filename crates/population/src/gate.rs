//! The gate before money: rules as data, and a plain loop for each kind of check.
//!
//! Rules run in their order, each on what those before it left. The engine over claims is compared with these counts.

mod checks;

use std::sync::LazyLock;

use serde::Deserialize;

use crate::Text;
use crate::query::Period;
use crate::rows::{Cell, Rows, Tables};
use crate::schema::{Schema, TableSchema};

/// The shipped rules as text.
pub const RULES_TOML: &str = include_str!("../gate/rules.toml");

static SHIPPED: LazyLock<Gate> = LazyLock::new(|| Gate::read(RULES_TOML).unwrap_or_default());

/// Rules, in the order in which they run.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// The rules.
    #[serde(rename = "rule")]
    pub rules: Vec<GateRule>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GateRule {
    /// The name.
    pub id: String,
    /// The tables that are looked at; `*` for all that a source gives.
    pub tables: Vec<String>,
    /// What is counted.
    pub check: GateCheck,
    /// The columns that the check reads, in the order that it says.
    #[serde(default)]
    pub columns: Vec<String>,
    /// How grave it is.
    pub severity: GateSeverity,
    /// What is done.
    pub action: GateAction,
    /// What was found, with `{count}` and `{table}`.
    pub words: Text,
    /// What was done about it.
    pub remedy: Text,
}

/// What a rule counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateCheck {
    /// Rows without a required cell.
    EmptyRequired,
    /// Rows equal to a row before them in all cells.
    DuplicateRow,
    /// Rows whose key has, in another row, another value in one of the columns.
    SecondPerson,
    /// Rows that share the grain of their table.
    Grain,
    /// Rows with a code outside its closed list.
    UnknownCode,
    /// Rows whose key or code is not in the table that it refers to. A table that is empty is not looked into.
    UnknownReference,
    /// Rows whose second column, a date, is before the first.
    ReversedDates,
    /// Rows that still run when the next of the same patient begins: patient, tie-breaking key, from, to.
    Overlap,
    /// Rows dated after the death of their patient.
    AfterDeath,
    /// Rows dated before the birth of their patient.
    BeforeBirth,
    /// Rows with a number below 0 in one of the columns.
    Negative,
    /// Months of the period without a row. The only check that counts no rows.
    MissingMonth,
}

/// How grave a find is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateSeverity {
    /// Worth a look.
    Warning,
    /// Somebody has to look.
    Error,
}

/// What is done with what is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateAction {
    /// Nothing.
    Keep,
    /// All copies but one go.
    KeepFirst,
    /// The rows go.
    DropRows,
    /// The earlier stretch ends the day before the later one begins.
    CutEarlier,
    /// The rows go and are listed.
    RefuseRows,
    /// The run stops.
    RefuseTable,
}

/// What a rule found in a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateFind {
    /// The rule.
    pub rule: String,
    /// The table.
    pub table: String,
    /// How many rows, or months.
    pub count: usize,
    /// The rows as they were found, before anything was done; none for months.
    pub rows: Vec<Vec<Cell>>,
}

/// Why rules cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GateError {
    /// The text holds no rules.
    #[error("read the gate rules: {0}")]
    Unreadable(String),
    /// A rule names something that the canonical tables do not have.
    #[error("find `{name}`, which the gate rule `{rule}` names")]
    UnknownName {
        /// The rule.
        rule: String,
        /// The table or column.
        name: String,
    },
}

impl Gate {
    /// Returns the shipped rules; they are embedded and tested.
    pub fn shipped() -> &'static Self {
        &SHIPPED
    }

    /// Reads rules and checks the names in them.
    pub fn read(text: &str) -> Result<Self, GateError> {
        let gate: Self = toml::from_str(text).map_err(|error| GateError::Unreadable(error.to_string()))?;
        for rule in &gate.rules {
            for name in rule.tables.iter().filter(|name| *name != "*") {
                let unknown =
                    |name: &String| GateError::UnknownName { rule: rule.id.clone(), name: name.clone() };
                let table = Schema::canonical().table(name).ok_or_else(|| unknown(name))?;
                // A check over several columns takes those that the table has; every other check needs them all.
                let any = rule.check == GateCheck::Negative;
                if let Some(column) =
                    rule.columns.iter().find(|column| table.column(column).is_none() && !any)
                {
                    return Err(unknown(column));
                }
            }
        }
        Ok(gate)
    }

    /// Runs the rules over tables, which it corrects as the rules say; what found nothing is left out.
    ///
    /// `period` is what the source claims to cover: months are looked for in it.
    pub fn run(&self, tables: &mut Tables<'_>, period: Period) -> Vec<GateFind> {
        let mut finds = Vec::new();
        for rule in &self.rules {
            for table in Schema::canonical().tables.iter().filter(|table| rule.looks_at(table)) {
                finds.extend(rule.run(table, tables, period));
            }
        }
        finds
    }
}

impl GateRule {
    /// Tells whether the rule looks at a table.
    pub fn looks_at(&self, table: &TableSchema) -> bool {
        !table.derived && self.tables.iter().any(|name| name == "*" || *name == table.name)
    }

    fn run(&self, table: &TableSchema, tables: &mut Tables<'_>, period: Period) -> Option<GateFind> {
        let rows = tables.0.get(&table.name)?;
        let find = |count: usize, rows: Vec<Vec<Cell>>| GateFind {
            rule: self.id.clone(),
            table: table.name.clone(),
            count,
            rows,
        };
        if self.check == GateCheck::MissingMonth {
            let missing = checks::missing_months(rows, self.columns.first()?, period);
            return (missing > 0).then(|| find(missing, Vec::new()));
        }
        let hits = checks::hits(self, rows, tables);
        if hits.is_empty() {
            return None;
        }
        let found = hits.iter().filter_map(|index| rows.rows.get(*index).cloned()).collect();
        let kept = match self.action {
            GateAction::Keep | GateAction::RefuseTable => None,
            GateAction::CutEarlier => Some(checks::cut(self, rows)),
            GateAction::KeepFirst | GateAction::DropRows | GateAction::RefuseRows => {
                Some(without(rows, &hits))
            }
        };
        if let (Some(kept), Some(rows)) = (kept, tables.0.get_mut(&table.name)) {
            rows.rows = kept;
        }
        Some(find(hits.len(), found))
    }
}

fn without(rows: &Rows<'_>, hits: &[usize]) -> Vec<Vec<Cell>> {
    let numbered = rows.rows.iter().enumerate();
    numbered.filter(|(index, _)| !hits.contains(index)).map(|(_, row)| row.clone()).collect()
}
