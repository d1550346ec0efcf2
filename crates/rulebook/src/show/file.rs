//! Values as they stand in files of results: plain digits that programs read.

use std::cmp::Ordering;

use exact::Rational;

use super::DECIMALS_SHOWN;
use crate::interpret::Values;
use crate::{Rulebook, Type, Value};

/// Decimals that an amount has at least.
const DECIMALS_OF_AMOUNT: usize = 2;
/// Ten to the power of each number of decimals, up to those that are shown.
const POWERS: [i64; 10] =
    [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000];

/// Prints a value for a file: plain digits, `true`, ISO dates, names of enumerations.
pub fn for_file(book: &Rulebook, kind: &Type, value: &Value) -> String {
    match (value, kind) {
        (Value::Number(number), Type::Number(unit)) => number_for_file(number, book.is_amount(unit)),
        (Value::Number(number), _) => number_for_file(number, false),
        (Value::Bool(truth), _) => truth.to_string(),
        (Value::Date(date), _) => date.to_string(),
        (Value::Enum(index), Type::Enum(id)) => {
            book.enums[id.0].values.get(*index).map(|value| value.name.clone()).unwrap_or_default()
        }
        (Value::Enum(index), _) => index.to_string(),
    }
}

/// Prints a number; an amount that is exact has its cents.
fn number_for_file(number: &Rational, is_amount: bool) -> String {
    let (digits, exact) = number.to_decimal(DECIMALS_SHOWN);
    match digits.split_once('.') {
        _ if !(exact && is_amount) => digits,
        None => format!("{digits}.00"),
        Some((_, decimals)) if decimals.len() == 1 => format!("{digits}0"),
        Some(_) => digits,
    }
}

/// Prints many values of one output, each as [`for_file`] does.
pub struct FileColumn<'a> {
    book: &'a Rulebook,
    kind: Type,
    values: &'a Values,
    /// How many decimals stay when they are zeros.
    decimals_min: usize,
    /// What a numerator is multiplied by, and how many decimals the product has.
    decimal: Option<(i64, usize)>,
}

impl<'a> FileColumn<'a> {
    /// Prepares the values of an output of a type.
    pub fn new(book: &'a Rulebook, kind: Type, values: &'a Values) -> Self {
        let is_amount = matches!(&kind, Type::Number(unit) if book.is_amount(unit));
        let decimals_min = if is_amount { DECIMALS_OF_AMOUNT } else { 0 };
        let decimal = match values {
            Values::Ratios { denominator, .. } => {
                let mut powers = POWERS.iter().enumerate().skip(decimals_min);
                let found = powers.find(|(_, power)| **power % denominator == 0);
                found.map(|(decimals, power)| (power / denominator, decimals))
            }
            Values::Bools(_) | Values::Same(_) | Values::Each(_) => None,
        };
        Self { book, kind, values, decimals_min, decimal }
    }

    /// Adds the value of a row to a text in bytes; nothing, and false, when the row has none.
    pub fn push(&self, row: usize, text: &mut Vec<u8>) -> bool {
        if let Values::Ratios { numerators, denominator } = self.values
            && let Some(numerator) = numerators.get(row)
            && self.push_ratio(*numerator, *denominator, text)
        {
            return true;
        }
        let value = self.values.value(row);
        if let Some(value) = &value {
            text.extend_from_slice(for_file(self.book, &self.kind, value).as_bytes());
        }
        value.is_some()
    }

    /// Adds a ratio, unless its digits are too many.
    fn push_ratio(&self, numerator: i64, denominator: i64, text: &mut Vec<u8>) -> bool {
        if let Some((factor, decimals)) = self.decimal
            && let Some(scaled) = numerator.checked_mul(factor)
        {
            push_decimal(scaled, decimals, self.decimals_min, text);
            return true;
        }
        let Some((rounded, exact)) = rounded(numerator, denominator) else { return false };
        // What is not exact is no amount of cents: it gets no zeros at its end.
        push_decimal(rounded, POWERS.len() - 1, if exact { self.decimals_min } else { 0 }, text);
        true
    }
}

/// Returns a ratio in units of the last decimal, half to even as [`Rational::to_decimal`] rounds, and whether it is
/// exact; none when it does not fit.
fn rounded(numerator: i64, denominator: i64) -> Option<(i64, bool)> {
    let last = *POWERS.last()?;
    let (whole, rest) = (numerator.div_euclid(denominator), numerator.rem_euclid(denominator));
    let scaled = rest.checked_mul(last)?;
    let (below, left) = (scaled / denominator, scaled % denominator);
    let up = match left.cmp(&(denominator - left)) {
        Ordering::Less => 0,
        Ordering::Equal => below & 1,
        Ordering::Greater => 1,
    };
    Some((whole.checked_mul(last)?.checked_add(below + up)?, left == 0))
}

/// Adds `scaled / 10^decimals`, without the zeros at its end beyond some decimals.
fn push_decimal(scaled: i64, decimals: usize, decimals_min: usize, text: &mut Vec<u8>) {
    let (mut size, mut decimals) = (scaled.unsigned_abs(), decimals);
    while decimals > decimals_min && size.is_multiple_of(10) {
        size /= 10;
        decimals -= 1;
    }
    // Twenty digits at most and a point, written from the last to the first.
    let mut digits = [0_u8; 32];
    let mut start = digits.len();
    let mut written = 0;
    while size > 0 || written <= decimals {
        if written == decimals && decimals > 0 {
            start -= 1;
            digits[start] = b'.';
        }
        start -= 1;
        digits[start] = b'0' + u8::try_from(size % 10).unwrap_or(0);
        size /= 10;
        written += 1;
    }
    if scaled < 0 {
        text.push(b'-');
    }
    text.extend_from_slice(&digits[start..]);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Source;

    const BOOK: &str = r#"
[instrument]
id = "essai"
title = { fr = "Essai", en = "Trial" }
subject = "equipe"
period = "year"
[entities.equipe]
[inputs.x]
[rules.r]
output = true
formula = "x"
"#;

    #[test]
    fn a_column_prints_what_each_value_prints() {
        let book = crate::load(vec![Source::new("essai/rulebook.toml", BOOK)]).0.expect("a rulebook");
        let units = ["1", "EUR"].map(|unit| Type::Number(exact::Unit::parse(unit).expect("a unit")));
        let numerators = vec![
            0,
            1,
            -1,
            5,
            10,
            -10,
            99,
            100,
            101,
            120_000,
            -123_456_789,
            i64::MAX,
            i64::MIN,
            i64::MAX / 10,
        ];
        for denominator in [1, 2, 3, 4, 7, 10, 40, 100, 125, 3_000, 1_000_000_000, 2_000_000_000] {
            let values = Values::Ratios { numerators: numerators.clone().into(), denominator };
            for kind in &units {
                let column = FileColumn::new(&book, kind.clone(), &values);
                for (row, numerator) in numerators.iter().enumerate() {
                    let value = values.value(row).expect("a value");
                    let mut text = Vec::new();
                    assert!(column.push(row, &mut text));
                    let text = String::from_utf8(text).expect("digits");
                    assert_eq!(text, for_file(&book, kind, &value), "{numerator} / {denominator}");
                }
            }
        }
    }
}
