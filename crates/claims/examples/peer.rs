//! One side of the comparison with another engine (`benches/peers/duckdb`): the queries as text, or their times here.
//!
//! `peer FOLDER DATE YEAR sql` prints every query as JSON; `peer FOLDER DATE YEAR run OUT` computes lists and measures, writes
//! their rows to OUT for the other side to compare, then waits: at each line of the standard input it computes all again and
//! prints the seconds of each part as one line of JSON, so that the other side may take turns with it.
//!
//! `peer FOLDER DATE YEAR chain INSTRUMENT` prints the queries of the chain of a rulebook for the year, as JSON.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a program for one's own machine reads the clock, prints, and stops when something is wrong"
)]

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Instant;

use claims::{Engine, MeasureLibrary, Opened, Settings};
use expected::{Model, PatientView, query};
use jiff::civil::Date;
use population::chain::{ChainExpected, of_care};
use population::measure::Population;
use population::reference::attribution::{AttributionRules, Method};
use population::{Chain, Period};
use serde_json::{Map, Value, json};

// As in the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What is computed over which tables.
struct Side {
    engine: Engine,
    opened: Opened,
    library: MeasureLibrary,
    rules: AttributionRules,
    day: Period,
    year: Period,
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let [folder, at, year, rest @ ..] = words.as_slice() else { return usage() };
    let at: Date = at.parse().expect("a date");
    let engine = Engine::new(&Settings { partitions: 2, ..Settings::default() }).expect("a session");
    let side = Side {
        opened: engine.open(Path::new(folder)).expect("canonical tables"),
        engine,
        library: library(),
        rules: AttributionRules {
            at,
            methods: vec![Method::Contacts],
            months: 24,
            professions: vec!["general_practitioner".to_owned()],
            team_kinds: Vec::new(),
        },
        day: Period { start: at, end: at },
        year: Period::year(year.parse().expect("a year")).expect("a year"),
    };
    match rest {
        ["sql"] => println!("{}", side.queries()),
        ["chain", instrument] => println!("{}", side.chain(instrument, year.parse().expect("a year"))),
        ["run", out] => side.turns(Path::new(out)),
        _ => usage(),
    }
}

fn usage() {
    println!("usage: peer FOLDER DATE YEAR sql | run OUT | chain INSTRUMENT");
}

impl Side {
    fn queries(&self) -> Value {
        let [ranking, lists] = Engine::attribution_queries(&self.rules);
        let mut views = Vec::new();
        let mut measures = Map::new();
        for (measure, _) in &self.library.measures {
            let choices = self.library.choices(measure);
            let (inner, sql) =
                self.library.queries(&self.opened, &measure.id, self.year, &choices).expect("a query");
            measures.insert(measure.id.clone(), json!({ "views": inner, "sql": sql }));
            views = inner;
        }
        json!({ "views": views, "kept": self.kept(), "ranking": ranking, "lists": lists, "measures": measures })
    }

    fn chain(&self, instrument: &str, year: i16) -> Value {
        let folder = root().join("rulebooks").join(instrument).join("chain");
        let text = |path: &Path| std::fs::read_to_string(path).expect("a text");
        let files = std::fs::read_dir(&folder).expect("a chain").map(|entry| entry.expect("an entry").path());
        let queries: Vec<(String, String)> = files
            .filter(|path| path.extension().is_some_and(|end| end == "sql"))
            .map(|path| (path.file_name().expect("a name").to_string_lossy().into_owned(), text(&path)))
            .collect();
        let (chain, _) = Chain::read("chain.toml", &text(&folder.join("chain.toml")), &queries);
        let chain = chain.expect("a chain");
        let lists: Vec<Value> = (chain.lists.iter())
            .map(|list| {
                let [ranking, lists] = Engine::attribution_queries(&list.rules(year).expect("rules"));
                json!({ "name": list.name, "ranking": ranking, "lists": lists })
            })
            .collect();
        let figures: Vec<Value> = (chain.figures.iter())
            .map(|figures| {
                let period = Period::year(of_care(year, figures.year)).expect("a year");
                let of_measure = |id: &String| {
                    let (measure, _) = self.library.measure(id).expect("a measure");
                    let choices = self.library.choices(measure);
                    let (views, sql) =
                        self.library.queries(&self.opened, id, period, &choices).expect("a query");
                    let territory = measure.population == Population::Territory;
                    json!({ "id": id, "views": views, "sql": sql, "territory": territory })
                };
                let measures: Vec<Value> = figures.measures.iter().map(of_measure).collect();
                json!({ "name": figures.name, "list": figures.list, "by": figures.by, "end": period.end.to_string(), "measures": measures })
            })
            .collect();
        let expected: Vec<Value> =
            (chain.expected.iter()).map(|wanted| expected_queries(wanted, year)).collect();
        json!({ "lists": lists, "figures": figures, "expected": expected, "kept": self.kept() })
    }

    /// The tables that are computed once for all measures: on the other side too.
    fn kept(&self) -> Vec<String> {
        let views = self.library.views.iter().filter(|(view, _)| view.keep).map(|(view, _)| view.id.clone());
        std::iter::once("value_set".to_owned()).chain(views).collect()
    }

    /// Answers, then takes a turn at each line that is asked.
    fn turns(&self, out: &Path) {
        let shared = self.library.shared_choices();
        self.engine.name_views(&self.opened, &self.library, self.day, &shared).expect("views");
        self.turn();
        self.write("SELECT * FROM attribution", out, "attribution");
        self.write("SELECT * FROM attribution_rank", out, "attribution_rank");
        for (measure, _) in &self.library.measures {
            self.write(&format!("SELECT * FROM rows_{}", measure.id), out, &measure.id);
        }
        println!("{}", self.turn());
        for line in std::io::stdin().lines() {
            line.expect("a line");
            println!("{}", self.turn());
        }
    }

    fn turn(&self) -> Value {
        let mut found = Map::new();
        self.engine.forget_what_is_kept();
        let mut timed = |name: &str, work: &dyn Fn()| {
            let began = Instant::now();
            work();
            found.insert(name.to_owned(), json!(began.elapsed().as_secs_f64()));
        };
        timed("attribution", &|| self.engine.attribute(&self.rules).expect("lists"));
        for (measure, _) in &self.library.measures {
            let (id, choices) = (&measure.id, self.library.choices(measure));
            timed(id, &|| {
                self.engine.measure(&self.opened, &self.library, id, self.year, &choices).expect("rows");
            });
        }
        Value::Object(found)
    }

    fn write(&self, sql: &str, out: &Path, name: &str) {
        let mut file = File::create(out.join(format!("{name}.parquet"))).expect("a file");
        self.engine.write_parquet(sql, &[], &mut file).expect("written");
    }
}

/// Returns the queries of an expected spending: what patients spent, patients, cut, cells; the cut stands as 987654321.
fn expected_queries(wanted: &ChainExpected, year: i16) -> Value {
    let text = |path: &str| std::fs::read_to_string(root().join("models").join(path)).expect("a text");
    let (view, _) = PatientView::read("views/patient_year.toml", &text("views/patient_year.toml"));
    let file = format!("{}.toml", wanted.model);
    let (model, _) = Model::read(&file, &text(&file), &view.expect("a view"));
    let (model, sql) = (model.expect("a model"), text("views/patient_year.sql"));
    let compared = of_care(year, wanted.year);
    let mut years = vec![compared - i16::from(wanted.carried), compared];
    years.dedup();
    let of_year = |year: &i16| {
        let period = Period::year(*year).expect("a year");
        let days = query::year_length(&model, period);
        json!({
            "spent": query::outcome(&model, period),
            "view": query::view(&sql, period).expect("a query"),
            "patients": query::patients(&model, &format!("view_{year}"), &format!("spent_{year}"), period),
            "cap": query::cap(&model, days, "patients_of_model"),
            "cells": query::cells(&model, days, Some(987_654_321), "patients_of_model"),
            "year": year,
        })
    };
    let years: Vec<Value> = years.iter().map(of_year).collect();
    json!({ "name": wanted.name, "list": wanted.list, "years": years })
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Reads the shipped measures.
fn library() -> MeasureLibrary {
    let root = root().join("measures");
    let mut files = Vec::new();
    for inside in ["", "views", "value-sets"] {
        for entry in std::fs::read_dir(root.join(inside)).expect("measures") {
            let path = entry.expect("an entry").path();
            if path.is_file() {
                let name = path.file_name().expect("a name").to_string_lossy().into_owned();
                let name = if inside.is_empty() { name } else { format!("{inside}/{name}") };
                files.push((name, std::fs::read_to_string(&path).expect("a text")));
            }
        }
    }
    MeasureLibrary::read(&files).expect("measures")
}
