//! Order and arithmetic of rationals.
//!
//! The small paths lean on two facts: parts are in lowest terms, and products
//! of two `i64` (and sums of two such products with positive denominators) fit
//! an `i128`. A greatest common divisor is the dear step, so it is skipped
//! wherever the result is known to be in lowest terms.

use std::cmp::Ordering;
use std::iter::Sum;
use std::num::NonZeroI64;
use std::ops::{Add, AddAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use num_bigint::{BigInt, Sign};
use num_traits::{One, Zero};

use super::gcd::{gcd, gcd_big, gcd_i128};
use super::{Parts, Rational, Repr};

impl Rational {
    /// Divides exactly; nothing when the divisor is zero.
    pub fn checked_div(&self, divisor: &Rational) -> Option<Rational> {
        if divisor.is_zero() {
            return None;
        }
        if let (Repr::Small { num: a, den: b }, Repr::Small { num: c, den: d }) = (&self.0, &divisor.0) {
            return Some(div_small(*a, *b, *c, *d));
        }
        Some(div_any(self, divisor))
    }
}

/// Divides without the small path; `divisor` is not zero.
#[cold]
#[inline(never)]
fn div_any(number: &Rational, divisor: &Rational) -> Rational {
    let Parts { num, den } = divisor.parts().into_owned();
    let inverse =
        if num.sign() == Sign::Minus { Parts { num: -den, den: -num } } else { Parts { num: den, den: num } };
    mul_big(&number.parts(), &inverse)
}

/// Adds `a/b + c/d`.
#[inline]
fn add_small(a: i64, b: NonZeroI64, c: i64, d: NonZeroI64) -> Rational {
    if b == d
        && let Some(num) = a.checked_add(c)
    {
        return Rational::reduced_small(num, b.get());
    }
    add_wide(a, b.get(), c, d.get())
}

/// Adds `a/b + c/d` through 128 bits; `b, d > 0`.
fn add_wide(a: i64, b: i64, c: i64, d: i64) -> Rational {
    // |a|, |c| <= 2^63 and b, d < 2^63: the sum stays below 2^127.
    let cross =
        |b_part: i64, d_part: i64| i128::from(a) * i128::from(d_part) + i128::from(c) * i128::from(b_part);
    // Knuth, The Art of Computer Programming, vol. 2, 4.5.1: only a divisor of
    // the common part of the denominators can still be shared.
    let common = if b == 1 || d == 1 { 1 } else { gcd(b, d) };
    if common == 1 {
        return Rational::lowest(cross(b, d), i128::from(b) * i128::from(d));
    }
    let num = cross(b / common, d / common);
    let wide_common = i128::from(common);
    let shared = match i64::try_from(num) {
        Ok(num) => i128::from(gcd(num, common)),
        Err(_) => gcd_i128(num % wide_common, wide_common),
    };
    let den = i128::from(b / common) * (i128::from(d) / shared);
    Rational::lowest(num / shared, den)
}

/// Multiplies `a/b * c/d`.
#[inline]
fn mul_small(a: i64, b: NonZeroI64, c: i64, d: NonZeroI64) -> Rational {
    let (b, d) = (b.get(), d.get());
    if b == 1
        && d == 1
        && let Some(num) = a.checked_mul(c)
    {
        return Rational::integer(num);
    }
    mul_reduced(a, b, c, d)
}

/// Multiplies `a/b * c/d`, dividing crosswise first so that products stay
/// small and come out in lowest terms; `b, d > 0`.
fn mul_reduced(a: i64, b: i64, c: i64, d: i64) -> Rational {
    let (a, d) = without_common(a, d);
    let (c, b) = without_common(c, b);
    if let (Some(num), Some(den)) = (a.checked_mul(c), b.checked_mul(d))
        && let Some(den) = NonZeroI64::new(den)
    {
        return Rational(Repr::Small { num, den });
    }
    Rational::lowest(i128::from(a) * i128::from(c), i128::from(b) * i128::from(d))
}

/// Divides `a/b` by `c/d`, `c` not zero.
fn div_small(a: i64, b: NonZeroI64, c: i64, d: NonZeroI64) -> Rational {
    if let Some(inverse) = NonZeroI64::new(c)
        && c > 0
    {
        return mul_small(a, b, d.get(), inverse);
    }
    // Signs change in 128 bits, where the smallest `i64` has an opposite.
    let (num, den) = (-i128::from(a) * i128::from(d.get()), -i128::from(c) * i128::from(b.get()));
    Rational::reduced(num, den)
}

/// Divides both by their greatest common divisor; `den > 0`.
fn without_common(num: i64, den: i64) -> (i64, i64) {
    if den == 1 {
        return (num, den);
    }
    let common = gcd(num, den);
    if common == 1 { (num, den) } else { (num / common, den / common) }
}

/// Adds without the small path; kept out of line so that it stays light.
#[cold]
#[inline(never)]
fn add_any(left: &Rational, right: &Rational) -> Rational {
    add_big(&left.parts(), &right.parts())
}

/// Multiplies without the small path.
#[cold]
#[inline(never)]
fn mul_any(left: &Rational, right: &Rational) -> Rational {
    mul_big(&left.parts(), &right.parts())
}

fn add_big(left: &Parts, right: &Parts) -> Rational {
    if left.den == right.den {
        return Rational::reduced_big(&left.num + &right.num, left.den.clone());
    }
    let common =
        if left.den.is_one() || right.den.is_one() { BigInt::one() } else { gcd_big(&left.den, &right.den) };
    if common.is_one() {
        let num = &left.num * &right.den + &right.num * &left.den;
        return Rational::lowest_big(num, &left.den * &right.den);
    }
    let left_den = &left.den / &common;
    let num = &left.num * (&right.den / &common) + &right.num * &left_den;
    let shared = gcd_big(&num, &common);
    Rational::lowest_big(num / &shared, left_den * (&right.den / &shared))
}

fn mul_big(left: &Parts, right: &Parts) -> Rational {
    if left.num.is_zero() || right.num.is_zero() {
        return Rational::ZERO;
    }
    let (a, d) = without_common_big(&left.num, &right.den);
    let (c, b) = without_common_big(&right.num, &left.den);
    Rational::lowest_big(a * c, b * d)
}

fn without_common_big(num: &BigInt, den: &BigInt) -> (BigInt, BigInt) {
    if den.is_one() {
        return (num.clone(), BigInt::one());
    }
    let common = gcd_big(num, den);
    if common.is_one() {
        return (num.clone(), den.clone());
    }
    (num / &common, den / &common)
}

impl Add<&Rational> for &Rational {
    type Output = Rational;

    #[inline]
    fn add(self, other: &Rational) -> Rational {
        match (&self.0, &other.0) {
            (Repr::Small { num: a, den: b }, Repr::Small { num: c, den: d }) => add_small(*a, *b, *c, *d),
            _ => add_any(self, other),
        }
    }
}

impl Sub<&Rational> for &Rational {
    type Output = Rational;

    #[inline]
    fn sub(self, other: &Rational) -> Rational {
        if let (Repr::Small { num: a, den: b }, Repr::Small { num: c, den: d }) = (&self.0, &other.0)
            && let Some(opposite) = c.checked_neg()
        {
            return add_small(*a, *b, opposite, *d);
        }
        self + &-other
    }
}

impl Mul<&Rational> for &Rational {
    type Output = Rational;

    #[inline]
    fn mul(self, other: &Rational) -> Rational {
        match (&self.0, &other.0) {
            (Repr::Small { num: a, den: b }, Repr::Small { num: c, den: d }) => mul_small(*a, *b, *c, *d),
            _ => mul_any(self, other),
        }
    }
}

impl Neg for &Rational {
    type Output = Rational;

    #[inline]
    fn neg(self) -> Rational {
        match &self.0 {
            Repr::Small { num, den } => match num.checked_neg() {
                Some(num) => Rational(Repr::Small { num, den: *den }),
                None => Rational::lowest(-i128::from(*num), i128::from(den.get())),
            },
            // The opposite of 2^63 fits again: normalize.
            Repr::Big(parts) => Rational::lowest_big(-&parts.num, parts.den.clone()),
        }
    }
}

impl Neg for Rational {
    type Output = Rational;

    #[inline]
    fn neg(self) -> Rational {
        -&self
    }
}

/// Writes the owned and assigning forms of an operator out of the borrowed one.
macro_rules! forward_operator {
    ($operator:ident, $method:ident, $assign:ident, $assign_method:ident) => {
        impl $operator<Rational> for Rational {
            type Output = Rational;

            #[inline]
            fn $method(self, other: Rational) -> Rational {
                (&self).$method(&other)
            }
        }

        impl $operator<&Rational> for Rational {
            type Output = Rational;

            #[inline]
            fn $method(self, other: &Rational) -> Rational {
                (&self).$method(other)
            }
        }

        impl $operator<Rational> for &Rational {
            type Output = Rational;

            #[inline]
            fn $method(self, other: Rational) -> Rational {
                self.$method(&other)
            }
        }

        impl $assign<&Rational> for Rational {
            #[inline]
            fn $assign_method(&mut self, other: &Rational) {
                *self = (&*self).$method(other);
            }
        }

        impl $assign<Rational> for Rational {
            #[inline]
            fn $assign_method(&mut self, other: Rational) {
                *self = (&*self).$method(&other);
            }
        }
    };
}

forward_operator!(Add, add, AddAssign, add_assign);
forward_operator!(Sub, sub, SubAssign, sub_assign);
forward_operator!(Mul, mul, MulAssign, mul_assign);

impl Sum for Rational {
    fn sum<I: Iterator<Item = Rational>>(numbers: I) -> Rational {
        numbers.fold(Rational::ZERO, |total, number| total + number)
    }
}

impl<'a> Sum<&'a Rational> for Rational {
    fn sum<I: Iterator<Item = &'a Rational>>(numbers: I) -> Rational {
        numbers.fold(Rational::ZERO, |total, number| total + number)
    }
}

impl PartialOrd for Rational {
    fn partial_cmp(&self, other: &Rational) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Rational {
    #[inline]
    fn cmp(&self, other: &Rational) -> Ordering {
        if let (Repr::Small { num: a, den: b }, Repr::Small { num: c, den: d }) = (&self.0, &other.0) {
            if b == d {
                return a.cmp(c);
            }
            let left = i128::from(*a) * i128::from(d.get());
            return left.cmp(&(i128::from(*c) * i128::from(b.get())));
        }
        let (left, right) = (self.parts(), other.parts());
        match left.num.sign().cmp(&right.num.sign()) {
            Ordering::Equal => (&left.num * &right.den).cmp(&(&right.num * &left.den)),
            different => different,
        }
    }
}
