//! The command line of the checks: `cargo xtask tidy`.

use std::io::{self, Write};
use std::process::ExitCode;

use xtask::CHECKS;
use xtask::tree::Tree;

fn main() -> anyhow::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments != ["tidy"] {
        writeln!(io::stderr(), "usage: cargo xtask tidy")?;
        return Ok(ExitCode::from(2));
    }
    let tree = Tree::of_this_package();
    let mut out = io::stdout().lock();
    let mut problem_count = 0;
    for check in CHECKS {
        let problems = (check.run)(&tree)?;
        let verdict = if problems.is_empty() { "ok" } else { "FAILED" };
        writeln!(out, "{verdict:<6} {}", check.name)?;
        for problem in &problems {
            writeln!(out, "       {problem}")?;
        }
        problem_count += problems.len();
    }
    if problem_count == 0 {
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(out, "{problem_count} to put right")?;
    Ok(ExitCode::FAILURE)
}
