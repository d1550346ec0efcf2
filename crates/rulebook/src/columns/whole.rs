//! The two sizes of machine integers that columns are made of.

use std::fmt::Debug;
use std::sync::Arc;

/// A machine integer: every operation says when its result does not fit.
pub(super) trait Whole: Copy + Ord + Debug + Default + Send + Sync + 'static {
    const ZERO: Self;
    const ONE: Self;
    fn of_i64(number: i64) -> Self;
    fn to_i64(self) -> Option<i64>;
    /// All of them as they are on 64 bits, or none; those that are so already are shared.
    fn all_to_i64(numbers: &Arc<Vec<Self>>) -> Option<Arc<Vec<i64>>>;
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
    fn common_divisor(self, other: Self) -> Self;
    /// Compares a / b with c / d for positive b and d, whatever the size of the products.
    fn compare_ratios(a: Self, b: Self, c: Self, d: Self) -> Option<std::cmp::Ordering>;
}

macro_rules! whole {
    ($integer:ty, $from:expr, $to:expr, $all:expr, $compare:expr) => {
        impl Whole for $integer {
            const ZERO: Self = 0;
            const ONE: Self = 1;

            fn of_i64(number: i64) -> Self {
                $from(number)
            }

            fn to_i64(self) -> Option<i64> {
                $to(self)
            }

            fn all_to_i64(numbers: &Arc<Vec<Self>>) -> Option<Arc<Vec<i64>>> {
                $all(numbers)
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
    |number| number,
    Some,
    |numbers: &Arc<Vec<i64>>| Some(Arc::clone(numbers)),
    |a: i64, b: i64, c: i64, d: i64| {
        let product = |x: i64, y: i64| i128::from(x) * i128::from(y);
        Some(product(a, d).cmp(&product(c, b)))
    }
);
whole!(
    i128,
    i128::from,
    |number: i128| i64::try_from(number).ok(),
    |numbers: &Arc<Vec<i128>>| {
        let all: Option<Vec<i64>> = numbers.iter().map(|number| i64::try_from(*number).ok()).collect();
        all.map(Arc::new)
    },
    |a: i128, b: i128, c: i128, d: i128| { Some(a.checked_mul(d)?.cmp(&c.checked_mul(b)?)) }
);
