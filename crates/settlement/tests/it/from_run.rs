//! From a run to statements: paying rules, due dates, cents of instalments.

use rulebook::facts::{FactFile, Facts, Options, collect};
use rulebook::interpret::settle;
use rulebook::{Plan, Rulebook, Source, has_errors, load};
use settlement::{Drafted, StatementError, statements};

use crate::support::date;

fn book(text: &str) -> Rulebook {
    let (book, findings) = load(vec![Source::new("essai/rulebook.toml", text)]);
    book.unwrap_or_else(|| panic!("{findings:?}"))
}

fn drafted(text: &str, csv: &[(&str, Option<&str>)], at: &str) -> Drafted {
    let book = book(text);
    let plan = Plan::new(&book, date(at), None).expect("a plan");
    let files: Vec<FactFile> = csv
        .iter()
        .map(|(csv, entity)| {
            FactFile::read("f.csv", entity.map(str::to_owned), csv.as_bytes()).expect("facts")
        })
        .collect();
    let (facts, findings): (Facts, _) = collect(&book, &files, &Options::default());
    assert!(!has_errors(&findings), "{findings:?}");
    statements(&plan, &facts, &settle(&plan, &facts, false, &[]), "run1")
}

fn shown(drafted: &Drafted) -> Vec<String> {
    let mut shown = Vec::new();
    for statement in &drafted.statements {
        for line in statement.lines() {
            let parts: Vec<String> = line
                .instalments
                .iter()
                .map(|part| format!("{} {} {}", part.number, part.due, part.amount))
                .collect();
            let (payer, currency) = (statement.payer(), statement.currency());
            let head = format!("{} {payer} {} {} {currency}", statement.key(), line.rule, line.amount);
            shown.push(format!("{head}: {}", parts.join(", ")));
        }
    }
    shown
}

const HEAD: &str = r#"
[instrument]
id = "essai"
title = { fr = "Essai", en = "Trial" }
subject = "equipe"
period = "year"
payer = "Caisse"
[entities.equipe]
label = { fr = "Équipe", en = "Team" }
[inputs.montant]
of = "equipe"
unit = "EUR"
label = { fr = "Montant", en = "Amount" }
origin = "declared"
"#;

const RULES: &str = r#"
[rules.part]
of = "equipe"
unit = "EUR"
pays = true
round = "cent"
label = { fr = "Part", en = "Part" }
formula = "montant"
[rules.reste]
of = "equipe"
unit = "EUR"
pays = true
round = "cent"
label = { fr = "Reste", en = "Rest" }
formula = "0 - montant"
[schedule]
part = { parts = [{ share = "1/3", due = { day = "06-30", year = 0 } }, { share = "1/3", due = { day = "12-31", year = 0 } }, { share = "1/3", due = { day = "03-31", year = 1 } }] }
"#;

#[test]
fn each_paying_rule_is_a_line_with_its_instalments() {
    let found =
        drafted(&format!("{HEAD}{RULES}"), &[("subject,montant\ne1,100.00\ne2,0.01\n", None)], "2024-12-31");
    assert!(found.failed.is_empty());
    assert_eq!(
        shown(&found),
        [
            "essai/e1/2024-01-01..2024-12-31 Caisse part 100.00 EUR: 1 2024-06-30 33.34, 2 2024-12-31 33.33, 3 2025-03-31 33.33",
            "essai/e1/2024-01-01..2024-12-31 Caisse reste -100.00 EUR: 1 2024-12-31 -100.00",
            "essai/e2/2024-01-01..2024-12-31 Caisse part 0.01 EUR: 1 2024-06-30 0.01, 2 2024-12-31 0.00, 3 2025-03-31 0.00",
            "essai/e2/2024-01-01..2024-12-31 Caisse reste -0.01 EUR: 1 2024-12-31 -0.01",
        ]
    );
    assert_eq!(found.statements[0].lines()[0].label.fr, "Part");
    assert_eq!(found.statements[0].run(), "run1");
}

#[test]
fn an_amount_that_is_not_whole_cents_leaves_the_others() {
    let rules = RULES.replacen("round = \"cent\"", "round = { to = 3, mode = \"trunc\" }", 1);
    let found =
        drafted(&format!("{HEAD}{rules}"), &[("subject,montant\ne1,0.125\ne2,1.000\n", None)], "2024-12-31");
    assert_eq!(found.statements.len(), 1);
    assert_eq!(found.failed.len(), 1);
    assert_eq!(found.failed[0].subject, "e1");
    assert!(matches!(&found.failed[0].error, StatementError::NotAnAmount { rule, .. } if rule == "part"));
}

#[test]
fn a_refused_subject_has_no_statement() {
    let found = drafted(&format!("{HEAD}{RULES}"), &[("subject,montant\ne1,\ne2,1\n", None)], "2024-12-31");
    let subjects: Vec<&str> = found.statements.iter().map(|found| found.key().subject.as_str()).collect();
    assert_eq!(subjects, ["e2"]);
}

#[test]
fn rows_below_the_subject_may_be_paid_too() {
    let below = r#"
[entities.membre]
belongs_to = "equipe"
label = { fr = "Membre", en = "Member" }
[inputs.jours]
of = "membre"
unit = "EUR"
label = { fr = "Jours", en = "Days" }
origin = "declared"
[rules.du]
of = "membre"
unit = "EUR"
pays = true
round = "cent"
label = { fr = "Dû", en = "Due" }
formula = "jours"
[schedule]
du = { due = { day = "01-31", year = 1 } }
"#;
    let head = HEAD.replace("payer = \"Caisse\"\n", "");
    let files = [("subject,montant\ne1,1\n", None), ("membre,equipe,jours\nm1,e1,12.50\n", Some("membre"))];
    let found = drafted(&format!("{head}{below}"), &files, "2024-12-31");
    assert_eq!(
        shown(&found),
        ["essai/membre%2Fm1/2024-01-01..2024-12-31 essai du 12.50 EUR: 1 2025-01-31 12.50"]
    );
}

/// Reads the files of a rulebook of the project.
fn project(name: &str) -> Rulebook {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../rulebooks").join(name);
    let mut sources = Vec::new();
    for inner in ["", "tables"] {
        let Ok(files) = std::fs::read_dir(folder.join(inner)) else { continue };
        let mut paths: Vec<_> = files.filter_map(|file| Some(file.ok()?.path())).collect();
        paths.sort();
        for path in
            paths.iter().filter(|path| path.extension().is_some_and(|end| end == "toml" || end == "csv"))
        {
            let text = std::fs::read_to_string(path).expect("a readable file");
            sources.push(Source::new(path.to_string_lossy(), text));
        }
    }
    let (book, findings) = load(sources);
    book.unwrap_or_else(|| panic!("{findings:?}"))
}

/// Settles a file of the demonstration, and checks that statements hold what the results hold.
#[track_caller]
fn check_project(name: &str, files: &[(&str, Option<&str>)], at: &str, due: &[&str]) {
    let book = project(name);
    let plan = Plan::new(&book, date(at), None).expect("a plan");
    let read = |(file, entity): &(&str, Option<&str>)| {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo").join(file);
        let bytes = std::fs::read(path).expect("a readable file");
        FactFile::read(*file, entity.map(str::to_owned), &bytes).expect("facts")
    };
    let files: Vec<FactFile> = files.iter().map(read).collect();
    let (facts, _) = collect(&book, &files, &Options::default());
    let settlement = settle(&plan, &facts, false, &[]);
    let found = statements(&plan, &facts, &settlement, "run1");
    let results = settlement.subject().expect("results");
    assert!(found.failed.is_empty() && !found.statements.is_empty());
    assert_eq!(found.statements.len(), results.len());
    for (index, statement) in found.statements.iter().enumerate() {
        let mut paid = exact::Rational::ZERO;
        for (column, output) in results.outputs.iter().enumerate() {
            let value = results.value(index, column).expect("a value");
            if let rulebook::book::Reference::Rule(id) = output
                && book.rules[id.0].pays
            {
                paid += value.as_number().expect("an amount").clone();
            }
        }
        assert_eq!(statement.total().to_rational(), paid);
        let dates: Vec<String> = statement
            .lines()
            .iter()
            .flat_map(|line| line.instalments.iter().map(|part| part.due.to_string()))
            .collect();
        assert_eq!(dates, due);
    }
}

#[test]
fn shipped_rulebooks_become_statements() {
    check_project("aci-msp", &[("equipes.csv", None)], "2023-12-31", &["2023-04-30", "2024-04-30"]);
    let files = [("medecins.csv", None), ("patients.csv", Some("patient"))];
    check_project("fpmt", &files, "2022-12-31", &["2022-06-30", "2022-09-30", "2022-12-31", "2023-03-31"]);
}
