//! Explanations: what they print of formulas, and what they leave out.

use rulebook::explain::{Explanation, explain};
use rulebook::interpret::{TraceOf, trace};
use rulebook::{Language, Plan};

use crate::settled::{HEAD, gathered, loaded};

const LANGUAGES: [Language; 2] = [Language::French, Language::English];

/// Explains one row at the end of 2022.
#[track_caller]
fn explained(book: &str, facts: &[(&str, &str)], entity: &str, id: &str) -> Explanation {
    let book = loaded(book);
    let plan = Plan::new(&book, "2022-12-31".parse().expect("a date"), None).expect("a plan");
    let facts = gathered(&book, facts);
    let entity = book.entity(entity).expect("an entity");
    let traced = trace(&plan, &facts, TraceOf { entity, id, outputs: &[] }, false, &[]).expect("a trace");
    explain(&plan, &traced, entity, id, false)
}

/// Returns whether every bracket that opens is closed, and none closes that was not opened.
fn is_balanced(words: &str) -> bool {
    let mut depth = 0_i32;
    words.chars().all(|letter| {
        depth += match letter {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth >= 0
    }) && depth == 0
}

// Formulas with their values.

#[test]
fn the_branch_that_was_taken_is_printed_whole() {
    for (formula, printed) in [
        ("CASE WHEN b THEN 0 ELSE greatest(x - y, 0) END", "max(3 − 2, 0)"),
        ("CASE WHEN b THEN 0 ELSE x - greatest(y, 0) END", "3 − max(2, 0)"),
        ("CASE WHEN b THEN 0 ELSE least(x, 1) * greatest(y, 0) END", "min(3, 1) × max(2, 0)"),
        ("CASE WHEN b THEN 0 ELSE (x + y) * 2 END", "(3 + 2) × 2"),
        ("CASE WHEN b THEN 0 ELSE 2 * (x + greatest(y, 0)) END", "2 × (3 + max(2, 0))"),
        ("CASE WHEN b THEN 0 ELSE (greatest(x, y)) END", "(max(3, 2))"),
        ("CASE WHEN b THEN 0 ELSE -x END", "-3"),
        ("CASE WHEN b THEN 0 ELSE - (x + y) END", "- (3 + 2)"),
        ("CASE WHEN b THEN 0 ELSE floor(x / 2) END", "floor(3 / 2)"),
        ("CASE WHEN b THEN 0 ELSE ceil ( greatest(x, y) / 2 ) + 1 END", "ceil ( max(3, 2) / 2 ) + 1"),
        ("CASE WHEN b THEN 0 ELSE abs(x - abs(y)) END", "abs(3 - abs(2))"),
        ("CASE WHEN b THEN 0 ELSE CASE WHEN b THEN 1 ELSE round(x / 2, 1) END END", "round(3 / 2, 1)"),
        ("1 + CASE WHEN b THEN 0 ELSE abs(x) END + abs(y)", "1 + abs(3) + abs(2)"),
    ] {
        let book = format!("{HEAD}[rules.r]\noutput = true\nformula = \"{formula}\"\n");
        let explanation = explained(&book, &[("", "equipe,x,y\nq,3,2\n")], "equipe", "q");
        let step = &explanation.nodes[explanation.outputs[0]];
        let filled = step.with_values.as_ref().expect("a formula with values");
        assert_eq!(filled.en, printed.replace('−', "-"), "{formula}");
    }
    for (formula, printed) in [
        ("CASE WHEN b THEN false ELSE NOT b END", "not no"),
        ("CASE WHEN b THEN false ELSE x IN (1, 3) END", "3 IN (1, 3)"),
        ("CASE WHEN b THEN false ELSE x >= greatest(y, 0) END", "3 ≥ max(2, 0)"),
        ("CASE WHEN b THEN false ELSE x > y AND (b OR x > abs(y)) END", "3 > 2 and (no or 3 > abs(2))"),
        (
            "CASE WHEN b THEN false ELSE x BETWEEN least(y, 1) AND abs(x) END",
            "3 BETWEEN min(2, 1) and abs(3)",
        ),
        ("CASE WHEN b THEN false ELSE x IN (1, abs(x)) END", "3 IN (1, abs(3))"),
    ] {
        let book = format!("{HEAD}[rules.r]\ntype = \"bool\"\noutput = true\nformula = \"{formula}\"\n");
        let explanation = explained(&book, &[("", "equipe,x,y\nq,3,2\n")], "equipe", "q");
        let step = &explanation.nodes[explanation.outputs[0]];
        let filled = step.with_values.as_ref().expect("a formula with values");
        assert_eq!(filled.en, printed, "{formula}");
    }
}

/// Every case of every rulebook of the project: no formula with values loses a bracket.
#[test]
fn formulas_with_values_keep_their_brackets() {
    let mut printed = 0;
    for name in ["aci-msp", "fpmt", "ipep", "mssp", "peps", "shared-savings"] {
        let book = crate::support::project(name);
        for case in &book.cases {
            let result = rulebook::cases::run_case(&book, case);
            let (Ok(plan), Some(facts)) =
                (Plan::new(&book, case.at, case.known_at), rulebook::cases::facts_of(&book, case))
            else {
                continue;
            };
            for value in result.values {
                let of = TraceOf { entity: value.entity, id: &value.id, outputs: &[value.reference] };
                // A case may hold less than a whole settlement wants.
                let Ok(traced) = trace(&plan, &facts, of, false, &[]) else { continue };
                let explanation = explain(&plan, &traced, value.entity, &value.id, false);
                for step in explanation.nodes.iter().filter(|step| step.with_values.is_some()) {
                    let filled = step.with_values.as_ref().expect("a formula with values");
                    for language in LANGUAGES {
                        let words = filled.get(language);
                        assert!(is_balanced(words), "{name}, {}, {}: {words}", case.title, step.name);
                        printed += 1;
                    }
                }
            }
        }
    }
    assert!(printed > 10_000, "{printed} formulas");
}
