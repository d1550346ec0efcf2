//! Runs with changes: settled, kept, explained and compared like others, and never published.

use crate::contract::FACTS;
use crate::support::World;

const SETTLE: &str = "settle ./essai --at 2021-12-31 --facts facts.csv";
const POINT: &str = "[parameters.valeur]\nvalue = 8\n";
const MORE: &str = "[facts.points]\nadd = 10\n";

/// Two teams, two changes.
fn world() -> World {
    let world = World::new();
    world.write("facts.csv", FACTS);
    world.write("point.toml", POINT);
    world.write("plus/more.toml", MORE);
    world
}

/// The same, with a run without changes and one with both.
fn simulated() -> World {
    let world = world();
    world.run(&format!("{SETTLE} --out run")).ended(0);
    world.run_en(&format!("{SETTLE} --change point.toml plus/more.toml --out sim")).ended(0);
    world
}

fn manifest(world: &World, run: &str) -> toml::Table {
    world.read(&format!("{run}/manifest.toml")).parse().expect("TOML")
}

#[test]
fn a_run_keeps_its_changes() {
    let world = simulated();
    assert_eq!(world.names("sim/changes"), ["1-point.toml", "2-more.toml"]);
    assert_eq!(world.read("sim/changes/1-point.toml"), POINT);
    assert_eq!(world.read("sim/rulebook/rulebook.toml"), crate::contract::RULEBOOK);
    let manifest = manifest(&world, "sim");
    assert_eq!(manifest["format"].as_integer(), Some(2), "who knows no changes must not misread it");
    let changes = manifest["changes"].as_array().expect("a list");
    assert_eq!(changes[1]["file"].as_str(), Some("changes/2-more.toml"));
    assert_eq!(changes[1]["given"].as_str(), Some("plus/more.toml"));
    assert_eq!(changes[1]["sha256"].as_str().map(str::len), Some(64));
    assert!(!world.exists("run/changes"));
    // Asked again it is there; without the changes it is another run.
    let again = world.run_en(&format!("{SETTLE} --change point.toml plus/more.toml --out sim"));
    again.ended(0).said(&["already holds this run"]);
    world.run_en(&format!("{SETTLE} --out sim")).ended(2).said(&["already holds another run"]);
}

/// The rows of what `whatif` calls `changed`, as `settle` writes them.
fn changed_rows(world: &World, path: &str) -> String {
    let text = world.read(path);
    let mut lines = text.lines();
    let head = lines.next().and_then(|line| line.strip_prefix("change,")).expect("a heading");
    let rows = lines.filter_map(|line| line.strip_prefix("changed,"));
    std::iter::once(head).chain(rows).flat_map(|line| [line, "\n"]).collect()
}

#[test]
fn settle_gives_what_whatif_calls_changed_in_every_form() {
    let world = world();
    // Ids so long that the file is settled in several blocks; some rows cannot be read, and some are pushed beyond
    // their bounds by the change.
    let mut facts = String::from("subject,points,diviseur,horaire,bonus\n");
    for number in 0..6000_u32 {
        let points = if number % 1000 == 5 { "many".to_owned() } else { (number * 7 % 400).to_string() };
        let (divisor, hours) = (number % 5, 10 + number % 2 * 2);
        facts.push_str(&format!("e{number:0200},{points},{divisor},{hours}h,false\n"));
    }
    facts.push_str(&format!("e{:0200},1,1,12h,false\n", 17));
    world.write("facts.csv", &facts);
    world.write("less.toml", "[facts.points]\nadd = -20\n[parameters.valeur]\nvalue = 9\n");
    let change = "--change less.toml point.toml";
    let whatif = "whatif ./essai --at 2021-12-31 --facts facts.csv";
    world.run(&format!("{whatif} {change} --out whatif.csv")).ended(3);
    world.run(&format!("{SETTLE} {change} --out out.csv")).ended(3);
    world.run(&format!("{SETTLE} {change} --out run")).ended(3);
    world.run(&format!("{SETTLE} {change} --out out.json")).ended(3);
    let expected = changed_rows(&world, "whatif.csv");
    assert!(expected.lines().count() > 4000);
    assert_eq!(world.read("out.csv"), expected);
    assert_eq!(world.read("run/results/equipe.csv"), expected);
    let refused = world.read("out.refused.csv");
    assert!(refused.contains("it is the change") || refused.contains("c'est le changement"), "{refused}");
    assert_eq!(world.read("run/refused.csv"), refused);
    let whole: serde_json::Value = serde_json::from_str(&world.read("out.json")).expect("JSON");
    assert_eq!(whole["results"].as_array().map(Vec::len), Some(expected.lines().count() - 1));
    let ids = |text: &str| text.lines().skip(1).map(|line| line[7..208].to_owned()).collect::<Vec<_>>();
    let of_json = whole["refused"].as_array().expect("a list").iter();
    let of_json: Vec<String> = of_json.map(|one| one["id"].as_str().expect("a text").to_owned()).collect();
    assert_eq!(of_json, ids(&refused));
}

#[test]
fn changes_and_their_order_are_part_of_the_identity() {
    let world = simulated();
    let settle = |changes: &str, out: &str| {
        world.run(&format!("{SETTLE} --change {changes} --out {out}")).ended(0);
        manifest(&world, out)["identity"].as_str().expect("a text").to_owned()
    };
    let none = manifest(&world, "run")["identity"].as_str().expect("a text").to_owned();
    let both = manifest(&world, "sim")["identity"].as_str().expect("a text").to_owned();
    let one = settle("point.toml", "one");
    let other = settle("plus/more.toml", "other");
    let turned = settle("plus/more.toml point.toml", "turned");
    let all = std::collections::BTreeSet::from([&none, &both, &one, &other, &turned]);
    assert_eq!(all.len(), 5, "{all:?}");
    // They touch different things: another order is another run with the same amounts.
    assert_eq!(world.read("turned/results/equipe.csv"), world.read("sim/results/equipe.csv"));
    // The name of a file says nothing.
    world.write("elsewhere/8-euros.toml", POINT);
    assert_eq!(settle("elsewhere/8-euros.toml plus/more.toml", "renamed"), both);
}

#[test]
fn explain_computes_with_the_changes_and_says_so() {
    let world = simulated();
    let ran = world.run_en("explain sim --subject alpha");
    ran.ended(0).said(&[]);
    assert!(
        ran.out.contains(
            "WARNING: This run is a simulation: point.toml, plus/more.toml; changed facts: Points earned +10\u{a0}points."
        ),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("€880.00"), "{}", ran.out);
    let json = world.run("explain sim --subject alpha --format json");
    let whole: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!(whole["changes"][1], "plus/more.toml");
    assert_eq!(whole["changed_since_run"], false);
    let page = world.run("explain sim --subject alpha --format html").out;
    assert!(page.contains("Ce calcul est une simulation"), "the page says it by itself");
    assert!(!world.run("explain run --subject alpha").out.contains("simulation"));
}

#[test]
fn a_copy_that_was_altered_is_noticed() {
    let world = simulated();
    world.write("sim/changes/1-point.toml", "[parameters.valeur]\nvalue = 80\n");
    world
        .run_en("explain sim --subject alpha")
        .ended(0)
        .said(&["the copy of the rulebook or of a change was altered since the run"]);
    let json = world.run("explain sim --subject alpha --format json").out;
    assert!(json.contains("\"changed_since_run\": true"), "{json}");
    world
        .run_en("compare run sim")
        .ended(2)
        .said(&["the copy of the rulebook or of a change was altered since the run `sim`"]);
    std::fs::remove_file(world.path("sim/changes/1-point.toml")).expect("removed");
    world.run_en("explain sim --subject alpha").ended(2).said(&["cannot read the change"]);
}

#[test]
fn compare_says_what_a_simulation_brings() {
    let world = simulated();
    let ran = world.run_en("compare run sim --subject alpha");
    ran.ended(0);
    assert_eq!(ran.err, "");
    for words in ["(simulation: 1-point.toml, 2-more.toml)", "+€180.00", "from €700.00 to €880.00"] {
        assert!(ran.out.contains(words), "{}", ran.out);
    }
    let json = world.run("compare run sim --format json").out;
    let whole: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(whole["before"]["changes"].as_array().map(Vec::len), Some(0));
    assert_eq!(whole["after"]["changes"][0], "point.toml");
}

#[test]
fn a_simulation_is_not_published() {
    let world = simulated();
    world
        .run_en("publish sim --ledger book")
        .ended(2)
        .said(&["is a simulation, with the changes of point.toml, plus/more.toml", "made without --change"]);
    assert!(!world.exists("book"));
    world.run("publish run --ledger book").ended(0);
}

#[test]
fn changes_that_cannot_be_used_stop_before_anything_is_written() {
    let world = world();
    let with = |rest: &str| world.run_en(&format!("{SETTLE} {rest}"));
    with("--official --change point.toml --out run").ended(5).said(&["nobody vouches for a change"]);
    with("--change absent.toml --out run").ended(2).said(&["cannot read the change `absent.toml`"]);
    world.write("bad.toml", "[parameters.valuer]\nvalue = 1\n");
    with("--change bad.toml --out run").ended(1).said(&["bad.toml:1:13", "the nearest name is `valeur`"]);
    assert!(!world.exists("run"));
    with("--change point.toml point.toml --out run").ended(0).said(&["warning[R0081]"]);
    world.write("point.csv", POINT);
    with("--change point.csv --out point.csv").ended(2).said(&["which is read"]);
    assert_eq!(world.read("point.csv"), POINT);
}
