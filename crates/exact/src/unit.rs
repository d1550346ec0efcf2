//! Units of measure and their algebra.
//!
//! A unit is a product of named bases with integer powers. Which bases exist,
//! which are money and how they are called is the rulebook's business.

use std::collections::BTreeMap;
use std::fmt;

/// Characters that a unit may have in a file.
const LENGTH_LIMIT: usize = 400;

/// Holds a product of named bases with integer powers, such as `EUR/point`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Unit {
    /// Never holds a zero power, so that equal units are equal maps.
    powers: BTreeMap<Box<str>, i32>,
}

/// Says why a text is not a unit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnitError {
    /// There is nothing to read.
    #[error("a unit is empty: write `1` for a number without unit")]
    Empty,
    /// The text is too long to be a unit.
    #[error("a unit has more than {limit} characters")]
    TooLong {
        /// The most characters allowed.
        limit: usize,
    },
    /// `%` is written where a unit belongs.
    #[error("`%` is a way to write a ratio, not a unit: write `1`")]
    Percent,
    /// A factor is neither a name nor `1`.
    #[error("`{factor}` is neither the name of a unit nor `1`")]
    Factor {
        /// The factor as written.
        factor: String,
    },
    /// What follows `^` is not a whole number.
    #[error("`{power}` is not a whole power")]
    Power {
        /// The power as written.
        power: String,
    },
    /// A power does not fit an `i32`.
    #[error("the power of `{base}` is too large")]
    TooLarge {
        /// The name of the base.
        base: String,
    },
}

impl Unit {
    /// Returns the unit of pure numbers.
    pub const fn one() -> Unit {
        Unit { powers: BTreeMap::new() }
    }

    /// Returns a named unit to the power one.
    ///
    /// The name is taken as it is: check one that comes from a file with
    /// [`Unit::is_base_name`].
    pub fn base(name: &str) -> Unit {
        Unit { powers: BTreeMap::from([(Box::from(name), 1)]) }
    }

    /// Says whether a text can name a base: a letter or `_`, then letters,
    /// digits or `_`.
    pub fn is_base_name(name: &str) -> bool {
        let mut characters = name.chars();
        characters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
            && characters.all(|next| next.is_alphanumeric() || next == '_')
    }

    /// Reads a unit: `1`, `EUR/point`, `a*b`, `a^2`, `1/jour`.
    ///
    /// `*` and `/` are read from left to right, so that `EUR/patient/jour` is
    /// per patient and per day, and `EUR/patient*jour` is not.
    pub fn parse(text: &str) -> Result<Unit, UnitError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(UnitError::Empty);
        }
        if text.chars().nth(LENGTH_LIMIT).is_some() {
            return Err(UnitError::TooLong { limit: LENGTH_LIMIT });
        }
        let mut unit = Unit::one();
        let mut divides = false;
        for piece in text.split_inclusive(['*', '/']) {
            let factor = piece.trim_end_matches(['*', '/']);
            unit.multiply_factor(factor.trim(), divides)?;
            divides = piece.ends_with('/');
        }
        if text.ends_with(['*', '/']) {
            return Err(UnitError::Factor { factor: String::new() });
        }
        Ok(unit)
    }

    fn multiply_factor(&mut self, factor: &str, divides: bool) -> Result<(), UnitError> {
        if factor == "1" {
            return Ok(());
        }
        let (name, power) = match factor.split_once('^') {
            Some((name, power)) => (name.trim_end(), parse_power(power.trim_start())?),
            None => (factor, 1),
        };
        if factor.contains('%') {
            return Err(UnitError::Percent);
        }
        if !Self::is_base_name(name) {
            let factor = factor.to_owned();
            return Err(UnitError::Factor { factor });
        }
        let signed = if divides { -power } else { power };
        self.multiply_base(name, signed).ok_or_else(|| UnitError::TooLarge { base: name.to_owned() })
    }

    /// Multiplies by a base; nothing when the power leaves an `i32`.
    fn multiply_base(&mut self, name: &str, power: i64) -> Option<()> {
        let before = self.powers.get(name).copied().unwrap_or(0);
        let after = i32::try_from(i64::from(before).checked_add(power)?).ok()?;
        if after == 0 {
            self.powers.remove(name);
        } else if let Some(held) = self.powers.get_mut(name) {
            *held = after;
        } else {
            self.powers.insert(Box::from(name), after);
        }
        Some(())
    }

    /// Multiplies two units; nothing when a power leaves an `i32`.
    pub fn times(&self, other: &Unit) -> Option<Unit> {
        let mut product = self.clone();
        for (name, power) in &other.powers {
            product.multiply_base(name, i64::from(*power))?;
        }
        Some(product)
    }

    /// Divides two units; nothing when a power leaves an `i32`.
    pub fn per(&self, other: &Unit) -> Option<Unit> {
        let mut quotient = self.clone();
        for (name, power) in &other.powers {
            quotient.multiply_base(name, -i64::from(*power))?;
        }
        Some(quotient)
    }

    /// Says whether this is the unit of pure numbers.
    pub fn is_one(&self) -> bool {
        self.powers.is_empty()
    }

    /// Lists the bases and their powers, by name; no power is zero.
    pub fn bases(&self) -> impl Iterator<Item = (&str, i32)> {
        self.powers.iter().map(|(name, power)| (&**name, *power))
    }

    /// Adds up the positive powers of the bases that are money.
    ///
    /// Above one, money multiplies money, which means nothing: `EUR^2` and
    /// `EUR*USD` have two, `EUR/USD` has one, `point/EUR` none.
    pub fn money_degree(&self, is_money: impl Fn(&str) -> bool) -> i32 {
        self.bases()
            .filter(|(name, power)| *power > 0 && is_money(name))
            .fold(0, |degree: i32, (_, power)| degree.saturating_add(power))
    }
}

fn parse_power(text: &str) -> Result<i64, UnitError> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let wrong = || UnitError::Power { power: text.to_owned() };
    // `parse` alone would also take a sign after the sign.
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    text.parse::<i64>()
        .ok()
        // The bound lets signs change and sums be taken without overflow.
        .filter(|power| power.unsigned_abs() <= 1 << 32)
        .ok_or_else(wrong)
}

impl fmt::Display for Unit {
    /// Prints the canonical form: factors by name, then divisors by name.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (name, power) in self.bases().filter(|(_, power)| *power > 0) {
            write!(f, "{separator}{name}")?;
            write_power(f, power)?;
            separator = "*";
        }
        if separator.is_empty() {
            f.write_str("1")?;
        }
        for (name, power) in self.bases().filter(|(_, power)| *power < 0) {
            write!(f, "/{name}")?;
            write_power(f, power)?;
        }
        Ok(())
    }
}

fn write_power(f: &mut fmt::Formatter<'_>, power: i32) -> fmt::Result {
    match power.unsigned_abs() {
        1 => Ok(()),
        size => write!(f, "^{size}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Unit, UnitError};

    /// Checks the canonical form, or the error, of a text.
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let found = match Unit::parse(text) {
            Ok(unit) => unit.to_string(),
            Err(error) => error.to_string(),
        };
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn reads_and_prints() {
        check("1", "1");
        check("EUR", "EUR");
        check(" EUR / point ", "EUR/point");
        check("EUR/patient/jour", "EUR/jour/patient");
        check("1/jour", "1/jour");
        check("b*a", "a*b");
        check("a*a", "a^2");
        check("a^2/a", "a");
        check("a/a", "1");
        check("a^-2", "1/a^2");
        check("a/b*c", "a*c/b");
        check("journée_été", "journée_été");
        check("a^-2147483648", "1/a^2147483648");
        check("1/a^2147483648", "1/a^2147483648");
    }

    #[test]
    fn refuses_what_is_not_a_unit() {
        check("", "a unit is empty: write `1` for a number without unit");
        check("%", "`%` is a way to write a ratio, not a unit: write `1`");
        check("2", "`2` is neither the name of a unit nor `1`");
        check("EUR/", "`` is neither the name of a unit nor `1`");
        check("/jour", "`` is neither the name of a unit nor `1`");
        check("a//b", "`` is neither the name of a unit nor `1`");
        check("a b", "`a b` is neither the name of a unit nor `1`");
        check("(a)", "`(a)` is neither the name of a unit nor `1`");
        check("a^", "`` is not a whole power");
        check("a^1.5", "`1.5` is not a whole power");
        check("a^+2", "`+2` is not a whole power");
        check("a^2147483648", "the power of `a` is too large");
        check("a^99999999999", "`99999999999` is not a whole power");
        let long = "a".repeat(401);
        assert_eq!(Unit::parse(&long), Err(UnitError::TooLong { limit: 400 }));
    }

    #[test]
    fn money_counts_above_the_line() {
        let degree = |text: &str| {
            let unit = Unit::parse(text).unwrap();
            unit.money_degree(|name| name == "EUR" || name == "USD")
        };
        assert_eq!(degree("EUR"), 1);
        assert_eq!(degree("EUR^2/point"), 2);
        assert_eq!(degree("EUR*USD"), 2);
        assert_eq!(degree("EUR/EUR"), 0);
        assert_eq!(degree("USD/EUR"), 1);
        assert_eq!(degree("point/EUR"), 0);
    }

    #[test]
    fn powers_beyond_the_limit_are_nothing() {
        let most = Unit::parse("a^2147483647").unwrap();
        assert_eq!(most.times(&Unit::base("a")), None);
        let least = Unit::parse("1/a^2147483648").unwrap();
        assert_eq!(least.per(&Unit::base("a")), None);
        assert_eq!(Unit::one().per(&least), None);
        assert_eq!(least.per(&least), Some(Unit::one()));
    }
}
