//! Who may import what: the tables of the architecture against what Cargo says.

use std::collections::BTreeSet;

use anyhow::Context as _;

use crate::Problem;
use crate::architecture::{self, Architecture};
use crate::packages::Packages;
use crate::tree::Tree;

/// Packages that a pure crate may not link, although any other crate of ours may: asynchronous runtimes.
const RUNTIMES: &[&str] = &["tokio"];

/// Compares the imports between crates of ours with the table.
pub fn imports(tree: &Tree) -> anyhow::Result<Vec<Problem>> {
    let (architecture, packages) = load(tree)?;
    Ok(compare_imports(&architecture, &packages))
}

/// Finds packages that are declared by a crate of ours that may not.
pub fn guarded_packages(tree: &Tree) -> anyhow::Result<Vec<Problem>> {
    let (architecture, packages) = load(tree)?;
    Ok(compare_guarded(&architecture, &packages))
}

/// Finds pure crates that link, however far down, a guarded package or a runtime.
pub fn pure_crates_link_nothing_heavy(tree: &Tree) -> anyhow::Result<Vec<Problem>> {
    let (architecture, packages) = load(tree)?;
    Ok(heavy_links(&architecture, &packages))
}

/// Compares the packages that `deny.toml` guards with the table.
pub fn deny_file_agrees(tree: &Tree) -> anyhow::Result<Vec<Problem>> {
    let architecture = architecture::parse(&tree.read(architecture::DOCUMENT)?)?;
    compare_deny_file(&architecture, &tree.read("deny.toml")?)
}

fn load(tree: &Tree) -> anyhow::Result<(Architecture, Packages)> {
    Ok((architecture::parse(&tree.read(architecture::DOCUMENT)?)?, Packages::load(tree)?))
}

fn compare_imports(architecture: &Architecture, packages: &Packages) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (name, member) in &packages.members {
        let place = format!("{}/Cargo.toml", member.folder);
        let Some(row) = architecture.crates.get(name) else {
            let message = format!(
                "`{name}` is not in the table of crates of {}: add its row and its paragraph",
                architecture::DOCUMENT
            );
            problems.push(Problem::new(place, message));
            continue;
        };
        for needed in member.needs.iter().filter(|needed| packages.members.contains_key(*needed)) {
            if !row.may_import.contains(needed) {
                let message = format!(
                    "`{name}` imports `{needed}`, which the table of crates does not allow; imports go downwards only"
                );
                problems.push(Problem::new(&place, message));
            }
        }
    }
    for (name, row) in &architecture.crates {
        if !packages.members.contains_key(name) {
            problems.push(Problem::new(
                architecture::DOCUMENT,
                format!("the table of crates names `{name}`, which does not exist"),
            ));
        }
        for allowed in row.may_import.iter().filter(|allowed| !architecture.crates.contains_key(*allowed)) {
            let message = format!("`{name}` may import `{allowed}`, which has no row of its own");
            problems.push(Problem::new(architecture::DOCUMENT, message));
        }
    }
    problems
}

fn compare_guarded(architecture: &Architecture, packages: &Packages) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (package, row) in &architecture.guarded {
        for (name, member) in &packages.members {
            let declares = member.needs.contains(package) || member.tests_need.contains(package);
            if declares && !row.only_under.contains(name) {
                let allowed =
                    row.only_under.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                let allowed = if allowed.is_empty() {
                    "no crate of ours".to_owned()
                } else {
                    format!("only {allowed}")
                };
                let message = format!("`{name}` declares `{package}`; {allowed} may");
                problems.push(Problem::new(format!("{}/Cargo.toml", member.folder), message));
            }
        }
    }
    problems
}

fn heavy_links(architecture: &Architecture, packages: &Packages) -> Vec<Problem> {
    let mut problems = Vec::new();
    let heavy = architecture.guarded.keys().map(String::as_str).chain(RUNTIMES.iter().copied());
    let heavy: BTreeSet<&str> = heavy.collect();
    for (name, _) in architecture.crates.iter().filter(|(_, row)| row.pure) {
        for way in heavy.iter().filter_map(|package| packages.way_to(name, package)) {
            let message = format!("`{name}` is pure and links {}", way.join(" -> "));
            problems.push(Problem::new(format!("crates/{name}/Cargo.toml"), message));
        }
    }
    problems
}

fn compare_deny_file(architecture: &Architecture, deny_file: &str) -> anyhow::Result<Vec<Problem>> {
    let table: toml::Table = deny_file.parse().context("failed to read deny.toml")?;
    let bans = table.get("bans").and_then(|bans| bans.get("deny")).and_then(toml::Value::as_array);
    let bans = bans.context("deny.toml has no list `bans.deny`")?;
    let mut problems = Vec::new();
    for (package, row) in architecture.guarded.iter().filter(|(_, row)| row.in_deny_file) {
        let ban = bans.iter().find(|ban| ban.get("crate").and_then(toml::Value::as_str) == Some(package));
        let wrappers = ban.and_then(|ban| ban.get("wrappers")).and_then(toml::Value::as_array);
        let Some(wrappers) = wrappers else {
            problems.push(Problem::new(
                "deny.toml",
                format!("`{package}` has no entry with `wrappers` in `bans.deny`"),
            ));
            continue;
        };
        for name in &row.only_under {
            if !wrappers.iter().any(|wrapper| wrapper.as_str() == Some(name)) {
                problems
                    .push(Problem::new("deny.toml", format!("the wrappers of `{package}` lack `{name}`")));
            }
        }
    }
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const DOCUMENT: &str = "
<!-- table: crates -->
| crate | pure | may import |
|---|---|---|
| `below` | yes | nothing of ours |
| `above` | no | `below` |

<!-- table: guarded packages -->
| package | only under | in deny.toml |
|---|---|---|
| `heavy` | `above` | yes |
";

    fn check(below_needs: &[&str], above_needs: &[&str]) -> Vec<String> {
        let dependencies = |names: &[&str]| {
            names.iter().map(|name| json!({ "name": name, "kind": null })).collect::<Vec<_>>()
        };
        let metadata = json!({ "workspace_root": "/r", "packages": [
            { "name": "below", "manifest_path": "/r/crates/below/Cargo.toml", "dependencies": dependencies(below_needs) },
            { "name": "above", "manifest_path": "/r/crates/above/Cargo.toml", "dependencies": dependencies(above_needs) },
        ] });
        let lock_file = format!(
            "[[package]]\nname = \"below\"\nversion = \"1.0.0\"\ndependencies = {below_needs:?}\n\
             [[package]]\nname = \"above\"\nversion = \"1.0.0\"\ndependencies = {above_needs:?}\n\
             [[package]]\nname = \"small\"\nversion = \"1.0.0\"\ndependencies = [\"tokio\"]\n\
             [[package]]\nname = \"tokio\"\nversion = \"1.0.0\"\n\
             [[package]]\nname = \"heavy\"\nversion = \"1.0.0\"\n"
        );
        let architecture = architecture::parse(DOCUMENT).unwrap();
        let packages = Packages::parse(&metadata, &lock_file).unwrap();
        let mut problems = compare_imports(&architecture, &packages);
        problems.extend(compare_guarded(&architecture, &packages));
        problems.extend(heavy_links(&architecture, &packages));
        problems.into_iter().map(|problem| problem.message).collect()
    }

    #[test]
    fn allows_what_the_table_allows() {
        assert_eq!(check(&[], &["below", "heavy", "small"]), Vec::<String>::new());
    }

    #[test]
    fn finds_an_import_upwards() {
        assert!(check(&["above"], &[])[0].contains("`below` imports `above`"));
    }

    #[test]
    fn finds_a_guarded_package_and_the_link_to_it() {
        let problems = check(&["heavy"], &[]);
        assert!(problems[0].contains("`below` declares `heavy`; only `above` may"), "{problems:?}");
        assert!(problems[1].contains("links below -> heavy"), "{problems:?}");
    }

    #[test]
    fn finds_a_runtime_far_down() {
        assert!(check(&["small"], &[])[0].contains("links below -> small -> tokio"));
    }

    #[test]
    fn finds_rows_and_crates_without_each_other() {
        let architecture = architecture::parse(&DOCUMENT.replace("`above` | no", "`gone` | no")).unwrap();
        let metadata = json!({ "workspace_root": "/r", "packages": [
            { "name": "above", "manifest_path": "/r/crates/above/Cargo.toml", "dependencies": [] } ] });
        let problems = compare_imports(&architecture, &Packages::parse(&metadata, "").unwrap());
        let messages = problems.iter().map(|problem| problem.message.as_str()).collect::<Vec<_>>();
        assert!(messages[0].contains("`above` is not in the table"), "{messages:?}");
        assert!(
            messages.iter().any(|message| message.contains("`gone`, which does not exist")),
            "{messages:?}"
        );
    }

    #[test]
    fn compares_the_deny_file() {
        let architecture = architecture::parse(DOCUMENT).unwrap();
        let check = |deny_file: &str| compare_deny_file(&architecture, deny_file).unwrap();
        assert!(check("[bans]\ndeny = [{ crate = \"heavy\", wrappers = [\"above\"] }]").is_empty());
        assert_eq!(check("[bans]\ndeny = [{ crate = \"heavy\", wrappers = [\"below\"] }]").len(), 1);
        assert_eq!(check("[bans]\ndeny = []").len(), 1);
    }
}
