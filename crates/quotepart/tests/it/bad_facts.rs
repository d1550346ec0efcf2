//! Facts that cannot be used, from end to end: each is said with what to do, and never stops the others.

use std::fmt::Write as _;

use crate::contract::FACTS;
use crate::support::{Ran, World};

const HEAD: &str = "subject,points,diviseur,horaire";

fn settle(facts: impl AsRef<[u8]>, more: &str) -> (World, Ran) {
    let world = World::new();
    world.write("facts.csv", facts);
    let ran = world.run(&format!("settle ./essai --at 2021-12-31 --facts facts.csv --out out.csv {more}"));
    (world, ran)
}

#[test]
fn missing_column() {
    let (world, ran) = settle("subject,points,horaire\nalpha,100,12h\n", "");
    ran.ended(4).said(&["R0074", "`equipe` : diviseur", "Le fait `diviseur` manque"]);
    assert!(world.read("out.refused.csv").contains("equipe,alpha,missing_fact,diviseur,"));
    let (world, ran) = settle("nom,points,diviseur,horaire\nalpha,100,1,12h\n", "");
    ran.ended(2).said(&["il manque la colonne des identifiants", "--map subject=nom"]);
    assert!(!world.exists("out.csv"));
}

#[test]
fn unknown_column() {
    let facts = format!("{HEAD},bonu\nalpha,100,1,12h,oui\n");
    let (_, ran) = settle(&facts, "");
    ran.ended(0).said(&["attention[R0073]", "`bonu`", "le plus proche est `bonus`"]);
    let (world, ran) = settle(&facts, "--strict");
    ran.ended(2).said(&["erreur[R0073]"]);
    assert!(!world.exists("out.csv"));
}

#[test]
fn wrong_type() {
    let (world, ran) = settle(format!("{HEAD}\nalpha,beaucoup,1,12h\nbeta,100,1,12h\n"), "");
    ran.ended(3).said(&["alpha : refusé.", "beaucoup"]);
    assert!(world.read("out.refused.csv").contains("equipe,alpha,wrong_type,points,"));
    assert!(world.read("out.csv").contains("beta,false,700.00"));
}

#[test]
fn french_decimals() {
    let (world, ran) = settle("subject;points;diviseur;horaire\nalpha;1 000,5;1;12h\n", "");
    ran.ended(0);
    assert_eq!(world.read("out.csv"), "subject,majore,montant\nalpha,false,7003.50\n");
}

#[test]
fn ambiguous_decimals() {
    let facts = "subject;points;diviseur;horaire\nalpha;1,234;1;12h\n";
    let (world, ran) = settle(facts, "");
    ran.ended(2).said(&["R0075", "1,234", "--numbers"]);
    assert!(!world.exists("out.csv"));
    let (world, ran) = settle(facts, "--numbers fr");
    ran.ended(0);
    assert!(world.read("out.csv").contains("alpha,false,8.64"), "{}", world.read("out.csv"));
    let (world, ran) = settle(facts, "--numbers en");
    ran.ended(0);
    assert!(world.read("out.csv").contains("alpha,false,8638.00"), "{}", world.read("out.csv"));
}

#[test]
fn a_division_by_zero_for_one_team_among_many() {
    let mut facts = format!("{HEAD}\n");
    for team in 0..500 {
        let divisor = if team == 217 { 0 } else { 2 };
        writeln!(facts, "team-{team},100,{divisor},12h").expect("written");
    }
    let (world, ran) = settle(facts, "");
    ran.ended(3).said(&["499 réglés, 1 refusé", "team-217 : refusé.", "Ligne 219 de facts.csv."]);
    assert_eq!(world.read("out.csv").lines().count(), 500);
    assert_eq!(world.read("out.csv").matches(",350.00").count(), 499);
    assert!(world.read("out.refused.csv").contains("equipe,team-217,division_by_zero,"));
}

#[test]
fn the_first_refusals_are_said_and_the_file_has_all() {
    let mut facts = format!("{HEAD}\n");
    for team in 0..40 {
        writeln!(facts, "team-{team},100,{},12h", team % 2).expect("written");
    }
    let (world, ran) = settle(facts, "");
    ran.ended(3).said(&["… et 10 autres, dans out.refused.csv"]);
    assert_eq!(ran.err.matches(" : refusé.").count(), 10);
    assert_eq!(world.read("out.refused.csv").lines().count(), 21);
}

#[test]
fn unknown_value_of_an_enumeration() {
    let (world, ran) = settle(format!("{HEAD}\nalpha,100,1,11h\nbeta,100,1,12h\n"), "");
    ran.ended(3).said(&["alpha : refusé.", "11h", "12h, 10h"]);
    assert!(world.read("out.refused.csv").contains("equipe,alpha,unknown_value,horaire,"));
}

#[test]
fn a_fact_beyond_its_bounds() {
    let (world, ran) = settle(format!("{HEAD}\nalpha,-1,1,12h\nbeta,100,1,12h\n"), "");
    ran.ended(3);
    assert!(world.read("out.refused.csv").contains("equipe,alpha,out_of_bounds,points,"));
}

#[test]
fn duplicate_subjects() {
    let (world, ran) = settle(format!("{HEAD}\nalpha,100,1,12h\nbeta,100,1,12h\nalpha,200,1,12h\n"), "");
    ran.ended(3).said(&["1 réglé, 1 refusé", "lignes 2, 4"]);
    assert_eq!(world.read("out.csv"), "subject,majore,montant\nbeta,false,700.00\n");
    assert!(world.read("out.refused.csv").contains("equipe,alpha,duplicate,"));
}

#[test]
fn empty_file() {
    for facts in ["", "\n\n", HEAD, "\u{feff}"] {
        let (world, ran) = settle(facts, "");
        ran.ended(2).said(&["R0072"]);
        assert!(!world.exists("out.csv"));
    }
}

#[test]
fn not_utf8() {
    let (world, ran) = settle(b"subject,points,diviseur,horaire\n\xe9quipe,1,1,12h\n", "");
    ran.ended(2).said(&["R0071", "ligne 2", "UTF-8"]);
    assert!(!world.exists("out.csv"));
    let (_, ran) = settle(b"PK\x03\x04 a workbook", "");
    ran.ended(2).said(&["R0071", "classeur"]);
    let (_, ran) = settle(b"\xff\xfes\0u\0b\0", "");
    ran.ended(2).said(&["R0071"]);
}

#[test]
fn a_date_before_the_contract() {
    let world = World::new();
    world.write("facts.csv", FACTS);
    let ran = world.run("settle ./essai --at 2019-12-31 --facts facts.csv --out out.csv");
    ran.ended(2).said(&["R0060", "le contrat `essai` commence le 2020-01-01"]);
    assert!(!world.exists("out.csv"));
}

#[test]
fn ten_to_the_thirtieth() {
    let million = "1000000000000000000000000000000";
    let (world, ran) = settle(format!("{HEAD}\nalpha,{million},1,12h\nbeta,1e30,1,12h\n"), "");
    ran.ended(0);
    let amount = "7000000000000000000000000000000.00";
    assert_eq!(
        world.read("out.csv"),
        format!("subject,majore,montant\nalpha,false,{amount}\nbeta,false,{amount}\n")
    );
    // Beyond all measure, a number is no number.
    let (world, ran) = settle(format!("{HEAD}\nalpha,{},1,12h\nbeta,1,1,12h\n", "9".repeat(5_000)), "");
    ran.ended(3);
    assert!(world.read("out.csv").contains("beta,false,7.00"));
    let (_, ran) = settle(format!("{HEAD}\nalpha,1e999999999,1,12h\nbeta,1,1,12h\n"), "");
    ran.ended(3);
}

#[test]
fn children_without_parents() {
    let world = World::new();
    world.write("facts.csv", FACTS);
    world.write("membres.csv", "membre,equipe,jours\nm1,alpha,3\nm2,omega,3\n");
    let ran = world
        .run("settle ./essai --at 2021-12-31 --facts facts.csv --facts membre=membres.csv --out out.csv");
    ran.ended(0).said(&["membre m2 : refusé.", "omega"]);
    assert!(world.read("out.refused.csv").contains("membre,m2,orphan,"));
}
