//! Invariants of one split.

use exact::{Bound, Cents, Part, Rational, Split, SplitError, split};
use proptest::option;
use proptest::prelude::*;

use crate::config;

fn cents(cents: i64) -> Rational {
    Cents::new(cents).to_rational()
}

/// Generates a weight: often zero or equal to others, sometimes a fraction.
fn weight() -> impl Strategy<Value = Rational> {
    prop_oneof![
        1 => Just(Rational::ZERO),
        3 => (0_i64..6).prop_map(Rational::from),
        2 => (0_i64..5_000, 1_i64..2_000).prop_map(|(num, den)| Rational::ratio(num, den).unwrap()),
    ]
}

/// Generates an amount, some with a fraction of a cent.
fn amount(most_cents: i64) -> impl Strategy<Value = Rational> {
    prop_oneof![
        3 => (0..=most_cents).prop_map(cents),
        1 => (0..=most_cents * 7).prop_map(|part| Rational::ratio(part, 700).unwrap()),
    ]
}

fn part() -> impl Strategy<Value = Part> {
    let bounds = (
        option::weighted(0.3, amount(3_000)),
        option::weighted(0.4, amount(6_000)),
        option::weighted(0.2, amount(8_000)),
    );
    (weight(), amount(5_000), bounds).prop_map(|(weight, already, (floor, room, guarantee))| {
        // A cap is room above the floor, so that most splits are possible.
        let due = guarantee.as_ref().map_or(Rational::ZERO, |total| total - &already);
        let least = floor.clone().unwrap_or_default().max(due).max(Rational::ZERO);
        let cap = room.map(|room| least.round(2, exact::RoundingMode::Ceiling) + room);
        Part { id: None, weight, floor, cap, already, guarantee }
    })
}

fn free_part() -> impl Strategy<Value = Part> {
    weight().prop_map(|weight| Part { weight, ..Part::default() })
}

fn parts() -> impl Strategy<Value = Vec<Part>> {
    prop::collection::vec(part(), 0..9)
}

/// The least and the most of a part, in whole cents.
fn bounds(part: &Part) -> (Rational, Option<Rational>) {
    let due = part.guarantee.as_ref().map_or(Rational::ZERO, |total| total - &part.already);
    let floor = part.floor.clone().unwrap_or_default().max(due).max(Rational::ZERO);
    let cap = part.cap.as_ref().map(|cap| cap.round(2, exact::RoundingMode::Floor));
    (floor.round(2, exact::RoundingMode::Ceiling), cap)
}

fn total_of(split: &Split) -> Cents {
    Cents::checked_sum(split.shares.iter().map(|share| share.amount)).unwrap()
}

/// Checks everything that holds of any split by itself.
fn check(total: Cents, parts: &[Part], split: &Split) -> Result<(), TestCaseError> {
    prop_assert_eq!(total_of(split).checked_add(split.left), Some(total));
    prop_assert!(split.left >= Cents::ZERO);
    let exact: Rational = split.shares.iter().map(|share| &share.exact).sum();
    prop_assert_eq!(exact + split.left.to_rational(), total.to_rational());
    for (part, share) in parts.iter().zip(&split.shares) {
        let amount = share.amount.to_rational();
        let (floor, cap) = bounds(part);
        prop_assert!(floor <= amount);
        prop_assert!(cap.as_ref().is_none_or(|cap| amount <= *cap));
        prop_assert!((amount - &share.exact).abs() < cents(1));
        // The definition of the water level, part by part.
        let wanted = match &split.rate {
            _ if part.weight.is_zero() => Rational::ZERO,
            Some(rate) => rate * &part.weight,
            None => cap.clone().expect("without a rate every weight is capped"),
        };
        let held = wanted.clone().max(floor.clone());
        let held = cap.map_or(held.clone(), |cap| held.min(cap));
        prop_assert_eq!(&share.exact, &held);
        match share.bound {
            Bound::None => prop_assert_eq!(held, wanted),
            Bound::Floor | Bound::Guarantee => prop_assert!(wanted < floor),
            Bound::Cap => prop_assert!(split.rate.is_none() || wanted > held),
        }
        prop_assert!(!share.remainder_cent || share.bound == Bound::None);
    }
    if split.left > Cents::ZERO {
        prop_assert!(split.rate.is_none());
    }
    Ok(())
}

proptest! {
    #![proptest_config(config(2_000))]

    #[test]
    fn every_cent_is_somewhere_and_within_bounds(total in 0_i64..60_000, parts in parts()) {
        let total = Cents::new(total);
        let floors: Rational = parts.iter().map(|part| bounds(part).0).sum();
        match split(total, &parts) {
            Ok(split) => check(total, &parts, &split)?,
            Err(SplitError::Infeasible { missing }) => {
                prop_assert_eq!(floors - total.to_rational(), missing.to_rational());
                prop_assert!(missing > Cents::ZERO);
            }
            Err(error) => prop_assert!(false, "{}", error),
        }
    }

    #[test]
    fn order_does_not_matter_but_for_ties(
        total in 0_i64..60_000,
        (parts, shuffled) in parts().prop_flat_map(|parts| {
            let order: Vec<usize> = (0..parts.len()).collect();
            (Just(parts), Just(order).prop_shuffle())
        }),
    ) {
        let total = Cents::new(total);
        let moved: Vec<Part> = shuffled.iter().map(|index| parts[*index].clone()).collect();
        let (Ok(first), Ok(second)) = (split(total, &parts), split(total, &moved)) else {
            prop_assert_eq!(split(total, &parts).is_err(), split(total, &moved).is_err());
            return Ok(());
        };
        prop_assert_eq!(first.left, second.left);
        prop_assert_eq!(&first.rate, &second.rate);
        for (index, share) in shuffled.iter().zip(&second.shares) {
            prop_assert_eq!(&first.shares[*index].exact, &share.exact);
            prop_assert_eq!(first.shares[*index].bound, share.bound);
        }
        // Cents move only between equal remainders.
        let sorted = |split: &Split| {
            let mut all: Vec<(Rational, Cents)> = split
                .shares
                .iter()
                .map(|share| (share.exact.clone() - share.amount.to_rational(), share.amount))
                .map(|(gap, _)| (gap.clone(), Cents::from_rational(&gap.floor()).unwrap()))
                .collect();
            all.sort();
            all
        };
        prop_assert_eq!(sorted(&first), sorted(&second));
    }

    #[test]
    fn more_money_takes_from_nobody(total in 0_i64..60_000, more in 1_i64..500, parts in parts()) {
        let (Ok(less), Ok(more)) = (
            split(Cents::new(total), &parts),
            split(Cents::new(total + more), &parts),
        ) else {
            return Ok(());
        };
        prop_assert!(less.left <= more.left);
        for (before, after) in less.shares.iter().zip(&more.shares) {
            prop_assert!(before.exact <= after.exact);
            // Largest remainders may move the last cent (the Alabama paradox).
            let after_and_cent = after.amount.checked_add(Cents::new(1)).unwrap();
            prop_assert!(before.amount <= after_and_cent);
        }
    }

    #[test]
    fn without_bounds_it_is_plain_largest_remainder(
        total in 0_i64..100_000,
        parts in prop::collection::vec(free_part(), 1..9),
    ) {
        let found = split(Cents::new(total), &parts).unwrap();
        let weights: Rational = parts.iter().map(|part| &part.weight).sum();
        let Some(rate) = Rational::from(total).checked_div(&weights) else {
            prop_assert_eq!(found.left, Cents::new(total));
            return Ok(());
        };
        let wanted: Vec<Rational> = parts.iter().map(|part| &rate * &part.weight).collect();
        let mut amounts: Vec<i64> = wanted.iter().map(|w| w.floor().to_i64().unwrap()).collect();
        let mut order: Vec<usize> = (0..parts.len()).collect();
        order.sort_by_key(|index| (wanted[*index].floor() - &wanted[*index], *index));
        let missing = total - amounts.iter().sum::<i64>();
        for index in order.into_iter().take(usize::try_from(missing).unwrap()) {
            amounts[index] += 1;
        }
        let found: Vec<i64> = found.shares.iter().map(|share| share.amount.get()).collect();
        prop_assert_eq!(found, amounts);
    }

    #[test]
    fn nothing_panics_at_the_limits(
        total in any::<i64>(),
        parts in prop::collection::vec((crate::edgy_rational(), option::of(crate::edgy_rational()), option::of(crate::edgy_rational()), option::of(crate::edgy_rational())), 0..5),
    ) {
        let parts: Vec<Part> = parts
            .into_iter()
            .map(|(weight, floor, cap, guarantee)| Part { id: None, already: weight.clone(), weight, floor, cap, guarantee })
            .collect();
        if let Ok(split) = split(Cents::new(total), &parts) {
            check(Cents::new(total), &parts, &split)?;
        }
    }
}
