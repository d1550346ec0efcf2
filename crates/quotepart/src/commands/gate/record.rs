//! What the gate says of a folder of tables that it has corrected: the rules, what they found, and the files as it left them.
//!
//! Who reads these tables later does not look through them again, as long as rules, program and files are the same.

use std::path::Path;

use anyhow::Context as _;
use claims::Found;
use population::gate::RULES_TOML;
use rulebook::Language;
use rulebook::identity::sha256;
use serde::{Deserialize, Serialize};

use crate::failure::Outcome;
use crate::hashed::{HashedFile, hash_folder};
use crate::output;

/// The name of the record in a folder of tables.
const RECORD: &str = "gated.toml";

/// The shape of the record.
const FORMAT: u32 = 1;

/// What a gate found, and left.
#[derive(Debug, Serialize, Deserialize)]
struct Gated {
    format: u32,
    quotepart: String,
    /// The hash of the rules.
    rules: String,
    #[serde(default)]
    found: Vec<FoundRows>,
    files: Vec<HashedFile>,
}

/// What a rule found in a table. The record lies beside tables of patients and is as private as they are: it has all counts.
#[derive(Debug, Serialize, Deserialize)]
struct FoundRows {
    rule: String,
    table: String,
    count: i64,
}

/// Writes the record of tables that the gate has corrected and written.
pub(in crate::commands) fn write(tables: &Path, found: &[Found], language: Language) -> Outcome<()> {
    let rows = |one: &Found| FoundRows { rule: one.rule.clone(), table: one.table.clone(), count: one.count };
    let gated = Gated {
        format: FORMAT,
        quotepart: env!("CARGO_PKG_VERSION").to_owned(),
        rules: sha256(RULES_TOML.as_bytes()),
        found: found.iter().map(rows).collect(),
        files: hash_folder(tables, language)?,
    };
    let words = toml::to_string(&gated).context("failed to write the record of a gate")?;
    output::write(&tables.join(RECORD), words.as_bytes())
}

/// Returns what the gate found when it wrote these tables; none if it did not, or if rules, program or a file are others since.
pub(in crate::commands) fn read(tables: &Path, files: &[HashedFile]) -> Option<Vec<Found>> {
    let words = std::fs::read_to_string(tables.join(RECORD)).ok()?;
    let gated: Gated = toml::from_str(&words).ok()?;
    let is_ours = gated.format == FORMAT
        && gated.quotepart == env!("CARGO_PKG_VERSION")
        && gated.rules == sha256(RULES_TOML.as_bytes());
    let as_left = files.iter().filter(|file| file.file != RECORD).eq(&gated.files);
    let found = |one: FoundRows| Found { rule: one.rule, table: one.table, count: one.count };
    (is_ours && as_left).then(|| gated.found.into_iter().map(found).collect())
}
