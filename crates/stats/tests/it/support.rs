//! Figures of reference and comparison.

use serde_json::Value;
use stats::{Cell, Design};

/// The figures that `tests/reference/make_figures.py` made.
pub(crate) fn figures() -> Value {
    serde_json::from_str(include_str!("../reference/figures.json")).expect("the figures are JSON")
}

/// Returns the numbers of an array.
pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("an array").iter().map(|number| number.as_f64().expect("a number")).collect()
}

/// Compares to nine digits.
pub(crate) fn check(what: &str, found: &[f64], expected: &[f64]) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (place, (found, expected)) in found.iter().zip(expected).enumerate() {
        let gap = (found - expected).abs() / expected.abs().max(1e-3);
        assert!(gap < 1e-9, "{what}[{place}]: {found} is not {expected}");
    }
}

/// Returns a design with columns `x0`, `x1`…
pub(crate) fn design(rows: &[Vec<f64>]) -> Design {
    let names = (0..rows[0].len()).map(|column| format!("x{column}")).collect();
    let mut design = Design::new(names);
    for row in rows {
        design.push(row).expect("a row of the right length");
    }
    design
}

/// Returns one unit for each outcome.
pub(crate) fn units(outcomes: &[f64]) -> Vec<Cell> {
    outcomes.iter().map(|outcome| Cell::of_units(1.0, *outcome, outcome * outcome)).collect()
}
