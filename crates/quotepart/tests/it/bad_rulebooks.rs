//! Rulebooks that cannot be used, from end to end: found by `check` before anything runs, with the place underlined.

use crate::contract::RULEBOOK;
use crate::support::{Ran, World};

fn check(rulebook: &str) -> (World, Ran) {
    let world = World::new();
    world.write("essai/rulebook.toml", rulebook);
    let ran = world.run("check essai");
    (world, ran)
}

fn changed(from: &str, to: &str) -> String {
    assert!(RULEBOOK.contains(from), "{from}");
    RULEBOOK.replace(from, to)
}

#[test]
fn a_unit_error() {
    let (_, ran) = check(&changed("points * valeur / diviseur", "points + valeur / diviseur"));
    ran.ended(1).said(&["erreur[R0021]", "essai/rulebook.toml:88:"]);
}

#[test]
fn a_cycle() {
    let (_, ran) = check(
        &changed(
            "formula = \"CASE WHEN horaire = '12h' THEN 1 ELSE 1 / 2 END\"",
            "formula = \"CASE WHEN majore THEN 1 ELSE 2 END\"",
        )
        .replace("formula = \"bonus\"", "formula = \"bonus AND ouverture > 1\""),
    );
    ran.ended(1).said(&["erreur[R0030]", "ouverture", "majore"]);
}

#[test]
fn a_malformed_formula_is_underlined() {
    let (_, ran) = check(&changed("\"jours * tarif\"", "\"jours * (tarif + \""));
    ran.ended(1).said(&[
        "erreur[R0020]",
        "essai/rulebook.toml:97:",
        "97 | formula = \"jours * (tarif + \"",
        "^",
    ]);
}

#[test]
fn a_formula_of_100_000_terms() {
    let formula = format!("\"jours * tarif{}\"", " + tarif".repeat(100_000));
    let (_, ran) = check(&changed("\"jours * tarif\"", &formula));
    ran.ended(1).said(&["erreur[R0024]", "essai/rulebook.toml:97:"]);
    assert!(ran.err.len() < 2_000, "the whole formula is printed");
}

#[test]
fn a_table_with_a_hole() {
    let table = r#"
[tables.horaires]
kind   = "decision"
keys   = ["horaire", "bonus"]
unit   = "1"
from   = 2020-01-01
source = "Journal officiel"
status = "official"
rows   = [
  { horaire = "12h", bonus = "*", value = "1" },
  { horaire = "10h", bonus = "true", value = "1/2" },
]
"#;
    let looked_up =
        changed("CASE WHEN horaire = '12h' THEN 1 ELSE 1 / 2 END", "lookup(horaires, horaire, bonus)");
    let (_, ran) = check(&format!("{looked_up}{table}"));
    ran.ended(1).said(&["erreur[R0034]", "10h", "false"]);
    let full = table.replace("bonus = \"true\"", "bonus = \"*\"");
    let (_, ran) = check(&format!("{looked_up}{full}"));
    ran.ended(0);
}

#[test]
fn not_toml_not_utf8_empty_missing() {
    let (_, ran) = check("[instrument\n");
    ran.ended(1).said(&["erreur[R0001]", "essai/rulebook.toml:1"]);
    let (_, ran) = check("");
    ran.ended(1).said(&["[instrument]"]);
    let world = World::new();
    world.write("essai/rulebook.toml", b"[instrument]\n# \xe9quipe\n");
    world.run("check essai").ended(1).said(&["`essai/rulebook.toml` n'est pas en UTF-8 (ligne 2)", "iconv"]);
    world.run("inputs ./essai").ended(1);
    std::fs::remove_file(world.path("essai/rulebook.toml")).expect("removed");
    world.run("check ./essai").ended(2).said(&["`./essai` ne contient pas de contrat"]);
    world.run("inputs ./essai").ended(2).said(&["`./essai` ne contient pas de rulebook.toml"]);
}

#[test]
fn a_table_whose_file_is_absent() {
    let table = "\n[tables.horaires]\nkind = \"flat\"\nover = \"point\"\nunit = \"1\"\nfrom = 2020-01-01\nsource = \"x\"\nstatus = \"official\"\nfile = \"tables/horaires.csv\"\n";
    let rulebook = format!(
        "{}{table}",
        changed("CASE WHEN horaire = '12h' THEN 1 ELSE 1 / 2 END", "bracket(horaires, points)")
    );
    let (world, ran) = check(&rulebook);
    ran.ended(1).said(&["erreur[R0010]", "tables/horaires.csv"]);
    world.write("essai/tables/horaires.csv", "\u{feff}at_least,valeur\n0,1\n100,2\n");
    world.run("check essai").ended(0);
}
