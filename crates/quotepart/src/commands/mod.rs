//! One module for each command.

#[cfg(feature = "claims")]
pub(crate) mod attribute;
pub(crate) mod check;
#[cfg(feature = "claims")]
mod claims_source;
pub(crate) mod compare;
pub(crate) mod demo;
#[cfg(feature = "claims")]
pub(crate) mod expect;
pub(crate) mod explain;
#[cfg(feature = "claims")]
pub(crate) mod gate;
pub(crate) mod inputs;
pub(crate) mod ledger;
#[cfg(feature = "claims")]
pub(crate) mod measure;
#[cfg(feature = "claims")]
mod models;
pub(crate) mod pay;
pub(crate) mod publish;
#[cfg(feature = "claims")]
pub(crate) mod run;
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
