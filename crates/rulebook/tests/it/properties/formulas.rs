//! Formulas made with agreeing units, and computed a second time by the few lines of `Number::value`.

use std::fmt::Write as _;

use exact::{Rational, RoundingMode};
use rulebook::interpret::{TraceOf, settle, trace};
use rulebook::{Code, Plan, Reason, Value};

use super::{Dice, holds};
use crate::settled::{engines_agree, gathered, loaded};
use crate::support::{load_text, project, root};

/// The units of the facts: powers of EUR, point and patient.
type Powers = (i8, i8, i8);

const PURE: Powers = (0, 0, 0);
const EUR: Powers = (1, 0, 0);
const POINT: Powers = (0, 1, 0);
const PATIENT: Powers = (0, 0, 1);
const EUR_PER_POINT: Powers = (1, -1, 0);
const POINT_PER_PATIENT: Powers = (0, 1, -1);
const UNITS: [Powers; 6] = [PURE, EUR, POINT, PATIENT, EUR_PER_POINT, POINT_PER_PATIENT];

/// The facts with their units.
const FACTS: [(&str, Powers); 8] = [
    ("a", PURE),
    ("c", PURE),
    ("m", EUR),
    ("n", EUR),
    ("p", POINT),
    ("q", PATIENT),
    ("v", EUR_PER_POINT),
    ("t", POINT_PER_PATIENT),
];

pub(super) const FORMULA_HEAD: &str = r#"
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
a = { default = 0 }
c = { default = 0 }
m = { default = 0, unit = "EUR" }
n = { default = 0, unit = "EUR" }
p = { default = 0, unit = "point" }
q = { default = 0, unit = "patient" }
v = { default = 0, unit = "EUR/point" }
t = { default = 0, unit = "point/patient" }
"#;

fn unit_name(powers: Powers) -> &'static str {
    match powers {
        EUR => "EUR",
        POINT => "point",
        PATIENT => "patient",
        EUR_PER_POINT => "EUR/point",
        POINT_PER_PATIENT => "point/patient",
        _ => "1",
    }
}

#[derive(Debug, Clone)]
enum Number {
    Literal(&'static str),
    Fact(usize),
    Sum(Vec<(bool, Number)>),
    Product(Vec<(bool, Number)>),
    Case(Vec<(Truth, Number)>, Box<Number>),
    Extreme(bool, Vec<Number>),
    Abs(Box<Number>),
    Round(&'static str, RoundingMode, u32, Box<Number>),
}

#[derive(Debug, Clone)]
enum Truth {
    Compare(&'static str, Number, Number),
    Between(bool, Number, Number, Number),
    In(bool, Number, Vec<Number>),
    All(Vec<Truth>),
    Any(Vec<Truth>),
    Not(Box<Truth>),
}

const LITERALS: [&str; 6] = ["1", "2", "0.5", "3", "10", "0.01"];

impl Number {
    /// Makes a number of a unit.
    fn make(dice: &mut Dice<'_>, unit: Powers, depth: usize, zeros: bool) -> Number {
        let leaves: Vec<usize> = (0..FACTS.len()).filter(|fact| FACTS[*fact].1 == unit).collect();
        let next = |dice: &mut Dice<'_>, unit: Powers| Self::make(dice, unit, depth - 1, zeros);
        // A literal zero takes the unit of a sum, but in a product it has none.
        let factor = |dice: &mut Dice<'_>, unit: Powers| {
            let made = next(dice, unit);
            let fact = FACTS.iter().position(|fact| fact.1 == unit).unwrap_or(0);
            if made.is_unitless_zero() { Number::Fact(fact) } else { made }
        };
        match if depth == 0 { dice.roll(3) } else { dice.roll(12) } {
            1 if unit == PURE => Number::Literal(dice.pick(&LITERALS)),
            2 if zeros => Number::Literal("0"),
            3 | 4 => {
                let count = dice.roll(3) + 1;
                Number::Sum((0..=count).map(|_| (dice.roll(2) == 1, next(dice, unit))).collect())
            }
            5 => Number::Product(vec![(false, factor(dice, unit)), (dice.roll(2) == 1, next(dice, PURE))]),
            6 => {
                // A unit that comes from two others.
                let (one, other) = match unit {
                    EUR => (EUR_PER_POINT, POINT),
                    POINT => (POINT_PER_PATIENT, PATIENT),
                    unit => (unit, PURE),
                };
                Number::Product(vec![(false, factor(dice, one)), (false, factor(dice, other))])
            }
            7 if unit == PURE => {
                let both = dice.pick(&[EUR, POINT, PATIENT]);
                Number::Product(vec![(false, factor(dice, both)), (true, factor(dice, both))])
            }
            8 => {
                let count = dice.roll(2) + 1;
                let branches = (0..count).map(|_| (Truth::make(dice, depth - 1, zeros), next(dice, unit)));
                let branches = branches.collect();
                Number::Case(branches, Box::new(next(dice, unit)))
            }
            9 => Number::Extreme(dice.roll(2) == 1, vec![next(dice, unit), next(dice, unit)]),
            10 => Number::Abs(Box::new(next(dice, unit))),
            11 => {
                let (name, mode) = dice.pick(&[
                    ("round", RoundingMode::HalfAwayFromZero),
                    ("trunc", RoundingMode::Truncate),
                    ("floor", RoundingMode::Floor),
                    ("ceil", RoundingMode::Ceiling),
                ]);
                let decimals = if name.len() == 5 && name != "floor" { [0, 1, 2][dice.roll(3)] } else { 0 };
                Number::Round(name, mode, decimals, Box::new(next(dice, unit)))
            }
            _ => Number::Fact(dice.pick(&leaves)),
        }
    }

    /// Whether it is zero of whatever unit, as a literal zero is.
    fn is_unitless_zero(&self) -> bool {
        match self {
            Number::Literal(digits) => *digits == "0",
            Number::Fact(_) | Number::Product(_) => false,
            Number::Sum(terms) => terms.iter().all(|term| term.1.is_unitless_zero()),
            Number::Case(branches, otherwise) => {
                branches.iter().all(|branch| branch.1.is_unitless_zero()) && otherwise.is_unitless_zero()
            }
            Number::Extreme(_, all) => all.iter().all(Number::is_unitless_zero),
            Number::Abs(x) | Number::Round(_, _, _, x) => x.is_unitless_zero(),
        }
    }

    /// Computes the value, or says that a division by zero is reached.
    fn value(&self, facts: &[Rational]) -> Option<Rational> {
        Some(match self {
            Number::Literal(digits) => Rational::parse(digits).expect("a number"),
            Number::Fact(fact) => facts[*fact].clone(),
            Number::Sum(terms) => {
                let mut total = Rational::ZERO;
                for (minus, term) in terms {
                    let value = term.value(facts)?;
                    total = if *minus { total - value } else { total + value };
                }
                total
            }
            Number::Product(factors) => {
                let (mut above, mut below) = (Rational::ONE, Rational::ONE);
                for (divides, factor) in factors {
                    let value = factor.value(facts)?;
                    if *divides {
                        below *= value;
                    } else {
                        above *= value;
                    }
                    if below.is_zero() {
                        return None;
                    }
                }
                above.checked_div(&below)?
            }
            Number::Case(branches, otherwise) => {
                for (when, then) in branches {
                    if when.value(facts)? {
                        return then.value(facts);
                    }
                }
                otherwise.value(facts)?
            }
            Number::Extreme(greatest, all) => {
                let all: Option<Vec<Rational>> = all.iter().map(|x| x.value(facts)).collect();
                let all = all?.into_iter();
                if *greatest { all.max()? } else { all.min()? }
            }
            Number::Abs(x) => {
                let value = x.value(facts)?;
                if value < Rational::ZERO { -value } else { value }
            }
            Number::Round(_, mode, decimals, x) => x.value(facts)?.round(*decimals, *mode),
        })
    }

    /// Writes the formula; `tight` says that it stands where only a factor may.
    fn write(&self, dice: &mut Dice<'_>, tight: bool) -> String {
        let bare = match self {
            Number::Literal(digits) => (*digits).to_owned(),
            Number::Fact(fact) => FACTS[*fact].0.to_owned(),
            Number::Sum(terms) => {
                let mut out = String::new();
                for (index, (minus, term)) in terms.iter().enumerate() {
                    let sign = if *minus { "-" } else { "+" };
                    let space = dice.pick(&["", " ", "\n  "]);
                    // What follows a minus, or is a sum itself, keeps its brackets.
                    let term = term.write(dice, *minus || matches!(term, Number::Sum(_)));
                    match (index, *minus) {
                        (0, false) => out.push_str(&term),
                        (0, true) => write!(out, "- {term}").expect("a string can be written to"),
                        _ => write!(out, " {sign}{space} {term}").expect("a string can be written to"),
                    }
                }
                out
            }
            Number::Product(factors) => {
                let mut out = String::new();
                for (index, (divides, factor)) in factors.iter().enumerate() {
                    let factor = factor.write(dice, true);
                    let sign = if *divides { "/" } else { "*" };
                    if index == 0 {
                        out.push_str(&factor);
                    } else {
                        write!(out, " {sign} {factor}").expect("a string can be written to");
                    }
                }
                out
            }
            Number::Case(branches, otherwise) => {
                let mut out = dice.pick(&["CASE", "case", "Case"]).to_owned();
                for (when, then) in branches {
                    let (when, then) = (when.write(dice, false), then.write(dice, false));
                    write!(out, " WHEN {when} THEN {then}").expect("a string can be written to");
                }
                format!("{out} ELSE {} END", otherwise.write(dice, false))
            }
            Number::Extreme(greatest, all) => {
                let all: Vec<String> = all.iter().map(|x| x.write(dice, false)).collect();
                format!("{}({})", if *greatest { "greatest" } else { "LEAST" }, all.join(", "))
            }
            Number::Abs(x) => format!("abs({})", x.write(dice, false)),
            Number::Round(name, _, 0, x) => format!("{name}({})", x.write(dice, false)),
            Number::Round(name, _, decimals, x) => format!("{name}({}, {decimals})", x.write(dice, false)),
        };
        let loose = matches!(self, Number::Sum(_) | Number::Product(_));
        if tight && loose || dice.roll(9) == 1 { format!("({bare})") } else { bare }
    }

    /// Counts the facts that it names.
    fn facts(&mut self, visit: &mut dyn FnMut(&mut usize)) {
        match self {
            Number::Literal(_) => {}
            Number::Fact(fact) => visit(fact),
            Number::Sum(parts) | Number::Product(parts) => {
                parts.iter_mut().for_each(|part| part.1.facts(visit));
            }
            Number::Case(branches, otherwise) => {
                for (when, then) in branches {
                    when.facts(visit);
                    then.facts(visit);
                }
                otherwise.facts(visit);
            }
            Number::Extreme(_, all) => all.iter_mut().for_each(|x| x.facts(visit)),
            Number::Abs(x) | Number::Round(_, _, _, x) => x.facts(visit),
        }
    }
}

impl Truth {
    fn make(dice: &mut Dice<'_>, depth: usize, zeros: bool) -> Truth {
        let unit = dice.pick(&UNITS);
        // Both sides of a comparison must not be zero of whatever unit: any unit would do.
        let below = depth.saturating_sub(1);
        let number = |dice: &mut Dice<'_>| Number::make(dice, unit, below, zeros);
        match if depth == 0 { dice.roll(2) } else { dice.roll(7) } {
            1 => Truth::Between(dice.roll(2) == 1, number(dice), number(dice), number(dice)),
            2 => Truth::In(dice.roll(2) == 1, number(dice), vec![number(dice), number(dice)]),
            3 => Truth::All(vec![Self::make(dice, below, zeros), Self::make(dice, below, zeros)]),
            4 => Truth::Any(vec![Self::make(dice, below, zeros), Self::make(dice, below, zeros)]),
            5 => Truth::Not(Box::new(Self::make(dice, below, zeros))),
            _ => Truth::Compare(dice.pick(&["=", "<>", "<", "<=", ">", ">="]), number(dice), number(dice)),
        }
    }

    fn value(&self, facts: &[Rational]) -> Option<bool> {
        Some(match self {
            Truth::Compare(sign, a, b) => {
                let (a, b) = (a.value(facts)?, b.value(facts)?);
                match *sign {
                    "=" => a == b,
                    "<>" => a != b,
                    "<" => a < b,
                    "<=" => a <= b,
                    ">" => a > b,
                    _ => a >= b,
                }
            }
            Truth::Between(not, x, low, high) => {
                let x = x.value(facts)?;
                let inside = low.value(facts)? <= x && x <= high.value(facts)?;
                inside != *not
            }
            Truth::In(not, x, list) => {
                let x = x.value(facts)?;
                let mut found = false;
                for item in list {
                    found = found || item.value(facts)? == x;
                }
                found != *not
            }
            Truth::All(list) => {
                for item in list {
                    if !item.value(facts)? {
                        return Some(false);
                    }
                }
                true
            }
            Truth::Any(list) => {
                for item in list {
                    if item.value(facts)? {
                        return Some(true);
                    }
                }
                false
            }
            Truth::Not(x) => !x.value(facts)?,
        })
    }

    fn write(&self, dice: &mut Dice<'_>, tight: bool) -> String {
        let join = |list: &[Truth], word: &str, dice: &mut Dice<'_>| {
            let list: Vec<String> = list.iter().map(|item| item.write(dice, true)).collect();
            list.join(word)
        };
        let bare = match self {
            Truth::Compare(sign, a, b) => format!("{} {sign} {}", a.write(dice, false), b.write(dice, false)),
            Truth::Between(not, x, low, high) => {
                let word = if *not { "NOT BETWEEN" } else { "BETWEEN" };
                let (x, low, high) = (x.write(dice, false), low.write(dice, false), high.write(dice, false));
                format!("{x} {word} {low} AND {high}")
            }
            Truth::In(not, x, list) => {
                let word = if *not { "NOT IN" } else { "IN" };
                let list: Vec<String> = list.iter().map(|item| item.write(dice, false)).collect();
                format!("{} {word} ({})", x.write(dice, false), list.join(", "))
            }
            Truth::All(list) => join(list, " AND ", dice),
            Truth::Any(list) => join(list, " OR ", dice),
            Truth::Not(x) => format!("NOT {}", x.write(dice, true)),
        };
        if tight || dice.roll(9) == 1 { format!("({bare})") } else { bare }
    }

    fn facts(&mut self, visit: &mut dyn FnMut(&mut usize)) {
        match self {
            Truth::Compare(_, a, b) => [a, b].into_iter().for_each(|x| x.facts(visit)),
            Truth::Between(_, x, low, high) => [x, low, high].into_iter().for_each(|x| x.facts(visit)),
            Truth::In(_, x, list) => {
                x.facts(visit);
                list.iter_mut().for_each(|item| item.facts(visit));
            }
            Truth::All(list) | Truth::Any(list) => list.iter_mut().for_each(|item| item.facts(visit)),
            Truth::Not(x) => x.facts(visit),
        }
    }
}

/// Writes one rule for each formula.
fn rules(formulas: &[(Powers, String)]) -> String {
    let mut text = FORMULA_HEAD.to_owned();
    for (index, (unit, formula)) in formulas.iter().enumerate() {
        let unit = unit_name(*unit);
        let round = if unit == "EUR" { "round = { to = 30 }\n" } else { "" };
        write!(
            text,
            "[rules.r{index}]\nunit = \"{unit}\"\noutput = true\n{round}formula = \"\"\"\n{formula}\"\"\"\n"
        )
        .expect("a string can be written to");
    }
    text
}

const CELLS: [&str; 12] = ["0", "1", "2", "-1", "0.5", "1/3", "100", "-7/2", "5 %", "1e6", "0.01", "3"];

#[test]
fn formulas_give_what_a_second_reading_gives() {
    holds(120, 400, |dice| {
        let mut formulas = Vec::new();
        let mut written = Vec::new();
        for _ in 0..5 {
            let unit = dice.pick(&UNITS);
            let formula = Number::make(dice, unit, 4, true);
            let text = formula.write(dice, false);
            // What is too long or deep is refused, and tried elsewhere.
            if text.len() < 900 {
                written.push((unit, text));
                formulas.push(formula);
            }
        }
        if formulas.is_empty() {
            return;
        }
        let cells: Vec<&str> = FACTS.iter().map(|_| dice.pick(&CELLS)).collect();
        let facts: Vec<Rational> =
            cells.iter().map(|cell| Rational::parse(cell).expect("a number")).collect();
        let book = loaded(&rules(&written));
        let names: Vec<&str> = FACTS.iter().map(|fact| fact.0).collect();
        let csv = format!("equipe,{}\ne,{}\n", names.join(","), cells.join(","));
        let given = gathered(&book, &[("", &csv)]);
        let plan = Plan::new(&book, "2022-12-31".parse().expect("a date"), None).expect("a plan");
        let wanted: Vec<_> = (0..formulas.len())
            .map(|index| {
                (book.subject, "e", book.result(book.subject, &format!("r{index}")).expect("a rule"))
            })
            .collect();
        let found = rulebook::interpret::compute(&plan, &given, &wanted);
        for (((formula, (unit, text)), found), (_, _, reference)) in
            formulas.iter().zip(&written).zip(found).zip(&wanted)
        {
            let expected = formula.value(&facts).map(|value| {
                if *unit == EUR { value.round(30, RoundingMode::HalfAwayFromZero) } else { value }
            });
            match (expected, found) {
                (Some(expected), Ok(found)) => {
                    assert_eq!(Value::Number(expected), found, "{text} with {csv}");
                    parts_add_up(&plan, &given, *reference);
                }
                (None, Err(refusal)) => {
                    let reason = refusal.map(|refusal| refusal.reason);
                    assert_eq!(reason, Some(Reason::DivisionByZero), "{text} with {csv}");
                }
                (expected, found) => panic!("{text} with {csv}: {expected:?} is not {found:?}"),
            }
        }
        engines_agree(&plan, &given, &settle(&plan, &given, false, &[]), false, &[]);
    });
}

/// Checks that the trace of one output gives its value, and that the parts of each step add up to it exactly.
fn parts_add_up(plan: &Plan<'_>, facts: &rulebook::facts::Facts, reference: rulebook::book::Reference) {
    let book = plan.book;
    let Some(entity) = book.entity_of(reference) else { return };
    let settlement = settle(plan, facts, false, &[]);
    let Some(results) = settlement.entities.iter().find(|results| results.entity == entity) else { return };
    for (row, values) in results.rows() {
        let id = &facts.rows(entity).ids[row];
        let traced = trace(plan, facts, TraceOf { entity, id, outputs: &[reference] }, false, &[]);
        let traced = traced.unwrap_or_else(|refusal| panic!("{id}: {refusal:?}"));
        let column = results.outputs.iter().position(|output| *output == reference).expect("an output");
        assert_eq!(traced.nodes[traced.outputs[0].0].value, values[column]);
        let explanation = rulebook::explain::explain(plan, &traced, entity, id, false);
        for step in explanation.nodes.iter().filter(|step| !step.parts.is_empty()) {
            // Only rules have parts; what an explanation leaves out moves the places of the others.
            let is_same = |node: &&rulebook::interpret::Node| match node.what {
                rulebook::interpret::What::Rule(rule) => {
                    node.id == step.id && book.rules[rule.0].named.name == step.name
                }
                _ => false,
            };
            let node = traced.nodes.iter().find(is_same).expect("the rule of the step");
            let total: Rational = step.parts.iter().map(|part| part.number.clone()).sum();
            assert_eq!(Some(&total), node.value.as_number(), "the parts of {} of {id}", step.name);
        }
    }
}

#[test]
fn a_fact_of_another_unit_is_always_found_out() {
    holds(150, 300, |dice| {
        let unit = dice.pick(&UNITS);
        // Without zeros, which take any unit.
        let mut formula = Number::make(dice, unit, 3, false);
        let mut count = 0;
        formula.facts(&mut |_| count += 1);
        let chosen = dice.roll(count);
        let other = dice.roll(FACTS.len());
        let (mut index, mut changed) = (0, false);
        formula.facts(&mut |fact| {
            if index == chosen && FACTS[*fact].1 != FACTS[other].1 {
                *fact = other;
                changed = true;
            }
            index += 1;
        });
        let text = formula.write(dice, false);
        if !changed || text.len() > 1500 {
            return;
        }
        let (book, findings, _) = load_text(&rules(&[(unit, text.clone())]));
        assert!(book.is_none(), "{text} passes for {}", unit_name(unit));
        let known = [Code::UNIT_MISMATCH, Code::MONEY_TWICE, Code::FORMULA_TOO_LARGE];
        assert!(findings.iter().any(|finding| known.contains(&finding.code)), "{text}: {findings:?}");
    });
}

#[test]
fn terms_of_two_units_never_meet() {
    holds(60, 200, |dice| {
        let (unit, other) = (dice.pick(&UNITS), dice.pick(&UNITS));
        let formula = Number::make(dice, unit, 2, true);
        if unit == other || formula.is_unitless_zero() {
            return;
        }
        let text = formula.write(dice, true);
        let fact = FACTS.iter().find(|fact| fact.1 == other).expect("a fact of each unit").0;
        let joined = match dice.roll(5) {
            0 => format!("{text} + {fact}"),
            1 => format!("least({fact}, {text})"),
            2 => format!("CASE WHEN a = c THEN {text} ELSE {fact} END"),
            3 => format!("CASE WHEN {text} < {fact} THEN {text} ELSE {text} END"),
            _ => format!("CASE WHEN {fact} IN ({text}) THEN {text} ELSE {text} END"),
        };
        let (book, _, _) = load_text(&rules(&[(unit, joined.clone())]));
        assert!(book.is_none(), "{joined} passes");
    });
}

#[test]
fn traces_of_real_contracts_add_up() {
    for (name, files, at) in [
        ("aci-msp", vec![("", "demo/equipes.csv")], "2022-12-31"),
        ("fpmt", vec![("", "demo/medecins.csv"), ("patient", "demo/patients.csv")], "2022-12-31"),
        (
            "ipep",
            vec![("", "demo/ipep-groupements.csv"), ("indicateur", "demo/ipep-indicateurs.csv")],
            "2019-12-31",
        ),
        (
            "peps",
            vec![
                ("", "demo/peps-equipes.csv"),
                ("patient", "demo/peps-patients.csv"),
                ("indicateur", "demo/peps-indicateurs.csv"),
            ],
            "2021-12-31",
        ),
    ] {
        let book = project(name);
        let files: Vec<(&str, String)> = files
            .into_iter()
            .map(|(entity, path)| {
                (entity, std::fs::read_to_string(root().join(path)).expect("a readable file"))
            })
            .collect();
        let given: Vec<(&str, &str)> = files.iter().map(|(entity, text)| (*entity, text.as_str())).collect();
        let plan = Plan::new(&book, at.parse().expect("a date"), None).expect("a plan");
        let facts = gathered(&book, &given);
        let settlement = settle(&plan, &facts, false, &[]);
        let first = settlement.subject().expect("results");
        assert!(!first.is_empty(), "{name}");
        for output in &first.outputs {
            parts_add_up(&plan, &facts, *output);
        }
    }
}
