//! What a command did, and what is worth knowing about it.

use jiff::civil::Date;
use rulebook::{Text, text};

use super::entry::Entry;
use super::refusal::short;
use crate::StatementKey;

/// The entries to append, in this order, and notes for whoever asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outcome {
    /// The entries; none when everything was done before.
    pub entries: Vec<Entry>,
    /// The notes.
    pub notes: Vec<Note>,
}

/// Something worth knowing about a command that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// Statements are published by this very run already.
    AlreadyPublished {
        /// How many.
        statements: usize,
        /// The run of one of them.
        run: String,
    },
    /// A published statement of the same instrument and period is not among those of the run: it stays as it is.
    Kept {
        /// Which.
        statement: StatementKey,
    },
    /// Nothing is due and unpaid up to the day.
    NothingDue {
        /// The day.
        due: Date,
    },
    /// The adjustment was made before.
    AlreadyAdjusted {
        /// The entry.
        entry: u64,
    },
    /// The date given is before that of the last entry, which is taken instead.
    ClockWentBack {
        /// The date given.
        given: Date,
        /// The date under which the entries stand.
        recorded: Date,
    },
}

impl Note {
    /// Returns what to tell people.
    pub fn text(&self) -> Text {
        match self {
            Self::AlreadyPublished { statements, run } => {
                let run = short(run);
                text!(
                    "déjà publiés par le calcul {run} : {statements} relevés, rien à refaire",
                    "already published by run {run}: {statements} statements, nothing to do again"
                )
            }
            Self::Kept { statement } => text!(
                "{statement} est publié et absent de ce calcul : il reste tel quel",
                "{statement} is published and absent from this run: it stays as it is"
            ),
            Self::NothingDue { due } => text!("rien à payer au {due}", "nothing to pay by {due}"),
            Self::AlreadyAdjusted { entry } => text!(
                "ajustement déjà fait (écriture {entry})",
                "the adjustment was made before (entry {entry})"
            ),
            Self::ClockWentBack { given, recorded } => text!(
                "la date donnée ({given}) précède la dernière écriture : inscrit au {recorded}",
                "the date given ({given}) is before the last entry: recorded under {recorded}"
            ),
        }
    }
}
