//! What is written holds together: keys are unique, tables join, nobody is cared for before birth or after death.

use std::collections::{BTreeMap, BTreeSet};

use crate::support::{Drawn, Row, order};

const SETTLEMENT: [&str; 9] = [
    "DCT_ORD_NUM",
    "FLX_DIS_DTD",
    "FLX_EMT_NUM",
    "FLX_EMT_ORD",
    "FLX_EMT_TYP",
    "FLX_TRT_DTD",
    "ORG_CLE_NUM",
    "PRS_ORD_NUM",
    "REM_TYP_AFF",
];

/// Returns the keys of rows, after checking that none comes twice.
fn keys(rows: &[Row], columns: &[&str]) -> BTreeSet<Vec<String>> {
    let mut keys = BTreeSet::new();
    for row in rows {
        assert!(keys.insert(row.all(columns)), "{columns:?} comes twice: {row:?}");
    }
    keys
}

#[test]
fn lines_and_their_details_join_by_nine_columns() {
    let drawn = Drawn::new(&order(400));
    let lines = drawn.rows("snds/ER_PRS_F");
    let keys_of_lines = keys(&lines, &SETTLEMENT);
    let of_code = |codes: &[&str]| lines.iter().filter(|row| codes.contains(&row.get("PRS_NAT_REF"))).count();
    let dispensings = drawn.rows("snds/ER_PHA_F");
    assert!(keys(&dispensings, &SETTLEMENT).is_subset(&keys_of_lines));
    assert_eq!(dispensings.len(), of_code(&["3311", "3312", "3313"]));
    assert!(dispensings.len() > 1000);
    let private_stays = drawn.rows("snds/ER_ETE_F");
    assert!(keys(&private_stays, &SETTLEMENT).is_subset(&keys_of_lines));
    assert_eq!(private_stays.len(), of_code(&["2111"]));
    let packages: BTreeSet<String> =
        drawn.rows("reference/medicines").iter().map(|row| row.get("cip13").to_owned()).collect();
    assert!(dispensings.iter().all(|row| packages.contains(row.get("PHA_PRS_C13"))));
    let places = |row: &Row| (1..=100).contains(&row.number("PRS_ORD_NUM"));
    assert!(dispensings.iter().all(places), "the pharmacy table has places 1 to 100");
}

#[test]
fn every_line_is_of_a_patient_who_lives() {
    let drawn = Drawn::new(&order(400));
    let patients = drawn.rows("snds/IR_BEN_R");
    keys(&patients, &["BEN_NIR_PSA", "BEN_RNG_GEM"]);
    let deaths: BTreeMap<&str, (&str, i64)> = patients
        .iter()
        .map(|row| (row.get("BEN_NIR_PSA"), (row.get("BEN_DCD_DTE"), row.number("BEN_NAI_ANN"))))
        .collect();
    assert!(deaths.values().any(|(death, _)| !death.is_empty()));
    let check = |row: &Row, key: &str, day: &str| {
        let (death, born) = deaths[row.get(key)];
        let day = row.get(day);
        assert!(death.is_empty() || day <= death, "{day} is after {death}: {row:?}");
        assert!(day[..4].parse::<i64>().expect("a year") >= born, "{day} is before birth: {row:?}");
    };
    for row in drawn.rows("snds/ER_PRS_F") {
        check(&row, "BEN_NIR_PSA", "EXE_SOI_DTD");
        check(&row, "BEN_NIR_PSA", "EXE_SOI_DTF");
        assert!(row.get("EXE_SOI_DTF") >= row.get("EXE_SOI_DTD"));
        assert!(row.get("FLX_DIS_DTD") > row.get("EXE_SOI_DTF"), "known before it happened: {row:?}");
        assert!(row.get("PRE_PRE_DTD") <= row.get("EXE_SOI_DTD"));
        let (amount, reimbursed) = (row.cents("PRS_PAI_MNT"), row.cents("BSE_REM_MNT"));
        assert!(0 <= reimbursed && reimbursed <= amount && amount < 1_000_000, "{row:?}");
    }
    for table in ["C.", "CSTC."] {
        for year in 19..=21 {
            for row in drawn.rows(&format!("snds/T_MCO{year}{table}")) {
                check(&row, "NIR_ANO_17", "EXE_SOI_DTF");
                assert!(row.get("EXE_SOI_DTF") >= row.get("EXE_SOI_DTD"));
            }
        }
    }
    for row in drawn.rows("snds/IR_IMB_R") {
        check(&row, "BEN_NIR_PSA", "IMB_ALD_DTD");
    }
}

#[test]
fn records_of_stays_join_and_do_not_overlap() {
    let drawn = Drawn::new(&order(700));
    let mut by_patient: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for year in 19..=21 {
        let table = |letter: &str| drawn.rows(&format!("snds/T_MCO{year}{letter}."));
        let record = ["ETA_NUM", "RSA_NUM"];
        let (stays, chains) = (table("B"), table("C"));
        let known = keys(&stays, &record);
        assert_eq!(known, keys(&chains, &record));
        assert_eq!(known, keys(&table("UM"), &record));
        assert!(keys(&table("VALO"), &record).is_subset(&known));
        let diagnoses: BTreeSet<_> = table("D").iter().map(|row| row.all(&record)).collect();
        assert!(diagnoses.is_subset(&known) && !diagnoses.is_empty());
        for (stay, chain) in stays.iter().zip(&chains) {
            assert_eq!(stay.all(&record), chain.all(&record));
            assert_eq!(stay.number("SOR_ANN"), 2000 + year);
            if stay.number("NBR_SEA") == 0 {
                let nights = (chain.get("EXE_SOI_DTD").to_owned(), chain.get("EXE_SOI_DTF").to_owned());
                by_patient.entry(chain.get("NIR_ANO_17").to_owned()).or_default().push(nights);
            }
        }
    }
    for stays in by_patient.values_mut() {
        stays.sort();
        assert!(stays.windows(2).all(|two| two[0].1 < two[1].0), "{stays:?}");
    }
}

#[test]
fn doctors_are_known_work_and_follow_one_another() {
    let drawn = Drawn::new(&order(700));
    let practitioners: BTreeMap<String, (String, String)> = drawn
        .rows("reference/practitioners")
        .iter()
        .map(|row| {
            (row.get("practitioner").to_owned(), (row.get("from").to_owned(), row.get("to").to_owned()))
        })
        .collect();
    // A registration stays open when the patient dies before the doctor leaves.
    let deaths: BTreeMap<String, String> = drawn
        .rows("snds/IR_BEN_R")
        .iter()
        .filter(|row| !row.get("BEN_DCD_DTE").is_empty())
        .map(|row| (row.get("BEN_NIR_PSA").to_owned(), row.get("BEN_DCD_DTE").to_owned()))
        .collect();
    let mut last: BTreeMap<String, String> = BTreeMap::new();
    for row in drawn.rows("snds/IR_MTT_R") {
        let (from, to) = &practitioners[row.get("MTT_PFS_NUM")];
        assert!(row.get("MTT_DEP_DTE") >= from.as_str(), "{row:?}");
        let ends = row.get("MTT_FIN_DTE");
        assert!(
            to.is_empty()
                || (!ends.is_empty() && ends <= to.as_str())
                || deaths.get(row.get("BEN_NIR_PSA")).is_some_and(|death| death <= to),
            "{row:?}"
        );
        if let Some(before) = last.insert(row.get("BEN_NIR_PSA").to_owned(), ends.to_owned()) {
            assert!(!before.is_empty() && before.as_str() < row.get("MTT_DEP_DTE"), "{row:?}");
        }
    }
    for row in drawn.rows("snds/ER_PRS_F") {
        for column in ["PFS_EXE_NUM", "PFS_PRE_NUM", "PRS_MTT_NUM"] {
            let number = row.get(column);
            assert!(number.is_empty() || practitioners.contains_key(number), "{column} {number}");
        }
    }
    let members = drawn.rows("reference/memberships");
    assert!(members.len() >= 8);
    for row in members {
        let (from, to) = &practitioners[row.get("practitioner")];
        assert!(
            row.get("from") >= from.as_str() && (to.is_empty() || row.get("to") <= to.as_str()),
            "{row:?}"
        );
    }
}
