//! Printing one number.

use super::read::NumberStyle;
use crate::rational::{MAX_DECIMALS, Rational};
use crate::rounding::RoundingMode;

/// Says how many decimals to print; what is beyond is rounded half to even.
///
/// At most [`MAX_DECIMALS`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Decimals {
    /// Always this many.
    Exactly(u32),
    /// At most this many, without zeros at the end.
    UpTo(u32),
}

/// Prints a number the way readers of a style expect.
///
/// French groups with U+202F and marks decimals with a comma; English groups
/// with a comma and marks with a point. The minus sign is a plain hyphen, so
/// that [`crate::parse_number`] gives back what was printed.
pub fn print_number(number: &Rational, style: NumberStyle, decimals: Decimals) -> String {
    let (separator, mark) = match style {
        NumberStyle::French => ('\u{202f}', style.decimal_mark()),
        NumberStyle::English => (',', style.decimal_mark()),
    };
    let mut written = Written::of(number, decimals);
    written.whole = grouped(&written.whole, separator);
    written.joined(mark)
}

/// See [`Rational::to_decimal`].
pub(crate) fn plain_decimal(number: &Rational, max_decimals: u32) -> (String, bool) {
    let written = Written::of(number, Decimals::UpTo(max_decimals));
    let exact = written.exact;
    (written.joined('.'), exact)
}

/// A number cut into the pieces that styles put together.
struct Written {
    negative: bool,
    whole: String,
    fraction: String,
    exact: bool,
}

impl Written {
    fn of(number: &Rational, decimals: Decimals) -> Written {
        let (wanted, keeps_zeros) = match decimals {
            Decimals::Exactly(wanted) => (wanted, true),
            Decimals::UpTo(wanted) => (wanted, false),
        };
        let (scaled, exact) = number.scaled(wanted, RoundingMode::HalfEven);
        let digits = match scaled.to_i64() {
            Some(small) => small.unsigned_abs().to_string(),
            None => scaled.numerator().magnitude().to_string(),
        };
        let width = usize::try_from(wanted.min(MAX_DECIMALS)).unwrap_or(usize::MAX);
        // One digit at least stays before the mark.
        let padded = format!("{digits:0>width$}", width = width.saturating_add(1));
        let (whole, fraction) =
            padded.split_at_checked(padded.len().saturating_sub(width)).unwrap_or((&padded, ""));
        let fraction = if keeps_zeros { fraction } else { fraction.trim_end_matches('0') };
        Written {
            // What rounds to zero has no sign.
            negative: scaled.is_negative(),
            whole: whole.to_owned(),
            fraction: fraction.to_owned(),
            exact,
        }
    }

    fn joined(&self, mark: char) -> String {
        let mut text = String::with_capacity(self.whole.len() + self.fraction.len() + 2);
        if self.negative {
            text.push('-');
        }
        text.push_str(&self.whole);
        if !self.fraction.is_empty() {
            text.push(mark);
            text.push_str(&self.fraction);
        }
        text
    }
}

/// Puts a separator before each group of three digits but the first.
fn grouped(digits: &str, separator: char) -> String {
    let mut text = String::with_capacity(digits.len() * 2);
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Decimals, print_number};
    use crate::{NumberStyle, Rational};

    #[track_caller]
    fn check(text: &str, decimals: Decimals, french: &str, english: &str) {
        let number = Rational::parse(text).unwrap();
        let printed = print_number(&number, NumberStyle::French, decimals);
        assert_eq!(printed.replace('\u{202f}', " "), french);
        let printed = print_number(&number, NumberStyle::English, decimals);
        assert_eq!(printed, english);
    }

    #[test]
    fn groups_and_marks() {
        check("1234567.891", Decimals::Exactly(2), "1 234 567,89", "1,234,567.89");
        check("1234", Decimals::Exactly(2), "1 234,00", "1,234.00");
        check("123", Decimals::UpTo(9), "123", "123");
        check("-0.05", Decimals::UpTo(9), "-0,05", "-0.05");
        check("-1000", Decimals::Exactly(0), "-1 000", "-1,000");
        check("1/3", Decimals::UpTo(4), "0,3333", "0.3333");
        check("0.125", Decimals::Exactly(2), "0,12", "0.12");
        check("0.375", Decimals::Exactly(2), "0,38", "0.38");
        check("-0.001", Decimals::Exactly(2), "0,00", "0.00");
        check("1.50", Decimals::UpTo(2), "1,5", "1.5");
        check("1e20", Decimals::UpTo(2), "100 000 000 000 000 000 000", "100,000,000,000,000,000,000");
    }

    #[test]
    fn plain_decimals_say_whether_they_are_exact() {
        let check = |text: &str, max: u32, expected: &str, exact: bool| {
            let found = Rational::parse(text).unwrap().to_decimal(max);
            assert_eq!(found, (expected.to_owned(), exact));
        };
        check("1.50", 9, "1.5", true);
        check("2/3", 9, "0.666666667", false);
        check("1/8", 2, "0.12", false);
        check("-7", 0, "-7", true);
        check("1e-300", 300, &format!("0.{}1", "0".repeat(299)), true);
        check("1e-300", u32::MAX, &format!("0.{}1", "0".repeat(299)), true);
    }
}
