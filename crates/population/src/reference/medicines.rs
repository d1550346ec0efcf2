//! Medicines: how many different ones, how often, which.

use std::collections::{BTreeMap, BTreeSet};

use super::measures::{MeasureRow, Outcome, ReferenceError, ReferenceInput};
use crate::key::PatientKey;
use crate::records::{Dispensing, Patient};

/// Returns the dispensings of the period of one patient, with their class.
fn dispensings<'a>(
    input: &ReferenceInput<'a>,
    patient: PatientKey,
) -> impl Iterator<Item = (&'a str, &'a Dispensing)> {
    let period = input.period;
    let own = input.records.dispensings.iter().filter(move |row| row.patient == patient);
    own.filter(move |row| period.contains(row.date) && row.quantity > 0)
        .filter_map(|row| Some((row.atc.as_deref()?, row)))
}

/// Returns a row for each patient of the period; those who die in it are excluded.
fn for_each_patient(
    input: &ReferenceInput<'_>,
    outcome: impl Fn(&Patient) -> Outcome,
) -> Result<Vec<MeasureRow>, ReferenceError> {
    let age_min = input.integer("age_min")?;
    let rows = input.patients_of_period().map(|patient| {
        let is_old_enough = input.age(patient) >= age_min;
        let row = MeasureRow::of_patient(patient.patient, is_old_enough, outcome(patient));
        row.excluded(input.dead_by_end(patient))
    });
    Ok(rows.collect())
}

fn is_at_least(count: usize, threshold: i64) -> bool {
    i64::try_from(count).is_ok_and(|count| count >= threshold)
}

pub(super) fn continuous_medicines(input: &ReferenceInput<'_>) -> Result<Vec<MeasureRow>, ReferenceError> {
    let days_min = input.integer("delivrances")?;
    let threshold = input.integer("seuil")?;
    for_each_patient(input, |patient| {
        let mut days: BTreeMap<&str, BTreeSet<_>> = BTreeMap::new();
        for (atc, row) in dispensings(input, patient.patient) {
            days.entry(atc).or_default().insert(row.date);
        }
        let continuous = days.values().filter(|days| is_at_least(days.len(), days_min)).count();
        Outcome::Numerator(is_at_least(continuous, threshold))
    })
}

pub(super) fn medicines_in_a_quarter(input: &ReferenceInput<'_>) -> Result<Vec<MeasureRow>, ReferenceError> {
    let threshold = input.integer("seuil")?;
    for_each_patient(input, |patient| {
        let mut quarters: BTreeMap<i8, BTreeSet<&str>> = BTreeMap::new();
        for (atc, row) in dispensings(input, patient.patient) {
            quarters.entry((row.date.month() - 1) / 3).or_default().insert(atc);
        }
        let most = quarters.values().map(BTreeSet::len).max().unwrap_or(0);
        Outcome::Numerator(is_at_least(most, threshold))
    })
}

pub(super) fn medicines(input: &ReferenceInput<'_>) -> Result<Vec<MeasureRow>, ReferenceError> {
    for_each_patient(input, |patient| {
        let reimbursed = dispensings(input, patient.patient).filter(|(_, row)| row.reimbursed_cents > 0);
        let different: BTreeSet<&str> = reimbursed.map(|(atc, _)| atc).collect();
        Outcome::Value(i64::try_from(different.len()).unwrap_or(i64::MAX))
    })
}

pub(super) fn listed_medicine(input: &ReferenceInput<'_>) -> Result<Vec<MeasureRow>, ReferenceError> {
    let listed = input.value_set("liste_medicaments")?;
    for_each_patient(input, |patient| {
        let age = input.age(patient);
        let is_concerned = dispensings(input, patient.patient)
            .any(|(atc, _)| listed.age_min(atc).is_some_and(|from| age >= from));
        Outcome::Numerator(is_concerned)
    })
}
