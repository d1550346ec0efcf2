//! Contracts as data: reading, checking, the reference interpreter with its traces, cases and facts.
//!
//! The meaning of a rulebook is on the page `docs/reference/rulebooks.md`. This crate does no input or output,
//! reads no clock and no environment: whoever uses it reads the files and passes their text.

pub mod book;
pub mod cases;
pub mod change;
mod check;
pub mod columns;
pub mod compare;
pub mod diagnostic;
pub mod explain;
pub mod facts;
mod formula;
pub mod identity;
mod in_force;
mod in_order;
pub mod interpret;
pub mod model;
mod nearest;
pub mod period;
mod plan;
mod read;
pub mod refusal;
pub mod show;
mod sources;
mod stretch;
mod text;
pub mod value;

pub use book::Rulebook;
pub use check::load;
pub use diagnostic::{Code, Diagnostic, Severity, has_errors};
pub use formula::{Comparison, FORMULA_BYTES_MAX, FORMULA_DEPTH_MAX, FORMULA_TOKENS_MAX};
pub use in_order::in_order;
pub use model::{AllocationId, EntityId, EnumId, InputId, ParameterId, RuleId, Status, TableId};
pub use nearest::nearest;
pub use period::Period;
pub use plan::Plan;
pub use refusal::{Reason, Refusal};
pub use sources::{Place, Source};
pub use stretch::Stretch;
pub use text::{Language, Text};
pub use value::{Type, Value};
