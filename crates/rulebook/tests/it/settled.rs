//! Settles a rulebook written in a test and shows what came out, a line for each row.

use std::fmt::Write as _;

use rulebook::columns::Engine;
use rulebook::facts::{FactFile, Facts, Options, collect};
use rulebook::interpret::{Settlement, TraceOf, settle, trace};
use rulebook::{EntityId, Language, Plan, Rulebook, Type, Value, has_errors};

use crate::support::load_text;

/// The head of most rulebooks of the tests: a team with members and patients, some facts and some parameters.
pub(crate) const HEAD: &str = r#"
[instrument]
id      = "essai"
title   = { fr = "Essai", en = "Trial" }
subject = "equipe"
period  = "year"
[units]
point   = { fr = ["point", "points"], en = ["point", "points"] }
patient = { fr = ["patient", "patients"], en = ["patient", "patients"] }
[entities.equipe]
[inputs]
x = { default = 0 }
y = { default = 0 }
b = { type = "bool", default = false }
d = { type = "date", default = "start of period" }
f = { type = "date", default = "end of period" }
niveau = { type = "niveau", default = "bas" }
[enums.niveau]
bas   = { fr = "bas", en = "low" }
moyen = { fr = "moyen", en = "medium" }
haut  = { fr = "haut", en = "high" }
[parameters]
inconnu = { values = [{ from = 2020-01-01, source = "s", status = "unknown" }] }
fictif  = { values = [{ from = 2020-01-01, value = 5, source = "s", status = "fictitious" }] }
sept    = { values = [{ from = 2020-01-01, value = 7, source = "s", status = "official" }] }
"#;

/// What to settle, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run<'a> {
    /// The rulebook.
    pub(crate) book: &'a str,
    /// The date.
    pub(crate) at: &'a str,
    /// The day whose knowledge is used.
    pub(crate) known_at: Option<&'a str>,
    /// Whether only vouched values are allowed.
    pub(crate) official: bool,
    /// The subjects left out.
    pub(crate) excluded: &'a [&'a str],
    /// The rows of each entity as CSV; the subject's when the name is empty.
    pub(crate) facts: &'a [(&'a str, &'a str)],
}

impl<'a> Run<'a> {
    pub(crate) fn new(book: &'a str, facts: &'a [(&'a str, &'a str)]) -> Self {
        Self { book, at: "2022-12-31", known_at: None, official: false, excluded: &[], facts }
    }

    /// Compares what comes out with the expected lines.
    #[track_caller]
    pub(crate) fn gives(&self, expected: &str) {
        let lines = |text: &str| {
            let lines: Vec<String> = text.lines().map(|line| line.trim().to_owned()).collect();
            lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
        };
        let found = self.settled();
        assert_eq!(lines(&found), lines(expected), "\nfound:\n{found}");
    }

    /// Settles and shows what came out.
    #[track_caller]
    pub(crate) fn settled(&self) -> String {
        let book = loaded(self.book);
        let plan = match self.plan(&book) {
            Ok(plan) => plan,
            Err(words) => return words,
        };
        let facts = gathered(&book, self.facts);
        let excluded: Vec<String> = self.excluded.iter().map(|id| (*id).to_owned()).collect();
        settle_all(&plan, &facts, self.official, &excluded)
    }

    fn plan<'b>(&self, book: &'b Rulebook) -> Result<Plan<'b>, String> {
        let known_at = self.known_at.map(|day| day.parse().expect("a date"));
        Plan::new(book, self.at.parse().expect("a date"), known_at)
            .map_err(|finding| finding.code.to_string())
    }
}

/// Settles, compares the column engine and the traces with the interpreter, and shows what came out.
pub(crate) fn settle_all(plan: &Plan<'_>, facts: &Facts, official: bool, excluded: &[String]) -> String {
    let settlement = settle(plan, facts, official, excluded);
    engines_agree(plan, facts, &settlement, official, excluded);
    traces_agree(plan, facts, &settlement, official, excluded);
    shown(plan, facts, &settlement)
}

/// Loads a rulebook that must be without fault.
#[track_caller]
pub(crate) fn loaded(text: &str) -> Rulebook {
    let (book, findings, sources) = load_text(text);
    let shown: String = findings.iter().map(|finding| finding.render(&sources, Language::English)).collect();
    book.unwrap_or_else(|| panic!("{shown}"))
}

/// Types the facts of each entity, which must be readable.
#[track_caller]
pub(crate) fn gathered(book: &Rulebook, given: &[(&str, &str)]) -> Facts {
    let files: Vec<FactFile> = given
        .iter()
        .map(|(entity, rows)| {
            let entity = (!entity.is_empty()).then(|| (*entity).to_owned());
            FactFile::read("f.csv", entity, rows.as_bytes()).unwrap_or_else(|error| panic!("{error:?}"))
        })
        .collect();
    let (facts, findings) = collect(book, &files, &Options::default());
    assert!(!has_errors(&findings), "{findings:?}");
    facts
}

/// Shows a value as plainly as can be.
pub(crate) fn words(book: &Rulebook, kind: &Type, value: &Value) -> String {
    match (value, kind) {
        (Value::Number(number), _) => number.to_string(),
        (Value::Bool(truth), _) => truth.to_string(),
        (Value::Date(day), _) => day.to_string(),
        (Value::Enum(index), Type::Enum(id)) => book.enums[id.0].values[*index].name.clone(),
        (Value::Enum(index), _) => index.to_string(),
    }
}

/// Shows results and refusals: `a r = 7`, `b refused division_by_zero r`.
pub(crate) fn shown(plan: &Plan<'_>, facts: &Facts, settlement: &Settlement) -> String {
    let book = plan.book;
    let mut out = String::new();
    for results in &settlement.entities {
        for (row, values) in results.rows() {
            let cells = results.outputs.iter().zip(&values).map(|(output, value)| {
                format!("{} = {}", book.name_of(*output), words(book, &book.type_of(*output), value))
            });
            let id = &facts.rows(results.entity).ids[row];
            writeln!(out, "{id} {}", cells.collect::<Vec<_>>().join(", "))
                .expect("a string can be written to");
        }
    }
    for refusal in &settlement.refused {
        writeln!(out, "{} refused {} {}", refusal.id, refusal.reason.name(), refusal.about)
            .expect("a string can be written to");
    }
    out
}

/// Checks that the column engine gives the settlement of the interpreter.
pub(crate) fn engines_agree(
    plan: &Plan<'_>,
    facts: &Facts,
    settlement: &Settlement,
    official: bool,
    excluded: &[String],
) {
    for (threads, chunk_rows) in [(1, 1024), (2, 1)] {
        let columns = Engine { threads, chunk_rows }.settle(plan, facts, official, excluded, &mut |_| {});
        assert_eq!(columns.subjects, settlement.subjects, "the subjects of the column engine");
        assert_eq!(columns.refused, settlement.refused, "the refusals of the column engine");
        assert_eq!(columns.entities, settlement.entities, "the results of the column engine");
    }
}

/// Checks that the trace of every settled row gives the values of the settlement.
fn traces_agree(
    plan: &Plan<'_>,
    facts: &Facts,
    settlement: &Settlement,
    official: bool,
    excluded: &[String],
) {
    for results in settlement.entities.iter().filter(|results| !results.outputs.is_empty()) {
        for (row, values) in results.rows() {
            let id = &facts.rows(results.entity).ids[row];
            let traced = traced(plan, facts, results.entity, id, official, excluded);
            assert_eq!(traced, values, "the trace of {id}");
        }
    }
}

/// Returns the outputs of a row as its trace gives them.
pub(crate) fn traced(
    plan: &Plan<'_>,
    facts: &Facts,
    entity: EntityId,
    id: &str,
    official: bool,
    excluded: &[String],
) -> Vec<Value> {
    let of = TraceOf { entity, id, outputs: &[] };
    let trace =
        trace(plan, facts, of, official, excluded).unwrap_or_else(|refusal| panic!("{id}: {refusal:?}"));
    trace.outputs.iter().map(|node| trace.nodes[node.0].value.clone()).collect()
}
