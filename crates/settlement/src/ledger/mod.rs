//! The ledger: double-entry, append-only, in whole cents, chained by hashes.
//!
//! # Entries
//!
//! An [`Entry`] concerns one statement and holds postings that sum to zero. It carries a number, an idempotency
//! key that no other entry has, the hash of the entry before, and its own hash. Nothing is ever changed: what was
//! published by mistake is corrected by a later entry that points to it.
//!
//! # Accounts
//!
//! The books are those of the payer, debits positive, so that they read as accountants expect:
//!
//! | account | holds | publish 100 | pay 100 |
//! |---|---|---|---|
//! | `payer:<name>` | what contracts cost the payer | +100 | |
//! | `discretion:<name>` | what adjustments outside any contract cost the payer | (+100 when adjusted) | |
//! | `payable:<instrument>:<subject>` | what is still owed, negative | −100 | +100 |
//! | `paid:<instrument>:<subject>` | what has been paid, negative: money that left | | −100 |
//!
//! So each euro keeps its source: `paid:` says under which contract it came, and `discretion:` shows in one figure
//! how much was moved outside the rules.
//!
//! # Posting
//!
//! Posting is target minus already posted, for each step of the schedule. A newer run posts only the difference,
//! with a reason that is kept; so does another version of the program that finds other amounts for the same run;
//! a step that it no longer has goes back to zero; a recovery is a negative amount like any other. When a newer
//! run moves a due date, what is not yet paid moves with it; what is paid stays.
//! Each posted amount has a [`crate::PaymentKey`] and is paid once under it. A payment pays everything of a
//! statement that is due, corrections and recoveries together; where it all comes to nothing, step by step, it
//! waits.
//!
//! # Time
//!
//! A date is a parameter. An entry has two: `effective` is the date that was given, `recorded` is never before the
//! entry before it. They differ only when the clock went back, and then the outcome says so.
//!
//! # What the chain shows, and what it cannot
//!
//! A changed, removed or inserted entry breaks the chain; entries cut off at the end do not: whoever must
//! be sure keeps the [`Head`] elsewhere and compares.

mod account;
mod apply;
mod balance;
mod command;
mod entry;
mod fault;
mod lines;
mod meaning;
mod note;
mod redo;
mod refusal;
mod replay;
mod state;

pub use account::{Account, NotAnAccount};
pub use apply::apply;
pub use balance::{Open, SubjectBalance, open_by_date, subject_balances};
pub use command::{Adjustment, Command, REASON_BYTES_MAX};
pub use entry::{Action, Entry, FORMAT, Format, Kind, Movement, Posting};
pub use fault::{Fault, FaultKind, Where};
pub use lines::{Recovered, TornTail, decode_lines, decode_lines_on, encode_line, encode_lines};
pub use note::{Note, Outcome};
pub use redo::{Redo, redo};
pub use refusal::Refusal;
pub use replay::{replay, verify};
pub use state::{Adjusted, Dossier, Head, Posted, Publication, Standing, State};
