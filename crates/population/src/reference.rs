//! Plain loops over records: what the engine over claims is compared with.
//!
//! No cleverness and no SQL: each loop is written from the words of its measure, apart from the query that it checks.

pub mod attribution;
mod episode;
mod follow_up;
mod measures;
mod medicines;

pub use episode::{Episode, episodes};
pub use measures::{MeasureRow, Outcome, ReferenceError, ReferenceInput, names, rows};
