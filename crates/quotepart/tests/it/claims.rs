//! `gate`, `attribute` and `measure`: what they write and say, what they refuse, and that nothing is left half written.

use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::World;

const PATIENTS: usize = 40;

/// A folder of canonical tables as CSV: two teams of one doctor each, with 25 and 15 patients, all in medicine once.
pub(crate) fn territory() -> World {
    let world = World::empty();
    let mut patients = "patient,source_key,birth_date,death_date,sex,area\n".to_owned();
    let mut registrations = "patient,practitioner,from_date,to_date\n".to_owned();
    let mut acts =
        "patient,date,practitioner,profession,nature,contact,quantity,spent_cents,reimbursed_cents\n"
            .to_owned();
    let mut stays = "stay,source_key,patient,kind,admission,discharge,admission_mode,through_emergency,discharge_mode,principal_diagnosis,spent_cents,reimbursed_cents\n".to_owned();
    for patient in 0..PATIENTS {
        let doctor = usize::from(patient >= 25);
        writeln!(patients, "{patient},p{patient},1950-01-01,,female,44001").expect("a text");
        writeln!(registrations, "{patient},{doctor},2015-01-01,").expect("a text");
        for month in 1..=12 {
            writeln!(acts, "{patient},2020-{month:02}-05,{doctor},general_practitioner,G,true,1,2500,1750")
                .expect("a text");
        }
        // Half of them come back within a month.
        writeln!(
            stays,
            "{patient},s{patient},{patient},medicine,2020-03-01,2020-03-04,home,true,home,I500,100000,90000"
        )
        .expect("a text");
        if patient % 2 == 0 {
            let second = PATIENTS + patient;
            writeln!(
                stays,
                "{second},s{second},{patient},medicine,2020-03-20,2020-03-22,home,false,home,J440,50000,50000"
            )
            .expect("a text");
        }
    }
    for month in 1..=12 {
        let stay = 1000 + month;
        writeln!(
            stays,
            "{stay},s{stay},0,surgery,2020-{month:02}-10,2020-{month:02}-11,home,false,home,K35,1,1"
        )
        .expect("a text");
    }
    world.write("land/patient.csv", patients);
    world.write("land/registration.csv", registrations);
    world.write(
        "land/practitioner.csv",
        "practitioner,source_key,profession\n0,d0,general_practitioner\n1,d1,general_practitioner\n",
    );
    world.write("land/team.csv", "team,source_key,kind\n0,t0,maison_de_sante\n1,t1,maison_de_sante\n");
    world.write("land/membership.csv", "practitioner,team,from_date\n0,0,2015-01-01\n1,1,2015-01-01\n");
    world.write("land/act.csv", acts);
    world.write("land/stay.csv", stays);
    world
}

#[test]
fn lists_and_measures_are_written_whole_and_said_without_small_counts() {
    let world = territory();
    let ran = world.run_en("attribute land --at 2020-12-31 --out lists.parquet");
    ran.ended(0);
    // Nobody is without a team: a small count, which the other one would give away.
    assert_eq!(
        ran.out,
        "patients alive: 40; with a team: under 11 or masked; without: under 11 or masked\n  declared: 40\nteams that have patients: 2\n",
        "{ran:#?}"
    );
    let ran = world.run_en(
        "measure land --lists lists.parquet --year 2020 --measure rehospitalisation_30j --out m.parquet",
    );
    ran.ended(0);
    assert!(ran.out.contains("0.333"), "20 of 60 stays are followed by another: {ran:#?}");
    assert!(ran.out.contains("patients: about 40; teams: 2"), "{ran:#?}");
    assert_eq!(
        world.names(""),
        ["land", "lists.parquet", "lists.ranking.parquet", "m.parquet", "m.rows.parquet"]
    );
}

#[test]
fn no_small_group_is_the_difference_of_two_measures() {
    let world = territory();
    // Four of forty are children: a measure of adults has 36 patients, four fewer than one of all.
    let mut patients = world.read("land/patient.csv");
    for child in 0..4 {
        patients = patients
            .replace(&format!("{child},p{child},1950-01-01"), &format!("{child},p{child},2010-01-01"));
    }
    world.write("land/patient.csv", patients);
    world.run_en("attribute land --at 2020-12-31 --out lists.parquet").ended(0);
    let ran = world.run_en("measure land --lists lists.parquet --year 2020 --out m.parquet");
    ran.ended(0);
    let counts: Vec<i64> = (ran.out.lines())
        .filter_map(|line| line.split_once("patients: about ")?.1.split(';').next()?.parse().ok())
        .collect();
    assert!(counts.len() > 3, "{}", ran.out);
    for (one, other) in counts.iter().flat_map(|one| counts.iter().map(move |other| (one, other))) {
        assert!(!(1..10).contains(&(one - other)), "{one} and {other}: {}", ran.out);
    }
}

#[test]
fn the_gate_counts_what_is_wrong_and_writes_what_it_leaves() {
    let world = territory();
    let ran = world.run_en("gate land --years 2020");
    ran.ended(0);
    assert_eq!(ran.out, "nothing to report\n", "{ran:#?}");
    // Twelve acts of somebody who is dead, and two of somebody unknown.
    let text = world.read("land/patient.csv").replace("3,p3,1950-01-01,,", "3,p3,1950-01-01,2019-12-31,");
    world.write("land/patient.csv", text);
    let mut acts = world.read("land/act.csv");
    acts.push_str("777,2020-01-05,0,general_practitioner,G,true,1,2500,1750\n");
    world.write("land/act.csv", acts);
    let ran = world.run_en("gate land --format json --out clean");
    ran.ended(0);
    let found: serde_json::Value = serde_json::from_str(&ran.out).expect("JSON");
    let count = |rule: &str, table: &str| {
        let lines = found.as_array().expect("lines").iter();
        let mut lines = lines.filter(|line| line["name"] == rule && line["table"] == table);
        lines.next().map(|line| line["count"].as_str().expect("a count").to_owned())
    };
    assert_eq!(count("act_after_death", "act").as_deref(), Some("12"), "{}", ran.out);
    assert!(ran.out.contains("under 11 or masked"), "{}", ran.out);
    assert!(!ran.out.contains("\"1\""), "{}", ran.out);
    let page = world.run_en("gate land --format html");
    page.ended(0);
    // One act of each of forty patients a month, but for the one who was dead.
    assert!(page.out.contains("Lines by month") && page.out.contains("look at this"), "{}", page.out);
    assert!(page.out.contains("Jan 2020 · 39") && !page.out.contains("http"), "{}", page.out);
    // What is left has nothing more to report.
    let ran = world.run_en("gate clean");
    ran.ended(0);
    assert_eq!(ran.out, "nothing to report\n", "{ran:#?}");
    world.run_en("gate land --out clean").ended(2).said(&["`clean` exists already"]);
}

#[test]
fn what_cannot_be_read_is_said_with_what_to_do() {
    let world = territory();
    let refused = |command: &str, words: &[&str]| {
        world.run_en(command).ended(2).said(words);
    };
    refused("gate nowhere", &["the folder `nowhere` does not exist"]);
    refused("gate land --mapping snd", &["no mapping is named `snd`", "snds"]);
    refused("gate land --years 2022-2020", &["no range of years", "2018-2022"]);
    refused("attribute land --at someday --out l.parquet", &["--at"]);
    refused("attribute land --at 2020-12-31 --method guess --out l.parquet", &["`guess` is not known"]);
    refused("attribute land --at 2020-12-31 --out no/where.parquet", &["the folder `no` does not exist"]);
    refused("measure land --lists l.parquet --year 2020 --out m.parquet", &["l.parquet"]);
    world.run_en("attribute land --at 2020-12-31 --out lists.parquet").ended(0);
    refused(
        "measure land --lists lists.parquet --year 2020 --measure hba --out m.parquet",
        &["`hba` is not known"],
    );
    refused(
        "measure land --lists lists.parquet --year 2021 --measure rehospitalisation_30j --out m.parquet",
        &["months of 2021 have no line", "--partial"],
    );
    world
        .run_en("measure land --lists lists.parquet --year 2021 --partial --measure rehospitalisation_30j --out m.parquet")
        .ended(0)
        .said(&["months of 2021 have no line"]);
    let broken = |file: &str, bytes: &[u8], words: &[&str]| {
        let world = territory();
        world.write(file, bytes);
        world.run_en("gate land").ended(2).said(words);
        assert_eq!(std::fs::read(world.path(file)).expect("it is still there"), bytes);
    };
    broken(
        "land/team.csv",
        b"team,kind\n0,cpts\n",
        &["the column `source_key` is missing in `land/team.csv`"],
    );
    broken("land/team.csv", b"team,source_key,kind\nzero,t0,cpts\n", &["line 2", "the column `team`"]);
    broken("land/territory.csv", b"area,label\n44001,Saint-\xc9tienne\n", &["line 2", "not UTF-8", "iconv"]);
    broken("land/territory.parquet", b"PAR1 and then nothing", &["`land/territory.parquet` cannot be read"]);
    broken("land/team.parquet", b"PAR1", &["the table `team` is twice"]);
}

/// The words of a command that writes two files, and these.
const ATTRIBUTE: &str = "--lang en attribute land --at 2020-12-31 --out lists.parquet";

#[test]
#[cfg(unix)]
fn a_full_disk_is_said_and_leaves_nothing() {
    let world = territory();
    let binary = env!("CARGO_BIN_EXE_quotepart");
    for blocks in [0, 1] {
        let line = format!("ulimit -f {blocks}; trap '' XFSZ; exec '{binary}' {ATTRIBUTE}");
        let ran =
            Command::new("sh").args(["-c", &line]).current_dir(world.path("")).output().expect("a shell");
        let said = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert_eq!(ran.status.code(), Some(2), "{said}");
        assert!(said.contains("cannot"), "{said}");
        assert_eq!(world.names(""), ["land"], "{said}");
    }
    world.run(ATTRIBUTE).ended(0);
}

#[test]
fn a_killed_command_leaves_no_half_file_and_can_be_asked_again() {
    let world = territory();
    let mut finished = 0;
    for turn in 0..20 {
        for file in ["lists.parquet", "lists.ranking.parquet"] {
            let _absent = std::fs::remove_file(world.path(file));
        }
        let mut child = Command::new(env!("CARGO_BIN_EXE_quotepart"))
            .args(ATTRIBUTE.split_whitespace())
            .current_dir(world.path(""))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary runs");
        std::thread::sleep(Duration::from_millis(10 + 15 * turn));
        finished += usize::from(child.try_wait().expect("waited").is_some());
        child.kill().expect("killed");
        child.wait().expect("ended");
        // Both files are put in their places one after the other: the second may be there without the first's being wrong.
        for file in ["lists.parquet", "lists.ranking.parquet"] {
            if let Ok(bytes) = std::fs::read(world.path(file)) {
                assert_eq!(bytes.get(bytes.len() - 4..), Some(b"PAR1".as_slice()), "{file} is whole");
            }
        }
    }
    assert!(finished < 20, "every command ended before it was killed");
    world.run(ATTRIBUTE).ended(0);
}
