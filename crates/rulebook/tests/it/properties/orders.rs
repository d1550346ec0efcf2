//! No order changes anything: of subjects, rules, rows of tables, columns, children, members of an allocation.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use exact::{Rational, RoundingMode};
use rulebook::interpret::settle;
use rulebook::{Plan, Rulebook};

use super::{Dice, holds};
use crate::settled::{gathered, loaded, settle_all, words};

const SHUFFLED_HEAD: &str = r#"
[instrument]
id      = "essai"
title   = { fr = "Essai", en = "Trial" }
subject = "equipe"
period  = "year"
[entities.programme]
[entities.equipe]
belongs_to = "programme"
[entities.membre]
belongs_to = "equipe"
on_refusal = "skip"
[entities.acte]
belongs_to = "membre"
[inputs]
enveloppe = { of = "programme", unit = "EUR", default = "1000.01" }
fonds     = { unit = "EUR", default = 100 }
niveau    = { type = "niveau", default = "bas" }
jours     = { of = "membre", default = 0 }
titre     = { of = "membre", type = "bool", default = false }
prix      = { of = "acte", default = 1 }
[enums.niveau]
bas  = { fr = "bas", en = "low" }
haut = { fr = "haut", en = "high" }
[checks.jours_plausibles]
of = "membre"
formula = "jours <= 300"
message = { fr = "{jours}", en = "{jours}" }
"#;

const SHUFFLED_RULES: [&str; 8] = [
    "[rules.total]\nformula = \"sum(membre.jours)\"\noutput = true\n",
    "[rules.part]\nof = \"membre\"\nformula = \"CASE WHEN equipe.total = 0 THEN 0 ELSE jours / equipe.total END\"\noutput = true\n",
    "[rules.moyenne]\nformula = \"CASE WHEN count(membre) = 0 THEN 0 ELSE avg(membre.jours) + lookup(choix, niveau, membres_pairs) END\"\noutput = true\n",
    "[rules.membres_pairs]\ntype = \"bool\"\nformula = \"count(membre) FILTER (WHERE membre.titre) IN (0, 2, 4)\"\noutput = true\n",
    "[rules.soins]\nof = \"membre\"\nformula = \"sum(acte.inverse)\"\noutput = true\n",
    "[rules.inverse]\nof = \"acte\"\nformula = \"60 / prix\"\n",
    "[rules.tranche]\nformula = \"bracket(tranches, total) + bracket(parts, total)\"\noutput = true\n",
    "[rules.recu]\nof = \"membre\"\nunit = \"EUR\"\nround = \"cent\"\nformula = \"partage_total\"\noutput = true\n",
];

const SHUFFLED_ALLOCATIONS: &str = r#"
[allocations.partage]
total = "fonds"
steps = [
  { name = "jours", to = "membre", weight = "jours" },
  { name = "reste", to = "equipe", rest = true },
]
"#;

const PROGRAMME_ALLOCATION: &str = r#"
[allocations.commun]
of = "programme"
total = "enveloppe"
steps = [
  { name = "equipes", to = "equipe", weight = "1" },
]
"#;

/// Writes the rulebook with its rules and rows in some order.
pub(super) fn shuffled_book(dice: &mut Dice<'_>, together: bool) -> String {
    let mut rules = SHUFFLED_RULES;
    dice.shuffle(&mut rules);
    let mut flat =
        ["{ at_least = 0, value = 1 }", "{ at_least = 10, value = 2 }", "{ above = 200, value = 3 }"];
    let mut marginal =
        ["{ above = 5, value = 2 }", "{ above = 50, value = \"1/3\" }", "{ at_least = 80, value = 0 }"];
    let mut choice = [
        "{ niveau = \"bas\", membres_pairs = true, value = 1 }",
        "{ niveau = \"bas\", membres_pairs = false, value = 2 }",
        "{ niveau = \"haut\", membres_pairs = \"*\", value = 3 }",
    ];
    dice.shuffle(&mut flat);
    dice.shuffle(&mut marginal);
    dice.shuffle(&mut choice);
    let table = |head: &str, rows: &[&str]| {
        format!("{head}from = 2020-01-01\nsource = \"s\"\nstatus = \"team\"\nrows = [{}]\n", rows.join(", "))
    };
    let mut parts = vec![
        rules.concat(),
        table("[tables.tranches]\nkind = \"flat\"\n", &flat),
        table("[tables.parts]\nkind = \"marginal\"\n", &marginal),
        table("[tables.choix]\nkind = \"decision\"\nkeys = [\"niveau\", \"membres_pairs\"]\n", &choice),
        SHUFFLED_ALLOCATIONS.to_owned(),
        if together { PROGRAMME_ALLOCATION.to_owned() } else { String::new() },
    ];
    dice.shuffle(&mut parts);
    format!("{SHUFFLED_HEAD}{}", parts.concat())
}

/// Writes rows of cells as CSV with rows and columns in some order.
fn shuffled_csv(dice: &mut Dice<'_>, header: &[&str], rows: &[Vec<String>]) -> String {
    let mut columns: Vec<usize> = (0..header.len()).collect();
    dice.shuffle(&mut columns);
    let mut order: Vec<usize> = (0..rows.len()).collect();
    dice.shuffle(&mut order);
    let line = |cells: Vec<&str>| columns.iter().map(|column| cells[*column]).collect::<Vec<_>>().join(",");
    let mut text = line(header.to_vec()) + "\n";
    for row in order {
        text.push_str(&line(rows[row].iter().map(String::as_str).collect()));
        text.push('\n');
    }
    text
}

/// What came out, by entity, id and name, and who was refused for what.
type Outcome = (BTreeMap<(String, String, String), String>, BTreeSet<(String, String, &'static str, String)>);

fn outcome(book: &Rulebook, facts: &[(&str, &str)]) -> Outcome {
    let plan = Plan::new(book, "2022-12-31".parse().expect("a date"), None).expect("a plan");
    let facts = gathered(book, facts);
    settle_all(&plan, &facts, false, &[]);
    let settlement = settle(&plan, &facts, false, &[]);
    let mut values = BTreeMap::new();
    for results in &settlement.entities {
        for (row, found) in results.rows() {
            for (output, value) in results.outputs.iter().zip(&found) {
                let entity = book.entities[results.entity.0].name.clone();
                let key = (entity, facts.rows(results.entity).ids[row].clone(), book.name_of(*output));
                values.insert(key, words(book, &book.type_of(*output), value));
            }
        }
    }
    let refused = settlement.refused.iter().map(|refusal| {
        let entity = book.entities[refusal.entity.0].name.clone();
        (entity, refusal.id.clone(), refusal.reason.name(), refusal.about.clone())
    });
    (values, refused.collect())
}

#[test]
fn no_order_changes_any_result() {
    holds(40, 300, |dice| {
        let together = dice.roll(3) == 1;
        let teams: Vec<Vec<String>> = (0..=dice.roll(4))
            .map(|n| {
                vec![
                    format!("e{n}"),
                    dice.pick(&["100", "0.05", "33.33", "0"]).to_owned(),
                    dice.pick(&["bas", "haut", ""]).to_owned(),
                ]
            })
            .collect();
        let mut members: Vec<Vec<String>> = Vec::new();
        let mut acts: Vec<Vec<String>> = Vec::new();
        for n in 0..dice.roll(9) {
            let team = format!("e{}", dice.roll(teams.len()));
            let days = dice.pick(&["1", "2", "100", "0", "", "301", "1/3", "x"]);
            members.push(vec![
                format!("m{n}"),
                team,
                days.to_owned(),
                dice.pick(&["oui", "non", ""]).to_owned(),
            ]);
            for m in 0..dice.roll(3) {
                acts.push(vec![
                    format!("a{n}_{m}"),
                    format!("m{n}"),
                    dice.pick(&["1", "7", "0", "2.5"]).to_owned(),
                ]);
            }
        }
        let mut first: Option<Outcome> = None;
        for _ in 0..3 {
            let book = loaded(&shuffled_book(dice, together));
            let files = [
                shuffled_csv(dice, &["equipe", "fonds", "niveau"], &teams),
                shuffled_csv(dice, &["membre", "equipe", "jours", "titre"], &members),
                shuffled_csv(dice, &["acte", "membre", "prix"], &acts),
            ];
            let mut given: Vec<(&str, &str)> = vec![("", &files[0])];
            if !members.is_empty() {
                given.push(("membre", &files[1]));
            }
            if !acts.is_empty() {
                given.push(("acte", &files[2]));
            }
            dice.shuffle(&mut given);
            let found = outcome(&book, &given);
            match &first {
                None => first = Some(found),
                Some(first) => assert_eq!(*first, found, "{given:?}"),
            }
        }
    });
}

const POT_HEAD: &str = r#"
[instrument]
id      = "partage"
title   = { fr = "Partage", en = "Sharing" }
subject = "equipe"
period  = "year"
[entities.equipe]
[entities.membre]
belongs_to = "equipe"
[inputs]
fonds    = { unit = "EUR" }
partiel  = { unit = "EUR", default = 0 }
du       = { of = "membre", unit = "EUR", default = 0 }
poids    = { of = "membre", default = 0 }
plafond  = { of = "membre", unit = "EUR", default = 0 }
plancher = { of = "membre", unit = "EUR", default = 0 }
garantie = { of = "membre", unit = "EUR", default = 0 }
"#;

/// A member of a pot: what is due, weight, cap, floor, guarantee.
type Member = [&'static str; 5];

#[test]
fn an_allocation_gives_the_whole_pot_and_keeps_its_limits() {
    holds(150, 120, |dice| {
        let mut steps = Vec::new();
        let mut kinds = Vec::new();
        for n in 0..=dice.roll(4) {
            let kind = dice.roll(6);
            let more = match kind {
                0 => "due = \"du\"".to_owned(),
                1 => "weight = \"poids\"".to_owned(),
                2 => "weight = \"poids\", amount = \"partiel\"".to_owned(),
                3 => "weight = \"poids\", cap = \"plafond\"".to_owned(),
                4 => "weight = \"poids\", floor = \"plancher\"".to_owned(),
                _ => "weight = \"poids\", guarantee = \"garantie\", cap = \"plafond + 1000\""
                    .replace(" + 1000", " * 1000"),
            };
            steps.push(format!("{{ name = \"s{n}\", to = \"membre\", {more} }}"));
            kinds.push(kind);
        }
        steps.push("{ name = \"reste\", to = \"equipe\", rest = true }".to_owned());
        let book = loaded(&format!(
            "{POT_HEAD}[allocations.p]\ntotal = \"fonds\"\nsteps = [{}]\n",
            steps.join(", ")
        ));
        let pot = dice.pick(&["100", "0", "0.01", "99.99", "1000000.07", "3"]);
        let amount = dice.pick(&["10", "0", "0.05", "33.335", "1e9"]);
        let members: Vec<Member> = (0..dice.roll(6))
            .map(|_| {
                [
                    dice.pick(&["0", "1", "33.333", "0.005", "1e6"]),
                    dice.pick(&["1", "0", "2", "1/3", "1e-9", "7"]),
                    dice.pick(&["1", "0", "20.009", "1e9"]),
                    dice.pick(&["0", "0", "1", "0.011"]),
                    dice.pick(&["0", "0", "5", "12.345"]),
                ]
            })
            .collect();
        let mut csv = "membre,equipe,du,poids,plafond,plancher,garantie\n".to_owned();
        for (index, member) in members.iter().enumerate() {
            writeln!(csv, "m{index},E,{}", member.join(",")).expect("a string can be written to");
        }
        let team = format!("equipe,fonds,partiel\nE,{pot},{amount}\n");
        let mut given = vec![("", team.as_str())];
        if !members.is_empty() {
            given.push(("membre", csv.as_str()));
        }
        let (values, refused) = outcome(&book, &given);
        let said = format!("{kinds:?} {given:?}: {values:?} {refused:?}");
        if !refused.is_empty() {
            // Nothing else can go wrong here than floors and guarantees.
            assert!(kinds.iter().any(|kind| *kind >= 4), "{said}");
            assert!(refused.iter().all(|refusal| refusal.2 == "allocation"), "{said}");
            return;
        }
        keeps_its_limits(&kinds, pot, &members, &values, &said);
    });
}

/// Checks the shares of each member against the limits of each step, and their sum against the pot.
fn keeps_its_limits(
    kinds: &[usize],
    pot: &str,
    members: &[Member],
    values: &BTreeMap<(String, String, String), String>,
    said: &str,
) {
    let number = |entity: &str, id: &str, name: &str| {
        let key = (entity.to_owned(), id.to_owned(), name.to_owned());
        Rational::parse(values.get(&key).unwrap_or_else(|| panic!("{key:?} in {said}"))).expect("a number")
    };
    let cell = |member: usize, column: usize| Rational::parse(members[member][column]).expect("a number");
    let mut total = number("equipe", "E", "p_reste");
    assert_eq!(total, number("equipe", "E", "p_total"), "{said}");
    for member in 0..members.len() {
        let id = format!("m{member}");
        let mut so_far = Rational::ZERO;
        for (step, kind) in kinds.iter().enumerate() {
            let share = number("membre", &id, &format!("p_s{step}"));
            assert!(share >= Rational::ZERO && share.round(2, RoundingMode::Floor) == share, "{said}");
            so_far += share.clone();
            match kind {
                0 => assert!(share <= cell(member, 0).round(2, RoundingMode::HalfAwayFromZero), "{said}"),
                3 => assert!(share <= cell(member, 2), "{said}"),
                4 => assert!(share >= cell(member, 3), "{said}"),
                5 => assert!(so_far >= cell(member, 4), "{said}"),
                _ => {}
            }
        }
        assert_eq!(so_far, number("membre", &id, "p_total"), "{said}");
        total += so_far;
    }
    assert_eq!(total, Rational::parse(pot).expect("a number"), "{said}");
}
