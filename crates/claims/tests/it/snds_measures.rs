//! From a drawn territory to lists of patients and measures: equal to the plain loops of `population` on the same tables.

use claims::Engine;
use datafusion::arrow::array::{Array as _, AsArray as _};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use jiff::civil::date;
use population::reference::attribution::{AttributionRules, Method, attribute};
use population::reference::{ReferenceInput, rows};
use population::{Cell, ColumnType, Period, Records, Schema, Tables};

use crate::attribution::lines;
use crate::measures::given;
use crate::support::{engine, library};
use crate::territory::{imported, territory};

/// Returns the canonical tables of a session as plain rows.
fn tables(engine: &Engine) -> Tables<'static> {
    let schema = Schema::canonical();
    let mut tables = Tables::empty(schema);
    for table in schema.tables.iter().filter(|table| !table.derived) {
        let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        let sql = format!("SELECT {} FROM {}", names.join(", "), table.name);
        let found = tables.0.get_mut(&table.name).expect("a table");
        for batch in engine.rows(&sql).unwrap_or_else(|error| panic!("{error}")) {
            let mut rows = vec![Vec::new(); batch.num_rows()];
            for (column, cells) in table.columns.iter().zip(batch.columns()) {
                let texts = cast(cells, &DataType::Utf8).expect("texts");
                let texts = texts.as_string::<i32>();
                for (place, row) in rows.iter_mut().enumerate() {
                    row.push(if texts.is_null(place) {
                        Cell::Empty
                    } else {
                        let text = texts.value(place);
                        match column.kind {
                            ColumnType::Key => Cell::Key(text.parse().expect("a number")),
                            ColumnType::Integer | ColumnType::Cents => {
                                Cell::Integer(text.parse().expect("a number"))
                            }
                            ColumnType::Date => Cell::Date(text.parse().expect("a day")),
                            ColumnType::Truth => Cell::Truth(text == "true"),
                            ColumnType::Text | ColumnType::Code => Cell::Text(text.to_owned()),
                        }
                    });
                }
            }
            found.rows.extend(rows);
        }
    }
    tables
}

#[test]
fn lists_and_measures_of_a_drawn_territory_are_those_of_the_reference() {
    let library = library();
    let period = Period::year(2018).expect("a year");
    let mut counted = 0;
    for seed in 21..=23 {
        let folder = territory(250, seed, seed == 22, false);
        let (engine, work) = (engine(2), tempfile::tempdir().expect("a folder"));
        imported(&engine, folder.path(), work.path());
        let opened = engine.open(work.path()).unwrap_or_else(|error| panic!("{error}"));
        engine
            .gate(&opened, population::gate::Gate::shipped(), None, |_| {})
            .unwrap_or_else(|error| panic!("{error}"));
        let plain = tables(&engine);
        let records = Records::from_tables(&plain);
        assert_eq!(records.incomplete_rows, 0);
        let rules = AttributionRules {
            at: date(2018, 12, 31),
            methods: vec![Method::Declared, Method::Contacts],
            months: 24,
            professions: vec!["general_practitioner".to_owned()],
            team_kinds: Vec::new(),
        };
        engine
            .name_views(&opened, &library, period, &library.shared_choices())
            .unwrap_or_else(|error| panic!("{error}"));
        engine.attribute(&rules).unwrap_or_else(|error| panic!("{error}"));
        let report = engine.attribution_report().unwrap_or_else(|error| panic!("{error}"));
        assert!(report.with_team > 10 && report.by_method.len() > 1, "{report:?}");
        let wanted: Vec<String> = (attribute(&records, &rules).attributed.iter())
            .map(|row| {
                let method = row.method.map_or("none", Method::name);
                let (practitioner, team) = (row.practitioner.map(|key| key.0), row.team.map(|key| key.0));
                format!("{:?} {method} {practitioner:?} {team:?}", Some(row.patient.0))
            })
            .collect();
        let found =
            lines(&engine, "SELECT patient, method, practitioner, team FROM attribution ORDER BY patient");
        assert_eq!(found, wanted, "seed {seed}");
        for (measure, _) in &library.measures {
            let choices = library.choices(measure);
            let input = ReferenceInput {
                records: &records,
                period,
                choices: &choices,
                value_sets: &library.value_sets,
            };
            let expected = rows(measure.reference.as_deref().expect("a reference"), &input).expect("rows");
            engine
                .measure(&opened, &library, &measure.id, period, &choices)
                .unwrap_or_else(|error| panic!("{}: {error}", measure.id));
            counted += expected.len();
            assert_eq!(given(&engine, measure), expected, "{}, seed {seed}", measure.id);
        }
    }
    assert!(counted > 500, "{counted}");
}
