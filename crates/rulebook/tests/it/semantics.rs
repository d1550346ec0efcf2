//! The reference page, sentence by sentence: a small rulebook, some facts, what comes out or why it is refused.

use rulebook::{Code, Language};

use crate::settled::{HEAD, Run};
use crate::support::load_text;

/// Settles one rule `r` beside the head; `expected` is its value or the reason of the refusal after a `!`.
#[track_caller]
fn rule(declared: &str, formula: &str, facts: &str, expected: &str) {
    rule_at("2022-12-31", declared, formula, facts, expected);
}

#[track_caller]
fn rule_at(at: &str, declared: &str, formula: &str, facts: &str, expected: &str) {
    let book = format!("{HEAD}[rules.r]\noutput = true\n{declared}\nformula = \"\"\"{formula}\"\"\"\n");
    let (names, cells) = facts.split_once('|').unwrap_or(("x", "0"));
    let csv = format!("equipe,{names}\na,{cells}\n");
    let expected = match expected.strip_prefix('!') {
        Some(reason) => format!("a refused {reason}"),
        None => format!("a r = {expected}"),
    };
    let facts = [("", csv.as_str())];
    let found = Run { at, ..Run::new(&book, &facts) }.settled();
    let shown = found
        .trim()
        .rsplit_once(' ')
        .filter(|_| found.contains(" refused "))
        .map_or(found.trim(), |cut| cut.0);
    assert_eq!(shown, expected, "{formula} with {facts:?}");
}

/// Compares the codes of what `check` finds in the head with more text.
#[track_caller]
fn found(more: &str, expected: &[Code]) {
    let (_, findings, sources) = load_text(&format!("{HEAD}{more}"));
    // The head declares more than each test uses.
    let findings: Vec<_> = findings.into_iter().filter(|finding| finding.code != Code::UNUSED).collect();
    let shown: String = findings.iter().map(|finding| finding.render(&sources, Language::English)).collect();
    assert_eq!(findings.iter().map(|finding| finding.code).collect::<Vec<_>>(), expected, "{shown}");
}

/// Settles the head with more text.
#[track_caller]
fn settled(more: &str, facts: &[(&str, &str)], expected: &str) {
    Run::new(&format!("{HEAD}{more}"), facts).gives(expected);
}

// Section 9: formulas.

#[test]
fn numbers_are_exact() {
    rule("", "x / 3 * 3", "x|1", "1");
    rule("", "x / 3 + x / 3 + x / 3", "x|0.1", "0.1");
    rule("", "1 - x", "x|0.9", "0.1");
    rule("", "x + 0", "x|5 %", "0.05");
    rule("", "x + 0", "x|2/3", "2/3");
    rule("", "10 - 4 - 3", "", "3");
    rule("", "24 / 4 / 3", "", "2");
    rule("", "2 * 3 / 4 * 5", "", "7.5");
    rule("", "2 + 3 * 4 - 6 / 2", "", "11");
    rule("", "- x + 2", "x|5", "-3");
    rule("", "- (x - 2) * 3", "x|5", "-9");
    rule("", "2 - - x", "x|5", "7");
    rule("", "+ x", "x|5", "5");
}

#[test]
fn a_division_by_zero_refuses_whoever_reaches_it() {
    rule("", "1 / x", "x|0", "!division_by_zero");
    rule("", "0 / x", "x|0", "!division_by_zero");
    rule("", "1 / (x - y)", "x,y|2,2", "!division_by_zero");
    rule("", "CASE WHEN x = 0 THEN 0 ELSE 1 / x END", "x|0", "0");
    rule("", "CASE WHEN x = 0 THEN 0 ELSE 1 / x END", "x|4", "0.25");
}

#[test]
fn case_is_lazy_and_takes_the_first_branch_that_holds() {
    rule("", "CASE WHEN x > 0 THEN 1 WHEN x > 1 THEN 2 ELSE 3 END", "x|5", "1");
    rule("", "CASE WHEN x > 9 THEN 1 WHEN x > 1 THEN 2 ELSE 3 END", "x|5", "2");
    rule("", "CASE WHEN x > 9 THEN 1 WHEN x > 8 THEN 2 ELSE 3 END", "x|5", "3");
    rule("", "CASE WHEN true THEN x ELSE inconnu END", "x|5", "5");
    rule("", "CASE WHEN x = 5 THEN x WHEN 1 / 0 > 1 THEN 1 ELSE inconnu END", "x|5", "5");
    rule("", "CASE WHEN x = 6 THEN x WHEN 1 / 0 > 1 THEN 1 ELSE 0 END", "x|5", "!division_by_zero");
    rule("", "CASE WHEN x = 6 THEN x ELSE inconnu END", "x|5", "!unknown");
}

#[test]
fn case_of_a_value_compares_it_with_each_branch() {
    rule("", "CASE x WHEN 1 THEN 10 WHEN 2 THEN 20 ELSE 30 END", "x|2", "20");
    rule("", "CASE x WHEN 1 THEN 10 WHEN 2 THEN 20 ELSE 30 END", "x|3", "30");
    rule("", "CASE niveau WHEN 'bas' THEN 1 WHEN 'haut' THEN 3 ELSE 2 END", "niveau|haut", "3");
    rule("", "CASE niveau WHEN 'bas' THEN 1 ELSE inconnu END", "niveau|bas", "1");
    rule("", "CASE x WHEN y THEN 1 WHEN 1 / 0 THEN 2 ELSE 3 END", "x,y|4,4", "1");
    rule("", "CASE b WHEN true THEN 1 ELSE 0 END", "b|oui", "1");
    rule("type = \"niveau\"", "CASE WHEN b THEN 'haut' ELSE niveau END", "b,niveau|non,moyen", "moyen");
    rule("type = \"date\"", "CASE WHEN b THEN d ELSE f END", "b|non", "2022-12-31");
}

#[test]
fn and_or_are_lazy_from_left_to_right() {
    let bool = "type = \"bool\"";
    rule(bool, "x = 1 AND 1 / 0 = 1", "x|0", "false");
    rule(bool, "x = 1 AND 1 / 0 = 1", "x|1", "!division_by_zero");
    rule(bool, "1 / 0 = 1 AND x = 1", "x|0", "!division_by_zero");
    rule(bool, "x = 1 OR inconnu = 1", "x|1", "true");
    rule(bool, "x = 1 OR inconnu = 1", "x|0", "!unknown");
    rule(bool, "x = 0 AND y = 0 AND b OR x = 0 AND NOT b", "x|0", "true");
    rule(bool, "NOT b AND b", "b|oui", "false");
    rule(bool, "NOT (b AND b)", "b|non", "true");
    // AND binds more closely than OR.
    rule(bool, "true OR true AND false", "", "true");
    rule(bool, "(true OR true) AND false", "", "false");
}

#[test]
fn comparisons() {
    let bool = "type = \"bool\"";
    for (sign, below, equal, above) in [
        ("=", "false", "true", "false"),
        ("<>", "true", "false", "true"),
        ("<", "true", "false", "false"),
        ("<=", "true", "true", "false"),
        (">", "false", "false", "true"),
        (">=", "false", "true", "true"),
    ] {
        rule(bool, &format!("x {sign} 2"), "x|1.999999", below);
        rule(bool, &format!("x {sign} 2"), "x|2.000", equal);
        rule(bool, &format!("x {sign} 2"), "x|2.000001", above);
        rule(bool, &format!("d {sign} f"), "d|2022-12-30", below);
        rule(bool, &format!("d {sign} f"), "d,f|2022-03-01,2022-03-01", equal);
    }
    rule(bool, "x = 1 / 3", "x|1/3", "true");
    rule(bool, "niveau = 'haut'", "niveau|haut", "true");
    rule(bool, "'haut' <> niveau", "niveau|haut", "false");
    rule(bool, "b = (x = 1)", "b,x|oui,1", "true");
    rule(bool, "b <> (x = 1)", "b,x|oui,1", "false");
}

#[test]
fn between_includes_both_bounds() {
    let bool = "type = \"bool\"";
    for (x, inside) in [("1.99", "false"), ("2", "true"), ("2.5", "true"), ("3", "true"), ("3.01", "false")] {
        rule(bool, "x BETWEEN 2 AND 3", &format!("x|{x}"), inside);
        let outside = if inside == "true" { "false" } else { "true" };
        rule(bool, "x NOT BETWEEN 2 AND 3", &format!("x|{x}"), outside);
    }
    rule(bool, "x BETWEEN 3 AND 2", "x|2.5", "false");
    rule(bool, "d BETWEEN d AND f", "", "true");
    // As x >= low AND x <= high: the upper bound is reached only when the lower one holds.
    rule(bool, "x BETWEEN 2 AND inconnu", "x|1", "false");
    rule(bool, "x BETWEEN 2 AND inconnu", "x|2", "!unknown");
    rule(bool, "x BETWEEN inconnu AND 2", "x|9", "!unknown");
}

#[test]
fn in_a_list() {
    let bool = "type = \"bool\"";
    rule(bool, "x IN (1, 2, 3)", "x|2", "true");
    rule(bool, "x IN (1, 2, 3)", "x|4", "false");
    rule(bool, "x NOT IN (1, 2, 3)", "x|4", "true");
    rule(bool, "niveau IN ('bas', 'haut')", "niveau|moyen", "false");
    rule(bool, "'bas' IN (niveau)", "niveau|bas", "true");
    rule(bool, "b IN (true)", "b|oui", "true");
    // As x = a OR x = b: what stands behind the one found is not reached.
    rule(bool, "x IN (1, inconnu)", "x|1", "true");
    rule(bool, "x IN (1, inconnu)", "x|2", "!unknown");
}

#[test]
fn least_greatest_and_abs() {
    rule("", "least(x, 3)", "x|5", "3");
    rule("", "greatest(x, 3, 9)", "x|5", "9");
    rule("", "greatest(least(x, 3), 0)", "x|-5", "0");
    rule("", "abs(x)", "x|-5/3", "5/3");
    rule("type = \"date\"", "least(d, f)", "d|2022-03-01", "2022-03-01");
    rule("type = \"date\"", "greatest(d, f)", "d|2022-03-01", "2022-12-31");
    // All arguments are reached.
    rule("", "least(x, inconnu)", "x|0", "!unknown");
}

#[test]
fn rounding_functions() {
    for (x, round, trunc, floor, ceil) in [
        ("2.5", "3", "2", "2", "3"),
        ("-2.5", "-3", "-2", "-3", "-2"),
        ("2.4", "2", "2", "2", "3"),
        ("-2.6", "-3", "-2", "-3", "-2"),
        ("7", "7", "7", "7", "7"),
    ] {
        rule("", "round(x)", &format!("x|{x}"), round);
        rule("", "trunc(x)", &format!("x|{x}"), trunc);
        rule("", "floor(x)", &format!("x|{x}"), floor);
        rule("", "ceil(x)", &format!("x|{x}"), ceil);
    }
    rule("", "round(x, 2)", "x|1.005", "1.01");
    rule("", "round(x, 2)", "x|-1.005", "-1.01");
    rule("", "trunc(x, 2)", "x|1.999", "1.99");
    rule("", "round(x, 3)", "x|2/3", "0.667");
    found("[rules.r]\nformula = \"round(x, y)\"\n", &[Code::BAD_ARGUMENTS]);
    found("[rules.r]\nformula = \"round(x, -1)\"\n", &[Code::BAD_ARGUMENTS]);
    found("[rules.r]\nformula = \"floor(x, 2)\"\n", &[Code::NOT_IN_THE_LANGUAGE]);
}

#[test]
fn days_between_counts_from_the_first_to_the_second() {
    rule("", "days_between(d, f)", "d,f|2022-03-01,2022-03-01", "0");
    rule("", "days_between(d, f)", "d,f|2022-03-01,2022-03-31", "30");
    rule("", "days_between(d, f)", "d,f|2022-03-31,2022-03-01", "-30");
    rule("", "days_between(d, f)", "d,f|2020-02-28,2020-03-01", "2");
    rule("", "days_between(d, f)", "d,f|1899-12-31,2022-12-31", "44925");
}

#[test]
fn year_fraction_from_counts_both_ends() {
    let fraction = |day: &str, at: &str, expected: &str| {
        rule_at(at, "", "year_fraction_from(d)", &format!("d|{day}"), expected);
    };
    fraction("2021-06-30", "2022-12-31", "1");
    fraction("2022-01-01", "2022-12-31", "1");
    fraction("2022-01-02", "2022-12-31", "364/365");
    fraction("2022-07-01", "2022-12-31", "184/365");
    fraction("2022-12-31", "2022-12-31", "1/365");
    fraction("2023-01-01", "2022-12-31", "0");
    fraction("2023-01-01", "2022-02-03", "0");
    // 2024 has 366 days.
    fraction("2024-03-01", "2024-12-31", "306/366".replace("306/366", "51/61").as_str());
    fraction("2024-02-29", "2024-12-31", "307/366");
}

#[test]
fn quarters_and_months_are_periods_too() {
    let period = |kind: &str, at: &str, day: &str, expected: &str| {
        let head = HEAD.replace("\"year\"", &format!("\"{kind}\""));
        let book = format!(
            "{head}[rules.r]\noutput = true\nformula = \"year_fraction_from(d)\"\n[rules.s]\ntype = \"date\"\noutput = true\nformula = \"f\"\n"
        );
        let facts = format!("equipe,d\na,{day}\n");
        Run { at, ..Run::new(&book, &[("", &facts)]) }.gives(expected);
    };
    period("quarter", "2022-05-15", "2022-04-01", "a r = 1, s = 2022-06-30");
    period("quarter", "2022-05-15", "2022-06-30", "a r = 1/91, s = 2022-06-30");
    period("quarter", "2024-01-01", "2024-02-01", "a r = 60/91, s = 2024-03-31");
    period("quarter", "2022-12-31", "2023-01-01", "a r = 0, s = 2022-12-31");
    period("month", "2024-02-10", "2024-02-29", "a r = 1/29, s = 2024-02-29");
    period("month", "2023-02-10", "2023-02-15", "a r = 0.5, s = 2023-02-28");
    period("month", "2022-12-01", "2020-02-15", "a r = 1, s = 2022-12-31");
}

#[test]
fn a_number_beyond_all_measure_refuses() {
    let mut more = "[rules.r0]\nformula = \"x\"\n".to_owned();
    for n in 1..20 {
        let before = n - 1;
        more.push_str(&format!("[rules.r{n}]\nformula = \"r{before} * r{before}\"\n"));
    }
    let last =
        |n: usize| format!("{more}[rules.s]\noutput = true\ntype = \"bool\"\nformula = \"r{n} > 0\"\n");
    settled(
        &last(19),
        &[("", "equipe,x\na,1\nb,3\nc,1/3\nd,-1\n")],
        "a s = true\nd s = true\nb refused number_too_large\nc refused number_too_large",
    );
    // 2^8192 has 8,193 bits: one more than a number may have.
    settled(
        &last(12),
        &[("", "equipe,x\na,2\nb,1/2\nc,4\n")],
        "a s = true\nb s = true\nc refused number_too_large",
    );
    settled(
        &last(13),
        &[("", "equipe,x\na,2\nb,1/2\n")],
        "a refused number_too_large\nb refused number_too_large",
    );
}

#[test]
fn a_number_too_large_is_refused_wherever_it_arises() {
    // 10^300 in a cell, and rows that multiply it further.
    let mut more = "[rules.r0]\nformula = \"x\"\n".to_owned();
    for n in 1..9 {
        more.push_str(&format!("[rules.r{n}]\nformula = \"r{} * x\"\n", n - 1));
    }
    let table =
        "[tables.t]\nkind = \"KIND\"\nfrom = 2020-01-01\nsource = \"s\"\nstatus = \"team\"\nrows = [ROWS]\n";
    let marginal = table.replace("KIND", "marginal").replace("ROWS", "{ above = 0, value = \"1e300\" }");
    let linear = table
        .replace("KIND", "linear")
        .replace("ROWS", "{ at = 0, value = 0 }, { at = \"1e300\", value = \"1e-300\" }");
    let read =
        |formula: &str| format!("[rules.s]\noutput = true\ntype = \"bool\"\nformula = \"{formula}\"\n");
    let facts = [("", "equipe,x\na,1e300\n")];
    settled(&format!("{more}{}", read("r7 > 0")), &facts, "a s = true");
    settled(&format!("{more}{}", read("r8 > 0")), &facts, "a refused number_too_large");
    settled(&format!("{more}{marginal}{}", read("bracket(t, r7) > 0")), &facts, "a refused number_too_large");
    settled(
        &format!("{more}{linear}{}", read("interpolate(t, 1 / r7) > 0")),
        &facts,
        "a refused number_too_large",
    );
}

// Section 7: tables.

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

#[test]
fn a_formula_cannot_unfold_without_end() {
    on_a_large_stack(|| {
        // Each level would double the work: in the reading of CASE, and in the typing of IN and BETWEEN.
        let nested = |before: &str, after: &str, inner: &str| {
            (0..30).fold(inner.to_owned(), |formula, _| format!("{before}{formula}{after}"))
        };
        let case = nested("CASE ", " WHEN 1 THEN 1 WHEN 2 THEN 2 ELSE 0 END", "x");
        found(&format!("[rules.r]\nformula = \"{case}\"\n"), &[Code::FORMULA_TOO_LARGE]);
        let list = nested("(", ") IN (true, false)", "b");
        found(&format!("[rules.r]\ntype = \"bool\"\nformula = \"{list}\"\n"), &[]);
        let between = nested("CASE WHEN ", " BETWEEN 0 AND 1 THEN 1 ELSE 0 END", "x");
        found(&format!("[rules.r]\nformula = \"{between}\"\n"), &[]);
        let chain = format!("{}x", "x BETWEEN 1 AND ".repeat(100));
        let (book, findings, _) = load_text(&format!("{HEAD}[rules.r]\nformula = \"{chain}\"\n"));
        assert!(book.is_none() && !findings.is_empty());
    });
}

#[test]
fn a_chain_of_deep_formulas_is_refused_before_it_runs() {
    let chain = |rules: usize, depth: usize| {
        let mut more = "[rules.r0]\nformula = \"x\"\n".to_owned();
        for n in 1..rules {
            let output = if n + 1 == rules { "output = true\n" } else { "" };
            let inner = format!("{}r{}{}", "abs(".repeat(depth), n - 1, ")".repeat(depth));
            more.push_str(&format!("[rules.r{n}]\n{output}formula = \"{inner}\"\n"));
        }
        more
    };
    on_a_large_stack(move || {
        found(&chain(100, 31), &[Code::CHAIN_TOO_LONG]);
        found(&chain(9, 31), &[Code::CHAIN_TOO_LONG]);
        // The deepest that are allowed must not exhaust the stack of a thread, which has two megabytes.
        for deepest in [chain(8, 31), chain(100, 1)] {
            let book = crate::settled::loaded(&format!("{HEAD}{deepest}"));
            let settles = std::thread::spawn(move || {
                let plan =
                    rulebook::Plan::new(&book, "2022-12-31".parse().expect("a date"), None).expect("a plan");
                let facts = crate::settled::gathered(&book, &[("", "equipe,x\na,-2\n")]);
                crate::settled::settle_all(&plan, &facts, false, &[])
            });
            assert!(settles.join().expect("no panic").contains(" = 2"));
        }
    });
}

/// Runs on a stack as large as the parser takes for the deepest formulas when it is not optimised.
fn on_a_large_stack(run: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(16 << 20).spawn(run).expect("a thread");
    thread.join().expect("no panic");
}

#[test]
fn zero_takes_any_unit_and_no_other_number_does() {
    let unit = |formula: &str, expected: &[Code]| {
        found(
            &format!("[inputs.p]\nunit = \"point\"\n[rules.r]\nunit = \"point\"\nformula = \"{formula}\"\n"),
            expected,
        );
    };
    unit("p + 0", &[]);
    unit("greatest(p - p, 0.0)", &[]);
    unit("CASE WHEN p > 0 THEN p ELSE 0 END", &[]);
    unit("0", &[]);
    unit("-0", &[]);
    unit("abs(0) + p", &[]);
    unit("0 * p", &[]);
    unit("p + 1", &[Code::UNIT_MISMATCH]);
    unit("1", &[Code::UNIT_MISMATCH]);
    unit("0 * 1", &[Code::UNIT_MISMATCH]);
    unit("p * p", &[Code::UNIT_MISMATCH]);
    unit("p * p / p", &[]);
}

#[test]
fn money_is_never_multiplied_by_money() {
    let head = "[inputs.m]\nunit = \"EUR\"\n[inputs.u]\nunit = \"USD\"\n[units.USD]\nfr = [\"dollar\", \"dollars\"]\nen = [\"dollar\", \"dollars\"]\nmoney = true\n";
    let unit = |unit: &str, formula: &str, expected: &[Code]| {
        found(&format!("{head}[rules.r]\nunit = \"{unit}\"\nformula = \"{formula}\"\n"), expected);
    };
    unit("EUR", "m * m", &[Code::MONEY_TWICE]);
    unit("EUR", "m * u", &[Code::MONEY_TWICE]);
    unit("EUR", "m + u", &[Code::UNIT_MISMATCH]);
    unit("EUR", "m * (u / u)", &[]);
    unit("EUR/USD", "m / u", &[]);
    unit("1", "m / (1 / m)", &[Code::MONEY_TWICE]);
    // The rate of a slice times the slice is a product like any other.
    let table = "[tables.t]\nkind = \"marginal\"\nover = \"EUR\"\nunit = \"EUR\"\nfrom = 2020-01-01\nsource = \"s\"\nstatus = \"team\"\nrows = [{ above = 0, value = 1 }]\n";
    found(
        &format!("{head}{table}[rules.r]\nunit = \"EUR\"\nformula = \"bracket(t, m) / m\"\n"),
        &[Code::MONEY_TWICE],
    );
    let grown = table.replace("\"EUR\"", "\"point^2000000000\"");
    found(
        &format!(
            "{head}{grown}[inputs.g]\nunit = \"point^2000000000\"\n[rules.r]\nformula = \"bracket(t, g)\"\n"
        ),
        &[Code::BAD_UNIT],
    );
}

// Section 8: rules.

#[test]
fn a_rule_is_rounded_only_where_written_and_read_rounded() {
    let more = |round: &str| {
        format!(
            "[rules.a]\noutput = true\n{round}\nformula = \"x / 3\"\n[rules.triple]\noutput = true\nformula = \"a * 3\"\n"
        )
    };
    let facts = [("", "equipe,x\na,10\n")];
    settled(&more(""), &facts, "a a = 10/3, triple = 10");
    settled(&more("round = \"cent\""), &facts, "a a = 3.33, triple = 9.99");
    settled(&more("round = { to = 0 }"), &facts, "a a = 3, triple = 9");
    settled(&more("round = { to = 4, mode = \"ceiling\" }"), &facts, "a a = 3.3334, triple = 10.0002");
}

#[test]
fn each_rounding_mode() {
    for (mode, up, down, beyond) in [
        ("half_away", "3", "-3", "3"),
        ("half_even", "2", "-2", "3"),
        ("half_up", "3", "-2", "3"),
        ("half_down", "2", "-2", "3"),
        ("trunc", "2", "-2", "2"),
        ("floor", "2", "-3", "2"),
        ("ceiling", "3", "-2", "3"),
        ("away", "3", "-3", "3"),
    ] {
        let round = format!("round = {{ to = 0, mode = \"{mode}\" }}");
        rule(&round, "x", "x|2.5", up);
        rule(&round, "x", "x|-2.5", down);
        rule(&round, "x", "x|2.500000001", beyond);
        rule(&round, "x", "x|2", "2");
    }
}

#[test]
fn outputs_come_in_the_order_of_the_file() {
    settled(
        "[rules.z]\noutput = true\nformula = \"a + 1\"\n[rules.a]\noutput = true\nformula = \"x\"\n[rules.m]\nformula = \"x\"\n",
        &[("", "equipe,x\nb,1\na,2\n")],
        "b z = 2, a = 1\na z = 3, a = 2",
    );
}

// Sections 5 and 14: facts.

#[test]
fn a_fact_is_required_unless_it_has_a_default() {
    let more = "[inputs.z]\n[rules.r]\noutput = true\nformula = \"CASE WHEN b THEN z ELSE x END\"\n";
    settled(
        more,
        &[("", "equipe,z,b,x\na,1,oui,2\nb,,non,2\nc,,oui,2\n")],
        "a r = 1\nb refused missing_fact z\nc refused missing_fact z",
    );
}

#[test]
fn defaults() {
    rule("type = \"date\"", "d", "x|0", "2022-01-01");
    rule("type = \"date\"", "f", "x|0", "2022-12-31");
    rule_at("2024-06-15", "type = \"date\"", "f", "x|0", "2024-12-31");
    rule("type = \"niveau\"", "niveau", "x|0", "bas");
    rule("type = \"bool\"", "b", "x|0", "false");
}

#[test]
fn bounds_are_included() {
    let more = "[inputs.z]\nmin = 1\nmax = 3\n[inputs.w]\nwhole = true\ndefault = 1\n[rules.r]\noutput = true\nformula = \"z + w\"\n";
    settled(
        more,
        &[("", "equipe,z,w\na,1,2\nb,3,2\nc,0.99,2\nd,3.01,2\ne,2,1.5\nf,2,-4\n")],
        "a r = 3\nb r = 5\nf r = -2\nc refused out_of_bounds z\nd refused out_of_bounds z\ne refused not_whole w",
    );
}

#[test]
fn what_cannot_be_read_refuses() {
    settled(
        "[rules.r]\noutput = true\nformula = \"CASE WHEN b THEN x ELSE 0 END\"\n[rules.s]\ntype = \"bool\"\nformula = \"niveau = 'bas'\"\n",
        &[(
            "",
            "equipe,x,b,niveau\na,1,oui,bas\nb,un,oui,bas\nc,1,peut-être,bas\nd,1,oui,énorme\ne,1,oui,bas\ne,2,oui,bas\n",
        )],
        "a r = 1\ne refused duplicate equipe\nb refused wrong_type x\nc refused wrong_type b\nd refused unknown_value niveau",
    );
}

// Section 10: checks.

#[test]
fn a_broken_check_refuses_with_its_message() {
    let more = r#"
[rules.r]
output = true
formula = "x"
[checks.petit]
formula = "x <= 10"
message = { fr = "{x} dépasse {sept}", en = "{x} is beyond {sept}" }
[checks.plus_tard]
from = 2023-01-01
formula = "x <= 5"
message = { fr = "trop", en = "too much" }
"#;
    let book = format!("{HEAD}{more}");
    let facts = [("", "equipe,x\na,5\nb,10\nc,11\n")];
    Run::new(&book, &facts).gives("a r = 5\nb r = 10\nc refused check petit");
    Run { at: "2023-01-01", ..Run::new(&book, &facts) }
        .gives("a r = 5\nb refused check plus_tard\nc refused check petit");
    let loaded = crate::settled::loaded(&book);
    let plan = rulebook::Plan::new(&loaded, "2022-12-31".parse().expect("a date"), None).expect("a plan");
    let gathered = crate::settled::gathered(&loaded, &facts);
    let settlement = rulebook::interpret::settle(&plan, &gathered, false, &[]);
    assert_eq!(settlement.refused[0].message.get(Language::English), "11 is beyond 7");
    assert_eq!(settlement.refused[0].message.get(Language::French), "11 dépasse 7");
}

#[test]
fn a_check_that_cannot_be_computed_refuses_for_that_reason() {
    settled(
        "[rules.r]\noutput = true\nformula = \"x\"\n[checks.c]\nformula = \"1 / x > 0\"\nmessage = { fr = \"m\", en = \"m\" }\n",
        &[("", "equipe,x\na,1\nb,0\nc,-1\n")],
        "a r = 1\nb refused division_by_zero\nc refused check c",
    );
}

// Sections 6 and 16: dates.

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

// Section 17: official mode, and unknown values.

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

// Section 4: entities.

/// A doctor with patients, who have visits; patients that are refused are left out or not.
fn tree(on_refusal: &str, more: &str) -> String {
    format!(
        r#"
[instrument]
id      = "essai"
title   = {{ fr = "Essai", en = "Trial" }}
subject = "medecin"
period  = "year"
[units]
patient = {{ fr = ["patient", "patients"], en = ["patient", "patients"] }}
[entities.medecin]
[entities.patient]
belongs_to = "medecin"
unit = "patient"
on_refusal = "{on_refusal}"
[entities.visite]
belongs_to = "patient"
[inputs]
taux = {{ default = 2 }}
seuil = {{ default = 0 }}
age = {{ of = "patient" }}
ald = {{ of = "patient", type = "bool", default = false }}
prix = {{ of = "visite", default = 1 }}
{more}"#
    )
}

const DOCTORS: &[(&str, &str)] = &[
    ("", "medecin,taux,seuil\nA,2,0\nB,3,0\nC,4,0\n"),
    ("patient", "patient,medecin,age,ald\np1,A,10,oui\np2,A,30,non\np3,B,5,oui\n"),
    ("visite", "visite,patient,prix\nv1,p1,100\nv2,p1,50\nv3,p2,7\nv4,p3,9\n"),
];

/// One output of the doctor over the tree.
#[track_caller]
fn aggregate(formula: &str, expected: &str) {
    let unit = if formula.starts_with("count") { "unit = \"patient\"\n" } else { "" };
    let book = tree("refuse", &format!("[rules.r]\n{unit}output = true\nformula = \"\"\"{formula}\"\"\"\n"));
    Run::new(&book, DOCTORS).gives(expected);
}

#[test]
fn aggregates() {
    aggregate("sum(patient.age)", "A r = 40\nB r = 5\nC r = 0");
    aggregate("count(patient)", "A r = 2\nB r = 1\nC r = 0");
    aggregate("count(patient) FILTER (WHERE patient.ald)", "A r = 1\nB r = 1\nC r = 0");
    aggregate(
        "sum(patient.age) FILTER (WHERE patient.age > 10 AND NOT patient.ald)",
        "A r = 30\nB r = 0\nC r = 0",
    );
    aggregate("sum(1) FILTER (WHERE patient.age >= 10)", "A r = 2\nB r = 0\nC r = 0");
    // A name without prefix is the doctor's own, inside an aggregate too.
    aggregate("sum(patient.age * taux)", "A r = 80\nB r = 15\nC r = 0");
    aggregate("sum(patient.age * medecin.taux)", "A r = 80\nB r = 15\nC r = 0");
    aggregate("sum(patient.age) FILTER (WHERE taux = 2)", "A r = 40\nB r = 0\nC r = 0");
    // The entity that is walked through is the lowest one named.
    aggregate("sum(visite.prix)", "A r = 157\nB r = 9\nC r = 0");
    aggregate("sum(visite.prix * patient.age)", "A r = 1710\nB r = 45\nC r = 0");
    aggregate("sum(patient.age) FILTER (WHERE visite.prix > 7)", "A r = 20\nB r = 5\nC r = 0");
    // Least, greatest and mean over nothing refuse.
    aggregate("min(patient.age)", "A r = 10\nB r = 5\nC refused empty_aggregate r");
    aggregate("max(patient.age)", "A r = 30\nB r = 5\nC refused empty_aggregate r");
    aggregate("avg(patient.age)", "A r = 20\nB r = 5\nC refused empty_aggregate r");
    aggregate(
        "avg(patient.age) FILTER (WHERE patient.ald)",
        "A r = 10\nB r = 5\nC refused empty_aggregate r",
    );
    aggregate(
        "max(patient.age) FILTER (WHERE patient.age > 20)",
        "A r = 30\nB refused empty_aggregate r\nC refused empty_aggregate r",
    );
    aggregate(
        "count(patient) / count(patient) * count(patient)",
        "A r = 2\nB r = 1\nC refused division_by_zero r",
    );
}

#[test]
fn aggregates_that_say_something_else_are_errors() {
    let wrong = |unit: &str, formula: &str| {
        let (book, findings, _) =
            load_text(&tree("refuse", &format!("[rules.r]\n{unit}formula = \"\"\"{formula}\"\"\"\n")));
        assert!(book.is_none(), "{formula}");
        assert!(
            findings.iter().any(|finding| finding.code == Code::BAD_AGGREGATE),
            "{formula}: {findings:?}"
        );
    };
    wrong("", "sum(taux)");
    wrong("", "sum(sum(patient.age))");
    wrong("", "sum(patient.age, patient.age)");
    // This would count visits, not patients.
    wrong("unit = \"patient\"\n", "count(patient) FILTER (WHERE visite.prix > 7)");
}

#[test]
fn children_read_their_parents_and_parents_their_children() {
    let book = tree(
        "refuse",
        r#"
[rules.total]
formula = "sum(patient.age)"
[rules.part]
of = "patient"
output = true
formula = "CASE WHEN medecin.total = 0 THEN 0 ELSE age / medecin.total END"
[rules.cher]
of = "visite"
formula = "prix * patient.age * medecin.taux"
[rules.visites]
of = "patient"
output = true
formula = "sum(visite.cher)"
[rules.tout]
output = true
formula = "sum(patient.visites)"
[rules.parts]
output = true
formula = "sum(patient.part)"
"#,
    );
    // A: 150 × 10 × 2 + 7 × 30 × 2.
    Run::new(&book, DOCTORS).gives(
        "A tout = 3420, parts = 1\nB tout = 135, parts = 1\nC tout = 0, parts = 0\np1 part = 0.25, visites = 3000\np2 part = 0.75, visites = 420\np3 part = 1, visites = 135",
    );
}

#[test]
fn a_refused_child_refuses_its_subject_or_is_left_out() {
    let more = "[rules.inverse]\nof = \"patient\"\nformula = \"60 / age\"\n[rules.r]\noutput = true\nformula = \"sum(patient.inverse)\"\n[checks.age_plausible]\nof = \"patient\"\nformula = \"age < 120\"\nmessage = { fr = \"{age} ans\", en = \"{age} years\" }\n";
    let facts = [
        ("", "medecin\nA\nB\nC\n"),
        (
            "patient",
            "patient,medecin,age\np1,A,10\np2,A,0\np3,A,200\np4,A,\np5,A,x\np6,A,0\np7,B,30\np8,C,\n",
        ),
    ];
    Run::new(&tree("skip", more), &facts).gives(
        "A r = 6\nB r = 2\nC r = 0\np5 refused wrong_type age\np3 refused check age_plausible\np4 refused missing_fact age\np2 refused division_by_zero inverse\np6 refused division_by_zero inverse\np8 refused missing_fact age",
    );
    Run::new(&tree("refuse", more), &facts).gives(
        "B r = 2\np5 refused wrong_type age\np3 refused check age_plausible\nA refused child age_plausible\np8 refused missing_fact age\nC refused child age",
    );
}

#[test]
fn a_refused_grandchild_climbs_to_the_nearest_that_may_be_left_out() {
    let more = "[rules.inverse]\nof = \"visite\"\nformula = \"60 / prix\"\n[rules.soins]\nof = \"patient\"\noutput = true\nformula = \"sum(visite.inverse)\"\n[rules.r]\noutput = true\nformula = \"sum(patient.soins) + count(visite) FILTER (WHERE visite.prix >= 0)\"\n";
    let facts = [
        ("", "medecin\nA\nB\n"),
        ("patient", "patient,medecin,age\np1,A,1\np2,A,1\np3,B,1\n"),
        ("visite", "visite,patient,prix\nv1,p1,60\nv2,p1,0\nv3,p2,30\nv4,p3,0\n"),
    ];
    // A visit may not be left out, a patient may: p1 and p3 go with their visits.
    Run::new(&tree("skip", more), &facts).gives(
        "A r = 3\nB r = 0\np2 soins = 2\nv2 refused division_by_zero inverse\nv4 refused division_by_zero inverse",
    );
    Run::new(&tree("refuse", more), &facts).gives(
        "v2 refused division_by_zero inverse\nA refused child inverse\nv4 refused division_by_zero inverse\nB refused child inverse",
    );
}

#[test]
fn many_refused_children_are_found_in_few_walks() {
    use std::fmt::Write as _;
    let more = "[rules.inverse]\nof = \"patient\"\nformula = \"60 / age\"\n[rules.r]\noutput = true\nformula = \"sum(patient.inverse)\"\n";
    let mut patients = "patient,medecin,age\n".to_owned();
    for n in 0..3000 {
        writeln!(patients, "p{n},A,{}", if n % 2 == 0 { 0 } else { 60 }).expect("a string can be written to");
    }
    let book = crate::settled::loaded(&tree("skip", more));
    let plan = rulebook::Plan::new(&book, "2022-12-31".parse().expect("a date"), None).expect("a plan");
    let facts = crate::settled::gathered(&book, &[("", "medecin\nA\n"), ("patient", &patients)]);
    let settlement = rulebook::interpret::settle(&plan, &facts, false, &[]);
    assert_eq!(settlement.refused.len(), 1500);
    assert_eq!(
        settlement.entities[0].value(0, 0).and_then(|value| value.as_number().map(ToString::to_string)),
        Some("1500".to_owned())
    );
}

#[test]
fn the_entities_are_one_tree() {
    let head = HEAD
        .replace("[entities.equipe]", "[entities.equipe]\nbelongs_to = \"programme\"\n[entities.programme]");
    let (_, findings, _) = load_text(&format!(
        "{head}[entities.site]\nbelongs_to = \"programme\"\n[rules.r]\nformula = \"x\"\n"
    ));
    assert!(findings.iter().any(|finding| finding.code == Code::BAD_ENTITY_TREE), "{findings:?}");
    found(
        "[entities.a]\nbelongs_to = \"b\"\n[entities.b]\nbelongs_to = \"a\"\n",
        &[Code::BAD_ENTITY_TREE, Code::BAD_ENTITY_TREE],
    );
    found("[entities.seule]\n", &[Code::BAD_ENTITY_TREE]);
}

// Section 4: the programme, all subjects together.

fn programme(more: &str) -> String {
    let head = HEAD
        .replace("[entities.equipe]", "[entities.programme]\n[entities.equipe]\nbelongs_to = \"programme\"");
    format!("{head}[inputs.fonds]\nof = \"programme\"\ndefault = 100\n{more}")
}

#[test]
fn subjects_read_what_the_programme_gives() {
    let book = programme(
        "[rules.somme]\nof = \"programme\"\noutput = true\nformula = \"sum(equipe.inverse)\"\n[rules.inverse]\nformula = \"60 / x\"\n[rules.part]\noutput = true\nformula = \"inverse / programme.somme * programme.fonds\"\n",
    );
    let facts = [("", "equipe,x\na,60\nb,20\n"), ("programme", "programme,fonds\nP,80\n")];
    Run::new(&book, &facts).gives("a part = 20\nb part = 60\nP somme = 4");
    // One that is refused blocks the run, unless it is excluded.
    let facts = [("", "equipe,x\na,60\nz,0\nb,20\n")];
    Run::new(&book, &facts).gives("z refused division_by_zero inverse\na refused blocked\nb refused blocked");
    Run { excluded: &["z"], ..Run::new(&book, &facts) }
        .gives("a part = 25\nb part = 75\nprogramme somme = 4");
    Run { excluded: &["a"], ..Run::new(&book, &facts) }
        .gives("z refused division_by_zero inverse\nb refused blocked");
}

#[test]
fn a_programme_that_does_not_aggregate_blocks_nobody() {
    let book = programme(
        "[rules.double]\nof = \"programme\"\noutput = true\nformula = \"fonds * 2\"\n[rules.part]\noutput = true\nformula = \"programme.double / x\"\n",
    );
    Run::new(&book, &[("", "equipe,x\na,4\nz,0\nb,20\n")])
        .gives("a part = 50\nb part = 10\nprogramme double = 200\nz refused division_by_zero part");
    Run { excluded: &["z"], ..Run::new(&book, &[("", "equipe,x\na,4\nz,0\n")]) }
        .gives("a part = 50\nprogramme double = 200");
}

#[test]
fn a_check_of_the_programme_holds_for_all() {
    let book = programme(
        "[rules.part]\noutput = true\nformula = \"x\"\n[checks.fonds_donnes]\nof = \"programme\"\nformula = \"fonds > 0\"\nmessage = { fr = \"m\", en = \"m\" }\n",
    );
    Run::new(&book, &[("", "equipe,x\na,4\n")]).gives("a part = 4");
    Run::new(&book, &[("", "equipe,x\na,4\nb,5\n"), ("programme", "programme,fonds\nP,0\n")])
        .gives("P refused check fonds_donnes\na refused blocked\nb refused blocked");
}

// Section 13: cases.

#[test]
fn cases() {
    let head = HEAD.replace("[inputs]\n", "[entities.patient]\nbelongs_to = \"equipe\"\non_refusal = \"skip\"\n[inputs]\nage = { of = \"patient\" }\n");
    let book = format!(
        "{head}[rules.double]\nformula = \"x * 2\"\n[rules.inverse]\nof = \"patient\"\nformula = \"60 / age\"\n[rules.somme]\nformula = \"sum(patient.inverse)\"\n[rules.loin]\nformula = \"1 / y\"\n[rules.haut]\ntype = \"bool\"\nformula = \"niveau = 'haut'\"\n"
    );
    let case = |text: &str, passes: bool| {
        let sources = vec![
            rulebook::Source::new("essai/rulebook.toml", book.clone()),
            rulebook::Source::new(
                "essai/cases/c.toml",
                format!("[[case]]\ntitle = \"t\"\nat = 2022-12-31\n{text}\n"),
            ),
        ];
        let (loaded, findings) = rulebook::load(sources);
        let passed =
            loaded.is_some_and(|book| rulebook::cases::run_cases(&book).iter().all(|result| result.passed));
        assert_eq!(passed, passes, "{text}: {findings:?}");
    };
    case("facts = { x = 3 }\nexpect = { double = 6 }", true);
    case("facts = { x = 3 }\nexpect = { double = \"6.00\" }", true);
    case("facts = { x = 3 }\nexpect = { double = 7 }", false);
    case("facts = { x = 3 }\nexpect = { double = { value = 7, within = 1 } }", true);
    case("facts = { x = 3 }\nexpect = { double = { value = 7, within = \"0.9\" } }", false);
    case("facts = { x = 50 }\nexpect = { double = { value = 101, within = \"1 %\" } }", true);
    case("facts = { x = 50 }\nexpect = { double = { value = 101, within = \"0.9 %\" } }", false);
    case("facts = { niveau = \"haut\" }\nexpect = { haut = true }", true);
    // A case computes only what it expects.
    case("facts = { x = 3, y = 0 }\nexpect = { double = 6 }", true);
    case("facts = { y = 0 }\nrefused = \"division_by_zero\"\ncomputing = \"loin\"", true);
    case("facts = { y = 0 }\nrefused = \"no_value\"\ncomputing = \"loin\"", false);
    case("facts = { y = 1 }\nrefused = \"division_by_zero\"\ncomputing = \"loin\"", false);
    case("refused = \"refused_somehow\"\ncomputing = \"loin\"", false);
    case("[[case.equipe]]\nid = \"a\"\ny = 0\n[[case.equipe]]\nid = \"b\"\ny = 1\n", false);
    case(
        "refused = \"division_by_zero\"\ncomputing = \"loin\"\n[[case.equipe]]\nid = \"a\"\ny = 1\n[[case.equipe]]\nid = \"b\"\ny = 0\n",
        true,
    );
    // What is misspelt, doubled or contradictory proves nothing.
    case("facts = { xx = 3 }\nexpect = { double = 6 }", false);
    case("facts = { x = \"trois\" }\nexpect = { double = 6 }", false);
    case("facts = { x = 3 }\nexpect = { tripel = 6 }", false);
    case("facts = { x = 3 }", false);
    case(
        "facts = { y = 0 }\nexpect = { double = 0 }\nrefused = \"division_by_zero\"\ncomputing = \"loin\"",
        false,
    );
    case("facts = { x = 3 }\nexpect = { double = 6 }\ncomputing = \"loin\"", false);
    case("facts = { x = 3 }\n[[case.equipe]]\nid = \"a\"\nexpect = { double = 0 }", false);
    // Rows below, and several subjects.
    case(
        "expect = { somme = 8 }\n[[case.patient]]\nid = \"p\"\nage = 10\nexpect = { inverse = 6 }\n[[case.patient]]\nid = \"q\"\nage = 30",
        true,
    );
    case(
        "[[case.equipe]]\nid = \"a\"\nx = 1\nexpect = { double = 2, somme = 6 }\n[[case.equipe]]\nid = \"b\"\nx = 2\nexpect = { double = 4, somme = 2 }\n[[case.patient]]\nid = \"p\"\nequipe = \"a\"\nage = 10\n[[case.patient]]\nid = \"q\"\nequipe = \"b\"\nage = 30",
        true,
    );
    // A patient that is refused is left out, as when the facts are settled; one that is asked for is not.
    case(
        "expect = { somme = 6 }\n[[case.patient]]\nid = \"p\"\nage = 10\n[[case.patient]]\nid = \"q\"\nage = 0\n[[case.patient]]\nid = \"r\"\nage = 0",
        true,
    );
    case(
        "expect = { somme = 6 }\n[[case.patient]]\nid = \"p\"\nage = 10\n[[case.patient]]\nid = \"q\"\nage = \"dix\"",
        true,
    );
    case("[[case.patient]]\nid = \"q\"\nage = 0\nexpect = { inverse = 0 }", false);
}

// Names.

#[test]
fn a_name_is_defined_once() {
    let steps = "steps = [{ name = \"reste\", to = \"equipe\", rest = true }]\n";
    let pot = "[inputs.fonds]\nunit = \"EUR\"\n";
    let part = format!("{pot}[allocations.part]\ntotal = \"fonds\"\n{steps}");
    found(&part, &[]);
    found(&format!("{part}[rules.part_reste]\nformula = \"x\"\n"), &[Code::DUPLICATE_NAME]);
    found(&format!("{part}[rules.part_total]\nformula = \"x\"\n"), &[Code::DUPLICATE_NAME]);
    found(&format!("{part}[inputs.part_total]\ndefault = 0\n"), &[Code::DUPLICATE_NAME]);
    found(&part.replace("\"reste\"", "\"total\""), &[Code::DUPLICATE_NAME]);
    found("[rules.x]\nformula = \"y\"\n", &[Code::DUPLICATE_NAME]);
    let sources = vec![
        rulebook::Source::new("essai/rulebook.toml", format!("{HEAD}[rules.r]\nformula = \"x\"\n")),
        rulebook::Source::new(
            "essai/suite.toml",
            "[units.point]\nfr = [\"p\", \"p\"]\nen = [\"p\", \"p\"]\n",
        ),
    ];
    let (book, findings) = rulebook::load(sources);
    assert!(
        book.is_none() && findings.iter().any(|finding| finding.code == Code::DUPLICATE_NAME),
        "{findings:?}"
    );
}

// Sentences.

#[test]
fn a_sentence_may_name_what_the_formula_does_not_read() {
    let more = r#"
[rules.a]
output = true
formula = "x"
say = { fr = "{a}, {c} et {sept}", en = "{a}, {c} and {sept}" }
[rules.c]
output = true
formula = "y"
say = { fr = "{c} et {a}", en = "{c} and {a}" }
"#;
    let book = crate::settled::loaded(&format!("{HEAD}{more}"));
    let plan = rulebook::Plan::new(&book, "2022-12-31".parse().expect("a date"), None).expect("a plan");
    let facts = crate::settled::gathered(&book, &[("", "equipe,x,y\nq,1,2\n")]);
    let of = rulebook::interpret::TraceOf { entity: book.subject, id: "q", outputs: &[] };
    let trace = rulebook::interpret::trace(&plan, &facts, of, false, &[]).expect("a trace");
    let said: Vec<_> =
        trace.outputs.iter().map(|node| trace.nodes[node.0].say.as_ref().map(|say| say.en.clone())).collect();
    assert_eq!(said, [Some("1, 2 and 7".to_owned()), Some("2 and 1".to_owned())]);
}
