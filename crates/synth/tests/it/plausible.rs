//! The territory looks alive: rates, tails and years are within declared bounds.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use synth::Order;

use crate::support::{Drawn, order};

/// Returns a sum over all teams of a column of `truth/outcomes.csv`, for a year or for all.
fn total(drawn: &Drawn, column: &str, year: Option<i64>) -> i64 {
    let rows = drawn.rows("truth/outcomes");
    let of_year = rows.iter().filter(|row| year.is_none_or(|year| row.number("year") == year));
    of_year.map(|row| row.number(column)).sum()
}

/// Who lives there. They have four areas: a country has the seven kinds of them.
const PATIENTS: u64 = 4000;

/// Returns a territory wide enough for rates, drawn once for all tests.
fn wide() -> &'static Drawn {
    static WIDE: OnceLock<Drawn> = OnceLock::new();
    WIDE.get_or_init(|| Drawn::new(&Order { last_year: 2020, ..order(PATIENTS) }))
}

#[test]
fn rates_are_those_of_a_country() {
    let drawn = wide();
    let months = total(drawn, "patient_months", None);
    let per_thousand_years = |column: &str| total(drawn, column, None) * 12_000 / months;
    let check = |column: &str, bounds: std::ops::RangeInclusive<i64>| {
        let rate = per_thousand_years(column);
        assert!(bounds.contains(&rate), "{column}: {rate} per 1000 and year, wanted {bounds:?}");
    };
    // 3.4 where every kind of place has its share; 0.85 to 1.06 of that in one of them.
    check("gp_acts", 3000..=3700);
    check("lines", 34_000..=60_000);
    check("deaths", 7..=13);
    check("stays", 130..=230);
    check("returns", 4..=25);
    check("emergency_visits", 150..=330);
    check("psychiatric_stays", 1..=8);
    let spending = (total(drawn, "line_cents", None) + total(drawn, "public_stay_cents", None)) * 12 / months;
    assert!((130_000..400_000).contains(&spending), "{spending} cents per patient and year");
}

#[test]
fn the_covid_year_dips_and_remote_care_appears() {
    let drawn = wide();
    let of_month = |code: &str, month: &str| {
        let rows = drawn.rows("snds/ER_PRS_F");
        rows.iter().filter(|row| row.get("PRS_NAT_REF") == code && row.get("EXE_SOI_AMD") == month).count()
    };
    let (before, during) = (of_month("1110", "201904"), of_month("1110", "202004"));
    assert!(during * 100 < before * 72, "{during} consultations after {before}");
    assert!(of_month("1192", "202004") > 20 * (of_month("1192", "201904") + 1));
    let of_april = |table: &str| {
        let rows = drawn.rows(table);
        rows.iter().filter(|row| row.get("ENT_DAT").get(2..4) == Some("04")).count()
    };
    let (usual, covid) = (of_april("snds/T_MCO19C."), of_april("snds/T_MCO20C."));
    assert!(covid * 100 < usual * 75, "{covid} stays after {usual}");
}

#[test]
fn spending_has_a_heavy_tail() {
    let drawn = wide();
    let mut spent: BTreeMap<String, i64> = BTreeMap::new();
    for row in drawn.rows("snds/ER_PRS_F") {
        if row.get("EXE_SOI_AMD").starts_with("2019") {
            *spent.entry(row.get("BEN_NIR_PSA").to_owned()).or_default() += row.cents("PRS_PAI_MNT");
        }
    }
    let keys: BTreeMap<(String, String), String> = drawn
        .rows("snds/T_MCO19C.")
        .iter()
        .map(|row| {
            ((row.get("ETA_NUM").to_owned(), row.get("RSA_NUM").to_owned()), row.get("NIR_ANO_17").to_owned())
        })
        .collect();
    for row in drawn.rows("snds/T_MCO19VALO") {
        let key = &keys[&(row.get("ETA_NUM").to_owned(), row.get("RSA_NUM").to_owned())];
        *spent.entry(key.clone()).or_default() += row.cents("MNT_TOT_AM");
    }
    let mut spent: Vec<i64> = spent.into_values().collect();
    spent.sort_unstable_by(|one, other| other.cmp(one));
    let sum: i64 = spent.iter().sum();
    let first = |share: usize| {
        spent.iter().take(usize::try_from(PATIENTS).expect("few") * share / 100).sum::<i64>() * 100 / sum
    };
    // In France one patient in ten makes about six euros in ten.
    assert!((45..=75).contains(&first(10)), "{} % by a tenth", first(10));
    assert!((12..=40).contains(&first(1)), "{} % by a hundredth", first(1));
}

#[test]
fn the_old_die_more_than_the_young() {
    let drawn = wide();
    let mut by_age = [(0_i64, 0_i64); 3];
    for row in drawn.rows("snds/IR_BEN_R") {
        let age = 2019 - row.number("BEN_NAI_ANN");
        let group = usize::from(age >= 45) + usize::from(age >= 75);
        by_age[group].0 += 1;
        by_age[group].1 += i64::from(!row.get("BEN_DCD_DTE").is_empty());
    }
    let share = by_age.map(|(people, dead)| dead * 1000 / people);
    assert!(share[0] < 10 && share[1] > 2 * share[0] && share[2] > 5 * share[1], "{share:?} per 1000");
}

#[test]
fn most_have_a_doctor_and_some_change() {
    let drawn = wide();
    let people: BTreeSet<String> =
        drawn.rows("snds/IR_BEN_R").iter().map(|row| row.get("BEN_NIR_PSA").to_owned()).collect();
    let mut doctors: BTreeMap<String, usize> = BTreeMap::new();
    for row in drawn.rows("snds/IR_MTT_R") {
        *doctors.entry(row.get("BEN_NIR_PSA").to_owned()).or_default() += 1;
    }
    let registered = doctors.len() * 100 / people.len();
    assert!((70..=92).contains(&registered), "{registered} % have had a doctor");
    let several = doctors.values().filter(|count| **count > 1).count() * 100 / doctors.len();
    assert!((10..=50).contains(&several), "{several} % have changed");
}
