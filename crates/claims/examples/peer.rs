//! One side of the comparison with another engine (`benches/peers/duckdb`): the queries as text, or their times here.
//!
//! `peer FOLDER DATE YEAR sql` prints every query as JSON; `peer FOLDER DATE YEAR run TURNS OUT` computes lists and
//! measures, writes their rows to OUT for the other side to compare, then prints the seconds of each turn as JSON.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a program for one's own machine reads the clock, prints, and stops when something is wrong"
)]

use std::fs::File;
use std::path::Path;
use std::time::Instant;

use claims::{Engine, MeasureLibrary, Opened, Settings};
use jiff::civil::Date;
use population::Period;
use population::reference::attribution::{AttributionRules, Method};
use serde_json::{Map, Value, json};

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
        ["run", turns, out] => println!("{}", side.times(turns.parse().expect("a number"), Path::new(out))),
        _ => usage(),
    }
}

fn usage() {
    println!("usage: peer FOLDER DATE YEAR sql | run TURNS OUT");
}

impl Side {
    fn queries(&self) -> Value {
        let [ranking, lists] = Engine::attribution_queries(&self.rules);
        let mut views = Vec::new();
        let mut measures = Map::new();
        for (measure, _) in &self.library.measures {
            let choices = self.library.choices(measure);
            (views, _) = self.library.queries(&self.opened, &measure.id, self.day, &choices).expect("views");
            let (inner, sql) =
                self.library.queries(&self.opened, &measure.id, self.year, &choices).expect("a query");
            measures.insert(measure.id.clone(), json!({ "views": inner, "sql": sql }));
        }
        json!({ "views": views, "ranking": ranking, "lists": lists, "measures": measures })
    }

    fn times(&self, turns: usize, out: &Path) -> Value {
        let mut found = Map::new();
        let shared = self.library.shared_choices();
        self.engine.name_views(&self.opened, &self.library, self.day, &shared).expect("views");
        let seconds = timed(turns, &|| self.engine.attribute(&self.rules).expect("lists"));
        found.insert("attribution".to_owned(), json!(seconds));
        self.write("SELECT patient, method, practitioner, team FROM attribution", out, "attribution");
        for (measure, _) in &self.library.measures {
            let (id, choices) = (&measure.id, self.library.choices(measure));
            let seconds = timed(turns, &|| {
                self.engine.measure(&self.opened, &self.library, id, self.year, &choices).expect("rows");
            });
            found.insert(id.clone(), json!(seconds));
            self.write(&format!("SELECT * FROM rows_{id}"), out, id);
        }
        Value::Object(found)
    }

    fn write(&self, sql: &str, out: &Path, name: &str) {
        let mut file = File::create(out.join(format!("{name}.parquet"))).expect("a file");
        self.engine.write_parquet(sql, &[], &mut file).expect("written");
    }
}

/// Returns the seconds of some turns, after one that warms up.
fn timed(turns: usize, work: &dyn Fn()) -> Vec<f64> {
    work();
    let turn = |_| {
        let began = Instant::now();
        work();
        began.elapsed().as_secs_f64()
    };
    (0..turns).map(turn).collect()
}

/// Reads the shipped measures.
fn library() -> MeasureLibrary {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../measures");
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
