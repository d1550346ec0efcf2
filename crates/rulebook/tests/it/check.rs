//! Everything that `check` finds, each with its code, its place and what to do.

use rulebook::{Code, Language, Severity};

use crate::support::load_text;

const HEAD: &str = r#"
[instrument]
id      = "essai"
title   = { fr = "Essai", en = "Trial" }
subject = "equipe"
period  = "year"
basis   = [{ title = "Texte", from = 2020-01-01 }]
[units]
point   = { fr = ["point", "points"], en = ["point", "points"] }
patient = { fr = ["patient", "patients"], en = ["patient", "patients"] }
[entities.equipe]
[entities.membre]
belongs_to = "equipe"
[inputs.liste]
unit = "patient"
[inputs.jours]
of = "membre"
[inputs.ouvert]
type = "bool"
[inputs.niveau]
[inputs.niveau.enum]
bas  = { fr = "bas", en = "low" }
haut = { fr = "haut", en = "high" }
[inputs.arrivee]
type = "date"
default = "start of period"
[parameters.valeur]
unit   = "EUR/point"
values = [{ from = 2020-01-01, value = "7", source = "texte, p. 1", status = "official" }]
[parameters.taux]
unit   = "point/patient"
values = [{ from = 2020-01-01, value = "1/2", source = "texte, p. 2", status = "official" }]
[rules.emploi]
type = "bool"
formula = "liste > 0 AND ouvert AND niveau = 'bas' AND year_fraction_from(arrivee) > 0 AND sum(membre.jours) >= 0"
[rules.points]
unit = "point"
formula = "taux * liste"
[rules.montant]
unit = "EUR"
pays = true
round = "cent"
formula = "points * valeur"
[schedule]
montant = { due = { day = "04-30", year = 1 } }
"#;

/// Loads the head with more text, and compares the codes of all findings.
#[track_caller]
fn check(more: &str, expected: &[Code]) {
    let (_, findings, sources) = load_text(&format!("{HEAD}{more}"));
    let shown: String = findings.iter().map(|finding| finding.render(&sources, Language::English)).collect();
    let codes: Vec<Code> = findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, expected, "{shown}");
    for finding in &findings {
        assert!(!finding.message.fr.is_empty() && !finding.message.en.is_empty());
    }
}

/// Checks one formula in a rule of its own.
#[track_caller]
fn formula(unit: &str, text: &str, expected: &[Code]) {
    check(&format!("[rules.essayee]\n{unit}\nformula = \"\"\"{text}\"\"\"\n"), expected);
}

#[test]
fn the_head_alone_is_without_fault() {
    check("", &[]);
}

#[test]
fn units() {
    formula("unit = \"point\"", "points + taux * liste", &[]);
    formula("unit = \"point\"", "points + liste", &[Code::UNIT_MISMATCH]);
    formula("unit = \"point\"", "points + 1", &[Code::UNIT_MISMATCH]);
    formula("unit = \"point\"", "points + 0", &[]);
    formula("unit = \"point\"", "greatest(points - points, 0) * 2", &[]);
    formula("unit = \"EUR\"", "points", &[Code::UNIT_MISMATCH]);
    formula("unit = \"1\"", "montant * montant", &[Code::MONEY_TWICE]);
    formula("unit = \"1\"", "montant / montant", &[]);
    formula("unit = \"EUR*point\"", "montant * points", &[]);
    formula("type = \"bool\"", "points < liste", &[Code::UNIT_MISMATCH]);
    formula("type = \"bool\"", "points BETWEEN 0 AND liste", &[Code::UNIT_MISMATCH]);
    formula("unit = \"nimporte\"", "1", &[Code::BAD_UNIT]);
}

#[test]
fn types() {
    formula("", "CASE WHEN liste THEN 1 ELSE 2 END", &[Code::TYPE_MISMATCH]);
    formula("", "CASE WHEN ouvert THEN 1 ELSE ouvert END", &[Code::TYPE_MISMATCH]);
    formula("type = \"bool\"", "niveau = 'moyen'", &[Code::UNKNOWN_NAME]);
    formula("type = \"bool\"", "'bas' = niveau", &[]);
    formula("type = \"bool\"", "niveau IN ('bas', 'haut')", &[]);
    formula("type = \"bool\"", "niveau < 'haut'", &[Code::TYPE_MISMATCH]);
    formula("type = \"bool\"", "niveau = \"bas\"", &[Code::NOT_IN_THE_LANGUAGE]);
    formula("type = \"niveau\"", "CASE WHEN ouvert THEN 'haut' ELSE niveau END", &[]);
    formula("type = \"date\"", "greatest(arrivee, arrivee)", &[]);
    formula("", "arrivee + 1", &[Code::TYPE_MISMATCH]);
    formula("", "days_between(arrivee, liste)", &[Code::TYPE_MISMATCH]);
    formula("type = \"rien\"", "1", &[Code::UNKNOWN_NAME]);
}

#[test]
fn names_and_entities() {
    formula("unit = \"patient\"", "list", &[Code::UNKNOWN_NAME]);
    formula("", "jours", &[Code::WRONG_ENTITY]);
    formula("", "membre.jours", &[Code::WRONG_ENTITY]);
    formula("", "sum(membre.jours)", &[]);
    formula("", "sum(membre.jours) FILTER (WHERE membre.jours > 3 AND ouvert)", &[]);
    formula("", "count(membre)", &[]);
    formula("", "membre", &[Code::UNKNOWN_NAME]);
    formula("", "sum(liste)", &[Code::BAD_AGGREGATE]);
    formula("", "sum(sum(membre.jours))", &[Code::BAD_AGGREGATE]);
    formula("of = \"membre\"\nunit = \"patient\"", "equipe.liste", &[]);
    formula("of = \"membre\"\nunit = \"patient\"", "liste", &[Code::WRONG_ENTITY]);
    formula("unit = \"EUR/point\"", "equipe.valeur", &[Code::WRONG_ENTITY]);
    formula("", "lookup(valeur, niveau)", &[Code::UNKNOWN_NAME]);
    formula("", "lenght(liste)", &[Code::UNKNOWN_NAME]);
    formula("", "abs(1, 2)", &[Code::BAD_ARGUMENTS]);
    check("[inputs.null]\n[rules.x]\nformula = \"1\"", &[Code::BAD_NAME, Code::UNUSED]);
}

#[test]
fn syntax() {
    for wrong in [
        "",
        "1 +",
        "(1",
        "1)",
        "1 2",
        "* 3",
        "1 + * 2",
        "CASE WHEN ouvert THEN 1",
        "'abc",
        "a b c",
        "@",
        "é%",
    ] {
        formula("", wrong, &[Code::FORMULA_SYNTAX]);
    }
    for outside in [
        "CASE WHEN ouvert THEN 1 END",
        "NULL",
        "liste IS NULL",
        "(SELECT 1)",
        "CAST(1 AS int)",
        "DATE '2022-01-01'",
        "liste || 'x'",
        "count(*)",
        "1 % 2",
        "membre.equipe.jours",
    ] {
        formula("", outside, &[Code::NOT_IN_THE_LANGUAGE]);
    }
}

#[test]
fn sizes_are_bounded() {
    let long_chain = vec!["1"; 100_000].join("+");
    formula("", &long_chain, &[Code::FORMULA_TOO_LARGE]);
    formula("", &vec!["1"; 251].join("+"), &[Code::FORMULA_TOO_LARGE]);
    formula("", &vec!["1"; 250].join("+"), &[]);
    formula("", &format!("{}1{}", "(".repeat(32), ")".repeat(32)), &[]);
    formula("", &format!("{}1{}", "(".repeat(33), ")".repeat(33)), &[Code::FORMULA_TOO_LARGE]);
    formula("type = \"bool\"", &format!("{}ouvert", "NOT ".repeat(400)), &[Code::FORMULA_TOO_LARGE]);
    formula("", &format!("abs({}", "abs(".repeat(20_000)), &[Code::FORMULA_TOO_LARGE]);
}

#[test]
fn circles_and_chains() {
    check(
        "[rules.a]\nformula = \"b + 1\"\n[rules.b]\nformula = \"c\"\n[rules.c]\nformula = \"a\"\n",
        &[Code::CYCLE],
    );
    check("[rules.a]\nformula = \"a\"\n", &[Code::CYCLE]);
    let chain = |count: usize| {
        let first = "[rules.r0]\nformula = \"1\"\n".to_owned();
        (1..count).fold(first, |text, n| format!("{text}[rules.r{n}]\nformula = \"r{} + 1\"\n", n - 1))
    };
    check(&chain(100), &[]);
    check(&chain(101), &[Code::CHAIN_TOO_LONG]);
}

#[test]
fn dates() {
    let parameter = |values: &str, used: &str| {
        format!("[parameters.p]\nvalues = [{values}]\n[rules.x]\n{used}formula = \"p\"\n")
    };
    let value = |from: &str, to: &str| {
        let to = if to.is_empty() { String::new() } else { format!("to = {to}, ") };
        format!("{{ from = {from}, {to}value = 1, source = \"s\", status = \"team\" }}")
    };
    check(&parameter(&value("2020-01-01", ""), ""), &[]);
    check(&parameter(&value("2022-01-01", ""), ""), &[Code::DATE_GAP]);
    check(&parameter(&value("2022-01-01", ""), "from = 2022-01-01\n"), &[]);
    check(&parameter(&value("2020-01-01", "2021-12-31"), ""), &[Code::DATE_GAP]);
    // A value that begins inside the first period is in force on its last day.
    check(&parameter(&value("2020-07-03", ""), ""), &[]);
    let changes = format!("{}, {}", value("2020-01-01", ""), value("2021-07-01", ""));
    check(&parameter(&changes, ""), &[Code::CHANGES_INSIDE_PERIOD]);
    let said = parameter(&changes, "").replace("values", "inside_period = \"last_day\"\nvalues");
    check(&said, &[]);
    let twice = format!("{}, {}", value("2020-01-01", ""), value("2020-01-01", ""));
    check(&parameter(&twice, ""), &[Code::OVERLAP]);
    check(
        &parameter(&value("2022-01-01", "2021-01-01"), "from = 2022-01-01\n"),
        &[Code::BAD_DATES, Code::DATE_GAP],
    );
}

#[test]
fn sources_and_statuses() {
    let with = |keys: &str| {
        format!("[parameters.p]\nvalues = [{{ from = 2020-01-01, {keys} }}]\n[rules.x]\nformula = \"p\"\n")
    };
    check(&with("value = 1, status = \"team\""), &[Code::MISSING_SOURCE]);
    check(&with("value = 1, source = \"s\""), &[Code::MISSING_STATUS]);
    check(
        &with("value = 1, source = \"s\", status = \"officiel\""),
        &[Code::MISSING_STATUS, Code::BAD_VALUE],
    );
    check(&with("value = 1, source = \"s\", status = \"unknown\""), &[Code::BAD_VALUE]);
    check(&with("source = \"s\", status = \"unknown\""), &[]);
    check(&with("source = \"s\", status = \"team\""), &[Code::MISSING_KEY]);
}

#[test]
fn tables() {
    let decision = |rows: &str| {
        format!(
            "[tables.t]\nkind = \"decision\"\nkeys = [\"niveau\", \"ouvert\"]\nfrom = 2020-01-01\nsource = \"s\"\nstatus = \"team\"\nrows = [{rows}]\n[rules.x]\nformula = \"lookup(t, niveau, ouvert)\"\n"
        )
    };
    let full = "{ niveau = \"bas\", ouvert = true, value = 1 }, { niveau = \"bas\", ouvert = false, value = 2 }, { niveau = \"haut\", ouvert = \"*\", value = 3 }";
    check(&decision(full), &[]);
    check(
        &decision(
            "{ niveau = \"bas\", ouvert = true, value = 1 }, { niveau = \"haut\", ouvert = \"*\", value = 3 }",
        ),
        &[Code::INCOMPLETE_TABLE],
    );
    check(
        &decision(&format!("{full}, {{ niveau = \"*\", ouvert = true, value = 4 }}")),
        &[Code::DUPLICATE_ROW],
    );
    check(&decision(&full.replace("haut", "moyen")), &[Code::BAD_VALUE]);
    let along = |kind: &str, rows: &str, read: &str| {
        format!(
            "[tables.t]\nkind = \"{kind}\"\nover = \"patient\"\nfrom = 2020-01-01\nsource = \"s\"\nstatus = \"team\"\nrows = [{rows}]\n[rules.x]\n{read}\n"
        )
    };
    check(
        &along(
            "flat",
            "{ at_least = 0, value = 1 }, { above = 5, value = 2 }",
            "formula = \"bracket(t, liste)\"",
        ),
        &[],
    );
    check(
        &along(
            "flat",
            "{ at_least = 5, value = 1 }, { above = 5, value = 2 }",
            "formula = \"bracket(t, liste)\"",
        ),
        &[Code::BAD_BRACKETS],
    );
    check(
        &along("marginal", "{ above = 0, value = 1 }", "unit = \"patient\"\nformula = \"bracket(t, liste)\""),
        &[],
    );
    check(
        &along(
            "linear",
            "{ at = 0, value = 1 }, { at = 5, value = 2 }",
            "formula = \"interpolate(t, liste)\"",
        ),
        &[],
    );
    check(
        &along("linear", "{ at = 0, value = 1 }", "formula = \"interpolate(t, liste)\""),
        &[Code::INCOMPLETE_TABLE],
    );
    check(
        &along("linear", "{ at = 0, value = 1 }, { at = 5, value = 2 }", "formula = \"bracket(t, liste)\""),
        &[Code::BAD_ARGUMENTS],
    );
    check(
        &along("flat", "{ at_least = 0, value = 1 }", "formula = \"bracket(t, 3)\""),
        &[Code::UNIT_MISMATCH],
    );
}

#[test]
fn outputs_schedules_and_unused_values() {
    check("[rules.x]\nunit = \"EUR\"\noutput = true\nformula = \"montant\"\n", &[Code::MONEY_NOT_ROUNDED]);
    check(
        "[rules.x]\nunit = \"EUR\"\npays = true\nround = \"cent\"\nformula = \"montant\"\n",
        &[Code::NOT_SCHEDULED],
    );
    check("[inputs.y]\ndefault = 0\n", &[Code::UNUSED]);
    let recorded = "[parameters.p]\napplied = false\nvalues = [{ from = 2020-01-01, value = 1, source = \"s\", status = \"team\" }]\n";
    check(recorded, &[]);
    check(&format!("{recorded}[rules.x]\nformula = \"p\"\n"), &[Code::UNUSED]);
    check(
        "[rules.x]\nformula = \"1\"\nsay = { fr = \"{rien}\", en = \"{rien}\" }\n",
        &[Code::BAD_PLACEHOLDER],
    );
    check(
        "[rules.x]\nformula = \"1\"\nsay = { fr = \"{liste} et {membre.jours\", en = \"x\" }\n",
        &[Code::BAD_PLACEHOLDER],
    );
}

#[test]
fn allocations() {
    let steps = |steps: &str| format!("[allocations.part]\ntotal = \"montant\"\nsteps = [{steps}]\n");
    let rest = "{ name = \"reste\", to = \"equipe\", rest = true }";
    check(&steps(&format!("{{ name = \"jours\", to = \"membre\", weight = \"jours\" }}, {rest}")), &[]);
    check(
        &steps(&format!("{rest}, {{ name = \"jours\", to = \"membre\", weight = \"jours\" }}")),
        &[Code::BAD_ALLOCATION],
    );
    check(&steps("{ name = \"dus\", to = \"membre\", due = \"jours\" }"), &[Code::UNIT_MISMATCH]);
    check(
        &steps("{ name = \"dus\", to = \"membre\", due = \"jours\", weight = \"1\" }"),
        &[Code::BAD_ALLOCATION],
    );
    check(&steps("{ name = \"dus\", to = \"personne\", weight = \"1\" }"), &[Code::UNKNOWN_NAME]);
    check(
        "[allocations.part]\ntotal = \"liste\"\nsteps = [{ name = \"a\", to = \"equipe\", rest = true }]\n",
        &[Code::BAD_ALLOCATION],
    );
}

#[test]
fn reading_goes_on_after_a_fault() {
    // Three faults of three kinds, found in one go.
    check(
        "[rules.a]\nformula = \"points + liste\"\n[rules.b]\nformula = \"rien\"\n[rules.c]\nformul = \"1\"\nformula = \"1 +\"\n",
        &[Code::UNIT_MISMATCH, Code::UNKNOWN_NAME, Code::UNKNOWN_KEY, Code::FORMULA_SYNTAX],
    );
    check("[rules.x\nformula = 1", &[Code::TOML]);
}

#[test]
fn every_kind_of_fault_is_found_in_one_go() {
    check(
        r#"
[parameters.inutile]
values = [{ from = 2020-01-01, value = 1, source = "s", status = "team" }]
[parameters.sans_source]
values = [{ from = 2022-01-01, value = 1, status = "team" }]
[tables.trouee]
kind = "decision"
keys = ["niveau"]
from = 2020-01-01
source = "s"
status = "team"
rows = [{ niveau = "bas", value = 1 }]
[rules.unites]
unit = "point"
formula = "points + liste"
[rules.inconnue]
formula = "rien"
[rules.trou]
formula = "sans_source + lookup(trouee, niveau)"
[rules.boucle]
formula = "boucle"
"#,
        &[
            Code::UNUSED,
            Code::MISSING_SOURCE,
            Code::INCOMPLETE_TABLE,
            Code::UNIT_MISMATCH,
            Code::UNKNOWN_NAME,
            Code::DATE_GAP,
            Code::CYCLE,
        ],
    );
}

#[test]
fn a_diagnostic_underlines_the_place_and_says_what_to_do() {
    let (_, findings, sources) =
        load_text(&format!("{HEAD}[rules.a]\nunit = \"point\"\nformula = \"points + liste\"\n"));
    insta::assert_snapshot!(findings[0].render(&sources, Language::English), @r#"
    error[R0021]: the terms of the sum have different units
      --> essai/rulebook.toml:48:12
       |
    48 | formula = "points + liste"
       |            ^^^^^^^^^^^^^^
      --> essai/rulebook.toml:48:12
       |
    48 | formula = "points + liste"
       |            ^^^^^^ point
      --> essai/rulebook.toml:48:21
       |
    48 | formula = "points + liste"
       |                     ^^^^^ patient
      = help: to go from patient to point takes a rate in point/patient
    "#);
    let (_, findings, sources) = load_text(&format!("{HEAD}[rules.a]\nformula = \"1 + (2 * )\"\n"));
    insta::assert_snapshot!(findings[0].render(&sources, Language::French), @r#"
    erreur[R0020]: il faut une valeur ici, et on trouve `)`
      --> essai/rulebook.toml:47:21
       |
    47 | formula = "1 + (2 * )"
       |                     ^
    "#);
    assert_eq!(findings[0].severity, Severity::Error);
}

#[test]
fn without_a_head() {
    let (book, findings, _) = load_text("[rules.a]\nformula = \"1\"\n");
    assert!(book.is_none());
    assert_eq!(findings.iter().map(|finding| finding.code).collect::<Vec<_>>(), [Code::MISSING_KEY]);
    let (book, findings, _) = load_text("");
    assert!(book.is_none() && !findings.is_empty());
}
