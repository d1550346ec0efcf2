//! Changes of facts: a number added, multiplied or set, for every row of the entity that owns the fact.

use exact::Rational;

use crate::book::{DefaultValue, Input};
use crate::diagnostic::{Code, Diagnostic};
use crate::facts::{Column, Facts, check_bounds};
use crate::model::RawValue;
use crate::refusal::{Reason, Refusal};
use crate::value::{Notation, read_value};
use crate::{InputId, Rulebook, Text, Type, Value, text};

/// The most decimals of a number in a message.
const DECIMALS_SHOWN: u32 = 12;

/// What is done to a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// A number is added.
    Add(Rational),
    /// The number is multiplied.
    Multiply(Rational),
    /// The value is replaced.
    Set(Value),
}

/// A change of one fact, for every row of its entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FactChange {
    /// The fact.
    pub input: InputId,
    /// What is done to it.
    pub operation: Operation,
    /// The same as it is written: `add = 500`.
    pub written: String,
    /// Where it is written: the path of a change file or of a grid.
    pub from: String,
}

/// The keys of a change of a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DeclaredOperation {
    Add,
    Multiply,
    Set,
}

impl DeclaredOperation {
    /// Every operation with its key.
    pub(super) const ALL: [(Self, &'static str); 3] =
        [(Self::Add, "add"), (Self::Multiply, "multiply"), (Self::Set, "set")];

    /// Returns the operation of a key.
    pub(super) fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == key).map(|(operation, _)| operation)
    }

    fn key(self) -> &'static str {
        Self::ALL.into_iter().find(|(operation, _)| *operation == self).map_or("", |(_, key)| key)
    }
}

/// A change of a fact as it is declared.
#[derive(Debug, Clone)]
pub(super) struct FactDecl {
    pub(super) name: String,
    pub(super) operation: DeclaredOperation,
    pub(super) raw: RawValue,
    pub(super) from: String,
}

impl FactDecl {
    /// Types the value; none when it does not fit the fact, which is reported.
    pub(super) fn resolve(&self, book: &Rulebook, findings: &mut Vec<Diagnostic>) -> Option<FactChange> {
        let at = book.inputs.iter().position(|input| input.decl.named.name == self.name)?;
        let (name, key, words) = (&self.name, self.operation.key(), &self.raw.text);
        let kind = &book.inputs.get(at)?.kind;
        if self.operation != DeclaredOperation::Set && !matches!(kind, Type::Number(_)) {
            findings.push(
                Diagnostic::error(
                    Code::BAD_CHANGE,
                    self.raw.place.clone(),
                    text!(
                        "`{key}` va avec un nombre, et `{name}` n'en est pas un",
                        "`{key}` goes with a number, and `{name}` is none"
                    ),
                )
                .help(text!("écrire `set`", "write `set`")),
            );
            return None;
        }
        let value = match read_value(words, kind, &book.enums, Notation::Neutral) {
            Ok(value) => value,
            Err(wrong) => {
                let finding = Diagnostic::error(Code::BAD_VALUE, self.raw.place.clone(), wrong.message);
                findings.push(finding.help(wrong.help));
                return None;
            }
        };
        let operation = match (self.operation, value) {
            (DeclaredOperation::Add, Value::Number(number)) => Operation::Add(number),
            (DeclaredOperation::Multiply, Value::Number(number)) => Operation::Multiply(number),
            (_, value) => Operation::Set(value),
        };
        let written = format!("{key} = {words}");
        Some(FactChange { input: InputId(at), operation, written, from: self.from.clone() })
    }
}

impl FactChange {
    /// Returns the facts with changes carried out one after the other.
    ///
    /// An absent number counts as its default; without one it stays absent. A row that a change pushes beyond the
    /// bounds of its fact is refused, and the refusal says which change did it.
    pub fn apply(changes: &[Self], book: &Rulebook, facts: &Facts) -> Facts {
        let mut changed = facts.clone();
        for change in changes {
            change.carry_out(book, &mut changed);
        }
        changed.refused.sort_by_key(|refusal| (refusal.entity, refusal.row));
        changed.refused.dedup_by(|later, first| {
            later.row.is_some() && (later.entity, later.row) == (first.entity, first.row)
        });
        changed
    }

    fn carry_out(&self, book: &Rulebook, facts: &mut Facts) {
        let Some(input) = book.inputs.get(self.input.0) else { return };
        let Some(rows) = facts.entities.get_mut(input.of.0) else { return };
        let mut refused = Vec::new();
        let mut values = Vec::with_capacity(rows.ids.len());
        for (row, id) in rows.ids.iter().enumerate() {
            values.push(match self.value(input, rows.cell(self.input, row)) {
                Ok(value) => value,
                Err((reason, message)) => {
                    refused.push(Refusal {
                        entity: input.of,
                        row: Some(row),
                        id: id.clone(),
                        reason,
                        about: input.decl.named.name.clone(),
                        message,
                        place: rows.place(row),
                    });
                    None
                }
            });
        }
        let column = Column::new(self.input, &input.kind, values);
        match rows.columns.iter_mut().find(|column| column.input == self.input) {
            Some(known) => *known = column,
            None => rows.columns.push(column),
        }
        facts.refused.extend(refused);
    }

    /// Returns the new value of a cell.
    fn value(&self, input: &Input, old: Option<Value>) -> Result<Option<Value>, (Reason, Text)> {
        let number = || {
            let default = match &input.default {
                Some(DefaultValue::Plain(value)) => Some(value.clone()),
                _ => None,
            };
            old.or(default).and_then(|value| value.as_number().cloned())
        };
        let new = match &self.operation {
            Operation::Set(value) => Some(value.clone()),
            Operation::Add(more) => number().map(|number| Value::Number(&number + more)),
            Operation::Multiply(by) => number().map(|number| Value::Number(&number * by)),
        };
        if let Some(Value::Number(number)) = &new {
            let (words, _) = number.to_decimal(DECIMALS_SHOWN);
            check_bounds(input, number, &words)
                .map_err(|(reason, message)| (reason, self.blamed(&message)))?;
        }
        Ok(new)
    }

    /// Says that it is the change which pushed a fact beyond its bounds.
    fn blamed(&self, message: &Text) -> Text {
        let (written, from) = (&self.written, &self.from);
        Text::new(
            format!("{} ; c'est le changement qui l'y porte ({from} : {written})", message.fr),
            format!("{}; it is the change that brought it there ({from}: {written})", message.en),
        )
    }
}
