//! Defects planted on purpose, each listed in the truth: a gate over claims must find them all and nothing else.
//!
//! Defects come after the patients are drawn, from a stream of their own: but for twins, who share a birthday, the
//! territory underneath is the same with and without them. Rates are data (`data/dirt.toml`).

use serde::Deserialize;

use crate::calendar;
use crate::cells;
use crate::draw::{Draw, MILLION, Stream};
use crate::figures::{Label, Status};
use crate::files::Lived;
use crate::person::{self, Person, Registration, World};
use crate::rows::{Claim, What};
use crate::{Error, Order};

const DIRT: &str = include_str!("../data/dirt.toml");

/// A nature of service that no nomenclature has.
const NO_CODE: i64 = 8999;

/// Where lines that are added stand in their settlement, beyond all others.
const ADDED_FROM: i64 = 9_000;

/// What may be planted, as the data file has it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Dirt {
    pub(crate) source: String,
    pub(crate) status: Status,
    pub(crate) kinds: Vec<Kind>,
    /// The month of the flow that is left out.
    #[serde(skip)]
    pub(crate) missing_month: Option<i64>,
}

/// A kind of defect.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kind {
    pub(crate) id: Defect,
    pub(crate) label: Label,
    pub(crate) table: String,
    of: Of,
    per_million: i64,
}

/// What a rate counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Of {
    Line,
    Stay,
    Patient,
    Death,
    Territory,
}

/// A defect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Defect {
    DuplicateLine,
    CancelledLine,
    UnknownCode,
    UnknownPractitioner,
    UnknownCommune,
    MissingDetail,
    LineAfterDeath,
    PublicStayBilled,
    DuplicateStay,
    ReversedStay,
    UnlinkedStay,
    OverlappingRegistration,
    SeveralKeys,
    TwinsOneKey,
    MissingMonth,
}

impl Defect {
    /// Returns the name in the data file and in the truth.
    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::DuplicateLine => "duplicate_line",
            Self::CancelledLine => "cancelled_line",
            Self::UnknownCode => "unknown_code",
            Self::UnknownPractitioner => "unknown_practitioner",
            Self::UnknownCommune => "unknown_commune",
            Self::MissingDetail => "missing_detail",
            Self::LineAfterDeath => "line_after_death",
            Self::PublicStayBilled => "public_stay_billed",
            Self::DuplicateStay => "duplicate_stay",
            Self::ReversedStay => "reversed_stay",
            Self::UnlinkedStay => "unlinked_stay",
            Self::OverlappingRegistration => "overlapping_registration",
            Self::SeveralKeys => "several_keys",
            Self::TwinsOneKey => "twins_one_key",
            Self::MissingMonth => "missing_month",
        }
    }
}

/// A defect that was planted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Planted {
    pub(crate) defect: Defect,
    /// The key of the patient.
    pub(crate) key: String,
    /// The day of what is wrong.
    pub(crate) day: i64,
    /// The columns that identify the row, with their values.
    pub(crate) record: String,
}

impl Dirt {
    /// Reads what may be planted.
    pub(crate) fn embedded() -> Result<Self, Error> {
        toml::from_str(DIRT).map_err(|error| Error::figures("dirt.toml", error.to_string()))
    }

    /// Chooses the month that is left out, well within the years.
    pub(crate) fn choose_month(&mut self, order: &Order, begin: i64, end: i64) {
        let mut draw = Draw::new(order.seed, Stream::Dirt, u64::MAX);
        let (first, last) = (calendar::month_of(begin) + 4, calendar::month_of(end) - 3);
        let wanted = self.kinds.iter().any(|kind| kind.of == Of::Territory && kind.per_million > 0);
        self.missing_month = wanted.then(|| draw.between(first, last));
    }

    /// Draws a defect for one of what a rate counts.
    fn draw(&self, of: Of, draw: &mut Draw) -> Option<Defect> {
        let mut left = draw.below(MILLION);
        for kind in self.kinds.iter().filter(|kind| kind.of == of) {
            if left < kind.per_million {
                return Some(kind.id);
            }
            left -= kind.per_million;
        }
        None
    }

    /// Returns what is drawn for a patient before he is.
    fn of_patient(&self, seed: u64, number: u64) -> (Option<Defect>, Draw) {
        let mut draw = Draw::new(seed, Stream::Dirt, number);
        let defect = self.draw(Of::Patient, &mut draw);
        (defect, draw)
    }

    /// Returns the sibling whose key a patient has; twins are neighbours, the elder's number is even.
    pub(crate) fn elder_twin(&self, seed: u64, number: u64) -> Option<u64> {
        let elder = number.checked_sub(1).filter(|elder| elder.is_multiple_of(2))?;
        (self.of_patient(seed, elder).0 == Some(Defect::TwinsOneKey)).then_some(elder)
    }
}

/// Plants defects in what happened to a patient; returns them, and how many lines the missing month loses.
pub(crate) fn spoil(world: &World, dirt: &Dirt, lived: &mut Lived) -> (Vec<Planted>, u64) {
    let (defect, draw) = dirt.of_patient(world.seed, lived.person.number);
    let mut spoiler = Spoiler { world, dirt, draw, planted: Vec::new(), added: Vec::new() };
    spoiler.patient(&mut lived.person, defect);
    spoiler.stays(lived);
    spoiler.lines(lived);
    spoiler.after_death(lived);
    let Spoiler { planted, added, .. } = spoiler;
    let claims = &mut lived.story.claims;
    for (place, claim) in (ADDED_FROM..).zip(added) {
        claims.push(Claim { place, ..claim });
    }
    claims.sort_by_key(|claim| claim.flow_month);
    let lost = claims.iter().filter(|claim| Some(claim.flow_month) == dirt.missing_month).count();
    (planted, u64::try_from(lost).unwrap_or(0))
}

struct Spoiler<'a> {
    world: &'a World,
    dirt: &'a Dirt,
    draw: Draw,
    planted: Vec<Planted>,
    /// Lines that are added; they get their place at the end.
    added: Vec<Claim>,
}

impl Spoiler<'_> {
    fn plant(&mut self, defect: Defect, person: &Person, day: i64, record: String) {
        self.planted.push(Planted { defect, key: person.key_on(day).to_owned(), day, record });
    }

    /// Returns whether a line known in a month can be read.
    fn is_written(&self, month: i64) -> bool {
        let delays = i64::try_from(self.world.figures.territory.health_insurance.delay.len()).unwrap_or(0);
        Some(month) != self.dirt.missing_month && month <= calendar::month_of(self.world.end) + delays
    }

    fn patient(&mut self, person: &mut Person, defect: Option<Defect>) {
        if self.dirt.elder_twin(self.world.seed, person.number).is_some() {
            let record = format!("BEN_NIR_PSA={};BEN_RNG_GEM={}", person.key, person.rank);
            self.plant(Defect::TwinsOneKey, person, person.birth, record);
            return;
        }
        match defect {
            Some(Defect::SeveralKeys) if person.last - person.first > 400 => {
                let day = self.draw.between(person.first + 100, person.last - 100);
                person.later_key = Some((day, person::pseudonym(&mut self.draw)));
                let record = format!("BEN_IDT_ANO={}", person.identity);
                self.plant(Defect::SeveralKeys, person, day, record);
            }
            Some(Defect::OverlappingRegistration) => {
                let Some(before) = person.registrations.last().cloned() else { return };
                let ends = before.to.unwrap_or(person.last).min(person.last);
                // The second doctor is another one, whoever he is, who works on that day.
                let from = before.from.max(person.first);
                let day = self.draw.between(from, ends);
                let professions = &self.world.figures.territory.professions.kinds;
                let profession = professions.iter().position(|one| one.registers).unwrap_or(0);
                let Some(doctor) = self.world.land.choose(&mut self.draw, 0, profession, day) else { return };
                if doctor == before.doctor || day > ends {
                    return;
                }
                let second =
                    Registration { doctor, from: day, to: before.to, doctor_left: before.doctor_left };
                person.registrations.push(second);
                let record = format!("BEN_NIR_PSA={};BEN_RNG_GEM={}", person.key_on(day), person.rank);
                self.plant(Defect::OverlappingRegistration, person, day, record);
            }
            _ => {}
        }
    }

    fn stays(&mut self, lived: &mut Lived) {
        let mut copies = Vec::new();
        for stay in &mut lived.story.stays {
            let Some(defect) = self.dirt.draw(Of::Stay, &mut self.draw) else { continue };
            let (hospital, number) = cells::record_of_stay(self.world, &lived.person, stay);
            let record = format!("ETA_NUM={hospital};RSA_NUM={number}");
            let public = self.world.land.hospitals.get(stay.hospital).is_some_and(|one| !one.private);
            let (entry, exit) = (stay.entry, stay.exit);
            match defect {
                Defect::DuplicateStay => copies.push(stay.clone()),
                Defect::ReversedStay
                    if exit > entry && calendar::year_of(entry) == calendar::year_of(exit) =>
                {
                    (stay.entry, stay.exit) = (exit, entry);
                }
                Defect::UnlinkedStay => stay.unlinked = true,
                Defect::PublicStayBilled if public && stay.sessions == 0 => {
                    let flow_month = calendar::month_of(exit) + 1;
                    if !self.is_written(flow_month) {
                        continue;
                    }
                    let kind = self.world.figures.care.stays.kinds.get(stay.kind);
                    let billed = Claim {
                        what: What::Stay(kind.map_or(0, |kind| kind.tariff), stay.hospital),
                        code: self.world.figures.territory.hospitals.stay_code,
                        day: entry,
                        end: exit,
                        prescribed: entry,
                        flow_month,
                        executor: None,
                        prescriber: None,
                        doctor: lived.person.doctor(exit),
                        commune: stay.commune,
                        quantity: 1,
                        price: stay.cents.min(999_900),
                        rate: 80,
                        place: 0,
                        without_detail: false,
                    };
                    self.added.push(billed);
                }
                _ => continue,
            }
            self.plant(defect, &lived.person, entry, record);
        }
        lived.story.stays.extend(copies);
    }

    fn lines(&mut self, lived: &mut Lived) {
        let mut copies = Vec::new();
        for claim in &mut lived.story.claims {
            if !self.is_written(claim.flow_month) {
                continue;
            }
            let Some(defect) = self.dirt.draw(Of::Line, &mut self.draw) else { continue };
            match defect {
                Defect::DuplicateLine => copies.push(claim.clone()),
                Defect::CancelledLine => {
                    let flow_month = claim.flow_month + self.draw.between(1, 3);
                    if !self.is_written(flow_month) {
                        continue;
                    }
                    self.added.push(Claim { flow_month, quantity: -claim.quantity, ..claim.clone() });
                }
                Defect::UnknownCode if matches!(claim.what, What::Act(_)) => claim.code = NO_CODE,
                Defect::UnknownPractitioner if claim.executor.is_some() => {
                    claim.executor = Some(self.world.land.practitioners.len());
                }
                Defect::UnknownCommune => claim.commune = self.world.land.communes.len(),
                Defect::MissingDetail if !matches!(claim.what, What::Act(_)) => claim.without_detail = true,
                _ => continue,
            }
            let record = cells::record_of_claim(&lived.person, claim);
            self.plant(defect, &lived.person, claim.day, record);
        }
        lived.story.claims.extend(copies);
    }

    fn after_death(&mut self, lived: &Lived) {
        let Some(death) = lived.person.death else { return };
        if self.dirt.draw(Of::Death, &mut self.draw) != Some(Defect::LineAfterDeath) {
            return;
        }
        let acts = lived.story.claims.iter().rev().find(|claim| matches!(claim.what, What::Act(_)));
        let Some(last) = acts else { return };
        let day = death + self.draw.between(5, 60);
        let flow_month = calendar::month_of(day) + 1;
        if day > self.world.end || !self.is_written(flow_month) {
            return;
        }
        let place = ADDED_FROM + i64::try_from(self.added.len()).unwrap_or(0);
        let late = Claim { day, end: day, prescribed: day, flow_month, place, ..last.clone() };
        let record = cells::record_of_claim(&lived.person, &late);
        self.plant(Defect::LineAfterDeath, &lived.person, day, record);
        self.added.push(late);
    }
}
