//! Changes of a rulebook and of facts, and grids of values: what would happen if.
//!
//! A change file overrides what a rulebook declares and is checked with it; nothing new can be declared. A grid
//! runs the product of some values. Nothing is compared here: who wants gains settles with and without.

mod facts;
mod grid;
mod layer;
mod scenarios;

use crate::diagnostic::{Diagnostic, has_errors};
use crate::read::fields::{Context, Fields, Findings};
use crate::read::{parse, read};
use crate::{Code, Place, Rulebook, Source, Text};

pub use facts::{FactChange, Operation};
pub use grid::{Axis, AxisValues, Grid, SCENARIOS_MAX};
pub use scenarios::Scenarios;

/// A rulebook with changes laid over it, and what they do to facts.
#[derive(Debug, Clone)]
pub struct Changed {
    /// The rulebook as changed; its names and their indexes are those of the rulebook without changes.
    pub book: Rulebook,
    /// The changes of facts, in the order in which they are carried out.
    pub facts: Vec<FactChange>,
    /// The title of each change file; none when it has none.
    pub titles: Vec<Option<Text>>,
}

/// Reads a rulebook, lays change files over it in the order given, and checks the whole.
///
/// Places in the findings count on from the files of the rulebook to those of the changes. Warnings say, among
/// others, where two changes touch the same thing: of values and formulas the later one wins, facts are changed
/// one after the other.
pub fn load(sources: Vec<Source>, changes: Vec<Source>) -> (Option<Changed>, Vec<Diagnostic>) {
    let (mut declarations, mut all_findings) = read(&sources);
    let all: Vec<Source> = sources.iter().chain(&changes).cloned().collect();
    let findings = Findings::default();
    let mut laid = layer::Laid::default();
    let mut titles = Vec::new();
    for (index, change) in changes.iter().enumerate() {
        let context = Context { sources: &all, file: sources.len() + index, findings: &findings };
        let root = parse(change, context);
        let fields = Fields::new(context, root.get_ref(), Place::new(context.file, 0..0));
        titles.push(layer::lay(&fields, &change.path, &mut declarations, &mut laid));
    }
    all_findings.extend(findings.0.into_inner());
    // Where a change cannot be read, what would be found of the rest is noise.
    let unreadable = |finding: &Diagnostic| finding.code == Code::TOML;
    if all_findings.iter().any(unreadable) {
        all_findings.retain(unreadable);
        return (None, all_findings);
    }
    let (book, mut findings) = crate::check::check_declared(&declarations, sources.clone(), all_findings);
    // No change touches the inputs: facts can be looked at even when the rest is faulty.
    let Some(mut book) = book else {
        if let Some(book) = crate::check::load(sources).0 {
            resolve(&laid, &book, &mut findings);
        }
        return (None, findings);
    };
    let facts = resolve(&laid, &book, &mut findings);
    if has_errors(&findings) {
        return (None, findings);
    }
    book.changes = changes;
    (Some(Changed { book, facts, titles }), findings)
}

fn resolve(laid: &layer::Laid, book: &Rulebook, findings: &mut Vec<Diagnostic>) -> Vec<FactChange> {
    laid.facts.iter().filter_map(|declared| declared.resolve(book, findings)).collect()
}
