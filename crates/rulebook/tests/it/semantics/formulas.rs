//! Formulas and units: values, laziness, functions, and what is refused.

use rulebook::Code;

use super::{found, rule, rule_at, settled};
use crate::settled::{HEAD, Run};
use crate::support::load_text;

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
