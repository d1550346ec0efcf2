//! Rulebooks and facts that are made up: the column engine gives what the interpreter gives.

use std::cell::Cell;
use std::fmt::Write as _;

use rulebook::facts::{FactFile, Options, collect};
use rulebook::interpret::settle;
use rulebook::{Plan, has_errors};

use super::{Dice, holds};
use crate::columns;
use crate::settled::HEAD;
use crate::support::load_text;

/// A fact that has no default, so that some rows lack it.
const MORE: &str = "[inputs.z]\n";

const TABLE: &str = "from = 2020-01-01\nsource = \"s\"\nstatus = \"team\"\n";

/// Returns a number expression of the rules so far.
fn number(dice: &mut Dice<'_>, depth: usize, rules: usize) -> String {
    if depth == 0 || dice.roll(5) == 0 {
        // What refuses everybody is rare: little is left to compare then.
        if dice.roll(200) == 1 {
            return "inconnu".to_owned();
        }
        let known = ["x", "y", "z", "sept", "3", "(-2)", "0.07", "1000000007", "0", "4000000000000"];
        let place = dice.roll(known.len() + rules);
        return known.get(place).map_or_else(|| format!("r{}", place - known.len()), ToString::to_string);
    }
    let kind = dice.roll(15);
    let a = number(dice, depth - 1, rules);
    let list = |dice: &mut Dice<'_>| {
        (0..=dice.roll(3)).fold(a.clone(), |list, _| format!("{list}, {}", number(dice, depth - 1, rules)))
    };
    match kind {
        0 => format!("({a} + {} - {})", number(dice, depth - 1, rules), number(dice, 0, rules)),
        1 => format!("({a} - {})", number(dice, depth - 1, rules)),
        2 => format!("({a} * {})", number(dice, depth - 1, rules)),
        3 => format!("({a} / {})", number(dice, depth - 1, rules)),
        4 => format!("least({})", list(dice)),
        5 => format!("greatest({})", list(dice)),
        6 => format!("abs({a})"),
        7 => format!("{}({a})", dice.pick(&["floor", "ceil", "round", "trunc"])),
        8 => format!("CASE WHEN {} THEN {a} ELSE 0 END", truth(dice, depth - 1, rules)),
        9 => {
            let (first, second) = (truth(dice, depth - 1, rules), truth(dice, depth - 1, rules));
            let (b, c) = (number(dice, depth - 1, rules), number(dice, 0, rules));
            format!("CASE WHEN {first} THEN {a} WHEN {second} THEN {b} ELSE {c} END")
        }
        10 => format!("bracket(parts, {a})"),
        11 => format!("bracket(tranches, {a})"),
        12 => "lookup(choix, niveau, b)".to_owned(),
        13 => format!("interpolate(ligne, {a})"),
        _ => format!("({a} * year_fraction_from(d) + days_between(d, f))"),
    }
}

fn truth(dice: &mut Dice<'_>, depth: usize, rules: usize) -> String {
    let kind = dice.roll(if depth == 0 { 3 } else { 6 });
    let mut compared = || {
        let (a, b) = (number(dice, depth.saturating_sub(1), rules), number(dice, 0, rules));
        format!("{a} {} {b}", dice.pick(&["<", "<=", "=", "<>", ">", ">="]))
    };
    match kind {
        0 => "b".to_owned(),
        1 => compared(),
        2 => "d < f".to_owned(),
        3 => format!("NOT ({})", compared()),
        4 => format!("({} AND {})", compared(), truth(dice, depth - 1, rules)),
        _ => format!("({} OR {})", compared(), truth(dice, depth - 1, rules)),
    }
}

/// Writes an ordered table of up to six rows, the bounds of which grow.
fn ordered(dice: &mut Dice<'_>, name: &str, kind: &str, words: &[&str]) -> String {
    let mut bound = i64::try_from(dice.roll(40)).unwrap_or(0) - 20;
    let mut rows = Vec::new();
    // A line needs two points.
    for _ in 0..dice.roll(5) + 2 {
        let (edge, divisor) = (dice.pick(words), dice.pick(&[1, 1, 2, 3, 10]));
        let value = dice.pick(&["2", "-1", "1/3", "0", "0.25", "1000000007", "3"]);
        rows.push(format!("{{ {edge} = \"{bound}/{divisor}\", value = \"{value}\" }}"));
        // However it is divided, the next one stands beyond it.
        bound = bound.abs() * 11 + 1 + i64::try_from(dice.roll(50)).unwrap_or(0);
    }
    format!("[tables.{name}]\nkind = \"{kind}\"\n{TABLE}rows = [{}]\n", rows.join(", "))
}

fn rulebook(dice: &mut Dice<'_>) -> String {
    let mut text = format!("{HEAD}{MORE}");
    let edges = ["above", "at_least"];
    text += &ordered(dice, "parts", "marginal", &edges);
    text += &ordered(dice, "tranches", "flat", &edges);
    text += &ordered(dice, "ligne", "linear", &["at"]);
    let choices = ["bas", "moyen", "haut"].map(|level| {
        let value = dice.pick(&["1", "1/7", "-12.5", "90000000000"]);
        format!("{{ niveau = \"{level}\", b = \"*\", value = \"{value}\" }}")
    });
    let _ = write!(
        text,
        "[tables.choix]\nkind = \"decision\"\nkeys = [\"niveau\", \"b\"]\n{TABLE}rows = [{}]\n",
        choices.join(", ")
    );
    for rule in 0..=dice.roll(4) {
        let formula = number(dice, 3, rule);
        let round = match dice.roll(3) {
            0 => {
                let modes =
                    ["half_away", "half_even", "half_up", "half_down", "trunc", "floor", "ceiling", "away"];
                format!("round = {{ to = {}, mode = \"{}\" }}\n", dice.roll(5), dice.pick(&modes))
            }
            _ => String::new(),
        };
        let _ = write!(text, "[rules.r{rule}]\noutput = true\n{round}formula = \"{formula}\"\n");
    }
    text
}

fn facts(dice: &mut Dice<'_>) -> String {
    let mut text = "equipe,x,y,z,b,d,niveau\n".to_owned();
    let numbers = ["0", "1", "-3.5", "12", "20.01", "999", "", "123456789012", "0.000001", "-7"];
    // What most rows have, so that columns are often complete.
    let plain = dice.roll(3) > 0;
    for row in 0..=dice.roll(30) {
        let _ = write!(text, "e{row}");
        for _ in 0..3 {
            let found = if plain { dice.pick(&numbers[..6]) } else { dice.pick(&numbers) };
            let _ = write!(text, ",{found}");
        }
        let truth = dice.pick(if plain { &["true", "false"] } else { &["true", "false", ""] });
        let day = dice.pick(&["2022-03-01", "2019-12-31", "2022-12-31", "2024-02-29"]);
        let _ = writeln!(text, ",{truth},{day},{}", dice.pick(&["bas", "moyen", "haut"]));
    }
    text
}

#[test]
fn both_engines_agree_on_rulebooks_and_facts_that_are_made_up() {
    let (subjects, refused) = (Cell::new(0), Cell::new(0));
    holds(200, 600, |dice| {
        let (text, facts) = (rulebook(dice), facts(dice));
        let (book, findings, _) = load_text(&text);
        let book = book.unwrap_or_else(|| panic!("{findings:?}\n{text}"));
        let file = FactFile::read("f.csv", None, facts.as_bytes()).expect("a table");
        let options = Options { numbers: Some(exact::NumberStyle::English), ..Options::default() };
        let (facts, findings) = collect(&book, &[file], &options);
        assert!(!has_errors(&findings), "{findings:?}");
        columns::check(&book, &facts, "2022-12-31", &text);
        let plan = Plan::new(&book, "2022-12-31".parse().expect("a date"), None).expect("a plan");
        let settled = settle(&plan, &facts, false, &[]);
        subjects.set(subjects.get() + settled.subjects);
        refused.set(refused.get() + settled.refused.len());
    });
    // Both ways are gone often: that of the columns, and that of who is handed to the interpreter.
    let (subjects, refused) = (subjects.get(), refused.get());
    assert!(refused > subjects / 10 && subjects - refused > subjects / 4, "{refused} of {subjects} refused");
}

#[test]
fn a_branch_without_value_refuses_those_who_take_it_and_nobody_else() {
    let text = format!(
        "{HEAD}[rules.one]\noutput = true\nformula = \"CASE WHEN b THEN x / y ELSE 1 END\"\n[rules.other]\noutput = true\nformula = \"CASE WHEN b THEN 1 ELSE x / y END\"\n[rules.both]\noutput = true\nformula = \"CASE WHEN x > 2 THEN CASE WHEN b THEN x / y ELSE 7 / (y - 1) END ELSE 3 END\"\n"
    );
    let (book, findings, _) = load_text(&text);
    let book = book.unwrap_or_else(|| panic!("{findings:?}"));
    for (rule, without) in [("one", 2), ("other", 1), ("both", 2)] {
        let mut book = book.clone();
        book.rules.iter_mut().for_each(|found| found.output &= found.named.name == rule);
        let facts =
            "equipe,x,y,b\nu,4,0,true\nv,4,0,false\nw,4,2,true\nx,4,1,false\ny,1,0,true\nz,6,3,false\n";
        let file = FactFile::read("f.csv", None, facts.as_bytes()).expect("a table");
        let (facts, _) = collect(&book, &[file], &Options::default());
        let plan = Plan::new(&book, "2022-12-31".parse().expect("a date"), None).expect("a plan");
        let refused = settle(&plan, &facts, false, &[]).refused.len();
        assert_eq!(refused, without, "{rule}");
        columns::check(&book, &facts, "2022-12-31", rule);
    }
}
