//! The column engine as one side of a comparison with another engine: `benches/peers/` runs both and compares.
//!
//! It reads orders on its standard input, one a line, and answers each with one line of JSON:
//!
//! - `load NAME FACTS [SCENARIOS]` reads a CSV file of facts, and one of values of parameters (a row, a scenario);
//! - `dump NAME FILE` writes every output: for each scenario and each output, the values of all subjects as
//!   little-endian 64-bit floats. Money is in whole cents, which such a float holds exactly; all else is approximate;
//! - `time NAME` computes, and says how many seconds it took. Reading and writing are not counted.
//!
//! Run as `peer RULEBOOK DAY`; without a rulebook it says so and stops, so that `cargo bench` runs the others.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a benchmark speaks, and stops when it cannot go on"
)]
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::{BufRead as _, Write as _};
use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use exact::Rational;
use rulebook::book::Reference;
use rulebook::columns::{Engine, Varied};
use rulebook::facts::{FactFile, Facts, Options, collect};
use rulebook::interpret::Settlement;
use rulebook::model::Dated;
use rulebook::{ParameterId, Plan, Rulebook, Source, Type, Value, has_errors, load};

const THREADS: usize = 2;

/// What one order of work is about.
struct Work {
    facts: Facts,
    /// The values that each scenario gives; none when the rulebook's own are meant.
    scenarios: Option<Vec<Vec<(ParameterId, Dated)>>>,
}

fn read_rulebook(folder: &Path) -> Rulebook {
    let path = folder.join("rulebook.toml");
    let text = std::fs::read_to_string(&path).expect("a readable rulebook");
    load(vec![Source::new(path.to_string_lossy(), text)]).0.expect("a rulebook without fault")
}

fn read_facts(book: &Rulebook, path: &str) -> Facts {
    let bytes = std::fs::read(path).expect("readable facts");
    let file = FactFile::read(path, None, &bytes).expect("a table of facts");
    let (facts, findings) = collect(book, &[file], &Options::default());
    assert!(!has_errors(&findings) && facts.refused.is_empty(), "facts without fault: {findings:?}");
    facts
}

fn read_scenarios(plan: &Plan<'_>, path: &str) -> Vec<Vec<(ParameterId, Dated)>> {
    let text = std::fs::read_to_string(path).expect("readable scenarios");
    let mut lines = text.lines();
    let parameter = |name: &str| {
        let place = plan.book.parameters.iter().position(|parameter| parameter.named.name == name);
        ParameterId(place.expect("a parameter of the rulebook"))
    };
    let ids: Vec<ParameterId> = lines.next().expect("a header").split(',').map(parameter).collect();
    let dated = |(id, text): (&ParameterId, &str)| {
        let value = Value::Number(Rational::parse(text).expect("a number"));
        (*id, Dated { value: Some(value), ..plan.parameter(*id).expect("a value in force").clone() })
    };
    lines.map(|line| ids.iter().zip(line.split(',')).map(dated).collect()).collect()
}

/// Settles by each scenario, and returns the seconds it took.
///
/// What is settled once is given away after the clock has stopped, as the other side keeps it too.
fn settle(plan: &Plan<'_>, work: &Work, mut give: impl FnMut(&Settlement)) -> f64 {
    let engine = Engine::with_threads(THREADS);
    let start = Instant::now();
    let Some(scenarios) = &work.scenarios else {
        let settled = engine.settle(plan, &work.facts, false, &[], &mut |_| {});
        let seconds = start.elapsed().as_secs_f64();
        give(&settled);
        return seconds;
    };
    let variants: Vec<Vec<Varied<'_>>> =
        scenarios.iter().map(|scenario| scenario.iter().map(|(id, dated)| (*id, dated)).collect()).collect();
    engine.settle_variants(plan, &variants, &work.facts, &[], &mut |_, settled| {
        give(&settled);
        ControlFlow::Continue(())
    });
    start.elapsed().as_secs_f64()
}

fn is_money(book: &Rulebook, output: Reference) -> bool {
    let Reference::Rule(id) = output else { return false };
    matches!(&book.rules[id.0].kind, Type::Number(unit) if unit.to_string() == "EUR")
}

fn float(value: &Value, money: bool) -> f64 {
    match value {
        Value::Number(number) if money => {
            let cents = number * &Rational::from(100);
            assert!(cents.is_integer(), "money is in whole cents");
            cents.approximate()
        }
        Value::Number(number) => number.approximate(),
        Value::Bool(truth) => f64::from(u8::from(*truth)),
        Value::Date(_) | Value::Enum(_) => f64::NAN,
    }
}

fn dump(plan: &Plan<'_>, work: &Work, path: &str) {
    let mut file = std::io::BufWriter::new(std::fs::File::create(path).expect("a file to write"));
    settle(plan, work, |settled| {
        let results = settled.subject().expect("results");
        assert!(settled.refused.is_empty() && results.len() == settled.subjects, "nobody is refused");
        for (place, output) in results.outputs.iter().enumerate() {
            let money = is_money(plan.book, *output);
            for row in 0..results.len() {
                let value = results.value(row, place).expect("a value");
                file.write_all(&float(&value, money).to_le_bytes()).expect("written");
            }
        }
    });
    file.flush().expect("written");
}

fn output_names(plan: &Plan<'_>) -> Vec<String> {
    let name = |output: Reference| match output {
        Reference::Rule(id) => plan.book.rules[id.0].named.name.clone(),
        _ => String::new(),
    };
    plan.outputs(plan.book.subject).into_iter().map(name).collect()
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let [folder, day] = arguments.as_slice() else {
        println!("peer: one side of a comparison, run by benches/peers/openfisca/run");
        return;
    };
    let book = read_rulebook(Path::new(folder));
    let plan = Plan::new(&book, day.parse().expect("a date"), None).expect("a plan");
    let mut works: BTreeMap<String, Work> = BTreeMap::new();
    for line in std::io::stdin().lock().lines() {
        let line = line.expect("an order");
        let words: Vec<&str> = line.split(' ').collect();
        match words.as_slice() {
            ["load", name, facts, scenarios @ ..] => {
                let facts = read_facts(&book, facts);
                let scenarios = scenarios.first().map(|path| read_scenarios(&plan, path));
                works.insert((*name).to_owned(), Work { facts, scenarios });
                println!("{}", serde_json::json!({ "outputs": output_names(&plan) }));
            }
            ["dump", name, path] => {
                dump(&plan, works.get(*name).expect("facts that were read"), path);
                println!("{{}}");
            }
            ["time", name] => {
                let work = works.get(*name).expect("facts that were read");
                let seconds = settle(&plan, work, |settled| {
                    black_box(settled);
                });
                println!("{}", serde_json::json!({ "seconds": seconds }));
            }
            _ => println!("{}", serde_json::json!({ "error": "not an order" })),
        }
    }
}
