//! Numbers of the page as people read them.

use exact::{Decimals, Rational, RoundingMode, print_number};
use rulebook::{Language, Text, text};

use crate::words::said;

/// From this size on estimates are shown without decimals.
const WHOLE_FROM: i64 = 100;

/// Prints numbers of one page.
#[derive(Debug, Clone)]
pub(super) struct Printer<'a> {
    /// The language of the page.
    pub(super) language: Language,
    /// The sign or code of the currency.
    pub(super) currency: &'a str,
    /// The decimals of gains.
    pub(super) gain_decimals: u32,
}

impl<'a> Printer<'a> {
    /// Returns a printer that fits the gains of a page.
    pub(super) fn new<'b>(
        language: Language,
        currency: &'a str,
        gains: impl Iterator<Item = &'b Rational>,
    ) -> Self {
        let largest = gains.map(Rational::abs).max().unwrap_or_default();
        let gain_decimals = if largest >= Rational::from(WHOLE_FROM) { 0 } else { 2 };
        Self { language, currency, gain_decimals }
    }

    /// Prints an amount with so many decimals.
    fn amount(&self, number: &Rational, decimals: u32) -> String {
        let digits = print_number(&number.abs(), self.language.number_style(), Decimals::Exactly(decimals));
        let sign = if number.round(decimals, RoundingMode::HalfEven).is_negative() { "-" } else { "" };
        let is_code = self.currency.chars().all(char::is_alphabetic);
        match self.language {
            Language::English if !is_code => format!("{sign}{}{digits}", self.currency),
            _ => format!("{sign}{digits}\u{a0}{}", self.currency),
        }
    }

    /// Prints money to the cent.
    pub(super) fn money(&self, number: &Rational) -> String {
        self.amount(number, 2)
    }

    /// Prints money to the cent, with its sign.
    pub(super) fn signed_money(&self, number: &Rational) -> String {
        signed(number, self.money(number))
    }

    /// Prints an estimate of spending.
    pub(super) fn spending(&self, number: &Rational) -> String {
        self.amount(number, if self.gain_decimals == 0 { 0 } else { 2 })
    }

    /// Prints a gain for each patient, with its sign.
    pub(super) fn gain(&self, number: &Rational) -> String {
        signed(number, self.amount(number, self.gain_decimals))
    }

    /// Prints a number with at most so many decimals.
    pub(super) fn number(&self, number: &Rational, decimals: u32) -> String {
        print_number(number, self.language.number_style(), Decimals::UpTo(decimals))
    }

    /// Prints a ratio.
    pub(super) fn ratio(&self, number: &Rational) -> String {
        print_number(number, self.language.number_style(), Decimals::Exactly(2))
    }

    /// Prints a count of patients, or says that it is masked.
    pub(super) fn patients(&self, patients: Option<u64>) -> String {
        patients.map_or_else(|| self.masked(), |number| self.number(&Rational::from(number), 0))
    }

    /// Says that a count is masked.
    pub(super) fn masked(&self) -> String {
        self.say(&text!("<\u{a0}11 ou masqué", "< 11 or masked"))
    }

    /// Returns what is shown of a value that depends on the number of patients of a team.
    pub(super) fn or_masked(&self, value: Option<String>, patients: Option<u64>) -> String {
        match (value, patients) {
            (Some(value), _) => value,
            (None, None) => self.say(&text!("masqué", "masked")),
            (None, Some(_)) => "–".to_owned(),
        }
    }

    /// Prints a chance as so many of a hundred, never as impossible or certain.
    pub(super) fn of_hundred(&self, chance: &Rational) -> String {
        let whole = (chance * &Rational::from(100)).round(0, RoundingMode::HalfEven);
        if whole < Rational::ONE {
            self.say(&text!("moins de 1", "fewer than 1"))
        } else if whole > Rational::from(99) {
            self.say(&text!("plus de 99", "more than 99"))
        } else {
            self.number(&whole, 0)
        }
    }

    /// Prints a probability as a percentage, never as impossible or certain.
    pub(super) fn probability(&self, chance: &Rational) -> String {
        let whole = (chance * &Rational::from(100)).round(0, RoundingMode::HalfEven);
        let percent = match self.language {
            Language::French => "\u{a0}%",
            Language::English => "%",
        };
        let number = if whole < Rational::ONE {
            self.say(&text!("moins de 1", "under 1"))
        } else if whole > Rational::from(99) {
            self.say(&text!("plus de 99", "over 99"))
        } else {
            self.number(&whole, 0)
        };
        format!("{number}{percent}")
    }

    /// Prints a whole number.
    pub(super) fn count(&self, number: usize) -> String {
        crate::printed::count(number, self.language)
    }

    /// Returns a text in the language of the page.
    pub(super) fn say(&self, text: &Text) -> String {
        said(text, self.language)
    }
}

fn signed(number: &Rational, printed: String) -> String {
    if number.is_positive() { format!("+{printed}") } else { printed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_and_chances_read_as_people_write_them() {
        let number = |text: &str| Rational::parse(text).unwrap();
        let none: [Rational; 0] = [];
        let french = Printer::new(Language::French, "€", none.iter());
        let english = Printer::new(Language::English, "€", [number("-250")].iter());
        assert_eq!(french.money(&number("-1234.5")), "-1\u{202f}234,50\u{a0}€");
        assert_eq!(english.money(&number("1234.5")), "€1,234.50");
        assert_eq!(Printer { currency: "EUR", ..english.clone() }.money(&number("2")), "2.00\u{a0}EUR");
        assert_eq!(
            (french.gain(&number("3")), english.gain(&number("-3.4"))),
            ("+3,00\u{a0}€".to_owned(), "-€3".to_owned())
        );
        assert_eq!(english.gain(&number("-0.4")), "€0");
        assert_eq!(english.of_hundred(&number("0.0049")), "fewer than 1");
        assert_eq!(french.of_hundred(&number("0.124")), "12");
        assert_eq!(french.probability(&number("0.999")), "plus de 99\u{a0}%");
        assert_eq!(french.patients(None), "<\u{a0}11 ou masqué");
    }
}
