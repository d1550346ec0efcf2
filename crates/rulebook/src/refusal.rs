//! Why a subject is refused: it is never guessed.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{EntityId, Text};

/// The stable name of a reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// A required fact is absent.
    MissingFact,
    /// A fact is of another type.
    WrongType,
    /// A fact is not a value of its enumeration.
    UnknownValue,
    /// A fact lies beyond its bounds.
    OutOfBounds,
    /// A fact is not a whole number.
    NotWhole,
    /// Two rows have one id.
    Duplicate,
    /// The entity above does not exist.
    Orphan,
    /// A check of the rulebook is broken.
    Check,
    /// A division by zero was reached.
    DivisionByZero,
    /// A table has no value there.
    NoValue,
    /// A value with status unknown was reached.
    Unknown,
    /// A least, greatest or mean over nothing was reached.
    EmptyAggregate,
    /// A number grew beyond all measure.
    NumberTooLarge,
    /// An allocation cannot be carried out.
    Allocation,
    /// An entity below was refused.
    Child,
    /// Official mode does not vouch for a value.
    Official,
    /// Another subject is refused and a rule reads all subjects together.
    Blocked,
}

impl Reason {
    /// Every reason with its name.
    pub const ALL: [(Self, &'static str); 17] = [
        (Self::MissingFact, "missing_fact"),
        (Self::WrongType, "wrong_type"),
        (Self::UnknownValue, "unknown_value"),
        (Self::OutOfBounds, "out_of_bounds"),
        (Self::NotWhole, "not_whole"),
        (Self::Duplicate, "duplicate"),
        (Self::Orphan, "orphan"),
        (Self::Check, "check"),
        (Self::DivisionByZero, "division_by_zero"),
        (Self::NoValue, "no_value"),
        (Self::Unknown, "unknown"),
        (Self::EmptyAggregate, "empty_aggregate"),
        (Self::NumberTooLarge, "number_too_large"),
        (Self::Allocation, "allocation"),
        (Self::Child, "child"),
        (Self::Official, "official"),
        (Self::Blocked, "blocked"),
    ];

    /// Returns the words for people.
    pub fn label(self) -> Text {
        let (fr, en) = match self {
            Self::MissingFact => ("un fait obligatoire manque", "a required fact is missing"),
            Self::WrongType => ("un fait n'est pas de la bonne nature", "a fact is of another kind"),
            Self::UnknownValue => ("un fait n'est pas une valeur connue", "a fact is not a known value"),
            Self::OutOfBounds => ("un fait est hors des bornes", "a fact lies beyond its bounds"),
            Self::NotWhole => ("un fait devrait être un nombre entier", "a fact should be a whole number"),
            Self::Duplicate => ("plusieurs lignes ont le même identifiant", "several rows have the same id"),
            Self::Orphan => ("l'entité au-dessus n'existe pas", "the entity above does not exist"),
            Self::Check => ("un contrôle du contrat n'est pas respecté", "a check of the rulebook is broken"),
            Self::DivisionByZero => ("une division par zéro", "a division by zero"),
            Self::NoValue => {
                ("une table n'a pas de valeur pour ce cas", "a table has no value for this case")
            }
            Self::Unknown => {
                ("une valeur du contrat n'est pas connue", "a value of the contract is not known")
            }
            Self::EmptyAggregate => {
                ("un minimum, un maximum ou une moyenne sur rien", "a least, greatest or mean over nothing")
            }
            Self::NumberTooLarge => ("un nombre devient démesuré", "a number grows beyond all measure"),
            Self::Allocation => ("une répartition est impossible", "an allocation cannot be carried out"),
            Self::Child => ("une entité au-dessous est refusée", "an entity below is refused"),
            Self::Official => {
                ("le mode officiel n'atteste pas une valeur", "official mode does not vouch for a value")
            }
            Self::Blocked => (
                "un autre sujet est refusé et une règle les lit tous",
                "another subject is refused and a rule reads them all",
            ),
        };
        Text::new(fr, en)
    }

    /// Returns the stable name.
    pub fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(reason, _)| *reason == self).map_or("", |(_, name)| name)
    }

    /// Returns the reason of a name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| *known == name).map(|(reason, _)| reason)
    }
}

/// A refused subject or lower entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The entity.
    pub entity: EntityId,
    /// The row of the facts, when there is one.
    pub row: Option<usize>,
    /// Its id.
    pub id: String,
    /// The reason.
    pub reason: Reason,
    /// The name of the fact, check, rule or table concerned.
    pub about: String,
    /// A sentence for people.
    pub message: Text,
    /// The file and line of the fact, when it came from a file.
    pub place: Option<(Arc<str>, u64)>,
}
