//! Explanations, results and comparisons as self-contained HTML pages with pictures.
//!
//! Plain data in, text out: nothing is settled here and no file is read. A page carries its style and its
//! pictures, runs no program and asks nothing of the network, so that it can be mailed, kept and printed.

mod comparison;
mod dates;
mod difference;
mod error;
mod explanation;
mod gate;
mod index;
mod ledger;
mod picture;
mod printed;
mod results;
mod run;
mod sources;
mod tree;
mod whatif;
mod words;

pub use comparison::{ComparisonPage, ComparisonRow, comparison_page};
pub use difference::{BeforeAfter, DifferenceLine, DifferencePage, SubjectDifference, difference_page};
pub use error::ReportError;
pub use explanation::explanation_page;
pub use gate::{GateGroup, GateLine, GatePage, MonthCount, MonthMap, gate_page};
pub use index::index_page;
pub use ledger::{LedgerPage, ledger_page};
pub use results::{BarItem, Bars, Column, RefusedLine, ResultsPage, results_page};
pub use run::{Decile, ModelCheck, RunGain, RunOption, RunPage, RunTeam, SubgroupRatio, estimate, run_page};
pub use whatif::{Effect, Gain, GridAxis, GridPoint, WhatIfGrid, WhatIfPage, whatif_page};
