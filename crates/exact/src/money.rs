//! Whole cents: what can be paid.

use std::fmt;

use crate::rational::Rational;

/// Holds a whole number of cents of one currency, positive or negative.
///
/// Arithmetic is checked: a result beyond an `i64` is nothing, never another
/// amount.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cents(i64);

/// Says why a number is not an amount in cents.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CentsError {
    /// The number has more than two decimals.
    #[error("{amount} is not a whole number of cents")]
    NotWhole {
        /// The number, in units of the currency.
        amount: Rational,
    },
    /// The number of cents does not fit an `i64`.
    #[error("an amount of {bits} bits is too large to be counted in cents")]
    TooLarge {
        /// The size of the number in bits: its digits could fill pages.
        bits: u64,
    },
}

impl Cents {
    /// No money.
    pub const ZERO: Cents = Cents(0);

    /// Takes a number of cents.
    pub const fn new(cents: i64) -> Cents {
        Cents(cents)
    }

    /// Returns the number of cents.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Converts an amount in units of the currency; it must be whole in cents.
    pub fn from_rational(amount: &Rational) -> Result<Cents, CentsError> {
        let cents = amount * Rational::from(100);
        if !cents.is_integer() {
            return Err(CentsError::NotWhole { amount: amount.clone() });
        }
        match cents.to_i64() {
            Some(cents) => Ok(Cents(cents)),
            None => Err(CentsError::TooLarge { bits: amount.bits() }),
        }
    }

    /// Returns the amount in units of the currency.
    pub fn to_rational(self) -> Rational {
        // The denominator is not zero.
        Rational::ratio(self.0, 100).unwrap_or_default()
    }

    /// Adds, or returns nothing beyond the limits.
    pub fn checked_add(self, other: Cents) -> Option<Cents> {
        self.0.checked_add(other.0).map(Cents)
    }

    /// Subtracts, or returns nothing beyond the limits.
    pub fn checked_sub(self, other: Cents) -> Option<Cents> {
        self.0.checked_sub(other.0).map(Cents)
    }

    /// Changes the sign, or returns nothing beyond the limits.
    pub fn checked_neg(self) -> Option<Cents> {
        self.0.checked_neg().map(Cents)
    }

    /// Adds up, or returns nothing when the total is beyond the limits.
    ///
    /// Only the total counts: a partial sum may go beyond and come back, so
    /// that the answer does not depend on the order.
    pub fn checked_sum(amounts: impl IntoIterator<Item = Cents>) -> Option<Cents> {
        let total =
            amounts.into_iter().try_fold(0_i128, |total, amount| total.checked_add(i128::from(amount.0)))?;
        i64::try_from(total).ok().map(Cents)
    }
}

impl fmt::Display for Cents {
    /// Prints units of the currency with two decimals: `-12.34`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let cents = self.0.unsigned_abs();
        write!(f, "{sign}{}.{:02}", cents / 100, cents % 100)
    }
}

#[cfg(test)]
mod tests {
    use super::{Cents, CentsError};
    use crate::Rational;

    #[track_caller]
    fn check(text: &str, expected: Option<i64>) {
        let cents = Cents::from_rational(&Rational::parse(text).unwrap());
        assert_eq!(cents.ok().map(Cents::get), expected, "{text}");
    }

    #[test]
    fn converts_whole_cents_only() {
        check("12.34", Some(1234));
        check("-0.05", Some(-5));
        check("7/20", Some(35));
        check("0.005", None);
        check("1/3", None);
        check("92233720368547758.07", Some(i64::MAX));
        check("92233720368547758.08", None);
        check("-92233720368547758.08", Some(i64::MIN));
    }

    #[test]
    fn errors_say_why() {
        let third = Rational::ratio(1, 3).unwrap();
        let error = Cents::from_rational(&third).unwrap_err();
        assert_eq!(error.to_string(), "1/3 is not a whole number of cents");
        let huge = Rational::parse("1e300").unwrap();
        let error = Cents::from_rational(&huge).unwrap_err();
        assert_eq!(error, CentsError::TooLarge { bits: 997 });
    }

    #[test]
    fn prints_units_and_cents() {
        for (cents, text) in
            [(0, "0.00"), (5, "0.05"), (-5, "-0.05"), (-1234, "-12.34"), (i64::MIN, "-92233720368547758.08")]
        {
            assert_eq!(Cents::new(cents).to_string(), text);
            let back = Rational::parse(text).unwrap();
            assert_eq!(Cents::new(cents).to_rational(), back);
        }
    }

    #[test]
    fn arithmetic_stops_at_the_limits() {
        let most = Cents::new(i64::MAX);
        let one = Cents::new(1);
        assert_eq!(most.checked_add(one), None);
        assert_eq!(Cents::new(i64::MIN).checked_sub(one), None);
        assert_eq!(Cents::new(i64::MIN).checked_neg(), None);
        assert_eq!(one.checked_neg(), Some(Cents::new(-1)));
        assert_eq!(Cents::checked_sum([most, one]), None);
        let there_and_back = [most, one, Cents::new(-1)];
        assert_eq!(Cents::checked_sum(there_and_back), Some(most));
    }
}
