//! Whatever is read, something is answered.

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use rulebook::{Plan, Rulebook};

use super::formulas::FORMULA_HEAD;
use super::orders::shuffled_book;
use super::{Dice, holds};
use crate::support::{root, sources_of};

/// Changes a text here and there: spans are left out, doubled, moved, or single letters changed.
fn mangled(dice: &mut Dice<'_>, text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for _ in 0..=dice.roll(4) {
        if letters.is_empty() {
            break;
        }
        let start = (dice.roll(65_536) * 65_536 + dice.roll(65_536)) % letters.len();
        let end = (start + dice.roll(40)).min(letters.len());
        match dice.roll(4) {
            0 => drop(letters.drain(start..end)),
            1 => {
                let copy: Vec<char> = letters[start..end].to_vec();
                letters.splice(start..start, copy);
            }
            2 => {
                let cut: Vec<char> = letters.drain(start..end).collect();
                let to = if letters.is_empty() { 0 } else { dice.roll(letters.len()) };
                letters.splice(to..to, cut);
            }
            _ => {
                letters[start] = dice.pick(&[
                    '"', '{', '}', '[', ']', '=', '\n', '0', '9', '-', '.', ',', 'é', '\u{0}', '(', '*', '/',
                    '\'',
                ]);
            }
        }
    }
    letters.into_iter().collect()
}

#[test]
fn a_mangled_rulebook_is_always_answered() {
    let texts: Vec<Vec<rulebook::Source>> = ["fpmt", "mssp"]
        .iter()
        .map(|name| sources_of(&root().join("rulebooks").join(name)))
        .map(|sources| sources.into_iter().filter(|source| !source.path.contains("/cases/")).collect())
        .collect();
    let shuffled =
        vec![rulebook::Source::new("r/rulebook.toml", shuffled_book(&mut Dice { tape: &[] }, true))];
    holds(100, 60, |dice| {
        let mut sources = match dice.roll(6) {
            0 => texts[0].clone(),
            1 => texts[1].clone(),
            _ => shuffled.clone(),
        };
        let file = dice.roll(sources.len());
        sources[file].text = mangled(dice, &sources[file].text);
        answered(&sources);
    });
}

/// Loads sources, renders what was found, and plans what was loaded.
fn answered(sources: &[rulebook::Source]) {
    let (book, findings) = rulebook::load(sources.to_vec());
    for finding in &findings {
        for language in [rulebook::Language::French, rulebook::Language::English] {
            assert!(!finding.render(sources, language).is_empty());
        }
    }
    let Some(book) = book else {
        assert!(rulebook::has_errors(&findings));
        return;
    };
    for at in ["2022-12-31", "0001-01-01", "9999-12-31"] {
        // Either is an answer.
        drop(Plan::new(&book, at.parse().expect("a date"), None));
    }
}

#[test]
fn any_text_is_answered_as_a_formula() {
    const WORDS: [&str; 40] = [
        "a",
        "m",
        "p",
        "1",
        "0",
        "0.5",
        "(",
        ")",
        "+",
        "-",
        "*",
        "/",
        "=",
        "<>",
        "<",
        "CASE",
        "WHEN",
        "THEN",
        "ELSE",
        "END",
        "AND",
        "OR",
        "NOT",
        "IN",
        "BETWEEN",
        "sum(",
        "abs(",
        "round(",
        ",",
        ".",
        "'bas'",
        "\"x\"",
        "é",
        "--",
        "/*",
        "::",
        "NULL",
        "SELECT",
        "INTERVAL",
        "FILTER (WHERE",
    ];
    holds(250, 60, |dice| {
        let mut formula = String::new();
        for _ in 0..dice.roll(40) {
            formula.push_str(dice.pick(&WORDS));
            formula.push_str(dice.pick(&["", " ", " "]));
        }
        let toml = formula.replace('\\', "\\\\").replace('"', "\\\"");
        answered(&[rulebook::Source::new(
            "r/rulebook.toml",
            format!("{FORMULA_HEAD}[rules.r]\nformula = \"\"\"{toml}\"\"\"\n"),
        )]);
    });
    let mut runner = TestRunner::new_with_rng(
        Config { cases: 150, failure_persistence: None, ..Config::default() },
        TestRng::deterministic_rng(RngAlgorithm::ChaCha),
    );
    let anything = runner.run(&".{0,60}", |formula| {
        let toml = formula.replace('\\', "\\\\").replace('"', "\\\"");
        answered(&[rulebook::Source::new(
            "r/rulebook.toml",
            format!("{FORMULA_HEAD}[rules.r]\nformula = \"\"\"{toml}\"\"\"\n"),
        )]);
        Ok(())
    });
    assert!(anything.is_ok(), "{anything:?}");
}

#[test]
fn the_order_of_sources_changes_nothing() {
    let sources = sources_of(&root().join("rulebooks/aci-msp"));
    let sources: Vec<_> = sources.into_iter().filter(|source| !source.path.contains("/cases/")).collect();
    let hash = rulebook::identity::rulebook_hash(&sources);
    let names = |book: &Rulebook| book.rules.iter().map(|rule| rule.named.name.clone()).collect::<Vec<_>>();
    let first = names(&rulebook::load(sources.clone()).0.expect("a rulebook"));
    holds(4, 40, |dice| {
        let mut others = sources.clone();
        dice.shuffle(&mut others);
        others.rotate_left(dice.roll(sources.len()));
        assert_eq!(rulebook::identity::rulebook_hash(&others), hash);
        let (book, findings) = rulebook::load(others.clone());
        assert!(findings.is_empty());
        assert_eq!(names(&book.expect("a rulebook")), first);
        // Any other text is another contract.
        let file = dice.roll(others.len());
        others[file].text.push('\n');
        assert_ne!(rulebook::identity::rulebook_hash(&others), hash);
    });
}
