//! One encoding of values as bytes, made to be hashed: every field carries its length, so that none can be confused.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use exact::Cents;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::wire;
use crate::{StatementKey, Step};

/// A SHA-256 hash, printed as 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(#[serde(with = "wire::word")] Hexadecimal);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Hexadecimal([u8; 32]);

/// Says that a text is not a hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a hash has 64 hexadecimal digits in lower case, unlike `{text}`")]
pub struct NotADigest {
    /// The text.
    pub text: String,
}

impl Digest {
    /// What stands before the first entry: no hash is ever this one.
    pub const NONE: Self = Self(Hexadecimal([0; 32]));
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Digest {
    type Err = NotADigest;

    fn from_str(text: &str) -> Result<Self, NotADigest> {
        text.parse().map(Self)
    }
}

impl fmt::Display for Hexadecimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digit = |half: u8| if half < 10 { b'0' + half } else { b'a' + half - 10 };
        let mut digits = [b'0'; 64];
        let (pairs, _) = digits.as_chunks_mut::<2>();
        for (pair, byte) in pairs.iter_mut().zip(self.0) {
            *pair = [digit(byte >> 4), digit(byte & 15)];
        }
        f.write_str(std::str::from_utf8(&digits).unwrap_or_default())
    }
}

impl FromStr for Hexadecimal {
    type Err = NotADigest;

    fn from_str(text: &str) -> Result<Self, NotADigest> {
        let wrong = || NotADigest { text: text.chars().take(80).collect() };
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' => Some(byte - b'a' + 10),
            _ => None,
        };
        let mut bytes = [0; 32];
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != bytes.len() || !rest.is_empty() {
            return Err(wrong());
        }
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = digit(*high).zip(digit(*low)).map(|(high, low)| high * 16 + low).ok_or_else(wrong)?;
        }
        Ok(Self(bytes))
    }
}

/// Takes the fields of a value one by one and hashes them.
pub(crate) struct Canonical {
    /// The fields so far, each after its length.
    bytes: String,
    /// Where a field is written that is not a text yet.
    field: String,
}

impl Canonical {
    /// Begins with the name and version of what is hashed.
    pub(crate) fn of(what: &str) -> Self {
        Self { bytes: String::with_capacity(1024), field: String::new() }.text(what)
    }

    pub(crate) fn text(mut self, words: &str) -> Self {
        let _infallible = write!(self.bytes, "{}:{words}", words.len());
        self
    }

    /// Adds a field as it is printed.
    pub(crate) fn shown(mut self, value: impl fmt::Display) -> Self {
        self.field.clear();
        let _infallible = write!(self.field, "{value}");
        let _infallible = write!(self.bytes, "{}:{}", self.field.len(), self.field);
        self
    }

    pub(crate) fn optional(self, words: Option<&str>) -> Self {
        match words {
            Some(words) => self.count(1).text(words),
            None => self.count(0),
        }
    }

    pub(crate) fn number(self, number: u64) -> Self {
        self.shown(number)
    }

    pub(crate) fn count(self, count: usize) -> Self {
        self.shown(count)
    }

    pub(crate) fn amount(self, amount: Cents) -> Self {
        self.shown(amount.get())
    }

    pub(crate) fn date(self, date: Date) -> Self {
        self.shown(date)
    }

    pub(crate) fn digest(self, digest: Digest) -> Self {
        self.shown(digest)
    }

    pub(crate) fn statement(self, key: &StatementKey) -> Self {
        self.text(&key.instrument).text(&key.subject).date(key.first).date(key.last)
    }

    pub(crate) fn step(self, step: &Step) -> Self {
        match step {
            Step::Instalment { rule, number } => {
                self.text("instalment").text(rule).number(u64::from(*number))
            }
            Step::Adjustment { reference } => self.text("adjustment").text(reference),
        }
    }

    /// Adds a list: its length, then its items.
    pub(crate) fn list<T>(self, items: &[T], add: impl FnMut(Self, &T) -> Self) -> Self {
        let counted = self.count(items.len());
        items.iter().fold(counted, add)
    }

    pub(crate) fn finish(self) -> Digest {
        Digest(Hexadecimal(Sha256::digest(&self.bytes).into()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Canonical, Digest};

    #[test]
    fn fields_are_not_confused() {
        let one = Canonical::of("test").text("ab").text("c").finish();
        let other = Canonical::of("test").text("a").text("bc").finish();
        assert_ne!(one, other);
        let none = Canonical::of("test").optional(None).text("x").finish();
        let some = Canonical::of("test").optional(Some("x")).finish();
        assert_ne!(none, some);
    }

    #[test]
    fn a_digest_has_one_spelling() {
        let digest = Canonical::of("test").finish();
        let text = digest.to_string();
        assert_eq!(text.parse::<Digest>().unwrap(), digest);
        assert!(text.to_uppercase().parse::<Digest>().is_err());
        assert!("12".parse::<Digest>().is_err());
        assert!(format!("{text}0").parse::<Digest>().is_err());
        assert_eq!(Digest::NONE.to_string(), "0".repeat(64));
    }
}
