//! Changes and grids: what they may say, and properties that hold whatever they say.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use proptest::prelude::*;
use rulebook::change::{Changed, FactChange, Grid, Scenarios, load};
use rulebook::columns::Engine;
use rulebook::facts::{FactFile, Facts, Options, collect};
use rulebook::identity::{RunOptions, rulebook_hash, run_identity};
use rulebook::interpret::{Settlement, Values, settle};
use rulebook::{Code, Diagnostic, Language, Plan, Reason, Rulebook, Severity, Source, show};

use crate::support::{root, sources_of};

const RULEBOOK: &str = r#"
[instrument]
id = "essai"
title = { fr = "Essai", en = "Test" }
subject = "equipe"
period = "year"
basis = [{ title = "Texte", from = 2020-01-01 }]
[units]
patient = { fr = ["patient", "patients"], en = ["patient", "patients"] }
[entities.equipe]
[entities.membre]
belongs_to = "equipe"
[inputs.patientele]
unit = "patient"
min = 0
max = 10000
whole = true
[inputs.missions]
default = 2
[inputs.taux]
default = "10 %"
[inputs.ouvert]
type = "bool"
default = false
[inputs.depuis]
type = "date"
default = "start of period"
[inputs.niveau]
default = "bas"
enum = { bas = { fr = "bas", en = "low" }, haut = { fr = "haut", en = "high" } }
[inputs.jours]
of = "membre"
default = 1
[parameters.valeur]
unit = "EUR/patient"
values = [
  { from = 2020-01-01, value = "7", source = "s", status = "official" },
  { from = 2022-01-01, value = "8", source = "s", status = "official" },
]
[parameters.prime]
unit = "EUR"
values = [{ from = 2020-01-01, value = "100", source = "s", status = "official" }]
[tables.bareme]
kind = "flat"
over = "patient"
unit = "EUR"
source = "s"
status = "official"
rows = [{ at_least = 0, value = 0 }, { at_least = 1000, value = 500 }]
[rules.base]
unit = "EUR"
say = { fr = "{base}, à {valeur}", en = "{base}, at {valeur}" }
formula = "patientele * valeur + bracket(bareme, patientele)"
[rules.plus]
unit = "EUR"
formula = "CASE WHEN ouvert THEN prime * missions ELSE 0 END + CASE WHEN niveau = 'haut' THEN prime ELSE 0 END"
[rules.montant]
unit = "EUR"
pays = true
round = "cent"
formula = "(base + plus) * (1 - taux) * year_fraction_from(depuis)"
[rules.part]
of = "membre"
unit = "EUR"
output = true
round = "cent"
formula = "jours * prime / 3"
[schedule]
montant = { due = { day = "04-30", year = 1 } }
"#;

const FACTS: &str = "subject,patientele,ouvert\na,900,true\nb,1000,\nc,10000,false\nd,,true\n";

fn files() -> Vec<Source> {
    vec![Source::new("essai/rulebook.toml", RULEBOOK)]
}

fn sources(changes: &[&str]) -> Vec<Source> {
    let named = |(index, text): (usize, &&str)| Source::new(format!("c{}.toml", index + 1), *text);
    changes.iter().enumerate().map(named).collect()
}

fn changed(changes: &[&str]) -> Changed {
    let all: Vec<Source> = files().into_iter().chain(sources(changes)).collect();
    let (changed, findings) = load(files(), sources(changes));
    let shown: String = findings.iter().map(|finding| finding.render(&all, Language::English)).collect();
    changed.unwrap_or_else(|| panic!("the change does not load:\n{shown}"))
}

fn plain() -> Rulebook {
    rulebook::load(files()).0.expect("the rulebook is sound")
}

fn facts(book: &Rulebook, text: &str) -> Facts {
    let file = FactFile::read("facts.csv", None, text.as_bytes()).expect("facts");
    collect(book, &[file], &Options::default()).0
}

/// Returns every output by id and name, and the reason of each refusal.
fn named(book: &Rulebook, facts: &Facts, settlement: &Settlement) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for results in &settlement.entities {
        for index in 0..results.len() {
            let id = &facts.rows(results.entity).ids[results.facts_row(index)];
            for (place, output) in results.outputs.iter().enumerate() {
                let value = results.value(index, place).expect("a value");
                let shown = show::for_file(book, &book.type_of(*output), &value);
                all.insert(format!("{id}.{}", book.name_of(*output)), shown);
            }
        }
    }
    for refusal in &settlement.refused {
        all.insert(format!("{}: {}", refusal.id, refusal.reason.name()), refusal.about.clone());
    }
    all
}

fn settled(changes: &[&str], facts_text: &str) -> BTreeMap<String, String> {
    let changed = changed(changes);
    let plan = Plan::new(&changed.book, "2024-12-31".parse().expect("a date"), None).expect("a plan");
    let facts = FactChange::apply(&changed.facts, &changed.book, &facts(&changed.book, facts_text));
    let by_interpreter = named(&changed.book, &facts, &settle(&plan, &facts, false, &[]));
    let engine = Engine::with_threads(2);
    let by_columns = named(&changed.book, &facts, &engine.settle(&plan, &facts, false, &[], &mut |_| {}));
    assert_eq!(by_interpreter, by_columns);
    by_interpreter
}

/// Compares amounts with and without a change.
#[track_caller]
fn check(change: &str, expected: &[(&str, &str)]) {
    let found = settled(&[change], FACTS);
    for (name, value) in expected {
        assert_eq!(found.get(*name).map(String::as_str), Some(*value), "{name}\n{found:#?}");
    }
}

#[test]
fn without_changes_nothing_changes() {
    let book = plain();
    let facts = facts(&book, FACTS);
    let plan = Plan::new(&book, "2024-12-31".parse().expect("a date"), None).expect("a plan");
    let expected = named(&book, &facts, &settle(&plan, &facts, false, &[]));
    assert_eq!(expected["a.montant"], "6660.00");
    for same in [
        "",
        "[change]\ntitle = { fr = \"rien\", en = \"nothing\" }\n",
        "[facts.patientele]\nadd = 0\n",
        "[facts.missions]\nmultiply = 1\n",
        "[parameters.valeur]\nvalue = 8\n",
        "[parameters.valeur]\nunit = \"EUR / patient\"\nvalues = [{ from = 2020-01-01, value = 7 }, { from = 2022-01-01, value = 8 }]\n",
        "[tables.bareme]\nkind = \"flat\"\nrows = [{ at_least = 0, value = 0 }, { at_least = 1000, value = 500 }]\n",
        "[rules.montant]\nround = \"cent\"\n",
        "[rules.base]\nformula = \"patientele * valeur + bracket(bareme, patientele)\"\n",
    ] {
        assert_eq!(settled(&[same], FACTS), expected, "{same}");
    }
}

#[test]
fn each_thing_can_be_changed() {
    check("[parameters.valeur]\nvalue = \"10\"\n", &[("a.montant", "8280.00")]);
    check(
        "[parameters.valeur]\nvalues = [{ from = 2020-01-01, value = 1 }, { from = 2024-07-01, value = 2 }]\n",
        &[("a.montant", "1800.00")],
    );
    check("[tables.bareme]\nrows = [{ at_least = 0, value = 1000 }]\n", &[("a.montant", "7560.00")]);
    check(
        "[[tables.bareme.versions]]\nfrom = 2020-01-01\nrows = [{ at_least = 0, value = 1 }]\n[[tables.bareme.versions]]\nfrom = 2024-01-01\nrows = [{ at_least = 0, value = 1000 }]\n",
        &[("a.montant", "7560.00")],
    );
    check("[rules.plus]\nformula = \"prime * 3\"\n", &[("a.montant", "6750.00"), ("b.montant", "7920.00")]);
    check("[rules.montant]\nround = { to = 0, mode = \"floor\" }\n", &[("a.montant", "6660.00")]);
    check("[facts.patientele]\nadd = 100\n", &[("a.montant", "7830.00")]);
    check("[facts.patientele]\nmultiply = \"2\"\n", &[("a.montant", "13590.00")]);
    check("[facts.patientele]\nset = 0\n", &[("a.montant", "180.00"), ("d.montant", "180.00")]);
    check("[facts.ouvert]\nset = true\n", &[("b.montant", "7830.00")]);
    check("[facts.niveau]\nset = \"haut\"\n", &[("b.montant", "7740.00")]);
    check("[facts.depuis]\nset = 2024-12-31\n", &[("a.montant", "18.20")]);
    // The default is what is added to, also when no column gives the fact.
    check("[facts.missions]\nadd = 1\n", &[("a.montant", "6750.00")]);
    check("[facts.taux]\nadd = \"5 %\"\n", &[("a.montant", "6290.00")]);
}

#[test]
fn a_fact_that_is_absent_stays_so() {
    check("[facts.patientele]\nadd = 100\n", &[("d: missing_fact", "patientele")]);
}

#[test]
fn a_subject_pushed_beyond_its_bounds_is_refused_and_the_change_is_blamed() {
    check("[facts.patientele]\nadd = 1\n", &[("c: out_of_bounds", "patientele"), ("a.montant", "6667.20")]);
    check("[facts.patientele]\nadd = \"0.5\"\n", &[("a: not_whole", "patientele")]);
    let changed = changed(&["[facts.patientele]\nadd = 1\n"]);
    let facts = FactChange::apply(&changed.facts, &changed.book, &facts(&changed.book, FACTS));
    let refusal = facts.refused.iter().find(|refusal| refusal.id == "c").expect("refused");
    assert_eq!(refusal.reason, Reason::OutOfBounds);
    assert_eq!(
        refusal.message.en,
        "`patientele` is \"10001\", more than the maximum, 10,000; it is the change that brought it there (c1.toml: add = 1)"
    );
    assert_eq!(
        refusal.message.fr,
        "`patientele` vaut « 10001 », plus que le maximum, 10\u{202f}000 ; c'est le changement qui l'y porte (c1.toml : add = 1)"
    );
}

#[test]
fn of_two_changes_of_one_thing_the_later_counts_and_facts_add_up() {
    let (one, two) = ("[parameters.valeur]\nvalue = 1\n", "[parameters.valeur]\nvalue = 10\n");
    assert_eq!(settled(&[one, two], FACTS)["a.montant"], "8280.00");
    assert_eq!(settled(&[two, one], FACTS)["a.montant"], "990.00");
    let (_, findings) = load(files(), sources(&[one, two]));
    let twice: Vec<&Diagnostic> =
        findings.iter().filter(|finding| finding.code == Code::CHANGED_TWICE).collect();
    assert_eq!(twice.len(), 1);
    assert_eq!(twice[0].severity, Severity::Warning);
    assert_eq!(twice[0].place.as_ref().map(|place| place.file), Some(2));
    let more = "[facts.patientele]\nadd = 50\n";
    assert_eq!(settled(&[more, more], FACTS)["a.montant"], "7830.00");
}

/// Shows what is found in a change.
fn said(change: &str) -> String {
    let all: Vec<Source> = files().into_iter().chain(sources(&[change])).collect();
    let (changed, findings) = load(files(), sources(&[change]));
    assert!(changed.is_none(), "{change}");
    findings
        .iter()
        .filter(|finding| finding.severity == Severity::Error)
        .map(|finding| finding.render(&all, Language::English))
        .collect()
}

#[test]
fn bad_changes_are_shown_in_their_own_file() {
    let change = r#"
[change]
status = "sure"
[parameters.valuer]
value = 1
[parameters.base]
value = 1
[parameters.valeur]
unit = "EUR"
value = "x"
[parameters.prime]
[tables.bareme]
kind = "linear"
rows = [{ at_least = 1000, value = 2 }, { at_least = 0, value = 1 }]
[rules.base]
formula = "patientele + 1"
[rules.plus]
output = true
[facts.patientel]
add = 1
[facts.ouvert]
add = 1
[facts.missions]
add = 1
set = 2
[facts.niveau]
set = "hault"
[inputs.x]
"#;
    insta::assert_snapshot!(said(change));
}

#[test]
fn a_circle_made_by_a_change_is_found() {
    let found = said("[rules.base]\nformula = \"plus\"\n[rules.plus]\nformula = \"base\"\n");
    assert!(found.contains("R0030") && found.contains("c1.toml:1:8"), "{found}");
}

#[test]
fn toml_that_cannot_be_read_is_the_only_finding() {
    let found = said("[parameters.valeur]\nvalue = \n");
    assert!(found.contains("R0001") && found.contains("c1.toml:2"), "{found}");
    assert_eq!(found.matches("error[").count(), 1, "{found}");
}

#[test]
fn changes_are_a_part_of_the_identity_of_a_run() {
    let identity = |book: &Rulebook| {
        let plan = Plan::new(book, "2024-12-31".parse().expect("a date"), None).expect("a plan");
        run_identity(&plan, &[], &RunOptions::default())
    };
    let (one, two) = ("[facts.patientele]\nadd = 1\n", "[facts.patientele]\nadd = 2\n");
    let mut all = vec![
        identity(&plain()),
        identity(&changed(&[one]).book),
        identity(&changed(&[two]).book),
        identity(&changed(&[one, two]).book),
        identity(&changed(&[two, one]).book),
    ];
    assert_eq!(identity(&changed(&[]).book), all[0]);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 5);
    assert_eq!(rulebook_hash(&changed(&[one]).book.sources), rulebook_hash(&plain().sources));
}

fn grid(text: &str) -> Result<Grid, String> {
    let source = Source::new("grid.toml", text);
    let (grid, findings) = Grid::read(&plain(), &source);
    let shown =
        findings.iter().map(|finding| finding.render(std::slice::from_ref(&source), Language::English));
    let shown: String = shown.collect();
    grid.ok_or(shown)
}

/// Runs a grid over the facts, and returns the coordinates and the amounts of each scenario.
fn run(grid: &Grid, changes: &[&str]) -> Vec<(Vec<String>, BTreeMap<String, String>)> {
    let changed = changed(changes);
    let book = &changed.book;
    let plan = Plan::new(book, "2024-12-31".parse().expect("a date"), None).expect("a plan");
    let facts = facts(book, FACTS);
    let mut all = Vec::new();
    Scenarios { plan: &plan, changes: &changed.facts, grid }.run(
        &facts,
        &Engine::with_threads(1),
        &[],
        &mut |scenario, facts, settlement| {
            let at = grid.coordinates(scenario).into_iter().map(str::to_owned).collect();
            all.push((at, named(book, facts, &settlement)));
            ControlFlow::Continue(())
        },
    );
    all
}

#[test]
fn a_grid_runs_the_product_of_its_values() {
    let text = "[grid]\nparameters.valeur = { from = 7, to = 8, step = \"1/2\" }\nfacts.patientele.add = [0, 100]\n\"facts.ouvert.set\" = [true]\n";
    let grid = grid(text).expect("a grid");
    assert_eq!(grid.scenarios(), 6);
    let all = run(&grid, &[]);
    let at: Vec<String> = all.iter().map(|(at, _)| at.join(" ")).collect();
    // Facts vary more slowly: they are made anew only when they change.
    assert_eq!(at, ["7 0 true", "7.5 0 true", "8 0 true", "7 100 true", "7.5 100 true", "8 100 true"]);
    assert_eq!(all[2].1["a.montant"], "6660.00");
    assert_eq!(all[4].1["a.montant"], "7380.00");
}

#[test]
fn a_grid_of_one_value_is_the_change() {
    for (text, change) in [
        ("[grid]\nparameters.valeur = [\"9.5\"]\n", "[parameters.valeur]\nvalue = \"9.5\"\n"),
        ("[grid.facts.patientele]\nadd = [-100]\n", "[facts.patientele]\nadd = -100\n"),
        ("[grid.facts.patientele]\nadd = [1]\n", "[facts.patientele]\nadd = 1\n"),
        ("[grid.facts]\ndepuis.set = [2024-07-01]\n", "[facts.depuis]\nset = 2024-07-01\n"),
    ] {
        let of_grid = run(&grid(text).expect("a grid"), &[]);
        assert_eq!(of_grid.len(), 1);
        assert_eq!(of_grid[0].1, settled(&[change], FACTS), "{text}");
    }
    // And on top of changes.
    let of_grid = run(
        &grid("[grid]\nfacts.patientele.add = [50]\n").expect("a grid"),
        &["[facts.patientele]\nadd = 50\n"],
    );
    assert_eq!(of_grid[0].1, settled(&["[facts.patientele]\nadd = 100\n"], FACTS));
}

#[test]
fn a_run_stops_when_it_is_told_to() {
    let book = plain();
    let plan = Plan::new(&book, "2024-12-31".parse().expect("a date"), None).expect("a plan");
    let grid = grid("[grid]\nparameters.valeur = { from = 1, to = 100, step = 1 }\n").expect("a grid");
    let mut count = 0;
    Scenarios { plan: &plan, changes: &[], grid: &grid }.run(
        &facts(&book, FACTS),
        &Engine::with_threads(1),
        &[],
        &mut |scenario, _, _| {
            count += 1;
            if scenario == 4 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        },
    );
    assert_eq!(count, 5);
}

#[test]
fn bad_grids_say_what_is_wrong() {
    for (text, words) in [
        ("", "the key `grid` is missing"),
        ("[grid]\n", "the grid has no path"),
        ("[grid]\nparameters.valuer = [1]\n", "the nearest name is `valeur`"),
        ("[grid]\nfacts.patientele.ad = [1]\n", "the nearest name is `add`"),
        ("[grid]\nfacts.patientele = [1]\n", "facts.NAME.add, .multiply or .set"),
        ("[grid]\nparametres.valeur = [1]\n", "the nearest name is `parameters`"),
        ("[grid]\nrules.base.formula = [1]\n", "`rules.base.formula` is not a path of a grid"),
        ("[grid]\nparameters.valeur = []\n", "there is no value to try"),
        ("[grid]\nparameters.valeur = 7\n", "a list [ … ] is wanted here"),
        ("[grid]\nparameters.valeur = [\"sept\"]\n", "is not a number"),
        ("[grid]\nparameters.valeur = { from = 1, to = 2, step = 0 }\n", "`step` must be positive"),
        ("[grid]\nparameters.valeur = { from = 2, to = 1, step = 1 }\n", "`step` must be positive"),
        ("[grid]\nparameters.valeur = { from = 1, step = 1 }\n", "the key `to` is missing"),
        ("[grid]\nfacts.ouvert.add = [1]\n", "`add` goes with a number"),
        ("[grid]\nparameters.prime = [1]\n\"parameters.prime\" = [2]\n", "`parameters.prime` is given twice"),
        ("[grid]\nparameters.valeur = { from = 1, to = 1e15, step = \"1e-9\" }\n", "the limit is 10000"),
        (
            "[grid]\nparameters.valeur = { from = 1, to = 300, step = 1 }\nfacts.patientele.add = { from = 1, to = 70, step = 1 }\n",
            "the grid would make 21000 scenarios; the limit is 10000",
        ),
    ] {
        let said = grid(text).err().unwrap_or_else(|| panic!("no fault in {text}"));
        assert!(said.contains(words), "{text}\n{said}");
    }
}

/// Changes of a real contract, of different things.
const REAL: [&str; 6] = [
    "[parameters.valeur_du_point]\nvalue = \"7.5\"\n",
    "[parameters.protocoles_maximum]\nvalue = 4\n",
    "[tables.coordination_variable]\nrows = [{ above = 0, value = \"1/2\" }, { above = 5000, value = \"1/3\" }]\n",
    "[rules.protocoles_payes]\nformula = \"least(protocoles, protocoles_maximum) / 2\"\n",
    "[facts.patientele]\nadd = 500\n",
    "[facts.protocoles]\nmultiply = 2\n",
];

fn real(changes: &[&str]) -> BTreeMap<String, String> {
    let mut sources_of_book = sources_of(&root().join("rulebooks/aci-msp"));
    sources_of_book.retain(|source| !source.path.contains("/cases/"));
    let (changed, findings) = load(sources_of_book, sources(changes));
    let changed = changed.unwrap_or_else(|| panic!("{findings:?}"));
    let text = std::fs::read_to_string(root().join("demo/equipes.csv")).expect("the demo's teams");
    let plan = Plan::new(&changed.book, "2024-12-31".parse().expect("a date"), None).expect("a plan");
    let facts = FactChange::apply(&changed.facts, &changed.book, &facts(&changed.book, &text));
    named(&changed.book, &facts, &settle(&plan, &facts, false, &[]))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_changes_of_different_things_is_irrelevant(
        order in Just((0..REAL.len()).collect::<Vec<_>>()).prop_shuffle(),
        count in 1_usize..6,
    ) {
        let chosen: Vec<&str> = order.iter().take(count).map(|index| REAL[*index]).collect();
        let mut sorted = chosen.clone();
        sorted.sort_unstable();
        prop_assert_eq!(real(&chosen), real(&sorted));
        // In one file as in several.
        prop_assert_eq!(real(&chosen), real(&[&chosen.concat()]));
    }

    /// Stretches of a change and of a grid are dropped, doubled or turned over: something always comes back.
    #[test]
    fn mutated_files_come_back(
        start in any::<prop::sample::Index>(),
        length in 0_usize..60,
        kind in 0_u8..3,
    ) {
        let mutated = |text: &str| {
            let letters: Vec<char> = text.chars().collect();
            let from = start.index(letters.len());
            let to = (from + length).min(letters.len());
            let middle: String = match kind {
                0 => String::new(),
                1 => letters[from..to].iter().chain(&letters[from..to]).collect(),
                _ => letters[from..to].iter().rev().collect(),
            };
            letters[..from].iter().collect::<String>() + &middle + &letters[to..].iter().collect::<String>()
        };
        let change = mutated(&format!("[change]\ntitle = {{ fr = \"a\", en = \"b\" }}\n{}[facts.patientele]\nadd = 1\n[tables.bareme]\nrows = [{{ at_least = 0, value = \"1/3\" }}]\n[rules.plus]\nformula = \"prime * 3\"\n", "[parameters.valeur]\nvalues = [{ from = 2020-01-01, value = 7, status = \"team\" }]\n"));
        let all: Vec<Source> = files().into_iter().chain(sources(&[&change])).collect();
        for finding in load(files(), sources(&[&change])).1 {
            prop_assert!(!finding.render(&all, Language::French).is_empty());
        }
        let _either = grid(&mutated("[grid]\nparameters.valeur = { from = \"6\", to = \"8\", step = \"0.5\" }\nfacts.patientele.add = [0, 500]\n\"facts.niveau.set\" = [\"haut\"]\n"));
    }

    #[test]
    fn adding_and_taking_away_gives_the_same(more in 0_i64..5000, rows in prop::collection::vec(0_i64..5000, 1..20)) {
        let text = rows.iter().enumerate().fold(String::from("subject,patientele\n"), |text, (row, number)| format!("{text}t{row},{number}\n"));
        let (plus, minus) = (format!("[facts.patientele]\nadd = {more}\n"), format!("[facts.patientele]\nadd = -{more}\n"));
        prop_assert_eq!(settled(&[&plus, &minus], &text), settled(&[], &text));
    }

    #[test]
    fn a_parameter_of_a_grid_is_that_of_a_change(value in -1000_i64..1000) {
        let text = format!("[grid]\nparameters.prime = [{value}, 3]\n");
        let of_grid = run(&grid(&text).expect("a grid"), &[]);
        let of_change = settled(&[&format!("[parameters.prime]\nvalue = {value}\n")], FACTS);
        prop_assert_eq!(&of_grid[0].1, &of_change);
    }

    #[test]
    fn columns_of_files_are_written_as_one_by_one(numerator in any::<i64>(), small in -100_000_i64..100_000, denominator in 1_i64..2000) {
        let book = plain();
        for kind in [&book.parameters[0].kind, &book.parameters[1].kind] {
            let values = Values::Ratios { numerators: vec![numerator, small].into(), denominator };
            let column = show::FileColumn::new(&book, kind.clone(), &values);
            for row in 0..2 {
                let value = values.value(row).expect("a value");
                let mut bytes = Vec::new();
                prop_assert!(column.push(row, &mut bytes));
                prop_assert_eq!(String::from_utf8(bytes).expect("UTF-8"), show::for_file(&book, kind, &value));
            }
        }
    }
}
