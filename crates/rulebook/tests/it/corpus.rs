//! The kept corpus of the fuzz targets, and mutations of real rulebooks: nothing panics, everything comes back.

use proptest::prelude::*;

use crate::entry;
use crate::support::{root, sources_of};

#[track_caller]
fn each(target: &str, feed: fn(&[u8])) {
    let folder = root().join("fuzz/corpus").join(target);
    let mut count = 0;
    for file in std::fs::read_dir(&folder).expect("the corpus is part of the project") {
        let bytes = std::fs::read(file.expect("an entry").path()).expect("a readable file");
        feed(&bytes);
        // And cut in the middle: what a fuzzer does first.
        feed(&bytes[..bytes.len() / 2]);
        count += 1;
    }
    assert!(count >= 5, "{target} has {count} files");
}

#[test]
fn rulebooks() {
    each("rulebook", entry::rulebook);
}

#[test]
fn formulas() {
    each("formula", entry::formula);
    entry::formula(vec!["1"; 100_000].join("+").as_bytes());
    entry::formula("(".repeat(50_000).as_bytes());
    entry::formula("NOT ".repeat(400).as_bytes());
    entry::formula("CASE WHEN ouvert THEN ".repeat(200).as_bytes());
}

#[test]
fn facts_in_csv() {
    each("facts_csv", entry::facts_csv);
}

#[test]
fn facts_in_json() {
    each("facts_json", entry::facts_json);
    entry::facts_json("[".repeat(100_000).as_bytes());
}

#[test]
fn facts_in_toml() {
    each("facts_toml", entry::facts_toml);
    entry::facts_toml(format!("a = {}", "[".repeat(50_000)).as_bytes());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// A stretch of a real rulebook is dropped, doubled or turned over: reading it always comes back.
    #[test]
    fn mutations_of_real_rulebooks(
        name in prop::sample::select(vec!["aci-msp", "mssp", "fpmt", "ipep", "peps"]),
        file in any::<prop::sample::Index>(),
        start in any::<prop::sample::Index>(),
        length in 0_usize..400,
        kind in 0_u8..3,
    ) {
        let mut sources = sources_of(&root().join("rulebooks").join(name));
        sources.retain(|source| !source.path.contains("/cases/"));
        let place = file.index(sources.len());
        let text = &sources[place].text;
        let letters: Vec<char> = text.chars().collect();
        let from = start.index(letters.len());
        let to = (from + length).min(letters.len());
        let middle: String = match kind {
            0 => String::new(),
            1 => letters[from..to].iter().chain(&letters[from..to]).collect(),
            _ => letters[from..to].iter().rev().collect(),
        };
        let mutated: String = letters[..from].iter().collect::<String>() + &middle + &letters[to..].iter().collect::<String>();
        sources[place].text = mutated;
        let (_, findings) = rulebook::load(sources.clone());
        for finding in findings {
            prop_assert!(!finding.render(&sources, rulebook::Language::French).is_empty());
        }
    }

    #[test]
    fn any_formula_comes_back(text in "[-a-z0-9()+*/<>=.,' ]{0,120}|(CASE WHEN|THEN|ELSE|END|NOT|AND|OR|sum|count|liste|ouvert|membre\\.jours|\\(|\\)|,| |1|0|'bas'|niveau){0,40}") {
        entry::formula(text.as_bytes());
    }
}
