//! Dates of values and formulas, official mode, unknown values.

use rulebook::Code;

use super::found;
use crate::settled::{HEAD, Run};

#[test]
fn values_are_those_in_force_on_the_last_day() {
    let more = r#"
[parameters.p]
inside_period = "last_day"
values = [
  { from = 2020-01-01, to = 2020-12-31, value = 1, source = "s", status = "team" },
  { from = 2021-01-01, value = 2, source = "s", status = "team" },
  { from = 2022-07-01, value = 3, source = "s", status = "team" },
  { from = 2023-12-31, value = 4, source = "s", status = "team" },
]
[rules.r]
output = true
formula = "p"
"#;
    let book = format!("{HEAD}{more}");
    for (at, value) in [
        ("2020-01-01", "1"),
        ("2021-06-30", "2"),
        ("2022-01-01", "3"),
        ("2022-06-30", "3"),
        ("2023-01-01", "4"),
        ("2030-01-01", "4"),
    ] {
        Run { at, ..Run::new(&book, &[("", "equipe\na\n")]) }.gives(&format!("a r = {value}"));
    }
}

#[test]
fn of_two_values_the_one_that_begins_later_wins_then_the_one_published_later() {
    let more = r#"
[parameters.p]
values = [
  { from = 2020-01-01, value = 1, source = "s", status = "team", published = 2019-12-01 },
  { from = 2022-01-01, to = 2022-12-31, value = 3, source = "s", status = "team", published = 2022-05-01 },
  { from = 2022-01-01, value = 2, source = "s", status = "team", published = 2021-12-01 },
]
[rules.r]
output = true
formula = "p"
"#;
    let book = format!("{HEAD}{more}");
    let facts = [("", "equipe\na\n")];
    for (at, known_at, expected) in [
        ("2021-12-31", None, "a r = 1"),
        ("2022-12-31", None, "a r = 3"),
        ("2023-12-31", None, "a r = 2"),
        ("2022-12-31", Some("2022-05-01"), "a r = 3"),
        ("2022-12-31", Some("2022-04-30"), "a r = 2"),
        ("2022-12-31", Some("2021-11-30"), "a r = 1"),
        ("2022-12-31", Some("2019-11-30"), "a refused unknown p"),
    ] {
        Run { at, known_at, ..Run::new(&book, &facts) }.gives(expected);
    }
}

#[test]
fn what_was_not_published_yet_is_not_known() {
    let more = r#"
[tables.plate]
kind = "flat"
from = 2020-01-01
published = 2021-01-01
source = "s"
status = "team"
rows = [{ at_least = 0, value = 1 }]
[tables.ligne]
kind = "linear"
from = 2020-01-01
published = 2021-01-01
source = "s"
status = "team"
rows = [{ at = 0, value = 1 }, { at = 9, value = 1 }]
[tables.choix]
kind = "decision"
keys = ["b"]
from = 2020-01-01
published = 2021-01-01
source = "s"
status = "team"
rows = [{ b = "*", value = 1 }]
[rules.r]
output = true
formula = "FORMULA"
[rules.ancienne]
[[rules.ancienne.versions]]
from = 2020-01-01
published = 2021-01-01
formula = "1"
"#;
    let facts = [("", "equipe\na\n")];
    for (formula, about) in [
        ("bracket(plate, x)", "plate"),
        ("interpolate(ligne, x)", "ligne"),
        ("lookup(choix, b)", "choix"),
        ("ancienne", "ancienne"),
    ] {
        let book = format!("{HEAD}{}", more.replace("FORMULA", formula));
        Run::new(&book, &facts).gives("a r = 1");
        Run { known_at: Some("2021-01-01"), ..Run::new(&book, &facts) }.gives("a r = 1");
        Run { known_at: Some("2020-12-31"), ..Run::new(&book, &facts) }
            .gives(&format!("a refused unknown {about}"));
    }
}

#[test]
fn an_earlier_knowledge_cannot_hide_a_circle() {
    // Each version stands alone today; what was known in 2020 goes round.
    let more = r#"
[rules.a]
output = true
[[rules.a.versions]]
from = 2020-01-01
published = 2020-01-01
formula = "c"
[[rules.a.versions]]
from = 2020-01-01
published = 2021-01-01
formula = "1"
[rules.c]
formula = "a"
"#;
    let book = format!("{HEAD}{more}");
    let facts = [("", "equipe\nq\n")];
    Run::new(&book, &facts).gives("q a = 1");
    Run { known_at: Some("2020-06-30"), ..Run::new(&book, &facts) }.gives("R0030");
    // Nor can the days before the first change.
    let before = more
        .replace("from = 2020-01-01\npublished = 2020-01-01", "to = 2019-12-31")
        .replace("published = 2021-01-01\n", "");
    let book = format!("{HEAD}{before}");
    Run::new(&book, &facts).gives("q a = 1");
    Run { at: "2010-12-31", ..Run::new(&book, &facts) }.gives("R0030");
}

#[test]
fn dated_formulas_rows_and_rules() {
    let more = r#"
[rules.r]
output = true
[[rules.r.versions]]
from = 2020-01-01
to = 2020-12-31
formula = "x"
[[rules.r.versions]]
from = 2021-01-01
formula = "bracket(t, x)"
[rules.jusque]
output = true
to = 2021-12-31
formula = "1"
[rules.depuis]
output = true
from = 2022-01-01
formula = "2"
[tables.t]
kind = "flat"
[[tables.t.versions]]
from = 2021-01-01
to = 2022-12-31
source = "s"
status = "team"
rows = [{ at_least = 0, value = 10 }, { at_least = 5, value = 20, from = 2022-01-01 }, { at_least = 5, value = 30, to = 2021-12-31 }]
[[tables.t.versions]]
from = 2023-01-01
source = "s"
status = "unknown"
"#;
    let book = format!("{HEAD}{more}");
    let facts = [("", "equipe,x\na,1\nb,5\n")];
    for (at, expected) in [
        ("2020-12-31", "a r = 1, jusque = 1\nb r = 5, jusque = 1"),
        ("2021-12-31", "a r = 10, jusque = 1\nb r = 30, jusque = 1"),
        ("2022-12-31", "a r = 10, depuis = 2\nb r = 20, depuis = 2"),
        ("2023-12-31", "a refused unknown t\nb refused unknown t"),
    ] {
        Run { at, ..Run::new(&book, &facts) }.gives(expected);
    }
    found(&format!("{more}[rules.lit]\nformula = \"jusque\"\n"), &[Code::DATE_GAP]);
}

#[test]
fn values_of_an_enumeration_have_dates() {
    let book = HEAD
        .replace("haut  = { ", "haut  = { from = 2022-01-01, ")
        .replace("bas   = { ", "bas   = { to = 2022-12-31, ");
    let book = format!("{book}[rules.r]\ntype = \"niveau\"\noutput = true\nformula = \"niveau\"\n");
    let facts = [("", "equipe,niveau\na,bas\nb,moyen\nc,haut\n")];
    Run { at: "2021-12-31", ..Run::new(&book, &facts) }
        .gives("a r = bas\nb r = moyen\nc refused unknown_value niveau");
    Run::new(&book, &facts).gives("a r = bas\nb r = moyen\nc r = haut");
    Run { at: "2023-12-31", ..Run::new(&book, &facts) }
        .gives("b r = moyen\nc r = haut\na refused unknown_value niveau");
}

#[test]
fn an_input_exists_between_its_dates() {
    let more = "[inputs.z]\nfrom = 2022-01-01\n[rules.r]\nfrom = 2022-01-01\noutput = true\nformula = \"z\"\n[rules.s]\noutput = true\nformula = \"x\"\n";
    let book = format!("{HEAD}{more}");
    let facts = [("", "equipe,x\na,1\n")];
    Run { at: "2021-12-31", ..Run::new(&book, &facts) }.gives("a s = 1");
    Run::new(&book, &facts).gives("a refused missing_fact z");
}

#[test]
fn a_date_before_the_contract_is_refused() {
    let book = HEAD.replace(
        "period  = \"year\"",
        "period  = \"year\"\nbasis = [{ title = \"t\", from = 2021-07-01, to = 2023-06-30 }]",
    );
    let book = format!("{book}[rules.r]\noutput = true\nformula = \"x\"\n");
    let facts = [("", "equipe\na\n")];
    for (at, expected) in [
        ("2020-12-31", "R0060"),
        ("2021-12-31", "a r = 0"),
        ("2023-01-01", "a r = 0"),
        ("2024-01-01", "R0060"),
    ] {
        Run { at, ..Run::new(&book, &facts) }.gives(expected);
    }
}

#[test]
fn a_publication_date_stands_only_where_it_is_looked_at() {
    let dates = "published = 2020-01-01\n";
    found(&format!("[inputs.z]\n{dates}default = 0\n[rules.r]\nformula = \"z\"\n"), &[Code::UNKNOWN_KEY]);
    found(
        &format!("[checks.c]\n{dates}formula = \"b\"\nmessage = {{ fr = \"m\", en = \"m\" }}\n"),
        &[Code::UNKNOWN_KEY],
    );
    found(&format!("[enums.e.v]\n{dates}fr = \"v\"\nen = \"v\"\n"), &[Code::UNKNOWN_KEY]);
    found("[rules.r]\nstatus = \"unverified\"\nformula = \"x\"\n", &[Code::UNKNOWN_KEY]);
}

#[test]
fn unknown_and_official_stop_only_who_reaches_them() {
    let more = "[rules.r]\noutput = true\nformula = \"CASE WHEN x = 1 THEN fictif WHEN x = 2 THEN inconnu ELSE sept END\"\n";
    let book = format!("{HEAD}{more}");
    let facts = [("", "equipe,x\na,1\nb,2\nc,3\n")];
    Run::new(&book, &facts).gives("a r = 5\nc r = 7\nb refused unknown inconnu");
    Run { official: true, ..Run::new(&book, &facts) }
        .gives("c r = 7\na refused official fictif\nb refused unknown inconnu");
}

#[test]
fn official_mode_looks_at_the_rows_of_tables() {
    let more = r#"
[tables.t]
kind = "flat"
from = 2020-01-01
source = "s"
status = "official"
rows = [{ at_least = 0, value = 1 }, { at_least = 10, value = 2, status = "unverified" }]
[rules.r]
output = true
formula = "bracket(t, x)"
"#;
    let book = format!("{HEAD}{more}");
    let facts = [("", "equipe,x\na,1\nb,10\n")];
    Run::new(&book, &facts).gives("a r = 1\nb r = 2");
    Run { official: true, ..Run::new(&book, &facts) }.gives("a r = 1\nb refused official t");
    for (status, passes) in [
        ("official", true),
        ("published", true),
        ("thesis", true),
        ("estimated", true),
        ("team", true),
        ("unverified", false),
        ("fictitious", false),
    ] {
        let book = book.replace("status = \"official\"\nrows", &format!("status = \"{status}\"\nrows"));
        let expected = if passes {
            "a r = 1\nb refused official t"
        } else {
            "a refused official t\nb refused official t"
        };
        Run { official: true, ..Run::new(&book, &facts) }.gives(expected);
    }
}
