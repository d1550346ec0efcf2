//! What a run leads to: statements, their publication and correction, and the ledger of who was granted and paid what.
//!
//! Everything here is a pure state machine: commands and a date go in, entries come out. Nothing is read or
//! written, there is no clock; whoever uses it keeps the entries, one line each, and appends to them only.
//!
//! ```text
//! run ──► statement ──publish──► entries ──pay──► entries       state = fold of all entries
//!              │                    ▲
//!              └──a newer run───────┘ only the difference is posted, in an entry that points to the old one
//! ```

mod canonical;
pub mod export;
mod from_run;
mod key;
pub mod ledger;
mod split;
mod statement;
mod wire;

pub use canonical::{Digest, NotADigest};
pub use from_run::{Drafted, Failed, statements};
pub use key::{PaymentKey, StatementKey, Step};
pub use split::instalments;
pub use statement::{
    AMOUNT_MAX_CENTS, INSTALMENTS_MAX, Instalment, NAME_BYTES_MAX, Statement, StatementError, StatementLine,
    StatementParts,
};
