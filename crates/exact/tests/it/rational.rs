//! Rationals against naive fractions of big integers.

use std::hash::{DefaultHasher, Hash, Hasher};

use exact::{BigInt, Rational};
use proptest::prelude::*;

use crate::{config, edgy_i64, edgy_parts, edgy_rational};

/// Checks that a result is a naive fraction, in the one form it may have.
#[track_caller]
fn check(found: &Rational, num: BigInt, den: BigInt) {
    // Cross products compare without any reduction.
    assert_eq!(found.numerator() * &den, found.denominator() * &num);
    assert!(found.denominator() > BigInt::from(0));
    let again = Rational::big_ratio(num, den).unwrap();
    assert_eq!(found, &again);
    assert_eq!(hash(found), hash(&again));
    let fits = i64::try_from(found.numerator()).is_ok() && i64::try_from(found.denominator()).is_ok();
    assert_eq!(found.small_parts().is_some(), fits);
    assert_eq!(greatest_divisor(found.numerator(), found.denominator()), BigInt::from(1));
}

fn hash(number: &Rational) -> u64 {
    let mut hasher = DefaultHasher::new();
    number.hash(&mut hasher);
    hasher.finish()
}

/// Euclid's algorithm, so that the crate's own is not its judge.
fn greatest_divisor(left: BigInt, right: BigInt) -> BigInt {
    let (mut left, mut right) = (left, right);
    while right != BigInt::from(0) {
        (left, right) = (right.clone(), left % right);
    }
    if left < BigInt::from(0) { -left } else { left }
}

proptest! {
    #![proptest_config(config(4_000))]

    #[test]
    fn arithmetic_is_that_of_fractions((a, b) in edgy_parts(), (c, d) in edgy_parts()) {
        let left = Rational::big_ratio(a.clone(), b.clone()).unwrap();
        let right = Rational::big_ratio(c.clone(), d.clone()).unwrap();
        check(&left, a.clone(), b.clone());
        check(&(&left + &right), &a * &d + &c * &b, &b * &d);
        check(&(&left - &right), &a * &d - &c * &b, &b * &d);
        check(&(&left * &right), &a * &c, &b * &d);
        check(&-&left, -&a, b.clone());
        match left.checked_div(&right) {
            Some(quotient) => check(&quotient, &a * &d, &b * &c),
            None => prop_assert!(right.is_zero()),
        }
        let negative = (b < BigInt::from(0)) != (d < BigInt::from(0));
        let (over, under) = (&a * &d, &c * &b);
        let order = if negative { under.cmp(&over) } else { over.cmp(&under) };
        prop_assert_eq!(left.cmp(&right), order);
    }

    #[test]
    fn ratio_of_two_integers(num in edgy_i64(), den in edgy_i64()) {
        let found = Rational::ratio(num, den);
        prop_assert_eq!(found.is_none(), den == 0);
        if let Some(ratio) = found {
            check(&ratio, num.into(), den.into());
        }
    }

    #[test]
    fn laws_of_a_field(a in edgy_rational(), b in edgy_rational(), c in edgy_rational()) {
        prop_assert_eq!(&a + &b, &b + &a);
        prop_assert_eq!((&a + &b) + &c, &a + (&b + &c));
        prop_assert_eq!((&a * &b) * &c, &a * (&b * &c));
        prop_assert_eq!(&a * (&b + &c), &a * &b + &a * &c);
        prop_assert_eq!(&a - &a, Rational::ZERO);
        if let Some(quotient) = a.checked_div(&b) {
            prop_assert_eq!(quotient * &b, a);
        }
    }

    #[test]
    fn every_form_of_an_operator_agrees(a in edgy_rational(), b in edgy_rational()) {
        let (sum, difference, product) = (&a + &b, &a - &b, &a * &b);
        prop_assert_eq!(a.clone() + b.clone(), sum.clone());
        prop_assert_eq!(a.clone() - &b, difference.clone());
        prop_assert_eq!(&a * b.clone(), product.clone());
        let mut assigned = a.clone();
        assigned += &b;
        prop_assert_eq!(&assigned, &sum);
        assigned -= b.clone();
        prop_assert_eq!(&assigned, &a);
        assigned *= &b;
        prop_assert_eq!(&assigned, &product);
        prop_assert_eq!([&a, &b].into_iter().sum::<Rational>(), sum.clone());
        prop_assert_eq!([a, b].into_iter().sum::<Rational>(), sum);
    }

    #[test]
    fn display_reads_back(number in edgy_rational()) {
        let text = number.to_string();
        prop_assert_eq!(Rational::parse(&text), Ok(number));
    }

    #[test]
    fn order_is_that_of_differences(a in edgy_rational(), b in edgy_rational()) {
        let difference = &a - &b;
        prop_assert_eq!(a > b, difference.is_positive());
        prop_assert_eq!(a < b, difference.is_negative());
        prop_assert_eq!(a == b, difference.is_zero());
    }

    #[test]
    fn approximation_is_close(num in edgy_i64(), den in 1_i64..1_000_000) {
        let found = Rational::ratio(num, den).unwrap().approximate();
        let text = format!("{found:e}");
        let back = Rational::parse(&text).unwrap();
        let exact = Rational::ratio(num, den).unwrap();
        // Two to the minus 52, relative.
        let bound = exact.abs() * Rational::ratio(1, 1 << 52).unwrap();
        prop_assert!((back - exact).abs() <= bound);
    }
}
