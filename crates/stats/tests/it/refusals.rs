//! What cannot be estimated is said, with the name of the column or the row.

use stats::{Cell, Covariance, Design, Family, StatsError, fit};

use crate::support::{design, units};

const FAMILIES: [Family; 3] = [Family::Normal, Family::Poisson, Family::Gamma];

#[test]
fn a_column_that_is_a_sum_of_others_is_named_with_them() {
    let mut design = Design::new(["constant", "women", "men", "old"].map(str::to_owned).to_vec());
    for row in [[1.0, 1.0, 0.0, 0.0], [1.0, 0.0, 1.0, 0.0], [1.0, 1.0, 0.0, 1.0], [1.0, 0.0, 1.0, 1.0]] {
        design.push(&row).unwrap();
    }
    for family in FAMILIES {
        let Err(StatsError::Collinear { column, with }) = fit(&design, &units(&[1.0, 2.0, 3.0, 4.0]), family)
        else {
            panic!("collinear columns are found")
        };
        assert_eq!((column.as_str(), with.join(" ").as_str()), ("men", "constant women"));
    }
}

#[test]
fn a_column_of_zeros_is_named() {
    let design = design(&[vec![1.0, 0.0], vec![1.0, 0.0]]);
    let expected = StatsError::Collinear { column: "x1".to_owned(), with: Vec::new() };
    assert_eq!(fit(&design, &units(&[1.0, 2.0]), Family::Normal).unwrap_err(), expected);
}

#[test]
fn a_level_without_any_outcome_separates_under_a_logarithm_only() {
    let design = design(&[vec![1.0, 0.0], vec![1.0, 0.0], vec![1.0, 1.0], vec![1.0, 1.0]]);
    let cells = units(&[4.0, 2.0, 0.0, 0.0]);
    assert!(fit(&design, &cells, Family::Normal).is_ok());
    for family in [Family::Poisson, Family::Gamma] {
        let expected = StatsError::Separated { column: "x1".to_owned() };
        assert_eq!(fit(&design, &cells, family).unwrap_err(), expected);
    }
}

#[test]
fn nothing_nan_negative_and_too_few_are_refused() {
    let two = design(&[vec![1.0, 0.0], vec![1.0, 1.0]]);
    for family in FAMILIES {
        let nothing = [Cell::of_units(0.0, 0.0, 0.0), Cell::of_units(0.0, 0.0, 0.0)];
        assert_eq!(fit(&two, &nothing, family).unwrap_err(), StatsError::Empty);
        let broken = [Cell::of_units(1.0, f64::NAN, 1.0), Cell::of_units(1.0, 1.0, 1.0)];
        assert_eq!(fit(&two, &broken, family).unwrap_err(), StatsError::NotFinite { row: 0 });
        assert!(matches!(fit(&two, &units(&[1.0]), family), Err(StatsError::Shape { .. })));
        let one = [Cell::of_units(3.0, 3.0, 5.0), Cell::of_units(0.0, 0.0, 0.0)];
        assert!(fit(&two, &one, family).is_err(), "a column without exposure cannot be estimated");
    }
    let negative = units(&[1.0, -1.0]);
    assert_eq!(fit(&two, &negative, Family::Poisson).unwrap_err(), StatsError::NegativeMean { row: 1 });
    let cells = units(&[1.0, 2.0]);
    let exact = fit(&two, &cells, Family::Normal).unwrap();
    assert!(matches!(exact.covariance(Covariance::Model), Err(StatsError::TooFew { .. })));
    assert!(matches!(exact.covariance(Covariance::Cr1(&[7, 7])), Err(StatsError::TooFew { .. })));
    assert!(matches!(exact.covariance(Covariance::Cr0(&[7])), Err(StatsError::Shape { .. })));
}
