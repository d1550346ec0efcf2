//! `run` and `expect`: from claims to amounts, stopped and asked again.

use std::process::{Command, Stdio};
use std::time::Duration;

use crate::claims::territory;
use crate::support::World;

const RULEBOOK: &str = r#"
[instrument]
id      = "partage"
title   = { fr = "Essai", en = "Trial" }
subject = "equipe"
period  = "year"

[units]
patient = { fr = ["patient", "patients"], en = ["patient", "patients"] }

[entities.equipe]
label = { fr = "équipe", en = "team" }

[inputs.patients]
unit   = "patient"
whole  = true
origin = "claims"
label  = { fr = "Patients", en = "Patients" }

[inputs.observee]
unit   = "EUR/patient"
origin = "claims"
label  = { fr = "Dépense observée", en = "Observed spending" }

[inputs.attendue]
unit   = "EUR/patient"
origin = "claims"
label  = { fr = "Dépense attendue", en = "Expected spending" }

[inputs.retours]
origin = "claims"
label  = { fr = "Retours", en = "Returns" }

[rules.ecart]
unit    = "EUR/patient"
label   = { fr = "Écart", en = "Gap" }
formula = "greatest(attendue - observee, 0)"
output  = true

[rules.part_de_retours]
unit    = "1/patient"
label   = { fr = "Part de retours", en = "Share of returns" }
formula = "retours / patients"
output  = true

[rules.total]
unit    = "EUR"
label   = { fr = "Total", en = "Total" }
formula = "ecart * patients"
round   = "cent"
pays    = true
"#;

const CHAIN: &str = r#"
schema_version = 1

[[lists]]
name    = "list"
at      = "12-31"
methods = ["declared"]

[[figures]]
name     = "figure"
list     = "list"
measures = ["rehospitalisation_30j"]

[[expected]]
name  = "expected_all"
model = "simple"
list  = "list"

[facts]
equipe = "equipe.sql"

[report]
expected = "expected_all"
teams    = "teams.sql"
amount   = "total"
note     = { fr = "Essai.", en = "Trial." }
[[report.options]]
name   = { fr = "sans plancher", en = "no floor" }
hint   = { fr = "l'écart peut être négatif", en = "the gap may be negative" }
change = "changes/no-floor.toml"
"#;

const MODEL: &str = r#"
id     = "simple"
title  = { fr = "Essai", en = "Trial" }
source = [{ title = "essai", status = "fictitious" }]

[outcome]
label  = { fr = "Tous les soins", en = "All care" }
amount = "spent"
part   = [{ table = "act" }, { table = "stay" }]

[population]
reference = "everybody"
weight    = "patients"

[[covariate]]
name      = "sex"
label     = { fr = "sexe", en = "sex" }
column    = "sex"
levels    = ["female", "male"]
reference = "female"

[fit]
method          = "cell_means"
decimals        = 2
fewest_patients = 1
"#;

/// One row for each team, exact.
const TEAM: &str = "SELECT t.source_key AS equipe, e.patients, e.observed AS observee, e.expected AS attendue, f.numerator AS retours \
                    FROM team t JOIN expected_all e ON e.team = t.team JOIN figure f ON f.team = t.team ORDER BY t.source_key";

const TEAMS: &str = "SELECT source_key AS team, 'équipe' AS kind_fr, 'team' AS kind_en, CAST(NULL AS VARCHAR) AS territory_fr, \
                     CAST(NULL AS VARCHAR) AS territory_en, CAST(NULL AS INT) AS deprivation FROM team ORDER BY source_key";

/// The territory of two teams, with a contract whose facts come out of it.
fn world() -> World {
    let world = territory();
    world.write("partage/rulebook.toml", RULEBOOK);
    world.write("partage/chain/chain.toml", CHAIN);
    world.write("partage/chain/simple.toml", MODEL);
    world.write("partage/chain/equipe.sql", TEAM);
    world.write("partage/chain/teams.sql", TEAMS);
    world.write(
        "partage/changes/no-floor.toml",
        "[change]\ntitle = { fr = \"Sans plancher\", en = \"No floor\" }\n[rules.ecart]\nformula = \"attendue - observee\"\n",
    );
    world
}

const RUN: &str = "run ./partage --year 2020 --data land --out done";

#[test]
fn a_run_goes_from_claims_to_amounts_and_is_the_same_again() {
    let world = world();
    world.run_en(RUN).ended(0).said(&["2 settled", "done/report.html"]);
    // Hand calculation: 40 patients cost 12 × 25 EUR of acts and 1,000 EUR of stays each, and 20 of them, one in two, a second
    // stay of 500 EUR; one patient has 12 stays of 1 cent more. In all 62,000.12 EUR: 1,550.003 a patient, released as 1,550.00.
    // Of the 25 of the first team 13 came back: 1,560.0048 EUR each, above. Of the 15 of the second, 7: 1,533.333… EUR.
    // The second gains 1,550 − 1,533.333… = 16.666… EUR for each of 15 patients: 250 EUR.
    assert_eq!(
        world.read("done/facts/equipe.csv"),
        "equipe,patients,observee,attendue,retours\nt0,25,1560.0048,1550,13\nt1,15,4600/3,1550,7\n"
    );
    assert_eq!(
        world.read("done/settlement/results/equipe.csv"),
        "subject,ecart,part_de_retours,total\nt0,0,0.52,0.00\nt1,16.666666667,0.466666667,250.00\n"
    );
    let report = world.read("done/report.html");
    assert!(report.contains("sans plancher") && report.contains("t1"));
    let explained = world.run_en("explain done --subject t1");
    explained.ended(0);
    // Seven came back: too few to be told, wherever one looks from; of the other team thirteen, which may be.
    assert!(explained.out.contains("250"), "{}", explained.out);
    for folder in ["done", "done/settlement"] {
        let told = |team: &str| {
            world.run_en(&format!("explain {folder} --subject {team} --rule part_de_retours")).out
        };
        assert!(told("t1").contains("under 11") && !told("t1").contains("0.46"), "{}", told("t1"));
        assert!(told("t0").contains("13"), "{}", told("t0"));
    }
    let record = world.read("done/chain.toml");
    world.run_en(RUN).ended(0).said(&["goes on where it was", "already holds this run"]);
    let without_command =
        |text: &str| text.lines().filter(|line| !line.starts_with("command")).collect::<Vec<_>>().join("\n");
    assert_eq!(without_command(&world.read("done/chain.toml")), without_command(&record));
    // A file that is gone, or was changed, is made again.
    let lists = std::fs::read(world.path("done/lists/list.parquet")).expect("lists");
    world.write("done/lists/list.parquet", "no lists");
    world.run_en(RUN).ended(0);
    assert_eq!(std::fs::read(world.path("done/lists/list.parquet")).expect("lists"), lists);
}

#[test]
fn two_runs_are_compared_and_show_no_small_count() {
    let world = world();
    world.run_en(RUN).ended(0);
    // One more of the second team comes back, for 300 EUR.
    let stays = world.read("land/stay.csv")
        + "99,s99,39,medicine,2020-03-20,2020-03-22,home,false,home,J440,30000,30000\n";
    world.write("land/stay.csv", stays);
    world.run_en(&RUN.replace("done", "later")).ended(0);
    let compared = world.run_en("compare done later --subject t1 --format json");
    compared.ended(0);
    assert!(!compared.err.contains("does not hold the amounts"), "{compared:#?}");
    let found: serde_json::Value = serde_json::from_str(&compared.out).expect("JSON");
    // 1,557.503 a patient now, released as 1,557.50; of the second team 1,553.333… EUR: 4.166… for each of 15, 62.50 EUR.
    let subject = &found["subject"];
    assert_eq!((&subject["before"], &subject["after"]), (&"250.00".into(), &"62.50".into()), "{found}");
    let causes: Vec<(&str, &str)> = (subject["causes"].as_array().expect("causes").iter())
        .filter_map(|cause| Some((cause["changes"][0]["name"].as_str()?, cause["amount"].as_str()?)))
        .collect();
    // 20 EUR more were spent on each of 15, of which the floor swallows nothing; 7.50 EUR more were expected of each.
    assert_eq!(causes, [("observee", "-275.00"), ("attendue", "87.50")], "{found}");
    let told = world.run_en("compare done later --subject t1").out;
    assert!(told.contains("Returns: from under 11 to under 11"), "{told}");
    let told = world.run_en("compare done later --subject t0").out;
    assert!(!told.contains("under 11"), "{told}");
}

#[test]
fn what_was_paid_the_year_before_is_read_by_the_name_of_the_subject() {
    let world = world();
    world.run_en(&RUN.replace("done", "before")).ended(0);
    world.write(
        "partage/chain/chain.toml",
        format!("{CHAIN}\n[previous]\ncolumns = [\"equipe\", \"total\"]\n"),
    );
    let with_previous = TEAM
        .replace("f.numerator AS retours", "COALESCE(p.total, '77') AS retours")
        .replace(" ORDER BY", " LEFT JOIN previous p ON p.equipe = t.source_key ORDER BY");
    world.write("partage/chain/equipe.sql", with_previous);
    world.run_en(RUN).ended(0);
    assert_eq!(
        world.read("done/facts/equipe.csv"),
        "equipe,patients,observee,attendue,retours\nt0,25,1560.0048,1550,77\nt1,15,4600/3,1550,77\n"
    );
    world.run_en(&format!("{RUN} --previous before --force")).ended(0);
    assert_eq!(
        world.read("done/facts/equipe.csv"),
        "equipe,patients,observee,attendue,retours\nt0,25,1560.0048,1550,0.00\nt1,15,4600/3,1550,250.00\n"
    );
}

#[test]
fn tables_that_the_gate_has_written_are_not_looked_through_again_unless_they_changed() {
    let world = world();
    // Twelve copies of an act.
    let copies = "3,2020-05-05,0,general_practitioner,G,true,1,2500,1750\n".repeat(12);
    world.write("land/act.csv", world.read("land/act.csv") + &copies);
    world.run_en("gate land --out clean").ended(0);
    world.run_en(RUN).ended(0);
    let gated = RUN.replace("land", "clean");
    let run = |out: &str| {
        world.run_en(&gated.replace("done", out)).ended(0);
        world.read(&format!("{out}/gate.json"))
    };
    // What was found then is still told, and the amounts are those of the claims as they came.
    assert_eq!(run("again"), world.read("done/gate.json"));
    assert!(world.read("done/gate.json").contains("duplicate_row"));
    let results = "settlement/results/equipe.csv";
    assert_eq!(world.read(&format!("again/{results}")), world.read(&format!("done/{results}")));
    // A file that is not as the gate left it has the gate look again: here it finds what was put in since.
    let as_left = std::fs::read(world.path("clean/registration.parquet")).expect("was there");
    std::fs::remove_file(world.path("clean/registration.parquet")).expect("removed");
    world.write(
        "clean/registration.csv",
        world.read("land/registration.csv") + "777,0,2015-01-01,\n" + "778,0,2015-01-01,\n",
    );
    assert!(run("changed").contains("unknown_reference"), "{}", world.read("changed/gate.json"));
    // All is as it was again; then the rules are others, then the record is torn: the gate looks, and finds no copy any more.
    std::fs::remove_file(world.path("clean/registration.csv")).expect("removed");
    std::fs::write(world.path("clean/registration.parquet"), as_left).expect("written");
    assert_eq!(run("restored"), world.read("done/gate.json"));
    let record = world.read("clean/gated.toml");
    world.write("clean/gated.toml", record.replace("rules = \"", "rules = \"0"));
    assert!(!run("other-rules").contains("duplicate_row"));
    world.write("clean/gated.toml", "cut in the mid");
    assert!(!run("torn").contains("duplicate_row"));
}

#[test]
fn another_run_is_not_replaced_unasked() {
    let world = world();
    world.run_en(RUN).ended(0);
    let other = world.read("land/team.csv").replace("maison_de_sante", "centre_de_sante");
    world.write("land/team.csv", other);
    world.run_en(RUN).ended(2).said(&["`done` holds another run", "--force"]);
    world.run_en(&format!("{RUN} --force")).ended(0);
    world.write("mine/letter.txt", "dear");
    world
        .run_en("run ./partage --year 2020 --data land --out mine --force")
        .ended(2)
        .said(&["does not come from `quotepart run`"]);
    assert_eq!(world.read("mine/letter.txt"), "dear");
    // Another reading of the contract: the claims are not read again, what was settled is replaced when asked.
    let changed = format!("{RUN} --change partage/changes/no-floor.toml");
    world.run_en(&changed).ended(2).said(&["already holds another run"]);
    world.run_en(&format!("{changed} --force")).ended(0).said(&["goes on where it was", "simulation"]);
    assert!(world.read("done/settlement/results/equipe.csv").contains("t0,-10.0048,0.52,-250.12"));
}

#[test]
fn what_a_chain_lacks_is_said() {
    let world = world();
    let refused = |command: &str, words: &[&str]| {
        world.run_en(command).ended(2).said(words);
    };
    refused("run ./partage --year 2020 --data nowhere --out x", &["the folder `nowhere` does not exist"]);
    refused("run ./partage --year 2019 --data land --out x", &["months of 2019 have no line", "--partial"]);
    refused(
        "run mssp --year 2016 --data land --out y",
        &["has no chain/chain.toml", "quotepart settle mssp"],
    );
    world.write("partage/chain/equipe.sql", TEAM.replace("e.observed", "e.error"));
    refused("run ./partage --year 2020 --data land --out z", &["floating-point", "DECIMAL"]);
    // Nothing could be done in `w`: it may be taken for something else.
    world.write("none/read.me", "no table");
    refused("run ./partage --year 2020 --data none --out w", &["table"]);
    world.write("partage/chain/equipe.sql", TEAM);
    world.run_en("run ./partage --year 2020 --data land --out w").ended(0);
    world.write("partage/chain/equipe.sql", TEAM.replace("figure", "figures"));
    refused("run ./partage --year 2020 --data land --out z --force", &["figures"]);
    world.write("partage/chain/chain.toml", CHAIN.replace("\"simple\"", "\"complex\""));
    world.write("partage/chain/equipe.sql", TEAM);
    refused("run ./partage --year 2020 --data land --out z --force", &["the model `complex` is not known"]);
}

#[test]
fn a_killed_run_is_asked_again_and_ends_the_same() {
    let world = world();
    world.run_en(&RUN.replace("done", "calm")).ended(0);
    let mut stopped = 0;
    for turn in 0..8 {
        let mut child = Command::new(env!("CARGO_BIN_EXE_quotepart"))
            .args(RUN.split_whitespace())
            .current_dir(world.path(""))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary runs");
        std::thread::sleep(Duration::from_millis(40 + 150 * turn));
        stopped += usize::from(child.try_wait().expect("waited").is_none());
        child.kill().expect("killed");
        child.wait().expect("ended");
    }
    assert!(stopped > 1, "every command ended before it was killed");
    world.run_en(RUN).ended(0);
    for file in [
        "facts/equipe.csv",
        "settlement/results/equipe.csv",
        "report.html",
        "expected/expected_all/release.csv",
    ] {
        let (one, other) = (world.read(&format!("calm/{file}")), world.read(&format!("done/{file}")));
        assert_eq!(one.replace("calm", "done"), other, "{file}");
    }
}

#[test]
fn expected_spending_is_written_beside_its_table_and_its_checks() {
    let world = world();
    world.run_en("attribute land --at 2020-12-31 --out lists.parquet").ended(0);
    let expect =
        "expect land --year 2020 --model partage/chain/simple.toml --lists lists.parquet --out teams.parquet";
    let ran = world.run_en(expect);
    ran.ended(0);
    assert!(ran.out.contains("teams compared: 2"), "{ran:#?}");
    assert!(world.read("teams.release.csv").contains("simple,expect,cell_means,1,female,1550,40"));
    assert!(world.read("teams.diagnostics.json").contains("\"model\": \"simple\""));
    world.run_en(&expect.replace("partage/chain/simple.toml", "ipep-2018")).ended(2).said(&["ipep-2019"]);
    assert_eq!(
        world.names(""),
        [
            "land",
            "lists.parquet",
            "lists.ranking.parquet",
            "partage",
            "teams.diagnostics.json",
            "teams.parquet",
            "teams.release.csv"
        ]
    );
}
