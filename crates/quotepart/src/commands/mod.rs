//! One module for each command.

pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod demo;
pub(crate) mod explain;
pub(crate) mod inputs;
pub(crate) mod ledger;
pub(crate) mod pay;
pub(crate) mod publish;
pub(crate) mod settle;
#[cfg(feature = "claims")]
pub(crate) mod synth;
pub(crate) mod whatif;

use jiff::civil::Date;
use rulebook::{Plan, Rulebook};

use crate::failure::{Exit, Failure, Outcome};

/// Chooses every version in force at a date; a date outside the contract is the user's to correct.
pub(crate) fn plan(book: &Rulebook, at: Date, known_at: Option<Date>) -> Outcome<Plan<'_>> {
    Plan::new(book, at, known_at).map_err(|finding| Failure::Findings {
        exit: Exit::Usage,
        findings: vec![*finding],
        sources: book.all_sources(),
    })
}
