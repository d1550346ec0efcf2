//! The defects that were planted are there, each as often as the truth says, and nothing else is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use synth::Order;

use crate::support::{Drawn, Row, order};

fn wanted() -> Order {
    Order { dirt: true, first_year: 2020, ..order(1600) }
}

fn drawn() -> &'static Drawn {
    static DRAWN: OnceLock<Drawn> = OnceLock::new();
    DRAWN.get_or_init(|| Drawn::new(&wanted()))
}

/// Checks how often a defect was found against the two lists of the truth.
#[track_caller]
fn check(defect: &str, found: usize) {
    let counts = drawn().rows("truth/dirt_counts");
    let row = counts.iter().find(|row| row.get("defect") == defect).expect("a count");
    let listed = drawn().rows("truth/dirt.").iter().filter(|row| row.get("defect") == defect).count();
    assert_eq!(row.get("count"), listed.to_string(), "{defect}");
    assert_eq!(found, listed, "{defect}");
    assert!(found > 0, "{defect} is not planted in this territory: choose another seed");
}

const LINE: [&str; 4] = ["DCT_ORD_NUM", "FLX_DIS_DTD", "FLX_EMT_ORD", "PRS_ORD_NUM"];

#[test]
fn lines() {
    let rows = drawn().rows("snds/ER_PRS_F");
    let mut times: BTreeMap<Vec<String>, usize> = BTreeMap::new();
    for row in &rows {
        *times.entry(row.all(&LINE)).or_default() += 1;
    }
    check("duplicate_line", times.values().filter(|times| **times == 2).count());
    assert!(times.values().all(|times| *times <= 2));
    let taken_back = rows.iter().filter(|row| row.number("PRS_ACT_QTE") < 0);
    assert!(taken_back.clone().all(|row| row.cents("PRS_PAI_MNT") < 0 && row.cents("BSE_REM_MNT") < 0));
    check("cancelled_line", taken_back.count());
    check("unknown_code", rows.iter().filter(|row| row.get("PRS_NAT_REF") == "8999").count());
    let communes: BTreeSet<String> =
        drawn().rows("reference/communes").iter().map(|row| row.get("commune").to_owned()).collect();
    let unknown = |row: &&Row| !communes.contains(row.get("BEN_RES_COM"));
    check("unknown_commune", rows.iter().filter(unknown).count());
    let practitioners: BTreeSet<String> = drawn()
        .rows("reference/practitioners")
        .iter()
        .map(|row| row.get("practitioner").to_owned())
        .collect();
    let unknown =
        |row: &&Row| !row.get("PFS_EXE_NUM").is_empty() && !practitioners.contains(row.get("PFS_EXE_NUM"));
    check("unknown_practitioner", rows.iter().filter(unknown).count());
    let detailed: BTreeSet<Vec<String>> = ["snds/ER_PHA_F", "snds/ER_ETE_F"]
        .iter()
        .flat_map(|table| drawn().rows(table))
        .map(|row| row.all(&LINE))
        .collect();
    let codes = ["3311", "3312", "3313", "2111"];
    let bare = |row: &&Row| codes.contains(&row.get("PRS_NAT_REF")) && !detailed.contains(&row.all(&LINE));
    check("missing_detail", rows.iter().filter(bare).count());
    let billed = drawn().rows("snds/ER_ETE_F");
    check("public_stay_billed", billed.iter().filter(|row| row.get("ETE_IND_TAA") == "1").count());
}

#[test]
fn deaths() {
    let deaths: BTreeMap<String, String> = drawn()
        .rows("snds/IR_BEN_R")
        .iter()
        .map(|row| (row.all(&["BEN_NIR_PSA", "BEN_RNG_GEM"]).join("/"), row.get("BEN_DCD_DTE").to_owned()))
        .collect();
    let late = |row: &&Row| {
        let death = &deaths[&row.all(&["BEN_NIR_PSA", "BEN_RNG_GEM"]).join("/")];
        !death.is_empty() && row.get("EXE_SOI_DTD") > death.as_str()
    };
    check("line_after_death", drawn().rows("snds/ER_PRS_F").iter().filter(late).count());
}

#[test]
fn stays() {
    let (mut twice, mut reversed, mut unlinked) = (0, 0, 0);
    for year in 20..=21 {
        let mut records = BTreeSet::new();
        for row in drawn().rows(&format!("snds/T_MCO{year}C.")) {
            twice += usize::from(!records.insert(row.all(&["ETA_NUM", "RSA_NUM"])));
            reversed += usize::from(row.get("EXE_SOI_DTF") < row.get("EXE_SOI_DTD"));
            unlinked += usize::from(row.get("NIR_RET") == "1");
        }
    }
    check("duplicate_stay", twice);
    check("reversed_stay", reversed);
    check("unlinked_stay", unlinked);
}

#[test]
fn patients() {
    let patients = drawn().rows("snds/IR_BEN_R");
    let count = |column: &str| {
        let mut times: BTreeMap<&str, usize> = BTreeMap::new();
        for row in &patients {
            *times.entry(row.get(column)).or_default() += 1;
        }
        times.values().filter(|times| **times == 2).count()
    };
    check("several_keys", count("BEN_IDT_ANO"));
    check("twins_one_key", count("BEN_NIR_PSA"));
    let mut ends: BTreeMap<String, String> = BTreeMap::new();
    let mut overlaps = 0;
    for row in drawn().rows("snds/IR_MTT_R") {
        let end = row.get("MTT_FIN_DTE");
        let end = if end.is_empty() { "9999" } else { end };
        let person = row.get("BEN_IDT_ANO").to_owned();
        let before = ends.insert(person, end.to_owned());
        overlaps += usize::from(before.is_some_and(|before| before.as_str() >= row.get("MTT_DEP_DTE")));
    }
    check("overlapping_registration", overlaps);
}

#[test]
fn the_missing_month_is_missing_and_its_lines_are_counted() {
    let listed = drawn().rows("truth/dirt.");
    let row = listed.iter().find(|row| row.get("defect") == "missing_month").expect("listed");
    let month = &row.get("day")[..7];
    for table in ["ER_PRS_F", "ER_PHA_F", "ER_ETE_F"] {
        let path = format!("snds/{table}/{table}_{month}.parquet");
        assert!(!drawn().files.contains_key(&path), "{path}");
    }
    let clean = Drawn::new(&Order { dirt: false, ..wanted() });
    assert_eq!(clean.files.len() - 6 + 2, drawn().files.len());
    let lines = clean.rows(&format!("snds/ER_PRS_F/ER_PRS_F_{month}")).len();
    let lost: usize = row.get("record").trim_start_matches("rows=").parse().expect("a number");
    // Twins, who share a birthday here, have other lines than the strangers in the clean territory.
    assert!(lost.abs_diff(lines) * 100 < lines, "{lost} lost of {lines}");
}

#[test]
fn dirt_does_not_depend_on_threads_either() {
    let base = Order { patients: 100, ..wanted() };
    let one = Drawn::new(&Order { threads: 1, batch: 7, ..base.clone() });
    let other = Drawn::new(&Order { threads: 3, batch: 150, ..base });
    let differs = one.files.iter().find(|(path, bytes)| other.files.get(*path) != Some(*bytes));
    assert!(differs.is_none(), "{:?}", differs.map(|found| found.0));
}
