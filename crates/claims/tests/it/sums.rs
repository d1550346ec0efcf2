//! Money: checked sums, the same with any number of partitions and in any order of rows.

use claims::{ClaimsError, Engine};

use crate::support::{Draw, engine};

fn rows(engine: &Engine, sql: &str) -> Vec<(i64, i64)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(key) =
        engine.number(&format!("SELECT k FROM ({sql}) ORDER BY k LIMIT 1 OFFSET {at}")).expect("a key")
    {
        let sum = engine.number(&format!("SELECT s FROM ({sql}) WHERE k = {key}")).expect("a sum");
        found.push((key, sum.expect("a sum")));
        at += 1;
    }
    found
}

#[test]
fn a_sum_beyond_64_bits_is_an_error() {
    let engine = engine(2);
    let max = i64::MAX;
    for sql in [
        format!("SELECT SUM(v) FROM (VALUES ({max}), (1)) AS t(v)"),
        format!("SELECT SUM(v) FROM (VALUES ({max}, 1), (1, 1)) AS t(v, k) GROUP BY k"),
        format!("SELECT SUM(v) OVER (ORDER BY k) FROM (VALUES ({max}, 1), (1, 2)) AS t(v, k)"),
    ] {
        assert!(matches!(engine.number(&sql), Err(ClaimsError::Overflow)), "{sql}");
    }
    // What overflows on the way and comes back is no overflow, whatever the order.
    for values in [[max, 1, -1], [1, -1, max], [-1, max, 1]] {
        let [a, b, c] = values;
        let sql = format!("SELECT SUM(v) FROM (VALUES ({a}), ({b}), ({c})) AS t(v)");
        assert_eq!(engine.number(&sql).expect("a sum"), Some(max));
    }
    assert_eq!(
        engine.number("SELECT SUM(v) FROM (VALUES (CAST(NULL AS BIGINT))) AS t(v)").expect("a sum"),
        None
    );
    // Squares need more than 64 bits, and have 38 digits.
    let wide = |cells: &str, of: &str| {
        engine.number(&format!(
            "SELECT CAST(s / 1000000000000000000 AS BIGINT) FROM (SELECT SUM(v) AS s FROM (SELECT CAST({of} AS DECIMAL(38, 0)) AS v FROM (VALUES {cells}) AS t(x)))"
        ))
    };
    assert_eq!(wide("(4000000000000000000), (5000000000000000000)", "x").expect("a sum"), Some(9));
    assert_eq!(wide("(9000000000000000000), (9000000000000000000)", "x").expect("a sum"), Some(18));
    let most = "CAST('90000000000000000000000000000000000000' AS DECIMAL(38, 0))";
    assert!(matches!(wide("(1), (2)", most), Err(ClaimsError::Overflow)));
}

#[test]
fn floats_and_decimals_are_not_summed() {
    for value in ["1.5", "CAST(1 AS DECIMAL(10, 2))", "CAST(1 AS DOUBLE)"] {
        assert!(engine(1).number(&format!("SELECT SUM(v) FROM (SELECT {value} AS v)")).is_err(), "{value}");
    }
}

#[test]
fn the_same_cents_with_any_partitions_and_in_any_order() {
    for seed in 1..=4 {
        let mut draw = Draw::new(seed);
        let mut lines: Vec<String> = Vec::new();
        let mut expected = std::collections::BTreeMap::new();
        for _ in 0..3000 {
            let (key, value) = (draw.under(9), draw.under(2_000_000) - 1_000_000);
            *expected.entry(key).or_insert(0) += value;
            lines.push(format!("{key},{value}"));
        }
        for partitions in [1, 2, 8] {
            lines.sort_by_cached_key(|_| draw.under(1 << 40));
            let folder = tempfile::tempdir().expect("a folder");
            let header = "patient,date,profession,nature,contact,spent_cents,reimbursed_cents\n";
            let rows_text: Vec<String> = lines
                .iter()
                .map(|line| line.split_once(',').expect("two cells"))
                .map(|(key, value)| format!("{key},2020-01-01,nurse,x,true,{value},{value}\n"))
                .collect();
            std::fs::write(folder.path().join("act.csv"), format!("{header}{}", rows_text.concat()))
                .expect("written");
            let engine = engine(partitions);
            engine.open(folder.path()).unwrap_or_else(|error| panic!("{error}"));
            let found = rows(&engine, "SELECT patient AS k, SUM(spent_cents) AS s FROM act GROUP BY patient");
            assert_eq!(
                found,
                expected.clone().into_iter().collect::<Vec<_>>(),
                "seed {seed}, {partitions} partitions"
            );
        }
    }
}
