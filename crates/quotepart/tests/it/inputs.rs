//! `inputs`.

use crate::contract::RULEBOOK;
use crate::support::World;

#[test]
fn a_file_to_fill_in() {
    let world = World::new();
    let ran = world.run("inputs ./essai --at 2021-12-31");
    ran.ended(0);
    insta::assert_snapshot!("inputs-toml-fr", ran.out);
    let english = world.run_en("inputs ./essai");
    english.ended(0);
    insta::assert_snapshot!("inputs-toml-en", english.out);
}

#[test]
fn the_file_filled_in_can_be_settled() {
    let world = World::new();
    let form = world.run("inputs ./essai --at 2021-12-31").out;
    // As it comes, nothing is filled in: the subject is refused, and nothing else is wrong.
    world.write("facts.toml", &form);
    let settle = "settle ./essai --at 2021-12-31 --facts facts.toml --out out.csv --strict";
    world.run(settle).ended(4);
    let filled = form
        .replace("subject = \"\"", "subject = \"alpha\"")
        .replace("equipe = \"\"", "equipe = \"alpha\"")
        .replace("membre = \"\"", "membre = \"m1\"")
        .replace("points = \"\"", "points = \"100\"")
        .replace("diviseur = \"\"", "diviseur = \"1\"")
        .replace("horaire = \"\"", "horaire = \"12h\"")
        .replace("# depuis", "depuis")
        .replace("# bonus", "bonus")
        .replace("# jours", "jours");
    world.write("facts.toml", filled);
    world.run(settle).ended(0);
    assert_eq!(world.read("out.csv"), "subject,majore,montant\nalpha,false,700.00\n");
}

#[test]
fn every_rulebook_that_comes_with_it_gives_a_file_that_can_be_read() {
    let world = World::empty();
    let names: Vec<String> = world
        .run("check")
        .out
        .lines()
        .filter_map(|line| Some(line.split_once(" : ")?.0.to_owned()))
        .collect();
    assert!(!names.is_empty());
    for name in names {
        for lang in ["fr", "en"] {
            let ran = world.run(&format!("inputs {name} --lang {lang}"));
            ran.ended(0);
            let _read: toml::Table =
                ran.out.parse().unwrap_or_else(|error| panic!("{name}: {error}\n{}", ran.out));
        }
    }
}

#[test]
fn a_row_for_each_input() {
    let world = World::new();
    let ran = world.run_en("inputs ./essai --format csv");
    ran.ended(0);
    let mut lines = ran.out.lines();
    assert_eq!(
        lines.next(),
        Some(
            "entity,input,required,type,unit,default,min,max,whole,values,label,meaning,origin,theme,from,to"
        )
    );
    assert_eq!(
        lines.next(),
        Some("equipe,points,true,number,point,,0,,false,,Points earned,Points of the year.,evidence,,,")
    );
    assert!(
        ran.out.contains("equipe,horaire,true,enum,,,,,false,12h|10h,Hours,,declared,,,\n"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("equipe,depuis,false,date,,start of period,"), "{}", ran.out);
    assert!(ran.out.contains("membre,jours,false,number,1,0,,,true,,Days,"), "{}", ran.out);
}

#[test]
fn a_list_for_programs() {
    let world = World::new();
    let ran = world.run("inputs ./essai --format json --at 2021-12-31");
    ran.ended(0);
    let found: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!(found[0]["name"], "points");
    assert_eq!(found[0]["entity"], "equipe");
    assert_eq!(found[0]["unit"], "point");
    assert_eq!(found[0]["required"], true);
    assert_eq!(found[0]["min"], "0");
    assert_eq!(found[0]["label"]["en"], "Points earned");
    assert_eq!(found[2]["values"][0]["name"], "12h");
    assert_eq!(found[2]["values"][0]["label"]["fr"], "douze heures");
    assert_eq!(found[3]["default"], "2021-01-01");
}

#[test]
fn only_what_is_in_force_at_the_date() {
    let world = World::new();
    let later = RULEBOOK.replace("[inputs.bonus]\n", "[inputs.bonus]\nfrom = 2022-01-01\n");
    let later = later
        .replace("CASE WHEN bonus THEN supplement ELSE 0 END", "0")
        .replace("formula = \"bonus\"", "formula = \"points > 0\"");
    world.write("essai/rulebook.toml", later);
    assert!(!world.run("inputs ./essai --format csv --at 2021-12-31").out.contains("bonus"));
    assert!(world.run("inputs ./essai --format csv --at 2022-12-31").out.contains("bonus"));
    assert!(world.run("inputs ./essai --format csv").out.contains("bonus"));
    world.run("inputs ./essai --at 2019-12-31").ended(2).said(&["le contrat `essai` commence le"]);
}

#[test]
fn an_unknown_rulebook_lists_the_known_ones() {
    let world = World::empty();
    let ran = world.run_en("inputs aci-mps");
    ran.ended(2).said(&[
        "the rulebook `aci-mps` is not known; known ones: aci-msp, ",
        "the nearest name is `aci-msp`",
    ]);
    world.run_en("inputs ./nowhere").ended(2).said(&["`./nowhere` does not exist"]);
}
