//! Names of what is owed: which statement, which step of its schedule, which posting of that step.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::wire;

/// Names a statement: one subject of one instrument in one period.
///
/// Printed as `instrument/subject/2024-01-01..2024-12-31`, with what would confuse it escaped.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatementKey {
    /// The name of the rulebook.
    pub instrument: String,
    /// The id of who is paid; below the subject of the rulebook it is `entity/id`.
    pub subject: String,
    /// The first day of the period.
    #[serde(with = "wire::date")]
    pub first: Date,
    /// The last day of the period.
    #[serde(with = "wire::date")]
    pub last: Date,
}

/// A step of what is owed under a statement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// An instalment of a paying rule, as the schedule of the rulebook numbers it, from 1.
    Instalment {
        /// The rule's name.
        rule: String,
        /// The instalment's number.
        number: u32,
    },
    /// A discretionary adjustment, by the reference that its author gave it.
    Adjustment {
        /// The reference.
        reference: String,
    },
}

/// Names one posted amount: it can be paid once under this key and never again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PaymentKey {
    /// The statement.
    pub statement: StatementKey,
    /// The step of its schedule.
    pub step: Step,
    /// The number of the posting of this step, from 1: the first publication, then each correction.
    pub sequence: u32,
}

impl fmt::Display for StatementKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (instrument, subject) = (Escaped(&self.instrument), Escaped(&self.subject));
        write!(f, "{instrument}/{subject}/{}..{}", self.first, self.last)
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instalment { rule, number } => write!(f, "{}/{number}", Escaped(rule)),
            // A rule has no empty name, so that nothing else begins like this.
            Self::Adjustment { reference } => write!(f, "/{}", Escaped(reference)),
        }
    }
}

impl fmt::Display for PaymentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.statement, self.step, self.sequence)
    }
}

/// Prints a name so that it holds no separator of ours: `/`, `:`, `%` and control characters become `%2F`…
pub(crate) struct Escaped<'a>(pub(crate) &'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_escaped = |letter: char| matches!(letter, '/' | ':' | '%') || letter.is_control();
        if !self.0.contains(is_escaped) {
            return f.write_str(self.0);
        }
        let mut buffer = [0; 4];
        for letter in self.0.chars() {
            if is_escaped(letter) {
                for byte in letter.encode_utf8(&mut buffer).bytes() {
                    write!(f, "%{byte:02X}")?;
                }
            } else {
                write!(f, "{letter}")?;
            }
        }
        Ok(())
    }
}

/// Says that a text is not an escaped name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an escaped name")]
pub(crate) struct NotEscaped {
    text: String,
}

/// Reads a name that [`Escaped`] printed, in its one spelling.
pub(crate) fn unescape(text: &str) -> Result<String, NotEscaped> {
    let wrong = || NotEscaped { text: text.to_owned() };
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let pair = [rest.next().ok_or_else(wrong)?, rest.next().ok_or_else(wrong)?];
            let digits = std::str::from_utf8(&pair).map_err(|_| wrong())?;
            bytes.push(u8::from_str_radix(digits, 16).map_err(|_| wrong())?);
        } else {
            bytes.push(byte);
        }
    }
    let name = String::from_utf8(bytes).map_err(|_| wrong())?;
    if Escaped(&name).to_string() == text { Ok(name) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::{Escaped, Step, unescape};

    #[track_caller]
    fn check(name: &str, expected: &str) {
        let escaped = Escaped(name).to_string();
        assert_eq!(escaped, expected);
        assert_eq!(unescape(&escaped).unwrap(), name);
    }

    #[test]
    fn names_are_escaped_and_read_back() {
        check("equipe-1", "equipe-1");
        check("a/b:c%d", "a%2Fb%3Ac%25d");
        check("École 7", "École 7");
        check("a\nb\u{85}", "a%0Ab%C2%85");
    }

    #[test]
    fn there_is_one_spelling() {
        for wrong in ["%", "%2", "%zz", "%2f", "%41", "a/b", "%+2", "%FF"] {
            assert!(unescape(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn steps_are_told_apart() {
        let instalment = Step::Instalment { rule: "a".to_owned(), number: 1 };
        let adjustment = Step::Adjustment { reference: "a/1".to_owned() };
        assert_eq!(instalment.to_string(), "a/1");
        assert_eq!(adjustment.to_string(), "/a%2F1");
    }
}
