//! From claims to the facts of a contract, as its chain says: lists, figures, and queries whose rows become facts.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use datafusion::arrow::array::{Array as _, ArrayRef, AsArray, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::error::DataFusionError;
use population::chain::{ChainFigures, ChainList, fill, of_care};
use population::reference::attribution::Method;
use population::{Measure, Period};

use crate::figures::Figure;
use crate::{ClaimsError, Engine, MeasureLibrary, Opened, Outcome};

impl Engine {
    /// Computes a list of a chain and names it in the session; `{name}_rank` is the ranking behind it.
    pub fn chain_list(
        &self,
        opened: &Opened,
        library: &MeasureLibrary,
        list: &ChainList,
        year: i16,
    ) -> Outcome<()> {
        let rules = list.rules(year).ok_or(ClaimsError::NoYear(year))?;
        opened.need("patient", &list.name)?;
        if rules.methods == [Method::Declared] {
            opened.need("registration", &list.name)?;
        }
        let period = Period { start: rules.at, end: rules.at };
        self.name_views(opened, library, period, &library.shared_choices())?;
        self.attribute(&rules)
    }

    /// Names a list that was written before under the name that queries read.
    pub fn open_chain_list(&self, list: &ChainList, file: &Path) -> Outcome<()> {
        self.open_lists(file)?;
        self.name(&list.name, "SELECT * FROM attribution")
    }

    /// Computes the figures of a chain and names them in the session: one row for each measure and team, or for each
    /// measure and group of patients (`by`), with `label`, the key of the source or the group.
    ///
    /// `step` is told the name of each measure before it is computed.
    pub fn chain_figures(
        &self,
        opened: &Opened,
        library: &MeasureLibrary,
        figures: &ChainFigures,
        year: i16,
        mut step: impl FnMut(&str),
    ) -> Outcome<()> {
        let period = Period::year(of_care(year, figures.year)).ok_or(ClaimsError::NoYear(year))?;
        self.name("attribution", &format!("SELECT * FROM {}", figures.list))?;
        let labels = match &figures.by {
            None => "SELECT team, source_key AS label FROM team".to_owned(),
            Some(by) => {
                self.group(by)?;
                "SELECT DISTINCT team, label FROM grouped".to_owned()
            }
        };
        let mut found: Vec<(&Measure, Vec<Figure>)> = Vec::new();
        for id in &figures.measures {
            step(id);
            let Some((measure, _)) = library.measure(id) else {
                let known: Vec<&str> = library.measures.iter().map(|(known, _)| known.id.as_str()).collect();
                return Err(ClaimsError::UnknownName { name: id.clone(), known: known.join(", ") });
            };
            self.measure(opened, library, id, period, &library.choices(measure))?;
            let of_all = if figures.by.is_some() {
                self.figures_of(measure, "JOIN grouped t ON t.patient = r.patient", "grouped")?
            } else {
                self.figures(measure, period)?
            };
            found.push((measure, of_all));
        }
        let given = format!("given_{}", figures.name);
        self.forget(&given)?;
        self.context.register_batch(given.as_str(), counts(&found)?)?;
        self.name(
            &figures.name,
            &format!("SELECT f.*, l.label FROM {given} f LEFT JOIN ({labels}) l ON l.team = f.team"),
        )
    }

    /// Names `grouped` in the session: the patients of the list with the number and the label of their group.
    fn group(&self, by: &str) -> Outcome<()> {
        let sql = format!(
            "SELECT patient, CAST(DENSE_RANK() OVER (ORDER BY label) AS BIGINT) AS team, label \
             FROM (SELECT a.patient, CAST({by} AS VARCHAR) AS label FROM attribution a \
                   JOIN patient p ON p.patient = a.patient LEFT JOIN territory y ON y.area = p.area) \
             WHERE label IS NOT NULL"
        );
        let plan = self.plan(&sql).map_err(|error| error.in_file("chain.toml (by)"))?;
        let kept = self.wait(plan.cache())?;
        self.forget("grouped")?;
        self.context.register_table("grouped", kept.into_view())?;
        Ok(())
    }

    /// Names a table of texts in the session, with these columns, from the rows of a CSV text; without one it has no row.
    ///
    /// A column that the text lacks is an error that names `file`.
    pub fn name_texts(&self, name: &str, columns: &[String], file: &Path, text: Option<&str>) -> Outcome<()> {
        let mut cells: Vec<Vec<Option<String>>> = vec![Vec::new(); columns.len()];
        let failed =
            |error: csv::Error| ClaimsError::Unreadable { file: file.to_owned(), why: error.to_string() };
        if let Some(text) = text {
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            let header = reader.headers().map_err(failed)?.clone();
            let mut places = Vec::new();
            for column in columns {
                let place = header.iter().position(|known| known == column);
                places.push(place.ok_or_else(|| ClaimsError::MissingColumn {
                    file: file.to_owned(),
                    column: column.clone(),
                })?);
            }
            for row in reader.records() {
                let row = row.map_err(failed)?;
                for (place, column) in places.iter().zip(&mut cells) {
                    column.push(row.get(*place).filter(|cell| !cell.is_empty()).map(str::to_owned));
                }
            }
        }
        let columns = columns.iter().zip(cells).map(|(column, cells)| {
            let cells: ArrayRef = Arc::new(StringArray::from(cells));
            (column.as_str(), cells, true)
        });
        self.forget(name)?;
        self.context.register_batch(name, RecordBatch::try_from_iter_with_nullable(columns)?)?;
        Ok(())
    }

    /// Writes the rows of a query of a chain as CSV, in their order, with the names of its columns.
    ///
    /// Facts are exact: a column of floating-point numbers is refused. An empty cell stays empty. Returns how many rows.
    pub fn write_csv(&self, file: &str, sql: &str, year: i16, out: &mut dyn Write) -> Outcome<u64> {
        let sql = fill(sql, year)
            .map_err(|error| ClaimsError::Query { file: file.to_owned(), why: error.to_string() })?;
        let plan = self.plan(&sql).map_err(|error| error.in_file(file))?;
        let mut writer = csv::Writer::from_writer(out);
        let failed = |error: csv::Error| ClaimsError::from(DataFusionError::External(Box::new(error)));
        for field in plan.schema().fields() {
            if field.data_type().is_floating() {
                let name = field.name();
                return Err(ClaimsError::Query {
                    file: file.to_owned(),
                    why: format!(
                        "`{name}` is a floating-point number; CAST({name} AS DECIMAL(18, 4)) says how many decimals count"
                    ),
                });
            }
        }
        writer
            .write_record(plan.schema().fields().iter().map(|field| field.name().as_str()))
            .map_err(failed)?;
        let mut rows = 0;
        self.each(&sql, |batch| {
            let texts: Result<Vec<ArrayRef>, _> =
                batch.columns().iter().map(|column| cast(column, &DataType::Utf8)).collect();
            let texts = texts?;
            let texts: Vec<&StringArray> = texts.iter().map(AsArray::as_string::<i32>).collect();
            for row in 0..batch.num_rows() {
                let cells =
                    texts.iter().map(|column| if column.is_null(row) { "" } else { column.value(row) });
                writer.write_record(cells).map_err(failed)?;
                rows += 1;
            }
            Ok(())
        })
        .map_err(|error| error.in_file(file))?;
        writer.flush().map_err(|error| ClaimsError::disk(file, &error))?;
        Ok(rows)
    }
}

/// Puts figures into one table.
fn counts(found: &[(&Measure, Vec<Figure>)]) -> Outcome<RecordBatch> {
    let flat: Vec<(&str, &Figure)> = found
        .iter()
        .flat_map(|(measure, figures)| figures.iter().map(|figure| (measure.id.as_str(), figure)))
        .collect();
    let whole = |of: fn(&Figure) -> Option<i64>| -> ArrayRef {
        Arc::new(flat.iter().map(|(_, figure)| of(figure)).collect::<Int64Array>())
    };
    let ids: ArrayRef = Arc::new(flat.iter().map(|(id, _)| Some(*id)).collect::<StringArray>());
    Ok(RecordBatch::try_from_iter_with_nullable([
        ("measure", ids, false),
        ("team", whole(|figure| figure.team), true),
        ("patients", whole(|figure| Some(figure.patients)), false),
        ("numerator", whole(|figure| Some(figure.numerator)), false),
        ("denominator", whole(|figure| Some(figure.denominator)), false),
    ])?)
}
