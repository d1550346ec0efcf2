//! What follows a stay: another stay, or a contact.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::episode::{Episode, episodes};
use super::measures::{DIED, MeasureRow, Outcome, ReferenceError, ReferenceInput, TRANSFERRED, days_after};
use crate::key::PatientKey;
use crate::records::{Contact, Patient};

/// Which contacts count.
struct Counted<'a> {
    professions: &'a [String],
    same_day: bool,
    team_only: bool,
}

/// Returns why a stay that ended by death or transfer is excluded.
fn ended_otherwise(episode: &Episode) -> Option<&'static str> {
    match episode.discharge_mode.as_str() {
        "death" => Some(DIED),
        "transfer" => Some(TRANSFERRED),
        _ => None,
    }
}

pub(super) fn followed_by_stay(input: &ReferenceInput<'_>) -> Result<Vec<MeasureRow>, ReferenceError> {
    let delay = input.integer("delai_jours")?;
    let same_day = input.truth("meme_jour_compte")?;
    let kinds = input.codes("types_sejour")?;
    let all = episodes(input)?;
    let mut rows = Vec::new();
    for index in input.index_episodes()? {
        let is_followed = all.iter().any(|other| {
            if other.patient != index.patient || !kinds.contains(&other.kind) || other.planned {
                return false;
            }
            let is_later = other.admission > index.discharge;
            let comes_back_at_once = same_day
                && other.admission == index.discharge
                && other.stay != index.stay
                && (other.discharge > index.discharge || other.stay > index.stay);
            (is_later || comes_back_at_once) && other.admission <= days_after(index.discharge, delay)
        });
        let row = MeasureRow::of_stay(&index, Outcome::Numerator(is_followed));
        rows.push(row.excluded(ended_otherwise(&index)));
    }
    Ok(rows)
}

impl<'a> Counted<'a> {
    fn read(input: &ReferenceInput<'a>) -> Result<Self, ReferenceError> {
        Ok(Self {
            professions: input.codes("professions")?,
            same_day: input.truth("jour_de_sortie_compte")?,
            team_only: input.truth("equipe_seule")?,
        })
    }

    /// Returns the day of the first contact that counts within some days of a discharge.
    fn first(&self, input: &ReferenceInput<'_>, episode: &Episode, days: i64) -> Option<Date> {
        let last = days_after(episode.discharge, days);
        let contacts = input.records.contacts.iter().filter(|contact| {
            let is_after =
                contact.date > episode.discharge || (self.same_day && contact.date == episode.discharge);
            contact.patient == episode.patient
                && is_after
                && contact.date <= last
                && self.professions.contains(&contact.profession)
                && (!self.team_only || is_with_own_team(input, contact))
        });
        contacts.map(|contact| contact.date).min()
    }
}

/// Tells whether a contact was with somebody who was then in the team of the patient.
fn is_with_own_team(input: &ReferenceInput<'_>, contact: &Contact) -> bool {
    let teams = input.records.lists.iter().filter(|(patient, _)| *patient == contact.patient);
    let mut memberships = teams.flat_map(|(_, team)| {
        input.records.memberships.iter().filter(move |membership| membership.team == *team)
    });
    memberships.any(|membership| {
        Some(membership.practitioner) == contact.practitioner && membership.span.contains(contact.date)
    })
}

/// Tells whether a patient dies within some days of a discharge, or before.
fn dies_within(patients: &BTreeMap<PatientKey, &Patient>, episode: &Episode, days: i64) -> bool {
    let death = patients.get(&episode.patient).and_then(|patient| patient.death_date);
    death.is_some_and(|death| death <= days_after(episode.discharge, days))
}

/// Tells whether a patient has a recognised condition on the day of a discharge.
fn has_condition(input: &ReferenceInput<'_>, episode: &Episode) -> bool {
    let mut conditions = input.records.conditions.iter();
    conditions.any(|known| known.patient == episode.patient && known.span.contains(episode.discharge))
}

pub(super) fn contact_after_stay(input: &ReferenceInput<'_>) -> Result<Vec<MeasureRow>, ReferenceError> {
    let delay = input.integer("delai_jours")?;
    let death_excludes = input.truth("deces_exclu")?;
    let counted = Counted::read(input)?;
    let patients = input.by_key();
    let mut rows = Vec::new();
    for episode in input.index_episodes()?.iter().filter(|episode| patients.contains_key(&episode.patient)) {
        let is_followed = counted.first(input, episode, delay).is_some();
        let died = (death_excludes && dies_within(&patients, episode, delay)).then_some(DIED);
        let row = MeasureRow::of_stay(episode, Outcome::Numerator(is_followed));
        rows.push(row.excluded(ended_otherwise(episode).or(died)));
    }
    Ok(rows)
}

pub(super) fn condition_contact_after_stay(
    input: &ReferenceInput<'_>,
) -> Result<Vec<MeasureRow>, ReferenceError> {
    let delay = input.integer("delai_jours")?;
    let death_excludes = input.truth("deces_exclu")?;
    let each_stay = input.truth("chaque_sejour")?;
    let counted = Counted::read(input)?;
    let patients = input.by_key();
    let mut by_patient: BTreeMap<PatientKey, (usize, usize)> = BTreeMap::new();
    for episode in &input.index_episodes()? {
        if !patients.contains_key(&episode.patient) || !has_condition(input, episode) {
            continue;
        }
        let (observed, followed) = by_patient.entry(episode.patient).or_default();
        let cannot_be_seen =
            ended_otherwise(episode).is_some() || (death_excludes && dies_within(&patients, episode, delay));
        if cannot_be_seen {
            continue;
        }
        *observed += 1;
        if counted.first(input, episode, delay).is_some() {
            *followed += 1;
        }
    }
    let rows = by_patient.into_iter().map(|(patient, (observed, followed))| {
        let is_followed = followed > 0 && (!each_stay || followed == observed);
        let exclusion = (observed == 0).then_some("aucun_sejour_suivi");
        MeasureRow::of_patient(patient, true, Outcome::Numerator(is_followed)).excluded(exclusion)
    });
    Ok(rows.collect())
}

pub(super) fn days_to_contact(input: &ReferenceInput<'_>) -> Result<Vec<MeasureRow>, ReferenceError> {
    let window = input.integer("fenetre_jours")?;
    let counted = Counted::read(input)?;
    let patients = input.by_key();
    let mut rows = Vec::new();
    for episode in &input.index_episodes()? {
        if !patients.contains_key(&episode.patient) || !has_condition(input, episode) {
            continue;
        }
        let first = counted.first(input, episode, window);
        let days = first.map(|date| i64::from((date - episode.discharge).get_days()));
        let died = (first.is_none() && dies_within(&patients, episode, window)).then_some(DIED);
        let value = days.unwrap_or_else(|| window.saturating_add(1));
        let row = MeasureRow::of_stay(episode, Outcome::Value(value));
        rows.push(row.excluded(ended_otherwise(episode).or(died)));
    }
    Ok(rows)
}
