//! The two sizes of machine integers that columns are made of.

use std::fmt::Debug;

use strength_reduce::StrengthReducedU64;

use crate::stretch::{Reused, Stretch};

/// A machine integer: every operation says when its result does not fit.
pub(super) trait Whole: Copy + Ord + Debug + Default + Send + Sync + Reused {
    /// What many numbers are divided by, made ready for that.
    type Divisor;
    const ZERO: Self;
    const ONE: Self;
    fn of_i64(number: i64) -> Self;
    fn to_i64(self) -> Option<i64>;
    /// All of them as they are on 64 bits, or none; those that are so already are shared.
    fn all_to_i64(numbers: &Stretch<Self>) -> Option<Stretch<i64>>;
    /// Returns numbers of 64 bits in these integers; those that are so already are shared.
    fn all_of_i64(numbers: &Stretch<i64>) -> Stretch<Self>;
    fn plus(self, other: Self) -> Option<Self>;
    fn times(self, other: Self) -> Option<Self>;
    /// Adds where bounds have shown that the sum fits.
    fn add_fitting(self, other: Self) -> Self;
    /// Multiplies where bounds have shown that the product fits.
    fn multiply_fitting(self, other: Self) -> Self;
    fn minus_self(self) -> Self;
    /// The size; none for the smallest number, which has no opposite.
    fn size(self) -> Option<Self>;
    /// Quotient toward zero and remainder; the divisor is not zero.
    fn quotient(self, divisor: Self) -> (Self, Self);
    /// Makes a positive number ready to divide many.
    fn divisor(self) -> Self::Divisor;
    /// Quotient toward zero.
    fn over(self, divisor: &Self::Divisor) -> Self;
    fn common_divisor(self, other: Self) -> Self;
    /// Compares a / b with c / d for positive b and d, whatever the size of the products.
    fn compare_ratios(a: Self, b: Self, c: Self, d: Self) -> Option<std::cmp::Ordering>;
}

macro_rules! whole {
    ($integer:ty, $divisor:ty, $ready:expr, $over:expr, $from:expr, $to:expr, $all_to:expr, $all_from:expr, $compare:expr) => {
        impl Whole for $integer {
            type Divisor = $divisor;
            const ZERO: Self = 0;
            const ONE: Self = 1;

            fn of_i64(number: i64) -> Self {
                $from(number)
            }

            fn to_i64(self) -> Option<i64> {
                $to(self)
            }

            fn all_to_i64(numbers: &Stretch<Self>) -> Option<Stretch<i64>> {
                $all_to(numbers)
            }

            fn all_of_i64(numbers: &Stretch<i64>) -> Stretch<Self> {
                $all_from(numbers)
            }

            fn plus(self, other: Self) -> Option<Self> {
                self.checked_add(other)
            }

            fn times(self, other: Self) -> Option<Self> {
                self.checked_mul(other)
            }

            fn add_fitting(self, other: Self) -> Self {
                self.wrapping_add(other)
            }

            fn multiply_fitting(self, other: Self) -> Self {
                self.wrapping_mul(other)
            }

            fn minus_self(self) -> Self {
                self.wrapping_neg()
            }

            fn size(self) -> Option<Self> {
                self.checked_abs()
            }

            fn quotient(self, divisor: Self) -> (Self, Self) {
                (self.wrapping_div(divisor), self.wrapping_rem(divisor))
            }

            fn divisor(self) -> $divisor {
                $ready(self)
            }

            fn over(self, divisor: &$divisor) -> Self {
                $over(self, divisor)
            }

            fn common_divisor(self, other: Self) -> Self {
                let (mut a, mut b) = (self.wrapping_abs(), other.wrapping_abs());
                while b != 0 {
                    (a, b) = (b, a.wrapping_rem(b));
                }
                a
            }

            fn compare_ratios(a: Self, b: Self, c: Self, d: Self) -> Option<std::cmp::Ordering> {
                $compare(a, b, c, d)
            }
        }
    };
}

whole!(
    i64,
    StrengthReducedU64,
    |number: i64| StrengthReducedU64::new(number.unsigned_abs().max(1)),
    |number: i64, divisor: &StrengthReducedU64| {
        let size = (number.unsigned_abs() / *divisor).cast_signed();
        if number < 0 { size.wrapping_neg() } else { size }
    },
    |number| number,
    Some,
    |numbers: &Stretch<i64>| Some(numbers.clone()),
    Stretch::clone,
    |a: i64, b: i64, c: i64, d: i64| {
        let product = |x: i64, y: i64| i128::from(x) * i128::from(y);
        Some(product(a, d).cmp(&product(c, b)))
    }
);
whole!(
    i128,
    i128,
    |number| number,
    |number: i128, divisor: &i128| number.wrapping_div(*divisor),
    i128::from,
    |number: i128| i64::try_from(number).ok(),
    |numbers: &Stretch<i128>| numbers.iter().map(|number| i64::try_from(*number).ok()).collect(),
    |numbers: &Stretch<i64>| numbers.iter().copied().map(i128::from).collect(),
    |a: i128, b: i128, c: i128, d: i128| { Some(a.checked_mul(d)?.cmp(&c.checked_mul(b)?)) }
);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_divisor_made_ready_divides_as_any(number: i64, size in 0_u32..63, divisor in 1..i64::MAX) {
            // Of all sizes: small ones are the usual ones, and powers of two are a case of their own.
            for divisor in [(divisor >> size).max(1), 1 << size] {
                prop_assert_eq!(number.over(&divisor.divisor()), number.quotient(divisor).0);
                let (wide, by) = (i128::from(number) << size, i128::from(divisor));
                prop_assert_eq!(wide.over(&by.divisor()), wide.quotient(by).0);
            }
        }
    }
}
