//! `settle` to CSV and JSON.

use std::fmt::Write as _;

use crate::contract::FACTS;
use crate::support::World;

const SETTLE: &str = "settle ./essai --at 2021-12-31 --facts facts.csv --out out.csv";

#[test]
fn one_row_for_each_subject_and_every_output_by_name() {
    let world = World::new();
    world.write("facts.csv", FACTS);
    let ran = world.run(SETTLE);
    ran.ended(0).said(&["essai, du 01/01/2021 au 31/12/2021 : 2 réglés, 0 refusé. Résultats : out.csv"]);
    assert_eq!(ran.out, "");
    assert_eq!(world.read("out.csv"), "subject,majore,montant\nalpha,false,700.00\nbeta,false,116.67\n");
    assert_eq!(world.read("out.membre.csv"), "membre,equipe,part\n");
    assert_eq!(world.names(""), ["essai", "facts.csv", "out.csv", "out.membre.csv"]);
}

#[test]
fn refused_subjects_go_to_a_file_of_their_own() {
    let world = World::new();
    world.write("facts.csv", "subject,points,diviseur,horaire\nalpha,100,0,12h\nbeta,100,2,12h\n");
    let ran = world.run(SETTLE);
    ran.ended(3).said(&["1 réglé, 1 refusé", "alpha : refusé.", "Ligne 2 de facts.csv.", "out.refused.csv"]);
    assert_eq!(world.read("out.csv"), "subject,majore,montant\nbeta,false,350.00\n");
    let refused = world.read("out.refused.csv");
    let mut lines = refused.lines();
    assert_eq!(lines.next(), Some("entity,id,reason,about,message,file,line"));
    let line = lines.next().expect("a refusal");
    assert!(line.starts_with("equipe,alpha,division_by_zero,montant,"), "{line}");
    assert!(line.ends_with(",facts.csv,2"), "{line}");
    assert_eq!(lines.next(), None);
}

#[test]
fn a_stale_file_of_refusals_is_removed() {
    let world = World::new();
    world.write("facts.csv", FACTS);
    world.write("out.refused.csv", "of an earlier call");
    world.run(SETTLE).ended(0);
    assert!(!world.exists("out.refused.csv"));
}

#[test]
fn lower_entities_have_their_own_files() {
    let world = World::new();
    world.write("facts.csv", FACTS);
    world.write("membres.csv", "membre;equipe;jours\nm2;beta;4\nm1;alpha;3\n");
    world.run(&format!("{SETTLE} --facts membre=membres.csv")).ended(0);
    assert_eq!(world.read("out.membre.csv"), "membre,equipe,part\nm1,alpha,30.00\nm2,beta,40.00\n");
}

#[test]
fn json_holds_everything_as_texts() {
    let world = World::new();
    world.write("facts.csv", "subject,points,diviseur,horaire\nalpha,100,1,12h\nbeta,100,0,10h\n");
    world.write("membres.json", r#"[{"membre": "m1", "equipe": "alpha", "jours": 3}]"#);
    world
        .run_en("settle ./essai --at 2021-06-15 --facts facts.csv --facts membre=membres.json --out out.json")
        .ended(3);
    let found: serde_json::Value = serde_json::from_str(&world.read("out.json")).expect("JSON");
    assert_eq!(found["rulebook"], "essai");
    assert_eq!(found["at"], "2021-06-15");
    assert_eq!(found["period"]["last"], "2021-12-31");
    assert_eq!(found["results"][0]["subject"], "alpha");
    assert_eq!(found["results"][0]["montant"], "700.00");
    assert_eq!(found["results"][0]["majore"], "false");
    assert_eq!(found["entities"]["membre"][0]["part"], "30.00");
    assert_eq!(found["refused"][0]["id"], "beta");
    assert_eq!(found["refused"][0]["reason"], "division_by_zero");
    assert_eq!(found["refused"][0]["line"], "3");
}

#[test]
fn facts_may_be_toml_or_json() {
    let world = World::new();
    world.write(
        "facts.toml",
        "[[equipe]]\nequipe = \"alpha\"\npoints = 100\ndiviseur = 1\nhoraire = \"12h\"\n",
    );
    world
        .write("facts.json", r#"[{"subject": "alpha", "points": "100", "diviseur": 1.0, "horaire": "12h"}]"#);
    for file in ["facts.toml", "facts.json"] {
        world.run(&format!("settle ./essai --at 2021-12-31 --facts {file} --out out.csv")).ended(0);
        assert_eq!(world.read("out.csv"), "subject,majore,montant\nalpha,false,700.00\n", "{file}");
    }
}

#[test]
fn columns_may_have_other_names() {
    let world = World::new();
    world.write("facts.csv", "nom,pts,diviseur,horaire\nalpha,100,1,12h\n");
    let ran = world.run(&format!("{SETTLE} --map subject=nom --map points=pts"));
    ran.ended(0);
    assert_eq!(world.read("out.csv"), "subject,majore,montant\nalpha,false,700.00\n");
}

#[test]
fn the_order_of_rows_changes_no_amount() {
    let world = World::new();
    world.write("facts.csv", "subject,points,diviseur,horaire\nbeta,100,3,10h\nalpha,100,1,12h\n");
    world.run(SETTLE).ended(0);
    assert_eq!(world.read("out.csv"), "subject,majore,montant\nbeta,false,116.67\nalpha,false,700.00\n");
}

#[test]
fn a_subject_may_be_left_out() {
    let world = World::new();
    world.write("facts.csv", FACTS);
    let ran = world.run_en(&format!("{SETTLE} --exclude alpha gamm"));
    ran.ended(0).said(&["1 settled, 0 refused, 1 left out", "`gamm` is not in the facts"]);
    assert_eq!(world.read("out.csv"), "subject,majore,montant\nbeta,false,116.67\n");
}

#[test]
fn official_mode_refuses_what_nobody_vouches_for() {
    let world = World::new();
    world.write(
        "facts.csv",
        "subject,points,diviseur,horaire,bonus\nalpha,100,1,12h,oui\nbeta,100,1,12h,non\n",
    );
    world.run(&format!("{SETTLE} --official")).ended(3);
    assert_eq!(world.read("out.csv"), "subject,majore,montant\nbeta,false,700.00\n");
    assert!(world.read("out.refused.csv").contains("equipe,alpha,official,supplement,"));
}

#[test]
fn what_was_known_then_is_computed() {
    let world = World::new();
    let published = crate::contract::RULEBOOK.replace(
        r#"status = "official" },
  { from = 2023"#,
        r#"status = "official", published = 2020-01-01 },
  { from = 2021-01-01, to = 2022-12-31, value = "9", source = "texte tardif", status = "official", published = 2022-03-01 },
  { from = 2023"#,
    );
    world.write("essai/rulebook.toml", published);
    world.write("facts.csv", "subject,points,diviseur,horaire\nalpha,100,1,12h\n");
    world.run(SETTLE).ended(0);
    assert_eq!(world.read("out.csv"), "subject,majore,montant\nalpha,false,900.00\n");
    world.run(&format!("{SETTLE} --known-at 2021-12-31")).ended(0);
    assert_eq!(world.read("out.csv"), "subject,majore,montant\nalpha,false,700.00\n");
}

#[test]
fn results_never_overwrite_the_facts() {
    let world = World::new();
    world.write("facts.csv", FACTS);
    world.write("facts.membre.csv", "membre,equipe,jours\n m1,alpha,3\n");
    let ran = world.run("settle ./essai --at 2021-12-31 --facts facts.csv --out facts.csv");
    ran.ended(2).said(&["les résultats écraseraient `facts.csv`, qui est lu"]);
    assert_eq!(world.read("facts.csv"), FACTS);
    let ran = world.run_en(
        "settle ./essai --at 2021-12-31 --facts facts.csv --facts membre=facts.membre.csv --out facts.csv",
    );
    ran.ended(2);
    world.write("teams.csv", FACTS);
    let ran = world.run_en(
        "settle ./essai --at 2021-12-31 --facts teams.csv --facts membre=facts.membre.csv --out facts.csv",
    );
    ran.ended(2).said(&["would overwrite `facts.membre.csv`, which is read"]);
}

#[test]
fn nothing_is_half_written() {
    let world = World::new();
    world.write("facts.csv", FACTS);
    for out in ["absent/out.csv", "absent/out.json", "absent/run", "results.xlsx", "."] {
        world.run(&format!("settle ./essai --at 2021-12-31 --facts facts.csv --out {out}")).ended(2);
    }
    // A folder stands where a file should be written: the other files are not written either.
    world.write("out.membre.csv/x", "");
    world.run("settle ./essai --at 2021-12-31 --facts facts.csv --out out.csv").ended(2);
    assert_eq!(world.names(""), ["essai", "facts.csv", "out.membre.csv"]);
}

#[test]
fn rulebooks_may_come_from_another_folder() {
    let world = World::new();
    world.write("facts.csv", FACTS);
    world.run("--rulebooks . settle essai --at 2021-12-31 --facts facts.csv --out out.csv").ended(0);
    let ran = world.run("--rulebooks . settle esai --at 2021-12-31 --facts facts.csv --out out.csv");
    ran.ended(2).said(&["le contrat `esai` n'est pas connu ; connus : essai", "le plus proche est `essai`"]);
}

/// As deep as the limits allow: seven rules that rest on one another, each of thirty nested branches.
#[test]
fn the_deepest_rulebook_is_settled_and_explained() {
    let world = World::empty();
    let mut rulebook =
        crate::contract::RULEBOOK.replace("formula = \"points * valeur", "formula = \"deep_6 * valeur");
    for rule in 0..7 {
        let below = if rule == 0 { "points".to_owned() } else { format!("deep_{}", rule - 1) };
        let formula = (0..29).fold(below, |inner, _| format!("CASE WHEN bonus THEN 0 ELSE {inner} END"));
        write!(rulebook, "[rules.deep_{rule}]\nunit = \"point\"\nformula = \"{formula}\"\n")
            .expect("written");
    }
    world.write("essai/rulebook.toml", rulebook);
    world.write("facts.csv", FACTS);
    world.run("settle ./essai --at 2021-12-31 --facts facts.csv --out run").ended(0);
    assert!(world.read("run/results/equipe.csv").contains("alpha,false,700.00"));
    world.run("explain run --subject alpha --format json").ended(0);
    world.run("explain run --subject alpha --format html").ended(0);
    world.run("explain run --subject alpha").ended(0);
}
