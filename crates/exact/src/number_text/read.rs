//! Reading one number.

use std::str::Chars;

use num_bigint::BigInt;

use crate::rational::{Rational, power_of_ten};

/// Characters that a number may have.
const LENGTH_LIMIT: usize = 400;
/// Largest power of ten after `e`, in size.
const EXPONENT_LIMIT: i32 = 300;

/// Says how a file writes its numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NumberStyle {
    /// A comma before the decimals; groups with spaces, apostrophes or points.
    French,
    /// A point before the decimals; groups with spaces, apostrophes or commas.
    English,
}

impl NumberStyle {
    /// Returns the character before the decimals.
    pub const fn decimal_mark(self) -> char {
        match self {
            NumberStyle::French => ',',
            NumberStyle::English => '.',
        }
    }
}

/// Says why a text is not a number.
///
/// Positions count characters from 1, without the spaces around the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// There is nothing to read.
    #[error("a number is expected and there is nothing")]
    Empty,
    /// The text is too long to be a number.
    #[error("a number has more than {limit} characters")]
    TooLong {
        /// The most characters allowed.
        limit: usize,
    },
    /// The text stops where a digit should be.
    #[error("a digit is missing at the end")]
    Incomplete,
    /// A character has no place where it is.
    #[error("`{found}` has no place in a number at character {position}")]
    Unexpected {
        /// The character.
        found: char,
        /// Its place.
        position: usize,
    },
    /// The decimals follow the mark of another style.
    #[error("`{found}` at character {position} is not the decimal mark here: write `{expected}`")]
    DecimalMark {
        /// The mark found.
        found: char,
        /// The mark of the style.
        expected: char,
        /// Its place.
        position: usize,
    },
    /// A separator does not separate groups of three digits.
    #[error("`{separator}` at character {position} does not separate groups of three digits")]
    Grouping {
        /// The separator.
        separator: char,
        /// Its place.
        position: usize,
    },
    /// The power of ten is too large.
    #[error("a power of ten is beyond {limit}")]
    ExponentTooLarge {
        /// The largest power allowed, in size.
        limit: i32,
    },
    /// The fraction is over zero.
    #[error("a fraction is over zero")]
    ZeroDenominator,
}

/// Reads a number in the style of its file.
///
/// Takes groups of exactly three digits behind one kind of separator (space,
/// no-break space U+00A0, narrow U+202F or thin U+2009 space, apostrophe, and
/// the point in French or the comma in English), a percentage, a fraction of
/// whole numbers, a power of ten, and the minus sign U+2212. A French number
/// with one point and no comma is an error: nobody can know what it means.
pub fn parse_number(text: &str, style: NumberStyle) -> Result<Rational, NumberError> {
    let notation = match style {
        NumberStyle::French => Notation::French {
            // `1.234.567` can only be groups; `0.5` must not pass for five.
            points_group: text.contains(',') || text.matches('.').nth(1).is_some(),
        },
        NumberStyle::English => Notation::English,
    };
    read(text, notation)
}

/// Reads the plain numbers that most cells hold, such as `12` or `-0.125`, as a numerator over a power of ten.
///
/// Returns none for anything else, which [`parse_number`] may well read: this is its quick way, not another notation.
pub fn parse_plain(text: &str, style: NumberStyle) -> Option<(i64, i64)> {
    let (negative, digits) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let mark = match style {
        NumberStyle::French => b',',
        NumberStyle::English => b'.',
    };
    let (mut numerator, mut denominator) = (0_i64, 1_i64);
    let mut after_mark = false;
    let (mut before, mut decimals) = (0, 0);
    for byte in digits {
        match byte {
            b'0'..=b'9' => {
                numerator = numerator.checked_mul(10)?.checked_add(i64::from(byte - b'0'))?;
                if after_mark {
                    denominator = denominator.checked_mul(10)?;
                    decimals += 1;
                } else {
                    before += 1;
                }
            }
            found if *found == mark && !after_mark => after_mark = true,
            _ => return None,
        }
    }
    // `1,234` could be groups in English, but a comma is no decimal mark there; `.5` and `0.` take the long way.
    let complete = before > 0 && (decimals > 0) == after_mark;
    complete.then_some((if negative { -numerator } else { numerator }, denominator))
}

/// Reads the neutral notation of rulebook files; see [`Rational::parse`].
pub(crate) fn parse_neutral(text: &str) -> Result<Rational, NumberError> {
    read(text, Notation::Neutral)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Notation {
    Neutral,
    French { points_group: bool },
    English,
}

impl Notation {
    fn decimal_mark(self) -> char {
        match self {
            Notation::French { .. } => ',',
            Notation::Neutral | Notation::English => '.',
        }
    }

    fn other_mark(self) -> char {
        match self {
            Notation::French { .. } => '.',
            Notation::Neutral | Notation::English => ',',
        }
    }

    fn groups_with(self, character: char) -> bool {
        match character {
            ' ' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\'' | '\u{2019}' => self != Notation::Neutral,
            '.' => self == Notation::French { points_group: true },
            ',' => self == Notation::English,
            _ => false,
        }
    }
}

fn read(text: &str, notation: Notation) -> Result<Rational, NumberError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(NumberError::Empty);
    }
    if text.len() > LENGTH_LIMIT && text.chars().nth(LENGTH_LIMIT).is_some() {
        return Err(NumberError::TooLong { limit: LENGTH_LIMIT });
    }
    let mut reader = Reader { rest: text.chars(), position: 0, notation };
    let negative = reader.sign(notation != Notation::Neutral);
    let number = reader.number()?;
    Ok(if negative { -number } else { number })
}

struct Reader<'t> {
    rest: Chars<'t>,
    /// Characters already taken.
    position: usize,
    notation: Notation,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.rest.clone().next()
    }

    fn peek_second(&self) -> Option<char> {
        self.rest.clone().nth(1)
    }

    fn take(&mut self) -> Option<char> {
        let taken = self.rest.next();
        if taken.is_some() {
            self.position += 1;
        }
        taken
    }

    fn take_if(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.take();
        }
        found
    }

    fn sign(&mut self, unicode: bool) -> bool {
        if self.take_if('-') || (unicode && self.take_if('\u{2212}')) {
            return true;
        }
        self.take_if('+');
        false
    }

    fn skip_spaces(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.take();
        }
    }

    /// Says what is wrong with the next character, or with its absence.
    fn wrong(&self) -> NumberError {
        let position = self.position + 1;
        match self.peek() {
            None => NumberError::Incomplete,
            Some(found) if found == self.notation.other_mark() => {
                NumberError::DecimalMark { found, expected: self.notation.decimal_mark(), position }
            }
            Some(found) => NumberError::Unexpected { found, position },
        }
    }

    /// Reads everything after the sign, to the end.
    fn number(&mut self) -> Result<Rational, NumberError> {
        let mut digits = Digits::default();
        let mark = self.notation.decimal_mark();
        // Spreadsheets and statistics packages write `.5` and `0.`: a digit on one side is enough.
        let bare = self.peek() == Some(mark) && self.peek_second().is_some_and(|next| next.is_ascii_digit());
        let grouped = if bare { false } else { self.whole(&mut digits)? };
        let mut decimals = 0;
        let marked = self.take_if(mark);
        if marked && self.peek().is_some_and(|next| next.is_ascii_digit()) {
            decimals = self.run(&mut digits)?;
        }
        let mut exponent = 0;
        let raised = !grouped && matches!(self.peek(), Some('e' | 'E'));
        if raised {
            self.take();
            exponent = self.exponent()?;
        }
        self.skip_spaces();
        if !grouped && !marked && !raised && self.take_if('/') {
            return self.fraction(&digits);
        }
        if self.take_if('%') {
            exponent -= 2;
        }
        if self.peek().is_some() {
            return Err(self.wrong());
        }
        Ok(digits.times_power_of_ten(exponent - decimals))
    }

    fn fraction(&mut self, over: &Digits) -> Result<Rational, NumberError> {
        self.skip_spaces();
        let mut under = Digits::default();
        self.run(&mut under)?;
        if self.peek().is_some() {
            return Err(self.wrong());
        }
        let (over, under) = (over.times_power_of_ten(0), under.times_power_of_ten(0));
        over.checked_div(&under).ok_or(NumberError::ZeroDenominator)
    }

    /// Reads digits, at least one; returns how many.
    fn run(&mut self, digits: &mut Digits) -> Result<i32, NumberError> {
        let mut count = 0;
        loop {
            match self.peek() {
                Some(next) if digits.push(next) => count += 1,
                Some('_') if count > 0 && self.underscore_separates() => {}
                _ if count == 0 => return Err(self.wrong()),
                _ => return Ok(count),
            }
            self.take();
        }
    }

    fn underscore_separates(&self) -> bool {
        self.notation == Notation::Neutral && self.peek_second().is_some_and(|next| next.is_ascii_digit())
    }

    /// Reads the digits before the decimal mark; says whether they are grouped.
    fn whole(&mut self, digits: &mut Digits) -> Result<bool, NumberError> {
        let starts_with_zero = self.peek() == Some('0');
        let mut run = self.run(digits)?;
        let mut separator = None;
        while let Some(mark) = self.peek() {
            let groups = self.notation.groups_with(mark)
                && self.peek_second().is_some_and(|next| next.is_ascii_digit());
            if !groups {
                break;
            }
            let position = self.position + 1;
            let allowed = match separator {
                // Nobody groups `0,123`: that comma is a decimal mark.
                None => run <= 3 && !starts_with_zero,
                Some(before) => before == mark,
            };
            self.take();
            run = self.run(digits)?;
            if !allowed || run != 3 {
                return Err(NumberError::Grouping { separator: mark, position });
            }
            separator = Some(mark);
        }
        Ok(separator.is_some())
    }

    fn exponent(&mut self) -> Result<i32, NumberError> {
        let negative = self.take_if('-');
        if !negative {
            self.take_if('+');
        }
        let mut digits = Digits::default();
        self.run(&mut digits)?;
        let size = i32::try_from(digits.small).unwrap_or(i32::MAX);
        if digits.big.is_some() || size > EXPONENT_LIMIT {
            return Err(NumberError::ExponentTooLarge { limit: EXPONENT_LIMIT });
        }
        Ok(if negative { -size } else { size })
    }
}

/// Digits read so far: in an `i64` while they fit, in a big integer beyond.
#[derive(Default)]
struct Digits {
    small: i64,
    /// Takes over from `small` once set.
    big: Option<BigInt>,
}

impl Digits {
    /// Adds a digit; says whether the character was one.
    fn push(&mut self, character: char) -> bool {
        let Some(digit) = character.to_digit(10).filter(|_| character.is_ascii()) else {
            return false;
        };
        if let Some(big) = &mut self.big {
            *big *= 10_u32;
            *big += digit;
            return true;
        }
        let longer = self.small.checked_mul(10);
        match longer.and_then(|longer| longer.checked_add(i64::from(digit))) {
            Some(longer) => self.small = longer,
            None => self.big = Some(BigInt::from(self.small) * 10_u32 + digit),
        }
        true
    }

    fn times_power_of_ten(&self, power: i32) -> Rational {
        let size = power.unsigned_abs();
        if power <= 0 && self.big.is_none() {
            return Rational::decimal(self.small, size);
        }
        let digits = match &self.big {
            Some(big) => Rational::from(big.clone()),
            None => Rational::from(self.small),
        };
        if power > 0 {
            digits * power_of_ten(size)
        } else {
            // A power of ten is not zero.
            digits.checked_div(&power_of_ten(size)).unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests;
