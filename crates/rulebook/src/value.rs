//! Values, their types, and how one is read from its text.

use exact::{NumberStyle, Rational, Unit};
use jiff::civil::Date;

use crate::{EnumId, Text, model::Enumeration, nearest::suggestion, text};

/// The type of a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Type {
    /// An exact number with its unit.
    Number(Unit),
    /// True or false.
    Bool,
    /// A calendar day.
    Date,
    /// A value of a declared enumeration.
    Enum(EnumId),
}

/// A value; its unit or enumeration is known from where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// An exact number.
    Number(Rational),
    /// True or false.
    Bool(bool),
    /// A calendar day.
    Date(Date),
    /// The index of a value in its enumeration.
    Enum(usize),
}

impl Value {
    /// Returns the number, if it is one.
    pub fn as_number(&self) -> Option<&Rational> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// Returns the truth value, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(truth) => Some(*truth),
            _ => None,
        }
    }

    /// Returns the date, if it is one.
    pub fn as_date(&self) -> Option<Date> {
        match self {
            Self::Date(date) => Some(*date),
            _ => None,
        }
    }
}

/// How numbers are written where a value is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// The notation of rulebook files: `7`, `0.05`, `5 %`, `2/3`.
    Neutral,
    /// The notation of a file of facts.
    Styled(NumberStyle),
}

/// Why a text is not a value of the wanted type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAValue {
    /// Whether the text is an unknown value of an enumeration (else it is of another type).
    pub unknown: bool,
    /// What is wrong, as a sentence fragment about the value.
    pub message: Text,
    /// What to do.
    pub help: Option<Text>,
}

/// Reads a value of a type from its text.
pub fn read_value(
    words: &str,
    wanted: &Type,
    enums: &[Enumeration],
    notation: Notation,
) -> Result<Value, NotAValue> {
    let words = words.trim();
    match wanted {
        Type::Number(_) => read_number(words, notation),
        Type::Bool => read_bool(words),
        Type::Date => read_date(words),
        Type::Enum(id) => read_enum(words, &enums[id.0]),
    }
}

fn read_number(words: &str, notation: Notation) -> Result<Value, NotAValue> {
    let number = match notation {
        Notation::Neutral => Rational::parse(words),
        Notation::Styled(style) => exact::parse_number(words, style),
    };
    number.map(Value::Number).map_err(|error| NotAValue {
        unknown: false,
        message: text!("`{words}` n'est pas un nombre", "`{words}` is not a number ({error})"),
        help: Some(match notation {
            Notation::Neutral => text!(
                "un nombre s'écrit 7, 0.05, \"5 %\" ou \"2/3\"",
                "a number is written 7, 0.05, \"5 %\" or \"2/3\""
            ),
            Notation::Styled(NumberStyle::French) => text!(
                "les nombres de ce fichier sont lus à la française : 1 234,56",
                "the numbers of this file are read in the French way: 1 234,56"
            ),
            Notation::Styled(NumberStyle::English) => text!(
                "les nombres de ce fichier sont lus à l'anglaise : 1,234.56",
                "the numbers of this file are read in the English way: 1,234.56"
            ),
        }),
    })
}

fn read_bool(words: &str) -> Result<Value, NotAValue> {
    // As programs write it; people's words follow.
    match words {
        "true" => return Ok(Value::Bool(true)),
        "false" => return Ok(Value::Bool(false)),
        _ => {}
    }
    match words.to_lowercase().as_str() {
        "true" | "vrai" | "oui" | "yes" | "1" => Ok(Value::Bool(true)),
        "false" | "faux" | "non" | "no" | "0" => Ok(Value::Bool(false)),
        _ => Err(NotAValue {
            unknown: false,
            message: text!("`{words}` n'est ni vrai ni faux", "`{words}` is neither true nor false"),
            help: Some(text!("écrire true ou false", "write true or false")),
        }),
    }
}

fn read_date(words: &str) -> Result<Value, NotAValue> {
    let iso = words.parse::<Date>().ok().filter(|_| words.len() == 10);
    let french = || Date::strptime("%d/%m/%Y", words).ok();
    iso.or_else(french).map(Value::Date).ok_or_else(|| NotAValue {
        unknown: false,
        message: text!("`{words}` n'est pas une date", "`{words}` is not a date"),
        help: Some(text!(
            "une date s'écrit 2022-12-31 ou 31/12/2022",
            "a date is written 2022-12-31 or 31/12/2022"
        )),
    })
}

fn read_enum(words: &str, enumeration: &Enumeration) -> Result<Value, NotAValue> {
    let names = || enumeration.values.iter().map(|value| value.name.as_str());
    names().position(|name| name == words).map(Value::Enum).ok_or_else(|| {
        let list = names().collect::<Vec<_>>().join(", ");
        NotAValue {
            unknown: true,
            message: text!(
                "`{words}` n'est pas une valeur connue ({list})",
                "`{words}` is not a known value ({list})"
            ),
            help: suggestion(words, names().collect::<Vec<_>>()),
        }
    })
}
