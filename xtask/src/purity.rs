//! Pure crates: no files, no processes, no clock, no environment, no printing.

use crate::Problem;
use crate::architecture;
use crate::rust_source::{lines_with_word, without_comments_and_tests};
use crate::tree::Tree;

/// What the sources of a pure crate may not say.
const FORBIDDEN: &[&str] = &[
    "std::fs",
    "std::env",
    "std::net",
    "std::process",
    "std::os",
    "stdin",
    "stdout",
    "stderr",
    "File::open",
    "File::create",
    "SystemTime",
    "Instant::now",
    "Zoned::now",
    "Timestamp::now",
    "println!",
    "print!",
    "eprintln!",
    "eprint!",
];

/// The same modules of the standard library, when they are imported in a group: `use std::{fs, …}`.
const FORBIDDEN_MODULES: &[&str] = &["fs", "env", "net", "process", "os"];

/// Finds input, output, clocks and the environment in the sources of pure crates.
pub fn pure_crates_do_no_io(tree: &Tree) -> anyhow::Result<Vec<Problem>> {
    let architecture = architecture::parse(&tree.read(architecture::DOCUMENT)?)?;
    let mut problems = Vec::new();
    for (name, _) in architecture.crates.iter().filter(|(_, row)| row.pure) {
        for path in tree.files(&format!("crates/{name}/src"), &["rs"])? {
            if !is_test_file(&path) {
                problems.extend(impurities(&path, &tree.read(&path)?));
            }
        }
    }
    Ok(problems)
}

/// Tells whether a source file holds only tests: `tests.rs`, or anything in a folder `tests`.
pub fn is_test_file(path: &str) -> bool {
    path.ends_with("/tests.rs") || crate::tree::is_inside(path, "tests")
}

fn impurities(path: &str, text: &str) -> Vec<Problem> {
    let code = without_comments_and_tests(text);
    let mut problems = Vec::new();
    for word in FORBIDDEN {
        for line in lines_with_word(&code, word) {
            let message = format!(
                "`{word}` in a pure crate: take what is needed as a parameter; the binary reads and writes"
            );
            problems.push(Problem::at_line(path, line, message));
        }
    }
    for (at, _) in code.match_indices("use std::{") {
        let group = code.get(at..).and_then(|rest| rest.split_once(';')).map_or("", |(group, _)| group);
        for module in FORBIDDEN_MODULES.iter().filter(|module| !lines_with_word(group, module).is_empty()) {
            let line = code.get(..at).map_or(0, |before| before.matches('\n').count()) + 1;
            problems.push(Problem::at_line(path, line, format!("`std::{module}` in a pure crate")));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected_count: usize) {
        let problems = impurities("f.rs", text);
        assert_eq!(problems.len(), expected_count, "{problems:?}");
    }

    #[test]
    fn finds_impurities() {
        check("use std::fs;", 1);
        check("use std::{collections::BTreeMap, fs};", 1);
        check("fn f() { println!(\"a\"); }", 1);
        check("let now = SystemTime::now();", 1);
    }

    #[test]
    fn leaves_the_rest() {
        check("use std::{collections::BTreeMap, fmt};\nconst V: &str = env!(\"CARGO_PKG_VERSION\");", 0);
        check("// std::fs is for the binary\n#[cfg(test)]\nmod tests { use std::fs; }", 0);
        check("fn println_all() {} struct MySystemTime;", 0);
    }
}
