//! The statements of a run: what it grants to whom and when, one line of JSON for each, ready to be published.

use std::path::Path;

use anyhow::Context as _;
use rulebook::facts::Facts;
use rulebook::interpret::Settlement;
use rulebook::{Language, Plan, text};
use settlement::{Failed, Statement};

use crate::failure::{Failure, Outcome};
use crate::messages;
use crate::progress::Progress;
use crate::run::Manifest;

/// The name of the file in a run.
pub(crate) const FILE: &str = "statements.jsonl";

/// How many subjects without a statement are said.
const FAILED_SHOWN: usize = 10;

/// The lines of some statements.
#[derive(Debug)]
pub(crate) struct Lines {
    /// One line of JSON for each statement.
    pub(crate) bytes: Vec<u8>,
    /// How many.
    pub(crate) count: usize,
    /// Settled subjects for whom no statement can be made.
    pub(crate) failed: Vec<Failed>,
}

/// Returns the statements of a settlement; a run may come in several parts.
pub(crate) fn lines(plan: &Plan<'_>, facts: &Facts, settlement: &Settlement, run: &str) -> Outcome<Lines> {
    let drafted = settlement::statements(plan, facts, settlement, run);
    let mut lines = Lines { bytes: Vec::new(), count: drafted.statements.len(), failed: drafted.failed };
    for statement in &drafted.statements {
        serde_json::to_writer(&mut lines.bytes, statement).context("failed to write a statement")?;
        lines.bytes.push(b'\n');
    }
    Ok(lines)
}

/// Says who is settled and has no statement.
pub(crate) fn warn(failed: &[Failed], language: Language) {
    for Failed { subject, error } in failed.iter().take(FAILED_SHOWN) {
        let why = error.text();
        let message = text!(
            "{subject} n'a pas de relevé et ne pourra être publié : {}",
            "{subject} has no statement and cannot be published: {}",
            why.get(language)
        );
        messages::warning(&message, language);
    }
    let more = failed.len().saturating_sub(FAILED_SHOWN);
    if more > 0 {
        let message = text!("… et {more} autres sans relevé", "… and {more} more without a statement");
        messages::warning(&message, language);
    }
}

/// Reads the statements of a run, which must be those that its manifest records.
pub(crate) fn read(folder: &Path, manifest: &Manifest, language: Language) -> Outcome<Vec<Statement>> {
    let shown = folder.display();
    let Some(record) = manifest.results.iter().find(|record| record.file == FILE) else {
        return Err(Failure::usage(text!(
            "le calcul `{shown}` n'a pas de relevés : il vient d'une version de Quotepart qui n'en écrivait pas",
            "the run `{shown}` has no statements: it comes from a version of Quotepart that wrote none"
        ))
        .hint(text!(
            "le refaire : `quotepart settle … --out {shown} --force`",
            "make it again: `quotepart settle … --out {shown} --force`"
        )));
    };
    let path = folder.join(FILE);
    let bytes = std::fs::read(&path).map_err(|error| {
        let path = path.display();
        Failure::io(&text!("impossible de lire `{path}`", "cannot read `{path}`"), &error)
    })?;
    let altered = |line: usize| {
        Failure::usage(text!(
            "`{shown}/{FILE}`, ligne {line} : ce n'est pas un relevé de ce calcul",
            "`{shown}/{FILE}`, line {line}: this is not a statement of this run"
        ))
    };
    let mut progress = Progress::new(record.rows, language);
    let mut statements = Vec::with_capacity(record.rows);
    for (line, words) in (1..).zip(bytes.split(|byte| *byte == b'\n').filter(|words| !words.is_empty())) {
        let statement: Statement = serde_json::from_slice(words).map_err(|_| altered(line))?;
        if statement.run() != manifest.identity {
            return Err(altered(line));
        }
        statements.push(statement);
        progress.at(line);
    }
    Ok(statements)
}
