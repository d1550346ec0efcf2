//! Tables: brackets, lines, decisions, and rows that nobody knows.

use rulebook::Code;

use super::{found, settled};
use crate::settled::HEAD;

/// Reads a table at several points: `x → value` or `x → !reason`.
#[track_caller]
fn table(kind: &str, rows: &str, read: &str, points: &[(&str, &str)]) {
    for (x, expected) in points {
        let book = format!(
            "[tables.t]\nkind = \"{kind}\"\nfrom = 2020-01-01\nsource = \"s\"\nstatus = \"team\"\nrows = [{rows}]\n[rules.r]\noutput = true\nformula = \"{read}(t, x)\"\n"
        );
        let facts = format!("equipe,x\na,{x}\n");
        let expected = match expected.strip_prefix('!') {
            Some(reason) => format!("a refused {reason} t"),
            None => format!("a r = {expected}"),
        };
        settled(&book, &[("", &facts)], &expected);
    }
}

#[test]
fn flat_brackets_at_and_beside_each_bound() {
    table(
        "flat",
        "{ at_least = 0, value = 1 }, { at_least = 10, value = 2 }, { above = 20, value = 3 }",
        "bracket",
        &[
            ("-0.01", "!no_value"),
            ("0", "1"),
            ("9.99", "1"),
            ("10", "2"),
            ("20", "2"),
            ("20.0001", "3"),
            ("1e9", "3"),
        ],
    );
    table("flat", "{ above = 0, value = 1 }", "bracket", &[("0", "!no_value"), ("0.1", "1")]);
    // Rows may stand in any order.
    table(
        "flat",
        "{ above = 20, value = 3 }, { at_least = 0, value = 1 }",
        "bracket",
        &[("20", "1"), ("21", "3")],
    );
}

#[test]
fn marginal_brackets_multiply_each_slice() {
    let rows = "{ above = 10, value = 2 }, { above = 20, value = 3 }, { at_least = 30, value = \"1/2\" }";
    table(
        "marginal",
        rows,
        "bracket",
        &[
            ("-5", "0"),
            ("0", "0"),
            ("10", "0"),
            ("11", "2"),
            ("20", "20"),
            ("21", "23"),
            ("30", "50"),
            ("32", "51"),
            ("10.5", "1"),
        ],
    );
}

#[test]
fn lines_are_never_extrapolated() {
    let rows = "{ at = 0, value = 10 }, { at = 10, value = 20 }, { at = 40, value = 5 }";
    table(
        "linear",
        rows,
        "interpolate",
        &[
            ("-0.01", "!no_value"),
            ("0", "10"),
            ("2.5", "12.5"),
            ("10", "20"),
            ("25", "12.5"),
            ("40", "5"),
            ("40.01", "!no_value"),
            ("1/3", "31/3"),
        ],
    );
}

#[test]
fn an_unknown_row_refuses_only_who_reaches_it() {
    let flat =
        "{ at_least = 0, value = 1 }, { at_least = 10, status = \"unknown\" }, { at_least = 20, value = 3 }";
    table("flat", flat, "bracket", &[("9", "1"), ("10", "!unknown"), ("20", "3")]);
    let marginal = flat.replace("at_least", "above");
    table("marginal", &marginal, "bracket", &[("10", "10"), ("11", "!unknown"), ("21", "!unknown")]);
    // On a point only that point is read.
    let linear = flat.replace("at_least", "at");
    table(
        "linear",
        &linear,
        "interpolate",
        &[("0", "1"), ("5", "!unknown"), ("10", "!unknown"), ("15", "!unknown"), ("20", "3")],
    );
}

#[test]
fn decision_tables() {
    let book = r#"
[inputs.n]
whole = true
min = 1
max = 3
default = 1
[tables.t]
kind = "decision"
keys = ["niveau", "b", "n"]
from = 2020-01-01
source = "s"
status = "team"
rows = [
  { niveau = "bas", b = true, n = 1, value = 1 },
  { niveau = "bas", b = true, n = 2, value = 2 },
  { niveau = "bas", b = true, n = 3, value = 3 },
  { niveau = "bas", b = false, n = "*", value = 4 },
  { niveau = "moyen", b = "*", n = "*", value = 5 },
  { niveau = "haut", b = true, n = "*", status = "unknown" },
  { niveau = "haut", b = false, n = "*", value = 6 },
]
[rules.r]
output = true
formula = "lookup(t, niveau, b, n)"
[rules.autre]
formula = "lookup(t, 'bas', true, x)"
"#;
    settled(
        book,
        &[(
            "",
            "equipe,niveau,b,n\na,bas,oui,1\nb,bas,oui,3\nc,bas,non,2\nd,moyen,oui,2\ne,haut,oui,2\nf,haut,non,2\n",
        )],
        "a r = 1\nb r = 3\nc r = 4\nd r = 5\nf r = 6\ne refused unknown t",
    );
    // A number that is no key has no row.
    let read =
        book.replace("output = true\n", "").replace("[rules.autre]\n", "[rules.autre]\noutput = true\n");
    settled(
        &read,
        &[("", "equipe,x\na,2\nb,4\nc,1.5\n")],
        "a autre = 2\nb refused no_value t\nc refused no_value t",
    );
    found(
        &book.replace("  { niveau = \"moyen\", b = \"*\", n = \"*\", value = 5 },\n", ""),
        &[Code::INCOMPLETE_TABLE],
    );
    found(
        &book.replace("b = false, n = \"*\", value = 6", "b = \"*\", n = \"*\", value = 6"),
        &[Code::DUPLICATE_ROW],
    );
}

#[test]
fn tables_from_csv_files_mean_the_same() {
    let book = format!(
        "{HEAD}[tables.t]\nkind = \"decision\"\nkeys = [\"niveau\"]\nfile = \"tables/t.csv\"\nsource = \"s\"\nstatus = \"team\"\n[rules.r]\noutput = true\nformula = \"lookup(t, niveau)\"\n"
    );
    let csv = "\u{feff}montant,niveau,from,to,status\r\n1,bas,,,\r\n2,moyen,,2021-12-31,\r\n3,moyen,2022-01-01,,\r\n,haut,,,unknown\r\n";
    let sources = vec![
        rulebook::Source::new("essai/rulebook.toml", book),
        rulebook::Source::new("essai/tables/t.csv", csv),
    ];
    let (book, findings) = rulebook::load(sources);
    let book = book.unwrap_or_else(|| panic!("{findings:?}"));
    for (at, expected) in [
        ("2021-12-31", "a r = 1\nb r = 2\nc refused unknown t\n"),
        ("2022-12-31", "a r = 1\nb r = 3\nc refused unknown t\n"),
    ] {
        let plan = rulebook::Plan::new(&book, at.parse().expect("a date"), None).expect("a plan");
        let facts = crate::settled::gathered(&book, &[("", "equipe,niveau\na,bas\nb,moyen\nc,haut\n")]);
        let settlement = rulebook::interpret::settle(&plan, &facts, false, &[]);
        assert_eq!(crate::settled::shown(&plan, &facts, &settlement), expected);
    }
}
