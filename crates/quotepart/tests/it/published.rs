//! Published results of American organisations, 2014 to 2017: all rows agree.

use std::collections::BTreeMap;

use exact::Rational;

use crate::support::{World, shared_data};

type Rows = BTreeMap<String, BTreeMap<String, String>>;

fn rows(text: &str, id: &str) -> Rows {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().expect("headers").clone();
    let row = |record: Result<csv::StringRecord, csv::Error>| {
        let record = record.expect("a row");
        let cells = headers.iter().zip(record.iter()).map(|(name, cell)| (name.to_owned(), cell.to_owned()));
        let cells: BTreeMap<String, String> = cells.collect();
        (cells[id].clone(), cells)
    };
    reader.records().map(row).collect()
}

fn number(cells: &BTreeMap<String, String>, name: &str) -> Rational {
    Rational::parse(&cells[name]).unwrap_or_else(|error| panic!("{name} = {}: {error}", cells[name]))
}

#[test]
fn all_published_results_agree() {
    let Some(folder) = shared_data("mssp") else { return };
    let one_in_a_thousand = Rational::ratio(1, 1000).expect("a ratio");
    let mut count = 0;
    for year in 2014..=2017 {
        let world = World::empty();
        let facts = folder.join(format!("facts_{year}.csv"));
        let at = format!("{year}-12-31");
        let given = facts.to_str().expect("UTF-8");
        let ran = world.run_with(
            &["settle", "mssp", "--map", "subject=aco", "--at", &at, "--facts", given, "--out", "out.csv"],
            &[],
        );
        ran.ended(0);
        let published = rows(&std::fs::read_to_string(&facts).expect("read"), "aco");
        let computed = rows(&world.read("out.csv"), "subject");
        assert_eq!(computed.len(), published.len(), "{year}");
        for (id, published) in &published {
            let computed = &computed[id];
            let generated = number(computed, "generated_savings") - number(published, "published_generated");
            assert!(generated.abs() <= Rational::ONE, "{id}: generated, {generated}");
            let wanted = number(published, "published_earned");
            let earned = number(computed, "earned_savings") - &wanted;
            let within = if year == 2014 { Rational::from(2) } else { (&wanted * &one_in_a_thousand).abs() };
            assert!(earned.abs() <= within, "{id}: earned, {earned} of {wanted}");
            count += 1;
        }
    }
    assert_eq!(count, 1629);
}
