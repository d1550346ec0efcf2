//! Laws of the algebra of units.

use exact::Unit;
use proptest::prelude::*;

use crate::config;

/// Generates units over few names, so that powers meet and cancel.
fn unit() -> impl Strategy<Value = Unit> {
    prop::collection::vec(("EUR|point|patient|jour|été", -3_i32..4), 0..5).prop_map(|factors| {
        factors.into_iter().fold(Unit::one(), |unit, (name, power)| {
            unit.times(&Unit::parse(&format!("{name}^{power}")).unwrap()).unwrap()
        })
    })
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn laws_of_a_group(a in unit(), b in unit(), c in unit()) {
        let times = |left: &Unit, right: &Unit| left.times(right).unwrap();
        prop_assert_eq!(times(&a, &b), times(&b, &a));
        prop_assert_eq!(times(&times(&a, &b), &c), times(&a, &times(&b, &c)));
        prop_assert_eq!(times(&a, &Unit::one()), a.clone());
        prop_assert!(a.per(&a).unwrap().is_one());
        prop_assert_eq!(times(&a, &b).per(&b), Some(a.clone()));
        prop_assert_eq!(Unit::one().per(&a).unwrap().times(&b), b.per(&a));
    }

    #[test]
    fn what_is_printed_reads_back(unit in unit()) {
        prop_assert_eq!(Unit::parse(&unit.to_string()), Ok(unit.clone()));
        prop_assert!(unit.bases().all(|(_, power)| power != 0));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,20}|[a-c1*/^ 0-9-]{0,12}") {
        if let Ok(unit) = Unit::parse(&text) {
            prop_assert_eq!(Unit::parse(&unit.to_string()), Ok(unit));
        }
    }
}
