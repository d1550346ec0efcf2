//! What the demonstration shows: read from `demo/demo.toml`, so that no contract is named here.

use std::collections::BTreeMap;

use anyhow::Context as _;
use jiff::civil::Date;
use rulebook::Text;
use serde::{Deserialize, Deserializer};

use crate::embedded;

/// The whole demonstration.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Script {
    /// Its steps, in order.
    #[serde(rename = "step")]
    pub(super) steps: Vec<Step>,
}

/// One step.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub(super) enum Step {
    /// Settles example subjects.
    Settle(SettleStep),
    /// Says what changes would bring.
    Whatif(WhatifStep),
    /// Says why an amount differs between two years.
    Compare(CompareStep),
    /// Runs cases.
    Cases(CasesStep),
    /// Settles whole published files.
    Published(PublishedStep),
    /// Publishes, pays, corrects and pays again.
    Ledger(LedgerStep),
    /// Goes from the claims of a synthetic territory to amounts.
    Chain(ChainStep),
}

/// Goes from the claims of a synthetic territory to amounts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(
    not(feature = "claims"),
    expect(dead_code, reason = "a build without claims says that it skips the step")
)]
pub(super) struct ChainStep {
    pub(super) title: Text,
    #[serde(default)]
    pub(super) note: Option<Text>,
    pub(super) rulebook: String,
    /// The year of care.
    pub(super) year: i16,
    /// The territory.
    pub(super) patients: u64,
    pub(super) teams: u64,
    pub(super) years: String,
    pub(super) seed: u64,
    /// What reads it.
    pub(super) mapping: String,
    /// Whose results are shown, and which.
    pub(super) subject: String,
    pub(super) show: Vec<String>,
}

/// Settles example subjects.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SettleStep {
    pub(super) title: Text,
    #[serde(default)]
    pub(super) note: Option<Text>,
    pub(super) rulebook: String,
    #[serde(deserialize_with = "date")]
    pub(super) at: Date,
    /// Files of this folder by entity; `subject` stands for whichever is settled.
    pub(super) facts: BTreeMap<String, String>,
    /// The outputs to show.
    pub(super) show: Vec<String>,
    /// What to explain.
    #[serde(default)]
    pub(super) explain: Option<ExplainPart>,
}

/// One amount to explain.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ExplainPart {
    pub(super) subject: String,
    pub(super) rule: String,
    /// How many levels are printed; the page has all of them.
    #[serde(default)]
    pub(super) depth: Option<usize>,
}

/// Says what changes would bring to one example subject.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WhatifStep {
    pub(super) title: Text,
    #[serde(default)]
    pub(super) note: Option<Text>,
    pub(super) rulebook: String,
    #[serde(deserialize_with = "date")]
    pub(super) at: Date,
    /// Files of this folder by entity; `subject` stands for whichever is settled.
    pub(super) facts: BTreeMap<String, String>,
    /// The one to look at.
    pub(super) subject: String,
    /// Change files of this folder: each alone, then all together.
    pub(super) changes: Vec<String>,
}

/// Says why an amount differs between two years.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CompareStep {
    pub(super) title: Text,
    #[serde(default)]
    pub(super) note: Option<Text>,
    pub(super) rulebook: String,
    pub(super) before: ComparedRun,
    pub(super) after: ComparedRun,
    pub(super) subject: String,
    /// The output to compare; everything that is paid when absent.
    #[serde(default)]
    pub(super) output: Option<String>,
}

/// One of two years to compare.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ComparedRun {
    #[serde(deserialize_with = "date")]
    pub(super) at: Date,
    /// Files of this folder by entity; `subject` stands for whichever is settled.
    pub(super) facts: BTreeMap<String, String>,
}

/// Runs one file of cases.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CasesStep {
    pub(super) title: Text,
    #[serde(default)]
    pub(super) note: Option<Text>,
    pub(super) rulebook: String,
    /// A file of the rulebook's folder `cases`.
    pub(super) file: String,
}

/// Settles whole published files.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PublishedStep {
    pub(super) title: Text,
    #[serde(default)]
    pub(super) note: Option<Text>,
    pub(super) rulebook: String,
    /// Where the files are, from the folder that the command is called in.
    pub(super) folder: String,
    /// Columns under another name.
    pub(super) map: BTreeMap<String, String>,
    /// The column of the published value of each output.
    pub(super) against: BTreeMap<String, String>,
    pub(super) files: Vec<PublishedFile>,
}

/// One published file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PublishedFile {
    pub(super) path: String,
    #[serde(deserialize_with = "date")]
    pub(super) at: Date,
    /// How far each output may lie from what was published: a number, or a percentage of it.
    pub(super) within: BTreeMap<String, String>,
}

/// Publishes, pays, corrects and pays again.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LedgerStep {
    pub(super) title: Text,
    #[serde(default)]
    pub(super) note: Option<Text>,
    pub(super) rulebook: String,
    #[serde(deserialize_with = "date")]
    pub(super) at: Date,
    /// Files of this folder by entity; `subject` stands for whichever is settled.
    pub(super) facts: BTreeMap<String, String>,
    /// The fact that is corrected after publication.
    pub(super) correct: CorrectedFact,
    /// Why.
    pub(super) reason: Text,
    /// When each command is given.
    pub(super) days: LedgerDays,
}

/// One value of a file of facts, and what it is corrected to.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CorrectedFact {
    pub(super) subject: String,
    pub(super) input: String,
    pub(super) value: String,
}

/// The days of a demonstration of the ledger.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LedgerDays {
    #[serde(deserialize_with = "date")]
    pub(super) publish: Date,
    #[serde(deserialize_with = "date")]
    pub(super) pay: Date,
    #[serde(deserialize_with = "date")]
    pub(super) correct: Date,
    #[serde(deserialize_with = "date")]
    pub(super) pay_again: Date,
}

fn date<'de, D: Deserializer<'de>>(source: D) -> Result<Date, D::Error> {
    let day = toml::value::Datetime::deserialize(source)?;
    day.to_string().parse().map_err(serde::de::Error::custom)
}

/// Reads the embedded demonstration.
pub(super) fn read() -> anyhow::Result<Script> {
    let text = embedded::demo("demo.toml").context("the demonstration is not embedded")?;
    toml::from_str(text).context("failed to read demo.toml")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_demonstration_can_be_read() {
        let script = super::read().expect("readable");
        assert!(!script.steps.is_empty());
    }
}
