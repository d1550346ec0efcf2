//! Explanations: a trace turned into plain data that reads like a letter.
//!
//! The same data gives the text, the JSON and the page.
//!
//! An explanation of a subject, or of a row below one, never shows the rows of other subjects: where all count together, it shows
//! how many there are, the whole, and the part of the one explained. An explanation of a row above the subjects shows them all.

mod build;
mod fold;
mod parts;
mod privacy;
mod render;

use exact::Rational;
use serde::Serialize;

use crate::{Status, Text};

pub use build::{explain, explain_with};
pub use fold::ROWS_OPENED_MAX;
pub use privacy::Privacy;
pub use render::render_text;

/// How one subject's results came about, in both languages.
#[derive(Debug, Clone, Serialize)]
pub struct Explanation {
    /// The rulebook's name.
    pub rulebook: String,
    /// Its title.
    pub title: Text,
    /// What kind of thing is explained.
    pub entity: Text,
    /// Its id.
    pub id: String,
    /// The first day of the period.
    pub period_first: String,
    /// The last day of the period.
    pub period_last: String,
    /// Whether only vouched values were allowed.
    pub official: bool,
    /// The explained outputs, as indexes of `nodes`.
    pub outputs: Vec<usize>,
    /// Every value that plays a part, each once.
    pub nodes: Vec<Step>,
}

/// One value and what it rests on.
#[derive(Debug, Clone, Serialize)]
pub struct Step {
    /// `rule`, `input`, `parameter`, `table`, `aggregate`, `share` or `allocation`.
    pub kind: &'static str,
    /// Its name in the rulebook.
    pub name: String,
    /// Its words for people.
    pub label: Text,
    /// The row it belongs to; empty for parameters.
    pub id: String,
    /// The value as people read it.
    pub value: Text,
    /// The value in plain digits.
    pub plain: String,
    /// The unit in formulas; empty when there is none.
    pub unit: String,
    /// The sentence in plain words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub say: Option<Text>,
    /// The formula as written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formula: Option<String>,
    /// The formula with its values, of the branch that was taken.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with_values: Option<Text>,
    /// How the value was rounded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rounding: Option<Text>,
    /// More lines: the row of a table, slices, members of an aggregate, steps of an allocation.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<Text>,
    /// The document it comes from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<SourceLine>,
    /// Where a fact comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Text>,
    /// What was decided where the source is silent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choice: Option<Text>,
    /// When a payment is due.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub due: Vec<DueLine>,
    /// How the value is made up, when it is a sum or a multiple of one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartLine>,
    /// What it rests on, as indexes of `nodes`.
    pub children: Vec<usize>,
}

/// A source with its status and dates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceLine {
    /// The document and page.
    pub words: String,
    /// How far it can be vouched for.
    pub status: Option<Status>,
    /// The first day in force.
    pub from: Option<String>,
    /// The last day in force.
    pub to: Option<String>,
}

/// A part of a payment and its date.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DueLine {
    /// The day.
    pub day: String,
    /// The amount as people read it.
    pub amount: Text,
}

/// One part of a value.
#[derive(Debug, Clone, Serialize)]
pub struct PartLine {
    /// Its words.
    pub label: Text,
    /// Its value in the unit of the whole, as people read it.
    pub value: Text,
    /// The same in plain digits.
    pub plain: String,
    /// The same, exactly.
    #[serde(skip)]
    pub number: Rational,
}
