//! Exact rationals of any size.
//!
//! Almost every number of a contract fits two `i64`; those never touch the
//! heap. What does not fit goes to big integers by itself, and comes back as
//! soon as it fits again, so that equal numbers are always equal in memory.

mod arithmetic;
mod gcd;

use std::borrow::Cow;
use std::fmt;
use std::num::NonZeroI64;
use std::str::FromStr;

use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_traits::{One, Pow, ToPrimitive, Zero};

use self::gcd::{gcd, gcd_big, gcd_i128};
use crate::number_text::{self, NumberError};
use crate::rounding::RoundingMode;

/// Bounds the decimals that rounding and printing look at.
///
/// More are treated as this many: no contract goes there, and a power of ten
/// taken from a file must not exhaust the memory.
pub const MAX_DECIMALS: u32 = 1_000;

/// Decimals within which `Display` prefers a decimal to a fraction.
const DISPLAY_DECIMALS: u32 = 12;

/// Holds an exact rational number of any size.
///
/// Always in lowest terms with a positive denominator. Arithmetic never
/// overflows and never rounds; [`Rational::bits`] lets a caller bound growth.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Rational(Repr);

/// The invariant of the whole module: lowest terms, `den > 0`, and `Small`
/// whenever both parts fit `i64`. Derived equality and hashing rest on it.
///
/// The non-zero denominator lets the tag hide in it: sixteen bytes in all.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Repr {
    Small { num: i64, den: NonZeroI64 },
    Big(Box<Parts>),
}

/// Numerator and denominator as big integers.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Parts {
    num: BigInt,
    den: BigInt,
}

const DEN_ONE: NonZeroI64 = match NonZeroI64::new(1) {
    Some(one) => one,
    None => NonZeroI64::MAX,
};

impl Rational {
    /// Zero.
    pub const ZERO: Rational = Rational::integer(0);
    /// One.
    pub const ONE: Rational = Rational::integer(1);

    /// Returns `num / den`, or nothing when `den` is zero.
    pub fn ratio(num: i64, den: i64) -> Option<Rational> {
        if den == 0 {
            return None;
        }
        let sign = i128::from(den.signum());
        Some(Self::reduced(sign * i128::from(num), sign * i128::from(den)))
    }

    /// Returns `num / den` for big integers, or nothing when `den` is zero.
    pub fn big_ratio(num: BigInt, den: BigInt) -> Option<Rational> {
        match den.sign() {
            Sign::NoSign => None,
            Sign::Plus => Some(Self::reduced_big(num, den)),
            Sign::Minus => Some(Self::reduced_big(-num, -den)),
        }
    }

    /// Reads the neutral notation of rulebook files.
    ///
    /// `7`, `-0.05`, `5 %`, `2/3`, `1e5`, `1_000`: a point for decimals, no
    /// groups. At most 400 characters and a power of ten within ±300.
    pub fn parse(text: &str) -> Result<Rational, NumberError> {
        number_text::parse_neutral(text)
    }

    #[inline]
    const fn integer(num: i64) -> Rational {
        Rational(Repr::Small { num, den: DEN_ONE })
    }

    /// Returns `digits` with the last `decimals` of them after the mark.
    pub(crate) fn decimal(digits: i64, decimals: u32) -> Rational {
        match 10_i64.checked_pow(decimals) {
            Some(den) => Self::reduced_small(digits, den),
            None => Self::reduced_big(BigInt::from(digits), BigInt::from(10).pow(decimals)),
        }
    }

    /// Builds from parts known to be in lowest terms, with `den > 0`.
    #[inline]
    fn lowest(num: i128, den: i128) -> Rational {
        let small = i64::try_from(den).ok().and_then(NonZeroI64::new);
        if let (Ok(num), Some(den)) = (i64::try_from(num), small) {
            return Rational(Repr::Small { num, den });
        }
        Self::beyond_small(num, den)
    }

    /// Builds what `lowest` found not to fit; out of line, as it is rare.
    #[cold]
    #[inline(never)]
    fn beyond_small(num: i128, den: i128) -> Rational {
        let (num, den) = (BigInt::from(num), BigInt::from(den));
        Rational(Repr::Big(Box::new(Parts { num, den })))
    }

    /// Builds from any parts with `den > 0`.
    fn reduced(num: i128, den: i128) -> Rational {
        // 128-bit division is slow and almost never needed.
        if let (Ok(num), Ok(den)) = (i64::try_from(num), i64::try_from(den)) {
            return Self::reduced_small(num, den);
        }
        let common = gcd_i128(num, den);
        Self::lowest(num / common, den / common)
    }

    /// Builds from any parts with `den > 0`.
    #[inline]
    fn reduced_small(num: i64, den: i64) -> Rational {
        if den == 1 {
            return Self::integer(num);
        }
        let common = gcd(num, den);
        let (num, den) = if common == 1 { (num, den) } else { (num / common, den / common) };
        match NonZeroI64::new(den) {
            Some(den) => Rational(Repr::Small { num, den }),
            None => Self::lowest(i128::from(num), i128::from(den)),
        }
    }

    /// Builds from parts known to be in lowest terms, with `den > 0`.
    fn lowest_big(num: BigInt, den: BigInt) -> Rational {
        let small = den.to_i64().and_then(NonZeroI64::new);
        if let (Some(num), Some(den)) = (num.to_i64(), small) {
            return Rational(Repr::Small { num, den });
        }
        Rational(Repr::Big(Box::new(Parts { num, den })))
    }

    /// Builds from any parts with `den > 0`.
    fn reduced_big(num: BigInt, den: BigInt) -> Rational {
        if den.is_one() {
            return Self::lowest_big(num, den);
        }
        let common = gcd_big(&num, &den);
        if common.is_one() {
            Self::lowest_big(num, den)
        } else {
            Self::lowest_big(num / &common, den / &common)
        }
    }

    fn parts(&self) -> Cow<'_, Parts> {
        match &self.0 {
            Repr::Small { num, den } => {
                Cow::Owned(Parts { num: BigInt::from(*num), den: BigInt::from(den.get()) })
            }
            Repr::Big(parts) => Cow::Borrowed(parts),
        }
    }

    /// Says whether the number is zero.
    pub fn is_zero(&self) -> bool {
        matches!(self.0, Repr::Small { num: 0, .. })
    }

    /// Says whether the number is above zero.
    pub fn is_positive(&self) -> bool {
        match &self.0 {
            Repr::Small { num, .. } => *num > 0,
            Repr::Big(parts) => parts.num.sign() == Sign::Plus,
        }
    }

    /// Says whether the number is below zero.
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Repr::Small { num, .. } => *num < 0,
            Repr::Big(parts) => parts.num.sign() == Sign::Minus,
        }
    }

    /// Says whether the number is whole.
    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Repr::Small { den, .. } => *den == DEN_ONE,
            Repr::Big(parts) => parts.den.is_one(),
        }
    }

    /// Returns the number without its sign.
    #[must_use]
    pub fn abs(&self) -> Rational {
        if self.is_negative() { -self } else { self.clone() }
    }

    /// Returns the largest whole number that is not above.
    #[must_use]
    pub fn floor(&self) -> Rational {
        self.round(0, RoundingMode::Floor)
    }

    /// Returns the smallest whole number that is not below.
    #[must_use]
    pub fn ceil(&self) -> Rational {
        self.round(0, RoundingMode::Ceiling)
    }

    /// Returns the whole part, towards zero.
    #[must_use]
    pub fn trunc(&self) -> Rational {
        self.round(0, RoundingMode::Truncate)
    }

    /// Rounds to a number of decimals, at most [`MAX_DECIMALS`].
    #[must_use]
    #[inline]
    pub fn round(&self, decimals: u32, mode: RoundingMode) -> Rational {
        if self.is_integer() { self.clone() } else { self.round_fraction(decimals.min(MAX_DECIMALS), mode) }
    }

    fn round_fraction(&self, decimals: u32, mode: RoundingMode) -> Rational {
        let (scaled, exact) = self.scaled(decimals, mode);
        if exact {
            return self.clone();
        }
        match scaled.to_i64() {
            Some(digits) => Self::decimal(digits, decimals),
            None => Self::reduced_big(scaled.numerator(), BigInt::from(10).pow(decimals)),
        }
    }

    /// Returns this times a power of ten, rounded to a whole number, and
    /// whether nothing was lost.
    pub(crate) fn scaled(&self, decimals: u32, mode: RoundingMode) -> (Rational, bool) {
        let decimals = decimals.min(MAX_DECIMALS);
        if let Repr::Small { num, den } = self.0
            && let Some(scale) = 10_i64.checked_pow(decimals)
        {
            if let Some(num) = num.checked_mul(scale) {
                return round_small(num, den.get(), mode);
            }
            // Both factors are below 2^63 in size, so the product is below 2^127.
            let num = i128::from(num) * i128::from(scale);
            return round_wide(num, i128::from(den.get()), mode);
        }
        let parts = self.parts();
        let num = &parts.num * BigInt::from(10).pow(decimals);
        round_big(&num, &parts.den, mode)
    }

    /// Returns the number as an `i64`, if it is whole and fits.
    pub fn to_i64(&self) -> Option<i64> {
        match &self.0 {
            Repr::Small { num, den } if *den == DEN_ONE => Some(*num),
            _ => None,
        }
    }

    /// Returns the number as an `i128`, if it is whole and fits.
    pub fn to_i128(&self) -> Option<i128> {
        match &self.0 {
            Repr::Small { num, den } if *den == DEN_ONE => Some(i128::from(*num)),
            Repr::Big(parts) if parts.den.is_one() => parts.num.to_i128(),
            _ => None,
        }
    }

    /// Returns numerator and denominator when both fit an `i64`.
    ///
    /// In lowest terms with a positive denominator: the door of column engines.
    pub fn small_parts(&self) -> Option<(i64, i64)> {
        match &self.0 {
            Repr::Small { num, den } => Some((*num, den.get())),
            Repr::Big(_) => None,
        }
    }

    /// Returns the numerator in lowest terms; it carries the sign.
    pub fn numerator(&self) -> BigInt {
        match &self.0 {
            Repr::Small { num, .. } => BigInt::from(*num),
            Repr::Big(parts) => parts.num.clone(),
        }
    }

    /// Returns the denominator in lowest terms; always positive.
    pub fn denominator(&self) -> BigInt {
        match &self.0 {
            Repr::Small { den, .. } => BigInt::from(den.get()),
            Repr::Big(parts) => parts.den.clone(),
        }
    }

    /// Returns the bits of the larger of numerator and denominator.
    pub fn bits(&self) -> u64 {
        match &self.0 {
            Repr::Small { num, den } => {
                let larger = num.unsigned_abs().max(den.get().unsigned_abs());
                u64::from(64 - larger.leading_zeros())
            }
            Repr::Big(parts) => parts.num.bits().max(parts.den.bits()),
        }
    }

    /// Returns the nearest float or its neighbour, for pictures only.
    ///
    /// Nothing that becomes money may pass through it. Infinite when the
    /// number is beyond what a float can hold.
    pub fn approximate(&self) -> f64 {
        if let Some(float) = self.to_i64().and_then(|whole| whole.to_f64()) {
            return float;
        }
        let parts = self.parts();
        // How many more bits the numerator needs for a quotient of 64 of them.
        let wanted = parts.den.bits().saturating_add(64);
        let shift = wanted.saturating_sub(parts.num.bits());
        let drop = parts.num.bits().saturating_sub(wanted);
        if shift > 2_000 {
            return 0.0;
        }
        if drop > 2_000 {
            return if self.is_negative() { f64::NEG_INFINITY } else { f64::INFINITY };
        }
        // Reading a text rounds well, does not overflow on the way, and needs
        // no float arithmetic here. A decimal digit is worth more than a bit.
        let decimals = u32::try_from(shift).unwrap_or(0);
        let scaled = &parts.num * BigInt::from(10).pow(decimals) / &parts.den;
        format!("{scaled}e-{decimals}").parse().unwrap_or(0.0)
    }

    /// Prints a plain decimal with a point, and says whether it is exact.
    ///
    /// Exact when that takes at most `max_decimals`, rounded half to even
    /// otherwise. Zeros at the end are dropped: `1.5`, never `1.50`.
    pub fn to_decimal(&self, max_decimals: u32) -> (String, bool) {
        number_text::plain_decimal(self, max_decimals)
    }
}

/// Returns ten to a power that the caller has bounded.
pub(crate) fn power_of_ten(power: u32) -> Rational {
    match 10_i64.checked_pow(power) {
        Some(power) => Rational::integer(power),
        None => Rational::lowest_big(BigInt::from(10).pow(power), BigInt::one()),
    }
}

/// Rounds `num / den` (`den > 0`) to a whole number; says whether it was one.
fn round_small(num: i64, den: i64, mode: RoundingMode) -> (Rational, bool) {
    let (lower, rest) = (num.div_euclid(den), num.rem_euclid(den));
    if rest == 0 {
        return (Rational::integer(lower), true);
    }
    // `rest < den`, so the difference neither overflows nor loses the order
    // of `2 * rest` and `den`.
    let half = rest.cmp(&(den - rest));
    let up = mode.goes_up(num < 0, lower & 1 != 0, half);
    // `den >= 2` here, so that the quotient is far from the limits.
    (Rational::integer(lower + i64::from(up)), false)
}

/// The same in 128 bits.
fn round_wide(num: i128, den: i128, mode: RoundingMode) -> (Rational, bool) {
    let (lower, rest) = (num.div_euclid(den), num.rem_euclid(den));
    if rest == 0 {
        return (Rational::from(lower), true);
    }
    let half = rest.cmp(&(den - rest));
    let up = mode.goes_up(num < 0, lower & 1 != 0, half);
    (Rational::from(lower + i128::from(up)), false)
}

/// The same without limits.
fn round_big(num: &BigInt, den: &BigInt, mode: RoundingMode) -> (Rational, bool) {
    let (mut lower, rest) = num.div_mod_floor(den);
    let exact = rest.is_zero();
    if !exact {
        let half = rest.cmp(&(den - &rest));
        if mode.goes_up(num.sign() == Sign::Minus, lower.is_odd(), half) {
            lower += 1;
        }
    }
    (Rational::lowest_big(lower, BigInt::one()), exact)
}

impl Default for Rational {
    fn default() -> Self {
        Self::ZERO
    }
}

impl From<i32> for Rational {
    fn from(whole: i32) -> Self {
        Self::integer(i64::from(whole))
    }
}

impl From<i64> for Rational {
    fn from(whole: i64) -> Self {
        Self::integer(whole)
    }
}

impl From<i128> for Rational {
    fn from(whole: i128) -> Self {
        Self::lowest(whole, 1)
    }
}

impl From<u64> for Rational {
    fn from(whole: u64) -> Self {
        Self::lowest(i128::from(whole), 1)
    }
}

impl From<usize> for Rational {
    fn from(whole: usize) -> Self {
        match i64::try_from(whole) {
            Ok(whole) => Self::integer(whole),
            Err(_) => Self::lowest_big(BigInt::from(whole), BigInt::one()),
        }
    }
}

impl From<BigInt> for Rational {
    fn from(whole: BigInt) -> Self {
        Self::lowest_big(whole, BigInt::one())
    }
}

impl FromStr for Rational {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for Rational {
    /// Prints an exact decimal of at most twelve decimals, else `n/d`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (decimal, exact) = self.to_decimal(DISPLAY_DECIMALS);
        if exact {
            return f.write_str(&decimal);
        }
        let parts = self.parts();
        write!(f, "{}/{}", parts.num, parts.den)
    }
}

impl fmt::Debug for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rational({self})")
    }
}

#[cfg(test)]
mod tests;
