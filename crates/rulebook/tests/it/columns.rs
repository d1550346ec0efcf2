//! The column engine gives what the interpreter gives, to the cent and in the same order.

use std::ops::ControlFlow;

use exact::Rational;
use rulebook::cases::facts_of;
use rulebook::columns::{Engine, Varied};
use rulebook::facts::{Column, FactFile, Facts, Options, collect};
use rulebook::interpret::{EntityResults, Settlement, settle};
use rulebook::model::Dated;
use rulebook::{InputId, ParameterId, Plan, Rulebook, Type, Value, has_errors};

use crate::support::{project, root};

fn same(left: &Settlement, right: &Settlement, what: &str) {
    assert_eq!(left.subjects, right.subjects, "{what}");
    assert_eq!(left.refused, right.refused, "{what}");
    assert_eq!(left.entities.len(), right.entities.len(), "{what}");
    for (one, other) in left.entities.iter().zip(&right.entities) {
        assert_eq!(one, other, "{what}");
    }
}

/// Compares the engines with one and two threads and with chunks of several sizes.
pub(crate) fn check(book: &Rulebook, facts: &Facts, at: &str, what: &str) {
    let plan = Plan::new(book, at.parse().expect("a date"), None).expect("a plan");
    for official in [false, true] {
        let oracle = settle(&plan, facts, official, &[]);
        for (threads, chunk_rows) in [(1, 1024), (2, 7), (1, 1)] {
            let engine = Engine { threads, chunk_rows };
            let columns = engine.settle(&plan, facts, official, &[], &mut |_| {});
            same(&columns, &oracle, what);
        }
    }
}

fn facts(book: &Rulebook, files: &[(&str, Option<&str>)], map: &[(&str, &str)]) -> Facts {
    let files: Vec<FactFile> = files
        .iter()
        .map(|(path, entity)| {
            let bytes = std::fs::read(root().join(path)).expect("a readable file");
            FactFile::read(*path, entity.map(str::to_owned), &bytes).expect("readable facts")
        })
        .collect();
    let map = map.iter().map(|(name, column)| ((*name).to_owned(), (*column).to_owned())).collect();
    let (facts, findings) = collect(book, &files, &Options { map, ..Options::default() });
    assert!(!has_errors(&findings), "{findings:?}");
    facts
}

#[test]
fn the_example_teams_of_the_demo() {
    let book = project("aci-msp");
    for file in ["demo/equipes.csv", "demo/equipes-a-corriger.csv"] {
        let facts = facts(&book, &[(file, None)], &[]);
        for at in ["2018-12-31", "2022-12-31", "2023-12-31", "2024-12-31"] {
            check(&book, &facts, at, file);
        }
    }
    let book = project("fpmt");
    let facts = facts(&book, &[("demo/medecins.csv", None), ("demo/patients.csv", Some("patient"))], &[]);
    for at in ["2018-12-31", "2022-12-31", "2026-12-31"] {
        check(&book, &facts, at, "fpmt");
    }
    let book = project("ipep");
    let files = [("demo/ipep-groupements.csv", None), ("demo/ipep-indicateurs.csv", Some("indicateur"))];
    let facts = self::facts(&book, &files, &[]);
    for at in ["2018-12-31", "2019-12-31", "2020-12-31", "2021-12-31", "2022-12-31", "2023-12-31"] {
        check(&book, &facts, at, "ipep");
    }
    let book = project("peps");
    let files = [
        ("demo/peps-equipes.csv", None),
        ("demo/peps-patients.csv", Some("patient")),
        ("demo/peps-indicateurs.csv", Some("indicateur")),
    ];
    let facts = self::facts(&book, &files, &[]);
    for at in ["2019-12-31", "2020-12-31", "2021-12-31", "2023-12-31", "2025-12-31"] {
        check(&book, &facts, at, "peps");
    }
}

/// Varies each numeric parameter alone and all of them together, and compares with plans made one by one.
fn check_variants(book: &Rulebook, facts: &Facts, at: &str) {
    let plan = Plan::new(book, at.parse().expect("a date"), None).expect("a plan");
    let mut varied: Vec<(ParameterId, Dated)> = Vec::new();
    for id in (0..book.parameters.len()).map(ParameterId) {
        let Some(dated) = plan.parameter(id) else { continue };
        let Some(number) = dated.value.as_ref().and_then(Value::as_number) else { continue };
        for factor in ["3/7", "1000000007"] {
            let value = number * &Rational::parse(factor).expect("a number");
            varied.push((id, Dated { value: Some(Value::Number(value)), ..dated.clone() }));
        }
        varied.push((id, Dated { value: None, ..dated.clone() }));
    }
    let mut variants: Vec<Vec<Varied<'_>>> = vec![Vec::new()];
    variants.extend(varied.iter().map(|(id, dated)| vec![(*id, dated)]));
    variants.push(varied.iter().step_by(3).map(|(id, dated)| (*id, dated)).collect());
    for (threads, chunk_rows) in [(1, 1024), (3, 2)] {
        let mut seen = 0;
        let engine = Engine { threads, chunk_rows };
        engine.settle_variants(&plan, &variants, facts, &[], &mut |index, found| {
            assert_eq!(index, seen);
            seen += 1;
            let plan = variants[index]
                .iter()
                .fold(plan.clone(), |plan, (id, dated)| plan.with_parameter(*id, dated));
            same(&found, &settle(&plan, facts, false, &[]), &format!("{at}, variant {index}"));
            ControlFlow::Continue(())
        });
        assert_eq!(seen, variants.len());
    }
}

#[test]
fn plans_that_vary_by_parameters() {
    let book = project("aci-msp");
    let teams = facts(&book, &[("demo/equipes-a-corriger.csv", None)], &[]);
    check_variants(&book, &teams, "2024-12-31");
    let book = project("fpmt");
    let files = [("demo/medecins.csv", None), ("demo/patients.csv", Some("patient"))];
    check_variants(&book, &facts(&book, &files, &[]), "2026-12-31");
    // Its subjects are read together: the interpreter keeps what no varied parameter reaches.
    let book = project("ipep");
    let files = [("demo/ipep-groupements.csv", None), ("demo/ipep-indicateurs.csv", Some("indicateur"))];
    let facts = facts(&book, &files, &[]);
    for at in ["2019-12-31", "2020-12-31", "2023-12-31"] {
        check_variants(&book, &facts, at);
    }
}

/// Gives the facts that a case leaves out a plain value: a settlement wants all of them.
fn completed(book: &Rulebook, plan: &Plan<'_>, mut facts: Facts) -> Facts {
    for (index, input) in book.inputs.iter().enumerate() {
        let id = InputId(index);
        if input.default.is_some() || !plan.has_input(id) {
            continue;
        }
        let plain = match &input.kind {
            Type::Number(_) => Value::Number(input.min.clone().unwrap_or(Rational::ONE)),
            Type::Bool => Value::Bool(false),
            Type::Date => Value::Date(plan.period.first),
            Type::Enum(_) => Value::Enum(0),
        };
        let rows = &mut facts.entities[input.of.0];
        let values: Vec<Option<Value>> =
            (0..rows.ids.len()).map(|row| rows.cell(id, row).or_else(|| Some(plain.clone()))).collect();
        rows.columns.retain(|column| column.input != id);
        rows.columns.push(Column::new(id, &input.kind, values));
    }
    facts
}

#[test]
fn every_case_of_every_rulebook() {
    for name in ["aci-msp", "fpmt", "ipep", "mssp", "peps", "shared-savings"] {
        let book = project(name);
        let mut settled = 0;
        for case in &book.cases {
            let plan = Plan::new(&book, case.at, case.known_at).expect("a plan");
            let given = facts_of(&book, case).expect("facts");
            for facts in [completed(&book, &plan, given.clone()), given] {
                let oracle = settle(&plan, &facts, false, &[]);
                settled += oracle.subject().map_or(0, EntityResults::len);
                for (threads, chunk_rows) in [(1, 1024), (2, 1)] {
                    let engine = Engine { threads, chunk_rows };
                    same(&engine.settle(&plan, &facts, false, &[], &mut |_| {}), &oracle, &case.title);
                }
            }
        }
        assert!(settled * 2 > book.cases.len(), "{name}: most cases are settled, {settled}");
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn every_published_year() {
    let book = project("mssp");
    for year in 2014..=2017 {
        let path = format!("../shared/data/mssp/facts_{year}.csv");
        if !root().join(&path).exists() {
            eprintln!("skipped: {path} is absent");
            return;
        }
        let facts = facts(&book, &[(&path, None)], &[("subject", "aco")]);
        check(&book, &facts, &format!("{year}-12-31"), &path);
    }
}
