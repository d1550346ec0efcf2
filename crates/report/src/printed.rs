//! New numbers printed like others: a page knows values as people read them, not their units.

use exact::{Decimals, Rational, print_number};
use rulebook::Language;

/// The most decimals of a number that would otherwise be shown as zero.
const DECIMALS_SMALL: u32 = 6;

/// What stands around a number: `$` before, ` €` after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Around {
    before: String,
    after: String,
    cents: bool,
}

impl Around {
    /// Finds what stands around the number in a printed value.
    pub(crate) fn of(printed: &str, language: Language) -> Self {
        let is_number = |c: char| c.is_ascii_digit();
        let Some(start) = printed.find(is_number) else {
            return Self { before: String::new(), after: String::new(), cents: false };
        };
        let end = printed
            .char_indices()
            .skip_while(|(at, _)| *at < start)
            .take_while(|(_, c)| is_number(*c) || matches!(c, '\u{202f}' | ',' | '.'))
            .last()
            .map_or(start, |(at, c)| at + c.len_utf8());
        let number = printed.get(start..end).unwrap_or_default();
        let mark = match language {
            Language::French => ',',
            Language::English => '.',
        };
        Self {
            before: printed
                .get(..start)
                .unwrap_or_default()
                .trim_start_matches(['-', '≈', ' ', '\u{a0}'])
                .to_owned(),
            after: printed.get(end..).unwrap_or_default().to_owned(),
            cents: number.rsplit_once(mark).is_some_and(|(_, decimals)| decimals.len() == 2),
        }
    }

    /// Returns the unit by itself.
    pub(crate) fn unit(&self) -> &str {
        let after = self.after.trim();
        if after.is_empty() { self.before.trim() } else { after }
    }

    /// Prints another number the same way; what would show as zero gets the decimals that it needs.
    pub(crate) fn print(&self, number: &Rational, language: Language) -> String {
        let shown = if self.after.trim_start().starts_with('%') {
            number * &Rational::from(100)
        } else {
            number.clone()
        };
        let small = !shown.is_zero() && shown.round(2, exact::RoundingMode::HalfEven).is_zero();
        let decimals = match (small, self.cents) {
            (true, _) => Decimals::UpTo(DECIMALS_SMALL),
            (false, true) => Decimals::Exactly(2),
            (false, false) => Decimals::UpTo(2),
        };
        let digits = print_number(&shown.abs(), language.number_style(), decimals);
        let sign = if shown.is_negative() { "-" } else { "" };
        format!("{sign}{}{digits}{}", self.before, self.after)
    }
}

/// Prints a share of a whole as a percentage with one decimal.
pub(crate) fn percent(part: &Rational, whole: &Rational, language: Language) -> Option<String> {
    let share = part.checked_div(whole)? * &Rational::from(100);
    let digits = print_number(&share, language.number_style(), Decimals::Exactly(1));
    Some(match language {
        Language::French => format!("{digits}\u{a0}%"),
        Language::English => format!("{digits}%"),
    })
}

/// Prints a whole number with its groups.
pub(crate) fn count(number: usize, language: Language) -> String {
    let number = i64::try_from(number).unwrap_or(i64::MAX);
    print_number(&Rational::from(number), language.number_style(), Decimals::UpTo(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(printed: &str, language: Language, number: &str, expected: &str) {
        let number = Rational::parse(number).unwrap();
        assert_eq!(Around::of(printed, language).print(&number, language), expected);
    }

    #[test]
    fn numbers_follow_their_neighbours() {
        check("26\u{202f}995,94\u{a0}€", Language::French, "1234.5", "1\u{202f}234,50\u{a0}€");
        check("0,00\u{a0}€", Language::French, "-0.00125", "-0,00125\u{a0}€");
        check("-$1,000", Language::English, "2500", "$2,500");
        check("$0.00", Language::English, "-12", "-$12.00");
        check("800\u{a0}points", Language::French, "2.125", "2,12\u{a0}points");
        check("2,5\u{a0}%", Language::French, "0.05", "5\u{a0}%");
        check("≈\u{a0}3,25\u{a0}points", Language::French, "7", "7,00\u{a0}points");
        check("", Language::French, "3", "3");
    }
}
