//! The reference of measures: which loop, with which choices, over which records.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::episode::{Episode, episodes};
use super::{follow_up, medicines};
use crate::choices::{ChoiceValue, Choices};
use crate::key::{PatientKey, StayKey, VisitKey};
use crate::query::Period;
use crate::records::{Patient, Records};
use crate::value_set::ValueSet;

/// What a reference loop works on.
#[derive(Debug, Clone, Copy)]
pub struct ReferenceInput<'a> {
    /// The records.
    pub records: &'a Records,
    /// The period.
    pub period: Period,
    /// The choices of the measure and of the views that it reads.
    pub choices: &'a Choices,
    /// The value sets that choices name.
    pub value_sets: &'a [ValueSet],
}

/// What a row says of its patient, stay or visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Whether it is in the numerator.
    Numerator(bool),
    /// Its value.
    Value(i64),
}

/// A row of a measure.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct MeasureRow {
    /// The patient.
    pub patient: PatientKey,
    /// The stay, where rows are stays.
    pub stay: Option<StayKey>,
    /// The visit, where rows are visits.
    pub visit: Option<VisitKey>,
    /// The municipality, where figures are formed by territory.
    pub area: Option<String>,
    /// Whether it is in the denominator.
    pub denominator: bool,
    /// What it says.
    pub outcome: Outcome,
    /// Why it is excluded, if it is.
    pub exclusion: Option<String>,
}

/// Why a reference cannot be computed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// No loop has this name.
    #[error("find the reference `{0}`")]
    UnknownReference(String),
    /// A choice is not there, or is of another kind.
    #[error("find the choice `{0}` with a value of the kind that is needed")]
    Choice(String),
    /// A value set is not there.
    #[error("find the value set `{0}`")]
    ValueSet(String),
}

type Loop = fn(&ReferenceInput<'_>) -> Result<Vec<MeasureRow>, ReferenceError>;

const LOOPS: &[(&str, Loop)] = &[
    ("registered_at_end", registered_at_end),
    ("visit_without_admission", visit_without_admission),
    ("admitted_directly", admitted_directly),
    ("followed_by_stay", follow_up::followed_by_stay),
    ("listed_stays", listed_stays),
    ("contact_after_stay", follow_up::contact_after_stay),
    ("condition_contact_after_stay", follow_up::condition_contact_after_stay),
    ("days_to_contact", follow_up::days_to_contact),
    ("continuous_medicines", medicines::continuous_medicines),
    ("medicines_in_a_quarter", medicines::medicines_in_a_quarter),
    ("medicines", medicines::medicines),
    ("listed_medicine", medicines::listed_medicine),
];

/// Returns the names of the loops, which the metadata of a measure may name.
pub fn names() -> impl Iterator<Item = &'static str> {
    LOOPS.iter().map(|(name, _)| *name)
}

/// Computes the rows of a measure by its reference loop, sorted.
pub fn rows(reference: &str, input: &ReferenceInput<'_>) -> Result<Vec<MeasureRow>, ReferenceError> {
    let (_, compute) = LOOPS
        .iter()
        .find(|(name, _)| *name == reference)
        .ok_or_else(|| ReferenceError::UnknownReference(reference.to_owned()))?;
    let mut rows = compute(input)?;
    rows.sort();
    Ok(rows)
}

impl<'a> ReferenceInput<'a> {
    pub(super) fn integer(&self, name: &str) -> Result<i64, ReferenceError> {
        match self.choices.get(name) {
            Some(ChoiceValue::Integer(number)) => Ok(*number),
            _ => Err(ReferenceError::Choice(name.to_owned())),
        }
    }

    pub(super) fn truth(&self, name: &str) -> Result<bool, ReferenceError> {
        match self.choices.get(name) {
            Some(ChoiceValue::Truth(truth)) => Ok(*truth),
            _ => Err(ReferenceError::Choice(name.to_owned())),
        }
    }

    pub(super) fn codes(&self, name: &str) -> Result<&'a [String], ReferenceError> {
        match self.choices.get(name) {
            Some(ChoiceValue::Codes(codes)) => Ok(codes),
            _ => Err(ReferenceError::Choice(name.to_owned())),
        }
    }

    pub(super) fn value_set(&self, name: &str) -> Result<&'a ValueSet, ReferenceError> {
        let Some(ChoiceValue::ValueSet(id)) = self.choices.get(name) else {
            return Err(ReferenceError::Choice(name.to_owned()));
        };
        self.value_sets.iter().find(|set| set.id == *id).ok_or_else(|| ReferenceError::ValueSet(id.clone()))
    }

    /// Returns the patients who were born by the end of the period and alive at some time of it.
    pub(super) fn patients_of_period(&self) -> impl Iterator<Item = &'a Patient> {
        let period = self.period;
        self.records.patients.iter().filter(move |patient| {
            patient.birth_date <= period.end && patient.death_date.is_none_or(|death| death >= period.start)
        })
    }

    /// Returns the episodes of the kinds chosen that ended in the period.
    pub(super) fn index_episodes(&self) -> Result<Vec<Episode>, ReferenceError> {
        let kinds = self.codes("types_sejour")?;
        let all = episodes(self)?.into_iter();
        let wanted =
            all.filter(|episode| kinds.contains(&episode.kind) && self.period.contains(episode.discharge));
        Ok(wanted.collect())
    }

    /// Returns the age that a patient reaches in the year in which the period ends.
    pub(super) fn age(&self, patient: &Patient) -> i64 {
        i64::from(self.period.end.year()) - i64::from(patient.birth_date.year())
    }

    /// Returns the reason for which a patient who dies in the period is excluded.
    pub(super) fn dead_by_end(&self, patient: &Patient) -> Option<&'static str> {
        patient.death_date.filter(|death| *death <= self.period.end).map(|_| DIED)
    }

    /// Returns each patient by key.
    pub(super) fn by_key(&self) -> BTreeMap<PatientKey, &'a Patient> {
        self.records.patients.iter().map(|patient| (patient.patient, patient)).collect()
    }
}

/// The exclusion of a patient who dies.
pub(super) const DIED: &str = "decede";

/// The exclusion of a stay that ends in another.
pub(super) const TRANSFERRED: &str = "transfere";

/// Returns the day that comes some days after another; the last day of all if there is none.
pub(super) fn days_after(date: Date, days: i64) -> Date {
    date.checked_add(days.days()).unwrap_or(Date::MAX)
}

impl MeasureRow {
    pub(super) fn of_patient(patient: PatientKey, denominator: bool, outcome: Outcome) -> Self {
        Self { patient, stay: None, visit: None, area: None, denominator, outcome, exclusion: None }
    }

    pub(super) fn of_stay(episode: &Episode, outcome: Outcome) -> Self {
        Self { stay: Some(episode.stay), ..Self::of_patient(episode.patient, true, outcome) }
    }

    #[must_use]
    pub(super) fn excluded(mut self, exclusion: Option<&str>) -> Self {
        self.exclusion = exclusion.map(str::to_owned);
        self
    }
}

fn registered_at_end(input: &ReferenceInput<'_>) -> Result<Vec<MeasureRow>, ReferenceError> {
    let age_min = input.integer("age_min")?;
    let mut rows = Vec::new();
    for patient in input.patients_of_period() {
        let mut registrations = input.records.registrations.iter();
        let is_registered = registrations
            .any(|known| known.patient == patient.patient && known.span.contains(input.period.end));
        let nowhere = patient.area.is_none().then_some("sans_commune");
        let exclusion = input.dead_by_end(patient).or(nowhere);
        let outcome = Outcome::Numerator(is_registered);
        let row = MeasureRow::of_patient(patient.patient, input.age(patient) >= age_min, outcome);
        rows.push(MeasureRow { area: patient.area.clone(), ..row.excluded(exclusion) });
    }
    Ok(rows)
}

fn visit_without_admission(input: &ReferenceInput<'_>) -> Result<Vec<MeasureRow>, ReferenceError> {
    let one_a_day = input.truth("un_passage_par_jour")?;
    let delay = input.integer("delai_jours")?;
    let visits = &input.records.emergency_visits;
    let mut rows = Vec::new();
    for visit in visits.iter().filter(|visit| input.period.contains(visit.date)) {
        let same_day: Vec<_> = visits
            .iter()
            .filter(|other| {
                let of_the_day = one_a_day && other.patient == visit.patient && other.date == visit.date;
                of_the_day || other.visit == visit.visit
            })
            .collect();
        let is_first = same_day.iter().all(|other| visit.visit <= other.visit);
        let is_admitted = same_day.iter().any(|other| other.admitted)
            || input.records.stays.iter().any(|stay| {
                stay.patient == visit.patient
                    && stay.through_emergency
                    && stay.kind != "session"
                    && stay.admission >= visit.date
                    && stay.admission <= days_after(visit.date, delay)
            });
        let row = MeasureRow::of_patient(visit.patient, true, Outcome::Numerator(!is_admitted));
        let exclusion = (!is_first).then_some("meme_jour");
        rows.push(MeasureRow { visit: Some(visit.visit), ..row.excluded(exclusion) });
    }
    Ok(rows)
}

fn admitted_directly(input: &ReferenceInput<'_>) -> Result<Vec<MeasureRow>, ReferenceError> {
    let with_planned = input.truth("programmes_inclus")?;
    let rows = input.index_episodes()?.into_iter().map(|episode| {
        let exclusion = (episode.planned && !with_planned).then_some("programme");
        MeasureRow::of_stay(&episode, Outcome::Numerator(!episode.through_emergency)).excluded(exclusion)
    });
    Ok(rows.collect())
}

fn listed_stays(input: &ReferenceInput<'_>) -> Result<Vec<MeasureRow>, ReferenceError> {
    let age_min = input.integer("age_min")?;
    let listed = input.value_set("liste_diagnostics")?;
    let set_apart = input.truth("risques_exclus")?;
    let age_at_risk = input.integer("age_risque")?;
    let diseases_at_risk = input.integer("maladies_risque")?;
    let episodes = input.index_episodes()?;
    let mut rows = Vec::new();
    for patient in input.patients_of_period() {
        let age = input.age(patient);
        let mut stays = 0_i64;
        for episode in episodes.iter().filter(|episode| episode.patient == patient.patient) {
            let from = episode.principal_diagnosis.as_deref().and_then(|code| listed.age_min(code));
            if from.is_some_and(|from| age >= from) {
                stays += 1;
            }
        }
        let period = crate::records::Span { from: input.period.start, to: Some(input.period.end) };
        let mut diseases: Vec<&str> = Vec::new();
        for condition in input.records.conditions.iter().filter(|known| known.patient == patient.patient) {
            let diagnosis = condition.diagnosis.as_deref().filter(|code| !diseases.contains(code));
            if condition.span.meets(period) {
                diseases.extend(diagnosis);
            }
        }
        let is_at_risk = age >= age_at_risk
            || i64::try_from(diseases.len()).is_ok_and(|diseases| diseases >= diseases_at_risk);
        let exclusion = (set_apart && is_at_risk).then_some("facteur_de_risque");
        let row = MeasureRow::of_patient(patient.patient, age >= age_min, Outcome::Value(stays));
        rows.push(row.excluded(exclusion));
    }
    Ok(rows)
}
