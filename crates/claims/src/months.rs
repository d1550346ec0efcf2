//! Lines by month, for the tables whose months the gate looks for: gaps and slumps are seen where they are.

use datafusion::arrow::array::AsArray as _;
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Int64Type};
use population::gate::{Gate, GateCheck};

use crate::tables::Opened;
use crate::{Engine, Outcome};

/// The rows of a table in one month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthLines {
    /// The table.
    pub table: String,
    /// The year.
    pub year: i16,
    /// The month, from 1.
    pub month: i8,
    /// How many rows.
    pub lines: u64,
}

impl Engine {
    /// Counts the rows of each month, table by table, in the order of time; months without a row are left out.
    pub fn lines_by_month(&self, opened: &Opened, rules: &Gate) -> Outcome<Vec<MonthLines>> {
        let mut all = Vec::new();
        for rule in rules.rules.iter().filter(|rule| rule.check == GateCheck::MissingMonth) {
            let Some(column) = rule.columns.first() else { continue };
            for table in rule.tables.iter().filter(|table| opened.has(table)) {
                all.extend(self.months_of(table, column)?);
            }
        }
        Ok(all)
    }

    fn months_of(&self, table: &str, column: &str) -> Outcome<Vec<MonthLines>> {
        let batches = self.rows(&format!(
            "SELECT EXTRACT(YEAR FROM day) AS year, EXTRACT(MONTH FROM day) AS month, SUM(lines) AS lines \
             FROM (SELECT {column} AS day, COUNT(*) AS lines FROM {table} WHERE {column} IS NOT NULL GROUP BY {column}) \
             GROUP BY 1, 2 ORDER BY 1, 2"
        ))?;
        let mut months = Vec::new();
        for batch in &batches {
            let columns: Result<Vec<_>, _> =
                batch.columns().iter().map(|column| cast(column, &DataType::Int64)).collect();
            let columns = columns?;
            let [years, numbers, lines] = columns.as_slice() else { continue };
            let cells = (years.as_primitive::<Int64Type>().iter())
                .zip(numbers.as_primitive::<Int64Type>())
                .zip(lines.as_primitive::<Int64Type>());
            months.extend(cells.filter_map(|((year, month), lines)| {
                Some(MonthLines {
                    table: table.to_owned(),
                    year: i16::try_from(year?).ok()?,
                    month: i8::try_from(month?).ok()?,
                    lines: u64::try_from(lines?).ok()?,
                })
            }));
        }
        Ok(months)
    }
}
