use std::collections::HashSet;

use num_bigint::BigInt;

use super::{MAX_DECIMALS, Rational, Repr};
use crate::RoundingMode;

fn number(text: &str) -> Rational {
    Rational::parse(text).unwrap()
}

#[test]
fn takes_sixteen_bytes() {
    assert_eq!(size_of::<Rational>(), 16);
}

/// Checks the parts of a ratio of two `i64`.
#[track_caller]
fn check_ratio(num: i64, den: i64, expected: Option<&str>) {
    let found = Rational::ratio(num, den).map(|ratio| ratio.to_string());
    assert_eq!(found.as_deref(), expected, "{num} / {den}");
}

#[test]
fn ratios_are_in_lowest_terms() {
    check_ratio(2, 6, Some("1/3"));
    check_ratio(2, -6, Some("-1/3"));
    check_ratio(-2, -6, Some("1/3"));
    check_ratio(0, -6, Some("0"));
    check_ratio(1, 0, None);
    check_ratio(0, 0, None);
    check_ratio(i64::MIN, i64::MIN, Some("1"));
    check_ratio(i64::MIN, -1, Some("9223372036854775808"));
    check_ratio(i64::MIN, 1, Some("-9223372036854775808"));
    check_ratio(i64::MAX, i64::MIN, Some("-9223372036854775807/9223372036854775808"));
    check_ratio(2, i64::MIN, Some("-1/4611686018427387904"));
}

#[test]
fn what_fits_again_is_small_again() {
    let two_to_63 = -Rational::from(i64::MIN);
    assert!(matches!(two_to_63.0, Repr::Big(_)));
    let back = [
        -&two_to_63,
        &two_to_63 - Rational::ONE,
        &two_to_63 * number("0.5"),
        two_to_63.checked_div(&two_to_63).unwrap(),
        (&two_to_63 + number("1/3")).floor() - Rational::ONE,
        Rational::ONE.checked_div(&-&two_to_63).unwrap() * &two_to_63,
    ];
    for number in back {
        assert!(matches!(number.0, Repr::Small { .. }), "{number}");
    }
    let equal: HashSet<Rational> = [&two_to_63 - &two_to_63, Rational::ZERO].into();
    assert_eq!(equal.len(), 1);
}

#[test]
fn division_by_zero_is_nothing() {
    assert_eq!(Rational::ONE.checked_div(&Rational::ZERO), None);
    assert_eq!(number("1e50").checked_div(&Rational::ZERO), None);
    assert_eq!(Rational::big_ratio(BigInt::from(1), BigInt::ZERO), None);
}

#[test]
fn signs_and_sizes() {
    for (text, negative, positive, bits) in [
        ("0", false, false, 1),
        ("-1/3", true, false, 2),
        ("255", false, true, 8),
        ("1/256", false, true, 9),
        ("-1e50", true, false, 167),
        ("1e50", false, true, 167),
    ] {
        let number = number(text);
        assert_eq!(number.is_negative(), negative);
        assert_eq!(number.is_positive(), positive);
        assert_eq!(number.is_zero(), !negative && !positive);
        assert!(!number.abs().is_negative());
        assert_eq!(number.bits(), bits, "{text}");
    }
    assert_eq!(Rational::from(i64::MIN).abs(), -Rational::from(i64::MIN));
    assert_eq!(Rational::from(i64::MIN).bits(), 64);
}

#[test]
fn converts_to_integers() {
    assert_eq!(number("7").to_i64(), Some(7));
    assert_eq!(number("7.5").to_i64(), None);
    assert_eq!(number("1e30").to_i64(), None);
    assert_eq!(number("1e30").to_i128(), Some(10_i128.pow(30)));
    assert_eq!(number("1e40").to_i128(), None);
    assert_eq!(number("1e-30").to_i128(), None);
    assert_eq!(number("-3/6").small_parts(), Some((-1, 2)));
    assert_eq!(number("1e30").small_parts(), None);
    assert_eq!(Rational::from(i128::MIN).to_i128(), Some(i128::MIN));
    assert_eq!(Rational::from(u64::MAX).to_string(), u64::MAX.to_string());
    assert_eq!(Rational::from(usize::MAX).to_string(), usize::MAX.to_string());
}

/// Checks the plain display.
#[track_caller]
fn check_display(text: &str, expected: &str) {
    assert_eq!(number(text).to_string(), expected);
}

#[test]
fn displays_decimals_or_fractions() {
    check_display("0", "0");
    check_display("-1/8", "-0.125");
    check_display("1/3", "1/3");
    check_display("-22/7", "-22/7");
    check_display("1e-12", "0.000000000001");
    check_display("1e-13", "1/10000000000000");
    check_display("1e20", "100000000000000000000");
    assert_eq!(format!("{:?}", number("0.5")), "Rational(0.5)");
    assert_eq!(Rational::default(), Rational::ZERO);
}

#[test]
fn whole_neighbours() {
    for (text, floor, ceil, trunc) in
        [("2.5", 2, 3, 2), ("-2.5", -3, -2, -2), ("4", 4, 4, 4), ("-1/1000000000000000000000", -1, 0, 0)]
    {
        let number = number(text);
        assert_eq!(number.floor().to_i64(), Some(floor));
        assert_eq!(number.ceil().to_i64(), Some(ceil));
        assert_eq!(number.trunc().to_i64(), Some(trunc));
    }
}

/// Checks rounding half away from zero, as `round = "cent"` does.
#[track_caller]
fn check_round(text: &str, decimals: u32, expected: &str) {
    let rounded = number(text).round(decimals, RoundingMode::HalfAwayFromZero);
    assert_eq!(rounded, number(expected), "{text}");
}

#[test]
fn rounds_to_decimals() {
    check_round("1.005", 2, "1.01");
    check_round("-1.005", 2, "-1.01");
    check_round("2/3", 4, "0.6667");
    check_round("12.3", 2, "12.3");
    check_round("9223372036854775807/2", 0, "4611686018427387904");
    check_round("9223372036854775807/2", 2, "9223372036854775807/2");
    check_round("-9223372036854775807/3", 18, "-3074457345618258602.333333333333333333");
    check_round("9223372036854775807/7", 1, "1317624576693539401");
    check_round("1/3", 30, "0.333333333333333333333333333333");
    check_round("1e-300", 299, "0");
    let huge = number("1/3").round(u32::MAX, RoundingMode::Floor);
    assert_eq!(huge, number("1/3").round(MAX_DECIMALS, RoundingMode::Floor));
}

#[test]
fn approximates_for_pictures() {
    let check = |text: &str, expected: f64| {
        let found = number(text).approximate();
        let (found, expected) = (found.to_bits(), expected.to_bits());
        assert!(found.abs_diff(expected) <= 1, "{text}");
    };
    check("0", 0.0);
    check("0.1", 0.1);
    check("-2/3", -2.0 / 3.0);
    check("1e300", 1e300);
    check("1.5e-300", 1.5e-300);
    check("123456789012345678901234567890", 1.234_567_890_123_456_8e29);
    let thousand = number("1e300") * number("1e300") * number("1e300") * number("1e300");
    assert_eq!(thousand.approximate().to_bits(), f64::INFINITY.to_bits());
    let least = Rational::ONE.checked_div(&thousand).unwrap();
    assert_eq!(least.approximate().to_bits(), 0.0_f64.to_bits());
    let close = (&thousand + Rational::ONE).checked_div(&thousand).unwrap();
    assert_eq!(close.approximate().to_bits(), 1.0_f64.to_bits());
}
