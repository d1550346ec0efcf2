//! The two sizes of machine integers that columns are made of.

use std::cmp::Ordering;
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
    fn compare_ratios(a: Self, b: Self, c: Self, d: Self) -> Option<Ordering>;
}

/// What both sizes do in the same words.
macro_rules! as_machines_do {
    () => {
        const ZERO: Self = 0;
        const ONE: Self = 1;

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

        fn common_divisor(self, other: Self) -> Self {
            let (mut a, mut b) = (self.wrapping_abs(), other.wrapping_abs());
            while b != 0 {
                (a, b) = (b, a.wrapping_rem(b));
            }
            a
        }
    };
}

impl Whole for i64 {
    as_machines_do!();

    type Divisor = StrengthReducedU64;

    fn of_i64(number: i64) -> Self {
        number
    }

    fn to_i64(self) -> Option<i64> {
        Some(self)
    }

    fn all_to_i64(numbers: &Stretch<Self>) -> Option<Stretch<i64>> {
        Some(numbers.clone())
    }

    fn all_of_i64(numbers: &Stretch<i64>) -> Stretch<Self> {
        numbers.clone()
    }

    fn divisor(self) -> Self::Divisor {
        StrengthReducedU64::new(self.unsigned_abs().max(1))
    }

    fn over(self, divisor: &Self::Divisor) -> Self {
        let size = (self.unsigned_abs() / *divisor).cast_signed();
        if self < 0 { size.wrapping_neg() } else { size }
    }

    fn compare_ratios(a: Self, b: Self, c: Self, d: Self) -> Option<Ordering> {
        let product = |x: i64, y: i64| i128::from(x) * i128::from(y);
        Some(product(a, d).cmp(&product(c, b)))
    }
}

impl Whole for i128 {
    as_machines_do!();

    type Divisor = i128;

    fn of_i64(number: i64) -> Self {
        i128::from(number)
    }

    fn to_i64(self) -> Option<i64> {
        i64::try_from(self).ok()
    }

    fn all_to_i64(numbers: &Stretch<Self>) -> Option<Stretch<i64>> {
        numbers.iter().map(|number| number.to_i64()).collect()
    }

    fn all_of_i64(numbers: &Stretch<i64>) -> Stretch<Self> {
        numbers.iter().copied().map(i128::from).collect()
    }

    fn divisor(self) -> Self::Divisor {
        self
    }

    fn over(self, divisor: &Self::Divisor) -> Self {
        self.wrapping_div(*divisor)
    }

    fn compare_ratios(a: Self, b: Self, c: Self, d: Self) -> Option<Ordering> {
        Some(a.checked_mul(d)?.cmp(&c.checked_mul(b)?))
    }
}

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
