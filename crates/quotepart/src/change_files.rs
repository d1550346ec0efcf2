//! Reads files of changes and lays them over a rulebook.

use std::path::{Path, PathBuf};

use rulebook::book::Reference;
use rulebook::change::{self, Changed, FactChange, Grid, Operation};
use rulebook::{Diagnostic, Language, Rulebook, Source, Text, Value, has_errors, show, text};

use crate::failure::{Exit, Failure, Outcome};
use crate::folder::{self, Files, save_as_utf8};
use crate::messages;

/// Reads change files as text, in the order given.
pub(crate) fn read(paths: &[PathBuf]) -> Outcome<Vec<Source>> {
    paths.iter().map(|path| source(path)).collect()
}

fn source(path: &Path) -> Outcome<Source> {
    let shown = path.display();
    let bytes = std::fs::read(path).map_err(|error| {
        Failure::io(
            &text!("impossible de lire le changement `{shown}`", "cannot read the change `{shown}`"),
            &error,
        )
    })?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Failure::rulebook(text!("`{shown}` n'est pas en UTF-8", "`{shown}` is not UTF-8"))
            .hint(save_as_utf8())
    })?;
    let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
    Ok(Source::new(shown.to_string().replace('\\', "/"), text))
}

/// Refuses changes in official mode.
pub(crate) fn refuse_officially() -> Failure {
    Failure::Message {
        exit: Exit::OfficialRefused,
        message: text!(
            "mode officiel : personne n'atteste un changement, rien n'est calculé",
            "official mode: nobody vouches for a change, nothing is computed"
        ),
        hints: vec![text!("enlever --official", "leave out --official")],
    }
}

/// Returns the last part of the path of a change file.
pub(crate) fn name(change: &Source) -> &str {
    change.path.rsplit('/').next().unwrap_or(&change.path)
}

/// Lays changes over a rulebook; what is found in the change files is said, what is wrong stops.
pub(crate) fn load(files: &Files, changes: &[Source], language: Language) -> Outcome<Changed> {
    let (changed, findings, all) = lay(files, changes)?;
    messages::findings(&findings, &all, language);
    Ok(changed)
}

/// Lays changes over a rulebook; only what is wrong is said.
pub(crate) fn load_quietly(files: &Files, changes: &[Source]) -> Outcome<Changed> {
    lay(files, changes).map(|(changed, ..)| changed)
}

/// Lays changes over a rulebook; returns the warnings about them, and the files that these point into.
fn lay(files: &Files, changes: &[Source]) -> Outcome<(Changed, Vec<Diagnostic>, Vec<Source>)> {
    if changes.is_empty() {
        let changed = Changed { book: folder::load(files)?, facts: Vec::new(), titles: Vec::new() };
        return Ok((changed, Vec::new(), Vec::new()));
    }
    // The cases of a rulebook say nothing about changes.
    let mut without_cases = files.clone();
    without_cases.files.retain(|(path, _)| !path.starts_with("cases/"));
    let sources = without_cases.sources();
    let of_rulebook = sources.len();
    let all: Vec<Source> = sources.iter().chain(changes).cloned().collect();
    let (changed, mut findings) = change::load(sources, changes.to_vec());
    match changed {
        Some(changed) if !has_errors(&findings) => {
            // The warnings of the rulebook itself are for `check`.
            findings.retain(|finding| finding.place.as_ref().is_some_and(|place| place.file >= of_rulebook));
            Ok((changed, findings, all))
        }
        Some(_) | None => Err(faulty(findings, all)),
    }
}

/// Says what is done to a fact: +500 patients, × 1.1, or the value that takes its place.
pub(crate) fn of_fact(book: &Rulebook, change: &FactChange) -> Text {
    let reference = Reference::Input(change.input);
    let words = |value: &Value, language| show::reference(book, reference, value, language);
    Text::in_both(|language| match &change.operation {
        Operation::Set(value) => words(value, language),
        Operation::Add(number) => {
            let sign = if number.is_negative() { "" } else { "+" };
            format!("{sign}{}", words(&Value::Number(number.clone()), language))
        }
        Operation::Multiply(number) => format!("× {}", show::plain(number, language)),
    })
}

/// Reads a grid for a rulebook.
pub(crate) fn grid(book: &Rulebook, path: &Path) -> Outcome<Grid> {
    let source = source(path)?;
    let (grid, findings) = Grid::read(book, &source);
    match grid {
        Some(grid) if !has_errors(&findings) => Ok(grid),
        Some(_) | None => Err(faulty(findings, vec![source])),
    }
}

fn faulty(mut findings: Vec<Diagnostic>, sources: Vec<Source>) -> Failure {
    findings.retain(|finding| finding.severity == rulebook::Severity::Error);
    Failure::Findings { exit: Exit::Diagnostics, findings, sources }
}
