//! `explain`.

use crate::contract::FACTS;
use crate::support::World;

fn settled() -> World {
    let world = World::new();
    world.write("facts.csv", FACTS);
    world.write("membres.csv", "membre,equipe,jours\nm1,alpha,3\n");
    world
        .run("settle ./essai --at 2021-12-31 --facts facts.csv --facts membre=membres.csv --out run")
        .ended(0);
    world
}

#[test]
fn explains_in_text() {
    let world = settled();
    for (lang, name) in [("fr", "explain-fr"), ("en", "explain-en")] {
        let ran = world.run(&format!("explain run --subject beta --lang {lang}"));
        ran.ended(0);
        assert_eq!(ran.err, "");
        insta::assert_snapshot!(name, ran.out);
    }
}

#[test]
fn explains_one_rule_only() {
    let world = settled();
    let ran = world.run("explain run --subject beta --rule montant");
    ran.ended(0);
    assert!(!ran.out.contains("Majoré"), "{}", ran.out);
    // A rule that is no output can be explained too.
    let ran = world.run("explain run --subject beta --rule ouverture");
    ran.ended(0);
    assert!(ran.out.contains("Coefficient d'ouverture"), "{}", ran.out);
    world.run("explain run --subject beta --rule montent").ended(2).said(&["le plus proche est `montant`"]);
    world.run("explain run --subject beta --rule xyzxyz").ended(2).said(&["résultats : majore, montant"]);
    world
        .run("explain run --subject beta --rule part")
        .ended(2)
        .said(&["`part` est une règle de `membre`", "--entity membre"]);
}

#[test]
fn explains_a_row_of_a_lower_entity() {
    let world = settled();
    let ran = world.run("explain run --subject m1 --entity membre");
    ran.ended(0);
    assert!(ran.out.contains("30,00\u{a0}€"), "{}", ran.out);
    world
        .run("explain run --subject m1")
        .ended(2)
        .said(&["`m1` n'est pas dans les faits", "--entity membre"]);
    world.run("explain run --subject m1 --entity menbre").ended(2).said(&["le plus proche est `membre`"]);
}

#[test]
fn explains_in_json() {
    let world = settled();
    let ran = world.run("explain run --subject beta --format json");
    ran.ended(0);
    let found: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(found["id"], "beta");
    assert_eq!(found["changed_since_run"], false);
    let manifest: toml::Table = world.read("run/manifest.toml").parse().expect("TOML");
    assert_eq!(found["run"].as_str(), manifest["identity"].as_str());
    let nodes = found["nodes"].as_array().expect("nodes");
    assert!(nodes.iter().any(|node| node["name"] == "montant" && node["plain"] == "116.67"), "{nodes:#?}");
}

#[test]
fn explains_in_html_as_one_page() {
    let world = settled();
    let ran = world.run("explain run --subject beta --rule montant --format html");
    ran.ended(0);
    assert!(ran.out.to_lowercase().starts_with("<!doctype html>"), "{}", ran.out);
    assert!(ran.out.contains("116,67"), "{}", ran.out);
    for outside in ["src=\"http", "<link", "<script", "@import"] {
        assert!(!ran.out.contains(outside), "the page asks for something outside: {outside}");
    }
    let ran = world.run("explain run --subject beta --rule montant --format html --out page.html");
    ran.ended(0);
    assert_eq!(ran.out, "");
    assert!(world.read("page.html").contains("116,67"));
    world.run("explain run --subject beta --format html --out absent/page.html").ended(2);
}

#[test]
fn an_unknown_subject_suggests_the_nearest() {
    let world = settled();
    world.run("explain run --subject bêta").ended(2).said(&["l'identifiant le plus proche est `beta`"]);
}

#[test]
fn a_refused_subject_is_said_with_its_reason() {
    let world = World::new();
    world.write("facts.csv", "subject,points,diviseur,horaire\nalpha,100,0,12h\nbeta,100,1,11h\ngamma,1,1,12h\ngamma,2,1,12h\ndelta,1,1,12h\n");
    world.run("settle ./essai --at 2021-12-31 --facts facts.csv --out run").ended(3);
    for (id, words) in [("alpha", "zéro"), ("beta", "11h"), ("gamma", "2 fois")] {
        let ran = world.run(&format!("explain run --subject {id}"));
        ran.ended(3);
        assert!(ran.out.starts_with(&format!("{id} : refusé. ")), "{}", ran.out);
        assert!(ran.out.contains(words), "{}", ran.out);
    }
    let ran = world.run("explain run --subject alpha --format json");
    let found: serde_json::Value = serde_json::from_str(&ran.ended(3).out).expect("JSON");
    assert_eq!(found["refused"]["reason"], "division_by_zero");
    let ran = world.run("explain run --subject alpha --format html --out page.html");
    assert_eq!(ran.ended(3).out, "");
    assert!(world.read("page.html").contains("zéro"));
}

#[test]
fn a_subject_that_was_left_out_is_said() {
    let world = World::new();
    world.write("facts.csv", FACTS);
    world.run("settle ./essai --at 2021-12-31 --facts facts.csv --out run --exclude beta").ended(0);
    world.run("explain run --subject beta").ended(2).said(&["`beta` a été laissé de côté dans ce calcul"]);
}

#[test]
fn facts_that_changed_since_are_said_first() {
    let world = settled();
    world.write("facts.csv", FACTS.replace("beta,100", "beta,300"));
    let ran = world.run("explain run --subject beta");
    ran.ended(0).said(&["attention", "les faits de `facts.csv` ont changé depuis le calcul"]);
    assert!(ran.out.starts_with("ATTENTION : Les faits de `facts.csv` ont changé"), "{}", ran.out);
    assert!(ran.out.contains("350,00\u{a0}€"), "{}", ran.out);
    let ran = world.run_en("explain run --subject beta --format json");
    let found: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(found["changed_since_run"], true);
    ran.ended(0).said(&["the facts of `facts.csv` have changed since the run"]);
    let ran = world.run_en("explain run --subject beta --format html");
    assert!(ran.ended(0).out.contains("The facts of `facts.csv` have changed since the run"));
}

#[test]
fn facts_that_are_gone_are_an_error() {
    let world = settled();
    std::fs::remove_file(world.path("facts.csv")).expect("removed");
    world.run("explain run --subject beta").ended(2).said(&["facts.csv` n'est plus là"]);
}

#[test]
fn facts_are_found_from_another_folder() {
    let world = settled();
    // A file of the same name stands where the command is called: the one that did not change is meant.
    world.write("elsewhere/facts.csv", "subject,points,diviseur,horaire\nbeta,1,1,12h\n");
    let run = world.path("run");
    let run = run.to_str().expect("UTF-8");
    let ran = world.run_in("elsewhere", &["explain", run, "--subject", "beta"], &[]);
    ran.ended(0);
    assert!(ran.out.contains("116,67\u{a0}€"), "{}", ran.out);
    assert!(!ran.out.contains("ATTENTION"), "{}", ran.out);
}

#[test]
fn a_copy_of_the_rulebook_that_was_changed_is_noticed() {
    let world = settled();
    let changed = crate::contract::RULEBOOK.replace("value = \"7\"", "value = \"70\"");
    world.write("run/rulebook/rulebook.toml", changed);
    world
        .run("explain run --subject beta")
        .ended(0)
        .said(&["la copie du contrat ou d'un changement a été modifiée depuis le calcul"]);
}

#[test]
fn a_folder_that_is_no_run_says_so() {
    let world = World::new();
    world.run("explain essai --subject beta").ended(2).said(&["`essai` n'est pas un calcul"]);
    world.run_en("explain absent --subject beta").ended(2).said(&["`absent` is not a run"]);
}
