//! Attribution: equal to the reference loop on random rows with ties, departures, deaths and patients who change twice.

use datafusion::arrow::array::{Array as _, ArrayRef, AsArray as _};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::{DataType, Int64Type};
use jiff::civil::date;
use population::reference::attribution::{Attribution, AttributionRules, Method, attribute};
use population::{Cell, ColumnType, Period, Records, Schema, Tables};

use crate::support::{Draw, engine, library, opened};

/// Returns rows of all tables: few patients, many coincidences.
pub(crate) fn random_tables(seed: u64, schema: &'static Schema) -> Tables<'static> {
    let mut draw = Draw::new(seed);
    let mut tables = Tables::empty(schema);
    let sizes = [
        ("practitioner", 8),
        ("team", 4),
        ("patient", 60),
        ("membership", 14),
        ("registration", 70),
        ("condition", 30),
        ("act", 900),
        ("dispensing", 1200),
        ("stay", 160),
        ("emergency_visit", 90),
    ];
    for (name, size) in sizes {
        let table = schema.table(name).expect("a table");
        let rows = (0..size).map(|number| {
            let mut row: Vec<Cell> = Vec::new();
            for column in &table.columns {
                row.push(cell(&mut draw, schema, name, column, number));
            }
            in_order(table, &mut row);
            row
        });
        let rows: Vec<Vec<Cell>> = rows.collect();
        tables.0.insert(name.to_owned(), population::Rows { table, rows });
    }
    tables
}

fn day(draw: &mut Draw) -> Cell {
    let span = jiff::Span::new().days(draw.under(900));
    Cell::Date(date(2018, 1, 1).checked_add(span).expect("a day"))
}

fn cell(
    draw: &mut Draw,
    schema: &Schema,
    table: &str,
    column: &population::ColumnSchema,
    number: i64,
) -> Cell {
    const ATC: [&str; 12] = [
        "A10BA02", "C09AA05", "N05BA12", "N05BA01", "M01AE01", "C10AA05", "B01AC06", "R03AC02", "N02BE01",
        "A02BC01", "C07AB07", "N06AB04",
    ];
    const DIAGNOSES: [&str; 8] = ["J45", "I500", "E86", "Z511", "E101", "J440", "K35", "I110"];
    const PROFESSIONS: [&str; 3] = ["general_practitioner", "nurse", "specialist"];
    let pick = |draw: &mut Draw, codes: &[&str]| {
        let place = draw.under(i64::try_from(codes.len()).expect("small"));
        Cell::Text(
            codes
                .get(usize::try_from(place).expect("small"))
                .map_or(String::new(), |code| (*code).to_owned()),
        )
    };
    if !column.required && draw.under(3) == 0 {
        return Cell::Empty;
    }
    let values = schema.values(column);
    match (column.name.as_str(), column.kind) {
        (name, ColumnType::Key) if name == table || name == "visit" => Cell::Key(number),
        ("practitioner" | "prescriber", _) => Cell::Key(draw.under(8)),
        ("team", _) => Cell::Key(draw.under(4)),
        ("patient", _) => Cell::Key(draw.under(60)),
        ("birth_date", _) => Cell::Date(date(1930 + i16::try_from(draw.under(80)).expect("small"), 6, 1)),
        ("death_date", _) if draw.under(4) > 0 => Cell::Empty,
        ("profession", _) => pick(draw, &PROFESSIONS),
        ("atc", _) => pick(draw, &ATC),
        ("diagnosis" | "principal_diagnosis", _) => pick(draw, &DIAGNOSES),
        ("kind", _) if table == "stay" => {
            pick(draw, &["medicine", "medicine", "psychiatry", "surgery", "session"])
        }
        (_, ColumnType::Date) => day(draw),
        (_, ColumnType::Integer) => Cell::Integer(draw.under(4)),
        (_, ColumnType::Cents) => Cell::Integer(draw.under(10_000)),
        (_, ColumnType::Truth) => Cell::Truth(draw.under(2) == 0),
        (_, ColumnType::Key) => Cell::Key(draw.under(60)),
        _ if !values.is_empty() => {
            let names: Vec<&str> = values.keys().map(String::as_str).collect();
            pick(draw, &names)
        }
        _ => Cell::Text(format!("x{}", draw.under(30))),
    }
}

/// Puts the two dates of a stretch or stay in order, a stay within three weeks.
fn in_order(table: &population::TableSchema, row: &mut [Cell]) {
    let pairs = [("from_date", "to_date"), ("admission", "discharge")];
    for (first, second) in pairs {
        let (Some(first), Some(second)) = (table.position(first), table.position(second)) else { continue };
        let (Some(Cell::Date(from)), Some(Cell::Date(to))) =
            (row.get(first).cloned(), row.get(second).cloned())
        else {
            continue;
        };
        let (from, to) = (from.min(to), from.max(to));
        let to = if table.name == "stay" {
            from.checked_add(jiff::Span::new().days(from.until(to).expect("days").get_days() % 21))
                .expect("a day")
        } else {
            to
        };
        if let Some(cell) = row.get_mut(first) {
            *cell = Cell::Date(from);
        }
        if let Some(cell) = row.get_mut(second) {
            *cell = Cell::Date(to);
        }
    }
}

fn numbers(column: &ArrayRef) -> Vec<Option<i64>> {
    cast(column, &DataType::Int64).expect("numbers").as_primitive::<Int64Type>().iter().collect()
}

fn texts(column: &ArrayRef) -> Vec<String> {
    let cells = cast(column, &DataType::Utf8).expect("texts");
    cells.as_string::<i32>().iter().map(|cell| cell.unwrap_or_default().to_owned()).collect()
}

/// One line for each row of a query, so that rows can be compared as a whole.
pub(crate) fn lines(engine: &claims::Engine, sql: &str) -> Vec<String> {
    let mut found = Vec::new();
    for batch in engine.rows(sql).unwrap_or_else(|error| panic!("{error}")) {
        let columns: Vec<Vec<String>> = batch
            .columns()
            .iter()
            .map(|column| {
                if column.data_type().is_integer() {
                    numbers(column).iter().map(|n| format!("{n:?}")).collect()
                } else {
                    texts(column)
                }
            })
            .collect();
        for row in 0..batch.num_rows() {
            let cells: Vec<&str> =
                columns.iter().filter_map(|column| column.get(row).map(String::as_str)).collect();
            found.push(cells.join(" "));
        }
    }
    found
}

/// Returns what the reference finds as the engine's rows are printed: the lists, and the ranking.
fn as_lines(expected: &Attribution) -> (Vec<String>, Vec<String>) {
    let list = expected.attributed.iter().map(|row| {
        format!(
            "{:?} {} {:?} {:?}",
            Some(row.patient.0),
            row.method.map_or("none", Method::name),
            row.practitioner.map(|key| key.0),
            row.team.map(|key| key.0)
        )
    });
    let ranking = expected.ranking.iter().map(|row| {
        format!(
            "{:?} {:?} {:?} {} {:?} {}",
            Some(row.patient.0),
            Some(row.position),
            Some(row.practitioner.0),
            row.method.name(),
            Some(row.contacts),
            row.latest
        )
    });
    (list.collect(), ranking.collect())
}

#[test]
fn lists_and_ranking_are_those_of_the_reference() {
    let library = library();
    let methods = [
        vec![Method::Declared, Method::Contacts],
        vec![Method::Contacts],
        vec![Method::Contacts, Method::Declared],
        vec![Method::Declared],
    ];
    for seed in 1..=11 {
        let tables = random_tables(seed, Schema::canonical());
        let records = Records::from_tables(&tables);
        assert_eq!(records.incomplete_rows, 0);
        for partitions in [1, 2, 8] {
            let engine = engine(partitions);
            let (_folder, opened) = opened(&engine, &tables, &[]);
            let turn = usize::try_from(seed).expect("small");
            let rules = AttributionRules {
                at: date(2019, 1 + i8::try_from(seed).expect("small"), 28),
                methods: methods.get(turn % methods.len()).cloned().expect("methods"),
                months: [24, 6, 1].get(turn % 3).copied().expect("months"),
                professions: vec!["general_practitioner".to_owned(), "nurse".to_owned()],
                team_kinds: if seed % 3 == 0 {
                    vec!["cpts".to_owned(), "other".to_owned()]
                } else {
                    Vec::new()
                },
            };
            let period = Period { start: rules.at, end: rules.at };
            engine
                .name_views(&opened, &library, period, &library.shared_choices())
                .unwrap_or_else(|error| panic!("{error}"));
            engine.attribute(&rules).unwrap_or_else(|error| panic!("{error}"));
            let report = engine.attribution_report().unwrap_or_else(|error| panic!("{error}"));
            let expected = attribute(&records, &rules);
            let (wanted, ranking) = as_lines(&expected);
            let found = lines(
                &engine,
                "SELECT patient, method, practitioner, team FROM attribution ORDER BY patient",
            );
            assert_eq!(found, wanted, "seed {seed}");
            assert!(found.len() > 20, "seed {seed}");
            let found = lines(
                &engine,
                "SELECT patient, position, practitioner, method, contacts, latest FROM attribution_rank ORDER BY patient, position",
            );
            assert_eq!(found, ranking, "seed {seed}");
            assert_eq!(usize::try_from(report.alive).expect("a count"), expected.attributed.len());
            assert_eq!(report.by_method.iter().map(|(_, patients)| patients).sum::<i64>(), report.alive);
        }
    }
}
