//! `whatif`: what changes bring, in files, in a page, and when they cannot be.

use crate::contract::FACTS;
use crate::support::World;

const POINT: &str =
    "[change]\ntitle = { fr = \"Le point à 8 €\", en = \"A point at €8\" }\n[parameters.valeur]\nvalue = 8\n";
const MORE: &str = "[facts.points]\nadd = 10\n";
const GRID: &str = "[grid]\nparameters.valeur = [\"7\", \"7.5\"]\nfacts.points.add = [0, 10]\n";

/// Returns a folder with the test contract, two teams, two changes and a grid.
fn world() -> World {
    let world = World::new();
    world.write("facts.csv", FACTS);
    world.write("point.toml", POINT);
    world.write("more.toml", MORE);
    world.write("grid.toml", GRID);
    world
}

const WHATIF: &str = "whatif ./essai --at 2021-12-31 --facts facts.csv";

#[test]
fn each_change_stands_alone_and_with_the_others() {
    let world = world();
    world.run_en(&format!("{WHATIF} --change point.toml more.toml --out out.csv")).ended(0).said(&[
        "Without any change: €816.67",
        "A point at €8: €933.33 (+€116.66; more for 2, less for 0)",
        "more: €898.33 (+€81.66; more for 2, less for 0)",
        "All changes together: €1,026.67 (+€210.00; more for 2, less for 0)",
    ]);
    assert_eq!(
        world.read("out.csv"),
        "change,subject,majore,montant\n\
         base,alpha,false,700.00\nbase,beta,false,116.67\n\
         point,alpha,false,800.00\npoint,beta,false,133.33\n\
         more,alpha,false,770.00\nmore,beta,false,128.33\n\
         changed,alpha,false,880.00\nchanged,beta,false,146.67\n"
    );
    assert!(!world.exists("out.refused.csv"));
}

#[test]
fn a_grid_has_a_column_for_each_path() {
    let world = world();
    world
        .run_en(&format!("{WHATIF} --grid grid.toml --output montant --out out.csv"))
        .ended(0)
        .said(&["Grid: 4 scenarios, €816.67 to €962.50"]);
    assert_eq!(
        world.read("out.csv"),
        "parameters.valeur,facts.points.add,change,subject,montant\n\
         ,,base,alpha,700.00\n,,base,beta,116.67\n\
         7,0,changed,alpha,700.00\n7,0,changed,beta,116.67\n\
         7.5,0,changed,alpha,750.00\n7.5,0,changed,beta,125.00\n\
         7,10,changed,alpha,770.00\n7,10,changed,beta,128.33\n\
         7.5,10,changed,alpha,825.00\n7.5,10,changed,beta,137.50\n"
    );
}

#[test]
fn a_grid_is_run_over_the_changes() {
    let world = world();
    world
        .run(&format!("{WHATIF} --change more.toml --grid grid.toml --output montant --out out.csv"))
        .ended(0);
    let out = world.read("out.csv");
    assert!(out.contains("\n,,changed,alpha,770.00\n"), "{out}");
    assert!(out.contains("\n7.5,10,changed,alpha,900.00\n"), "{out}");
}

#[test]
fn rows_of_lower_entities_have_their_own_file() {
    let world = world();
    world.write("membres.csv", "membre,equipe,jours\n\"m,1\",alpha,3\nm2,beta,4\n");
    world.write("tarif.toml", "[parameters.tarif]\nvalue = 12\n");
    world.run(&format!("{WHATIF} --facts membre=membres.csv --change tarif.toml --out out.csv")).ended(0);
    assert_eq!(
        world.read("out.membre.csv"),
        "change,membre,equipe,part\nbase,\"m,1\",alpha,30.00\nbase,m2,beta,40.00\nchanged,\"m,1\",alpha,36.00\nchanged,m2,beta,48.00\n"
    );
}

#[test]
fn a_subject_refused_by_a_change_is_listed_apart() {
    let world = world();
    world.write("facts.csv", format!("{FACTS}gamma,,1,12h\n"));
    world.write("less.toml", "[facts.points]\nadd = -100.5\n");
    let ran = world.run_en(&format!("{WHATIF} --change less.toml --out out.csv"));
    ran.ended(3).said(&["1 refused", "3 refused"]);
    let refused = world.read("out.refused.csv");
    let lines: Vec<&str> = refused.lines().collect();
    assert_eq!(lines[0], "change,entity,id,reason,about,message,file,line");
    assert!(lines[1].starts_with("base,equipe,gamma,missing_fact,points,"), "{refused}");
    assert!(lines[2].starts_with("changed,equipe,alpha,out_of_bounds,points,"), "{refused}");
    assert!(
        lines[2].contains("it is the change that brought it there (less.toml: add = -100.5)"),
        "{refused}"
    );
    // What is refused for the same reason without any change is not listed again.
    assert_eq!(lines.len(), 4, "{refused}");
    world.run(&format!("{WHATIF} --exclude gamma --change more.toml --out out.csv")).ended(0);
    assert!(!world.exists("out.refused.csv"), "a list of another call is taken away");
}

#[test]
fn json_carries_rows_and_what_each_scenario_brings() {
    let world = world();
    world
        .run(&format!("{WHATIF} --change more.toml --grid grid.toml --output montant --out out.json"))
        .ended(0);
    let whole: serde_json::Value = serde_json::from_str(&world.read("out.json")).expect("JSON");
    assert_eq!(whole["rulebook"], "essai");
    assert_eq!(whole["period"]["last"], "2021-12-31");
    assert_eq!(whole["results"].as_array().map(Vec::len), Some(12));
    assert_eq!(whole["results"][0]["id"], "alpha");
    assert_eq!(whole["results"][0]["montant"], "700.00");
    let scenarios = whole["scenarios"].as_array().expect("a list");
    assert_eq!(scenarios.len(), 6);
    assert_eq!(scenarios[1]["gain"], "81.66");
    assert_eq!(scenarios[5]["parameters.valeur"], "7.5");
    assert_eq!(whole["refused"].as_array().map(Vec::len), Some(0));
}

#[test]
fn a_name_to_leave_out_that_nobody_has_is_said() {
    let world = world();
    world
        .run_en(&format!("{WHATIF} --exclude alhpa,zzz --change more.toml --out out.csv"))
        .ended(0)
        .said(&["`alhpa` is not in the facts; the nearest one is `alpha`", "`zzz` is not in the facts\n"]);
}

#[test]
fn a_page_has_pictures_with_their_tables() {
    let world = world();
    for (lang, words) in [
        (
            "fr",
            [
                "Ce que chaque changement apporte",
                "Qui gagne, qui perd",
                "Le point à 8 €",
                "Plus la case est foncée",
            ],
        ),
        ("en", ["What each change brings", "Who gains, who loses", "A point at €8", "The darker the field"]),
    ] {
        let ran = world.run(&format!(
            "{WHATIF} --lang {lang} --change point.toml more.toml --grid grid.toml --out page.html"
        ));
        ran.ended(0);
        let page = world.read("page.html");
        for word in words {
            assert!(page.contains(word), "{word}");
        }
        assert!(!page.contains("<script") && !page.contains("http"), "it needs nothing else");
    }
}

#[test]
fn official_mode_refuses_the_whole_run() {
    let world = world();
    let ran = world.run(&format!("{WHATIF} --official --change more.toml --out out.csv"));
    ran.ended(5).said(&["personne n'atteste un changement"]);
    assert!(!world.exists("out.csv"));
}

/// Runs with one change that cannot be used, and checks that nothing is written.
#[track_caller]
fn check(change: &str, code: i32, words: &[&str]) {
    let world = world();
    world.write("bad.toml", change);
    world.run_en(&format!("{WHATIF} --change bad.toml --out out.csv")).ended(code).said(words);
    assert!(!world.exists("out.csv"));
}

#[test]
fn a_change_that_names_something_unknown_is_refused_with_the_nearest_name() {
    check(
        "[parameters.valuer]\nvalue = 1\n",
        1,
        &[
            "error[R0007]: the rulebook has no parameter `valuer`",
            "bad.toml:1:13",
            "the nearest name is `valeur`",
        ],
    );
    check(
        "[facts.pionts]\nadd = 1\n",
        1,
        &["the rulebook has no fact `pionts`", "the nearest name is `points`"],
    );
    check("[parameters.valeur\n", 1, &["error[R0001]", "bad.toml"]);
    check("[rules.montant]\nformula = \"points\"\n", 1, &["bad.toml:2:12"]);
}

/// Runs with one grid that cannot be used.
#[track_caller]
fn check_grid(grid: &str, words: &[&str]) {
    let world = world();
    world.write("bad.toml", grid);
    world.run_en(&format!("{WHATIF} --grid bad.toml --out out.csv")).ended(1).said(words);
    assert!(!world.exists("out.csv"));
}

#[test]
fn a_grid_that_is_too_large_says_how_many() {
    check_grid(
        "[grid]\nparameters.valeur = { from = 0, to = 200, step = \"0.1\" }\nparameters.tarif = { from = 1, to = 50, step = 1 }\n",
        &["error[R0083]: the grid would make 100050 scenarios; the limit is 10000"],
    );
    check_grid("[grid]\nparameters.valuer = [1]\n", &["bad.toml:2:21", "the nearest name is `valeur`"]);
}

#[test]
fn what_is_asked_must_make_sense() {
    let world = world();
    let with = |rest: &str| world.run_en(&format!("{WHATIF} {rest}"));
    with("--out out.csv").ended(2).said(&["nothing changes", "--change file.toml"]);
    with("--change more.toml --out out.txt").ended(2).said(&["neither a .csv nor a .json nor a .html"]);
    with("--change absent.toml --out out.csv").ended(2).said(&["cannot read the change `absent.toml`"]);
    with("--change more.toml --output montent --out out.csv")
        .ended(2)
        .said(&["the nearest name is `montant`"]);
    with("--change more.toml --out nowhere/out.csv").ended(2).said(&["does not exist"]);
    world
        .run_en("whatif ./essai --at 2019-12-31 --facts facts.csv --change more.toml --out out.csv")
        .ended(2);
    world.write("more.csv", MORE);
    with("--change more.csv --out more.csv").ended(2).said(&["which is read"]);
    assert_eq!(world.read("more.csv"), MORE);
    with("--change point.toml point.toml --out out.csv")
        .ended(0)
        .said(&["warning[R0081]", "given last, counts"]);
    assert!(world.read("out.csv").contains("\n1. point.toml,alpha"), "two of one name are told apart");
}
