//! Values as people read them: with units, in French and in English.

use exact::{Decimals, Rational, RoundingMode, Unit, print_number};

use crate::book::{Reference, Rulebook};
use crate::{Language, TableId, Text, Type, Value};

/// Stands before a number that is not shown in full.
const ABOUT: &str = "≈\u{a0}";

/// The most decimals that are shown of a number.
const DECIMALS_SHOWN: u32 = 9;

/// Prints a value of a type.
pub fn value(book: &Rulebook, kind: &Type, percent: bool, value: &Value, language: Language) -> String {
    match (value, kind) {
        (Value::Number(number), Type::Number(unit)) => self::number(book, number, unit, percent, language),
        (Value::Number(number), _) => plain(number, language),
        (Value::Bool(truth), _) => match (truth, language) {
            (true, Language::French) => "oui".to_owned(),
            (false, Language::French) => "non".to_owned(),
            (true, Language::English) => "yes".to_owned(),
            (false, Language::English) => "no".to_owned(),
        },
        (Value::Date(date), _) => self::date(*date, language),
        (Value::Enum(index), Type::Enum(id)) => book.enums[id.0]
            .values
            .get(*index)
            .map(|value| value.label.get(language).to_owned())
            .unwrap_or_default(),
        (Value::Enum(index), _) => index.to_string(),
    }
}

/// Prints what a reference reads.
pub fn reference(book: &Rulebook, reference: Reference, shown: &Value, language: Language) -> String {
    value(book, &book.type_of(reference), book.is_percent(reference), shown, language)
}

/// Returns the type of what a table gives: a marginal one gives the product of its two units.
pub fn table_kind(book: &Rulebook, id: TableId) -> Type {
    let table = &book.tables[id.0];
    match (&table.value, table.kind) {
        (Type::Number(unit), crate::model::TableKind::Marginal) => {
            Type::Number(unit.times(&table.over).unwrap_or_else(Unit::one))
        }
        (other, _) => other.clone(),
    }
}

/// Prints what a table gives.
pub fn table_value(book: &Rulebook, id: TableId, shown: &Value, language: Language) -> String {
    value(book, &table_kind(book, id), book.tables[id.0].percent, shown, language)
}

/// Prints a date: 31/12/2022 in French, 2022-12-31 in English.
pub fn date(date: jiff::civil::Date, language: Language) -> String {
    match language {
        Language::French => format!("{:02}/{:02}/{}", date.day(), date.month(), date.year()),
        Language::English => date.to_string(),
    }
}

/// Prints a number without unit: exactly when nine decimals suffice, else to four with a sign that says so.
pub fn plain(number: &Rational, language: Language) -> String {
    about(number, 4, language)
}

fn about(number: &Rational, decimals: u32, language: Language) -> String {
    let exact = *number == number.round(DECIMALS_SHOWN, RoundingMode::HalfEven);
    let shown = if exact { DECIMALS_SHOWN } else { decimals };
    let digits = print_number(number, language.number_style(), Decimals::UpTo(shown));
    if exact { digits } else { format!("{ABOUT}{digits}") }
}

/// Prints a number with its unit.
pub fn number(book: &Rulebook, number: &Rational, unit: &Unit, percent: bool, language: Language) -> String {
    if percent {
        let shown = about(&(number * &Rational::from(100)), 2, language);
        return match language {
            Language::French => format!("{shown}\u{a0}%"),
            Language::English => format!("{shown}%"),
        };
    }
    if unit.is_one() {
        return plain(number, language);
    }
    let digits = if book.is_amount(unit) && (number * &Rational::from(100)).is_integer() {
        print_number(number, language.number_style(), Decimals::Exactly(2))
    } else {
        plain(number, language)
    };
    let words = unit_words(book, unit, number, language);
    match (language, book.is_amount(unit)) {
        // English puts the sign before, unless the currency has none.
        (Language::English, true) if words.chars().count() == 1 => {
            let (about, digits) =
                digits.strip_prefix(ABOUT).map_or(("", digits.as_str()), |digits| (ABOUT, digits));
            let (minus, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
            format!("{about}{minus}{words}{digits}")
        }
        _ => format!("{digits}\u{a0}{words}"),
    }
}

/// Returns the words of a unit for a number: French plural begins at 2, English is singular for 1 only.
fn unit_words(book: &Rulebook, unit: &Unit, number: &Rational, language: Language) -> String {
    let absolute = number.abs();
    let many = match language {
        Language::French => absolute >= Rational::from(2),
        Language::English => absolute != Rational::ONE,
    };
    let mut above = Vec::new();
    let mut below = Vec::new();
    for (base, power) in unit.bases() {
        let shown = base_word(book, base, many && power > 0 && above.is_empty(), language);
        let shown = match power.unsigned_abs() {
            1 => shown,
            2 => format!("{shown}²"),
            other => format!("{shown}^{other}"),
        };
        if power > 0 { above.push(shown) } else { below.push(shown) }
    }
    let above = if above.is_empty() { "1".to_owned() } else { above.join("·") };
    if below.is_empty() { above } else { format!("{above}/{}", below.join("/")) }
}

fn base_word(book: &Rulebook, base: &str, many: bool, language: Language) -> String {
    if base == "EUR" {
        return "€".to_owned();
    }
    let Some(unit) = book.units.iter().find(|unit| unit.name == base) else { return base.to_owned() };
    if let Some(symbol) = &unit.symbol {
        return symbol.clone();
    }
    let (one, several) = match language {
        Language::French => &unit.fr,
        Language::English => &unit.en,
    };
    if many { several.clone() } else { one.clone() }
}

/// Returns a unit alone, in the plural, for tables and forms.
pub fn unit(book: &Rulebook, unit: &Unit, language: Language) -> String {
    if unit.is_one() { String::new() } else { unit_words(book, unit, &Rational::from(2), language) }
}

/// Prints a value for a file: plain digits, `true`, ISO dates, names of enumerations.
pub fn for_file(book: &Rulebook, kind: &Type, value: &Value) -> String {
    match (value, kind) {
        (Value::Number(number), Type::Number(unit)) => {
            let (digits, exact) = number.to_decimal(DECIMALS_SHOWN);
            if exact && book.is_amount(unit) { with_cents(&digits) } else { digits }
        }
        (Value::Number(number), _) => number.to_decimal(DECIMALS_SHOWN).0,
        (Value::Bool(truth), _) => truth.to_string(),
        (Value::Date(date), _) => date.to_string(),
        (Value::Enum(index), Type::Enum(id)) => {
            book.enums[id.0].values.get(*index).map(|value| value.name.clone()).unwrap_or_default()
        }
        (Value::Enum(index), _) => index.to_string(),
    }
}

/// Writes the values of one column for files: what [`for_file`] prints, without a text for each.
#[derive(Debug)]
pub struct FileColumn<'b> {
    book: &'b Rulebook,
    kind: Type,
    is_amount: bool,
}

impl<'b> FileColumn<'b> {
    /// Returns the writer of values of a type.
    pub fn new(book: &'b Rulebook, kind: Type) -> Self {
        let is_amount = matches!(&kind, Type::Number(unit) if book.is_amount(unit));
        Self { book, kind, is_amount }
    }

    /// Adds a value to bytes.
    pub fn write(&self, value: &Value, out: &mut Vec<u8>) {
        let written = match value {
            Value::Number(number) => number.small_parts().is_some_and(|parts| self.write_small(parts, out)),
            Value::Bool(truth) => {
                out.extend_from_slice(if *truth { b"true" } else { b"false" });
                true
            }
            _ => false,
        };
        if !written {
            out.extend_from_slice(for_file(self.book, &self.kind, value).as_bytes());
        }
    }

    /// Writes a fraction of small numbers that is exact with the decimals shown; says whether it is.
    fn write_small(&self, (numerator, denominator): (i64, i64), out: &mut Vec<u8>) -> bool {
        let denominator = denominator.unsigned_abs();
        let (mut scaled, mut decimals) = (numerator.unsigned_abs(), 0);
        if denominator != 1 {
            let found = (1..=DECIMALS_SHOWN).map(|decimals| (decimals, 10_u64.pow(decimals)));
            let found = found.into_iter().find(|(_, scale)| scale % denominator == 0);
            let Some((wanted, scale)) = found else { return false };
            let Some(exact) = scaled.checked_mul(scale / denominator) else { return false };
            (scaled, decimals) = (exact, wanted);
        }
        if numerator < 0 {
            out.push(b'-');
        }
        write_digits(scaled, decimals, out);
        if self.is_amount {
            out.extend_from_slice(match decimals {
                0 => b".00",
                1 => b"0",
                _ => b"",
            });
        }
        true
    }
}

/// Writes a whole number with a mark before its last decimals.
fn write_digits(number: u64, decimals: u32, out: &mut Vec<u8>) {
    // Twenty digits hold any number of 64 bits; a mark and the zeros before small decimals fit in the rest.
    let mut digits = [b'0'; 32];
    let (mut rest, mut written) = (number, 0);
    for digit in digits.iter_mut().rev() {
        if decimals > 0 && written == decimals {
            *digit = b'.';
        } else if rest > 0 || written == 0 || written <= decimals + u32::from(decimals > 0) {
            *digit = b'0' + u8::try_from(rest % 10).unwrap_or(0);
            rest /= 10;
        } else {
            break;
        }
        written += 1;
    }
    let start = digits.len().saturating_sub(usize::try_from(written).unwrap_or(0));
    out.extend_from_slice(digits.get(start..).unwrap_or_default());
}

/// Writes an amount with at least two decimals.
fn with_cents(digits: &str) -> String {
    match digits.split_once('.') {
        None => format!("{digits}.00"),
        Some((_, decimals)) if decimals.len() == 1 => format!("{digits}0"),
        Some(_) => digits.to_owned(),
    }
}

/// Returns both languages of a printed value.
pub fn in_both(book: &Rulebook, kind: &Type, percent: bool, shown: &Value) -> Text {
    Text::in_both(|language| value(book, kind, percent, shown, language))
}
