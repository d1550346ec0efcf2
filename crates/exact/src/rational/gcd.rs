//! Greatest common divisors.
//!
//! Reducing is most of the time of small arithmetic, and library versions
//! branch on the size of their operands, which no processor can foresee. Big
//! integers mostly meet small ones, where one remainder does nearly all.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{ToPrimitive, Zero};

/// Returns the greatest common divisor of a number and a positive one.
#[inline]
pub(super) fn gcd(num: i64, den: i64) -> i64 {
    let (mut num, den) = (num.unsigned_abs(), den.unsigned_abs());
    // Denominators are mostly much smaller, as the hundred of cents: one
    // division then saves many steps.
    if num >> 8 > den {
        num %= den.max(1);
    }
    // The result is at most `den`, which is an `i64`.
    i64::try_from(gcd_unsigned(num, den)).unwrap_or(1)
}

/// Stein's binary algorithm with minimum and difference instead of branches.
#[inline]
fn gcd_unsigned(left: u64, right: u64) -> u64 {
    if left == 0 || right == 0 {
        return left | right;
    }
    let shift = (left | right).trailing_zeros();
    let mut odd = right >> right.trailing_zeros();
    let mut other = left >> left.trailing_zeros();
    loop {
        let difference = other.abs_diff(odd);
        if difference == 0 {
            return odd << shift;
        }
        odd = odd.min(other);
        other = difference >> difference.trailing_zeros();
    }
}

/// The same on 128 bits.
fn gcd_wide(left: u128, right: u128) -> u128 {
    if left == 0 || right == 0 {
        return left | right;
    }
    let shift = (left | right).trailing_zeros();
    let mut odd = right >> right.trailing_zeros();
    let mut other = left >> left.trailing_zeros();
    loop {
        if let (Ok(other), Ok(odd)) = (u64::try_from(other), u64::try_from(odd)) {
            return u128::from(gcd_unsigned(other, odd)) << shift;
        }
        let difference = other.abs_diff(odd);
        if difference == 0 {
            return odd << shift;
        }
        odd = odd.min(other);
        other = difference >> difference.trailing_zeros();
    }
}

/// Returns the greatest common divisor of a number and a positive one.
#[inline]
pub(super) fn gcd_i128(num: i128, den: i128) -> i128 {
    // The result is at most `den`, which is an `i128`.
    i128::try_from(gcd_wide(num.unsigned_abs(), den.unsigned_abs())).unwrap_or(1)
}

/// Returns the greatest common divisor, positive unless both are zero.
pub(super) fn gcd_big(left: &BigInt, right: &BigInt) -> BigInt {
    let (left, right) = (left.magnitude(), right.magnitude());
    let (long, short) = if left.bits() < right.bits() { (right, left) } else { (left, right) };
    if short.is_zero() {
        return BigInt::from(long.clone());
    }
    if short.bits() <= 128
        && let (Some(rest), Some(short)) = ((long % short).to_u128(), short.to_u128())
    {
        return BigInt::from(gcd_wide(rest, short));
    }
    BigInt::from((long % short).gcd(short))
}

#[cfg(test)]
mod tests {
    use super::{gcd, gcd_big, gcd_i128};
    use num_bigint::BigInt;
    use num_integer::Integer;

    #[test]
    fn divides_both_and_most() {
        for (num, den, expected) in [
            (0, 1, 1),
            (0, 12, 12),
            (12, 18, 6),
            (-12, 18, 6),
            (7, 1, 1),
            (1 << 40, 3 << 20, 1 << 20),
            (i64::MIN, 1 << 62, 1 << 62),
            (i64::MIN, i64::MAX, 1),
            (i64::MAX, i64::MAX, i64::MAX),
            (123_456_789_012, 100, 4),
        ] {
            assert_eq!(gcd(num, den), expected, "{num} {den}");
            let wide = gcd_i128(i128::from(num) << 40, i128::from(den) << 40);
            assert_eq!(wide, i128::from(expected) << 40, "{num} {den}");
        }
    }

    #[test]
    fn big_numbers_agree_with_the_library() {
        let seven = BigInt::from(7);
        for left in 0..12_u32 {
            for right in 0..12_u32 {
                let left = (seven.pow(left * 12) - 1) * 6;
                let right = (seven.pow(right * 10) - 1) * 4;
                let opposite = -&left;
                assert_eq!(gcd_big(&left, &right), left.gcd(&right));
                assert_eq!(gcd_big(&opposite, &right), left.gcd(&right));
            }
        }
    }
}
