//! `compare`.

use crate::contract::RULEBOOK;
use crate::support::World;

/// Two years of four teams: the value of the point changes in 2023; one team comes, one goes, one is refused.
fn two_years() -> World {
    let world = World::new();
    world.write(
        "2022.csv",
        "subject,points,diviseur,horaire,bonus\nalpha,100,1,12h,false\nbeta,100,3,10h,false\ngamma,10,1,10h,false\nzero,5,0,12h,false\n",
    );
    world.write(
        "2023.csv",
        "subject,points,diviseur,horaire,bonus\nalpha,120,1,12h,true\nbeta,100,3,10h,false\ndelta,7,1,12h,false\nzero,5,1,12h,false\n",
    );
    world.run("settle ./essai --at 2022-12-31 --facts 2022.csv --out r22").ended(3);
    world.run("settle ./essai --at 2023-12-31 --facts 2023.csv --out r23").ended(0);
    world
}

#[test]
fn says_why_one_amount_changed() {
    let world = two_years();
    for (lang, name) in [("fr", "compare-fr"), ("en", "compare-en")] {
        let ran = world.run(&format!("compare r22 r23 --subject alpha --lang {lang}"));
        ran.ended(0);
        assert_eq!(ran.err, "");
        insta::assert_snapshot!(name, ran.out);
    }
    // One output, by name; what is no amount is compared as well, if it is a number.
    world.run("compare r22 r23 --subject alpha --output montant").ended(0);
}

#[test]
fn says_why_all_amounts_changed() {
    let world = two_years();
    for (lang, name) in [("fr", "compare-all-fr"), ("en", "compare-all-en")] {
        let ran = world.run(&format!("compare r22 r23 --lang {lang}"));
        ran.ended(3);
        assert_eq!(ran.err, "");
        insta::assert_snapshot!(name, ran.out);
    }
}

#[test]
fn says_it_as_data_with_numbers_as_texts() {
    let world = two_years();
    let ran = world.run("compare r22 r23 --subject alpha --format json");
    ran.ended(0);
    let found: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    let subject = &found["subject"];
    assert_eq!(subject["difference"], "360.00");
    let amounts: Vec<&str> = subject["causes"]
        .as_array()
        .expect("causes")
        .iter()
        .map(|cause| cause["amount"].as_str().expect("a text"))
        .collect();
    assert_eq!(amounts, ["150.00", "110.00", "100.00"]);
    assert_eq!(found["before"]["period"]["last"], "2022-12-31");

    let ran = world.run("compare r22 r23 --format csv --lang en");
    ran.ended(3);
    insta::assert_snapshot!("compare-csv", ran.out);

    let ran = world.run("compare r22 r23 --format json --lang en");
    ran.ended(3);
    let found: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    let total = &found["total"];
    assert_eq!((&total["before"], &total["after"]), (&"851.67".into(), &"1289.33".into()));
    // Causes, those who come and go, and those that a run refused add up.
    let cents = |amount: &serde_json::Value| -> i64 {
        amount.as_str().expect("a text").replace('.', "").parse().expect("cents")
    };
    let causes: i64 =
        total["causes"].as_array().expect("causes").iter().map(|cause| cents(&cause["amount"])).sum();
    let others: i64 = ["new", "left", "refused"].iter().map(|group| cents(&total[*group]["amount"])).sum();
    assert_eq!(causes + others, cents(&total["difference"]));
    assert_eq!(found["subjects"].as_array().map(Vec::len), Some(5));
}

#[test]
fn says_it_as_a_page() {
    let world = two_years();
    world.run("compare r22 r23 --subject alpha --format html --out one.html").ended(0);
    world.run("compare r22 r23 --format html --out all.html --lang en").ended(3);
    let (one, all) = (world.read("one.html"), world.read("all.html"));
    assert!(one.contains("Points obtenus\u{a0}: de 100 à 120\u{a0}points"), "{one}");
    assert!(all.contains("Who gains, who loses") && all.contains("delta"), "{all}");
    for page in [one, all] {
        assert!(!page.contains("<script") && !page.contains("http"), "the page needs nothing else");
    }
}

#[test]
fn a_run_is_equal_to_itself() {
    let world = two_years();
    let ran = world.run("compare r23 r23 --subject alpha");
    ran.ended(0);
    assert!(ran.out.contains("rien n'a changé"), "{}", ran.out);
    assert!(world.run("compare r23 r23 --lang en").ended(0).out.contains("4 are unchanged"));
}

#[test]
fn who_cannot_be_compared_is_told_why() {
    let world = two_years();
    for (id, words) in [
        ("gamma", "gone; €35.00 in 2022"),
        ("delta", "new in 2023 (€56.00)"),
        ("zero", "2022: refused, division by zero. 2023: €40.00."),
    ] {
        let ran = world.run(&format!("compare r22 r23 --subject {id} --lang en"));
        ran.ended(3);
        assert!(ran.out.contains(words), "{}", ran.out);
        for format in ["html", "csv", "json"] {
            let ran = world.run(&format!("compare r22 r23 --subject {id} --lang en --format {format}"));
            assert!(ran.ended(3).out.contains(id));
        }
    }
    world
        .run("compare r22 r23 --subject alfa")
        .ended(2)
        .said(&["aucun des deux", "le plus proche est `alpha`"]);
    world.run("settle ./essai --at 2023-12-31 --facts 2023.csv --out r23x --exclude alpha").ended(0);
    world.run("compare r23x r23x --subject alpha").ended(2).said(&["laissé de côté dans le premier calcul"]);
}

#[test]
fn what_is_not_a_run_or_not_of_one_contract_is_refused() {
    let world = two_years();
    world.run("compare essai r23").ended(2).said(&["`essai` n'est pas un calcul"]);
    world.run("compare r22 nowhere --lang en").ended(2).said(&["`nowhere` is not a run"]);
    world.run("compare r22").ended(2);
    world.write("autre/rulebook.toml", RULEBOOK.replace("\"essai\"", "\"autre\""));
    world.run("settle ./autre --at 2023-12-31 --facts 2023.csv --out other").ended(0);
    world
        .run("compare r22 other --lang en")
        .ended(2)
        .said(&["two contracts, `essai` and `autre`", "two versions or two sets of facts of one contract"]);
    world
        .run("compare r22 r23 --output montent")
        .ended(2)
        .said(&["`montent` n'est pas un résultat", "le plus proche est `montant`"]);
    world.run("compare r22 r23 --out nowhere/x.txt").ended(2);
    assert!(!world.exists("nowhere"));
}

#[test]
fn facts_or_rulebooks_that_changed_since_are_refused() {
    let world = two_years();
    let facts = world.read("2022.csv");
    world.write("2022.csv", facts.replace("alpha,100", "alpha,101"));
    world
        .run("compare r22 r23 --lang en")
        .ended(2)
        .said(&["2022.csv` have changed since the run `r22`", "settle … --out r22 --force"]);
    world.write("2022.csv", &facts);
    world.run("compare r22 r23 --subject alpha").ended(0);
    let copy = world.read("r23/rulebook/rulebook.toml");
    world.write("r23/rulebook/rulebook.toml", copy.replace("value = \"8\"", "value = \"9\""));
    world
        .run("compare r22 r23")
        .ended(2)
        .said(&["la copie du contrat ou d'un changement a été modifiée depuis le calcul `r23`"]);
    world.write("r23/rulebook/rulebook.toml", &copy);
    // Results that were touched: the comparison is of what is computed, and says so.
    let results = world.read("r23/results/equipe.csv");
    world.write("r23/results/equipe.csv", results.replace("1060", "1061"));
    let ran = world.run("compare r22 r23 --subject alpha --lang en");
    ran.ended(0).said(&["does not hold the amounts that this Quotepart computes"]);
    assert!(ran.out.contains("+€360.00"), "{}", ran.out);
}

#[test]
fn two_versions_of_one_contract_are_compared() {
    let world = two_years();
    world.write("v2/rulebook.toml", RULEBOOK.replace("ELSE 1 / 2 END", "ELSE 3 / 4 END"));
    world.run("settle ./v2 --at 2023-12-31 --facts 2023.csv --out v2run").ended(0);
    let ran = world.run("compare r23 v2run --subject beta --lang en");
    ran.ended(0);
    assert!(ran.out.contains("the rules change: Opening factor"), "{}", ran.out);
    assert!(ran.out.contains("2023, from the first run to the second"), "{}", ran.out);
}

#[test]
fn members_have_causes_of_their_own() {
    let world = World::new();
    world.write("facts.csv", "subject,points,diviseur,horaire\nalpha,100,1,12h\nnada,100,0,12h\n");
    world.write("m1.csv", "membre,equipe,jours\nm1,alpha,3\nm2,alpha,4\nm3,nada,5\n");
    world.write("m2.csv", "membre,equipe,jours\nm1,alpha,7\nm2,alpha,4\nm3,nada,6\n");
    for run in ["m1", "m2"] {
        let settle =
            format!("settle ./essai --at 2021-12-31 --facts facts.csv --facts membre={run}.csv --out {run}");
        world.run(&settle).ended(3);
    }
    let ran = world.run("compare m1 m2 --entity membre --output part --subject m1 --lang en");
    ran.ended(0);
    assert!(ran.out.contains("Days: from 3 to 7") && ran.out.contains("+€40.00"), "{}", ran.out);
    let ran = world.run("compare m1 m2 --entity membre --output part --lang en");
    ran.ended(3);
    assert!(ran.out.contains("1 gains, 1 is unchanged, 1 refused in a run."), "{}", ran.out);
    assert!(ran.out.contains("m3: no comparison. 2021: refused, division by zero."), "{}", ran.out);
    world.run("compare m1 m2 --subject m1").ended(2).said(&["--entity membre"]);
    world.run("compare m1 m2 --entity menbre").ended(2).said(&["le plus proche est `membre`"]);
    world.run("compare m1 m2 --entity membre").ended(2).said(&["--output", "part"]);
}
