//! The engine over claims: reads canonical tables, or other layouts through mappings of SQL, then gate, attribution and
//! measures.
//!
//! The only crate that names `DataFusion`. It knows no measure, no source and no tariff: those are data in `measures/` and
//! `mappings/`, handed over as text. It prints nothing and asks neither the clock nor the environment.

mod attribution;
mod chain;
mod csv_check;
mod error;
mod expected;
mod figures;
mod fractions;
mod functions;
mod gate;
mod import;
mod interval;
mod known;
mod measures;
mod months;
mod parts;
mod session;
mod source;
mod steps;
mod sum;
mod tables;
mod write;

pub use attribution::AttributionReport;
pub use error::ClaimsError;
pub use expected::{ExpectedRun, ModelWithView};
pub use figures::Figure;
pub use gate::Found;
pub use import::{Imported, ImportedTable, Refused};
pub use interval::Estimate;
pub use measures::MeasureLibrary;
pub use months::MonthLines;
pub use session::{Engine, Settings};
pub use source::fits_mapping;
pub use steps::Step;
pub use tables::Opened;

/// What most functions of this crate return.
pub type Outcome<T> = Result<T, ClaimsError>;
