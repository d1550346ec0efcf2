//! `settle` to a folder: a run.

use crate::contract::FACTS;
use crate::support::World;

const SETTLE: &str = "settle ./essai --at 2021-12-31 --facts facts.csv --out run";
const LOCK: &str = ".run.quotepart-lock";

fn settled() -> World {
    let world = World::new();
    world.write("facts.csv", FACTS);
    world.run(SETTLE).ended(0);
    world
}

fn manifest(world: &World) -> toml::Table {
    world.read("run/manifest.toml").parse().expect("TOML")
}

#[test]
fn a_run_holds_results_refusals_the_rulebook_and_a_manifest() {
    let world = settled();
    assert_eq!(world.names(""), [LOCK, "essai", "facts.csv", "run"]);
    assert_eq!(
        world.names("run"),
        ["manifest.toml", "refused.csv", "results", "rulebook", "statements.jsonl"]
    );
    assert_eq!(
        world.read("run/results/equipe.csv"),
        "subject,majore,montant\nalpha,false,700.00\nbeta,false,116.67\n"
    );
    assert_eq!(world.read("run/results/membre.csv"), "membre,equipe,part\n");
    assert_eq!(world.read("run/refused.csv"), "entity,id,reason,about,message,file,line\n");
    assert_eq!(world.read("run/rulebook/rulebook.toml"), crate::contract::RULEBOOK);
    let manifest = manifest(&world);
    assert_eq!(manifest["format"].as_integer(), Some(1));
    assert_eq!(manifest["quotepart"].as_str(), Some(env!("CARGO_PKG_VERSION")));
    assert_eq!(manifest["at"].as_str(), Some("2021-12-31"));
    assert_eq!(manifest["period_first"].as_str(), Some("2021-01-01"));
    assert_eq!(manifest["official"].as_bool(), Some(false));
    assert_eq!(manifest["exit_code"].as_integer(), Some(0));
    assert_eq!(manifest["rulebook"]["id"].as_str(), Some("essai"));
    assert_eq!(manifest["counts"]["settled"].as_integer(), Some(2));
    assert_eq!(manifest["facts"][0]["given"].as_str(), Some("facts.csv"));
    let whole = world.path("facts.csv").canonicalize().expect("path");
    assert_eq!(manifest["facts"][0]["path"].as_str(), whole.to_str());
    assert_eq!(manifest["facts"][0]["sha256"].as_str().map(str::len), Some(64));
    assert_eq!(manifest["command"][1].as_str(), Some("settle"));
}

#[test]
fn the_same_run_asked_again_writes_nothing() {
    let world = settled();
    let before = world.read("run/manifest.toml");
    // Another day of the same year and another name of the file of facts are the same run.
    world.write("copy.csv", FACTS);
    let ran = world.run_en("settle ./essai --at 2021-03-01 --facts copy.csv --out run");
    ran.ended(0).said(&["`run` already holds this run", "nothing was written again"]);
    assert_eq!(world.read("run/manifest.toml"), before);
}

#[test]
fn a_run_with_refusals_asked_again_ends_with_the_same_code() {
    let world = World::new();
    world.write("facts.csv", "subject,points,diviseur,horaire\nalpha,100,0,12h\nbeta,100,1,12h\n");
    world.run(SETTLE).ended(3);
    world.run(SETTLE).ended(3).said(&["contient déjà ce calcul"]);
}

#[test]
fn another_run_is_never_replaced_without_force() {
    let world = settled();
    let first = manifest(&world);
    world.write("facts.csv", "subject,points,diviseur,horaire\nalpha,200,1,12h\n");
    world.run(SETTLE).ended(2).said(&["`run` contient déjà un autre calcul", "--force"]);
    assert_eq!(manifest(&world), first);
    world.run(&format!("{SETTLE} --force")).ended(0);
    assert_ne!(manifest(&world)["identity"], first["identity"]);
    assert_eq!(world.read("run/results/equipe.csv"), "subject,majore,montant\nalpha,false,1400.00\n");
    assert_eq!(world.names(""), [LOCK, "essai", "facts.csv", "run"]);
}

#[test]
fn what_decides_the_results_decides_the_identity() {
    let world = settled();
    let first = manifest(&world)["identity"].clone();
    for (name, more) in
        [("official", "--official"), ("numbers", "--numbers en"), ("excluded", "--exclude beta")]
    {
        world.run(&format!("settle ./essai --at 2021-12-31 --facts facts.csv --out {name} {more}")).ended(0);
        let other: toml::Table = world.read(&format!("{name}/manifest.toml")).parse().expect("TOML");
        assert_ne!(other["identity"], first, "{more}");
    }
}

#[test]
fn a_folder_that_is_no_run_is_left_alone() {
    let world = World::new();
    world.write("facts.csv", FACTS);
    world.write("run/letter.txt", "dear");
    for force in ["", "--force"] {
        world.run(&format!("{SETTLE} {force}")).ended(2).said(&["n'est pas un calcul de Quotepart"]);
    }
    assert_eq!(world.names("run"), ["letter.txt"]);
    // An empty folder is nobody's.
    std::fs::create_dir(world.path("empty")).expect("made");
    world.run("settle ./essai --at 2021-12-31 --facts facts.csv --out empty/").ended(0);
    assert!(world.exists("empty/manifest.toml"));
}

#[test]
fn a_run_that_is_being_written_is_locked() {
    let world = World::new();
    world.write("facts.csv", FACTS);
    let lock = std::fs::File::create(world.path(LOCK)).expect("made");
    lock.try_lock().expect("nobody has it");
    world
        .run_en(SETTLE)
        .ended(2)
        .said(&["`run` is being written by another quotepart", "wait until it is done"]);
    assert!(!world.exists("run"));
    // Whoever had it is gone, however it went: the file that it left says nothing.
    drop(lock);
    world.run(SETTLE).ended(0);
    assert!(world.exists(LOCK));
}

#[test]
fn what_an_interrupted_call_left_is_put_right() {
    let world = settled();
    // It stopped between the two renames: the run is back under its name, and asked again it is there.
    std::fs::rename(world.path("run"), world.path(".run.quotepart-old")).expect("renamed");
    world.write(".run.quotepart-new/half", "");
    world.run(SETTLE).ended(0).said(&["contient déjà ce calcul"]);
    assert_eq!(world.names(""), [LOCK, "essai", "facts.csv", "run"]);
}

#[test]
fn results_changed_by_hand_are_noticed() {
    let world = settled();
    world.write("run/results/equipe.csv", "subject,majore,montant\nalpha,false,999999.00\n");
    world.run(SETTLE).ended(2).said(&["ses résultats ont été modifiés depuis", "--force le refait"]);
    world.run(&format!("{SETTLE} --force")).ended(0);
    assert!(world.read("run/results/equipe.csv").contains("alpha,false,700.00"));
}

#[test]
fn a_run_of_a_later_version_is_not_misread() {
    let world = settled();
    let later = world.read("run/manifest.toml").replace("format = 1", "format = 3");
    world.write("run/manifest.toml", later);
    world.run_en("explain run --subject alpha").ended(2).said(&["comes from a later version of Quotepart"]);
    world.write("run/manifest.toml", "format = \"one\"");
    world.run_en("explain run --subject alpha").ended(2).said(&["is unreadable"]);
}

#[test]
fn the_same_run_is_the_same_folder_to_the_byte() {
    let world = settled();
    let first = world.read("run/manifest.toml");
    world.run(&format!("{SETTLE} --force")).ended(0);
    let again = world.read("run/manifest.toml");
    let without_command = |text: &str| {
        let mut table: toml::Table = text.parse().expect("TOML");
        table.remove("command");
        table
    };
    assert_eq!(without_command(&first), without_command(&again));
}
