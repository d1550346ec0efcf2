//! The gate: the counts and corrections of the reference, on random rows and on rows made dirty on purpose.

use std::collections::BTreeMap;

use population::gate::Gate;
use population::{Cell, Period, Schema, Tables};

use crate::attribution::random_tables;
use crate::support::{Draw, engine, opened};

/// Spoils rows: copies, other values under one grain, unknown codes and keys, persons twice, empty cells.
fn spoil(tables: &mut Tables<'static>, seed: u64) {
    let mut draw = Draw::new(seed + 1000);
    for (name, rows) in &mut tables.0 {
        let count = rows.rows.len();
        if count < 4 {
            continue;
        }
        for turn in 0..count / 4 {
            let place = usize::try_from(draw.under(i64::try_from(count).expect("small"))).expect("small");
            let mut row = rows.rows.get(place).cloned().expect("a row");
            match turn % 4 {
                1 => {
                    // Changed where it is, since a copy would share its grain.
                    if let Some(cell @ Cell::Integer(_)) =
                        rows.rows.get_mut(place).and_then(|row| row.last_mut())
                    {
                        *cell = Cell::Integer(-1 - draw.under(500));
                    }
                    continue;
                }
                2 if name != "practitioner" && name != "team" => {
                    for (cell, column) in row.iter_mut().zip(&rows.table.columns) {
                        if column.references.is_some() && matches!(cell, Cell::Key(_)) && draw.under(3) == 0 {
                            *cell = Cell::Key(900);
                        }
                    }
                }
                3 if name == "patient" => {
                    if let Some(cell @ Cell::Date(_)) = row.get_mut(2) {
                        *cell = Cell::Date(jiff::civil::date(1901, 1, 1));
                    }
                }
                _ => {}
            }
            rows.rows.push(row);
        }
    }
}

#[test]
fn counts_and_corrections_are_those_of_the_reference() {
    let gate = Gate::shipped();
    assert!(gate.rules.len() > 10);
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for seed in 1..=4 {
        let mut tables = random_tables(seed, Schema::canonical());
        spoil(&mut tables, seed);
        let engine = engine(2);
        let (_folder, opened) = opened(&engine, &tables, &[]);
        let period = Period { start: jiff::civil::date(2018, 1, 1), end: jiff::civil::date(2021, 12, 31) };
        let names = opened.present.clone();
        let mut given = Tables(tables.0.into_iter().filter(|(name, _)| names.contains(name)).collect());
        let expected = gate.run(&mut given, period);
        let found =
            engine.gate(&opened, gate, Some(period), |_| {}).unwrap_or_else(|error| panic!("{error}"));
        let wanted: Vec<(String, String, i64)> = expected
            .iter()
            .map(|find| (find.rule.clone(), find.table.clone(), i64::try_from(find.count).expect("small")))
            .collect();
        let got: Vec<_> =
            found.iter().map(|find| (find.rule.clone(), find.table.clone(), find.count)).collect();
        assert_eq!(got, wanted, "seed {seed}");
        for find in &expected {
            *seen.entry(find.rule.clone()).or_default() += 1;
        }
        for (name, rows) in &given.0 {
            let left = engine.number(&format!("SELECT COUNT(*) FROM {name}")).expect("a count");
            assert_eq!(left, i64::try_from(rows.rows.len()).ok(), "{name}, seed {seed}");
        }
    }
    for rule in [
        "duplicate_row",
        "second_person",
        "grain",
        "unknown_reference",
        "overlapping_registration",
        "act_after_death",
        "missing_month",
        "negative_total",
    ] {
        assert!(seen.contains_key(rule), "no seed shows {rule}: {seen:?}");
    }
}
