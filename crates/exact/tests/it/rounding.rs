//! Laws of the rounding modes.

use exact::{Rational, RoundingMode};
use proptest::prelude::*;

use crate::{config, edgy_rational};

fn step(decimals: u32) -> Rational {
    Rational::parse(&format!("1e-{decimals}")).unwrap()
}

fn is_nearest(mode: RoundingMode) -> bool {
    mode.name().starts_with("half")
}

/// Generates numbers among which ties are common.
fn roundable() -> impl Strategy<Value = Rational> {
    let tie = (-3_000_i64..3_000).prop_map(|num| Rational::ratio(num, 2_000).unwrap());
    prop_oneof![1 => tie, 1 => edgy_rational()]
}

proptest! {
    #![proptest_config(config(1_000))]

    #[test]
    fn rounding_stays_close_and_settles(number in roundable(), decimals in 0_u32..25) {
        let step = step(decimals);
        let half = &step * Rational::ratio(1, 2).unwrap();
        for mode in RoundingMode::ALL {
            let rounded = number.round(decimals, mode);
            let distance = (&number - &rounded).abs();
            prop_assert!(distance < step);
            prop_assert!(!is_nearest(mode) || distance <= half);
            prop_assert!(rounded.checked_div(&step).unwrap().is_integer());
            prop_assert_eq!(rounded.round(decimals, mode), rounded);
        }
    }

    #[test]
    fn directed_modes_go_their_way(number in roundable(), decimals in 0_u32..6) {
        let round = |mode| number.round(decimals, mode);
        prop_assert!(round(RoundingMode::Floor) <= number);
        prop_assert!(round(RoundingMode::Ceiling) >= number);
        prop_assert!(round(RoundingMode::Truncate).abs() <= number.abs());
        prop_assert!(round(RoundingMode::AwayFromZero).abs() >= number.abs());
    }

    #[test]
    fn opposite_numbers_round_to_opposites(number in roundable(), decimals in 0_u32..6) {
        let mirrored = |mode: RoundingMode| match mode {
            RoundingMode::Floor => Some(RoundingMode::Ceiling),
            RoundingMode::Ceiling => Some(RoundingMode::Floor),
            // Its mirror, halfway towards minus infinity, is no mode here.
            RoundingMode::HalfUp => None,
            symmetric => Some(symmetric),
        };
        for mode in RoundingMode::ALL {
            if let Some(mirror) = mirrored(mode) {
                prop_assert_eq!((-&number).round(decimals, mirror), -number.round(decimals, mode));
            }
        }
    }

    #[test]
    fn rounding_keeps_order(a in roundable(), b in roundable(), decimals in 0_u32..6) {
        let (low, high) = if a <= b { (a, b) } else { (b, a) };
        for mode in RoundingMode::ALL {
            prop_assert!(low.round(decimals, mode) <= high.round(decimals, mode));
        }
    }

    #[test]
    fn half_even_ends_on_even(num in -2_000_i64..2_000) {
        let tie = Rational::ratio(2 * num + 1, 2).unwrap();
        let rounded = tie.round(0, RoundingMode::HalfEven).to_i64().unwrap();
        prop_assert_eq!(rounded % 2, 0);
    }

    // Machine words, double words and big integers round in separate code.
    #[test]
    fn sizes_do_not_change_rounding(number in roundable(), decimals in 0_u32..3, more in 1_u32..40) {
        let step = step(more);
        for mode in RoundingMode::ALL {
            let small = (&number * &step).round(decimals + more, mode);
            prop_assert_eq!(small, number.round(decimals, mode) * &step);
        }
    }
}
