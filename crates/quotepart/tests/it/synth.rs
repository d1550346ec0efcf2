//! `synth`: a folder that is whole or not there, and what is refused.

use crate::support::World;

/// What stays beside a territory: two that write it take the same lock.
const LOCK: &str = ".land.quotepart-lock";
const SMALL: &str = "synth --patients 40 --teams 2 --years 2020-2020 --seed 3";

#[test]
fn a_territory_is_written_whole_and_is_the_same_again() {
    let world = World::empty();
    let ran = world.run_en(&format!("{SMALL} --csv --dirt --out land"));
    ran.ended(0).said(&["40 patients and 2 teams from 2020 to 2020", "rows: land"]);
    assert_eq!(world.names(""), [LOCK, "land"]);
    assert_eq!(world.names("land"), ["reference", "snds", "territory.toml", "truth"]);
    let manifest: toml::Table = world.read("land/territory.toml").parse().expect("TOML");
    assert_eq!(manifest["synthetic"].as_bool(), Some(true));
    for file in manifest["files"].as_array().expect("files") {
        assert!(world.exists(&format!("land/{}", file["file"].as_str().expect("a path"))));
    }
    assert!(world.read("land/truth/dirt.csv").contains("missing_month"));
    assert_eq!(world.read("land/snds/IR_BEN_R.csv").lines().count(), 41);
    world.run_en(&format!("{SMALL} --csv --dirt --out again")).ended(0);
    for path in ["snds/IR_BEN_R.parquet", "snds/T_MCO20B.parquet", "truth/outcomes.csv"] {
        let bytes = |folder: &str| std::fs::read(world.path(&format!("{folder}/{path}"))).expect("read");
        assert_eq!(bytes("land"), bytes("again"), "{path}");
    }
}

#[test]
fn a_territory_is_replaced_with_force_only_and_nothing_else_ever() {
    let world = World::empty();
    world.run_en(&format!("{SMALL} --out land")).ended(0);
    world.run_en(&format!("{SMALL} --out land")).ended(2).said(&["already holds a territory", "--force"]);
    world.run_en(&format!("{SMALL} --out land --force")).ended(0);
    world.write("mine/letter.txt", "dear");
    world.run_en(&format!("{SMALL} --out mine --force")).ended(2).said(&["not a synthetic territory"]);
    assert_eq!(world.read("mine/letter.txt"), "dear");
    let held = std::fs::File::open(world.path(LOCK)).expect("the lock stays beside the territory");
    held.lock().expect("a free lock");
    world.run_en(&format!("{SMALL} --out land --force")).ended(2).said(&["is being written"]);
}

#[test]
fn what_cannot_be_drawn_is_refused_before_anything_is_written() {
    let world = World::empty();
    let refused = |options: &str, words: &[&str]| {
        let ran = world.run_en(&format!("synth {options} --seed 3 --out land"));
        ran.ended(2).said(words);
        assert!(!world.exists("land"), "{options}");
    };
    refused("--patients 0 --teams 0 --years 2020", &["0 patients"]);
    refused("--patients 9000000 --teams 2 --years 2020", &["from 1 to 8000000"]);
    refused("--patients 50 --teams 6 --years 2020", &["at most 5"]);
    refused("--patients 50 --teams 2 --years 2022-2018", &["in order"]);
    refused("--patients 50 --teams 2 --years next", &["not a range of years", "2018-2022"]);
}
