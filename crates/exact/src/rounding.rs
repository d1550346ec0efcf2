//! The ways of rounding that rulebooks may name.

use std::cmp::Ordering;
use std::fmt;

/// Says which neighbour a number between two neighbours becomes.
///
/// The four `Half…` modes go to the nearest neighbour and differ only halfway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RoundingMode {
    /// Goes to the nearest, halfway away from zero: what `round = "cent"` means.
    HalfAwayFromZero,
    /// Goes to the nearest, halfway to the even neighbour.
    HalfEven,
    /// Goes to the nearest, halfway towards plus infinity.
    HalfUp,
    /// Goes to the nearest, halfway towards zero.
    HalfDown,
    /// Drops what is beyond the last decimal: towards zero.
    Truncate,
    /// Goes towards minus infinity.
    Floor,
    /// Goes towards plus infinity.
    Ceiling,
    /// Goes away from zero as soon as anything is beyond the last decimal.
    AwayFromZero,
}

impl RoundingMode {
    /// Lists every mode, in the order of the documentation.
    pub const ALL: [RoundingMode; 8] = [
        RoundingMode::HalfAwayFromZero,
        RoundingMode::HalfEven,
        RoundingMode::HalfUp,
        RoundingMode::HalfDown,
        RoundingMode::Truncate,
        RoundingMode::Floor,
        RoundingMode::Ceiling,
        RoundingMode::AwayFromZero,
    ];

    /// Returns the name used in rulebook files.
    pub const fn name(self) -> &'static str {
        match self {
            RoundingMode::HalfAwayFromZero => "half_away",
            RoundingMode::HalfEven => "half_even",
            RoundingMode::HalfUp => "half_up",
            RoundingMode::HalfDown => "half_down",
            RoundingMode::Truncate => "trunc",
            RoundingMode::Floor => "floor",
            RoundingMode::Ceiling => "ceiling",
            RoundingMode::AwayFromZero => "away",
        }
    }

    /// Finds the mode of a name used in rulebook files.
    pub fn from_name(name: &str) -> Option<RoundingMode> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }

    /// Says whether a number strictly between two neighbours becomes the upper one.
    ///
    /// `half` compares the distance from the lower neighbour with one half.
    pub(crate) fn goes_up(self, negative: bool, lower_is_odd: bool, half: Ordering) -> bool {
        let on_tie = match self {
            RoundingMode::Floor => return false,
            RoundingMode::Ceiling => return true,
            RoundingMode::Truncate => return negative,
            RoundingMode::AwayFromZero => return !negative,
            RoundingMode::HalfAwayFromZero => !negative,
            RoundingMode::HalfEven => lower_is_odd,
            RoundingMode::HalfUp => true,
            RoundingMode::HalfDown => negative,
        };
        match half {
            Ordering::Less => false,
            Ordering::Equal => on_tie,
            Ordering::Greater => true,
        }
    }
}

impl fmt::Display for RoundingMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::RoundingMode;
    use crate::Rational;

    #[test]
    fn names_come_back() {
        for mode in RoundingMode::ALL {
            assert_eq!(RoundingMode::from_name(mode.name()), Some(mode));
        }
        assert_eq!(RoundingMode::from_name("HALF_EVEN"), None);
    }

    /// Checks one mode over -2.5, -1.5, -1.2, -1, 0.5, 1.2, 1.5 and 2.5.
    #[track_caller]
    fn check(mode: RoundingMode, expected: [i64; 8]) {
        let inputs = ["-2.5", "-1.5", "-1.2", "-1", "0.5", "1.2", "1.5", "2.5"];
        let rounded = inputs.map(|text| Rational::parse(text).unwrap().round(0, mode).to_i64());
        assert_eq!(rounded, expected.map(Some), "{mode}");
    }

    #[test]
    fn each_mode_on_ties_and_between() {
        check(RoundingMode::HalfAwayFromZero, [-3, -2, -1, -1, 1, 1, 2, 3]);
        check(RoundingMode::HalfEven, [-2, -2, -1, -1, 0, 1, 2, 2]);
        check(RoundingMode::HalfUp, [-2, -1, -1, -1, 1, 1, 2, 3]);
        check(RoundingMode::HalfDown, [-2, -1, -1, -1, 0, 1, 1, 2]);
        check(RoundingMode::Truncate, [-2, -1, -1, -1, 0, 1, 1, 2]);
        check(RoundingMode::Floor, [-3, -2, -2, -1, 0, 1, 1, 2]);
        check(RoundingMode::Ceiling, [-2, -1, -1, -1, 1, 2, 2, 3]);
        check(RoundingMode::AwayFromZero, [-3, -2, -2, -1, 1, 2, 2, 3]);
    }
}
