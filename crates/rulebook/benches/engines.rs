//! The interpreter against the column engine: teams, patients, and plans that vary by parameters.
//!
//! Run with `cargo bench -p rulebook --bench engines`. The answers are compared before anything is timed.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::float_arithmetic,
    reason = "a benchmark speaks, stops when it cannot go on, and divides times"
)]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use exact::Rational;
use rulebook::columns::{Engine, Varied};
use rulebook::facts::{FactFile, Facts, Options, collect};
use rulebook::interpret::settle;
use rulebook::model::Dated;
use rulebook::{ParameterId, Plan, Rulebook, Source, Value, load};

/// What the interpreter settles too, so that the answers can be compared.
const FEW: usize = 100_000;
const MANY: usize = 1_000_000;
const DOCTORS: usize = 1_000;
const TEAMS_OF_A_GRID: usize = 2_500;
const VARIANTS: usize = 1_000;
const ROUNDS: usize = 5;

struct Bench<'a> {
    root: &'a Path,
}

impl Bench<'_> {
    fn rulebook(&self, name: &str) -> Rulebook {
        let folder = self.root.join("rulebooks").join(name);
        let mut sources = Vec::new();
        for inner in ["", "tables"] {
            let Ok(entries) = std::fs::read_dir(folder.join(inner)) else { continue };
            for entry in entries {
                let path = entry.expect("an entry").path();
                if path.is_file() && path.extension().is_some_and(|end| end == "toml" || end == "csv") {
                    let text = std::fs::read_to_string(&path).expect("a readable file");
                    sources.push(Source::new(path.to_string_lossy(), text));
                }
            }
        }
        load(sources).0.expect("a rulebook without fault")
    }

    /// Repeats the rows of an example, each with what `vary` puts before its other cells.
    fn repeated(
        &self,
        example: &str,
        rows: usize,
        keep_from: usize,
        vary: impl Fn(usize) -> String,
    ) -> String {
        let text = std::fs::read_to_string(self.root.join("demo").join(example)).expect("the example");
        let (head, body) = text.split_once('\n').expect("a header");
        let body: Vec<&str> = body.lines().collect();
        let mut out = format!("{head}\n");
        for (index, row) in body.iter().cycle().take(rows).enumerate() {
            let rest = row.splitn(keep_from + 1, ',').nth(keep_from).unwrap_or_default();
            let separator = if rest.is_empty() { "" } else { "," };
            out.push_str(&format!("{}{separator}{rest}\n", vary(index)));
        }
        out
    }

    /// Returns teams of the demonstration, each with a list of patients of its own.
    fn teams(&self, book: &Rulebook, count: usize) -> Facts {
        let text =
            self.repeated("equipes.csv", count, 2, |index| format!("t{index},{}", 500 + index * 7 % 15_000));
        facts(book, &[("teams.csv", None, &text)])
    }

    /// Returns patients of the demonstration, spread over doctors.
    fn patients(&self, book: &Rulebook, count: usize) -> Facts {
        let doctors = self.repeated("medecins.csv", DOCTORS, 1, |index| format!("d{index}"));
        let patients =
            self.repeated("patients.csv", count, 2, |index| format!("p{index},d{}", index * 7 % DOCTORS));
        facts(book, &[("doctors.csv", None, &doctors), ("patients.csv", Some("patient"), &patients)])
    }
}

fn facts(book: &Rulebook, files: &[(&str, Option<&str>, &str)]) -> Facts {
    let read = |(path, entity, text): &(&str, Option<&str>, &str)| {
        FactFile::read(*path, entity.map(str::to_owned), text.as_bytes()).expect("facts")
    };
    let files: Vec<FactFile> = files.iter().map(read).collect();
    collect(book, &files, &Options::default()).0
}

fn plan(book: &Rulebook, at: &str) -> Plan<'static> {
    // The process ends with the benchmark.
    let book: &'static Rulebook = Box::leak(Box::new(book.clone()));
    Plan::new(book, at.parse().expect("a date"), None).expect("a plan")
}

/// Returns the median of the seconds of some rounds.
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

/// Compares the answers on few rows, times all engines on them, then the columns alone on many.
fn compare(what: &str, plan: &Plan<'_>, few: &Facts, many: &Facts, rows: usize) {
    let oracle = settle(plan, few, false, &[]);
    for threads in [1, 2] {
        let columns = Engine::with_threads(threads).settle(plan, few, false, &[], &mut |_| {});
        assert!(
            columns.refused == oracle.refused && columns.entities == oracle.entities,
            "the engines differ"
        );
    }
    println!("\n{what}, the same answers; median of {ROUNDS}");
    let interpreter = seconds(|| drop(settle(plan, few, false, &[])));
    println!("{FEW:>9} rows, interpreter           {interpreter:.3} s");
    for threads in [1, 2] {
        let engine = Engine::with_threads(threads);
        let of_few = seconds(|| drop(engine.settle(plan, few, false, &[], &mut |_| {})));
        let of_many = seconds(|| drop(engine.settle(plan, many, false, &[], &mut |_| {})));
        let (ratio, millions) =
            (interpreter / of_few, f64::from(u32::try_from(rows).unwrap_or(0)) / of_many / 1e6);
        println!("{FEW:>9} rows, columns, {threads} thread(s)  {of_few:.3} s   {ratio:.1} times as fast");
        println!(
            "{rows:>9} rows, columns, {threads} thread(s)  {of_many:.3} s   {millions:.2} million rows a second"
        );
    }
}

/// Varies one amount that is paid for each point.
fn vary(plan: &Plan<'_>, facts: &Facts, parameter: &str) {
    let book = plan.book;
    let id = book.parameters.iter().position(|known| known.named.name == parameter).expect("the parameter");
    let dated = plan.parameter(ParameterId(id)).expect("a value").clone();
    let value = |index: usize| {
        let value = Rational::ratio(i64::try_from(600 + index).expect("few"), 100).expect("not zero");
        Dated { value: Some(Value::Number(value)), ..dated.clone() }
    };
    let values: Vec<Dated> = (0..VARIANTS).map(value).collect();
    let variants: Vec<Vec<Varied<'_>>> = values.iter().map(|dated| vec![(ParameterId(id), dated)]).collect();
    let engine = Engine::with_threads(2);
    engine.settle_variants(plan, &variants, facts, &[], &mut |index, found| {
        if index % 100 == 0 {
            let alone = settle(&plan.with_parameter(ParameterId(id), &values[index]), facts, false, &[]);
            assert!(found.entities == alone.entities && found.refused == alone.refused, "the engines differ");
        }
        ControlFlow::Continue(())
    });
    let taken = seconds(|| {
        engine.settle_variants(plan, &variants, facts, &[], &mut |_, found| {
            drop(found);
            ControlFlow::Continue(())
        });
    });
    let all = f64::from(u32::try_from(VARIANTS * TEAMS_OF_A_GRID).unwrap_or(0)) / taken / 1e6;
    println!(
        "\n{VARIANTS} values of `{parameter}` for {TEAMS_OF_A_GRID} teams, the same answers; median of {ROUNDS}"
    );
    println!("columns, 2 threads  {taken:.3} s   {all:.1} million teams a second");
}

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let bench = Bench { root: &root };
    let book = bench.rulebook("aci-msp");
    let of_teams = plan(&book, "2024-12-31");
    let (few, many) = (bench.teams(&book, FEW), bench.teams(&book, MANY));
    compare("teams of aci-msp", &of_teams, &few, &many, MANY);
    vary(&of_teams, &bench.teams(&book, TEAMS_OF_A_GRID), "valeur_du_point");
    let book = bench.rulebook("fpmt");
    let (few, many) = (bench.patients(&book, FEW), bench.patients(&book, MANY));
    compare("patients of fpmt", &plan(&book, "2026-12-31"), &few, &many, MANY);
}
