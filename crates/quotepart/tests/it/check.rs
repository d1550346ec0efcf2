//! `check`.

use crate::contract::RULEBOOK;
use crate::support::World;

const CASE: &str = "[[case]]\ntitle = \"Cent points\"\nat = 2021-12-31\nfacts = { points = 100, diviseur = 1, horaire = \"12h\" }\n";

#[test]
fn checks_everything_that_comes_with_it() {
    let world = World::empty();
    let ran = world.run("check");
    ran.ended(0);
    assert_eq!(ran.err, "");
    assert!(ran.out.lines().count() >= 3, "{}", ran.out);
    assert!(
        ran.out.lines().all(|line| line.contains(" règles, ") && line.contains(" cas réussis")),
        "{}",
        ran.out
    );
}

#[test]
fn one_line_for_each_rulebook() {
    let world = World::new();
    world.write("essai/cases/points.toml", format!("{CASE}expect = {{ montant = 700 }}\n"));
    let ran = world.run("check essai");
    ran.ended(0);
    assert_eq!(ran.out, "essai : 4 règles, 3 paramètres, 0 table, 1 cas réussi\n");
    assert_eq!(world.run_en("check ./essai/").out, "essai: 4 rules, 3 parameters, 0 tables, 1 case passed\n");
    assert_eq!(
        world.run_en("check essai/rulebook.toml").out,
        "essai: 4 rules, 3 parameters, 0 tables, 1 case passed\n"
    );
}

#[test]
fn a_folder_of_rulebooks_is_checked_in_one_go() {
    let world = World::empty();
    world.write("books/one/rulebook.toml", RULEBOOK.replace("\"essai\"", "\"one\""));
    world.write(
        "books/two/rulebook.toml",
        RULEBOOK.replace("\"essai\"", "\"two\"").replace("bonus THEN", "malus THEN"),
    );
    world.write("books/three/rulebook.toml", b"[instrument]\nid = \"\xe9t\xe9\"\n");
    world.write("books/notes/readme.md", "");
    for command in ["check books", "check --rulebooks books"] {
        let ran = world.run_en(command);
        ran.ended(1).said(&[
            "`books/three/rulebook.toml` is not UTF-8 (line 2)",
            "`malus`",
            "books/two/rulebook.toml:",
        ]);
        assert!(ran.out.contains("one: 4 rules"), "{}", ran.out);
        assert!(ran.out.contains("two: 1 error"), "{}", ran.out);
    }
    world.run_en("check books/notes").ended(2).said(&["`books/notes` holds no rulebook"]);
}

#[test]
fn a_case_that_fails_shows_expected_and_computed() {
    let world = World::new();
    world.write("essai/cases/points.toml", format!("{CASE}expect = {{ montant = 701 }}\n"));
    let ran = world.run("check essai");
    ran.ended(1).said(&[
        "cas en échec : Cent points",
        "montant (case) : attendu 701,00\u{a0}€, calculé 700,00\u{a0}€",
        "essai/cases/points.toml:5",
    ]);
    assert_eq!(ran.out, "essai : 4 règles, 3 paramètres, 0 table, 0 cas réussi, 1 cas en échec\n");
}

#[test]
fn all_findings_are_said_in_one_go() {
    let world = World::new();
    let broken = RULEBOOK
        .replace("points * valeur / diviseur", "points + valeur / diviseurr")
        .replace("jours * tarif", "jours * tarif *")
        .replace("status = \"unverified\"", "statut = \"unverified\"");
    world.write("essai/rulebook.toml", broken);
    let ran = world.run("check essai");
    ran.ended(1);
    insta::assert_snapshot!("check-broken", ran.err);
    let english = world.run_en("check essai");
    english.ended(1).said(&["error[R0020]", "help: "]);
}

#[test]
fn warnings_do_not_fail() {
    let world = World::new();
    world.write(
        "essai/rulebook.toml",
        RULEBOOK.replace("[schedule]\nmontant = { due = { day = \"04-30\", year = 1 } }", ""),
    );
    let ran = world.run("check essai");
    ran.ended(0).said(&["attention[R0043]"]);
    assert!(ran.out.ends_with(", 1 avertissement\n"), "{}", ran.out);
}
