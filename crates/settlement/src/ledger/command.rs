//! What the ledger can be asked to do.

use exact::Cents;
use jiff::civil::Date;

use crate::{Statement, StatementKey};

/// The largest size of a reason.
pub const REASON_BYTES_MAX: usize = 4_000;

/// A command; asking twice for the same thing does it once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Publishes the statements of a run, or corrects what is already published by posting the difference.
    Publish {
        /// The statements.
        statements: Vec<Statement>,
        /// Why.
        reason: Option<String>,
        /// The version of the program that computed them: another one may give other amounts for the same run.
        engine: Option<String>,
        /// Whether a run that was already replaced may be published again: a return to it, on purpose.
        restore: bool,
    },
    /// Pays everything that is due up to a day and not yet paid.
    Pay {
        /// The day.
        due: Date,
    },
    /// Grants or takes back an amount outside the contract.
    Adjust(Adjustment),
}

/// A discretionary adjustment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjustment {
    /// The statement, which must be published.
    pub about: StatementKey,
    /// What the author calls it: the same reference twice is one adjustment.
    pub reference: String,
    /// Who decided.
    pub author: String,
    /// Why.
    pub reason: String,
    /// How much; negative to take back.
    pub amount: Cents,
    /// When it is due.
    pub due: Date,
}
