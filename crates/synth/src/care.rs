//! What happens to a patient: acts, medicines, stays, emergency visits, month by month and year by year.
//!
//! Counts are drawn with the largest factor that the months and the teams may give, then each event is kept with the
//! factor of its own day: so a team that spends 7 % less does so exactly, in expectation, and from the right day on.

use crate::calendar;
use crate::draw::{Draw, MILLION, Stream};
use crate::figures::{Act, ByAge, StayKind};
use crate::person::{Cover, Person, World};
use crate::rows::{Claim, Coming, Emergency, PsychiatricStay, Stay, Story, What};

/// The largest amount of one line in the official layout.
const LINE_CENTS_MAX: i64 = 999_900;

/// How many returns to hospital may follow one stay.
const RETURNS_MAX: usize = 3;

/// The days after a stay within which a return counts.
const RETURN_DAYS: i64 = 30;

/// Draws what happens to a patient.
pub(crate) fn story(world: &World, person: &Person) -> Story {
    let draw = Draw::new(world.seed, Stream::Care, person.number);
    let doctors = person.registrations.iter().map(|one| world.land.most_spending(one.doctor));
    let most_spending = doctors.max().unwrap_or(1000).max(1000);
    let mut teller = Teller { world, person, draw, most_spending, story: Story::default() };
    let first_year = calendar::year_of(person.first);
    for year in first_year..=calendar::year_of(person.last) {
        teller.acts(year);
        teller.occasional_medicines(year);
        teller.stays(year);
        teller.emergencies(year);
        teller.psychiatry(year);
    }
    teller.lasting_medicines();
    teller.last_stay();
    teller.settle_stays();
    teller.private_stays();
    teller.settle_claims();
    teller.story
}

/// How often something is expected, and how its days are chosen.
struct Expected {
    rates: ByAge,
    /// Whether rates are per 100 000 instead of per 1000.
    rare: bool,
    factor: i64,
    channel: usize,
    place: Place,
}

/// Where care is given: people use more or less of each according to where they live.
#[derive(Clone, Copy)]
enum Place {
    Ambulatory,
    Hospital,
}

/// The largest effect of a team on emergency visits, in thousandths; the figures keep below it.
pub(crate) const EMERGENCY_MOST: i64 = 1500;

struct Teller<'a> {
    world: &'a World,
    person: &'a Person,
    draw: Draw,
    most_spending: i64,
    story: Story,
}

impl Teller<'_> {
    /// Draws the days of a year on which something happens.
    fn days(&mut self, year: i64, expected: &Expected) -> Vec<i64> {
        let (first, length) = (calendar::day(year, 1, 1), 365);
        let band = self.world.figures.band(self.person.age(first + 182).max(0));
        let rate = expected.rates.get(band).copied().unwrap_or(0);
        let mean = if expected.rare { rate * 10 } else { rate * 1000 };
        let course = self.world.courses.get(expected.channel);
        let most = course.map_or(1000, |course| course.most);
        let place = self.use_at_home(first + 182, expected.place);
        let mean = mean * expected.factor / 1000 * most / 1000 * self.most_spending / 1000 * place / 1000;
        let mut days = Vec::new();
        for _ in 0..self.draw.count(mean) {
            let mut day = first + self.draw.below(length);
            if calendar::is_sunday(day) && self.draw.per_mille(850) {
                day -= 1;
            }
            let factor = course.map_or(1000, |course| course.at(calendar::month_of(day)));
            let kept = factor * self.person.effect(self.world, day).spending;
            let drawn = self.draw.below(most * self.most_spending);
            if drawn < kept && self.is_present(day) {
                days.push(day);
            }
        }
        days
    }

    /// Returns how much care people use where the patient lives, in thousandths.
    fn use_at_home(&self, day: i64, place: Place) -> i64 {
        let class = self.world.land.communes.get(self.person.home(day)).map(|commune| commune.class);
        let classes = &self.world.figures.territory.communes.classes;
        class.and_then(|class| classes.get(class)).map_or(1000, |class| match place {
            Place::Ambulatory => class.ambulatory,
            Place::Hospital => class.hospital,
        })
    }

    fn is_present(&self, day: i64) -> bool {
        self.person.first <= day && day <= self.person.last
    }

    fn acts(&mut self, year: i64) {
        let world = self.world;
        let conditions = &world.figures.care.conditions.kinds;
        let middle = calendar::day(year, 7, 1);
        let burden = self.person.burden(middle, |kind| conditions.get(kind).map_or(1000, |one| one.acts));
        let factor = self.person.use_factor * burden / 1000;
        for (kind, act) in world.figures.care.acts.kinds.iter().enumerate() {
            if !self.is_of_sex(act.sex) {
                continue;
            }
            let (channel, place) = (act.channel_index, Place::Ambulatory);
            let expected = Expected { rates: act.rates, rare: false, factor, channel, place };
            for day in self.days(year, &expected) {
                self.act_on(kind, act, day);
            }
        }
    }

    fn is_of_sex(&self, sex: i64) -> bool {
        sex == 0 || (sex == 2) == self.person.woman
    }

    /// Records an act, or the series of acts of one prescription.
    fn act_on(&mut self, kind: usize, act: &Act, day: i64) {
        let doctor = self.person.doctor(day);
        let executor = self.executor(act, day, doctor);
        let times = if act.series.is_empty() { 1 } else { self.draw.along(&act.series) };
        for time in 0..times {
            let on = day + time * act.every;
            if on > self.person.last {
                break;
            }
            let prescriber = if act.prescribed { doctor } else { None };
            let claim = self.claim(What::Act(kind), act.code, on, executor);
            self.story.claims.push(Claim {
                prescribed: day,
                prescriber,
                price: act.price,
                rate: self.rate(act.reimbursed, on),
                ..claim
            });
        }
    }

    /// Chooses who does an act: one's own doctor, a partner of his team, or somebody near.
    fn executor(&mut self, act: &Act, day: i64, doctor: Option<usize>) -> Option<usize> {
        let own = doctor.filter(|doctor| self.world.land.works_on(*doctor, day));
        if act.to_own > 0 && self.draw.per_mille(act.to_own) && own.is_some() {
            return own;
        }
        self.near(act.profession, day)
    }

    fn near(&mut self, profession: usize, day: i64) -> Option<usize> {
        let home = self.person.home(day);
        let area = self.world.land.communes.get(home).map_or(0, |commune| commune.area);
        self.world.land.choose(&mut self.draw, area, profession, day)
    }

    /// Returns the share that is reimbursed, in percent.
    fn rate(&self, usual: i64, day: i64) -> i64 {
        let exempt = self.person.illnesses.iter().any(|illness| illness.from <= day);
        if exempt || self.person.cover != Cover::Usual { 100 } else { usual }
    }

    fn claim(&mut self, what: What, code: i64, day: i64, executor: Option<usize>) -> Claim {
        let delay = &self.world.figures.territory.health_insurance.delay;
        let months = i64::try_from(self.draw.weighted(delay.iter().copied())).unwrap_or(0);
        Claim {
            what,
            code,
            day,
            end: day,
            prescribed: day,
            flow_month: calendar::month_of(day) + months + 1,
            executor,
            prescriber: None,
            doctor: self.person.doctor(day),
            commune: self.person.home(day),
            quantity: 1,
            price: 0,
            rate: 100,
            place: 0,
            without_detail: false,
        }
    }

    fn occasional_medicines(&mut self, year: i64) {
        let world = self.world;
        for (kind, medicine) in world.figures.care.medicines.kinds.iter().enumerate() {
            if medicine.acute.iter().all(|rate| *rate == 0) || !self.is_of_sex(medicine.sex) {
                continue;
            }
            let factor = self.person.use_factor;
            let (channel, place) = (medicine.channel_index, Place::Ambulatory);
            let expected = Expected { rates: medicine.acute, rare: false, factor, channel, place };
            for day in self.days(year, &expected) {
                let pharmacy = self.near(world.figures.care.medicines.profession, day);
                self.deliver(kind, day, pharmacy);
            }
        }
    }

    fn deliver(&mut self, kind: usize, day: i64, pharmacy: Option<usize>) {
        let Some(medicine) = self.world.figures.care.medicines.kinds.get(kind) else { return };
        let boxes = medicine.boxes.get(self.draw.index(medicine.boxes.len())).copied().unwrap_or(1);
        let prescribed = (day - self.draw.below(20)).max(self.person.birth);
        let claim = self.claim(What::Medicine(kind, boxes), medicine.code, day, pharmacy);
        let rate = self.rate(medicine.rate, day);
        let prescriber = self.person.doctor(prescribed);
        self.story.claims.push(Claim {
            prescribed,
            prescriber,
            quantity: boxes,
            price: medicine.price,
            rate,
            ..claim
        });
    }

    /// Draws the medicines that are taken month after month; they are fetched together.
    fn lasting_medicines(&mut self) {
        let world = self.world;
        let medicines = &world.figures.care.medicines;
        let band = world.figures.band(self.person.age(self.person.first).max(0));
        let mut taken = Vec::new();
        for (kind, medicine) in medicines.kinds.iter().enumerate() {
            let share = medicine.chronic.get(band).copied().unwrap_or(0);
            let takes = self.draw.per_mille(share) && self.is_of_sex(medicine.sex);
            let since = match medicine.condition {
                Some(condition) => {
                    let illness = self.person.illnesses.iter().find(|illness| illness.kind == condition);
                    illness.map(|illness| illness.from)
                }
                None => Some(self.person.first),
            };
            if let (true, Some(since)) = (takes, since) {
                taken.push((kind, since));
            }
        }
        let mut day = self.person.first + self.draw.below(medicines.days_between);
        while !taken.is_empty() && day <= self.person.last {
            let course = world.courses.get(taken.first().map_or(0, |(kind, _)| self.channel_of(*kind)));
            let factor = course.map_or(1000, |course| course.at(calendar::month_of(day)));
            let place = self.use_at_home(day, Place::Ambulatory);
            let kept =
                medicines.kept_up * factor * self.person.effect(world, day).spending / 1000 * place / 1000;
            let pharmacy = self.near(medicines.profession, day);
            for (kind, since) in &taken {
                if *since <= day && self.draw.chance(kept) {
                    self.deliver(*kind, day, pharmacy);
                }
            }
            day += medicines.days_between + self.draw.between(-3, 3);
        }
    }

    fn channel_of(&self, medicine: usize) -> usize {
        self.world.figures.care.medicines.kinds.get(medicine).map_or(0, |medicine| medicine.channel_index)
    }

    fn stays(&mut self, year: i64) {
        let world = self.world;
        let conditions = &world.figures.care.conditions.kinds;
        let stays = &world.figures.care.stays;
        let middle = calendar::day(year, 7, 1);
        for (index, kind) in stays.kinds.iter().enumerate() {
            let concerned = kind.condition.is_none_or(|condition| self.person.has(condition, middle));
            if !concerned || !self.is_of_sex(kind.sex) {
                continue;
            }
            // What a condition alone explains is in the rate already.
            let burden = match kind.condition {
                Some(_) => 1000,
                None => self.person.burden(middle, |kind| conditions.get(kind).map_or(1000, |one| one.stays)),
            };
            let channel = if kind.urgent > 500 { stays.urgent_index } else { stays.planned_index };
            // Stays depend on how much care one uses half as much as acts do.
            let factor = i64::midpoint(1000, self.person.use_factor) * burden / 1000;
            let expected =
                Expected { rates: kind.rates, rare: true, factor, channel, place: Place::Hospital };
            for day in self.days(year, &expected) {
                if kind.sessions.is_empty() {
                    self.stay(index, kind, day);
                } else {
                    self.sessions(index, kind, day);
                }
            }
        }
    }

    /// Records a stay and the returns that follow it.
    fn stay(&mut self, index: usize, kind: &StayKind, entry: i64) {
        let mut stay = self.one_stay(index, kind, entry, kind.urgent);
        for _ in 0..RETURNS_MAX {
            let (left, same_diagnosis) = (stay.exit, stay.diagnosis.clone());
            let alive = left < self.person.last;
            self.story.stays.push(stay);
            let effect = self.person.effect(self.world, left).readmission;
            if !alive || !self.draw.chance(kind.again * effect) {
                return;
            }
            let wait = self.draw.along(&self.world.figures.territory.hospitals.readmission_days_spread);
            let again = left + wait.clamp(1, RETURN_DAYS);
            if again > self.person.last {
                return;
            }
            stay = self.one_stay(index, kind, again, 1000);
            stay.coming = Coming::Return;
            if self.draw.per_mille(self.world.figures.care.stays.readmission_diagnosis_same) {
                stay.diagnosis = same_diagnosis;
            }
        }
    }

    fn one_stay(&mut self, index: usize, kind: &StayKind, entry: i64, urgent: i64) -> Stay {
        let nights = self.draw.along(&kind.days_spread);
        // Who is still in hospital on the last day has no record yet: such a stay is left out later.
        let exit = (entry + nights).min(self.person.death.unwrap_or(i64::MAX));
        let group = self.draw.index(kind.groups.len());
        let diagnosis = kind.diagnoses.get(self.draw.index(kind.diagnoses.len())).cloned();
        let conditions = &self.world.figures.care.conditions.kinds;
        let present = self.person.illnesses.iter().filter(|illness| illness.from <= entry);
        let other_diagnoses = present
            .filter_map(|illness| conditions.get(illness.kind).and_then(|one| one.icd10.get(illness.code)))
            .take(5)
            .cloned()
            .collect();
        let private = self.draw.per_mille(kind.private);
        Stay {
            kind: index,
            serial: 0,
            entry,
            exit,
            coming: if self.draw.per_mille(urgent) { Coming::Urgent } else { Coming::Planned },
            diagnosis: diagnosis.unwrap_or_default(),
            other_diagnoses,
            group,
            cents: self.draw.between(kind.cents[0], kind.cents[1]) * (10 + nights) / 10,
            hospital: self.hospital(private),
            died: self.person.death == Some(exit),
            sessions: 0,
            commune: self.person.home(entry),
            unlinked: false,
        }
    }

    /// Chooses a hospital of a sector; they are in order, public first.
    fn hospital(&mut self, private: bool) -> usize {
        let half = self.world.land.hospitals.len() / 2;
        self.draw.index(half) + if private { half } else { 0 }
    }

    /// Records months of sessions.
    fn sessions(&mut self, index: usize, kind: &StayKind, from: i64) {
        let [fewest, most] = kind.months_in_a_row.unwrap_or([1, 1]);
        let first_month = calendar::month_of(from);
        let months = self.draw.between(fewest, most);
        let hospital = {
            let private = self.draw.per_mille(kind.private);
            self.hospital(private)
        };
        for month in first_month..first_month + months {
            let entry = calendar::first_of_month(month) + self.draw.below(5);
            let taken = self
                .story
                .stays
                .iter()
                .any(|stay| stay.kind == index && calendar::month_of(stay.entry) == month);
            let count = self.draw.along(&kind.sessions);
            let mut stay = self.one_stay(index, kind, entry, 0);
            if taken || !self.is_present(entry) {
                continue;
            }
            stay.sessions = count.max(1);
            stay.exit = entry;
            stay.cents = kind.cents[0] * stay.sessions;
            stay.hospital = hospital;
            stay.died = false;
            self.story.stays.push(stay);
        }
    }

    /// Records the stay in which a patient dies, for those who die in hospital.
    fn last_stay(&mut self) {
        let Some(death) = self.person.death else { return };
        let population = &self.world.figures.territory.population;
        if !self.draw.per_mille(population.deaths_in_hospital) {
            return;
        }
        let kinds = &self.world.figures.care.stays.kinds;
        let usual = |kind: &&StayKind| kind.sessions.is_empty() && kind.urgent > 500 && kind.sex == 0;
        let suited: Vec<(usize, &StayKind)> = kinds
            .iter()
            .enumerate()
            .filter(|(_, kind)| usual(kind) && kind.condition.is_none_or(|one| self.person.has(one, death)))
            .collect();
        let Some((index, kind)) = suited.get(self.draw.index(suited.len())).copied() else { return };
        let entry = (death - self.draw.along(&kind.days_spread)).max(self.person.first);
        let mut stay = self.one_stay(index, kind, entry, 800);
        (stay.exit, stay.died) = (death, true);
        self.story.stays.retain(|other| other.exit < entry || other.sessions > 0);
        self.story.stays.push(stay);
    }

    /// Puts stays in order, takes away those that overlap another, and numbers them.
    fn settle_stays(&mut self) {
        let end = self.world.end;
        let mut stays = std::mem::take(&mut self.story.stays);
        stays.retain(|stay| stay.exit <= end);
        stays.sort_by_key(|stay| (stay.entry, stay.exit, stay.kind));
        let mut free_from = i64::MIN;
        stays.retain(|stay| {
            let fits = stay.sessions > 0 || stay.entry > free_from;
            if stay.sessions == 0 && fits {
                free_from = stay.exit;
            }
            fits
        });
        // A stay that ends by death is the last of all.
        if let Some(death) = self.person.death {
            let ends = stays.iter().position(|stay| stay.exit == death && stay.sessions == 0);
            if let Some(place) = ends {
                stays.truncate(place + 1);
            }
            stays.iter_mut().for_each(|stay| stay.died = stay.exit == death && stay.sessions == 0);
        }
        for (serial, stay) in (0..).zip(&mut stays) {
            stay.serial = serial;
        }
        self.story.stays = stays;
    }

    /// Bills the stays in private hospitals as lines of reimbursement too.
    fn private_stays(&mut self) {
        let world = self.world;
        let code = world.figures.territory.hospitals.stay_code;
        for stay in self.story.stays.clone() {
            let private = world.land.hospitals.get(stay.hospital).is_some_and(|hospital| hospital.private);
            let Some(kind) = world.figures.care.stays.kinds.get(stay.kind).filter(|_| private) else {
                continue;
            };
            let claim = self.claim(What::Stay(kind.tariff, stay.hospital), code, stay.exit, None);
            let price = stay.cents.min(LINE_CENTS_MAX);
            let rate = self.rate(80, stay.exit);
            self.story.claims.push(Claim {
                day: stay.entry,
                end: stay.exit,
                prescribed: stay.entry,
                commune: stay.commune,
                price,
                rate,
                ..claim
            });
        }
    }

    fn emergencies(&mut self, year: i64) {
        let hospitals = &self.world.figures.territory.hospitals;
        let urgent = self.world.figures.care.stays.urgent_index;
        let expected = Expected {
            rates: hospitals.emergency,
            rare: false,
            factor: self.person.use_factor,
            channel: urgent,
            place: Place::Hospital,
        };
        let expected = Expected { factor: expected.factor * EMERGENCY_MOST / 1000, ..expected };
        for day in self.days(year, &expected) {
            let effect = self.person.effect(self.world, day).emergency;
            let hospital = self.hospital(false);
            if self.draw.chance(effect * MILLION / EMERGENCY_MOST) {
                let serial = i64::try_from(self.story.emergencies.len()).unwrap_or(0);
                self.story.emergencies.push(Emergency { serial, day, hospital });
            }
        }
    }

    fn psychiatry(&mut self, year: i64) {
        let hospitals = &self.world.figures.territory.hospitals;
        let expected = Expected {
            rates: hospitals.psychiatry,
            rare: false,
            factor: self.person.use_factor,
            channel: self.world.figures.care.stays.planned_index,
            place: Place::Hospital,
        };
        for entry in self.days(year, &expected) {
            let exit = entry + self.draw.along(&hospitals.psychiatry_days_spread);
            let busy = self.story.psychiatric_stays.last().is_some_and(|stay| stay.exit >= entry);
            let diagnosis = self.draw.index(hospitals.psychiatry_diagnoses.len());
            let hospital = self.hospital(false);
            if exit <= self.person.last && !busy {
                let serial = i64::try_from(self.story.psychiatric_stays.len()).unwrap_or(0);
                let commune = self.person.home(entry);
                let stay = PsychiatricStay { serial, entry, exit, diagnosis, hospital, commune };
                self.story.psychiatric_stays.push(stay);
            }
        }
    }

    /// Puts lines in the order in which they are known, and numbers them within each month.
    fn settle_claims(&mut self) {
        let claims = &mut self.story.claims;
        claims.sort_by_key(|claim| (claim.flow_month, claim.day));
        let (mut month, mut place) = (i64::MIN, 0);
        for claim in claims {
            if claim.flow_month != month {
                (month, place) = (claim.flow_month, 0);
            }
            claim.place = place;
            place += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Order;
    use crate::generate;
    use crate::land::Effect;
    use crate::rows::Coming;

    /// Returns acts of doctors, returns and emergency visits of patients of teams, when every team has an effect.
    ///
    /// Acts that come one by one say more than lines, which come in long series: their count varies less.
    fn outcomes(effect: Effect) -> [i64; 3] {
        let order = Order {
            patients: 2500,
            teams: 12,
            first_year: 2018,
            last_year: 2022,
            seed: 5,
            dirt: false,
            csv: false,
            threads: 1,
            batch: 1,
        };
        let mut world = generate::world(&order).expect("drawn");
        for team in &mut world.land.teams {
            team.effect = effect;
        }
        let mut outcomes = [0, 0, 0];
        for number in 0..order.patients {
            let person = Person::new(&world, number);
            let story = story(&world, &person);
            let in_team = |day: i64| i64::from(person.team(&world, day).is_some());
            let acts = &world.figures.care.acts.kinds;
            let of_doctor = |claim: &&Claim| matches!(claim.what, What::Act(kind) if acts[kind].counts_as_gp);
            outcomes[0] += story.claims.iter().filter(of_doctor).map(|claim| in_team(claim.day)).sum::<i64>();
            let returns = story.stays.iter().filter(|stay| stay.coming == Coming::Return);
            outcomes[1] += returns.map(|stay| in_team(stay.entry)).sum::<i64>();
            outcomes[2] += story.emergencies.iter().map(|visit| in_team(visit.day)).sum::<i64>();
        }
        outcomes
    }

    /// Returns acts of doctors and stays when everybody lives in a place that uses so much of each.
    fn used(ambulatory: i64, hospital: i64) -> [i64; 2] {
        let order = Order {
            patients: 2500,
            teams: 12,
            first_year: 2018,
            last_year: 2020,
            seed: 6,
            dirt: false,
            csv: false,
            threads: 1,
            batch: 1,
        };
        let mut world = generate::world(&order).expect("drawn");
        for class in &mut world.figures.territory.communes.classes {
            (class.ambulatory, class.hospital) = (ambulatory, hospital);
        }
        let mut used = [0, 0];
        for number in 0..order.patients {
            let story = story(&world, &Person::new(&world, number));
            let acts = &world.figures.care.acts.kinds;
            let of_doctor = |claim: &&Claim| matches!(claim.what, What::Act(kind) if acts[kind].counts_as_gp);
            let count = |found: usize| i64::try_from(found).expect("few");
            used[0] += count(story.claims.iter().filter(of_doctor).count());
            used[1] += count(story.stays.iter().filter(|stay| stay.sessions == 0).count());
        }
        used
    }

    #[test]
    fn where_people_live_changes_what_they_use_and_by_as_much() {
        let [acts, stays] = used(1000, 1000);
        let check = |name: &str, one: i64, base: i64, expected: i64, error: i64| {
            let ratio = one * 1000 / base;
            assert!((ratio - expected).abs() <= error, "{name}: {ratio} thousandths, wanted {expected}");
        };
        let [fewer, same] = used(850, 1000);
        check("acts", fewer, acts, 850, 25);
        check("stays", same, stays, 1000, 70);
        let [as_many, more] = used(1000, 1350);
        check("acts", as_many, acts, 1000, 25);
        check("stays", more, stays, 1350, 100);
    }

    #[test]
    fn a_team_changes_what_the_truth_says_and_by_as_much() {
        let check = |name: &str, one: i64, base: i64, expected: i64, error: i64| {
            let ratio = one * 1000 / base;
            assert!((ratio - expected).abs() <= error, "{name}: {ratio} thousandths, wanted {expected}");
        };
        let [acts, returns, emergencies] = outcomes(Effect::NONE);
        assert!(acts > 10_000 && returns > 20 && emergencies > 300, "{acts} {returns} {emergencies}");
        let [saved, _, fewer] = outcomes(Effect { spending: 900, ..Effect::NONE });
        check("acts", saved, acts, 900, 30);
        check("emergencies, which are care too", fewer, emergencies, 900, 80);
        let [same, half, _] = outcomes(Effect { readmission: 500, ..Effect::NONE });
        check("acts", same, acts, 1000, 30);
        check("returns", half, returns, 500, 200);
        let [_, _, calmer] = outcomes(Effect { emergency: 800, ..Effect::NONE });
        check("emergencies", calmer, emergencies, 800, 80);
    }
}
