//! The rulebooks of the project: they load without fault, and every case comes out.

use rulebook::{Language, load};

use crate::support::{root, sources_of};

fn check(name: &str) {
    let sources = sources_of(&root().join("rulebooks").join(name));
    let (book, findings) = load(sources.clone());
    let shown: String = findings.iter().map(|finding| finding.render(&sources, Language::French)).collect();
    assert!(findings.is_empty(), "{name}:\n{shown}");
    assert!(book.is_some());
}

#[test]
fn aci_msp() {
    check("aci-msp");
}

#[test]
fn mssp() {
    check("mssp");
}

#[test]
fn fpmt() {
    check("fpmt");
}

#[test]
fn ipep() {
    check("ipep");
}

#[test]
fn peps() {
    check("peps");
}

#[test]
fn shared_savings() {
    check("shared-savings");
}

/// Runs every case of a rulebook.
fn cases(name: &str, at_least: usize) {
    let book = crate::support::project(name);
    let results = rulebook::cases::run_cases(&book);
    let wrong: Vec<String> = results
        .iter()
        .filter(|result| !result.passed)
        .flat_map(|result| &result.findings)
        .map(|finding| finding.render(&book.sources, Language::English))
        .collect();
    assert!(wrong.is_empty(), "{name}:\n{}", wrong.join("\n"));
    assert!(results.len() >= at_least, "{name} has {} cases", results.len());
    assert!(results.iter().all(|result| result.passed));
}

#[test]
fn every_case_of_aci_msp_comes_out() {
    cases("aci-msp", 340);
}

#[test]
fn every_case_of_mssp_comes_out() {
    cases("mssp", 98);
}

#[test]
fn every_case_of_fpmt_comes_out() {
    cases("fpmt", 38);
}

#[test]
fn every_case_of_ipep_comes_out() {
    cases("ipep", 69);
}

#[test]
fn every_case_of_peps_comes_out() {
    cases("peps", 57);
}

#[test]
fn every_case_of_shared_savings_comes_out() {
    cases("shared-savings", 13);
}

/// The contract that is written twice, here and for another engine, stays valid as the notation changes.
#[test]
fn the_contract_of_the_comparison_with_openfisca() {
    let sources = sources_of(&root().join("benches/peers/openfisca/rulebook"));
    let (book, findings) = load(sources.clone());
    let shown: String = findings.iter().map(|finding| finding.render(&sources, Language::English)).collect();
    assert!(findings.is_empty(), "{shown}");
    assert_eq!(book.map(|book| book.parameters.len()), Some(12));
}

/// A change file that comes with a rulebook is a promise that it still lays over it.
#[test]
fn change_files_of_the_rulebooks_lay_over_them() {
    let mut laid = 0;
    for name in ["ipep", "peps", "shared-savings"] {
        let folder = root().join("rulebooks").join(name);
        let mut sources = sources_of(&folder);
        sources.retain(|source| !source.path.contains("/cases/"));
        let mut paths: Vec<_> = std::fs::read_dir(folder.join("changes"))
            .expect("a folder of changes")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        paths.sort();
        for path in paths {
            let text = std::fs::read_to_string(&path).expect("a readable file");
            let change = rulebook::Source::new(path.display().to_string(), text);
            let mut shown_with = sources.clone();
            shown_with.push(change.clone());
            let (changed, mut findings) = rulebook::change::load(sources.clone(), vec![change]);
            // Another reading may have no use for a fact.
            findings.retain(|finding| finding.code.to_string() != "R0038");
            let shown: String =
                findings.iter().map(|finding| finding.render(&shown_with, Language::English)).collect();
            assert!(findings.is_empty(), "{}:\n{shown}", path.display());
            assert!(changed.is_some());
            laid += 1;
        }
    }
    assert!(laid >= 42, "{laid} change files");
}
