//! The interpreter against the column engine, on the teams of the demonstration repeated and varied.
//!
//! Run with `cargo bench -p rulebook --bench engines`. The answers are compared before anything is timed.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark speaks, and stops when it cannot go on"
)]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::path::Path;
use std::time::Instant;

use rulebook::columns::Engine;
use rulebook::facts::{FactFile, Options, collect};
use rulebook::interpret::settle;
use rulebook::{Plan, Rulebook, Source, load};

const TEAMS: usize = 100_000;
const ROUNDS: usize = 5;

fn rulebook(root: &Path) -> Rulebook {
    let folder = root.join("rulebooks/aci-msp");
    let mut sources = Vec::new();
    for inner in ["", "tables"] {
        for entry in std::fs::read_dir(folder.join(inner)).expect("the rulebook") {
            let path = entry.expect("an entry").path();
            if path.is_file() && path.extension().is_some_and(|end| end == "toml" || end == "csv") {
                let text = std::fs::read_to_string(&path).expect("a readable file");
                sources.push(Source::new(path.to_string_lossy(), text));
            }
        }
    }
    load(sources).0.expect("a rulebook without fault")
}

/// Repeats the teams of the demonstration, each with a list of patients of its own.
fn teams(root: &Path) -> String {
    let text = std::fs::read_to_string(root.join("demo/equipes.csv")).expect("the teams");
    let (head, rows) = text.split_once('\n').expect("a header");
    let rows: Vec<Vec<&str>> = rows.lines().map(|row| row.split(',').collect()).collect();
    let mut out = format!("{head}\n");
    for (index, row) in rows.iter().cycle().take(TEAMS).enumerate() {
        let patients = 500 + index * 7 % 15_000;
        let rest = row.get(2..).expect("more columns").join(",");
        out.push_str(&format!("t{index},{patients},{rest}\n"));
    }
    out
}

fn seconds(mut work: impl FnMut()) -> f64 {
    let mut all: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_secs_f64()
        })
        .collect();
    all.sort_by(f64::total_cmp);
    all.get(ROUNDS / 2).copied().unwrap_or_default()
}

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let book = rulebook(&root);
    let plan = Plan::new(&book, "2024-12-31".parse().expect("a date"), None).expect("a plan");
    let file = FactFile::read("teams.csv", None, teams(&root).as_bytes()).expect("facts");
    let (facts, _) = collect(&book, &[file], &Options::default());
    let one = Engine::with_threads(1);
    let two = Engine::with_threads(2);
    let oracle = settle(&plan, &facts, false, &[]);
    for engine in [one, two] {
        let columns = engine.settle(&plan, &facts, false, &[], &mut |_| {});
        let same = columns.refused == oracle.refused && columns.entities == oracle.entities;
        assert!(same, "the engines differ");
    }
    println!("{TEAMS} teams of aci-msp, the same answers; median of {ROUNDS}");
    let interpreter = seconds(|| drop(settle(&plan, &facts, false, &[])));
    println!("interpreter          {interpreter:.3} s");
    for (name, engine) in [("columns, 1 thread ", one), ("columns, 2 threads", two)] {
        let columns = seconds(|| drop(engine.settle(&plan, &facts, false, &[], &mut |_| {})));
        #[expect(clippy::float_arithmetic, reason = "a ratio of times is no money")]
        let ratio = interpreter / columns;
        println!("{name}   {columns:.3} s   {ratio:.1} times as fast");
    }
}
