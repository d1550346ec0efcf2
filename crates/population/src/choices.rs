//! Choices: what a source of measures leaves open, as values that a payer can change.

use std::collections::BTreeMap;

use toml::Value;

use crate::finding::{Code, Finding};
use crate::toml_reader::Reader;
use crate::{Text, words};

/// A value of a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChoiceValue {
    /// A whole number.
    Integer(i64),
    /// True or false.
    Truth(bool),
    /// Codes, at least one.
    Codes(Vec<String>),
    /// The name of a value set.
    ValueSet(String),
}

/// A choice with its label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The value.
    pub value: ChoiceValue,
    /// What is chosen.
    pub label: Text,
}

/// Choices by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choices(pub BTreeMap<String, Choice>);

impl Choices {
    /// Returns the value of a choice.
    pub fn get(&self, name: &str) -> Option<&ChoiceValue> {
        self.0.get(name).map(|choice| &choice.value)
    }

    /// Returns these choices, with those of another that have a name of their own or replace one.
    #[must_use]
    pub fn overlaid(mut self, other: &Self) -> Self {
        for (name, choice) in &other.0 {
            self.0.insert(name.clone(), choice.clone());
        }
        self
    }

    /// Changes a value. A name that is not a choice, or a value of another kind, changes nothing and returns false.
    pub fn set(&mut self, name: &str, value: ChoiceValue) -> bool {
        let Some(choice) = self.0.get_mut(name) else { return false };
        if std::mem::discriminant(&choice.value) != std::mem::discriminant(&value) {
            return false;
        }
        choice.value = value;
        true
    }

    /// Reads the table `[choices]`.
    pub(crate) fn read(reader: &Reader<'_>, findings: &mut Vec<Finding>) -> Self {
        let mut choices = BTreeMap::new();
        for name in reader.keys() {
            let Some(inside) = reader.inside(name, findings) else { continue };
            inside.only(&["value", "value_set", "label"], findings);
            let label = inside.words("label", findings);
            let value = match (inside.value("value"), inside.value("value_set")) {
                (Some(value), None) => value_of(value),
                (None, Some(Value::String(set))) => Some(ChoiceValue::ValueSet(set.clone())),
                _ => None,
            };
            match value {
                Some(value) => {
                    choices.insert(name.to_owned(), Choice { value, label });
                }
                None => findings.push(Finding::error(
                    Code::BAD_VALUE,
                    reader.file,
                    reader.key(name),
                    words!("le choix n'a pas de valeur utilisable", "the choice has no usable value"),
                    words!(
                        "écrire `value` avec un nombre entier, `true`, `false` ou une liste de codes, ou `value_set` avec le nom d'une liste",
                        "write `value` with a whole number, `true`, `false` or a list of codes, or `value_set` with the name of a list"
                    ),
                )),
            }
        }
        Self(choices)
    }
}

/// Returns the value of a choice out of TOML; none for a value that no choice has.
pub(crate) fn value_of(value: &Value) -> Option<ChoiceValue> {
    match value {
        Value::Integer(number) => Some(ChoiceValue::Integer(*number)),
        Value::Boolean(truth) => Some(ChoiceValue::Truth(*truth)),
        Value::String(set) => Some(ChoiceValue::ValueSet(set.clone())),
        Value::Array(items) if !items.is_empty() => items
            .iter()
            .map(|item| item.as_str().map(str::to_owned))
            .collect::<Option<_>>()
            .map(ChoiceValue::Codes),
        _ => None,
    }
}
