//! Documents: the commands that the two READMEs give, and the links between pages.

use anyhow::Context as _;

use crate::Problem;
use crate::tree::Tree;

/// The marker before the block that holds the command of the tests, in both READMEs.
const TEST_COMMAND: &str = "<!-- command: tests -->";

/// The marker before the block that holds the command of the demonstration, in both READMEs.
const DEMO_COMMAND: &str = "<!-- command: demo -->";

/// Compares the commands of the two READMEs with one another and with what `.ci/run` runs.
pub fn readme_commands(tree: &Tree) -> anyhow::Result<Vec<Problem>> {
    let english = tree.read("README.md")?;
    let french = tree.read("README.fr.md")?;
    compare_commands(&english, &french, &tree.read(".ci/run")?)
}

/// Finds links to files that do not exist.
pub fn links(tree: &Tree) -> anyhow::Result<Vec<Problem>> {
    let mut problems = Vec::new();
    for path in tree.files("", &["md"])? {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for (line, target) in relative_links(&tree.read(&path)?) {
            let place = if folder.is_empty() { target.clone() } else { format!("{folder}/{target}") };
            if !tree.exists(&place) {
                problems.push(Problem::at_line(&path, line, format!("the link to `{target}` leads nowhere")));
            }
        }
    }
    Ok(problems)
}

/// Finds change files of a contract that the contract's page does not tell of: a reading that nobody finds is no choice.
pub fn changes_are_told(tree: &Tree) -> anyhow::Result<Vec<Problem>> {
    let mut problems = Vec::new();
    for path in tree.files("rulebooks", &["toml"])? {
        let Some((contract, file)) =
            path.strip_prefix("rulebooks/").and_then(|rest| rest.split_once("/changes/"))
        else {
            continue;
        };
        let page = format!("docs/{contract}.md");
        if tree.exists(&page) && !tree.read(&page)?.contains(&format!("{file}`")) {
            problems
                .push(Problem::new(&path, format!("is not named in {page}, which says what each choice is")));
        }
    }
    Ok(problems)
}

fn compare_commands(english: &str, french: &str, ci_run: &str) -> anyhow::Result<Vec<Problem>> {
    let mut problems = Vec::new();
    for marker in [TEST_COMMAND, DEMO_COMMAND] {
        let in_english =
            command(english, marker).with_context(|| format!("README.md has no command after `{marker}`"))?;
        let in_french = command(french, marker)
            .with_context(|| format!("README.fr.md has no command after `{marker}`"))?;
        if in_english != in_french {
            problems.push(Problem::new(
                "README.fr.md",
                format!("gives `{in_french}` where README.md gives `{in_english}`"),
            ));
        }
        if marker == TEST_COMMAND && !ci_run.lines().any(|line| line.trim() == in_english) {
            problems.push(Problem::new(
                ".ci/run",
                format!("does not run the test command of README.md on a line of its own: `{in_english}`"),
            ));
        }
    }
    Ok(problems)
}

/// Returns the first line of the fenced block after a marker.
fn command<'a>(document: &'a str, marker: &str) -> Option<&'a str> {
    let mut lines = document.lines().skip_while(|line| line.trim() != marker).skip(1);
    lines.find(|line| line.trim_start().starts_with("```"))?;
    lines.next().map(str::trim)
}

/// Returns the targets of links inside the repository, with their lines; blocks of code are skipped.
fn relative_links(document: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut is_code = false;
    for (index, line) in document.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            is_code = !is_code;
            continue;
        }
        if is_code {
            continue;
        }
        for (at, opening) in line.match_indices("](") {
            let target = line.get(at + opening.len()..).and_then(|rest| rest.split(')').next()).unwrap_or("");
            let path = target.split('#').next().unwrap_or("");
            let is_elsewhere = path.is_empty() || path.contains("://") || path.starts_with("mailto:");
            if !is_elsewhere {
                found.push((index + 1, path.to_owned()));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readme(command: &str) -> String {
        format!("# T\n{TEST_COMMAND}\n```sh\n{command}\n```\n\n{DEMO_COMMAND}\n```sh\ncargo run\n```\n")
    }

    #[test]
    fn compares_commands() {
        let check = |french: &str, ci: &str| {
            compare_commands(&readme("cargo test"), &readme(french), ci).unwrap().len()
        };
        assert_eq!(check("cargo test", "set -e\n  cargo test\n"), 0);
        assert_eq!(check("cargo essai", "cargo test\n"), 1);
        assert_eq!(check("cargo test", "cargo test --release\n"), 1);
        assert!(compare_commands("# T", &readme("a"), "").is_err());
    }

    #[test]
    fn finds_relative_links() {
        let document =
            "[a](b.md) and [c](d/e.md#f)\n```\n[x](y.md)\n```\n[web](https://example.org) [here](#top)";
        assert_eq!(relative_links(document), [(1, "b.md".to_owned()), (1, "d/e.md".to_owned())]);
    }
}
