//! Tidiness: manifests, white space, length of files, comments of modules, data files.

use anyhow::Context as _;

use crate::Problem;
use crate::purity::is_test_file;
use crate::tree::{Tree, base_name, is_inside};

/// A source file longer than this holds more than one idea; at 600 lines it is time to look for the seam.
const LINES_MAX: usize = 800;

/// Keys of `[package]` that every member takes from the workspace.
const INHERITED: &[&str] = &["version", "edition", "rust-version", "license"];

/// Compares each manifest with the workspace's customs.
pub fn manifests(tree: &Tree) -> anyhow::Result<Vec<Problem>> {
    let mut problems = Vec::new();
    let crates = tree.folders("crates")?.into_iter().map(|name| format!("crates/{name}"));
    for folder in crates.chain(["xtask".to_owned()]) {
        let path = format!("{folder}/Cargo.toml");
        let messages = manifest_problems(base_name(&folder), &tree.read(&path)?)
            .with_context(|| format!("failed to read {path}"))?;
        problems.extend(messages.into_iter().map(|message| Problem::new(&path, message)));
    }
    Ok(problems)
}

/// Finds tabs, trailing spaces, carriage returns and missing last line ends.
pub fn white_space(tree: &Tree) -> anyhow::Result<Vec<Problem>> {
    let mut problems = Vec::new();
    for path in tree.files("", &["rs", "toml", "md"])? {
        // Files that tests read may be malformed on purpose.
        let is_fixture = !is_rust(&path) && (is_inside(&path, "tests") || is_inside(&path, "corpus"));
        if !is_fixture {
            problems.extend(white_space_problems(&path, &tree.read(&path)?));
        }
    }
    Ok(problems)
}

/// Finds source files that have grown too long.
pub fn length_of_files(tree: &Tree) -> anyhow::Result<Vec<Problem>> {
    let mut problems = Vec::new();
    for path in source_files(tree)? {
        let line_count = tree.read(&path)?.lines().count();
        if line_count > LINES_MAX {
            problems.push(Problem::new(path, format!("{line_count} lines; split it before {LINES_MAX}")));
        }
    }
    Ok(problems)
}

/// Finds source files that do not begin by saying what they are for.
pub fn module_comments(tree: &Tree) -> anyhow::Result<Vec<Problem>> {
    let mut problems = Vec::new();
    for path in source_files(tree)? {
        if is_test_file(&path) {
            continue;
        }
        let text = tree.read(&path)?;
        if !text.lines().next().is_some_and(|line| line.starts_with("//! ")) {
            problems.push(Problem::at_line(
                &path,
                1,
                "begin with a `//!` comment: what the module is for, and what it does not do",
            ));
        }
    }
    Ok(problems)
}

/// Finds data files that are not TOML, rulebooks without their first file, and texts given in one language only.
pub fn data_files(tree: &Tree) -> anyhow::Result<Vec<Problem>> {
    let mut problems = Vec::new();
    for folder in tree.folders("rulebooks")? {
        let path = format!("rulebooks/{folder}/rulebook.toml");
        if !tree.exists(&path) {
            problems.push(Problem::new(path, "a rulebook begins with this file"));
        }
    }
    for folder in ["rulebooks", "demo", "locales"] {
        for path in tree.files(folder, &["toml"])? {
            match tree.read(&path)?.parse::<toml::Table>() {
                Ok(table) => problems.extend(one_language_only(&path, &toml::Value::Table(table))),
                Err(error) => problems.push(Problem::new(path, format!("not TOML: {error}"))),
            }
        }
    }
    Ok(problems)
}

fn source_files(tree: &Tree) -> anyhow::Result<Vec<String>> {
    let mut files = tree.files("crates", &["rs"])?;
    files.retain(|path| is_inside(path, "src"));
    files.extend(tree.files("xtask/src", &["rs"])?);
    Ok(files)
}

fn is_rust(path: &str) -> bool {
    std::path::Path::new(path).extension().is_some_and(|extension| extension == "rs")
}

fn manifest_problems(folder: &str, manifest: &str) -> anyhow::Result<Vec<String>> {
    let table: toml::Table = manifest.parse()?;
    let package = table.get("package").context("no [package]")?;
    let is_inherited = |value: Option<&toml::Value>| {
        value.and_then(|value| value.get("workspace")).and_then(toml::Value::as_bool) == Some(true)
    };
    let mut messages = Vec::new();
    if package.get("name").and_then(toml::Value::as_str) != Some(folder) {
        messages.push(format!("the package is named as its folder, `{folder}`"));
    }
    for key in INHERITED.iter().filter(|key| !is_inherited(package.get(**key))) {
        messages.push(format!("write `{key}.workspace = true` under [package]"));
    }
    let is_private = package.get("publish").and_then(toml::Value::as_bool) == Some(false);
    if !is_private && !is_inherited(package.get("publish")) {
        messages.push("write `publish.workspace = true` under [package]".to_owned());
    }
    if table.get("lints").and_then(|lints| lints.get("workspace")).and_then(toml::Value::as_bool)
        != Some(true)
    {
        messages.push("write `[lints]` with `workspace = true`".to_owned());
    }
    for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
        let dependencies = table.get(kind).and_then(toml::Value::as_table).into_iter().flatten();
        for (name, _) in dependencies.filter(|(_, dependency)| !is_inherited(Some(dependency))) {
            messages.push(format!(
                "declare the version of `{name}` in the workspace and write `{name}.workspace = true`"
            ));
        }
    }
    Ok(messages)
}

fn white_space_problems(path: &str, text: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, line) in text.split('\n').enumerate() {
        if line.contains('\t') {
            problems.push(Problem::at_line(path, index + 1, "a tab; write spaces, or `\\t` in a string"));
        }
        if line.ends_with([' ', '\r']) {
            problems.push(Problem::at_line(
                path,
                index + 1,
                "a space or carriage return at the end of the line",
            ));
        }
    }
    if !text.ends_with('\n') || text.ends_with("\n\n") {
        problems.push(Problem::new(path, "a file ends with exactly one line end"));
    }
    problems
}

/// Finds tables that have `fr` without `en`, or the other way round.
fn one_language_only(path: &str, value: &toml::Value) -> Vec<Problem> {
    match value {
        toml::Value::Array(items) => items.iter().flat_map(|item| one_language_only(path, item)).collect(),
        toml::Value::Table(table) => {
            let mut problems = Vec::new();
            if table.contains_key("fr") != table.contains_key("en") {
                problems.push(Problem::new(
                    path,
                    format!("a text in one language only: {table}").replace('\n', " "),
                ));
            }
            problems.extend(table.values().flat_map(|value| one_language_only(path, value)));
            problems
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "
[package]
name = \"a\"
version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true
publish.workspace = true
[lints]
workspace = true
[dependencies]
b.workspace = true
c = { workspace = true, features = [\"d\"] }
";

    #[test]
    fn reads_manifests() {
        let check = |manifest: &str| manifest_problems("a", manifest).unwrap();
        assert_eq!(check(MANIFEST), Vec::<String>::new());
        assert_eq!(check(&MANIFEST.replace("edition.workspace = true", "edition = \"2021\"")).len(), 1);
        assert_eq!(check(&MANIFEST.replace("b.workspace = true", "b = \"1\"")).len(), 1);
        assert_eq!(check(&MANIFEST.replace("[lints]", "[lonts]")).len(), 1);
        assert_eq!(check(&MANIFEST.replace("publish.workspace = true", "publish = false")).len(), 0);
        assert_eq!(check(&MANIFEST.replace("publish.workspace = true", "publish = true")).len(), 1);
        assert_eq!(check(&MANIFEST.replace("\"a\"", "\"z\"")).len(), 1);
    }

    #[test]
    fn finds_white_space() {
        let check = |text: &str| white_space_problems("f", text).len();
        assert_eq!(check("a\nb\n"), 0);
        assert_eq!(check("a \nb\n"), 1);
        assert_eq!(check("\ta\n"), 1);
        assert_eq!(check("a\r\n"), 1);
        assert_eq!(check("a"), 1);
        assert_eq!(check("a\n\n"), 1);
    }

    #[test]
    fn finds_a_missing_language() {
        let check = |text: &str| one_language_only("f", &toml::Value::Table(text.parse().unwrap())).len();
        assert_eq!(check("label = { fr = 'un', en = 'one' }"), 0);
        assert_eq!(check("label = { fr = 'un' }"), 1);
        assert_eq!(check("[[a]]\nb = [{ en = 'one' }]"), 1);
    }
}
