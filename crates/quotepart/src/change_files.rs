//! Reads files of changes and lays them over a rulebook.

use std::path::{Path, PathBuf};

use rulebook::change::{self, Changed, Grid};
use rulebook::{Diagnostic, Language, Rulebook, Source, has_errors, text};

use crate::failure::{Exit, Failure, Outcome};
use crate::folder::{Files, save_as_utf8};
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

/// Lays changes over a rulebook; nothing is said, and nothing comes back when something is wrong.
pub(crate) fn load_quietly(files: &Files, changes: &[Source]) -> Option<Changed> {
    change::load(meant(files), changes.to_vec()).0
}

/// Returns the files of a rulebook without its cases, which say nothing about changes.
fn meant(files: &Files) -> Vec<Source> {
    let mut without_cases = files.clone();
    without_cases.files.retain(|(path, _)| !path.starts_with("cases/"));
    without_cases.sources()
}

/// Lays changes over a rulebook; what is found in the change files is said, what is wrong stops.
pub(crate) fn load(files: &Files, changes: &[Source], language: Language) -> Outcome<Changed> {
    let sources = meant(files);
    let of_rulebook = sources.len();
    let all: Vec<Source> = sources.iter().chain(changes).cloned().collect();
    let (changed, findings) = change::load(sources, changes.to_vec());
    match changed {
        Some(changed) if !has_errors(&findings) => {
            // The warnings of the rulebook itself are for `check`.
            let own =
                |finding: &Diagnostic| finding.place.as_ref().is_some_and(|place| place.file >= of_rulebook);
            let findings: Vec<Diagnostic> = findings.into_iter().filter(own).collect();
            messages::findings(&findings, &all, language);
            Ok(changed)
        }
        Some(_) | None => Err(faulty(findings, all)),
    }
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
