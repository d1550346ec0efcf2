//! The same order gives the same bytes; another seed gives others.

use synth::Order;

use crate::support::{Drawn, order};

#[test]
fn neither_threads_nor_batches_change_a_byte() {
    let base = order(150);
    let expected = Drawn::new(&base);
    for (threads, batch) in [(1, 150), (3, 17), (2, 1)] {
        let drawn = Drawn::new(&Order { threads, batch, ..base.clone() });
        assert_eq!(drawn.written, expected.written, "{threads} threads, {batch} in a batch");
        let differs = drawn.files.iter().find(|(path, bytes)| expected.files.get(*path) != Some(*bytes));
        assert!(
            differs.is_none(),
            "{threads} threads, {batch} in a batch: {:?}",
            differs.map(|found| found.0)
        );
    }
    let other = Drawn::new(&Order { seed: base.seed + 1, ..base });
    let path = "snds/IR_BEN_R.parquet";
    assert_ne!(other.files[path], expected.files[path]);
}

#[test]
fn csv_beside_parquet_changes_no_other_file() {
    let drawn = Drawn::new(&order(100));
    let again = Drawn::new(&Order { csv: false, ..order(100) });
    for (path, bytes) in &again.files {
        assert_eq!(drawn.files.get(path), Some(bytes), "{path}");
    }
}
