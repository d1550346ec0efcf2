//! Attribution: which professional, and which team, a patient belongs to at a date.
//!
//! `declared` is the registration in force. `contacts` is for those without one: most acts in the months before, then the
//! latest act, then the smallest key. The team is that of the professional at the date, by dated membership.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::key::{PatientKey, PractitionerKey, TeamKey};
use crate::records::Records;

/// What can be chosen about attribution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributionRules {
    /// The date.
    pub at: Date,
    /// The methods, in the order in which they are tried.
    pub methods: Vec<Method>,
    /// How many months before the date count for contacts.
    pub months: i64,
    /// The professions whose contacts count.
    pub professions: Vec<String>,
    /// The forms of teams that may have patients; none: any form.
    pub team_kinds: Vec<String>,
}

/// How a professional is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// By registration.
    Declared,
    /// By contacts.
    Contacts,
}

impl Method {
    /// Returns the name used in tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Declared => "declared",
            Self::Contacts => "contacts",
        }
    }
}

/// Where one patient belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attributed {
    /// The patient.
    pub patient: PatientKey,
    /// The method that found somebody.
    pub method: Option<Method>,
    /// The professional.
    pub practitioner: Option<PractitionerKey>,
    /// The team of that professional at the date.
    pub team: Option<TeamKey>,
}

/// A professional in competition for a patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ranked {
    /// The patient.
    pub patient: PatientKey,
    /// The rank, from 1.
    pub position: usize,
    /// The professional.
    pub practitioner: PractitionerKey,
    /// The method.
    pub method: Method,
    /// The acts counted; 0 for a registration.
    pub contacts: i64,
    /// The latest act, or the start of the registration.
    pub latest: Date,
}

/// Lists of patients, with the ranking behind them. Both are sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attribution {
    /// One row for each patient alive at the date.
    pub attributed: Vec<Attributed>,
    /// The competitors under the method that decided.
    pub ranking: Vec<Ranked>,
}

/// Attributes every patient who is born and alive at the date; who dies on the day is not attributed.
pub fn attribute(records: &Records, rules: &AttributionRules) -> Attribution {
    let mut result = Attribution::default();
    for patient in &records.patients {
        let is_alive = patient.death_date.is_none_or(|death| death > rules.at);
        if patient.birth_date > rules.at || !is_alive {
            continue;
        }
        let mut attributed =
            Attributed { patient: patient.patient, method: None, practitioner: None, team: None };
        for method in &rules.methods {
            let ranking = match method {
                Method::Declared => declared(records, rules, patient.patient),
                Method::Contacts => contacts(records, rules, patient.patient),
            };
            if let Some(first) = ranking.first() {
                attributed.method = Some(*method);
                attributed.practitioner = Some(first.practitioner);
                attributed.team = team_of(records, rules, first.practitioner);
                result.ranking.extend(ranking);
                break;
            }
        }
        result.attributed.push(attributed);
    }
    result.attributed.sort();
    result.ranking.sort();
    result
}

/// Ranks the registrations in force: the latest start first, then the smallest key.
fn declared(records: &Records, rules: &AttributionRules, patient: PatientKey) -> Vec<Ranked> {
    let mut latest: BTreeMap<PractitionerKey, Date> = BTreeMap::new();
    for known in &records.registrations {
        if known.patient == patient && known.span.contains(rules.at) {
            let start = latest.entry(known.practitioner).or_insert(known.span.from);
            *start = (*start).max(known.span.from);
        }
    }
    let mut found: Vec<_> = latest.into_iter().collect();
    found.sort_by_key(|(practitioner, start)| (Reverse(*start), *practitioner));
    let numbered = found.into_iter().zip(1..);
    numbered
        .map(|((practitioner, latest), position)| Ranked {
            patient,
            position,
            practitioner,
            method: Method::Declared,
            contacts: 0,
            latest,
        })
        .collect()
}

/// Ranks by contacts: most acts, then the latest act, then the smallest key.
fn contacts(records: &Records, rules: &AttributionRules, patient: PatientKey) -> Vec<Ranked> {
    // The window ends on the date and begins the day after the same date some months before.
    let before = rules.at.checked_sub(rules.months.months()).unwrap_or(Date::MIN);
    let mut counted: BTreeMap<PractitionerKey, (i64, Date)> = BTreeMap::new();
    for contact in &records.contacts {
        let is_inside = contact.date > before && contact.date <= rules.at;
        let Some(practitioner) = contact.practitioner else { continue };
        if contact.patient == patient && is_inside && rules.professions.contains(&contact.profession) {
            let (acts, latest) = counted.entry(practitioner).or_insert((0, contact.date));
            *acts = acts.saturating_add(contact.quantity);
            *latest = (*latest).max(contact.date);
        }
    }
    let mut found: Vec<_> = counted.into_iter().collect();
    found.sort_by_key(|(practitioner, (acts, latest))| (Reverse(*acts), Reverse(*latest), *practitioner));
    let numbered = found.into_iter().zip(1..);
    numbered
        .map(|((practitioner, (contacts, latest)), position)| Ranked {
            patient,
            position,
            practitioner,
            method: Method::Contacts,
            contacts,
            latest,
        })
        .collect()
}

/// Returns the team of a professional at the date: the latest membership, then the smallest key.
fn team_of(records: &Records, rules: &AttributionRules, practitioner: PractitionerKey) -> Option<TeamKey> {
    let is_of_a_kind = |team: TeamKey| {
        rules.team_kinds.is_empty()
            || records.teams.iter().any(|known| known.team == team && rules.team_kinds.contains(&known.kind))
    };
    let memberships = records.memberships.iter().filter(|membership| {
        membership.practitioner == practitioner
            && membership.span.contains(rules.at)
            && is_of_a_kind(membership.team)
    });
    memberships
        .min_by_key(|membership| (Reverse(membership.span.from), membership.team))
        .map(|membership| membership.team)
}
