//! The reference page, sentence by sentence: a small rulebook, some facts, what comes out or why it is refused.

mod cases;
mod dates;
mod entities;
mod formulas;
mod rules_and_facts;
mod tables;

use rulebook::{Code, Language};

use crate::settled::{HEAD, Run};
use crate::support::load_text;

/// Settles one rule `r` beside the head; `expected` is its value or the reason of the refusal after a `!`.
#[track_caller]
fn rule(declared: &str, formula: &str, facts: &str, expected: &str) {
    rule_at("2022-12-31", declared, formula, facts, expected);
}

#[track_caller]
fn rule_at(at: &str, declared: &str, formula: &str, facts: &str, expected: &str) {
    let book = format!("{HEAD}[rules.r]\noutput = true\n{declared}\nformula = \"\"\"{formula}\"\"\"\n");
    let (names, cells) = facts.split_once('|').unwrap_or(("x", "0"));
    let csv = format!("equipe,{names}\na,{cells}\n");
    let expected = match expected.strip_prefix('!') {
        Some(reason) => format!("a refused {reason}"),
        None => format!("a r = {expected}"),
    };
    let facts = [("", csv.as_str())];
    let found = Run { at, ..Run::new(&book, &facts) }.settled();
    let shown = found
        .trim()
        .rsplit_once(' ')
        .filter(|_| found.contains(" refused "))
        .map_or(found.trim(), |cut| cut.0);
    assert_eq!(shown, expected, "{formula} with {facts:?}");
}

/// Compares the codes of what `check` finds in the head with more text.
#[track_caller]
fn found(more: &str, expected: &[Code]) {
    let (_, findings, sources) = load_text(&format!("{HEAD}{more}"));
    // The head declares more than each test uses.
    let findings: Vec<_> = findings.into_iter().filter(|finding| finding.code != Code::UNUSED).collect();
    let shown: String = findings.iter().map(|finding| finding.render(&sources, Language::English)).collect();
    assert_eq!(findings.iter().map(|finding| finding.code).collect::<Vec<_>>(), expected, "{shown}");
}

/// Settles the head with more text.
#[track_caller]
fn settled(more: &str, facts: &[(&str, &str)], expected: &str) {
    Run::new(&format!("{HEAD}{more}"), facts).gives(expected);
}
