//! Everything that can be found wrong before a rulebook runs, all of it in one go.

mod calls;
mod compile;
mod dates;
pub(crate) mod graph;
mod items;
mod symbols;
pub(crate) mod table_rows;
mod typing;

use crate::book::Rulebook;
use crate::diagnostic::{Code, Diagnostic, has_errors};
use crate::model::Declarations;
use crate::{Source, text};

/// Reads and checks a rulebook; it can be used when no finding is an error.
///
/// `sources` are its files with paths that end as in the folder: `rulebook.toml`, `tables/x.csv`, `cases/y.toml`.
pub fn load(sources: Vec<Source>) -> (Option<Rulebook>, Vec<Diagnostic>) {
    let (declarations, findings) = crate::read::read(&sources);
    check_declared(&declarations, sources, findings)
}

/// Checks what was read, and puts the findings in order.
pub(crate) fn check_declared(
    declarations: &Declarations,
    sources: Vec<Source>,
    mut findings: Vec<Diagnostic>,
) -> (Option<Rulebook>, Vec<Diagnostic>) {
    // After a slip of TOML whole sections may be missing: what else would be found is noise.
    if findings.iter().any(|finding| finding.code == Code::TOML) {
        findings.retain(|finding| finding.code == Code::TOML);
        return (None, findings);
    }
    let book = check(declarations, sources, &mut findings);
    findings.sort_by_key(|finding| {
        (finding.place.as_ref().map(|place| (place.file, place.range.start)), finding.code)
    });
    findings.dedup();
    let book = book.filter(|_| !has_errors(&findings));
    (book, findings)
}

fn check(
    declarations: &Declarations,
    sources: Vec<Source>,
    findings: &mut Vec<Diagnostic>,
) -> Option<Rulebook> {
    let instrument = declarations.instrument.clone()?;
    let names_fine = declared_names_can_be_written(declarations, findings);
    let book = compile::compile(declarations, instrument, sources, findings)?;
    dates::check(&book, findings);
    graph::unused(&book, findings);
    names_fine.then_some(book)
}

/// Reports names that SQL keeps for itself, so that no formula could read them.
fn declared_names_can_be_written(all: &Declarations, findings: &mut Vec<Diagnostic>) -> bool {
    let before = findings.len();
    let named = all
        .inputs
        .iter()
        .map(|item| &item.named)
        .chain(all.parameters.iter().map(|item| &item.named))
        .chain(all.tables.iter().map(|item| &item.named))
        .chain(all.rules.iter().map(|item| &item.named))
        .map(|named| (&named.name, &named.place))
        .chain(all.entities.iter().map(|entity| (&entity.name, &entity.place)));
    for (name, place) in named {
        if !name.is_empty() && !crate::formula::is_plain_name(name) {
            findings.push(
                Diagnostic::error(
                    Code::BAD_NAME,
                    place.clone(),
                    text!(
                        "`{name}` est un mot de SQL, ou ne peut pas s'écrire dans une formule",
                        "`{name}` is a word of SQL, or cannot be written in a formula"
                    ),
                )
                .help(text!("choisir un nom plus précis", "choose a more precise name")),
            );
        }
    }
    findings.len() == before
}
