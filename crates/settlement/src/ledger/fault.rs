//! What is wrong with a ledger that was read: it was not written like this.

use exact::Cents;
use jiff::civil::Date;
use rulebook::{Text, text};

use crate::{Digest, PaymentKey};

/// A fault and where it is; the ledger is not believable from there on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.text().en)]
pub struct Fault {
    /// Where.
    pub at: Where,
    /// What.
    pub kind: FaultKind,
}

/// A place in a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// A line of the file, from 1.
    Line(usize),
    /// A line that a writer left beside the ledger, from 1.
    LeftLine(usize),
    /// An entry, by its number.
    Entry(u64),
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// A line is not an entry.
    Unreadable {
        /// What the reader of JSON says.
        cause: String,
    },
    /// Lines that a writer left belong elsewhere.
    Left,
    /// A number is missing or comes twice.
    Sequence {
        /// The number that should follow.
        expected: u64,
    },
    /// The hash of the entry before is another one.
    Chain {
        /// The hash of the entry before.
        expected: Digest,
    },
    /// The contents are not those that were hashed.
    Hash {
        /// The hash of the contents.
        computed: Digest,
    },
    /// The version of its form is not that of what it says.
    Format,
    /// The dates are not those that a writer gives.
    Dates {
        /// The date that should be recorded.
        expected: Date,
    },
    /// The postings of a currency do not sum to zero.
    Unbalanced {
        /// What they sum to.
        total: i128,
    },
    /// The postings are not those of what happened.
    Postings,
    /// The key is not that of what happened.
    Key {
        /// The key as it should be.
        expected: String,
    },
    /// Another entry has this key.
    KeyTwice,
    /// A field is empty or too long.
    Name {
        /// Which.
        of: &'static str,
    },
    /// An amount is zero where something must move.
    NoAmount,
    /// Amounts are beyond the limits.
    TooLarge,
    /// The statement is published already, or not yet.
    Order,
    /// The payer or the currency is not that of the publication.
    OtherTerms,
    /// The entry to correct is not the publication in force.
    Corrects {
        /// The one in force.
        expected: u64,
    },
    /// The same engine published the same run with other amounts.
    Contradicts {
        /// The entry that did.
        entry: u64,
    },
    /// A posting does not follow the ones before of its step.
    Posting {
        /// Its key.
        key: PaymentKey,
    },
    /// A payment is not what was due: already paid, not yet due, not posted, or another amount.
    NotDue {
        /// What was due in all.
        expected: Cents,
    },
}

impl FaultKind {
    fn text(&self) -> Text {
        match self {
            Self::Unreadable { cause } => {
                text!("n'est pas une écriture ({cause})", "is not an entry ({cause})")
            }
            Self::Left => text!(
                "a été laissée par une écriture interrompue d'un autre registre, ou celui-ci a changé depuis",
                "was left by an interrupted write to another ledger, or this one has changed since"
            ),
            Self::Sequence { expected } => {
                text!("devrait porter le numéro {expected}", "should have the number {expected}")
            }
            Self::Chain { expected } => text!(
                "ne suit pas l'écriture précédente, dont l'empreinte est {expected}",
                "does not follow the entry before, whose hash is {expected}"
            ),
            Self::Hash { computed } => text!(
                "a été modifiée : l'empreinte de son contenu est {computed}",
                "was changed: the hash of its contents is {computed}"
            ),
            Self::Format => text!(
                "porte un numéro de format qui n'est pas celui de ce qu'elle dit",
                "has the number of another format than that of what it says"
            ),
            Self::Dates { expected } => {
                text!("devrait être datée du {expected}", "should be dated {expected}")
            }
            Self::Unbalanced { total } => text!(
                "n'est pas équilibrée : ses mouvements font {total} centimes",
                "does not balance: its postings sum to {total} cents"
            ),
            Self::Postings => text!(
                "a des mouvements qui ne sont pas ceux de ce qu'elle dit",
                "has postings that are not those of what it says"
            ),
            Self::Key { expected } => {
                text!("devrait avoir la clé {expected}", "should have the key {expected}")
            }
            Self::KeyTwice => text!("a la clé d'une autre écriture", "has the key of another entry"),
            Self::Name { of } => {
                text!("a un champ `{of}` vide ou trop long", "has a field `{of}` that is empty or too long")
            }
            Self::NoAmount => text!("porte un montant nul", "has an amount of zero"),
            Self::TooLarge => text!("porte des montants trop grands", "has amounts that are too large"),
            Self::Order => text!(
                "publie un relevé déjà publié, ou suit un relevé qui ne l'est pas",
                "publishes a statement that is published already, or follows one that is not"
            ),
            Self::OtherTerms => text!(
                "change le payeur ou la monnaie du relevé",
                "changes the payer or the currency of the statement"
            ),
            Self::Corrects { expected } => {
                text!("devrait corriger l'écriture {expected}", "should correct the entry {expected}")
            }
            Self::Contradicts { entry } => text!(
                "donne d'autres montants au calcul que l'écriture {entry} a publié par la même version de Quotepart",
                "gives other amounts to the run that entry {entry} published by the same version of Quotepart"
            ),
            Self::Posting { key } => text!(
                "inscrit {key}, qui ne suit pas ce qui précède",
                "posts {key}, which does not follow what comes before"
            ),
            Self::NotDue { expected } => text!(
                "ne paie pas ce qui était dû et non payé ({expected})",
                "does not pay what was due and unpaid ({expected})"
            ),
        }
    }
}

impl Fault {
    /// Returns what to tell people.
    pub fn text(&self) -> Text {
        let place = match self.at {
            Where::Line(line) => text!("la ligne {line}", "line {line}"),
            Where::LeftLine(line) => text!("la ligne laissée {line}", "the left line {line}"),
            Where::Entry(sequence) => text!("l'écriture {sequence}", "entry {sequence}"),
        };
        let what = self.kind.text();
        Text::new(format!("{} {}", place.fr, what.fr), format!("{} {}", place.en, what.en))
    }
}
