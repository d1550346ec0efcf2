//! What truly happened, counted while it is drawn: by team and year.

use std::collections::BTreeMap;

use crate::calendar;
use crate::person::{Person, World};
use crate::rows::{Coming, Story, What};

/// What is counted for a team in a year; patients are those whose médecin traitant is in the team that day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) patient_months: i64,
    pub(crate) deaths: i64,
    pub(crate) lines: i64,
    pub(crate) line_cents: i64,
    pub(crate) gp_acts: i64,
    pub(crate) stays: i64,
    pub(crate) public_stay_cents: i64,
    pub(crate) sessions: i64,
    pub(crate) returns: i64,
    pub(crate) emergencies: i64,
    pub(crate) psychiatric_stays: i64,
}

impl Counts {
    fn add(&mut self, other: &Self) {
        self.patient_months += other.patient_months;
        self.deaths += other.deaths;
        self.lines += other.lines;
        self.line_cents += other.line_cents;
        self.gp_acts += other.gp_acts;
        self.stays += other.stays;
        self.public_stay_cents += other.public_stay_cents;
        self.sessions += other.sessions;
        self.returns += other.returns;
        self.emergencies += other.emergencies;
        self.psychiatric_stays += other.psychiatric_stays;
    }
}

/// Counts by team (or none) and year.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    pub(crate) counts: BTreeMap<(Option<usize>, i64), Counts>,
}

impl Tally {
    /// Adds what another has counted.
    pub(crate) fn add(&mut self, other: &Self) {
        for (key, counts) in &other.counts {
            self.counts.entry(*key).or_default().add(counts);
        }
    }

    /// Counts one patient.
    pub(crate) fn count(&mut self, world: &World, person: &Person, story: &Story) {
        for month in calendar::month_of(person.first)..=calendar::month_of(person.last) {
            let day = calendar::first_of_month(month).clamp(person.first, person.last);
            self.of(world, person, day).patient_months += 1;
        }
        if let Some(death) = person.death {
            self.of(world, person, death).deaths += 1;
        }
        let acts = &world.figures.care.acts.kinds;
        for claim in &story.claims {
            let of_doctor = |kind: usize| acts.get(kind).is_some_and(|act| act.counts_as_gp);
            let counts = self.of(world, person, claim.day);
            counts.lines += 1;
            counts.line_cents += claim.cents();
            counts.gp_acts += i64::from(matches!(claim.what, What::Act(kind) if of_doctor(kind)));
        }
        for stay in &story.stays {
            let public = world.land.hospitals.get(stay.hospital).is_some_and(|hospital| !hospital.private);
            let counts = self.of(world, person, stay.entry);
            counts.sessions += stay.sessions;
            counts.stays += i64::from(stay.sessions == 0);
            counts.returns += i64::from(stay.coming == Coming::Return);
            counts.public_stay_cents += if public { stay.cents } else { 0 };
        }
        for visit in &story.emergencies {
            self.of(world, person, visit.day).emergencies += 1;
        }
        for stay in &story.psychiatric_stays {
            self.of(world, person, stay.entry).psychiatric_stays += 1;
        }
    }

    fn of(&mut self, world: &World, person: &Person, day: i64) -> &mut Counts {
        let team = person.team(world, day);
        self.counts.entry((team, calendar::year_of(day))).or_default()
    }
}
