//! Episodes: stays joined by transfer.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::measures::{ReferenceError, ReferenceInput, days_after};
use crate::key::{PatientKey, StayKey};
use crate::records::Stay;

/// Sessions are stays of another nature: they are never part of an episode.
const SESSION: &str = "session";

/// How a stay says that it comes from, or goes to, another.
const TRANSFER: &str = "transfer";

/// Stays joined by transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Episode {
    /// The patient.
    pub patient: PatientKey,
    /// The first stay.
    pub stay: StayKey,
    /// The kind of the first stay.
    pub kind: String,
    /// The admission of the first stay.
    pub admission: Date,
    /// The latest discharge.
    pub discharge: Date,
    /// Whether the first stay came through emergency.
    pub through_emergency: bool,
    /// The mode of discharge of the last stay.
    pub discharge_mode: String,
    /// The principal diagnosis of the first stay.
    pub principal_diagnosis: Option<String>,
    /// Whether the first stay was planned.
    pub planned: bool,
}

/// Joins stays into episodes, in the order of patients, admissions, discharges and keys.
pub fn episodes(input: &ReferenceInput<'_>) -> Result<Vec<Episode>, ReferenceError> {
    let joins = input.truth("transfert_un_episode")?;
    let delay = input.integer("delai_transfert_jours")?;
    let planned = input.value_set("liste_programmes")?;
    let mut by_patient: BTreeMap<PatientKey, Vec<&Stay>> = BTreeMap::new();
    for stay in input.records.stays.iter().filter(|stay| stay.kind != SESSION) {
        by_patient.entry(stay.patient).or_default().push(stay);
    }
    let mut episodes = Vec::new();
    for stays in by_patient.values_mut() {
        stays.sort_by_key(|stay| (stay.admission, stay.discharge, stay.stay));
        let mut before: Option<&Stay> = None;
        let mut open: Option<Episode> = None;
        for stay in stays.iter().copied() {
            let goes_on = joins && before.is_some_and(|before| follows(before, stay, delay));
            match open.as_mut() {
                Some(episode) if goes_on => {
                    episode.discharge = episode.discharge.max(stay.discharge);
                    episode.discharge_mode.clone_from(&stay.discharge_mode);
                }
                _ => {
                    let is_planned = stay
                        .principal_diagnosis
                        .as_deref()
                        .is_some_and(|code| planned.contains("icd10", code))
                        || stay.stay_group.as_deref().is_some_and(|code| planned.contains("ghm", code));
                    episodes.extend(open.replace(begun(stay, is_planned)));
                }
            }
            before = Some(stay);
        }
        episodes.extend(open);
    }
    Ok(episodes)
}

/// Tells whether a stay goes on from the one before it.
fn follows(before: &Stay, stay: &Stay, delay: i64) -> bool {
    let in_time = stay.admission >= before.discharge && stay.admission <= days_after(before.discharge, delay);
    in_time && (before.discharge_mode == TRANSFER || stay.admission_mode == TRANSFER)
}

fn begun(stay: &Stay, planned: bool) -> Episode {
    Episode {
        patient: stay.patient,
        stay: stay.stay,
        kind: stay.kind.clone(),
        admission: stay.admission,
        discharge: stay.discharge,
        through_emergency: stay.through_emergency,
        discharge_mode: stay.discharge_mode.clone(),
        principal_diagnosis: stay.principal_diagnosis.clone(),
        planned,
    }
}
