//! Masking against somebody who adds and subtracts.

use population::release::{FEWEST_SHOWN, MaskedTable, Shown, count, mask, share};
use proptest::prelude::*;

/// What is shown, with the totals in the last row and column.
fn grid(table: &MaskedTable) -> Vec<Vec<Shown>> {
    let mut grid: Vec<Vec<Shown>> = table.cells.clone();
    for (row, total) in grid.iter_mut().zip(&table.row_totals) {
        row.push(*total);
    }
    let mut last = table.column_totals.clone();
    last.push(table.total);
    grid.push(last);
    grid
}

fn truth(counts: &[Vec<u64>]) -> Vec<Vec<u64>> {
    let mut grid: Vec<Vec<u64>> = counts.to_vec();
    for row in &mut grid {
        row.push(row.iter().sum());
    }
    let width = grid.first().map_or(1, Vec::len);
    grid.push((0..width).map(|column| grid.iter().map(|row| row[column]).sum()).collect());
    grid
}

/// Every sum and difference of lines of the table, each taken once, added or subtracted. The part of it that is hidden has a
/// known sum; when nothing in it is subtracted, each count of it is at most that sum over how often it is there.
///
/// For tables with totals no other way of combining what is shown gives a lower bound, so that this finds whatever can be found.
fn smallest_bound(shown: &[Vec<Shown>]) -> Option<i64> {
    let (height, width) = (shown.len(), shown.first().map_or(0, Vec::len));
    let lines = u32::try_from(height + width).expect("few lines");
    let mut smallest: Option<i64> = None;
    for combination in 0..3_usize.pow(lines) {
        let factor = |line: usize| -> i64 {
            let digit = combination / 3_usize.pow(u32::try_from(line).expect("few lines")) % 3;
            i64::try_from(digit).expect("a digit") - 1
        };
        let mut known = 0_i64;
        let mut hidden = Vec::new();
        for (row, cells) in shown.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                // In its line a total stands on the other side of the equation.
                let in_row = factor(row) * if column + 1 == width { -1 } else { 1 };
                let in_column = factor(height + column) * if row + 1 == height { -1 } else { 1 };
                let times = in_row + in_column;
                match cell {
                    Shown::Count(count) => known -= times * i64::try_from(*count).expect("a small count"),
                    Shown::Hidden if times != 0 => hidden.push(times),
                    Shown::Hidden => {}
                }
            }
        }
        if !hidden.is_empty() && hidden.iter().all(|times| *times > 0) {
            let bound = known / hidden.iter().max().expect("one");
            smallest = Some(smallest.map_or(bound, |smallest| smallest.min(bound)));
        }
    }
    smallest
}

fn counts() -> impl Strategy<Value = Vec<Vec<u64>>> {
    (1_usize..=3, 1_usize..=3).prop_flat_map(|(height, width)| {
        let cell = prop_oneof![3 => 0_u64..11, 2 => 11_u64..40, 1 => 40_u64..5000];
        prop::collection::vec(prop::collection::vec(cell, width), height)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn no_count_under_eleven_is_shown_or_worked_out(counts in counts()) {
        let masked = grid(&mask(&counts, FEWEST_SHOWN).expect("a mask"));
        for (shown, true_row) in masked.iter().zip(truth(&counts)) {
            for (shown, count) in shown.iter().zip(true_row) {
                if let Shown::Count(shown) = shown {
                    prop_assert_eq!(*shown, count, "what is shown is true");
                    prop_assert!(count >= FEWEST_SHOWN);
                }
            }
        }
        if let Some(bound) = smallest_bound(&masked) {
            prop_assert!(bound >= 11, "a count of at most {} can be worked out from {:?}", bound, masked);
        }
    }

    #[test]
    fn what_is_large_everywhere_is_shown_everywhere(counts in prop::collection::vec(prop::collection::vec(11_u64..999, 4), 1..6)) {
        let masked = grid(&mask(&counts, FEWEST_SHOWN).expect("a mask"));
        prop_assert!(masked.iter().flatten().all(|shown| *shown != Shown::Hidden));
    }
}

/// The attack of the test above finds what there is to find: a mask without complementary cells falls to it.
#[test]
fn the_attack_succeeds_against_hiding_small_counts_only() {
    let shown: Vec<Vec<Shown>> = truth(&[vec![3, 20], vec![30, 40]])
        .iter()
        .map(|row| row.iter().map(|patients| count(*patients, FEWEST_SHOWN)).collect())
        .collect();
    assert_eq!(smallest_bound(&shown), Some(3));
}

#[test]
fn one_small_count_hides_a_square() {
    let masked = mask(&[vec![3, 20, 90], vec![30, 40, 90], vec![90, 90, 90]], FEWEST_SHOWN).expect("a mask");
    let hidden: usize = grid(&masked).iter().flatten().filter(|shown| **shown == Shown::Hidden).count();
    assert_eq!(hidden, 4, "{masked:?}");
    assert_eq!(masked.total, Shown::Count(543));
}

#[test]
fn a_large_table_with_many_small_counts_is_masked() {
    let counts: Vec<Vec<u64>> =
        (0..60_u64).map(|row| (0..12).map(|column| (row * 7 + column * 13) % 29).collect()).collect();
    let masked = mask(&counts, FEWEST_SHOWN).expect("a mask");
    assert!(masked.row_totals.iter().any(|total| *total != Shown::Hidden));
}

#[test]
fn shares_hide_both_their_parts() {
    assert_eq!(share(11, 22, FEWEST_SHOWN), Some((11, 22)));
    assert_eq!(share(10, 40, FEWEST_SHOWN), None);
    assert_eq!(share(30, 40, FEWEST_SHOWN), None, "ten are not in the numerator");
    assert_eq!(share(12, 11, FEWEST_SHOWN), None);
}

#[test]
fn ragged_and_overflowing_tables_are_refused() {
    assert!(mask(&[vec![1], vec![1, 2]], FEWEST_SHOWN).is_err());
    assert!(mask(&[vec![u64::MAX, 1]], FEWEST_SHOWN).is_err());
    assert!(mask(&[], FEWEST_SHOWN).is_ok());
}
