//! No instrument, indicator or tariff is named in Rust: the words are read from `rulebooks/`, then looked for in the crates.
//!
//! Comments and tests may name them as examples; code may not, because a new contract must need no Rust.

use std::collections::BTreeMap;

use anyhow::Context as _;

use crate::Problem;
use crate::purity::is_test_file;
use crate::rust_source::{lines_with_word, without_comments_and_tests};
use crate::tree::Tree;

/// Sections of a rulebook whose keys are names that the contract gives.
const SECTIONS: &[&str] =
    &["inputs", "parameters", "tables", "rules", "checks", "allocations", "entities", "enums"];

/// A shorter word is too likely to be in a program for another reason.
const WORD_LENGTH_MIN: usize = 5;

/// Plain words of either language, or of the notation, that a rulebook may use as names and Rust for what they say.
const ALLOWED: &[&str] = &[
    "amount",
    "aucun",
    "aucune",
    "benchmark",
    "count",
    "denominateur",
    "domain",
    "floor",
    "group",
    "member",
    "mesure",
    "month",
    "numerateur",
    "other",
    "patient",
    "patients",
    "period",
    "point",
    "points",
    "programme",
    "quality",
    "quarter",
    "ratio",
    "round",
    "savings",
    "score",
    "share",
    "shares",
    "standard",
    "start",
    "status",
    "structure",
    "subject",
    "table",
    "total",
    "track",
    "value",
    "weight",
];

/// Finds names given by a rulebook in the code of the crates.
pub fn no_instrument_in_rust(tree: &Tree) -> anyhow::Result<Vec<Problem>> {
    let words = words(tree)?;
    let mut problems = Vec::new();
    for path in tree.files("crates", &["rs"])? {
        if crate::tree::is_inside(&path, "src") && !is_test_file(&path) {
            problems.extend(mentions(&path, &tree.read(&path)?, &words));
        }
    }
    Ok(problems)
}

/// Returns every guarded word with the folder of the rulebook that gives it.
fn words(tree: &Tree) -> anyhow::Result<BTreeMap<String, String>> {
    let mut words = BTreeMap::new();
    for folder in tree.folders("rulebooks")? {
        words.insert(folder.clone(), folder.clone());
        words.insert(folder.replace('-', "_"), folder.clone());
        for path in tree.files(&format!("rulebooks/{folder}"), &["toml"])? {
            if crate::tree::is_inside(&path, "cases") {
                continue;
            }
            let table: toml::Table =
                tree.read(&path)?.parse().with_context(|| format!("failed to read {path}"))?;
            for name in names(&table) {
                words.entry(name).or_insert_with(|| folder.clone());
            }
        }
    }
    Ok(words)
}

/// Returns the names that one file gives, without those that are too short or too common.
fn names(rulebook: &toml::Table) -> Vec<String> {
    let mut names = Vec::new();
    for section in SECTIONS {
        let Some(declared) = rulebook.get(*section).and_then(toml::Value::as_table) else {
            continue;
        };
        for (name, declaration) in declared {
            names.push(name.clone());
            let values = if *section == "enums" { Some(declaration) } else { declaration.get("enum") };
            names.extend(
                values.and_then(toml::Value::as_table).into_iter().flat_map(|values| values.keys().cloned()),
            );
        }
    }
    names.retain(|name| name.chars().count() >= WORD_LENGTH_MIN && !ALLOWED.contains(&name.as_str()));
    names
}

fn mentions(path: &str, text: &str, words: &BTreeMap<String, String>) -> Vec<Problem> {
    let code = without_comments_and_tests(text);
    let mut problems = Vec::new();
    for (word, folder) in words.iter().filter(|(word, _)| code.contains(word.as_str())) {
        for line in lines_with_word(&code, word) {
            let message = format!(
                "`{word}` is a name of rulebooks/{folder}: Rust code knows no contract; read it from data \
                 (or, for a plain English word, add it to the list in xtask/src/vocabulary.rs)"
            );
            problems.push(Problem::at_line(path, line, message));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_from_a_rulebook() {
        let rulebook = "
            [inputs.liste_active]
            [inputs.sas]
            [inputs.amplitude.enum]
            toute_la_journee = { fr = '', en = '' }
            [rules.total]
            [enums.rythme]
            chaque_mois = { fr = '', en = '' }
        ";
        let names = names(&rulebook.parse().unwrap());
        assert_eq!(names, ["liste_active", "amplitude", "toute_la_journee", "rythme", "chaque_mois"]);
    }

    #[test]
    fn finds_mentions_in_code_only() {
        let words = BTreeMap::from([
            ("liste_active".to_owned(), "x".to_owned()),
            ("abc-def".to_owned(), "x".to_owned()),
        ]);
        let check = |text: &str| mentions("f.rs", text, &words).len();
        assert_eq!(check("let name = \"liste_active\";"), 1);
        assert_eq!(check("open(\"rulebooks/abc-def/rulebook.toml\")"), 1);
        assert_eq!(check("/// For instance `liste_active`.\nfn f() {}"), 0);
        assert_eq!(check("#[cfg(test)]\nmod tests { const A: &str = \"liste_active\"; }"), 0);
        assert_eq!(check("let liste_active_totale = 1;"), 0);
    }
}
