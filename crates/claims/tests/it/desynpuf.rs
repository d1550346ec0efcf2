//! Third-party claims: the three samples of DE-SynPUF pass through their mapping, and their traps are counted.

use jiff::civil::date;
use population::Period;
use population::reference::attribution::{AttributionRules, Method};

use crate::support::{engine, library, mapping, shared_data};

#[test]
fn the_three_samples_pass_the_chain() {
    let Some(data) = shared_data("synpuf") else { return };
    let (mapping, library) = (mapping("desynpuf"), library());
    for sample in ["sample-1", "sample-2", "sample-3"] {
        let work = tempfile::tempdir().expect("a folder");
        let engine = engine(2);
        let imported = engine
            .import(&mapping, &data.join(sample), work.path(), |_| {})
            .unwrap_or_else(|error| panic!("{error}"));
        let rows = |name: &str| {
            imported.tables.iter().find(|table| table.name == name).map(|table| table.rows).expect("a table")
        };
        assert!(rows("patient") >= 10_000, "{imported:?}");
        // Whatever comes in is written or refused.
        for table in &imported.tables {
            let sql = &mapping.tables[&table.name].sql;
            let came = engine.number(&format!("SELECT COUNT(*) FROM ({sql})")).expect("a count");
            let refused: u64 = table.refused.iter().map(|one| one.rows).sum();
            assert_eq!(came, i64::try_from(table.rows + refused).ok(), "{table:?}");
        }
        let trap = |name: &str| {
            imported.traps.iter().find(|(id, _)| id == name).map(|(_, count)| *count).expect("a count")
        };
        assert!(
            trap("second_segment") > 0 && trap("negative_payment") > 0 && trap("yearly_total_differs") > 0,
            "{imported:?}"
        );
        if sample == "sample-1" {
            // Counted by hand in the file: 7 second segments, 8 negative payments.
            assert_eq!((trap("second_segment"), trap("negative_payment")), (7, 8));
        }
        let opened = engine.open(work.path()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(opened.warnings, []);
        let found = engine
            .gate(&opened, population::gate::Gate::shipped(), None, |_| {})
            .unwrap_or_else(|error| panic!("{error}"));
        assert!(found.iter().all(|find| find.rule != "unknown_reference"), "{found:?}");
        let rules = AttributionRules {
            at: date(2010, 12, 31),
            methods: vec![Method::Contacts],
            months: 36,
            professions: vec!["other".to_owned()],
            team_kinds: Vec::new(),
        };
        let period = Period::year(2009).expect("a year");
        engine
            .name_views(&opened, &library, period, &library.shared_choices())
            .unwrap_or_else(|error| panic!("{error}"));
        engine.attribute(&rules).unwrap_or_else(|error| panic!("{error}"));
        let report = engine.attribution_report().unwrap_or_else(|error| panic!("{error}"));
        assert!(report.with_team > 1000 && report.alive > 8000, "{report:?}");
        let (measure, _) = library.measure("rehospitalisation_30j").expect("a measure");
        engine
            .measure(&opened, &library, &measure.id, period, &library.choices(measure))
            .unwrap_or_else(|error| panic!("{error}"));
        let figures = engine.figures(measure, period).unwrap_or_else(|error| panic!("{error}"));
        let all = figures.first().expect("the figure of all");
        assert!(all.team.is_none() && all.denominator > 500 && all.numerator > 0, "{all:?}");
        assert!(figures.len() > 25, "{}", figures.len());
    }
}
